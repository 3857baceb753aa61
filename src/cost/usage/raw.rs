//! Usage files as written. Doc comments here are the documentation of the format: they reach `forebay schema usage` and
//! every message about a missing or misspelt key.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::catalog::Catalog;
use crate::cost::measure::{Measure, Terms};
use crate::units::{Bytes, Quantity, Share, SimDuration, Usd};

/// A usage file: what is used of services in a month.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawUsage {
    /// Title of the bill.
    pub title: Option<String>,
    /// Region whose prices hold, such as `us-east-1`.
    pub region: String,
    /// Length of the month; 730 h if absent, as in the vendor's calculator.
    pub month: Option<SimDuration>,
    /// What a GB of the bill is.
    #[serde(default)]
    pub gigabyte: Gigabyte,
    /// What is used.
    #[serde(default)]
    pub usage: Vec<RawUse>,
    /// Amounts that are known without a meter.
    #[serde(default)]
    pub amount: Vec<RawAmount>,
}

/// How many bytes a GB has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gigabyte {
    /// 2^30, as on the vendor's bills.
    #[default]
    Binary,
    /// 10^9, as some price tools take it.
    Decimal,
}

impl Gigabyte {
    /// Bytes in a GB.
    #[must_use]
    pub const fn bytes(self) -> f64 {
        match self {
            Self::Binary => (1_u64 << 30) as f64,
            Self::Decimal => 1e9,
        }
    }
}

/// What is used of one meter. It is stated as a `quantity`, or by what the meter's rule makes one of: `records` with
/// their `record-size`, or `capacity` for a `time`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawUse {
    /// Service id: `firehose`, `vpc`.
    pub service: String,
    /// Meter of the service, as `forebay catalog list meters` lists them, or the name of its price.
    pub meter: String,
    /// Type of the machine, where the price depends on it: `m5.large`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Quantity as it stands on the bill, in the meter's unit: `1500 GB`, `5 million requests`, `20 GB/day`. A GB is one of
    /// the bill.
    pub quantity: Option<Quantity>,
    /// Records in a month or by the time: `300 million records`, `500 records/s`.
    pub records: Option<Quantity>,
    /// Size of each record, which is rounded up as the meter does; here, MB is 10^6 bytes and MiB is 2^20.
    pub record_size: Option<Bytes>,
    /// How long each record is worked on.
    pub duration: Option<SimDuration>,
    /// How often all of it is billed, such as once for each consumer; once if absent.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub copies: Option<f64>,
    /// Consumers that share what a shard gives out, for the number of shards; one if absent.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub readers: Option<f64>,
    /// Room for peaks, on top of the capacity that the records need.
    pub headroom: Option<Share>,
    /// Units kept: shards, instances, KPUs, connections.
    #[schemars(range(min = 0.0, max = 1_000_000_000.0))]
    pub capacity: Option<f64>,
    /// How long they are kept; the whole month if absent.
    pub time: Option<SimDuration>,
    /// The same as several runs, each of which is rounded up by itself.
    #[serde(default)]
    pub runs: Vec<SimDuration>,
    /// Memory or storage of each unit.
    pub unit_size: Option<Bytes>,
    /// How long data is kept, where it is billed by the month; the whole month if absent.
    pub kept: Option<SimDuration>,
}

/// An amount that somebody else has worked out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawAmount {
    /// Who bills it.
    pub service: String,
    /// What for.
    pub name: String,
    /// US dollars a month.
    pub usd: Usd,
    /// What else to know.
    pub note: Option<String>,
}

impl RawUse {
    /// The keys that are there, but for those that every entry has.
    pub(super) fn stated_keys(&self) -> Vec<&'static str> {
        let keys = [
            ("type", self.kind.is_some()),
            ("quantity", self.quantity.is_some()),
            ("records", self.records.is_some()),
            ("record-size", self.record_size.is_some()),
            ("duration", self.duration.is_some()),
            ("copies", self.copies.is_some()),
            ("readers", self.readers.is_some()),
            ("headroom", self.headroom.is_some()),
            ("capacity", self.capacity.is_some()),
            ("time", self.time.is_some()),
            ("runs", !self.runs.is_empty()),
            ("unit-size", self.unit_size.is_some()),
            ("kept", self.kept.is_some()),
        ];
        keys.into_iter().filter(|(_, there)| *there).map(|(key, _)| key).collect()
    }

    /// Two keys that state the same.
    pub(super) fn clash(&self) -> Option<(&'static str, &'static str)> {
        let keys = self.stated_keys();
        let both = [
            ("quantity", "records"),
            ("quantity", "record-size"),
            ("quantity", "duration"),
            ("quantity", "unit-size"),
            ("quantity", "capacity"),
            ("quantity", "time"),
            ("quantity", "runs"),
            ("records", "capacity"),
            ("time", "runs"),
            ("kept", "time"),
            ("kept", "runs"),
            ("kept", "capacity"),
        ];
        both.into_iter().find(|(first, second)| keys.contains(first) && keys.contains(second))
    }

    /// Whether the type of a machine means something for the entry's meter.
    pub(super) fn kind_matters(&self, catalog: &Catalog, terms: &Terms) -> bool {
        let meters = catalog.meters_of(&self.service);
        let by_price = meters.iter().any(|meter| meter.id == self.meter && meter.price.contains("{type}"));
        by_price || !terms.rule.units.is_empty()
    }
}

/// The keys that a meter's rule looks at.
pub(super) fn keys_of(terms: &Terms, kind_matters: bool) -> Vec<&'static str> {
    let mut keys = match terms.measure {
        Measure::Count => vec!["quantity", "records", "copies"],
        Measure::Data => vec!["quantity", "records", "record-size", "copies"],
        Measure::DataMonths => {
            vec!["quantity", "records", "record-size", "copies", "kept", "capacity", "time", "runs", "unit-size"]
        }
        Measure::Hours | Measure::Minutes => vec!["quantity", "capacity", "time", "runs", "copies"],
        Measure::DataHours | Measure::DataSeconds => {
            vec!["quantity", "records", "duration", "unit-size", "capacity", "time", "runs", "copies"]
        }
    };
    if terms.measure == Measure::Count && terms.increment.is_some() {
        keys.push("record-size");
    }
    if terms.sizes_capacity() {
        keys.extend(["records", "record-size", "readers", "headroom"]);
    }
    if kind_matters {
        keys.push("type");
    }
    keys
}

/// The ways to state the quantity of a meter, in words.
pub(super) fn ways(terms: &Terms) -> &'static str {
    match terms.measure {
        Measure::Count if terms.increment.is_some() => "a `quantity`, or `records` with their `record-size`",
        Measure::Count => "a `quantity` or `records`",
        Measure::Data => "a `quantity`, or `records` with their `record-size`",
        Measure::DataMonths => {
            "a `quantity`, `records` with their `record-size` and how long they are `kept`, or `capacity` with its `unit-size`"
        }
        Measure::Hours | Measure::Minutes if terms.sizes_capacity() => {
            "a `quantity`, `capacity` with its `time`, or `records` with their `record-size`"
        }
        Measure::Hours | Measure::Minutes => "a `quantity`, or `capacity` with its `time`",
        Measure::DataHours | Measure::DataSeconds => {
            "a `quantity`, `capacity` with its `unit-size` and `time`, or `records` with `unit-size` and `duration`"
        }
    }
}
