//! `forebay diff`: what differs between two results, and what of it is more than chance.

use serde_json::Value;

use crate::common::{Place, forebay, scenario};

/// A short run of the clickstream scenario as JSON.
fn run(verb: &str, options: &[&str]) -> String {
    let path = scenario("clickstream");
    let outcome = forebay(&[&[verb, &path, "--horizon", "1h", "--format", "json"], options].concat());
    outcome.ends_with(0);
    outcome.stdout
}

/// A folder with two results, `old.json` and `new.json`.
fn two(old: &str, new: &str) -> Place {
    let place = Place::new();
    place.file("old.json", old);
    place.file("new.json", new);
    place
}

const SIDES: [&str; 3] = ["diff", "old.json", "new.json"];

fn diff(place: &Place, options: &[&str]) -> crate::common::Outcome {
    place.run(&[&SIDES, options].concat())
}

#[track_caller]
fn figure<'a>(diff: &'a Value, part: &str, of: &str, name: &str) -> &'a Value {
    let list = diff["figures"].as_array().unwrap();
    let found = list.iter().find(|figure| figure["part"] == part && figure["of"] == of && figure["name"] == name);
    found.unwrap_or_else(|| panic!("no {part} {of} {name} in {list:#?}"))
}

#[test]
fn the_same_result_twice_has_not_changed() {
    let result = run("run", &[]);
    let place = two(&result, &result);
    let outcome = diff(&place, &["--exit-code", "--fail-on", "p99 changes by more than 0 s, service changes"]);
    outcome.ends_with(0);
    assert!(outcome.stdout.starts_with("Nothing changed: ") && outcome.stdout.lines().count() == 1, "{outcome:?}");
    let json = diff(&place, &["--format", "json"]).json();
    assert_eq!((&json["differs"], json["figures"].as_array().unwrap().len()), (&Value::Bool(false), 0));
    assert!(json["same_figures"].as_u64().unwrap() > 40, "{json}");
}

#[test]
fn what_was_asked_otherwise_is_named_once_with_both_values() {
    let asked = ["--set", "workload.rate=2000000 events/day", "--set", "firehose.buffer-size=64 MiB"];
    let place = two(&run("run", &[]), &run("run", &asked));
    let json = diff(&place, &["--format", "json"]).json();
    let words = json["words"].as_array().unwrap();
    let question = words
        .iter()
        .filter(|word| ["header", "stated", "requirements", "settings"].contains(&word["part"].as_str().unwrap()));
    let told: Vec<String> = question.map(|word| format!("{} {} {}", word["of"], word["old"], word["new"])).collect();
    let expected =
        [r#""workload.rate" "1000000 events/day" "2000000 events/day""#, r#""firehose.buffer-size" "5 MiB" "64 MiB""#];
    assert_eq!(told, expected);
    // A result of an earlier version, without the values, is compared by the rest.
    let mut old: Value = serde_json::from_str(&run("run", &[])).unwrap();
    old["scenario"].as_object_mut().unwrap().remove("stated");
    place.file("old.json", old.to_string());
    let page = diff(&place, &[]).stdout;
    assert!(page.contains("scenario digest"), "{page}");
}

#[test]
fn another_seed_is_within_chance() {
    let place = two(&run("run", &[]), &run("run", &["--seed", "2"]));
    let json = diff(&place, &["--format", "json", "--exit-code"]).json();
    assert_eq!(json["differs"], false);
    let figures = json["figures"].as_array().unwrap();
    assert!(figures.len() > 20, "{figures:#?}");
    assert!(figures.iter().all(|one| one["verdict"] == "within-chance" || one["verdict"] == "follows"), "{figures:#?}");
    let page = diff(&place, &[]).stdout;
    assert!(page.contains("Nothing that came out changed beyond chance"), "{page}");
    // What was asked is told, though it counts for nothing.
    assert!(page.lines().any(|line| line.split_whitespace().eq(["seed", "1", "2"])), "{page}");
}

#[test]
fn a_shorter_buffer_is_faster_and_writes_more_objects() {
    let place = two(&run("run", &[]), &run("run", &["--set", "firehose.buffer-interval=60s"]));
    let outcome = diff(&place, &["--format", "json", "--exit-code"]);
    outcome.ends_with(5);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let p99 = figure(&json, "delay", "", "p99");
    assert_eq!(p99["verdict"], "real");
    assert!((-0.82..-0.78).contains(&p99["share"].as_f64().unwrap()), "{p99}");
    let (old, new) = (&p99["old"]["value"], &p99["new"]["value"]);
    let difference = p99["difference"]["value"].as_f64().unwrap();
    assert!((new.as_f64().unwrap() - old.as_f64().unwrap() - difference).abs() < 1e-9);
    assert_eq!(figure(&json, "objects", "", "objects-per-hour")["verdict"], "real");
    assert_eq!(figure(&json, "bill", "s3.put", "")["verdict"], "real");
    let words = json["words"].as_array().unwrap();
    let buffer = words.iter().find(|word| word["of"] == "firehose.buffer-interval").unwrap();
    assert_eq!((&buffer["old"], &buffer["new"]), (&Value::from("300 s"), &Value::from("60 s")));
    assert_eq!(buffer["part"], "settings");
    let page = diff(&place, &[]);
    page.ends_with(0);
    assert!(page.stdout.contains("What was asked") && page.stdout.contains("(−80"), "{}", page.stdout);
}

#[test]
fn another_answer_is_told_as_a_decision() {
    let place = two(&run("run", &[]), &run("run", &["--set", "needs.freshness=1s"]));
    let outcome = diff(&place, &["--fail-on", "service changes"]);
    outcome.ends_with(5).explains(&["policy hit: `service changes`: service was firehose and is kinesis_data_streams"]);
    let line = |name: &str| outcome.stdout.lines().find(|line| line.trim().starts_with(name)).unwrap_or_default();
    assert!(line("recommended").contains("firehose") && line("recommended").contains("kinesis_data_streams"));
    assert!(line("needs.freshness").contains("15 min"), "{}", outcome.stdout);
    assert!(line("firehose verdict").contains("rejected"), "{}", outcome.stdout);
}

#[test]
fn kinds_of_results_share_what_both_have() {
    let place = two(&run("cost", &[]), &run("run", &["--seed", "3"]));
    let json = diff(&place, &["--format", "json"]).json();
    assert_eq!(json["compared"], serde_json::json!(["bill"]));
    assert!(json["only_new"].as_array().unwrap().contains(&Value::from("decision")), "{json}");
    assert!(json["only_old"].as_array().unwrap().is_empty());
    assert!(json["figures"].as_array().unwrap().iter().all(|figure| figure["part"] == "bill"));
    let page = diff(&place, &[]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        page.contains("Only in the new result, and not compared: requirements, settings, decision, delay"),
        "{page}"
    );
    // `simulate` has its keys at the top, and they are those of `run`.
    place.file("old.json", run("simulate", &["--seed", "3"]));
    let json = diff(&place, &["--format", "json"]).json();
    assert_eq!(json["compared"], serde_json::json!(["settings", "delay", "records", "objects", "limits"]));
    assert_eq!(json["differs"], false);
    place.file("new.json", run("cost", &[]));
    diff(&place, &[]).ends_with(3).explains(&["the two results have no part in common", "the new one bill"]);
}

#[test]
fn candidates_are_compared_by_their_way() {
    let place = two(&run("compare", &[]), &run("compare", &["--set", "firehose.buffer-interval=60s"]));
    let json = diff(&place, &["--format", "json"]).json();
    assert_eq!(figure(&json, "candidates", "API Gateway ▶ Data Firehose ▶ S3", "p99")["verdict"], "real");
    let beside =
        json["figures"].as_array().unwrap().iter().filter(|one| one["of"] == "API Gateway ▶ Data Streams ▶ S3");
    assert!(beside.into_iter().all(|one| one["verdict"] == "within-chance"), "{json}");
}

#[test]
fn what_becomes_unknown_is_not_zero() {
    let old = run("cost", &[]);
    let mut json: Value = serde_json::from_str(&old).unwrap();
    let bill = &mut json["bill"];
    let put = bill["lines"].as_array_mut().unwrap().iter_mut().find(|line| line["meter"] == "put").unwrap();
    put["amount"] = Value::Null;
    put["amount_half_width"] = Value::Null;
    bill["complete"] = false.into();
    let place = two(&old, &json.to_string());
    let outcome = diff(&place, &["--exit-code"]);
    outcome.ends_with(5);
    let line = outcome.stdout.lines().find(|line| line.trim().starts_with("s3.put")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!([&words[..2], &words[3..]].concat(), ["s3.put", "USD", "unknown", "is", "unknown", "now"], "{line}");
    assert!(words[2].parse::<f64>().unwrap() > 0.0, "{line}");
    assert!(outcome.stdout.contains("≥ USD "), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("USD 0.00"), "{}", outcome.stdout);
}

#[test]
fn one_of_the_two_may_come_from_standard_input() {
    let result = run("cost", &[]);
    let place = two(&result, &result);
    let outcome = place.run_with(&["diff", "old.json", "-"], &result, &[]);
    assert!(outcome.ends_with(0).stdout.starts_with("Nothing changed"));
    place.run(&["diff", "-", "-"]).ends_with(3).explains(&["standard input can be read once only"]);
}

#[test]
fn what_is_no_result_says_what_to_give() {
    let result = run("cost", &[]);
    let place = two(&result, &result);
    let later = result.replacen("\"schema_version\": \"1.", "\"schema_version\": \"2.", 1);
    for (text, said) in [
        (later.as_str(), "schema version 2."),
        ("{\n  \"bill\": ,\n}", "new.json:2:11"),
        ("title = \"no JSON\"\n", "this is not JSON"),
        ("", "this is not JSON"),
        ("[1, 2]", "no `schema_version`"),
        ("{\"schema_version\": \"1.0\", \"from\": \"2022\"}", "answers another question"),
    ] {
        place.file("new.json", text);
        let outcome = diff(&place, &["--exit-code"]);
        outcome.ends_with(3).explains(&[said, "help: "]);
        assert_eq!(outcome.stdout, "");
    }
    place.run(&["diff", "old.json", "nwe.json"]).ends_with(3).explains(&["did you mean `./new.json`?"]);
    place.run(&["diff", "old.json", "."]).ends_with(3).explains(&["is a folder"]);
    place.run(&["diff", "old.json"]).ends_with(2);
}

#[test]
fn every_form_holds_the_same_changes() {
    let place = two(&run("run", &[]), &run("run", &["--set", "firehose.buffer-interval=60s"]));
    let json = diff(&place, &["--format", "json"]).json();
    let changes = json["figures"].as_array().unwrap().len() + json["words"].as_array().unwrap().len();
    let csv = diff(&place, &["--format", "csv"]).stdout;
    assert_eq!(csv::Reader::from_reader(csv.as_bytes()).into_records().filter_map(Result::ok).count(), changes);
    assert_eq!(diff(&place, &["--format", "md"]).stdout.lines().count(), changes + 2);
    diff(&place, &["--format", "adr"]).ends_with(3);
    let schema = forebay(&["schema", "diff"]).json();
    let mut complaints = Vec::new();
    hold(&json, &schema, &schema, "diff", &mut complaints);
    assert!(complaints.is_empty(), "{complaints:#?}");
    hold(&serde_json::json!({ "differs": 1 }), &schema, &schema, "diff", &mut complaints);
    assert!(complaints.iter().any(|told| told.contains("diff.differs")), "the check itself finds nothing");
}

/// Holds a value against a schema, as far as generated schemas go: types, keys, items, alternatives.
fn hold(value: &Value, schema: &Value, root: &Value, place: &str, complaints: &mut Vec<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        return hold(value, root.pointer(target.trim_start_matches('#')).unwrap(), root, place, complaints);
    }
    for key in ["anyOf", "oneOf"] {
        let Some(branches) = schema[key].as_array() else { continue };
        let fits = branches.iter().any(|branch| {
            let mut inner = Vec::new();
            hold(value, branch, root, place, &mut inner);
            inner.is_empty()
        });
        if !fits {
            complaints.push(format!("{place}: {value} fits no branch of {key}"));
        }
    }
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.into_iter().any(is) {
        complaints.push(format!("{place}: {value} is not {}", schema["type"]));
    }
    let known = schema["enum"].as_array().is_none_or(|words| words.contains(value));
    if !known || (!schema["const"].is_null() && schema["const"] != *value) {
        complaints.push(format!("{place}: {value} is no word of the schema"));
    }
    for item in value.as_array().into_iter().flatten().filter(|_| schema["items"].is_object()) {
        hold(item, &schema["items"], root, place, complaints);
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    for (key, inner) in value.as_object().into_iter().flatten() {
        match properties.get(key) {
            Some(known) => hold(inner, known, root, &format!("{place}.{key}"), complaints),
            None => complaints.push(format!("{place}.{key} is not in the schema")),
        }
    }
}
