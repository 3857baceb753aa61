//! The source while it runs: blocks of records in the order of their send times.

use std::sync::Arc;

use rand_distr::{Distribution, Exp1};

use super::law::SizeSampler;
use super::model::{RateProfile, TraceRecord};
use super::record::Record;
use super::stream::Stream;

const NANOS: f64 = 1e9;

/// Records of one block, unless a single request has more.
const BLOCK: usize = 512;

/// Later than the end of any run (2^62 ns), yet early enough that a part of a profile is more than rounding.
const BEYOND: f64 = 5e18;

/// A rate in requests a nanosecond that changes at fixed times.
#[derive(Debug, Clone)]
struct Pace {
    /// Of each part of the period.
    rates: Vec<f64>,
    /// Nanoseconds of one part.
    part: f64,
    /// Expected requests of a whole period.
    per_period: f64,
    /// The part at hand, the mean time between its requests, and where it ends.
    index: usize,
    gap: f64,
    ends: f64,
}

impl Pace {
    fn new(profile: &RateProfile, records_per_request: u32) -> Self {
        let mean = profile.mean().get() / f64::from(records_per_request) / NANOS;
        let flat = profile.factors().windows(2).all(|pair| pair.first() == pair.last());
        let rates: Vec<f64> =
            if flat { vec![mean] } else { profile.factors().iter().map(|factor| factor * mean).collect() };
        let period = profile.period().as_nanos() as f64;
        let part = if flat { f64::INFINITY } else { period / rates.len() as f64 };
        let gap = rates.first().map_or(f64::INFINITY, |rate| 1.0 / rate);
        Self { rates, part, per_period: mean * period, index: 0, gap, ends: part }
    }

    fn rate(&self) -> f64 {
        self.rates.get(self.index).copied().unwrap_or(0.0)
    }

    /// Moves on to the next part.
    fn turn(&mut self) {
        self.ends += self.part;
        self.index = (self.index + 1) % self.rates.len();
        self.gap = 1.0 / self.rate();
    }

    /// The time at which `expected` more requests are due after `time`.
    #[inline]
    fn advance(&mut self, time: f64, expected: f64) -> f64 {
        let due = time + expected * self.gap;
        if due <= self.ends { due } else { self.advance_over_parts(time, expected) }
    }

    #[cold]
    fn advance_over_parts(&mut self, mut time: f64, mut expected: f64) -> f64 {
        if !self.part.is_finite() {
            return time + expected / self.rate();
        }
        let periods = (expected / self.per_period).floor();
        let skipped = periods * self.part * self.rates.len() as f64;
        expected = (expected - periods * self.per_period).max(0.0);
        time += skipped;
        self.ends += skipped;
        loop {
            let rate = self.rate();
            let available = (self.ends - time).max(0.0) * rate;
            if time >= BEYOND {
                return time;
            }
            if rate > 0.0 && expected <= available {
                return time + expected / rate;
            }
            expected -= available;
            time = self.ends;
            self.turn();
        }
    }
}

/// When requests are sent.
#[derive(Debug, Clone)]
enum Clock {
    Poisson { pace: Pace, time: f64, stream: Box<Stream> },
    Evenly { pace: Pace, time: f64, sent: u64 },
    Trace { records: Arc<[TraceRecord]>, next: usize },
}

/// What is drawn in one block, kept for its memory.
#[derive(Debug, Clone, Default)]
struct Scratch {
    times: Vec<u64>,
    sizes: Vec<u64>,
    normals: Vec<f64>,
}

/// A source ready to send.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    clock: Clock,
    sizes: SizeSampler,
    size_stream: Stream,
    per_request: usize,
    /// No request is sent at this time or later.
    end: u64,
    scratch: Scratch,
}

impl Sender {
    pub(super) fn poisson(profile: &RateProfile, per_request: u32, stream: Stream, rest: SenderParts) -> Self {
        let pace = Pace::new(profile, per_request);
        rest.with(Clock::Poisson { pace, time: 0.0, stream: Box::new(stream) }, per_request)
    }

    pub(super) fn evenly(profile: &RateProfile, per_request: u32, rest: SenderParts) -> Self {
        rest.with(Clock::Evenly { pace: Pace::new(profile, per_request), time: 0.0, sent: 0 }, per_request)
    }

    pub(super) fn trace(records: Arc<[TraceRecord]>, per_request: u32, rest: SenderParts) -> Self {
        rest.with(Clock::Trace { records, next: 0 }, per_request)
    }

    /// Replaces `block` by the next records; none are left when it stays empty.
    pub(super) fn fill(&mut self, block: &mut Vec<Record>) {
        block.clear();
        let requests = (BLOCK / self.per_request).max(1);
        self.scratch.times.clear();
        match &mut self.clock {
            Clock::Poisson { pace, time, stream } => {
                let mut local = Stream::clone(stream);
                *time = poisson_times(pace, *time, &mut local, self.end, requests, &mut self.scratch.times);
                **stream = local;
            }
            Clock::Evenly { pace, time, sent } => {
                even_times(pace, time, sent, self.end, requests, &mut self.scratch.times);
            }
            Clock::Trace { records, next } => {
                *next = trace_block(records, *next, self.per_request, self.end, block);
                return;
            }
        }
        let Scratch { times, sizes, normals } = &mut self.scratch;
        self.sizes.fill(&mut self.size_stream, sizes, normals, times.len() * self.per_request);
        if self.per_request == 1 {
            block.extend(times.iter().zip(&*sizes).map(|(at, size)| Record::new(*at, *size, true)));
            return;
        }
        for (at, sizes) in times.iter().zip(sizes.chunks(self.per_request)) {
            block.extend(sizes.iter().enumerate().map(|(index, size)| Record::new(*at, *size, index == 0)));
        }
    }
}

/// What every sender needs besides its clock.
#[derive(Debug)]
pub(super) struct SenderParts {
    pub(super) sizes: SizeSampler,
    pub(super) size_stream: Stream,
    pub(super) end: u64,
}

impl SenderParts {
    fn with(self, clock: Clock, per_request: u32) -> Sender {
        Sender {
            clock,
            sizes: self.sizes,
            size_stream: self.size_stream,
            per_request: per_request as usize,
            end: self.end,
            scratch: Scratch::default(),
        }
    }
}

/// Appends up to `count` times and returns the time of the last request, past the end when there are no more.
fn poisson_times(
    pace: &mut Pace,
    mut time: f64,
    stream: &mut Stream,
    end: u64,
    count: usize,
    times: &mut Vec<u64>,
) -> f64 {
    for _ in 0..count {
        time = pace.advance(time, Exp1.sample(stream));
        // Up to 2^62 ns, the longest run, the cast through the signed type is exact and cheaper.
        let at = (time as i64).cast_unsigned();
        if at >= end {
            break;
        }
        times.push(at);
    }
    time
}

/// The `k`th request is sent when `k` requests have been due.
fn even_times(pace: &mut Pace, time: &mut f64, sent: &mut u64, end: u64, count: usize, times: &mut Vec<u64>) {
    let flat = pace.rates.len() == 1;
    for _ in 0..count {
        let due = if *sent == 0 { 0.0 } else { 1.0 };
        // At a constant rate each time is computed afresh, so that rounding does not pile up over a long run.
        *time = if flat { *sent as f64 / pace.rate() } else { pace.advance(*time, due) };
        *sent += 1;
        let at = ((*time + 0.5) as i64).cast_unsigned();
        if at >= end {
            break;
        }
        times.push(at);
    }
}

/// Appends up to a block of records from `next` on, never ending inside a request, and returns where the rest begins.
fn trace_block(
    records: &[TraceRecord],
    mut next: usize,
    per_request: usize,
    end: u64,
    block: &mut Vec<Record>,
) -> usize {
    let mut in_request = 0;
    let mut previous = None;
    while let Some(record) = records.get(next).filter(|record| record.at.as_nanos() < end) {
        let leads = previous != Some(record.at) || in_request >= per_request;
        if leads && block.len() >= BLOCK {
            break;
        }
        in_request = if leads { 1 } else { in_request + 1 };
        previous = Some(record.at);
        block.push(Record::new(record.at.as_nanos(), record.size.get(), leads));
        next += 1;
    }
    next
}
