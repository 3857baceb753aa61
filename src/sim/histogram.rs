//! Counts of whole numbers in bins whose width grows with the value, so that any percentile is known to 0.8 %.
//!
//! Values below 256 have a bin each; above, every octave (a power of two to the next) is cut into 128 equal bins. A bin is
//! therefore never wider than 1/128 of the values in it. The bin's number comes out of the value's leading zeros with two
//! shifts and an addition, and merging two histograms is adding their counts, in any order, with the same result.

use serde::Serialize;

/// Bins of one octave, as a power of two.
const OCTAVE: u32 = 7;
/// One more than the number of the bin that holds `u64::MAX`.
const BINS: usize = ((64 - OCTAVE as usize) << OCTAVE) + (1 << OCTAVE);

/// How often each duration was seen, or for how long each age lasted.
///
/// Values go in as whole nanoseconds and come out as seconds. For the latency of records a count is one record; for
/// freshness a count is one nanosecond of simulation time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Histogram {
    /// Counts from bin 0; bins after the last one in use are left off once a run has ended.
    counts: Vec<u64>,
    sum: u128,
    largest: u64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; BINS], sum: 0, largest: 0 }
    }

    /// Counts one value.
    #[inline]
    pub(super) fn add(&mut self, value: u64) {
        if let Some(count) = self.counts.get_mut(bin_of(value)) {
            *count += 1;
        }
        self.sum += u128::from(value);
        self.largest = self.largest.max(value);
    }

    /// Adds `count` to one bin without touching the sum, which the caller keeps.
    pub(super) fn add_to_bin(&mut self, bin: usize, count: u64) {
        if let Some(total) = self.counts.get_mut(bin) {
            *total += count;
        }
    }

    /// Adds to the sum of values and raises the largest value, for callers that fill bins themselves.
    pub(super) fn add_moments(&mut self, sum: u128, largest: u64) {
        self.sum = self.sum.saturating_add(sum);
        self.largest = self.largest.max(largest);
    }

    /// The largest value in nanoseconds.
    pub(super) const fn largest_nanos(&self) -> u64 {
        self.largest
    }

    /// Drops the unused bins at the end.
    pub(super) fn trim(&mut self) {
        let used = self.counts.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
        self.counts.truncate(used);
        self.counts.shrink_to_fit();
    }

    /// Adds the counts of another histogram.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.add_moments(other.sum, other.largest);
    }

    /// The sum of all counts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().fold(0, |total, count| total.saturating_add(*count))
    }

    /// The mean in seconds, exact; `None` when nothing was counted.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let total = self.total();
        (total > 0).then(|| self.sum as f64 / total as f64 / 1e9)
    }

    /// The largest value in seconds, exact.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.largest as f64 / 1e9
    }

    /// The smallest value, in seconds, with at least the share `q` of all values at or below it, at most 0.8 % off.
    ///
    /// Inside its bin a value is taken to stand at the middle of its part. `None` when nothing was counted.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = rank(self.total(), q)?;
        let mut below = 0;
        for (bin, count) in self.counts.iter().enumerate() {
            if count.saturating_add(below) >= rank {
                let (low, width) = bounds(bin);
                let place = ((rank - below) as f64 - 0.5) / *count as f64;
                let value = low as f64 + (width - 1) as f64 * place;
                return Some(value.min(self.largest as f64) / 1e9);
            }
            below += count;
        }
        None
    }

    /// The share of values of zero.
    #[must_use]
    pub fn share_of_zero(&self) -> f64 {
        self.counts.first().copied().unwrap_or(0) as f64 / self.total() as f64
    }

    /// The distribution function at the upper edge of every bin in use: (seconds, share of values below), rising to 1.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let total = self.total() as f64;
        let in_use = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        in_use.scan(0, move |below, (bin, count)| {
            *below = count.saturating_add(*below);
            let (low, width) = bounds(bin);
            Some(((low as f64 + width as f64) / 1e9, *below as f64 / total))
        })
    }
}

/// The place, from 1, of the `q` quantile among `total` sorted values; `None` without values or for a NaN.
pub(super) fn rank(total: u64, q: f64) -> Option<u64> {
    if total == 0 || q.is_nan() {
        return None;
    }
    // A product such as 0.95 * 40 may come out a hair above 38: a relative 1e-12 keeps it from becoming 39.
    let exact = q * total as f64;
    Some((libm::ceil(exact * (1.0 - 1e-12)) as u64).clamp(1, total))
}

/// The number of the bin that holds `value`.
#[inline]
pub(super) const fn bin_of(value: u64) -> usize {
    let shift = 63 - OCTAVE - (value | (1 << OCTAVE)).leading_zeros();
    ((shift as usize) << OCTAVE) + (value >> shift) as usize
}

/// The smallest value of a bin, and how many whole numbers it holds.
pub(super) const fn bounds(bin: usize) -> (u64, u64) {
    let per_octave = 1 << OCTAVE;
    if bin < 2 * per_octave {
        return (bin as u64, 1);
    }
    let shift = (bin >> OCTAVE) - 1;
    (((bin % per_octave + per_octave) as u64) << shift, 1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_follow_each_other_without_gap_or_overlap() {
        let mut next = 0;
        for bin in 0..BINS {
            let (low, width) = bounds(bin);
            assert_eq!(low, next, "bin {bin}");
            assert_eq!(bin_of(low), bin);
            assert_eq!(bin_of(low + (width - 1)), bin);
            assert!(width == 1 || width as f64 / low as f64 <= 1.0 / 128.0);
            next = low.wrapping_add(width);
        }
        assert_eq!(next, 0, "the last bin ends where 64 bits end");
    }

    #[test]
    fn quantiles_are_within_eight_thousandths_of_the_sorted_values() {
        let mut values: Vec<u64> = (1..5_000u64).map(|i| i * i * 977 + 13).collect();
        let mut histogram = Histogram::new();
        for value in &values {
            histogram.add(*value);
        }
        values.sort_unstable();
        for q in [0.0, 0.001, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let exact = values[rank(values.len() as u64, q).unwrap() as usize - 1] as f64 / 1e9;
            let read = histogram.quantile(q).unwrap();
            assert!((read / exact - 1.0).abs() <= 0.008, "{q}: {read} against {exact}");
        }
        assert_eq!(histogram.largest(), *values.last().unwrap() as f64 / 1e9);
    }

    #[test]
    fn small_counts_have_exact_quantiles() {
        let mut histogram = Histogram::new();
        (1..=40).for_each(|value| histogram.add(value));
        assert_eq!(histogram.quantile(0.95), Some(38e-9));
        assert_eq!(histogram.quantile(0.5), Some(20e-9));
        assert_eq!(histogram.quantile(0.501), Some(21e-9));
        assert_eq!(histogram.mean(), Some(20.5e-9));
    }

    #[test]
    fn an_empty_histogram_has_no_quantiles() {
        let mut histogram = Histogram::new();
        histogram.trim();
        assert_eq!((histogram.quantile(0.5), histogram.mean(), histogram.total()), (None, None, 0));
        assert_eq!(histogram.cumulative().count(), 0);
    }

    #[test]
    fn merging_is_counting_everything_in_one() {
        let (mut left, mut right, mut both) = (Histogram::new(), Histogram::new(), Histogram::new());
        for value in 0..1_000u64 {
            let half = if value % 3 == 0 { &mut left } else { &mut right };
            half.add(value * 1_000);
            both.add(value * 1_000);
        }
        for histogram in [&mut left, &mut right, &mut both] {
            histogram.trim();
        }
        left.merge(&right);
        assert_eq!(left, both);
        assert_eq!(left.cumulative().last().unwrap().1, 1.0);
    }
}
