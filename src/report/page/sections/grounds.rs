//! What the answer rests on: assumptions, limits, gaps, sources.

use super::super::Report;
use super::super::document::{Block, Grid, Words};
use super::{Sources, answer};
use crate::catalog::Catalog;
use crate::report::result::Simulation;
use crate::report::{record, simulation, summary};

/// The share of a limit from which on it counts as nearly hit.
const NEARLY: f64 = 0.8;

pub(super) fn blocks<'a>(report: &Report<'a>, sources: &mut Sources) -> Vec<Block<'a>> {
    let mut blocks = vec![Block::heading("Assumptions")];
    blocks.extend(assumptions(report));
    blocks.push(Block::heading("Limits hit"));
    blocks.extend(limits(report));
    let decision = report.record.decision;
    let mut notes: Vec<Words> = decision.warnings.iter().map(|warning| sources.reason(warning)).collect();
    for clash in report.record.contradictions {
        let cited = sources.cite([clash.source.as_str()]);
        notes.push(Words::strong("Contradiction: ").and(Words::said(&clash.text).cited(cited)));
    }
    if !notes.is_empty() {
        blocks.push(Block::heading("Warnings"));
        blocks.push(Block::items(notes));
    }
    blocks.push(Block::heading("Not measured"));
    blocks.push(Block::items(not_measured(report)));
    blocks
}

fn assumptions<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    let run = report.document.simulation.as_ref();
    let assumed: Vec<_> = run.into_iter().flat_map(|run| &run.settings).filter(|setting| setting.assumed).collect();
    if assumed.is_empty() {
        return vec![Block::said("No figure of the answer is a mere assumption.")];
    }
    let mut grid = Grid::new("Figures that nobody documents", &["figure", "assumed to be", "on what grounds"]);
    for setting in assumed {
        let value = Words::literal(setting.value.clone());
        grid.row(vec![Words::code(setting.name.clone()), value, Words::said(&setting.origin)]);
    }
    vec![Block::Table(grid)]
}

fn limits<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    let Some(run) = &report.document.simulation else {
        return vec![Block::said("Unknown, since nothing was simulated.")];
    };
    let mut items: Vec<Words> = simulation::overloads(run).iter().map(|said| Words::said(said)).collect();
    items.extend(hit(run));
    let asked = summary::to_ask_for(run, report.record.catalog, report.record.scenario);
    items.extend(asked.iter().map(|said| Words::strong("Ask for: ").and(Words::said(&format!("{said}.")))));
    if items.is_empty() {
        return vec![Block::said(&format!("None. {}", simulation::binding(run)))];
    }
    vec![Block::items(items)]
}

/// Limits that turned something away, or nearly did.
fn hit(run: &Simulation) -> Vec<Words> {
    let used = run.limits.iter().filter(|limit| limit.rejected_records > 0 || limit.peak_share > NEARLY);
    let told = used.map(|limit| {
        let share = crate::units::significant(limit.peak_share * 100.0, 3);
        let rejected = match limit.rejected_records {
            0 => "nothing was turned away".to_owned(),
            records => format!("{} turned away", crate::report::count(records, "record")),
        };
        Words::code(limit.name.clone()).and(Words::literal(format!(": {share} % in the busiest second; {rejected}.")))
    });
    let large = run.oversize.iter().map(|stage| {
        let records = crate::report::count(stage.records, "record");
        Words::code(stage.stage.clone()).and(Words::literal(format!(": {records} larger than it takes.")))
    });
    told.chain(large).collect()
}

fn not_measured(report: &Report<'_>) -> Vec<Words> {
    let assumed = record::assumed(&report.record);
    let mut list: Vec<Words> =
        record::not_measured(&report.record, &assumed).iter().map(|said| Words::said(&format!("{said}."))).collect();
    if let Some(reason) = &report.document.not_simulated {
        list.push(Words::said(&format!("delay and bill: {reason}.")));
    }
    list.push(Words::said(&format!("never in a bill: {}.", summary::NOT_KNOWN)));
    list
}

/// The sources that the page cites, each with the day it was last checked.
pub(super) fn sources<'a>(report: &Report<'a>, cited: &Sources) -> Vec<Block<'a>> {
    let catalog = report.record.catalog;
    let dated = |source: &String| {
        let date = checked(catalog, source);
        let date = date.map_or_else(String::new, |date| format!(" (checked {date})"));
        Words::said(source).and(Words::literal(date))
    };
    let items: Vec<Words> = cited.0.sources().iter().map(dated).collect();
    let mut blocks = Vec::new();
    if let Some((first, last)) = answer::dates(catalog) {
        blocks.push(Block::said(&format!("The facts of the catalog were checked from {first} to {last}.")));
    }
    if items.is_empty() {
        blocks.push(Block::said("None was needed."));
    } else {
        blocks.push(Block::Sources(items));
    }
    blocks
}

/// The last day on which a fact from this source was checked.
fn checked<'c>(catalog: &'c Catalog, source: &str) -> Option<&'c str> {
    let facts = catalog.services.iter().flat_map(|service| &service.facts);
    facts.filter(|fact| fact.source == source).map(|fact| fact.checked.as_str()).max()
}
