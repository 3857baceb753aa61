//! The latencies of whole buffers at once, as signed impulses that one convolution turns into a histogram.
//!
//! A buffer that is open for D and available d after it closed holds records whose entry times are uniform: with s the time
//! before the buffer, F its distribution function and G the integral of F, the expected count of latencies up to x is
//! w (G(x - d) - G(x - d - D)) for w records a nanosecond inside, + F(x - d) for each that closes and + F(x - d - D) for each
//! that opens the buffer. So a buffer is a ramp that starts at d and one that ends it at d + D, and steps at both.

use super::super::histogram::{Histogram, bin_of, bounds};
use super::wait::WaitLaw;

/// Places of the grid.
const PLACES: usize = 1 << 15;

/// Impulses on an even grid of latencies; one between two places is shared by both, which keeps its mean.
#[derive(Debug, Clone)]
pub(super) struct Impulses {
    /// Nanoseconds from place to place.
    step: f64,
    per_step: f64,
    /// Ramps, in records a nanosecond, and steps, in records.
    places: Vec<[f64; 2]>,
    /// Records in all of them.
    count: u64,
}

impl Impulses {
    /// A grid for latencies behind the client's side of up to `longest` nanoseconds.
    pub(super) fn new(longest: f64) -> Self {
        let step = (longest / (PLACES - 2) as f64).max(1.0);
        Self { step, per_step: 1.0 / step, places: vec![[0.0; 2]; PLACES], count: 0 }
    }

    /// The longest latency that the grid holds.
    pub(super) fn reach(&self) -> f64 {
        self.step * (PLACES - 2) as f64
    }

    /// Books `inside` records spread evenly over the life of a buffer between `low` and `high` nanoseconds before its object
    /// is available, `at_low` that close it and `at_high` that open it. `high` is within reach.
    #[inline]
    pub(super) fn book(&mut self, low: f64, high: f64, inside: u64, at_low: u64, at_high: u64) {
        let ramp = if inside > 0 { inside as f64 / (high - low) } else { 0.0 };
        self.impulse(low, ramp, at_low as f64);
        self.impulse(high, -ramp, at_high as f64);
        self.count += inside + at_low + at_high;
    }

    #[inline]
    fn impulse(&mut self, at: f64, ramp: f64, step: f64) {
        let place = at * self.per_step;
        let index = place as usize;
        let right = place - index as f64;
        if let Some([here, next]) = self.places.get_mut(index..index + 2) {
            here[0] += ramp * (1.0 - right);
            here[1] += step * (1.0 - right);
            next[0] += ramp * right;
            next[1] += step * right;
        }
    }

    /// Adds the counts to a histogram whose largest value is already known; a bin gets the difference of rounded cumulative
    /// counts, so that the total is exact.
    pub(super) fn pour(self, wait: &WaitLaw, histogram: &mut Histogram, largest: u64) {
        let Some(first) = self.places.iter().position(|place| *place != [0.0; 2]) else { return };
        let shortest = wait.pieces().next().map_or(0.0, |(place, _)| place);
        let from = bin_of((first as f64 * self.step + shortest) as u64);
        let to = bin_of(largest);
        let sums = self.sums();
        let mut below = 0;
        for bin in from..to {
            let (low, width) = bounds(bin);
            let edge = low as f64 + width as f64;
            let expected: f64 = wait.pieces().map(|(place, share)| share * self.up_to(&sums, edge - place)).sum();
            let now = (libm::round(expected) as u64).clamp(below, self.count);
            histogram.add_to_bin(bin, now - below);
            below = now;
        }
        histogram.add_to_bin(to, self.count - below);
    }

    /// At each place: the records a nanosecond from there on, and the records up to there.
    fn sums(&self) -> Vec<(f64, f64)> {
        let (mut ramp, mut records) = (0.0, 0.0);
        let sum = |place: &[f64; 2]| {
            records += ramp * self.step + place[1];
            ramp += place[0];
            (ramp, records)
        };
        self.places.iter().map(sum).collect()
    }

    /// Records at most `y` nanoseconds before their object is available.
    #[inline]
    fn up_to(&self, sums: &[(f64, f64)], y: f64) -> f64 {
        if y < 0.0 {
            return 0.0;
        }
        let place = ((y * self.per_step) as usize).min(sums.len() - 1);
        sums.get(place).map_or(0.0, |(ramp, records)| records + ramp * (y - place as f64 * self.step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::model::LatencyLaw;
    use crate::units::SimDuration;

    #[test]
    fn one_buffer_is_a_uniform_law() {
        let wait = WaitLaw::of_sum(&[LatencyLaw::Constant(SimDuration::from_nanos(1_000_000))]);
        let mut impulses = Impulses::new(1e7);
        impulses.book(2e6, 6e6, 39_998, 1, 1);
        let mut histogram = Histogram::new();
        impulses.pour(&wait, &mut histogram, 7_000_000);
        assert_eq!(histogram.total(), 40_000);
        for (seconds, share) in histogram.cumulative() {
            let expected = ((seconds - 3e-3) / 4e-3).clamp(0.0, 1.0);
            assert!((share - expected).abs() < 2e-4, "{seconds}: {share} {expected}");
        }
    }

    #[test]
    fn nothing_booked_is_nothing_poured() {
        let mut histogram = Histogram::new();
        Impulses::new(1e6).pour(&WaitLaw::of_sum(&[]), &mut histogram, 5);
        assert_eq!(histogram.total(), 0);
    }
}
