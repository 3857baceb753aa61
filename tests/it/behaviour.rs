//! Each streaming service throttles where its quota says, and batches as arithmetic predicts.

use serde_json::Value;

use crate::common::{Place, root};

/// A small scenario and the service that it is simulated with.
#[derive(Debug, Clone, Copy)]
struct Case {
    primary: &'static str,
    kind: &'static str,
    system: &'static str,
    destination: &'static str,
    rate: &'static str,
    size: &'static str,
    horizon: &'static str,
}

/// Messages of a program to another one.
const MESSAGES: Case = Case {
    primary: "sqs",
    kind: "messages",
    system: "server",
    destination: "application",
    rate: "10 messages/s",
    size: "1 KB",
    horizon: "60 s",
};

impl Case {
    /// The result of one run with evenly spaced records.
    #[track_caller]
    fn run(self, options: &[&str]) -> Value {
        let Self { primary, kind, system, destination, rate, size, horizon } = self;
        let place = Place::new();
        let text = format!(
            "format = 1\ntitle = \"Behaviour\"\nregion = \"us-east-1\"\n\
             [source]\nkind = \"{kind}\"\nsystem = \"{system}\"\nclient-sdk = \"aws_sdk\"\n\
             [needs]\ndestinations = [\"{destination}\"]\n\
             [workload]\nrate = \"{rate}\"\narrivals = \"deterministic\"\nrecord-size = \"{size}\"\n\
             [simulation]\nhorizon = \"{horizon}\"\nreplications = 1\nseed = 1\n"
        );
        place.file("case.toml", text);
        let mut arguments = vec!["simulate", "case.toml", "--primary", primary, "--format", "json"];
        arguments.extend(options.iter().flat_map(|option| ["--set", option]));
        place.run(&arguments).json()
    }

    /// Records turned away, of those offered.
    #[track_caller]
    fn rejected_share(self, rate: &'static str, options: &[&str]) -> f64 {
        let result = Self { rate, ..self }.run(options);
        let count = |key: &str| result["records"][key].as_f64().unwrap();
        count("rejected") / count("offered")
    }
}

#[track_caller]
fn latency(result: &Value, statistic: &str) -> f64 {
    result["latency_s"][statistic]["value"].as_f64().unwrap()
}

#[track_caller]
fn objects(result: &Value) -> f64 {
    result["objects"]["count"].as_f64().unwrap()
}

#[track_caller]
fn path(result: &Value) -> Vec<&str> {
    result["pipeline"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[track_caller]
fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected} ± {tolerance}");
}
