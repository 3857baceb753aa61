//! The charts of experiments: what `sweep` and `tune` found.

use std::collections::BTreeMap;

use super::{asked, footer_of, front_title, unbeaten};
use crate::report::cells::Plan;
use crate::report::charts::{
    Caption, Chart, FrontChart, FrontPoint, HeatAxis, HeatChart, HeatSign, HeatUnit, ObjectsChart, ObjectsItem,
};
use crate::report::result::Header;
use crate::report::tuning::Tuned;
use crate::report::{count, seconds};
use crate::scenario::Scenario;
use crate::tuning::Tried;
use crate::units::{Bytes, significant};

const P99: &str = "time until 99 % of the records are there";
/// Levels of an axis of a heat map, at most.
const MOST_LEVELS: usize = 30;
/// Points of a front, at most: more of them hide each other.
const MOST_POINTS: usize = 60;

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
}

/// The charts of a sweep: its front, and, over two axes with up to thirty levels each, maps of delay, objects and bill.
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
        for map in MAPS {
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

const MAPS: [Map; 3] = [
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
        figure: "USD a month",
        unit: HeatUnit::Usd,
        pick: |cell| cell.usd,
        told: |usd| format!("{usd:.2}"),
    },
];

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
    let known: Vec<(&CellFigures, f64, f64)> =
        cells.iter().filter_map(|cell| Some((cell, cell.usd?, cell.p99_s.filter(|p99| p99.is_finite())?))).collect();
    let places: Vec<Option<(f64, f64)>> = known.iter().map(|(_, usd, p99)| Some((*usd, *p99))).collect();
    let on_front = unbeaten(&places);
    let point = |((cell, usd, seconds), on_front): (&(&CellFigures, f64, f64), bool)| FrontPoint {
        name: cell.levels.join(", "),
        usd: *usd,
        usd_half_width: None,
        seconds: *seconds,
        seconds_half_width: None,
        on_front,
        marked: None,
    };
    let mut points: Vec<FrontPoint> = known.iter().zip(on_front).map(point).collect();
    // Those on the front come first; of the others, evenly chosen ones show where the rest lies.
    points.sort_by_key(|point| !point.on_front);
    let front = points.iter().filter(|point| point.on_front).count();
    let points = thinned(points, front);
    if points.is_empty() {
        return None;
    }
    let subtitle = format!(
        "What a month costs and after how long 99 % of the records are there; {}.",
        count(cells.len() as u64, "cell")
    );
    let caption = Caption { title: front_title(&points), subtitle, footer: footer.to_owned() };
    Some(Chart::Front(FrontChart { caption, points, delay: P99.to_owned(), freshness: asked(scenario), budget: None }))
}

/// At most so many points as can be told apart, the front's own before the others.
fn thinned(points: Vec<FrontPoint>, front: usize) -> Vec<FrontPoint> {
    if points.len() <= MOST_POINTS {
        return points;
    }
    let every = |from: usize, to: usize, most: usize| {
        let step = (to - from).div_ceil(most.max(1)).max(1);
        (from..to).step_by(step).collect::<Vec<_>>()
    };
    let kept_front = every(0, front, MOST_POINTS / 2);
    let others = every(front, points.len(), MOST_POINTS - kept_front.len());
    let kept: Vec<usize> = kept_front.into_iter().chain(others).collect();
    kept.into_iter().filter_map(|place| points.get(place).cloned()).collect()
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
        name: format!("{} ({})", name(tried), mark(tuned, tried).unwrap_or_default()),
        per_day: 24.0 * tried.outcome.objects_per_hour.value,
        per_day_half_width: None,
        mean_bytes: tried.outcome.object_bytes.value,
        mean_bytes_half_width: None,
    });
    let subtitle =
        format!("Settings of {} that nothing tried beats in both bill and delay.", tuned.path.replace(" ▶ ", " › "));
    let caption = |title: String, subtitle: String| Caption { title, subtitle, footer: footer.clone() };
    let budget = tuning.limits.usd.map(|usd| (format!("budget: {usd:.2} USD"), usd));
    let guide =
        tuning.limits.object_bytes.map(|bytes| (format!("asked for: {}", Bytes::new(bytes.round() as u64)), bytes));
    let front = (!points.is_empty()).then(|| {
        Chart::Front(FrontChart {
            caption: caption(front_title(&points), subtitle),
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

/// What is set, in a few words: `buffer-interval 60s, compression GZIP`.
fn name(tried: &Tried) -> String {
    let told = tried.set.iter().map(|(key, level)| {
        let option = key.rsplit('.').next().unwrap_or(key);
        format!("{option} {level}")
    });
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
