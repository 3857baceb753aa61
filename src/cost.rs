//! The month's bill: usage from the simulation, prices from the catalog, visible line items.
//!
//! [`usage()`] turns a run into quantities by the hour, one for each meter of the pipeline. [`price`] turns quantities into
//! lines: a quantity of the month, the tiers it falls into, an amount. A total is only ever the sum of its lines, and a
//! line without a sourced price is `unknown`, never 0.
//!
//! The decision a reader would question: a month has 730 hours, as in the vendor's calculator, and a GB has 2³⁰ bytes.

mod budget;
pub mod measure;
mod packing;
pub mod rules;
mod usage;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

pub use budget::{Budget, BudgetVerdict};
pub use packing::{Packing, packing};
pub use usage::{Gigabyte, RawUsage, UsageFile};

use crate::architecture::{Lowered, OpenMeter};
use crate::catalog::raw::Confidence;
use crate::catalog::{MeterCount, Price, PriceBook, Profile};
use crate::sim::{Estimate, RunResult};
use crate::units::{SimDuration, Usd, significant};

/// Hours in a month of the bill.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// Parts of a second, an hour or a month in which work is counted.
const FINE_PART: f64 = 1e6;

/// Bytes in a GB of the bill.
const BYTES_PER_GB: u128 = 1 << 30;

/// Where a quantity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It does not depend on the traffic.
    Fixed,
    /// From a figure of the scenario.
    Scenario,
    /// From the simulation, with its interval.
    Simulation,
    /// Stated in a usage file.
    Usage,
}

/// What one meter counts in an hour.
#[derive(Debug, Clone)]
pub struct Usage {
    /// Service that bills it.
    pub service: String,
    /// The meter.
    pub meter: crate::catalog::raw::RawMeter,
    /// Count an hour in fine units: requests, objects, bytes; for storage, bytes held on average over the month.
    pub per_hour: Estimate,
    /// Fine units in one base unit of the price's tiers.
    fine_per_base: u128,
}

/// A part of a quantity that falls into one tier.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TierUse {
    /// Base units in this tier.
    pub quantity: f64,
    /// Price of one billing unit.
    #[serde(serialize_with = "exact")]
    #[schemars(with = "String")]
    pub usd: Usd,
    /// Billing unit as the vendor words it.
    pub unit: String,
    /// What this tier comes to, in USD.
    #[serde(serialize_with = "dollars")]
    #[schemars(with = "f64")]
    pub amount: Usd,
}

/// One line of the bill.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Line {
    /// Service id.
    pub service: String,
    /// Meter id.
    pub meter: String,
    /// What is billed.
    pub name: String,
    /// Quantity of the month in base units; not a number (`null` in JSON) where the run does not tell.
    pub quantity: f64,
    /// Half-width of its 95 % interval, if it has one.
    pub quantity_half_width: Option<f64>,
    /// Base unit.
    pub unit: String,
    /// Where the quantity comes from.
    pub basis: Basis,
    /// Tiers used.
    pub tiers: Vec<TierUse>,
    /// Amount in USD; absent where no sourced price is known.
    #[serde(serialize_with = "amount")]
    #[schemars(with = "Option<f64>")]
    pub amount: Option<Usd>,
    /// Half-width of the amount's 95 % interval.
    pub amount_half_width: Option<f64>,
    /// Where the price was read, with its date.
    pub price_source: Option<String>,
    /// How far the price is to be trusted.
    pub price_confidence: Option<Confidence>,
    /// What else to know; for an unknown price, the nearest one known.
    pub note: Option<String>,
}

/// The bill of a month.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Bill {
    /// The currency.
    pub currency: &'static str,
    /// Hours in the month.
    pub hours_per_month: f64,
    /// Bytes in a GB.
    pub bytes_per_gb: u64,
    /// Region whose prices hold.
    pub region: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// Sum of the known amounts; absent where none is known.
    #[serde(serialize_with = "amount")]
    #[schemars(with = "Option<f64>")]
    pub total: Option<Usd>,
    /// Half-width of the total's 95 % interval: the lines' half-widths added up, since all rise with the same traffic.
    pub total_half_width: Option<f64>,
    /// Whether every line has an amount.
    pub complete: bool,
    /// What was done to get from the run to a month.
    pub note: Option<String>,
}

impl Bill {
    /// What this bill is more than another of the same traffic, in USD; `None` where one of them is not whole.
    ///
    /// A line that is the same in both, such as the requests to the front door that two pipelines share, takes its uncertainty
    /// with it: runs with common random numbers counted the very same. What is left is added up, as within a bill, so the
    /// interval is never too narrow.
    #[must_use]
    pub fn less(&self, other: &Self) -> Option<Estimate> {
        let whole = |bill: &Self| bill.total.filter(|_| bill.complete).map(Usd::to_f64);
        let value = whole(self)? - whole(other)?;
        let own = |one: &Self, other: &Self| -> Option<f64> {
            let lines = one.lines.iter().filter(|line| !other.lines.iter().any(|also| also.counts_the_same(line)));
            lines.map(|line| line.amount_half_width).sum()
        };
        Some(Estimate { value, half_width: own(self, other).zip(own(other, self)).map(|(one, other)| one + other) })
    }
}

impl Line {
    /// Whether another line bills the same count of the same meter.
    fn counts_the_same(&self, other: &Self) -> bool {
        self.service == other.service
            && self.meter == other.meter
            && self.quantity == other.quantity
            && self.quantity_half_width == other.quantity_half_width
            && self.amount == other.amount
    }
}

fn exact<S: Serializer>(usd: &Usd, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&usd.exact())
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn amount<S: Serializer>(usd: &Option<Usd>, serializer: S) -> Result<S::Ok, S::Error> {
    usd.map(Usd::to_f64).serialize(serializer)
}

fn dollars<S: Serializer>(usd: &Usd, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(usd.to_f64())
}

/// How the traffic of a run relates to that of a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Extrapolation {
    /// Traffic of the month over that of the run, both by the hour.
    traffic: f64,
    /// The same for objects.
    objects: f64,
    /// What was done, where the two differ.
    note: Option<String>,
}

impl Extrapolation {
    /// From a run of a rate profile. A run that is not a whole number of periods saw another rate than the mean: its
    /// quantities are scaled to the mean. Objects closed by time do not follow the rate and are left alone.
    #[must_use]
    pub fn of_profile(profile: &Profile, run: &RunResult) -> Self {
        let seen = profile.mean_between(run.warm_up, run.horizon);
        // An episode does not come back every month, but what it turned away is in the run.
        let episode = !profile.episodes.is_empty() && run.summary.records.rejected > 0;
        let episode = episode.then_some("the share that the episode had turned away is taken for the whole month");
        if (seen - 1.0).abs() < 0.005 {
            return Self { traffic: 1.0, objects: 1.0, note: episode.map(str::to_owned) };
        }
        let objects = &run.summary.objects;
        let closed = (objects.closed_by_size + objects.closed_by_time + objects.passed_at_once).max(1);
        let by_size = objects.closed_by_size as f64 / closed as f64;
        let traffic = 1.0 / seen;
        Self {
            traffic,
            objects: by_size * traffic + (1.0 - by_size),
            note: Some(format!(
                "the run saw {} of the profile's mean rate; quantities are scaled to the mean{}",
                significant(seen, 3),
                episode.map_or_else(String::new, |episode| format!("; {episode}"))
            )),
        }
    }

    /// To the mean rate of a workload, whatever number of records chance has made a run of it send: two settings of a
    /// pipeline then differ in their bills by what they do, and not by who happened to get more traffic (a ratio estimator).
    #[must_use]
    pub fn to_mean_rate(profile: &Profile, records_per_s: f64, run: &RunResult) -> Self {
        let Self { traffic, objects, note } = Self::of_profile(profile, run);
        let hours = (run.horizon - run.warm_up) / 3600.0 * f64::from(run.replications);
        let sent = run.summary.records.offered as f64 / hours * traffic;
        let share = records_per_s * 3600.0 / sent;
        // Where next to nothing was sent there is nothing to go by.
        if share.is_finite() {
            Self { traffic: traffic * share, objects, note }
        } else {
            Self { traffic, objects, note }
        }
    }

    /// From a replayed recording: what it holds came within its span, not within the time until the last delivery.
    #[must_use]
    pub fn of_trace(span: SimDuration, run: &RunResult) -> Self {
        let factor = run.horizon / span.as_secs_f64();
        let note = format!("a month of the recording's {span} over and over");
        Self { traffic: factor, objects: factor, note: Some(note) }
    }

    /// What was done, where the month is not simply more of the run.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// What the meters of a pipeline counted in a run.
#[must_use]
pub fn usage(lowered: &Lowered, run: &RunResult, extrapolation: &Extrapolation) -> Vec<Usage> {
    let summary = &run.summary;
    let of = |open: &OpenMeter| {
        let grain = open.meter.increment.map_or(1.0, |increment| increment.get() as f64);
        let increments = || open.increment.and_then(|index| summary.per_hour.increments.get(index)).copied();
        let node = || summary.nodes.iter().find(|node| Some(&node.name) == open.stage.as_ref());
        let unknown = Estimate { value: f64::NAN, half_width: None };
        let (per_hour, fine_per_base) = match open.meter.counts {
            MeterCount::Requests => (let_through(&open.service, run), 1),
            MeterCount::Objects => (summary.per_hour.objects, 1),
            MeterCount::RoundedBytes => (scaled(increments().unwrap_or(summary.per_hour.bytes), grain), BYTES_PER_GB),
            // Data comes evenly, so on average over the first month half of the month's volume lies there.
            MeterCount::StoredBytes => (scaled(summary.per_hour.bytes, 0.5 / lowered.compression_ratio), BYTES_PER_GB),
            MeterCount::Bytes => (summary.per_hour.bytes, BYTES_PER_GB),
            MeterCount::Increments => (increments().unwrap_or(summary.per_hour.records), 1),
            // Hours are billed by the second.
            MeterCount::Hours => (Estimate { value: 3600.0, half_width: Some(0.0) }, 3600),
            MeterCount::Months => {
                (Estimate { value: FINE_PART / HOURS_PER_MONTH, half_width: Some(0.0) }, FINE_PART as u128)
            }
            MeterCount::Passes => (node().map_or(unknown, |node| node.units_per_hour), 1),
            MeterCount::BusySeconds => {
                (node().map_or(unknown, |node| scaled(node.busy, 3600.0 * FINE_PART)), FINE_PART as u128)
            }
            MeterCount::BusyHours => (node().map_or(unknown, |node| scaled(node.busy, FINE_PART)), FINE_PART as u128),
            // Stated in usage files; no run counts it.
            MeterCount::Usage => return None,
        };
        // Where records came and nothing happened yet, the run was too short to tell how often it does.
        let happens = matches!(
            open.meter.counts,
            MeterCount::Objects | MeterCount::Passes | MeterCount::BusySeconds | MeterCount::BusyHours
        );
        let untold = happens && per_hour.value == 0.0 && summary.per_hour.records.value > 0.0;
        let per_hour = if untold { unknown } else { per_hour };
        let factor = match open.meter.counts {
            MeterCount::Objects => extrapolation.objects,
            MeterCount::Hours | MeterCount::Months => 1.0,
            _ => extrapolation.traffic,
        };
        Some(Usage {
            service: open.service.clone(),
            meter: open.meter.clone(),
            per_hour: scaled(per_hour, factor * open.times()),
            fine_per_base,
        })
    };
    lowered.meters.iter().filter_map(of).collect()
}

/// Requests that a service's own gate let through, by the hour: more than what got to the end, if a later gate turned some
/// away. Gates stand in the order of the pipeline.
fn let_through(service: &str, run: &RunResult) -> Estimate {
    let summary = &run.summary;
    let own = |gate: &crate::sim::GateSummary| gate.name.split('.').next() == Some(service);
    let Some(last) = summary.stages.iter().rposition(own) else { return summary.per_hour.requests };
    let turned_away: u64 = summary.stages[..=last].iter().map(|gate| gate.rejected_requests).sum();
    let passed = summary.records.offered_requests.saturating_sub(turned_away) as f64;
    let hours = (run.horizon - run.warm_up) / 3600.0 * f64::from(run.replications);
    let value = passed / hours;
    let relative =
        |accepted: Estimate| accepted.half_width.map(|width| width / accepted.value).filter(|part| part.is_finite());
    Estimate { value, half_width: relative(summary.per_hour.requests).map(|part| part * value) }
}

fn scaled(estimate: Estimate, factor: f64) -> Estimate {
    Estimate { value: estimate.value * factor, half_width: estimate.half_width.map(|width| width * factor) }
}

/// The bill of a month for quantities by the hour. `free_tier` takes the free allowances off.
#[must_use]
pub fn price(usage: &[Usage], prices: &PriceBook, region: &str, free_tier: bool) -> Bill {
    bill_of(usage.iter().map(|used| line(used, prices, region, free_tier)).collect(), region)
}

/// A bill is its lines: the total is their sum.
fn bill_of(lines: Vec<Line>, region: &str) -> Bill {
    let widths: Option<Vec<f64>> =
        lines.iter().map(|line| line.amount.map_or(Some(0.0), |_| line.amount_half_width)).collect();
    Bill {
        currency: "USD",
        hours_per_month: HOURS_PER_MONTH,
        bytes_per_gb: BYTES_PER_GB as u64,
        region: region.to_owned(),
        total: lines.iter().filter_map(|line| line.amount).reduce(|sum, amount| sum + amount),
        total_half_width: widths.map(|widths| widths.iter().sum()),
        complete: lines.iter().all(|line| line.amount.is_some()),
        lines,
        note: None,
    }
}

fn line(used: &Usage, prices: &PriceBook, region: &str, free_tier: bool) -> Line {
    let price = prices.find(&used.service, region, &used.meter.price);
    let free = if free_tier { used.meter.free.map_or(0, u128::from) * used.fine_per_base } else { 0 };
    let count = |per_hour: f64| (per_hour * HOURS_PER_MONTH).max(0.0).round() as u128;
    let billed = count(used.per_hour.value).saturating_sub(free);
    // A quantity that the run does not tell has no amount, whatever its price.
    let told = used.per_hour.value.is_finite();
    let priced = price.filter(|_| told).and_then(|price| tiered(price, billed, used.fine_per_base));
    let amount = priced.as_ref().map(|(_, amount)| *amount);
    let width = used.per_hour.half_width.and_then(|width| {
        let price = price?;
        let side = |per_hour: f64| {
            let billed = count(per_hour).saturating_sub(free);
            tiered(price, billed, used.fine_per_base).map(|(_, amount)| amount.to_f64())
        };
        Some((side(used.per_hour.value + width)? - side(used.per_hour.value - width)?) / 2.0)
    });
    let in_base = |count: f64| count / used.fine_per_base as f64;
    let taken_off = (free > 0)
        .then(|| used.meter.free_note.clone().map(|note| format!("free allowance taken off ({note})")))
        .flatten();
    Line {
        service: used.service.clone(),
        meter: used.meter.id.clone(),
        name: used.meter.name.clone(),
        quantity: if told { in_base(billed as f64) } else { f64::NAN },
        quantity_half_width: used.per_hour.half_width.map(|width| in_base(width * HOURS_PER_MONTH)),
        unit: used.meter.unit.clone(),
        basis: basis(used.meter.counts),
        tiers: priced.map_or_else(Vec::new, |(tiers, _)| tiers),
        amount,
        amount_half_width: width,
        price_source: price.map(|price| format!("{}, {}", price.source, price.as_of)),
        price_confidence: price.map(|price| price.confidence),
        note: match amount {
            Some(_) => taken_off.or_else(|| used.meter.note.clone()),
            None if !told => Some("the run does not tell how much it was".to_owned()),
            None => Some(unknown_note(&used.service, &used.meter.price, prices, region)),
        },
    }
}

/// What a quantity of this kind rests on.
const fn basis(counts: MeterCount) -> Basis {
    match counts {
        MeterCount::Hours | MeterCount::Months => Basis::Fixed,
        MeterCount::Usage => Basis::Usage,
        _ => Basis::Simulation,
    }
}

/// Splits a quantity over the tiers and adds up. `None` where the quantity goes beyond the last known tier.
fn tiered(price: &Price, billed: u128, fine_per_base: u128) -> Option<(Vec<TierUse>, Usd)> {
    let per_unit = fine_per_base.checked_mul(u128::from(price.per))?;
    let (mut tiers, mut sum, mut done) = (Vec::new(), Usd::ZERO, 0);
    for tier in &price.tiers {
        let bound = tier.up_to.map_or(Some(u128::MAX), |bound| u128::from(bound).checked_mul(fine_per_base))?;
        let part = billed.min(bound).saturating_sub(done);
        // An empty quantity still shows the first tier's price.
        if part > 0 || (billed == 0 && tiers.is_empty()) {
            let quantity = part as f64 / fine_per_base as f64;
            let amount = tier.usd.for_units(part, per_unit)?;
            tiers.push(TierUse { quantity, usd: tier.usd, unit: price.unit.clone(), amount });
            sum += amount;
        }
        done += part;
    }
    (done == billed).then_some((tiers, sum))
}

/// Why a line has no amount, with the nearest price that is known.
fn unknown_note(service: &str, meter: &str, prices: &PriceBook, region: &str) -> String {
    let elsewhere = prices.regions_with(service, meter);
    let nearest =
        elsewhere.iter().find(|other| other.split('-').next() == region.split('-').next()).or(elsewhere.first());
    let price = nearest.and_then(|other| Some((other, prices.find(service, other, meter)?)));
    match price {
        Some((other, price)) => {
            let usd = price.tiers.first().map_or_else(String::new, |tier| tier.usd.exact());
            format!("no sourced price for {region}; in {other} it is USD {usd} per {}", price.unit)
        }
        None => format!("no sourced price for {region}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::catalog::{Catalog, Library};
    use crate::diag::Problems;
    use crate::source::SourceMap;

    fn catalog() -> &'static Catalog {
        static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
            let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
            let catalog = Catalog::load(&Library::embedded(), &mut sources, &mut problems);
            assert!(problems.list().is_empty(), "{}", problems.render(&sources, false));
            catalog
        });
        &CATALOG
    }

    fn used(catalog: &Catalog, service: &str, meter: &str, per_month: f64) -> Usage {
        let meters = &catalog.service(service).unwrap().meters;
        let meter = meters.iter().find(|known| known.id == meter).unwrap().clone();
        let bytes = matches!(meter.counts, MeterCount::RoundedBytes | MeterCount::StoredBytes);
        Usage {
            service: service.to_owned(),
            meter,
            per_hour: Estimate { value: per_month / HOURS_PER_MONTH, half_width: None },
            fine_per_base: if bytes { BYTES_PER_GB } else { 1 },
        }
    }

    fn total(service: &str, meter: &str, region: &str, per_month: f64) -> Option<String> {
        let catalog = catalog();
        let bill = price(&[used(catalog, service, meter, per_month)], &catalog.prices, region, false);
        bill.lines[0].amount.map(Usd::exact)
    }

    #[test]
    fn what_two_bills_share_is_no_part_of_what_their_difference_may_be_off_by() {
        let catalog = catalog();
        let bill = |puts: f64| {
            let with = |mut used: Usage, half_width: f64| {
                used.per_hour.half_width = Some(half_width);
                used
            };
            let usage = [
                with(used(catalog, "api_gateway", "requests", 30_416_666.0), 1000.0),
                with(used(catalog, "s3", "put", puts), 20.0),
            ];
            price(&usage, &catalog.prices, "us-east-1", false)
        };
        let (few, many) = (bill(1e6), bill(3e6));
        let difference = many.less(&few).unwrap();
        let puts = |bill: &Bill| bill.lines.iter().find(|line| line.meter == "put").unwrap().amount_half_width.unwrap();
        assert!((difference.value - 10.0).abs() < 0.01, "two million puts: {}", difference.value);
        assert!((difference.half_width.unwrap() - puts(&few) - puts(&many)).abs() < 1e-12);
        assert!(difference.half_width < few.total_half_width);
        assert_eq!(few.less(&few).unwrap().half_width, Some(0.0));
    }

    #[test]
    fn tiers_change_exactly_at_their_bounds() {
        // REST requests in us-east-1: 3.50 a million up to 333 million, then 2.80.
        for (requests, usd) in [
            (0.0, "0"),
            (1_000_000.0, "3.5"),
            (333_000_000.0, "1165.5"),
            (333_000_001.0, "1165.5000028"),
            (1_000_000_000.0, "3033.1"),
        ] {
            assert_eq!(total("api_gateway", "requests", "us-east-1", requests).as_deref(), Some(usd), "{requests}");
        }
    }

    #[test]
    fn published_ingestion_bill_is_reproduced_to_the_cent() {
        // 3,000,000 GB in eu-west-2: 17,920 + 46,080 + 22,848 USD (infracost golden file of 2024-07-01).
        let bytes = 3_000_000.0 * BYTES_PER_GB as f64;
        assert_eq!(total("firehose", "ingestion", "eu-west-2", bytes).as_deref(), Some("86848"));
    }

    #[test]
    fn a_price_that_is_not_known_is_unknown_and_names_the_nearest() {
        let catalog = catalog();
        let bill = price(&[used(catalog, "firehose", "ingestion", 1e12)], &catalog.prices, "eu-central-1", false);
        assert_eq!(bill.lines[0].amount, None);
        assert!(!bill.complete);
        assert!(bill.lines[0].note.as_ref().unwrap().contains("no sourced price for eu-central-1; in eu-"));
    }

    #[test]
    fn free_allowances_are_taken_off_only_when_asked() {
        let catalog = catalog();
        let usage = [used(catalog, "api_gateway", "requests", 1_500_000.0)];
        let amount = |free| price(&usage, &catalog.prices, "us-east-1", free).total.unwrap().exact();
        assert_eq!((amount(false), amount(true)), ("5.25".to_owned(), "1.75".to_owned()));
    }

    proptest! {
        #[test]
        fn cost_never_falls_as_usage_grows(low in 0.0..1e13_f64, more in 0.0..1e13_f64) {
            let catalog = catalog();
            for (service, meter) in [("api_gateway", "requests"), ("firehose", "ingestion"), ("s3", "storage")] {
                let amount = |count| {
                    price(&[used(catalog, service, meter, count)], &catalog.prices, "us-east-1", false).total
                };
                prop_assert!(amount(low) <= amount(low + more));
            }
        }

        #[test]
        fn a_total_is_the_sum_of_its_lines(requests in 0.0..1e12_f64, bytes in 0.0..1e15_f64) {
            let catalog = catalog();
            let usage = [used(catalog, "api_gateway", "requests", requests), used(catalog, "firehose", "ingestion", bytes)];
            let bill = price(&usage, &catalog.prices, "us-east-1", false);
            let sum: Usd = bill.lines.iter().filter_map(|line| line.amount).sum();
            prop_assert_eq!(bill.total, Some(sum));
        }
    }
}
