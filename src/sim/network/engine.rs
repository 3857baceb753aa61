//! One replication of a network: events in the order of time.

use super::core::{Balance, Core, Draws};
use super::events::{Event, Kind};
use super::plan::NetworkPlan;
use super::stages::{Buffering, Handing, Judge, Retries, slowest};
use super::station::{Polling, Serving};
use super::tally::NodeTally;
use super::units::Piece;
use crate::sim::SimError;
use crate::sim::arrivals::Sender;
use crate::sim::batch_means::Batches;
use crate::sim::collect::{Delivered, ObjectTally, Span};
use crate::sim::gate::{self, GateTally};
use crate::sim::histogram::Histogram;
use crate::sim::law::transfer_time;
use crate::sim::over_time::{Backlog, Course};
use crate::sim::plan::Detail;
use crate::sim::record::Record;
use crate::sim::replication::{Progress, Tally};
use crate::sim::stream::Stream;
use crate::sim::warm_up::Series;

/// Events between two looks at the watcher.
const EVENTS_UNWATCHED: u32 = 1 << 15;

/// A stage in motion.
#[derive(Debug)]
pub(super) enum State {
    Gate(Box<Judge>, Option<Retries>),
    Delay(Draws),
    /// With the nanoseconds that each MiB adds.
    Transfer(Draws, u64),
    Parallel(Draws, u32),
    Buffer(Buffering),
    Station(Box<Serving>),
    Shards {
        gates: Vec<Judge>,
        weights: Vec<f64>,
        keys: Stream,
        retries: Option<Retries>,
    },
    Poller(Box<Polling>),
    Delivery(Box<Handing>),
    Unpack(Vec<Piece>),
    Gather,
    Sink(SinkTally),
}

/// What reached a sink in the measured span of one replication.
#[derive(Debug)]
pub struct SinkTally {
    /// The name of the sink.
    pub name: String,
    /// Time from send to here, of every record sent after the warm-up.
    pub latency: Histogram,
    /// Every latency in nanoseconds, if the run keeps them.
    pub samples: Option<Vec<u64>>,
    /// Latencies by batch, if one run is to give intervals; they are then not in `latency` until the end.
    batches: Option<Batches>,
    /// Mean latencies over time, if a warm-up is looked for.
    series: Option<Series>,
    /// Units that came.
    pub(in crate::sim) objects: ObjectTally,
    /// When the last one came, in nanoseconds.
    pub(in crate::sim) last: u64,
}

/// What one replication has counted.
#[derive(Debug)]
pub struct NetworkTally {
    /// Stages, in the order of the network.
    pub nodes: Vec<NodeTally>,
    /// Sinks, in the same order.
    pub sinks: Vec<SinkTally>,
    /// Requests, records and bytes sent after the warm-up.
    pub(in crate::sim) offered: gate::Load,
    /// Units of each increment in what was offered.
    pub(in crate::sim) units: Vec<u64>,
    /// For how long the oldest undelivered content of a buffer had each age.
    pub freshness: Histogram,
    /// The same over time.
    course: Course,
    backlog: Backlog,
    /// Where every record of the run is.
    pub balance: Balance,
    /// The end of the measured span, in nanoseconds.
    pub(in crate::sim) end: u64,
    /// Seconds of the measured span.
    pub measured: f64,
}

impl NetworkTally {
    /// Records sent after the warm-up.
    #[must_use]
    pub const fn offered_records(&self) -> u64 {
        self.offered.records
    }

    /// What every run counts, from a network with one sink, and its stages. `None` without a sink.
    pub(in crate::sim) fn into_tally(mut self) -> Option<Tally> {
        let sink = self.sinks.drain(..).next()?;
        let SinkTally { latency, samples, batches, series, objects, last, .. } = sink;
        let gates: Vec<GateTally> =
            self.nodes.iter_mut().filter_map(|node| GateTally::of_shards(std::mem::take(&mut node.gates))).collect();
        let rejected: u64 = gates.iter().map(|gate| gate.rejected.records).sum();
        let lost = self.nodes.iter().map(|node| node.lost).sum();
        let lost_bytes = self.nodes.iter().map(|node| node.lost_bytes).sum();
        let in_flight = self.offered.records.saturating_sub(rejected + lost + latency.total());
        let delivered = Delivered {
            latency,
            samples,
            batches,
            series,
            freshness: self.freshness,
            course: self.course,
            backlog: Some(self.backlog),
            objects,
            in_flight: 0,
            last_delivery: last,
        };
        let Self { nodes, offered, units, end, .. } = self;
        Some(Tally { offered, units, gates, in_flight, lost, lost_bytes, delivered, nodes, end })
    }

    /// The stage of this name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&NodeTally> {
        self.nodes.iter().find(|node| node.name == name)
    }

    /// The sink of this name.
    #[must_use]
    pub fn sink(&self, name: &str) -> Option<&SinkTally> {
        self.sinks.iter().find(|sink| sink.name == name)
    }
}

/// A feed in motion: the next request, and what was drawn ahead.
struct Feeding {
    sender: Sender,
    block: Vec<Record>,
    next: usize,
    to: u32,
}

impl Feeding {
    /// When the next request is sent; never, if there is none.
    #[inline]
    fn next_at(&self) -> u64 {
        self.block.get(self.next).map_or(u64::MAX, |record| record.at)
    }

    fn refill(&mut self) {
        self.sender.fill(&mut self.block);
        self.next = 0;
    }

    /// Takes the next request.
    fn take(&mut self, pieces: &mut Vec<Piece>) {
        pieces.clear();
        while let Some(record) = self.block.get(self.next).filter(|record| pieces.is_empty() || !record.leads()) {
            pieces.push(Piece { sent: record.sent, size: record.size() });
            self.next += 1;
        }
        if self.next == self.block.len() {
            self.refill();
        }
    }
}

/// A network in motion.
struct Engine {
    core: Core,
    feeds: Vec<Feeding>,
    states: Vec<State>,
    tallies: Vec<NodeTally>,
    offered: gate::Load,
    units: Vec<u64>,
    increments: Vec<u64>,
    pieces: Vec<Piece>,
}

/// Runs one replication.
pub(super) fn replicate(
    plan: &NetworkPlan<'_>,
    replication: u32,
    progress: &Progress<'_>,
) -> Result<NetworkTally, SimError> {
    let mut engine = Engine::new(plan, replication);
    let (mut unwatched, mut reported) = (0, 0);
    while engine.step() {
        unwatched += 1;
        if unwatched == EVENTS_UNWATCHED {
            progress.advance(engine.core.now - reported)?;
            (reported, unwatched) = (engine.core.now, 0);
        }
    }
    progress.advance(plan.sending_span().saturating_sub(reported))?;
    Ok(engine.finish(plan))
}

impl Engine {
    fn new(plan: &NetworkPlan<'_>, replication: u32) -> Self {
        let feeds = plan.senders(replication).into_iter().map(|(sender, to)| {
            let mut feed = Feeding { sender, block: Vec::new(), next: 0, to };
            feed.refill();
            feed
        });
        let mut engine = Self {
            core: Core::new(plan.span, plan.routes.clone()),
            feeds: feeds.collect(),
            states: plan.states(replication),
            tallies: plan.network.nodes.iter().map(|node| NodeTally::new(&node.name)).collect(),
            offered: gate::Load::default(),
            units: vec![0; plan.increments.len()],
            increments: plan.increments.clone(),
            pieces: Vec::new(),
        };
        for (node, state) in engine.states.iter_mut().enumerate() {
            match state {
                State::Buffer(buffer) => buffer.start(&mut engine.core, node as u32),
                State::Station(station) => station.start(&mut engine.core, node as u32),
                _ => {}
            }
        }
        engine
    }

    /// Lets the next thing happen; `false` when nothing more does before the end.
    #[inline]
    fn step(&mut self) -> bool {
        let (feed, sent) = self.next_feed();
        let planned = self.core.events.next_at();
        let now = sent.min(planned);
        // Clocks that ring for ever do not keep a run alive that has nothing left to do.
        if now > self.core.span.end
            || now == u64::MAX
            || (sent == u64::MAX && self.core.units.records == 0 && self.held() == 0)
        {
            return false;
        }
        self.core.now = now;
        if sent <= planned {
            self.send(feed);
        } else if let Some(event) = self.core.events.pop() {
            self.happen(event);
        }
        self.settle();
        true
    }

    #[inline]
    fn next_feed(&self) -> (usize, u64) {
        let mut best = (0, u64::MAX);
        for (index, feed) in self.feeds.iter().enumerate() {
            let at = feed.next_at();
            if at < best.1 {
                best = (index, at);
            }
        }
        best
    }

    fn send(&mut self, index: usize) {
        let Some(feed) = self.feeds.get_mut(index) else { return };
        feed.take(&mut self.pieces);
        let to = feed.to;
        let unit = self.core.unit_of(&self.pieces, 0);
        self.core.balance.offered += self.pieces.len() as u64;
        self.core.backlog.send(self.core.now, self.pieces.len() as u64);
        if self.core.counts(self.core.now) {
            let bytes = self.core.units.get(unit).bytes;
            self.offered.add(gate::Load { requests: 1, records: self.pieces.len() as u64, bytes });
            for (units, increment) in self.units.iter_mut().zip(&self.increments) {
                *units += self.pieces.iter().map(|piece| piece.size.div_ceil(*increment)).sum::<u64>();
            }
        }
        self.core.arriving.push_back((to, unit));
    }

    #[inline]
    fn happen(&mut self, event: Event) {
        let (node, what) = (event.node, event.what);
        let (Some(state), Some(tally)) = (self.states.get_mut(node as usize), self.tallies.get_mut(node as usize))
        else {
            return;
        };
        let core = &mut self.core;
        match (event.kind(), state) {
            (Kind::Arrive, _) => core.arriving.push_back((node, what)),
            (Kind::Leave, State::Station(station)) => station.leave(core, node, what, tally),
            (Kind::Leave, State::Poller(_)) => Polling::leave(core, node, what, tally),
            (Kind::Leave, _) => {
                tally.inside.change(core.now, -1, core.span);
                core.emit(node, what, tally);
            }
            (Kind::Tick, State::Buffer(buffer)) => buffer.tick(core, node, what, tally),
            (Kind::Tick, State::Station(station)) => station.tick(core, node, tally),
            (Kind::Tick, State::Poller(poller)) => poller.tick(core, node, what, tally),
            (Kind::Tick, _) => {}
        }
    }

    /// Lets everything come to its stage that does so at this instant.
    #[inline]
    fn settle(&mut self) {
        loop {
            if let Some((node, unit)) = self.core.arriving.pop_front() {
                self.arrive(node, unit);
            } else if let Some((node, since)) = self.core.released.pop() {
                if let (Some(State::Station(station)), Some(tally)) =
                    (self.states.get_mut(node as usize), self.tallies.get_mut(node as usize))
                {
                    station.release(&mut self.core, node, since, tally);
                }
            } else {
                return;
            }
        }
    }

    #[inline]
    fn arrive(&mut self, node: u32, unit: u32) {
        let core = &mut self.core;
        let (Some(state), Some(tally)) = (self.states.get_mut(node as usize), self.tallies.get_mut(node as usize))
        else {
            return;
        };
        let now = core.now;
        let arrived = core.units.get_mut(unit);
        arrived.since = now;
        if now >= core.span.warm_up {
            tally.arrived += 1;
            tally.arrived_records += u64::from(arrived.count);
        }
        match state {
            State::Gate(judge, retries) => judge.arrive(retries.as_mut(), core, node, unit, tally),
            State::Delay(draws) => hold(core, node, unit, draws.draw(), tally),
            State::Transfer(draws, per_mib) => {
                let time = draws.draw() + transfer_time(core.units.get(unit).bytes, *per_mib);
                hold(core, node, unit, time, tally);
            }
            State::Parallel(draws, tasks) => hold(core, node, unit, slowest(draws, *tasks), tally),
            State::Buffer(buffer) => buffer.arrive(core, node, unit, tally),
            State::Station(station) => station.arrive(core, node, unit, tally),
            State::Shards { gates, weights, keys, retries } => {
                let first = core.units.get(unit).attempts == 0;
                let key = if first { pick(weights, keys) } else { core.units.get(unit).key };
                core.units.get_mut(unit).key = key;
                if let Some(judge) = gates.get_mut(key as usize) {
                    judge.arrive(retries.as_mut(), core, node, unit, tally);
                }
            }
            State::Poller(poller) => poller.arrive(core, node, unit, tally),
            State::Delivery(handing) => handing.arrive(core, node, unit, tally),
            State::Unpack(pieces) => {
                pieces.clear();
                core.let_go(unit);
                let key = core.units.get(unit).key;
                core.empty_into(unit, pieces);
                for piece in pieces.iter() {
                    let single = core.unit_of(&[*piece], key);
                    // The request was one, whatever becomes of its records.
                    core.units.get_mut(single).partial = pieces.len() > 1;
                    core.emit(node, single, tally);
                }
            }
            State::Gather => {
                core.units.get_mut(unit).key = 0;
                core.emit(node, unit, tally);
            }
            State::Sink(sink) => sink.take(core, unit),
        }
    }

    /// Records in buffers, which are no units there.
    fn held(&self) -> u64 {
        let held = |state: &State| if let State::Buffer(buffer) = state { buffer.records() } else { 0 };
        self.states.iter().map(held).sum()
    }

    fn finish(mut self, plan: &NetworkPlan<'_>) -> NetworkTally {
        self.core.balance.in_flight = self.core.units.records + self.held();
        debug_assert!(self.core.balance.holds(), "{:?}", self.core.balance);
        let span = plan.span;
        let end = if plan.drain { self.core.now } else { span.end };
        let mut sinks = Vec::new();
        for (state, tally) in self.states.into_iter().zip(&mut self.tallies) {
            tally.finish(end, span);
            match state {
                State::Gate(judge, _) => tally.judged(vec![judge.into_gate()]),
                State::Shards { gates, .. } => tally.judged(gates.into_iter().map(Judge::into_gate).collect()),
                State::Sink(sink) => sinks.push(sink.finish()),
                _ => {}
            }
        }
        let (freshness, course) = self.core.pending.finish();
        NetworkTally {
            nodes: self.tallies,
            sinks,
            offered: self.offered,
            units: self.units,
            freshness,
            course,
            backlog: self.core.backlog,
            balance: self.core.balance,
            end,
            measured: end.saturating_sub(span.warm_up) as f64 / 1e9,
        }
    }
}

/// Lets a unit stay for a time of its own.
#[inline]
fn hold(core: &mut Core, node: u32, unit: u32, time: u64, tally: &mut NodeTally) {
    core.let_go(unit);
    tally.inside.change(core.now, 1, core.span);
    core.leave_at(core.now.saturating_add(time), node, unit);
}

/// A shard, in proportion to cumulative weights that end at 1.
fn pick(cumulative: &[f64], keys: &mut Stream) -> u32 {
    use rand::RngExt;
    let at = keys.random::<f64>();
    cumulative.partition_point(|sum| *sum <= at).min(cumulative.len().saturating_sub(1)) as u32
}

impl SinkTally {
    /// Units that came.
    #[must_use]
    pub const fn units(&self) -> u64 {
        self.objects.count
    }

    /// Their bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.objects.bytes
    }

    pub(super) fn new(name: &str, keep_samples: bool, detail: Detail, span: Span) -> Self {
        Self {
            name: name.to_owned(),
            latency: Histogram::new(),
            samples: keep_samples.then(Vec::new),
            batches: if let Detail::Batches(count) = detail { Some(Batches::new(span, count)) } else { None },
            series: (detail == Detail::Series).then(|| Series::new(span.sending_ends)),
            objects: ObjectTally::default(),
            last: 0,
        }
    }

    #[inline]
    fn count(&mut self, sent: u64, latency: u64) {
        match &mut self.batches {
            Some(batches) => batches.add(sent, latency),
            None => self.latency.add(latency),
        }
        if let Some(series) = &mut self.series {
            series.add(sent, latency);
        }
        if let Some(samples) = &mut self.samples {
            samples.push(latency);
        }
    }

    fn finish(mut self) -> Self {
        if let Some(batches) = &mut self.batches {
            batches.trim();
            self.latency = batches.together();
        }
        self.latency.trim();
        self
    }

    fn take(&mut self, core: &mut Core, unit: u32) {
        let (now, warm_up) = (core.now, core.span.warm_up);
        let arrived = core.units.get(unit);
        core.let_go(unit);
        if now >= warm_up {
            self.objects.count_one(arrived.bytes, arrived.closed);
        }
        core.no_longer_pending(unit);
        core.balance.delivered += u64::from(arrived.count);
        core.backlog.deliver(now, u64::from(arrived.count));
        core.units.each(unit, |piece| {
            if piece.sent >= warm_up {
                self.count(piece.sent, now - piece.sent);
            }
        });
        self.last = now;
        core.units.free(unit);
    }
}
