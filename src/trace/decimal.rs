//! Decimal text as whole numbers, without a detour through floating point.
//!
//! A timestamp such as `1659304800.025` seconds does not fit a 64-bit float to the nanosecond, and neighbouring records
//! would change order or gain gaps that nobody recorded.

use super::error::LineProblem;

/// The latest time that is read: 2262, where 63 bits of nanoseconds end. Differences of two times always fit.
const MAX_NANOS: u64 = i64::MAX as u64;

/// What can be wrong with the text of a number.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    NotANumber,
    Negative,
    TooLarge,
}

/// Reads a timestamp as nanoseconds since 1970. `digits` is the unit's power of ten in nanoseconds: 9 for seconds,
/// 6 for milliseconds. Finer parts are rounded half up.
pub(super) fn timestamp(text: &str, column: &str, digits: u32) -> Result<u64, LineProblem> {
    let column = column.to_owned();
    let found = super::error::cut(text);
    match scaled(text, digits).and_then(|nanos| if nanos > MAX_NANOS { Err(Refused::TooLarge) } else { Ok(nanos) }) {
        Ok(nanos) => Ok(nanos),
        Err(Refused::NotANumber) => Err(LineProblem::NotANumber { column, found }),
        Err(Refused::Negative) => Err(LineProblem::Negative { column, found }),
        Err(Refused::TooLarge) => Err(LineProblem::TimeTooLate { column, found }),
    }
}

/// Reads a size in whole bytes.
pub(super) fn size(text: &str, column: &str) -> Result<u64, LineProblem> {
    let column = column.to_owned();
    let found = super::error::cut(text);
    match scaled(text, 0) {
        Ok(bytes) if bytes <= super::MAX_RECORD_BYTES => Ok(bytes),
        Ok(_) | Err(Refused::TooLarge) => Err(LineProblem::RecordTooLarge { column, found }),
        Err(Refused::NotANumber) => Err(LineProblem::NotANumber { column, found }),
        Err(Refused::Negative) => Err(LineProblem::Negative { column, found }),
    }
}

/// The number in `text` times 10^`digits`, rounded half up.
fn scaled(text: &str, digits: u32) -> Result<u64, Refused> {
    let text = text.trim();
    let (negative, magnitude) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let value = plain(magnitude, digits).or_else(|refused| match refused {
        Refused::NotANumber => scientific(magnitude, digits),
        other => Err(other),
    })?;
    if negative && value > 0 { Err(Refused::Negative) } else { Ok(value) }
}

/// `123`, `123.45` or `.5`.
fn plain(text: &str, digits: u32) -> Result<u64, Refused> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !numeric(whole) || !numeric(fraction) {
        return Err(Refused::NotANumber);
    }
    let mut value: u64 = 0;
    let mut append = |digit: u8| {
        let grown = value.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit)));
        grown.map(|grown| value = grown).ok_or(Refused::TooLarge)
    };
    for byte in whole.bytes() {
        append(byte - b'0')?;
    }
    let mut rest = fraction.bytes().map(|byte| byte - b'0');
    for _ in 0..digits {
        append(rest.next().unwrap_or(0))?;
    }
    let round_up = rest.next().is_some_and(|digit| digit >= 5);
    value.checked_add(u64::from(round_up)).ok_or(Refused::TooLarge)
}

/// `1.6593048e12`, as spreadsheets and data frames write large numbers; exact to what a 64-bit float holds.
fn scientific(text: &str, digits: u32) -> Result<u64, Refused> {
    let has_exponent = text.bytes().any(|byte| matches!(byte, b'e' | b'E'));
    if !has_exponent || !text.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Err(Refused::NotANumber);
    }
    let value: f64 = text.parse().map_err(|_| Refused::NotANumber)?;
    let value = (value * f64::from(10_u32.pow(digits))).round();
    if value < 1.8e19 { Ok(value as u64) } else { Err(Refused::TooLarge) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_to_the_nanosecond() {
        assert_eq!(scaled("1659304800.025", 9), Ok(1_659_304_800_025_000_000));
        assert_eq!(scaled("1659304800025", 6), Ok(1_659_304_800_025_000_000));
        assert_eq!(scaled("0.1234567894", 9), Ok(123_456_789));
        assert_eq!(scaled("0.1234567895", 9), Ok(123_456_790));
        assert_eq!(scaled(" +7. ", 0), Ok(7));
        assert_eq!(scaled("-0", 0), Ok(0));
        assert_eq!(scaled("1.5e3", 6), Ok(1_500_000_000));
    }

    #[test]
    fn other_text_is_refused_for_its_reason() {
        for text in ["", "-", ".", "NaN", "nan", "inf", "1,5", "12x", "0x10", "1e", "e5", "--1", "١"] {
            assert_eq!(scaled(text, 9), Err(Refused::NotANumber), "{text}");
        }
        assert_eq!(scaled("-1", 9), Err(Refused::Negative));
        for text in ["99999999999999999999", "1e300", "18446744073710"] {
            assert_eq!(scaled(text, 9), Err(Refused::TooLarge), "{text}");
        }
    }
}
