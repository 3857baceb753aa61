//! Prices: those of one Region in full, those of the others counted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::catalog::raw::Confidence;
use crate::catalog::{Catalog, Edition, Price};
use crate::report::{Style, Table};
use crate::units::grouped;

/// The Region whose prices are listed.
const REGION: &str = "us-east-1";

/// How many prices each Region has, by service.
#[must_use]
pub fn price_coverage(catalog: &Catalog) -> String {
    let services = catalog.prices.services();
    let regions: BTreeSet<&str> = services.iter().flat_map(|service| catalog.prices.regions_of(service)).collect();
    let header: Vec<&str> = std::iter::once("service").chain(regions.iter().copied()).collect();
    let mut table = Table::new(&header).right(&(1..header.len()).collect::<Vec<_>>());
    for service in services {
        let meters = catalog.prices.meters(service);
        let priced = |region: &&str| {
            let count = meters.iter().filter(|meter| catalog.prices.find(service, region, meter).is_some()).count();
            if count == 0 { "–".to_owned() } else { count.to_string() }
        };
        let linked = format!("[{}](#{service})", name(catalog, service));
        table.row(std::iter::once(linked).chain(regions.iter().map(priced)).collect());
    }
    table.render(Style::Markdown)
}

/// The prices of us-east-1, service by service, with their dates and sources.
#[must_use]
pub fn prices(catalog: &Catalog) -> String {
    let mut text = String::new();
    for service in catalog.prices.services() {
        let _ = write!(text, "## {service}\n\n{}. ", name(catalog, service));
        text.push_str(&section(catalog, service));
        text.push('\n');
    }
    text
}

/// The prices of a service in a Region, a row for each tier.
#[must_use]
pub fn price_list(catalog: &Catalog, service: &str, region: &str) -> Table {
    let mut table = Table::new(&["meter", "USD", "date", "for"]).right(&[1]);
    for meter in catalog.prices.meters(service) {
        let Some(price) = catalog.prices.find(service, region, meter) else { continue };
        let dated = match price.confidence {
            Confidence::High => price.as_of.clone(),
            other => format!("{}, trust {}", price.as_of, trust(other)),
        };
        for (index, tier) in price.tiers.iter().enumerate() {
            let bound = match tier.up_to {
                Some(bound) => format!(" up to {}", grouped(bound)),
                None if price.tiers.len() > 1 => " above".to_owned(),
                None => String::new(),
            };
            let [meter, dated] = [meter, &dated].map(|text| if index == 0 { text.to_owned() } else { String::new() });
            table.row(vec![meter, tier.usd.exact(), dated, format!("{}{bound}", price.unit)]);
        }
    }
    table
}

fn section(catalog: &Catalog, service: &str) -> String {
    let mut table = Table::new(&["meter", "USD", "for", "date", "trust", "source"]).right(&[1]);
    let mut sources: Vec<&str> = Vec::new();
    for meter in catalog.prices.meters(service) {
        let Some(price) = catalog.prices.find(service, REGION, meter) else { continue };
        let place = sources.iter().position(|source| *source == price.source).unwrap_or_else(|| {
            sources.push(&price.source);
            sources.len() - 1
        });
        table.row(vec![
            format!("`{meter}`"),
            tiers(price),
            price.unit.clone(),
            price.as_of.clone(),
            trust(price.confidence).to_owned(),
            format!("{}", place + 1),
        ]);
    }
    if sources.is_empty() {
        return format!("No price of {REGION} is known.\n");
    }
    let lines = (1..).zip(&sources).map(|(number, source)| format!("{number}. {}\n", super::plain(source)));
    let read = lines.collect::<Vec<_>>().concat();
    format!("The last column counts the sources below.\n\n{}\n{read}", table.render(Style::Markdown))
}

/// `0.029 up to 512,000, 0.025 up to 2,048,000, 0.02 above`.
fn tiers(price: &Price) -> String {
    let several = price.tiers.len() > 1;
    let told = price.tiers.iter().map(|tier| match tier.up_to {
        Some(bound) => format!("{} up to {}", tier.usd.exact(), grouped(bound)),
        None if several => format!("{} above", tier.usd.exact()),
        None => tier.usd.exact(),
    });
    told.collect::<Vec<_>>().join("<br>")
}

const fn trust(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

fn name(catalog: &Catalog, service: &str) -> String {
    let known = catalog.service(service).map(|service| service.full_name(Edition::Current).to_owned());
    let other = || catalog.prices.other(service).map(|service| service.name.clone());
    known.or_else(other).unwrap_or_else(|| service.to_owned())
}
