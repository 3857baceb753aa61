//! The candidate architectures of one scenario, simulated and priced alike.
//!
//! [`candidates()`] lists them: the pipeline of every service that passed, their other ways that nothing dominates, and the
//! pipelines of well-known services that a rule removed, so that a reader sees what the rule spares or costs. [`play()`]
//! simulates one and prices it. All of them see the same arrivals, sizes and delays of stages they share (common random
//! numbers), so that what two of them differ in is not chance: [`Paired`] says by how much, with its interval.
//!
//! The decision a reader would question: a comparison makes fewer replications than an answer about one pipeline, since
//! pairs differ far less than single runs do, and a shorter span of a rate that never changes.

mod volumes;
mod what_if;

pub use volumes::{Crossover, Point, Priced, crossovers};
pub use what_if::{WhatIf, packed_by, what_ifs};

use crate::architecture::{Architecture, LowerError, Lowered, Variant, lower};
use crate::catalog::{Catalog, Profile, Role};
use crate::cost::{self, Bill, Extrapolation};
use crate::ranking::{Decider, Decision, Measured, ServiceVerdict, Verdict, circumstances};
use crate::scenario::Scenario;
use crate::sim::network::{Node, Step};
use crate::sim::{self, Figure, NotPaired, Paired, RunConfig, RunResult, SimError, TraceRecord, Watch, paired};
use crate::units::SimDuration;

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

/// Candidates that are compared at the most.
const MOST: usize = 10;
/// Other ways of one service among them.
const MOST_WAYS: usize = 3;
/// Records of one candidate's replications that are enough for a comparison.
const ENOUGH: f64 = 3e6;
/// Records of one candidate that a comparison never exceeds.
const TOO_MANY: f64 = 1.5e7;
/// The share of records that may be turned away or lost before delay and bill say nothing about the data any more.
const FEW_MISSING: f64 = 0.001;
/// Timers of a pipeline that a run holds at the least, so that it sees each of them ring.
const TIMERS: f64 = 3.0;
/// Replications that an interval needs to be worth the name.
const FEWEST: u32 = 3;

/// One way to carry the data.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The service that it is about.
    pub service: String,
    /// Its name.
    pub name: String,
    /// What became of that service.
    pub verdict: Verdict,
    /// Whether this is the service's own pipeline, and not another way.
    pub own: bool,
    /// The pipeline.
    pub path: Architecture,
    /// What tells its scenario from those of the others, where settings are compared and not architectures.
    pub setting: Option<String>,
}

/// A pipeline that was simulated and priced.
#[derive(Debug)]
pub struct Played {
    /// What was simulated.
    pub lowered: Lowered,
    /// What came of it.
    pub run: RunResult,
    /// What a month of it costs.
    pub bill: Bill,
}

/// Why a pipeline was not simulated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NotPlayed {
    /// It has no model.
    #[error(transparent)]
    NoModel(#[from] LowerError),
    /// The simulator refuses it.
    #[error(transparent)]
    Refused(#[from] SimError),
}

/// The architectures to compare: those of services that passed in the order of the ranking, each with its other ways, then
/// those of well-known services that were removed.
#[must_use]
pub fn candidates(
    catalog: &Catalog,
    decider: &Decider<'_>,
    scenario: &Scenario,
    decision: &Decision,
) -> Vec<Candidate> {
    let mut list: Vec<Candidate> = Vec::new();
    for service in decision.ranked() {
        add(&mut list, service, true, service.architecture.as_ref());
        let ways = decider.variants(scenario, &service.id).into_iter().filter(|way| way.dropped.is_none());
        let before = list.len();
        let own_row =
            |way: &Variant| way.services.iter().any(|id| *id != service.id && is_removed(catalog, decision, id));
        for way in ways.filter(|way| one_destination(&way.path) && !own_row(way)) {
            if list.len() < before + MOST_WAYS {
                add(&mut list, service, false, Some(&way.path));
            }
        }
    }
    let known = |service: &&ServiceVerdict| service.headline && is_removed(catalog, decision, &service.id);
    for service in decision.services.iter().filter(known) {
        add(&mut list, service, true, service.architecture.as_ref());
    }
    list.truncate(MOST);
    list
}

/// Whether a service that moves data by itself was removed by a rule: it has a row of its own, if any.
fn is_removed(catalog: &Catalog, decision: &Decision, id: &str) -> bool {
    let removed = decision.service(id).is_some_and(|service| service.verdict == Verdict::Rejected);
    removed && catalog.service(id).is_some_and(|service| service.role == Role::Ingest)
}

fn one_destination(path: &Architecture) -> bool {
    path.branches.len() <= 1
}

/// Adds a way that is not there yet.
fn add(list: &mut Vec<Candidate>, service: &ServiceVerdict, own: bool, path: Option<&Architecture>) {
    let Some(path) = path.filter(|path| list.iter().all(|known| known.path.drawn() != path.drawn())) else { return };
    list.push(Candidate {
        service: service.id.clone(),
        name: service.name.clone(),
        verdict: service.verdict,
        own,
        path: path.clone(),
        setting: None,
    });
}

/// How settings are run that are to be compared in pairs: alike, for as long as the one that needs longest. `None` where
/// that would take too long.
#[must_use]
pub fn common_configuration(
    settings: &[(&Scenario, &Architecture)],
    asked: &RunConfig,
    catalog: &Catalog,
) -> Option<RunConfig> {
    let each = settings.iter().map(|(scenario, path)| configuration(scenario, asked, &[*path], catalog));
    let each: Vec<RunConfig> = each.collect::<Option<_>>()?;
    let horizon = each.iter().map(|config| config.horizon).max()?;
    let replications = each.iter().map(|config| config.replications).min()?.max(FEWEST.min(asked.replications));
    let records = |scenario: &Scenario| scenario.workload.as_ref().map_or(0.0, |load| load.rate.get());
    let most = settings.iter().map(|(scenario, _)| records(scenario)).fold(0.0, f64::max);
    let fits = most * horizon.as_secs_f64() * f64::from(replications) <= TOO_MANY;
    fits.then(|| RunConfig { replications, horizon, ..each[0].clone() })
}

/// How candidates are run, given how the answer itself is run: with fewer replications where that is plenty, and over a
/// shorter time where the rate is the same all along. `None` where even that would take too long.
#[must_use]
pub fn configuration(
    scenario: &Scenario,
    asked: &RunConfig,
    paths: &[&Architecture],
    catalog: &Catalog,
) -> Option<RunConfig> {
    let mut config = RunConfig { precision: None, batches: None, tier: sim::Tier::Auto, ..asked.clone() };
    let Some(workload) = scenario.workload.as_ref().filter(|_| !asked.drain) else { return Some(config) };
    let flat = workload.profile.factors.len() <= 1 && workload.profile.episodes.is_empty();
    let undisturbed = scenario.simulation.outages.is_empty();
    let enough = SimDuration::from_secs_f64(ENOUGH / f64::from(FEWEST) / workload.rate.get());
    if flat && undisturbed && config.warm_up == SimDuration::ZERO {
        let timers = paths.iter().map(|path| longest_timer(catalog, path, scenario));
        let longest = timers.fold(0.0, f64::max);
        let least = SimDuration::from_secs_f64((TIMERS * longest).max(1_800.0));
        config.horizon = config.horizon.min(enough.max(least));
    }
    let each = workload.rate.get() * config.horizon.as_secs_f64();
    let replications = (ENOUGH / each).floor().clamp(f64::from(FEWEST), 1e6) as u32;
    config.replications = config.replications.min(replications);
    (each * f64::from(config.replications) <= TOO_MANY).then_some(config)
}

/// Seconds of the longest interval at which something on a path happens; none where it has no model.
fn longest_timer(catalog: &Catalog, path: &Architecture, scenario: &Scenario) -> f64 {
    let interval = |node: &Node| match &node.step {
        Step::Buffer(buffer) => buffer.interval.map_or(0.0, SimDuration::as_secs_f64),
        Step::Poller(poller) => poller.every.as_secs_f64(),
        _ => 0.0,
    };
    let lowered = lower(catalog, path, scenario, &circumstances(scenario), None);
    lowered.map_or(0.0, |lowered| lowered.network.nodes.iter().map(interval).fold(0.0, f64::max))
}

/// Simulates a pipeline and prices it.
///
/// # Errors
/// [`NotPlayed`] says what the catalog or the simulator lacks.
pub fn play(
    catalog: &Catalog,
    path: &Architecture,
    scenario: &Scenario,
    config: &RunConfig,
    trace: Option<(Arc<[TraceRecord]>, SimDuration)>,
    watch: &dyn Watch,
) -> Result<Played, NotPlayed> {
    let span = trace.as_ref().map(|(_, span)| *span);
    let lowered = lower(catalog, path, scenario, &circumstances(scenario), trace.map(|(records, _)| records))?;
    let run = sim::run_any(&lowered.network, config, watch)?;
    let bill = bill(catalog, scenario, &lowered, &run, span);
    Ok(Played { lowered, run, bill })
}

/// The month's bill of a run, without free tiers.
fn bill(
    catalog: &Catalog,
    scenario: &Scenario,
    lowered: &Lowered,
    run: &RunResult,
    recording: Option<SimDuration>,
) -> Bill {
    let extrapolation = extrapolation(scenario, run, recording);
    let usage = cost::usage(lowered, run, &extrapolation);
    let bill = cost::price(&usage, &catalog.prices, &scenario.region, false);
    Bill { note: extrapolation.note().map(str::to_owned), ..bill }
}

/// How a run's traffic relates to a month's.
#[must_use]
pub fn extrapolation(scenario: &Scenario, run: &RunResult, recording: Option<SimDuration>) -> Extrapolation {
    match (recording, scenario.workload.as_ref()) {
        (Some(span), _) => Extrapolation::of_trace(span, run),
        (None, Some(workload)) => Extrapolation::of_profile(&workload.profile, run),
        (None, None) => Extrapolation::of_profile(&Profile::flat(), run),
    }
}

impl Played {
    /// How a figure of this one differs from that of another, replication by replication.
    ///
    /// # Errors
    /// [`NotPaired`] where the two have too little in common.
    pub fn against(&self, other: &Self, figure: Figure) -> Result<Paired, NotPaired> {
        paired(&other.run, &self.run, figure)
    }

    /// The share of the records sent that were turned away or lost, from 0 to 1.
    #[must_use]
    pub fn missing_share(&self) -> f64 {
        let records = &self.run.summary.records;
        (records.rejected + records.lost) as f64 / records.offered.max(1) as f64
    }

    /// The 99th percentile of the delay of all records sent: endless where too many of them never come.
    fn p99_s(&self) -> f64 {
        let p99 = self.run.summary.latency.p99.value;
        if p99.is_finite() && self.missing_share() <= FEW_MISSING { p99 } else { f64::INFINITY }
    }

    /// Whether the run tells anything: something came through, or something never will.
    fn tells(&self) -> bool {
        self.run.summary.records.delivered > 0 || self.missing_share() > FEW_MISSING
    }

    /// What the ranking takes from it. A bill for what was not carried is no bill for the data.
    fn measured(&self, path: &Architecture) -> Measured {
        let whole = self.bill.complete && self.missing_share() <= FEW_MISSING;
        let usd_a_month = self.bill.total.filter(|_| whole).map(crate::units::Usd::to_f64);
        Measured { path: path.clone(), p99_s: self.p99_s(), usd_a_month, missing_share: self.missing_share() }
    }
}

/// What the ranking takes from the candidates, by service: of a service's own pipeline, or, where that misses the delay
/// asked for, of the quickest of its ways.
#[must_use]
pub fn measured(played: &[(Candidate, Result<Played, NotPlayed>)]) -> BTreeMap<String, Measured> {
    let told = |played: &'_ Result<Played, NotPlayed>| played.as_ref().is_ok_and(Played::tells);
    let done = || {
        let told = played.iter().filter(move |(_, played)| told(played));
        told.filter_map(|(candidate, played)| Some((candidate, played.as_ref().ok()?)))
    };
    let chosen = |(candidate, own): (&Candidate, &Played)| {
        let late = own.lowered.freshness.is_some_and(|limit| own.p99_s() > limit.as_secs_f64());
        let ways = done().filter(|(other, _)| late && other.service == candidate.service);
        let quickest = ways.min_by(|(_, a), (_, b)| a.p99_s().total_cmp(&b.p99_s()));
        let (way, chosen) = quickest.unwrap_or((candidate, own));
        (candidate.service.clone(), chosen.measured(&way.path))
    };
    done().filter(|(candidate, _)| candidate.own).map(chosen).collect()
}
