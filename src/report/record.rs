//! The decision as a paragraph and as an architecture decision record, to be pasted where decisions are kept.

mod adr;
mod citations;
mod clauses;

pub use adr::adr;
pub(super) use adr::{source_of_step, steps, to_operate};
pub(super) use citations::Citations;
pub(super) use clauses::{leaves_nothing, swaps, turns};

use super::robustness::percent;
use crate::architecture::Variant;
use crate::catalog::{Catalog, Role};
use crate::ranking::{Decision, Robustness, ServiceVerdict, Verdict};
use crate::rules::{Contradiction, RuleBook};
use crate::scenario::{Origin, Scenario};
use crate::sensitivity::{Flip, OpenQuestion};

/// Requirements, and services rejected, that the paragraph names at most.
const FEW: usize = 3;

/// What a record is made from.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The decision.
    pub decision: &'a Decision,
    /// How far its ranking can be trusted.
    pub robustness: &'a Robustness,
    /// Changes that turn it, if they were computed.
    pub flips: &'a [Flip],
    /// Requirements that clash.
    pub contradictions: &'a [Contradiction],
    /// What nobody has stated and what could change the winner.
    pub questions: &'a [OpenQuestion],
    /// Other ways of the recommended service.
    pub ways: &'a [Variant],
    /// The rules.
    pub rules: &'a RuleBook,
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The scenario.
    pub scenario: &'a Scenario,
}

pub(super) fn shortest(digest: &str) -> String {
    digest.chars().take(8).collect()
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The decision in plain sentences.
#[must_use]
pub fn paragraph_of_decision(record: &Record<'_>) -> String {
    let Record { scenario, catalog, .. } = record;
    let mut sentences = proposal(record);
    sentences.extend(rejected(record));
    sentences.extend(what_changes(record));
    let (region, edition, digest) = (&scenario.region, scenario.edition.name(), shortest(&catalog.digest));
    sentences.push(format!("Decided for {region} with edition {edition} of the catalog (digest {digest})."));
    sentences.join(" ")
}

/// What is proposed, what decides, who is second and how sure that is, a sentence each.
fn proposal(record: &Record<'_>) -> Vec<String> {
    let Record { decision, scenario, .. } = record;
    let title = &scenario.title;
    let mut ranked = decision.ranked();
    let Some((answer, first)) = decision.recommended.as_ref().zip(ranked.next()) else {
        return vec![format!("For \"{title}\" nothing in the catalog satisfies all requirements.")];
    };
    let beside: Vec<String> = answer.path.beside.iter().map(|piece| piece.name.clone()).collect();
    let with = if beside.is_empty() { String::new() } else { format!(", with {} beside it", listed(&beside)) };
    let mut sentences = vec![format!("For \"{title}\" we propose {}{with}.", first.name)];
    let deciding = deciding(record);
    if !deciding.is_empty() {
        sentences.push(format!("What decides is {}.", listed(&deciding)));
    }
    sentences.push(second(first, ranked.next()));
    sentences.extend(how_sure(record));
    sentences
}

/// Stated requirements that turn the answer, else those that the winner's and the rejections' reasons rest on most.
fn deciding(record: &Record<'_>) -> Vec<String> {
    let mut paths: Vec<(&str, usize)> = Vec::new();
    let mut add = |path: &'_ str, weight: usize, known: &dyn Fn(&str) -> Option<String>| {
        if known(path).is_none() {
            return;
        }
        match paths.iter_mut().find(|(found, _)| *found == path) {
            Some((_, count)) => *count += weight,
            None => {
                let key = record.scenario.answers.iter().map(|(key, _)| key).find(|key| *key == path);
                paths.extend(key.map(|key| (key, weight)));
            }
        }
    };
    let stated = |path: &str| {
        let answer = record.scenario.answers.get(path).filter(|answer| matches!(answer.origin, Origin::Stated(_)))?;
        Some(answer.value.to_string())
    };
    for flip in record.flips {
        add(&flip.path, 10, &stated);
    }
    for service in record.decision.services.iter().filter(|service| service.verdict != Verdict::Ranked(2)) {
        let weight = if service.verdict == Verdict::Ranked(1) { 4 } else { 1 };
        for requirement in service.reasons.iter().flat_map(|reason| &reason.requirements) {
            add(&requirement.path, weight, &stated);
        }
    }
    paths.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown = paths.iter().take(FEW).filter_map(|(path, _)| Some(format!("`{path}` = {}", stated(path)?)));
    shown.collect()
}

fn second(first: &ServiceVerdict, second: Option<&ServiceVerdict>) -> String {
    let Some(second) = second else {
        return "It is the only service that passes every screen and that a path leads through.".to_owned();
    };
    let points = |service: &ServiceVerdict| service.score.map_or_else(String::new, |score| format!("{score:.1}"));
    let why = greatest_loss(first, second)
        .map_or_else(String::new, |(loss, name)| format!("; it loses most on \"{name}\" ({loss:.1} points)"));
    format!("{} is second with {} points against {}{why}.", second.name, points(second), points(first))
}

/// The criterion on which a service loses most against the first, and how many points.
fn greatest_loss<'s>(first: &'s ServiceVerdict, other: &ServiceVerdict) -> Option<(f64, &'s str)> {
    let pairs = first.contributions.iter().zip(&other.contributions);
    let losses = pairs.map(|(best, other)| (best.points - other.points, best.name.as_str()));
    losses.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(loss, _)| *loss > 0.05)
}

/// The rejected, nearest first: what could carry such data but not as needed comes before what is made for other data.
pub(super) fn nearest(decision: &Decision) -> Vec<&ServiceVerdict> {
    let by_data = |service: &ServiceVerdict| {
        let asked = service.reasons.iter().flat_map(|reason| &reason.requirements);
        asked.filter(|requirement| requirement.path == "source.kind").count()
    };
    let mut list = decision.nearest_rejected();
    let carries = |service: &ServiceVerdict| matches!(service.role, Role::Ingest | Role::Processing);
    list.sort_by_key(|service| (!carries(service), by_data(service)));
    list
}

/// How many were rejected, and the nearest of them by the reason that decides.
fn rejected(record: &Record<'_>) -> Option<String> {
    let all = nearest(record.decision);
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for service in all.iter().filter(|service| service.headline).take(FEW) {
        let Some(reason) = service.reasons.first() else { continue };
        match groups.iter_mut().find(|(text, _)| *text == reason.text) {
            Some((_, names)) => names.push(service.name.clone()),
            None => groups.push((&reason.text, vec![service.name.clone()])),
        }
    }
    if groups.is_empty() {
        return None;
    }
    let told: Vec<String> = groups.iter().map(|(text, names)| format!("{} ({text})", listed(names))).collect();
    let count = super::count(all.len() as u64, "service");
    let was = if all.len() == 1 { "was" } else { "were" };
    // A list of clauses that hold commas themselves is kept apart by semicolons.
    Some(format!("{count} {was} rejected; nearest came {}.", told.join("; ")))
}

fn how_sure(record: &Record<'_>) -> Option<String> {
    let first = record.robustness.winner_first_share?;
    if record.robustness.alternatives.len() < 2 || record.decision.recommended.is_none() {
        return None;
    }
    Some(format!("With weights drawn evenly it is first in {} % of weightings.", percent(first)))
}

fn what_changes(record: &Record<'_>) -> Option<String> {
    record.decision.recommended.as_ref()?;
    let turns = clauses::turns(record.flips, record.decision);
    let swaps = || record.robustness.swaps.iter().flat_map(|swaps| clauses::swaps(record.robustness, swaps)).collect();
    let told: Vec<String> = if turns.is_empty() { swaps() } else { turns };
    if told.is_empty() {
        let alone = record.robustness.alternatives.len() < 2;
        return (!alone).then(|| "No other weight of a single criterion would change the answer.".to_owned());
    }
    Some(told.into_iter().take(FEW).collect::<Vec<_>>().join(" "))
}

/// What the ranking did not measure.
#[must_use]
pub fn not_measured(record: &Record<'_>, assumed: &[String]) -> Vec<String> {
    let mut list = Vec::new();
    let not_compared = &record.decision.criteria_not_compared;
    if !not_compared.is_empty() {
        list.push(format!(
            "criteria not compared, because something about them is not known: {}",
            not_compared.join(", ")
        ));
    }
    list.extend(record.robustness.notes.iter().cloned());
    let unused = &record.decision.stated_but_unused;
    if !unused.is_empty() {
        list.push(format!("stated, but nothing looks at it: {}", unused.join(", ")));
    }
    if !assumed.is_empty() {
        list.push(format!("facts that decide and are only assumed: {}", assumed.join(", ")));
    }
    list
}

/// Facts behind the reasons that are graded as assumptions.
#[must_use]
pub fn assumed(record: &Record<'_>) -> Vec<String> {
    let at = crate::ranking::circumstances(record.scenario);
    let mut list = Vec::new();
    let facts = record.decision.services.iter().flat_map(|service| &service.reasons).flat_map(|reason| &reason.facts);
    for fact in facts {
        let Some((service, id)) = fact.id.split_once('.') else { continue };
        let found = record.catalog.service(service).and_then(|service| service.fact(id, &at));
        let is_assumed = found.is_some_and(|fact| fact.grade == crate::catalog::Grade::Assumption);
        if is_assumed && !list.contains(&fact.id) {
            list.push(fact.id.clone());
        }
    }
    list
}
