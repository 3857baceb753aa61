//! Recorded traffic becomes the workload of a scenario, which is accepted and has the figures of the recording.

use std::fmt::Write as _;

use forebay::catalog::{Catalog, Library};
use forebay::diag::Problems;
use forebay::report::workload::{WorkloadDocument, text, toml};
use forebay::rules::RuleBook;
use forebay::scenario::Loader;
use forebay::source::SourceMap;
use forebay::trace::{TraceOptions, read_from};
use forebay::workload::characterize;
use proptest::prelude::*;

use crate::book::put_files;
use crate::common::{Place, shared};

/// A scenario without its traffic.
const REST: &str = r#"
format = 1
title = "Our tracking endpoint"
region = "us-east-1"

[source]
kind = "clickstream"
system = "browser"
protocol = "https_api"
client-sdk = "none"

[needs]
destinations = ["s3"]
freshness = "15 min"
transform = "none"

[simulation]
horizon = "24 h"
replications = 4

"#;

/// A folder with the log and the CSV file that the book counts by hand.
fn place() -> Place {
    let place = Place::new();
    put_files("book/src/traffic.md".as_ref(), &place.path(""));
    place
}

#[test]
fn the_log_of_the_book_has_the_figures_that_are_counted_by_hand() {
    let answer = place().run(&["workload", "access.log", "--format", "toml"]);
    answer.ends_with(0);
    let lines: Vec<&str> = answer.stdout.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(
        lines,
        [
            "[workload]",
            "rate = \"1.2 records/s\"",
            "arrivals = { groups = { size = { geometric = { mean = 1.233 } }, within = \"1 s\" } }",
            "record-size = \"70 B\"",
        ]
    );
    let measured = &place().run(&["workload", "access.log", "--format", "json"]).json()["measured"];
    assert_eq!(measured["requests"], 12);
    assert_eq!(measured["covered_s"], 10.0);
    assert_eq!(measured["windows"][0]["busiest"], 4);
    assert!((measured["windows"][0]["index"].as_f64().unwrap() - 1.76 / 1.2).abs() < 1e-12);
    assert!(measured["windows"][1]["index"].is_null());
    let sizes = &place().run(&["workload", "requests.csv", "--format", "json"]).json()["measured"]["sizes"];
    assert_eq!((sizes["mean_bytes"].as_f64().unwrap() * 12.0).round(), 5020.0);
}

#[test]
fn what_is_unknown_is_said_to_be() {
    let answer = place().run(&["workload", "access.log"]);
    let row = |name: &str| answer.stdout.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_owned();
    assert_eq!(row("1 s ").split_whitespace().collect::<Vec<_>>().join(" "), "1 s 10 4 3.333 1.467 0.267 to 1.902");
    assert!(row("10 s ").contains("unknown") && row("1 min ").contains("unknown"), "{}", answer.stdout);
    for said in ["10 s are too short", "may be chance", "whole multiples of 1 s", "those of the lines of the log"] {
        assert!(answer.stdout.replace("\n                  ", " ").contains(said), "{said}: {}", answer.stdout);
    }
}

#[test]
fn the_workload_pasted_into_a_scenario_is_simulated_with_its_rate() {
    let place = place();
    for (log, rate) in [("access.log", 1.2), ("requests.csv", 1.160_34)] {
        let workload = place.run(&["workload", log, "--format", "toml"]).stdout;
        place.file("pasted.toml", format!("{REST}{workload}"));
        place.run(&["check", "pasted.toml"]).ends_with(0);
        let answer = place.run(&["simulate", "pasted.toml", "--format", "json"]).json();
        let offered = answer["records"]["offered"].as_f64().unwrap() / (4.0 * 86_400.0);
        assert!((offered / rate - 1.0).abs() < 0.01, "{log}: {offered}");
    }
}

#[test]
fn recordings_are_joined_and_standard_input_is_read() {
    let place = place();
    let whole = place.run(&["workload", "access.log", "--format", "json"]).json();
    let log = std::fs::read_to_string(place.path("access.log")).unwrap();
    let (first, second) = log.split_at(log.match_indices('\n').nth(4).unwrap().0 + 1);
    place.file("access.log.1", first);
    place.file("access.log.0", second);
    let joined = place.run(&["workload", "access.log.0", "access.log.1", "--format", "json"]).json();
    assert_eq!(joined["measured"], whole["measured"]);
    assert_eq!(joined["recording"]["name"], "access.log.0 and 1 more");
    let piped = place.run_with(&["workload", "-", "--format", "json"], &log, &[]).json();
    assert_eq!(piped["measured"], whole["measured"]);
    place.run(&["workload", "access.log", "requests.csv"]).ends_with(3).explains(&["is a log and", "is CSV"]);
}

#[test]
fn a_file_gets_the_table_alone_and_is_not_replaced_unasked() {
    let place = place();
    let printed = place.run(&["workload", "access.log", "--format", "toml"]).stdout;
    place.run(&["workload", "access.log", "--output", "w.toml"]).ends_with(0).explains(&["w.toml written"]);
    assert_eq!(std::fs::read_to_string(place.path("w.toml")).unwrap(), printed);
    place.run(&["workload", "access.log", "--output", "w.toml"]).ends_with(3).explains(&["exists already", "--force"]);
    place.run(&["workload", "access.log", "--output", "w.toml", "--force"]).ends_with(0);
}

#[test]
fn what_has_no_rate_is_refused_with_advice() {
    let place = Place::new();
    place.file("one.csv", "ts_ms,record_bytes\n5,1\n");
    place.run(&["workload", "one.csv"]).ends_with(3).explains(&["has no rate", "single request", "an hour"]);
    place.run(&["workload", "gone.log"]).ends_with(3).explains(&["there is no file `gone.log`"]);
    place.run(&["workload"]).ends_with(2);
}

#[test]
fn real_recordings_become_scenarios() {
    let place = Place::new();
    for name in [
        "nasa_http_19950801.csv.gz",
        "wikipedia_edits_20150912.csv.gz",
        "otto_clickstream_sample.csv.gz",
        "lorawan_campusiot_2023.csv.gz",
        "apache_combined_201505.log.gz",
    ] {
        let Some(path) = shared(&format!("traces/{name}")) else { return };
        let workload = place.run(&["workload", &path.display().to_string(), "--format", "toml"]).stdout;
        place.file("real.toml", format!("{REST}{workload}"));
        place.run(&["check", "real.toml"]).ends_with(0);
    }
}

/// Everything the loader says of a scenario with this workload; nothing where it is accepted.
fn problems_with(workload: &str) -> String {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let library = Library::embedded();
    let catalog = Catalog::load(&library, &mut sources, &mut problems);
    let _ = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
    let loader = Loader { catalog: &catalog, edition: None, region: None };
    let _ = loader.load("found.toml", &format!("{REST}{workload}"), &[], &mut sources, &mut problems);
    if problems.has_errors() { problems.render(&sources, false) } else { String::new() }
}

/// Rows of a recording: gaps of very different lengths, sizes of very different kinds.
fn rows() -> impl Strategy<Value = Vec<(u64, u64)>> {
    let gap = prop_oneof![Just(0), 0..20_u64, 0..5_000_u64, 0..4_000_000_u64, 0..400_000_000_u64];
    let size = prop_oneof![Just(100), 0..3_u64, 0..5_000_u64, 0..6_000_000_000_u64];
    prop_oneof![
        prop::collection::vec((gap.clone(), size.clone()), 1..40),
        prop::collection::vec((gap, size), 100..300),
        (1..5_000_u64, 1..300_usize).prop_map(|(gap, count)| vec![(gap, 7); count]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_recording_is_refused_or_becomes_a_scenario(rows in rows(), name in "[a-z\n\"#]{0,8}", seed: u64) {
        let (mut csv, mut time) = ("ts_ms,record_bytes\n".to_owned(), 1_700_000_000_000_u64);
        for (gap, size) in rows {
            time += gap;
            let _ = writeln!(csv, "{time},{size}");
        }
        let trace = read_from(csv.as_bytes(), &name, TraceOptions::default()).unwrap();
        match characterize(&trace, seed) {
            Ok(found) => {
                prop_assert_eq!(problems_with(&toml(&found)), "");
                prop_assert!(!text(&found, 80).contains("NaN"));
                let again = characterize(&trace, seed).unwrap();
                prop_assert_eq!(&again, &found);
                prop_assert!(serde_json::to_string(&WorkloadDocument::new(found)).is_ok());
            }
            Err(error) => prop_assert!(!error.to_string().is_empty() && !error.help().is_empty()),
        }
    }
}
