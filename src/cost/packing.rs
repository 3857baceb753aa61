//! What packing several events into one record would save, where each record is rounded up for the bill.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Extrapolation, Usage, price};
use crate::catalog::{MeterCount, PriceBook};
use crate::sim::RunResult;
use crate::units::{Bytes, Usd};

/// From this ratio of billed to real bytes on, rounding is worth a word.
const WORTH_TELLING: f64 = 1.5;

/// How full a packed record should be: the rest is room for events larger than the mean.
const FILL: f64 = 0.9;

/// A saving by packing.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Packing {
    /// Events in a record.
    pub events_per_record: u64,
    /// The grain that each record is rounded up to.
    pub increment: Bytes,
    /// Mean size of a record now, in bytes.
    pub mean_record_bytes: f64,
    /// Billed bytes over real bytes now.
    pub billed_over_real: f64,
    /// The bill's total with packing.
    #[serde(serialize_with = "super::dollars")]
    #[schemars(with = "f64")]
    pub total: Usd,
    /// What it saves a month.
    #[serde(serialize_with = "super::dollars")]
    #[schemars(with = "f64")]
    pub saves: Usd,
}

/// The saving, where rounding more than half again the bytes dominates a line of the bill.
///
/// Events are taken at their mean size, so that a packed record fits one grain; a packed record travels in one request,
/// or in as few as now. The time a client needs to gather the events is not counted. Where a gate turns records away,
/// packing would change what gets through, and nothing is said.
#[must_use]
pub fn packing(
    usage: &[Usage],
    run: &RunResult,
    extrapolation: &Extrapolation,
    prices: &PriceBook,
    region: &str,
    free_tier: bool,
) -> Option<Packing> {
    let rounded = usage.iter().find(|used| used.meter.counts == MeterCount::RoundedBytes)?;
    let increment = rounded.meter.increment?;
    let counted = &run.summary.per_hour;
    let mean = counted.bytes.value / counted.records.value;
    let ratio = rounded.per_hour.value / (counted.bytes.value * extrapolation.traffic);
    let events = (FILL * increment.get() as f64 / mean).floor();
    let all_through = run.summary.records.rejected == 0;
    if !(all_through && ratio.is_finite() && ratio >= WORTH_TELLING && events >= 2.0) {
        return None;
    }
    let packed: Vec<Usage> = usage.iter().map(|used| pack(used, events, mean)).collect();
    let now = price(usage, prices, region, free_tier);
    let then = price(&packed, prices, region, free_tier);
    let (before, after) = now.total.zip(then.total)?;
    (now.complete && after < before).then(|| Packing {
        events_per_record: events as u64,
        increment,
        mean_record_bytes: mean,
        billed_over_real: ratio,
        total: after,
        saves: before - after,
    })
}

/// The usage if so many times fewer records had as many times the size.
fn pack(used: &Usage, events: f64, mean: f64) -> Usage {
    let mut packed = used.clone();
    packed.per_hour.half_width = None;
    let grains = |size: f64| used.meter.increment.map_or(1.0, |own| (size / own.get() as f64).ceil());
    match used.meter.counts {
        MeterCount::RoundedBytes | MeterCount::Increments => {
            packed.per_hour.value *= grains(mean * events) / grains(mean) / events;
        }
        // As many requests as records at the most: those that are packed already stay as they are.
        MeterCount::Requests => packed.per_hour.value /= events,
        MeterCount::Objects
        | MeterCount::StoredBytes
        | MeterCount::Bytes
        | MeterCount::Hours
        | MeterCount::Months
        | MeterCount::BusyHours
        | MeterCount::Passes
        | MeterCount::BusySeconds
        | MeterCount::Usage => {}
    }
    packed
}
