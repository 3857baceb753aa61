//! `compare`: the candidate architectures of a scenario side by side.

use std::sync::Arc;

use super::Failure;
use super::args::{CompareArgs, Format, SimulationArgs};
use super::context::Context;
use super::progress::Progress;
use super::scenario::{Question, config, document, json, no_record, question, read_trace, tabular};
use crate::architecture::Architecture;
use crate::comparison::{self, Candidate, NotPlayed, Played, WhatIf};
use crate::diag::Diagnostic;
use crate::ranking::{Decider, Decision};
use crate::report::advice;
use crate::report::comparison::{self as side_by_side, Comparison};
use crate::report::result::Document;
use crate::sim::SimError;

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
    let Some(config) = comparison::configuration(scenario, &asked) else { return Ok(Vec::new()) };
    let records = replay.as_ref().map(|trace| (Arc::from(trace.records.as_slice()), trace.span()));
    let candidates = comparison::candidates(catalog, &Decider::new(catalog, rules), scenario, decision);
    let progress = Progress::start(context.quiet);
    let play = |candidate: Candidate| {
        let played = comparison::play(catalog, &candidate.path, scenario, &config, records.clone(), &progress);
        (candidate, played)
    };
    let all: AllPlayed = candidates.into_iter().map(play).collect();
    progress.finish();
    if all.iter().any(|(_, played)| matches!(played, Err(NotPlayed::Refused(SimError::Stopped)))) {
        return Err(Failure::Interrupted("the comparison was not complete, so there is no answer".to_owned()));
    }
    Ok(all)
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
    let Some(config) = comparison::configuration(scenario, &asked).filter(|_| args.trace.is_none()) else {
        return Vec::new();
    };
    let progress = Progress::start(context.quiet);
    let found = comparison::what_ifs(catalog, path, scenario, &config, &progress);
    progress.finish();
    found
}

pub(super) fn compare(args: &CompareArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.scenario.format, context)?;
    let question = question(&args.scenario, context)?;
    let played = candidates_of(&question, &question.decide(), &args.simulation, context)?;
    let Some(comparison) = Comparison::new(&played) else {
        let problem = Diagnostic::error("nothing-to-compare", "no architecture of this scenario could be simulated");
        let reasons = played.iter().filter_map(|(candidate, played)| Some((candidate, played.as_ref().err()?)));
        let told = reasons.map(|(candidate, reason)| format!("{}: {reason}", candidate.name));
        let problem = told.fold(problem, Diagnostic::help);
        return context
            .refuse(problem.help("a comparison needs `[workload]` with `rate` and `record-size`, or `--trace`"));
    };
    let Question { catalog, scenario, .. } = question;
    let text = match args.scenario.format {
        Format::Table => {
            let width = context.width();
            format!("{}\n{}", advice::headline(&scenario, width), side_by_side::whole(&comparison, width))
        }
        Format::Json => json(&Document { comparison: Some(comparison), ..document(&catalog, &scenario, None) })?,
        other => tabular(&side_by_side::table(&comparison), other),
    };
    context.print(&text)
}
