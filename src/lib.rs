//! Forebay.
pub mod units;
