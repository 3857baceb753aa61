//! SMAA-2: which weights make an alternative how good, by Monte Carlo.

use rand::SeedableRng;
use rand_distr::{Distribution, Exp1, StandardNormal, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::matrix::check_rows;
use super::{McdaError, Sense, dot, same_length};

/// The 97.5 % point of the standard normal distribution.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// What is known of the value of one alternative on one criterion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measurement {
    /// The value.
    Exact(f64),
    /// Anything between two ends, each as likely.
    Uniform {
        /// The least value.
        low: f64,
        /// The greatest value.
        high: f64,
    },
    /// A normal estimate.
    Normal {
        /// Its mean.
        mean: f64,
        /// Half the width of its interval at 95 %.
        half_width: f64,
    },
}

/// How good each alternative is over all weights and over what its values may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Smaa {
    /// Share of the samples in which the alternative of the row has the rank of the column, from the first rank on.
    /// Alternatives that tie share the best rank of theirs.
    pub rank_acceptability: Vec<Vec<f64>>,
    /// The mean of the weights that make it first; absent if none of the samples did.
    pub central_weights: Vec<Option<Vec<f64>>>,
    /// Share of the samples of values in which it is first, or ties for it, with its central weights; absent without them.
    pub confidence: Vec<Option<f64>>,
    /// Number of samples.
    pub samples: u32,
}

/// Rank acceptabilities, central weights and confidence factors of the weighted sum, with weights uniform on the simplex.
///
/// Values must share a scale; costs count negative. Weights and values are drawn from streams of their own, one sample
/// after another, so that the answer depends on the input, the number of samples and the seed only. A share p is
/// known to ± 1.96 √(p(1 - p) / samples) at 95 %: 9,604 samples give ± 0.01 or better.
///
/// # Errors
/// [`McdaError`] when there are no alternatives, criteria or samples, when rows differ in length, when a number is not
/// finite, or when the ends of an interval are in the wrong order.
///
/// # Source
/// Lahdelma and Salminen (2001), Operations Research 49(3), 444-454; 9,604 = 1.96² / (4 · 0.01²) as in Tervonen and
/// Lahdelma (2007), European Journal of Operational Research 178(2), 500-513. Exponential variates divided by their sum are
/// uniform on the simplex (Devroye, *Non-Uniform Random Variate Generation*, 1986, chapter V.2).
pub fn smaa2(measurements: &[Vec<Measurement>], senses: &[Sense], samples: u32, seed: u64) -> Result<Smaa, McdaError> {
    let mut values = Values::new(measurements, senses)?;
    if samples == 0 {
        return Err(McdaError::NoSamples);
    }
    let mut weights_stream = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut values_stream = weights_stream.clone();
    values_stream.jump();
    let count = values.rows.len();
    let mut times = vec![vec![0_u32; count]; count];
    let mut first_weights = vec![vec![0.0; senses.len()]; count];
    let (mut weights, mut scores) = (vec![0.0; senses.len()], vec![0.0; count]);
    for _ in 0..samples {
        draw_weights(&mut weights, &mut weights_stream);
        values.draw(&mut values_stream);
        for (score, row) in scores.iter_mut().zip(&values.rows) {
            *score = dot(row, &weights);
        }
        for (index, score) in scores.iter().enumerate() {
            let better = scores.iter().filter(|other| *other > score).count();
            times[index][better] += 1;
            if better == 0 {
                first_weights[index].iter_mut().zip(&weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
    }
    let shares = |times: &Vec<u32>| times.iter().map(|times| f64::from(*times) / f64::from(samples)).collect();
    let central = |(sums, times): (&Vec<f64>, &Vec<u32>)| {
        let times = f64::from(times[0]);
        (times > 0.0).then(|| sums.iter().map(|sum| sum / times).collect())
    };
    let central_weights: Vec<Option<Vec<f64>>> = first_weights.iter().zip(&times).map(central).collect();
    let confidence = confidence(&mut values, &central_weights, samples, &mut values_stream);
    Ok(Smaa { rank_acceptability: times.iter().map(shares).collect(), central_weights, confidence, samples })
}

fn confidence(
    values: &mut Values,
    central: &[Option<Vec<f64>>],
    samples: u32,
    stream: &mut Xoshiro256PlusPlus,
) -> Vec<Option<f64>> {
    // Values that are known are the same in every sample.
    let samples = if values.uncertain.is_empty() { 1 } else { samples };
    let mut first = vec![0_u32; central.len()];
    for _ in 0..samples {
        values.draw(stream);
        for (index, weights) in central.iter().enumerate() {
            let Some(weights) = weights else { continue };
            let score = dot(&values.rows[index], weights);
            let is_first = values.rows.iter().all(|row| dot(row, weights) <= score);
            first[index] += u32::from(is_first);
        }
    }
    let share =
        |(weights, first): (&Option<Vec<f64>>, &u32)| weights.as_ref().map(|_| f64::from(*first) / f64::from(samples));
    central.iter().zip(&first).map(share).collect()
}

/// Weights uniform on the simplex.
fn draw_weights(weights: &mut [f64], stream: &mut Xoshiro256PlusPlus) {
    let mut sum = 0.0;
    for weight in &mut *weights {
        *weight = Exp1.sample(stream);
        sum += *weight;
    }
    for weight in weights {
        *weight /= sum;
    }
}

/// Values of one sample, more is better; known values stay, the others are drawn.
struct Values {
    rows: Vec<Vec<f64>>,
    uncertain: Vec<(usize, usize, Law)>,
}

/// How an uncertain value is drawn: start + width × draw.
#[derive(Clone, Copy)]
struct Law {
    is_normal: bool,
    start: f64,
    width: f64,
}

impl Values {
    fn new(measurements: &[Vec<Measurement>], senses: &[Sense]) -> Result<Self, McdaError> {
        let mut rows = Vec::with_capacity(measurements.len());
        let mut uncertain = Vec::new();
        for (row, line) in measurements.iter().enumerate() {
            same_length(format!("row {}", row + 1), senses.len(), line.len())?;
            let mut values = Vec::with_capacity(line.len());
            for (column, (measurement, sense)) in line.iter().zip(senses).enumerate() {
                let sign = if *sense == Sense::Max { 1.0 } else { -1.0 };
                let (is_normal, start, width) = match *measurement {
                    Measurement::Exact(value) => (false, value, 0.0),
                    Measurement::Uniform { low, high } => (false, low, high - low),
                    Measurement::Normal { mean, half_width } => (true, mean, half_width / NORMAL_95),
                };
                if !(start.is_finite() && width.is_finite()) {
                    return Err(McdaError::NotFinite { row: row + 1, column: column + 1 });
                }
                if width < 0.0 {
                    return Err(McdaError::BadInterval { row: row + 1, column: column + 1 });
                }
                values.push(sign * start);
                if width > 0.0 {
                    uncertain.push((row, column, Law { is_normal, start: sign * start, width: sign * width }));
                }
            }
            rows.push(values);
        }
        check_rows(&rows, senses.len())?;
        Ok(Self { rows, uncertain })
    }

    fn draw(&mut self, stream: &mut Xoshiro256PlusPlus) {
        for (row, column, law) in &self.uncertain {
            let draw: f64 = if law.is_normal { StandardNormal.sample(stream) } else { StandardUniform.sample(stream) };
            self.rows[*row][*column] = law.start + law.width * draw;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(rows: &[&[f64]]) -> Vec<Vec<Measurement>> {
        rows.iter().map(|row| row.iter().map(|value| Measurement::Exact(*value)).collect()).collect()
    }

    fn near(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance)
    }

    /// Areas worked out by hand. 100,000 samples: at p = 1/2 the half-width at 99 % is 0.0041.
    #[test]
    fn shares_of_ranks_are_areas_of_the_simplex() {
        let measurements = exact(&[&[1.0, 0.0], &[0.0, 1.0], &[0.6, 0.6]]);
        let found = smaa2(&measurements, &[Sense::Max; 2], 100_000, 1).unwrap();
        for (row, expected) in [[0.4, 0.1, 0.5], [0.4, 0.1, 0.5], [0.2, 0.8, 0.0]].iter().enumerate() {
            assert!(near(&found.rank_acceptability[row], expected, 0.005), "{found:?}");
        }
        for (row, expected) in [[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]].iter().enumerate() {
            assert!(near(found.central_weights[row].as_ref().unwrap(), expected, 0.005), "{found:?}");
        }
        assert_eq!(found.confidence, [Some(1.0); 3]);
    }

    #[test]
    fn who_is_never_first_has_no_central_weights() {
        let found = smaa2(&exact(&[&[1.0; 3], &[0.0; 3]]), &[Sense::Max; 3], 10_000, 1).unwrap();
        assert_eq!(found.rank_acceptability, [[1.0, 0.0], [0.0, 1.0]]);
        assert!(near(found.central_weights[0].as_ref().unwrap(), &[1.0 / 3.0; 3], 0.01));
        assert_eq!((&found.central_weights[1], found.confidence[1]), (&None, None));
        let costs = smaa2(&exact(&[&[1.0; 3], &[0.0; 3]]), &[Sense::Min; 3], 100, 1).unwrap();
        assert_eq!(costs.rank_acceptability, [[0.0, 1.0], [1.0, 0.0]]);
    }

    /// One criterion, so only values decide: two uniform values on [0, 1] and [0.5, 1.5] are in order with 7/8; a normal
    /// value with mean 1.96 and half-width 1.96 (standard deviation 1) exceeds 0 with Φ(1.96) = 0.975. 40,000 samples
    /// have a half-width of 0.005 at 95 %.
    #[test]
    fn uncertain_values_change_ranks_and_lower_confidence() {
        let uniform = |low, high| vec![Measurement::Uniform { low, high }];
        let found = smaa2(&[uniform(0.0, 1.0), uniform(0.5, 1.5)], &[Sense::Max], 40_000, 1).unwrap();
        assert!(near(&found.rank_acceptability[1], &[0.875, 0.125], 0.006), "{found:?}");
        assert!((found.confidence[1].unwrap() - 0.875).abs() < 0.006);
        let normal = vec![Measurement::Normal { mean: 1.96, half_width: 1.96 }];
        let found = smaa2(&[normal, vec![Measurement::Exact(0.0)]], &[Sense::Max], 40_000, 1).unwrap();
        assert!((found.rank_acceptability[0][0] - 0.975).abs() < 0.003, "{found:?}");
    }

    #[test]
    fn the_answer_depends_on_the_seed_and_weights_do_not_depend_on_intervals() {
        let rows = exact(&[&[1.0, 0.0], &[0.0, 1.0]]);
        let run = |seed| smaa2(&rows, &[Sense::Max; 2], 1000, seed).unwrap();
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let mut wide = rows.clone();
        wide.push(vec![Measurement::Uniform { low: -9.0, high: -8.0 }; 2]);
        let wide = smaa2(&wide, &[Sense::Max; 2], 1000, 1).unwrap();
        assert_eq!(wide.central_weights[..2], run(1).central_weights);
    }

    #[test]
    fn what_cannot_be_sampled_is_refused() {
        let one = |measurement| smaa2(&[vec![measurement]], &[Sense::Max], 1, 1);
        assert_eq!(smaa2(&[], &[Sense::Max], 1, 1), Err(McdaError::NoAlternatives));
        assert_eq!(smaa2(&[vec![]], &[], 1, 1), Err(McdaError::NoCriteria));
        assert_eq!(smaa2(&exact(&[&[1.0]]), &[Sense::Max], 0, 1), Err(McdaError::NoSamples));
        assert!(matches!(smaa2(&exact(&[&[1.0]]), &[Sense::Max; 2], 1, 1), Err(McdaError::Length { .. })));
        assert_eq!(one(Measurement::Exact(f64::NAN)), Err(McdaError::NotFinite { row: 1, column: 1 }));
        let refused = Err(McdaError::BadInterval { row: 1, column: 1 });
        assert_eq!(one(Measurement::Uniform { low: 1.0, high: 0.0 }), refused);
        assert_eq!(one(Measurement::Normal { mean: 1.0, half_width: -1.0 }), refused);
        let alone = one(Measurement::Exact(1.0)).unwrap();
        assert_eq!((alone.rank_acceptability, alone.confidence), (vec![vec![1.0]], vec![Some(1.0)]));
    }
}
