//! Weights of criteria out of judgements of pairs.

use crate::common::Place;

#[test]
fn consistent_judgements_give_their_own_weights() {
    let place = Place::new();
    let args = ["weigh", "operations/billing=2", "operations/fit=1/2", "billing/fit=1/4", "--format", "json"];
    let answer = place.run(&args).json();
    let weights: Vec<f64> =
        answer["criteria"].as_array().unwrap().iter().map(|one| one["weight"].as_f64().unwrap()).collect();
    for (weight, expected) in weights.iter().zip([200.0 / 7.0, 100.0 / 7.0, 400.0 / 7.0]) {
        assert!((weight - expected).abs() < 1e-6, "{weights:?}");
    }
    assert!(answer["consistency_ratio"].as_f64().unwrap() < 1e-9);
    assert!(answer["least_consistent"].is_null());
}

#[test]
fn judgements_that_go_in_a_circle_are_named() {
    let place = Place::new();
    let text = place.run(&["weigh", "operations/billing=5", "billing/fit=5", "operations/fit=1/5"]).stdout;
    assert!(text.contains("Above 0.10") && text.contains("Most of it comes from"), "{text}");
}

#[test]
fn what_is_missing_or_misspelt_is_said() {
    let place = Place::new();
    place.run(&["weigh", "operations/billing=5", "billing/fit=5"]).ends_with(3).explains(&["are not compared"]);
    place.run(&["weigh"]).ends_with(3).explains(&["`operations` and `billing` are not compared"]);
    place.run(&["weigh", "operation/billing=5"]).ends_with(3).explains(&["there is no criterion", "operations"]);
    place.run(&["weigh", "operations/billing=12"]).ends_with(3).explains(&["off Saaty's scale"]);
}
