//! From a scenario to a decision: screening, candidates, scores, the recommended pipeline.
//!
//! [`decide`] works in this order: hold every rule against every service; remove what a screen or a missing path
//! removes; score what is left; rank it. Screening and scoring are apart: a failed "must" is never bought back.
//!
//! The decision a reader would question: a criterion that is unknown for one of the services that are left is not
//! counted for any of them. A guess for one would decide the order of all.

mod decision;
mod score;

use std::collections::BTreeSet;

pub use decision::{Decision, Reason, Recommendation, RuleTrace, ServiceVerdict, Verdict};
pub use score::Contribution;

use crate::architecture::{Architecture, Assembler, Demands};
use crate::catalog::{Catalog, Circumstances, Role, Service};
use crate::rules::{Evaluation, Outcome, RuleBook, RuleKind, Situation};
use crate::scenario::Scenario;
use crate::value::Value;

/// A service on its way through the decision.
struct Considered<'a> {
    service: &'a Service,
    evaluations: Vec<Evaluation>,
    architecture: Option<Architecture>,
}

impl Considered<'_> {
    fn fired(&self, kind: RuleKind) -> impl Iterator<Item = &Evaluation> {
        self.evaluations.iter().filter(move |evaluation| evaluation.kind == kind && evaluation.outcome == Outcome::Yes)
    }

    fn is_screened(&self) -> bool {
        self.fired(RuleKind::Screen).next().is_some() || self.fired(RuleKind::Path).next().is_some()
    }
}

/// Decides a scenario.
#[must_use]
pub fn decide(catalog: &Catalog, rules: &RuleBook, scenario: &Scenario) -> Decision {
    let at = circumstances(scenario);
    let situation = Situation { answers: &scenario.answers, at: &at };
    let consider = |role: Role| -> Vec<Considered<'_>> {
        let asked = |service: &&Service| {
            role != Role::Ingest || scenario.alternatives.is_empty() || scenario.alternatives.contains(&service.id)
        };
        let services = catalog.with_role(role).filter(asked);
        services
            .map(|service| Considered { service, evaluations: rules.evaluate(service, &situation), architecture: None })
            .collect()
    };
    let fronts = consider(Role::FrontDoor);
    let mut candidates = consider(Role::Ingest);
    let demands = demands(scenario, &candidates, &fronts);
    for candidate in &mut candidates {
        find_path(candidate, catalog, &at, &demands, scenario.answers.word("source.kind"));
    }
    let unused = unused(catalog, rules, scenario);
    let decision = decision::assemble(catalog, scenario, &at, candidates, fronts, demands.front_door.as_deref());
    Decision { stated_but_unused: unused, ..decision }
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

/// What paths must honour: the front door that rules ask for, and services that are out even as a piece of a path.
fn demands(scenario: &Scenario, candidates: &[Considered<'_>], fronts: &[Considered<'_>]) -> Demands {
    let required = fronts.iter().find(|front| !front.is_screened() && front.fired(RuleKind::Require).next().is_some());
    let out =
        candidates.iter().filter(|candidate| candidate.fired(RuleKind::Screen).any(|screen| screen.holds_on_the_way));
    Demands {
        system: scenario.answers.word("source.system").map(str::to_owned),
        front_door: required.map(|front| front.service.id.clone()),
        destinations: scenario.destinations().to_vec(),
        excluded: out.map(|candidate| candidate.service.id.clone()).collect::<BTreeSet<_>>(),
        // Of an interval the strict end: a path that is offered must be fast enough whatever the value turns out to be.
        freshness: match scenario.answers.get("needs.freshness").map(|answer| answer.value.ends().0) {
            Some(Value::Duration(limit)) => Some(*limit),
            _ => None,
        },
    }
}

/// Gives a candidate its pipeline. A path rule that would fire is silenced where a path was found.
fn find_path(
    candidate: &mut Considered<'_>,
    catalog: &Catalog,
    at: &Circumstances,
    demands: &Demands,
    kind: Option<&str>,
) {
    let direct = Demands { front_door: None, ..demands.clone() };
    let id = candidate.service.id.as_str();
    let Some(id) = catalog.service(id).map(|service| service.id.as_str()) else { return };
    let found = Assembler::new(catalog, at, demands)
        .assemble(id)
        // Where the front door cannot hand on to this service, the source may still reach it by itself.
        .or_else(|_| Assembler::new(catalog, at, &direct).assemble(id))
        .or_else(|none| from_nature(catalog, at, &direct, kind, id).ok_or(none));
    if let Ok(architecture) = found {
        for evaluation in candidate.evaluations.iter_mut().filter(|evaluation| evaluation.kind == RuleKind::Path) {
            evaluation.outcome = Outcome::No;
        }
        candidate.architecture = Some(architecture);
    }
}

/// The path from the system that such data comes from by its nature, where the stated system cannot send it: a video
/// does not come from a browser, and saying so beats saying that nothing fits.
fn from_nature(
    catalog: &Catalog,
    at: &Circumstances,
    demands: &Demands,
    kind: Option<&str>,
    id: &str,
) -> Option<Architecture> {
    let natural = catalog.source_of_kind(kind?)?;
    let id = catalog.service(id).map(|service| service.id.as_str())?;
    let demands = Demands { system: Some(natural.system.clone()), ..demands.clone() };
    let mut architecture = Assembler::new(catalog, at, &demands).assemble(id).ok()?;
    architecture.remark = Some(format!("drawn from a {}: the stated source.system sends no {}", natural.name, kind?));
    Some(architecture)
}
