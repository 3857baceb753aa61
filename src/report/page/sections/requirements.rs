//! The requirements as they were read, with what is a default.

use super::super::Report;
use super::super::document::{Block, Grid, Words};
use crate::scenario::Origin;
use crate::units::significant;

pub(super) fn blocks<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    let mut blocks = vec![
        Block::said(
            "What is not listed here was not stated: it is unknown, and a rule that would need to know it stays silent.",
        ),
        Block::Table(stated(report)),
    ];
    blocks.extend(options(report).map(Block::Table));
    blocks.extend(weights(report).map(Block::Table));
    blocks
}

fn stated(report: &Report<'_>) -> Grid {
    let mut grid = Grid::new("Requirements and traffic", &["requirement", "value", "where from"]);
    let about_the_file = |path: &str| path == "format" || path == "title" || path.starts_with("simulation");
    for (path, answer) in report.record.scenario.answers.iter().filter(|(path, _)| !about_the_file(path)) {
        grid.row(vec![Words::code(path), Words::literal(answer.value.to_string()), origin(&answer.origin)]);
    }
    grid
}

fn origin(origin: &Origin) -> Words {
    match origin {
        Origin::Stated(place) => Words::literal(place.clone()),
        Origin::Derived(from) => Words::literal(format!("worked out from {from}")),
        Origin::Default | Origin::Supposed => Words::strong(origin.to_string()),
    }
}

/// Options of services that the scenario sets.
fn options(report: &Report<'_>) -> Option<Grid> {
    let options = &report.record.scenario.options;
    let mut grid = Grid::new("Options of services", &["option", "value", "where from"]);
    for ((service, option), answer) in options {
        let name = format!("{service}.{option}");
        grid.row(vec![Words::code(name), Words::literal(answer.value.to_string()), origin(&answer.origin)]);
    }
    (!options.is_empty()).then_some(grid)
}

/// The weights of the criteria, scaled to 100 over those that could be compared.
fn weights(report: &Report<'_>) -> Option<Grid> {
    let first = report.record.decision.ranked().next()?;
    let mut grid = Grid::new("Weights of the criteria, of 100", &["criterion", ">weight", "where from"]);
    for part in &first.contributions {
        let stated = report.record.scenario.priorities.contains_key(&part.criterion);
        let from = if stated { Words::code("[priorities]") } else { Words::strong("default") };
        grid.row(vec![Words::literal(part.name.clone()), Words::literal(significant(part.weight, 3)), from]);
    }
    Some(grid)
}
