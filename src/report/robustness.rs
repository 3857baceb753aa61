//! How far a ranking can be trusted, as text.

use std::fmt::Write as _;

use super::table::Style;
use super::{Table, paragraph};
use crate::ranking::Robustness;
use crate::ranking::robustness::{Change, CriterionSwaps, Method};
use crate::units::{apart, grouped, significant};

/// The share of weightings in words, without a full stop; `None` where nothing was computed.
#[must_use]
pub fn share(robustness: &Robustness) -> Option<String> {
    let first = robustness.winner_first_share?;
    if robustness.alternatives.len() == 1 {
        return Some("The only service that is left, so no weighting can change it".to_owned());
    }
    let (samples, half) = (u64::from(robustness.samples), robustness.half_width.unwrap_or(0.0));
    let drawn = format!("{} drawn evenly; ±{} %", grouped(samples), significant(half * 100.0, 1));
    Some(format!("First in {} % of weightings ({drawn})", percent(first)))
}

/// Whole per cent, but 100 and 0 only where they are exact.
#[must_use]
pub fn percent(share: f64) -> String {
    let whole = (share * 100.0).round();
    match share {
        _ if whole >= 100.0 && share < 1.0 => "more than 99".to_owned(),
        _ if whole <= 0.0 && share > 0.0 => "less than 1".to_owned(),
        _ => whole.to_string(),
    }
}

/// The share as the line under `Use`.
#[must_use]
pub fn line(robustness: &Robustness) -> String {
    share(robustness).map_or_else(String::new, |share| format!("  {share}.\n"))
}

/// Name of an alternative.
fn name<'a>(robustness: &'a Robustness, id: &'a str) -> &'a str {
    robustness.alternatives.iter().find(|one| one.id == id).map_or(id, |one| one.name.as_str())
}

/// The swap points of one criterion, each as a clause.
#[must_use]
pub fn swap_clauses(robustness: &Robustness, swaps: &CriterionSwaps) -> Vec<String> {
    let to = |weight: f64, way: &str, id: &str| {
        let ((now, then), name) = (apart(swaps.weight, weight, 2), name(robustness, id));
        format!("{} from {now} to {then} or {way} of 100: {name}", swaps.criterion)
    };
    let below = swaps.below.as_ref().map(|swap| to(swap.weight, "less", &swap.to));
    let above = swaps.above.as_ref().map(|swap| to(swap.weight, "more", &swap.to));
    below.into_iter().chain(above).collect()
}

/// Everything behind the line.
#[must_use]
pub fn tables(robustness: &Robustness, width: usize) -> String {
    if robustness.alternatives.len() < 2 {
        return String::new();
    }
    let mut text = String::from("\n  How often each service has each rank, in % of the weightings\n\n");
    text.push_str(&acceptability(robustness).render(Style::Plain(width)));
    text.push_str("\n  The weights that make a service the first, on average (central weights, of 100)\n\n");
    text.push_str(&central_weights(robustness).render(Style::Plain(width)));
    text.push_str("\n  The same values ranked by other methods\n\n");
    text.push_str(&methods(robustness).render(Style::Plain(width)));
    text.push('\n');
    text.push_str(&paragraph("  ", &agreement(robustness), width));
    let clauses: Vec<String> = robustness.swaps.iter().flat_map(|swaps| swap_clauses(robustness, swaps)).collect();
    text.push_str("\n  What weight would turn the ranking, the others in proportion\n\n");
    if clauses.is_empty() {
        text.push_str("    none: no weight of a single criterion does\n");
    }
    for clause in clauses {
        let _ = writeln!(text, "    {clause}");
    }
    text.push('\n');
    text.push_str(&paragraph("  ", &reversal(robustness), width));
    text.push_str(&paragraph("  ", &format!("Note: {}.", robustness.notes.join("; ")), width));
    text
}

/// How often each service has each rank, in per cent of the weightings.
#[must_use]
pub fn acceptability(robustness: &Robustness) -> Table {
    let ranks: Vec<String> = (1..=robustness.alternatives.len()).map(|rank| format!("no. {rank}")).collect();
    let header: Vec<&str> = std::iter::once("service").chain(ranks.iter().map(String::as_str)).collect();
    let mut table = Table::new(&header).right(&(1..=ranks.len()).collect::<Vec<_>>());
    for one in &robustness.alternatives {
        let shares = one.rank_acceptability.iter().map(|share| percent(*share));
        table.row(std::iter::once(one.name.clone()).chain(shares).collect());
    }
    table
}

/// The weights that make a service the first, on average.
#[must_use]
pub fn central_weights(robustness: &Robustness) -> Table {
    let criteria: Vec<&str> = robustness.swaps.iter().map(|swaps| swaps.criterion.as_str()).collect();
    let header: Vec<&str> = std::iter::once("service").chain(criteria.iter().copied()).collect();
    let mut table = Table::new(&header).right(&(1..=criteria.len()).collect::<Vec<_>>());
    for one in &robustness.alternatives {
        let cells: Vec<String> = match &one.central_weights {
            Some(weights) => weights.iter().map(|weight| format!("{:.0}", weight.weight)).collect(),
            None => criteria.iter().map(|_| "–".to_owned()).collect(),
        };
        table.row(std::iter::once(one.name.clone()).chain(cells).collect());
    }
    table
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::WeightedSum => "weighted sum",
        Method::Topsis => "TOPSIS",
        Method::Promethee => "PROMETHEE II",
    }
}

/// The rank and the score of each service by each method.
#[must_use]
pub fn methods(robustness: &Robustness) -> Table {
    let mut table =
        Table::new(&["service", "weighted sum", "TOPSIS", "PROMETHEE II", "points", "closeness", "net flow"])
            .right(&[1, 2, 3, 4, 5, 6]);
    for one in &robustness.alternatives {
        let ranks = [one.ranks.weighted_sum, one.ranks.topsis, one.ranks.promethee].map(|rank| rank.to_string());
        let scores = [format!("{:.1}", one.score), format!("{:.3}", one.closeness), format!("{:+.3}", one.net_flow)];
        table.row(std::iter::once(one.name.clone()).chain(ranks).chain(scores).collect());
    }
    table
}

/// How far each two methods agree, in a sentence.
#[must_use]
pub fn agreement(robustness: &Robustness) -> String {
    let pairs = robustness.agreement.iter().map(|pair| {
        let tau = pair.tau.map_or_else(|| "no order to compare".to_owned(), |tau| format!("{tau:.2}"));
        format!("{} and {} {tau}", method(pair.one), method(pair.other))
    });
    format!("Kendall's τ: {}.", pairs.collect::<Vec<_>>().join(", "))
}

/// Whether the order holds when alternatives come or go, in one sentence.
#[must_use]
pub fn reversal(robustness: &Robustness) -> String {
    let upset = robustness.reversals.iter().filter(|check| !check.reversals.is_empty());
    let told: Vec<String> = upset
        .map(|check| {
            let changes = check.reversals.iter().map(|reversal| {
                let name = name(robustness, &reversal.alternative);
                match reversal.change {
                    Change::Dropped => format!("without {name}"),
                    Change::Cloned => format!("with a second {name}"),
                }
            });
            format!("by {} it changes {}", method(check.method), changes.collect::<Vec<_>>().join(" and "))
        })
        .collect();
    if told.is_empty() {
        "Dropping any loser or doubling the winner leaves the order of the others as it is, by all three methods."
            .to_owned()
    } else {
        format!("The order of the others is not steady when services come or go: {}.", told.join("; "))
    }
}
