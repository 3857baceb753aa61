//! The bridge: a pipeline of services becomes a network of queueing stages.
//!
//! Each service on the path lists its stages; those whose condition is met stand in a line, in the order in which data
//! meets the services. Every number comes from an option (set by the scenario, sized for the load, sized to meet a
//! requirement, or the catalog's default) or from a fact. [`Lowered::settings`] lists them all with their origin, so that a
//! result can show what it rests on.
//!
//! The parts: `settings` looks up numbers and writes down where they are from, `sizing` works out how many shards, workers
//! and the like the load needs, `stages` makes a queueing stage of a stage of the catalog, `transfer` divides a volume that is
//! moved once by what carries it.

mod settings;
mod sizing;
mod stages;
mod transfer;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

pub use settings::Setting;
pub use transfer::{Transfer, transfer};

use self::settings::Settings;
use self::sizing::Demand;
use super::{Architecture, Hop};
use crate::catalog::raw::{RawMeter, RawOnlyIf};
use crate::catalog::{Catalog, Circumstances, MeterCount, Service, price_of_type};
use crate::scenario::{ClientRetry, Scenario, Workload};
use crate::sim::network::{Feed, Network, Node, Step};
use crate::sim::{Arrivals, CountLaw, Jitter, Retry, SizeLaw, Source, TraceRecord};
use crate::units::{Bytes, SimDuration};
use crate::value::Value;

/// The name of what stands at the end of every path.
const SINK: &str = "sink";

/// How many of something the load needs, worked out so that it can be redone by hand.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Sizing {
    /// `kinesis_data_streams.shards`.
    pub name: String,
    /// How many.
    pub count: f64,
    /// The arithmetic.
    pub arithmetic: String,
}

/// A meter that the run must feed.
#[derive(Debug, Clone)]
pub struct OpenMeter {
    /// Service that bills it.
    pub service: String,
    /// The meter.
    pub meter: RawMeter,
    /// Its place among the run's increments, for meters that round records up.
    pub increment: Option<usize>,
    /// What its count is multiplied by, with where that comes from.
    pub of: Option<f64>,
    /// The stage that counts, by its name in the run.
    pub stage: Option<String>,
}

impl OpenMeter {
    /// What the count is multiplied by: the units, those billed besides, how often each is billed, what each holds in GB.
    #[must_use]
    pub fn times(&self) -> f64 {
        let rule = &self.meter.rule;
        let units = self.of.unwrap_or(1.0) + f64::from(rule.extra) + f64::from(self.meter.of_extra);
        let each = rule.each.map_or(1.0, |size| size.get() as f64 / (1u64 << 30) as f64);
        let times = rule.times.unwrap_or(1) * self.meter.of_times.unwrap_or(1);
        units * f64::from(times) * each
    }
}

/// A pipeline ready to run.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The queueing model.
    pub network: Network,
    /// What it rests on.
    pub settings: Vec<Setting>,
    /// What was sized for the load.
    pub sizings: Vec<Sizing>,
    /// What is billed.
    pub meters: Vec<OpenMeter>,
    /// How many times smaller objects are stored than collected.
    pub compression_ratio: f64,
    /// How old data may be, if that is asked.
    pub freshness: Option<SimDuration>,
}

/// Why a pipeline cannot be simulated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LowerError {
    /// The scenario has no workload.
    #[error("the scenario says nothing about its traffic")]
    NoWorkload,
    /// A service has no behaviour in the catalog.
    #[error("the catalog does not say how {name} behaves")]
    NoBehaviour {
        /// Service id.
        id: String,
        /// Its name.
        name: String,
    },
    /// The pipeline forks.
    #[error("it has several destinations, and one at a time is simulated")]
    SeveralDestinations,
    /// A service is fed in a way whose limits and meters the catalog does not hold.
    #[error("the catalog does not say how {name} behaves and bills when {from} feeds it")]
    NotFrom {
        /// Name of the service.
        name: String,
        /// What feeds it.
        from: String,
    },
    /// A fact or option that a stage names does not hold under the circumstances.
    #[error("{service}: {missing} is not known in this edition and Region")]
    Unknown {
        /// Service id.
        service: String,
        /// Fact or option.
        missing: String,
    },
    /// A service is out of order, and nothing that is simulated hands data to it.
    #[error("nothing on this path hands data to `{0}` in a way that notices its outage")]
    OutageUnnoticed(String),
    /// Something cannot be expressed as a queueing model.
    #[error("{0}")]
    Model(String),
}

impl LowerError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NoWorkload => {
                "add `[workload]` with `rate` and `record-size`, for example `rate = \"1000000 events/day\"`; \
                 or replay recorded traffic with `--trace FILE`"
                    .to_owned()
            }
            Self::NoBehaviour { .. } | Self::NotFrom { .. } => {
                "`[[stage]]` tables in the service's file say how it behaves; `--catalog DIR` adds files of your own"
                    .to_owned()
            }
            Self::SeveralDestinations => {
                "set one destination at a time: `--set needs.destinations=s3`; a Firehose stream has one".to_owned()
            }
            Self::OutageUnnoticed(_) => {
                "an outage needs a sender that tries again: Firehose before a destination, for example".to_owned()
            }
            Self::Unknown { service, .. } => format!("`forebay catalog show {service}` lists what is known"),
            Self::Model(_) => "`forebay schema scenario` documents every key".to_owned(),
        }
    }
}

/// Translates the main path of `architecture`. A trace replaces the workload's arrivals and sizes.
///
/// # Errors
/// [`LowerError`] says what is missing.
pub fn lower(
    catalog: &Catalog,
    architecture: &Architecture,
    scenario: &Scenario,
    at: &Circumstances,
    trace: Option<Arc<[TraceRecord]>>,
) -> Result<Lowered, LowerError> {
    if architecture.branches.len() > 1 {
        return Err(LowerError::SeveralDestinations);
    }
    let source = source(scenario.workload.as_ref(), trace)?;
    let demand = Demand::of(scenario.workload.as_ref(), &source);
    let at = at_the_node(catalog, at);
    let mut lowering = Lowering {
        settings: Settings::new(catalog, scenario, &at, demand),
        scenario,
        nodes: Vec::new(),
        increments: Vec::new(),
        meters: Vec::new(),
    };
    let path = architecture.main_path();
    for (index, hop) in path.iter().enumerate().filter(|(_, hop)| hop.service) {
        let before = index.checked_sub(1).and_then(|before| path.get(before)).copied();
        let place = Place { before, behind: path.get(index + 1).copied() };
        lowering.pass(catalog, hop, place)?;
    }
    lowering.check_outages()?;
    lowering.let_clients_retry();
    let compression_ratio = lowering.compression_ratio(catalog)?;
    let Lowering { settings, nodes, increments, meters, .. } = lowering;
    let (settings, sizings) = settings.finish();
    let freshness = asked_freshness(scenario);
    let network = in_line(source, nodes, increments);
    Ok(Lowered { network, settings, sizings, meters, compression_ratio, freshness })
}

/// Stages one behind the other, from one source to one sink.
fn in_line(source: Source, steps: Vec<(String, Step)>, increments: Vec<Bytes>) -> Network {
    let names: Vec<String> =
        steps.iter().map(|(name, _)| name.clone()).chain(std::iter::once(SINK.to_owned())).collect();
    let to = names.first().cloned().unwrap_or_default();
    let behind = names.into_iter().skip(1);
    let nodes = steps.into_iter().zip(behind).map(|((name, step), next)| Node { name, step, to: vec![next] });
    let sink = Node { name: SINK.to_owned(), step: Step::Sink, to: Vec::new() };
    Network {
        feeds: vec![Feed { name: "source".to_owned(), source, to }],
        nodes: nodes.chain(std::iter::once(sink)).collect(),
        increments,
    }
}

/// Facts go by nodes, scenarios by words: `http` means the node `http_endpoint`.
fn at_the_node(catalog: &Catalog, at: &Circumstances) -> Circumstances {
    let node = |word: &String| catalog.destination_node(word).unwrap_or(word).to_owned();
    Circumstances { destination: at.destination.as_ref().map(node), ..at.clone() }
}

fn as_retry(client: ClientRetry) -> Retry {
    Retry {
        attempts: client.max_attempts.saturating_sub(1),
        first: client.initial_backoff,
        factor: 2.0,
        longest: client.max_backoff,
        jitter: if client.jitter { Jitter::Full } else { Jitter::None },
        window: None,
    }
}

fn asked_freshness(scenario: &Scenario) -> Option<SimDuration> {
    // Of an interval the strict end: what is sized for it is right for all others too.
    match scenario.answers.get("needs.freshness")?.value.ends().0 {
        Value::Duration(limit) => Some(*limit),
        _ => None,
    }
}

fn source(workload: Option<&Workload>, trace: Option<Arc<[TraceRecord]>>) -> Result<Source, LowerError> {
    if let Some(records) = trace {
        let fixed = |workload: &Workload| matches!(workload.records_per_request, CountLaw::Fixed(_));
        return Ok(Source {
            arrivals: Arrivals::Trace(records),
            sizes: SizeLaw::Constant(Bytes::new(1)),
            // A recording says itself what was sent together; a law of one's own has no place in it.
            records_per_request: workload
                .filter(|workload| fixed(workload))
                .map_or(CountLaw::Fixed(1), |workload| workload.records_per_request.clone()),
        });
    }
    let workload = workload.ok_or(LowerError::NoWorkload)?;
    workload.source().map_err(|error| LowerError::Model(error.to_string()))
}

/// Where a service stands on the path.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    before: Option<&'a Hop>,
    behind: Option<&'a Hop>,
}

/// A path on its way to a network.
struct Lowering<'a> {
    settings: Settings<'a>,
    scenario: &'a Scenario,
    nodes: Vec<(String, Step)>,
    increments: Vec<Bytes>,
    meters: Vec<OpenMeter>,
}

impl Lowering<'_> {
    /// Adds the stages and meters of a service.
    fn pass(&mut self, catalog: &Catalog, hop: &Hop, place: Place<'_>) -> Result<(), LowerError> {
        let service = catalog.service(&hop.id).filter(|service| !service.stages.is_empty());
        let service = service.ok_or_else(|| LowerError::NoBehaviour { id: hop.id.clone(), name: hop.name.clone() })?;
        if let Some(before) = place.before.filter(|before| service.not_simulated_from.contains(&before.id)) {
            return Err(LowerError::NotFrom { name: hop.name.clone(), from: before.name.clone() });
        }
        self.settings.look_towards(place.behind.map(|hop| hop.id.as_str()));
        for stage in &service.stages {
            if self.holds(service, stage.only_if.as_ref(), place)? {
                self.add_stage(service, stage, place)?;
            }
        }
        for meter in service.meters.iter().filter(|meter| meter.counts != MeterCount::Usage) {
            if self.holds(service, meter.only_if.as_ref(), place)? {
                self.add_meter(service, meter)?;
            }
        }
        Ok(())
    }

    /// Whether a condition is met where the service stands.
    fn holds(
        &mut self,
        service: &Service,
        only_if: Option<&RawOnlyIf>,
        Place { before, behind }: Place<'_>,
    ) -> Result<bool, LowerError> {
        let Some(RawOnlyIf { from, not_from, to, not_to, option }) = only_if else { return Ok(true) };
        let among = |hop: Option<&Hop>, ids: &[String]| hop.is_some_and(|hop| ids.contains(&hop.id));
        let allowed = (from.is_empty() || among(before, from)) && !among(before, not_from);
        let allowed = allowed && (to.is_empty() || among(behind, to)) && !among(behind, not_to);
        if !allowed {
            return Ok(false);
        }
        for (id, word) in option {
            if self.settings.value(service, id)? != Value::Text(word.clone()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn add_meter(&mut self, service: &Service, meter: &RawMeter) -> Result<(), LowerError> {
        let increments = &mut self.increments;
        let increment = meter.increment.map(|increment| {
            increments.iter().position(|known| *known == increment).unwrap_or_else(|| {
                increments.push(increment);
                increments.len() - 1
            })
        });
        let of = meter.of.as_deref().map(|id| self.settings.number(service, id)).transpose()?;
        let stage = meter.stage.as_ref().map(|stage| format!("{}.{stage}", service.id));
        let biller = meter.price_of.as_ref().unwrap_or(&service.id).clone();
        let mut meter = meter.clone();
        if let Some(option) = &meter.type_option {
            let kind = self.settings.value(service, option)?.to_string();
            meter.price = price_of_type(&meter.price, &kind);
        }
        self.meters.push(OpenMeter { service: biller, meter, increment, of, stage });
        Ok(())
    }

    /// A client sees the entry alone: what is throttled further in is no answer to its request.
    fn let_clients_retry(&mut self) {
        let Some(retry) = self.scenario.workload.as_ref().and_then(|workload| workload.retry) else { return };
        let first = self.nodes.first().and_then(|(name, _)| name.split('.').next()).unwrap_or_default().to_owned();
        let own = |name: &str| name.split('.').next() == Some(first.as_str());
        let entry = self.nodes.iter_mut().filter(|(name, _)| own(name)).find_map(|(_, step)| match step {
            Step::Gate(gate) | Step::Shards { gate, .. } => Some(gate),
            _ => None,
        });
        if let Some(entry) = entry {
            entry.retry = Some(as_retry(retry));
        }
    }

    /// How many times smaller objects get, by the `compression` option of a service on the path.
    fn compression_ratio(&mut self, catalog: &Catalog) -> Result<f64, LowerError> {
        let on_path: Vec<String> = self.meters.iter().map(|meter| meter.service.clone()).collect();
        let compressing = catalog
            .services
            .iter()
            .find(|service| on_path.contains(&service.id) && service.option("compression").is_some());
        let Some(service) = compressing else { return Ok(1.0) };
        if self.settings.value(service, "compression")? == Value::Text("UNCOMPRESSED".to_owned()) {
            return Ok(1.0);
        }
        if let Some(ratio) = self.scenario.workload.as_ref().and_then(|workload| workload.compression_ratio) {
            self.settings.note("workload.compression-ratio", ratio.to_string(), "scenario, workload.compression-ratio");
            return Ok(ratio);
        }
        self.settings.number(service, "gzip-ratio")
    }
}
