//! Services against requirements and criteria.

use super::super::Report;
use super::super::document::{Block, Grid, Words};
use super::{Place, Sources, charts};
use crate::ranking::{Reason, ServiceVerdict, Verdict};
use crate::report::record::nearest;

pub(super) fn blocks<'a>(report: &Report<'a>, sources: &mut Sources) -> Vec<Block<'a>> {
    let decision = report.record.decision;
    let mut blocks = vec![Block::said(
        "A service that fails a requirement is out, whatever else speaks for it. What is left is ranked by points: the \
         weight of a criterion times the value from 0 to 1.",
    )];
    let (near, far): (Vec<&ServiceVerdict>, Vec<&ServiceVerdict>) =
        nearest(decision).into_iter().partition(|service| service.headline);
    let shown: Vec<&ServiceVerdict> = decision.ranked().chain(near).collect();
    blocks.push(Block::Table(table(report, &shown, sources)));
    if !far.is_empty() {
        let summary =
            format!("{} that are further from what is asked", crate::report::count(far.len() as u64, "service"));
        blocks.push(Block::More { summary, blocks: vec![Block::Table(rejected(&far, sources))] });
    }
    blocks.extend(charts(report, Some(Place::Decision)));
    let not_compared = &decision.criteria_not_compared;
    if !not_compared.is_empty() {
        let list = not_compared.join(", ");
        blocks.push(Block::said(&format!("Not compared, because something about it is not known: {list}.")));
    }
    blocks
}

/// One row a service: the requirement it failed with the numbers, then its points by criterion.
fn table(report: &Report<'_>, services: &[&ServiceVerdict], sources: &mut Sources) -> Grid {
    let criteria = report.record.decision.ranked().next().map_or(&[][..], |first| &first.contributions);
    let named: Vec<String> = criteria.iter().map(|part| format!(">{}", part.name)).collect();
    let mut heads = vec!["service", "verdict", "failed requirement", "numbers compared"];
    if !criteria.is_empty() {
        heads.push(">points");
    }
    heads.extend(named.iter().map(String::as_str));
    let mut grid = Grid::new("Services by requirement and criterion; points of each criterion", &heads);
    let none = || Words::literal("–");
    for service in services {
        let mut cells = vec![Words::literal(service.name.clone()), Words::literal(service.verdict.to_string())];
        cells.extend(failure(service, sources));
        if !criteria.is_empty() {
            cells.push(service.score.map_or_else(none, |score| Words::strong(format!("{score:.1}"))));
        }
        cells.extend(criteria.iter().map(|criterion| {
            let own = service.contributions.iter().find(|part| part.criterion == criterion.criterion);
            own.map_or_else(none, |part| Words::literal(format!("{:.1}", part.points)))
        }));
        grid.row(cells);
    }
    grid
}

/// The services that are far from what is asked.
fn rejected(services: &[&ServiceVerdict], sources: &mut Sources) -> Grid {
    let mut grid = Grid::new("Also rejected", &["service", "failed requirement", "numbers compared"]);
    for service in services {
        let mut cells = vec![Words::literal(service.name.clone())];
        cells.extend(failure(service, sources));
        grid.row(cells);
    }
    grid
}

/// What a service failed, and the numbers behind it.
fn failure(service: &ServiceVerdict, sources: &mut Sources) -> [Words; 2] {
    let failed = service.reasons.first().filter(|_| service.verdict == Verdict::Rejected);
    let none = || [Words::literal("none"), Words::literal("–")];
    failed.map_or_else(none, |reason| [sources.reason(reason), compared(reason)])
}

/// The fact and the requirement that a reason holds against each other.
fn compared(reason: &Reason) -> Words {
    let facts = reason.facts.iter().map(|fact| Words::code(format!("{} = {}", fact.id, fact.value)));
    let asked = reason.requirements.iter();
    let asked = asked.map(|asked| Words::code(format!("{} = {}", asked.path, asked.value)));
    let parts: Vec<Words> = facts.chain(asked).collect();
    if parts.is_empty() {
        Words::literal("no number: a rule on what the service is for")
    } else {
        Words::joined(parts, "; ")
    }
}
