//! Unit prices by service, Region and meter.

use std::collections::{BTreeMap, BTreeSet};

use super::raw::{Confidence, RawMeter, RawPrice, RawPrices};
use crate::diag::Problems;
use crate::document::{Document, Fault};
use crate::source::SourceMap;
use crate::units::Usd;

/// One step of a tiered price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Upper bound of the month's volume in base units; `None` for a last tier without one.
    pub up_to: Option<u64>,
    /// Price of one billing unit.
    pub usd: Usd,
}

/// A unit price.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// Unit as the vendor words it.
    pub unit: String,
    /// Base units in one billing unit.
    pub per: u64,
    /// Tiers, lowest first. Where the last has a bound, no price is known above it.
    pub tiers: Vec<Tier>,
    /// How far it is to be trusted.
    pub confidence: Confidence,
    /// Date of the price.
    pub as_of: String,
    /// Where it was read.
    pub source: String,
}

/// All unit prices.
#[derive(Debug, Clone, Default)]
pub struct PriceBook {
    prices: BTreeMap<(String, String, String), Price>,
    /// Services without a file of their own.
    others: BTreeMap<String, PricedService>,
}

/// A service of which nothing but what it bills is known.
#[derive(Debug, Clone)]
pub struct PricedService {
    /// Its name on a bill.
    pub name: String,
    /// Its meters.
    pub meters: Vec<RawMeter>,
}

/// Stands for the type of an instance in a meter's `price`.
const TYPE: &str = "{type}";

impl PriceBook {
    /// The price of a service's meter in a Region, if a sourced one is known.
    #[must_use]
    pub fn find(&self, service: &str, region: &str, meter: &str) -> Option<&Price> {
        self.prices.get(&(service.to_owned(), region.to_owned(), meter.to_owned()))
    }

    /// Regions in which the meter has a price.
    #[must_use]
    pub fn regions_with(&self, service: &str, meter: &str) -> Vec<&str> {
        let matching = self.prices.keys().filter(|(owner, _, name)| owner == service && name == meter);
        matching.map(|(_, region, _)| region.as_str()).collect()
    }

    /// Regions in which the service has a price, each once.
    #[must_use]
    pub fn regions_of(&self, service: &str) -> Vec<&str> {
        let regions: BTreeSet<&str> = self.of(service).map(|(_, region, _)| region.as_str()).collect();
        regions.into_iter().collect()
    }

    /// Number of prices of the service.
    #[must_use]
    pub fn count_of(&self, service: &str) -> usize {
        self.of(service).count()
    }

    /// Number of prices of a Region.
    #[must_use]
    pub fn count_in(&self, region: &str) -> usize {
        self.prices.keys().filter(|(_, known, _)| known == region).count()
    }

    fn of(&self, service: &str) -> impl Iterator<Item = &(String, String, String)> {
        self.prices.keys().filter(move |(owner, _, _)| owner == service)
    }

    /// The services that have a price.
    #[must_use]
    pub fn services(&self) -> BTreeSet<&str> {
        self.prices.keys().map(|(service, _, _)| service.as_str()).collect()
    }

    /// Meters of a service that have a price in some Region.
    #[must_use]
    pub fn meters(&self, service: &str) -> BTreeSet<&str> {
        self.prices.keys().filter(|(owner, _, _)| owner == service).map(|(_, _, meter)| meter.as_str()).collect()
    }

    /// The types of instances that a meter's `price` leaves open and for which some Region has a price.
    #[must_use]
    pub fn types(&self, service: &str, price: &str) -> Vec<&str> {
        let Some((before, after)) = price.split_once(TYPE) else { return Vec::new() };
        let names = self.meters(service).into_iter();
        names
            .filter_map(|name| name.strip_prefix(before)?.strip_suffix(after))
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// Whether any Region has a price for a meter's `price`, for any type of instance.
    #[must_use]
    pub fn has(&self, service: &str, price: &str) -> bool {
        let (before, after) = price.split_once(TYPE).unwrap_or((price, ""));
        let fits = |name: &str| {
            let between = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            between.is_some_and(|kind| kind.is_empty() != price.contains(TYPE))
        };
        self.prices.keys().any(|(owner, _, name)| owner == service && fits(name))
    }

    /// Regions that have a price for a meter's `price`, for any type of instance.
    #[must_use]
    pub fn priced_regions(&self, service: &str, price: &str) -> BTreeSet<&str> {
        let typed = self.types(service, price).into_iter().map(|kind| price.replace(TYPE, kind));
        let names = std::iter::once(price.to_owned()).chain(typed);
        names.flat_map(|name| self.regions_with(service, &name)).collect()
    }

    /// A service of which nothing but what it bills is known.
    #[must_use]
    pub fn other(&self, service: &str) -> Option<&PricedService> {
        self.others.get(service)
    }

    /// All of those services.
    pub fn others(&self) -> impl Iterator<Item = (&str, &PricedService)> {
        self.others.iter().map(|(id, service)| (id.as_str(), service))
    }

    /// Number of prices.
    #[must_use]
    pub fn len(&self) -> usize {
        self.prices.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prices.is_empty()
    }

    pub(super) fn add(&mut self, raw: RawPrices, document: &Document, sources: &SourceMap, problems: &mut Problems) {
        if raw.name.is_some() || !raw.meter.is_empty() {
            let name = raw.name.unwrap_or_else(|| raw.service.clone());
            self.others.insert(raw.service.clone(), PricedService { name, meters: raw.meter });
        }
        for (index, price) in raw.price.into_iter().enumerate() {
            let key = (raw.service.clone(), price.region.clone(), price.meter.clone());
            match check(price, &format!("price[{index}]")) {
                Ok(price) => {
                    self.prices.insert(key, price);
                }
                Err(fault) => {
                    let span = document.span_of(fault.place());
                    problems.push(fault.told(&format!("price of `{}` in {}", key.2, key.1), Some(span), sources));
                }
            }
        }
    }
}

/// The meter of the price file for a type of instance: `broker_m5_large_hour` for `kafka.m5.large`.
#[must_use]
pub fn price_of_type(price: &str, kind: &str) -> String {
    // What AWS puts around the type in some services.
    const PREFIXES: [&str; 3] = ["kafka.", "express.", "dms."];
    const SUFFIX: &str = ".search";
    let kind = kind.trim().to_lowercase();
    let kind = PREFIXES.iter().find_map(|prefix| kind.strip_prefix(prefix)).unwrap_or(&kind);
    let kind = kind.strip_suffix(SUFFIX).unwrap_or(kind);
    price.replace(TYPE, &kind.replace(['.', '-', ' '], "_"))
}

fn check(raw: RawPrice, at: &str) -> Result<Price, Box<Fault>> {
    let mut tiers: Vec<Tier> = Vec::new();
    let fault = |at: String, message: String, label: &str| Err(Box::new(Fault::new("price", at, message).label(label)));
    for (index, tier) in raw.tiers.iter().enumerate() {
        let at = format!("{at}.tiers[{index}]");
        let bound = at.clone() + ".up-to";
        let up_to = match tier.up_to.as_str() {
            "inf" => None,
            text => match text.parse() {
                Ok(bound) => Some(bound),
                Err(_) => {
                    let message = format!("`{text}` is neither a whole number nor `inf`");
                    return fault(bound, message, "expected a whole number of base units, without commas");
                }
            },
        };
        if tier.usd < Usd::ZERO {
            return fault(at + ".usd", "a price below zero".to_owned(), "below zero");
        }
        if let Some(last) = tiers.last() {
            let rises = last.up_to.is_some_and(|last| up_to.is_none_or(|bound| bound > last));
            if !rises {
                let message = "its tiers must rise, and only the last may be `inf`".to_owned();
                return fault(bound, message, "not above the tier before");
            }
        }
        tiers.push(Tier { up_to, usd: tier.usd });
    }
    if tiers.is_empty() {
        return fault(format!("{at}.tiers"), "it has no tier".to_owned(), "needs one").map_err(|fault: Box<Fault>| {
            Box::new(fault.help("write for example `tiers = [{ up-to = \"inf\", usd = \"0.03\" }]`"))
        });
    }
    Ok(Price { unit: raw.unit, per: raw.per, tiers, confidence: raw.confidence, as_of: raw.as_of, source: raw.source })
}
