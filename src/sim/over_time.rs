//! How freshness moves over the run: a coarse course, one point for each small part of it.

use serde::Serialize;

/// Points of a course.
const PARTS: usize = 120;

/// A quantity over the time of a run, over all replications.
#[derive(Debug, Clone, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct OverTime {
    /// Seconds from one point to the next; the first stands for the time from 0.
    pub step_s: f64,
    /// Mean over each step, of the time in which there was a value; `null` where there was none.
    pub mean: Vec<Option<f64>>,
    /// Largest value in each step.
    pub largest: Vec<Option<f64>>,
}

/// One part of a course.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    /// Nanoseconds with a value.
    time: u64,
    /// The integral of the value over them.
    area: f64,
    largest: u64,
}

/// The course of an age while a run goes on.
#[derive(Debug, Clone)]
pub(super) struct Course {
    length: u64,
    /// The part that the last segment began in, and its end.
    at: usize,
    ends: u64,
    parts: Vec<Part>,
}

impl Course {
    /// The course of a run of `span` nanoseconds; what comes later counts into the last part.
    pub(super) fn new(span: u64) -> Self {
        let length = span.div_ceil(PARTS as u64).max(1);
        Self { length, at: 0, ends: length, parts: vec![Part::default(); PARTS] }
    }

    /// The age passes evenly from `age` on while time passes from `start` to `end`; segments come in the order of time.
    pub(super) fn segment(&mut self, start: u64, end: u64, age: u64) {
        while start >= self.ends && self.at + 1 < PARTS {
            self.at += 1;
            self.ends = self.ends.saturating_add(self.length);
        }
        let (mut from, mut part, mut ends) = (start, self.at, self.ends);
        while from < end {
            let to = if part + 1 < PARTS { end.min(ends) } else { end };
            if let Some(part) = self.parts.get_mut(part) {
                part.add(to - from, age + (from - start));
            }
            (from, part, ends) = (to, part + 1, ends.saturating_add(self.length));
        }
    }

    /// Adds the course of another replication.
    pub(super) fn merge(&mut self, other: &Self) {
        for (part, other) in self.parts.iter_mut().zip(&other.parts) {
            part.time = part.time.saturating_add(other.time);
            part.area += other.area;
            part.largest = part.largest.max(other.largest);
        }
    }

    pub(super) fn finish(&self) -> OverTime {
        let seen = |part: &Part| part.time > 0;
        OverTime {
            step_s: self.length as f64 / 1e9,
            mean: self.parts.iter().map(|part| seen(part).then(|| part.area / part.time as f64 / 1e9)).collect(),
            largest: self.parts.iter().map(|part| seen(part).then(|| part.largest as f64 / 1e9)).collect(),
        }
    }
}

impl Part {
    fn add(&mut self, time: u64, age: u64) {
        self.time += time;
        self.area += time as f64 * (age as f64 + time as f64 / 2.0);
        self.largest = self.largest.max(age + time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_shared_out_among_the_parts_it_passes() {
        let mut course = Course::new(1_200);
        course.segment(5, 25, 100);
        course.segment(1_190, 1_250, 0);
        let found = course.finish();
        let nanos = |value: Option<f64>| value.map(|value| (value * 1e9).round());
        assert_eq!(found.step_s, 10e-9);
        assert_eq!(
            found.largest.iter().take(4).map(|age| nanos(*age)).collect::<Vec<_>>(),
            [Some(105.0), Some(115.0), Some(120.0), None]
        );
        assert!((found.mean[1].unwrap() - 110e-9).abs() < 1e-15);
        assert_eq!((nanos(found.largest[119]), nanos(found.mean[119])), (Some(60.0), Some(30.0)));
        let mut twice = course.clone();
        twice.merge(&course);
        assert_eq!(twice.finish(), course.finish());
    }
}
