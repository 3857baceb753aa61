//! What to mind before a description is believed.

use schemars::JsonSchema;
use serde::Serialize;

use super::describe::{Arrivals, Described, FEWEST_SIZES, Sizes};
use super::measure::{Between, Measured};
use super::{Recording, WindowFigures};
use crate::units::{SimDuration, significant};

/// Below an hour neither the rate nor its unevenness is known well.
const SHORT_S: f64 = 3600.0;
/// Indexes that grow by more than this from a second to a minute are those of waves.
const WAVES: f64 = 2.0;
/// A silence that is so many times longer than the longest gap of a Poisson process is a hole, if it is such a share of the
/// recording that it moves the rate.
const HOLE: f64 = 10.0;
const HOLE_SHARE: f64 = 0.01;

/// So many long silences are no accident.
const SAMPLED: u64 = 3;

/// Something to mind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Caveat {
    /// What kind of thing.
    pub kind: CaveatKind,
    /// A sentence for people.
    pub text: String,
}

/// Kinds of things to mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CaveatKind {
    /// The recording is shorter than an hour.
    ShortRecording,
    /// The recording is shorter than two days, so that there is no profile.
    NoProfile,
    /// The index at one second is not known, and arrivals are Poisson for want of anything better.
    IndexUnknown,
    /// The index differs from 1 by no more than chance gives.
    IndexByChance,
    /// Times are whole seconds or coarser.
    CoarseTimes,
    /// Counts are more uneven in longer windows than the described arrivals make them.
    Waves,
    /// A long time without a request.
    Hole,
    /// Sizes are those of the lines of a log.
    SizesOfLines,
    /// Too few records to know how sizes are spread.
    FewSizes,
}

/// Everything to mind, the most important first.
pub(super) fn all(recording: &Recording, measured: &Measured, described: &Described) -> Vec<Caveat> {
    let caveats = [
        length(measured),
        index(measured, described),
        waves(measured),
        hole(measured),
        coarse(measured),
        lines(recording),
        few_sizes(measured, described),
    ];
    caveats.into_iter().flatten().map(|(kind, text)| Caveat { kind, text }).collect()
}

type Found = Option<(CaveatKind, String)>;

fn time(seconds: f64) -> String {
    SimDuration::from_secs_f64(seconds).to_string()
}

fn length(measured: &Measured) -> Found {
    let covered = time(measured.covered_s);
    if measured.covered_s < SHORT_S {
        let text = format!(
            "{covered} are too short to know a rate or a variance; take an hour at least, when the rate is steady, and several"
        );
        return Some((CaveatKind::ShortRecording, text));
    }
    let text = || {
        let what = if measured.covered_s < 86_400.0 { "less than a day" } else { "less than two days" };
        format!("{covered} are {what}: there is no profile of hours, and the rate is the mean of this time only")
    };
    measured.by_hour_per_s.is_none().then(|| (CaveatKind::NoProfile, text()))
}

fn index(measured: &Measured, described: &Described) -> Found {
    let second = measured.window(1)?;
    let Some(index) = second.steady_index() else {
        let why = if measured.resolution_s > 1.0 {
            format!("times are whole multiples of {}", time(measured.resolution_s))
        } else {
            "there are fewer than ten whole seconds".to_owned()
        };
        let text = format!("how requests come within a second is unknown: {why}; independent requests are assumed");
        return Some((CaveatKind::IndexUnknown, text));
    };
    let Between { low, high } = second.poisson?;
    let by_chance = matches!(described.arrivals, Arrivals::Groups { .. }) && (low..=high).contains(&index);
    let text = || {
        format!(
            "an index of {} in {} seconds may be chance: independent requests give {} to {}; the groups are on the safe side",
            significant(index, 3),
            crate::units::grouped(second.windows),
            significant(low, 3),
            significant(high, 3)
        )
    };
    by_chance.then(|| (CaveatKind::IndexByChance, text()))
}

fn waves(measured: &Measured) -> Found {
    let of = |length: u64| measured.window(length).and_then(WindowFigures::steady_index);
    let (second, minute) = (of(1)?, of(60)?);
    let text = || {
        format!(
            "load comes in waves: the index is {} at 1 s and {} at 1 min; the workload has what happens within a second, and \
             its busiest minutes are quieter; `forebay catalog list workloads` has presets with waves, `--trace` replays them",
            significant(second, 3),
            significant(minute, 3)
        )
    };
    (minute > WAVES * second.max(1.0)).then(|| (CaveatKind::Waves, text()))
}

/// The longest of n gaps of a Poisson process is about the logarithm of n mean gaps long.
fn hole(measured: &Measured) -> Found {
    let usual = libm::log(measured.requests as f64).max(1.0) / measured.rate_per_s;
    let text = || {
        let gap = time(measured.longest_gap_s);
        if measured.long_gaps >= SAMPLED {
            return format!(
                "nothing came {} times for up to {gap}: if the log is a sample, or has parts missing, the rate is too low; \
                 measure a stretch without such gaps by itself",
                crate::units::grouped(measured.long_gaps)
            );
        }
        format!(
            "nothing came for {gap}: if a part of the log is missing there, the rate is too low; measure what is before \
             or behind it by itself"
        )
    };
    let least = (HOLE * usual).max(HOLE_SHARE * measured.covered_s);
    (measured.longest_gap_s > least).then(|| (CaveatKind::Hole, text()))
}

fn coarse(measured: &Measured) -> Found {
    let text = || {
        let unit = time(measured.resolution_s);
        format!("times are whole multiples of {unit}: nothing is known of gaps that are shorter")
    };
    (measured.resolution_s >= 1.0).then(|| (CaveatKind::CoarseTimes, text()))
}

fn lines(recording: &Recording) -> Found {
    let text = "sizes are those of the lines of the log, which does not know how large the records were; a CSV file with \
                `ts_ms` and `record_bytes` does";
    recording.sizes_of_lines.then(|| (CaveatKind::SizesOfLines, text.to_owned()))
}

fn few_sizes(measured: &Measured, described: &Described) -> Found {
    let vary = measured.sizes.min_bytes < measured.sizes.max_bytes;
    let is_one = matches!(described.sizes, Sizes::Constant { .. });
    let text =
        || format!("with fewer than {FEWEST_SIZES} records the sizes have no distribution yet: all get their mean");
    (vary && is_one && measured.requests < FEWEST_SIZES).then(|| (CaveatKind::FewSizes, text()))
}
