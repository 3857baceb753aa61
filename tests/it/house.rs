//! The tutorials of the book add what they say to the catalog, without a compiler, and a folder adds as it says.

use std::fs;
use std::path::Path;

use forebay::catalog::{Catalog, Library};
use forebay::diag::Problems;
use forebay::ranking::{circumstances, decide};
use forebay::rules::{Outcome, RuleBook, Situation};
use forebay::scenario::{Loader, Override};
use forebay::source::SourceMap;
use serde_json::Value;

use crate::book::put_files;
use crate::common::{Place, scenario};

/// A folder with the files of these tutorials in it.
fn place(tutorials: &[&str]) -> Place {
    let place = Place::new();
    for name in tutorials {
        put_files(Path::new(&format!("book/src/contributing/{name}.md")), &place.path(""));
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
    let place = place(&["service", "rule"]);
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
fn the_service_of_the_house_is_simulated_priced_and_documented() {
    let place = place(&["service"]);
    let logs = scenario("logs-to-opensearch");
    let fixed = ["run", &logs, "--catalog", "house", "--primary", "log_relay", "--horizon", "1 h", "--format", "json"];
    let answer = place.run(&fixed).json();
    let (latency, usd) = (&answer["simulation"]["latency_s"]["mean"]["value"], &answer["bill"]["total"]);
    // A second for the agent, half of the bundle's 20 s, a tenth for the request (a mean above its median), half a second
    // for the refresh.
    assert!((latency.as_f64().unwrap() - 11.6).abs() < 0.1, "{latency}");
    assert!(usd.as_f64().unwrap() > 0.0, "{usd}");
    let page = place.run(&["catalog", "show", "log_relay", "--catalog", "house"]);
    page.ends_with(0);
    for text in ["House Log Relay", "bundle-interval", "data relayed", "agent on every server"] {
        assert!(page.stdout.contains(text), "{text} is not in\n{}", page.stdout);
    }
    // What the book says of adding to the repository: the files go where those of the catalog are, under the same names.
    let catalog: Vec<String> = place.files("house/services").into_iter().map(|(name, _)| name).collect();
    assert_eq!(catalog, ["log_relay.toml"]);
}

#[test]
fn a_price_of_the_house_takes_the_place_of_the_embedded_one_whatever_its_file_is_called() {
    let price = "service = \"firehose\"\n[[price]]\nregion = \"us-east-1\"\nmeter = \"direct_put_or_kds_ingest_gb\"\n\
                 unit = \"GB\"\nper = 1\ntiers = [{ up-to = \"inf\", usd = \"0.5\" }]\nconfidence = \"high\"\n\
                 as-of = \"2026-11-24\"\nsource = \"https://wiki.example.com\"\n";
    for name in ["a", "firehose-2", "zzz"] {
        let place = Place::new();
        write(&place, &format!("house/prices/{name}.toml"), price);
        let (catalog, _) = load(&place.path("house"));
        let found = catalog.prices.find("firehose", "us-east-1", "direct_put_or_kds_ingest_gb").unwrap();
        assert_eq!(found.tiers[0].usd.exact(), "0.5", "{name}");
        assert!(catalog.prices.find("firehose", "us-east-1", "format_conversion_gb").is_some());
    }
}

#[test]
fn the_rules_fire_and_are_silent_as_tried() {
    let place = place(&["service", "rule"]);
    let (catalog, rules) = load(&place.path("house"));
    for name in ["server-logs-leave-by-relay", "delivers-by-the-house-relay"] {
        as_tried(&catalog, &rules, name);
    }
}

fn as_tried(catalog: &Catalog, rules: &RuleBook, name: &str) {
    let rule = rules.find(name).unwrap();
    let tried = rule.tried.as_ref().unwrap();
    let service = catalog.service(tried.on.as_deref().unwrap_or_default()).unwrap();
    let outcome = |overrides: &[String]| {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let loader = Loader { catalog, edition: None, region: None };
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
    let tutorial = place(&["rule"]);
    let rule = fs::read_to_string(tutorial.path("house/rules/policy.toml")).unwrap();
    let place = Place::new();
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
