//! `compare`: the candidate architectures of a scenario side by side.

use std::sync::Arc;

use std::path::Path;

use super::args::{CompareArgs, Format, ScenarioArgs, SimulationArgs};
use super::context::Context;
use super::progress::Progress;
use super::scenario::{Question, config, document, json, no_record, no_trace, question, read_trace, tabular};
use super::{Failure, output, policies, sweep};
use crate::architecture::Architecture;
use crate::catalog::Catalog;
use crate::comparison::{self, Candidate, Crossover, NotPlayed, Played, Point, Priced, WhatIf};
use crate::diag::Diagnostic;
use crate::experiment::{Design, Setup};
use crate::policy::{Judged, Policy};
use crate::ranking::{Decider, Decision, Verdict};
use crate::report::advice;
use crate::report::comparison::{self as side_by_side, Comparison, Curve, Volumes};
use crate::report::pictures;
use crate::report::result::{Document, Header};
use crate::scenario::Scenario;
use crate::sim::SimError;

/// Why nothing is compared where there would be something.
const TOO_LONG: &str = "The candidates are not compared, since each would take tens of millions of records";

/// What came of each candidate.
pub(super) type AllPlayed = Vec<(Candidate, Result<Played, NotPlayed>)>;

/// Simulates and prices the candidates of a question. None where there is no traffic to do it with.
pub(super) fn candidates_of(
    question: &Question,
    decision: &Decision,
    args: &SimulationArgs,
    context: &mut Context,
) -> Result<AllPlayed, Failure> {
    let Question { catalog, rules, scenario } = question;
    let replay = match &args.trace {
        Some(path) => Some(read_trace(path, args, context)?.0),
        None => None,
    };
    if scenario.workload.is_none() && replay.is_none() {
        return Ok(Vec::new());
    }
    let asked = config(scenario, args, replay.as_ref());
    let candidates = comparison::candidates(catalog, &Decider::new(catalog, rules), scenario, decision);
    let paths: Vec<&Architecture> = candidates.iter().map(|candidate| &candidate.path).collect();
    let Some(config) = comparison::configuration(scenario, &asked, &paths, catalog) else {
        context.note(&format!("  {TOO_LONG}: a shorter --horizon or a lower rate is compared."));
        return Ok(Vec::new());
    };
    let records = replay.as_ref().map(|trace| (Arc::from(trace.records.as_slice()), trace.span()));
    let progress = Progress::start(context.quiet);
    let play = |candidate: Candidate| {
        let played = comparison::play(catalog, &candidate.path, scenario, &config, records.clone(), &progress);
        (candidate, played)
    };
    let all: AllPlayed = candidates.into_iter().map(play).collect();
    progress.finish();
    unless_interrupted(&all)?;
    Ok(ranked_anew(question, all))
}

fn unless_interrupted(all: &AllPlayed) -> Result<(), Failure> {
    let stopped = |played: &Result<Played, NotPlayed>| match played {
        Ok(played) => played.run.stopped_before.is_some(),
        Err(reason) => *reason == NotPlayed::Refused(SimError::Stopped),
    };
    if all.iter().any(|(_, played)| stopped(played)) {
        return Err(Failure::Interrupted("the comparison was not complete, so there is no answer".to_owned()));
    }
    Ok(())
}

/// The candidates with the verdicts and in the order that follow from what was simulated.
fn ranked_anew(question: &Question, all: AllPlayed) -> AllPlayed {
    let decision = question.decide_measured(&comparison::measured(&all));
    let verdict = |service: &str| decision.service(service).map(|known| known.verdict);
    let anew = |(candidate, played): (Candidate, Result<Played, NotPlayed>)| {
        let verdict = verdict(&candidate.service).unwrap_or(candidate.verdict);
        (Candidate { verdict, ..candidate }, played)
    };
    let mut all: AllPlayed = all.into_iter().map(anew).collect();
    all.sort_by_key(|(candidate, _)| match candidate.verdict {
        Verdict::Ranked(place) => place,
        _ => usize::MAX,
    });
    all
}

/// The candidates side by side, with what they cost at other volumes. None where none of them was simulated.
pub(super) fn comparison_of(question: &Question, played: &AllPlayed, args: &SimulationArgs) -> Option<Comparison> {
    let comparison = Comparison::new(played)?;
    // A recording is what it is; its volume is not a number that could be turned.
    let volumes = if args.trace.is_none() { volumes(question, played) } else { None };
    Some(Comparison { volumes, ..comparison })
}

/// The curves of all candidates that have a price for everything, and where the cheapest of them changes.
fn volumes(question: &Question, played: &AllPlayed) -> Option<Volumes> {
    let Question { catalog, scenario, .. } = question;
    let mut places: Vec<usize> = Vec::new();
    let mut priced: Vec<Priced<'_>> = Vec::new();
    for (place, (candidate, played)) in played.iter().enumerate() {
        if let Ok(done) = played
            && done.bill.complete
            && done.bill.total.is_some()
        {
            let one = Priced::new(catalog, scenario, &candidate.path, done);
            if one.has_curve() {
                places.push(place);
                priced.push(one);
            }
        }
    }
    let curves: Vec<Vec<Point>> = priced.iter().map(Priced::curve).collect();
    // Nobody changes over to what a rule removed.
    let removed = |place: usize| played.get(place).is_some_and(|(one, _)| one.verdict == Verdict::Rejected);
    let in_play: Vec<usize> = (0..places.len()).filter(|index| !removed(places[*index])).collect();
    let place = |index: usize| in_play.get(index).and_then(|index| places.get(*index)).copied().unwrap_or(index);
    let chosen: Vec<&Priced<'_>> = in_play.iter().map(|index| &priced[*index]).collect();
    let their_curves: Vec<&[Point]> = in_play.iter().map(|index| curves[*index].as_slice()).collect();
    let crossovers = comparison::crossovers(&chosen, &their_curves).into_iter();
    let crossovers =
        crossovers.map(|found| Crossover { below: place(found.below), above: place(found.above), ..found }).collect();
    let curves: Vec<Curve> =
        places.iter().zip(curves).map(|(place, points)| Curve { architecture: *place, points }).collect();
    (!curves.is_empty()).then_some(Volumes { curves, crossovers })
}

/// Other settings of a pipeline that change its bill or its delay. A recording is what it is, and nobody waits for long.
pub(super) fn what_ifs(
    question: &Question,
    path: &Architecture,
    args: &SimulationArgs,
    context: &mut Context,
) -> Vec<WhatIf> {
    let Question { catalog, scenario, .. } = question;
    let asked = config(scenario, args, None);
    let config = comparison::configuration(scenario, &asked, &[path], catalog).filter(|_| args.trace.is_none());
    let Some(config) = config else { return Vec::new() };
    let progress = Progress::start(context.quiet);
    let found = comparison::what_ifs(catalog, path, scenario, &config, &progress);
    progress.finish();
    found
}

pub(super) fn compare(args: &CompareArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.scenario.format, context)?;
    let policies = policies::read(&args.policies, Judged::Compare, context)?;
    if !args.vary.is_empty() || !args.others.is_empty() {
        return compare_settings(args, &policies, context);
    }
    let question = question(&args.scenario, context)?;
    let out = args.out.as_deref().map(|folder| output::prepare(folder, context)).transpose()?;
    let played = candidates_of(&question, &question.decide(), &args.simulation, context)?;
    let Some(comparison) = comparison_of(&question, &played, &args.simulation) else {
        return nothing_to_compare(&played, question.scenario.workload.is_some(), context);
    };
    let asked = (&question.catalog, &question.scenario);
    let answer = print_comparison(args, asked, &comparison, &played, out.as_deref(), context)?;
    policies::judge(&policies, &answer, context)
}

/// Prints a comparison, and writes it with its charts where that is asked for.
fn print_comparison(
    args: &CompareArgs,
    (catalog, scenario): (&Catalog, &Scenario),
    comparison: &Comparison,
    played: &AllPlayed,
    out: Option<&Path>,
    context: &mut Context,
) -> Result<Document, Failure> {
    let answer = Document { comparison: Some(comparison.clone()), ..document(catalog, scenario, None) };
    let text = match args.scenario.format {
        Format::Table => {
            let width = context.width();
            format!("{}\n{}", advice::headline(scenario, width), side_by_side::whole(comparison, width))
        }
        Format::Json => json(&answer)?,
        other => tabular(&side_by_side::table(comparison), other),
    };
    context.print(&text)?;
    if let Some(folder) = out {
        let charts = pictures::comparison(comparison, &Header::new(catalog, scenario), played, catalog, scenario);
        let written = output::write(folder, &answer, &charts, &args.theme.into())?;
        context.note(&format!("\n  {written} → {}", folder.display()));
    }
    Ok(answer)
}

/// Most settings of one comparison: a table of more says nothing at a glance.
const MOST_SETTINGS: usize = 24;

/// The recommended pipelines of several scenarios, or of several settings of them, side by side.
fn compare_settings(args: &CompareArgs, policies: &[Policy], context: &mut Context) -> Result<(), Failure> {
    let design = settings_of(args, context)?;
    let (catalog, rules) = context.knowledge()?;
    let out = args.out.as_deref().map(|folder| output::prepare(folder, context)).transpose()?;
    let settings = read_settings(args, design.as_ref(), &catalog, context)?;
    let decider = Decider::new(&catalog, &rules);
    let setup = Setup { catalog: &catalog, decider: &decider, primary: args.simulation.primary.as_deref() };
    let candidates: Vec<(Candidate, Scenario)> =
        settings.into_iter().filter_map(|setting| pipeline_of(&setup, setting, context)).collect();
    let Some((_, first)) = candidates.first() else { return Err(Failure::NothingFits) };
    let first = first.clone();
    let asked = config(&first, &args.simulation, None);
    let pairs: Vec<_> = candidates.iter().map(|(candidate, scenario)| (scenario, &candidate.path)).collect();
    let Some(config) = comparison::common_configuration(&pairs, &asked, &catalog) else {
        let problem = Diagnostic::error("too-long", "each setting would take tens of millions of records");
        return context.refuse(problem.help("a shorter --horizon or a lower rate is compared"));
    };
    let progress = Progress::start(context.quiet);
    let play = |(candidate, scenario): (Candidate, Scenario)| {
        let played = comparison::play(&catalog, &candidate.path, &scenario, &config, None, &progress);
        (candidate, played)
    };
    let all: AllPlayed = candidates.into_iter().map(play).collect();
    progress.finish();
    unless_interrupted(&all)?;
    let Some(comparison) = Comparison::new(&all) else {
        return nothing_to_compare(&all, first.workload.is_some(), context);
    };
    let answer = print_comparison(args, (&catalog, &first), &comparison, &all, out.as_deref(), context)?;
    policies::judge(policies, &answer, context)
}

/// The combinations of `--vary`, if there are any.
fn settings_of(args: &CompareArgs, context: &mut Context) -> Result<Option<Design>, Failure> {
    no_trace(&args.simulation, context)?;
    let axes = sweep::axes(&args.vary, context)?;
    let design = if axes.is_empty() { None } else { Some(sweep::factorial(axes, context)?) };
    let count = design.as_ref().map_or(1, Design::len).saturating_mul(args.others.len() + 1);
    if count > MOST_SETTINGS {
        let message = format!("that makes {count} settings; {MOST_SETTINGS} are compared at most");
        return context.refuse(Diagnostic::error("too-many", message).help("`forebay sweep` takes any number"));
    }
    Ok(design)
}

/// Every setting with what tells it from the others; what is wrong is told for all of them.
fn read_settings(
    args: &CompareArgs,
    design: Option<&Design>,
    catalog: &Catalog,
    context: &mut Context,
) -> Result<Vec<(String, Scenario)>, Failure> {
    let mut settings = Vec::new();
    for path in std::iter::once(&args.scenario.scenario).chain(&args.others) {
        for cell in 0..design.map_or(1, Design::len) {
            let set = design.map(|design| design.overrides(cell)).unwrap_or_default();
            let mut one = ScenarioArgs { scenario: path.clone(), ..args.scenario.clone() };
            one.overrides.extend(set.iter().cloned());
            let Ok(scenario) = context.scenario(&one, catalog) else { continue };
            let title = (!args.others.is_empty()).then(|| scenario.title.clone());
            let label: Vec<String> = title.into_iter().chain(set).collect();
            settings.push((label.join(", "), scenario));
        }
    }
    if context.problems.has_errors() { Err(Failure::Input) } else { Ok(settings) }
}

/// A setting with its pipeline; none, with a warning, where nothing satisfies it.
fn pipeline_of(
    setup: &Setup<'_>,
    (label, scenario): (String, Scenario),
    context: &mut Context,
) -> Option<(Candidate, Scenario)> {
    match setup.pipeline(&scenario) {
        Ok((service, path)) => {
            let name =
                path.hops().find(|hop| hop.id == service).map_or_else(|| service.clone(), |hop| hop.name.clone());
            let (verdict, setting) = (Verdict::Ranked(1), Some(label));
            Some((Candidate { service, name, verdict, own: true, path, setting }, scenario))
        }
        Err(reason) => {
            let problem = Diagnostic::warning("nothing-fits", format!("{label} is not compared: {reason}"));
            context.problems.push(problem.help("`forebay advise` with the same `--set` says why"));
            None
        }
    }
}

fn nothing_to_compare(played: &AllPlayed, has_traffic: bool, context: &mut Context) -> Result<(), Failure> {
    let problem = Diagnostic::error("nothing-to-compare", "no architecture of this scenario could be simulated");
    let reasons = played.iter().filter_map(|(candidate, played)| Some((candidate, played.as_ref().err()?)));
    let told = reasons.map(|(candidate, reason)| format!("{}: {reason}", candidate.name));
    let problem = told.fold(problem, Diagnostic::help);
    let help = if played.is_empty() && has_traffic {
        "a shorter --horizon or a lower rate is compared"
    } else {
        "a comparison needs `[workload]` with `rate` and `record-size`, or `--trace`"
    };
    context.refuse(problem.help(help))
}
