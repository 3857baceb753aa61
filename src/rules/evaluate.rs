//! Evaluation with three values, trace and evidence.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::Rule;
use super::condition::{Comparison, Condition, Operand, Subject};
use super::raw::RuleKind;
use crate::catalog::{Circumstances, Service};
use crate::scenario::{Answer, Answers};
use crate::value::Value;

/// What a rule is held against.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What the scenario answers.
    pub answers: &'a Answers,
    /// What is known of the pipeline that is being put together.
    pub pipeline: Option<&'a Answers>,
    /// Edition, Region, destination.
    pub at: &'a Circumstances,
}

impl<'a> Situation<'a> {
    /// What a scenario answers, before any pipeline is looked at.
    #[must_use]
    pub const fn new(answers: &'a Answers, at: &'a Circumstances) -> Self {
        Self { answers, pipeline: None, at }
    }

    /// The same once something is known of a pipeline.
    #[must_use]
    pub const fn with_pipeline(self, pipeline: &'a Answers) -> Self {
        Self { pipeline: Some(pipeline), ..self }
    }

    fn answer(&self, path: &str) -> Option<&'a Answer> {
        self.pipeline.and_then(|pipeline| pipeline.get(path)).or_else(|| self.answers.get(path))
    }
}

/// Truth, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// Something was not stated.
    Unknown,
}

impl Outcome {
    fn from_truth(truth: Option<bool>) -> Self {
        match truth {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }

    const fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// One node of a condition with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Trace {
    /// The condition, with the values that were compared.
    pub text: String,
    /// What came out.
    pub outcome: Outcome,
    /// Its parts.
    pub parts: Vec<Trace>,
}

impl Trace {
    /// The comparisons that keep the condition from holding, each with what is stated in brackets.
    #[must_use]
    pub fn in_the_way(&self) -> Vec<&str> {
        match self.parts.as_slice() {
            [] => vec![self.text.as_str()],
            parts => parts.iter().filter(|part| part.outcome != Outcome::Yes).flat_map(Self::in_the_way).collect(),
        }
    }
}

/// A fact that a rule rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FactEvidence {
    /// Service and fact: `emr.billing-basis`.
    pub id: String,
    /// Its value, with unit.
    pub value: String,
    /// Where it was read.
    pub source: String,
    /// When.
    pub checked: String,
}

/// An answer that a rule rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RequirementEvidence {
    /// Path of the answer: `needs.freshness`.
    pub path: String,
    /// Its value, with unit.
    pub value: String,
    /// Where it was stated.
    pub place: String,
}

/// A rule held against a service.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The rule.
    pub rule: String,
    /// Its kind.
    pub kind: RuleKind,
    /// Whether it fired.
    pub outcome: Outcome,
    /// The reason, filled in.
    pub text: String,
    /// Criterion and points of an advising rule.
    pub points: Option<(String, f64)>,
    /// Whether a screened service cannot be a piece of another's pipeline either.
    pub holds_on_the_way: bool,
    /// Where the rule was read.
    pub source: String,
    /// The whole condition with outcomes.
    pub trace: Trace,
    /// Facts that made it fire.
    pub facts: Vec<FactEvidence>,
    /// Answers that made it fire.
    pub requirements: Vec<RequirementEvidence>,
}

pub(super) fn evaluate(rule: &Rule, service: &Service, situation: &Situation<'_>) -> Evaluation {
    let mut evaluator = Evaluator { service: Some(service), situation, facts: Vec::new(), requirements: Vec::new() };
    let trace = evaluator.condition(&rule.when);
    let text = fill(&rule.reason, Some(service), situation);
    // What the reason names belongs to the evidence even where the condition did not look at it, and comes first.
    let (mut facts, mut requirements) = (Vec::new(), Vec::new());
    for name in placeholders(&rule.reason) {
        match name.strip_prefix("fact:") {
            Some(id) => facts.extend(fact_evidence(service, id, situation)),
            None => requirements.extend(requirement_evidence(name, situation)),
        }
    }
    add_by_name(&mut facts, evaluator.facts, |fact| &fact.id);
    add_by_name(&mut requirements, evaluator.requirements, |answer| &answer.path);
    Evaluation {
        rule: rule.id.clone(),
        kind: rule.kind,
        outcome: trace.outcome,
        text,
        points: rule.points.clone(),
        holds_on_the_way: rule.holds_on_the_way,
        source: rule.page.source.clone(),
        trace,
        facts,
        requirements,
    }
}

/// Adds what is not there yet, in the order of its names.
fn add_by_name<T>(list: &mut Vec<T>, mut more: Vec<T>, name: impl Fn(&T) -> &str) {
    more.sort_by(|a, b| name(a).cmp(name(b)));
    list.append(&mut more);
    let mut seen = BTreeSet::new();
    list.retain(|one| seen.insert(name(one).to_owned()));
}

/// Whether a condition holds, and nothing about why: what-if questions ask this some hundred thousand times.
pub(super) fn outcome(when: &Condition, service: Option<&Service>, situation: &Situation<'_>) -> Outcome {
    let part = |part: &Condition| outcome(part, service, situation);
    match when {
        Condition::All(list) => worst(list.iter().map(part)),
        Condition::Any(list) => best(list.iter().map(part)),
        Condition::Not(inner) => part(inner).negated(),
        Condition::Stated(subject, wanted) => {
            Outcome::from_truth(Some(looked_up(subject, service, situation).is_some() == *wanted))
        }
        Condition::Compare(subject, how, operand) => {
            let right = match operand {
                Operand::Value(value) => Some(value),
                Operand::Other(other) => looked_up(other, service, situation),
            };
            let left = looked_up(subject, service, situation);
            Outcome::from_truth(left.zip(right).and_then(|(left, right)| holds(left, *how, right)))
        }
    }
}

pub(super) fn looked_up<'a>(
    subject: &Subject,
    service: Option<&'a Service>,
    situation: &Situation<'a>,
) -> Option<&'a Value> {
    match subject {
        Subject::Field(path) => situation.answer(path).map(|answer| &answer.value),
        Subject::Fact(id) => fact_value(service, id, situation),
    }
}

fn fact_value<'a>(service: Option<&'a Service>, id: &str, situation: &Situation<'_>) -> Option<&'a Value> {
    service?.fact(id, situation.at).map(|fact| &fact.value)
}

/// Holds a condition against a service, or against the answers alone.
pub(super) fn trace(when: &Condition, service: Option<&Service>, situation: &Situation<'_>) -> Trace {
    Evaluator { service, situation, facts: Vec::new(), requirements: Vec::new() }.condition(when)
}

/// Holds a condition that names no fact against the answers alone: its trace, and the answers that made it so.
pub(super) fn answers_alone(when: &Condition, situation: &Situation<'_>) -> (Trace, Vec<RequirementEvidence>) {
    let mut evaluator = Evaluator { service: None, situation, facts: Vec::new(), requirements: Vec::new() };
    (evaluator.condition(when), evaluator.requirements)
}

struct Evaluator<'a> {
    service: Option<&'a Service>,
    situation: &'a Situation<'a>,
    facts: Vec<FactEvidence>,
    requirements: Vec<RequirementEvidence>,
}

impl Evaluator<'_> {
    fn condition(&mut self, condition: &Condition) -> Trace {
        let (outcome, parts, text) = match condition {
            Condition::All(list) => {
                let parts = self.parts(list);
                (worst(parts.iter().map(|part| part.outcome)), parts, condition.to_string())
            }
            Condition::Any(list) => {
                let parts = self.parts(list);
                (best(parts.iter().map(|part| part.outcome)), parts, condition.to_string())
            }
            Condition::Not(part) => {
                let part = self.condition(part);
                (part.outcome.negated(), vec![part], condition.to_string())
            }
            Condition::Stated(subject, wanted) => {
                let stated = self.value(subject).is_some();
                self.note(subject);
                (Outcome::from_truth(Some(stated == *wanted)), Vec::new(), condition.to_string())
            }
            Condition::Compare(subject, how, operand) => {
                let (outcome, text) = self.compare(subject, *how, operand);
                (outcome, Vec::new(), text)
            }
        };
        Trace { text, outcome, parts }
    }

    fn parts(&mut self, list: &[Condition]) -> Vec<Trace> {
        list.iter().map(|part| self.condition(part)).collect()
    }

    fn value(&self, subject: &Subject) -> Option<Value> {
        looked_up(subject, self.service, self.situation).cloned()
    }

    fn note(&mut self, subject: &Subject) {
        match subject {
            Subject::Field(path) => self.requirements.extend(requirement_evidence(path, self.situation)),
            Subject::Fact(id) => {
                self.facts.extend(self.service.and_then(|service| fact_evidence(service, id, self.situation)));
            }
        }
    }

    fn compare(&mut self, subject: &Subject, how: Comparison, operand: &Operand) -> (Outcome, String) {
        let left = self.value(subject);
        let right = match operand {
            Operand::Value(value) => Some(value.clone()),
            Operand::Other(other) => self.value(other),
        };
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "not stated".to_owned(), ToString::to_string);
        let right_text = match operand {
            Operand::Value(_) => shown(&right),
            Operand::Other(Subject::Field(name) | Subject::Fact(name)) => format!("{name} ({})", shown(&right)),
        };
        let text = format!("{subject} ({}) {how} {right_text}", shown(&left));
        let truth = left.as_ref().zip(right.as_ref()).and_then(|(left, right)| holds(left, how, right));
        if truth == Some(true) {
            self.note(subject);
            if let Operand::Other(other) = operand {
                self.note(other);
            }
        }
        (Outcome::from_truth(truth), text)
    }
}

/// All: one No decides, then one Unknown.
fn worst(parts: impl Iterator<Item = Outcome>) -> Outcome {
    decided_by(parts, Outcome::No, Outcome::Yes)
}

/// Any: one Yes decides, then one Unknown.
fn best(parts: impl Iterator<Item = Outcome>) -> Outcome {
    decided_by(parts, Outcome::Yes, Outcome::No)
}

fn decided_by(mut parts: impl Iterator<Item = Outcome>, deciding: Outcome, otherwise: Outcome) -> Outcome {
    let mut sum = otherwise;
    // Stops at the first that decides.
    let decided = parts.any(|part| {
        if part == Outcome::Unknown {
            sum = Outcome::Unknown;
        }
        part == deciding
    });
    if decided { deciding } else { sum }
}

/// Whether a comparison holds; `None` where the kinds do not allow it, or where it holds for a part of an interval only.
pub(crate) fn holds(left: &Value, how: Comparison, right: &Value) -> Option<bool> {
    let ((low, high), (least, most)) = (left.ends(), right.ends());
    match how {
        // Between two ends that are both equal to something lies nothing else; between others it may lie.
        Comparison::Is | Comparison::IsNot if left.is_interval() || right.is_interval() => {
            let Some((over, under)) = low.compare(most).zip(high.compare(least)) else {
                return exactly(left, how, right);
            };
            (over.is_gt() || under.is_lt()).then_some(how == Comparison::IsNot)
        }
        // An order that holds, or fails, for both ends does so for all between them.
        Comparison::Below | Comparison::AtMost | Comparison::Above | Comparison::AtLeast => {
            let truths = [(low, least), (low, most), (high, least), (high, most)].map(|(a, b)| exactly(a, how, b));
            truths[0].filter(|_| truths.iter().all(|truth| *truth == truths[0]))
        }
        _ => exactly(left, how, right),
    }
}

fn exactly(left: &Value, how: Comparison, right: &Value) -> Option<bool> {
    let shared = || left.words().iter().any(|word| right.holds(word));
    let comparable = !left.words().is_empty() || matches!(left, Value::Words(_));
    match how {
        Comparison::Is => equal(left, right),
        Comparison::IsNot => equal(left, right).map(|equal| !equal),
        Comparison::In => comparable.then(shared),
        Comparison::NotIn => comparable.then(|| !shared()),
        Comparison::Below => left.compare(right).map(Ordering::is_lt),
        Comparison::AtMost => left.compare(right).map(Ordering::is_le),
        Comparison::Above => left.compare(right).map(Ordering::is_gt),
        Comparison::AtLeast => left.compare(right).map(Ordering::is_ge),
    }
}

/// Equality; a list equals a word that it holds, so that `needs.destinations is s3` reads as it sounds.
fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Words(_), Value::Text(word)) => Some(left.holds(word)),
        _ if std::mem::discriminant(left) == std::mem::discriminant(right) => Some(left == right),
        // A retention of `archive` is no duration, and a duration is not `archive`.
        (Value::Text(_), _) | (_, Value::Text(_)) => Some(false),
        _ => None,
    }
}

fn fact_evidence(service: &Service, id: &str, situation: &Situation<'_>) -> Option<FactEvidence> {
    let fact = service.fact(id, situation.at)?;
    Some(FactEvidence {
        id: format!("{}.{id}", service.id),
        value: fact.shown.clone(),
        source: fact.source.clone(),
        checked: fact.checked.clone(),
    })
}

fn requirement_evidence(path: &str, situation: &Situation<'_>) -> Option<RequirementEvidence> {
    let answer = situation.answer(path)?;
    Some(RequirementEvidence {
        path: path.to_owned(),
        value: answer.value.to_string(),
        place: answer.origin.to_string(),
    })
}

/// The names in braces.
pub(crate) fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

pub(super) fn fill(template: &str, service: Option<&Service>, situation: &Situation<'_>) -> String {
    let mut text = template.to_owned();
    for name in placeholders(template) {
        let value = match name.strip_prefix("fact:") {
            Some(id) => service.and_then(|service| service.fact(id, situation.at)).map(|fact| fact.shown.clone()),
            None if name == "service" => service.map(|service| service.short_name(situation.at.edition).to_owned()),
            None => situation.answer(name).map(|answer| answer.value.to_string()),
        };
        text = text.replace(&format!("{{{name}}}"), &value.unwrap_or_else(|| "unknown".to_owned()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Edition;
    use crate::scenario::Origin;

    #[test]
    fn a_comparison_with_an_interval_holds_if_it_holds_for_all_of_it() {
        let interval = Value::between(Value::parse("10 s"), Value::parse("60 s")).unwrap();
        for (how, than, expected) in [
            (Comparison::Below, "61 s", Some(true)),
            (Comparison::Below, "60 s", None),
            (Comparison::Below, "10 s", Some(false)),
            (Comparison::AtMost, "60 s", Some(true)),
            (Comparison::AtMost, "9 s", Some(false)),
            (Comparison::Above, "9 s", Some(true)),
            (Comparison::Above, "10 s", None),
            (Comparison::AtLeast, "10 s", Some(true)),
            (Comparison::AtLeast, "60 s", None),
            (Comparison::AtLeast, "61 s", Some(false)),
            (Comparison::Is, "60 s", None),
            (Comparison::Is, "61 s", Some(false)),
            (Comparison::IsNot, "9 s", Some(true)),
            (Comparison::Is, "archive", Some(false)),
            (Comparison::Below, "5 MiB", None),
        ] {
            assert_eq!(holds(&interval, how, &Value::parse(than)), expected, "{interval} {how} {than}");
        }
    }

    #[test]
    fn two_answers_are_compared_with_trace_and_evidence_of_both() {
        let text = r#"{"field": "needs.retention", "below-field": "needs.freshness"}"#;
        let when = Condition::check(&serde_json::from_str(text).unwrap(), "when", &mut Vec::new()).unwrap();
        let at = Circumstances { edition: Edition::Current, region: "us-east-1".to_owned(), destination: None };
        for (retention, freshness, expected) in [
            (Some("1 h"), Some("24 h"), Outcome::Yes),
            (Some("24 h"), Some("24 h"), Outcome::No),
            (Some("1 h .. 24 h"), Some("2 h"), Outcome::Unknown),
            (Some("archive"), Some("24 h"), Outcome::Unknown),
            (Some("1 h"), None, Outcome::Unknown),
        ] {
            let mut answers = Answers::default();
            for (path, value) in [("needs.retention", retention), ("needs.freshness", freshness)] {
                if let Some(value) = value {
                    let read = Value::interval_ends(value)
                        .and_then(|(low, high)| Value::between(Value::parse(low), Value::parse(high)));
                    answers.insert(path, read.unwrap_or_else(|| Value::parse(value)), Origin::Derived("test".into()));
                }
            }
            let situation = Situation::new(&answers, &at);
            let (trace, evidence) = answers_alone(&when, &situation);
            assert_eq!(trace.outcome, expected, "{}", trace.text);
            assert_eq!(outcome(&when, None, &situation), expected, "{}", trace.text);
            assert_eq!(evidence.len(), if expected == Outcome::Yes { 2 } else { 0 });
            assert!(trace.text.contains("is below needs.freshness ("), "{}", trace.text);
        }
    }

    #[test]
    fn an_answer_is_held_against_the_other_from_both_sides() {
        let text = r#"{"field": "needs.retention", "below-field": "needs.freshness"}"#;
        let when = Condition::check(&serde_json::from_str(text).unwrap(), "when", &mut Vec::new()).unwrap();
        let field = |path: &str| Operand::Other(Subject::Field(path.to_owned()));
        assert_eq!(when.operands("needs.retention"), [field("needs.freshness")]);
        assert_eq!(when.operands("needs.freshness"), [field("needs.retention")]);
        assert_eq!(when.subjects().len(), 2);
    }
}
