//! A sheet to print: tasks with room for answers, and a rubric of points.

use super::raw::Kind;
use super::text::about_scenario;
use super::{Ask, Exercise, Question, in_folder};
use crate::report::charts::ChartError;
use crate::report::count;
use crate::report::page::{Block, Grid, Page, Section, Words, page_as_html, page_as_markdown};

/// Lines of room for an answer, and for how it was found.
const ROOM: usize = 2;
/// Lines of room for the settings of a scenario.
const ROOM_FOR_SETTINGS: usize = 5;

/// The sheet as one HTML file.
///
/// # Errors
/// [`ChartError`], which would be a bug: there is no chart on it.
pub fn html(exercises: &[&Exercise]) -> Result<String, ChartError> {
    page_as_html(&page(exercises))
}

/// The sheet as Markdown.
#[must_use]
pub fn markdown(exercises: &[&Exercise]) -> String {
    page_as_markdown(&page(exercises))
}

fn page<'a>(exercises: &[&'a Exercise]) -> Page<'a> {
    let folder = exercises.iter().find_map(|exercise| exercise.folder.as_deref());
    let folder = in_folder(folder);
    let mut sections = vec![Section {
        id: "name".into(),
        title: "Name".into(),
        blocks: vec![
            Block::Room(1),
            Block::said(&format!("Answers are judged by `forebay exercise check EXERCISE FILE{folder}`.")),
        ],
    }];
    sections.extend(exercises.iter().map(|exercise| section(exercise)));
    sections.push(Section {
        id: "rubric".into(),
        title: "Points".into(),
        blocks: vec![Block::Table(rubric(exercises))],
    });
    Page {
        title: if let [only] = exercises { only.title.clone() } else { "Exercises".to_owned() },
        kind: "Forebay exercises",
        place: "Forebay exercises".to_owned(),
        generator: format!("Forebay exercises {}", env!("CARGO_PKG_VERSION")),
        sections,
    }
}

fn section(exercise: &Exercise) -> Section<'_> {
    let about = format!(
        "{}, about {} minutes, {}. On a computer: `{}`",
        exercise.level.name(),
        exercise.minutes,
        count(u64::from(exercise.points()), "point"),
        exercise.command("show", "")
    );
    let mut blocks = vec![Block::said(&about)];
    blocks.extend(exercise.task.iter().map(|part| Block::said(part)));
    blocks.push(Block::said(&format!("Scenario: {}.", about_scenario(exercise))));
    for question in &exercise.questions {
        blocks.extend(asked(question));
    }
    if exercise.wants_scenario() {
        let goals = exercise.goals.iter().map(|goal| {
            let points = count(u64::from(goal.points), "point");
            Words::said(&goal.text).and(Words::literal(format!(" ({points})")))
        });
        blocks.push(Block::items(goals.collect()));
        let open: Vec<String> = exercise.open.iter().map(|path| format!("`{path}`")).collect();
        blocks.push(Block::said(&format!("Yours to change: {}. Settings, and why:", open.join(", "))));
        blocks.push(Block::Room(ROOM_FOR_SETTINGS));
    }
    Section { id: exercise.id.as_str().into(), title: exercise.title.as_str().into(), blocks }
}

fn asked(question: &Question) -> Vec<Block<'_>> {
    let points = count(u64::from(question.points), "point");
    let text = Words::said(&question.text).and(Words::literal(format!(" ({points})")));
    let mut blocks = vec![Block::Paragraph(text)];
    if question.kind == Kind::Choice {
        let box_of = |(_, text): (&str, &str)| Words::literal("☐ ").and(Words::said(text));
        blocks.push(Block::items(question.offered().into_iter().map(box_of).collect()));
    }
    blocks.push(Block::Room(ROOM));
    blocks
}

/// What gives how many points, with a column to fill in.
fn rubric(exercises: &[&Exercise]) -> Grid {
    let mut grid =
        Grid::new("What gives how many points", &["Exercise", "Part", "What it takes", ">Points", ">Reached"]);
    let mut row = |exercise: &Exercise, id: &str, what: String, points: u32| {
        let (id, points) = (Words::code(id), Words::literal(points.to_string()));
        grid.row(vec![Words::literal(exercise.title.clone()), id, Words::literal(what), points, Words::literal("")]);
    };
    for exercise in exercises {
        for question in &exercise.questions {
            row(exercise, &question.id, question.demands(), question.points);
        }
        for goal in &exercise.goals {
            row(exercise, &goal.id, "the engine finds it met, and nothing else was changed".to_owned(), goal.points);
        }
    }
    let all: u32 = exercises.iter().map(|exercise| exercise.points()).sum();
    let words = ["Together", "", "", &all.to_string(), ""];
    grid.total = Some(words.iter().map(|word| Words::literal(*word)).collect());
    grid
}

impl Question {
    /// What an answer must be to be right.
    fn demands(&self) -> String {
        match &self.ask {
            Ask::Choices(_) => "the choice that the engine finds to be so".to_owned(),
            Ask::Probes(probes) if probes.len() == 1 => "an answer that the engine finds to be so".to_owned(),
            Ask::Probes(_) => "a value on both sides of which the engine answers as asked".to_owned(),
            Ask::Figure(asked) => format!("at most {} off what the engine works out", asked.off()),
        }
    }
}
