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
    let headings = ["Context", "Considered options", "Decision", "Consequences", "When to decide again", "Sources"];
    for heading in headings {
        assert!(record.stdout.contains(&format!("\n## {heading}\n")), "{heading}\n{}", record.stdout);
    }
    assert!(!record.stdout.contains("unknown") && !record.stdout.contains("Date:"), "{}", record.stdout);
    let other = forebay(&["advise", &path, "--format", "adr", "--set", "freshness=1s", "--date", "2026-11-24"]);
    assert!(other.stdout.contains("- Date: 2026-11-24"), "{}", other.stdout);
    let decided = |text: &str| text.split("## Decision").nth(1).unwrap().to_owned();
    assert_ne!(decided(&record.stdout), decided(&other.stdout));
}

/// The numbers in brackets of a text: `[1, 3]`.
fn cited(text: &str) -> std::collections::BTreeSet<usize> {
    let marks = text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(mark, _)| mark);
    marks.flat_map(|mark| mark.split(", ").filter_map(|number| number.parse().ok())).collect()
}

#[test]
fn every_number_of_a_record_leads_to_a_source_and_every_source_is_cited_once() {
    for name in ["cameras", "clickstream", "database-cdc", "iot-telemetry", "w1", "windowed-analytics"] {
        for edition in ["2022", "current"] {
            let record = forebay(&["advise", &scenario(name), "--format", "adr", "--edition", edition]);
            record.ends_with(0);
            let (body, sources) = record.stdout.split_once("## Sources\n\n").unwrap();
            let sources: Vec<&str> = sources.lines().filter_map(|line| Some(line.split_once(". ")?.1)).collect();
            let numbers: Vec<usize> = cited(body).into_iter().collect();
            assert_eq!(numbers, (1..=sources.len()).collect::<Vec<_>>(), "{name} {edition}\n{}", record.stdout);
            let mut once = sources.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), sources.len(), "{name} {edition}");
        }
    }
}

#[test]
fn a_record_is_said_in_sentences_and_names_each_rejected_service_once() {
    let record = forebay(&["advise", &scenario("clickstream"), "--format", "adr", "--edition", "2022"]).stdout;
    for sentence in [
        "- If 2 or more programs read the same records, Kinesis Data Streams would win.\n",
        "- If freshness of at least 70 ms but less than 60 s were needed, Kinesis Data Streams would win.\n",
        "\nOther ways of the same answer:\n",
        " more were rejected: ",
    ] {
        assert!(record.contains(sentence), "{sentence}\n{record}");
    }
    assert_eq!(record.matches("| rejected |").count(), 0, "{record}");
    let options = record.split("## Considered options").nth(1).unwrap().split("## Decision").next().unwrap();
    assert_eq!(options.matches("Storage Gateway").count(), 1, "{options}");
}

#[test]
fn a_record_cites_what_stands_beside_the_pipeline() {
    let overrides = ["--set", "needs.transform=format_conversion"];
    let record = forebay(&[&["advise", &scenario("clickstream"), "--format", "adr"], &overrides[..]].concat()).stdout;
    let said = "- Glue, beside: holds the table definition that Firehose converts by [";
    assert!(record.contains(said), "{record}");
}

#[test]
fn other_verbs_refuse_a_record_and_name_their_forms() {
    let path = scenario("clickstream");
    forebay(&["cost", &path, "--format", "adr"]).ends_with(3).explains(&["forebay advise", "json"]);
}

#[test]
fn no_way_that_is_drawn_leads_through_a_service_that_is_too_slow_for_it() {
    let too_slow = |service: &serde_json::Value| {
        let rules = service["reasons"].as_array().unwrap();
        service["verdict"] == "rejected" && rules.iter().any(|reason| reason["rule"] == "freshness-below-least-delay")
    };
    let mut slow_ones = 0;
    for name in ["clickstream", "logs-to-opensearch", "iot-telemetry", "hot-key"] {
        for freshness in ["freshness=500ms", "freshness=1s", "freshness=4s", "freshness=10s", "freshness=30s"] {
            let answer = advice(name, &[freshness]);
            let services = answer["services"].as_array().unwrap();
            let slow: Vec<&str> = services.iter().filter(|s| too_slow(s)).filter_map(|s| s["id"].as_str()).collect();
            slow_ones += slow.len();
            // A leg into an archive may be slower, and says that it is.
            let Some(drawn) = answer["recommended"].as_object() else { continue };
            let way = drawn["architecture"].as_array().unwrap();
            let archive = drawn["path"]["remarks"].to_string().contains("is an archive");
            let through = way.iter().filter_map(|id| id.as_str()).find(|id| slow.contains(id));
            assert!(archive || through.is_none(), "{name}, {freshness}: through {through:?}");
        }
    }
    assert!(slow_ones > 0);
}

#[test]
fn a_slower_leg_into_an_archive_says_that_it_is_one_though_a_quick_way_exists() {
    let place = crate::common::Place::new();
    let needs = |freshness: &str| {
        format!(
            "format = 1\ntitle = \"Readings\"\n[source]\nkind = \"iot_telemetry\"\nsystem = \"device\"\n\
             protocol = \"mqtt\"\n[needs]\ndestinations = [\"s3\", \"application\"]\nfreshness = \"{freshness}\"\n"
        )
    };
    let remark = "the leg to s3 is an archive";
    place.file("late.toml", needs("2 s"));
    let page = place.run(&["advise", "late.toml"]).stdout;
    assert!(page.contains("Data Firehose ──▶ S3") && page.contains(remark), "{page}");
}
