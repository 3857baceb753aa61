//! `tune`: the settings of a pipeline that meet the limits at the least cost.

use super::args::{Format, TuneArgs};
use super::context::Context;
use super::progress::{OneOfMany, Progress};
use super::scenario::{Question, config, document, json, no_record, no_trace, question, tabular};
use super::{Failure, on_threads, output};
use crate::architecture::{Architecture, lower};
use crate::comparison;
use crate::diag::{Diagnostic, suggest};
use crate::experiment::{Axis, Levels, NoOutcome, Setup, configuration};
use crate::ranking::{Decider, circumstances};
use crate::report::advice;
use crate::report::pictures::experiments;
use crate::report::result::{Document, Header};
use crate::report::tuning::{self, Proof, Tuned};
use crate::scenario::Scenario;
use crate::sim::{RunConfig, Watch};
use crate::tuning::{Knob, Limits, Search, Tried, Tuning, knobs};
use crate::units::{SimDuration, Usd};

pub(super) fn tune(args: &TuneArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.scenario.format, context)?;
    no_trace(&args.simulation, context)?;
    let question = question(&args.scenario, context)?;
    let out = args.out.as_deref().map(|folder| output::prepare(folder, context)).transpose()?;
    let decider = Decider::new(&question.catalog, &question.rules);
    let setup = Setup { catalog: &question.catalog, decider: &decider, primary: args.simulation.primary.as_deref() };
    let (service, path) = setup.pipeline(&question.scenario).or_else(|reason| nothing_fits(&reason, context))?;
    let knobs = chosen_knobs(args, &question, &path, context)?;
    let asked = config(&question.scenario, &args.simulation, None);
    let each = configuration(&question.scenario, &asked, args.simulation.replications);
    let limits = limits(args, &question, &path);
    let progress = Progress::start(context.quiet);
    let try_out = |scenario: &Scenario| {
        if progress.should_stop() {
            return None;
        }
        setup.try_pipeline(service.clone(), &path, scenario, &each, &OneOfMany(&progress)).ok()
    };
    let search = Search::new(&question.scenario, knobs, limits, args.aim.into(), &try_out);
    let found = on_threads(&args.simulation, || search.run())?;
    let stopped = progress.should_stop();
    progress.finish();
    if stopped {
        return Err(Failure::Interrupted("the search was not complete, so there is no answer".to_owned()));
    }
    let Some(found) = found else { return cannot_simulate(&question, &path, &asked, context) };
    let proof = proof(&question, &path, &found, &asked, context)?;
    let tuned = Tuned { service, path: path.way(), tuning: found, proof };
    let Question { catalog, scenario, .. } = &question;
    let answer = |tuned: Tuned| Document { tuning: Some(tuned), ..document(catalog, scenario, None) };
    let text = match args.scenario.format {
        Format::Table => {
            let width = context.width();
            format!("{}\n{}", advice::headline(scenario, width), tuning::text(&tuned, width))
        }
        Format::Json => json(&answer(tuned.clone()))?,
        other => tabular(&tuning::front(&tuned.tuning), other),
    };
    context.print(&text)?;
    let meets = tuned.tuning.meets();
    if let Some(folder) = out {
        let seed = (each.seed, each.replications);
        let charts = experiments::tuning(&tuned, &Header::new(catalog, scenario), seed, scenario);
        let written = output::write(&folder, &answer(tuned), &charts, &args.theme.into())?;
        context.note(&format!("\n  {written} → {}", folder.display()));
    }
    if meets { Ok(()) } else { Err(Failure::NothingFits) }
}

fn nothing_fits<T>(reason: &NoOutcome, context: &mut Context) -> Result<T, Failure> {
    let problem = Diagnostic::error("nothing-fits", format!("there is no pipeline to tune: {reason}"));
    context.problems.push(problem.help("`forebay advise` says why each service is out"));
    Err(Failure::NothingFits)
}

fn cannot_simulate(
    question: &Question,
    path: &Architecture,
    config: &RunConfig,
    context: &mut Context,
) -> Result<(), Failure> {
    let played = comparison::play(&question.catalog, path, &question.scenario, config, None, &crate::sim::NoWatch);
    let reason = played.err().map_or_else(|| "it has no outcome".to_owned(), |reason| reason.to_string());
    let problem = Diagnostic::error("not-simulated", format!("this pipeline cannot be simulated: {reason}"));
    context.refuse(problem.help("`tune` needs `[workload]` with `rate` and `record-size`"))
}

/// What the scenario and the flags ask for.
fn limits(args: &TuneArgs, question: &Question, path: &Architecture) -> Limits {
    let at = circumstances(&question.scenario);
    let lowered = lower(&question.catalog, path, &question.scenario, &at, None).ok();
    Limits {
        p99_s: lowered.and_then(|lowered| lowered.freshness).map(SimDuration::as_secs_f64),
        usd: args.budget.map(Usd::to_f64),
        object_bytes: args.object_size.map(|size| size.get() as f64),
    }
}

/// The knobs that the flags leave.
fn chosen_knobs(
    args: &TuneArgs,
    question: &Question,
    path: &Architecture,
    context: &mut Context,
) -> Result<Vec<Knob>, Failure> {
    let at = circumstances(&question.scenario);
    let all = match lower(&question.catalog, path, &question.scenario, &at, None) {
        Ok(lowered) => knobs(&question.catalog, path, &question.scenario, &lowered, &at),
        Err(_) => Vec::new(),
    };
    let mut chosen: Vec<Knob> = Vec::new();
    for text in &args.over {
        match over(text, &all) {
            Ok(knob) if chosen.iter().all(|known| known.key != knob.key) => chosen.push(knob),
            Ok(knob) => {
                let problem = Diagnostic::error("over", format!("`{}` is there twice", knob.key));
                context.problems.push(problem.help("name its levels in one `--over KEY=LEVEL,LEVEL`"));
            }
            Err(problem) => context.problems.push(problem),
        }
    }
    if context.problems.has_errors() {
        return Err(Failure::Input);
    }
    let mut knobs = if args.over.is_empty() { all } else { chosen };
    knobs.extend(args.pack.map(Knob::packing));
    Ok(knobs)
}

/// The knob that `KEY` or `KEY=LEVELS` means.
fn over(text: &str, all: &[Knob]) -> Result<Knob, Diagnostic> {
    let key = text.split('=').next().unwrap_or_default().trim();
    let keys: Vec<&str> = all.iter().map(|knob| knob.key.as_str()).collect();
    let found = all.iter().find(|knob| knob.key == key || knob.key.ends_with(&format!(".{key}")));
    let knob = found.ok_or_else(|| {
        let problem = Diagnostic::error("over", format!("`{key}` is nothing that this pipeline can be tuned by"));
        problem.help(suggest(key, &keys, "it can be tuned by"))
    })?;
    if !text.contains('=') {
        return Ok(knob.clone());
    }
    let wrong =
        |message: String, help: String| Diagnostic::error("over", format!("--over {text}: {message}")).help(help);
    let axis = Axis::parse(text).map_err(|error| wrong(error.message, error.help))?;
    let Levels::Listed(levels) = &axis.levels else {
        return Err(wrong("a range needs the number of its levels".to_owned(), format!("write `{text}/10`")));
    };
    knob.with_levels(levels).ok_or_else(|| {
        let example = knob.levels.get(knob.default).cloned().unwrap_or_default();
        wrong(format!("these are no values of `{}`", knob.key), format!("a value of it is `{example}`"))
    })
}

/// The scenario as it stands and the setting to take, simulated as `run` compares candidates: record by record, in pairs.
fn proof(
    question: &Question,
    path: &Architecture,
    found: &Tuning,
    asked: &RunConfig,
    context: &mut Context,
) -> Result<Option<Proof>, Failure> {
    let Question { catalog, scenario, .. } = question;
    if found.recommended.set.is_empty() {
        return Ok(None);
    }
    let Some(config) = comparison::configuration(scenario, asked, &[path], catalog) else { return Ok(None) };
    let progress = Progress::start(context.quiet);
    let play = |tried: &Tried| {
        let setting = found.scenario_of(scenario, tried);
        comparison::play(catalog, path, &setting, &config, None, &progress)
    };
    let both = (play(&found.default), play(&found.recommended));
    let stopped = progress.should_stop();
    progress.finish();
    if stopped {
        return Err(Failure::Interrupted("the proof was not complete, so there is no answer".to_owned()));
    }
    Ok(match both {
        (Ok(before), Ok(after)) => Some(Proof::new(&before, &after)),
        _ => None,
    })
}
