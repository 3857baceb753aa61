//! The verb `workload`: from recorded traffic to the workload of a scenario.

use std::path::Path;

use super::args::{WorkloadArgs, WorkloadFormat};
use super::context::Context;
use super::scenario::{recording, taken};
use super::{Failure, output};
use crate::diag::Diagnostic;
use crate::report::result::to_json;
use crate::report::workload::{WorkloadDocument, text, toml};
use crate::trace::Trace;
use crate::workload::{Characterization, characterize};

pub(super) fn workload(args: &WorkloadArgs, context: &mut Context) -> Result<(), Failure> {
    let file = args.output.as_deref().filter(|file| file.as_os_str() != "-");
    if let Some(file) = file {
        refuse_existing(file, args.force, context)?;
    }
    let trace = joined(args, context)?;
    let found = match characterize(&trace, args.seed) {
        Ok(found) => found,
        Err(error) => return context.refuse(Diagnostic::error("workload", error.to_string()).help(error.help())),
    };
    let answer = render(found, args.format, context.width())?;
    match file {
        Some(file) => write(file, &answer, context),
        None => context.print(&answer),
    }
}

/// All recordings as one.
fn joined(args: &WorkloadArgs, context: &mut Context) -> Result<Trace, Failure> {
    let traces: Result<Vec<Trace>, Failure> =
        args.logs.iter().map(|log| recording(log, args.lenient, context)).collect();
    let mut traces = traces?.into_iter();
    // Clap lets no command without a recording through.
    let first = traces.next().ok_or_else(|| Failure::Internal("no recording was named".to_owned()))?;
    taken(first.joined_with(traces.as_slice()), context)
}

fn render(found: Characterization, format: WorkloadFormat, width: usize) -> Result<String, Failure> {
    match format {
        WorkloadFormat::Table => Ok(text(&found, width)),
        WorkloadFormat::Toml => Ok(toml(&found)),
        WorkloadFormat::Json => {
            to_json(&WorkloadDocument::new(found)).map_err(|error| Failure::Internal(error.to_string()))
        }
    }
}

/// Before anything long is read.
fn refuse_existing(file: &Path, force: bool, context: &mut Context) -> Result<(), Failure> {
    if file.is_dir() {
        let problem = Diagnostic::error("unwritable", format!("{} is a folder; expected a file", file.display()));
        return context.refuse(problem.help("--output takes the name of a file, such as `workload.toml`"));
    }
    if file.exists() && !force {
        let problem = Diagnostic::error("exists", format!("{} exists already", file.display()));
        return context.refuse(problem.help("name another file, or add --force to replace it"));
    }
    Ok(())
}

fn write(file: &Path, answer: &str, context: &mut Context) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    if let Err(error) = output::put(folder, &name, answer.as_bytes()) {
        let problem = Diagnostic::error("unwritable", format!("{} cannot be written: {error}", file.display()));
        return context.refuse(problem.help("--output takes a file in a folder that exists and can be written to"));
    }
    context.note(&format!("{} written", file.display()));
    Ok(())
}
