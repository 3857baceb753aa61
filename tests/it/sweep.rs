//! `sweep`: grids and random designs, cells that do not depend on who asks for them, going on after an interruption.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{Place, scenario};

const INTERVALS: &str = "firehose.buffer-interval=0s,60s,300s,900s";
const SIZES: &str = "firehose.buffer-size=1MiB..128MiB/3log";

fn sweep(place: &Place, more: &[&str]) -> String {
    let scenario = scenario("clickstream");
    let mut args = vec!["sweep", &scenario, "--vary", INTERVALS, "--vary", SIZES, "--horizon", "2 h", "-q"];
    args.extend(more);
    place.run(&args).ends_with(0).stdout.clone()
}

#[test]
fn every_combination_is_a_cell_and_longer_intervals_take_longer() {
    let place = Place::new();
    let csv = sweep(&place, &["--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(head[..3], ["cell", "firehose.buffer-interval", "firehose.buffer-size"]);
    let column = |name: &str| head.iter().position(|known| known == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 12);
    let p99 = |row: &csv::StringRecord| row[column("p99_s")].parse::<f64>().unwrap();
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row[0], index.to_string());
        assert_eq!(&row[column("problem")], "");
        assert!(row[column("usd_a_month")].parse::<f64>().unwrap() > 100.0);
    }
    // The same size with the next longer interval.
    for pair in [(0, 3), (3, 6)] {
        assert!(p99(&rows[pair.0]) < p99(&rows[pair.1]), "{} {}", p99(&rows[pair.0]), p99(&rows[pair.1]));
    }
}

#[test]
fn a_cell_is_the_same_alone_among_others_and_on_any_number_of_threads() {
    let place = Place::new();
    let all = sweep(&place, &["--format", "json", "--threads", "1"]);
    assert_eq!(sweep(&place, &["--format", "json", "--threads", "2"]), all);
    assert_eq!(sweep(&place, &["--format", "json", "--cells", "7"]), all.lines().nth(7).unwrap().to_owned() + "\n");
    let some: String = all.split_inclusive('\n').skip(3).take(4).collect();
    assert_eq!(sweep(&place, &["--format", "json", "--cells", "3..7"]), some);
}

#[test]
fn what_was_interrupted_goes_on_to_the_same_bytes() {
    let place = Place::new();
    sweep(&place, &["--out", "whole"]);
    let read = |name: &str| fs::read_to_string(place.path(name)).unwrap();
    let (csv, lines) = (read("whole/cells.csv"), read("whole/cells.jsonl"));
    assert_eq!(csv.lines().count(), 13);
    assert_eq!(lines.lines().count(), 12);
    // As a power cut leaves it: one file a row ahead of the other, the last line of each cut off.
    fs::create_dir(place.path("half")).unwrap();
    let half = |text: &str, lines: usize| {
        let whole: String = text.split_inclusive('\n').take(lines).collect();
        whole + "7,300s,"
    };
    fs::write(place.path("half/sweep.json"), read("whole/sweep.json")).unwrap();
    fs::write(place.path("half/cells.csv.part"), half(&csv, 7)).unwrap();
    fs::write(place.path("half/cells.jsonl.part"), half(&lines, 5)).unwrap();
    sweep(&place, &["--out", "half"]);
    assert_eq!(read("half/cells.csv"), csv);
    assert_eq!(read("half/cells.jsonl"), lines);
    assert!(!place.path("half/cells.csv.part").exists());
    // Something else is not mixed into it.
    fs::write(place.path("half/cells.csv.part"), half(&csv, 7)).unwrap();
    let args = ["sweep", &scenario("clickstream"), "--vary", INTERVALS, "--horizon", "2 h", "--out", "half"];
    place.run(&args).ends_with(3).explains(&["holds an unfinished sweep of something else", "--force"]);
    place.run(&[&args[..], &["--force"]].concat()).ends_with(0);
    assert_eq!(read("half/cells.csv").lines().count(), 5);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_done() {
    let place = Place::new();
    let vary = "firehose.buffer-interval=30s..900s/400";
    let scenario = scenario("clickstream");
    let args = ["sweep", &scenario, "--vary", vary, "--horizon", "6 h", "--out"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_forebay"))
        .args(args)
        .arg(place.path("cut"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once the first rows are there.
    let part = place.path("cut/cells.csv.part");
    let rows = || fs::read_to_string(&part).map_or(0, |text| text.lines().count());
    for _ in 0..6_000 {
        if rows() > 1 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let code = child.wait().unwrap().code();
    if code == Some(0) {
        // It was quicker than the signal; there is nothing to go on with.
        return;
    }
    assert_eq!(code, Some(130));
    let done = rows();
    assert!(done > 1 && done < 401, "{done}");
    let whole = [&args[..], &["whole"]].concat();
    place.run(&whole).ends_with(0);
    let go_on = [&args[..], &["cut"]].concat();
    place.run(&go_on).ends_with(0).explains(&[&format!("{} of 400 cells are there already", done - 1)]);
    let read = |name: &str| fs::read(place.path(name)).unwrap();
    for name in ["cells.csv", "cells.jsonl"] {
        assert!(read(&format!("cut/{name}")) == read(&format!("whole/{name}")), "{name} differs");
    }
}

#[test]
fn random_cells_keep_their_ranges_and_depend_on_the_seed() {
    let place = Place::new();
    let scenario = scenario("clickstream");
    let random = |seed: &str| {
        let args = [
            "sweep",
            &scenario,
            "--vary",
            "firehose.buffer-interval=10s..100s",
            "--vary",
            "firehose.compression=GZIP,UNCOMPRESSED",
            "--random",
            "9",
            "--horizon",
            "1 h",
            "--format",
            "json",
            "-q",
            "--seed",
            seed,
        ];
        place.run(&args).ends_with(0).stdout.clone()
    };
    let first = random("1");
    assert_eq!(random("1"), first);
    assert_ne!(random("2"), first);
    for line in first.lines() {
        let cell: serde_json::Value = serde_json::from_str(line).unwrap();
        let interval = cell["set"]["firehose.buffer-interval"].as_str().unwrap();
        let seconds: f64 = interval.trim_end_matches('s').parse().unwrap();
        assert!((10.0..=100.0).contains(&seconds), "{interval}");
        assert!(cell["outcome"]["p99_s"]["value"].as_f64().unwrap() < seconds + 5.0, "{line}");
    }
}

#[test]
fn what_is_wrong_is_told_before_anything_is_run() {
    let place = Place::new();
    let scenario = scenario("clickstream");
    let told = |vary: &[&str]| {
        let mut args = vec!["sweep", &scenario];
        args.extend(vary.iter().flat_map(|text| ["--vary", text]));
        place.run(&args)
    };
    told(&["firehose.bufer-interval=1s,2s"]).ends_with(3).explains(&["did you mean `firehose.buffer-interval`?"]);
    let both = told(&["firehose.buffer-interval=60s,3000s", "firehose.compression=GZIP,LZ5"]);
    both.ends_with(3).explains(&["3000s is above the greatest value", "`LZ5` is not one of its values"]);
    told(&["firehose.buffer-interval=9s..2s/3"]).ends_with(3).explains(&["a range goes upwards", "9s..2s/3"]);
    told(&["firehose.buffer-interval=2s..9s"]).ends_with(3).explains(&["LOW..HIGH/10"]);
    told(&["rate=1/s,2/s", "rate=3/s"]).ends_with(3).explains(&["varied twice"]);
    place
        .run(&["sweep", &scenario, "--vary", "seed=1,2", "--cells", "5..9"])
        .ends_with(3)
        .explains(&["the cells 0 to 1"]);
}

#[test]
fn a_cell_without_an_answer_says_why_and_leaves_the_others_alone() {
    let place = Place::new();
    let file = scenario("clickstream");
    // Nothing delivers within a millisecond.
    let run = |form: &str| {
        let args = ["sweep", &file, "--vary", "needs.freshness=15min,1ms", "--horizon", "1 h", "--format", form, "-q"];
        place.run(&args).ends_with(0).stdout.clone()
    };
    let cells: Vec<serde_json::Value> = run("json").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cells[0]["outcome"].is_object() && cells[0]["problem"].is_null(), "{}", cells[0]);
    assert!(cells[1]["outcome"].is_null(), "{}", cells[1]);
    assert_eq!(cells[1]["problem"], "nothing satisfies the requirements");
    assert!(run("table").contains("unknown"));
}

#[test]
fn ranges_of_rates_can_be_drawn_from_and_recordings_are_refused() {
    let place = Place::new();
    let file = scenario("clickstream");
    let args =
        ["sweep", &file, "--vary", "rate=5/s..50/s", "--random", "5", "--horizon", "1 h", "--format", "json", "-q"];
    let told = place.run(&args).ends_with(0).stdout.clone();
    for line in told.lines() {
        let cell: serde_json::Value = serde_json::from_str(line).unwrap();
        let rate = cell["set"]["rate"].as_str().unwrap();
        let number: f64 = rate.split(' ').next().unwrap().parse().unwrap();
        assert!((5.0..50.0).contains(&number), "{rate}");
        assert!(cell["outcome"].is_object(), "{line}");
    }
    for verb in [&["sweep", "--vary", "seed=1,2"][..], &["tune"], &["compare", "--vary", "seed=1,2"]] {
        let args = [verb, &[&file, "--trace", "any.csv"]].concat();
        place.run(&args).ends_with(3).explains(&["not on a recording"]);
    }
}

#[test]
fn parquet_is_written_where_it_is_built_in_and_refused_before_anything_is_run_where_not() {
    let place = Place::new();
    let scenario = scenario("clickstream");
    let args = ["sweep", &scenario, "--vary", INTERVALS, "--horizon", "1 h", "-q", "--out", "cells", "--parquet"];
    let run = place.run(&args);
    if cfg!(feature = "parquet") {
        run.ends_with(0);
        assert_eq!(fs::read(place.path("cells/cells.parquet")).unwrap()[..4], *b"PAR1");
    } else {
        assert!(run.ends_with(2).stderr.contains("--features parquet"));
        assert!(!place.path("cells").exists());
    }
}
