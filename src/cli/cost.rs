//! The verb `cost`: the month's bill of a simulated pipeline, or of usage that a file states.

use std::path::Path;

use super::args::{CostArgs, Format};
use super::context::Context;
use super::scenario::{bill_of, document, found_pipeline, json, no_record, question, run_pipeline, unless_stopped};
use super::{Failure, policies};
use crate::catalog::{Catalog, Edition};
use crate::cost::{Bill, Budget, BudgetVerdict, Packing, UsageFile};
use crate::policy::{Judged, Policy};
use crate::report::result::{Document, Header, Simulation};
use crate::report::{Style, advice, bill, paragraph, simulation};

pub(super) fn cost(args: &CostArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.scenario.format, context)?;
    match &args.usage {
        Some(file) => of_usage(file, args, context),
        None => of_pipeline(args, context),
    }
}

fn of_pipeline(args: &CostArgs, context: &mut Context) -> Result<(), Failure> {
    let policies = policies::read(&args.policies, Judged::Cost, context)?;
    let question = question(&args.scenario, context)?;
    let architecture = found_pipeline(&question, &args.simulation, context)?;
    let simulated = run_pipeline(&question, &architecture, &args.simulation, context)?;
    let (sum, packing) = bill_of(&question, &simulated, args.free_tier);
    let (catalog, scenario) = (&question.catalog, &question.scenario);
    let width = context.width();
    let shown = Shown {
        head: format!(
            "{}\n{}\n",
            advice::headline(scenario, width),
            advice::path("  Pipeline  ", &architecture, |_| None)
        ),
        tail: format!("\n{}", simulation::run_paragraph(&simulated.result, width)),
        budget: args.budget.map(|limit| Budget::of(&sum, limit)),
        packing,
        bill: sum,
        edition: scenario.edition,
        document: document(catalog, scenario, None),
        simulation: Some(simulated.result),
        policies,
    };
    let kept = print(shown, catalog, args.scenario.format, context)?;
    unless_stopped(&simulated.run)?;
    kept
}

fn of_usage(file: &Path, args: &CostArgs, context: &mut Context) -> Result<(), Failure> {
    let policies = policies::read(&args.policies, Judged::Usage, context)?;
    let (catalog, _) = context.knowledge()?;
    let text = context.read_text(file, "a usage file")?;
    let name = if file.as_os_str() == "-" { "standard input".to_owned() } else { file.to_string_lossy().into_owned() };
    let region = args.scenario.region.as_deref();
    let usage = UsageFile::read(&name, &text, region, &catalog, &mut context.sources, &mut context.problems);
    let usage = usage.ok_or(Failure::Input)?;
    let sum = usage.bill(&catalog, args.free_tier);
    let edition = args.scenario.edition.unwrap_or_default();
    let shown = Shown {
        head: format!("{}\n", paragraph("", &format!("{} · {}", usage.title, usage.region), context.width())),
        tail: String::new(),
        budget: args.budget.map(|limit| Budget::of(&sum, limit)),
        packing: None,
        bill: sum,
        edition,
        document: Document::new(Header::of_usage(&catalog, &usage, edition)),
        simulation: None,
        policies,
    };
    print(shown, &catalog, args.scenario.format, context)?
}

/// A bill with what is printed around it.
struct Shown {
    head: String,
    tail: String,
    bill: Bill,
    packing: Option<Packing>,
    budget: Option<Budget>,
    edition: Edition,
    document: Document,
    /// What the bill rests on: not printed, but judged.
    simulation: Option<Simulation>,
    policies: Vec<Policy>,
}

/// Prints a bill; what comes of the budget and the policies is the inner result.
fn print(
    shown: Shown,
    catalog: &Catalog,
    format: Format,
    context: &mut Context,
) -> Result<Result<(), Failure>, Failure> {
    let Shown { head, tail, bill: sum, packing, budget, edition, document, simulation, policies } = shown;
    let answer = Document { bill: Some(sum.clone()), packing, budget, ..document };
    let text = match format {
        Format::Table => {
            let body =
                bill::text(&sum, answer.packing.as_ref(), answer.budget.as_ref(), catalog, edition, context.width());
            format!("{head}{body}{tail}")
        }
        Format::Json => json(&answer)?,
        Format::Csv => bill::numbers(&sum).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => bill::table(&sum, catalog, edition).render(Style::Markdown),
    };
    context.print(&text)?;
    let budget = answer.budget.as_ref();
    if let Some(budget) = budget.filter(|_| matches!(format, Format::Csv | Format::Md)) {
        context.note(&bill::budget_line(budget));
    }
    let within = budget.is_none_or(|budget| budget.verdict == BudgetVerdict::Kept);
    let kept = policies::judge(&policies, &Document { simulation, ..answer }, context);
    Ok(if within { kept } else { Err(Failure::Policy) })
}
