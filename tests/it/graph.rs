//! The pipeline as a drawing: every form, for every scenario, and what a reader sees of it.

use std::fs;

use serde_json::Value;

use crate::common::{Outcome, Place, forebay, root, scenario};

const FORMS: [&str; 5] = ["text", "dot", "mermaid", "json", "svg"];

/// Names of the scenarios of the checkout.
fn names() -> Vec<String> {
    let files = fs::read_dir(root().join("scenarios")).unwrap();
    let mut names: Vec<String> =
        files.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    names
}

fn graph(name: &str, more: &[&str]) -> Outcome {
    forebay(&[&["graph", &scenario(name)], more].concat())
}

/// The texts between quotation marks are taken out, so that signs left over are those of the language.
fn without_strings(text: &str) -> String {
    text.split('"').step_by(2).collect()
}

fn check_form(form: &str, text: &str, json: &Value) {
    let nodes = json["nodes"].as_array().unwrap();
    let edges = json["edges"].as_array().unwrap();
    let name = |node: &Value| node["name"].as_str().unwrap().to_owned();
    for node in nodes {
        assert!(text.contains(&name(node)), "{form} does not name {}:\n{text}", name(node));
    }
    match form {
        "text" => assert_eq!(text.matches('▼').count(), edges.len(), "{text}"),
        "dot" => {
            let bare = without_strings(text);
            assert!(bare.starts_with("digraph pipeline {") && bare.trim_end().ends_with('}'), "{text}");
            assert_eq!(bare.matches("->").count(), edges.len(), "{text}");
            assert_eq!(bare.matches('[').count(), bare.matches(']').count(), "{text}");
        }
        "mermaid" => {
            let bare = without_strings(text);
            assert!(bare.starts_with("flowchart LR\n"), "{text}");
            assert_eq!(bare.matches("->").count(), edges.len(), "{text}");
        }
        "svg" => {
            assert!(text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"), "{text}");
            assert!(text.contains(&format!("<title>{}</title>", json["message"].as_str().unwrap())), "{text}");
            assert!(text.contains("<desc>") && text.contains("<polygon"), "{text}");
        }
        _ => {}
    }
}

#[test]
fn every_scenario_is_drawn_in_every_form_and_edition() {
    for name in names() {
        for edition in ["2022", "current"] {
            let json = graph(&name, &["--edition", edition, "--as", "json", "--settings"]).json();
            assert!(json["nodes"].as_array().unwrap().len() > 2, "{json}");
            let primary = json["primary"].as_str().unwrap();
            let chosen: Vec<&Value> =
                json["nodes"].as_array().unwrap().iter().filter(|node| node["primary"] == true).collect();
            assert_eq!(chosen.len(), 1, "{json}");
            assert_eq!(chosen[0]["id"], primary);
            for form in FORMS {
                let outcome = graph(&name, &["--edition", edition, "--as", form]);
                outcome.ends_with(0);
                assert!(outcome.stderr.is_empty() && outcome.stdout.ends_with('\n'), "{}", outcome.stderr);
                check_form(form, &outcome.stdout, &json);
            }
        }
    }
}

#[test]
fn the_same_question_gives_the_same_bytes_with_nothing_installed() {
    let place = Place::new();
    for (first, second) in [("a.svg", "b.svg"), ("a.png", "b.png"), ("a.dot", "b.dot")] {
        for file in [first, second] {
            let args = ["graph", &scenario("windowed-analytics"), "--settings", "--theme", "dark", "--output", file];
            place.run_with(&args, "", &[("PATH", "")]).ends_with(0).explains(&[&format!("{file} written")]);
        }
        assert_eq!(fs::read(place.path(first)).unwrap(), fs::read(place.path(second)).unwrap());
    }
    assert_eq!(fs::read(place.path("a.png")).unwrap()[..4], [0x89, b'P', b'N', b'G']);
    assert!(fs::read_to_string(place.path("a.svg")).unwrap().contains("fill=\"#14171C\""), "the dark page");
}

#[test]
fn a_terminal_shows_what_buffers_and_what_is_ones_own_code() {
    let outcome = graph("clickstream", &["--edition", "2022", "--settings"]);
    assert_eq!(
        outcome.stdout,
        "Clickstream for asynchronous business insights                              us-east-1 · edition 2022

  web browser (source)
  │ HTTPS POST from JavaScript (your code)
  ▼
  API Gateway (front door)
  │ api-type REST
  │ REST API with an AWS integration, PutRecord or PutRecordBatch
  ▼
  Kinesis Data Firehose (delivery stream)
  │ buffer-interval 300 s, buffer-size 5 MiB, compression GZIP
  │ destination; buffers 5 MiB or 300 s
  ▼
  S3 (destination)
"
    );
}

#[test]
fn branches_have_buffers_of_their_own_and_what_stands_beside_is_told() {
    let more = ["--set", "needs.destinations=[\"s3\", \"splunk\"]", "--set", "source.client-sdk=aws_sdk"];
    let json = graph("clickstream", &[&more[..], &["--as", "json"]].concat()).json();
    let edge = |to: &str| {
        let edges = json["edges"].as_array().unwrap();
        edges.iter().find(|edge| edge["to"] == to).unwrap()["buffering"]["interval"].clone()
    };
    assert_eq!((edge("s3"), edge("splunk")), ("300 s".into(), "60 s".into()));
    let nodes = json["nodes"].as_array().unwrap();
    let cognito = nodes.iter().find(|node| node["role"] == "beside").unwrap();
    assert_eq!(cognito["id"], "cognito");
    assert!(cognito["reason"].as_str().unwrap().contains("credentials"));
    assert_eq!(json["message"], "Data reaches S3 and Splunk through Data Firehose");
    let text = graph("clickstream", &more).stdout;
    assert!(text.contains("  ├─ destination; buffers 5 MiB or 300 s\n  │  ▼\n  │  S3 (destination)\n"), "{text}");
    assert!(text.contains("beside it: Cognito: gives visitors identities"), "{text}");
}

#[test]
fn a_store_on_the_way_of_one_branch_is_the_end_of_another() {
    let more = ["--set", "needs.destinations=[\"s3\", \"snowflake\"]", "--primary", "dms", "--as", "json"];
    let json = graph("database-cdc", &more).json();
    let ids: Vec<&str> = json["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().filter(|id| **id == "s3").count(), 1, "{ids:?}");
}

#[test]
fn what_is_not_known_is_left_out() {
    let place = Place::new();
    place.file("bare.toml", "format = 1\ntitle = \"bare\"\nsource.kind = \"clickstream\"\nsource.system = \"browser\"\nneeds.destinations = [\"s3\"]\n");
    let json = place.run(&["graph", "bare.toml", "--as", "json", "--settings"]).json();
    assert!(json["edges"].as_array().unwrap().iter().all(|edge| edge["buffering"].is_null()), "{json}");
    assert!(json["nodes"].as_array().unwrap().iter().all(|node| node["settings"] == Value::Array(Vec::new())));
}

#[test]
fn another_pipeline_is_drawn_at_request() {
    let outcome = graph("clickstream", &["--primary", "kinesis_data_streams", "--as", "svg"]);
    outcome.ends_with(0);
    assert!(outcome.stdout.contains("The pipeline of Data Streams, which has the thick frame, as asked for."));
    assert!(
        graph("clickstream", &["--primary", "firehose", "--as", "svg"]).stdout.contains("The recommended pipeline")
    );
    graph("clickstream", &["--primary", "firehouse"])
        .ends_with(3)
        .explains(&["no pipeline of `firehouse`", "`firehose`"]);
    graph("clickstream", &["--primary", "dms"]).ends_with(3).explains(&["no integration leads through `dms`"]);
}

#[test]
fn nothing_is_drawn_where_nothing_fits() {
    let more = ["--set", "needs.freshness=1 ms", "--output", "x.svg"];
    let place = Place::new();
    let outcome = place.run(&[&["graph", &scenario("clickstream")], &more[..]].concat());
    outcome.ends_with(4).explains(&["nothing satisfies the requirements, so there is no pipeline"]);
    assert!(!place.path("x.svg").exists());
}

#[test]
fn the_ending_names_the_form_and_wrong_files_are_refused() {
    let place = Place::new();
    let clickstream = scenario("clickstream");
    let to = |file: &str| place.run(&["graph", &clickstream, "--output", file]);
    for (file, begins) in [
        ("a.dot", "digraph"),
        ("a.gv", "digraph"),
        ("a.mmd", "flowchart"),
        ("a.json", "{"),
        ("a.SVG", "<svg"),
        ("a.txt", "Clickstream"),
        ("pipeline", "Clickstream"),
    ] {
        to(file).ends_with(0);
        assert!(fs::read_to_string(place.path(file)).unwrap().starts_with(begins), "{file}");
    }
    to("a.pdf").ends_with(3).explains(&["the ending `.pdf` names no form", ".svg", "--as"]);
    to("absent/a.svg").ends_with(3).explains(&["absent/a.svg cannot be written", "a folder that exists"]);
    fs::create_dir(place.path("folder.svg")).unwrap();
    to("folder.svg").ends_with(3).explains(&["folder.svg is a folder"]);
    let printed = place.run(&["graph", &clickstream, "--as", "mermaid", "--output", "-"]);
    assert!(printed.stdout.starts_with("flowchart"));
    let mut left = fs::read_dir(place.path(".")).unwrap().map(|entry| entry.unwrap().path());
    assert!(left.all(|path| path.extension().is_none_or(|ending| ending != "part")));
}

#[test]
fn the_schema_documents_the_json() {
    let schema = forebay(&["schema", "graph"]).json();
    let json = graph("clickstream", &["--as", "json"]).json();
    for key in json.as_object().unwrap().keys() {
        assert!(
            schema["properties"][key]["description"].is_string() || schema["properties"][key]["$ref"].is_string(),
            "{key}"
        );
    }
    assert!(json["schema_version"].is_string());
}

#[test]
fn run_writes_the_picture_beside_the_other_charts() {
    let place = Place::new();
    let args = ["run", &scenario("clickstream"), "--horizon", "20 min", "--replications", "2", "--out", "out"];
    place.run(&args).ends_with(0).explains(&["the charts architecture, scores"]);
    let files = place.files("out");
    let file = |name: &str| files.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.clone()).unwrap();
    let alone = graph("clickstream", &["--as", "svg"]).stdout;
    assert_eq!(String::from_utf8(file("architecture.svg")).unwrap(), alone, "both are the same picture");
    assert!(file("architecture.csv").starts_with(b"kind,id,name,role,to,how"));
    assert_eq!(file("architecture.png")[..4], [0x89, b'P', b'N', b'G']);
}
