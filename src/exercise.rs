//! Exercises: tasks for students, and how the engine judges what they hand in.
//!
//! An [`Exercise`] is a TOML file: a task about a scenario, with questions to answer and goals to meet. No solution is in
//! it. A question has a figure that is worked out when it is judged, or claims that are tried at settings that depend on the
//! answer; a goal is a claim about the scenario that was handed in. So an exercise stays right when a price or a rule changes.
//!
//! 1. [`Exercises::load`] reads the shipped ones and those of a folder, with all their mistakes.
//! 2. [`Exercise::starting_file`] is what a student fills in; [`HandIn::read`] reads it back.
//! 3. [`check()`] judges it on a [`Bench`] and says what was found and what is missing.
//!
//! The decision a reader would question: who wins is judged as `forebay advise` decides it, without simulating all
//! candidates. It is what the rules say, which is what exercises teach, and it takes no time.

mod bench;
mod check;
mod claim;
mod guess;
mod hand_in;
mod load;
pub mod raw;
mod sheet;
mod text;

pub use bench::Bench;
pub use check::{Checked, Fault, Part, check};
pub use hand_in::HandIn;
pub use load::Exercises;
pub use sheet::{html as sheet_html, markdown as sheet_markdown};
pub use text::{Listed, checked as checked_text, class as class_table, list, task};

use crate::document::Document;
use crate::policy::Figure;
use bench::Setting;
use claim::Claim;
use raw::{Kind, Level};

/// An exercise, read and checked.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How hard it is.
    pub level: Level,
    /// The page of the book that it goes with.
    pub chapter: String,
    /// Minutes that it takes, about.
    pub minutes: u32,
    /// The task, in paragraphs.
    pub task: Vec<String>,
    /// Hints, the smallest first.
    pub hints: Vec<String>,
    /// The folder that it was read from, as it was typed; none for a shipped one.
    folder: Option<String>,
    /// The scenario to start from.
    start: Start,
    /// Keys and tables of it that are the student's to change.
    open: Vec<String>,
    questions: Vec<Question>,
    goals: Vec<Goal>,
}

/// The scenario that an exercise is about.
#[derive(Debug, Clone)]
struct Start {
    /// How it is called: `clickstream.toml`.
    name: String,
    /// The settings that the exercise lays over it.
    set: Vec<String>,
    text: String,
    document: Document,
}

#[derive(Debug, Clone)]
struct Question {
    id: String,
    text: String,
    kind: Kind,
    points: u32,
    missing: String,
    ask: Ask,
}

/// How an answer is judged.
#[derive(Debug, Clone)]
enum Ask {
    /// Against a figure.
    Figure(Asked),
    /// The choice that is right is the one whose claim holds.
    Choices(Vec<Choice>),
    /// All of these hold.
    Probes(Vec<Probe>),
}

/// A figure to predict.
#[derive(Debug, Clone)]
struct Asked {
    figure: Figure,
    /// Of the bill, the lines of this service, or one line.
    line: Option<String>,
    as_share: bool,
    setting: Setting,
    less: Option<Setting>,
    within: Within,
}

/// How far off an answer may be.
#[derive(Debug, Clone, Copy)]
enum Within {
    /// A share of the figure.
    Share(f64),
    /// So much, in the figure's unit.
    Absolute(f64),
}

#[derive(Debug, Clone)]
struct Choice {
    id: String,
    text: String,
    claim: Claim,
}

#[derive(Debug, Clone)]
struct Probe {
    claim: Claim,
    missing: Option<String>,
}

#[derive(Debug, Clone)]
struct Goal {
    id: String,
    text: String,
    points: u32,
    claim: Claim,
    missing: String,
}

impl Exercise {
    /// Points that it gives.
    #[must_use]
    pub fn points(&self) -> u32 {
        let questions: u32 = self.questions.iter().map(|question| question.points).sum();
        questions + self.goals.iter().map(|goal| goal.points).sum::<u32>()
    }

    /// What to type for a verb of `forebay exercise`, `check` with the file behind it say.
    #[must_use]
    pub fn command(&self, verb: &str, rest: &str) -> String {
        let space = if rest.is_empty() { "" } else { " " };
        format!("forebay exercise {verb} {}{space}{rest}{}", self.id, in_folder(self.folder.as_deref()))
    }

    /// Whether a scenario is handed in, and not answers alone.
    #[must_use]
    pub fn wants_scenario(&self) -> bool {
        !self.goals.is_empty()
    }

    /// Its scenario, to try things with.
    #[must_use]
    pub fn scenario(&self) -> &str {
        &self.start.text
    }

    /// The file that a student starts from.
    #[must_use]
    pub fn starting_file(&self) -> String {
        text::starting_file(self)
    }
}

/// The option that names the folder of exercises, to put behind a command.
#[must_use]
pub fn in_folder(folder: Option<&str>) -> String {
    folder.map_or_else(String::new, |folder| {
        let plain = folder.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '~'));
        let quoted = if plain { folder.to_owned() } else { format!("'{}'", folder.replace('\'', r"'\''")) };
        format!(" --exercises {quoted}")
    })
}

impl Question {
    /// The ids of its choices.
    fn choices(&self) -> Vec<&str> {
        match &self.ask {
            Ask::Choices(choices) => choices.iter().map(|choice| choice.id.as_str()).collect(),
            _ => Vec::new(),
        }
    }
}

impl Within {
    fn of(self, value: f64) -> f64 {
        match self {
            Self::Share(share) => share * value.abs(),
            Self::Absolute(width) => width,
        }
    }
}
