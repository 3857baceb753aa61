//! How a model is run, and who looks on.

#[cfg(doc)]
use super::SimError;
use super::precision::Precision;
use super::tier::Tier;
use crate::units::SimDuration;

/// Replications that are held in memory until they are joined.
pub(super) const TOGETHER: u32 = 16;

/// How to run a model.
#[derive(Debug, Clone, PartialEq)]
pub struct RunConfig {
    /// From which every random stream is derived.
    pub seed: u64,
    /// Independent runs of the model, at least one. Two or more give intervals.
    pub replications: u32,
    /// Adds replications to those until a figure is known this well, or no more may be made.
    pub precision: Option<Precision>,
    /// When requests stop being sent and, unless `drain`, when counting ends. Ignored by a drained trace, which is sent to
    /// its end.
    pub horizon: SimDuration,
    /// Records sent before this time are simulated but not counted.
    pub warm_up: SimDuration,
    /// Whether to look for the warm-up in a few replications first, by MSER-5, and to take it instead of `warm_up`.
    pub find_warm_up: bool,
    /// Batches that a single replication is cut into for its intervals, 2 to 200. `None` leaves their number to the run, and
    /// makes none of a drained one. Without meaning for several replications, which give intervals themselves.
    pub batches: Option<u32>,
    /// Whether to go on until all records are delivered. The measured span then ends with the last delivery.
    pub drain: bool,
    /// Whether to keep every latency, for exact percentiles instead of ones good to 0.8 %.
    pub keep_samples: bool,
    /// Worker threads; `None` leaves it to the machine. Results do not depend on it.
    pub threads: Option<usize>,
    /// How finely to simulate.
    pub tier: Tier,
}

impl RunConfig {
    /// Ten replications of `horizon` without warm-up.
    #[must_use]
    pub const fn new(seed: u64, horizon: SimDuration) -> Self {
        Self {
            seed,
            replications: 10,
            precision: None,
            horizon,
            warm_up: SimDuration::ZERO,
            find_warm_up: false,
            batches: None,
            drain: false,
            keep_samples: false,
            threads: None,
            tier: Tier::Auto,
        }
    }
}

/// Looks on while a run makes progress, from several threads.
pub trait Watch: Sync {
    /// Told now and then which share of the run is done, from 0 to 1.
    fn progress(&self, _share: f64) {}

    /// Asked now and then; `true` ends the run. The replications that are complete by then, counted from the first without
    /// a gap, become its result; without any it ends with [`SimError::Stopped`].
    fn should_stop(&self) -> bool {
        false
    }
}

/// Lets a run go on undisturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoWatch;

impl Watch for NoWatch {}
