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
pub use tally::{Closings, Level, NodeTally, ShardLoad};

use super::SimError;
use super::config::{RunConfig, Watch};
use super::model::Model;
use super::plan::{Detail, Plan};
use super::replication::{Progress, Tally};
use super::result::Outline;
use super::run::Replicates;
use super::tier::{Obstacle, Tier, TierReport};
pub(super) use plan::{NetworkPlan, sources};

/// One replication of a chain on the event path, counted as the chain's own engine would count it.
pub(super) fn replicate_chain(
    chain: &Plan<'_>,
    config: &RunConfig,
    replication: u32,
    progress: &Progress<'_>,
) -> Result<Tally, SimError> {
    let network = Network::from(chain.model);
    let sources = plan::sources(&network);
    let plan = NetworkPlan::new(&network, &sources, chain.detail, config)?;
    let tally = engine::replicate(&plan, replication, progress)?;
    tally.into_tally().ok_or_else(|| SimError::invalid("network", "a sink at the end of a chain", 0))
}

impl<'a> NetworkPlan<'a> {
    /// A network with one sink, ready for replications that are joined into one result. `detail` is for pilots.
    pub(super) fn ready(
        network: &'a Network,
        sources: &'a [Model],
        detail: Option<Detail>,
        config: &RunConfig,
    ) -> Result<Self, SimError> {
        if config.tier == Tier::Flow {
            return Err(Obstacle::Stages.into());
        }
        let sinks = network.nodes.iter().filter(|node| node.step == Step::Sink).count();
        if sinks != 1 {
            return Err(SimError::invalid("network", "one sink", sinks));
        }
        let plan = Self::new(network, sources, detail.unwrap_or_else(|| plan::detail(config)), config)?;
        plan.check_load(config)?;
        Ok(plan)
    }
}

impl Replicates for NetworkPlan<'_> {
    fn outline(&self) -> Outline<'_> {
        let gate = |node: &'_ Node| match &node.step {
            Step::Gate(gate) | Step::Shards { gate, .. } => Some(gate.clone()),
            _ => None,
        };
        let gates = self.network.nodes.iter().filter_map(|node| Some((node.name.as_str(), gate(node)?)));
        Outline {
            gates: gates.collect(),
            increments: self.increments.len(),
            warm_up: self.span.warm_up,
            servers: self.network.nodes.iter().map(servers).collect(),
        }
    }

    fn sending_span(&self) -> u64 {
        self.sending_span()
    }

    fn drains(&self) -> bool {
        self.drain
    }

    fn most_replications(&self) -> u32 {
        self.most_replications()
    }

    fn replicate(&self, number: u32, progress: &Progress<'_>) -> Result<Tally, SimError> {
        let tally = engine::replicate(self, number, progress)?;
        tally.into_tally().ok_or_else(|| SimError::invalid("network", "one sink", 0))
    }

    fn report(&self) -> TierReport {
        TierReport::record(Obstacle::Stages.to_string())
    }
}

/// How many units a stage can serve at once, where that is limited.
fn servers(node: &Node) -> Option<u32> {
    if let Step::Station(station) = &node.step { Some(station.servers) } else { None }
}

/// Runs a network and returns what each replication has counted, in their order.
///
/// # Errors
/// [`SimError`] when the network or the configuration makes no sense or asks for too much, when threads cannot be started,
/// or when `watch` asks to stop.
pub fn run_network(network: &Network, config: &RunConfig, watch: &dyn Watch) -> Result<Vec<NetworkTally>, SimError> {
    let sources = plan::sources(network);
    let plan = NetworkPlan::new(network, &sources, Detail::Totals, config)?;
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
