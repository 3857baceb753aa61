//! A checked service, and the lookup of its facts under given circumstances.

use std::collections::BTreeSet;

use super::Edition;
use super::raw::{
    Grade, OptionKind, RawFact, RawMeter, RawName, RawOnlyIf, RawOption, RawService, RawSizing, RawStage, RawWhatIf,
    Role,
};
use crate::diag::{Problems, suggest};
use crate::document::{Document, Fault, Item, Node};
use crate::source::SourceMap;
use crate::value::Value;

/// What a fact may depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// Edition of the catalog.
    pub edition: Edition,
    /// Region of the pipeline.
    pub region: String,
    /// Destination, where one is stated.
    pub destination: Option<String>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Name within the service.
    pub id: String,
    /// Its value.
    pub value: Value,
    /// Its value as the file words it, so that requests stay requests.
    pub shown: String,
    /// How it is known.
    pub grade: Grade,
    /// Whether the vendor raises it on request.
    pub adjustable: bool,
    /// What else to know.
    pub note: Option<String>,
    /// Where it was read.
    pub source: String,
    /// When.
    pub checked: String,
    edition: Option<Edition>,
    regions: Option<Vec<String>>,
    destination: Option<String>,
}

impl Fact {
    /// How specific the fact is under these circumstances, `None` if it does not hold there.
    fn match_score(&self, at: &Circumstances) -> Option<u32> {
        let edition = self.edition.map(|edition| edition == at.edition);
        let region = self.regions.as_ref().map(|regions| regions.contains(&at.region));
        let destination = self.destination.as_ref().map(|destination| at.destination.as_ref() == Some(destination));
        [edition, region, destination].into_iter().try_fold(0, |score, matched| match matched {
            Some(false) => None,
            Some(true) => Some(score + 1),
            None => Some(score),
        })
    }

    /// The Regions it is limited to, if it is.
    pub(super) fn regions(&self) -> &[String] {
        self.regions.as_deref().unwrap_or_default()
    }

    /// Edition it is limited to.
    #[must_use]
    pub fn edition(&self) -> Option<Edition> {
        self.edition
    }

    /// Destination it is limited to.
    #[must_use]
    pub fn destination(&self) -> Option<&str> {
        self.destination.as_deref()
    }

    /// The circumstances it is limited to, in words; empty if it always holds.
    #[must_use]
    pub fn limits(&self) -> String {
        let edition = self.edition.map(|edition| format!("edition {}", edition.name()));
        let regions = self.regions.as_ref().map(|regions| match regions.as_slice() {
            many @ [_, _, _, _, ..] => format!("{} Regions", many.len()),
            few => few.join(", "),
        });
        let destination = self.destination.as_ref().map(|destination| format!("to {destination}"));
        edition.into_iter().chain(regions).chain(destination).collect::<Vec<_>>().join("; ")
    }
}

/// What a scenario may set for a service.
pub type OptionRule = RawOption;

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Identifier.
    pub id: String,
    /// The part it plays.
    pub role: Role,
    /// Whether it may itself be the answer.
    pub weighed: bool,
    /// Whether its rejection gets a row of its own in tables for eyes.
    pub headline: bool,
    /// What it does.
    pub summary: String,
    /// Address of its documentation.
    pub docs: String,
    /// Its facts, in the order of the file.
    pub facts: Vec<Fact>,
    /// Its options.
    pub options: Vec<OptionRule>,
    /// Nodes that feed it in a way that its stages and meters do not describe.
    pub not_simulated_from: Vec<String>,
    /// Its behaviour.
    pub stages: Vec<RawStage>,
    /// Its meters.
    pub meters: Vec<RawMeter>,
    /// Other settings that are worth a run of their own.
    pub what_ifs: Vec<RawWhatIf>,
    names: Vec<(Edition, RawName)>,
}

impl Service {
    /// The short name in an edition.
    #[must_use]
    pub fn short_name(&self, edition: Edition) -> &str {
        self.name(edition).map_or(&self.id, |name| &name.short)
    }

    /// The full name in an edition.
    #[must_use]
    pub fn full_name(&self, edition: Edition) -> &str {
        self.name(edition).map_or(&self.id, |name| &name.full)
    }

    fn name(&self, edition: Edition) -> Option<&RawName> {
        let of = |wanted: Edition| self.names.iter().find(|(edition, _)| *edition == wanted).map(|(_, name)| name);
        of(edition).or_else(|| of(Edition::Current))
    }

    /// The most specific fact of this id that holds under the circumstances.
    #[must_use]
    pub fn fact(&self, id: &str, at: &Circumstances) -> Option<&Fact> {
        let scored = self.facts.iter().filter(|fact| fact.id == id);
        let matching = scored.filter_map(|fact| fact.match_score(at).map(|score| (score, fact)));
        // `max_by_key` returns the last of equals; the first in the file should win.
        matching.rev().max_by_key(|(score, _)| *score).map(|(_, fact)| fact)
    }

    /// The option of this id.
    #[must_use]
    pub fn option(&self, id: &str) -> Option<&OptionRule> {
        self.options.iter().find(|option| option.id == id)
    }

    pub(super) fn check(
        mut raw: RawService,
        document: &Document,
        sources: &SourceMap,
        problems: &mut Problems,
    ) -> Option<Self> {
        let before = problems.error_count();
        let about = format!("service `{}`", raw.id);
        let mut report = |fault: Fault| {
            let span = document.span_of(fault.place());
            problems.push(fault.told(&about, Some(span), sources));
        };
        let mut names = Vec::new();
        for (edition, name) in std::mem::take(&mut raw.name) {
            match edition.parse() {
                Ok(edition) => names.push((edition, name)),
                Err(message) => {
                    let fault = Fault::new("unknown-edition", format!("name.{edition}"), message);
                    report(fault.label("not an edition"));
                }
            }
        }
        if !names.iter().any(|(edition, _)| *edition == Edition::Current) {
            let fault = Fault::new("missing-key", "name", "`[name.current]` is missing").label("needed here");
            report(fault.help("add `[name.current]` with `full = \"...\"` and `short = \"...\"`"));
        }
        let facts: Vec<Fact> = std::mem::take(&mut raw.fact)
            .into_iter()
            .enumerate()
            .filter_map(|(index, fact)| check_fact(fact, index, &mut report))
            .collect();
        check_unique(&facts, &mut report);
        let ids: Vec<&str> = facts.iter().map(|fact| fact.id.as_str()).collect();
        for (index, option) in raw.option.iter().enumerate() {
            let at = format!("option[{index}]");
            let named = [
                ("default-fact", &option.default_fact),
                ("min-fact", &option.min_fact),
                ("max-fact", &option.max_fact),
            ];
            for (key, fact) in named {
                if let Some(fact) = fact.as_ref().filter(|fact| !ids.contains(&fact.as_str())) {
                    let message = format!("option `{}` names the fact `{fact}`, which is not here", option.id);
                    let fault = Fault::new("unknown-fact", format!("{at}.{key}"), message).label("no such fact");
                    report(fault.help(suggest(fact, &ids, "its facts are")));
                }
            }
            if option.kind == OptionKind::Word && (option.values.is_none() || option.default.is_none()) {
                let message = format!("option `{}` needs `values` and `default`", option.id);
                let fault = Fault::new("missing-key", at, message).label("not both are here");
                report(fault.help("write for example `values = [\"off\", \"on\"]` and `default = \"off\"`"));
            }
        }
        check_names(&raw, &facts, document, &mut report);
        (problems.error_count() == before).then_some(Self {
            id: raw.id,
            role: raw.role,
            headline: raw.headline,
            weighed: raw.weighed.unwrap_or(raw.role == Role::Ingest),
            summary: raw.summary,
            docs: raw.docs,
            facts,
            options: raw.option,
            not_simulated_from: raw.not_simulated_from,
            stages: raw.stage,
            meters: raw.meter,
            what_ifs: raw.what_if,
            names,
        })
    }
}

fn check_fact(raw: RawFact, index: usize, report: &mut impl FnMut(Fault)) -> Option<Fact> {
    let wording = raw.value.as_str().map(str::to_owned);
    let value = match raw.value {
        serde_json::Value::String(text) => Some(Value::parse(&text)),
        serde_json::Value::Bool(flag) => Some(Value::Flag(flag)),
        serde_json::Value::Number(number) => number.as_f64().map(Value::Number),
        serde_json::Value::Array(items) => {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>().map(Value::Words)
        }
        _ => None,
    };
    if value.is_none() {
        let message = format!("the value of fact `{}` must be a quantity, a word, a flag or a list of words", raw.id);
        report(Fault::new("fact", format!("fact[{index}].value"), message).label("none of these"));
    }
    for (key, text) in [("source", &raw.source), ("checked", &raw.checked)] {
        if text.trim().is_empty() {
            let message = format!("fact `{}` needs a source and the date it was checked", raw.id);
            report(Fault::new("fact", format!("fact[{index}].{key}"), message).label("nothing is here"));
        }
    }
    let value = value?;
    Some(Fact {
        shown: wording.unwrap_or_else(|| value.to_string()),
        value,
        id: raw.id,
        grade: raw.grade,
        adjustable: raw.adjustable.unwrap_or(false),
        note: raw.note,
        source: raw.source,
        checked: raw.checked,
        edition: raw.edition,
        regions: raw.regions,
        destination: raw.destination,
    })
}

fn check_unique(facts: &[Fact], report: &mut impl FnMut(Fault)) {
    let mut seen = BTreeSet::new();
    for (index, fact) in facts.iter().enumerate() {
        if !seen.insert((&fact.id, fact.edition, &fact.regions, &fact.destination)) {
            let message = format!("fact `{}` is there twice under the same circumstances", fact.id);
            let fault = Fault::new("fact", format!("fact[{index}].id"), message).label("stated before");
            report(fault.help("leave one out, or limit it with `edition`, `regions` or `destination`"));
        }
    }
}

/// Every option and fact that a stage, a sizing or a meter names must be there.
fn check_names(raw: &RawService, facts: &[Fact], document: &Document, report: &mut impl FnMut(Fault)) {
    let options = raw.option.iter().map(|option| option.id.as_str());
    let known: BTreeSet<&str> = options.chain(facts.iter().map(|fact| fact.id.as_str())).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let mut check = |at: String, owner: &str, kind: &str, named: Vec<&str>| {
        // What another service has is looked up when all of them are read.
        for id in named.into_iter().filter(|id| !id.contains('.') && !known.contains(id)) {
            let message = format!("{kind} `{owner}` names `{id}`, which is neither an option nor a fact here");
            let fault = Fault::new("unknown-name", place_of(document, &at, id), message).label("no such name");
            report(fault.help(suggest(id, &known, "its options and facts are")));
        }
    };
    for (index, stage) in raw.stage.iter().enumerate() {
        let at = format!("stage[{index}]");
        check(at.clone(), &stage.id, "stage", stage.named());
        check(at + ".only-if.option", &stage.id, "stage", options_of(stage.only_if.as_ref()));
    }
    for (index, option) in raw.option.iter().enumerate() {
        let named = option.sized.as_ref().map(RawSizing::named).unwrap_or_default();
        check(format!("option[{index}].sized"), &option.id, "option", named);
    }
    for (index, meter) in raw.meter.iter().enumerate() {
        let at = format!("meter[{index}]");
        let named = meter.of.iter().chain(&meter.type_option).map(String::as_str).collect();
        check(at.clone(), &meter.id, "meter", named);
        check(at + ".only-if.option", &meter.id, "meter", options_of(meter.only_if.as_ref()));
    }
    for (index, what_if) in raw.what_if.iter().enumerate() {
        let named = what_if.set.keys().map(String::as_str).collect();
        check(format!("what-if[{index}].set"), &what_if.text, "what-if", named);
    }
    let stages: Vec<&str> = raw.stage.iter().map(|stage| stage.id.as_str()).collect();
    for (index, meter) in raw.meter.iter().enumerate() {
        if let Some(stage) = meter.stage.as_ref().filter(|id| !stages.contains(&id.as_str())) {
            let message = format!("meter `{}` names the stage `{stage}`, which is not here", meter.id);
            let fault = Fault::new("unknown-name", format!("meter[{index}].stage"), message).label("no such stage");
            report(fault.help(suggest(stage, &stages, "its stages are")));
        }
    }
}

/// The path of what names something in a table: the value that is this name, or what stands behind it as a key.
pub(super) fn place_of(document: &Document, table: &str, name: &str) -> String {
    // These are texts, and name nothing.
    const TEXTS: [&str; 6] = ["id", "kind", "doc", "name", "note", "source"];
    let entries = match document.find(table).map(|item| &item.node) {
        Some(Node::Table(table)) => table.entries.as_slice(),
        _ => &[],
    };
    let is_named = |key: &str, item: &Item| match &item.node {
        Node::Text(text) => key == name || (text == name && !TEXTS.contains(&key)),
        _ => key == name,
    };
    let found = entries.iter().find(|(key, _, item)| is_named(key, item));
    found.map_or_else(|| table.to_owned(), |(key, _, _)| format!("{table}.{key}"))
}

/// The options that a condition names.
pub(super) fn options_of(only_if: Option<&RawOnlyIf>) -> Vec<&str> {
    only_if.map(|only_if| only_if.option.keys().map(String::as_str).collect()).unwrap_or_default()
}
