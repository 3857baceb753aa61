//! The source while it runs: blocks of records in the order of their send times.
//!
//! A [`Sender`] has a clock, which says when requests are sent, and laws of how many records each brings and how large
//! they are. Each process has a clock of its own, in a file of its own; what a clock draws comes from streams of its own,
//! so that no change to the sizes moves a request.

mod checked;
mod counts;
mod devices;
mod groups;
mod modulated;
mod overlay;
mod pace;
mod rates;
mod renewal;
mod sessions;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rand_distr::{Distribution, Exp1};

use super::law::{SizeSampler, unit};
use super::model::{Arrivals, CountLaw, TraceRecord};
use super::record::Record;
use super::stream::Stream;
pub(super) use checked::CheckedSource;
use counts::CountSampler;
use devices::DeviceClock;
use groups::GroupClock;
use modulated::{Chain, Crowd, Modulated};
use overlay::Overlay;
use pace::Pace;
pub(super) use rates::Rates;
use renewal::Renewal;
use sessions::SessionClock;

/// Records of one block, unless a single request has more.
const BLOCK: usize = 512;

/// When requests are sent.
#[derive(Debug, Clone)]
enum Clock {
    Poisson {
        pace: Pace,
        time: f64,
        stream: Box<Stream>,
    },
    Evenly {
        pace: Pace,
        time: f64,
        sent: u64,
    },
    Renewal(Box<Renewal>),
    Mmpp(Box<Modulated<Chain>>),
    SelfSimilar(Box<Modulated<Crowd>>),
    Groups(Box<GroupClock>),
    Sessions(Box<SessionClock>),
    Devices(Box<DeviceClock>),
    Trace {
        records: Arc<[TraceRecord]>,
        next: usize,
    },
    Overlay(Box<Overlay>),
    /// Sends nothing.
    Silent,
}

/// The clock of a process, whose requests bring so many records on average; `of` gives streams by name.
fn clock(arrivals: &Arrivals, in_one: f64, of: impl Fn(&str) -> Stream) -> Clock {
    let stream = || of("arrivals");
    match arrivals {
        Arrivals::Poisson(profile) => {
            Clock::Poisson { pace: Pace::new(profile, in_one), time: 0.0, stream: Box::new(stream()) }
        }
        Arrivals::Deterministic(profile) => Clock::Evenly { pace: Pace::new(profile, in_one), time: 0.0, sent: 0 },
        Arrivals::Renewal(profile, law) => Renewal::new(Pace::new(profile, in_one), law, stream())
            .map_or(Clock::Silent, |renewal| Clock::Renewal(Box::new(renewal))),
        Arrivals::Mmpp(profile, law) => {
            let chain = Chain::new(law, of("modulation"));
            Clock::Mmpp(Box::new(Modulated::new(Pace::new(profile, in_one), chain, stream())))
        }
        Arrivals::SelfSimilar(profile, law) => {
            let crowd = Crowd::new(*law, of("modulation"));
            Clock::SelfSimilar(Box::new(Modulated::new(Pace::new(profile, in_one), crowd, stream())))
        }
        Arrivals::Groups(profile, law) => {
            let pace = Pace::new(profile, in_one * law.size.mean());
            Clock::Groups(Box::new(GroupClock::new(pace, law, stream(), of("members"))))
        }
        Arrivals::Sessions(profile, law) => {
            let pace = Pace::new(profile, in_one * law.requests.mean());
            Clock::Sessions(Box::new(SessionClock::new(pace, law, stream(), of("members"))))
        }
        Arrivals::Devices(law) => Clock::Devices(Box::new(DeviceClock::new(law, stream()))),
        Arrivals::Trace(_) | Arrivals::Overlay(_) => Clock::Silent,
    }
}

/// A block of send times that is being filled.
#[derive(Debug)]
struct Block<'a> {
    times: &'a mut Vec<u64>,
    most: usize,
    end: u64,
}

impl Block<'_> {
    fn wants_more(&self) -> bool {
        self.times.len() < self.most
    }

    /// Whether nothing is sent at this time any more.
    fn is_over(&self, at: u64) -> bool {
        at >= self.end
    }

    /// Adds a time, unless nothing is sent then any more.
    fn push(&mut self, at: u64) -> bool {
        let in_time = at < self.end;
        if in_time {
            self.times.push(at);
        }
        in_time
    }
}

/// What is drawn in one block, kept for its memory.
#[derive(Debug, Clone, Default)]
struct Scratch {
    times: Vec<u64>,
    counts: Vec<u32>,
    sizes: Vec<u64>,
    normals: Vec<f64>,
}

/// A source ready to send.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    clock: Clock,
    sizes: SizeSampler,
    size_stream: Stream,
    /// Records of a request, if that varies.
    batches: Option<(CountSampler, Stream)>,
    /// Records of a request, the mean if that varies.
    per_request: usize,
    /// No request is sent at this time or later.
    end: u64,
    scratch: Scratch,
}

impl Sender {
    fn new(
        clock: Clock,
        sizes: SizeSampler,
        size_stream: Stream,
        (per_request, batch_stream): (&CountLaw, Stream),
        end: u64,
    ) -> Self {
        let varies = !matches!(per_request, CountLaw::Fixed(_));
        Self {
            clock,
            sizes,
            size_stream,
            batches: varies.then(|| (CountSampler::new(per_request), batch_stream)),
            per_request: (per_request.mean().ceil() as usize).max(1),
            end,
            scratch: Scratch::default(),
        }
    }

    /// Replaces `block` by the next records; none are left when it stays empty.
    pub(super) fn fill(&mut self, block: &mut Vec<Record>) {
        block.clear();
        let requests = (BLOCK / self.per_request).max(1);
        self.scratch.times.clear();
        let mut times = Block { times: &mut self.scratch.times, most: requests, end: self.end };
        match &mut self.clock {
            Clock::Poisson { pace, time, stream } => {
                let mut local = Stream::clone(stream);
                *time = poisson_times(pace, *time, &mut local, self.end, requests, &mut self.scratch.times);
                **stream = local;
            }
            Clock::Evenly { pace, time, sent } => {
                even_times(pace, time, sent, self.end, requests, &mut self.scratch.times);
            }
            Clock::Renewal(renewal) => renewal.fill(&mut times),
            Clock::Mmpp(modulated) => modulated.fill(&mut times),
            Clock::SelfSimilar(modulated) => modulated.fill(&mut times),
            Clock::Groups(groups) => groups.fill(&mut times),
            Clock::Sessions(sessions) => sessions.fill(&mut times),
            Clock::Devices(devices) => devices.fill(&mut times),
            Clock::Trace { records, next } => {
                *next = trace_block(records, *next, self.per_request, self.end, block);
                return;
            }
            Clock::Overlay(overlay) => {
                overlay.fill(block);
                return;
            }
            Clock::Silent => {}
        }
        self.add_records(block);
    }

    /// Gives the requests their records, and these their sizes.
    fn add_records(&mut self, block: &mut Vec<Record>) {
        let Scratch { times, counts, sizes, normals } = &mut self.scratch;
        if let Some((law, stream)) = &mut self.batches {
            counts.clear();
            counts.extend(times.iter().map(|_| law.draw(stream)));
            let records = counts.iter().map(|count| *count as usize).sum();
            self.sizes.fill(&mut self.size_stream, sizes, normals, records);
            let mut rest = sizes.iter();
            for (at, count) in times.iter().zip(counts) {
                let request = rest.by_ref().take(*count as usize).enumerate();
                block.extend(request.map(|(index, size)| Record::new(*at, *size, index == 0)));
            }
            return;
        }
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

/// Whole nanoseconds, rounded down; the end of time for what is beyond it.
fn nanos(time: f64) -> u64 {
    time as u64
}

/// The index that a number in 0..1 picks from cumulative chances.
fn pick(chances: &[f64], number: f64) -> usize {
    chances.partition_point(|chance| *chance <= number).min(chances.len().saturating_sub(1))
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
    let flat = pace.is_constant();
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
