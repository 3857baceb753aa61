use std::fs;

use tempfile::TempDir;

use super::*;
use crate::sim::NoWatch;

/// Four records: three fill a buffer of 50 bytes at 2 s, the last waits for the timer until 22 s.
const TRACE: &str = "ts_s,record_bytes\n100,10\n101,20\n102,30\n112,40\n";

/// Worked out by hand from the rules of the format.
const EXPECTED: [(&str, f64); 11] = [
    ("objects", 2.0),
    ("size_triggered", 1.0),
    ("object_bytes_mean", 50.0),
    ("object_bytes_max", 60.0),
    ("object_bytes_min", 40.0),
    ("records_per_object_mean", 2.0),
    ("delay_mean_s", 3.25),
    ("delay_p50_s", 1.0),
    ("delay_p95_s", 10.0),
    ("delay_p99_s", 10.0),
    ("delay_max_s", 10.0),
];

/// A folder with the recording in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("four.csv"), TRACE).unwrap();
    folder
}

fn file(settings: &str, expected: &[(&str, f64)]) -> String {
    let expected: Vec<String> = expected.iter().map(|(name, value)| format!("{name} = {value:?}")).collect();
    let expected = expected.join("\n");
    format!("schema = 1\n[[case]]\n{settings}\n[case.expect]\n{expected}")
}

fn four(expected: &[(&str, f64)]) -> String {
    let settings = "trace = \"four.csv\"\nsize_bytes = 50\ninterval_s = 10.0\nspeedup = 1\nrecords = 4\nbytes = 100";
    file(settings, expected)
}

fn read(text: &str) -> Result<Reference, Vec<&'static str>> {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let reference = Reference::read("reference.toml", text, &mut sources, &mut problems);
    reference.ok_or_else(|| problems.list().iter().map(|problem| problem.code).collect())
}

fn verify(text: &str, folder: &Path) -> Report {
    let results = read(text).unwrap().verify(&[folder.to_owned()], &NoWatch).unwrap();
    Report::new(results)
}

fn failed(report: &Report) -> Vec<&str> {
    let quantities = report.results.iter().flat_map(|case| &case.quantities);
    quantities.filter(|quantity| quantity.verdict == Verdict::Failed).map(|quantity| quantity.name.as_str()).collect()
}

#[test]
fn a_replay_worked_out_by_hand_passes() {
    let folder = folder();
    let report = verify(&four(&EXPECTED), folder.path());
    assert_eq!((report.cases, report.passed, report.failed, report.unsupported), (1, 1, 0, 0));
    let case = &report.results[0];
    assert_eq!(case.id, "four.csv size=50 interval=10 speedup=1");
    assert_eq!(case.quantities.len(), EXPECTED.len() + 2);
    assert_eq!(case.quantities[0].got, Some(Amount::Whole(4)));
    assert_eq!(case.quantities[1].got, Some(Amount::Whole(100)));
}

#[test]
fn every_quantity_can_fail_alone() {
    let folder = folder();
    for wrong in 0..EXPECTED.len() {
        let mut expected = EXPECTED;
        let is_whole =
            ["objects", "size_triggered", "object_bytes_max", "object_bytes_min"].contains(&expected[wrong].0);
        expected[wrong].1 += if is_whole { 1.0 } else { 2e-4 };
        let report = verify(&four(&expected), folder.path());
        assert_eq!(failed(&report), [expected[wrong].0]);
        assert_eq!((report.passed, report.failed), (0, 1));
    }
    for (right, wrong) in [("records = 4", "records = 5"), ("bytes = 100", "bytes = 99")] {
        let report = verify(&four(&EXPECTED).replacen(right, wrong, 1), folder.path());
        assert_eq!(failed(&report), [wrong.split(' ').next().unwrap()]);
    }
}

#[test]
fn whole_quantities_are_exact_and_others_have_a_millionth() {
    let verdict = |expected, got| Quantity::compared("x", expected, got).verdict;
    assert_eq!(verdict(153.0, Amount::Whole(153)), Verdict::Passed);
    assert_eq!(verdict(153.000_000_1, Amount::Whole(153)), Verdict::Failed);
    assert_eq!(verdict(-1.0, Amount::Whole(0)), Verdict::Failed);
    assert_eq!(verdict(300.0, Amount::Real(300.000_299)), Verdict::Passed);
    assert_eq!(verdict(300.0, Amount::Real(300.000_301)), Verdict::Failed);
    assert_eq!(verdict(0.0, Amount::Real(9e-7)), Verdict::Passed);
    assert_eq!(verdict(0.0, Amount::Real(f64::NAN)), Verdict::Failed);
}

#[test]
fn the_timer_fires_before_an_arrival_at_the_same_instant() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("two.csv"), "ts_ms,record_bytes\n0,1\n10000,1\n").unwrap();
    let settings = "trace = \"two.csv\"\nsize_bytes = 50\ninterval_s = 10\nspeedup = 1";
    let expected = [("objects", 2.0), ("delay_p50_s", 10.0), ("delay_max_s", 10.0)];
    assert_eq!(verify(&file(settings, &expected), folder.path()).passed, 1);
}

#[test]
fn gaps_are_divided_by_the_speed_up() {
    let folder = folder();
    let settings = "trace = \"four.csv\"\nsize_bytes = 1000\ninterval_s = 10\nspeedup = 4";
    // At 0, 0.25, 0.5 and 3 s, all in one object at 10 s.
    let expected = [("objects", 1.0), ("delay_mean_s", 9.0625), ("size_triggered", 0.0)];
    assert_eq!(verify(&file(settings, &expected), folder.path()).passed, 1);
}

#[test]
fn a_quantity_that_is_not_known_keeps_the_case_from_passing() {
    let folder = folder();
    let report = verify(&four(&[("objects", 2.0), ("delay_p42_s", 1.0)]), folder.path());
    assert_eq!((report.passed, report.failed, report.unsupported), (0, 0, 1));
    assert_eq!(report.results[0].reason.as_deref(), Some("not computed by this version: delay_p42_s"));
    let report = verify(&four(&[("objects", 3.0), ("delay_p42_s", 1.0)]), folder.path());
    assert_eq!((report.failed, report.unsupported), (1, 0), "a difference outweighs what is not known");
}

#[test]
fn what_cannot_be_computed_is_unsupported() {
    let folder = folder();
    let missing = four(&EXPECTED).replace("four.csv", "five.csv");
    let endless = four(&EXPECTED).replace("interval_s = 10.0", "interval_s = 1e10");
    let stretched = four(&EXPECTED).replace("speedup = 1", "speedup = 1e-12");
    let nothing = four(&[]).replace("records = 4\nbytes = 100", "");
    for (text, reason) in [
        (missing, "`five.csv` not found"),
        (endless, "36 years"),
        (stretched, "292 years"),
        (nothing, "expects nothing"),
    ] {
        let report = verify(&text, folder.path());
        assert_eq!((report.passed, report.failed, report.unsupported), (0, 0, 1));
        let given = report.results[0].reason.clone().unwrap_or_default();
        assert!(given.contains(reason), "{given}");
    }
}

#[test]
fn a_damaged_recording_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("four.csv"), "").unwrap();
    let outcome = read(&four(&EXPECTED)).unwrap().verify(&[folder.path().to_owned()], &NoWatch);
    assert!(matches!(outcome, Err(VerifyError::Trace(TraceError::Empty { .. }))));
}

#[test]
fn other_kinds_are_recognised_and_not_computed() {
    let queueing = "[[case]]\nid = \"mm1\"\nmodel = \"M/M/1\"\nparams = {}\n[case.expect]\nW = 5.0\n";
    let decision =
        "[[example]]\nid = \"wsm\"\nmethod = \"weighted_sum\"\nexact = {}\n[[example]]\nmethod = \"x\"\nexact = {}\n";
    let cost = "[[example]]\nid = \"fh\"\nservice = \"firehose\"\nexpected_total = \"1\"\n";
    for (text, ids, kind) in [
        (queueing, &["mm1"][..], "queueing results"),
        (decision, &["wsm", "example 2"], "decision examples"),
        (cost, &["fh"], "cost examples"),
    ] {
        let report = verify(text, Path::new("."));
        assert_eq!(report.results.iter().map(|case| case.id.as_str()).collect::<Vec<_>>(), ids);
        let reason = format!("{kind}: not yet computed by this version");
        assert!(report.results.iter().all(|case| case.reason.as_ref() == Some(&reason)));
        assert_eq!(report.unsupported, report.cases);
    }
}

#[test]
fn anything_else_is_refused() {
    for text in ["", "case = []", "case = 3", "[[case]]\nid = \"x\"", "[[example]]\nid = \"x\""] {
        assert_eq!(read(text).err(), Some(vec!["unknown-format"]), "{text}");
    }
    assert_eq!(read("[[case").err(), Some(vec!["syntax"]));
    let wrong = [
        ("schema = 1", "schema = 2", "out-of-range"),
        ("size_bytes = 50", "size_bytes = 0", "out-of-range"),
        ("size_bytes = 50", "size_bytes = 1.5", "wrong-kind"),
        ("interval_s = 10.0", "interval_s = 0", "out-of-range"),
        ("interval_s = 10.0", "interval_s = nan", "out-of-range"),
        ("speedup = 1", "speedup = 0", "out-of-range"),
        ("speedup = 1", "speedup = 1\nspeed = 1", "unknown-key"),
        ("objects = 2.0", "objects = \"2\"", "wrong-kind"),
    ];
    for (right, wrong, code) in wrong {
        assert_eq!(read(&four(&EXPECTED).replacen(right, wrong, 1)).err(), Some(vec![code]), "{wrong}");
    }
}

#[test]
fn recordings_are_looked_for_in_named_folders_first() {
    let folders = trace_folders(Path::new("facts/x.toml"), Some(Path::new("shared")), &[PathBuf::from("mine")]);
    let expected = ["mine", "facts", "facts/traces", "facts/../traces", "shared/traces"];
    assert_eq!(folders, expected.map(PathBuf::from));
    assert_eq!(trace_folders(Path::new("x.toml"), None, &[]), ["", "traces", "../traces"].map(PathBuf::from));
}
