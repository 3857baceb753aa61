use super::flip::joined;
use super::*;
use crate::catalog::Library;
use crate::diag::Problems;
use crate::ranking::decide;
use crate::scenario::Loader;
use crate::source::SourceMap;

fn known() -> (Catalog, RuleBook) {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let library = Library::embedded();
    let catalog = Catalog::load(&library, &mut sources, &mut problems);
    let rules = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
    (catalog, rules)
}

fn scenario(catalog: &Catalog, text: &str) -> Scenario {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let loader = Loader { catalog, edition: None, region: None };
    let text = format!("format = 1\ntitle = \"t\"\n{text}");
    loader
        .load("t.toml", &text, &[], &mut sources, &mut problems)
        .unwrap_or_else(|| panic!("{}", problems.render(&sources, false)))
}

const CLICKS: &str = r#"
[source]
kind = "clickstream"
system = "browser"
protocol = "https_api"
client-sdk = "none"
[needs]
destinations = ["s3"]
freshness = "15 min"
transform = "none"
"#;

#[test]
fn alternatives_are_joined_as_people_do() {
    let joined = |parts: &[&str]| joined(&parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>());
    assert_eq!(joined(&["a"]), "a");
    assert_eq!(joined(&["a", "b", "c"]), "a, b or c");
}

#[test]
fn a_replaced_answer_takes_along_what_follows_from_it() {
    let (catalog, rules) = known();
    let scenario = scenario(&catalog, &format!("{CLICKS}[workload]\nrate = \"10/s\"\nrecord-size = \"1 KB\"\n"));
    let word = scenario.with_answer("needs.freshness", Value::Text("real_time".into())).unwrap();
    assert_eq!(word.answers.get("needs.freshness").unwrap().value, Value::parse("60 s"));
    assert_eq!(word.answers.word("needs.freshness-word"), Some("real_time"));
    let time = word.with_answer("needs.freshness", Value::parse("15 min")).unwrap();
    assert_eq!(time.answers.get("needs.freshness-word"), None);
    assert_eq!(decide(&catalog, &rules, &time), {
        let again = scenario.with_answer("needs.freshness", Value::parse("15 min")).unwrap();
        decide(&catalog, &rules, &again)
    });
    let busier = scenario.with_answer("workload.rate", Value::parse("20 records/s")).unwrap();
    assert_eq!(busier.answers.get("workload.peak-rate").unwrap().value, Value::parse("20 records/s"));
    let larger = scenario.with_answer("workload.record-size", Value::parse("2 KB")).unwrap();
    assert_eq!(larger.answers.get("workload.record-size-mean").unwrap().value, Value::parse("2 KB"));
}

#[test]
fn differences_by_criterion_add_up_to_the_distance() {
    let (catalog, rules) = known();
    let explored = Sensitivity::explore(&catalog, &rules, &scenario(&catalog, CLICKS), Scope::Open);
    for service in explored.decision().ranked() {
        let answer = explored.why_not(&service.id).unwrap();
        let sum: f64 = answer.criteria.iter().map(|criterion| criterion.difference).sum();
        assert!((sum - answer.difference.unwrap()).abs() < 1e-9, "{answer:?}");
    }
    assert_eq!(explored.why_not("no such service"), None);
}

#[test]
fn questions_come_in_the_order_in_which_they_matter() {
    let (catalog, rules) = known();
    let explored = Sensitivity::explore(&catalog, &rules, &scenario(&catalog, CLICKS), Scope::Open);
    let questions = explored.open_questions();
    assert!(questions.is_sorted_by(|a, b| a.share >= b.share));
    for question in &questions {
        assert!(question.stated.is_none() && question.changing <= question.answers, "{question:?}");
        assert!(!question.leads_to.is_empty(), "{question:?}");
    }
    assert!(questions.iter().any(|question| question.path == "needs.replay"), "{questions:?}");
    assert!(!questions.iter().any(|question| question.path == "needs.freshness"));
}

#[test]
fn an_interval_is_an_open_question_where_its_ends_disagree() {
    let (catalog, rules) = known();
    let text = CLICKS.replace("15 min", "1 s .. 15 min");
    let explored = Sensitivity::explore(&catalog, &rules, &scenario(&catalog, &text), Scope::Open);
    let questions = explored.open_questions();
    let question = questions.iter().find(|question| question.path == "needs.freshness").unwrap();
    assert_eq!(question.stated.as_deref(), Some("1 s .. 15 min"));
    assert!(question.leads_to.len() > 1, "{question:?}");
}
