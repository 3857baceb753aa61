//! PROMETHEE II: how much each alternative is preferred to each other one.

use super::{Matrix, McdaError, Sense, finite, same_length};

/// How a difference on one criterion becomes a preference from 0 to 1. Thresholds are in units of the criterion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Preference {
    /// Any difference is a strict preference.
    Usual,
    /// The preference grows up to the threshold p.
    VShape {
        /// The least difference that is a strict preference.
        p: f64,
    },
    /// No preference up to q, then it grows up to p.
    Linear {
        /// The greatest difference that does not matter.
        q: f64,
        /// The least difference that is a strict preference.
        p: f64,
    },
}

impl Preference {
    /// The preference that a difference gives.
    #[must_use]
    pub fn of(self, difference: f64) -> f64 {
        let (q, p) = match self {
            Self::Usual => return if difference > 0.0 { 1.0 } else { 0.0 },
            Self::VShape { p } => (0.0, p),
            Self::Linear { q, p } => (q, p),
        };
        ((difference - q) / (p - q)).clamp(0.0, 1.0)
    }

    fn is_sound(self) -> bool {
        match self {
            Self::Usual => true,
            Self::VShape { p } => p.is_finite() && p > 0.0,
            Self::Linear { q, p } => p.is_finite() && 0.0 <= q && q < p,
        }
    }
}

/// What PROMETHEE counts; with a single alternative all flows are 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Flows {
    /// π(a, b): the weighted preference of the alternative of the row to that of the column.
    pub pi: Vec<Vec<f64>>,
    /// φ⁺, the mean of a row: how much it is preferred to the others.
    pub positive: Vec<f64>,
    /// φ⁻, the mean of a column: how much the others are preferred to it.
    pub negative: Vec<f64>,
    /// φ = φ⁺ - φ⁻, from -1 to 1; more is better.
    pub net: Vec<f64>,
}

/// Net flows of the alternatives, with one preference function per criterion.
///
/// # Errors
/// [`McdaError::Length`] when preference functions are too few or too many, [`McdaError::BadThresholds`],
/// [`McdaError::Overflow`].
///
/// # Source
/// Brans and Vincke (1985), Management Science 31(6), 647-656: usual (I), V-shape (III) and linear (V) criteria.
pub fn promethee2(matrix: &Matrix, preferences: &[Preference]) -> Result<Flows, McdaError> {
    same_length("preference functions", matrix.criteria(), preferences.len())?;
    if let Some(column) = preferences.iter().position(|preference| !preference.is_sound()) {
        return Err(McdaError::BadThresholds { column: column + 1 });
    }
    let preferred = |a: &Vec<f64>, b: &Vec<f64>| -> f64 {
        let leads = a.iter().zip(b).zip(matrix.senses());
        let leads = leads.map(|((a, b), sense)| if *sense == Sense::Max { a - b } else { b - a });
        let parts = leads.zip(preferences).zip(matrix.weights());
        parts.map(|((lead, preference), weight)| weight * preference.of(lead)).sum()
    };
    let row = |a: &Vec<f64>| matrix.rows().iter().map(|b| preferred(a, b)).collect();
    let pi: Vec<Vec<f64>> = matrix.rows().iter().map(row).collect();
    let others = matrix.alternatives().saturating_sub(1).max(1) as f64;
    let positive = finite(pi.iter().map(|row| row.iter().sum::<f64>() / others).collect())?;
    let against = |index: usize| pi.iter().map(|row| row[index]).sum::<f64>() / others;
    let negative: Vec<f64> = (0..pi.len()).map(against).collect();
    let net = positive.iter().zip(&negative).map(|(positive, negative)| positive - negative).collect();
    Ok(Flows { pi, positive, negative, net: finite(net)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_grow_between_their_thresholds() {
        let linear = Preference::Linear { q: 1.0, p: 3.0 };
        for (preference, expected) in [
            (Preference::Usual, [0.0, 0.0, 1.0, 1.0, 1.0]),
            (Preference::VShape { p: 2.0 }, [0.0, 0.0, 0.5, 1.0, 1.0]),
            (linear, [0.0, 0.0, 0.0, 0.5, 1.0]),
        ] {
            assert_eq!([-1.0, 0.0, 1.0, 2.0, 4.0].map(|difference| preference.of(difference)), expected);
        }
    }

    #[test]
    fn flows_are_those_of_the_published_example() {
        let rows = vec![vec![4.0, 3.0, 2.0], vec![3.0, 2.0, 4.0], vec![5.0, 1.0, 3.0]];
        let matrix = Matrix::new(rows, vec![Sense::Max; 3], &[0.5, 0.3, 0.2]).unwrap();
        let flows = promethee2(&matrix, &[Preference::Usual; 3]).unwrap();
        assert_eq!(flows.pi, [[0.0, 0.8, 0.3], [0.2, 0.0, 0.5], [0.7, 0.5, 0.0]]);
        assert!(flows.net.iter().zip([0.1, -0.3, 0.2]).all(|(found, expected)| (found - expected).abs() < 1e-12));
    }

    #[test]
    fn thresholds_must_follow_each_other_and_one_alternative_has_no_flow() {
        let alone = Matrix::new(vec![vec![1.0]], vec![Sense::Min], &[1.0]).unwrap();
        assert_eq!(promethee2(&alone, &[Preference::Usual]).unwrap().net, [0.0]);
        assert!(matches!(promethee2(&alone, &[]), Err(McdaError::Length { .. })));
        for wrong in [
            Preference::VShape { p: 0.0 },
            Preference::VShape { p: f64::NAN },
            Preference::Linear { q: 1.0, p: 1.0 },
            Preference::Linear { q: -1.0, p: 1.0 },
        ] {
            assert_eq!(promethee2(&alone, &[wrong]), Err(McdaError::BadThresholds { column: 1 }));
        }
    }
}
