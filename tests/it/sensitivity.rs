//! What is said to turn the answer turns it, and what stands beside it does not.

use std::collections::BTreeSet;
use std::fs;

use forebay::catalog::{Catalog, Library};
use forebay::diag::Problems;
use forebay::ranking::decide;
use forebay::rules::RuleBook;
use forebay::scenario::{Loader, Override, Scenario};
use forebay::sensitivity::{Direction, Flip, Scope, Sensitivity};
use forebay::source::SourceMap;

use crate::common::{Place, advice, forebay, root, scenario};

struct Known {
    catalog: Catalog,
    rules: RuleBook,
}

impl Known {
    fn load() -> Self {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let library = Library::embedded();
        let catalog = Catalog::load(&library, &mut sources, &mut problems);
        let rules = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
        assert!(!problems.has_errors(), "{}", problems.render(&sources, false));
        Self { catalog, rules }
    }

    #[track_caller]
    fn scenario(&self, text: &str, overrides: &[String]) -> Scenario {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let loader = Loader { catalog: &self.catalog, edition: None, region: None };
        let overrides: Vec<Override> = overrides.iter().map(|text| Override { text: text.clone() }).collect();
        let scenario = loader.load("scenario.toml", text, &overrides, &mut sources, &mut problems);
        scenario.unwrap_or_else(|| panic!("{}", problems.render(&sources, false)))
    }

    fn winner(&self, text: &str, overrides: &[String]) -> Option<String> {
        let scenario = self.scenario(text, overrides);
        decide(&self.catalog, &self.rules, &scenario).recommended.map(|answer| answer.primary)
    }

    /// Loads the scenario again with the change typed as `--set`, and again with the value beside it.
    fn confirm(&self, text: &str, base: &[String], flip: &Flip) {
        let with = |value: &str| [base, &[format!("{}={value}", flip.path)]].concat();
        assert_ne!(flip.winner, flip.winner_now, "{flip:?}");
        assert_eq!(self.winner(text, &with(&flip.flips_at)), flip.winner, "{flip:?}");
        for value in &flip.values {
            assert_eq!(self.winner(text, &with(value)), flip.winner, "{flip:?} with {value}");
        }
        if let Some(beside) = &flip.stays_at {
            assert_ne!(self.winner(text, &with(beside)), flip.winner, "{flip:?}");
        }
    }
}

fn scenarios() -> Vec<String> {
    let folder = fs::read_dir(root().join("scenarios")).unwrap();
    folder.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn every_flip_of_every_scenario_is_confirmed_by_loading_it_again() {
    let known = Known::load();
    let mut confirmed = 0;
    for text in scenarios() {
        for edition in ["edition=2022", "edition=current"] {
            let base = [edition.to_owned()];
            let explored =
                Sensitivity::explore(&known.catalog, &known.rules, &known.scenario(&text, &base), Scope::All);
            let flips = explored.flips();
            for flip in &flips {
                known.confirm(&text, &base, flip);
                if flip.direction != Direction::Instead {
                    let beside = format!("{}={}", flip.path, flip.stays_at.as_ref().unwrap());
                    assert_eq!(known.winner(&text, &[base[0].clone(), beside]), flip.winner_now, "{flip:?}");
                }
            }
            for service in &explored.decision().services {
                let wins = explored.why_not(&service.id).map_or_else(Vec::new, |answer| answer.wins_when);
                for flip in &wins {
                    assert_eq!(flip.winner.as_ref(), Some(&service.id));
                    known.confirm(&text, &base, flip);
                }
            }
            let moving: BTreeSet<&String> = flips.iter().map(|flip| &flip.path).collect();
            assert!(explored.steady().iter().all(|path| !moving.contains(path)));
            confirmed += flips.len();
        }
    }
    assert!(confirmed > 100, "only {confirmed} flips were found");
}

#[test]
fn the_flips_of_the_lecture_are_those_that_it_names() {
    let path = scenario("clickstream");
    let answer = forebay(&["advise", &path, "--flip", "--format", "json"]).json();
    let flips = answer["flips"].as_array().unwrap();
    let flip = |path: &str| flips.iter().find(|flip| flip["path"] == path).unwrap_or_else(|| panic!("{flips:?}"));
    assert_eq!(flip("needs.freshness")["winner"], "kinesis_data_streams");
    assert!(flip("needs.freshness")["when"].as_str().unwrap().starts_with("below 5 s"));
    assert_eq!(flip("needs.freshness")["stays_at"], "5 s");
    assert_eq!(flip("needs.consumers")["when"], "at or above 2");
    let nothing = answer["flips_nothing"].as_array().unwrap();
    assert!(nothing.iter().any(|path| path == "needs.operations"), "{nothing:?}");
    assert!(advice("clickstream", &[])["flips"].is_null());
}

#[test]
fn the_first_question_is_the_one_that_matters_most() {
    let questions = advice("clickstream", &[])["open_questions"].as_array().unwrap().clone();
    let shares: Vec<f64> = questions.iter().map(|question| question["share"].as_f64().unwrap()).collect();
    assert!(!shares.is_empty() && shares.is_sorted_by(|a, b| a >= b) && shares[0] <= 1.0, "{shares:?}");
    let shown = forebay(&["advise", &scenario("clickstream")]);
    assert!(shown.stdout.contains("Ask this first"), "{}", shown.stdout);
    assert_eq!(shown.stdout.matches(" the winner)").count(), shares.len().min(3), "{}", shown.stdout);
    let all = forebay(&["advise", &scenario("clickstream"), "--explain"]);
    assert_eq!(all.stdout.matches(" the winner)").count(), shares.len());
}

#[test]
fn what_is_answered_is_asked_no_more() {
    let asks = |answer: &serde_json::Value, path: &str| {
        answer["open_questions"].as_array().unwrap().iter().any(|question| question["path"] == path)
    };
    assert!(asks(&advice("clickstream", &[]), "needs.replay"));
    assert!(!asks(&advice("clickstream", &["needs.replay=false"]), "needs.replay"));
}

#[test]
fn an_interval_asks_where_its_ends_disagree_and_not_where_they_agree() {
    let question = |interval: &str| {
        let answer = advice("clickstream", &[&format!("needs.freshness={interval}")]);
        let questions = answer["open_questions"].as_array().unwrap().clone();
        questions.into_iter().find(|question| question["path"] == "needs.freshness")
    };
    assert_eq!(question("1 s .. 15 min").unwrap()["stated"], "1 s .. 15 min");
    assert!(question("6 min .. 15 min").is_none());
}

#[test]
fn why_not_adds_up_and_names_what_would_help() {
    let path = scenario("clickstream");
    let asked = ["advise", &path, "--format", "json", "--why-not", "kinesis_data_streams", "--why-not", "emr"];
    let answer = forebay(&asked).json();
    let [second, out] = [&answer["why_not"][0], &answer["why_not"][1]];
    let parts = second["criteria"].as_array().unwrap().iter().map(|part| part["difference"].as_f64().unwrap());
    assert!((parts.sum::<f64>() - second["difference"].as_f64().unwrap()).abs() < 1e-9);
    assert!(!second["wins_when"].as_array().unwrap().is_empty());
    assert_eq!(out["verdict"], "rejected");
    assert!(out["wins_when"].as_array().unwrap().is_empty() && !out["reasons"].as_array().unwrap().is_empty());
    let text = forebay(&["advise", &path, "--why-not", "emr"]).stdout;
    assert!(text.contains("No single change of a requirement makes it win."), "{text}");
    forebay(&["advise", &path, "--why-not", "emrr"]).ends_with(3).explains(&["not weighed", "did you mean `emr`?"]);
}

#[test]
fn a_contradiction_is_told_first_with_both_lines() {
    let place = Place::new();
    let text = "format = 1\ntitle = \"t\"\n[needs]\ntransform = \"none\"\nwindow = \"tumbling_1min\"\n";
    let file = place.file("t.toml", text);
    let shown = place.run(&["advise", file]).stdout;
    assert!(shown.starts_with("  Contradiction: "), "{shown}");
    for line in ["needs.transform = none (t.toml:4)", "needs.window = tumbling_1min (t.toml:5)"] {
        assert!(shown.contains(line), "{shown}");
    }
    let answer = place.run(&["advise", file, "--format", "json"]).json();
    assert_eq!(answer["contradictions"][0]["rule"], "window-without-computation");
}
