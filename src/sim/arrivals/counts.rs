//! Drawing whole numbers from 1 on.

use rand_distr::{Distribution, Exp1};

use super::super::model::{CountLaw, Quantiles};
use super::super::stream::Stream;
use super::unit;

/// A count law ready to draw from.
#[derive(Debug, Clone)]
pub(super) enum CountSampler {
    Fixed(u32),
    /// A geometric number is an exponential one rounded down, plus one.
    Geometric {
        scale: f64,
    },
    Quantiles(Quantiles),
}

/// No draw is larger, so that no single request can fill the memory.
const LARGEST_DRAW: f64 = 1e7;

impl CountSampler {
    pub(super) fn new(law: &CountLaw) -> Self {
        match law {
            CountLaw::Fixed(count) => Self::Fixed(*count),
            // 1 - 1/mean is the chance of another one; with a mean of 1 the scale is zero.
            CountLaw::Geometric { mean } => Self::Geometric { scale: -1.0 / libm::log1p(-1.0 / mean) },
            CountLaw::Quantiles(table) => Self::Quantiles(table.clone()),
        }
    }

    pub(super) fn draw(&self, stream: &mut Stream) -> u32 {
        match self {
            Self::Fixed(count) => *count,
            Self::Geometric { scale } => {
                let exponential: f64 = Exp1.sample(stream);
                (1.0 + (exponential * scale).floor()).clamp(1.0, LARGEST_DRAW) as u32
            }
            Self::Quantiles(table) => table.value(unit(stream)).round().max(1.0) as u32,
        }
    }
}
