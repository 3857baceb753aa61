//! `--set KEY=VALUE`: values grafted into a scenario's document, at the place where they were typed.

use serde_json::Value as Json;

use crate::diag::{Diagnostic, Problems};
use crate::document::{Document, Item, Node};
use crate::source::{SourceMap, Span};

/// One `--set KEY=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The text as typed.
    pub text: String,
}

/// Keys that hold several words.
pub(super) const WORD_LISTS: [&str; 4] = ["needs.destinations", "alternatives", "team.skills", "source.network"];

/// Applies one `--set`. A path may be shortened to its end where that is unambiguous: `freshness=1s`.
pub(super) fn apply(
    wish: &Override,
    paths: &[String],
    document: &mut Document,
    sources: &mut SourceMap,
    problems: &mut Problems,
) {
    let shown = format!("--set {}", wish.text);
    let base = sources.add(shown, wish.text.clone());
    let whole = Span { start: base, end: base + wish.text.len() };
    let Some((key, text)) = wish.text.split_once('=') else {
        let problem = Diagnostic::error("override", "an override is written KEY=VALUE").at(whole, "there is no `=`");
        return problems.push(problem.help("write for example `--set needs.freshness=1s`"));
    };
    let key_span = Span { start: base, end: base + key.len() };
    let key = key.trim();
    if key.is_empty() {
        let problem = Diagnostic::error("override", "an override is written KEY=VALUE").at(whole, "there is no key");
        return problems.push(problem.help("write for example `--set needs.freshness=1s`"));
    }
    let path = match resolve_path(key, paths) {
        Ok(path) => path,
        Err(help) => {
            let problem = Diagnostic::error("unknown-key", format!("there is nothing called `{key}` to set"));
            return problems.push(problem.at(key_span, "not a key of a scenario").help(help));
        }
    };
    let mut item = Document::parse_value(text, base + wish.text.len() - text.len(), problems);
    // The edition is called 2022, which looks like a number.
    if let ("edition", Node::Integer(year)) = (path.as_str(), &item.node) {
        item.node = Node::Text(year.to_string());
    }
    // One word for a list of words is a list of one.
    if WORD_LISTS.contains(&path.as_str()) {
        item = as_list(item);
    }
    let keys: Vec<&str> = path.split('.').collect();
    if let Err(span) = document.root.set(&keys, key_span, item) {
        let problem = Diagnostic::error("override", format!("`{path}` cannot be set: a key on the way is not a table"));
        problems.push(problem.at(span, "this is not a table"));
    }
}

/// Words between commas; nothing at all is an empty list, as in `--set team.skills=`.
fn as_list(item: Item) -> Item {
    let Node::Text(text) = &item.node else { return item };
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let words = words.map(|word| Item { node: Node::Text(word.to_owned()), span: item.span });
    Item { node: Node::List(words.collect()), span: item.span }
}

/// The full path that a typed key means. A requirement goes before the weight of the criterion that is called alike.
fn resolve_path(key: &str, paths: &[String]) -> Result<String, String> {
    let below = |path: &String| key.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'));
    if paths.iter().any(|path| path == key) || paths.iter().any(below) {
        return Ok(key.to_owned());
    }
    let mut ends: Vec<&String> = paths.iter().filter(|path| path.ends_with(&format!(".{key}"))).collect();
    // A weight shares its name with the requirement that it weighs; the short form means the requirement.
    if ends.len() > 1 {
        ends.retain(|path| !path.starts_with("priorities."));
    }
    match ends.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let names: Vec<&str> = paths.iter().map(String::as_str).collect();
            let tails: Vec<&str> = names.iter().map(|path| path.rsplit('.').next().unwrap_or(path)).collect();
            let near = crate::diag::nearest(key, names.iter().copied()).or_else(|| {
                let tail = crate::diag::nearest(key, tails.iter().copied())?;
                names.iter().copied().find(|path| path.rsplit('.').next() == Some(tail))
            });
            Err(near.map_or_else(
                || "`forebay schema scenario` lists the keys".to_owned(),
                |name| format!("did you mean `{name}`?"),
            ))
        }
        several => {
            let list: Vec<String> = several.iter().map(|path| format!("`{path}`")).collect();
            Err(format!("it could be {}", list.join(" or ")))
        }
    }
}

/// All dotted paths of a schema's tables.
pub(super) fn collect_paths(schema: &Json, root: &Json, prefix: &str, paths: &mut Vec<String>) {
    let resolved = schema
        .get("$ref")
        .and_then(Json::as_str)
        .and_then(|reference| root.pointer(reference.trim_start_matches('#')))
        .unwrap_or(schema);
    for branch in ["anyOf", "oneOf"].iter().filter_map(|key| resolved.get(*key)?.as_array()).flatten() {
        collect_paths(branch, root, prefix, paths);
    }
    for (key, child) in resolved.get("properties").and_then(Json::as_object).into_iter().flatten() {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        collect_paths(child, root, &path, paths);
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_path_will_do_where_it_is_unambiguous() {
        let paths =
            ["needs.freshness", "priorities.freshness", "priorities.fit", "a.size", "b.size"].map(str::to_owned);
        let resolve = |key| resolve_path(key, &paths);
        assert_eq!(resolve("freshness").unwrap(), "needs.freshness");
        assert_eq!(resolve("priorities.freshness").unwrap(), "priorities.freshness");
        assert_eq!(resolve("fit").unwrap(), "priorities.fit");
        assert_eq!(resolve("size").unwrap_err(), "it could be `a.size` or `b.size`");
        assert_eq!(resolve("needs.freshnes").unwrap_err(), "did you mean `needs.freshness`?");
    }
}
