//! The requirements that a scenario may state, as questions: what each means and what may be answered.

use serde_json::Value as Json;

use super::overrides::collect_paths;
use crate::catalog::Catalog;
use crate::catalog::raw::VocabularyKind;

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its path: `needs.freshness`.
    pub path: String,
    /// What it means.
    pub doc: String,
    /// What is answered.
    pub takes: Takes,
    /// The words it may be, or that a list of it may hold.
    pub words: Vec<String>,
}

/// The kind of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// One of the words.
    Word,
    /// A list of the words.
    Words,
    /// Yes or no.
    Flag,
    /// A whole number, at most this.
    Count(u64),
    /// A quantity, by the formats of the schema (`duration`, `size`, `byte-rate`), or one of the words.
    Quantity(Vec<String>),
    /// Any text.
    Text,
}

/// Every requirement of `[source]`, `[needs]` and `[team]`, those of the catalog's vocabulary included.
#[must_use]
pub fn keys(catalog: &Catalog) -> Vec<Key> {
    let schema = super::schema(catalog);
    let mut paths = Vec::new();
    collect_paths(&schema, &schema, "", &mut paths);
    let asked = |path: &String| ["source.", "needs.", "team."].iter().any(|table| path.starts_with(table));
    let of_schema = paths.into_iter().filter(|path| asked(path) && path != "needs.further");
    let mut keys: Vec<Key> = of_schema.filter_map(|path| from_schema(path, &schema)).collect();
    keys.extend(catalog.vocabulary.iter().map(|key| Key {
        path: format!("needs.further.{}", key.id),
        doc: key.doc.clone(),
        takes: match key.kind {
            VocabularyKind::Word => Takes::Word,
            VocabularyKind::Words => Takes::Words,
            VocabularyKind::Flag => Takes::Flag,
            VocabularyKind::Count => Takes::Count(u64::from(u32::MAX)),
            VocabularyKind::Duration => Takes::Quantity(vec!["duration".to_owned()]),
            VocabularyKind::Text => Takes::Text,
        },
        words: key.values.clone(),
    }));
    keys
}

fn resolve<'a>(schema: &'a Json, root: &'a Json) -> &'a Json {
    let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
    name.map_or(schema, |name| &root["$defs"][name])
}

/// The ways to write a value; null stands for an absent key.
fn variants<'a>(schema: &'a Json, root: &'a Json) -> Vec<&'a Json> {
    let schema = resolve(schema, root);
    match schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        Some(parts) => parts.iter().flat_map(|part| variants(part, root)).collect(),
        None if schema["type"] == "null" => Vec::new(),
        None => vec![schema],
    }
}

fn words(schema: &Json) -> impl Iterator<Item = String> {
    schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned)
}

fn from_schema(path: String, root: &Json) -> Option<Key> {
    let (table, name) = path.split_once('.')?;
    let property = &resolve(&root["properties"][table], root)["properties"][name];
    let variants = variants(property, root);
    let is = |variant: &Json, kind: &str| {
        let named = &variant["type"];
        named == kind || named.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
    };
    let any = |kind: &str| variants.iter().copied().find(|variant| is(variant, kind));
    let formats: Vec<String> =
        variants.iter().filter_map(|variant| variant["format"].as_str()).map(str::to_owned).collect();
    let formats: Vec<String> = formats.into_iter().filter(|format| !format.ends_with("-interval")).collect();
    let mut listed: Vec<String> = variants.iter().flat_map(|variant| words(variant)).collect();
    let takes = if let Some(list) = any("array") {
        listed = words(resolve(&list["items"], root)).collect();
        Takes::Words
    } else if any("boolean").is_some() {
        Takes::Flag
    } else if let Some(count) = any("integer") {
        Takes::Count(count["maximum"].as_u64().unwrap_or(u64::from(u32::MAX)))
    } else if !formats.is_empty() {
        Takes::Quantity(formats)
    } else if listed.is_empty() {
        Takes::Text
    } else {
        Takes::Word
    };
    let doc = property["description"].as_str().unwrap_or_default().to_owned();
    Some(Key { path, doc, takes, words: listed })
}
