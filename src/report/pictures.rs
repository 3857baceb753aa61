//! The charts of a run: scores, latency, freshness, bill.

use super::charts::{
    Age, BillBar, BillChart, Caption, Chart, FreshnessChart, LatencyChart, LatencyMark, LineKind, ScoreBar, ScoreChart,
    Shade,
};
use super::result::{Document, Percentiles};
use super::{bill, seconds};
use crate::catalog::Catalog;
use crate::cost::{Basis, Bill};
use crate::ranking::{Decision, ServiceVerdict};
use crate::scenario::Scenario;
use crate::sim::RunResult;
use crate::units::Usd;
use crate::value::Value;

/// Each chart with the name of its files.
#[must_use]
pub fn charts(
    document: &Document,
    decision: &Decision,
    run: Option<&RunResult>,
    catalog: &Catalog,
    scenario: &Scenario,
) -> Vec<(&'static str, Chart)> {
    let scores = scores(document, decision).map(|chart| ("scores", chart));
    let latency = run.and_then(|run| latency(document, run, catalog, scenario)).map(|chart| ("latency", chart));
    let freshness = freshness(document, catalog, scenario).map(|chart| ("freshness", chart));
    let bill = bill_chart(document, catalog, scenario).map(|chart| ("bill", chart));
    scores.into_iter().chain(latency).chain(freshness).chain(bill).collect()
}

fn footer(document: &Document) -> String {
    let header = &document.header;
    let run = document.simulation.as_ref().map_or_else(String::new, |run| {
        format!(" · seed {}, {}", run.seed, super::count(u64::from(run.replications), "replication"))
    });
    let digest: String = header.catalog_digest.chars().take(8).collect();
    format!(
        "{} · {} · edition {} · catalog {digest}{run} · Forebay {}",
        header.scenario.title,
        header.region,
        header.edition.name(),
        header.forebay_version
    )
}

fn scores(document: &Document, decision: &Decision) -> Option<Chart> {
    let ranked: Vec<&ServiceVerdict> = decision.ranked().collect();
    let first = ranked.first()?;
    let rest = ranked.get(1).map_or_else(String::new, |second| {
        format!(
            ", {:.1} points against {:.1} for {}",
            first.score.unwrap_or(0.0),
            second.score.unwrap_or(0.0),
            second.name
        )
    });
    let criteria: Vec<String> = first.contributions.iter().map(|part| part.name.clone()).collect();
    let bar = |service: &&ServiceVerdict| ScoreBar {
        name: service.name.clone(),
        parts: service.contributions.iter().map(|part| part.points).collect(),
    };
    let rejected = decision.nearest_rejected();
    let mut rejected: Vec<String> = rejected.iter().map(|service| service.name.clone()).collect();
    rejected.sort();
    Some(Chart::Scores(ScoreChart {
        caption: Caption {
            title: format!("{} fits best{rest}", first.name),
            subtitle: "Points by criterion: weight × value, at most 100. Rejected services failed a requirement."
                .to_owned(),
            footer: footer(document),
        },
        criteria,
        services: ranked.iter().map(bar).collect(),
        rejected,
    }))
}

fn latency(document: &Document, run: &RunResult, catalog: &Catalog, scenario: &Scenario) -> Option<Chart> {
    let figures: &Percentiles = &document.simulation.as_ref()?.latency_s;
    // Where nothing was delivered there is no latency, and no picture of it.
    if !figures.p99.value.is_finite() {
        return None;
    }
    let points: Vec<(f64, f64)> = run.summary.latency.histogram.cumulative().collect();
    let mark = |label: &str, seconds: f64, share: f64| LatencyMark { label: label.to_owned(), seconds, share };
    let limit = asked(scenario);
    let last = end(document, catalog, scenario);
    let of = if run.summary.records.rejected > 0 { "accepted records" } else { "records" };
    Some(Chart::Latency(LatencyChart {
        caption: Caption {
            title: format!("99 % of the {of} are in {last} after {}", seconds(figures.p99.value)),
            subtitle: "Share of records that can be read at the destination within a time after they were sent."
                .to_owned(),
            footer: footer(document),
        },
        points,
        marks: vec![
            mark("p50", figures.p50.value, 0.50),
            mark("p95", figures.p95.value, 0.95),
            mark("p99", figures.p99.value, 0.99),
        ],
        limit,
    }))
}

/// The freshness asked for, in words and in seconds.
fn asked(scenario: &Scenario) -> Option<(String, f64)> {
    match scenario.answers.get("needs.freshness").map(|answer| answer.value.ends().0) {
        Some(Value::Duration(limit)) => Some((format!("asked for: {limit}"), limit.as_secs_f64())),
        _ => None,
    }
}

/// How old the oldest record on its way is, over the time of the run; nothing where no buffer ever held one.
fn freshness(document: &Document, catalog: &Catalog, scenario: &Scenario) -> Option<Chart> {
    let run = document.simulation.as_ref()?;
    let course = &run.freshness_over_time_s;
    let oldest = course.largest.iter().copied().flatten().reduce(f64::max)?;
    let parts = course.mean.iter().zip(&course.largest).enumerate();
    let ages = parts.map(|(part, (mean, largest))| Age {
        at: (part as f64 + 0.5) * course.step_s,
        mean: *mean,
        largest: *largest,
    });
    let mut shades: Vec<Shade> = Vec::new();
    for outage in &run.outages {
        let name =
            catalog.service(&outage.service).map_or(outage.service.as_str(), |it| it.short_name(scenario.edition));
        let shade = Shade { label: format!("{name} takes nothing"), from: outage.from_s, to: outage.to_s };
        if !shades.contains(&shade) {
            shades.push(shade);
        }
    }
    let last = end(document, catalog, scenario);
    Some(Chart::Freshness(FreshnessChart {
        caption: Caption {
            title: format!("The oldest record on its way to {last} is at most {} old", seconds(oldest)),
            subtitle: "Age of the oldest record that is collected or on its way behind that, in each part of the run."
                .to_owned(),
            footer: footer(document),
        },
        span: run.horizon_s,
        ages: ages.collect(),
        limit: asked(scenario),
        shades,
    }))
}

/// The name of the service where the simulated pipeline ends.
fn end(document: &Document, catalog: &Catalog, scenario: &Scenario) -> String {
    let last = document.simulation.as_ref().and_then(|run| run.pipeline.last());
    let service = last.and_then(|id| catalog.service(id));
    service.map_or_else(|| "the destination".to_owned(), |service| service.short_name(scenario.edition).to_owned())
}

fn bill_chart(document: &Document, catalog: &Catalog, scenario: &Scenario) -> Option<Chart> {
    let sum = document.bill.as_ref()?;
    let known = sum.lines.iter().filter_map(|line| Some((line, line.amount?)));
    let lines: Vec<BillBar> = known
        .map(|(line, amount)| BillBar {
            label: bill::label(line, catalog, scenario.edition),
            amount_usd: amount.to_f64(),
            // Below half a cent an interval says nothing that the amount does not.
            half_width: line.amount_half_width.filter(|width| *width >= 0.005),
            kind: match line.basis {
                Basis::Fixed => LineKind::Fixed,
                Basis::Scenario | Basis::Usage => LineKind::Scenario,
                Basis::Simulation => LineKind::Simulation,
            },
        })
        .collect();
    let total = sum.total?.to_f64();
    let title =
        if sum.complete { dearest(sum, total, catalog, scenario) } else { "The known part of the bill".to_owned() };
    let gaps = if sum.complete { "" } else { " Lines without a known price are left out." };
    Some(Chart::Bill(BillChart {
        caption: Caption {
            title,
            subtitle: format!(
                "USD a month of {} hours, prices of {}; no free tier.{gaps}",
                sum.hours_per_month, sum.region
            ),
            footer: footer(document),
        },
        lines,
        total_usd: total,
        total_half_width: sum.total_half_width,
        period: "a month".to_owned(),
    }))
}

/// Which service takes most of the bill, if one takes half of it.
fn dearest(sum: &Bill, total: f64, catalog: &Catalog, scenario: &Scenario) -> String {
    let mut services: Vec<(&str, f64)> = Vec::new();
    for line in &sum.lines {
        let amount = line.amount.map_or(0.0, Usd::to_f64);
        match services.iter_mut().find(|(id, _)| *id == line.service) {
            Some((_, known)) => *known += amount,
            None => services.push((&line.service, amount)),
        }
    }
    let first = services.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, amount)| *amount >= total / 2.0);
    match first.filter(|_| services.len() > 1 && total > 0.0) {
        Some((id, amount)) => {
            let name = catalog.service(id).map_or(*id, |service| service.short_name(scenario.edition));
            format!("{name} is {:.0} % of the bill", 100.0 * amount / total)
        }
        None => "The bill".to_owned(),
    }
}
