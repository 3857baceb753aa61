//! The buffer while it runs, and everything behind it: objects, their delivery, and the statistics of both.

use super::batch_means::Batches;
use super::freshness::Freshness;
use super::histogram::Histogram;
use super::law::{LatencySampler, transfer_time};
use super::over_time::{Backlog, Course};
use super::plan::Detail;
use super::record::{Record, request_end};
use super::stream::Stream;
use super::warm_up::Series;

/// A delay with its own stream.
#[derive(Debug, Clone)]
pub(super) struct Delay {
    pub(super) law: LatencySampler,
    /// Nanoseconds that each MiB adds.
    pub(super) per_mib: u64,
    pub(super) stream: Stream,
}

/// The span of simulation time that a run measures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Records sent earlier are not counted.
    pub(super) warm_up: u64,
    /// Nothing later is counted.
    pub(super) end: u64,
    /// The source sends no longer than this.
    pub(super) sending_ends: u64,
}

/// Objects that became available inside the measured span.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ObjectTally {
    pub(super) count: u64,
    pub(super) bytes: u64,
    pub(super) smallest: u64,
    pub(super) largest: u64,
    pub(super) by_size: u64,
    pub(super) by_time: u64,
    pub(super) by_request: u64,
}

/// What closed a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Size,
    Time,
    Request,
}

/// What the end of the chain has counted.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) latency: Histogram,
    /// Every latency in nanoseconds, if the run keeps them.
    pub(super) samples: Option<Vec<u64>>,
    /// Latencies by batch, if one run is to give intervals; they are then not in `latency` until the end.
    pub(super) batches: Option<Batches>,
    /// Mean latencies over time, if a warm-up is looked for.
    pub(super) series: Option<Series>,
    pub(super) freshness: Histogram,
    /// The same over time.
    pub(super) course: Course,
    /// Records accepted and not yet delivered over time, those of the warm-up too, where records are seen one by one.
    pub(super) backlog: Option<Backlog>,
    pub(super) objects: ObjectTally,
    pub(super) in_flight: u64,
    pub(super) last_delivery: u64,
}

/// A buffer with the delays behind it.
#[derive(Debug)]
pub(super) struct Collector {
    size: u64,
    interval: u64,
    span: Span,
    behind: Vec<Delay>,
    /// Send times of the records held.
    held: Vec<u64>,
    bytes: u64,
    opened: u64,
    freshness: Freshness,
    backlog: Backlog,
    out: Delivered,
    normals: Vec<f64>,
}

impl Collector {
    pub(super) fn new(
        size: u64,
        interval: u64,
        span: Span,
        behind: Vec<Delay>,
        keep_samples: bool,
        detail: Detail,
    ) -> Self {
        let batches = if let Detail::Batches(count) = detail { Some(Batches::new(span, count)) } else { None };
        Self {
            size,
            interval,
            span,
            behind,
            backlog: Backlog::new(span.sending_ends),
            held: Vec::new(),
            bytes: 0,
            opened: 0,
            freshness: Freshness::new(span.warm_up, span.end, span.sending_ends),
            out: Delivered {
                latency: Histogram::new(),
                samples: keep_samples.then(Vec::new),
                batches,
                series: (detail == Detail::Series).then(|| Series::new(span.sending_ends)),
                freshness: Histogram::new(),
                course: Course::new(0),
                backlog: None,
                objects: ObjectTally::default(),
                in_flight: 0,
                last_delivery: 0,
            },
            normals: Vec::new(),
        }
    }

    /// Takes in records of one slot of time in any order, all before `end`.
    ///
    /// Inside one object their order changes nothing. Only when the buffer may open or close among them are they sorted.
    pub(super) fn take_slot(&mut self, records: &mut [Record], end: u64) {
        let before = self.held.len();
        self.held.extend(records.iter().map(|record| record.sent));
        let bytes = records.iter().fold(self.bytes, |sum, record| sum.saturating_add(record.size()));
        if before > 0 && bytes < self.size && end <= self.closes_at() {
            self.bytes = bytes;
            return;
        }
        self.held.truncate(before);
        records.sort_by_key(|record| record.at);
        self.take_sorted(records);
    }

    /// Takes in records in the order of time.
    pub(super) fn take_sorted(&mut self, records: &[Record]) {
        if self.interval == 0 {
            self.pass_requests(records);
            return;
        }
        for record in records {
            self.take(*record);
        }
    }

    #[inline]
    fn take(&mut self, record: Record) {
        if !self.held.is_empty() && record.at >= self.closes_at() {
            self.close(self.closes_at(), Closed::Time);
        }
        if self.held.is_empty() {
            self.opened = record.at;
        }
        self.held.push(record.sent);
        self.bytes = self.bytes.saturating_add(record.size());
        if self.bytes >= self.size {
            self.close(record.at, Closed::Size);
        }
    }

    fn pass_requests(&mut self, records: &[Record]) {
        let mut start = 0;
        while let Some(first) = records.get(start).copied() {
            let end = request_end(records, start);
            let request = records.get(start..end).unwrap_or_default();
            self.held.extend(request.iter().map(|record| record.sent));
            self.bytes = request.iter().fold(0, |sum: u64, record| sum.saturating_add(record.size()));
            self.opened = first.at;
            self.close(first.at, Closed::Request);
            start = end;
        }
    }

    const fn closes_at(&self) -> u64 {
        self.opened.saturating_add(self.interval)
    }

    /// Makes an object of what is held and follows it to the sink.
    fn close(&mut self, now: u64, closed: Closed) {
        let mut delay = [0];
        for behind in &mut self.behind {
            behind.law.add_to(&mut behind.stream, &mut delay, &mut self.normals);
            delay[0] += transfer_time(self.bytes, behind.per_mib);
        }
        let available = now.saturating_add(delay.iter().sum());
        self.freshness.object(self.opened, available);
        let in_time = available <= self.span.end;
        self.backlog.object(&self.held, in_time.then_some(available));
        if in_time {
            self.out.last_delivery = self.out.last_delivery.max(available);
            self.deliver(available, closed);
        } else {
            self.lose_sight();
        }
        self.held.clear();
        self.bytes = 0;
    }

    fn deliver(&mut self, available: u64, closed: Closed) {
        if available >= self.span.warm_up {
            self.out.objects.count_one(self.bytes, closed);
        }
        let counted = self.held.iter().filter(|sent| **sent >= self.span.warm_up);
        match (&mut self.out.batches, &mut self.out.series) {
            (Some(batches), _) => counted.for_each(|sent| batches.add(*sent, available - sent)),
            (None, None) => counted.for_each(|sent| self.out.latency.add(available - sent)),
            (None, Some(series)) => {
                for sent in counted {
                    series.add(*sent, available - sent);
                    self.out.latency.add(available - sent);
                }
            }
        }
        if let Some(samples) = &mut self.out.samples {
            let counted = self.held.iter().filter(|sent| **sent >= self.span.warm_up);
            samples.extend(counted.map(|sent| available - sent));
        }
    }

    /// What is held is still on its way when the run ends.
    fn lose_sight(&mut self) {
        self.out.in_flight += self.held.iter().filter(|sent| **sent >= self.span.warm_up).count() as u64;
    }

    /// Books records that were accepted and have not come here by the end of the run.
    pub(super) fn never_came(&mut self, records: &[Record]) {
        for record in records {
            self.backlog.send(record.sent, 1);
        }
    }

    /// Ends the run: the timer of an open buffer still fires by the end of the span.
    pub(super) fn finish(mut self) -> Delivered {
        if !self.held.is_empty() {
            if self.closes_at() <= self.span.end {
                self.close(self.closes_at(), Closed::Time);
            } else {
                self.freshness.object(self.opened, u64::MAX);
                self.backlog.object(&self.held, None);
                self.lose_sight();
            }
        }
        (self.out.freshness, self.out.course) = self.freshness.finish();
        self.out.backlog = Some(self.backlog);
        if let Some(batches) = &mut self.out.batches {
            batches.trim();
            self.out.latency = batches.together();
        }
        self.out.latency.trim();
        self.out
    }
}

impl ObjectTally {
    pub(super) const fn count_one(&mut self, bytes: u64, closed: Closed) {
        if self.count == 0 || bytes < self.smallest {
            self.smallest = bytes;
        }
        if bytes > self.largest {
            self.largest = bytes;
        }
        self.count += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        match closed {
            Closed::Size => self.by_size += 1,
            Closed::Time => self.by_time += 1,
            Closed::Request => self.by_request += 1,
        }
    }
}
