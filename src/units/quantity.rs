//! Quantities of anything: a number, a word for what it counts, perhaps a period.

use std::fmt;
use std::str::FromStr;

use super::number::{Grammar, UnitError, UnitProblem, significant, split};
use super::rate::{period, scaled};

const GRAMMAR: Grammar = Grammar {
    expected: "a quantity",
    units: &[("GB", 1.0), ("requests", 1.0), ("hours", 1.0), ("GB-month", 1.0), ("records/s", 1.0)],
    examples: &["1500 GB", "300 million requests"],
};

/// A number of something, in all or by the time: `1500 GB`, `300 million requests`, `50 GB/day`.
///
/// What the word means depends on what is measured, so that it is kept as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    number: f64,
    unit: String,
    /// Seconds that it is counted by; `None` for a month, however long.
    period: Option<f64>,
}

impl Quantity {
    /// The number.
    #[must_use]
    pub const fn number(&self) -> f64 {
        self.number
    }

    /// The word for what is counted; empty where only a period was given.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// How much it is in a month of so many seconds.
    #[must_use]
    pub fn in_month(&self, seconds: f64) -> f64 {
        self.period.map_or(self.number, |period| self.number * (seconds / period))
    }
}

impl FromStr for Quantity {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = |problem| GRAMMAR.error(text, problem);
        let (number, rest) = split(text).ok_or_else(|| error(UnitProblem::NotANumber))?;
        if !number.is_finite() || number > 1e18 {
            return Err(error(UnitProblem::OutOfRange));
        }
        if number < 0.0 {
            return Err(error(UnitProblem::Negative));
        }
        let (scale, rest) = scaled(rest);
        // `MB/s-months` is a unit; what follows its slash is no period.
        let by_time =
            rest.rsplit_once('/').and_then(|(unit, per)| Some((unit.trim(), per.trim(), period(per.trim())?)));
        let (unit, period) = match by_time {
            Some((unit, "month", _)) => (unit, None),
            Some((unit, _, seconds)) => (unit, Some(seconds)),
            None => (rest, None),
        };
        if unit.is_empty() && by_time.is_none() {
            return Err(error(UnitProblem::MissingUnit));
        }
        Ok(Self { number: number * scale, unit: unit.to_owned(), period })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", significant(self.number, 12), self.unit)?;
        self.period.map_or(Ok(()), |seconds| write!(f, "/{} s", significant(seconds, 6)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_number_of_something_in_a_month() {
        let month = 2_628_000.0;
        for (text, unit, amount) in [
            ("1500 GB", "GB", 1500.0),
            ("300 million requests", "requests", 3e8),
            ("5 M requests", "requests", 5e6),
            ("500 records/s", "records", 1.314e9),
            ("12 runs/h", "runs", 8760.0),
            ("50 GB/month", "GB", 50.0),
            ("10/s", "", 2.628e7),
            ("8 MB/s-months", "MB/s-months", 8.0),
            ("0 GB", "GB", 0.0),
        ] {
            let quantity: Quantity = text.parse().unwrap();
            assert_eq!((quantity.unit(), quantity.in_month(month)), (unit, amount), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_says_what_to_write() {
        let problem = |text: &str| text.parse::<Quantity>().unwrap_err().problem;
        assert_eq!(problem("1500"), UnitProblem::MissingUnit);
        assert_eq!(problem("many GB"), UnitProblem::NotANumber);
        assert_eq!(problem("-1 GB"), UnitProblem::Negative);
        assert_eq!(problem("1e300 GB"), UnitProblem::OutOfRange);
        assert_eq!("1500".parse::<Quantity>().unwrap_err().help, "write \"1500 GB\" or \"1500 million requests\"");
    }
}
