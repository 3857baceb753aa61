//! What a model consists of: plain data, no behaviour, no knowledge of any vendor.

mod counts;
mod processes;
mod profile;
mod sizes;
mod source;

use super::exponential::exp;
use crate::units::{Bytes, SimDuration};

pub use counts::{CountLaw, Quantiles};
pub(super) use processes::cumulative;
pub use processes::{Devices, GapLaw, Groups, Modulation, OnPeriods, Phase, Sessions, ThinkLaw, ThinkTime, TooLong};
pub use profile::{Episode, RateProfile};
pub use sizes::SizeLaw;
pub use source::{Arrivals, Source, TraceRecord};

/// A chain from one source through stages to a sink.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Where records come from.
    pub source: Source,
    /// What they pass, in order. The sink is behind the last one.
    pub stages: Vec<Stage>,
    /// Billing grains: for each, the run adds up ceil(size / grain) over the accepted records.
    pub increments: Vec<Bytes>,
}

/// A named step of the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// The name, unique in the model: it picks the random stream and stands in results and errors.
    pub name: String,
    /// What the stage does.
    pub kind: StageKind,
}

/// What a stage does to the requests that reach it.
#[derive(Debug, Clone, PartialEq)]
pub enum StageKind {
    /// Lets them pass or rejects them.
    Gate(Gate),
    /// Holds each one for a random time of its own.
    Delay(LatencyLaw),
    /// The same, and longer the more bytes it has.
    Transfer(Transfer),
    /// Collects their records into objects.
    Buffer(Buffer),
}

/// Limits that a request and its records must meet.
///
/// A request is turned away as a whole when it is larger than `largest_request` or when a limit that counts requests has no
/// room. Otherwise its records are judged one by one: each needs to be no larger than `largest_record` and to find room in
/// every limit that counts records or bytes, and the others may pass without it (the partial failure of batch calls).
/// Limits are charged only for what is admitted: all for the record, and the limits on requests once for a request of
/// which anything is admitted. A rejection is booked to the first limit without room, those on requests first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gate {
    /// The limits, all in force together.
    pub limits: Vec<Limit>,
    /// A larger record is rejected and counted as oversize.
    pub largest_record: Option<Bytes>,
    /// A request with more bytes is rejected as a whole and counted as oversize.
    pub largest_request: Option<Bytes>,
    /// What a client does about a limit without room; it gives up at once where this is absent. What is too large is
    /// never tried again.
    pub retry: Option<Retry>,
}

/// Trying again after a rejection or a failed delivery.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// Tries after the first one, at most.
    pub attempts: u32,
    /// Wait before the first of them.
    pub first: SimDuration,
    /// By which the wait grows from one to the next.
    pub factor: f64,
    /// The wait never grows beyond this.
    pub longest: SimDuration,
    /// How the wait is spread.
    pub jitter: Jitter,
    /// No try starts later than this after the first failure, if it is stated.
    pub window: Option<SimDuration>,
}

/// How a wait before another try is spread, so that clients do not come back all together.
///
/// # Source
/// The names are those of Brooker, *Exponential Backoff and Jitter* (2015).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// Not at all.
    None,
    /// Evenly over its upper half.
    Equal,
    /// Evenly from zero to all of it.
    Full,
}

/// One limit of a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The name that results use.
    pub name: String,
    /// What is counted.
    pub counts: Counted,
    /// How much of it may pass.
    pub rule: LimitRule,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Requests.
    Requests,
    /// Records.
    Records,
    /// Bytes.
    Bytes,
}

/// How much may pass. Room for a billionth less than needed counts as enough, so that rounding never rejects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LimitRule {
    /// A bucket, full at the start, that refills evenly.
    TokenBucket {
        /// Refill, in units a second.
        rate: f64,
        /// Capacity, in units.
        burst: f64,
    },
    /// A quota that starts anew with each whole second of simulation time.
    PerSecond(f64),
}

impl LimitRule {
    /// The sustained limit, in units a second.
    #[must_use]
    pub const fn per_second(self) -> f64 {
        match self {
            Self::TokenBucket { rate, .. } => rate,
            Self::PerSecond(quota) => quota,
        }
    }
}

/// A latency and, on top of it, time in proportion to size: of a request before the buffer, of an object behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transfer {
    /// What it takes whatever the size.
    pub latency: LatencyLaw,
    /// What each MiB adds, up to 26 days; a part of one adds as much less, rounded down to a nanosecond.
    pub per_mib: SimDuration,
}

impl From<LatencyLaw> for Transfer {
    fn from(latency: LatencyLaw) -> Self {
        Self { latency, per_mib: SimDuration::ZERO }
    }
}

/// How long a stage takes. One draw never exceeds 26 days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LatencyLaw {
    /// No time at all.
    Zero,
    /// Always the same.
    Constant(SimDuration),
    /// Lognormal.
    Lognormal {
        /// Median; half of the draws take longer.
        median: SimDuration,
        /// Standard deviation of the natural logarithm, up to 10.
        sigma: f64,
    },
    /// Evenly spread between two durations.
    Uniform {
        /// Shortest.
        low: SimDuration,
        /// Longest.
        high: SimDuration,
    },
    /// Exponential.
    Exponential(SimDuration),
    /// Gamma; a whole shape is Erlang's law.
    Gamma {
        /// Shape, a pure number.
        shape: f64,
        /// Mean.
        mean: SimDuration,
    },
    /// Hyperexponential of two phases.
    Hyperexponential {
        /// How often the first phase is taken.
        share: f64,
        /// Mean of the first phase.
        first: SimDuration,
        /// Mean of the second phase.
        second: SimDuration,
    },
}

impl LatencyLaw {
    /// The mean in seconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::Constant(length) => length.as_secs_f64(),
            Self::Lognormal { median, sigma } => median.as_secs_f64() * exp(sigma * sigma / 2.0),
            Self::Uniform { low, high } => f64::midpoint(low.as_secs_f64(), high.as_secs_f64()),
            Self::Exponential(mean) | Self::Gamma { mean, .. } => mean.as_secs_f64(),
            Self::Hyperexponential { share, first, second } => {
                share * first.as_secs_f64() + (1.0 - share) * second.as_secs_f64()
            }
        }
    }

    /// The standard deviation in seconds.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        match self {
            Self::Zero | Self::Constant(_) => 0.0,
            Self::Lognormal { sigma, .. } => self.mean() * libm::expm1(sigma * sigma).sqrt(),
            Self::Uniform { low, high } => (high.as_secs_f64() - low.as_secs_f64()) / 12f64.sqrt(),
            Self::Exponential(mean) => mean.as_secs_f64(),
            Self::Gamma { shape, mean } => mean.as_secs_f64() / shape.sqrt(),
            Self::Hyperexponential { share, first, second } => {
                let square = |time: &SimDuration| 2.0 * time.as_secs_f64() * time.as_secs_f64();
                let mean = self.mean();
                (share * square(first) + (1.0 - share) * square(second) - mean * mean).max(0.0).sqrt()
            }
        }
    }
}

/// Collects records into objects.
///
/// A buffer opens when it takes in a record while empty. It closes as soon as it holds `size` or more, the record that
/// reaches it included, at that record's time; otherwise `interval` after it opened. A record that arrives at the very
/// instant of that timer finds it closed and opens the next one. With an interval of zero nothing is collected: what is left
/// of each request becomes an object of its own at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buffer {
    /// Closes when this much is held.
    pub size: Bytes,
    /// Closes this long after it opened.
    pub interval: SimDuration,
}
