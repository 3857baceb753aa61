//! Files of `--out`: result.json and the charts.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use super::context::Context;
use crate::diag::Diagnostic;
use crate::report::charts::{Chart, Theme};
use crate::report::result::{Document, to_json};
use crate::source::digest;

/// Creates the folder and proves that it can be written to, before anything long is run.
pub(super) fn prepare(folder: &Path, context: &mut Context) -> Result<PathBuf, Failure> {
    if folder.is_file() {
        let problem = Diagnostic::error("unwritable", format!("{} is a file, not a folder", folder.display()));
        return context.refuse(problem.help("--out takes a folder; it is created if it does not exist"));
    }
    let probe = folder.join(".forebay-probe");
    let tried = fs::create_dir_all(folder).and_then(|()| fs::write(&probe, b"")).and_then(|()| fs::remove_file(&probe));
    match tried {
        Ok(()) => Ok(folder.to_owned()),
        Err(error) => {
            let problem =
                Diagnostic::error("unwritable", format!("{} cannot be written to: {error}", folder.display()));
            context.refuse(problem.help("--out takes a folder; it is created if it does not exist"))
        }
    }
}

/// A file that cannot be written, with the folder to make first where that is what is missing.
pub(super) fn unwritable(file: &Path, error: &std::io::Error) -> Diagnostic {
    let shown = file.display();
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    match folder {
        Some(folder) => {
            let problem = format!("{shown} cannot be written: there is no folder {}", folder.display());
            Diagnostic::error("unwritable", problem)
                .help(format!("make the folder first: mkdir -p {}", folder.display()))
        }
        None => Diagnostic::error("unwritable", format!("{shown} cannot be written: {error}")),
    }
}

/// Names the files that a run wrote into the folder, each with the digest of what it wrote.
const LIST: &str = ".forebay-files";

/// A file to write: its name and what is in it.
type File = (String, Vec<u8>);

/// Writes result.json and each chart as SVG, PNG and CSV, and says what was written. Every file is made in memory before
/// the first is written, and written under a temporary name first: a failure leaves nothing half-written. What an earlier
/// run wrote and this one does not is removed.
pub(super) fn write(
    folder: &Path,
    answer: &Document,
    charts: &[(&'static str, Chart)],
    theme: &Theme,
) -> Result<String, Failure> {
    let json = to_json(answer).map_err(|error| Failure::Internal(error.to_string()))?;
    write_beside(folder, "result.json", Some(json), charts, theme)
}

/// Writes charts beside a file of this name, whose text comes with them or is in the folder already.
pub(super) fn write_beside(
    folder: &Path,
    name: &str,
    text: Option<String>,
    charts: &[(&'static str, Chart)],
    theme: &Theme,
) -> Result<String, Failure> {
    let bug = |error: &dyn std::fmt::Display| Failure::Internal(error.to_string());
    let mut files: Vec<File> = text.map(|text| (name.to_owned(), text.into_bytes())).into_iter().collect();
    for (name, chart) in charts {
        let svg = chart.to_svg(theme).map_err(|error| bug(&error))?;
        let png = chart.to_png(theme).map_err(|error| bug(&error))?;
        files.push((format!("{name}.svg"), svg.into_bytes()));
        files.push((format!("{name}.png"), png));
        files.push((format!("{name}.csv"), chart.to_csv().into_bytes()));
    }
    for (name, bytes) in &files {
        put(folder, name, bytes)?;
    }
    let removed = match remove_left_over(folder, &files)? {
        0 => String::new(),
        count => format!("; removed {} of an earlier run", crate::report::count(count, "file")),
    };
    put(folder, LIST, list(&files).as_bytes())?;
    let names: Vec<&str> = charts.iter().map(|(name, _)| *name).collect();
    if names.is_empty() {
        return Ok(format!("{name}{removed}"));
    }
    Ok(format!("{name} and the charts {} (SVG, PNG, CSV){removed}", names.join(", ")))
}

/// One line a file: its digest and its name.
fn list(files: &[File]) -> String {
    let line = |(name, bytes): &File| format!("{} {name}\n", digest_of(bytes));
    files.iter().map(line).collect()
}

/// A digest of bytes that need be no text.
fn digest_of(bytes: &[u8]) -> String {
    let text: String = bytes.iter().copied().map(char::from).collect();
    digest([text.as_str()])
}

/// Removes the files that the list of an earlier run names, that this run did not write, and that are still as they were
/// written; says how many. Nothing else is touched: not what somebody changed or put there, nor what lies elsewhere.
fn remove_left_over(folder: &Path, written: &[File]) -> Result<u64, Failure> {
    let Ok(list) = fs::read_to_string(folder.join(LIST)) else { return Ok(0) };
    let mut removed = 0;
    for (digest, name) in list.lines().filter_map(|line| line.split_once(' ')) {
        let path = folder.join(name);
        let inside = Path::new(name).file_name() == Some(name.as_ref()) && path.is_file();
        if !inside || written.iter().any(|(other, _)| other == name) {
            continue;
        }
        if fs::read(&path).is_ok_and(|bytes| digest_of(&bytes) == digest) {
            fs::remove_file(&path)?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Writes a file under a temporary name and renames it, so that it is whole or not there.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = folder.join(format!(".{}.part", name.trim_start_matches('.')));
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, folder.join(name)));
    if written.is_err() {
        // What is half-written helps nobody; that it cannot be removed either says nothing new.
        let _ = fs::remove_file(&temporary);
    }
    written
}
