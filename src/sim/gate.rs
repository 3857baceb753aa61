//! A gate while it runs: which records pass, and what each limit saw.

use super::model::{Counted, Gate, Limit, LimitRule};
use super::record::{Record, request_end};

const SECOND: u64 = 1_000_000_000;
/// Room that rounding may have taken away: see [`LimitRule`].
const SLACK: f64 = 1e-9;

/// Requests, records and bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) requests: u64,
    pub(super) records: u64,
    pub(super) bytes: u64,
}

impl Load {
    pub(super) const fn of(self, counted: Counted) -> u64 {
        match counted {
            Counted::Requests => self.requests,
            Counted::Records => self.records,
            Counted::Bytes => self.bytes,
        }
    }

    #[inline]
    pub(super) const fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.records += other.records;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    fn at_least(&mut self, other: Self) {
        self.requests = self.requests.max(other.requests);
        self.records = self.records.max(other.records);
        self.bytes = self.bytes.max(other.bytes);
    }
}

/// Rejections, of requests at least partly and of records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rejected {
    pub(super) requests: u64,
    pub(super) records: u64,
}

impl Rejected {
    /// Books a record, and its request unless that was the last one booked.
    const fn book(&mut self, last: &mut u64, request: u64) {
        self.records += 1;
        self.requests += (*last != request) as u64;
        *last = request;
    }
}

/// A limit with its room.
#[derive(Debug, Clone)]
struct Meter {
    counts: Counted,
    capacity: f64,
    /// Units a nanosecond; `None` for a quota that starts anew each second.
    refill: Option<f64>,
    room: f64,
    updated: u64,
    rejected: Rejected,
    /// The request it rejected something of last.
    last_request: u64,
}

impl Meter {
    fn new(limit: &Limit) -> Self {
        let (capacity, refill) = match limit.rule {
            LimitRule::TokenBucket { rate, burst } => (burst, Some(rate / SECOND as f64)),
            LimitRule::PerSecond(quota) => (quota, None),
        };
        Self {
            counts: limit.counts,
            capacity,
            refill,
            room: capacity,
            updated: 0,
            rejected: Rejected::default(),
            last_request: 0,
        }
    }

    /// Brings a bucket up to the time; a quota is renewed by the gate when a second begins.
    #[inline]
    fn refresh(&mut self, now: u64) {
        if let Some(refill) = self.refill {
            self.room = (self.room + (now - self.updated) as f64 * refill).min(self.capacity);
            self.updated = now;
        }
    }

    fn renew(&mut self) {
        if self.refill.is_none() {
            self.room = self.capacity;
        }
    }

    #[inline]
    fn has_room(&self, need: f64) -> bool {
        self.room + SLACK >= need
    }
}

/// What came of a request or record.
enum Verdict {
    Pass,
    Oversize,
    /// The number of the limit without room.
    Limit(usize),
}

/// What a gate has counted, for records sent after the warm-up.
#[derive(Debug, Clone, Default)]
pub(super) struct GateTally {
    pub(super) offered: Load,
    /// The most in any whole second of simulation time.
    pub(super) peak: Load,
    pub(super) oversize: Rejected,
    /// By limit.
    pub(super) limits: Vec<Rejected>,
    /// Requests of which nothing passed, and all rejected records and bytes.
    pub(super) rejected: Load,
    /// Units of each increment in the rejected records.
    pub(super) rejected_units: Vec<u64>,
}

/// A gate ready to judge records in the order of time.
#[derive(Debug, Clone)]
pub(super) struct GateState {
    meters: Vec<Meter>,
    largest_record: u64,
    largest_request: u64,
    increments: Vec<u64>,
    warm_up: u64,
    second_ends: u64,
    this_second: Load,
    /// The number of the request at hand, from 1.
    request: u64,
    last_oversize: u64,
    tally: GateTally,
}

impl GateState {
    pub(super) fn new(gate: &Gate, increments: &[u64], warm_up: u64) -> Self {
        Self {
            meters: gate.limits.iter().map(Meter::new).collect(),
            largest_record: gate.largest_record.map_or(u64::MAX, crate::units::Bytes::get),
            largest_request: gate.largest_request.map_or(u64::MAX, crate::units::Bytes::get),
            increments: increments.to_vec(),
            warm_up,
            second_ends: SECOND,
            this_second: Load::default(),
            request: 0,
            last_oversize: 0,
            tally: GateTally { rejected_units: vec![0; increments.len()], ..GateTally::default() },
        }
    }

    /// Keeps what passes of records in the order of time.
    pub(super) fn admit(&mut self, records: &mut Vec<Record>) {
        let (mut kept, mut start) = (0, 0);
        while start < records.len() {
            let end = request_end(records, start);
            kept = self.admit_request(records, start, end, kept);
            start = end;
        }
        records.truncate(kept);
    }

    /// Judges the request in `start..end` and moves what passes to `kept`; returns the new end of what is kept.
    #[inline]
    fn admit_request(&mut self, records: &mut [Record], start: usize, end: usize, mut kept: usize) -> usize {
        let first_kept = kept;
        self.request += 1;
        let (at, counted) = records.get(start).map_or((0, false), |record| (record.at, record.sent >= self.warm_up));
        let bytes = records.get(start..end).unwrap_or_default().iter().map(|record| record.size()).sum();
        let load = Load { requests: 1, records: (end - start) as u64, bytes };
        self.see(at, load, counted);
        let request = self.judge_request(bytes);
        for index in start..end {
            let Some(mut record) = records.get(index).copied() else { break };
            let verdict = if let Verdict::Pass = request { self.judge_record(record.size()) } else { Verdict::Pass };
            match (&request, &verdict) {
                (Verdict::Pass, Verdict::Pass) => {
                    if kept == first_kept {
                        record.lead();
                    }
                    if let Some(place) = records.get_mut(kept) {
                        *place = record;
                    }
                    kept += 1;
                }
                (Verdict::Pass, refusal) | (refusal, _) => self.reject(refusal, record.size(), counted),
            }
        }
        self.close_request(kept > first_kept, counted);
        kept
    }

    /// Books what arrives, starts a new second and refills the buckets.
    #[inline]
    fn see(&mut self, at: u64, load: Load, counted: bool) {
        if at >= self.second_ends {
            self.end_second(at);
        }
        if counted {
            self.this_second.add(load);
        }
        self.meters.iter_mut().for_each(|meter| meter.refresh(at));
    }

    #[cold]
    fn end_second(&mut self, now: u64) {
        self.tally.offered.add(self.this_second);
        self.tally.peak.at_least(self.this_second);
        self.this_second = Load::default();
        self.second_ends = (now / SECOND + 1) * SECOND;
        self.meters.iter_mut().for_each(Meter::renew);
    }

    #[inline]
    fn judge_request(&self, bytes: u64) -> Verdict {
        if bytes > self.largest_request {
            return Verdict::Oversize;
        }
        let full = |meter: &Meter| meter.counts == Counted::Requests && !meter.has_room(1.0);
        self.meters.iter().position(full).map_or(Verdict::Pass, Verdict::Limit)
    }

    /// Judges one record and charges it if it passes.
    #[inline]
    fn judge_record(&mut self, size: u64) -> Verdict {
        if size > self.largest_record {
            return Verdict::Oversize;
        }
        let full = |meter: &Meter| need(meter, size).is_some_and(|need| !meter.has_room(need));
        if let Some(limit) = self.meters.iter().position(full) {
            return Verdict::Limit(limit);
        }
        for meter in &mut self.meters {
            meter.room -= need(meter, size).unwrap_or(0.0);
        }
        Verdict::Pass
    }

    /// Books a rejected record; the first of its cause also marks the request.
    #[cold]
    fn reject(&mut self, cause: &Verdict, size: u64, counted: bool) {
        if !counted {
            return;
        }
        self.tally.rejected.add(Load { requests: 0, records: 1, bytes: size });
        for (units, increment) in self.tally.rejected_units.iter_mut().zip(&self.increments) {
            *units += size.div_ceil(*increment);
        }
        match cause {
            Verdict::Limit(limit) => {
                if let Some(meter) = self.meters.get_mut(*limit) {
                    meter.rejected.book(&mut meter.last_request, self.request);
                }
            }
            Verdict::Oversize | Verdict::Pass => self.tally.oversize.book(&mut self.last_oversize, self.request),
        }
    }

    /// Charges the limits on requests, or books a request of which nothing passed.
    #[inline]
    fn close_request(&mut self, passed: bool, counted: bool) {
        if passed {
            for meter in &mut self.meters {
                if meter.counts == Counted::Requests {
                    meter.room -= 1.0;
                }
            }
        } else if counted {
            self.tally.rejected.requests += 1;
        }
    }

    /// What was counted.
    pub(super) fn into_tally(mut self) -> GateTally {
        self.end_second(self.second_ends);
        self.tally.limits = self.meters.iter().map(|meter| meter.rejected).collect();
        self.tally
    }
}

/// What a record of this size takes from a limit on records or bytes.
#[inline]
fn need(meter: &Meter, size: u64) -> Option<f64> {
    match meter.counts {
        Counted::Requests => None,
        Counted::Records => Some(1.0),
        Counted::Bytes => Some(size as f64),
    }
}
