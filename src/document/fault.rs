//! What is wrong with a table, found by those who look at what was read and no longer at the text.

use crate::diag::{Diagnostic, Severity, suggest};
use crate::source::{SourceMap, Span};

/// One thing that is wrong with a rule, a service or a price. It knows its place in the table; who has the table turns it
/// into a line and a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    severity: Severity,
    code: &'static str,
    /// Path in the table: `when.all[1].field`.
    at: String,
    /// The part of the text there that is meant, where it is not all of it.
    part: Option<String>,
    message: String,
    label: String,
    help: Vec<String>,
}

impl Fault {
    pub(crate) fn new(code: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        let (at, message) = (at.into(), message.into());
        Self { severity: Severity::Error, code, at, part: None, message, label: "here".to_owned(), help: Vec::new() }
    }

    /// One that keeps nothing from being run.
    pub(crate) fn warning(code: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::new(code, at, message) }
    }

    /// A name that nothing has.
    pub(crate) fn unknown(code: &'static str, at: String, what: &str, name: &str, known: &[&str], list: &str) -> Self {
        let fault = Self::new(code, at, format!("there is no {what} `{name}`"));
        let label = if known.is_empty() { "there is none at all" } else { "no such name" };
        let help = (!known.is_empty()).then(|| suggest(name, known, list));
        Self { help: help.into_iter().collect(), ..fault.label(label) }
    }

    /// Its path in the table.
    pub(crate) fn place(&self) -> &str {
        &self.at
    }

    /// What to say under the caret.
    pub(crate) fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// Said in other words.
    pub(crate) fn about(self, message: String) -> Self {
        Self { message, ..self }
    }

    /// What to type or do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Only these words of the text are meant.
    pub(crate) fn part(self, part: impl Into<String>) -> Self {
        Self { part: Some(part.into()), ..self }
    }

    /// The problem of what it is `about`, at the place of its path, if there is one.
    pub(crate) fn told(self, about: &str, whole: Option<Span>, sources: &SourceMap) -> Diagnostic {
        let problem = Diagnostic::error(self.code, format!("{about}: {}", self.message));
        let problem = Diagnostic { severity: self.severity, ..problem };
        let problem = match whole {
            Some(whole) => {
                let span = self.part.and_then(|part| part_of(whole, &part, sources)).unwrap_or(whole);
                problem.at(span, self.label)
            }
            None => problem,
        };
        self.help.into_iter().fold(problem, Diagnostic::help)
    }
}

/// The place of a few words within a text.
fn part_of(whole: Span, part: &str, sources: &SourceMap) -> Option<Span> {
    let (file, range) = sources.resolve(whole)?;
    let start = whole.start + file.text.get(range)?.find(part)?;
    Some(Span { start, end: start + part.len() })
}
