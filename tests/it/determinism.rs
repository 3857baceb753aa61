//! The same question gives the same bytes; another seed gives others.

use crate::common::{Place, forebay, scenario};

fn run(extra: &[&str]) -> String {
    let path = scenario("clickstream");
    let mut args = vec!["run", &path, "--format", "json", "--horizon", "2 h", "--replications", "4"];
    args.extend(extra);
    let outcome = forebay(&args);
    outcome.ends_with(0);
    outcome.stdout
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(run(&["--seed", "7"]), run(&["--seed", "7"]));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let one = run(&["--threads", "1"]);
    assert_eq!(one, run(&["--threads", "2"]));
    assert_eq!(one, run(&["--threads", "5"]));
}

#[test]
fn a_wanted_precision_is_reached_in_the_same_way_on_any_number_of_threads() {
    let asked = ["--precision", "p99=0.5%", "--threads"];
    let on = |threads| run(&[asked[0], asked[1], asked[2], threads]);
    let one = on("1");
    assert_eq!(one, on("2"));
    assert_eq!(one, on("5"));
    let answer: serde_json::Value = serde_json::from_str(&one).unwrap();
    let reached = &answer["simulation"]["precision"];
    assert_eq!((&reached["figure"], &reached["reached"]), (&"p99".into(), &true.into()));
    assert!(reached["share"].as_f64().unwrap() <= 0.005, "{reached}");
}

#[test]
fn a_warm_up_and_batches_are_the_same_on_any_number_of_threads() {
    let path = scenario("w1");
    let on = |threads: &str, extra: &[&str]| {
        let mut args = vec!["simulate", &path, "--format", "json", "--horizon", "10 min", "--threads", threads];
        args.extend(extra);
        forebay(&args).json()
    };
    let warm_up = ["--warm-up", "auto", "--replications", "3"];
    let found = on("1", &warm_up);
    assert_eq!(found, on("2", &warm_up));
    assert_eq!((&found["warm_up_found"]["method"], &found["warm_up_found"]["pilots"]), (&"MSER-5".into(), &3.into()));
    assert_eq!(found["warm_up_found"]["cut_s"], found["warm_up_s"]);
    let batches = on("1", &["--batches", "20"]);
    assert_eq!(batches, on("2", &["--batches", "20"]));
    assert_eq!((&batches["batch_means"]["batches"], &batches["replications"]), (&20.into(), &1.into()));
    assert!(batches["latency_s"]["mean"]["half_width"].as_f64().unwrap() > 0.0);
}

#[test]
fn another_seed_gives_another_answer() {
    assert_ne!(run(&["--seed", "7"]), run(&["--seed", "8"]));
}

#[test]
fn the_environment_changes_nothing() {
    let path = scenario("clickstream");
    let args = ["advise", &path, "--format", "json"];
    let plain = Place::new().run(&args);
    let other = Place::new().run_with(&args, "", &[("LC_ALL", "de_DE.UTF-8"), ("TZ", "Asia/Tokyo"), ("COLUMNS", "40")]);
    assert_eq!(plain.stdout, other.stdout);
}

#[test]
fn files_of_a_run_are_the_same_bytes_on_any_number_of_threads() {
    let place = Place::new();
    let path = scenario("clickstream");
    let into = |folder: &str, threads: &str| {
        let args = ["run", &path, "--horizon", "2 h", "--replications", "3", "--threads", threads, "--out", folder];
        place.run(&args).ends_with(0);
        place.files(folder)
    };
    let (first, second) = (into("first", "1"), into("second", "2"));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), names(&second));
    assert!(names(&first).contains(&"result.json".to_owned()));
    for ((name, one), (_, two)) in first.iter().zip(&second) {
        assert!(one == two, "{name} differs");
        let meant = !name.starts_with('.') || name == ".forebay-files";
        assert!(!one.is_empty() && meant, "{name} is empty or was left behind");
    }
}
