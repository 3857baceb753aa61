//! What paths of the integration graph cost.

use std::ops::Add;

use crate::catalog::Edge;
use crate::units::SimDuration;

const EDGE: u32 = 10;
const CODE: u32 = 20;
const PRECONDITION: u32 = 15;
const ONE_BY_ONE: u32 = 15;
/// An edge whose usual delay is unknown counts as slower than those whose delay is known.
const UNKNOWN_DELAY: SimDuration = SimDuration::from_secs(3_600);

/// What an edge or a path costs its owner: effort first, and of equal efforts the usual delay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    pub(super) effort: u32,
    delay_ns: u64,
}

impl Cost {
    pub(super) fn of(edge: &Edge) -> Self {
        let code = if edge.needs_code { CODE } else { 0 };
        let condition = if edge.precondition.is_some() { PRECONDITION } else { 0 };
        let single = if edge.one_by_one { ONE_BY_ONE } else { 0 };
        let delay_ns = edge.adds_latency.unwrap_or(UNKNOWN_DELAY).as_nanos();
        Self { effort: EDGE + code + condition + single, delay_ns }
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            effort: self.effort.saturating_add(other.effort),
            delay_ns: self.delay_ns.saturating_add(other.delay_ns),
        }
    }
}
