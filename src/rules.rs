//! Rules: what a situation says for or against a service.
//!
//! A rule is one TOML table: an id, a kind, a typed condition, a reason, a page. [`RuleBook::load`] checks the tables;
//! [`Rule::outcome`] says whether one fires for one service in one scenario, [`Rule::evaluate`] also why: an [`Evaluation`]
//! with the whole trace and the evidence, the facts and the requirements that made it fire.
//!
//! The decision a reader would question: logic has three values. What nobody stated is unknown, and a rule whose
//! condition is unknown does not fire. So an empty scenario rejects nothing, and the trace says what was not known.

mod check;
mod condition;
mod contradiction;
mod evaluate;
pub mod raw;
mod written;

pub use condition::{Comparison, Condition, Operand};
pub use contradiction::Contradiction;
pub use evaluate::{Evaluation, FactEvidence, Outcome, RequirementEvidence, Situation, Trace};
pub use raw::{Page, RuleKind, Tried};

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Library, Role, Service, list_of};
use crate::diag::{Diagnostic, Problems};
use crate::document::{Item, Reader};
use crate::source::{SourceMap, Span};
use crate::value::Value;
use check::Known;
use condition::Subject;
use evaluate::looked_up;

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
    /// The table it was read from, with its places; none if it came with the program.
    pub table: Option<Item>,
}

impl Rule {
    /// Whether the rule speaks of this service: of those it lists, else of those of its roles, else of all that may be
    /// the answer.
    #[must_use]
    pub fn applies_to(&self, service: &Service) -> bool {
        speaks_of(self.kind, &self.services, &self.roles, service)
    }

    /// The answers that its condition looks at, and the facts, each once.
    #[must_use]
    pub fn looked_at(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut answers, mut facts) = (BTreeSet::new(), BTreeSet::new());
        for subject in self.when.subjects() {
            match subject {
                Subject::Field(path) => answers.insert(path),
                Subject::Fact(id) => facts.insert(id),
            };
        }
        (answers, facts)
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

    /// Its condition with what came of every part, for a rule that speaks of a service or, like a contradiction, of none.
    #[must_use]
    pub fn trace(&self, service: Option<&Service>, situation: &Situation<'_>) -> Trace {
        evaluate::trace(&self.when, service, situation)
    }

    /// Where something in its table stands, if it was read from a file of the user's.
    #[must_use]
    pub fn span_of(&self, path: &str) -> Option<Span> {
        self.table.as_ref().map(|table| table.span_of(path))
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
        // A test holds the rules that came with the program against the catalog.
        let known = (!library.is_all_embedded()).then(|| Known::new(catalog));
        let mut named: BTreeMap<String, Vec<(bool, Span)>> = BTreeMap::new();
        let mut pairs = BTreeSet::new();
        let before = problems.list().len();
        for (name, text) in library.files().filter(|(name, _)| list_of(name) == "rules") {
            let (shown, embedded) = (library.display_name(name), library.is_embedded(name));
            // Whatever is wrong once another file is laid over the catalog must have a place, so all are read with theirs.
            let proven = library.as_json(name).filter(|_| known.is_none());
            for rule in written::read(&mut Reader { name: &shown, text, proven, sources, problems }) {
                let mut faults = Vec::new();
                let table = rule.table.as_ref();
                check::named(&rule.raw, &mut faults);
                let checked = check::shape(&rule, !embedded, &mut faults);
                if let Some(known) = &known {
                    known.check(&rule, &mut faults);
                    Known::compared(&rule, &mut pairs);
                }
                if let Some(table) = table {
                    named.entry(rule.raw.id.clone()).or_default().push((!embedded, table.span_of("id")));
                }
                let right = faults.is_empty();
                for fault in faults {
                    let span = table.map(|table| table.span_of(fault.place()));
                    problems.push(fault.told(&format!("rule `{}`", rule.raw.id), span, sources));
                }
                book.rules.extend(checked.filter(|_| right));
            }
        }
        if let Some(known) = &known {
            known.facts(&pairs, sources, problems);
        }
        report_repeated(named, sources, problems);
        problems.sort_from(before);
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

/// Whether a rule of this kind, these services and these roles speaks of a service.
fn speaks_of(kind: RuleKind, services: &[String], roles: &[Role], service: &Service) -> bool {
    match (services, roles) {
        ([], []) => service.weighed && kind != RuleKind::Contradiction,
        ([], roles) => roles.contains(&service.role),
        (services, _) => services.contains(&service.id),
    }
}

/// Two rules of one name: the user's is the one to be called otherwise, wherever its file stands in the order.
fn report_repeated(named: BTreeMap<String, Vec<(bool, Span)>>, sources: &SourceMap, problems: &mut Problems) {
    for (id, mut places) in named {
        places.sort();
        let Some((first, others)) = places.split_first() else { continue };
        let (is_users, first) = first;
        let there = match sources.place(*first) {
            Some(place) if *is_users => format!("give it another name; the other stands in {place}"),
            _ => format!("give it another name; the other came with the program, and `forebay explain {id}` prints it"),
        };
        for (_, span) in others {
            let problem = Diagnostic::error("repeated-rule", format!("there is another rule `{id}`"));
            let problem = problem.at(*span, "the name is taken");
            problems.push(problem.help(there.clone()));
        }
    }
}
