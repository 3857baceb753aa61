use proptest::prelude::*;

use super::*;

const SERVICES: [&str; 2] = ["firehose", "kinesis_data_streams"];

fn read_all(text: &str, judged: Judged) -> (Vec<Policy>, Problems, SourceMap) {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let policies = read(&[text.to_owned()], judged, &SERVICES, &mut sources, &mut problems);
    (policies, problems, sources)
}

#[track_caller]
fn policy(text: &str) -> Policy {
    let (policies, problems, sources) = read_all(text, Judged::Diff);
    assert!(!problems.has_errors(), "{}", problems.render(&sources, false));
    policies.into_iter().next().unwrap()
}

/// The text under the caret, and the whole message.
#[track_caller]
fn mistake(text: &str, judged: Judged) -> (String, String) {
    let (_, problems, sources) = read_all(text, judged);
    let first = problems.list().first().unwrap_or_else(|| panic!("`{text}` is a policy"));
    let (file, range) = sources.resolve(first.label.as_ref().unwrap().0).unwrap();
    (file.text[range].to_owned(), problems.render(&sources, false))
}

fn answer(parts: &str) -> Answer {
    let header = r#""schema_version": "1.4", "forebay_version": "0", "edition": "2022", "region": "us-east-1",
        "catalog_digest": "c", "scenario": {"title": "T", "file": "t.toml", "digest": "d"}"#;
    Answer::read(&format!("{{{header}{parts}}}")).unwrap()
}

/// An answer whose delay is this value, as JSON, with this half-width.
fn delayed(value: &str, half_width: &str) -> Answer {
    let one = format!(r#"{{"value": {value}, "half_width": {half_width}}}"#);
    let five = format!(r#"{{"mean": {one}, "p50": {one}, "p95": {one}, "p99": {one}, "max": {one}}}"#);
    answer(&format!(
        r#", "seed": 1, "replications": 10, "horizon_s": 60, "warm_up_s": 0, "pipeline": ["firehose"],
           "records": {{"offered": 1000, "rejected": 20, "lost": 0}}, "latency_s": {five}, "freshness_s": {five},
           "late_share": 0.25, "objects": {{"per_hour": 12, "per_hour_half_width": 0, "mean_bytes": 1048576,
           "mean_bytes_half_width": 10}}, "settings": [],
           "limits": [{{"name": "a", "peak_share": 0.4}}, {{"name": "b", "peak_share": 0.9}}]"#
    ))
}

fn billed(total: &str, complete: bool) -> Answer {
    answer(&format!(r#", "bill": {{"lines": [], "total": {total}, "total_half_width": null, "complete": {complete}}}"#))
}

fn hit(text: &str, new: &Answer) -> bool {
    policy(text).judge(new, None).hit
}

#[test]
fn policies_are_joined_by_commas_and_the_word_or() {
    let (policies, problems, _) = read_all("p99 > 60 s or cost>USD 200,  rejected >1 %", Judged::Run);
    assert!(!problems.has_errors());
    let texts: Vec<String> = policies.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["p99 > 60 s", "cost > USD 200", "rejected > 1 %"]);
    assert_eq!(policy("Δp99 > 10 %").to_string(), "p99 rises by more than 10 %");
    assert_eq!(policy("delta cost >= $5").to_string(), "delta cost >= $5");
    assert_eq!(policy("primary ≠ firehose").to_string(), "service != firehose");
    assert_eq!(policy("object-size < 64 MiB").to_string(), "object-bytes < 64 MiB");
    assert_eq!(policy("service changes").to_string(), "service changes");
}

#[test]
fn mistakes_are_underlined_and_say_what_to_type() {
    for (text, judged, under, said) in [
        ("p98 > 60 s", Judged::Run, "p98", "did you mean `p9"),
        ("velocity > 60 s", Judged::Usage, "velocity", "the figures are: `cost`"),
        ("cost > 1, p99 > 60", Judged::Run, "60", "write \"60 s\" or \"60 min\""),
        ("p99 > 60 sek", Judged::Run, "60 sek", "did you mean `60 sec`?"),
        ("cost > many", Judged::Run, "many", "compared with an amount in a month, such as `USD 200`"),
        ("headroom < 120 %", Judged::Run, "120 %", "out of range"),
        ("p99", Judged::Run, "p99", "write for example `p99 > 60 s`"),
        ("p99 >", Judged::Run, "p99 >", "there is no value behind it"),
        ("> 60 s", Judged::Run, "> 60 s", "there is no figure in front"),
        ("cost > USD 1,000", Judged::Run, "000", "write thousands without one"),
        ("service > firehose", Judged::Run, "firehose", "cannot be larger or smaller"),
        ("service != firehos", Judged::Run, "firehos", "did you mean `firehose`?"),
        ("score < 5", Judged::Simulate, "score", "`forebay run` does"),
        ("objects-per-day > 5", Judged::Compare, "objects-per-day", "does not work out"),
        ("p99 rises by more than 5 s", Judged::Run, "p99 rises by more than 5 s", "forebay diff OLD NEW"),
        ("p99 rises a lot", Judged::Diff, "a lot", "rises by more than 10 %"),
        ("p99 rises", Judged::Diff, "p99 rises", "by how much?"),
        ("delta p99 < 5 s", Judged::Diff, "delta p99 < 5 s", "write `p99 falls by more than 5 s`"),
        ("p99 > 1 s,", Judged::Run, ",", "a policy is missing"),
        ("", Judged::Run, "", "a policy is missing"),
        ("rejected > -1", Judged::Run, "-1", "expected a number"),
        ("p99 =< 60 s", Judged::Run, "=<", "write `<=`"),
        ("p99 => 60 s", Judged::Run, "=>", "write `>=`"),
    ] {
        let (found, message) = mistake(text, judged);
        assert_eq!(found, under, "{text}\n{message}");
        assert!(message.contains(said), "`{said}` is not said of `{text}`:\n{message}");
    }
}

#[test]
fn the_verdict_follows_the_point_value() {
    let slow = delayed("60.2", "0.5");
    let judged = policy("p99 > 60 s").judge(&slow, None);
    assert!(judged.hit && judged.within_chance);
    assert_eq!(judged.said, "`p99 > 60 s`: p99 is 60.20 ± 0.50 s, within chance of 60 s");
    let judged = policy("p99 > 1 min").judge(&delayed("59.8", "0.5"), None);
    assert!(!judged.hit && judged.within_chance);
    let judged = policy("p99 > 50 s").judge(&slow, None);
    assert!(judged.hit && !judged.within_chance);
    assert!(!hit("p99 < 60 s", &slow) && hit("p99 >= 60.2 s", &slow) && hit("p99 <= 60.2 s", &slow));
}

#[test]
fn what_is_unknown_or_without_bound_hits() {
    // JSON has no infinity: a figure that is one is `null`, as one that nobody knows.
    for text in ["p99 > 60 s", "p99 < 60 s", "p99 == 60 s", "p99 != 60 s", "freshness-p99 > 60 s"] {
        let judged = policy(text).judge(&delayed("null", "null"), None);
        assert!(judged.hit, "{text}");
        assert!(judged.said.ends_with("is unknown, so the answer cannot be shown to keep to it"), "{}", judged.said);
    }
    assert!(hit("p99 > 60 s", &billed("1", true)) && hit("service != firehose", &billed("1", true)));
    assert!(hit("cost > USD 5", &billed("null", false)));
}

#[test]
fn a_bill_that_lacks_a_price_is_a_lower_bound() {
    let partly = billed("41.2", false);
    let judge = |text: &str| policy(text).judge(&partly, None);
    assert_eq!(judge("cost > USD 40").said, "`cost > USD 40`: cost is ≥ USD 41.20");
    assert!(judge("cost > USD 50").said.contains("cannot be shown"));
    assert!(judge("cost > USD 50").hit && judge("cost < USD 50").hit && judge("cost <= USD 42").hit);
    assert!(!judge("cost < USD 41").hit && !judge("cost == USD 30").hit && judge("cost != USD 30").hit);
    assert!(!hit("cost > USD 41.2", &billed("41.2", true)));
}

#[test]
fn every_figure_is_found_in_its_unit() {
    let found = delayed("2", "0.1");
    for (text, expected) in [
        ("mean == 2000 ms", true),
        ("objects-per-day == 288", true),
        ("objects-per-hour > 12", false),
        ("object-bytes == 1 MiB", true),
        ("rejected == 20", true),
        ("rejected > 20 records", false),
        ("rejected == 2 %", true),
        ("lost > 0", false),
        ("late >= 25 %", true),
        ("headroom < 10 %", false),
        ("headroom < 10.1 %", true),
    ] {
        assert_eq!(hit(text, &found), expected, "{text}: {}", policy(text).judge(&found, None).said);
    }
}

#[test]
fn changes_are_absolute_or_a_share_of_the_old_value() {
    let (old, new) = (delayed("10", "0.2"), delayed("12", "0.3"));
    let judge = |text: &str| policy(text).judge(&new, Some(&old));
    assert!(judge("p99 rises by more than 10 %").hit && !judge("p99 rises by more than 20 %").hit);
    assert!(judge("p99 rises by more than 21 %").within_chance);
    assert!(judge("delta p99 >= 2 s").hit && !judge("delta p99 > 2 s").hit);
    assert!(!judge("p99 falls by more than 0 s").hit && judge("p99 changes by more than 1 s").hit);
    assert!(policy("p99 falls by more than 1 s").judge(&old, Some(&new)).hit);
    assert!(!judge("rejected rises by more than 0.1 %").hit && !judge("late rises by more than 1 %").hit);
    let (none, some) = (billed("0", true), billed("1", true));
    assert!(policy("cost rises by more than 500 %").judge(&some, Some(&none)).hit);
    assert!(!policy("cost rises by more than 0 %").judge(&none, Some(&none)).hit);
    // A bill that has lost a price has not become cheaper.
    assert!(policy("cost rises by more than 5 %").judge(&billed("0", false), Some(&some)).hit);
    let said = judge("p99 rises by more than 10 %").said;
    assert!(said.contains("p99 was 10.00 ± 0.20 s and is 12.00 ± 0.30 s"), "{said}");
}

fn figures() -> impl Strategy<Value = (Figure, String)> {
    let all: Vec<Figure> = Figure::all().collect();
    (prop::sample::select(all), 0.0..100.0f64).prop_map(|(figure, number)| {
        let value = match figure.kind() {
            Kind::Time => format!("{number} s"),
            Kind::Size => format!("{number} MiB"),
            Kind::Money => format!("USD {number:.4}"),
            Kind::Number | Kind::Records => format!("{number}"),
            Kind::Share => format!("{number} %"),
            Kind::Word => SERVICES[number as usize % 2].to_owned(),
        };
        (figure, value)
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same_policy((figure, value) in figures(), form in 0usize..10) {
        let name = figure.name();
        let text = match (figure, form) {
            (Figure::Service, 0..5) => "service changes".to_owned(),
            (Figure::Service, _) => format!("service{}{value}", ["==", " != "][form % 2]),
            (_, 0) => format!("delta {name} >= {value}"),
            (_, 1) => format!("{name} rises by more than {value}"),
            (_, 2) => format!("{name} falls by more than {value}"),
            (_, 3) => format!("{name} changes  by more than 12.5 %"),
            (_, form) => format!("{name}{}{value}", [" > ", ">=", " < ", "<=", " == ", "!="][form - 4]),
        };
        let first = policy(&text);
        prop_assert_eq!(&policy(&first.to_string()), &first);
    }

    #[test]
    fn no_text_is_too_much(text in "(\\PC|p99|>|or|,| |rises|by more than|Δ|%){0,12}") {
        for judged in [Judged::Run, Judged::Diff] {
            let (policies, problems, sources) = read_all(&text, judged);
            prop_assert!(!policies.is_empty() || problems.has_errors());
            // Every caret is within its text.
            prop_assert!(policies.is_empty() || !problems.render(&sources, false).contains("panicked"));
        }
    }
}
