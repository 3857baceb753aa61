//! Sources that passed every check, and what they will cost to run.

use std::sync::Arc;

use super::super::SimError;
use super::super::law::{LARGEST_SIZE, SizeSampler};
use super::super::model::{Arrivals, CountLaw, Source};
use super::super::stream::stream;
use super::{Clock, Rates, Sender, clock};
use crate::units::SimTime;

/// Records a second: one in 32 million years.
const LOWEST_RATE: f64 = 1e-15;
/// The most sources of an overlay.
const MOST_PARTS: usize = 100;
/// The longest cell of time of groups, in nanoseconds: a day.
const LONGEST_CELL: u64 = 86_400_000_000_000;

/// A source that passed every check, with those it consists of.
#[derive(Debug)]
pub(in crate::sim) struct CheckedSource<'a> {
    source: &'a Source,
    sizes: SizeSampler,
    parts: Vec<CheckedSource<'a>>,
}

impl<'a> CheckedSource<'a> {
    pub(in crate::sim) fn new(source: &'a Source) -> Result<Self, SimError> {
        let Arrivals::Overlay(parts) = &source.arrivals else { return Self::single(source) };
        if !(1..=MOST_PARTS).contains(&parts.len()) {
            return Err(SimError::invalid("overlay", "1 to 100 sources", parts.len()));
        }
        if parts.iter().any(|part| matches!(part.arrivals, Arrivals::Overlay(_))) {
            return Err(SimError::invalid("overlay", "sources that are no overlays themselves", "an overlay"));
        }
        let parts = parts.iter().map(Self::single).collect::<Result<_, _>>()?;
        Ok(Self { source, sizes: SizeSampler::Constant(1), parts })
    }

    fn single(source: &'a Source) -> Result<Self, SimError> {
        if !source.records_per_request.is_valid() {
            return Err(SimError::invalid("records-per-request", "1 to 100,000", &source.records_per_request));
        }
        check_arrivals(source)?;
        let sizes = if matches!(source.arrivals, Arrivals::Trace(_)) {
            SizeSampler::Constant(1)
        } else {
            checked_sizes(&source.sizes)?
        };
        Ok(Self { source, sizes, parts: Vec::new() })
    }

    /// What draws the sizes; of an overlay, each part has its own.
    pub(in crate::sim) fn sizes(&self) -> SizeSampler {
        self.sizes.clone()
    }

    /// When the source falls silent in a run that ends then, in nanoseconds.
    pub(in crate::sim) fn sending_span(&self, end: u64) -> u64 {
        match &self.source.arrivals {
            Arrivals::Trace(records) => records.last().map_or(0, |last| last.at.as_nanos()).min(end),
            _ => end,
        }
    }

    /// Records of one replication that ends then.
    pub(in crate::sim) fn expected_records(&self, end: u64) -> f64 {
        let in_one = self.source.records_per_request.mean();
        match &self.source.arrivals {
            Arrivals::Trace(records) => records.len() as f64,
            Arrivals::Overlay(_) => self.parts.iter().map(|part| part.expected_records(end)).sum(),
            Arrivals::Devices(devices) => self.source.mean_rate() * seconds(end) + in_one * f64::from(devices.count),
            other => {
                let until = SimTime::from_nanos(end);
                other.profile().map_or(0.0, |profile| profile.expected_at_most(until)) + in_one * self.in_group()
            }
        }
    }

    /// Steps of one replication that end in no record: changes of a modulated rate.
    pub(in crate::sim) fn idle_steps(&self, end: u64) -> f64 {
        match &self.source.arrivals {
            Arrivals::Mmpp(_, law) => law.changes_per_second() * seconds(end),
            Arrivals::SelfSimilar(_, law) => 2.0 * law.sources / law.mean_on.as_secs_f64() * seconds(end),
            Arrivals::Overlay(_) => self.parts.iter().map(|part| part.idle_steps(end)).sum(),
            _ => 0.0,
        }
    }

    /// What a source holds in memory, in records.
    pub(in crate::sim) fn held(&self) -> f64 {
        let in_one = self.source.records_per_request.mean();
        let requests = || self.source.arrivals.profile().map_or(0.0, super::super::model::RateProfile::peak) / in_one;
        match &self.source.arrivals {
            Arrivals::Groups(_, law) => {
                requests() * law.within.map_or(0.0, crate::units::SimDuration::as_secs_f64) + law.size.mean()
            }
            // By Little's law.
            Arrivals::Sessions(_, law) => requests() * law.think.mean(),
            Arrivals::SelfSimilar(_, law) => law.sources,
            Arrivals::Devices(law) => f64::from(law.count),
            Arrivals::Overlay(_) => self.parts.iter().map(Self::held).sum(),
            _ => 0.0,
        }
    }

    /// Requests that come in one group or session.
    fn in_group(&self) -> f64 {
        match &self.source.arrivals {
            Arrivals::Groups(_, law) => law.size.mean(),
            Arrivals::Sessions(_, law) => law.requests.mean(),
            _ => 1.0,
        }
    }

    /// The source of one replication, whose streams have names that begin with `name`.
    pub(in crate::sim) fn sender(&self, name: &str, seed: u64, replication: u32, end: u64) -> Sender {
        let of = |component: &str| stream(seed, replication, &format!("{name}/{component}"));
        let clock = match &self.source.arrivals {
            Arrivals::Overlay(_) => {
                let part = |(index, part): (usize, &CheckedSource<'_>)| {
                    part.sender(&format!("{name}/{index}"), seed, replication, end)
                };
                Clock::Overlay(Box::new(super::overlay::Overlay::new(self.parts.iter().enumerate().map(part))))
            }
            Arrivals::Trace(records) => Clock::Trace { records: Arc::clone(records), next: 0 },
            other => clock(other, self.source.records_per_request.mean(), of),
        };
        Sender::new(clock, self.sizes.clone(), of("sizes"), (&self.source.records_per_request, of("batches")), end)
    }

    /// The rate of requests in one replication, of a source that is Poisson given that rate.
    pub(in crate::sim) fn rates(&self, name: &str, seed: u64, replication: u32) -> Option<Rates> {
        let modulation = stream(seed, replication, &format!("{name}/modulation"));
        Rates::new(&self.source.arrivals, self.source.records_per_request.mean(), modulation)
    }
}

impl Source {
    /// Whether the source can be run, whatever it feeds.
    ///
    /// # Errors
    /// [`SimError`] with the parameter that makes no sense.
    pub fn check(&self) -> Result<(), SimError> {
        CheckedSource::new(self).map(|_| ())
    }
}

impl super::super::model::SizeLaw {
    /// Whether sizes can be drawn from the law.
    ///
    /// # Errors
    /// [`SimError`] where a parameter is out of range, or the mean is not above 0 and at most 1 TiB.
    pub fn check(&self) -> Result<(), SimError> {
        checked_sizes(self).map(|_| ())
    }
}

fn checked_sizes(law: &super::super::model::SizeLaw) -> Result<SizeSampler, SimError> {
    let expected = "a mean from above 0 to 1 TiB, and shapes in the range of the law";
    SizeSampler::new(law).ok_or_else(|| SimError::invalid("sizes", expected, law))
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

fn check_arrivals(source: &Source) -> Result<(), SimError> {
    let arrivals = &source.arrivals;
    if let Some(profile) = arrivals.profile()
        && profile.mean().get() < LOWEST_RATE
    {
        return Err(SimError::invalid("arrivals", "1e-15 records a second or more", profile.mean().get()));
    }
    match arrivals {
        Arrivals::Renewal(_, law) => law.check(),
        Arrivals::SelfSimilar(_, law) => law.check(),
        Arrivals::Groups(_, law) => {
            let cell = law.within.map_or(1, crate::units::SimDuration::as_nanos);
            if !law.size.is_valid() || !(1..=LONGEST_CELL).contains(&cell) {
                let expected = "a mean size from 1 to 100,000, spread over a day at most";
                return Err(SimError::invalid("groups", expected, law));
            }
            Ok(())
        }
        Arrivals::Sessions(_, law) => {
            if !law.requests.is_valid() {
                let expected = "a mean of requests from 1 to 100,000";
                return Err(SimError::invalid("sessions", expected, &law.requests));
            }
            law.think.check()
        }
        Arrivals::Devices(law) => law.check(),
        Arrivals::Trace(records) => check_trace(records, &source.records_per_request),
        Arrivals::Poisson(_) | Arrivals::Deterministic(_) | Arrivals::Mmpp(..) | Arrivals::Overlay(_) => Ok(()),
    }
}

fn check_trace(records: &[super::super::model::TraceRecord], per_request: &CountLaw) -> Result<(), SimError> {
    if records.is_empty() {
        return Err(SimError::EmptyTrace);
    }
    if !matches!(per_request, CountLaw::Fixed(_)) {
        return Err(SimError::invalid("records-per-request", "a fixed number, since a trace has its own", per_request));
    }
    if let Some(index) = records.windows(2).position(|pair| pair.first().map(|r| r.at) > pair.last().map(|r| r.at)) {
        return Err(SimError::UnsortedTrace(index + 1));
    }
    match records.iter().find(|record| record.size.get() > LARGEST_SIZE) {
        Some(record) => Err(SimError::invalid("trace", "records of 1 TiB at most", record.size)),
        None => Ok(()),
    }
}
