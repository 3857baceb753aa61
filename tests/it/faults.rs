//! What goes wrong, and what that does: outages, crowds, hot keys, clients that try again. The scenario files carry W1's
//! load of 1,000 records a second; here the same files run at a few records a second, since what is held and lost follows
//! from rules of time and not from the rate.

use serde_json::Value;

use crate::common::{Place, forebay, scenario};

/// A scenario at a lower rate, one replication, with further arguments.
#[track_caller]
fn slow(name: &str, rate: &str, extra: &[&str]) -> Value {
    let (path, rate) = (scenario(name), format!("workload.rate={rate}"));
    let args = ["simulate", &path, "--format", "json", "--replications", "1", "--set", &rate];
    forebay(&[&args[..], extra].concat()).json()
}

#[track_caller]
fn count(answer: &Value, name: &str) -> u64 {
    answer["records"][name].as_u64().unwrap_or_else(|| panic!("no `{name}` in {}", answer["records"]))
}

#[track_caller]
fn conserves(answer: &Value) {
    assert_eq!(count(answer, "offered"), count(answer, "accepted") + count(answer, "rejected"));
    let ended = count(answer, "delivered") + count(answer, "in_flight") + count(answer, "lost");
    assert_eq!(count(answer, "accepted"), ended);
}

#[test]
fn six_hours_without_s3_delay_everything_and_lose_nothing() {
    let answer = slow("outage-6h", "2/s", &[]);
    conserves(&answer);
    assert_eq!((count(&answer, "lost"), count(&answer, "lost_bytes")), (0, 0));
    let outage = &answer["outages"][0];
    assert_eq!(
        (&outage["service"], &outage["from_s"], &outage["to_s"]),
        (&"s3".into(), &3600.0.into(), &25_200.0.into())
    );
    // All that came in six hours but for the buffer that is still open, at 2 records a second.
    let held = outage["most_held"].as_u64().unwrap() as f64;
    assert!((held / 43_200.0 - 1.0).abs() < 0.03, "{held}");
    // The longest wait between two tries is 120 s.
    let gone = outage["gone_after_s"].as_f64().unwrap();
    assert!((1.0..=120.0).contains(&gone), "{gone}");
    // The age of the oldest record grows until S3 is back, and falls to what it was before the outage.
    let largest = answer["freshness_over_time_s"]["largest"].as_array().unwrap();
    let oldest = largest.iter().filter_map(Value::as_f64).fold(0.0, f64::max);
    assert!((21_600.0..22_200.0).contains(&oldest), "{oldest}");
    assert!(largest.last().and_then(Value::as_f64).unwrap() < 301.0);
    let late = answer["late_share"].as_f64().unwrap();
    // Later than ten minutes comes what was sent in the outage, but for its last ten minutes and so; the run has nine hours.
    assert!((late - 6.0 / 9.0).abs() < 0.03, "{late}");
}

#[test]
fn an_hour_more_than_the_retry_duration_loses_an_hour_of_records() {
    let answer = slow("outage-25h", "2/s", &[]);
    conserves(&answer);
    // Held for 24 of 25 hours: what was collected in the first hour is given up. The last try falls up to 120 s short of the
    // 24 hours, and a buffer of 300 s belongs to the hour in which it closes.
    let (lost, per_second) = (count(&answer, "lost") as f64, 2.0);
    let seconds = lost / per_second;
    assert!((3600.0 - 300.0..3600.0 + 300.0 + 120.0).contains(&seconds), "{seconds}");
    let mean = count(&answer, "lost_bytes") as f64 / lost;
    assert!((mean / 1024.0 - 1.0).abs() < 0.1, "{mean}");
    let outage = &answer["outages"][0];
    assert_eq!(outage["lost"], answer["records"]["lost"]);
    assert!(outage["gone_after_s"].as_f64().unwrap() <= 120.0);
}

#[test]
fn bytes_are_conserved_when_records_are_lost() {
    // A recording is run to its last delivery, so nothing is on its way at the end. Sizes differ, so that bytes do not
    // follow from counts.
    let lines: Vec<(u64, u64)> = (0..9_000u64).map(|index| (index * 10, 500 + (index * 7919) % 1_000)).collect();
    let rows: Vec<String> = lines.iter().map(|(second, bytes)| format!("{second},{bytes}")).collect();
    let place = Place::new();
    let trace = place.file("steady.csv", format!("ts_s,record_bytes\n{}\n", rows.join("\n")));
    let path = scenario("outage-25h");
    let args = ["simulate", &path, "--format", "json", "--replications", "1", "--trace", trace];
    let answer = place.run(&args).json();
    conserves(&answer);
    assert_eq!(count(&answer, "in_flight"), 0);
    assert!(count(&answer, "lost") > 0);
    let objects = &answer["objects"];
    let delivered = objects["count"].as_f64().unwrap() * objects["mean_bytes"].as_f64().unwrap();
    let sent: u64 = lines.iter().map(|(_, bytes)| bytes).sum();
    assert_eq!((count(&answer, "offered_bytes"), count(&answer, "accepted_bytes")), (sent, sent));
    assert!((delivered + count(&answer, "lost_bytes") as f64 - sent as f64).abs() < 1.0, "{delivered}");
}

#[test]
fn an_outage_is_told_in_words_with_what_was_lost() {
    let outcome = forebay(&["simulate", &scenario("outage-25h"), "--set", "workload.rate=1/s"]);
    outcome.ends_with(0);
    let text = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in
        ["s3 takes nothing from 1 h to 26 h. firehose.delivery holds up to", "are given up for good.", " lost ("]
    {
        assert!(text.contains(said), "`{said}` is not in {}", outcome.stdout);
    }
}

#[test]
fn a_hot_key_throttles_its_shard_while_others_have_room() {
    let answer = slow("hot-key", "3000/s", &["--horizon", "30 s"]);
    conserves(&answer);
    let stages = answer["stages"].as_array().unwrap();
    let shards = stages.iter().find(|stage| stage["kind"] == "shards").unwrap()["shards"].as_array().unwrap();
    let rejected: Vec<u64> = shards.iter().map(|shard| shard["rejected"].as_u64().unwrap()).collect();
    let offered: Vec<u64> = shards.iter().map(|shard| shard["offered"].as_u64().unwrap()).collect();
    assert_eq!(rejected.iter().sum::<u64>(), count(&answer, "rejected"));
    // What is still being put when the run ends has not come to a shard.
    let (came, sent) = (offered.iter().sum::<u64>(), count(&answer, "offered"));
    assert!(came <= sent && sent - came < sent / 100, "{came} of {sent}");
    assert!(rejected.iter().filter(|number| **number > 0).count() < shards.len());
    // The hot shard has more than it takes, 1,000 a second, and the idlest less than half of that.
    assert!(offered.iter().max().unwrap() > &30_000 && offered.iter().min().unwrap() < &15_000, "{offered:?}");
    let even = slow("hot-key", "3000/s", &["--horizon", "30 s", "--set", "kinesis_data_streams.distinct-keys=0"]);
    assert_eq!(count(&even, "rejected"), 0);
}

#[test]
fn clients_that_try_again_ask_more_often_than_there_are_records() {
    let episode =
        ["--horizon", "5 min", "--set", "workload.episodes=[{ from = \"1 min\", to = \"2 min\", factor = 12 }]"];
    let storm = slow("retry-storm", "1000/s", &episode);
    conserves(&storm);
    let gate = storm["stages"].as_array().unwrap().iter().find(|stage| stage["kind"] == "gate").unwrap();
    assert_eq!(gate["name"], "api_gateway.account-throttle");
    assert!(gate["retried"].as_u64().unwrap() > 0);
    let entry = |answer: &Value| answer["limits"][0]["offered_per_s"].as_f64().unwrap();
    let gone = slow("flash-crowd", "1000/s", &episode);
    assert!(entry(&storm) > 1.1 * entry(&gone), "{} {}", entry(&storm), entry(&gone));
    // Who tries again gets through more often than who gives up.
    let through = |answer: &Value| answer["limits"][1]["offered_per_s"].as_f64().unwrap();
    assert!(through(&storm) > through(&gone));
}

#[test]
fn quotas_of_the_region_decide() {
    let lower = slow("region-class-b", "1000/s", &["--horizon", "2 min"]);
    let higher = slow("region-class-b", "1000/s", &["--horizon", "2 min", "--region", "us-east-1"]);
    assert!(count(&lower, "rejected") > 0);
    assert_eq!(count(&higher, "rejected"), 0);
    assert_eq!(count(&lower, "offered"), count(&higher, "offered"));
}

#[test]
fn the_freshness_is_drawn_with_the_outage() {
    let place = Place::new();
    let path = scenario("outage-6h");
    place.run(&["run", &path, "--set", "workload.rate=1/s", "--replications", "1", "--out", "out"]).ends_with(0);
    let files = place.files("out");
    let file = |name: &str| &files.iter().find(|(file, _)| file == name).unwrap_or_else(|| panic!("no {name}")).1;
    let csv = String::from_utf8(file("freshness.csv").clone()).unwrap();
    assert!(csv.starts_with("kind,label,from_s,to_s,mean_s,largest_s\nage,,"));
    assert!(
        csv.contains("\noutage,S3 takes nothing,3600,25200,,\n")
            && csv.contains("\nrequirement,asked for: 10 min,,,,600\n")
    );
    assert!(String::from_utf8(file("freshness.svg").clone()).unwrap().contains("S3 takes nothing from 1 h to 7 h."));
    assert!(file("freshness.png").starts_with(b"\x89PNG"));
}

#[test]
fn a_volume_that_is_moved_once_is_divided_by_its_line() {
    let text = |extra: &[&str]| {
        let base = ["simulate", "plan.toml", "--format", "json"];
        let place = Place::new();
        place.file(
            "plan.toml",
            "format = 1\ntitle = \"Files of a machine room\"\n[source]\nkind = \"files\"\nsystem = \"on_prem_nas\"\n\
             protocol = \"nfs\"\nline-rate = \"125 MB/s\"\n[needs]\ndestinations = [\"s3\"]\nvolume = \"10 TB\"\n\
             deadline = \"2 days\"\nschedule = \"one_time\"\n",
        );
        place.run(&[&base[..], extra].concat()).json()
    };
    let all_day = text(&["--primary", "datasync"]);
    // 10^13 B ÷ (1.25 × 10^8 B/s × 0.8) = 10^5 s.
    assert_eq!(all_day["transfer"]["time_s"], 100_000.0);
    assert_eq!(all_day["transfer"]["in_time"], true);
    let nights = text(&["--primary", "datasync", "--set", "datasync.transfer-window=10 h"]);
    // 10^5 s are two windows of 36,000 s and 28,000 s of a third: two days and 28,000 s.
    assert_eq!(nights["transfer"]["time_s"], 2.0 * 86_400.0 + 28_000.0);
    assert_eq!(nights["transfer"]["in_time"], false);
    let by_post = text(&["--primary", "snowball", "--edition", "2022", "--set", "needs.volume=200 TB"]);
    // Three devices of 80 TB, one after the other: 28 d + 7 d + 80 TB ÷ 250 MB/s + 7 d + 1 d each.
    assert_eq!(by_post["transfer"]["devices"], 3);
    assert_eq!(by_post["transfer"]["time_s"], 3.0 * (43.0 * 86_400.0 + 320_000.0));
}
