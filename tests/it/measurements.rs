//! Published measurements beside what the simulation predicts: the table of the book, and how far the two may differ.
//!
//! Messages to functions: Luc van Donkersgoed, *Serverless messaging latency compared* (1,024 messages between two
//! functions in eu-west-1, September 2022; `EventBridge` again in February 2023). Delays of Data Streams to a consumer: AWS,
//! *Develop consumers* (means).

use std::fmt::Write as _;

use crate::common::{forebay, scenario};

/// A published measurement and the run that stands for it.
struct Measurement {
    what: &'static str,
    /// Milliseconds by statistic.
    published: &'static [(&'static str, f64)],
    arguments: &'static [&'static str],
    /// Where the prediction comes from.
    rests_on: &'static str,
    /// How far the ratio may be from one.
    within: f64,
}

// What the receiving function does after it has the message is in no published figure.
const INSTANT: &str = "lambda.duration-median=1 ms";
const PUSHED: &str = "kinesis_data_streams.consumer=enhanced-fan-out";
const TABLE: &str = "needs.destinations=dynamodb";
const NO_REPLAY: &str = "needs.replay=false";

const MEASUREMENTS: [Measurement; 8] = [
    Measurement {
        what: "Data Streams to a function, shared polling",
        published: &[("p50", 627.0), ("p99", 1580.0)],
        arguments: &["lambda"],
        rests_on: "a poll a second (documented), a put (measured elsewhere), a read; the read was set by the p50",
        within: 0.25,
    },
    Measurement {
        what: "Data Streams to a function, enhanced fan-out",
        published: &[("p50", 49.4), ("p99", 109.0)],
        arguments: &["lambda", "--set", PUSHED, "--set", INSTANT],
        rests_on: "this measurement",
        within: 0.25,
    },
    Measurement {
        what: "Data Streams to a consumer that polls every 200 ms",
        published: &[("mean", 200.0)],
        arguments: &["kinesis_data_streams", "--set", "kinesis_data_streams.poll-interval=200 ms"],
        rests_on: "the put and the read above, half the interval",
        within: 0.25,
    },
    Measurement {
        what: "Data Streams to a consumer, enhanced fan-out",
        published: &[("mean", 70.0)],
        arguments: &["kinesis_data_streams", "--set", PUSHED],
        rests_on: "the measurement to a function, which is quicker than this documented mean",
        within: 0.35,
    },
    Measurement {
        what: "SQS standard to a function",
        published: &[("p50", 16.2), ("p99", 105.0)],
        arguments: &["sqs", "--set", INSTANT, "--set", TABLE, "--set", NO_REPLAY],
        rests_on: "this measurement, as one lognormal law",
        within: 0.25,
    },
    Measurement {
        what: "SNS standard to a function",
        published: &[("p50", 73.0), ("p99", 225.0)],
        arguments: &["sns", "--set", INSTANT, "--set", TABLE, "--set", NO_REPLAY],
        rests_on: "this measurement",
        within: 0.25,
    },
    Measurement {
        what: "EventBridge to a function, February 2023",
        published: &[("p50", 148.0), ("p99", 387.0)],
        arguments: &["eventbridge", "--set", INSTANT, "--set", TABLE, "--set", NO_REPLAY],
        rests_on: "this measurement",
        within: 0.25,
    },
    Measurement {
        what: "EventBridge to a function, September 2022",
        published: &[("p50", 395.0), ("p99", 794.0)],
        arguments: &["eventbridge", "--edition", "2022", "--set", INSTANT, "--set", TABLE, "--set", NO_REPLAY],
        rests_on: "this measurement",
        within: 0.25,
    },
];

/// Published and predicted milliseconds, with the statistic.
fn compared(measurement: &Measurement) -> Vec<(&'static str, f64, f64)> {
    let file = scenario("kinesis-to-lambda");
    let fixed = ["simulate", &file, "--replications", "4", "--format", "json", "--primary"];
    let result = forebay(&[&fixed[..], measurement.arguments].concat()).json();
    let predicted = |statistic: &str| result["latency_s"][statistic]["value"].as_f64().unwrap() * 1e3;
    measurement.published.iter().map(|(statistic, published)| (*statistic, *published, predicted(statistic))).collect()
}

/// The table of the book.
pub(crate) fn table() -> String {
    let mut text = "| path | figure | published, ms | predicted, ms | ratio | rests on |\n".to_owned();
    text.push_str("| --- | --- | ---: | ---: | ---: | --- |\n");
    for measurement in &MEASUREMENTS {
        for (statistic, published, predicted) in compared(measurement) {
            let (what, rests_on) = (measurement.what, measurement.rests_on);
            let ratio = predicted / published;
            writeln!(text, "| {what} | {statistic} | {published} | {predicted:.1} | {ratio:.2} | {rests_on} |")
                .unwrap();
        }
    }
    text
}

#[test]
fn predictions_are_near_what_was_measured() {
    for measurement in &MEASUREMENTS {
        for (statistic, published, predicted) in compared(measurement) {
            let ratio = predicted / published;
            assert!((ratio - 1.0).abs() <= measurement.within, "{} {statistic}: {ratio} of it", measurement.what);
        }
    }
}
