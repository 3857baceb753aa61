//! Bills of runs that are not a plain day: parts of a profile, recordings, overload, unknown prices.

use serde_json::Value;

use crate::common::{Place, forebay, root};

fn scenario(name: &str) -> String {
    root().join("scenarios").join(name).to_string_lossy().into_owned()
}

/// The JSON of a verb on the clickstream scenario.
fn answer(verb: &str, options: &[&str]) -> Value {
    let path = scenario("clickstream.toml");
    let arguments: Vec<&str> = [verb, &path, "--format", "json"].into_iter().chain(options.iter().copied()).collect();
    let outcome = forebay(&arguments);
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr))
}

fn quantity(answer: &Value, service: &str, meter: &str) -> f64 {
    let lines = answer["bill"]["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["service"] == service && line["meter"] == meter).unwrap();
    line["quantity"].as_f64().unwrap()
}

#[test]
fn a_month_is_the_same_from_any_part_of_the_profile() {
    // 1,000,000 events a day for 730 hours.
    let expected = 1e6 * 730.0 / 24.0;
    for options in [
        &["--horizon", "24h"][..],
        &["--horizon", "6h"],
        &["--horizon", "36h"],
        &["--warm-up", "12h"],
        &["--set", "profile=weekly_web_1995"],
    ] {
        let requests = quantity(&answer("cost", options), "api_gateway", "requests");
        assert!((requests / expected - 1.0).abs() < 0.01, "{options:?}: {requests} requests a month");
    }
}

#[test]
fn a_recording_is_extrapolated_by_its_own_span() {
    let place = Place::new();
    let rows = (0..61).map(|second| format!("{second},1000\n")).collect::<Vec<_>>().concat();
    place.file("even.csv", format!("ts_s,record_bytes\n{rows}"));
    let trace = place.path("even.csv").to_string_lossy().into_owned();
    let requests = quantity(&answer("cost", &["--trace", &trace]), "api_gateway", "requests");
    // 61 records in 60 s; the 300 s until the buffer closes are no part of the traffic.
    let expected = 61.0 / 60.0 * 3600.0 * 730.0;
    assert!((requests / expected - 1.0).abs() < 1e-6, "{requests} requests a month");
}

#[test]
fn one_record_tells_nothing_about_a_month() {
    let place = Place::new();
    place.file("one.csv", "ts_s,record_bytes\n5,100\n");
    let trace = place.path("one.csv").to_string_lossy().into_owned();
    let answer = answer("cost", &["--trace", &trace]);
    assert_eq!(answer["bill"]["total"], Value::Null);
    assert!(answer["bill"]["lines"].as_array().unwrap().iter().all(|line| line["amount"] == Value::Null));
}

#[test]
fn the_gateway_bills_what_it_passed_on_even_where_firehose_refused_it() {
    let options = ["--set", "rate=3000 records/s", "--set", "profile=flat", "--horizon", "60s", "--replications", "2"];
    let answer = answer("run", &options);
    let (gateway, firehose) =
        (quantity(&answer, "api_gateway", "requests"), quantity(&answer, "firehose", "ingestion"));
    assert!((gateway / (3000.0 * 3600.0 * 730.0) - 1.0).abs() < 0.02, "{gateway}");
    // 2,000 requests a second get through, each billed as 5 KiB.
    let expected = 2000.0 * 3600.0 * 730.0 * 5120.0 / 1_073_741_824.0;
    assert!((firehose / expected - 1.0).abs() < 0.02, "{firehose}");
    assert_eq!(answer["packing"], Value::Null, "packing would change what gets through");
    assert_eq!(answer["warnings"][0]["rule"], "requests-exceed-direct-put-quota");
    let text = forebay(&[&["run", &scenario("clickstream.toml")], &options[..]].concat()).stdout;
    assert!(text.contains("% of the records are turned away by"), "{text}");
}

#[test]
fn a_bill_without_any_price_is_unknown_and_not_zero() {
    let options = ["--region", "sa-east-1"];
    assert_eq!(answer("run", &options)["bill"]["total"], Value::Null);
    let text = forebay(&[&["run", &scenario("clickstream.toml")], &options[..]].concat()).stdout;
    assert!(text.contains("The bill is unknown"), "{text}");
    assert!(!text.contains("USD 0.00"), "{text}");
}

#[test]
fn the_interval_shown_is_the_one_simulated() {
    let answer = answer("simulate", &["--set", "freshness=5s", "--horizon", "1h", "--replications", "2"]);
    let settings = answer["settings"].as_array().unwrap();
    let interval = settings.iter().find(|setting| setting["name"] == "firehose.buffer-interval").unwrap();
    assert_eq!(interval["value"], "5 s");
    assert!(answer["late_share"].as_f64().unwrap() > 0.0, "some records miss 5 s, and the answer says so");
}

#[test]
fn a_pipeline_that_forks_is_not_priced_by_half() {
    let path = scenario("clickstream.toml");
    let outcome = forebay(&["run", &path, "--set", "destinations=s3,redshift"]);
    assert!(outcome.stdout.contains("Not simulated"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("USD"), "{}", outcome.stdout);
}

#[test]
fn another_feed_than_direct_put_is_not_priced_as_direct_put() {
    let answer = answer("cost", &["--set", "source.system=kafka"]);
    let lines = answer["bill"]["lines"].as_array().unwrap();
    assert!(lines.iter().all(|line| line["service"] != "firehose" || line["meter"] != "ingestion"));
}
