//! What is wrong with a service or a price of the house is said with its file, its line, its column, and what to type.
//!
//! `tests/wrong_catalog/NAME/` is laid over the catalog; `NAME.txt` beside it is what `forebay check` answers to it.
//! `UPDATE_DOCS=1 cargo test --test it wrong_catalog` writes the answers anew; they are never typed by hand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Outcome, Place, root};

fn folder() -> PathBuf {
    root().join("tests/wrong_catalog")
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { below(&path, found) } else { found.push(path) }
    }
}

/// The files of a case, by their names in its folder.
fn files(name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    below(&folder().join(name), &mut found);
    found.sort();
    let relative = |path: &Path| path.strip_prefix(folder().join(name)).unwrap().to_string_lossy().replace('\\', "/");
    found.iter().map(|path| (relative(path), fs::read_to_string(path).unwrap())).collect()
}

fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// `forebay check` with these files in a folder.
fn check(files: &[(String, String)]) -> Outcome {
    let place = Place::new();
    for (name, text) in files {
        let path = place.path("house").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    place.run(&["check", "--catalog", "house"])
}

/// The places that the files themselves mark as wrong.
fn marked(files: &[(String, String)]) -> Vec<String> {
    let lines = files.iter().flat_map(|(name, text)| {
        let wrong = text.lines().enumerate().filter(|(_, line)| line.contains("# wrong"));
        wrong.map(move |(index, _)| format!("house/{name}:{}:", index + 1))
    });
    lines.collect()
}

#[test]
fn every_mistake_is_told_with_its_place_and_what_to_type_instead() {
    let update = std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    assert!(names().len() >= 6);
    for name in names() {
        let files = files(&name);
        let outcome = check(&files);
        outcome.ends_with(3);
        let said = outcome.stderr.trim_end().replace('\\', "/") + "\n";
        let path = folder().join(format!("{name}.txt"));
        let expected = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if said != expected && update {
            fs::write(&path, &said).unwrap();
        } else if said != expected {
            wrong.push(format!("{name}: expected\n{expected}\nand got\n{said}"));
        }
        for place in marked(&files).iter().filter(|place| !said.contains(place.as_str())) {
            wrong.push(format!("{name}: {place} is wrong, and nothing points at it\n{said}"));
        }
        let problems = said.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning[")).count();
        let places = said.matches(" --> house/").count();
        if places != problems {
            wrong.push(format!("{name}: {problems} problems, and {places} places\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One slip in a file does not make others out of all that speaks of what is in it.
#[test]
fn what_follows_from_a_file_that_could_not_be_read_is_not_told() {
    let files = files("follow-ups");
    let outcome = check(&files);
    let problems = outcome.stderr.lines().filter(|line| line.starts_with("error[")).count();
    assert_eq!(problems, marked(&files).len(), "{}", outcome.stderr);
}

#[test]
fn a_price_that_ends_is_said_to_end_and_keeps_nothing_from_being_run() {
    let mut files = vec![("prices/bus.toml".to_owned(), String::new())];
    files[0].1 =
        "service = \"firehose\"\n[[price]]\nregion = \"eu-north-1\"\nmeter = \"direct_put_or_kds_ingest_gb\"\n\
                  unit = \"GB\"\nper = 1\ntiers = [{ up-to = \"1000\", usd = \"0.5\" }]\nconfidence = \"high\"\n\
                  as-of = \"2026-11-24\"\nsource = \"https://wiki.example.com\"\n"
            .to_owned();
    let outcome = check(&files);
    outcome.ends_with(0);
    assert!(outcome.stderr.contains("warning[price-ends]"), "{}", outcome.stderr);
}
