//! What tuning found: the setting to take, what it saves, and what stands in the way of more.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::comparison::{Differences, apart};
use super::result::FOREBAY;
use super::{Style, Table, count, paragraph, seconds};
use crate::comparison::Played;
use crate::experiment::Outcome;
use crate::tuning::{Aim, Binding, Limit, PACKING, Tried, Tuning};
use crate::units::{Bytes, significant};

/// What a search rests on where a bill is not known in full.
const NOT_PRICED: &str =
    "a part of the bill has no known price here, so the search goes by the rest; `forebay cost` names the part.";

/// What was tuned, and what came of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tuned {
    /// The service that the pipeline is about.
    pub service: String,
    /// The pipeline in words.
    pub path: String,
    /// What the search found.
    #[serde(flatten)]
    pub tuning: Tuning,
    /// The recommended setting against the scenario as it stands; `null` where the two are the same, and where it would take
    /// too long.
    pub proof: Option<Proof>,
}

/// Two settings simulated record by record with the same arrivals and sizes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Proof {
    /// Seed that both share.
    pub seed: u64,
    /// Independent runs of each.
    pub replications: u32,
    /// Length of a run in seconds.
    pub horizon_s: f64,
    /// How the recommended setting differs from the scenario as it stands.
    pub less_default: Differences,
}

impl Proof {
    /// The difference of two runs.
    #[must_use]
    pub fn new(before: &Played, after: &Played) -> Self {
        Self {
            seed: after.run.seed,
            replications: after.run.replications,
            horizon_s: after.run.horizon,
            less_default: Differences::between(after, before),
        }
    }
}

/// The whole answer, without the headline.
#[must_use]
pub fn text(tuned: &Tuned, width: usize) -> String {
    let tuning = &tuned.tuning;
    let mut text = paragraph("  Pipeline        ", &tuned.path, width);
    text.push_str(&paragraph("  Limits          ", &limits(tuning), width));
    text.push_str(&paragraph("  Take            ", &take(tuning), width));
    if tuning.recommended.set.contains_key(PACKING) {
        text.push_str(&paragraph("  Client          ", &client(tuning), width));
    }
    text.push_str(&paragraph("  Saves           ", &saves(tuning), width));
    if tuning.recommended.outcome.usd.is_none() {
        text.push_str(&paragraph("  Not known       ", NOT_PRICED, width));
    }
    if let Some(proof) = &tuned.proof {
        text.push_str(&paragraph("  Proved          ", &proved(proof), width));
    }
    for binding in &tuning.binding {
        text.push_str(&paragraph("  In the way      ", &in_the_way(tuning, binding), width));
    }
    let _ = write!(text, "\n{}\n", front(tuning).render(Style::Plain(width)));
    text.push_str(&paragraph("  ", &how(tuning), width));
    text
}

fn limits(tuning: &Tuning) -> String {
    let told = Limit::ALL.into_iter().filter_map(|limit| Some(format!("{} {}", name(limit), asked(tuning, limit)?)));
    let told: Vec<String> = told.collect();
    let best = if tuning.aim == Aim::Cheapest { "the least bill" } else { "the least p99 of the delay" };
    let limits = if told.is_empty() { "none".to_owned() } else { told.join("; ") };
    format!("{limits}. Best is {best} within them.")
}

const fn name(limit: Limit) -> &'static str {
    match limit {
        Limit::P99 => "p99 of the delay",
        Limit::Budget => "bill",
        Limit::ObjectSize => "objects",
    }
}

/// `at most 300 s`.
fn asked(tuning: &Tuning, limit: Limit) -> Option<String> {
    let bound = if limit == Limit::ObjectSize { "at least" } else { "at most" };
    tuning.limits.get(limit).map(|number| format!("{bound} {}", amount(limit, number)))
}

fn amount(limit: Limit, number: f64) -> String {
    match limit {
        Limit::P99 => seconds(number),
        Limit::Budget => format!("USD {number:.2} a month"),
        Limit::ObjectSize => size(number),
    }
}

fn size(bytes: f64) -> String {
    if bytes.is_finite() { Bytes::new(bytes.round() as u64).to_string() } else { "unknown".to_owned() }
}

fn take(tuning: &Tuning) -> String {
    let outcome = figures(&tuning.recommended.outcome);
    if !tuning.meets() {
        let missing = tuning.recommended.outcome.missing_share;
        let lost = if missing > 0.0 {
            format!("; {} % of the records never arrive", significant(100.0 * missing, 3))
        } else {
            String::new()
        };
        return format!("no setting meets the limits. Nearest is {}: {outcome}{lost}", set(&tuning.recommended));
    }
    if tuning.recommended.set.is_empty() {
        return format!("the scenario as it stands: nothing else is better by more than a thousandth. {outcome}");
    }
    format!("{}: {outcome}", set(&tuning.recommended))
}

/// `--set` for each knob that was turned.
fn set(tried: &Tried) -> String {
    let told = tried.set.iter().map(|(key, level)| {
        if key == PACKING { format!("{level} records in one") } else { format!("--set {key}={level}") }
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "the scenario as it stands".to_owned() } else { told.join(" ") }
}

/// `p50 150 s, p99 297 s, USD 110.59 a month, 11.96 objects an hour of 205 KiB`.
fn figures(outcome: &Outcome) -> String {
    format!(
        "p50 {}, p99 {}, {} a month, {} objects an hour of {}",
        seconds(outcome.p50_s.value),
        seconds(outcome.p99_s.value),
        usd(outcome),
        significant(outcome.objects_per_hour.value, 4),
        size(outcome.object_bytes.value)
    )
}

fn usd(outcome: &Outcome) -> String {
    match (outcome.usd, outcome.usd_known) {
        (Some(usd), _) => format!("USD {:.2}", usd.value),
        (None, Some(known)) => format!("USD {known:.2} or more"),
        (None, None) => "an unknown amount".to_owned(),
    }
}

fn client(tuning: &Tuning) -> String {
    let slack = tuning.limits.p99_s.map(|limit| limit - tuning.recommended.outcome.p99_s.value);
    let slack = slack.filter(|slack| slack.is_finite() && *slack > 0.0);
    let room = slack.map_or_else(String::new, |slack| format!("; the limit leaves {} for it", seconds(slack)));
    format!("gathers records before it sends them; how long that takes is not in these figures{room}.")
}

fn saves(tuning: &Tuning) -> String {
    let (before, after) = (&tuning.default.outcome, &tuning.recommended.outcome);
    let money = match (before.usd, after.usd) {
        (Some(before), Some(after)) if before.value > 0.0 => {
            let saved = before.value - after.value;
            let share = significant(100.0 * saved.abs() / before.value, 3);
            if saved.abs() < 0.005 {
                "nothing".to_owned()
            } else if saved > 0.0 {
                format!("USD {saved:.2} a month ({share} %)")
            } else {
                format!("nothing: it costs USD {:.2} a month more ({share} %)", -saved)
            }
        }
        _ => "an unknown amount".to_owned(),
    };
    let missed: Vec<&str> = tuning.default.misses.iter().map(|limit| name(*limit)).collect();
    let broken = if missed.is_empty() {
        String::new()
    } else {
        format!("; the scenario as it stands misses the limit on: {}", missed.join(", "))
    };
    format!("{money} against the scenario as it stands ({}){broken}.", figures(before))
}

fn proved(proof: &Proof) -> String {
    let less = &proof.less_default;
    format!(
        "against the scenario as it stands p99 {}, USD a month {}: {} of {} each, in pairs, seed {}, {FOREBAY}",
        apart(less.p99_s.as_ref().map(|paired| paired.difference), "s"),
        apart(less.usd, ""),
        count(u64::from(proof.replications), "replication"),
        seconds(proof.horizon_s),
        proof.seed
    )
}

fn in_the_way(tuning: &Tuning, binding: &Binding) -> String {
    let limit = binding.limit;
    let asked = asked(tuning, limit).unwrap_or_default();
    let without = match &binding.without {
        Some(best) => format!("without it the best is {} a month at a p99 of {}", usd(best), seconds(best.p99_s.value)),
        None => "without it the other limits are not met either".to_owned(),
    };
    if tuning.recommended.misses.contains(&limit) {
        let side = if limit == Limit::ObjectSize { "most" } else { "least" };
        return format!(
            "{} {asked}: the {side} that was reached is {}; {without}.",
            name(limit),
            amount(limit, binding.reached)
        );
    }
    format!("{} {asked}: {without}.", name(limit))
}

/// The Pareto front.
#[must_use]
pub fn front(tuning: &Tuning) -> Table {
    let mut table =
        Table::new(&["USD a month", "p50", "p99", "objects an hour", "of", "setting"]).right(&[0, 1, 2, 3, 4]);
    for tried in &tuning.front {
        let outcome = &tried.outcome;
        let marked = if tried.set == tuning.recommended.set { "  ◀ recommended" } else { "" };
        let missed: Vec<&str> = tried.misses.iter().map(|limit| name(*limit)).collect();
        let missed = if missed.is_empty() { String::new() } else { format!("  (misses: {})", missed.join(", ")) };
        table.row(vec![
            match (outcome.usd, outcome.usd_known) {
                (Some(usd), _) => format!("{:.2}", usd.value),
                (None, Some(known)) => format!("≥ {known:.2}"),
                _ => "unknown".to_owned(),
            },
            seconds(outcome.p50_s.value),
            seconds(outcome.p99_s.value),
            significant(outcome.objects_per_hour.value, 4),
            size(outcome.object_bytes.value),
            format!("{}{missed}{marked}", short(tried)),
        ]);
    }
    table
}

/// The knobs that were turned, without the flags around them.
fn short(tried: &Tried) -> String {
    let told: Vec<String> = tried.set.iter().map(|(key, level)| format!("{key}={level}")).collect();
    if told.is_empty() { "as it stands".to_owned() } else { told.join(" ") }
}

fn how(tuning: &Tuning) -> String {
    let knobs: Vec<&str> = tuning.knobs.iter().map(|knob| knob.key.as_str()).collect();
    if knobs.is_empty() {
        return "This pipeline has no option that trades delay for money.".to_owned();
    }
    format!(
        "The front is what nothing tried beats in both bill and delay. Tried: {} of {} settings of {}.",
        tuning.evaluations,
        significant(tuning.combinations, 3),
        knobs.join(", ")
    )
}
