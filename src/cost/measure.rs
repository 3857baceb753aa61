//! From stated usage to the quantity of a month: what a meter measures, and which rules of [`super::rules`] apply to it.

use super::rules::{
    Load, UnitCapacity, at_least, billed_time, capacity_time, data_time, increments, prorated, rounded_up, stepped,
    units_for,
};
use super::{TierUse, tiered};
use crate::catalog::Price;
use crate::catalog::raw::{RawBillingRule, RawMeter};
use crate::units::{SimDuration, Usd};

/// Seconds in an hour.
const HOUR: f64 = 3600.0;

/// The largest quantity of a month: beyond it, money would overflow.
const LARGEST: f64 = 1e15;

/// What a month and a GB are on a bill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conventions {
    /// Hours in a month.
    pub hours_per_month: f64,
    /// Bytes in a GB.
    pub bytes_per_gb: f64,
}

impl Conventions {
    /// Those of the vendor's calculator: 730 hours, 2³⁰ bytes.
    pub const USUAL: Self = Self { hours_per_month: super::HOURS_PER_MONTH, bytes_per_gb: super::BYTES_PER_GB as f64 };

    /// Seconds in a month.
    #[must_use]
    pub fn month(&self) -> f64 {
        self.hours_per_month * HOUR
    }
}

/// What a meter measures, told by its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Anything counted: requests, objects, users.
    Count,
    /// GB.
    Data,
    /// GB-months.
    DataMonths,
    /// Hours of anything.
    Hours,
    /// Minutes of anything.
    Minutes,
    /// GB-hours.
    DataHours,
    /// GB-seconds.
    DataSeconds,
}

impl Measure {
    /// From the unit of a meter or of a price: `shard-hours`, `GB-month`, `million requests`.
    #[must_use]
    pub fn of_unit(unit: &str) -> Self {
        let is_data = ["GB", "GiB", "TB"].iter().any(|data| unit.starts_with(data));
        let has = |word: &str| unit.contains(word);
        match is_data {
            true if has("-month") => Self::DataMonths,
            true if has("-hour") => Self::DataHours,
            true if has("-second") => Self::DataSeconds,
            true => Self::Data,
            false if has("hour") => Self::Hours,
            false if has("minute") => Self::Minutes,
            false => Self::Count,
        }
    }

    /// Parts that a base unit is counted in, so that amounts are sums of whole numbers.
    const fn fine(self) -> u128 {
        match self {
            Self::Count => 1_000_000,
            Self::Data | Self::DataMonths | Self::DataHours | Self::DataSeconds => 1 << 40,
            // Milliseconds.
            Self::Hours => 3_600_000,
            Self::Minutes => 60_000,
        }
    }

    /// Seconds in the unit of time, where time is measured.
    const fn unit_of_time(self) -> f64 {
        match self {
            Self::Hours | Self::DataHours => HOUR,
            Self::Minutes => 60.0,
            Self::Count | Self::Data | Self::DataMonths | Self::DataSeconds => 1.0,
        }
    }

    /// A quantity in whole parts.
    fn parts(self, quantity: f64) -> u128 {
        (quantity.max(0.0) * self.fine() as f64).round() as u128
    }

    /// The tiers that a quantity of this measure falls into, and its amount; `None` beyond the last known tier.
    #[must_use]
    pub fn charge(self, price: &Price, quantity: f64) -> Option<(Vec<TierUse>, Usd)> {
        tiered(price, self.parts(quantity), self.fine())
    }
}

/// How a meter bills what is stated.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// What it measures.
    pub measure: Measure,
    /// Bytes that each record is rounded up to.
    pub increment: Option<f64>,
    /// Its other rules.
    pub rule: RawBillingRule,
}

impl Terms {
    /// Those of a meter of the catalog.
    #[must_use]
    pub fn of(meter: &RawMeter) -> Self {
        Self {
            measure: Measure::of_unit(&meter.unit),
            increment: meter.increment.map(|size| size.get() as f64),
            rule: meter.rule.clone(),
        }
    }

    /// Of a meter without rules of its own.
    #[must_use]
    pub fn plain(measure: Measure) -> Self {
        Self { measure, increment: None, rule: RawBillingRule::default() }
    }

    /// Whether capacity can be sized from traffic.
    #[must_use]
    pub const fn sizes_capacity(&self) -> bool {
        self.rule.takes.is_some()
    }
}

/// What somebody states of a meter. Rates have become amounts of the month, units have become bytes and seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// The quantity itself, in the meter's unit.
    pub quantity: Option<f64>,
    /// Records of the month.
    pub records: Option<f64>,
    /// Bytes of a record.
    pub record_size: Option<f64>,
    /// How long a record is worked on.
    pub duration: Option<f64>,
    /// How often all of it is billed: consumers, subscriptions.
    pub copies: f64,
    /// Shared consumers that capacity is sized for.
    pub readers: f64,
    /// Room for peaks that capacity is sized with.
    pub headroom: f64,
    /// Units of capacity: shards, instances, KPUs.
    pub capacity: Option<f64>,
    /// How long each run of the capacity is; the whole month where there is none.
    pub runs: Vec<f64>,
    /// Bytes of memory or storage of each unit.
    pub unit_size: Option<f64>,
    /// How long data is kept; the whole month if absent.
    pub kept: Option<f64>,
    /// Type of the machine.
    pub kind: Option<String>,
}

impl Default for Stated {
    fn default() -> Self {
        Self {
            quantity: None,
            records: None,
            record_size: None,
            duration: None,
            copies: 1.0,
            readers: 1.0,
            headroom: 0.0,
            capacity: None,
            runs: Vec::new(),
            unit_size: None,
            kept: None,
            kind: None,
        }
    }
}

/// Why no quantity follows from what is stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// A key is missing.
    Missing(&'static str),
    /// None of the ways to state a quantity is taken.
    Nothing,
    /// The quantity is larger than any bill.
    TooMuch,
}

/// The quantity of a month, in the meter's unit.
///
/// # Errors
/// What is missing.
pub fn quantity(terms: &Terms, stated: &Stated, month: &Conventions) -> Result<f64, Unclear> {
    let once = match terms.measure {
        Measure::Count => counted(terms, stated)?,
        Measure::Data => at_least(
            data(terms, stated, month)?,
            terms.rule.floor.map(|rate| rate.get() / month.bytes_per_gb),
            month.month(),
        ),
        Measure::DataMonths => held(terms, stated, month)?,
        Measure::Hours | Measure::Minutes => time(terms, stated, month)?,
        Measure::DataHours | Measure::DataSeconds => memory(terms, stated, month)?,
    };
    let quantity = once * f64::from(terms.rule.times.unwrap_or(1));
    if quantity.is_finite() && quantity <= LARGEST { Ok(quantity) } else { Err(Unclear::TooMuch) }
}

/// Records, each for as many as it has increments.
fn counted(terms: &Terms, stated: &Stated) -> Result<f64, Unclear> {
    if let Some(quantity) = stated.quantity {
        return Ok(quantity * stated.copies);
    }
    let records = stated.records.ok_or(Unclear::Nothing)?;
    let each = match terms.increment {
        Some(increment) => increments(stated.record_size.ok_or(Unclear::Missing("record-size"))?, increment),
        None => 1.0,
    };
    Ok(records * each * stated.copies)
}

/// GB, each record rounded up.
fn data(terms: &Terms, stated: &Stated, month: &Conventions) -> Result<f64, Unclear> {
    if let Some(quantity) = stated.quantity {
        return Ok(quantity * stated.copies);
    }
    let records = stated.records.ok_or(Unclear::Nothing)?;
    let size = stated.record_size.ok_or(Unclear::Missing("record-size"))?;
    let billed = terms.increment.map_or(size, |increment| rounded_up(size, increment));
    Ok(records * billed * stated.copies / month.bytes_per_gb)
}

/// GB-months: a volume that is there all month or for a time, or what units hold while they run.
fn held(terms: &Terms, stated: &Stated, month: &Conventions) -> Result<f64, Unclear> {
    if stated.capacity.is_some() || !stated.runs.is_empty() {
        let each = terms.rule.each.map(|size| size.get() as f64).or(stated.unit_size);
        let gb = each.ok_or(Unclear::Missing("unit-size"))? * units(terms, stated, month) / month.bytes_per_gb;
        return Ok(prorated(gb, running_time(terms, stated, month), month.month()));
    }
    let kept = stated.kept.unwrap_or_else(|| month.month());
    Ok(prorated(data(terms, stated, month)?, kept, month.month()))
}

/// Hours or minutes of capacity.
fn time(terms: &Terms, stated: &Stated, month: &Conventions) -> Result<f64, Unclear> {
    if let Some(quantity) = stated.quantity {
        return Ok(quantity * stated.copies);
    }
    if stated.records.is_some() && terms.sizes_capacity() && stated.record_size.is_none() {
        return Err(Unclear::Missing("record-size"));
    }
    if stated.capacity.is_none() && stated.runs.is_empty() && stated.records.is_none() {
        return Err(Unclear::Nothing);
    }
    let units = units(terms, stated, month) * stated.copies;
    let billed = running_time(terms, stated, month);
    Ok(capacity_time(units, f64::from(terms.rule.extra), billed) / terms.measure.unit_of_time())
}

/// GB-seconds or GB-hours: of records that are worked on, or of units that run.
fn memory(terms: &Terms, stated: &Stated, month: &Conventions) -> Result<f64, Unclear> {
    if let Some(quantity) = stated.quantity {
        return Ok(quantity * stated.copies);
    }
    if stated.records.is_none() && stated.capacity.is_none() && stated.runs.is_empty() {
        return Err(Unclear::Nothing);
    }
    let size = stated.unit_size.ok_or(Unclear::Missing("unit-size"))? / month.bytes_per_gb;
    let included = terms.rule.included.map_or(0.0, |size| size.get() as f64) / month.bytes_per_gb;
    let seconds = match stated.records {
        Some(records) => {
            let each = stated.duration.ok_or(Unclear::Missing("duration"))?;
            records * stepped(each, terms.rule.time_step.map(SimDuration::as_secs_f64))
        }
        None => units(terms, stated, month) * running_time(terms, stated, month),
    };
    Ok(data_time(size, included, seconds) * stated.copies / terms.measure.unit_of_time())
}

/// Units of capacity: as stated, or as the traffic needs; a machine counts as the units of its type.
fn units(terms: &Terms, stated: &Stated, month: &Conventions) -> f64 {
    let by_type = stated.kind.as_ref().and_then(|kind| terms.rule.units.get(kind)).copied().unwrap_or(1.0);
    let sized = stated.records.zip(stated.record_size).map(|(records, record_size)| {
        let load =
            Load { records: records / month.month(), record_size, readers: stated.readers, headroom: stated.headroom };
        let unit = UnitCapacity {
            takes: terms.rule.takes.map(crate::units::ByteRate::get),
            takes_records: terms.rule.takes_records.map(crate::units::RecordRate::get),
            gives: terms.rule.gives.map(crate::units::ByteRate::get),
        };
        units_for(&load, &unit)
    });
    stated.capacity.or(sized).unwrap_or(1.0) * by_type
}

/// Seconds billed for a unit: its runs, or the whole month.
fn running_time(terms: &Terms, stated: &Stated, month: &Conventions) -> f64 {
    if stated.runs.is_empty() {
        return month.month();
    }
    let least = terms.rule.least_time.map_or(0.0, SimDuration::as_secs_f64);
    billed_time(&stated.runs, least, terms.rule.time_step.map(SimDuration::as_secs_f64))
}

#[cfg(test)]
mod tests;
