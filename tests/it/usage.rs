//! Bills of usage files: hand-checked to the last decimal place, the errors, the budget, the forms.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::common::{Outcome, Place, forebay, shared};

/// A file with these entries, each the lines of a [[usage]] table.
fn file(region: &str, entries: &[&str]) -> String {
    let tables = entries.iter().flat_map(|entry| ["[[usage]]\n", entry, "\n"]).collect::<String>();
    format!("region = \"{region}\"\n{tables}")
}

fn cost(text: &str, extra: &[&str]) -> Outcome {
    let place = Place::new();
    place.file("month.toml", text);
    let args = ["cost", "--usage", "month.toml"].iter().chain(extra).copied().collect::<Vec<_>>();
    place.run(&args)
}

/// Exact amounts by line, as CSV gives them; empty where the amount is unknown.
#[track_caller]
fn amounts(region: &str, entries: &[&str]) -> Vec<String> {
    let outcome = cost(&file(region, entries), &["--format", "csv"]);
    outcome.ends_with(0);
    outcome.stdout.lines().skip(1).map(|line| line.split(',').nth(5).unwrap().to_owned()).collect()
}

#[test]
fn firehose_at_500_records_of_3_kb() {
    // Each record of 3,000 B is billed as 5,120 B.
    //   500/s x 2,628,000 s                  = 1,314,000,000 records
    //   1,314,000,000 x 5,120 B / 2^30       = 6,265.6402587890625 GB, all in the tier up to 512,000 GB
    //   6,265.6402587890625 GB x USD 0.029   = USD 181.7035675049 (181.70)
    let entry = "service = \"firehose\"\nmeter = \"ingestion\"\nrecords = \"500 records/s\"\nrecord-size = \"3 KB\"";
    assert_eq!(amounts("us-east-1", &[entry]), ["181.7035675049"]);
    // The same bytes in records of 5,000 B cost less: 788,400,000 records x 5,120 B.
    let packed = "service = \"firehose\"\nmeter = \"ingestion\"\nrecords = \"300 records/s\"\nrecord-size = \"5 KB\"";
    assert_eq!(amounts("us-east-1", &[packed]), ["109.0221405029"]);
}

#[test]
fn api_gateway_at_a_billion_calls() {
    // 333 million x USD 3.50 = 1,165.50; the next 667 million x USD 2.80 = 1,867.60; together USD 3,033.10.
    let entry = "service = \"api_gateway\"\nmeter = \"requests\"\nquantity = \"1 billion calls\"";
    assert_eq!(amounts("us-east-1", &[entry]), ["3033.1"]);
    let at = |calls: &str| {
        amounts(
            "us-east-1",
            &[&format!("service = \"api_gateway\"\nmeter = \"requests\"\nquantity = \"{calls} calls\"")],
        )
    };
    // The tier changes at 333 million: the call after it is the first at USD 2.80 a million.
    assert_eq!(at("333000000"), ["1165.5"]);
    assert_eq!(at("333000001"), ["1165.5000028"]);
}

#[test]
fn data_streams_at_1000_records_of_24_25_and_26_kb() {
    // KB of the vendor: 1,024 B. A month has 2,628,000,000 records; a shard takes 1 MiB/s, so that 1,000 records/s of
    // 24, 25 and 26 KB (23.4, 24.4, 25.4 MiB/s) need 24, 25 and 26 shards.
    //   shards:        24 x 730 h x 0.015 = 262.80    25: 273.75    26: 284.70
    //   payload units: 24 and 25 KB are 1 unit: 2,628 million x 0.014 = 36.792; 26 KB are 2: 73.584
    for (size, shards, units) in
        [("24 KiB", "262.8", "36.792"), ("25 KiB", "273.75", "36.792"), ("26 KiB", "284.7", "73.584")]
    {
        let traffic = format!("records = \"1000 records/s\"\nrecord-size = \"{size}\"");
        let entry = |meter: &str| format!("service = \"kinesis_data_streams\"\nmeter = \"{meter}\"\n{traffic}");
        let entries = [entry("shard-hours"), entry("payload-units")];
        assert_eq!(amounts("us-east-1", &[&entries[0], &entries[1]]), [shards, units], "{size}");
    }
    // On demand: 730 stream-hours x 0.04 = 29.20, and data in at 0.08 a GB:
    //   24 KB: 2,628,000,000 x 24 / 2^20 = 60,150.146484375 GB, USD 4,812.01171875
    //   25 KB:                             62,656.402587890625 GB, USD 5,012.51220703125
    //   26 KB:                             65,162.65869140625 GB, USD 5,213.0126953125
    let streams = "service = \"kinesis_data_streams\"\nmeter = \"on-demand-streams\"\ncapacity = 1";
    for (size, data) in [("24 KiB", "4812.01171875"), ("25 KiB", "5012.5122070313"), ("26 KiB", "5213.0126953125")] {
        let data_in = format!(
            "service = \"kinesis_data_streams\"\nmeter = \"on-demand-in\"\nrecords = \"1000 records/s\"\nrecord-size = \"{size}\""
        );
        assert_eq!(amounts("us-east-1", &[streams, &data_in]), ["29.2", data], "{size}");
    }
    // A record of 24.1 KB is billed as 25.
    let odd = "service = \"kinesis_data_streams\"\nmeter = \"on-demand-in\"\nrecords = \"1000 records/s\"\nrecord-size = \"24.1 KiB\"";
    assert_eq!(amounts("us-east-1", &[odd]), ["5012.5122070313"]);
}

#[test]
fn capacity_is_billed_by_time() {
    for (entry, usd) in [
        // Four KPUs and the orchestrating one, for 30 + 10 + 10 minutes: 5 x 50 / 60 x 0.11.
        (
            "service = \"managed_flink\"\nmeter = \"kpu-hours\"\ncapacity = 4\nruns = [\"30 min\", \"5 min\", \"2 min\"]",
            "0.4583333333",
        ),
        // 50 GB for each of the four, without the orchestrating one: 200 GB x 50 min of 43,800 x 0.10.
        (
            "service = \"managed_flink\"\nmeter = \"running-storage\"\ncapacity = 4\nruns = [\"30 min\", \"5 min\", \"2 min\"]",
            "0.0228310502",
        ),
        // 10 workers of 2 DPU for half an hour: 10 x 0.44.
        ("service = \"glue\"\nmeter = \"dpu-hours\"\ntype = \"G.2X\"\ncapacity = 10\ntime = \"30 min\"", "4.4"),
        // Three brokers all month: 3 x 730 x 0.21.
        ("service = \"msk\"\nmeter = \"broker-hours\"\ntype = \"kafka.m5.large\"\ncapacity = 3", "459.9"),
        // 3 million runs of 120 ms with 1.5 GB: 540,000 GB-s x 0.0000166667.
        (
            "service = \"lambda\"\nmeter = \"duration-x86\"\nrecords = \"3 million requests\"\nduration = \"120 ms\"\nunit-size = \"1536 MiB\"",
            "9.000018",
        ),
        // Moved between zones, billed on both sides: 200 GB x 0.01.
        ("service = \"data_transfer\"\nmeter = \"inter-az\"\nquantity = \"100 GB\"", "2"),
        // Six minutes into the second hour are two hours.
        ("service = \"firehose\"\nmeter = \"vpc-hours\"\ntime = \"66 min\"", "0.02"),
        // 10 GB a day kept for a day: 10 GB held at any time, for 0.023 a GB-month.
        ("service = \"kinesis_video_streams\"\nmeter = \"stored\"\nquantity = \"10 GB/day\"\nkept = \"1 day\"", "0.23"),
        // At least 25 MiB/s on Advantage: 25 x 2,628,000 / 1,024 GB x 0.032.
        ("service = \"kinesis_data_streams\"\nmeter = \"advantage-in\"\nquantity = \"1 GB\"", "2053.125"),
    ] {
        assert_eq!(amounts("us-east-1", &[entry]), [usd], "{entry}");
    }
}

#[test]
fn a_month_and_a_gigabyte_are_what_the_file_says() {
    let hours = "[[usage]]\nservice = \"vpc\"\nmeter = \"nat-hours\"\ncapacity = 1\n";
    let data =
        "[[usage]]\nservice = \"vpc\"\nmeter = \"nat-data\"\nrecords = \"1 million records\"\nrecord-size = \"1 MB\"\n";
    let usd = |head: &str, entry: &str| {
        let outcome = cost(&format!("region = \"us-east-1\"\n{head}{entry}"), &["--format", "csv"]);
        outcome.ends_with(0).stdout.lines().nth(1).unwrap().split(',').nth(5).unwrap().to_owned()
    };
    // 730, 720 and 744 hours at 0.045.
    assert_eq!(
        ["", "month = \"30 days\"\n", "month = \"744 h\"\n"].map(|head| usd(head, hours)),
        ["32.85", "32.4", "33.48"]
    );
    // 10^12 bytes are 1,000 GB of 10^9 bytes, or 931.32 of 2^30, at 0.045.
    assert_eq!(usd("gigabyte = \"decimal\"\n", data), "45");
    assert_eq!(usd("", data), "41.9095158577");
}

#[test]
fn entries_of_one_meter_share_its_tiers() {
    let entry = "service = \"firehose\"\nmeter = \"ingestion\"\nquantity = \"400000 GB\"";
    let by_price = "service = \"firehose\"\nmeter = \"direct_put_or_kds_ingest_gb\"\nquantity = \"400000 GB\"";
    // 800,000 GB: 512,000 at 0.029 and 288,000 at 0.025.
    assert_eq!(amounts("us-east-1", &[entry, by_price]), ["22048"]);
    let json = cost(&file("us-east-1", &[entry, by_price]), &["--format", "json"]).json();
    let tiers = json["bill"]["lines"][0]["tiers"].as_array().unwrap().clone();
    let parts: Vec<(f64, f64)> =
        tiers.iter().map(|tier| (tier["quantity"].as_f64().unwrap(), tier["amount"].as_f64().unwrap())).collect();
    assert_eq!(parts, [(512_000.0, 14_848.0), (288_000.0, 7200.0)]);
    assert!(json["bill"]["lines"][0]["price_source"].as_str().unwrap().len() > 20);
}

#[test]
fn what_has_no_sourced_price_is_unknown_and_the_nearest_is_named() {
    let entry = "service = \"firehose\"\nmeter = \"ingestion\"\nquantity = \"1500 GB\"";
    let nat = "service = \"vpc\"\nmeter = \"nat-hours\"\ncapacity = 1";
    let json = cost(&file("eu-central-1", &[entry, nat]), &["--format", "json"]).json();
    let lines = json["bill"]["lines"].as_array().unwrap();
    assert_eq!(lines[0]["amount"], Value::Null);
    assert_eq!(lines[0]["quantity"], 1500.0);
    assert!(lines[0]["note"].as_str().unwrap().starts_with("no sourced price for eu-central-1; in eu-"), "{lines:?}");
    assert_eq!(json["bill"]["complete"], false);
    assert_eq!(json["bill"]["total"], lines[1]["amount"]);
    // A type that nobody has a price of, and a service of which no price was found.
    let broker = "service = \"msk\"\nmeter = \"broker-hours\"\ntype = \"m9.huge\"\ncapacity = 1";
    let splunk = "service = \"splunk\"\nmeter = \"ingest\"\nquantity = \"5 GB\"";
    let json = cost(&file("us-east-1", &[broker, splunk]), &["--format", "json"]).json();
    let lines = json["bill"]["lines"].as_array().unwrap();
    assert!(lines[0]["note"].as_str().unwrap().contains("m5.large"), "{lines:?}");
    assert_eq!(lines[1]["note"], "no sourced price for us-east-1");
    assert_eq!(json["bill"]["total"], Value::Null);
    // Above the last known tier.
    let messages =
        "service = \"iot_core\"\nmeter = \"messages\"\nrecords = \"2 billion messages\"\nrecord-size = \"1 KB\"";
    assert_eq!(amounts("us-east-1", &[messages]), [""]);
}

#[test]
fn free_allowances_are_taken_off_only_when_asked() {
    let entries = [
        "service = \"lambda\"\nmeter = \"requests\"\nquantity = \"3 million requests\"",
        "service = \"lambda\"\nmeter = \"duration-x86\"\nquantity = \"540000 GB-seconds\"",
    ];
    let text = file("us-east-1", &entries);
    let total = |extra: &[&str]| cost(&text, extra).json()["bill"]["total"].as_f64().unwrap();
    assert!((total(&["--format", "json"]) - 9.600_018).abs() < 1e-9);
    // The vendor's example: 2 million requests and 140,000 GB-seconds are left, USD 2.73.
    assert!((total(&["--format", "json", "--free-tier"]) - 2.733_338).abs() < 1e-9);
}

#[test]
fn stated_amounts_stand_beside_meters() {
    let text = file("us-east-1", &["service = \"vpc\"\nmeter = \"nat-hours\"\ncapacity = 1"])
        + "[[amount]]\nservice = \"splunk\"\nname = \"licence\"\nusd = \"99.50\"\n";
    let json = cost(&text, &["--format", "json"]).json();
    assert_eq!(json["bill"]["total"], 132.35);
    assert_eq!(json["bill"]["lines"][1]["price_source"], "stated in month.toml");
}

#[test]
fn a_budget_says_by_how_much_and_ends_with_code_5_when_exceeded() {
    let text = file("us-east-1", &["service = \"api_gateway\"\nmeter = \"requests\"\nquantity = \"30 million calls\""]);
    for (budget, code, said) in [
        ("USD 100", 5, "USD 5.00 over the budget of USD 100.00 a month"),
        ("110 USD", 0, "USD 5.00 under the budget of USD 110.00 a month"),
        ("105", 0, "USD 0.00 under the budget of USD 105.00 a month"),
    ] {
        let outcome = cost(&text, &["--budget", budget]);
        outcome.ends_with(code);
        assert!(outcome.stdout.contains(said), "{}", outcome.stdout);
        let outcome = cost(&text, &["--budget", budget, "--format", "csv"]);
        outcome.ends_with(code).explains(&[said]);
    }
    let json = |extra: &[&str]| -> Value {
        serde_json::from_str(&cost(&text, &[&["--format", "json"], extra].concat()).stdout).unwrap()
    };
    assert_eq!(
        json(&["--budget", "100"])["budget"],
        serde_json::json!({ "limit": "100", "verdict": "exceeded", "difference": "5" })
    );
    assert_eq!(json(&[])["budget"], Value::Null);
    // What is unknown is not 0: a budget is not kept because a price is missing.
    let open = file("eu-central-1", &["service = \"firehose\"\nmeter = \"ingestion\"\nquantity = \"1 GB\""]);
    let outcome = cost(&open, &["--budget", "100"]);
    outcome.ends_with(5);
    assert!(
        outcome.stdout.contains("Whether it is under the budget of USD 100.00 a month is unknown"),
        "{}",
        outcome.stdout
    );
    for wrong in ["", "lots", "USD", "1e9", "-"] {
        assert_eq!(cost(&text, &["--budget", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn a_simulated_bill_has_a_budget_too() {
    let path = crate::common::scenario("clickstream");
    let run = |budget: &str| forebay(&["cost", &path, "--replications", "1", "--horizon", "1 h", "--budget", budget]);
    assert!(run("USD 1").ends_with(5).stdout.contains("over the budget of USD 1.00"));
    assert!(run("USD 100000").ends_with(0).stdout.contains("under the budget of USD 100,000.00"));
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let entry =
        |service: &str, meter: &str, rest: &str| format!("service = \"{service}\"\nmeter = \"{meter}\"\n{rest}");
    let entries = [
        entry("firehse", "ingestion", "quantity = \"1 GB\""),
        entry("firehose", "ingestio", "quantity = \"1 GB\""),
        entry("firehose", "ingestion", "quantity = \"5 hours\""),
        entry("firehose", "ingestion", ""),
        entry("firehose", "ingestion", "records = \"5/s\""),
        entry("firehose", "ingestion", "records = \"5 cows/s\"\nrecord-size = \"1 KB\""),
        entry("firehose", "ingestion", "quantity = \"1 GB\"\nrecords = \"5/s\""),
        entry("firehose", "ingestion", "capacity = 3"),
        entry("sqs", "requests", "records = \"5/s\""),
        entry("lambda", "duration-x86", "records = \"5/s\"\nunit-size = \"1 GiB\""),
        entry("msk", "broker-hours", "capacity = 3"),
        entry("glue", "dpu-hours", "type = \"G.3X\"\ncapacity = 3"),
        entry("vpc", "nat-hours", "quantity = \"1e17 hours\""),
    ];
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let outcome = cost(&(String::from("month = \"40 days\"\n") + &file("us-east1", &entries)), &[]);
    outcome.ends_with(3).explains(&[
        "there is no Region `us-east1`",
        "did you mean `us-east-1`?",
        "a month of 40 days is none",
        "there is no service `firehse`",
        "did you mean `firehose`?",
        "`firehose` has no meter `ingestio`",
        "did you mean `ingestion`?",
        "`hours` is not a unit of the meter `ingestion`",
        "write for example \"5 GB\"",
        "how much of `ingestion` is used is not stated",
        "`record-size` is missing for the meter `ingestion`",
        "`cows` is no word for records",
        "`quantity` and `records` state the same in two ways",
        "`capacity` means nothing for the meter `ingestion`, which counts GB",
        "`record-size` is missing for the meter `requests`",
        "`duration` is missing for the meter `duration-x86`",
        "the price of `broker-hours` depends on the `type`",
        "there is no type `G.3X`",
        "so much of `nat-hours` is on no bill",
        "month.toml:",
        "15 problems; nothing was run.",
    ]);
    assert_eq!(outcome.stdout, "");
}

#[test]
fn files_that_are_no_usage_files_are_refused() {
    for (text, said) in [
        ("", "`region` is missing"),
        ("region = \"us-east-1\"", "the file states no usage"),
        ("region = 3", "region"),
        ("region = \"us-east-1\"\n[[usage]]\nservice = \"s3\"\nmeter = \"put\"\nquantity = 5", "quantity"),
        (
            "region = \"us-east-1\"\n[[usage]]\nservice = \"s3\"\nmeter = \"put\"\nquantity = \"-5 requests\"",
            "must not be negative",
        ),
        ("region = \"us-east-1\"\n[[usage]]\nservice = \"s3\"\nmetre = \"put\"", "did you mean `meter`?"),
        ("region = \"us-east-1\"\n[[usage]]\nservice = \"vpc\"\nmeter = \"nat-hours\"\ncapacity = nan", "capacity"),
        ("region = \"us-east-1\"\n[[usage]]\nservice = \"vpc\"\nmeter = \"nat-hours\"\ncapacity = -1", "capacity"),
        ("region = [", "error["),
    ] {
        cost(text, &[]).ends_with(3).explains(&[said]);
    }
    let place = Place::new();
    place.run(&["cost", "--usage", "absent.toml"]).ends_with(3).explains(&["absent.toml does not exist"]);
    place.run(&["cost"]).ends_with(2);
    place.file("month.toml", file("us-east-1", &["service = \"s3\"\nmeter = \"put\"\nquantity = \"5 requests\""]));
    for extra in [&["scenario.toml"][..], &["--seed", "3"], &["--set", "x=1"], &["--trace", "x"], &["--tier", "flow"]] {
        let args: Vec<&str> = ["cost", "--usage", "month.toml"].iter().chain(extra).copied().collect();
        place.run(&args).ends_with(2);
    }
    place.run(&["cost", "--usage", "month.toml", "--format", "adr"]).ends_with(3);
}

#[test]
fn all_forms_and_standard_input_give_the_same_bill() {
    let text = file("us-east-1", &["service = \"api_gateway\"\nmeter = \"requests\"\nquantity = \"1 billion calls\""]);
    let place = Place::new();
    let run = |extra: &[&str]| place.run_with(&[&["cost", "--usage", "-"], extra].concat(), &text, &[]);
    let table = run(&[]);
    table.ends_with(0);
    assert!(table.stdout.contains("USD 3,033.10 a month"), "{}", table.stdout);
    let words = table.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("3.5 per million requests for 333,000,000, then [1] 2.8 for 667,000,000"), "{words}");
    assert!(table.stdout.contains("In it is what the usage file states, and nothing else."));
    assert!(run(&["--format", "md"]).stdout.contains("| 3,033.10 | usage |"));
    assert!(run(&["--format", "csv"]).stdout.contains("api_gateway,requests,1000000000,,requests,3033.1,0,usage"));
    let json = run(&["--format", "json"]).json();
    assert_eq!((&json["bill"]["total"], &json["region"]), (&3033.1.into(), &"us-east-1".into()));
    let elsewhere = run(&["--format", "json", "--region", "eu-west-1"]).json();
    assert_eq!(elsewhere["region"], "eu-west-1");
    let schema = forebay(&["schema", "usage"]).json();
    assert!(schema["properties"].get("usage").is_some());
}

/// The tiers of a price, as the reference file and the catalog write them.
type Tiers = Vec<(String, String)>;

/// A decimal without trailing zeros.
fn decimal(text: &str) -> String {
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    text.to_owned()
}

#[test]
fn every_price_that_was_gathered_is_in_the_catalog() {
    let Some(path) = shared("facts/prices.toml") else { return };
    let facts: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let text = |table: &toml::Table, key: &str| table[key].as_str().unwrap().to_owned();
    let tiers = |price: &toml::Table, up_to: &str| -> Tiers {
        let list = price["tiers"].as_array().unwrap().iter().map(|tier| tier.as_table().unwrap());
        list.map(|tier| (text(tier, up_to), decimal(&text(tier, "usd")))).collect()
    };
    let mut known = BTreeMap::new();
    for entry in fs::read_dir(crate::common::root().join("catalog/prices")).unwrap() {
        let file: toml::Table = fs::read_to_string(entry.unwrap().path()).unwrap().parse().unwrap();
        for price in file["price"].as_array().unwrap().iter().map(|price| price.as_table().unwrap()) {
            let key = (text(&file, "service"), text(price, "region"), text(price, "meter"));
            known.insert(
                key,
                (text(price, "unit"), text(price, "confidence"), text(price, "as-of"), tiers(price, "up-to")),
            );
        }
    }
    let facts = facts["price"].as_array().unwrap();
    assert!(facts.len() > 1000, "{}", facts.len());
    for price in facts.iter().map(|price| price.as_table().unwrap()) {
        let key = (text(price, "service"), text(price, "region"), text(price, "meter"));
        let expected = (text(price, "unit"), text(price, "confidence"), text(price, "as_of"), tiers(price, "up_to"));
        assert_eq!(known.get(&key), Some(&expected), "{key:?}");
    }
}
