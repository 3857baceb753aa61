//! The law of record sizes as a table of cells: what the inversion of the law of counts, overshoots and billing units read.
//!
//! A cell holds neighbouring whole numbers of bytes, with its probability and the mean inside it. Small sizes have a cell
//! each, larger ones share cells of half a percent, so the table keeps the mean exactly and loses two millionths of the
//! variance.

use statrs::function::gamma::{checked_gamma_lr, checked_gamma_ur};

use super::super::law::LARGEST_SIZE;
use super::super::model::SizeLaw;
use super::normal::{above as normal_above, below as normal_below};

/// The width of a cell as a share of its place, for laws much wider than that.
const WIDTH: f64 = 0.005;
/// Cells of a uniform law, at most.
const EVEN_CELLS: u64 = 2048;
/// Different sizes of an empirical law with a cell each, at most.
const DISTINCT: usize = 8192;
/// Multiples of a billing grain that are edges of cells.
const WHOLE_UNITS: u64 = 512;
/// What lies outside of the table has a smaller probability.
const LEFT_OUT: f64 = 1e-16;

/// Sizes in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    /// The mean size in it.
    pub(super) size: f64,
    /// Its probability.
    pub(super) share: f64,
}

/// Mean and variance of the units of one billing grain, and their covariance with the size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Units {
    pub(super) mean: f64,
    pub(super) variance: f64,
    pub(super) with_size: f64,
}

/// A law of sizes, cell by cell in rising order.
#[derive(Debug, Clone)]
pub(super) struct SizeTable {
    pub(super) cells: Vec<Cell>,
    /// The greatest common divisor of all sizes, as far as the law is a lattice.
    pub(super) lattice: u64,
    /// The greatest common divisor of all differences of sizes: sums of n records lie this far apart.
    pub(super) span: u64,
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl SizeTable {
    /// A table with an edge behind each of `edges` and behind the first multiples of each of `grains`; `None` for a law that is
    /// not tabulated here, or whose table does not have the law's total.
    pub(super) fn new(law: &SizeLaw, grains: &[u64], edges: &[u64]) -> Option<Self> {
        let cells = match law {
            SizeLaw::Constant(size) => vec![Cell { size: size.get().clamp(1, LARGEST_SIZE) as f64, share: 1.0 }],
            SizeLaw::Empirical(sizes) => count_sizes(sizes),
            SizeLaw::Uniform { low, high } => {
                let (low, high) = (low.get().max(1), high.get().min(LARGEST_SIZE));
                let count = (high.checked_sub(low)? + 1) as f64;
                let ends = even_ends(low, high, grains, edges);
                let between = |from: u64, to: u64| (to - from) as f64;
                ends.iter()
                    .scan(low - 1, |from, to| {
                        let start = std::mem::replace(from, *to);
                        let size = f64::midpoint((start + 1) as f64, *to as f64);
                        Some(Cell { size, share: between(start, *to) / count })
                    })
                    .collect()
            }
            SizeLaw::Lognormal { .. } | SizeLaw::Gamma { .. } => Smooth::new(law)?.cells(grains, edges),
            _ => return None,
        };
        Self::of_cells(cells)
    }

    fn of_cells(mut cells: Vec<Cell>) -> Option<Self> {
        cells.retain(|cell| cell.share > 0.0);
        let total: f64 = cells.iter().map(|cell| cell.share).sum();
        if !((total - 1.0).abs() < 1e-6 && cells.iter().all(|cell| cell.size >= 1.0)) {
            return None;
        }
        for cell in &mut cells {
            cell.share /= total;
        }
        let mean = cells.iter().map(|cell| cell.share * cell.size).sum::<f64>();
        let variance = cells.iter().map(|cell| cell.share * (cell.size - mean) * (cell.size - mean)).sum();
        let whole = |cell: &Cell| cell.size.fract() == 0.0;
        let least = cells.first().map_or(0.0, |cell| cell.size);
        let divisor = |from: f64| {
            let all = cells.iter().all(whole);
            let common = || cells.iter().fold(0, |divisor, cell| common_divisor(divisor, (cell.size - from) as u64));
            if all { common().max(1) } else { 1 }
        };
        let (lattice, span) = (divisor(0.0), divisor(least));
        Some(Self { cells, lattice, span, mean, variance })
    }

    /// The probability of a size above `limit`, which is an edge of the table.
    pub(super) fn above(&self, limit: u64) -> f64 {
        self.cells.iter().rev().take_while(|cell| cell.size > limit as f64).map(|cell| cell.share).sum()
    }

    /// The units of `grain` in a record.
    pub(super) fn units(&self, grain: u64) -> Units {
        let of = |size: f64| {
            let units = size / grain as f64;
            // In wide cells far out, a size is anywhere between two multiples.
            if units < WHOLE_UNITS as f64 { libm::ceil(units) } else { units + 0.5 }
        };
        let mean: f64 = self.cells.iter().map(|cell| cell.share * of(cell.size)).sum();
        let moment = |f: &dyn Fn(f64) -> f64| -> f64 {
            self.cells.iter().map(|cell| cell.share * (of(cell.size) - mean) * f(cell.size)).sum()
        };
        let variance = moment(&|size| of(size) - mean);
        Units { mean, variance, with_size: moment(&|size| size - self.mean) }
    }
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// One cell for each size that occurs, or for runs of neighbours when there are very many.
fn count_sizes(sizes: &[u32]) -> Vec<Cell> {
    let mut sorted: Vec<u64> = sizes.iter().map(|size| u64::from(*size).max(1)).collect();
    sorted.sort_unstable();
    let each = 1.0 / sorted.len() as f64;
    let distinct = sorted.chunk_by(|a, b| a == b).count();
    let width = if distinct > DISTINCT { WIDTH / 4.0 } else { 0.0 };
    let mut cells = Vec::new();
    let mut start = 0;
    while let Some(first) = sorted.get(start) {
        let last = (*first as f64 * (1.0 + width)) as u64;
        let rest = sorted.get(start..).unwrap_or_default();
        let count = rest.partition_point(|size| *size <= last.max(*first)).max(1);
        let sum: u64 = rest.iter().take(count).sum();
        cells.push(Cell { size: sum as f64 / count as f64, share: count as f64 * each });
        start += count;
    }
    cells
}

/// Last sizes of cells, of multiples of grains and of `edges` in `low..=high`, always ending with `high`.
fn even_ends(low: u64, high: u64, grains: &[u64], edges: &[u64]) -> Vec<u64> {
    let step = ((high - low + 1) / EVEN_CELLS).max(1);
    let even = (1..=EVEN_CELLS).map(|index| (low - 1).saturating_add(index * step));
    with_edges(even.collect(), low, high, grains, edges)
}

fn with_edges(mut ends: Vec<u64>, low: u64, high: u64, grains: &[u64], edges: &[u64]) -> Vec<u64> {
    ends.extend(edges);
    for grain in grains {
        ends.extend((1..=WHOLE_UNITS).map(|count| grain.saturating_mul(count)));
    }
    ends.retain(|end| (low..high).contains(end));
    ends.push(high);
    ends.sort_unstable();
    ends.dedup();
    ends
}

/// A law with a density.
enum Smooth {
    /// Of the logarithm.
    Lognormal {
        centre: f64,
        sigma: f64,
        mean: f64,
    },
    Gamma {
        shape: f64,
        scale: f64,
    },
}

impl Smooth {
    fn new(law: &SizeLaw) -> Option<Self> {
        match law {
            SizeLaw::Lognormal { mean, sigma } => {
                Some(Self::Lognormal { centre: libm::log(*mean) - sigma * sigma / 2.0, sigma: *sigma, mean: *mean })
            }
            SizeLaw::Gamma { shape, scale } => Some(Self::Gamma { shape: *shape, scale: *scale }),
            _ => None,
        }
    }

    /// The probabilities of less and of more than `x`, and the same shares of the mean.
    fn at(&self, x: f64) -> Split {
        match self {
            Self::Lognormal { centre, sigma, .. } => {
                let z = (libm::log(x) - centre) / sigma.max(1e-9);
                let shifted = z - sigma;
                Split {
                    below: normal_below(z),
                    above: normal_above(z),
                    mean_below: normal_below(shifted),
                    mean_above: normal_above(shifted),
                }
            }
            Self::Gamma { shape, scale } => {
                let lower = |shape: f64| checked_gamma_lr(shape, x / scale).unwrap_or(f64::NAN);
                let upper = |shape: f64| checked_gamma_ur(shape, x / scale).unwrap_or(f64::NAN);
                Split {
                    below: lower(*shape),
                    above: upper(*shape),
                    mean_below: lower(shape + 1.0),
                    mean_above: upper(shape + 1.0),
                }
            }
        }
    }

    fn mean(&self) -> f64 {
        match self {
            Self::Lognormal { mean, .. } => *mean,
            Self::Gamma { shape, scale } => shape * scale,
        }
    }

    /// Standard deviation over mean.
    fn spread(&self) -> f64 {
        match self {
            Self::Lognormal { sigma, .. } => libm::expm1(sigma * sigma).sqrt(),
            Self::Gamma { shape, .. } => 1.0 / shape.sqrt(),
        }
    }

    /// Where less than [`LEFT_OUT`] is left on one side.
    fn reach(&self, outside: impl Fn(Split) -> f64, factor: f64) -> u64 {
        let mut x = self.mean().clamp(1.0, LARGEST_SIZE as f64);
        while outside(self.at(x)) > LEFT_OUT && (1.0..LARGEST_SIZE as f64).contains(&(x * factor)) {
            x *= factor;
        }
        (x * factor).clamp(1.0, LARGEST_SIZE as f64) as u64
    }

    fn cells(&self, grains: &[u64], edges: &[u64]) -> Vec<Cell> {
        let width = WIDTH.min(self.spread() / 64.0).max(1e-6);
        let step = 1.0 + 8.0 * width;
        let low = self.reach(|split| split.below, 1.0 / step).max(1);
        let high = self.reach(|split| split.above, step).max(low);
        let mut ends = vec![low];
        let mut last = low;
        while last < high {
            last = (last + 1).max((last as f64 * (1.0 + width)) as u64).min(high);
            ends.push(last);
        }
        let ends = with_edges(ends, low, high, grains, edges);
        let mut before = Split { below: 0.0, above: 1.0, mean_below: 0.0, mean_above: 1.0 };
        let cell = |end: &u64| {
            // Rounding sends everything below 1.5 to one byte, and everything beyond the largest size there.
            let split = if *end == high { Split::ALL } else { self.at(*end as f64 + 0.5) };
            let from = std::mem::replace(&mut before, split);
            let share = between(from.below, split.below, from.above, split.above);
            let mean = between(from.mean_below, split.mean_below, from.mean_above, split.mean_above);
            Cell { size: self.mean() * mean / share, share }
        };
        let cells: Vec<Cell> = ends.iter().map(cell).collect();
        let low_ends = std::iter::once(0).chain(ends.iter().copied());
        let keep = |((mut cell, end), before): ((Cell, &u64), u64)| {
            let (least, most) = ((before + 1) as f64, *end as f64);
            cell.size = if cell.size.is_nan() { least } else { cell.size.max(least.min(most)).min(most) };
            cell
        };
        cells.into_iter().zip(&ends).zip(low_ends).map(keep).collect()
    }
}

/// What lies on both sides of a place.
#[derive(Debug, Clone, Copy)]
struct Split {
    below: f64,
    above: f64,
    mean_below: f64,
    mean_above: f64,
}

impl Split {
    const ALL: Self = Self { below: 1.0, above: 0.0, mean_below: 1.0, mean_above: 0.0 };
}

/// A difference of distribution functions, taken on the side where it loses fewer digits.
fn between(below_from: f64, below_to: f64, above_from: f64, above_to: f64) -> f64 {
    (if below_to < 0.5 { below_to - below_from } else { above_from - above_to }).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    fn near(found: f64, expected: f64, share: f64) -> bool {
        (found / expected - 1.0).abs() < share
    }

    #[test]
    fn tables_keep_mean_and_variance() {
        for law in [
            SizeLaw::Lognormal { mean: 1024.0, sigma: 1.0 },
            SizeLaw::Lognormal { mean: 5000.0, sigma: 2.0 },
            SizeLaw::Lognormal { mean: 5000.0, sigma: 0.05 },
            SizeLaw::Gamma { shape: 1.0, scale: 1000.0 },
            SizeLaw::Gamma { shape: 400.0, scale: 10.0 },
            SizeLaw::Uniform { low: Bytes::new(100), high: Bytes::new(90_000) },
            SizeLaw::Empirical(vec![5, 10, 600].into()),
            SizeLaw::Empirical((1..20_000).collect::<Vec<u32>>().into()),
        ] {
            let table = SizeTable::new(&law, &[1024], &[]).unwrap();
            assert!(near(table.mean, law.mean(), 1e-6), "{law:?}: {}", table.mean);
            assert!(near(table.variance, law.variance(), 3e-4), "{law:?}: {}", table.variance);
            assert!(table.cells.is_sorted_by(|a, b| a.size < b.size), "{law:?}");
            assert!(table.cells.len() < 15_000, "{law:?}: {}", table.cells.len());
        }
    }

    #[test]
    fn billing_units_are_counted_by_cells() {
        let table =
            SizeTable::new(&SizeLaw::Uniform { low: Bytes::new(1), high: Bytes::new(2048) }, &[1024], &[]).unwrap();
        let units = table.units(1024);
        assert!(near(units.mean, 1.5, 1e-12) && near(units.variance, 0.25, 1e-12), "{units:?}");
        let exponential = SizeTable::new(&SizeLaw::Gamma { shape: 1.0, scale: 1000.0 }, &[500], &[700]).unwrap();
        // The whole-byte size exceeds 500 j when the real one exceeds 500 j + 1/2: a geometric sum.
        let mean = 1.0 + libm::exp(-0.5005) / (1.0 - libm::exp(-0.5));
        assert!(near(exponential.units(500).mean, mean, 1e-9));
        assert!(near(exponential.above(700), libm::exp(-0.7005), 1e-9));
    }

    #[test]
    fn lattices_are_found() {
        let lattice = |sizes: &[u32]| SizeTable::new(&SizeLaw::Empirical(sizes.into()), &[], &[]).unwrap().lattice;
        assert_eq!((lattice(&[1000, 2000, 5000]), lattice(&[1000, 1001])), (1000, 1));
    }
}
