//! When requests are sent, and where the rate at which they reach the buffer is constant.

use rand_distr::{Distribution, Exp1};

use super::super::model::RateProfile;
use super::super::stream::Stream;

/// A stretch of time in which requests reach the buffer as a Poisson process of one rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steady {
    /// Requests a nanosecond.
    pub(super) rate: f64,
    pub(super) end: u64,
}

/// Requests as they are sent, in nanoseconds and requests a nanosecond.
#[derive(Debug, Clone)]
pub(super) struct Inflow {
    rates: Vec<f64>,
    period: u64,
    pub(super) peak: f64,
    warm_up: u64,
    /// When the source falls silent.
    pub(super) silent: u64,
    /// When nothing reaches the buffer any more, or nobody looks.
    pub(super) over: u64,
    /// The longest way to the buffer, but for a negligible probability.
    longest: u64,
}

impl Inflow {
    pub(super) fn new(
        profile: &RateProfile,
        per_request: u32,
        warm_up: u64,
        silent: u64,
        longest: u64,
        drain: bool,
    ) -> Self {
        let mean = profile.mean().get() / f64::from(per_request) / 1e9;
        let flat = profile.factors().windows(2).all(|pair| pair.first() == pair.last());
        let rates: Vec<f64> =
            if flat { vec![mean] } else { profile.factors().iter().map(|factor| factor * mean).collect() };
        let peak = rates.iter().copied().fold(0.0, f64::max);
        let over = if drain { silent.saturating_add(longest) } else { silent };
        Self { rates, period: profile.period().as_nanos(), peak, warm_up, silent, over, longest }
    }

    /// The number of the part of the profile at `time`, counted from time zero.
    fn part(&self, time: u64) -> u64 {
        if self.rates.len() == 1 {
            return 0;
        }
        (u128::from(time) * self.rates.len() as u128 / u128::from(self.period)) as u64
    }

    /// Where the next part begins.
    fn next_part(&self, time: u64) -> u64 {
        if self.rates.len() == 1 {
            return u64::MAX;
        }
        let next = u128::from(self.part(time) + 1) * u128::from(self.period);
        next.div_ceil(self.rates.len() as u128).try_into().unwrap_or(u64::MAX)
    }

    /// Requests a nanosecond that are sent at `time`.
    pub(super) fn sent_at(&self, time: u64) -> f64 {
        if time >= self.silent {
            return 0.0;
        }
        let part = self.part(time) % self.rates.len() as u64;
        self.rates.get(part as usize).copied().unwrap_or(0.0)
    }

    /// What reaches the buffer around `time`, if everything on its way to it now was sent at one rate and on one side of the
    /// warm-up's end.
    #[inline]
    pub(super) fn steady(&self, time: u64) -> Option<Steady> {
        let from = time.checked_sub(self.longest)?;
        let crosses = |edge: u64| from < edge && edge <= time;
        if time >= self.silent || crosses(self.warm_up) || self.part(from) != self.part(time) {
            return None;
        }
        let warm_up = if time < self.warm_up { self.warm_up } else { u64::MAX };
        Some(Steady { rate: self.sent_at(time), end: self.next_part(time).min(warm_up).min(self.silent) })
    }

    /// The next request that reaches the buffer after `from` and before `limit`, and when it was sent; by thinning, which
    /// needs no rate to be constant.
    ///
    /// # Source
    /// Lewis and Shedler, *Simulation of nonhomogeneous Poisson processes by thinning* (1979).
    pub(super) fn thinned(
        &self,
        from: u64,
        limit: u64,
        stream: &mut Stream,
        mut way: impl FnMut() -> u64,
    ) -> Result<(u64, u64), u64> {
        let gap: f64 = Exp1.sample(stream);
        let at = from.saturating_add((gap / self.peak + 0.5) as u64);
        if at >= limit {
            return Err(limit);
        }
        let Some(sent) = at.checked_sub(way()) else { return Err(at) };
        if super::draws::uniform(stream) * self.peak < self.sent_at(sent) { Ok((at, sent)) } else { Err(at) }
    }

    /// The shortest time in which nothing changes.
    pub(super) fn shortest_spell(&self) -> u64 {
        let part = if self.rates.len() == 1 { u64::MAX } else { self.period / self.rates.len() as u64 };
        part.min(self.silent.saturating_sub(self.warm_up))
    }

    /// How long each rate lasts between the warm-up and the silence, in requests a second and seconds.
    pub(super) fn spells(&self) -> Vec<super::gates::Spell> {
        let seconds = self.silent.saturating_sub(self.warm_up) as f64 / 1e9 / self.rates.len() as f64;
        self.rates.iter().map(|rate| super::gates::Spell { rate: rate * 1e9, seconds }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{RecordRate, SimDuration};

    #[test]
    fn steady_stretches_end_where_anything_changes() {
        let mean = RecordRate::per_second(2e9).unwrap();
        let profile = RateProfile::new(mean, SimDuration::from_secs(2), &[1.0, 3.0]).unwrap();
        let inflow = Inflow::new(&profile, 1, 500, 5_000_000_000, 100, false);
        let steady = |time| inflow.steady(time).map(|steady| (steady.rate, steady.end));
        assert_eq!((steady(50), steady(100)), (None, Some((1.0, 500))));
        assert_eq!((steady(550), steady(600)), (None, Some((1.0, 1_000_000_000))));
        assert_eq!(steady(1_000_000_099), None);
        assert_eq!(steady(3_500_000_000), Some((3.0, 4_000_000_000)));
        assert_eq!(steady(4_500_000_000), Some((1.0, 5_000_000_000)));
        assert_eq!((steady(5_000_000_000), inflow.sent_at(5_000_000_000)), (None, 0.0));
    }
}
