//! Laws of traffic as scenarios and presets write them, and what they are for the simulator. Doc comments here are their
//! documentation: they reach `forebay schema scenario`, messages about missing keys, and the book.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::sim::{self, CountLaw, Phase, Quantiles, RateProfile, SimError, TooLong};
use crate::units::{Bytes, Share, SimDuration};

/// How requests arrive: a word, or a process with parameters.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ArrivalLaw {
    /// A process that needs no parameters.
    Word(ArrivalWord),
    /// A process, named by its key.
    Process(Process),
}

impl Default for ArrivalLaw {
    fn default() -> Self {
        Self::Word(ArrivalWord::Poisson)
    }
}

/// A process that needs no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArrivalWord {
    /// Evenly spaced.
    Deterministic,
    /// Independent of each other.
    Poisson,
}

/// An arrival process, named by its key.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Process {
    /// Independent gaps of one law, with the mean that the rate asks for.
    Renewal(Gaps),
    /// A Markov-modulated Poisson process: states with rates, each lasting for an exponential time.
    Mmpp(Mmpp),
    /// Poisson at a rate that is self-similar: many sources that are on for heavy-tailed times.
    SelfSimilar(SelfSimilar),
    /// Groups of requests that come together; the groups are Poisson.
    Groups(Groups),
    /// Sessions of requests with times to think between them; the sessions are Poisson.
    Sessions(Sessions),
    /// Devices that each send periodically; as many as the rate asks for.
    Devices(Devices),
    /// Several processes at once: a list of tables with `share`, `arrivals` and, where it differs, `record-size`.
    Overlay(Vec<Part>),
}

/// A law of gaps, named by its key.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gaps {
    /// Gamma: a shape above 1 is more regular than Poisson (Erlang), below 1 burstier.
    Gamma(GammaGaps),
    /// Lognormal.
    Lognormal(LognormalGaps),
    /// Pareto of type II (Lomax), which begins at zero; the generalized Pareto law of shape 1 / tail-index.
    Pareto(ParetoGaps),
    /// Weibull: a shape below 1 is burstier than Poisson.
    Weibull(WeibullGaps),
}

/// Gamma gaps.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GammaGaps {
    /// Shape; the coefficient of variation is one over its root.
    #[schemars(range(min = 0.01, max = 1_000_000.0))]
    pub shape: f64,
}

/// Lognormal gaps.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LognormalGaps {
    /// Standard deviation of the logarithm.
    #[schemars(range(min = 0.0, max = 3.0))]
    pub sigma: f64,
}

/// Pareto gaps.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ParetoGaps {
    /// The tail index alpha; up to 2 the variance is infinite.
    #[schemars(range(min = 1.05, max = 1000.0))]
    pub tail_index: f64,
}

/// Weibull gaps.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WeibullGaps {
    /// Shape; 1 is Poisson.
    #[schemars(range(min = 0.2, max = 100.0))]
    pub shape: f64,
}

/// A Markov-modulated Poisson process.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mmpp {
    /// The states: a list of tables with `rate`, relative to the other states, and `sojourn`, the mean time in it.
    #[schemars(length(min = 2, max = 64))]
    pub states: Vec<State>,
    /// For each state a list of chances to go to each other one when its time is over, as relative weights; in turn if
    /// absent.
    pub transitions: Option<Vec<Vec<f64>>>,
}

/// A state of a Markov-modulated Poisson process.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct State {
    /// Its rate in relation to the others; all are scaled so that the mean is the workload's.
    #[schemars(range(min = 0.0, max = 1e9))]
    pub rate: f64,
    /// How long it lasts on average.
    #[schemars(extend("x-above-zero" = true))]
    pub sojourn: SimDuration,
}

/// Self-similar traffic.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SelfSimilar {
    /// The Hurst exponent; 0.5 would be no memory.
    #[schemars(range(min = 0.51, max = 0.98))]
    pub hurst: f64,
    /// How many sources are on, on average; the rate's coefficient of variation is one over its root.
    #[schemars(range(min = 0.1, max = 10_000.0))]
    pub sources: f64,
    /// How long one is on, on average.
    #[schemars(extend("x-above-zero" = true))]
    pub mean_on: SimDuration,
}

/// Groups of requests.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Groups {
    /// Requests in a group: a whole number or a law.
    pub size: Count,
    /// Length of the cells of time, counted from the start, over which the members of a group are spread; they share one
    /// instant if absent.
    #[schemars(extend("x-above-zero" = true))]
    pub within: Option<SimDuration>,
}

/// Sessions of requests.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sessions {
    /// Requests in a session: a whole number or a law.
    pub requests: Count,
    /// The time between two requests of a session.
    pub think_time: ThinkTime,
    /// The longest time to think.
    #[schemars(extend("x-above-zero" = true))]
    pub longest: Option<SimDuration>,
    /// What becomes of longer ones; `drawn-anew` if absent.
    pub longer_ones: Option<LongerOnes>,
    /// Share of requests that follow at once, as objects embedded in a page do; none if absent.
    pub at_once: Option<Share>,
}

/// What becomes of times that are too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LongerOnes {
    /// Another one is drawn.
    DrawnAnew,
    /// They are cut.
    Cut,
}

/// A law of times to think, named by its key.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ThinkTime {
    /// Exponential.
    Exponential(ExponentialTime),
    /// Lognormal.
    Lognormal(LognormalTime),
    /// Weibull.
    Weibull(WeibullTime),
}

/// Exponential times.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExponentialTime {
    /// Mean time.
    #[schemars(extend("x-above-zero" = true))]
    pub mean: SimDuration,
}

/// Lognormal times.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LognormalTime {
    /// Median time.
    #[schemars(extend("x-above-zero" = true))]
    pub median: SimDuration,
    /// Standard deviation of the logarithm.
    #[schemars(range(min = 0.001, max = 5.0))]
    pub sigma: f64,
}

/// Weibull times.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeibullTime {
    /// Scale; 63 % of the times are shorter.
    #[schemars(extend("x-above-zero" = true))]
    pub scale: SimDuration,
    /// Shape.
    #[schemars(range(min = 0.2, max = 100.0))]
    pub shape: f64,
}

/// A number of things in one: always the same, or a law.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Count {
    /// Always so many.
    Fixed(#[schemars(range(min = 1, max = 100_000))] u32),
    /// A law.
    Law(CountTable),
}

/// A law of whole numbers from 1 on, named by its key.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CountTable {
    /// Geometric on 1, 2, ..., by its mean.
    Geometric(Geometric),
    /// By quantiles: a list of pairs of a probability, from 0 to 1, and a number; between two of them the logarithm of the
    /// number is even.
    Quantiles(Vec<[f64; 2]>),
}

/// A geometric law.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Geometric {
    /// Mean.
    #[schemars(range(min = 1.0, max = 100_000.0))]
    pub mean: f64,
}

/// Devices that send periodically.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Devices {
    /// The time from one request of a device to the next.
    #[schemars(extend("x-above-zero" = true))]
    pub period: SimDuration,
    /// Each request is late by up to this, evenly; none if absent.
    pub jitter: Option<SimDuration>,
    /// Share of requests that are lost; none if absent.
    pub loss: Option<Share>,
    /// When in the period each device sends; `random` if absent.
    pub phase: Option<PhaseWord>,
}

/// When in the period devices send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseWord {
    /// Each at a time of its own.
    Random,
    /// All together.
    Together,
}

/// One of several processes at once.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Part {
    /// Its share of the records.
    pub share: Share,
    /// How its requests arrive; `poisson` if absent.
    #[serde(default)]
    pub arrivals: ArrivalLaw,
    /// Size of its records, where it differs.
    pub record_size: Option<RecordSizes>,
}

/// Sizes of records: one for all, or a law.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RecordSizes {
    /// All records have this size.
    Constant(Bytes),
    /// Sizes follow a law.
    Law(SizeLaw),
}

/// A law of sizes, named by its key.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SizeLaw {
    /// Lognormal, by mean and standard deviation of the logarithm.
    Lognormal(Lognormal),
    /// Gamma, by mean and shape.
    Gamma(Gamma),
    /// Even between two sizes.
    Uniform(Uniform),
    /// Generalized Pareto above a location.
    GeneralizedPareto(GeneralizedPareto),
    /// A lognormal body with a Pareto tail.
    LognormalPareto(LognormalPareto),
    /// A share of records without content, counted as one byte, the others lognormal.
    ZeroInflatedLognormal(ZeroInflated),
    /// Sizes with weights.
    Table(SizeTable),
}

/// Lognormal sizes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lognormal {
    /// Mean size.
    pub mean: Bytes,
    /// Standard deviation of the logarithm.
    #[schemars(range(min = 0.0, max = 5.0))]
    pub sigma: f64,
}

/// Gamma sizes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gamma {
    /// Mean size.
    pub mean: Bytes,
    /// Shape; the coefficient of variation is one over its root.
    #[schemars(range(min = 0.01, max = 1_000_000.0))]
    pub shape: f64,
}

/// Uniform sizes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uniform {
    /// Least size.
    pub low: Bytes,
    /// Greatest size.
    pub high: Bytes,
}

/// Generalized Pareto sizes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GeneralizedPareto {
    /// Least size.
    pub location: Bytes,
    /// Scale in bytes.
    #[schemars(range(min = 0.001, max = 1e12))]
    pub scale: f64,
    /// Shape; 0 is the exponential law, from 0.5 on the tail decides the variance.
    #[schemars(range(min = 0.0, max = 5.0))]
    pub shape: f64,
    /// Larger draws are cut to this; `1 GiB` if absent.
    pub largest: Option<Bytes>,
}

/// Lognormal sizes with a Pareto tail.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LognormalPareto {
    /// Median of the body.
    pub median: Bytes,
    /// Standard deviation of the logarithm of the body.
    #[schemars(range(min = 0.001, max = 5.0))]
    pub sigma: f64,
    /// Where the tail begins: what the body draws above is drawn from the tail.
    pub tail_from: Bytes,
    /// The tail index alpha; the smaller, the heavier.
    #[schemars(range(min = 0.1, max = 100.0))]
    pub tail_index: f64,
    /// Larger draws are cut to this; `1 GiB` if absent.
    pub largest: Option<Bytes>,
}

/// Lognormal sizes, but for records without content.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ZeroInflated {
    /// Share of records without content.
    pub zero_share: Share,
    /// Median size of the others.
    pub median: Bytes,
    /// Standard deviation of the logarithm of the others.
    #[schemars(range(min = 0.0, max = 5.0))]
    pub sigma: f64,
}

/// Sizes with weights.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeTable {
    /// The sizes.
    pub sizes: Vec<Bytes>,
    /// The weight of each; all alike if absent.
    pub weights: Option<Vec<f64>>,
}

/// Where a heavy tail is cut if nobody says.
const LARGEST: Bytes = Bytes::new(1 << 30);

impl RecordSizes {
    /// The law for the simulator.
    ///
    /// # Errors
    /// What is wrong with a table of sizes.
    pub fn law(&self) -> Result<sim::SizeLaw, SimError> {
        let law = match self {
            Self::Constant(size) => return Ok(sim::SizeLaw::Constant(*size)),
            Self::Law(law) => law,
        };
        Ok(match law {
            SizeLaw::Lognormal(law) => sim::SizeLaw::Lognormal { mean: law.mean.get() as f64, sigma: law.sigma },
            SizeLaw::Gamma(law) => sim::SizeLaw::Gamma { shape: law.shape, scale: law.mean.get() as f64 / law.shape },
            SizeLaw::Uniform(law) => sim::SizeLaw::Uniform { low: law.low, high: law.high },
            SizeLaw::GeneralizedPareto(law) => sim::SizeLaw::GeneralizedPareto {
                location: law.location.get() as f64,
                scale: law.scale,
                shape: law.shape,
                largest: law.largest.unwrap_or(LARGEST),
            },
            SizeLaw::LognormalPareto(law) => sim::SizeLaw::LognormalPareto {
                median: law.median.get() as f64,
                sigma: law.sigma,
                tail_from: law.tail_from.get() as f64,
                tail_index: law.tail_index,
                largest: law.largest.unwrap_or(LARGEST),
            },
            SizeLaw::ZeroInflatedLognormal(law) => sim::SizeLaw::ZeroInflatedLognormal {
                zero_share: law.zero_share.get(),
                mean: law.median.get() as f64 * libm::exp(law.sigma * law.sigma / 2.0),
                sigma: law.sigma,
            },
            SizeLaw::Table(table) => sim::SizeLaw::Table(table.rows()?),
        })
    }
}

impl SizeTable {
    fn rows(&self) -> Result<Arc<[(u32, f64)]>, SimError> {
        let weights = self.weights.clone().unwrap_or_else(|| vec![1.0; self.sizes.len()]);
        if weights.len() != self.sizes.len() {
            let expected = "as many weights as sizes";
            return Err(SimError::Invalid { what: "weights".into(), expected, found: weights.len().to_string() });
        }
        let row = |(size, weight): (&Bytes, f64)| u32::try_from(size.get()).ok().map(|size| (size, weight));
        let rows: Option<Vec<_>> = self.sizes.iter().zip(weights).map(row).collect();
        let expected = "sizes below 4 GiB";
        let too_large = || SimError::Invalid { what: "sizes".into(), expected, found: format!("{:?}", self.sizes) };
        rows.map(Arc::from).ok_or_else(too_large)
    }
}

impl Count {
    /// The law for the simulator.
    ///
    /// # Errors
    /// What is wrong with a list of quantiles.
    pub fn law(&self) -> Result<CountLaw, SimError> {
        Ok(match self {
            Self::Fixed(count) => CountLaw::Fixed(*count),
            Self::Law(CountTable::Geometric(law)) => CountLaw::Geometric { mean: law.mean },
            Self::Law(CountTable::Quantiles(knots)) => {
                let knots: Vec<(f64, f64)> = knots.iter().map(|[probability, value]| (*probability, *value)).collect();
                CountLaw::Quantiles(Quantiles::new(&knots)?)
            }
        })
    }
}

/// What arrivals are made of beside their law.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The rate of records.
    pub profile: RateProfile,
    /// Sizes of records.
    pub sizes: sim::SizeLaw,
    /// Records in a request.
    pub records_per_request: CountLaw,
}

impl ArrivalLaw {
    /// The source for the simulator.
    ///
    /// # Errors
    /// What is wrong with the parameters.
    pub fn source(&self, setting: &Setting) -> Result<sim::Source, SimError> {
        let Setting { profile, sizes, records_per_request } = setting.clone();
        let arrivals = match self {
            Self::Word(ArrivalWord::Poisson) => sim::Arrivals::Poisson(profile),
            Self::Word(ArrivalWord::Deterministic) => sim::Arrivals::Deterministic(profile),
            Self::Process(process) => process.arrivals(setting)?,
        };
        Ok(sim::Source { arrivals, sizes, records_per_request })
    }

    /// Whether the rate may follow a profile.
    #[must_use]
    pub const fn follows_a_profile(&self) -> bool {
        !matches!(self, Self::Process(Process::Devices(_)))
    }
}

impl Process {
    fn arrivals(&self, setting: &Setting) -> Result<sim::Arrivals, SimError> {
        let profile = setting.profile.clone();
        Ok(match self {
            Self::Renewal(gaps) => sim::Arrivals::Renewal(profile, gaps.law()),
            Self::Mmpp(law) => {
                let rates: Vec<f64> = law.states.iter().map(|state| state.rate).collect();
                let sojourns: Vec<SimDuration> = law.states.iter().map(|state| state.sojourn).collect();
                let modulation = sim::Modulation::new(&rates, &sojourns, law.transitions.as_deref())?;
                sim::Arrivals::Mmpp(profile, modulation)
            }
            Self::SelfSimilar(law) => {
                let periods = sim::OnPeriods { hurst: law.hurst, sources: law.sources, mean_on: law.mean_on };
                sim::Arrivals::SelfSimilar(profile, periods)
            }
            Self::Groups(law) => {
                sim::Arrivals::Groups(profile, sim::Groups { size: law.size.law()?, within: law.within })
            }
            Self::Sessions(law) => sim::Arrivals::Sessions(profile, law.law()?),
            Self::Devices(law) => sim::Arrivals::Devices(law.fleet(setting)?),
            Self::Overlay(parts) => {
                let parts: Result<Vec<sim::Source>, SimError> = parts.iter().map(|part| part.source(setting)).collect();
                sim::Arrivals::Overlay(parts?)
            }
        })
    }
}

impl Gaps {
    const fn law(self) -> sim::GapLaw {
        match self {
            Self::Gamma(law) => sim::GapLaw::Gamma { shape: law.shape },
            Self::Lognormal(law) => sim::GapLaw::Lognormal { sigma: law.sigma },
            Self::Pareto(law) => sim::GapLaw::Lomax { tail_index: law.tail_index },
            Self::Weibull(law) => sim::GapLaw::Weibull { shape: law.shape },
        }
    }
}

impl Sessions {
    fn law(&self) -> Result<sim::Sessions, SimError> {
        let law = match self.think_time {
            ThinkTime::Exponential(law) => sim::ThinkLaw::Exponential { mean: law.mean },
            ThinkTime::Lognormal(law) => sim::ThinkLaw::Lognormal { median: law.median, sigma: law.sigma },
            ThinkTime::Weibull(law) => sim::ThinkLaw::Weibull { scale: law.scale, shape: law.shape },
        };
        let rule = match self.longer_ones {
            Some(LongerOnes::Cut) => TooLong::Cut,
            Some(LongerOnes::DrawnAnew) | None => TooLong::DrawnAnew,
        };
        let longest = self.longest.map(|longest| (longest, rule));
        let zero_share = self.at_once.map_or(0.0, Share::get);
        Ok(sim::Sessions { requests: self.requests.law()?, think: sim::ThinkTime { law, longest, zero_share } })
    }
}

impl Devices {
    /// As many devices as come nearest to the rate, with the period moved a little so that the rate is met.
    fn fleet(&self, setting: &Setting) -> Result<sim::Devices, SimError> {
        let sent = 1.0 - self.loss.map_or(0.0, Share::get);
        if sent < 0.01 {
            let found = self.loss.map_or_else(String::new, |loss| loss.to_string());
            return Err(SimError::Invalid { what: "loss".into(), expected: "a share from 0 to 99 %", found });
        }
        let requests = setting.profile.mean().get() / setting.records_per_request.mean();
        let count = self.devices(requests).round().max(1.0);
        Ok(sim::Devices {
            count: count as u32,
            period: SimDuration::from_secs_f64(count * sent / requests),
            jitter: self.jitter.unwrap_or(SimDuration::ZERO),
            loss: 1.0 - sent,
            phase: match self.phase {
                Some(PhaseWord::Together) => Phase::Together,
                Some(PhaseWord::Random) | None => Phase::Random,
            },
        })
    }

    /// How many devices send so many requests a second.
    #[must_use]
    pub fn devices(&self, requests: f64) -> f64 {
        requests * self.period.as_secs_f64() / (1.0 - self.loss.map_or(0.0, Share::get))
    }
}

impl Part {
    fn source(&self, setting: &Setting) -> Result<sim::Source, SimError> {
        let share = self.share.get();
        let profile = setting.profile.scaled(share).ok_or_else(|| SimError::Invalid {
            what: "share".into(),
            expected: "a share above zero",
            found: self.share.to_string(),
        })?;
        let sizes = match &self.record_size {
            Some(sizes) => sizes.law()?,
            None => setting.sizes.clone(),
        };
        self.arrivals.source(&Setting { profile, sizes, records_per_request: setting.records_per_request.clone() })
    }
}
