//! The verb `weigh`: weights of criteria out of judgements of pairs.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, LineWriter, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::Failure;
use super::args::{Format, WeighArgs};
use super::context::Context;
use crate::catalog::Criterion;
use crate::diag::{Diagnostic, suggest};
use crate::mcda::{McdaError, PairwiseMatrix, parse_judgement, random_index};
use crate::report::result::to_json;
use crate::report::{Style, Table, paragraph};

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
    /// The judgement that adds most to the inconsistency, where the ratio is above 0.10.
    least_consistent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
struct Weighed {
    id: String,
    /// Out of 100.
    weight: f64,
}

/// One judgement: the places of two criteria in the catalog, and how many times as important the first is.
type Judgement = (usize, usize, f64);

pub(super) fn weigh(args: &WeighArgs, context: &mut Context) -> Result<(), Failure> {
    super::scenario::no_record(args.format, context)?;
    let (catalog, _) = context.knowledge()?;
    let known: Vec<&str> = catalog.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    let mut judged: Vec<Judgement> =
        args.judgements.iter().filter_map(|text| judgement(text, &known, context)).collect();
    if context.problems.has_errors() {
        return Err(Failure::Input);
    }
    let used = to_compare(&judged, known.len());
    if std::io::stdin().is_terminal() {
        let missing = missing(&judged, &used);
        // Line by line, so that no line is torn apart by what else is written there.
        let mut output = LineWriter::new(anstream::stderr());
        let answers = interview(&missing, &catalog.criteria, &mut std::io::stdin().lock(), &mut output)?;
        judged.extend(answers);
    }
    refuse_missing(&missing(&judged, &used), &known, context)?;
    let weighing = match weighed(&judged, &used, &known) {
        Ok(weighing) => weighing,
        Err(error) => return context.refuse(Diagnostic::error("judgements", error.to_string())),
    };
    let text = match args.format {
        Format::Json => to_json(&weighing).map_err(|error| Failure::Internal(error.to_string()))?,
        Format::Csv => table(&weighing).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => table(&weighing).render(Style::Markdown),
        Format::Table => text(&weighing, context.width()),
    };
    context.print(&text)
}

/// The criteria that judgements name, or all where there is no judgement yet.
fn to_compare(judged: &[Judgement], criteria: usize) -> Vec<usize> {
    let named = |index: &usize| judged.is_empty() || judged.iter().any(|(a, b, _)| a == index || b == index);
    (0..criteria).filter(named).collect()
}

/// Every pair, row by row above the diagonal.
fn pairs(used: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let columns = |(place, row): (usize, &usize)| used[place + 1..].iter().map(|column| (*row, *column)).collect();
    used.iter().enumerate().flat_map(move |entry| -> Vec<(usize, usize)> { columns(entry) })
}

fn missing(judged: &[Judgement], used: &[usize]) -> Vec<(usize, usize)> {
    pairs(used).filter(|(row, column)| value_of(judged, *row, *column).is_none()).collect()
}

fn refuse_missing(missing: &[(usize, usize)], known: &[&str], context: &mut Context) -> Result<(), Failure> {
    for (row, column) in missing {
        let (row, column) = (known[*row], known[*column]);
        let problem = Diagnostic::error("missing-judgement", format!("`{row}` and `{column}` are not compared"));
        context.problems.push(problem.help(format!("add for example `{row}/{column}=3`")));
    }
    if missing.is_empty() { Ok(()) } else { Err(Failure::Input) }
}

/// Weights out of judgements of every pair of the criteria `used`.
fn weighed(judged: &[Judgement], used: &[usize], known: &[&str]) -> Result<Weighing, McdaError> {
    let upper: Vec<f64> = pairs(used).filter_map(|(row, column)| value_of(judged, row, column)).collect();
    let matrix = PairwiseMatrix::from_upper(&upper)?;
    let priorities = matrix.priorities()?;
    let unsure = priorities.consistency_ratio.is_some_and(|ratio| ratio > MOST_INCONSISTENT);
    let criteria = used.iter().zip(&priorities.weights);
    Ok(Weighing {
        schema_version: "1.0",
        criteria: criteria
            .map(|(index, share)| Weighed { id: known[*index].to_owned(), weight: 100.0 * share })
            .collect(),
        lambda_max: priorities.lambda_max,
        consistency_index: priorities.consistency_index,
        random_index: random_index(used.len()),
        consistency_ratio: priorities.consistency_ratio,
        least_consistent: unsure.then(|| worst(&matrix, &priorities.weights, judged, used, known)).flatten(),
    })
}

/// The judgement that adds most to the inconsistency, the way round in which it was made.
fn worst(
    matrix: &PairwiseMatrix,
    weights: &[f64],
    judged: &[Judgement],
    used: &[usize],
    known: &[&str],
) -> Option<String> {
    let parts = matrix.inconsistencies(weights);
    let all: f64 = parts.iter().map(|(_, _, part)| part).sum();
    let (row, column, most) = parts.iter().copied().max_by(|a, b| a.2.total_cmp(&b.2))?;
    let as_made = judged.iter().any(|(a, b, _)| (*a, *b) == (used[row], used[column]));
    let (a, b) = if as_made { (row, column) } else { (column, row) };
    let value = value_of(judged, used[a], used[b])?;
    let (a_name, b_name, implied) = (known[used[a]], known[used[b]], weights[a] / weights[b]);
    let share = 100.0 * most / all;
    Some(format!(
        "{a_name}/{b_name} = {value:.2}, where all judgements together say {implied:.2} ({share:.0} % of the inconsistency)"
    ))
}

/// Asks for the judgements that are missing, one by one; those given until somebody stops.
fn interview(
    missing: &[(usize, usize)],
    criteria: &[Criterion],
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> std::io::Result<Vec<Judgement>> {
    let mut answers = Vec::new();
    for (number, (a, b)) in missing.iter().enumerate() {
        let (first, second) = (&criteria[*a], &criteria[*b]);
        let progress = format!("{} of {}", number + 1, missing.len());
        writeln!(output, "\n{progress}. How many times as important is \"{}\" as \"{}\"?", first.name, second.name)?;
        writeln!(
            output,
            "(1/9 to 9; 1 if they are equal, below 1 if the second counts more; ? for help, quit to stop)"
        )?;
        loop {
            write!(output, "{}/{} = ", first.id, second.id)?;
            output.flush()?;
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                writeln!(output)?;
                return Ok(answers);
            }
            match line.trim() {
                "quit" => return Ok(answers),
                "?" => writeln!(output, "{}", help(first, second))?,
                "" => writeln!(output, "  every pair needs a judgement; 1 says that neither counts more")?,
                typed => match on_the_scale(typed) {
                    Ok(value) => {
                        answers.push((*a, *b, value));
                        break;
                    }
                    Err(problem) => writeln!(output, "  {problem}")?,
                },
            }
        }
    }
    writeln!(output)?;
    Ok(answers)
}

/// What the two criteria mean, and Saaty's words for the numbers.
fn help(first: &Criterion, second: &Criterion) -> String {
    format!(
        "  {}: {}\n  {}: {}\n  1 equally, 3 moderately, 5 strongly, 7 very strongly, 9 extremely more important; 2, 4, 6 and 8 lie \
         between; 1/3 and so on the other way round",
        first.id, first.doc, second.id, second.doc
    )
}

/// Reads a number of Saaty's scale.
fn on_the_scale(text: &str) -> Result<f64, String> {
    match parse_judgement(text) {
        Ok(value) if (1.0 / 9.0..=9.0).contains(&value) => Ok(value),
        Ok(_) => Err(format!("`{text}` is off Saaty's scale, which goes from 1/9 to 9")),
        Err(error) => Err(error.to_string()),
    }
}

fn value_of(judged: &[Judgement], row: usize, column: usize) -> Option<f64> {
    judged.iter().find_map(|(a, b, value)| match (*a == row && *b == column, *a == column && *b == row) {
        (true, _) => Some(*value),
        (_, true) => Some(1.0 / value),
        _ => None,
    })
}

/// Reads `A/B=N`; what is wrong goes to the problems.
fn judgement(text: &str, known: &[&str], context: &mut Context) -> Option<Judgement> {
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
    match on_the_scale(value) {
        Ok(value) => Some((first, second, value)),
        Err(problem) => refuse(problem, example()),
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
        let warning = format!("Above 0.10: the judgements contradict each other. Most of it comes from {worst}.");
        text.push_str(&paragraph("  ", &warning, width));
    }
    text.push_str("\n  For a scenario:\n\n[priorities]\n");
    for criterion in &weighing.criteria {
        let _ = writeln!(text, "{} = {:.1}", criterion.id, criterion.weight);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, Library};
    use crate::diag::Problems;
    use crate::source::SourceMap;

    fn asked(missing: &[(usize, usize)], typed: &str) -> (Vec<Judgement>, String) {
        let catalog = Catalog::load(&Library::embedded(), &mut SourceMap::default(), &mut Problems::default());
        let mut said = Vec::new();
        let answers = interview(missing, &catalog.criteria, &mut typed.as_bytes(), &mut said).unwrap();
        (answers, String::from_utf8(said).unwrap())
    }

    #[test]
    fn what_is_missing_is_asked_until_it_is_answered() {
        let (answers, said) = asked(&[(0, 1), (0, 2)], "?\n\n12\nmuch\n3\n1/5\n");
        assert_eq!(answers, [(0, 1, 3.0), (0, 2, 0.2)]);
        for part in ["1 of 2.", "2 of 2.", "extremely", "needs a judgement", "off Saaty's scale", "`much`"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }

    #[test]
    fn who_stops_keeps_what_was_answered() {
        for typed in ["3\nquit\n", "3\n"] {
            assert_eq!(asked(&[(0, 1), (0, 2)], typed).0, [(0, 1, 3.0)]);
        }
    }

    #[test]
    fn only_pairs_without_a_judgement_are_missing_and_all_of_them_without_any() {
        let judged = [(0, 1, 3.0), (2, 0, 2.0)];
        assert_eq!(missing(&judged, &to_compare(&judged, 5)), [(1, 2)]);
        assert_eq!(missing(&[], &to_compare(&[], 5)).len(), 10);
    }

    #[test]
    fn the_worst_judgement_is_shown_as_it_was_made() {
        let judged = [(0, 1, 5.0), (1, 2, 5.0), (2, 0, 5.0), (0, 3, 1.0), (1, 3, 1.0), (3, 2, 0.5)];
        let weighing = weighed(&judged, &[0, 1, 2, 3], &["a", "b", "c", "d"]).unwrap();
        let worst = weighing.least_consistent.unwrap();
        assert!(["a/b", "b/c", "c/a"].iter().any(|pair| worst.starts_with(&format!("{pair} = 5.00"))), "{worst}");
        assert!(worst.ends_with("% of the inconsistency)"), "{worst}");
    }
}
