//! The reference pages of the book: scenario keys, rules, services. Each is made from what the program itself reads, so
//! that a page cannot say anything else than the program does; a test holds the committed files against these functions.

mod prices;
mod workloads;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use schemars::schema_for;
use serde_json::Value as Json;

pub use prices::{price_coverage, price_list, prices};
pub use workloads::{arrivals_in_full, sizes_in_full};

use super::result::Document;
use super::{Style, Table, role, rule};
use crate::catalog::raw::{Grade, OptionKind, RawStage, Role, StageKind, VocabularyKind};
use crate::catalog::{Catalog, Circumstances, Edition, Fact, OptionRule, Service, VocabularyKey};
use crate::rules::{Rule, RuleBook, RuleKind};
use crate::scenario::raw::RawScenario;
use crate::theory;
use crate::units::{Bytes, RecordRate, SimDuration, significant};

/// Kinds of values that carry a unit: name, what it is, an example.
#[must_use]
pub fn kinds() -> String {
    let schema = schema_for!(RawScenario).to_value();
    let mut table = Table::new(&["kind", "is", "example"]);
    for definition in schema["$defs"].as_object().into_iter().flat_map(serde_json::Map::values) {
        if let (Some(kind), Some(doc)) = (definition["format"].as_str(), definition["description"].as_str()) {
            let example = definition["examples"][0].as_str().unwrap_or_default();
            table.row(vec![spaced(kind), doc.to_owned(), format!("`\"{example}\"`")]);
        }
    }
    table.render(Style::Markdown)
}

/// Every key of a scenario, table by table.
#[must_use]
pub fn scenario_keys(catalog: &Catalog) -> String {
    let schema = crate::scenario::schema(catalog);
    let walker = Walker { root: &schema };
    let (mut top, mut tables) = (key_table(), String::new());
    for (name, property, required) in properties(&schema) {
        let nested = walker.variants(property).into_iter().find(|variant| !variant["properties"].is_null());
        let Some(nested) = nested else {
            walker.row(&name, property, required, &mut top);
            continue;
        };
        let doc = property["description"].as_str().or(nested["description"].as_str()).unwrap_or_default();
        let mut keys = key_table();
        walker.rows("", nested, &mut keys);
        let _ = write!(tables, "\n## `[{name}]`\n\n{doc}\n\n{}", keys.render(Style::Markdown));
    }
    format!("## At the top of the file\n\n{}{tables}", top.render(Style::Markdown))
}

pub(crate) fn key_table() -> Table {
    Table::new(&["key", "value", "meaning"])
}

/// Walks a JSON schema and puts its kinds into words.
pub(crate) struct Walker<'a> {
    pub(crate) root: &'a Json,
}

impl<'a> Walker<'a> {
    pub(crate) fn resolve(&self, schema: &'a Json) -> &'a Json {
        let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
        name.map_or(schema, |name| &self.root["$defs"][name])
    }

    /// What a value may be, one entry a way to write it; null, which stands for an absent key, left out.
    fn variants(&self, schema: &'a Json) -> Vec<&'a Json> {
        let schema = self.resolve(schema);
        let parts = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
        match parts {
            Some(parts) => {
                parts.iter().filter(|part| part["type"] != "null").flat_map(|part| self.variants(part)).collect()
            }
            None => vec![schema],
        }
    }

    fn rows(&self, path: &str, schema: &'a Json, table: &mut Table) {
        for (name, property, required) in properties(schema) {
            self.row(&format!("{path}{name}"), property, required, table);
        }
    }

    /// The row of a key, and of the keys below it where it may be a table.
    fn row(&self, path: &str, property: &'a Json, required: bool, table: &mut Table) {
        let variants = self.variants(property);
        let (objects, plain): (Vec<&Json>, Vec<&Json>) =
            variants.into_iter().partition(|variant| !variant["properties"].is_null());
        let mut kinds: Vec<String> = Vec::new();
        let listed: Vec<String> = plain.iter().flat_map(|variant| words(variant)).collect();
        kinds.extend(plain.iter().filter(|variant| words(variant).is_empty()).map(|variant| self.kind(variant)));
        if !listed.is_empty() {
            kinds.push(listed.join(", "));
        }
        if !objects.is_empty() {
            kinds.push("a table".to_owned());
        }
        let doc = property["description"].as_str().unwrap_or_default();
        let doc = if required { format!("{doc} **Required.**") } else { doc.to_owned() };
        table.row(vec![format!("`{path}`"), kinds.join(", or "), doc]);
        match objects[..] {
            [only] => self.rows(&format!("{path}."), only, table),
            // Several tables to choose from, each named by its only key: that key is no requirement.
            _ => objects.iter().for_each(|choice| self.choice(path, choice, table)),
        }
    }

    fn choice(&self, path: &str, choice: &'a Json, table: &mut Table) {
        for (name, property, _) in properties(choice) {
            let doc = choice["description"].as_str().unwrap_or_default();
            let variants = self.variants(property);
            let objects: Vec<&Json> =
                variants.iter().copied().filter(|variant| !variant["properties"].is_null()).collect();
            let kind = match variants.first() {
                Some(list) if objects.is_empty() => self.kind(list),
                _ => "a table".to_owned(),
            };
            table.row(vec![format!("`{path}.{name}`"), kind, doc.to_owned()]);
            let inner = format!("{path}.{name}");
            match objects[..] {
                [only] => self.rows(&format!("{inner}."), only, table),
                _ => objects.iter().for_each(|choice| self.choice(&inner, choice, table)),
            }
        }
    }

    /// A kind in words: `duration`, `whole number from 1 to 500`, `list of …`.
    pub(crate) fn kind(&self, schema: &'a Json) -> String {
        let named = schema["type"].as_str().or_else(|| {
            schema["type"].as_array().into_iter().flatten().filter_map(Json::as_str).find(|kind| *kind != "null")
        });
        match named {
            Some("string") => schema["format"].as_str().map_or_else(|| "text".to_owned(), spaced),
            Some("boolean") => "`true` or `false`".to_owned(),
            Some("integer") => format!("whole number{}", range(schema)),
            Some("number") => format!("number{}", range(schema)),
            Some("array") => {
                let item = self.resolve(&schema["items"]);
                let listed = words(item);
                let of = if listed.is_empty() { self.kind(item) } else { listed.join(", ") };
                format!("list of {of}")
            }
            Some("object") => "a table, see below".to_owned(),
            _ => "any value".to_owned(),
        }
    }
}

/// Every key of a result: the document first, then each kind of table in it.
#[must_use]
pub fn result_keys() -> String {
    let schema = schema_for!(Document).to_value();
    let walker = Walker { root: &schema };
    let mut text = walker.type_table(&schema);
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        if !definition["properties"].is_null() {
            let doc = definition["description"].as_str().unwrap_or_default();
            let _ = write!(text, "\n### {name}\n\n{doc}\n\n{}", walker.type_table(definition));
        }
    }
    text
}

impl<'a> Walker<'a> {
    fn type_table(&self, schema: &'a Json) -> String {
        let mut table = key_table();
        for (name, property, _) in properties(schema) {
            let doc = property["description"].as_str().unwrap_or_default().to_owned();
            table.row(vec![format!("`{name}`"), self.typed(property), doc]);
        }
        table.render(Style::Markdown)
    }

    /// A kind in words, with a link where it is a table of its own.
    fn typed(&self, schema: &'a Json) -> String {
        let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
        let resolved = self.resolve(schema);
        if let Some(name) = name.filter(|_| !resolved["properties"].is_null()) {
            return format!("[{name}](#{})", name.to_lowercase());
        }
        if let Some(parts) = resolved["anyOf"].as_array().or(resolved["oneOf"].as_array()) {
            let parts = parts.iter().filter(|part| part["type"] != "null");
            return parts.map(|part| self.typed(part)).collect::<Vec<_>>().join(", ");
        }
        if !resolved["items"].is_null() {
            return format!("list of {}", self.typed(&resolved["items"]));
        }
        let listed = words(resolved);
        if listed.is_empty() { self.kind(resolved) } else { listed.join(", ") }
    }
}

/// What the closed forms say of a buffer of 5 MiB and 300 s before records of 436 B, at rates below, at and above the one
/// where size takes over from time.
#[must_use]
pub fn buffering() -> String {
    let (size, record, interval) = (Bytes::new(5 << 20), Bytes::new(436), SimDuration::from_secs(300));
    let full = theory::records_to_fill(size, record);
    let header = ["records a second", "records in an object", "open for", "mean wait", "objects an hour"];
    let mut table = Table::new(&header).right(&[0, 1, 2, 3, 4]);
    for per_second in [1_000_000.0 / 86_400.0, 40.0, 500.0] {
        let Some(rate) = RecordRate::per_second(per_second) else { continue };
        let cycle = theory::poisson_fed_buffer(rate, full, interval);
        table.row(vec![
            significant(per_second, 5),
            significant(cycle.records, 6),
            format!("{} s", significant(cycle.open, 5)),
            format!("{} s", significant(cycle.mean_wait, 5)),
            significant(cycle.objects_per_hour(), 5),
        ]);
    }
    table.render(Style::Markdown)
}

/// The keys of an object with their schemas, and whether they must be there.
pub(crate) fn properties(schema: &Json) -> Vec<(String, &Json, bool)> {
    let required =
        |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, property)| (name.clone(), property, required(name))).collect()
}

/// The words of a closed list.
pub(crate) fn words(schema: &Json) -> Vec<String> {
    let one = schema["const"].as_str();
    let several = schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str);
    one.into_iter().chain(several).map(|word| format!("`{word}`")).collect()
}

/// `record-rate` as `record rate`.
fn spaced(kind: &str) -> String {
    kind.replace('-', " ")
}

fn range(schema: &Json) -> String {
    let bound = |name: &str| schema[name].as_f64().map(|bound| significant(bound, 7));
    match (bound("minimum"), bound("maximum")) {
        (Some(low), Some(high)) if low == high => format!(", {low}"),
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) if low != "0" => format!(" from {low}"),
        _ => String::new(),
    }
}

/// What a scenario may set for services, with defaults and limits for S3 as the destination.
#[must_use]
pub fn options(catalog: &Catalog) -> String {
    let mut table = Table::new(&["key", "value", "default", "limits", "meaning"]);
    for service in &catalog.services {
        for option in &service.options {
            let value = match (option.kind, &option.values) {
                (OptionKind::Word, Some(words)) => coded(words),
                (OptionKind::Word, None) => "word".to_owned(),
                (OptionKind::Size, _) => "size".to_owned(),
                (OptionKind::Duration, _) => "duration".to_owned(),
                (OptionKind::Number, _) => "number".to_owned(),
            };
            let key = format!("`{}.{}`", service.id, option.id);
            table.row(vec![key, value, default(service, option), limits(service, option), option.doc.clone()]);
        }
    }
    table.render(Style::Markdown)
}

fn coded(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A fact's value in an edition, where records go to S3.
fn fact<'a>(service: &'a Service, id: Option<&String>, edition: Edition) -> Option<&'a str> {
    let at = Circumstances { edition, region: "us-east-1".to_owned(), destination: Some("s3".to_owned()) };
    service.fact(id?, &at).map(|fact| fact.shown.as_str())
}

/// One value, or one a edition where they differ.
fn in_editions(show: impl Fn(Edition) -> Option<String>) -> String {
    match (show(Edition::Current), show(Edition::Course2022)) {
        (Some(now), Some(then)) if now != then => format!("{now}; 2022: {then}"),
        (Some(value), _) => value,
        (None, Some(then)) => format!("2022: {then}"),
        (None, None) => String::new(),
    }
}

fn default(service: &Service, option: &OptionRule) -> String {
    let word = option.default.as_ref().map(|word| format!("`{word}`"));
    word.unwrap_or_else(|| {
        in_editions(|edition| fact(service, option.default_fact.as_ref(), edition).map(str::to_owned))
    })
}

fn limits(service: &Service, option: &OptionRule) -> String {
    in_editions(|edition| {
        let low = fact(service, option.min_fact.as_ref(), edition);
        let high = fact(service, option.max_fact.as_ref(), edition);
        match (low, high) {
            (Some(low), Some(high)) => Some(format!("{low} to {high}")),
            (Some(low), None) => Some(format!("from {low}")),
            (None, Some(high)) => Some(format!("up to {high}")),
            (None, None) => None,
        }
    })
}

/// Rare requirements, criteria and rate profiles: what the catalog adds to the keys.
#[must_use]
pub fn further(catalog: &Catalog) -> String {
    let mut keys = key_table();
    for VocabularyKey { id, kind, values, doc } in &catalog.vocabulary {
        let value = match kind {
            VocabularyKind::Word => coded(values),
            VocabularyKind::Words => format!("list of {}", coded(values)),
            VocabularyKind::Flag => "`true` or `false`".to_owned(),
            VocabularyKind::Count => "whole number".to_owned(),
            VocabularyKind::Duration => "duration".to_owned(),
            VocabularyKind::Text => "text".to_owned(),
        };
        keys.row(vec![format!("`{id}`"), value, sentence(doc)]);
    }
    keys.render(Style::Markdown)
}

/// Where data comes from and where it goes: the nodes of the integration graph that are no service on the way, with the words
/// of scenarios that mean them.
#[must_use]
pub fn nodes(catalog: &Catalog, style: Style) -> String {
    let named = |words: &[&str]| words.iter().map(|word| name_of(word, style)).collect::<Vec<_>>().join(", ");
    let mut table = Table::new(&["node", "is", "name", "in a scenario"]);
    let sources: BTreeSet<&str> =
        catalog.sources.iter().flat_map(|source| source.nodes.iter().map(String::as_str)).collect();
    for node in sources {
        let from: Vec<_> =
            catalog.sources.iter().filter(|source| source.nodes.iter().any(|known| known == node)).collect();
        let names: BTreeSet<&str> = from.iter().map(|source| source.name.as_str()).collect();
        let words: Vec<&str> = from.iter().map(|source| source.system.as_str()).collect();
        let name = catalog.service(node).map_or_else(
            || names.into_iter().collect::<Vec<_>>().join(", "),
            |service| service.full_name(Edition::Current).to_owned(),
        );
        table.row(vec![name_of(node, style), "source".to_owned(), name, format!("system: {}", named(&words))]);
    }
    let words = catalog.destination_words();
    let nodes: BTreeSet<&str> = words.iter().filter_map(|word| catalog.destination_node(word)).collect();
    for node in nodes {
        let meant: Vec<&str> =
            words.iter().copied().filter(|word| catalog.destination_node(word) == Some(node)).collect();
        let place = catalog.places.iter().find(|place| place.node == node).and_then(|place| place.name.clone());
        let name = catalog.service(node).map(|service| service.full_name(Edition::Current).to_owned());
        let name = name.or(place).unwrap_or_default();
        table.row(vec![
            name_of(node, style),
            "destination".to_owned(),
            name,
            format!("destinations: {}", named(&meant)),
        ]);
    }
    table.render(style)
}

/// The criteria of the score, which `[priorities]` may weigh.
#[must_use]
pub fn criteria(catalog: &Catalog) -> String {
    let mut table = Table::new(&["key", "name", "default weight", "meaning"]).right(&[2]);
    for criterion in &catalog.criteria {
        let weight = significant(criterion.weight, 4);
        table.row(vec![format!("`{}`", criterion.id), criterion.name.clone(), weight, sentence(&criterion.doc)]);
    }
    table.render(Style::Markdown)
}

/// The rate profiles that `workload.profile` may name.
#[must_use]
pub fn profiles(catalog: &Catalog) -> String {
    let mut table = Table::new(&["name", "period", "parts", "peak over mean"]).right(&[2, 3]);
    for profile in &catalog.profiles {
        let parts = profile.factors.len().to_string();
        let peak = significant(profile.peak(), 3);
        table.row(vec![format!("`{}`", profile.name), profile.period.to_string(), parts, peak]);
    }
    table.render(Style::Markdown)
}

/// The arrival presets that `workload.preset` may name.
#[must_use]
pub fn arrival_presets(catalog: &Catalog, style: Style) -> String {
    let mut table = Table::new(&["preset", "known", "shows", "source"]);
    for preset in &catalog.arrivals {
        let known = preset.grade.word().to_owned();
        table.row(vec![name_of(&preset.id, style), known, preset.doc.clone(), preset.source.clone()]);
    }
    table.render(style)
}

/// The presets that `workload.record-size` may name.
#[must_use]
pub fn size_presets(catalog: &Catalog, style: Style) -> String {
    let mut table = Table::new(&["record size", "mean", "known", "shows", "source"]).right(&[1]);
    for preset in &catalog.sizes {
        let mean = format!("{} B", significant(preset.law.mean(), 4));
        let known = preset.grade.word().to_owned();
        table.row(vec![name_of(&preset.id, style), mean, known, preset.doc.clone(), preset.source.clone()]);
    }
    table.render(style)
}

/// A name as code where the style has such a thing.
fn name_of(id: &str, style: Style) -> String {
    if matches!(style, Style::Markdown) { format!("`{id}`") } else { id.to_owned() }
}

/// Text that Markdown leaves as it is.
fn plain(text: &str) -> String {
    text.chars().fold(String::new(), |text, letter| match letter {
        '*' | '_' | '[' | ']' | '<' | '>' | '`' => text + "\\" + &letter.to_string(),
        other => text + &other.to_string(),
    })
}

/// First letter in upper case, a full stop at the end.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// An index of the rules by kind, then their pages.
#[must_use]
pub fn rules(book: &RuleBook) -> String {
    let mut text = String::new();
    let kinds = [
        RuleKind::Screen,
        RuleKind::Path,
        RuleKind::Require,
        RuleKind::Advise,
        RuleKind::Warn,
        RuleKind::Contradiction,
    ];
    for kind in kinds {
        let of_kind: Vec<&Rule> = book.rules.iter().filter(|rule| rule.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let mut table = Table::new(&["rule", "checks"]);
        for rule in &of_kind {
            table.row(vec![format!("[{0}](#{0})", rule.id), rule.page.checks.clone()]);
        }
        let _ = write!(text, "**{}**\n\n{}\n", sentence(rule::kind(kind)), table.render(Style::Markdown));
    }
    for rule in &book.rules {
        text.push_str(&below(&rule::page(rule)));
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

/// The page as a section: the title one level down, the fixed headings as labels, bare addresses as links.
fn below(page: &str) -> String {
    let mut text = String::new();
    for line in page.lines() {
        if let Some(label) = line.strip_prefix("## ") {
            let _ = writeln!(text, "**{label}**");
        } else if line.starts_with("# ") {
            let _ = writeln!(text, "#{line}");
        } else if line.starts_with("https://") && !line.contains(' ') {
            let _ = writeln!(text, "<{line}>");
        } else {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// Services with their names in both editions, the part they play, what is known, and whether they can be simulated.
#[must_use]
pub fn services(catalog: &Catalog) -> String {
    let mut table = Table::new(&["id", "name", "role", "facts", "simulated", "does"]).right(&[3]);
    for service in &catalog.services {
        let name = in_editions(|edition| Some(service.full_name(edition).to_owned()));
        table.row(vec![
            format!("`{}`", service.id),
            name,
            role(service.role).to_owned(),
            service.facts.len().to_string(),
            if service.stages.is_empty() { "no" } else { "yes" }.to_owned(),
            sentence(&service.summary),
        ]);
    }
    table.render(Style::Markdown)
}

/// What the program knows of each service: rules, behaviour, prices, sources, and what tests hold it to.
#[must_use]
pub fn coverage(catalog: &Catalog, book: &RuleBook) -> String {
    let mut table = Table::new(&[
        "service",
        "rules",
        "behaviour",
        "quotas in it",
        "meters",
        "prices (Regions)",
        "facts, documented",
        "sources",
        "tests",
    ])
    .right(&[1, 4, 6, 7]);
    for service in &catalog.services {
        let rules = book.rules.iter().filter(|rule| rule.applies_to(service)).count();
        let documented = service.facts.iter().filter(|fact| fact.grade == Grade::Documented).count();
        let sources: BTreeSet<&str> = service.facts.iter().map(|fact| fact.source.as_str()).collect();
        let prices: Vec<&str> = catalog.prices.regions_of(&service.id);
        table.row(vec![
            service.full_name(Edition::Current).to_owned(),
            rules.to_string(),
            dash(service.stages.iter().map(|stage| stage.id.clone()).collect::<BTreeSet<_>>()),
            dash(service.stages.iter().flat_map(quotas).collect()),
            service.meters.len().to_string(),
            if prices.is_empty() {
                "–".to_owned()
            } else {
                format!("{} ({})", catalog.prices.count_of(&service.id), prices.len())
            },
            format!("{} of {}", documented, service.facts.len()),
            sources.len().to_string(),
            tests_of(service, rules),
        ]);
    }
    table.render(Style::Markdown)
}

/// What the behaviour of each service takes for granted: the assumed facts that its stages and options read.
#[must_use]
pub fn assumptions(catalog: &Catalog) -> String {
    let mut table = Table::new(&["service", "assumed", "value", "on what grounds"]);
    for service in &catalog.services {
        let options = service.options.iter().filter_map(|option| option.default_fact.as_deref());
        let read: BTreeSet<&str> = service.stages.iter().flat_map(RawStage::named).chain(options).collect();
        let today = |fact: &Fact| fact.edition().is_none_or(|edition| edition == Edition::Current);
        let assumed = |fact: &&Fact| fact.grade == Grade::Assumption && read.contains(fact.id.as_str()) && today(fact);
        for fact in service.facts.iter().filter(assumed) {
            table.row(vec![
                service.short_name(Edition::Current).to_owned(),
                format!("`{}`", fact.id),
                fact.shown.clone(),
                fact.note.as_deref().map_or_else(|| "–".to_owned(), sentence),
            ]);
        }
    }
    table.render(Style::Markdown)
}

/// What the catalog does not know well enough to simulate a service, or to price it everywhere.
#[must_use]
pub fn gaps(catalog: &Catalog) -> String {
    let carriers = || catalog.services.iter().filter(|service| service.role == Role::Ingest);
    let name = |service: &Service| service.short_name(Edition::Current).to_owned();
    let still: BTreeSet<String> = carriers().filter(|service| service.stages.is_empty()).map(name).collect();
    let unpriced: BTreeSet<String> =
        carriers().filter(|service| catalog.prices.count_of(&service.id) == 0).map(name).collect();
    let billing = || catalog.services.iter().filter(|service| !service.meters.is_empty());
    let all: BTreeSet<&str> = billing().flat_map(|service| catalog.prices.regions_of(&service.id)).collect();
    let mut table = Table::new(&["Region", "services with prices", "none for"]).right(&[1]);
    for region in all {
        let known = |service: &&Service| catalog.prices.regions_of(&service.id).contains(&region);
        let without: BTreeSet<String> = billing().filter(|service| !known(service)).map(name).collect();
        table.row(vec![region.to_owned(), billing().filter(known).count().to_string(), dash(without)]);
    }
    format!(
        "- Services that may be the answer and whose behaviour is not simulated: {}.\n\
         - Services that may be the answer and have no price of their own: {}.\n\n{}",
        dash(still),
        dash(unpriced),
        table.render(Style::Markdown)
    )
}

/// What a gate of a service counts, by the names of its quotas.
fn quotas(stage: &RawStage) -> Vec<String> {
    let gate = matches!(stage.kind, StageKind::TokenBucket | StageKind::Quota | StageKind::Shards);
    let named = [&stage.rate, &stage.requests, &stage.records, &stage.bytes, &stage.largest_record];
    named.into_iter().flatten().filter(|_| gate).cloned().collect()
}

fn dash(words: BTreeSet<String>) -> String {
    if words.is_empty() { "–".to_owned() } else { words.into_iter().collect::<Vec<_>>().join(", ") }
}

/// Which tests hold a service to what the catalog says of it.
fn tests_of(service: &Service, rules: usize) -> String {
    let told = [
        (rules > 0, "each rule fires and keeps silent"),
        (!service.stages.is_empty(), "simulated"),
        (!service.meters.is_empty(), "priced"),
    ];
    dash(told.into_iter().filter(|(is, _)| *is).map(|(_, words)| words.to_owned()).collect())
}
