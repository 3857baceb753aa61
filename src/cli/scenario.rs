//! Verbs that read a scenario: `run`, `advise`, `simulate`, `check`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::args::{AdviseArgs, CheckArgs, Format, RunArgs, ScenarioArgs, SimulateArgs, SimulationArgs, WarmUp};
use super::context::Context;
use super::progress::Progress;
use super::{Failure, compare, policies};
use crate::architecture::{Architecture, Lowered, Transfer, Variant, lower, transfer};
use crate::catalog::Catalog;
use crate::comparison;
use crate::cost::{self, Bill, Packing};
use crate::diag::{Diagnostic, Problems, suggest};
use crate::evaluate::Trial;
use crate::policy::Judged;
use crate::ranking::{Decider, Decision, Measured, ServiceVerdict, Verdict, circumstances, decide, robustness_of};
use crate::report::charts::Chart;
use crate::report::record::{self, Record};
use crate::report::result::{Document, Header, SampleDocument, Simulation, SimulationDocument, TraceHeader, to_json};
use crate::report::{
    Style, Table, advice, diagram, paragraph, pictures, sensitivity as sure, simulation, summary, transfer as moved,
};
use crate::rules::{Contradiction, Rule, RuleBook, Situation};
use crate::scenario::Scenario;
use crate::sensitivity::{Scope, Sensitivity, WhyNot};
use crate::sim::{self, RunConfig, RunResult, SampledRecord, SimError, TraceRecord};
use crate::trace::{self, Trace, TraceError, TraceOptions};
use crate::units::SimDuration;
use crate::value::Value;

/// A scenario with all that is needed to answer it.
pub(super) struct Question {
    pub(super) catalog: Catalog,
    pub(super) rules: RuleBook,
    pub(super) scenario: Scenario,
}

impl Question {
    pub(super) fn decide(&self) -> Decision {
        decide(&self.catalog, &self.rules, &self.scenario)
    }

    /// Ranks by what simulations found.
    pub(super) fn decide_measured(&self, measured: &BTreeMap<String, Measured>) -> Decision {
        Decider::new(&self.catalog, &self.rules).decide_measured(&self.scenario, measured)
    }

    fn contradictions(&self) -> Vec<Contradiction> {
        let at = circumstances(&self.scenario);
        self.rules.contradictions(&Situation::new(&self.scenario.answers, &at))
    }
}

/// A simulated pipeline.
pub(super) struct Simulated {
    pub(super) result: Simulation,
    pub(super) run: RunResult,
    lowered: Lowered,
    /// Span of the recording, if one was replayed.
    span: Option<SimDuration>,
}

pub(super) fn question(args: &ScenarioArgs, context: &mut Context) -> Result<Question, Failure> {
    let (catalog, rules) = context.knowledge()?;
    let scenario = context.scenario(args, &catalog)?;
    Ok(Question { catalog, rules, scenario })
}

pub(super) fn advise(args: &AdviseArgs, context: &mut Context) -> Result<(), Failure> {
    let question = question(&args.scenario, context)?;
    let format = args.scenario.format;
    // The main table alone is asked for: nothing else is worked out.
    if matches!(format, Format::Csv | Format::Md) {
        let decision = question.decide();
        context.print(&tabular(&advice::table(&decision), format))?;
        return unless_nothing_fits(&decision);
    }
    let sensitivity = Sensitivity::explore(&question.catalog, &question.rules, &question.scenario, scope(args));
    let text = whole_advice(args, &question, &sensitivity, context)?;
    context.print(&text)?;
    unless_nothing_fits(sensitivity.decision())
}

/// What the answer asked for needs to have tried.
fn scope(args: &AdviseArgs) -> Scope {
    let wide = args.flip || !args.why_not.is_empty() || args.scenario.format == Format::Adr;
    if wide { Scope::All } else { Scope::Open }
}

/// An answer that says that nothing fits has been printed, but recommends nothing.
fn unless_nothing_fits(decision: &Decision) -> Result<(), Failure> {
    if decision.recommended.is_none() { Err(Failure::NothingFits) } else { Ok(()) }
}

fn whole_advice(
    args: &AdviseArgs,
    question: &Question,
    sensitivity: &Sensitivity,
    context: &mut Context,
) -> Result<String, Failure> {
    let Question { catalog, rules, scenario } = question;
    let (format, decision) = (args.scenario.format, sensitivity.decision());
    let contradictions = &question.contradictions();
    let why_not = args.why_not.iter().map(|id| why_not(id, sensitivity, context)).collect::<Result<Vec<_>, _>>()?;
    let ways = other_ways(catalog, rules, scenario, decision);
    let record = Record {
        robustness: &robustness_of(decision, None),
        flips: &if scope(args) == Scope::All { sensitivity.flips() } else { Vec::new() },
        questions: &sensitivity.open_questions(),
        ways: &ways,
        rules,
        decision,
        contradictions,
        catalog,
        scenario,
    };
    let steady = if args.flip { sensitivity.steady() } else { Vec::new() };
    match format {
        Format::Adr => Ok(record::adr(&record, args.date.as_deref())),
        Format::Json => advice_json(args, &record, steady, why_not),
        _ => Ok(advice_text(args, &record, &steady, &why_not, context.width())),
    }
}

fn advice_json(
    args: &AdviseArgs,
    record: &Record<'_>,
    steady: Vec<String>,
    why_not: Vec<WhyNot>,
) -> Result<String, Failure> {
    let mut answer = document(record.catalog, record.scenario, Some(record.decision));
    if let Some(part) = &mut answer.decision {
        part.robustness = Some(record.robustness.clone());
        part.other_ways = Some(record.ways.to_vec());
    }
    json(&Document {
        contradictions: record.contradictions.to_vec(),
        open_questions: Some(record.questions.to_vec()),
        flips: args.flip.then(|| record.flips.to_vec()),
        flips_nothing: args.flip.then_some(steady),
        why_not,
        ..answer
    })
}

fn advice_text(args: &AdviseArgs, record: &Record<'_>, steady: &[String], why_not: &[WhyNot], width: usize) -> String {
    let Record { decision, robustness, flips, contradictions, questions, ways, catalog, scenario, .. } = record;
    let mut text = sure::contradictions(contradictions, width);
    text.push_str(&advice::text(decision, robustness, catalog, scenario, width, args.explain));
    text.push_str(&sure::questions(questions, (!args.explain).then_some(ASKED_AT_ONCE), decision, width));
    if args.flip {
        text.push_str(&sure::flips(flips, steady, decision, width));
    }
    if args.explain {
        text.push_str(&sure::other_ways(ways, width));
        text.push_str("\n  Not measured\n\n");
        for item in record::not_measured(record, &record::assumed(record)) {
            text.push_str(&paragraph("    ", &item, width));
        }
        text.push_str("\n  For a decision record\n\n");
        text.push_str(&paragraph("    ", &record::paragraph_of_decision(record), width));
    }
    text.extend(why_not.iter().map(|answer| sure::why_not(answer, decision, width)));
    text
}

/// Ways of the recommended service other than the one recommended.
pub(super) fn other_ways(
    catalog: &Catalog,
    rules: &RuleBook,
    scenario: &Scenario,
    decision: &Decision,
) -> Vec<Variant> {
    let Some(answer) = &decision.recommended else { return Vec::new() };
    let ways = Decider::new(catalog, rules).variants(scenario, &answer.primary);
    let drawn = answer.path.drawn();
    ways.into_iter().filter(|way| way.path.drawn() != drawn).collect()
}

/// Open questions that `advise` prints unless it is asked for all.
const ASKED_AT_ONCE: usize = 3;

fn why_not(id: &str, sensitivity: &Sensitivity, context: &mut Context) -> Result<WhyNot, Failure> {
    if let Some(answer) = sensitivity.why_not(id) {
        return Ok(answer);
    }
    let weighed = |service: &&ServiceVerdict| matches!(service.verdict, Verdict::Ranked(_) | Verdict::Rejected);
    let ids: Vec<&str> =
        sensitivity.decision().services.iter().filter(weighed).map(|service| service.id.as_str()).collect();
    let problem = Diagnostic::error("unknown-service", format!("`{id}` is not weighed in this scenario"));
    let problem = problem.help(suggest(id, &ids, "the services are"));
    context.refuse(problem)
}

/// Refuses a recording where many settings are tried: it is what it is, and most keys that could be varied say nothing of it.
pub(super) fn no_trace(args: &SimulationArgs, context: &mut Context) -> Result<(), Failure> {
    if args.trace.is_none() {
        return Ok(());
    }
    let problem = Diagnostic::error("no-trace", "settings are tried on `[workload]`, not on a recording");
    context.refuse(problem.help("state `rate`, `arrivals` and `record-size` of the recording in the scenario"))
}

/// Refuses the form that `advise` alone has.
pub(super) fn no_record(format: Format, context: &mut Context) -> Result<(), Failure> {
    if format != Format::Adr {
        return Ok(());
    }
    let problem = Diagnostic::error("no-such-format", "only `forebay advise` writes a decision record");
    context.refuse(problem.help("this verb has the formats table, json, csv and md"))
}

pub(super) fn simulate(args: &SimulateArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.scenario.format, context)?;
    let policies = policies::read(&args.policies, Judged::Simulate, context)?;
    let question = question(&args.scenario, context)?;
    let architecture = found_pipeline(&question, &args.simulation, context)?;
    if let Some(count) = args.sample {
        let records = sample_pipeline(&question, &architecture, &args.simulation, count, context)?;
        return print_sample(&question, records, args.scenario.format, context);
    }
    let transfer = moved_once(&question, &architecture);
    // What is moved once is no stream: its arithmetic is the whole answer.
    if let (Some(transfer), Some(reason)) = (&transfer, cannot_simulate(&question, &architecture, &args.simulation)) {
        print_transfer(&question, transfer, reason, args.scenario.format, context)?;
        return policies::judge(&policies, &document(&question.catalog, &question.scenario, None), context);
    }
    let simulated = run_pipeline(&question, &architecture, &args.simulation, context)?;
    let Question { catalog, scenario, .. } = question;
    let answer =
        SimulationDocument { header: Header::new(&catalog, &scenario), simulation: simulated.result, transfer };
    let text = match args.scenario.format {
        Format::Table => {
            let width = context.width();
            let transfer =
                answer.transfer.as_ref().map_or_else(String::new, |transfer| moved::text(transfer, width) + "\n");
            let path = advice::path("  Pipeline  ", &architecture, |_| None);
            let head = advice::headline(&scenario, width);
            format!("{head}\n{path}\n{transfer}{}", simulation::text(&answer.simulation, width))
        }
        Format::Json => json(&answer)?,
        Format::Csv => simulation::numbers(&answer.simulation).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => simulation::delays(&answer.simulation).render(Style::Markdown),
    };
    context.print(&text)?;
    unless_stopped(&simulated.run)?;
    policies::judge(&policies, &answer, context)
}

/// What moving the scenario's volume once takes, where it states one. What the catalog lacks for it is no error here.
fn moved_once(question: &Question, architecture: &Architecture) -> Option<Transfer> {
    let at = circumstances(&question.scenario);
    transfer(&question.catalog, architecture, &question.scenario, &at).ok().flatten()
}

fn print_transfer(
    question: &Question,
    transfer: &Transfer,
    reason: String,
    format: Format,
    context: &mut Context,
) -> Result<(), Failure> {
    let Question { catalog, scenario, .. } = question;
    let width = context.width();
    let text = match format {
        Format::Json => json(&Document {
            transfer: Some(transfer.clone()),
            not_simulated: Some(reason),
            ..document(catalog, scenario, None)
        })?,
        Format::Csv => moved::table(transfer).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => moved::table(transfer).render(Style::Markdown),
        Format::Table => {
            let not_simulated = paragraph("  Not simulated  ", &format!("{reason}."), width);
            format!("{}\n{}{not_simulated}", advice::headline(scenario, width), moved::text(transfer, width))
        }
    };
    context.print(&text)
}

fn print_sample(
    question: &Question,
    sample: Vec<SampledRecord>,
    format: Format,
    context: &mut Context,
) -> Result<(), Failure> {
    let text = match format {
        Format::Json => json(&SampleDocument { header: Header::new(&question.catalog, &question.scenario), sample })?,
        Format::Csv => simulation::sampled(&sample).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => simulation::sampled(&sample).render(Style::Markdown),
        Format::Table => simulation::sampled(&sample).render(Style::Plain(context.width())),
    };
    context.print(&text)
}

/// A question with everything that simulating it answers: what `run` prints and `report` writes.
pub(super) struct Answered {
    pub(super) question: Question,
    /// The decision by what was simulated.
    pub(super) decision: Decision,
    pub(super) document: Document,
    /// The pipeline of the service that was asked for in place of the recommended one's.
    asked: Option<Architecture>,
    run: Option<RunResult>,
    played: compare::AllPlayed,
}

impl Answered {
    /// Decides, simulates the candidates and the pipeline asked for, and prices them.
    pub(super) fn new(question: Question, args: &SimulationArgs, context: &mut Context) -> Result<Self, Failure> {
        let played = compare::candidates_of(&question, &question.decide(), args, context)?;
        let decision = question.decide_measured(&comparison::measured(&played));
        let mut answer = document(&question.catalog, &question.scenario, Some(&decision));
        answer.contradictions = question.contradictions();
        answer.comparison = compare::comparison_of(&question, &played, args);
        let primary = args.primary.as_deref();
        let wanted = pipeline(&question, &decision, primary).ok();
        answer.transfer = wanted.and_then(|architecture| moved_once(&question, architecture));
        let mut run = None;
        if let Some(reason) = wanted.and_then(|wanted| cannot_simulate(&question, wanted, args)) {
            answer.not_simulated = Some(reason);
        } else if decision.recommended.is_some() || primary.is_some() {
            let architecture = pipeline(&question, &decision, primary).or_else(|problem| context.refuse(problem))?;
            let done = run_pipeline(&question, architecture, args, context)?;
            let (sum, packing) = bill_of(&question, &done, false);
            answer.simulation = Some(done.result.clone());
            answer.bill = Some(sum);
            answer.packing = packing;
            answer.what_if = compare::what_ifs(&question, architecture, args, context);
            run = Some(done.run);
        }
        let freshness = simulated_freshness(&question.scenario, &decision, &answer);
        if let Some(part) = &mut answer.decision {
            part.robustness = Some(robustness_of(&decision, freshness));
        }
        let asked = primary.and_then(|id| decision.service(id)?.architecture.clone());
        Ok(Self { question, decision, document: answer, asked, run, played })
    }

    /// The pipeline that was simulated at request in place of the recommended one.
    pub(super) fn instead(&self, args: &SimulationArgs) -> Option<&Architecture> {
        let asked = args.primary.as_deref().and_then(|id| self.decision.service(id));
        asked.filter(|service| service.verdict != Verdict::Ranked(1)).and_then(|service| service.architecture.as_ref())
    }

    /// Every chart of the run and of the comparison, with the name of its files.
    pub(super) fn charts(&self) -> Vec<(&'static str, Chart)> {
        let (answer, Question { catalog, scenario, .. }) = (&self.document, &self.question);
        let recommended = self.decision.recommended.as_ref().map(|answer| &answer.path);
        let shown = self.asked.as_ref().or(recommended);
        let drawn = shown.map(|path| diagram::Diagram::new(path, catalog, scenario).without_settings());
        let drawn = drawn.map(|drawn| ("architecture", diagram::chart(drawn, &answer.header, recommended == shown)));
        let mut charts: Vec<_> = drawn.into_iter().collect();
        charts.extend(pictures::charts(answer, &self.decision, self.run.as_ref(), catalog, scenario));
        if let Some(comparison) = &answer.comparison {
            charts.extend(pictures::comparison(comparison, &answer.header, &self.played, catalog, scenario));
        }
        charts
    }

    /// The end of a verb whose answer has been given: interrupted, without a recommendation, or well.
    pub(super) fn outcome(&self) -> Result<(), Failure> {
        if let Some(run) = &self.run {
            unless_stopped(run)?;
        }
        unless_nothing_fits(&self.decision)
    }
}

pub(super) fn run(args: &RunArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.scenario.format, context)?;
    let policies = policies::read(&args.policies, Judged::Run, context)?;
    let question = question(&args.scenario, context)?;
    let out = args.out.as_deref().map(|folder| super::output::prepare(folder, context)).transpose()?;
    let answered = Answered::new(question, &args.simulation, context)?;
    let Answered { question: Question { catalog, scenario, .. }, decision, document, .. } = &answered;
    let text = match args.scenario.format {
        Format::Table => {
            let width = context.width();
            let clashes = sure::contradictions(&document.contradictions, width);
            clashes + &summary::text(document, decision, answered.instead(&args.simulation), catalog, scenario, width)
        }
        Format::Json => json(document)?,
        other => tabular(&advice::table(decision), other),
    };
    context.print(&text)?;
    if let Some(folder) = out {
        let written = super::output::write(&folder, document, &answered.charts(), &args.theme.into())?;
        context.note(&format!("\n  {written} → {}", folder.display()));
    }
    let kept = policies::judge(&policies, document, context);
    answered.outcome()?;
    kept
}

/// An answer from fewer replications than were asked for has been printed, but is not what was asked for.
pub(super) fn unless_stopped(run: &RunResult) -> Result<(), Failure> {
    let Some(asked) = run.stopped_before else { return Ok(()) };
    let made = crate::report::count(u64::from(run.replications), "replication");
    let message =
        format!("the answer rests on {made} instead of {asked}, and its intervals are as wide as that makes them");
    Err(Failure::Interrupted(message))
}

/// What the simulation of the winner leaves of the allowed delay, from 0 to 1.
fn simulated_freshness(scenario: &Scenario, decision: &Decision, answer: &Document) -> Option<(f64, f64)> {
    let run = answer.simulation.as_ref().filter(|run| run.records.delivered > 0)?;
    let recommended = decision.recommended.as_ref()?;
    let p99 = run.latency_s.p99;
    let limit = match scenario.answers.get("needs.freshness")?.value {
        Value::Duration(limit) => limit.as_secs_f64(),
        _ => return None,
    };
    if limit <= 0.0 || !p99.value.is_finite() || run.pipeline != recommended.path.services() {
        return None;
    }
    let half = p99.half_width.unwrap_or(0.0);
    let left = |delay: f64| (1.0 - delay / limit).clamp(0.0, 1.0);
    Some((left(p99.value + half), left(p99.value - half)))
}

pub(super) fn check(args: &CheckArgs, context: &mut Context) -> Result<(), Failure> {
    let (catalog, rules) = context.knowledge()?;
    for path in &args.scenarios {
        let scenario = ScenarioArgs {
            scenario: path.clone(),
            overrides: args.overrides.clone(),
            edition: None,
            region: None,
            format: Format::Table,
        };
        // All files are checked even where one is wrong.
        let _ = context.scenario(&scenario, &catalog);
    }
    let tried = try_own(&catalog, &rules, &mut context.problems);
    if context.problems.has_errors() {
        return Err(Failure::Input);
    }
    let services = catalog.services.len();
    let facts: usize = catalog.services.iter().map(|service| service.facts.len()).sum();
    let scenarios = crate::report::count(args.scenarios.len() as u64, "scenario");
    context.print(&format!(
        "ok: {scenarios}; catalog of {services} services, {facts} facts, {} integrations, {} rules, {} prices",
        catalog.edges.len(),
        rules.rules.len(),
        catalog.prices.len()
    ))?;
    if tried.is_empty() { Ok(()) } else { context.print(&tried) }
}

/// Tries the rules that did not come with the program on their examples; says how many there were.
fn try_own(catalog: &Catalog, rules: &RuleBook, problems: &mut Problems) -> String {
    let own: Vec<&Rule> = rules.rules.iter().filter(|rule| rule.table.is_some()).collect();
    let (tried, untried): (Vec<&Rule>, Vec<&Rule>) = own.iter().partition(|rule| rule.tried.is_some());
    let trial = Trial::new(catalog, rules);
    for problem in tried.iter().flat_map(|rule| trial.try_rule(rule)) {
        problems.push(problem);
    }
    let mut lines = Vec::new();
    if !tried.is_empty() {
        let verb = if tried.len() == 1 { "does what its example says" } else { "do what their examples say" };
        lines.push(format!("tried: {} {verb}", crate::report::count(tried.len() as u64, "rule")));
    }
    if !untried.is_empty() {
        let names: Vec<String> = untried.iter().map(|rule| format!("`{}`", rule.id)).collect();
        let count = crate::report::count(untried.len() as u64, "rule");
        lines.push(format!("not tried: {count} without [rule.tried]: {}", names.join(", ")));
    }
    lines.join("\n")
}

pub(super) fn document(catalog: &Catalog, scenario: &Scenario, decision: Option<&Decision>) -> Document {
    Document { decision: decision.map(Into::into), ..Document::new(Header::new(catalog, scenario)) }
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    to_json(value).map_err(|error| Failure::Internal(error.to_string()))
}

pub(super) fn tabular(table: &Table, format: Format) -> String {
    table.render(if format == Format::Csv { Style::Csv } else { Style::Markdown })
}

pub(super) fn bill_of(question: &Question, simulated: &Simulated, free_tier: bool) -> (Bill, Option<Packing>) {
    let Simulated { run, lowered, span, .. } = simulated;
    let extrapolation = comparison::extrapolation(&question.scenario, run, *span);
    let usage = cost::usage(lowered, run, &extrapolation);
    let (prices, region) = (&question.catalog.prices, question.scenario.region.as_str());
    let bill = Bill { note: extrapolation.note().map(str::to_owned), ..cost::price(&usage, prices, region, free_tier) };
    (bill, cost::packing(&usage, run, &extrapolation, prices, region, free_tier))
}

/// The pipeline to simulate: of the service asked for, or the recommended one.
fn pipeline<'a>(
    question: &Question,
    decision: &'a Decision,
    primary: Option<&str>,
) -> Result<&'a Architecture, Diagnostic> {
    let Some(id) = primary else {
        let none = || {
            let nearest = decision.nearest_rejected();
            let nearest = nearest.first().map_or("none", |service| service.id.as_str());
            Diagnostic::error("nothing-fits", "nothing satisfies the requirements, so there is no pipeline")
                .help(format!("`forebay advise` says which requirement excludes what; nearest: `{nearest}`"))
        };
        return decision.recommended.as_ref().map(|answer| &answer.path).ok_or_else(none);
    };
    let ids: Vec<&str> = question.catalog.weighed().map(|service| service.id.as_str()).collect();
    if !ids.contains(&id) {
        let problem = Diagnostic::error("unknown-service", format!("there is no pipeline of `{id}`"));
        return Err(problem.help(suggest(id, &ids, "the services are")));
    }
    let architecture = decision.service(id).and_then(|service| service.architecture.as_ref());
    architecture.ok_or_else(|| {
        Diagnostic::error(
            "no-path",
            format!("no integration leads through `{id}` from this source to these destinations"),
        )
        .help(format!("`forebay catalog show {id}` lists who feeds it and whom it feeds"))
    })
}

/// Why a pipeline has no simulation, where that is not an error of the input.
fn cannot_simulate(question: &Question, architecture: &Architecture, args: &SimulationArgs) -> Option<String> {
    if args.trace.is_some() {
        return None;
    }
    let at = circumstances(&question.scenario);
    let error = lower(&question.catalog, architecture, &question.scenario, &at, None).err()?;
    Some(format!("{error}; {}", error.help()))
}

/// The pipeline to simulate, or the end. Why it is the one is worked out only where something is to be said about it.
pub(super) fn found_pipeline(
    question: &Question,
    args: &SimulationArgs,
    context: &mut Context,
) -> Result<Architecture, Failure> {
    pipeline_of(question, args.primary.as_deref(), context)
}

/// The same for whoever does not simulate it.
pub(super) fn pipeline_of(
    question: &Question,
    primary: Option<&str>,
    context: &mut Context,
) -> Result<Architecture, Failure> {
    let Question { catalog, rules, scenario } = question;
    if primary.is_none()
        && let Some(answer) = Decider::new(catalog, rules).recommend(scenario)
    {
        return Ok(answer.path);
    }
    match pipeline(question, &question.decide(), primary) {
        Ok(architecture) => Ok(architecture.clone()),
        Err(problem) if primary.is_none() => {
            context.problems.push(problem);
            Err(Failure::NothingFits)
        }
        Err(problem) => context.refuse(problem),
    }
}

fn lowered(
    question: &Question,
    architecture: &Architecture,
    records: Option<Arc<[TraceRecord]>>,
    context: &mut Context,
) -> Result<Lowered, Failure> {
    let at = circumstances(&question.scenario);
    lower(&question.catalog, architecture, &question.scenario, &at, records).or_else(|error| {
        let help = error.help();
        let problem = Diagnostic::error("not-simulated", format!("this pipeline cannot be simulated: {error}"));
        context.refuse(problem.help(help))
    })
}

/// What a run was refused for.
fn refused(error: &SimError) -> Diagnostic {
    let problem = Diagnostic::error("simulation", error.to_string());
    match error {
        SimError::TooManyRecords { .. } | SimError::TooManyHeld { .. } => {
            problem.help("a shorter --horizon, fewer --replications or a lower rate is quicker")
        }
        SimError::NotFlow(_) => problem.help("`--tier record` draws every record"),
        _ => problem,
    }
}

/// Single records of the first replication.
fn sample_pipeline(
    question: &Question,
    architecture: &Architecture,
    args: &SimulationArgs,
    count: u32,
    context: &mut Context,
) -> Result<Vec<SampledRecord>, Failure> {
    let lowered = lowered(question, architecture, None, context)?;
    let config = config(&question.scenario, args, None);
    let progress = Progress::start(context.quiet);
    let chain = lowered.network.as_chain().ok_or(SimError::NotFlow(sim::Obstacle::Stages));
    let outcome = chain.and_then(|chain| sim::sample(&chain, &config, count as usize, &progress));
    progress.finish();
    outcome.or_else(|error| context.refuse(refused(&error)))
}

pub(super) fn run_pipeline(
    question: &Question,
    architecture: &Architecture,
    args: &SimulationArgs,
    context: &mut Context,
) -> Result<Simulated, Failure> {
    let replay = match &args.trace {
        Some(path) => Some(read_trace(path, args, context)?),
        None => None,
    };
    let records = replay.as_ref().map(|(trace, _)| Arc::from(trace.records.as_slice()));
    let lowered = lowered(question, architecture, records, context)?;
    let config = config(&question.scenario, args, replay.as_ref().map(|(trace, _)| trace));
    let progress = Progress::start(context.quiet);
    super::estimate::announce(&lowered.network, &config, context);
    let outcome = sim::run_any(&lowered.network, &config, &progress);
    progress.finish();
    let run = match outcome {
        Ok(run) => run,
        Err(SimError::Stopped) => {
            return Err(Failure::Interrupted("no replication was complete, so there is no answer".to_owned()));
        }
        Err(error) => return context.refuse(refused(&error)),
    };
    let span = replay.as_ref().map(|(trace, _)| trace.span());
    let header = replay.map(|(_, header)| header);
    let result = Simulation::new(&run, &lowered, architecture.services(), header);
    Ok(Simulated { result, run, lowered, span })
}

/// A trace is replayed to its last delivery; a workload runs to the horizon.
pub(super) fn config(scenario: &Scenario, args: &SimulationArgs, replay: Option<&Trace>) -> RunConfig {
    let settings = &scenario.simulation;
    RunConfig {
        seed: args.seed.unwrap_or(settings.seed),
        replications: args.replications.or(args.batches.map(|_| 1)).unwrap_or(settings.replications),
        precision: args.precision,
        horizon: replay.map_or_else(|| args.horizon.unwrap_or(settings.horizon), Trace::span),
        warm_up: match args.warm_up {
            Some(WarmUp::Given(warm_up)) => warm_up,
            _ if replay.is_some() => SimDuration::ZERO,
            _ => settings.warm_up,
        },
        find_warm_up: args.warm_up == Some(WarmUp::Auto),
        batches: args.batches,
        drain: replay.is_some(),
        keep_samples: false,
        threads: args.threads.map(usize::from),
        tier: args.tier.into(),
    }
}

/// The recording to replay, read once however often it is asked for.
pub(super) fn read_trace(
    path: &Path,
    args: &SimulationArgs,
    context: &mut Context,
) -> Result<(Trace, TraceHeader), Failure> {
    if context.recording.is_none() {
        context.recording = Some(read_recording(path, args, context)?);
    }
    context.recording.clone().ok_or_else(|| Failure::Internal("a recording that was read is gone".to_owned()))
}

/// A recording as it is; lines that were left out are warned of.
pub(super) fn recording(path: &Path, lenient: bool, context: &mut Context) -> Result<Trace, Failure> {
    let trace = taken(trace::read(path, TraceOptions { lenient }), context)?;
    if trace.skipped.total > 0 {
        let total = crate::report::count(trace.skipped.total, "line");
        let mut problem = Diagnostic::warning("skipped-lines", format!("{total} of {} could not be read", trace.name));
        for bad in &trace.skipped.first {
            problem = problem.help(format!("line {}: {}: {}", bad.line, bad.problem, bad.text));
        }
        context.problems.push(problem);
    }
    Ok(trace)
}

/// A recording, or what is wrong with it among the problems.
pub(super) fn taken(read: Result<Trace, TraceError>, context: &mut Context) -> Result<Trace, Failure> {
    match read {
        Ok(trace) => Ok(trace),
        Err(error) => {
            let help = error.help();
            context.refuse(Diagnostic::error("trace", error.to_string()).help(help))
        }
    }
}

fn read_recording(path: &Path, args: &SimulationArgs, context: &mut Context) -> Result<(Trace, TraceHeader), Failure> {
    let trace = recording(path, args.lenient, context)?;
    let scaled = match args.overlay {
        Some(copies) => trace.overlay(copies),
        None => Ok(trace),
    };
    let scaled = scaled.and_then(|trace| match args.speedup {
        Some(factor) => trace.speed_up(factor),
        None => Ok(trace),
    });
    let trace = taken(scaled, context)?;
    let header = TraceHeader {
        name: trace.name.clone(),
        format: trace.format.to_string(),
        records: trace.records.len() as u64,
        speedup: args.speedup.unwrap_or(1.0),
        overlay: args.overlay.unwrap_or(1),
        skipped_lines: trace.skipped.total,
    };
    Ok((trace, header))
}
