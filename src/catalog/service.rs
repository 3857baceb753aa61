//! A checked service, and the lookup of its facts under given circumstances.

use std::collections::BTreeSet;

use super::Edition;
use super::raw::{
    Grade, OptionKind, RawFact, RawMeter, RawName, RawOnlyIf, RawOption, RawService, RawSizing, RawStage, RawWhatIf,
    Role,
};
use crate::diag::{Diagnostic, Problems};
use crate::document::Document;
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

    pub(super) fn check(mut raw: RawService, document: &Document, problems: &mut Problems) -> Option<Self> {
        let before = problems.error_count();
        let mut report = |code: &'static str, path: &str, message: String| {
            problems.push(Diagnostic::error(code, message).at(document.span_of(path), "in this file"));
        };
        let mut names = Vec::new();
        for (edition, name) in std::mem::take(&mut raw.name) {
            match edition.parse() {
                Ok(edition) => names.push((edition, name)),
                Err(message) => report("unknown-edition", "name", message),
            }
        }
        if !names.iter().any(|(edition, _)| *edition == Edition::Current) {
            report("missing-key", "name", "`[name.current]` is missing".to_owned());
        }
        let facts: Vec<Fact> =
            std::mem::take(&mut raw.fact).into_iter().filter_map(|fact| check_fact(fact, &mut report)).collect();
        check_unique(&raw.id, &facts, &mut report);
        let has = |id: &Option<String>| id.as_ref().is_none_or(|id| facts.iter().any(|fact| fact.id == *id));
        for option in &raw.option {
            for fact in [&option.default_fact, &option.min_fact, &option.max_fact] {
                if !has(fact) {
                    let fact = fact.clone().unwrap_or_default();
                    report(
                        "unknown-fact",
                        "option",
                        format!("option `{}` names the fact `{fact}`, which is not here", option.id),
                    );
                }
            }
            if option.kind == OptionKind::Word && (option.values.is_none() || option.default.is_none()) {
                report("missing-key", "option", format!("option `{}` needs `values` and `default`", option.id));
            }
        }
        check_names(&raw, &facts, &mut report);
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

fn check_fact(raw: RawFact, report: &mut impl FnMut(&'static str, &str, String)) -> Option<Fact> {
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
        report(
            "fact",
            "fact",
            format!("the value of fact `{}` must be a quantity, a word, a flag or a list of words", raw.id),
        );
    }
    if raw.source.trim().is_empty() || raw.checked.trim().is_empty() {
        report("fact", "fact", format!("fact `{}` needs a source and the date it was checked", raw.id));
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

fn check_unique(service: &str, facts: &[Fact], report: &mut impl FnMut(&'static str, &str, String)) {
    let mut seen = BTreeSet::new();
    for fact in facts {
        if !seen.insert((&fact.id, fact.edition, &fact.regions, &fact.destination)) {
            report(
                "fact",
                "fact",
                format!("fact `{}` of {service} is there twice under the same circumstances", fact.id),
            );
        }
    }
}

/// Every option and fact that a stage, a sizing or a meter names must be there.
fn check_names(raw: &RawService, facts: &[Fact], report: &mut impl FnMut(&'static str, &str, String)) {
    let known = |id: &str| raw.option.iter().any(|option| option.id == id) || facts.iter().any(|fact| fact.id == id);
    let mut check = |owner: &str, kind: &str, named: Vec<&str>| {
        // What another service has is looked up when all of them are read.
        for id in named.into_iter().filter(|id| !id.contains('.') && !known(id)) {
            let message = format!("{kind} `{owner}` names `{id}`, which is neither an option nor a fact here");
            report("unknown-name", kind, message);
        }
    };
    for stage in &raw.stage {
        check(&stage.id, "stage", stage.named());
        check(&stage.id, "stage", options_of(stage.only_if.as_ref()));
    }
    for option in &raw.option {
        check(&option.id, "option", option.sized.as_ref().map(RawSizing::named).unwrap_or_default());
    }
    for meter in &raw.meter {
        check(&meter.id, "meter", meter.of.iter().chain(&meter.type_option).map(String::as_str).collect());
        check(&meter.id, "meter", options_of(meter.only_if.as_ref()));
    }
    for what_if in &raw.what_if {
        check(&what_if.text, "what-if", what_if.set.keys().map(String::as_str).collect());
    }
    for meter in &raw.meter {
        if let Some(stage) = meter.stage.as_ref().filter(|id| !raw.stage.iter().any(|stage| stage.id == **id)) {
            report(
                "unknown-name",
                "meter",
                format!("meter `{}` names the stage `{stage}`, which is not here", meter.id),
            );
        }
    }
}

/// The options that a condition names.
pub(super) fn options_of(only_if: Option<&RawOnlyIf>) -> Vec<&str> {
    only_if.map(|only_if| only_if.option.keys().map(String::as_str).collect()).unwrap_or_default()
}
