//! The typed condition tree.

use std::fmt;

use super::raw::RawCondition;
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

    /// Checks that exactly one form is used, with one left side and one comparison where it needs them.
    pub(super) fn check(raw: &RawCondition) -> Result<Self, String> {
        let mut forms = Vec::new();
        if let Some(parts) = &raw.all {
            forms.push(Self::All(check_all(parts)?));
        }
        if let Some(parts) = &raw.any {
            forms.push(Self::Any(check_all(parts)?));
        }
        if let Some(part) = &raw.not {
            forms.push(Self::Not(Box::new(Self::check(part)?)));
        }
        let subject = match (&raw.field, &raw.fact) {
            (Some(field), None) => Some(Subject::Field(field.clone())),
            (None, Some(fact)) => Some(Subject::Fact(fact.clone())),
            (None, None) => None,
            (Some(_), Some(_)) => return Err("a comparison has a `field` or a `fact` on its left, not both".to_owned()),
        };
        let comparisons = comparisons(raw)?;
        match subject {
            None if !comparisons.is_empty() || raw.stated.is_some() => {
                return Err("a comparison needs a `field` or a `fact`".to_owned());
            }
            None => {}
            Some(subject) => {
                if let Some(stated) = raw.stated {
                    forms.push(Self::Stated(subject.clone(), stated));
                }
                let compared = comparisons.into_iter();
                forms.extend(compared.map(|(how, operand)| Self::Compare(subject.clone(), how, operand)));
            }
        }
        match forms.len() {
            1 => Ok(forms.remove(0)),
            0 => Err("an empty condition; write `all`, `any`, `not` or a comparison".to_owned()),
            count => Err(format!("a condition says one thing; this one says {count}; join them with `all`")),
        }
    }
}

fn check_all(parts: &[RawCondition]) -> Result<Vec<Condition>, String> {
    if parts.is_empty() {
        return Err("an empty list of conditions".to_owned());
    }
    parts.iter().map(Condition::check).collect()
}

fn comparisons(raw: &RawCondition) -> Result<Vec<(Comparison, Operand)>, String> {
    let values = [
        (Comparison::Is, &raw.is),
        (Comparison::IsNot, &raw.is_not),
        (Comparison::Below, &raw.below),
        (Comparison::AtLeast, &raw.at_least),
        (Comparison::Above, &raw.above),
        (Comparison::AtMost, &raw.at_most),
    ];
    let mut found = Vec::new();
    for (how, value) in values {
        if let Some(value) = value {
            found.push((how, Operand::Value(operand(value)?)));
        }
    }
    for (how, words) in [(Comparison::In, &raw.is_in), (Comparison::NotIn, &raw.not_in)] {
        found.extend(words.iter().map(|words| (how, Operand::Value(Value::Words(words.clone())))));
    }
    let facts = [
        (Comparison::Below, &raw.below_fact),
        (Comparison::Above, &raw.above_fact),
        (Comparison::In, &raw.in_fact),
        (Comparison::NotIn, &raw.not_in_fact),
    ];
    for (how, fact) in facts {
        found.extend(fact.iter().map(|fact| (how, Operand::Other(Subject::Fact(fact.clone())))));
    }
    for (how, field) in [(Comparison::Below, &raw.below_field), (Comparison::Above, &raw.above_field)] {
        found.extend(field.iter().map(|field| (how, Operand::Other(Subject::Field(field.clone())))));
    }
    Ok(found)
}

fn operand(value: &serde_json::Value) -> Result<Value, String> {
    match value {
        serde_json::Value::String(text) => Ok(Value::parse(text)),
        serde_json::Value::Bool(flag) => Ok(Value::Flag(*flag)),
        serde_json::Value::Number(number) => Ok(Value::Number(number.as_f64().unwrap_or(f64::NAN))),
        _ => Err("the right side of a comparison is a word, a quantity, a number or a flag".to_owned()),
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
