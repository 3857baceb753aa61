//! Ranks, and how far two orders agree.

/// Which scores are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The greatest score is first.
    Descending,
    /// The least score is first.
    Ascending,
}

/// Scores that differ by less than this, relative to the largest of them, are equal: they differ by rounding only.
const TIE: f64 = 1e-12;

/// The rank of each score, from 1; equal scores share the best rank of theirs (1, 1, 3).
///
/// Scores that differ by less than a part in 10¹² of the largest count as equal, because sums of the same numbers in
/// another order differ by about that.
#[must_use]
pub fn ranks(scores: &[f64], direction: Direction) -> Vec<usize> {
    let largest = scores.iter().fold(0.0, |largest: f64, score| largest.max(score.abs()));
    let tie = TIE * largest;
    let beats = |a: f64, b: f64| match direction {
        Direction::Descending => a > b + tie,
        Direction::Ascending => a < b - tie,
    };
    scores.iter().map(|score| 1 + scores.iter().filter(|other| beats(**other, *score)).count()).collect()
}

/// Kendall's τ-b between two rankings of the same alternatives: 1 for the same order, -1 for the reverse.
///
/// `None` with fewer than two alternatives, with rankings of different lengths, or when one of them ties everything.
///
/// # Source
/// Kendall, *The treatment of ties in ranking problems*, Biometrika 33 (1945): (C - D) / √((n₀ - n₁)(n₀ - n₂)) with
/// n₀ = n(n-1)/2 pairs, of which n₁ are tied in the one ranking and n₂ in the other.
#[must_use]
pub fn kendall_tau_b(a: &[usize], b: &[usize]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let (mut balance, mut apart_in_a, mut apart_in_b) = (0_i64, 0_i64, 0_i64);
    for first in 0..a.len() {
        for second in first + 1..a.len() {
            let in_a = a[first].cmp(&a[second]) as i64;
            let in_b = b[first].cmp(&b[second]) as i64;
            balance += in_a * in_b;
            apart_in_a += in_a.abs();
            apart_in_b += in_b.abs();
        }
    }
    let divisor = (apart_in_a as f64 * apart_in_b as f64).sqrt();
    (divisor > 0.0).then(|| balance as f64 / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_share_the_best_rank() {
        assert_eq!(ranks(&[21.5, 22.0, 22.0], Direction::Descending), [3, 1, 1]);
        assert_eq!(ranks(&[0.1 + 0.2, 0.3, 0.2], Direction::Ascending), [2, 2, 1]);
        assert_eq!(ranks(&[0.0, 0.0], Direction::Descending), [1, 1]);
        assert!(ranks(&[], Direction::Ascending).is_empty());
    }

    #[test]
    fn tau_b_counts_pairs_and_leaves_ties_out() {
        assert_eq!(kendall_tau_b(&[1, 2, 3, 4], &[1, 2, 3, 4]), Some(1.0));
        assert_eq!(kendall_tau_b(&[1, 2, 3, 4], &[4, 3, 2, 1]), Some(-1.0));
        assert_eq!(kendall_tau_b(&[1, 2, 3], &[1, 3, 2]), Some(1.0 / 3.0));
        // C = 2, D = 6, two ties in the one and one in the other, of 10 pairs: -4 / sqrt(8 * 9), the example of SciPy.
        let tied = kendall_tau_b(&[12, 2, 1, 12, 2], &[1, 4, 7, 1, 0]).unwrap();
        assert!((tied + 0.471_404_520_791_031_7).abs() < 1e-15, "{tied}");
        assert_eq!(kendall_tau_b(&[1, 1], &[1, 2]), None);
        assert_eq!(kendall_tau_b(&[1], &[1]), None);
        assert_eq!(kendall_tau_b(&[1, 2], &[1, 2, 3]), None);
    }
}
