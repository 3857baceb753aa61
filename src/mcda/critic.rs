//! CRITIC: weights read off the matrix, by contrast and conflict.

use super::{Matrix, McdaError, Normalisation, dot, to_shares};

/// Weights by contrast (standard deviation) and conflict (Σ 1 - r with the other criteria), of min-max scaled columns.
///
/// A single criterion has all the weight. The weights of the matrix play no part.
///
/// # Errors
/// [`McdaError::NoSpread`] when a column has equal values, so that it correlates with nothing;
/// [`McdaError::ZeroWeights`] when all criteria say the same.
///
/// # Source
/// Diakoulaki, Mavrotas and Papayannakis (1995), Computers & Operations Research 22(7), 763-770: sample standard deviation,
/// Pearson correlation.
pub fn critic_weights(matrix: &Matrix) -> Result<Vec<f64>, McdaError> {
    let scaled = matrix.normalised(Normalisation::MinMax)?;
    let columns: Vec<Vec<f64>> = (0..scaled.criteria()).map(|index| centred(&scaled.column(index))).collect();
    if let Some(column) = columns.iter().position(|column| dot(column, column) == 0.0) {
        return Err(McdaError::NoSpread { column: column + 1 });
    }
    if columns.len() == 1 {
        return Ok(vec![1.0]);
    }
    let norms: Vec<f64> = columns.iter().map(|column| dot(column, column).sqrt()).collect();
    let degrees_of_freedom = (scaled.alternatives() as f64 - 1.0).sqrt();
    let information = |index: usize| -> f64 {
        let others = columns.iter().zip(&norms).enumerate().filter(|(other, _)| *other != index);
        // Rounding must not make the conflict of a criterion with its like fall below zero.
        let conflict = |(_, (other, norm)): (usize, (&Vec<f64>, &f64))| {
            (1.0 - dot(&columns[index], other) / (norms[index] * norm)).max(0.0)
        };
        norms[index] / degrees_of_freedom * others.map(conflict).sum::<f64>()
    };
    to_shares(&(0..columns.len()).map(information).collect::<Vec<f64>>())
}

/// Differences from the mean.
fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| value - mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcda::Sense;

    fn weights(rows: &[&[f64]], sense: Sense) -> Result<Vec<f64>, McdaError> {
        let columns = rows[0].len();
        let rows = rows.iter().map(|row| row.to_vec()).collect();
        critic_weights(&Matrix::new(rows, vec![sense; columns], &vec![1.0; columns]).unwrap())
    }

    #[test]
    fn weights_are_those_of_the_published_example() {
        let rows: [&[f64]; 8] = [
            &[61.0, 1.08, 4.33],
            &[20.7, 0.26, 4.34],
            &[16.3, 1.98, 2.53],
            &[9.0, 3.29, 1.65],
            &[5.4, 2.77, 2.33],
            &[4.0, 4.12, 1.21],
            &[-6.1, 3.52, 2.10],
            &[-34.6, 3.31, 0.98],
        ];
        for sense in [Sense::Max, Sense::Min] {
            let found = weights(&rows, sense).unwrap();
            let expected = [0.202_225_54, 0.480_901_73, 0.316_872_73];
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-7), "{found:?}");
        }
    }

    #[test]
    fn columns_that_say_nothing_are_refused() {
        assert_eq!(weights(&[&[1.0, 2.0], &[2.0, 2.0]], Sense::Max), Err(McdaError::NoSpread { column: 2 }));
        assert_eq!(weights(&[&[1.0]], Sense::Max), Err(McdaError::NoSpread { column: 1 }));
        assert_eq!(weights(&[&[1.0], &[2.0]], Sense::Max), Ok(vec![1.0]));
    }
}
