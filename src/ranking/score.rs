//! Values of criteria and the weighted sum (SAW).
//!
//! # Source
//! Simple additive weighting: Hwang & Yoon, *Multiple Attribute Decision Making* (1981), chapter 3. Values are set by
//! fixed scales (0 to 1), not by the range of the alternatives, so that adding an alternative changes no other's score.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Case, Considered};
use crate::catalog::Criterion;
use crate::catalog::raw::Measure;
use crate::rules::{RuleKind, Situation};
use crate::scenario::Answers;
use crate::units::significant;
use crate::value::Value;

/// A criterion's part of a score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Contribution {
    /// The criterion.
    pub criterion: String,
    /// Its name.
    pub name: String,
    /// Its weight; all weights add up to 100.
    pub weight: f64,
    /// Its value, from 0 to 1.
    pub value: f64,
    /// Weight times value; these add up to the score.
    pub points: f64,
    /// What the value was made of.
    pub basis: String,
}

/// A criterion's value for one service, and what it was made of.
struct Valued {
    value: f64,
    basis: String,
}

/// Contributions of every criterion to each candidate's score, in the order of the candidates, and the criteria that
/// could not be compared. The contributions of a candidate add up to its score, at most 100.
pub(super) fn score(candidates: &[&Considered<'_>], case: &Case<'_>) -> (Vec<Vec<Contribution>>, Vec<String>) {
    let Case { catalog, scenario, at, .. } = case;
    let situation = Situation::new(&scenario.answers, at);
    let mut columns: Vec<(&Criterion, Vec<Valued>)> = Vec::new();
    let mut unknown = Vec::new();
    // What only a simulation tells is no criterion where nothing was simulated.
    let told = |criterion: &&Criterion| criterion.measures.is_none() || !case.measured.is_empty();
    for criterion in catalog.criteria.iter().filter(told) {
        let values: Option<Vec<Valued>> =
            candidates.iter().map(|candidate| value(candidate, criterion, case, &situation)).collect();
        match values {
            Some(values) => columns.push((criterion, values)),
            None => unknown.push(criterion.id.clone()),
        }
    }
    let weights = weights(columns.iter().map(|(criterion, _)| *criterion), &scenario.priorities);
    let rows = (0..candidates.len())
        .map(|row| {
            let parts = columns.iter().zip(&weights).map(|((criterion, values), weight)| Contribution {
                criterion: criterion.id.clone(),
                name: criterion.name.clone(),
                weight: *weight,
                value: values[row].value,
                points: weight * values[row].value,
                basis: values[row].basis.clone(),
            });
            parts.collect()
        })
        .collect();
    (rows, unknown)
}

/// Weights scaled to a sum of 100; all equal if every one of them is zero.
fn weights<'a>(criteria: impl Iterator<Item = &'a Criterion>, priorities: &BTreeMap<String, f64>) -> Vec<f64> {
    let raw: Vec<f64> =
        criteria.map(|criterion| priorities.get(&criterion.id).copied().unwrap_or(criterion.weight)).collect();
    let sum: f64 = raw.iter().sum();
    let even = 100.0 / raw.len().max(1) as f64;
    raw.iter().map(|weight| if sum > 0.0 { 100.0 * weight / sum } else { even }).collect()
}

fn value(
    candidate: &Considered<'_>,
    criterion: &Criterion,
    case: &Case<'_>,
    situation: &Situation<'_>,
) -> Option<Valued> {
    let measured = case.measured.get(&candidate.service.id);
    if let Some(Measure::UsdAMonth) = criterion.measures {
        return money(measured?.usd_a_month?, criterion);
    }
    let base = match (&criterion.against, criterion.base) {
        (Some(path), _) => match measured {
            Some(measured) => left_of(path, measured.p99_s, situation)?,
            // A figure of a simulation and one of the catalog do not go on one scale.
            None if case.measured.is_empty() => against(candidate, criterion, path, situation)?,
            None => return None,
        },
        (None, Some(base)) => Valued { value: base, basis: "rules".to_owned() },
        (None, None) => from_facts(candidate, criterion, situation)?,
    };
    Some(with_advice(base, candidate, criterion))
}

/// The mean of the facts' values.
fn from_facts(candidate: &Considered<'_>, criterion: &Criterion, situation: &Situation<'_>) -> Option<Valued> {
    let mut sum = 0.0;
    let mut basis = Vec::new();
    for id in &criterion.facts {
        let fact = candidate.service.fact(id, situation.at)?;
        sum += match &fact.value {
            Value::Text(word) => *criterion.words.get(word)?,
            Value::Number(number) => {
                let (best, worst) = (criterion.best?, criterion.worst?);
                ((number - worst) / (best - worst)).clamp(0.0, 1.0)
            }
            _ => return None,
        };
        basis.push(format!("{id} {}", fact.value));
    }
    Some(Valued { value: sum / criterion.facts.len().max(1) as f64, basis: basis.join(", ") })
}

/// The bill between the worst and the best amount, each factor of ten alike.
fn money(usd: f64, criterion: &Criterion) -> Option<Valued> {
    let (best, worst) = (criterion.best?, criterion.worst?);
    let place = libm::log(worst / usd.max(1e-9)) / libm::log(worst / best);
    Some(Valued { value: place.clamp(0.0, 1.0), basis: format!("USD {} a month", significant(usd, 3)) })
}

/// How much of an allowed delay is left at the simulated 99th percentile.
fn left_of(path: &str, p99_s: f64, situation: &Situation<'_>) -> Option<Valued> {
    let limit = duration(situation.answers, path)?;
    let stated = &situation.answers.get(path)?.value;
    let basis = if p99_s.is_finite() {
        format!("simulated p99 {} s of {stated}", significant(p99_s, 3))
    } else {
        format!("too many records never come, of {stated}")
    };
    Some(Valued { value: (1.0 - p99_s / limit).clamp(0.0, 1.0), basis })
}

/// How much of an allowed delay is left: the first fact that is within it counts, nothing is left if none is.
fn against(candidate: &Considered<'_>, criterion: &Criterion, path: &str, situation: &Situation<'_>) -> Option<Valued> {
    let limit = duration(situation.answers, path)?;
    let mut basis = String::new();
    for id in &criterion.facts {
        let fact = candidate.service.fact(id, situation.at)?;
        let Value::Duration(delay) = fact.value else { return None };
        basis = format!("{id} {delay} of {}", situation.answers.get(path)?.value);
        let left = 1.0 - delay.as_secs_f64() / limit;
        if left >= 0.0 {
            return Some(Valued { value: left, basis });
        }
    }
    Some(Valued { value: 0.0, basis })
}

fn duration(answers: &Answers, path: &str) -> Option<f64> {
    match answers.get(path)?.value {
        Value::Duration(limit) => Some(limit.as_secs_f64()).filter(|limit| *limit > 0.0),
        _ => None,
    }
}

/// Adds what advising rules say, within 0 and 1.
fn with_advice(base: Valued, candidate: &Considered<'_>, criterion: &Criterion) -> Valued {
    let advice = candidate.fired(RuleKind::Advise).filter_map(|held| {
        let (about, points) = held.rule.points.as_ref()?;
        (*about == criterion.id).then_some((held.rule.id.as_str(), *points))
    });
    let mut valued = base;
    for (rule, points) in advice {
        valued.value += points;
        valued.basis = format!("{}, {rule} {points:+}", valued.basis);
    }
    valued.value = valued.value.clamp(0.0, 1.0);
    valued
}
