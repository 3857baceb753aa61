//! Plain tables for eyes, Markdown and CSV from the same rows.

use tabled::builder::Builder;
use tabled::settings::object::{Columns, Rows};
use tabled::settings::{Alignment, Modify, Padding, Style as Frame};

use super::wrap;

/// The widest that a column before the last may be where the table would not fit.
const WIDEST: usize = 48;

/// Form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Aligned columns; the last one, and any very wide one, wraps so that lines keep to this width.
    Plain(usize),
    /// Markdown.
    Markdown,
    /// Comma-separated values.
    Csv,
}

/// A table: one header, rows of the same length.
#[derive(Debug, Clone, Default)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    right: Vec<usize>,
}

impl Table {
    /// A table with these column heads.
    #[must_use]
    pub fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new(), right: Vec::new() }
    }

    /// Aligns columns to the right.
    #[must_use]
    pub fn right(mut self, columns: &[usize]) -> Self {
        self.right = columns.to_vec();
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The column heads.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The rows.
    pub(super) fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The columns that are aligned to the right.
    pub(super) fn aligned_right(&self) -> &[usize] {
        &self.right
    }

    /// The table as text.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        match style {
            Style::Plain(width) => self.plain(width),
            Style::Markdown => self.markdown(),
            Style::Csv => self.csv(),
        }
    }

    fn plain(&self, width: usize) -> String {
        let last = self.header.len().saturating_sub(1);
        let total: usize = (0..=last).map(|column| self.column_width(column) + 2).sum();
        let cap = if total > width { WIDEST } else { usize::MAX };
        let others: usize = (0..last).map(|column| self.column_width(column).min(cap) + 2).sum();
        let room = width.saturating_sub(others + 2).max(24);
        let fitted = |row: &Vec<String>| -> Vec<String> {
            let most = |column: usize| if column == last { room } else { cap };
            row.iter().enumerate().map(|(column, cell)| wrap(cell, most(column)).join("\n")).collect()
        };
        let mut builder = Builder::default();
        builder.push_record(&self.header);
        for row in &self.rows {
            builder.push_record(fitted(row));
        }
        let mut table = builder.build();
        table.with(Frame::empty()).with(Padding::new(0, 2, 0, 0));
        for column in &self.right {
            table.with(Modify::new(Columns::one(*column)).with(Alignment::right()));
        }
        table.with(Modify::new(Rows::first()).with(Alignment::left()));
        for column in &self.right {
            table.with(Modify::new(Columns::one(*column)).with(Alignment::right()));
        }
        let text = table.to_string();
        text.lines()
            .map(|line| format!("  {}", line.trim_end()))
            .map(|line| line.trim_end().to_owned() + "\n")
            .collect()
    }

    fn column_width(&self, column: usize) -> usize {
        let cells = std::iter::once(&self.header).chain(&self.rows).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    }

    fn markdown(&self) -> String {
        let escape = |cell: &String| cell.replace('|', "\\|").replace('\n', " ");
        let line = |cells: &[String]| format!("| {} |\n", cells.iter().map(escape).collect::<Vec<_>>().join(" | "));
        let rule: Vec<&str> =
            (0..self.header.len()).map(|column| if self.right.contains(&column) { "---:" } else { "---" }).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!("{}| {} |\n{rows}", line(&self.header), rule.join(" | "))
    }

    fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let written = std::iter::once(&self.header).chain(&self.rows).try_for_each(|row| writer.write_record(row));
        // Writing to memory fails only if a row is of another length, which `row` callers do not do.
        let bytes = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
