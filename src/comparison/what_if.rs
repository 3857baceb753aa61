//! What other settings of the same pipeline would save, each from a run of its own.
//!
//! A service of the catalog lists what can be set otherwise (`[[what-if]]`): larger buffers, compression, another way to pay.
//! What a client can do is the same for all: put several small records into one. Each of them is simulated and priced
//! with the random numbers of the pipeline as it is.

use schemars::JsonSchema;
use serde::Serialize;

use super::{FEW_MISSING, Played, play};
use crate::architecture::{Architecture, Lowered, OpenMeter};
use crate::catalog::raw::{OptionKind, RawWhatIf};
use crate::catalog::{Catalog, MeterCount, Service};
use crate::scenario::{Answer, Origin, Scenario, Sizes};
use crate::sim::network::Step;
use crate::sim::{self, Estimate, Figure, RunConfig, Watch};
use crate::units::{Bytes, RecordRate, Usd, significant};
use crate::value::Value;

/// How full a packed record should be: the rest is room for records larger than the mean.
const FILL: f64 = 0.9;
/// Less than this share of the bill, or of the delay, is not worth a line.
const WORTH_TELLING: f64 = 0.01;

/// Another setting, and what it changes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WhatIf {
    /// What is set otherwise, in words.
    pub change: String,
    /// The same as `--set` takes it; empty where a client has to do it.
    pub set: Vec<String>,
    /// What the month's bill changes by, in USD; below zero is saved. Its interval is as wide as both bills' together.
    pub usd: Option<Estimate>,
    /// What the 99th percentile of the delay changes by, in seconds.
    pub p99_s: Option<Estimate>,
    /// What the number of objects in an hour changes by.
    pub objects_per_hour: Option<Estimate>,
    /// Whether the delay asked for is missed with it, though it is met without.
    pub misses_freshness: bool,
}

/// A scenario with something else set.
struct Changed {
    change: String,
    set: Vec<String>,
    scenario: Scenario,
}

/// The changes that matter here, what saves most money first.
#[must_use]
pub fn what_ifs(
    catalog: &Catalog,
    path: &Architecture,
    scenario: &Scenario,
    config: &RunConfig,
    watch: &dyn Watch,
) -> Vec<WhatIf> {
    let Ok(base) = play(catalog, path, scenario, config, None, watch) else { return Vec::new() };
    let services = path.services();
    let of_services = services.iter().filter_map(|id| catalog.service(id)).flat_map(|service| {
        service.what_ifs.iter().filter_map(|what_if| with_options(service, what_if, scenario, &base))
    });
    let changes = packed(scenario, &base).into_iter().chain(of_services);
    let mut found: Vec<WhatIf> = changes
        .filter_map(|changed| {
            let other = play(catalog, path, &changed.scenario, config, None, watch).ok()?;
            worth_telling(changed, &base, &other)
        })
        .collect();
    let saved = |what_if: &WhatIf| what_if.usd.map_or(0.0, |usd| usd.value);
    found.sort_by(|a, b| saved(a).total_cmp(&saved(b)));
    found
}

/// The scenario with the options of a change; `None` where they are so already.
fn with_options(service: &Service, what_if: &RawWhatIf, scenario: &Scenario, base: &Played) -> Option<Changed> {
    let mut changed = scenario.clone();
    let (mut set, mut differs) = (Vec::new(), false);
    for (option, wanted) in &what_if.set {
        let rule = service.option(option)?;
        let value = match rule.kind {
            OptionKind::Number => Value::Number(wanted.parse().ok()?),
            OptionKind::Word => Value::Text(wanted.clone()),
            OptionKind::Size | OptionKind::Duration => Value::parse(wanted),
        };
        let name = format!("{}.{option}", service.id);
        let now = base.lowered.settings.iter().find(|setting| setting.name == name);
        // What the pipeline never asks for cannot change it.
        differs |= now?.value != value.to_string();
        changed.options.insert((service.id.clone(), option.clone()), Answer { value, origin: Origin::Supposed });
        set.push(format!("{name}={wanted}"));
    }
    differs.then(|| Changed { change: what_if.text.clone(), set, scenario: changed })
}

/// The scenario with so many records in one as fill the grain that each is rounded up to, if that is two or more.
fn packed(scenario: &Scenario, base: &Played) -> Option<Changed> {
    let workload = scenario.workload.as_ref()?;
    let law = workload.sizes.law();
    let mean = law.mean();
    // The smallest grain of what is billed by size, and nothing larger than any gate on the way lets through.
    let by_size = |open: &&OpenMeter| matches!(open.meter.counts, MeterCount::RoundedBytes | MeterCount::Increments);
    let grains = base.lowered.meters.iter().filter(by_size).filter_map(|open| open.meter.increment);
    let grain = grains.min()?.min(largest_record(&base.lowered));
    let events = (FILL * grain.get() as f64 / mean).floor();
    if events < 2.0 {
        return None;
    }
    let changed = packed_by(scenario, events)?;
    let change = format!(
        "the client puts {} records into one; the time it gathers them for comes on top",
        significant(events, 4)
    );
    Some(Changed { change, set: Vec::new(), scenario: changed })
}

/// The scenario with so many records in one. `None` without a workload, and where sizes have no variance.
#[must_use]
pub fn packed_by(scenario: &Scenario, events: f64) -> Option<Scenario> {
    let law = scenario.workload.as_ref()?.sizes.law();
    let (mean, variance) = (law.mean(), law.variance());
    if !variance.is_finite() {
        return None;
    }
    // A sum of many independent sizes: a gamma law has the same mean and variance.
    let (sum, spread) = (mean * events, variance * events);
    let law = if spread > 0.0 {
        sim::SizeLaw::Gamma { shape: sum * sum / spread, scale: spread / sum }
    } else {
        sim::SizeLaw::Constant(Bytes::new(sum.round() as u64))
    };
    let mut changed = scenario.clone();
    let workload = changed.workload.as_mut()?;
    workload.rate = RecordRate::per_second(workload.rate.get() / events)?;
    workload.sizes = Sizes::Other { name: "packed".to_owned(), law };
    Some(changed)
}

/// The largest record that every gate on the way lets through.
fn largest_record(lowered: &Lowered) -> Bytes {
    let gates = lowered.network.nodes.iter().filter_map(|node| match &node.step {
        Step::Gate(gate) | Step::Shards { gate, .. } => Some(gate),
        _ => None,
    });
    let largest = gates.flat_map(|gate| [gate.largest_record, gate.largest_request]).flatten();
    largest.min().unwrap_or(Bytes::new(u64::MAX))
}

fn worth_telling(changed: Changed, base: &Played, other: &Played) -> Option<WhatIf> {
    // A bill that falls because less gets through saves nothing.
    if other.missing_share() > base.missing_share() + FEW_MISSING || other.run.summary.records.delivered == 0 {
        return None;
    }
    let whole = |played: &Played| played.bill.total.filter(|_| played.bill.complete).map(Usd::to_f64);
    let money = whole(base).zip(whole(other));
    let usd = other.bill.less(&base.bill);
    let difference = |figure| other.against(base, figure).ok().map(|paired| paired.difference);
    // What a client packs waits there first, which nobody has said how long.
    let p99_s = difference(Figure::P99).filter(|_| !changed.set.is_empty());
    let objects_per_hour = difference(Figure::ObjectsPerHour);
    let beyond_chance = |estimate: &Estimate| estimate.half_width.is_none_or(|width| estimate.value.abs() > width);
    let delay = base.run.summary.latency.p99.value;
    let matters = usd.zip(money).is_some_and(|(usd, (before, _))| usd.value.abs() > WORTH_TELLING * before)
        || p99_s.filter(beyond_chance).is_some_and(|p99| p99.value.abs() > WORTH_TELLING * delay);
    let limit = base.lowered.freshness.map(crate::units::SimDuration::as_secs_f64);
    let p99 = |played: &Played| played.run.summary.latency.p99.value;
    let misses_freshness = limit.is_some_and(|limit| p99(base) <= limit && p99(other) > limit);
    let Changed { change, set, .. } = changed;
    matters.then_some(WhatIf { change, set, usd, p99_s, objects_per_hour, misses_freshness })
}
