//! VIKOR: the compromise between the good of all criteria and the regret of the worst one.

use super::matrix::ends;
use super::{Direction, Matrix, McdaError, Normalisation, dot, finite, ranks};

/// Measures of VIKOR, all from 0 (best), and what it proposes.
#[derive(Debug, Clone, PartialEq)]
pub struct Vikor {
    /// S, the weighted sum of the shares that are missing to the best values.
    pub group: Vec<f64>,
    /// R, the largest of them.
    pub regret: Vec<f64>,
    /// Q, the mix of both.
    pub compromise: Vec<f64>,
    /// Ranks by Q.
    pub ranks: Vec<usize>,
    /// The alternatives of the compromise solution, best Q first: one, if it has an acceptable advantage and stability.
    pub compromise_set: Vec<usize>,
}

/// The compromise ranking; `v` from 0 to 1 is the weight of S against R, usually one half.
///
/// Differences that a column or a measure does not show (all equal) count as zero. The first alternative stands alone if
/// the next one's Q is at least 1 / (m - 1) greater, with m alternatives, and if it is also first by S or by R. If only the
/// latter fails, the next one joins; else all do whose Q is less than that apart.
///
/// # Errors
/// [`McdaError::BadStrategy`] when `v` is no share; [`McdaError::Overflow`].
///
/// # Source
/// Opricovic and Tzeng (2004), European Journal of Operational Research 156(2), 445-455.
pub fn vikor(matrix: &Matrix, v: f64) -> Result<Vikor, McdaError> {
    if !(0.0..=1.0).contains(&v) {
        return Err(McdaError::BadStrategy);
    }
    // The share missing to the best value is 1 - min-max; in a column of equal values nothing is missing.
    let columns: Vec<(f64, f64)> = (0..matrix.criteria()).map(|index| ends(&matrix.column(index))).collect();
    let scaled = matrix.normalised(Normalisation::MinMax)?;
    let missing = |row: &Vec<f64>| -> Vec<f64> {
        let shares = row.iter().zip(&columns);
        shares.map(|(share, (low, high))| if high > low { 1.0 - share } else { 0.0 }).collect()
    };
    let missing: Vec<Vec<f64>> = scaled.rows().iter().map(missing).collect();
    let group = finite(missing.iter().map(|row| dot(row, scaled.weights())).collect())?;
    let worst =
        |row: &Vec<f64>| row.iter().zip(scaled.weights()).map(|(share, weight)| share * weight).fold(0.0, f64::max);
    let regret: Vec<f64> = missing.iter().map(worst).collect();
    let (group_shares, regret_shares) = (shares(&group), shares(&regret));
    let mixed = group_shares.iter().zip(&regret_shares).map(|(group, regret)| v * group + (1.0 - v) * regret);
    let compromise = finite(mixed.collect())?;
    let ranks = ranks(&compromise, Direction::Ascending);
    let compromise_set = compromise_set(&compromise, &group, &regret);
    Ok(Vikor { group, regret, compromise, ranks, compromise_set })
}

/// (x - min) / (max - min), zero where all are equal.
fn shares(values: &[f64]) -> Vec<f64> {
    let (low, high) = ends(values);
    values.iter().map(|value| if high > low { (value - low) / (high - low) } else { 0.0 }).collect()
}

fn compromise_set(compromise: &[f64], group: &[f64], regret: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..compromise.len()).collect();
    order.sort_by(|a, b| compromise[*a].total_cmp(&compromise[*b]));
    let (first, Some(second)) = (order[0], order.get(1)) else { return order };
    let apart = 1.0 / (compromise.len() - 1) as f64;
    if compromise[*second] - compromise[first] >= apart {
        let is_best = |values: &[f64]| ends(values).0 >= values[first];
        order.truncate(if is_best(group) || is_best(regret) { 1 } else { 2 });
    } else {
        order.retain(|index| compromise[*index] - compromise[first] < apart);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcda::Sense;

    fn vikor_of(rows: &[[f64; 2]]) -> Vikor {
        let rows = rows.iter().map(|row| row.to_vec()).collect();
        vikor(&Matrix::new(rows, vec![Sense::Max; 2], &[0.5, 0.5]).unwrap(), 0.5).unwrap()
    }

    #[test]
    fn the_mountain_has_one_compromise() {
        let rows = vec![vec![1.0, 3000.0], vec![2.0, 3750.0], vec![5.0, 4500.0]];
        let mountain = Matrix::new(rows, vec![Sense::Min, Sense::Max], &[0.5, 0.5]).unwrap();
        let found = vikor(&mountain, 0.5).unwrap();
        assert_eq!((found.group, found.regret), (vec![0.5, 0.375, 0.5], vec![0.5, 0.25, 0.5]));
        assert_eq!((found.compromise, found.ranks), (vec![1.0, 0.0, 1.0], vec![2, 1, 2]));
        assert_eq!(found.compromise_set, [1]);
        assert_eq!(vikor(&mountain, 1.5), Err(McdaError::BadStrategy));
        assert_eq!(vikor(&mountain, f64::NAN), Err(McdaError::BadStrategy));
    }

    #[test]
    fn alternatives_without_an_advantage_share_the_compromise() {
        let close = vikor_of(&[[1.0, 0.0], [0.55, 0.65], [0.6, 0.6], [0.0, 1.0]]);
        assert_eq!(close.compromise_set, [2, 1]);
        assert_eq!(vikor_of(&[[1.0, 1.0], [1.0, 1.0]]).compromise_set, [0, 1]);
        assert_eq!(vikor_of(&[[1.0, 1.0]]).compromise_set, [0]);
    }

    #[test]
    fn a_first_place_that_only_the_mix_gives_is_shared() {
        let compromise = [0.2, 0.5, 0.5, 1.0, 1.0];
        let (group, regret) = ([0.2, 0.0, 1.0, 1.0, 1.0], [0.2, 1.0, 0.0, 1.0, 1.0]);
        assert_eq!(compromise_set(&compromise, &group, &regret), [0, 1]);
    }
}
