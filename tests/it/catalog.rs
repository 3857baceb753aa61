//! Every number of the catalog knows where it comes from.

use std::collections::BTreeSet;
use std::fs;

use forebay::catalog::{Catalog, Edition, Library, Role};
use forebay::diag::Problems;
use forebay::rules::RuleBook;
use forebay::scenario::EXAMPLES;
use forebay::source::SourceMap;
use toml::Table;

use crate::common::{forebay, root};

fn catalog() -> Catalog {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let catalog = Catalog::load(&Library::embedded(), &mut sources, &mut problems);
    assert!(!problems.has_errors(), "{}", problems.render(&sources, false));
    catalog
}

/// The program takes its own files as they are; laid over themselves they are held against their schemas and against each
/// other like a user's.
#[test]
fn every_embedded_file_follows_its_schema_and_names_what_exists() {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let library = Library::embedded().overlay(&root().join("catalog")).unwrap();
    assert!(library.files().all(|(name, _)| !library.is_embedded(name)));
    let catalog = Catalog::load(&library, &mut sources, &mut problems);
    RuleBook::load(&library, &catalog, &mut sources, &mut problems);
    assert!(!problems.has_errors(), "{}", problems.render(&sources, false));
}

/// The TOML files of a folder of the catalog, by name.
fn tables(folder: &str) -> Vec<(String, Table)> {
    let mut files: Vec<(String, Table)> = fs::read_dir(root().join("catalog").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap().parse().unwrap()))
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

fn list<'a>(table: &'a Table, key: &str) -> Vec<&'a Table> {
    table.get(key).and_then(|value| value.as_array()).into_iter().flatten().filter_map(|item| item.as_table()).collect()
}

fn is_date(text: &str) -> bool {
    let parts: Vec<Option<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
    matches!(parts.as_slice(), [Some(2020..), Some(1..=12), Some(1..=31)])
}

#[test]
fn every_fact_has_a_source_and_a_date() {
    for service in &catalog().services {
        assert!(!service.facts.is_empty() && service.docs.starts_with("https://"), "{}", service.id);
        for fact in &service.facts {
            let name = format!("{}.{}", service.id, fact.id);
            assert!(fact.source.trim().len() >= 10, "{name} has no source");
            assert!(is_date(&fact.checked), "{name} was checked on `{}`", fact.checked);
        }
    }
}

#[test]
fn an_assumption_says_what_it_assumes() {
    for (file, table) in tables("services") {
        for fact in list(&table, "fact") {
            let assumed = fact.get("grade").and_then(|grade| grade.as_str()) == Some("assumption");
            assert!(!assumed || fact.contains_key("note"), "{file}: {} is assumed without a note", fact["id"]);
        }
    }
}

#[test]
fn every_service_has_a_full_and_a_short_name_in_both_editions() {
    let catalog = catalog();
    for service in &catalog.services {
        for edition in [Edition::Course2022, Edition::Current] {
            // A service without a name would be called by its id.
            for name in [service.full_name(edition), service.short_name(edition)] {
                assert!(!name.trim().is_empty() && name != service.id, "{} in {edition:?}", service.id);
            }
        }
    }
    let renamed = |id: &str| catalog.service(id).unwrap().full_name(Edition::Course2022).to_owned();
    assert_eq!(renamed("firehose"), "Amazon Kinesis Data Firehose");
    assert_eq!(renamed("managed_flink"), "Amazon Kinesis Data Analytics");
}

#[test]
fn ids_are_unique() {
    let catalog = catalog();
    let ids: BTreeSet<&str> = catalog.services.iter().map(|service| service.id.as_str()).collect();
    assert_eq!(ids.len(), catalog.services.len());
    for (file, table) in tables("services") {
        let id = table["id"].as_str().unwrap();
        assert!(file.ends_with(&format!("{id}.toml")), "{file} holds {id}");
        // Stages of one id are ways of one stage, so each says when it is meant.
        let ways: Vec<(String, Option<String>)> = list(&table, "stage")
            .iter()
            .map(|stage| (stage["id"].to_string(), stage.get("only-if").map(ToString::to_string)))
            .collect();
        let unique: BTreeSet<&(String, Option<String>)> = ways.iter().collect();
        assert_eq!(unique.len(), ways.len(), "{file}: two of [[stage]] share an id and when they are meant");
        for (id, _) in ways.iter().filter(|(_, only_if)| only_if.is_none()) {
            let alike = ways.iter().filter(|(other, _)| other == id).count();
            assert_eq!(alike, 1, "{file}: stage {id} is always meant, and so is another");
        }
        for key in ["option", "meter"] {
            let all: Vec<&str> = list(&table, key).iter().map(|item| item["id"].as_str().unwrap()).collect();
            let unique: BTreeSet<&str> = all.iter().copied().collect();
            assert_eq!(unique.len(), all.len(), "{file}: two of [[{key}]] share an id");
        }
        // A fact may be stated several times, for circumstances that differ.
        let circumstances = |fact: &&Table| {
            let text = |key: &str| fact.get(key).map(ToString::to_string);
            (text("id"), text("edition"), text("regions"), text("destination"))
        };
        let facts = list(&table, "fact");
        let unique: BTreeSet<_> = facts.iter().map(circumstances).collect();
        assert_eq!(unique.len(), facts.len(), "{file}: a fact is stated twice for the same circumstances");
    }
}

#[test]
fn every_criterion_can_be_valued_for_every_service_that_ingests_in_both_editions() {
    let catalog = catalog();
    let ids: BTreeSet<&str> = catalog.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    assert_eq!(ids.len(), catalog.criteria.len());
    for edition in [Edition::Course2022, Edition::Current] {
        let at = forebay::catalog::Circumstances {
            edition,
            region: "us-east-1".to_owned(),
            destination: Some("s3".to_owned()),
        };
        for criterion in &catalog.criteria {
            let rests = !criterion.facts.is_empty() || criterion.base.is_some() || criterion.measures.is_some();
            assert!(rests, "{} rests on nothing", criterion.id);
            for service in catalog.with_role(Role::Ingest) {
                for fact in &criterion.facts {
                    assert!(service.fact(fact, &at).is_some(), "{} needs {}.{fact}", criterion.id, service.id);
                }
            }
        }
    }
}

#[test]
fn every_price_has_a_source_and_its_tiers_rise() {
    let mut seen = BTreeSet::new();
    for (file, table) in tables("prices") {
        for price in list(&table, "price") {
            let text = |key: &str| price[key].as_str().unwrap();
            let name = format!("{file}: {} {}", text("region"), text("meter"));
            assert!(seen.insert(name.clone()), "{name} is there twice");
            // Some price feeds give a year only.
            assert!(text("source").len() >= 10 && text("as-of").len() >= 4, "{name} has no source or date");
            let tiers = list(price, "tiers");
            let bounds: Vec<f64> = tiers.iter().map(|tier| tier["up-to"].as_str().unwrap().parse().unwrap()).collect();
            assert!(bounds.is_sorted_by(|a, b| a < b), "{name}: {bounds:?}");
            // A usage beyond the last known tier has no price and is not guessed; the file says so.
            let note = price.get("note").map(ToString::to_string).unwrap_or_default();
            let known = bounds.last() == Some(&f64::INFINITY) || note.contains("first tier only");
            assert!(known, "{name}: the last tier is bounded, without a note");
            assert!(tiers.iter().all(|tier| tier["usd"].as_str().is_some()), "{name}: money is written as text");
        }
    }
    assert!(seen.len() > 100);
}

#[test]
fn every_integration_has_a_source() {
    for edge in &catalog().edges {
        assert!(edge.source.trim().len() >= 10 && !edge.how.is_empty(), "{} -> {}", edge.from, edge.to);
    }
}

/// What a newcomer must type somewhere can be found in the program.
#[test]
fn the_program_lists_the_names_that_files_and_options_take() {
    let listed = |what: &str| forebay(&["catalog", "list", what]).ends_with(0).stdout.clone();
    let catalog = catalog();
    for criterion in &catalog.criteria {
        assert!(listed("criteria").contains(&format!("\n  {} ", criterion.id)), "{}", criterion.id);
    }
    assert!(catalog.regions.keys().all(|region| listed("regions").contains(&format!("\n  {region} "))));
    let examples = forebay(&["init", "--list"]).ends_with(0).stdout.clone();
    assert_eq!(examples, listed("examples"));
    for (name, _) in EXAMPLES {
        assert!(examples.contains(&format!("\n  {} ", name.trim_end_matches(".toml"))), "{name} is not in\n{examples}");
    }
    forebay(&["catalog", "list", "criterion"]).ends_with(2).explains(&["criteria", "meters", "examples"]);
    forebay(&["init", "x.toml", "--example", "clicksream"]).ends_with(3).explains(&["`clickstream`", "init --list"]);
}

#[test]
fn every_meter_is_listed_with_the_name_that_its_price_has_in_a_price_file() {
    let listed = forebay(&["catalog", "list", "meters"]).ends_with(0).stdout.clone();
    assert!(listed.lines().all(|line| line.chars().count() <= 100), "{listed}");
    let catalog = catalog();
    for service in catalog.services.iter().filter(|service| !service.meters.is_empty()) {
        let alone = forebay(&["catalog", "list", "meters", &service.id]).ends_with(0).stdout.clone();
        assert!(listed.contains(&alone), "{} has other meters by itself", service.id);
        for meter in &service.meters {
            let row = |line: &&str| line.split_whitespace().next() == Some(&meter.id);
            let row = alone.lines().find(row).unwrap_or_else(|| panic!("{} of {}", meter.id, service.id));
            let named = if meter.price == "unknown" { "no price is known" } else { &meter.price };
            assert!(row.contains(&format!("  {named} ")), "{row}");
        }
    }
}

#[test]
fn prices_are_listed_by_service_and_region() {
    let listed = forebay(&["catalog", "list", "prices"]).ends_with(0).stdout.clone();
    assert!(listed.lines().all(|line| line.chars().count() <= 100), "{listed}");
    let catalog = catalog();
    let rows = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("    "));
    let headers = listed.lines().filter(|line| line.starts_with("  meter ")).count();
    assert_eq!(rows.count() - headers, catalog.prices.len());
    let ireland = forebay(&["catalog", "list", "prices", "s3", "--region", "eu-west-1"]).ends_with(0).stdout.clone();
    assert!(ireland.contains("S3 (s3), eu-west-1") && !ireland.contains("us-east-1"), "{ireland}");
    forebay(&["catalog", "list", "prices", "s33"]).ends_with(3).explains(&["did you mean `s3`?"]);
    forebay(&["catalog", "list", "prices", "--region", "eu-west-9"]).ends_with(3).explains(&["no Region `eu-west-9`"]);
}

#[test]
fn every_end_of_an_integration_is_a_service_or_in_the_list_of_nodes() {
    let listed = forebay(&["catalog", "list", "nodes"]).ends_with(0).stdout.clone();
    let nodes: BTreeSet<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let catalog = catalog();
    for end in catalog.edges.iter().flat_map(|edge| [&edge.from, &edge.to]) {
        assert!(catalog.service(end).is_some() || nodes.contains(end.as_str()), "{end}");
    }
}

#[test]
fn a_criterion_and_a_rule_are_shown_like_a_service() {
    let shown = |id: &str| forebay(&["catalog", "show", id]).ends_with(0).stdout.clone();
    let fit = shown("fit");
    for text in ["weight     35", "more is better", "rules that advise", "delivers-without-code              +0.4"] {
        assert!(fit.contains(text), "`{text}` is not in\n{fit}");
    }
    let freshness = shown("freshness");
    assert!(freshness.contains("default-delay") && freshness.contains("firehose  "), "{freshness}");
    assert_eq!(shown("no-database-in-source"), forebay(&["explain", "no-database-in-source"]).stdout);
    forebay(&["catalog", "show", "fitt"]).ends_with(3).explains(&["did you mean `fit`?", "catalog list criteria"]);
}
