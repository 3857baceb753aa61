//! One value of a fact or an answer, with its kind, comparable with others of the same kind.

use std::cmp::Ordering;
use std::fmt;

use crate::units::{ByteRate, Bytes, RecordRate, Share, SimDuration, significant};

/// A typed value as rules compare it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Flag(bool),
    /// A plain number.
    Number(f64),
    /// A word or a free text.
    Text(String),
    /// Several words.
    Words(Vec<String>),
    /// A size of data.
    Size(Bytes),
    /// A length of time.
    Duration(SimDuration),
    /// Records or requests a second.
    Rate(RecordRate),
    /// Bytes a second.
    ByteRate(ByteRate),
    /// A share of a whole.
    Share(Share),
    /// A quantity that is known only to lie between two of its kind, both included; the first is the lesser.
    Range(Box<Value>, Box<Value>),
}

impl Value {
    /// Reads a text as the quantity whose unit it carries, else as a word.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let starts_with_number = text.trim_start().starts_with(|first: char| first.is_ascii_digit());
        if !starts_with_number {
            return Self::Text(text.to_owned());
        }
        let duration = || SimDuration::read(text).ok().map(Self::Duration);
        let size = || Bytes::read(text).ok().map(Self::Size);
        let bytes = || ByteRate::read(text).ok().map(Self::ByteRate);
        let rate = || RecordRate::read(text).ok().map(Self::Rate);
        let share = || Share::read(text).ok().map(Self::Share);
        duration()
            .or_else(size)
            .or_else(bytes)
            .or_else(rate)
            .or_else(share)
            .unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    /// Order of two values of the same kind that have one.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Size(a), Self::Size(b)) => Some(a.cmp(b)),
            (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            (Self::Rate(a), Self::Rate(b)) => a.partial_cmp(b),
            (Self::ByteRate(a), Self::ByteRate(b)) => a.partial_cmp(b),
            (Self::Share(a), Self::Share(b)) => a.partial_cmp(b),
            _ => None,
        }
    }

    /// The interval between two quantities of one kind; the quantity itself where both ends are the same. `None` where
    /// they are of different kinds, have no order, or the first is the greater.
    #[must_use]
    pub fn between(low: Self, high: Self) -> Option<Self> {
        match low.compare(&high)? {
            Ordering::Less => Some(Self::Range(Box::new(low), Box::new(high))),
            Ordering::Equal => Some(low),
            Ordering::Greater => None,
        }
    }

    /// The least and the greatest that it may be: twice the value itself where it is no interval.
    #[must_use]
    pub fn ends(&self) -> (&Self, &Self) {
        match self {
            Self::Range(low, high) => (low, high),
            exact => (exact, exact),
        }
    }

    /// Whether it is only known between two ends.
    #[must_use]
    pub const fn is_interval(&self) -> bool {
        matches!(self, Self::Range(..))
    }

    /// The text as two ends of an interval, as in `10 s .. 60 s`; what they hold is not looked at.
    #[must_use]
    pub fn interval_ends(text: &str) -> Option<(&str, &str)> {
        text.split_once("..").map(|(low, high)| (low.trim(), high.trim()))
    }

    /// Whether a list holds the word, or the value is that word.
    #[must_use]
    pub fn holds(&self, word: &str) -> bool {
        match self {
            Self::Words(words) => words.iter().any(|held| held == word),
            Self::Text(text) => text == word,
            _ => false,
        }
    }

    /// The words of a list, or the one word.
    #[must_use]
    pub fn words(&self) -> &[String] {
        match self {
            Self::Words(words) => words,
            Self::Text(text) => std::slice::from_ref(text),
            _ => &[],
        }
    }

    /// The kind in words, for messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Flag(_) => "a flag",
            Self::Number(_) => "a number",
            Self::Text(_) => "a word",
            Self::Words(_) => "a list of words",
            Self::Size(_) => "a size",
            Self::Duration(_) => "a duration",
            Self::Rate(_) => "a rate of records",
            Self::ByteRate(_) => "a rate of bytes",
            Self::Share(_) => "a share",
            Self::Range(..) => "an interval",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{}", significant(*number, 6)),
            Self::Text(text) => write!(f, "{text}"),
            Self::Words(words) if words.is_empty() => write!(f, "none"),
            Self::Words(words) => write!(f, "{}", words.join(", ")),
            Self::Size(size) => write!(f, "{size}"),
            Self::Duration(duration) => write!(f, "{duration}"),
            Self::Rate(rate) => write!(f, "{rate}"),
            Self::ByteRate(rate) => write!(f, "{rate}"),
            Self::Share(share) => write!(f, "{share}"),
            Self::Range(low, high) => write!(f, "{low} .. {high}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_the_quantity_whose_unit_it_carries() {
        assert_eq!(Value::parse("300 s"), Value::Duration(SimDuration::from_secs(300)));
        assert_eq!(Value::parse("5 MiB"), Value::Size(Bytes::from_mib(5)));
        assert!(matches!(Value::parse("2000 requests/s"), Value::Rate(_)));
        assert!(matches!(Value::parse("5 MiB/s"), Value::ByteRate(_)));
        assert_eq!(Value::parse("volume"), Value::Text("volume".into()));
        assert_eq!(Value::parse("3 cows"), Value::Text("3 cows".into()));
    }

    #[test]
    fn values_of_different_kinds_have_no_order() {
        assert_eq!(Value::parse("300 s").compare(&Value::parse("5 MiB")), None);
        assert_eq!(Value::parse("1 s").compare(&Value::parse("1 min")), Some(Ordering::Less));
    }
    #[test]
    fn an_interval_has_its_ends_in_order_and_one_kind() {
        let between = |low, high| Value::between(Value::parse(low), Value::parse(high));
        assert_eq!(between("10 s", "1 min").unwrap().to_string(), "10 s .. 60 s");
        assert_eq!(between("60 s", "1 min"), Some(Value::parse("60 s")));
        assert_eq!(between("60 s", "10 s"), None);
        assert_eq!(between("10 s", "5 MiB"), None);
        let interval = between("10 s", "1 min").unwrap();
        assert_eq!(interval.ends(), (&Value::parse("10 s"), &Value::parse("60 s")));
        assert_eq!(Value::interval_ends("10 s..60 s"), Some(("10 s", "60 s")));
    }
}
