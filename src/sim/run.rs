//! Replications side by side, joined in order.

use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use super::SimError;
use super::config::{RunConfig, TOGETHER, Watch};
use super::flow::{FlowPlan, SampledRecord};
use super::model::Model;
use super::plan::Plan;
use super::replication::{Progress, Tally, replicate};
use super::result::{RunResult, Summariser};
use super::tier::{Tier, TierReport};
use crate::units::SimTime;

/// Runs a model.
///
/// # Errors
/// [`SimError`] when the model or the configuration makes no sense or asks for too much, when threads cannot be started,
/// when the flow tier is asked for and cannot run the model, or when `watch` asks to stop.
pub fn run(model: &Model, config: &RunConfig, watch: &dyn Watch) -> Result<RunResult, SimError> {
    let plan = Plan::new(model, config)?;
    let engine = Engine::choose(&plan, model, config)?;
    let total = plan.sending_span().saturating_mul(u64::from(config.replications));
    let progress = Progress { watch, done: AtomicU64::new(0), total };
    let summary = match config.threads {
        Some(1) => in_sequence(&plan, &engine, config, &progress),
        None => in_parallel(&plan, &engine, config, &progress),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.min(256)).build();
            let pool = pool.map_err(|error| SimError::Threads(error.to_string()))?;
            pool.install(|| in_parallel(&plan, &engine, config, &progress))
        }
    }?;
    Ok(summary.finish(config, horizon(&plan, config), engine.report()))
}

/// Draws `count` of the delivered records of the first replication as the flow tier sees it, each of them independent of the
/// others and as likely as any; in the order in which they were sent.
///
/// # Errors
/// As [`run()`] of the flow tier.
pub fn sample(
    model: &Model,
    config: &RunConfig,
    count: usize,
    watch: &dyn Watch,
) -> Result<Vec<SampledRecord>, SimError> {
    let plan = Plan::new(model, config)?;
    plan.check_cycles(config)?;
    let flow = FlowPlan::new(&plan, model, config)?;
    flow.sample(&plan, count, &Progress { watch, done: AtomicU64::new(0), total: plan.sending_span() })
}

/// What replicates a model.
enum Engine {
    /// The record tier, with the reason.
    Record(String),
    /// The flow tier, with the reason.
    Flow(Box<FlowPlan>, String),
}

impl Engine {
    fn choose(plan: &Plan<'_>, model: &Model, config: &RunConfig) -> Result<Self, SimError> {
        let expected = plan.expected_records() * f64::from(config.replications);
        let in_buffer = plan.records_in_buffer();
        let why = match config.tier {
            Tier::Flow => {
                plan.check_cycles(config)?;
                let flow = FlowPlan::new(plan, model, config)?;
                if !flow.is_mostly_steady() {
                    plan.check_load(config)?;
                }
                return Ok(Self::Flow(Box::new(flow), "asked for".to_owned()));
            }
            Tier::Record => "asked for".to_owned(),
            Tier::Auto if expected < Tier::LONG_RUN => {
                format!("a short run: about {expected:.1e} records in all, below {:.0e}", Tier::LONG_RUN)
            }
            Tier::Auto if in_buffer < Tier::FULL_BUFFER => {
                format!("small buffers: about {in_buffer:.0} records in each, below {}", Tier::FULL_BUFFER)
            }
            Tier::Auto => match plan.check_cycles(config).map(|()| FlowPlan::new(plan, model, config)) {
                Ok(Ok(flow)) if !flow.is_mostly_steady() => "the rate changes as fast as buffers fill".to_owned(),
                Ok(Ok(flow)) => {
                    let why = format!("a long run: about {expected:.1e} records in all, {in_buffer:.0} in each buffer");
                    return Ok(Self::Flow(Box::new(flow), why));
                }
                Ok(Err(obstacle)) => obstacle.to_string(),
                Err(error) => error.to_string(),
            },
        };
        plan.check_load(config)?;
        Ok(Self::Record(why))
    }

    fn replicate(&self, plan: &Plan<'_>, replication: u32, progress: &Progress<'_>) -> Result<Tally, SimError> {
        match self {
            Self::Record(_) => replicate(plan, replication, progress),
            Self::Flow(flow, _) => flow.replicate(plan, replication, progress),
        }
    }

    fn report(self) -> TierReport {
        match self {
            Self::Record(why) => TierReport::record(why),
            Self::Flow(flow, why) => TierReport { ran: Tier::Flow, why, certificates: flow.certificates },
        }
    }
}

fn in_sequence(
    plan: &Plan<'_>,
    engine: &Engine,
    config: &RunConfig,
    progress: &Progress<'_>,
) -> Result<Summariser, SimError> {
    let mut summary = Summariser::new(plan);
    for replication in 0..config.replications {
        summary.join(engine.replicate(plan, replication, progress)?);
    }
    Ok(summary)
}

fn in_parallel(
    plan: &Plan<'_>,
    engine: &Engine,
    config: &RunConfig,
    progress: &Progress<'_>,
) -> Result<Summariser, SimError> {
    let mut summary = Summariser::new(plan);
    for start in (0..config.replications).step_by(TOGETHER as usize) {
        let end = start.saturating_add(TOGETHER).min(config.replications);
        let replications = (start..end).into_par_iter();
        let tallies: Result<Vec<Tally>, SimError> =
            replications.map(|replication| engine.replicate(plan, replication, progress)).collect();
        tallies?.into_iter().for_each(|tally| summary.join(tally));
    }
    Ok(summary)
}

fn horizon(plan: &Plan<'_>, config: &RunConfig) -> Option<SimTime> {
    (!plan.drain).then(|| SimTime::ZERO + config.horizon)
}
