//! The house rules of CONTRIBUTING work as they stand there, and a folder adds to the catalog as it says.

use std::fs;
use std::path::Path;

use forebay::catalog::{Catalog, Library};
use forebay::diag::Problems;
use forebay::ranking::{circumstances, decide};
use forebay::rules::{Outcome, RuleBook, Situation};
use forebay::scenario::{Loader, Override};
use forebay::source::SourceMap;
use serde_json::Value;

use crate::common::{Place, root, scenario};

/// The blocks of CONTRIBUTING that open with `toml file=NAME`: name and text.
fn blocks() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap().replace("\r\n", "\n");
    let after = text.split("```toml file=").skip(1);
    after
        .map(|rest| {
            let (name, rest) = rest.split_once('\n').unwrap();
            (name.to_owned(), rest.split_once("```").unwrap().0.to_owned())
        })
        .collect()
}

/// A folder with the files of CONTRIBUTING in it.
fn place() -> Place {
    let place = Place::new();
    for (name, text) in blocks() {
        write(&place, &name, &text);
    }
    place
}

fn write(place: &Place, name: &str, text: &str) {
    fs::create_dir_all(place.path(name).parent().unwrap()).unwrap();
    fs::write(place.path(name), text).unwrap();
}

fn load(folder: &Path) -> (Catalog, RuleBook) {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let library = Library::embedded().overlay(folder).unwrap();
    let catalog = Catalog::load(&library, &mut sources, &mut problems);
    let rules = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
    assert!(!problems.has_errors(), "{}", problems.render(&sources, false));
    (catalog, rules)
}

fn service<'a>(advice: &'a Value, id: &str) -> &'a Value {
    let services = advice["services"].as_array().unwrap();
    services.iter().find(|service| service["id"] == id).unwrap_or(&Value::Null)
}

#[test]
fn the_service_of_the_house_is_recommended_and_its_rule_fires() {
    let files: Vec<String> = blocks().into_iter().map(|(name, _)| name).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    let place = place();
    let logs = scenario("logs-to-opensearch");
    let advise = |more: &[&str]| place.run(&[&["advise", &logs, "--format", "json"], more].concat()).json();
    let with = advise(&["--catalog", "house"]);
    assert_eq!(with["recommended"]["primary"], "log_relay");
    assert_eq!(service(&with, "log_relay")["verdict"], "first");
    let firehose = service(&with, "firehose");
    assert_eq!(firehose["verdict"], "rejected");
    assert!(firehose["reasons"].to_string().contains("server-logs-leave-by-relay"), "{firehose}");
    let without = advise(&[]);
    assert!(service(&without, "log_relay").is_null());
    assert_ne!(service(&without, "firehose")["verdict"], "rejected");
}

#[test]
fn the_rule_fires_and_is_silent_as_tried() {
    let place = place();
    let (catalog, rules) = load(&place.path("house"));
    let rule = rules.find("server-logs-leave-by-relay").unwrap();
    let tried = rule.tried.as_ref().unwrap();
    let service = catalog.service(tried.on.as_deref().unwrap_or_default()).unwrap();
    let outcome = |overrides: &[String]| {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let loader = Loader { catalog: &catalog, edition: None, region: None };
        let overrides: Vec<Override> = overrides.iter().map(|text| Override { text: text.clone() }).collect();
        let text = "format = 1\ntitle = \"nothing stated\"\n";
        let scenario = loader.load("s.toml", text, &overrides, &mut sources, &mut problems).unwrap();
        let at = circumstances(&scenario);
        rule.evaluate(service, &Situation::new(&scenario.answers, &at)).outcome
    };
    assert_eq!(outcome(&tried.fires), Outcome::Yes);
    assert_eq!(outcome(&tried.silent), Outcome::No);
}

/// A list of each kind in a folder of its name.
const LISTS: [(&str, &str); 3] = [
    (
        "vocabulary/mine.toml",
        "[[key]]\nid = \"data-class\"\nkind = \"word\"\nvalues = [\"public\", \"internal\"]\ndoc = \"who may read it\"\n",
    ),
    ("sources/mine.toml", "[[source]]\nsystem = \"mainframe\"\nnodes = [\"mainframe\"]\nname = \"mainframe\"\n"),
    (
        "integrations/mine.toml",
        "[[edge]]\nfrom = \"mainframe\"\nto = \"s3\"\nhow = \"nightly job\"\nneeds-code = true\nsource = \"https://wiki.example.com\"\nchecked = 2026-11-24\n",
    ),
];

#[test]
fn a_list_in_a_folder_adds_and_a_file_of_the_same_name_replaces() {
    let place = Place::new();
    for (name, text) in LISTS {
        write(&place, &format!("adds/{name}"), text);
        write(&place, &format!("replaces/{}.toml", name.split_once('/').unwrap().0), text);
    }
    fs::write(place.path("replaces/integrations.toml"), LISTS[2].1.replace("\"mainframe\"", "\"firehose\"")).unwrap();
    fs::remove_file(place.path("replaces/sources.toml")).unwrap();
    fs::remove_file(place.path("replaces/vocabulary.toml")).unwrap();
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let plain = Catalog::load(&Library::embedded(), &mut sources, &mut problems);
    let (more, rules) = load(&place.path("adds"));
    assert_eq!(more.edges.len(), plain.edges.len() + 1);
    assert_eq!(more.sources.len(), plain.sources.len() + 1);
    assert_eq!(more.vocabulary.len(), plain.vocabulary.len() + 1);
    assert!(more.source("mainframe").is_some() && more.source("server").is_some());
    let loader = Loader { catalog: &more, edition: None, region: None };
    let text = "format = 1\ntitle = \"x\"\nneeds.further.data-class = \"internal\"\n";
    let scenario = loader.load("s.toml", text, &[], &mut sources, &mut problems);
    let scenario = scenario.unwrap_or_else(|| panic!("{}", problems.render(&sources, false)));
    assert!(decide(&more, &rules, &scenario).stated_but_unused.iter().any(|path| path.contains("data-class")));
    let (other, _) = load(&place.path("replaces"));
    assert_eq!(other.edges.len(), 1);
}

#[test]
fn a_file_in_no_list_of_the_catalog_is_refused_with_the_nearest_list() {
    for (name, near) in [
        ("house/servces/x.toml", Some("`services`")),
        ("house/rule/x.toml", Some("`rules`")),
        ("house/integration.toml", Some("`integrations`")),
        ("house/nothing-like-it/x.toml", None),
    ] {
        let place = Place::new();
        write(&place, name, "id = \"x\"\n");
        let refused = place.run(&["check", "--catalog", "house"]);
        refused.ends_with(3).explains(&[name, "is in no list of the catalog", "criteria, integrations, prices"]);
        let asked = near.map(|near| format!("did you mean {near}?"));
        assert_eq!(refused.stderr.contains("did you mean"), asked.is_some(), "{}", refused.stderr);
        refused.explains(&[asked.as_deref().unwrap_or("error")]);
    }
}

#[test]
fn rules_may_be_one_file_too() {
    let place = Place::new();
    let (_, rule) = blocks().into_iter().find(|(name, _)| name == "house/rules/house.toml").unwrap();
    write(&place, "house/rules.toml", &rule);
    let (_, rules) = load(&place.path("house"));
    assert!(rules.find("server-logs-leave-by-relay").is_some());
}

// Whoever has the binary has all there is: no Graphviz, no fonts, no browser.
#[test]
fn every_verb_works_with_an_empty_path() {
    let place = Place::new();
    let file = scenario("clickstream");
    let answer = crate::common::root().join("tests/exercises/shards/passes.toml").display().to_string();
    let short = ["--horizon", "1h"];
    let with = |verb: &'static str, more: &[&'static str]| {
        let mut words = vec![verb.to_owned(), file.clone()];
        words.extend(more.iter().chain(&short).map(|word| (*word).to_owned()));
        words
    };
    let plain = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let commands = [
        with("run", &["--out", "answer"]),
        with("simulate", &[]),
        with("compare", &["--out", "side-by-side"]),
        with("sweep", &["--vary", "seed=1,2", "--out", "cells"]),
        with("tune", &["--over", "firehose.buffer-interval=60s,300s", "--out", "tuned"]),
        with("cost", &[]),
        with("report", &[]),
        plain(&["diff", "answer/result.json", "answer/result.json"]),
        plain(&["advise", &file]),
        plain(&["graph", &file, "--output", "pipeline.png"]),
        plain(&["check", &file]),
        plain(&["weigh", "cost/freshness=3"]),
        plain(&["init", "fresh.toml"]),
        plain(&["exercise", "list"]),
        plain(&["exercise", "show", "shards", "--write", "shards.toml"]),
        plain(&["exercise", "hint", "shards"]),
        plain(&["exercise", "check", "shards", &answer]),
        plain(&["exercise", "sheet", "shards", "--output", "sheet.html"]),
        plain(&["explain"]),
        plain(&["catalog", "list"]),
        plain(&["schema"]),
        plain(&["completions", "bash"]),
        plain(&["man"]),
    ];
    for command in commands {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        place.run_with(&words, "", &[("PATH", "")]).ends_with(0);
    }
    for file in [
        "answer/architecture.png",
        "side-by-side/bills.svg",
        "cells/front.png",
        "tuned/front.svg",
        "report.html",
        "pipeline.png",
        "sheet.html",
    ] {
        assert!(place.path(file).exists(), "{file}");
    }
}
