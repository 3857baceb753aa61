//! Replications side by side, joined in order.

use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use super::SimError;
use super::config::{RunConfig, TOGETHER, Watch};
use super::model::Model;
use super::network::run_chain;
use super::plan::Plan;
use super::replication::{Progress, Tally, replicate};
use super::result::{RunResult, Summariser};
use crate::units::SimTime;

/// Runs a model.
///
/// # Errors
/// [`SimError`] when the model or the configuration makes no sense or asks for too much, when threads cannot be started,
/// or when `watch` asks to stop.
pub fn run(model: &Model, config: &RunConfig, watch: &dyn Watch) -> Result<RunResult, SimError> {
    let plan = Plan::new(model, config)?;
    let total = plan.sending_span().saturating_mul(u64::from(config.replications));
    let progress = Progress { watch, done: AtomicU64::new(0), total };
    match config.threads {
        Some(1) => in_sequence(&plan, config, &progress),
        None => in_parallel(&plan, config, &progress),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.min(256)).build();
            let pool = pool.map_err(|error| SimError::Threads(error.to_string()))?;
            pool.install(|| in_parallel(&plan, config, &progress))
        }
    }
}

fn in_sequence(plan: &Plan<'_>, config: &RunConfig, progress: &Progress<'_>) -> Result<RunResult, SimError> {
    let mut summary = Summariser::new(plan);
    if plan.has_feedback() {
        run_chain(plan.model, config, progress)?.into_iter().for_each(|tally| summary.join(tally));
        return Ok(summary.finish(config, horizon(plan, config)));
    }
    for replication in 0..config.replications {
        summary.join(replicate(plan, replication, progress)?);
    }
    Ok(summary.finish(config, horizon(plan, config)))
}

fn in_parallel(plan: &Plan<'_>, config: &RunConfig, progress: &Progress<'_>) -> Result<RunResult, SimError> {
    if plan.has_feedback() {
        return in_sequence(plan, config, progress);
    }
    let mut summary = Summariser::new(plan);
    for start in (0..config.replications).step_by(TOGETHER as usize) {
        let end = start.saturating_add(TOGETHER).min(config.replications);
        let replications = (start..end).into_par_iter();
        let tallies: Result<Vec<Tally>, SimError> =
            replications.map(|replication| replicate(plan, replication, progress)).collect();
        tallies?.into_iter().for_each(|tally| summary.join(tally));
    }
    Ok(summary.finish(config, horizon(plan, config)))
}

fn horizon(plan: &Plan<'_>, config: &RunConfig) -> Option<SimTime> {
    (!plan.drain).then(|| SimTime::ZERO + config.horizon)
}
