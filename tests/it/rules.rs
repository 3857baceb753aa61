//! Every rule has a page, a source, a case that makes it fire and a case that keeps it silent.

use std::fs;

use forebay::catalog::{Catalog, Library, Role};
use forebay::diag::Problems;
use forebay::ranking::{Decision, Verdict, circumstances, decide};
use forebay::rules::{Contradiction, Outcome, RuleBook, RuleKind, Situation};
use forebay::scenario::{Loader, Override, Scenario};
use forebay::source::SourceMap;

use crate::common::root;

/// A rule, the service it is tried on with what makes it fire, and the same for its silence.
struct Case {
    rule: &'static str,
    fires: (&'static str, &'static [&'static str]),
    silent: (&'static str, &'static [&'static str]),
}

const fn case(
    rule: &'static str,
    service: &'static str,
    fires: &'static [&'static str],
    silent: &'static [&'static str],
) -> Case {
    Case { rule, fires: (service, fires), silent: (service, silent) }
}

const CASES: &[Case] = &[
    case("cluster-billed-by-time", "emr", &["needs.cost=pay_per_use"], &["needs.cost=spot"]),
    case("cluster-needs-big-data-skills", "emr", &["team.skills=python"], &["team.skills=python,spark"]),
    case("cluster-needs-staff", "emr", &["team.staff=reduced"], &["team.staff=normal"]),
    case("no-database-in-source", "dms", &["source.kind=clickstream"], &["source.kind=database_change"]),
    case("not-third-party-data", "data_exchange", &["source.kind=clickstream"], &["source.kind=third_party_dataset"]),
    case("no-media-in-source", "kinesis_video_streams", &["source.kind=clickstream"], &["source.kind=video"]),
    case(
        "no-transformation-asked",
        "managed_flink",
        &["needs.transform=none"],
        &["needs.transform=stateful_stream_analytics"],
    ),
    case(
        "database-needs-change-capture",
        "firehose",
        &["source.kind=database_full"],
        &["source.kind=clickstream", "source.system=browser"],
    ),
    case(
        "third-party-data-comes-by-subscription",
        "kinesis_data_streams",
        &["source.system=data_provider"],
        &["source.kind=clickstream", "source.system=browser"],
    ),
    case(
        "media-needs-a-media-stream",
        "emr",
        &["source.system=camera"],
        &["source.kind=metrics", "source.system=server"],
    ),
    case("freshness-below-least-delay", "firehose", &["needs.freshness=4.9s"], &["needs.freshness=5s"]),
    case(
        "record-exceeds-size-quota",
        "firehose",
        &["workload.rate=1/s", "workload.record-size=1001 KiB"],
        &["workload.rate=1/s", "workload.record-size=1000 KiB"],
    ),
    case(
        "transformation-beyond-service",
        "kinesis_data_streams",
        &["needs.transform=custom_code"],
        &["needs.transform=none"],
    ),
    case(
        "framework-not-run",
        "managed_flink",
        &["needs.compatibility=pyspark"],
        &["needs.compatibility=kafka_api", "source.kind=clickstream"],
    ),
    case("replay-not-possible", "firehose", &["needs.replay=true"], &["needs.replay=false"]),
    case(
        "keeps-nothing-to-read",
        "managed_flink",
        &["needs.consumers=2"],
        &["needs.consumers=2", "needs.transform=stateful_stream_analytics"],
    ),
    case(
        "one-destination-for-several-consumers",
        "firehose",
        &["needs.consumers=2"],
        &["needs.consumers=1", "needs.multiple-consumers=false"],
    ),
    case("consumers-exceed-quota", "kinesis_data_streams", &["needs.consumers=21"], &["needs.consumers=20"]),
    case("order-not-kept", "firehose", &["needs.ordering=per_key"], &["needs.ordering=none"]),
    case("destination-not-delivered-to", "firehose", &["needs.destinations=application"], &["needs.destinations=s3"]),
    case(
        "requests-exceed-direct-put-quota",
        "firehose",
        &["workload.rate=2001 records/s", "workload.record-size=1 KB"],
        &["workload.rate=2001 records/s", "workload.record-size=1 KB", "workload.records-per-request=2"],
    ),
    case("transformation-left-out-of-figures", "firehose", &["needs.transform=light"], &["needs.transform=none"]),
    case("data-kind-not-carried", "firehose", &["source.kind=files"], &["source.kind=metrics"]),
    case(
        "client-needs-credentials",
        "cognito",
        &["source.system=mobile_app", "source.client-sdk=aws_sdk"],
        &["source.system=mobile_app", "source.client-sdk=none", "source.client-auth=none"],
    ),
    case(
        "client-speaks-plain-https",
        "api_gateway",
        &["source.system=browser", "source.protocol=https_api", "source.client-sdk=none"],
        &["source.system=browser", "source.protocol=https_api", "source.client-sdk=aws_sdk"],
    ),
    case(
        "device-speaks-mqtt",
        "iot_core",
        &["source.system=device", "source.protocol=mqtt"],
        &["source.system=device", "source.protocol=https_api"],
    ),
    Case { rule: "identity-is-not-transport", fires: ("cognito", &[]), silent: ("api_gateway", &[]) },
    case("front-door-for-devices-only", "iot_core", &["source.system=browser"], &["source.system=device"]),
    case("protocol-not-spoken", "api_gateway", &["source.protocol=mqtt"], &["source.protocol=https_api"]),
    case(
        "no-integration-path",
        "data_exchange",
        &["source.system=browser", "needs.destinations=s3"],
        &["source.system=data_provider", "needs.destinations=s3"],
    ),
    case("delivers-without-code", "firehose", &["needs.destinations=s3"], &["needs.destinations=neptune"]),
    case("sub-second-delay-needed", "kinesis_data_streams", &["needs.freshness=59s"], &["needs.freshness=60s"]),
    case(
        "several-consumers-read-at-will",
        "kinesis_data_streams",
        &["needs.multiple-consumers=true"],
        &["needs.consumers=1", "needs.multiple-consumers=false"],
    ),
    case("records-can-be-read-again", "kinesis_data_streams", &["needs.replay=true"], &["needs.replay=false"]),
    case(
        "consumer-code-needed",
        "kinesis_data_streams",
        &["needs.transform=light"],
        &["needs.transform=stateful_stream_analytics"],
    ),
    case("lower-latency-not-needed", "kinesis_data_streams", &["needs.freshness=60s"], &["needs.freshness=59s"]),
    case(
        "windows-and-state-are-its-trade",
        "managed_flink",
        &["needs.transform=sql_analytics"],
        &["needs.transform=heavy_etl"],
    ),
    case(
        "change-capture-is-its-trade",
        "dms",
        &["source.kind=database_change"],
        &["source.kind=clickstream", "source.system=browser"],
    ),
    case(
        "media-is-its-trade",
        "kinesis_video_streams",
        &["source.kind=video"],
        &["source.kind=clickstream", "source.system=browser"],
    ),
    case(
        "subscriptions-are-its-trade",
        "data_exchange",
        &["source.kind=third_party_dataset"],
        &["source.kind=clickstream", "source.system=browser"],
    ),
    case(
        "existing-jobs-go-on",
        "emr",
        &["needs.transform=heavy_etl", "team.skills=hadoop"],
        &["needs.transform=none", "needs.compatibility=kafka_api", "source.kind=clickstream"],
    ),
    // Contradictions speak of no service.
    case(
        "offline-line-with-quick-data",
        "",
        &["source.network=offline", "needs.freshness=1s"],
        &["source.network=offline", "needs.freshness=7 days"],
    ),
    case(
        "one-time-copy-with-quick-data",
        "",
        &["needs.schedule=one_time", "needs.freshness=real_time"],
        &["needs.schedule=one_time", "needs.freshness=1 day"],
    ),
    case(
        "rare-schedule-with-quick-data",
        "",
        &["needs.schedule=weekly", "needs.freshness=real_time"],
        &["needs.schedule=weekly", "needs.freshness=7 days"],
    ),
    case(
        "order-wanted-where-none-is-kept",
        "",
        &["needs.ordering=per_key", "needs.destinations=datadog,splunk"],
        &["needs.ordering=per_key", "needs.destinations=datadog,application"],
    ),
    case(
        "record-too-large-for-https-api",
        "",
        &["source.protocol=https_api", "workload.rate=1/s", "workload.record-size=11 MB"],
        &["source.protocol=https_api", "workload.rate=1/s", "workload.record-size=10 MB"],
    ),
    case(
        "window-without-computation",
        "",
        &["needs.transform=none", "needs.window=tumbling_1min"],
        &["needs.transform=sql_analytics", "needs.window=tumbling_1min"],
    ),
    case(
        "several-consumers-denied-and-counted",
        "",
        &["needs.multiple-consumers=false", "needs.consumers=2"],
        &["needs.multiple-consumers=false", "needs.consumers=1"],
    ),
    case(
        "replay-of-what-is-deleted",
        "",
        &["needs.replay=true", "needs.further.delete-after-processing=true"],
        &["needs.replay=false", "needs.further.delete-after-processing=true"],
    ),
    case(
        "program-wanted-without-code",
        "",
        &["needs.operations=no_code", "needs.transform=custom_code"],
        &["needs.operations=no_code", "needs.transform=none"],
    ),
    case(
        "own-data-from-a-provider",
        "",
        &["source.ownership=first_party", "source.kind=third_party_dataset"],
        &["source.ownership=third_party", "source.kind=third_party_dataset"],
    ),
];

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

    fn is_contradiction(&self, rule: &str) -> bool {
        self.rules.find(rule).is_some_and(|rule| rule.kind == RuleKind::Contradiction)
    }

    fn contradictions(&self, scenario: &Scenario) -> Vec<Contradiction> {
        let at = circumstances(scenario);
        self.rules.contradictions(&Situation { answers: &scenario.answers, at: &at })
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
fn every_rule_has_a_case_and_every_case_a_rule() {
    let known = Knowledge::load();
    let rules: Vec<&str> = known.rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    let cases: Vec<&str> = CASES.iter().map(|case| case.rule).collect();
    for rule in &rules {
        assert!(cases.contains(rule), "give `{rule}` a firing and a silent case in this file");
    }
    assert_eq!(cases.len(), rules.len(), "a case without a rule, or two cases of one");
}

#[test]
fn every_rule_fires_where_it_should_and_is_silent_where_it_should_be() {
    let known = Knowledge::load();
    for case in CASES {
        for ((service, overrides), expected) in [(case.fires, Outcome::Yes), (case.silent, Outcome::No)] {
            let scenario = known.scenario(BASE, overrides);
            if known.is_contradiction(case.rule) {
                let fired = known.contradictions(&scenario).iter().any(|clash| clash.rule == case.rule);
                assert_eq!(fired, expected == Outcome::Yes, "{} with {overrides:?}", case.rule);
                continue;
            }
            let decision = known.decide(&scenario);
            assert_eq!(outcome(&decision, service, case.rule), expected, "{} with {overrides:?}", case.rule);
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
    for case in CASES {
        let (service, overrides) = case.fires;
        let scenario = known.scenario(BASE, overrides);
        if known.is_contradiction(case.rule) {
            continue;
        }
        let at = circumstances(&scenario);
        let situation = Situation { answers: &scenario.answers, at: &at };
        let service = known.catalog.service(service).unwrap();
        let held = known.rules.evaluate(service, &situation);
        let fired = held.iter().find(|evaluation| evaluation.rule == case.rule).unwrap();
        assert!(!fired.text.contains(['{', '}']), "{}: {}", case.rule, fired.text);
        let rests = !fired.facts.is_empty() || !fired.requirements.is_empty();
        assert!(rests, "{} rests on no fact and no requirement", case.rule);
    }
}

#[test]
fn a_contradiction_names_two_requirements_or_more_with_their_places() {
    let known = Knowledge::load();
    for case in CASES.iter().filter(|case| known.is_contradiction(case.rule)) {
        let clashes = known.contradictions(&known.scenario(BASE, case.fires.1));
        let clash = clashes.iter().find(|clash| clash.rule == case.rule).unwrap();
        assert!(!clash.text.contains(['{', '}']) && !clash.text.contains("unknown"), "{}", clash.text);
        assert!(clash.requirements.len() >= 2, "{clash:?}");
        for requirement in &clash.requirements {
            assert!(requirement.place.contains("--set"), "{requirement:?}");
            assert!(case.fires.1.iter().any(|wish| wish.starts_with(&requirement.path)), "{requirement:?}");
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
    for service in &decision.services {
        // Cognito is out by what it is, whatever is asked for.
        let expected = if service.id == "cognito" { vec!["identity-is-not-transport"] } else { Vec::new() };
        if service.role == Role::Ingest {
            assert!(matches!(service.verdict, Verdict::Ranked(_)), "{} is {}", service.id, service.verdict);
        } else {
            let rejected = service.verdict == Verdict::Rejected;
            assert_eq!(rejected, !expected.is_empty(), "{} is {}", service.id, service.verdict);
            let reasons: Vec<&str> = service.reasons.iter().map(|reason| reason.rule.as_str()).collect();
            assert_eq!(reasons, expected, "{}", service.id);
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
