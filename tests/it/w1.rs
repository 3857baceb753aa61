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
