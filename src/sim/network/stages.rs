//! The stages while they run.

use rand::RngExt;

use super::core::{Core, Draws};
use super::model::{Collect, Timer};
use super::tally::NodeTally;
use super::units::Piece;
use crate::sim::collect::Closed;
use crate::sim::gate::{GateState, Load, Offered, TurnedAway};
use crate::sim::model::{Jitter, Retry};
use crate::sim::record::Record;
use crate::sim::stream::Stream;

/// Retries of one stage.
#[derive(Debug)]
pub(super) struct Retries {
    pub(super) policy: Retry,
    pub(super) stream: Stream,
}

impl Retries {
    /// When a unit that has just failed is tried again; `None` when it is given up.
    fn next(&mut self, core: &mut Core, unit: u32) -> Option<u64> {
        let now = core.now;
        let unit = core.units.get_mut(unit);
        if unit.attempts == 0 {
            unit.failed = now;
        }
        if unit.attempts >= self.policy.attempts {
            return None;
        }
        let longest = self.policy.longest.as_nanos() as f64;
        let grown = self.policy.first.as_nanos() as f64 * libm::pow(self.policy.factor, f64::from(unit.attempts));
        let wait = grown.min(longest);
        let uniform = || self.stream.random::<f64>();
        let mut uniform = uniform;
        let wait = match self.policy.jitter {
            Jitter::None => wait,
            Jitter::Equal => wait * (0.5 + 0.5 * uniform()),
            Jitter::Full => wait * uniform(),
        };
        let at = now.saturating_add(wait as u64);
        if self.policy.window.is_some_and(|window| at - unit.failed > window.as_nanos()) {
            return None;
        }
        unit.attempts += 1;
        Some(at)
    }
}

/// A gate with what its clients do about rejections.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) gate: GateState,
    request: Vec<Record>,
    turned_away: TurnedAway,
    pieces: Vec<Piece>,
    /// What is turned away for good, where clients try again.
    rejected: Load,
    rejected_units: Vec<u64>,
    increments: Vec<u64>,
}

impl Judge {
    pub(super) fn new(gate: GateState, increments: &[u64]) -> Self {
        Self {
            gate,
            request: Vec::new(),
            turned_away: TurnedAway::default(),
            pieces: Vec::new(),
            rejected: Load::default(),
            rejected_units: vec![0; increments.len()],
            increments: increments.to_vec(),
        }
    }

    /// The gate, with what it turned away for good.
    pub(super) fn into_gate(mut self) -> GateState {
        self.gate.set_rejected(self.rejected, self.rejected_units);
        self.gate
    }

    /// Books and ends a unit that is turned away for good.
    fn give_up(&mut self, core: &mut Core, unit: u32, tally: &mut NodeTally) {
        let held = core.units.get(unit);
        let warm_up = core.span.warm_up;
        let whole = !held.partial && held.sent >= warm_up;
        let mut load = Load { requests: u64::from(whole), ..Load::default() };
        let (units, increments) = (&mut self.rejected_units, &self.increments);
        core.units.each(unit, |piece| {
            if piece.sent < warm_up {
                return;
            }
            load.add(Load { requests: 0, records: 1, bytes: piece.size });
            for (units, increment) in units.iter_mut().zip(increments) {
                *units += piece.size.div_ceil(*increment);
            }
        });
        self.rejected.add(load);
        core.reject(unit, tally);
    }

    /// Lets pass what may; returns the unit of what passes, of what found no room, and of what is too large.
    fn judge(&mut self, core: &mut Core, unit: u32) -> [Option<u32>; 3] {
        let single = core.units.get(unit);
        if single.count == 1 {
            let record = Record::new(single.sent, single.bytes, true).at_time(core.now);
            return match self.gate.offer_one(record) {
                Offered::Passed => [Some(unit), None, None],
                Offered::Limited => [None, Some(unit), None],
                Offered::Oversize => [None, None, Some(unit)],
            };
        }
        self.request.clear();
        let (now, request) = (core.now, &mut self.request);
        core.units.each(unit, |piece| {
            request.push(Record::new(piece.sent, piece.size, request.is_empty()).at_time(now));
        });
        let all = self.request.len();
        self.gate.offer(&mut self.request, &mut self.turned_away);
        let parts = [&self.request, &self.turned_away.limited, &self.turned_away.oversize];
        if let Some(whole) = parts.iter().position(|part| part.len() == all) {
            return std::array::from_fn(|index| (index == whole).then_some(unit));
        }
        let held = core.units.get(unit);
        let with_room = !self.request.is_empty();
        let pieces = &mut self.pieces;
        let units = parts.map(|records| {
            pieces.clear();
            pieces.extend(records.iter().map(|record| Piece { sent: record.sent, size: record.size() }));
            if pieces.is_empty() {
                return None;
            }
            let unit = core.unit_of(pieces, held.key);
            let new = core.units.get_mut(unit);
            (new.attempts, new.failed, new.partial) = (held.attempts, held.failed, held.partial || with_room);
            (new.opened, new.closed) = (held.opened, held.closed);
            if let Some(opened) = held.opened_at() {
                core.pending.open(opened);
            }
            Some(unit)
        });
        core.no_longer_pending(unit);
        core.let_go(unit);
        core.units.free(unit);
        units
    }

    pub(super) fn arrive(
        &mut self,
        retries: Option<&mut Retries>,
        core: &mut Core,
        node: u32,
        unit: u32,
        tally: &mut NodeTally,
    ) {
        let [passed, limited, oversize] = self.judge(core, unit);
        if let Some(passed) = passed {
            core.units.get_mut(passed).attempts = 0;
            core.emit(node, passed, tally);
        }
        if let Some(limited) = limited
            && !tries_again(retries, core, node, limited, tally)
        {
            self.give_up(core, limited, tally);
        }
        if let Some(oversize) = oversize {
            self.give_up(core, oversize, tally);
        }
    }
}

/// Plans another try; `false` when the unit is given up.
fn tries_again(retries: Option<&mut Retries>, core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) -> bool {
    let Some(at) = retries.and_then(|retries| retries.next(core, unit)) else { return false };
    if core.counts(core.now) {
        tally.retried += u64::from(core.units.get(unit).count);
    }
    core.let_go(unit);
    core.events.plan(at, super::events::Kind::Arrive, node, unit);
    true
}

/// The slowest of several tasks.
pub(super) fn slowest(draws: &mut Draws, tasks: u32) -> u64 {
    (0..tasks).map(|_| draws.draw()).max().unwrap_or(0)
}

/// What a buffer holds of one shard.
#[derive(Debug, Default)]
struct Held {
    pieces: Vec<Piece>,
    bytes: u64,
    /// When its oldest content came into a buffer, this one or an earlier one.
    opened: u64,
    /// When its first record came.
    first: u64,
    closes: u64,
    /// When the cycle began: with the first record, or with the last closing.
    begun: u64,
    /// Record-nanoseconds waited up to `touched`.
    waited: u128,
    touched: u64,
}

impl Held {
    fn touch(&mut self, now: u64) {
        self.waited += u128::from(now - self.touched) * self.pieces.len() as u128;
        self.touched = now;
    }
}

/// A buffer.
#[derive(Debug)]
pub(super) struct Buffering {
    rule: Collect,
    size: u64,
    count: u64,
    interval: u64,
    shards: Vec<Held>,
}

impl Buffering {
    /// Room for what belongs to each of `shards` shards, at least one.
    pub(super) fn new(rule: Collect, shards: u32) -> Self {
        Self {
            rule,
            size: rule.size.map_or(u64::MAX, crate::units::Bytes::get),
            count: rule.count.unwrap_or(u64::MAX),
            interval: rule.interval.map_or(u64::MAX, crate::units::SimDuration::as_nanos),
            shards: (0..shards.max(1)).map(|_| Held::default()).collect(),
        }
    }

    /// Starts the clocks of a buffer that closes whether anything is in it or not.
    pub(super) fn start(&mut self, core: &mut Core, node: u32) {
        if self.rule.timer == Timer::LastClose {
            (0..self.shards.len() as u32).for_each(|key| self.restart(core, node, key));
        }
    }

    fn shard(&mut self, key: u32) -> &mut Held {
        &mut self.shards[key as usize]
    }

    fn restart(&mut self, core: &mut Core, node: u32, key: u32) {
        let (now, closes) = (core.now, core.now.saturating_add(self.interval));
        let held = self.shard(key);
        (held.closes, held.begun) = (closes, now);
        if closes != u64::MAX {
            core.tick_at(closes, node, key);
        }
    }

    pub(super) fn arrive(&mut self, core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) {
        let now = core.now;
        let arrived = core.units.get(unit);
        core.let_go(unit);
        let held = self.shard(arrived.key);
        // The timer's instant itself belongs to the next unit, whichever event comes first.
        if !held.pieces.is_empty() && now >= held.closes {
            self.close(core, node, arrived.key, tally, Closed::Time);
        }
        let room = self.count.saturating_sub(self.shard(arrived.key).pieces.len() as u64);
        if u64::from(arrived.count) <= room {
            self.take(core, node, unit, tally);
            return;
        }
        for part in core.split(unit, room, self.count) {
            self.take(core, node, part, tally);
        }
    }

    /// Takes in a unit for which there is room.
    fn take(&mut self, core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) {
        let now = core.now;
        let arrived = core.units.get(unit);
        tally.inside.change(now, i64::from(arrived.count), core.span);
        let (interval, timer) = (self.interval, self.rule.timer);
        let held = self.shard(arrived.key);
        held.touch(now);
        let first = held.pieces.is_empty();
        // What an earlier buffer opened goes on being as old as it was.
        let opened = arrived.opened_at().unwrap_or(now);
        if first || opened < held.opened {
            core.pending.open(opened);
            if !first {
                core.pending.deliver(held.opened, now);
            }
            held.opened = opened;
        }
        core.empty_into(unit, &mut held.pieces);
        held.bytes = held.bytes.saturating_add(arrived.bytes);
        if first {
            held.first = now;
            if timer != Timer::LastClose {
                held.begun = now;
            }
            let closes = match timer {
                Timer::FirstRecord => Some(now.saturating_add(interval)),
                Timer::Grid => Some((now / interval.max(1) + 1).saturating_mul(interval)),
                Timer::LastClose => None,
            };
            if let Some(closes) = closes {
                held.closes = closes;
            }
        }
        let (bytes, records, closes) = (held.bytes, held.pieces.len() as u64, held.closes);
        if bytes >= self.size || records >= self.count {
            self.close(core, node, arrived.key, tally, Closed::Size);
        } else if interval == 0 {
            self.close(core, node, arrived.key, tally, Closed::Request);
        } else if first && timer != Timer::LastClose && closes != u64::MAX {
            core.tick_at(closes, node, arrived.key);
        }
    }

    pub(super) fn tick(&mut self, core: &mut Core, node: u32, key: u32, tally: &mut NodeTally) {
        let (now, timer) = (core.now, self.rule.timer);
        let held = self.shard(key);
        // A tick that was planned before the buffer closed by size finds another closing time.
        if held.closes != now {
            return;
        }
        if !held.pieces.is_empty() {
            self.close(core, node, key, tally, Closed::Time);
        } else if timer == Timer::LastClose {
            if core.counts(self.shard(key).begun) {
                tally.closings.empty += 1;
                tally.closings.count(now);
            }
            self.restart(core, node, key);
        }
    }

    fn close(&mut self, core: &mut Core, node: u32, key: u32, tally: &mut NodeTally, cause: Closed) {
        // A buffer whose timer rang at an earlier instant is closed by its tick, so `now` is right here.
        let now = core.now;
        let held = self.shard(key);
        let unit = core.units.of(&held.pieces, now, key);
        let made = core.units.get_mut(unit);
        (made.opened, made.closed) = (held.opened, cause);
        held.touch(now);
        let (records, bytes, first) = (held.pieces.len() as u64, held.bytes, held.first);
        let (begun, waited) = (held.begun, std::mem::take(&mut held.waited));
        if held.pieces.capacity() > (1 << 16) {
            held.pieces = Vec::new();
        } else {
            held.pieces.clear();
        }
        held.bytes = 0;
        held.closes = u64::MAX;
        tally.inside.change(now, -records.cast_signed(), core.span);
        if core.counts(begun) {
            let closings = &mut tally.closings;
            closings.count(now);
            closings.waited += waited;
            match cause {
                Closed::Size => closings.by_size += 1,
                Closed::Time | Closed::Request => closings.by_time += 1,
            }
            closings.records += records;
            closings.bytes = closings.bytes.saturating_add(bytes);
            closings.open += u128::from(now - first);
        }
        core.emit(node, unit, tally);
        if self.rule.timer == Timer::LastClose {
            self.restart(core, node, key);
        }
    }

    pub(super) fn records(&self) -> u64 {
        self.shards.iter().map(|held| held.pieces.len() as u64).sum()
    }
}

/// Hands units over, with failures.
#[derive(Debug)]
pub(super) struct Handing {
    pub(super) latency: Draws,
    pub(super) failures: f64,
    pub(super) outages: Vec<(u64, u64)>,
    pub(super) chance: Stream,
    pub(super) retries: Option<Retries>,
}

impl Handing {
    pub(super) fn arrive(&mut self, core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) {
        let now = core.now;
        let held = core.units.get(unit);
        let (waited, records) = (held.attempts > 0, i64::from(held.count));
        let out = self.outages.iter().any(|(from, to)| (*from..*to).contains(&now));
        if out || (self.failures > 0.0 && self.chance.random::<f64>() < self.failures) {
            if tries_again(self.retries.as_mut(), core, node, unit, tally) {
                tally.inside.change(now, if waited { 0 } else { records }, core.span);
            } else {
                tally.inside.change(now, if waited { -records } else { 0 }, core.span);
                core.lose(unit, tally);
            }
            return;
        }
        if waited {
            tally.inside.change(now, -records, core.span);
        }
        core.units.get_mut(unit).attempts = 0;
        core.let_go(unit);
        core.leave_at(now.saturating_add(self.latency.draw()), node, unit);
    }
}
