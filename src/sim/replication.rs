//! One replication: blocks of records from the source, through the legs, into the collector.

use std::sync::atomic::{AtomicU64, Ordering};

use super::SimError;
use super::collect::{Collector, Delivered};
use super::config::Watch;
use super::gate::{GateTally, Load};
use super::law::transfer_time;
use super::network::NodeTally;
use super::plan::{Leg, Plan};
use super::record::Record;

/// Blocks between two looks at the watcher.
const BLOCKS_UNWATCHED: u32 = 32;

/// Progress of all replications together.
pub(super) struct Progress<'a> {
    pub(super) watch: &'a dyn Watch,
    /// Nanoseconds of simulation time done.
    pub(super) done: AtomicU64,
    pub(super) total: u64,
}

impl Progress<'_> {
    pub(super) fn advance(&self, by: u64) -> Result<(), SimError> {
        let done = self.done.fetch_add(by, Ordering::Relaxed).saturating_add(by);
        self.watch.progress((done as f64 / self.total.max(1) as f64).min(1.0));
        if self.watch.should_stop() { Err(SimError::Stopped) } else { Ok(()) }
    }
}

/// Everything that one replication has counted.
#[derive(Debug)]
pub(super) struct Tally {
    /// Requests, records and bytes sent after the warm-up.
    pub(super) offered: Load,
    /// Units of each increment in what was offered.
    pub(super) units: Vec<u64>,
    pub(super) gates: Vec<GateTally>,
    pub(super) in_flight: u64,
    /// Accepted records that found no place later on, or were given up, and their bytes.
    pub(super) lost: u64,
    pub(super) lost_bytes: u64,
    pub(super) delivered: Delivered,
    /// What each stage of a network has counted; a chain keeps no such account.
    pub(super) nodes: Vec<NodeTally>,
    /// The end of the measured span, in nanoseconds.
    pub(super) end: u64,
}

/// A chain in motion.
struct Chain {
    legs: Vec<Leg>,
    collector: Collector,
    scratch: Scratch,
}

#[derive(Default)]
struct Scratch {
    delays: Vec<u64>,
    normals: Vec<f64>,
}

/// Runs one replication.
pub(super) fn replicate(plan: &Plan<'_>, replication: u32, progress: &Progress<'_>) -> Result<Tally, SimError> {
    let mut sender = plan.sender(replication);
    let buffer = plan.buffer;
    let behind = plan.behind(replication);
    let collector = Collector::new(
        buffer.size.get(),
        buffer.interval.as_nanos(),
        plan.span,
        behind,
        plan.keep_samples,
        plan.detail,
    );
    let mut chain = Chain { legs: plan.legs(replication), collector, scratch: Scratch::default() };
    let (mut offered, mut units) = (Load::default(), vec![0; plan.increments.len()]);
    let (mut block, mut last_sent, mut reported, mut unwatched) = (Vec::new(), 0, 0, 0);
    loop {
        sender.fill(&mut block);
        let Some(last) = block.last() else { break };
        last_sent = last.at;
        count_offered(&block, plan.span.warm_up, &plan.increments, &mut offered, &mut units);
        chain.feed(0, &mut block, last_sent);
        unwatched += 1;
        if unwatched == BLOCKS_UNWATCHED {
            progress.advance(last_sent - reported)?;
            (reported, unwatched) = (last_sent, 0);
        }
    }
    let end_of_run = plan.span.end;
    let in_legs = chain.finish(end_of_run, plan.span.warm_up);
    let gates = chain.legs.into_iter().flat_map(|leg| leg.gates).map(super::gate::GateState::into_tally).collect();
    let delivered = chain.collector.finish();
    progress.advance(plan.sending_span().saturating_sub(reported))?;
    // A drained run ends with its last delivery, but not before its source has.
    let end = if plan.drain { delivered.last_delivery.max(last_sent) } else { end_of_run };
    let in_flight = in_legs + delivered.in_flight;
    Ok(Tally { offered, units, gates, in_flight, lost: 0, lost_bytes: 0, delivered, nodes: Vec::new(), end })
}

/// Books what was sent after the warm-up.
fn count_offered(block: &[Record], warm_up: u64, increments: &[u64], offered: &mut Load, units: &mut [u64]) {
    let from = block.partition_point(|record| record.sent < warm_up);
    let block = block.get(from..).unwrap_or_default();
    offered.add(Load::of_records(block.iter()));
    for (units, increment) in units.iter_mut().zip(increments) {
        *units += block.iter().map(|record| units_of(record.size(), *increment)).sum::<u64>();
    }
}

/// How many increments a record of `size` is billed for. Most records fit into one, which spares the division.
#[inline]
pub(super) const fn units_of(size: u64, increment: u64) -> u64 {
    if size <= increment { (size > 0) as u64 } else { size.div_ceil(increment) }
}

impl Chain {
    /// Passes records in the order of time through the leg at `index` and on. No later ones are before `watermark`.
    fn feed(&mut self, index: usize, records: &mut Vec<Record>, watermark: u64) {
        let Some(leg) = self.legs.get_mut(index) else {
            self.collector.take_sorted(records);
            return;
        };
        leg.gates.iter_mut().for_each(|gate| gate.admit(records));
        if leg.delays.is_empty() {
            self.feed(index + 1, records, watermark);
            return;
        }
        delay(leg, records, &mut self.scratch);
        self.drain(index, watermark);
    }

    /// Hands on the slots of a leg's ring that end by `watermark`.
    fn drain(&mut self, index: usize, watermark: u64) {
        let last = index + 1 == self.legs.len();
        while let Some(leg) = self.legs.get_mut(index)
            && let Some((mut records, end)) = leg.ring.take(watermark)
        {
            if last || self.passes_unsorted(index + 1, &records, end) {
                self.collector.take_slot(&mut records, end);
            } else {
                records.sort_by_key(|record| record.at);
                self.feed(index + 1, &mut records, end);
            }
            if let Some(leg) = self.legs.get_mut(index) {
                leg.ring.give_back(records);
            }
        }
    }

    /// Whether behind a slot stands one last gate that lets all of it pass, whatever its order.
    fn passes_unsorted(&mut self, index: usize, records: &[Record], end: u64) -> bool {
        let only = self.legs.len() == index + 1;
        match self.legs.get_mut(index) {
            Some(Leg { gates, delays, .. }) if only && delays.is_empty() => match gates.as_mut_slice() {
                [gate] => gate.admit_slot(records, end),
                _ => false,
            },
            _ => false,
        }
    }

    /// Empties all legs up to the `end` of the run; returns how many counted records are still in them after it.
    fn finish(&mut self, end: u64, warm_up: u64) -> u64 {
        let mut in_flight = 0;
        for index in 0..self.legs.len() {
            while let Some(leg) = self.legs.get_mut(index)
                && let Some((mut records, slot_end)) = leg.ring.take(u64::MAX)
            {
                records.sort_by_key(|record| record.at);
                let in_time = records.partition_point(|record| record.at <= end);
                let late = records.get(in_time..).unwrap_or_default();
                self.collector.never_came(late);
                in_flight += late.iter().filter(|record| record.sent >= warm_up).count() as u64;
                records.truncate(in_time);
                self.feed(index + 1, &mut records, slot_end);
            }
        }
        in_flight
    }
}

/// Adds to the delay of each request the time that its bytes take.
#[cold]
fn add_transfers(per_mib: u64, records: &[Record], delays: &mut [u64]) {
    let requests = records.chunk_by(|_, next| !next.leads());
    for (request, delay) in requests.zip(delays) {
        *delay += transfer_time(Load::of_records(request.iter()).bytes, per_mib);
    }
}

/// Draws how long each request stays and puts its records into the ring.
fn delay(leg: &mut Leg, records: &[Record], scratch: &mut Scratch) {
    let requests = records.iter().filter(|record| record.leads()).count();
    scratch.delays.clear();
    scratch.delays.resize(requests, 0);
    for delay in &mut leg.delays {
        delay.law.add_to(&mut delay.stream, &mut scratch.delays, &mut scratch.normals);
    }
    for delay in leg.delays.iter().filter(|delay| delay.per_mib > 0) {
        add_transfers(delay.per_mib, records, &mut scratch.delays);
    }
    let mut delays = scratch.delays.iter();
    let mut delay = 0;
    for record in records {
        if record.leads() {
            delay = delays.next().copied().unwrap_or(0);
        }
        leg.ring.push(record.delayed(delay));
    }
}
