//! The verb `cost`: the month's bill of a simulated pipeline, or of usage that a file states.

use std::path::Path;

use super::Failure;
use super::args::{CostArgs, Format};
use super::context::Context;
use super::scenario::{bill_of, document, found_pipeline, json, no_record, question, run_pipeline, unless_stopped};
use crate::catalog::{Catalog, Edition};
use crate::cost::{Bill, Budget, BudgetVerdict, Packing, UsageFile};
use crate::report::result::{Document, Header};
use crate::report::{Style, advice, bill, paragraph, simulation};

pub(super) fn cost(args: &CostArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.scenario.format, context)?;
    match &args.usage {
        Some(file) => of_usage(file, args, context),
        None => of_pipeline(args, context),
    }
}

fn of_pipeline(args: &CostArgs, context: &mut Context) -> Result<(), Failure> {
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
    };
    let kept = print(shown, catalog, args.scenario.format, context)?;
    unless_stopped(&simulated.run)?;
    kept
}

fn of_usage(file: &Path, args: &CostArgs, context: &mut Context) -> Result<(), Failure> {
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
}

/// Prints a bill; what comes of the budget is the inner result.
fn print(
    shown: Shown,
    catalog: &Catalog,
    format: Format,
    context: &mut Context,
) -> Result<Result<(), Failure>, Failure> {
    let Shown { head, tail, bill: sum, packing, budget, edition, document } = shown;
    let text = match format {
        Format::Table => {
            let body = bill::text(&sum, packing.as_ref(), budget.as_ref(), catalog, edition, context.width());
            format!("{head}{body}{tail}")
        }
        Format::Json => json(&Document { bill: Some(sum), packing, budget: budget.clone(), ..document })?,
        Format::Csv => bill::numbers(&sum).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => bill::table(&sum, catalog, edition).render(Style::Markdown),
    };
    context.print(&text)?;
    let Some(budget) = budget else { return Ok(Ok(())) };
    if matches!(format, Format::Csv | Format::Md) {
        context.note(&bill::budget_line(&budget));
    }
    Ok(if budget.verdict == BudgetVerdict::Kept { Ok(()) } else { Err(Failure::OverBudget) })
}
