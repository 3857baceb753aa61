//! Scenario format 1: what somebody needs, and the traffic they expect.
//!
//! [`Loader::load`] reads a TOML text, applies command-line overrides, holds it against the schema of
//! [`raw::RawScenario`] and the catalog's options, and returns the checked scenario or every problem at once.
//!
//! The decision a reader would question: requirements are looked up by path (`needs.freshness`) and not through struct
//! fields. Rules are data, so the names they use must be data too; the struct exists for its schema and documentation.

mod edit;
mod keys;
mod known;
mod load;
mod overrides;
pub mod raw;
mod supposed;
mod values;
mod workload;

use std::collections::BTreeMap;

pub use edit::set_in_text;
pub use keys::{Key, Takes, keys};
pub use known::KnownAnswers;
pub use load::{Loader, schema};
pub use overrides::Override;
pub use workload::{ClientRetry, Simulation, Sizes, Workload};

use crate::catalog::Edition;
use crate::value::Value;

/// The scenarios that are shipped, listed by the build script: name of the file, text.
pub const EXAMPLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenario_files.rs"));

/// Where an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The scenario file or an override, at this place: `clickstream.toml:14`.
    Stated(String),
    /// Worked out from other answers.
    Derived(String),
    /// Nobody said; this is the default.
    Default,
    /// Nobody said; somebody asks what if.
    Supposed,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stated(place) => write!(f, "{place}"),
            Self::Derived(from) => write!(f, "{from}"),
            Self::Default => write!(f, "default"),
            Self::Supposed => write!(f, "supposed"),
        }
    }
}

/// The answer to one question about the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// All answers, by path: `source.kind`, `needs.freshness`, `team.skills`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    by_path: BTreeMap<String, Answer>,
}

impl Answers {
    /// The answer at a path, if there is one.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Answer> {
        self.by_path.get(path)
    }

    /// The word at a path.
    #[must_use]
    pub fn word(&self, path: &str) -> Option<&str> {
        match &self.get(path)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.by_path.iter().map(|(path, answer)| (path.as_str(), answer))
    }

    pub(crate) fn insert(&mut self, path: impl Into<String>, value: Value, origin: Origin) {
        self.by_path.insert(path.into(), Answer { value, origin });
    }
}

/// A checked scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Name of the file it came from.
    pub file: String,
    /// Its title.
    pub title: String,
    /// Region of the pipeline.
    pub region: String,
    /// Edition to answer with.
    pub edition: Edition,
    /// Services to choose among; all if empty.
    pub alternatives: Vec<String>,
    /// What is needed.
    pub answers: Answers,
    /// The traffic, if given.
    pub workload: Option<Workload>,
    /// How to simulate it.
    pub simulation: Simulation,
    /// Options by service and option: `("firehose", "buffer-interval")`.
    pub options: BTreeMap<(String, String), Answer>,
    /// Weights of criteria, where they differ from the default.
    pub priorities: BTreeMap<String, f64>,
    /// Digest of the text and the overrides, for result headers.
    pub digest: String,
    /// All that its text and the overrides state, by path, as written.
    pub stated: BTreeMap<String, String>,
}

impl Scenario {
    /// The destinations asked for.
    #[must_use]
    pub fn destinations(&self) -> &[String] {
        self.answers.get("needs.destinations").map_or(&[], |answer| answer.value.words())
    }
}
