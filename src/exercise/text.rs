//! Exercises for eyes: the list, a task, the file to start from, what a check found.

use std::fmt::Write as _;

use super::raw::{Kind, Level};
use super::{Ask, Checked, Exercise, Exercises, Part, Question};
use crate::report::{Style, Table, count, paragraph, wrap};

/// Columns of comments in files.
const COMMENT: usize = 100;

impl Level {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Middle => "middle",
            Self::Hard => "hard",
        }
    }
}

/// All exercises, the easiest first.
#[must_use]
pub fn list(exercises: &Exercises) -> Table {
    listing(exercises, str::to_owned)
}

/// All exercises, the chapter of each as `page` writes it.
fn listing(exercises: &Exercises, page: impl Fn(&str) -> String) -> Table {
    let mut table = Table::new(&["exercise", "title", "level", "chapter", "about"]).right(&[4]);
    for exercise in exercises.iter() {
        let cells = [&exercise.id, &exercise.title, exercise.level.name()].map(str::to_owned);
        // A no-break space: in a narrow column the number would stand alone.
        let minutes = format!("{}\u{a0}min", exercise.minutes);
        table.row(cells.into_iter().chain([page(&exercise.chapter), minutes]).collect());
    }
    table
}

/// The task of an exercise, with what to hand in.
#[must_use]
pub fn task(exercise: &Exercise, width: usize) -> String {
    let mut text = format!("{}\n", exercise.title);
    let _ = writeln!(
        text,
        "{} · {} · about {} min · {} · goes with the page `{}` of the book",
        exercise.id,
        exercise.level.name(),
        exercise.minutes,
        count(u64::from(exercise.points()), "point"),
        exercise.chapter
    );
    for part in &exercise.task {
        let _ = write!(text, "\n{}", paragraph("  ", part, width));
    }
    if !exercise.questions.is_empty() {
        text.push_str("\n  To answer\n\n");
        for question in &exercise.questions {
            text.push_str(&paragraph(&format!("    {}  ", question.id), &question.text, width));
            for (id, choice) in question.offered() {
                text.push_str(&paragraph(&format!("      {id}: "), choice, width));
            }
            if question.kind != Kind::Choice {
                let _ = writeln!(text, "      answer with {}", question.kind.takes());
            }
        }
    }
    if !exercise.goals.is_empty() {
        text.push_str("\n  To achieve\n\n");
        for goal in &exercise.goals {
            text.push_str(&paragraph(&format!("    {}  ", goal.id), &goal.text, width));
        }
        let open: Vec<String> = exercise.open.iter().map(|path| format!("`{path}`")).collect();
        let _ = write!(text, "\n{}", paragraph("  Yours to change  ", &open.join(", "), width));
    }
    text.push('\n');
    text.push_str(&paragraph("  Scenario  ", &about_scenario(exercise), width));
    text.push('\n');
    text.push_str(&commands(exercise));
    text
}

/// The scenario of an exercise in words.
pub(super) fn about_scenario(exercise: &Exercise) -> String {
    let set: Vec<String> = exercise.start.set.iter().map(|one| format!("`{one}`")).collect();
    let name = exercise.start.name.trim_end_matches(".toml");
    if set.is_empty() { name.to_owned() } else { format!("{name}, with {}", set.join(", ")) }
}

/// What to type next, with what it does.
fn commands(exercise: &Exercise) -> String {
    let command = |verb, rest| exercise.command(verb, rest);
    let mut lines = vec![(command("show", "--write my.toml"), "writes the file to fill in".to_owned())];
    if !exercise.wants_scenario() {
        let does = "writes its scenario, to try things with".to_owned();
        lines.push((command("show", "--scenario try.toml"), does));
    }
    lines.push((command("check", "my.toml"), "judges it".to_owned()));
    if !exercise.hints.is_empty() {
        let hints = count(exercise.hints.len() as u64, "hint");
        lines.push((command("hint", ""), format!("the first of {hints}")));
    }
    let widest = lines.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    lines.iter().fold(String::new(), |mut text, (command, does)| {
        let _ = writeln!(text, "  {command:<widest$}   {does}");
        text
    })
}

impl Question {
    /// Its choices, with what they say.
    pub(super) fn offered(&self) -> Vec<(&str, &str)> {
        match &self.ask {
            Ask::Choices(choices) => choices.iter().map(|one| (one.id.as_str(), one.text.as_str())).collect(),
            _ => Vec::new(),
        }
    }
}

/// A text as comments.
fn comment(text: &str) -> String {
    wrap(text, COMMENT).iter().flat_map(|line| ["# ", line, "\n"]).collect()
}

/// The file that a student fills in.
pub(super) fn starting_file(exercise: &Exercise) -> String {
    let mut text = format!("# {}\n# When it is done: {}\n", exercise.title, exercise.command("check", "FILE"));
    let _ = write!(text, "exercise = \"{}\"\n\n", exercise.id);
    if exercise.wants_scenario() {
        for goal in &exercise.goals {
            text.push_str(&comment(&format!("{}: {}", goal.id, goal.text)));
        }
        let _ = write!(
            text,
            "{}\n{}",
            comment(&format!("Yours to change: {}.", exercise.open.join(", "))),
            exercise.start.text
        );
    }
    if exercise.questions.is_empty() {
        return text;
    }
    if exercise.wants_scenario() {
        text.push('\n');
    }
    text.push_str("[answer]\n");
    for question in &exercise.questions {
        text.push_str(&comment(&question.text));
        for (id, choice) in question.offered() {
            text.push_str(&comment(&format!("  {id}: {choice}")));
        }
        let takes = if question.kind == Kind::Choice {
            format!("one of {}", question.choices().join(", "))
        } else {
            question.kind.takes().to_owned()
        };
        let _ = writeln!(text, "{} = \"\"   # {takes}", question.id);
    }
    text
}

/// What a check found, all of it.
#[must_use]
pub fn checked(checked: &Checked, width: usize) -> String {
    let mut text = format!("{} ({}): {}\n", checked.title, checked.exercise, checked.file);
    for part in &checked.parts {
        if part.kind == "task" && part.passed {
            continue;
        }
        text.push('\n');
        text.push_str(&one(part, width));
    }
    let verdict = if checked.passed { "Passed" } else { "Not passed yet" };
    let points = count(u64::from(checked.points_possible), "point");
    let _ = write!(text, "\n  {verdict}: {} of {points}.\n", checked.points);
    text
}

fn one(part: &Part, width: usize) -> String {
    let verdict = match (part.kind, part.passed, &part.answer) {
        ("question", true, _) => "right",
        ("question", false, None) => "open",
        ("question", ..) => "not right",
        ("goal", true, _) => "met",
        ("goal", ..) => "not met",
        _ => "changed",
    };
    let points = match part.points_possible {
        0 => String::new(),
        possible => format!(", {} of {}", part.points, count(u64::from(possible), "point")),
    };
    let mut text = format!("  {}: {verdict}{points}\n", part.id);
    let mut line = |head: &str, said: &str| text.push_str(&paragraph(&format!("    {head:<9}"), said, width));
    line("asked", &part.asked);
    if let Some(answer) = &part.answer {
        line("answer", answer);
    }
    for found in &part.found {
        line("found", found);
    }
    for reason in &part.reasons {
        line("because", reason);
    }
    if let Some(missing) = &part.missing {
        line("think of", missing);
    }
    text
}

/// Files of many students: one row each, those that cannot be read included.
#[must_use]
pub fn class(files: &[Checked]) -> Table {
    let mut table = Table::new(&["file", "result", "points", "not right yet"]).right(&[2]);
    for checked in files {
        let file = &checked.file;
        if !checked.readable {
            table.row(vec![file.clone(), "not readable".to_owned(), String::new(), "see below".to_owned()]);
            continue;
        }
        let result = if checked.passed { "passed" } else { "not passed" };
        let failed: Vec<&str> = checked.parts.iter().filter(|part| !part.passed).map(|part| part.id.as_str()).collect();
        let points = format!("{} of {}", checked.points, checked.points_possible);
        table.row(vec![file.clone(), result.to_owned(), points, failed.join(", ")]);
    }
    table
}

impl Exercises {
    /// The list as it is printed in the book.
    #[must_use]
    pub fn markdown(&self) -> String {
        listing(self, |chapter| format!("[{chapter}]({chapter}.md)")).render(Style::Markdown)
    }
}

/// An exercise in a list for programs.
#[derive(Debug, serde::Serialize)]
pub struct Listed<'a> {
    /// Its name.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// How hard it is.
    pub level: Level,
    /// The page of the book that it goes with.
    pub chapter: &'a str,
    /// Minutes that it takes, about.
    pub minutes: u32,
    /// Points that it gives.
    pub points: u32,
    /// Hints that it has.
    pub hints: usize,
}

impl<'a> From<&'a Exercise> for Listed<'a> {
    fn from(exercise: &'a Exercise) -> Self {
        Self {
            id: &exercise.id,
            title: &exercise.title,
            level: exercise.level,
            chapter: &exercise.chapter,
            minutes: exercise.minutes,
            points: exercise.points(),
            hints: exercise.hints.len(),
        }
    }
}
