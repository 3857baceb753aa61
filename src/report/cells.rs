//! Cells of an experiment: as lines of CSV and JSON, and as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::pictures::experiments::CellFigures;
use super::result::{FOREBAY, Header};
use super::{Style, Table, count, paragraph, seconds};
use crate::experiment::{Design, Levels, Outcome};
use crate::sim::{Estimate, RunConfig};
use crate::units::{Bytes, significant};

/// Rows that a screen shows; of more, only what stands out.
const MOST_ROWS: usize = 40;

/// One cell of an experiment, with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Cell {
    /// Its number, from 0.
    pub cell: usize,
    /// What is set in it, by key.
    pub set: BTreeMap<String, String>,
    /// What that leads to; `null` where nothing could be simulated.
    pub outcome: Option<Outcome>,
    /// Why there is no outcome.
    pub problem: Option<String>,
}

/// What an experiment is: all that its cells follow from.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Plan {
    /// Which scenario.
    #[serde(flatten)]
    pub header: Header,
    /// What is varied, in the order of the columns.
    pub axes: Vec<AxisPart>,
    /// Number of cells.
    pub cells: usize,
    /// How they were chosen: `factorial` or `latin-hypercube`.
    pub design: String,
    /// Service whose pipeline every cell takes; `null` for the one that is recommended in it.
    pub primary: Option<String>,
    /// Seed that all cells share.
    pub seed: u64,
    /// Independent runs of each cell.
    pub replications: u32,
    /// Length of a run in seconds.
    pub horizon_s: f64,
    /// Seconds from the start that are not counted.
    pub warm_up_s: f64,
    /// The tier that was asked for; `auto` takes the flow tier wherever it can.
    pub tier: String,
}

/// One thing that is varied.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AxisPart {
    /// The key.
    pub key: String,
    /// Its levels; `null` for a range that values were drawn from.
    pub levels: Option<Vec<String>>,
}

impl Plan {
    /// The experiment of a design.
    #[must_use]
    pub fn new(header: Header, design: &Design, primary: Option<&str>, config: &RunConfig) -> Self {
        let axes = design.axes().iter().map(|axis| AxisPart {
            key: axis.key.clone(),
            levels: if let Levels::Listed(levels) = &axis.levels { Some(levels.clone()) } else { None },
        });
        Self {
            header,
            axes: axes.collect(),
            cells: design.len(),
            design: design.kind().to_owned(),
            primary: primary.map(str::to_owned),
            seed: config.seed,
            replications: config.replications,
            horizon_s: config.horizon.as_secs_f64(),
            warm_up_s: config.warm_up.as_secs_f64(),
            tier: config.tier.to_string(),
        }
    }
}

/// A figure of an outcome, with the heads of its two columns.
type Figure = (&'static str, fn(&Outcome) -> Option<Estimate>);

/// Every figure with an interval, with its unit in its name.
const FIGURES: [Figure; 7] = [
    ("mean_s", |outcome| Some(outcome.mean_s)),
    ("p50_s", |outcome| Some(outcome.p50_s)),
    ("p95_s", |outcome| Some(outcome.p95_s)),
    ("p99_s", |outcome| Some(outcome.p99_s)),
    ("objects_per_hour", |outcome| Some(outcome.objects_per_hour)),
    ("object_bytes", |outcome| Some(outcome.object_bytes)),
    ("usd_a_month", |outcome| outcome.usd),
];

/// The heads of the columns.
#[must_use]
pub fn columns(keys: &[String]) -> Vec<String> {
    let figures = FIGURES.iter().flat_map(|(name, _)| [(*name).to_owned(), format!("{name}_half_width")]);
    let fixed = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let ends = fixed(&["usd_known", "missing_share", "problem"]);
    let front = std::iter::once("cell".to_owned()).chain(keys.iter().cloned());
    front.chain(fixed(&["service", "path", "tier", "replications"])).chain(figures).chain(ends).collect()
}

/// One line of CSV, without what ends it. What is not known is empty.
#[must_use]
pub fn csv_row(keys: &[String], cell: &Cell) -> Vec<String> {
    let number = |value: Option<f64>| {
        value.filter(|value| value.is_finite()).map_or_else(String::new, |value| value.to_string())
    };
    let outcome = cell.outcome.as_ref();
    let mut row = vec![cell.cell.to_string()];
    row.extend(keys.iter().map(|key| cell.set.get(key).cloned().unwrap_or_default()));
    let text = |pick: fn(&Outcome) -> String| outcome.map(pick).unwrap_or_default();
    row.push(text(|outcome| outcome.service.clone()));
    row.push(text(|outcome| outcome.path.clone()));
    row.push(text(|outcome| outcome.tier.clone()));
    row.push(text(|outcome| outcome.replications.to_string()));
    for (_, figure) in FIGURES {
        let estimate = outcome.and_then(figure);
        row.push(number(estimate.map(|estimate| estimate.value)));
        row.push(number(estimate.and_then(|estimate| estimate.half_width)));
    }
    row.push(number(outcome.and_then(|outcome| outcome.usd_known)));
    row.push(number(outcome.map(|outcome| outcome.missing_share)));
    row.push(cell.problem.clone().unwrap_or_default());
    row
}

/// Rows as CSV text.
///
/// # Errors
/// Never, in practice: nothing is written to but memory.
pub fn csv_lines<'a>(rows: impl IntoIterator<Item = &'a [String]>) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The figures that charts show, from a file of such rows whose cells have so many keys.
#[must_use]
pub fn read_csv(text: &str, keys: usize) -> Vec<CellFigures> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().map(|head| head.iter().map(str::to_owned).collect()).unwrap_or_default();
    let column = |name: &str| head.iter().position(|known| known == name);
    let (p99, objects, usd) = (column("p99_s"), column("objects_per_hour"), column("usd_a_month"));
    let missing_share = column("missing_share");
    let figures = |row: csv::StringRecord| {
        let number = |column: Option<usize>| row.get(column?)?.parse::<f64>().ok();
        CellFigures {
            levels: (1..=keys).map(|column| row.get(column).unwrap_or_default().to_owned()).collect(),
            p99_s: number(p99),
            objects_per_hour: number(objects),
            usd: number(usd),
            missing_share: number(missing_share),
        }
    };
    reader.records().filter_map(Result::ok).map(figures).collect()
}

/// The cells for eyes: all of them, or, of many, those that stand out.
#[must_use]
pub fn text(keys: &[String], cells: &[Cell], plan: &Plan, width: usize) -> String {
    let mut text = if cells.len() <= MOST_ROWS {
        table(keys, cells.iter()).render(Style::Plain(width))
    } else {
        let told = outstanding(cells);
        let mut table = Table::new(&head(keys, &["of all"]));
        for (what, cell) in told {
            let mut row = table_row(keys, cell);
            row.insert(0, what.to_owned());
            table.row(row);
        }
        table.render(Style::Plain(width))
    };
    text.push('\n');
    let failed: Vec<&Cell> = cells.iter().filter(|cell| cell.problem.is_some()).collect();
    if let Some(first) = failed.first() {
        let reason = first.problem.clone().unwrap_or_default();
        let many = count(failed.len() as u64, "cell");
        text.push_str(&paragraph("  Not simulated   ", &format!("{many}; cell {}: {reason}", first.cell), width));
    }
    let _ = write!(text, "{}", paragraph("  ", &how(plan), width));
    text
}

/// How the cells were run.
fn how(plan: &Plan) -> String {
    let runs = count(u64::from(plan.replications), "replication");
    let note = if plan.replications == 1 { "; `--replications` gives intervals" } else { "" };
    format!(
        "{} · seed {} · {runs} of {} each · common random numbers{note} · {FOREBAY}",
        count(plan.cells as u64, "cell"),
        plan.seed,
        seconds(plan.horizon_s)
    )
}

/// The table of cells.
#[must_use]
pub fn table<'a>(keys: &[String], cells: impl Iterator<Item = &'a Cell>) -> Table {
    let mut table = Table::new(&head(keys, &[]));
    for cell in cells {
        table.row(table_row(keys, cell));
    }
    table
}

fn head<'a>(keys: &'a [String], before: &[&'a str]) -> Vec<&'a str> {
    let mut head: Vec<&str> = before.to_vec();
    head.push("cell");
    head.extend(keys.iter().map(String::as_str));
    head.extend(["p50", "p99", "objects an hour", "of", "USD a month", "by way of"]);
    head
}

fn table_row(keys: &[String], cell: &Cell) -> Vec<String> {
    let mut row = vec![cell.cell.to_string()];
    row.extend(keys.iter().map(|key| cell.set.get(key).cloned().unwrap_or_default()));
    let Some(outcome) = &cell.outcome else {
        row.extend(["unknown", "unknown", "unknown", "unknown", "unknown"].map(str::to_owned));
        row.push(cell.problem.clone().unwrap_or_default());
        return row;
    };
    row.push(seconds(outcome.p50_s.value));
    row.push(seconds(outcome.p99_s.value));
    row.push(significant(outcome.objects_per_hour.value, 4));
    let size = outcome.object_bytes.value;
    row.push(if size.is_finite() { Bytes::new(size.round() as u64).to_string() } else { "unknown".to_owned() });
    row.push(usd(outcome));
    row.push(outcome.path.clone());
    row
}

/// A bill; `≥` where a part of it has no known price.
fn usd(outcome: &Outcome) -> String {
    match (&outcome.usd, outcome.usd_known) {
        (Some(usd), _) => {
            let width = usd.half_width.filter(|width| *width >= 0.005);
            format!("{:.2}{}", usd.value, width.map_or_else(String::new, |width| format!(" ± {width:.2}")))
        }
        (None, Some(known)) => format!("≥ {known:.2}"),
        (None, None) => "unknown".to_owned(),
    }
}

/// The quickest, the cheapest and so on, each with what it is.
fn outstanding(cells: &[Cell]) -> Vec<(&'static str, &Cell)> {
    type Pick = (&'static str, fn(&Outcome) -> Option<f64>);
    const PICKS: [Pick; 5] = [
        ("cheapest", |outcome| outcome.usd.map(|usd| usd.value)),
        ("dearest", |outcome| outcome.usd.map(|usd| -usd.value)),
        ("quickest p99", |outcome| Some(outcome.p99_s.value)),
        ("slowest p99", |outcome| Some(-outcome.p99_s.value)),
        ("fewest objects", |outcome| Some(outcome.objects_per_hour.value)),
    ];
    let told = PICKS.iter().filter_map(|(name, pick)| {
        let known = cells.iter().filter_map(|cell| Some((cell, pick(cell.outcome.as_ref()?)?)));
        let best = known.filter(|(_, value)| value.is_finite()).min_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((*name, best.0))
    });
    told.collect()
}
