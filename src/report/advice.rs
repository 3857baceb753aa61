//! The decision as text.

use std::fmt::Write as _;

use super::table::Style;
use super::{Table, paragraph};
use crate::architecture::Architecture;
use crate::catalog::{Catalog, Edition};
use crate::ranking::{Decision, Robustness, ServiceVerdict, Verdict};
use crate::rules::{Outcome, Trace};
use crate::scenario::Scenario;

/// Title on the left, place and edition on the right.
#[must_use]
pub fn headline(scenario: &Scenario, width: usize) -> String {
    let right = format!("{} · edition {}", scenario.region, scenario.edition.name());
    let room = width.saturating_sub(right.chars().count() + 2);
    let title: String = if scenario.title.chars().count() <= room {
        scenario.title.clone()
    } else {
        scenario.title.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    };
    let gap = width.saturating_sub(title.chars().count() + right.chars().count()).max(2);
    format!("{title}{}{right}\n", " ".repeat(gap))
}

/// The pipeline as one line a branch, under `Use`.
#[must_use]
pub fn use_line(decision: &Decision, width: usize, label: impl Fn(&str) -> Option<String>) -> String {
    match &decision.recommended {
        Some(answer) => path("  Use   ", &answer.path, label),
        None => nothing_fits(decision, width),
    }
}

/// A pipeline behind a head, one line a branch, with what else there is to know about it.
#[must_use]
pub fn path(head: &str, path: &Architecture, label: impl Fn(&str) -> Option<String>) -> String {
    let indent = " ".repeat(head.chars().count());
    let mut text = String::new();
    for (index, line) in path.drawn_with(label).lines().enumerate() {
        let _ = writeln!(text, "{}{line}", if index == 0 { head } else { &indent });
    }
    for piece in &path.beside {
        let _ = writeln!(text, "{indent}with {} beside it: {}", piece.name, piece.reason);
    }
    for remark in &path.remarks {
        let _ = writeln!(text, "{indent}({remark})");
    }
    text
}

/// Candidates that came nearest, told where nothing fits.
const NEAREST_TOLD: usize = 3;

/// Which requirements exclude the nearest candidates.
fn nothing_fits(decision: &Decision, width: usize) -> String {
    let nearest = decision.nearest_rejected();
    let mut text = String::from("  Nothing in the catalog satisfies these requirements.\n");
    let least = nearest.first().map_or(0, |service| service.reasons.len());
    for service in nearest.iter().filter(|service| service.reasons.len() == least).take(NEAREST_TOLD) {
        let reasons: Vec<String> = service
            .reasons
            .iter()
            .map(|reason| match &reason.requirement {
                Some(requirement) => format!("{requirement} [{}]", reason.rule),
                None => format!("[{}]", reason.rule),
            })
            .collect();
        let line = format!("{}, excluded by {}", service.name, reasons.join(" and "));
        text.push_str(&paragraph("  Nearest  ", &line, width));
    }
    text
}

/// One row per service considered: verdict, deciding reason, rule.
#[must_use]
pub fn table(decision: &Decision) -> Table {
    rows(decision.services.iter())
}

/// The table for eyes: the rejections that a reader is most likely to ask about have a row of their own, the others share
/// a paragraph by the rule that decides.
#[must_use]
pub fn short_table(decision: &Decision, width: usize) -> String {
    let apart = |service: &&ServiceVerdict| service.verdict == Verdict::Rejected && !service.headline;
    // Where few services were weighed, each has a row.
    if decision.services.len() <= MOST_ROWS {
        return table(decision).render(Style::Plain(width));
    }
    let mut text = rows(decision.services.iter().filter(|service| !apart(service))).render(Style::Plain(width));
    let mut by_rule: Vec<(&str, Vec<&str>)> = Vec::new();
    for service in decision.services.iter().filter(apart) {
        let rule = service.reasons.first().map_or("", |reason| reason.rule.as_str());
        match by_rule.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, names)) => names.push(&service.name),
            None => by_rule.push((rule, vec![&service.name])),
        }
    }
    let told: Vec<String> = by_rule.iter().map(|(rule, names)| format!("{} [{rule}]", names.join(", "))).collect();
    if !told.is_empty() {
        let _ = write!(text, "\n{}", paragraph("  Also rejected  ", &told.join("; "), width));
    }
    text
}

/// Rows that still read as a table on one screen.
const MOST_ROWS: usize = 12;

fn rows<'a>(services: impl Iterator<Item = &'a ServiceVerdict>) -> Table {
    let mut table = Table::new(&["service", "verdict", "points", "because"]).right(&[2]);
    for service in services {
        let points = service.score.map_or_else(String::new, |score| format!("{score:.1}"));
        table.row(vec![service.name.clone(), service.verdict.to_string(), points, because(service)]);
    }
    table
}

/// The deciding reason with its rule.
fn because(service: &ServiceVerdict) -> String {
    match (service.reasons.first(), service.verdict) {
        (Some(reason), _) => format!("{} [{}]", reason.text, reason.rule),
        (None, Verdict::Ranked(1)) => "passes every screen and has the most points".to_owned(),
        (None, _) => "passes every screen with fewer points".to_owned(),
    }
}

/// The whole answer of `advise`.
#[must_use]
pub fn text(
    decision: &Decision,
    robustness: &Robustness,
    catalog: &Catalog,
    scenario: &Scenario,
    width: usize,
    explain: bool,
) -> String {
    let mut text = headline(scenario, width);
    text.push('\n');
    text.push_str(&use_line(decision, width, |_| None));
    text.push_str(&super::robustness::line(robustness));
    text.push('\n');
    text.push_str(&short_table(decision, width));
    if explain {
        text.push_str(&scores(decision, width));
        text.push_str(&super::robustness::tables(robustness, width));
        text.push_str(&evidence(decision));
        text.push_str(&traces(decision));
        text.push_str(&answers(scenario));
    } else {
        text.push_str("\n  [rule]: `forebay explain RULE` prints its page; `--explain` prints the whole trace\n");
    }
    if !decision.criteria_not_compared.is_empty() {
        let list = decision.criteria_not_compared.join(", ");
        let _ = writeln!(text, "\n  Not compared, because something about it is not known: {list}");
    }
    if !decision.stated_but_unused.is_empty() {
        let list = decision.stated_but_unused.join(", ");
        text.push('\n');
        text.push_str(&paragraph("  ", &format!("Stated, but no rule looks at it yet: {list}"), width));
    }
    for warning in &decision.warnings {
        let _ = writeln!(text, "\n  Note: {} [{}]", warning.text, warning.rule);
    }
    let names = names_note(catalog, scenario.edition, width);
    text.push_str(&names);
    text
}

/// In the edition of the course, what services are called now.
fn names_note(catalog: &Catalog, edition: Edition, width: usize) -> String {
    if edition == Edition::Current {
        return String::new();
    }
    let renamed = catalog.weighed().filter(|service| service.full_name(edition) != service.full_name(Edition::Current));
    let list: Vec<String> = renamed
        .map(|service| format!("{} is now {}", service.full_name(edition), service.full_name(Edition::Current)))
        .collect();
    if list.is_empty() { String::new() } else { format!("\n{}", paragraph("  Names  ", &list.join("; "), width)) }
}

fn scores(decision: &Decision, width: usize) -> String {
    let mut table = Table::new(&["service", "criterion", "weight", "value", "points", "from"]).right(&[2, 3, 4]);
    for service in decision.ranked() {
        for part in &service.contributions {
            table.row(vec![
                service.name.clone(),
                part.name.clone(),
                format!("{:.1}", part.weight),
                format!("{:.2}", part.value),
                format!("{:.1}", part.points),
                part.basis.clone(),
            ]);
        }
    }
    format!(
        "\n  Scores: weight × value, values on fixed scales from 0 to 1, weights scaled to 100\n\n{}",
        table.render(Style::Plain(width))
    )
}

fn evidence(decision: &Decision) -> String {
    let mut text = String::from("\n  Evidence\n");
    for service in &decision.services {
        for reason in &service.reasons {
            let _ = writeln!(text, "\n    {}: {} [{}]", service.name, reason.text, reason.rule);
            for fact in &reason.facts {
                let _ = writeln!(text, "      fact         {} = {}, checked {}", fact.id, fact.value, fact.checked);
                let _ = writeln!(text, "      read from    {}", fact.source);
            }
            for answer in &reason.requirements {
                let _ = writeln!(text, "      requirement  {} = {} ({})", answer.path, answer.value, answer.place);
            }
            if reason.facts.is_empty() {
                let _ = writeln!(text, "      read from    {}", reason.source);
            }
        }
    }
    text
}

fn traces(decision: &Decision) -> String {
    let mut text = String::from("\n  Trace: every rule that speaks of a service, with every comparison\n");
    for service in &decision.services {
        let _ = writeln!(text, "\n    {}", service.name);
        for rule in &service.trace {
            let fired = match rule.outcome {
                Outcome::Yes => "fires",
                Outcome::No => "silent",
                Outcome::Unknown => "silent, not known",
            };
            let _ = writeln!(text, "      {} {}: {fired}", rule.kind, rule.rule);
            trace(&rule.condition, 8, &mut text);
        }
    }
    text
}

fn trace(node: &Trace, indent: usize, text: &mut String) {
    let mark = match node.outcome {
        Outcome::Yes => "yes",
        Outcome::No => "no",
        Outcome::Unknown => "?",
    };
    let _ = writeln!(text, "{:indent$}{mark:<4}{}", "", node.text);
    for part in &node.parts {
        trace(part, indent + 2, text);
    }
}

fn answers(scenario: &Scenario) -> String {
    let mut text = String::from("\n  Answers used\n\n");
    for (path, answer) in scenario.answers.iter().filter(|(path, _)| !path.starts_with("simulation")) {
        let _ = writeln!(text, "    {path} = {} ({})", answer.value, answer.origin);
    }
    text
}
