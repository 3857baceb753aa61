//! Why a service is not the answer, and what would make it so.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Flip, Sensitivity};
use crate::ranking::{Reason, Verdict};

/// A criterion's part of the distance between two scores.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CriterionDifference {
    /// The criterion.
    pub criterion: String,
    /// Its name.
    pub name: String,
    /// Its weight; all weights add up to 100.
    pub weight: f64,
    /// Points of the service asked about.
    pub points: f64,
    /// Points of the winner.
    pub points_of_winner: f64,
    /// Points of the service less those of the winner; these add up to the distance of the scores.
    pub difference: f64,
    /// What the service's value was made of.
    pub basis: String,
    /// What the winner's value was made of.
    pub basis_of_winner: String,
}

/// Why a service is not the answer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WhyNot {
    /// The service.
    pub service: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub verdict: Verdict,
    /// The winner; `null` if nothing satisfies the requirements.
    pub winner: Option<String>,
    /// Its score, if it was ranked.
    pub score: Option<f64>,
    /// The winner's score.
    pub score_of_winner: Option<f64>,
    /// Its score less the winner's, if it was ranked.
    pub difference: Option<f64>,
    /// That difference by criterion.
    pub criteria: Vec<CriterionDifference>,
    /// What removed it, if it was rejected; else what was said against it and for it.
    pub reasons: Vec<Reason>,
    /// Every single change of a requirement under which it wins, decided again; empty if there is none.
    pub wins_when: Vec<Flip>,
}

impl Sensitivity {
    /// Why `service` is not the answer; `None` if it is not weighed in this scenario.
    #[must_use]
    pub fn why_not(&self, service: &str) -> Option<WhyNot> {
        let asked = self.decision.service(service)?;
        if !matches!(asked.verdict, Verdict::Ranked(_) | Verdict::Rejected) {
            return None;
        }
        let first = self.decision.services.iter().find(|service| service.verdict == Verdict::Ranked(1));
        let first = first.filter(|_| asked.score.is_some());
        let criteria = asked.contributions.iter().filter_map(|part| {
            let other = first?.contributions.iter().find(|other| other.criterion == part.criterion)?;
            Some(CriterionDifference {
                criterion: part.criterion.clone(),
                name: part.name.clone(),
                weight: part.weight,
                points: part.points,
                points_of_winner: other.points,
                difference: part.points - other.points,
                basis: part.basis.clone(),
                basis_of_winner: other.basis.clone(),
            })
        });
        let score_of_winner = first.and_then(|first| first.score);
        let wins = self.now.winner.as_deref() == Some(service);
        let explored = self.explored.iter().filter(|_| !wins);
        Some(WhyNot {
            service: asked.id.clone(),
            name: asked.name.clone(),
            verdict: asked.verdict,
            winner: self.now.winner.clone(),
            score: asked.score,
            score_of_winner,
            difference: asked.score.zip(score_of_winner).map(|(score, winner)| score - winner),
            criteria: criteria.collect(),
            reasons: asked.reasons.clone(),
            wins_when: explored.flat_map(|explored| self.flips_to(explored, service)).collect(),
        })
    }
}
