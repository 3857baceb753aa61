//! The traffic of a scenario, checked.

use super::raw::{RawBatch, RawOutage, RawProfile, RawRetry, RawSizes, RawWorkload};
use crate::catalog::traffic::{
    ArrivalLaw, Count, Devices, Gamma, Lognormal, Process, RecordSizes, Setting, SizeLaw, Uniform,
};
use crate::catalog::{ArrivalPreset, Catalog, Profile};
use crate::diag::{Diagnostic, Problems, suggest};
use crate::document::Document;
use crate::sim::{self, CountLaw, SimError};
use crate::units::{Bytes, RecordRate, SimDuration, significant};

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
    /// Another law: a preset of the catalog or one of several parameters.
    Other {
        /// The preset's name, or the law's.
        name: String,
        /// The law.
        law: sim::SizeLaw,
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
            Self::Other { law, .. } => law.mean(),
        }
    }

    /// The law for the simulator.
    #[must_use]
    pub fn law(&self) -> sim::SizeLaw {
        match self {
            Self::Constant(size) => sim::SizeLaw::Constant(*size),
            Self::Lognormal { mean, sigma } => sim::SizeLaw::Lognormal { mean: mean.get() as f64, sigma: *sigma },
            Self::Gamma { mean, shape } => sim::SizeLaw::Gamma { shape: *shape, scale: mean.get() as f64 / shape },
            Self::Uniform { low, high } => sim::SizeLaw::Uniform { low: *low, high: *high },
            Self::Other { law, .. } => law.clone(),
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
            Self::Other { name, law } => format!("{name}, mean {} B", significant(law.mean(), 4)),
        }
    }
}

/// The traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// Mean rate of records.
    pub rate: RecordRate,
    /// How requests arrive.
    pub arrivals: ArrivalLaw,
    /// How the rate changes.
    pub profile: Profile,
    /// Sizes of records.
    pub sizes: Sizes,
    /// Records in a request.
    pub records_per_request: CountLaw,
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

    /// The source for the simulator.
    ///
    /// # Errors
    /// What the simulator refuses.
    pub fn source(&self) -> Result<sim::Source, SimError> {
        let profile = self.profile.at_rate(self.rate)?;
        let records_per_request = self.records_per_request.clone();
        self.arrivals.source(&Setting { profile, sizes: self.sizes.law(), records_per_request })
    }

    /// Mean size of a record in bytes; the parts of an overlay may have sizes of their own.
    #[must_use]
    pub fn mean_size(&self) -> f64 {
        let by_parts = || self.source().ok().map(|source| source.mean_size());
        let parts = matches!(self.arrivals, ArrivalLaw::Process(Process::Overlay(_)));
        parts.then(by_parts).flatten().unwrap_or_else(|| self.sizes.mean())
    }

    pub(super) fn check(
        raw: RawWorkload,
        catalog: &Catalog,
        document: &Document,
        problems: &mut Problems,
    ) -> Option<Self> {
        let retry = raw.retry.as_ref().map(|retry| ClientRetry::check(retry, document, problems));
        let mut checker = Checker { catalog, document, problems };
        let preset = checker.preset(&raw);
        let sizes = checker.sizes(raw.record_size);
        let profile = checker.profile(raw.profile, raw.episodes, preset);
        let records_per_request = checker.batch(raw.records_per_request);
        let arrivals = preset.map(|preset| preset.law.clone()).or(raw.arrivals).unwrap_or_default();
        let workload = Self {
            rate: raw.rate,
            arrivals,
            profile: profile?,
            sizes: sizes?,
            records_per_request: records_per_request?,
            compression_ratio: raw.compression_ratio,
            retry,
        };
        checker.together(&workload);
        Some(workload)
    }
}

/// Checks the parts of a workload and says what is wrong where.
struct Checker<'a> {
    catalog: &'a Catalog,
    document: &'a Document,
    problems: &'a mut Problems,
}

impl<'a> Checker<'a> {
    fn refuse(&mut self, code: &'static str, key: &str, message: impl Into<String>, label: &str) {
        let span = self.document.span_of(&format!("workload.{key}"));
        self.problems.push(Diagnostic::error(code, message).at(span, label));
    }

    /// The arrival preset, which takes the place of arrivals and their profile.
    fn preset(&mut self, raw: &RawWorkload) -> Option<&'a ArrivalPreset> {
        let name = &raw.preset.as_ref()?.0;
        if raw.arrivals.is_some() {
            let span = self.document.span_of("workload.arrivals");
            let problem = Diagnostic::error("preset", "`preset` and `arrivals` both say how requests arrive");
            let problem = problem.at(span, "leave one of them out");
            self.problems.push(problem.help(format!("the preset `{name}` can be scaled by `rate` only")));
        }
        // The schema has made sure that it exists.
        self.catalog.arrivals.iter().find(|preset| preset.id == *name)
    }

    fn sizes(&mut self, raw: RawSizes) -> Option<Sizes> {
        let sizes = match raw {
            RawSizes::Constant(size) => Sizes::Constant(size),
            RawSizes::Law(SizeLaw::Lognormal(Lognormal { mean, sigma })) => Sizes::Lognormal { mean, sigma },
            RawSizes::Law(SizeLaw::Gamma(Gamma { mean, shape })) => Sizes::Gamma { mean, shape },
            RawSizes::Law(SizeLaw::Uniform(Uniform { low, high })) => Sizes::Uniform { low, high },
            RawSizes::Law(law) => {
                let name = name_of(&law).to_owned();
                match RecordSizes::Law(law).law() {
                    Ok(law) => Sizes::Other { name, law },
                    Err(error) => {
                        self.refuse("record-size", "record-size", error.to_string(), "this size");
                        return None;
                    }
                }
            }
            RawSizes::Preset(name) => {
                let preset = self.catalog.sizes.iter().find(|preset| preset.id == name.0)?;
                Sizes::Other { name: preset.id.clone(), law: preset.law.clone() }
            }
        };
        let problem = match &sizes {
            Sizes::Uniform { low, high } if low > high => Some("`low` is above `high`".to_owned()),
            sizes if sizes.mean() < 1.0 => Some("records must have at least one byte".to_owned()),
            sizes if sizes.mean() > 1e12 => Some("a record cannot be larger than 1 TB".to_owned()),
            Sizes::Other { law, .. } => law.check().err().map(|error| error.to_string()),
            _ => None,
        };
        if let Some(message) = problem {
            self.refuse("record-size", "record-size", message, "this size");
            return None;
        }
        Some(sizes)
    }

    fn profile(
        &mut self,
        raw: Option<RawProfile>,
        episodes: Option<Vec<crate::catalog::raw::RawEpisode>>,
        preset: Option<&ArrivalPreset>,
    ) -> Option<Profile> {
        let profile = match (raw, preset) {
            (None, None) => Profile::flat(),
            (None, Some(preset)) => preset.rate_profile(&self.catalog.profiles).ok()?,
            (Some(RawProfile::Named(name)), _) => {
                named_profile(&name, &self.catalog.profiles, self.document, self.problems)?
            }
            (Some(RawProfile::Own(own)), _) => {
                let period = own.period.unwrap_or(SimDuration::from_secs(86_400));
                match Profile::new("own", &own.factors, period) {
                    Ok(profile) => profile,
                    Err(message) => {
                        self.refuse("profile", "profile", message, "this profile");
                        return None;
                    }
                }
            }
        };
        let Some(episodes) = episodes else { return Some(profile) };
        match profile.with_episodes(episodes) {
            Ok(profile) => Some(profile),
            Err(message) => {
                self.refuse("episodes", "episodes", message, "these episodes");
                None
            }
        }
    }

    fn batch(&mut self, raw: Option<RawBatch>) -> Option<CountLaw> {
        let law = match raw {
            None => return Some(CountLaw::Fixed(1)),
            Some(RawBatch::Fixed(count)) => return Some(CountLaw::Fixed(count)),
            Some(RawBatch::Law(law)) => Count::Law(law).law(),
        };
        match law {
            Ok(law) if law.mean() <= 500.0 => Some(law),
            Ok(law) => {
                let message = format!("the mean of `records-per-request` is {}", significant(law.mean(), 4));
                self.refuse("out-of-range", "records-per-request", message, "expected 500 at most");
                None
            }
            Err(error) => {
                self.refuse("quantiles", "records-per-request", error.to_string(), "this law");
                None
            }
        }
    }

    /// What can be wrong with the arrivals only when rate, profile and sizes are known.
    fn together(&mut self, workload: &Workload) {
        let key = if self.document.find("workload.preset").is_some() { "preset" } else { "arrivals" };
        if let ArrivalLaw::Process(Process::Devices(devices)) = &workload.arrivals {
            self.devices(*devices, workload, key);
        }
        if let ArrivalLaw::Process(Process::Overlay(parts)) = &workload.arrivals {
            let total: f64 = parts.iter().map(|part| part.share.get()).sum();
            if (total - 1.0).abs() > 0.001 {
                let message = format!("the shares of the overlay add up to {} %", significant(total * 100.0, 4));
                self.refuse("shares", key, message, "expected 100 %");
            }
        }
        let checked = workload.source().and_then(|source| source.check());
        if let Err(error) = checked {
            self.refuse("arrivals", key, error.to_string(), "these arrivals");
        }
    }

    fn devices(&mut self, devices: Devices, workload: &Workload, key: &str) {
        if workload.profile.factors.len() > 1 || !workload.profile.episodes.is_empty() {
            self.refuse(
                "profile",
                key,
                "devices keep their period all the time",
                "no profile and no episodes with devices",
            );
        }
        let count = devices.devices(workload.rate.get() / workload.records_per_request.mean());
        if (count.round().max(1.0) / count - 1.0).abs() > DEVICES_OFF {
            let span = self.document.span_of("workload.rate");
            let message = format!("a rate of {} would take {} devices", workload.rate, significant(count, 4));
            let problem = Diagnostic::error("devices", message).at(span, "not a whole number of devices");
            let one = workload.rate.get() / count;
            let help = format!("each device sends {} records/s", significant(one, 6));
            self.problems.push(problem.help(help));
        }
    }
}

/// How far the period of devices may be moved so that a whole number of them meets the rate.
const DEVICES_OFF: f64 = 0.02;

const fn name_of(law: &SizeLaw) -> &'static str {
    match law {
        SizeLaw::Lognormal(_) => "lognormal",
        SizeLaw::Gamma(_) => "gamma",
        SizeLaw::Uniform(_) => "even",
        SizeLaw::GeneralizedPareto(_) => "generalized Pareto",
        SizeLaw::LognormalPareto(_) => "lognormal with a Pareto tail",
        SizeLaw::ZeroInflatedLognormal(_) => "zero-inflated lognormal",
        SizeLaw::Table(_) => "table",
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
    /// Times in which a service of the pipeline takes nothing, in the order of time.
    pub outages: Vec<RawOutage>,
}
