//! The answer in a sentence, and the few numbers that go with it.

use super::super::Report;
use super::super::document::{Block, Words};
use crate::catalog::Catalog;
use crate::ranking::ServiceVerdict;
use crate::report::{bill, bounds, count, record, robustness, seconds, transfer};
use crate::units::{grouped, significant};

pub(super) fn blocks<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    let mut blocks = vec![Block::Lead(sentence(report))];
    if let Some(path) = report.instead {
        let other = format!("{}, as asked with --primary, not of the recommendation.", drawn(path));
        blocks.push(Block::Paragraph(Words::strong("Delay and bill on this page are of ").and(Words::literal(other))));
    }
    let figures = figures(report);
    if !figures.is_empty() {
        blocks.push(Block::Figures(figures));
    }
    if let Some(moved) = &report.document.transfer {
        blocks.push(Block::said(&format!("By arithmetic: {}", transfer::sentence(moved))));
    }
    if let Some(reason) = &report.document.not_simulated {
        blocks.push(Block::said(&format!("Not simulated, so delay and bill are unknown: {reason}.")));
    }
    for clash in report.record.contradictions {
        let head = Words::strong("These requirements contradict each other: ");
        blocks.push(Block::Paragraph(head.and(Words::said(&format!("{}.", clash.text)))));
    }
    blocks
}

/// A pipeline in a line of text.
fn drawn(path: &crate::architecture::Architecture) -> String {
    path.drawn().replace("──▶", "→").replace('\n', "; ")
}

/// What to use, how sure that is, and by which state of the catalog.
fn sentence(report: &Report<'_>) -> Words {
    let record = &report.record;
    let date = dates(record.catalog).map_or_else(String::new, |(_, last)| format!(", last checked on {last}"));
    let by = format!("by edition {} of the catalog{date}.", record.scenario.edition.name());
    let first = record.decision.ranked().next();
    let Some((answer, first)) = record.decision.recommended.as_ref().zip(first) else {
        let nothing = Words::strong("Nothing in the catalog satisfies these requirements");
        return nothing.and(Words::literal(format!(", {by}{}", nearest(report))));
    };
    let sure = format!(" ({}), {}, {by}", drawn(&answer.path), confidence(report, first));
    Words::literal("Use ").and(Words::strong(first.name.clone())).and(Words::literal(sure))
}

/// What keeps the nearest candidate out.
fn nearest(report: &Report<'_>) -> String {
    let nearest = record::nearest(report.record.decision);
    let told = nearest.first().and_then(|service| Some((service, service.reasons.first()?)));
    told.map_or_else(String::new, |(service, reason)| format!(" Nearest is {}: {}.", service.name, reason.text))
}

fn confidence(report: &Report<'_>, first: &ServiceVerdict) -> String {
    let robustness = report.record.robustness;
    if robustness.alternatives.len() < 2 {
        return "the only service that passes every requirement".to_owned();
    }
    match robustness.winner_first_share {
        Some(share) => format!("best in {} % of weightings", robustness::percent(share)),
        None => first.score.map_or_else(String::new, |score| format!("with {score:.1} of 100 points")),
    }
}

/// The first and the last date on which a fact of the catalog was checked.
pub(super) fn dates(catalog: &Catalog) -> Option<(&str, &str)> {
    let checked = || catalog.services.iter().flat_map(|service| &service.facts).map(|fact| fact.checked.as_str());
    checked().min().zip(checked().max())
}

type Figure = (String, String, String);

fn figures(report: &Report<'_>) -> Vec<Figure> {
    let list = [delay(report), loss(report), money(report), sureness(report), points(report)];
    list.into_iter().flatten().collect()
}

fn delay(report: &Report<'_>) -> Option<Figure> {
    let run = report.document.simulation.as_ref()?;
    let asked = report.record.scenario.answers.get("needs.freshness").map(|answer| answer.value.to_string());
    let met = match run.late_share {
        Some(late) if late > 0.0 => format!("missed by {} %", significant(late * 100.0, 2)),
        Some(_) if run.records.rejected + run.records.lost > 0 => "met by those that get through".to_owned(),
        Some(_) => "met".to_owned(),
        None => "not judged".to_owned(),
    };
    let asked = asked.map_or_else(String::new, |limit| format!("; asked for {limit}: {met}"));
    let what = "Delay, 99 % of records".to_owned();
    if run.records.delivered == 0 {
        return Some((
            what,
            "unknown".to_owned(),
            format!("nothing was delivered in {}{asked}", seconds(run.horizon_s)),
        ));
    }
    let (p50, p99) = (run.latency_s.p50.value, run.latency_s.p99);
    let remark = format!("{} s{}; half of them after {}{asked}", significant(p99.value, 5), bounds(p99), seconds(p50));
    Some((what, seconds(p99.value), remark))
}

/// Records that never arrive; nothing where all do.
fn loss(report: &Report<'_>) -> Option<Figure> {
    let records = &report.document.simulation.as_ref()?.records;
    let (gone, offered) = (records.rejected + records.lost, records.offered);
    let share = || format!("{} %", significant(100.0 * gone as f64 / offered.max(1) as f64, 3));
    let remark = || format!("{} turned away, {} lost on the way", grouped(records.rejected), grouped(records.lost));
    (gone > 0).then(|| ("Records that never arrive".to_owned(), share(), remark()))
}

fn money(report: &Report<'_>) -> Option<Figure> {
    let sum = report.document.bill.as_ref()?;
    let what = "Cost a month".to_owned();
    let Some(total) = sum.total else {
        return Some((what, "unknown".to_owned(), "no line of the bill has a known price".to_owned()));
    };
    let at_least = if sum.complete { "" } else { "≥ " };
    let known = if sum.complete { "" } else { "; lines without a known price come on top" };
    let middle = total.to_f64();
    let interval = sum.total_half_width.filter(|width| *width >= 0.005).map_or_else(
        || "no interval".to_owned(),
        |width| format!("[{}, {}]", bill::cents((middle - width).max(0.0)), bill::cents(middle + width)),
    );
    Some((what, format!("{at_least}USD {total}"), format!("{interval}, prices of {}{known}", sum.region)))
}

fn sureness(report: &Report<'_>) -> Option<Figure> {
    let robustness = report.record.robustness;
    report.record.decision.recommended.as_ref()?;
    let share = robustness.winner_first_share.filter(|_| robustness.alternatives.len() > 1)?;
    let half = significant(robustness.half_width.unwrap_or(0.0) * 100.0, 1);
    let remark = format!(
        "the share of {} weightings drawn evenly in which it is first, no probability; ±{half} %",
        grouped(robustness.samples.into())
    );
    Some(("First in weightings".to_owned(), format!("{} %", robustness::percent(share)), remark))
}

fn points(report: &Report<'_>) -> Option<Figure> {
    let mut ranked = report.record.decision.ranked();
    let first = ranked.next()?.score?;
    let rest = ranked.count() as u64;
    let second = report.record.decision.ranked().nth(1);
    let remark = match second.and_then(|second| Some((second, second.score?))) {
        Some((second, score)) => format!("{} is second of {} with {score:.1}", second.name, count(rest + 1, "service")),
        None => "no other service is left".to_owned(),
    };
    Some(("Points of 100".to_owned(), format!("{first:.1}"), remark))
}
