//! What a stage has counted.

use crate::sim::Histogram;
use crate::sim::collect::Span;
use crate::sim::gate::{GateState, GateTally};

/// A whole number that changes over time, such as the length of a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Level {
    value: u64,
    since: u64,
    /// Value times nanoseconds, inside the measured span.
    area: u128,
    peak: u64,
    peak_at: u64,
    /// When it first came back to zero after its greatest value.
    emptied: Option<u64>,
}

impl Level {
    pub(super) fn change(&mut self, now: u64, by: i64, span: Span) {
        self.advance(now, span);
        self.value = self.value.saturating_add_signed(by);
        if self.value > self.peak && now >= span.warm_up {
            (self.peak, self.peak_at, self.emptied) = (self.value, now, None);
        }
        if self.value == 0 {
            self.emptied.get_or_insert(now);
        }
    }

    fn advance(&mut self, now: u64, span: Span) {
        let measured = now.min(span.end).saturating_sub(self.since.max(span.warm_up));
        self.area += u128::from(self.value) * u128::from(measured);
        self.since = now;
    }

    pub(super) fn finish(&mut self, end: u64, span: Span) {
        self.advance(end, span);
    }

    /// The mean over the measured span of `seconds`.
    #[must_use]
    pub fn mean(&self, seconds: f64) -> f64 {
        self.area as f64 / 1e9 / seconds
    }

    /// The greatest value.
    #[must_use]
    pub const fn peak(&self) -> u64 {
        self.peak
    }

    /// Seconds from the greatest value until it was zero again; `None` where it was not.
    #[must_use]
    pub fn drained_in(&self) -> Option<f64> {
        self.emptied.map(|at| at.saturating_sub(self.peak_at) as f64 / 1e9)
    }

    /// The time in seconds at which it was zero again after its greatest value; `None` where it was not.
    #[must_use]
    pub fn emptied_at(&self) -> Option<f64> {
        self.emptied.map(|at| at as f64 / 1e9)
    }
}

/// What closed the units of a buffer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Closings {
    /// Its size or number of records.
    pub by_size: u64,
    /// Its time.
    pub by_time: u64,
    /// Its time, with nothing in it.
    pub empty: u64,
    /// Records in the units closed.
    pub records: u64,
    /// Bytes in the units closed.
    pub bytes: u64,
    /// Nanoseconds from the first record to the closing, summed up.
    pub open: u128,
    /// Nanoseconds that its records waited in it, summed up.
    pub waited: u128,
    /// The first and the last closing, in nanoseconds.
    ends: Option<(u64, u64)>,
}

impl Closings {
    /// Counts a closing.
    pub(super) fn count(&mut self, now: u64) {
        self.ends = Some((self.ends.map_or(now, |(first, _)| first), now));
    }

    /// Units that it made.
    #[must_use]
    pub const fn units(&self) -> u64 {
        self.by_size + self.by_time
    }

    /// Closings a second, empty ones included: from the first to the last, so that it does not matter where the run cuts a
    /// cycle.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        let seconds = self.ends.map_or(f64::NAN, |(first, last)| (last - first) as f64 / 1e9);
        (self.units() + self.empty).saturating_sub(1) as f64 / seconds
    }

    /// Seconds that a record waits, on average.
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        self.waited as f64 / 1e9 / self.records as f64
    }

    /// Seconds from the first record to the closing, on average.
    #[must_use]
    pub fn mean_open(&self) -> f64 {
        self.open as f64 / 1e9 / self.units() as f64
    }
}

/// What came to one of several shards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ShardLoad {
    /// Records offered, tries again included.
    pub offered: u64,
    /// Records turned away for good.
    pub rejected: u64,
}

/// What one stage has counted in the measured span of one replication.
#[derive(Debug, Clone)]
pub struct NodeTally {
    /// Its name.
    pub name: String,
    /// Units that came, tries again included.
    pub arrived: u64,
    /// Records that came, tries again included.
    pub arrived_records: u64,
    /// Units that left to the next stage.
    pub left: u64,
    /// Records turned away for good.
    pub rejected: u64,
    /// Records that found no place, or were given up after the last try.
    pub lost: u64,
    /// Their bytes.
    pub lost_bytes: u64,
    /// Records that were tried again.
    pub retried: u64,
    /// Units in the stage; records in a buffer, and in a delivery those that are tried again.
    pub inside: Level,
    /// Units of them that wait.
    pub waiting: Level,
    /// Servers at work.
    pub busy: Level,
    /// From coming to being taken up, where something waits here.
    pub wait: Histogram,
    /// From coming to leaving.
    pub stay: Histogram,
    /// What closed its units.
    pub closings: Closings,
    /// What its gate saw, or the gate of each shard.
    pub(in crate::sim) gates: Vec<GateTally>,
    /// The same of each of several shards, shortly.
    pub shards: Vec<ShardLoad>,
    /// Whole seconds in which a record was turned away.
    pub throttled_seconds: u64,
    /// Seconds until the first record was turned away.
    pub first_rejection: Option<f64>,
}

impl NodeTally {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            arrived: 0,
            arrived_records: 0,
            left: 0,
            rejected: 0,
            lost: 0,
            lost_bytes: 0,
            retried: 0,
            inside: Level::default(),
            waiting: Level::default(),
            busy: Level::default(),
            wait: Histogram::new(),
            stay: Histogram::new(),
            closings: Closings::default(),
            gates: Vec::new(),
            shards: Vec::new(),
            throttled_seconds: 0,
            first_rejection: None,
        }
    }

    /// Takes over what its gates have counted.
    pub(super) fn judged(&mut self, gates: Vec<GateState>) {
        for gate in gates {
            let tally = gate.into_tally();
            self.throttled_seconds += tally.throttled_seconds;
            let first = tally.first_rejection.map(|at| at as f64 / 1e9);
            self.first_rejection = match (self.first_rejection, first) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            self.gates.push(tally);
        }
        if self.gates.len() > 1 {
            let load = |gate: &GateTally| ShardLoad { offered: gate.offered.records, rejected: gate.rejected.records };
            self.shards = self.gates.iter().map(load).collect();
        }
    }

    pub(super) fn finish(&mut self, end: u64, span: Span) {
        for level in [&mut self.inside, &mut self.waiting, &mut self.busy] {
            level.finish(end, span);
        }
        self.wait.trim();
        self.stay.trim();
    }
}
