//! Relations that hold for any data.

use proptest::prelude::*;

use super::*;

/// Between 2 and 6 alternatives by 1 to 4 criteria on whole numbers from 1, so that ties happen and rounding does not.
fn matrices() -> impl Strategy<Value = Matrix> {
    (2..=6_usize, 1..=4_usize).prop_flat_map(|(alternatives, criteria)| {
        let row = prop::collection::vec((1..=20_u8).prop_map(f64::from), criteria);
        let senses = prop::collection::vec(prop_oneof![Just(Sense::Max), Just(Sense::Min)], criteria);
        let weights = prop::collection::vec((1..=9_u8).prop_map(f64::from), criteria);
        (prop::collection::vec(row, alternatives), senses, weights)
            .prop_map(|(rows, senses, weights)| Matrix::new(rows, senses, &weights).unwrap())
    })
}

fn with_rows(matrix: &Matrix, rows: Vec<Vec<f64>>) -> Matrix {
    Matrix::new(rows, matrix.senses().to_vec(), matrix.weights()).unwrap()
}

/// The matrix with one weight set and the others scaled in proportion.
fn with_weight(matrix: &Matrix, criterion: usize, weight: f64) -> Matrix {
    let rest = 1.0 - matrix.weights()[criterion];
    let scaled = |(index, old): (usize, &f64)| if index == criterion { weight } else { old * (1.0 - weight) / rest };
    let weights: Vec<f64> = matrix.weights().iter().enumerate().map(scaled).collect();
    Matrix::new(matrix.rows().to_vec(), matrix.senses().to_vec(), &weights).unwrap()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9 * (1.0 + a.abs().max(b.abs()))
}

/// Ranks of the alternatives by every method that takes a matrix.
fn all_ranks(matrix: &Matrix) -> Vec<(&'static str, Vec<usize>)> {
    let descending = |scores: &[f64]| ranks(scores, Direction::Descending);
    let sum = |normalisation| descending(&weighted_sum(matrix, normalisation).unwrap());
    let near_ideal = |normalisation| descending(&topsis(matrix, normalisation).unwrap().closeness);
    let flows = |preference| descending(&promethee2(matrix, &vec![preference; matrix.criteria()]).unwrap().net);
    vec![
        ("sum", sum(Normalisation::None)),
        ("sum of shares", sum(Normalisation::Sum)),
        ("sum, min-max", sum(Normalisation::MinMax)),
        ("sum, max", sum(Normalisation::Max)),
        ("sum, vector", sum(Normalisation::Vector)),
        ("product", descending(&weighted_product(matrix).unwrap().products)),
        ("topsis, vector", near_ideal(Normalisation::Vector)),
        ("topsis, min-max", near_ideal(Normalisation::MinMax)),
        ("vikor", vikor(matrix, 0.5).unwrap().ranks),
        ("promethee, usual", flows(Preference::Usual)),
        ("promethee, v-shape", flows(Preference::VShape { p: 5.0 })),
        ("promethee, linear", flows(Preference::Linear { q: 1.0, p: 4.0 })),
    ]
}

fn expected_rank(acceptability: &[f64]) -> f64 {
    acceptability.iter().enumerate().map(|(rank, share)| rank as f64 * share).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// `wsm-linear-in-weights`
    #[test]
    fn weighted_sums_are_linear_and_swap_where_they_cross(matrix in matrices(), t in 0.0..1.0_f64) {
        prop_assume!(matrix.criteria() > 1);
        let scores = |weight| weighted_sum(&with_weight(&matrix, 0, weight), Normalisation::None).unwrap();
        for ((at_zero, at_one), between) in scores(0.0).iter().zip(scores(1.0)).zip(scores(t)) {
            prop_assert!(near(between, (1.0 - t) * at_zero + t * at_one));
        }
        let order = ranks(&weighted_sum(&matrix, Normalisation::None).unwrap(), Direction::Descending);
        let winner = order.iter().position(|rank| *rank == 1).unwrap();
        let points = swap_points(&matrix, winner, 0);
        let now = matrix.weights()[0];
        for (swap, beyond, end) in [(points.below, -1e-6, 0.0), (points.above, 1e-6, 1.0)] {
            let Some(swap) = swap else {
                let best = scores(end).into_iter().fold(f64::NEG_INFINITY, f64::max);
                prop_assert!(near(scores(end)[winner], best), "stays first up to {end}");
                continue;
            };
            let at = scores(swap.weight);
            prop_assert!(near(at[winner], at[swap.to]));
            let after = scores(swap.weight + beyond);
            prop_assert!(after[swap.to] > after[winner]);
            // Half way there the winner is still first.
            let before = scores(f64::midpoint(now, swap.weight));
            let best = before.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(near(before[winner], best));
        }
    }

    /// `topsis-range-and-scale`
    #[test]
    fn closeness_is_a_share_and_ignores_units(matrix in matrices(), factor in 0.001..1000.0_f64) {
        let found = topsis(&matrix, Normalisation::Vector).unwrap().closeness;
        prop_assert!(found.iter().all(|closeness| (0.0..=1.0).contains(closeness)));
        let rescaled = |row: &Vec<f64>| row.iter().enumerate().map(|(j, x)| if j == 0 { x * factor } else { *x }).collect();
        let scaled = with_rows(&matrix, matrix.rows().iter().map(rescaled).collect());
        let again = topsis(&scaled, Normalisation::Vector).unwrap().closeness;
        prop_assert!(found.iter().zip(&again).all(|(a, b)| near(*a, *b)), "{found:?} {again:?}");
    }

    /// `promethee-usual-is-borda`
    #[test]
    fn usual_flows_count_and_wide_v_shapes_add(matrix in matrices()) {
        let count = matrix.alternatives();
        let usual = promethee2(&matrix, &vec![Preference::Usual; matrix.criteria()]).unwrap();
        let oriented = matrix.normalised(Normalisation::None).unwrap();
        for (a, net) in oriented.rows().iter().zip(&usual.net) {
            let balance = |j: usize| oriented.rows().iter().map(|b| f64::from(a[j] > b[j]) - f64::from(a[j] < b[j])).sum::<f64>();
            let borda: f64 = oriented.weights().iter().enumerate().map(|(j, weight)| weight * balance(j)).sum();
            prop_assert!(near(*net, borda / (count - 1) as f64));
        }
        // p = 20 is above every range; then the flow is n / (n - 1) times the score's distance from the mean score.
        let wide = promethee2(&matrix, &vec![Preference::VShape { p: 20.0 }; matrix.criteria()]).unwrap();
        let scores: Vec<f64> = oriented.rows().iter().map(|row| dot(row, oriented.weights()) / 20.0).collect();
        let mean = scores.iter().sum::<f64>() / count as f64;
        for (net, score) in wide.net.iter().zip(&scores) {
            prop_assert!(near(*net, (score - mean) * count as f64 / (count - 1) as f64));
        }
    }

    /// `promethee-zero-sum`
    #[test]
    fn flows_sum_to_nothing(matrix in matrices()) {
        for preference in [Preference::Usual, Preference::VShape { p: 3.0 }, Preference::Linear { q: 1.0, p: 6.0 }] {
            let flows = promethee2(&matrix, &vec![preference; matrix.criteria()]).unwrap();
            prop_assert!(flows.net.iter().sum::<f64>().abs() < 1e-9);
            prop_assert!(flows.net.iter().all(|net| net.abs() <= 1.0 + 1e-9));
            for (a, row) in flows.pi.iter().enumerate() {
                prop_assert_eq!(row[a], 0.0);
                prop_assert!(row.iter().enumerate().all(|(b, pi)| pi + flows.pi[b][a] <= 1.0 + 1e-9));
            }
        }
    }

    /// `promethee-reversal-bound`
    #[test]
    fn removing_one_swaps_only_what_is_close(matrix in matrices(), gone in 0..6_usize) {
        prop_assume!(matrix.alternatives() > 2 && gone < matrix.alternatives());
        let preferences = vec![Preference::Linear { q: 1.0, p: 6.0 }; matrix.criteria()];
        let before = promethee2(&matrix, &preferences).unwrap().net;
        let mut rows = matrix.rows().to_vec();
        rows.remove(gone);
        let mut after = promethee2(&with_rows(&matrix, rows), &preferences).unwrap().net;
        after.insert(gone, f64::NAN);
        let bound = 2.0 / (matrix.alternatives() - 1) as f64;
        for a in (0..before.len()).filter(|a| *a != gone) {
            for b in (0..before.len()).filter(|b| *b != gone && before[a] - before[*b] > bound) {
                prop_assert!(after[a] > after[b] - 1e-9);
            }
        }
    }

    /// `ahp-consistent-matrix`
    #[test]
    fn consistent_judgements_give_their_weights_back(raw in prop::collection::vec(0.1..10.0_f64, 2..=9)) {
        let weights = to_shares(&raw).unwrap();
        let rows = weights.iter().map(|a| weights.iter().map(|b| a / b).collect()).collect();
        let matrix = PairwiseMatrix::from_full(rows).unwrap();
        let found = matrix.priorities().unwrap();
        prop_assert!(found.weights.iter().zip(&weights).all(|(a, b)| near(*a, *b)));
        prop_assert!(matrix.geometric_mean_weights().unwrap().iter().zip(&weights).all(|(a, b)| near(*a, *b)));
        prop_assert!(near(found.lambda_max, weights.len() as f64));
        prop_assert!(found.consistency_ratio.unwrap().abs() < 1e-9);
    }

    /// `smaa-doubly-stochastic`
    #[test]
    fn rank_acceptabilities_are_doubly_stochastic(
        rows in prop::collection::vec(prop::collection::vec(0.0..1.0_f64, 3), 1..=5),
        seed: u64,
    ) {
        let measured = |value: &f64| Measurement::Normal { mean: *value, half_width: 0.1 };
        let rows: Vec<Vec<Measurement>> = rows.iter().map(|row| row.iter().map(measured).collect()).collect();
        let found = smaa2(&rows, &[Sense::Max; 3], 200, seed).unwrap();
        for (index, row) in found.rank_acceptability.iter().enumerate() {
            prop_assert!(near(row.iter().sum(), 1.0));
            prop_assert!(near(found.rank_acceptability.iter().map(|row| row[index]).sum(), 1.0));
            if let Some(weights) = &found.central_weights[index] {
                prop_assert!(near(weights.iter().sum(), 1.0));
            }
        }
    }

    /// `dominance`
    #[test]
    fn no_method_ranks_the_dominated_above(matrix in matrices(), better in 0..6_usize, worse in 0..6_usize, seed: u64) {
        let count = matrix.alternatives();
        let (better, worse) = (better % count, worse % count);
        prop_assume!(better != worse);
        // The better alternative takes, on every criterion, the better of the two values, and one step more on the first.
        let mut rows = matrix.rows().to_vec();
        for (j, sense) in matrix.senses().iter().enumerate() {
            let (a, b) = (rows[better][j], rows[worse][j]);
            rows[better][j] = if *sense == Sense::Max { a.max(b) } else { a.min(b) };
        }
        rows[better][0] = match matrix.senses()[0] {
            Sense::Max => rows[better][0] + 1.0,
            Sense::Min => rows[better][0] / 2.0,
        };
        let matrix = with_rows(&matrix, rows);
        for (method, ranks) in all_ranks(&matrix) {
            prop_assert!(ranks[better] <= ranks[worse], "{} {:?}", method, ranks);
        }
        let exact: Vec<Vec<Measurement>> =
            matrix.rows().iter().map(|row| row.iter().map(|value| Measurement::Exact(*value)).collect()).collect();
        let found = smaa2(&exact, matrix.senses(), 100, seed).unwrap();
        let [first, second] = [better, worse].map(|index| expected_rank(&found.rank_acceptability[index]));
        prop_assert!(first <= second);
    }

    /// Whatever numbers come in, a method answers or refuses; it neither panics nor returns what is no number.
    #[test]
    fn no_input_breaks_a_method(
        rows in prop::collection::vec(prop::collection::vec(any::<f64>(), 0..=3), 0..=3),
        senses in prop::collection::vec(prop_oneof![Just(Sense::Max), Just(Sense::Min)], 0..=3),
        weights in prop::collection::vec(any::<f64>(), 0..=3),
        upper in prop::collection::vec(any::<f64>(), 0..=6),
    ) {
        let finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        if let Ok(matrix) = PairwiseMatrix::from_upper(&upper) {
            prop_assert!(matrix.priorities().is_ok_and(|found| finite(&found.weights)) || matrix.priorities().is_err());
            prop_assert!(matrix.geometric_mean_weights().is_ok_and(|found| finite(&found)) || matrix.geometric_mean_weights().is_err());
        }
        let exact = |row: &Vec<f64>| row.iter().map(|value| Measurement::Exact(*value)).collect();
        let _ = smaa2(&rows.iter().map(exact).collect::<Vec<_>>(), &senses, 10, 1);
        let Ok(matrix) = Matrix::new(rows, senses, &weights) else { return Ok(()) };
        for normalisation in [Normalisation::None, Normalisation::Sum, Normalisation::MinMax, Normalisation::Max, Normalisation::Vector] {
            prop_assert!(weighted_sum(&matrix, normalisation).map_or(true, |found| finite(&found)));
            prop_assert!(topsis(&matrix, normalisation).map_or(true, |found| finite(&found.closeness)));
        }
        prop_assert!(weighted_product(&matrix).map_or(true, |found| finite(&found.products)));
        prop_assert!(vikor(&matrix, 0.5).map_or(true, |found| finite(&found.compromise) && !found.compromise_set.is_empty()));
        prop_assert!(promethee2(&matrix, &vec![Preference::Usual; matrix.criteria()]).map_or(true, |found| finite(&found.net)));
        prop_assert!(critic_weights(&matrix).map_or(true, |found| finite(&found)));
        for criterion in 0..matrix.criteria() {
            let points = swap_points(&matrix, 0, criterion);
            prop_assert!(points.below.iter().chain(&points.above).all(|swap| (0.0..1.0).contains(&swap.weight)));
        }
    }
}
