//! From a model as described to a model ready to run: every check, then the order of work.
//!
//! The chain is cut into legs. A leg is some gates and the delays behind them; between two legs records are put back into
//! the order of time. Behind the last leg stands the buffer with the delays after it. A chain without a buffer gets one
//! that passes each request at once, behind its last gate, so that every chain ends the same way.

use std::collections::BTreeSet;

use super::SimError;
use super::arrivals::{CheckedSource, Sender};
use super::batch_means;
use super::collect::{Delay, Span};
use super::config::RunConfig;
use super::gate::GateState;
use super::law::{LONGEST_DELAY, LatencySampler, per_mib, transfer_time};
use super::model::{Arrivals, Buffer, Gate, LimitRule, Model, Retry, Stage, StageKind, Transfer};
use super::ring::Ring;
use super::stream::stream;
use super::tier::Tier;

/// Records of all replications together.
const MOST_RECORDS: f64 = 5e10;
/// Steps of one replication in which nothing is sent; the watcher is not asked between them.
const MOST_IDLE: f64 = 1e8;
/// Records in memory at once.
const MOST_HELD: f64 = 5e7;
/// Simulation time of all replications together, in nanoseconds: 146 years.
const LONGEST_RUN: u64 = 1 << 62;
/// The longest a buffer may wait, in nanoseconds: 36 years.
const LONGEST_INTERVAL: u64 = 1 << 60;
const MOST_REPLICATIONS: u32 = 1_000_000;
const MOST_STAGES: usize = 100;

/// Gates, the delays behind them, and what they need to be put back into order.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) gates: Vec<GateState>,
    pub(super) delays: Vec<Delay>,
    pub(super) ring: Ring,
}

/// A delay with the name of its stage.
#[derive(Debug)]
struct PlannedDelay<'a> {
    name: &'a str,
    law: LatencySampler,
    per_mib: u64,
}

/// A leg before it runs.
#[derive(Debug, Default)]
struct PlannedLeg<'a> {
    gates: Vec<&'a Gate>,
    delays: Vec<PlannedDelay<'a>>,
    /// The usual longest time that records stay in the delays, in nanoseconds.
    stay: f64,
}

/// What a replication keeps beside its totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Nothing.
    Totals,
    /// Latencies by batch, in so many batches.
    Batches(u32),
    /// Mean latencies over time.
    Series,
}

/// A model that passed every check.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) model: &'a Model,
    pub(super) seed: u64,
    pub(super) span: Span,
    pub(super) drain: bool,
    pub(super) keep_samples: bool,
    pub(super) detail: Detail,
    pub(super) increments: Vec<u64>,
    /// When the source falls silent.
    pub(super) sending_ends: u64,
    pub(super) source: CheckedSource<'a>,
    legs: Vec<PlannedLeg<'a>>,
    pub(super) buffer: Buffer,
    behind: Vec<PlannedDelay<'a>>,
    /// Records a nanosecond, on average.
    rate: f64,
}

impl<'a> Plan<'a> {
    pub(super) fn new(model: &'a Model, config: &RunConfig) -> Result<Self, SimError> {
        check_config(model, config)?;
        check_names(&model.stages)?;
        let source = CheckedSource::new(&model.source)?;
        let increments = model.increments.iter().map(|increment| increment.get()).collect::<Vec<_>>();
        if increments.contains(&0) {
            return Err(SimError::invalid("increments", "grains above zero", &model.increments));
        }
        let whole_trace = matches!(model.source.arrivals, Arrivals::Trace(_)) && config.drain;
        let horizon = config.horizon.as_nanos();
        let mut plan = Self {
            model,
            seed: config.seed,
            span: Span {
                warm_up: config.warm_up.as_nanos(),
                // A drained run ends by itself; no delivery is later than this.
                end: if config.drain { u64::MAX - 1 } else { horizon },
                sending_ends: 0,
            },
            drain: config.drain,
            keep_samples: config.keep_samples,
            detail: detail(config),
            increments,
            sending_ends: if whole_trace { u64::MAX } else { horizon },
            source,
            legs: Vec::new(),
            buffer: Buffer { size: crate::units::Bytes::new(1), interval: crate::units::SimDuration::ZERO },
            behind: Vec::new(),
            rate: 0.0,
        };
        plan.span.sending_ends = plan.sending_span();
        plan.lay_out()?;
        let expected = plan.source.expected_records(plan.sending_ends);
        plan.rate = expected / (plan.sending_span() as f64).max(1.0);
        Ok(plan)
    }

    /// Cuts the chain into legs, the buffer, and what comes behind it.
    fn lay_out(&mut self) -> Result<(), SimError> {
        let stages = &self.model.stages;
        let is_buffer = |stage: &Stage| matches!(stage.kind, StageKind::Buffer(_));
        let is_gate = |stage: &Stage| matches!(stage.kind, StageKind::Gate(_));
        let buffer = stages.iter().position(is_buffer);
        let end = buffer.unwrap_or_else(|| stages.iter().rposition(is_gate).map_or(0, |last| last + 1));
        let (front, back) = stages.split_at(end);
        for stage in front {
            match &stage.kind {
                StageKind::Gate(gate) => self.add_gate(stage, gate)?,
                StageKind::Delay(law) => self.add_delay(stage, (*law).into())?,
                StageKind::Transfer(transfer) => self.add_delay(stage, *transfer)?,
                StageKind::Buffer(_) => {}
            }
        }
        for stage in back {
            match &stage.kind {
                StageKind::Buffer(buffer) => self.buffer = check_buffer(stage, *buffer)?,
                StageKind::Delay(law) => self.behind.push(check_delay(stage, (*law).into())?),
                StageKind::Transfer(transfer) => self.behind.push(check_delay(stage, *transfer)?),
                StageKind::Gate(_) => {
                    let buffer = back.first().map(|first| first.name.clone()).unwrap_or_default();
                    return Err(SimError::GateBehindBuffer { gate: stage.name.clone(), buffer });
                }
            }
        }
        Ok(())
    }

    fn add_gate(&mut self, stage: &Stage, gate: &'a Gate) -> Result<(), SimError> {
        check_gate(stage, gate)?;
        match self.legs.last_mut() {
            Some(leg) if leg.delays.is_empty() => leg.gates.push(gate),
            _ => self.legs.push(PlannedLeg { gates: vec![gate], ..PlannedLeg::default() }),
        }
        Ok(())
    }

    fn add_delay(&mut self, stage: &'a Stage, transfer: Transfer) -> Result<(), SimError> {
        let delay = check_delay(stage, transfer)?;
        if delay.law.is_zero() && delay.per_mib == 0 {
            return Ok(());
        }
        // A trace has no mean size; its transfers find their slots nevertheless.
        let bytes = (self.model.source.mean_size() * self.model.source.records_per_request.mean()).max(0.0);
        let usual = transfer_time(2 * bytes as u64, delay.per_mib) as f64;
        if self.legs.is_empty() {
            self.legs.push(PlannedLeg::default());
        }
        if let Some(leg) = self.legs.last_mut() {
            leg.delays.push(delay);
            let law = transfer.latency;
            leg.stay += ((law.mean() + 5.0 * law.standard_deviation()) * 1e9 + usual).min(LONGEST_DELAY as f64);
        }
        Ok(())
    }

    /// How long the source sends, in nanoseconds.
    pub(super) fn sending_span(&self) -> u64 {
        self.source.sending_span(self.sending_ends)
    }

    /// Records of one replication.
    pub(super) fn expected_records(&self) -> f64 {
        self.source.expected_records(self.sending_ends)
    }

    /// Records that a buffer collects, on average.
    pub(super) fn records_in_buffer(&self) -> f64 {
        let by_size = self.buffer.size.get() as f64 / self.model.source.sizes.mean();
        by_size.min(self.rate * self.buffer.interval.as_nanos() as f64)
    }

    /// Whether the flow tier can carry the run.
    pub(super) fn check_cycles(&self, config: &RunConfig) -> Result<(), SimError> {
        let all = self.expected_records() * f64::from(config.replications);
        // A small buffer costs as much as its records, a large one as much as a few of them.
        let steps = all / (self.records_in_buffer() / Tier::FULL_BUFFER).max(1.0);
        if steps > MOST_RECORDS {
            return Err(SimError::TooManyRecords { expected: all, limit: all * MOST_RECORDS / steps });
        }
        let held = self.records_in_buffer().min(self.expected_records());
        let together = f64::from(config.replications.min(super::config::TOGETHER));
        if held * together > MOST_HELD {
            return Err(SimError::TooManyHeld { expected: held * together, limit: MOST_HELD });
        }
        Ok(())
    }

    /// Whether the record tier can carry the run.
    pub(super) fn check_load(&self, config: &RunConfig) -> Result<(), SimError> {
        let expected = self.expected_records();
        let all = expected * f64::from(config.replications);
        if all > MOST_RECORDS {
            return Err(SimError::TooManyRecords { expected: all, limit: MOST_RECORDS });
        }
        let idle = self.source.idle_steps(self.sending_ends);
        if idle > MOST_IDLE + expected {
            return Err(SimError::invalid("arrivals", "a rate that changes less often", idle));
        }
        let is_trace = matches!(self.model.source.arrivals, Arrivals::Trace(_));
        let mean_size = self.model.source.mean_size();
        let by_size = if is_trace { f64::INFINITY } else { self.buffer.size.get() as f64 / mean_size };
        let in_buffer = by_size.min(self.rate * self.buffer.interval.as_nanos() as f64);
        let in_delays = self.rate * self.legs.iter().map(|leg| leg.stay).sum::<f64>();
        // In a delay or a buffer a record is there once, however long it stays.
        let held = in_buffer.min(expected) + in_delays.min(expected * self.legs.len() as f64);
        let kept = if config.keep_samples { expected } else { 0.0 };
        let most = if config.precision.is_some() { MOST_REPLICATIONS } else { config.replications };
        let together = f64::from(most.min(super::config::TOGETHER));
        let held = (held + kept + self.source.held()) * together;
        if held > MOST_HELD && !(is_trace && together <= 1.0) {
            return Err(SimError::TooManyHeld { expected: held, limit: MOST_HELD });
        }
        Ok(())
    }

    /// How many records all replications send, about.
    pub(super) fn expected(&self, replications: u32) -> f64 {
        self.source.expected_records(self.sending_ends) * f64::from(replications)
    }

    /// How many replications the bounds on a run leave room for.
    pub(super) fn most_replications(&self) -> u32 {
        let by_records = MOST_RECORDS / self.source.expected_records(self.sending_ends).max(1.0);
        let by_time = (LONGEST_RUN / self.sending_span().max(1)) as f64;
        by_records.min(by_time).min(f64::from(MOST_REPLICATIONS)) as u32
    }

    /// The source of one replication.
    pub(super) fn sender(&self, replication: u32) -> Sender {
        self.sender_of("source", replication)
    }

    /// The same with streams of its own name.
    pub(super) fn sender_of(&self, name: &str, replication: u32) -> Sender {
        self.source.sender(name, self.seed, replication, self.sending_ends)
    }

    /// The legs of one replication.
    pub(super) fn legs(&self, replication: u32) -> Vec<Leg> {
        let gate = |gate: &&Gate| GateState::new(gate, &self.increments, self.span.warm_up);
        let leg = |leg: &PlannedLeg<'_>| Leg {
            gates: leg.gates.iter().map(gate).collect(),
            delays: self.delays(&leg.delays, replication),
            ring: Ring::new(self.rate, leg.stay),
        };
        self.legs.iter().map(leg).collect()
    }

    /// The delays before the buffer in one replication.
    pub(super) fn upstream(&self, replication: u32) -> Vec<Delay> {
        self.legs.iter().flat_map(|leg| self.delays(&leg.delays, replication)).collect()
    }

    /// The delays behind the buffer in one replication.
    pub(super) fn behind(&self, replication: u32) -> Vec<Delay> {
        self.delays(&self.behind, replication)
    }

    fn delays(&self, delays: &[PlannedDelay<'_>], replication: u32) -> Vec<Delay> {
        let delay = |delay: &PlannedDelay<'_>| Delay {
            law: delay.law.clone(),
            per_mib: delay.per_mib,
            stream: stream(self.seed, replication, &format!("stage/{}", delay.name)),
        };
        delays.iter().map(delay).collect()
    }

    /// Whether something later in the chain comes back to something earlier.
    pub(super) fn has_feedback(&self) -> bool {
        self.gates().any(|(_, gate)| gate.retry.is_some())
    }

    /// The gates in order, with the names of their stages.
    pub(super) fn gates(&self) -> impl Iterator<Item = (&'a str, &'a Gate)> {
        self.model.stages.iter().filter_map(|stage| match &stage.kind {
            StageKind::Gate(gate) => Some((stage.name.as_str(), gate)),
            _ => None,
        })
    }
}

/// A single run gives intervals by batches; a recording is one path and not a steady process, and has to be asked for them.
pub(super) fn detail(config: &RunConfig) -> Detail {
    let single = config.replications == 1 && config.precision.is_none();
    match config.batches {
        Some(count) if single => Detail::Batches(count),
        None if single && !config.drain => Detail::Batches(batch_means::AUTOMATIC),
        _ => Detail::Totals,
    }
}

fn check_config(model: &Model, config: &RunConfig) -> Result<(), SimError> {
    if !(1..=MOST_REPLICATIONS).contains(&config.replications) {
        return Err(SimError::invalid("replications", "1 to 1,000,000", config.replications));
    }
    if let Some(precision) = config.precision
        && !(precision.share > 0.0 && precision.share < 1.0)
    {
        return Err(SimError::invalid("precision", "a share above 0 and below 1", precision.share));
    }
    if config.batches.is_some_and(|count| !(2..=batch_means::MOST).contains(&count)) {
        return Err(SimError::invalid("batches", "2 to 200", config.batches));
    }
    if config.threads == Some(0) {
        return Err(SimError::invalid("threads", "at least one", 0));
    }
    let replications = u64::from(config.replications);
    if let Arrivals::Trace(records) = &model.source.arrivals
        && config.drain
    {
        let end = records.last().map_or(0, |last| last.at.as_nanos());
        if end > LONGEST_RUN / replications {
            return Err(SimError::invalid("trace", "146 years in all replications together at most", end));
        }
        return Ok(());
    }
    let horizon = config.horizon.as_nanos();
    if horizon == 0 || horizon > LONGEST_RUN / replications {
        let expected = "a time above zero, 146 years in all replications together at most";
        return Err(SimError::invalid("horizon", expected, config.horizon));
    }
    if config.warm_up >= config.horizon {
        return Err(SimError::invalid("warm-up", "less than the horizon", config.warm_up));
    }
    Ok(())
}

fn check_names(stages: &[Stage]) -> Result<(), SimError> {
    if stages.len() > MOST_STAGES {
        return Err(SimError::invalid("stages", "100 stages at most", stages.len()));
    }
    let mut names = BTreeSet::new();
    if let Some(stage) = stages.iter().find(|stage| !names.insert(&stage.name)) {
        return Err(SimError::DuplicateStage(stage.name.clone()));
    }
    let mut buffers = stages.iter().filter(|stage| matches!(stage.kind, StageKind::Buffer(_)));
    if let (Some(first), Some(second)) = (buffers.next(), buffers.next()) {
        return Err(SimError::TwoBuffers { first: first.name.clone(), second: second.name.clone() });
    }
    Ok(())
}

fn check_gate(stage: &Stage, gate: &Gate) -> Result<(), SimError> {
    check_gate_limits(&stage.name, gate)
}

/// Limits must be numbers that can be reached.
pub(super) fn check_gate_limits(name: &str, gate: &Gate) -> Result<(), SimError> {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    for limit in &gate.limits {
        let valid = match limit.rule {
            LimitRule::TokenBucket { rate, burst } => positive(rate) && positive(burst),
            LimitRule::PerSecond(quota) => positive(quota),
        };
        if !valid {
            let what = format!("{name}: {}", limit.name);
            return Err(SimError::invalid(what, "finite numbers above zero", limit.rule));
        }
    }
    check_retry(name, gate.retry.as_ref())
}

/// Waits must be above zero, or tries would go on without time passing.
pub(super) fn check_retry(name: &str, retry: Option<&Retry>) -> Result<(), SimError> {
    let good = |retry: &&Retry| {
        let waits = retry.first.as_nanos() > 0 && retry.longest >= retry.first;
        waits && (1.0..=1e6).contains(&retry.factor)
    };
    match retry.filter(|retry| !good(retry)) {
        Some(retry) => {
            let expected = "a first wait above zero, no longer than the longest, and a factor of 1 or more";
            Err(SimError::invalid(name, expected, retry))
        }
        None => Ok(()),
    }
}

fn check_delay(stage: &Stage, transfer: Transfer) -> Result<PlannedDelay<'_>, SimError> {
    let expected = "times up to 26 days, the low one first, and a sigma from 0 to 10";
    let law = transfer.latency;
    let law = LatencySampler::new(&law).ok_or_else(|| SimError::invalid(&stage.name, expected, law))?;
    let per_mib = per_mib(transfer.per_mib)
        .ok_or_else(|| SimError::invalid(&stage.name, "26 days a MiB at most", transfer.per_mib))?;
    Ok(PlannedDelay { name: &stage.name, law, per_mib })
}

fn check_buffer(stage: &Stage, buffer: Buffer) -> Result<Buffer, SimError> {
    if buffer.size.get() == 0 || buffer.interval.as_nanos() > LONGEST_INTERVAL {
        let expected = "a size above zero and an interval of 36 years at most";
        return Err(SimError::invalid(&stage.name, expected, buffer));
    }
    Ok(buffer)
}
