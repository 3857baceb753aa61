//! Options whose defaults nobody could use.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::super::raw::OptionKind;
use super::super::{Circumstances, Edition, Fact, OptionRule, Service};
use crate::diag::suggest;
use crate::document::Fault;
use crate::units::{Bytes, RecordRate, SimDuration, UnitError, significant};
use crate::value::Value;

/// Where no fact is limited to Regions, any will do.
const ANY_REGION: &str = "us-east-1";

pub(super) fn check(service: &Service, faults: &mut Vec<Fault>) {
    let circumstances = circumstances(service);
    for (index, option) in service.options.iter().enumerate() {
        let at = format!("option[{index}]");
        if service.options.iter().take(index).any(|other| other.id == option.id) {
            let fault = Fault::new("repeated", format!("{at}.id"), format!("option `{}` is there twice", option.id));
            faults.push(fault.label("stated before").help("leave one of them out"));
        }
        words(option, &at, faults);
        let facts = [&option.default_fact, &option.min_fact, &option.max_fact];
        let before = faults.len();
        let mut wrong = BTreeSet::new();
        for id in facts.into_iter().flatten() {
            for (place, fact) in service.facts.iter().enumerate().filter(|(_, fact)| fact.id == *id) {
                if let Some(help) = of_another_kind(option.kind, fact).filter(|_| wrong.insert(place)) {
                    let kind = kind(option.kind);
                    let message =
                        format!("option `{}` is {kind}, and its fact `{id}` is {}", option.id, described(fact));
                    let fault = Fault::new("wrong-kind", format!("fact[{place}].value"), message);
                    faults.push(fault.label(format!("expected {kind}")).help(help));
                }
            }
        }
        if faults.len() == before {
            bounds(service, option, &circumstances, faults);
        }
    }
}

/// Words that an option has, and its defaults among them.
fn words(option: &OptionRule, at: &str, faults: &mut Vec<Fault>) {
    let Some(default) = &option.default else { return };
    if option.kind != OptionKind::Word {
        let kind = kind(option.kind);
        let message = format!("option `{}` is {kind}, and `default` is for words", option.id);
        let fault = Fault::new("wrong-kind", format!("{at}.default"), message).label("leave this out");
        let help = "state it as a fact, with its unit and its source, and name that fact in `default-fact`";
        faults.push(fault.help(help));
        return;
    }
    let values: Vec<&str> = option.values.iter().flatten().map(String::as_str).collect();
    let towards = option.default_towards.iter().map(|(node, word)| (format!("{at}.default-towards.{node}"), word));
    for (at, word) in std::iter::once((format!("{at}.default"), default)).chain(towards) {
        if !values.contains(&word.as_str()) {
            let message = format!("option `{}` is never `{word}`", option.id);
            let fault = Fault::new("unknown-value", at, message).label("not among its `values`");
            faults.push(fault.help(suggest(word, &values, "its values are")));
        }
    }
}

/// Defaults lie within the limits, wherever and whenever.
fn bounds(service: &Service, option: &OptionRule, circumstances: &[Circumstances], faults: &mut Vec<Fault>) {
    for at in circumstances {
        let fact = |id: &Option<String>| service.fact(id.as_deref()?, at);
        let Some(default) = fact(&option.default_fact) else { continue };
        // What is stated for today may not have been there in the year of the course.
        if at.edition != Edition::Current && default.edition() != Some(at.edition) {
            continue;
        }
        let below = fact(&option.min_fact).filter(|low| default.value.compare(&low.value) == Some(Ordering::Less));
        let above = fact(&option.max_fact).filter(|high| default.value.compare(&high.value) == Some(Ordering::Greater));
        let number = match default.value {
            Value::Number(number) => option.max.filter(|most| number > *most),
            _ => None,
        };
        let told = match (below, above, number) {
            (Some(low), _, _) => format!("below its least value {} (`{}`)", low.shown, low.id),
            (_, Some(high), _) => format!("above its greatest value {} (`{}`)", high.shown, high.id),
            (_, _, Some(most)) => format!("above its greatest value {} (`max`)", significant(most, 6)),
            _ => continue,
        };
        let place = service.facts.iter().position(|known| std::ptr::eq(known, default)).unwrap_or_default();
        let message = format!("option `{}` is {} by default, {told}", option.id, default.shown);
        let fault = Fault::new("out-of-range", format!("fact[{place}].value"), message).label("out of its limits");
        faults.push(fault.help("a scenario could not set it to this; mend the default or the limit"));
        return;
    }
}

/// All that the service's facts tell apart.
fn circumstances(service: &Service) -> Vec<Circumstances> {
    let regions = service.facts.iter().flat_map(Fact::regions).map(String::as_str);
    let regions: BTreeSet<&str> = regions.chain([ANY_REGION]).collect();
    let destinations: BTreeSet<Option<&str>> = service.facts.iter().map(Fact::destination).chain([None]).collect();
    let mut all = Vec::new();
    for edition in [Edition::Current, Edition::Course2022] {
        for region in &regions {
            for destination in &destinations {
                let (region, destination) = ((*region).to_owned(), destination.map(str::to_owned));
                all.push(Circumstances { edition, region, destination });
            }
        }
    }
    all
}

pub(super) const fn kind(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Size => "a size",
        OptionKind::Duration => "a duration",
        OptionKind::Number => "a number",
        OptionKind::Word => "a word",
    }
}

/// What a fact is, in the words of somebody who has written it: `4` in quotes is a number to them.
pub(super) fn described(fact: &Fact) -> String {
    match &fact.value {
        Value::Number(_) => format!("the plain number {}", fact.shown),
        Value::Text(text) if text.parse::<f64>().is_ok() => format!("the plain number {text}"),
        Value::Text(text) => format!("the word `{text}`"),
        other => format!("{} ({})", other.kind(), fact.shown),
    }
}

/// What to type instead, where a fact is not what is wanted.
pub(super) fn of_another_kind(wanted: OptionKind, fact: &Fact) -> Option<String> {
    let unit = |read: Result<(), UnitError>, example: &str| match read {
        Err(error) if matches!(fact.value, Value::Number(_) | Value::Text(_)) => error.help,
        _ => format!("write for example {example}"),
    };
    match (wanted, &fact.value) {
        (OptionKind::Size, Value::Size(_))
        | (OptionKind::Duration, Value::Duration(_))
        | (OptionKind::Word, Value::Text(_))
        | (OptionKind::Number, Value::Number(_) | Value::Rate(_) | Value::ByteRate(_) | Value::Share(_)) => None,
        (OptionKind::Size, _) => Some(unit(fact.shown.parse::<Bytes>().map(drop), "\"5 MiB\"")),
        (OptionKind::Duration, _) => Some(unit(fact.shown.parse::<SimDuration>().map(drop), "\"20 s\"")),
        (OptionKind::Number, Value::Text(text)) if text.ends_with("/s") => {
            Some(unit(text.parse::<RecordRate>().map(drop), "\"500 records/s\""))
        }
        (OptionKind::Number, _) => Some("write a plain number, without quotes and without a unit".to_owned()),
        (OptionKind::Word, _) => Some("write a word in quotes".to_owned()),
    }
}
