//! Forebay.
pub mod report;
pub mod trace;
pub mod units;
