//! Prices that would be taken for others, or for nothing.

use std::collections::BTreeMap;

use super::super::raw::RawMeter;
use super::facts::unknown_region;
use super::{Checker, wrong_date};
use crate::diag::{Problems, nearest};
use crate::document::{Document, Fault, Item, Node};
use crate::source::Span;

pub(super) fn check(checker: &Checker<'_>, problems: &mut Problems) {
    let catalog = checker.catalog;
    let regions: Vec<&str> = catalog.regions.keys().map(String::as_str).collect();
    let mut seen: BTreeMap<(&str, &str, &str), Span> = BTreeMap::new();
    for document in catalog.laid.of("prices") {
        let service = text(document, "service");
        for (index, price) in document.list("price").iter().enumerate() {
            let at = format!("price[{index}]");
            let (region, meter) = (price.text("region").unwrap_or_default(), price.text("meter").unwrap_or_default());
            let mut faults = Vec::new();
            if !regions.contains(&region) && !catalog.laid.lacks("regions") {
                faults.push(unknown_region(region, &regions, format!("{at}.region")));
            }
            match seen.get(&(service, region, meter)) {
                Some(first) => {
                    let there = checker.sources.place(*first).map(|place| place.to_string()).unwrap_or_default();
                    let message = format!("there is another price of `{meter}` in {region}");
                    let fault = Fault::new("repeated-price", format!("{at}.meter"), message).label("priced before");
                    faults.push(
                        fault.help(format!("leave one out; the other stands in {there}. Tiers go into one price")),
                    );
                }
                None => {
                    seen.insert((service, region, meter), price.span_of("meter"));
                }
            }
            if let Some((message, help)) = price.text("as-of").and_then(wrong_day) {
                faults.push(Fault::new("date", format!("{at}.as-of"), message).label("expected a day").help(help));
            }
            let meters = billing(checker, service, meter);
            faults.extend(unread(checker, service, meter, &meters, &at));
            faults.extend(unit(price, &meters, &at));
            faults.extend(bounded(price, &at));
            for fault in faults {
                checker.tell(&format!("price of `{meter}` of {service}"), document, fault, problems);
            }
        }
    }
}

fn text<'a>(document: &'a Document, key: &str) -> &'a str {
    match document.root.get(key).map(|item| &item.node) {
        Some(Node::Text(text)) => text,
        _ => "",
    }
}

/// The date of a price may be a year or a month, if that is all that its source says.
fn wrong_day(text: &str) -> Option<(String, String)> {
    let year = text.get(..4).is_some_and(|year| year.parse::<u32>().is_ok());
    if year || text.starts_with("undated") { None } else { wrong_date("as-of", text) }
}

/// The meters that are billed at a price.
fn billing<'a>(checker: &Checker<'a>, service: &str, price: &str) -> Vec<&'a RawMeter> {
    let catalog = checker.catalog;
    let own = catalog.services.iter().map(|service| (service.id.as_str(), service.meters.as_slice()));
    let others = catalog.prices.others().map(|(id, other)| (id, other.meters.as_slice()));
    own.chain(others)
        .flat_map(|(id, meters)| meters.iter().map(move |meter| (meter.price_of.as_deref().unwrap_or(id), meter)))
        .filter(|(biller, meter)| {
            let typed = || catalog.prices.types(service, &meter.price);
            *biller == service
                && (meter.price == price || typed().iter().any(|kind| meter.price.replace("{type}", kind) == price))
        })
        .map(|(_, meter)| meter)
        .collect()
}

/// A price that no meter asks for, with a name that is nearly one that is asked for.
fn unread(checker: &Checker<'_>, service: &str, price: &str, meters: &[&RawMeter], at: &str) -> Option<Fault> {
    let catalog = checker.catalog;
    if !meters.is_empty() || catalog.laid.is_unread("services", service) {
        return None;
    }
    let wanted = catalog.meters_of(service).iter().map(|meter| meter.price.as_str());
    let near = nearest(price, wanted)?;
    let message = format!("no meter of {service} has the price `{price}`");
    let fault = Fault::warning("unknown-meter", format!("{at}.meter"), message).label("billed by nothing");
    Some(fault.help(format!("did you mean `{near}`? `forebay catalog list meters` lists what is billed")))
}

/// A unit that measures something else than the meter does, or that is another number of it than `per` says.
fn unit(price: &Item, meters: &[&RawMeter], at: &str) -> Option<Fault> {
    let unit = price.text("unit")?;
    if let Some(meter) = meters.iter().find(|meter| Measured::by(&meter.unit) != Measured::by(unit)) {
        let message = format!("it is for `{unit}`, and the meter `{}` counts {}", meter.id, meter.unit);
        let fault = Fault::new("price-unit", format!("{at}.unit"), message).label("another measure");
        let word = meter.unit.trim_end_matches('s');
        return Some(fault.help(format!(
            "write what `usd` buys: `unit = \"{word}\"` with `per = 1`, `unit = \"million {}\"` with `per = 1000000`",
            meter.unit
        )));
    }
    let Node::Integer(per) = price.find("per")?.node else { return None };
    let first = unit.split(' ').next().unwrap_or_default();
    let named = if first == "million" { Some(1_000_000) } else { first.replace(',', "").parse().ok() };
    let counted = meters.first().filter(|_| Measured::by(unit) == Measured::Count);
    match (named, counted) {
        (Some(named), _) if named != per => {
            let message = format!("`usd` is for {named} of them by its `unit`, and for {per} by its `per`");
            let fault = Fault::new("price-unit", format!("{at}.per"), message).label("not what `unit` says");
            Some(fault.help(format!("write `per = {named}`, or another unit")))
        }
        (None, Some(_)) if per > 1 => {
            let many = if per == 1_000_000 { "million".to_owned() } else { per.to_string() };
            let message = format!("`usd` is for one of them by its `unit`, and for {per} by its `per`");
            let fault = Fault::new("price-unit", format!("{at}.unit"), message).label("not what `per` says");
            Some(fault.help(format!("write what `usd` buys: `unit = \"{many} {unit}\"`")))
        }
        _ => None,
    }
}

/// A last tier with an end: no price is known above it, which is seldom meant.
fn bounded(price: &Item, at: &str) -> Option<Fault> {
    let Node::List(tiers) = &price.find("tiers")?.node else { return None };
    let last = tiers.len().checked_sub(1)?;
    let bound = tiers[last].text("up-to").filter(|bound| *bound != "inf")?;
    let message = format!("no price is known above {bound}: a bill with more is unknown");
    let fault =
        Fault::warning("price-ends", format!("{at}.tiers[{last}].up-to"), message).label("the last tier ends here");
    Some(fault.help("write `up-to = \"inf\"` if the last price holds for all that is more"))
}

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measured {
    Data,
    DataOverTime,
    Time,
    Count,
}

impl Measured {
    fn by(unit: &str) -> Self {
        const DATA: [&str; 12] = ["B", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB", "byte", "bytes"];
        const TIME: [&str; 6] = ["hour", "hours", "minute", "minutes", "second", "seconds"];
        // `25-KB payload units` are a count.
        let words = unit.split(' ').filter(|word| !word.starts_with(|first: char| first.is_ascii_digit()));
        // What stands behind `over` is a limit.
        let words: Vec<&str> =
            words.take_while(|word| *word != "over").flat_map(|word| word.split(['-', ','])).collect();
        let is = |list: &[&str]| words.iter().any(|word| list.contains(word));
        let lasts = is(&TIME) || words.iter().any(|word| word.starts_with("month"));
        match (is(&DATA), is(&TIME), lasts) {
            (true, _, true) => Self::DataOverTime,
            (true, _, false) => Self::Data,
            (false, true, _) => Self::Time,
            (false, false, _) => Self::Count,
        }
    }
}
