//! From results to what people and programs read: tables, JSON, charts.
//!
//! Every form is made from the same result structs, so that a table and the JSON cannot disagree.

pub mod advice;
pub mod answer;
pub mod bill;
pub mod cells;
pub mod charts;
pub mod comparison;
pub mod criterion;
pub mod diagram;
pub mod diff;
pub mod editions;
pub mod evaluation;
pub mod page;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod pictures;
pub mod record;
pub mod reference;
pub mod result;
pub mod robustness;
pub mod rule;
pub mod sensitivity;
pub mod simulation;
pub mod stages;
pub mod summary;
pub mod table;
pub mod transfer;
pub mod tuning;
pub mod verification;
pub mod workload;

pub use table::{Style, Table};

use crate::catalog::Role;
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
        // What cannot be below zero is not said to be.
        let low = if estimate.value >= 0.0 { (estimate.value - width).max(0.0) } else { estimate.value - width };
        format!(" [{}, {}]", rounded(low, step), rounded(estimate.value + width, step))
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

/// Lines of at most `width` characters, broken between words; a word longer than that is cut.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        if used > 0 && used + 1 + rest.len() > width {
            lines.push(String::new());
            used = 0;
        }
        while rest.len() > width {
            let after = rest.split_off(width);
            lines.push(String::new());
            let filled = lines.len() - 2;
            lines[filled] = rest.into_iter().collect();
            rest = after;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            used += rest.len();
            line.extend(rest);
        }
    }
    lines
}

/// A sentence as indented lines of at most `width` characters, with a newline at the end.
#[must_use]
pub fn paragraph(head: &str, text: &str, width: usize) -> String {
    let indent = head.chars().count();
    let lines = wrap(text, width.saturating_sub(indent).max(24));
    let body = lines.join(&format!("\n{}", " ".repeat(indent)));
    format!("{head}{body}\n")
}

/// The part a service plays, in words.
#[must_use]
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Ingest => "ingest",
        Role::FrontDoor => "front door",
        Role::Processing => "processing",
        Role::Destination => "destination",
        Role::Assistant => "assistant",
    }
}

/// A number for programs: every digit, no grouping, empty where it is not known.
#[must_use]
pub fn plain(value: Option<f64>) -> String {
    // Sums of floating-point numbers leave dust where the exact answer is zero.
    let clean = |value: f64| if value.abs() < 1e-9 { 0.0 } else { value };
    value.filter(|value| value.is_finite()).map_or_else(String::new, |value| clean(value).to_string())
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
    fn lines_break_between_words_and_long_words_are_cut() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("a abcdefgh i", 3), ["a", "abc", "def", "gh", "i"]);
        assert_eq!(wrap("abcdef", 3), ["abc", "def"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(
            paragraph("  X ", "some words that are wrapped at this width", 30),
            "  X some words that are\n    wrapped at this width\n"
        );
    }

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
