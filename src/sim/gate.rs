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

    /// What these records are together.
    #[inline]
    pub(super) fn of_records<'a>(records: impl Iterator<Item = &'a Record>) -> Self {
        // No block holds so many records of at most 1 TiB that their bytes would not fit.
        records.fold(Self::default(), |sum, record| Self {
            requests: sum.requests + u64::from(record.leads()),
            records: sum.records + 1,
            bytes: sum.bytes + record.size(),
        })
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
    const fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.records += other.records;
    }

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
    /// Units a nanosecond; zero for a quota.
    refill: f64,
    /// Whether all of it is back when a second begins.
    renews: bool,
    room: f64,
    updated: u64,
    rejected: Rejected,
    /// The request it rejected something of last.
    last_request: u64,
}

impl Meter {
    fn new(limit: &Limit) -> Self {
        let (capacity, refill, renews) = match limit.rule {
            LimitRule::TokenBucket { rate, burst } => (burst, rate / SECOND as f64, false),
            LimitRule::PerSecond(quota) => (quota, 0.0, true),
        };
        Self {
            counts: limit.counts,
            capacity,
            refill,
            renews,
            room: capacity,
            updated: 0,
            rejected: Rejected::default(),
            last_request: 0,
        }
    }

    /// The room at a later time; a quota is renewed by the gate when a second begins.
    #[inline]
    fn room_at(&self, room: f64, since: u64, now: u64) -> f64 {
        let filled = room + (now - since).cast_signed() as f64 * self.refill;
        if filled < self.capacity { filled } else { self.capacity }
    }

    fn refresh(&mut self, now: u64) {
        self.room = self.room_at(self.room, self.updated, now);
        self.updated = now;
    }

    fn renew(&mut self) {
        if self.renews {
            self.room = self.capacity;
        }
    }

    /// The room that is left after all of `records`, which need `load` together, if there is always enough for them.
    fn room_after(&self, records: &[Record], load: Load) -> Option<f64> {
        let total = load.of(self.counts) as f64;
        if self.renews {
            return Some(self.room - total).filter(|room| *room >= -SLACK);
        }
        let need = |record: Record| match self.counts {
            Counted::Requests => f64::from(u8::from(record.leads())),
            Counted::Records => 1.0,
            Counted::Bytes => record.size().cast_signed() as f64,
        };
        if self.room >= total {
            Some(self.room_at_end(records, total, need))
        } else {
            self.room_after_each(records, need)
        }
    }

    /// The room after `records` that are sure to find enough.
    ///
    /// Every record is one beginning: had the bucket been full when it came, so much would be left now; the least of
    /// these, and of what was there at the start, is what is left. Seen from the end, a record before which more than all
    /// needs have flowed back cannot be the least any more.
    fn room_at_end(&self, records: &[Record], total: f64, need: impl Fn(Record) -> f64) -> f64 {
        let Some(last) = records.last() else { return self.room };
        let refilled = |since: u64| (last.at - since).cast_signed() as f64 * self.refill;
        let mut needed = 0.0;
        let mut least = self.room + refilled(self.updated) - total;
        for record in records.iter().rev() {
            needed += need(*record);
            let back = refilled(record.at);
            least = least.min(self.capacity - needed + back);
            if back >= total {
                break;
            }
        }
        least
    }

    #[inline]
    fn room_after_each(&self, records: &[Record], need: impl Fn(Record) -> f64) -> Option<f64> {
        let (mut room, mut since, mut lowest) = (self.room, self.updated, f64::INFINITY);
        for record in records {
            room = self.room_at(room, since, record.at) - need(*record);
            since = record.at;
            lowest = if room < lowest { room } else { lowest };
        }
        (lowest >= -SLACK).then_some(room)
    }

    #[inline]
    fn has_room(&self, need: f64) -> bool {
        self.room + SLACK >= need
    }
}

/// What came of a request or record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// When the first record was turned away, in nanoseconds, warm-up included.
    pub(super) first_rejection: Option<u64>,
    /// Whole seconds in which a record was turned away.
    pub(super) throttled_seconds: u64,
}

impl GateTally {
    /// Several shards as one gate: what they turned away together, and the load of the busiest one, since each limit is a
    /// shard's own.
    pub(super) fn of_shards(shards: Vec<Self>) -> Option<Self> {
        let busiest = shards.iter().map(|shard| shard.offered).max_by_key(|load| load.bytes.max(load.records))?;
        let mut all = shards.into_iter().reduce(|mut all, shard| {
            all.peak.at_least(shard.peak);
            all.oversize.add(shard.oversize);
            all.limits.iter_mut().zip(shard.limits).for_each(|(limit, more)| limit.add(more));
            all.rejected.add(shard.rejected);
            all.rejected_units.iter_mut().zip(shard.rejected_units).for_each(|(units, more)| *units += more);
            all
        })?;
        all.offered = busiest;
        Some(all)
    }
}

/// What came of a request of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offered {
    Passed,
    Limited,
    Oversize,
}

/// Records that a gate turned away.
#[derive(Debug, Clone, Default)]
pub(super) struct TurnedAway {
    /// That found no room in a limit.
    pub(super) limited: Vec<Record>,
    /// That were too large.
    pub(super) oversize: Vec<Record>,
}

impl TurnedAway {
    pub(super) fn clear(&mut self) {
        self.limited.clear();
        self.oversize.clear();
    }
}

/// A gate ready to judge records in the order of time.
#[derive(Debug, Clone)]
pub(super) struct GateState {
    meters: Vec<Meter>,
    /// The room in each meter if everything at hand passes.
    rooms: Vec<f64>,
    largest_record: u64,
    largest_request: u64,
    increments: Vec<u64>,
    warm_up: u64,
    second_ends: u64,
    this_second: Load,
    throttled: bool,
    /// What was turned away, if somebody asks for it.
    turned_away: Option<TurnedAway>,
    /// The number of the request at hand, from 1.
    request: u64,
    last_oversize: u64,
    tally: GateTally,
}

impl GateState {
    pub(super) fn new(gate: &Gate, increments: &[u64], warm_up: u64) -> Self {
        Self {
            meters: gate.limits.iter().map(Meter::new).collect(),
            rooms: Vec::new(),
            largest_record: gate.largest_record.map_or(u64::MAX, crate::units::Bytes::get),
            largest_request: gate.largest_request.map_or(u64::MAX, crate::units::Bytes::get),
            increments: increments.to_vec(),
            warm_up,
            second_ends: SECOND,
            this_second: Load::default(),
            throttled: false,
            turned_away: None,
            request: 0,
            last_oversize: 0,
            tally: GateTally { rejected_units: vec![0; increments.len()], ..GateTally::default() },
        }
    }

    /// Keeps what is turned away from now on, for [`Self::offer`].
    pub(super) fn keep_turned_away(&mut self) {
        self.turned_away = Some(TurnedAway::default());
    }

    /// Judges one request: what passes stays in it, the rest moves to `turned_away`.
    pub(super) fn offer(&mut self, request: &mut Vec<Record>, turned_away: &mut TurnedAway) {
        turned_away.clear();
        self.admit(request);
        if let Some(kept) = &mut self.turned_away {
            std::mem::swap(kept, turned_away);
        }
    }

    /// Judges a request of one record: as [`Self::offer`], at less cost.
    pub(super) fn offer_one(&mut self, record: Record) -> Offered {
        if record.at >= self.second_ends {
            self.end_second(record.at);
        }
        let (size, counted) = (record.size(), record.sent >= self.warm_up);
        if counted {
            self.this_second.add(Load { requests: 1, records: 1, bytes: size });
        }
        self.request += 1;
        self.meters.iter_mut().for_each(|meter| meter.refresh(record.at));
        let whole = self.judge_request(size);
        let verdict = if whole == Verdict::Pass { self.judge_record(size) } else { whole };
        self.close_request(verdict == Verdict::Pass, counted);
        match verdict {
            Verdict::Pass => Offered::Passed,
            Verdict::Oversize => {
                self.book(verdict, record, counted);
                Offered::Oversize
            }
            Verdict::Limit(_) => {
                self.book(verdict, record, counted);
                Offered::Limited
            }
        }
    }

    /// Books what is turned away for good, where clients try again and a rejection need not be the end.
    pub(super) fn set_rejected(&mut self, rejected: Load, units: Vec<u64>) {
        self.tally.rejected = rejected;
        self.tally.rejected_units = units;
    }

    /// Keeps what passes of records in the order of time.
    pub(super) fn admit(&mut self, records: &mut Vec<Record>) {
        let (mut kept, mut start) = (0, 0);
        while let Some(first) = records.get(start) {
            if first.at >= self.second_ends {
                self.end_second(first.at);
            }
            let rest = records.get(start..).unwrap_or_default();
            let end = start + rest.partition_point(|record| record.at < self.second_ends);
            kept = self.admit_second(records, start, end, kept);
            start = end;
        }
        records.truncate(kept);
    }

    /// Judges the records in `start..end`, all of one second, and moves what passes to `kept`; returns the new end of what
    /// is kept. Mostly everything passes, which is quick to see.
    fn admit_second(&mut self, records: &mut [Record], start: usize, end: usize, mut kept: usize) -> usize {
        let second = records.get(start..end).unwrap_or_default();
        let load = Load::of_records(second.iter());
        self.count(second, load);
        if self.admit_all(second, load) {
            if kept != start {
                records.copy_within(start..end, kept);
            }
            return kept + (end - start);
        }
        let mut next = start;
        while next < end {
            let request_end = request_end(records, next);
            kept = self.admit_request(records, next, request_end, kept);
            next = request_end;
        }
        kept
    }

    /// Books what is offered after the warm-up.
    fn count(&mut self, records: &[Record], load: Load) {
        if records.iter().all(|record| record.sent >= self.warm_up) {
            self.this_second.add(load);
        } else {
            let counted = records.iter().filter(|record| record.sent >= self.warm_up);
            self.this_second.add(Load::of_records(counted));
        }
    }

    /// Lets all `records` of a slot pass, whatever their order in it, where that makes no difference: before a slot's `end`
    /// no second begins, and every limit is a quota of that second with room for all of them. `false` leaves everything as
    /// it was.
    pub(super) fn admit_slot(&mut self, records: &[Record], end: u64) -> bool {
        let load = Load::of_records(records.iter());
        let open = |meter: &Meter| meter.renews && meter.room + SLACK >= load.of(meter.counts) as f64;
        let inside = end <= self.second_ends && end > self.second_ends - SECOND;
        if !inside || !self.meters.iter().all(open) || !self.all_small_enough(records) {
            return false;
        }
        self.count(records, load);
        for meter in &mut self.meters {
            meter.room -= load.of(meter.counts) as f64;
        }
        true
    }

    /// Whether all of `records` pass, which need `load` together; charges for them only if so.
    fn admit_all(&mut self, records: &[Record], load: Load) -> bool {
        if !self.all_small_enough(records) {
            return false;
        }
        self.rooms.clear();
        for meter in &self.meters {
            let Some(room) = meter.room_after(records, load) else { return false };
            self.rooms.push(room);
        }
        for (meter, room) in self.meters.iter_mut().zip(&self.rooms) {
            meter.room = *room;
            meter.updated = records.last().map_or(meter.updated, |last| last.at);
        }
        true
    }

    fn all_small_enough(&self, records: &[Record]) -> bool {
        if self.largest_record < u64::MAX && records.iter().any(|record| record.size() > self.largest_record) {
            return false;
        }
        let mut requests = records.chunk_by(|_, next| !next.leads());
        let too_large = |request: &[Record]| Load::of_records(request.iter()).bytes > self.largest_request;
        self.largest_request == u64::MAX || !requests.any(too_large)
    }

    /// Judges the request in `start..end` and moves what passes to `kept`; returns the new end of what is kept.
    fn admit_request(&mut self, records: &mut [Record], start: usize, end: usize, mut kept: usize) -> usize {
        let first_kept = kept;
        self.request += 1;
        let request = records.get(start..end).unwrap_or_default();
        let bytes = Load::of_records(request.iter()).bytes;
        let (at, counted) = request.first().map_or((0, false), |record| (record.at, record.sent >= self.warm_up));
        self.meters.iter_mut().for_each(|meter| meter.refresh(at));
        let whole = self.judge_request(bytes);
        for index in start..end {
            let Some(mut record) = records.get(index).copied() else { break };
            let verdict = if whole == Verdict::Pass { self.judge_record(record.size()) } else { whole };
            if verdict != Verdict::Pass {
                self.reject(verdict, record, counted);
                continue;
            }
            if kept == first_kept {
                record.lead();
            }
            if let Some(place) = records.get_mut(kept) {
                *place = record;
            }
            kept += 1;
        }
        self.close_request(kept > first_kept, counted);
        kept
    }

    #[cold]
    fn end_second(&mut self, now: u64) {
        self.tally.offered.add(self.this_second);
        self.tally.peak.at_least(self.this_second);
        self.this_second = Load::default();
        self.tally.throttled_seconds += u64::from(std::mem::take(&mut self.throttled));
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
    fn reject(&mut self, cause: Verdict, record: Record, counted: bool) {
        if let Some(turned_away) = &mut self.turned_away {
            let list = if cause == Verdict::Oversize { &mut turned_away.oversize } else { &mut turned_away.limited };
            list.push(record);
        }
        self.book(cause, record, counted);
    }

    #[cold]
    fn book(&mut self, cause: Verdict, record: Record, counted: bool) {
        self.tally.first_rejection.get_or_insert(record.at);
        if !counted {
            return;
        }
        let size = record.size();
        self.throttled = true;
        self.tally.rejected.add(Load { requests: 0, records: 1, bytes: size });
        for (units, increment) in self.tally.rejected_units.iter_mut().zip(&self.increments) {
            *units += size.div_ceil(*increment);
        }
        match cause {
            Verdict::Limit(limit) => {
                if let Some(meter) = self.meters.get_mut(limit) {
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
