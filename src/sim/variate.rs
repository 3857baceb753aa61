//! Normal, exponential and gamma variates that come out the same on every machine.
//!
//! The ziggurat method (Marsaglia and Tsang, *The Ziggurat Method for Generating Random Variables*, 2000, in the form of
//! Doornik, 2005): the density is covered by 256 layers of equal area, so that nearly always one random word picks a layer
//! and a point in it that is surely below the density. Only the edges of layers and the tail need a logarithm or an
//! exponential, and those come from `libm`, whose results do not depend on the platform.

use std::sync::LazyLock;

use rand::Rng;

use super::stream::Stream;

const LAYERS: usize = 256;

/// The layers of one density, from the base up.
#[derive(Debug)]
pub(super) struct Ziggurat {
    /// Where each layer ends; the base is widened so that its area takes in the tail.
    ends: [f64; LAYERS + 1],
    /// The density where each layer ends.
    heights: [f64; LAYERS + 1],
}

impl Ziggurat {
    /// From the end of the base layer, the area of each layer, the density and its inverse.
    fn new(base: f64, area: f64, density: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Self {
        let mut ends = [0.0; LAYERS + 1];
        let mut end = base;
        for place in ends.iter_mut().take(LAYERS).skip(1) {
            *place = end;
            end = inverse(density(end) + area / end);
        }
        let heights = ends.map(density);
        ends[0] = area / density(base);
        Self { ends, heights }
    }

    /// Whether a point of layer `layer` at `x` lies below the density there.
    fn accepts(&self, layer: usize, density: f64, stream: &mut Stream) -> bool {
        let (low, high) = (self.heights[layer], self.heights[layer + 1]);
        low + (high - low) * open_unit(stream) < density
    }
}

/// The end of the base layer of 256 below exp(-x²/2) and the area of each: 256 areas make up the half of the bell.
const NORMAL: (f64, f64) = (3.654_152_885_361_009, 0.004_928_673_233_974_655);
/// The same below exp(-x).
const EXPONENTIAL: (f64, f64) = (7.697_117_470_131_05, 0.003_949_659_822_581_557);

fn bell(x: f64) -> f64 {
    libm::exp(-x * x / 2.0)
}

fn decay(x: f64) -> f64 {
    libm::exp(-x)
}

static NORMAL_LAYERS: LazyLock<Ziggurat> =
    LazyLock::new(|| Ziggurat::new(NORMAL.0, NORMAL.1, bell, |height| (-2.0 * libm::log(height)).sqrt()));

static EXPONENTIAL_LAYERS: LazyLock<Ziggurat> =
    LazyLock::new(|| Ziggurat::new(EXPONENTIAL.0, EXPONENTIAL.1, decay, |height| -libm::log(height)));

/// The layers to draw normal variates from; fetched once for a block of draws.
pub(super) fn normal_layers() -> &'static Ziggurat {
    &NORMAL_LAYERS
}

/// The layers to draw exponential variates from; fetched once for a block of draws.
pub(super) fn exponential_layers() -> &'static Ziggurat {
    &EXPONENTIAL_LAYERS
}

/// The bits of a double in [1, 2) with the upper 52 bits of a word behind the point.
#[inline]
fn in_one_to_two(word: u64) -> f64 {
    f64::from_bits((word >> 12) | 0x3ff0_0000_0000_0000)
}

/// A number in (0, 1), neither end included.
#[inline]
pub(super) fn open_unit(stream: &mut Stream) -> f64 {
    in_one_to_two(stream.next_u64()) - (1.0 - f64::EPSILON / 2.0)
}

/// A normal variate of mean 0 and variance 1.
#[inline]
pub(super) fn normal(layers: &Ziggurat, stream: &mut Stream) -> f64 {
    loop {
        // The low byte picks the layer, the upper bits the point in it and its sign.
        let word = stream.next_u64();
        let layer = (word & 0xff) as usize;
        let x = (in_one_to_two(word) * 2.0 - 3.0) * layers.ends[layer];
        if x.abs() < layers.ends[layer + 1] {
            return x;
        }
        if layer == 0 {
            return normal_tail(stream).copysign(x);
        }
        if layers.accepts(layer, bell(x), stream) {
            return x;
        }
    }
}

/// A normal variate beyond the end of the base layer (Marsaglia, 1964).
#[cold]
fn normal_tail(stream: &mut Stream) -> f64 {
    loop {
        let beyond = -libm::log(open_unit(stream)) / NORMAL.0;
        if -2.0 * libm::log(open_unit(stream)) >= beyond * beyond {
            return NORMAL.0 + beyond;
        }
    }
}

/// An exponential variate of mean 1.
#[inline]
pub(super) fn exponential(layers: &Ziggurat, stream: &mut Stream) -> f64 {
    loop {
        let word = stream.next_u64();
        let layer = (word & 0xff) as usize;
        let x = (in_one_to_two(word) - (1.0 - f64::EPSILON / 2.0)) * layers.ends[layer];
        if x < layers.ends[layer + 1] {
            return x;
        }
        if layer == 0 {
            // Beyond any point the law starts anew.
            return EXPONENTIAL.0 - libm::log(open_unit(stream));
        }
        if layers.accepts(layer, decay(x), stream) {
            return x;
        }
    }
}

/// A gamma variate of scale 1.
///
/// # Source
/// Marsaglia and Tsang, *A Simple Method for Generating Gamma Variables*, 2000, with their factor for shapes below 1.
pub(super) fn gamma(shape: f64, layers: &Ziggurat, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        let factor = libm::pow(open_unit(stream), 1.0 / shape);
        return gamma(shape + 1.0, layers, stream) * factor;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let z = normal(layers, stream);
        let root = 1.0 + c * z;
        let v = root * root * root;
        let accepted = libm::log(open_unit(stream)) < z * z / 2.0 + d * (1.0 - v + libm::log(v));
        if root > 0.0 && accepted {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stream::stream;
    use super::*;

    const COUNT: usize = 1_000_000;

    /// The largest distance between the sample's distribution function and the law's (Kolmogorov and Smirnov).
    fn distance(mut sample: Vec<f64>, law: impl Fn(f64) -> f64) -> f64 {
        sample.sort_by(f64::total_cmp);
        let step = 1.0 / sample.len() as f64;
        let gap = |(index, x): (usize, &f64)| (law(*x) - (index as f64 + 0.5) * step).abs();
        sample.iter().enumerate().map(gap).fold(0.0, f64::max)
    }

    /// A true sample is further off with a probability of 2 exp(-2 * 2²): one in 1,500, and the seed is fixed.
    const FAR: f64 = 2.0 / 1000.0;

    #[test]
    fn normal_variates_follow_their_law() {
        let mut stream = stream(1, 0, "normal");
        let sample: Vec<f64> = (0..COUNT).map(|_| normal(normal_layers(), &mut stream)).collect();
        let beyond = sample.iter().filter(|x| x.abs() > NORMAL.0).count() as f64;
        // 2 Q(3.654...) = 2.58e-4; five standard deviations are 80.
        assert!((beyond - 258.0).abs() < 80.0, "{beyond}");
        assert!(distance(sample, |x| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)) < FAR);
    }

    #[test]
    fn exponential_variates_follow_their_law() {
        let mut stream = stream(1, 0, "exponential");
        let sample: Vec<f64> = (0..COUNT).map(|_| exponential(exponential_layers(), &mut stream)).collect();
        let beyond = sample.iter().filter(|x| **x > EXPONENTIAL.0).count() as f64;
        // exp(-7.697...) = 4.54e-4; five standard deviations are 107.
        assert!((beyond - 454.0).abs() < 107.0, "{beyond}");
        assert!(distance(sample, |x| -libm::expm1(-x)) < FAR);
    }

    #[test]
    fn gamma_variates_follow_their_law() {
        for shape in [0.3, 1.0, 4.5] {
            let mut stream = stream(2, 0, "gamma");
            let sample: Vec<f64> = (0..COUNT / 4).map(|_| gamma(shape, normal_layers(), &mut stream)).collect();
            let law = |x| statrs::function::gamma::gamma_lr(shape, x);
            assert!(distance(sample, law) < 2.0 * FAR, "{shape}");
        }
    }

    #[test]
    fn layers_end_on_the_axis() {
        for layers in [normal_layers(), exponential_layers()] {
            assert!(layers.ends.windows(2).all(|pair| pair[0] > pair[1]));
            assert_eq!((layers.ends[LAYERS], layers.heights[LAYERS]), (0.0, 1.0));
            // The top layer has the same area as the others.
            let top = layers.ends[LAYERS - 1] * (1.0 - layers.heights[LAYERS - 1]);
            let next = layers.ends[LAYERS - 2] * (layers.heights[LAYERS - 1] - layers.heights[LAYERS - 2]);
            assert!((top / next - 1.0).abs() < 1e-9, "{top} {next}");
        }
    }
}
