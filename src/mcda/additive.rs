//! Sums and products: the methods in which a weight multiplies or raises a value.

use super::{Matrix, McdaError, Normalisation, Sense, dot, finite};

/// Scores by the weighted sum (SAW): Σ wⱼ rᵢⱼ of the normalised values. More is better.
///
/// # Errors
/// [`McdaError`] when a column cannot be normalised.
///
/// # Source
/// Hwang and Yoon, *Multiple Attribute Decision Making* (1981), chapter 3; Triantaphyllou (2000), section 2.2.1.
pub fn weighted_sum(matrix: &Matrix, normalisation: Normalisation) -> Result<Vec<f64>, McdaError> {
    let scaled = matrix.normalised(normalisation)?;
    finite(scaled.rows().iter().map(|row| dot(row, scaled.weights())).collect())
}

/// What the weighted product says. More is better in both lists, and both order the alternatives alike.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedProduct {
    /// Π xᵢⱼ^wⱼ of the values as they are; the weight of a cost counts negative.
    pub products: Vec<f64>,
    /// Σ wⱼ log₁₀ of the values after each column was divided by its sum.
    pub log10_after_sum_scaling: Vec<f64>,
}

impl WeightedProduct {
    /// How many times as good one alternative is as another; `None` if there is no such alternative.
    #[must_use]
    pub fn ratio(&self, one: usize, other: usize) -> Option<f64> {
        Some(self.products.get(one)? / self.products.get(other)?)
    }
}

/// Scores by the weighted product. Ratios of products do not depend on the units of the columns.
///
/// # Errors
/// [`McdaError::NotPositive`] when a value is not above zero.
///
/// # Source
/// Triantaphyllou, *Multi-Criteria Decision Making: A Comparative Study* (2000), section 2.2.2.
pub fn weighted_product(matrix: &Matrix) -> Result<WeightedProduct, McdaError> {
    for (row, values) in matrix.rows().iter().enumerate() {
        if let Some(column) = values.iter().position(|value| *value <= 0.0) {
            let needs = "the weighted product";
            return Err(McdaError::NotPositive { row: row + 1, column: column + 1, needs });
        }
    }
    let signed = |(weight, sense): (&f64, &Sense)| if *sense == Sense::Max { *weight } else { -*weight };
    let exponents: Vec<f64> = matrix.weights().iter().zip(matrix.senses()).map(signed).collect();
    let sums: Vec<f64> = (0..matrix.criteria()).map(|index| matrix.column(index).iter().sum()).collect();
    let product = |row: &Vec<f64>| row.iter().zip(&exponents).map(|(value, power)| libm::pow(*value, *power)).product();
    let logarithm = |row: &Vec<f64>| {
        let shares = row.iter().zip(&sums).map(|(value, sum)| libm::log10(value / sum));
        shares.zip(&exponents).map(|(logarithm, power)| logarithm * power).sum()
    };
    Ok(WeightedProduct {
        products: finite(matrix.rows().iter().map(product).collect())?,
        log10_after_sum_scaling: finite(matrix.rows().iter().map(logarithm).collect())?,
    })
}

/// A weight at which another alternative takes over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swap {
    /// The weight, as a share of 1.
    pub weight: f64,
    /// The alternative that wins beyond it.
    pub to: usize,
}

/// The nearest weights of one criterion, to both sides of its present weight, at which the winner changes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SwapPoints {
    /// Below the present weight; absent if the winner stays down to 0.
    pub below: Option<Swap>,
    /// Above the present weight; absent if the winner stays up to 1.
    pub above: Option<Swap>,
}

/// Weights nearer to an end or to each other than this are the same.
const SAME_WEIGHT: f64 = 1e-12;
/// Relative differences of scores up to this are rounding.
const ROUNDING: f64 = 1e-12;

/// Where the weighted sum of `winner` is overtaken when the weight of `criterion` moves and the others keep their
/// proportions.
///
/// Values must share a scale (see [`Matrix::normalised`]); costs count negative. With t the moving weight, alternative i
/// scores t vᵢ + (1 - t) rᵢ, where vᵢ is its value on the criterion and rᵢ the weighted mean of its other values. Scores
/// are lines in t, so that the winner and k meet at t = (r - rₖ) / ((r - rₖ) - (v - vₖ)). At a present tie the point is
/// the present weight. There is no point where the other criteria have no weight, because then they have no proportions.
///
/// # Source
/// Triantaphyllou and Sánchez (1997), Decision Sciences 28(1), 151-194, with the others rescaled instead of renormalised;
/// the nearest crossing is the next corner of the upper envelope of lines.
#[must_use]
pub fn swap_points(matrix: &Matrix, winner: usize, criterion: usize) -> SwapPoints {
    let sum: f64 = matrix.weights().iter().sum();
    let rest: f64 = matrix.weights().iter().enumerate().filter(|(index, _)| *index != criterion).map(|(_, w)| w).sum();
    let (Some(weight), true) = (matrix.weights().get(criterion), rest > 0.0 && winner < matrix.alternatives()) else {
        return SwapPoints::default();
    };
    let now = weight / sum;
    let oriented = |index: usize, value: f64| if matrix.senses()[index] == Sense::Max { value } else { -value };
    let line = |row: &Vec<f64>| {
        let others = row.iter().zip(matrix.weights()).enumerate().filter(|(index, _)| *index != criterion);
        let others: f64 = others.map(|(index, (value, weight))| oriented(index, *value) * weight).sum();
        (others / rest, oriented(criterion, row[criterion]))
    };
    let lines: Vec<(f64, f64)> = matrix.rows().iter().map(line).collect();
    let (at_zero, at_one) = lines[winner];
    let mut points = SwapPoints::default();
    let (mut slope_below, mut slope_above) = (0.0, 0.0);
    for (to, (other_at_zero, other_at_one)) in lines.iter().enumerate() {
        // The winner's lead at both ends; in between it is a line.
        // Two that are equal but for rounding never change places.
        let lead = |of: f64, other: f64| {
            let lead = of - other;
            if lead.abs() <= ROUNDING * of.abs().max(other.abs()) { 0.0 } else { lead }
        };
        let (lead_at_zero, lead_at_one) = (lead(at_zero, *other_at_zero), lead(at_one, *other_at_one));
        let slope = lead_at_one - lead_at_zero;
        let meeting = -lead_at_zero / slope;
        if slope < 0.0 && lead_at_one < 0.0 {
            let swap = Swap { weight: meeting.max(now), to };
            let gap = points.above.map_or(f64::INFINITY, |found: Swap| found.weight - swap.weight);
            if gap > SAME_WEIGHT || (gap > -SAME_WEIGHT && slope < slope_above) {
                (points.above, slope_above) = (Some(swap), slope);
            }
        } else if slope > 0.0 && lead_at_zero < 0.0 {
            let swap = Swap { weight: meeting.min(now), to };
            let gap = points.below.map_or(f64::INFINITY, |found: Swap| swap.weight - found.weight);
            if gap > SAME_WEIGHT || (gap > -SAME_WEIGHT && slope > slope_below) {
                (points.below, slope_below) = (Some(swap), slope);
            }
        }
    }
    let is_inside = |swap: &Swap| swap.weight > SAME_WEIGHT && swap.weight < 1.0 - SAME_WEIGHT;
    SwapPoints { below: points.below.filter(is_inside), above: points.above.filter(is_inside) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_disagree_on_the_textbook_example() {
        let rows = [[25.0, 20.0, 15.0, 30.0], [10.0, 30.0, 20.0, 30.0], [30.0, 10.0, 30.0, 10.0]];
        let rows = rows.iter().map(|row| row.to_vec()).collect();
        let matrix = Matrix::new(rows, vec![Sense::Max; 4], &[0.2, 0.15, 0.4, 0.25]).unwrap();
        let sums = weighted_sum(&matrix, Normalisation::None).unwrap();
        assert!(sums.iter().zip([21.5, 22.0, 22.0]).all(|(found, expected)| (found - expected).abs() < 1e-12));
        let product = weighted_product(&matrix).unwrap();
        assert!((product.ratio(0, 1).unwrap() - 1.007_392_743_571_294_2).abs() < 1e-12);
        assert_eq!(product.ratio(0, 9), None);
    }

    #[test]
    fn a_cost_divides_in_a_product() {
        let matrix = Matrix::new(vec![vec![8.0, 2.0], vec![8.0, 4.0]], vec![Sense::Max, Sense::Min], &[1.0, 1.0]);
        let product = weighted_product(&matrix.unwrap()).unwrap();
        assert!(
            (product.products[0] - 2.0).abs() < 1e-15
                && product.log10_after_sum_scaling[0] > product.log10_after_sum_scaling[1]
        );
        let zero = Matrix::new(vec![vec![1.0], vec![0.0]], vec![Sense::Max], &[1.0]).unwrap();
        let refused = McdaError::NotPositive { row: 2, column: 1, needs: "the weighted product" };
        assert_eq!(weighted_product(&zero), Err(refused));
    }

    #[test]
    fn a_swap_point_is_where_two_lines_cross() {
        // Scores t and (1 - t): they cross at one half; the third is first between 2/5 and 3/5 only.
        let rows = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
        let two = Matrix::new(rows.clone(), vec![Sense::Max; 2], &[0.7, 0.3]).unwrap();
        let points = swap_points(&two, 0, 0);
        assert_eq!((points.above, points.below), (None, Some(Swap { weight: 0.5, to: 1 })));
        let three = [rows, vec![vec![0.6, 0.6]]].concat();
        let three = Matrix::new(three, vec![Sense::Max; 2], &[0.5, 0.5]).unwrap();
        let points = swap_points(&three, 2, 0);
        let (below, above) = (points.below.unwrap(), points.above.unwrap());
        assert!((below.weight - 0.4).abs() < 1e-12 && below.to == 1, "{below:?}");
        assert!((above.weight - 0.6).abs() < 1e-12 && above.to == 0, "{above:?}");
    }

    #[test]
    fn a_tie_swaps_at_the_present_weight_and_a_tie_at_an_end_is_no_swap() {
        let tied = Matrix::new(vec![vec![1.0, 0.0], vec![0.0, 1.0]], vec![Sense::Max; 2], &[0.5, 0.5]).unwrap();
        assert_eq!(swap_points(&tied, 0, 0).below, Some(Swap { weight: 0.5, to: 1 }));
        assert_eq!(swap_points(&tied, 1, 0).above, Some(Swap { weight: 0.5, to: 0 }));
        let at_the_end = Matrix::new(vec![vec![1.0, 1.0], vec![1.0, 0.0]], vec![Sense::Max; 2], &[0.5, 0.5]).unwrap();
        assert_eq!(swap_points(&at_the_end, 0, 0), SwapPoints::default());
    }

    #[test]
    fn one_criterion_or_one_alternative_has_no_swap_points() {
        let one = Matrix::new(vec![vec![1.0], vec![2.0]], vec![Sense::Max], &[1.0]).unwrap();
        assert_eq!(swap_points(&one, 1, 0), SwapPoints::default());
        let alone = Matrix::new(vec![vec![1.0, 2.0]], vec![Sense::Max; 2], &[1.0, 1.0]).unwrap();
        for (winner, criterion) in [(0, 0), (0, 9), (9, 0)] {
            assert_eq!(swap_points(&alone, winner, criterion), SwapPoints::default());
        }
    }
}
