//! Rules held against their own examples.
//!
//! A rule says in `[rule.tried]` with which answers it fires and with which it is silent. [`Trial::try_rule`] decides an
//! otherwise empty scenario with each and reports where the rule does something else: a rule that never fires is a policy
//! that nobody keeps.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Problems};
use crate::ranking::{Decider, circumstances};
use crate::rules::{Outcome, Rule, RuleBook, RuleKind, Situation, Trace, Tried};
use crate::scenario::{Loader, Override, Scenario};
use crate::source::SourceMap;

/// A scenario in which nothing is stated but what must be.
const EMPTY: &str = "format = 1\ntitle = \"nothing stated\"\n";

/// What rules are tried with.
#[derive(Debug)]
pub struct Trial<'a> {
    catalog: &'a Catalog,
    decider: Decider<'a>,
}

/// What a rule did in an example.
#[derive(Debug)]
struct Done {
    fired: bool,
    /// Its condition with what came of it, where it was held against one service.
    trace: Option<Trace>,
}

impl<'a> Trial<'a> {
    /// A trial with this catalog and all of these rules.
    #[must_use]
    pub fn new(catalog: &'a Catalog, rules: &'a RuleBook) -> Self {
        Self { catalog, decider: Decider::new(catalog, rules) }
    }

    /// Everything that the example of a rule says and the rule does not do; nothing if the rule has no example.
    #[must_use]
    pub fn try_rule(&self, rule: &Rule) -> Vec<Diagnostic> {
        let Some(tried) = &rule.tried else { return Vec::new() };
        let cases = [("tried.fires", &tried.fires, true), ("tried.silent", &tried.silent, false)];
        cases.into_iter().flat_map(|(at, overrides, fires)| self.case(rule, tried, at, overrides, fires)).collect()
    }

    fn case(&self, rule: &Rule, tried: &Tried, at: &str, overrides: &[String], fires: bool) -> Vec<Diagnostic> {
        let scenario = match self.scenario(overrides) {
            Ok(scenario) => scenario,
            Err(faults) => return faults.into_iter().map(|fault| fault.told(rule, at)).collect(),
        };
        let done = self.done(rule, tried, &scenario);
        if done.fired == fires {
            return Vec::new();
        }
        let (message, label) = if fires {
            ("is silent where its example says that it fires", still_open(done.trace.as_ref()))
        } else {
            ("fires where its example says that it is silent", "with these its condition holds".to_owned())
        };
        let problem = Diagnostic::error("tried", format!("rule `{}` {message}", rule.id));
        vec![placed(problem.help("mend the example, or the rule's `when`"), rule, at, label)]
    }

    fn done(&self, rule: &Rule, tried: &Tried, scenario: &Scenario) -> Done {
        let on = tried.on.as_deref().unwrap_or_default();
        match rule.kind {
            RuleKind::Path => {
                let decision = self.decider.decide(scenario);
                let held =
                    decision.service(on).and_then(|service| service.trace.iter().find(|held| held.rule == rule.id));
                Done {
                    fired: held.is_some_and(|held| held.outcome == Outcome::Yes),
                    trace: held.map(|held| held.condition.clone()),
                }
            }
            // These complete a pipeline, so they are tried on the one that comes out.
            RuleKind::Require | RuleKind::Beside => {
                let decision = self.decider.decide(scenario);
                let reasons = decision.service(on).map(|service| service.reasons.as_slice()).unwrap_or_default();
                Done { fired: reasons.iter().any(|reason| reason.rule == rule.id), trace: None }
            }
            RuleKind::Screen | RuleKind::Advise | RuleKind::Warn | RuleKind::Contradiction => {
                let at = circumstances(scenario);
                let trace = rule.trace(self.catalog.service(on), &Situation::new(&scenario.answers, &at));
                Done { fired: trace.outcome == Outcome::Yes, trace: Some(trace) }
            }
        }
    }

    /// The empty scenario with these overrides, or what is wrong with them.
    fn scenario(&self, overrides: &[String]) -> Result<Scenario, Vec<WrongOverride>> {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let loader = Loader { catalog: self.catalog, edition: None, region: None };
        let wishes: Vec<Override> = overrides.iter().map(|text| Override { text: text.clone() }).collect();
        let loaded = loader.load("an example", EMPTY, &wishes, &mut sources, &mut problems);
        loaded.ok_or_else(|| {
            problems.list().iter().map(|problem| WrongOverride::of(problem, overrides, &sources)).collect()
        })
    }
}

/// An override of an example that cannot be set.
#[derive(Debug)]
struct WrongOverride {
    /// Which one, where that can be told.
    index: Option<usize>,
    problem: Diagnostic,
}

impl WrongOverride {
    fn of(problem: &Diagnostic, overrides: &[String], sources: &SourceMap) -> Self {
        let place = problem.label.as_ref().and_then(|(span, _)| sources.place(*span));
        let typed = place.and_then(|place| place.file.strip_prefix("--set ").map(str::to_owned));
        let index = typed.and_then(|typed| overrides.iter().position(|text| *text == typed));
        Self { index, problem: problem.clone() }
    }

    fn told(self, rule: &Rule, at: &str) -> Diagnostic {
        let Diagnostic { code, message, label, help, .. } = self.problem;
        let label = label.map_or_else(String::new, |(_, label)| label);
        let problem = Diagnostic::error(code, format!("rule `{}`, in its example: {message}", rule.id));
        let problem = help.into_iter().fold(problem, Diagnostic::help);
        let at = self.index.map_or_else(|| at.to_owned(), |index| format!("{at}[{index}]"));
        placed(problem, rule, &at, label)
    }
}

/// What of a condition does not hold, in a few words.
fn still_open(trace: Option<&Trace>) -> String {
    let in_the_way = trace.map(Trace::in_the_way).unwrap_or_default();
    let mut text = String::new();
    for (index, part) in in_the_way.iter().take(3).enumerate() {
        let joint = if index == 0 { "not so: " } else { "; " };
        let _ = write!(text, "{joint}{part}");
    }
    if text.is_empty() { "with these its condition does not hold".to_owned() } else { text }
}

fn placed(problem: Diagnostic, rule: &Rule, at: &str, label: String) -> Diagnostic {
    match rule.span_of(at) {
        Some(span) => problem.at(span, label),
        None => problem.help(label),
    }
}
