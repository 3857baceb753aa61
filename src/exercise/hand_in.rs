//! What a student hands in: a file with answers, with a scenario, or with both.

use std::collections::BTreeMap;

use super::Exercise;
use super::guess::Guess;
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Problems, suggest};
use crate::document::{Document, Node};
use crate::rules::RuleBook;
use crate::scenario::{Loader, Origin, Scenario};
use crate::source::SourceMap;

/// A file that was handed in, read and checked.
#[derive(Debug)]
pub struct HandIn {
    /// How it is called.
    pub(super) name: String,
    /// The answers that were given, by question.
    pub(super) answers: BTreeMap<String, Guess>,
    /// The scenario, where the exercise has goals.
    pub(super) scenario: Option<(Document, Scenario)>,
}

impl HandIn {
    /// Reads a file. `None` if there was an error; all are in `problems`.
    pub fn read(
        exercise: &Exercise,
        name: &str,
        text: &str,
        known: (&Catalog, &RuleBook),
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) -> Option<Self> {
        let before = problems.error_count();
        let mut document = Document::parse(name, text, sources, problems);
        if problems.error_count() > before {
            return None;
        }
        is_for(exercise, &mut document, problems);
        let answers = answers(exercise, &mut document, known, problems);
        let scenario = if exercise.wants_scenario() {
            if document.root.entries.is_empty() {
                let message = format!("`{}` asks for a scenario, and there is none in this file", exercise.id);
                problems
                    .push(started(Diagnostic::error("no-scenario", message).at(document.span, "this file"), exercise));
                return None;
            }
            let loader = Loader { catalog: known.0, edition: None, region: None };
            let checked = loader.check(name, "", document.clone(), sources, problems);
            checked.map(|scenario| (document, scenario))
        } else {
            for (key, span, _) in &document.root.entries {
                let problem =
                    Diagnostic::error("unknown-key", format!("`{key}` is nothing that this exercise asks for"));
                let label = "it asks for answers alone, which stand in [answer]";
                problems.push(started(problem.at(*span, label), exercise));
            }
            None
        };
        (problems.error_count() == before).then(|| Self { name: name.to_owned(), answers, scenario })
    }
}

/// The problem with what to do about it.
fn started(problem: Diagnostic, exercise: &Exercise) -> Diagnostic {
    problem.help(format!("`{}` writes a file to start from", exercise.command("show", "--write FILE")))
}

/// Takes the key that names the exercise out of a file, and holds it against the exercise.
fn is_for(exercise: &Exercise, document: &mut Document, problems: &mut Problems) {
    let Some((_, item)) = document.root.remove("exercise") else { return };
    if matches!(&item.node, Node::Text(id) if *id == exercise.id) {
        return;
    }
    let problem = Diagnostic::error("other-exercise", format!("this file is not for the exercise `{}`", exercise.id));
    problems.push(problem.at(item.span, "for this one").help("name the exercise that the file is for"));
}

/// Takes the answers out of a file.
fn answers(
    exercise: &Exercise,
    document: &mut Document,
    (catalog, rules): (&Catalog, &RuleBook),
    problems: &mut Problems,
) -> BTreeMap<String, Guess> {
    let mut answers = BTreeMap::new();
    let Some((span, item)) = document.root.remove("answer") else {
        if !exercise.questions.is_empty() && !exercise.wants_scenario() {
            let problem = Diagnostic::error("no-answer", "there is no table [answer] in this file".to_owned());
            problems.push(started(problem.at(document.span, "this file"), exercise));
        }
        return answers;
    };
    let Node::Table(table) = &item.node else {
        problems.push(Diagnostic::error("no-answer", "`answer` is a table".to_owned()).at(span, "write [answer]"));
        return answers;
    };
    let ids: Vec<&str> = exercise.questions.iter().map(|question| question.id.as_str()).collect();
    for (key, span, item) in &table.entries {
        let Some(question) = exercise.questions.iter().find(|question| question.id == *key) else {
            let problem = Diagnostic::error("unknown-question", format!("there is no question `{key}`"));
            let help = if ids.is_empty() {
                "this exercise asks no question; its goals are about the scenario".to_owned()
            } else {
                suggest(key, &ids, "the questions are")
            };
            problems.push(problem.at(*span, "not asked").help(help));
            continue;
        };
        match Guess::read(question.kind, &question.choices(), item, catalog, rules) {
            Ok(Some(guess)) => {
                answers.insert(key.clone(), guess);
            }
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    answers
}

/// What was changed that belongs to the task: in the scenario handed in, against the given one.
pub(super) fn trespasses(exercise: &Exercise, given: &Scenario, handed_in: &Scenario) -> Vec<String> {
    let open = |path: &str| {
        exercise.open.iter().any(|open| {
            let below = path.strip_prefix(open.as_str());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    let before = settings(given);
    let after = settings(handed_in);
    let paths = before.keys().chain(after.keys().filter(|path| !before.contains_key(*path)));
    let mut told: Vec<String> = paths
        .filter(|path| !open(path))
        .filter_map(|path| match (before.get(path), after.get(path)) {
            (Some((old, _)), Some((new, _))) if old == new => None,
            (Some((old, _)), Some((new, place))) => {
                Some(format!("you changed `{path}` from {old} to {new} ({place}); it belongs to the task"))
            }
            (Some((old, _)), None) => Some(format!("you left out `{path}`, which was {old}; it belongs to the task")),
            (None, Some((new, place))) => {
                Some(format!("you added `{path}` = {new} ({place}); it is not yours to set in this task"))
            }
            (None, None) => None,
        })
        .collect();
    // Lists of tables have no path of their own.
    let lists =
        [("workload", given.workload == handed_in.workload), ("simulation", given.simulation == handed_in.simulation)];
    for (table, same) in lists {
        let known = told.iter().any(|one| one.contains(&format!("`{table}.")));
        let any_open = exercise.open.iter().any(|path| path.starts_with(table));
        if !same && !known && !any_open {
            told.push(format!("you changed [{table}]; it belongs to the task"));
        }
    }
    told
}

/// Everything that a scenario states, with its place.
fn settings(scenario: &Scenario) -> BTreeMap<String, (String, String)> {
    let stated = |origin: &Origin| match origin {
        Origin::Stated(place) => Some(place.clone()),
        _ => None,
    };
    let answers = scenario.answers.iter().filter(|(path, _)| !matches!(*path, "title" | "description" | "format"));
    let answers = answers
        .filter_map(|(path, answer)| Some((path.to_owned(), (answer.value.to_string(), stated(&answer.origin)?))));
    let options = scenario.options.iter().filter_map(|((service, option), answer)| {
        Some((format!("{service}.{option}"), (answer.value.to_string(), stated(&answer.origin)?)))
    });
    answers.chain(options).filter(|(path, _)| path != "needs.freshness-word").collect()
}
