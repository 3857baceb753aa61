//! The scenarios of the checkout are right, for the right reasons.

use std::fs;

use forebay::catalog::{Catalog, Edition, Library};
use forebay::diag::Problems;
use forebay::ranking::Decider;
use forebay::rules::RuleBook;
use forebay::scenario::Loader;
use forebay::source::SourceMap;
use serde_json::Value;

use crate::common::{advice, forebay, root, scenario};

/// A scenario, the service it must give, the services on the way, and rules that must be among the reasons:
/// service and rule.
struct Expected {
    name: &'static str,
    primary: &'static str,
    way: &'static [&'static str],
    because: &'static [(&'static str, &'static str)],
}

const EXPECTED: &[Expected] = &[
    Expected {
        name: "cameras",
        primary: "kinesis_video_streams",
        way: &["kinesis_video_streams"],
        because: &[
            ("kinesis_video_streams", "media-is-its-trade"),
            ("firehose", "media-needs-a-media-stream"),
            ("kinesis_data_streams", "media-needs-a-media-stream"),
        ],
    },
    Expected {
        name: "clickstream",
        primary: "firehose",
        way: &["api_gateway", "firehose", "s3"],
        because: &[("firehose", "delivers-without-code"), ("api_gateway", "client-speaks-plain-https")],
    },
    Expected {
        name: "clickstream-realtime",
        primary: "kinesis_data_streams",
        way: &["api_gateway", "kinesis_data_streams"],
        because: &[
            ("kinesis_data_streams", "sub-second-delay-needed"),
            ("kinesis_data_streams", "several-consumers-read-at-will"),
            ("kinesis_data_streams", "records-can-be-read-again"),
            ("firehose", "freshness-below-least-delay"),
            ("firehose", "one-destination-for-several-consumers"),
            ("firehose", "replay-not-possible"),
        ],
    },
    Expected {
        name: "database-cdc",
        primary: "dms",
        way: &["dms", "s3"],
        because: &[
            ("dms", "change-capture-is-its-trade"),
            ("firehose", "database-needs-change-capture"),
            ("kinesis_data_streams", "database-needs-change-capture"),
            ("emr", "database-needs-change-capture"),
        ],
    },
    Expected {
        name: "flash-crowd",
        primary: "firehose",
        way: &["api_gateway", "firehose", "s3"],
        because: &[("firehose", "delivers-without-code"), ("api_gateway", "client-speaks-plain-https")],
    },
    Expected {
        name: "hadoop-spark-etl",
        primary: "emr",
        way: &["emr", "s3"],
        because: &[
            ("emr", "existing-jobs-go-on"),
            ("firehose", "transformation-beyond-service"),
            ("managed_flink", "framework-not-run"),
        ],
    },
    Expected {
        name: "hot-key",
        primary: "kinesis_data_streams",
        way: &["kinesis_data_streams"],
        because: &[("kinesis_data_streams", "sub-second-delay-needed"), ("firehose", "replay-not-possible")],
    },
    Expected {
        name: "iot-telemetry",
        primary: "kinesis_data_streams",
        way: &["iot_core", "kinesis_data_streams"],
        because: &[
            ("iot_core", "device-speaks-mqtt"),
            ("kinesis_data_streams", "several-consumers-read-at-will"),
            ("firehose", "order-not-kept"),
            ("managed_flink", "keeps-nothing-to-read"),
            ("api_gateway", "protocol-not-spoken"),
        ],
    },
    Expected {
        name: "kinesis-to-lambda",
        primary: "kinesis_data_streams",
        way: &["kinesis_data_streams"],
        because: &[
            ("kinesis_data_streams", "sub-second-delay-needed"),
            ("kinesis_data_streams", "records-can-be-read-again"),
            ("lambda", "replay-not-possible"),
        ],
    },
    Expected {
        name: "logs-to-opensearch",
        primary: "firehose",
        way: &["firehose", "opensearch"],
        because: &[
            ("firehose", "delivers-without-code"),
            ("kinesis_data_streams", "consumer-code-needed"),
            ("emr", "cluster-billed-by-time"),
        ],
    },
    Expected {
        name: "outage-25h",
        primary: "firehose",
        way: &["api_gateway", "firehose", "s3"],
        because: &[("firehose", "delivers-without-code"), ("api_gateway", "client-speaks-plain-https")],
    },
    Expected {
        name: "outage-6h",
        primary: "firehose",
        way: &["api_gateway", "firehose", "s3"],
        because: &[("firehose", "delivers-without-code"), ("api_gateway", "client-speaks-plain-https")],
    },
    Expected {
        name: "region-class-b",
        primary: "firehose",
        way: &["api_gateway", "firehose", "s3"],
        because: &[("firehose", "delivers-without-code"), ("api_gateway", "client-speaks-plain-https")],
    },
    Expected {
        name: "retry-storm",
        primary: "firehose",
        way: &["api_gateway", "firehose", "s3"],
        because: &[("firehose", "delivers-without-code"), ("api_gateway", "client-speaks-plain-https")],
    },
    Expected {
        name: "third-party-dataset",
        primary: "data_exchange",
        way: &["data_exchange", "s3"],
        because: &[
            ("data_exchange", "subscriptions-are-its-trade"),
            ("firehose", "third-party-data-comes-by-subscription"),
        ],
    },
    Expected {
        name: "w1",
        primary: "firehose",
        way: &["api_gateway", "firehose", "s3"],
        because: &[("firehose", "delivers-without-code"), ("api_gateway", "client-speaks-plain-https")],
    },
    Expected {
        name: "windowed-analytics",
        primary: "managed_flink",
        way: &["kinesis_data_streams", "managed_flink", "opensearch"],
        because: &[
            ("managed_flink", "windows-and-state-are-its-trade"),
            ("firehose", "transformation-beyond-service"),
            ("emr", "cluster-needs-big-data-skills"),
        ],
    },
];

/// What `advise` says of a service.
#[track_caller]
fn service<'a>(advice: &'a Value, id: &str) -> &'a Value {
    let services = advice["services"].as_array().unwrap();
    services.iter().find(|service| service["id"] == id).unwrap_or_else(|| panic!("{id} is not considered"))
}

fn reasons(service: &Value) -> Vec<&str> {
    service["reasons"].as_array().unwrap().iter().map(|reason| reason["rule"].as_str().unwrap()).collect()
}

fn primary(advice: &Value) -> &str {
    advice["recommended"]["primary"].as_str().unwrap()
}

#[test]
fn every_scenario_is_in_the_table_of_this_test() {
    let files = fs::read_dir(root().join("scenarios")).unwrap();
    let mut names: Vec<String> =
        files.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    let expected: Vec<&str> = EXPECTED.iter().map(|expected| expected.name).collect();
    assert_eq!(names, expected);
}

#[test]
fn every_scenario_passes_the_check() {
    for expected in EXPECTED {
        forebay(&["check", &scenario(expected.name)]).ends_with(0);
    }
}

#[test]
fn every_scenario_gives_its_service_for_its_reasons_in_both_editions() {
    for expected in EXPECTED {
        for edition in ["edition=2022", "edition=current"] {
            let advice = advice(expected.name, &[edition]);
            assert_eq!(primary(&advice), expected.primary, "{} {edition}", expected.name);
            let way: Vec<&str> = advice["recommended"]["architecture"]
                .as_array()
                .unwrap()
                .iter()
                .map(|id| id.as_str().unwrap())
                .collect();
            assert_eq!(way, expected.way, "{} {edition}", expected.name);
            for (id, rule) in expected.because {
                let reasons = reasons(service(&advice, id));
                assert!(reasons.contains(rule), "{} {edition}: {id} has {reasons:?}, not {rule}", expected.name);
            }
        }
    }
}

#[test]
fn every_scenario_can_be_started_from() {
    for expected in EXPECTED {
        let printed = forebay(&["init", "-", "--example", expected.name]);
        printed.ends_with(0);
        assert_eq!(printed.stdout, fs::read_to_string(scenario(expected.name)).unwrap());
    }
}

#[test]
fn every_scenario_runs_or_says_why_it_cannot_be_simulated() {
    for expected in EXPECTED {
        let args = ["run", &scenario(expected.name), "--replications", "1", "--horizon", "10 min", "--format", "json"];
        let answer = forebay(&args).json();
        let simulated = answer["simulation"].is_object();
        assert_ne!(simulated, answer["not_simulated"].is_string(), "{}", expected.name);
    }
}

#[test]
fn the_clickstream_in_a_hurry_goes_to_data_streams() {
    // The short form of the key must mean the requirement, not the weight of the criterion of that name.
    let advice = advice("clickstream", &["freshness=1s"]);
    assert_eq!(primary(&advice), "kinesis_data_streams");
    assert_eq!(reasons(service(&advice, "firehose"))[0], "freshness-below-least-delay");
}

#[test]
fn another_source_of_the_clickstream_gives_another_service() {
    let cases: &[(&[&str], &str)] = &[
        (&["source.system=on_prem_db", "source.kind=database_change"], "dms"),
        (&["source.kind=third_party_dataset"], "data_exchange"),
        (&["source.kind=third_party_dataset", "source.system=data_provider"], "data_exchange"),
        (&["source.kind=video", "source.system=camera"], "kinesis_video_streams"),
    ];
    for (overrides, expected) in cases {
        for edition in ["edition=2022", "edition=current"] {
            let all: Vec<&str> = overrides.iter().copied().chain([edition]).collect();
            assert_eq!(primary(&advice("clickstream", &all)), *expected, "{all:?}");
        }
    }
}

#[test]
fn the_lecture_s_chain_holds_in_both_editions() {
    let chain = [
        ("firehose", "first", "delivers-without-code"),
        ("kinesis_data_streams", "second", "consumer-code-needed"),
        ("emr", "rejected", "cluster-billed-by-time"),
        ("dms", "rejected", "no-database-in-source"),
        ("data_exchange", "rejected", "not-third-party-data"),
        ("managed_flink", "rejected", "no-transformation-asked"),
        ("kinesis_video_streams", "rejected", "no-media-in-source"),
        ("api_gateway", "in front", "client-speaks-plain-https"),
        ("cognito", "rejected", "identity-is-not-transport"),
        ("iot_core", "rejected", "front-door-for-devices-only"),
    ];
    for edition in ["2022", "current"] {
        let advice = advice("clickstream", &[&format!("edition={edition}")]);
        assert_eq!(advice["edition"], edition);
        for (id, verdict, deciding) in chain {
            let service = service(&advice, id);
            assert_eq!(service["verdict"], verdict, "{id} in {edition}");
            assert_eq!(reasons(service)[0], deciding, "{id} in {edition}");
        }
        // The lecture gives EMR two reasons: the bill and the people.
        assert!(reasons(service(&advice, "emr")).contains(&"cluster-needs-big-data-skills"));
        // Everything that may be the answer is weighed, the neighbours of the lecture's services too.
        assert!(advice["services"].as_array().unwrap().len() > chain.len());
    }
}

#[test]
fn an_empty_override_of_a_list_is_an_empty_list() {
    // Nothing satisfies a heavy job that nobody can run, which is an answer with its own exit code.
    let args = ["advise", &scenario("hadoop-spark-etl"), "--set", "team.skills=", "--format", "json"];
    let outcome = forebay(&args);
    outcome.ends_with(4);
    let advice: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(reasons(service(&advice, "emr")).contains(&"cluster-needs-big-data-skills"));
}

#[test]
fn an_edition_calls_services_by_its_names() {
    let name = |edition: &str, id: &str| service(&advice("clickstream", &[edition]), id)["name"].clone();
    assert_eq!(name("edition=2022", "firehose"), "Kinesis Data Firehose");
    assert_eq!(name("edition=current", "firehose"), "Data Firehose");
    assert_eq!(name("edition=2022", "managed_flink"), "Kinesis Data Analytics");
    assert_eq!(name("edition=current", "managed_flink"), "Managed Flink");
}

#[test]
fn places_in_the_ranking_have_no_gaps_where_a_service_helps_the_first_one() {
    let overrides = ["source.kind=iot_telemetry", "source.system=device", "source.protocol=mqtt", "transform=light"];
    let advice = advice("clickstream", &overrides);
    let ranks: Vec<u64> =
        advice["services"].as_array().unwrap().iter().filter_map(|service| service["rank"].as_u64()).collect();
    assert_eq!(service(&advice, "iot_core")["verdict"], "in front");
    assert!(ranks.len() > 1);
    assert_eq!(ranks, (1..=ranks.len() as u64).collect::<Vec<_>>());
}

/// `simulate` and `cost` take the pipeline from the one, `run` from the other.
#[test]
fn what_is_recommended_without_reasons_is_what_is_decided_with_them() {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let library = Library::embedded();
    let catalog = Catalog::load(&library, &mut sources, &mut problems);
    let rules = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
    let decider = Decider::new(&catalog, &rules);
    for path in fs::read_dir(root().join("scenarios")).unwrap().map(|entry| entry.unwrap().path()) {
        for edition in [Edition::Course2022, Edition::Current] {
            let loader = Loader { catalog: &catalog, edition: Some(edition), region: None };
            let text = fs::read_to_string(&path).unwrap();
            let scenario = loader.load("scenario", &text, &[], &mut sources, &mut problems).unwrap();
            let recommended = decider.recommend(&scenario);
            assert_eq!(recommended, decider.decide(&scenario).recommended, "{} {edition:?}", path.display());
        }
    }
}
