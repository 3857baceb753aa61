//! Forebay.
pub mod catalog;
pub mod diag;
pub mod rules;
pub mod scenario;
pub mod source;
pub mod units;
pub mod value;
