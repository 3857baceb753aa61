//! What came of answering documented selection cases, as text.

use std::fmt::Write as _;

use super::{Style, Table, paragraph};
use crate::evaluate::{Evaluation, Miss};

/// The whole answer: the counts, the services the cases are about, what was missed.
#[must_use]
pub fn text(result: &Evaluation, width: usize, explain: bool) -> String {
    let mut sums = Table::new(&["of all cases", "among the options", "all services open", "cases"]).right(&[1, 2, 3]);
    let cases = result.cases.to_string();
    let mut row = |name: &str, among: usize, open: usize| {
        sums.row(vec![name.to_owned(), among.to_string(), open.to_string(), cases.clone()]);
    };
    row("primary service right", result.primary_correct, result.primary_correct_open);
    row("pipeline covered", result.pipeline_covered, result.pipeline_covered_open);
    let mut text = sums.render(Style::Plain(width));
    let _ = write!(text, "\n{}", by_primary(result).render(Style::Plain(width)));
    for (head, list) in
        [("Missed among the options", &result.misses), ("Missed with all services open", &result.misses_open)]
    {
        if list.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n  {head}\n");
        for miss in list {
            text.push_str(&told(miss, width, explain));
        }
    }
    if !result.uncovered.is_empty() {
        let mut table = Table::new(&["pipeline not covered", "missing", "recommended"]);
        for case in &result.uncovered {
            table.row(vec![case.id.clone(), case.missing.join(", "), case.got_answer.join(", ")]);
        }
        let _ = write!(text, "\n{}", table.render(Style::Plain(width)));
    }
    let unknown = result.unknown_requirements.len();
    let _ = writeln!(
        text,
        "\n  {} left out because the vocabulary does not know them",
        super::count(unknown as u64, "requirement")
    );
    text
}

fn told(miss: &Miss, width: usize, explain: bool) -> String {
    let got = miss.got_primary.as_deref().unwrap_or("nothing");
    let line = format!("{}: expected {}, got {got}", miss.id, miss.expected_primary);
    let mut text = paragraph("    ", &line, width);
    if explain {
        for line in &miss.trace {
            text.push_str(&paragraph("        ", line, width));
        }
    }
    text
}

/// Right answers by the service that the cases are about.
#[must_use]
pub fn by_primary(result: &Evaluation) -> Table {
    let mut table = Table::new(&["cases about", "among the options", "all services open", "cases"]).right(&[1, 2, 3]);
    for (service, tally) in &result.by_primary {
        let counts = [tally.correct, tally.correct_open, tally.cases].map(|count| count.to_string());
        table.row(std::iter::once(service.clone()).chain(counts).collect());
    }
    table
}

/// One row per case that was missed.
#[must_use]
pub fn misses(result: &Evaluation) -> Table {
    let mut table = Table::new(&["case", "asked", "expected", "got", "expected_answer", "got_answer"]);
    for (asked, list) in [("options", &result.misses), ("open", &result.misses_open)] {
        for miss in list {
            table.row(vec![
                miss.id.clone(),
                asked.to_owned(),
                miss.expected_primary.clone(),
                miss.got_primary.clone().unwrap_or_default(),
                miss.expected_answer.join(" "),
                miss.got_answer.join(" "),
            ]);
        }
    }
    table
}
