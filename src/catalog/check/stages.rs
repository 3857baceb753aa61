//! Stages that could not run as they are meant.

use super::super::raw::{OptionKind, RawOnlyIf, StageKind};
use super::super::{Catalog, Service};
use super::options::{described, kind, of_another_kind};
use crate::diag::suggest;
use crate::document::{Document, Fault, Node};

/// Keys that every stage has.
const OF_ALL: [&str; 4] = ["id", "kind", "doc", "only-if"];

/// What a gate counts.
const OF_GATES: [&str; 6] = ["requests", "records", "bytes", "largest-record", "largest-request", "times"];

/// The keys of a kind of stage besides those of all, and the groups of which it needs one key each.
const fn keys(kind: StageKind) -> (&'static [&'static str], &'static [&'static [&'static str]]) {
    match kind {
        StageKind::TokenBucket => (&["rate", "burst"], &[&["rate"], &["burst"]]),
        StageKind::Quota => (&[], &[&["records", "requests", "bytes", "largest-record", "largest-request"]]),
        StageKind::Delay => (&["median", "sigma", "per-mib"], &[&["median"]]),
        StageKind::Buffer => {
            (&["size", "count", "interval", "interval-floor", "timer"], &[&["interval", "size", "count"]])
        }
        StageKind::Shards => (&["count", "keys", "skew"], &[]),
        StageKind::Poll => (&["every", "records", "bytes", "median", "sigma", "count"], &[&["every"]]),
        StageKind::Station => (
            &["servers", "rate", "median", "sigma", "throughput", "throughput-share", "places", "count", "times"],
            &[&["median", "rate", "throughput"]],
        ),
        StageKind::Deliver => {
            (&["retry-for", "retry-first", "retry-longest"], &[&["retry-for"], &["retry-first"], &["retry-longest"]])
        }
        StageKind::Unpack | StageKind::Gather => (&[], &[]),
    }
}

const fn counts(kind: StageKind) -> bool {
    matches!(kind, StageKind::TokenBucket | StageKind::Quota | StageKind::Shards)
}

/// The name of a kind, and a kind that has a key.
fn named(kind: StageKind) -> String {
    let word = serde_json::to_value(kind).ok();
    word.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

const KINDS: [StageKind; 10] = [
    StageKind::TokenBucket,
    StageKind::Quota,
    StageKind::Delay,
    StageKind::Buffer,
    StageKind::Shards,
    StageKind::Poll,
    StageKind::Station,
    StageKind::Deliver,
    StageKind::Unpack,
    StageKind::Gather,
];

fn has_key(kind: StageKind, key: &str) -> bool {
    keys(kind).0.contains(&key) || (counts(kind) && OF_GATES.contains(&key))
}

pub(super) fn check(catalog: &Catalog, service: &Service, document: &Document, faults: &mut Vec<Fault>) {
    for (index, stage) in service.stages.iter().enumerate() {
        let at = format!("stage[{index}]");
        let written = document.list("stage").get(index).map(|item| &item.node);
        let Some(Node::Table(table)) = written else { continue };
        let word = named(stage.kind);
        for (key, _, item) in table.entries.iter().filter(|(key, _, _)| !OF_ALL.contains(&key.as_str())) {
            if !has_key(stage.kind, key) {
                let message = format!("stage `{}` is of the kind `{word}`, which has no `{key}`", stage.id);
                let fault = Fault::new("stage", format!("{at}.{key}"), message).label("not read by this kind");
                let others: Vec<String> = KINDS
                    .into_iter()
                    .filter(|kind| has_key(*kind, key))
                    .map(|kind| format!("`{}`", named(kind)))
                    .collect();
                let own: Vec<&str> = keys(stage.kind).0.to_vec();
                let own = own.into_iter().chain(OF_GATES.into_iter().filter(|_| counts(stage.kind)));
                let help = suggest("", &own.collect::<Vec<_>>(), "leave it out; its keys are");
                faults.push(fault.help(help).help(format!("`{key}` is for {}", others.join(", "))));
            } else if let Node::Text(name) = &item.node {
                faults.extend(wrong_kind(catalog, service, stage.kind, key, name, &at));
            }
        }
        for group in keys(stage.kind).1 {
            if !group.iter().any(|key| table.get(key).is_some()) {
                let listed: Vec<String> = group.iter().map(|key| format!("`{key}`")).collect();
                let message =
                    format!("stage `{}` is of the kind `{word}` and has no {}", stage.id, listed.join(", no "));
                let first = group.first().copied().unwrap_or_default();
                let fault = Fault::new("stage", format!("{at}.kind"), message).label("does nothing without it");
                faults
                    .push(fault.help(format!("add for example `{first} = \"NAME\"`, the name of a fact or an option")));
            }
        }
        let before = service.stages.iter().take(index);
        if let Some(other) = before
            .filter(|other| other.id == stage.id)
            .find(|other| !exclude(other.only_if.as_ref(), stage.only_if.as_ref()))
        {
            let message = format!("two stages `{}` could be there at once", other.id);
            let fault = Fault::new("repeated", format!("{at}.id"), message).label("the name is taken");
            faults.push(fault.help("give it another id, or each an `only-if` that rules the other out"));
        }
    }
}

/// A number of a stage that is of another kind than its key.
fn wrong_kind(
    catalog: &Catalog,
    service: &Service,
    stage: StageKind,
    key: &str,
    name: &str,
    at: &str,
) -> Option<Fault> {
    let wanted = match key {
        "median" | "per-mib" | "interval" | "interval-floor" | "every" | "retry-for" | "retry-first"
        | "retry-longest" => OptionKind::Duration,
        "size" | "largest-record" | "largest-request" => OptionKind::Size,
        "bytes" if stage == StageKind::Poll => OptionKind::Size,
        "timer" => return None,
        _ => OptionKind::Number,
    };
    let (owner, id) = name.split_once('.').map_or((Some(service), name), |(other, id)| (catalog.service(other), id));
    let owner = owner?;
    let fault = |found: String| {
        let expected = kind(wanted);
        let fault =
            Fault::new("wrong-kind", format!("{at}.{key}"), format!("`{key}` is {expected}, and `{name}` is {found}"));
        fault.label(format!("expected the name of {expected}"))
    };
    if let Some(option) = owner.option(id) {
        return (option.kind != wanted).then(|| fault(kind(option.kind).to_owned()));
    }
    let wrong = owner
        .facts
        .iter()
        .filter(|fact| fact.id == id)
        .find_map(|fact| of_another_kind(wanted, fact).map(|help| (described(fact), help)));
    let (found, help) = wrong?;
    Some(fault(found).help(format!("name another fact, or in that one {help}")))
}

/// Whether two conditions cannot be met at once.
fn exclude(one: Option<&RawOnlyIf>, other: Option<&RawOnlyIf>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    let apart = |a: &[String], b: &[String]| !a.is_empty() && !b.is_empty() && !a.iter().any(|node| b.contains(node));
    let denied = |a: &[String], b: &[String]| !a.is_empty() && a.iter().all(|node| b.contains(node));
    let options = one.option.iter().any(|(key, word)| other.option.get(key).is_some_and(|known| known != word));
    options
        || apart(&one.from, &other.from)
        || apart(&one.to, &other.to)
        || denied(&one.from, &other.not_from)
        || denied(&other.from, &one.not_from)
        || denied(&one.to, &other.not_to)
        || denied(&other.to, &one.not_to)
}
