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
    place.run(&args).ends_with(0).explains(&["result.json and the charts latencies, bills, volume"]);
    let names = written(&place);
    for chart in ["latencies", "bills", "volume"] {
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
    place.run(&args).ends_with(0).explains(&["result.json and the charts latencies, bills "]);
    assert!(answer(&place)["comparison"]["volumes"].is_null());
    assert!(!written(&place).contains(&"volume.svg".to_owned()));
}
