//! The decision as a paragraph and as an architecture decision record, to be pasted where decisions are kept.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::robustness::{percent, swap_clauses};
use super::sensitivity::name;
use super::{Style, Table};
use crate::catalog::Catalog;
use crate::ranking::{Decision, Robustness, ServiceVerdict, Verdict};
use crate::rules::Contradiction;
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
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The scenario.
    pub scenario: &'a Scenario,
}

fn shortest(digest: &str) -> String {
    digest.chars().take(8).collect()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The decision in plain sentences.
#[must_use]
pub fn paragraph_of_decision(record: &Record<'_>) -> String {
    let Record { decision, scenario, .. } = record;
    let title = &scenario.title;
    let mut sentences = Vec::new();
    let ranked: Vec<&ServiceVerdict> = decision.ranked().collect();
    match ranked.first().filter(|_| decision.recommended.is_some()) {
        Some(first) => {
            let beside = decision.recommended.iter().flat_map(|answer| &answer.path.beside);
            let beside: Vec<String> = beside.map(|piece| piece.name.clone()).collect();
            let with = if beside.is_empty() { String::new() } else { format!(", with {} beside it", listed(&beside)) };
            sentences.push(format!("For \"{title}\" we propose {}{with}.", first.name));
            let deciding = deciding(record);
            if !deciding.is_empty() {
                sentences.push(format!("What decides is {}.", listed(&deciding)));
            }
            sentences.push(second(record, first, ranked.get(1).copied()));
        }
        None => {
            sentences.push(format!("For \"{title}\" nothing in the catalog satisfies all requirements."));
        }
    }
    let rejected = rejected(record);
    if !rejected.is_empty() {
        sentences.push(rejected);
    }
    sentences.extend(how_sure(record));
    sentences.extend(what_changes(record));
    let digest = shortest(&record.catalog.digest);
    let (region, edition) = (&scenario.region, scenario.edition.name());
    sentences.push(format!("Decided for {region} with edition {edition} of the catalog (digest {digest})."));
    sentences.join(" ")
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

fn second(record: &Record<'_>, first: &ServiceVerdict, second: Option<&ServiceVerdict>) -> String {
    let _ = record;
    let Some(second) = second else {
        return "It is the only service that passes every screen and that a path leads through.".to_owned();
    };
    let points = |service: &ServiceVerdict| service.score.map_or_else(String::new, |score| format!("{score:.1}"));
    let losses = first.contributions.iter().zip(&second.contributions);
    let worst = losses
        .map(|(best, other)| (best.points - other.points, best.name.as_str()))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(loss, _)| *loss > 0.05);
    let why =
        worst.map_or_else(String::new, |(loss, name)| format!("; it loses most on \"{name}\" ({loss:.1} points)"));
    format!("{} is second with {} points against {}{why}.", second.name, points(second), points(first))
}

fn rejected(record: &Record<'_>) -> String {
    let nearest = record.decision.nearest_rejected();
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for service in &nearest {
        let Some(reason) = service.reasons.first() else { continue };
        match groups.iter_mut().find(|(text, _)| *text == reason.text) {
            Some((_, names)) => names.push(service.name.clone()),
            None => groups.push((&reason.text, vec![service.name.clone()])),
        }
    }
    groups.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    groups.truncate(FEW);
    let named: usize = groups.iter().map(|(_, names)| names.len()).sum();
    let more = nearest.len().saturating_sub(named);
    if groups.is_empty() {
        return String::new();
    }
    let told: Vec<String> = groups.iter().map(|(text, names)| format!("{} ({text})", listed(names))).collect();
    let rest = if more > 0 { format!("; {more} more for other reasons") } else { String::new() };
    // A list of clauses that hold commas themselves is kept apart by semicolons.
    format!("Rejected: {}{rest}.", told.join("; "))
}

fn how_sure(record: &Record<'_>) -> Option<String> {
    let first = record.robustness.winner_first_share?;
    if record.robustness.alternatives.len() < 2 || record.decision.recommended.is_none() {
        return None;
    }
    Some(format!("With weights drawn evenly it is first in {} % of weightings.", percent(first)))
}

fn what_changes(record: &Record<'_>) -> Option<String> {
    let flips: Vec<String> = record
        .flips
        .iter()
        .filter(|flip| flip.stated.is_some() && flip.winner.is_some() && !flip.path.starts_with("source."))
        .take(FEW)
        .map(|flip| format!("{} if `{}` is {}", name(flip.winner.as_ref(), record.decision), flip.path, flip.when))
        .collect();
    if !flips.is_empty() {
        return Some(format!("The answer would become {}.", flips.join("; ")));
    }
    record.decision.recommended.as_ref()?;
    let swaps = record.robustness.swaps.iter().flat_map(|swaps| swap_clauses(record.robustness, swaps));
    let swaps: Vec<String> = swaps.take(FEW).collect();
    if swaps.is_empty() {
        let alone = record.robustness.alternatives.len() < 2;
        return (!alone).then(|| "No other weight of a single criterion would change the answer.".to_owned());
    }
    Some(format!("Another weight would change the answer: {}.", swaps.join("; ")))
}

/// The architecture decision record in Markdown. `date` is printed as given; without one there is no line for it.
#[must_use]
pub fn adr(record: &Record<'_>, date: Option<&str>) -> String {
    let Record { decision, scenario, .. } = record;
    let mut text = format!("# {}\n\n- Status: proposed\n", scenario.title);
    if let Some(date) = date {
        let _ = writeln!(text, "- Date: {date}");
    }
    text.push_str("\n## Context\n\n");
    let mut table = Table::new(&["requirement", "value", "where stated"]);
    let tables = ["source.", "needs.", "team."];
    for (path, answer) in scenario.answers.iter().filter(|(path, _)| tables.iter().any(|table| path.starts_with(table)))
    {
        if let Origin::Stated(place) = &answer.origin {
            table.row(vec![format!("`{path}`"), answer.value.to_string(), place.clone()]);
        }
    }
    text.push_str(&table.render(Style::Markdown));
    text.push_str("\n## Options considered\n\n");
    text.push_str(&super::advice::table(decision).render(Style::Markdown));
    let _ = write!(text, "\n## Decision\n\n{}\n", paragraph_of_decision(record));
    if let Some(answer) = &decision.recommended {
        let _ = write!(text, "\n```text\n{}\n```\n", answer.path.drawn());
    }
    let _ = write!(text, "\n## Consequences\n\n{}", items(&consequences(record)));
    let _ = write!(text, "\n## Confirmation\n\n{}", items(&confirmation(record)));
    text.push_str("\n## Sources\n\n");
    for (index, source) in sources(record).iter().enumerate() {
        let _ = writeln!(text, "{}. {source}", index + 1);
    }
    text
}

fn items(list: &[String]) -> String {
    if list.is_empty() { "- none\n".to_owned() } else { format!("- {}\n", list.join("\n- ")) }
}

fn consequences(record: &Record<'_>) -> Vec<String> {
    let mut list = Vec::new();
    if let Some(answer) = &record.decision.recommended {
        let hops = || answer.path.hops();
        let services: BTreeSet<&str> = hops().filter(|hop| hop.service).map(|hop| hop.name.as_str()).collect();
        list.push(format!("To operate: {}.", services.into_iter().collect::<Vec<_>>().join(", ")));
        for hop in hops().filter(|hop| hop.needs_code) {
            let how = hop.how.as_ref().map_or_else(String::new, |how| format!(": {how}"));
            list.push(format!("Code to write for the way to {}{how}.", hop.name));
        }
        for hop in hops() {
            list.extend(
                hop.precondition.iter().map(|condition| format!("Before {} can be used: {condition}.", hop.name)),
            );
        }
        list.extend(answer.path.beside.iter().map(|piece| format!("Beside it, {}: {}.", piece.name, piece.reason)));
        list.extend(answer.path.remarks.iter().map(|remark| format!("Remark: {remark}.")));
    }
    list.extend(record.decision.warnings.iter().map(|note| format!("Warning: {} (rule `{}`).", note.text, note.rule)));
    list.extend(
        record.contradictions.iter().map(|clash| format!("Contradiction: {} (rule `{}`).", clash.text, clash.rule)),
    );
    list.extend(
        record
            .questions
            .iter()
            .take(FEW)
            .map(|question| format!("Open question: `{}`: {}", question.path, question.doc)),
    );
    list
}

fn confirmation(record: &Record<'_>) -> Vec<String> {
    let mut list: Vec<String> =
        super::robustness::share(record.robustness).into_iter().map(|share| share + ".").collect();
    for flip in record.flips.iter().filter(|flip| flip.stated.is_some()) {
        let now = flip.stated.as_deref().unwrap_or_default();
        let winner = name(flip.winner.as_ref(), record.decision);
        list.push(format!("`{}`, now {now}: {winner} if {}.", flip.path, flip.when));
    }
    let swaps = record.robustness.swaps.iter().flat_map(|swaps| swap_clauses(record.robustness, swaps));
    list.extend(swaps.map(|clause| format!("Weight of {clause}.")));
    list.extend(record.robustness.notes.iter().map(|note| format!("Note: {note}.")));
    list
}

/// Every page cited, each once, in the order of the reasons.
fn sources(record: &Record<'_>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let facts = record.decision.services.iter().flat_map(|service| &service.reasons);
    let reasons = facts.chain(&record.decision.warnings);
    let cited = reasons.flat_map(|reason| {
        let facts = reason.facts.iter().map(|fact| fact.source.clone());
        std::iter::once(reason.source.clone()).chain(facts)
    });
    for source in cited.chain(record.contradictions.iter().map(|clash| clash.source.clone())) {
        if !source.is_empty() && !list.contains(&source) {
            list.push(source);
        }
    }
    list
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
