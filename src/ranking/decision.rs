//! The decision as a result: what screens, tables, charts and JSON are made from.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::score::{Contribution, score};
use super::{Case, Considered, Held};
use crate::architecture::Architecture;
use crate::catalog::Role;
use crate::rules::{Evaluation, FactEvidence, Outcome, RequirementEvidence, RuleKind, Trace};

/// What became of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Passed every screen; its place in the ranking, from 1.
    Ranked(usize),
    /// A screen or a missing path removed it.
    Rejected,
    /// Stands before the service that the pipeline is about.
    InFront,
    /// No hop of the pipeline, but the pipeline needs it.
    Beside,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ORDINALS: [&str; 8] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];
        match self {
            Self::Ranked(place) => match ORDINALS.get(place.saturating_sub(1)) {
                Some(word) => write!(f, "{word}"),
                None => write!(f, "no. {place}"),
            },
            Self::Rejected => write!(f, "rejected"),
            Self::InFront => write!(f, "in front"),
            Self::Beside => write!(f, "beside"),
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Verdict {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Verdict".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "examples": ["first", "second", "rejected", "in front", "beside"] })
    }
}

/// Why: one rule that fired, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Reason {
    /// The rule; `forebay explain` prints its page.
    pub rule: String,
    /// The reason in words.
    pub text: String,
    /// The first fact it rests on, `service.fact = value`.
    pub fact: Option<String>,
    /// Where that fact, or else the rule, was read.
    pub source: String,
    /// The first requirement it rests on, `path = value (place)`.
    pub requirement: Option<String>,
    /// All facts.
    pub facts: Vec<FactEvidence>,
    /// All requirements.
    pub requirements: Vec<RequirementEvidence>,
    /// Points that the rule adds to its criterion, below 0 where it speaks against the service; `null` if it gives none.
    pub points: Option<f64>,
}

/// A rule's whole trace.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RuleTrace {
    /// The rule.
    pub rule: String,
    /// Its kind.
    pub kind: String,
    /// Whether it fired.
    pub outcome: Outcome,
    /// The condition with the values compared.
    pub condition: Trace,
}

/// What became of one service, and why.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ServiceVerdict {
    /// Service id.
    pub id: String,
    /// Short name in the edition.
    pub name: String,
    /// The part it plays.
    pub role: Role,
    /// Whether its rejection gets a row of its own in tables for eyes.
    #[serde(skip)]
    pub headline: bool,
    /// What became of it.
    pub verdict: Verdict,
    /// Place in the ranking, from 1, if it was ranked.
    pub rank: Option<usize>,
    /// Points out of 100, if it was ranked.
    pub score: Option<f64>,
    /// The parts of the score.
    pub contributions: Vec<Contribution>,
    /// Why, the deciding reason first.
    pub reasons: Vec<Reason>,
    /// Its pipeline, if it was ranked.
    pub architecture: Option<Architecture>,
    /// Every rule that was held against it.
    pub trace: Vec<RuleTrace>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Recommendation {
    /// The service the pipeline is about.
    pub primary: String,
    /// All services of the pipeline in the order data meets them.
    pub architecture: Vec<String>,
    /// Those of them that are no hop of the path but must be there.
    pub beside: Vec<String>,
    /// The pipeline itself.
    pub path: Architecture,
}

/// The decision on a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Decision {
    /// What is recommended; absent if nothing satisfies the requirements.
    pub recommended: Option<Recommendation>,
    /// Every service considered: ranked ones first, then the rejected, then what helps the first one.
    pub services: Vec<ServiceVerdict>,
    /// Criteria that could not be compared, because a fact or a requirement is not known.
    pub criteria_not_compared: Vec<String>,
    /// Requirements that are stated and that nothing looks at.
    pub stated_but_unused: Vec<String>,
    /// Warnings of rules.
    pub warnings: Vec<Reason>,
}

impl Decision {
    /// The services of a verdict class, in order.
    pub fn ranked(&self) -> impl Iterator<Item = &ServiceVerdict> {
        self.services.iter().filter(|service| matches!(service.verdict, Verdict::Ranked(_)))
    }

    /// Services considered for the pipeline itself that were rejected, nearest first: those with the fewest reasons.
    #[must_use]
    pub fn nearest_rejected(&self) -> Vec<&ServiceVerdict> {
        let rejected = |service: &&ServiceVerdict| service.verdict == Verdict::Rejected;
        let mut list: Vec<&ServiceVerdict> = self.services.iter().filter(rejected).collect();
        list.sort_by_key(|service| (service.reasons.len(), !service.headline));
        list
    }

    /// The verdict on a service.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&ServiceVerdict> {
        self.services.iter().find(|service| service.id == id)
    }
}

/// A service that passed every screen, with its score.
pub(super) struct Ranked<'a> {
    score: f64,
    pub(super) candidate: Considered<'a>,
    contributions: Vec<Contribution>,
}

/// Services that passed, best first, and the criteria that could not be compared.
pub(super) fn rank<'a>(case: &Case<'_>, passed: Vec<Considered<'a>>) -> (Vec<Ranked<'a>>, Vec<String>) {
    let (rows, not_compared) = score(&passed.iter().collect::<Vec<_>>(), case);
    let joined = passed.into_iter().zip(rows);
    let mut ranked: Vec<Ranked<'a>> = joined
        .map(|(candidate, contributions)| {
            let score = contributions.iter().map(|part| part.points).sum();
            Ranked { score, candidate, contributions }
        })
        .collect();
    // Equal scores fall by id, so that the order never depends on the order of files.
    let id = |ranked: &Ranked<'a>| ranked.candidate.service.id.as_str();
    // Whatever else speaks for it, a pipeline that does not carry most of the data stands behind those that do. A quota
    // that turns a part of it away can be raised, and the score says what that part costs.
    let fails = |ranked: &Ranked<'a>| case.measured.get(id(ranked)).is_some_and(|found| found.missing_share > 0.5);
    ranked.sort_by(|a, b| fails(a).cmp(&fails(b)).then(b.score.total_cmp(&a.score)).then_with(|| id(a).cmp(id(b))));
    (ranked, not_compared)
}

pub(super) fn assemble(case: &Case<'_>, candidates: Vec<Considered<'_>>) -> Decision {
    let (passed, rejected): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|candidate| !candidate.is_screened());
    let (mut ranked, criteria_not_compared) = rank(case, passed);
    let first = ranked.first().map(|first| &first.candidate);
    let warnings = first.map_or_else(Vec::new, |first| reasons(case, first, first.fired(RuleKind::Warn)));
    let recommended = first.and_then(recommendation);
    let helpers = first.map_or_else(Vec::new, |first| helpers(case, first));
    // What helps the winner is told as that, and not as an alternative that was weighed too.
    let helps = |candidate: &Considered<'_>| helpers.iter().any(|helper| helper.id == candidate.service.id);
    ranked.retain(|ranked| !helps(&ranked.candidate));
    let mut services: Vec<ServiceVerdict> = ranked
        .into_iter()
        .enumerate()
        .map(|(index, Ranked { score, candidate, contributions })| {
            let verdict = verdict_of(case, candidate, Verdict::Ranked(index + 1));
            ServiceVerdict { score: Some(score), contributions, ..verdict }
        })
        .collect();
    let rejected = rejected.into_iter().filter(|candidate| !helps(candidate));
    services.extend(rejected.map(|candidate| verdict_of(case, candidate, Verdict::Rejected)));
    services.extend(helpers);
    Decision { recommended, services, criteria_not_compared, stated_but_unused: Vec::new(), warnings }
}

pub(super) fn recommendation(first: &Considered<'_>) -> Option<Recommendation> {
    let path = first.architecture.clone()?;
    let beside = path.beside.iter().map(|piece| piece.id.clone()).collect();
    Some(Recommendation { primary: first.service.id.clone(), architecture: path.services(), beside, path })
}

/// What stands in front of the winner or beside it.
fn helpers(case: &Case<'_>, first: &Considered<'_>) -> Vec<ServiceVerdict> {
    let Some(path) = &first.architecture else { return Vec::new() };
    let blank = |id: &str, name: &str, role: Role, verdict: Verdict, reasons: Vec<Reason>| ServiceVerdict {
        id: id.to_owned(),
        name: name.to_owned(),
        role,
        headline: true,
        verdict,
        rank: None,
        score: None,
        contributions: Vec::new(),
        reasons,
        architecture: None,
        trace: Vec::new(),
    };
    let in_front = first.waypoints.iter().map(|(service, rule)| {
        let fired = case.explained_waypoint(first, service, rule);
        let name = service.short_name(case.at.edition);
        let verdict = blank(&service.id, name, service.role, Verdict::InFront, vec![reason(&fired)]);
        ServiceVerdict { trace: vec![trace(&fired)], ..verdict }
    });
    let beside = path.beside.iter().map(|piece| {
        let reason = Reason {
            rule: piece.rule.clone(),
            text: piece.reason.clone(),
            fact: None,
            source: piece.source.clone(),
            requirement: None,
            facts: Vec::new(),
            requirements: Vec::new(),
            points: None,
        };
        blank(&piece.id, &piece.name, piece.role, Verdict::Beside, vec![reason])
    });
    in_front.chain(beside).collect()
}

fn verdict_of(case: &Case<'_>, candidate: Considered<'_>, verdict: Verdict) -> ServiceVerdict {
    let reasons = match verdict {
        Verdict::Ranked(place) => reasons(case, &candidate, advice(&candidate, place == 1)),
        Verdict::Rejected => {
            let screens = candidate.fired(RuleKind::Screen).chain(candidate.fired(RuleKind::Path));
            reasons(case, &candidate, screens)
        }
        Verdict::InFront | Verdict::Beside => Vec::new(),
    };
    ServiceVerdict {
        id: candidate.service.id.clone(),
        name: candidate.service.short_name(case.at.edition).to_owned(),
        role: candidate.service.role,
        headline: candidate.service.headline,
        rank: match verdict {
            Verdict::Ranked(place) => Some(place),
            _ => None,
        },
        verdict,
        score: None,
        contributions: Vec::new(),
        reasons,
        trace: candidate.held.iter().map(|held| trace(&case.explained(&candidate, *held))).collect(),
        architecture: candidate.architecture,
    }
}

/// What advising rules say: for the winner what speaks for it first, for the others what speaks against them.
fn advice<'a>(candidate: &Considered<'a>, winner: bool) -> Vec<Held<'a>> {
    let mut list: Vec<Held<'a>> = candidate.fired(RuleKind::Advise).collect();
    let points = |held: &Held<'_>| held.rule.points.as_ref().map_or(0.0, |(_, points)| *points);
    list.sort_by(|a, b| if winner { points(b).total_cmp(&points(a)) } else { points(a).total_cmp(&points(b)) });
    list
}

fn reasons<'a>(case: &Case<'_>, candidate: &Considered<'_>, fired: impl IntoIterator<Item = Held<'a>>) -> Vec<Reason> {
    fired.into_iter().map(|held| reason(&case.explained(candidate, held))).collect()
}

fn reason(evaluation: &Evaluation) -> Reason {
    let fact = evaluation.facts.first();
    let requirement = evaluation.requirements.first();
    Reason {
        rule: evaluation.rule.clone(),
        text: evaluation.text.clone(),
        fact: fact.map(|fact| format!("{} = {}", fact.id, fact.value)),
        source: fact.map_or_else(|| evaluation.source.clone(), |fact| fact.source.clone()),
        requirement: requirement.map(|answer| format!("{} = {} ({})", answer.path, answer.value, answer.place)),
        facts: evaluation.facts.clone(),
        requirements: evaluation.requirements.clone(),
        points: evaluation.points.as_ref().map(|(_, points)| *points),
    }
}

fn trace(evaluation: &Evaluation) -> RuleTrace {
    RuleTrace {
        rule: evaluation.rule.clone(),
        kind: format!("{:?}", evaluation.kind).to_lowercase(),
        outcome: evaluation.outcome,
        condition: evaluation.trace.clone(),
    }
}
