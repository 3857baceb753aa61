//! Tests from outside: one binary, one module a subject.

mod arrows;
mod book;
