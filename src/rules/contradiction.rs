//! Requirements that cannot all be meant.
//!
//! A rule of this kind looks at answers only, so it is held against the scenario once and not against services. It
//! changes nothing about the decision: it says which lines to look at before the decision is believed.

use schemars::JsonSchema;
use serde::Serialize;

use super::evaluate::{RequirementEvidence, answers_alone, fill};
use super::{Outcome, RuleBook, RuleKind, Situation};
use crate::scenario::{Answers, Origin};

/// Requirements that clash, with their places.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Contradiction {
    /// The rule; `forebay explain` prints its page.
    pub rule: String,
    /// Why they clash.
    pub text: String,
    /// The requirements, each where it was stated.
    pub requirements: Vec<RequirementEvidence>,
    /// Where that was read.
    pub source: String,
}

impl RuleBook {
    /// Every contradiction among the answers, in the order of the rules.
    #[must_use]
    pub fn contradictions(&self, situation: &Situation<'_>) -> Vec<Contradiction> {
        let rules = self.rules.iter().filter(|rule| rule.kind == RuleKind::Contradiction);
        rules
            .filter_map(|rule| {
                let (trace, requirements) = answers_alone(&rule.when, situation);
                (trace.outcome == Outcome::Yes).then(|| Contradiction {
                    rule: rule.id.clone(),
                    text: fill(&rule.reason, None, situation),
                    requirements: as_stated(requirements, situation.answers),
                    source: rule.page.source.clone(),
                })
            })
            .collect()
    }
}

/// Each requirement once, and in place of one that was worked out, the answers that it was worked out from.
fn as_stated(requirements: Vec<RequirementEvidence>, answers: &Answers) -> Vec<RequirementEvidence> {
    let mut list: Vec<RequirementEvidence> = Vec::new();
    for requirement in requirements {
        for found in stated(requirement, answers) {
            if !list.iter().any(|known| known.path == found.path) {
                list.push(found);
            }
        }
    }
    list
}

fn stated(requirement: RequirementEvidence, answers: &Answers) -> Vec<RequirementEvidence> {
    // `real_time` at the place of `needs.freshness` says the same as the 1 s that it means.
    if requirement.path == "needs.freshness-word" {
        return vec![RequirementEvidence { path: "needs.freshness".to_owned(), ..requirement }];
    }
    let worked_out = answers.get(&requirement.path).is_some_and(|answer| matches!(answer.origin, Origin::Derived(_)));
    let roots: &[&str] = match requirement.path.as_str() {
        "needs.transfer-time" => &["needs.volume", "source.line-rate"],
        "workload.record-size-mean" => &["workload.record-size"],
        "workload.peak-rate" | "workload.peak-request-rate" => &["workload.rate"],
        _ => &[],
    };
    let below = |root: &&str| {
        let mut answers = answers.iter().filter(|(path, _)| path.starts_with(root) && *path != requirement.path);
        answers.next().map(|(path, answer)| RequirementEvidence {
            path: path.to_owned(),
            value: answer.value.to_string(),
            place: answer.origin.to_string(),
        })
    };
    let found: Vec<RequirementEvidence> = roots.iter().filter(|_| worked_out).filter_map(below).collect();
    if found.is_empty() { vec![requirement] } else { found }
}
