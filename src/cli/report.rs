//! `report`: the whole answer as one page.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::args::{Format, ReportArgs, WarmUp};
use super::context::Context;
use super::scenario::{Answered, Question, other_ways, question};
use super::{Failure, output};
use crate::diag::Diagnostic;
use crate::report::page::{self, GENERATOR, Report};
use crate::report::record::Record;
use crate::sensitivity::{Scope, Sensitivity};
use crate::sim::Tier;
use crate::units::{Bytes, SimDuration, significant};

/// Bytes of a file in which a report has named its maker.
const HEAD: u64 = 4096;

pub(super) fn report(args: &ReportArgs, context: &mut Context) -> Result<(), Failure> {
    let question = question(&args.scenario, context)?;
    let target = target(args, context)?;
    let answered = Answered::new(question, &args.simulation, context)?;
    let text = written(args, &answered, context)?;
    match target {
        Some((folder, name)) => {
            output::put(&folder, &name, text.as_bytes())?;
            let size = Bytes::new(text.len() as u64);
            let path = args.output.clone().unwrap_or_else(|| PathBuf::from(&name));
            context.note(&format!("  {} written, {size}", path.display()));
        }
        None => context.print(&text)?,
    }
    answered.outcome()
}

fn written(args: &ReportArgs, answered: &Answered, context: &Context) -> Result<String, Failure> {
    let Answered { question: Question { catalog, rules, scenario }, decision, document, .. } = answered;
    let sensitivity = Sensitivity::explore(catalog, rules, scenario, Scope::All);
    let Some(robustness) = document.decision.as_ref().and_then(|part| part.robustness.as_ref()) else {
        return Err(Failure::Internal("a decision has no robustness".to_owned()));
    };
    let by_catalog = sensitivity.decision().recommended.as_ref().map(|answer| answer.primary.as_str());
    let report = Report {
        document,
        record: Record {
            decision,
            robustness,
            flips: &sensitivity.flips(),
            contradictions: &document.contradictions,
            questions: &sensitivity.open_questions(),
            ways: &other_ways(catalog, rules, scenario, decision),
            rules,
            catalog,
            scenario,
        },
        steady: &sensitivity.steady(),
        winner_by_catalog: by_catalog,
        instead: answered.instead(&args.simulation),
        charts: &answered.charts(),
        command: &command(args, context),
    };
    match args.scenario.format {
        Format::Html => page::html(&report).map_err(|error| Failure::Internal(error.to_string())),
        _ => Ok(page::markdown(&report)),
    }
}

/// The folder and the name of the file to write; none where it is printed. That it may be written is known before anything
/// long is run.
fn target(args: &ReportArgs, context: &mut Context) -> Result<Option<(PathBuf, String)>, Failure> {
    let usual = if args.scenario.format == Format::Html { "report.html" } else { "report.md" };
    let path = args.output.clone().unwrap_or_else(|| usual.into());
    if path.as_os_str() == "-" {
        return Ok(None);
    }
    let shown = path.display();
    let named = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let Some(name) = named.filter(|_| !path.is_dir()) else {
        let problem = Diagnostic::error("is-a-folder", format!("{shown} is a folder; expected a file to write"));
        return context.refuse(problem.help(format!("name a file in it, such as {usual}")));
    };
    if path.exists() && !args.force && !is_report(&path) {
        let problem = Diagnostic::error("exists", format!("{shown} exists already and is no report of Forebay"));
        return context.refuse(problem.help("name another file with --output, or add --force to replace it"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        let problem = Diagnostic::error("unwritable", format!("{shown} cannot be written: there is no such folder"));
        return context.refuse(problem.help(format!("create {} first, or name another file", folder.display())));
    }
    let probe = folder.join(".forebay-probe");
    if let Err(error) = fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)) {
        let problem = Diagnostic::error("unwritable", format!("{shown} cannot be written: {error}"));
        return context.refuse(problem.help("name a file in a folder of your own with --output"));
    }
    Ok(Some((folder.to_owned(), name)))
}

/// Whether a file names Forebay as its maker, where a report does.
fn is_report(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    let head = String::from_utf8_lossy(&head);
    let marks = [format!("<meta name=\"generator\" content=\"{GENERATOR} "), format!("<!-- {GENERATOR} ")];
    read.is_ok() && (head.contains(&marks[0]) || head.starts_with(&marks[1]))
}

/// The command that makes the same report, without what changes no byte of it.
fn command(args: &ReportArgs, context: &Context) -> String {
    let (scenario, simulation) = (&args.scenario, &args.simulation);
    let mut words = vec!["forebay".to_owned(), "report".to_owned(), quoted(&scenario.scenario.to_string_lossy())];
    let mut flag = |name: &str, value: Option<String>| {
        words.extend(value.map(|value| format!("--{name} {}", quoted(&value))));
    };
    for one in &scenario.overrides {
        flag("set", Some(one.clone()));
    }
    let seconds = |time: SimDuration| format!("{} s", time.as_secs_f64());
    flag("edition", scenario.edition.map(|edition| edition.name().to_owned()));
    flag("region", scenario.region.clone());
    flag("catalog", context.overlay().map(|folder| folder.to_string_lossy().into_owned()));
    flag("seed", simulation.seed.map(|seed| seed.to_string()));
    flag("replications", simulation.replications.map(|count| count.to_string()));
    // Twelve digits are more than anybody types, and fewer than a division by 100 leaves dust in.
    let percent = |share: f64| significant(share * 100.0, 12);
    flag("precision", simulation.precision.map(|want| format!("{}={}%", want.figure.name(), percent(want.share))));
    flag("horizon", simulation.horizon.map(seconds));
    flag(
        "warm-up",
        simulation.warm_up.map(|warm_up| match warm_up {
            WarmUp::Given(time) => seconds(time),
            WarmUp::Auto => "auto".to_owned(),
        }),
    );
    flag("batches", simulation.batches.map(|count| count.to_string()));
    let tier: Tier = simulation.tier.into();
    flag("tier", (tier != Tier::Auto).then(|| tier.to_string()));
    flag("trace", simulation.trace.as_ref().map(|path| path.to_string_lossy().into_owned()));
    flag("speedup", simulation.speedup.map(|factor| factor.to_string()));
    flag("overlay", simulation.overlay.map(|copies| copies.to_string()));
    flag("primary", simulation.primary.clone());
    if simulation.lenient {
        words.push("--lenient".to_owned());
    }
    if args.scenario.format == Format::Md {
        words.push("--format md".to_owned());
    }
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_not_leave_them_alone() {
        assert_eq!(quoted("scenarios/w1.toml"), "scenarios/w1.toml");
        assert_eq!(quoted("buffer-interval=900 s"), "'buffer-interval=900 s'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
