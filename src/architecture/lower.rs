//! The bridge: a pipeline of services becomes a chain of queueing stages.
//!
//! Every number comes from an option (set by the scenario, sized to meet a requirement, or the catalog's default) or from
//! a fact. [`Lowered::settings`] lists them all with their origin, so that a result can show what it rests on.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::Architecture;
use crate::catalog::raw::{Grade, RawMeter, RawStage};
use crate::catalog::{Catalog, Circumstances, Fact, MeterCount, Service, StageKind};
use crate::scenario::{ClientRetry, Scenario, Workload};
use crate::sim::{
    Arrivals, Buffer, CountLaw, Counted, Gate, Jitter, LatencyLaw, Limit, LimitRule, Model, Retry, SizeLaw, Source,
    Stage, StageKind as Queueing, TraceRecord,
};
use crate::units::{Bytes, SimDuration};
use crate::value::Value;

/// Kept between the freshness asked for and a buffer interval sized to meet it: time for the way to the buffer and for
/// the PUT behind it.
const MARGIN: SimDuration = SimDuration::from_secs(2);

/// One number that the simulation rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Setting {
    /// `firehose.buffer-interval`.
    pub name: String,
    /// Its value with unit.
    pub value: String,
    /// Where it comes from: a place in the scenario, a source, or why it was chosen.
    pub origin: String,
    /// Whether it is an assumption and not a documented or stated figure.
    pub assumed: bool,
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
}

/// A pipeline ready to run.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The queueing model.
    pub model: Model,
    /// What it rests on.
    pub settings: Vec<Setting>,
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
                "so far, API Gateway, Firehose and S3 are simulated, fed by clients and servers that write themselves"
                    .to_owned()
            }
            Self::SeveralDestinations => {
                "set one destination at a time: `--set needs.destinations=s3`; a Firehose stream has one".to_owned()
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
    let mut lowering = Lowering { scenario, at, settings: Vec::new(), increments: Vec::new(), meters: Vec::new() };
    let mut stages = Vec::new();
    let path = architecture.main_path();
    for (index, hop) in path.iter().enumerate().filter(|(_, hop)| hop.service) {
        let service = catalog.service(&hop.id).filter(|service| !service.stages.is_empty());
        let service = service.ok_or_else(|| LowerError::NoBehaviour { id: hop.id.clone(), name: hop.name.clone() })?;
        let before = index.checked_sub(1).and_then(|before| path.get(before));
        if let Some(before) = before.filter(|before| service.not_simulated_from.contains(&before.id)) {
            return Err(LowerError::NotFrom { name: hop.name.clone(), from: before.name.clone() });
        }
        for stage in &service.stages {
            stages.push(lowering.stage(service, stage)?);
        }
        lowering.open_meters(service);
    }
    // A client sees the entry alone: what is throttled further in is no answer to its request.
    if let Some(retry) = scenario.workload.as_ref().and_then(|workload| workload.retry) {
        let entry = stages.iter_mut().find_map(|stage| match &mut stage.kind {
            Queueing::Gate(gate) => Some(gate),
            _ => None,
        });
        if let Some(entry) = entry {
            entry.retry = Some(as_retry(retry));
        }
    }
    let compression_ratio = lowering.compression_ratio(catalog)?;
    let source = source(scenario.workload.as_ref(), trace)?;
    let Lowering { settings, increments, meters, .. } = lowering;
    let freshness = asked_freshness(scenario);
    Ok(Lowered { model: Model { source, stages, increments }, settings, meters, compression_ratio, freshness })
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

struct Lowering<'a> {
    scenario: &'a Scenario,
    at: &'a Circumstances,
    settings: Vec<Setting>,
    increments: Vec<Bytes>,
    meters: Vec<OpenMeter>,
}

impl Lowering<'_> {
    fn stage(&mut self, service: &Service, stage: &RawStage) -> Result<Stage, LowerError> {
        let kind = match stage.kind {
            StageKind::TokenBucket | StageKind::Quota => Queueing::Gate(self.gate(service, stage)?),
            StageKind::Delay => Queueing::Delay(self.delay(service, stage)?),
            StageKind::Buffer => Queueing::Buffer(self.buffer(service, stage)?),
        };
        Ok(Stage { name: format!("{}.{}", service.id, stage.id), kind })
    }

    fn gate(&mut self, service: &Service, stage: &RawStage) -> Result<Gate, LowerError> {
        let mut limits = Vec::new();
        if let (Some(rate_id), Some(burst_id)) = (&stage.rate_fact, &stage.burst_fact) {
            let rate = self.fact_number(service, rate_id)?;
            let burst = self.fact_number(service, burst_id)?;
            let rule = LimitRule::TokenBucket { rate, burst };
            limits.push(Limit { name: format!("{}.{rate_id}", service.id), counts: Counted::Requests, rule });
        }
        let quotas = [
            (&stage.requests_fact, Counted::Requests),
            (&stage.records_fact, Counted::Records),
            (&stage.bytes_fact, Counted::Bytes),
        ];
        for (fact, counts) in quotas {
            if let Some(id) = fact {
                let rule = LimitRule::PerSecond(self.fact_number(service, id)?);
                limits.push(Limit { name: format!("{}.{id}", service.id), counts, rule });
            }
        }
        let largest_record = self.size_limit(service, stage.largest_record_fact.as_deref())?;
        let largest_request = self.size_limit(service, stage.largest_request_fact.as_deref())?;
        Ok(Gate { limits, largest_record, largest_request, retry: None })
    }

    fn delay(&mut self, service: &Service, stage: &RawStage) -> Result<LatencyLaw, LowerError> {
        let median = match self.option(service, stage.median_option.as_deref(), &stage.id)? {
            Value::Duration(median) => median,
            other => return Err(wrong_kind(service, &stage.id, "a duration", &other)),
        };
        let sigma = match self.option(service, stage.sigma_option.as_deref(), &stage.id)? {
            Value::Number(sigma) => sigma,
            other => return Err(wrong_kind(service, &stage.id, "a number", &other)),
        };
        Ok(match (median == SimDuration::ZERO, sigma == 0.0) {
            (true, _) => LatencyLaw::Zero,
            (false, true) => LatencyLaw::Constant(median),
            (false, false) => LatencyLaw::Lognormal { median, sigma },
        })
    }

    fn buffer(&mut self, service: &Service, stage: &RawStage) -> Result<Buffer, LowerError> {
        let size = match self.option(service, stage.size_option.as_deref(), &stage.id)? {
            Value::Size(size) => size,
            other => return Err(wrong_kind(service, &stage.id, "a size", &other)),
        };
        let interval = match self.option(service, stage.interval_option.as_deref(), &stage.id)? {
            Value::Duration(interval) => interval,
            other => return Err(wrong_kind(service, &stage.id, "a duration", &other)),
        };
        Ok(Buffer { size, interval: self.at_least(service, stage, interval)? })
    }

    /// An interval no shorter than the service really makes it.
    fn at_least(
        &mut self,
        service: &Service,
        stage: &RawStage,
        interval: SimDuration,
    ) -> Result<SimDuration, LowerError> {
        let Some(id) = &stage.interval_floor_fact else { return Ok(interval) };
        let floor = service.fact(id, self.at).map(|fact| &fact.value);
        match floor {
            Some(Value::Duration(floor)) if *floor > interval => {
                self.fact(service, id)?;
                let name = stage.interval_option.as_ref().map(|option| format!("{}.{option}", service.id));
                if let Some(setting) = self.settings.iter_mut().find(|setting| Some(&setting.name) == name.as_ref()) {
                    setting.origin = format!("{} ({}), but takes this long", setting.value, setting.origin);
                    setting.value = floor.to_string();
                }
                Ok(*floor)
            }
            _ => Ok(interval),
        }
    }

    fn size_limit(&mut self, service: &Service, id: Option<&str>) -> Result<Option<Bytes>, LowerError> {
        let Some(id) = id else { return Ok(None) };
        match &self.fact(service, id)?.value {
            Value::Size(size) => Ok(Some(*size)),
            other => Err(wrong_kind(service, id, "a size", other)),
        }
    }

    fn fact<'s>(&mut self, service: &'s Service, id: &str) -> Result<&'s Fact, LowerError> {
        let unknown = || LowerError::Unknown { service: service.id.clone(), missing: format!("fact `{id}`") };
        let fact = service.fact(id, self.at).ok_or_else(unknown)?;
        self.settings.push(setting_of(service, id, fact));
        Ok(fact)
    }

    fn fact_number(&mut self, service: &Service, id: &str) -> Result<f64, LowerError> {
        match &self.fact(service, id)?.value {
            Value::Number(number) => Ok(*number),
            Value::Rate(rate) => Ok(rate.get()),
            Value::ByteRate(rate) => Ok(rate.get()),
            other => Err(wrong_kind(service, id, "a rate", other)),
        }
    }

    /// The value of an option: the scenario's, one sized to meet the freshness asked for, or the default.
    fn option(&mut self, service: &Service, id: Option<&str>, stage: &str) -> Result<Value, LowerError> {
        let missing = |what: &str| LowerError::Unknown { service: service.id.clone(), missing: what.to_owned() };
        let rule =
            id.and_then(|id| service.option(id)).ok_or_else(|| missing(&format!("an option of stage `{stage}`")))?;
        let name = format!("{}.{}", service.id, rule.id);
        if let Some(answer) = self.scenario.options.get(&(service.id.clone(), rule.id.clone())) {
            let origin = answer.origin.to_string();
            self.settings.push(Setting { name, value: answer.value.to_string(), origin, assumed: false });
            return Ok(answer.value.clone());
        }
        if let Some(word) = &rule.default {
            let origin = "default of the catalog".to_owned();
            self.settings.push(Setting { name, value: word.clone(), origin, assumed: false });
            return Ok(Value::Text(word.clone()));
        }
        let fact_id = rule.default_fact.as_deref().ok_or_else(|| missing(&format!("a default of `{}`", rule.id)))?;
        let fact = service.fact(fact_id, self.at).ok_or_else(|| missing(&format!("fact `{fact_id}`")))?;
        if let Some(sized) = self.sized(service, rule, fact) {
            let freshness = self.scenario.answers.get("needs.freshness").map(|answer| answer.value.to_string());
            let origin = format!("sized to meet freshness {}", freshness.unwrap_or_default());
            self.settings.push(Setting { name, value: sized.to_string(), origin, assumed: false });
            return Ok(Value::Duration(sized));
        }
        self.settings.push(Setting { name, ..setting_of(service, &rule.id, fact) });
        Ok(fact.value.clone())
    }

    /// An interval below the default, where the default would be too late.
    fn sized(&self, service: &Service, rule: &crate::catalog::OptionRule, default: &Fact) -> Option<SimDuration> {
        if rule.id != "buffer-interval" {
            return None;
        }
        let Value::Duration(default) = &default.value else { return None };
        let room = asked_freshness(self.scenario)? - MARGIN;
        if *default <= room {
            return None;
        }
        let least = rule.min_fact.as_deref().and_then(|id| service.fact(id, self.at)).map(|fact| &fact.value);
        match least {
            Some(Value::Duration(least)) => Some(room.max(*least)),
            _ => Some(room),
        }
    }

    fn open_meters(&mut self, service: &Service) {
        for meter in service.meters.iter().filter(|meter| meter.counts != MeterCount::Usage) {
            let increment = meter.increment.map(|increment| {
                self.increments.iter().position(|known| *known == increment).unwrap_or_else(|| {
                    self.increments.push(increment);
                    self.increments.len() - 1
                })
            });
            self.meters.push(OpenMeter { service: service.id.clone(), meter: meter.clone(), increment });
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
        if self.option(service, Some("compression"), "compression")? == Value::Text("UNCOMPRESSED".to_owned()) {
            return Ok(1.0);
        }
        if let Some(ratio) = self.scenario.workload.as_ref().and_then(|workload| workload.compression_ratio) {
            let origin = "scenario, workload.compression-ratio".to_owned();
            self.settings.push(Setting {
                name: "workload.compression-ratio".to_owned(),
                value: ratio.to_string(),
                origin,
                assumed: false,
            });
            return Ok(ratio);
        }
        self.fact_number(service, "gzip-ratio")
    }
}

fn setting_of(service: &Service, id: &str, fact: &Fact) -> Setting {
    Setting {
        name: format!("{}.{id}", service.id),
        value: fact.shown.clone(),
        origin: fact.source.clone(),
        assumed: fact.grade != Grade::Documented,
    }
}

fn wrong_kind(service: &Service, id: &str, expected: &str, found: &Value) -> LowerError {
    LowerError::Model(format!("{}: `{id}` must be {expected}, but is {}", service.id, found.kind()))
}
