//! Tests from outside: one binary, one module a subject.

// A helper of a test may panic like the test itself.
#![allow(clippy::unwrap_used)]

mod arrows;
mod book;
