//! Forebay.
pub mod sim;
pub mod theory;
pub mod units;
