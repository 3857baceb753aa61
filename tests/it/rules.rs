//! Every rule has a page, a source, a case that makes it fire and a case that keeps it silent (`tried`, beside the rule).

use std::fs;

use forebay::catalog::{Catalog, Library};
use forebay::diag::Problems;
use forebay::evaluate::Trial;
use forebay::ranking::{Decision, Verdict, circumstances, decide};
use forebay::rules::{Contradiction, Outcome, RuleBook, RuleKind, Situation};
use forebay::scenario::{Loader, Override, Scenario};
use forebay::source::SourceMap;

use crate::common::root;

struct Knowledge {
    catalog: Catalog,
    rules: RuleBook,
}

impl Knowledge {
    fn load() -> Self {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let library = Library::embedded();
        let catalog = Catalog::load(&library, &mut sources, &mut problems);
        let rules = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
        assert!(!problems.has_errors(), "{}", problems.render(&sources, false));
        Self { catalog, rules }
    }

    #[track_caller]
    fn scenario(&self, text: &str, overrides: &[&str]) -> Scenario {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let loader = Loader { catalog: &self.catalog, edition: None, region: None };
        let overrides: Vec<Override> = overrides.iter().map(|text| Override { text: (*text).to_owned() }).collect();
        let scenario = loader.load("scenario.toml", text, &overrides, &mut sources, &mut problems);
        scenario.unwrap_or_else(|| panic!("{overrides:?}\n{}", problems.render(&sources, false)))
    }

    fn contradictions(&self, scenario: &Scenario) -> Vec<Contradiction> {
        let at = circumstances(scenario);
        self.rules.contradictions(&Situation::new(&scenario.answers, &at))
    }

    fn decide(&self, scenario: &Scenario) -> Decision {
        decide(&self.catalog, &self.rules, scenario)
    }
}

/// Nothing is stated in it but what must be.
const BASE: &str = "format = 1\ntitle = \"nothing stated\"\n";

#[track_caller]
fn outcome(decision: &Decision, service: &str, rule: &str) -> Outcome {
    let trace = &decision.service(service).unwrap().trace;
    trace
        .iter()
        .find(|held| held.rule == rule)
        .unwrap_or_else(|| panic!("{rule} is not held against {service}"))
        .outcome
}

#[test]
fn every_rule_fires_where_it_should_and_is_silent_where_it_should_be() {
    let known = Knowledge::load();
    let trial = Trial::new(&known.catalog, &known.rules);
    let mut wrong = Vec::new();
    for rule in &known.rules.rules {
        if rule.tried.is_none() {
            wrong.push(format!("give `{}` a firing and a silent case", rule.id));
        }
        let problems = trial.try_rule(rule);
        wrong.extend(problems.into_iter().map(|problem| format!("{}: {}", problem.message, problem.help.join("; "))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_and_no_fact_names_a_selection_case() {
    let Some(cases) = crate::common::shared("cases/selection_cases.toml") else { return };
    let cases: toml::Table = fs::read_to_string(cases).unwrap().parse().unwrap();
    let ids: Vec<&str> = cases["case"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap()).collect();
    for folder in ["rules", "services"] {
        for entry in fs::read_dir(root().join("catalog").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            for id in &ids {
                assert!(!text.contains(id), "{} names the case `{id}`", path.display());
            }
        }
    }
}

#[test]
fn every_rule_has_a_whole_page_with_a_source() {
    for rule in &Knowledge::load().rules.rules {
        let page = &rule.page;
        for (part, text) in [("checks", &page.checks), ("why", &page.why), ("example", &page.example)] {
            assert!(text.split_whitespace().count() >= 4, "{}: `{part}` says too little", rule.id);
        }
        let read = page.source.starts_with("https://") || root().join(&page.source).is_file();
        assert!(read, "{}: the source is neither an address nor a file: {}", rule.id, page.source);
        assert!(page.checks.starts_with("Whether "), "{}: `checks` is a question", rule.id);
    }
}

#[test]
fn the_reason_of_a_firing_rule_names_what_is_known() {
    let known = Knowledge::load();
    let by_facts = [RuleKind::Screen, RuleKind::Advise, RuleKind::Warn];
    for rule in known.rules.rules.iter().filter(|rule| by_facts.contains(&rule.kind)) {
        let tried = rule.tried.as_ref().unwrap();
        let overrides: Vec<&str> = tried.fires.iter().map(String::as_str).collect();
        let scenario = known.scenario(BASE, &overrides);
        let at = circumstances(&scenario);
        let situation = Situation::new(&scenario.answers, &at);
        let fired = rule.evaluate(known.catalog.service(tried.on.as_deref().unwrap()).unwrap(), &situation);
        assert!(!fired.text.contains(['{', '}']), "{}: {}", rule.id, fired.text);
    }
}

#[test]
fn a_contradiction_names_two_requirements_or_more_with_their_places() {
    let known = Knowledge::load();
    for rule in known.rules.rules.iter().filter(|rule| rule.kind == RuleKind::Contradiction) {
        let fires = &rule.tried.as_ref().unwrap().fires;
        let overrides: Vec<&str> = fires.iter().map(String::as_str).collect();
        let clashes = known.contradictions(&known.scenario(BASE, &overrides));
        let clash = clashes.iter().find(|clash| clash.rule == rule.id).unwrap();
        assert!(!clash.text.contains(['{', '}']) && !clash.text.contains("unknown"), "{}", clash.text);
        assert!(clash.requirements.len() >= 2, "{clash:?}");
        for requirement in &clash.requirements {
            assert!(requirement.place.contains("--set"), "{requirement:?}");
            assert!(fires.iter().any(|wish| wish.starts_with(&requirement.path)), "{requirement:?}");
        }
    }
}

#[test]
fn the_scenarios_do_not_contradict_themselves() {
    let known = Knowledge::load();
    for entry in fs::read_dir(root().join("scenarios")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert_eq!(known.contradictions(&known.scenario(&text, &[])), []);
    }
}

#[test]
fn reasons_in_the_scenarios_leave_nothing_unknown() {
    let known = Knowledge::load();
    for entry in fs::read_dir(root().join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for edition in ["edition=2022", "edition=current"] {
            let decision = known.decide(&known.scenario(&text, &[edition]));
            for service in &decision.services {
                for reason in &service.reasons {
                    let shown = format!("{}: {}: {}", path.display(), service.id, reason.text);
                    assert!(!reason.text.contains("unknown") && !reason.text.contains('{'), "{shown}");
                    assert!(!reason.source.is_empty(), "{shown}");
                }
            }
        }
    }
}

#[test]
fn what_is_not_stated_rejects_nothing() {
    let known = Knowledge::load();
    let decision = known.decide(&known.scenario(BASE, &[]));
    // Out by what they are, whatever is asked for: one gives identity, the other is no longer sold.
    let out = [("cognito", "identity-is-not-transport"), ("snowball", "closed-to-new-customers")];
    for service in &decision.services {
        let reasons: Vec<&str> = service.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        match out.iter().find(|(id, _)| *id == service.id) {
            Some((_, rule)) => assert_eq!(reasons, [*rule], "{}", service.id),
            None => assert!(service.verdict != Verdict::Rejected, "{} is rejected: {reasons:?}", service.id),
        }
    }
}

#[test]
fn a_rule_about_something_unstated_is_unknown_and_not_silent() {
    let known = Knowledge::load();
    let decision = known.decide(&known.scenario(BASE, &[]));
    for rule in ["replay-not-possible", "freshness-below-least-delay", "order-not-kept"] {
        assert_eq!(outcome(&decision, "firehose", rule), Outcome::Unknown, "{rule}");
    }
    // One part that is false decides, however little is known of the others.
    assert_eq!(outcome(&decision, "firehose", "cluster-needs-staff"), Outcome::No);
}

#[test]
fn a_house_rule_needs_no_compiler() {
    let place = crate::common::Place::new();
    fs::create_dir_all(place.path("house/rules")).unwrap();
    let rule = r#"
        [[rule]]
        id = "house-wants-order"
        kind = "screen"
        services = ["firehose"]
        when = { fact = "ordering", is = "none" }
        reason = "we want order in everything; this keeps {fact:ordering}"
        [rule.page]
        checks = "Whether the service keeps any order at all."
        why = "The house says so."
        example = "Firehose is out."
        source = "https://example.org/house-rules"
    "#;
    place.file("house/rules/mine.toml", rule);
    let path = crate::common::scenario("clickstream");
    let answer = place.run(&["advise", &path, "--catalog", "house", "--format", "json"]).json();
    assert_eq!(answer["recommended"]["primary"], "kinesis_data_streams");
    let broken = rule.replace("is = \"none\"", "iz = \"none\"");
    place.file("house/rules/mine.toml", broken);
    place.run(&["advise", &path, "--catalog", "house"]).ends_with(3).explains(&["unknown key `iz`", "`is`"]);
}
