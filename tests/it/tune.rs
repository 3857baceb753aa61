//! `tune`: against an exhaustive sweep of the same levels, limits that bind, limits that nothing meets.

use serde_json::Value;

use crate::common::{Place, scenario};

/// What a scenario is tuned by, and an exhaustive sweep of the same.
struct Case {
    name: &'static str,
    sets: &'static [&'static str],
    axes: &'static [&'static str],
    limits: &'static [&'static str],
    /// The least size of objects in bytes, as in `limits`.
    least_object: f64,
}

const CASES: [Case; 3] = [
    // Objects of a megabyte, as quickly as they fill.
    Case {
        name: "clickstream",
        sets: &["--set", "rate=50/s", "--set", "profile=flat", "--horizon", "3 h"],
        axes: &[
            "firehose.buffer-interval=30s..900s/59",
            "firehose.buffer-size=1MiB..128MiB/8log",
            "firehose.compression=UNCOMPRESSED,GZIP",
        ],
        limits: &["--object-size", "1 MiB"],
        least_object: 1_048_576.0,
    },
    // A limit on the delay alone, which lies between two levels.
    Case {
        name: "w1",
        sets: &["--set", "freshness=200s", "--set", "rate=100/s", "--horizon", "1 h"],
        axes: &["firehose.buffer-interval=0s..900s/181", "firehose.buffer-size=1MiB..128MiB/8log"],
        limits: &[],
        least_object: 0.0,
    },
    // A stream in front: how it is paid for is a word among quantities.
    Case {
        name: "clickstream",
        sets: &[
            "--set",
            "rate=30/s",
            "--set",
            "profile=flat",
            "--set",
            "freshness=90s",
            "--horizon",
            "30 min",
            "--primary",
            "kinesis_data_streams",
        ],
        axes: &[
            "kinesis_data_streams.capacity-mode=provisioned,on-demand",
            "firehose.buffer-interval=0s..900s/61",
            "firehose.buffer-size=1MiB..128MiB/8log",
        ],
        limits: &[],
        least_object: 0.0,
    },
];

#[test]
fn the_recommended_point_is_as_good_as_an_exhaustive_sweep_finds() {
    let place = Place::new();
    for case in &CASES {
        let file = scenario(case.name);
        let common: Vec<&str> = [&[file.as_str(), "-q", "--replications", "1"], case.sets].concat();
        let vary: Vec<&str> = case.axes.iter().flat_map(|axis| ["--vary", axis]).collect();
        let over: Vec<&str> = case.axes.iter().flat_map(|axis| ["--over", axis]).collect();
        let swept = place.run(&[&["sweep"], &common[..], &vary, &["--format", "json"]].concat());
        let cells: Vec<Value> =
            swept.ends_with(0).stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let tuned = place.run(&[&["tune"], &common[..], &over, case.limits, &["--format", "json"]].concat()).json();
        let tuning = &tuned["tuning"];
        let limit = tuning["limits"]["p99_s"].as_f64().unwrap();
        let meets = |outcome: &Value| {
            outcome["p99_s"]["value"].as_f64().unwrap() <= limit
                && outcome["object_bytes"]["value"].as_f64().unwrap() >= case.least_object
        };
        let usd = |outcome: &Value| outcome["usd"]["value"].as_f64().unwrap();
        let outcomes = cells.iter().map(|cell| &cell["outcome"]).filter(|outcome| meets(outcome));
        let best = outcomes.map(usd).fold(f64::INFINITY, f64::min);
        assert!(best.is_finite(), "{}: no cell meets the limits", case.name);
        let recommended = &tuning["recommended"];
        assert_eq!(recommended["misses"].as_array().unwrap().len(), 0, "{recommended}");
        assert!(meets(&recommended["outcome"]));
        let found = usd(&recommended["outcome"]);
        assert!(found <= best * 1.02, "{}: {found} against {best}", case.name);
        let tried = tuning["evaluations"].as_u64().unwrap() as usize;
        assert!(tried * 10 <= cells.len(), "{}: {tried} of {}", case.name, cells.len());
        println!("{} {tried} of {}, USD {found:.2} against {best:.2}", case.name, cells.len());
    }
}

#[test]
fn the_limit_that_binds_is_named_and_without_it_more_is_to_be_had() {
    let place = Place::new();
    let file = scenario("clickstream");
    let args = ["tune", &file, "--horizon", "6 h", "--object-size", "1 MiB", "-q", "--format", "json"];
    let tuning = place.run(&args).json()["tuning"].take();
    let binding = tuning["binding"].as_array().unwrap();
    assert_eq!(binding.len(), 1, "{binding:?}");
    assert_eq!(binding[0]["limit"], "object-size");
    let recommended = tuning["recommended"]["outcome"]["usd"]["value"].as_f64().unwrap();
    assert!(binding[0]["without"]["usd"]["value"].as_f64().unwrap() < recommended);
    // The proof runs both settings in pairs.
    assert!(tuning["proof"]["less_default"]["p99_s"].is_object(), "{}", tuning["proof"]);
}

#[test]
fn where_nothing_meets_the_limits_the_nearest_is_told_and_which_limit_is_in_the_way() {
    let place = Place::new();
    let file = scenario("clickstream");
    let args = ["tune", &file, "--horizon", "6 h", "--set", "freshness=5min", "--object-size", "64 MiB", "-q"];
    let told = place.run(&args);
    told.ends_with(4);
    for text in ["no setting meets the limits", "objects at least 64 MiB: the most that was reached is"] {
        assert!(told.stdout.contains(text), "{text}\n{}", told.stdout);
    }
}

#[test]
fn the_front_is_a_front_and_the_answer_does_not_depend_on_threads() {
    let place = Place::new();
    let file = scenario("clickstream");
    let run = |threads: &str| {
        let args = ["tune", &file, "--horizon", "6 h", "-q", "--pack", "10", "--format", "json", "--threads", threads];
        place.run(&args).json()
    };
    let tuned = run("1");
    assert_eq!(tuned, run("2"));
    let front = tuned["tuning"]["front"].as_array().unwrap();
    let figures: Vec<(f64, f64)> = front
        .iter()
        .map(|tried| &tried["outcome"])
        .map(|outcome| (outcome["usd"]["value"].as_f64().unwrap(), outcome["p99_s"]["value"].as_f64().unwrap()))
        .collect();
    assert!(figures.len() > 2);
    for pair in figures.windows(2) {
        assert!(pair[0].0 <= pair[1].0 && pair[0].1 > pair[1].1, "{figures:?}");
    }
}

#[test]
fn wrong_knobs_are_told() {
    let place = Place::new();
    let file = scenario("clickstream");
    let told = |over: &str| place.run(&["tune", &file, "--over", over]);
    told("firehose.bufer-size")
        .ends_with(3)
        .explains(&["nothing that this pipeline can be tuned by", "firehose.buffer-size"]);
    told("firehose.buffer-size=1s,2s").ends_with(3).explains(&["these are no values of `firehose.buffer-size`"]);
    told("firehose.buffer-size=1MiB..9MiB").ends_with(3).explains(&["needs the number of its levels"]);
}

#[test]
fn what_has_no_price_is_told_and_never_counted_as_nothing() {
    let place = Place::new();
    let file = scenario("clickstream");
    // No price of Firehose in Frankfurt is sourced.
    let args = ["tune", &file, "--region", "eu-central-1", "--horizon", "2h", "-q"];
    let text = place.run(&args).ends_with(0).stdout.clone();
    for said in ["or more a month", "Not known", "Saves           an unknown amount"] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    // A budget cannot be shown to be kept.
    let budget = [&args[..], &["--budget", "USD 1000000"]].concat();
    place.run(&budget).ends_with(4);
}
