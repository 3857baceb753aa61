//! Single records of a run that has none: drawn from the buffers they were in.

use serde::Serialize;

use super::draws::{Delays, Sizes, uniform};
use crate::sim::plan::Plan;
use crate::sim::stream::{Stream, stream};

/// One record of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct SampledRecord {
    /// When the client sent it, in seconds.
    pub sent_s: f64,
    /// When it entered the buffer, in seconds.
    pub arrived_s: f64,
    /// When its object was available, in seconds.
    pub available_s: f64,
    /// Its size.
    pub bytes: u64,
}

/// What is known of a record in its buffer, in nanoseconds and bytes; either when it was sent or when it arrived is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) sent: Option<u64>,
    pub(super) arrived: Option<u64>,
    pub(super) bytes: Option<u64>,
    /// When the buffer closed.
    pub(super) closed: u64,
    pub(super) available: u64,
}

/// Independent draws of one delivered record each, all as likely as the others.
#[derive(Debug)]
pub(super) struct Sample {
    drawn: Vec<Option<SampledRecord>>,
    /// For each draw, how many records have passed when it is replaced next.
    next: Vec<f64>,
    soonest: f64,
    passed: f64,
    stream: Stream,
    upstream: Delays,
    sizes: Sizes,
}

impl Sample {
    pub(super) fn new(plan: &Plan<'_>, count: usize) -> Self {
        // Streams of a replication that no run has.
        let aside = u32::MAX;
        Self {
            drawn: vec![None; count],
            next: vec![0.0; count],
            soonest: 0.0,
            passed: 0.0,
            stream: stream(plan.seed, aside, "flow/sample"),
            upstream: Delays::new(plan.upstream(aside)),
            sizes: Sizes::new(plan.source.sizes(), stream(plan.seed, aside, "source/sizes")),
        }
    }

    /// Lets the records of a buffer pass; `pick` says where the record of a number was.
    ///
    /// A draw that is kept after `n` records is the last one replaced; it is replaced next at n / u records, with u uniform,
    /// which makes every record equally likely in the end.
    #[inline]
    pub(super) fn pass(&mut self, records: u64, pick: impl Fn(u64, &mut Stream) -> Seen) {
        self.passed += records as f64;
        if self.passed > self.soonest {
            self.replace(records, pick);
        }
    }

    #[cold]
    fn replace(&mut self, records: u64, pick: impl Fn(u64, &mut Stream) -> Seen) {
        self.soonest = f64::INFINITY;
        for (drawn, next) in self.drawn.iter_mut().zip(&mut self.next) {
            if *next < self.passed {
                let number = (uniform(&mut self.stream) * records as f64) as u64;
                let seen = pick(number, &mut self.stream);
                let (sent, arrived) = match (seen.sent, seen.arrived) {
                    (Some(sent), Some(arrived)) => (sent, arrived),
                    (None, arrived) => {
                        let arrived = arrived.unwrap_or(seen.closed);
                        (arrived.saturating_sub(self.upstream.draw()), arrived)
                    }
                    (Some(sent), None) => (sent, sent.saturating_add(self.upstream.draw()).min(seen.closed)),
                };
                let bytes = seen.bytes.unwrap_or_else(|| self.sizes.draw());
                let seconds = |nanos: u64| nanos as f64 / 1e9;
                *drawn = Some(SampledRecord {
                    sent_s: seconds(sent),
                    arrived_s: seconds(arrived),
                    available_s: seconds(seen.available),
                    bytes,
                });
                *next = self.passed / (1.0 - uniform(&mut self.stream));
            }
            self.soonest = self.soonest.min(*next);
        }
    }

    /// The records drawn, in the order in which they were sent.
    pub(super) fn into_records(self) -> Vec<SampledRecord> {
        let mut records: Vec<SampledRecord> = self.drawn.into_iter().flatten().collect();
        records.sort_by(|a, b| a.sent_s.total_cmp(&b.sent_s));
        records
    }
}
