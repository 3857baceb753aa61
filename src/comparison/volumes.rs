//! What candidates cost at other volumes, and where one becomes cheaper than another.
//!
//! Requests, records and bytes grow with the rate; shards, workers and the like are sized anew for it; objects are closed
//! by time while little comes and by size when much does. So a bill at another rate needs no simulation of its own: what
//! the run counted is scaled, and what was sized is sized again.
//!
//! What depends on how full batches get, such as calls of a function, cannot be told that way: such a candidate has no curve.
//!
//! The decision a reader would question: sizes of records, the profile and the share that is turned away stay as they are.
//! A rate that runs into a quota is priced as if the quota had been raised.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Played, extrapolation};
use crate::architecture::{Architecture, Lowered, OpenMeter, lower};
use crate::catalog::{Catalog, MeterCount};
use crate::cost::{self, Usage};
use crate::ranking::circumstances;
use crate::scenario::Scenario;
use crate::sim::network::{Collect, Step};
use crate::units::{RecordRate, Usd};

/// Points of a curve.
const POINTS: u32 = 49;
/// The lowest and the highest volume, as powers of ten of the scenario's own.
const REACH: (f64, f64) = (-2.0, 4.0);
/// Halvings of the span that a crossover lies in: its place is then known to a part in a million.
const HALVINGS: u32 = 24;

/// A candidate with what it takes to price it at another rate.
#[derive(Debug)]
pub struct Priced<'a> {
    catalog: &'a Catalog,
    scenario: &'a Scenario,
    path: &'a Architecture,
    /// What the run counted, with what fixed quantities were multiplied by.
    usage: Vec<(Usage, f64)>,
    objects: Objects,
}

/// What objects are made of at the scenario's own rate.
#[derive(Debug, Clone, Copy)]
struct Objects {
    records_per_hour: f64,
    bytes_per_hour: f64,
    /// The last buffer on the way.
    buffer: Option<Collect>,
}

/// What a month costs at a rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Point {
    /// Records a second, on average.
    pub records_per_s: f64,
    /// USD a month; `null` where a price is not known.
    pub usd: Option<f64>,
}

/// Where the cheaper of two candidates changes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Crossover {
    /// Records a second, on average.
    pub records_per_s: f64,
    /// What a month costs there, in USD.
    pub usd: f64,
    /// Place of the candidate that is cheaper below, among those compared.
    pub below: usize,
    /// Place of the one that is cheaper from there on.
    pub above: usize,
}

impl<'a> Priced<'a> {
    /// A candidate that was simulated at the scenario's rate.
    #[must_use]
    pub fn new(catalog: &'a Catalog, scenario: &'a Scenario, path: &'a Architecture, played: &Played) -> Self {
        let usage = cost::usage(&played.lowered, &played.run, &extrapolation(scenario, &played.run, None));
        let times = played.lowered.meters.iter().map(OpenMeter::times);
        let usage = usage.into_iter().zip(times).collect();
        let summary = &played.run.summary;
        let objects = Objects {
            records_per_hour: summary.per_hour.records.value,
            bytes_per_hour: summary.per_hour.bytes.value,
            buffer: last_buffer(&played.lowered),
        };
        Self { catalog, scenario, path, usage, objects }
    }

    /// Whether the bill at another rate follows from the one at the scenario's own.
    #[must_use]
    pub fn has_curve(&self) -> bool {
        let own = self.scenario.workload.as_ref().map(|workload| workload.rate.get());
        own.and_then(|rate| self.usd_at(rate)).is_some()
    }

    /// USD a month at a mean rate; `None` where a price is not known or the pipeline cannot be sized for it.
    #[must_use]
    pub fn usd_at(&self, rate: f64) -> Option<f64> {
        let own = self.scenario.workload.as_ref()?.rate.get();
        let factor = rate / own;
        let mut scenario = self.scenario.clone();
        scenario.workload.as_mut()?.rate = RecordRate::per_second(rate)?;
        let sized = lower(self.catalog, self.path, &scenario, &circumstances(&scenario), None).ok()?;
        let usage: Vec<Usage> =
            self.usage.iter().zip(&sized.meters).map(|(used, open)| self.scaled(used, open.times(), factor)).collect();
        let bill = cost::price(&usage, &self.catalog.prices, &scenario.region, false);
        bill.total.filter(|_| bill.complete).map(Usd::to_f64)
    }

    fn scaled(&self, (used, before): &(Usage, f64), times: f64, factor: f64) -> Usage {
        let mut scaled = used.clone();
        scaled.per_hour.half_width = None;
        match used.meter.counts {
            // How full batches get, and so how often a function is called, follows from no other rate.
            MeterCount::Passes | MeterCount::BusySeconds | MeterCount::BusyHours => {
                scaled.per_hour.value = f64::NAN;
            }
            MeterCount::Hours | MeterCount::Months => scaled.per_hour.value *= times / before,
            MeterCount::Objects => scaled.per_hour.value *= self.objects.grow(factor),
            _ => scaled.per_hour.value *= factor,
        }
        scaled
    }

    /// The curve over all volumes of interest, around the scenario's own.
    #[must_use]
    pub fn curve(&self) -> Vec<Point> {
        let Some(own) = self.scenario.workload.as_ref().map(|workload| workload.rate.get()) else { return Vec::new() };
        let step = (REACH.1 - REACH.0) / f64::from(POINTS - 1);
        let rates = (0..POINTS).map(|index| own * libm::pow(10.0, REACH.0 + step * f64::from(index)));
        rates.map(|records_per_s| Point { records_per_s, usd: self.usd_at(records_per_s) }).collect()
    }
}

impl Objects {
    /// By what factor there are more objects where there are more records: as the buffer's size and interval have it.
    fn grow(self, factor: f64) -> f64 {
        let Some(Collect { size, interval, .. }) = self.buffer else { return factor };
        let by_size = |factor: f64| size.map_or(0.0, |size| self.bytes_per_hour * factor / size.get() as f64);
        let interval = interval.map(crate::units::SimDuration::as_secs_f64).filter(|interval| *interval > 0.0);
        let expected = |factor: f64| {
            // Where less than a record comes in an interval, objects are as many as records.
            let by_time = interval.map_or(0.0, |interval| (3600.0 / interval).min(self.records_per_hour * factor));
            by_size(factor).max(by_time)
        };
        let (now, then) = (expected(1.0), expected(factor));
        if now > 0.0 { then / now } else { factor }
    }
}

fn last_buffer(lowered: &Lowered) -> Option<Collect> {
    lowered.network.nodes.iter().rev().find_map(|node| match &node.step {
        Step::Buffer(collect) => Some(*collect),
        _ => None,
    })
}

/// Where the cheapest of the candidates changes as the volume grows.
#[must_use]
pub fn crossovers(candidates: &[&Priced<'_>], curves: &[&[Point]]) -> Vec<Crossover> {
    let mut found = Vec::new();
    let points = curves.iter().map(|curve| curve.len()).min().unwrap_or(0);
    let cheapest = |index: usize| {
        let usd = |curve: &[Point]| curve.get(index).and_then(|point| point.usd);
        let known = curves.iter().enumerate().filter_map(|(place, curve)| Some((place, usd(curve)?)));
        known.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(place, _)| place)
    };
    let rate = |index: usize| curves.first().and_then(|curve| curve.get(index)).map(|point| point.records_per_s);
    for index in 1..points {
        let (Some(below), Some(above)) = (cheapest(index - 1), cheapest(index)) else { continue };
        let (Some(low), Some(high)) = (rate(index - 1), rate(index)) else { continue };
        if below != above
            && let (Some(before), Some(after)) = (candidates.get(below), candidates.get(above))
            && let Some(crossing) = crossing(before, after, (low, high))
        {
            found.push(Crossover { below, above, ..crossing });
        }
    }
    found
}

/// The rate from which on the second is no dearer than the first, between one where it is and one where it is not.
fn crossing(first: &Priced<'_>, second: &Priced<'_>, (mut low, mut high): (f64, f64)) -> Option<Crossover> {
    for _ in 0..HALVINGS {
        let middle = (low * high).sqrt();
        if second.usd_at(middle)? < first.usd_at(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(Crossover { records_per_s: high, usd: second.usd_at(high)?, below: 0, above: 0 })
}
