//! The charts of compared architectures, and the numbers behind them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::common::{Place, scenario};

fn written(place: &Place) -> Vec<String> {
    place.files("out").into_iter().map(|(name, _)| name).collect()
}

fn answer(place: &Place) -> Value {
    let files = place.files("out");
    let (_, bytes) = files.iter().find(|(name, _)| name == "result.json").unwrap();
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn compare_writes_charts_and_its_curves_pass_through_the_bills() {
    let place = Place::new();
    let args = ["compare", &scenario("w1"), "--horizon", "20 min", "--replications", "2", "--out", "out"];
    place
        .run(&args)
        .ends_with(0)
        .explains(&["result.json and the charts latencies, bills, volume, front, objects (SVG"]);
    let names = written(&place);
    for chart in ["latencies", "bills", "volume", "front", "objects"] {
        for ending in ["svg", "png", "csv"] {
            assert!(names.contains(&format!("{chart}.{ending}")), "{names:?}");
        }
    }
    let comparison = &answer(&place)["comparison"];
    let curves = comparison["volumes"]["curves"].as_array().unwrap();
    assert!(curves.len() > 1);
    for curve in curves {
        let compared = &comparison["architectures"][usize::try_from(curve["architecture"].as_u64().unwrap()).unwrap()];
        let total = compared["bill"]["total"].as_f64().unwrap();
        let points = curve["points"].as_array().unwrap();
        let own = points.iter().find(|point| (point["records_per_s"].as_f64().unwrap() - 1000.0).abs() < 1e-6).unwrap();
        // Objects are scaled by a rule of their own, and cost next to nothing here.
        assert!((own["usd"].as_f64().unwrap() / total - 1.0).abs() < 1e-3, "{own} {total}");
    }
}

#[test]
fn recorded_traffic_has_no_costs_at_other_volumes() {
    let place = Place::new();
    let mut trace = "ts_ms,record_bytes\n".to_owned();
    for second in 0..600 {
        writeln!(trace, "{},{}", 1000 * second, 500 + second).unwrap();
    }
    place.file("trace.csv", trace);
    let args = ["compare", &scenario("clickstream"), "--trace", "trace.csv", "--out", "out"];
    place.run(&args).ends_with(0).explains(&["result.json and the charts latencies, bills, front, objects (SVG"]);
    assert!(answer(&place)["comparison"]["volumes"].is_null());
    assert!(!written(&place).contains(&"volume.svg".to_owned()));
}

fn text(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.path("out").join(name)).unwrap()
}

/// The rows of a chart's data, by the names of their columns.
fn rows(place: &Place, name: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = text(place, name);
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap();
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

/// A quick run with charts.
fn run<'a>(path: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["run", path, "--horizon", "20 min", "--replications", "2", "--out", "out"][..], more].concat()
}

#[test]
fn the_front_holds_every_candidate_and_those_on_it_are_beaten_by_none() {
    let place = Place::new();
    place.run(&run(&scenario("w1"), &[])).ends_with(0);
    let rows = rows(&place, "front.csv");
    let number = |row: &std::collections::BTreeMap<String, String>, key: &str| row[key].parse::<f64>().unwrap();
    let points: Vec<_> = rows.iter().filter(|row| row["kind"] == "candidate").collect();
    let comparison = answer(&place)["comparison"]["architectures"].clone();
    // What has a part without a known price has no place on the axis.
    let whole: Vec<&Value> =
        comparison.as_array().unwrap().iter().filter(|one| one["bill"]["complete"] == true).collect();
    assert_eq!(points.len(), whole.len());
    for one in whole {
        let (usd, p99) = (one["bill"]["total"].as_f64().unwrap(), one["latency_s"]["p99"]["value"].as_f64().unwrap());
        let same =
            |row: &&&_| (number(row, "usd_a_month") - usd).abs() < 1e-6 && (number(row, "delay_s") - p99).abs() < 1e-9;
        assert!(points.iter().any(|row| same(&row)), "{usd} {p99}");
    }
    assert!(
        points.iter().any(|row| row["on_front"] == "true") && points.iter().any(|row| row["marked"] == "recommended")
    );
    let in_play = || points.iter().filter(|row| !row["name"].contains("(ruled out)"));
    for row in in_play() {
        let beaten = in_play().any(|other| {
            let (usd, delay) = (number(other, "usd_a_month"), number(other, "delay_s"));
            let (own, late) = (number(row, "usd_a_month"), number(row, "delay_s"));
            usd <= own && delay <= late && (usd < own || delay < late)
        });
        assert_eq!(row["on_front"] == "true", !beaten, "{row:?}");
    }
}

#[test]
fn shares_of_ranks_are_those_of_the_answer() {
    let place = Place::new();
    place.run(&run(&scenario("w1"), &[])).ends_with(0);
    let rows = rows(&place, "acceptability.csv");
    for one in answer(&place)["robustness"]["alternatives"].as_array().unwrap() {
        let shares: Vec<f64> = serde_json::from_value(one["rank_acceptability"].clone()).unwrap();
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let own = rows.iter().filter(|row| one["name"] == row["service"]);
        assert_eq!(own.map(|row| row["share"].parse::<f64>().unwrap()).collect::<Vec<_>>(), shares);
    }
}

#[test]
fn themes_change_the_pictures_and_nothing_else() {
    let place = Place::new();
    let path = scenario("w1");
    let mut seen: Vec<Vec<(String, Vec<u8>)>> = Vec::new();
    for theme in ["light", "dark", "print"] {
        place.run(&run(&path, &["--theme", theme])).ends_with(0);
        seen.push(place.files("out"));
    }
    for (index, one) in seen.iter().enumerate() {
        for other in &seen[..index] {
            for ((name, bytes), (same, others)) in one.iter().zip(other) {
                assert_eq!(name, same);
                let drawn = [".svg", ".png"].iter().any(|ending| name.ends_with(ending));
                assert_eq!(bytes != others, drawn || name == ".forebay-files", "{name}");
            }
        }
    }
    // On paper there is no colour: red, green and blue are the same in every colour of the picture, but for the ink on dark
    // areas, which is nearly black.
    for (name, bytes) in &seen[2] {
        let Some(svg) = String::from_utf8(bytes.clone()).ok().filter(|text| text.starts_with("<svg")) else { continue };
        for colour in svg.split("=\"#").skip(1).map(|rest| &rest[..6]) {
            let level = |at: usize| u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            let levels = [level(0), level(2), level(4)];
            let spread = levels.iter().max().unwrap() - levels.iter().min().unwrap();
            assert!(spread <= 5, "{name}: #{colour}");
        }
    }
    place.run(&["run", &path, "--theme", "dark"]).ends_with(2).explains(&["--out"]);
    place.run(&run(&path, &["--theme", "sepia"])).ends_with(2).explains(&["light", "dark", "print"]);
}

#[test]
fn what_an_earlier_run_wrote_is_removed_and_nothing_else() {
    let place = Place::new();
    let path = scenario("w1");
    place.run(&run(&path, &[])).ends_with(0);
    let out = place.path("out");
    for (name, text) in [("mine.svg", "mine"), ("scores.csv", "changed by hand")] {
        std::fs::write(out.join(name), text).unwrap();
    }
    // A list that names what lies elsewhere, or what it never wrote, removes none of it.
    place.file("elsewhere.txt", "elsewhere");
    let digest = forebay::source::digest(["elsewhere"]);
    let list = format!("{}{digest} ../elsewhere.txt\n0 mine.svg\n", text(&place, ".forebay-files"));
    std::fs::write(out.join(".forebay-files"), list).unwrap();
    let args = ["compare", &path, "--horizon", "20 min", "--replications", "2", "--out", "out"];
    place.run(&args).ends_with(0).explains(&["of an earlier run"]);
    let names = written(&place);
    for gone in ["scores.svg", "scores.png", "acceptability.svg", "latency.csv", "bill.png"] {
        assert!(!names.contains(&gone.to_owned()), "{names:?}");
    }
    for left in ["mine.svg", "scores.csv", "latencies.svg", "front.png", "result.json"] {
        assert!(names.contains(&left.to_owned()), "{names:?}");
    }
    assert!(place.path("elsewhere.txt").exists());
    let again = place.run(&args);
    assert!(!again.stderr.contains("earlier run"), "{}", again.stderr);
}
