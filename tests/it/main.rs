//! What the program does, seen from its command line: one binary, one module per subject.

#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod advice;
mod arrows;
mod ask;
mod bad_input;
mod bills;
mod book;
mod catalog;
mod common;
mod constraints;
mod determinism;
mod editions;
mod house;
mod interrupt;
mod pictures;
mod replay;
mod rules;
mod scenarios;
mod sensitivity;
mod verify;
mod w1;
mod weigh;
