//! How large records are.

use std::sync::Arc;

use crate::units::Bytes;

/// How record sizes vary: whole bytes, at least one, at most 1 TiB, independent of each other.
#[derive(Debug, Clone, PartialEq)]
pub enum SizeLaw {
    /// Always the same.
    Constant(Bytes),
    /// Lognormal.
    Lognormal {
        /// Mean in bytes.
        mean: f64,
        /// Standard deviation of the natural logarithm, up to 10.
        sigma: f64,
    },
    /// Gamma; shape 1 is the exponential law.
    Gamma {
        /// Shape, a pure number.
        shape: f64,
        /// Scale in bytes; the mean is shape times scale.
        scale: f64,
    },
    /// Every whole number of bytes between two sizes, both included.
    Uniform {
        /// Smallest.
        low: Bytes,
        /// Largest.
        high: Bytes,
    },
    /// One of these sizes in bytes, each as likely as the others.
    Empirical(Arc<[u32]>),
    /// One of these sizes in bytes, each with a weight.
    Table(Arc<[(u32, f64)]>),
    /// Generalized Pareto above a location; shape 0 is the exponential law, higher shapes have heavier tails.
    GeneralizedPareto {
        /// The smallest size in bytes.
        location: f64,
        /// Scale in bytes, above zero.
        scale: f64,
        /// Shape, from 0 to 5.
        shape: f64,
        /// Larger draws are cut to this, which keeps all moments finite.
        largest: Bytes,
    },
    /// A lognormal body; every draw above `tail_from` is drawn anew from a Pareto law (type I) that begins there.
    LognormalPareto {
        /// Median of the body in bytes.
        median: f64,
        /// Standard deviation of the natural logarithm of the body, above 0 and up to 10.
        sigma: f64,
        /// Where the tail begins, in bytes.
        tail_from: f64,
        /// The tail index alpha: the chance of a size above x falls as x to the power of -alpha.
        tail_index: f64,
        /// Larger draws are cut to this, which keeps all moments finite.
        largest: Bytes,
    },
    /// Nothing at all with some probability, lognormal otherwise. A record without content counts as one byte.
    ZeroInflatedLognormal {
        /// The share of records without content, below 1.
        zero_share: f64,
        /// Mean of the others in bytes.
        mean: f64,
        /// Standard deviation of the natural logarithm of the others, up to 10.
        sigma: f64,
    },
}

impl SizeLaw {
    /// The mean in bytes, before rounding to whole bytes; NaN for an empirical law without sizes.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(size) => size.get() as f64,
            Self::Lognormal { mean, .. } => *mean,
            Self::Gamma { shape, scale } => shape * scale,
            Self::Uniform { low, high } => f64::midpoint(low.get() as f64, high.get() as f64),
            Self::Empirical(sizes) => sizes.iter().map(|size| f64::from(*size)).sum::<f64>() / sizes.len() as f64,
            Self::Table(table) => weighted(table, |size| size),
            Self::GeneralizedPareto { .. } | Self::LognormalPareto { .. } => self.moment(1.0),
            Self::ZeroInflatedLognormal { zero_share, mean, .. } => zero_share + (1.0 - zero_share) * mean,
        }
    }

    /// The variance in square bytes, before rounding to whole bytes; NaN for an empirical law without sizes.
    #[must_use]
    pub fn variance(&self) -> f64 {
        match self {
            Self::Constant(_) => 0.0,
            Self::Lognormal { mean, sigma } => mean * mean * libm::expm1(sigma * sigma),
            Self::Gamma { shape, scale } => shape * scale * scale,
            Self::Uniform { low, high } => {
                let count = (high.get() as f64 - low.get() as f64) + 1.0;
                (count * count - 1.0) / 12.0
            }
            Self::Empirical(sizes) => {
                let mean = self.mean();
                sizes.iter().map(|size| (f64::from(*size) - mean).powi(2)).sum::<f64>() / sizes.len() as f64
            }
            Self::Table(table) => {
                let mean = self.mean();
                weighted(table, |size| (size - mean).powi(2))
            }
            Self::GeneralizedPareto { .. } | Self::LognormalPareto { .. } => {
                (self.moment(2.0) - self.mean().powi(2)).max(0.0)
            }
            Self::ZeroInflatedLognormal { zero_share, mean, sigma } => {
                let square = mean * mean * libm::exp(sigma * sigma);
                (zero_share + (1.0 - zero_share) * square - self.mean().powi(2)).max(0.0)
            }
        }
    }

    /// The first or second moment of a law that is cut at its largest size.
    fn moment(&self, order: f64) -> f64 {
        match *self {
            Self::GeneralizedPareto { location, scale, shape, largest } => {
                let span = (largest.get() as f64 - location).max(0.0);
                let first = pareto_excess(scale, shape, span);
                if order < 1.5 {
                    return location + first;
                }
                // E(Y^2) of the excess is the integral of 2 y P(Y > y).
                let second = 2.0 * pareto_excess_of_excess(scale, shape, span);
                location * location + 2.0 * location * first + second
            }
            Self::LognormalPareto { median, sigma, tail_from, tail_index, largest } => {
                let mu = libm::log(median);
                let edge = (libm::log(tail_from) - mu) / sigma;
                let body = libm::exp(order * mu + order * order * sigma * sigma / 2.0) * normal(edge - order * sigma);
                body + normal(-edge) * pareto_moment(order, tail_from, tail_index, largest.get() as f64)
            }
            _ => f64::NAN,
        }
    }
}

/// The mean of a function of the sizes of a table.
fn weighted(table: &[(u32, f64)], of: impl Fn(f64) -> f64) -> f64 {
    let total: f64 = table.iter().map(|row| row.1).sum();
    table.iter().map(|row| row.1 * of(f64::from(row.0))).sum::<f64>() / total
}

/// The standard normal distribution function.
fn normal(x: f64) -> f64 {
    libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0
}

/// A shape closer to a pole of the formulas than this is moved off it.
const OFF_THE_POLE: f64 = 1e-7;

/// Below this shape the exponential law is nearer than rounding.
const ALMOST_EXPONENTIAL: f64 = 1e-4;

fn off(shape: f64, pole: f64) -> f64 {
    if (shape - pole).abs() < OFF_THE_POLE { pole + OFF_THE_POLE } else { shape }
}

/// The integral of P(Y > y) = (1 + shape y / scale)^(-1 / shape) from 0 to `span`.
fn pareto_excess(scale: f64, shape: f64, span: f64) -> f64 {
    if shape < ALMOST_EXPONENTIAL {
        return -scale * libm::expm1(-span / scale);
    }
    let shape = off(shape, 1.0);
    let power = 1.0 - 1.0 / shape;
    scale / (shape - 1.0) * (libm::pow(1.0 + shape * span / scale, power) - 1.0)
}

/// The integral of y P(Y > y) from 0 to `span`.
fn pareto_excess_of_excess(scale: f64, shape: f64, span: f64) -> f64 {
    if shape < ALMOST_EXPONENTIAL {
        let end = span / scale;
        return scale * scale * (-libm::expm1(-end) - end * libm::exp(-end));
    }
    let shape = off(off(shape, 1.0), 0.5);
    // With t = 1 + shape y / scale, y = (t - 1) scale / shape.
    let ratio = scale / shape;
    let end = 1.0 + span / ratio;
    let integral = |power: f64| (libm::pow(end, power + 1.0) - 1.0) / (power + 1.0);
    ratio * ratio * (integral(1.0 - 1.0 / shape) - integral(-1.0 / shape))
}

/// The moment of a Pareto law of type I from `from` on that is cut at `largest`.
fn pareto_moment(order: f64, from: f64, index: f64, largest: f64) -> f64 {
    if largest <= from {
        return libm::pow(largest, order);
    }
    let index = off(index, order);
    let lost = libm::pow(from / largest, index - order);
    // The density below the cut, then what is cut.
    let below = libm::pow(from, order) * index / (index - order) * (1.0 - lost);
    below + libm::pow(from, order) * lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_follow_the_textbook() {
        let exponential = SizeLaw::Gamma { shape: 1.0, scale: 100.0 };
        assert_eq!((exponential.mean(), exponential.variance()), (100.0, 10_000.0));
        let dice = SizeLaw::Uniform { low: Bytes::new(1), high: Bytes::new(6) };
        assert_eq!((dice.mean(), dice.variance()), (3.5, 35.0 / 12.0));
        let same = SizeLaw::Empirical(Arc::from([1, 2, 3, 4, 5, 6]));
        assert!((same.variance() - dice.variance()).abs() < 1e-12);
        assert_eq!(SizeLaw::Constant(Bytes::new(9)).mean(), 9.0);
    }

    #[test]
    fn moments_of_cut_tails_agree_with_sums_over_quantiles() {
        let largest = Bytes::new(20_000);
        let cut = |size: f64| size.min(20_000.0);
        // A million quantiles of each law, evenly spaced in probability.
        let check = |law: &SizeLaw, quantile: &dyn Fn(f64) -> f64| {
            let count = 1_000_000;
            let sizes = (0..count).map(|k| cut(quantile((f64::from(k) + 0.5) / f64::from(count))));
            let (mean, square) = sizes.fold((0.0, 0.0), |sum, size| (sum.0 + size, sum.1 + size * size));
            let (mean, square) = (mean / f64::from(count), square / f64::from(count));
            let variance = square - mean * mean;
            assert!((law.mean() / mean - 1.0).abs() < 1e-4, "{law:?}: {} against {mean}", law.mean());
            assert!((law.variance() / variance - 1.0).abs() < 5e-3, "{law:?}: {} against {variance}", law.variance());
        };
        for shape in [0.0, 0.348_238, 0.5, 1.0, 1.5] {
            let law = SizeLaw::GeneralizedPareto { location: 15.0, scale: 214.476, shape, largest };
            check(&law, &|p| {
                let e = -libm::log1p(-p);
                15.0 + 214.476 * if shape == 0.0 { e } else { libm::expm1(shape * e) / shape }
            });
        }
        // A body far below the edge leaves the tail alone to be checked, and the other way round.
        for index in [0.5, 1.0, 1.1, 2.0, 3.0] {
            let law = SizeLaw::LognormalPareto { median: 1e5, sigma: 0.01, tail_from: 1e4, tail_index: index, largest };
            check(&law, &|p| 1e4 * libm::pow(1.0 - p, -1.0 / index));
        }
        let body = SizeLaw::LognormalPareto { median: 100.0, sigma: 0.5, tail_from: 2e4, tail_index: 1.0, largest };
        let whole = SizeLaw::Lognormal { mean: 100.0 * libm::exp(0.125), sigma: 0.5 };
        assert!(
            (body.mean() / whole.mean() - 1.0).abs() < 1e-9 && (body.variance() / whole.variance() - 1.0).abs() < 1e-6
        );
    }

    #[test]
    fn tables_and_zeros_are_weighted() {
        let table = SizeLaw::Table(Arc::from([(10, 1.0), (20, 3.0)]));
        assert_eq!((table.mean(), table.variance()), (17.5, 18.75));
        let zeros = SizeLaw::ZeroInflatedLognormal { zero_share: 0.5, mean: 99.0, sigma: 0.0 };
        assert_eq!((zeros.mean(), zeros.variance()), (50.0, 49.0 * 49.0));
    }
}
