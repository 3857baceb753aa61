//! What is wrong with a rule.

use crate::diag::{Diagnostic, suggest};
use crate::document::Item;
use crate::source::{SourceMap, Span};

/// One thing that is wrong with a rule. It knows its place in the rule's table; who has the table turns it into a line and
/// a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    code: &'static str,
    /// Path in the rule's table: `when.all[1].field`.
    at: String,
    /// The part of the text there that is meant, where it is not all of it.
    part: Option<String>,
    message: String,
    label: String,
    help: Option<String>,
}

impl Fault {
    pub(super) fn new(code: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        let (at, message) = (at.into(), message.into());
        Self { code, at, part: None, message, label: "here".to_owned(), help: None }
    }

    /// A name that nothing has.
    pub(super) fn unknown(code: &'static str, at: String, what: &str, name: &str, known: &[&str], list: &str) -> Self {
        let fault = Self::new(code, at, format!("there is no {what} `{name}`"));
        let label = if known.is_empty() { "there is none at all" } else { "no such name" };
        let help = (!known.is_empty()).then(|| suggest(name, known, list));
        Self { help, ..fault.label(label) }
    }

    /// Its path in the rule's table.
    pub(super) fn place(&self) -> &str {
        &self.at
    }

    /// What to say under the caret.
    pub(super) fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// What to type or do.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Only these words of the text are meant.
    pub(super) fn part(self, part: impl Into<String>) -> Self {
        Self { part: Some(part.into()), ..self }
    }

    /// The problem, with the place in the table of the rule, if there is one.
    pub(super) fn told(self, rule: &str, table: Option<&Item>, sources: &SourceMap) -> Diagnostic {
        let problem = Diagnostic::error(self.code, format!("rule `{rule}`: {}", self.message));
        let problem = match table {
            Some(table) => {
                let whole = table.span_of(&self.at);
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
