//! `diff`: what differs between two results.

use std::path::Path;

use super::args::{Format, ResultDiffArgs};
use super::context::Context;
use super::scenario::{json, no_record};
use super::{Failure, policies};
use crate::diag::Diagnostic;
use crate::policy::Judged;
use crate::report::Style;
use crate::report::answer::{Answer, Part, Unreadable};
use crate::report::diff::{self, ResultDiff};
use crate::source::Span;

pub(super) fn diff(args: &ResultDiffArgs, context: &mut Context) -> Result<(), Failure> {
    no_record(args.format, context)?;
    let policies = policies::read(&args.policies, Judged::Diff, context)?;
    if args.old.as_os_str() == "-" && args.new.as_os_str() == "-" {
        let problem = Diagnostic::error("stdin-twice", "standard input can be read once only");
        return context.refuse(problem.help("give one of the two results as a file"));
    }
    let old = read(&args.old, context)?;
    let new = read(&args.new, context)?;
    let found = ResultDiff::of(&old, &new);
    if found.has_nothing_in_common() {
        return nothing_in_common(&old, &new, context);
    }
    let text = match args.format {
        Format::Table => diff::text(&found, context.width()),
        Format::Json => json(&found)?,
        Format::Csv => diff::numbers(&found).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => diff::changes(&found).render(Style::Markdown),
    };
    context.print(&text)?;
    policies::judge_read(&policies, &new, Some(&old), context)?;
    if args.exit_code && found.differs { Err(Failure::Policy) } else { Ok(()) }
}

fn read(path: &Path, context: &mut Context) -> Result<Answer, Failure> {
    let text = context.read_text(path, "a result of forebay, in JSON")?;
    Answer::read(&text).or_else(|error| {
        let name = if path.as_os_str() == "-" { "standard input".into() } else { path.to_string_lossy() };
        let problem = Diagnostic::error("result", format!("{name}: {error}")).help(error.help());
        let Unreadable::NotJson { message, line, column } = error else { return context.refuse(problem) };
        let base = context.sources.add(name, text.clone());
        let start = base + offset(&text, line, column);
        context.refuse(problem.at(Span { start, end: start + 1 }, message))
    })
}

/// The byte of a line and a column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (before + column.saturating_sub(1)).min(text.len().saturating_sub(1));
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn nothing_in_common(old: &Answer, new: &Answer, context: &mut Context) -> Result<(), Failure> {
    let held = |answer: &Answer| {
        let parts = answer.parts().into_iter().filter(|part| !part.is_question());
        let names: Vec<&str> = parts.map(Part::name).collect();
        if names.is_empty() { "nothing that is compared".to_owned() } else { names.join(", ") }
    };
    let problem = Diagnostic::error("nothing-in-common", "the two results have no part in common");
    let problem = problem.help(format!("the old one holds {}; the new one {}", held(old), held(new)));
    context.refuse(problem.help("`forebay run` holds everything that the other verbs do"))
}
