//! What can be turned: options of the services on the way, each with its levels.

use schemars::JsonSchema;
use serde::Serialize;

use crate::architecture::{Architecture, Lowered};
use crate::catalog::raw::OptionKind;
use crate::catalog::{Catalog, Circumstances, OptionRule, Service};
use crate::comparison::packed_by;
use crate::scenario::{Answer, Origin, Scenario};
use crate::units::{Bytes, SimDuration};
use crate::value::Value;

/// Two levels of a quantity differ by this share at the least.
const STEP: f64 = 0.01;
/// How far a quantity is looked for where the service sets no greatest value, in defaults.
const REACH: f64 = 8.0;
const MIB: u64 = 1 << 20;

/// An option and the levels that it may take.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Knob {
    /// As `--set` names it: `firehose.buffer-interval`.
    pub key: String,
    /// Levels as `--set` takes them, rising where they are quantities.
    pub levels: Vec<String>,
    /// Which of them the scenario has as it stands.
    pub default: usize,
    /// Whether they are quantities, so that neighbours are alike.
    pub ordered: bool,
    #[serde(skip)]
    turns: Turns,
    #[serde(skip)]
    values: Vec<Value>,
}

/// What a knob is on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Turns {
    /// An option of a service.
    Option(String, String),
    /// The number of records that a client puts into one.
    Packing,
}

/// The key of [`Knob::packing`], which no `--set` takes: it is the client's to do.
pub const PACKING: &str = "client.records-in-one";

impl Knob {
    /// Lets clients put up to `most` records into one.
    #[must_use]
    pub fn packing(most: u32) -> Self {
        let numbers = 1..=most.max(1);
        Self {
            key: PACKING.to_owned(),
            levels: numbers.clone().map(|number| number.to_string()).collect(),
            default: 0,
            ordered: true,
            turns: Turns::Packing,
            values: numbers.map(|number| Value::Number(f64::from(number))).collect(),
        }
    }

    /// A knob with these levels instead; `None` where one of them is no value of the option.
    #[must_use]
    pub fn with_levels(&self, levels: &[String]) -> Option<Self> {
        let values: Vec<Value> = levels.iter().map(|level| like(level, &self.values)).collect::<Option<_>>()?;
        let default = self.values.get(self.default)?;
        let (mut levels, mut values) = (levels.to_vec(), values);
        let place = values.iter().position(|value| value == default).unwrap_or_else(|| {
            let place =
                values.iter().take_while(|value| value.compare(default).is_some_and(std::cmp::Ordering::is_lt)).count();
            values.insert(place, default.clone());
            levels.insert(place, self.levels[self.default].clone());
            place
        });
        Some(Self { levels, values, default: place, ..self.clone() })
    }

    /// The scenario with this level set.
    pub(super) fn set(&self, scenario: &mut Scenario, level: usize) {
        // Where nothing is turned, what the scenario leaves open stays open: it may depend on what else is set.
        if level == self.default {
            return;
        }
        match (&self.turns, self.values.get(level)) {
            (Turns::Option(service, option), Some(value)) => {
                let answer = Answer { value: value.clone(), origin: Origin::Supposed };
                scenario.options.insert((service.clone(), option.clone()), answer);
            }
            (Turns::Packing, Some(Value::Number(events))) => {
                if let Some(packed) = packed_by(scenario, *events) {
                    *scenario = packed;
                }
            }
            _ => {}
        }
    }
}

/// A text as a value of the same kind as others.
fn like(text: &str, values: &[Value]) -> Option<Value> {
    let value = match values.first()? {
        Value::Number(_) => Value::Number(text.trim().parse().ok()?),
        Value::Text(_) => Value::Text(text.trim().to_owned()),
        _ => Value::parse(text.trim()),
    };
    let same = std::mem::discriminant(&value) == std::mem::discriminant(values.first()?);
    (same && (!matches!(value, Value::Text(_)) || values.contains(&value))).then_some(value)
}

/// The knobs of a pipeline that was put together as `lowered`: what it never asks for turns nothing.
#[must_use]
pub fn knobs(
    catalog: &Catalog,
    path: &Architecture,
    scenario: &Scenario,
    lowered: &Lowered,
    at: &Circumstances,
) -> Vec<Knob> {
    let services = path.services();
    let services = services.iter().filter_map(|id| catalog.service(id));
    let options = services.flat_map(|service| {
        let rules = service.options.iter().filter(|rule| rule.tune);
        rules.filter_map(move |rule| knob(service, rule, scenario, lowered, at))
    });
    options.collect()
}

fn knob(
    service: &Service,
    rule: &OptionRule,
    scenario: &Scenario,
    lowered: &Lowered,
    at: &Circumstances,
) -> Option<Knob> {
    let key = format!("{}.{}", service.id, rule.id);
    let stated = scenario.options.get(&(service.id.clone(), rule.id.clone())).map(|answer| answer.value.clone());
    let set = lowered.settings.iter().find(|setting| setting.name == key);
    let values = if rule.kind == OptionKind::Word {
        rule.values.iter().flatten().map(|word| Value::Text(word.clone())).collect()
    } else {
        let default = stated.clone().or_else(|| read(rule.kind, &set?.value))?;
        ladder(service, rule, at, &default)?
    };
    let default = match (&stated, set) {
        (Some(value), _) => value.clone(),
        (None, Some(set)) => read(rule.kind, &set.value)?,
        // A switch that is off is written down nowhere.
        (None, None) => rule.default.clone().filter(|word| word == "off").map(Value::Text)?,
    };
    let default = values.iter().position(|value| *value == default)?;
    (values.len() > 1).then(|| Knob {
        key,
        levels: values.iter().map(exact).collect(),
        default,
        ordered: rule.kind != OptionKind::Word,
        turns: Turns::Option(service.id.clone(), rule.id.clone()),
        values,
    })
}

fn read(kind: OptionKind, text: &str) -> Option<Value> {
    match kind {
        OptionKind::Word => Some(Value::Text(text.to_owned())),
        OptionKind::Number => text.replace(',', "").parse().ok().map(Value::Number),
        OptionKind::Size | OptionKind::Duration => {
            let value = Value::parse(text);
            (!matches!(value, Value::Text(_))).then_some(value)
        }
    }
}

/// Levels between the least and the greatest value: by whole units and by a hundredth, whichever is more. The default is
/// one of them.
fn ladder(service: &Service, rule: &OptionRule, at: &Circumstances, default: &Value) -> Option<Vec<Value>> {
    let bound = |fact: &Option<String>| fact.as_ref().and_then(|id| service.fact(id, at)).map(|fact| base(&fact.value));
    let start = base(default);
    let unit = match default {
        Value::Duration(_) if start >= 10e9 => 1e9,
        Value::Duration(_) => 1e8,
        Value::Size(_) if start >= MIB as f64 => MIB as f64,
        Value::Size(_) => 1024.0,
        _ => 1.0,
    };
    let low = bound(&rule.min_fact).unwrap_or(unit);
    let high = bound(&rule.max_fact).or(rule.max).unwrap_or(start * REACH).max(start);
    let mut steps = vec![low];
    while let Some(last) = steps.last().copied().filter(|last| *last < high) {
        let next = (last + unit).max((last * (1.0 + STEP) / unit).round() * unit);
        steps.push(next.min(high));
    }
    if !steps.contains(&start) {
        let place = steps.partition_point(|step| *step < start);
        steps.insert(place, start);
    }
    steps.into_iter().map(|step| quantity(default, step)).collect()
}

/// Nanoseconds, bytes, or the number itself.
fn base(value: &Value) -> f64 {
    match value {
        Value::Duration(duration) => duration.as_nanos() as f64,
        Value::Size(size) => size.get() as f64,
        Value::Number(number) => *number,
        _ => f64::NAN,
    }
}

fn quantity(like: &Value, base: f64) -> Option<Value> {
    match like {
        Value::Duration(_) => Some(Value::Duration(SimDuration::from_nanos(base.round() as u64))),
        Value::Size(_) => Some(Value::Size(Bytes::new(base.round() as u64))),
        Value::Number(_) => Some(Value::Number(base.round())),
        _ => None,
    }
}

/// A value as `--set` takes it, without loss.
fn exact(value: &Value) -> String {
    match value {
        Value::Duration(duration) => format!("{}s", duration.as_secs_f64()),
        Value::Size(size) if size.get() % MIB == 0 => format!("{}MiB", size.get() / MIB),
        Value::Size(size) => format!("{}B", size.get()),
        other => other.to_string().replace(',', ""),
    }
}
