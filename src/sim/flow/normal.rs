//! The standard normal law.

use std::f64::consts::SQRT_2;

use statrs::function::erf::erfc_inv;

/// P(Z < z).
pub(super) fn below(z: f64) -> f64 {
    libm::erfc(-z / SQRT_2) / 2.0
}

/// P(Z > z).
pub(super) fn above(z: f64) -> f64 {
    libm::erfc(z / SQRT_2) / 2.0
}

/// The z with P(Z > z) = `share`.
pub(super) fn with_above(share: f64) -> f64 {
    SQRT_2 * erfc_inv(2.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_the_distribution_function() {
        for z in [-6.0, -1.0, 0.25, 3.0, 7.0] {
            let share = above(z);
            assert!((with_above(share) - z).abs() < 1e-6 * (1.0 + z.abs()), "{z}: {}", with_above(share));
            assert!((share + below(z) - 1.0).abs() < 1e-15);
        }
    }
}
