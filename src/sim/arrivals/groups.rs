//! Groups of requests that arrive together, or within one cell of time.

use rand_distr::{Distribution, Exp1};

use super::super::model::Groups;
use super::super::stream::Stream;
use super::counts::CountSampler;
use super::pace::Pace;
use super::{Block, nanos, unit};

/// Groups while they arrive.
#[derive(Debug, Clone)]
pub(super) struct GroupClock {
    pace: Pace,
    sizes: CountSampler,
    /// Nanoseconds of a cell.
    cell: Option<u64>,
    /// When the next group arrives.
    time: f64,
    /// Members still to be sent, the next one last.
    waiting: Vec<u64>,
    stream: Stream,
    member_stream: Stream,
}

impl GroupClock {
    pub(super) fn new(mut pace: Pace, law: &Groups, mut stream: Stream, member_stream: Stream) -> Self {
        let time = pace.advance(0.0, Exp1.sample(&mut stream));
        let cell = law.within.map(crate::units::SimDuration::as_nanos).filter(|cell| *cell > 0);
        Self { pace, sizes: CountSampler::new(&law.size), cell, time, waiting: Vec::new(), stream, member_stream }
    }

    pub(super) fn fill(&mut self, block: &mut Block<'_>) {
        while block.wants_more() {
            if self.waiting.is_empty() {
                if block.is_over(nanos(self.time)) {
                    break;
                }
                self.gather();
            }
            if let Some(at) = self.waiting.pop()
                && !block.push(at)
            {
                break;
            }
        }
    }

    /// Draws the next group, or all groups of the next cell of time.
    fn gather(&mut self) {
        let at = nanos(self.time);
        let Some(cell) = self.cell else {
            let members = self.sizes.draw(&mut self.member_stream);
            self.waiting.resize(members as usize, at);
            self.go_on();
            return;
        };
        let begin = at / cell * cell;
        let end = begin.saturating_add(cell);
        while nanos(self.time) < end {
            for _ in 0..self.sizes.draw(&mut self.member_stream) {
                let into = (unit(&mut self.member_stream) * cell as f64) as u64;
                self.waiting.push(begin.saturating_add(into.min(cell - 1)));
            }
            self.go_on();
        }
        self.waiting.sort_unstable_by(|one, other| other.cmp(one));
    }

    fn go_on(&mut self) {
        self.time = self.pace.advance(self.time, Exp1.sample(&mut self.stream));
    }
}
