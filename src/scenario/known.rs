//! The answers that a scenario may hold, for those who look them up by name.

use serde_json::{Value as Json, json};

use super::load::schema;
use super::overrides::collect_paths;
use super::values::vocabulary_value;
use crate::catalog::raw::VocabularyKind;
use crate::catalog::{Catalog, Role};
use crate::diag::{Diagnostic, Problems};
use crate::document::{Item, Node, validate_value};

/// Every answer that a scenario of a catalog may hold, stated or worked out.
#[derive(Debug)]
pub struct KnownAnswers<'a> {
    catalog: &'a Catalog,
    schema: Json,
    derived: Vec<(&'static str, Json)>,
    paths: Vec<String>,
}

impl<'a> KnownAnswers<'a> {
    /// What scenarios may hold with this catalog.
    #[must_use]
    pub fn new(catalog: &'a Catalog) -> Self {
        let schema = schema(catalog);
        let derived = derived(&schema, catalog);
        let mut paths = Vec::new();
        collect_paths(&schema, &schema, "", &mut paths);
        paths.extend(catalog.vocabulary.iter().map(|key| format!("needs.further.{}", key.id)));
        paths.extend(derived.iter().map(|(path, _)| (*path).to_owned()));
        Self { catalog, schema, derived, paths }
    }

    /// Their paths: `needs.freshness`.
    #[must_use]
    pub fn paths(&self) -> Vec<&str> {
        self.paths.iter().map(String::as_str).collect()
    }

    /// Holds one value that an answer is compared with against what that answer may be: a word that it can never be, or a
    /// number without its unit, would never agree with it.
    pub fn check(&self, path: &str, value: &Item, problems: &mut Problems) {
        if let Some(key) = path.strip_prefix("needs.further.") {
            return self.check_further(key, value, problems);
        }
        let derived = self.derived.iter().find(|(known, _)| *known == path).map(|(_, schema)| schema);
        if let Some(part) = derived.or_else(|| part_at(&self.schema, path)) {
            validate_value(value, &of_one(part, &self.schema), &self.schema, path, problems);
        }
    }

    fn check_further(&self, key: &str, value: &Item, problems: &mut Problems) {
        let Some(known) = self.catalog.vocabulary.iter().find(|known| known.id == key) else { return };
        // A list is compared with one of its words.
        let kind = if known.kind == VocabularyKind::Words { VocabularyKind::Word } else { known.kind };
        if let Err(expected) = vocabulary_value(kind, &known.values, value) {
            let problem = Diagnostic::error("wrong-kind", format!("`{key}` is never this"));
            let found = match &value.node {
                Node::Text(text) => format!("`{text}`"),
                node => node.kind().to_owned(),
            };
            problems.push(problem.at(value.span, format!("expected {expected}, found {found}")));
        }
    }
}

/// The part of a schema at a dotted path, with references followed.
fn part_at<'s>(schema: &'s Json, path: &str) -> Option<&'s Json> {
    path.split('.').try_fold(schema, |part, key| {
        branches(part, schema).into_iter().find_map(|branch| branch.get("properties")?.get(key))
    })
}

/// The shapes that a part of a schema allows.
fn branches<'s>(part: &'s Json, schema: &'s Json) -> Vec<&'s Json> {
    let reference = part.get("$ref").and_then(Json::as_str).map(|path| path.trim_start_matches('#'));
    if let Some(followed) = reference.and_then(|path| schema.pointer(path)) {
        return branches(followed, schema);
    }
    let several = ["anyOf", "oneOf"].into_iter().find_map(|key| part.get(key)?.as_array());
    several.map_or_else(|| vec![part], |list| list.iter().flat_map(|branch| branches(branch, schema)).collect())
}

/// The same of one value: a list is compared with one of its words.
fn of_one(part: &Json, schema: &Json) -> Json {
    let one = |branch: &Json| branch.get("items").unwrap_or(branch).clone();
    json!({ "anyOf": branches(part, schema).into_iter().map(one).collect::<Vec<_>>() })
}

/// Answers that follow from others or from the pipeline, each with the schema of its value.
fn derived(schema: &Json, catalog: &Catalog) -> Vec<(&'static str, Json)> {
    let services: Vec<&str> = catalog.services.iter().map(|service| service.id.as_str()).collect();
    let services = json!({ "enum": services });
    let quantity = |format: &str| json!({ "type": "string", "format": format });
    vec![
        ("alternatives.role", schemars::schema_for!(Role).to_value()),
        ("needs.freshness-word", part_at(schema, "needs.freshness").cloned().unwrap_or_default()),
        ("needs.transfer-load", json!({ "type": "number" })),
        ("needs.transfer-time", quantity("duration")),
        ("pipeline.primary", services.clone()),
        ("pipeline.services", services),
        ("workload.peak-rate", quantity("record-rate")),
        ("workload.peak-request-rate", quantity("record-rate")),
        ("workload.record-size-mean", quantity("size")),
    ]
}
