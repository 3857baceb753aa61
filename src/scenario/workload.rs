//! The traffic of a scenario, checked.

use super::raw::{RawProfile, RawRetry, RawSizeLaw, RawSizes, RawWorkload};
use crate::catalog::Profile;
use crate::diag::{Diagnostic, Problems, suggest};
use crate::document::Document;
use crate::units::{Bytes, RecordRate, SimDuration};

/// Sizes of records.
#[derive(Debug, Clone, PartialEq)]
pub enum Sizes {
    /// All the same.
    Constant(Bytes),
    /// Lognormal, by mean and standard deviation of the logarithm.
    Lognormal {
        /// Mean size.
        mean: Bytes,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Gamma, by mean and shape.
    Gamma {
        /// Mean size.
        mean: Bytes,
        /// Shape, a pure number.
        shape: f64,
    },
    /// Even between two sizes.
    Uniform {
        /// Least size.
        low: Bytes,
        /// Greatest size.
        high: Bytes,
    },
}

impl Sizes {
    /// Mean size in bytes.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(size) | Self::Lognormal { mean: size, .. } | Self::Gamma { mean: size, .. } => {
                size.get() as f64
            }
            Self::Uniform { low, high } => f64::midpoint(low.get() as f64, high.get() as f64),
        }
    }

    /// The law in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Constant(size) => format!("{size} each"),
            Self::Lognormal { mean, sigma } => format!("lognormal, mean {mean}, sigma {sigma}"),
            Self::Gamma { mean, shape } => format!("gamma, mean {mean}, shape {shape}"),
            Self::Uniform { low, high } => format!("even between {low} and {high}"),
        }
    }
}

/// The traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// Mean rate of records.
    pub rate: RecordRate,
    /// Whether requests come evenly and not at random.
    pub deterministic: bool,
    /// How the rate changes.
    pub profile: Profile,
    /// Sizes of records.
    pub sizes: Sizes,
    /// Records in a request.
    pub records_per_request: u32,
    /// How many times smaller objects get by compression, if stated.
    pub compression_ratio: Option<f64>,
    /// What a throttled client does, if it does not give up at once.
    pub retry: Option<ClientRetry>,
}

/// How a throttled client tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientRetry {
    /// Tries of one request, the first one included.
    pub max_attempts: u32,
    /// Wait before the second try; it doubles from there.
    pub initial_backoff: SimDuration,
    /// No wait is longer.
    pub max_backoff: SimDuration,
    /// Whether waits are drawn from zero to their length.
    pub jitter: bool,
}

impl ClientRetry {
    /// Fills in what the SDKs' standard mode does: three attempts, exponential backoff with full jitter.
    ///
    /// # Source
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>; the backoff of 1 s and its limit of
    /// 20 s are those of the SDKs before they opt in to the behaviour of 2026.
    fn check(raw: &RawRetry, document: &Document, problems: &mut Problems) -> Self {
        let initial_backoff = raw.initial_backoff.unwrap_or(SimDuration::from_secs(1));
        let max_backoff = raw.max_backoff.unwrap_or(SimDuration::from_secs(20));
        let fault = if initial_backoff == SimDuration::ZERO {
            Some("a wait of zero would try again without time passing")
        } else if max_backoff < initial_backoff {
            Some("`max-backoff` is shorter than `initial-backoff`")
        } else {
            None
        };
        if let Some(message) = fault {
            let span = document.span_of("workload.retry");
            problems.push(Diagnostic::error("retry", message).at(span, "these waits"));
        }
        let (max_attempts, jitter) = (raw.max_attempts.unwrap_or(3), raw.jitter.unwrap_or(true));
        Self { max_attempts, initial_backoff, max_backoff, jitter }
    }
}

impl Workload {
    /// The greatest rate of the profile.
    #[must_use]
    pub fn peak_rate(&self) -> Option<RecordRate> {
        RecordRate::per_second(self.rate.get() * self.profile.peak())
    }

    pub(super) fn check(
        raw: RawWorkload,
        profiles: &[Profile],
        document: &Document,
        problems: &mut Problems,
    ) -> Option<Self> {
        let sizes = match raw.record_size {
            RawSizes::Constant(size) => Sizes::Constant(size),
            RawSizes::Law(RawSizeLaw::Lognormal(law)) => Sizes::Lognormal { mean: law.mean, sigma: law.sigma },
            RawSizes::Law(RawSizeLaw::Gamma(law)) => Sizes::Gamma { mean: law.mean, shape: law.shape },
            RawSizes::Law(RawSizeLaw::Uniform(law)) => Sizes::Uniform { low: law.low, high: law.high },
        };
        let size_problem = match &sizes {
            Sizes::Uniform { low, high } if low > high => Some("`low` is above `high`"),
            sizes if sizes.mean() < 1.0 => Some("records must have at least one byte"),
            sizes if sizes.mean() > 1e12 => Some("a record cannot be larger than 1 TB"),
            _ => None,
        };
        if let Some(message) = size_problem {
            let span = document.span_of("workload.record-size");
            problems.push(Diagnostic::error("record-size", message).at(span, "this size"));
        }
        let profile = match raw.profile {
            None => Some(Profile::flat()),
            Some(RawProfile::Named(name)) => named_profile(&name, profiles, document, problems),
            Some(RawProfile::Own(own)) => {
                let period = own.period.unwrap_or(SimDuration::from_secs(86_400));
                Profile::new("own", &own.factors, period)
                    .map_err(|message| {
                        let span = document.span_of("workload.profile");
                        problems.push(Diagnostic::error("profile", message).at(span, "this profile"));
                    })
                    .ok()
            }
        };
        Some(Self {
            rate: raw.rate,
            deterministic: raw.arrivals.is_some_and(|law| law.0 == "deterministic"),
            profile: profile?,
            sizes,
            records_per_request: raw.records_per_request.unwrap_or(1),
            compression_ratio: raw.compression_ratio,
            retry: raw.retry.map(|retry| ClientRetry::check(&retry, document, problems)),
        })
    }
}

fn named_profile(name: &str, profiles: &[Profile], document: &Document, problems: &mut Problems) -> Option<Profile> {
    if name == "flat" {
        return Some(Profile::flat());
    }
    let found = profiles.iter().find(|profile| profile.name == name).cloned();
    if found.is_none() {
        let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).chain(["flat"]).collect();
        let problem = Diagnostic::error("unknown-profile", format!("there is no rate profile `{name}`"));
        let problem = problem.at(document.span_of("workload.profile"), "not a profile of the catalog");
        problems.push(problem.help(suggest(name, &names, "the profiles are")));
    }
    found
}

/// How to simulate.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// Length of a run.
    pub horizon: SimDuration,
    /// Number of independent runs.
    pub replications: u32,
    /// Time from the start whose records are not counted.
    pub warm_up: SimDuration,
    /// Seed of the random numbers.
    pub seed: u64,
}
