//! How sure an answer is: what change of a requirement would turn it, what should be asked first, why another service is
//! not the answer.
//!
//! [`Sensitivity::explore`] tries every requirement that the decision looks at: each word, yes and no, and along a
//! quantity the values that rules compare it with, those beside them and some between. Where the winner differs between
//! two of them, `line` closes in until two neighbouring values are left. [`Sensitivity::flips`],
//! [`Sensitivity::open_questions`] and [`Sensitivity::why_not`] read that off.
//!
//! The decision a reader would question: nothing is computed from scores or conditions. Every value that is reported was
//! put into the scenario and decided, on both sides of each bound, so that whatever decides is also what is reported.
//! Rules only say where to look; between two values they tell apart nothing but the middle is tried.

mod flip;
mod line;
mod question;
mod why_not;

use std::collections::BTreeSet;

use rayon::prelude::*;

pub use flip::{Bound, Direction, Flip, Stretch};
pub use question::{Lead, OpenQuestion};
pub use why_not::{CriterionDifference, WhyNot};

use crate::catalog::Catalog;
use crate::ranking::{Decider, Decision, Recommendation, circumstances};
use crate::rules::{RuleBook, Situation};
use crate::scenario::{Key, Scenario, Takes, keys};
use crate::value::Value;
use line::Line;

/// What a decision comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Outcome {
    /// The recommended service, if any.
    winner: Option<String>,
    /// All services of its pipeline.
    architecture: Vec<String>,
}

impl From<Option<&Recommendation>> for Outcome {
    fn from(recommended: Option<&Recommendation>) -> Self {
        Self {
            winner: recommended.map(|answer| answer.primary.clone()),
            architecture: recommended.map_or_else(Vec::new, |answer| answer.architecture.clone()),
        }
    }
}

/// A requirement with what was tried for it.
#[derive(Debug)]
struct Explored {
    key: Key,
    /// What the scenario states.
    stated: Option<Value>,
    /// Words, flags and lists, each with what came out.
    choices: Vec<(Value, Outcome)>,
    /// The same along a quantity, of each kind that the key takes.
    lines: Vec<Line>,
}

/// A scenario with everything that was tried around it.
#[derive(Debug)]
pub struct Sensitivity {
    decision: Decision,
    now: Outcome,
    explored: Vec<Explored>,
    idle: Vec<String>,
}

/// What to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every requirement.
    All,
    /// Only requirements that are not stated, or known between two ends only.
    Open,
}

/// Everything needed to decide again.
struct WhatIf<'a> {
    catalog: &'a Catalog,
    rules: &'a RuleBook,
    scenario: &'a Scenario,
    decider: Decider<'a>,
}

impl WhatIf<'_> {
    fn with(&self, path: &str, value: Value) -> Option<Outcome> {
        let scenario = self.scenario.with_answer(path, value)?;
        Some(self.decider.recommend(&scenario).as_ref().into())
    }
}

impl Sensitivity {
    /// Tries the requirements of a scenario.
    #[must_use]
    pub fn explore(catalog: &Catalog, rules: &RuleBook, scenario: &Scenario, scope: Scope) -> Self {
        let what_if = WhatIf { catalog, rules, scenario, decider: Decider::new(catalog, rules) };
        let decision = what_if.decider.decide(scenario);
        let used = used(catalog, rules);
        let stated = |key: &Key| scenario.answers.get(&key.path).map(|answer| answer.value.clone());
        let in_scope = |key: &Key| scope == Scope::All || stated(key).is_none_or(|value| value.is_interval());
        let all = keys(catalog).into_iter().filter(|key| used.contains(&key.path) || stated(key).is_some());
        let keys: Vec<Key> = all.chain(traffic_keys(scenario, scope)).filter(in_scope).collect();
        let (looked_at, ignored): (Vec<Key>, Vec<Key>) = keys.into_iter().partition(|key| used.contains(&key.path));
        let explored = looked_at
            .into_par_iter()
            .map(|key| {
                let stated = stated(&key);
                let choices = choices(&key, &what_if);
                let lines = Line::along(&key, stated.as_ref(), &what_if);
                Explored { key, stated, choices, lines }
            })
            .collect();
        let idle = ignored.into_iter().map(|key| key.path).collect();
        Self { now: decision.recommended.as_ref().into(), decision, explored, idle }
    }

    /// The decision on the scenario as it is.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        &self.decision
    }
}

/// The keys behind what rules look at in the traffic; none of them is open, since traffic is stated or absent as a whole.
fn traffic_keys(scenario: &Scenario, scope: Scope) -> Vec<Key> {
    if scope == Scope::Open || scenario.workload.is_none() {
        return Vec::new();
    }
    let key = |path: &str, doc: &str, takes: Takes| Key {
        path: path.to_owned(),
        doc: doc.to_owned(),
        takes,
        words: Vec::new(),
    };
    let size = scenario.record_size_key();
    let size = size.map(|path| key(path, "Size of a record.", Takes::Quantity(vec!["size".to_owned()])));
    let rate = key("workload.rate", "Mean rate of records.", Takes::Quantity(vec!["record-rate".to_owned()]));
    let packed = key("workload.records-per-request", "Records that a client sends in one request.", Takes::Count(500));
    [rate, packed].into_iter().chain(size).collect()
}

/// Paths that the decision looks at: through rules, criteria, paths and the circumstances of facts.
fn used(catalog: &Catalog, rules: &RuleBook) -> BTreeSet<String> {
    let mut used = rules.answers_used();
    used.extend(catalog.criteria.iter().filter_map(|criterion| criterion.against.clone()));
    used.extend(["source.kind", "source.system", "needs.destinations", "needs.freshness"].map(str::to_owned));
    let of_size = ["workload.record-size", "workload.record-size.lognormal.mean", "workload.record-size.gamma.mean"];
    if used.contains("workload.record-size-mean") {
        used.extend(of_size.map(str::to_owned));
    }
    if used.contains("workload.peak-rate") || used.contains("workload.peak-request-rate") {
        used.insert("workload.rate".to_owned());
    }
    if used.contains("workload.peak-request-rate") {
        used.insert("workload.records-per-request".to_owned());
    }
    used
}

/// Words of freshness that mean a time are on its line; only these mean something else.
const TIMELESS: [&str; 2] = ["live", "query_time"];

/// Every answer that is no quantity, decided.
fn choices(key: &Key, what_if: &WhatIf<'_>) -> Vec<(Value, Outcome)> {
    let words = key.words.iter().filter(|word| key.path != "needs.freshness" || TIMELESS.contains(&word.as_str()));
    let mut values: Vec<Value> = match key.takes {
        Takes::Flag => vec![Value::Flag(true), Value::Flag(false)],
        Takes::Words => words.map(|word| Value::Words(vec![word.clone()])).collect(),
        Takes::Word | Takes::Quantity(_) => words.map(|word| Value::Text(word.clone())).collect(),
        Takes::Text => example_text(key, what_if),
        Takes::Count(_) => Vec::new(),
    };
    // That a team knows nothing, or a line has no fault, is an answer; that data goes nowhere is none.
    if key.takes == Takes::Words && key.path != "needs.destinations" {
        values.push(Value::Words(Vec::new()));
    }
    values.into_iter().filter_map(|value| Some((value.clone(), what_if.with(&key.path, value)?))).collect()
}

/// Texts that rules name, and the first example of the documentation.
fn example_text(key: &Key, what_if: &WhatIf<'_>) -> Vec<Value> {
    let at = circumstances(what_if.scenario);
    let situation = Situation::new(&what_if.scenario.answers, &at);
    let named = what_if.rules.compared_with(&key.path, what_if.catalog, &situation);
    let mut texts: Vec<String> = named.iter().flat_map(|value| value.words().to_vec()).collect();
    texts.extend(key.doc.split('`').nth(1).map(str::to_owned));
    let mut seen = BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts.into_iter().map(Value::Text).collect()
}

#[cfg(test)]
mod tests;
