//! Rates that change with time.

use super::super::SimError;
use crate::units::{RecordRate, SimDuration, SimTime};

/// A rate of records that repeats itself every period, constant on equal parts of it, but for one-off episodes.
#[derive(Debug, Clone, PartialEq)]
pub struct RateProfile {
    mean: RecordRate,
    period: SimDuration,
    factors: Vec<f64>,
    episodes: Vec<Episode>,
}

/// A time in which the rate is a multiple of what it would have been: a flash crowd, an outage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Episode {
    /// When it begins.
    pub from: SimTime,
    /// When it is over.
    pub to: SimTime,
    /// By how much the rate is multiplied; zero for an outage.
    pub factor: f64,
}

impl RateProfile {
    /// The highest factor of an episode.
    const GREATEST_FACTOR: f64 = 1e6;

    /// The most episodes.
    const MOST_EPISODES: usize = 10_000;

    /// The shortest part of a profile.
    const SHORTEST_PART: SimDuration = SimDuration::from_nanos(1_000_000);

    /// A profile from relative weights of the equal parts of `period`, scaled so that their mean is `mean`.
    ///
    /// # Errors
    /// [`SimError::Invalid`] without weights, with a negative or infinite one, with all of them zero, or when a part is
    /// shorter than a millisecond.
    pub fn new(mean: RecordRate, period: SimDuration, weights: &[f64]) -> Result<Self, SimError> {
        let total: f64 = weights.iter().sum();
        if !(total.is_finite() && total >= f64::MIN_POSITIVE && weights.iter().all(|weight| *weight >= 0.0)) {
            return Err(SimError::invalid(
                "rate profile",
                "weights that are not negative, one of them above zero",
                weights,
            ));
        }
        if period.as_nanos() / (weights.len() as u64) < Self::SHORTEST_PART.as_nanos() {
            return Err(SimError::invalid("rate profile", "parts of 1 ms or more", period));
        }
        let scale = weights.len() as f64 / total;
        Ok(Self { mean, period, factors: weights.iter().map(|weight| weight * scale).collect(), episodes: Vec::new() })
    }

    /// The same profile with one-off episodes. The mean stays that of the time without them.
    ///
    /// # Errors
    /// [`SimError::Invalid`] unless the episodes are in the order of time, do not overlap, take some time, and have
    /// factors from 0 to 1,000,000.
    pub fn with_episodes(mut self, episodes: Vec<Episode>) -> Result<Self, SimError> {
        let apart = episodes.windows(2).all(|pair| pair.first().map(|one| one.to) <= pair.last().map(|one| one.from));
        let each = |one: &Episode| one.from < one.to && (0.0..=Self::GREATEST_FACTOR).contains(&one.factor);
        if !apart || !episodes.iter().all(each) || episodes.len() > Self::MOST_EPISODES {
            let expected = "episodes in the order of time, one after the other, with factors from 0 to 1,000,000";
            return Err(SimError::invalid("episodes", expected, episodes));
        }
        self.episodes = episodes;
        Ok(self)
    }

    /// The same rate all the time.
    #[must_use]
    pub fn flat(mean: RecordRate) -> Self {
        Self { mean, period: SimDuration::from_secs(3600), factors: vec![1.0], episodes: Vec::new() }
    }

    /// The same profile with its rates multiplied; `None` where no rate would be left.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Option<Self> {
        Some(Self { mean: RecordRate::per_second(self.mean.get() * factor)?, ..self.clone() })
    }

    /// The mean over a period without episodes.
    #[must_use]
    pub const fn mean(&self) -> RecordRate {
        self.mean
    }

    /// After which the profile starts again.
    #[must_use]
    pub const fn period(&self) -> SimDuration {
        self.period
    }

    /// The rate of each part as a multiple of the mean; their own mean is 1.
    #[must_use]
    pub fn factors(&self) -> &[f64] {
        &self.factors
    }

    /// The one-off episodes, in the order of time.
    #[must_use]
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// The highest rate of the period, in records a second; episodes may go beyond it.
    #[must_use]
    pub fn peak(&self) -> f64 {
        self.mean.get() * self.factors.iter().copied().fold(0.0, f64::max)
    }

    /// At most so many records are expected up to `end`.
    pub(in crate::sim) fn expected_at_most(&self, end: SimTime) -> f64 {
        let horizon = end.as_nanos() as f64 / 1e9;
        let whole_periods = horizon + self.period.as_secs_f64();
        let usual = (self.peak() * horizon).min(self.mean.get() * whole_periods);
        let more = |one: &Episode| {
            let length = (one.to.min(end).as_nanos() as f64 - one.from.min(end).as_nanos() as f64) / 1e9;
            length * (one.factor - 1.0).max(0.0) * self.peak()
        };
        usual + self.episodes.iter().map(more).sum::<f64>()
    }

    /// The rate at a time, in records a second.
    #[must_use]
    pub fn rate_at(&self, time: SimTime) -> f64 {
        let into_period = u128::from(time.as_nanos() % self.period.as_nanos());
        let part = into_period * self.factors.len() as u128 / u128::from(self.period.as_nanos());
        let usual = self.mean.get() * self.factors.get(part as usize).copied().unwrap_or(1.0);
        let next = self.episodes.partition_point(|one| one.to <= time);
        let episode = self.episodes.get(next).filter(|one| one.from <= time);
        episode.map_or(usual, |one| usual * one.factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: f64) -> RecordRate {
        RecordRate::per_second(per_second).unwrap()
    }

    #[test]
    fn profiles_are_scaled_to_their_mean_and_repeat() {
        let profile = RateProfile::new(rate(100.0), SimDuration::from_secs(4), &[1.0, 3.0]).unwrap();
        assert_eq!(profile.factors(), [0.5, 1.5]);
        assert_eq!(profile.peak(), 150.0);
        let at = |seconds: f64| profile.rate_at(SimTime::ZERO + SimDuration::from_secs_f64(seconds));
        assert_eq!([at(0.0), at(1.9), at(2.0), at(3.9), at(4.0), at(6.5)], [50.0, 50.0, 150.0, 150.0, 50.0, 150.0]);
        assert_eq!(RateProfile::flat(rate(7.0)).rate_at(SimTime::NEVER), 7.0);
    }

    #[test]
    fn profiles_without_a_rate_are_refused() {
        for weights in [&[][..], &[0.0], &[-1.0, 2.0], &[f64::NAN], &[f64::INFINITY], &[5e-324]] {
            assert!(RateProfile::new(rate(1.0), SimDuration::from_secs(1), weights).is_err(), "{weights:?}");
        }
        assert!(RateProfile::new(rate(1.0), SimDuration::ZERO, &[1.0]).is_err());
    }

    #[test]
    fn episodes_multiply_the_rate_while_they_last() {
        let at = |seconds: f64| SimTime::ZERO + SimDuration::from_secs_f64(seconds);
        let episode = |from, to, factor| Episode { from: at(from), to: at(to), factor };
        let flat = RateProfile::flat(rate(10.0));
        let crowd = flat.clone().with_episodes(vec![episode(5.0, 7.0, 8.0), episode(7.0, 9.0, 0.0)]).unwrap();
        let rates = [4.9, 5.0, 6.9, 7.0, 8.9, 9.0].map(|seconds| crowd.rate_at(at(seconds)));
        assert_eq!(rates, [10.0, 80.0, 80.0, 0.0, 0.0, 10.0]);
        assert_eq!(crowd.expected_at_most(at(6.0)), 60.0 + 70.0);
        for episodes in [
            vec![episode(2.0, 1.0, 1.0)],
            vec![episode(1.0, 2.0, f64::NAN)],
            vec![episode(1.0, 2.0, -1.0)],
            vec![episode(1.0, 2.0, 1e9)],
            vec![episode(3.0, 4.0, 1.0), episode(1.0, 2.0, 1.0)],
        ] {
            assert!(flat.clone().with_episodes(episodes.clone()).is_err(), "{episodes:?}");
        }
    }
}
