//! The tables of the book's section on validation: every reference result computed again, by the program itself.
//!
//! The reference results lie beside the checkout. Where they are absent, these parts of the pages stay as they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::OnceLock;

use serde_json::Value;

use crate::common::{Outcome, forebay, shared};

/// A file of reference results: the page that shows its table, what it holds, where it lies.
struct Evidence {
    page: &'static str,
    what: &'static str,
    file: &'static str,
}

const EVIDENCE: [Evidence; 4] = [
    Evidence { page: "theory", what: "queueing theory", file: "facts/queueing_results.toml" },
    Evidence { page: "traces", what: "replays of real traffic", file: "facts/trace_replay.toml" },
    Evidence { page: "bills", what: "published bills", file: "examples/cost_examples.toml" },
    Evidence { page: "methods", what: "decision methods", file: "facts/mcda_examples.toml" },
];
const CASES: &str = "cases/selection_cases.toml";

/// What `verify` says of a file, as a table and as JSON. Queueing theory takes a while, so it is asked once.
fn verified(page: &str) -> Option<(String, Value)> {
    static THEORY: OnceLock<Option<(String, Value)>> = OnceLock::new();
    let ask = || {
        let evidence = EVIDENCE.iter().find(|evidence| evidence.page == page).unwrap();
        let path = shared(evidence.file)?.display().to_string();
        let answer = |format: &str| -> Outcome { forebay(&["verify", &path, "--quiet", "--format", format]) };
        let table = answer("md");
        assert_eq!(table.code, 0, "{}", table.stderr);
        Some((table.stdout, if page == "theory" { Value::Null } else { answer("json").json() }))
    };
    if page == "theory" { THEORY.get_or_init(ask).clone() } else { ask() }
}

/// The first and the last date of the right answers; `–` where they have none.
fn dates(answer: &Value) -> String {
    let results = answer["results"].as_array().into_iter().flatten();
    let dates: Vec<&str> =
        results.filter_map(|case| case["as_of"].as_str()).filter(|date| date.starts_with('2')).collect();
    match (dates.iter().min(), dates.iter().max()) {
        (Some(first), Some(last)) if first == last => (*first).to_owned(),
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "–".to_owned(),
    }
}

/// Rows of a table by the verdict in their last column.
fn count(table: &str) -> (usize, usize) {
    let rows: Vec<&str> = table.lines().skip(2).collect();
    (rows.len(), rows.iter().filter(|row| row.ends_with("| ok |")).count())
}

/// The table of a page, with a line that counts; `None` where its reference results are absent.
pub(crate) fn table(page: &str) -> Option<String> {
    let (table, answer) = verified(page)?;
    let (cases, agree) = count(&table);
    let dated = match dates(&answer).as_str() {
        "–" => String::new(),
        dates => format!(", answers of {dates}"),
    };
    let version = env!("CARGO_PKG_VERSION");
    Some(format!("{agree} of {cases} agree (Forebay {version}{dated}).\n\n{table}"))
}

/// All evidence of this kind in one table.
pub(crate) fn overview() -> Option<String> {
    let mut text = "| evidence | cases | agree | answers of |\n| --- | ---: | ---: | --- |\n".to_owned();
    for Evidence { page, what, .. } in &EVIDENCE {
        let (table, answer) = verified(page)?;
        let (cases, agree) = count(&table);
        let _ = writeln!(text, "| [{what}](validation/{page}.md) | {cases} | {agree} | {} |", dates(&answer));
    }
    let answer = evaluated()?;
    let (right, open) = (&answer["primary_correct"], &answer["primary_correct_open"]);
    let among = format!("{right} among the options, {open} with all services open");
    let editions: Vec<String> =
        editions()?.into_iter().map(|(edition, cases)| format!("{edition} ({cases})")).collect();
    let dated = format!("editions {}", editions.join(", "));
    let _ = writeln!(text, "| [selection cases](validation/selection.md) | {} | {among} | {dated} |", answer["cases"]);
    Some(text)
}

fn evaluated() -> Option<Value> {
    let path = shared(CASES)?.display().to_string();
    Some(forebay(&["evaluate", &path, "--quiet", "--format", "json"]).json())
}

/// How many selection cases hold in each edition.
fn editions() -> Option<BTreeMap<String, usize>> {
    let file: toml::Table = fs::read_to_string(shared(CASES)?).unwrap().parse().unwrap();
    let mut editions = BTreeMap::new();
    for case in file["case"].as_array().unwrap() {
        let edition = case.get("edition").and_then(toml::Value::as_str).unwrap_or("current");
        *editions.entry(edition.to_owned()).or_default() += 1;
    }
    Some(editions)
}

/// The selection cases: counts, counts by service, and every case that is missed.
pub(crate) fn selection() -> Option<String> {
    let answer = evaluated()?;
    let cases = &answer["cases"];
    let mut text =
        "| of all cases | among the options | all services open | cases |\n| --- | ---: | ---: | ---: |\n".to_owned();
    for (what, among, open) in [
        ("primary service right", "primary_correct", "primary_correct_open"),
        ("pipeline covered", "pipeline_covered", "pipeline_covered_open"),
    ] {
        let _ = writeln!(text, "| {what} | {} | {} | {cases} |", answer[among], answer[open]);
    }
    let _ = writeln!(
        text,
        "\n| cases about | among the options | all services open | cases |\n| --- | ---: | ---: | ---: |"
    );
    for (service, tally) in answer["by_primary"].as_object().unwrap() {
        let [right, open, all] = ["correct", "correct_open", "cases"].map(|key| &tally[key]);
        let _ = writeln!(text, "| `{service}` | {right} | {open} | {all} |");
    }
    let _ = writeln!(text, "\n| missed | asked | expected | got |\n| --- | --- | --- | --- |");
    for (asked, key) in [("among the options", "misses"), ("all services open", "misses_open")] {
        for miss in answer[key].as_array().unwrap() {
            let word = |key: &str| miss[key].as_str().unwrap_or("nothing").to_owned();
            let _ = writeln!(
                text,
                "| `{}` | {asked} | `{}` | `{}` |",
                word("id"),
                word("expected_primary"),
                word("got_primary")
            );
        }
    }
    let left = answer["unknown_requirements"].as_array().unwrap().len();
    let _ = writeln!(text, "\nLeft out because the vocabulary does not know them: {left} requirements.");
    Some(text)
}

/// Rows of the tables in a page that `tests/bench/run --book` has written.
fn measured_rows() -> Vec<Vec<String>> {
    let page =
        fs::read_to_string(crate::common::root().join("book/src/validation/speed.md")).unwrap().replace("\r\n", "\n");
    let rows = page.lines().filter(|line| line.starts_with("| "));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The first number of a cell.
fn number(cell: &str) -> f64 {
    let letters: String = cell.chars().skip_while(|letter| !letter.is_ascii_digit()).collect();
    let end = letters.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(letters.len());
    letters[..end].parse().unwrap_or_else(|_| panic!("no number in `{cell}`"))
}

#[test]
fn the_speed_that_the_book_shows_is_the_speed_that_was_wanted() {
    let rows = measured_rows();
    let bars: Vec<&Vec<String>> = rows.iter().filter(|row| row.last().unwrap().starts_with("at most ")).collect();
    assert_eq!(bars.len(), 6, "{rows:?}");
    for row in bars {
        let (what, wanted) = (&row[0], row.last().unwrap());
        // A comparison is judged by its ratio, a whole process by what it takes.
        let judged = if row[3].is_empty() { &row[1] } else { &row[3] };
        assert!(number(judged) <= number(wanted), "{what}: {judged}, {wanted}");
        let unit = wanted.split_whitespace().nth(3).unwrap_or_default();
        assert!(judged.contains(unit), "{what}: {judged}, {wanted}");
    }
}
