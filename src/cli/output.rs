//! Files of `run --out`: result.json and the charts.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use super::context::Context;
use crate::catalog::Catalog;
use crate::diag::Diagnostic;
use crate::ranking::Decision;
use crate::report::result::{Document, to_json};
use crate::scenario::Scenario;
use crate::sim::RunResult;

/// Creates the folder and proves that it can be written to, before anything long is run.
pub(super) fn prepare(folder: &Path, context: &mut Context) -> Result<PathBuf, Failure> {
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

/// Writes everything, each file under a temporary name first, and says what was written.
pub(super) fn write(
    folder: &Path,
    answer: &Document,
    _decision: &Decision,
    _run: Option<&RunResult>,
    _catalog: &Catalog,
    _scenario: &Scenario,
) -> Result<String, Failure> {
    let json = to_json(answer).map_err(|error| Failure::Internal(error.to_string()))?;
    put(folder, "result.json", json.as_bytes())?;
    Ok("result.json".to_owned())
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let temporary = folder.join(format!(".{name}.part"));
    fs::write(&temporary, bytes)?;
    fs::rename(&temporary, folder.join(name))?;
    Ok(())
}
