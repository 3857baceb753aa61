//! CSV: a header line, then one row per record.

use std::io::BufRead;

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use super::error::{LineProblem, TraceError};
use super::{Dated, Reading, TraceFormat, TraceOptions, decimal};

/// The columns that hold the time, with their unit's power of ten in nanoseconds.
const TIME_COLUMNS: [(&str, u32); 2] = [("ts_ms", 6), ("ts_s", 9)];
const SIZE_COLUMN: &str = "record_bytes";
/// What a column of counts is called.
const COUNT_COLUMNS: [&str; 4] = ["requests", "count", "records", "events"];
/// How alike two names must be, from 0 to 1, for one to be offered in place of the other.
const ALIKE: f64 = 0.5;

/// Where the time and the size stand in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    time: usize,
    time_name: &'static str,
    time_digits: u32,
    size: usize,
}

impl Columns {
    /// Finds the columns in the header; of `ts_ms` and `ts_s` the first is preferred.
    pub(super) fn find(header: &[String], name: &str) -> Result<Self, TraceError> {
        let position = |column: &str| header.iter().position(|field| field == column);
        let missing = |wanted, names: &[&'static str]| TraceError::MissingColumn {
            name: name.to_owned(),
            wanted,
            found: header.to_vec(),
            nearest: nearest(header, names),
        };
        let time = TIME_COLUMNS.into_iter().find_map(|(column, digits)| Some((position(column)?, column, digits)));
        let Some((time, time_name, time_digits)) = time else {
            return Err(missing("`ts_ms` or `ts_s`", &["ts_ms", "ts_s"]));
        };
        let Some(size) = position(SIZE_COLUMN) else {
            let counts = header.iter().find(|field| COUNT_COLUMNS.contains(&field.as_str()));
            return Err(match counts {
                Some(column) => TraceError::CountsNotRecords { name: name.to_owned(), column: column.clone() },
                None => missing("`record_bytes`", &[SIZE_COLUMN]),
            });
        };
        Ok(Self { time, time_name, time_digits, size })
    }

    fn record(&self, row: &StringRecord) -> Result<Dated, LineProblem> {
        let field = |index: usize, column: &str| {
            row.get(index).ok_or_else(|| LineProblem::TooFewColumns { column: column.to_owned() })
        };
        let at = decimal::timestamp(field(self.time, self.time_name)?, self.time_name, self.time_digits)?;
        let size = decimal::size(field(self.size, SIZE_COLUMN)?, SIZE_COLUMN)?;
        Ok(Dated { at, size })
    }
}

/// The fields of a header line.
pub(super) fn header_fields(line: &str) -> Vec<String> {
    let mut reader = ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(line.as_bytes());
    let mut row = StringRecord::new();
    match reader.read_record(&mut row) {
        Ok(true) => row.iter().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Whether the header has a column that only our files have.
pub(super) fn names_known_column(header: &[String]) -> bool {
    header.iter().any(|field| field == SIZE_COLUMN || TIME_COLUMNS.iter().any(|(column, _)| field == column))
}

/// Whether these fields could be the names of columns: several, and each a word.
pub(super) fn looks_like_header(header: &[String]) -> bool {
    let word = |field: &String| {
        field.len() <= 64
            && field.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && field.chars().all(|c| c.is_alphanumeric() || " _-./()".contains(c))
    };
    header.len() >= 2 && header.iter().all(word)
}

/// The column whose name is most like one of `names`, with that name.
fn nearest(header: &[String], names: &[&'static str]) -> Option<(String, &'static str)> {
    let likeness = |field: &str, name: &str| {
        let field = field.to_lowercase();
        strsim::normalized_damerau_levenshtein(&field, name).max(strsim::sorensen_dice(&field, name))
    };
    let pairs = header.iter().flat_map(|field| names.iter().map(move |name| (likeness(field, name), field, *name)));
    pairs
        .filter(|(likeness, ..)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, field, name)| (field.clone(), name))
}

/// Reads all rows below the header, which must not go back in time.
pub(super) fn parse(
    reader: impl BufRead,
    columns: &Columns,
    name: &str,
    options: TraceOptions,
) -> Result<Reading, TraceError> {
    let mut rows = ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(reader);
    let mut reading = Reading::new(TraceFormat::Csv);
    let mut row = StringRecord::new();
    // The latest time so far and how it was written, to quote both when the next one is earlier.
    let mut before = (0, String::new());
    loop {
        let line = rows.position().line();
        match rows.read_record(&mut row) {
            Ok(false) => return Ok(reading),
            Ok(true) => {}
            Err(error) => {
                bad_row(error, line, name, options, &mut reading)?;
                continue;
            }
        }
        let line = row.position().map_or(line, csv::Position::line);
        match columns.record(&row) {
            Ok(record) => {
                let written = row.get(columns.time).unwrap_or_default();
                if record.at < before.0 {
                    let found = super::error::cut(written);
                    return Err(TraceError::TimeGoesBackwards { name: name.to_owned(), line, found, before: before.1 });
                }
                before.0 = record.at;
                before.1.clear();
                before.1.push_str(written);
                reading.push(record, name)?;
            }
            Err(problem) => {
                let text = row.iter().collect::<Vec<_>>().join(",");
                reading.skipped.add(line, &text, problem);
            }
        }
    }
}

/// A row that the CSV reader itself refused.
fn bad_row(
    error: csv::Error,
    line: u64,
    name: &str,
    options: TraceOptions,
    reading: &mut Reading,
) -> Result<(), TraceError> {
    let line = error.position().map_or(line, csv::Position::line);
    match error.into_kind() {
        ErrorKind::Io(source) => Err(TraceError::from_io(name, source)),
        ErrorKind::Utf8 { .. } if !options.lenient => {
            Err(TraceError::InvalidUtf8 { name: name.to_owned(), line, utf16: false })
        }
        _ => {
            reading.skipped.add(line, "", LineProblem::NotUtf8);
            Ok(())
        }
    }
}
