//! Recorded traffic of real systems passes the pipeline, whole.

use serde_json::Value;

use crate::common::{forebay, scenario, shared};

fn replay(name: &str, extra: &[&str]) -> Option<Value> {
    let path = shared(&format!("traces/{name}"))?;
    let (clickstream, path) = (scenario("clickstream"), path.display().to_string());
    let mut args = vec!["simulate", &clickstream, "--format", "json", "--replications", "1", "--trace", &path];
    args.extend(extra);
    Some(forebay(&args).json())
}

#[test]
fn every_record_of_a_real_recording_arrives() {
    for (name, records) in [
        ("nasa_http_19950801.csv.gz", 30_969),
        ("wikipedia_edits_20150912.csv.gz", 39_244),
        ("otto_clickstream_sample.csv.gz", 862),
        ("lorawan_campusiot_2023.csv.gz", 30_005),
        ("apache_combined_201505.log.gz", 10_000),
    ] {
        let Some(answer) = replay(name, &[]) else { return };
        for count in ["offered", "accepted", "delivered"] {
            assert_eq!(answer["records"][count], records, "{name}: {count}");
        }
        assert_eq!(answer["records"]["rejected"], 0, "{name}");
        assert_eq!(answer["trace"]["skipped_lines"], 0, "{name}");
    }
}

#[test]
fn copies_and_speed_change_the_load_and_not_the_count() {
    let name = "nasa_http_19950801.csv.gz";
    let Some(answer) = replay(name, &["--overlay", "3", "--speedup", "10"]) else { return };
    assert_eq!(answer["records"]["offered"], 3 * 30_969);
    assert_eq!(answer["trace"]["overlay"], 3);
    assert_eq!(answer["trace"]["speedup"], 10.0);
}
