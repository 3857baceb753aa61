//! The simulated pipeline as text.

use std::fmt::Write as _;

use super::result::{FOREBAY, LimitUse, Percentiles, Simulation, by_use};
use super::stages::{self, hot_shard, lost, outage};
use super::table::Style;
use super::{Table, count, paragraph, plain, seconds, with_interval};
use crate::sim::{Estimate, Overload, SampledRecord};
use crate::units::{Bytes, apart, grouped, significant};

/// The whole answer of `simulate`, without the headline.
#[must_use]
pub fn text(simulation: &Simulation, width: usize) -> String {
    let mut text = overloads(simulation).iter().map(|line| paragraph("  Overload  ", line, width)).collect::<String>();
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&delays(simulation).render(Style::Plain(width)));
    let meaning = "latency: from sending a record until it can be read; freshness: age of the oldest record on its way, over time";
    let _ = write!(text, "\n{}\n", paragraph("  ", meaning, width));
    text.push_str(&flow(simulation, width));
    text.push('\n');
    text.push_str(&waiting(simulation, width));
    if !simulation.limits.is_empty() {
        text.push_str(&limits(simulation).render(Style::Plain(width)));
        let _ = write!(text, "\n{}\n", paragraph("  ", &binding(simulation), width));
    }
    text.push_str(&settings(simulation).render(Style::Plain(width)));
    text.push('\n');
    text.push_str(&run_paragraph(simulation, width));
    text
}

/// The run's line, broken where it is too long.
#[must_use]
pub fn run_paragraph(simulation: &Simulation, width: usize) -> String {
    let line = run_line(simulation);
    let (run, tier) = line.split_once('\n').unwrap_or((&line, ""));
    let run = paragraph("  ", &format!("{} · {FOREBAY}", run.trim()), width);
    tier.lines().map(|line| paragraph("  ", line.trim(), width)).fold(run, |text, line| text + &line)
}

/// Delay and freshness in figures.
#[must_use]
pub fn delays(simulation: &Simulation) -> Table {
    let mut table = Table::new(&["", "mean", "p50", "p95", "p99", "max"]);
    let mut row = |name: &str, figures: &Percentiles| {
        let show = |estimate: Estimate| with_interval(estimate, "s");
        let cells = [figures.mean, figures.p50, figures.p95, figures.p99, figures.max].map(show);
        table.row(std::iter::once(name.to_owned()).chain(cells).collect());
    };
    row("latency", &simulation.latency_s);
    row("freshness", &simulation.freshness_s);
    table
}

/// The same as plain numbers, for programs: one row a figure, seconds.
#[must_use]
pub fn numbers(simulation: &Simulation) -> Table {
    let mut table = Table::new(&["measure", "figure", "value_s", "half_width_s"]);
    for (measure, figures) in [("latency", &simulation.latency_s), ("freshness", &simulation.freshness_s)] {
        let list = [
            ("mean", figures.mean),
            ("p50", figures.p50),
            ("p95", figures.p95),
            ("p99", figures.p99),
            ("max", figures.max),
        ];
        for (figure, estimate) in list {
            table.row(vec![
                measure.to_owned(),
                figure.to_owned(),
                plain(Some(estimate.value)),
                plain(estimate.half_width),
            ]);
        }
    }
    table
}

fn flow(simulation: &Simulation, width: usize) -> String {
    let told = carried(simulation).into_iter();
    told.map(|(head, said)| paragraph(&format!("  {head:<9} "), &said, width)).collect()
}

/// What became of records and objects, each as a head and a sentence.
#[must_use]
pub fn carried(simulation: &Simulation) -> Vec<(&'static str, String)> {
    let records = &simulation.records;
    let objects = &simulation.objects;
    let per_hour = with_interval(Estimate { value: objects.per_hour, half_width: objects.per_hour_half_width }, "");
    let carried = format!(
        "{} offered, {} accepted, {} rejected, {} delivered, {} on their way at the end{}",
        grouped(records.offered),
        grouped(records.accepted),
        grouped(records.rejected),
        grouped(records.delivered),
        grouped(records.in_flight),
        lost(records.lost, records.lost_bytes),
    );
    let written = format!(
        "{per_hour} an hour, {} on average ({} to {}), {} stored; {} % closed by size, {} % by time",
        Bytes::new(objects.mean_bytes.round() as u64),
        Bytes::new(objects.min_bytes),
        Bytes::new(objects.max_bytes),
        Bytes::new(objects.mean_stored_bytes.round() as u64),
        significant(objects.closed_by_size * 100.0, 3),
        significant(objects.closed_by_time * 100.0, 3),
    );
    let written = if objects.count == 0 { "none was written in this time".to_owned() } else { written };
    let mut told = vec![("Records", carried), ("Objects", written)];
    told.extend(simulation.oversize.iter().map(|stage| {
        let (requests, records) = (count(stage.requests, "request"), count(stage.records, "record"));
        ("Too large", format!("{} turned away {requests} and {records} larger than it takes", stage.stage))
    }));
    told.extend(simulation.outages.iter().map(|one| ("Outage", outage(one))));
    told.extend(simulation.stages.iter().filter_map(|stage| Some(("Hot shard", hot_shard(stage)?))));
    told.extend(tried_again(simulation).map(|said| ("Retries", said)));
    told
}

/// How often clients came back, where they did.
fn tried_again(simulation: &Simulation) -> Option<String> {
    let gates = simulation.stages.iter().filter(|stage| stage.kind != "delivery");
    let retried: u64 = gates.map(|stage| stage.retried).sum();
    let per_record = retried as f64 / simulation.records.offered.max(1) as f64;
    (retried > 0)
        .then(|| format!("{} tries again, {} for each record sent", grouped(retried), significant(per_record, 3)))
}

/// Where records wait, if there is more than gates, delays and one buffer.
fn waiting(simulation: &Simulation, width: usize) -> String {
    if simulation.stages.is_empty() {
        return String::new();
    }
    stages::table(&simulation.stages).render(Style::Plain(width)) + "\n"
}

/// Every limit on the way and how far it was used.
#[must_use]
pub fn limits(simulation: &Simulation) -> Table {
    let mut table =
        Table::new(&["limit", "counts", "a second", "offered", "busiest", "used", "rejected"]).right(&[2, 3, 4, 5, 6]);
    for limit in &simulation.limits {
        table.row(vec![
            limit.name.clone(),
            limit.counts.clone(),
            quantity(limit, limit.limit_per_s),
            quantity(limit, limit.offered_per_s),
            quantity(limit, limit.peak_per_s),
            format!("{} %", significant(limit.peak_share * 100.0, 3)),
            grouped(limit.rejected_requests.max(limit.rejected_records)),
        ]);
    }
    table
}

pub(super) fn quantity(limit: &LimitUse, per_second: f64) -> String {
    if limit.counts == "bytes" {
        return Bytes::new(per_second.round() as u64).to_string();
    }
    significant(per_second, 4)
}

/// What is offered more than it sustains for good, a sentence each, and what that does to all figures.
#[must_use]
pub fn overloads(simulation: &Simulation) -> Vec<String> {
    let mut sentences: Vec<String> = simulation.overloads.iter().map(overload).collect();
    if !sentences.is_empty() {
        let records = &simulation.records;
        let share = records.rejected as f64 / records.offered.max(1) as f64;
        sentences.push(format!(
            "This does not pass: what is above a limit is turned away, {} % of all records here, and delays are those of the rest.",
            significant(share * 100.0, 3)
        ));
    }
    sentences
}

fn overload(overload: &Overload) -> String {
    let units = |per_second: f64| match overload.counts.as_str() {
        "bytes" => Bytes::new(per_second.round() as u64).to_string(),
        _ => significant(per_second, 4),
    };
    let counts = if overload.counts == "bytes" { String::new() } else { format!(" {}", overload.counts) };
    let rejected = match overload.rejected_share {
        0.0 => "It turned away none so far".to_owned(),
        // Clients that try again are turned away again.
        share if share > 1.0 => format!("It turned away {} tries for each record sent", significant(share, 3)),
        share => format!("It turned away {} % of all records", significant(share * 100.0, 3)),
    };
    format!(
        "{} sustains {}{counts} a second and is offered {} on average, {} times as much. {rejected}.",
        overload.limit,
        units(overload.limit_per_s),
        units(overload.offered_per_s),
        // Just above the limit, it is above it all the same.
        apart(overload.load, 1.0, 3).0,
    )
}

/// Which limit binds, in a sentence.
#[must_use]
pub fn binding(simulation: &Simulation) -> String {
    let order = by_use(&simulation.limits);
    let Some(first) = order.first() else { return String::new() };
    let verb = if first.rejected_records > 0 { "binds" } else { "would bind first" };
    let next = order.get(1).map_or_else(String::new, |next| {
        format!("; next {} at {} %", next.name, significant(next.peak_share * 100.0, 3))
    });
    let unit = if first.counts == "bytes" { String::new() } else { format!(" {}", first.counts) };
    format!(
        "{} {verb}: {} of {}{unit} a second in the busiest second ({} %){next}.{}",
        first.name,
        quantity(first, first.peak_per_s),
        quantity(first, first.limit_per_s),
        significant(first.peak_share * 100.0, 3),
        alone(simulation, first),
    )
}

/// Where each record travels alone, requests run out before records, bytes and the gateway in front.
fn alone(simulation: &Simulation, first: &LimitUse) -> &'static str {
    let one_each = simulation.records.offered == simulation.records.offered_requests;
    if first.counts == "requests" && one_each {
        " With one record a request, requests run out before records and bytes do; sending several in a request moves the limit."
    } else {
        ""
    }
}

/// What was set, sized or assumed. Quotas are in the table of limits; the JSON has every figure with its whole source.
fn settings(simulation: &Simulation) -> Table {
    let mut table = Table::new(&["rests on", "value", "", "from"]);
    let limit = |name: &str| simulation.limits.iter().any(|limit| limit.name == name);
    for setting in simulation.settings.iter().filter(|setting| !limit(&setting.name)) {
        let mark = match (setting.measured, setting.assumed) {
            (true, _) => "measured",
            (false, true) => "assumed",
            (false, false) => "",
        };
        table.row(vec![setting.name.clone(), setting.value.clone(), mark.to_owned(), short_source(&setting.origin)]);
    }
    table
}

/// A web address by its host and its last part; anything else as it is.
fn short_source(source: &str) -> String {
    let Some(address) = source.strip_prefix("https://") else { return source.to_owned() };
    match (address.split('/').next(), address.trim_end_matches('/').rsplit('/').next()) {
        (Some(host), Some(page)) if host != page => format!("{host} … {page}"),
        _ => address.to_owned(),
    }
}

/// Seed, replications, horizon: what makes the run repeatable.
#[must_use]
pub fn run_line(simulation: &Simulation) -> String {
    let trace = simulation.trace.as_ref().map_or_else(String::new, |trace| {
        let mut text = format!(" · trace {} ({}, {}", trace.name, trace.format, count(trace.records, "record"));
        if trace.speedup != 1.0 {
            let _ = write!(text, ", gaps divided by {}", significant(trace.speedup, 6));
        }
        if trace.overlay > 1 {
            let _ = write!(text, ", {} copies overlaid", trace.overlay);
        }
        text + ")"
    });
    let warm_up = warm_up(simulation);
    let line = format!(
        "  seed {} · {} of {}{warm_up} · {} tier · ± and […] are 95 % intervals over {}{}{trace}\n",
        simulation.seed,
        replications(simulation),
        seconds(simulation.horizon_s),
        simulation.tier,
        interval_over(simulation),
        precision(simulation),
    );
    line + &tier_line(simulation)
}

/// What vouches for the flow tier; nothing needs to vouch for the record tier.
fn tier_line(simulation: &Simulation) -> String {
    let bounds: Vec<String> = simulation
        .certificates
        .iter()
        .map(|certificate| match certificate.bound {
            0.0 => format!("{} exact", certificate.name),
            bound => format!("{} {bound:.0e}", certificate.name),
        })
        .collect();
    if bounds.is_empty() {
        return String::new();
    }
    format!("  flow tier: {}; at most: {}\n", simulation.tier_reason, bounds.join(", "))
}

/// Single records of a run, a row each.
#[must_use]
pub fn sampled(records: &[SampledRecord]) -> Table {
    let mut table = Table::new(&["sent_s", "arrived_s", "available_s", "bytes"]).right(&[0, 1, 2, 3]);
    for record in records {
        let seconds = |value: f64| format!("{value:.9}");
        table.row(vec![
            seconds(record.sent_s),
            seconds(record.arrived_s),
            seconds(record.available_s),
            record.bytes.to_string(),
        ]);
    }
    table
}

fn warm_up(simulation: &Simulation) -> String {
    let removed = seconds(simulation.warm_up_s);
    match &simulation.warm_up_found {
        Some(found) if !found.long_enough => {
            format!(", too short to find a warm-up by {}: {removed} removed, half of it", found.method)
        }
        Some(found) => format!(", {removed} of warm-up removed as {} found", found.method),
        None if simulation.warm_up_s > 0.0 => format!(", {removed} of warm-up removed"),
        None => String::new(),
    }
}

/// What the intervals come from.
fn interval_over(simulation: &Simulation) -> String {
    let Some(batches) = &simulation.batch_means else { return "replications".to_owned() };
    let autocorrelation =
        batches.lag_1.map_or_else(String::new, |lag_1| format!(", lag-1 autocorrelation {}", significant(lag_1, 2)));
    let doubt = if batches.independent { "" } else { ": these depend on each other, so the intervals are too narrow" };
    format!("{} batches of one run ({} each{autocorrelation}){doubt}", batches.batches, seconds(batches.batch_s))
}

fn replications(simulation: &Simulation) -> String {
    let made = u64::from(simulation.replications);
    match simulation.stopped_before {
        Some(asked) => format!("interrupted after {} of {}", grouped(made), count(u64::from(asked), "replication")),
        None => count(made, "replication"),
    }
}

/// What came of the precision asked for.
fn precision(simulation: &Simulation) -> String {
    let Some(precision) = &simulation.precision else { return String::new() };
    let percent = |share: f64| significant(share * 100.0, 2);
    let wanted = percent(precision.wanted_share);
    let figure = precision.figure;
    match precision.share {
        _ if simulation.stopped_before.is_some() => format!(" · {figure} not yet within {wanted} %"),
        Some(share) if precision.reached => format!(" · {figure} within {} %, asked for {wanted} %", percent(share)),
        Some(share) => format!(
            " · {figure} within {} % only: {wanted} % would take more than the {} that are allowed",
            percent(share),
            count(u64::from(precision.most_replications), "replication"),
        ),
        None => format!(" · {figure} has no interval, so {wanted} % of it cannot be reached"),
    }
}
