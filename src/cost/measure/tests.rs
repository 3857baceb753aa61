use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::catalog::{Catalog, Library};
use crate::diag::Problems;
use crate::source::SourceMap;

fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let catalog = Catalog::load(&Library::embedded(), &mut sources, &mut problems);
        assert!(problems.list().is_empty(), "{}", problems.render(&sources, false));
        catalog
    });
    &CATALOG
}

/// Every price of the catalog with what it measures.
fn prices() -> Vec<(String, &'static Price, Measure)> {
    let book = &catalog().prices;
    let mut all = Vec::new();
    for service in book.services() {
        for meter in book.meters(service) {
            for region in book.regions_with(service, meter) {
                let price = book.find(service, region, meter).unwrap();
                all.push((format!("{service} {meter} {region}"), price, Measure::of_unit(&price.unit)));
            }
        }
    }
    all
}

fn amount(measure: Measure, price: &Price, quantity: f64) -> Usd {
    measure.charge(price, quantity).unwrap().1
}

#[test]
fn units_tell_what_is_measured() {
    for (unit, measure) in [
        ("GB", Measure::Data),
        ("GB written", Measure::Data),
        ("TB scanned", Measure::Data),
        ("GB-month, Single-AZ", Measure::DataMonths),
        ("GiB-month", Measure::DataMonths),
        ("GB-hour over 20 GB", Measure::DataHours),
        ("GB-second", Measure::DataSeconds),
        ("consumer-shard-hour", Measure::Hours),
        ("JQ processing hour", Measure::Hours),
        ("instance-hours", Measure::Hours),
        ("million minutes", Measure::Minutes),
        ("MB/s-month", Measure::Count),
        ("million requests", Measure::Count),
        ("MAU", Measure::Count),
    ] {
        assert_eq!(Measure::of_unit(unit), measure, "{unit}");
    }
}

#[test]
fn every_price_has_a_meter_that_measures_the_same() {
    let catalog = catalog();
    for service in catalog.prices.services() {
        let meters = catalog.meters_of(service);
        for price in catalog.prices.meters(service) {
            let is_of = |meter: &&RawMeter| {
                let types = catalog.prices.types(service, &meter.price);
                meter.price == price
                    || types.iter().any(|kind| crate::catalog::price_of_type(&meter.price, kind) == price)
            };
            let meter = meters.iter().find(is_of);
            let meter = meter.unwrap_or_else(|| panic!("{service} has a price {price} and no meter for it"));
            let region = catalog.prices.regions_with(service, price)[0];
            let unit = &catalog.prices.find(service, region, price).unwrap().unit;
            assert_eq!(
                Measure::of_unit(&meter.unit),
                Measure::of_unit(unit),
                "{service} {price}: {} {unit}",
                meter.unit
            );
        }
    }
}

#[test]
fn tiers_are_continuous() {
    let mut tiered = 0;
    for (name, price, measure) in prices() {
        let mut below = Usd::ZERO;
        let mut from = 0;
        for pair in price.tiers.windows(2) {
            let bound = pair[0].up_to.unwrap();
            below += pair[0].usd.for_units(u128::from(bound - from), u128::from(price.per)).unwrap();
            // At a bound all tiers below it are full, and the next unit costs what its tier says.
            assert_eq!(amount(measure, price, bound as f64), below, "{name} at {bound}");
            let next = pair[1].usd.for_units(u128::from(price.per), u128::from(price.per)).unwrap();
            assert_eq!(amount(measure, price, (bound + price.per) as f64), below + next, "{name} above {bound}");
            from = bound;
            tiered += 1;
        }
    }
    assert!(tiered > 100, "{tiered}");
}

#[test]
fn what_lies_above_the_last_known_tier_has_no_amount() {
    let bounded =
        prices().into_iter().filter_map(|(_, price, measure)| Some((price.tiers.last()?.up_to?, price, measure)));
    let mut count = 0;
    for (bound, price, measure) in bounded {
        assert!(measure.charge(price, bound as f64).is_some());
        assert!(measure.charge(price, bound as f64 + 1.0).is_none());
        count += 1;
    }
    assert!(count > 0);
}

fn stated() -> impl Strategy<Value = Stated> {
    let some = |range: std::ops::Range<f64>| proptest::option::of(range);
    (some(0.0..1e9), 1.0..1e6_f64, 0.001..10.0_f64, 0.0..20.0_f64, some(0.0..1e4), some(1.0..1e6), 1.0..1e10_f64)
        .prop_map(|(records, record_size, duration, copies, capacity, run, unit_size)| Stated {
            records,
            record_size: Some(record_size),
            duration: Some(duration),
            copies,
            capacity,
            runs: run.into_iter().collect(),
            unit_size: Some(unit_size),
            ..Stated::default()
        })
}

proptest! {
    #[test]
    fn cost_never_falls_as_usage_grows(low in 0.0..1e10_f64, more in 0.0..1e10_f64) {
        for (name, price, measure) in prices() {
            let unbounded = price.tiers.last().is_some_and(|tier| tier.up_to.is_none());
            if unbounded {
                prop_assert!(amount(measure, price, low) <= amount(measure, price, low + more), "{name}");
            }
        }
    }

    #[test]
    fn a_little_more_never_costs_more_than_the_dearest_tier(at in 0.0..1e10_f64, more in 0.0..1e3_f64) {
        for (name, price, measure) in prices() {
            if price.tiers.last().is_some_and(|tier| tier.up_to.is_none()) {
                let dearest = price.tiers.iter().map(|tier| tier.usd.to_f64()).fold(0.0, f64::max) / price.per as f64;
                // The difference is taken exactly; what is left is the grain of binary fractions at this size.
                let step = (amount(measure, price, at + more) - amount(measure, price, at)).to_f64();
                prop_assert!(step <= dearest * more + 1e-4 * (1.0 + dearest), "{name}: {step} for {more} at {at}");
            }
        }
    }

    #[test]
    fn quantities_never_fall_as_usage_grows(stated in stated(), factor in 1.0..3.0_f64) {
        let catalog = catalog();
        for service in catalog.prices.services() {
            for meter in catalog.meters_of(service) {
                let terms = Terms::of(meter);
                let of = |stated: &Stated| quantity(&terms, stated, &Conventions::USUAL);
                let Ok(low) = of(&stated) else { continue };
                for grown in [
                    Stated { records: stated.records.map(|value| value * factor), ..stated.clone() },
                    Stated { record_size: stated.record_size.map(|value| value * factor), ..stated.clone() },
                    Stated { duration: stated.duration.map(|value| value * factor), ..stated.clone() },
                    Stated { copies: stated.copies * factor, ..stated.clone() },
                    Stated { capacity: stated.capacity.map(|value| value * factor), ..stated.clone() },
                    Stated { runs: stated.runs.iter().map(|value| value * factor).collect(), ..stated.clone() },
                    Stated { unit_size: stated.unit_size.map(|value| value * factor), ..stated.clone() },
                ] {
                    if let Ok(high) = of(&grown) {
                        prop_assert!(high >= low * (1.0 - 1e-9), "{service} {}: {low} then {high}", meter.id);
                    }
                }
            }
        }
    }
}
