//! Which kind of reference file it is, and its cases.

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
    /// A known kind whose results this version does not compute.
    NotComputed {
        /// What the cases are about.
        kind: &'static str,
        /// Their names.
        ids: Vec<String>,
    },
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

/// Kinds that are recognised and not computed.
const OTHERS: [Kind; 1] = [Kind { name: "cost examples", list: "example", keys: &["service", "expected_total"] }];

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
        return decision::check(raw.example, &document, problems).map(Cases::Decisions);
    }
    if is_any(&QUEUES, &document) {
        return check_document::<RawResults>(&document, problems).map(|raw| Cases::Queues(raw.case));
    }
    let other = OTHERS.iter().find(|kind| is_all(kind, &document));
    let cases = other.map(|kind| Cases::NotComputed { kind: kind.name, ids: ids(kind, &document) });
    if cases.is_none() {
        problems.push(unknown(name));
    }
    cases
}

fn unknown(name: &str) -> Diagnostic {
    let kinds: Vec<&str> = [&REPLAYS, &DECISIONS, &QUEUES].into_iter().chain(&OTHERS).map(|kind| kind.name).collect();
    let message = format!("{name} is no file of reference results");
    let known = Diagnostic::error("unknown-format", message).help(format!("known kinds: {}", kinds.join(", ")));
    known.help("a replay is a [[case]] with `trace`, `size_bytes`, `interval_s`, `speedup` and [case.expect]")
}

/// One case with the kind's keys is enough: what is wrong with the others is then told by the schema.
fn is_any(kind: &Kind, document: &Document) -> bool {
    cases(kind, document).any(|case| has_keys(kind, case))
}

/// Kinds whose cases are not read must be recognised by all of them.
fn is_all(kind: &Kind, document: &Document) -> bool {
    cases(kind, document).next().is_some() && cases(kind, document).all(|case| has_keys(kind, case))
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

fn ids(kind: &Kind, document: &Document) -> Vec<String> {
    let id = |(index, case): (usize, &Item)| match table(case).and_then(|case| case.get("id")).map(|id| &id.node) {
        Some(Node::Text(id)) => id.clone(),
        _ => format!("{} {}", kind.list, index + 1),
    };
    cases(kind, document).enumerate().map(id).collect()
}
