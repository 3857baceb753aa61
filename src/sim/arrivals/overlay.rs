//! Several sources at once, merged in the order of time.

use super::super::record::{Record, request_end};
use super::{BLOCK, Sender};

/// A source with what it has sent and nobody has taken yet.
#[derive(Debug, Clone)]
struct Part {
    sender: Sender,
    block: Vec<Record>,
    next: usize,
}

impl Part {
    fn new(sender: Sender) -> Self {
        let mut part = Self { sender, block: Vec::new(), next: 0 };
        part.sender.fill(&mut part.block);
        part
    }

    fn next_at(&self) -> Option<u64> {
        self.block.get(self.next).map(|record| record.at)
    }

    /// Hands over the next request.
    fn send(&mut self, block: &mut Vec<Record>) {
        let end = request_end(&self.block, self.next);
        block.extend_from_slice(self.block.get(self.next..end).unwrap_or_default());
        self.next = end;
        if self.next >= self.block.len() {
            self.sender.fill(&mut self.block);
            self.next = 0;
        }
    }
}

/// The sources of an overlay while they run.
#[derive(Debug, Clone)]
pub(super) struct Overlay {
    parts: Vec<Part>,
}

impl Overlay {
    pub(super) fn new(senders: impl Iterator<Item = Sender>) -> Self {
        Self { parts: senders.map(Part::new).collect() }
    }

    /// Adds a block of records; of several at the same time the first part's come first.
    pub(super) fn fill(&mut self, block: &mut Vec<Record>) {
        while block.len() < BLOCK {
            let waiting = self.parts.iter_mut().filter(|part| part.next_at().is_some());
            let Some(first) = waiting.min_by_key(|part| part.next_at()) else { break };
            first.send(block);
        }
    }
}
