//! From recorded traffic to the `[workload]` table that describes it.
//!
//! [`characterize`] goes three steps:
//!
//! 1. *Measure.* [`Measured`] has what was counted: the rate, how uneven counts are in windows of several lengths, sizes, hours
//!    of the day. What a recording is too short for is unknown.
//! 2. *Describe.* [`Described`] is a workload in the words of a scenario, whose figures are those that were measured.
//! 3. *Draw again.* The described workload is drawn with a seed, as long as the recording, and measured by the same code:
//!    [`Redrawn`] says how well the description does, and where it does not.
//!
//! The index of dispersion for counts, the variance of counts over their mean, is that of Cox and Lewis, *The Statistical Analysis
//! of Series of Events* (1966); R. Gusella, *Characterizing the variability of arrival processes with indexes of dispersion*,
//! IEEE JSAC 9(2), 1991, applies it to network traffic. Windows begin at whole multiples of their length by the clock, and only those
//! count that the recording covers from end to end.
//!
//! What a reader would question: the arrivals follow the index of dispersion *within the hour*, not that of the whole recording.
//! A rate that changes over the day makes counts uneven too, and the more so the higher the rate; a profile says that better
//! than groups do, which would put a day's tide into every second.
//!
//! ```
//! use forebay::trace::{TraceOptions, read_from};
//! use forebay::workload::{Arrivals, characterize};
//!
//! let rows: String = (0..1200).map(|tenth| format!("{}.{},61\n", tenth / 10, tenth % 10)).collect();
//! let trace = read_from(format!("ts_s,record_bytes\n{rows}").as_bytes(), "clock.csv", TraceOptions::default())?;
//! let found = characterize(&trace, 1)?;
//! assert_eq!(found.described.rate_per_s, 10.0);
//! assert!(matches!(found.described.arrivals, Arrivals::Deterministic { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod caveat;
mod describe;
mod draw;
mod measure;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;

use crate::sim::SimError;
use crate::trace::{Trace, TraceFormat};
pub use caveat::{Caveat, CaveatKind};
pub use describe::{Arrivals, Described, Sizes};
pub use draw::{Redrawn, RedrawnFigure};
pub use measure::{Between, Measured, SizeFigures, WindowFigures};

/// A recording, what was measured of it, and the workload that describes it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Characterization {
    /// Where it comes from.
    pub recording: Recording,
    /// What was measured.
    pub measured: Measured,
    /// The workload that describes it.
    pub described: Described,
    /// What the described workload is like when it is drawn.
    pub redrawn: Redrawn,
    /// What to mind before it is believed.
    pub caveats: Vec<Caveat>,
}

/// Where a characterization comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recording {
    /// Name of the file, without its folder; of several, that of the first with the number of the others.
    pub name: String,
    /// Its format.
    pub format: String,
    /// When the first request came, in milliseconds since 1970-01-01T00:00:00Z.
    pub first_ms: i64,
    /// When the last one came.
    pub last_ms: i64,
    /// Whether sizes are those of the lines of a log, which does not know how large the records were.
    pub sizes_of_lines: bool,
    /// Lines that could not be read.
    pub skipped_lines: u64,
}

/// Why there is no workload to a recording.
#[derive(Debug, thiserror::Error)]
pub enum WorkloadError {
    /// All requests came at the same instant.
    #[error("`{name}` has no rate: {}", if *requests == 1 { "it is a single request" } else { "all its requests came at the same instant" })]
    NoRate {
        /// The recording.
        name: String,
        /// How many requests there are.
        requests: u64,
    },
    /// More requests a second than a scenario may have.
    #[error("`{name}` has {rate_per_s:e} requests a second, more than the 1e12 that a workload may have")]
    TooFast {
        /// The recording.
        name: String,
        /// Its rate.
        rate_per_s: f64,
    },
    /// Larger records than a scenario may have.
    #[error(
        "the records of `{name}` have {mean_bytes:e} bytes on average, more than the 1 TB that a workload may have"
    )]
    TooLarge {
        /// The recording.
        name: String,
        /// Their mean size.
        mean_bytes: f64,
    },
    /// The simulator does not take the workload.
    #[error("the workload of `{name}` cannot be drawn: {source}")]
    Refused {
        /// The recording.
        name: String,
        /// What it says.
        source: SimError,
    },
}

impl WorkloadError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoRate { .. } => "give a longer recording, of an hour at least",
            Self::TooFast { .. } => "check the unit of the times: `ts_ms` is in milliseconds, `ts_s` in seconds",
            Self::TooLarge { .. } => "check the unit of the sizes: `record_bytes` is in bytes",
            Self::Refused { .. } => "this should not happen; please report it with the recording's figures",
        }
    }
}

/// Most requests a second that are described; beyond is a mistake in the unit of times.
const MOST_PER_SECOND: f64 = 1e12;
/// Largest mean size that a scenario may have.
const LARGEST_MEAN: f64 = 1e12;

/// Measures a recording, describes it as a workload, and draws that again with this seed.
///
/// The same recording and seed give the same answer.
///
/// # Errors
/// [`WorkloadError`] where the recording has no rate, or figures that no scenario may have.
pub fn characterize(trace: &Trace, seed: u64) -> Result<Characterization, WorkloadError> {
    let name = || trace.name.clone();
    let sizes = measure::sorted_sizes(&trace.records);
    let Some(measured) = Measured::of(&trace.records, trace.start, &sizes) else {
        return Err(WorkloadError::NoRate { name: name(), requests: trace.records.len() as u64 });
    };
    if measured.rate_per_s > MOST_PER_SECOND {
        return Err(WorkloadError::TooFast { name: name(), rate_per_s: measured.rate_per_s });
    }
    if measured.sizes.mean_bytes > LARGEST_MEAN {
        return Err(WorkloadError::TooLarge { name: name(), mean_bytes: measured.sizes.mean_bytes });
    }
    let described = Described::by(&measured, &sizes);
    let redrawn =
        Redrawn::of(&described, &measured, seed).map_err(|source| WorkloadError::Refused { name: name(), source })?;
    let recording = Recording {
        name: name(),
        format: trace.format.to_string(),
        first_ms: trace.start,
        last_ms: trace.start.saturating_add_unsigned(trace.span().as_nanos() / 1_000_000),
        sizes_of_lines: trace.format != TraceFormat::Csv,
        skipped_lines: trace.skipped.total,
    };
    let caveats = caveat::all(&recording, &measured, &described);
    Ok(Characterization { recording, measured, described, redrawn, caveats })
}
