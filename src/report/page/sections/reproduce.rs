//! How to get the same page again.

use super::super::Report;
use super::super::document::{Block, Grid, Words};

pub(super) fn blocks<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    vec![
        Block::said("The same program, catalog, scenario and seed give the same bytes on any number of threads."),
        Block::Command(report.command.to_owned()),
        Block::Table(digests(report)),
    ]
}

fn digests(report: &Report<'_>) -> Grid {
    let header = &report.document.header;
    let mut grid = Grid::new("What this page was made from", &["part", "value"]);
    let mut row = |part: &str, value: String| grid.row(vec![Words::literal(part), Words::code(value)]);
    row("Forebay", header.forebay_version.to_owned());
    row("edition", header.edition.name().to_owned());
    row("Region", header.region.clone());
    row("catalog, digest", header.catalog_digest.clone());
    row("scenario", header.scenario.file.clone());
    row("scenario, digest", header.scenario.digest.clone());
    match &report.document.simulation {
        Some(run) => {
            row("seed", run.seed.to_string());
            row("replications", run.replications.to_string());
            row("tier", run.tier.to_string());
        }
        None => row("seed", report.record.scenario.simulation.seed.to_string()),
    }
    row("weightings drawn", report.record.robustness.samples.to_string());
    row("their seed", report.record.robustness.seed.to_string());
    grid
}
