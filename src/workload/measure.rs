//! What can be counted of a recording.

use schemars::JsonSchema;
use serde::Serialize;

use crate::sim::TraceRecord;
use crate::theory::poisson_dispersion;

/// Lengths of the windows in seconds: a second, ten, a minute, ten, an hour, a day.
const WINDOWS_S: [u64; 6] = [1, 10, 60, 600, 3600, 86_400];

/// Fewer windows have no variance worth the name.
const FEWEST_WINDOWS: u64 = 10;

/// The profile needs every hour of the day at least about twice: one day may be any day.
const PROFILE_FROM_S: f64 = 2.0 * 86_400.0;

/// Units that times may be rounded to, in nanoseconds, the coarsest first.
const RESOLUTIONS: [u64; 6] = [3_600 * SECOND, 60 * SECOND, SECOND, 1_000_000, 1_000, 1];

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3_600 * SECOND;

/// What was measured of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Measured {
    /// Number of requests, which are one record each.
    pub requests: u64,
    /// Length of the recording in seconds: from the first request to the last and one mean gap further, or one unit of the
    /// times where that is longer. The log of ten one-second stamps covers ten seconds, not nine.
    pub covered_s: f64,
    /// The unit in seconds that all times are whole multiples of: 1 in a log.
    pub resolution_s: f64,
    /// Requests a second: their number over the time that is covered.
    pub rate_per_s: f64,
    /// The longest time in seconds without a request.
    pub longest_gap_s: f64,
    /// How many times nothing came for at least half as long as that.
    pub long_gaps: u64,
    /// How uneven counts are, the shortest windows first.
    pub windows: Vec<WindowFigures>,
    /// How large the records are.
    pub sizes: SizeFigures,
    /// Requests a second in each hour of the day, from 0 to 23 in UTC, over the whole hours of the recording; `null` below two
    /// days.
    pub by_hour_per_s: Option<Vec<f64>>,
}

/// Counts of requests in windows of one length, which begin at whole multiples of it by the clock, in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WindowFigures {
    /// Length in seconds.
    pub length_s: u64,
    /// Windows that the recording covers from end to end; the index counts these.
    pub windows: u64,
    /// The highest count, windows at the ends included; `null` where no window is covered, or times are coarser.
    pub busiest: Option<u64>,
    /// Index of dispersion for counts: their variance over their mean. 1 for independent requests (Poisson), 0 for a clock,
    /// more where requests come together. `null` below ten windows, or where times are coarser.
    pub index: Option<f64>,
    /// The same with the variance taken within each hour of the clock, so that what changes from hour to hour does not count;
    /// `null` also where an hour has fewer than ten such windows.
    pub index_within_hour: Option<f64>,
    /// Between which two values the index of a Poisson process lies in 95 of 100 recordings of so many windows.
    pub poisson: Option<Between>,
}

/// Two values and what lies between them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Between {
    /// The lower.
    pub low: f64,
    /// The higher.
    pub high: f64,
}

/// Sizes of records.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct SizeFigures {
    /// Smallest, in bytes.
    pub min_bytes: u64,
    /// Mean.
    pub mean_bytes: f64,
    /// Half are as small as this.
    pub p50_bytes: u64,
    /// 95 of 100 are as small as this.
    pub p95_bytes: u64,
    /// 99 of 100 are as small as this.
    pub p99_bytes: u64,
    /// Largest.
    pub max_bytes: u64,
    /// Standard deviation of the natural logarithm; `null` where a record is empty.
    pub sigma: Option<f64>,
}

impl Measured {
    /// Measures records in the order of time, of which time zero is `start_ms` milliseconds since 1970; `None` where they have no
    /// rate.
    pub(super) fn of(records: &[TraceRecord], start_ms: i64, sorted_sizes: &[u64]) -> Option<Self> {
        Self::by(&Clock::of(records, start_ms)?, sorted_sizes)
    }

    /// Measures records of which it is known that they are all that came within `length_ns` nanoseconds from time zero on.
    pub(super) fn during(records: &[TraceRecord], length_ns: u64, sorted_sizes: &[u64]) -> Option<Self> {
        Self::by(&Clock { records, start: 0, first: 0, end: length_ns.max(1), resolution: 1 }, sorted_sizes)
    }

    fn by(clock: &Clock<'_>, sorted_sizes: &[u64]) -> Option<Self> {
        let records = clock.records;
        Some(Self {
            requests: records.len() as u64,
            covered_s: clock.covered() as f64 / SECOND as f64,
            resolution_s: clock.resolution as f64 / SECOND as f64,
            rate_per_s: records.len() as f64 * SECOND as f64 / clock.covered() as f64,
            longest_gap_s: clock.longest_gap() as f64 / SECOND as f64,
            long_gaps: clock.gaps_from(clock.longest_gap().div_ceil(2).max(1)),
            windows: WINDOWS_S.iter().map(|length| clock.window(*length)).collect(),
            sizes: SizeFigures::of(sorted_sizes)?,
            by_hour_per_s: clock.by_hour(),
        })
    }

    /// The windows of this length.
    #[must_use]
    pub fn window(&self, length_s: u64) -> Option<&WindowFigures> {
        self.windows.iter().find(|window| window.length_s == length_s)
    }
}

impl WindowFigures {
    /// The index that arrivals are described by: within the hour where that is known.
    #[must_use]
    pub fn steady_index(&self) -> Option<f64> {
        self.index_within_hour.or(self.index)
    }
}

/// The times of a recording by the clock, in nanoseconds since 1970.
struct Clock<'a> {
    records: &'a [TraceRecord],
    start: u64,
    first: u64,
    /// Where the time that is covered ends.
    end: u64,
    resolution: u64,
}

impl<'a> Clock<'a> {
    fn of(records: &'a [TraceRecord], start_ms: i64) -> Option<Self> {
        let start = u64::try_from(start_ms).unwrap_or(0).saturating_mul(1_000_000);
        let time = |record: &TraceRecord| start.saturating_add(record.at.as_nanos());
        let (first, last) = (time(records.first()?), time(records.last()?));
        let span = last.checked_sub(first).filter(|span| *span > 0)?;
        let whole = |unit: &u64| records.iter().all(|record| time(record).is_multiple_of(*unit));
        let resolution = RESOLUTIONS.into_iter().find(whole).unwrap_or(1);
        let mean_gap = span / (records.len() as u64 - 1).max(1);
        let end = last.saturating_add(mean_gap.max(resolution));
        Some(Self { records, start, first, end, resolution })
    }

    fn covered(&self) -> u64 {
        self.end - self.first
    }

    fn times(&self) -> impl Iterator<Item = u64> {
        self.records.iter().map(|record| self.start.saturating_add(record.at.as_nanos()))
    }

    fn gaps(&self) -> impl Iterator<Item = u64> {
        self.times().zip(self.times().skip(1)).map(|(before, after)| after.saturating_sub(before))
    }

    fn longest_gap(&self) -> u64 {
        self.gaps().max().unwrap_or(0)
    }

    /// How many gaps have this length or more.
    fn gaps_from(&self, length: u64) -> u64 {
        self.gaps().filter(|gap| *gap >= length).count() as u64
    }

    /// The windows of this length that are covered from end to end, by their numbers since 1970: the first, and the one behind
    /// the last.
    fn whole(&self, length: u64) -> (u64, u64) {
        let (from, to) = (self.first.div_ceil(length), self.end / length);
        (from, to.max(from))
    }

    /// The windows that are not empty, with what came in each.
    fn counts(&self, length: u64) -> impl Iterator<Item = (u64, u64)> {
        let mut times = self.times().map(move |time| time / length).peekable();
        std::iter::from_fn(move || {
            let window = times.next()?;
            let mut count = 1;
            while times.next_if_eq(&window).is_some() {
                count += 1;
            }
            Some((window, count))
        })
    }

    fn window(&self, length_s: u64) -> WindowFigures {
        let length = length_s * SECOND;
        let (from, to) = self.whole(length);
        let windows = to - from;
        let mut figures =
            WindowFigures { length_s, windows, busiest: None, index: None, index_within_hour: None, poisson: None };
        if length < self.resolution || windows == 0 {
            return figures;
        }
        let sums = self.sums(length, from, to);
        figures.busiest = Some(sums.busiest);
        if windows >= FEWEST_WINDOWS && sums.counted > 0 {
            let counted = sums.counted as f64;
            let mean_square = sums.squares as f64 / counted;
            // Rounding leaves dust where all counts are alike.
            let index = |less: f64| if mean_square - less > 1e-9 * mean_square { mean_square - less } else { 0.0 };
            figures.index = Some(index(counted / windows as f64));
            figures.index_within_hour = (HOUR / length >= FEWEST_WINDOWS).then(|| index(sums.of_hours / counted));
            figures.poisson = poisson_dispersion(windows).map(|(low, high)| Between { low, high });
        }
        figures
    }

    fn sums(&self, length: u64, from: u64, to: u64) -> Sums {
        let an_hour = (HOUR / length).max(1);
        let mut sums = Sums::default();
        let (mut hour, mut in_hour) = (0, 0_u64);
        let of_hour = |hour: u64, count: u64| {
            let (first, behind) = (from.max(hour * an_hour), to.min((hour + 1) * an_hour));
            if count == 0 { 0.0 } else { (count as f64).powi(2) / (behind - first) as f64 }
        };
        for (window, count) in self.counts(length) {
            sums.busiest = sums.busiest.max(count);
            if !(from..to).contains(&window) {
                continue;
            }
            if window / an_hour != hour {
                sums.of_hours += of_hour(hour, in_hour);
                (hour, in_hour) = (window / an_hour, 0);
            }
            in_hour += count;
            sums.counted += count;
            sums.squares += u128::from(count).pow(2);
        }
        sums.of_hours += of_hour(hour, in_hour);
        sums
    }

    fn by_hour(&self) -> Option<Vec<f64>> {
        if (self.covered() as f64) < PROFILE_FROM_S * SECOND as f64 || self.resolution > HOUR {
            return None;
        }
        let (from, to) = self.whole(HOUR);
        let mut counts = [0_u64; 24];
        for (hour, count) in self.counts(HOUR).filter(|(hour, _)| (from..to).contains(hour)) {
            counts[(hour % 24) as usize] += count;
        }
        // Hours are numbered from midnight; so many of them are this hour of a day and lie before one of that number.
        let before = |number: u64, hour: u64| number / 24 + u64::from(number % 24 > hour);
        let rate = |(hour, count): (u64, &u64)| {
            let hours = before(to, hour) - before(from, hour);
            *count as f64 / (hours.max(1) as f64 * 3600.0)
        };
        let rates: Vec<f64> = (0..).zip(&counts).map(rate).collect();
        rates.iter().any(|rate| *rate > 0.0).then_some(rates)
    }
}

/// Sums over the windows that are covered from end to end.
#[derive(Default)]
struct Sums {
    busiest: u64,
    /// Requests in them.
    counted: u64,
    /// Squares of the counts.
    squares: u128,
    /// For each hour the square of its requests over its windows, added up.
    of_hours: f64,
}

/// The sizes of records in bytes, the smallest first.
pub(super) fn sorted_sizes(records: &[TraceRecord]) -> Vec<u64> {
    let mut sizes: Vec<u64> = records.iter().map(|record| record.size.get()).collect();
    sizes.sort_unstable();
    sizes
}

/// The size that this share of sizes does not exceed; nearest rank.
pub(super) fn quantile(sorted: &[u64], share: f64) -> Option<u64> {
    let rank = libm::ceil(share * sorted.len() as f64) as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

pub(super) fn mean(sizes: &[u64]) -> f64 {
    sizes.iter().map(|size| u128::from(*size)).sum::<u128>() as f64 / sizes.len() as f64
}

impl SizeFigures {
    fn of(sorted: &[u64]) -> Option<Self> {
        Some(Self {
            min_bytes: *sorted.first()?,
            mean_bytes: mean(sorted),
            p50_bytes: quantile(sorted, 0.5)?,
            p95_bytes: quantile(sorted, 0.95)?,
            p99_bytes: quantile(sorted, 0.99)?,
            max_bytes: *sorted.last()?,
            sigma: sigma(sorted),
        })
    }
}

/// Standard deviation of the logarithm, the maximum likelihood estimate for lognormal sizes.
fn sigma(sorted: &[u64]) -> Option<f64> {
    if *sorted.first()? == 0 {
        return None;
    }
    if sorted.first() == sorted.last() {
        return Some(0.0);
    }
    let logarithms = || sorted.iter().map(|size| libm::log(*size as f64));
    let mean = logarithms().sum::<f64>() / sorted.len() as f64;
    Some((logarithms().map(|value| (value - mean).powi(2)).sum::<f64>() / sorted.len() as f64).sqrt())
}
