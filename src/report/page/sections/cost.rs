//! The month's bill, line by line.

use super::super::Report;
use super::super::document::{Block, Grid, Words};
use super::{Place, Sources, charts};
use crate::cost::{Basis, Bill, Line};
use crate::report::{bill, comparison};
use crate::units::significant;

/// Lines by what their quantity rests on, with what that means.
const KINDS: [(Basis, &str); 4] = [
    (Basis::Fixed, "Fixed: these lines do not depend on the traffic"),
    (Basis::Scenario, "Assumed: from the traffic that the scenario states"),
    (Basis::Simulation, "Assumed: from the traffic that was simulated"),
    (Basis::Usage, "Stated usage"),
];

pub(super) fn blocks<'a>(report: &Report<'a>, sources: &mut Sources) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    match &report.document.bill {
        Some(sum) => blocks.extend(lines(report, sum, sources)),
        None => blocks.push(Block::said("The bill is unknown, since there is no simulated pipeline to price.")),
    }
    blocks.extend(charts(report, Some(Place::Cost)));
    let volumes = report.document.comparison.as_ref();
    let crossings = volumes.into_iter().flat_map(|all| {
        all.volumes.iter().flat_map(|volumes| &volumes.crossovers).map(|found| comparison::crossing(all, found))
    });
    let crossings: Vec<Words> = crossings.map(|said| Words::said(&said)).collect();
    if !crossings.is_empty() {
        blocks.push(Block::items(crossings));
    }
    let what_if = &report.document.what_if;
    if !what_if.is_empty() {
        blocks.push(Block::heading("Other settings, each from a run of its own"));
        blocks.push(Block::items(what_if.iter().map(|one| Words::said(&comparison::what_if(one))).collect()));
    }
    blocks
}

fn lines<'a>(report: &Report<'a>, sum: &Bill, sources: &mut Sources) -> Vec<Block<'a>> {
    let mut blocks = vec![Block::Paragraph(Words::strong(format!("{}.", bill::total(sum))))];
    for (basis, meaning) in KINDS {
        let lines: Vec<&Line> = sum.lines.iter().filter(|line| line.basis == basis).collect();
        if !lines.is_empty() {
            blocks.push(Block::Table(table(report, sum, &lines, meaning, sources)));
        } else if basis == Basis::Fixed {
            blocks.push(Block::said("No line is fixed: each follows the traffic."));
        }
    }
    let gigabyte = if sum.bytes_per_gb == 1 << 30 { "2^30" } else { "10^9" };
    blocks.push(Block::said(&format!(
        "A month has {} hours, a GB has {gigabyte} bytes; no free tier. Prices of {}.",
        significant(sum.hours_per_month, 6),
        sum.region
    )));
    if let Some(note) = &sum.note {
        blocks.push(Block::said(&format!("Month: {note}.")));
    }
    if let Some(packing) = &report.document.packing {
        blocks.push(Block::said(&bill::packing_line(packing)));
    }
    blocks
}

fn table(report: &Report<'_>, sum: &Bill, lines: &[&Line], meaning: &str, sources: &mut Sources) -> Grid {
    let heads = ["line", ">quantity a month", "unit price, by tier", ">USD a month", "note"];
    let mut grid = Grid::new(meaning, &heads);
    let (catalog, edition) = (report.record.catalog, report.record.scenario.edition);
    for line in lines {
        let price = Words::literal(bill::tiers(line)).cited(sources.cite(line.price_source.as_deref()));
        grid.row(vec![
            Words::literal(bill::label(line, catalog, edition)),
            Words::literal(bill::quantity(line)),
            price,
            Words::literal(amount(line)),
            Words::said(line.note.as_deref().unwrap_or_default()),
        ]);
    }
    if lines.len() > 1 {
        let known: Option<crate::units::Usd> = lines
            .iter()
            .map(|line| line.amount)
            .try_fold(None, |sum: Option<crate::units::Usd>, amount| {
                amount.map(|amount| Some(sum.map_or(amount, |sum| sum + amount)))
            })
            .flatten();
        let shown = known.map_or_else(|| "unknown".to_owned(), |sum| sum.to_string());
        let blank = Words::default;
        let head = Words::literal(format!("together, {}", sum.currency));
        grid.total = Some(vec![head, blank(), blank(), Words::literal(shown), blank()]);
    }
    grid
}

/// The amount with its interval, where that can be seen in cents.
fn amount(line: &Line) -> String {
    let Some(amount) = line.amount else { return "unknown".to_owned() };
    let width = line.amount_half_width.filter(|width| *width >= 0.005);
    width.map_or_else(|| amount.to_string(), |width| format!("{amount} ± {width:.2}"))
}
