//! Alternatives by criteria, and how columns are made comparable.

use super::{McdaError, finite, same_length, to_shares};

/// Which values of a criterion are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// A benefit: more is better.
    Max,
    /// A cost: less is better.
    Min,
}

/// How columns are scaled. Afterwards more is better in every column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalisation {
    /// Values as they are, costs with a minus sign: for criteria that already share a scale.
    None,
    /// Costs become 1/x, then each column is divided by its sum. A cost near zero outweighs everything.
    Sum,
    /// (x - min) / (max - min), for costs (max - x) / (max - min). A column of equal values becomes zeros: it tells no
    /// alternatives apart.
    MinMax,
    /// x / max, for costs 1 - x / max.
    Max,
    /// x / √Σx², costs with a minus sign.
    Vector,
}

/// A decision matrix: a row per alternative, a column per criterion, each with its sense and its weight.
///
/// It has at least one row and one column and holds finite numbers only; its weights are finite, not below zero, and not
/// all zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: Vec<Vec<f64>>,
    senses: Vec<Sense>,
    weights: Vec<f64>,
}

impl Matrix {
    /// A matrix whose weights are scaled to a sum of 1.
    ///
    /// # Errors
    /// [`McdaError`] when it is empty or ragged, when senses or weights are too few or too many, when a number is not
    /// finite, or when weights are below zero or all zero.
    pub fn new(rows: Vec<Vec<f64>>, senses: Vec<Sense>, weights: &[f64]) -> Result<Self, McdaError> {
        let matrix = Self::with_weights_as_given(rows, senses, weights.to_vec())?;
        let weights = to_shares(&matrix.weights)?;
        Ok(Self { weights, ..matrix })
    }

    /// A matrix whose weights keep the sum they have.
    ///
    /// # Errors
    /// As [`Matrix::new`].
    pub fn with_weights_as_given(
        rows: Vec<Vec<f64>>,
        senses: Vec<Sense>,
        weights: Vec<f64>,
    ) -> Result<Self, McdaError> {
        check_rows(&rows, senses.len())?;
        same_length("weights", senses.len(), weights.len())?;
        if let Some(column) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
            return Err(McdaError::BadWeight { column: column + 1 });
        }
        if weights.iter().all(|weight| *weight == 0.0) {
            return Err(McdaError::ZeroWeights);
        }
        Ok(Self { rows, senses, weights })
    }

    /// The values, a row per alternative.
    #[must_use]
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    /// The sense of each criterion.
    #[must_use]
    pub fn senses(&self) -> &[Sense] {
        &self.senses
    }

    /// The weight of each criterion.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Number of alternatives, at least 1.
    #[must_use]
    pub fn alternatives(&self) -> usize {
        self.rows.len()
    }

    /// Number of criteria, at least 1.
    #[must_use]
    pub fn criteria(&self) -> usize {
        self.senses.len()
    }

    /// The values of one criterion; none if there is no such criterion.
    #[must_use]
    pub fn column(&self, criterion: usize) -> Vec<f64> {
        self.rows.iter().filter_map(|row| row.get(criterion).copied()).collect()
    }

    /// The same alternatives with scaled columns in which more is better.
    ///
    /// # Errors
    /// [`McdaError::ZeroColumn`] when a column has nothing to divide by, [`McdaError::NotPositive`] when the reciprocal of a
    /// cost is asked for that is not above zero.
    ///
    /// # Source
    /// Vector and linear scales: Hwang and Yoon, *Multiple Attribute Decision Making* (1981), section 2.3; sums with
    /// reciprocal costs: Kracka, Brauers and Zavadskas (2010), Engineering Economics 21(4), 352-359.
    pub fn normalised(&self, normalisation: Normalisation) -> Result<Self, McdaError> {
        let mut rows = vec![Vec::with_capacity(self.criteria()); self.alternatives()];
        for (index, sense) in self.senses.iter().enumerate() {
            let column = scaled(&self.column(index), *sense, normalisation, index + 1)?;
            for (row, value) in rows.iter_mut().zip(finite(column)?) {
                row.push(value);
            }
        }
        Ok(Self { rows, senses: vec![Sense::Max; self.criteria()], weights: self.weights.clone() })
    }
}

/// Checks that rows are there, complete and finite.
pub(super) fn check_rows(rows: &[Vec<f64>], criteria: usize) -> Result<(), McdaError> {
    if rows.is_empty() {
        return Err(McdaError::NoAlternatives);
    }
    if criteria == 0 {
        return Err(McdaError::NoCriteria);
    }
    for (index, row) in rows.iter().enumerate() {
        same_length(format!("row {}", index + 1), criteria, row.len())?;
        if let Some(column) = row.iter().position(|value| !value.is_finite()) {
            return Err(McdaError::NotFinite { row: index + 1, column: column + 1 });
        }
    }
    Ok(())
}

fn scaled(column: &[f64], sense: Sense, normalisation: Normalisation, number: usize) -> Result<Vec<f64>, McdaError> {
    let divided = |values: Vec<f64>, divisor: f64, name| {
        if !divisor.is_finite() {
            return Err(McdaError::Overflow);
        }
        if divisor <= 0.0 {
            return Err(McdaError::ZeroColumn { column: number, divisor: name });
        }
        Ok(values.iter().map(|value| value / divisor).collect::<Vec<f64>>())
    };
    let turned = |values: Vec<f64>, turn: fn(f64) -> f64| match sense {
        Sense::Max => values,
        Sense::Min => values.into_iter().map(turn).collect(),
    };
    match normalisation {
        Normalisation::None => Ok(turned(column.to_vec(), |value| -value)),
        Normalisation::Sum => {
            let costs = column.iter().position(|value| *value <= 0.0).filter(|_| sense == Sense::Min);
            if let Some(row) = costs {
                return Err(McdaError::NotPositive { row: row + 1, column: number, needs: "1/x of a cost" });
            }
            let values = turned(column.to_vec(), |value| 1.0 / value);
            let sum = values.iter().sum();
            divided(values, sum, "sum")
        }
        Normalisation::MinMax => {
            let (low, high) = ends(column);
            let spread = if high > low { high - low } else { 1.0 };
            let from = |value: &f64| if sense == Sense::Max { value - low } else { high - value };
            divided(column.iter().map(from).collect(), spread, "spread")
        }
        Normalisation::Max => {
            Ok(turned(divided(column.to_vec(), ends(column).1, "greatest value")?, |share| 1.0 - share))
        }
        Normalisation::Vector => Ok(turned(divided(column.to_vec(), norm(column), "norm")?, |value| -value)),
    }
}

/// The least and the greatest value.
pub(super) fn ends(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// The Euclidean norm.
fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[[f64; 2]], senses: [Sense; 2]) -> Matrix {
        let rows = rows.iter().map(|row| row.to_vec()).collect();
        Matrix::new(rows, senses.to_vec(), &[1.0, 3.0]).unwrap()
    }

    #[test]
    fn what_no_method_can_use_is_refused() {
        use Sense::Max;
        let new = |rows: &[&[f64]], senses: &[Sense], weights: &[f64]| {
            Matrix::new(rows.iter().map(|row| row.to_vec()).collect(), senses.to_vec(), weights).unwrap_err()
        };
        let length = |what: &str, expected, found| McdaError::Length { what: what.to_owned(), expected, found };
        assert_eq!(new(&[], &[Max], &[1.0]), McdaError::NoAlternatives);
        assert_eq!(new(&[&[]], &[], &[]), McdaError::NoCriteria);
        assert_eq!(new(&[&[1.0], &[1.0, 2.0]], &[Max], &[1.0]), length("row 2", 1, 2));
        assert_eq!(new(&[&[1.0]], &[Max], &[1.0, 1.0]), length("weights", 1, 2));
        assert_eq!(new(&[&[1.0, f64::NAN]], &[Max, Max], &[1.0, 1.0]), McdaError::NotFinite { row: 1, column: 2 });
        for weight in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(new(&[&[1.0]], &[Max], &[weight]), McdaError::BadWeight { column: 1 });
        }
        assert_eq!(new(&[&[1.0, 1.0]], &[Max, Max], &[0.0, 0.0]), McdaError::ZeroWeights);
        assert_eq!(new(&[&[1.0, 1.0]], &[Max, Max], &[1e308, 1e308]), McdaError::Overflow);
    }

    #[test]
    fn weights_add_up_to_one_unless_taken_as_given() {
        assert_eq!(matrix(&[[1.0, 2.0]], [Sense::Max; 2]).weights(), [0.25, 0.75]);
        let given = Matrix::with_weights_as_given(vec![vec![1.0]], vec![Sense::Max], vec![7.0]).unwrap();
        assert_eq!(given.weights(), [7.0]);
    }

    #[test]
    fn more_is_better_after_every_normalisation() {
        let cost_and_benefit = matrix(&[[1.0, 3.0], [4.0, 4.0]], [Sense::Min, Sense::Max]);
        for (normalisation, expected) in [
            (Normalisation::None, [[-1.0, 3.0], [-4.0, 4.0]]),
            (Normalisation::Sum, [[0.8, 3.0 / 7.0], [0.2, 4.0 / 7.0]]),
            (Normalisation::MinMax, [[1.0, 0.0], [0.0, 1.0]]),
            (Normalisation::Max, [[0.75, 0.75], [0.0, 1.0]]),
            (Normalisation::Vector, [[-1.0 / 17.0_f64.sqrt(), 0.6], [-4.0 / 17.0_f64.sqrt(), 0.8]]),
        ] {
            let scaled = cost_and_benefit.normalised(normalisation).unwrap();
            assert_eq!(scaled.rows(), expected, "{normalisation:?}");
            assert_eq!((scaled.senses(), scaled.weights()), ([Sense::Max; 2].as_slice(), [0.25, 0.75].as_slice()));
        }
    }

    #[test]
    fn columns_without_a_divisor_are_refused_and_equal_values_become_zeros() {
        let zeros = matrix(&[[1.0, 0.0], [2.0, 0.0]], [Sense::Max; 2]);
        for (normalisation, divisor) in
            [(Normalisation::Sum, "sum"), (Normalisation::Max, "greatest value"), (Normalisation::Vector, "norm")]
        {
            assert_eq!(zeros.normalised(normalisation), Err(McdaError::ZeroColumn { column: 2, divisor }));
        }
        assert_eq!(zeros.normalised(Normalisation::MinMax).unwrap().column(1), [0.0, 0.0]);
        let free = matrix(&[[1.0, 1.0], [2.0, 0.0]], [Sense::Max, Sense::Min]);
        let refused = McdaError::NotPositive { row: 2, column: 2, needs: "1/x of a cost" };
        assert_eq!(free.normalised(Normalisation::Sum), Err(refused));
        let vast = matrix(&[[1e200, 1.0], [1e200, 1.0]], [Sense::Max; 2]);
        assert_eq!(vast.normalised(Normalisation::Vector), Err(McdaError::Overflow));
    }
}
