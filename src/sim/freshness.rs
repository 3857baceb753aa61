//! How old the oldest record is that the buffer has taken in and not yet delivered, over time.
//!
//! The age of the oldest record grows by one nanosecond a nanosecond until its object is available, then falls to the age of
//! the next oldest. So a run is a row of straight segments, one at most for each object, and each adds to every bin of the
//! histogram the time it spends there: a whole bin's width inside, the rest at both ends. Objects may become available out
//! of order; one that is available before an older one has no segment.

use super::histogram::{Histogram, bin_of, bounds};
use super::over_time::Course;

/// Ages of the oldest undelivered record.
#[derive(Debug)]
pub(super) struct Freshness {
    /// Ages count in this span of simulation time.
    from: u64,
    to: u64,
    /// When everything that came before is delivered.
    delivered: u64,
    /// Time in bins that a segment covers partly.
    histogram: Histogram,
    /// For each bin, how many more segments cover it whole than cover the one before.
    steps: Vec<i64>,
    course: Course,
}

impl Freshness {
    /// Ages from `from` to `to`, with their course up to `sending_ends`.
    pub(super) fn new(from: u64, to: u64, sending_ends: u64) -> Self {
        let steps = vec![0; bin_of(u64::MAX) + 2];
        let course = Course::new(sending_ends);
        Self { from, to, delivered: 0, histogram: Histogram::new(), steps, course }
    }

    /// An object whose oldest record came in at `oldest` becomes available at `available`; in the order of `oldest`.
    pub(super) fn object(&mut self, oldest: u64, available: u64) {
        let start = oldest.max(self.delivered).max(self.from);
        let end = available.min(self.to);
        self.delivered = self.delivered.max(available);
        if start < end {
            self.segment(start - oldest, end - oldest);
            self.course.segment(start, end, start - oldest);
        }
    }

    /// The age passes evenly from `low` to `high`.
    fn segment(&mut self, low: u64, high: u64) {
        let (first, last) = (bin_of(low), bin_of(high - 1));
        let twice_the_sum = u128::from(high - low) * (u128::from(low) + u128::from(high));
        self.histogram.add_moments(twice_the_sum / 2, high);
        if first == last {
            self.histogram.add_to_bin(first, high - low);
            return;
        }
        let (start, width) = bounds(first);
        self.histogram.add_to_bin(first, start + (width - 1) - low + 1);
        self.histogram.add_to_bin(last, high - bounds(last).0);
        self.step(first + 1, 1);
        self.step(last, -1);
    }

    fn step(&mut self, bin: usize, by: i64) {
        if let Some(step) = self.steps.get_mut(bin) {
            *step += by;
        }
    }

    /// The time spent at each age, in nanoseconds, and the ages over time.
    pub(super) fn finish(mut self) -> (Histogram, Course) {
        let mut covering = 0;
        for (bin, step) in self.steps.iter().enumerate() {
            covering += step;
            self.histogram.add_to_bin(bin, covering.unsigned_abs() * bounds(bin).1);
        }
        self.histogram.trim();
        (self.histogram, self.course)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_ages_until_it_is_available() {
        let mut freshness = Freshness::new(0, 1_000_000, 1_000);
        freshness.object(100, 700);
        let histogram = freshness.finish().0;
        assert_eq!((histogram.total(), histogram.largest()), (600, 600e-9));
        assert_eq!(histogram.mean(), Some(300e-9));
        assert!((histogram.quantile(0.5).unwrap() - 300e-9).abs() < 3e-9);
    }

    #[test]
    fn objects_out_of_order_wait_for_the_oldest() {
        let mut freshness = Freshness::new(0, 10_000, 1_000);
        freshness.object(0, 1_000);
        freshness.object(400, 900);
        freshness.object(600, 1_500);
        // Ages 0 to 1,000 until the first object is there, nothing from the second, then 400 to 900.
        let histogram = freshness.finish().0;
        assert_eq!(histogram.total(), 1_500);
        assert_eq!(histogram.mean(), Some((1_000.0 * 500.0 + 500.0 * 650.0) / 1_500.0 / 1e9));
    }

    #[test]
    fn ages_outside_the_measured_span_do_not_count() {
        let mut freshness = Freshness::new(300, 800, 1_000);
        freshness.object(100, 400);
        freshness.object(500, 2_000);
        let histogram = freshness.finish().0;
        assert_eq!((histogram.total(), histogram.largest()), (100 + 300, 300e-9));
    }

    #[test]
    fn segments_fill_each_bin_with_its_width() {
        let mut freshness = Freshness::new(0, u64::MAX, 1_000);
        freshness.object(0, 123_456);
        freshness.object(200_000, 200_001);
        let histogram = freshness.finish().0;
        assert_eq!(histogram.total(), 123_457);
        let evenly = histogram.cumulative().filter(|(seconds, _)| *seconds < 120e-6);
        for (seconds, share) in evenly {
            assert!((share - seconds / 123.457e-6).abs() < 2e-5, "{seconds} {share}");
        }
    }
}
