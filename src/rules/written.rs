//! Rule files read rule by rule, so that one that is wrong does not hide what is wrong with the others.

use serde_json::{Value as Json, json};

use super::raw::{RawRule, RawRules};
use crate::document::{Item, Node, Reader};
use crate::source::Span;

/// A rule of a file.
#[derive(Debug)]
pub(super) struct Written {
    /// What it says.
    pub(super) raw: RawRule,
    /// The table it says that in; none if the file came with the program and nothing else was read.
    pub(super) table: Option<Item>,
    /// Where something could not be read, and has been reported and left out; nowhere if all of it was read.
    wrong: Vec<Span>,
}

impl Written {
    /// Whether all of it could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.wrong.is_empty()
    }

    /// Whether something was left out of the innermost table that a path leads into, so that what seems to be missing there
    /// may have been meant.
    pub(super) fn is_cut(&self, path: &str) -> bool {
        let Some(table) = &self.table else { return false };
        let found = table.find(path);
        let found = found.filter(|item| matches!(item.node, Node::Table(_) | Node::List(_)));
        let inner = found.or_else(|| table.find(path.rsplit_once('.')?.0));
        let cut = |span: Span| self.wrong.contains(&span);
        match inner.map(|item| &item.node) {
            Some(Node::Table(table)) => table.entries.iter().any(|(_, key, item)| cut(*key) || cut(item.span)),
            Some(Node::List(items)) => items.iter().any(|item| cut(item.span)),
            _ => true,
        }
    }
}

/// The rules of a file, as far as they can be read; what is wrong with their keys and kinds goes to the reader's problems.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Written> {
    if let Some(proven) = reader.proven::<RawRules>() {
        return proven.rule.into_iter().map(|raw| Written { raw, table: None, wrong: Vec::new() }).collect();
    }
    let before = reader.problems.list().len();
    let Some(document) = reader.document::<RawRules>() else { return Vec::new() };
    let reported = &reader.problems.list()[before..];
    let wrong: Vec<Span> = reported.iter().filter_map(|problem| Some(problem.label.as_ref()?.0)).collect();
    match document.find("rule").map(|item| &item.node) {
        Some(Node::List(tables)) => tables.iter().filter_map(|table| read_one(table, &wrong)).collect(),
        _ => Vec::new(),
    }
}

fn read_one(table: &Item, wrong: &[Span]) -> Option<Written> {
    let written = |raw, wrong| Written { raw, table: Some(table.clone()), wrong };
    if let Ok(raw) = serde_json::from_value(table.node.to_json()) {
        return Some(written(raw, Vec::new()));
    }
    let rest = filled(table.to_json_without(wrong))?;
    serde_json::from_value(rest).ok().map(|raw| written(raw, wrong.to_vec()))
}

/// Puts something in the place of what is missing, so that the names in the rest can be looked up.
fn filled(mut rule: Json) -> Option<Json> {
    let fields = rule.as_object_mut()?;
    let advises = fields.contains_key("criterion") || fields.contains_key("points");
    fields.entry("kind").or_insert_with(|| json!(if advises { "advise" } else { "warn" }));
    fields.entry("reason").or_insert_with(|| json!(""));
    fields.insert("page".to_owned(), json!({ "checks": "", "why": "", "example": "", "source": "" }));
    fields.remove("tried");
    Some(rule)
}
