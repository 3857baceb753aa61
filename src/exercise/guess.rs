//! What a student answers to a question, typed, and how a trial depends on it.

use super::raw::Kind;
use crate::catalog::{Catalog, Edition, Service};
use crate::diag::{Diagnostic, nearest, suggest};
use crate::document::{Item, Node};
use crate::policy::amount;
use crate::report::answer::Measure;
use crate::rules::RuleBook;
use crate::units::{Bytes, RecordRate, Share, SimDuration, UnitError};

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Guess {
    /// As it was written.
    pub(super) written: String,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// A number in the base unit of its kind.
    Number(Kind, f64),
    Word(String),
}

impl Kind {
    /// What to write, for people.
    pub(super) const fn takes(self) -> &'static str {
        match self {
            Self::Service => "a service, by its id or name; `forebay catalog list` lists them",
            Self::Rule => "a rule, by its id; `forebay explain` lists them",
            Self::Choice => "one of the choices",
            Self::Time => "a time, such as \"90 s\"",
            Self::Size => "a size, such as \"5 MiB\"",
            Self::Money => "an amount a month, such as \"USD 12.50\"",
            Self::Rate => "a rate, such as \"2/s\"",
            Self::Count => "a number, such as 12",
            Self::Share => "a share, such as \"25 %\"",
        }
    }

    /// What its figures are measured in; none where they are words or where no figure is measured so.
    pub(super) const fn fits(self, measure: Measure) -> bool {
        matches!(
            (self, measure),
            (Self::Time, Measure::Seconds)
                | (Self::Size, Measure::Bytes)
                | (Self::Money, Measure::Usd)
                | (Self::Share, Measure::Share)
                | (Self::Count, Measure::PerHour | Measure::PerDay | Measure::Records | Measure::Points)
        )
    }

    /// Some answer of this kind, to try out what depends on one.
    pub(super) fn sample(self, catalog: &Catalog, rules: &RuleBook) -> Guess {
        let word = match self {
            Self::Service => catalog.weighed().next().map(|service| service.id.clone()),
            Self::Rule => rules.rules.first().map(|rule| rule.id.clone()),
            Self::Choice => Some(String::new()),
            _ => None,
        };
        let value = word.map_or(Value::Number(self, if self == Self::Share { 0.1 } else { 100.0 }), Value::Word);
        Guess { written: String::new(), value }
    }
}

impl Guess {
    /// Reads an answer; none where the place for it was left empty. The problem says what was expected.
    pub(super) fn read(
        kind: Kind,
        choices: &[&str],
        item: &Item,
        catalog: &Catalog,
        rules: &RuleBook,
    ) -> Result<Option<Self>, Diagnostic> {
        let written = match &item.node {
            Node::Text(text) if text.trim().is_empty() => return Ok(None),
            Node::Text(text) => text.trim().to_owned(),
            Node::Integer(number) if matches!(kind, Kind::Count | Kind::Money) => number.to_string(),
            Node::Float(number) if matches!(kind, Kind::Count | Kind::Money) => number.to_string(),
            other => {
                let problem = Diagnostic::error("wrong-kind", format!("{} is no answer here", other.kind()));
                let problem = problem.at(item.span, format!("expected {}", kind.takes()));
                let number = match other {
                    Node::Integer(number) => Some(*number as f64),
                    Node::Float(number) => Some(*number),
                    _ => None,
                };
                return Err(match number.and_then(|number| with_unit(kind, number)) {
                    Some(help) => problem.help(help),
                    None => problem,
                });
            }
        };
        let value = match kind {
            Kind::Service => service(&written, catalog).map(Value::Word),
            Kind::Rule => {
                let ids: Vec<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
                word(&written, &ids, "there is no rule", "`forebay explain` lists the rules; they are")
            }
            Kind::Choice => word(&written, choices, "there is no choice", "the choices are"),
            _ => number(kind, &written),
        };
        match value {
            Ok(value) => Ok(Some(Self { written, value })),
            Err((message, help)) => {
                let problem = Diagnostic::error("answer", message);
                Err(problem.at(item.span, format!("expected {}", kind.takes())).help(help))
            }
        }
    }

    /// The answer times a factor, and so much more, as a setting takes it.
    fn varied(&self, factor: f64, more: f64) -> String {
        let Value::Number(kind, value) = &self.value else {
            let Value::Word(word) = &self.value else { return String::new() };
            return word.clone();
        };
        let value = value * factor + more;
        // Without the dust that a product leaves; a shard has no half.
        let plain = |value: f64| ((value * 1e9).round() / 1e9).to_string();
        match kind {
            Kind::Time => format!("{} s", plain(value)),
            Kind::Size => format!("{} B", value.round()),
            Kind::Rate => format!("{}/s", plain(value)),
            Kind::Money => format!("USD {}", plain(value)),
            Kind::Share => format!("{} %", plain(100.0 * value)),
            _ if more.abs() > 0.0 => value.max(0.0).round().to_string(),
            _ => plain(value),
        }
    }

    /// The text with the answer in place of `{answer}`, `{0.9 answer}`, `{answer - 1}`.
    pub(super) fn fill(guess: Option<&Self>, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            // An inline table has braces too.
            let meant = |inside: &str| inside.contains("answer") && !inside.contains(['{', '=']);
            let Some((inside, behind)) = after.split_once('}').filter(|(inside, _)| meant(inside)) else {
                filled.push('{');
                rest = after;
                continue;
            };
            let (factor, more) = expression(inside).ok_or_else(|| {
                format!("`{{{inside}}}` is not understood; write `{{answer}}`, `{{0.9 answer}}` or `{{answer - 1}}`")
            })?;
            let guess = guess.ok_or("there is no answer to stand for `{answer}` here")?;
            filled.push_str(&guess.varied(factor, more));
            rest = behind;
        }
        Ok(filled + rest)
    }
}

/// `0.9 answer` or `answer - 1` as a factor and what is added.
fn expression(text: &str) -> Option<(f64, f64)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["answer"] => Some((1.0, 0.0)),
        [factor, "answer"] | [factor, "*", "answer"] => Some((factor.parse().ok()?, 0.0)),
        ["answer", "+", more] => Some((1.0, more.parse().ok()?)),
        ["answer", "-", less] => less.parse().ok().map(|less: f64| (1.0, -less)),
        _ => None,
    }
}

/// What to write for a number without its unit; none where the kind has no unit that would be meant.
fn with_unit(kind: Kind, number: f64) -> Option<String> {
    match kind {
        Kind::Time => Some(format!("write \"{number} s\"")),
        Kind::Size => Some(format!("write for example \"{number} KB\"")),
        Kind::Rate => Some(format!("write \"{number}/s\"")),
        Kind::Share if number > 0.0 && number < 1.0 => {
            Some(format!("did you mean \"{} %\"?", crate::units::significant(100.0 * number, 4)))
        }
        Kind::Share if (0.0..=100.0).contains(&number) => Some(format!("write \"{number} %\"")),
        _ => None,
    }
}

/// A name of a service as it is compared: in lower case, without its maker.
fn folded(name: &str) -> String {
    let name = name.trim().to_lowercase().replace(['_', '-'], " ");
    let bare = ["aws ", "amazon "].iter().find_map(|maker| name.strip_prefix(maker));
    bare.unwrap_or(&name).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The service of this id, or of this name in one of the editions, with its maker or without.
fn service(written: &str, catalog: &Catalog) -> Result<String, (String, String)> {
    let names = |service: &Service| {
        let editions = [Edition::Current, Edition::Course2022];
        let names = editions.map(|edition| [service.full_name(edition), service.short_name(edition)].map(folded));
        names.into_iter().flatten().chain([folded(&service.id)]).collect::<Vec<String>>()
    };
    let typed = folded(written);
    if let Some(known) = catalog.services.iter().find(|service| names(service).contains(&typed)) {
        return Ok(known.id.clone());
    }
    let all: Vec<(&str, Vec<String>)> = catalog.weighed().map(|one| (one.id.as_str(), names(one))).collect();
    let near = nearest(&typed, all.iter().flat_map(|(_, names)| names.iter().map(String::as_str)));
    let near = near.and_then(|near| all.iter().find(|(_, names)| names.iter().any(|name| name == near)));
    let help = near.map_or_else(
        || {
            let listed: Vec<String> = catalog
                .weighed()
                .map(|service| format!("{} (`{}`)", service.short_name(Edition::Current), service.id))
                .collect();
            format!("the services are: {}", listed.join(", "))
        },
        |(id, _)| format!("did you mean `{id}`?"),
    );
    Err((format!("there is no service `{written}`"), help))
}

fn word(written: &str, known: &[&str], none: &str, list: &str) -> Result<Value, (String, String)> {
    if known.contains(&written) {
        return Ok(Value::Word(written.to_owned()));
    }
    Err((format!("{none} `{written}`"), suggest(written, known, list)))
}

/// A number of a kind, in its base unit.
pub(super) fn plain(kind: Kind, written: &str) -> Option<f64> {
    match number(kind, written) {
        Ok(Value::Number(_, value)) => Some(value),
        _ => None,
    }
}

fn number(kind: Kind, written: &str) -> Result<Value, (String, String)> {
    // A number alone, whose unit can be guessed.
    let bare = written.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let meant = bare.and_then(|number| with_unit(kind, number));
    let told = |error: UnitError| (error.message(), meant.clone().unwrap_or(error.help));
    let value = match kind {
        Kind::Time => written.parse::<SimDuration>().map_err(told)?.as_secs_f64(),
        Kind::Size => written.parse::<Bytes>().map_err(told)?.get() as f64,
        Kind::Money => amount(written)
            .map_err(|_| (format!("`{written}` is no amount of money"), "write for example \"USD 12.50\"".to_owned()))?
            .to_f64(),
        Kind::Rate => written.parse::<RecordRate>().map_err(told)?.get(),
        Kind::Share => written.parse::<Share>().map_err(told)?.get(),
        _ => {
            let number: Option<f64> = written.replace(['_', ','], "").parse().ok();
            number
                .filter(|number| number.is_finite())
                .ok_or_else(|| (format!("`{written}` is no number"), "write digits alone, such as 12".to_owned()))?
        }
    };
    Ok(Value::Number(kind, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(kind: Kind, value: f64) -> Guess {
        Guess { written: String::new(), value: Value::Number(kind, value) }
    }

    #[test]
    fn an_answer_stands_in_settings_as_it_is_and_varied() {
        let minute = guess(Kind::Time, 60.0);
        let fill = |guess: &Guess, text: &str| Guess::fill(Some(guess), text).unwrap();
        assert_eq!(fill(&minute, "needs.freshness={answer}"), "needs.freshness=60 s");
        assert_eq!(fill(&minute, "a={0.5 answer} or {2 * answer}"), "a=30 s or 120 s");
        assert_eq!(fill(&guess(Kind::Count, 3.0), "shards={answer - 1}"), "shards=2");
        let outage = "simulation.outages=[{ service = \"s3\", from = \"0 s\", to = \"{answer}\" }]";
        assert_eq!(fill(&minute, outage), "simulation.outages=[{ service = \"s3\", from = \"0 s\", to = \"60 s\" }]");
    }

    #[test]
    fn what_cannot_be_filled_says_why() {
        let error = |text: &str| Guess::fill(Some(&guess(Kind::Count, 1.0)), text).unwrap_err();
        assert!(error("a={twice answer}").contains("`{answer - 1}`"));
        assert!(Guess::fill(None, "a={answer}").unwrap_err().contains("no answer"));
        assert_eq!(Guess::fill(None, "a={ b = 1 }").unwrap(), "a={ b = 1 }");
    }
}
