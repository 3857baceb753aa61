//! Sessions: the next request of each one that is going on waits in a heap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand_distr::{Distribution, Exp1, StandardNormal};

use super::super::exponential::exp;
use super::super::model::{Sessions, ThinkLaw, ThinkTime, TooLong};
use super::super::stream::Stream;
use super::counts::CountSampler;
use super::pace::Pace;
use super::{Block, nanos, unit};

const NANOS: f64 = 1e9;

/// Requests that are walked through, at most, to find the sessions that are going on when a run begins.
const MOST_BEFORE: f64 = 1e6;

/// How far back those sessions may have begun, in mean lengths of a session that is met going on.
const LENGTHS_BEFORE: f64 = 10.0;

/// Times to think, ready to be drawn.
#[derive(Debug, Clone)]
struct ThinkSampler {
    law: ThinkLaw,
    /// The longest, in nanoseconds.
    longest: f64,
    rule: TooLong,
    zero_share: f64,
}

impl ThinkSampler {
    fn new(time: &ThinkTime) -> Self {
        let (longest, rule) =
            time.longest.map_or((f64::INFINITY, TooLong::Cut), |(longest, rule)| (longest.as_nanos() as f64, rule));
        Self { law: time.law, longest, rule, zero_share: time.zero_share }
    }

    /// A time in nanoseconds.
    fn draw(&self, stream: &mut Stream) -> u64 {
        if self.zero_share > 0.0 && unit(stream) < self.zero_share {
            return 0;
        }
        // One draw in a hundred at least is short enough; after so many the next one may as well be cut.
        for _ in 0..10_000 {
            let time = self.draw_uncut(stream);
            if time <= self.longest {
                return nanos(time);
            }
            if self.rule == TooLong::Cut {
                break;
            }
        }
        nanos(self.longest)
    }

    fn draw_uncut(&self, stream: &mut Stream) -> f64 {
        match self.law {
            ThinkLaw::Exponential { mean } => {
                let exponential: f64 = Exp1.sample(stream);
                exponential * mean.as_nanos() as f64
            }
            ThinkLaw::Lognormal { median, sigma } => {
                let normal: f64 = StandardNormal.sample(stream);
                median.as_nanos() as f64 * exp(sigma * normal)
            }
            ThinkLaw::Weibull { scale, shape } => {
                let exponential: f64 = Exp1.sample(stream);
                scale.as_nanos() as f64 * libm::pow(exponential, 1.0 / shape)
            }
        }
    }
}

/// A session that is going on, ordered by its next request; of two at the same time the older one comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Going {
    at: u64,
    number: u64,
    /// Requests that are left, the next one included.
    left: u32,
}

/// Sessions while they come and go.
#[derive(Debug, Clone)]
pub(super) struct SessionClock {
    pace: Pace,
    requests: CountSampler,
    think: ThinkSampler,
    /// When the next session begins.
    time: f64,
    going: BinaryHeap<Reverse<Going>>,
    begun: u64,
    stream: Stream,
    member_stream: Stream,
}

impl SessionClock {
    /// Sessions at a pace; those that began before the run are in it already, as if the first rate had held before.
    pub(super) fn new(pace: Pace, law: &Sessions, stream: Stream, member_stream: Stream) -> Self {
        let mut clock = Self {
            requests: CountSampler::new(&law.requests),
            think: ThinkSampler::new(&law.think),
            time: 0.0,
            going: BinaryHeap::new(),
            begun: 0,
            pace,
            stream,
            member_stream,
        };
        let requests = law.requests.mean();
        // Long sessions are met more often than short ones: by their length.
        let met = law.requests.dispersion_of_groups();
        clock.begin_before((met - 1.0) * law.think.mean() * NANOS * LENGTHS_BEFORE, MOST_BEFORE / requests);
        clock.go_on();
        clock
    }

    /// Walks through sessions that begin in the last `lead` nanoseconds before the run, at most so many.
    fn begin_before(&mut self, lead: f64, most: f64) {
        let rate = self.pace.rate();
        let lead = lead.min(most / rate);
        if !(rate > 0.0 && lead > 0.0) {
            return;
        }
        let mut before = lead;
        loop {
            let gap: f64 = Exp1.sample(&mut self.stream);
            before -= gap / rate;
            if before <= 0.0 {
                break;
            }
            let mut left = self.requests.draw(&mut self.member_stream);
            // Nanoseconds from the session's beginning to the run's.
            let (beginning, mut into) = (nanos(before), 0u64);
            while left > 0 && into < beginning {
                left -= 1;
                into = into.saturating_add(self.think.draw(&mut self.member_stream));
            }
            if left > 0 {
                self.keep(into - beginning, left);
            }
        }
    }

    pub(super) fn fill(&mut self, block: &mut Block<'_>) {
        while block.wants_more() {
            let next = nanos(self.time);
            let (at, left) = match self.going.peek() {
                Some(Reverse(going)) if going.at <= next => {
                    let now = (going.at, going.left);
                    self.going.pop();
                    now
                }
                _ if block.is_over(next) => break,
                _ => {
                    self.go_on();
                    (next, self.requests.draw(&mut self.member_stream))
                }
            };
            if !block.push(at) {
                // Nothing later is sent, so nobody has to remember it.
                continue;
            }
            if left > 1 {
                let think = self.think.draw(&mut self.member_stream);
                self.keep(at.saturating_add(think), left - 1);
            }
        }
    }

    fn keep(&mut self, at: u64, left: u32) {
        self.going.push(Reverse(Going { at, number: self.begun, left }));
        self.begun += 1;
    }

    fn go_on(&mut self) {
        self.time = self.pace.advance(self.time, Exp1.sample(&mut self.stream));
    }
}
