//! From results to what people and programs read: tables, JSON, charts.
//!
//! Every form is made from the same result structs, so that a table and the JSON cannot disagree.

pub mod advice;
pub mod bill;
pub mod charts;
pub mod pictures;
pub mod result;
pub mod rule;
pub mod simulation;
pub mod summary;
pub mod table;
pub mod verification;

pub use table::{Style, Table};

use crate::sim::Estimate;
use crate::units::{SimDuration, significant};

/// What stands for a figure that no run has given: the mean delay where nothing was delivered.
const UNKNOWN: &str = "unknown";

/// Seconds for people: `299 s`, `2.74 s`, `35.1 ms`.
#[must_use]
pub fn seconds(value: f64) -> String {
    if value.is_nan() {
        return UNKNOWN.to_owned();
    }
    SimDuration::from_secs_f64(value).to_string()
}

/// A number with the half-width of its 95 % interval: `150.236 ± 0.083 s`; without one where the value is exact.
#[must_use]
pub fn with_interval(estimate: Estimate, unit: &str) -> String {
    if estimate.value.is_nan() {
        return UNKNOWN.to_owned();
    }
    let space = if unit.is_empty() { "" } else { " " };
    match step(estimate) {
        Some((step, width)) => format!("{} ± {}{space}{unit}", rounded(estimate.value, step), rounded(width, step)),
        None => format!("{}{space}{unit}", significant(estimate.value, 5)),
    }
}

/// The bounds of the 95 % interval: ` [110.67, 110.86]`; nothing where the value is exact.
#[must_use]
pub fn bounds(estimate: Estimate) -> String {
    step(estimate).map_or_else(String::new, |(step, width)| {
        format!(" [{}, {}]", rounded(estimate.value - width, step), rounded(estimate.value + width, step))
    })
}

/// The place to round to, and the half-width: two digits of the half-width, but at most six of the value.
fn step(estimate: Estimate) -> Option<(f64, f64)> {
    let width = estimate.half_width?;
    let power = |value: f64| libm::floor(libm::log10(value.abs()));
    if width <= 0.0 || !width.is_finite() {
        return None;
    }
    let step = libm::pow(10.0, (power(width) - 1.0).max(power(estimate.value.abs().max(width)) - 5.0));
    (width >= step / 2.0).then_some((step, width))
}

/// A number rounded to a power of ten, with grouped thousands.
fn rounded(value: f64, step: f64) -> String {
    let decimals = (-libm::log10(step)).round().max(0.0) as usize;
    let value = (value / step).round() * step;
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let whole = crate::units::group_digits(whole);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// The right plural: `1 run`, `10 runs`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", crate::units::grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_interval() {
        let text = |value, half_width| with_interval(Estimate { value, half_width }, "s");
        assert_eq!(text(150.236, Some(0.083)), "150.236 ± 0.083 s");
        assert_eq!(text(30_426_728.0, Some(26_745.0)), "30,427,000 ± 27,000 s");
        assert_eq!(text(11.958_333, Some(1e-14)), "11.958 s");
        assert_eq!(text(2.74, None), "2.74 s");
        assert_eq!(bounds(Estimate { value: 297.276, half_width: Some(0.0195) }), " [297.257, 297.296]");
        assert_eq!(text(0.0, Some(0.0)), "0 s");
    }
}
