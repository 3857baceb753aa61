//! Replications until an interval is narrow enough.
//!
//! The rule is the sequential one of Law, *Simulation Modeling and Analysis*, 5th edition, section 9.4.1: go on until the
//! half-width of the interval is within a wanted share of the estimate. Looking after every replication would stop too
//! often at a half-width that is small by chance, and the interval would hold the true value less often than it says. So
//! there are few looks: each round is as long as the half-widths so far suggest (they shrink with the square root of the
//! number of replications), and at most doubles what is there. How many replications a round adds depends on the results
//! alone, hence on the seed and not on threads or time.

use serde::Serialize;

use super::figures::Figure;
use super::result::Estimate;

/// The most replications that are made to reach a precision.
pub(super) const MOST: u32 = 4_096;
/// The fewest from which an interval is trusted.
const FEWEST: u32 = 5;

/// A wanted precision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// Of which figure.
    pub figure: Figure,
    /// The half-width of its 95 % interval as a share of its value, at most.
    pub share: f64,
}

/// What came of a wanted precision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PrecisionReached {
    /// The figure.
    pub figure: Figure,
    /// The half-width wanted, as a share of the value.
    pub wanted_share: f64,
    /// The half-width at the end, as a share of the value; `null` where there is none, such as the latency of no record.
    pub share: Option<f64>,
    /// Whether it is as narrow as wanted.
    pub reached: bool,
    /// The most replications that could have been made.
    pub most_replications: u32,
}

impl Precision {
    /// Replications of the first round, if `asked` are asked for and `most` may be made.
    pub(super) fn first_round(asked: u32, most: u32) -> u32 {
        asked.max(FEWEST).min(most)
    }

    /// How many replications there should be after the next round; `None` when there are enough, or no more may be made,
    /// or more would not help.
    pub(super) fn next_round(&self, estimate: Estimate, made: u32, most: u32) -> Option<u32> {
        let share = share(estimate)?;
        if share <= self.share || made >= most {
            return None;
        }
        let ratio = share / self.share;
        let suggested = libm::ceil(f64::from(made) * ratio * ratio).min(f64::from(u32::MAX)) as u32;
        let at_least = made.saturating_add(made / 4 + 1);
        Some(suggested.clamp(at_least, made.saturating_mul(2).max(at_least)).min(most))
    }

    /// What was reached.
    pub(super) fn reached(&self, estimate: Estimate, most: u32) -> PrecisionReached {
        let share = share(estimate);
        PrecisionReached {
            figure: self.figure,
            wanted_share: self.share,
            share,
            reached: share.is_some_and(|share| share <= self.share),
            most_replications: most,
        }
    }
}

/// The half-width as a share of the value; `None` where either is missing or makes no share.
fn share(estimate: Estimate) -> Option<f64> {
    let half_width = estimate.half_width?;
    if half_width == 0.0 {
        return Some(0.0);
    }
    let share = half_width / estimate.value.abs();
    share.is_finite().then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_PERCENT: Precision = Precision { figure: Figure::Mean, share: 0.01 };

    fn estimate(value: f64, half_width: f64) -> Estimate {
        Estimate { value, half_width: Some(half_width) }
    }

    #[test]
    fn rounds_grow_as_the_half_width_suggests_and_at_most_double() {
        assert_eq!(ONE_PERCENT.next_round(estimate(100.0, 1.0), 10, 1000), None);
        assert_eq!(ONE_PERCENT.next_round(estimate(100.0, 1.2), 10, 1000), Some(15));
        assert_eq!(ONE_PERCENT.next_round(estimate(100.0, 1.01), 10, 1000), Some(13));
        assert_eq!(ONE_PERCENT.next_round(estimate(-100.0, 50.0), 10, 1000), Some(20));
        assert_eq!(ONE_PERCENT.next_round(estimate(100.0, 50.0), 10, 12), Some(12));
        assert_eq!(ONE_PERCENT.next_round(estimate(100.0, 50.0), 12, 12), None);
    }

    #[test]
    fn what_no_replication_has_is_not_waited_for() {
        assert_eq!(ONE_PERCENT.next_round(Estimate { value: f64::NAN, half_width: None }, 10, 1000), None);
        assert_eq!(ONE_PERCENT.next_round(estimate(0.0, 1.0), 10, 1000), None);
        let nothing = ONE_PERCENT.reached(Estimate { value: f64::NAN, half_width: None }, 1000);
        assert_eq!((nothing.share, nothing.reached), (None, false));
        assert!(ONE_PERCENT.reached(estimate(0.0, 0.0), 1000).reached);
    }
}
