//! Policies: what an answer must not be, `p99 > 60 s`, for pipelines that build and check.
//!
//! A policy names a figure, a comparison and a threshold; it is hit where the comparison holds. The verdict follows the
//! point value; that the interval of the figure holds the threshold is said. A figure that is unknown hits the policy, since
//! it cannot be shown to keep to it.
//!
//! ```text
//! policies   = policy { ("," | "or") policy }
//! policy     = figure comparison value                               p99 > 60 s
//!            | ("delta" | "Δ") figure (">" | ">=") value             delta cost > USD 5
//!            | figure ("rises" | "falls" | "changes") "by more than" value     p99 rises by more than 10 %
//!            | "service" "changes"
//! comparison = ">" | ">=" | "<" | "<=" | "==" | "!="
//! ```
//!
//! Whoever writes it is told of every mistake with its place, before anything is run.

use std::fmt;
use std::ops::Range;

use crate::diag::{Diagnostic, Problems, suggest};
use crate::report::answer::{Answer, Measure, Reading};
use crate::report::diff::{difference, share};
use crate::sim;
use crate::source::{SourceMap, Span};
use crate::units::{Bytes, Share, SimDuration, UnitError, UnitProblem, Usd};

/// What is judged: which figures its answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// The answer of `run`.
    Run,
    /// Of `simulate`.
    Simulate,
    /// Of `cost`.
    Cost,
    /// Of `cost --usage`.
    Usage,
    /// Of `compare`: its first candidate.
    Compare,
    /// Two results; the new one, and how it differs from the old one.
    Diff,
}

impl Judged {
    const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Simulate => "simulate",
            Self::Cost => "cost",
            Self::Usage => "cost --usage",
            Self::Compare => "compare",
            Self::Diff => "diff",
        }
    }

    /// Whether its answer can hold a figure.
    fn has(self, figure: Figure) -> bool {
        match (self, figure) {
            (Self::Run | Self::Diff, _) => true,
            (Self::Usage, figure) => figure == Figure::Cost,
            (Self::Compare, Figure::Simulated(figure)) => DELAYS.contains(&figure),
            (Self::Compare, figure) => {
                matches!(figure, Figure::Cost | Figure::Service | Figure::Rejected | Figure::Lost)
            }
            (_, Figure::Service | Figure::Score | Figure::FirstIn) => false,
            (Self::Simulate, figure) => figure != Figure::Cost,
            (Self::Cost, _) => true,
        }
    }
}

/// The delay of records, which `compare` tells of every candidate.
const DELAYS: [sim::Figure; 5] =
    [sim::Figure::Mean, sim::Figure::P50, sim::Figure::P95, sim::Figure::P99, sim::Figure::Max];

/// What a policy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// A figure of the simulated pipeline.
    Simulated(sim::Figure),
    /// Objects in a day.
    ObjectsPerDay,
    /// Records turned away: their number over all replications, or their share.
    Rejected,
    /// Records let through and never delivered, likewise.
    Lost,
    /// Share of the delivered records that are later than the freshness asked for.
    Late,
    /// What the busiest second leaves of the limit used most, as a share of it.
    Headroom,
    /// The month's bill.
    Cost,
    /// The service that the pipeline is about.
    Service,
    /// Points of the recommended service.
    Score,
    /// Share of all weightings in which it is the first.
    FirstIn,
}

impl Figure {
    const OTHERS: [Self; 9] = [
        Self::ObjectsPerDay,
        Self::Rejected,
        Self::Lost,
        Self::Late,
        Self::Headroom,
        Self::Cost,
        Self::Service,
        Self::Score,
        Self::FirstIn,
    ];

    /// All figures.
    fn all() -> impl Iterator<Item = Self> {
        sim::Figure::ALL.into_iter().map(Self::Simulated).chain(Self::OTHERS)
    }

    /// Its name in policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simulated(figure) => figure.name(),
            Self::ObjectsPerDay => "objects-per-day",
            Self::Rejected => "rejected",
            Self::Lost => "lost",
            Self::Late => "late",
            Self::Headroom => "headroom",
            Self::Cost => "cost",
            Self::Service => "service",
            Self::Score => "score",
            Self::FirstIn => "first-in",
        }
    }

    /// The figure of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let folded = name.to_lowercase().replace(['_', ' '], "-");
        let name = match folded.as_str() {
            "primary" => "service",
            "object-size" => "object-bytes",
            "freshness" => "freshness-p99",
            other => other,
        };
        Self::all().find(|figure| figure.name() == name)
    }

    /// The names of all figures.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        Self::all().map(Self::name).collect()
    }

    fn kind(self) -> Kind {
        match self {
            Self::Simulated(sim::Figure::ObjectsPerHour) | Self::ObjectsPerDay | Self::Score => Kind::Number,
            Self::Simulated(sim::Figure::ObjectBytes) => Kind::Size,
            Self::Simulated(_) => Kind::Time,
            Self::Rejected | Self::Lost => Kind::Records,
            Self::Late | Self::Headroom | Self::FirstIn => Kind::Share,
            Self::Cost => Kind::Money,
            Self::Service => Kind::Word,
        }
    }

    /// What it measures; a word measures nothing and counts as points.
    #[must_use]
    pub fn measure(self) -> Measure {
        match self {
            Self::Simulated(sim::Figure::ObjectsPerHour) => Measure::PerHour,
            Self::Simulated(sim::Figure::ObjectBytes) => Measure::Bytes,
            Self::Simulated(_) => Measure::Seconds,
            Self::ObjectsPerDay => Measure::PerDay,
            Self::Rejected | Self::Lost => Measure::Records,
            Self::Late | Self::Headroom | Self::FirstIn => Measure::Share,
            Self::Cost => Measure::Usd,
            Self::Service | Self::Score => Measure::Points,
        }
    }

    /// What an answer knows of it; records as their number or, if `shared`, as their share.
    #[must_use]
    pub fn of(self, answer: &Answer, shared: bool) -> Reading {
        let records = |(number, share): (Option<u64>, Option<f64>)| {
            Reading::of(if shared { share } else { number.map(|number| number as f64) })
        };
        match self {
            Self::Simulated(figure) => answer.simulated(figure),
            Self::ObjectsPerDay => answer.simulated(sim::Figure::ObjectsPerHour).times(24.0),
            Self::Rejected => records(answer.rejected()),
            Self::Lost => records(answer.lost()),
            Self::Late => Reading::of(answer.late()),
            Self::Headroom => Reading::of(answer.headroom()),
            Self::Cost => answer.cost(),
            Self::Service => Reading::default(),
            Self::Score => Reading::of(answer.score()),
            Self::FirstIn => answer.first_in(),
        }
    }
}

/// The kind of a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Time,
    Size,
    Money,
    Number,
    Records,
    Share,
    Word,
}

impl Kind {
    const fn examples(self) -> (&'static str, &'static str) {
        match self {
            Self::Time => ("a time", "60 s"),
            Self::Size => ("a size", "128 MiB"),
            Self::Money => ("an amount in a month", "USD 200"),
            Self::Number => ("a number", "100"),
            Self::Records => ("a number of records or a share", "1 %"),
            Self::Share => ("a share", "20 %"),
            Self::Word => ("a service id", "firehose"),
        }
    }
}

/// How a figure is held against a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Unequal,
}

impl Comparison {
    /// Longer signs come first, so that `>=` is not read as `>`.
    const SIGNS: [(&str, Self); 10] = [
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        ("==", Self::Equal),
        ("!=", Self::Unequal),
        ("≥", Self::AtLeast),
        ("≤", Self::AtMost),
        ("≠", Self::Unequal),
        (">", Self::Above),
        ("<", Self::Below),
        ("=", Self::Equal),
    ];

    fn sign(self) -> &'static str {
        Self::SIGNS.iter().find(|(_, comparison)| *comparison == self).map_or("", |(sign, _)| sign)
    }

    fn holds(self, value: f64, threshold: f64) -> bool {
        let equal = is_same(value, threshold);
        match self {
            Self::Above => value > threshold && !equal,
            Self::AtLeast => value > threshold || equal,
            Self::Below => value < threshold && !equal,
            Self::AtMost => value < threshold || equal,
            Self::Equal => equal,
            Self::Unequal => !equal,
        }
    }

    /// Whether it holds for a value of which only a lower bound is known; none where that leaves it open.
    fn holds_from(self, bound: f64, threshold: f64) -> Option<bool> {
        match self {
            Self::Above | Self::Unequal => Self::Above.holds(bound, threshold).then_some(true),
            Self::AtLeast => Self::AtLeast.holds(bound, threshold).then_some(true),
            Self::Below => Self::AtLeast.holds(bound, threshold).then_some(false),
            Self::AtMost | Self::Equal => Self::Above.holds(bound, threshold).then_some(false),
        }
    }
}

/// Equal up to the dust that arithmetic leaves: the headroom above 90 % is 10 %.
fn is_same(value: f64, threshold: f64) -> bool {
    value.is_finite() && (value - threshold).abs() <= 1e-9 * value.abs().max(threshold.abs())
}

/// What is compared with the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The figure itself.
    Value,
    /// By how much it is larger than before.
    Rise,
    /// By how much it is smaller.
    Fall,
    /// By how much it differs, either way.
    Change,
}

impl Subject {
    const VERBS: [(&'static str, Self); 3] = [("rises", Self::Rise), ("falls", Self::Fall), ("changes", Self::Change)];

    fn verb(self) -> &'static str {
        Self::VERBS.iter().find(|(_, subject)| *subject == self).map_or("", |(verb, _)| verb)
    }
}

/// The threshold.
#[derive(Debug, Clone, PartialEq)]
enum Threshold {
    /// A number in the unit of the figure, and how it was written.
    Number { value: f64, written: String },
    /// A share of the whole, or of the old value, and how it was written.
    Share { value: f64, written: String },
    /// A word.
    Word(String),
    /// Any change at all.
    Any,
}

/// What an answer must not be.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    figure: Figure,
    subject: Subject,
    comparison: Comparison,
    threshold: Threshold,
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { written, .. } | Self::Share { written, .. } | Self::Word(written) => f.write_str(written),
            Self::Any => Ok(()),
        }
    }
}

/// As it would be typed.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figure, subject, comparison, threshold } = self;
        let figure = figure.name();
        match (subject, comparison) {
            _ if *threshold == Threshold::Any => write!(f, "{figure} changes"),
            (Subject::Value, _) => write!(f, "{figure} {} {threshold}", comparison.sign()),
            (Subject::Rise, Comparison::AtLeast) => write!(f, "delta {figure} >= {threshold}"),
            (subject, _) => write!(f, "{figure} {} by more than {threshold}", subject.verb()),
        }
    }
}

/// What is wrong with a policy, where in its text, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    place: Range<usize>,
    message: String,
    label: String,
    help: String,
}

/// Reads policies as typed with `--fail-on`, each text one or several; `services` are those that a policy may name. Every
/// mistake of every text is told.
pub fn read(
    texts: &[String],
    judged: Judged,
    services: &[&str],
    sources: &mut SourceMap,
    problems: &mut Problems,
) -> Vec<Policy> {
    let mut policies = Vec::new();
    for text in texts {
        let base = sources.add(format!("--fail-on {text}"), text.clone());
        for part in split(text) {
            match parse(text, part, judged, services) {
                Ok(policy) => policies.push(policy),
                Err(mistake) => {
                    let span = Span { start: base + mistake.place.start, end: base + mistake.place.end };
                    let problem = Diagnostic::error("policy", mistake.message);
                    problems.push(problem.at(span, mistake.label).help(mistake.help));
                }
            }
        }
    }
    policies
}

/// Reads one policy that stands as a string at `at` in a file.
///
/// # Errors
/// The mistake, with its place in the file.
pub fn read_at(text: &str, at: Span, judged: Judged, services: &[&str]) -> Result<Policy, Diagnostic> {
    parse(text, trimmed(text, 0..text.len()), judged, services).map_err(|mistake| {
        // A plain string is as long as its text and two quotes; in any other the caret marks it whole.
        let plain = at.end.saturating_sub(at.start) == text.len() + 2;
        let inside = |place: usize| at.start + 1 + place;
        let place =
            if plain { Span { start: inside(mistake.place.start), end: inside(mistake.place.end) } } else { at };
        Diagnostic::error("policy", mistake.message).at(place, mistake.label).help(mistake.help)
    })
}

/// An amount of money with its currency before or behind it: `USD 200`, `$200`, `200 USD`.
///
/// # Errors
/// A [`UnitError`] where it is none.
pub fn amount(text: &str) -> Result<Usd, UnitError> {
    let trimmed = text.trim();
    trimmed.strip_prefix("USD").or_else(|| trimmed.strip_prefix('$')).unwrap_or(trimmed).trim().parse()
}

/// The places between commas and the word `or`, without the space around them.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut word = 0;
    // A word ends where space or a comma begins, or the text ends.
    for (place, sign) in text.char_indices().chain([(text.len(), ',')]) {
        if sign != ',' && !sign.is_whitespace() {
            continue;
        }
        if text[word..place].eq_ignore_ascii_case("or") {
            parts.push(start..word);
            start = place;
        }
        word = place + sign.len_utf8();
        if sign == ',' {
            parts.push(start..place);
            start = word;
        }
    }
    parts.into_iter().map(|part| trimmed(text, part)).collect()
}

/// A range without the space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// A policy taken apart: its figure, what is done with it, and where the threshold stands.
struct Shape {
    figure: Range<usize>,
    subject: Subject,
    comparison: Comparison,
    threshold: Option<Range<usize>>,
}

fn parse(text: &str, place: Range<usize>, judged: Judged, services: &[&str]) -> Result<Policy, Mistake> {
    let shape = shape(text, place.clone())?;
    let name = &text[shape.figure.clone()];
    let Some(figure) = Figure::named(name) else {
        let known: Vec<&str> = Figure::all().filter(|figure| judged.has(*figure)).map(Figure::name).collect();
        return Err(Mistake {
            message: format!("no figure is called `{name}`"),
            label: "not a figure".to_owned(),
            help: suggest(name, &known, "the figures are"),
            place: shape.figure,
        });
    };
    if !judged.has(figure) {
        let by = if figure == Figure::Cost { "`forebay cost` and `forebay run` do" } else { "`forebay run` does" };
        return Err(Mistake {
            message: format!("`forebay {}` does not work out `{}`", judged.name(), figure.name()),
            label: "not in this answer".to_owned(),
            help: by.to_owned(),
            place: shape.figure,
        });
    }
    if shape.subject != Subject::Value && judged != Judged::Diff {
        return Err(Mistake {
            message: "a change is between two results".to_owned(),
            label: format!("`forebay {}` has one", judged.name()),
            help: "write it for `forebay diff OLD NEW`".to_owned(),
            place,
        });
    }
    let threshold = threshold(text, figure, &shape, &place)?;
    if let (Threshold::Word(word), Some(place)) = (&threshold, shape.threshold)
        && !services.contains(&word.as_str())
    {
        return Err(Mistake {
            message: format!("there is no service `{word}`"),
            label: "not a service of the catalog".to_owned(),
            help: suggest(word, services, "the services are"),
            place,
        });
    }
    Ok(Policy { figure, subject: shape.subject, comparison: shape.comparison, threshold })
}

/// Finds the comparison or the verb, and what stands on its sides.
fn shape(text: &str, place: Range<usize>) -> Result<Shape, Mistake> {
    let part = &text[place.clone()];
    let mistake = |message: &str, label: &str, help: &str, place: Range<usize>| Mistake {
        place,
        message: message.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
    };
    let example = "write for example `p99 > 60 s` or `cost > USD 200`";
    if part.is_empty() {
        // A caret needs something to stand under.
        let near = place.start.saturating_sub(1)..place.end.max(place.start.min(text.len()));
        return Err(mistake("a policy is missing", "there is none here", example, near));
    }
    let sign = Comparison::SIGNS
        .iter()
        .filter_map(|(sign, comparison)| Some((part.find(sign)?, *sign, *comparison)))
        .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())));
    let Some((at, sign, comparison)) = sign else {
        return change(text, place.clone()).unwrap_or_else(|| {
            let help = if part.starts_with(|first: char| first.is_ascii_digit()) {
                "a comma begins another policy; write thousands without one: `USD 1000`"
            } else {
                example
            };
            Err(mistake("a policy is written FIGURE > VALUE", "there is no comparison", help, place))
        });
    };
    let value = trimmed(text, place.start + at + sign.len()..place.end);
    if let ("=", Some(turned @ ('<' | '>' | '!'))) = (sign, text[value.clone()].chars().next()) {
        let written = place.start + at..value.start + 1;
        let help = format!("write `{turned}=`");
        return Err(mistake("the parts of a comparison are turned round", "no comparison", &help, written));
    }
    if value.is_empty() {
        return Err(mistake("a policy is written FIGURE > VALUE", "there is no value behind it", example, place));
    }
    let left = trimmed(text, place.start..place.start + at);
    let (figure, subject) = match delta(&text[left.clone()]) {
        Some(skipped) => (trimmed(text, left.start + skipped..left.end), Subject::Rise),
        None => (left, Subject::Value),
    };
    if figure.is_empty() {
        return Err(mistake("a policy is written FIGURE > VALUE", "there is no figure in front", example, place));
    }
    if subject == Subject::Rise && !matches!(comparison, Comparison::Above | Comparison::AtLeast) {
        let help = format!("write `{} falls by more than {}`", &text[figure], text[value].trim_start_matches('-'));
        return Err(mistake("a difference is held against `>` or `>=`", "not this comparison", &help, place));
    }
    Ok(Shape { figure, subject, comparison, threshold: Some(value) })
}

/// Bytes of a leading `delta` or `Δ`.
fn delta(left: &str) -> Option<usize> {
    let word = ["delta ", "Delta "].into_iter().find(|word| left.starts_with(word));
    word.or_else(|| ["Δ", "∆"].into_iter().find(|sign| left.starts_with(sign))).map(str::len)
}

/// `FIGURE rises by more than VALUE`; none where no such verb is there.
fn change(text: &str, place: Range<usize>) -> Option<Result<Shape, Mistake>> {
    let part = &text[place.clone()];
    let (at, verb, subject) = Subject::VERBS.into_iter().find_map(|(verb, subject)| {
        let at = part.find(&format!(" {verb}"))?;
        let behind = &part[at + 1 + verb.len()..];
        (behind.is_empty() || behind.starts_with(char::is_whitespace)).then_some((at, verb, subject))
    })?;
    let figure = trimmed(text, place.start..place.start + at);
    let behind = trimmed(text, place.start + at + 1 + verb.len()..place.end);
    let shape = |threshold| Shape { figure: figure.clone(), subject, comparison: Comparison::Above, threshold };
    if behind.is_empty() {
        return Some(Ok(shape(None)));
    }
    let words: Vec<&str> = text[behind.clone()].split_whitespace().take(3).collect();
    if words == ["by", "more", "than"] {
        let at = text[behind.clone()].find("than").map_or(behind.end, |at| behind.start + at + "than".len());
        let value = trimmed(text, at..behind.end);
        if !value.is_empty() {
            return Some(Ok(shape(Some(value))));
        }
    }
    Some(Err(Mistake {
        message: format!("a change is written FIGURE {verb} by more than VALUE"),
        label: "expected `by more than` and a value".to_owned(),
        help: format!("write for example `{} {verb} by more than 10 %`", &text[figure.clone()]),
        place: behind,
    }))
}

/// Reads the threshold as the figure demands it.
fn threshold(text: &str, figure: Figure, shape: &Shape, whole: &Range<usize>) -> Result<Threshold, Mistake> {
    let (what, example) = figure.kind().examples();
    let name = figure.name();
    let Some(place) = shape.threshold.clone() else {
        if figure.kind() == Kind::Word && shape.subject == Subject::Change {
            return Ok(Threshold::Any);
        }
        return Err(Mistake {
            place: whole.clone(),
            message: "a change of a figure needs a value".to_owned(),
            label: "by how much?".to_owned(),
            help: format!("write for example `{name} {} by more than 10 %`", shape.subject.verb()),
        });
    };
    let written = &text[place.clone()];
    let mistake = |message: String, label: String, help: String| Mistake { place: place.clone(), message, label, help };
    if figure.kind() == Kind::Word {
        return match (shape.subject, shape.comparison) {
            (Subject::Value, Comparison::Equal | Comparison::Unequal) => Ok(Threshold::Word(written.to_owned())),
            _ => Err(mistake(
                format!("`{name}` is a word, which is the same or not"),
                "cannot be larger or smaller".to_owned(),
                format!("write `{name} != firehose` or, for `forebay diff`, `{name} changes`"),
            )),
        };
    }
    let read = number(written, figure.kind(), shape.subject != Subject::Value);
    read.map_err(|error| {
        let found = error.message();
        // The unit types know examples, but not of what.
        let help = match error.problem {
            UnitProblem::NotANumber => format!("write for example `{example}`"),
            _ => error.help,
        };
        mistake(found, format!("`{name}` is compared with {what}, such as `{example}`"), help)
    })
}

/// A number of a kind, or a share where that makes sense.
fn number(written: &str, kind: Kind, change: bool) -> Result<Threshold, UnitError> {
    let owned = || written.to_owned();
    let shared = written.ends_with('%') && (change || matches!(kind, Kind::Share | Kind::Records));
    if shared && change && !matches!(kind, Kind::Share | Kind::Records) {
        // A rise by more than 200 % is no share of a whole.
        let digits = written.trim_end_matches('%').trim();
        let percent: Option<f64> = digits.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0);
        if let Some(percent) = percent {
            return Ok(Threshold::Share { value: percent / 100.0, written: owned() });
        }
    }
    if shared || kind == Kind::Share {
        let share: Share = written.parse()?;
        // The figure is a share itself: the threshold is in its unit.
        return Ok(if kind == Kind::Share {
            Threshold::Number { value: share.get(), written: owned() }
        } else {
            Threshold::Share { value: share.get(), written: owned() }
        });
    }
    let value = match kind {
        Kind::Time => written.parse::<SimDuration>()?.as_secs_f64(),
        Kind::Size => written.parse::<Bytes>()?.get() as f64,
        Kind::Money => amount(written)?.to_f64(),
        _ => plain_number(written)?,
    };
    Ok(Threshold::Number { value, written: owned() })
}

/// A number without a unit; that it counts records may be said.
fn plain_number(written: &str) -> Result<f64, UnitError> {
    let digits = written.trim_end_matches("records").trim();
    let number: Option<f64> = digits.replace('_', "").parse().ok();
    number.filter(|value| value.is_finite() && *value >= 0.0).ok_or_else(|| UnitError {
        problem: UnitProblem::NotANumber,
        expected: "a number",
        found: written.to_owned(),
        help: "write for example \"100\"".to_owned(),
    })
}

/// What came of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it is hit.
    pub hit: bool,
    /// Whether it is hit only because the figure is not known well enough to show that it is not.
    pub open: bool,
    /// Whether the interval of the figure holds the threshold.
    pub within_chance: bool,
    /// The policy, the figure with its interval and what that means, in a sentence.
    pub said: String,
}

impl Policy {
    /// What it looks at.
    #[must_use]
    pub const fn figure(&self) -> Figure {
        self.figure
    }

    /// Holds an answer, and how it differs from an old one, against the policy.
    #[must_use]
    pub fn judge(&self, new: &Answer, old: Option<&Answer>) -> Judgement {
        if self.figure == Figure::Service {
            return self.judge_word(new, old);
        }
        let shared = matches!(self.threshold, Threshold::Share { .. });
        // A share of records is meant of those sent, and its change in points, as with figures that are shares.
        let as_share = shared && self.figure.kind() == Kind::Records;
        let measure = if as_share { Measure::Share } else { self.figure.measure() };
        let now = self.figure.of(new, as_share);
        if self.subject == Subject::Value {
            return self.verdict(&now, &format!("{} is {}", self.figure.name(), now.show(measure)));
        }
        let before = old.map_or_else(Reading::default, |old| self.figure.of(old, as_share));
        let told = format!("{} was {} and is {}", self.figure.name(), before.show(measure), now.show(measure));
        self.verdict(&self.change(&before, &now, shared && !as_share), &told)
    }

    /// By how much a figure changed in the direction of the policy; unknown where one of the two is not fully known.
    fn change(&self, before: &Reading, now: &Reading, relative: bool) -> Reading {
        let found = difference(before, now).filter(|_| !before.at_least && !now.at_least);
        let Some(found) = found else { return Reading::default() };
        let value = match self.subject {
            Subject::Fall => -found.value,
            Subject::Change => found.value.abs(),
            Subject::Value | Subject::Rise => found.value,
        };
        if !relative {
            return Reading { value: Some(value), half_width: found.half_width, at_least: false };
        }
        // From nothing to something is more than any share of nothing.
        let from_nothing = if value == 0.0 { 0.0 } else { value * f64::INFINITY };
        Reading {
            value: Some(share(before, value).unwrap_or(from_nothing)),
            half_width: found.half_width.and_then(|width| share(before, width)),
            at_least: false,
        }
    }

    fn verdict(&self, reading: &Reading, told: &str) -> Judgement {
        let (Threshold::Number { value: threshold, .. } | Threshold::Share { value: threshold, .. }) = self.threshold
        else {
            return self.open(told);
        };
        let Some(value) = reading.value else { return self.open(told) };
        let hit = if reading.at_least {
            let Some(hit) = self.comparison.holds_from(value, threshold) else { return self.open(told) };
            hit
        } else {
            self.comparison.holds(value, threshold)
        };
        let within_chance = reading.half_width.is_some_and(|width| width > 0.0 && (value - threshold).abs() <= width);
        let chance = if within_chance { format!(", within chance of {}", self.threshold) } else { String::new() };
        Judgement { hit, open: false, within_chance, said: format!("`{self}`: {told}{chance}") }
    }

    /// A figure that leaves open whether the policy is hit, which hits it.
    fn open(&self, told: &str) -> Judgement {
        let said = format!("`{self}`: {told}, so the answer cannot be shown to keep to it");
        Judgement { hit: true, open: true, within_chance: false, said }
    }

    fn judge_word(&self, new: &Answer, old: Option<&Answer>) -> Judgement {
        let shown = |word: Option<&str>| word.unwrap_or("unknown").to_owned();
        let now = new.service();
        match &self.threshold {
            Threshold::Word(word) => {
                let told = format!("service is {}", shown(now));
                let Some(now) = now else { return self.open(&told) };
                let same = now == word.as_str();
                let hit = same == (self.comparison == Comparison::Equal);
                Judgement { hit, open: false, within_chance: false, said: format!("`{self}`: {told}") }
            }
            _ => {
                let before = old.and_then(Answer::service);
                let told = format!("service was {} and is {}", shown(before), shown(now));
                let (Some(before), Some(now)) = (before, now) else { return self.open(&told) };
                Judgement { hit: before != now, open: false, within_chance: false, said: format!("`{self}`: {told}") }
            }
        }
    }
}

#[cfg(test)]
mod tests;
