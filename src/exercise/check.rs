//! Judging what was handed in.

use schemars::JsonSchema;
use serde::Serialize;

use super::bench::{Bench, Simulated};
use super::claim::{About, Judgement};
use super::guess::{Guess, Value};
use super::hand_in::{HandIn, trespasses};
use super::{Ask, Asked, Exercise, Question, Within};
use crate::diag::Diagnostic;
use crate::report::answer::{Measure, Reading};
use crate::report::diff::difference;
use crate::source::SourceMap;

/// Version of the JSON form of [`Checked`].
const SCHEMA_VERSION: &str = "1.1";

/// What came of judging a file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Checked {
    /// Version of this form.
    pub schema_version: &'static str,
    /// The exercise.
    pub exercise: String,
    /// Its title.
    pub title: String,
    /// The file.
    pub file: String,
    /// Whether the file could be read as an answer.
    pub readable: bool,
    /// What is wrong with a file that could not be read.
    pub problems: Vec<Fault>,
    /// Whether all of it is right, met and as the task has it.
    pub passed: bool,
    /// Points that were reached: none for goals where the task was changed.
    pub points: u32,
    /// Points that could be reached.
    pub points_possible: u32,
    /// The task, the questions and the goals, in their order.
    pub parts: Vec<Part>,
}

/// Something wrong with a file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Fault {
    /// The line and the column, from 1; `null` where the whole file is meant.
    pub place: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to type or do.
    pub help: Vec<String>,
}

impl Checked {
    /// What came of a file that cannot be read.
    #[must_use]
    pub fn unreadable(exercise: &Exercise, file: &str, problems: &[Diagnostic], sources: &SourceMap) -> Self {
        let problems = problems.iter().map(|problem| {
            let place = problem.label.as_ref().and_then(|(span, _)| sources.place(*span));
            let place = place.filter(|place| place.file == file);
            let place = place.map(|place| format!("{}:{}", place.line, place.column));
            Fault { place, message: problem.message.clone(), help: problem.help.clone() }
        });
        let problems = problems.collect();
        Self { readable: false, problems, ..Self::of(exercise, file, Vec::new(), false) }
    }

    fn of(exercise: &Exercise, file: &str, parts: Vec<Part>, passed: bool) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            exercise: exercise.id.clone(),
            title: exercise.title.clone(),
            file: file.to_owned(),
            readable: true,
            problems: Vec::new(),
            passed,
            points: parts.iter().map(|part| part.points).sum(),
            points_possible: exercise.points(),
            parts,
        }
    }
}

/// A question, a goal, or whether the task was left as it is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Part {
    /// Its name; `task` where it is about what was given.
    pub id: String,
    /// `task`, `question` or `goal`.
    pub kind: &'static str,
    /// Whether it is right or met.
    pub passed: bool,
    /// Points that were reached.
    pub points: u32,
    /// Points that could be reached.
    pub points_possible: u32,
    /// What is asked.
    pub asked: String,
    /// The answer as it was given; `null` for goals, and where none was given.
    pub answer: Option<String>,
    /// What the engine found, in sentences.
    pub found: Vec<String>,
    /// What that rests on.
    pub reasons: Vec<String>,
    /// What to think about; `null` where nothing is missing.
    pub missing: Option<String>,
}

/// Judges a file that was handed in.
#[must_use]
pub fn check(exercise: &Exercise, hand_in: &HandIn, bench: &Bench<'_>) -> Checked {
    let mut parts: Vec<Part> = task(exercise, hand_in, bench).into_iter().collect();
    let as_given = parts.iter().all(|part| part.passed);
    parts.extend(exercise.questions.iter().map(|question| judge_question(exercise, question, hand_in, bench)));
    parts.extend(goals(exercise, hand_in, as_given, bench));
    let passed = parts.iter().all(|part| part.passed);
    Checked::of(exercise, &hand_in.name, parts, passed)
}

/// Whether the task was left as it is.
fn task(exercise: &Exercise, hand_in: &HandIn, bench: &Bench<'_>) -> Option<Part> {
    let (_, scenario) = hand_in.scenario.as_ref()?;
    let start = &exercise.start;
    let found = match bench.trial(&start.name, &start.document, &super::Setting::default()) {
        Ok(given) => trespasses(exercise, &given.scenario, scenario),
        Err(problem) => vec![problem],
    };
    let open: Vec<String> = exercise.open.iter().map(|path| format!("`{path}`")).collect();
    let (open, passed) = (open.join(", "), found.is_empty());
    Some(Part {
        id: "task".to_owned(),
        kind: "task",
        passed,
        points: 0,
        points_possible: 0,
        asked: format!("Nothing but {open} is changed."),
        answer: None,
        found,
        reasons: Vec::new(),
        missing: (!passed).then(|| format!("Put it back as it was given; yours to change: {open}.")),
    })
}

fn goals(exercise: &Exercise, hand_in: &HandIn, as_given: bool, bench: &Bench<'_>) -> Vec<Part> {
    let Some((document, _)) = &hand_in.scenario else { return Vec::new() };
    let about = About { name: &hand_in.name, document, guess: None };
    let judged = |goal: &super::Goal| {
        let judgement = goal.claim.judge(about, bench);
        let holds = judgement.holds;
        Part {
            id: goal.id.clone(),
            kind: "goal",
            passed: holds,
            points: if holds && as_given { goal.points } else { 0 },
            points_possible: goal.points,
            asked: goal.text.clone(),
            answer: None,
            found: vec![judgement.found],
            reasons: judgement.reasons,
            missing: (!holds).then(|| goal.missing.clone()),
        }
    };
    exercise.goals.iter().map(judged).collect()
}

fn judge_question(exercise: &Exercise, question: &Question, hand_in: &HandIn, bench: &Bench<'_>) -> Part {
    let guess = hand_in.answers.get(&question.id);
    let (judgements, missing) = match guess {
        Some(guess) => judged(exercise, question, guess, bench),
        None => (vec![Judgement::impossible("it is not answered".to_owned())], question.missing.clone()),
    };
    let passed = judgements.iter().all(|judgement| judgement.holds);
    let mut reasons: Vec<String> = Vec::new();
    for reason in judgements.iter().flat_map(|judgement| &judgement.reasons) {
        if !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
    }
    Part {
        id: question.id.clone(),
        kind: "question",
        passed,
        points: if passed { question.points } else { 0 },
        points_possible: question.points,
        asked: question.text.clone(),
        answer: guess.map(|guess| guess.written.clone()),
        found: judgements.into_iter().map(|judgement| judgement.found).collect(),
        reasons,
        missing: (!passed).then_some(missing),
    }
}

/// What the engine found about an answer, and what to think about if that is not well.
fn judged(exercise: &Exercise, question: &Question, guess: &Guess, bench: &Bench<'_>) -> (Vec<Judgement>, String) {
    let start = &exercise.start;
    let about = About { name: &start.name, document: &start.document, guess: Some(guess) };
    match &question.ask {
        Ask::Figure(asked) => {
            let judgement = predicted(asked, guess, about, bench).unwrap_or_else(Judgement::impossible);
            (vec![judgement], question.missing.clone())
        }
        Ask::Choices(choices) => {
            let Value::Word(id) = &guess.value else { return (Vec::new(), question.missing.clone()) };
            let chosen = choices.iter().filter(|choice| choice.id == *id);
            let judgements = chosen.map(|choice| choice.claim.judge(About { guess: None, ..about }, bench));
            (judgements.collect(), question.missing.clone())
        }
        Ask::Probes(probes) => {
            let judgements: Vec<Judgement> = probes.iter().map(|probe| probe.claim.judge(about, bench)).collect();
            let failed = probes.iter().zip(&judgements).find(|(_, judgement)| !judgement.holds);
            let own = failed.and_then(|(probe, _)| probe.missing.clone());
            (judgements, own.map_or_else(|| question.missing.clone(), |own| format!("{own} {}", question.missing)))
        }
    }
}

/// Holds a prediction against the figure that the engine works out.
fn predicted(asked: &Asked, guess: &Guess, about: About<'_>, bench: &Bench<'_>) -> Result<Judgement, String> {
    let Value::Number(_, answer) = guess.value else { return Err("a number was asked for".to_owned()) };
    let trial = bench.trial(about.name, about.document, &asked.setting)?;
    let done = bench.simulated(&trial)?;
    let mut reading = asked.reading(done)?;
    let mut reasons = done.grounds(asked.figure);
    if let Some(less) = &asked.less {
        let trial = bench.trial(about.name, about.document, less)?;
        let other = bench.simulated(&trial)?;
        let apart = difference(&asked.reading(other)?, &reading).ok_or("the difference is not known")?;
        reading = Reading { value: Some(apart.value), half_width: apart.half_width, at_least: false };
        let grounds = other.grounds(asked.figure).into_iter();
        reasons = reasons.into_iter().map(|reason| format!("{reason}{}", asked.setting.told())).collect();
        reasons.extend(grounds.map(|reason| format!("{reason}{}", less.told())));
    }
    let Some(value) = reading.value.filter(|_| !reading.at_least) else {
        return Err(format!("{} is not known here", asked.figure.name()));
    };
    let allowed = asked.within.of(value) + reading.half_width.unwrap_or(0.0);
    let holds = (answer - value).abs() <= allowed;
    let off = asked.off();
    if holds {
        let figure = reading.show(asked.measure());
        let found = format!("the engine finds {figure}; your answer is near enough (up to {off} off is accepted)");
        return Ok(Judgement { holds, found, reasons });
    }
    // Neither the figure nor what it is made of: it is still to be found.
    let side = if answer > value { "too high" } else { "too low" };
    let far = how_far(answer, value);
    let found = format!("your answer is {side}{far} (up to {off} off is accepted)");
    Ok(Judgement { holds, found, reasons: Vec::new() })
}

/// How far off an answer is, roughly: what a student needs for finding a mistake, and not the figure itself.
fn how_far(answer: f64, value: f64) -> String {
    let apart = if answer > value { answer / value } else { value / answer };
    if !apart.is_finite() || apart < 1.0 {
        return String::new();
    }
    match apart {
        ..1.1 => ", by less than a tenth".to_owned(),
        ..1.5 => ", by less than a half".to_owned(),
        _ => format!(", by a factor of about {}", crate::units::significant(apart, 1)),
    }
}

impl Asked {
    /// How far off an answer may be, for people.
    pub(super) fn off(&self) -> String {
        let percent = |share: f64| crate::units::significant(100.0 * share, 3);
        match self.within {
            Within::Share(share) => format!("{} %", percent(share)),
            Within::Absolute(width) if self.measure() == Measure::Share => {
                format!("{} percentage points", percent(width))
            }
            Within::Absolute(width) => self.measure().show(width, None),
        }
    }

    fn measure(&self) -> Measure {
        if self.as_share { Measure::Share } else { self.figure.measure() }
    }

    /// The figure of a setting that was simulated.
    fn reading(&self, done: &Simulated) -> Result<Reading, String> {
        let whole = self.figure.of(&done.answer, false);
        let Some(line) = &self.line else { return Ok(whole) };
        let lines = done
            .played
            .bill
            .lines
            .iter()
            .filter(|one| one.service == *line || format!("{}.{}", one.service, one.meter) == *line);
        let (mut sum, mut width) = (0.0, 0.0);
        for one in lines {
            let Some(amount) = one.amount else { return Err(format!("{line} has no known price here")) };
            sum += amount.to_f64();
            width += one.amount_half_width.unwrap_or(0.0);
        }
        if !self.as_share {
            return Ok(Reading { value: Some(sum), half_width: Some(width), at_least: false });
        }
        // Part and whole rise and fall with the same traffic, so the share has no interval of its own.
        Ok(Reading { value: whole.value.map(|whole| sum / whole), half_width: None, at_least: whole.at_least })
    }
}
