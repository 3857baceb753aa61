//! Documented selection cases held against what this program advises.
//!
//! A case file lists situations whose right answer somebody documented: the service that the case is about (`primary`)
//! and the whole pipeline (`answer`). [`CaseFile::read`] checks it; [`CaseFile::evaluate`] answers every case twice, among
//! its `options` and with all services open, and counts:
//!
//! - *primary correct*: the recommended service is the case's primary, or one of those it accepts;
//! - *pipeline covered*: the recommended architecture contains every service of the answer.
//!
//! A case is turned into the same document that a scenario file is parsed into, and goes through the same loader and the
//! same [`crate::ranking::decide`]; nothing is decided a second way. A requirement that the scenario vocabulary does not
//! know is taken out with a warning that names it, and counted: the case is judged on the rest.
//!
//! The decision a reader would question: a case without options of which the catalog knows one is answered openly both
//! times. It still counts, since leaving it out would flatter the sum.

mod cases;
mod examples;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::catalog::{Catalog, Edition};
use crate::diag::{Diagnostic, Problems};
use crate::ranking::{Decider, Decision, Verdict};
use crate::rules::RuleBook;
use crate::source::SourceMap;
use cases::Case;
pub use examples::Trial;

/// Version of the JSON form of an [`Evaluation`].
pub const SCHEMA_VERSION: &str = "1.0";

/// What came of answering all cases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Evaluation {
    /// Version of this form.
    pub schema_version: &'static str,
    /// Number of cases.
    pub cases: usize,
    /// Cases whose primary service was recommended, choosing among the case's options.
    pub primary_correct: usize,
    /// The same with all services open.
    pub primary_correct_open: usize,
    /// Cases whose recommended architecture contains every service of the answer, choosing among the options.
    pub pipeline_covered: usize,
    /// The same with all services open.
    pub pipeline_covered_open: usize,
    /// Requirements that the vocabulary does not know.
    pub unknown_requirements: Vec<UnknownRequirement>,
    /// Right answers by primary service, in order of its name.
    pub by_primary: BTreeMap<String, Tally>,
    /// Cases of which the primary service was missed, choosing among the options.
    pub misses: Vec<Miss>,
    /// The same with all services open.
    pub misses_open: Vec<Miss>,
    /// Cases whose architecture lacks a service of the answer, choosing among the options.
    pub uncovered: Vec<Uncovered>,
}

/// Right answers of the cases about one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// Cases about it.
    pub cases: usize,
    /// Right among the options.
    pub correct: usize,
    /// Right with all services open.
    pub correct_open: usize,
}

/// A requirement that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownRequirement {
    /// The case.
    pub id: String,
    /// What was not understood.
    pub problem: String,
}

/// A case that was answered otherwise than documented.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Miss {
    /// The case.
    pub id: String,
    /// The service it is about.
    pub expected_primary: String,
    /// Others that its author accepts.
    pub accepted: Vec<String>,
    /// The service recommended, if any.
    pub got_primary: Option<String>,
    /// The documented pipeline.
    pub expected_answer: Vec<String>,
    /// The services of the recommended architecture.
    pub got_answer: Vec<String>,
    /// Why: what became of the expected service, and what spoke for the other.
    pub trace: Vec<String>,
}

/// A case whose architecture lacks something.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Uncovered {
    /// The case.
    pub id: String,
    /// Services of the answer that are not in the architecture.
    pub missing: Vec<String>,
    /// The services of the recommended architecture.
    pub got_answer: Vec<String>,
}

/// The schema of a case file. Its requirements have the words of a scenario under other names, and are not in it.
#[must_use]
pub fn schema() -> Schema {
    schema_for!(cases::RawCases)
}

/// A file of selection cases, read and checked.
#[derive(Debug, Clone)]
pub struct CaseFile {
    name: String,
    cases: Vec<Case>,
}

impl CaseFile {
    /// Reads the text of a case file, called `name` in messages. `None` if there was an error; all are in `problems`.
    pub fn read(name: &str, text: &str, sources: &mut SourceMap, problems: &mut Problems) -> Option<Self> {
        let cases = cases::read(name, text, sources, problems)?;
        Some(Self { name: name.to_owned(), cases })
    }

    /// Answers every case. What a case says and the vocabulary does not know becomes a warning. `edition` overrules the
    /// editions of the cases.
    pub fn evaluate(
        &self,
        catalog: &Catalog,
        rules: &RuleBook,
        edition: Option<Edition>,
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) -> Evaluation {
        let mut sum = Evaluation { schema_version: SCHEMA_VERSION, cases: self.cases.len(), ..Evaluation::default() };
        let decider = Decider::new(catalog, rules);
        for case in &self.cases {
            let (scenario, unknown) = case.scenario(&self.name, catalog, edition, sources);
            for problem in unknown {
                let what = problem.message.clone();
                sum.unknown_requirements.push(UnknownRequirement { id: case.id.clone(), problem: what });
                problems.push(Diagnostic { severity: crate::diag::Severity::Warning, ..problem });
            }
            let Some(mut scenario) = scenario else { continue };
            let open = decider.decide(&scenario);
            scenario.alternatives = case.known_options(catalog);
            let limited = if scenario.alternatives.is_empty() { open.clone() } else { decider.decide(&scenario) };
            sum.count(case, &limited, &open);
        }
        sum
    }
}

impl Evaluation {
    fn count(&mut self, case: &Case, limited: &Decision, open: &Decision) {
        let right =
            |decision: &Decision| decision.recommended.as_ref().is_some_and(|answer| case.accepts(&answer.primary));
        let tally = self.by_primary.entry(case.primary.clone()).or_default();
        tally.cases += 1;
        tally.correct += usize::from(right(limited));
        tally.correct_open += usize::from(right(open));
        self.primary_correct += usize::from(right(limited));
        self.primary_correct_open += usize::from(right(open));
        self.pipeline_covered += usize::from(missing(case, limited).is_empty());
        self.pipeline_covered_open += usize::from(missing(case, open).is_empty());
        if !right(limited) {
            self.misses.push(miss(case, limited));
        }
        if !right(open) {
            self.misses_open.push(miss(case, open));
        }
        let missing = missing(case, limited);
        if !missing.is_empty() {
            self.uncovered.push(Uncovered { id: case.id.clone(), missing, got_answer: services(limited) });
        }
    }
}

fn services(decision: &Decision) -> Vec<String> {
    decision.recommended.as_ref().map_or_else(Vec::new, |answer| answer.architecture.clone())
}

fn missing(case: &Case, decision: &Decision) -> Vec<String> {
    let got = services(decision);
    case.answer.iter().filter(|id| !got.contains(id)).cloned().collect()
}

fn miss(case: &Case, decision: &Decision) -> Miss {
    Miss {
        id: case.id.clone(),
        expected_primary: case.primary.clone(),
        accepted: case.accept.clone(),
        got_primary: decision.recommended.as_ref().map(|answer| answer.primary.clone()),
        expected_answer: case.answer.clone(),
        got_answer: services(decision),
        trace: trace(case, decision),
    }
}

/// What became of the expected service, and what spoke for the one recommended.
fn trace(case: &Case, decision: &Decision) -> Vec<String> {
    let first = decision.ranked().next().map(|service| service.id.as_str());
    let mut lines = Vec::new();
    for id in std::iter::once(case.primary.as_str()).chain(first) {
        let Some(service) = decision.service(id) else {
            lines.push(format!("{id}: not among the services that were weighed"));
            continue;
        };
        let points = service.score.map_or_else(String::new, |points| format!(", {points:.1} points"));
        lines.push(format!("{id}: {}{points}", service.verdict));
        lines.extend(service.reasons.iter().map(|reason| format!("  {} [{}]", reason.text, reason.rule)));
        if matches!(service.verdict, Verdict::Ranked(_)) {
            let part = |part: &crate::ranking::Contribution| format!("{} {:.1}", part.criterion, part.points);
            let parts: Vec<String> = service.contributions.iter().map(part).collect();
            lines.push(format!("  {}", parts.join(" + ")));
        }
    }
    lines
}
