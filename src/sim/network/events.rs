//! What is to happen, in the order of time; what falls on the same instant, in the order in which it was planned.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A unit comes to a stage, again.
    Arrive,
    /// A stage is done with a unit.
    Leave,
    /// A stage's clock rings for a shard.
    Tick,
}

/// Something that is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    /// When, in nanoseconds.
    pub(super) at: u64,
    /// Its number in the order of planning, above, and its kind in the lowest two bits.
    order: u64,
    /// The stage.
    pub(super) node: u32,
    /// The unit, or the shard.
    pub(super) what: u32,
}

impl Event {
    pub(super) const fn kind(&self) -> Kind {
        match self.order & 3 {
            0 => Kind::Arrive,
            1 => Kind::Leave,
            _ => Kind::Tick,
        }
    }
}

/// The list of future events.
#[derive(Debug, Default)]
pub(super) struct Events {
    heap: BinaryHeap<Reverse<Event>>,
    planned: u64,
}

impl Events {
    #[inline]
    pub(super) fn plan(&mut self, at: u64, kind: Kind, node: u32, what: u32) {
        self.planned += 4;
        self.heap.push(Reverse(Event { at, order: self.planned | kind as u64, node, what }));
    }

    /// When the next one happens; never, if there is none.
    #[inline]
    pub(super) fn next_at(&self) -> u64 {
        self.heap.peek().map_or(u64::MAX, |event| event.0.at)
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Event> {
        self.heap.pop().map(|event| event.0)
    }
}
