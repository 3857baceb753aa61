//! Intervals from one long run, by batch means.
//!
//! The measured span is cut into batches of equal length by the time at which records were sent. If batches are long
//! compared with how long the pipeline remembers, their means are nearly independent, and Student's interval on them holds
//! (Law, *Simulation Modeling and Analysis*, 5th edition, section 9.5.3; 10 to 30 batches are enough: Schmeiser,
//! "Batch size effects in the analysis of simulation output", *Operations Research* 30, 1982).
//!
//! Whether they are is tested with von Neumann's statistic as Fishman uses it ("Grouping observations in digital
//! simulation", *Management Science* 24, 1978): with `r` the lag-1 autocorrelation of `B` batch means `y`,
//! `c = r + ((y_1 - m)^2 + (y_B - m)^2) / (2 sum (y_i - m)^2)` is about normal around 0 with variance
//! `(B - 2) / (B^2 - 1)` if they are independent. Where nobody chose the number of batches, neighbours are joined while
//! the test fails and enough batches are left.

use serde::Serialize;

use super::collect::Span;
use super::histogram::Histogram;
use super::result::{Distribution, Estimate};

/// Batches to begin with, a power of two times the fewest.
pub(super) const AUTOMATIC: u32 = 32;
/// The fewest that neighbours are joined to.
const FEWEST: usize = 8;
/// The most that may be asked for: each has a histogram.
pub(super) const MOST: u32 = 200;
/// The 95 % quantile of the standard normal distribution: only a positive correlation makes intervals too narrow.
const NORMAL_95: f64 = 1.644_853_626_951;

/// Relative differences of means that may be rounding.
const ROUNDING: f64 = 1e-12;

/// How an interval was made from one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BatchMeans {
    /// Batches of the run.
    pub batches: usize,
    /// Length of a batch in seconds.
    pub batch_s: f64,
    /// Lag-1 autocorrelation of the mean latencies of batches; `null` where they do not vary.
    pub lag_1: Option<f64>,
    /// Whether a test at 5 % finds no correlation. If it does, the intervals are too narrow: the run is too short for
    /// them, or its load changes over time.
    pub independent: bool,
}

/// Latencies of one replication, apart for each batch.
#[derive(Debug)]
pub(super) struct Batches {
    from: u64,
    length: u64,
    /// The batch that the last record was in, and when it begins: the next one is mostly in the same.
    at: usize,
    begins: u64,
    latencies: Vec<Histogram>,
}

impl Batches {
    /// Batches of the records sent in `span`, as many as `count`.
    pub(super) fn new(span: Span, count: u32) -> Self {
        let length = (span.sending_ends.saturating_sub(span.warm_up) / u64::from(count.max(1))).max(1);
        let from = span.warm_up;
        Self { from, length, at: 0, begins: from, latencies: vec![Histogram::new(); count as usize] }
    }

    /// Counts a record that was sent in the span.
    #[inline]
    pub(super) fn add(&mut self, sent: u64, latency: u64) {
        if sent.wrapping_sub(self.begins) >= self.length {
            self.turn_to(sent);
        }
        if let Some(histogram) = self.latencies.get_mut(self.at) {
            histogram.add(latency);
        }
    }

    fn turn_to(&mut self, sent: u64) {
        let batch = sent.saturating_sub(self.from) / self.length;
        self.begins = self.from + batch * self.length;
        // The last one takes what rounding the length down left over.
        self.at = (batch as usize).min(self.latencies.len().saturating_sub(1));
    }

    /// Drops unused bins.
    pub(super) fn trim(&mut self) {
        self.latencies.iter_mut().for_each(Histogram::trim);
    }

    /// All batches together.
    pub(super) fn together(&self) -> Histogram {
        let mut all = Histogram::new();
        self.latencies.iter().for_each(|batch| all.merge(batch));
        all
    }

    /// Joins neighbours while their means are correlated; then each batch stands for a replication.
    pub(super) fn grouped(mut self) -> Self {
        while self.latencies.len() >= 2 * FEWEST && !self.judge().independent {
            let pair = |pair: &[Histogram]| {
                let mut joined = Histogram::new();
                joined.trim();
                for batch in pair {
                    joined.merge(batch);
                }
                joined
            };
            self.latencies = self.latencies.chunks(2).map(pair).collect();
            self.length = self.length.saturating_mul(2);
        }
        self
    }

    /// How independent the batches are.
    pub(super) fn judge(&self) -> BatchMeans {
        let means: Vec<f64> = self.latencies.iter().filter_map(Histogram::mean).collect();
        BatchMeans {
            batches: self.latencies.len(),
            batch_s: self.length as f64 / 1e9,
            lag_1: lag_1(&means),
            independent: are_independent(&means),
        }
    }

    /// Gives a distribution of one replication the intervals that its batches have. A largest value has none: that of a
    /// batch is not that of a run.
    pub(super) fn give_intervals(&self, distribution: &mut Distribution) {
        let half_width = |figure: &dyn Fn(&Histogram) -> Option<f64>| {
            let figures: Vec<f64> = self.latencies.iter().filter_map(figure).collect();
            Estimate::from_replications(&figures).half_width
        };
        distribution.mean.half_width = half_width(&Histogram::mean);
        for (estimate, q) in
            [(&mut distribution.p50, 0.5), (&mut distribution.p95, 0.95), (&mut distribution.p99, 0.99)]
        {
            estimate.half_width = half_width(&|batch| batch.quantile(q));
        }
    }
}

/// The mean, the sum of squared distances from it, and the sum of products of neighbours' distances.
fn moments(values: &[f64]) -> (f64, f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let neighbours = values.iter().zip(values.iter().skip(1));
    (mean, squares, neighbours.map(|(value, next)| (value - mean) * (next - mean)).sum())
}

fn lag_1(means: &[f64]) -> Option<f64> {
    let (mean, squares, products) = moments(means);
    let varies = squares > means.len() as f64 * (mean * ROUNDING) * (mean * ROUNDING);
    varies.then(|| products / squares)
}

fn are_independent(means: &[f64]) -> bool {
    let (Some(lag_1), Some(first), Some(last)) = (lag_1(means), means.first(), means.last()) else { return true };
    let (mean, squares, _) = moments(means);
    let ends = (first - mean) * (first - mean) + (last - mean) * (last - mean);
    let count = means.len() as f64;
    let deviation = ((count - 2.0).max(0.0) / (count * count - 1.0)).sqrt();
    lag_1 + ends / (2.0 * squares) <= NORMAL_95 * deviation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches_of(means: &[u64]) -> Batches {
        let end = 100 + 10 * means.len() as u64 + 1;
        let mut batches = Batches::new(Span { warm_up: 100, end, sending_ends: end }, means.len() as u32);
        for (index, mean) in means.iter().enumerate() {
            batches.add(100 + 10 * index as u64, *mean);
        }
        batches
    }

    #[test]
    fn the_autocorrelation_is_that_of_the_definition() {
        // Distances from the mean 3: -2, -1, 0, 1, 2; products 2 + 0 + 0 + 2 over squares of 10.
        assert_eq!(lag_1(&[1.0, 2.0, 3.0, 4.0, 5.0]), Some(0.4));
        assert_eq!(lag_1(&[7.0, 7.0]), None);
    }

    #[test]
    fn what_moves_up_and_down_slowly_is_not_independent() {
        let slow: Vec<u64> = (0..32).map(|index| if index < 16 { 100 } else { 200 }).collect();
        assert!(!batches_of(&slow).judge().independent);
        let quick: Vec<u64> = (0..32).map(|index| if index % 2 == 0 { 100 } else { 200 }).collect();
        assert!(batches_of(&quick).judge().independent);
        assert!(batches_of(&[5; 32]).judge().independent);
    }

    #[test]
    fn correlated_neighbours_are_joined_until_eight_are_left() {
        let slow: Vec<u64> = (0..32).map(|index| 100 + index).collect();
        let grouped = batches_of(&slow).grouped();
        let judged = grouped.judge();
        assert_eq!((judged.batches, judged.batch_s, judged.independent), (8, 40e-9, false));
        assert_eq!(grouped.together().total(), 32);
        // Only neighbours go together: joining them once is enough.
        let pairs =
            [1, 3, 3, 1, 1, 1, 3, 3, 1, 3, 1, 3, 3, 1, 3, 1].into_iter().flat_map(|mean| [100 * mean, 100 * mean]);
        let pairs: Vec<u64> = pairs.collect();
        assert_eq!(batches_of(&pairs).grouped().judge().batches, 16);
    }

    #[test]
    fn the_last_batch_takes_what_is_left_over() {
        let mut batches = batches_of(&[1, 2, 3]);
        batches.add(130, 9);
        assert_eq!(batches.latencies.iter().map(Histogram::total).collect::<Vec<_>>(), [1, 1, 2]);
    }
}
