//! The verb `evaluate`: documented selection cases held against the advice.

use std::time::Instant;

use super::Failure;
use super::args::{EvaluateArgs, Format};
use super::context::Context;
use crate::evaluate::CaseFile;
use crate::report::result::to_json;
use crate::report::{Style, evaluation};

pub(super) fn evaluate(args: &EvaluateArgs, context: &mut Context) -> Result<(), Failure> {
    super::scenario::no_record(args.format, context)?;
    let started = Instant::now();
    let (catalog, rules) = context.knowledge()?;
    let text = context.read_text(&args.file, "a file of selection cases")?;
    let name = args.file.to_string_lossy().into_owned();
    let file = CaseFile::read(&name, &text, &mut context.sources, &mut context.problems).ok_or(Failure::Input)?;
    let result = file.evaluate(&catalog, &rules, args.edition, &mut context.sources, &mut context.problems);
    let text = match args.format {
        Format::Table => evaluation::text(&result, context.width(), args.explain),
        Format::Json => to_json(&result).map_err(|error| Failure::Internal(error.to_string()))?,
        Format::Csv => evaluation::misses(&result).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => evaluation::by_primary(&result).render(Style::Markdown),
    };
    context.print(&text)?;
    context.note(&format!("{:.1} s", started.elapsed().as_secs_f64()));
    Ok(())
}
