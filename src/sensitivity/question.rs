//! Requirements that nobody has stated and that could change the answer.

use schemars::JsonSchema;
use serde::Serialize;

use super::flip::in_words;
use super::{Explored, Outcome, Sensitivity};
use crate::value::Value;

/// A requirement that is not stated, or known between two ends only, and whose answer could change the winner.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OpenQuestion {
    /// The requirement.
    pub path: String,
    /// What it means.
    pub doc: String,
    /// The interval that is stated, if one is.
    pub stated: Option<String>,
    /// Answers tried: every word, both flags, one quantity between each two values that rules tell apart.
    pub answers: usize,
    /// How many of them change the winner.
    pub changing: usize,
    /// How many of them change the pipeline, with or without its winner.
    pub changing_pipeline: usize,
    /// Share of the answers that change the winner, from 0 to 1; the question with the greatest comes first.
    pub share: f64,
    /// The answers by where they lead, the present winner first.
    pub leads_to: Vec<Lead>,
}

/// Answers that lead to the same winner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lead {
    /// The winner; `null` where nothing satisfies the requirements.
    pub winner: Option<String>,
    /// The answers: words, or stretches of a quantity.
    pub values: Vec<String>,
}

impl Sensitivity {
    /// The open questions that matter, the one whose answers change the winner most often first.
    #[must_use]
    pub fn open_questions(&self) -> Vec<OpenQuestion> {
        let open = |explored: &&Explored| explored.stated.as_ref().is_none_or(Value::is_interval);
        let mut questions: Vec<OpenQuestion> =
            self.explored.iter().filter(open).filter_map(|explored| self.question(explored)).collect();
        // Equal shares keep the order of the scenario's keys.
        questions.sort_by(|a, b| b.share.total_cmp(&a.share));
        questions
    }

    fn question(&self, explored: &Explored) -> Option<OpenQuestion> {
        let within = explored.stated.is_none();
        let words = explored.choices.iter().filter(|_| within).map(|(_, outcome)| outcome);
        let quantities = explored.lines.iter().flat_map(|line| line.samples.iter().map(|(_, outcome)| outcome));
        let outcomes: Vec<&Outcome> = words.chain(quantities).collect();
        let changing = outcomes.iter().filter(|outcome| outcome.winner != self.now.winner).count();
        let turned =
            explored.lines.iter().flat_map(|line| &line.regions).any(|region| region.winner != self.now.winner);
        if changing == 0 && !turned {
            return None;
        }
        let mut leads: Vec<Lead> = vec![Lead { winner: self.now.winner.clone(), values: Vec::new() }];
        for (value, outcome) in explored.choices.iter().filter(|_| within) {
            add(&mut leads, outcome.winner.as_ref(), value.to_string());
        }
        for line in &explored.lines {
            for region in &line.regions {
                add(&mut leads, region.winner.as_ref(), in_words(line.scale, region));
            }
        }
        leads.retain(|lead| !lead.values.is_empty());
        Some(OpenQuestion {
            path: explored.key.path.clone(),
            doc: explored.key.doc.clone(),
            stated: explored.stated.as_ref().map(ToString::to_string),
            answers: outcomes.len(),
            changing,
            changing_pipeline: outcomes.iter().filter(|outcome| outcome.architecture != self.now.architecture).count(),
            share: changing as f64 / outcomes.len().max(1) as f64,
            leads_to: leads,
        })
    }
}

fn add(leads: &mut Vec<Lead>, winner: Option<&String>, value: String) {
    match leads.iter_mut().find(|lead| lead.winner.as_ref() == winner) {
        Some(lead) => lead.values.push(value),
        None => leads.push(Lead { winner: winner.cloned(), values: vec![value] }),
    }
}
