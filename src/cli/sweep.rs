//! `sweep`: many settings of a scenario, each simulated and priced.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::args::{Format, ScenarioArgs, SweepArgs};
use super::context::{Context, SCENARIO};
use super::progress::{OneOfMany, Progress};
use super::scenario::{config, json, no_record, no_trace, tabular};
use super::{Failure, on_threads, output};
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Problems};
use crate::experiment::{Axis, Design, DesignError, NoOutcome, Setup, configuration};
use crate::ranking::Decider;
use crate::report::advice;
use crate::report::cells::{self, Cell, Plan};
use crate::report::pictures::experiments;
use crate::report::result::Header;
use crate::scenario::{Loader, Override, Scenario};
use crate::sim::{RunConfig, SimError, Watch};
use crate::source::{SourceMap, Span};

/// Cells that are worked out together, and written down before the next ones are begun.
const TOGETHER: usize = 64;

/// What is read from `--out` when an interrupted sweep goes on.
const PLAN: &str = "sweep.json";

/// A sweep with all that a cell needs.
struct Sweep<'a> {
    name: String,
    text: String,
    args: &'a ScenarioArgs,
    catalog: &'a Catalog,
    setup: Setup<'a>,
    design: Design,
    config: RunConfig,
    keys: Vec<String>,
}

pub(super) fn sweep(args: &SweepArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.scenario.format, context)?;
    no_trace(&args.simulation, context)?;
    if args.parquet && cfg!(not(feature = "parquet")) {
        let problem = Diagnostic::error("parquet", "this program was built without Parquet");
        return context.refuse(
            problem.help("build it with `cargo build --release --features parquet`; cells.csv has the same columns"),
        );
    }
    let design = design(args, context)?;
    let (catalog, rules) = context.knowledge()?;
    let text = context.read_text(&args.scenario.scenario, SCENARIO)?;
    let name = context.name_of(&args.scenario.scenario);
    let scenario = context.scenario_of(&args.scenario, &name, &text, &catalog)?;
    let decider = Decider::new(&catalog, &rules);
    let asked = config(&scenario, &args.simulation, None);
    let sweep = Sweep {
        name,
        text,
        args: &args.scenario,
        catalog: &catalog,
        setup: Setup { catalog: &catalog, decider: &decider, primary: args.simulation.primary.as_deref() },
        config: configuration(&scenario, &asked, args.simulation.replications),
        keys: design.axes().iter().map(|axis| axis.key.clone()).collect(),
        design,
    };
    sweep.check_levels(context)?;
    let plan =
        Plan::new(Header::new(&catalog, &scenario), &sweep.design, args.simulation.primary.as_deref(), &sweep.config);
    let wanted = wanted(args, sweep.design.len(), context)?;
    if let Some(folder) = &args.out {
        return on_threads(&args.simulation, || sweep.fill_folder(folder, &plan, &scenario, args, context))?;
    }
    let cells = on_threads(&args.simulation, || sweep.all(wanted, context.quiet))??;
    let shown = match args.scenario.format {
        Format::Table => {
            let width = context.width();
            format!("{}\n{}", advice::headline(&scenario, width), cells::text(&sweep.keys, &cells, &plan, width))
        }
        Format::Json => cells.iter().map(json_line).collect::<Result<String, _>>()?,
        Format::Csv => sweep.csv(&cells, true)?,
        other => tabular(&cells::table(&sweep.keys, cells.iter()), other),
    };
    context.print(&shown)
}

/// The design that the flags describe; every wrong axis is told.
fn design(args: &SweepArgs, context: &mut Context) -> Result<Design, Failure> {
    let axes = axes(&args.vary, context)?;
    let seed = args.simulation.seed.unwrap_or(1);
    match args.random {
        Some(count) => made(Design::latin_hypercube(axes, count as usize, seed), context),
        None => factorial(axes, context),
    }
}

/// Every combination of axes.
pub(super) fn factorial(axes: Vec<Axis>, context: &mut Context) -> Result<Design, Failure> {
    made(Design::factorial(axes), context)
}

fn made(design: Result<Design, DesignError>, context: &mut Context) -> Result<Design, Failure> {
    design.or_else(|error| {
        let problem = Diagnostic::error("design", format!("this is no design: {error}"));
        context.refuse(problem.help(match error {
            DesignError::Endless(key) => {
                format!(
                    "write `--vary '{key}=LOW..HIGH/10'` for ten levels, or add `--random 100` to draw from the range"
                )
            }
            DesignError::TooMany(_) => "`--random 1000` draws a thousand of them".to_owned(),
            _ => "each `--vary KEY=LEVEL,LEVEL,...` names another key".to_owned(),
        }))
    })
}

/// The axes of `--vary`, or every problem with them.
pub(super) fn axes(texts: &[String], context: &mut Context) -> Result<Vec<Axis>, Failure> {
    let mut axes = Vec::new();
    for text in texts {
        match Axis::parse(text) {
            Ok(axis) => axes.push(axis),
            Err(error) => {
                let base = context.sources.add(format!("--vary {text}"), text.clone());
                let span = Span { start: base + error.at.start, end: base + error.at.end };
                let problem = Diagnostic::error("vary", error.message).at(span, "here");
                context.problems.push(problem.help(error.help));
            }
        }
    }
    if context.problems.has_errors() { Err(Failure::Input) } else { Ok(axes) }
}

/// The cells that `--cells` asks for.
fn wanted(args: &SweepArgs, all: usize, context: &mut Context) -> Result<Range<usize>, Failure> {
    let Some(range) = &args.cells else { return Ok(0..all) };
    if range.start < range.end && range.end <= all {
        return Ok(range.clone());
    }
    let problem = Diagnostic::error("cells", format!("there are no cells {}..{}", range.start, range.end));
    context
        .refuse(problem.help(format!("this design has the cells 0 to {}; `--cells 0..10` is the first ten", all - 1)))
}

fn json_line(cell: &Cell) -> Result<String, Failure> {
    let line = serde_json::to_string(cell).map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(line + "\n")
}

impl Sweep<'_> {
    /// The scenario of a cell.
    fn scenario(&self, overrides: &[String], sources: &mut SourceMap, problems: &mut Problems) -> Option<Scenario> {
        let loader = Loader { catalog: self.catalog, edition: self.args.edition, region: self.args.region.clone() };
        let all = self.args.overrides.iter().chain(overrides);
        let all: Vec<Override> = all.map(|text| Override { text: text.clone() }).collect();
        loader.load(&self.name, &self.text, &all, sources, problems)
    }

    /// Every level by itself, so that all that is wrong is told before anything is run.
    fn check_levels(&self, context: &mut Context) -> Result<(), Failure> {
        for axis in self.design.axes() {
            for level in axis.examples() {
                let _ = self.scenario(&[format!("{}={level}", axis.key)], &mut context.sources, &mut context.problems);
                // A key that is wrong is as wrong with every other level.
                if context.problems.list().iter().any(|problem| problem.code == "unknown-key") {
                    break;
                }
            }
        }
        if context.problems.has_errors() { Err(Failure::Input) } else { Ok(()) }
    }

    /// One cell, which is the same whoever asks for it. `None` when it was interrupted.
    fn cell(&self, index: usize, watch: &dyn Watch) -> Option<Cell> {
        let set: BTreeMap<String, String> = self.keys.iter().cloned().zip(self.design.cell(index)).collect();
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let outcome = match self.scenario(&self.design.overrides(index), &mut sources, &mut problems) {
            Some(scenario) => self.setup.try_out(&scenario, &self.config, watch).map_err(|reason| match reason {
                NoOutcome::NotPlayed(crate::comparison::NotPlayed::Refused(SimError::Stopped)) => None,
                other => Some(other.to_string()),
            }),
            None => Err(problems.list().first().map(|problem| problem.message.clone())),
        };
        match outcome {
            Ok(outcome) => Some(Cell { cell: index, set, outcome: Some(outcome), problem: None }),
            Err(Some(problem)) => Some(Cell { cell: index, set, outcome: None, problem: Some(problem) }),
            Err(None) => None,
        }
    }

    /// Works cells out in order, some at a time, and hands each lot on; `false` when it was interrupted.
    fn each_lot(
        &self,
        cells: Range<usize>,
        quiet: bool,
        mut done: impl FnMut(&[Cell]) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        let progress = Progress::start(quiet);
        let (first, total) = (cells.start, cells.len().max(1));
        let mut whole = true;
        for start in cells.clone().step_by(TOGETHER) {
            let lot = start..(start + TOGETHER).min(cells.end);
            let worked: Vec<Option<Cell>> =
                lot.into_par_iter().map(|index| self.cell(index, &OneOfMany(&progress))).collect();
            let asked = worked.len();
            let complete: Vec<Cell> = worked.into_iter().map_while(|cell| cell).collect();
            done(&complete)?;
            progress.progress((start - first + complete.len()) as f64 / total as f64);
            if complete.len() < asked || progress.should_stop() {
                whole = start + complete.len() >= cells.end;
                break;
            }
        }
        progress.finish();
        Ok(whole)
    }

    fn all(&self, cells: Range<usize>, quiet: bool) -> Result<Vec<Cell>, Failure> {
        let mut all = Vec::new();
        let whole = self.each_lot(cells, quiet, |lot| {
            all.extend_from_slice(lot);
            Ok(())
        })?;
        if whole {
            return Ok(all);
        }
        Err(Failure::Interrupted(
            "the sweep was not complete; with `--out DIR` it can go on where it stopped".to_owned(),
        ))
    }

    fn csv(&self, cells: &[Cell], with_head: bool) -> Result<String, Failure> {
        let head = with_head.then(|| cells::columns(&self.keys));
        let rows: Vec<Vec<String>> =
            head.into_iter().chain(cells.iter().map(|cell| cells::csv_row(&self.keys, cell))).collect();
        cells::csv_lines(rows.iter().map(Vec::as_slice)).map_err(|error| Failure::Internal(error.to_string()))
    }

    /// All cells into the files of a folder. What an interrupted sweep has left there is gone on with.
    fn fill_folder(
        &self,
        folder: &Path,
        plan: &Plan,
        scenario: &Scenario,
        args: &SweepArgs,
        context: &mut Context,
    ) -> Result<(), Failure> {
        let folder = output::prepare(folder, context)?;
        let text = json(plan)? + "\n";
        let mut journal = Journal::open(&folder, &text, args.force, &self.csv(&[], true)?, context)?;
        let (begun, all) = (journal.cells, self.design.len());
        if begun > 0 {
            context.note(&format!("  {begun} of {all} cells are there already"));
        }
        let whole = self.each_lot(begun..all, context.quiet, |lot| {
            let lines = lot.iter().map(json_line).collect::<Result<String, _>>()?;
            journal.add(&self.csv(lot, false)?, &lines)
        })?;
        if !whole {
            let done = fs::read_to_string(journal.csv_part()).map_or(0, |text| complete_lines(&text).saturating_sub(1));
            let message = format!("{done} of {all} cells are done; the same command goes on from there");
            return Err(Failure::Interrupted(message));
        }
        journal.close()?;
        // From the file, so that a sweep that was interrupted draws what one in a single go does.
        let rows = fs::read_to_string(folder.join("cells.csv"))?;
        #[cfg(feature = "parquet")]
        if args.parquet {
            let file = crate::report::parquet::of_cells(&rows, self.keys.len(), &text);
            output::put(&folder, "cells.parquet", &file.map_err(|error| Failure::Internal(error.to_string()))?)?;
        }
        let charts = experiments::sweep(plan, &cells::read_csv(&rows, self.keys.len()), scenario);
        let written = output::write_beside(&folder, "cells.jsonl", None, &charts, &args.theme.into())?;
        context.note(&format!("  {all} cells: {PLAN}, cells.csv, {written} → {}", folder.display()));
        Ok(())
    }
}

/// The files of a sweep that is under way: rows are added as they come, and get their names when all are there.
struct Journal {
    folder: PathBuf,
    /// Cells that are in both files.
    cells: usize,
}

impl Journal {
    fn csv_part(&self) -> PathBuf {
        self.folder.join("cells.csv.part")
    }

    fn json_part(&self) -> PathBuf {
        self.folder.join("cells.jsonl.part")
    }

    /// Goes on with what is there, if it belongs to the same plan, or begins anew.
    fn open(folder: &Path, plan: &str, force: bool, head: &str, context: &mut Context) -> Result<Self, Failure> {
        let mut journal = Self { folder: folder.to_owned(), cells: 0 };
        let plan_path = folder.join(PLAN);
        let under_way = journal.csv_part().exists();
        let same = fs::read_to_string(&plan_path).is_ok_and(|known| known == plan);
        if under_way && !same && !force {
            let message = format!("{} holds an unfinished sweep of something else", folder.display());
            let help = "finish it with its own command, name another folder, or drop it with `--force`";
            return context.refuse(Diagnostic::error("unfinished", message).help(help));
        }
        if under_way && same && !force {
            journal.cells = journal.keep_complete_rows()?;
            return Ok(journal);
        }
        fs::write(&plan_path, plan)?;
        fs::write(journal.json_part(), "")?;
        fs::write(journal.csv_part(), head)?;
        Ok(journal)
    }

    /// Cuts both files back to the cells that both hold whole.
    fn keep_complete_rows(&self) -> Result<usize, Failure> {
        let csv = fs::read_to_string(self.csv_part())?;
        let lines = fs::read_to_string(self.json_part()).unwrap_or_default();
        let cells = complete_lines(&csv).saturating_sub(1).min(complete_lines(&lines));
        fs::write(self.csv_part(), first_lines(&csv, cells + 1))?;
        fs::write(self.json_part(), first_lines(&lines, cells))?;
        Ok(cells)
    }

    fn add(&mut self, csv: &str, lines: &str) -> Result<(), Failure> {
        for (path, text) in [(self.csv_part(), csv), (self.json_part(), lines)] {
            let mut file = fs::OpenOptions::new().append(true).open(path)?;
            file.write_all(text.as_bytes())?;
            file.flush()?;
        }
        Ok(())
    }

    fn close(self) -> Result<(), Failure> {
        fs::rename(self.json_part(), self.folder.join("cells.jsonl"))?;
        fs::rename(self.csv_part(), self.folder.join("cells.csv"))?;
        Ok(())
    }
}

/// Lines that have their end. No cell holds a line break: levels come from one flag, problems are one sentence.
fn complete_lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

fn first_lines(text: &str, count: usize) -> String {
    text.split_inclusive('\n').take(count).collect()
}
