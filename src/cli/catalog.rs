//! `forebay catalog diff`: what changed between two editions, and which shipped scenarios are answered otherwise.

use super::Failure;
use super::args::{DiffArgs, Format};
use super::context::Context;
use crate::catalog::{Catalog, Edition};
use crate::diag::{Diagnostic, Problems, suggest};
use crate::ranking::decide;
use crate::report::Style;
use crate::report::editions::{EditionDiff, ScenarioAnswer, changes, text};
use crate::report::result::to_json;
use crate::rules::RuleBook;
use crate::scenario::{EXAMPLES, Loader};
use crate::source::SourceMap;

/// Region whose facts are compared where none is named.
const REGION: &str = "us-east-1";

pub(super) fn diff(args: &DiffArgs, catalog: &Catalog, rules: &RuleBook, context: &mut Context) -> Result<(), Failure> {
    super::scenario::no_record(args.format, context)?;
    let region = args.region.as_deref().unwrap_or(REGION);
    if !catalog.regions.contains_key(region) {
        let names: Vec<&str> = catalog.regions.keys().map(String::as_str).collect();
        let problem = Diagnostic::error("unknown-region", format!("there is no Region `{region}`"));
        return context.refuse(problem.help(suggest(region, &names, "the Regions are")));
    }
    let mut diff = EditionDiff::of(catalog, args.from, args.to, region);
    for (file, scenario) in EXAMPLES {
        let [old, new] = [args.from, args.to].map(|edition| answer(file, scenario, edition, args, catalog, rules));
        diff.decided(file.trim_end_matches(".toml"), old, new);
    }
    let printed = match args.format {
        Format::Table => text(&diff, context.width()),
        Format::Json => to_json(&diff).map_err(|error| Failure::Internal(error.to_string()))?,
        Format::Csv => changes(&diff).render(Style::Csv),
        Format::Md | Format::Adr | Format::Html => changes(&diff).render(Style::Markdown),
    };
    context.print(&printed)
}

/// The answer to a shipped scenario in an edition, in its own Region unless one is named.
fn answer(
    file: &str,
    text: &str,
    edition: Edition,
    args: &DiffArgs,
    catalog: &Catalog,
    rules: &RuleBook,
) -> ScenarioAnswer {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let loader = Loader { catalog, edition: Some(edition), region: args.region.clone() };
    match loader.load(file, text, &[], &mut sources, &mut problems) {
        Some(scenario) => ScenarioAnswer::of(&decide(catalog, rules, &scenario)),
        None => {
            let told = problems.list().iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; ");
            ScenarioAnswer { problem: Some(told), ..ScenarioAnswer::default() }
        }
    }
}
