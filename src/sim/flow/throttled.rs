//! One replication behind a gate that does reject: its requests one by one, everything behind it a buffer at a time.
//!
//! What the gate lets through is no Poisson process: under overload it is nearly as regular as the bucket refills. But the
//! time of every record is known then, and a latency counts from there. What each record takes to the buffer only decides
//! which buffer it falls into, so it is drawn for those alone that may fall into one or the next: the few that are sent
//! within the longest way before it closes. Sizes do not depend on times, so how many records fill a buffer and what they
//! weigh keep their laws.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::super::SimError;
use super::super::collect::{Closed, Delivered, ObjectTally};
use super::super::freshness::Freshness;
use super::super::gate::{GateTally, Load, Rejected};
use super::super::histogram::Histogram;
use super::super::plan::Plan;
use super::super::replication::{Progress, Tally};
use super::super::stream::{Stream, stream};
use super::super::tier::Obstacle;
use super::FlowPlan;
use super::draws::{Delays, Sizes, uniform};
use super::gates::{Spell, busiest_bytes};
use super::sample::{Sample, SampledRecord, Seen};
use super::throttle::Throttle;

/// Requests between two looks at the watcher.
const UNWATCHED: usize = 1 << 18;
/// Draws until a condition holds whose probability is never this small.
const MOST_DRAWS: u32 = 10_000;

/// A replication in motion.
struct Engine<'a> {
    flow: &'a FlowPlan,
    throttle: Throttle,
    /// When the records that passed were sent, of those whose way to the buffer is not drawn yet.
    sent: VecDeque<u64>,
    /// When those whose way is drawn reach the buffer, and when they were sent.
    on_the_way: BinaryHeap<Reverse<(u64, u64)>>,
    /// When those in the buffer were sent.
    held: Vec<u64>,
    stream: Stream,
    upstream: Delays,
    behind: Delays,
    sizes: Sizes,
    latency: Histogram,
    freshness: Freshness,
    objects: ObjectTally,
    /// Counted records that passed the gate.
    accepted: Load,
    in_flight: u64,
    last_delivery: u64,
    sample: Option<Sample>,
}

/// How many records would fill a buffer.
enum Fill {
    /// So many.
    Count(u64),
    /// As many as there are sizes.
    Sizes(Vec<u64>),
}

impl Fill {
    fn count(&self) -> u64 {
        match self {
            Self::Count(count) => *count,
            Self::Sizes(sizes) => sizes.len() as u64,
        }
    }
}

/// Runs one replication.
pub(super) fn replicate(
    flow: &FlowPlan,
    throttled: usize,
    plan: &Plan<'_>,
    replication: u32,
    progress: &Progress<'_>,
) -> Result<Tally, SimError> {
    let mut engine = Engine::new(flow, throttled, plan, replication).ok_or(Obstacle::NotPoisson)?;
    engine.run(plan, progress)?;
    Ok(engine.finish(throttled, plan, replication))
}

/// Draws `count` of the delivered records of the first replication.
pub(super) fn sample(
    flow: &FlowPlan,
    throttled: usize,
    plan: &Plan<'_>,
    count: usize,
    progress: &Progress<'_>,
) -> Result<Vec<SampledRecord>, SimError> {
    let mut engine = Engine::new(flow, throttled, plan, 0).ok_or(Obstacle::NotPoisson)?;
    engine.sample = Some(Sample::new(plan, count));
    engine.run(plan, progress)?;
    Ok(engine.sample.map(Sample::into_records).unwrap_or_default())
}

impl<'a> Engine<'a> {
    fn new(flow: &'a FlowPlan, throttled: usize, plan: &Plan<'_>, replication: u32) -> Option<Self> {
        let random = |component: &str| stream(plan.seed, replication, component);
        let rates = plan.source.rates("source", plan.seed, replication)?;
        let (_, gate) = plan.gates().nth(throttled)?;
        Some(Self {
            flow,
            throttle: Throttle::new(gate, rates, random("flow/gate"), flow.warm_up, plan.sending_ends),
            sent: VecDeque::new(),
            on_the_way: BinaryHeap::new(),
            held: Vec::new(),
            stream: random("flow/buffers"),
            upstream: Delays::new(plan.upstream(replication)),
            behind: Delays::new(plan.behind(replication)),
            sizes: Sizes::new(plan.source.sizes(), random("source/sizes")),
            latency: Histogram::new(),
            freshness: Freshness::new(plan.span.warm_up, plan.span.end, plan.span.sending_ends),
            objects: ObjectTally::default(),
            accepted: Load::default(),
            in_flight: 0,
            last_delivery: 0,
            sample: None,
        })
    }

    /// Fills buffers until nothing comes any more.
    fn run(&mut self, plan: &Plan<'_>, progress: &Progress<'_>) -> Result<(), SimError> {
        let (mut unwatched, mut reported) = (0, 0);
        while let Some((opened, sent)) = self.arrival(self.flow.end.saturating_add(1)) {
            let closed = self.cycle(opened, sent);
            unwatched += self.held.len();
            if unwatched >= UNWATCHED {
                let done = closed.min(plan.sending_span());
                progress.advance(done.saturating_sub(reported))?;
                (reported, unwatched) = (done.max(reported), 0);
            }
        }
        self.count_on_the_way();
        progress.advance(plan.sending_span().saturating_sub(reported))
    }

    /// Looks at one more request that passes.
    #[inline]
    fn look_ahead(&mut self) -> Option<u64> {
        let sent = self.throttle.next()?;
        self.sent.push_back(sent);
        Some(sent)
    }

    /// The next record that reaches the buffer, if it does so before `limit`: when, and when it was sent.
    fn arrival(&mut self, limit: u64) -> Option<(u64, u64)> {
        loop {
            let first = self.on_the_way.peek().map_or(u64::MAX, |Reverse((at, _))| *at);
            // One that is sent later cannot be there earlier.
            match self.sent.front().copied().or_else(|| self.look_ahead()) {
                Some(sent) if sent <= first => {
                    self.sent.pop_front();
                    self.on_the_way.push(Reverse((sent.saturating_add(self.upstream.draw()), sent)));
                }
                _ if first < limit => return self.on_the_way.pop().map(|Reverse(record)| record),
                _ => return None,
            }
        }
    }

    /// Fills a buffer that a record opens, and follows its object; returns when it closed.
    fn cycle(&mut self, opened: u64, sent: u64) -> u64 {
        let flow = self.flow;
        let fill = match flow.count.at(uniform(&mut self.stream)) {
            Some(count) => Fill::Count(count),
            None => Fill::Sizes(self.sizes.until(flow.size)),
        };
        let closes_at = opened.saturating_add(flow.interval);
        let limit = closes_at.min(flow.end.saturating_add(1));
        self.held.clear();
        self.held.push(sent);
        self.take_certain(fill.count(), limit);
        let mut last = opened;
        while (self.held.len() as u64) < fill.count() {
            let Some((at, sent)) = self.arrival(limit) else {
                self.close_unfilled(opened, closes_at, &fill);
                return closes_at;
            };
            self.held.push(sent);
            last = at;
        }
        let bytes = match fill {
            Fill::Count(_) => flow.full(&mut self.stream),
            Fill::Sizes(sizes) => sizes.iter().sum(),
        };
        self.close(opened, last, bytes, Closed::Size);
        last
    }

    /// Takes in the records that are sure to be there before the buffer closes, which is no earlier than the one that is
    /// `count`th by its time of sending is sent, or `limit`.
    fn take_certain(&mut self, count: u64, limit: u64) {
        let missing = (count as usize).saturating_sub(self.held.len() + self.on_the_way.len());
        while self.sent.len() < missing && self.sent.back().is_none_or(|sent| *sent < limit) {
            if self.look_ahead().is_none() {
                break;
            }
        }
        let Some(index) = missing.checked_sub(1) else { return };
        let earliest = self.sent.get(index).map_or(limit, |sent| limit.min(*sent));
        let certain = earliest.saturating_sub(self.flow.longest_way);
        let certain = self.sent.partition_point(|sent| *sent < certain);
        self.held.extend(self.sent.drain(..certain));
    }

    /// Closes a buffer by its timer, or leaves it open at the end of the run.
    fn close_unfilled(&mut self, opened: u64, closes_at: u64, fill: &Fill) {
        let bytes = self.bytes_unfilled(fill);
        if closes_at <= self.flow.end {
            self.close(opened, closes_at, bytes, Closed::Time);
        } else {
            self.freshness.object(opened, u64::MAX);
            self.count_accepted(bytes);
            self.lose_sight();
        }
    }

    /// What the records held weigh, given that they do not fill the buffer.
    fn bytes_unfilled(&mut self, fill: &Fill) -> u64 {
        let (size, records) = (self.flow.size, self.held.len());
        if let Fill::Sizes(sizes) = fill {
            return sizes.iter().take(records).sum();
        }
        let bytes = (0..MOST_DRAWS).map(|_| self.sizes.sum(records as u64)).find(|bytes| *bytes < size);
        bytes.unwrap_or(size - 1)
    }

    /// Makes an object of what is held and follows it to the sink.
    fn close(&mut self, opened: u64, now: u64, bytes: u64, closed: Closed) {
        self.count_accepted(bytes);
        let available = now.saturating_add(self.behind.draw() + self.flow.transfer(bytes));
        self.freshness.object(opened, available);
        if available > self.flow.end {
            self.lose_sight();
            return;
        }
        self.last_delivery = self.last_delivery.max(available);
        if available >= self.flow.warm_up {
            self.objects.count_one(bytes, closed);
        }
        for sent in self.held.iter().filter(|sent| **sent >= self.flow.warm_up) {
            self.latency.add(available - sent);
        }
        if let Some(sample) = &mut self.sample {
            let counted = self.held.iter().filter(|sent| **sent >= self.flow.warm_up).count();
            let uncounted = self.held.len() - counted;
            self.held.sort_unstable();
            sample.pass(counted as u64, |number, _| {
                let sent = self.held.get(uncounted + number as usize).copied();
                Seen { sent, arrived: None, bytes: None, closed: now, available }
            });
        }
    }

    /// Counts the records held as accepted, together with what they weigh.
    fn count_accepted(&mut self, bytes: u64) {
        let counted = self.counted();
        let bytes = if counted == self.held.len() as u64 { bytes } else { self.sizes.sum(counted) };
        self.accepted.add(Load { requests: counted, records: counted, bytes });
    }

    fn counted(&self) -> u64 {
        self.held.iter().filter(|sent| **sent >= self.flow.warm_up).count() as u64
    }

    fn lose_sight(&mut self) {
        self.in_flight += self.counted();
    }

    /// Counts records that passed the gate and have not reached the buffer when the run ends.
    fn count_on_the_way(&mut self) {
        while self.look_ahead().is_some() {}
        self.held.clear();
        self.held.extend(self.sent.drain(..));
        self.held.extend(self.on_the_way.drain().map(|Reverse((_, sent))| sent));
        let bytes = self.sizes.sum(self.held.len() as u64);
        self.count_accepted(bytes);
        self.lose_sight();
    }

    fn finish(mut self, throttled: usize, plan: &Plan<'_>, replication: u32) -> Tally {
        let seen = self.throttle.finish();
        let rejected = self.flow.load_of(seen.rejected, &mut self.stream);
        let mut offered = self.accepted;
        offered.add(rejected);
        let rejected_units = self.flow.units_of(rejected, &mut self.stream);
        let mut units = self.flow.units_of(self.accepted, &mut self.stream);
        units.iter_mut().zip(&rejected_units).for_each(|(units, more)| *units += more);
        let measured = self.flow.end.min(plan.sending_ends).saturating_sub(self.flow.warm_up) as f64 / 1e9;
        let mut seconds = stream(plan.seed, replication, "flow/seconds");
        let mut gate_tally = |index: usize, limits: usize| {
            let (load, busiest) =
                if index <= throttled { (offered, seen.busiest) } else { (self.accepted, seen.busiest_passed) };
            let spell = Spell { rate: load.requests as f64 / measured.max(1e-9), seconds: measured };
            let bytes = busiest_bytes(spell, 1, &self.flow.sizes, uniform(&mut seconds)) as u64;
            let tally = GateTally {
                offered: load,
                peak: Load { requests: busiest, records: busiest, bytes },
                limits: vec![Rejected::default(); limits],
                rejected_units: vec![0; units.len()],
                ..GateTally::default()
            };
            if index != throttled {
                return tally;
            }
            GateTally {
                limits: seen.limits.clone(),
                rejected,
                rejected_units: rejected_units.clone(),
                throttled_seconds: seen.throttled_seconds,
                ..tally
            }
        };
        let gates = plan.gates().enumerate().map(|(index, (_, gate))| gate_tally(index, gate.limits.len())).collect();
        self.latency.trim();
        let end = if plan.drain { self.last_delivery } else { plan.span.end };
        let (freshness, course) = self.freshness.finish();
        let delivered = Delivered {
            latency: self.latency,
            samples: None,
            batches: None,
            series: None,
            backlog: None,
            freshness,
            course,
            objects: self.objects,
            in_flight: self.in_flight,
            last_delivery: self.last_delivery,
        };
        Tally {
            offered,
            units,
            gates,
            in_flight: self.in_flight,
            lost: 0,
            lost_bytes: 0,
            delivered,
            nodes: Vec::new(),
            end,
        }
    }
}
