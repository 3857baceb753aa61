//! `forebay catalog diff`: what changed between two editions.

use serde_json::Value;

use crate::common::{Place, forebay, root, scenario};

fn diff(args: &[&str]) -> Value {
    forebay(&[&["catalog", "diff"], args, &["--format", "json"]].concat()).json()
}

/// The entry of a list whose key has this value.
#[track_caller]
fn find<'a>(diff: &'a Value, list: &str, key: &str, value: &str) -> &'a Value {
    let found = diff[list].as_array().unwrap().iter().find(|entry| entry[key] == value);
    found.unwrap_or_else(|| panic!("no {value} in {list}"))
}

#[test]
fn what_is_known_to_have_changed_since_2022_is_listed() {
    let diff = diff(&["2022", "current"]);
    assert_eq!([&diff["from"], &diff["to"], &diff["region"]], ["2022", "current", "us-east-1"]);
    assert_eq!(find(&diff, "services", "service", "zero_etl")["change"], "came");
    let snowball = find(&diff, "services", "service", "snowball");
    assert_eq!(snowball["change"], "closed");
    assert!(snowball["note"].as_str().unwrap().contains("November 2025"), "{snowball}");
    let interval = find(&diff, "facts", "fact", "firehose.buffer-interval-min");
    assert_eq!([&interval["old"], &interval["new"]], ["60 s", "0 s"]);
    assert!(interval["new_source"].as_str().unwrap().starts_with("https://"));
    assert_ne!(interval["old_source"], interval["new_source"]);
    let name = find(&diff, "names", "service", "firehose");
    assert_eq!([&name["old"], &name["new"]], ["Amazon Kinesis Data Firehose", "Amazon Data Firehose"]);
    let edges = diff["integrations"].as_array().unwrap();
    let change = |from: &str, to: &str| {
        edges.iter().find(|edge| edge["from"] == from && edge["to"] == to).map(|edge| &edge["change"])
    };
    assert_eq!(change("zero_etl", "redshift").unwrap(), "came");
    assert_eq!(change("snowball", "s3").unwrap(), "went");
    assert_eq!(change("server", "firehose"), None);
}

#[test]
fn a_fact_that_one_edition_does_not_state_has_not_changed() {
    let diff = diff(&["2022", "current"]);
    for (list, both) in [("facts", true), ("one_sided", false)] {
        for fact in diff[list].as_array().unwrap() {
            assert_eq!(!fact["old"].is_null() && !fact["new"].is_null(), both, "{list}: {fact}");
        }
    }
    assert!(find(&diff, "one_sided", "fact", "kinesis_data_streams.record-size-default")["old"].is_null());
}

#[test]
fn facts_are_those_of_the_region() {
    let quota = |region: &str| {
        let diff = diff(&["2022", "current", "--region", region]);
        find(&diff, "facts", "fact", "kinesis_data_streams.shard-quota").clone()
    };
    let (large, small) = (quota("us-east-1"), quota("sa-east-1"));
    assert_eq!([&large["old"], &small["old"]], ["500", "200"]);
    forebay(&["catalog", "diff", "2022", "current", "--region", "us-est-1"])
        .ends_with(3)
        .explains(&["no Region `us-est-1`", "did you mean `us-east-1`?"]);
}

#[test]
fn the_way_back_is_the_opposite() {
    let (there, back) = (diff(&["2022", "current"]), diff(&["current", "2022"]));
    assert_eq!(find(&back, "services", "service", "zero_etl")["change"], "went");
    assert_eq!(find(&back, "services", "service", "snowball")["change"], "opened");
    for list in ["services", "names", "facts", "one_sided", "integrations", "scenarios"] {
        assert_eq!(there[list].as_array().unwrap().len(), back[list].as_array().unwrap().len(), "{list}");
    }
    let fact = "firehose.buffer-interval-min";
    assert_eq!(find(&there, "facts", "fact", fact)["old"], find(&back, "facts", "fact", fact)["new"]);
}

#[test]
fn an_edition_does_not_differ_from_itself() {
    let same = forebay(&["catalog", "diff", "current", "current"]);
    assert_eq!(same.ends_with(0).stdout, "Nothing changed from edition current to edition current in us-east-1.\n");
    let json = diff(&["2022", "2022"]);
    for list in ["services", "names", "facts", "one_sided", "integrations", "scenarios"] {
        assert_eq!(json[list], Value::Array(Vec::new()), "{list}");
    }
    assert!(json["scenarios_decided"].as_u64().unwrap() >= 10);
}

#[test]
fn scenarios_are_answered_as_advise_answers_them() {
    let diff = diff(&["2022", "current"]);
    for name in ["clickstream", "database-cdc", "logs-to-opensearch"] {
        let answers = ["2022", "current"].map(|edition| {
            let advice = forebay(&["advise", &scenario(name), "--edition", edition, "--format", "json"]).json();
            advice["recommended"]["architecture"].clone()
        });
        let listed = diff["scenarios"].as_array().unwrap().iter().any(|changed| changed["scenario"] == name);
        assert_eq!(answers[0] != answers[1], listed, "{name}: {answers:?}");
        assert!(!answers[1].is_null(), "{name} has no answer");
    }
    let shipped = std::fs::read_dir(root().join("scenarios")).unwrap().count();
    assert_eq!(diff["scenarios_decided"], shipped);
}

/// Bars Firehose from the current edition, as if it had been closed.
const CLOSED: &str = r#"
[[rule]]
id = "closed-for-this-test"
kind = "screen"
services = ["firehose"]
when = { field = "edition", is = "current" }
reason = "is closed"
[rule.page]
checks = "The edition."
why = "A test needs an answer that changes."
example = "`edition = \"current\"`."
source = "this test"
"#;

#[test]
fn a_scenario_whose_answer_changes_is_shown_with_both_answers() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("house/rules")).unwrap();
    place.file("house/rules/closed.toml", CLOSED);
    let args = ["catalog", "diff", "2022", "current", "--catalog", "house"];
    let json = place.run(&[&args[..], &["--format", "json"]].concat()).json();
    let changed = find(&json, "scenarios", "scenario", "clickstream");
    assert_eq!(changed["old"]["primary"], "firehose");
    assert_ne!(changed["new"]["primary"], "firehose");
    let page = place.run(&args).stdout;
    let lines: Vec<&str> = page.lines().skip_while(|line| line.trim() != "clickstream").skip(1).take(2).collect();
    assert!(lines[0].starts_with("    2022     firehose ("), "{lines:?}");
    assert!(lines[1].starts_with("    current  "), "{lines:?}");
}

#[test]
fn every_form_holds_the_same_changes() {
    let json = diff(&["2022", "current"]);
    let lists = ["services", "names", "facts", "one_sided", "integrations", "scenarios"];
    let changes: usize = lists.iter().map(|list| json[list].as_array().unwrap().len()).sum();
    let form = |format: &str| forebay(&["catalog", "diff", "2022", "current", "--format", format]).stdout;
    let rows = csv::Reader::from_reader(form("csv").as_bytes()).into_records().filter_map(Result::ok).count();
    assert_eq!(rows, changes);
    assert_eq!(form("md").lines().count(), changes + 2);
    let page = form("table");
    for text in ["closed to new customers", "firehose.buffer-interval-min", "Amazon Managed Service for Apache Flink"] {
        assert!(page.contains(text), "{text}");
    }
    let schema = forebay(&["schema", "catalog-diff"]).json();
    for key in json.as_object().unwrap().keys() {
        assert!(schema["properties"][key].is_object(), "{key} is not in the schema");
    }
}
