//! How freshness and backlog move over the run: a coarse course, one point for each small part of it.

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

/// Records accepted and not yet delivered, at the end of each part.
#[derive(Debug, Clone)]
pub(super) struct Backlog {
    length: u64,
    /// Records sent in each part, and delivered in each; those before the first part's begin do not exist.
    sent: Vec<u64>,
    delivered: Vec<u64>,
}

impl Backlog {
    /// The backlog of a run that sends for `span` nanoseconds.
    pub(super) fn new(span: u64) -> Self {
        Self { length: span.div_ceil(PARTS as u64).max(1), sent: vec![0; PARTS], delivered: vec![0; PARTS] }
    }

    /// Records sent at these times are delivered together, or not at all.
    pub(super) fn object(&mut self, sent: &[u64], available: Option<u64>) {
        // Mostly all records of an object are of one part, which two comparisons a record can tell.
        let ends = sent.iter().fold((u64::MAX, 0), |(low, high): (u64, u64), at| (low.min(*at), high.max(*at)));
        if self.part(ends.0) == self.part(ends.1) {
            self.send(ends.0, sent.len() as u64);
        } else {
            for at in sent {
                self.send(*at, 1);
            }
        }
        if let Some(available) = available {
            self.deliver(available, sent.len() as u64);
        }
    }

    /// Records that are delivered, or leave otherwise, at this time.
    pub(super) fn deliver(&mut self, at: u64, records: u64) {
        let part = self.part(at);
        self.delivered.iter_mut().skip(part).take(1).for_each(|count| *count += records);
    }

    /// Records sent at this time.
    pub(super) fn send(&mut self, at: u64, records: u64) {
        let part = self.part(at);
        self.sent.iter_mut().skip(part).take(1).for_each(|count| *count += records);
    }

    const fn part(&self, at: u64) -> usize {
        let part = at / self.length;
        if part < PARTS as u64 { part as usize } else { PARTS - 1 }
    }

    /// Adds the backlog of another replication.
    pub(super) fn merge(&mut self, other: &Self) {
        let add = |to: &mut Vec<u64>, from: &[u64]| to.iter_mut().zip(from).for_each(|(count, more)| *count += more);
        add(&mut self.sent, &other.sent);
        add(&mut self.delivered, &other.delivered);
    }

    /// Records at the end of each part, on average over so many replications.
    pub(super) fn finish(&self, replications: u32) -> Vec<f64> {
        let mut waiting = 0u64;
        let parts = self.sent.iter().zip(&self.delivered);
        let ends = parts.map(|(sent, delivered)| {
            waiting = (waiting + sent).saturating_sub(*delivered);
            waiting as f64 / f64::from(replications.max(1))
        });
        ends.collect()
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

    #[test]
    fn a_backlog_is_what_was_sent_less_what_was_delivered() {
        let mut backlog = Backlog::new(1_200);
        backlog.object(&[5, 7, 3], Some(15));
        backlog.object(&[12, 9, 25], Some(31));
        backlog.object(&[1_199], None);
        let found = backlog.finish(1);
        assert_eq!((found[0], found[1], found[2], found[3], found[119]), (4.0, 2.0, 3.0, 0.0, 1.0));
        let mut twice = backlog.clone();
        twice.merge(&backlog);
        assert_eq!(twice.finish(2), found);
    }
}
