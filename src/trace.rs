//! Recorded traffic: a CSV file or a web server log becomes a list of records, each with a time and a size.
//!
//! A recording answers what no parameter can: how bursty the traffic really is, and how long the nights are. [`read`]
//! turns a file, or standard input, into a [`Trace`] in four steps:
//!
//! 1. *Unpack.* Input that starts with the gzip magic bytes is decompressed while it is read.
//! 2. *Recognise.* The first lines say which format it is; file names play no part. A header line with `ts_ms` or
//!    `ts_s` means CSV, a line with a bracketed timestamp and a quoted request means Common or Combined Log Format.
//! 3. *Parse.* Each line becomes a record or a [`BadLine`]. Up to 1 % of bad lines is taken as the dirt every log
//!    carries, is skipped and is reported; more is an error, because it usually means that the format was
//!    misunderstood. [`TraceOptions::lenient`] lifts that limit.
//! 4. *Shift.* The first record is moved to time zero, where a simulation starts; [`Trace::start`] keeps the date.
//!
//! What a reader would question: a log is sorted by time and a CSV file is not. A server writes a log line when a
//! request *ends* and stamps it with when it *began*, so slightly disordered lines are normal there. A CSV file was
//! made by a program for this purpose; a time that goes backwards in it points to a mistake, for example two files
//! joined in the wrong order, and is refused.
//!
//! The size of a log record is what a producer would ship: the UTF-8 bytes of the line with one newline. A carriage
//! return before the newline belongs to the file, not to the record, and is not counted.
//!
//! [`Trace::speed_up`] and [`Trace::overlay`] scale a recording to another volume. They differ in burstiness: dividing
//! the gaps keeps every burst and makes it shorter, laying shifted copies over each other smooths the bursts out.
//!
//! ```
//! use forebay::trace::{TraceOptions, read_from};
//!
//! let text = "ts_ms,record_bytes\n1659304800000,61\n1659304800500,63\n";
//! let trace = read_from(text.as_bytes(), "clicks.csv", TraceOptions::default())?;
//! assert_eq!(trace.records[1].at.as_secs_f64(), 0.5);
//! assert_eq!(trace.bytes().get(), 124);
//! # Ok::<(), forebay::trace::TraceError>(())
//! ```

mod decimal;
mod error;
mod input;
mod log;
mod table;
#[cfg(test)]
mod tests;
mod transform;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub use crate::sim::TraceRecord;
use crate::units::{Bytes, RecordRate, SimDuration, SimTime};
pub use error::{LineProblem, TraceError};
use input::{Content, Input};

/// The most records a trace may hold, read or made: 200 million, about 3 GB of memory.
pub const MAX_RECORDS: u64 = 200_000_000;

/// The largest record a trace may hold: 5 TiB, far above what any of the services accepts.
pub const MAX_RECORD_BYTES: u64 = 5 << 40;

/// How many bad lines are kept to be shown; all are counted.
const SHOWN_BAD_LINES: usize = 3;

/// How strictly a trace is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TraceOptions {
    /// Skips lines that cannot be read, however many they are, instead of giving up above 1 %.
    pub lenient: bool,
}

/// The formats that are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceFormat {
    /// Comma-separated values with a header line.
    Csv,
    /// The Common Log Format of web servers: host, identity, user, time, request, status, bytes.
    CommonLog,
    /// The Combined Log Format: the same followed by referrer and user agent.
    CombinedLog,
}

impl fmt::Display for TraceFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csv => "CSV",
            Self::CommonLog => "Common Log Format",
            Self::CombinedLog => "Combined Log Format",
        })
    }
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the (unpacked) file, the first line being 1.
    pub line: u64,
    /// Its text, cut to 80 characters.
    pub text: String,
    /// What is wrong with it.
    pub problem: LineProblem,
}

/// The lines that were left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Skipped {
    /// How many there were.
    pub total: u64,
    /// The first three of them.
    pub first: Vec<BadLine>,
}

impl Skipped {
    fn add(&mut self, line: u64, text: &str, problem: LineProblem) {
        self.total += 1;
        if self.first.len() < SHOWN_BAD_LINES {
            self.first.push(BadLine { line, text: error::cut(text), problem });
        }
    }

    fn join(&mut self, other: &Self) {
        self.total += other.total;
        let room = SHOWN_BAD_LINES.saturating_sub(self.first.len());
        self.first.extend(other.first.iter().take(room).cloned());
    }
}

/// A recording: when each record arrived and how large it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The file's name without its folder, or `stdin`.
    pub name: String,
    /// The format that was recognised.
    pub format: TraceFormat,
    /// When the first record arrived, in milliseconds since 1970-01-01T00:00:00Z.
    pub start: i64,
    /// The records in order of time; the first is at zero. Never empty.
    pub records: Vec<TraceRecord>,
    /// The lines that could not be read.
    pub skipped: Skipped,
}

impl Trace {
    /// The time from the first record to the last; zero when all arrive at once.
    #[must_use]
    pub fn span(&self) -> SimDuration {
        self.records.last().map_or(SimDuration::ZERO, |last| last.at.since(SimTime::ZERO))
    }

    /// The sizes of all records added up.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        Bytes::new(self.records.iter().fold(0, |sum: u64, record| sum.saturating_add(record.size.get())))
    }

    /// Records a second: the gaps between records over the time they fill, the inverse of the mean gap.
    ///
    /// `None` when all records arrive at the same instant, which has no rate.
    #[must_use]
    pub fn mean_rate(&self) -> Option<RecordRate> {
        let gaps = self.records.len().saturating_sub(1);
        RecordRate::per_second(gaps as f64 / self.span().as_secs_f64())
    }
}

/// Reads a recording from a file, or from standard input when `path` is `-`.
///
/// # Errors
/// [`TraceError`] says what was found, where, and through [`TraceError::help`] what to do about it.
pub fn read(path: &Path, options: TraceOptions) -> Result<Trace, TraceError> {
    if path.as_os_str() == "-" {
        return read_from(io::stdin().lock(), "stdin", options);
    }
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => TraceError::Missing { path: path.to_owned() },
        _ => TraceError::Unreadable { name: path.display().to_string(), source },
    };
    if path.metadata().map_err(unreadable)?.is_dir() {
        return Err(TraceError::Directory { path: path.to_owned() });
    }
    let file = File::open(path).map_err(unreadable)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    read_from(file, &name, options)
}

/// Reads a recording from any stream of bytes, plain or gzip; `name` is what reports call it.
///
/// # Errors
/// The same as [`read`], without those about files.
pub fn read_from(source: impl Read, name: &str, options: TraceOptions) -> Result<Trace, TraceError> {
    let input = Input::open(source).map_err(|source| TraceError::from_io(name, source))?;
    let reading = match input.recognise(name)? {
        Content::Table(columns) => table::parse(input.reader, &columns, name, options)?,
        Content::Log(format) => log::parse(input.reader, format, name, options)?,
    };
    reading.finish(name, options)
}

/// A record with its date, before the first one is moved to zero.
#[derive(Debug, Clone, Copy)]
struct Dated {
    /// Nanoseconds since 1970.
    at: u64,
    size: u64,
}

/// What a parser hands over: records in order of time, and what it left out.
#[derive(Debug)]
struct Reading {
    format: TraceFormat,
    records: Vec<Dated>,
    skipped: Skipped,
}

impl Reading {
    fn new(format: TraceFormat) -> Self {
        Self { format, records: Vec::new(), skipped: Skipped::default() }
    }

    fn push(&mut self, record: Dated, name: &str) -> Result<(), TraceError> {
        if self.records.len() as u64 >= MAX_RECORDS {
            return Err(TraceError::TooManyRecords { name: name.to_owned() });
        }
        self.records.push(record);
        Ok(())
    }

    /// Refuses readings with too little in them, and moves the first record to time zero.
    fn finish(self, name: &str, options: TraceOptions) -> Result<Trace, TraceError> {
        let Self { format, records, skipped } = self;
        let lines = records.len() as u64 + skipped.total;
        if skipped.total > lines / 100 && !options.lenient {
            return Err(TraceError::TooManyBadLines { name: name.to_owned(), lines, skipped });
        }
        let Some(first) = records.first().map(|record| record.at) else {
            return Err(TraceError::NoRecords { name: name.to_owned(), skipped });
        };
        let shift = |record: Dated| TraceRecord {
            at: SimTime::from_nanos(record.at.saturating_sub(first)),
            size: Bytes::new(record.size),
        };
        let start = i64::try_from(first / 1_000_000).unwrap_or(i64::MAX);
        let records = records.into_iter().map(shift).collect();
        Ok(Trace { name: name.to_owned(), format, start, records, skipped })
    }
}
