//! What differs between two results, and whether chance explains it.
//!
//! Both results are read as lists of words and figures ([`super::answer`]), which are matched by where they stand, what they
//! are about and their names. Two figures differ beyond chance where their 95 % intervals do not overlap, that is, where
//! they are further apart than both half-widths together. The interval of a difference of independent figures would be
//! narrower, the root of the sum of their squares; but dozens of figures are compared at once, and one in twenty of those
//! would then be taken for a change that is none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::{Answer, Chance, Measure, Named, Part, Reading, Word};
use super::{Style, Table, count, paragraph, plain};
use crate::sim::Estimate;
use crate::units::significant;

/// Version of the JSON form of a [`ResultDiff`].
pub const SCHEMA_VERSION: &str = "1.0";

/// What differs between two results.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ResultDiff {
    /// Version of this form.
    pub schema_version: &'static str,
    /// Whether anything that came out differs, chance set aside. What was asked (header, stated values, requirements, settings) does not count.
    pub differs: bool,
    /// The result compared from.
    pub old: Side,
    /// The result compared to.
    pub new: Side,
    /// Parts that both hold, so that they were compared.
    pub compared: Vec<Part>,
    /// Parts that are only in the old one.
    pub only_old: Vec<Part>,
    /// Parts that are only in the new one.
    pub only_new: Vec<Part>,
    /// Words that differ.
    pub words: Vec<WordChange>,
    /// Figures that differ, also those that do so by chance.
    pub figures: Vec<FigureChange>,
    /// Number of figures that are known in both and the same.
    pub same_figures: usize,
}

/// One of two results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// Title of its scenario.
    pub title: String,
    /// Digest of its scenario's text and the overrides.
    pub digest: String,
}

impl Side {
    fn of(answer: &Answer) -> Self {
        Self { title: answer.title().to_owned(), digest: answer.digest().to_owned() }
    }
}

/// A word that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WordChange {
    /// Where it stands.
    pub part: Part,
    /// What it is about: a service, a setting, an architecture; empty if there is only one.
    pub of: String,
    /// Its name; empty where what it is about says enough.
    pub name: &'static str,
    /// Before; `null` if it was not there.
    pub old: Option<String>,
    /// After; `null` if it is no longer there.
    pub new: Option<String>,
}

impl WordChange {
    /// Whether it is something else that came out. That a service is considered and rejected is nothing yet.
    fn counts(&self) -> bool {
        let is_something = |word: &Option<String>| word.as_ref().is_some_and(|word| word != "rejected");
        !self.part.is_question() && (is_something(&self.old) || is_something(&self.new))
    }
}

/// A figure that differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FigureChange {
    /// Where it stands.
    pub part: Part,
    /// What it is a figure of: a service, a line of the bill, an architecture; empty if there is only one.
    pub of: String,
    /// Its name; empty where what it is of says enough.
    pub name: &'static str,
    /// What it measures, with its unit.
    pub measure: Measure,
    /// Before; `null` if it was not there.
    pub old: Option<Reading>,
    /// After; `null` if it is no longer there.
    pub new: Option<Reading>,
    /// New less old, with a half-width of both together; `null` unless both are known.
    pub difference: Option<Estimate>,
    /// The difference as a share of the old value; `null` where that is 0 or either is unknown.
    pub share: Option<f64>,
    /// What the difference is worth.
    pub verdict: Verdict,
}

/// What a difference of figures is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is beyond chance: the intervals do not overlap, or the figures are exact.
    Real,
    /// The intervals overlap.
    WithinChance,
    /// The figures have no interval, so chance cannot be excluded; it counts as a difference.
    NoInterval,
    /// It follows from figures that are judged by themselves; it counts for nothing.
    Follows,
    /// It was unknown.
    BecameKnown,
    /// It is unknown now.
    BecameUnknown,
    /// It was not there.
    Came,
    /// It is no longer there.
    Gone,
}

impl Verdict {
    /// In a table.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::WithinChance => "within chance",
            Self::NoInterval => "no interval",
            Self::Follows => "follows",
            Self::BecameKnown => "was unknown",
            Self::BecameUnknown => "is unknown now",
            Self::Came => "new",
            Self::Gone => "gone",
        }
    }

    const fn counts(self) -> bool {
        !matches!(self, Self::WithinChance | Self::Follows)
    }
}

/// New less old, with a half-width of both together.
#[must_use]
pub fn difference(old: &Reading, new: &Reading) -> Option<Estimate> {
    let value = new.value? - old.value?;
    let half_width = match (old.half_width, new.half_width) {
        (None, None) => None,
        (one, other) => Some(one.unwrap_or(0.0) + other.unwrap_or(0.0)),
    };
    Some(Estimate { value, half_width })
}

/// A share of the old value; none where that is 0.
#[must_use]
pub fn share(old: &Reading, difference: f64) -> Option<f64> {
    old.value.filter(|value| *value != 0.0).map(|value| difference / value.abs())
}

/// What the difference of two figures is worth; none where they are the same.
fn verdict(old: &Reading, new: &Reading, chance: Chance) -> Option<Verdict> {
    let Some(difference) = difference(old, new) else {
        return match (old.value, new.value) {
            (None, None) => None,
            (None, _) => Some(Verdict::BecameKnown),
            _ => Some(Verdict::BecameUnknown),
        };
    };
    if old.at_least != new.at_least {
        return Some(if new.at_least { Verdict::BecameUnknown } else { Verdict::BecameKnown });
    }
    // Sums in another order leave dust.
    let dust = 1e-12 * old.value.unwrap_or(0.0).abs();
    match (chance, difference.half_width) {
        _ if difference.value.abs() <= dust => None,
        (Chance::Told, _) => Some(Verdict::Follows),
        (Chance::Judged, Some(width)) if difference.value.abs() <= width => Some(Verdict::WithinChance),
        // From nothing to something, or back, is more than a count that varies.
        (Chance::Unjudged, _) if old.value != Some(0.0) && new.value != Some(0.0) => Some(Verdict::NoInterval),
        _ => Some(Verdict::Real),
    }
}

/// What is matched between two results.
trait Keyed {
    fn key(&self) -> (Part, &str, &'static str);
}

impl Keyed for Word {
    fn key(&self) -> (Part, &str, &'static str) {
        (self.part, &self.of, self.name)
    }
}

impl Keyed for Named {
    fn key(&self) -> (Part, &str, &'static str) {
        (self.part, &self.of, self.name)
    }
}

/// Pairs of those with the same key, in the order of the new ones; those that are only in the old one come last. Of several
/// with the same key, the first belong together, and so on.
fn matched<T: Keyed>(old: Vec<T>, new: Vec<T>) -> Vec<(Option<T>, Option<T>)> {
    let mut places: BTreeMap<(Part, String, &str), Vec<usize>> = BTreeMap::new();
    for (place, item) in old.iter().enumerate().rev() {
        let (part, of, name) = item.key();
        places.entry((part, of.to_owned(), name)).or_default().push(place);
    }
    let mut old: Vec<Option<T>> = old.into_iter().map(Some).collect();
    let mut pairs = Vec::new();
    for item in new {
        let (part, of, name) = item.key();
        let place = places.get_mut(&(part, of.to_owned(), name)).and_then(Vec::pop);
        pairs.push((place.and_then(|place| old[place].take()), Some(item)));
    }
    pairs.extend(old.into_iter().flatten().map(|item| (Some(item), None)));
    pairs
}

impl ResultDiff {
    /// Compares what both results hold.
    #[must_use]
    pub fn of(old: &Answer, new: &Answer) -> Self {
        let (in_old, in_new) = (old.parts(), new.parts());
        let without =
            |parts: &[Part], others: &[Part]| parts.iter().filter(|part| !others.contains(part)).copied().collect();
        let compared: Vec<Part> = in_old.iter().filter(|part| in_new.contains(part)).copied().collect();
        let words = words(old, new, &compared);
        let (figures, same_figures) = figures(old, new, &compared);
        let differs = words.iter().any(WordChange::counts) || figures.iter().any(|change| change.verdict.counts());
        Self {
            schema_version: SCHEMA_VERSION,
            differs,
            old: Side::of(old),
            new: Side::of(new),
            only_old: without(&in_old, &in_new),
            only_new: without(&in_new, &in_old),
            compared,
            words,
            figures,
            same_figures,
        }
    }

    /// Whether nothing of what came out is in both results.
    #[must_use]
    pub fn has_nothing_in_common(&self) -> bool {
        self.compared.iter().all(|part| part.is_question())
    }

    /// Whether nothing at all differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let parts = self.only_old.is_empty() && self.only_new.is_empty();
        parts && self.words.is_empty() && self.figures.is_empty()
    }
}

fn words(old: &Answer, new: &Answer, compared: &[Part]) -> Vec<WordChange> {
    let told_before = compared.contains(&Part::Decision);
    let both_state = old.tells_what_is_stated() && new.tells_what_is_stated();
    let mut changes = Vec::new();
    for (old, new) in matched(old.words(), new.words()) {
        let Some(Word { part, of, name, .. }) = new.clone().or_else(|| old.clone()) else { continue };
        let (old, new) = (old.map(|word| word.value), new.map(|word| word.value));
        let shared = match part {
            Part::Header => true,
            Part::Stated => both_state,
            _ => compared.contains(&part),
        };
        // A requirement is told where a reason rests on it: that no reason does any more does not mean that it is gone.
        let silent = part == Part::Requirements && (old.is_none() || new.is_none());
        // The verdicts on candidates are those of the decision.
        let repeated = part == Part::Candidates && told_before && old.is_some() && new.is_some();
        if shared && !silent && !repeated && old != new {
            changes.push(WordChange { part, of, name, old, new });
        }
    }
    once(&mut changes);
    changes.sort_by_key(|change| change.part);
    changes
}

/// A value that changed is told once, at the place that says the most: as a setting with its default, as a stated value, as
/// a requirement; the digest only where it alone tells that the scenario is another.
fn once(changes: &mut Vec<WordChange>) {
    let of = |changes: &[WordChange], part| -> BTreeSet<String> {
        changes.iter().filter(|change| change.part == part).map(|change| change.of.clone()).collect()
    };
    let (settings, stated) = (of(changes, Part::Settings), of(changes, Part::Stated));
    changes.retain(|change| match change.part {
        Part::Header => stated.is_empty() || change.name != "scenario digest",
        Part::Stated => !settings.contains(&change.of),
        Part::Requirements => !stated.contains(&change.of),
        _ => true,
    });
}

fn figures(old: &Answer, new: &Answer, compared: &[Part]) -> (Vec<FigureChange>, usize) {
    let mut changes = Vec::new();
    let mut same = 0;
    for (old, new) in matched(old.figures(), new.figures()) {
        let Some(Named { part, of, name, measure, .. }) = new.clone().or_else(|| old.clone()) else { continue };
        if !compared.contains(&part) {
            continue;
        }
        let chance = weaker(old.as_ref(), new.as_ref());
        let (old, new) = (old.map(|figure| figure.reading), new.map(|figure| figure.reading));
        let found = match (&old, &new) {
            (Some(old), Some(new)) => verdict(old, new, chance),
            // What came or went without a value is told by the words, if at all.
            (Some(only), None) | (None, Some(only)) if only.value.is_none() => continue,
            _ if chance == Chance::Told => Some(Verdict::Follows),
            (None, _) => Some(Verdict::Came),
            (_, None) => Some(Verdict::Gone),
        };
        let Some(verdict) = found else {
            same += usize::from(new.is_some_and(|reading| reading.value.is_some()));
            continue;
        };
        let difference = old.as_ref().zip(new.as_ref()).and_then(|(old, new)| difference(old, new));
        let share = old.as_ref().zip(difference).and_then(|(old, difference)| share(old, difference.value));
        changes.push(FigureChange { part, of, name, measure, old, new, difference, share, verdict });
    }
    changes.sort_by_key(|change| change.part);
    (changes, same)
}

/// How the difference of two figures is judged: no better than either of them.
fn weaker(old: Option<&Named>, new: Option<&Named>) -> Chance {
    let either = |chance| [old, new].into_iter().flatten().any(|figure| figure.chance == chance);
    match () {
        () if either(Chance::Told) => Chance::Told,
        () if either(Chance::Unjudged) => Chance::Unjudged,
        () => Chance::Judged,
    }
}

/// Everything on one page.
#[must_use]
pub fn text(diff: &ResultDiff, width: usize) -> String {
    if diff.is_empty() {
        let figures = count(diff.same_figures as u64, "figure");
        return format!("Nothing changed: {figures} and every word are the same.\n");
    }
    let mut text = paragraph("", &headline(diff), width);
    text.push_str(&paragraph("", &summary(diff), width));
    section(&mut text, "What was asked", &word_table(diff, Part::is_question), width);
    section(&mut text, "What came out", &word_table(diff, |part| !part.is_question()), width);
    let apart = [Part::Limits, Part::Bill, Part::Candidates];
    section(&mut text, "Figures", &figure_table(diff, |part| !apart.contains(&part)), width);
    section(
        &mut text,
        "Limits, as used in the busiest second",
        &figure_table(diff, |part| part == Part::Limits),
        width,
    );
    section(&mut text, "Bill, a month", &figure_table(diff, |part| part == Part::Bill), width);
    section(&mut text, "Candidates", &candidate_table(diff), width);
    let closing = closing(diff);
    if !closing.is_empty() {
        text.push('\n');
        text.push_str(&paragraph("", &closing, width));
    }
    text
}

fn headline(diff: &ResultDiff) -> String {
    if diff.old.title == diff.new.title {
        diff.new.title.clone()
    } else {
        format!("From \"{}\" to \"{}\"", diff.old.title, diff.new.title)
    }
}

/// How much differs, in a sentence.
fn summary(diff: &ResultDiff) -> String {
    let of = |verdict: Verdict| diff.figures.iter().filter(|change| change.verdict == verdict).count() as u64;
    let words = diff.words.iter().filter(|change| change.counts()).count() as u64;
    let figures = diff.figures.iter().filter(|change| change.verdict.counts()).count() as u64;
    let chance = of(Verdict::WithinChance);
    let changed = [(words, "word"), (figures, "figure")].into_iter().filter(|(number, _)| *number > 0);
    let changed: Vec<String> = changed.map(|(number, noun)| count(number, noun)).collect();
    let mut told = if diff.differs {
        format!("{} changed", changed.join(" and "))
    } else {
        "Nothing that came out changed beyond chance".to_owned()
    };
    if chance > 0 {
        let _ = write!(told, "; {} within chance", count(chance, "figure"));
    }
    told + "."
}

fn section(text: &mut String, head: &str, table: &(Table, usize), width: usize) {
    let (table, rows) = table;
    if *rows > 0 {
        let _ = write!(text, "\n{head}\n\n{}", table.render(Style::Plain(width)));
    }
}

/// `firehose.put`, `p99`, `firehose verdict`.
fn named(of: &str, name: &str) -> String {
    [of, name].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn shown(word: Option<&String>) -> String {
    word.cloned().unwrap_or_else(|| ABSENT.to_owned())
}

/// What stands for something that is not there.
const ABSENT: &str = "–";

fn word_table(diff: &ResultDiff, wanted: impl Fn(Part) -> bool) -> (Table, usize) {
    let mut table = Table::new(&["what", "old", "new"]);
    let changes: Vec<&WordChange> = diff.words.iter().filter(|change| wanted(change.part)).collect();
    for change in &changes {
        table.row(vec![named(&change.of, change.name), shown(change.old.as_ref()), shown(change.new.as_ref())]);
    }
    (table, changes.len())
}

fn figure_table(diff: &ResultDiff, wanted: impl Fn(Part) -> bool) -> (Table, usize) {
    let mut table = Table::new(&["figure", "old", "new", "difference", "is"]).right(&[1, 2, 3]);
    let changes: Vec<&FigureChange> = diff.figures.iter().filter(|change| wanted(change.part)).collect();
    for change in &changes {
        table.row(figure_cells(change, named(&change.of, change.name)));
    }
    (table, changes.len())
}

/// The candidates' figures; their ways are long and stand last, where they wrap.
fn candidate_table(diff: &ResultDiff) -> (Table, usize) {
    let mut table = Table::new(&["figure", "old", "new", "difference", "is", "by way of"]).right(&[1, 2, 3]);
    let changes: Vec<&FigureChange> = diff.figures.iter().filter(|change| change.part == Part::Candidates).collect();
    for change in &changes {
        let mut row = figure_cells(change, change.name.to_owned());
        row.push(change.of.clone());
        table.row(row);
    }
    (table, changes.len())
}

fn figure_cells(change: &FigureChange, name: String) -> Vec<String> {
    let reading =
        |reading: &Option<Reading>| reading.map_or_else(|| ABSENT.to_owned(), |reading| reading.show(change.measure));
    vec![name, reading(&change.old), reading(&change.new), apart(change), change.verdict.words().to_owned()]
}

/// `+12.3 s (+4.1 %)`; the share only where the difference counts for something.
fn apart(change: &FigureChange) -> String {
    let Some(difference) = change.difference else { return String::new() };
    let sign = if difference.value < 0.0 { "−" } else { "+" };
    let size = change.measure.show_size(difference.value.abs());
    let is_worth_a_share = change.measure != Measure::Share && change.verdict.counts();
    let share = change.share.filter(|_| is_worth_a_share);
    let share = share.map_or_else(String::new, |share| format!(" ({sign}{} %)", significant(100.0 * share.abs(), 3)));
    format!("{sign}{size}{share}")
}

fn closing(diff: &ResultDiff) -> String {
    let list = |parts: &[Part]| parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(", ");
    let mut told = Vec::new();
    for (side, parts) in [("old", &diff.only_old), ("new", &diff.only_new)] {
        if !parts.is_empty() {
            told.push(format!("Only in the {side} result, and not compared: {}.", list(parts)));
        }
    }
    if diff.same_figures > 0 {
        let verb = if diff.same_figures == 1 { "is" } else { "are" };
        told.push(format!("{} {verb} the same.", count(diff.same_figures as u64, "figure")));
    }
    told.join(" ")
}

/// A row for every change, for documents.
#[must_use]
pub fn changes(diff: &ResultDiff) -> Table {
    let mut table = Table::new(&["part", "what", "old", "new", "difference", "is"]).right(&[4]);
    for change in &diff.words {
        let is = if change.counts() { Verdict::Real.words() } else { "" };
        table.row(vec![
            change.part.name().to_owned(),
            named(&change.of, change.name),
            shown(change.old.as_ref()),
            shown(change.new.as_ref()),
            String::new(),
            is.to_owned(),
        ]);
    }
    for change in &diff.figures {
        let mut row = vec![change.part.name().to_owned()];
        row.extend(figure_cells(change, named(&change.of, change.name)));
        table.row(row);
    }
    table
}

/// The same as plain numbers, for programs: an empty cell is unknown or not there, which the verdict tells apart.
#[must_use]
pub fn numbers(diff: &ResultDiff) -> Table {
    let mut table = Table::new(&[
        "part",
        "of",
        "name",
        "unit",
        "old",
        "old_half_width",
        "new",
        "new_half_width",
        "difference",
        "half_width",
        "verdict",
    ]);
    for change in &diff.words {
        let cell = |word: &Option<String>| word.clone().unwrap_or_default();
        let mut row = vec![change.part.name().to_owned(), change.of.clone(), change.name.to_owned(), String::new()];
        row.extend([cell(&change.old), String::new(), cell(&change.new), String::new(), String::new(), String::new()]);
        row.push(if change.counts() { "real" } else { "" }.to_owned());
        table.row(row);
    }
    for change in &diff.figures {
        let value = |reading: &Option<Reading>| plain(reading.and_then(|reading| reading.value));
        let width = |reading: &Option<Reading>| plain(reading.and_then(|reading| reading.half_width));
        table.row(vec![
            change.part.name().to_owned(),
            change.of.clone(),
            change.name.to_owned(),
            change.measure.unit().to_owned(),
            value(&change.old),
            width(&change.old),
            value(&change.new),
            width(&change.new),
            plain(change.difference.map(|found| found.value)),
            plain(change.difference.and_then(|found| found.half_width)),
            change.verdict.words().to_owned(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(value: f64, half_width: Option<f64>) -> Reading {
        Reading { value: Some(value), half_width, at_least: false }
    }

    #[test]
    fn a_difference_is_real_where_the_intervals_do_not_overlap() {
        let judged = |old: Reading, new: Reading| verdict(&old, &new, Chance::Judged);
        let (low, high) = (reading(10.0, Some(1.0)), reading(12.5, Some(1.0)));
        assert_eq!(judged(low, high), Some(Verdict::Real));
        assert_eq!(judged(high, low), Some(Verdict::Real));
        assert_eq!(judged(low, reading(11.9, Some(1.0))), Some(Verdict::WithinChance));
        // The root of the sum of squares, 1.41, would call this real; the intervals overlap.
        assert_eq!(judged(low, reading(11.5, Some(1.0))), Some(Verdict::WithinChance));
        assert_eq!(judged(low, low), None);
        // One of the two is exact.
        assert_eq!(judged(reading(10.0, None), reading(10.5, Some(1.0))), Some(Verdict::WithinChance));
        assert_eq!(judged(reading(10.0, None), reading(10.5, None)), Some(Verdict::Real));
    }

    #[test]
    fn what_is_unknown_is_no_zero() {
        let known = reading(41.2, None);
        let unknown = Reading::default();
        assert_eq!(verdict(&known, &unknown, Chance::Judged), Some(Verdict::BecameUnknown));
        assert_eq!(verdict(&unknown, &known, Chance::Judged), Some(Verdict::BecameKnown));
        assert_eq!(verdict(&unknown, &unknown, Chance::Judged), None);
        let bound = Reading { at_least: true, ..known };
        assert_eq!(verdict(&known, &bound, Chance::Judged), Some(Verdict::BecameUnknown));
        assert_eq!(difference(&known, &unknown), None);
    }

    #[test]
    fn counts_without_interval_count_and_what_follows_does_not() {
        let (few, more) = (reading(0.01, None), reading(0.02, None));
        assert_eq!(verdict(&few, &more, Chance::Unjudged), Some(Verdict::NoInterval));
        assert_eq!(verdict(&reading(0.0, None), &more, Chance::Unjudged), Some(Verdict::Real));
        assert_eq!(verdict(&few, &more, Chance::Told), Some(Verdict::Follows));
        assert!(Verdict::NoInterval.counts() && Verdict::BecameUnknown.counts());
        assert!(!Verdict::Follows.counts() && !Verdict::WithinChance.counts());
    }

    #[test]
    fn those_with_the_same_key_are_matched_in_their_order() {
        let word = |of: &str, value: &str| Word {
            part: Part::Candidates,
            of: of.to_owned(),
            name: "verdict",
            value: value.to_owned(),
        };
        let old = vec![word("a", "1"), word("b", "2"), word("a", "3")];
        let new = vec![word("a", "4"), word("c", "5"), word("a", "6"), word("a", "7")];
        let pairs: Vec<(Option<String>, Option<String>)> = matched(old, new)
            .into_iter()
            .map(|(old, new)| (old.map(|word| word.value), new.map(|word| word.value)))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            pairs,
            [(some("1"), some("4")), (None, some("5")), (some("3"), some("6")), (None, some("7")), (some("2"), None)]
        );
    }

    #[test]
    fn a_service_that_comes_and_is_rejected_counts_for_nothing() {
        let change = |part, old: Option<&str>, new: Option<&str>| WordChange {
            part,
            of: "sqs".to_owned(),
            name: "verdict",
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        assert!(!change(Part::Decision, None, Some("rejected")).counts());
        assert!(change(Part::Decision, None, Some("first")).counts());
        assert!(change(Part::Decision, Some("second"), Some("rejected")).counts());
        assert!(!change(Part::Settings, Some("1"), Some("2")).counts());
    }
}
