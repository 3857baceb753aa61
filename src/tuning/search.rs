//! The search itself: coordinate descent from several corners, over settings that are simulated once each.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Binding, FEW_MISSING, Knob, Tuning, usd_of};
use crate::experiment::Outcome;
use crate::scenario::Scenario;

/// Levels of a knob that are looked at side by side before the search closes in between two of them.
const ABREAST: usize = 5;
/// Rounds over all knobs from one start, at most; a round that changes nothing is the last.
const ROUNDS: usize = 4;
/// Points of the front whose delays differ by less than this share are close together.
const CLOSE: f64 = 0.85;
/// A saving of less than this share of the bill, or of the delay, is none.
const NOTICEABLE: f64 = 0.001;

/// What a setting has to meet. What is absent is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, JsonSchema)]
pub struct Limits {
    /// The 99th percentile of the delay in seconds, at most.
    pub p99_s: Option<f64>,
    /// USD a month, at most.
    pub usd: Option<f64>,
    /// Mean size of an object as stored, in bytes, at least.
    pub object_bytes: Option<f64>,
}

/// One of the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// On the delay.
    P99,
    /// On the bill.
    Budget,
    /// On the size of objects.
    ObjectSize,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::P99, Self::Budget, Self::ObjectSize];
}

/// What is best among settings that meet the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// The least bill.
    #[default]
    Cheapest,
    /// The least delay (99th percentile).
    Quickest,
}

/// A setting that was simulated.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Tried {
    /// What it sets otherwise than the scenario, by key.
    pub set: BTreeMap<String, String>,
    /// What that leads to.
    pub outcome: Outcome,
    /// Limits that it misses.
    pub misses: Vec<Limit>,
}

/// How good a setting is; less is better, what comes first counts first.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Merit {
    /// By how much it misses the limits, as shares of them added up.
    violation: f64,
    main: f64,
    second: f64,
}

impl Merit {
    fn compare(&self, other: &Self) -> Ordering {
        let first = self.violation.total_cmp(&other.violation);
        first.then(self.main.total_cmp(&other.main)).then(self.second.total_cmp(&other.second))
    }

    /// Whether the other one is better by more than anybody would notice.
    fn clearly_worse_than(&self, other: &Self) -> bool {
        let more = |one: f64, other: f64| one > other * (1.0 + NOTICEABLE);
        self.violation > other.violation
            || more(self.main, other.main)
            // Equal in what is aimed at, and much worse in the other.
            || (self.main >= other.main && more(self.second, other.second * 1.05))
    }
}

impl Limits {
    /// The limit's number, if it is asked for.
    #[must_use]
    pub const fn get(&self, limit: Limit) -> Option<f64> {
        match limit {
            Limit::P99 => self.p99_s,
            Limit::Budget => self.usd,
            Limit::ObjectSize => self.object_bytes,
        }
    }

    fn without(self, limit: Limit) -> Self {
        match limit {
            Limit::P99 => Self { p99_s: None, ..self },
            Limit::Budget => Self { usd: None, ..self },
            Limit::ObjectSize => Self { object_bytes: None, ..self },
        }
    }

    /// By which share an outcome misses a limit; 0 where it is met.
    fn miss(&self, limit: Limit, outcome: &Outcome) -> f64 {
        let Some(asked) = self.get(limit) else { return 0.0 };
        let miss = match limit {
            Limit::P99 => delay(outcome) / asked - 1.0,
            // An unknown part of a bill may be anything: the budget cannot be shown to be kept.
            Limit::Budget if outcome.usd.is_none() => 1.0,
            Limit::Budget => usd_of(outcome) / asked - 1.0,
            Limit::ObjectSize => asked / outcome.object_bytes.value.max(1.0) - 1.0,
        };
        if miss.is_nan() { f64::INFINITY } else { miss.max(0.0) }
    }

    fn missed(&self, outcome: &Outcome) -> Vec<Limit> {
        Limit::ALL.into_iter().filter(|limit| self.miss(*limit, outcome) > 0.0).collect()
    }

    fn merit(&self, aim: Aim, outcome: &Outcome) -> Merit {
        let missing = (outcome.missing_share / FEW_MISSING - 1.0).max(0.0);
        let violation = Limit::ALL.into_iter().map(|limit| self.miss(limit, outcome)).sum::<f64>() + missing;
        let (usd, delay) = (usd_of(outcome), delay(outcome));
        let (main, second) = if aim == Aim::Cheapest { (usd, delay) } else { (delay, usd) };
        Merit { violation, main, second }
    }
}

/// The 99th percentile; endless where nothing comes.
fn delay(outcome: &Outcome) -> f64 {
    if outcome.p99_s.value.is_finite() { outcome.p99_s.value } else { f64::INFINITY }
}

/// A search under way.
pub struct Search<'a> {
    scenario: &'a Scenario,
    knobs: Vec<Knob>,
    limits: Limits,
    aim: Aim,
    /// Simulates and prices one setting; `None` where it cannot, or was interrupted.
    try_out: &'a (dyn Fn(&Scenario) -> Option<Outcome> + Sync),
    /// Every setting that was tried, by the levels of its knobs.
    tried: BTreeMap<Vec<usize>, Option<Outcome>>,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").field("knobs", &self.knobs).field("tried", &self.tried.len()).finish_non_exhaustive()
    }
}

impl<'a> Search<'a> {
    /// A search over these knobs. `try_out` gives the same outcome for the same scenario, on whatever thread.
    pub fn new(
        scenario: &'a Scenario,
        knobs: Vec<Knob>,
        limits: Limits,
        aim: Aim,
        try_out: &'a (dyn Fn(&Scenario) -> Option<Outcome> + Sync),
    ) -> Self {
        Self { scenario, knobs, limits, aim, try_out, tried: BTreeMap::new() }
    }

    /// Searches. `None` where the scenario as it stands cannot be simulated.
    #[must_use]
    pub fn run(mut self) -> Option<Tuning> {
        let default: Vec<usize> = self.knobs.iter().map(|knob| knob.default).collect();
        self.try_all(std::slice::from_ref(&default));
        self.outcome(&default)?;
        let mut best = default.clone();
        for start in self.starts(&default) {
            let found = self.descend(start, self.limits);
            if self.compare(&found, &best, self.limits) == Ordering::Less {
                best = found;
            }
        }
        let best = self.put_back(best, &default);
        let binding = self.binding(&best);
        Some(Tuning {
            limits: self.limits,
            aim: self.aim,
            evaluations: self.tried.len(),
            combinations: self.knobs.iter().map(|knob| knob.levels.len() as f64).product(),
            default: self.told(&default)?,
            recommended: self.told(&best)?,
            front: self.front(),
            binding,
            knobs: self.knobs,
        })
    }

    /// Where to begin: as it stands, and with all quantities at their least and at their greatest.
    fn starts(&self, default: &[usize]) -> Vec<Vec<usize>> {
        let corner = |pick: fn(&Knob) -> usize| {
            self.knobs.iter().map(|knob| if knob.ordered { pick(knob) } else { knob.default }).collect::<Vec<_>>()
        };
        vec![default.to_vec(), corner(|_| 0), corner(|knob| knob.levels.len() - 1)]
    }

    /// Turns one knob after the other, until none of them makes it better.
    fn descend(&mut self, start: Vec<usize>, limits: Limits) -> Vec<usize> {
        let mut best = start;
        self.try_all(std::slice::from_ref(&best));
        for _ in 0..ROUNDS {
            let before = best.clone();
            for knob in 0..self.knobs.len() {
                best = if self.knobs[knob].ordered {
                    self.close_in(best, knob, limits)
                } else {
                    let all: Vec<usize> = (0..self.knobs[knob].levels.len()).collect();
                    self.best_level(&best, knob, &all, limits)
                };
            }
            if best == before {
                break;
            }
        }
        best
    }

    /// Looks at a few levels of a knob side by side, then again between the neighbours of the best, until it has none.
    fn close_in(&mut self, best: Vec<usize>, knob: usize, limits: Limits) -> Vec<usize> {
        let (mut low, mut high) = (0, self.knobs[knob].levels.len() - 1);
        let mut best = best;
        loop {
            let mut levels: Vec<usize> = (0..ABREAST).map(|part| low + (high - low) * part / (ABREAST - 1)).collect();
            levels.push(best[knob].clamp(low, high));
            levels.sort_unstable();
            levels.dedup();
            best = self.best_level(&best, knob, &levels, limits);
            let place = levels.iter().position(|level| *level == best[knob]).unwrap_or(0);
            let next_low = levels[place.saturating_sub(1)];
            let next_high = levels[(place + 1).min(levels.len() - 1)];
            if next_high - next_low <= 2 && levels.len() > high - low || (next_low, next_high) == (low, high) {
                return best;
            }
            (low, high) = (next_low, next_high);
        }
    }

    /// The setting with the best of some levels of a knob; as it is where none is better.
    fn best_level(&mut self, from: &[usize], knob: usize, levels: &[usize], limits: Limits) -> Vec<usize> {
        let with = |level: &usize| {
            let mut setting = from.to_vec();
            setting[knob] = *level;
            setting
        };
        let settings: Vec<Vec<usize>> = levels.iter().map(with).collect();
        self.try_all(&settings);
        let mut best = from.to_vec();
        for setting in settings {
            if self.compare(&setting, &best, limits) == Ordering::Less {
                best = setting;
            }
        }
        best
    }

    /// Puts back every knob that changes nothing to speak of.
    fn put_back(&mut self, best: Vec<usize>, default: &[usize]) -> Vec<usize> {
        let mut best = best;
        for knob in 0..self.knobs.len() {
            let mut back = best.clone();
            back[knob] = default[knob];
            self.try_all(std::slice::from_ref(&back));
            let merits = self.merit(&back, self.limits).zip(self.merit(&best, self.limits));
            if merits.is_some_and(|(back, best)| !back.clearly_worse_than(&best)) {
                best = back;
            }
        }
        best
    }

    /// Simulates what was not simulated yet, side by side.
    fn try_all(&mut self, settings: &[Vec<usize>]) {
        let mut new: Vec<Vec<usize>> =
            settings.iter().filter(|known| !self.tried.contains_key(*known)).cloned().collect();
        new.sort_unstable();
        new.dedup();
        let outcomes: Vec<Option<Outcome>> = new.par_iter().map(|levels| (self.try_out)(&self.set(levels))).collect();
        self.tried.extend(new.into_iter().zip(outcomes));
    }

    fn set(&self, levels: &[usize]) -> Scenario {
        let mut scenario = self.scenario.clone();
        for (knob, level) in self.knobs.iter().zip(levels) {
            knob.set(&mut scenario, *level);
        }
        scenario
    }

    fn outcome(&self, setting: &[usize]) -> Option<&Outcome> {
        self.tried.get(setting)?.as_ref()
    }

    fn merit(&self, setting: &[usize], limits: Limits) -> Option<Merit> {
        Some(limits.merit(self.aim, self.outcome(setting)?))
    }

    /// What cannot be simulated is worse than all that can.
    fn compare(&self, one: &[usize], other: &[usize], limits: Limits) -> Ordering {
        match (self.merit(one, limits), self.merit(other, limits)) {
            (Some(one), Some(other)) => one.compare(&other),
            (one, other) => other.is_some().cmp(&one.is_some()),
        }
    }

    fn told(&self, setting: &[usize]) -> Option<Tried> {
        let outcome = self.outcome(setting)?.clone();
        let turned = self.knobs.iter().zip(setting).filter(|(knob, level)| **level != knob.default);
        let set = turned.map(|(knob, level)| (knob.key.clone(), knob.levels[*level].clone())).collect();
        Some(Tried { set, misses: self.limits.missed(&outcome), outcome })
    }

    /// Settings that nothing tried beats in both delay and bill; of those that are alike, the one that turns least. Where
    /// they lie close together, one in so many: a front of everything would say no more.
    fn front(&self) -> Vec<Tried> {
        let carried = |outcome: &&Outcome| outcome.missing_share <= FEW_MISSING;
        let turned =
            |levels: &[usize]| self.knobs.iter().zip(levels).filter(|(knob, level)| **level != knob.default).count();
        let known = self.tried.iter().filter_map(|(levels, outcome)| Some((levels, outcome.as_ref().filter(carried)?)));
        let mut known: Vec<(&Vec<usize>, f64, f64)> =
            known.map(|(levels, outcome)| (levels, usd_of(outcome), delay(outcome))).collect();
        known.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.2.total_cmp(&b.2)).then(turned(a.0).cmp(&turned(b.0))));
        let mut front: Vec<Tried> = Vec::new();
        let (mut quickest, mut last) = (f64::INFINITY, f64::INFINITY);
        for (place, (levels, usd, delay)) in known.iter().enumerate() {
            if *delay >= quickest {
                continue;
            }
            quickest = *delay;
            let next = known[place + 1..].iter().any(|(_, _, later)| *later < *delay);
            if *delay > last * CLOSE && next {
                continue;
            }
            last = *delay;
            // The same bill and delay may be had by turning less.
            let alike = known.iter().filter(|other| other.1 <= usd * (1.0 + 1e-6) && other.2 <= delay * (1.0 + 1e-6));
            let simplest = alike.min_by_key(|other| turned(other.0)).map_or(*levels, |other| other.0);
            front.extend(self.told(simplest));
        }
        front
    }

    /// Limits without which something better is to be had.
    fn binding(&mut self, best: &[usize]) -> Vec<Binding> {
        let met = self.merit(best, self.limits).is_some_and(|merit| merit.violation <= 0.0);
        let asked: Vec<Limit> = Limit::ALL.into_iter().filter(|limit| self.limits.get(*limit).is_some()).collect();
        let mut binding = Vec::new();
        for limit in asked {
            let without = self.limits.without(limit);
            let found = self.descend(best.to_vec(), without);
            let merits = self.merit(best, without).zip(self.merit(&found, without));
            let missed = self.outcome(best).is_some_and(|outcome| self.limits.miss(limit, outcome) > 0.0);
            let better = merits.is_some_and(|(now, then)| now.clearly_worse_than(&then));
            if missed || (met && better) {
                let then = self.outcome(&found).filter(|outcome| without.missed(outcome).is_empty()).cloned();
                binding.push(Binding { limit, reached: self.reached(limit), without: then });
            }
        }
        binding
    }

    /// The best that was reached of what a limit is about.
    fn reached(&self, limit: Limit) -> f64 {
        let outcomes = self.tried.values().flatten();
        match limit {
            Limit::P99 => outcomes.map(delay).fold(f64::INFINITY, f64::min),
            Limit::Budget => outcomes.map(usd_of).fold(f64::INFINITY, f64::min),
            Limit::ObjectSize => outcomes.map(|outcome| outcome.object_bytes.value).fold(0.0, f64::max),
        }
    }
}
