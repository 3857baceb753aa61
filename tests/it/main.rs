//! What the program does, seen from its command line: one binary, one module per subject.

#![allow(missing_docs, reason = "tests are documented by their names")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod advice;
mod arrows;
mod ask;
mod bad_input;
mod behaviour;
mod bills;
mod book;
mod book_gallery;
mod catalog;
mod common;
mod compare;
mod constraints;
mod determinism;
mod diff;
mod editions;
mod exercise;
mod faults;
mod graph;
mod house;
mod interrupt;
mod measurements;
mod pictures;
mod policy;
mod replay;
mod report;
mod rules;
mod scenarios;
mod sensitivity;
mod sweep;
mod tune;
mod usage;
mod validation;
mod verify;
mod versions;
mod w1;
mod weigh;
mod workload;
mod wrong_catalog;
mod wrong_rules;
