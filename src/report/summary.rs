//! Everything on one screen.

use std::fmt::Write as _;

use super::diagram::Buffering;
use super::result::{Document, FOREBAY, LimitUse, Simulation, by_use};
use super::{advice, bill, bounds, count, paragraph, seconds, simulation};
use crate::architecture::Architecture;
use crate::catalog::Catalog;
use crate::ranking::{Decision, circumstances};
use crate::scenario::Scenario;
use crate::units::{grouped, significant};

/// The answer of `run`. `instead` is the pipeline that was simulated at request in place of the recommended one.
#[must_use]
pub fn text(
    document: &Document,
    decision: &Decision,
    instead: Option<&Architecture>,
    catalog: &Catalog,
    scenario: &Scenario,
    width: usize,
) -> String {
    let mut text = advice::headline(scenario, width);
    text.push('\n');
    let label = |service: &str| buffer_label(document, service);
    match instead {
        None => text.push_str(&advice::use_line(decision, width, label)),
        Some(path) => {
            text.push_str(&advice::use_line(decision, width, |_| None));
            text.push_str(&advice::path("  Below, as asked: ", path, label));
        }
    }
    if let Some(robustness) = document.decision.as_ref().and_then(|decision| decision.robustness.as_ref()) {
        text.push_str(&super::robustness::line(robustness));
    }
    text.push_str(&figures(document, scenario, width));
    text.push('\n');
    text.push_str(&advice::short_table(decision, width));
    text.push('\n');
    if let Some(comparison) = &document.comparison {
        text.push_str(&super::comparison::text(comparison, width));
        text.push('\n');
    }
    text.push_str(&wrapped(&watch(document, catalog, scenario), width));
    text
}

/// `5 MiB | 300 s` on the arrow behind a service that buffers.
pub(super) fn buffer_label(document: &Document, service: &str) -> Option<String> {
    let buffering = Buffering::of(&document.simulation.as_ref()?.settings, service)?;
    Some(format!("{} | {}", buffering.size, buffering.interval))
}

/// Delay and money in two lines.
fn figures(document: &Document, scenario: &Scenario, width: usize) -> String {
    let mut text = String::new();
    if let Some(run) = &document.simulation {
        let p99 = run.latency_s.p99;
        let interval = bounds(p99);
        let limit = scenario.answers.get("needs.freshness").map(|answer| answer.value.to_string());
        let met = match run.late_share {
            Some(late) if late > 0.0 => format!(", missed by {} % of them", significant(late * 100.0, 2)),
            Some(_) if run.records.rejected + run.records.lost > 0 => ", met by those that get through".to_owned(),
            Some(_) => ", met".to_owned(),
            None => String::new(),
        };
        let asked = limit.map_or_else(String::new, |limit| format!("; asked for: {limit}{met}"));
        let _ = if run.records.delivered == 0 {
            let (sent, time) = (count(run.records.offered, "record"), seconds(run.horizon_s));
            writeln!(text, "  Of {sent} none was delivered within {time}, so the delay is unknown{asked}.")
        } else {
            // In seconds throughout, so that a value and its bounds have one unit.
            let (p50, p99) = (significant(run.latency_s.p50.value, 3), significant(p99.value, 3));
            writeln!(text, "  Data is there after {p50} s (p50) and {p99} s (p99){interval}{asked}.")
        };
        if run.records.rejected > 0 {
            let share = significant(100.0 * run.records.rejected as f64 / run.records.offered as f64, 3);
            let who = run.turned_away_by();
            let lost = format!("{share} % of the records are turned away{who}; the figures are those of the others.");
            text.push_str(&paragraph("  ", &lost, width));
        }
    }
    if let Some(run) = document.simulation.as_ref().filter(|run| run.records.lost > 0) {
        let lost = format!(
            "{} of {} are lost on the way; the figures are those of the others.",
            count(run.records.lost, "record"),
            grouped(run.records.offered)
        );
        text.push_str(&paragraph("  ", &lost, width));
    }
    if let Some(sum) = &document.bill {
        let _ = writeln!(text, "  {}.", bill::total(sum));
    }
    if let Some(transfer) = &document.transfer {
        text.push_str(&super::transfer::text(transfer, width));
    }
    if let Some(reason) = &document.not_simulated {
        text.push_str(&paragraph("  ", &format!("Not simulated, so delay and bill are unknown: {reason}."), width));
    }
    text
}

/// What no bill has in it.
pub(super) const NOT_KNOWN: &str = "data transfer out, clusters that data ends up in and programs that read it, later \
                                    queries, logs and metrics of your own";

/// What to watch, as pairs of a head and a text.
fn watch(document: &Document, catalog: &Catalog, scenario: &Scenario) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let decision = document.decision.iter();
    for warning in decision.clone().flat_map(|decision| &decision.warnings) {
        rows.push(("Note", format!("{} [{}]", warning.text, warning.rule)));
    }
    let not_compared: Vec<&str> =
        decision.flat_map(|decision| &decision.criteria_not_compared).map(String::as_str).collect();
    if !not_compared.is_empty() {
        let list = not_compared.join(", ");
        rows.push(("Not compared", format!("{list}: something about it is not stated or not known")));
    }
    if let Some(run) = &document.simulation {
        rows.extend(simulation::overloads(run).into_iter().map(|line| ("Overload", line)));
        rows.push(("What binds", simulation::binding(run)));
        rows.extend(to_ask_for(run, catalog, scenario).into_iter().map(|line| ("Ask for", line)));
        let assumed: Vec<&str> =
            run.settings.iter().filter(|setting| setting.assumed).map(|setting| setting.name.as_str()).collect();
        if !assumed.is_empty() {
            rows.push(("Assumed", assumed.join(", ")));
        }
    }
    if let Some(sum) = &document.bill {
        rows.push(("What it costs", bill::by_service(sum, catalog, scenario.edition)));
    }
    rows.extend(document.what_if.iter().map(|what_if| ("What if", super::comparison::what_if(what_if))));
    if document.bill.is_some() {
        rows.push(("Not known", NOT_KNOWN.to_owned()));
    }
    if let Some(run) = &document.simulation {
        let line = simulation::run_line(run);
        let digest: String = document.header.catalog_digest.chars().take(8).collect();
        rows.push(("Run", format!("{} · catalog {digest} · {FOREBAY}", line.trim())));
    }
    rows
}

/// The quotas that are nearly used up in the busiest second and that the vendor raises on request, with what to ask for: a
/// quarter more than that second.
pub(super) fn to_ask_for(run: &Simulation, catalog: &Catalog, scenario: &Scenario) -> Vec<String> {
    /// The share of a quota from which on it is worth asking.
    const NEARLY: f64 = 0.8;
    const ROOM: f64 = 1.25;
    let at = circumstances(scenario);
    let raised = |limit: &&&LimitUse| {
        let fact = limit.name.split_once('.').and_then(|(service, fact)| catalog.service(service)?.fact(fact, &at));
        fact.is_some_and(|fact| fact.adjustable)
    };
    let wanted = |limit: &&LimitUse| {
        let more = LimitUse { limit_per_s: two_digits_up(limit.peak_per_s * ROOM), ..(*limit).clone() };
        format!(
            "raise {} from {} to {} {} a second before launch: the busiest second had {}",
            limit.name,
            simulation::quantity(limit, limit.limit_per_s),
            simulation::quantity(&more, more.limit_per_s),
            if limit.counts == "bytes" { "" } else { &limit.counts },
            simulation::quantity(limit, limit.peak_per_s),
        )
        .replace("  ", " ")
    };
    by_use(&run.limits).iter().filter(|limit| limit.peak_share > NEARLY).filter(raised).map(wanted).collect()
}

/// Rounded up to two digits.
fn two_digits_up(value: f64) -> f64 {
    let step = libm::pow(10.0, libm::floor(libm::log10(value.max(1.0))) - 1.0).max(1.0);
    (value / step - 1e-9).ceil() * step
}

/// Heads in one column, texts wrapped in the other.
fn wrapped(rows: &[(&'static str, String)], width: usize) -> String {
    rows.iter().map(|(head, body)| paragraph(&format!("  {head:<15} "), body, width)).collect()
}
