//! What packing several events into one record would save, where each record is rounded up for the bill.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Usage, price};
use crate::catalog::{MeterCount, PriceBook};
use crate::sim::Summary;
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
    #[serde(serialize_with = "super::total")]
    #[schemars(with = "f64")]
    pub total: Usd,
    /// What it saves a month.
    #[serde(serialize_with = "super::total")]
    #[schemars(with = "f64")]
    pub saves: Usd,
}

/// The saving, where rounding more than half again the bytes dominates a line of the bill.
///
/// Events are taken at their mean size, so that a packed record fits one grain; requests shrink by the same factor,
/// since a packed record travels in one request. The time a client needs to gather the events is not counted.
#[must_use]
pub fn packing(usage: &[Usage], summary: &Summary, prices: &PriceBook, region: &str) -> Option<Packing> {
    let rounded = usage.iter().find(|used| used.meter.counts == MeterCount::RoundedBytes)?;
    let increment = rounded.meter.increment?;
    let (bytes, records) = (summary.per_hour.bytes.value, summary.per_hour.records.value);
    let mean = bytes / records;
    let ratio = rounded.per_hour.value / bytes;
    let events = (FILL * increment.get() as f64 / mean).floor();
    if !(ratio.is_finite() && ratio >= WORTH_TELLING && events >= 2.0) {
        return None;
    }
    let packed: Vec<Usage> = usage.iter().map(|used| pack(used, increment, records / events, events)).collect();
    let now = price(usage, prices, region, false);
    let then = price(&packed, prices, region, false);
    (now.complete && then.total < now.total).then(|| Packing {
        events_per_record: events as u64,
        increment,
        mean_record_bytes: mean,
        billed_over_real: ratio,
        total: then.total,
        saves: now.total - then.total,
    })
}

fn pack(used: &Usage, increment: Bytes, records_per_hour: f64, events: f64) -> Usage {
    let mut packed = used.clone();
    packed.per_hour.half_width = None;
    match used.meter.counts {
        MeterCount::RoundedBytes => packed.per_hour.value = records_per_hour * increment.get() as f64,
        MeterCount::Requests => packed.per_hour.value /= events,
        MeterCount::Objects | MeterCount::StoredBytes => {}
    }
    packed
}
