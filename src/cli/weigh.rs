//! The verb `weigh`: weights of criteria out of judgements of pairs.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::Failure;
use super::args::{Format, WeighArgs};
use super::context::Context;
use crate::diag::{Diagnostic, suggest};
use crate::mcda::{PairwiseMatrix, parse_judgement, random_index};
use crate::report::result::to_json;
use crate::report::{Style, Table};

/// Above this, Saaty advises to judge again.
const MOST_INCONSISTENT: f64 = 0.10;

/// Weights and how consistent the judgements behind them are.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Weighing {
    schema_version: &'static str,
    /// Criteria that were judged, in the catalog's order.
    criteria: Vec<Weighed>,
    /// Principal eigenvalue; the number of criteria where judgements are consistent.
    lambda_max: f64,
    consistency_index: f64,
    /// Saaty's random index for this number of criteria.
    random_index: Option<f64>,
    /// Consistency index over random index.
    consistency_ratio: Option<f64>,
    /// The judgement that is furthest from what the weights say, where the ratio is above 0.10.
    least_consistent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
struct Weighed {
    id: String,
    /// Out of 100.
    weight: f64,
}

pub(super) fn weigh(args: &WeighArgs, context: &mut Context) -> Result<(), Failure> {
    super::scenario::no_record(args.format, context)?;
    let (catalog, _) = context.knowledge()?;
    let known: Vec<&str> = catalog.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    let judged: Vec<(usize, usize, f64)> =
        args.judgements.iter().filter_map(|text| judgement(text, &known, context)).collect();
    if context.problems.has_errors() {
        return Err(Failure::Input);
    }
    let used: Vec<usize> =
        (0..known.len()).filter(|index| judged.iter().any(|(a, b, _)| a == index || b == index)).collect();
    let mut upper = Vec::new();
    for (place, row) in used.iter().enumerate() {
        for column in &used[place + 1..] {
            match value_of(&judged, *row, *column) {
                Some(value) => upper.push(value),
                None => {
                    let (row, column) = (known[*row], known[*column]);
                    let problem =
                        Diagnostic::error("missing-judgement", format!("`{row}` and `{column}` are not compared"));
                    context.problems.push(problem.help(format!("add for example `{row}/{column}=3`")));
                }
            }
        }
    }
    if context.problems.has_errors() {
        return Err(Failure::Input);
    }
    let found = PairwiseMatrix::from_upper(&upper).and_then(|matrix| matrix.priorities());
    let priorities = match found {
        Ok(priorities) => priorities,
        Err(error) => return context.refuse(Diagnostic::error("judgements", error.to_string())),
    };
    let weight = |place: usize| priorities.weights.get(place).copied().unwrap_or_default();
    let worst = judged.iter().max_by(|a, b| strain(a, &used, &weight).total_cmp(&strain(b, &used, &weight)));
    let unsure = priorities.consistency_ratio.is_some_and(|ratio| ratio > MOST_INCONSISTENT);
    let weighing = Weighing {
        schema_version: "1.0",
        criteria: used
            .iter()
            .enumerate()
            .map(|(place, index)| Weighed { id: known[*index].to_owned(), weight: 100.0 * weight(place) })
            .collect(),
        lambda_max: priorities.lambda_max,
        consistency_index: priorities.consistency_index,
        random_index: random_index(used.len()),
        consistency_ratio: priorities.consistency_ratio,
        least_consistent: worst.filter(|_| unsure).map(|(a, b, value)| {
            let place = |index: &usize| used.iter().position(|used| used == index).unwrap_or_default();
            let implied = weight(place(a)) / weight(place(b));
            format!("{}/{} = {value:.2}, where all judgements together say {implied:.2}", known[*a], known[*b])
        }),
    };
    let text = match args.format {
        Format::Json => to_json(&weighing).map_err(|error| Failure::Internal(error.to_string()))?,
        Format::Csv => table(&weighing).render(Style::Csv),
        Format::Md | Format::Adr => table(&weighing).render(Style::Markdown),
        Format::Table => text(&weighing, context.width()),
    };
    context.print(&text)
}

/// How far a judgement is from the weights: the factor between the two.
fn strain(judged: &(usize, usize, f64), used: &[usize], weight: &impl Fn(usize) -> f64) -> f64 {
    let place = |index: usize| used.iter().position(|used| *used == index).unwrap_or_default();
    let implied = weight(place(judged.0)) / weight(place(judged.1));
    (judged.2 / implied).max(implied / judged.2)
}

fn value_of(judged: &[(usize, usize, f64)], row: usize, column: usize) -> Option<f64> {
    judged.iter().find_map(|(a, b, value)| match (*a == row && *b == column, *a == column && *b == row) {
        (true, _) => Some(*value),
        (_, true) => Some(1.0 / value),
        _ => None,
    })
}

/// Reads `A/B=N`; what is wrong goes to the problems.
fn judgement(text: &str, known: &[&str], context: &mut Context) -> Option<(usize, usize, f64)> {
    let base = context.sources.add("judgement", text.to_owned());
    let span = crate::source::Span { start: base, end: base + text.len() };
    let mut refuse = |message: String, help: String| {
        context.problems.push(Diagnostic::error("judgement", message).at(span, "not a judgement").help(help));
        None
    };
    let example = || "write for example `operations/billing=3` or `fit/billing=1/5`".to_owned();
    let Some((pair, value)) = text.split_once('=') else {
        return refuse("a judgement is written A/B=N".to_owned(), example());
    };
    let Some((a, b)) = pair.split_once('/') else {
        return refuse("a judgement compares two criteria".to_owned(), example());
    };
    let place = |name: &str| known.iter().position(|known| *known == name.trim());
    let (first, second) = match (place(a), place(b)) {
        (Some(first), Some(second)) if first != second => (first, second),
        (Some(_), Some(_)) => return refuse(format!("`{a}` is compared with itself"), example()),
        (None, _) => return refuse(format!("there is no criterion `{a}`"), suggest(a, known, "the criteria are")),
        (_, None) => return refuse(format!("there is no criterion `{b}`"), suggest(b, known, "the criteria are")),
    };
    match parse_judgement(value) {
        Ok(value) if (1.0 / 9.0..=9.0).contains(&value) => Some((first, second, value)),
        Ok(_) => refuse(format!("`{value}` is off Saaty's scale"), "it goes from 1/9 to 9".to_owned()),
        Err(error) => refuse(error.to_string(), example()),
    }
}

fn table(weighing: &Weighing) -> Table {
    let mut table = Table::new(&["criterion", "weight"]).right(&[1]);
    for criterion in &weighing.criteria {
        table.row(vec![criterion.id.clone(), format!("{:.1}", criterion.weight)]);
    }
    table
}

fn text(weighing: &Weighing, width: usize) -> String {
    let mut text = table(weighing).render(Style::Plain(width));
    let known = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), |value| format!("{value:.3}"));
    let _ = writeln!(
        text,
        "\n  λmax {:.3}, consistency index {:.3}, random index {}, consistency ratio {}",
        weighing.lambda_max,
        weighing.consistency_index,
        known(weighing.random_index),
        known(weighing.consistency_ratio)
    );
    if let Some(worst) = &weighing.least_consistent {
        let _ = writeln!(text, "  Above 0.10: the judgements contradict each other. Furthest off: {worst}");
    }
    text.push_str("\n  For a scenario:\n\n[priorities]\n");
    for criterion in &weighing.criteria {
        let _ = writeln!(text, "{} = {:.1}", criterion.id, criterion.weight);
    }
    text
}
