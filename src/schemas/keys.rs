//! The kinds of files: which there are, and every key of those that have no page of their own.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::{KINDS, Kind, Part};
use crate::catalog::Catalog;
use crate::report::reference::{Walker, key_table, properties, words};
use crate::report::{Style, Table};

/// Kinds that have a page of their own.
const PAGES: [(&str, &str); 2] = [("scenario", "scenario.md"), ("result", "json.md")];

/// The kinds of files that one of the four parties writes, with links to their keys.
#[must_use]
pub fn kinds_of(part: Part) -> String {
    let mut table = Table::new(&["schema", "file", "what"]);
    for kind in KINDS.iter().filter(|kind| kind.part == part) {
        let page = PAGES.iter().find(|(name, _)| *name == kind.name);
        let target = page.map_or_else(|| format!("#{}", anchor(kind.name)), |(_, page)| (*page).to_owned());
        table.row(vec![format!("[`{}`]({target})", kind.name), kind.file.to_owned(), kind.doc.to_owned()]);
    }
    table.render(Style::Markdown)
}

/// Every key of every kind that has no page of its own.
#[must_use]
pub fn file_keys(catalog: &Catalog) -> String {
    let mut text = String::new();
    for kind in KINDS.iter().filter(|kind| PAGES.iter().all(|(name, _)| *name != kind.name)) {
        let _ = write!(text, "\n## {}\n\n{}\n", heading(kind.name), keys_of(kind, catalog));
    }
    text
}

/// A name that no other heading of a page has: `services` is a word, `service file` is not.
fn heading(name: &str) -> String {
    format!("Schema `{name}`")
}

fn anchor(name: &str) -> String {
    format!("schema-{name}")
}

fn keys_of(kind: &Kind, catalog: &Catalog) -> String {
    let schema = kind.schema(catalog).to_value();
    let tables = Tables { walker: Walker { root: &schema }, kind: kind.name };
    let mut text = format!("{}.\n\n{}", kind.doc.trim_end_matches('.'), tables.keys(&schema));
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        if !definition["properties"].is_null() {
            let doc = definition["description"].as_str().unwrap_or_default();
            let heading = tables.heading(name);
            let _ = write!(text, "\n### {heading}\n\n{doc}\n\n{}", tables.keys(definition));
        }
    }
    text
}

/// The tables of one kind: each type of table in it is a section with the kind in its name.
struct Tables<'a> {
    walker: Walker<'a>,
    kind: &'static str,
}

impl<'a> Tables<'a> {
    /// `service: Stage` for `RawStage`.
    fn heading(&self, name: &str) -> String {
        format!("{}: {}", self.kind, name.trim_start_matches("Raw"))
    }

    fn link(&self, name: &str) -> String {
        let shown = name.trim_start_matches("Raw");
        format!("[{shown}](#{}-{})", self.kind, shown.to_lowercase())
    }

    fn keys(&self, schema: &'a Json) -> String {
        let mut table = key_table();
        for (name, property, required) in properties(schema) {
            let doc = property["description"].as_str().unwrap_or_default();
            let required = if required && !self.is_printed() { " **Required.**" } else { "" };
            table.row(vec![format!("`{name}`"), self.typed(property), format!("{doc}{required}")]);
        }
        let mut text = table.render(Style::Markdown);
        for (name, property, _) in properties(schema) {
            let words = self.meanings(property);
            if !words.is_empty() {
                let _ = write!(text, "\nWords of `{name}`:\n\n");
                for (word, doc) in words {
                    let _ = writeln!(text, "- `{word}`: {doc}");
                }
            }
        }
        text
    }

    /// The words that a value may be and that say what they mean.
    fn meanings(&self, schema: &'a Json) -> Vec<(&'a str, &'a str)> {
        let resolved = self.walker.resolve(schema);
        if let (Some(word), Some(doc)) = (resolved["const"].as_str(), resolved["description"].as_str()) {
            return vec![(word, doc)];
        }
        let parts = resolved["anyOf"].as_array().or(resolved["oneOf"].as_array()).into_iter().flatten();
        let items = Some(&resolved["items"]).filter(|items| !items.is_null());
        parts.chain(items).flat_map(|part| self.meanings(part)).collect()
    }

    /// Whether Forebay writes it: then every key is there.
    fn is_printed(&self) -> bool {
        KINDS.iter().any(|kind| kind.name == self.kind && kind.part == Part::Answer)
    }

    /// What a value may be, with a link where it is a table of its own.
    fn typed(&self, schema: &'a Json) -> String {
        let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
        let resolved = self.walker.resolve(schema);
        if let Some(name) = name.filter(|_| !resolved["properties"].is_null()) {
            return self.link(name);
        }
        if let Some(parts) = resolved["anyOf"].as_array().or(resolved["oneOf"].as_array()) {
            let parts = parts.iter().filter(|part| part["type"] != "null");
            return parts.map(|part| self.typed(part)).collect::<Vec<_>>().join(", ");
        }
        if !resolved["items"].is_null() {
            return format!("list of {}", self.typed(&resolved["items"]));
        }
        if resolved["additionalProperties"].is_object() {
            return format!("table of {}", self.typed(&resolved["additionalProperties"]));
        }
        if !resolved["properties"].is_null() {
            let keys = properties(resolved).into_iter();
            let keys: Vec<String> = keys.map(|(name, of, _)| format!("`{name}`: {}", self.typed(of))).collect();
            return format!("a table with {}", keys.join(", "));
        }
        let listed = words(resolved);
        if listed.is_empty() { self.walker.kind(resolved) } else { listed.join(", ") }
    }
}
