//! Simulation time: whole nanoseconds, so that equal times are really equal.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use super::number::{Grammar, UnitError, UnitProblem, significant};

const NANOS_PER_SECOND: f64 = 1e9;

const GRAMMAR: Grammar = Grammar {
    expected: "a duration",
    units: &[
        ("s", 1.0),
        ("min", 60.0),
        ("h", 3600.0),
        ("ms", 1e-3),
        ("day", 86_400.0),
        ("days", 86_400.0),
        ("d", 86_400.0),
        ("us", 1e-6),
        ("ns", 1e-9),
        ("µs", 1e-6),
        ("sec", 1.0),
        ("second", 1.0),
        ("seconds", 1.0),
        ("minute", 60.0),
        ("minutes", 60.0),
        ("hour", 3600.0),
        ("hours", 3600.0),
        ("week", 604_800.0),
        ("weeks", 604_800.0),
    ],
    examples: &["300 s", "5 min"],
};

/// A length of simulation time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimDuration(u64);

/// A point in simulation time, counted from the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimTime(u64);

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From whole nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// From whole seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * 1_000_000_000)
    }

    /// From seconds, rounded to the nanosecond; negative and NaN become zero, too long becomes the longest.
    #[must_use]
    pub fn from_secs_f64(secs: f64) -> Self {
        Self((secs * NANOS_PER_SECOND + 0.5) as u64)
    }

    /// Whole nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND
    }
}

impl SimTime {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// Later than any event.
    pub const NEVER: Self = Self(u64::MAX);

    /// From whole nanoseconds since the start.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Whole nanoseconds since the start.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the start.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND
    }

    /// The time since `earlier`, zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl Add<SimDuration> for SimTime {
    type Output = Self;

    fn add(self, length: SimDuration) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

impl AddAssign<SimDuration> for SimTime {
    fn add_assign(&mut self, length: SimDuration) {
        *self = *self + length;
    }
}

impl Add for SimDuration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for SimDuration {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl SimDuration {
    /// Reads a text without wording what is wrong with it, for those who try one quantity after the other.
    pub(crate) fn read(text: &str) -> Result<Self, UnitProblem> {
        let seconds = GRAMMAR.read(text)?;
        // About 292 years: half of what 64 bits of nanoseconds hold, so that a time plus a duration cannot overflow.
        if seconds > 9.2e9 {
            return Err(UnitProblem::OutOfRange);
        }
        Ok(Self::from_secs_f64(seconds))
    }
}

impl FromStr for SimDuration {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        Self::read(text).map_err(|problem| GRAMMAR.error(text, problem))
    }
}

/// Prints the unit a person would use: `250 ms`, `3.61 s`, `300 s`, `15 min`, `2 h`, `7 days`.
impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WHOLE: [(&str, u64); 3] =
            [("days", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000)];
        // Below ten minutes AWS speaks of seconds (300 s, 60 s), and so do its users.
        if self.0 >= 600_000_000_000
            && let Some((unit, size)) = WHOLE.iter().find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size))
        {
            let count = self.0 / size;
            let unit = if count == 1 && *unit == "days" { "day" } else { unit };
            return write!(f, "{count} {unit}");
        }
        let seconds = self.as_secs_f64();
        match self.0 {
            0 => write!(f, "0 s"),
            1..1_000 => write!(f, "{} ns", self.0),
            // Where three digits would round up to 1,000 of a unit, the next one begins.
            1_000..999_500 => write!(f, "{} µs", significant(seconds * 1e6, 3)),
            999_500..999_500_000 => write!(f, "{} ms", significant(seconds * 1e3, 3)),
            999_500_000..600_000_000_000 => write!(f, "{} s", significant(seconds, 3)),
            600_000_000_000..=7_200_000_000_000 => write!(f, "{} min", significant(seconds / 60.0, 3)),
            7_200_000_000_001..=172_800_000_000_000 => write!(f, "{} h", significant(seconds / 3600.0, 3)),
            _ => write!(f, "{} days", significant(seconds / 86_400.0, 3)),
        }
    }
}

impl fmt::Debug for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t+{} s", self.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_any_usual_unit() {
        assert_eq!("300 s".parse(), Ok(SimDuration::from_secs(300)));
        assert_eq!("5min".parse(), Ok(SimDuration::from_secs(300)));
        assert_eq!("250 ms".parse(), Ok(SimDuration::from_nanos(250_000_000)));
        assert_eq!("0 s".parse(), Ok(SimDuration::ZERO));
        assert_eq!("0.1 s".parse(), Ok(SimDuration::from_nanos(100_000_000)));
        assert_eq!("5".parse::<SimDuration>().unwrap_err().problem, UnitProblem::MissingUnit);
        assert_eq!("5 mins".parse::<SimDuration>().unwrap_err().help, "did you mean `5 min`?");
        assert_eq!("1e18 h".parse::<SimDuration>().unwrap_err().problem, UnitProblem::OutOfRange);
        assert_eq!("-1 s".parse::<SimDuration>().unwrap_err().problem, UnitProblem::Negative);
        assert!("NaN s".parse::<SimDuration>().is_err());
    }

    #[test]
    fn durations_print_the_unit_a_person_would_use() {
        for (text, printed) in [
            ("0.25 s", "250 ms"),
            ("300 s", "300 s"),
            ("599 s", "599 s"),
            ("600 s", "10 min"),
            ("900 s", "15 min"),
            ("3600 s", "1 h"),
            ("86400 s", "1 day"),
            ("7 days", "7 days"),
            ("3.614 s", "3.61 s"),
            ("0 s", "0 s"),
        ] {
            assert_eq!(text.parse::<SimDuration>().unwrap().to_string(), printed);
        }
    }
}
