//! Values whose kind the catalog decides: options of services and rare requirements.

use std::cmp::Ordering;

use crate::catalog::raw::{OptionKind, VocabularyKind};
use crate::catalog::{Circumstances, OptionRule, Service};
use crate::diag::{Diagnostic, Problems, suggest};
use crate::document::{Item, Node};
use crate::units::UnitError;
use crate::value::Value;

/// Reads an option's value and holds it against its range.
pub(super) fn option_value(
    service: &Service,
    rule: &OptionRule,
    item: &Item,
    at: &Circumstances,
    problems: &mut Problems,
) -> Option<Value> {
    let name = format!("{}.{}", service.id, rule.id);
    let value = match read_option(rule, &item.node) {
        Ok(value) => value,
        Err(message) => {
            let problem = Diagnostic::error("option", format!("`{name}`: {message}"));
            problems.push(problem.at(item.span, "not a value of this option").help(rule.doc.clone()));
            return None;
        }
    };
    let bound = |fact: &Option<String>| fact.as_ref().and_then(|id| service.fact(id, at));
    let below = bound(&rule.min_fact).filter(|least| value.compare(&least.value) == Some(Ordering::Less));
    let above = bound(&rule.max_fact).filter(|most| value.compare(&most.value) == Some(Ordering::Greater));
    let Some(fact) = below.or(above) else { return Some(value) };
    let side = if below.is_some() { "below the least" } else { "above the greatest" };
    // As typed: 901 s rounded to 15 min would seem to be within a limit of 15 min.
    let typed = match &item.node {
        Node::Text(text) => text.trim().to_owned(),
        _ => value.to_string(),
    };
    let message = format!("`{name}` = {typed} is {side} value, {}", fact.value);
    let edition = format!("edition {}, {}; source: {}", at.edition.name(), at.region, fact.source);
    problems.push(Diagnostic::error("out-of-range", message).at(item.span, "out of its range").help(edition));
    None
}

/// Reads a value as the kind that the option has.
fn read_option(rule: &OptionRule, node: &Node) -> Result<Value, String> {
    let measured = matches!(rule.kind, OptionKind::Size | OptionKind::Duration | OptionKind::Number);
    if let Node::Text(text) = node
        && measured
        && Value::interval_ends(text).is_some()
    {
        return Err("an option takes one value, not an interval; intervals are for requirements".to_owned());
    }
    let advised = |error: UnitError| format!("{error}; {}", error.help);
    match (node, rule.kind) {
        (Node::Text(text), OptionKind::Size) => text.parse().map(Value::Size).map_err(advised),
        (Node::Text(text), OptionKind::Duration) => text.parse().map(Value::Duration).map_err(advised),
        (Node::Text(text), OptionKind::Word) => {
            let words: Vec<&str> = rule.values.iter().flatten().map(String::as_str).collect();
            let known = words.contains(&text.as_str()).then(|| Value::Text(text.clone()));
            known.ok_or_else(|| {
                format!("`{text}` is not one of its values; {}", suggest(text, &words, "the values are"))
            })
        }
        (Node::Integer(number), OptionKind::Number) => number_in_range(*number as f64, rule.max),
        (Node::Float(number), OptionKind::Number) => number_in_range(*number, rule.max),
        (node, kind) => {
            let expected = match kind {
                OptionKind::Size => "a size such as \"5 MiB\"",
                OptionKind::Duration => "a duration such as \"300 s\"",
                OptionKind::Number => "a number, not negative",
                OptionKind::Word => "a word",
            };
            Err(format!("expected {expected}, found {}", node.kind()))
        }
    }
}

fn number_in_range(number: f64, max: Option<f64>) -> Result<Value, String> {
    let most = max.unwrap_or(f64::MAX);
    if (0.0..=most).contains(&number) {
        return Ok(Value::Number(number));
    }
    Err(max.map_or_else(
        || "expected a number, not negative".to_owned(),
        |most| format!("expected a number from 0 to {most}"),
    ))
}

/// Reads the value of a rare requirement as the kind that the vocabulary gives it.
///
/// # Errors
/// What was expected.
pub(super) fn vocabulary_value(kind: VocabularyKind, values: &[String], item: &Item) -> Result<Value, String> {
    let one_of = || format!("one of {}", values.join(", "));
    let known = |text: &String| values.is_empty() || values.contains(text);
    match (kind, &item.node) {
        (VocabularyKind::Word, Node::Text(text)) if known(text) => Ok(Value::Text(text.clone())),
        (VocabularyKind::Word, _) => Err(one_of()),
        (VocabularyKind::Words, Node::List(items)) => {
            let words: Option<Vec<String>> = items
                .iter()
                .map(|item| match &item.node {
                    Node::Text(text) if known(text) => Some(text.clone()),
                    _ => None,
                })
                .collect();
            words.map(Value::Words).ok_or_else(|| format!("a list of words, each {}", one_of()))
        }
        (VocabularyKind::Words, _) => Err("a list of words".to_owned()),
        (VocabularyKind::Flag, Node::Flag(flag)) => Ok(Value::Flag(*flag)),
        (VocabularyKind::Flag, _) => Err("true or false".to_owned()),
        (VocabularyKind::Count, Node::Integer(count)) if *count >= 0 => Ok(Value::Number(*count as f64)),
        (VocabularyKind::Count, Node::Text(text)) => {
            interval(text, |end| end.parse::<u32>().ok().map(|count| Value::Number(f64::from(count))))
                .ok_or_else(|| "a whole number, not negative, or an interval such as \"2 .. 5\"".to_owned())
        }
        (VocabularyKind::Count, _) => Err("a whole number, not negative".to_owned()),
        (VocabularyKind::Duration, Node::Text(text)) => {
            let duration = |text: &str| text.parse().ok().map(Value::Duration);
            let read = duration(text).or_else(|| interval(text, duration));
            read.ok_or_else(|| "a duration such as \"30 s\", or an interval such as \"10 s .. 60 s\"".to_owned())
        }
        (VocabularyKind::Duration, _) => Err("a duration such as \"30 s\"".to_owned()),
        (VocabularyKind::Text, Node::Text(text)) => Ok(Value::Text(text.clone())),
        (VocabularyKind::Text, _) => Err("a text".to_owned()),
    }
}

/// Reads an interval, each end by itself.
fn interval(text: &str, read: impl Fn(&str) -> Option<Value>) -> Option<Value> {
    let (low, high) = Value::interval_ends(text)?;
    Value::between(read(low)?, read(high)?)
}
