//! `compare`: the candidate architectures of a scenario side by side.

use std::sync::Arc;

use super::args::{CompareArgs, Format, SimulationArgs};
use super::context::Context;
use super::progress::Progress;
use super::scenario::{Question, config, document, json, no_record, question, read_trace, tabular};
use super::{Failure, output};
use crate::architecture::Architecture;
use crate::comparison::{self, Candidate, Crossover, NotPlayed, Played, Point, Priced, WhatIf};
use crate::diag::Diagnostic;
use crate::ranking::{Decider, Decision, Verdict};
use crate::report::advice;
use crate::report::comparison::{self as side_by_side, Comparison, Curve, Volumes};
use crate::report::pictures;
use crate::report::result::{Document, Header};
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
    let stopped = |played: &Result<Played, NotPlayed>| match played {
        Ok(played) => played.run.stopped_before.is_some(),
        Err(reason) => *reason == NotPlayed::Refused(SimError::Stopped),
    };
    if all.iter().any(|(_, played)| stopped(played)) {
        return Err(Failure::Interrupted("the comparison was not complete, so there is no answer".to_owned()));
    }
    Ok(ranked_anew(question, all))
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
    let question = question(&args.scenario, context)?;
    let out = args.out.as_deref().map(|folder| output::prepare(folder, context)).transpose()?;
    let played = candidates_of(&question, &question.decide(), &args.simulation, context)?;
    let Some(comparison) = comparison_of(&question, &played, &args.simulation) else {
        return nothing_to_compare(&played, question.scenario.workload.is_some(), context);
    };
    let Question { catalog, scenario, .. } = question;
    let answered = |comparison| Document { comparison: Some(comparison), ..document(&catalog, &scenario, None) };
    let text = match args.scenario.format {
        Format::Table => {
            let width = context.width();
            format!("{}\n{}", advice::headline(&scenario, width), side_by_side::whole(&comparison, width))
        }
        Format::Json => json(&answered(comparison.clone()))?,
        other => tabular(&side_by_side::table(&comparison), other),
    };
    context.print(&text)?;
    if let Some(folder) = out {
        let charts = pictures::comparison(&comparison, &Header::new(&catalog, &scenario), &played, &catalog, &scenario);
        let written = output::write(&folder, &answered(comparison), &charts, &args.theme.into())?;
        context.note(&format!("\n  {written} → {}", folder.display()));
    }
    Ok(())
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
