//! The report: one page with the answer, its reasons, its numbers and how to get them again.
//!
//! Made in two steps: `sections` says everything as words, tables and charts; `html` and `markdown` write that down. So both
//! forms say the same, and no section knows about markup.
//!
//! The decision a reader would question: no template engine. Markup is written by a small builder that escapes every text
//! and closes every element, so that a title with angle brackets in it is a title.

mod data;
mod document;
mod html;
mod markdown;
mod markup;
mod picture;
mod sections;

pub(crate) use document::{Block, Grid, Page, Section, Words};

use super::charts::{Chart, ChartError};
use super::record::Record;
use super::result::Document;
use crate::architecture::Architecture;

/// What every report names as its maker, so that it is known as one again.
pub const GENERATOR: &str = "Forebay report";

/// What a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The answer of `run`.
    pub document: &'a Document,
    /// The decision, with what explains it.
    pub record: Record<'a>,
    /// Requirements no change of which turns the answer.
    pub steady: &'a [String],
    /// The winner that changes of requirements start from: the answer before anything was simulated.
    pub winner_by_catalog: Option<&'a str>,
    /// The pipeline that was simulated at request in place of the recommended one.
    pub instead: Option<&'a Architecture>,
    /// The charts, each with its name.
    pub charts: &'a [(&'static str, Chart)],
    /// The command that makes this report again.
    pub command: &'a str,
}

/// The report as one HTML file.
///
/// # Errors
/// [`ChartError`], which would be a bug.
pub fn html(report: &Report<'_>) -> Result<String, ChartError> {
    html::html(&sections::page(report))
}

/// Another page, written by the same hands.
pub(crate) fn page_as_html(page: &Page<'_>) -> Result<String, ChartError> {
    html::html(page)
}

/// The same as Markdown.
pub(crate) fn page_as_markdown(page: &Page<'_>) -> String {
    markdown::markdown(page)
}

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report<'_>) -> String {
    markdown::markdown(&sections::page(report))
}
