//! Units on their way, and the records in them.

use crate::sim::collect::Closed;

/// No record list, no holder.
pub(super) const NONE: u32 = u32::MAX;

/// One record inside a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// When it was sent, in nanoseconds.
    pub(super) sent: u64,
    /// Its size in bytes.
    pub(super) size: u64,
}

/// Records that travel together. A single record needs no list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    /// When its first record was sent.
    pub(super) sent: u64,
    /// Bytes of all its records.
    pub(super) bytes: u64,
    /// When it came to the stage where it is.
    pub(super) since: u64,
    /// When it was first turned away, for retries.
    pub(super) failed: u64,
    /// Its records, if it has several.
    list: u32,
    /// How many records it has.
    pub(super) count: u32,
    /// The shard it belongs to.
    pub(super) key: u32,
    /// Tries after the first.
    pub(super) attempts: u32,
    /// The station whose server waits with it.
    pub(super) holder: u32,
    /// When it came to that station.
    pub(super) held_since: u64,
    /// When the buffer that made it opened; 0 before any buffer.
    pub(super) opened: u64,
    /// What closed that buffer.
    pub(super) closed: Closed,
    /// Whether it is a part of a request of which another part went on.
    pub(super) partial: bool,
}

impl Unit {
    /// When the buffer that made it opened; `None` before any buffer.
    pub(super) fn opened_at(&self) -> Option<u64> {
        (self.opened > 0 || self.closed != Closed::Request).then_some(self.opened)
    }
}

/// All units, with room that is used again.
#[derive(Debug, Default)]
pub(super) struct Units {
    slots: Vec<Unit>,
    free: Vec<u32>,
    lists: Vec<Vec<Piece>>,
    free_lists: Vec<u32>,
    /// Records in all units that there are.
    pub(super) records: u64,
}

impl Units {
    /// A unit of these records. There is at least one.
    pub(super) fn of(&mut self, pieces: &[Piece], now: u64, key: u32) -> u32 {
        let list = if pieces.len() > 1 {
            let list = self.new_list();
            if let Some(place) = self.lists.get_mut(list as usize) {
                place.extend_from_slice(pieces);
            }
            list
        } else {
            NONE
        };
        let bytes = pieces.iter().fold(0u64, |sum, piece| sum.saturating_add(piece.size));
        let sent = pieces.first().map_or(now, |first| first.sent);
        self.records += pieces.len() as u64;
        self.put(Unit {
            sent,
            bytes,
            since: now,
            failed: 0,
            list,
            count: pieces.len() as u32,
            key,
            attempts: 0,
            holder: NONE,
            held_since: 0,
            opened: 0,
            closed: Closed::Request,
            partial: false,
        })
    }

    fn put(&mut self, unit: Unit) -> u32 {
        if let Some(free) = self.free.pop()
            && let Some(place) = self.slots.get_mut(free as usize)
        {
            *place = unit;
            return free;
        }
        self.slots.push(unit);
        (self.slots.len() - 1) as u32
    }

    fn new_list(&mut self) -> u32 {
        self.free_lists.pop().unwrap_or_else(|| {
            self.lists.push(Vec::new());
            (self.lists.len() - 1) as u32
        })
    }

    #[inline]
    pub(super) fn get(&self, unit: u32) -> Unit {
        self.slots[unit as usize]
    }

    #[inline]
    pub(super) fn get_mut(&mut self, unit: u32) -> &mut Unit {
        &mut self.slots[unit as usize]
    }

    /// Calls `each` for every record of a unit, in the order of its list.
    #[inline]
    pub(super) fn each(&self, unit: u32, mut each: impl FnMut(Piece)) {
        let held = self.get(unit);
        match self.lists.get(held.list as usize).filter(|_| held.list != NONE) {
            Some(list) => list.iter().copied().for_each(each),
            None => each(Piece { sent: held.sent, size: held.bytes }),
        }
    }

    /// Ends a unit.
    pub(super) fn free(&mut self, unit: u32) {
        let held = self.get(unit);
        self.records -= u64::from(held.count);
        if held.list != NONE {
            if let Some(list) = self.lists.get_mut(held.list as usize) {
                // A list that was long once would keep its memory for ever.
                if list.capacity() > 4096 { *list = Vec::new() } else { list.clear() }
            }
            self.free_lists.push(held.list);
        }
        self.free.push(unit);
    }

    /// Another unit with the same records.
    pub(super) fn copy(&mut self, unit: u32) -> u32 {
        let held = self.get(unit);
        let mut list = NONE;
        if held.list != NONE {
            list = self.new_list();
            let pieces = self.lists[held.list as usize].clone();
            self.lists[list as usize] = pieces;
        }
        self.records += u64::from(held.count);
        self.put(Unit { list, holder: NONE, ..held })
    }

    /// Moves the records of a unit to the end of `pieces` and ends the unit.
    pub(super) fn empty_into(&mut self, unit: u32, pieces: &mut Vec<Piece>) {
        self.each(unit, |piece| pieces.push(piece));
        self.free(unit);
    }
}
