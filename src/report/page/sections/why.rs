//! Why this service, why not the others, and what would change that.

use super::super::Report;
use super::super::document::{Block, Grid, Words};
use super::Sources;
use crate::ranking::{ServiceVerdict, Verdict};
use crate::report::record::{leaves_nothing, listed, nearest, source_of_step, steps, swaps, to_operate, turns};
use crate::report::sensitivity::{flip_table, name};

/// Rejected services that the reasons are told of; the table of the decision has all.
const MOST_REJECTED: usize = 8;
/// Open questions that are shown at once.
const FIRST_QUESTIONS: usize = 4;

pub(super) fn blocks<'a>(report: &Report<'a>, sources: &mut Sources) -> Vec<Block<'a>> {
    let mut blocks = why(report, sources);
    blocks.extend(why_not(report, sources));
    blocks.extend(what_would_change(report));
    blocks.extend(open(report));
    blocks.extend(other_ways(report));
    blocks
}

fn why<'a>(report: &Report<'a>, sources: &mut Sources) -> Vec<Block<'a>> {
    let record = &report.record;
    let Some(answer) = &record.decision.recommended else {
        return vec![Block::said("No service passes every requirement, so there is nothing to speak for.")];
    };
    let Some(first) = record.decision.ranked().next() else { return Vec::new() };
    let (against, speaking): (Vec<_>, Vec<_>) =
        first.reasons.iter().partition(|reason| reason.points.is_some_and(|points| points < 0.0));
    let mut items: Vec<Words> = speaking.into_iter().map(|reason| sources.reason(reason)).collect();
    if items.is_empty() {
        items.push(Words::literal("passes every requirement and has the most points"));
    }
    let helps = |service: &&ServiceVerdict| matches!(service.verdict, Verdict::InFront | Verdict::Beside);
    for service in record.decision.services.iter().filter(helps) {
        for reason in &service.reasons {
            let head = Words::strong(format!("{}, {}: ", service.name, service.verdict));
            items.push(head.and(sources.reason(reason)));
        }
    }
    let mut blocks = vec![Block::Heading(format!("Why {}", first.name)), Block::items(items)];
    if !against.is_empty() {
        blocks.push(Block::Heading(format!("What speaks against {}", first.name)));
        blocks.push(Block::items(against.into_iter().map(|reason| sources.reason(reason)).collect()));
    }
    blocks.push(Block::heading("What it takes"));
    let mut takes = vec![Words::literal(format!("To operate: {}.", listed(&to_operate(&answer.path))))];
    for (from, to) in steps(&answer.path) {
        let how = to.how.as_deref().unwrap_or("a program of your own");
        let written = to.needs_code.then(|| format!("To write, from {} to {}: {how}.", from.name, to.name));
        let condition = to.precondition.as_ref();
        let needed = condition.map(|needed| format!("{how}, from {} to {}, needs {needed}.", from.name, to.name));
        for said in written.into_iter().chain(needed) {
            takes.push(Words::literal(said).cited(sources.cite(source_of_step(record, (from, to)))));
        }
    }
    blocks.push(Block::items(takes));
    blocks
}

fn why_not<'a>(report: &Report<'a>, sources: &mut Sources) -> Vec<Block<'a>> {
    let decision = report.record.decision;
    let first = decision.ranked().next();
    let mut items = Vec::new();
    for service in decision.ranked().skip(1) {
        let head = Words::strong(format!("{}, {}: ", service.name, service.verdict));
        let mut said: Vec<Words> = service.reasons.iter().map(|reason| sources.reason(reason)).collect();
        said.extend(first.map(|first| Words::literal(behind(first, service))));
        items.push(head.and(Words::joined(said, "; ")));
    }
    let near = nearest(decision).into_iter().filter(|service| service.headline);
    for service in near.take(MOST_REJECTED) {
        let said: Vec<Words> = service.reasons.iter().map(|reason| sources.reason(reason)).collect();
        items.push(Words::strong(format!("{}, rejected: ", service.name)).and(Words::joined(said, "; ")));
    }
    if items.is_empty() { Vec::new() } else { vec![Block::heading("Why not the others"), Block::items(items)] }
}

/// On which criteria a service loses against the first, the worst first.
fn behind(first: &ServiceVerdict, service: &ServiceVerdict) -> String {
    let mut losses: Vec<(f64, &str)> = first
        .contributions
        .iter()
        .filter_map(|best| {
            let own = service.contributions.iter().find(|part| part.criterion == best.criterion)?;
            Some((best.points - own.points, best.name.as_str()))
        })
        .filter(|(loss, _)| *loss >= 0.05)
        .collect();
    losses.sort_by(|a, b| b.0.total_cmp(&a.0));
    let told: Vec<String> = losses.iter().take(3).map(|(loss, name)| format!("{loss:.1} on “{name}”")).collect();
    if told.is_empty() {
        "level with the first on every criterion".to_owned()
    } else {
        format!("points behind: {}", told.join(", "))
    }
}

fn what_would_change<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    let record = &report.record;
    let mut said = turns(record.flips, record.decision);
    said.extend(leaves_nothing(record.flips));
    said.extend(record.robustness.swaps.iter().flat_map(|one| swaps(record.robustness, one)));
    let mut blocks = vec![Block::heading("What would change it")];
    let now = record.decision.recommended.as_ref().map(|answer| answer.primary.as_str());
    if report.winner_by_catalog != now {
        let by_catalog = report.winner_by_catalog.map(str::to_owned);
        let winner = name(by_catalog.as_ref(), record.decision);
        blocks.push(Block::said(&format!(
            "Changes are tried without simulating each: they start from {winner}, which is the answer by what the catalog says \
             of services in general."
        )));
    }
    if said.is_empty() {
        blocks.push(Block::said("No single change of a requirement or of a weight that was tried turns the answer."));
    } else {
        blocks.push(Block::items(said.iter().map(|said| Words::said(said)).collect()));
    }
    let mut more = Vec::new();
    if !record.flips.is_empty() {
        more.push(Block::Table(Grid::of(
            &flip_table(record.flips, record.decision),
            "Changes that turn the answer",
            "",
        )));
    }
    if !report.steady.is_empty() {
        let names: Vec<Words> = report.steady.iter().map(Words::code).collect();
        more.push(Block::Paragraph(
            Words::literal("No value of these turns the answer: ").and(Words::joined(names, ", ")),
        ));
    }
    if !more.is_empty() {
        blocks.push(Block::More { summary: "Every change of one requirement, decided again".to_owned(), blocks: more });
    }
    blocks
}

/// What nobody has stated and what could change the winner.
fn open<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    let record = &report.record;
    if record.questions.is_empty() {
        return Vec::new();
    }
    let item = |question: &crate::sensitivity::OpenQuestion| {
        let leads: Vec<String> = question
            .leads_to
            .iter()
            .map(|lead| format!("{} if {}", name(lead.winner.as_ref(), record.decision), lead.values.join(" or ")))
            .collect();
        let said = format!(": {}. {}.", question.doc.trim_end_matches('.'), leads.join("; "));
        Words::code(question.path.clone()).and(Words::said(&said))
    };
    let mut items: Vec<Words> = record.questions.iter().map(item).collect();
    let rest = items.split_off(items.len().min(FIRST_QUESTIONS));
    let mut blocks =
        vec![Block::heading("Not stated, and could change the winner: ask this first"), Block::items(items)];
    if !rest.is_empty() {
        let summary = format!("{} of less weight", crate::report::count(rest.len() as u64, "question"));
        blocks.push(Block::More { summary, blocks: vec![Block::items(rest)] });
    }
    blocks
}

/// Other pipelines of the same service.
fn other_ways<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    if report.record.ways.is_empty() {
        return Vec::new();
    }
    let mut grid = Grid::new("Other ways of the recommended service", &["path", "dropped because"]);
    for way in report.record.ways {
        let path = way.path.drawn().replace("──▶", "→").replace('\n', "; ");
        let why = way.dropped.clone().unwrap_or_else(|| "kept: possible, but costlier".to_owned());
        grid.row(vec![Words::literal(path), Words::said(&why)]);
    }
    let summary = format!("{} of the same service", crate::report::count(report.record.ways.len() as u64, "other way"));
    vec![Block::More { summary, blocks: vec![Block::Table(grid)] }]
}
