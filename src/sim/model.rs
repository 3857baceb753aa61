//! What a model consists of: plain data, no behaviour, no knowledge of any vendor.

use std::sync::Arc;

use super::SimError;
use super::exponential::exp;
use crate::units::{Bytes, RecordRate, SimDuration, SimTime};

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

/// When records are sent and how large they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// When.
    pub arrivals: Arrivals,
    /// How large; a trace brings its own sizes.
    pub sizes: SizeLaw,
    /// How many records share one request and its send time; their sizes are independent. In a trace, neighbours with
    /// the same send time share a request, up to this many.
    pub records_per_request: u32,
}

/// When requests are sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrivals {
    /// Independent of each other, at the profile's rate.
    Poisson(RateProfile),
    /// Evenly spaced at the profile's rate; the first one at time zero.
    Deterministic(RateProfile),
    /// As recorded, in the order of time.
    Trace(Arc<[TraceRecord]>),
}

/// One record of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceRecord {
    /// Send time.
    pub at: SimTime,
    /// Size.
    pub size: Bytes,
}

/// A rate of records that repeats itself every period, constant on equal parts of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RateProfile {
    mean: RecordRate,
    period: SimDuration,
    factors: Vec<f64>,
}

impl RateProfile {
    /// The shortest part of a profile.
    const SHORTEST_PART: SimDuration = SimDuration::from_nanos(1_000_000);

    /// A profile from relative weights of the equal parts of `period`, scaled so that their mean is `mean`.
    ///
    /// # Errors
    /// [`SimError::Invalid`] without weights, with a negative or infinite one, with all of them zero, or when a part is
    /// shorter than a millisecond.
    pub fn new(mean: RecordRate, period: SimDuration, weights: &[f64]) -> Result<Self, SimError> {
        let total: f64 = weights.iter().sum();
        if !(total.is_finite() && total >= f64::MIN_POSITIVE && weights.iter().all(|weight| *weight >= 0.0)) {
            return Err(SimError::invalid(
                "rate profile",
                "weights that are not negative, one of them above zero",
                weights,
            ));
        }
        if period.as_nanos() / (weights.len() as u64) < Self::SHORTEST_PART.as_nanos() {
            return Err(SimError::invalid("rate profile", "parts of 1 ms or more", period));
        }
        let scale = weights.len() as f64 / total;
        Ok(Self { mean, period, factors: weights.iter().map(|weight| weight * scale).collect() })
    }

    /// The same rate all the time.
    #[must_use]
    pub fn flat(mean: RecordRate) -> Self {
        Self { mean, period: SimDuration::from_secs(3600), factors: vec![1.0] }
    }

    /// The mean over a period.
    #[must_use]
    pub const fn mean(&self) -> RecordRate {
        self.mean
    }

    /// After which the profile starts again.
    #[must_use]
    pub const fn period(&self) -> SimDuration {
        self.period
    }

    /// The rate of each part as a multiple of the mean; their own mean is 1.
    #[must_use]
    pub fn factors(&self) -> &[f64] {
        &self.factors
    }

    /// The highest rate, in records a second.
    #[must_use]
    pub fn peak(&self) -> f64 {
        self.mean.get() * self.factors.iter().copied().fold(0.0, f64::max)
    }

    /// The rate at a time, in records a second.
    #[must_use]
    pub fn rate_at(&self, time: SimTime) -> f64 {
        let into_period = u128::from(time.as_nanos() % self.period.as_nanos());
        let part = into_period * self.factors.len() as u128 / u128::from(self.period.as_nanos());
        self.mean.get() * self.factors.get(part as usize).copied().unwrap_or(1.0)
    }
}

/// How record sizes vary: whole bytes, at least one, at most 1 TiB, independent of each other.
#[derive(Debug, Clone, PartialEq)]
pub enum SizeLaw {
    /// Always the same.
    Constant(Bytes),
    /// Lognormal.
    Lognormal {
        /// Mean in bytes.
        mean: f64,
        /// Standard deviation of the natural logarithm, up to 10.
        sigma: f64,
    },
    /// Gamma; shape 1 is the exponential law.
    Gamma {
        /// Shape, a pure number.
        shape: f64,
        /// Scale in bytes; the mean is shape times scale.
        scale: f64,
    },
    /// Every whole number of bytes between two sizes, both included.
    Uniform {
        /// Smallest.
        low: Bytes,
        /// Largest.
        high: Bytes,
    },
    /// One of these sizes in bytes, each as likely as the others.
    Empirical(Arc<[u32]>),
}

impl SizeLaw {
    /// The mean in bytes, before rounding to whole bytes; NaN for an empirical law without sizes.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(size) => size.get() as f64,
            Self::Lognormal { mean, .. } => *mean,
            Self::Gamma { shape, scale } => shape * scale,
            Self::Uniform { low, high } => f64::midpoint(low.get() as f64, high.get() as f64),
            Self::Empirical(sizes) => sizes.iter().map(|size| f64::from(*size)).sum::<f64>() / sizes.len() as f64,
        }
    }

    /// The variance in square bytes, before rounding to whole bytes; NaN for an empirical law without sizes.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self {
            Self::Constant(_) => 0.0,
            Self::Lognormal { mean, sigma } => mean * mean * libm::expm1(sigma * sigma),
            Self::Gamma { shape, scale } => shape * scale * scale,
            Self::Uniform { low, high } => {
                let count = (high.get() as f64 - low.get() as f64) + 1.0;
                (count * count - 1.0) / 12.0
            }
            Self::Empirical(sizes) => {
                let mean = self.mean();
                sizes.iter().map(|size| (f64::from(*size) - mean).powi(2)).sum::<f64>() / sizes.len() as f64
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: f64) -> RecordRate {
        RecordRate::per_second(per_second).unwrap()
    }

    #[test]
    fn profiles_are_scaled_to_their_mean_and_repeat() {
        let profile = RateProfile::new(rate(100.0), SimDuration::from_secs(4), &[1.0, 3.0]).unwrap();
        assert_eq!(profile.factors(), [0.5, 1.5]);
        assert_eq!(profile.peak(), 150.0);
        let at = |seconds: f64| profile.rate_at(SimTime::ZERO + SimDuration::from_secs_f64(seconds));
        assert_eq!([at(0.0), at(1.9), at(2.0), at(3.9), at(4.0), at(6.5)], [50.0, 50.0, 150.0, 150.0, 50.0, 150.0]);
        assert_eq!(RateProfile::flat(rate(7.0)).rate_at(SimTime::NEVER), 7.0);
    }

    #[test]
    fn profiles_without_a_rate_are_refused() {
        for weights in [&[][..], &[0.0], &[-1.0, 2.0], &[f64::NAN], &[f64::INFINITY], &[5e-324]] {
            assert!(RateProfile::new(rate(1.0), SimDuration::from_secs(1), weights).is_err(), "{weights:?}");
        }
        assert!(RateProfile::new(rate(1.0), SimDuration::ZERO, &[1.0]).is_err());
    }

    #[test]
    fn moments_follow_the_textbook() {
        let exponential = SizeLaw::Gamma { shape: 1.0, scale: 100.0 };
        assert_eq!((exponential.mean(), exponential.variance()), (100.0, 10_000.0));
        let dice = SizeLaw::Uniform { low: Bytes::new(1), high: Bytes::new(6) };
        assert_eq!((dice.mean(), dice.variance()), (3.5, 35.0 / 12.0));
        let same = SizeLaw::Empirical(Arc::from([1, 2, 3, 4, 5, 6]));
        assert!((same.variance() - dice.variance()).abs() < 1e-12);
        assert_eq!(SizeLaw::Constant(Bytes::new(9)).mean(), 9.0);
    }
}
