//! Web server logs in Common or Combined Log Format.
//!
//! ```text
//! 10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 512                     common
//! 10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 512 "referrer" "agent"  combined
//! ```
//!
//! Servers let their owners add fields, and requests may hold anything a client sent, quotes included. A line therefore
//! counts when it has three words, a bracketed time, and a quoted request followed by status and bytes; what comes
//! after is of no interest.

use std::io::{BufRead, Read};

use jiff::Timestamp;

use super::error::{LineProblem, TraceError, cut};
use super::{Dated, Reading, TraceFormat, TraceOptions};

/// Longer lines are not kept in memory.
const MAX_LINE_BYTES: u64 = 1 << 20;

/// The parts of a log line that matter here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LogLine {
    /// Nanoseconds since 1970.
    pub(super) at: u64,
    pub(super) format: TraceFormat,
}

impl LogLine {
    pub(super) fn parse(line: &str) -> Result<Self, LineProblem> {
        let (client, rest) = line.split_once('[').ok_or(LineProblem::NotALogLine)?;
        let (time, rest) = rest.split_once(']').ok_or(LineProblem::NotALogLine)?;
        if client.split_ascii_whitespace().count() < 3 {
            return Err(LineProblem::NotALogLine);
        }
        let tail = rest.trim_start().strip_prefix('"').and_then(after_request).ok_or(LineProblem::NotALogLine)?;
        let quoted = tail.trim_start().starts_with('"') && tail.matches('"').count() >= 4;
        let format = if quoted { TraceFormat::CombinedLog } else { TraceFormat::CommonLog };
        Ok(Self { at: nanos(time)?, format })
    }
}

/// What follows the request, its status and its bytes. The request ends at the first quote that these two follow.
fn after_request(request: &str) -> Option<&str> {
    request.match_indices("\" ").find_map(|(end, quote)| {
        let (status, rest) = request[end + quote.len()..].split_once(' ')?;
        let (bytes, tail) = rest.split_once(' ').unwrap_or((rest, ""));
        let number = |text: &str| text == "-" || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
        (number(status) && status.len() <= 3 && number(bytes.trim_end())).then_some(tail)
    })
}

/// `17/May/2015:10:05:03 +0000` as nanoseconds since 1970.
fn nanos(text: &str) -> Result<u64, LineProblem> {
    let bad = || LineProblem::BadTimestamp { found: cut(text) };
    let time = Timestamp::strptime("%d/%b/%Y:%H:%M:%S %z", text.trim()).map_err(|_| bad())?;
    let nanos = i64::try_from(time.as_nanosecond()).map_err(|_| bad())?;
    u64::try_from(nanos).map_err(|_| bad())
}

/// Reads all lines and sorts the records by time; those of one instant keep the order of the file.
pub(super) fn parse(
    mut reader: impl BufRead,
    format: TraceFormat,
    name: &str,
    options: TraceOptions,
) -> Result<Reading, TraceError> {
    let mut reading = Reading::new(format);
    let mut buffer = Vec::new();
    let mut number = 0;
    while next_line(&mut reader, &mut buffer).map_err(|source| TraceError::from_io(name, source))? {
        number += 1;
        match line_record(&buffer) {
            Ok(None) => {}
            Ok(Some(record)) => reading.push(record, name)?,
            Err(LineProblem::NotUtf8) if !options.lenient => {
                return Err(TraceError::InvalidUtf8 { name: name.to_owned(), line: number, utf16: false });
            }
            Err(problem) => reading.skipped.add(number, &String::from_utf8_lossy(&buffer), problem),
        }
    }
    reading.records.sort_by_key(|record| record.at);
    Ok(reading)
}

/// The record of one line, or nothing for an empty line.
fn line_record(line: &[u8]) -> Result<Option<Dated>, LineProblem> {
    if line.len() as u64 > MAX_LINE_BYTES {
        return Err(LineProblem::TooLong);
    }
    let line = str::from_utf8(line).map_err(|_| LineProblem::NotUtf8)?;
    if line.trim().is_empty() {
        return Ok(None);
    }
    let at = LogLine::parse(line)?.at;
    Ok(Some(Dated { at, size: line.len() as u64 + 1 }))
}

/// Reads one line into `buffer`, without its line ending. Of a line that is too long only the beginning is kept.
/// False at the end of the input.
fn next_line(reader: &mut impl BufRead, buffer: &mut Vec<u8>) -> std::io::Result<bool> {
    buffer.clear();
    // One byte for the newline, one for a carriage return, one to notice that there is more.
    let read = reader.by_ref().take(MAX_LINE_BYTES + 3).read_until(b'\n', buffer)?;
    if buffer.last() == Some(&b'\n') {
        buffer.pop();
        if buffer.last() == Some(&b'\r') {
            buffer.pop();
        }
    } else if read as u64 > MAX_LINE_BYTES {
        reader.skip_until(b'\n')?;
    }
    Ok(read > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_and_their_variants_are_read() {
        let time = 1_431_857_103_000_000_000;
        let line = |text: &str| LogLine::parse(text).map(|line| (line.at, line.format));
        let common = Ok((time, TraceFormat::CommonLog));
        let combined = Ok((time, TraceFormat::CombinedLog));
        for (text, expected) in [
            (r#"h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.0" 200 512"#, &common),
            (r#"h - - [17/May/2015:12:05:03 +0200] "GET / HTTP/1.0" 304 -"#, &common),
            (r#"::1 - Jane Doe [17/May/2015:10:05:03 +0000] "-" 408 -"#, &common),
            (r#"h - - [17/May/2015:10:05:03 +0000] "GET /a"b c HTTP/1.0" 404 0"#, &common),
            (r#"h - - [17/May/2015:10:05:03 +0000] "GET /" 200 5 "-" "Moz \"x\"""#, &combined),
            (r#"h - - [17/May/2015:10:05:03 +0000] "GET /" 200 5 "-" "Mozilla" 0.021 "x""#, &combined),
            (r#"h - - [17/May/2015:10:05:03 +0000] "GET /" 200 5 0.021"#, &common),
        ] {
            assert_eq!(&line(text), expected, "{text}");
        }
    }

    #[test]
    fn other_lines_are_refused_for_their_reason() {
        for text in ["", "[", "]", "h - - [17/May/2015:10:05:03 +0000]", "GET /", "- [x] \"GET /\" 200 1"] {
            assert_eq!(LogLine::parse(text), Err(LineProblem::NotALogLine), "{text}");
        }
        for time in ["", "17/May/2015", "32/May/2015:10:05:03 +0000", "01/Jan/1969:00:00:00 +0000"] {
            let line = format!("h - - [{time}] \"GET /\" 200 1");
            assert!(matches!(LogLine::parse(&line), Err(LineProblem::BadTimestamp { .. })), "{line}");
        }
    }
}
