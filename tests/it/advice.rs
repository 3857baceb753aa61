//! The robustness of an advice, and the decision record.

use crate::common::{advice, forebay, scenario};

#[test]
fn contributions_add_up_to_the_score_and_acceptabilities_to_one() {
    let answer = advice("clickstream", &[]);
    let ranked = answer["services"].as_array().unwrap().iter().filter(|service| !service["score"].is_null());
    for service in ranked {
        let parts = service["contributions"].as_array().unwrap();
        let sum: f64 = parts.iter().map(|part| part["points"].as_f64().unwrap()).sum();
        assert!((sum - service["score"].as_f64().unwrap()).abs() < 1e-9, "{service}");
    }
    let alternatives = answer["robustness"]["alternatives"].as_array().unwrap();
    assert!(alternatives.len() > 1);
    for one in alternatives {
        let shares = one["rank_acceptability"].as_array().unwrap();
        let sum: f64 = shares.iter().map(|share| share.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{one}");
    }
}

#[test]
fn a_record_has_every_heading_and_follows_the_scenario() {
    let path = scenario("clickstream");
    let record = forebay(&["advise", &path, "--format", "adr"]);
    record.ends_with(0);
    let headings = ["Context", "Options considered", "Decision", "Consequences", "Confirmation", "Sources"];
    for heading in headings {
        assert!(record.stdout.contains(&format!("\n## {heading}\n")), "{heading}\n{}", record.stdout);
    }
    assert!(!record.stdout.contains("unknown") && !record.stdout.contains("Date:"), "{}", record.stdout);
    let other = forebay(&["advise", &path, "--format", "adr", "--set", "freshness=1s", "--date", "2026-11-24"]);
    assert!(other.stdout.contains("- Date: 2026-11-24"), "{}", other.stdout);
    let decided = |text: &str| text.split("## Decision").nth(1).unwrap().to_owned();
    assert_ne!(decided(&record.stdout), decided(&other.stdout));
}

#[test]
fn other_verbs_refuse_a_record_and_name_their_forms() {
    let path = scenario("clickstream");
    forebay(&["cost", &path, "--format", "adr"]).ends_with(3).explains(&["forebay advise", "json"]);
}
