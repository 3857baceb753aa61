//! The verb `verify` from outside: what it prints, and the code it ends with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const TRACE: &str = "ts_s,record_bytes\n100,10\n101,20\n102,30\n112,40\n";

fn reference(objects: u64) -> String {
    format!(
        "schema = 1\n[[case]]\ntrace = \"four.csv\"\nsize_bytes = 50\ninterval_s = 10.0\nspeedup = 1\n\
         [case.expect]\nobjects = {objects}\ndelay_mean_s = 3.25\n"
    )
}

/// A folder with a reference file, and its recording in `traces` beside it.
fn folder(objects: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("traces")).unwrap();
    fs::write(folder.path().join("traces/four.csv"), TRACE).unwrap();
    fs::write(folder.path().join("reference.toml"), reference(objects)).unwrap();
    folder
}

fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
    command.current_dir(folder).env_remove("FOREBAY_SHARED").arg("verify").args(arguments);
    command.output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn agreement_ends_with_code_0() {
    let folder = folder(2);
    let output = verify(folder.path(), &["reference.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).ends_with("\n1 case: 1 ok, 0 failed, 0 unsupported\n"), "{}", stdout(&output));
}

#[test]
fn a_difference_is_shown_and_ends_with_code_5() {
    let folder = folder(3);
    let output = verify(folder.path(), &["reference.toml"]);
    assert_eq!(output.status.code(), Some(5));
    let shown = stdout(&output);
    let row: Vec<&str> = shown.lines().find(|line| line.contains("objects")).unwrap().split_whitespace().collect();
    assert_eq!(row, ["objects", "3", "2", "exact", "failed"]);
    assert!(shown.contains("1 case: 0 ok, 1 failed, 0 unsupported"));

    let answer = json(&verify(folder.path(), &["reference.toml", "--format", "json"]));
    assert_eq!((answer["cases"].as_u64(), answer["failed"].as_u64()), (Some(1), Some(1)));
    let quantity = &answer["results"][0]["quantities"][0];
    let expected = serde_json::json!(
        { "name": "objects", "expected": 3, "got": 2, "tolerance": 0.0, "standard_error": null, "verdict": "failed" }
    );
    assert_eq!(quantity, &expected);
}

#[test]
fn a_recording_that_is_missing_leaves_the_case_unsupported() {
    let folder = folder(2);
    fs::rename(folder.path().join("traces"), folder.path().join("elsewhere")).unwrap();
    let output = verify(folder.path(), &["reference.toml"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("1 case: 0 ok, 0 failed, 1 unsupported"), "{}", stdout(&output));
    assert!(stdout(&output).contains("neither passed nor failed"));

    let output = verify(folder.path(), &["reference.toml", "--traces", "elsewhere"]);
    assert!(stdout(&output).contains("1 case: 1 ok, 0 failed, 0 unsupported"), "{}", stdout(&output));
}

#[test]
fn recordings_are_found_around_the_file_and_in_shared_data() {
    for place in [".", "traces", "../traces"] {
        let folder = tempfile::tempdir().unwrap();
        let facts = folder.path().join("facts");
        fs::create_dir(&facts).unwrap();
        fs::create_dir_all(facts.join(place)).unwrap();
        fs::write(facts.join(place).join("four.csv"), TRACE).unwrap();
        fs::write(facts.join("reference.toml"), reference(2)).unwrap();
        let output = verify(folder.path(), &["facts/reference.toml"]);
        assert!(stdout(&output).contains("1 ok"), "{place}: {}", stdout(&output));
    }
    let (shared, file) = (folder(2), tempfile::tempdir().unwrap());
    fs::write(file.path().join("reference.toml"), reference(2)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
    command.arg("verify").arg(file.path().join("reference.toml")).env("FOREBAY_SHARED", shared.path());
    assert!(stdout(&command.output().unwrap()).contains("1 ok"));
}

#[test]
fn several_files_are_joined_in_order() {
    let folder = folder(2);
    fs::write(folder.path().join("wrong.toml"), reference(9)).unwrap();
    let output = verify(folder.path(), &["wrong.toml", "reference.toml", "wrong.toml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(5));
    let answer = json(&output);
    let verdicts: Vec<&str> =
        answer["results"].as_array().unwrap().iter().filter_map(|case| case["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["failed", "passed", "failed"]);
}

#[test]
fn the_other_forms_have_a_row_per_quantity() {
    let folder = folder(2);
    let csv = stdout(&verify(folder.path(), &["reference.toml", "--format", "csv"]));
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows[0], "case,quantity,expected,got,tolerance,verdict,reason");
    assert_eq!(rows[1], "four.csv size=50 interval=10 speedup=1,objects,2,2,0,ok,");
    assert_eq!(rows.len(), 3);
    let markdown = stdout(&verify(folder.path(), &["reference.toml", "--format", "md"]));
    assert!(markdown.lines().all(|line| line.starts_with("| ") && line.ends_with(" |")), "{markdown}");
}

#[test]
fn what_is_no_reference_file_ends_with_code_3() {
    let folder = folder(2);
    fs::write(folder.path().join("other.toml"), "title = \"x\"\n").unwrap();
    fs::write(folder.path().join("traces/four.csv"), "no,trace\n").unwrap();
    for arguments in [
        &["other.toml"][..],
        &["absent.toml"],
        &["traces"],
        &["reference.toml", "other.toml"],
        &["reference.toml", "--traces", "absent"],
        &["reference.toml"],
    ] {
        let output = verify(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert!(stderr(&output).contains("error["), "{arguments:?}");
    }
    assert_eq!(verify(folder.path(), &[]).status.code(), Some(2));
}

#[test]
fn the_schema_describes_the_answer() {
    let folder = folder(2);
    let answer = json(&verify(folder.path(), &["reference.toml", "--format", "json"]));
    let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
    let schema = json(&command.args(["schema", "verify"]).output().unwrap());
    let mut described: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    let mut given: Vec<&String> = answer.as_object().unwrap().keys().collect();
    described.sort();
    given.sort();
    assert_eq!(given, described);
}

#[test]
fn the_shared_replays_all_pass() {
    let Some(shared) = shared() else { return };
    let arguments = ["facts/trace_replay.toml", "--format", "json"];
    let output = verify(&shared, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer = json(&output);
    let counts = ["cases", "passed", "failed", "unsupported"].map(|key| answer[key].as_u64());
    assert_eq!(counts, [Some(10), Some(10), Some(0), Some(0)]);
    assert_eq!(output.stdout, verify(&shared, &arguments).stdout, "the answer changes between runs");
}

#[test]
fn the_shared_decisions_all_pass() {
    let Some(shared) = shared() else { return };
    let arguments = ["facts/mcda_examples.toml", "--format", "json"];
    let output = verify(&shared, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer = json(&output);
    let counts = ["cases", "passed", "failed", "unsupported"].map(|key| answer[key].as_u64());
    assert_eq!(counts, [Some(14), Some(14), Some(0), Some(0)]);
    assert_eq!(output.stdout, verify(&shared, &arguments).stdout, "the answer changes between runs");
}

#[test]
fn a_changed_number_of_a_decision_fails() {
    let Some(shared) = shared() else { return };
    let text = fs::read_to_string(shared.join("facts/mcda_examples.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (right, wrong, id) in [
        ("published.scores = [0.5037, 0.6581", "published.scores = [0.5037, 0.6591", "topsis-tzeng-huang-2011"),
        ("published.ranks = [2, 1, 2]", "published.ranks = [3, 1, 2]", "vikor-opricovic-tzeng-2004-mountain"),
        ("compromise_set = [\"A2\"]", "compromise_set = [\"A1\"]", "vikor-opricovic-tzeng-2004-mountain"),
        ("[[\"2/5\", \"1/10\"", "[[\"2/5\", \"1/9\"", "smaa-exact-3x2"),
        ("[\"1/3\", \"1/3\", \"1/3\"], []]", "[\"1/3\", \"1/3\", \"1/3\"], [0, 0, 0]]", "smaa-dominated"),
    ] {
        assert!(text.contains(right), "{right}");
        fs::write(folder.path().join("changed.toml"), text.replacen(right, wrong, 1)).unwrap();
        let output = verify(folder.path(), &["changed.toml", "--format", "json"]);
        assert_eq!(output.status.code(), Some(5), "{wrong}: {}", stderr(&output));
        let answer = json(&output);
        assert_eq!((answer["passed"].as_u64(), answer["failed"].as_u64()), (Some(13), Some(1)), "{wrong}");
        let failed = answer["results"].as_array().unwrap().iter().find(|case| case["verdict"] == "failed");
        assert_eq!(failed.unwrap()["id"], id);
    }
}

#[test]
fn the_shared_bills_all_pass() {
    let Some(shared) = shared() else { return };
    let arguments = ["examples/cost_examples.toml", "--format", "json"];
    let output = verify(&shared, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer = json(&output);
    let counts = ["cases", "passed", "failed", "unsupported"].map(|key| answer[key].as_u64());
    assert_eq!(counts, [Some(52), Some(52), Some(0), Some(0)]);
    // Amounts that could only be added up are few, and told.
    let results = answer["results"].as_array().unwrap();
    let added = results.iter().filter(|case| {
        let names = case["quantities"].as_array().unwrap().iter().map(|quantity| quantity["name"].as_str().unwrap());
        names.clone().any(|name| name.contains("as published"))
    });
    assert_eq!(added.count(), 6);
    assert_eq!(output.stdout, verify(&shared, &arguments).stdout, "the answer changes between runs");
}

#[test]
fn a_changed_input_of_a_bill_fails() {
    let Some(shared) = shared() else { return };
    let text = fs::read_to_string(shared.join("examples/cost_examples.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (right, wrong, id) in [
        ("billed_ingest_gb = \"3000000\"", "billed_ingest_gb = \"3000001\"", "fh_ingest_3m_gb_euw2"),
        ("buffer_percent = \"20\"", "buffer_percent = \"0\"", "kds_calculator_provisioned_use2"),
        ("efo_consumers = \"10\"", "efo_consumers = \"9\"", "kds_calculator_provisioned_use2"),
        ("run_minutes = \"30, 5, 2\"", "run_minutes = \"30, 5, 22\"", "flink_aws_three_short_runs"),
        ("request_kb = \"128\"", "request_kb = \"129\"", "sqs_standard_1m_128kb_tool"),
        ("duration_ms = \"120\"", "duration_ms = \"121\"", "lambda_mobile_backend"),
        ("worker = \"G.2X\"", "worker = \"G.1X\"", "glue_g2x_half_hour"),
        ("protocols = \"FTP, FTPS, SFTP\"", "protocols = \"FTP\"", "transfer_three_protocols_tool"),
        (
            "retention_days = \"1\"\ndays = \"30\"",
            "retention_days = \"2\"\ndays = \"30\"",
            "kvs_live_streaming_100_users",
        ),
        ("message_kb = \"64\"", "message_kb = \"65\"", "sns_fifo_2m_64kb_tool"),
        ("availability_zones = \"2\"", "availability_zones = \"3\"", "clickstream_transfer_kds_vpc_endpoint"),
    ] {
        assert!(text.contains(right), "{right}");
        fs::write(folder.path().join("changed.toml"), text.replacen(right, wrong, 1)).unwrap();
        let output = verify(folder.path(), &["changed.toml", "--format", "json"]);
        assert_eq!(output.status.code(), Some(5), "{wrong}: {}", stderr(&output));
        let answer = json(&output);
        let failed: Vec<&Value> =
            answer["results"].as_array().unwrap().iter().filter(|case| case["verdict"] != "passed").collect();
        assert_eq!(failed.len(), 1, "{wrong}");
        assert_eq!(failed[0]["id"], id);
    }
}

/// The folder of shared reference data.
fn shared() -> Option<PathBuf> {
    let file = crate::common::shared("facts/trace_replay.toml")?;
    file.ancestors().nth(2).map(Path::to_owned)
}
