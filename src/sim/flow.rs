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
//! their latencies; [`mod@gates`] bounds the probability that a gate would have turned anything away.
//!
//! A rate that changes, by its profile, in an episode or at random, is a row of stretches with one rate each. What modulates
//! it is drawn first, from the record tier's own stream; given that, arrivals are Poisson, and the same holds.
//!
//! The decision a reader would question: at the edges of the run, of the warm-up and of stretches with one rate, records
//! are drawn one by one here too. That keeps every formula to the case where it is exact.

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
mod wait;

use self::count::CountLaw;
use self::gates::Offered;
use self::guide::Guide;
use self::inflow::{Inflow, Outlook};
pub use self::sample::SampledRecord;
use self::sizes::{SizeTable, Units};
use self::wait::WaitLaw;
use super::SimError;
use super::config::RunConfig;
use super::model::{Gate, LatencyLaw, Model, StageKind};
use super::plan::Plan;
use super::replication::{Progress, Tally};
use super::tier::{Certificate, Obstacle};

/// A gate is left out when the probability that it rejects anything in all replications is at most this.
/// Even then a run of 10^11 records lacks a few of them.
const NEGLIGIBLE: f64 = 1e-2;
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
        let certificate = certify(plan, model, config, outlook, &sizes)?;
        let (before, behind) = latencies(model);
        if !before.iter().chain(&behind).all(wait::is_known) {
            return Err(Obstacle::LatencyLaw);
        }
        let (wait, behind) = (WaitLaw::of_sum(&before), WaitLaw::of_sum(&behind));
        let per_request = per_request(model)?;
        let longest = wait.longest() as u64 + 1;
        let count = CountLaw::new(&sizes, buffer.size.get());
        let mut flow = Self {
            outlook,
            longest_way: if before.is_empty() { 0 } else { longest },
            met: sizes.cells.iter().map(|cell| cell.size).collect(),
            by_size: Guide::of_weights(sizes.cells.iter().map(|cell| cell.share * cell.size)),
            lattice: sizes.lattice,
            mean_size: sizes.mean,
            variance: sizes.variance,
            wait,
            reach: 0.0,
            per_request: u64::from(per_request),
            size: buffer.size.get(),
            fills: buffer.size.get().div_ceil(sizes.lattice) * sizes.lattice,
            interval: buffer.interval.as_nanos(),
            warm_up: plan.span.warm_up,
            end: plan.span.end,
            grains: plan.increments.clone(),
            units: plan.increments.iter().map(|grain| sizes.units(*grain)).collect(),
            certificates: Vec::new(),
            sizes,
            count,
        };
        flow.reach = flow.longest_cycle(flow.requests(outlook.lowest)) as f64 + behind.longest();
        flow.certificates = std::iter::once(certificate).chain(flow.own_certificates()).collect();
        Ok(flow)
    }

    /// Nanoseconds within which a buffer closes at a steady rate of requests, but for a negligible probability.
    #[inline]
    fn longest_cycle(&self, rate: f64) -> u64 {
        let requests = (self.count.most() / self.per_request + 1) as f64;
        let most = requests + DEVIATIONS * requests.sqrt() + 40.0;
        ((most / rate) as u64).min(self.interval)
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
        let step = impulses::Impulses::new(self.reach).reach() / f64::from(1u32 << 15);
        list.push(certificate(
            "grid",
            "seconds by which the latency of a record is moved at most when a buffer's records are booked together",
            step / 1e9,
        ));
        list
    }

    /// Some delivered records of the first replication.
    pub(super) fn sample(
        &self,
        plan: &Plan<'_>,
        count: usize,
        progress: &Progress<'_>,
    ) -> Result<Vec<SampledRecord>, SimError> {
        cycle::sample(self, plan, count, progress)
    }

    /// One replication.
    pub(super) fn replicate(
        &self,
        plan: &Plan<'_>,
        replication: u32,
        progress: &Progress<'_>,
    ) -> Result<Tally, SimError> {
        cycle::replicate(self, plan, replication, progress)
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

fn size_table(plan: &Plan<'_>, model: &Model) -> Result<SizeTable, Obstacle> {
    let edges: Vec<u64> = gates(model)
        .flat_map(|(_, gate)| [gate.largest_record, gate.largest_request])
        .flatten()
        .map(crate::units::Bytes::get)
        .collect();
    SizeTable::new(&model.source.sizes, &plan.increments, &edges).ok_or(Obstacle::SizeLaw)
}

/// How sure it is that no gate rejects anything in any replication.
fn certify(
    plan: &Plan<'_>,
    model: &Model,
    config: &RunConfig,
    outlook: Outlook,
    sizes: &SizeTable,
) -> Result<Certificate, Obstacle> {
    let per_request = per_request(model)?;
    let offered = Offered {
        peak: outlook.peak / f64::from(per_request),
        per_request,
        horizon: crate::units::SimDuration::from_nanos(plan.sending_ends),
        sizes,
    };
    // A rate beyond its outlook would spoil the bound.
    let mut total = outlook.beyond * f64::from(config.replications);
    for (name, gate) in gates(model) {
        let bound = offered.rejected_at_most(gate) * f64::from(config.replications);
        if bound.is_nan() || bound > NEGLIGIBLE {
            return Err(Obstacle::GateRejects { gate: name.to_owned(), bound: bound.min(1.0) });
        }
        total += bound;
    }
    let statement = "probability that any gate rejects anything in all replications; gates are left out".to_owned();
    Ok(Certificate { name: "gates".to_owned(), statement, bound: total })
}

/// The latencies before and behind the buffer.
fn latencies(model: &Model) -> (Vec<LatencyLaw>, Vec<LatencyLaw>) {
    let (mut before, mut behind, mut passed) = (Vec::new(), Vec::new(), false);
    for stage in &model.stages {
        match &stage.kind {
            StageKind::Delay(law) if passed => behind.push(*law),
            StageKind::Delay(law) => before.push(*law),
            StageKind::Buffer(_) => passed = true,
            StageKind::Gate(_) => {}
        }
    }
    (before, behind)
}
