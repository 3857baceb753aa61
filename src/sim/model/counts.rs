//! Laws of whole numbers from 1 on: records in a request, requests in a group or a session.

use std::sync::Arc;

use super::super::SimError;

/// The largest mean of a law, and the largest number a table may hold.
pub(in crate::sim) const MOST_IN_ONE: u32 = 100_000;

/// How many there are in one: whole numbers from 1 on.
#[derive(Debug, Clone, PartialEq)]
pub enum CountLaw {
    /// Always so many.
    Fixed(u32),
    /// Geometric on 1, 2, ...: each one is followed by another with the same probability, 1 - 1/mean.
    Geometric {
        /// Mean, from 1 on.
        mean: f64,
    },
    /// By quantiles.
    Quantiles(Quantiles),
}

impl From<u32> for CountLaw {
    fn from(count: u32) -> Self {
        Self::Fixed(count)
    }
}

impl CountLaw {
    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Fixed(count) => f64::from(*count),
            Self::Geometric { mean } => *mean,
            Self::Quantiles(table) => table.mean,
        }
    }

    /// The variance.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self {
            Self::Fixed(_) => 0.0,
            Self::Geometric { mean } => mean * (mean - 1.0),
            Self::Quantiles(table) => table.second_moment - table.mean * table.mean,
        }
    }

    /// The index of dispersion for counts when groups of this many arrive as a Poisson process: E(N^2) / E(N), for the
    /// geometric law 2 mean - 1.
    #[must_use]
    pub fn dispersion_of_groups(&self) -> f64 {
        self.variance() / self.mean() + self.mean()
    }

    /// Whether the parameters are in range.
    pub(in crate::sim) fn is_valid(&self) -> bool {
        let range = 1.0..=f64::from(MOST_IN_ONE);
        range.contains(&self.mean())
    }
}

/// A law given by some of its quantiles. Between two of them the logarithm of the value is even, as suits numbers that
/// spread over several powers of ten; values are rounded to whole numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantiles {
    /// Probability and value, both rising.
    knots: Arc<[(f64, f64)]>,
    mean: f64,
    second_moment: f64,
}

impl Quantiles {
    /// A law from pairs of probability and value.
    ///
    /// # Errors
    /// [`SimError::Invalid`] unless the probabilities rise from 0 to 1 and the values, from 1 to 100,000, do not fall.
    pub fn new(knots: &[(f64, f64)]) -> Result<Self, SimError> {
        let ends = (knots.first().map(|knot| knot.0), knots.last().map(|knot| knot.0));
        let rising = knots.windows(2).all(|pair| match pair {
            [low, high] => low.0 < high.0 && low.1 <= high.1,
            _ => false,
        });
        let in_range = knots.iter().all(|knot| (1.0..=f64::from(MOST_IN_ONE)).contains(&knot.1));
        if ends != (Some(0.0), Some(1.0)) || !rising || !in_range || knots.len() > 1_000 {
            let expected = "probabilities that rise from 0 to 1, with values from 1 to 100,000 that do not fall";
            return Err(SimError::invalid("quantiles", expected, knots));
        }
        let mut law = Self { knots: knots.into(), mean: 0.0, second_moment: 0.0 };
        let largest = knots.last().map_or(1.0, |knot| knot.1).round() as u32;
        // E(N) and E(N^2) add up P(N >= k) and (2k - 1) P(N >= k); rounding makes N >= k of a value from k - 1/2 on.
        for k in 1..=largest {
            let reached = 1.0 - law.below(f64::from(k) - 0.5);
            law.mean += reached;
            law.second_moment += (2.0 * f64::from(k) - 1.0) * reached;
        }
        Ok(law)
    }

    /// The probability of a value below `x`.
    fn below(&self, x: f64) -> f64 {
        let part = |pair: &[(f64, f64)]| match pair {
            [low, high] if low.1 < x && high.1 < x => high.0 - low.0,
            [low, high] if low.1 < x => (high.0 - low.0) * libm::log(x / low.1) / libm::log(high.1 / low.1),
            _ => 0.0,
        };
        self.knots.windows(2).map(part).sum()
    }

    /// The value at a probability.
    pub(in crate::sim) fn value(&self, probability: f64) -> f64 {
        let above = self.knots.partition_point(|knot| knot.0 <= probability).min(self.knots.len() - 1).max(1);
        match self.knots.get(above - 1..=above) {
            Some([low, high]) => {
                let share = (probability - low.0) / (high.0 - low.0);
                low.1 * libm::pow(high.1 / low.1, share)
            }
            _ => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometric_moments_follow_the_textbook() {
        let law = CountLaw::Geometric { mean: 4.0 };
        assert_eq!((law.mean(), law.variance(), law.dispersion_of_groups()), (4.0, 12.0, 7.0));
        assert_eq!(CountLaw::Fixed(3).dispersion_of_groups(), 3.0);
    }

    #[test]
    fn moments_of_quantiles_count_what_rounding_does() {
        let even = Quantiles::new(&[(0.0, 1.0), (0.5, 1.0), (0.500_001, 3.0), (1.0, 3.0)]).unwrap();
        let law = CountLaw::Quantiles(even.clone());
        assert!((law.mean() - 2.0).abs() < 1e-5 && (law.variance() - 1.0).abs() < 1e-5);
        assert_eq!((even.value(0.2), even.value(0.7), even.value(1.0)), (1.0, 3.0, 3.0));
        let wide = Quantiles::new(&[(0.0, 1.0), (0.5, 10.0), (1.0, 1000.0)]).unwrap();
        assert_eq!(wide.value(0.5).round(), 10.0);
        assert!((wide.value(0.75) - 100.0).abs() < 1e-9);
        // Before rounding the mean is the sum of (b - a) / ln(b / a) over the halves, 1.95 and 107.5.
        assert!((wide.mean - 109.45).abs() < 0.2, "{}", wide.mean);
    }

    #[test]
    fn quantiles_without_sense_are_refused() {
        for knots in [
            &[][..],
            &[(0.0, 1.0)],
            &[(0.0, 0.5), (1.0, 2.0)],
            &[(0.1, 1.0), (1.0, 2.0)],
            &[(0.0, 2.0), (1.0, 1.0)],
            &[(0.0, 1.0), (0.0, 2.0), (1.0, 3.0)],
            &[(0.0, 1.0), (1.0, f64::NAN)],
            &[(0.0, 1.0), (1.0, 1e9)],
        ] {
            assert!(Quantiles::new(knots).is_err(), "{knots:?}");
        }
    }
}
