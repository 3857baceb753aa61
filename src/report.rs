//! Results for people: what the rest of the library computed, as pictures.
//!
//! Nothing here computes a result. A report takes plain data and turns it into something to look at, so that every
//! output format shows the same numbers.

pub mod charts;
