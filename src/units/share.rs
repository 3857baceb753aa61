//! Shares of a whole.

use std::fmt;
use std::str::FromStr;

use super::number::{Grammar, UnitError, UnitProblem, significant};

const GRAMMAR: Grammar = Grammar { expected: "a share", units: &[("%", 1.0)], examples: &["95 %", "5 %"] };

/// A share of a whole, from 0 to 1, written `"95 %"`.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// From a number between 0 and 1; `None` outside.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(Self(share))
    }

    /// The share as a number between 0 and 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Share {
    /// Reads a text without wording what is wrong with it, for those who try one quantity after the other.
    pub(crate) fn read(text: &str) -> Result<Self, UnitProblem> {
        Self::new(GRAMMAR.read(text)? / 100.0).ok_or(UnitProblem::OutOfRange)
    }
}

impl FromStr for Share {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        Self::read(text).map_err(|problem| GRAMMAR.error(text, problem))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", significant(self.0 * 100.0, 3))
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percentages_between_nothing_and_all() {
        assert_eq!("95 %".parse::<Share>().unwrap().get(), 0.95);
        assert_eq!("0 %".parse::<Share>().unwrap().get(), 0.0);
        assert!("101 %".parse::<Share>().is_err());
        assert!("0.5".parse::<Share>().is_err());
        assert_eq!(Share(0.934).to_string(), "93.4 %");
    }
}
