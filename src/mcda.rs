//! Multi-criteria decision analysis: from alternatives, criteria and weights to scores, ranks and how far they hold.
//!
//! 1. *State.* A [`Matrix`] holds alternatives by criteria with the sense and the weight of each criterion, and refuses
//!    what no method could use. [`Normalisation`] makes columns comparable and turns every cost into a benefit.
//! 2. *Score.* [`weighted_sum`] and [`weighted_product`] add and multiply; [`topsis()`] and [`vikor()`] measure the
//!    distance to an ideal; [`promethee2`] compares pairs; [`PairwiseMatrix`] (AHP) starts from judgements instead of values.
//! 3. *Doubt.* [`smaa2`] asks for which weights an alternative is how good, [`swap_points`] at which weight the winner
//!    changes, [`kendall_tau_b`] how far two methods agree. [`critic_weights`] reads weights off the matrix itself.
//!
//! Everything is a pure function. Symbols are those of the sources, which stand with each function; scores and weights
//! come back in the order of the alternatives and criteria that were given.
//!
//! The decision a reader would question: a method never chooses its normalisation. The winner may depend on it (the
//! mountain of Opricovic and Tzeng has two), so whoever calls must say which one it is, and can then print it.

mod additive;
mod ahp;
mod critic;
mod matrix;
mod order;
mod promethee;
mod smaa;
#[cfg(test)]
mod tests;
mod topsis;
mod vikor;

use thiserror::Error;

pub use additive::{Swap, SwapPoints, WeightedProduct, swap_points, weighted_product, weighted_sum};
pub use ahp::{PairwiseMatrix, Priorities, global_priorities, parse_judgement, random_index};
pub use critic::critic_weights;
pub use matrix::{Matrix, Normalisation, Sense};
pub use order::{Direction, kendall_tau_b, ranks};
pub use promethee::{Flows, Preference, promethee2};
pub use smaa::{Measurement, Smaa, smaa2};
pub use topsis::{Topsis, topsis};
pub use vikor::{Vikor, vikor};

/// Why a method has no answer. Rows and columns count from 1, as a reader would.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum McdaError {
    /// Nothing to choose from.
    #[error("there is no alternative")]
    NoAlternatives,
    /// Nothing to choose by.
    #[error("there is no criterion")]
    NoCriteria,
    /// Two things that belong together have different lengths.
    #[error("{what}: expected {expected} values, found {found}")]
    Length {
        /// What was counted.
        what: String,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A value is infinite or not a number.
    #[error("row {row}, column {column}: expected a finite number")]
    NotFinite {
        /// Row of the value.
        row: usize,
        /// Column of the value.
        column: usize,
    },
    /// A value is zero or below where a method divides by it or takes its logarithm.
    #[error("row {row}, column {column}: {needs} needs values above zero")]
    NotPositive {
        /// Row of the value.
        row: usize,
        /// Column of the value.
        column: usize,
        /// What needs it.
        needs: &'static str,
    },
    /// A weight is below zero, infinite or not a number.
    #[error("weight {column}: expected a finite number, zero or above")]
    BadWeight {
        /// Column of the weight.
        column: usize,
    },
    /// No weight is above zero.
    #[error("all weights are zero")]
    ZeroWeights,
    /// A column has nothing to divide by.
    #[error("column {column} cannot be scaled: its {divisor} is not above zero")]
    ZeroColumn {
        /// The column.
        column: usize,
        /// What it would be divided by.
        divisor: &'static str,
    },
    /// All values of a column are equal where a method needs their spread.
    #[error("column {column}: all values are equal")]
    NoSpread {
        /// The column.
        column: usize,
    },
    /// A judgement is no number or fraction above zero.
    #[error("`{text}` is no judgement: write a number or a fraction above zero, such as 3 or 1/3")]
    BadJudgement {
        /// What was written.
        text: String,
    },
    /// Two judgements of one pair contradict each other, or something is judged unequal to itself.
    #[error("row {row}, column {column}: expected the reciprocal of row {column}, column {row}")]
    NotReciprocal {
        /// Row of the judgement.
        row: usize,
        /// Column of the judgement.
        column: usize,
    },
    /// An upper triangle has 1, 3, 6, 10, ... entries.
    #[error("{found} judgements are no upper triangle: expected 1, 3, 6, 10, 15, ...")]
    NoTriangle {
        /// How many there are.
        found: usize,
    },
    /// The thresholds of a preference function do not follow each other.
    #[error("criterion {column}: expected thresholds 0 <= q < p")]
    BadThresholds {
        /// The criterion.
        column: usize,
    },
    /// The ends of an interval are in the wrong order, or a half-width is below zero.
    #[error("row {row}, column {column}: expected low <= high, and a half-width of zero or above")]
    BadInterval {
        /// Row of the interval.
        row: usize,
        /// Column of the interval.
        column: usize,
    },
    /// The weight of the strategy of VIKOR is no share.
    #[error("v must lie between 0 and 1")]
    BadStrategy,
    /// A Monte Carlo run without samples.
    #[error("at least one sample is needed")]
    NoSamples,
    /// Numbers grew beyond what a floating-point number holds.
    #[error("the values are too large or too far apart to compute with")]
    Overflow,
}

/// Numbers that are all finite, or the error that says they are not.
fn finite(numbers: Vec<f64>) -> Result<Vec<f64>, McdaError> {
    if numbers.iter().all(|number| number.is_finite()) { Ok(numbers) } else { Err(McdaError::Overflow) }
}

/// Checks a length.
fn same_length(what: impl Into<String>, expected: usize, found: usize) -> Result<(), McdaError> {
    if expected == found { Ok(()) } else { Err(McdaError::Length { what: what.into(), expected, found }) }
}

/// The sum of products of two lists.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Divides by the sum, which must be finite and above zero.
fn to_shares(numbers: &[f64]) -> Result<Vec<f64>, McdaError> {
    let sum: f64 = numbers.iter().sum();
    if sum == 0.0 {
        return Err(McdaError::ZeroWeights);
    }
    if !sum.is_finite() {
        return Err(McdaError::Overflow);
    }
    finite(numbers.iter().map(|number| number / sum).collect())
}
