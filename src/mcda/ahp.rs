//! The analytic hierarchy process: priorities from judgements of pairs.

use super::{McdaError, dot, finite, same_length, to_shares};

/// Mean consistency index of random judgements for 1 to 15 things.
///
/// # Source
/// Saaty, *The Analytic Hierarchy Process* (1980), table 1-1.
const RANDOM_INDEX: [f64; 15] =
    [0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59];

/// How far a judgement may be from the reciprocal of its counterpart.
const RECIPROCAL: f64 = 1e-6;

/// Rounds after which the power iteration ends, converged or not; 10 to 30 are usual.
const MOST_ROUNDS: usize = 10_000;

/// Saaty's random index of judgements about `size` things; `None` above 15.
#[must_use]
pub fn random_index(size: usize) -> Option<f64> {
    RANDOM_INDEX.get(size.checked_sub(1)?).copied()
}

/// Reads a judgement such as `3`, `0.5` or `1/3`.
///
/// # Errors
/// [`McdaError::BadJudgement`] unless it is a finite number above zero.
pub fn parse_judgement(text: &str) -> Result<f64, McdaError> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let value = match text.split_once('/') {
        Some((above, below)) => number(above).zip(number(below)).map(|(above, below)| above / below),
        None => number(text),
    };
    let usable = value.filter(|value| value.is_finite() && *value > 0.0);
    usable.ok_or_else(|| McdaError::BadJudgement { text: text.to_owned() })
}

/// Judgements of pairs: how many times as important the thing of the row is as the thing of the column.
///
/// Entries are above zero, the counterpart of each is its reciprocal, and the diagonal is 1.
#[derive(Debug, Clone, PartialEq)]
pub struct PairwiseMatrix {
    rows: Vec<Vec<f64>>,
}

/// Priorities and how consistent the judgements behind them are.
#[derive(Debug, Clone, PartialEq)]
pub struct Priorities {
    /// The principal eigenvector, as shares of 1.
    pub weights: Vec<f64>,
    /// λmax, the principal eigenvalue: the number of things if judgements are consistent, else more.
    pub lambda_max: f64,
    /// CI = (λmax - n) / (n - 1).
    pub consistency_index: f64,
    /// CR = CI / RI with Saaty's table; above 0.10 the judgements should be made again. `None` above 15 things.
    pub consistency_ratio: Option<f64>,
}

impl PairwiseMatrix {
    /// From the entries above the diagonal, row by row.
    ///
    /// # Errors
    /// [`McdaError::NoTriangle`] when their number is none of 1, 3, 6, 10, ...; [`McdaError::BadJudgement`].
    pub fn from_upper(judgements: &[f64]) -> Result<Self, McdaError> {
        let found = judgements.len();
        let size = (2..=found + 1).find(|size| size * (size - 1) / 2 >= found).unwrap_or(0);
        if found == 0 || size * (size - 1) / 2 != found {
            return Err(McdaError::NoTriangle { found });
        }
        let mut rows = vec![vec![1.0; size]; size];
        let pairs = (0..size).flat_map(|row| (row + 1..size).map(move |column| (row, column)));
        for ((row, column), judgement) in pairs.zip(judgements) {
            rows[row][column] = *judgement;
            rows[column][row] = 1.0 / judgement;
        }
        Self::from_full(rows)
    }

    /// From all entries.
    ///
    /// # Errors
    /// [`McdaError`] when it is empty or not square, when an entry is not above zero or not the reciprocal of its
    /// counterpart.
    pub fn from_full(rows: Vec<Vec<f64>>) -> Result<Self, McdaError> {
        if rows.is_empty() {
            return Err(McdaError::NoAlternatives);
        }
        for (index, row) in rows.iter().enumerate() {
            same_length(format!("row {}", index + 1), rows.len(), row.len())?;
            if let Some(entry) = row.iter().find(|entry| !(entry.is_finite() && **entry > 0.0)) {
                return Err(McdaError::BadJudgement { text: entry.to_string() });
            }
        }
        for (row, entries) in rows.iter().enumerate() {
            let is_wrong = |(column, entry): (usize, &f64)| (entry * rows[column][row] - 1.0).abs() > RECIPROCAL;
            if let Some(column) = entries.iter().enumerate().position(is_wrong) {
                return Err(McdaError::NotReciprocal { row: row + 1, column: column + 1 });
            }
        }
        Ok(Self { rows })
    }

    /// Number of things that were compared.
    #[must_use]
    pub fn size(&self) -> usize {
        self.rows.len()
    }

    /// The same judgements with one more thing at the end, judged as the thing at `index` is; `None` if there is none.
    #[must_use]
    pub fn with_copy(&self, index: usize) -> Option<Self> {
        let mut rows = self.rows.clone();
        for row in &mut rows {
            let entry = *row.get(index)?;
            row.push(entry);
        }
        rows.push(rows.get(index)?.clone());
        Some(Self { rows })
    }

    /// Priorities by the principal eigenvector, found by power iteration.
    ///
    /// # Errors
    /// [`McdaError::Overflow`] when judgements are too far apart.
    ///
    /// # Source
    /// Saaty (1977), Journal of Mathematical Psychology 15(3), 234-281. A matrix of entries above zero has one greatest
    /// eigenvalue, and the iteration goes to its vector (Perron).
    pub fn priorities(&self) -> Result<Priorities, McdaError> {
        let size = self.size() as f64;
        let mut weights = vec![1.0 / size; self.size()];
        for _ in 0..MOST_ROUNDS {
            let next = to_shares(&self.times(&weights))?;
            let moved = next.iter().zip(&weights).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            weights = next;
            if moved < 1e-15 {
                break;
            }
        }
        let stretched = self.times(&weights);
        let lambda_max = stretched.iter().zip(&weights).map(|(after, before)| after / before).sum::<f64>() / size;
        finite(vec![lambda_max])?;
        let consistency_index = if self.size() > 1 { (lambda_max - size) / (size - 1.0) } else { 0.0 };
        // Two judgements, a and 1/a, cannot contradict each other: the table's 0 stands for that.
        let ratio = |index: f64| if index > 0.0 { consistency_index / index } else { 0.0 };
        let consistency_ratio = random_index(self.size()).map(ratio);
        Ok(Priorities { weights, lambda_max, consistency_index, consistency_ratio })
    }

    /// What each pair adds to λmax - n, the pairs above the diagonal row by row as (row, column, part): 0 where the
    /// judgement says what the weights say.
    ///
    /// The error e of a judgement is the judgement over the quotient of the two weights. Each row of the eigenvector's
    /// equation says that λmax is the sum of the row's errors; over all rows, λmax - n = Σ (e + 1/e - 2) / n over the pairs.
    #[must_use]
    pub fn inconsistencies(&self, weights: &[f64]) -> Vec<(usize, usize, f64)> {
        let size = self.size();
        let pairs = (0..size).flat_map(|row| (row + 1..size).map(move |column| (row, column)));
        let part = |(row, column): (usize, usize)| {
            let (above, below) = (weights.get(row)?, weights.get(column)?);
            let error = self.rows[row][column] * below / above;
            Some((row, column, (error + 1.0 / error - 2.0) / size as f64))
        };
        pairs.filter_map(part).collect()
    }

    /// Priorities by the geometric mean of each row.
    ///
    /// # Errors
    /// [`McdaError::Overflow`] when judgements are too far apart.
    ///
    /// # Source
    /// Crawford and Williams (1985), Journal of Mathematical Psychology 29(4), 387-405.
    pub fn geometric_mean_weights(&self) -> Result<Vec<f64>, McdaError> {
        let size = self.size() as f64;
        let mean = |row: &Vec<f64>| libm::exp(row.iter().map(|entry| libm::log(*entry)).sum::<f64>() / size);
        to_shares(&self.rows.iter().map(mean).collect::<Vec<f64>>())
    }

    fn times(&self, vector: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| dot(row, vector)).collect()
    }
}

/// Global priorities in distributive mode: Σ over criteria of the criterion's weight times the local priorities, which add
/// up to 1 under each criterion. That is why a copy of an alternative can reverse ranks: it takes a share of what the
/// original had, and only where the original was strong.
///
/// # Errors
/// [`McdaError`] when there is nothing to add up or lengths differ.
///
/// # Source
/// Saaty, *The Analytic Hierarchy Process* (1980); Belton and Gear (1983), Omega 11(3), 228-230, for the reversal.
pub fn global_priorities(criteria_weights: &[f64], local: &[Vec<f64>]) -> Result<Vec<f64>, McdaError> {
    let Some(first) = local.first() else { return Err(McdaError::NoCriteria) };
    same_length("criteria", criteria_weights.len(), local.len())?;
    let mut global = vec![0.0; first.len()];
    for (index, (weight, priorities)) in criteria_weights.iter().zip(local).enumerate() {
        same_length(format!("priorities under criterion {}", index + 1), first.len(), priorities.len())?;
        for (sum, priority) in global.iter_mut().zip(priorities) {
            *sum += weight * priority;
        }
    }
    if global.is_empty() { Err(McdaError::NoAlternatives) } else { finite(global) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(rows: &[[&str; 3]]) -> PairwiseMatrix {
        let row = |row: &[&str; 3]| row.iter().map(|text| parse_judgement(text).unwrap()).collect();
        PairwiseMatrix::from_full(rows.iter().map(row).collect()).unwrap()
    }

    #[test]
    fn what_pairs_add_makes_up_the_inconsistency() {
        let matrix = full(&[["1", "5", "1/5"], ["1/5", "1", "5"], ["5", "1/5", "1"]]);
        let matrices = [matrix, full(&[["1", "2", "3"], ["1/2", "1", "4"], ["1/3", "1/4", "1"]])];
        for matrix in matrices {
            let found = matrix.priorities().unwrap();
            let parts = matrix.inconsistencies(&found.weights);
            let sum: f64 = parts.iter().map(|(_, _, part)| part).sum();
            assert_eq!(parts.len(), 3);
            assert!((sum - (found.lambda_max - 3.0)).abs() < 1e-9, "{sum} {found:?}");
        }
    }

    fn near(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance)
    }

    #[test]
    fn judgements_are_numbers_or_fractions_above_zero() {
        assert_eq!(parse_judgement("3"), Ok(3.0));
        assert_eq!(parse_judgement(" 1 / 4 "), Ok(0.25));
        for text in ["", "0", "-1", "1/0", "0/1", "inf", "nan", "a", "1/2/3"] {
            assert_eq!(parse_judgement(text), Err(McdaError::BadJudgement { text: text.to_owned() }));
        }
    }

    #[test]
    fn matrices_that_contradict_themselves_are_refused() {
        let from_full = |rows: &[&[f64]]| PairwiseMatrix::from_full(rows.iter().map(|row| row.to_vec()).collect());
        assert_eq!(from_full(&[]), Err(McdaError::NoAlternatives));
        assert!(matches!(from_full(&[&[1.0, 2.0]]), Err(McdaError::Length { .. })));
        assert!(matches!(from_full(&[&[1.0, 0.0], &[1.0, 1.0]]), Err(McdaError::BadJudgement { .. })));
        assert_eq!(from_full(&[&[1.0, 2.0], &[2.0, 1.0]]), Err(McdaError::NotReciprocal { row: 1, column: 2 }));
        assert_eq!(from_full(&[&[2.0]]), Err(McdaError::NotReciprocal { row: 1, column: 1 }));
        for found in [0, 2, 4, 5] {
            assert_eq!(PairwiseMatrix::from_upper(&vec![1.0; found]), Err(McdaError::NoTriangle { found }));
        }
        assert!(PairwiseMatrix::from_upper(&[f64::INFINITY]).is_err());
    }

    #[test]
    fn a_leader_is_chosen_as_published() {
        let matrix = PairwiseMatrix::from_upper(&[4.0, 3.0, 7.0, 1.0 / 3.0, 3.0, 5.0]).unwrap();
        let found = matrix.priorities().unwrap();
        assert!(near(&found.weights, &[0.547_569, 0.126_555, 0.269_950, 0.055_926], 1e-6));
        assert!(near(&[found.lambda_max, found.consistency_index], &[4.118_418, 0.039_473], 1e-6));
        assert!(near(&[found.consistency_ratio.unwrap()], &[0.039_473 / 0.9], 1e-6));
    }

    #[test]
    fn a_copy_of_the_best_reverses_ranks() {
        let judged = [
            full(&[["1", "1/9", "1"], ["9", "1", "9"], ["1", "1/9", "1"]]),
            full(&[["1", "9", "9"], ["1/9", "1", "1"], ["1/9", "1", "1"]]),
            full(&[["1", "8/9", "8"], ["9/8", "1", "9"], ["1/8", "1/9", "1"]]),
        ];
        let global = |matrices: &[PairwiseMatrix]| {
            let local: Vec<Vec<f64>> = matrices.iter().map(|matrix| matrix.priorities().unwrap().weights).collect();
            global_priorities(&[1.0 / 3.0; 3], &local).unwrap()
        };
        assert!(near(&global(&judged), &[0.451_178, 0.469_697, 0.079_125], 1e-6), "B is first");
        let copied: Vec<PairwiseMatrix> = judged.iter().map(|matrix| matrix.with_copy(1).unwrap()).collect();
        assert!(near(&global(&copied), &[0.365_432, 0.288_889, 0.056_790, 0.288_889], 1e-6), "A is first");
        assert_eq!(judged[0].with_copy(3), None);
    }

    #[test]
    fn the_smallest_and_largest_matrices_have_their_ratio() {
        let one = PairwiseMatrix::from_full(vec![vec![1.0]]).unwrap().priorities().unwrap();
        assert_eq!((one.weights, one.lambda_max, one.consistency_ratio), (vec![1.0], 1.0, Some(0.0)));
        let two = PairwiseMatrix::from_upper(&[3.0]).unwrap().priorities().unwrap();
        assert_eq!((two.weights, two.consistency_ratio), (vec![0.75, 0.25], Some(0.0)));
        let many = PairwiseMatrix::from_full(vec![vec![1.0; 16]; 16]).unwrap().priorities().unwrap();
        assert_eq!(many.consistency_ratio, None);
        assert_eq!((random_index(0), random_index(6), random_index(16)), (None, Some(1.24), None));
    }

    #[test]
    fn local_priorities_must_fit_together() {
        assert_eq!(global_priorities(&[], &[]), Err(McdaError::NoCriteria));
        assert_eq!(global_priorities(&[1.0], &[vec![]]), Err(McdaError::NoAlternatives));
        assert!(matches!(global_priorities(&[1.0], &[vec![1.0], vec![1.0]]), Err(McdaError::Length { .. })));
        assert!(matches!(global_priorities(&[0.5; 2], &[vec![1.0], vec![]]), Err(McdaError::Length { .. })));
    }
}
