//! Candidate architectures side by side: what `run` and `compare` say of them.

use serde_json::Value;

use crate::common::{Outcome, Place, forebay, scenario};

fn outcome(verb: &str, file: &str, options: &[&str]) -> Outcome {
    let path = scenario(file);
    let arguments: Vec<&str> = [verb, &path, "--format", "json"].into_iter().chain(options.iter().copied()).collect();
    forebay(&arguments)
}

fn answer(verb: &str, file: &str, options: &[&str]) -> Value {
    let outcome = outcome(verb, file, options);
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr))
}

fn architectures(answer: &Value) -> Vec<&Value> {
    answer["comparison"]["architectures"].as_array().unwrap().iter().collect()
}

fn simulated(answer: &Value) -> Vec<&Value> {
    architectures(answer).into_iter().filter(|one| one["not_simulated"].is_null()).collect()
}

fn has(answer: &Value, services: &[&str]) -> bool {
    let wanted: Vec<Value> = services.iter().map(|id| Value::from(*id)).collect();
    simulated(answer).iter().any(|one| one["services"].as_array() == Some(&wanted))
}

#[test]
fn the_lectures_architectures_stand_side_by_side() {
    let answer = answer("run", "clickstream", &["--horizon", "2h"]);
    for path in [
        &["api_gateway", "firehose", "s3"][..],
        &["api_gateway", "kinesis_data_streams", "firehose", "s3"],
        &["api_gateway", "kinesis_data_streams", "lambda", "s3"],
        &["api_gateway", "kinesis_data_streams", "s3"],
        &["api_gateway", "kinesis_data_streams", "managed_flink", "s3"],
        &["api_gateway", "kinesis_data_streams", "emr", "s3"],
    ] {
        assert!(has(&answer, path), "{path:?} is not among those simulated");
    }
    for one in simulated(&answer) {
        let p99 = &one["latency_s"]["p99"];
        assert!(p99["value"].as_f64().unwrap() > 0.0 && p99["half_width"].is_number(), "{one}");
        assert!(one["bill"]["total"].is_number(), "{}", one["path"]);
    }
    // Native delivery came after the course.
    let then = self::answer("run", "clickstream", &["--horizon", "2h", "--edition", "2022"]);
    assert!(!has(&then, &["api_gateway", "kinesis_data_streams", "s3"]));
}

#[test]
fn another_seed_ranks_alike() {
    let ranking = |seed: &str| -> Vec<(String, Value)> {
        let answer = answer("run", "clickstream", &["--horizon", "6h", "--seed", seed]);
        let services = answer["services"].as_array().unwrap().iter();
        services.map(|service| (service["id"].to_string(), service["rank"].clone())).collect()
    };
    assert_eq!(ranking("1"), ranking("2"));
}

#[test]
fn pairs_tell_what_is_not_chance() {
    let answer = answer("compare", "clickstream", &["--horizon", "6h"]);
    let of = |services: &[&str]| {
        let wanted: Vec<Value> = services.iter().map(|id| Value::from(*id)).collect();
        simulated(&answer).into_iter().find(|one| one["services"].as_array() == Some(&wanted)).unwrap().clone()
    };
    assert!(of(&["api_gateway", "firehose", "s3"])["less_first"].is_null(), "the first is compared with nothing");
    // Half a second of polling on average comes on top of the same buffer: single runs would not tell.
    let behind = of(&["api_gateway", "kinesis_data_streams", "firehose", "s3"]);
    let difference = &behind["less_first"]["p50_s"]["difference"];
    let (value, width) = (difference["value"].as_f64().unwrap(), difference["half_width"].as_f64().unwrap());
    assert!(value > width && (0.2..2.0).contains(&value), "{value} ± {width}");
}

#[test]
fn the_ranking_rests_on_what_was_simulated() {
    let answer = answer("run", "clickstream", &["--horizon", "2h"]);
    let first = &answer["services"][0];
    let basis = |criterion: &str| {
        let parts = first["contributions"].as_array().unwrap();
        parts.iter().find(|part| part["criterion"] == criterion).map(|part| part["basis"].to_string())
    };
    assert!(basis("freshness").unwrap().contains("simulated p99"), "{:?}", basis("freshness"));
    assert!(basis("cost").unwrap().contains("USD"), "{:?}", basis("cost"));
    // Without a simulation the amount is unknown for all, so it does not count.
    let advice = self::answer("advise", "clickstream", &[]);
    let parts = advice["services"][0]["contributions"].as_array().unwrap();
    assert!(parts.iter().all(|part| part["criterion"] != "cost"));
}

#[test]
fn what_packing_saves_is_what_a_packed_workload_costs_less() {
    let run = answer("run", "clickstream", &["--horizon", "6h"]);
    let packing = &run["what_if"][0];
    let change = packing["change"].as_str().unwrap();
    let records: f64 = change.split_whitespace().nth(3).unwrap().parse().unwrap();
    assert_eq!(records, (0.9f64 * 5120.0 / 436.0).floor(), "{change}");
    let total = |answer: &Value| answer["bill"]["total"].as_f64().unwrap();
    let rate = format!("workload.rate={} events/day", 1e6 / records);
    let size = format!("workload.record-size={{lognormal={{mean=\"{} B\",sigma=0.035}}}}", 436.0 * records);
    let packed = answer_with(&["--horizon", "6h", "--set", &rate, "--set", &size]);
    let saved = total(&run) - total(&packed);
    let told = -packing["usd"]["value"].as_f64().unwrap();
    assert!((told / saved - 1.0).abs() < 0.02, "told {told}, saved {saved}");
}

fn answer_with(options: &[&str]) -> Value {
    answer("cost", "clickstream", options)
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let bytes = |threads: &str| outcome("compare", "clickstream", &["--horizon", "1h", "--threads", threads]).stdout;
    assert_eq!(bytes("1"), bytes("2"));
}

#[test]
fn a_scenario_without_traffic_says_what_is_missing() {
    let place = Place::new();
    let needs = "needs = { destinations = [\"s3\"] }\n";
    place.file("quiet.toml", format!("format = 1\ntitle = \"Quiet\"\nsource = {{ kind = \"clickstream\" }}\n{needs}"));
    let outcome = forebay(&["compare", &place.path("quiet.toml").to_string_lossy()]);
    outcome.ends_with(3).explains(&["[workload]"]);
}

#[test]
fn settings_and_scenarios_are_compared_in_pairs() {
    let vary = ["--vary", "firehose.buffer-interval=60s,300s", "--horizon", "2h"];
    let varied = answer("compare", "clickstream", &vary);
    let rows = architectures(&varied);
    assert_eq!(
        rows.iter().map(|row| row["setting"].as_str().unwrap()).collect::<Vec<_>>(),
        ["firehose.buffer-interval=60s", "firehose.buffer-interval=300s"]
    );
    assert!(rows[0]["less_first"].is_null());
    let p99 = &rows[1]["less_first"]["p99_s"]["difference"];
    assert!(p99["value"].as_f64().unwrap() > 200.0 && p99["half_width"].as_f64().unwrap() < 20.0, "{p99}");
    // The same as by `--set`.
    let alone = answer("compare", "clickstream", &["--vary", "firehose.buffer-interval=300s", "--horizon", "2h"]);
    assert_eq!(architectures(&alone)[0]["latency_s"], rows[1]["latency_s"]);
    let other = scenario("w1");
    let both = answer("compare", "clickstream", &[&other, "--horizon", "1h"]);
    let titles: Vec<&str> = architectures(&both).iter().map(|row| row["setting"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 2);
    assert_ne!(titles[0], titles[1]);
    let editions = answer("compare", "clickstream", &["--vary", "edition=2022,current", "--horizon", "1h"]);
    assert!(architectures(&editions)[0]["path"].as_str().unwrap().contains("Kinesis Data Firehose"));
    outcome("compare", "clickstream", &["--vary", "seed=1..100/100"])
        .ends_with(3)
        .explains(&["24 are compared at most", "forebay sweep"]);
}

// Records of 1 KB: Firehose bills each as 5 KB, a stream its shards by the hour.
#[test]
fn the_volume_at_which_a_provisioned_stream_becomes_cheaper_is_confirmed_by_pricing_on_both_sides() {
    let at = |rate: &str| {
        answer(
            "compare",
            "clickstream",
            &["--set", "record-size=1 KB", "--set", "profile=flat", "--set", rate, "--horizon", "1h"],
        )
    };
    let firehose: &[&str] = &["api_gateway", "firehose", "s3"];
    let stream: &[&str] = &["api_gateway", "kinesis_data_streams", "lambda", "s3"];
    let place = |answer: &Value, services: &[&str]| {
        let is_it = |one: &&Value| {
            one["services"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).eq(services.iter().copied())
        };
        architectures(answer).iter().position(is_it).unwrap()
    };
    let found = at("rate=11 records/s");
    let crossovers = found["comparison"]["volumes"]["crossovers"].as_array().unwrap();
    let (below, above) = (place(&found, firehose), place(&found, stream));
    let crossing = crossovers.iter().find(|one| one["below"] == below && one["above"] == above).unwrap();
    let rate = crossing["records_per_s"].as_f64().unwrap();
    assert!((50.0..500.0).contains(&rate), "{rate}");
    // Simulated and priced anew, each at its own rate.
    let usd = |answer: &Value, services: &[&str]| {
        architectures(answer)[place(answer, services)]["bill"]["total"].as_f64().unwrap()
    };
    let side = |factor: f64| {
        let answer = at(&format!("rate={} records/s", rate * factor));
        usd(&answer, stream) - usd(&answer, firehose)
    };
    // Close by: further up, a second batch a poll is dearer for a while.
    let (before, after) = (side(0.93), side(1.07));
    assert!(before > 0.0 && after < 0.0, "{before} {after} around {rate}");
    // The stream of that candidate has shards of its own.
    let shards = &architectures(&found)[above]["sizings"];
    assert!(
        shards.as_array().unwrap().iter().any(|sizing| sizing["name"] == "kinesis_data_streams.shards"),
        "{shards}"
    );
}
