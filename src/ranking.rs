//! From a scenario to a decision: screening, candidates, scores, the recommended pipeline.
//!
//! A [`Decider`] works in this order: hold every rule against every service; remove what a screen or a missing path
//! removes; score what is left; rank it; say why. [`Decider::recommend`] leaves the last step out. Screening and scoring are apart: a failed "must" is never bought back.
//!
//! The decision a reader would question: a criterion that is unknown for one of the services that are left is not
//! counted for any of them. A guess for one would decide the order of all.

mod decision;
pub mod robustness;
mod score;

use std::collections::{BTreeMap, BTreeSet};

pub use decision::{Decision, Reason, Recommendation, RuleTrace, ServiceVerdict, Verdict};
pub use robustness::{Robustness, robustness_of};
pub use score::Contribution;

use crate::architecture::{Architecture, Assembler, Demands, Integrations, Piece, Variant};
use crate::catalog::{Catalog, Circumstances, Edition, Role, Service};
use crate::rules::{Evaluation, Outcome, Rule, RuleBook, RuleKind, Situation};
use crate::scenario::{Answers, Scenario};
use crate::value::Value;

/// A rule held against a service; why it came out so is worked out for those that are shown.
#[derive(Clone, Copy)]
struct Held<'a> {
    rule: &'a Rule,
    outcome: Outcome,
}

/// A service on its way through the decision.
struct Considered<'a> {
    service: &'a Service,
    held: Vec<Held<'a>>,
    architecture: Option<Architecture>,
    /// What advice may know of its pipeline.
    pipeline: Answers,
    /// Services that its pipeline must go through first, with the rules that say so.
    waypoints: Vec<(&'a Service, &'a Rule)>,
}

impl<'a> Considered<'a> {
    fn fired(&self, kind: RuleKind) -> impl Iterator<Item = Held<'a>> {
        self.held.iter().filter(move |held| held.rule.kind == kind && held.outcome == Outcome::Yes).copied()
    }

    fn is_screened(&self) -> bool {
        self.fired(RuleKind::Screen).next().is_some() || self.fired(RuleKind::Path).next().is_some()
    }
}

/// What every step of a decision looks at.
struct Case<'a> {
    catalog: &'a Catalog,
    rules: &'a BTreeMap<&'a str, Vec<&'a Rule>>,
    scenario: &'a Scenario,
    /// The scenario's answers, with the part that its alternatives play where they all play the same one.
    answers: Answers,
    at: Circumstances,
    ways: &'a Ways<'a>,
    /// Services that cannot be a piece of any pipeline here.
    barred: BTreeSet<String>,
    /// Services that cannot only because they are too slow.
    too_slow: BTreeSet<String>,
    /// What simulations of the candidates' pipelines found, by service; empty where none was made.
    measured: &'a BTreeMap<String, Measured>,
}

/// What the simulation of a service's pipeline and its bill found.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The pipeline.
    pub path: Architecture,
    /// The 99th percentile of the delay of all records, in seconds: endless where too many never come.
    pub p99_s: f64,
    /// The bill, where all of it is known.
    pub usd_a_month: Option<f64>,
    /// The share of the records sent that were turned away or lost, from 0 to 1.
    pub missing_share: f64,
}

/// Nothing was simulated.
static NOT_MEASURED: BTreeMap<String, Measured> = BTreeMap::new();

/// What decides scenarios; what does not depend on the scenario is prepared once.
#[derive(Debug)]
pub struct Decider<'a> {
    catalog: &'a Catalog,
    book: &'a RuleBook,
    /// The rules that speak of each service.
    rules: BTreeMap<&'a str, Vec<&'a Rule>>,
    ways: BTreeMap<Edition, Ways<'a>>,
}

/// The integration graphs of an edition.
#[derive(Debug)]
struct Ways<'a> {
    /// The ways that records can take.
    records: Integrations<'a>,
    /// The ways that identities can take too.
    with_identity: Integrations<'a>,
}

/// Decides one scenario.
#[must_use]
pub fn decide(catalog: &Catalog, rules: &RuleBook, scenario: &Scenario) -> Decision {
    Decider::new(catalog, rules).decide(scenario)
}

impl<'a> Decider<'a> {
    /// Decides with this catalog and these rules.
    #[must_use]
    pub fn new(catalog: &'a Catalog, book: &'a RuleBook) -> Self {
        let ways = |edition| Ways {
            records: Integrations::new(catalog, edition, false),
            with_identity: Integrations::new(catalog, edition, true),
        };
        let editions = [Edition::Course2022, Edition::Current];
        let ways = editions.map(|edition| (edition, ways(edition))).into();
        Self { catalog, book, rules: book.by_service(catalog), ways }
    }

    /// Decides a scenario, and says why.
    #[must_use]
    pub fn decide(&self, scenario: &Scenario) -> Decision {
        self.decide_measured(scenario, &NOT_MEASURED)
    }

    /// The same with delays and bills that were simulated, in place of what the catalog says of a service in general.
    #[must_use]
    pub fn decide_measured(&self, scenario: &Scenario, measured: &BTreeMap<String, Measured>) -> Decision {
        let case = Case { measured, ..Case::new(self, scenario) };
        let candidates = case.asked_about().map(|service| case.consider(service)).collect();
        let unused = unused(self.catalog, self.book, scenario);
        let decision = decision::assemble(&case, candidates);
        Decision { stated_but_unused: unused, ..decision }
    }

    /// What [`Self::decide`] recommends and nothing about why, for those who ask what if: whatever a screen removes is
    /// not looked at any further.
    #[must_use]
    pub fn recommend(&self, scenario: &Scenario) -> Option<Recommendation> {
        let case = Case::new(self, scenario);
        let passing = case.asked_about().filter(|service| !case.is_screened(service));
        let passed =
            passing.map(|service| case.consider(service)).filter(|candidate| !candidate.is_screened()).collect();
        let (ranked, _) = decision::rank(&case, passed);
        decision::recommendation(&ranked.first()?.candidate)
    }

    /// The ways that data could take for a service that was decided on, cheapest first, with those that are dominated.
    #[must_use]
    pub fn variants(&self, scenario: &Scenario, primary: &str) -> Vec<Variant> {
        let case = Case::new(self, scenario);
        let Some(service) = self.catalog.service(primary) else { return Vec::new() };
        let demands = case.demands(service, &case.waypoints(service));
        Assembler::new(self.catalog, &case.at, &demands, case.ways(service)).variants(&service.id)
    }
}

impl<'a> Case<'a> {
    fn new(decider: &'a Decider<'a>, scenario: &'a Scenario) -> Self {
        let Decider { catalog, rules, ways, .. } = decider;
        let at = circumstances(scenario);
        let mut case = Self {
            ways: &ways[&at.edition],
            catalog,
            rules,
            scenario,
            answers: with_alternatives(catalog, scenario),
            at,
            barred: BTreeSet::new(),
            too_slow: BTreeSet::new(),
            measured: &NOT_MEASURED,
        };
        for service in &catalog.services {
            let screens = case.rules_of(service, RuleKind::Screen).filter(|rule| rule.holds_on_the_way);
            let fired: Vec<&Rule> = screens.filter(|rule| case.fires(rule, service)).collect();
            if fired.iter().any(|rule| !rule.looks_at("needs.freshness")) {
                case.barred.insert(service.id.clone());
            } else if !fired.is_empty() {
                case.too_slow.insert(service.id.clone());
            }
        }
        case
    }

    /// The services to choose among.
    fn asked_about(&self) -> impl Iterator<Item = &'a Service> {
        let named = &self.scenario.alternatives;
        self.catalog.weighed().filter(|service| named.is_empty() || named.contains(&service.id))
    }

    /// The graph in which a service's paths lie: one that moves no data hands out identities.
    fn ways(&self, primary: &Service) -> &Integrations<'a> {
        let moves_nothing =
            primary.fact("transports-data", &self.at).is_some_and(|fact| fact.value == Value::Flag(false));
        if moves_nothing { &self.ways.with_identity } else { &self.ways.records }
    }

    fn situation(&self) -> Situation<'_> {
        Situation::new(&self.answers, &self.at)
    }

    /// The rules of a kind that speak of a service.
    fn rules_of(&self, service: &Service, kind: RuleKind) -> impl Iterator<Item = &'a Rule> {
        self.rules[service.id.as_str()].iter().copied().filter(move |rule| rule.kind == kind)
    }

    fn fires(&self, rule: &Rule, service: &Service) -> bool {
        rule.outcome(service, &self.situation()) == Outcome::Yes
    }

    fn is_screened(&self, service: &Service) -> bool {
        self.rules_of(service, RuleKind::Screen).any(|rule| self.fires(rule, service))
    }

    /// Holds every rule against a service, finds its pipeline, and lets advice look at that pipeline.
    fn consider(&self, service: &'a Service) -> Considered<'a> {
        let hold = |rule: &'a Rule| Held { rule, outcome: rule.outcome(service, &self.situation()) };
        let held = self.rules[service.id.as_str()].iter().copied().map(hold).collect();
        let waypoints = self.waypoints(service);
        let pipeline = of_pipeline(&service.id, &[]);
        let mut candidate = Considered { service, held, architecture: None, pipeline, waypoints };
        self.find_path(&mut candidate);
        // Of several ways, the one that was chosen for what it does counts from here on.
        if let Some(measured) = self.measured.get(&service.id) {
            candidate.architecture = Some(measured.path.clone());
        }
        if let Some(architecture) = &mut candidate.architecture {
            architecture.beside = self.beside(&of_pipeline(&service.id, &architecture.services()), architecture);
            candidate.pipeline = of_pipeline(&service.id, &architecture.services());
            let situation = self.situation().with_pipeline(&candidate.pipeline);
            for held in candidate.held.iter_mut().filter(|held| held.rule.kind.knows_the_pipeline()) {
                held.outcome = held.rule.outcome(service, &situation);
            }
        }
        candidate
    }

    /// Why a rule came out as it did.
    fn explained(&self, candidate: &Considered<'_>, held: Held<'_>) -> Evaluation {
        let situation = match (&candidate.architecture, held.rule.kind.knows_the_pipeline()) {
            (Some(_), true) => self.situation().with_pipeline(&candidate.pipeline),
            _ => self.situation(),
        };
        Evaluation { outcome: held.outcome, ..held.rule.evaluate(candidate.service, &situation) }
    }

    /// Why a service must be on the way of a candidate.
    fn explained_waypoint(&self, candidate: &Considered<'_>, service: &Service, rule: &Rule) -> Evaluation {
        rule.evaluate(service, &self.situation().with_pipeline(&of_pipeline(&candidate.service.id, &[])))
    }

    /// The services that rules put before `primary`: at most one front door, then streams and the like.
    fn waypoints(&self, primary: &Service) -> Vec<(&'a Service, &'a Rule)> {
        let pipeline = of_pipeline(&primary.id, &[]);
        let usable = |service: &Service| service.id != primary.id && !self.barred.contains(&service.id);
        let mut list = self.asked_for(RuleKind::Require, &pipeline, usable);
        list.sort_by_key(|(service, _)| service.role != Role::FrontDoor);
        let mut doors = 0;
        list.retain(|(service, _)| {
            doors += usize::from(service.role == Role::FrontDoor);
            service.role != Role::FrontDoor || doors <= 1
        });
        list
    }

    fn beside(&self, pipeline: &Answers, architecture: &Architecture) -> Vec<Piece> {
        let on_the_way = architecture.services();
        let asked = self.asked_for(RuleKind::Beside, pipeline, |service| !on_the_way.contains(&service.id));
        let piece = |(service, rule): (&Service, &Rule)| {
            let fired = rule.evaluate(service, &self.situation().with_pipeline(pipeline));
            Piece {
                id: service.id.clone(),
                name: service.short_name(self.at.edition).to_owned(),
                role: service.role,
                reason: fired.text,
                rule: fired.rule,
                source: fired.source,
            }
        };
        asked.into_iter().map(piece).collect()
    }

    /// The services that rules of this kind ask for, each with the first rule that does.
    fn asked_for(
        &self,
        kind: RuleKind,
        pipeline: &Answers,
        usable: impl Fn(&Service) -> bool,
    ) -> Vec<(&'a Service, &'a Rule)> {
        let situation = self.situation().with_pipeline(pipeline);
        let asking = |service: &'a Service| {
            let mut rules = self.rules_of(service, kind);
            rules.find(|rule| rule.outcome(service, &situation) == Outcome::Yes).map(|rule| (service, rule))
        };
        self.catalog.services.iter().filter(|service| usable(service)).filter_map(asking).collect()
    }

    /// What the path of `primary` must honour. One that is too slow itself is turned away for that: its path is the usual
    /// one, and that no quick one leads through it is no reason of its own.
    fn demands(&self, primary: &Service, waypoints: &[(&Service, &Rule)]) -> Demands {
        let answers = &self.scenario.answers;
        let late = self.too_slow.contains(&primary.id);
        let readers = ["needs.multiple-consumers", "needs.consumers", "needs.further.consumer"];
        let others_read =
            readers.iter().any(|path| answers.get(path).is_some_and(|answer| means_others(&answer.value)));
        Demands {
            system: answers.word("source.system").map(str::to_owned),
            waypoints: waypoints.iter().map(|(service, _)| service.id.clone()).collect(),
            destinations: self.scenario.destinations().to_vec(),
            excluded: self.barred.clone(),
            too_slow: if late { BTreeSet::new() } else { self.too_slow.clone() },
            // Of an interval the strict end: a path that is offered must be fast enough whatever the value turns out to be.
            freshness: match answers.get("needs.freshness").map(|answer| answer.value.ends().0) {
                Some(Value::Duration(limit)) if !late => Some(*limit),
                _ => None,
            },
            archive: others_read || answers.get("needs.retention").is_some_and(|answer| answer.value.holds("archive")),
        }
    }

    /// Gives a candidate its pipeline. A path rule that would fire is silenced where a path was found.
    fn find_path(&self, candidate: &mut Considered<'a>) {
        let id = candidate.service.id.as_str();
        let through = |waypoints: &[(&Service, &Rule)]| {
            Assembler::new(
                self.catalog,
                &self.at,
                &self.demands(candidate.service, waypoints),
                self.ways(candidate.service),
            )
            .assemble(id)
            .ok()
        };
        let mut found = through(&candidate.waypoints);
        // Where a waypoint cannot hand on to this service, the source may still reach it by itself.
        for index in 0..candidate.waypoints.len() {
            if found.is_none() {
                let mut fewer = candidate.waypoints.clone();
                let (left_out, _) = fewer.remove(index);
                found = through(&fewer).map(|mut architecture| {
                    let name = left_out.short_name(self.at.edition);
                    let (own, rule) = (candidate.service.short_name(self.at.edition), "asked for on the way");
                    architecture.remarks.push(format!("{name} is {rule}, but cannot hand on to {own}"));
                    architecture
                });
                if found.is_some() {
                    candidate.waypoints = fewer;
                    break;
                }
            }
        }
        if found.is_none() && !candidate.waypoints.is_empty() {
            found = through(&[]);
            candidate.waypoints.clear();
        }
        let found = found.or_else(|| self.path_by_nature(candidate.service));
        if let Some(architecture) = found {
            for held in candidate.held.iter_mut().filter(|held| held.rule.kind == RuleKind::Path) {
                held.outcome = Outcome::No;
            }
            candidate.architecture = Some(architecture);
        }
    }

    /// The path from the system that such data comes from by its nature, where the stated system cannot send it: a
    /// video does not come from a browser, and saying so beats saying that nothing fits.
    fn path_by_nature(&self, primary: &Service) -> Option<Architecture> {
        let kind = self.scenario.answers.word("source.kind")?;
        let natural = self.catalog.source_of_kind(kind)?;
        let demands = Demands { system: Some(natural.system.clone()), ..self.demands(primary, &[]) };
        let mut architecture =
            Assembler::new(self.catalog, &self.at, &demands, self.ways(primary)).assemble(&primary.id).ok()?;
        let name = &natural.name;
        architecture.remarks.push(format!("drawn from a {name}: the stated source.system sends no {kind}"));
        Some(architecture)
    }
}

/// The answers with the part that the alternatives play, where they all play the same one: who weighs front doors asks
/// about the entry, whatever stands behind it.
fn with_alternatives(catalog: &Catalog, scenario: &Scenario) -> Answers {
    let mut answers = scenario.answers.clone();
    let named = scenario.alternatives.iter().filter_map(|id| catalog.service(id)).map(|service| service.role);
    let roles: BTreeSet<Role> = named.collect();
    if let (1, Some(Role::FrontDoor)) = (roles.len(), roles.first()) {
        let origin = crate::scenario::Origin::Derived("alternatives".to_owned());
        answers.insert("alternatives.role", Value::Text("front_door".to_owned()), origin);
    }
    answers
}

/// Whether an answer about consumers means that somebody reads besides the destinations. A single consumer may be the one
/// that reads from the destination.
fn means_others(consumers: &Value) -> bool {
    match consumers.ends().1 {
        Value::Flag(several) => *several,
        Value::Number(count) => *count >= 2.0,
        _ => true,
    }
}

/// What is known of a pipeline that is being put together.
fn of_pipeline(primary: &str, services: &[String]) -> Answers {
    let mut answers = Answers::default();
    let origin = || crate::scenario::Origin::Derived("the pipeline".to_owned());
    answers.insert("pipeline.primary", Value::Text(primary.to_owned()), origin());
    if !services.is_empty() {
        answers.insert("pipeline.services", Value::Words(services.to_vec()), origin());
    }
    answers
}

/// Requirements that are stated and that neither a rule, a criterion nor a path looks at.
fn unused(catalog: &Catalog, rules: &RuleBook, scenario: &Scenario) -> Vec<String> {
    let mut used = rules.answers_used();
    used.extend(catalog.criteria.iter().filter_map(|criterion| criterion.against.clone()));
    used.extend(["source.system", "needs.destinations", "needs.freshness-word"].map(str::to_owned));
    let asked = |path: &&str| ["source.", "needs.", "team."].iter().any(|table| path.starts_with(table));
    let stated = scenario.answers.iter().map(|(path, _)| path).filter(asked);
    stated.filter(|path| !used.contains(*path)).map(str::to_owned).collect()
}

/// Edition, Region and first destination of a scenario.
#[must_use]
pub fn circumstances(scenario: &Scenario) -> Circumstances {
    Circumstances {
        edition: scenario.edition,
        region: scenario.region.clone(),
        destination: scenario.destinations().first().cloned(),
    }
}
