//! Unit prices by service, Region and meter.

use std::collections::{BTreeMap, BTreeSet};

use super::raw::{Confidence, RawPrice, RawPrices};
use crate::diag::{Diagnostic, Problems};
use crate::document::Document;
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
}

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

    fn of(&self, service: &str) -> impl Iterator<Item = &(String, String, String)> {
        self.prices.keys().filter(move |(owner, _, _)| owner == service)
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

    pub(super) fn add(&mut self, raw: RawPrices, document: &Document, problems: &mut Problems) {
        for price in raw.price {
            let key = (raw.service.clone(), price.region.clone(), price.meter.clone());
            match check(price) {
                Ok(price) => {
                    self.prices.insert(key, price);
                }
                Err(message) => {
                    let message = format!("price of {} in {}: {message}", key.2, key.1);
                    problems.push(Diagnostic::error("price", message).at(document.span, "in this file"));
                }
            }
        }
    }
}

fn check(raw: RawPrice) -> Result<Price, String> {
    let mut tiers = Vec::new();
    for tier in &raw.tiers {
        let up_to = match tier.up_to.as_str() {
            "inf" => None,
            bound => Some(bound.parse().map_err(|_| format!("`{bound}` is neither a whole number nor `inf`"))?),
        };
        if tier.usd < Usd::ZERO {
            return Err("a price below zero".to_owned());
        }
        tiers.push(Tier { up_to, usd: tier.usd });
    }
    // `inf` sorts last, so one comparison sees both a falling bound and an `inf` that is not the last.
    let bounds: Vec<u64> = tiers.iter().map(|tier| tier.up_to.unwrap_or(u64::MAX)).collect();
    if tiers.is_empty() || !bounds.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err("its tiers must rise and only the last may be `inf`".to_owned());
    }
    Ok(Price { unit: raw.unit, per: raw.per, tiers, confidence: raw.confidence, as_of: raw.as_of, source: raw.source })
}
