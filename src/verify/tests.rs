use std::fs;

use tempfile::TempDir;

use super::*;
use crate::catalog::Library;
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

pub(super) fn read(text: &str) -> Result<Reference, Vec<&'static str>> {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let reference = Reference::read("reference.toml", text, &mut sources, &mut problems);
    reference.ok_or_else(|| problems.list().iter().map(|problem| problem.code).collect())
}

/// The embedded catalog.
pub(super) fn catalog() -> Catalog {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    Catalog::load(&Library::embedded(), &mut sources, &mut problems)
}

fn verify(text: &str, folder: &Path) -> Report {
    let results = read(text).unwrap().verify(&catalog(), &[folder.to_owned()], &NoWatch).unwrap();
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
    let outcome = read(&four(&EXPECTED)).unwrap().verify(&catalog(), &[folder.path().to_owned()], &NoWatch);
    assert!(matches!(outcome, Err(VerifyError::Trace(TraceError::Empty { .. }))));
}

/// A case of queueing theory.
fn queue(model: &str, params: &str, tolerance: f64, expected: &[(&str, f64)]) -> String {
    let expected: Vec<String> = expected.iter().map(|(name, value)| format!("{name} = {value:?}")).collect();
    format!(
        "schema = 1\n[[case]]\nid = \"queue\"\nmodel = \"{model}\"\nkind = \"exact\"\nparams = {{ {params} }}\n\
         rel_tol = {tolerance}\n[case.expect]\n{}\n",
        expected.join("\n")
    )
}

#[test]
fn results_of_queueing_theory_are_simulated() {
    let none = Path::new(".");
    // A load of 0.3, so that the simulation is short: L = 3/7, W = 1/0.7.
    let right = [("L", 3.0 / 7.0), ("W", 1.0 / 0.7), ("Wq", 0.3 / 0.7), ("rho", 0.3)];
    assert_eq!(verify(&queue("M/M/1", "lam = 0.3, mu = 1.0", 0.02, &right), none).passed, 1);
    // Off by a hundredth is more than three standard errors, whatever the case's own tolerance.
    let wrong = verify(&queue("M/M/1", "lam = 0.3, mu = 1.0", 0.02, &[("W", 1.01 / 0.7), ("rho", 0.3)]), none);
    assert_eq!(failed(&wrong), ["W"]);
    // Other parameters, another answer.
    assert_eq!(verify(&queue("M/M/1", "lam = 0.2, mu = 1.0", 0.02, &right), none).failed, 1);
    let exact = [("batch", 4.0), ("open_time", 0.35), ("mean_record_delay", 0.2)];
    let text =
        queue("as flush_first_record, arrivals every 1/lam exactly", "lam = 10.0, N = 9, T = 0.35", 0.02, &exact);
    assert_eq!(verify(&text, none).passed, 1);
}

#[test]
fn models_without_a_simulation_are_unsupported() {
    let unknown = [
        ("M/M/1", "lam = 0.3"),
        ("M/M/1", "lam = -0.3, mu = 1.0"),
        ("M/M/c", "lam = 1.0, mu = 1.0, c = 0.5"),
        ("an unheard-of model", "lam = 0.3, mu = 1.0"),
    ];
    for (model, params) in unknown {
        let report = verify(&queue(model, params, 0.02, &[("W", 1.0)]), Path::new("."));
        assert_eq!(report.unsupported, 1, "{model} {params}");
    }
    let report = verify(&queue("M/M/1", "lam = 0.3, mu = 1.0", 0.02, &[("colour", 1.0)]), Path::new("."));
    assert_eq!(report.results[0].reason.as_deref(), Some("not computed by this version: colour"));
}

#[test]
fn anything_else_is_refused() {
    assert_eq!(read("[[example]]\nmethod = \"x\"\nexact = {}\n").err(), Some(vec!["missing-key"; 2]), "schema, id");
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

/// Two alternatives by two criteria, worked out by hand.
fn decision(changes: &[(&str, &str)]) -> String {
    let text = "schema = 1\n[[example]]\nid = \"sum\"\nmethod = \"weighted_sum\"\nnormalisation = \"none\"\n\
        alternatives = [\"A\", \"B\"]\nmatrix = [[1, 2], [3, 0.5]]\nsense = [\"max\", \"min\"]\nweights = [1, 3]\n\
        published.ranks = [2, 1]\npublished.scores = [-1.2, 0.4]\npublished_tol = 0.06\n\
        exact.scores = [\"-5/4\", 0.375]\nexact_tol = 1e-12\n";
    changes.iter().fold(text.to_owned(), |text, (right, wrong)| {
        assert!(text.contains(right), "{right}");
        text.replacen(right, wrong, 1)
    })
}

#[test]
fn a_decision_worked_out_by_hand_passes() {
    let report = verify(&decision(&[]), Path::new("."));
    assert_eq!((report.cases, report.passed), (1, 1), "{report:?}");
    let names: Vec<&str> = report.results[0].quantities.iter().map(|quantity| quantity.name.as_str()).collect();
    let expected = ["ranks[1]", "ranks[2]", "scores[1]", "scores[2]"].map(|name| format!("published.{name}"));
    assert_eq!(names[..4], expected);
    assert_eq!(names[4..], ["exact.scores[1]", "exact.scores[2]"]);
}

#[test]
fn every_kind_of_number_of_a_decision_can_fail_alone() {
    for (right, wrong, name) in [
        ("[2, 1]", "[1, 1]", "published.ranks[1]"),
        ("[-1.2, 0.4]", "[-1.2, 0.44]", "published.scores[2]"),
        ("\"-5/4\"", "\"-5/3\"", "exact.scores[1]"),
        ("0.375]", "0.375, 1]", "exact.scores.length"),
    ] {
        assert_eq!(failed(&verify(&decision(&[(right, wrong)]), Path::new("."))), [name]);
    }
}

#[test]
fn what_a_decision_asks_that_is_not_known_is_unsupported() {
    for (right, wrong, reason) in [
        ("weighted_sum", "electre", "method `electre` is not known"),
        ("\"none\"", "\"logarithmic\"", "normalisation `logarithmic` is not known"),
        ("weights = [1, 3]", "weights = [1, 3]\nveto = [1, 2]", "key `veto` is not known"),
        ("exact.scores", "exact.points", "not computed by this version: exact.points"),
        ("[2, 1]", "2", "not computed by this version: published.ranks"),
        ("\"none\"", "\"max\"\nexact.ranks = [1, 2]\nexact.x = 1", "not computed by this version: exact.x"),
        ("[[1, 2], [3, 0.5]]", "[[1, 2], [3, 0]]\nv = 0.5", ""),
    ] {
        let report = verify(&decision(&[(right, wrong)]), Path::new("."));
        let given = report.results[0].reason.clone().unwrap_or_default();
        assert_eq!(given, reason, "{wrong}");
        assert_eq!(report.passed, 0, "{wrong}");
    }
    let zero = decision(&[("\"none\"", "\"vector\""), ("[[1, 2], [3, 0.5]]", "[[0, 2], [0, 0.5]]")]);
    let reason = verify(&zero, Path::new(".")).results[0].reason.clone();
    assert_eq!(reason.as_deref(), Some("column 1 cannot be scaled: its norm is not above zero"));
}

#[test]
fn inputs_of_a_decision_that_cannot_be_used_are_refused() {
    for (right, wrong, code) in [
        ("[3, 0.5]", "[3]", "wrong-input"),
        ("[[1, 2], [3, 0.5]]", "[]", "wrong-input"),
        ("[\"A\", \"B\"]", "[\"A\"]", "wrong-input"),
        ("[1, 3]", "[1]", "wrong-input"),
        ("[1, 3]", "[0, 0]", "wrong-input"),
        ("[1, 3]", "[-1, 3]", "wrong-input"),
        ("published_tol = 0.06\n", "", "wrong-input"),
        ("\"-5/4\"", "\"much\"", "wrong-input"),
        ("\"-5/4\"", "\"1/0\"", "wrong-input"),
        ("\"-5/4\"", "true", "wrong-input"),
        ("\"min\"", "\"mim\"", "unknown-value"),
        ("0.5]]", "\"0.5\"]]", "wrong-kind"),
        ("0.5]]", "nan]]", "out-of-range"),
        ("exact_tol = 1e-12", "exact_tol = -1", "out-of-range"),
        ("schema = 1", "schema = 2", "out-of-range"),
        ("schema = 1", "schema = 1\nexamples = 1", "unknown-key"),
    ] {
        assert_eq!(read(&decision(&[(right, wrong)])).err(), Some(vec![code]), "{wrong}");
    }
    let several = decision(&[("[3, 0.5]", "[3]"), ("published_tol = 0.06\n", "")]);
    assert_eq!(read(&several).err(), Some(vec!["wrong-input"; 2]), "all problems in one run");
}

#[test]
fn judgements_that_cannot_be_used_are_refused_at_their_place() {
    let hierarchy = "schema = 1\n[[example]]\nid = \"h\"\nmethod = \"ahp\"\ncriteria = [\"a\", \"b\"]\n\
        criteria_pairs_upper = [\"3\"]\nexact.criteria_weights = [0.75, 0.25]\nexact_tol = 1e-9\n\
        [example.local.a]\npairs_upper = [\"1\"]\nexact = [0.5, 0.5]\n[example.local.b]\npairs_upper = [\"1/3\"]\n";
    assert_eq!(verify(hierarchy, Path::new(".")).passed, 1);
    for (right, wrong) in [
        ("[\"3\"]", "[\"three\"]"),
        ("[\"3\"]", "[\"3\", \"1\"]"),
        ("[\"1/3\"]", "[\"1/0\"]"),
        ("local.b", "local.c"),
        ("[\"a\", \"b\"]", "[\"a\"]"),
    ] {
        assert_eq!(read(&hierarchy.replacen(right, wrong, 1)).err(), Some(vec!["wrong-input"]), "{wrong}");
    }
    let reversal = "schema = 1\n[[example]]\nid = \"r\"\nmethod = \"ahp_rank_reversal\"\n\
        pairs_c1 = [[\"1\", \"2\"], [\"1/2\", \"1\"]]\nexact.before = [\"2/3\", \"1/3\"]\nexact_tol = 1e-9\n";
    assert_eq!(verify(reversal, Path::new(".")).passed, 1);
    for (right, wrong) in
        [("\"1/2\"", "\"2\""), ("[[\"1\"", "[[1"), ("pairs_c1 = [[\"1\", \"2\"], [\"1/2\", \"1\"]]", "")]
    {
        assert_eq!(read(&reversal.replacen(right, wrong, 1)).err(), Some(vec!["wrong-input"]), "{wrong}");
    }
}

#[test]
fn recordings_are_looked_for_in_named_folders_first() {
    let folders = trace_folders(Path::new("facts/x.toml"), Some(Path::new("shared")), &[PathBuf::from("mine")]);
    let expected = ["mine", "facts", "facts/traces", "facts/../traces", "shared/traces"];
    assert_eq!(folders, expected.map(PathBuf::from));
    assert_eq!(trace_folders(Path::new("x.toml"), None, &[]), ["", "traces", "../traces"].map(PathBuf::from));
}
