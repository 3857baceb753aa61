//! Forebay.
pub mod architecture;
pub mod catalog;
pub mod cli;
pub mod cost;
pub mod diag;
pub mod ranking;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod sim;
pub mod source;
pub mod theory;
pub mod trace;
pub mod units;
pub mod value;
pub mod verify;
