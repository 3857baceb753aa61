//! What is wrong with a rule of the house is said with its file, its line, its column, and what to type instead.
//!
//! `tests/wrong_rules/NAME.toml` is laid over the catalog as a file of rules; `NAME.txt` is what `forebay check` answers to
//! it. `UPDATE_DOCS=1 cargo test --test it wrong_rules` writes the answers anew; they are never typed by hand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Outcome, Place, root};

fn folder() -> PathBuf {
    root().join("tests/wrong_rules")
}

/// `forebay check` with these rules in a folder.
fn check(rules: &str) -> Outcome {
    let place = Place::new();
    fs::create_dir_all(place.path("house/rules")).unwrap();
    place.file("house/rules/policy.toml", rules);
    place.run(&["check", "--catalog", "house"])
}

fn names() -> Vec<String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let rules = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut names: Vec<String> = rules.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn every_mistake_is_told_with_its_place_and_what_to_type_instead() {
    let update = std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for name in names() {
        let rules = fs::read_to_string(folder().join(format!("{name}.toml"))).unwrap();
        let outcome = check(&rules);
        outcome.ends_with(3);
        assert_eq!(outcome.stdout, "", "{name}");
        let said = outcome.stderr.trim_end().replace('\\', "/") + "\n";
        let path = folder().join(format!("{name}.txt"));
        let expected = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if said != expected && update {
            fs::write(&path, &said).unwrap();
        } else if said != expected {
            wrong.push(format!("{name}: expected\n{expected}\nand got\n{said}"));
        }
        for line in marked(&rules) {
            let place = format!("house/rules/policy.toml:{line}:");
            assert!(said.contains(&place), "{name}: line {line} is wrong, and nothing points at it\n{said}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The lines that the file itself marks as wrong.
fn marked(rules: &str) -> Vec<usize> {
    let wrong = rules.lines().enumerate().filter(|(_, line)| line.contains("# wrong"));
    wrong.map(|(index, _)| index + 1).collect()
}

#[test]
fn every_file_marks_what_is_wrong_in_it_and_has_an_answer() {
    assert!(names().len() >= 6);
    for name in names() {
        let rules = fs::read_to_string(folder().join(format!("{name}.toml"))).unwrap();
        assert!(!marked(&rules).is_empty(), "{name} marks no line");
        assert!(Path::new(&folder().join(format!("{name}.txt"))).is_file(), "{name}.txt is missing");
    }
}

/// A rule that does what its example says.
const RIGHT: &str = r#"
[[rule]]
id = "house-wants-order"
kind = "screen"
services = ["firehose"]
when = { field = "source.kind", is = "clickstream" }
reason = "not here"
page = { checks = "Whether it is.", why = "It is so.", example = "None.", source = "https://wiki.example.com" }
tried = { on = "firehose", fires = ["source.kind=clickstream"], silent = ["source.kind=files"] }
"#;

#[test]
fn a_check_tries_the_rules_of_the_folder_and_says_how_many() {
    let outcome = check(RIGHT);
    outcome.ends_with(0);
    assert!(outcome.stdout.contains("\ntried: 1 rule does what its example says\n"), "{}", outcome.stdout);
    let untried: String = RIGHT.split_inclusive('\n').filter(|line| !line.starts_with("tried")).collect();
    let outcome = check(&untried);
    outcome.ends_with(0);
    let said = "\nnot tried: 1 rule without [rule.tried]: `house-wants-order`\n";
    assert!(outcome.stdout.contains(said) && !outcome.stdout.contains("\ntried"), "{}", outcome.stdout);
}

#[test]
fn a_check_without_a_folder_tries_nothing() {
    let outcome = Place::new().run(&["check"]);
    outcome.ends_with(0);
    assert_eq!(outcome.stdout.lines().count(), 1, "{}", outcome.stdout);
}

#[test]
fn a_name_that_the_catalog_has_is_refused_in_the_file_of_the_house_whatever_that_is_called() {
    for name in ["00-first.toml", "zz-last.toml"] {
        let place = Place::new();
        fs::create_dir_all(place.path("house/rules")).unwrap();
        place.file(&format!("house/rules/{name}"), RIGHT.replace("house-wants-order", "no-database-in-source"));
        let outcome = place.run(&["check", "--catalog", "house"]);
        outcome.ends_with(3).explains(&[
            "there is another rule",
            &format!("{name}:3:6"),
            "`forebay explain no-database-in-source` prints it",
        ]);
    }
}
