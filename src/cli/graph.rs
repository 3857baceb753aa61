//! `graph`: the pipeline as a drawing, and as source for programs that draw.

use std::io::{IsTerminal, Write};
use std::path::Path;

use super::args::{Format, GraphArgs, GraphForm, ScenarioArgs};
use super::context::{Context, unless_gone};
use super::scenario::{Question, json, pipeline_of, question};
use super::{Failure, output};
use crate::diag::Diagnostic;
use crate::ranking::Decider;
use crate::report::charts::Theme;
use crate::report::diagram::{self, Diagram, DiagramDocument};
use crate::report::{advice, result::Header};

/// Endings of files with the form that each means.
const ENDINGS: [(&str, GraphForm); 8] = [
    ("txt", GraphForm::Text),
    ("dot", GraphForm::Dot),
    ("gv", GraphForm::Dot),
    ("mmd", GraphForm::Mermaid),
    ("mermaid", GraphForm::Mermaid),
    ("json", GraphForm::Json),
    ("svg", GraphForm::Svg),
    ("png", GraphForm::Png),
];

pub(super) fn graph(args: &GraphArgs, context: &mut Context) -> Result<(), Failure> {
    let file = args.output.as_deref().filter(|file| file.as_os_str() != "-");
    let form = form(args.form, file, context)?;
    if form == GraphForm::Png && file.is_none() && std::io::stdout().is_terminal() {
        let problem = Diagnostic::error("not-for-terminals", "a PNG picture is bytes that a terminal cannot show");
        return context.refuse(problem.help("add `--output pipeline.png`, or pipe it into another program"));
    }
    let question = asked(args, context)?;
    let bytes = drawn(args, form, &question, context)?;
    match file {
        Some(file) => write(file, &bytes, context),
        None => print(&bytes),
    }
}

fn asked(args: &GraphArgs, context: &mut Context) -> Result<Question, Failure> {
    let scenario = ScenarioArgs {
        scenario: args.scenario.clone(),
        overrides: args.overrides.clone(),
        edition: args.edition,
        region: args.region.clone(),
        format: Format::Table,
    };
    question(&scenario, context)
}

/// The form asked for, or else the one that the ending of the file names.
fn form(asked: Option<GraphForm>, file: Option<&Path>, context: &mut Context) -> Result<GraphForm, Failure> {
    let ending = file.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase());
    let (None, Some(ending)) = (asked, ending) else { return Ok(asked.unwrap_or(GraphForm::Text)) };
    let named = ENDINGS.iter().find(|(known, _)| *known == ending);
    named.map(|(_, form)| *form).map_or_else(
        || {
            let known: Vec<String> = ENDINGS.iter().map(|(ending, _)| format!(".{ending}")).collect();
            let problem =
                Diagnostic::error("no-such-form", format!("the ending `.{ending}` names no form of a drawing"));
            context.refuse(problem.help(format!("use one of {}, or name the form with --as", known.join(", "))))
        },
        Ok,
    )
}

fn drawn(args: &GraphArgs, form: GraphForm, question: &Question, context: &mut Context) -> Result<Vec<u8>, Failure> {
    let Question { catalog, rules, scenario } = question;
    let architecture = pipeline_of(question, args.primary.as_deref(), context)?;
    let diagram = Diagram::new(&architecture, catalog, scenario);
    let diagram = if args.settings { diagram } else { diagram.without_settings() };
    let header = Header::new(catalog, scenario);
    let bug = |error: &dyn std::fmt::Display| Failure::Internal(error.to_string());
    let text = match form {
        GraphForm::Text => {
            let width = context.width();
            format!("{}\n{}", advice::headline(scenario, width), diagram::text(&diagram, width))
        }
        GraphForm::Dot => diagram::dot(&diagram),
        GraphForm::Mermaid => diagram::mermaid(&diagram),
        GraphForm::Json => json(&DiagramDocument::new(header, diagram))?,
        GraphForm::Svg | GraphForm::Png => {
            let theme = Theme::from(args.theme);
            let recommended = args.primary.is_none() || {
                let answer = Decider::new(catalog, rules).recommend(scenario);
                answer.is_some_and(|answer| args.primary.as_ref() == Some(&answer.primary))
            };
            let chart = diagram::chart(diagram, &header, recommended);
            if form == GraphForm::Png {
                return chart.to_png(&theme).map_err(|error| bug(&error));
            }
            chart.to_svg(&theme).map_err(|error| bug(&error))?
        }
    };
    Ok(text.into_bytes())
}

/// Bytes as they are: a picture is no text.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    unless_gone(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

fn write(file: &Path, bytes: &[u8], context: &mut Context) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let shown = file.display();
    let Some(name) = file.file_name().filter(|_| !file.is_dir()) else {
        let problem = Diagnostic::error("unwritable", format!("{shown} is a folder; expected a file"));
        return context.refuse(problem.help("--output takes the name of a file, such as `pipeline.svg`"));
    };
    match output::put(folder, &name.to_string_lossy(), bytes) {
        Ok(()) => {
            context.note(&format!("{shown} written"));
            Ok(())
        }
        Err(error) => {
            let problem = Diagnostic::error("unwritable", format!("{shown} cannot be written: {error}"));
            context.refuse(problem.help("--output takes a file in a folder that exists and can be written to"))
        }
    }
}
