//! Splitting `"5 MiB"` into a number and a unit, and printing numbers for people.

use thiserror::Error;

/// What is wrong with the text of a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitProblem {
    /// There is no number at the start.
    NotANumber,
    /// A number without a unit.
    MissingUnit,
    /// A unit that this quantity does not have.
    UnknownUnit(String),
    /// The number is below zero.
    Negative,
    /// Zero, where only more than zero makes sense.
    Zero,
    /// NaN, infinity, or more than the type can hold.
    OutOfRange,
}

/// A quantity that could not be read, with what was expected and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub struct UnitError {
    /// What went wrong.
    pub problem: UnitProblem,
    /// The quantity that was expected, with its article: `a size`, `a duration`.
    pub expected: &'static str,
    /// The text that was found.
    pub found: String,
    /// What to write instead.
    pub help: String,
}

impl UnitError {
    /// The sentence without the help.
    #[must_use]
    pub fn message(&self) -> String {
        let (expected, found) = (self.expected, &self.found);
        match &self.problem {
            UnitProblem::NotANumber => format!("expected {expected}, found `{found}`"),
            UnitProblem::MissingUnit => format!("expected {expected} with its unit, found `{found}`"),
            UnitProblem::UnknownUnit(unit) => format!("`{unit}` is not a unit of {expected}"),
            UnitProblem::Negative => format!("expected {expected}, which is not negative, found `{found}`"),
            UnitProblem::Zero => format!("expected {expected} above zero, found `{found}`"),
            UnitProblem::OutOfRange => format!("`{found}` is out of range for {expected}"),
        }
    }
}

/// A quantity's name, units and an example, from which its errors are made.
pub(super) struct Grammar {
    pub(super) expected: &'static str,
    /// Unit spelling and its factor to the base unit, most usual first.
    pub(super) units: &'static [(&'static str, f64)],
    pub(super) examples: &'static [&'static str],
}

impl Grammar {
    pub(super) fn error(&self, found: &str, problem: UnitProblem) -> UnitError {
        let help = match &problem {
            UnitProblem::MissingUnit => self.with_units(found),
            UnitProblem::UnknownUnit(unit) => self.nearest(unit).map_or_else(
                || format!("write one of {}", self.unit_list()),
                |name| format!("did you mean `{}`?", found.replace(unit.as_str(), name)),
            ),
            _ => format!("write for example \"{}\"", self.examples[0]),
        };
        UnitError { problem, expected: self.expected, found: found.to_owned(), help }
    }

    /// `write "5 MiB" or "5 MB"`: the number that was typed with the two most usual units.
    fn with_units(&self, found: &str) -> String {
        let shown: Vec<String> = self
            .examples
            .iter()
            .take(2)
            .filter_map(|example| example.split_once(' '))
            .map(|(_, unit)| format!("\"{} {unit}\"", found.trim()))
            .collect();
        format!("write {}", shown.join(" or "))
    }

    fn unit_list(&self) -> String {
        self.units.iter().take(8).map(|(unit, _)| format!("`{unit}`")).collect::<Vec<_>>().join(", ")
    }

    fn nearest(&self, unit: &str) -> Option<&'static str> {
        let names = self.units.iter().map(|(name, _)| *name);
        // Texts of too different lengths are not worth the comparison; most are, where several kinds are tried in turn.
        let about_as_long = |name: &&str| name.len().abs_diff(unit.len()) <= 1.max(name.len() / 3);
        names
            .filter(about_as_long)
            .map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &unit.to_lowercase()), name))
            .filter(|(distance, name)| *distance <= 1.max(name.len() / 3))
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, name)| name)
    }

    /// Reads `"<number> <unit>"` into base units. Zero passes; the caller refuses it where it makes no sense.
    pub(super) fn read(&self, text: &str) -> Result<f64, UnitProblem> {
        let (number, unit) = split(text).ok_or(UnitProblem::NotANumber)?;
        if !number.is_finite() {
            return Err(UnitProblem::OutOfRange);
        }
        if number < 0.0 {
            return Err(UnitProblem::Negative);
        }
        if unit.is_empty() {
            return Err(UnitProblem::MissingUnit);
        }
        let factor = self.units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let factor = factor.ok_or_else(|| UnitProblem::UnknownUnit(unit.to_owned()))?;
        Ok(number * factor)
    }
}

/// Splits a quantity into its number and what follows; `1_200`, `1e6` and `.5` are numbers.
pub(super) fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let mut end = 0;
    let bytes = text.as_bytes();
    while end < bytes.len() {
        let exponent = matches!(bytes[end], b'e' | b'E')
            && end > 0
            && bytes.get(end + 1).is_some_and(|next| next.is_ascii_digit() || matches!(next, b'+' | b'-'));
        let sign = matches!(bytes[end], b'+' | b'-') && (end == 0 || matches!(bytes[end - 1], b'e' | b'E'));
        if !(bytes[end].is_ascii_digit() || matches!(bytes[end], b'.' | b'_') || exponent || sign) {
            break;
        }
        end += 1;
    }
    let number = text[..end].replace('_', "").parse().ok()?;
    Some((number, text[end..].trim()))
}

/// Prints `value` with `digits` significant digits and grouped thousands: `1,234`, `0.0523`, `12.4`.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { value.to_string() };
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    let decimals = (i32::try_from(digits).unwrap_or(12) - 1 - magnitude).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = group_digits(whole);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// Two numbers with so many significant digits, or with as many more as it takes to tell them apart.
#[must_use]
pub fn apart(one: f64, other: f64, digits: usize) -> (String, String) {
    let with = |digits| (significant(one, digits), significant(other, digits));
    let told = (digits..12).map(with).find(|(one, other)| one != other);
    told.unwrap_or_else(|| with(digits))
}

/// Prints a count with grouped thousands: `1,234,567`.
#[must_use]
pub fn grouped(value: u64) -> String {
    group_digits(&value.to_string())
}

/// Groups a whole number's digits by thousands: `1,234`.
#[must_use]
pub fn group_digits(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_units_are_split() {
        assert_eq!(split("5 MiB"), Some((5.0, "MiB")));
        assert_eq!(split("1_200records/s"), Some((1200.0, "records/s")));
        assert_eq!(split("1.5e3 s"), Some((1500.0, "s")));
        assert_eq!(split("-3 s"), Some((-3.0, "s")));
        assert_eq!(split("2 events/s"), Some((2.0, "events/s")));
        assert_eq!(split("2events/s"), Some((2.0, "events/s")));
        assert_eq!(split("fast"), None);
        assert_eq!(split(""), None);
    }

    #[test]
    fn numbers_that_differ_are_told_apart() {
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(apart(15.02, 15.31, 2), pair("15", "15.3"));
        assert_eq!(apart(10.0, 66.2, 2), pair("10", "66"));
        assert_eq!(apart(1.0, 1.0, 2), pair("1", "1"));
    }

    #[test]
    fn significant_digits_keep_the_scale() {
        for (value, digits, expected) in [
            (1234.5, 3, "1,234"),
            (0.05231, 3, "0.0523"),
            (299.96, 4, "300"),
            (12.40, 3, "12.4"),
            (0.0, 3, "0"),
            (-1_234_567.0, 3, "-1,234,567"),
        ] {
            assert_eq!(significant(value, digits), expected);
        }
    }
}
