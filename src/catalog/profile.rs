//! Rate profiles: how traffic changes over a day or a week.

use super::raw::RawProfiles;
use crate::diag::{Diagnostic, Problems};
use crate::document::Document;
use crate::units::SimDuration;

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
}

impl Profile {
    /// The same rate all the time.
    #[must_use]
    pub fn flat() -> Self {
        Self { name: "flat".to_owned(), period: SimDuration::from_secs(86_400), factors: vec![1.0] }
    }

    /// The greatest factor.
    #[must_use]
    pub fn peak(&self) -> f64 {
        self.factors.iter().copied().fold(0.0, f64::max)
    }

    /// Mean factor between two times of a run; 1 over whole periods, NaN over no time.
    #[must_use]
    pub fn mean_between(&self, from: f64, to: f64) -> f64 {
        (self.integral(to) - self.integral(from)) / (to - from)
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
        Ok(Self { name: name.to_owned(), period, factors })
    }
}

/// Checks the profiles of `workloads.toml`.
pub(super) fn check(raw: RawProfiles, document: &Document, problems: &mut Problems) -> Vec<Profile> {
    let mut profiles = Vec::new();
    for profile in raw.profile {
        match Profile::new(&profile.id, &profile.factors, profile.period) {
            Ok(checked) => profiles.push(checked),
            Err(message) => {
                let message = format!("rate profile {}: {message}", profile.id);
                problems.push(Diagnostic::error("profile", message).at(document.span, "in this file"));
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
}
