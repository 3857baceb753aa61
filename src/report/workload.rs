//! A recording and the workload that describes it: as text, as TOML for a scenario, as JSON.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Style, Table, UNKNOWN, count, paragraph, seconds, wrap};
use crate::units::{grouped, significant};
use crate::workload::{Arrivals, Between, Characterization, Measured, Recording, Sizes, WindowFigures};

/// Version of the JSON.
const SCHEMA_VERSION: &str = "1.0";

/// Windows that are shown even where nothing is known of them, in seconds.
const ALWAYS_SHOWN_S: u64 = 60;

/// Columns of the comments in TOML.
const COMMENT_WIDTH: usize = 96;
/// Columns of a list in TOML.
const LIST_WIDTH: usize = 88;

/// What `workload --format json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WorkloadDocument {
    /// Version of this form.
    pub schema_version: &'static str,
    /// Version of the program.
    pub forebay_version: &'static str,
    /// What was found.
    #[serde(flatten)]
    pub found: Characterization,
    /// The table `[workload]` of a scenario, as `--format toml` prints it.
    pub toml: String,
}

impl WorkloadDocument {
    /// The document of a characterization.
    #[must_use]
    pub fn new(found: Characterization) -> Self {
        let toml = toml(&found);
        Self { schema_version: SCHEMA_VERSION, forebay_version: env!("CARGO_PKG_VERSION"), found, toml }
    }
}

/// The whole answer for eyes: what was measured, what to mind, how the description does, and the description.
#[must_use]
pub fn text(found: &Characterization, width: usize) -> String {
    let mut text = format!("{}\n\n", headline(&found.recording));
    for (head, what) in summary(found) {
        text.push_str(&paragraph(&format!("  {head:<15} "), &what, width));
    }
    let _ = write!(text, "\n{}\n", windows(&found.measured).render(Style::Plain(width)));
    for caveat in &found.caveats {
        text.push_str(&paragraph("  Mind            ", &caveat.text, width));
    }
    if !found.caveats.is_empty() {
        text.push('\n');
    }
    let _ = write!(text, "{}", redrawn(found).render(Style::Plain(width)));
    let draws = &found.redrawn;
    let how = format!(
        "The workload below, drawn {} times for {} at its mean rate (seed {}). A recorded figure outside of what draws give is \
         one that the workload does not have.",
        draws.draws,
        seconds(draws.length_s),
        draws.seed
    );
    let _ = write!(text, "{}\n{}", paragraph("  ", &how, width), toml(found));
    text
}

fn headline(recording: &Recording) -> String {
    format!("{} ({}) · {}", printable(&recording.name), recording.format, period(recording))
}

/// `2026-03-02 12:00:00 to 12:00:09 UTC`.
fn period(recording: &Recording) -> String {
    let (first, last) = (date(recording.first_ms), date(recording.last_ms));
    let same_day = |(day, time): (&str, &str)| first.starts_with(day).then(|| time.to_owned());
    let last = last.split_once(' ').and_then(same_day).unwrap_or(last);
    format!("{first} to {last} UTC")
}

fn date(millis: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(millis);
    time.map_or_else(|_| UNKNOWN.to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// A file's name may hold anything, line ends included.
fn printable(name: &str) -> String {
    name.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn summary(found: &Characterization) -> Vec<(&'static str, String)> {
    let measured = &found.measured;
    let sizes = &measured.sizes;
    let bytes = |size: u64| format!("{} B", grouped(size));
    let mut lines = vec![
        (
            "Requests",
            format!(
                "{} in {}: {} a second",
                grouped(measured.requests),
                seconds(measured.covered_s),
                significant(measured.rate_per_s, 4)
            ),
        ),
        ("Longest gap", seconds(measured.longest_gap_s)),
        (
            "Sizes",
            format!(
                "mean {} B, p50 {}, p95 {}, p99 {}, max {}",
                significant(sizes.mean_bytes, 4),
                bytes(sizes.p50_bytes),
                bytes(sizes.p95_bytes),
                bytes(sizes.p99_bytes),
                bytes(sizes.max_bytes)
            ),
        ),
    ];
    if let Some(rates) = &measured.by_hour_per_s {
        lines.push(("By hour", extremes(rates, found.described.rate_per_s)));
    }
    lines
}

fn extremes(rates: &[f64], mean: f64) -> String {
    let hours = || rates.iter().enumerate();
    let told = |hour: Option<(usize, &f64)>| {
        hour.map_or_else(String::new, |(hour, rate)| {
            format!("{} times the mean from {hour}:00", significant(rate / mean, 3))
        })
    };
    // The first of equals: the last would be named after ties that rounding decides.
    let busiest = hours().reduce(|best, one| if one.1 > best.1 { one } else { best });
    let quietest = hours().reduce(|best, one| if one.1 < best.1 { one } else { best });
    format!("{} to {} UTC", told(quietest), told(busiest))
}

/// Whether the recording is long enough for the index within the hour to be another than the whole.
fn spans_hours(measured: &Measured) -> bool {
    measured.windows.iter().any(|window| window.length_s == 3600 && window.windows > 0)
}

fn windows(measured: &Measured) -> Table {
    let within = spans_hours(measured);
    let mut head = vec!["window", "whole ones", "busiest", "over mean", "index of dispersion"];
    head.extend(within.then_some("within the hour"));
    head.push("Poisson gives");
    let right: Vec<usize> = (1..head.len()).collect();
    let mut table = Table::new(&head).right(&right);
    for window in &measured.windows {
        if window.length_s <= ALWAYS_SHOWN_S || window.windows > 0 {
            table.row(window_row(window, measured.rate_per_s, within));
        }
    }
    table
}

/// The length as windows are called; durations up to ten minutes are otherwise told in seconds.
fn window_name(length_s: u64) -> String {
    if (60..=600).contains(&length_s) { format!("{} min", length_s / 60) } else { seconds(length_s as f64) }
}

fn window_row(window: &WindowFigures, rate: f64, within: bool) -> Vec<String> {
    let told = |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |value| significant(value, 4));
    let length = window.length_s as f64;
    let mut row = vec![
        window_name(window.length_s),
        grouped(window.windows),
        window.busiest.map_or_else(|| UNKNOWN.to_owned(), grouped),
        told(window.busiest.map(|busiest| busiest as f64 / (rate * length))),
        told(window.index),
    ];
    if within {
        row.push(told(window.index_within_hour));
    }
    let range = |chance: Between| format!("{:.3} to {:.3}", chance.low, chance.high);
    row.push(window.poisson.map_or_else(|| UNKNOWN.to_owned(), range));
    row
}

fn redrawn(found: &Characterization) -> Table {
    let mut table = Table::new(&["figure", "recorded", "drawn again", "lowest", "highest"]).right(&[1, 2, 3, 4]);
    for figure in &found.redrawn.figures {
        let told = |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |value| significant(value, 4));
        let drawn = [figure.mean, figure.lowest, figure.highest];
        let numbers = std::iter::once(Some(figure.recorded)).chain(drawn).map(told);
        table.row(std::iter::once(figure.figure.clone()).chain(numbers).collect());
    }
    table
}

/// The table `[workload]` for a scenario; a comment above each key says what it was measured from.
#[must_use]
pub fn toml(found: &Characterization) -> String {
    let Characterization { recording, measured, described, .. } = found;
    let mut text = comment(&format!(
        "Measured by `forebay workload` from {}: {}, {}.",
        printable(&recording.name),
        count(measured.requests, "request"),
        period(recording)
    ));
    for caveat in &found.caveats {
        text.push_str(&comment(&format!("Mind: {}.", caveat.text)));
    }
    text.push_str("\n[workload]\n");
    let arrivals = (why_arrivals(measured, described.arrivals), arrivals(described.arrivals));
    let rate = (why_rate(found), format!("rate = \"{}\"", described.rate_text()));
    let sizes = (why_sizes(found), sizes(&described.sizes));
    for (why, line) in [rate, arrivals, sizes] {
        let _ = writeln!(text, "{}{line}", comment(&why));
    }
    if let Some(factors) = &described.profile {
        let why = "Requests in each hour of the day over the mean, 0:00 to 23:00 UTC, from the whole hours of the recording. \
                   A run begins at 0:00.";
        let factors: Vec<String> = factors.iter().map(f64::to_string).collect();
        let _ = write!(text, "\n[workload.profile]\n{}factors = {}\n", comment(why), list(&factors));
    }
    text
}

fn comment(words: &str) -> String {
    wrap(words, COMMENT_WIDTH).iter().fold(String::new(), |text, line| text + "# " + line + "\n")
}

fn list(items: &[String]) -> String {
    let all = items.join(", ");
    if all.chars().count() <= LIST_WIDTH {
        return format!("[{all}]");
    }
    let mut lines = vec![String::new()];
    for item in items {
        let full = lines.last().is_some_and(|line| line.len() + item.len() + 2 > LIST_WIDTH);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            let space = if line.is_empty() { "" } else { " " };
            let _ = write!(line, "{space}{item},");
        }
    }
    format!("[\n    {}\n]", lines.join("\n    "))
}

fn why_rate(found: &Characterization) -> String {
    let measured = &found.measured;
    let all = format!("{} in {}", count(measured.requests, "request"), seconds(measured.covered_s));
    if found.described.profile.is_none() {
        return format!("{all}.");
    }
    format!(
        "Mean of the hours of the day below, each counted alike; the recording as it is has {all}, {} a second.",
        significant(measured.rate_per_s, 4)
    )
}

fn why_arrivals(measured: &Measured, arrivals: Arrivals) -> String {
    let at = |index: f64, window_s: u64| {
        let is_within = measured.window(window_s).is_some_and(|window| window.index_within_hour.is_some());
        let within = if is_within && spans_hours(measured) { " within the hour" } else { "" };
        format!("Index of dispersion {} at {}{within}", significant(index, 4), window_name(window_s))
    };
    match arrivals {
        Arrivals::Groups { mean_size, index } => format!(
            "{}: groups of geometric size with a mean of ({} + 1) / 2 = {}.",
            at(index, 1),
            significant(index, 4),
            significant(mean_size, 4)
        ),
        Arrivals::Gamma { index, window_s, .. } => {
            format!("{}: more regular than independent requests; shape is 1 / index.", at(index, window_s))
        }
        Arrivals::Deterministic { index, window_s } => format!("{}: like a clock.", at(index, window_s)),
        Arrivals::Poisson => match measured.window(1).and_then(WindowFigures::steady_index) {
            Some(index) => format!("{}: independent requests.", at(index, 1)),
            None => "Index of dispersion at 1 s unknown; independent requests are assumed.".to_owned(),
        },
    }
}

fn arrivals(arrivals: Arrivals) -> String {
    match arrivals {
        Arrivals::Poisson => "arrivals = \"poisson\"".to_owned(),
        Arrivals::Deterministic { .. } => "arrivals = \"deterministic\"".to_owned(),
        Arrivals::Gamma { shape, .. } => format!("arrivals = {{ renewal = {{ gamma = {{ shape = {shape} }} }} }}"),
        Arrivals::Groups { mean_size, .. } => {
            format!(
                "arrivals = {{ groups = {{ size = {{ geometric = {{ mean = {mean_size} }} }}, within = \"1 s\" }} }}"
            )
        }
    }
}

fn why_sizes(found: &Characterization) -> String {
    let figures = &found.measured.sizes;
    let of = if found.recording.sizes_of_lines { "of the lines of the log" } else { "of `record_bytes`" };
    let mean = format!("{} B", significant(figures.mean_bytes, 5));
    let largest = format!("the largest is {} B", grouped(figures.max_bytes));
    match &found.described.sizes {
        Sizes::Constant { .. } if figures.min_bytes == figures.max_bytes => format!("All {of} have this size."),
        Sizes::Constant { .. } => format!("Mean {of}: {mean}; {largest}."),
        Sizes::Lognormal { .. } => {
            format!("Mean {of}: {mean}; sigma is the standard deviation of their logarithms; {largest}.")
        }
        Sizes::Table { .. } => {
            format!("Sizes {of} with the number of records that each stands for; mean {mean}; {largest}.")
        }
    }
}

/// Bytes, to the last: the largest unit that is exact is for eyes, and its thousands are grouped.
fn exactly(bytes: u64) -> String {
    format!("\"{bytes} B\"")
}

fn sizes(sizes: &Sizes) -> String {
    match sizes {
        Sizes::Constant { bytes } => format!("record-size = {}", exactly(*bytes)),
        Sizes::Lognormal { mean_bytes, sigma } => {
            format!("record-size = {{ lognormal = {{ mean = {}, sigma = {sigma} }} }}", exactly(*mean_bytes))
        }
        Sizes::Table { bytes, weights } => {
            let sizes: Vec<String> = bytes.iter().map(|size| exactly(u64::from(*size))).collect();
            let weights: Vec<String> = weights.iter().map(u64::to_string).collect();
            format!("record-size.table.sizes = {}\nrecord-size.table.weights = {}", list(&sizes), list(&weights))
        }
    }
}
