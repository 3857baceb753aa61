//! From results to what people and programs read: tables, JSON, charts.
//!
//! Every form is made from the same result structs, so that a table and the JSON cannot disagree.

pub mod advice;
pub mod bill;
pub mod charts;
pub mod result;
pub mod rule;
pub mod simulation;
pub mod summary;
pub mod table;
pub mod verification;

pub use table::{Style, Table};

use crate::sim::Estimate;
use crate::units::{SimDuration, significant};

/// Seconds for people: `299 s`, `2.74 s`, `35.1 ms`.
#[must_use]
pub fn seconds(value: f64) -> String {
    SimDuration::from_secs_f64(value).to_string()
}

/// Seconds with a 95 % interval: `299 s [298, 300]`.
#[must_use]
pub fn seconds_with_interval(estimate: Estimate) -> String {
    let interval = estimate.half_width.map(|width| interval(estimate.value, width, ""));
    // The unit of the interval is that of the value, so both are printed in seconds.
    format!("{} s{}", digits(estimate.value, estimate.half_width), interval.unwrap_or_default())
}

/// A number with a 95 % interval: `702 [701, 704]`.
#[must_use]
pub fn with_interval(estimate: Estimate, unit: &str) -> String {
    let interval = estimate.half_width.map(|width| interval(estimate.value, width, ""));
    let space = if unit.is_empty() { "" } else { " " };
    format!("{}{space}{unit}{}", digits(estimate.value, estimate.half_width), interval.unwrap_or_default())
}

/// ` [low, high]`, with as many digits as the interval deserves.
fn interval(value: f64, width: f64, unit: &str) -> String {
    let show = |value: f64| format!("{}{unit}", digits(value, Some(width)));
    format!(" [{}, {}]", show(value - width), show(value + width))
}

/// As many digits as a half-width deserves: two of the half-width, at least three of the value.
fn digits(value: f64, half_width: Option<f64>) -> String {
    let magnitude = |value: f64| libm::floor(libm::log10(value.abs()));
    let wanted = match half_width {
        Some(width) if width > 0.0 && value != 0.0 => (magnitude(value) - magnitude(width) + 2.0).clamp(3.0, 7.0),
        Some(_) => 5.0,
        None => 4.0,
    };
    significant(value, wanted as usize)
}

/// The right plural: `1 run`, `10 runs`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", crate::units::grouped(number))
}
