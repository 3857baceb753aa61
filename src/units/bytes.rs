//! Sizes of data.

use std::fmt;
use std::str::FromStr;

use super::number::{Grammar, UnitError, UnitProblem, significant};

const GRAMMAR: Grammar = Grammar {
    expected: "a size",
    units: &[
        ("MiB", 1_048_576.0),
        ("MB", 1e6),
        ("KiB", 1024.0),
        ("KB", 1e3),
        ("B", 1.0),
        ("GiB", 1_073_741_824.0),
        ("GB", 1e9),
        ("TiB", 1_099_511_627_776.0),
        ("TB", 1e12),
        ("PiB", 1_125_899_906_842_624.0),
        ("PB", 1e15),
        ("kB", 1e3),
        ("bytes", 1.0),
        ("byte", 1.0),
    ],
    examples: &["5 MiB", "5 MB"],
};

/// A size of data, in whole bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(u64);

impl Bytes {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// From KiB (1,024 bytes).
    #[must_use]
    pub const fn from_kib(kib: u64) -> Self {
        Self(kib << 10)
    }

    /// From MiB (1,048,576 bytes).
    #[must_use]
    pub const fn from_mib(mib: u64) -> Self {
        Self(mib << 20)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Bytes {
    /// Reads a text without wording what is wrong with it, for those who try one quantity after the other.
    pub(crate) fn read(text: &str) -> Result<Self, UnitProblem> {
        let bytes = GRAMMAR.read(text)?.round();
        // 2^63 bytes is far above any object; the bound keeps sums of sizes inside 64 bits.
        if bytes >= 9.2e18 {
            return Err(UnitProblem::OutOfRange);
        }
        Ok(Self(bytes as u64))
    }
}

impl FromStr for Bytes {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        Self::read(text).map_err(|problem| GRAMMAR.error(text, problem))
    }
}

/// Prints the largest unit that is exact; binary units win where both are; else three digits of a binary unit.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BINARY: [(&str, u64); 5] =
            [("PiB", 1 << 50), ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        const DECIMAL: [(&str, u64); 4] =
            [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)];
        let exact = |units: &[(&'static str, u64)]| {
            units.iter().find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size)).copied()
        };
        if let Some((unit, size)) = exact(&BINARY).or_else(|| exact(&DECIMAL)) {
            return write!(f, "{} {unit}", super::grouped(self.0 / size));
        }
        match BINARY.iter().find(|(_, size)| self.0 >= *size) {
            Some((unit, size)) => write!(f, "{} {unit}", significant(self.0 as f64 / *size as f64, 3)),
            None => write!(f, "{} B", self.0),
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_and_binary_units_stay_apart() {
        assert_eq!("5 MiB".parse(), Ok(Bytes(5_242_880)));
        assert_eq!("5 MB".parse(), Ok(Bytes(5_000_000)));
        assert_eq!("1.5 KiB".parse(), Ok(Bytes(1536)));
        assert_eq!("0 B".parse(), Ok(Bytes(0)));
    }

    #[test]
    fn wrong_sizes_say_what_to_write() {
        let error = |text: &str| text.parse::<Bytes>().unwrap_err();
        assert_eq!(error("5").help, "write \"5 MiB\" or \"5 MB\"");
        assert_eq!(error("5 mib").help, "did you mean `5 MiB`?");
        assert_eq!(error("-1 MiB").problem, UnitProblem::Negative);
        assert_eq!(error("1e300 MiB").problem, UnitProblem::OutOfRange);
        assert_eq!(error("big").problem, UnitProblem::NotANumber);
        assert_eq!(error("5 s").problem, UnitProblem::UnknownUnit("s".into()));
    }

    #[test]
    fn sizes_print_their_exact_unit() {
        for (bytes, text) in [
            (5_242_880, "5 MiB"),
            (5_000_000, "5 MB"),
            (400, "400 B"),
            (1_024_000, "1,000 KiB"),
            (0, "0 B"),
            (1_234_567, "1.18 MiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }
}
