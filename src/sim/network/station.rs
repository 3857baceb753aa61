//! Servers with a queue, and pollers: whatever makes units wait for their turn.

use std::collections::VecDeque;

use super::core::{Core, Draws};
use super::model::{Discipline, Poller, Station, WhenFull};
use super::tally::NodeTally;
use super::units::Piece;
use crate::sim::law::transfer_time;

/// A vacation ends; in ticks, where stations use the shard's number for nothing else.
const BACK: u32 = 0;

/// A station.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) rule: Station,
    pub(super) service: Draws,
    pub(super) vacations: Option<Draws>,
    /// Servers with nothing to do.
    idle: u32,
    queue: VecDeque<u32>,
    /// Units inside, in service included.
    inside: u32,
    /// Units that found it full and wait where they are.
    outside: VecDeque<u32>,
    /// Whether the only stage behind it may make it wait.
    pub(super) may_be_held: bool,
    pieces: Vec<Piece>,
}

impl Serving {
    pub(super) fn new(rule: Station, service: Draws, vacations: Option<Draws>) -> Self {
        Self {
            idle: rule.servers,
            rule,
            service,
            vacations,
            queue: VecDeque::new(),
            inside: 0,
            outside: VecDeque::new(),
            may_be_held: false,
            pieces: Vec::new(),
        }
    }

    /// Servers that go on vacation go at once.
    pub(super) fn start(&mut self, core: &mut Core, node: u32) {
        if self.vacations.is_some() {
            let servers = std::mem::take(&mut self.idle);
            (0..servers).for_each(|_| self.go(core, node));
        }
    }

    fn go(&mut self, core: &mut Core, node: u32) {
        if let Some(vacations) = &mut self.vacations {
            // A vacation of no time would never end.
            let length = vacations.draw().max(1);
            core.tick_at(core.now.saturating_add(length), node, BACK);
        }
    }

    pub(super) fn arrive(&mut self, core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) {
        let full = self.rule.places.is_some_and(|places| self.inside >= places);
        match (full, self.rule.full) {
            (true, WhenFull::Lose) => core.lose(unit, tally),
            (true, WhenFull::Block) => self.outside.push_back(unit),
            (false, _) => self.admit(core, node, unit, tally),
        }
    }

    fn admit(&mut self, core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) {
        core.let_go(unit);
        self.inside += 1;
        tally.inside.change(core.now, 1, core.span);
        tally.waiting.change(core.now, 1, core.span);
        self.queue.push_back(unit);
        if self.idle > 0 {
            self.idle -= 1;
            self.serve(core, node, tally);
        }
    }

    /// A server takes up the next unit, or has nothing to do.
    fn serve(&mut self, core: &mut Core, node: u32, tally: &mut NodeTally) {
        let Some(unit) = self.next(core, tally) else {
            if self.vacations.is_some() {
                self.go(core, node);
            } else {
                self.idle += 1;
            }
            return;
        };
        tally.busy.change(core.now, 1, core.span);
        let bytes = core.units.get(unit).bytes;
        let time = self.service.draw().saturating_add(transfer_time(bytes, self.rule.per_mib.as_nanos()));
        core.leave_at(core.now.saturating_add(time), node, unit);
    }

    /// The next unit of the queue, or several as one.
    fn next(&mut self, core: &mut Core, tally: &mut NodeTally) -> Option<u32> {
        let first = self.pop(core, tally)?;
        if self.rule.batch <= 1 || self.queue.is_empty() {
            return Some(first);
        }
        let (since, key) = (core.units.get(first).since, core.units.get(first).key);
        self.pieces.clear();
        core.empty_into(first, &mut self.pieces);
        for _ in 1..self.rule.batch {
            let Some(unit) = self.pop(core, tally) else { break };
            // What is served as one counts as one from here on.
            self.inside -= 1;
            tally.inside.change(core.now, -1, core.span);
            core.empty_into(unit, &mut self.pieces);
        }
        let batch = core.unit_of(&self.pieces, key);
        core.units.get_mut(batch).since = since;
        Some(batch)
    }

    fn pop(&mut self, core: &mut Core, tally: &mut NodeTally) -> Option<u32> {
        let unit = match self.rule.discipline {
            Discipline::Fifo => self.queue.pop_front(),
            Discipline::Lifo => self.queue.pop_back(),
        }?;
        tally.waiting.change(core.now, -1, core.span);
        let since = core.units.get(unit).since;
        if core.counts(since) {
            tally.wait.add(core.now - since);
        }
        Some(unit)
    }

    /// A server is done with a unit.
    pub(super) fn leave(&mut self, core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) {
        let since = core.units.get(unit).since;
        if self.may_be_held {
            let held = core.units.get_mut(unit);
            (held.holder, held.held_since) = (node, since);
            core.emit(node, unit, tally);
        } else {
            core.emit(node, unit, tally);
            self.release(core, node, since, tally);
        }
    }

    /// A unit that came at `since` is gone, wherever it had to wait for a place: a server is free, and with it a place.
    pub(super) fn release(&mut self, core: &mut Core, node: u32, since: u64, tally: &mut NodeTally) {
        if core.counts(since) {
            tally.stay.add(core.now - since);
        }
        self.inside -= 1;
        tally.inside.change(core.now, -1, core.span);
        tally.busy.change(core.now, -1, core.span);
        self.let_in(core, node, tally);
        self.serve(core, node, tally);
        // A batch takes several units from the queue, so that several places may be free.
        self.let_in(core, node, tally);
    }

    fn let_in(&mut self, core: &mut Core, node: u32, tally: &mut NodeTally) {
        while self.rule.places.is_none_or(|places| self.inside < places)
            && let Some(unit) = self.outside.pop_front()
        {
            self.admit(core, node, unit, tally);
        }
    }

    /// A vacation is over.
    pub(super) fn tick(&mut self, core: &mut Core, node: u32, tally: &mut NodeTally) {
        self.serve(core, node, tally);
    }
}

/// What waits for a poller, of one shard.
#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<u32>,
    planned: bool,
}

/// A poller.
#[derive(Debug)]
pub(super) struct Polling {
    rule: Poller,
    answer: Draws,
    shards: Vec<Waiting>,
    pieces: Vec<Piece>,
}

impl Polling {
    /// For what belongs to each of `shards` shards, at least one.
    pub(super) fn new(rule: Poller, answer: Draws, shards: u32) -> Self {
        let shards = (0..shards.max(1)).map(|_| Waiting::default()).collect();
        Self { rule, answer, shards, pieces: Vec::new() }
    }

    /// The first call after now for a shard.
    fn next_call(&self, now: u64, key: u32) -> u64 {
        let every = self.rule.every.as_nanos().max(1);
        let spread = u128::from(every) * u128::from(key) / self.shards.len() as u128;
        let offset = self.rule.offset.as_nanos().saturating_add(spread as u64);
        if now < offset { offset } else { offset.saturating_add(((now - offset) / every + 1).saturating_mul(every)) }
    }

    pub(super) fn arrive(&mut self, core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) {
        core.let_go(unit);
        let key = core.units.get(unit).key;
        tally.inside.change(core.now, 1, core.span);
        tally.waiting.change(core.now, 1, core.span);
        let call = self.next_call(core.now, key);
        let shard = &mut self.shards[key as usize];
        shard.queue.push_back(unit);
        if !shard.planned {
            shard.planned = true;
            core.tick_at(call, node, key);
        }
    }

    pub(super) fn tick(&mut self, core: &mut Core, node: u32, key: u32, tally: &mut NodeTally) {
        let answered = core.now.saturating_add(self.answer.draw());
        self.take(core, node, key, answered, tally);
        let call = self.next_call(core.now, key);
        let shard = &mut self.shards[key as usize];
        shard.planned = !shard.queue.is_empty();
        if shard.planned {
            let again = if self.rule.eager { answered.max(core.now + 1) } else { call };
            core.tick_at(again, node, key);
        }
    }

    /// Takes what one call may.
    fn take(&mut self, core: &mut Core, node: u32, key: u32, answered: u64, tally: &mut NodeTally) {
        let most = (self.rule.records.unwrap_or(u64::MAX), self.rule.bytes.map_or(u64::MAX, crate::units::Bytes::get));
        let (mut records, mut bytes) = (0u64, 0u64);
        let mut oldest = None;
        self.pieces.clear();
        while let Some(unit) = self.shards[key as usize].queue.front().copied() {
            let held = core.units.get(unit);
            let over = records + u64::from(held.count) > most.0 || bytes.saturating_add(held.bytes) > most.1;
            if over && records > 0 {
                break;
            }
            self.shards[key as usize].queue.pop_front();
            records += u64::from(held.count);
            bytes = bytes.saturating_add(held.bytes);
            tally.waiting.change(core.now, -1, core.span);
            if core.counts(held.since) {
                tally.wait.add(core.now - held.since);
            }
            if let Some(most) = self.rule.together {
                if self.pieces.len() as u64 + u64::from(held.count) > most {
                    self.hand_on(core, node, key, oldest.take(), answered, tally);
                }
                oldest = oldest.or(Some(held.since));
                tally.inside.change(core.now, -1, core.span);
                core.empty_into(unit, &mut self.pieces);
            } else {
                core.leave_at(answered, node, unit);
            }
        }
        self.hand_on(core, node, key, oldest, answered, tally);
    }

    /// Lets what was taken leave as one unit, once the call is answered.
    fn hand_on(
        &mut self,
        core: &mut Core,
        node: u32,
        key: u32,
        oldest: Option<u64>,
        answered: u64,
        tally: &mut NodeTally,
    ) {
        let Some(since) = oldest else { return };
        let batch = core.unit_of(&self.pieces, key);
        self.pieces.clear();
        core.units.get_mut(batch).since = since;
        tally.inside.change(core.now, 1, core.span);
        core.leave_at(answered, node, batch);
    }

    pub(super) fn leave(core: &mut Core, node: u32, unit: u32, tally: &mut NodeTally) {
        let since = core.units.get(unit).since;
        if core.counts(since) {
            tally.stay.add(core.now - since);
        }
        tally.inside.change(core.now, -1, core.span);
        core.emit(node, unit, tally);
    }
}
