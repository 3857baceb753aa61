//! A quantity as a line: where along it the winner changes, exactly.
//!
//! A value is a position, a whole number in the same order: nanoseconds, bytes, records, or the bits of a rate. So two
//! positions beside each other have nothing between them, and halving ends at such a pair.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Outcome, WhatIf};
use crate::ranking::circumstances;
use crate::rules::Situation;
use crate::scenario::{Key, Takes};
use crate::units::{ByteRate, Bytes, RecordRate, Share, SimDuration};
use crate::value::Value;

/// A kind of quantity with the values that are worth trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Duration,
    Size,
    Rate,
    ByteRate,
    Share,
    Count(u64),
}

impl Scale {
    fn of_format(format: &str) -> Option<Self> {
        match format {
            "duration" => Some(Self::Duration),
            "size" => Some(Self::Size),
            "record-rate" => Some(Self::Rate),
            "byte-rate" => Some(Self::ByteRate),
            "share" => Some(Self::Share),
            _ => None,
        }
    }

    /// The least and the greatest position to try.
    fn span(self) -> (u64, u64) {
        let rate = |per_second: f64| per_second.to_bits();
        match self {
            Self::Duration => (1_000_000, 10 * 365 * 86_400_000_000_000),
            Self::Size => (1, 1 << 60),
            Self::Rate => (rate(1e-6), rate(1e12)),
            Self::ByteRate => (1, 1_000_000_000_000),
            Self::Share => (0, rate(1.0)),
            Self::Count(most) => (0, most.min(10_000)),
        }
    }

    pub(super) fn position(self, value: &Value) -> Option<u64> {
        match (self, value) {
            (Self::Duration, Value::Duration(duration)) => Some(duration.as_nanos()),
            (Self::Size, Value::Size(size)) => Some(size.get()),
            (Self::Rate, Value::Rate(rate)) => Some(rate.get().to_bits()),
            (Self::ByteRate, Value::ByteRate(rate)) => Some(rate.get().round() as u64),
            (Self::Share, Value::Share(share)) => Some(share.get().to_bits()),
            (Self::Count(_), Value::Number(count)) if *count >= 0.0 => Some(count.round() as u64),
            _ => None,
        }
    }

    pub(super) fn value(self, position: u64) -> Option<Value> {
        match self {
            Self::Duration => Some(Value::Duration(SimDuration::from_nanos(position))),
            Self::Size => Some(Value::Size(Bytes::new(position))),
            Self::Rate => RecordRate::per_second(f64::from_bits(position)).map(Value::Rate),
            Self::ByteRate => ByteRate::per_second(position as f64).map(Value::ByteRate),
            Self::Share => Share::new(f64::from_bits(position)).map(Value::Share),
            Self::Count(_) => Some(Value::Number(position as f64)),
        }
    }

    /// What to type for exactly this position.
    pub(super) fn typed(self, position: u64) -> String {
        let shown = self.value(position).map(|value| value.to_string().replace(',', "")).unwrap_or_default();
        if self.reads_as(&shown) == Some(position) {
            return shown;
        }
        match self {
            Self::Duration => {
                let units = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];
                let exact = units.iter().find(|(_, nanos)| position.is_multiple_of(*nanos));
                exact.map_or(shown, |(unit, nanos)| format!("{} {unit}", position / nanos))
            }
            Self::Size => format!("{position} B"),
            Self::Rate => format!("{} records/s", f64::from_bits(position)),
            Self::ByteRate => format!("{position} B/s"),
            Self::Share => format!("{} %", f64::from_bits(position) * 100.0),
            Self::Count(_) => position.to_string(),
        }
    }

    fn reads_as(self, text: &str) -> Option<u64> {
        let value = match self {
            Self::Duration => text.parse().ok().map(Value::Duration),
            Self::Size => text.parse().ok().map(Value::Size),
            Self::Rate => text.parse().ok().map(Value::Rate),
            Self::ByteRate => text.parse().ok().map(Value::ByteRate),
            Self::Share => text.parse().ok().map(Value::Share),
            Self::Count(_) => text.parse::<u32>().ok().map(|count| Value::Number(f64::from(count))),
        };
        self.position(&value?)
    }

    /// Whether people would write this position so.
    pub(super) fn is_plain(self, position: u64) -> bool {
        let shown = self.value(position).map(|value| value.to_string().replace(',', ""));
        shown.and_then(|shown| self.reads_as(&shown)) == Some(position)
    }

    /// The plain position nearest to `position` on the side towards `beyond`, if there is one before it.
    pub(super) fn rounded(self, position: u64, beyond: u64) -> Option<u64> {
        if self.is_plain(position) {
            return Some(position);
        }
        let up = beyond > position;
        // A plain value has three digits or more; steps of a two-thousandth pass none of them by.
        (0..40_u32).find_map(|step| {
            let factor = if up { 1.0 + f64::from(step) / 2_000.0 } else { 1.0 - f64::from(step) / 2_000.0 };
            let near = self.scaled(position, factor);
            let shown = self.value(near)?.to_string().replace(',', "");
            let plain = self.reads_as(&shown).filter(|plain| self.is_plain(*plain))?;
            let within = if up { plain >= position && plain <= beyond } else { plain <= position && plain >= beyond };
            within.then_some(plain)
        })
    }

    fn scaled(self, position: u64, factor: f64) -> u64 {
        match self {
            Self::Rate | Self::Share => (f64::from_bits(position) * factor).to_bits(),
            _ => (position as f64 * factor) as u64,
        }
    }

    /// A position between two others: in the middle of their logarithms, where zero allows one.
    fn middle(self, low: u64, high: u64) -> u64 {
        match self {
            // The bits of a number rise with its logarithm already.
            Self::Rate | Self::Share => low.midpoint(high),
            _ => (libm::sqrt(low.max(1) as f64 * high as f64) as u64).clamp(low, high),
        }
    }
}

/// A stretch of positions with one winner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    /// First position.
    pub(super) low: u64,
    /// Last position.
    pub(super) high: u64,
    /// Whether nothing below, or above, was tried.
    pub(super) open: (bool, bool),
    /// Who wins in it.
    pub(super) winner: Option<String>,
}

/// What comes out along a quantity.
#[derive(Debug)]
pub(super) struct Line {
    /// Its kind.
    pub(super) scale: Scale,
    /// Stretches of one winner, from low to high.
    pub(super) regions: Vec<Region>,
    /// One value for each interval between values that something compares with, and what comes out there.
    pub(super) samples: Vec<(u64, Outcome)>,
    /// Where the scenario stands, if it states one value.
    pub(super) now: Option<u64>,
}

/// Decisions along a line, each made once.
struct Tried<'a> {
    path: &'a str,
    scale: Scale,
    what_if: &'a WhatIf<'a>,
    known: RefCell<BTreeMap<u64, Outcome>>,
}

impl Tried<'_> {
    fn outcome(&self, position: u64) -> Option<Outcome> {
        if let Some(known) = self.known.borrow().get(&position) {
            return Some(known.clone());
        }
        let outcome = self.what_if.with(self.path, self.scale.value(position)?)?;
        self.known.borrow_mut().insert(position, outcome.clone());
        Some(outcome)
    }

    /// The last position from `low` on that has the winner of `low`, and the one behind it, where `high` has another.
    fn change(&self, low: u64, high: u64) -> Option<(u64, u64)> {
        let winner = self.outcome(low)?.winner;
        let (mut low, mut high) = (low, high);
        while high - low > 1 {
            let middle = low.midpoint(high);
            if self.outcome(middle)?.winner == winner { low = middle } else { high = middle }
        }
        Some((low, high))
    }
}

impl Line {
    /// Tries a key along every kind of quantity that it takes.
    pub(super) fn along(key: &Key, stated: Option<&Value>, what_if: &WhatIf<'_>) -> Vec<Self> {
        let scales: Vec<Scale> = match &key.takes {
            Takes::Count(most) => vec![Scale::Count(*most)],
            Takes::Quantity(formats) => formats.iter().filter_map(|format| Scale::of_format(format)).collect(),
            Takes::Word | Takes::Words | Takes::Flag | Takes::Text => Vec::new(),
        };
        scales.into_iter().filter_map(|scale| Self::of(key, scale, stated, what_if)).collect()
    }

    fn of(key: &Key, scale: Scale, stated: Option<&Value>, what_if: &WhatIf<'_>) -> Option<Self> {
        let bounds: Vec<u64> = thresholds(key, scale, what_if);
        let ends = stated.filter(|value| value.is_interval()).map(Value::ends);
        let ends = ends.and_then(|(low, high)| Some((scale.position(low)?, scale.position(high)?)));
        let now = stated.and_then(|value| scale.position(value));
        let full = scale.span();
        let least = if key.path == "workload.records-per-request" { 1 } else { full.0 };
        let (low, high) = ends.unwrap_or((least, full.1));
        let inside = |position: &u64| (low..=high).contains(position);
        let mut marks: Vec<u64> =
            bounds.iter().copied().filter(inside).chain([low, high]).chain(now.filter(inside)).collect();
        marks.sort_unstable();
        marks.dedup();
        let middles = marks.windows(2).map(|pair| scale.middle(pair[0], pair[1]));
        let beside = bounds.iter().flat_map(|bound| [bound.saturating_sub(1), bound + 1]).filter(inside);
        let mut positions: Vec<u64> = marks.iter().copied().chain(middles.clone()).chain(beside).collect();
        positions.sort_unstable();
        positions.dedup();
        let tried = Tried { path: &key.path, scale, what_if, known: RefCell::default() };
        let samples: Vec<u64> = match ends {
            Some(_) => marks.clone(),
            None => middles.collect(),
        };
        let mut samples: Vec<(u64, Outcome)> =
            samples.into_iter().filter_map(|position| Some((position, tried.outcome(position)?))).collect();
        samples.sort_by_key(|(position, _)| *position);
        samples.dedup_by_key(|(position, _)| *position);
        // The round values beside each change, by which people will call it, are tried too.
        let changes = regions(&tried, &positions)?;
        for pair in changes.windows(2) {
            positions.extend(scale.rounded(pair[0].high, pair[0].low));
            positions.extend(scale.rounded(pair[1].low, pair[1].high));
        }
        positions.sort_unstable();
        positions.dedup();
        let regions = regions(&tried, &positions)?;
        Some(Self { scale, regions, samples, now })
    }
}

/// Stretches of one winner between the first and the last of some positions in order.
fn regions(tried: &Tried<'_>, positions: &[u64]) -> Option<Vec<Region>> {
    let mut regions: Vec<Region> = Vec::new();
    let mut start = *positions.first()?;
    let mut low = start;
    for high in positions.iter().copied().skip(1) {
        while tried.outcome(low)?.winner != tried.outcome(high)?.winner {
            let (last, next) = tried.change(low, high)?;
            regions.push(Region {
                low: start,
                high: last,
                open: (regions.is_empty(), false),
                winner: tried.outcome(last)?.winner,
            });
            (start, low) = (next, next);
        }
        low = high;
    }
    regions.push(Region {
        low: start,
        high: low,
        open: (regions.is_empty(), true),
        winner: tried.outcome(low)?.winner,
    });
    Some(regions)
}

/// Positions that rules, criteria or paths compare the key with.
fn thresholds(key: &Key, scale: Scale, what_if: &WhatIf<'_>) -> Vec<u64> {
    let WhatIf { catalog, rules, scenario, .. } = *what_if;
    let at = circumstances(scenario);
    let compared = |path: &str| rules.compared_with(path, catalog, &Situation::new(&scenario.answers, &at));
    let mut values = compared(&key.path);
    if key.path.starts_with("workload.record-size") {
        values.extend(compared("workload.record-size-mean"));
    }
    for criterion in catalog.criteria.iter().filter(|criterion| criterion.against.as_ref() == Some(&key.path)) {
        let facts = criterion.facts.iter().flat_map(|id| catalog.weighed().filter_map(|service| service.fact(id, &at)));
        values.extend(facts.map(|fact| fact.value.clone()));
    }
    if key.path == "needs.freshness" {
        values.extend(catalog.edges.iter().filter_map(|edge| edge.least_latency).map(Value::Duration));
    }
    let mut positions: Vec<u64> = values.iter().filter_map(|value| scale.position(value)).collect();
    positions.extend(traffic_thresholds(key, scale, what_if));
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// Rules look at the busiest time; the scenario states the mean and how records are packed.
fn traffic_thresholds(key: &Key, scale: Scale, what_if: &WhatIf<'_>) -> Vec<u64> {
    let at = circumstances(what_if.scenario);
    let situation = Situation::new(&what_if.scenario.answers, &at);
    let compared = |path: &str| what_if.rules.compared_with(path, what_if.catalog, &situation);
    let Some((workload, peak)) = what_if.scenario.workload.as_ref().zip(what_if.scenario.peak_factor()) else {
        return Vec::new();
    };
    let packed = workload.records_per_request.mean();
    let rates = |path: &str| -> Vec<f64> {
        let rate = |value: Value| if let Value::Rate(rate) = value { Some(rate.get()) } else { None };
        compared(path).into_iter().filter_map(rate).collect()
    };
    let requests = rates("workload.peak-request-rate");
    match key.path.as_str() {
        "workload.rate" => {
            let mean = rates("workload.peak-rate").into_iter().chain(requests.iter().map(|rate| rate * packed));
            mean.filter_map(|rate| scale.position(&Value::Rate(RecordRate::per_second(rate / peak)?))).collect()
        }
        "workload.records-per-request" => {
            requests.iter().map(|rate| (workload.rate.get() * peak / rate).ceil().max(1.0) as u64).collect()
        }
        _ => Vec::new(),
    }
}

/// On which side of a region a position lies.
pub(super) fn side(region: &Region, position: u64) -> Ordering {
    if region.high < position {
        Ordering::Less
    } else if region.low > position {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}
