//! Results of queueing theory, which the engine must reproduce.
//!
//! Every case names a model and its parameters. It is built from the stages of [`crate::sim::network`], simulated in
//! independent replications after a warm-up of a tenth, and each expected quantity is read off the stages. A quantity that
//! only restates parameters (a load, a root of an equation) comes from [`crate::theory`].
//!
//! A mean passes within three standard errors and within the case's `rel_tol`; where a run has no randomness left, within
//! a part in ten thousand. Percentiles, extremes and approximations pass within `rel_tol`. Replications are made longer
//! until three standard errors fit into `rel_tol`, or a case has had two hundred million arrivals; that looks at errors only,
//! never at what is expected.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{CaseResult, Quantity, VerifyError};
use crate::sim::network::{
    Collect, Feed, Network, NetworkTally, Node, NodeTally, Poller, Station, Step, Timer, WhenFull, run_network,
};
use crate::sim::{
    Arrivals, CountLaw, Counted, Estimate, GapLaw, Gate, LatencyLaw, Limit, LimitRule, RateProfile, RunConfig,
    SimError, SizeLaw, Source, Watch, play_quota,
};
use crate::theory;
use crate::units::{Bytes, RecordRate, SimDuration};

/// The seed of every case.
const SEED: u64 = 1;
/// Independent replications of a case.
const REPLICATIONS: u32 = 20;
/// Arrivals of all replications of a case, at first and at most.
const ARRIVALS: f64 = 4e6;
const MOST_ARRIVALS: f64 = 2e8;
/// Where nothing is random but the cut at the end of the run.
const RESOLUTION: f64 = 1e-4;

/// A file of queueing results.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResults {
    /// Version of the format.
    #[schemars(range(min = 1, max = 1))]
    #[serde(rename = "schema")]
    _schema: u32,
    /// The cases.
    pub(super) case: Vec<RawResult>,
}

/// One model with its parameters, and what must come out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResult {
    /// Its name.
    id: String,
    /// The model, in the words of queueing theory.
    model: String,
    /// Whether the formula is exact or an approximation.
    kind: RawKind,
    /// Parameters by name; rates a second and times in seconds.
    params: BTreeMap<String, Json>,
    /// The formula.
    #[serde(rename = "formula")]
    _formula: Option<String>,
    /// Where it stands.
    #[serde(rename = "source")]
    _source: Option<String>,
    /// What else to know.
    #[serde(rename = "note")]
    _note: Option<String>,
    /// The greatest relative difference that passes.
    #[schemars(range(min = 0, max = 1))]
    rel_tol: f64,
    /// Quantities and their values.
    expect: BTreeMap<String, f64>,
}

/// How far a formula can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum RawKind {
    /// Exact.
    Exact,
    /// An approximation.
    Approximation,
}

/// Reads one quantity off one replication.
type Reading = Box<dyn Fn(&NetworkTally) -> f64>;

/// Reads one quantity off a stage in a measured span of so many seconds.
type AtNode = fn(&NodeTally, f64) -> f64;

/// A case ready to run.
struct Setup {
    network: Network,
    /// Arrivals a second.
    rate: f64,
    /// The length of one replication where its arrivals do not set it, and the part of it that is warm-up.
    fixed: Option<(f64, f64)>,
    keep_samples: bool,
    readings: Vec<(&'static str, Reading)>,
    /// What follows from the parameters alone.
    given: Vec<(&'static str, f64)>,
}

impl Setup {
    fn new(source: Source, steps: Vec<Step>) -> Self {
        let rate = source.mean_rate();
        Self {
            network: line(source, steps),
            rate,
            fixed: None,
            keep_samples: false,
            readings: Vec::new(),
            given: Vec::new(),
        }
    }

    fn read(mut self, name: &'static str, reading: impl Fn(&NetworkTally) -> f64 + 'static) -> Self {
        self.readings.push((name, Box::new(reading)));
        self
    }

    /// Reads a quantity off the first stage.
    fn at_first(self, name: &'static str, reading: impl Fn(&NodeTally, f64) -> f64 + 'static) -> Self {
        self.read(name, move |tally| tally.nodes.first().map_or(f64::NAN, |node| reading(node, tally.measured)))
    }

    fn given(mut self, name: &'static str, value: f64) -> Self {
        self.given.push((name, value));
        self
    }
}

/// Computes and compares all results of a file.
pub(super) fn verify(results: &[RawResult], watch: &dyn Watch) -> Result<Vec<CaseResult>, VerifyError> {
    let count = results.len();
    let verify = |(index, result): (usize, &RawResult)| {
        let case = result.verify(&super::Part { whole: watch, index, count })?;
        Ok(case.told(&result.about(), None))
    };
    results.iter().enumerate().map(verify).collect()
}

impl RawResult {
    /// The model, and whether its formula is only near the truth.
    fn about(&self) -> String {
        match self.kind {
            RawKind::Exact => self.model.clone(),
            RawKind::Approximation => format!("{} (approximation)", self.model),
        }
    }

    fn verify(&self, watch: &dyn Watch) -> Result<CaseResult, VerifyError> {
        if let Some(found) = self.quota_windows() {
            return match found {
                Ok(estimates) => Ok(self.judged(&estimates, &[])),
                Err(error) => Err(VerifyError::Simulation(error)),
            };
        }
        let Some(setup) = self.setup() else {
            let reason = format!("the model `{}` with these parameters is not known", self.model);
            return Ok(CaseResult::unsupported(self.id.clone(), reason));
        };
        match self.simulate(&setup, watch) {
            Ok(estimates) => Ok(self.judged(&estimates, &setup.given)),
            Err(error @ (SimError::Stopped | SimError::Threads(_))) => Err(VerifyError::Simulation(error)),
            Err(refused) => Ok(CaseResult::unsupported(self.id.clone(), refused.to_string())),
        }
    }

    /// Estimates of every expected quantity, from replications that are long enough.
    fn simulate(&self, setup: &Setup, watch: &dyn Watch) -> Result<Vec<(&'static str, Estimate)>, SimError> {
        let mut arrivals = ARRIVALS;
        loop {
            let estimates = run(setup, arrivals, watch)?;
            let coarse = estimates.iter().any(|(name, estimate)| {
                let expected = self.expect.contains_key(*name) && is_mean(name);
                expected && standard_errors(estimate, 3.0) > self.rel_tol * estimate.value.abs()
            });
            if !coarse || setup.fixed.is_some() || arrivals * 4.0 > MOST_ARRIVALS || self.kind == RawKind::Approximation
            {
                return Ok(estimates);
            }
            arrivals *= 4.0;
        }
    }

    fn judged(&self, estimates: &[(&'static str, Estimate)], given: &[(&'static str, f64)]) -> CaseResult {
        let compared = self.expect.iter().map(|(name, expected)| {
            let relative = self.rel_tol * expected.abs();
            if let Some((_, value)) = given.iter().find(|(known, _)| known == name) {
                return Quantity::within(name, *expected, *value, relative);
            }
            let Some((_, estimate)) = estimates.iter().find(|(known, _)| known == name) else {
                return Quantity::unknown(name, *expected);
            };
            let by_errors = standard_errors(estimate, 3.0).max(RESOLUTION * expected.abs());
            let exact = is_mean(name) && self.kind == RawKind::Exact;
            let tolerance = if exact { by_errors.min(relative) } else { relative };
            let compared = Quantity::within(name, *expected, estimate.value, tolerance);
            if is_mean(name) { compared.estimated(standard_errors(estimate, 1.0)) } else { compared }
        });
        CaseResult::judged(self.id.clone(), compared.collect())
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.params.get(name)?.as_f64().filter(|number| number.is_finite())
    }

    fn positive(&self, name: &str) -> Option<f64> {
        self.number(name).filter(|number| *number > 0.0)
    }

    fn count(&self, name: &str) -> Option<u32> {
        self.positive(name).filter(|number| number.fract() == 0.0 && *number < 1e9).map(|number| number as u32)
    }

    fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        let list: Option<Vec<f64>> = self.params.get(name)?.as_array()?.iter().map(Json::as_f64).collect();
        list.filter(|list| !list.is_empty() && list.iter().all(|number| *number > 0.0))
    }

    /// The simulation that the model's words stand for.
    fn setup(&self) -> Option<Setup> {
        let model = self.model.as_str();
        let starts = |words: &str| model.starts_with(words);
        match model {
            "M/M/1" => {
                let service = LatencyLaw::Exponential(seconds(1.0 / self.positive("mu")?));
                Some(queue(self.poisson()?, Station::new(1, service)))
            }
            "M/M/c" => {
                let service = 1.0 / self.positive("mu")?;
                let load = self.positive("lam")? * service;
                let station = Station::new(self.count("c")?, LatencyLaw::Exponential(seconds(service)));
                Some(queue(self.poisson()?, station).given("offered_load", load))
            }
            "D/M/1" => {
                let service = 1.0 / self.positive("mu")?;
                let source = evenly(self.positive("lam")?)?;
                let root = theory::dm1_root(self.positive("lam")?, service);
                let station = Station::new(1, LatencyLaw::Exponential(seconds(service)));
                Some(queue(source, station).given("sigma", root))
            }
            "M/D/1" => Some(queue(self.poisson()?, Station::new(1, LatencyLaw::Constant(self.time("s")?)))),
            _ if starts("M/G/1, ") => Some(queue(self.poisson()?, Station::new(1, self.general_service()?))),
            _ if starts("M/G/c/c") => self.loss_system(),
            _ if starts("M/M/1/K") || starts("M/M/c/K") => self.limited_queue(),
            _ if starts("M/D/1/K") => self.limited_deterministic(),
            _ if starts("token bucket, Poisson") => self.token_bucket(),
            _ if starts("token bucket, constant") => self.drained_bucket(),
            _ if starts("buffer flushed at N records or T after its FIRST") => {
                self.first_record(poisson(self.positive("lam")?)?)
            }
            _ if starts("as above, N unbounded") => self.first_record(poisson(self.positive("lam")?)?),
            _ if starts("as flush_first_record, arrivals every") => self.first_record(evenly(self.positive("lam")?)?),
            _ if starts("buffer flushed at N records or T after the LAST") => self.periodic(),
            _ if starts("size-only flush") => self.by_bytes(),
            _ if starts("M^[") => self.batches(),
            _ if starts("M/D/1 with repeated fixed vacations") => {
                self.with_vacations(LatencyLaw::Constant(self.time("s")?))
            }
            _ if starts("M/M/1 with repeated fixed vacations") => {
                self.with_vacations(LatencyLaw::Exponential(self.time("s")?))
            }
            _ if starts("tandem") => self.tandem(),
            _ if starts("latency of independent exponential") => self.stages_in_line(),
            _ if starts("slowest of n") => self.slowest(),
            _ if starts("fixed polling") => self.polling(),
            _ if starts("Little's law") => self.little(),
            _ if starts("fluid queue") => self.surge(),
            _ if starts("G/G/1") => self.general_queue(),
            _ => None,
        }
    }

    fn time(&self, name: &str) -> Option<SimDuration> {
        self.positive(name).map(seconds)
    }

    fn poisson(&self) -> Option<Source> {
        poisson(self.positive("lam")?)
    }

    fn general_service(&self) -> Option<LatencyLaw> {
        if let (Some(mean), Some(variation)) = (self.positive("mean_s"), self.positive("cv")) {
            let sigma = libm::sqrt(libm::log1p(variation * variation));
            return Some(LatencyLaw::Lognormal { median: seconds(mean * libm::exp(-sigma * sigma / 2.0)), sigma });
        }
        if let (Some(share), Some(first), Some(second)) = (self.positive("p"), self.time("m1"), self.time("m2")) {
            return Some(LatencyLaw::Hyperexponential { share, first, second });
        }
        Some(LatencyLaw::Uniform { low: self.time("a")?, high: self.time("b")? })
    }

    fn loss_system(&self) -> Option<Setup> {
        let servers = self.count("c")?;
        let station = Station { places: Some(servers), ..Station::new(servers, LatencyLaw::Exponential(seconds(1.0))) };
        let setup = Setup::new(poisson(self.positive("offered")?)?, vec![Step::Station(station)]);
        Some(setup.at_first("blocking", lost_share).at_first("carried", |node, span| node.busy.mean(span)))
    }

    fn limited_queue(&self) -> Option<Setup> {
        let (servers, service) = (self.count("c").unwrap_or(1), 1.0 / self.positive("mu")?);
        let station = Station {
            places: Some(self.count("K")?),
            full: WhenFull::Lose,
            ..Station::new(servers, LatencyLaw::Exponential(seconds(service)))
        };
        let load = self.positive("lam")? * service;
        let setup = with_waits(Setup::new(self.poisson()?, vec![Step::Station(station)]));
        let setup = setup.at_first("loss", lost_share).at_first("throughput", |node, span| node.left as f64 / span);
        Some(setup.given("offered_load", load).given("rho", load / f64::from(servers)))
    }

    fn limited_deterministic(&self) -> Option<Setup> {
        let (service, places) = (self.positive("s")?, self.count("K")?);
        let station = Station { places: Some(places), ..Station::new(1, LatencyLaw::Constant(seconds(service))) };
        let load = self.positive("lam")? * service;
        let setup = Setup::new(self.poisson()?, vec![Step::Station(station)]).at_first("loss", lost_share);
        let setup = setup.at_first("accepted_rate", |node, span| node.left as f64 / span);
        Some(setup.given("rho", load).given("pi0_departure", theory::md1k(load, places).0))
    }

    fn token_bucket(&self) -> Option<Setup> {
        let (refill, depth) = (self.positive("rate")?, self.positive("depth")?);
        let load = self.positive("lam")? / refill;
        let setup = Setup::new(self.poisson()?, vec![bucket(refill, depth)]);
        let setup = setup.at_first("loss", rejected_share);
        let setup = setup.at_first("accepted_rate", |node, span| node.left as f64 / span);
        let empty = theory::md1k(load, self.count("depth")?).0;
        Some(setup.given("rho", load).given("pi0_departure", empty))
    }

    fn drained_bucket(&self) -> Option<Setup> {
        let (rate, refill, depth) = (self.positive("lam")?, self.positive("rate")?, self.positive("depth")?);
        let drained = depth / (rate - refill);
        let setup = Setup::new(evenly(rate)?, vec![bucket(refill, depth)]);
        let setup = setup.at_first("drain_time", |node, _| node.first_rejection.unwrap_or(f64::NAN));
        let setup = setup.at_first("steady_loss", rejected_share);
        Some(Setup { fixed: Some((20.0 * drained, 2.0 * drained)), ..setup })
    }

    /// A quota of each second is simulated second by second, which is exact under a Poisson load.
    fn quota_windows(&self) -> Option<Result<Vec<(&'static str, Estimate)>, SimError>> {
        if !self.model.starts_with("fixed per-second limit") {
            return None;
        }
        let (rate, quota) = (self.positive("lam")?, self.count("c")?);
        let seconds = (MOST_ARRIVALS / 2.5 / f64::from(REPLICATIONS)) as u64;
        let play = |replication| play_quota(rate, u64::from(quota), seconds, SEED, replication);
        let tallies: Result<Vec<_>, _> = (0..REPLICATIONS).map(play).collect();
        Some(tallies.map(|tallies| {
            let share = |read: fn(&crate::sim::QuotaTally) -> f64| {
                Estimate::from_replications(&tallies.iter().map(read).collect::<Vec<_>>())
            };
            vec![
                ("mean_excess_per_window", share(|tally| tally.rejected as f64 / tally.seconds as f64)),
                ("loss", share(|tally| tally.rejected as f64 / tally.offered as f64)),
                ("p_window_throttled", share(|tally| tally.throttled as f64 / tally.seconds as f64)),
            ]
        }))
    }

    fn first_record(&self, source: Source) -> Option<Setup> {
        let count = self.count("N").map(u64::from);
        let rule = Collect { size: None, count, interval: Some(self.time("T")?), timer: Timer::FirstRecord };
        let setup = Setup::new(source, vec![Step::Buffer(rule)]);
        let setup = setup
            .at_first("p_size_trigger", |node, _| node.closings.by_size as f64 / node.closings.units() as f64)
            .at_first("mean_open_time", |node, _| node.closings.mean_open())
            .at_first("open_time", |node, _| node.closings.mean_open())
            .at_first("mean_batch", |node, _| node.closings.records as f64 / node.closings.units() as f64)
            .at_first("batch", |node, _| node.closings.records as f64 / node.closings.units() as f64)
            .at_first("mean_record_delay", |node, _| node.closings.mean_wait())
            .at_first("flush_rate", |node, _| node.closings.per_second());
        Some(
            setup.read("max_record_delay", |tally| tally.sinks.first().map_or(f64::NAN, |sink| sink.latency.largest())),
        )
    }

    fn periodic(&self) -> Option<Setup> {
        let count = self.count("N").map(u64::from);
        let rule = Collect { size: None, count, interval: Some(self.time("T")?), timer: Timer::LastClose };
        let all = |node: &NodeTally| (node.closings.units() + node.closings.empty) as f64;
        let setup = Setup::new(self.poisson()?, vec![Step::Buffer(rule)]);
        let setup = setup
            .at_first("p_size_trigger", move |node, _| node.closings.by_size as f64 / all(node))
            .at_first("p_empty", move |node, _| node.closings.empty as f64 / all(node))
            .at_first("mean_cycle", |node, _| 1.0 / node.closings.per_second())
            .at_first("mean_record_delay", |node, _| node.closings.mean_wait())
            .at_first("object_rate", move |node, _| {
                node.closings.per_second() * node.closings.units() as f64 / all(node)
            })
            .at_first("mean_batch_nonempty", |node, _| node.closings.records as f64 / node.closings.units() as f64);
        Some(setup)
    }

    fn by_bytes(&self) -> Option<Setup> {
        let size = Bytes::new(self.count("B")?.into());
        let rule = Collect { size: Some(size), count: None, interval: None, timer: Timer::FirstRecord };
        let sizes = SizeLaw::Gamma { shape: 1.0, scale: self.positive("m")? };
        let setup = Setup::new(Source { sizes, ..self.poisson()? }, vec![Step::Buffer(rule)]);
        let setup = setup
            .at_first("mean_records", |node, _| node.closings.records as f64 / node.closings.units() as f64)
            .at_first("mean_object_bytes", |node, _| node.closings.bytes as f64 / node.closings.units() as f64)
            .at_first("mean_cycle", |node, _| 1.0 / node.closings.per_second())
            .at_first("object_rate", |node, _| node.closings.per_second());
        Some(setup)
    }

    /// Records that come together and are served one by one.
    fn batches(&self) -> Option<Setup> {
        let service = 1.0 / self.positive("mu")?;
        let batches = self.positive("lam")?;
        let size = match (self.count("b"), self.positive("mean_batch")) {
            (Some(size), None) => CountLaw::Fixed(size),
            (None, Some(mean)) => CountLaw::Geometric { mean },
            _ => return None,
        };
        let records = poisson(batches * size.mean())?;
        let source = Source { records_per_request: size, ..records };
        let station = Step::Station(Station::new(1, LatencyLaw::Exponential(seconds(service))));
        let mut setup = Setup::new(source, vec![Step::Unpack, station]);
        for (name, reading) in waits() {
            setup = setup
                .read(name, move |tally| tally.nodes.get(1).map_or(f64::NAN, |node| reading(node, tally.measured)));
        }
        Some(setup.read("rho", |tally| tally.nodes.get(1).map_or(f64::NAN, |node| node.busy.mean(tally.measured))))
    }

    fn with_vacations(&self, service: LatencyLaw) -> Option<Setup> {
        let vacation = Some(LatencyLaw::Constant(self.time("V")?));
        Some(queue(self.poisson()?, Station { vacation, ..Station::new(1, service) }))
    }

    fn tandem(&self) -> Option<Setup> {
        let station = |mu: &f64| Step::Station(Station::new(1, LatencyLaw::Exponential(seconds(1.0 / mu))));
        let setup = Setup::new(self.poisson()?, self.numbers("mus")?.iter().map(station).collect());
        let inside = |tally: &NetworkTally| tally.nodes.iter().map(|node| node.inside.mean(tally.measured)).sum();
        Some(setup.read("W", mean_latency).read("L", inside))
    }

    fn stages_in_line(&self) -> Option<Setup> {
        let delay = |rate: &f64| Step::Delay(LatencyLaw::Exponential(seconds(1.0 / rate)));
        let setup = Setup::new(poisson(100.0)?, self.numbers("rates")?.iter().map(delay).collect());
        Some(with_latencies(setup))
    }

    fn slowest(&self) -> Option<Setup> {
        let law = LatencyLaw::Exponential(seconds(1.0 / self.positive("mu")?));
        let setup = Setup::new(poisson(100.0)?, vec![Step::Parallel { tasks: self.count("n")?, law }]);
        Some(with_latencies(setup))
    }

    fn polling(&self) -> Option<Setup> {
        let every = self.time("period")?;
        let poller = Poller {
            every,
            offset: SimDuration::ZERO,
            answer: LatencyLaw::Constant(seconds(self.number("overhead")?)),
            records: None,
            bytes: None,
            eager: false,
            together: None,
        };
        // About five records a poll, so that they share calls as they do in practice.
        let source = poisson(5.0 / every.as_secs_f64())?;
        let setup = with_latencies(Setup::new(source, vec![Step::Poller(poller)]));
        let setup = setup.read("mean_delay", mean_latency).read("sd", standard_deviation);
        let setup =
            setup.read("max_delay", |tally| tally.sinks.first().map_or(f64::NAN, |sink| sink.latency.largest()));
        Some(Setup { keep_samples: true, ..setup })
    }

    fn little(&self) -> Option<Setup> {
        let delay = Step::Delay(LatencyLaw::Exponential(self.time("mean_time")?));
        let setup = Setup::new(poisson(self.positive("rate")?)?, vec![delay]);
        Some(setup.at_first("mean_in_system", |node, span| node.inside.mean(span)))
    }

    /// A surge, then the steady rate long enough for the backlog to go.
    fn surge(&self) -> Option<Setup> {
        let (rate, capacity) = (self.positive("rate")?, self.positive("capacity")?);
        let (surge, length) = (self.positive("surge_rate")?, self.positive("surge_s")?);
        if rate >= capacity {
            return None;
        }
        let parts = 2.0 + libm::ceil((surge - capacity).max(0.0) / (capacity - rate));
        let mut weights = vec![rate; parts as usize];
        *weights.first_mut()? = surge;
        let mean = weights.iter().sum::<f64>() / parts;
        let profile = RateProfile::new(RecordRate::per_second(mean)?, seconds(length * parts), &weights).ok()?;
        let source = Source { arrivals: Arrivals::Deterministic(profile), ..evenly(mean)? };
        let station = Station::new(1, LatencyLaw::Constant(seconds(1.0 / capacity)));
        let setup = Setup::new(source, vec![Step::Station(station)])
            .at_first("peak_backlog", |node, _| node.waiting.peak() as f64)
            .at_first("max_fifo_delay", |node, _| node.wait.largest())
            .at_first("drain_time", |node, _| node.inside.drained_in().unwrap_or(f64::NAN));
        Some(Setup { fixed: Some((length * parts, 0.0)), ..setup })
    }

    /// Gamma gaps and gamma services of these squared coefficients of variation.
    fn general_queue(&self) -> Option<Setup> {
        let rate = RecordRate::per_second(self.positive("lam")?)?;
        let gaps = GapLaw::Gamma { shape: 1.0 / self.positive("ca2")? };
        let service = LatencyLaw::Gamma { shape: 1.0 / self.positive("cs2")?, mean: self.time("mean_s")? };
        let arrivals = source(Arrivals::Renewal(RateProfile::flat(rate), gaps));
        let setup = queue(arrivals, Station::new(1, service));
        Some(setup.at_first("Wq_approx", |node, _| node.wait.mean().unwrap_or(f64::NAN)))
    }
}

/// A station without limits, with all that one reads off it.
fn queue(source: Source, station: Station) -> Setup {
    let servers = f64::from(station.servers);
    let setup = Setup::new(source, vec![Step::Station(station)]);
    let setup = setup.at_first("rho", move |node, span| node.busy.mean(span) / servers);
    with_waits(setup).at_first("erlang_c", |node, _| 1.0 - node.wait.share_of_zero())
}

/// Simulates a case with about this many arrivals in all its replications.
fn run(setup: &Setup, arrivals: f64, watch: &dyn Watch) -> Result<Vec<(&'static str, Estimate)>, SimError> {
    let length = arrivals / f64::from(REPLICATIONS) / setup.rate;
    let (length, warm_up) = setup.fixed.unwrap_or((length, length / 10.0));
    let config = RunConfig {
        replications: if setup.fixed.is_some() { 1 } else { REPLICATIONS },
        warm_up: seconds(warm_up),
        keep_samples: setup.keep_samples,
        ..RunConfig::new(SEED, seconds(length))
    };
    let tallies = run_network(&setup.network, &config, watch)?;
    let estimate = |(name, reading): &(&'static str, Reading)| {
        (*name, Estimate::from_replications(&tallies.iter().map(reading).collect::<Vec<_>>()))
    };
    Ok(setup.readings.iter().map(estimate).collect())
}

/// Quantities that are extremes or percentiles though their names do not end like one.
const EXTREMES: [&str; 5] = ["max_delay", "max_record_delay", "peak_backlog", "max_fifo_delay", "drain_time"];

/// Whether a quantity is a mean or a share, for which standard errors are what to look at.
fn is_mean(name: &str) -> bool {
    let percentile = ["p50", "p99"].iter().any(|percentile| name.ends_with(percentile));
    !percentile && !EXTREMES.contains(&name)
}

/// So many standard errors of an estimate.
fn standard_errors(estimate: &Estimate, many: f64) -> f64 {
    // The half-width is a Student-t quantile times the standard error.
    estimate.half_width.map_or(0.0, |half| many * half / crate::sim::student_t(REPLICATIONS as usize - 1))
}

/// A source and stages one behind the other, with a sink at the end.
fn line(source: Source, steps: Vec<Step>) -> Network {
    let last = steps.len();
    let node = |(index, step): (usize, Step)| {
        let to = if index == last { Vec::new() } else { vec![(index + 1).to_string()] };
        Node { name: index.to_string(), step, to }
    };
    let nodes = steps.into_iter().chain(std::iter::once(Step::Sink)).enumerate().map(node).collect();
    Network {
        feeds: vec![Feed { name: "source".to_owned(), source, to: "0".to_owned() }],
        nodes,
        increments: Vec::new(),
    }
}

fn source(arrivals: Arrivals) -> Source {
    Source { arrivals, sizes: SizeLaw::Constant(Bytes::new(1)), records_per_request: CountLaw::Fixed(1) }
}

fn poisson(rate: f64) -> Option<Source> {
    RecordRate::per_second(rate).map(|rate| source(Arrivals::Poisson(RateProfile::flat(rate))))
}

fn evenly(rate: f64) -> Option<Source> {
    RecordRate::per_second(rate).map(|rate| source(Arrivals::Deterministic(RateProfile::flat(rate))))
}

fn bucket(rate: f64, burst: f64) -> Step {
    let rule = LimitRule::TokenBucket { rate, burst };
    let limit = Limit { name: "bucket".to_owned(), counts: Counted::Requests, rule };
    Step::Gate(Gate { limits: vec![limit], ..Gate::default() })
}

/// Lengths and times of a queue.
fn waits() -> [(&'static str, AtNode); 7] {
    [
        ("W", |node, _| node.stay.mean().unwrap_or(f64::NAN)),
        ("Wq", |node, _| node.wait.mean().unwrap_or(f64::NAN)),
        ("L", |node, span| node.inside.mean(span)),
        ("Lq", |node, span| node.waiting.mean(span)),
        ("W_p50", |node, _| node.stay.quantile(0.5).unwrap_or(f64::NAN)),
        ("W_p99", |node, _| node.stay.quantile(0.99).unwrap_or(f64::NAN)),
        ("Wq_p99", |node, _| node.wait.quantile(0.99).unwrap_or(f64::NAN)),
    ]
}

fn with_waits(setup: Setup) -> Setup {
    waits().into_iter().fold(setup, |setup, (name, reading)| setup.at_first(name, reading))
}

fn with_latencies(setup: Setup) -> Setup {
    let quantile = |q: f64| {
        move |tally: &NetworkTally| tally.sinks.first().and_then(|sink| sink.latency.quantile(q)).unwrap_or(f64::NAN)
    };
    setup.read("mean", mean_latency).read("p50", quantile(0.5)).read("p99", quantile(0.99))
}

fn mean_latency(tally: &NetworkTally) -> f64 {
    tally.sinks.first().and_then(|sink| sink.latency.mean()).unwrap_or(f64::NAN)
}

fn standard_deviation(tally: &NetworkTally) -> f64 {
    let samples = tally.sinks.first().and_then(|sink| sink.samples.as_deref()).unwrap_or_default();
    let mean = mean_latency(tally);
    let squares: f64 = samples.iter().map(|nanos| (*nanos as f64 / 1e9 - mean) * (*nanos as f64 / 1e9 - mean)).sum();
    (squares / samples.len() as f64).sqrt()
}

fn lost_share(node: &NodeTally, _: f64) -> f64 {
    node.lost as f64 / node.arrived as f64
}

fn rejected_share(node: &NodeTally, _: f64) -> f64 {
    node.rejected as f64 / node.arrived as f64
}

fn seconds(seconds: f64) -> SimDuration {
    SimDuration::from_secs_f64(seconds)
}
