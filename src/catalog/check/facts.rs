//! Facts that ranking and rules could not read.

use std::collections::{BTreeMap, BTreeSet};

use super::super::raw::{Criterion, RawSizing, RawStage};
use super::super::{Catalog, Fact, Service};
use super::wrong_date;
use crate::diag::{nearest, suggest};
use crate::document::{Document, Fault};
use crate::units::significant;
use crate::value::Value;

/// Services that must agree on the kind of a fact before another kind is refused.
const AGREE: usize = 2;

/// Services that have a fact before its name is one that others are held against.
const SHARED: usize = 6;

/// How many letters a name may be off to be another one mistyped.
const MISTYPED: usize = 2;

pub(super) fn check(catalog: &Catalog, service: &Service, document: &Document, faults: &mut Vec<Fault>) {
    for (index, fact) in service.facts.iter().enumerate() {
        let at = format!("fact[{index}]");
        let others: Vec<&Fact> = catalog
            .services
            .iter()
            .filter(|other| other.id != service.id)
            .flat_map(|other| other.facts.iter().filter(|known| known.id == fact.id))
            .collect();
        let before = faults.len();
        for criterion in catalog.criteria.iter().filter(|criterion| criterion.facts.contains(&fact.id)) {
            faults.extend(unvalued(criterion, fact, &at));
        }
        if faults.len() == before {
            faults.extend(other_kind(fact, &others, &at).or_else(|| mistyped_word(fact, &others, &at)));
        }
        if others.is_empty() {
            faults.extend(mistyped_id(catalog, service, fact, &at));
        }
        if let Some((message, help)) = wrong_date("checked", &fact.checked) {
            let fault = Fault::new("date", format!("{at}.checked"), format!("fact `{}`: {message}", fact.id));
            faults.push(fault.label("expected a day").help(help));
        }
        regions(catalog, fact, &at, document, faults);
    }
}

/// A value that a criterion gives no points for.
fn unvalued(criterion: &Criterion, fact: &Fact, at: &str) -> Option<Fault> {
    let at = format!("{at}.value");
    let (name, id) = (&fact.id, &criterion.id);
    let see = format!("the criterion `{id}` reads it; `forebay catalog list criteria` has all of them");
    let wrong_kind = |expected: &str, example: &str| {
        let message = format!("the fact `{name}` is {expected}, and this is {}", fact.value.kind());
        let fault = Fault::new("wrong-kind", at.clone(), message).label(format!("expected {expected}"));
        Some(fault.help(format!("write for example `value = {example}`")).help(see.clone()))
    };
    if criterion.against.is_some() {
        return match &fact.value {
            Value::Duration(_) => None,
            _ => wrong_kind("a duration", "\"20 s\""),
        };
    }
    if !criterion.words.is_empty() {
        let words: Vec<&str> = criterion.words.keys().map(String::as_str).collect();
        return match &fact.value {
            Value::Text(word) if words.contains(&word.as_str()) => None,
            Value::Text(word) => {
                let message = format!("the fact `{name}` is never `{word}`");
                let fault = Fault::new("unknown-value", at, message).label("expected another word");
                Some(fault.help(suggest(word, &words, "it is one of")).help(see))
            }
            _ => wrong_kind("a word", &format!("\"{}\"", words.first()?)),
        };
    }
    let (best, worst) = (criterion.best?, criterion.worst?);
    let (least, most) = (best.min(worst), best.max(worst));
    let scale = format!("a number from {} to {}", significant(least, 6), significant(most, 6));
    match &fact.value {
        Value::Number(number) if (least..=most).contains(number) => None,
        Value::Number(number) => {
            let message = format!("the fact `{name}` is {scale}, and this is {}", significant(*number, 6));
            let fault = Fault::new("out-of-range", at, message).label(format!("expected {scale}"));
            let ends = format!("{} is best and {} worst", significant(best, 6), significant(worst, 6));
            Some(fault.help(ends).help(see))
        }
        _ => wrong_kind(&scale, &significant(best, 6)),
    }
}

/// A list of one word and the word itself are one kind.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Words(_) => Value::Text(String::new()).kind(),
        other => other.kind(),
    }
}

/// A value of a kind that no other service has: what it is compared with elsewhere it cannot be compared with here.
fn other_kind(fact: &Fact, others: &[&Fact], at: &str) -> Option<Fault> {
    let kinds: BTreeSet<&str> = others.iter().map(|other| kind_of(&other.value)).collect();
    let mut kinds = kinds.into_iter();
    let (Some(only), None) = (kinds.next(), kinds.next()) else { return None };
    let example = others.first()?;
    if others.len() < AGREE || kind_of(&fact.value) == only {
        return None;
    }
    let kind = example.value.kind();
    let message = format!("the fact `{}` is {kind} everywhere else, and this is {}", fact.id, fact.value.kind());
    let fault = Fault::new("wrong-kind", format!("{at}.value"), message).label(format!("expected {kind}"));
    Some(fault.help(format!("it is for example `{}`; a fact of another meaning needs another id", example.shown)))
}

/// A word that no other service has and that is nearly one that some have. Lists are held against the answers of scenarios by
/// rules, which know all their words.
fn mistyped_word(fact: &Fact, others: &[&Fact], at: &str) -> Option<Fault> {
    let Value::Text(word) = &fact.value else { return None };
    let known: BTreeSet<&str> = others.iter().flat_map(|other| other.value.words()).map(String::as_str).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let near = nearest(word, known.iter().copied()).filter(|near| is_near(near, word))?;
    let at = format!("{at}.value");
    if known.contains(&word.as_str()) {
        return None;
    }
    let message = format!("no other service's fact `{}` is `{word}`", fact.id);
    Some(Fault::warning("unknown-value", at, message).label("a new word").help(format!("did you mean `{near}`?")))
}

/// A fact that nothing reads and whose name is nearly that of one that other services have.
fn mistyped_id(catalog: &Catalog, service: &Service, fact: &Fact, at: &str) -> Option<Fault> {
    let named = |id: &str| id == fact.id;
    let read = service.stages.iter().flat_map(RawStage::named).any(named)
        || service.options.iter().any(|option| {
            let facts = [&option.default_fact, &option.min_fact, &option.max_fact];
            let sized = option.sized.as_ref().map(RawSizing::named).unwrap_or_default();
            facts.into_iter().flatten().any(|id| named(id)) || sized.into_iter().any(named)
        })
        || service.meters.iter().any(|meter| meter.of.as_deref().is_some_and(named));
    if read {
        return None;
    }
    // Names that few services have are their own affair: DPUs and DCUs are not the same.
    let mut services: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for other in catalog.services.iter().filter(|other| other.id != service.id) {
        for fact in &other.facts {
            services.entry(&fact.id).or_default().insert(&other.id);
        }
    }
    let shared = services.iter().filter(|(_, having)| having.len() >= SHARED).map(|(id, _)| *id);
    let near = nearest(&fact.id, shared.filter(|id| service.facts.iter().all(|own| own.id != *id)))?;
    let message = format!("no other service has a fact `{}`, and nothing here reads it", fact.id);
    let fault = Fault::warning("unknown-fact", format!("{at}.id"), message).label("a new fact");
    is_near(near, &fact.id).then(|| fault.help(format!("did you mean `{near}`?")))
}

fn is_near(a: &str, b: &str) -> bool {
    a != b && strsim::damerau_levenshtein(a, b) <= MISTYPED.min(a.len() / 4)
}

/// Regions that a fact is limited to must be there.
fn regions(catalog: &Catalog, fact: &Fact, at: &str, document: &Document, faults: &mut Vec<Fault>) {
    if catalog.laid.lacks("regions") {
        return;
    }
    let known: Vec<&str> = catalog.regions.keys().map(String::as_str).collect();
    let wrong = fact.regions().iter().enumerate().filter(|(_, region)| !known.contains(&region.as_str()));
    for (index, region) in wrong {
        let place = format!("{at}.regions[{index}]");
        debug_assert!(document.find(&place).is_some(), "facts are numbered as in their file");
        faults.push(unknown_region(region, &known, place));
    }
}

/// A Region that is not in the catalog.
pub(super) fn unknown_region(region: &str, known: &[&str], at: String) -> Fault {
    // All Regions look alike: the nearest few say more than a long list.
    let area = region.rsplit_once('-').map_or(region, |(area, _)| area);
    let near: Vec<&str> = known.iter().copied().filter(|known| known.starts_with(area)).collect();
    let help =
        if near.is_empty() { suggest(region, known, "the Regions are") } else { suggest("", &near, "there are") };
    let fault = Fault::new("unknown-region", at, format!("there is no Region `{region}`")).label("no such Region");
    fault.help(help).help("`forebay catalog list regions` has their names")
}
