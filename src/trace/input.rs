//! Unpacking and recognising the input.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::error::{TraceError, cut};
use super::log::LogLine;
use super::{TraceFormat, table};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// How much of the input is looked at to recognise it.
const HEAD_BYTES: u64 = 64 << 10;

/// What other files start with, and what people call them.
const OTHER_KINDS: [(&[u8], &str, &str); 6] = [
    (b"PK\x03\x04", "a zip archive", "unpack it first, or compress the file inside with gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd data", "unpack it first with `zstd -d`"),
    (b"BZh", "bzip2 data", "unpack it first with `bunzip2`"),
    (b"\xfd7zXZ", "xz data", "unpack it first with `unxz`"),
    (b"PAR1", "a Parquet file", "export it as CSV with the columns `ts_ms` and `record_bytes`"),
    (b"SQLite format 3", "a SQLite database", "export it as CSV with the columns `ts_ms` and `record_bytes`"),
];

/// Bytes that were looked at, followed by those still to come.
type Rewound<R> = Chain<Cursor<Vec<u8>>, R>;

/// The plain bytes of the input, and a copy of the first of them.
pub(super) struct Input<'a> {
    pub(super) reader: Box<dyn BufRead + 'a>,
    head: Vec<u8>,
}

/// What the first lines say about the rest.
pub(super) enum Content {
    Table(table::Columns),
    Log(TraceFormat),
}

impl<'a> Input<'a> {
    pub(super) fn open(source: impl Read + 'a) -> io::Result<Self> {
        let (magic, source) = peek(source, GZIP_MAGIC.len() as u64)?;
        let plain: Box<dyn Read + 'a> =
            if magic == GZIP_MAGIC { Box::new(MultiGzDecoder::new(BufReader::new(source))) } else { Box::new(source) };
        let (mark, mut plain) = peek(plain, BYTE_ORDER_MARK.len() as u64)?;
        if mark == BYTE_ORDER_MARK {
            plain.read_exact(&mut [0; BYTE_ORDER_MARK.len()])?;
        }
        let (head, plain) = peek(plain, HEAD_BYTES)?;
        Ok(Self { reader: Box::new(BufReader::new(plain)), head })
    }

    /// Decides on a format from the first 64 KiB.
    ///
    /// A header that names one of our columns settles it. Otherwise any log line does, so that a log may start with a
    /// broken line; and only then is the first line taken for the header of some other table.
    pub(super) fn recognise(&self, name: &str) -> Result<Content, TraceError> {
        if let Some((_, found, help)) = OTHER_KINDS.iter().find(|(magic, ..)| self.head.starts_with(magic)) {
            return Err(unknown(name, (*found).to_owned(), (*help).to_owned()));
        }
        let text = String::from_utf8_lossy(&self.head);
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let Some((index, first)) = lines.next() else {
            return Err(TraceError::Empty { name: name.to_owned() });
        };
        let header = table::header_fields(first);
        if table::names_known_column(&header) {
            return table::Columns::find(&header, name).map(Content::Table);
        }
        let log_line = |line: &str| LogLine::parse(line).ok().map(|parsed| parsed.format);
        if let Some(format) = log_line(first).or_else(|| lines.find_map(|(_, line)| log_line(line))) {
            return Ok(Content::Log(format));
        }
        if first.contains('\u{fffd}') || self.head.starts_with(&[0xff, 0xfe]) {
            let utf16 = self.head.starts_with(&[0xff, 0xfe]) || self.head.starts_with(&[0xfe, 0xff]);
            return Err(TraceError::InvalidUtf8 { name: name.to_owned(), line: index as u64 + 1, utf16 });
        }
        if table::looks_like_header(&header) {
            return table::Columns::find(&header, name).map(Content::Table);
        }
        Err(unknown(name, format!("`{}`", cut(first)), advice(first)))
    }
}

fn unknown(name: &str, found: String, help: String) -> TraceError {
    TraceError::UnknownFormat { name: name.to_owned(), found, help }
}

/// What to do with a file whose first line is neither a header nor a log line.
fn advice(first: &str) -> String {
    let first = first.trim_start();
    let expected = "a header line such as `ts_ms,record_bytes`";
    if first.starts_with(['{', '[']) {
        format!("it looks like JSON: convert it to CSV with {expected}")
    } else if first.contains(',') && first.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        format!("the rows seem to come without a header: put {expected} in front")
    } else if first.contains(['\t', ';']) {
        format!("separate the columns by commas, below {expected}")
    } else {
        format!("start the file with {expected}, or give a log in Common or Combined Log Format")
    }
}

/// The first `count` bytes (fewer if the source is shorter), and a source that still starts with them.
fn peek<R: Read>(mut source: R, count: u64) -> io::Result<(Vec<u8>, Rewound<R>)> {
    let mut head = Vec::new();
    source.by_ref().take(count).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(source)))
}
