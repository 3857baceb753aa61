//! Rule files as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::Role;
use crate::catalog::raw::FreeValue;

/// `rules/*.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRules {
    /// The rules.
    pub rule: Vec<RawRule>,
}

/// What a rule does when it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// Removes the service.
    Screen,
    /// Adds to a criterion or takes from it.
    Advise,
    /// Says something without changing the answer.
    Warn,
    /// Removes the service where the integration graph has no path; `when` says when paths are asked for.
    Path,
    /// Puts a service beside the pipeline: no hop of it, but the pipeline does not do what is asked without it.
    Beside,
    /// Puts a service on the way to the primary one: a front door, or the stream that a processor reads.
    Require,
    /// Names requirements that cannot all be meant; it speaks of the scenario and of no service.
    Contradiction,
}

impl RuleKind {
    /// Whether such a rule speaks of a pipeline once there is one, and not of a service alone.
    #[must_use]
    pub const fn knows_the_pipeline(self) -> bool {
        matches!(self, Self::Advise | Self::Warn)
    }
}

/// A rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawRule {
    /// Name, stating the condition that fails: `no-database-in-source`.
    pub id: String,
    /// What it does when it fires.
    pub kind: RuleKind,
    /// Services it speaks of; all services of `roles` if absent.
    #[serde(default)]
    pub services: Vec<String>,
    /// Roles it speaks of; all services that may be the answer if absent.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// When it fires.
    pub when: RawCondition,
    /// The reason: `{needs.freshness}` stands for the answer, `{fact:least-delay}` for the service's fact.
    pub reason: String,
    /// Advising rules: the criterion that changes.
    pub criterion: Option<String>,
    /// Advising rules: by how much of the criterion's range, from -1 to 1.
    #[schemars(range(min = -1.0, max = 1.0))]
    pub points: Option<f64>,
    /// Screening rules: whether the service cannot be a piece of another service's pipeline either.
    #[serde(default)]
    pub holds_on_the_way: bool,
    /// Its page.
    pub page: Page,
    /// A case in which it fires and one in which it does not.
    pub tried: Option<Tried>,
}

/// Two cases that show what a rule does; tests hold every rule to them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// The service it is tried on; none for a contradiction, which speaks of no service.
    pub on: Option<String>,
    /// Overrides of an empty scenario with which it fires.
    pub fires: Vec<String>,
    /// Overrides of an empty scenario with which it does not.
    pub silent: Vec<String>,
}

/// A rule's page, under fixed headings.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// What it checks.
    pub checks: String,
    /// Why that matters.
    pub why: String,
    /// An example.
    pub example: String,
    /// Where it was read.
    pub source: String,
}

/// A condition: one of `all`, `any`, `not`, or a comparison of a `field` of the scenario or a `fact` of the service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawCondition {
    /// True when all of these are.
    pub all: Option<Vec<RawCondition>>,
    /// True when one of these is.
    pub any: Option<Vec<RawCondition>>,
    /// True when this is not.
    pub not: Option<Box<RawCondition>>,
    /// Left side: an answer of the scenario, by path.
    pub field: Option<String>,
    /// Left side: a fact of the service, by id.
    pub fact: Option<String>,
    /// The left side is this value.
    #[schemars(with = "Option<FreeValue>")]
    pub is: Option<serde_json::Value>,
    /// The left side is another value.
    #[schemars(with = "Option<FreeValue>")]
    pub is_not: Option<serde_json::Value>,
    /// The left side is one of these words; a list is if one of its words is.
    #[serde(rename = "in")]
    pub is_in: Option<Vec<String>>,
    /// The left side is none of these words.
    pub not_in: Option<Vec<String>>,
    /// The left side is less than this quantity.
    #[schemars(with = "Option<FreeValue>")]
    pub below: Option<serde_json::Value>,
    /// The left side is this quantity or more.
    #[schemars(with = "Option<FreeValue>")]
    pub at_least: Option<serde_json::Value>,
    /// The left side is more than this quantity.
    #[schemars(with = "Option<FreeValue>")]
    pub above: Option<serde_json::Value>,
    /// The left side is this quantity or less.
    #[schemars(with = "Option<FreeValue>")]
    pub at_most: Option<serde_json::Value>,
    /// The left side is less than this fact of the service.
    pub below_fact: Option<String>,
    /// The left side is more than this fact of the service.
    pub above_fact: Option<String>,
    /// The left side is less than this answer of the scenario.
    pub below_field: Option<String>,
    /// The left side is more than this answer of the scenario.
    pub above_field: Option<String>,
    /// The left side is one of the words of this fact.
    pub in_fact: Option<String>,
    /// The left side is none of the words of this fact.
    pub not_in_fact: Option<String>,
    /// Whether the left side is stated at all.
    pub stated: Option<bool>,
}
