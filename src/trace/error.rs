//! What can go wrong with a recording, in words for the person who has it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::{MAX_RECORDS, Skipped};
use crate::units::grouped;

/// How many characters of a line are shown.
const SHOWN_CHARS: usize = 80;

/// The text without control characters and cut to 80 characters, with an ellipsis where something is missing.
pub(super) fn cut(text: &str) -> String {
    let mut shown: String =
        text.chars().take(SHOWN_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// Why one line is not a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineProblem {
    /// A CSV row with fewer columns than the header promises.
    TooFewColumns {
        /// The column that is not there.
        column: String,
    },
    /// A column that should hold a number.
    NotANumber {
        /// Which column.
        column: String,
        /// What it holds.
        found: String,
    },
    /// A number below zero.
    Negative {
        /// Which column.
        column: String,
        /// What it holds.
        found: String,
    },
    /// A time after the year 2262.
    TimeTooLate {
        /// Which column.
        column: String,
        /// What it holds.
        found: String,
    },
    /// A record above 5 TiB.
    RecordTooLarge {
        /// Which column.
        column: String,
        /// What it holds.
        found: String,
    },
    /// Not the shape of a log line.
    NotALogLine,
    /// A log line whose timestamp is not one, or lies before 1970 or after 2262.
    BadTimestamp {
        /// What stands between the brackets.
        found: String,
    },
    /// A line of more than 1 MiB.
    TooLong,
    /// Bytes that are not UTF-8.
    NotUtf8,
}

impl fmt::Display for LineProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewColumns { column } => write!(f, "the row ends before its column `{column}`"),
            Self::NotANumber { column, found } => write!(f, "`{column}` is `{found}`, which is not a number"),
            Self::Negative { column, found } => write!(f, "`{column}` is `{found}`, which is below zero"),
            Self::TimeTooLate { column, found } => write!(f, "`{column}` is `{found}`, which lies after the year 2262"),
            Self::RecordTooLarge { column, found } => write!(f, "`{column}` is `{found}`, which is more than 5 TiB"),
            Self::NotALogLine => f.write_str("not a line of the Common or Combined Log Format"),
            Self::BadTimestamp { found } => {
                write!(f, "`{found}` is not a time such as `17/May/2015:10:05:03 +0000`")
            }
            Self::TooLong => f.write_str("the line is longer than 1 MiB"),
            Self::NotUtf8 => f.write_str("the line is not valid UTF-8"),
        }
    }
}

/// Why a recording could not be read or scaled.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// There is no such file.
    #[error("there is no file `{}`", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// The path is a folder.
    #[error("`{}` is a folder, not a recording", path.display())]
    Directory {
        /// The path as given.
        path: PathBuf,
    },
    /// The operating system refused to read on.
    #[error("`{name}` cannot be read: {source}")]
    Unreadable {
        /// The file's name.
        name: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The gzip data ends in the middle.
    #[error("the gzip data of `{name}` ends too early")]
    TruncatedGzip {
        /// The file's name.
        name: String,
    },
    /// The gzip data is wrong inside.
    #[error("the gzip data of `{name}` is damaged: {reason}")]
    DamagedGzip {
        /// The file's name.
        name: String,
        /// What the decoder stumbled over.
        reason: String,
    },
    /// Nothing in it, or nothing but white space.
    #[error("`{name}` is empty")]
    Empty {
        /// The file's name.
        name: String,
    },
    /// Bytes that are not UTF-8.
    #[error("line {line} of `{name}` is not valid UTF-8")]
    InvalidUtf8 {
        /// The file's name.
        name: String,
        /// The first such line.
        line: u64,
        /// Whether the file starts like UTF-16, as some Windows programs write it.
        utf16: bool,
    },
    /// Neither a CSV header nor a log line at the start.
    #[error("`{name}` is neither CSV nor a web server log; it starts with {found}")]
    UnknownFormat {
        /// The file's name.
        name: String,
        /// The first line, or what kind of file it is.
        found: String,
        /// What to do about it.
        help: String,
    },
    /// A CSV header without a column that is needed.
    #[error("`{name}` has no column {wanted}; its header has {}", list(found))]
    MissingColumn {
        /// The file's name.
        name: String,
        /// The column, or columns of which one is needed, in backticks.
        wanted: &'static str,
        /// The columns that are there.
        found: Vec<String>,
        /// The one among them that is named most alike, with the name it should have.
        nearest: Option<(String, &'static str)>,
    },
    /// Counts per window where single records are needed.
    #[error("`{name}` holds counts per window (column `{column}`), not records")]
    CountsNotRecords {
        /// The file's name.
        name: String,
        /// The column with the counts.
        column: String,
    },
    /// A CSV row earlier than the row before it.
    #[error("time goes backwards in line {line} of `{name}`: {found} comes after {before}")]
    TimeGoesBackwards {
        /// The file's name.
        name: String,
        /// The line with the earlier time.
        line: u64,
        /// That time, as written.
        found: String,
        /// The time of the row before, as written.
        before: String,
    },
    /// More than one line in a hundred could not be read.
    #[error(
        "{} of {} {} of `{name}` cannot be read{}",
        grouped(skipped.total), grouped(*lines), plural(*lines, "line", "lines"), examples(skipped)
    )]
    TooManyBadLines {
        /// The file's name.
        name: String,
        /// How many lines there are, apart from the header and empty ones.
        lines: u64,
        /// Those that could not be read.
        skipped: Skipped,
    },
    /// No line became a record.
    #[error("`{name}` has no usable records{}", examples(skipped))]
    NoRecords {
        /// The file's name.
        name: String,
        /// The lines that could not be read.
        skipped: Skipped,
    },
    /// More records than are held in memory.
    #[error("`{name}` has more than {} records", grouped(MAX_RECORDS))]
    TooManyRecords {
        /// The file's name.
        name: String,
    },
    /// Recordings of a log and of a CSV file, to be joined.
    #[error("`{log}` is a log and `{csv}` is CSV: their sizes mean different things")]
    MixedFormats {
        /// The CSV file's name.
        csv: String,
        /// The log's name.
        log: String,
    },
    /// A speed-up that is not a number above zero.
    #[error("a recording cannot be sped up {factor} times")]
    BadFactor {
        /// The factor.
        factor: f64,
    },
    /// A slow-down that leads past the end of simulation time.
    #[error("sped up {factor:e} times, the recording would last more than 292 years")]
    TooSlow {
        /// The factor.
        factor: f64,
    },
    /// An overlay of nothing.
    #[error("an overlay needs at least one copy")]
    NoCopies,
    /// An overlay with more records than are held in memory.
    #[error(
        "{} copies of {} records are {} records, more than the {} that fit",
        grouped(u64::from(*copies)), grouped(*records), grouped(records.saturating_mul(u64::from(*copies))), grouped(MAX_RECORDS)
    )]
    TooManyCopies {
        /// How many copies were asked for.
        copies: u32,
        /// How many records each has.
        records: u64,
    },
}

impl TraceError {
    /// What to type or do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Missing { .. } => "check the path, or use `-` to read from standard input".to_owned(),
            Self::Directory { .. } => "name one file in it".to_owned(),
            Self::Unreadable { .. } => "check that you may read the file".to_owned(),
            Self::TruncatedGzip { .. } | Self::DamagedGzip { .. } => {
                "copy or download the file again; `gzip -t` tests it".to_owned()
            }
            Self::Empty { .. } => "a recording needs at least one record".to_owned(),
            Self::InvalidUtf8 { utf16: true, .. } => "it looks like UTF-16: save it again as UTF-8".to_owned(),
            Self::InvalidUtf8 { .. } => "save the file as UTF-8, or skip such lines with `--lenient`".to_owned(),
            Self::UnknownFormat { help, .. } => help.clone(),
            Self::MissingColumn { wanted, nearest: None, .. } => format!("name the column in the first line {wanted}"),
            Self::MissingColumn { nearest: Some((found, name)), .. } => {
                format!("if `{found}` holds it, rename that column to `{name}`")
            }
            Self::CountsNotRecords { .. } => {
                "give one row per record, with its time in `ts_ms` or `ts_s` and its size in `record_bytes`".to_owned()
            }
            Self::TimeGoesBackwards { .. } => "sort the rows by time".to_owned(),
            Self::TooManyBadLines { skipped, .. } => bad_lines_help(skipped),
            Self::NoRecords { skipped, .. } if skipped.total > 0 => "correct the lines shown".to_owned(),
            Self::NoRecords { .. } => "add at least one row below the header".to_owned(),
            Self::TooManyRecords { .. } => "use a shorter piece of the recording".to_owned(),
            Self::MixedFormats { .. } => {
                "give logs or CSV files, not both: a log has the bytes of its lines".to_owned()
            }
            Self::BadFactor { .. } => "use a number above zero: 10 is ten times the rate, 0.5 is half of it".to_owned(),
            Self::TooSlow { .. } => "use a larger factor".to_owned(),
            Self::NoCopies => "use 1 to leave the recording as it is, 2 to double its rate".to_owned(),
            Self::TooManyCopies { .. } => "use fewer copies, or a shorter piece of the recording".to_owned(),
        }
    }

    /// A failed read. Only the gzip decoder reports these two kinds; a file itself fails in other ways.
    pub(super) fn from_io(name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        match source.kind() {
            io::ErrorKind::UnexpectedEof => Self::TruncatedGzip { name },
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::DamagedGzip { name, reason: source.to_string() }
            }
            _ => Self::Unreadable { name, source },
        }
    }
}

/// The usual causes of a time that lies too late are a finer unit than the column's name says.
fn bad_lines_help(skipped: &Skipped) -> String {
    match skipped.first.first().map(|bad| &bad.problem) {
        Some(LineProblem::TimeTooLate { column, .. }) => {
            format!("`{column}` seems to hold a finer unit than its name says; divide it by 1,000 or 1,000,000")
        }
        _ => "correct these lines; up to 1 % of bad lines is skipped, and any number with `--lenient`".to_owned(),
    }
}

fn plural<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

fn list(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", cut(name))).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

/// The first bad lines, each on a line of its own.
fn examples(skipped: &Skipped) -> String {
    skipped
        .first
        .iter()
        .fold(String::new(), |text, bad| format!("{text}\n  line {}: {}\n    {}", bad.line, bad.problem, bad.text))
}
