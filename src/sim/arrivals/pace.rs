//! The pace of a source: from expected requests to times, and back.

use super::super::model::RateProfile;

const NANOS: f64 = 1e9;

/// Later than the end of any run (2^62 ns), yet early enough that a part of a profile is more than rounding.
pub(super) const BEYOND: f64 = 5e18;

/// A time at which an episode begins or ends, and the factor from then on.
#[derive(Debug, Clone, Copy)]
struct Turn {
    at: f64,
    factor: f64,
}

/// A rate in requests a nanosecond that changes at fixed times.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    /// Of each part of the period.
    rates: Vec<f64>,
    /// Nanoseconds of one part.
    part: f64,
    /// Expected requests of a whole period.
    per_period: f64,
    /// The part at hand and where it ends.
    index: usize,
    part_ends: f64,
    /// The turns of episodes, the next one, and the factor until then.
    turns: Vec<Turn>,
    next_turn: usize,
    factor: f64,
    /// The mean time between requests, and until when it holds.
    gap: f64,
    ends: f64,
}

impl Pace {
    /// The pace of what comes once for every `records` records.
    pub(super) fn new(profile: &RateProfile, records: f64) -> Self {
        let mean = profile.mean().get() / records / NANOS;
        let flat = profile.factors().windows(2).all(|pair| pair.first() == pair.last());
        let rates: Vec<f64> =
            if flat { vec![mean] } else { profile.factors().iter().map(|factor| factor * mean).collect() };
        let period = profile.period().as_nanos() as f64;
        let part = if flat { f64::INFINITY } else { period / rates.len() as f64 };
        let turns = profile.episodes().iter().flat_map(|episode| {
            let (from, to) = (episode.from.as_nanos() as f64, episode.to.as_nanos() as f64);
            [Turn { at: from, factor: episode.factor }, Turn { at: to, factor: 1.0 }]
        });
        let mut pace = Self {
            rates,
            part,
            per_period: mean * period,
            index: 0,
            part_ends: part,
            turns: turns.collect(),
            next_turn: 0,
            factor: 1.0,
            gap: 0.0,
            ends: part,
        };
        pace.settle();
        pace
    }

    /// The rate at hand, in requests a nanosecond.
    pub(super) fn rate(&self) -> f64 {
        self.rates.get(self.index).copied().unwrap_or(0.0) * self.factor
    }

    /// Until when that rate holds.
    pub(super) const fn ends(&self) -> f64 {
        self.ends
    }

    /// Whether the rate never changes.
    pub(super) fn is_constant(&self) -> bool {
        self.rates.len() == 1 && self.turns.is_empty()
    }

    /// Works out the gap and its end from the part and the episode at hand.
    fn settle(&mut self) {
        let turn = self.turns.get(self.next_turn).map_or(f64::INFINITY, |turn| turn.at);
        self.ends = self.part_ends.min(turn);
        self.gap = 1.0 / self.rate();
    }

    /// Moves on to the next part or turn.
    pub(super) fn turn(&mut self) {
        let now = self.ends;
        if let Some(turn) = self.turns.get(self.next_turn)
            && turn.at <= now
        {
            self.factor = turn.factor;
            self.next_turn += 1;
        }
        if self.part_ends <= now {
            self.part_ends += self.part;
            self.index = (self.index + 1) % self.rates.len();
        }
        self.settle();
    }

    /// The time at which `expected` more requests are due after `time`.
    #[inline]
    pub(super) fn advance(&mut self, time: f64, expected: f64) -> f64 {
        let due = time + expected * self.gap;
        if due <= self.ends { due } else { self.advance_over_parts(time, expected, BEYOND).unwrap_or(BEYOND) }
    }

    /// The time at which `expected` more requests are due after `time`, if that is before `limit`; otherwise the pace
    /// moves on to the limit.
    pub(super) fn advance_within(&mut self, time: f64, expected: f64, limit: f64) -> Option<f64> {
        let due = time + expected * self.gap;
        if due <= self.ends.min(limit) { Some(due) } else { self.advance_over_parts(time, expected, limit) }
    }

    #[cold]
    fn advance_over_parts(&mut self, mut time: f64, mut expected: f64, limit: f64) -> Option<f64> {
        if self.part.is_finite() {
            let until = self.turns.get(self.next_turn).map_or(limit, |turn| turn.at.min(limit));
            let per_period = self.per_period * self.factor;
            let periods = (expected / per_period).min((until - time) / self.period()).max(0.0).floor();
            let skipped = periods * self.period();
            expected = (expected - periods * per_period).max(0.0);
            time += skipped;
            self.part_ends += skipped;
            self.settle();
        }
        loop {
            let rate = self.rate();
            let stop = self.ends.min(limit);
            let available = (stop - time).max(0.0) * rate;
            if time >= BEYOND {
                return Some(time);
            }
            if rate > 0.0 && expected <= available {
                return Some(time + expected / rate);
            }
            if limit <= self.ends {
                return None;
            }
            expected -= available;
            time = self.ends;
            self.turn();
        }
    }

    /// Nanoseconds of a whole period.
    fn period(&self) -> f64 {
        self.part * self.rates.len() as f64
    }
}
