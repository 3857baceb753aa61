//! The verb `verify`: reference results held against what this program computes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Failure;
use super::args::{Format, VerifyArgs};
use super::context::Context;
use super::progress::Progress;
use crate::catalog::Catalog;
use crate::diag::Diagnostic;
use crate::report::result::to_json;
use crate::report::{Style, verification};
use crate::sim::SimError;
use crate::verify::{CaseResult, Reference, Report, VerifyError, trace_folders};

/// Names a folder of shared data; its `traces` folder is searched for recordings.
const SHARED: &str = "FOREBAY_SHARED";

/// A reference file and the folders its recordings may be in.
struct Opened {
    reference: Reference,
    folders: Vec<PathBuf>,
}

pub(super) fn verify(args: &VerifyArgs, context: &mut Context) -> Result<(), Failure> {
    super::scenario::no_record(args.format, context)?;
    let started = Instant::now();
    let files = open_all(args, context)?;
    let (catalog, _) = context.knowledge()?;
    let progress = Progress::start(context.quiet);
    let outcome = compare(&files, &catalog, &progress);
    progress.finish();
    let report = match outcome {
        Ok(results) => Report::new(results),
        Err(VerifyError::Trace(error)) => {
            let help = error.help();
            return context.refuse(Diagnostic::error("trace", error.to_string()).help(help));
        }
        Err(VerifyError::Simulation(SimError::Stopped)) => {
            return Err(Failure::Interrupted("nothing was compared to its end, so there is no report".to_owned()));
        }
        Err(error) => return context.refuse(Diagnostic::error("simulation", error.to_string())),
    };
    context.print(&render(&report, args.format, context.width())?)?;
    context.note(&note(&report, args.format, started.elapsed().as_secs_f64()));
    if report.failed > 0 { Err(Failure::Verification) } else { Ok(()) }
}

/// Reads all files before anything is computed, and says everything that is wrong with them.
fn open_all(args: &VerifyArgs, context: &mut Context) -> Result<Vec<Opened>, Failure> {
    for folder in args.traces.iter().filter(|folder| !folder.is_dir()) {
        let problem = Diagnostic::error("not-a-folder", format!("{} is not a folder", folder.display()));
        context.problems.push(problem.help("--traces takes a folder with recordings"));
    }
    let shared = std::env::var_os(SHARED).filter(|folder: &OsString| !folder.is_empty()).map(PathBuf::from);
    let opened = args.files.iter().filter_map(|file| open(file, shared.as_deref(), &args.traces, context)).collect();
    if context.problems.has_errors() { Err(Failure::Input) } else { Ok(opened) }
}

/// `None` where the file has problems, which are then in the context.
fn open(file: &Path, shared: Option<&Path>, named: &[PathBuf], context: &mut Context) -> Option<Opened> {
    let text = context.read_text(file, "a file of reference results").ok()?;
    let name = if file.as_os_str() == "-" { "standard input".to_owned() } else { file.to_string_lossy().into_owned() };
    let reference = Reference::read(&name, &text, &mut context.sources, &mut context.problems)?;
    Some(Opened { reference, folders: trace_folders(file, shared, named) })
}

fn compare(files: &[Opened], catalog: &Catalog, progress: &Progress) -> Result<Vec<CaseResult>, VerifyError> {
    let mut results = Vec::new();
    for file in files {
        results.extend(file.reference.verify(catalog, &file.folders, progress)?);
    }
    Ok(results)
}

fn render(report: &Report, format: Format, width: usize) -> Result<String, Failure> {
    match format {
        Format::Table => Ok(verification::text(report, width)),
        Format::Json => to_json(report).map_err(|error| Failure::Internal(error.to_string())),
        Format::Csv => Ok(verification::quantities(report).render(Style::Csv)),
        Format::Md | Format::Adr | Format::Html => Ok(verification::summary(report).render(Style::Markdown)),
    }
}

/// The time taken differs from run to run and stays out of the answer. The other forms have no line that counts.
fn note(report: &Report, format: Format, seconds: f64) -> String {
    match format {
        Format::Table => format!("{seconds:.1} s"),
        _ => format!("{} · {seconds:.1} s", verification::closing(report)),
    }
}
