//! Devices that send periodically: the next request of each one waits in a heap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::model::{Devices, Phase};
use super::super::stream::Stream;
use super::{Block, unit};

/// The next request of a device that is not lost, ordered by its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Next {
    at: u64,
    device: u32,
    /// When it was due; in nanoseconds, and one period late, since a device may be due before the run and be late.
    due: u64,
}

/// Devices while they send.
#[derive(Debug, Clone)]
pub(super) struct DeviceClock {
    period: u64,
    jitter: f64,
    loss: f64,
    queue: BinaryHeap<Reverse<Next>>,
    stream: Stream,
}

impl DeviceClock {
    pub(super) fn new(law: &Devices, stream: Stream) -> Self {
        let period = law.period.as_nanos().max(1);
        let mut clock =
            Self { period, jitter: law.jitter.as_nanos() as f64, loss: law.loss, queue: BinaryHeap::new(), stream };
        let first = (0..law.count).map(|device| {
            let phase = match law.phase {
                Phase::Random => (unit(&mut clock.stream) * period as f64) as u64,
                Phase::Together => 0,
            };
            (device, phase.min(period - 1))
        });
        let first: Vec<(u32, u64)> = first.collect();
        for (device, phase) in first {
            clock.plan(device, phase);
        }
        clock
    }

    pub(super) fn fill(&mut self, block: &mut Block<'_>) {
        while block.wants_more() {
            let Some(Reverse(next)) = self.queue.pop() else { break };
            let goes_on = block.push(next.at);
            self.plan(next.device, next.due.saturating_add(self.period));
            if !goes_on {
                break;
            }
        }
    }

    /// Queues the first request from `due` on that is not lost and not before the run.
    fn plan(&mut self, device: u32, mut due: u64) {
        loop {
            let late = if self.jitter > 0.0 { (unit(&mut self.stream) * self.jitter) as u64 } else { 0 };
            let lost = self.loss > 0.0 && unit(&mut self.stream) < self.loss;
            let at = due.saturating_add(late);
            if (!lost && at >= self.period) || due == u64::MAX {
                self.queue.push(Reverse(Next { at: at.saturating_sub(self.period), device, due }));
                return;
            }
            due = due.saturating_add(self.period);
        }
    }
}
