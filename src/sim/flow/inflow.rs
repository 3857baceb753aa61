//! When requests are sent, and where the rate at which they reach the buffer is constant.

use std::collections::{BTreeMap, VecDeque};

use rand_distr::{Distribution, Exp1};
use statrs::function::gamma::checked_gamma_lr;

use super::super::arrivals::Rates;
use super::super::model::{Arrivals, RateProfile};
use super::super::stream::Stream;
use super::super::tier::Obstacle;
use super::gates::Spell;

/// How often in one replication the rate may go beyond its outlook.
const BEYOND: f64 = 1e-6;
/// Standard deviations below the mean of what a modulated rate is looked at.
const DEVIATIONS: f64 = 5.0;

/// What is known of a rate before any of it is drawn, in records a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outlook {
    /// It is never above this, but for the probability `beyond` in one replication.
    pub(super) peak: f64,
    pub(super) beyond: f64,
    /// It is mostly not below this, where it is not zero.
    pub(super) lowest: f64,
    /// Nanoseconds for which it usually stays the same.
    pub(super) spell: f64,
}

impl Outlook {
    /// The outlook of `seconds` of arrivals that are Poisson given their rate.
    pub(super) fn new(arrivals: &Arrivals, seconds: f64) -> Result<Self, Obstacle> {
        match arrivals {
            Arrivals::Poisson(profile) => Ok(Self::of_profile(profile, seconds)),
            Arrivals::Mmpp(profile, law) => {
                let least = law.factors().iter().copied().filter(|factor| *factor > 0.0).fold(f64::INFINITY, f64::min);
                let most = law.factors().iter().copied().fold(0.0, f64::max);
                let outlook = Self::of_profile(profile, seconds);
                Ok(outlook.modulated(least, most, 1e9 / law.changes_per_second(), 0.0))
            }
            Arrivals::SelfSimilar(profile, law) => {
                let begin = law.sources / law.mean_on.as_secs_f64();
                // More sources than n are on at the start, or one comes on while n others are.
                let above = |n: f64| checked_gamma_lr(n + 1.0, law.sources).unwrap_or(1.0);
                let beyond = |n: f64| above(n) + seconds * begin * above(n - 1.0);
                let mut most = law.sources.ceil().max(1.0);
                while beyond(most) > BEYOND {
                    most += 1.0;
                }
                let least = (law.sources - DEVIATIONS * law.sources.sqrt()).max(1.0);
                let outlook = Self::of_profile(profile, seconds);
                Ok(outlook.modulated(least / law.sources, most / law.sources, 0.5e9 / begin, beyond(most)))
            }
            Arrivals::Trace(_) => Err(Obstacle::Trace),
            _ => Err(Obstacle::NotPoisson),
        }
    }

    fn of_profile(profile: &RateProfile, seconds: f64) -> Self {
        let least = |factors: &mut dyn Iterator<Item = f64>| factors.filter(|factor| *factor > 0.0).fold(1.0, f64::min);
        let in_period = least(&mut profile.factors().iter().copied());
        let in_episodes = least(&mut profile.episodes().iter().map(|episode| episode.factor));
        let most = profile.episodes().iter().map(|episode| episode.factor).fold(1.0, f64::max);
        let flat = profile.factors().windows(2).all(|pair| pair.first() == pair.last());
        let parts = profile.factors().len() as f64;
        let part = if flat { f64::INFINITY } else { profile.period().as_nanos() as f64 / parts };
        let turns = 2.0 * profile.episodes().len() as f64;
        Self {
            peak: profile.peak() * most,
            beyond: 0.0,
            lowest: profile.mean().get() * in_period * in_episodes,
            spell: part.min(seconds * 1e9 / (turns + 1.0)),
        }
    }

    fn modulated(self, least: f64, most: f64, spell: f64, beyond: f64) -> Self {
        Self { peak: self.peak * most, lowest: self.lowest * least, spell: self.spell.min(spell), beyond }
    }
}

/// A stretch of time in which requests reach the buffer as a Poisson process of one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steady {
    /// Requests a nanosecond.
    pub(super) rate: f64,
    pub(super) end: u64,
}

/// A stretch of time in which requests are sent at one rate.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    rate: f64,
    from: u64,
    end: u64,
}

/// Requests as they are sent, in nanoseconds and requests a nanosecond. It is asked about times that never go back by more
/// than the longest way to the buffer.
#[derive(Debug)]
pub(super) struct Inflow {
    rates: Rates,
    /// The stretches in which what is on its way to the buffer was sent, and the one at hand.
    known: VecDeque<Stretch>,
    /// The highest rate in those, and until when it is the highest.
    highest: (f64, u64),
    /// How long each rate lasts behind the warm-up, by the bits of the rate, which are in the order of rates.
    lasted: BTreeMap<u64, u64>,
    warm_up: u64,
    /// When the source falls silent.
    pub(super) silent: u64,
    /// When nothing reaches the buffer any more, or nobody looks.
    pub(super) over: u64,
    /// The longest way to the buffer, but for a negligible probability.
    longest: u64,
}

impl Inflow {
    pub(super) fn new(rates: Rates, warm_up: u64, silent: u64, longest: u64, drain: bool) -> Self {
        let over = if drain { silent.saturating_add(longest) } else { silent };
        let (known, highest) = (VecDeque::new(), (0.0, 0));
        let mut inflow = Self { rates, known, highest, lasted: BTreeMap::new(), warm_up, silent, over, longest };
        inflow.extend();
        inflow
    }

    /// Looks at the next stretch.
    #[cold]
    fn extend(&mut self) {
        let from = self.known.back().map_or(0, |last| last.end);
        let (rate, end) = self.rates.next();
        let counted = end.min(self.silent).saturating_sub(from.max(self.warm_up));
        *self.lasted.entry(rate.to_bits()).or_insert(0) += counted;
        self.known.push_back(Stretch { rate, from, end });
        let keep = from.saturating_sub(self.longest);
        while self.known.front().is_some_and(|first| first.end < keep) {
            self.known.pop_front();
        }
    }

    /// The stretch at `time`, or the last one before the silence.
    #[inline]
    fn stretch(&mut self, time: u64) -> Stretch {
        let time = time.min(self.silent.saturating_sub(1));
        loop {
            match self.known.back() {
                Some(last) if last.end > time => return *last,
                _ => self.extend(),
            }
        }
    }

    /// Requests a nanosecond that are sent at `time`.
    pub(super) fn sent_at(&self, time: u64) -> f64 {
        if time >= self.silent {
            return 0.0;
        }
        let known = self.known.iter().rev().find(|stretch| stretch.from <= time);
        known.or(self.known.front()).map_or(0.0, |stretch| stretch.rate)
    }

    /// What reaches the buffer around `time`, if everything on its way to it now was sent at one rate and on one side of the
    /// warm-up's end.
    #[inline]
    pub(super) fn steady(&mut self, time: u64) -> Option<Steady> {
        let from = time.checked_sub(self.longest)?;
        let crosses = |edge: u64| from < edge && edge <= time;
        if time >= self.silent || crosses(self.warm_up) {
            return None;
        }
        let stretch = self.stretch(time);
        if stretch.from > from {
            return None;
        }
        let warm_up = if time < self.warm_up { self.warm_up } else { u64::MAX };
        Some(Steady { rate: stretch.rate, end: stretch.end.min(warm_up).min(self.silent) })
    }

    /// The highest rate at which anything was sent that reaches the buffer from `time` on, and until when that holds.
    #[inline]
    fn highest(&mut self, time: u64) -> (f64, u64) {
        if time >= self.highest.1 {
            let last = self.stretch(time);
            let until = if last.end >= self.silent { u64::MAX } else { last.end };
            let earliest = time.saturating_sub(self.longest);
            let on_the_way = self.known.iter().filter(|stretch| stretch.end > earliest);
            self.highest = (on_the_way.map(|stretch| stretch.rate).fold(last.rate, f64::max), until);
        }
        self.highest
    }

    /// The next request that reaches the buffer after `from` and before `limit`, and when it was sent; by thinning, which
    /// needs no rate to be constant.
    ///
    /// # Source
    /// Lewis and Shedler, *Simulation of nonhomogeneous Poisson processes by thinning* (1979).
    pub(super) fn thinned(
        &mut self,
        from: u64,
        limit: u64,
        stream: &mut Stream,
        mut way: impl FnMut() -> u64,
    ) -> Result<(u64, u64), u64> {
        let (highest, until) = self.highest(from);
        let limit = limit.min(until);
        let gap: f64 = Exp1.sample(stream);
        let at = from.saturating_add((gap / highest + 0.5) as u64);
        if at >= limit {
            return Err(limit);
        }
        let Some(sent) = at.checked_sub(way()) else { return Err(at) };
        if super::draws::uniform(stream) * highest < self.sent_at(sent) { Ok((at, sent)) } else { Err(at) }
    }

    /// When the last requests that may still be on their way at the silence were sent at the earliest, and their highest
    /// rate.
    pub(super) fn last_on_the_way(&mut self) -> (u64, f64) {
        (self.silent.saturating_sub(self.longest), self.highest(self.silent).0)
    }

    /// How long each rate lasted between the warm-up and the silence, in requests a second and seconds.
    pub(super) fn spells(&mut self) -> Vec<Spell> {
        self.stretch(self.silent);
        let spell =
            |(bits, nanos): (&u64, &u64)| Spell { rate: f64::from_bits(*bits) * 1e9, seconds: *nanos as f64 / 1e9 };
        self.lasted.iter().filter(|(_, nanos)| **nanos > 0).map(spell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::arrivals::CheckedSource;
    use crate::sim::{Modulation, Source};
    use crate::units::{Bytes, RecordRate, SimDuration};

    fn inflow(arrivals: Arrivals, warm_up: u64, silent: u64, longest: u64) -> Inflow {
        let sizes = crate::sim::SizeLaw::Constant(Bytes::new(1));
        let source = Source { arrivals, sizes, records_per_request: 1.into() };
        let rates = CheckedSource::new(&source).unwrap().rates("source", 1, 0).unwrap();
        Inflow::new(rates, warm_up, silent, longest, false)
    }

    fn mean() -> RecordRate {
        RecordRate::per_second(2e9).unwrap()
    }

    #[test]
    fn steady_stretches_end_where_anything_changes() {
        let profile = RateProfile::new(mean(), SimDuration::from_secs(2), &[1.0, 3.0]).unwrap();
        let mut inflow = inflow(Arrivals::Poisson(profile), 500, 5_000_000_000, 100);
        let mut steady = |time| inflow.steady(time).map(|steady| (steady.rate, steady.end));
        assert_eq!((steady(50), steady(100)), (None, Some((1.0, 500))));
        assert_eq!((steady(550), steady(600)), (None, Some((1.0, 1_000_000_000))));
        assert_eq!(steady(1_000_000_099), None);
        assert_eq!(steady(3_500_000_000), Some((3.0, 4_000_000_000)));
        assert_eq!(steady(4_500_000_000), Some((1.0, 5_000_000_000)));
        assert_eq!((steady(5_000_000_000), inflow.sent_at(5_000_000_000)), (None, 0.0));
        let spells: Vec<(f64, f64)> = inflow.spells().iter().map(|spell| (spell.rate, spell.seconds)).collect();
        assert_eq!(spells, [(1e9, 3.0 - 500e-9), (3e9, 2.0)]);
    }

    #[test]
    fn a_modulated_rate_stays_below_its_outlook_and_has_its_mean() {
        let law = Modulation::new(&[5.0, 1.0, 0.0], &[SimDuration::from_secs(1); 3], None).unwrap();
        let arrivals = Arrivals::Mmpp(RateProfile::flat(mean()), law);
        let outlook = Outlook::new(&arrivals, 1e4).unwrap();
        assert!((outlook.peak / 5e9 - 1.0).abs() < 1e-12 && (outlook.lowest / 1e9 - 1.0).abs() < 1e-12);
        let mut inflow = inflow(arrivals, 0, 10_000_000_000_000, 1_000_000);
        assert_eq!(inflow.steady(999_999), None);
        let (spells, mut share) = (inflow.spells(), 0.0);
        for (spell, rate) in spells.iter().zip([0.0, 1e9, 5e9]) {
            assert!((spell.rate - rate).abs() < 1.0);
            share += spell.seconds * spell.rate / 2e13;
        }
        // Some 3,333 rounds of three exponential seconds.
        assert!((share - 1.0).abs() < 0.05, "{share}");
        assert!(inflow.known.len() < 3);
    }
}
