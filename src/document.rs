//! TOML texts in which every key and value knows its place, checked against the schema of the type they are read into.
//!
//! [`Document`] is a parsed text; [`validate()`] holds it against a JSON schema and reports everything that is wrong in one
//! go; what passes is read into a Rust type.
//!
//! The decision a reader would question: not serde but the schema finds the problems. Serde stops at the first one and
//! knows no nearest name; the schema comes from the same type, so both say the same.

mod fault;
mod tree;
mod validate;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

pub(crate) use fault::Fault;
pub use tree::{Document, Item, Node, Table};
pub(crate) use validate::validate_value;
pub use validate::{Stated, validate};

use crate::diag::{Diagnostic, Problems};
use crate::source::SourceMap;

/// A TOML text to be read into a type, and where its problems go.
pub(crate) struct Reader<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    /// The same as JSON, of a text that is embedded: the tests have held it against its schema.
    pub(crate) proven: Option<&'static str>,
    pub(crate) sources: &'a mut SourceMap,
    pub(crate) problems: &'a mut Problems,
}

impl Reader<'_> {
    pub(crate) fn read<T: JsonSchema + DeserializeOwned>(&mut self) -> Option<(T, Document)> {
        if let Some(raw) = self.proven() {
            return Some((raw, Document::nowhere()));
        }
        let before = self.problems.error_count();
        let document = Document::parse(self.name, self.text, self.sources, self.problems);
        if self.problems.error_count() > before {
            return None;
        }
        check_document(&document, self.problems).map(|raw| (raw, document))
    }

    /// The same text as JSON read into a type, if it is embedded.
    pub(crate) fn proven<T: DeserializeOwned>(&self) -> Option<T> {
        self.proven.and_then(|json| serde_json::from_str(json).ok())
    }

    /// Parses the text and holds it against the schema of a type, for those who read it piece by piece, so that one piece
    /// that is wrong does not hide what is wrong with the others. `None` if it is no TOML.
    pub(crate) fn document<T: JsonSchema>(&mut self) -> Option<Document> {
        let before = self.problems.error_count();
        let document = Document::parse(self.name, self.text, self.sources, self.problems);
        if self.problems.error_count() > before {
            return None;
        }
        validate(&document, &schemars::schema_for!(T).to_value(), self.problems);
        Some(document)
    }
}

/// Holds a parsed document against the schema of a type and reads it, reporting all problems.
pub(crate) fn check_document<T: JsonSchema + DeserializeOwned>(
    document: &Document,
    problems: &mut Problems,
) -> Option<T> {
    let before = problems.error_count();
    validate(document, &schemars::schema_for!(T).to_value(), problems);
    if problems.error_count() > before { None } else { read_checked(document, problems) }
}

/// Reads a document that has passed its schema. A refusal here would be a gap in the schema: it is reported, not hidden.
pub(crate) fn read_checked<T: DeserializeOwned>(document: &Document, problems: &mut Problems) -> Option<T> {
    match serde_json::from_value(document.root.to_json()) {
        Ok(raw) => Some(raw),
        Err(error) => {
            problems.push(Diagnostic::error("unreadable", error.to_string()).at(document.span, "in this file"));
            None
        }
    }
}
