//! What all verbs share: the catalog, the rules, the texts, the problems, where to print.

use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use super::Failure;
use super::args::{Cli, Color, ScenarioArgs};
use crate::catalog::{Catalog, Library};
use crate::diag::{Diagnostic, Problems};
use crate::report::result::TraceHeader;
use crate::rules::RuleBook;
use crate::scenario::{EXAMPLES, Loader, Override, Scenario};
use crate::source::SourceMap;
use crate::trace::Trace;

/// The state of one invocation.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) sources: SourceMap,
    pub(crate) problems: Problems,
    pub(crate) quiet: bool,
    /// The recording of this command, once it is read: standard input can be read once only.
    pub(crate) recording: Option<(Trace, TraceHeader)>,
    overlay: Option<std::path::PathBuf>,
    color: Color,
}

impl Context {
    pub(crate) fn new(cli: &Cli) -> Self {
        match cli.color {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
        Self {
            sources: SourceMap::default(),
            problems: Problems::default(),
            quiet: cli.quiet,
            recording: None,
            overlay: cli.catalog.clone(),
            color: cli.color,
        }
    }

    /// The folder laid over the embedded catalog, if one is.
    pub(crate) fn overlay(&self) -> Option<&Path> {
        self.overlay.as_deref()
    }

    /// Reads the catalog and the rules.
    pub(crate) fn knowledge(&mut self) -> Result<(Catalog, RuleBook), Failure> {
        let mut library = Library::embedded();
        if let Some(folder) = &self.overlay {
            library = match library.overlay(folder) {
                Ok(library) => library,
                Err(error) => {
                    let problem = Diagnostic::error("catalog", format!("the catalog cannot be read: {error}"));
                    return self.refuse(problem.help("--catalog takes a folder of TOML files"));
                }
            };
        }
        let catalog = Catalog::load(&library, &mut self.sources, &mut self.problems);
        let rules = RuleBook::load(&library, &catalog, &mut self.sources, &mut self.problems);
        if self.problems.has_errors() { Err(Failure::Input) } else { Ok((catalog, rules)) }
    }

    /// Reads the scenario that the arguments name.
    pub(crate) fn scenario(&mut self, args: &ScenarioArgs, catalog: &Catalog) -> Result<Scenario, Failure> {
        let text = self.read_text(&args.scenario, SCENARIO)?;
        self.scenario_of(args, &self.name_of(&args.scenario), &text, catalog)
    }

    /// How a file is called in messages and results.
    #[expect(clippy::unused_self, reason = "the context is where files are read, and named")]
    pub(crate) fn name_of(&self, path: &Path) -> String {
        let name = path.to_string_lossy().into_owned();
        if name == "-" { "standard input".to_owned() } else { name }
    }

    /// The scenario of a text that was read.
    pub(crate) fn scenario_of(
        &mut self,
        args: &ScenarioArgs,
        name: &str,
        text: &str,
        catalog: &Catalog,
    ) -> Result<Scenario, Failure> {
        let loader = Loader { catalog, edition: args.edition, region: args.region.clone() };
        let overrides: Vec<Override> = args.overrides.iter().map(|text| Override { text: text.clone() }).collect();
        loader.load(name, text, &overrides, &mut self.sources, &mut self.problems).ok_or(Failure::Input)
    }

    /// Reads a text file, telling the ways it can go wrong apart.
    pub(crate) fn read_text(&mut self, path: &Path, what: &str) -> Result<String, Failure> {
        let shown = path.display();
        let bytes = if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        } else if path.is_dir() {
            let problem = Diagnostic::error("is-a-folder", format!("{shown} is a folder; expected {what}"));
            return self.refuse(problem.help("name one file in it"));
        } else {
            fs::read(path)
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let problem = Diagnostic::error("not-found", format!("{shown} does not exist"));
                return self.refuse(problem.help(near_file(path, what)));
            }
            Err(error) => {
                return self.refuse(Diagnostic::error("unreadable", format!("{shown} cannot be read: {error}")));
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let line = error.as_bytes()[..valid].split(|byte| *byte == b'\n').count();
                let packed = error.as_bytes().starts_with(&[0x1f, 0x8b]);
                let message = format!("{shown} is not UTF-8 text: byte {} in line {line} is no character", valid + 1);
                let help = if packed { "it looks like a gzip file; unpack it first" } else { "save it as UTF-8" };
                self.refuse(Diagnostic::error("not-utf8", message).help(help))
            }
        }
    }

    /// Prints an answer.
    #[expect(clippy::unused_self, reason = "the context is where verbs print, whatever that needs")]
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let mut stdout = anstream::stdout().lock();
        let written = stdout.write_all(format!("{text}{end}").as_bytes()).and_then(|()| stdout.flush());
        unless_gone(written)
    }

    /// Prints a remark beside the answer.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.tell(text);
        }
    }

    /// Prints beside the answer what is more than a remark.
    #[expect(clippy::unused_self, reason = "the context is where verbs print, whatever that needs")]
    pub(crate) fn tell(&self, text: &str) {
        // Nobody can be told if standard error is gone.
        let _ = tell(&format!("{text}\n"));
    }

    /// Prints the collected problems.
    pub(crate) fn print_problems(&self) {
        if self.problems.list().is_empty() {
            return;
        }
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        let _ = tell(&format!("{}\n", self.problems.render(&self.sources, color)));
    }

    /// Columns to print in: the terminal's, or a fixed number where the answer goes into a file.
    #[expect(clippy::unused_self, reason = "the context is where verbs print, whatever that needs")]
    pub(crate) fn width(&self) -> usize {
        let terminal = terminal_size::terminal_size_of(std::io::stdout());
        terminal.map_or(100, |(terminal_size::Width(columns), _)| usize::from(columns).clamp(60, 160))
    }
}

/// A reader who has seen enough (`| head`) is no failure: files are still to be written, and policies to be judged.
pub(super) fn unless_gone(written: std::io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Writes to standard error, after all of the answer and in one piece: both often end up in one terminal or one log, where
/// a message written word by word would be torn apart by what others write.
pub(super) fn tell(text: &str) -> std::io::Result<()> {
    // A reader of the answer who has gone is noticed where the answer is written.
    let _ = std::io::stdout().flush();
    let mut stderr = anstream::stderr().lock();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}

/// What a scenario's file is called in messages.
pub(super) const SCENARIO: &str = "a scenario";

/// What a student's file is called in messages.
pub(super) const HANDED_IN: &str = "what was handed in";

/// What to type instead of a file that is not there.
fn near_file(path: &Path, what: &str) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    let typed = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if what == SCENARIO
        && let Some((_, example)) =
            EXAMPLES.iter().map(|(file, _)| (file, file.trim_end_matches(".toml"))).find(|(file, _)| **file == typed)
    {
        return format!("`forebay init {} --example {example}` writes the example of this name", path.display());
    }
    match crate::diag::nearest(&typed, names.iter().map(String::as_str)) {
        Some(name) => format!("did you mean `{}`?", folder.join(name).display()),
        None if what == HANDED_IN => {
            "`forebay exercise show EXERCISE --write FILE` writes a file to fill in".to_owned()
        }
        None if what == SCENARIO => "`forebay init` writes a commented scenario to start from".to_owned(),
        None => "check the path".to_owned(),
    }
}
