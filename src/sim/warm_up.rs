//! Where the start of a run stops telling: MSER-5.
//!
//! A run starts empty, so what is seen first is not what is seen in the long run. The marginal standard error rule cuts off
//! as much of the start as makes the rest's mean most certain: of a series `z_1 .. z_m` it drops the first `d` for which
//! `sum over i > d of (z_i - mean of those)^2 / (m - d)^2` is least. MSER-5 applies it to means of five observations each
//! (White, "An effective truncation heuristic for bias reduction in simulation output", *Simulation* 69, 1997; White,
//! Cobb and Spratt, Winter Simulation Conference 2000). A cut in the second half says that the series is too short.
//!
//! The observations here are mean latencies of the records sent in each thousandth of the run. A few pilot replications,
//! the first ones of the run itself, each have their cut; the latest of these holds for all, so that none keeps its start.
//! The run then is the one that this warm-up, given by hand, would have made.

use serde::Serialize;

use super::SimError;
use super::config::{RunConfig, Watch};
use super::replication::Progress;
use super::run::Replicates;
use crate::units::SimDuration;

/// The most replications that the cut is looked for in.
const PILOTS: u32 = 5;
/// Observations of a run.
const OBSERVATIONS: usize = 1_000;
/// Observations that are averaged.
const TOGETHER: usize = 5;
/// The share of deliveries at the end of a run that may have been cut off by it, by their latency.
const ALMOST_ALL: f64 = 0.999;

/// A warm-up that was found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct WarmUpFound {
    /// The method: `MSER-5`.
    pub method: &'static str,
    /// The time from the start that is not counted, in seconds.
    pub cut_s: f64,
    /// The pilot replications it was found in.
    pub pilots: u32,
    /// Whether every pilot settles in its first half. If not, the run is too short to tell, and half of it is cut off.
    pub long_enough: bool,
}

/// Mean latencies over the time at which records were sent.
#[derive(Debug)]
pub(super) struct Series {
    length: u64,
    /// Records and the sum of their latencies in nanoseconds.
    parts: Vec<(u64, u128)>,
}

impl Series {
    /// The series of a run that sends for `span` nanoseconds.
    pub(super) fn new(span: u64) -> Self {
        Self { length: (span / OBSERVATIONS as u64).max(1), parts: vec![(0, 0); OBSERVATIONS] }
    }

    #[inline]
    pub(super) fn add(&mut self, sent: u64, latency: u64) {
        let part = ((sent / self.length) as usize).min(OBSERVATIONS - 1);
        if let Some((records, sum)) = self.parts.get_mut(part) {
            *records += 1;
            *sum += u128::from(latency);
        }
    }

    /// The parts with records that were sent at least `margin` before the end, which has not cut off their slow ones: the
    /// start of each, and its mean.
    fn observations(&self, margin: u64) -> Vec<(u64, f64)> {
        let whole = self.parts.len().saturating_sub((margin / self.length) as usize + 1);
        let parts = self.parts.iter().take(whole).enumerate().filter(|(_, (records, _))| *records > 0);
        parts.map(|(part, (records, sum))| (part as u64 * self.length, *sum as f64 / *records as f64)).collect()
    }

    /// When the series settles, in nanoseconds; `None` if it does so in its second half or not at all.
    fn cut(&self, margin: u64) -> Option<u64> {
        let observations = self.observations(margin);
        let groups = observations.chunks_exact(TOGETHER);
        let means: Vec<f64> =
            groups.clone().map(|group| group.iter().map(|(_, mean)| mean).sum::<f64>() / TOGETHER as f64).collect();
        let starts: Vec<u64> = groups.map(|group| group.first().map_or(0, |(start, _)| *start)).collect();
        let cut = mser(&means)?;
        (2 * cut <= means.len()).then(|| starts.get(cut).copied()).flatten()
    }
}

/// How many values to drop from the front of a series; `None` for one that is too short to tell.
///
/// Sums run from the back, so that every cut is judged in one pass. The last few cuts leave too few values for a variance
/// that means anything and are not judged.
fn mser(values: &[f64]) -> Option<usize> {
    let kept_at_least = TOGETHER.max(2);
    // Distances from a value in the middle of things keep the sums of squares exact enough.
    let origin = *values.last()?;
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let mut best = None;
    for (cut, value) in values.iter().enumerate().rev() {
        let value = value - origin;
        count += 1.0;
        sum += value;
        squares += value * value;
        if (count as usize) < kept_at_least {
            continue;
        }
        let error = (squares - sum * sum / count).max(0.0) / (count * count);
        if best.is_none_or(|(_, least)| error <= least) {
            best = Some((cut, error));
        }
    }
    best.map(|(cut, _)| cut)
}

/// How pilots are run: a few replications from the very start.
pub(super) fn pilot(config: &RunConfig) -> RunConfig {
    RunConfig {
        replications: config.replications.min(PILOTS),
        warm_up: SimDuration::ZERO,
        precision: None,
        keep_samples: false,
        ..config.clone()
    }
}

/// Finds the warm-up in a few pilot replications of something that keeps the course of its latencies.
pub(super) fn find(work: &dyn Replicates, config: &RunConfig, watch: &dyn Watch) -> Result<WarmUpFound, SimError> {
    let pilots = config.replications;
    let span = work.sending_span();
    let progress = Progress { watch, done: 0.into(), total: span.saturating_mul(u64::from(pilots)) };
    let cuts = super::run::side_by_side(0..pilots, config.threads, |number| {
        let tally = work.replicate(number, &progress)?;
        let longest = tally.delivered.latency.quantile(ALMOST_ALL).unwrap_or(0.0);
        let margin = if work.drains() { 0 } else { (longest * 1e9) as u64 };
        Ok(tally.delivered.series.and_then(|series| series.cut(margin)))
    });
    let cuts: Vec<Option<u64>> = cuts.into_iter().collect::<Result<_, SimError>>()?;
    let latest = cuts.iter().copied().collect::<Option<Vec<u64>>>().and_then(|cuts| cuts.into_iter().max());
    let cut = latest.unwrap_or(span / 2);
    Ok(WarmUpFound { method: "MSER-5", cut_s: cut as f64 / 1e9, pilots, long_enough: latest.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_that_is_off_is_dropped_and_no_more() {
        let settled = [1.0, -1.0].into_iter().cycle();
        let values: Vec<f64> = [40.0, 20.0, 10.0].into_iter().chain(settled.take(50)).collect();
        assert_eq!(mser(&values), Some(3));
        let flat: Vec<f64> = [1.0, -1.0].into_iter().cycle().take(50).collect();
        assert_eq!(mser(&flat), Some(0));
        assert_eq!(mser(&[3.0; 20]), Some(0));
        assert_eq!((mser(&[1.0, 2.0]), mser(&[])), (None, None));
    }

    /// The statistic as it is defined, without sums that run.
    fn by_definition(values: &[f64]) -> usize {
        let error = |cut: usize| {
            let rest = &values[cut..];
            let count = rest.len() as f64;
            let mean = rest.iter().sum::<f64>() / count;
            rest.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count * count)
        };
        let cuts = 0..=values.len() - TOGETHER;
        cuts.min_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap()
    }

    #[test]
    fn running_sums_find_what_the_definition_finds() {
        for seed in 1..50u32 {
            let noise = |index: u32| f64::from((index * seed).wrapping_mul(2_654_435_761) >> 16) / 65_536.0;
            let values: Vec<f64> =
                (0..120).map(|index| 5.0 * libm::pow(0.8, f64::from(index)) + noise(index)).collect();
            assert_eq!(mser(&values), Some(by_definition(&values)), "{seed}");
        }
    }

    #[test]
    fn a_series_that_never_settles_has_no_cut() {
        let mut series = Series::new(1_000_000);
        (0..1_000_000).step_by(500).for_each(|sent| series.add(sent, sent * sent / 1_000));
        assert_eq!(series.cut(0), None);
        let mut series = Series::new(1_000_000);
        (0..1_000_000)
            .step_by(500)
            .for_each(|sent| series.add(sent, if sent < 100_000 { 7_000 } else { 900 + sent % 7 }));
        assert_eq!(series.cut(0), Some(100_000));
    }
}
