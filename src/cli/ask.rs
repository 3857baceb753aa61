//! `forebay ask`: the open questions one by one, the one that matters most first.
//!
//! Questions go to standard error and answers come from standard input, so that the result alone is on standard output.
//! The scenario is a text all the time: an answer is set in it, and the whole is read and checked as any other file.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::AskArgs;
use super::context::{Context, SCENARIO, tell, unless_gone};
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Problems};
use crate::ranking::{circumstances, decide};
use crate::report::sensitivity::{contradictions, name};
use crate::report::{advice, paragraph};
use crate::rules::{RuleBook, Situation};
use crate::scenario::{Key, Loader, Scenario, Takes, keys, set_in_text};
use crate::sensitivity::{OpenQuestion, Scope, Sensitivity};
use crate::source::SourceMap;

/// What somebody typed.
enum Reply {
    Answer(String),
    Help,
    LeaveOpen,
    Quit,
}

/// A conversation.
struct Interview<'a> {
    catalog: &'a Catalog,
    rules: &'a RuleBook,
    file: String,
    text: String,
    left_open: BTreeSet<String>,
    asked: usize,
}

pub(super) fn ask(args: &AskArgs, context: &mut Context) -> Result<(), Failure> {
    let (catalog, rules) = context.knowledge()?;
    let output = target(args, context)?;
    let text = match &args.scenario {
        Some(path) => context.read_text(path, SCENARIO)?,
        None => format!("format = 1\ntitle = {}\n", quoted(&args.title)),
    };
    let shown = args.scenario.as_deref().unwrap_or(&output).display().to_string();
    let mut interview =
        Interview { catalog: &catalog, rules: &rules, file: shown, text, left_open: BTreeSet::new(), asked: 0 };
    let loader = Loader { catalog: &catalog, edition: None, region: None };
    let first = loader.load(&interview.file, &interview.text, &[], &mut context.sources, &mut context.problems);
    let scenario = first.ok_or(Failure::Input)?;
    let scenario = interview.hold(scenario, context)?;
    if output.as_os_str() == "-" {
        return context.print(&interview.text);
    }
    if let Err(error) = std::fs::write(&output, &interview.text) {
        let problem = Diagnostic::error("unwritable", format!("{} cannot be written: {error}", output.display()));
        return context.refuse(problem);
    }
    let decision = decide(&catalog, &rules, &scenario);
    let (width, at) = (context.width(), circumstances(&scenario));
    let clashes = rules.contradictions(&Situation::new(&scenario.answers, &at));
    let clashes = contradictions(&clashes, width);
    let answer = advice::use_line(&decision, width, |_| None);
    let file = output.display();
    context.print(&format!("{clashes}{answer}\n{file} written. Next: forebay advise {file} --flip"))?;
    if decision.recommended.is_none() { Err(Failure::NothingFits) } else { Ok(()) }
}

/// The file to write. That it may be written is known before the first question is asked.
fn target(args: &AskArgs, context: &mut Context) -> Result<PathBuf, Failure> {
    if args.scenario.as_deref() == Some(Path::new("-")) {
        let problem = Diagnostic::error("not-a-file", "the answers come from standard input, so the scenario cannot");
        return context.refuse(problem.help("name a file"));
    }
    let output = args.output.clone().or_else(|| args.scenario.clone()).unwrap_or_else(|| "scenario.toml".into());
    if output.as_os_str() != "-" && output.exists() && !args.force {
        let problem = Diagnostic::error("exists", format!("{} exists already", output.display()));
        return context.refuse(problem.help("name another file with --output, or add --force to replace it"));
    }
    Ok(output)
}

impl Interview<'_> {
    /// Asks until nothing that is open would change the winner, or nobody answers any more.
    fn hold(&mut self, mut scenario: Scenario, context: &mut Context) -> Result<Scenario, Failure> {
        let keys = keys(self.catalog);
        loop {
            let sensitivity = Sensitivity::explore(self.catalog, self.rules, &scenario, Scope::Open);
            let questions = sensitivity.open_questions();
            let next = questions.iter().find(|question| !self.left_open.contains(&question.path));
            let found = next.and_then(|question| {
                let key = keys.iter().find(|key| key.path == question.path)?;
                Some((question, key))
            });
            let Some((question, key)) = found else {
                let why = if questions.is_empty() { "nothing that is open" } else { "only what was left open" };
                say(&format!("\n{why} could still change the winner."))?;
                return Ok(scenario);
            };
            self.asked += 1;
            let winner = sensitivity.decision().recommended.as_ref().map(|answer| &answer.primary);
            let winner = name(winner, sensitivity.decision());
            say(&format!("\nSo far: {winner}. {}. {}", self.asked, headline(question)))?;
            loop {
                prompt(&format!("{} = ", key.path))?;
                match reply()? {
                    Reply::Quit => return Ok(scenario),
                    Reply::Help => say(&help(question, key, &sensitivity, context.width()))?,
                    Reply::LeaveOpen => {
                        self.left_open.insert(key.path.clone());
                        break;
                    }
                    Reply::Answer(typed) => {
                        if let Some(checked) = self.answered(key, &typed)? {
                            scenario = checked;
                            // An interval is an answer too; asked once, it is not asked again.
                            self.left_open.insert(key.path.clone());
                            break;
                        }
                    }
                }
            }
        }
    }

    /// Sets an answer in the text and reads it all again; `None` if it is no answer, which has been said.
    fn answered(&mut self, key: &Key, typed: &str) -> Result<Option<Scenario>, Failure> {
        let text = set_in_text(&self.text, &key.path, &literal(key, typed));
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let loader = Loader { catalog: self.catalog, edition: None, region: None };
        let loaded = loader.load(&self.file, &text, &[], &mut sources, &mut problems);
        match loaded.filter(|scenario| scenario.answers.get(&key.path).is_some()) {
            Some(scenario) => {
                self.text = text;
                Ok(Some(scenario))
            }
            None => {
                say(&problems.render(&sources, false).replace("nothing was run", "answer again, or leave it open"))?;
                Ok(None)
            }
        }
    }
}

fn headline(question: &OpenQuestion) -> String {
    let stated = question.stated.as_ref().map_or_else(String::new, |stated| format!(" Stated: {stated}."));
    format!(
        "{}{stated} ({} of {} answers change the winner; ? for help, empty to leave it open, quit to stop)",
        question.doc, question.changing, question.answers
    )
}

/// What may be answered, and where it leads.
fn help(question: &OpenQuestion, key: &Key, sensitivity: &Sensitivity, width: usize) -> String {
    let kind = match &key.takes {
        Takes::Word => "one of the words below".to_owned(),
        Takes::Words => "one or several of the words below, with commas between; `[]` for none".to_owned(),
        Takes::Flag => "yes or no".to_owned(),
        Takes::Count(most) => format!("a whole number up to {most}, or an interval such as 2 .. 5"),
        Takes::Quantity(formats) => {
            let words = if key.words.is_empty() { "" } else { ", or a word" };
            format!("a {}, or an interval such as A .. B{words}", formats.join(" or a ").replace('-', " "))
        }
        Takes::Text => "any text".to_owned(),
    };
    let mut text = paragraph("  ", &format!("{} Answer with {kind}.", key.doc), width);
    if !key.words.is_empty() {
        text.push_str(&paragraph("  Words: ", &key.words.join(", "), width));
    }
    for lead in &question.leads_to {
        let winner = name(lead.winner.as_ref(), sensitivity.decision());
        text.push_str(&paragraph("    ", &format!("{winner}: {}", lead.values.join(", ")), width));
    }
    text.trim_end().to_owned()
}

/// What was typed as a TOML value of the key's kind; what it means is left to the ordinary checks.
fn literal(key: &Key, typed: &str) -> String {
    match (&key.takes, typed.to_lowercase().as_str()) {
        (Takes::Flag, "yes" | "y" | "true") => "true".to_owned(),
        (Takes::Flag, "no" | "n" | "false") => "false".to_owned(),
        (Takes::Count(_), number) if number.parse::<u64>().is_ok() => number.to_owned(),
        (Takes::Words, _) => {
            let bare = typed.trim_start_matches('[').trim_end_matches(']');
            let words = bare.split(',').map(|word| word.trim().trim_matches('"')).filter(|word| !word.is_empty());
            format!("[{}]", words.map(quoted).collect::<Vec<_>>().join(", "))
        }
        _ => quoted(typed.trim_matches('"')),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn reply() -> Result<Reply, Failure> {
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        say("")?;
        return Ok(Reply::Quit);
    }
    Ok(match line.trim() {
        "" => Reply::LeaveOpen,
        "?" => Reply::Help,
        "quit" => Reply::Quit,
        typed => Reply::Answer(typed.to_owned()),
    })
}

fn say(text: &str) -> Result<(), Failure> {
    unless_gone(tell(&format!("{text}\n")))
}

fn prompt(text: &str) -> Result<(), Failure> {
    unless_gone(tell(text))
}
