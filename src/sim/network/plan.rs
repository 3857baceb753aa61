//! From a network as described to one ready to run: every check, then the stages in motion.

use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, NodeIndex};

use super::core::Draws;
use super::engine::{SinkTally, State};
use super::model::{KeyLaw, Network, Node, Step};
use super::stages::{Buffering, Handing, Judge, Retries};
use super::station::{Polling, Serving};
use super::units::Piece;
use crate::sim::SimError;
use crate::sim::arrivals::Sender;
use crate::sim::collect::Span;
use crate::sim::config::RunConfig;
use crate::sim::gate::GateState;
use crate::sim::law::{LatencySampler, per_mib};
use crate::sim::model::{Gate, LatencyLaw, Model, Retry};
pub(super) use crate::sim::plan::detail;
use crate::sim::plan::{Detail, Plan, check_gate_limits, check_retry};
use crate::sim::stream::stream;

const MOST_SHARDS: u32 = 100_000;
/// Records in buffers at once, a few GB of memory.
const MOST_HELD: f64 = 2e8;
/// Replications that run at once on a usual machine.
const AT_ONCE: u32 = 4;
const MOST_NODES: usize = 1_000;

/// A network that passed every check.
#[derive(Debug)]
pub(in crate::sim) struct NetworkPlan<'a> {
    pub(super) network: &'a Network,
    pub(super) routes: Vec<Vec<u32>>,
    pub(super) span: Span,
    pub(super) drain: bool,
    keep_samples: bool,
    /// What else sinks count.
    detail: Detail,
    /// Billing grains, in bytes.
    pub(super) increments: Vec<u64>,
    seed: u64,
    /// By feed: its source as a chain without stages, and where it sends to.
    feeds: Vec<(&'a str, Plan<'a>, u32)>,
}

/// Every feed's source as a chain without stages: what checks a chain's source checks it here.
pub(in crate::sim) fn sources(network: &Network) -> Vec<Model> {
    let chain =
        |feed: &super::model::Feed| Model { source: feed.source.clone(), stages: Vec::new(), increments: Vec::new() };
    network.feeds.iter().map(chain).collect()
}

impl<'a> NetworkPlan<'a> {
    pub(super) fn new(
        network: &'a Network,
        sources: &'a [Model],
        detail: Detail,
        config: &RunConfig,
    ) -> Result<Self, SimError> {
        let index = check_names(network)?;
        let routes = network.nodes.iter().map(|node| check_routes(node, &index)).collect::<Result<Vec<_>, _>>()?;
        check_loops(network, &routes)?;
        check_copies(network, &routes)?;
        for node in &network.nodes {
            check_step(node)?;
        }
        let mut feeds = Vec::new();
        for (feed, source) in network.feeds.iter().zip(sources) {
            let to = index.get(feed.to.as_str()).copied();
            let to = to.ok_or_else(|| SimError::invalid(&feed.name, "the name of a stage", &feed.to))?;
            feeds.push((feed.name.as_str(), Plan::new(source, config)?, to));
        }
        let (_, first, _) = feeds.first().ok_or_else(|| SimError::invalid("feeds", "at least one source", 0))?;
        let (span, drain) = (first.span, first.drain);
        Ok(Self {
            network,
            routes,
            span,
            drain,
            keep_samples: config.keep_samples,
            detail,
            increments: network.increments.iter().map(|grain| grain.get()).collect(),
            seed: config.seed,
            feeds,
        })
    }

    pub(super) fn sending_span(&self) -> u64 {
        self.feeds.iter().map(|(_, plan, _)| plan.sending_span()).max().unwrap_or(0)
    }

    /// How many replications the bounds on a run leave room for.
    pub(super) fn most_replications(&self) -> u32 {
        self.feeds.iter().map(|(_, plan, _)| plan.most_replications()).min().unwrap_or(1)
    }

    /// How many records all replications send, about.
    pub(in crate::sim) fn expected(&self, replications: u32) -> f64 {
        self.feeds.iter().map(|(_, plan, _)| plan.expected(replications)).sum()
    }

    /// Whether the run is not too long, and its buffers hold no more than memory does.
    pub(super) fn check_load(&self, config: &RunConfig) -> Result<(), SimError> {
        self.feeds.iter().try_for_each(|(_, plan, _)| plan.check_load(config))?;
        let records: f64 = self.feeds.iter().map(|(_, plan, _)| plan.expected(1)).sum();
        let rate = records / (self.sending_span() as f64 / 1e9).max(1e-9);
        let sizes = self.feeds.iter().map(|(_, plan, _)| plan.model.source.mean_size());
        let mean_size = sizes.fold(f64::NAN, f64::max).max(1.0);
        let held = |node: &Node| match &node.step {
            Step::Buffer(buffer) => {
                let by_time = buffer.interval.map_or(f64::INFINITY, |interval| rate * interval.as_secs_f64());
                let by_size = buffer.size.map_or(f64::INFINITY, |size| size.get() as f64 / mean_size);
                by_time.min(by_size).min(buffer.count.map_or(f64::INFINITY, |count| count as f64)).min(records)
            }
            _ => 0.0,
        };
        let together = f64::from(config.replications.min(AT_ONCE));
        let held = self.network.nodes.iter().map(held).sum::<f64>() * together;
        if held > MOST_HELD { Err(SimError::TooManyHeld { expected: held, limit: MOST_HELD }) } else { Ok(()) }
    }

    /// The sources of one replication, with the stages that they send to.
    pub(super) fn senders(&self, replication: u32) -> Vec<(Sender, u32)> {
        self.feeds.iter().map(|(name, plan, to)| (plan.sender_of(name, replication), *to)).collect()
    }

    /// The stages of one replication.
    pub(super) fn states(&self, replication: u32) -> Vec<State> {
        let shards = self.shards();
        let nodes = self.network.nodes.iter().zip(shards);
        let mut states: Vec<State> = nodes.map(|(node, shards)| self.state(node, shards, replication)).collect();
        let holds: Vec<bool> = self.network.nodes.iter().map(may_block).collect();
        for (state, routes) in states.iter_mut().zip(&self.routes) {
            if let State::Station(station) = state
                && let [only] = routes.as_slice()
            {
                station.may_be_held = holds.get(*only as usize).copied().unwrap_or(false);
            }
        }
        states
    }

    fn state(&self, node: &Node, shards: u32, replication: u32) -> State {
        let random = |purpose: &str| stream(self.seed, replication, &format!("stage/{}{purpose}", node.name));
        let draws = |law: &LatencyLaw, purpose: &str| {
            // Laws were checked with the plan.
            Draws::new(LatencySampler::new(law).unwrap_or(LatencySampler::Constant(0)), random(purpose))
        };
        let judge = |gate: &Gate| {
            let mut state = GateState::new(gate, &self.increments, self.span.warm_up);
            state.keep_turned_away();
            Judge::new(state, &self.increments)
        };
        let retries = |retry: &Option<Retry>| retry.map(|policy| Retries { policy, stream: random("/retry") });
        match &node.step {
            Step::Gate(gate) => State::Gate(Box::new(judge(gate)), retries(&gate.retry)),
            Step::Delay(law) => State::Delay(draws(law, "")),
            Step::Transfer(transfer) => State::Transfer(draws(&transfer.latency, ""), transfer.per_mib.as_nanos()),
            Step::Parallel { tasks, law } => State::Parallel(draws(law, ""), *tasks),
            Step::Buffer(rule) => State::Buffer(Buffering::new(*rule, shards)),
            Step::Station(rule) => {
                let vacations = rule.vacation.as_ref().map(|law| draws(law, "/vacation"));
                State::Station(Box::new(Serving::new(rule.clone(), draws(&rule.service, ""), vacations)))
            }
            Step::Shards { count, keys, gate } => State::Shards {
                gates: (0..*count).map(|_| judge(gate)).collect(),
                weights: cumulative(*count, keys),
                keys: random("/keys"),
                retries: retries(&gate.retry),
            },
            Step::Poller(rule) => State::Poller(Box::new(Polling::new(*rule, draws(&rule.answer, ""), shards))),
            Step::Delivery(rule) => State::Delivery(Box::new(Handing {
                latency: draws(&rule.latency, ""),
                failures: rule.failures,
                outages: rule.outages.iter().map(|(from, to)| (from.as_nanos(), to.as_nanos())).collect(),
                chance: random("/failures"),
                retries: retries(&rule.retry),
            })),
            Step::Unpack => State::Unpack(Vec::<Piece>::new()),
            Step::Gather => State::Gather,
            Step::Sink => State::Sink(SinkTally::new(&node.name, self.keep_samples, self.detail, self.span)),
        }
    }

    /// For each stage, how many shards what comes to it may belong to.
    fn shards(&self) -> Vec<u32> {
        let mut shards = vec![1; self.network.nodes.len()];
        loop {
            let before = shards.clone();
            for (index, (node, routes)) in self.network.nodes.iter().zip(&self.routes).enumerate() {
                let behind = match node.step {
                    Step::Shards { count, .. } => count,
                    Step::Gather => 1,
                    _ => shards[index],
                };
                for next in routes {
                    shards[*next as usize] = behind.max(shards[*next as usize]);
                }
            }
            if shards == before {
                return shards;
            }
        }
    }
}

/// Whether a stage may keep what comes waiting where it is.
fn may_block(node: &Node) -> bool {
    matches!(&node.step, Step::Station(station)
        if station.places.is_some() && station.full == super::model::WhenFull::Block)
}

/// Shares of the shards, added up.
fn cumulative(count: u32, keys: &KeyLaw) -> Vec<f64> {
    let mut weights = match keys {
        KeyLaw::Even => vec![1.0; count as usize],
        KeyLaw::Weights(weights) => weights.clone(),
        KeyLaw::Zipf { keys, exponent } => {
            let mut weights = vec![0.0; count as usize];
            for key in 0..*keys {
                let shard = crate::sim::stream::hashed(&key.to_le_bytes()) % u64::from(count);
                if let Some(weight) = weights.get_mut(shard as usize) {
                    *weight += libm::pow(f64::from(key) + 1.0, -exponent);
                }
            }
            weights
        }
    };
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    for weight in &mut weights {
        sum += *weight / total;
        *weight = sum;
    }
    weights
}

fn check_names(network: &Network) -> Result<BTreeMap<&str, u32>, SimError> {
    if network.nodes.len() > MOST_NODES {
        return Err(SimError::invalid("stages", "1,000 stages at most", network.nodes.len()));
    }
    let mut index = BTreeMap::new();
    for (number, node) in network.nodes.iter().enumerate() {
        if index.insert(node.name.as_str(), number as u32).is_some() {
            return Err(SimError::DuplicateStage(node.name.clone()));
        }
    }
    let mut names: Vec<&str> = network.feeds.iter().map(|feed| feed.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(SimError::DuplicateStage(pair[0].to_owned())),
        None => Ok(index),
    }
}

fn check_routes(node: &Node, index: &BTreeMap<&str, u32>) -> Result<Vec<u32>, SimError> {
    let is_sink = node.step == Step::Sink;
    if is_sink != node.to.is_empty() {
        let expected = if is_sink { "no stage behind a sink" } else { "a stage behind every stage that is no sink" };
        return Err(SimError::invalid(&node.name, expected, &node.to));
    }
    let known = |name: &String| index.get(name.as_str()).copied();
    let found = |name: &String| known(name).ok_or_else(|| SimError::invalid(&node.name, "names of stages", name));
    node.to.iter().map(found).collect()
}

/// A way back to a stage that takes no time would never end.
fn check_loops(network: &Network, routes: &[Vec<u32>]) -> Result<(), SimError> {
    let takes_no_time = |node: &Node| {
        let zero = |law: &LatencyLaw| law.mean() == 0.0;
        match &node.step {
            Step::Delay(law) | Step::Parallel { law, .. } => zero(law),
            Step::Transfer(transfer) => zero(&transfer.latency),
            Step::Station(station) => zero(&station.service),
            Step::Delivery(delivery) => zero(&delivery.latency),
            Step::Poller(_) | Step::Sink => false,
            Step::Gate(_) | Step::Buffer(_) | Step::Shards { .. } | Step::Unpack | Step::Gather => true,
        }
    };
    let instant: Vec<bool> = network.nodes.iter().map(takes_no_time).collect();
    for start in 0..routes.len() {
        let mut seen = vec![false; routes.len()];
        let mut stack = vec![start];
        while let Some(node) = stack.pop() {
            if !instant.get(node).copied().unwrap_or(false) {
                continue;
            }
            for next in routes.get(node).into_iter().flatten().map(|next| *next as usize) {
                if next == start {
                    let name = network.nodes.get(start).map_or("", |node| node.name.as_str());
                    return Err(SimError::invalid(name, "no way back to itself in no time", "one"));
                }
                if !std::mem::replace(&mut seen[next], true) {
                    stack.push(next);
                }
            }
        }
    }
    Ok(())
}

/// A stage that sends two copies into ways that both come back to it doubles what goes round, time after time.
fn check_copies(network: &Network, routes: &[Vec<u32>]) -> Result<(), SimError> {
    let edges = (0u32..).zip(routes).flat_map(|(from, to)| to.iter().map(move |to| (from, *to)));
    let mut graph: DiGraph<(), ()> = DiGraph::from_edges(edges);
    while graph.node_count() < routes.len() {
        graph.add_node(());
    }
    for round in petgraph::algo::tarjan_scc(&graph) {
        let stays = |stage: &NodeIndex| graph.neighbors(*stage).filter(|next| round.contains(next)).count();
        if let Some(stage) = round.iter().find(|stage| stays(stage) > 1) {
            let name = network.nodes.get(stage.index()).map_or("", |node| node.name.as_str());
            let ways: Vec<&str> = network
                .nodes
                .get(stage.index())
                .map_or_else(Vec::new, |node| node.to.iter().map(String::as_str).collect());
            return Err(SimError::invalid(
                name,
                "one way that leads back to itself at most: copies would multiply without end",
                ways,
            ));
        }
    }
    Ok(())
}

fn check_step(node: &Node) -> Result<(), SimError> {
    let refuse = |expected, found: &dyn std::fmt::Debug| Err(SimError::invalid(&node.name, expected, found));
    let law = |law: &LatencyLaw| match LatencySampler::new(law) {
        Some(_) => Ok(()),
        None => Err(SimError::invalid(&node.name, "a latency law with numbers in range", law)),
    };
    match &node.step {
        Step::Gate(gate) => check_gate_limits(&node.name, gate),
        Step::Delay(latency) => law(latency),
        Step::Transfer(transfer) if per_mib(transfer.per_mib).is_none() => {
            refuse("26 days a MiB at most", &transfer.per_mib)
        }
        Step::Transfer(transfer) => law(&transfer.latency),
        Step::Parallel { tasks, law: latency } if (1..=1_000_000).contains(tasks) => law(latency),
        Step::Parallel { tasks, .. } => refuse("1 to 1,000,000 tasks", tasks),
        Step::Buffer(rule) => {
            let never = rule.size.is_none() && rule.count.is_none() && rule.interval.is_none();
            let nothing = rule.size.is_some_and(|size| size.get() == 0) || rule.count == Some(0);
            let endless = rule.timer != super::model::Timer::FirstRecord
                && rule.interval.is_none_or(|interval| interval.as_nanos() == 0);
            if never || nothing || endless {
                return refuse("a size or number above zero, or an interval; a grid needs one above zero", rule);
            }
            Ok(())
        }
        Step::Station(station) => {
            if station.servers == 0
                || station.batch == 0
                || station.places.is_some_and(|places| places < station.servers)
            {
                return refuse("one server or more, batches of one or more, a place for each server", station);
            }
            station.vacation.as_ref().map_or(Ok(()), law)?;
            law(&station.service)
        }
        Step::Shards { count, keys, gate } => {
            if !(1..=MOST_SHARDS).contains(count) {
                return refuse("1 to 100,000 shards", count);
            }
            check_keys(node, *count, keys)?;
            check_gate_limits(&node.name, gate)
        }
        Step::Poller(poller) => {
            if poller.every.as_nanos() == 0 {
                return refuse("an interval above zero", poller);
            }
            law(&poller.answer)
        }
        Step::Delivery(delivery) => {
            let ordered = delivery.outages.iter().all(|(from, to)| from < to);
            if !(0.0..=1.0).contains(&delivery.failures) || !ordered {
                return refuse("a share of failures from 0 to 1 and outages that end after they begin", delivery);
            }
            check_retry(&node.name, delivery.retry.as_ref())?;
            law(&delivery.latency)
        }
        Step::Unpack | Step::Gather | Step::Sink => Ok(()),
    }
}

fn check_keys(node: &Node, count: u32, keys: &KeyLaw) -> Result<(), SimError> {
    let good = match keys {
        KeyLaw::Even => true,
        KeyLaw::Weights(weights) => {
            weights.len() == count as usize
                && weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0)
                && weights.iter().sum::<f64>() > 0.0
        }
        KeyLaw::Zipf { keys, exponent } => (1..=10_000_000).contains(keys) && (0.0..=10.0).contains(exponent),
    };
    if good {
        return Ok(());
    }
    let expected = "a weight for each shard, not all zero, or up to ten million keys and an exponent from 0 to 10";
    Err(SimError::invalid(&node.name, expected, keys))
}
