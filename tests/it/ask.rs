//! `forebay ask`, through a pipe.

use crate::common::{Place, scenario};

#[test]
fn answers_end_up_in_a_scenario_that_can_be_read() {
    let place = Place::new();
    // Whatever is asked first is left open until a question that this test knows comes up.
    let asked = place.run_with(&["ask", "--output", "a.toml", "--title", "Mine"], "\n\n\nquit\n", &[]);
    asked.ends_with(0);
    assert!(asked.stdout.contains("a.toml written"), "{}", asked.stdout);
    let text = std::fs::read_to_string(place.path("a.toml")).unwrap();
    assert!(text.starts_with("format = 1\ntitle = \"Mine\"\n"), "{text}");
    place.run(&["check", "a.toml"]).ends_with(0);
    place.run_with(&["ask", "--output", "a.toml"], "", &[]).ends_with(3).explains(&["exists already", "--force"]);
}

/// A scenario in which the question about replay is open and decides.
const OPEN: &str = r#"# mine
format = 1
title = "Clicks"
source = { kind = "clickstream", system = "browser", protocol = "https_api", client-sdk = "none" }

[needs] # what matters
destinations = ["s3"] # the lake
freshness = "15 min"
transform = "none"
compatibility = "none"
ordering = "none"
consumers = 1
multiple-consumers = false
"#;

#[test]
fn an_answer_goes_into_the_file_and_comments_stay() {
    let place = Place::new();
    place.file("open.toml", OPEN);
    let before = place.run(&["advise", "open.toml", "--format", "json"]).json();
    let first = before["open_questions"][0]["path"].as_str().unwrap().to_owned();
    assert_eq!(first, "needs.replay");
    let asked = place.run_with(&["ask", "open.toml", "--output", "done.toml"], "?\nperhaps\nyes\n", &[]);
    asked.ends_with(0).explains(&["needs.replay = ", "Answer with yes or no", "`replay` must be true or false"]);
    let text = std::fs::read_to_string(place.path("done.toml")).unwrap();
    assert_eq!(text, format!("{OPEN}replay = true\n"));
    assert!(asked.stdout.contains("Data Streams"), "{}", asked.stdout);
    assert_eq!(std::fs::read_to_string(place.path("open.toml")).unwrap(), OPEN);
}

#[test]
fn it_stops_when_nothing_that_is_open_would_change_the_winner() {
    let place = Place::new();
    let path = scenario("clickstream");
    let asked = place.run_with(&["ask", &path, "--output", "-"], &"\n".repeat(200), &[]);
    asked.ends_with(0).explains(&["only what was left open could still change the winner."]);
    assert_eq!(asked.stdout, std::fs::read_to_string(&path).unwrap());
}

#[test]
fn no_file_is_replaced_without_being_told_to() {
    let place = Place::new();
    place.file("open.toml", OPEN);
    place.run_with(&["ask", "open.toml"], "yes\n", &[]).ends_with(3).explains(&["open.toml exists already"]);
    place.run_with(&["ask", "open.toml", "--force"], "yes\n", &[]).ends_with(0);
    assert_ne!(std::fs::read_to_string(place.path("open.toml")).unwrap(), OPEN);
    place.run_with(&["ask", "-"], "", &[]).ends_with(3).explains(&["standard input"]);
}
