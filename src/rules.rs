//! Rules: what a situation says for or against a service.
//!
//! A rule is one TOML table: an id, a kind, a typed condition, a reason, a page. [`RuleBook::load`] checks the tables;
//! [`Rule::outcome`] says whether one fires for one service in one scenario, [`Rule::evaluate`] also why: an [`Evaluation`]
//! with the whole trace and the evidence, the facts and the requirements that made it fire.
//!
//! The decision a reader would question: logic has three values. What nobody stated is unknown, and a rule whose
//! condition is unknown does not fire. So an empty scenario rejects nothing, and the trace says what was not known.

mod condition;
mod contradiction;
mod evaluate;
pub mod raw;

pub use condition::{Comparison, Condition, Operand};
pub use contradiction::Contradiction;
pub use evaluate::{Evaluation, FactEvidence, Outcome, RequirementEvidence, Situation, Trace};
pub use raw::{Page, RuleKind, Tried};

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Library, Role, Service, list_of};
use crate::diag::{Diagnostic, Problems, suggest};
use crate::document::Reader;
use crate::scenario::known_answers;
use crate::source::SourceMap;
use crate::value::Value;
use condition::Subject;
use evaluate::looked_up;
use raw::{RawRule, RawRules};

/// A checked rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, which states the condition that fails.
    pub id: String,
    /// What it does when it fires.
    pub kind: RuleKind,
    /// Services it speaks of; if empty, all of the roles, and if those are empty too, all that may be the answer.
    pub services: Vec<String>,
    /// Roles it speaks of.
    pub roles: Vec<Role>,
    /// When it fires.
    pub when: Condition,
    /// The reason, with `{needs.freshness}` and `{fact:least-delay}` filled in when it fires.
    pub reason: String,
    /// Criterion that an advising rule changes, and by how much of the criterion's range.
    pub points: Option<(String, f64)>,
    /// Whether a screened service cannot be a piece of another service's pipeline either.
    pub holds_on_the_way: bool,
    /// Its page.
    pub page: Page,
    /// A case in which it fires and one in which it does not.
    pub tried: Option<Tried>,
}

impl Rule {
    /// Whether the rule speaks of this service: of those it lists, else of those of its roles, else of all that may be
    /// the answer.
    #[must_use]
    pub fn applies_to(&self, service: &Service) -> bool {
        match (self.services.as_slice(), self.roles.as_slice()) {
            ([], []) => service.weighed && self.kind != RuleKind::Contradiction,
            ([], roles) => roles.contains(&service.role),
            (services, _) => services.contains(&service.id),
        }
    }

    /// Whether its condition compares this answer.
    #[must_use]
    pub fn looks_at(&self, answer: &str) -> bool {
        self.when.subjects().iter().any(|subject| matches!(subject, Subject::Field(path) if path == answer))
    }

    /// Whether the rule fires for a service.
    #[must_use]
    pub fn outcome(&self, service: &Service, situation: &Situation<'_>) -> Outcome {
        evaluate::outcome(&self.when, Some(service), situation)
    }

    /// Holds the rule against a service: the same with trace, reason and evidence.
    #[must_use]
    pub fn evaluate(&self, service: &Service, situation: &Situation<'_>) -> Evaluation {
        evaluate::evaluate(self, service, situation)
    }
}

/// All rules, in the order of their files.
#[derive(Debug, Clone, Default)]
pub struct RuleBook {
    /// The rules.
    pub rules: Vec<Rule>,
}

impl RuleBook {
    /// Reads and checks the rules of a library. Problems are collected.
    pub fn load(library: &Library, catalog: &Catalog, sources: &mut SourceMap, problems: &mut Problems) -> Self {
        let mut book = Self::default();
        // A test looks the names up in the rules that came with the program.
        let answers = (!library.is_all_embedded()).then(|| known_answers(catalog));
        for (name, text) in library.files().filter(|(name, _)| list_of(name) == "rules") {
            let shown = library.display_name(name);
            let proven = library.as_json(name);
            let mut reader = Reader { name: &shown, text, proven, sources, problems };
            let Some((raw, document)) = reader.read::<RawRules>() else { continue };
            for rule in raw.rule {
                let id = rule.id.clone();
                let checked = check(rule, catalog, &book).and_then(|rule| match &answers {
                    Some(answers) => check_names(rule, catalog, answers),
                    None => Ok(rule),
                });
                match checked {
                    Ok(rule) => book.rules.push(rule),
                    Err(message) => {
                        let problem = Diagnostic::error("rule", format!("rule `{id}`: {message}"));
                        problems.push(problem.at(document.span, "in this file"));
                    }
                }
            }
        }
        book
    }

    /// Paths of the answers that any rule looks at or names, except for contradictions, which decide nothing.
    #[must_use]
    pub fn answers_used(&self) -> BTreeSet<String> {
        let deciding = || self.rules.iter().filter(|rule| rule.kind != RuleKind::Contradiction);
        let in_conditions = deciding().flat_map(|rule| rule.when.subjects()).filter_map(|subject| match subject {
            Subject::Field(path) => Some(path),
            Subject::Fact(_) => None,
        });
        let in_reasons = deciding().flat_map(|rule| evaluate::placeholders(&rule.reason)).map(str::to_owned);
        in_conditions.chain(in_reasons).collect()
    }

    /// Every value that a deciding rule holds this answer against, other answers and facts of the services it speaks of
    /// included.
    #[must_use]
    pub fn compared_with(&self, path: &str, catalog: &Catalog, situation: &Situation<'_>) -> Vec<Value> {
        let deciding = self.rules.iter().filter(|rule| rule.kind != RuleKind::Contradiction);
        let mut values = Vec::new();
        for rule in deciding {
            for operand in rule.when.operands(path) {
                match operand {
                    Operand::Value(value) => values.push(value),
                    Operand::Other(other) => {
                        let services = catalog.services.iter().filter(|service| rule.applies_to(service));
                        let found = services.filter_map(|service| looked_up(&other, Some(service), situation));
                        values.extend(found.cloned());
                    }
                }
            }
        }
        values
    }

    /// The rule of this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The rules that speak of each service, by its id.
    #[must_use]
    pub fn by_service<'a>(&'a self, catalog: &'a Catalog) -> BTreeMap<&'a str, Vec<&'a Rule>> {
        let of = |service: &Service| self.rules.iter().filter(|rule| rule.applies_to(service)).collect();
        catalog.services.iter().map(|service| (service.id.as_str(), of(service))).collect()
    }
}

/// A misspelt field or fact would keep a rule silent for ever, so both must be known.
fn check_names(rule: Rule, catalog: &Catalog, answers: &[String]) -> Result<Rule, String> {
    let facts: Vec<&str> = catalog
        .services
        .iter()
        .filter(|service| rule.applies_to(service))
        .flat_map(|service| service.facts.iter().map(|fact| fact.id.as_str()))
        .collect();
    let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
    let in_reason = evaluate::placeholders(&rule.reason).filter(|name| *name != "service").map(|name| {
        name.strip_prefix("fact:")
            .map_or_else(|| Subject::Field(name.to_owned()), |fact| Subject::Fact(fact.to_owned()))
    });
    for subject in rule.when.subjects().into_iter().chain(in_reason) {
        let (name, known, what) = match &subject {
            Subject::Field(path) => (path, &answers, "answer"),
            Subject::Fact(id) => (id, &facts, "fact of its services"),
        };
        if !known.contains(&name.as_str()) {
            let near = crate::diag::nearest(name, known.iter().copied());
            let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(format!("there is no {what} `{name}`{help}"));
        }
    }
    Ok(rule)
}

fn check(raw: RawRule, catalog: &Catalog, book: &RuleBook) -> Result<Rule, String> {
    if book.find(&raw.id).is_some() {
        return Err("there is another rule of this name".to_owned());
    }
    let well_named = raw.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !well_named || !raw.id.contains('-') {
        return Err("a rule's name is lower-case words joined by hyphens, naming the condition that fails".to_owned());
    }
    let services: Vec<&str> = catalog.services.iter().map(|service| service.id.as_str()).collect();
    if raw.kind == RuleKind::Contradiction && !(raw.services.is_empty() && raw.roles.is_empty()) {
        return Err("a contradiction speaks of the scenario; it has no `services` and no `roles`".to_owned());
    }
    if let Some(unknown) = raw.services.iter().find(|id| !services.contains(&id.as_str())) {
        return Err(format!("there is no service `{unknown}`; {}", suggest(unknown, &services, "the services are")));
    }
    let points = match (raw.kind, raw.criterion, raw.points) {
        (RuleKind::Advise, Some(criterion), Some(points)) => {
            let criteria: Vec<&str> = catalog.criteria.iter().map(|known| known.id.as_str()).collect();
            if !criteria.contains(&criterion.as_str()) {
                return Err(format!(
                    "there is no criterion `{criterion}`; {}",
                    suggest(&criterion, &criteria, "the criteria are")
                ));
            }
            Some((criterion, points))
        }
        (RuleKind::Advise, _, _) => return Err("an advising rule needs `criterion` and `points`".to_owned()),
        (_, None, None) => None,
        _ => return Err("only an advising rule has `criterion` and `points`".to_owned()),
    };
    Ok(Rule {
        when: Condition::check(&raw.when)?,
        id: raw.id,
        kind: raw.kind,
        roles: raw.roles,
        services: raw.services,
        reason: raw.reason,
        points,
        holds_on_the_way: raw.holds_on_the_way,
        page: raw.page,
        tried: raw.tried,
    })
}
