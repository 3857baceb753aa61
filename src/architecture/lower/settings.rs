//! Numbers of a pipeline, each with where it comes from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::sizing::{self, Demand};
use super::{LowerError, Sizing, asked_freshness};
use crate::catalog::raw::Grade;
use crate::catalog::{Catalog, Circumstances, Fact, OptionRule, Service};
use crate::scenario::Scenario;
use crate::units::{Bytes, SimDuration};
use crate::value::Value;

/// Kept between the freshness asked for and a buffer interval sized to meet it: time for the way to the buffer and for
/// the PUT behind it.
const MARGIN: SimDuration = SimDuration::from_secs(2);

/// The word of options that switch something on.
const OFF: &str = "off";

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
    /// Whether somebody measured it; results say that it is not documented, and tables for eyes say this.
    #[serde(skip)]
    pub measured: bool,
}

/// Looks numbers up and writes down where they are from.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    catalog: &'a Catalog,
    scenario: &'a Scenario,
    at: &'a Circumstances,
    demand: Demand,
    /// The node behind the service at hand.
    towards: Option<String>,
    /// Options as the services before on the path have them.
    settled: BTreeMap<String, Value>,
    list: Vec<Setting>,
    sizings: Vec<Sizing>,
}

impl<'a> Settings<'a> {
    pub(super) fn new(catalog: &'a Catalog, scenario: &'a Scenario, at: &'a Circumstances, demand: Demand) -> Self {
        let (list, sizings) = (Vec::new(), Vec::new());
        Self { catalog, scenario, at, demand, towards: None, settled: BTreeMap::new(), list, sizings }
    }

    /// What follows is about a service that hands data on to this node.
    pub(super) fn look_towards(&mut self, node: Option<&str>) {
        self.towards = node.map(str::to_owned);
    }

    /// All that was looked up, and what was sized.
    pub(super) fn finish(self) -> (Vec<Setting>, Vec<Sizing>) {
        (self.list, self.sizings)
    }

    /// Writes down a number that is neither an option nor a fact.
    pub(super) fn note(&mut self, name: &str, value: String, origin: &str) {
        self.list.push(Setting {
            name: name.to_owned(),
            value,
            origin: origin.to_owned(),
            assumed: false,
            measured: false,
        });
    }

    /// The value of an option of this name, or else of a fact; with a service's id and a dot before it, of that service.
    pub(super) fn value(&mut self, service: &Service, id: &str) -> Result<Value, LowerError> {
        if let Some((other, id)) = id.split_once('.') {
            return self.value_elsewhere(other, id);
        }
        match service.option(id) {
            Some(rule) => {
                let value = self.option(service, rule)?;
                self.settled.insert(format!("{}.{id}", service.id), value.clone());
                Ok(value)
            }
            None => self.fact(service, id).map(|fact| fact.value.clone()),
        }
    }

    /// What another service on the path has: as it was settled there, since its default may depend on where it stands.
    fn value_elsewhere(&mut self, other: &str, id: &str) -> Result<Value, LowerError> {
        if let Some(value) = self.settled.get(&format!("{other}.{id}")) {
            return Ok(value.clone());
        }
        let unknown = || LowerError::Unknown { service: other.to_owned(), missing: format!("option `{id}`") };
        let service = self.catalog.service(other).ok_or_else(unknown)?;
        self.value(service, id)
    }

    /// A plain number, or a rate by the second.
    pub(super) fn number(&mut self, service: &Service, id: &str) -> Result<f64, LowerError> {
        match self.value(service, id)? {
            Value::Number(number) => Ok(number),
            Value::Rate(rate) => Ok(rate.get()),
            Value::ByteRate(rate) => Ok(rate.get()),
            other => Err(wrong_kind(service, id, "a number or a rate", &other)),
        }
    }

    /// A whole number of one or more.
    pub(super) fn count(&mut self, service: &Service, id: &str) -> Result<u32, LowerError> {
        let number = self.number(service, id)?;
        if (1.0..=f64::from(u32::MAX)).contains(&number) && number.fract() == 0.0 {
            return Ok(number as u32);
        }
        let found = crate::units::significant(number, 6);
        Err(LowerError::Model(format!("{}: `{id}` must be a whole number of one or more, but is {found}", service.id)))
    }

    pub(super) fn duration(&mut self, service: &Service, id: &str) -> Result<SimDuration, LowerError> {
        match self.value(service, id)? {
            Value::Duration(duration) => Ok(duration),
            other => Err(wrong_kind(service, id, "a duration", &other)),
        }
    }

    pub(super) fn size(&mut self, service: &Service, id: &str) -> Result<Bytes, LowerError> {
        match self.value(service, id)? {
            Value::Size(size) => Ok(size),
            other => Err(wrong_kind(service, id, "a size", &other)),
        }
    }

    /// An interval no shorter than the service really makes it.
    pub(super) fn interval(
        &mut self,
        service: &Service,
        id: &str,
        floor_id: Option<&str>,
    ) -> Result<SimDuration, LowerError> {
        let interval = self.duration(service, id)?;
        let floor = floor_id.and_then(|id| service.fact(id, self.at)).map(|fact| fact.value.clone());
        let (Some(Value::Duration(floor)), Some(floor_id)) = (floor, floor_id) else { return Ok(interval) };
        if floor <= interval {
            return Ok(interval);
        }
        self.fact(service, floor_id)?;
        let name = format!("{}.{id}", service.id);
        if let Some(setting) = self.list.iter_mut().find(|setting| setting.name == name) {
            setting.origin = format!("{} ({}), but takes this long", setting.value, setting.origin);
            setting.value = floor.to_string();
        }
        Ok(floor)
    }

    fn fact<'s>(&mut self, service: &'s Service, id: &str) -> Result<&'s Fact, LowerError> {
        let unknown = || LowerError::Unknown { service: service.id.clone(), missing: format!("fact `{id}`") };
        let fact = service.fact(id, self.at).ok_or_else(unknown)?;
        self.list.push(setting_of(service, id, fact));
        Ok(fact)
    }

    /// The value of an option: the scenario's, one sized for the load or to meet the freshness asked for, or the default.
    fn option(&mut self, service: &Service, rule: &OptionRule) -> Result<Value, LowerError> {
        let missing = |what: String| LowerError::Unknown { service: service.id.clone(), missing: what };
        let name = format!("{}.{}", service.id, rule.id);
        if let Some(answer) = self.scenario.options.get(&(service.id.clone(), rule.id.clone())) {
            self.note(&name, answer.value.to_string(), &answer.origin.to_string());
            return Ok(answer.value.clone());
        }
        // Of an interval the low end: a slow line is what there must be time for.
        if let Some(answer) = rule.from_need.as_ref().and_then(|path| self.scenario.answers.get(path)) {
            let value = answer.value.ends().0.clone();
            self.note(&name, value.to_string(), &answer.origin.to_string());
            return Ok(value);
        }
        if let Some(sizing) = &rule.sized {
            return self.for_the_load(service, &name, sizing);
        }
        let towards = self.towards.as_ref().and_then(|node| Some((node.clone(), rule.default_towards.get(node)?)));
        if let Some((node, word)) = towards {
            self.note(&name, word.clone(), &format!("default of the catalog towards {node}"));
            return Ok(Value::Text(word.clone()));
        }
        if let Some(word) = &rule.default {
            // Nothing rests on a switch that nobody has turned on.
            if word != OFF {
                self.note(&name, word.clone(), "default of the catalog");
            }
            return Ok(Value::Text(word.clone()));
        }
        let fact_id = rule.default_fact.as_deref().ok_or_else(|| missing(format!("a default of `{}`", rule.id)))?;
        let fact = service.fact(fact_id, self.at).ok_or_else(|| missing(format!("fact `{fact_id}`")))?;
        if let Some(sized) = self.for_freshness(service, rule, fact) {
            let freshness = self.scenario.answers.get("needs.freshness").map(|answer| answer.value.to_string());
            let origin = format!("sized to meet freshness {}", freshness.unwrap_or_default());
            self.note(&name, sized.to_string(), &origin);
            return Ok(Value::Duration(sized));
        }
        self.list.push(Setting { name, ..setting_of(service, &rule.id, fact) });
        Ok(fact.value.clone())
    }

    /// As many as the load needs.
    fn for_the_load(
        &mut self,
        service: &Service,
        name: &str,
        rule: &crate::catalog::raw::RawSizing,
    ) -> Result<Value, LowerError> {
        let demand = self.demand;
        let mut number = |id: &Option<String>| id.as_deref().map(|id| self.number(service, id)).transpose();
        let parts = sizing::Parts {
            records: number(&rule.records)?,
            requests: number(&rule.requests)?,
            bytes: number(&rule.bytes)?,
            headroom: number(&rule.headroom)?.unwrap_or(1.0),
            least: number(&rule.least)?.unwrap_or(1.0),
        };
        let devices = rule.devices.unwrap_or(false).then(|| demand.of_devices()).flatten();
        let (count, arithmetic) = devices.unwrap_or_else(|| sizing::needed(demand, &parts));
        self.note(name, crate::units::significant(count, 9), &format!("sized for the load: {arithmetic}"));
        if !self.sizings.iter().any(|known| known.name == name) {
            self.sizings.push(Sizing { name: name.to_owned(), count, arithmetic });
        }
        Ok(Value::Number(count))
    }

    /// An interval below the default, where the default would be too late.
    fn for_freshness(&self, service: &Service, rule: &OptionRule, default: &Fact) -> Option<SimDuration> {
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
}

fn setting_of(service: &Service, id: &str, fact: &Fact) -> Setting {
    Setting {
        name: format!("{}.{id}", service.id),
        value: fact.shown.clone(),
        origin: fact.source.clone(),
        assumed: fact.grade != Grade::Documented,
        measured: fact.grade == Grade::Measured,
    }
}

pub(super) fn wrong_kind(service: &Service, id: &str, expected: &str, found: &Value) -> LowerError {
    LowerError::Model(format!("{}: `{id}` must be {expected}, but is {}", service.id, found.kind()))
}
