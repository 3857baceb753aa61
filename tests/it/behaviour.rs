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

/// A service with one request quota: nothing is turned away below it, and all that is above it.
#[test]
fn quotas_throttle_above_and_not_below() {
    let low_rate_region = &["region=eu-north-1"][..];
    let of_iot = Case { primary: "iot_core", kind: "iot_telemetry", system: "device", ..MESSAGES };
    let of_video =
        Case { primary: "kinesis_video_streams", kind: "video", system: "camera", destination: "playback", ..MESSAGES };
    let of_functions =
        Case { primary: "lambda", kind: "clickstream", system: "browser", destination: "dynamodb", ..MESSAGES };
    let one_stream = &["kinesis_video_streams.streams=1"][..];
    let plain_clients = &["lambda.concurrency=2", "protocol=https_api", "client-sdk=none"][..];
    // Service, its settings, a rate within the quota, one above it, and the share of the latter that is too much.
    let cases = [
        (MESSAGES, &["sqs.queue-type=fifo"][..], "290 /s", "400 /s", 1.0 - 300.0 / 400.0),
        (Case { primary: "sns", ..MESSAGES }, low_rate_region, "290 /s", "400 /s", 1.0 - 300.0 / 400.0),
        (Case { primary: "eventbridge", ..MESSAGES }, low_rate_region, "590 /s", "800 /s", 1.0 - 600.0 / 800.0),
        (of_iot, &["iot_core.connections=1"], "90 /s", "200 /s", 0.5),
        (of_video, one_stream, "5 /s", "10 /s", 0.5),
        (of_functions, plain_clients, "18 /s", "40 /s", 0.5),
    ];
    for (case, options, below, above, expected) in cases {
        let case = Case { horizon: "10 s", ..case };
        near(case.rejected_share(below, options), 0.0, 0.0);
        near(case.rejected_share(above, options), expected, 0.01);
    }
}

/// Capacity that refuses nothing makes data late instead.
#[test]
fn too_little_capacity_falls_behind_and_enough_does_not() {
    let spark = Case { primary: "emr", destination: "s3", size: "10 KB", ..MESSAGES };
    let glue = Case { primary: "glue", ..spark };
    let logs =
        Case { primary: "opensearch_ingestion", kind: "application_logs", destination: "opensearch", ..MESSAGES };
    let changes =
        Case { primary: "msk_connect", kind: "database_change", system: "on_prem_db", size: "100 B", ..MESSAGES };
    let flink = Case { primary: "managed_flink", size: "100 B", horizon: "5 s", ..MESSAGES };
    let pipes = Case { primary: "eventbridge_pipes", ..MESSAGES };
    let one_pipe = &["eventbridge_pipes.concurrency=1", "eventbridge_pipes.batch-size=1"][..];
    // Service, its settings, a rate that it carries, one that it does not.
    let cases = [
        // Two workers of 5 MB/s each: 1,000 records of 10 KB a second.
        (spark, &["emr.workers=2"][..], "500 /s", "2000 /s"),
        (glue, &["glue.workers=2", "glue.window=5 s"], "500 /s", "2000 /s"),
        // One broker of 5.2 MB/s.
        (Case { primary: "msk", size: "100 KB", ..MESSAGES }, &["msk.brokers=1"], "40 /s", "100 /s"),
        // One unit of 2 MiB/s.
        (Case { size: "100 KB", ..logs }, &["opensearch_ingestion.ocus=1"], "15 /s", "40 /s"),
        // Debezium's 6,000 changes a second.
        (Case { horizon: "5 s", ..changes }, &[], "5000 /s", "12000 /s"),
        // One KPU of 5,000 records a second, each with its bytes on top.
        (flink, &["managed_flink.kpus=1"], "3000 /s", "9000 /s"),
        // One execution of about 50 ms at a time.
        (pipes, one_pipe, "10 /s", "60 /s"),
    ];
    for (case, options, carried, too_much) in cases {
        let case = if case.horizon == "60 s" { Case { horizon: "20 s", ..case } } else { case };
        let behind = |rate| {
            let result = Case { rate, ..case }.run(options);
            let count = |key: &str| result["records"][key].as_f64().unwrap();
            count("in_flight") / count("accepted")
        };
        let (carried, too_much) = (behind(carried), behind(too_much));
        assert!(carried < 0.35 && too_much > carried + 0.1, "{}: {carried}, {too_much}", case.primary);
    }
}

#[test]
fn clocked_batches_are_as_late_as_half_their_interval() {
    let to_store = Case { destination: "s3", ..MESSAGES };
    let topic = Case { primary: "msk_connect", system: "kafka", ..to_store };
    let warehouse = Case { primary: "redshift_streaming_ingestion", destination: "redshift", ..MESSAGES };
    let cases = [
        // Five batches end within the minute, the sixth with it. Behind them: 0.5 s a micro-batch and a PUT; 1.5 s and a PUT.
        (
            Case { primary: "emr", ..to_store },
            &["emr.trigger=fixed-interval", "emr.trigger-interval=10 s"][..],
            5.0,
            0.75,
        ),
        (Case { primary: "glue", ..to_store }, &["glue.window=10 s"], 5.0, 1.75),
        // A file for each of two KPUs and each checkpoint, after 0.2 s of reading.
        (
            Case { primary: "managed_flink", ..to_store },
            &["managed_flink.kpus=2", "managed_flink.checkpoint-interval=10 s"],
            10.0,
            0.25,
        ),
        // A file for each of two partitions.
        (topic, &["msk.partitions=2", "msk_connect.rotate-interval=10 s"], 10.0, 0.2),
        // A refresh takes 2 s.
        (warehouse, &["redshift_streaming_ingestion.refresh-interval=10 s"], 5.0, 2.0),
    ];
    for (case, options, files, behind) in cases {
        let result = case.run(options);
        near(objects(&result), files, 0.0);
        near(latency(&result, "mean"), 5.0 + behind, 0.35);
    }
}

#[test]
fn windows_and_buffers_gather_from_their_first_record() {
    let queue = Case { destination: "dynamodb", ..MESSAGES };
    let stream = Case { primary: "lambda", ..MESSAGES };
    let pipe = Case { primary: "eventbridge_pipes", ..MESSAGES };
    let agent = Case { primary: "kinesis_agent", kind: "application_logs", ..MESSAGES };
    // Ten records a second for 5 s: each waits 2.5 s on average; a poll of a stream adds what it adds.
    let cases = [
        (queue, &["lambda.queue-window=5 s", "lambda.queue-batch-size=1000"][..], 2.5, 0.2),
        (stream, &["lambda.batching-window=5 s", "lambda.batch-size=1000"], 3.1, 0.5),
        (pipe, &["eventbridge_pipes.window=5 s"], 3.1, 0.5),
        // The stream behind the agent is polled each second.
        (agent, &["kinesis_agent.interval=5 s"], 3.3, 0.6),
    ];
    for (case, options, mean, tolerance) in cases {
        near(latency(&case.run(options), "mean"), mean, tolerance);
    }
    // Fifty messages fill a batch of twenty in 2 s, before the window ends.
    let batches = queue.run(&["lambda.queue-window=5 s", "lambda.queue-batch-size=20"]);
    near(objects(&batches), 600.0 / 20.0, 1.0);
}

#[test]
fn a_tumbling_window_hands_on_when_it_ends() {
    let flink = Case { primary: "managed_flink", ..MESSAGES };
    let (each, windows) =
        (flink.run(&[]), flink.run(&["managed_flink.window=tumbling", "managed_flink.window-length=10 s"]));
    // A poll each 200 ms, then the program: nobody waits for a checkpoint.
    near(latency(&each, "p50"), 0.21, 0.05);
    near(latency(&windows, "mean"), 5.0 + 0.2, 0.3);
    near(objects(&windows), 6.0, 0.0);
}

#[test]
fn frames_become_fragments() {
    let camera =
        Case { primary: "kinesis_video_streams", kind: "video", system: "camera", destination: "playback", ..MESSAGES };
    let options = ["kinesis_video_streams.streams=1", "kinesis_video_streams.records-are=frames"];
    let result = Case { rate: "25 /s", size: "10 KB", ..camera }.run(&options);
    // Fragments of 2 s, so 1 s of waiting on average, then 0.2 s of upload and 1.2 s of the player.
    near(objects(&result), 29.0, 1.0);
    near(latency(&result, "p50"), 1.0 + 0.2 + 1.2, 0.15);
}

#[test]
fn one_copy_runs_at_a_time_and_loads_all_files_that_wait() {
    let case = Case { primary: "firehose", destination: "redshift", horizon: "120 s", ..MESSAGES };
    let result = case.run(&["firehose.buffer-interval=10 s", "redshift.copy-overhead=20 s"]);
    // A file each 10 s and a COPY each 20 s: the first alone, the others of two files each.
    let sizes = |key: &str| result["objects"][key].as_f64().unwrap();
    near(sizes("max_bytes") / sizes("min_bytes"), 2.0, 0.05);
    near(latency(&result, "mean"), 5.0 + 20.0 + 5.0, 3.0);
}

#[test]
fn indexed_documents_are_found_at_the_next_refresh() {
    let case = Case { primary: "firehose", destination: "opensearch", ..MESSAGES };
    let mean = |refresh: &str| {
        let refresh = format!("opensearch.refresh-interval={refresh}");
        latency(&case.run(&["firehose.buffer-interval=5 s", &refresh]), "mean")
    };
    // Half of 20 s instead of half of 1 s; the minute holds three refreshes, so that the average is a rough one.
    near(mean("20 s") - mean("1 s"), 9.5, 3.0);
}

#[test]
fn a_post_takes_as_long_as_the_receiver() {
    for receiver in ["splunk", "datadog", "new_relic", "mongodb", "http"] {
        let case = Case { primary: "firehose", destination: receiver, horizon: "61 s", ..MESSAGES };
        let service = if receiver == "http" { "http_endpoint" } else { receiver };
        let mean = |time: &str| {
            let post = format!("{service}.post-latency-median={time}");
            latency(&case.run(&["firehose.buffer-interval=5 s", &post]), "p50")
        };
        // The longer post has the same draws.
        let longer = mean("5 s") - mean("1 s");
        assert!((2.0..8.0).contains(&longer), "{receiver}: {longer}");
    }
}

#[test]
fn firehose_tries_each_destination_again_for_its_own_time() {
    let destinations =
        [("redshift", "redshift", "3600 s"), ("opensearch", "opensearch", "300 s"), ("http", "http_endpoint", "300 s")];
    for (destination, service, time) in destinations {
        let case = Case { primary: "firehose", destination, ..MESSAGES };
        let outage = format!("simulation.outages=[{{ service = \"{service}\", from = \"10 s\", to = \"20 s\" }}]");
        let result = case.run(&[&outage]);
        let settings = result["settings"].as_array().unwrap();
        let found = settings.iter().find(|setting| setting["name"] == "firehose.retry-duration").unwrap();
        assert_eq!(found["value"], time, "{destination}");
    }
}

#[test]
fn functions_of_a_shard_run_one_by_one_unless_told_otherwise() {
    let case = Case { primary: "lambda", rate: "20 /s", ..MESSAGES };
    let run = |factor: &str| {
        let factor = format!("lambda.parallelization-factor={factor}");
        case.run(&["lambda.batch-size=1", "lambda.duration-median=100 ms", "kinesis_data_streams.shards=1", &factor])
    };
    // Twenty a second of 0.1 s each keep two busy.
    assert!(latency(&run("1"), "p50") > 10.0);
    assert!(latency(&run("10"), "p50") < 1.0);
}

#[test]
fn a_synchronous_call_that_finds_all_functions_at_work_is_refused() {
    let case = Case { primary: "lambda", kind: "clickstream", system: "browser", destination: "dynamodb", ..MESSAGES };
    let options = ["protocol=https_api", "client-sdk=none", "lambda.concurrency=2", "lambda.duration-median=500 ms"];
    let result = Case { rate: "18 /s", ..case }.run(&options);
    let count = |key: &str| result["records"][key].as_f64().unwrap();
    // Two functions of half a second each answer about four requests a second and keep nobody waiting.
    near(count("delivered") / 60.0, 3.7, 0.6);
    assert!(count("in_flight") <= 4.0);
    assert!(latency(&result, "p50") < 0.7);
}

#[test]
fn a_job_that_writes_a_batch_into_a_stream_goes_on_as_fast_as_its_shards() {
    let case = Case { primary: "glue", rate: "300 /s", ..MESSAGES };
    let result = case.run(&["glue.window=20 s", "kinesis_data_streams.shards=2"]);
    assert_eq!(path(&result), ["kinesis_data_streams", "glue"]);
    assert_eq!(result["records"]["rejected"], 0);
    // 6,000 records at once take 3 s on two shards: nobody is refused, the last wait.
    near(latency(&result, "mean"), 0.05 + 10.0 + 1.5 + 1.5 + 0.6, 1.0);
}

#[test]
fn an_http_api_is_faster_and_bounded_alike() {
    let front = Case { primary: "kinesis_data_streams", kind: "clickstream", system: "browser", ..MESSAGES };
    // A push hands on what a poll would hide: a record that comes 10 ms earlier.
    let pushed = "kinesis_data_streams.consumer=enhanced-fan-out";
    let run = |kind| front.run(&["protocol=https_api", "client-sdk=none", pushed, kind]);
    let (rest, http) = (run("api_gateway.api-type=REST"), run("api_gateway.api-type=HTTP"));
    assert_eq!(path(&rest), ["api_gateway", "kinesis_data_streams"]);
    near(latency(&rest, "mean") - latency(&http, "mean"), 0.0108, 0.004);
    assert_eq!(rest["limits"][0]["limit_per_s"], http["limits"][0]["limit_per_s"]);
}

#[test]
fn credentials_delay_no_record() {
    let stream = Case { primary: "kinesis_data_streams", ..MESSAGES };
    let (page, server) = (Case { kind: "clickstream", system: "browser", ..stream }.run(&[]), stream.run(&[]));
    assert_eq!(path(&page), ["cognito", "kinesis_data_streams"]);
    assert_eq!(page["latency_s"], server["latency_s"]);
}

#[test]
fn a_name_that_no_service_has_is_refused() {
    let place = Place::new();
    let folder = place.path("house/services");
    std::fs::create_dir_all(&folder).unwrap();
    let text = std::fs::read_to_string(root().join("catalog/services/lambda.toml")).unwrap();
    let wrong = text.replace("kinesis_data_streams.capacity-mode", "kinesis_data_streams.capacity-mood");
    std::fs::write(folder.join("lambda.toml"), wrong).unwrap();
    let house = place.path("house").display().to_string();
    let outcome = place.run(&["check", "--catalog", &house]);
    outcome.ends_with(3).explains(&[
        "unknown-name",
        "`kinesis_data_streams.capacity-mood`",
        "did you mean `capacity-mode`?",
    ]);
}
