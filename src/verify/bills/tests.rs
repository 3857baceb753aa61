use super::super::tests::{catalog, read};
use super::super::{CaseResult, Verdict};
use crate::sim::NoWatch;

/// Two lines of one price with tiers, worked out by hand: 333 million at 3.50 and 1 million at 2.80.
const TIERS: &str = r#"
[[example]]
id = "calls"
service = "api_gateway"
region = "us-east-1"
expected_total = "1168.30"
tolerance_usd = "0.01"
[example.inputs]
api = "REST"
calls = "334000000"
[[example.line]]
name = "first 333 M"
quantity = "333"
unit = "million"
unit_price = "3.50"
expected = "1165.50"
[[example.line]]
name = "next 667 M"
quantity = "1"
unit = "million"
unit_price = "2.80"
expected = "2.80"
"#;

fn only(text: &str) -> CaseResult {
    let mut results = read(text).unwrap().verify(&catalog(), &[], &NoWatch).unwrap();
    assert_eq!(results.len(), 1);
    results.remove(0)
}

fn failed(case: &CaseResult) -> Vec<&str> {
    let quantities = case.quantities.iter().filter(|quantity| quantity.verdict == Verdict::Failed);
    quantities.map(|quantity| quantity.name.as_str()).collect()
}

#[test]
fn a_bill_worked_out_by_hand_passes() {
    let case = only(TIERS);
    assert_eq!((case.verdict, case.quantities.len()), (Verdict::Passed, 5), "{case:?}");
}

#[test]
fn every_number_of_a_bill_matters() {
    for (right, wrong, names) in [
        (
            "calls = \"334000000\"",
            "calls = \"335000000\"",
            &["next 667 M, million", "next 667 M, USD", "total, USD"][..],
        ),
        ("unit_price = \"2.80\"", "unit_price = \"2.90\"", &["next 667 M, USD", "total, USD"]),
        ("expected = \"2.80\"", "expected = \"2.82\"", &["next 667 M, USD"]),
        ("quantity = \"333\"", "quantity = \"332\"", &["first 333 M, million"]),
        ("expected_total = \"1168.30\"", "expected_total = \"1168.32\"", &["total, USD"]),
    ] {
        let case = only(&TIERS.replacen(right, wrong, 1));
        assert_eq!(failed(&case), names, "{wrong}");
    }
    // The tolerance is exact: a difference of a cent passes, of a hundredth of one more it does not.
    let total = |text: &str| only(&TIERS.replacen("1168.30", text, 1)).verdict;
    assert_eq!(total("1168.31"), Verdict::Passed);
    assert_eq!(total("1168.3101"), Verdict::Failed);
}

#[test]
fn what_does_not_follow_from_the_inputs_is_unsupported() {
    for (right, wrong, reason) in [
        ("api = \"REST\"", "api = \"REST\"\nmood = \"blue\"", "input `mood` is not known"),
        ("calls = \"334000000\"", "calls = \"many\"", "input `calls = many` cannot be used"),
        ("api = \"REST\"", "api = \"SOAP\"", "input `api = SOAP` cannot be used"),
        ("calls = \"334000000\"", "", "line `first 333 M` does not follow from the inputs"),
        ("service = \"api_gateway\"", "service = \"mainframe\"", "input `api` is not known"),
        ("name = \"next 667 M\"", "name = \"discount\"", "the price of `first 333 M` is not known"),
        (
            "[[example.line]]\nname = \"next",
            "[[example.line]]\nname = \"tax\"\nunit_price = \"1\"\nexpected = \"1\"\n[[example.line]]\nname = \"next",
            "line `tax` does not follow from the inputs",
        ),
    ] {
        assert!(TIERS.contains(right), "{right}");
        let case = only(&TIERS.replacen(right, wrong, 1));
        assert_eq!((case.verdict, case.reason.as_deref()), (Verdict::Unsupported, Some(reason)), "{wrong}");
    }
    let bare = only("[[example]]\nid = \"x\"\nservice = \"firehose\"\nexpected_total = \"1\"\n");
    assert_eq!(bare.reason.as_deref(), Some("the example has no lines"));
    let other = only(
        "[[example]]\nid = \"x\"\nservice = \"x\"\nexpected_total = \"1\"\n[[example.line]]\nname = \"y\"\nexpected = \"1\"",
    );
    assert_eq!(other.reason.as_deref(), Some("bills of `x` are not known"));
}

#[test]
fn a_published_amount_is_only_added_and_the_total_says_so() {
    let amount = "[[example.line]]\nname = \"support\"\nexpected = \"100.00\"\n";
    let case = only(&(TIERS.replacen("1168.30", "1268.30", 1) + amount));
    assert_eq!(case.verdict, Verdict::Passed);
    assert_eq!(case.quantities.last().unwrap().name, "total with 1 amount as published, USD");
    assert!(case.quantities.iter().all(|quantity| !quantity.name.starts_with("support")));
}

#[test]
fn a_gigabyte_is_what_the_example_says() {
    let fifo = |gb: &str, quantity: &str| {
        only(&format!(
            "[[example]]\nid = \"x\"\nservice = \"sns\"\nregion = \"us-east-1\"\nexpected_total = \"0.10\"\ngb = \"{gb}\"\n\
             [example.inputs]\ntopic = \"fifo\"\nrequests = \"1000000\"\nmessage_kb = \"10\"\n\
             [[example.line]]\nname = \"publish payload\"\nquantity = \"{quantity}\"\nunit = \"GB\"\nunit_price = \"0.01\"\n\
             expected = \"0.10\"\n"
        ))
    };
    assert_eq!(fifo("decimal", "10").verdict, Verdict::Passed);
    assert_eq!(fifo("binary", "9.5367431640625").verdict, Verdict::Passed);
    assert_eq!(failed(&fifo("binary", "10")), ["publish payload, GB"]);
    assert_eq!(fifo("binary, rounded to 9.5 GB before pricing", "9.5").verdict, Verdict::Passed);
}
