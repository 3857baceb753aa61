//! The flow tier: a run drawn buffer by buffer instead of record by record.
//!
//! Poisson arrivals that are each displaced by an independent delay are again Poisson arrivals, and what the records weigh
//! does not depend on when they come. So a buffer's cycles are independent of each other, and one is described by a handful
//! of numbers: how many records fill it, how long they take to come, what they weigh together and how long the object takes
//! to become available. Given these, the records between the first and the last came at independent uniform times, so the
//! whole histogram of latencies follows without drawing a record. What takes the record tier five thousand draws takes six.
//!
//! The parts: [`sizes`] tabulates the law of sizes, [`count`] the number of records that fill the buffer, [`wait`] the time
//! before it; [`inflow`] says where the rate is constant; [`cycle`] draws one buffer after another and [`impulses`] books
//! their latencies; [`mod@gates`] bounds the probability that a gate would have turned anything away. [`throttle`] plays a
//! gate in front that does turn requests away, and [`throttled`] draws the buffers behind it.
//!
//! A rate that changes, by its profile, in an episode or at random, is a row of stretches with one rate each. What modulates
//! it is drawn first, from the record tier's own stream; given that, arrivals are Poisson, and the same holds.
//!
//! The decision a reader would question: at the edges of the run, of the warm-up and of stretches with one rate, records
//! are drawn one by one here too. That keeps every formula to the case where it is exact.

use rand_distr::{Distribution, StandardNormal};

mod count;
mod cycle;
mod draws;
mod gates;
mod guide;
mod impulses;
mod inflow;
mod normal;
mod sample;
mod sizes;
#[cfg(test)]
mod tests;
mod throttle;
mod throttled;
mod wait;

use self::count::CountLaw;
use self::draws::uniform;
use self::gates::Offered;
use self::guide::Guide;
use self::inflow::{Inflow, Outlook};
pub use self::sample::SampledRecord;
use self::sizes::{SizeTable, Units};
use self::wait::WaitLaw;
use super::SimError;
use super::config::RunConfig;
use super::gate::Load;
use super::law::transfer_time;
use super::model::{Buffer, Counted, Gate, LatencyLaw, Model, StageKind, Transfer};
use super::plan::Plan;
use super::replication::{Progress, Tally};
use super::stream::Stream;
use super::tier::{Certificate, Obstacle};

/// A gate is left out when the probability that it rejects anything in all replications is at most this.
/// Even then a run of 10^11 records lacks a few of them.
const NEGLIGIBLE: f64 = 1e-2;
/// The longest run of which a gate that rejects is played: 32 years.
const MOST_SECONDS: u64 = 1_000_000_000;
/// The longest cycle is this many standard deviations above the mean, and a little more.
const DEVIATIONS: f64 = 8.0;

/// A model ready to be drawn buffer by buffer.
#[derive(Debug)]
pub(super) struct FlowPlan {
    outlook: Outlook,
    count: CountLaw,
    sizes: SizeTable,
    /// Sizes, and how often a record met at a random byte has each.
    met: Vec<f64>,
    by_size: Guide,
    lattice: u64,
    mean_size: f64,
    variance: f64,
    /// The way to the buffer, and how long it takes at most, but for a negligible probability.
    wait: WaitLaw,
    longest_way: u64,
    /// Nanoseconds that each MiB of an object adds to the delays behind the buffer.
    per_mib: Vec<u64>,
    /// The longest time from opening a buffer to its object, in nanoseconds, but for a negligible probability.
    reach: f64,
    per_request: u64,
    size: u64,
    /// The least that a full buffer can hold.
    fills: u64,
    interval: u64,
    warm_up: u64,
    end: u64,
    grains: Vec<u64>,
    units: Vec<Units>,
    /// The number of the gate that turns requests away, if one does.
    throttled: Option<usize>,
    /// What is left out, each with its bound.
    pub(super) certificates: Vec<Certificate>,
}

impl FlowPlan {
    /// Prepares a model that has passed every check of the record tier.
    pub(super) fn new(plan: &Plan<'_>, model: &Model, config: &RunConfig) -> Result<Self, Obstacle> {
        let outlook = Outlook::new(&model.source.arrivals, plan.sending_ends as f64 / 1e9)?;
        let buffer = plan.buffer;
        if buffer.interval.as_nanos() == 0 {
            return Err(Obstacle::NoBuffer);
        }
        if config.keep_samples {
            return Err(Obstacle::ExactPercentiles);
        }
        let sizes = size_table(plan, model)?;
        let (throttled, certificates) = certify(plan, model, config, outlook, &sizes)?;
        let Latencies { before, behind, per_mib } = latencies(model)?;
        if !before.iter().chain(&behind).all(wait::is_known) {
            return Err(Obstacle::LatencyLaw);
        }
        let (wait, behind) = (WaitLaw::of_sum(&before), WaitLaw::of_sum(&behind));
        let per_request = per_request(model)?;
        let longest = wait.longest() as u64 + 1;
        let count = CountLaw::new(&sizes, buffer.size.get(), most_in_an_interval(outlook, buffer, per_request));
        let mut flow = Self {
            outlook,
            longest_way: if before.is_empty() { 0 } else { longest },
            met: sizes.cells.iter().map(|cell| cell.size).collect(),
            by_size: Guide::of_weights(sizes.cells.iter().map(|cell| cell.share * cell.size)),
            lattice: sizes.lattice,
            mean_size: sizes.mean,
            variance: sizes.variance,
            wait,
            per_mib,
            reach: 0.0,
            per_request: u64::from(per_request),
            size: buffer.size.get(),
            fills: buffer.size.get().div_ceil(sizes.lattice) * sizes.lattice,
            interval: buffer.interval.as_nanos(),
            warm_up: plan.span.warm_up,
            end: plan.span.end,
            grains: plan.increments.clone(),
            units: plan.increments.iter().map(|grain| sizes.units(*grain)).collect(),
            throttled,
            certificates,
            sizes,
            count,
        };
        flow.reach = flow.longest_cycle(flow.requests(outlook.lowest)) as f64 + behind.longest();
        flow.reach += flow.transfer(flow.fills.saturating_mul(2)) as f64;
        flow.certificates.extend(flow.own_certificates());
        Ok(flow)
    }

    /// Nanoseconds within which a buffer closes at a steady rate of requests, but for a negligible probability.
    #[inline]
    fn longest_cycle(&self, rate: f64) -> u64 {
        let requests = (self.count.most() / self.per_request + 1) as f64;
        let most = requests + DEVIATIONS * requests.sqrt() + 40.0;
        ((most / rate) as u64).min(self.interval)
    }

    /// Whether a gate is played request by request, which takes time for each of them.
    pub(super) const fn is_throttled(&self) -> bool {
        self.throttled.is_some()
    }

    /// Whether most buffers can be drawn whole: the rate stays the same for much longer than a record needs to its object.
    pub(super) fn is_mostly_steady(&self, plan: &Plan<'_>) -> bool {
        let slow = self.longest_cycle(self.requests(self.outlook.peak)).saturating_add(self.wait.longest() as u64);
        let measured = plan.sending_ends.saturating_sub(self.warm_up) as f64;
        self.outlook.spell.min(measured) > slow.saturating_mul(4) as f64
    }

    /// Requests a nanosecond at so many records a second.
    fn requests(&self, records: f64) -> f64 {
        records / self.per_request as f64 / 1e9
    }

    /// The arrivals of one replication; none where they were refused before.
    fn inflow(&self, plan: &Plan<'_>, replication: u32) -> Option<Inflow> {
        let rates = plan.source.rates("source", plan.seed, replication)?;
        Some(Inflow::new(rates, self.warm_up, plan.sending_ends, self.longest_way, plan.drain))
    }

    fn own_certificates(&self) -> Vec<Certificate> {
        let overshoot = f64::midpoint(self.variance / self.mean_size, self.mean_size);
        let certificate = |name: &str, statement: &str, bound| Certificate {
            name: name.to_owned(),
            statement: statement.to_owned(),
            bound,
        };
        let mut list = Vec::new();
        if matches!(self.count, CountLaw::Table { .. }) {
            list.push(certificate("count", "absolute error of the tabulated law of records in a full buffer", 1e-5));
            list.push(certificate(
                "overshoot",
                "share of a full buffer's bytes beyond its size, which are drawn as if independent of its number of records",
                overshoot / self.fills as f64,
            ));
        }
        if self.throttled.is_none() {
            let step = impulses::Impulses::new(self.reach).reach() / f64::from(1u32 << 15);
            list.push(certificate(
                "grid",
                "seconds by which the latency of a record is moved at most when a buffer's records are booked together",
                step / 1e9,
            ));
        }
        list
    }

    /// Some delivered records of the first replication.
    pub(super) fn sample(
        &self,
        plan: &Plan<'_>,
        count: usize,
        progress: &Progress<'_>,
    ) -> Result<Vec<SampledRecord>, SimError> {
        match self.throttled {
            Some(gate) => throttled::sample(self, gate, plan, count, progress),
            None => cycle::sample(self, plan, count, progress),
        }
    }

    /// One replication.
    pub(super) fn replicate(
        &self,
        plan: &Plan<'_>,
        replication: u32,
        progress: &Progress<'_>,
    ) -> Result<Tally, SimError> {
        match self.throttled {
            Some(gate) => throttled::replicate(self, gate, plan, replication, progress),
            None => cycle::replicate(self, plan, replication, progress),
        }
    }

    /// The bytes of a full buffer: its size and what the last record has beyond it, which is the rest of a record met at a
    /// random place.
    #[inline]
    fn full(&self, stream: &mut Stream) -> u64 {
        let record = self.met.get(self.by_size.place(uniform(stream))).copied().unwrap_or(1.0);
        let beyond = uniform(stream) * record / self.lattice as f64;
        self.fills + beyond as u64 * self.lattice
    }

    /// Nanoseconds that the bytes of an object add to its way behind the buffer.
    #[inline]
    fn transfer(&self, bytes: u64) -> u64 {
        self.per_mib.iter().map(|per_mib| transfer_time(bytes, *per_mib)).sum()
    }

    /// Billing units of many records, from their mean and variance given the bytes.
    fn units_of(&self, load: Load, stream: &mut Stream) -> Vec<u64> {
        let (records, bytes) = (load.records as f64, load.bytes as f64);
        let draw = |units: &Units| {
            let slope = if self.variance > 0.0 { units.with_size / self.variance } else { 0.0 };
            let expected = records * units.mean + slope * (bytes - records * self.mean_size);
            let spread = (records * (units.variance - slope * units.with_size)).max(0.0).sqrt();
            let normal: f64 = StandardNormal.sample(stream);
            (libm::round(expected + spread * normal) as u64).max(load.records)
        };
        self.units.iter().map(draw).collect()
    }

    /// Requests of one record each, of which nothing is known but their number: what they weigh together is as good as
    /// normal.
    fn load_of(&self, records: u64, stream: &mut Stream) -> Load {
        let normal: f64 = StandardNormal.sample(stream);
        let bytes = records as f64 * self.mean_size + (records as f64 * self.variance).sqrt() * normal;
        Load { requests: records, records, bytes: (libm::round(bytes) as u64).max(records) }
    }
}

/// Records of every request.
fn per_request(model: &Model) -> Result<u32, Obstacle> {
    match model.source.records_per_request {
        crate::sim::CountLaw::Fixed(count) => Ok(count),
        _ => Err(Obstacle::VaryingRequests),
    }
}

fn gates(model: &Model) -> impl Iterator<Item = (&str, &Gate)> {
    model.stages.iter().filter_map(|stage| match &stage.kind {
        StageKind::Gate(gate) => Some((stage.name.as_str(), gate)),
        _ => None,
    })
}

/// No buffer gets more records than this before its interval is over, but for a negligible probability.
fn most_in_an_interval(outlook: Outlook, buffer: Buffer, per_request: u32) -> f64 {
    let per_request = f64::from(per_request);
    let requests = outlook.peak / 1e9 * buffer.interval.as_nanos() as f64 / per_request;
    (requests + 12.0 * requests.sqrt() + 60.0) * per_request
}

fn size_table(plan: &Plan<'_>, model: &Model) -> Result<SizeTable, Obstacle> {
    let edges: Vec<u64> = gates(model)
        .flat_map(|(_, gate)| [gate.largest_record, gate.largest_request])
        .flatten()
        .map(crate::units::Bytes::get)
        .collect();
    SizeTable::new(&model.source.sizes, &plan.increments, &edges).ok_or(Obstacle::SizeLaw)
}

/// The gate that turns requests away, if one does, and how sure it is that nothing else does in any replication.
fn certify(
    plan: &Plan<'_>,
    model: &Model,
    config: &RunConfig,
    outlook: Outlook,
    sizes: &SizeTable,
) -> Result<(Option<usize>, Vec<Certificate>), Obstacle> {
    let per_request = per_request(model)?;
    let offered = Offered {
        peak: outlook.peak / f64::from(per_request),
        per_request,
        horizon: crate::units::SimDuration::from_nanos(plan.sending_ends),
        sizes,
    };
    let bound = |gate: &Gate| offered.rejected_at_most(gate) * f64::from(config.replications);
    let negligible = |bound: f64| bound <= NEGLIGIBLE;
    // A rate beyond its outlook would spoil the bounds.
    let mut total = outlook.beyond * f64::from(config.replications);
    let mut throttled = None;
    for (index, (name, gate)) in gates(model).enumerate() {
        let found = bound(gate);
        if negligible(found) {
            total += found;
            continue;
        }
        let rest = bound(&unplayed(gate));
        let why = if per_request > 1 {
            "its requests hold several records"
        } else if !negligible(rest) {
            "not by a limit on requests or records alone"
        } else if is_behind_a_delay(model, name) {
            "it stands behind a delay"
        } else if plan.sending_ends > MOST_SECONDS * 1_000_000_000 {
            "the run has too many seconds to count what it rejects in each"
        } else if throttled.is_some() {
            "it is not the only one"
        } else {
            total += rest;
            throttled = Some((index, name));
            continue;
        };
        return Err(Obstacle::GateRejects { gate: name.to_owned(), bound: found.min(1.0), why });
    }
    let statement = "probability that any gate rejects anything in all replications; gates are left out";
    let others = "probability that anything but the limits on requests of the throttled gate rejects something in all \
                  replications; it is left out";
    let certificate = |name: &str, statement: String, bound| Certificate { name: name.to_owned(), statement, bound };
    let Some((index, name)) = throttled else {
        return Ok((None, vec![certificate("gates", statement.to_owned(), total)]));
    };
    let played = format!("error of what gate `{name}` lets pass: it is played request by request, which is exact");
    Ok((Some(index), vec![certificate("throttle", played, 0.0), certificate("gates", others.to_owned(), total)]))
}

/// A gate without the limits that [`throttle`] plays.
fn unplayed(gate: &Gate) -> Gate {
    let limits = gate.limits.iter().filter(|limit| limit.counts == Counted::Bytes).cloned().collect();
    Gate { limits, ..gate.clone() }
}

fn is_behind_a_delay(model: &Model, gate: &str) -> bool {
    let before = model.stages.iter().take_while(|stage| stage.name != gate);
    before.into_iter().any(|stage| match &stage.kind {
        StageKind::Delay(law) => *law != LatencyLaw::Zero,
        StageKind::Transfer(_) => true,
        StageKind::Gate(_) | StageKind::Buffer(_) => false,
    })
}

/// The latencies before and behind the buffer, and the nanoseconds that each MiB adds behind it.
#[derive(Debug, Default)]
struct Latencies {
    before: Vec<LatencyLaw>,
    behind: Vec<LatencyLaw>,
    per_mib: Vec<u64>,
}

fn latencies(model: &Model) -> Result<Latencies, Obstacle> {
    let (mut found, mut passed) = (Latencies::default(), false);
    for stage in &model.stages {
        let transfer = match &stage.kind {
            StageKind::Delay(law) => Transfer::from(*law),
            StageKind::Transfer(transfer) => *transfer,
            StageKind::Gate(_) => continue,
            StageKind::Buffer(_) => {
                passed = true;
                continue;
            }
        };
        let adds = transfer.per_mib.as_nanos();
        match (passed, adds) {
            (true, _) => {
                found.behind.push(transfer.latency);
                found.per_mib.extend(Some(adds).filter(|adds| *adds > 0));
            }
            (false, 0) => found.before.push(transfer.latency),
            (false, _) => return Err(Obstacle::SizedWay),
        }
    }
    Ok(found)
}
