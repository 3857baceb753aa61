//! Problems of input, told to people: what, where, what was expected, what to type instead.
//!
//! Lower layers return a message; whoever knows the place attaches it. All problems of a file are collected in
//! [`Problems`] and shown together, so that one run tells everything there is to mend.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::source::{SourceMap, Span};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is run.
    Error,
    /// The run goes on.
    Warning,
}

/// One problem.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Its short name, stable: `unknown-key`.
    pub code: &'static str,
    /// One lower-case sentence without a full stop.
    pub message: String,
    /// Where, and what to say under the caret.
    pub label: Option<(Span, String)>,
    /// What to type or do.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), label: None, help: Vec::new() }
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.label = Some((span, label.into()));
        self
    }

    /// Adds something to type or do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// More problems than anybody would mend in one go: a file that is no scenario at all has one in every line.
const MOST_SHOWN: usize = 100;

/// Characters of a message.
const LONGEST_MESSAGE: usize = 400;

/// Names that a help lists.
const MOST_NAMES: usize = 24;

/// Collected problems of one run.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    list: Vec<Diagnostic>,
    /// What became of the run, where that is not nothing.
    outcome: Option<String>,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Diagnostic) {
        self.list.push(problem);
    }

    /// Says what was done in spite of the problems, in place of "nothing was run".
    pub fn yet(&mut self, outcome: impl Into<String>) {
        self.outcome = Some(outcome.into());
    }

    /// Takes back what was added after the first `count`, because a later problem explains it all.
    pub fn retract(&mut self, count: usize) {
        self.list.truncate(count);
    }

    /// Puts what was added after the first `count` in the order of its places, since people mend a file from top to bottom.
    pub fn sort_from(&mut self, count: usize) {
        let place = |problem: &Diagnostic| problem.label.as_ref().map(|(span, _)| span.start);
        if let Some(added) = self.list.get_mut(count..) {
            added.sort_by_key(place);
        }
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// All of them, in the order found.
    #[must_use]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// Number of errors.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.list.iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    /// The text to show, with carets, and with a closing line that counts the errors.
    #[must_use]
    pub fn render(&self, sources: &SourceMap, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let shown = self.list.iter().take(MOST_SHOWN);
        let mut blocks: Vec<String> = shown.map(|problem| render_one(problem, sources, &renderer)).collect();
        if self.list.len() > MOST_SHOWN {
            blocks.push(format!("... and {} more.", self.list.len() - MOST_SHOWN));
        }
        let outcome = self.outcome.as_deref().unwrap_or("nothing was run");
        match self.error_count() {
            0 => {}
            1 => blocks.push(format!("1 problem; {outcome}.")),
            count => blocks.push(format!("{count} problems; {outcome}.")),
        }
        blocks.join("\n\n")
    }
}

fn render_one(problem: &Diagnostic, sources: &SourceMap, renderer: &Renderer) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = clipped(&problem.message);
    let mut group = Group::with_title(level.primary_title(message.as_str()).id(problem.code));
    if let Some((span, label)) = &problem.label
        && let Some((file, range)) = sources.resolve(*span)
    {
        let range = caret_range(&file.text, range);
        let annotation = AnnotationKind::Primary.span(range).label(label.as_str());
        group = group.element(Snippet::source(file.text.as_str()).path(file.name.as_str()).annotation(annotation));
    }
    for help in &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// A message without the better part of a name or value that nobody could read to its end.
fn clipped(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}...", &message[..end]),
        None => message.to_owned(),
    }
}

/// A caret for a whole table or file would underline many lines: it marks the first one only.
fn caret_range(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let first_line = text.get(range.clone()).and_then(|marked| marked.find('\n'));
    first_line.map_or(range.clone(), |newline| range.start..range.start + newline)
}

/// The name nearest to `typed`, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |name: &str| name.to_lowercase().replace(['_', ' '], "-");
    let typed = fold(typed);
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&fold(name), &typed), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().max(typed.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// ``did you mean `x`?`` if a name is near, else a list of what there is.
#[must_use]
pub fn suggest(typed: &str, names: &[&str], what: &str) -> String {
    match nearest(typed, names.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let listed: Vec<String> = names.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
            let rest = names.len().saturating_sub(MOST_NAMES);
            let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            format!("{what}: {}{more}", listed.join(", "))
        }
    }
}
