//! Rate profiles: how traffic changes over a day or a week.

use super::raw::{RawEpisode, RawRateProfile};
use crate::diag::{Diagnostic, Problems};
use crate::document::Document;
use crate::sim::{Episode, RateProfile, SimError};
use crate::units::{RecordRate, SimDuration, SimTime};

const SHORTEST_PART: SimDuration = SimDuration::from_nanos(1_000_000);

/// How the rate changes over a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its name: `flat`, a name of the catalog, or `own`.
    pub name: String,
    /// Time after which it repeats.
    pub period: SimDuration,
    /// Factors of the mean rate, scaled to a mean of 1.
    pub factors: Vec<f64>,
    /// One-off episodes, counted from the start of a run; they leave the mean as it is.
    pub episodes: Vec<RawEpisode>,
}

impl Profile {
    /// The same rate all the time.
    #[must_use]
    pub fn flat() -> Self {
        Self {
            name: "flat".to_owned(),
            period: SimDuration::from_secs(86_400),
            factors: vec![1.0],
            episodes: Vec::new(),
        }
    }

    /// The greatest factor, that of episodes included.
    #[must_use]
    pub fn peak(&self) -> f64 {
        let usual = self.factors.iter().copied().fold(0.0, f64::max);
        self.episodes
            .iter()
            .map(|episode| episode.factor * self.peak_between(episode.from, episode.to))
            .fold(usual, f64::max)
    }

    /// The greatest factor of the period between two times of a run.
    fn peak_between(&self, from: SimDuration, to: SimDuration) -> f64 {
        let part = self.period.as_secs_f64() / self.factors.len() as f64;
        let first = (from.as_secs_f64() / part).floor();
        // The part in which the episode ends counts only if some of it is inside.
        let parts = ((to.as_secs_f64() / part).ceil() - first).clamp(1.0, self.factors.len() as f64);
        let first = (first % self.factors.len() as f64) as usize;
        self.factors.iter().cycle().skip(first).take(parts as usize).copied().fold(0.0, f64::max)
    }

    /// The same with one-off episodes.
    ///
    /// # Errors
    /// What is wrong with the episodes, in words.
    pub fn with_episodes(mut self, episodes: Vec<RawEpisode>) -> Result<Self, String> {
        if let Some(episode) = episodes.iter().find(|episode| episode.from >= episode.to) {
            return Err(format!("an episode from {} to {} takes no time", episode.from, episode.to));
        }
        if episodes.windows(2).any(|pair| pair.first().map(|one| one.to) > pair.last().map(|one| one.from)) {
            return Err("episodes come in the order of time, one after the other".to_owned());
        }
        self.episodes = episodes;
        Ok(self)
    }

    /// The rate profile for the simulator.
    ///
    /// # Errors
    /// What the simulator refuses.
    pub fn at_rate(&self, rate: RecordRate) -> Result<RateProfile, SimError> {
        let episode = |one: &RawEpisode| Episode {
            from: SimTime::ZERO + one.from,
            to: SimTime::ZERO + one.to,
            factor: one.factor,
        };
        let episodes = self.episodes.iter().map(episode).collect();
        RateProfile::new(rate, self.period, &self.factors)?.with_episodes(episodes)
    }

    /// Mean factor between two times of a run; 1 over whole periods, NaN over no time.
    #[must_use]
    pub fn mean_between(&self, from: f64, to: f64) -> f64 {
        let more: f64 = self.episodes.iter().map(|episode| self.more(episode, from, to)).sum();
        (self.integral(to) - self.integral(from) + more) / (to - from)
    }

    /// What an episode adds between two times.
    fn more(&self, episode: &RawEpisode, from: f64, to: f64) -> f64 {
        let within = |time: SimDuration| time.as_secs_f64().clamp(from, to.max(from));
        (episode.factor - 1.0) * (self.integral(within(episode.to)) - self.integral(within(episode.from)))
    }

    /// The factors added up from the start of a run, in seconds.
    fn integral(&self, seconds: f64) -> f64 {
        let period = self.period.as_secs_f64();
        let step = period / self.factors.len() as f64;
        let whole = (seconds / period).floor();
        let rest = seconds - whole * period;
        let full = ((rest / step).floor() as usize).min(self.factors.len().saturating_sub(1));
        let partial = self.factors.get(full).copied().unwrap_or(1.0) * (rest - full as f64 * step);
        // A whole period adds up to its length, since the mean factor is 1.
        whole * period + self.factors[..full].iter().sum::<f64>() * step + partial
    }

    /// Factors of somebody's own, scaled to a mean of 1.
    ///
    /// # Errors
    /// What is wrong with the factors, in words.
    pub fn new(name: &str, factors: &[f64], period: SimDuration) -> Result<Self, String> {
        if factors.iter().any(|factor| !factor.is_finite() || *factor < 0.0) {
            return Err("the factors must be finite and not negative".to_owned());
        }
        let mean = factors.iter().sum::<f64>() / factors.len().max(1) as f64;
        if !mean.is_finite() {
            return Err("the factors are too large to be added up".to_owned());
        }
        if mean <= 0.0 {
            return Err("at least one factor must be above zero".to_owned());
        }
        // The simulator steps through the parts one by one; shorter ones say nothing about traffic.
        if period.as_nanos() / (factors.len() as u64) < SHORTEST_PART.as_nanos() {
            let parts = factors.len();
            return Err(format!(
                "the period is too short: each of its {parts} parts must last {SHORTEST_PART} or more"
            ));
        }
        let factors = factors.iter().map(|factor| factor / mean).collect();
        Ok(Self { name: name.to_owned(), period, factors, episodes: Vec::new() })
    }
}

/// Checks the profiles of `workloads.toml`.
pub(super) fn check(raw: Vec<RawRateProfile>, document: &Document, problems: &mut Problems) -> Vec<Profile> {
    let mut profiles = Vec::new();
    for profile in raw {
        match Profile::new(&profile.id, &profile.factors, profile.period) {
            Ok(checked) => profiles.push(checked),
            Err(message) => {
                let message = format!("rate profile {}: {message}", profile.id);
                let place = document.entry("profile", &profile.id);
                problems.push(Diagnostic::error("profile", message).at(place, "this profile"));
            }
        }
    }
    profiles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_between_two_times_is_that_of_the_steps_in_it() {
        let profile = Profile::new("own", &[1.0, 3.0], SimDuration::from_secs(20)).unwrap();
        for (from, to, mean) in
            [(0.0, 20.0, 1.0), (0.0, 10.0, 0.5), (10.0, 20.0, 1.5), (5.0, 15.0, 1.0), (0.0, 30.0, 5.0 / 6.0)]
        {
            assert!((profile.mean_between(from, to) - mean).abs() < 1e-12, "{from} to {to}");
        }
        assert!(profile.mean_between(5.0, 5.0).is_nan());
    }

    #[test]
    fn episodes_count_for_the_peak_and_for_what_a_run_saw() {
        let seconds = SimDuration::from_secs;
        let profile = Profile::new("own", &[1.0, 3.0], seconds(20)).unwrap();
        let episode = |from, to, factor| RawEpisode { from: seconds(from), to: seconds(to), factor };
        let crowd = profile.clone().with_episodes(vec![episode(20, 30, 8.0)]).unwrap();
        assert_eq!(crowd.peak(), 4.0);
        assert_eq!(profile.clone().with_episodes(vec![episode(25, 31, 8.0)]).unwrap().peak(), 12.0);
        // 40 s with a mean factor of 1, and seven times 0.5 more for 10 s.
        assert_eq!(crowd.mean_between(0.0, 40.0), (40.0 + 35.0) / 40.0);
        assert_eq!(crowd.mean_between(40.0, 80.0), 1.0);
        assert!(profile.clone().with_episodes(vec![episode(5, 5, 8.0)]).is_err());
        assert!(profile.with_episodes(vec![episode(5, 9, 8.0), episode(8, 10, 0.0)]).is_err());
    }
}
