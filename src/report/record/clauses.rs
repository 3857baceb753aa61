//! What would turn the answer, as sentences that can be read aloud.

use crate::ranking::robustness::CriterionSwaps;
use crate::ranking::{Decision, Robustness};
use crate::report::sensitivity::name;
use crate::sensitivity::{Direction, Flip, Stretch};
use crate::units::apart;

/// Words that a sentence lists before it counts the rest.
const WORDS: usize = 3;

/// Whether a flip is about what is needed. What the data is and where it comes from are given: with other data it is
/// another decision.
pub(super) fn is_about_needs(flip: &Flip) -> bool {
    flip.stated.is_some() && !flip.path.starts_with("source.")
}

/// Every flip to another service, each as a sentence.
pub(in crate::report) fn turns(flips: &[Flip], decision: &Decision) -> Vec<String> {
    let other = flips.iter().filter(|flip| is_about_needs(flip) && flip.winner.is_some());
    other.map(|flip| format!("If {}, {} would win.", supposed(flip), name(flip.winner.as_ref(), decision))).collect()
}

/// What would leave nothing, in one sentence.
pub(in crate::report) fn leaves_nothing(flips: &[Flip]) -> Option<String> {
    let none = flips.iter().filter(|flip| is_about_needs(flip) && flip.winner.is_none());
    let clauses: Vec<String> = none.map(|flip| format!("if {}", supposed(flip))).collect();
    (!clauses.is_empty()).then(|| format!("Nothing in the catalog would fit {}.", either(&clauses)))
}

/// The weights of one criterion at which another service would be first, each as a sentence.
pub(in crate::report) fn swaps(robustness: &Robustness, swaps: &CriterionSwaps) -> Vec<String> {
    let sentence = |weight: f64, way: &str, id: &str| {
        let (now, then) = apart(swaps.weight, weight, 2);
        let other = robustness.alternatives.iter().find(|one| one.id == id).map_or(id, |one| one.name.as_str());
        format!("If \"{}\" weighed {then} or {way} of 100 instead of {now}, {other} would win.", swaps.name)
    };
    let below = swaps.below.as_ref().map(|swap| sentence(swap.weight, "less", &swap.to));
    let above = swaps.above.as_ref().map(|swap| sentence(swap.weight, "more", &swap.to));
    below.into_iter().chain(above).collect()
}

/// What would have to be otherwise: `freshness of less than 5 s were needed`.
fn supposed(flip: &Flip) -> String {
    let quoted = || {
        let words: Vec<String> = flip.values.iter().map(|value| format!("`{value}`")).collect();
        either(&shortened(words))
    };
    let then = flip.stretch.as_ref().map_or_else(quoted, in_words);
    match flip.path.as_str() {
        "needs.consumers" => format!("{then} programs read the same records"),
        "needs.deadline" => format!("the deadline were {then}"),
        "needs.destinations" => format!("data had to end up in {then}"),
        "needs.downtime" => format!("the source could stand still for {then}"),
        "needs.freshness" if flip.direction == Direction::Above => format!("freshness of {then} were enough"),
        "needs.freshness" => format!("freshness of {then} were needed"),
        "needs.retention" => format!("retention of {then} were needed"),
        "needs.transform" => format!("the transformation were {then}"),
        "needs.volume" => format!("the volume were {then}"),
        "workload.rate" => format!("the mean rate were {then}"),
        path if path.starts_with("workload.record-size") => format!("the mean record had {then}"),
        path => format!("`{path}` were {then}"),
    }
}

/// A stretch in the order in which people say it.
fn in_words(stretch: &Stretch) -> String {
    match (&stretch.lower, &stretch.upper) {
        (None, None) => "any value".to_owned(),
        (Some(lower), None) if lower.included => format!("{} or more", lower.value),
        (Some(lower), None) => format!("more than {}", lower.value),
        (None, Some(upper)) if upper.included => format!("{} or less", upper.value),
        (None, Some(upper)) => format!("less than {}", upper.value),
        (Some(lower), Some(upper)) => {
            let from = if lower.included { "at least" } else { "more than" };
            let to = if upper.included { "at most" } else { "less than" };
            format!("{from} {} but {to} {}", lower.value, upper.value)
        }
    }
}

/// Many words as the first of them and a count.
fn shortened(mut words: Vec<String>) -> Vec<String> {
    // "One of 1 others" would be no shorter than the word.
    if words.len() > WORDS + 1 {
        let rest = words.len() - WORDS;
        words.truncate(WORDS);
        words.push(format!("one of {rest} others"));
    }
    words
}

/// `a`, `a or b`, `a, b or c`.
fn either(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitivity::Bound;

    fn end(value: &str, included: bool) -> Bound {
        Bound { value: value.to_owned(), included }
    }

    #[test]
    fn stretches_are_said_as_people_say_them() {
        for (lower, upper, said) in [
            (None, Some(end("5 s", true)), "5 s or less"),
            (None, Some(end("5 s", false)), "less than 5 s"),
            (Some(end("2", true)), None, "2 or more"),
            (Some(end("1 MB", false)), None, "more than 1 MB"),
            (Some(end("70 ms", true)), Some(end("5 s", false)), "at least 70 ms but less than 5 s"),
            (Some(end("1 MB", false)), Some(end("10 MB", true)), "more than 1 MB but at most 10 MB"),
        ] {
            assert_eq!(in_words(&Stretch { lower, upper }), said);
        }
    }

    #[test]
    fn older_data_is_enough_and_younger_data_is_needed() {
        let flip = |direction, lower, upper| Flip {
            path: "needs.freshness".to_owned(),
            stated: Some("15 s".to_owned()),
            winner_now: None,
            winner: Some("x".to_owned()),
            direction,
            when: String::new(),
            values: Vec::new(),
            stretch: Some(Stretch { lower, upper }),
            flips_at: String::new(),
            stays_at: None,
        };
        let older = flip(Direction::Above, Some(end("1 h", true)), None);
        assert_eq!(supposed(&older), "freshness of 1 h or more were enough");
        let younger = flip(Direction::Below, None, Some(end("5 s", false)));
        assert_eq!(supposed(&younger), "freshness of less than 5 s were needed");
    }

    #[test]
    fn many_words_are_counted_and_few_are_not() {
        let words = |count: usize| (0..count).map(|word| word.to_string()).collect::<Vec<_>>();
        assert_eq!(either(&shortened(words(4))), "0, 1, 2 or 3");
        assert_eq!(either(&shortened(words(9))), "0, 1, 2 or one of 6 others");
    }
}
