//! Rates: records a second and bytes a second.

use std::fmt;
use std::str::FromStr;

use super::bytes::Bytes;
use super::number::{Grammar, UnitError, UnitProblem, significant, split};

const RECORDS: Grammar = Grammar {
    expected: "a rate of records",
    units: &[("records/s", 1.0), ("records/min", 1.0), ("records/h", 1.0), ("records/day", 1.0), ("events/s", 1.0)],
    examples: &["1200 records/s", "1000000 records/day"],
};

const BYTES: Grammar = Grammar {
    expected: "a rate of bytes",
    units: &[("MiB/s", 1.0), ("MB/s", 1.0), ("KiB/s", 1.0), ("GB/day", 1.0)],
    examples: &["5 MiB/s", "12 MB/s"],
};

/// What a rate of records may count; they all mean one record here.
const NOUNS: [&str; 20] = [
    "records",
    "record",
    "events",
    "event",
    "requests",
    "request",
    "calls",
    "call",
    "messages",
    "message",
    "clicks",
    "click",
    "rows",
    "row",
    "lines",
    "line",
    "fragments",
    "fragment",
    "changes",
    "change",
];

/// Seconds in each unit of time that a rate may be given per.
const PERIODS: [(&str, f64); 13] = [
    ("s", 1.0),
    ("sec", 1.0),
    ("second", 1.0),
    ("min", 60.0),
    ("minute", 60.0),
    ("h", 3600.0),
    ("hour", 3600.0),
    ("day", 86_400.0),
    ("d", 86_400.0),
    ("week", 604_800.0),
    // The month of AWS's calculator: 730 hours.
    ("month", 2_628_000.0),
    ("ms", 1e-3),
    ("year", 31_536_000.0),
];

/// Line rates, which count bits.
const BIT_RATES: [(&str, f64); 4] = [("Gbps", 1e9), ("Mbps", 1e6), ("kbps", 1e3), ("bps", 1.0)];

/// A rate of records (or requests, or events), above zero.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct RecordRate(f64);

/// A rate of data, in bytes a second, above zero.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct ByteRate(f64);

impl RecordRate {
    /// From records a second; `None` unless finite and above zero.
    #[must_use]
    pub fn per_second(rate: f64) -> Option<Self> {
        (rate.is_finite() && rate > 0.0).then_some(Self(rate))
    }

    /// Records a second.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl ByteRate {
    /// From bytes a second; `None` unless finite and above zero.
    #[must_use]
    pub fn per_second(rate: f64) -> Option<Self> {
        (rate.is_finite() && rate > 0.0).then_some(Self(rate))
    }

    /// Bytes a second.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

pub(super) fn period(name: &str) -> Option<f64> {
    PERIODS.iter().find(|(unit, _)| *unit == name).map(|(_, seconds)| *seconds)
}

/// Checks the number in front of a rate's unit.
fn positive(number: f64) -> Result<f64, UnitProblem> {
    match number {
        n if !n.is_finite() || n > 1e15 => Err(UnitProblem::OutOfRange),
        n if n < 0.0 => Err(UnitProblem::Negative),
        0.0 => Err(UnitProblem::Zero),
        _ => Ok(number),
    }
}

impl RecordRate {
    /// Reads a text without wording what is wrong with it, for those who try one quantity after the other.
    pub(crate) fn read(text: &str) -> Result<Self, UnitProblem> {
        let (number, unit) = split(text).ok_or(UnitProblem::NotANumber)?;
        let number = positive(number)?;
        if unit.is_empty() {
            return Err(UnitProblem::MissingUnit);
        }
        let unknown = || UnitProblem::UnknownUnit(unit.to_owned());
        let (counted, per) = unit.split_once('/').ok_or_else(unknown)?;
        let (scale, noun) = scaled(counted.trim());
        let seconds = period(per.trim()).ok_or_else(unknown)?;
        if !noun.is_empty() && !NOUNS.contains(&noun) {
            return Err(unknown());
        }
        positive(number * scale / seconds).map(Self)
    }
}

impl FromStr for RecordRate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        Self::read(text).map_err(|problem| RECORDS.error(text, problem))
    }
}

/// Whether a word stands for a record: `events`, `request`.
#[must_use]
pub fn is_record_noun(word: &str) -> bool {
    NOUNS.contains(&word)
}

/// Takes a leading `k`, `M` or `G` off a counted noun.
pub(super) fn scaled(counted: &str) -> (f64, &str) {
    for (prefix, scale) in [("k ", 1e3), ("M ", 1e6), ("G ", 1e9), ("million ", 1e6), ("billion ", 1e9)] {
        if let Some(noun) = counted.strip_prefix(prefix) {
            return (scale, noun.trim());
        }
    }
    (1.0, counted)
}

impl ByteRate {
    /// Reads a text without wording what is wrong with it, for those who try one quantity after the other.
    pub(crate) fn read(text: &str) -> Result<Self, UnitProblem> {
        let (number, unit) = split(text).ok_or(UnitProblem::NotANumber)?;
        if let Some((_, bits)) = BIT_RATES.iter().find(|(name, _)| *name == unit) {
            return positive(number * bits / 8.0).map(Self);
        }
        if unit.is_empty() {
            return Err(UnitProblem::MissingUnit);
        }
        let unknown = || UnitProblem::UnknownUnit(unit.to_owned());
        let (size, per) = text.rsplit_once('/').ok_or_else(unknown)?;
        let seconds = period(per.trim()).ok_or_else(unknown)?;
        let bytes = Bytes::read(size).map_err(|problem| match problem {
            UnitProblem::UnknownUnit(_) | UnitProblem::MissingUnit => unknown(),
            problem => problem,
        })?;
        positive(bytes.get() as f64 / seconds).map(Self)
    }
}

impl FromStr for ByteRate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        Self::read(text).map_err(|problem| BYTES.error(text, problem))
    }
}

impl fmt::Display for RecordRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 0.01 {
            write!(f, "{} records/s", significant(self.0, 4))
        } else {
            write!(f, "{} records/h", significant(self.0 * 3600.0, 4))
        }
    }
}

impl fmt::Display for ByteRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", Bytes::new(self.0.round() as u64))
    }
}

impl fmt::Debug for RecordRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for ByteRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_per_any_period() {
        let rate = |text: &str| text.parse::<RecordRate>().unwrap().get();
        assert_eq!(rate("1200 records/s"), 1200.0);
        assert_eq!(rate("60 events/min"), 1.0);
        assert_eq!(rate("86400 /day"), 1.0);
        assert_eq!(rate("20 k requests/s"), 20_000.0);
        assert_eq!("5 MiB/s".parse::<ByteRate>().unwrap().get(), 5_242_880.0);
    }

    #[test]
    fn wrong_rates_say_what_to_write() {
        let error = |text: &str| text.parse::<RecordRate>().unwrap_err();
        assert_eq!(error("5000").help, "write \"5000 records/s\" or \"5000 records/day\"");
        assert_eq!(error("0 records/s").problem, UnitProblem::Zero);
        assert_eq!(error("-5 records/s").problem, UnitProblem::Negative);
        assert_eq!(error("inf records/s").problem, UnitProblem::NotANumber);
        assert_eq!(error("1e400 records/s").problem, UnitProblem::OutOfRange);
        assert!(matches!(error("5 cows/s").problem, UnitProblem::UnknownUnit(_)));
        assert!(matches!(error("5 records").problem, UnitProblem::UnknownUnit(_)));
        assert_eq!("1 Gbps".parse::<ByteRate>().unwrap().get(), 125e6);
        assert!("5 parsecs/s".parse::<ByteRate>().is_err());
    }
}
