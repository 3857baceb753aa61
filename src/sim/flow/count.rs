//! How many records fill the buffer: the law of N = min{n : X1 + .. + Xn >= B}.
//!
//! P(N > n) = `P(S_n < B)`, read off the Laplace transform `φ(s)^n / s` of the distribution function of `S_n` by the Fourier-series
//! method. A record of B or more fills the buffer whatever its size, so sizes are cut at B first, which tames every tail.
//!
//! # Source
//! Abate and Whitt, *The Fourier-series method for inverting transforms of probability distributions* (1992): with
//! `s_k = (A + 2πik) / (2x)` the error is at most e^-A, and averaging the last partial sums with binomial weights (Euler
//! summation) speeds up slow series. For sizes that are multiples of g, 1/s becomes (g/2) / sinh(sg/2), taken half a multiple
//! below the first one that fills the buffer.

use std::f64::consts::PI;

use super::guide::Guide;
use super::sizes::SizeTable;

/// Bounds the error of the inversion by e^-24 = 4e-11.
const A: f64 = 24.0;
/// Fewer records than this are summed one by one: it is quick, and exact.
const FEWEST: f64 = 32.0;
/// Entries of the table, at most.
const ENTRIES: u64 = 4096;
/// Rotations of the transform's sum, at most.
const MOST_WORK: usize = 10_000_000;
/// Terms averaged by Euler summation.
const EULER: usize = 12;
/// What lies beyond both ends of the table has a smaller probability.
const LEFT_OUT: f64 = 1e-9;
/// A buffer that fills in time with a smaller probability than e^-30 = 1e-13 never does.
const NEVER: f64 = -30.0;
/// More records than any buffer gets before its interval is over.
const UNREACHED: u64 = 1 << 52;

/// The law of the number of records that fill the buffer.
#[derive(Debug, Clone)]
pub(super) enum CountLaw {
    /// Always the same.
    Fixed(u64),
    /// Place `i` stands for `first + i * step` records, and up to `step - 1` fewer.
    Table {
        /// The fewest records.
        first: u64,
        /// Records from one place to the next.
        step: u64,
        /// P(N <= first + i * step).
        law: Guide,
        /// The most records.
        last: u64,
    },
    /// Sizes have to be summed.
    OneByOne {
        /// More records have a negligible probability.
        last: u64,
    },
}

impl CountLaw {
    /// The law for a buffer of `size` bytes that gets no more than `reached` records before its interval is over.
    pub(super) fn new(sizes: &SizeTable, size: u64, reached: f64) -> Self {
        if let [only] = sizes.cells.as_slice() {
            return Self::Fixed(size.div_ceil(only.size as u64).max(1));
        }
        let cut = Cut::new(sizes, size);
        if cut.log_filled(reached) < NEVER {
            return Self::Fixed(UNREACHED);
        }
        let mean = cut.threshold / cut.mean;
        let deviation = (cut.variance * mean.max(1.0)).sqrt() / cut.mean;
        let last = (mean + 9.0 * deviation + 20.0) as u64;
        let by_one = Self::OneByOne { last: last.saturating_mul(2) };
        if mean < FEWEST {
            return by_one;
        }
        let (mut first, mut last) = (((mean - 8.0 * deviation).max(1.0)) as u64, last);
        for _ in 0..8 {
            let Some(law) = cut.not_full(first, last) else { return by_one };
            let (starts, ends) = (law.at_first() > 1.0 - LEFT_OUT * 10.0, law.at_last() < LEFT_OUT * 10.0);
            if (starts || first == 1) && ends {
                return law.into_count(first, last).unwrap_or(by_one);
            }
            first = if starts { first } else { (first / 2).max(1) };
            last = if ends { last } else { last + last / 2 };
        }
        by_one
    }

    /// The most records that fill the buffer, but for a negligible probability.
    pub(super) const fn most(&self) -> u64 {
        match self {
            Self::Fixed(count) => *count,
            Self::Table { last, .. } | Self::OneByOne { last } => *last,
        }
    }

    /// The count at the level `u` of its law; `None` when sizes have to be summed.
    #[inline]
    pub(super) fn at(&self, u: f64) -> Option<u64> {
        match self {
            Self::Fixed(count) => Some(*count),
            Self::Table { first, step: 1, law, .. } => Some(first + law.place(u) as u64),
            Self::Table { first, step, law, .. } => {
                let place = law.place(u);
                let (before, after) = law.around(place);
                let into = ((u - before) / (after - before) * *step as f64) as u64;
                Some((first + place as u64 * step + into.min(step - 1)).saturating_sub(step - 1).max(1))
            }
            Self::OneByOne { .. } => None,
        }
    }
}

/// Sizes cut at the buffer's.
struct Cut {
    /// Size and probability.
    cells: Vec<(f64, f64)>,
    mean: f64,
    variance: f64,
    /// `S_n` is below it when the buffer is not full.
    threshold: f64,
    /// The distance of possible sums, and the first of them for one record.
    span: u64,
    least: u64,
    /// Whether possible sums depend on the number of records, and the buffer's size if they do.
    turns: Option<u64>,
}

/// `P(S_n < B)` for every `step`th n.
struct NotFull {
    step: u64,
    shares: Vec<f64>,
}

impl Cut {
    fn new(sizes: &SizeTable, size: u64) -> Self {
        let lattice = sizes.lattice;
        let fills = size.div_ceil(lattice) * lattice;
        let turns = (sizes.span > lattice).then_some(size);
        let most = if turns.is_some() { f64::INFINITY } else { fills as f64 };
        let mut cells: Vec<(f64, f64)> = Vec::with_capacity(sizes.cells.len());
        for cell in &sizes.cells {
            let cut = cell.size.min(most);
            match cells.last_mut() {
                Some((last, share)) if *last >= cut => *share += cell.share,
                _ => cells.push((cut, cell.share)),
            }
        }
        let mean: f64 = cells.iter().map(|(size, share)| size * share).sum();
        let variance = cells.iter().map(|(size, share)| (size - mean) * (size - mean) * share).sum();
        let least = sizes.cells.first().map_or(1.0, |cell| cell.size) as u64;
        let threshold = fills as f64 - lattice as f64 / 2.0;
        Self { cells, mean, variance, threshold, span: sizes.span.max(lattice), least, turns }
    }

    /// An upper bound of the logarithm of P(`count` sizes fill the buffer): Chernoff's, the best of a few.
    fn log_filled(&self, count: f64) -> f64 {
        [64.0, 128.0, 256.0, 512.0]
            .map(|tilt| {
                let each: f64 =
                    self.cells.iter().map(|(size, share)| share * libm::exp(tilt * size / self.threshold)).sum();
                count * libm::log(each) - tilt
            })
            .into_iter()
            .fold(f64::INFINITY, f64::min)
    }

    /// How far half a span above the largest sum of `count` sizes that leaves the buffer open lies beyond the threshold.
    fn shift(&self, count: u64, size: u64) -> f64 {
        let (span, sum) = (i128::from(self.span), i128::from(self.least) * i128::from(count));
        let open = i128::from(size) - 1;
        let largest = sum + (open - sum).div_euclid(span) * span;
        largest as f64 + self.span as f64 / 2.0 - self.threshold
    }

    /// `P(S_n < B)` from `first` to `last` or a little more; `None` when the series would be too long.
    fn not_full(&self, first: u64, last: u64) -> Option<NotFull> {
        // Where fewer records than a quarter of the mean fill the buffer, Euler summation has the rest.
        let transform = self.transform((first as f64).max(self.threshold / self.mean / 4.0))?;
        let step = ((last - first) / ENTRIES + 1).max(1);
        let entries = (last - first).div_ceil(step) + 1;
        // Terms as they stand for `first`, and the factor from one entry to the next.
        let count = transform.len();
        let mut terms: Vec<(Complex, Complex)> = Vec::with_capacity(count);
        for (k, power) in transform.iter().enumerate() {
            let start = power.raised(first as f64, A / 2.0).times(self.kernel(k)).scaled(weight(k, count));
            terms.push((start, power.raised(step as f64, 0.0)));
        }
        let mut shares = Vec::with_capacity(entries as usize);
        for entry in 0..entries {
            let mut sum = 0.0;
            if let Some(size) = self.turns {
                let shift = self.shift(first + entry * step, size);
                sum = terms
                    .iter()
                    .zip(0..)
                    .map(|((term, _), k)| term.times(node(k, self.threshold).scaled(shift).exp()).re)
                    .sum();
            }
            for (term, factor) in &mut terms {
                sum += if self.turns.is_some() { 0.0 } else { term.re };
                *term = term.times(*factor);
            }
            shares.push(sum / self.threshold);
        }
        Some(NotFull { step, shares })
    }

    /// `1 / s_k`, or its counterpart on a lattice.
    fn kernel(&self, k: usize) -> Complex {
        let (s, span) = (node(k, self.threshold), self.span as f64);
        let half = s.scaled(span / 2.0);
        if half.re.abs() + half.im.abs() < 1e-4 { s.inverse() } else { half.sinh().inverse().scaled(span / 2.0) }
    }

    /// `φ(s_k)` in polar form, until its power `least` vanishes beside that of `φ(s_0)`.
    fn transform(&self, least: f64) -> Option<Vec<Polar>> {
        let unit = PI / self.threshold;
        let damping = A / (2.0 * self.threshold);
        let mut turning: Vec<(Complex, Complex)> = Vec::with_capacity(self.cells.len());
        for (size, share) in &self.cells {
            let start = Complex { re: share * libm::exp(-damping * size), im: 0.0 };
            turning.push((start, Complex { re: libm::cos(unit * size), im: -libm::sin(unit * size) }));
        }
        let most = (MOST_WORK / turning.len().max(1)).max(256);
        let mut found: Vec<Polar> = Vec::new();
        let mut vanished = 0;
        while found.len() < most && vanished < EULER {
            let mut sum = Complex { re: 0.0, im: 0.0 };
            for (value, turn) in &mut turning {
                sum = Complex { re: sum.re + value.re, im: sum.im + value.im };
                *value = value.times(*turn);
            }
            let polar = sum.polar();
            let relative = found.first().map_or(0.0, |start| (polar.log - start.log) * least);
            vanished = if relative < -30.0 { vanished + 1 } else { 0 };
            found.push(polar);
        }
        (found.len() > 2 * EULER).then_some(found)
    }
}

/// `s_k` of an inversion at `x`.
fn node(k: usize, x: f64) -> Complex {
    Complex { re: A, im: 2.0 * PI * k as f64 }.scaled(1.0 / (2.0 * x))
}

/// The weight of term `k` of `count`: alternating, half for the first, binomial for the last.
fn weight(k: usize, count: usize) -> f64 {
    let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
    let full = if k == 0 { 0.5 } else { 1.0 };
    let from_end = count - 1 - k;
    if from_end >= EULER {
        return sign * full;
    }
    // The share of partial sums, weighted by Binomial(EULER, 1/2), that hold the term.
    let (mut row, mut tail) = (1.0, 0.0);
    for place in 0..=from_end {
        tail += row;
        row *= (EULER - place) as f64 / (place + 1) as f64;
    }
    sign * full * tail / f64::from(1u32 << EULER)
}

impl NotFull {
    fn at_first(&self) -> f64 {
        self.shares.first().copied().unwrap_or(0.0)
    }

    fn at_last(&self) -> f64 {
        self.shares.last().copied().unwrap_or(1.0)
    }

    /// `None` when the shares do not fall from 1 to 0, which would mean that the series has not converged.
    fn into_count(self, first: u64, last: u64) -> Option<CountLaw> {
        let wild = |pair: &[f64]| matches!(pair, [before, after] if *after > *before + 1e-7 || after.is_nan());
        if self.shares.windows(2).any(wild) || self.shares.iter().any(|share| !(-1e-7..=1.0 + 1e-7).contains(share)) {
            return None;
        }
        let mut highest = 0.0;
        let rising = self.shares.iter().map(|share| {
            highest = f64::max(highest, 1.0 - share).min(1.0);
            highest
        });
        let mut cumulative: Vec<f64> = rising.collect();
        if let Some(end) = cumulative.last_mut() {
            *end = 1.0;
        }
        Some(CountLaw::Table { first, step: self.step, law: Guide::of_cumulative(cumulative), last: last + self.step })
    }
}

#[derive(Debug, Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

/// e^(log + i angle).
#[derive(Debug, Clone, Copy)]
struct Polar {
    log: f64,
    angle: f64,
}

impl Polar {
    /// The `n`th power times e^`raise`, in one exponential: each alone may be out of range.
    fn raised(self, n: f64, raise: f64) -> Complex {
        let size = libm::exp(self.log * n + raise);
        Complex { re: size * libm::cos(self.angle * n), im: size * libm::sin(self.angle * n) }
    }
}

impl Complex {
    #[inline]
    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    fn scaled(self, by: f64) -> Self {
        Self { re: self.re * by, im: self.im * by }
    }

    fn inverse(self) -> Self {
        let square = self.re * self.re + self.im * self.im;
        Self { re: self.re / square, im: -self.im / square }
    }

    fn exp(self) -> Self {
        let size = libm::exp(self.re);
        Self { re: size * libm::cos(self.im), im: size * libm::sin(self.im) }
    }

    fn sinh(self) -> Self {
        let (sin, cos) = (libm::sin(self.im), libm::cos(self.im));
        Self { re: libm::sinh(self.re) * cos, im: libm::cosh(self.re) * sin }
    }

    fn polar(self) -> Polar {
        Polar { log: libm::log(libm::hypot(self.re, self.im)), angle: libm::atan2(self.im, self.re) }
    }
}

#[cfg(test)]
mod tests {
    use statrs::function::gamma::gamma_lr;

    use super::*;
    use crate::sim::model::SizeLaw;
    use crate::units::Bytes;

    fn law(sizes: &SizeLaw, size: u64) -> CountLaw {
        CountLaw::new(&SizeTable::new(sizes, &[], &[]).unwrap(), size, f64::INFINITY)
    }

    /// P(N <= n) from the table.
    fn up_to(law: &CountLaw, n: u64) -> f64 {
        let CountLaw::Table { first, step: 1, law, .. } = law else { panic!("a table: {law:?}") };
        law.around((n - first) as usize).1
    }

    #[test]
    fn exponential_sizes_follow_their_closed_form() {
        let found = law(&SizeLaw::Gamma { shape: 1.0, scale: 1000.0 }, 1_000_000);
        for n in [900, 950, 1000, 1001, 1050, 1100] {
            // Whole bytes: S_n reaches B when the real sum reaches B - 1/2.
            let not_full = gamma_lr(f64::from(n), 999.9995);
            assert!((1.0 - up_to(&found, n as u64) - not_full).abs() < 1e-5, "{n}");
        }
    }

    #[test]
    fn a_buffer_that_hardly_any_number_of_records_fills_is_never_full() {
        for sizes in [SizeLaw::Gamma { shape: 1.0, scale: 1000.0 }, SizeLaw::Lognormal { mean: 436.0, sigma: 0.112 }] {
            let table = SizeTable::new(&sizes, &[], &[]).unwrap();
            let cut = Cut::new(&table, 1_000_000);
            let exact = law(&sizes, 1_000_000);
            let mean = 1_000_000.0 / table.mean;
            let (mut first_bound, mut never) = (f64::INFINITY, 0);
            for percent in (20..=100).rev() {
                let count = (mean * f64::from(percent) / 100.0).floor();
                let bound = cut.log_filled(count);
                assert!(bound <= first_bound, "it falls with the count");
                first_bound = bound;
                if bound < NEVER {
                    let CountLaw::Table { first, .. } = &exact else { panic!("a table: {exact:?}") };
                    let share = if (count as u64) < *first { 0.0 } else { up_to(&exact, count as u64) };
                    assert!(share < 1e-8, "{count}: {share}");
                    never += 1;
                }
            }
            assert!(never > 20, "the bound is of use: {never}");
            assert!(matches!(CountLaw::new(&table, 1_000_000, mean * 0.3), CountLaw::Fixed(UNREACHED)));
        }
    }

    #[test]
    fn lattices_follow_the_binomial_law() {
        // Sizes 1000 and 3000: S_n < 100,000 is Binomial(n, 1/2) <= (99 - n) / 2.
        let found = law(&SizeLaw::Empirical(vec![1000, 3000].into()), 100_000);
        for n in [40u32, 45, 50, 51, 60] {
            let most = (99 - i64::from(n)).div_euclid(2);
            let (mut below, mut term) = (0.0, 0.5f64.powi(n.cast_signed()));
            for count in 0..=most {
                below += term;
                term *= f64::from(n - count as u32) / (count + 1) as f64;
            }
            assert!(
                (1.0 - up_to(&found, u64::from(n)) - below).abs() < 1e-9,
                "{n}: {} {below}",
                1.0 - up_to(&found, n.into())
            );
        }
    }

    #[test]
    fn skewed_sizes_of_a_small_buffer_keep_walds_mean() {
        // Sizes that spread over 60 means: anything from one record to hundreds.
        let sizes = SizeLaw::Lognormal { mean: 2048.0, sigma: 1.5 };
        let found = law(&sizes, 60 * 2048);
        let CountLaw::Table { first, step: 1, law, .. } = &found else { panic!("a table: {found:?}") };
        let (mut mean, mut before) = (0.0, 0.0);
        for place in 0..3000 {
            let (_, now) = law.around(place);
            mean += (now - before) * (*first + place as u64) as f64;
            before = now;
        }
        let mut draws = crate::sim::flow::draws::Sizes::new(
            crate::sim::law::SizeSampler::new(&sizes).unwrap(),
            crate::sim::stream::stream(1, 0, "check"),
        );
        let count = |draws: &mut crate::sim::flow::draws::Sizes| {
            let (mut sum, mut count) = (0, 0.0);
            while sum < 60 * 2048 {
                sum += draws.draw();
                count += 1.0;
            }
            count
        };
        let counts: Vec<f64> = (0..50_000).map(|_| count(&mut draws)).collect();
        let drawn = counts.iter().sum::<f64>() / 5e4;
        let spread = counts.iter().map(|count| (count - drawn) * (count - drawn)).sum::<f64>() / 5e4;
        assert!((mean - drawn).abs() < 4.0 * (spread / 5e4).sqrt(), "{mean} {drawn}");
        for level in [20u64, 60, 100] {
            let share = counts.iter().filter(|count| **count <= level as f64).count() as f64 / 5e4;
            assert!((share - up_to(&found, level)).abs() < 0.01, "{level}: {share}");
        }
    }

    #[test]
    fn equal_sizes_fill_with_a_fixed_count() {
        let constant = law(&SizeLaw::Constant(Bytes::new(1000)), 5 << 20);
        assert_eq!((constant.at(0.3), constant.most()), (Some(5243), 5243));
        assert!(law(&SizeLaw::Lognormal { mean: 1e5, sigma: 1.0 }, 1 << 20).at(0.5).is_none());
    }
}
