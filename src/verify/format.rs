//! Which kind of reference file it is, and its cases.

use super::bills::{RawBills, RawExample};
use super::decision::{self, Example, RawExamples};
use super::queueing::{RawResult, RawResults};
use super::replay::{RawReplay, RawReplays};
use crate::diag::{Diagnostic, Problems};
use crate::document::check_document;
use crate::document::{Document, Item, Node, Table};
use crate::source::SourceMap;

/// The cases of a file.
#[derive(Debug, Clone)]
pub(super) enum Cases {
    /// Recordings replayed through one buffer.
    Replays(Vec<RawReplay>),
    /// Worked examples of decision analysis.
    Decisions(Vec<Example>),
    /// Results of queueing theory.
    Queues(Vec<RawResult>),
    /// Published bills.
    Bills(Vec<RawExample>),
}

/// A kind of file, known by the list that holds its cases and by keys that each of them has.
struct Kind {
    name: &'static str,
    list: &'static str,
    keys: &'static [&'static str],
}

const REPLAYS: Kind = Kind { name: "trace replays", list: "case", keys: &["trace"] };

const DECISIONS: Kind = Kind { name: "decision examples", list: "example", keys: &["method", "exact"] };

const QUEUES: Kind = Kind { name: "queueing results", list: "case", keys: &["model", "params", "expect"] };

const BILLS: Kind = Kind { name: "cost examples", list: "example", keys: &["service", "expected_total"] };

/// Reads a file of any known kind.
pub(super) fn read(name: &str, text: &str, sources: &mut SourceMap, problems: &mut Problems) -> Option<Cases> {
    let before = problems.error_count();
    let document = Document::parse(name, text, sources, problems);
    if problems.error_count() > before {
        return None;
    }
    if is_any(&REPLAYS, &document) {
        return check_document::<RawReplays>(&document, problems).map(|raw| Cases::Replays(raw.case));
    }
    if is_any(&DECISIONS, &document) {
        let raw = check_document::<RawExamples>(&document, problems)?;
        return decision::check(raw, &document, problems).map(Cases::Decisions);
    }
    if is_any(&QUEUES, &document) {
        return check_document::<RawResults>(&document, problems).map(|raw| Cases::Queues(raw.case));
    }
    if is_any(&BILLS, &document) {
        return check_document::<RawBills>(&document, problems).map(|raw| Cases::Bills(raw.example));
    }
    problems.push(unknown(name));
    None
}

fn unknown(name: &str) -> Diagnostic {
    let kinds = [&REPLAYS, &DECISIONS, &QUEUES, &BILLS].map(|kind| kind.name);
    let message = format!("{name} is no file of reference results");
    let known = Diagnostic::error("unknown-format", message).help(format!("known kinds: {}", kinds.join(", ")));
    known.help("a replay is a [[case]] with `trace`, `size_bytes`, `interval_s`, `speedup` and [case.expect]")
}

/// One case with the kind's keys is enough: what is wrong with the others is then told by the schema.
fn is_any(kind: &Kind, document: &Document) -> bool {
    cases(kind, document).any(|case| has_keys(kind, case))
}

fn has_keys(kind: &Kind, case: &Item) -> bool {
    table(case).is_some_and(|case| kind.keys.iter().all(|key| case.get(key).is_some()))
}

fn cases<'a>(kind: &Kind, document: &'a Document) -> impl Iterator<Item = &'a Item> {
    let list = document.root.get(kind.list).map(|item| &item.node);
    let items = if let Some(Node::List(items)) = list { items.as_slice() } else { &[] };
    items.iter()
}

fn table(item: &Item) -> Option<&Table> {
    if let Node::Table(table) = &item.node { Some(table) } else { None }
}
