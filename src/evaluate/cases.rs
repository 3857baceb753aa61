//! The format of a case file, and a case as a scenario.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::catalog::{Catalog, Edition};
use crate::diag::{Diagnostic, Problems, Severity};
use crate::document::{Document, Item, Node, Table, read_checked, validate};
use crate::scenario::{Loader, Origin, Scenario};
use crate::source::{SourceMap, Span};
use crate::value::Value;

/// `[[case]]` as written; keys that only inform the reader are not looked at, and the table of requirements is read as
/// part of a scenario.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(super) struct RawCases {
    /// The cases.
    case: Vec<RawCase>,
}

/// A situation with its documented answer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(super) struct RawCase {
    /// Its short name.
    id: String,
    /// Its title.
    title: Option<String>,
    /// Services or pipelines offered as choices.
    #[serde(default)]
    options: Vec<String>,
    /// The right pipeline, in the order data meets its services.
    answer: Vec<String>,
    /// The service that the case is about.
    primary: String,
    /// Primary services that may be defended instead.
    #[serde(default)]
    accept: Vec<String>,
    /// Edition in which the answer holds.
    edition: Option<Edition>,
}

/// One case.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) options: Vec<String>,
    pub(super) answer: Vec<String>,
    pub(super) primary: String,
    pub(super) accept: Vec<String>,
    edition: Edition,
    requirements: Table,
    span: Span,
}

/// Keys of the case vocabulary and their place in a scenario. A key that is not here is looked for in `needs.further`.
const KEYS: [(&str, &str); 27] = [
    ("client_auth", "source.client-auth"),
    ("client_sdk", "source.client-sdk"),
    ("compatibility", "needs.compatibility"),
    ("consumer_count", "needs.consumers"),
    ("cost_preference", "needs.cost"),
    ("data_kind", "source.kind"),
    ("deadline", "needs.deadline"),
    ("destination", "needs.destinations"),
    ("downtime", "needs.downtime"),
    ("durability", "needs.durability"),
    ("exactly_once", "needs.exactly-once"),
    ("max_latency", "needs.freshness"),
    ("multiple_consumers", "needs.multiple-consumers"),
    ("network", "source.network"),
    ("ops_preference", "needs.operations"),
    ("ordering", "needs.ordering"),
    ("ownership", "source.ownership"),
    ("protocol", "source.protocol"),
    ("record_format", "needs.record-format"),
    ("replay_needed", "needs.replay"),
    ("retention", "needs.retention"),
    ("schedule", "needs.schedule"),
    ("source", "source.system"),
    ("traffic_pattern", "needs.traffic"),
    ("transform", "needs.transform"),
    ("volume", "needs.volume"),
    ("window", "needs.window"),
];

/// Keys that say something about the traffic without saying all that a `[workload]` needs.
const TRAFFIC: [(&str, &str); 2] =
    [("record_size", "workload.record-size-mean"), ("records_per_sec", "workload.peak-rate")];

pub(super) fn read(name: &str, text: &str, sources: &mut SourceMap, problems: &mut Problems) -> Option<Vec<Case>> {
    let before = problems.error_count();
    let document = Document::parse(name, text, sources, problems);
    if problems.error_count() > before {
        return None;
    }
    let mut schema = schemars::schema_for!(RawCases).to_value();
    // What a case tells its reader (sources, remarks) is none of our business.
    if let Some(case) = schema.pointer_mut("/$defs/RawCase") {
        case["additionalProperties"] = true.into();
    }
    schema["additionalProperties"] = true.into();
    validate(&document, &schema, problems);
    if problems.error_count() > before {
        return None;
    }
    let raw: RawCases = read_checked(&document, problems)?;
    let tables = match document.root.get("case").map(|item| &item.node) {
        Some(Node::List(items)) => items.as_slice(),
        _ => &[],
    };
    Some(raw.case.into_iter().zip(tables).map(|(raw, item)| case(raw, item)).collect())
}

fn case(raw: RawCase, item: &Item) -> Case {
    let requirements = match &item.node {
        Node::Table(table) => table.get("requirements").map(|item| item.node.clone()),
        _ => None,
    };
    Case {
        title: raw.title.unwrap_or_else(|| raw.id.clone()),
        id: raw.id,
        options: raw.options,
        answer: raw.answer,
        primary: raw.primary,
        accept: raw.accept,
        edition: raw.edition.unwrap_or_default(),
        requirements: if let Some(Node::Table(table)) = requirements { table } else { Table::default() },
        span: item.span,
    }
}

impl Case {
    pub(super) fn accepts(&self, primary: &str) -> bool {
        self.primary == primary || self.accept.iter().any(|id| id == primary)
    }

    /// The options that the catalog can weigh.
    pub(super) fn known_options(&self, catalog: &Catalog) -> Vec<String> {
        let weighed = |id: &&String| catalog.service(id).is_some_and(|service| service.weighed);
        self.options.iter().filter(weighed).cloned().collect()
    }

    /// The case as a scenario, with the problems of what was left out.
    pub(super) fn scenario(
        &self,
        file: &str,
        catalog: &Catalog,
        edition: Option<Edition>,
        sources: &mut SourceMap,
    ) -> (Option<Scenario>, Vec<Diagnostic>) {
        let loader = Loader { catalog, edition: Some(edition.unwrap_or(self.edition)), region: None };
        let mut left_out = Vec::new();
        let (mut document, traffic) = self.document();
        loop {
            let mut problems = Problems::default();
            let loaded = loader.check(file, &self.id, document.clone(), sources, &mut problems);
            if let Some(mut scenario) = loaded {
                left_out.extend(state_traffic(&traffic, &mut scenario, sources));
                return (Some(scenario), left_out);
            }
            let errors = problems.list().iter().filter(|problem| problem.severity == Severity::Error);
            let mut removed = false;
            for error in errors {
                let place = error.label.as_ref().map(|(span, _)| *span);
                removed |= place.is_some_and(|span| remove_at(&mut document.root, span));
                left_out.push(error.clone());
            }
            if !removed {
                return (None, left_out);
            }
        }
    }

    /// The document that a scenario file saying the same would be parsed into, and what is said about the traffic.
    fn document(&self) -> (Document, Vec<(&'static str, Item)>) {
        let text = |text: &str| Item { node: Node::Text(text.to_owned()), span: self.span };
        let mut root = Table::default();
        root.entries.push(("format".to_owned(), self.span, Item { node: Node::Integer(1), span: self.span }));
        root.entries.push(("title".to_owned(), self.span, text(&self.title)));
        let mut traffic = Vec::new();
        let mut set = |path: &str, span: Span, item: Item| {
            let keys: Vec<&str> = path.split('.').collect();
            // Every path is made of tables that only this function creates.
            let _ = root.set(&keys, span, item);
        };
        for (key, span, item) in &self.requirements.entries {
            if let Some((_, path)) = TRAFFIC.iter().find(|(known, _)| known == key) {
                traffic.push((*path, item.clone()));
            } else if key == "network" {
                let (line, words) = network(item);
                if let Some(line) = line {
                    set("source.line-rate", *span, line);
                }
                if let Some(words) = words {
                    set("source.network", *span, words);
                }
            } else {
                let path = KEYS.iter().find(|(known, _)| known == key).map(|(_, path)| (*path).to_owned());
                let path = path.unwrap_or_else(|| format!("needs.further.{}", key.replace('_', "-")));
                if holds_word(item, "reduced_staff") {
                    set("team.staff", *span, Item { node: Node::Text("reduced".to_owned()), span: item.span });
                }
                set(&path, *span, as_scenario_value(&path, item));
            }
        }
        (Document { root, span: self.span }, traffic)
    }
}

fn holds_word(item: &Item, word: &str) -> bool {
    matches!(&item.node, Node::List(items) if items.iter().any(|item| matches!(&item.node, Node::Text(text) if text == word)))
}

/// What cases write shorter than scenarios: one word for a list of words, a bare unit for one of it, a lower bound.
fn as_scenario_value(path: &str, item: &Item) -> Item {
    let with = |node: Node| Item { node, span: item.span };
    match (&item.node, path) {
        (Node::Text(_), "needs.destinations") => with(Node::List(vec![item.clone()])),
        (Node::Text(text), "needs.volume") if text.starts_with(|first: char| first.is_ascii_uppercase()) => {
            with(Node::Text(format!("1 {text}")))
        }
        (Node::Text(text), _) if text.starts_with('>') => {
            with(Node::Text(text.trim_start_matches(['>', '=']).trim().to_owned()))
        }
        _ => item.clone(),
    }
}

/// `1Gbps at 80%` is a line rate, `limited shared` are traits of the line.
fn network(item: &Item) -> (Option<Item>, Option<Item>) {
    let Node::Text(text) = &item.node else { return (None, Some(item.clone())) };
    let with = |node: Node| Some(Item { node, span: item.span });
    if let Some(rate) = line_rate(text) {
        return (with(Node::Text(format!("{} B/s", rate.round()))), None);
    }
    let words = text.split_whitespace().map(|word| Item { node: Node::Text(word.to_owned()), span: item.span });
    (None, with(Node::List(words.collect())))
}

/// Bytes a second of `10Gbps`, `100 Mbps`, `1Gbps at 80%`.
fn line_rate(text: &str) -> Option<f64> {
    let (line, share) = text.split_once(" at ").unwrap_or((text, "100%"));
    let share: f64 = share.trim().strip_suffix('%')?.trim().parse().ok()?;
    let line = line.trim().strip_suffix("bps")?;
    let (number, factor) = match line.as_bytes().last()? {
        b'G' => (&line[..line.len() - 1], 1e9),
        b'M' => (&line[..line.len() - 1], 1e6),
        b'k' | b'K' => (&line[..line.len() - 1], 1e3),
        _ => (line, 1.0),
    };
    let bits: f64 = number.trim().parse().ok()?;
    let bytes = bits * factor * share / 100.0 / 8.0;
    (bytes.is_finite() && bytes >= 1.0).then_some(bytes)
}

/// Adds what a case says about its traffic to the answers; what cannot be read is returned.
fn state_traffic(traffic: &[(&str, Item)], scenario: &mut Scenario, sources: &SourceMap) -> Vec<Diagnostic> {
    let mut unknown = Vec::new();
    for (path, item) in traffic {
        let value = match &item.node {
            Node::Integer(rate) => crate::units::RecordRate::per_second(*rate as f64).map(Value::Rate),
            Node::Text(text) => {
                Some(Value::parse(text)).filter(|value| matches!(value, Value::Size(_) | Value::Rate(_)))
            }
            _ => None,
        };
        match value {
            Some(value) => {
                let place = sources.place(item.span).map_or_else(String::new, |place| place.to_string());
                scenario.answers.insert(*path, value, Origin::Stated(place));
            }
            None => {
                let message = format!("`{}` says nothing that can be counted", shown(&item.node));
                unknown.push(Diagnostic::error("unknown-value", message).at(item.span, "not a size or a rate"));
            }
        }
    }
    unknown
}

fn shown(node: &Node) -> String {
    match node {
        Node::Text(text) => text.clone(),
        other => other.to_json().to_string(),
    }
}

/// Takes out the innermost key or list element that stands at a place. Whether there was one.
fn remove_at(table: &mut Table, place: Span) -> bool {
    let within = |outer: Span| outer.start <= place.start && place.end <= outer.end;
    for index in 0..table.entries.len() {
        let (_, key_span, item) = &mut table.entries[index];
        let at_key = *key_span == place;
        let inside = match &mut item.node {
            Node::Table(inner) => remove_at(inner, place),
            Node::List(items) => {
                let count = items.len();
                items.retain(|item| item.span != place);
                items.len() < count && !items.is_empty()
            }
            _ => false,
        };
        if inside {
            return true;
        }
        if !matches!(item.node, Node::Table(_)) && (at_key || within(item.span)) {
            table.entries.remove(index);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_lists_the_names_of_requirements() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/book/src/evaluate.md")).unwrap();
        for (name, path) in KEYS.iter().chain(&TRAFFIC) {
            assert!(page.contains(&format!("| `{name}` | `{path}` |")), "{name}");
        }
    }

    #[test]
    fn a_line_rate_is_read_in_bits_and_by_its_share() {
        assert_eq!(line_rate("10Gbps"), Some(1.25e9));
        assert_eq!(line_rate("1Gbps at 80%"), Some(1e8));
        assert_eq!(line_rate("100 Mbps"), Some(1.25e7));
        assert_eq!(line_rate("limited shared"), None);
    }
}
