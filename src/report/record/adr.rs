//! The architecture decision record.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::citations::Citations;
use super::{FEW, Record, clauses, listed, nearest, proposal, shortest};
use crate::architecture::{Architecture, Hop};
use crate::ranking::{Reason, ServiceVerdict, Verdict};
use crate::report::result::FOREBAY;
use crate::report::{Style, Table};
use crate::scenario::Origin;

/// Ranked services that have a row of their own.
const MOST_RANKED: usize = 6;
/// Rejected services that have a line of their own.
const MOST_REJECTED: usize = 4;
/// Other ways that are drawn.
const MOST_WAYS: usize = 3;

/// The architecture decision record in Markdown. `date` is printed as given; without one there is no line for it.
#[must_use]
pub fn adr(record: &Record<'_>, date: Option<&str>) -> String {
    let mut cited = Citations::default();
    let mut text = head(record, date);
    let sections = [
        ("Context", context(record)),
        ("Considered options", options(record, &mut cited)),
        ("Decision", decision(record, &mut cited)),
        ("Consequences", items(&consequences(record, &mut cited))),
        ("When to decide again", items(&when_to_decide_again(record))),
    ];
    for (heading, body) in sections {
        let _ = write!(text, "\n## {heading}\n\n{body}");
    }
    let _ = write!(text, "\n## Sources\n\n{}", cited.list());
    text
}

fn items(list: &[String]) -> String {
    if list.is_empty() { "- none\n".to_owned() } else { format!("- {}\n", list.join("\n- ")) }
}

fn head(record: &Record<'_>, date: Option<&str>) -> String {
    let Record { scenario, catalog, .. } = record;
    let mut text = format!("# {}\n\n- Status: proposed\n", scenario.title);
    if let Some(date) = date {
        let _ = writeln!(text, "- Date: {date}");
    }
    let (region, edition) = (&scenario.region, scenario.edition.name());
    let _ = writeln!(
        text,
        "- Decided for {region}, edition {edition} of the catalog, digest {}, by {FOREBAY}",
        shortest(&catalog.digest)
    );
    text
}

fn context(record: &Record<'_>) -> String {
    let mut table = Table::new(&["requirement", "value", "where stated"]);
    let tables = ["source.", "needs.", "team.", "workload."];
    let asked = |path: &str| tables.iter().any(|table| path.starts_with(table));
    for (path, answer) in record.scenario.answers.iter().filter(|(path, _)| asked(path)) {
        if let Origin::Stated(place) = &answer.origin {
            table.row(vec![format!("`{path}`"), answer.value.to_string(), place.clone()]);
        }
    }
    table.render(Style::Markdown)
}

fn options(record: &Record<'_>, cited: &mut Citations) -> String {
    let ranked: Vec<&ServiceVerdict> = record.decision.ranked().collect();
    let mut text = if ranked.is_empty() {
        "No service meets all requirements.\n".to_owned()
    } else {
        ranked_table(record, &ranked, cited)
    };
    let more: Vec<String> = ranked.iter().skip(MOST_RANKED).map(|service| service.name.clone()).collect();
    if !more.is_empty() {
        let _ = writeln!(text, "\nRanked behind these: {}.", listed(&more));
    }
    text.push_str(&rejected(record, cited));
    text
}

fn ranked_table(record: &Record<'_>, ranked: &[&ServiceVerdict], cited: &mut Citations) -> String {
    let mut table = Table::new(&["option", "score", "for it", "against it"]).right(&[1]);
    for service in ranked.iter().take(MOST_RANKED) {
        let points = |reason: &&Reason| points(record, reason);
        let best = service.reasons.iter().filter(|reason| points(reason) > 0.0);
        let best = best.max_by(|a, b| points(a).total_cmp(&points(b)));
        let worst = service.reasons.iter().filter(|reason| points(reason) < 0.0);
        let worst = worst.min_by(|a, b| points(a).total_cmp(&points(b)));
        let speaks_for = best.map_or_else(|| "meets every requirement".to_owned(), |reason| cited.reason(reason));
        let against = match worst {
            Some(reason) => cited.reason(reason),
            None => behind(ranked.first().copied(), service).unwrap_or_else(|| "–".to_owned()),
        };
        let score = service.score.map_or_else(String::new, |score| format!("{score:.1}"));
        table.row(vec![introduced(record, service), score, speaks_for, against]);
    }
    table.render(Style::Markdown)
}

/// The points of the rule behind a reason: above zero it speaks for a service, below against it.
fn points(record: &Record<'_>, reason: &Reason) -> f64 {
    record.rules.find(&reason.rule).and_then(|rule| rule.points.as_ref()).map_or(0.0, |(_, points)| *points)
}

/// Where a service loses most against the first.
fn behind(first: Option<&ServiceVerdict>, service: &ServiceVerdict) -> Option<String> {
    let (loss, name) = super::greatest_loss(first?, service)?;
    Some(format!("{loss:.1} points behind on \"{name}\""))
}

/// The full name, with the short one behind it where it is no part of the full one.
fn introduced(record: &Record<'_>, service: &ServiceVerdict) -> String {
    let known = record.catalog.service(&service.id);
    let full = known.map_or(service.name.as_str(), |known| known.full_name(record.scenario.edition));
    if full.contains(&service.name) { full.to_owned() } else { format!("{full} ({})", service.name) }
}

/// The nearest of the rejected with their reasons, the others by name.
fn rejected(record: &Record<'_>, cited: &mut Citations) -> String {
    let (near, mut far): (Vec<&ServiceVerdict>, Vec<&ServiceVerdict>) =
        nearest(record.decision).into_iter().partition(|service| service.headline);
    far.extend(near.iter().skip(MOST_REJECTED).copied());
    let mut text = String::new();
    if !near.is_empty() {
        text.push_str("\nRejected, but nearest to what is asked:\n\n");
    }
    for service in near.iter().take(MOST_REJECTED) {
        let reasons: Vec<String> = service.reasons.iter().take(2).map(|reason| cited.reason(reason)).collect();
        let _ = writeln!(text, "- {}: {}.", introduced(record, service), reasons.join("; "));
    }
    let mut names: Vec<String> = far.iter().map(|service| service.name.clone()).collect();
    names.sort();
    match names.as_slice() {
        [] => {}
        [only] => {
            let _ = writeln!(text, "\nAlso rejected: {only}.");
        }
        several => {
            let _ = writeln!(text, "\n{} more were rejected: {}.", several.len(), listed(several));
        }
    }
    text
}

fn decision(record: &Record<'_>, cited: &mut Citations) -> String {
    let mut text = format!("{}\n", proposal(record).join(" "));
    let Some(answer) = &record.decision.recommended else { return text };
    let _ = write!(text, "\n```text\n{}\n```\n", answer.path.drawn());
    let helper = |service: &&ServiceVerdict| matches!(service.verdict, Verdict::InFront | Verdict::Beside);
    let helpers: Vec<&ServiceVerdict> = record.decision.services.iter().filter(helper).collect();
    if !helpers.is_empty() {
        text.push('\n');
    }
    for service in helpers {
        let why: Vec<String> = service.reasons.iter().map(|reason| cited.reason(reason)).collect();
        let _ = writeln!(text, "- {}, {}: {}.", service.name, service.verdict, why.join("; "));
    }
    text.push_str(&other_ways(record));
    text
}

/// Other ways of the same service: those that nothing speaks against first.
fn other_ways(record: &Record<'_>) -> String {
    if record.ways.is_empty() {
        return String::new();
    }
    let mut ways: Vec<_> = record.ways.iter().collect();
    ways.sort_by_key(|way| way.dropped.is_some());
    let mut text = "\nOther ways of the same answer:\n\n".to_owned();
    for way in ways.iter().take(MOST_WAYS) {
        let why = way.dropped.as_deref().unwrap_or("possible, but costlier");
        let _ = writeln!(text, "- {}: {why}.", way.path.drawn().replace('\n', "; "));
    }
    if ways.len() > MOST_WAYS {
        let _ = writeln!(text, "- {} more, which `forebay advise SCENARIO --explain` lists.", ways.len() - MOST_WAYS);
    }
    text
}

/// Every step of a path as the hop it starts from and the hop it leads to.
pub(in crate::report) fn steps(path: &Architecture) -> Vec<(&Hop, &Hop)> {
    let fork = path.trunk.last();
    let branches = path.branches.iter().flat_map(|branch| fork.into_iter().chain(branch).zip(branch));
    path.trunk.iter().zip(path.trunk.iter().skip(1)).chain(branches).collect()
}

/// Where it was read how a step works.
pub(in crate::report) fn source_of_step<'a>(record: &Record<'a>, (from, to): (&Hop, &Hop)) -> Option<&'a str> {
    let edition = record.scenario.edition;
    let is_step = |edge: &&crate::catalog::Edge| {
        edge.from == from.id && edge.to == to.id && edge.edition.is_none_or(|only| only == edition)
    };
    let mut edges = record.catalog.edges.iter().filter(is_step);
    edges.find(|edge| to.how.as_ref() == Some(&edge.how)).map(|edge| edge.source.as_str())
}

fn consequences(record: &Record<'_>, cited: &mut Citations) -> Vec<String> {
    let mut list = Vec::new();
    if let Some(answer) = &record.decision.recommended {
        list.push(format!("To operate: {}.", listed(&to_operate(&answer.path))));
        for (from, to) in steps(&answer.path) {
            let way = format!("{} to {}", from.name, to.name);
            let how = to.how.as_deref().unwrap_or("a program of your own");
            let source = source_of_step(record, (from, to));
            if to.needs_code {
                list.push(format!("To write, from {way}: {how}{}.", cited.mark(source)));
            }
            if let Some(condition) = &to.precondition {
                list.push(format!("From {way} by {how} needs {condition}{}.", cited.mark(source)));
            }
        }
        // A precondition is a remark of the path too, and has been said.
        let said = |remark: &&String| {
            !answer.path.hops().filter_map(|hop| hop.precondition.as_ref()).any(|said| remark.ends_with(said.as_str()))
        };
        list.extend(answer.path.remarks.iter().filter(said).map(|remark| format!("Remark: {remark}.")));
    }
    list.extend(record.decision.warnings.iter().map(|note| format!("Warning: {}.", cited.reason(note))));
    for clash in record.contradictions {
        list.push(format!("Contradiction: {}{}.", clash.text, cited.mark([clash.source.as_str()])));
    }
    let open = record.questions.iter().take(FEW);
    list.extend(open.map(|question| format!("Open question: `{}`, {}", question.path, as_clause(&question.doc))));
    let mut seen = BTreeSet::new();
    list.retain(|item| seen.insert(item.clone()));
    list
}

/// The services of a pipeline in the order data meets them, then those beside it.
pub(in crate::report) fn to_operate(path: &Architecture) -> Vec<String> {
    let hops = path.hops().filter(|hop| hop.service).map(|hop| hop.name.clone());
    let mut seen = BTreeSet::new();
    hops.chain(path.beside.iter().map(|piece| piece.name.clone())).filter(|name| seen.insert(name.clone())).collect()
}

/// A line of documentation as the end of a sentence.
fn as_clause(doc: &str) -> String {
    let mut letters = doc.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    format!("{}.", first.into_iter().chain(letters).collect::<String>())
}

fn when_to_decide_again(record: &Record<'_>) -> Vec<String> {
    let mut list = clauses::turns(record.flips, record.decision);
    list.extend(clauses::leaves_nothing(record.flips));
    list.extend(record.robustness.swaps.iter().flat_map(|swaps| clauses::swaps(record.robustness, swaps)));
    list.extend(record.robustness.notes.iter().map(|note| format!("Note: {note}.")));
    list
}
