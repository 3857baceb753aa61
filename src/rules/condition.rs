//! The typed condition tree.

use std::fmt;

use super::raw::RawCondition;
use crate::document::Fault;
use crate::value::Value;

/// The left side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An answer of the scenario.
    Field(String),
    /// A fact of the service.
    Fact(String),
}

/// What the left side is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A value of the rule.
    Value(Value),
    /// Another answer, or a fact of the service.
    Other(Subject),
}

/// How the two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Is,
    /// Not equal.
    IsNot,
    /// One of the words.
    In,
    /// None of the words.
    NotIn,
    /// Less.
    Below,
    /// Less or equal.
    AtMost,
    /// More.
    Above,
    /// More or equal.
    AtLeast,
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of them.
    All(Vec<Condition>),
    /// One of them.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A comparison.
    Compare(Subject, Comparison, Operand),
    /// Whether anything is stated.
    Stated(Subject, bool),
}

impl Condition {
    /// Every field and fact that the condition names, operands included.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::subjects).collect(),
            Self::Not(part) => part.subjects(),
            Self::Compare(subject, _, Operand::Other(other)) => vec![subject.clone(), other.clone()],
            Self::Compare(subject, _, Operand::Value(_)) | Self::Stated(subject, _) => vec![subject.clone()],
        }
    }

    /// Everything that the condition holds this field against, on whichever side it stands.
    pub(super) fn operands(&self, field: &str) -> Vec<Operand> {
        let is_field = |subject: &Subject| matches!(subject, Subject::Field(path) if path == field);
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(|part| part.operands(field)).collect(),
            Self::Not(part) => part.operands(field),
            Self::Compare(subject, _, operand) if is_field(subject) => vec![operand.clone()],
            Self::Compare(subject, _, Operand::Other(other)) if is_field(other) => {
                vec![Operand::Other(subject.clone())]
            }
            Self::Compare(..) | Self::Stated(..) => Vec::new(),
        }
    }

    /// Checks that exactly one form is used, with one left side and one comparison where it needs them. `at` is the path
    /// of the condition in its rule.
    pub(super) fn check(raw: &RawCondition, at: &str, faults: &mut Vec<Fault>) -> Option<Self> {
        let before = faults.len();
        let mut forms = Vec::new();
        for (key, list, join) in [("all", &raw.all, Self::All as fn(_) -> _), ("any", &raw.any, Self::Any)] {
            if let Some(parts) = list {
                forms.extend(check_list(parts, &format!("{at}.{key}"), faults).map(join));
            }
        }
        if let Some(part) = &raw.not {
            forms.extend(Self::check(part, &format!("{at}.not"), faults).map(|part| Self::Not(Box::new(part))));
        }
        forms.extend(Self::comparison(raw, at, faults));
        if faults.len() > before {
            return None;
        }
        match forms.len() {
            1 => Some(forms.remove(0)),
            0 => {
                let fault = Fault::new("condition", at, "an empty condition").label("says nothing");
                faults.push(fault.help(format!("write `all`, `any`, `not` or a comparison: `{EXAMPLE}`")));
                None
            }
            count => {
                let message = format!("a condition says one thing; this one says {count}");
                let fault = Fault::new("condition", at, message).label("which of them?");
                faults.push(fault.help("join them: `all = [{ ... }, { ... }]`, or `any` where one of them will do"));
                None
            }
        }
    }

    /// The comparisons of a condition with its left side.
    fn comparison(raw: &RawCondition, at: &str, faults: &mut Vec<Fault>) -> Vec<Self> {
        let compared = compared(raw);
        let first = compared.first().map(|(key, _, _)| *key).or(raw.stated.map(|_| "stated"));
        let subject = match (&raw.field, &raw.fact) {
            (Some(field), None) => Subject::Field(field.clone()),
            (None, Some(fact)) => Subject::Fact(fact.clone()),
            (None, None) => {
                if let Some(key) = first {
                    let message = format!("`{key}` compares nothing: there is no `field` and no `fact` beside it");
                    let fault =
                        Fault::new("condition", format!("{at}.{key}"), message).label("what is held against this?");
                    faults.push(fault.help(format!("write for example `{EXAMPLE}`")));
                }
                return Vec::new();
            }
            (Some(_), Some(_)) => {
                let message = "a comparison has a `field` or a `fact` on its left, not both";
                let fault = Fault::new("condition", format!("{at}.fact"), message).label("`field` is there too");
                faults.push(fault.help("hold the one against the other with `below-fact`, `above-fact` or `in-fact`, or join two comparisons with `all`"));
                return Vec::new();
            }
        };
        if first.is_none() {
            let key = if raw.field.is_some() { "field" } else { "fact" };
            let fault = Fault::new("condition", format!("{at}.{key}"), format!("`{subject}` is held against nothing"));
            faults.push(
                fault.label("no comparison beside it").help(format!("add one of {COMPARISONS}, or `stated = true`")),
            );
        }
        let mut forms: Vec<Self> = raw.stated.map(|stated| Self::Stated(subject.clone(), stated)).into_iter().collect();
        for (key, how, right) in compared {
            match right.operand() {
                Ok(operand) => forms.push(Self::Compare(subject.clone(), how, operand)),
                Err(message) => {
                    faults.push(Fault::new("condition", format!("{at}.{key}"), message).label("expected one value"));
                }
            }
        }
        forms
    }
}

/// What a condition may look like.
const EXAMPLE: &str = "field = \"source.kind\", is = \"clickstream\"";

/// The keys that compare.
const COMPARISONS: &str = "`is`, `is-not`, `in`, `not-in`, `below`, `at-most`, `above`, `at-least`";

fn check_list(parts: &[RawCondition], at: &str, faults: &mut Vec<Fault>) -> Option<Vec<Condition>> {
    if parts.is_empty() {
        let fault = Fault::new("condition", at, "an empty list of conditions").label("says nothing");
        faults.push(fault.help(format!("write conditions into it: `[{{ {EXAMPLE} }}, ...]`")));
        return None;
    }
    let checked =
        parts.iter().enumerate().map(|(index, part)| Condition::check(part, &format!("{at}[{index}]"), faults));
    // All of them are checked, even where the first is wrong.
    checked.collect::<Vec<_>>().into_iter().collect()
}

/// The right side of a comparison, as written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Right<'a> {
    Value(&'a serde_json::Value),
    Words(&'a [String]),
    Fact(&'a String),
    Field(&'a String),
}

impl Right<'_> {
    fn operand(self) -> Result<Operand, &'static str> {
        Ok(match self {
            Self::Value(value) => Operand::Value(plain(value)?),
            Self::Words(words) => Operand::Value(Value::Words(words.to_vec())),
            Self::Fact(fact) => Operand::Other(Subject::Fact(fact.clone())),
            Self::Field(field) => Operand::Other(Subject::Field(field.clone())),
        })
    }
}

/// The comparisons that are written in a condition, parts aside: the key, what it does, the right side.
pub(super) fn compared(raw: &RawCondition) -> Vec<(&'static str, Comparison, Right<'_>)> {
    let keys = [
        ("is", Comparison::Is, raw.is.as_ref().map(Right::Value)),
        ("is-not", Comparison::IsNot, raw.is_not.as_ref().map(Right::Value)),
        ("below", Comparison::Below, raw.below.as_ref().map(Right::Value)),
        ("at-least", Comparison::AtLeast, raw.at_least.as_ref().map(Right::Value)),
        ("above", Comparison::Above, raw.above.as_ref().map(Right::Value)),
        ("at-most", Comparison::AtMost, raw.at_most.as_ref().map(Right::Value)),
        ("in", Comparison::In, raw.is_in.as_deref().map(Right::Words)),
        ("not-in", Comparison::NotIn, raw.not_in.as_deref().map(Right::Words)),
        ("below-fact", Comparison::Below, raw.below_fact.as_ref().map(Right::Fact)),
        ("above-fact", Comparison::Above, raw.above_fact.as_ref().map(Right::Fact)),
        ("in-fact", Comparison::In, raw.in_fact.as_ref().map(Right::Fact)),
        ("not-in-fact", Comparison::NotIn, raw.not_in_fact.as_ref().map(Right::Fact)),
        ("below-field", Comparison::Below, raw.below_field.as_ref().map(Right::Field)),
        ("above-field", Comparison::Above, raw.above_field.as_ref().map(Right::Field)),
    ];
    keys.into_iter().filter_map(|(key, how, right)| Some((key, how, right?))).collect()
}

/// A value on the right side.
pub(super) fn plain(value: &serde_json::Value) -> Result<Value, &'static str> {
    match value {
        serde_json::Value::String(text) if Value::interval_ends(text).is_some() => {
            Err("a rule compares with one value, not with an interval; join two comparisons with `all`")
        }
        serde_json::Value::String(text) => Ok(Value::parse(text)),
        serde_json::Value::Bool(flag) => Ok(Value::Flag(*flag)),
        serde_json::Value::Number(number) => Ok(Value::Number(number.as_f64().unwrap_or(f64::NAN))),
        _ => {
            Err("the right side of a comparison is a word, a quantity, a number or a flag; several words go into `in`")
        }
    }
}

/// Every condition in a condition, itself first, with its path.
pub(super) fn each_part<'a>(raw: &'a RawCondition, at: &str, visit: &mut impl FnMut(&'a RawCondition, &str)) {
    visit(raw, at);
    for (key, list) in [("all", &raw.all), ("any", &raw.any)] {
        for (index, part) in list.iter().flatten().enumerate() {
            each_part(part, &format!("{at}.{key}[{index}]"), visit);
        }
    }
    if let Some(part) = &raw.not {
        each_part(part, &format!("{at}.not"), visit);
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(path) => write!(f, "{path}"),
            Self::Fact(id) => write!(f, "fact {id}"),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Other(subject) => write!(f, "{subject}"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}",
            match self {
                Self::Is => "is",
                Self::IsNot => "is not",
                Self::In => "is one of",
                Self::NotIn => "is none of",
                Self::Below => "is below",
                Self::AtMost => "is at most",
                Self::Above => "is above",
                Self::AtLeast => "is at least",
            }
        )
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(_) => write!(f, "all of"),
            Self::Any(_) => write!(f, "any of"),
            Self::Not(_) => write!(f, "not"),
            Self::Compare(subject, how, operand) => write!(f, "{subject} {how} {operand}"),
            Self::Stated(subject, true) => write!(f, "{subject} is stated"),
            Self::Stated(subject, false) => write!(f, "{subject} is not stated"),
        }
    }
}
