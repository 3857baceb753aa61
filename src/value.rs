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
}

impl Value {
    /// Reads a text as the quantity whose unit it carries, else as a word.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let starts_with_number = text.trim_start().starts_with(|first: char| first.is_ascii_digit());
        if !starts_with_number {
            return Self::Text(text.to_owned());
        }
        let duration = || text.parse().ok().map(Self::Duration);
        let size = || text.parse().ok().map(Self::Size);
        let bytes = || text.parse().ok().map(Self::ByteRate);
        let rate = || text.parse().ok().map(Self::Rate);
        let share = || text.parse().ok().map(Self::Share);
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
}
