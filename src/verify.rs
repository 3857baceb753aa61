//! Reference results held against what this program computes.
//!
//! A reference file lists cases whose right answers were worked out elsewhere. [`Reference::read`] recognises its format
//! by its keys, never by its name, and checks it; [`Reference::verify`] computes every case and compares every quantity:
//!
//! 1. *Compute.* A case goes through the same parts that answer a scenario: a replay reads its recording with
//!    [`crate::trace`], speeds it up there, and runs a [`crate::sim`] model that consists of one buffer; a decision example
//!    goes through [`crate::mcda`]. Nothing is implemented a second time for verifying, which would only compare the copy
//!    with the reference. A result of queueing theory is simulated with the stages of [`crate::sim::network`]; a published
//!    bill is priced from its inputs with [`crate::cost`].
//! 2. *Compare.* Counts and sizes in whole bytes, ranks and sets must be equal; other quantities may differ by what the
//!    file allows, or else by one part in a million (of one unit, where the expected value is smaller), which leaves room
//!    for the digits that a file prints.
//! 3. *Judge.* A case has passed when all of its quantities have, and failed when one of them has. What cannot be
//!    computed (a recording that is not there, a quantity without a counterpart, an input that is not known) is
//!    [`Verdict::Unsupported`] with the reason.
//!
//! The decision a reader would question: unsupported is a third verdict and no kind of failure. A file may be ahead of
//! the program; failing on it would hide the cases that really went wrong, and passing it would claim what nobody
//! checked. So it is counted by itself, and a case with a single quantity that could not be compared has not passed.

mod bills;
mod decision;
mod format;
mod queueing;
mod replay;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use thiserror::Error;

use crate::catalog::Catalog;
use crate::diag::Problems;
use crate::sim::{SimError, Watch};
use crate::source::SourceMap;
use crate::trace::TraceError;
use format::Cases;

/// Version of the JSON form of a [`Report`].
pub const SCHEMA_VERSION: &str = "1.1";

/// The relative difference that is allowed where values are not whole.
const TOLERANCE: f64 = 1e-6;

/// Whole numbers below this are exact as floating-point numbers.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

/// What came of verifying.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// Version of this form.
    pub schema_version: &'static str,
    /// Number of cases; the three verdicts add up to it.
    pub cases: u64,
    /// Cases of which every quantity agrees.
    pub passed: u64,
    /// Cases of which a quantity differs.
    pub failed: u64,
    /// Cases that were not, or not completely, compared, and show no difference.
    pub unsupported: u64,
    /// The cases, in the order of the files.
    pub results: Vec<CaseResult>,
}

impl Report {
    /// Counts the verdicts of `results`.
    #[must_use]
    pub fn new(results: Vec<CaseResult>) -> Self {
        let count = |verdict| results.iter().filter(|result| result.verdict == verdict).count() as u64;
        Self {
            schema_version: SCHEMA_VERSION,
            cases: results.len() as u64,
            passed: count(Verdict::Passed),
            failed: count(Verdict::Failed),
            unsupported: count(Verdict::Unsupported),
            results,
        }
    }
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CaseResult {
    /// Its name: as given in the file, or what it sets.
    pub id: String,
    /// What it is about: the model, the method, the service; `null` where its name says it.
    pub about: Option<String>,
    /// The date of the right answer, as the file gives it; `null` where it gives none.
    pub as_of: Option<String>,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it could not be compared.
    pub reason: Option<String>,
    /// What was compared; empty where nothing could be computed.
    pub quantities: Vec<Quantity>,
}

/// One quantity of a case.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Quantity {
    /// Its name in the file.
    pub name: String,
    /// What the file says.
    pub expected: Amount,
    /// What was computed, `null` if nothing was.
    pub got: Option<Amount>,
    /// The greatest difference that passes, `null` if nothing was compared.
    pub tolerance: Option<f64>,
    /// The standard error of what was computed, in the same unit; `null` where nothing was estimated.
    pub standard_error: Option<f64>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It agrees.
    Passed,
    /// It differs.
    Failed,
    /// It was not compared.
    Unsupported,
}

/// A number that stays whole where it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Amount {
    /// A count, or a size in bytes.
    Whole(u64),
    /// Any other number.
    Real(f64),
}

impl Amount {
    /// A number read from a file that stands for a whole one, if it is one.
    fn whole(value: f64) -> Self {
        let is_whole = value.fract() == 0.0 && (0.0..EXACT_BELOW).contains(&value);
        if is_whole { Self::Whole(value as u64) } else { Self::Real(value) }
    }

    /// The nearest floating-point number.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Whole(value) => value as f64,
            Self::Real(value) => value,
        }
    }
}

/// Prints all digits, without a unit and without grouping.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(value) => value.fmt(f),
            Self::Real(value) => value.fmt(f),
        }
    }
}

impl Quantity {
    /// Compares; a computed whole number must be hit exactly.
    fn compared(name: &str, expected: f64, got: Amount) -> Self {
        match got {
            Amount::Whole(_) => {
                let expected = Amount::whole(expected);
                Self::judged(name, expected, got, 0.0, expected == got)
            }
            Amount::Real(value) => Self::within(name, expected, value, TOLERANCE * expected.abs().max(1.0)),
        }
    }

    /// Compares; the difference must be at most `tolerance`.
    fn within(name: &str, expected: f64, got: f64, tolerance: f64) -> Self {
        let agrees = (got - expected).abs() <= tolerance;
        Self::judged(name, Amount::Real(expected), Amount::Real(got), tolerance, agrees)
    }

    fn judged(name: &str, expected: Amount, got: Amount, tolerance: f64, agrees: bool) -> Self {
        let verdict = if agrees { Verdict::Passed } else { Verdict::Failed };
        Self {
            name: name.to_owned(),
            expected,
            got: Some(got),
            tolerance: Some(tolerance),
            standard_error: None,
            verdict,
        }
    }

    /// A quantity that is not known here.
    fn unknown(name: &str, expected: f64) -> Self {
        let expected = Amount::whole(expected);
        Self {
            name: name.to_owned(),
            expected,
            got: None,
            tolerance: None,
            standard_error: None,
            verdict: Verdict::Unsupported,
        }
    }

    /// The same, estimated with this standard error.
    fn estimated(self, standard_error: f64) -> Self {
        Self { standard_error: Some(standard_error).filter(|error| *error > 0.0), ..self }
    }

    /// The difference in standard errors; `None` where nothing was estimated.
    #[must_use]
    pub fn errors_off(&self) -> Option<f64> {
        Some((self.got?.as_f64() - self.expected.as_f64()) / self.standard_error?)
    }

    /// How much of its tolerance the difference uses, from 0 to 1 where it passed; `None` where nothing may differ.
    #[must_use]
    pub fn share_of_tolerance(&self) -> Option<f64> {
        let tolerance = self.tolerance.filter(|tolerance| *tolerance > 0.0)?;
        Some((self.got?.as_f64() - self.expected.as_f64()).abs() / tolerance)
    }
}

impl CaseResult {
    /// Judges a case by its quantities.
    fn judged(id: String, quantities: Vec<Quantity>) -> Self {
        let with = |verdict| quantities.iter().filter(move |quantity| quantity.verdict == verdict);
        let unknown: Vec<&str> = with(Verdict::Unsupported).map(|quantity| quantity.name.as_str()).collect();
        let reason = if quantities.is_empty() {
            Some("the case expects nothing".to_owned())
        } else if unknown.is_empty() {
            None
        } else {
            Some(format!("not computed by this version: {}", unknown.join(", ")))
        };
        let verdict = match (with(Verdict::Failed).next(), &reason) {
            (Some(_), _) => Verdict::Failed,
            (None, Some(_)) => Verdict::Unsupported,
            (None, None) => Verdict::Passed,
        };
        Self { id, about: None, as_of: None, verdict, reason, quantities }
    }

    /// A case that cannot be computed.
    fn unsupported(id: String, reason: impl Into<String>) -> Self {
        let (about, as_of, quantities) = (None, None, Vec::new());
        Self { id, about, as_of, verdict: Verdict::Unsupported, reason: Some(reason.into()), quantities }
    }

    /// The same, with what it is about and the date of its answer.
    fn told(self, about: &str, as_of: Option<&str>) -> Self {
        Self { about: Some(about.to_owned()), as_of: as_of.map(str::to_owned), ..self }
    }
}

/// Why verifying ended without an answer.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// A recording is there and cannot be used.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The machine refused, or somebody asked to stop.
    #[error(transparent)]
    Simulation(SimError),
}

/// The schemas of the four kinds of reference files: replays, decision examples, queueing results, published bills.
#[must_use]
pub fn schemas() -> [Schema; 4] {
    [
        schema_for!(replay::RawReplays),
        schema_for!(decision::RawExamples),
        schema_for!(queueing::RawResults),
        schema_for!(bills::RawBills),
    ]
}

/// A reference file, read and checked.
#[derive(Debug, Clone)]
pub struct Reference {
    cases: Cases,
}

impl Reference {
    /// Reads the text of a reference file, called `name` in messages. Problems are collected; `None` if there are any.
    pub fn read(name: &str, text: &str, sources: &mut SourceMap, problems: &mut Problems) -> Option<Self> {
        format::read(name, text, sources, problems).map(|cases| Self { cases })
    }

    /// Computes and compares every case. Recordings are looked for in `folders`, in this order; meters of published bills in
    /// the catalog.
    ///
    /// # Errors
    /// [`VerifyError`] when a recording is damaged or the run was stopped; that a recording is missing is a verdict.
    pub fn verify(
        &self,
        catalog: &Catalog,
        folders: &[PathBuf],
        watch: &dyn Watch,
    ) -> Result<Vec<CaseResult>, VerifyError> {
        match &self.cases {
            Cases::Replays(replays) => replay::verify(replays, folders, watch),
            Cases::Decisions(examples) => Ok(decision::verify(examples)),
            Cases::Queues(results) => queueing::verify(results, watch),
            Cases::Bills(examples) => Ok(bills::verify(examples, catalog)),
        }
    }
}

/// Where the recordings of a reference file may be: in the folders that were named, beside the file, in `traces` beside
/// it or one level up, and in `traces` of a folder of shared data.
#[must_use]
pub fn trace_folders(file: &Path, shared: Option<&Path>, named: &[PathBuf]) -> Vec<PathBuf> {
    let beside = file.parent().unwrap_or(Path::new(""));
    let around = [beside.to_owned(), beside.join("traces"), beside.join("..").join("traces")];
    named.iter().cloned().chain(around).chain(shared.map(|folder| folder.join("traces"))).collect()
}

/// One case's share of the progress of a file.
struct Part<'a> {
    whole: &'a dyn Watch,
    index: usize,
    count: usize,
}

impl Watch for Part<'_> {
    fn progress(&self, share: f64) {
        self.whole.progress((self.index as f64 + share) / self.count as f64);
    }

    fn should_stop(&self) -> bool {
        self.whole.should_stop()
    }
}
