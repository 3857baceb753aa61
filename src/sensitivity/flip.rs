//! Changes of one requirement that turn the answer.

use schemars::JsonSchema;
use serde::Serialize;

use super::line::{Line, Region, Scale, side};
use super::{Explored, Sensitivity};
use crate::value::Value;

/// Where the new value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Below the stated quantity.
    Below,
    /// Above the stated quantity.
    Above,
    /// Another word, or a quantity where none is stated.
    Instead,
}

/// A change of one requirement that turns the answer. It was decided again on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Flip {
    /// The requirement.
    pub path: String,
    /// What is stated now; `null` if nothing is.
    pub stated: Option<String>,
    /// Who wins now; `null` if nothing satisfies the requirements.
    pub winner_now: Option<String>,
    /// Who wins then; `null` if nothing does.
    pub winner: Option<String>,
    /// Where the new value lies.
    pub direction: Direction,
    /// The new value in words: `below 5 s`, or words joined by `or`.
    pub when: String,
    /// The words, or the flag, each of which turns the answer; empty for quantities.
    pub values: Vec<String>,
    /// The new value as a stretch of a quantity, for sentences; absent for words.
    #[serde(skip)]
    pub stretch: Option<Stretch>,
    /// A value that turns the answer, nearest to those that do not, as `--set` takes it.
    pub flips_at: String,
    /// The value beside it that does not; `null` where the requirement is not stated and its neighbours win nothing.
    pub stays_at: Option<String>,
}

/// A stretch of a quantity; an end that is absent is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Its lower end.
    pub lower: Option<Bound>,
    /// Its upper end.
    pub upper: Option<Bound>,
}

/// An end of a stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The value, with its unit.
    pub value: String,
    /// Whether it belongs to the stretch.
    pub included: bool,
}

impl Sensitivity {
    /// Every flip: for a quantity the nearest in each direction, for words all that lead to the same winner together.
    #[must_use]
    pub fn flips(&self) -> Vec<Flip> {
        self.explored.iter().flat_map(|explored| self.flips_of(explored)).collect()
    }

    /// Requirements none of whose values turns the answer: first those that were tried, then those that nothing looks at.
    #[must_use]
    pub fn steady(&self) -> Vec<String> {
        let tried = self.explored.iter().filter(|explored| self.flips_of(explored).is_empty());
        tried.map(|explored| explored.key.path.clone()).chain(self.idle.iter().cloned()).collect()
    }

    fn flips_of(&self, explored: &Explored) -> Vec<Flip> {
        let winners = self.other_winners(explored);
        let on_lines = explored.lines.iter().flat_map(|line| match line.now {
            Some(now) => self.beside(explored, line, now, |_| true),
            None => winners.iter().flat_map(|winner| self.anywhere(explored, line, winner.as_ref())).collect(),
        });
        let words = winners.iter().filter_map(|winner| self.by_words(explored, winner.as_ref()));
        on_lines.chain(words).collect()
    }

    /// The flips of one requirement under which `winner` wins, wherever on a line that is.
    pub(super) fn flips_to(&self, explored: &Explored, winner: &str) -> Vec<Flip> {
        let wanted = Some(winner.to_owned());
        let on_lines = explored.lines.iter().flat_map(|line| match line.now {
            Some(now) => self.beside(explored, line, now, |region| region.winner == wanted),
            None => self.anywhere(explored, line, wanted.as_ref()),
        });
        let words = self.by_words(explored, wanted.as_ref());
        on_lines.chain(words).collect()
    }

    fn other_winners(&self, explored: &Explored) -> Vec<Option<String>> {
        let of_words = explored.choices.iter().map(|(_, outcome)| &outcome.winner);
        let of_lines = explored.lines.iter().flat_map(|line| line.regions.iter().map(|region| &region.winner));
        let mut winners: Vec<Option<String>> = Vec::new();
        for winner in of_words.chain(of_lines).filter(|winner| **winner != self.now.winner) {
            if !winners.contains(winner) {
                winners.push(winner.clone());
            }
        }
        winners
    }

    fn flip(&self, explored: &Explored, winner: Option<&String>, direction: Direction) -> Flip {
        Flip {
            path: explored.key.path.clone(),
            stated: explored.stated.as_ref().map(ToString::to_string),
            winner_now: self.now.winner.clone(),
            winner: winner.cloned(),
            direction,
            when: String::new(),
            values: Vec::new(),
            stretch: None,
            flips_at: String::new(),
            stays_at: None,
        }
    }

    fn by_words(&self, explored: &Explored, winner: Option<&String>) -> Option<Flip> {
        let lead = explored.choices.iter().filter(|(_, outcome)| outcome.winner.as_ref() == winner);
        let values: Vec<String> = lead.map(|(value, _)| typed_choice(value)).collect();
        let first = values.first()?.clone();
        let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        Some(Flip {
            when: joined(&quoted),
            values,
            flips_at: first,
            stays_at: explored.stated.as_ref().map(typed_choice),
            ..self.flip(explored, winner, Direction::Instead)
        })
    }

    /// The nearest stretch of another winner on each side of where the scenario stands.
    fn beside(&self, explored: &Explored, line: &Line, now: u64, wanted: impl Fn(&Region) -> bool) -> Vec<Flip> {
        let other = |region: &&Region| region.winner != self.now.winner && wanted(region);
        let under = line.regions.iter().rev().filter(|region| side(region, now).is_lt()).find(other);
        let over = line.regions.iter().filter(|region| side(region, now).is_gt()).find(other);
        let under = under.map(|region| (region, Direction::Below));
        let over = over.map(|region| (region, Direction::Above));
        under.into_iter().chain(over).map(|(region, way)| self.stretch(explored, line.scale, region, way)).collect()
    }

    /// Every stretch of a winner, where no value is stated to be above or below.
    fn anywhere(&self, explored: &Explored, line: &Line, winner: Option<&String>) -> Vec<Flip> {
        let regions = line.regions.iter().filter(|region| region.winner.as_ref() == winner);
        regions.map(|region| self.stretch(explored, line.scale, region, Direction::Instead)).collect()
    }

    fn stretch(&self, explored: &Explored, scale: Scale, region: &Region, direction: Direction) -> Flip {
        let (lower, upper) = edges(scale, region);
        let when = words(lower.as_ref(), upper.as_ref(), direction);
        let bound = |edge: &Option<Edge>| edge.as_ref().map(|edge| edge.bound.clone());
        let stretch = Some(Stretch { lower: bound(&lower), upper: bound(&upper) });
        // The side towards the present value is the one where it flips.
        let near = match direction {
            Direction::Above => lower.or(upper),
            Direction::Below | Direction::Instead => upper.or(lower),
        };
        let (flips_at, stays_at) = match near {
            Some(near) => (scale.typed(near.inside), Some(scale.typed(near.outside))),
            None => (scale.typed(region.low), None),
        };
        Flip { when, stretch, flips_at, stays_at, ..self.flip(explored, region.winner.as_ref(), direction) }
    }
}

/// A stretch in words, as `below 5 s` or `at or above 1 s, below 5 s`.
pub(super) fn in_words(scale: Scale, region: &Region) -> String {
    let (lower, upper) = edges(scale, region);
    words(lower.as_ref(), upper.as_ref(), Direction::Above)
}

fn edges(scale: Scale, region: &Region) -> (Option<Edge>, Option<Edge>) {
    let lower = (!region.open.0).then(|| edge(scale, region.low, region.high, false));
    let upper = (!region.open.1).then(|| edge(scale, region.high, region.low, true));
    (lower, upper)
}

/// The end that is nearer to where the scenario stands comes first.
fn words(lower: Option<&Edge>, upper: Option<&Edge>, direction: Direction) -> String {
    match (lower, upper) {
        (None, None) => "any value".to_owned(),
        (None, Some(only)) | (Some(only), None) => only.text.clone(),
        (Some(lower), Some(upper)) if direction == Direction::Above => format!("{}, {}", lower.text, upper.text),
        (Some(lower), Some(upper)) => format!("{}, {}", upper.text, lower.text),
    }
}

/// The end of a stretch in words, with a value on each side of it.
struct Edge {
    bound: Bound,
    text: String,
    inside: u64,
    outside: u64,
}

/// The upper or the lower end of a stretch that goes on to `far` in the other direction.
fn edge(scale: Scale, last: u64, far: u64, upper: bool) -> Edge {
    let next = if upper { last + 1 } else { last - 1 };
    let shown = |position| scale.value(position).map(|value| value.to_string()).unwrap_or_default();
    let (including, excluding) = if upper { ("at or below", "below") } else { ("at or above", "above") };
    let counted = matches!(scale, Scale::Count(_));
    if scale.is_plain(next) && !scale.is_plain(last) && !counted {
        let bound = Bound { value: shown(next), included: false };
        return Edge { text: format!("{excluding} {}", bound.value), bound, inside: last, outside: next };
    }
    // Neither side is a round value: the nearest round one inside says what is true, if only a little too little.
    let inside = scale.rounded(last, far).unwrap_or(last);
    let bound = Bound { value: shown(inside), included: true };
    Edge { text: format!("{including} {}", bound.value), bound, inside, outside: next }
}

/// A value that is no quantity as `--set` takes it.
fn typed_choice(value: &Value) -> String {
    match value {
        Value::Words(words) if words.is_empty() => "[]".to_owned(),
        Value::Words(words) => words.join(","),
        other => other.to_string(),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
