//! Replications side by side, joined in order.

use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use super::SimError;
use super::model::Model;
use super::plan::Plan;
use super::replication::{Progress, Tally, replicate};
use super::result::{RunResult, Summariser};
use crate::units::{SimDuration, SimTime};

/// Replications that are held in memory until they are joined.
pub(super) const TOGETHER: u32 = 16;

/// How to run a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunConfig {
    /// From which every random stream is derived.
    pub seed: u64,
    /// Independent runs of the model, at least one. Two or more give intervals.
    pub replications: u32,
    /// When requests stop being sent and, unless `drain`, when counting ends. Ignored by a drained trace, which is sent to
    /// its end.
    pub horizon: SimDuration,
    /// Records sent before this time are simulated but not counted.
    pub warm_up: SimDuration,
    /// Whether to go on until all records are delivered. The measured span then ends with the last delivery.
    pub drain: bool,
    /// Whether to keep every latency, for exact percentiles instead of ones good to 0.8 %.
    pub keep_samples: bool,
    /// Worker threads; `None` leaves it to the machine. Results do not depend on it.
    pub threads: Option<usize>,
}

impl RunConfig {
    /// Ten replications of `horizon` without warm-up.
    #[must_use]
    pub const fn new(seed: u64, horizon: SimDuration) -> Self {
        Self {
            seed,
            replications: 10,
            horizon,
            warm_up: SimDuration::ZERO,
            drain: false,
            keep_samples: false,
            threads: None,
        }
    }
}

/// Looks on while a run makes progress, from several threads.
pub trait Watch: Sync {
    /// Told now and then which share of the run is done, from 0 to 1.
    fn progress(&self, _share: f64) {}

    /// Asked now and then; `true` ends the run with [`SimError::Stopped`].
    fn should_stop(&self) -> bool {
        false
    }
}

/// Lets a run go on undisturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoWatch;

impl Watch for NoWatch {}

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
    for replication in 0..config.replications {
        summary.join(replicate(plan, replication, progress)?);
    }
    Ok(summary.finish(config, horizon(plan, config)))
}

fn in_parallel(plan: &Plan<'_>, config: &RunConfig, progress: &Progress<'_>) -> Result<RunResult, SimError> {
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
