//! The time from a client's send to the buffer: the sum of independent delays, as a law of weighted places.
//!
//! A latency is cut into pieces of equal probability, each standing at its conditional mean, with ever smaller pieces towards
//! the long end, where the largest latencies come from. So the mean is exact, and G(y) = E(y - s)+ is off by no more than the
//! spread inside one piece times its probability.

use super::super::law::LONGEST_DELAY;
use super::super::model::LatencyLaw;
use super::normal::{above, below, with_above};

/// Pieces of a single law, and of each of several that are added up.
const PIECES: [usize; 2] = [512, 96];
/// The long end is cut down to this probability.
const LEFT_OUT: f64 = 1e-13;

/// A law of non-negative times, in nanoseconds.
#[derive(Debug, Clone)]
pub(super) struct WaitLaw {
    /// Times in rising order.
    places: Vec<f64>,
    shares: Vec<f64>,
    /// Before each place and after the last: the probability, and that times the time, summed up.
    below: Vec<(f64, f64)>,
}

impl WaitLaw {
    /// The sum of independent latencies.
    pub(super) fn of_sum(laws: &[LatencyLaw]) -> Self {
        let random = laws.iter().filter(|law| law.standard_deviation() > 0.0).count();
        let pieces = if random > 1 { PIECES[1] } else { PIECES[0] };
        let mut sum = vec![(0.0, 1.0)];
        for law in laws {
            sum = add(&sum, &pieces_of(law, pieces));
        }
        Self::new(&sum)
    }

    fn new(pieces: &[(f64, f64)]) -> Self {
        let (mut share_below, mut mean_below) = (0.0, 0.0);
        let mut below = vec![(0.0, 0.0)];
        for (place, share) in pieces {
            share_below += share;
            mean_below += share * place;
            below.push((share_below, mean_below));
        }
        let (places, shares) = pieces.iter().copied().unzip();
        Self { places, shares, below }
    }

    pub(super) fn mean(&self) -> f64 {
        self.below.last().map_or(0.0, |(_, mean)| *mean)
    }

    pub(super) fn longest(&self) -> f64 {
        self.places.last().copied().unwrap_or(0.0)
    }

    /// Times with their probabilities.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.places.iter().copied().zip(self.shares.iter().copied())
    }

    /// F(y), the probability of at most `y`, and G(y) = E(y - s)+, its integral.
    pub(super) fn up_to(&self, y: f64) -> (f64, f64) {
        let count = self.places.partition_point(|place| *place <= y);
        let (share, mean) = self.below.get(count).copied().unwrap_or((1.0, self.mean()));
        (share, share * y - mean)
    }
}

/// Whether [`WaitLaw::of_sum`] knows a latency.
pub(super) const fn is_known(law: &LatencyLaw) -> bool {
    !matches!(law, LatencyLaw::Gamma { .. } | LatencyLaw::Hyperexponential { .. })
}

/// One latency as pieces of (time, probability).
fn pieces_of(law: &LatencyLaw, pieces: usize) -> Vec<(f64, f64)> {
    let each = 1.0 / pieces as f64;
    match law {
        LatencyLaw::Zero => vec![(0.0, 1.0)],
        LatencyLaw::Constant(length) => vec![(length.as_nanos() as f64, 1.0)],
        LatencyLaw::Uniform { low, high } => {
            let (low, high) = (low.as_nanos() as f64, high.as_nanos() as f64);
            (0..pieces).map(|piece| (low + (high - low) * (piece as f64 + 0.5) * each, each)).collect()
        }
        LatencyLaw::Exponential(mean) => {
            let mean = mean.as_nanos() as f64;
            let levels = levels(pieces);
            let starts = std::iter::once(1.0).chain(levels.iter().copied());
            // The mean of what lies above the level at which a share `a` is left, times that share.
            let above = |a: f64| if a > 0.0 { mean * (a - a * libm::log(a)) } else { 0.0 };
            let piece = |(from, to): (f64, &f64)| ((above(from) - above(*to)) / (from - to), from - to);
            starts.zip(&levels).map(piece).collect()
        }
        LatencyLaw::Lognormal { median, sigma } => {
            let scale = median.as_nanos() as f64 * libm::exp(sigma * sigma / 2.0);
            let levels = levels(pieces);
            let starts = std::iter::once(1.0).chain(levels.iter().copied());
            let piece = |(from, to): (f64, &f64)| {
                let share = from - to;
                let edge = |above_it: f64| if above_it >= 1.0 { -40.0 } else { with_above(above_it) - sigma };
                let (start, end) = (edge(from), if *to > 0.0 { edge(*to) } else { 40.0 });
                let part = if start > 0.0 { above(start) - above(end) } else { below(end) - below(start) };
                ((scale * part / share).min(LONGEST_DELAY as f64), share)
            };
            starts.zip(&levels).map(piece).collect()
        }
        // Refused with the model.
        LatencyLaw::Gamma { mean, .. } => vec![(mean.as_nanos() as f64, 1.0)],
        LatencyLaw::Hyperexponential { .. } => vec![(law.mean() * 1e9, 1.0)],
    }
}

/// Falling probabilities of the rest: evenly, then by fourth roots of two, then nothing.
fn levels(pieces: usize) -> Vec<f64> {
    let mut levels: Vec<f64> = (1..pieces).map(|piece| 1.0 - piece as f64 / pieces as f64).collect();
    let mut rest = 1.0 / pieces as f64;
    let shrink = libm::exp2(-0.25);
    while rest > LEFT_OUT {
        rest *= shrink;
        levels.push(rest);
    }
    levels.push(0.0);
    levels
}

/// The sum of two independent times, brought back to about as many pieces as the finer one.
fn add(left: &[(f64, f64)], right: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let pair = |(a, p): &(f64, f64)| right.iter().map(move |(b, q)| (a + b, p * q)).collect::<Vec<_>>();
    let mut all: Vec<(f64, f64)> = left.iter().flat_map(pair).collect();
    if left.len() == 1 || right.len() == 1 {
        return all;
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut levels = levels(PIECES[0] / 2).into_iter();
    let mut level = levels.next().unwrap_or(0.0);
    let (mut pieces, mut rest, mut share, mut mean) = (Vec::new(), 1.0, 0.0, 0.0);
    for (place, part) in all {
        share += part;
        mean += part * place;
        rest -= part;
        if rest <= level {
            pieces.push((mean / share, share));
            (share, mean) = (0.0, 0.0);
            while level >= rest && level > 0.0 {
                level = levels.next().unwrap_or(0.0);
            }
        }
    }
    if share > 0.0 {
        pieces.push((mean / share, share));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimDuration;

    fn lognormal(median: f64, sigma: f64) -> LatencyLaw {
        LatencyLaw::Lognormal { median: SimDuration::from_secs_f64(median), sigma }
    }

    #[test]
    fn sums_keep_their_mean_and_their_distribution_function() {
        let one = lognormal(0.02, 0.4);
        let law = WaitLaw::of_sum(&[one, LatencyLaw::Constant(SimDuration::from_secs(1))]);
        assert!((law.mean() / 1e9 - 1.0 - one.mean()).abs() < 1e-9, "{}", law.mean());
        assert!((law.up_to(1.02e9).0 - 0.5).abs() < 2e-3);
        assert!(law.longest() > 1.3e9 && law.longest() < 1.5e9, "{}", law.longest());
        let two = WaitLaw::of_sum(&[one, lognormal(0.1, 0.5)]);
        assert!((two.mean() / 1e9 - one.mean() - lognormal(0.1, 0.5).mean()).abs() < 1e-8, "{}", two.mean());
        assert!(two.places.is_sorted() && two.places.len() < 600, "{}", two.places.len());
    }

    #[test]
    fn the_integral_of_the_distribution_function_is_a_mean() {
        let uniform = LatencyLaw::Uniform { low: SimDuration::from_nanos(100), high: SimDuration::from_nanos(300) };
        let law = WaitLaw::of_sum(&[uniform]);
        // E(y - s)+ = (y - 100)^2 / 400 inside.
        assert!((law.up_to(200.0).1 - 25.0).abs() < 1e-3);
        assert!((law.up_to(1000.0).1 - 800.0).abs() < 1e-9);
        assert_eq!(law.up_to(99.0), (0.0, 0.0));
    }
}
