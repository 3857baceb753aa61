//! The difference between two models, replication by replication.
//!
//! Replication *k* of two runs with the same seed sees the same arrivals, sizes and delays of stages with the same name
//! (common random numbers). What both share then cancels out of their differences: with `d = b - a` in each replication,
//! `var(d) = var(a) + var(b) - 2 cov(a, b)`, and the interval of the mean difference is Student's on the `d` alone, whatever
//! joins `a` and `b`. (Law, *Simulation Modeling and Analysis*, 5th edition, sections 10.2.1 and 11.2.)

use serde::Serialize;
use thiserror::Error;

use super::figures::Figure;
use super::result::{Estimate, RunResult};

/// Two models compared by one figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Paired {
    /// The second less the first, with its 95 % interval.
    pub difference: Estimate,
    /// The first, over the replications that both have.
    pub first: Estimate,
    /// The second.
    pub second: Estimate,
    /// Replications compared.
    pub pairs: usize,
    /// Correlation of the two over replications; `null` where one of them never varies.
    pub correlation: Option<f64>,
    /// The share of the difference's variance that pairing took away, compared with independent runs of as many
    /// replications: `1 - var(d) / (var(a) + var(b))`. Below zero, pairing did harm. `null` where neither varies.
    pub variance_reduction: Option<f64>,
}

/// Why two runs cannot be compared in pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotPaired {
    /// Different seeds: the replications have nothing in common.
    #[error("the runs have the seeds {0} and {1}, so their replications share no random numbers")]
    Seeds(u64, u64),
    /// Too few replications that have the figure in both runs.
    #[error("{0} replications have the figure in both runs; an interval needs two")]
    TooFew(usize),
}

impl Paired {
    /// Whether the interval of the difference lies on one side of zero.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.difference.half_width.is_some_and(|half_width| self.difference.value.abs() > half_width)
    }
}

/// Compares a figure of two runs, replication by replication.
///
/// # Errors
/// [`NotPaired`] when the runs have different seeds, or fewer than two replications in common.
pub fn paired(first: &RunResult, second: &RunResult, figure: Figure) -> Result<Paired, NotPaired> {
    if first.seed != second.seed {
        return Err(NotPaired::Seeds(first.seed, second.seed));
    }
    paired_figures(first.summary.by_replication.of(figure), second.summary.by_replication.of(figure))
}

/// Compares what two runs found in replication 0, 1, and so on; pairs with a NaN, and what has no partner, are left out.
///
/// # Errors
/// [`NotPaired::TooFew`] when fewer than two pairs are left.
pub fn paired_figures(first: &[f64], second: &[f64]) -> Result<Paired, NotPaired> {
    let pairs = first.iter().zip(second).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.map(|(a, b)| (*a, *b)).unzip();
    if a.len() < 2 {
        return Err(NotPaired::TooFew(a.len()));
    }
    let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
    let (spread_a, spread_b) = (squares(&a), squares(&b));
    let positive = |value: f64| (value > 0.0).then_some(value);
    let product = positive((spread_a * spread_b).sqrt());
    Ok(Paired {
        difference: Estimate::from_replications(&differences),
        first: Estimate::from_replications(&a),
        second: Estimate::from_replications(&b),
        pairs: a.len(),
        correlation: product.map(|product| (products(&a, &b) / product).clamp(-1.0, 1.0)),
        variance_reduction: positive(spread_a + spread_b).map(|sum| 1.0 - squares(&differences) / sum),
    })
}

/// The sum of squared distances from the mean.
fn squares(values: &[f64]) -> f64 {
    products(values, values)
}

/// The sum of products of the distances from the means.
fn products(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_difference_is_exact_however_much_both_vary() {
        let first = [1.0, 5.0, 2.0, 9.0];
        let second = first.map(|value| value + 0.25);
        let found = paired_figures(&first, &second).unwrap();
        assert_eq!(found.difference, Estimate { value: 0.25, half_width: Some(0.0) });
        assert_eq!((found.correlation, found.variance_reduction, found.pairs), (Some(1.0), Some(1.0), 4));
        assert!(found.differs());
    }

    #[test]
    fn the_interval_is_students_on_the_differences() {
        // Differences 1, 2, 3: mean 2, t(0.975, 2) / sqrt(3); worked by hand.
        let found = paired_figures(&[0.0, 1.0, 0.0], &[1.0, 3.0, 3.0]).unwrap();
        assert_eq!(found.difference.value, 2.0);
        assert!((found.difference.half_width.unwrap() - 4.302_653 / 3f64.sqrt()).abs() < 1e-5);
        assert!(!found.differs());
        // Squares: 2/3 and 8/3 apart, 2 in the differences.
        assert!((found.variance_reduction.unwrap() - (1.0 - 2.0 / (10.0 / 3.0))).abs() < 1e-12);
    }

    #[test]
    fn opposite_movements_are_said_to_do_harm() {
        let found = paired_figures(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]).unwrap();
        assert_eq!((found.correlation, found.variance_reduction), (Some(-1.0), Some(-1.0)));
    }

    #[test]
    fn what_has_no_partner_is_left_out() {
        let found = paired_figures(&[1.0, f64::NAN, 2.0, 7.0], &[2.0, 5.0, 3.0]).unwrap();
        assert_eq!((found.pairs, found.difference.value), (2, 1.0));
        assert_eq!(paired_figures(&[1.0, f64::NAN], &[1.0, 2.0]).unwrap_err(), NotPaired::TooFew(1));
        assert_eq!(paired_figures(&[], &[]).unwrap_err(), NotPaired::TooFew(0));
        let still = paired_figures(&[1.0, 1.0], &[2.0, 2.0]).unwrap();
        assert_eq!((still.correlation, still.variance_reduction), (None, None));
    }
}
