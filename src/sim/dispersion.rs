//! How bursty a source is: the variance of counts over their mean.

use super::SimError;
use super::arrivals::CheckedSource;
use super::model::{Source, TraceRecord};
use super::record::Record;
use crate::units::{Bytes, SimDuration, SimTime};

/// The records that a source sends within `length`, drawn with `seed`, in the order of time.
///
/// # Errors
/// What is wrong with the source.
pub fn drawn_records(source: &Source, length: SimDuration, seed: u64) -> Result<Vec<TraceRecord>, SimError> {
    let mut sender = CheckedSource::new(source)?.sender("source", seed, 0, length.as_nanos());
    let (mut records, mut block) = (Vec::new(), Vec::new());
    loop {
        sender.fill(&mut block);
        if block.is_empty() {
            return Ok(records);
        }
        let record = |one: &Record| TraceRecord { at: SimTime::from_nanos(one.at), size: Bytes::new(one.size()) };
        records.extend(block.iter().map(record));
    }
}

/// The index of dispersion for counts of records in windows of each of these lengths, as drawn over `length` with `seed`: 1
/// for a Poisson source, 0 for an even one, more for bursts. Windows that `length` cuts off are not counted.
///
/// # Errors
/// What is wrong with the source.
pub fn drawn_dispersion(
    source: &Source,
    length: SimDuration,
    windows: &[SimDuration],
    seed: u64,
) -> Result<Vec<f64>, SimError> {
    let mut sender = CheckedSource::new(source)?.sender("source", seed, 0, length.as_nanos());
    let whole = |window: &SimDuration| length.as_nanos() / window.as_nanos().max(1);
    let mut counts: Vec<Vec<f64>> = windows.iter().map(|window| vec![0.0; whole(window) as usize]).collect();
    let mut block = Vec::new();
    loop {
        sender.fill(&mut block);
        if block.is_empty() {
            return Ok(counts.iter().map(|counts| dispersion(counts)).collect());
        }
        for record in &block {
            for (counts, window) in counts.iter_mut().zip(windows) {
                if let Some(count) = counts.get_mut((record.at / window.as_nanos().max(1)) as usize) {
                    *count += 1.0;
                }
            }
        }
    }
}

/// The variance over the mean; not a number where nothing came.
fn dispersion(counts: &[f64]) -> f64 {
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let squares: f64 = counts.iter().map(|count| (count - mean).powi(2)).sum();
    squares / counts.len() as f64 / mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Arrivals, CountLaw, RateProfile, SizeLaw};
    use crate::units::{Bytes, RecordRate};

    fn drawn(arrivals: impl Fn(RateProfile) -> Arrivals, group: u32) -> Vec<f64> {
        let profile = RateProfile::flat(RecordRate::per_second(5.0).unwrap());
        let source = Source {
            arrivals: arrivals(profile),
            sizes: SizeLaw::Constant(Bytes::new(1)),
            records_per_request: CountLaw::Fixed(group),
        };
        let windows = [SimDuration::from_secs(1), SimDuration::from_secs(10)];
        drawn_dispersion(&source, SimDuration::from_secs(20_000), &windows, 1).unwrap()
    }

    #[test]
    fn poisson_has_one_even_has_none_and_groups_have_their_size() {
        // The standard error of a variance over n windows is about the square root of 2 / n.
        let near = |found: f64, expected: f64, windows: f64| {
            assert!((found - expected).abs() < 4.0 * expected * (2.0 / windows).sqrt(), "{found}, not {expected}");
        };
        let poisson = drawn(Arrivals::Poisson, 1);
        near(poisson[0], 1.0, 20_000.0);
        near(poisson[1], 1.0, 2_000.0);
        assert_eq!(drawn(Arrivals::Deterministic, 1), [0.0, 0.0]);
        near(drawn(Arrivals::Poisson, 4)[0], 4.0, 20_000.0);
    }
}
