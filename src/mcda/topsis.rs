//! TOPSIS: as near to the ideal and as far from the worst as possible.

use super::matrix::ends;
use super::{Matrix, McdaError, Normalisation, finite};

/// Closeness to the ideal, and the distances it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Topsis {
    /// d⁻ / (d⁺ + d⁻), from 0 to 1; more is better. It is one half where all alternatives are equal.
    pub closeness: Vec<f64>,
    /// d⁺, the weighted Euclidean distance to the best value of every criterion.
    pub to_ideal: Vec<f64>,
    /// d⁻, the distance to the worst value of every criterion.
    pub to_worst: Vec<f64>,
}

/// Closeness of each alternative to an alternative made of the best values there are.
///
/// # Errors
/// [`McdaError`] when a column cannot be normalised.
///
/// # Source
/// Hwang and Yoon, *Multiple Attribute Decision Making* (1981), chapter 3.
pub fn topsis(matrix: &Matrix, normalisation: Normalisation) -> Result<Topsis, McdaError> {
    let scaled = matrix.normalised(normalisation)?;
    let columns: Vec<(f64, f64)> = (0..scaled.criteria()).map(|index| ends(&scaled.column(index))).collect();
    let distance = |row: &Vec<f64>, end: fn(&(f64, f64)) -> f64| {
        let parts = row.iter().zip(&columns).zip(scaled.weights());
        parts.map(|((value, column), weight)| (weight * (value - end(column))).powi(2)).sum::<f64>().sqrt()
    };
    let to_ideal = finite(scaled.rows().iter().map(|row| distance(row, |(_, best)| *best)).collect())?;
    let to_worst = finite(scaled.rows().iter().map(|row| distance(row, |(worst, _)| *worst)).collect())?;
    let share = |(ideal, worst): (&f64, &f64)| if ideal + worst > 0.0 { worst / (ideal + worst) } else { 0.5 };
    let closeness = finite(to_ideal.iter().zip(&to_worst).map(share).collect())?;
    Ok(Topsis { closeness, to_ideal, to_worst })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcda::Sense;

    #[test]
    fn the_winner_depends_on_the_normalisation() {
        let rows = vec![vec![1.0, 3000.0], vec![2.0, 3750.0], vec![5.0, 4500.0]];
        let mountain = Matrix::new(rows, vec![Sense::Min, Sense::Max], &[0.5, 0.5]).unwrap();
        for (normalisation, expected) in [
            (Normalisation::MinMax, [0.5, 0.617_217_78, 0.5]),
            (Normalisation::Vector, [0.762_141, 0.722_178, 0.237_859]),
        ] {
            let found = topsis(&mountain, normalisation).unwrap().closeness;
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{found:?}");
        }
    }

    #[test]
    fn equal_alternatives_are_as_near_as_far() {
        let matrix = Matrix::new(vec![vec![2.0], vec![2.0]], vec![Sense::Max], &[1.0]).unwrap();
        assert_eq!(topsis(&matrix, Normalisation::None).unwrap().closeness, [0.5, 0.5]);
    }
}
