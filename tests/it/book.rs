//! README and book say what the program says: every `console` block is run, every generated part is made again, every
//! picture is drawn again, every link leads somewhere.
//!
//! `UPDATE_DOCS=1 cargo test --test it book` rewrites the files instead; outputs are never typed by hand. With
//! `BOOK_PAGE=shards`, only pages whose path holds that word are run, which is quicker while one is being written.
//!
//! A `console` block holds commands, lines that start with `$ `, each followed by what it prints: standard output, then
//! standard error. Commands are `forebay ...`, split like a shell does with simple quotes; a backslash at the end of a line
//! joins it with the next; `| head -n N` and `| grep [-A N] TEXT` cut an output down, and `grep` takes several `-e TEXT`, so
//! that a row is shown below the names of its columns; `> FILE` at the end writes it into a file. The blocks of a page run in
//! order, in a folder of the page's own that holds a copy of `scenarios/`; space at the end of lines does not count. A
//! command must exit with 0; in a block that opens with `console exit=N`, the last one must exit with N. A block that opens
//! with `toml file=NAME`, or with another word for `toml`, becomes a file in that folder; with `append=NAME` it is added at
//! the end of one.
//!
//! A line `<!-- figure: out/latency.svg -->` with a picture on the next line says which file of that folder the picture is,
//! once the commands above it have run.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use forebay::catalog::{Catalog, Library};
use forebay::cli::Exit;
use forebay::diag::Problems;
use forebay::exercise::Exercises;
use forebay::report::{Style, reference};
use forebay::rules::RuleBook;
use forebay::schemas::{self, Part as Written};
use forebay::source::SourceMap;
use tempfile::TempDir;

use crate::validation;

const PICTURES: [&str; 3] = ["scores.svg", "latency.svg", "bill.svg"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1")
}

/// A file as text; a checkout may have turned its line ends.
fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace("\r\n", "\n")
}

/// Every file under `book/src`, relative to the root.
fn files_of_the_book() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from("book/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if root().join(&path).is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// README, its neighbours and the pages of the book, relative to the root.
fn pages() -> Vec<PathBuf> {
    let mut pages = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(PathBuf::from).to_vec();
    pages.extend(files_of_the_book().into_iter().filter(|path| is_page(path)));
    pages.sort();
    pages
}

/// A part of a page.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Text that nobody but its writer vouches for.
    Prose(String),
    /// A block of commands with what they print.
    Console { opening: String, commands: Vec<Shown> },
    /// A file that the commands after it may read.
    File { opening: String, body: String },
    /// A part that a function of the program makes.
    Generated { opening: String, name: String, body: String },
    /// A picture that the commands before it have drawn, with the line that shows it.
    Figure { opening: String, drawn: String, shown: String },
}

/// A command as shown, lines and all, and its output.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    command: String,
    output: String,
}

const GENERATED: &str = "<!-- generated: ";
const GENERATED_END: &str = "<!-- end of generated -->";
const FIGURE: &str = "<!-- figure: ";

/// Whether a line opens a block that becomes a file, or the end of one.
fn opens_file(line: &str) -> bool {
    let named = |mark| line.strip_prefix("```").and_then(|words| words.split_once(mark));
    let words = named(" file=").or_else(|| named(" append="));
    words.is_some_and(|(language, name)| !language.contains(' ') && !name.is_empty())
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut prose = String::new();
    let mut lines = text.lines();
    let mut fenced = false;
    while let Some(line) = lines.next() {
        if !fenced && (line == "```console" || line.starts_with("```console ")) {
            parts.push(Part::Prose(std::mem::take(&mut prose)));
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            parts.push(Part::Console { opening: line.to_owned(), commands: commands(&body) });
            continue;
        }
        if !fenced && opens_file(line) {
            parts.push(Part::Prose(std::mem::take(&mut prose)));
            let body = lines.by_ref().take_while(|line| *line != "```").fold(String::new(), joined);
            parts.push(Part::File { opening: line.to_owned(), body });
            continue;
        }
        if let Some(name) = line.strip_prefix(GENERATED).filter(|_| !fenced) {
            parts.push(Part::Prose(std::mem::take(&mut prose)));
            let body: String = lines.by_ref().take_while(|line| *line != GENERATED_END).fold(String::new(), joined);
            let name = name.trim_end_matches(" -->").to_owned();
            parts.push(Part::Generated { opening: line.to_owned(), name, body });
            continue;
        }
        if let Some(drawn) = line.strip_prefix(FIGURE).filter(|_| !fenced) {
            parts.push(Part::Prose(std::mem::take(&mut prose)));
            let drawn = drawn.trim_end_matches(" -->").to_owned();
            let shown = lines.next().unwrap_or_default().to_owned();
            parts.push(Part::Figure { opening: line.to_owned(), drawn, shown });
            continue;
        }
        fenced ^= line.starts_with("```");
        prose = joined(prose, line);
    }
    parts.push(Part::Prose(prose));
    parts
}

fn joined(text: String, line: &str) -> String {
    text + line + "\n"
}

fn commands(body: &[&str]) -> Vec<Shown> {
    let mut commands: Vec<Shown> = Vec::new();
    let mut lines = body.iter();
    while let Some(line) = lines.next() {
        if line.starts_with("$ ") {
            let mut command = (*line).to_owned();
            while command.ends_with('\\') {
                command = command + "\n" + lines.next().expect("a line after a backslash");
            }
            commands.push(Shown { command, output: String::new() });
        } else {
            let last =
                commands.last_mut().unwrap_or_else(|| panic!("a console block starts with `$ `, not with {line}"));
            last.output = joined(std::mem::take(&mut last.output), line);
        }
    }
    commands
}

fn written(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Prose(prose) => text.push_str(prose),
            Part::Console { opening, commands } => {
                let body: String = commands.iter().flat_map(|shown| [&shown.command, "\n", &shown.output]).collect();
                let _ = write!(text, "{opening}\n{body}```\n");
            }
            Part::File { opening, body } => {
                let _ = write!(text, "{opening}\n{body}```\n");
            }
            Part::Generated { opening, body, .. } => {
                let _ = write!(text, "{opening}\n{body}{GENERATED_END}\n");
            }
            Part::Figure { opening, shown, .. } => {
                let _ = write!(text, "{opening}\n{shown}\n");
            }
        }
    }
    text
}

/// Words of a command line: quotes join, nothing is expanded.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    assert!(quote.is_none(), "a quote is not closed in: {command}");
    words.extend(word);
    words
}

/// A folder with a copy of the scenarios.
fn workshop() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("scenarios")).unwrap();
    for entry in fs::read_dir(root().join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, folder.path().join("scenarios").join(path.file_name().unwrap())).unwrap();
        }
    }
    folder
}

/// What a command prints, and its exit code.
fn run(command: &str, folder: &Path) -> (String, i32) {
    let line = command.trim_start_matches("$ ").replace("\\\n", " ");
    let mut words = words(&line);
    let written = words.len().checked_sub(2).filter(|at| words[*at] == ">").map(|at| words.split_off(at).remove(1));
    let mut pipeline = words.split(|word| word == "|");
    let Some([program, arguments @ ..]) = pipeline.next() else { panic!("an empty command: {command}") };
    assert_eq!(program, "forebay", "only forebay is run, not: {command}");
    let output = Command::new(env!("CARGO_BIN_EXE_forebay"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    for filter in pipeline {
        text = filtered(&text, filter);
    }
    if let Some(name) = written {
        fs::write(folder.join(name), std::mem::take(&mut text)).unwrap();
    }
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    let text = text.replace(&*folder.to_string_lossy(), ".").replace("\r\n", "\n");
    let code = output.status.code().unwrap_or(-1);
    (text.lines().map(str::trim_end).fold(String::new(), joined), code)
}

fn filtered(text: &str, filter: &[String]) -> String {
    let filter: Vec<&str> = filter.iter().map(String::as_str).collect();
    let lines: Vec<&str> = text.lines().collect();
    let kept: Vec<&str> = match filter[..] {
        ["head", "-n", count] => lines.into_iter().take(count.parse().unwrap()).collect(),
        ["grep", "-A", after, ref wanted @ ..] => grep(&lines, &patterns(wanted), after.parse().unwrap()),
        ["grep", ref wanted @ ..] => grep(&lines, &patterns(wanted), 0),
        _ => panic!("only `head -n N` and `grep [-A N] TEXT` may follow a pipe, not {filter:?}"),
    };
    kept.into_iter().fold(String::new(), joined)
}

/// What `grep` looks for: one text, or several with `-e` before each. Only those that a reader's `grep` takes as they stand
/// are allowed, but for the dot, which stands for any letter.
fn patterns<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let patterns: Vec<&str> = match *words {
        [wanted] => vec![wanted],
        _ => words
            .chunks(2)
            .map(|pair| match *pair {
                ["-e", wanted] => wanted,
                _ => panic!("`grep` takes one TEXT, or `-e TEXT` several times, not {words:?}"),
            })
            .collect(),
    };
    assert!(!patterns.is_empty(), "`grep` needs a TEXT");
    for pattern in &patterns {
        assert!(!pattern.is_empty() && !pattern.starts_with('-'), "not a TEXT of `grep`: {pattern:?}");
        assert!(!pattern.contains(['[', '*', '\\', '^', '$']), "`grep` would read this otherwise: {pattern:?}");
    }
    patterns
}

/// Whether a line holds a pattern; a dot in it stands for any letter.
fn holds(line: &str, pattern: &str) -> bool {
    let (line, pattern): (Vec<char>, Vec<char>) = (line.chars().collect(), pattern.chars().collect());
    let alike =
        |window: &[char]| window.iter().zip(&pattern).all(|(letter, wanted)| *wanted == '.' || letter == wanted);
    line.windows(pattern.len()).any(alike)
}

/// Lines that hold one of `wanted`, with `after` lines behind each; groups apart are separated as grep does it.
fn grep<'a>(lines: &[&'a str], wanted: &[&str], after: usize) -> Vec<&'a str> {
    let mut kept = Vec::new();
    let mut last: Option<usize> = None;
    let found = |line: &str| wanted.iter().any(|wanted| holds(line, wanted));
    for (index, _) in lines.iter().enumerate().filter(|(_, line)| found(line)) {
        let from = last.map_or(index, |last| index.max(last + 1));
        if after > 0 && last.is_some_and(|last| from > last + 1) {
            kept.push("--");
        }
        let to = (index + after).min(lines.len() - 1);
        kept.extend(&lines[from.min(to + 1)..=to]);
        last = Some(to);
    }
    kept
}

/// The generated parts by name; `None` where what they are made of lies beside the checkout and is absent.
fn generated(name: &str) -> Option<String> {
    let body = match name {
        "validation" => validation::overview()?,
        "selection" => validation::selection()?,
        "theory" | "traces" | "bills" | "methods" => validation::table(name)?,
        _ => match name.strip_prefix("excerpt ") {
            Some(place) => excerpt(place),
            None => made_of_the_catalog(name),
        },
    };
    Some(format!("\n{}\n\n", body.trim_end()))
}

/// Writes the file of a block into a folder, or adds it at the end of one that is there.
fn put(folder: &Path, opening: &str, body: &str) {
    let (kind, name) = opening.split_once('=').unwrap();
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let before = if kind.ends_with(" append") { read(&path) + "\n" } else { String::new() };
    fs::write(path, before + body).unwrap();
}

/// The files of a page, put into a folder as its reader would.
pub(crate) fn put_files(page: &Path, folder: &Path) {
    for part in parts(&read(&root().join(page))) {
        if let Part::File { opening, body } = part {
            put(folder, &opening, &body);
        }
    }
}

/// An item of a source file with its documentation: from its first doc comment to the brace that closes it.
fn excerpt(place: &str) -> String {
    let (file, item) = place.split_once(' ').unwrap();
    let text = read(&root().join(file));
    let lines: Vec<&str> = text.lines().collect();
    let is_item = |line: &&str| line.trim_start().strip_prefix(item).is_some_and(|rest| !rest.starts_with(is_name));
    let at = lines.iter().position(is_item).unwrap_or_else(|| panic!("no `{item}` in {file}"));
    let indent = lines[at].len() - lines[at].trim_start().len();
    let above = lines[..at].iter().rev().take_while(|line| line.trim_start().starts_with(['/', '#'])).count();
    let close = " ".repeat(indent) + "}";
    let end = at + lines[at..].iter().position(|line| *line == close).unwrap_or_else(|| panic!("{item} is not closed"));
    let body = lines[at - above..=end].iter().map(|line| line.get(indent..).unwrap_or_default());
    format!("```rust,ignore\n{}```\n", body.fold(String::new(), joined))
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Parts that are made of what the program itself knows.
fn made_of_the_catalog(name: &str) -> String {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let library = Library::embedded();
    let catalog = Catalog::load(&library, &mut sources, &mut problems);
    let rules = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
    match name {
        "kinds" => reference::kinds(),
        "keys" => reference::scenario_keys(&catalog),
        "nodes" => reference::nodes(&catalog, Style::Markdown),
        "options" => reference::options(&catalog),
        "further" => reference::further(&catalog),
        "criteria" => reference::criteria(&catalog),
        "profiles" => reference::profiles(&catalog),
        "arrivals" => reference::arrival_presets(&catalog, Style::Markdown),
        "sizes" => reference::size_presets(&catalog, Style::Markdown),
        "rules" => reference::rules(&rules),
        "services" => reference::services(&catalog),
        "assumptions" => reference::assumptions(&catalog),
        "gaps" => reference::gaps(&catalog),
        "coverage" => reference::coverage(&catalog, &rules),
        "measurements" => crate::measurements::table(),
        "commands" => helps(""),
        "buffering" => reference::buffering(),
        "result" => reference::result_keys(),
        "arrivals-in-full" => reference::arrivals_in_full(&catalog),
        "sizes-in-full" => reference::sizes_in_full(&catalog),
        "price-coverage" => reference::price_coverage(&catalog),
        "prices" => reference::prices(&catalog),
        "question-files" => schemas::kinds_of(Written::Question),
        "catalog-files" => schemas::kinds_of(Written::Catalog),
        "reference-files" => schemas::kinds_of(Written::Reference),
        "answer-files" => schemas::kinds_of(Written::Answer),
        "file-keys" => schemas::file_keys(&catalog),
        "exit-codes" => exit_codes(),
        "exercises" => Exercises::load(None, &catalog, &rules, &mut sources, &mut problems).markdown(),
        other => panic!("nothing generates `{other}`"),
    }
}

/// Every code the program ends with.
fn exit_codes() -> String {
    let rows = Exit::ALL.map(|exit| format!("| {} | {} | {} |\n", exit.code(), exit.word(), exit.printed()));
    format!("| code | meaning | what has been printed |\n| ---: | --- | --- |\n{}", rows.concat())
}

/// The help of a verb and of all verbs below it, as sections.
fn helps(verb: &str) -> String {
    let command = format!("$ forebay help{verb}");
    let (help, code) = run(&command, root());
    assert_eq!(code, 0, "{help}");
    let mut text = format!("## `forebay{verb}`\n\n```console\n{command}\n{help}```\n\n");
    let below = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for line in below.filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let name = line.split_whitespace().next().unwrap();
        if name != "help" {
            text.push_str(&helps(&format!("{verb} {name}")));
        }
    }
    text
}

/// Lines that differ, with what both have in common at the ends left out.
fn difference(committed: &str, fresh: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (committed.lines().collect(), fresh.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let marked =
        |mark: &str, lines: &[&str]| lines.iter().flat_map(|line| ["  ", mark, "  ", line, "\n"]).collect::<String>();
    let end = old.len() - tail;
    [
        marked(" ", &old[head.saturating_sub(2)..head]),
        marked("-", &old[head..end]),
        marked("+", &new[head..new.len() - tail]),
        marked(" ", &old[end..(end + 2).min(old.len())]),
    ]
    .concat()
}

/// The page with everything made again; differences and wrong exit codes are told.
fn remade(page: &Path, complaints: &mut Vec<String>) -> Vec<Part> {
    let folder = workshop();
    let mut parts = parts(&read(&root().join(page)));
    for part in &mut parts {
        match part {
            Part::Prose(_) => {}
            Part::File { opening, body } => {
                put(folder.path(), opening, body);
            }
            Part::Generated { name, body, .. } => {
                let fresh = generated(name);
                if let Some(fresh) = fresh.filter(|fresh| fresh != body) {
                    complaints.push(format!("{}: {name}\n{}", page.display(), difference(body, &fresh)));
                    *body = fresh;
                }
            }
            Part::Figure { drawn, shown, .. } => {
                let fresh = read(&folder.path().join(&*drawn));
                if hold_picture(page, shown, &fresh).is_err() {
                    complaints.push(format!("{}: {shown} is not the {drawn} that was drawn", page.display()));
                }
            }
            Part::Console { opening, commands } => {
                let allowed = opening.split_once("exit=").map_or(0, |(_, code)| code.parse().unwrap());
                let last = commands.len() - 1;
                for (index, shown) in commands.iter_mut().enumerate() {
                    let (fresh, code) = run(&shown.command, folder.path());
                    let expected = if index == last { allowed } else { 0 };
                    assert_eq!(code, expected, "exit code in {}: {}\n{fresh}", page.display(), shown.command);
                    assert!(!fresh.contains("\n```") && !fresh.contains("\n$ "), "cannot be shown: {}", shown.command);
                    if fresh != shown.output {
                        let lines = difference(&shown.output, &fresh);
                        complaints.push(format!("{}: {}\n{lines}", page.display(), shown.command));
                        shown.output = fresh;
                    }
                }
            }
        }
    }
    parts
}

/// Holds the picture that a line of a page shows against a fresh one, or puts that there.
fn hold_picture(page: &Path, shown: &str, fresh: &str) -> Result<(), ()> {
    let pictures = pictures(shown);
    let [picture] = &pictures[..] else { panic!("{}: a picture is expected, not: {shown}", page.display()) };
    let committed = root().join(page.parent().unwrap()).join(picture);
    if updating() {
        fs::create_dir_all(committed.parent().unwrap()).unwrap();
        fs::write(&committed, fresh).unwrap();
    }
    let same = committed.exists() && read(&committed) == fresh;
    same.then_some(()).ok_or(())
}

/// The files that a text shows as pictures.
fn pictures(text: &str) -> Vec<String> {
    let marked = without_code(text);
    let shown = marked.split("![").skip(1).filter_map(|rest| rest.split_once("](")?.1.split_once(')'));
    shown.map(|(target, _)| target.to_owned()).collect()
}

const HINT: &str = "`UPDATE_DOCS=1 cargo test --test it book` rewrites them; look at the change before you commit it";

#[test]
fn pages_show_what_the_program_prints() {
    let remake = |page: &PathBuf| {
        let mut complaints = Vec::new();
        let parts = remade(page, &mut complaints);
        (page.clone(), parts, complaints)
    };
    let only = std::env::var("BOOK_PAGE").ok();
    let pages: Vec<PathBuf> = pages()
        .into_iter()
        .filter(|page| only.as_ref().is_none_or(|only| page.to_string_lossy().contains(only)))
        .collect();
    let queue = Mutex::new(pages.iter());
    let work = || std::iter::from_fn(|| queue.lock().unwrap().next()).map(remake).collect::<Vec<_>>();
    let mut done: Vec<_> = thread::scope(|scope| {
        let workers = [(); 2].map(|()| scope.spawn(work));
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    done.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let blocks = |parts: &[Part]| parts.iter().filter(|part| matches!(part, Part::Console { .. })).count();
    let shown: usize = done.iter().map(|(_, parts, _)| blocks(parts)).sum();
    assert!(
        shown >= 20 || only.is_some(),
        "only {shown} console blocks were found: are they still written as ```console?"
    );
    if updating() {
        for (page, parts, complaints) in &done {
            if !complaints.is_empty() {
                fs::write(root().join(page), written(parts)).unwrap();
            }
        }
        return;
    }
    let complaints: Vec<String> = done.into_iter().flat_map(|(_, _, complaints)| complaints).collect();
    assert!(complaints.is_empty(), "these do not show what the program says:\n\n{}\n{HINT}", complaints.join("\n"));
}

#[test]
fn pictures_are_those_that_the_program_draws() {
    let folder = workshop();
    let (printed, code) = run("$ forebay run scenarios/clickstream.toml --out out", folder.path());
    assert_eq!(code, 0, "{printed}");
    for name in PICTURES {
        let fresh = read(&folder.path().join("out").join(name));
        let committed = root().join("book/src/images").join(name);
        if updating() {
            fs::write(&committed, &fresh).unwrap();
        }
        assert!(read(&committed) == fresh, "{name} is not what `run --out` draws; {HINT}");
    }
}

/// Prose without code: links in it are links.
fn without_code(text: &str) -> String {
    let mut kept = String::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let outside: Vec<&str> = line.split('`').step_by(2).collect();
            let _ = writeln!(kept, "{}", outside.join("`"));
        }
    }
    kept
}

fn links(text: &str) -> Vec<String> {
    let text = without_code(text);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// What headings are called in addresses, by mdBook and by GitHub alike.
fn anchors(text: &str) -> BTreeSet<String> {
    headings(text).into_iter().collect()
}

/// The same in the order of the page, those that occur twice included.
fn headings(text: &str) -> Vec<String> {
    let mut anchors = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if fenced || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let letters = heading.trim().to_lowercase();
        let kept = letters.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        anchors.push(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    anchors
}

/// `a/b/../c` as `a/c`.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, component| {
        match component {
            Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
        normal
    })
}

#[test]
fn links_lead_somewhere() {
    if updating() {
        // Pages and pictures are being written by the other tests.
        return;
    }
    let mut broken = Vec::new();
    for page in pages() {
        let text = read(&root().join(&page));
        for link in links(&text).into_iter().filter(|link| !link.starts_with("https://")) {
            let (path, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { page.clone() } else { normal(&page.parent().unwrap().join(path)) };
            let outside = page.starts_with("book") && !target.starts_with("book/src");
            let found = root().join(&target).exists() && !outside;
            let known = |anchor: &str| anchors(&read(&root().join(&target))).contains(anchor);
            if !found || !anchor.is_none_or(known) {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "these lead nowhere:\n{}", broken.join("\n"));
}

/// Every file under `book/src` that is no page, relative to the root.
fn other_files() -> BTreeSet<PathBuf> {
    files_of_the_book().into_iter().filter(|path| !is_page(path)).collect()
}

/// The pictures that a test draws again and compares: a page's figures, and those that are named here.
fn drawn() -> BTreeSet<PathBuf> {
    let images = Path::new("book/src/images");
    let own = PICTURES.map(|name| images.join(name));
    let gallery = crate::book_gallery::drawn().into_iter().map(|name| images.join("gallery").join(name + ".svg"));
    let figures = pages().into_iter().flat_map(|page| {
        let folder = page.parent().unwrap().to_owned();
        let figures = parts(&read(&root().join(&page))).into_iter().filter_map(move |part| match part {
            Part::Figure { shown, .. } => pictures(&shown).first().map(|picture| normal(&folder.join(picture))),
            _ => None,
        });
        figures.collect::<Vec<_>>()
    });
    own.into_iter().chain(gallery).chain(figures).collect()
}

/// The opening of a block is not on the page that a reader sees.
#[test]
fn a_page_says_which_file_a_block_is() {
    let mut unnamed = Vec::new();
    for page in pages() {
        let mut before = String::new();
        for part in parts(&read(&root().join(&page))) {
            match part {
                Part::Prose(text) => before = text,
                Part::File { opening, .. } => {
                    let name = opening.split_once(['=']).map_or("", |(_, name)| name);
                    let last = before.lines().rfind(|line| !line.is_empty()).unwrap_or_default();
                    if !last.contains(&format!("`{name}`")) {
                        unnamed.push(format!("{}: {opening}", page.display()));
                    }
                }
                _ => before.clear(),
            }
        }
    }
    assert!(unnamed.is_empty(), "the line above such a block names its file: {unnamed:#?}");
}

#[test]
fn every_picture_is_drawn_by_a_test_and_shown_on_a_page() {
    if updating() {
        return;
    }
    let there = other_files();
    let drawn = drawn();
    let lonely: Vec<&PathBuf> = there.difference(&drawn).collect();
    assert!(lonely.is_empty(), "no test draws these, so they can go stale: {lonely:?}");
    let shown: BTreeSet<PathBuf> = pages()
        .into_iter()
        .flat_map(|page| {
            let folder = page.parent().unwrap().to_owned();
            links(&read(&root().join(&page))).into_iter().map(move |link| normal(&folder.join(link)))
        })
        .collect();
    let unseen: Vec<&PathBuf> = there.difference(&shown).collect();
    assert!(unseen.is_empty(), "no page shows these: {unseen:?}");
}

#[test]
fn headings_of_a_page_have_names_of_their_own() {
    if updating() {
        return;
    }
    let (mut twice, linked) = (Vec::new(), linked_headings());
    for page in pages() {
        let mut seen = BTreeSet::new();
        for anchor in headings(&read(&root().join(&page))) {
            if !seen.insert(anchor.clone()) && linked.contains(&(page.clone(), anchor.clone())) {
                twice.push(format!("{}#{anchor}", page.display()));
            }
        }
    }
    assert!(twice.is_empty(), "several headings have these names, and links lead to the first of them:\n{twice:#?}");
}

/// The headings that links lead to: page and anchor.
fn linked_headings() -> BTreeSet<(PathBuf, String)> {
    let mut anchors = BTreeSet::new();
    for page in pages() {
        for link in links(&read(&root().join(&page))) {
            if let Some((path, anchor)) = link.split_once('#').filter(|(path, _)| !path.contains("://")) {
                let to = if path.is_empty() { page.clone() } else { normal(&page.parent().unwrap().join(path)) };
                anchors.insert((to, anchor.to_owned()));
            }
        }
    }
    anchors
}

#[test]
fn every_page_of_the_book_is_in_its_table_of_contents() {
    let listed: BTreeSet<PathBuf> =
        links(&read(&root().join("book/src/SUMMARY.md"))).iter().map(|link| Path::new("book/src").join(link)).collect();
    let inside = |page: &PathBuf| page.starts_with("book") && !page.ends_with("SUMMARY.md");
    let pages: BTreeSet<PathBuf> = pages().into_iter().filter(inside).collect();
    assert_eq!(listed, pages);
}

#[test]
fn a_page_is_taken_apart_and_put_together() {
    let page = "# A\n\n```console exit=3\n$ forebay a \\\n    b\nout\n$ forebay c\n```\n\n```toml\nx = 1\n```\n\
                <!-- generated: rules -->\nold\n<!-- end of generated -->\n\
                ```csv file=log.csv\na,b\n```\n<!-- figure: out/a.svg -->\n![A](images/a.svg)\n";
    let found = parts(page);
    assert_eq!(written(&found), page);
    let Part::Console { commands, .. } = &found[1] else { panic!("{found:?}") };
    assert_eq!((commands[0].command.as_str(), commands[0].output.as_str()), ("$ forebay a \\\n    b", "out\n"));
    assert!(matches!(&found[3], Part::Generated { name, body, .. } if name == "rules" && body == "old\n"), "{found:?}");
    assert!(matches!(&found[5], Part::File { body, .. } if body == "a,b\n"), "{found:?}");
    assert!(matches!(&found[7], Part::Figure { drawn, .. } if drawn == "out/a.svg"), "{found:?}");
}

#[test]
fn commands_are_split_as_a_shell_does() {
    assert_eq!(words("a 'b c' --set x=\"1 s\"  ''"), ["a", "b c", "--set", "x=1 s", ""]);
    let filter = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let text = "x1\na\nb\nc\nx2\nd\n";
    assert_eq!(filtered(text, &filter(&["grep", "-A", "1", "x"])), "x1\na\n--\nx2\nd\n");
    assert_eq!(filtered(text, &filter(&["grep", "x"])), "x1\nx2\n");
    assert_eq!(filtered(text, &filter(&["grep", "-e", "x1", "-e", ".2", "-e", "d"])), "x1\nx2\nd\n");
    assert_eq!(filtered(text, &filter(&["grep", "-A", "1", "-e", "c", "-e", "x"])), "x1\na\n--\nc\nx2\nd\n");
    assert_eq!(filtered(text, &filter(&["head", "-n", "2"])), "x1\na\n");
}

#[test]
fn differences_are_shown_with_their_surroundings() {
    assert_eq!(difference("a\nb\nc\nd\n", "a\nb\nX\nd\n"), "     a\n     b\n  -  c\n  +  X\n     d\n");
}
