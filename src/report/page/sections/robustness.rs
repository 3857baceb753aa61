//! How far the ranking can be trusted.

use super::super::Report;
use super::super::document::{Block, Grid, Words};
use super::{Place, charts};
use crate::report::record::swaps;
use crate::report::robustness::{acceptability, agreement, central_weights, methods, reversal, share};

pub(super) fn blocks<'a>(report: &Report<'a>) -> Vec<Block<'a>> {
    let robustness = report.record.robustness;
    let mut blocks = Vec::new();
    match (&robustness.not_computed, share(robustness)) {
        (_, Some(share)) if report.record.decision.recommended.is_some() => {
            blocks.push(Block::said(&format!("{share}.")));
        }
        (Some(reason), _) => blocks.push(Block::said(&format!("Nothing was computed: {reason}."))),
        _ => blocks.push(Block::said("Nothing is ranked, so there is no ranking to test.")),
    }
    if robustness.alternatives.len() < 2 {
        return blocks;
    }
    blocks.extend(charts(report, Some(Place::Robustness)));
    let caption = "Rank acceptability: how often each service has each rank, in % of the weightings";
    blocks.push(Block::Table(Grid::of(&acceptability(robustness), caption, "")));
    blocks.push(Block::heading("Swap points"));
    let told: Vec<Words> =
        robustness.swaps.iter().flat_map(|one| swaps(robustness, one)).map(|said| Words::said(&said)).collect();
    if told.is_empty() {
        blocks.push(Block::said("No other weight of a single criterion makes another service the first."));
    } else {
        blocks.push(Block::items(told));
    }
    blocks.push(Block::heading("Other methods"));
    blocks.push(Block::Table(Grid::of(&methods(robustness), "Ranks of the same values by three methods", "")));
    blocks.push(Block::said(&format!("{} {}", agreement(robustness), reversal(robustness))));
    let caption = "Central weights, of 100: the mean of the weights that make a service the first";
    let weights = Block::Table(Grid::of(&central_weights(robustness), caption, ""));
    blocks.push(Block::More { summary: "Which weights speak for which service".to_owned(), blocks: vec![weights] });
    blocks
}
