//! Exact decimal money.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use super::number::{Grammar, UnitError, UnitProblem};

/// Ten decimal places: AWS list prices go that far.
const SCALE: i128 = 10_000_000_000;

const GRAMMAR: Grammar =
    Grammar { expected: "an amount of money", units: &[("USD", 1.0)], examples: &["0.029 USD", "0.029 USD"] };

/// An amount in US dollars, exact to ten decimal places.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usd(i128);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// A cent.
    pub const CENT: Self = Self(SCALE / 100);

    /// The price of `count` base units when one billing unit holds `per_unit` of them: `self * count / per_unit`,
    /// rounded half up at the tenth decimal place. `None` on overflow or a `per_unit` of zero.
    #[must_use]
    pub fn for_units(self, count: u128, per_unit: u128) -> Option<Self> {
        let (count, per_unit) = (i128::try_from(count).ok()?, i128::try_from(per_unit).ok()?);
        let product = self.0.checked_mul(count)?;
        let half = per_unit / 2;
        let adjusted = if product < 0 { product.checked_sub(half)? } else { product.checked_add(half)? };
        adjusted.checked_div(per_unit).map(Self)
    }

    /// The amount rounded half up to whole cents, as it is put on a bill.
    #[must_use]
    pub const fn to_cents(self) -> Self {
        let half = if self.0 < 0 { -Self::CENT.0 / 2 } else { Self::CENT.0 / 2 };
        Self((self.0.saturating_add(half)) / Self::CENT.0 * Self::CENT.0)
    }

    /// Dollars as a floating-point number, for charts, scores and intervals; never for sums.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE as f64
    }

    /// The exact decimal text without trailing zeros: `0.029`, `0.0000035`.
    #[must_use]
    pub fn exact(self) -> String {
        let (sign, magnitude) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let scale = SCALE.unsigned_abs();
        let fraction = format!("{:010}", magnitude % scale);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{}{point}{fraction}", magnitude / scale)
    }
}

impl FromStr for Usd {
    type Err = UnitError;

    /// Reads a plain decimal number, exactly; more than ten decimal places are refused rather than rounded.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = |problem| GRAMMAR.error(text, problem);
        let trimmed = text.trim().trim_end_matches("USD").trim();
        let (negative, digits) = trimmed.strip_prefix('-').map_or((false, trimmed), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !numeric(whole) || !numeric(fraction) {
            return Err(error(UnitProblem::NotANumber));
        }
        if fraction.len() > 10 {
            return Err(error(UnitProblem::OutOfRange));
        }
        let whole: i128 = whole.parse().map_err(|_| error(UnitProblem::OutOfRange))?;
        let fraction: i128 = format!("{fraction:0<10}").parse().map_err(|_| error(UnitProblem::NotANumber))?;
        let amount = whole.checked_mul(SCALE).and_then(|scaled| scaled.checked_add(fraction));
        let amount = amount.ok_or_else(|| error(UnitProblem::OutOfRange))?;
        Ok(Self(if negative { -amount } else { amount }))
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Usd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Prints cents, grouped: `1,234.56`; amounts below half a cent that are not zero print as `<0.01`.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cent = SCALE / 100;
        let cents = (self.0.unsigned_abs() + cent.unsigned_abs() / 2) / cent.unsigned_abs();
        if cents == 0 && self.0 != 0 {
            return write!(f, "<0.01");
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = u64::try_from(cents / 100).unwrap_or(u64::MAX);
        write!(f, "{sign}{}.{:02}", super::grouped(whole), cents % 100)
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} USD", self.exact())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_keep_ten_decimal_places() {
        let price: Usd = "0.0000002083".parse().unwrap();
        assert_eq!(price.exact(), "0.0000002083");
        assert_eq!(price.for_units(1_000_000, 1).unwrap().exact(), "0.2083");
        assert!("0.00000000001".parse::<Usd>().is_err());
        assert_eq!("-1.50".parse::<Usd>().unwrap().exact(), "-1.5");
        for wrong in ["", "a", "1.2.3", "1e3", ".5", "NaN", "99999999999999999999999999999999999999"] {
            assert!(wrong.parse::<Usd>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn fractions_of_a_unit_are_rounded_half_up_at_the_tenth_place() {
        let price: Usd = "0.029".parse().unwrap();
        assert_eq!(price.for_units(1 << 29, 1 << 30).unwrap().exact(), "0.0145");
        assert_eq!(Usd(1).for_units(1, 2).unwrap(), Usd(1));
        assert_eq!(Usd(1).for_units(1, 3).unwrap(), Usd(0));
        assert_eq!(price.for_units(1, 0), None);
    }

    #[test]
    fn amounts_are_rounded_half_up_to_cents() {
        for (text, cents) in [("0.005", "0.01"), ("0.0049999999", "0"), ("78.624", "78.62"), ("-0.005", "-0.01")] {
            assert_eq!(text.parse::<Usd>().unwrap().to_cents().exact(), cents);
        }
    }

    #[test]
    fn amounts_print_cents() {
        for (text, printed) in
            [("1234.565", "1,234.57"), ("0.001", "<0.01"), ("0", "0.00"), ("-2.5", "-2.50"), ("0.005", "0.01")]
        {
            assert_eq!(text.parse::<Usd>().unwrap().to_string(), printed);
        }
    }
}
