//! What a gate that rejects nothing saw, and how sure it is that it rejects nothing.

use statrs::function::gamma::checked_gamma_lr;

use super::super::exponential::exp;
use super::super::model::{Counted, Gate, Limit, LimitRule};
use super::normal;
use super::sizes::{Cell, SizeTable};
use crate::theory::token_bucket_rejects_at_most;
use crate::units::{RecordRate, SimDuration};

/// Cells of the size table that a bound takes together.
const TOGETHER: usize = 8;
/// Halvings when a root is sought.
const HALVINGS: usize = 60;

/// Requests on their way to the gates, at their highest rate.
#[derive(Debug)]
pub(super) struct Offered<'a> {
    /// Requests a second.
    pub(super) peak: f64,
    pub(super) per_request: u32,
    /// How long they come in one replication.
    pub(super) horizon: SimDuration,
    pub(super) sizes: &'a SizeTable,
}

impl Offered<'_> {
    /// An upper bound of the probability that a gate turns anything away in one replication.
    ///
    /// A delay before the gate or a lower rate at times cannot raise it: Poisson arrivals at the peak rate contain those that
    /// come.
    pub(super) fn rejected_at_most(&self, gate: &Gate) -> f64 {
        let limits: f64 = gate.limits.iter().map(|limit| self.exceeds(limit)).sum();
        let records = self.peak * f64::from(self.per_request) * self.horizon.as_secs_f64();
        let largest = gate.largest_record.map_or(0.0, |limit| records * self.sizes.above(limit.get()));
        let request = gate.largest_request.map_or(0.0, |limit| self.request_exceeds(limit.get()));
        limits + largest + request
    }

    fn exceeds(&self, limit: &Limit) -> f64 {
        let each = f64::from(self.per_request);
        match (limit.counts, limit.rule) {
            (Counted::Requests, LimitRule::TokenBucket { rate, burst }) => self.bucket(rate, burst),
            (Counted::Records, LimitRule::TokenBucket { rate, burst }) => self.bucket(rate / each, burst / each),
            (Counted::Bytes, LimitRule::TokenBucket { rate, burst }) => {
                self.with_cut(burst, |sizes| self.byte_bucket(sizes, rate, burst))
            }
            (Counted::Requests, LimitRule::PerSecond(quota)) => self.seconds() * poisson_above(self.peak, quota),
            (Counted::Records, LimitRule::PerSecond(quota)) => self.seconds() * poisson_above(self.peak, quota / each),
            (Counted::Bytes, LimitRule::PerSecond(quota)) => self
                .with_cut(quota, |sizes| self.seconds() * sizes.chernoff(quota, |moment| self.peak * (moment - 1.0))),
        }
    }

    fn seconds(&self) -> f64 {
        self.horizon.as_secs_f64() + 1.0
    }

    fn bucket(&self, refill: f64, burst: f64) -> f64 {
        let rate = RecordRate::per_second(self.peak);
        rate.map_or(1.0, |rate| token_bucket_rejects_at_most(rate, self.horizon, refill, burst))
    }

    fn request_exceeds(&self, limit: u64) -> f64 {
        let requests = self.peak * self.horizon.as_secs_f64();
        if self.per_request == 1 {
            return requests * self.sizes.above(limit);
        }
        self.with_cut(limit as f64, |sizes| requests * sizes.chernoff(limit as f64, libm::log))
    }

    /// The least of the bounds with sizes cut at parts of `level`, each with the probability that a size is cut at all.
    fn with_cut(&self, level: f64, bound: impl Fn(&CutSizes) -> f64) -> f64 {
        let records = self.peak * f64::from(self.per_request) * self.horizon.as_secs_f64();
        let cut = |halvings: i32| {
            let most = level * 0.5f64.powi(halvings);
            let longer = self.sizes.cells.iter().filter(|cell| cell.size > most).map(|cell| cell.share).sum::<f64>();
            let sizes = CutSizes::new(&self.sizes.cells, most, self.per_request);
            records * longer + bound(&sizes)
        };
        (0..8).map(cut).fold(1.0, f64::min)
    }

    /// The bound of [`token_bucket_rejects_at_most`] with requests of random size: with θ > 0 the root of
    /// rate (E e^(θ size) - 1) = refill θ the missing bytes exceed the burst with a probability of at most
    /// e^(-θ burst) (1 + θ (refill - rate E size) H + θ rate E size² / (2 (refill - rate E size))).
    fn byte_bucket(&self, sizes: &CutSizes, refill: f64, burst: f64) -> f64 {
        let spare = refill - self.peak * sizes.mean;
        if spare <= 0.0 {
            return 1.0;
        }
        let above = |theta: f64| self.peak * (sizes.moment(theta) - 1.0) > refill * theta;
        let mut high = 700.0 / burst;
        let mut low = 0.0;
        if above(high) {
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(low, high);
                *(if above(middle) { &mut high } else { &mut low }) = middle;
            }
        } else {
            low = high;
        }
        let at_rest = self.peak * sizes.square / (2.0 * spare);
        let growth = 1.0 + low * spare * self.horizon.as_secs_f64() + low * at_rest;
        (growth * libm::exp(-low * burst)).min(1.0)
    }
}

/// P(Poisson(mean) > level) at most.
///
/// # Source
/// Chernoff's bound, e^(x - mean) (mean / x)^x for x above the mean.
fn poisson_above(mean: f64, level: f64) -> f64 {
    let x = level.floor() + 1.0;
    if x <= mean { 1.0 } else { libm::exp(x - mean + x * libm::log(mean / x)).min(1.0) }
}

/// Sizes up to a cut, in coarse cells that stand at their upper ends, so that every moment is an upper bound.
struct CutSizes {
    cells: Vec<(f64, f64)>,
    per_request: f64,
    /// Mean and mean square of a request.
    mean: f64,
    square: f64,
}

impl CutSizes {
    fn new(cells: &[Cell], most: f64, per_request: u32) -> Self {
        let coarse = |cells: &[Cell]| {
            let largest = cells.last().map_or(0.0, |cell| cell.size);
            (largest.min(most), cells.iter().map(|cell| cell.share).sum())
        };
        // A cell stands at its mean, its upper end is half a percent farther.
        let together = if cells.len() > 64 * TOGETHER { TOGETHER } else { 1 };
        let cells: Vec<(f64, f64)> = cells.chunks(together).map(coarse).collect();
        let mean: f64 = cells.iter().map(|(size, share)| size * share).sum();
        let square: f64 = cells.iter().map(|(size, share)| size * size * share).sum();
        let count = f64::from(per_request);
        let variance = (square - mean * mean) * count;
        Self { cells, per_request: count, mean: mean * count, square: variance + (mean * count) * (mean * count) }
    }

    /// E e^(θ size) of a request.
    fn moment(&self, theta: f64) -> f64 {
        let one: f64 = self.cells.iter().map(|(size, share)| share * exp(theta * size)).sum();
        if self.per_request > 1.0 { libm::pow(one, self.per_request) } else { one }
    }

    /// The least e^(f(E e^(θ size)) - θ level) over θ > 0, at most 1.
    fn chernoff(&self, level: f64, logarithm: impl Fn(f64) -> f64) -> f64 {
        let exponent = |theta: f64| {
            let value = logarithm(self.moment(theta)) - theta * level;
            if value.is_nan() { f64::INFINITY } else { value }
        };
        let (mut low, mut high) = (0.0, 700.0 / level);
        for _ in 0..HALVINGS {
            let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
            if exponent(left) < exponent(right) { high = right } else { low = left }
        }
        libm::exp(exponent(low).min(0.0))
    }
}

/// Poisson arrivals at one rate for some seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    /// Requests a second.
    pub(super) rate: f64,
    pub(super) seconds: f64,
}

/// The most requests in any of the seconds, at the level `u` of its law.
pub(super) fn busiest(spells: &[Spell], u: f64) -> f64 {
    let highest = spells.iter().map(|spell| spell.rate).fold(0.0, f64::max);
    let stays_below = |x: f64| -> f64 {
        let one = |spell: &Spell| {
            let above = if spell.rate > 0.0 { checked_gamma_lr(x + 1.0, spell.rate).unwrap_or(0.0) } else { 0.0 };
            let below = if above < 0.5 { libm::log1p(-above) } else { libm::log(1.0 - above) };
            spell.seconds * below
        };
        spells.iter().map(one).sum()
    };
    let (mut low, mut high) = (-1.0, (highest + 40.0 * highest.sqrt() + 60.0).ceil());
    let level = libm::log(u.max(1e-300));
    while high - low > 1.0 {
        let middle = f64::midpoint(low, high).floor();
        if stays_below(middle) >= level { high = middle } else { low = middle }
    }
    high
}

/// The most bytes in any second of a spell, at the level `u` of its law.
///
/// # Source
/// The tail of a compound Poisson sum by Lugannani and Rice, *Saddle point approximation for the distribution of the sum of
/// independent random variables* (1980).
pub(super) fn busiest_bytes(spell: Spell, per_request: u32, sizes: &SizeTable, u: f64) -> f64 {
    let rate = spell.rate * f64::from(per_request);
    let mean = rate * sizes.mean;
    if rate <= 0.0 {
        return 0.0;
    }
    let deviation = (rate * (sizes.variance + sizes.mean * sizes.mean)).sqrt();
    let wanted = -libm::log(u.max(1e-300)) / spell.seconds.max(1.0);
    let cells: Vec<(f64, f64)> = coarse_means(sizes);
    let at = |theta: f64| {
        let (mut k, mut first, mut second) = (0.0, 0.0, 0.0);
        for (size, share) in &cells {
            let weight = share * libm::exp((theta * size).min(600.0));
            k += weight - share;
            first += weight * size;
            second += weight * size * size;
        }
        let signed = (2.0 * (theta * rate * first - rate * k)).max(0.0).sqrt();
        let v = theta * (rate * second).sqrt();
        let density = libm::exp(-signed * signed / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
        (rate * first, normal::above(signed) + density * (1.0 / v - 1.0 / signed))
    };
    let largest = cells.last().map_or(1.0, |(size, _)| *size);
    let (mut low, mut high) = (1e-3 / deviation, (600.0 / largest).max(1e-2 / deviation));
    if at(low).1 <= wanted {
        return mean;
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if at(middle).1 > wanted { low = middle } else { high = middle }
    }
    at(low).0
}

fn coarse_means(sizes: &SizeTable) -> Vec<(f64, f64)> {
    let together = if sizes.cells.len() > 64 * TOGETHER { TOGETHER } else { 1 };
    let coarse = |cells: &[Cell]| {
        let share: f64 = cells.iter().map(|cell| cell.share).sum();
        (cells.iter().map(|cell| cell.share * cell.size).sum::<f64>() / share, share)
    };
    sizes.cells.chunks(together).map(coarse).collect()
}

#[cfg(test)]
fn poisson_up_to(mean: f64, count: f64) -> f64 {
    1.0 - checked_gamma_lr(count + 1.0, mean).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::model::SizeLaw;
    use crate::units::Bytes;

    fn table(law: &SizeLaw) -> SizeTable {
        SizeTable::new(law, &[], &[]).unwrap()
    }

    #[test]
    fn byte_buckets_of_equal_records_are_request_buckets() {
        let sizes = table(&SizeLaw::Constant(Bytes::new(1000)));
        let offered = Offered { peak: 100.0, per_request: 1, horizon: SimDuration::from_secs(3600), sizes: &sizes };
        let requests = offered.bucket(200.0, 40.0);
        let bytes = offered.byte_bucket(&CutSizes::new(&sizes.cells, 1e9, 1), 200_000.0, 40_000.0);
        assert!((bytes / requests - 1.0).abs() < 1e-6, "{bytes} {requests}");
    }

    #[test]
    fn quotas_far_above_the_rate_are_safe_and_near_it_are_not() {
        let sizes = table(&SizeLaw::Lognormal { mean: 1024.0, sigma: 1.0 });
        let offered = Offered { peak: 1000.0, per_request: 1, horizon: SimDuration::from_secs(86_400), sizes: &sizes };
        let gate = |rule, counts| Gate { limits: vec![Limit { name: String::new(), counts, rule }], ..Gate::default() };
        let bound = |rule, counts| offered.rejected_at_most(&gate(rule, counts));
        assert!(bound(LimitRule::PerSecond(1e4), Counted::Requests) < 1e-12);
        assert!(bound(LimitRule::PerSecond(5e6), Counted::Bytes) < 1e-5);
        assert!(bound(LimitRule::TokenBucket { rate: 5e6, burst: 5e6 }, Counted::Bytes) < 1e-5);
        assert!(bound(LimitRule::PerSecond(1100.0), Counted::Requests) > 0.5);
        assert!(bound(LimitRule::PerSecond(1.1e6), Counted::Bytes) > 0.5);
        assert!(bound(LimitRule::TokenBucket { rate: 1e6, burst: 1e9 }, Counted::Bytes) >= 1.0);
    }

    #[test]
    fn the_busiest_second_has_the_median_of_its_law() {
        let spell = Spell { rate: 100.0, seconds: 1000.0 };
        let most = busiest(&[spell], 0.5);
        // P(Poisson(100) <= 133)^1000 is the first above one half.
        assert!(poisson_up_to(100.0, most).powi(1000) >= 0.5 && poisson_up_to(100.0, most - 1.0).powi(1000) < 0.5);
        let sizes = table(&SizeLaw::Constant(Bytes::new(1000)));
        let bytes = busiest_bytes(spell, 1, &sizes, 0.5);
        assert!((bytes / 1000.0 - most).abs() < 1.0, "{bytes} {most}");
    }
}
