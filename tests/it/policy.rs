//! `--fail-on`: what an answer must not be.

use std::process::{Command, Stdio};

use crate::common::{Outcome, Place, forebay, scenario};

fn clickstream(verb: &str, options: &[&str]) -> Outcome {
    let path = scenario("clickstream");
    forebay(&[&[verb, &path, "--horizon", "1h"], options].concat())
}

#[test]
fn a_policy_that_is_hit_is_told_after_the_answer() {
    let free = clickstream("run", &[]).ends_with(0).stdout.clone();
    let outcome = clickstream("run", &["--fail-on", "p99 > 60 s or cost > USD 10", "--fail-on", "rejected > 0"]);
    outcome
        .ends_with(5)
        .explains(&["policy hit: `p99 > 60 s`: p99 is 29", "policy hit: `cost > USD 10`: cost is USD 1"]);
    assert_eq!(outcome.stdout, free, "the answer is the same");
    assert!(!outcome.stderr.contains("rejected"), "{}", outcome.stderr);
    // No hints does not mean no verdict.
    let quiet = clickstream("run", &["--quiet", "--fail-on", "headroom < 99.9 %"]);
    quiet.ends_with(5);
    assert!(quiet.stderr.starts_with("policy hit: `headroom < 99.9 %`: headroom is 98"), "{}", quiet.stderr);
}

#[test]
fn a_reader_who_has_seen_enough_keeps_no_file_from_being_written_and_no_policy_from_being_judged() {
    let place = Place::new();
    let path = scenario("clickstream");
    let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
    command.args(["run", &path, "--horizon", "1h", "--out", "charts", "--fail-on", "p99 > 60 s"]);
    let mut child = command.current_dir(place.path("")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains("policy hit: `p99 > 60 s`"), "{told}");
    assert!(place.files("charts").len() > 3);
}

#[test]
fn policies_that_are_kept_end_with_0() {
    let all = "p99 > 10 min, mean>200s, freshness-p99 > 10 min, max > 310 s, cost > USD 200, objects-per-day > 1000, \
               object-size < 64 KiB, rejected > 0.1 %, lost > 0 or headroom < 20 %, service != firehose, score < 50, \
               first-in < 10 %, late > 1 %";
    let outcome = clickstream("run", &["--fail-on", all]);
    outcome.ends_with(0);
    assert!(!outcome.stderr.contains("policy"), "{}", outcome.stderr);
    clickstream("simulate", &["--fail-on", "p99 > 10 min, headroom < 20 %, late > 1 %"]).ends_with(0);
    clickstream("cost", &["--fail-on", "p99 > 10 min, cost > 200"]).ends_with(0);
    clickstream("compare", &["--fail-on", "p99 > 10 min, cost > 200, service != firehose"]).ends_with(0);
}

#[test]
fn every_verb_judges_its_answer() {
    for verb in ["run", "simulate", "cost", "compare"] {
        for format in ["table", "json", "csv", "md"] {
            let outcome = clickstream(verb, &["--format", format, "--fail-on", "p99 > 60 s"]);
            outcome.ends_with(5).explains(&["policy hit: `p99 > 60 s`: p99 is 29"]);
        }
    }
    clickstream("compare", &["--fail-on", "primary == firehose"]).ends_with(5).explains(&["service is firehose"]);
    let both = clickstream("cost", &["--budget", "USD 1", "--fail-on", "p99 > 10 min"]);
    both.ends_with(5);
    clickstream("cost", &["--budget", "USD 1000", "--fail-on", "p99 > 60 s"]).ends_with(5);
}

#[test]
fn a_bill_of_stated_usage_has_a_cost_and_nothing_else() {
    let place = Place::new();
    let file = "title = \"Calls\"\nregion = \"us-east-1\"\n[[usage]]\nservice = \"api_gateway\"\nmeter = \"requests\"\n\
                quantity = \"30 million calls\"\n";
    place.file("month.toml", file);
    let cost = |policy: &str| place.run(&["cost", "--usage", "month.toml", "--fail-on", policy]);
    cost("cost > USD 100").ends_with(5).explains(&["`cost > USD 100`: cost is USD 105.00"]);
    cost("cost > USD 105").ends_with(0);
    cost("p99 > 1 s").ends_with(3).explains(&["`forebay cost --usage` does not work out `p99`"]);
}

#[test]
fn a_figure_near_its_threshold_is_said_to_be() {
    let json = clickstream("simulate", &["--format", "json"]).json();
    let p99 = json["latency_s"]["p99"]["value"].as_f64().unwrap();
    let policy = |sign: &str, value: f64| format!("p99 {sign} {value:.6} s");
    let hit = clickstream("simulate", &["--fail-on", &policy(">", p99 - 0.001)]);
    hit.ends_with(5).explains(&["policy hit: ", ", within chance of "]);
    let kept = clickstream("simulate", &["--fail-on", &policy(">", p99 + 0.001)]);
    kept.ends_with(0).explains(&["policy kept, but only just: ", ", within chance of "]);
}

#[test]
fn what_nobody_worked_out_hits() {
    // Without a workload nothing is simulated.
    let place = Place::new();
    let needs = "needs = { destinations = [\"s3\"], freshness = \"15 min\" }\n";
    place.file("quiet.toml", format!("format = 1\ntitle = \"Quiet\"\nsource = {{ kind = \"clickstream\" }}\n{needs}"));
    place.run(&["run", "quiet.toml"]).ends_with(0);
    let outcome = place.run(&["run", "quiet.toml", "--fail-on", "p99 > 10 days"]);
    outcome.ends_with(5).explains(&["p99 is unknown, so the answer cannot be shown to keep to it"]);
    // A line without a price leaves open what the month costs, but not that it costs more than the others do.
    let path = scenario("third-party-dataset");
    let cost = |policy: &str| forebay(&["cost", &path, "--replications", "2", "--fail-on", policy]);
    cost("cost > USD 10").ends_with(5).explains(&["cost is ≥ USD 0.", "cannot be shown to keep to it"]);
    let above = cost("cost > USD 0.10");
    assert!(!above.ends_with(5).stderr.contains("cannot be shown"), "{}", above.stderr);
}

#[test]
fn a_bad_policy_is_underlined_before_anything_is_run() {
    for (policy, said) in [
        ("p99 > 60 s or p9 > 10 s", "did you mean `p"),
        ("p99 > 60", "write \"60 s\" or \"60 min\""),
        ("p99 => 60 s", "write `>=`"),
        ("headroom < a fifth", "`headroom` is compared with a share, such as `20 %`"),
        ("service != fire-hose", "did you mean `firehose`?"),
        ("p99 rises by more than 5 %", "a change is between two results"),
        ("", "a policy is missing"),
    ] {
        // The scenario does not exist, which nobody gets to see.
        let outcome = forebay(&["run", "missing.toml", "--fail-on", policy, "--fail-on", "p99 > 1 s"]);
        outcome.ends_with(3).explains(&[said, "--fail-on", "1 problem; nothing was run."]);
        assert_eq!(outcome.stdout, "");
        assert!(!outcome.stderr.contains("missing.toml"), "{}", outcome.stderr);
    }
    let two = forebay(&["run", "missing.toml", "--fail-on", "speed > 1, cost > lots"]);
    two.ends_with(3).explains(&["no figure is called `speed`", "expected an amount of money", "2 problems"]);
}

#[test]
fn nothing_fits_goes_before_a_policy() {
    let outcome = clickstream("run", &["--set", "needs.freshness=10ms", "--fail-on", "p99 > 60 s"]);
    outcome.ends_with(4).explains(&["policy hit: `p99 > 60 s`: p99 is unknown"]);
}

#[test]
fn changes_are_judged_between_two_results() {
    let place = Place::new();
    place.file("old.json", clickstream("cost", &["--format", "json"]).stdout);
    let slower = clickstream("run", &["--set", "firehose.buffer-interval=60s", "--format", "json"]).stdout;
    place.file("new.json", slower);
    let diff = |policy: &str| place.run(&["diff", "old.json", "new.json", "--fail-on", policy]);
    diff("cost rises by more than 0.1 %").ends_with(5).explains(&["cost was USD ", " and is USD "]);
    diff("cost rises by more than 50 %").ends_with(0);
    diff("Δcost > USD 100").ends_with(0);
    diff("cost falls by more than 0.1 %").ends_with(0);
    // The old result is a bill; what it does not hold may have changed by anything.
    diff("p99 rises by more than 10 %").ends_with(5).explains(&["p99 was unknown and is 5", "cannot be shown"]);
    // A figure without a change is that of the new result.
    diff("p99 > 70 s").ends_with(0);
    diff("p99 > 50 s").ends_with(5);
}
