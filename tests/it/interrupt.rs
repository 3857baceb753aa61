//! Ctrl-C keeps what is complete and says what that is.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::common::scenario;

/// Starts a simulation that goes on for long.
fn start(extra: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
    command.args(["simulate", &scenario("w1"), "--color", "never", "--threads", "2", "--tier", "record"]).args(extra);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the announcement, then for a while, and presses Ctrl-C; answers, remarks, and the exit code.
fn interrupt_after(mut child: Child, wait: Duration) -> (String, String, Option<i32>) {
    let mut remarks = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    remarks.read_line(&mut said).unwrap();
    thread::sleep(wait);
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    remarks.read_to_string(&mut said).unwrap();
    (String::from_utf8(output.stdout).unwrap(), said, output.status.code())
}

#[test]
fn an_interrupted_run_is_a_run_of_fewer_replications() {
    let long = ["--horizon", "1 min", "--replications", "100000", "--format", "json"];
    let (answer, said, code) = interrupt_after(start(&long), Duration::from_secs(2));
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("This will take about") && said.contains("shorter --horizon"), "{said}");
    assert!(said.contains("interrupted: the answer rests on") && said.contains("instead of 100000"), "{said}");
    let mut answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["stopped_before"].take(), 100_000);
    let made = answer["replications"].as_u64().unwrap().to_string();
    let fewer = start(&["--horizon", "1 min", "--replications", &made, "--format", "json"]).wait_with_output().unwrap();
    assert_eq!(answer, serde_json::from_slice::<Value>(&fewer.stdout).unwrap());
}

#[test]
fn a_run_interrupted_before_its_first_replication_has_no_answer() {
    let (answer, said, code) =
        interrupt_after(start(&["--horizon", "8000 h", "--replications", "1"]), Duration::from_millis(300));
    assert_eq!((code, answer.as_str()), (Some(130), ""), "{said}");
    assert!(said.contains("interrupted: no replication was complete, so there is no answer"), "{said}");
}

#[test]
fn the_text_says_how_far_it_came() {
    let long = ["--horizon", "1 min", "--replications", "100000"];
    let (answer, said, code) = interrupt_after(start(&long), Duration::from_secs(1));
    assert_eq!(code, Some(130), "{said}");
    assert!(answer.contains("interrupted after ") && answer.contains("of 100,000 replications"), "{answer}");
}
