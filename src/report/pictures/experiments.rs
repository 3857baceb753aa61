//! The charts of experiments: what `sweep` and `tune` found.

use std::collections::BTreeMap;

use super::{asked, footer_of, unbeaten};
use crate::report::cells::Plan;
use crate::report::charts::{
    Caption, Chart, FrontChart, FrontPoint, HeatAxis, HeatChart, HeatSign, HeatUnit, ObjectsChart, ObjectsItem,
};
use crate::report::result::Header;
use crate::report::tuning::Tuned;
use crate::report::{count, seconds};
use crate::scenario::Scenario;
use crate::tuning::{PACKING, Tried};
use crate::units::{Bytes, significant};

const P99: &str = "time until 99 % of the records are there";
/// Levels of an axis of a heat map, at most.
const MOST_LEVELS: usize = 30;
/// Points on a front, and points of a chart, at most: more of them hide each other.
const MOST_POINTS: (usize, usize) = (10, 60);

/// What a chart needs to know of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellFigures {
    /// Its levels, in the order of the axes.
    pub levels: Vec<String>,
    /// The 99th percentile of the delay in seconds, if it is known.
    pub p99_s: Option<f64>,
    /// Objects an hour, if they are known.
    pub objects_per_hour: Option<f64>,
    /// USD a month, if every price is known.
    pub usd: Option<f64>,
    /// The share of the records sent that were turned away or lost, from 0 to 1.
    pub missing_share: Option<f64>,
}

/// The charts of a sweep: its front, and, over two axes with up to thirty levels each, maps of delay, objects and bill;
/// and of what was turned away or lost, if anything was.
#[must_use]
pub fn sweep(plan: &Plan, cells: &[CellFigures], scenario: &Scenario) -> Vec<(&'static str, Chart)> {
    let footer = footer_of(&plan.header, Some((plan.seed, plan.replications)));
    let mut charts: Vec<(&'static str, Chart)> = Vec::new();
    charts.extend(front_of_cells(cells, scenario, &footer).map(|chart| ("front", chart)));
    if let [across, up] = plan.axes.as_slice()
        && let (Some(columns), Some(rows)) = (&across.levels, &up.levels)
        && columns.len() <= MOST_LEVELS
        && rows.len() <= MOST_LEVELS
        && plan.design == "factorial"
    {
        let axes = (axis(&across.key, columns), axis(&up.key, rows));
        let complete = cells.iter().all(|cell| cell.missing_share.is_none_or(|share| share == 0.0));
        for map in MAPS.into_iter().filter(|map| map.file != MISSING || !complete) {
            charts.extend(map.draw(&axes, cells, scenario, &footer).map(|chart| (map.file, chart)));
        }
    }
    charts
}

fn axis(key: &str, levels: &[String]) -> HeatAxis {
    HeatAxis { name: key.to_owned(), labels: levels.to_vec() }
}

/// One of the maps of a sweep.
struct Map {
    file: &'static str,
    figure: &'static str,
    unit: HeatUnit,
    pick: fn(&CellFigures) -> Option<f64>,
    told: fn(f64) -> String,
}

const MAPS: [Map; 4] = [
    Map { file: "heat-p99", figure: P99, unit: HeatUnit::Seconds, pick: |cell| cell.p99_s, told: seconds },
    Map {
        file: "heat-objects",
        figure: "objects a day",
        unit: HeatUnit::Count,
        pick: |cell| cell.objects_per_hour.map(|objects| 24.0 * objects),
        told: |objects| significant(objects, 3),
    },
    Map {
        file: "heat-cost",
        figure: "bill of a month",
        unit: HeatUnit::Usd,
        pick: |cell| cell.usd,
        told: |usd| format!("{usd:.2} USD"),
    },
    Map {
        file: MISSING,
        figure: "records turned away or lost",
        unit: HeatUnit::Percent,
        pick: |cell| cell.missing_share.map(|share| 100.0 * share),
        told: |share| format!("{} %", significant(share, 3)),
    },
];
const MISSING: &str = "heat-missing";

impl Map {
    fn draw(
        &self,
        (across, up): &(HeatAxis, HeatAxis),
        cells: &[CellFigures],
        scenario: &Scenario,
        footer: &str,
    ) -> Option<Chart> {
        let by_levels: BTreeMap<(&str, &str), Option<f64>> = cells
            .iter()
            .filter_map(|cell| {
                let [across, up] = cell.levels.as_slice() else { return None };
                Some(((across.as_str(), up.as_str()), (self.pick)(cell)))
            })
            .collect();
        let value = |across: &String, up: &String| by_levels.get(&(across.as_str(), up.as_str())).copied().flatten();
        let values: Vec<Option<f64>> =
            up.labels.iter().flat_map(|up| across.labels.iter().map(move |across| value(across, up))).collect();
        let known: Vec<f64> = values.iter().copied().flatten().filter(|value| value.is_finite()).collect();
        let (low, high) = known
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        if known.is_empty() {
            return None;
        }
        let title = if (high - low).abs() <= 1e-9 * high.abs() {
            format!("{}: {} everywhere", capital(self.figure), (self.told)(low))
        } else {
            format!("{}: from {} to {}", capital(self.figure), (self.told)(low), (self.told)(high))
        };
        let subtitle =
            format!("Every cell is a simulation of its own with the same arrivals. {} × {}.", across.name, up.name);
        let caption = Caption { title, subtitle, footer: footer.to_owned() };
        let mut heat = HeatChart::new(caption, (self.figure, self.unit), across.clone(), up.clone(), values);
        if self.unit == HeatUnit::Seconds
            && let Some((label, limit)) = asked(scenario)
        {
            heat = heat.with_limit(&label, limit);
        }
        if let (Some(across), Some(up)) = (default_place(across, scenario), default_place(up, scenario)) {
            heat = heat.with_mark(across, up, HeatSign::Default);
        }
        Some(Chart::Heat(heat))
    }
}

/// The level that the scenario itself states, if it is one of an axis.
fn default_place(axis: &HeatAxis, scenario: &Scenario) -> Option<usize> {
    let (service, option) = axis.name.split_once('.')?;
    let stated = &scenario.options.get(&(service.to_owned(), option.to_owned()))?.value;
    axis.labels.iter().position(|label| crate::value::Value::parse(label) == *stated)
}

/// A sentence's first letter.
fn capital(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

fn front_of_cells(cells: &[CellFigures], scenario: &Scenario, footer: &str) -> Option<Chart> {
    let known = cells.iter().filter_map(|cell| Some((cell, cell.usd?, cell.p99_s.filter(|p99| p99.is_finite())?)));
    let mut known: Vec<(&CellFigures, f64, f64)> = known.collect();
    known.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.2.total_cmp(&b.2)));
    // Settings that make no difference are one point.
    known.dedup_by(|a, b| (a.1, a.2) == (b.1, b.2));
    let places: Vec<Option<(f64, f64)>> = known.iter().map(|(_, usd, p99)| Some((*usd, *p99))).collect();
    let (front, others): (Vec<_>, Vec<_>) = known.iter().zip(unbeaten(&places)).partition(|(_, on_front)| *on_front);
    let (cheapest, quickest) = (front.first()?.0, front.last()?.0);
    let title = format!(
        "The cheapest of {} costs {:.2} USD a month ({}), the quickest {:.2} ({})",
        count(cells.len() as u64, "cell"),
        cheapest.1,
        seconds(cheapest.2),
        quickest.1,
        seconds(quickest.2)
    );
    let point = |(place, on_front): (&(&CellFigures, f64, f64), bool)| FrontPoint {
        name: place.0.levels.join(", "),
        usd: place.1,
        usd_half_width: None,
        seconds: place.2,
        seconds_half_width: None,
        on_front,
        marked: None,
    };
    let (most_on_front, most) = MOST_POINTS;
    let front = evenly(front, most_on_front);
    let others = evenly(others, most - front.len());
    let points = front.into_iter().chain(others).map(point).collect();
    let subtitle =
        "What a month costs and after how long 99 % of the records are there. Where points are many, some of them.";
    let caption = Caption { title, subtitle: subtitle.to_owned(), footer: footer.to_owned() };
    Some(Chart::Front(FrontChart { caption, points, delay: P99.to_owned(), freshness: asked(scenario), budget: None }))
}

/// At most so many of a list, with its ends, as evenly spaced as can be.
fn evenly<T: Clone>(all: Vec<T>, most: usize) -> Vec<T> {
    if all.len() <= most || most < 2 {
        return all.into_iter().take(most).collect();
    }
    let place = |index: usize| (index * (all.len() - 1)) / (most - 1);
    (0..most).filter_map(|index| all.get(place(index)).cloned()).collect()
}

/// The charts of what was tuned: the front of what was tried, and what arrives at the destination.
#[must_use]
pub fn tuning(tuned: &Tuned, header: &Header, seed: (u64, u32), scenario: &Scenario) -> Vec<(&'static str, Chart)> {
    let footer = footer_of(header, Some(seed));
    let tuning = &tuned.tuning;
    let mut shown: Vec<&Tried> = tuning.front.iter().collect();
    for other in [&tuning.default, &tuning.recommended] {
        if shown.iter().all(|tried| tried.set != other.set) {
            shown.push(other);
        }
    }
    let known: Vec<(&Tried, f64, f64)> = shown
        .iter()
        .filter_map(|tried| {
            Some((*tried, tried.outcome.usd?.value, Some(tried.outcome.p99_s.value).filter(|p99| p99.is_finite())?))
        })
        .collect();
    let places: Vec<Option<(f64, f64)>> = known.iter().map(|(_, usd, p99)| Some((*usd, *p99))).collect();
    let points: Vec<FrontPoint> = known
        .iter()
        .zip(unbeaten(&places))
        .map(|((tried, usd, p99), on_front)| FrontPoint {
            name: name(tried),
            usd: *usd,
            usd_half_width: None,
            seconds: *p99,
            seconds_half_width: None,
            on_front,
            marked: mark(tuned, tried),
        })
        .collect();
    let items = [&tuning.default, &tuning.recommended].map(|tried| ObjectsItem {
        name: mark(tuned, tried).unwrap_or_default(),
        per_day: 24.0 * tried.outcome.objects_per_hour.value,
        per_day_half_width: None,
        mean_bytes: tried.outcome.object_bytes.value,
        mean_bytes_half_width: None,
    });
    let mut turned: Vec<&str> = shown.iter().flat_map(|tried| tried.set.keys()).map(String::as_str).collect();
    turned.sort_unstable();
    turned.dedup();
    let of =
        if turned.is_empty() { String::new() } else { format!(" Their names are levels of {}.", turned.join(", ")) };
    let path = tuned.path.replace(" ▶ ", " › ");
    let subtitle = format!("Settings of {path} that nothing tried beats in both bill and delay.{of}");
    let caption = |title: String, subtitle: String| Caption { title, subtitle, footer: footer.clone() };
    let budget = tuning.limits.usd.map(|usd| (format!("budget: {usd:.2} USD"), usd));
    let guide =
        tuning.limits.object_bytes.map(|bytes| (format!("asked for: {}", Bytes::new(bytes.round() as u64)), bytes));
    let front = (!points.is_empty()).then(|| {
        Chart::Front(FrontChart {
            caption: caption(title(tuned), subtitle),
            points,
            delay: P99.to_owned(),
            freshness: asked(scenario),
            budget,
        })
    });
    let different = tuning.default.set != tuning.recommended.set;
    let objects = different.then(|| {
        let title = "What arrives with the recommended setting and as it stands".to_owned();
        let subtitle = "Objects a day and their mean size as stored.".to_owned();
        Chart::Objects(ObjectsChart { caption: caption(title, subtitle), items: items.to_vec(), guide })
    });
    front.map(|chart| ("front", chart)).into_iter().chain(objects.map(|chart| ("objects", chart))).collect()
}

/// What to take, or that there is nothing.
fn title(tuned: &Tuned) -> String {
    let tuning = &tuned.tuning;
    let outcome = &tuning.recommended.outcome;
    let usd = outcome.usd.map_or_else(|| "an unknown amount".to_owned(), |usd| format!("{:.2} USD", usd.value));
    let told = format!("{usd} a month, 99 % there after {}", seconds(outcome.p99_s.value));
    if !tuning.meets() {
        return format!("No setting meets the limits; the nearest costs {told}");
    }
    if tuning.recommended.set.is_empty() {
        return format!("Nothing is better than the scenario as it stands: {told}");
    }
    format!("The recommended setting costs {told}")
}

/// The levels that are set, without their keys: `60s, GZIP`. Most say by their unit what they are of.
fn name(tried: &Tried) -> String {
    let told =
        tried.set.iter().map(|(key, level)| if key == PACKING { format!("{level} in one") } else { level.clone() });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "nothing changed".to_owned() } else { told.join(", ") }
}

fn mark(tuned: &Tuned, tried: &Tried) -> Option<String> {
    let tuning = &tuned.tuning;
    match (tried.set == tuning.default.set, tried.set == tuning.recommended.set) {
        (true, true) => Some("as it stands, recommended".to_owned()),
        (true, false) => Some("as it stands".to_owned()),
        (false, true) => Some("recommended".to_owned()),
        (false, false) => None,
    }
}
