//! What candidates cost at other volumes, and where one becomes cheaper than another.
//!
//! Requests, records and bytes grow with the rate; shards, workers and the like are sized anew for it; objects are closed
//! by time while little comes and by size when much does. So a bill at another rate needs no simulation of its own: what
//! the run counted is scaled, and what was sized is sized again.
//!
//! What depends on how full batches get, such as calls of a function, cannot be told that way: it is simulated for one shard at a
//! few steady rates, and follows from those for any number of shards and over a whole profile.
//!
//! The decision a reader would question: sizes of records, the profile and the share that is turned away stay as they are.
//! A rate that runs into a quota is priced as if the quota had been raised.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Played, extrapolation, play};
use crate::architecture::{Architecture, Lowered, OpenMeter, lower};
use crate::catalog::{Catalog, MeterCount, Profile};
use crate::cost::{self, Usage};
use crate::ranking::circumstances;
use crate::scenario::Scenario;
use crate::sim::network::{Collect, Step};
use crate::sim::{NoWatch, RunConfig};
use crate::units::{RecordRate, SimDuration, Usd};

/// Points of a curve.
const POINTS: u32 = 49;
/// The lowest and the highest volume, as powers of ten of the scenario's own.
const REACH: (f64, f64) = (-2.0, 4.0);
/// Halvings of the span that a crossover lies in: its place is then known to a part in a million.
const HALVINGS: u32 = 24;

/// Steady rates at which a pipeline with batches is simulated: below the last part of its range, and in that part, where
/// batches fill up one after the other and costs rise in steps.
const STEADY: (u32, u32) = (12, 28);
/// How far the highest rate is above the beginning of that part.
const LAST_PART: f64 = 20.0;
/// Records of such a run, about, and the shortest and the longest one in seconds.
const STEADY_RECORDS: f64 = 20_000.0;
const STEADY_SPAN: (f64, f64) = (60.0, 7_200.0);

/// A candidate with what it takes to price it at another rate.
#[derive(Debug)]
pub struct Priced<'a> {
    catalog: &'a Catalog,
    scenario: &'a Scenario,
    path: &'a Architecture,
    /// What the run counted, with what fixed quantities were multiplied by.
    usage: Vec<(Usage, f64)>,
    objects: Objects,
    /// What one shard counts at steady rates, where batches are counted.
    batches: Option<Batches>,
}

/// What a pipeline with a single shard counts in an hour for each record a second, at steady rates.
#[derive(Debug)]
struct Batches {
    /// Records a second, rising; none where they cannot be simulated.
    rates: Vec<f64>,
    /// For each rate, every meter's quantity over the rate.
    over_rate: Vec<Vec<f64>>,
    /// For each meter, what the run counted over what follows for its rate from the steady ones.
    correction: Vec<f64>,
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
        let mut priced = Self { catalog, scenario, path, usage, objects, batches: None };
        priced.batches = priced.steady();
        priced
    }

    /// What batches come to at steady rates; `None` where nothing counts them.
    fn steady(&self) -> Option<Batches> {
        let own = self.scenario.workload.as_ref()?.rate.get();
        if !self.usage.iter().any(|(used, _)| counts_batches(used.meter.counts)) {
            return None;
        }
        let factors = self.factors();
        let of_shard = |rate: f64, factor: f64| Some(rate * factor / self.shards_at(rate)?);
        let ends = [own * libm::pow(10.0, REACH.0), own, own * libm::pow(10.0, REACH.1)];
        let met: Vec<f64> =
            ends.iter().flat_map(|end| factors.iter().filter_map(|factor| of_shard(*end, *factor))).collect();
        let low = met.iter().copied().filter(|rate| *rate > 0.0).fold(f64::INFINITY, f64::min);
        let high = met.iter().copied().fold(0.0, f64::max);
        if !(low < high && low > 0.0) {
            return None;
        }
        let middle = (high / LAST_PART).max(low);
        let ladder = |low: f64, high: f64, steps: u32| {
            (0..steps).map(move |index| low * libm::pow(high / low, f64::from(index) / f64::from(steps)))
        };
        let below = if low < middle { STEADY.0 } else { 0 };
        let rates = ladder(low, middle, below).chain(ladder(middle, high, STEADY.1));
        let rates: Vec<f64> = rates.chain(std::iter::once(high)).collect();
        let over_rate: Vec<Vec<f64>> = rates.iter().map(|rate| self.counted_at(*rate)).collect::<Option<_>>()?;
        let uncorrected = Batches { rates, over_rate, correction: vec![1.0; self.usage.len()] };
        let correction = self.usage.iter().enumerate().map(|(meter, (used, _))| {
            let expected = self.batches_at(&uncorrected, meter, own).unwrap_or(f64::NAN);
            used.per_hour.value / expected
        });
        let correction = correction.collect();
        Some(Batches { correction, ..uncorrected })
    }

    /// Every meter's quantity an hour over the rate, at a steady rate.
    fn counted_at(&self, rate: f64) -> Option<Vec<f64>> {
        let mut scenario = self.scenario.clone();
        let workload = scenario.workload.as_mut()?;
        (workload.rate, workload.profile) = (RecordRate::per_second(rate)?, Profile::flat());
        let span = (STEADY_RECORDS / rate).clamp(STEADY_SPAN.0, STEADY_SPAN.1);
        let config = RunConfig {
            replications: 1,
            threads: Some(1),
            ..RunConfig::new(self.scenario.simulation.seed, SimDuration::from_secs_f64(span))
        };
        let played = play(self.catalog, self.path, &scenario, &config, None, &NoWatch).ok()?;
        let usage = cost::usage(&played.lowered, &played.run, &extrapolation(&scenario, &played.run, None));
        (usage.len() == self.usage.len()).then(|| usage.iter().map(|used| used.per_hour.value / rate).collect())
    }

    /// What a meter counts in an hour at a mean rate: each part of the profile at its own rate, spread over the shards.
    fn batches_at(&self, batches: &Batches, meter: usize, rate: f64) -> Option<f64> {
        let shards = self.shards_at(rate)?;
        let factors = self.factors();
        let part = |factor: &f64| {
            let each = rate * factor / shards;
            if each > 0.0 { shards * each * batches.over_rate(meter, each) } else { 0.0 }
        };
        Some(factors.iter().map(part).sum::<f64>() / factors.len() as f64 * batches.correction.get(meter)?)
    }

    /// The rates of the profile's parts over the mean.
    fn factors(&self) -> Vec<f64> {
        let profile = self.scenario.workload.as_ref().map(|workload| workload.profile.factors.clone());
        profile.filter(|factors| !factors.is_empty()).unwrap_or_else(|| vec![1.0])
    }

    /// Shards that the pipeline has when it is sized for a mean rate; one where it has none.
    fn shards_at(&self, rate: f64) -> Option<f64> {
        let count = |step: &Step| if let Step::Shards { count, .. } = step { *count } else { 1 };
        let sized = self.sized_for(rate)?;
        Some(f64::from(sized.network.nodes.iter().map(|node| count(&node.step)).max().unwrap_or(1)))
    }

    /// The pipeline sized for a mean rate.
    fn sized_for(&self, rate: f64) -> Option<Lowered> {
        let mut scenario = self.scenario.clone();
        scenario.workload.as_mut()?.rate = RecordRate::per_second(rate)?;
        lower(self.catalog, self.path, &scenario, &circumstances(&scenario), None).ok()
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
        let sized = self.sized_for(rate)?;
        let meters = self.usage.iter().zip(&sized.meters).enumerate();
        let usage: Vec<Usage> =
            meters.map(|(meter, (used, open))| self.scaled(meter, used, open.times(), (own, rate))).collect();
        let bill = cost::price(&usage, &self.catalog.prices, &self.scenario.region, false);
        bill.total.filter(|_| bill.complete).map(Usd::to_f64)
    }

    fn scaled(&self, meter: usize, (used, before): &(Usage, f64), times: f64, (own, rate): (f64, f64)) -> Usage {
        let mut scaled = used.clone();
        let factor = rate / own;
        let steady = || self.batches.as_ref().and_then(|batches| self.batches_at(batches, meter, rate));
        scaled.per_hour.half_width = None;
        match used.meter.counts {
            // How full batches get, and so how often a function is called, follows from steady rates alone.
            counts if counts_batches(counts) => scaled.per_hour.value = steady().unwrap_or(f64::NAN),
            // A function writes an object for each batch.
            MeterCount::Objects if self.batches.is_some() => scaled.per_hour.value = steady().unwrap_or(f64::NAN),
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

const fn counts_batches(counts: MeterCount) -> bool {
    matches!(counts, MeterCount::Passes | MeterCount::BusySeconds | MeterCount::BusyHours)
}

impl Batches {
    /// A meter's quantity an hour over the rate, between two steady rates on a straight line between logarithms, as fits what
    /// falls with the rate as batches fill; outside of them as at the nearer end.
    fn over_rate(&self, meter: usize, rate: f64) -> f64 {
        let at = |index: usize| self.over_rate.get(index).and_then(|all| all.get(meter)).copied().unwrap_or(f64::NAN);
        let above = self.rates.partition_point(|known| *known < rate);
        if above == 0 || above >= self.rates.len() {
            return at(above.min(self.rates.len().saturating_sub(1)));
        }
        let (low, high) = (self.rates[above - 1], self.rates[above]);
        let share = libm::log(rate / low) / libm::log(high / low);
        let (before, after) = (at(above - 1), at(above));
        if before > 0.0 && after > 0.0 {
            before * libm::pow(after / before, share)
        } else {
            before * (1.0 - share) + after * share
        }
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
