//! What the program does, seen from its command line.
#![allow(missing_docs, reason = "tests are documented by their names")]

mod arrows;
mod bad_input;
mod catalog;
mod common;
mod determinism;
mod rules;
mod scenarios;
mod w1;
