//! What must be right about a rule: its shape by itself, and its names and values against the catalog.
//!
//! A misspelt field or fact, a word that an answer can never be, a number without its unit: each would keep a rule silent
//! for ever, and nobody would see it.

use std::collections::BTreeSet;

use super::condition::{Comparison, Condition, Right, Subject, compared, each_part, plain};
use super::evaluate::placeholders;
use super::raw::{RawCondition, RawRule, RuleKind};
use super::written::Written;
use super::{Rule, speaks_of};
use crate::catalog::{Catalog, Fact};
use crate::diag::{Problems, nearest, suggest};
use crate::document::{Fault, Item, Node};
use crate::scenario::KnownAnswers;
use crate::source::SourceMap;
use crate::value::Value;

/// The rule, if its shape is right. Its table goes with it only where it `keeps` it.
pub(super) fn shape(written: &Written, keeps: bool, faults: &mut Vec<Fault>) -> Option<Rule> {
    let raw = &written.raw;
    let before = faults.len();
    if !written.is_whole() {
        // What was left out may be what a condition lacks; the others can be judged.
        let mut found = Vec::new();
        Condition::check(&raw.when, "when", &mut found);
        faults.extend(found.into_iter().filter(|fault| !written.is_cut(fault.place())));
        return None;
    }
    about(raw, faults);
    let points = points(raw, faults);
    let when = Condition::check(&raw.when, "when", faults);
    if faults.len() > before {
        return None;
    }
    Some(Rule {
        when: when?,
        id: raw.id.clone(),
        kind: raw.kind,
        roles: raw.roles.clone(),
        services: raw.services.clone(),
        reason: raw.reason.clone(),
        points,
        holds_on_the_way: raw.holds_on_the_way,
        page: raw.page.clone(),
        tried: raw.tried.clone(),
        table: written.table.clone().filter(|_| keeps),
    })
}

/// How rules are called.
pub(super) fn named(raw: &RawRule, faults: &mut Vec<Fault>) {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !raw.id.bytes().all(letter) || !raw.id.contains('-') {
        let message = "a rule's name is lower-case words joined by hyphens, naming the condition that fails";
        let fault = Fault::new("rule-name", "id", message).label("not such a name");
        let words: Vec<String> =
            raw.id.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).collect();
        let words: Vec<&str> =
            words.iter().map(String::as_str).filter(|word| word.is_ascii() && !word.is_empty()).collect();
        let instead = if words.len() > 1 { words.join("-") } else { "no-database-in-source".to_owned() };
        faults.push(fault.help(format!("write for example `id = \"{instead}\"`")));
    }
}

/// What the rule speaks of, and what it is tried on.
fn about(raw: &RawRule, faults: &mut Vec<Fault>) {
    if raw.kind == RuleKind::Contradiction {
        for (key, used) in [("services", !raw.services.is_empty()), ("roles", !raw.roles.is_empty())] {
            if used {
                let message = format!("a contradiction speaks of the scenario; it has no `{key}`");
                let fault = Fault::new("contradiction", key, message).label("leave this out");
                faults.push(fault.help("a rule that speaks of services is a `screen`, an `advise` or a `warn`"));
            }
        }
    }
    let nowhere = raw.tried.as_ref().is_some_and(|tried| tried.on.is_none());
    if nowhere && raw.kind != RuleKind::Contradiction {
        let fault = Fault::new("tried", "tried", "the example does not say which service the rule is tried on");
        let service = raw.services.first().map_or("firehose", String::as_str);
        faults.push(fault.label("needs `on`").help(format!("add `on = \"{service}\"`")));
    }
}

fn points(raw: &RawRule, faults: &mut Vec<Fault>) -> Option<(String, f64)> {
    if raw.kind == RuleKind::Advise {
        let missing = match (&raw.criterion, raw.points) {
            (Some(criterion), Some(points)) => return Some((criterion.clone(), points)),
            (None, None) => "`criterion = \"fit\"` and `points = 0.2`",
            (None, Some(_)) => "`criterion = \"fit\"`",
            (Some(_), None) => "`points = 0.2`",
        };
        let fault = Fault::new("points", "kind", "an advising rule needs `criterion` and `points`");
        let help = format!("add {missing}; `forebay catalog list criteria` lists the criteria");
        faults.push(fault.label("changes nothing so far").help(help));
        return None;
    }
    for (key, used) in [("criterion", raw.criterion.is_some()), ("points", raw.points.is_some())] {
        if used {
            let fault = Fault::new("points", key, format!("only an advising rule has `{key}`"));
            faults.push(fault.label("leave this out").help("or write `kind = \"advise\"`"));
        }
    }
    None
}

/// What the names of rules are looked up in.
#[derive(Debug)]
pub(super) struct Known<'a> {
    catalog: &'a Catalog,
    answers: KnownAnswers<'a>,
}

impl<'a> Known<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, answers: KnownAnswers::new(catalog) }
    }

    /// Looks up every name in a rule, and holds its values against what they are compared with.
    pub(super) fn check(&self, rule: &Written, faults: &mut Vec<Fault>) {
        let (raw, table) = (&rule.raw, rule.table.as_ref());
        self.services(raw, faults);
        self.criterion(raw, faults);
        let facts = self.facts_of(raw);
        let names = Names { of: self, raw, facts, all_read: !self.speaks_of_unread(raw) };
        each_part(&raw.when, "when", &mut |part, at| names.comparison(part, at, table, faults));
        for name in placeholders(&raw.reason).filter(|name| *name != "service") {
            let subject = name
                .strip_prefix("fact:")
                .map_or_else(|| Subject::Field(name.to_owned()), |fact| Subject::Fact(fact.to_owned()));
            let fault = names.look_up(&subject, "reason".to_owned());
            faults.extend(fault.map(|fault| fault.part(format!("{{{name}}}"))));
        }
    }

    fn services(&self, raw: &RawRule, faults: &mut Vec<Fault>) {
        let known: Vec<&str> = self.catalog.services.iter().map(|service| service.id.as_str()).collect();
        let on = raw.tried.as_ref().and_then(|tried| tried.on.as_ref()).map(|on| ("tried.on".to_owned(), on));
        let named = raw.services.iter().enumerate().map(|(index, id)| (format!("services[{index}]"), id));
        let before = faults.len();
        // A service whose file could not be read is there all the same.
        let unread = |id: &str| self.catalog.laid.is_unread("services", id);
        for (at, id) in named.chain(on).filter(|(_, id)| !known.contains(&id.as_str()) && !unread(id)) {
            faults.push(Fault::unknown("unknown-service", at, "service", id, &known, "the services are"));
        }
        // Rules that complete a pipeline are tried on the service that it is the pipeline of.
        let completes = matches!(raw.kind, RuleKind::Require | RuleKind::Beside | RuleKind::Contradiction);
        let on = raw.tried.as_ref().and_then(|tried| self.catalog.service(tried.on.as_deref()?));
        if let Some(on) =
            on.filter(|on| !completes && faults.len() == before && !speaks_of(raw.kind, &raw.services, &raw.roles, on))
        {
            let fault = Fault::new(
                "tried",
                "tried.on",
                format!("the example is about `{}`, of which the rule does not speak", on.id),
            );
            let help = raw.services.first().map(|id| format!("write `on = \"{id}\"`"));
            let fault = fault.label("another service");
            faults.push(help.into_iter().fold(fault, Fault::help));
        }
    }

    fn criterion(&self, raw: &RawRule, faults: &mut Vec<Fault>) {
        let known: Vec<&str> = self.catalog.criteria.iter().map(|known| known.id.as_str()).collect();
        let missing = |criterion: &&String| !known.contains(&criterion.as_str());
        if let Some(criterion) = raw.criterion.as_ref().filter(missing).filter(|_| !self.catalog.laid.lacks("criteria"))
        {
            let at = "criterion".to_owned();
            faults.push(Fault::unknown("unknown-criterion", at, "criterion", criterion, &known, "the criteria are"));
        }
    }

    /// Whether a rule speaks of a service whose file could not be read, so that nobody knows which facts there are.
    fn speaks_of_unread(&self, raw: &RawRule) -> bool {
        let laid = &self.catalog.laid;
        match raw.services.as_slice() {
            [] => laid.lacks("services"),
            services => services.iter().any(|id| laid.is_unread("services", id)),
        }
    }

    /// Adds the pairs of an answer and a fact that a rule compares.
    pub(super) fn compared(rule: &Written, pairs: &mut BTreeSet<(String, String)>) {
        each_part(&rule.raw.when, "when", &mut |part, _| {
            for (_, _, right) in compared(part) {
                if let (Some(field), Right::Fact(fact)) = (&part.field, right) {
                    pairs.insert((field.clone(), fact.clone()));
                }
            }
        });
    }

    /// Facts of the user's services whose words are held against those of an answer, which can never be one of them.
    pub(super) fn facts(&self, pairs: &BTreeSet<(String, String)>, sources: &SourceMap, problems: &mut Problems) {
        for document in self.catalog.laid.of("services") {
            let id = document.root.get("id").map(|item| item.node.to_json());
            let about = format!("service `{}`", id.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default());
            for fact in document.list("fact") {
                let answers = pairs.iter().filter(|(_, name)| fact.text("id") == Some(name)).map(|(answer, _)| answer);
                let Some(value) = fact.find("value") else { continue };
                for answer in answers {
                    for (at, word) in each_word(value) {
                        let Some(fault) = self.never_answered(answer, "value", &at, word) else { continue };
                        let (name, word) = (fact.text("id").unwrap_or_default(), word.node.to_json());
                        let word = word.as_str().unwrap_or_default();
                        let message = format!("the fact `{name}` is held against `{answer}`, which is never `{word}`");
                        let fault = fault.about(message);
                        let span = fact.span_of(fault.place());
                        problems.push(fault.told(&about, Some(span), sources));
                    }
                }
            }
        }
    }

    fn never_answered(&self, path: &str, key: &str, at: &str, item: &Item) -> Option<Fault> {
        let mut problems = Problems::default();
        self.answers.check(path, item, &mut problems);
        let problem = problems.list().first()?;
        let fault = Fault::new(problem.code, at, problem.message.clone());
        let fault = fault.label(problem.label.as_ref().map_or("here", |(_, label)| label));
        // What to type stands behind the key of the comparison, not behind that of a scenario.
        let name = path.rsplit('.').next().unwrap_or(path);
        let help = problem.help.first().map(|help| help.replace(&format!("`{name} = "), &format!("`{key} = ")));
        Some(help.into_iter().fold(fault, Fault::help))
    }

    /// The facts that the services of a rule have; those of all services if it names no service that is known.
    fn facts_of(&self, raw: &RawRule) -> Vec<&'a Fact> {
        let services = &self.catalog.services;
        let spoken_of: Vec<_> =
            services.iter().filter(|service| speaks_of(raw.kind, &raw.services, &raw.roles, service)).collect();
        let spoken_of = if spoken_of.is_empty() { services.iter().collect() } else { spoken_of };
        spoken_of.into_iter().flat_map(|service| &service.facts).collect()
    }
}

/// The names that a rule may use.
#[derive(Debug)]
struct Names<'a> {
    of: &'a Known<'a>,
    raw: &'a RawRule,
    facts: Vec<&'a Fact>,
    /// Whether these are all the facts there are.
    all_read: bool,
}

impl Names<'_> {
    fn comparison(&self, part: &RawCondition, at: &str, table: Option<&Item>, faults: &mut Vec<Fault>) {
        let field = part.field.iter().map(|field| ("field", Subject::Field(field.clone())));
        let fact = part.fact.iter().map(|fact| ("fact", Subject::Fact(fact.clone())));
        let subjects: Vec<(&str, Subject)> = field.chain(fact).collect();
        let before = faults.len();
        faults.extend(subjects.iter().filter_map(|(key, subject)| self.look_up(subject, format!("{at}.{key}"))));
        let left = match subjects.as_slice() {
            [(_, only)] if faults.len() == before => Some(only),
            _ => None,
        };
        for (key, how, right) in compared(part) {
            let at = format!("{at}.{key}");
            match right {
                Right::Fact(fact) => faults.extend(self.look_up(&Subject::Fact(fact.clone()), at)),
                Right::Field(field) => faults.extend(self.look_up(&Subject::Field(field.clone()), at)),
                Right::Value(_) | Right::Words(_) => {
                    if let Some((subject, value)) = left.zip(table.and_then(|table| table.find(&at))) {
                        self.value(subject, key, how, &at, value, faults);
                    }
                }
            }
        }
    }

    fn look_up(&self, subject: &Subject, at: String) -> Option<Fault> {
        match subject {
            Subject::Field(path) => {
                let known = self.of.answers.paths();
                let unread = path.starts_with("needs.further.") && self.of.catalog.laid.lacks("vocabulary");
                (!unread && !known.contains(&path.as_str())).then(|| {
                    let fault = Fault::unknown("unknown-answer", at, "answer", path, &known, "the answers are");
                    // There are too many to list.
                    match nearest(path, known) {
                        Some(_) => fault,
                        None => {
                            fault.help("`forebay schema scenario` has the keys, as the page on scenarios of the book")
                        }
                    }
                })
            }
            Subject::Fact(id) if self.raw.kind == RuleKind::Contradiction => {
                let fault = Fault::new(
                    "contradiction",
                    at,
                    format!("a contradiction looks at answers only, and `{id}` is a fact"),
                );
                Some(
                    fault
                        .label("a fact of which service?")
                        .help("compare with a value, or with another answer: `below-field`, `above-field`"),
                )
            }
            Subject::Fact(id) => {
                let known: BTreeSet<&str> = self.facts.iter().map(|fact| fact.id.as_str()).collect();
                let known: Vec<&str> = known.into_iter().collect();
                (self.all_read && !known.contains(&id.as_str())).then(|| {
                    let message = format!("the services it speaks of have no fact `{id}`");
                    let fault = Fault::new("unknown-fact", at, message).label("no such name");
                    fault.help(suggest(id, &known, "their facts are"))
                })
            }
        }
    }

    /// Whether a value, or each of several, is one that the left side can be.
    fn value(&self, subject: &Subject, key: &str, how: Comparison, at: &str, value: &Item, faults: &mut Vec<Fault>) {
        let several = match &value.node {
            Node::List(items) => {
                items.iter().enumerate().map(|(index, item)| (format!("{at}[{index}]"), item)).collect()
            }
            _ => vec![(at.to_owned(), value)],
        };
        for (at, item) in several {
            let Ok(right) = plain(&item.node.to_json()) else { continue };
            let fault = match subject {
                Subject::Field(path) => self.of.never_answered(path, key, &at, item),
                Subject::Fact(id) => self.never_a_fact(id, &at, &right),
            };
            faults.extend(fault.or_else(|| without_order(subject, key, how, &at, &right)));
        }
    }

    fn never_a_fact(&self, id: &str, at: &str, right: &Value) -> Option<Fault> {
        let values: Vec<&Value> = self.facts.iter().filter(|fact| fact.id == id).map(|fact| &fact.value).collect();
        let kind = |value: &Value| match value {
            Value::Words(_) => Value::Text(String::new()).kind(),
            other => other.kind(),
        };
        let first = *values.first()?;
        if !values.iter().any(|value| kind(value) == right.kind()) {
            let (expected, found) = (kind(first), right.kind());
            let fault = Fault::new("wrong-kind", at, format!("the fact `{id}` is {expected}, and this is {found}"));
            let fault = fault.label(format!("expected {expected}"));
            return Some(fault.help(format!("it is for example `{first}`")));
        }
        // A word may be one that services have which the rule does not speak of.
        let Value::Text(word) = right else { return None };
        let all = self.of.catalog.services.iter().flat_map(|service| &service.facts).filter(|fact| fact.id == id);
        let words: BTreeSet<&str> = all.flat_map(|fact| fact.value.words()).map(String::as_str).collect();
        let words: Vec<&str> = words.into_iter().collect();
        (!words.contains(&word.as_str()) && !self.of.catalog.laid.lacks("services")).then(|| {
            let fault = Fault::new("unknown-value", at, format!("the fact `{id}` is never `{word}`"));
            fault.label("no service has this").help(suggest(word, &words, "it is one of"))
        })
    }
}

/// The words of a value, each with its path.
fn each_word(value: &Item) -> Vec<(String, &Item)> {
    let is_text = |item: &Item| matches!(item.node, Node::Text(_));
    match &value.node {
        Node::List(items) => {
            let words = items.iter().enumerate().filter(|(_, item)| is_text(item));
            words.map(|(index, item)| (format!("value[{index}]"), item)).collect()
        }
        // A quantity is held against others by its kind.
        Node::Text(text) if matches!(Value::parse(text), Value::Text(_)) => vec![("value".to_owned(), value)],
        _ => Vec::new(),
    }
}

/// Words have no order.
fn without_order(subject: &Subject, key: &str, how: Comparison, at: &str, right: &Value) -> Option<Fault> {
    let ordered = matches!(how, Comparison::Below | Comparison::AtMost | Comparison::Above | Comparison::AtLeast);
    let plain = matches!(right, Value::Text(_) | Value::Flag(_));
    (ordered && plain).then(|| {
        let fault = Fault::new("wrong-kind", at, format!("`{key}` compares quantities, and this is {}", right.kind()));
        fault
            .label("neither more nor less than anything")
            .help(format!("compare `{subject}` with `is`, `is-not`, `in` or `not-in`"))
    })
}
