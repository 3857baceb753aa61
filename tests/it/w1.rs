//! The workload by which simulators are compared gives its known answer.

use serde_json::Value;

use crate::common::{forebay, scenario};

#[track_caller]
fn assert_near(answer: &Value, path: &str, expected: f64) {
    let got = answer.pointer(path).and_then(Value::as_f64).unwrap();
    let off = (got - expected).abs() / expected;
    assert!(off <= 0.005, "{path} is {got}, {:.2} % off {expected}", off * 100.0);
}

#[test]
fn w1_gives_its_known_answer() {
    let answer = forebay(&["simulate", &scenario("w1"), "--format", "json"]).json();
    // Within 0.5 %: the interval over ten replications of an hour is a tenth of that, and the histogram that gives the
    // percentiles has bins of about 0.4 %.
    assert_near(&answer, "/latency_s/mean/value", 2.740);
    assert_near(&answer, "/latency_s/p50/value", 2.738);
    assert_near(&answer, "/latency_s/p95/value", 5.044);
    assert_near(&answer, "/latency_s/p99/value", 5.299);
    assert_near(&answer, "/objects/per_hour", 702.3);
    assert_eq!(answer["records"]["rejected"], 0);
    assert_eq!(answer["replications"], 10);
    assert_eq!(answer["seed"], 1);
    assert_eq!(answer["horizon_s"], 3600.0);
}

#[test]
fn w1_loses_no_record() {
    let answer = forebay(&["simulate", &scenario("w1"), "--format", "json", "--replications", "2"]).json();
    let count = |name: &str| answer["records"][name].as_u64().unwrap();
    assert_eq!(count("offered"), count("accepted") + count("rejected"));
    assert_eq!(count("accepted"), count("delivered") + count("in_flight"));
}

#[test]
fn twice_the_quota_is_an_overload_and_said_first() {
    let path = scenario("w1");
    let args = ["simulate", &path, "--set", "rate=4000/s", "--horizon", "2 min", "--replications", "2"];
    let outcome = forebay(&args);
    outcome.ends_with(0);
    let place =
        |text: &str| outcome.stdout.find(text).unwrap_or_else(|| panic!("`{text}` is not in {}", outcome.stdout));
    assert!(place("firehose.direct-put-requests sustains 2,000 requests a second") < place("mean"));
    let answer = forebay(&[&args[..], &["--format", "json"]].concat()).json();
    assert_near(&answer, "/overloads/0/load", 2.0);
    let (surplus, rejected) = (&answer["overloads"][0]["surplus_share"], &answer["overloads"][0]["rejected_share"]);
    assert!((surplus.as_f64().unwrap() - 0.5).abs() < 0.005 && (rejected.as_f64().unwrap() - 0.5).abs() < 0.01);
    let well_below = forebay(&["simulate", &path, "--format", "json", "--replications", "2"]).json();
    assert_eq!(well_below["overloads"].as_array().unwrap().len(), 0);
}

#[test]
fn freshness_over_time_spans_the_run() {
    let answer = forebay(&["simulate", &scenario("w1"), "--format", "json", "--replications", "2"]).json();
    let course = &answer["freshness_over_time_s"];
    assert_eq!(course["step_s"], 30.0);
    let largest = |list: &Value| list.as_array().unwrap().iter().filter_map(Value::as_f64).fold(0.0, f64::max);
    assert_eq!(course["mean"].as_array().unwrap().len(), 120);
    assert_eq!(largest(&course["largest"]), answer["freshness_s"]["largest"].as_f64().unwrap());
}
