//! From a text and overrides to a checked scenario.

use std::collections::{BTreeMap, BTreeSet};

use schemars::schema_for;
use serde_json::Value as Json;

use super::overrides::{Override, WORD_LISTS, apply, collect_paths};
use super::raw::{RawOutage, RawScenario};
use super::values::{option_value, vocabulary_value};
use super::{Answer, Answers, Origin, Scenario, Simulation, Workload};
use crate::catalog::{Catalog, Circumstances, Edition, Service};
use crate::diag::{Diagnostic, Problems, suggest};
use crate::document::{Document, Item, Node, Stated, validate};
use crate::source::{SourceMap, Span, digest};
use crate::units::{RecordRate, SimDuration};
use crate::value::Value;

/// The schema of a scenario, with the words that the catalog knows.
#[must_use]
pub fn schema(catalog: &Catalog) -> Json {
    let mut schema = schema_for!(RawScenario).to_value();
    let systems: Vec<&str> = catalog.sources.iter().map(|source| source.system.as_str()).collect();
    let arrivals: Vec<&str> = catalog.arrivals.iter().map(|preset| preset.id.as_str()).collect();
    let sizes: Vec<&str> = catalog.sizes.iter().map(|preset| preset.id.as_str()).collect();
    for (name, words) in [
        ("SourceSystem", systems),
        ("Destination", catalog.destination_words()),
        ("ArrivalPresetName", arrivals),
        ("SizePresetName", sizes),
    ] {
        if let Some(definition) = schema.pointer_mut(&format!("/$defs/{name}")) {
            definition["enum"] = words.into();
        }
    }
    schema
}

/// Reads scenarios against a catalog.
#[derive(Debug)]
pub struct Loader<'a> {
    /// The catalog whose services, options, profiles and vocabulary a scenario may name.
    pub catalog: &'a Catalog,
    /// Edition that overrules the scenario's.
    pub edition: Option<Edition>,
    /// Region that overrules the scenario's.
    pub region: Option<String>,
}

impl Loader<'_> {
    /// Reads `text`, applies `overrides`, checks everything. `None` if there was an error; all are in `problems`.
    pub fn load(
        &self,
        name: &str,
        text: &str,
        overrides: &[Override],
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) -> Option<Scenario> {
        let before = problems.error_count();
        let before_parsing = problems.list().len();
        let mut document = Document::parse(name, text, sources, problems);
        if problems.error_count() > before {
            if let Some((message, help)) = other_format(name, text) {
                problems.retract(before_parsing);
                problems.push(Diagnostic::error("not-toml", message).help(help));
            }
            return None;
        }
        if document.root.entries.is_empty() && overrides.is_empty() {
            problems.push(empty_file(name, document.span));
            return None;
        }
        // A scenario that is handed in for an exercise names it and may hold answers, which are no part of the scenario.
        if document.root.remove("exercise").is_some() {
            document.root.remove("answer");
        }
        let schema = schema(self.catalog);
        self.set_in(&schema, &mut document, overrides, sources, problems);
        let digest = digest(std::iter::once(text).chain(overrides.iter().map(|wish| wish.text.as_str())));
        let scenario = self.check_against(&schema, name, &digest, document, sources, problems);
        scenario.filter(|_| problems.error_count() == before)
    }

    /// Applies overrides to a parsed scenario; what is wrong with them goes to `problems`.
    pub fn set(
        &self,
        document: &mut Document,
        overrides: &[Override],
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) {
        self.set_in(&schema(self.catalog), document, overrides, sources, problems);
    }

    fn set_in(
        &self,
        schema: &Json,
        document: &mut Document,
        overrides: &[Override],
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) {
        let paths = if overrides.is_empty() { Vec::new() } else { self.paths(schema) };
        for wish in overrides {
            apply(wish, &paths, document, sources, problems);
        }
    }

    /// Checks a parsed scenario. `None` if there was an error; all are in `problems`.
    pub fn check(
        &self,
        name: &str,
        digest: &str,
        document: Document,
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) -> Option<Scenario> {
        self.check_against(&schema(self.catalog), name, digest, document, sources, problems)
    }

    fn check_against(
        &self,
        schema: &Json,
        name: &str,
        digest: &str,
        mut document: Document,
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) -> Option<Scenario> {
        let before = problems.error_count();
        let written = document.root.values();
        let tables = self.take_option_tables(&mut document);
        let stated = validate(&document, schema, problems);
        self.check_names(&document, problems);
        if problems.error_count() > before {
            // The option tables are checked all the same: one run tells everything.
            Self::options(&tables, &self.circumstances(&document), sources, problems);
            return None;
        }
        let raw: RawScenario = crate::document::read_checked(&document, problems)?;
        let circumstances = self.circumstances(&document);
        let options = Self::options(&tables, &circumstances, sources, problems);
        let mut answers = answers(stated, sources);
        self.further(&document, &mut answers, sources, problems);
        let simulation = self.simulation(&raw, &document, problems);
        let workload = raw.workload.and_then(|raw| Workload::check(raw, self.catalog, &document, problems));
        let edition = circumstances.edition.name();
        if answers.word("edition") != Some(edition) {
            answers.insert("edition", Value::Text(edition.to_owned()), Origin::Default);
        }
        derive(&mut answers, workload.as_ref());
        (problems.error_count() == before).then(|| Scenario {
            file: name.to_owned(),
            title: raw.title,
            region: circumstances.region,
            edition: circumstances.edition,
            alternatives: raw.alternatives.unwrap_or_default(),
            answers,
            workload,
            simulation,
            options,
            priorities: raw.priorities,
            digest: digest.to_owned(),
            stated: written,
        })
    }

    fn simulation(&self, raw: &RawScenario, document: &Document, problems: &mut Problems) -> Simulation {
        let mut outages = raw.simulation.outages.clone().unwrap_or_default();
        outages.sort_by_key(|outage| outage.from);
        let simulation = Simulation {
            horizon: raw.simulation.horizon.unwrap_or(SimDuration::from_secs(86_400)),
            replications: raw.simulation.replications.unwrap_or(10),
            warm_up: raw.simulation.warm_up.unwrap_or(SimDuration::ZERO),
            seed: raw.simulation.seed.unwrap_or(1),
            outages,
        };
        if simulation.warm_up >= simulation.horizon {
            let message = format!("`warm-up` must be shorter than the horizon of {}", simulation.horizon);
            let span = document.span_of("simulation.warm-up");
            problems.push(Diagnostic::error("out-of-range", message).at(span, "nothing would be left to count"));
        }
        let span = document.span_of("simulation.outages");
        for RawOutage { service, from, to } in &simulation.outages {
            if from >= to {
                let message = format!("the outage of `{service}` from {from} to {to} takes no time");
                problems.push(Diagnostic::error("outage", message).at(span, "`to` must be later than `from`"));
            }
            if self.catalog.service(service).is_none() {
                let ids: Vec<&str> = self.catalog.services.iter().map(|service| service.id.as_str()).collect();
                let problem = Diagnostic::error("unknown-service", format!("there is no service `{service}`"));
                problems.push(problem.at(span, "in these outages").help(suggest(service, &ids, "the services are")));
            }
        }
        simulation
    }

    fn circumstances(&self, document: &Document) -> Circumstances {
        // From the document, not from what was read of it: options are checked even where something else is wrong.
        let word = |key: &str| match document.find(key).map(|item| &item.node) {
            Some(Node::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let stated = word("edition").and_then(|edition| edition.parse().ok());
        let edition = self.edition.or(stated).unwrap_or_default();
        let region = self.region.clone().or_else(|| word("region"));
        let destination = match document.find("needs.destinations").map(|item| &item.node) {
            Some(Node::List(items)) => items.first().and_then(|item| match &item.node {
                Node::Text(text) => Some(text.clone()),
                _ => None,
            }),
            _ => None,
        };
        Circumstances { edition, region: region.unwrap_or_else(|| "us-east-1".to_owned()), destination }
    }

    /// Every key of a scenario, by its whole path, with the options of all services.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.paths(&schema(self.catalog))
    }

    /// Every path that `--set` may name: those of the schema and the options of all services.
    fn paths(&self, schema: &Json) -> Vec<String> {
        let mut paths = Vec::new();
        collect_paths(schema, schema, "", &mut paths);
        let options = self
            .catalog
            .services
            .iter()
            .flat_map(|service| service.options.iter().map(|option| format!("{}.{}", service.id, option.id)));
        paths.extend(options);
        paths.extend(self.catalog.vocabulary.iter().map(|key| format!("needs.further.{}", key.id)));
        paths.extend(self.catalog.criteria.iter().map(|criterion| format!("priorities.{}", criterion.id)));
        paths
    }

    /// Takes the tables named after services out of the document, since the schema does not know services.
    fn take_option_tables<'s>(&'s self, document: &mut Document) -> Vec<(&'s Service, Span, Item)> {
        let services = self.catalog.services.iter().filter(|service| !service.options.is_empty());
        services
            .filter_map(|service| document.root.remove(&service.id).map(|(span, item)| (service, span, item)))
            .collect()
    }

    /// Names that must be known to the catalog.
    fn check_names(&self, document: &Document, problems: &mut Problems) {
        let services: Vec<&str> = self.catalog.weighed().map(|service| service.id.as_str()).collect();
        if let Some(Node::List(items)) = document.find("alternatives").map(|item| &item.node) {
            for item in items {
                if let Node::Text(id) = &item.node
                    && !services.contains(&id.as_str())
                {
                    let (message, label) = match self.catalog.service(id) {
                        None => (format!("there is no service `{id}`"), "not in the catalog"),
                        Some(_) => (format!("`{id}` is no alternative"), "not a service that ingests"),
                    };
                    let help = suggest(id, &services, "the alternatives are");
                    problems.push(Diagnostic::error("unknown-service", message).at(item.span, label).help(help));
                }
            }
        }
        let regions: Vec<&str> = self.catalog.regions.keys().map(String::as_str).collect();
        let stated = document.find("region").and_then(|item| match &item.node {
            Node::Text(region) => Some((region.as_str(), Some(item.span))),
            _ => None,
        });
        let asked = self.region.as_deref().map(|region| (region, None)).or(stated);
        if let Some((region, span)) = asked
            && !regions.contains(&region)
        {
            let problem = Diagnostic::error("unknown-region", format!("there is no Region `{region}`"));
            let problem = problem.help(suggest(region, &regions, "the Regions are"));
            problems.push(match span {
                Some(span) => problem.at(span, "not in the catalog"),
                None => problem,
            });
        }
        self.check_priorities(document, problems);
        check_title(document, problems);
        for path in WORD_LISTS {
            check_repeats(path, document, problems);
        }
    }

    fn check_priorities(&self, document: &Document, problems: &mut Problems) {
        let Some(item) = document.find("priorities") else { return };
        let Node::Table(table) = &item.node else { return };
        let zero = |name: &str| matches!(table.get(name).map(|item| &item.node), Some(Node::Integer(0)));
        if !self.catalog.criteria.is_empty() && self.catalog.criteria.iter().all(|criterion| zero(&criterion.id)) {
            let problem = Diagnostic::error("zero", "at least one weight must be above zero");
            problems.push(problem.at(item.span, "all of them are zero"));
        }
        let names: Vec<&str> = self.catalog.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
        for (key, span, item) in &table.entries {
            if !names.contains(&key.as_str()) {
                let problem = Diagnostic::error("unknown-key", format!("there is no criterion `{key}`"));
                problems.push(problem.at(*span, "not in the catalog").help(suggest(key, &names, "the criteria are")));
            }
            let weight = match item.node {
                Node::Integer(weight) => weight as f64,
                Node::Float(weight) => weight,
                _ => continue,
            };
            // What is not finite has been reported with the kinds of values.
            if weight.is_finite() && !(0.0..=GREATEST_WEIGHT).contains(&weight) {
                let expected = format!("from 0 to {}", crate::units::significant(GREATEST_WEIGHT, 7));
                let problem = Diagnostic::error("out-of-range", format!("the weight of `{key}` must be {expected}"));
                problems.push(problem.at(item.span, format!("expected a number {expected}")));
            }
        }
    }

    fn options(
        tables: &[(&Service, Span, Item)],
        at: &Circumstances,
        sources: &SourceMap,
        problems: &mut Problems,
    ) -> BTreeMap<(String, String), Answer> {
        let mut options = BTreeMap::new();
        for (service, span, item) in tables {
            let Node::Table(table) = &item.node else {
                let message = format!("`{}` must be a table of options", service.id);
                problems.push(Diagnostic::error("wrong-kind", message).at(*span, "expected a table"));
                continue;
            };
            for (key, key_span, item) in &table.entries {
                let Some(rule) = service.option(key) else {
                    let names: Vec<&str> = service.options.iter().map(|option| option.id.as_str()).collect();
                    let problem =
                        Diagnostic::error("unknown-key", format!("unknown option `{key}` in [{}]", service.id));
                    let help = suggest(key, &names, "its options are");
                    problems.push(problem.at(*key_span, "not an option of this service").help(help));
                    continue;
                };
                if let Some(value) = option_value(service, rule, item, at, problems) {
                    let origin = origin(item.span, sources);
                    options.insert((service.id.clone(), rule.id.clone()), Answer { value, origin });
                }
            }
        }
        options
    }

    /// Checks `[needs.further]` against the catalog's vocabulary.
    fn further(&self, document: &Document, answers: &mut Answers, sources: &SourceMap, problems: &mut Problems) {
        let Some(Node::Table(table)) = document.find("needs.further").map(|item| &item.node) else { return };
        let names: Vec<&str> = self.catalog.vocabulary.iter().map(|key| key.id.as_str()).collect();
        for (name, span, item) in &table.entries {
            let Some(key) = self.catalog.vocabulary.iter().find(|key| key.id == *name) else {
                let problem = Diagnostic::error("unknown-key", format!("unknown key `{name}` in [needs.further]"));
                let help = suggest(name, &names, "the keys are");
                problems.push(problem.at(*span, "not in the catalog's vocabulary").help(help));
                continue;
            };
            match vocabulary_value(key.kind, &key.values, item) {
                Ok(value) => answers.insert(format!("needs.further.{name}"), value, origin(item.span, sources)),
                Err(expected) => {
                    let problem = Diagnostic::error("wrong-kind", format!("`{name}` must be {expected}"));
                    let label = format!("expected {expected}, found {}", item.node.kind());
                    problems.push(problem.at(item.span, label).help(key.doc.clone()));
                }
            }
        }
    }
}

/// Weights count in relation to each other; beyond this, their sum would lose the small ones.
const GREATEST_WEIGHT: f64 = 1e6;

/// A word given twice would be drawn, and perhaps counted, twice.
fn check_repeats(path: &str, document: &Document, problems: &mut Problems) {
    let Some(Node::List(items)) = document.find(path).map(|item| &item.node) else { return };
    let mut seen = BTreeSet::new();
    for item in items {
        if let Node::Text(word) = &item.node
            && !seen.insert(word)
        {
            let problem = Diagnostic::error("repeated-value", format!("`{word}` is given twice in `{path}`"));
            problems.push(problem.at(item.span, "leave this one out"));
        }
    }
}

/// A title is one line that people can read.
fn check_title(document: &Document, problems: &mut Problems) {
    let Some(item) = document.find("title") else { return };
    let expected = match &item.node {
        Node::Text(title) if title.trim().is_empty() => "a few words",
        Node::Text(title) if title.chars().any(char::is_control) => "one line without control characters",
        _ => return,
    };
    let problem = Diagnostic::error("title", format!("`title` must be {expected}"));
    problems.push(problem.at(item.span, format!("expected {expected}")).help("longer texts go into `description`"));
}

/// What else a file is that is no TOML, where that can be told: the message and what to do.
fn other_format(name: &str, text: &str) -> Option<(String, String)> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let template = "`forebay init` writes a scenario to start from".to_owned();
    if text.contains('\0') {
        return Some((format!("{name} is not a text"), template));
    }
    let json = start.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(start).is_ok();
    if json {
        return Some((format!("{name} is JSON; a scenario is TOML"), template));
    }
    let first = start.lines().next().unwrap_or_default();
    let columns = first.contains(',') && !first.contains(['=', '[', '"', '#']);
    columns.then(|| {
        let message = format!("{name} is a table of comma-separated values; a scenario is TOML");
        (message, format!("recorded traffic goes beside a scenario: `--trace {name}`"))
    })
}

fn empty_file(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("empty-file", format!("{name} says nothing: it is empty or has comments only"))
        .at(span, "expected a scenario")
        .help("`forebay init` writes a commented scenario to start from")
}

fn origin(span: Span, sources: &SourceMap) -> Origin {
    Origin::Stated(sources.place(span).map_or_else(String::new, |place| place.to_string()))
}

fn answers(stated: BTreeMap<String, Stated>, sources: &SourceMap) -> Answers {
    let mut answers = Answers::default();
    for (path, Stated { value, span }) in stated {
        answers.insert(path, value, origin(span, sources));
    }
    answers
}

/// What a word for freshness means in time; words that mean "on request" have no limit. People say "real time" of
/// anything from milliseconds to a minute, so the word asks for no more than "near real time": who needs a second says so.
const FRESHNESS_WORDS: [(&str, u64); 5] =
    [("real_time", 60), ("seconds", 10), ("near_real_time", 60), ("minutes", 900), ("batch", 86_400)];

/// Adds the answers that follow from others, so that rules need not work them out.
pub(super) fn derive(answers: &mut Answers, workload: Option<&Workload>) {
    if let Some(word) = answers.word("needs.freshness").map(str::to_owned) {
        let stated = answers.get("needs.freshness").map(|answer| answer.origin.to_string()).unwrap_or_default();
        answers.insert("needs.freshness-word", Value::Text(word.clone()), Origin::Stated(stated.clone()));
        if let Some((_, seconds)) = FRESHNESS_WORDS.iter().find(|(name, _)| *name == word) {
            let limit = Value::Duration(SimDuration::from_secs(*seconds));
            answers.insert("needs.freshness", limit, Origin::Derived(format!("`{word}` at {stated}")));
        }
    }
    let quantity = |path: &str| answers.get(path).map(|answer| answer.value.clone());
    if let (Some(Value::Size(volume)), Some(Value::ByteRate(line))) =
        (quantity("needs.volume"), quantity("source.line-rate"))
        && line.get() > 0.0
    {
        let time = SimDuration::from_secs_f64(volume.get() as f64 / line.get());
        if let Some(Value::Duration(deadline)) = quantity("needs.deadline") {
            let load = Value::Number(time.as_secs_f64() / deadline.as_secs_f64());
            let from = Origin::Derived("needs.volume / source.line-rate / needs.deadline".to_owned());
            answers.insert("needs.transfer-load", load, from);
        }
        let from = Origin::Derived("needs.volume / source.line-rate".to_owned());
        answers.insert("needs.transfer-time", Value::Duration(time), from);
    }
    if let Some(workload) = workload {
        let from = Origin::Derived("[workload]".to_owned());
        if let Some(peak) = workload.peak_rate() {
            answers.insert("workload.peak-rate", Value::Rate(peak), from.clone());
            let requests = RecordRate::per_second(peak.get() / workload.records_per_request.mean());
            if let Some(requests) = requests {
                answers.insert("workload.peak-request-rate", Value::Rate(requests), from.clone());
            }
        }
        let mean = crate::units::Bytes::new(workload.mean_size().round() as u64);
        answers.insert("workload.record-size-mean", Value::Size(mean), from);
    }
}
