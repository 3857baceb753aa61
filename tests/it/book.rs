//! README and book say what the program says: every `console` block is run, every generated part is made again, every
//! picture is drawn again, every link leads somewhere.
//!
//! `UPDATE_DOCS=1 cargo test --test it book` rewrites the files instead; outputs are never typed by hand.
//!
//! A `console` block holds commands, lines that start with `$ `, each followed by what it prints: standard output, then
//! standard error. Commands are `forebay ...`, split like a shell does with simple quotes; a backslash at the end of a line
//! joins it with the next; `| head -n N` and `| grep [-A N] TEXT` cut an output down. The blocks of a page run in order, in
//! a folder of the page's own that holds a copy of `scenarios/`; space at the end of lines does not count. A command must exit with 0; in a block that opens with
//! `console exit=N`, the last one must exit with N. A block that opens with `toml file=NAME` becomes a file in that folder.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use forebay::catalog::{Catalog, Library};
use forebay::diag::Problems;
use forebay::exercise::Exercises;
use forebay::report::{Style, reference};
use forebay::rules::RuleBook;
use forebay::source::SourceMap;
use tempfile::TempDir;

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

/// README, CONTRIBUTING and the pages of the book, relative to the root.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("README.md"), PathBuf::from("CONTRIBUTING.md")];
    let mut folders = vec![PathBuf::from("book/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
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
}

/// A command as shown, lines and all, and its output.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    command: String,
    output: String,
}

const GENERATED: &str = "<!-- generated: ";
const GENERATED_END: &str = "<!-- end of generated -->";

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
        if !fenced && line.starts_with("```toml file=") {
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
    let words = words(&line);
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
        ["grep", wanted] => lines.into_iter().filter(|line| line.contains(wanted)).collect(),
        ["grep", "-A", after, wanted] => grep(&lines, wanted, after.parse().unwrap()),
        _ => panic!("only `head -n N` and `grep [-A N] TEXT` may follow a pipe, not {filter:?}"),
    };
    kept.into_iter().fold(String::new(), joined)
}

/// Lines that hold `wanted` with those after them; groups apart are separated as grep does it.
fn grep<'a>(lines: &[&'a str], wanted: &str, after: usize) -> Vec<&'a str> {
    let mut kept = Vec::new();
    let mut last: Option<usize> = None;
    for (index, _) in lines.iter().enumerate().filter(|(_, line)| line.contains(wanted)) {
        let from = last.map_or(index, |last| index.max(last + 1));
        if last.is_some_and(|last| from > last + 1) {
            kept.push("--");
        }
        let to = (index + after).min(lines.len() - 1);
        kept.extend(&lines[from.min(to + 1)..=to]);
        last = Some(to);
    }
    kept
}

/// The generated parts by name.
fn generated(name: &str) -> String {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let library = Library::embedded();
    let catalog = Catalog::load(&library, &mut sources, &mut problems);
    let rules = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
    let body = match name {
        "kinds" => reference::kinds(),
        "keys" => reference::scenario_keys(),
        "options" => reference::options(&catalog),
        "further" => reference::further(&catalog),
        "criteria" => reference::criteria(&catalog),
        "profiles" => reference::profiles(&catalog),
        "arrivals" => reference::arrival_presets(&catalog, Style::Markdown),
        "sizes" => reference::size_presets(&catalog, Style::Markdown),
        "rules" => reference::rules(&rules),
        "services" => reference::services(&catalog),
        "coverage" => reference::coverage(&catalog, &rules),
        "measurements" => crate::measurements::table(),
        "commands" => helps(""),
        "buffering" => reference::buffering(),
        "result" => reference::result_keys(),
        "exercises" => Exercises::load(None, &catalog, &rules, &mut sources, &mut problems).markdown(),
        other => panic!("nothing generates `{other}`"),
    };
    format!("\n{}\n\n", body.trim_end())
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
                let (_, name) = opening.split_once("file=").unwrap();
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, body).unwrap();
            }
            Part::Generated { name, body, .. } => {
                let fresh = generated(name);
                if fresh != *body {
                    complaints.push(format!("{}: {name}\n{}", page.display(), difference(body, &fresh)));
                    *body = fresh;
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

const HINT: &str = "`UPDATE_DOCS=1 cargo test --test it book` rewrites them; look at the change before you commit it";

#[test]
fn pages_show_what_the_program_prints() {
    let remake = |page: &PathBuf| {
        let mut complaints = Vec::new();
        let parts = remade(page, &mut complaints);
        (page.clone(), parts, complaints)
    };
    let pages = pages();
    let (one, other) = pages.split_at(pages.len() / 2);
    let done: Vec<_> = thread::scope(|scope| {
        let halves = [one, other].map(|half| scope.spawn(move || half.iter().map(remake).collect::<Vec<_>>()));
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let blocks = |parts: &[Part]| parts.iter().filter(|part| matches!(part, Part::Console { .. })).count();
    let shown: usize = done.iter().map(|(_, parts, _)| blocks(parts)).sum();
    assert!(shown >= 20, "only {shown} console blocks were found: are they still written as ```console?");
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
    let mut anchors = BTreeSet::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if fenced || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let letters = heading.trim().to_lowercase();
        let kept = letters.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        anchors.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
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
                <!-- generated: rules -->\nold\n<!-- end of generated -->\n";
    let found = parts(page);
    assert_eq!(written(&found), page);
    let Part::Console { commands, .. } = &found[1] else { panic!("{found:?}") };
    assert_eq!((commands[0].command.as_str(), commands[0].output.as_str()), ("$ forebay a \\\n    b", "out\n"));
    assert!(matches!(&found[3], Part::Generated { name, body, .. } if name == "rules" && body == "old\n"), "{found:?}");
}

#[test]
fn commands_are_split_as_a_shell_does() {
    assert_eq!(words("a 'b c' --set x=\"1 s\"  ''"), ["a", "b c", "--set", "x=1 s", ""]);
    let filter = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let text = "x1\na\nb\nc\nx2\nd\n";
    assert_eq!(filtered(text, &filter(&["grep", "-A", "1", "x"])), "x1\na\n--\nx2\nd\n");
    assert_eq!(filtered(text, &filter(&["head", "-n", "2"])), "x1\na\n");
}

#[test]
fn differences_are_shown_with_their_surroundings() {
    assert_eq!(difference("a\nb\nc\nd\n", "a\nb\nX\nd\n"), "     a\n     b\n  -  c\n  +  X\n     d\n");
}
