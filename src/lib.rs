//! Forebay.
pub mod architecture;
pub mod catalog;
pub mod diag;
pub mod ranking;
pub mod rules;
pub mod scenario;
pub mod source;
pub mod units;
pub mod value;
