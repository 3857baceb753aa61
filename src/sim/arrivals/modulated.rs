//! Poisson arrivals whose rate is modulated by something random: given what modulates them, they are Poisson.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rand_distr::{Distribution, Exp1, Poisson};

use super::super::model::{Modulation, OnPeriods, cumulative};
use super::super::stream::Stream;
use super::pace::{BEYOND, Pace};
use super::renewal::lomax;
use super::{Block, nanos, pick, unit};

const NANOS: f64 = 1e9;

/// What the rate is multiplied by, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hold {
    pub(super) factor: f64,
    pub(super) until: f64,
}

impl Hold {
    /// The same for ever.
    pub(super) const STEADY: Self = Self { factor: 1.0, until: f64::INFINITY };
}

/// Something that holds a factor for a time, then another one.
pub(super) trait Modulator: std::fmt::Debug {
    /// What comes after the time `now`, at which the last one ended or the run begins.
    fn next(&mut self, now: f64) -> Hold;
}

/// A modulated Poisson process while it runs.
#[derive(Debug, Clone)]
pub(super) struct Modulated<M> {
    pace: Pace,
    modulator: M,
    hold: Hold,
    time: f64,
    stream: Stream,
}

impl<M: Modulator> Modulated<M> {
    pub(super) fn new(pace: Pace, mut modulator: M, stream: Stream) -> Self {
        let hold = modulator.next(0.0);
        Self { pace, modulator, hold, time: 0.0, stream }
    }

    pub(super) fn fill(&mut self, block: &mut Block<'_>) {
        while block.wants_more() {
            let gap: f64 = Exp1.sample(&mut self.stream);
            // Without memory, what is left of a gap when the rate changes may be drawn anew.
            if let Some(at) = self.pace.advance_within(self.time, gap / self.hold.factor, self.hold.until) {
                self.time = at;
                if !block.push(nanos(at)) {
                    break;
                }
            } else {
                self.time = self.hold.until;
                if block.is_over(nanos(self.time)) {
                    break;
                }
                self.hold = self.modulator.next(self.time);
            }
        }
    }
}

/// The states of a Markov-modulated Poisson process.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    factors: Vec<f64>,
    sojourns: Vec<f64>,
    /// For each state the cumulative chances of the next one.
    next: Vec<Arc<[f64]>>,
    /// The cumulative chances of the first one.
    first: Arc<[f64]>,
    state: Option<usize>,
    stream: Stream,
}

impl Chain {
    pub(super) fn new(law: &Modulation, stream: Stream) -> Self {
        Self {
            factors: law.factors().to_vec(),
            sojourns: law.sojourns().iter().map(|sojourn| sojourn.as_nanos() as f64).collect(),
            next: law.transitions().iter().map(|row| cumulative(row.iter().copied())).collect(),
            first: cumulative(law.shares().iter().copied()),
            state: None,
            stream,
        }
    }
}

impl Modulator for Chain {
    fn next(&mut self, now: f64) -> Hold {
        let chances = self.state.and_then(|state| self.next.get(state)).unwrap_or(&self.first);
        let state = pick(chances, unit(&mut self.stream));
        self.state = Some(state);
        let stay: f64 = Exp1.sample(&mut self.stream);
        let sojourn = self.sojourns.get(state).copied().unwrap_or(BEYOND);
        Hold { factor: self.factors.get(state).copied().unwrap_or(1.0), until: now + stay * sojourn }
    }
}

/// Sources that are on for heavy-tailed times.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    law: OnPeriods,
    /// Nanoseconds from the beginning of an on period to that of the next one, on average.
    between: f64,
    /// The scale of the on periods, in nanoseconds.
    scale: f64,
    /// When the next on period begins.
    begins: f64,
    /// When those at hand end.
    ends: BinaryHeap<Reverse<u64>>,
    has_begun: bool,
    stream: Stream,
}

impl Crowd {
    pub(super) fn new(law: OnPeriods, stream: Stream) -> Self {
        let mean_on = law.mean_on.as_secs_f64() * NANOS;
        Self {
            law,
            between: mean_on / law.sources,
            scale: mean_on * (law.tail_index() - 1.0),
            begins: 0.0,
            ends: BinaryHeap::new(),
            has_begun: false,
            stream,
        }
    }

    /// In equilibrium the number of sources on is Poisson, and the rests of their on periods are Lomax with an index
    /// lower by one.
    fn begin(&mut self) {
        self.has_begun = true;
        let count = Poisson::new(self.law.sources).map_or(0.0, |law| law.sample(&mut self.stream));
        for _ in 0..count as u64 {
            let rest = lomax(self.law.tail_index() - 1.0, self.scale, &mut self.stream);
            self.ends.push(Reverse(nanos(rest)));
        }
        self.schedule(0.0);
    }

    fn schedule(&mut self, now: f64) {
        let gap: f64 = Exp1.sample(&mut self.stream);
        self.begins = now + gap * self.between;
    }
}

impl Modulator for Crowd {
    fn next(&mut self, now: f64) -> Hold {
        if !self.has_begun {
            self.begin();
        } else if self.begins <= now {
            let length = lomax(self.law.tail_index(), self.scale, &mut self.stream);
            self.ends.push(Reverse(nanos(now + length)));
            self.schedule(now);
        }
        while self.ends.peek().is_some_and(|end| end.0 <= nanos(now)) {
            self.ends.pop();
        }
        let first_end = self.ends.peek().map_or(f64::INFINITY, |end| end.0 as f64);
        // A step of a nanosecond at least, so that time moves on whatever rounding does.
        let until = self.begins.min(first_end).max(now + 1.0);
        Hold { factor: self.ends.len() as f64 / self.law.sources, until }
    }
}
