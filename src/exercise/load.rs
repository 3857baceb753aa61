//! From files to checked exercises.

use std::fs;
use std::path::Path;

use super::bench::{Bench, Setting};
use super::claim::{Claim, What};
use super::guess::{self, Guess};
use super::raw::{Kind, RawChoice, RawClaim, RawExercise, RawGoal, RawProbe, RawQuestion, RawSetting};
use super::{Ask, Asked, Choice, Exercise, Goal, Probe, Question, Start, Within};
use crate::catalog::Catalog;
use crate::diag::{Diagnostic, Problems, Severity, nearest, suggest};
use crate::document::{Document, Item, Node, Reader, Table, read_checked};
use crate::policy::{Figure, Judged, read_at};
use crate::rules::RuleBook;
use crate::scenario::{EXAMPLES, set_in_text};
use crate::sim::NoWatch;
use crate::source::{SourceMap, Span};
use crate::units::Share;

/// The exercises that are shipped, listed by the build script: name of the file, text.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/exercise_files.rs"));

/// The table of contents of the book, whose pages exercises go with.
const SUMMARY: &str = include_str!("../../book/src/SUMMARY.md");

/// All exercises, those that are easiest first.
#[derive(Debug, Default)]
pub struct Exercises {
    list: Vec<Exercise>,
}

impl Exercises {
    /// Reads the shipped exercises and those of a folder; a file with the name of a shipped one replaces it. Everything that
    /// is wrong with them goes to `problems`.
    pub fn load(
        folder: Option<&Path>,
        catalog: &Catalog,
        rules: &RuleBook,
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) -> Self {
        let own = folder.map(|folder| files_of(folder, problems)).unwrap_or_default();
        let shipped = SHIPPED.iter().map(|(name, text)| File {
            id: name.trim_end_matches(".toml").to_owned(),
            name: (*name).to_owned(),
            text: (*text).to_owned(),
            folder: None,
        });
        let replaced = |file: &File| own.iter().any(|other| other.id == file.id);
        let files: Vec<File> = shipped.filter(|file| !replaced(file)).collect();
        let mut loader = Loader { catalog, rules, sources, problems, proven: false };
        let mut list: Vec<Exercise> = files.iter().chain(&own).filter_map(|file| loader.exercise(file)).collect();
        list.sort_by(|a, b| (a.level, a.minutes, &a.id).cmp(&(b.level, b.minutes, &b.id)));
        Self { list }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Exercise> {
        self.list.iter()
    }

    /// The exercise of this name.
    ///
    /// # Errors
    /// There is none; the problem says which is nearest.
    pub fn find(&self, id: &str) -> Result<&Exercise, Diagnostic> {
        self.list.iter().find(|exercise| exercise.id == id).ok_or_else(|| {
            let ids: Vec<&str> = self.list.iter().map(|exercise| exercise.id.as_str()).collect();
            let problem = Diagnostic::error("unknown-exercise", format!("there is no exercise `{id}`"));
            problem.help(suggest(id, &ids, "the exercises are"))
        })
    }
}

/// A file to read.
struct File {
    id: String,
    name: String,
    text: String,
    /// The folder that scenarios of its own lie in; none for those that are shipped.
    folder: Option<std::path::PathBuf>,
}

fn files_of(folder: &Path, problems: &mut Problems) -> Vec<File> {
    let refuse = |what: &Path, error: &std::io::Error, problems: &mut Problems| {
        let problem = Diagnostic::error("exercises", format!("{} cannot be read: {error}", what.display()));
        problems.push(problem.help("--exercises takes a folder of exercise files, in TOML"));
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            refuse(folder, &error, problems);
            return Vec::new();
        }
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        match fs::read_to_string(&path) {
            Ok(text) => files.push(File {
                id: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                name: path.to_string_lossy().into_owned(),
                text,
                folder: Some(folder.to_owned()),
            }),
            Err(error) => refuse(&path, &error, problems),
        }
    }
    if files.is_empty() && !problems.has_errors() {
        let problem = Diagnostic::error("exercises", format!("there is no exercise in {}", folder.display()));
        problems.push(problem.help("an exercise is a file `ID.toml` in that folder"));
    }
    files
}

struct Loader<'a> {
    catalog: &'a Catalog,
    rules: &'a RuleBook,
    sources: &'a mut SourceMap,
    problems: &'a mut Problems,
    /// Whether the file is a shipped one, whose settings the tests have tried.
    proven: bool,
}

impl Loader<'_> {
    fn exercise(&mut self, file: &File) -> Option<Exercise> {
        let before = self.problems.error_count();
        self.proven = file.folder.is_none();
        let count = self.problems.list().len();
        let mut reader =
            Reader { name: &file.name, text: &file.text, proven: None, sources: self.sources, problems: self.problems };
        let document = reader.document::<RawExercise>()?;
        let raw = if self.problems.error_count() > before {
            let reported = self.problems.list().get(count..).unwrap_or_default();
            let wrong: Vec<Span> = reported.iter().filter_map(|problem| Some(problem.label.as_ref()?.0)).collect();
            Written::in_part(&document, &wrong)?
        } else {
            Written::whole(read_checked(&document, self.problems)?)
        };
        let start = self.start(&raw.rest, file, &document);
        self.asks_something(&document);
        self.chapter(&raw.rest, &document);
        self.open(&raw.rest, &document);
        self.ids(&raw, &document);
        let questions = raw.questions.iter();
        let questions: Vec<Option<Question>> = questions
            .map(|(place, question)| {
                let at = Spot { document: &document, table: table(&document.root, "question", *place) };
                self.question(question, at, start.as_ref())
            })
            .collect();
        let goals = raw.goals.iter();
        let goals: Vec<Option<Goal>> = goals
            .map(|(place, goal)| {
                let at = Spot { document: &document, table: table(&document.root, "goal", *place) };
                self.goal(goal, at, start.as_ref())
            })
            .collect();
        if self.problems.error_count() > before {
            self.problems.sort_from(count);
            return None;
        }
        let (raw, start) = (raw.rest, start?);
        Some(Exercise {
            id: file.id.clone(),
            folder: file.folder.as_ref().map(|folder| folder.to_string_lossy().into_owned()),
            title: raw.title,
            level: raw.level,
            chapter: raw.chapter,
            minutes: raw.minutes,
            task: raw.task.trim().split("\n\n").map(joined).collect(),
            hints: raw.hints.iter().map(|hint| joined(hint)).collect(),
            start,
            open: raw.open,
            questions: questions.into_iter().flatten().collect(),
            goals: goals.into_iter().flatten().collect(),
        })
    }

    /// There is something to answer or to achieve, and what may be changed for it is said.
    fn asks_something(&mut self, document: &Document) {
        let has = |key: &str| matches!(document.root.get(key).map(|item| &item.node), Some(Node::List(items)) if !items.is_empty());
        let (questions, goals, open) = (has("question"), has("goal"), has("open"));
        if !questions && !goals {
            let problem = Diagnostic::error("nothing-asked", "an exercise asks something".to_owned());
            let problem = problem.at(document.span, "there is no [[question]] and no [[goal]]");
            self.problems.push(problem.help("`forebay schema exercise` documents both"));
        }
        if goals != open {
            let (message, help) = if open {
                ("`open` is for exercises with goals", "leave it out, or add a [[goal]]")
            } else {
                ("nothing of the scenario may be changed, so no goal can be worked on", "add `open = [\"firehose\"]`")
            };
            let problem = Diagnostic::error("open", message.to_owned());
            self.problems.push(problem.at(document.span_of("open"), "see here").help(help));
        }
    }

    /// The page that it goes with is one of the book.
    fn chapter(&mut self, raw: &RawExercise, document: &Document) {
        let pages: Vec<&str> = pages().collect();
        if raw.chapter.is_empty() || pages.contains(&raw.chapter.as_str()) {
            return;
        }
        let problem = Diagnostic::error("chapter", format!("the book has no page `{}`", raw.chapter));
        let help = suggest(&raw.chapter, &pages, "the pages are");
        self.problems.push(problem.at(document.span_of("chapter"), "not a page").help(help));
    }

    /// What is open is there to be changed: keys and tables of a scenario.
    fn open(&mut self, raw: &RawExercise, document: &Document) {
        if self.proven || raw.open.is_empty() {
            return;
        }
        let keys = self.scenarios().keys();
        for (place, path) in raw.open.iter().enumerate() {
            if keys.iter().any(|key| is_within(key, path)) {
                continue;
            }
            let problem = Diagnostic::error("open", format!("a scenario has no key `{path}`"));
            let names: Vec<&str> = keys.iter().map(String::as_str).collect();
            let help = match nearest(path, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write the whole path, `workload.rate`, or a table, `firehose`".to_owned(),
            };
            let span = document.span_of(&format!("open[{place}]"));
            self.problems.push(problem.at(span, "neither a key nor a table").help(help));
        }
    }

    fn scenarios(&self) -> crate::scenario::Loader<'_> {
        crate::scenario::Loader { catalog: self.catalog, edition: None, region: None }
    }

    /// The scenario with the exercise's settings in its text.
    fn start(&mut self, raw: &RawExercise, file: &File, document: &Document) -> Option<Start> {
        if raw.scenario.is_empty() {
            return None;
        }
        let span = document.span_of("scenario");
        let own = file.folder.as_ref().filter(|_| is_file(&raw.scenario));
        let found = match own {
            Some(folder) => fs::read_to_string(folder.join(&raw.scenario)).map_err(|error| error.to_string()),
            None => {
                let named = |name: &&(&str, &str)| name.0.trim_end_matches(".toml") == raw.scenario;
                let names: Vec<&str> = EXAMPLES.iter().map(|(name, _)| name.trim_end_matches(".toml")).collect();
                let shipped = EXAMPLES.iter().find(named).map(|(_, text)| (*text).to_owned());
                shipped.ok_or_else(|| suggest(&raw.scenario, &names, "the shipped scenarios are"))
            }
        };
        let text = match found {
            Ok(text) => text,
            Err(help) => {
                let problem = Diagnostic::error("scenario", format!("there is no scenario `{}`", raw.scenario));
                self.problems.push(problem.at(span, "not found").help(help));
                return None;
            }
        };
        let name = if is_file(&raw.scenario) { raw.scenario.clone() } else { format!("{}.toml", raw.scenario) };
        let before = self.problems.error_count();
        let mut set = text.clone();
        for (place, setting) in raw.set.iter().enumerate() {
            let Some((key, value)) = setting.split_once('=') else {
                let problem = Diagnostic::error("override", format!("`{setting}` is not written KEY=VALUE"));
                let span = document.span_of(&format!("set[{place}]"));
                self.problems.push(problem.at(span, "not a setting").help("write for example \"needs.freshness=1 s\""));
                continue;
            };
            set = set_in_text(&set, key.trim(), &literal(value));
        }
        if self.problems.error_count() > before {
            return None;
        }
        let mut found = Problems::default();
        let parsed = Document::parse(&name, &set, self.sources, &mut found);
        if !self.proven && !found.has_errors() {
            let loader = crate::scenario::Loader { catalog: self.catalog, edition: None, region: None };
            loader.check(&name, "", parsed.clone(), self.sources, &mut found);
        }
        if !found.has_errors() {
            return Some(Start { name, set: raw.set.clone(), text: set, document: parsed });
        }
        // Places in that text are places that nobody wrote: those in the file, or those in `set`, are meant.
        let given = Document::parse(&name, &text, self.sources, self.problems);
        if self.problems.error_count() == before {
            let loader = crate::scenario::Loader { catalog: self.catalog, edition: None, region: None };
            loader.check(&name, "", given, self.sources, self.problems);
        }
        if self.problems.error_count() > before {
            let message = "the scenario of this exercise is wrong, as the message about it says".to_owned();
            self.problems.push(Diagnostic::error("scenario", message).at(span, "this one"));
            return None;
        }
        for problem in found.list().iter().filter(|problem| problem.severity == Severity::Error) {
            self.of_set(problem, &parsed, raw, document);
        }
        None
    }

    /// Tells a problem of the scenario that a setting brought in at the place where that setting was written.
    fn of_set(&mut self, problem: &Diagnostic, parsed: &Document, raw: &RawExercise, document: &Document) {
        let at = problem.label.as_ref().map(|(span, _)| span.start);
        let keys = raw.set.iter().enumerate().map(|(place, one)| (place, one.split('=').next().unwrap_or(one).trim()));
        let sets = |key: &str| {
            // A key that is wrong has its own place, before the value's.
            let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
            let table = match parsed.find(table).map(|item| &item.node) {
                Some(Node::Table(table)) => table,
                _ => &parsed.root,
            };
            table.entries.iter().any(|(known, span, item)| {
                known == name && at.is_some_and(|at| (span.start..=item.span.end).contains(&at))
            })
        };
        // Of several that set the same, the last one holds.
        let (span, label, key) = match keys.rev().find(|(_, key)| sets(key)) {
            Some((place, key)) => (document.span_of(&format!("set[{place}]")), "this setting", Some(key)),
            None => (document.span_of("set"), "in these settings", None),
        };
        let mut told = Diagnostic::error("setting", problem.message.clone()).at(span, label);
        told.help.clone_from(&problem.help);
        let keys = self.scenarios().keys();
        let short = key.filter(|key| !keys.iter().any(|known| known == key));
        let whole = short.and_then(|key| keys.iter().find(|known| known.ends_with(&format!(".{key}"))));
        if let Some(whole) = whole {
            told.help = vec![format!("write the whole path: `{whole}`")];
        }
        self.problems.push(told);
    }

    /// Every question and goal has a name of its own.
    fn ids(&mut self, raw: &Written, document: &Document) {
        let questions = raw.questions.iter().map(|(place, one)| (&one.id, "question", *place));
        let goals = raw.goals.iter().map(|(place, one)| (&one.id, "goal", *place));
        let mut seen: Vec<&String> = Vec::new();
        for (id, array, place) in questions.chain(goals) {
            let at = Spot { document, table: table(&document.root, array, place) };
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if id.is_empty() || !id.chars().all(plain) {
                let problem = Diagnostic::error("id", format!("`{id}` is no name for a question or a goal"));
                self.problems.push(problem.at(at.span("id"), "lower-case letters, digits and hyphens alone"));
            }
            if seen.contains(&id) {
                let problem = Diagnostic::error("id", format!("two questions or goals are called `{id}`"));
                self.problems.push(problem.at(at.span("id"), "the second one"));
            }
            seen.push(id);
        }
    }

    fn question(&mut self, raw: &RawQuestion, at: Spot<'_>, start: Option<&Start>) -> Option<Question> {
        let ways = [raw.figure.is_some(), !raw.choice.is_empty(), !raw.probe.is_empty()];
        let wrong =
            |message: String, key: &str, label: &str| Diagnostic::error("question", message).at(at.span(key), label);
        if ways.iter().filter(|has| **has).count() != 1 {
            let message = format!("the question `{}` cannot be judged", raw.id);
            let problem = wrong(message, "id", "expected one of `figure`, `choice` and `probe`");
            self.problems.push(problem.help("a figure is worked out, choices and probes hold claims that are tried"));
            return None;
        }
        if (raw.kind == Kind::Choice) != ways[1] {
            let message = format!("the question `{}` has choices if and only if its kind is `choice`", raw.id);
            self.problems.push(wrong(message, "kind", "of another kind"));
            return None;
        }
        let ask = if ways[0] {
            Ask::Figure(self.figure(raw, at, start)?)
        } else if ways[1] {
            let choices = raw.choice.iter().enumerate();
            let choices: Vec<Option<Choice>> =
                choices.map(|(place, choice)| self.choice(choice, at.below("choice", place), start)).collect();
            Ask::Choices(choices.into_iter().collect::<Option<_>>()?)
        } else {
            let probes = raw.probe.iter().enumerate();
            let probes: Vec<Option<Probe>> =
                probes.map(|(place, probe)| self.probe(probe, raw.kind, at.below("probe", place), start)).collect();
            Ask::Probes(probes.into_iter().collect::<Option<_>>()?)
        };
        Some(Question {
            id: raw.id.clone(),
            text: joined(&raw.text),
            kind: raw.kind,
            points: raw.points.unwrap_or(1),
            missing: joined(&raw.missing),
            ask,
        })
    }

    fn figure(&mut self, raw: &RawQuestion, at: Spot<'_>, start: Option<&Start>) -> Option<Asked> {
        let setting = setting(&raw.set, raw.primary.as_ref(), raw.through.as_ref());
        let less = raw.less.as_ref().map(own_setting);
        let tried = self.try_setting(&setting, None, start, at);
        let other = less.as_ref().map_or(Some(()), |less| self.try_setting(less, None, start, at));
        let within = self.within(raw, at);
        let figure = self.asked_figure(raw, at);
        let (within, figure, ..) = (within?, figure?, tried?, other?);
        Some(Asked { figure, line: raw.line.clone(), as_share: raw.as_share, setting, less, within })
    }

    /// How far off an answer may be.
    fn within(&mut self, raw: &RawQuestion, at: Spot<'_>) -> Option<Within> {
        let help = "write a share of the figure, \"5 %\", or a length in its unit";
        let found = raw.within.as_deref().map(|written| within(raw.kind, written));
        let (message, key, label) = match found {
            Some(Some(within)) => return Some(within),
            Some(None) => ("`within` is not understood", "within", "not a share or a length"),
            None => ("how near must an answer be?", "figure", "`within` is missing"),
        };
        self.problems.push(Diagnostic::error("figure", message).at(at.span(key), label).help(help));
        None
    }

    /// The figure, if an answer of that kind can be held against it.
    fn asked_figure(&mut self, raw: &RawQuestion, at: Spot<'_>) -> Option<Figure> {
        let figure = self.named_figure(raw.figure.as_deref().unwrap_or_default(), at.span("figure"))?;
        let wrong = |message: &str, key: &str, label: &str, help: &str| {
            Diagnostic::error("figure", message).at(at.span(key), label.to_owned()).help(help)
        };
        if (raw.line.is_some() || raw.as_share) && figure != Figure::Cost {
            let problem = wrong("`line` and `as-share` are parts of a bill", "figure", "not `cost`", "ask for `cost`");
            self.problems.push(problem);
            return None;
        }
        let fits = if raw.as_share { raw.kind == Kind::Share } else { raw.kind.fits(figure.measure()) };
        if !fits {
            let unit = if raw.as_share { "share" } else { figure.measure().unit() };
            let label = format!("`{}` is measured in {unit}", figure.name());
            self.problems.push(wrong("the kind of the answer is not that of the figure", "kind", &label, "change one"));
            return None;
        }
        Some(figure)
    }

    fn named_figure(&mut self, name: &str, span: Span) -> Option<Figure> {
        let figure = Figure::named(name).filter(|figure| *figure != Figure::Service);
        if figure.is_none() {
            let problem = Diagnostic::error("figure", format!("no figure is called `{name}`"));
            let names = Figure::names();
            self.problems.push(problem.at(span, "not a figure").help(suggest(name, &names, "the figures are")));
        }
        figure
    }

    fn choice(&mut self, raw: &RawChoice, at: Spot<'_>, start: Option<&Start>) -> Option<Choice> {
        let claim = self.claim(&raw.claim, None, at, start)?;
        Some(Choice { id: raw.id.clone(), text: joined(&raw.text), claim })
    }

    fn probe(&mut self, raw: &RawProbe, kind: Kind, at: Spot<'_>, start: Option<&Start>) -> Option<Probe> {
        let sample = kind.sample(self.catalog, self.rules);
        let claim = self.claim(&raw.claim, Some(&sample), at, start)?;
        Some(Probe { claim, missing: raw.missing.as_deref().map(joined) })
    }

    fn goal(&mut self, raw: &RawGoal, at: Spot<'_>, start: Option<&Start>) -> Option<Goal> {
        let claim = self.claim(&raw.claim, None, at, start)?;
        Some(Goal {
            id: raw.id.clone(),
            text: joined(&raw.text),
            points: raw.points.unwrap_or(1),
            claim,
            missing: joined(&raw.missing),
        })
    }

    /// A claim whose names are known and whose settings are settings of the scenario.
    fn claim(&mut self, raw: &RawClaim, sample: Option<&Guess>, at: Spot<'_>, start: Option<&Start>) -> Option<Claim> {
        let setting = setting(&raw.set, raw.primary.as_ref(), raw.through.as_ref());
        let tried = self.try_setting(&setting, sample, start, at);
        let what = self.what(raw, sample, at);
        let (what, ()) = (what?, tried?);
        if let What::Compared { against, .. } = &what {
            self.try_setting(&setting.with(against), sample, start, at)?;
        }
        Some(Claim { setting, what })
    }

    fn what(&mut self, raw: &RawClaim, sample: Option<&Guess>, at: Spot<'_>) -> Option<What> {
        let stated = [
            ("holds", &raw.holds),
            ("removes", &raw.removes),
            ("fires", &raw.fires),
            ("silent", &raw.silent),
            ("rejected", &raw.rejected),
            ("dearest", &raw.dearest),
            ("lower", &raw.lower),
            ("alike", &raw.alike),
        ];
        let stated: Vec<(&str, &String)> =
            stated.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))).collect();
        let &[(key, text)] = stated.as_slice() else {
            let problem = Diagnostic::error("claim", format!("{} claims are made here", stated.len()));
            let label = "expected exactly one of holds, removes, fires, silent, rejected, dearest, lower, alike";
            self.problems.push(problem.at(at.span("id"), label));
            return None;
        };
        let span = at.span(key);
        let filled = self.filled(text, sample, span)?;
        if raw.on.is_none() && key == "removes" {
            let problem = Diagnostic::error("claim", "from what does the rule remove?").at(span, "`on` is missing");
            self.problems.push(problem.help("add the service that the rule removes: `on = \"cognito\"`"));
            return None;
        }
        if raw.against.is_none() && matches!(key, "lower" | "alike") {
            let problem = Diagnostic::error("claim", "compared with what?").at(span, "`against` is missing");
            self.problems.push(problem.help("add a setting: `against = { set = [\"seed=2\"] }`"));
            return None;
        }
        if let Some(id) = &raw.on {
            let id = self.filled(id, sample, at.span("on"))?;
            self.known_service(&id, at.span("on"))?;
        }
        let (text, on) = (text.clone(), raw.on.clone());
        Some(match key {
            "holds" => {
                let services: Vec<&str> = self.catalog.services.iter().map(|service| service.id.as_str()).collect();
                match read_at(&filled, span, Judged::Run, &services) {
                    Ok(_) => What::Holds(text),
                    Err(problem) => {
                        self.problems.push(problem);
                        return None;
                    }
                }
            }
            "removes" => {
                self.known_rule(&filled, span)?;
                What::Removes { rule: text, on: on.unwrap_or_default() }
            }
            "fires" | "silent" => {
                self.known_rule(&filled, span)?;
                What::Fires { rule: text, on, fires: key == "fires" }
            }
            "rejected" => {
                self.known_service(&filled, span)?;
                What::Rejected(text)
            }
            "dearest" => {
                self.known_service(&filled, span)?;
                What::Dearest(text)
            }
            _ => What::Compared {
                figure: self.named_figure(&text, span)?,
                against: raw.against.as_ref().map(own_setting).unwrap_or_default(),
                lower: key == "lower",
            },
        })
    }

    fn filled(&mut self, text: &str, sample: Option<&Guess>, span: Span) -> Option<String> {
        match Guess::fill(sample, text) {
            Ok(filled) => Some(filled),
            Err(message) => {
                self.problems.push(Diagnostic::error("answer", message).at(span, "cannot be filled in"));
                None
            }
        }
    }

    fn known_rule(&mut self, id: &str, span: Span) -> Option<()> {
        if self.rules.find(id).is_some() {
            return Some(());
        }
        let ids: Vec<&str> = self.rules.rules.iter().map(|rule| rule.id.as_str()).collect();
        let problem = Diagnostic::error("unknown-rule", format!("there is no rule `{id}`"));
        self.problems.push(problem.at(span, "not a rule").help(suggest(id, &ids, "`forebay explain` lists them")));
        None
    }

    fn known_service(&mut self, id: &str, span: Span) -> Option<()> {
        if self.catalog.service(id).is_some() {
            return Some(());
        }
        let ids: Vec<&str> = self.catalog.services.iter().map(|service| service.id.as_str()).collect();
        let problem = Diagnostic::error("unknown-service", format!("there is no service `{id}`"));
        self.problems.push(problem.at(span, "not in the catalog").help(suggest(id, &ids, "the services are")));
        None
    }

    /// Decides the setting, so that a misspelt key is told now and not to a student. What depends on an answer may have no
    /// sense for the sample: only its form is looked at.
    fn try_setting(
        &mut self,
        setting: &Setting,
        sample: Option<&Guess>,
        start: Option<&Start>,
        at: Spot<'_>,
    ) -> Option<()> {
        let span = at.span("set");
        let filled = match setting.filled(sample) {
            Ok(filled) => filled,
            Err(message) => {
                self.problems.push(Diagnostic::error("answer", message).at(span, "cannot be filled in"));
                return None;
            }
        };
        if let Some(id) = &filled.primary {
            self.known_service(id, at.span("primary"))?;
        }
        if let Some(id) = &filled.through {
            self.known_service(id, at.span("through"))?;
        }
        if self.proven || filled.set.is_empty() || filled.set != setting.set {
            return Some(());
        }
        // Without a scenario there is nothing to try it on; that has been told.
        let start = start?;
        let bench = Bench::new(self.catalog, self.rules, self.sources, &NoWatch);
        let Err(problem) = bench.trial(&start.name, &start.document, &filled) else { return Some(()) };
        let problem = Diagnostic::error("setting", format!("this setting does not fit the scenario: {problem}"));
        self.problems.push(problem.at(span, "in this list"));
        None
    }
}

/// An exercise as it was written, as far as it could be read: what is wrong in one part hides nothing in the others.
struct Written {
    /// Everything but the questions and goals.
    rest: RawExercise,
    /// With their places among all questions.
    questions: Vec<(usize, RawQuestion)>,
    goals: Vec<(usize, RawGoal)>,
}

impl Written {
    fn whole(mut raw: RawExercise) -> Self {
        let questions = std::mem::take(&mut raw.question).into_iter().enumerate().collect();
        let goals = std::mem::take(&mut raw.goal).into_iter().enumerate().collect();
        Self { rest: raw, questions, goals }
    }

    /// What is left without the values at these places, for looking into; no exercise is made of it.
    fn in_part(document: &Document, wrong: &[Span]) -> Option<Self> {
        let root = Item { node: Node::Table(document.root.clone()), span: document.span };
        let mut rest = root.to_json_without(wrong);
        let fields = rest.as_object_mut()?;
        fields.retain(|key, _| !matches!(key.as_str(), "question" | "goal"));
        for key in ["title", "chapter", "task", "scenario"] {
            fields.entry(key).or_insert_with(|| "".into());
        }
        fields.entry("level").or_insert_with(|| "easy".into());
        fields.entry("minutes").or_insert_with(|| 1.into());
        let rest = serde_json::from_value(rest).ok()?;
        Some(Self { rest, questions: intact(document, "question", wrong), goals: intact(document, "goal", wrong) })
    }
}

/// The elements of an array of tables in which nothing is wrong.
fn intact<T: serde::de::DeserializeOwned>(document: &Document, array: &str, wrong: &[Span]) -> Vec<(usize, T)> {
    let Some(Node::List(items)) = document.root.get(array).map(|item| &item.node) else { return Vec::new() };
    let sound = items.iter().enumerate().filter(|(_, item)| {
        let json = item.node.to_json();
        item.to_json_without(wrong) == json
    });
    sound.filter_map(|(place, item)| Some((place, serde_json::from_value(item.node.to_json()).ok()?))).collect()
}

/// The pages of the book, as exercises name them.
fn pages() -> impl Iterator<Item = &'static str> {
    let links = SUMMARY.split("](").skip(1).filter_map(|link| link.split(')').next());
    links.filter_map(|link| link.strip_suffix(".md"))
}

/// Whether a key is this one, or one in this table.
fn is_within(key: &str, path: &str) -> bool {
    key.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A table of an exercise file, to point into.
#[derive(Clone, Copy)]
struct Spot<'a> {
    document: &'a Document,
    table: Option<&'a Table>,
}

impl Spot<'_> {
    /// The place of a key; of the table's first key, or of the file, where it is absent.
    fn span(self, key: &str) -> Span {
        let item = self.table.and_then(|table| table.get(key));
        let first = self.table.and_then(|table| table.entries.first());
        item.map(|item| item.span).or(first.map(|(_, span, _)| *span)).unwrap_or(self.document.span)
    }

    fn below(self, array: &str, place: usize) -> Self {
        Self { table: self.table.and_then(|inside| table(inside, array, place)), ..self }
    }
}

/// Whether a scenario is named by its file.
fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "toml")
}

/// An element of an array of tables.
fn table<'a>(root: &'a Table, array: &str, place: usize) -> Option<&'a Table> {
    let Node::List(items) = &root.get(array)?.node else { return None };
    match &items.get(place)?.node {
        Node::Table(table) => Some(table),
        _ => None,
    }
}

fn setting(set: &[String], primary: Option<&String>, through: Option<&String>) -> Setting {
    Setting { set: set.to_vec(), primary: primary.cloned(), through: through.cloned() }
}

fn own_setting(raw: &RawSetting) -> Setting {
    setting(&raw.set, raw.primary.as_ref(), raw.through.as_ref())
}

/// A tolerance: a share of the figure, or a length in its unit. A share of a share is meant in percentage points.
fn within(kind: Kind, written: &str) -> Option<Within> {
    let share = written.parse::<Share>().ok().map(Share::get);
    match (share, kind) {
        (Some(share), Kind::Share) => Some(Within::Absolute(share)),
        (Some(share), _) if written.contains('%') => Some(Within::Share(share)),
        _ => guess::plain(kind, written).map(Within::Absolute),
    }
}

/// A text that may be broken into lines as one line.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value as TOML: as it is where it is some, else in quotes.
fn literal(value: &str) -> String {
    let value = value.trim();
    let is_toml = format!("x = {value}").parse::<toml::Table>().is_ok();
    if is_toml { value.to_owned() } else { serde_json::Value::from(value).to_string() }
}
