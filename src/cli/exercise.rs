//! `exercise`: tasks for students, judged by the engine.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::{ExerciseArgs, ExerciseVerb, Format, SheetArgs};
use super::context::{Context, HANDED_IN};
use super::output::unwritable;
use super::progress::Progress;
use super::scenario::{json, no_record, tabular};
use crate::catalog::Catalog;
use crate::diag::Diagnostic;
use crate::exercise::{self as exercises, Bench, Checked, Exercise, Exercises, HandIn};
use crate::report::{Style, count, paragraph};
use crate::rules::RuleBook;
use crate::sim::Watch;

pub(super) fn exercise(args: &ExerciseArgs, context: &mut Context) -> Result<(), Failure> {
    let (catalog, rules) = context.knowledge()?;
    let folder = args.exercises.as_deref();
    let all = Exercises::load(folder, &catalog, &rules, &mut context.sources, &mut context.problems);
    if context.problems.has_errors() {
        return Err(Failure::Input);
    }
    match &args.what {
        ExerciseVerb::List { format } => list(&all, *format, folder, context),
        ExerciseVerb::Show { exercise, write, scenario, force } => {
            let exercise = find(&all, exercise, context)?;
            match (write, scenario) {
                (Some(file), _) => start(exercise, file, *force, context),
                (None, Some(file)) => to_try(exercise, file, *force, context),
                (None, None) => context.print(&exercises::task(exercise, context.width())),
            }
        }
        ExerciseVerb::Hint { exercise, number } => hint(find(&all, exercise, context)?, *number, context),
        ExerciseVerb::Check { exercise, files, format } => {
            no_record(*format, context)?;
            check(find(&all, exercise, context)?, files, *format, (&catalog, &rules), context)
        }
        ExerciseVerb::Sheet(args) => {
            let named = args.on_it.iter().map(|id| find(&all, id, context)).collect::<Result<Vec<_>, _>>()?;
            let chosen = if named.is_empty() { all.iter().collect() } else { named };
            sheet(&chosen, args, context)
        }
    }
}

fn find<'a>(all: &'a Exercises, id: &str, context: &mut Context) -> Result<&'a Exercise, Failure> {
    all.find(id).or_else(|problem| context.refuse(problem))
}

fn list(all: &Exercises, format: Format, folder: Option<&Path>, context: &mut Context) -> Result<(), Failure> {
    no_record(format, context)?;
    let table = exercises::list(all);
    match format {
        Format::Table => {
            context.print(&table.render(Style::Plain(context.width())))?;
            let folder = folder.map(Path::to_string_lossy);
            let folder = exercises::in_folder(folder.as_deref());
            context.note(&format!("\n  forebay exercise show EXERCISE{folder}   prints the task"));
            Ok(())
        }
        Format::Json => context.print(&json(&all.iter().map(exercises::Listed::from).collect::<Vec<_>>())?),
        other => context.print(&tabular(&table, other)),
    }
}

/// Writes a file, but not over one that is there.
fn put(file: &Path, text: &str, force: bool, context: &mut Context) -> Result<(), Failure> {
    let shown = file.display();
    if file.exists() && !force {
        let problem = Diagnostic::error("exists", format!("{shown} exists already"));
        return context.refuse(problem.help("name another file, or add --force to replace it"));
    }
    fs::write(file, text).or_else(|error| context.refuse(unwritable(file, &error)))
}

fn start(exercise: &Exercise, file: &Path, force: bool, context: &mut Context) -> Result<(), Failure> {
    let text = exercise.starting_file();
    if file.as_os_str() == "-" {
        return context.print(&text);
    }
    put(file, &text, force, context)?;
    let shown = file.display();
    let what = if exercise.wants_scenario() { "change the scenario in it" } else { "write your answers into it" };
    let then = exercise.command("check", &shown.to_string());
    context.print(&format!("{shown} written: {what}. Then: {then}"))
}

fn to_try(exercise: &Exercise, file: &Path, force: bool, context: &mut Context) -> Result<(), Failure> {
    if file.as_os_str() == "-" {
        return context.print(exercise.scenario());
    }
    put(file, exercise.scenario(), force, context)?;
    let shown = file.display();
    context.print(&format!("{shown} written. Try: forebay run {shown}"))
}

fn hint(exercise: &Exercise, number: usize, context: &mut Context) -> Result<(), Failure> {
    let all = exercise.hints.len();
    let Some(hint) = number.checked_sub(1).and_then(|place| exercise.hints.get(place)) else {
        let hints = count(all as u64, "hint");
        let problem =
            Diagnostic::error("no-such-hint", format!("`{}` has {hints}; there is no hint {number}", exercise.id));
        let help =
            if all == 0 { "the task says all there is" } else { "hints count from 1; `check` says what is missing" };
        return context.refuse(problem.help(help));
    };
    context.print(&paragraph(&format!("  Hint {number} of {all}  "), hint, context.width()))?;
    if number < all {
        context.note(&format!("\n  {}   says more", exercise.command("hint", &(number + 1).to_string())));
    }
    Ok(())
}

fn check(
    exercise: &Exercise,
    files: &[PathBuf],
    format: Format,
    (catalog, rules): (&Catalog, &RuleBook),
    context: &mut Context,
) -> Result<(), Failure> {
    let progress = Progress::start(context.quiet);
    let judged: Vec<Checked> = files
        .iter()
        .map(|path| {
            let name = context.name_of(path);
            let before = context.problems.list().len();
            one(exercise, path, &name, (catalog, rules), &progress, context).unwrap_or_else(|| {
                let problems = context.problems.list().get(before..).unwrap_or_default();
                Checked::unreadable(exercise, &name, problems, &context.sources)
            })
        })
        .collect();
    let stopped = progress.should_stop();
    progress.finish();
    if stopped {
        return Err(Failure::Interrupted("not all of it was judged".to_owned()));
    }
    let unreadable = judged.iter().filter(|checked| !checked.readable).count();
    let text = match (format, judged.as_slice()) {
        (Format::Json, _) => json(&judged)?,
        (Format::Table, [only]) if only.readable => exercises::checked_text(only, context.width()),
        (Format::Table, [_]) => String::new(),
        (Format::Table, _) => exercises::class_table(&judged).render(Style::Plain(context.width())),
        (other, _) => tabular(&exercises::class_table(&judged), other),
    };
    if !text.is_empty() {
        context.print(&text)?;
    }
    if unreadable > 0 {
        let files = count(unreadable as u64, "file");
        let others = if unreadable < judged.len() { "the others were judged" } else { "nothing was judged" };
        context.problems.yet(format!("{files} could not be read; {others}"));
        return Err(Failure::Input);
    }
    if judged.iter().all(|checked| checked.passed) {
        return Ok(());
    }
    if format == Format::Table && !exercise.hints.is_empty() {
        context.note(&format!("\n  {}   helps", exercise.command("hint", "")));
    }
    Err(Failure::NotPassed)
}

/// Judges one file; none where it cannot be read, which is among the problems.
fn one(
    exercise: &Exercise,
    path: &Path,
    name: &str,
    (catalog, rules): (&Catalog, &RuleBook),
    progress: &Progress,
    context: &mut Context,
) -> Option<Checked> {
    let text = context.read_text(path, HANDED_IN).ok()?;
    let (sources, problems) = (&mut context.sources, &mut context.problems);
    let hand_in = HandIn::read(exercise, name, &text, (catalog, rules), sources, problems)?;
    let bench = Bench::new(catalog, rules, &context.sources, progress);
    Some(exercises::check(exercise, &hand_in, &bench))
}

fn sheet(chosen: &[&Exercise], args: &SheetArgs, context: &mut Context) -> Result<(), Failure> {
    let text = match args.format {
        Format::Md => exercises::sheet_markdown(chosen),
        _ => exercises::sheet_html(chosen).map_err(|error| Failure::Internal(error.to_string()))?,
    };
    match args.output.as_deref().filter(|file| file.as_os_str() != "-") {
        Some(file) => {
            put(file, &text, args.force, context)?;
            context.print(&format!("{} written: {}", file.display(), count(chosen.len() as u64, "exercise")))
        }
        None => context.print(&text),
    }
}
