//! Stages linked in any way, feedback included: the general event path.
//!
//! A [`Network`] goes in: feeds, and stages with the links between them. [`run_network()`] plays it through in independent
//! replications and returns what every stage and every sink has counted. Here is everything that a chain cannot have:
//! queues with servers, pollers, shards, retries, back-pressure, outages, several sources, several ways out.
//!
//! The order of work: requests come from the feeds, everything else from one list of future events; the earlier of both
//! happens, and whatever it lets come to another stage at the same instant follows at once. Records travel as units; a unit
//! of one record holds no list. So a record costs one entry in the list of events for each stage that holds it, and none
//! for gates and buffers.
//!
//! The decision a reader would question: a unit that finds a station full waits where it is, and the server that it comes
//! from with it, but a delay, a buffer or a source does not wait. They hand on what they have, and it stands before the
//! full station; only servers can be kept from working.

mod core;
mod engine;
mod events;
mod model;
mod plan;
mod stages;
mod station;
mod tally;
#[cfg(test)]
mod tests;
mod units;

use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

pub use self::core::Balance;
pub use engine::{NetworkTally, SinkTally};
pub use model::{Collect, Delivery, Discipline, Feed, KeyLaw, Network, Node, Poller, Station, Step, Timer, WhenFull};
pub use tally::{Closings, Level, NodeTally};

use super::SimError;
use super::config::{RunConfig, Watch};
use super::plan::{Detail, Plan};
use super::replication::{Progress, Tally};
use plan::NetworkPlan;

/// One replication of a chain on the event path, counted as the chain's own engine would count it.
pub(super) fn replicate_chain(
    chain: &Plan<'_>,
    config: &RunConfig,
    replication: u32,
    progress: &Progress<'_>,
) -> Result<Tally, SimError> {
    let network = Network::from(chain.model);
    let sources = plan::sources(&network);
    let plan = NetworkPlan::new(&network, &sources, &chain.model.increments, chain.detail, config)?;
    let tally = engine::replicate(&plan, replication, progress)?;
    tally.into_chain().ok_or_else(|| SimError::invalid("network", "a sink at the end of a chain", 0))
}

/// Runs a network and returns what each replication has counted, in their order.
///
/// # Errors
/// [`SimError`] when the network or the configuration makes no sense or asks for too much, when threads cannot be started,
/// or when `watch` asks to stop.
pub fn run_network(network: &Network, config: &RunConfig, watch: &dyn Watch) -> Result<Vec<NetworkTally>, SimError> {
    let sources = plan::sources(network);
    let plan = NetworkPlan::new(network, &sources, &[], Detail::Totals, config)?;
    let total = plan.sending_span().saturating_mul(u64::from(config.replications));
    let progress = Progress { watch, done: AtomicU64::new(0), total };
    let one = |replication| engine::replicate(&plan, replication, &progress);
    let all = || (0..config.replications).into_par_iter().map(one).collect();
    match config.threads {
        Some(1) => (0..config.replications).map(one).collect(),
        None => all(),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.min(256)).build();
            pool.map_err(|error| SimError::Threads(error.to_string()))?.install(all)
        }
    }
}
