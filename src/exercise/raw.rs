//! Exercise files as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `book/exercises/ID.toml`: a task, and how the engine judges what is handed in. Nothing in it is a solution.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawExercise {
    /// Its title.
    pub title: String,
    /// How hard it is.
    pub level: Level,
    /// The page of the book that it goes with, without ending: `buffering`.
    pub chapter: String,
    /// Minutes that it takes, about.
    pub minutes: u32,
    /// What is asked; an empty line begins a paragraph.
    pub task: String,
    /// Hints, the smallest first.
    #[serde(default)]
    pub hints: Vec<String>,
    /// The scenario that it is about: the name of a shipped one, `clickstream`, or a file beside the exercise, `mine/shop.toml`.
    pub scenario: String,
    /// Settings laid over that scenario, `needs.freshness=1s`, with the whole path of each key.
    #[serde(default)]
    pub set: Vec<String>,
    /// For goals: the keys and tables of the scenario that a student may change, `firehose`. All others belong to the task.
    #[serde(default)]
    pub open: Vec<String>,
    /// Questions with an answer each.
    #[serde(default)]
    pub question: Vec<RawQuestion>,
    /// What the scenario that is handed in must achieve.
    #[serde(default)]
    pub goal: Vec<RawGoal>,
}

/// How hard an exercise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// One thought is enough.
    Easy,
    /// Something is worked out.
    Middle,
    /// Several things pull in different directions.
    Hard,
}

/// What kind of answer a question has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The id of a service.
    Service,
    /// The id of a rule.
    Rule,
    /// The id of one of the question's choices.
    Choice,
    /// A length of time.
    Time,
    /// A size of data.
    Size,
    /// USD a month.
    Money,
    /// Records a second.
    Rate,
    /// A number.
    Count,
    /// A share of a whole.
    Share,
}

/// A question. It has a `figure` that the engine works out, or `choice`s or `probe`s that the engine tries.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawQuestion {
    /// Its name, the key in `[answer]`.
    pub id: String,
    /// The question.
    pub text: String,
    /// What kind of answer it has.
    pub kind: Kind,
    /// Points that it gives; 1 if absent.
    pub points: Option<u32>,
    /// What to think about where the answer is not right.
    pub missing: String,
    /// The figure that the answer predicts, as in policies: `p99`, `cost`.
    pub figure: Option<String>,
    /// Of the figure `cost`: only the lines of this service, `api_gateway`, or this line, `api_gateway.requests`.
    pub line: Option<String>,
    /// Whether it is asked which share of the bill that line is.
    #[serde(default)]
    pub as_share: bool,
    /// Settings with which the figure is worked out.
    #[serde(default)]
    pub set: Vec<String>,
    /// The service whose pipeline is taken instead of the recommended one's.
    pub primary: Option<String>,
    /// Another way of that pipeline: the one through this service, `lambda`.
    pub through: Option<String>,
    /// Settings with which the figure is worked out once more and taken off: the answer is the difference.
    pub less: Option<RawSetting>,
    /// How far off the answer may be: a share of the figure, `5 %`, or a length of its own, `2 s`. For a share it is in
    /// percentage points. The interval of the figure comes on top.
    pub within: Option<String>,
    /// What there is to choose from.
    #[serde(default)]
    pub choice: Vec<RawChoice>,
    /// What must hold, at settings that may depend on the answer.
    #[serde(default)]
    pub probe: Vec<RawProbe>,
}

/// One of several answers: right if the engine finds that its claim holds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RawChoice {
    /// Its name, which is the answer.
    pub id: String,
    /// What it says.
    pub text: String,
    /// When it is right.
    #[serde(flatten)]
    pub claim: RawClaim,
}

/// One trial of an answer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RawProbe {
    /// What must hold.
    #[serde(flatten)]
    pub claim: RawClaim,
    /// What to think about where it does not hold.
    pub missing: Option<String>,
}

/// What the scenario that is handed in must achieve.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RawGoal {
    /// Its name.
    pub id: String,
    /// The goal in words.
    pub text: String,
    /// Points that it gives; 1 if absent.
    pub points: Option<u32>,
    /// What must hold.
    #[serde(flatten)]
    pub claim: RawClaim,
    /// What to think about where it does not hold.
    pub missing: String,
}

/// Something that the engine finds to be so or not; exactly one of `holds`, `removes`, `fires`, `silent`, `rejected`,
/// `dearest`, `lower` and `alike`. In a probe `{answer}` stands for the answer, `{0.9 answer}` for a part of it, `{answer - 1}`
/// for one less.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RawClaim {
    /// Settings at which it is tried.
    #[serde(default)]
    pub set: Vec<String>,
    /// The service whose pipeline is taken instead of the recommended one's.
    pub primary: Option<String>,
    /// Another way of that pipeline: the one through this service, `lambda`.
    pub through: Option<String>,
    /// This comparison holds, written as a policy: `p99 <= 60 s`, `service == firehose`.
    pub holds: Option<String>,
    /// This rule is one of the reasons why the service `on` is rejected.
    pub removes: Option<String>,
    /// This rule fires: about the requirements, or about the service `on`.
    pub fires: Option<String>,
    /// This rule does not fire.
    pub silent: Option<String>,
    /// The service that `removes`, `fires` or `silent` speak of.
    pub on: Option<String>,
    /// This service is rejected.
    pub rejected: Option<String>,
    /// This service has the largest part of the bill.
    pub dearest: Option<String>,
    /// This figure is lower than it is with `against`, by more than chance.
    pub lower: Option<String>,
    /// This figure differs from what it is with `against` by no more than chance.
    pub alike: Option<String>,
    /// The setting that `lower` and `alike` compare with.
    pub against: Option<RawSetting>,
}

/// A setting of the scenario.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawSetting {
    /// Settings laid over the scenario.
    #[serde(default)]
    pub set: Vec<String>,
    /// The service whose pipeline is taken instead of the recommended one's.
    pub primary: Option<String>,
    /// Another way of that pipeline: the one through this service, `lambda`.
    pub through: Option<String>,
}
