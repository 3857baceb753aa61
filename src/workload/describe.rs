//! A workload that has the figures that were measured.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::measure::{Measured, mean, quantile};
use crate::sim::{self, CountLaw, GapLaw, Groups, RateProfile, SizeLaw, Source};
use crate::units::{Bytes, RecordRate, SimDuration, significant};

/// From this index on requests are described as groups; below they differ too little from independent ones to be worth it.
const GROUPED_FROM: f64 = 1.1;
/// Below this index, and below what chance gives a Poisson process, requests are described as regular.
const REGULAR_BELOW: f64 = 0.9;
/// Below this they are described as evenly spaced.
const EVEN_BELOW: f64 = 0.05;
/// Requests in a window, on average, from which on its index tells regular from independent ones: even a clock has an index of
/// up to a quarter of one over this, since a window catches one more or less.
const FOR_REGULARITY: f64 = 10.0;
/// The largest mean size of a group that a scenario may have.
const LARGEST_GROUP: f64 = 100_000.0;

/// Fewer sizes have no distribution worth the name.
pub(super) const FEWEST_SIZES: u64 = 100;
/// Up to so many different sizes stand in a table as they are.
const MOST_SIZES: usize = 16;
/// How far quantiles of a lognormal law may be off those that were measured, and its mean by being rounded to bytes.
const LAW_OFF: f64 = 0.05;
const MEAN_OFF: f64 = 0.005;

/// Digits of the rate, of parameters and of factors.
const RATE_DIGITS: usize = 6;
const DIGITS: usize = 4;

/// A workload in the words of a scenario, in figures that are rounded as they are written.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Described {
    /// Mean rate: that of the recording, or the mean of the hours of the day where there is a profile.
    pub rate_per_s: f64,
    /// How requests arrive.
    pub arrivals: Arrivals,
    /// Sizes of records.
    pub sizes: Sizes,
    /// The rate of each hour of the day, from 0 to 23 in UTC, over the mean rate; `null` where the recording has less than two
    /// days.
    pub profile: Option<Vec<f64>>,
}

/// How requests arrive, and the index of dispersion that says so.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "law")]
pub enum Arrivals {
    /// Independent of each other, or nothing else is known.
    Poisson,
    /// Groups that are Poisson, of geometric size, spread over a second.
    Groups {
        /// Mean size of a group, half of one more than the index.
        mean_size: f64,
        /// Index of dispersion at one second.
        index: f64,
    },
    /// Independent gaps, more regular than those of a Poisson process.
    Gamma {
        /// Shape of the gamma law, one over the index.
        shape: f64,
        /// Index of dispersion.
        index: f64,
        /// The window that it was measured at, in seconds.
        window_s: u64,
    },
    /// Evenly spaced.
    Deterministic {
        /// Index of dispersion.
        index: f64,
        /// The window that it was measured at, in seconds.
        window_s: u64,
    },
}

/// Sizes of records.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "law")]
pub enum Sizes {
    /// All the same.
    Constant {
        /// The size.
        bytes: u64,
    },
    /// Lognormal.
    Lognormal {
        /// Mean size.
        mean_bytes: u64,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
    },
    /// A table: the sizes as they are, or means of parts of them from the smallest to the largest.
    Table {
        /// The sizes.
        bytes: Vec<u32>,
        /// How many records each stands for.
        weights: Vec<u64>,
    },
}

/// The number as it is written with so many digits.
fn rounded(value: f64, digits: usize) -> f64 {
    significant(value, digits).replace(',', "").parse().unwrap_or(value)
}

impl Described {
    pub(super) fn by(measured: &Measured, sorted_sizes: &[u64]) -> Self {
        let hours = measured.by_hour_per_s.as_deref();
        let of_hours = hours.map(|rates| rates.iter().sum::<f64>() / rates.len() as f64);
        let rate = of_hours.unwrap_or(measured.rate_per_s);
        let factors = |rates: &[f64]| rates.iter().map(|one| (one / rate * 1000.0).round() / 1000.0).collect();
        Self {
            rate_per_s: written_rate(rate).0,
            arrivals: Arrivals::by(measured),
            sizes: Sizes::by(measured, sorted_sizes),
            profile: hours.map(factors),
        }
    }

    /// The rate as a scenario has it: a number and its unit.
    #[must_use]
    pub fn rate_text(&self) -> String {
        written_rate(self.rate_per_s).1
    }

    /// The source for the simulator, at the mean rate all the time.
    ///
    /// # Errors
    /// What the simulator refuses.
    pub(super) fn source(&self) -> Result<Source, sim::SimError> {
        let rate = RecordRate::per_second(self.rate_per_s).ok_or_else(|| sim::SimError::Invalid {
            what: "rate".into(),
            expected: "a rate above zero",
            found: self.rate_per_s.to_string(),
        })?;
        let profile = RateProfile::flat(rate);
        let arrivals = match self.arrivals {
            Arrivals::Poisson => sim::Arrivals::Poisson(profile),
            Arrivals::Deterministic { .. } => sim::Arrivals::Deterministic(profile),
            Arrivals::Gamma { shape, .. } => sim::Arrivals::Renewal(profile, GapLaw::Gamma { shape }),
            Arrivals::Groups { mean_size, .. } => {
                let within = Some(SimDuration::from_secs(1));
                sim::Arrivals::Groups(profile, Groups { size: CountLaw::Geometric { mean: mean_size }, within })
            }
        };
        Ok(Source { arrivals, sizes: self.sizes.law(), records_per_request: CountLaw::Fixed(1) })
    }
}

/// A rate rounded as it is written, and its text, in the unit that leaves it digits.
fn written_rate(per_second: f64) -> (f64, String) {
    const UNITS: [(&str, f64); 3] = [("s", 1.0), ("h", 3600.0), ("day", 86_400.0)];
    let (unit, seconds) = UNITS.into_iter().find(|(_, seconds)| per_second * seconds >= 0.01).unwrap_or(UNITS[2]);
    let number = significant(per_second * seconds, RATE_DIGITS).replace(',', "");
    let rounded = number.parse::<f64>().map_or(per_second, |number| number / seconds);
    (rounded, format!("{number} records/{unit}"))
}

impl Arrivals {
    /// Bursts within a second are what the shortest windows tell; regularity needs windows with several requests in each.
    ///
    /// # Source
    /// Groups: counts are Pólya-Aeppli with an index of 2 m - 1 (J. Judge, 10th IEEE LANMAN, 1999). Regular gaps: for
    /// long windows the index of a renewal process is the squared coefficient of variation of its gaps (Cox and Lewis 1966,
    /// Gusella 1991), which is 1 / shape for gamma gaps.
    fn by(measured: &Measured) -> Self {
        let bursts = measured.window(1).and_then(super::WindowFigures::steady_index);
        match bursts.filter(|index| *index >= GROUPED_FROM) {
            Some(index) => {
                let mean_size = rounded(f64::midpoint(index, 1.0), DIGITS).min(LARGEST_GROUP);
                Self::Groups { mean_size, index }
            }
            None => Self::regular(measured).unwrap_or(Self::Poisson),
        }
    }

    fn regular(measured: &Measured) -> Option<Self> {
        let counts_enough = |length_s: u64| measured.rate_per_s * length_s as f64 >= FOR_REGULARITY;
        let window = measured.windows.iter().find(|window| counts_enough(window.length_s) && window.index.is_some())?;
        let (index, window_s) = (window.steady_index()?, window.length_s);
        let by_chance = window.poisson.map_or(0.0, |chance| chance.low);
        match index {
            _ if index >= REGULAR_BELOW.min(by_chance) => None,
            _ if index < EVEN_BELOW => Some(Self::Deterministic { index, window_s }),
            _ => Some(Self::Gamma { shape: rounded(1.0 / index, DIGITS), index, window_s }),
        }
    }
}

impl Sizes {
    /// One size where there are few records or all are alike; the sizes themselves where they are few; lognormal where that
    /// meets median, p95 and p99; otherwise a table.
    fn by(measured: &Measured, sorted: &[u64]) -> Self {
        let figures = &measured.sizes;
        let constant = Self::Constant { bytes: figures.mean_bytes.round().max(1.0) as u64 };
        if measured.requests < FEWEST_SIZES || figures.min_bytes == figures.max_bytes {
            return constant;
        }
        let lognormal = || Self::lognormal(measured, sorted);
        Self::as_they_are(sorted).or_else(lognormal).or_else(|| Self::in_parts(sorted)).unwrap_or(constant)
    }

    fn as_they_are(sorted: &[u64]) -> Option<Self> {
        let different = sorted.chunk_by(|a, b| a == b);
        (different.clone().take(MOST_SIZES + 1).count() <= MOST_SIZES).then(|| Self::table(different)).flatten()
    }

    fn lognormal(measured: &Measured, sorted: &[u64]) -> Option<Self> {
        let figures = &measured.sizes;
        let sigma = rounded(figures.sigma.filter(|sigma| *sigma <= 5.0)?, DIGITS);
        let mean_bytes = figures.mean_bytes.round();
        let is_near = |law: f64, found: f64, off: f64| (law / found - 1.0).abs() <= off;
        // The mean is exp(mu + sigma^2 / 2); 0, 1.645 and 2.326 are the normal quantiles.
        let at = |normal: f64| mean_bytes * libm::exp(normal * sigma - sigma * sigma / 2.0);
        let meets = [(0.5, 0.0), (0.95, 1.645), (0.99, 2.326)].iter().all(|(share, normal)| {
            quantile(sorted, *share).is_some_and(|size| is_near(at(*normal), size as f64, LAW_OFF))
        });
        let law = Self::Lognormal { mean_bytes: mean_bytes as u64, sigma };
        (meets && is_near(mean_bytes, figures.mean_bytes, MEAN_OFF)).then_some(law)
    }

    /// Parts with the quantiles that are looked at in their middles, and thinner ones towards the largest; each is as large as
    /// its mean, so that the bytes add up.
    fn in_parts(sorted: &[u64]) -> Option<Self> {
        const ENDS: [f64; 15] =
            [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.93, 0.97, 0.985, 0.995, 0.999, 1.0];
        let ends = ENDS.map(|share| (share * sorted.len() as f64).round() as usize);
        let from = std::iter::once(0).chain(ends);
        Self::table(from.zip(ends).filter_map(|(from, to)| sorted.get(from..to)).filter(|part| !part.is_empty()))
    }

    /// The means of parts, with how many records each has; `None` where one is larger than a table can hold.
    fn table<'a>(parts: impl Iterator<Item = &'a [u64]>) -> Option<Self> {
        let (mut bytes, mut weights) = (Vec::<u32>::new(), Vec::<u64>::new());
        for part in parts {
            let size = mean(part).round().max(1.0);
            if size > f64::from(u32::MAX) {
                return None;
            }
            let size = size as u32;
            match weights.last_mut().filter(|_| bytes.last() == Some(&size)) {
                Some(weight) => *weight += part.len() as u64,
                None => {
                    bytes.push(size);
                    weights.push(part.len() as u64);
                }
            }
        }
        Some(Self::Table { bytes, weights })
    }

    fn law(&self) -> SizeLaw {
        match self {
            Self::Constant { bytes } => SizeLaw::Constant(Bytes::new(*bytes)),
            Self::Lognormal { mean_bytes, sigma } => SizeLaw::Lognormal { mean: *mean_bytes as f64, sigma: *sigma },
            Self::Table { bytes, weights } => {
                let rows: Arc<[(u32, f64)]> =
                    bytes.iter().zip(weights).map(|(size, weight)| (*size, *weight as f64)).collect();
                SizeLaw::Table(rows)
            }
        }
    }
}
