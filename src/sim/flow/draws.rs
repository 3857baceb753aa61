//! Random draws of a replication, by blocks where that is quicker.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::super::collect::Delay;
use super::super::law::SizeSampler;
use super::super::stream::Stream;

/// Draws of one block.
const BLOCK: usize = 256;

/// A number in [0, 1).
#[inline]
pub(super) fn uniform(stream: &mut Stream) -> f64 {
    (stream.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// The sum of `shape` independent exponential variates of mean 1.
///
/// # Source
/// Marsaglia and Tsang, *A simple method for generating gamma variables* (2000).
#[inline]
pub(super) fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let z: f64 = StandardNormal.sample(stream);
        let v = 1.0 + c * z;
        if v <= 0.0 {
            continue;
        }
        let (cube, square) = (v * v * v, z * z);
        let u = 1.0 - uniform(stream);
        if u < 1.0 - 0.0331 * square * square || libm::log(u) < 0.5 * square + d * (1.0 - cube + libm::log(cube)) {
            return d * cube;
        }
    }
}

/// Sums of delays, each from its own stream.
#[derive(Debug)]
pub(super) struct Delays {
    parts: Vec<Delay>,
    block: Vec<u64>,
    next: usize,
    normals: Vec<f64>,
}

impl Delays {
    pub(super) fn new(delays: Vec<Delay>) -> Self {
        Self { parts: delays, block: Vec::new(), next: 0, normals: Vec::new() }
    }

    #[inline]
    pub(super) fn draw(&mut self) -> u64 {
        if self.parts.is_empty() {
            return 0;
        }
        if self.next == self.block.len() {
            self.refill();
        }
        let drawn = self.block.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        drawn
    }

    #[cold]
    fn refill(&mut self) {
        self.block.clear();
        self.block.resize(BLOCK, 0);
        for delay in &mut self.parts {
            delay.law.add_to(&mut delay.stream, &mut self.block, &mut self.normals);
        }
        self.next = 0;
    }
}

/// Record sizes.
#[derive(Debug)]
pub(super) struct Sizes {
    law: SizeSampler,
    stream: Stream,
    block: Vec<u64>,
    next: usize,
    normals: Vec<f64>,
}

impl Sizes {
    pub(super) fn new(law: SizeSampler, stream: Stream) -> Self {
        Self { law, stream, block: Vec::new(), next: 0, normals: Vec::new() }
    }

    #[inline]
    pub(super) fn draw(&mut self) -> u64 {
        if self.next == self.block.len() {
            self.refill();
        }
        let drawn = self.block.get(self.next).copied().unwrap_or(1);
        self.next += 1;
        drawn
    }

    /// The sum of `count` sizes.
    pub(super) fn sum(&mut self, mut count: u64) -> u64 {
        let mut sum: u64 = 0;
        while count > 0 {
            if self.next == self.block.len() {
                self.refill();
            }
            let rest = self.block.get(self.next..).unwrap_or_default();
            let taken = (rest.len() as u64).min(count) as usize;
            sum = rest.iter().take(taken).fold(sum, |sum, size| sum.saturating_add(*size));
            self.next += taken;
            count -= taken as u64;
        }
        sum
    }

    /// Sizes until they are `size` or more together.
    pub(super) fn until(&mut self, size: u64) -> Vec<u64> {
        let (mut sizes, mut sum) = (Vec::new(), 0u64);
        while sum < size {
            let drawn = self.draw();
            sum = sum.saturating_add(drawn);
            sizes.push(drawn);
        }
        sizes
    }

    #[cold]
    fn refill(&mut self) {
        self.law.fill(&mut self.stream, &mut self.block, &mut self.normals, BLOCK);
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::stream::stream;
    use super::*;

    #[test]
    fn gamma_variates_have_mean_and_variance_of_their_shape() {
        let mut stream = stream(1, 0, "check");
        for shape in [1.0, 2.0, 40.0, 5000.0] {
            let draws: Vec<f64> = (0..100_000).map(|_| gamma(shape, &mut stream)).collect();
            let mean = draws.iter().sum::<f64>() / 1e5;
            let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / 1e5;
            assert!((mean - shape).abs() < 5.0 * (shape / 1e5).sqrt(), "{shape}: {mean}");
            assert!((variance / shape - 1.0).abs() < 0.05, "{shape}: {variance}");
        }
    }
}
