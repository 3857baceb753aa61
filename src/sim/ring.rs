//! Puts delayed records back into the order of time without an event heap.
//!
//! Time is cut into slots. A record goes into the slot of its time, whatever the order within it; a slot is handed on once
//! nothing can come into it any more, and only then, and only if the next stage asks, sorted. In a chain without feedback
//! this gives exactly the sequence that a heap of events gives, in constant time a record. The slots form a ring; what lies
//! beyond its end waits in an ordered map and moves into the ring as the ring moves on.

use std::collections::BTreeMap;

use super::record::Record;

/// Slots of time with the records that fall into them.
#[derive(Debug)]
pub(super) struct Ring {
    /// log2 of a slot's width in nanoseconds.
    shift: u32,
    slots: Vec<Vec<Record>>,
    /// The number, counted from time zero, of the earliest slot that has not been handed on.
    current: u64,
    /// Records inside `slots`.
    held: usize,
    overflow: BTreeMap<u64, Vec<Record>>,
}

impl Ring {
    /// Records that a slot should hold: many enough to spread its cost, few enough to sort at once.
    const RECORDS_IN_SLOT: f64 = 16.0;
    const MOST_SLOTS: u64 = 4096;
    const KEPT_CAPACITY: usize = 128;

    /// A ring for `rate` records a nanosecond that stay for about `stay` nanoseconds, the longest usual stay.
    pub(super) fn new(rate: f64, stay: f64) -> Self {
        let width = (Self::RECORDS_IN_SLOT / rate).max(stay * 2.0 / Self::MOST_SLOTS as f64).clamp(1.0, 2f64.powi(60));
        let shift = (width as u64).next_power_of_two().trailing_zeros();
        let slots = (64 + 2 * (stay as u64 >> shift)).next_power_of_two().min(Self::MOST_SLOTS);
        Self { shift, slots: vec![Vec::new(); slots as usize], current: 0, held: 0, overflow: BTreeMap::new() }
    }

    /// Takes in a record whose time is not before any slot already handed on.
    #[inline]
    pub(super) fn push(&mut self, record: Record) {
        let slot = record.at >> self.shift;
        let size = self.slots.len();
        if slot.wrapping_sub(self.current) < size as u64
            && let Some(records) = self.slots.get_mut(slot as usize & (size - 1))
        {
            records.push(record);
            self.held += 1;
        } else {
            self.overflow.entry(slot.max(self.current)).or_default().push(record);
        }
    }

    /// Hands on the earliest slot with records, unsorted, and the time at which it ends, if it ends by `watermark`,
    /// before which no record will be pushed any more. The caller returns the emptied vector with [`Ring::give_back`].
    pub(super) fn take(&mut self, watermark: u64) -> Option<(Vec<Record>, u64)> {
        let end = watermark >> self.shift;
        loop {
            self.skip_empty(end);
            // The slots end where 64 bits end at the latest: a watermark of u64::MAX means that nothing more comes.
            let last = self.held == 0 && self.overflow.is_empty();
            if last || (self.current >= end && watermark != u64::MAX) {
                return None;
            }
            let index = self.index(self.current);
            let records = self.slots.get_mut(index).map(std::mem::take).unwrap_or_default();
            self.held -= records.len();
            self.current += 1;
            self.refill();
            if !records.is_empty() {
                return Some((records, self.current.saturating_mul(1 << self.shift)));
            }
        }
    }

    /// Takes back the vector of the slot that was handed on last, for its memory, unless that is so much that keeping it in
    /// every slot would outweigh the records in flight.
    pub(super) fn give_back(&mut self, mut records: Vec<Record>) {
        if records.capacity() > Self::KEPT_CAPACITY {
            return;
        }
        records.clear();
        let index = self.index(self.current - 1);
        if let Some(slot) = self.slots.get_mut(index)
            && slot.is_empty()
        {
            *slot = records;
        }
    }

    fn index(&self, slot: u64) -> usize {
        slot as usize & (self.slots.len() - 1)
    }

    /// When the ring is empty, moves it on to the earliest record, or to slot `end`.
    fn skip_empty(&mut self, end: u64) {
        if self.held > 0 {
            return;
        }
        let next = self.overflow.first_key_value().map_or(end, |(slot, _)| end.min(*slot));
        if next > self.current {
            self.current = next;
            self.refill();
        }
    }

    /// Moves into the ring what has come within its reach; before anything later is pushed, so that the order holds.
    fn refill(&mut self) {
        while let Some(entry) = self.overflow.first_entry()
            && entry.key() - self.current < self.slots.len() as u64
        {
            let (slot, mut records) = entry.remove_entry();
            self.held += records.len();
            let index = self.index(slot);
            if let Some(place) = self.slots.get_mut(index) {
                place.append(&mut records);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(at: u64, number: u64) -> Record {
        Record::new(0, number, true).delayed(at)
    }

    /// Pushes records of (arrival step, delay) and returns (time, number) in the order in which they come out.
    fn pass(mut ring: Ring, steps: &[(u64, u64)]) -> Vec<(u64, u64)> {
        let (mut now, mut out) = (0, Vec::new());
        let mut drain = |ring: &mut Ring, watermark| {
            while let Some((mut records, _)) = ring.take(watermark) {
                records.sort_by_key(|record| record.at);
                out.extend(records.iter().map(|record| (record.at, record.size())));
                ring.give_back(records);
            }
        };
        for (number, (gap, delay)) in steps.iter().enumerate() {
            now += gap;
            drain(&mut ring, now);
            ring.push(record(now + delay, number as u64));
        }
        drain(&mut ring, u64::MAX);
        out
    }

    fn sorted(steps: &[(u64, u64)]) -> Vec<(u64, u64)> {
        let times = steps.iter().scan(0, |now, (gap, delay)| {
            *now += gap;
            Some(*now + delay)
        });
        let mut expected: Vec<_> = times.zip(0..).collect();
        expected.sort_by_key(|(at, _)| *at);
        expected
    }

    #[test]
    fn equal_times_leave_in_insertion_order() {
        let steps = [(0, 1_000_000), (1, 999_999), (1, 999_998), (500_000, 499_998), (400_000, 100_000)];
        assert_eq!(pass(Ring::new(1e-3, 10.0), &steps), sorted(&steps));
    }

    #[test]
    fn the_last_slot_of_time_is_handed_on() {
        let steps = [(5, u64::MAX / 2), (7, 0)];
        for ring in [Ring::new(1.0, 0.0), Ring::new(1e-18, 0.0), Ring::new(1e-18, 1e18)] {
            assert_eq!(pass(ring, &steps), sorted(&steps));
        }
    }

    proptest! {
        #[test]
        fn records_leave_in_the_order_of_time(
            steps in prop::collection::vec((0u64..40, prop_oneof![0u64..50, 0u64..100_000]), 0..300),
            rate in 1e-4..1.0,
            stay in 0.0..1e4,
        ) {
            prop_assert_eq!(pass(Ring::new(rate, stay), &steps), sorted(&steps));
        }
    }
}
