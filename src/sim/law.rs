//! Drawing from laws, a block of values at a time.
//!
//! A loop over one law keeps its generator in registers and lets the arithmetic behind the draw run on two values at
//! once; drawing record by record, law by law, costs half as much again.
//!
//! Normal, exponential and gamma variates come from `rand_distr`. Its ziggurat needs a logarithm or an exponential only at
//! the edges of its layers; the exponential behind a lognormal draw is our own, inlined and the same on every machine.

use std::sync::Arc;

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Exp1, Gamma, StandardNormal};

use super::exponential::{exp, within};
use super::model::{LatencyLaw, SizeLaw, cumulative};
use super::stream::Stream;
use crate::units::SimDuration;

/// No record is larger: 1 TiB.
pub(super) const LARGEST_SIZE: u64 = 1 << 40;

/// No single draw of a latency is longer: 2^51 ns, 26 days.
pub(super) const LONGEST_DELAY: u64 = 1 << 51;

/// 2^52: adding it to a number in 0..2^52 leaves the nearest whole number in the low 52 bits.
const TO_WHOLE: f64 = 4_503_599_627_370_496.0;

/// The nearest whole number of a value in 0..=2^51, without the checks of a cast.
#[inline]
fn whole(value: f64) -> u64 {
    (value + TO_WHOLE).to_bits() & (TO_WHOLE as u64 - 1)
}

/// A size law ready to draw from.
#[derive(Debug, Clone)]
pub(super) enum SizeSampler {
    Constant(u64),
    Lognormal {
        scale: f64,
        sigma: f64,
    },
    Gamma(Gamma<f64>),
    Uniform {
        low: u64,
        count: u64,
    },
    Empirical(Arc<[u32]>),
    /// Sizes and their cumulative weights.
    Table {
        sizes: Arc<[u32]>,
        chances: Arc<[f64]>,
    },
    GeneralizedPareto {
        location: f64,
        scale: f64,
        shape: f64,
        largest: f64,
    },
    LognormalPareto {
        body: Box<SizeSampler>,
        tail_from: f64,
        tail_index: f64,
        largest: f64,
    },
    ZeroInflated {
        zero_share: f64,
        scale: f64,
        sigma: f64,
    },
}

impl SizeSampler {
    /// `None` when a parameter is out of range.
    pub(super) fn new(law: &SizeLaw) -> Option<Self> {
        let sampler = match law {
            SizeLaw::Constant(size) => Self::Constant(size.get()),
            SizeLaw::Lognormal { mean, sigma } => {
                Self::Lognormal { scale: mean * exp(-sigma * sigma / 2.0), sigma: spread(*sigma)? }
            }
            SizeLaw::Gamma { shape, scale } => Self::Gamma(Gamma::new(*shape, *scale).ok()?),
            SizeLaw::Uniform { low, high } => {
                Self::Uniform { low: low.get(), count: high.get().checked_sub(low.get())?.checked_add(1)? }
            }
            SizeLaw::Empirical(sizes) => Self::Empirical(Arc::clone(sizes)),
            SizeLaw::Table(rows) => Self::table(rows)?,
            SizeLaw::GeneralizedPareto { location, scale, shape, largest } => {
                let in_range = *location >= 0.0 && *scale > 0.0 && (0.0..=5.0).contains(shape);
                in_range.then(|| Self::GeneralizedPareto {
                    location: *location,
                    scale: *scale,
                    shape: *shape,
                    largest: largest.get() as f64,
                })?
            }
            SizeLaw::LognormalPareto { median, sigma, tail_from, tail_index, largest } => {
                let in_range = *median > 0.0 && *sigma > 0.0 && *tail_from >= 1.0 && (0.1..=100.0).contains(tail_index);
                let body = in_range.then(|| spread(*sigma)).flatten();
                Self::LognormalPareto {
                    body: Box::new(Self::Lognormal { scale: *median, sigma: body? }),
                    tail_from: *tail_from,
                    tail_index: *tail_index,
                    largest: largest.get() as f64,
                }
            }
            SizeLaw::ZeroInflatedLognormal { zero_share, mean, sigma } => {
                let scale = mean * exp(-sigma * sigma / 2.0);
                let in_range = (0.0..1.0).contains(zero_share) && *mean > 0.0;
                in_range.then(|| spread(*sigma)).flatten().map(|sigma| Self::ZeroInflated {
                    zero_share: *zero_share,
                    scale,
                    sigma,
                })?
            }
        };
        let mean = law.mean();
        (mean > 0.0 && mean <= LARGEST_SIZE as f64).then_some(sampler)
    }

    fn table(rows: &[(u32, f64)]) -> Option<Self> {
        let valid = rows.iter().all(|row| row.1 >= 0.0 && row.1.is_finite());
        let total: f64 = rows.iter().map(|row| row.1).sum();
        (valid && total.is_finite() && total >= f64::MIN_POSITIVE).then(|| Self::Table {
            sizes: rows.iter().map(|row| row.0).collect(),
            chances: cumulative(rows.iter().map(|row| row.1)),
        })
    }

    /// Replaces `sizes` by `count` fresh draws.
    pub(super) fn fill(&self, stream: &mut Stream, sizes: &mut Vec<u64>, normals: &mut Vec<f64>, count: usize) {
        sizes.clear();
        match self {
            Self::Constant(size) => sizes.resize(count, (*size).clamp(1, LARGEST_SIZE)),
            Self::Lognormal { scale, sigma } => {
                fill_normals(stream, normals, count);
                sizes.resize(count, 0);
                // Written over slices, this loop takes two draws at a time.
                for (size, normal) in sizes.iter_mut().zip(&*normals) {
                    *size = to_size(scale * exp(sigma * normal));
                }
            }
            Self::Gamma(law) => sizes.extend((0..count).map(|_| to_size(law.sample(stream)))),
            Self::Uniform { low, count: values } => {
                sizes.extend((0..count).map(|_| (low + below(stream, *values)).clamp(1, LARGEST_SIZE)));
            }
            Self::Empirical(values) => {
                let pick = |stream: &mut Stream| values.get(below(stream, values.len() as u64) as usize);
                sizes.extend((0..count).map(|_| pick(stream).map_or(1, |size| u64::from(*size).max(1))));
            }
            Self::Table { sizes: values, chances } => {
                let pick = |stream: &mut Stream| {
                    let number = unit(stream);
                    values.get(chances.partition_point(|chance| *chance <= number).min(values.len() - 1))
                };
                sizes.extend((0..count).map(|_| pick(stream).map_or(1, |size| u64::from(*size).max(1))));
            }
            Self::GeneralizedPareto { location, scale, shape, largest } => {
                sizes.extend((0..count).map(|_| {
                    let exponential: f64 = Exp1.sample(stream);
                    // The limit of the quotient for shape 0 is the exponential itself.
                    let excess = if *shape > 0.0 { libm::expm1(shape * exponential) / shape } else { exponential };
                    to_size((location + scale * excess).min(*largest))
                }));
            }
            Self::LognormalPareto { body, tail_from, tail_index, largest } => {
                body.fill(stream, sizes, normals, count);
                for size in sizes {
                    let mut bytes = *size as f64;
                    if bytes > *tail_from {
                        let exponential: f64 = Exp1.sample(stream);
                        bytes = tail_from * libm::exp(exponential / tail_index);
                    }
                    *size = to_size(bytes.min(*largest));
                }
            }
            Self::ZeroInflated { zero_share, scale, sigma } => {
                fill_normals(stream, normals, count);
                let normals = normals.iter();
                sizes.extend(
                    normals.map(
                        |normal| {
                            if unit(stream) < *zero_share { 1 } else { to_size(scale * exp(sigma * normal)) }
                        },
                    ),
                );
            }
        }
    }
}

/// Rounds to whole bytes in range; NaN becomes one byte.
#[inline]
fn to_size(bytes: f64) -> u64 {
    whole(within(bytes, 1.0, LARGEST_SIZE as f64))
}

/// The sigma of a lognormal law, if in range.
fn spread(sigma: f64) -> Option<f64> {
    (0.0..=10.0).contains(&sigma).then_some(sigma)
}

/// A whole number in 0..count, with a bias of at most count / 2^64.
#[inline]
fn below(stream: &mut Stream, count: u64) -> u64 {
    ((u128::from(stream.next_u64()) * u128::from(count)) >> 64) as u64
}

/// A number in 0..1, evenly.
#[inline]
pub(super) fn unit(stream: &mut Stream) -> f64 {
    // The 53 bits of a double's significand.
    (stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

fn fill_normals(stream: &mut Stream, normals: &mut Vec<f64>, count: usize) {
    normals.clear();
    // The generator is moved into a local, which the compiler can keep in registers.
    let mut local = stream.clone();
    normals.extend((0..count).map(|_| -> f64 { StandardNormal.sample(&mut local) }));
    *stream = local;
}

/// A latency law ready to draw from, in nanoseconds.
#[derive(Debug, Clone)]
pub(super) enum LatencySampler {
    Constant(u64),
    Lognormal { median: f64, sigma: f64 },
    Uniform { low: u64, count: u64 },
    Exponential { mean: f64 },
    Gamma(Gamma<f64>),
    Hyperexponential { share: f64, first: f64, second: f64 },
}

impl LatencySampler {
    /// `None` when a parameter is out of range.
    pub(super) fn new(law: &LatencyLaw) -> Option<Self> {
        match law {
            LatencyLaw::Zero => Some(Self::Constant(0)),
            LatencyLaw::Constant(length) => in_range(length.as_nanos()).map(Self::Constant),
            LatencyLaw::Lognormal { median, sigma } => {
                Some(Self::Lognormal { median: in_range(median.as_nanos())? as f64, sigma: spread(*sigma)? })
            }
            LatencyLaw::Uniform { low, high } => {
                let (low, high) = (in_range(low.as_nanos())?, in_range(high.as_nanos())?);
                Some(Self::Uniform { low, count: high.checked_sub(low)? + 1 })
            }
            LatencyLaw::Exponential(mean) => Some(Self::Exponential { mean: in_range(mean.as_nanos())? as f64 }),
            LatencyLaw::Gamma { shape, mean } => {
                let mean = in_range(mean.as_nanos()).filter(|mean| *mean > 0)? as f64;
                Gamma::new(*shape, mean / shape).ok().map(Self::Gamma)
            }
            LatencyLaw::Hyperexponential { share, first, second } => Some(Self::Hyperexponential {
                share: (0.0..=1.0).contains(share).then_some(*share)?,
                first: in_range(first.as_nanos())? as f64,
                second: in_range(second.as_nanos())? as f64,
            }),
        }
    }

    /// Whether every draw is zero.
    pub(super) fn is_zero(&self) -> bool {
        matches!(self, Self::Constant(0))
    }

    /// Adds a fresh draw to each element of `delays`.
    pub(super) fn add_to(&self, stream: &mut Stream, delays: &mut [u64], normals: &mut Vec<f64>) {
        match self {
            Self::Constant(nanos) => delays.iter_mut().for_each(|delay| *delay += nanos),
            Self::Lognormal { median, sigma } => {
                fill_normals(stream, normals, delays.len());
                for (delay, normal) in delays.iter_mut().zip(&*normals) {
                    *delay += to_delay(median * exp(sigma * normal));
                }
            }
            Self::Uniform { low, count } => {
                for delay in delays {
                    *delay += low + below(stream, *count);
                }
            }
            Self::Exponential { mean } => {
                for delay in delays {
                    let draw: f64 = Exp1.sample(stream);
                    *delay += to_delay(mean * draw);
                }
            }
            Self::Gamma(law) => delays.iter_mut().for_each(|delay| *delay += to_delay(law.sample(stream))),
            Self::Hyperexponential { share, first, second } => {
                for delay in delays {
                    let mean = if stream.random::<f64>() < *share { first } else { second };
                    let draw: f64 = Exp1.sample(stream);
                    *delay += to_delay(mean * draw);
                }
            }
        }
    }
}

/// Nanoseconds that so many bytes take at so many nanoseconds a MiB, at most the longest delay.
#[inline]
pub(super) fn transfer_time(bytes: u64, per_mib: u64) -> u64 {
    let nanos = (u128::from(bytes) * u128::from(per_mib)) >> 20;
    nanos.min(u128::from(LONGEST_DELAY)) as u64
}

/// Nanoseconds a MiB as [`transfer_time`] takes them.
pub(super) fn per_mib(time: SimDuration) -> Option<u64> {
    in_range(time.as_nanos())
}

fn in_range(nanos: u64) -> Option<u64> {
    (nanos <= LONGEST_DELAY).then_some(nanos)
}

/// Rounds to whole nanoseconds in range.
#[inline]
fn to_delay(nanos: f64) -> u64 {
    whole(within(nanos, 0.0, LONGEST_DELAY as f64))
}

#[cfg(test)]
mod tests {
    use super::super::stream::stream;
    use super::*;
    use crate::units::Bytes;

    /// Draws, their mean and variance must lie within five standard errors of the law's.
    fn check(law: &SizeLaw) {
        const COUNT: usize = 200_000;
        let (mut sizes, mut normals) = (Vec::new(), Vec::new());
        SizeSampler::new(law).unwrap().fill(&mut stream(7, 0, "check"), &mut sizes, &mut normals, COUNT);
        assert_eq!(sizes.len(), COUNT);
        assert!(sizes.iter().all(|size| *size >= 1));
        let mean = sizes.iter().map(|size| *size as f64).sum::<f64>() / COUNT as f64;
        let error = (law.variance() / COUNT as f64).sqrt();
        assert!((mean - law.mean()).abs() <= 5.0 * error + 1e-9, "{law:?}: {mean}");
    }

    #[test]
    fn sizes_have_the_mean_of_their_law() {
        check(&SizeLaw::Constant(Bytes::new(77)));
        check(&SizeLaw::Lognormal { mean: 1024.0, sigma: 1.0 });
        check(&SizeLaw::Gamma { shape: 0.5, scale: 1e5 });
        check(&SizeLaw::Gamma { shape: 3.0, scale: 500.0 });
        check(&SizeLaw::Uniform { low: Bytes::new(10), high: Bytes::new(20) });
        check(&SizeLaw::Empirical(Arc::from([5, 10, 600])));
        check(&SizeLaw::Table(Arc::from([(5, 1.0), (10, 0.0), (600, 2.5)])));
        let largest = Bytes::from_mib(1);
        check(&SizeLaw::GeneralizedPareto { location: 15.0, scale: 214.476, shape: 0.348_238, largest });
        check(&SizeLaw::GeneralizedPareto { location: 0.0, scale: 500.0, shape: 0.0, largest });
        check(&SizeLaw::LognormalPareto { median: 11_580.0, sigma: 1.318, tail_from: 133e3, tail_index: 1.1, largest });
        check(&SizeLaw::ZeroInflatedLognormal { zero_share: 0.093, mean: 14_500.0, sigma: 1.736 });
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        for law in [
            SizeLaw::Constant(Bytes::ZERO),
            SizeLaw::Lognormal { mean: f64::NAN, sigma: 1.0 },
            SizeLaw::Lognormal { mean: 1.0, sigma: -1.0 },
            SizeLaw::Lognormal { mean: 1e300, sigma: 1.0 },
            SizeLaw::Gamma { shape: 0.0, scale: 1.0 },
            SizeLaw::Gamma { shape: 1.0, scale: f64::INFINITY },
            SizeLaw::Uniform { low: Bytes::new(2), high: Bytes::new(1) },
            SizeLaw::Uniform { low: Bytes::ZERO, high: Bytes::new(u64::MAX) },
            SizeLaw::Empirical(Arc::from([])),
            SizeLaw::Table(Arc::from([])),
            SizeLaw::Table(Arc::from([(5, -1.0)])),
            SizeLaw::Table(Arc::from([(5, 0.0)])),
            SizeLaw::GeneralizedPareto { location: 1.0, scale: f64::NAN, shape: 0.1, largest: Bytes::from_mib(1) },
            SizeLaw::GeneralizedPareto { location: 1.0, scale: 1.0, shape: 50.0, largest: Bytes::from_mib(1) },
            SizeLaw::LognormalPareto {
                median: 1.0,
                sigma: 0.0,
                tail_from: 1.0,
                tail_index: 1.0,
                largest: Bytes::from_mib(1),
            },
            SizeLaw::ZeroInflatedLognormal { zero_share: 1.0, mean: 5.0, sigma: 1.0 },
        ] {
            assert!(SizeSampler::new(&law).is_none(), "{law:?}");
        }
    }

    #[test]
    fn latencies_have_the_mean_of_their_law() {
        for law in [
            LatencyLaw::Zero,
            LatencyLaw::Constant(SimDuration::from_nanos(5)),
            LatencyLaw::Lognormal { median: SimDuration::from_secs_f64(0.15), sigma: 0.3 },
            LatencyLaw::Uniform { low: SimDuration::from_nanos(3), high: SimDuration::from_nanos(9) },
        ] {
            let mut delays = vec![0; 100_000];
            LatencySampler::new(&law).unwrap().add_to(&mut stream(3, 0, "check"), &mut delays, &mut Vec::new());
            let mean = delays.iter().map(|delay| *delay as f64 / 1e9).sum::<f64>() / 1e5;
            let error = law.standard_deviation() / 1e5f64.sqrt();
            assert!((mean - law.mean()).abs() <= 5.0 * error + 1e-12, "{law:?}: {mean}");
        }
    }

    #[test]
    fn transfers_take_time_in_proportion_to_their_bytes() {
        let per_mib = 20_000_000;
        assert_eq!([0, 1, 1 << 20, 5 << 20].map(|bytes| transfer_time(bytes, per_mib)), [0, 19, per_mib, 5 * per_mib]);
        assert_eq!(transfer_time(u64::MAX, LONGEST_DELAY), LONGEST_DELAY);
    }

    #[test]
    fn rounding_without_a_cast_is_rounding() {
        for value in [0.0, 0.4, 0.6, 1.0, 1e9 + 0.25, 2f64.powi(51)] {
            assert_eq!(whole(value), value.round() as u64);
        }
    }
}
