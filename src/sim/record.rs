//! A record on its way through the chain.

/// One record: 24 bytes, because everything in flight is made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// When it reaches the next stage, in nanoseconds.
    pub(super) at: u64,
    /// When the client sent it, in nanoseconds.
    pub(super) sent: u64,
    /// Size in bytes, shifted left by one; the lowest bit marks the first record of a request.
    packed: u64,
}

impl Record {
    #[inline]
    pub(super) const fn new(sent: u64, size: u64, leads: bool) -> Self {
        Self { at: sent, sent, packed: (size << 1) | leads as u64 }
    }

    /// The same record, reaching the next stage later.
    #[inline]
    pub(super) const fn delayed(self, by: u64) -> Self {
        Self { at: self.at + by, ..self }
    }

    /// The same record, reaching the next stage at `at`.
    #[inline]
    pub(super) const fn at_time(self, at: u64) -> Self {
        Self { at, ..self }
    }

    #[inline]
    pub(super) const fn size(self) -> u64 {
        self.packed >> 1
    }

    /// Whether it is the first record of its request.
    #[inline]
    pub(super) const fn leads(self) -> bool {
        self.packed & 1 == 1
    }

    /// Makes it the first record of its request.
    #[inline]
    pub(super) const fn lead(&mut self) {
        self.packed |= 1;
    }
}

/// The end of the request that starts at `start`.
#[inline]
pub(super) fn request_end(records: &[Record], start: usize) -> usize {
    let mut end = start + 1;
    while records.get(end).is_some_and(|record| !record.leads()) {
        end += 1;
    }
    end
}
