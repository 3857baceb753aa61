//! Quantities as types: bytes, rates, simulation time, money and shares.
//!
//! Every quantity is a newtype with a private number, constructors and getters named by unit, only the arithmetic that
//! makes sense, a [`std::fmt::Display`] that prints the unit and a [`std::str::FromStr`] that demands one. The same parser reads TOML
//! values and command-line overrides, so `"5 MiB"` means the same thing in both.
//!
//! The decision a reader would question: MB (10⁶) and MiB (2²⁰) are different units here and never converted silently,
//! because AWS documents use both and a buffering hint of 5 MB is not the one of 5 MiB.

mod bytes;
mod money;
mod number;
mod quantity;
mod rate;
mod share;
mod text;
mod time;

pub use bytes::Bytes;
pub use money::Usd;
pub use number::{UnitError, UnitProblem, apart, group_digits, grouped, significant};
pub use quantity::Quantity;
pub use rate::{ByteRate, RecordRate, is_record_noun};
pub use share::Share;
pub use time::{SimDuration, SimTime};
