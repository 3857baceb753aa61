//! What every stage works with: the clock, future events, units, and the way out.

use std::collections::{BTreeMap, VecDeque};

use super::events::{Events, Kind};
use super::tally::NodeTally;
use super::units::{NONE, Piece, Units};
use crate::sim::collect::Span;
use crate::sim::freshness::Freshness;
use crate::sim::histogram::Histogram;
use crate::sim::law::LatencySampler;
use crate::sim::over_time::{Backlog, Course};
use crate::sim::stream::Stream;

/// Records since the start of the run, warm-up included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// Sent by all feeds.
    pub offered: u64,
    /// Made by stages with several ways out, one copy for each further way.
    pub copied: u64,
    /// That reached a sink.
    pub delivered: u64,
    /// Turned away for good.
    pub rejected: u64,
    /// That found no place, or were given up.
    pub lost: u64,
    /// Still inside at the end.
    pub in_flight: u64,
}

impl Balance {
    /// Whether every record that came in is accounted for.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.offered + self.copied == self.delivered + self.rejected + self.lost + self.in_flight
    }
}

/// Draws of a latency law, some ahead.
#[derive(Debug)]
pub(super) struct Draws {
    law: LatencySampler,
    stream: Stream,
    ready: Vec<u64>,
    next: usize,
    normals: Vec<f64>,
}

impl Draws {
    const AHEAD: usize = 64;

    pub(super) fn new(law: LatencySampler, stream: Stream) -> Self {
        Self { law, stream, ready: Vec::new(), next: 0, normals: Vec::new() }
    }

    /// The next draw, in nanoseconds.
    #[inline]
    pub(super) fn draw(&mut self) -> u64 {
        if self.next == self.ready.len() {
            self.refill();
        }
        self.next += 1;
        self.ready[self.next - 1]
    }

    fn refill(&mut self) {
        self.ready.clear();
        self.ready.resize(Self::AHEAD, 0);
        self.law.add_to(&mut self.stream, &mut self.ready, &mut self.normals);
        self.next = 0;
    }
}

/// Buffers' contents that are not delivered yet, by when they opened: how old the oldest one is, over time.
#[derive(Debug)]
pub(super) struct Pending {
    opened: BTreeMap<u64, u32>,
    freshness: Freshness,
}

impl Pending {
    pub(super) fn open(&mut self, now: u64) {
        *self.opened.entry(now).or_insert(0) += 1;
    }

    /// What opened at `opened` is delivered now. Only the oldest one's delivery changes the age.
    pub(super) fn deliver(&mut self, opened: u64, now: u64) {
        let oldest = self.opened.first_key_value().is_some_and(|(oldest, _)| *oldest == opened);
        if let Some(count) = self.opened.get_mut(&opened) {
            *count -= 1;
            if *count == 0 {
                self.opened.remove(&opened);
                if oldest {
                    self.freshness.object(opened, now);
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> (Histogram, Course) {
        if let Some((oldest, _)) = self.opened.first_key_value() {
            self.freshness.object(*oldest, u64::MAX);
        }
        self.freshness.finish()
    }
}

/// The part of a network in motion that is no stage.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) now: u64,
    pub(super) span: Span,
    pub(super) events: Events,
    pub(super) units: Units,
    /// Units that come to a stage at this instant.
    pub(super) arriving: VecDeque<(u32, u32)>,
    /// Stations whose server waited with a unit that has found its place, and when that unit came to them.
    pub(super) released: Vec<(u32, u64)>,
    /// For each stage, where what leaves goes.
    routes: Vec<Vec<u32>>,
    pub(super) balance: Balance,
    pub(super) pending: Pending,
    pub(super) backlog: Backlog,
}

impl Core {
    pub(super) fn new(span: Span, routes: Vec<Vec<u32>>) -> Self {
        Self {
            now: 0,
            span,
            events: Events::default(),
            units: Units::default(),
            arriving: VecDeque::new(),
            released: Vec::new(),
            routes,
            balance: Balance::default(),
            backlog: Backlog::new(span.sending_ends),
            pending: Pending {
                opened: BTreeMap::new(),
                freshness: Freshness::new(span.warm_up, span.end, span.sending_ends),
            },
        }
    }

    /// Whether what happens now, or happened then, is counted.
    #[inline]
    pub(super) fn counts(&self, at: u64) -> bool {
        at >= self.span.warm_up
    }

    /// Plans that a stage is done with a unit.
    #[inline]
    pub(super) fn leave_at(&mut self, at: u64, node: u32, unit: u32) {
        self.events.plan(at, Kind::Leave, node, unit);
    }

    pub(super) fn tick_at(&mut self, at: u64, node: u32, key: u32) {
        self.events.plan(at, Kind::Tick, node, key);
    }

    /// Sends a unit on to the next stage, or copies of it to all next stages.
    #[inline]
    pub(super) fn emit(&mut self, node: u32, unit: u32, tally: &mut NodeTally) {
        if self.counts(self.now) {
            tally.left += 1;
        }
        let routes = self.routes.get(node as usize).map_or(&[][..], Vec::as_slice);
        let Some((first, others)) = routes.split_first() else { return };
        self.arriving.push_back((*first, unit));
        for other in others {
            self.balance.copied += u64::from(self.units.get(unit).count);
            let copy = self.units.copy(unit);
            self.arriving.push_back((*other, copy));
        }
    }

    /// Ends a unit that is given up or found no place.
    pub(super) fn lose(&mut self, unit: u32, tally: &mut NodeTally) {
        let held = self.units.get(unit);
        self.balance.lost += u64::from(held.count);
        self.backlog.deliver(self.now, u64::from(held.count));
        let warm_up = self.span.warm_up;
        self.units.each(unit, |piece| {
            if piece.sent >= warm_up {
                tally.lost += 1;
                tally.lost_bytes = tally.lost_bytes.saturating_add(piece.size);
            }
        });
        self.no_longer_pending(unit);
        self.let_go(unit);
        self.units.free(unit);
    }

    /// What a unit's buffer opened for it is delivered, or never will be.
    pub(super) fn no_longer_pending(&mut self, unit: u32) {
        if let Some(opened) = self.units.get(unit).opened_at() {
            self.pending.deliver(opened, self.now);
        }
    }

    /// Takes the records out of a unit, which ends. What its buffer opened is no longer pending from here on, unless whoever
    /// takes them has opened it again: only buffers do.
    pub(super) fn empty_into(&mut self, unit: u32, pieces: &mut Vec<Piece>) {
        self.no_longer_pending(unit);
        self.units.empty_into(unit, pieces);
    }

    /// Ends a unit that a gate turned away for good.
    pub(super) fn reject(&mut self, unit: u32, tally: &mut NodeTally) {
        let records = u64::from(self.units.get(unit).count);
        self.balance.rejected += records;
        self.backlog.deliver(self.now, records);
        if self.counts(self.now) {
            tally.rejected += records;
        }
        self.no_longer_pending(unit);
        self.let_go(unit);
        self.units.free(unit);
    }

    /// Frees the server that waits with a unit, if one does.
    #[inline]
    pub(super) fn let_go(&mut self, unit: u32) {
        let unit = self.units.get_mut(unit);
        if unit.holder != NONE {
            let holder = std::mem::replace(&mut unit.holder, NONE);
            self.released.push((holder, unit.held_since));
        }
    }

    /// Takes a unit apart: `first` records of it, then `each` at a time. The parts are as old as it was.
    pub(super) fn split(&mut self, unit: u32, first: u64, each: u64) -> Vec<u32> {
        let whole = self.units.get(unit);
        let mut pieces = Vec::new();
        self.units.each(unit, |piece| pieces.push(piece));
        let (begin, rest) = pieces.split_at(pieces.len().min(usize::try_from(first).unwrap_or(usize::MAX)));
        let each = usize::try_from(each).unwrap_or(usize::MAX).max(1);
        let parts = std::iter::once(begin).chain(rest.chunks(each)).filter(|part| !part.is_empty());
        let parts = parts.map(|part| {
            let part = self.units.of(part, self.now, whole.key);
            let made = self.units.get_mut(part);
            (made.opened, made.closed) = (whole.opened, whole.closed);
            if let Some(opened) = whole.opened_at() {
                self.pending.open(opened);
            }
            part
        });
        let parts = parts.collect();
        self.no_longer_pending(unit);
        self.units.free(unit);
        parts
    }

    /// A unit of these records, coming out of a stage now.
    pub(super) fn unit_of(&mut self, pieces: &[Piece], key: u32) -> u32 {
        self.units.of(pieces, self.now, key)
    }
}
