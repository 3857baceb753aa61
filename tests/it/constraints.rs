//! Facts that are bounds of the vendor's API models agree with those models.
//!
//! A fact names its bound in `model`: service, shape or place in the model's text, and `min`, `max`, `enum` or what the
//! text states. Both sides become a value with a unit before they are compared: sizes in bytes, times in nanoseconds,
//! rates per second, anything else as a bare number. [`unit_of_shape`] and [`unit_of_text`] say in which unit the API
//! means its bare numbers.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fs;

use forebay::value::Value;
use toml::Table;

use crate::common::{root, shared};

/// A fact with the bound it names.
struct Bound {
    /// `firehose.buffer-size-max to splunk`.
    fact: String,
    value: Value,
    model: String,
    differs: Option<String>,
}

fn tables<'a>(file: &'a Table, key: &str) -> Vec<&'a Table> {
    let list = file.get(key).and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(toml::Value::as_table).collect()
}

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(toml::Value::as_str)
}

/// The facts of the catalog that name a bound.
fn bounds() -> Vec<Bound> {
    let mut bounds = Vec::new();
    for entry in fs::read_dir(root().join("catalog/services")).unwrap() {
        let service: Table = fs::read_to_string(entry.unwrap().path()).unwrap().parse().unwrap();
        for fact in tables(&service, "fact") {
            let place = text(fact, "destination").map_or_else(String::new, |place| format!(" to {place}"));
            let name = format!("{}.{}{place}", service["id"].as_str().unwrap(), fact["id"].as_str().unwrap());
            let differs = text(fact, "model-differs").map(str::to_owned);
            let Some(model) = text(fact, "model") else {
                assert!(differs.is_none(), "{name} differs from a model that it does not name");
                continue;
            };
            bounds.push(Bound { fact: name, value: value(&fact["value"]), model: model.to_owned(), differs });
        }
    }
    bounds.sort_by(|a, b| (&a.fact, &a.model).cmp(&(&b.fact, &b.model)));
    bounds
}

fn value(written: &toml::Value) -> Value {
    match written {
        toml::Value::String(text) => Value::parse(text),
        toml::Value::Integer(number) => Value::Number(*number as f64),
        toml::Value::Float(number) => Value::Number(*number),
        toml::Value::Array(items) => {
            Value::Words(items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect())
        }
        other => panic!("a bound cannot be {other}"),
    }
}

/// The unit that the API means by the numbers of a shape; empty for a count.
fn unit_of_shape(service: &str, shape: &Table) -> &'static str {
    let name = shape["shape"].as_str().unwrap();
    // "MB" of these APIs is 1,024 KB, as their guides say.
    match (service, name) {
        ("lambda", "MemorySize" | "EphemeralStorageSize") => return "MiB",
        ("kinesisanalyticsv2", "CheckpointInterval" | "MinPauseBetweenCheckpoints") => return "ms",
        // The volume of a broker.
        ("kafka", "__integerMin1Max16384") => return "GiB",
        ("glue", "BatchWindow") | ("lambda", "Timeout") => return "s",
        _ => {}
    }
    let endings = [
        ("InSeconds", "s"),
        ("InMBs", "MiB"),
        ("InKiB", "KiB"),
        ("InHours", "h"),
        ("PeriodHours", "h"),
        ("MinutesInteger", "min"),
        ("Ms", "ms"),
        ("Bytes", "B"),
    ];
    let by_name = endings.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, unit)| *unit);
    by_name.unwrap_or(if text(shape, "type") == Some("blob") { "B" } else { "" })
}

/// The unit that the text of a model means: Firehose's MB is 1,024 KB as in its guide, and DMS counts 1,048,576 KB as
/// 1 GB, so that its KB has 1,024 bytes.
fn unit_of_text<'a>(service: &str, unit: &'a str) -> &'a str {
    match (service, unit) {
        ("firehose", "MB") => "MiB",
        ("firehose", "MB/s") => "MiB/s",
        ("dms", "KB") => "KiB",
        (_, "DCU" | "calls" | "rows" | "attempts") => "",
        _ => unit,
    }
}

fn with_unit(number: &toml::Value, unit: &str) -> Value {
    if unit.is_empty() { value(number) } else { Value::parse(&format!("{number} {unit}")) }
}

/// What the model says of a bound, or why it says nothing.
fn stated(models: &Table, bound: &str) -> Result<Value, String> {
    let [service, place, what] = bound.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("`{bound}` is not service, shape and bound"));
    };
    let of_service = |table: &&Table| text(table, "service") == Some(service);
    let shapes = tables(models, "shape").into_iter().filter(of_service);
    if let Some(shape) = shapes.clone().find(|shape| text(shape, "shape") == Some(place)) {
        let known = ["min", "max", "enum"].contains(&what).then(|| shape.get(what)).flatten();
        let number = known.ok_or_else(|| format!("{service} {place} states no `{what}`"))?;
        return Ok(with_unit(number, if what == "enum" { "" } else { unit_of_shape(service, shape) }));
    }
    let mut texts = tables(models, "documented").into_iter().filter(of_service);
    let told = texts.find(|told| text(told, "where") == Some(place) && text(told, "what") == Some(what));
    let told = told.ok_or_else(|| format!("the file has no `{bound}`"))?;
    Ok(with_unit(&told["value"], unit_of_text(service, text(told, "unit").unwrap_or_default())))
}

/// Words agree with an enumeration that holds them all, quantities with a bound that is equal.
fn agrees(ours: &Value, theirs: &Value) -> bool {
    match theirs {
        Value::Words(_) => ours.words().iter().all(|word| theirs.holds(word)) && !ours.words().is_empty(),
        _ => ours.compare(theirs) == Some(Ordering::Equal),
    }
}

/// What is wrong with a fact's claim, if anything.
fn fault(models: &Table, bound: &Bound) -> Option<String> {
    let Bound { fact, value, model, differs } = bound;
    match (stated(models, model), differs) {
        (Err(why), _) => Some(format!("{fact}: {why}")),
        (Ok(theirs), None) if !agrees(value, &theirs) => {
            Some(format!("{fact} is {value}, {model} is {theirs}: correct one, or say why in `model-differs`"))
        }
        (Ok(theirs), Some(why)) if agrees(value, &theirs) => {
            Some(format!("{fact} and {model} are both {value}, so `model-differs` is out of date: {why}"))
        }
        _ => None,
    }
}

#[test]
fn facts_agree_with_the_bounds_of_the_api_models() {
    let Some(path) = shared("facts/botocore_constraints.toml") else { return };
    let models: Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let faults: Vec<String> = bounds().iter().filter_map(|bound| fault(&models, bound)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn many_facts_name_their_bound() {
    let bounds = bounds();
    let services: BTreeSet<&str> = bounds.iter().filter_map(|bound| bound.fact.split('.').next()).collect();
    assert!(bounds.len() >= 70 && services.len() >= 15, "{} bounds of {services:?}", bounds.len());
}

#[test]
fn a_wrong_claim_is_found() {
    let models: Table = r#"
        [[shape]]
        service = "firehose"
        shape = "SizeInMBs"
        min = 1
        max = 128
        [[shape]]
        service = "firehose"
        shape = "CompressionFormat"
        enum = ["UNCOMPRESSED", "GZIP"]
        [[documented]]
        service = "dms"
        where = "S3Settings.MaxFileSize"
        what = "default"
        value = 1048576
        unit = "KB"
    "#
    .parse()
    .unwrap();
    let tried = |value: Value, model: &str, differs: Option<&str>| {
        let (fact, model, differs) = ("x.y".to_owned(), model.to_owned(), differs.map(str::to_owned));
        fault(&models, &Bound { fact, value, model, differs })
    };
    let size = |text| Value::parse(text);
    assert_eq!(tried(size("128 MiB"), "firehose SizeInMBs max", None), None);
    assert_eq!(tried(size("1 GiB"), "dms S3Settings.MaxFileSize default", None), None);
    assert_eq!(tried(size("64 MiB"), "firehose SizeInMBs max", Some("the guide says so")), None);
    let words = |list: &[&str]| Value::Words(list.iter().map(|word| (*word).to_owned()).collect());
    assert_eq!(tried(words(&["GZIP"]), "firehose CompressionFormat enum", None), None);
    let says = |fault: Option<String>, part: &str| {
        let fault = fault.unwrap_or_default();
        assert!(fault.contains(part), "`{part}` is not in `{fault}`");
    };
    says(tried(size("128 MB"), "firehose SizeInMBs max", None), "say why");
    says(tried(Value::Number(128.0), "firehose SizeInMBs max", None), "say why");
    says(tried(words(&["GZIP", "LZ4"]), "firehose CompressionFormat enum", None), "say why");
    says(tried(size("1 MiB"), "firehose SizeInMBs min", Some("old")), "out of date");
    says(tried(size("1 MiB"), "firehose SizeInMB min", None), "has no `firehose SizeInMB min`");
    says(tried(size("1 MiB"), "firehose SizeInMB min", Some("why")), "has no");
    says(tried(size("1 MiB"), "firehose SizeInMBs enum", None), "states no `enum`");
    says(tried(size("1 MiB"), "SizeInMBs max", None), "is not service, shape and bound");
}
