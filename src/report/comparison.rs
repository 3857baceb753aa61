//! Architectures side by side: as JSON and as tables.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::result::{FOREBAY, Percentiles, Records};
use super::table::Style;
use super::{Table, bill, count, paragraph, seconds, with_interval};
use crate::architecture::Sizing;
use crate::comparison::{Candidate, Crossover, NotPlayed, Played, Point, WhatIf};
use crate::cost::Bill;
use crate::ranking::Verdict;
use crate::sim::{Estimate, Figure, Paired};
use crate::units::significant;

/// Candidate architectures, simulated and priced alike.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Comparison {
    /// Seed that all of them share.
    pub seed: u64,
    /// Number of independent runs of each.
    pub replications: u32,
    /// Length of a run in seconds.
    pub horizon_s: f64,
    /// The architectures, in the order of the ranking; what a rule removed comes last.
    pub architectures: Vec<Compared>,
    /// What they cost at other volumes; `null` for recorded traffic, and where no bill is known in full.
    pub volumes: Option<Volumes>,
}

/// What architectures cost at other volumes than the scenario's own.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Volumes {
    /// A curve for each architecture that was simulated and has a price for everything.
    pub curves: Vec<Curve>,
    /// Where the cheapest of them changes, by rising volume; places are those in the list of architectures, from 0.
    pub crossovers: Vec<Crossover>,
}

/// What an architecture costs at other volumes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Curve {
    /// Its place in the list of architectures, from 0.
    pub architecture: usize,
    /// The month's bill at volumes from a hundredth to ten thousand times the scenario's own.
    pub points: Vec<Point>,
}

/// One architecture.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Compared {
    /// The service that it is about.
    pub service: String,
    /// Its name.
    pub name: String,
    /// What tells it from the others, where settings are compared: what is set, or which scenario it is; `null` where
    /// architectures are.
    pub setting: Option<String>,
    /// What became of that service.
    pub verdict: Verdict,
    /// Whether this is the service's own pipeline, and not another way for it.
    pub own: bool,
    /// Services in the order data meets them.
    pub services: Vec<String>,
    /// The path in words.
    pub path: String,
    /// Why it was not simulated; `null` if it was.
    pub not_simulated: Option<String>,
    /// Records, over all replications.
    pub records: Option<Records>,
    /// Time from sending a record until it can be read at the destination, in seconds.
    pub latency_s: Option<Percentiles>,
    /// A month of it.
    pub bill: Option<Bill>,
    /// What was sized for the load, with the arithmetic.
    pub sizings: Vec<Sizing>,
    /// How its figures differ from those of the first architecture; `null` for that one, and where nothing is comparable.
    pub less_first: Option<Differences>,
}

/// What sets an architecture apart from the first one, in pairs of replications with common random numbers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Differences {
    /// Of the median delay, in seconds.
    pub p50_s: Option<Paired>,
    /// Of the 99th percentile of the delay, in seconds.
    pub p99_s: Option<Paired>,
    /// Of the month's bill, in USD; its interval is as wide as both together.
    pub usd: Option<Estimate>,
}

impl Compared {
    /// What tells it from the others in a list: what is set in it, or else its path.
    #[must_use]
    pub fn told(&self) -> &str {
        self.setting.as_deref().unwrap_or(&self.path)
    }
}

impl Comparison {
    /// Whether settings are compared, and not architectures.
    fn of_settings(&self) -> bool {
        self.architectures.iter().any(|one| one.setting.is_some())
    }

    /// What came of playing the candidates.
    #[must_use]
    pub fn new(played: &[(Candidate, Result<Played, NotPlayed>)]) -> Option<Self> {
        let first = played.iter().find_map(|(_, played)| played.as_ref().ok())?;
        Some(Self {
            seed: first.run.seed,
            replications: first.run.replications,
            horizon_s: first.run.horizon,
            architectures: played.iter().map(|(candidate, played)| compared(candidate, played, first)).collect(),
            volumes: None,
        })
    }
}

fn compared(candidate: &Candidate, played: &Result<Played, NotPlayed>, first: &Played) -> Compared {
    let done = played.as_ref().ok();
    Compared {
        service: candidate.service.clone(),
        name: candidate.name.clone(),
        setting: candidate.setting.clone(),
        verdict: candidate.verdict,
        own: candidate.own,
        services: candidate.path.services(),
        path: candidate.path.way(),
        not_simulated: played.as_ref().err().map(ToString::to_string),
        records: done.map(|done| (&done.run.summary.records).into()),
        latency_s: done.map(|done| (&done.run.summary.latency).into()),
        bill: done.map(|done| done.bill.clone()),
        sizings: done.map(|done| done.lowered.sizings.clone()).unwrap_or_default(),
        less_first: done.filter(|done| !std::ptr::eq(*done, first)).map(|done| Differences::between(done, first)),
    }
}

impl Differences {
    /// What `one` has more than `other`.
    #[must_use]
    pub fn between(one: &Played, other: &Played) -> Self {
        Self {
            p50_s: one.against(other, Figure::P50).ok(),
            p99_s: one.against(other, Figure::P99).ok(),
            usd: one.bill.less(&other.bill),
        }
    }
}

/// The table of `run` and `compare`, one row an architecture.
#[must_use]
pub fn table(comparison: &Comparison) -> Table {
    if comparison.of_settings() {
        return settings(comparison);
    }
    let mut table = Table::new(&["service", "verdict", "p50", "p99", "USD a month", "by way of"]).right(&[2, 3, 4]);
    for one in comparison.architectures.iter().filter(|one| one.not_simulated.is_none()) {
        let verdict = if one.own { one.verdict.to_string() } else { "another way".to_owned() };
        let delay = |pick: fn(&Percentiles) -> Estimate| one.latency_s.as_ref().map_or(f64::NAN, |all| pick(all).value);
        table.row(vec![
            one.name.clone(),
            verdict,
            seconds(delay(|all| all.p50)),
            seconds(delay(|all| all.p99)),
            one.bill.as_ref().map_or_else(String::new, money),
            one.path.clone(),
        ]);
    }
    table
}

/// One row a setting.
fn settings(comparison: &Comparison) -> Table {
    let mut table = Table::new(&["setting", "p50", "p99", "USD a month", "by way of"]).right(&[1, 2, 3]);
    for one in comparison.architectures.iter().filter(|one| one.not_simulated.is_none()) {
        let delay = |pick: fn(&Percentiles) -> Estimate| one.latency_s.as_ref().map_or(f64::NAN, |all| pick(all).value);
        table.row(vec![
            one.told().to_owned(),
            seconds(delay(|all| all.p50)),
            seconds(delay(|all| all.p99)),
            one.bill.as_ref().map_or_else(String::new, money),
            one.path.clone(),
        ]);
    }
    table
}

/// `110.76 ± 0.10`; `≥` where a part of it has no known price.
fn money(bill: &Bill) -> String {
    let Some(total) = bill.total else { return "unknown".to_owned() };
    let width = bill.total_half_width.filter(|width| *width >= 0.005);
    let interval = width.map_or_else(String::new, |width| format!(" ± {width:.2}"));
    let at_least = if bill.complete { "" } else { "≥ " };
    format!("{at_least}{total}{interval}")
}

/// What differs from the first architecture, and how sure that is.
#[must_use]
pub fn differences(comparison: &Comparison) -> Table {
    let mut table = Table::new(&["against the first", "p50", "p99", "USD a month", "by way of"]).right(&[1, 2, 3]);
    for one in &comparison.architectures {
        let Some(less) = &one.less_first else { continue };
        table.row(vec![
            one.setting.clone().unwrap_or_else(|| one.name.clone()),
            apart(less.p50_s.as_ref().map(|paired| paired.difference), "s"),
            apart(less.p99_s.as_ref().map(|paired| paired.difference), "s"),
            apart(less.usd, ""),
            one.path.clone(),
        ]);
    }
    table
}

/// A difference with its sign; `no difference` where its interval holds zero.
pub(super) fn apart(difference: Option<Estimate>, unit: &str) -> String {
    let Some(difference) = difference.filter(|found| found.value.is_finite()) else { return "unknown".to_owned() };
    if difference.half_width.is_some_and(|width| difference.value.abs() <= width) {
        return "none to be seen".to_owned();
    }
    let sign = if difference.value > 0.0 { "+" } else { "−" };
    let size = Estimate { value: difference.value.abs(), ..difference };
    format!("{sign}{}", with_interval(size, unit))
}

/// The part of `run`: the table, what was sized, what was left out, and how it was run.
#[must_use]
pub fn text(comparison: &Comparison, width: usize) -> String {
    let mut text = table(comparison).render(Style::Plain(width));
    text.push('\n');
    text.push_str(&told("Turned away", missing(comparison), width));
    text.push_str(&sizings(comparison, width));
    text.push_str(&told("Not compared", left_out(comparison), width));
    text.push_str(&told("Compared", Some(how(comparison)), width));
    text
}

/// A sentence under its head, where there is one.
fn told(head: &str, sentence: Option<String>, width: usize) -> String {
    sentence.map_or_else(String::new, |said| paragraph(&format!("  {head:<15} "), &said, width))
}

/// Who turns records away or loses them, so that its delay and bill are those of the others.
#[must_use]
pub fn missing(comparison: &Comparison) -> Option<String> {
    let told = comparison.architectures.iter().filter_map(|one| {
        let records = one.records.as_ref()?;
        let share = (records.rejected + records.lost) as f64 / records.offered.max(1) as f64;
        (share > 0.0).then(|| format!("{} ({}) {} %", one.name, one.told(), significant(100.0 * share, 3)))
    });
    let told: Vec<String> = told.collect();
    let line = format!("{}: delay and bill are those of the records that get through", told.join("; "));
    (!told.is_empty()).then_some(line)
}

/// What the load needs, each once: the arithmetic stands in `simulate` and in the JSON.
fn sizings(comparison: &Comparison, width: usize) -> String {
    let mut told: Vec<String> = Vec::new();
    for sizing in comparison.architectures.iter().flat_map(|one| &one.sizings) {
        let line = format!("{} {}", sizing.name, significant(sizing.count, 6));
        if !told.contains(&line) {
            told.push(line);
        }
    }
    if told.is_empty() { String::new() } else { paragraph("  Sized           ", &told.join(", "), width) }
}

/// What was not simulated, and why.
#[must_use]
pub fn left_out(comparison: &Comparison) -> Option<String> {
    let missing = comparison.architectures.iter().filter_map(|one| {
        let reason = one.not_simulated.as_ref()?;
        Some(format!("{} ({}): {reason}", one.name, one.told()))
    });
    let missing: Vec<String> = missing.collect();
    (!missing.is_empty()).then(|| missing.join("; "))
}

fn how(comparison: &Comparison) -> String {
    let runs = count(u64::from(comparison.replications), "replication");
    format!(
        "{runs} of {} each, with the same arrivals and sizes for all (seed {}); `forebay compare` tells what differs beyond \
         chance",
        seconds(comparison.horizon_s),
        comparison.seed
    )
}

/// The whole answer of `compare`, without the headline.
#[must_use]
pub fn whole(comparison: &Comparison, width: usize) -> String {
    let mut text = table(comparison).render(Style::Plain(width));
    let apart = differences(comparison).render(Style::Plain(width));
    let _ = write!(text, "\n{apart}\n");
    text.push_str(&told("Turned away", missing(comparison), width));
    for sizing in arithmetic(comparison) {
        text.push_str(&paragraph("  Sized           ", &sizing, width));
    }
    text.push_str(&bills(comparison, width));
    for crossover in comparison.volumes.iter().flat_map(|volumes| &volumes.crossovers) {
        text.push_str(&paragraph("  By volume       ", &crossing(comparison, crossover), width));
    }
    text.push_str(&told("Not compared", left_out(comparison), width));
    let runs = count(u64::from(comparison.replications), "replication");
    let how = format!(
        "seed {} · {runs} of {} each · common random numbers; ± is a 95 % interval, of differences that of pairs · \
         {FOREBAY}",
        comparison.seed,
        seconds(comparison.horizon_s)
    );
    let _ = write!(text, "\n{}", paragraph("  ", &how, width));
    text
}

/// Another setting and what it changes, in a sentence.
#[must_use]
pub fn what_if(what_if: &WhatIf) -> String {
    let told = |estimate: Option<Estimate>, unit: &str, name: &str| {
        let estimate = estimate.filter(|found| found.value.is_finite())?;
        let nothing = estimate.half_width.is_some_and(|width| estimate.value.abs() <= width) || estimate.value == 0.0;
        (!nothing).then(|| format!("{name} {}", apart(Some(estimate), unit)))
    };
    let changes = [
        told(what_if.usd, "a month", "USD"),
        told(what_if.p99_s, "s", "p99"),
        told(what_if.objects_per_hour, "an hour", "objects"),
    ];
    let changes: Vec<String> = changes.into_iter().flatten().collect();
    let missed = if what_if.misses_freshness { "; then the delay asked for is missed" } else { "" };
    let set: Vec<String> = what_if.set.iter().map(|set| format!(" `--set '{set}'`")).collect();
    format!("{}: {}{missed}.{}", what_if.change, changes.join(", "), set.concat())
}

/// Where the cheapest architecture changes, in a sentence.
#[must_use]
pub fn crossing(comparison: &Comparison, crossover: &Crossover) -> String {
    let told = |place: usize| {
        let one = comparison.architectures.get(place);
        one.map_or_else(String::new, |one| format!("{} ({})", one.name, one.path))
    };
    let rate = significant(crossover.records_per_s, 3);
    format!("Above {rate} records/s, {} is cheaper than {}.", told(crossover.above), told(crossover.below))
}

/// Each sizing once, with its arithmetic.
#[must_use]
pub fn arithmetic(comparison: &Comparison) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for sizing in comparison.architectures.iter().flat_map(|one| &one.sizings) {
        let line = format!("{} {}: {}", sizing.name, significant(sizing.count, 6), sizing.arithmetic);
        if !told.contains(&line) {
            told.push(line);
        }
    }
    told
}

/// Where the money of each goes.
fn bills(comparison: &Comparison, width: usize) -> String {
    let simulated = comparison.architectures.iter().filter(|one| one.not_simulated.is_none());
    let line = |one: &Compared| {
        let sum = one.bill.as_ref()?;
        Some(paragraph("  What it costs   ", &format!("{}: {}", one.told(), bill::by_line(sum)), width))
    };
    simulated.filter_map(line).collect()
}
