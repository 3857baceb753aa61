//! The settings of a pipeline that meet the limits at the least cost.
//!
//! The catalog marks the options that trade delay for money ([`Knob`]). [`Search`] tries settings, each a simulation and a
//! bill under common random numbers, until no knob by itself makes the best one better: a coordinate descent, along each
//! knob a search that closes in on its best level, begun from several corners. What was tried is kept: it gives the Pareto
//! front, and it says which limit stands in the way.
//!
//! The decision a reader would question: a knob that pays less than a thousandth of the bill is put back to where it was. A
//! change that nobody would notice is not worth making.

mod knob;
mod search;

pub use knob::{Knob, PACKING, knobs};
pub use search::{Aim, Limit, Limits, Search, Tried};

use schemars::JsonSchema;
use serde::Serialize;

use crate::experiment::Outcome;
use crate::scenario::Scenario;

/// What a search found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tuning {
    /// What it was to meet.
    pub limits: Limits,
    /// What was best: the cheapest, or the quickest.
    pub aim: Aim,
    /// What it could turn.
    pub knobs: Vec<Knob>,
    /// Settings that were simulated.
    pub evaluations: usize,
    /// Settings that there are.
    pub combinations: f64,
    /// The scenario as it stands.
    pub default: Tried,
    /// The setting to take; the one that misses the limits by least where none meets them.
    pub recommended: Tried,
    /// Settings that no other one beats in both delay and bill, by rising bill.
    pub front: Vec<Tried>,
    /// Limits that stand in the way of something better.
    pub binding: Vec<Binding>,
}

impl Tuning {
    /// The scenario of a setting that was tried.
    #[must_use]
    pub fn scenario_of(&self, scenario: &Scenario, tried: &Tried) -> Scenario {
        let mut changed = scenario.clone();
        for knob in &self.knobs {
            let level = tried.set.get(&knob.key).and_then(|set| knob.levels.iter().position(|level| level == set));
            knob.set(&mut changed, level.unwrap_or(knob.default));
        }
        changed
    }

    /// Whether the recommended setting meets all limits and carries the data.
    #[must_use]
    pub fn meets(&self) -> bool {
        self.recommended.misses.is_empty() && self.recommended.outcome.missing_share <= FEW_MISSING
    }
}

/// The share of records that may be missing before a pipeline is said not to carry the data.
const FEW_MISSING: f64 = 0.001;

/// A limit that stands in the way.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Binding {
    /// Which one.
    pub limit: Limit,
    /// The best that was reached of what it limits, whatever the other limits say: seconds, bytes, or USD, of which only the
    /// known part counts where a price is not known.
    pub reached: f64,
    /// What the best setting without it leads to; `null` where none meets the other limits either.
    pub without: Option<Outcome>,
}

/// The bill to go by: the whole one, or what is known of it.
pub(crate) fn usd_of(outcome: &Outcome) -> f64 {
    outcome.usd.map(|usd| usd.value).or(outcome.usd_known).unwrap_or(f64::INFINITY)
}
