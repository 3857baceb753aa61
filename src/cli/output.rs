//! Files of `--out`: result.json and the charts.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use super::context::Context;
use crate::diag::Diagnostic;
use crate::report::charts::{Chart, Theme};
use crate::report::result::{Document, to_json};

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

/// Writes result.json and each chart as SVG, PNG and CSV, and says what was written. Every file is made in memory before
/// the first is written, and written under a temporary name first: a failure leaves nothing half-written.
pub(super) fn write(folder: &Path, answer: &Document, charts: &[(&'static str, Chart)]) -> Result<String, Failure> {
    let bug = |error: &dyn std::fmt::Display| Failure::Internal(error.to_string());
    let json = to_json(answer).map_err(|error| bug(&error))?;
    let mut files = vec![("result.json".to_owned(), json.into_bytes())];
    let theme = Theme::light();
    for (name, chart) in charts {
        let svg = chart.to_svg(&theme).map_err(|error| bug(&error))?;
        let png = chart.to_png(&theme).map_err(|error| bug(&error))?;
        files.push((format!("{name}.svg"), svg.into_bytes()));
        files.push((format!("{name}.png"), png));
        files.push((format!("{name}.csv"), chart.to_csv().into_bytes()));
    }
    for (name, bytes) in &files {
        put(folder, name, bytes)?;
    }
    let names: Vec<&str> = charts.iter().map(|(name, _)| *name).collect();
    if names.is_empty() {
        return Ok("result.json".to_owned());
    }
    Ok(format!("result.json and the charts {} (SVG, PNG, CSV)", names.join(", ")))
}

/// Writes a file under a temporary name and renames it, so that it is whole or not there.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let temporary = folder.join(format!(".{name}.part"));
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, folder.join(name)));
    if written.is_err() {
        // What is half-written helps nobody; that it cannot be removed either says nothing new.
        let _ = fs::remove_file(&temporary);
    }
    Ok(written?)
}
