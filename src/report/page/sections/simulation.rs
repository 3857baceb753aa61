//! The simulated pipeline, and the candidates beside it.

use super::super::Report;
use super::super::document::{Block, Grid, Words};
use super::{Place, Sources, charts, pipeline};
use crate::architecture::Architecture;
use crate::report::comparison::{self as beside, Comparison};
use crate::report::result::Simulation;
use crate::report::{simulation, stages, summary};

pub(super) fn blocks<'a>(report: &Report<'a>, sources: &mut Sources) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = charts(report, Some(Place::Architecture)).collect();
    if blocks.is_empty() {
        blocks.extend(pipeline(report).into_iter().flat_map(|path| architecture(report, path)));
    }
    match &report.document.simulation {
        Some(run) => blocks.extend(simulated(report, run, sources)),
        None => blocks.push(Block::said(&not_simulated(report))),
    }
    if let Some(comparison) = &report.document.comparison {
        blocks.extend(candidates(report, comparison));
    }
    blocks.extend(charts(report, None));
    blocks
}

fn not_simulated(report: &Report<'_>) -> String {
    match &report.document.not_simulated {
        Some(reason) => format!("Not simulated: {reason}."),
        None => "Nothing was simulated, since there is no pipeline to simulate.".to_owned(),
    }
}

/// The way of the data as an ordered list.
fn architecture<'a>(report: &Report<'_>, path: &Architecture) -> Vec<Block<'a>> {
    let hop = |hop: &crate::architecture::Hop| {
        let how = hop.how.as_ref().map_or_else(String::new, |how| format!(", reached by {how}"));
        let code = if hop.needs_code { " (your code)" } else { "" };
        let buffer = summary::buffer_label(report.document, &hop.id);
        let buffer = buffer.map_or_else(String::new, |label| format!("; buffers {}", label.replace('|', "or")));
        Words::strong(hop.name.clone()).and(Words::literal(format!("{how}{code}{buffer}")))
    };
    let mut blocks = vec![Block::heading("The pipeline")];
    let single = path.branches.len() == 1;
    let trunk = path.trunk.iter().chain(path.branches.iter().filter(|_| single).flatten());
    blocks.push(Block::List { ordered: true, items: trunk.map(hop).collect() });
    for branch in path.branches.iter().filter(|_| !single) {
        blocks.push(Block::said("From there:"));
        blocks.push(Block::List { ordered: true, items: branch.iter().map(hop).collect() });
    }
    let pieces = path.beside.iter().map(|piece| format!("{} beside it: {}", piece.name, piece.reason));
    let said: Vec<Words> = pieces.chain(path.remarks.iter().cloned()).map(|said| Words::said(&said)).collect();
    if !said.is_empty() {
        blocks.push(Block::items(said));
    }
    blocks
}

fn simulated<'a>(report: &Report<'a>, run: &'a Simulation, sources: &mut Sources) -> Vec<Block<'a>> {
    let mut blocks = vec![Block::heading("Delay")];
    blocks.extend(simulation::overloads(run).iter().map(|said| Block::said(said)));
    let caption = "Delay and freshness in seconds, with 95 % intervals";
    blocks.push(Block::Table(numbers(Grid::of(&simulation::delays(run), caption, "measure"))));
    blocks.push(Block::said(
        "Latency is the time from sending a record until it can be read at the destination; freshness is the age of the oldest \
         record on its way, over time.",
    ));
    blocks.extend(charts(report, Some(Place::Simulation)));
    blocks.push(Block::heading("Records, objects and throttles"));
    let told = simulation::carried(run).into_iter();
    blocks.push(Block::items(
        told.map(|(head, said)| Words::strong(format!("{head}: ")).and(Words::said(&said))).collect(),
    ));
    if !run.limits.is_empty() {
        blocks.push(Block::Table(Grid::of(&simulation::limits(run), "Limits on the way, and what they rejected", "")));
        blocks.push(Block::said(&simulation::binding(run)));
    }
    if !run.stages.is_empty() {
        blocks.push(Block::Table(Grid::of(&stages::table(&run.stages), "Where records wait", "kind")));
    }
    blocks.push(Block::heading("Run parameters"));
    blocks.extend(simulation::run_line(run).lines().map(|line| Block::said(&format!("{}.", line.trim()))));
    let rests_on = Block::Table(settings(run, sources));
    let summary = format!("{} that the simulation rests on", crate::report::count(run.settings.len() as u64, "figure"));
    blocks.push(Block::More { summary, blocks: vec![rests_on] });
    blocks
}

/// The same with every column but the first to the right.
fn numbers(mut grid: Grid) -> Grid {
    grid.columns.iter_mut().skip(1).for_each(|column| column.right = true);
    grid
}

fn settings(run: &Simulation, sources: &mut Sources) -> Grid {
    let mut grid = Grid::new("What the simulation rests on", &["figure", "value", "known how", "from"]);
    for setting in &run.settings {
        let is_address = setting.origin.starts_with("https://");
        let from = if is_address {
            Words::literal("documentation").cited(sources.cite([setting.origin.as_str()]))
        } else {
            Words::said(&setting.origin)
        };
        let known = if setting.assumed { Words::strong("assumed") } else { Words::literal("documented or stated") };
        grid.row(vec![Words::code(setting.name.clone()), Words::literal(setting.value.clone()), known, from]);
    }
    grid
}

fn candidates<'a>(report: &Report<'a>, comparison: &Comparison) -> Vec<Block<'a>> {
    let mut blocks = vec![
        Block::heading("All candidates, simulated alike"),
        Block::Table(Grid::of(&beside::table(comparison), "Delay and cost of every candidate", "")),
        Block::said(&format!(
            "{} of {} each, with the same arrivals and sizes for all; ± is a 95 % interval.",
            crate::report::count(u64::from(comparison.replications), "replication"),
            crate::report::seconds(comparison.horizon_s)
        )),
    ];
    let apart = beside::differences(comparison);
    if !apart.rows().is_empty() {
        let caption = "Differences from the first, with the interval of pairs";
        blocks.push(Block::Table(Grid::of(&apart, caption, "")));
    }
    let notes = [("Turned away", beside::missing(comparison)), ("Not compared", beside::left_out(comparison))];
    let notes = notes.into_iter().filter_map(|(head, said)| Some((head, said?)));
    let sized = beside::arithmetic(comparison).into_iter().map(|said| ("Sized", said));
    let items: Vec<Words> =
        notes.chain(sized).map(|(head, said)| Words::strong(format!("{head}: ")).and(Words::said(&said))).collect();
    if !items.is_empty() {
        blocks.push(Block::items(items));
    }
    blocks.extend(charts(report, Some(Place::Comparison)));
    blocks
}
