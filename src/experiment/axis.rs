//! One thing that an experiment varies: a key and its levels.

use std::ops::Range;

use crate::units::{ByteRate, Bytes, RecordRate, Share, SimDuration, significant};
use crate::value::Value;

/// Levels of one axis, at most.
const MOST_LEVELS: usize = 100_000;

/// A key of a scenario, or an option of a service, with the levels that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The key as typed.
    pub key: String,
    /// What it takes.
    pub levels: Levels,
}

/// The levels of an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum Levels {
    /// These, in this order.
    Listed(Vec<String>),
    /// Anything between two ends; only points drawn at random can make use of it.
    Between(Span),
}

/// Two ends of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    low: Value,
    high: Value,
    /// Whether levels are spread by their ratio and not by their difference.
    geometric: bool,
}

/// What is wrong with the text of an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AxisError {
    /// One lower-case sentence.
    pub message: String,
    /// Where in the text.
    pub at: Range<usize>,
    /// What to type instead.
    pub help: String,
}

const EXAMPLE: &str =
    "write for example `firehose.buffer-interval=0s,60s,300s` or `firehose.buffer-interval=30s..900s/30`";

impl Axis {
    /// Reads `KEY=LEVEL,LEVEL,...`. A level may be a range: `LOW..HIGH/N` is N levels from LOW to HIGH in even steps,
    /// `LOW..HIGH/Nlog` N levels in even ratios; `LOW..HIGH` alone is for points drawn at random. A comma inside brackets
    /// separates no levels.
    ///
    /// # Errors
    /// [`AxisError`] with the place.
    pub fn parse(text: &str) -> Result<Self, AxisError> {
        let whole = 0..text.len();
        let error =
            |message: &str, at: Range<usize>| AxisError { message: message.to_owned(), at, help: EXAMPLE.to_owned() };
        let (key, levels) =
            text.split_once('=').ok_or_else(|| error("there is no `=` between key and levels", whole.clone()))?;
        let base = key.len() + 1;
        if key.trim().is_empty() {
            return Err(error("there is no key before the `=`", 0..base));
        }
        let parts = split(levels);
        if let [only] = parts.as_slice()
            && let Some(span) = Span::parse(&levels[only.clone()], base + only.start)?
        {
            return Ok(Self { key: key.trim().to_owned(), levels: Levels::Between(span) });
        }
        let mut listed: Vec<String> = Vec::new();
        for part in parts {
            let place = base + part.start..base + part.end;
            let level = levels[part].trim();
            if level.is_empty() {
                return Err(error("there is a level missing", place));
            }
            listed.extend(ladder(level, &place)?.unwrap_or_else(|| vec![level.to_owned()]));
            if listed.len() > MOST_LEVELS {
                return Err(error("an axis has 100,000 levels at most", place));
            }
        }
        if let Some(twice) = (1..listed.len()).find(|index| listed[..*index].contains(&listed[*index])) {
            return Err(error(&format!("the level `{}` is there twice", listed[twice]), base..text.len()));
        }
        Ok(Self { key: key.trim().to_owned(), levels: Levels::Listed(listed) })
    }

    /// Levels to check before anything is run: all that are listed, the ends of a range.
    #[must_use]
    pub fn examples(&self) -> Vec<String> {
        match &self.levels {
            Levels::Listed(levels) => levels.clone(),
            Levels::Between(span) => vec![span.at(0.0), span.at(1.0)],
        }
    }

    /// The level at a place from 0 to 1 along the axis.
    pub(super) fn at(&self, place: f64) -> String {
        match &self.levels {
            Levels::Listed(levels) => {
                let index = ((place * levels.len() as f64) as usize).min(levels.len().saturating_sub(1));
                levels.get(index).cloned().unwrap_or_default()
            }
            Levels::Between(span) => span.at(place),
        }
    }
}

/// Places of the parts between commas that are in no brackets.
fn split(text: &str) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0i32);
    for (place, sign) in text.char_indices() {
        match sign {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(start..place);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(start..text.len());
    parts
}

/// The levels that `LOW..HIGH/N` stands for; none where the text is no range.
fn ladder(text: &str, place: &Range<usize>) -> Result<Option<Vec<String>>, AxisError> {
    let whole = Span::of(text, false, place).is_ok();
    let Some((ends, steps)) = text.rsplit_once('/').filter(|(ends, _)| !whole && ends.contains("..")) else {
        if text.contains("..") {
            return Err(AxisError {
                message: "a range among other levels needs the number of its levels".to_owned(),
                at: place.clone(),
                help: format!("write `{text}/10` for ten of them"),
            });
        }
        return Ok(None);
    };
    let (number, geometric) = match steps.trim().strip_suffix("log") {
        Some(number) => (number, true),
        None => (steps, false),
    };
    let count = number.trim().parse::<usize>().ok().filter(|count| (2..=MOST_LEVELS).contains(count));
    let Some(count) = count else {
        return Err(AxisError {
            message: format!("`{}` is no number of levels", steps.trim()),
            at: place.clone(),
            help: "write two or more, as in `30s..900s/30`, or `30s..900s/30log` for even ratios".to_owned(),
        });
    };
    let span = Span::of(ends, geometric, place)?;
    let levels: Vec<String> = (0..count).map(|index| span.at(index as f64 / (count - 1) as f64)).collect();
    if (1..levels.len()).any(|index| levels[index] == levels[index - 1]) {
        return Err(AxisError {
            message: format!(
                "{count} levels between {} and {} are not all different once they are rounded",
                span.low, span.high
            ),
            at: place.clone(),
            help: "take fewer".to_owned(),
        });
    }
    Ok(Some(levels))
}

impl Span {
    /// A text that is a range and nothing else.
    fn parse(text: &str, start: usize) -> Result<Option<Self>, AxisError> {
        if !text.contains("..") {
            return Ok(None);
        }
        match Self::of(text, false, &(start..start + text.len())) {
            Ok(span) => Ok(Some(span)),
            // A rate has a stroke too; behind the last one may stand the number of levels.
            Err(_) if text.contains('/') => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn of(text: &str, geometric: bool, place: &Range<usize>) -> Result<Self, AxisError> {
        let refuse = |message: String| AxisError { message, at: place.clone(), help: EXAMPLE.to_owned() };
        let (low, high) = Value::interval_ends(text).ok_or_else(|| refuse("this is no range".to_owned()))?;
        let (low, high) = (quantity(low), quantity(high));
        match low.compare(&high) {
            Some(std::cmp::Ordering::Less) => {}
            Some(_) => return Err(refuse(format!("a range goes upwards, but {low} is not below {high}"))),
            None => {
                return Err(refuse(format!(
                    "a range has two numbers with like units, but these are {} and {}",
                    low.kind(),
                    high.kind()
                )));
            }
        }
        if geometric && base(&low) <= 0.0 {
            return Err(refuse("even ratios need an end above zero".to_owned()));
        }
        Ok(Self { low, high, geometric })
    }

    /// The level at a place from 0 to 1, rounded as people would; the ends are what they are.
    fn at(&self, place: f64) -> String {
        if place <= 0.0 || place >= 1.0 {
            return exact(if place <= 0.0 { &self.low } else { &self.high });
        }
        let (low, high) = (base(&self.low), base(&self.high));
        let level = if self.geometric { low * libm::pow(high / low, place) } else { low + (high - low) * place };
        let whole = |unit: f64| low % unit == 0.0 && high % unit == 0.0;
        let rounded = |unit: f64| (level / unit).round() * unit;
        match self.low {
            Value::Duration(_) if whole(1.0) && high - low >= 10.0 => format!("{}s", rounded(1.0)),
            Value::Duration(_) => format!("{}s", significant(level, 4).replace(',', "")),
            Value::Size(_) if whole(1_048_576.0) => format!("{}MiB", rounded(1_048_576.0) / 1_048_576.0),
            Value::Size(_) if whole(1024.0) => format!("{}KiB", rounded(1024.0) / 1024.0),
            Value::Size(_) => format!("{}B", level.round()),
            Value::Rate(_) => format!("{} records/s", plain(level)),
            Value::ByteRate(_) => format!("{} B/s", level.round()),
            Value::Share(_) => format!("{}%", plain(level * 100.0)),
            _ if whole(1.0) => format!("{}", level.round()),
            _ => plain(level),
        }
    }
}

/// Four digits that matter, without marks between thousands.
fn plain(number: f64) -> String {
    significant(number, 4).replace(',', "")
}

/// A plain number, or the quantity whose unit the text carries.
fn quantity(text: &str) -> Value {
    text.trim().parse::<f64>().map_or_else(|_| Value::parse(text.trim()), Value::Number)
}

/// The number in base units.
fn base(value: &Value) -> f64 {
    match value {
        Value::Number(number) => *number,
        Value::Duration(duration) => SimDuration::as_secs_f64(*duration),
        Value::Size(size) => Bytes::get(*size) as f64,
        Value::Rate(rate) => RecordRate::get(*rate),
        Value::ByteRate(rate) => ByteRate::get(*rate),
        Value::Share(share) => Share::get(*share),
        _ => f64::NAN,
    }
}

/// A value as a scenario takes it, without loss.
fn exact(value: &Value) -> String {
    let number = base(value);
    match value {
        Value::Duration(_) => format!("{number}s"),
        Value::Size(_) if number % 1_048_576.0 == 0.0 => format!("{}MiB", number / 1_048_576.0),
        Value::Size(_) => format!("{number}B"),
        Value::Rate(_) => format!("{number} records/s"),
        Value::ByteRate(_) => format!("{number} B/s"),
        Value::Share(_) => format!("{}%", number * 100.0),
        _ => format!("{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(text: &str) -> Vec<String> {
        match Axis::parse(text).unwrap().levels {
            Levels::Listed(levels) => levels,
            Levels::Between(span) => panic!("{span:?}"),
        }
    }

    #[test]
    fn levels_are_listed_or_spread_over_a_range() {
        assert_eq!(levels("a.b=0s, 60 s,900s"), ["0s", "60 s", "900s"]);
        assert_eq!(levels("a.b=0s..60s/4"), ["0s", "20s", "40s", "60s"]);
        assert_eq!(levels("a.b=1MiB..16MiB/5log"), ["1MiB", "2MiB", "4MiB", "8MiB", "16MiB"]);
        assert_eq!(
            levels("a.b=10 records/s..1000 records/s/3log"),
            ["10 records/s", "100 records/s", "1000 records/s"]
        );
        assert_eq!(levels("a.b=0.5..2/4"), ["0.5", "1", "1.5", "2"]);
        assert_eq!(levels("a.b=0s,10s..20s/2,1h"), ["0s", "10s", "20s", "1h"]);
        assert_eq!(levels("needs.destinations=[s3, redshift],s3"), ["[s3, redshift]", "s3"]);
    }

    #[test]
    fn ranges_of_rates_are_told_from_numbers_of_levels() {
        let between = |text: &str| matches!(Axis::parse(text).unwrap().levels, Levels::Between(_));
        assert!(between("rate=10/s..1000/s"));
        assert!(between("a=1 MB/s..9 MB/s"));
        assert!(between("a=10..20"));
        assert!(!between("rate=10/s..1000/s/3"));
        assert!(!between("a=10..20/5"));
    }

    #[test]
    fn rounded_levels_are_quantities_again() {
        for text in ["a=1ms..7s/9", "a=1KiB..3MiB/7", "a=3B..900B/5", "a=1%..50%/6", "a=1 B/s..9 MB/s/4"] {
            for level in levels(text) {
                assert!(!matches!(Value::parse(&level), Value::Text(_)), "{text}: {level}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let told = |text: &str| {
            let error = Axis::parse(text).unwrap_err();
            (error.message, text.get(error.at).unwrap().to_owned())
        };
        assert_eq!(told("abc").0, "there is no `=` between key and levels");
        assert_eq!(told("a=1s,,2s").0, "there is a level missing");
        assert_eq!(told("a=1s,9s..2s/3").1, "9s..2s/3");
        assert_eq!(told("a=1s,2s,1s").0, "the level `1s` is there twice");
        assert_eq!(
            told("a=1s..5MiB/3").0,
            "a range has two numbers with like units, but these are a duration and a size"
        );
        assert_eq!(told("a=1s..5s/x").0, "`x` is no number of levels");
        assert_eq!(told("a=1s..5s/1").0, "`1` is no number of levels");
        assert_eq!(told("a=1..3/9").0, "9 levels between 1 and 3 are not all different once they are rounded");
        assert_eq!(told("a=0s..5s/4log").0, "even ratios need an end above zero");
        assert_eq!(told("a=1s..5s,9s").0, "a range among other levels needs the number of its levels");
        assert_eq!(told("a=1/s..5/s,9/s").0, "a range among other levels needs the number of its levels");
    }
}
