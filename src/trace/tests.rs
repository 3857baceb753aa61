//! Reading recordings: every error, real files, and arbitrary bytes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

const LOG_LINE: &str = r#"10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512"#;

fn parse(text: impl AsRef<[u8]>) -> Result<Trace, TraceError> {
    read_from(text.as_ref(), "test", TraceOptions::default())
}

fn parse_leniently(text: impl AsRef<[u8]>) -> Result<Trace, TraceError> {
    read_from(text.as_ref(), "test", TraceOptions { lenient: true })
}

fn message(text: impl AsRef<[u8]>) -> String {
    parse(text).unwrap_err().to_string()
}

fn help(text: impl AsRef<[u8]>) -> String {
    parse(text).unwrap_err().help()
}

fn nanos(trace: &Trace) -> Vec<u64> {
    trace.records.iter().map(|record| record.at.as_nanos()).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn csv_rows_are_shifted_so_that_the_first_is_at_zero() {
    let trace =
        parse("user, ts_ms ,record_bytes\n7,1659304800025,61\n8,1659304800025,63\n9,1659304801000.5,0\n").unwrap();
    assert_eq!(nanos(&trace), [0, 0, 975_500_000]);
    assert_eq!(trace.start, 1_659_304_800_025);
    assert_eq!(trace.bytes().get(), 124);
    assert_eq!(trace.format, TraceFormat::Csv);
    assert_eq!(trace.span().as_nanos(), 975_500_000);
    assert!((trace.mean_rate().unwrap().get() - 2.0 / 0.9755).abs() < 1e-12);
}

#[test]
fn seconds_quotes_byte_order_marks_and_carriage_returns_are_read() {
    let trace = parse("\u{feff}\"ts_s\",\"record_bytes\",note\r\n1.25,10,\"a\nb\"\r\n2,20,x\r\n").unwrap();
    assert_eq!(nanos(&trace), [0, 750_000_000]);
    assert_eq!(trace.start, 1250);
}

#[test]
fn one_instant_has_no_rate() {
    let trace = parse("ts_s,record_bytes\n5,1\n").unwrap();
    assert_eq!(trace.span(), SimDuration::ZERO);
    assert!(trace.mean_rate().is_none());
}

#[test]
fn log_lines_are_sorted_and_keep_the_order_of_the_file_among_equal_times() {
    let line = |second: u32, path: &str| format!("h - - [17/May/2015:12:05:{second:02} +0200] \"GET {path}\" 200 1");
    let text = [line(9, "/a"), line(3, "/bb"), String::new(), line(9, "/ccc"), line(3, "/dddd")].join("\r\n");
    let trace = parse(&text).unwrap();
    assert_eq!(trace.format, TraceFormat::CommonLog);
    assert_eq!(trace.start, 1_431_857_103_000);
    assert_eq!(nanos(&trace), [0, 0, 6_000_000_000, 6_000_000_000]);
    let base = line(3, "").len() as u64 + 1;
    let sizes: Vec<u64> = trace.records.iter().map(|record| record.size.get() - base).collect();
    assert_eq!(sizes, [3, 5, 2, 4]);
    assert_eq!(trace.skipped.total, 0);
}

#[test]
fn gzip_is_unpacked_wherever_it_comes_from() {
    let text = "ts_ms,record_bytes\n1,2\n3,4\n";
    assert_eq!(parse(gzip(text.as_bytes())).unwrap(), parse(text).unwrap());
    let mut parts = gzip(&text.as_bytes()[..10]);
    parts.extend(gzip(&text.as_bytes()[10..]));
    assert_eq!(parse(parts).unwrap(), parse(text).unwrap());
}

#[test]
fn files_that_are_not_there_or_are_folders_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = read(&folder.path().join("no.csv"), TraceOptions::default()).unwrap_err();
    assert!(matches!(error, TraceError::Missing { .. }), "{error}");
    assert!(!error.help().is_empty());
    let error = read(folder.path(), TraceOptions::default()).unwrap_err();
    assert!(matches!(error, TraceError::Directory { .. }), "{error}");
}

#[test]
fn a_file_is_named_without_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clicks.csv");
    fs::write(&path, "ts_ms,record_bytes\n1,2\n").unwrap();
    assert_eq!(read(&path, TraceOptions::default()).unwrap().name, "clicks.csv");
}

#[test]
fn empty_input_says_so() {
    for text in ["", "\n", "\u{feff}", " \r\n\t\n"] {
        assert!(matches!(parse(text), Err(TraceError::Empty { .. })), "{text:?}");
    }
    assert!(matches!(parse(gzip(b"")), Err(TraceError::Empty { .. })));
    assert!(matches!(parse("ts_ms,record_bytes\n"), Err(TraceError::NoRecords { .. })));
}

#[test]
fn damaged_gzip_says_so() {
    let whole = gzip("ts_ms,record_bytes\n1,2\n".repeat(500).as_bytes());
    for length in [2, 9, 15, whole.len() - 9, whole.len() - 1] {
        let error = parse(&whole[..length]).unwrap_err();
        assert!(matches!(error, TraceError::TruncatedGzip { .. }), "{length}: {error}");
    }
    let mut broken = gzip("ts_ms,record_bytes\n1,2\n".as_bytes());
    let checksum = broken.len() - 6;
    broken[checksum] ^= 0xff;
    let error = parse(broken).unwrap_err();
    assert!(matches!(error, TraceError::DamagedGzip { .. }), "{error}");
}

#[test]
fn invalid_utf8_names_its_line() {
    let log = [LOG_LINE.as_bytes(), b"\n\xff\xfe\n", LOG_LINE.as_bytes()].concat();
    assert_eq!(message(&log), "line 2 of `test` is not valid UTF-8");
    let trace = parse_leniently(&log).unwrap();
    assert_eq!((trace.records.len(), trace.skipped.total), (2, 1));
    let csv = b"ts_ms,record_bytes,name\n1,2,ok\n2,3,\xff\n3,4,ok\n";
    assert_eq!(message(csv), "line 3 of `test` is not valid UTF-8");
    assert_eq!(parse_leniently(csv).unwrap().records.len(), 2);
    let utf16: Vec<u8> = "\u{feff}ts_ms,record_bytes\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(help(utf16), "it looks like UTF-16: save it again as UTF-8");
}

#[test]
fn other_formats_are_told_what_was_found_and_what_to_do() {
    for (text, found, advice) in [
        ("{\"ts\": 1}\n", "`{\"ts\": 1}`", "it looks like JSON"),
        ("1687565315450,3312\n", "`1687565315450,3312`", "put a header line such as `ts_ms,record_bytes` in front"),
        ("time;bytes\n1;2\n", "`time;bytes`", "separate the columns by commas"),
        ("hello world\n", "`hello world`", "start the file with a header line"),
        ("PK\x03\x04...", "a zip archive", "unpack it first"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(matches!(error, TraceError::UnknownFormat { .. }), "{error}");
        assert!(error.to_string().ends_with(found), "{error}");
        assert!(error.help().contains(advice), "{}", error.help());
    }
    let long = parse("x".repeat(200)).unwrap_err().to_string();
    assert!(long.contains('…') && long.len() < 200, "{long}");
}

#[test]
fn a_missing_column_names_the_nearest_one() {
    assert_eq!(message("ts_ms,bytes\n1,2\n"), "`test` has no column `record_bytes`; its header has `ts_ms`, `bytes`");
    assert_eq!(help("ts_ms,bytes\n1,2\n"), "if `bytes` holds it, rename that column to `record_bytes`");
    assert_eq!(help("TS_MS,record_bytes\n1,2\n"), "if `TS_MS` holds it, rename that column to `ts_ms`");
    assert_eq!(help("when,how much\n1,2\n"), "name the column in the first line `ts_ms` or `ts_s`");
}

#[test]
fn counts_are_not_records() {
    let error = parse("ts_s,requests\n805608000,0\n").unwrap_err();
    assert_eq!(error.to_string(), "`test` holds counts per window (column `requests`), not records");
    assert!(error.help().contains("record_bytes"));
}

#[test]
fn wrong_numbers_are_quoted_with_their_line() {
    for (row, problem) in [
        ("-5,1", "`ts_ms` is `-5`, which is below zero"),
        ("NaN,1", "`ts_ms` is `NaN`, which is not a number"),
        ("noon,1", "`ts_ms` is `noon`, which is not a number"),
        ("1e300,1", "`ts_ms` is `1e300`, which lies after the year 2262"),
        ("1,-1", "`record_bytes` is `-1`, which is below zero"),
        ("1,", "`record_bytes` is ``, which is not a number"),
        ("1,99999999999999999999", "`record_bytes` is `99999999999999999999`, which is more than 5 TiB"),
        ("1", "the row ends before its column `record_bytes`"),
    ] {
        let text = format!("ts_ms,record_bytes\n{row}\n2,2\n");
        let expected = format!("1 of 2 lines of `test` cannot be read\n  line 2: {problem}\n    {row}");
        assert_eq!(message(text), expected);
    }
    assert!(help("ts_s,record_bytes\n1659304800025000,1\n").contains("finer unit"));
}

#[test]
fn time_going_backwards_names_the_line_and_both_times() {
    let error = parse("ts_ms,record_bytes\n5,1\n4,1\n").unwrap_err();
    assert_eq!(error.to_string(), "time goes backwards in line 3 of `test`: 4 comes after 5");
    assert_eq!(error.help(), "sort the rows by time");
}

#[test]
fn up_to_one_percent_of_bad_lines_is_skipped() {
    let log = |good: usize, bad: usize| [vec![LOG_LINE; good], vec!["oops"; bad]].concat().join("\n");
    let trace = parse(log(99, 1)).unwrap();
    assert_eq!(trace.skipped.total, 1);
    assert_eq!(trace.skipped.first[0].line, 100);
    assert_eq!(trace.skipped.first[0].text, "oops");
    let error = parse(log(96, 4)).unwrap_err();
    assert!(error.to_string().starts_with("4 of 100 lines of `test` cannot be read\n  line 97: "), "{error}");
    let trace = parse_leniently(log(1, 50)).unwrap();
    assert_eq!((trace.skipped.total, trace.skipped.first.len()), (50, 3));
}

#[test]
fn a_file_without_one_good_line_has_no_records() {
    let error = parse_leniently("ts_ms,record_bytes\nx,y\n").unwrap_err();
    assert!(matches!(error, TraceError::NoRecords { .. }), "{error}");
    assert_eq!(error.help(), "correct the lines shown");
}

#[test]
fn a_log_may_start_with_a_broken_line_and_have_endless_ones() {
    let text = format!("#Software: x\n{LOG_LINE}\n{}\n{LOG_LINE}", "y".repeat(3 << 20));
    let trace = parse_leniently(text).unwrap();
    assert_eq!((trace.records.len(), trace.skipped.total), (2, 2));
    assert_eq!(trace.skipped.first[1].problem, LineProblem::TooLong);
}

/// The folder with the recordings that other tests of the project use too, if it is there.
fn recordings() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("FOREBAY_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join("traces")).filter(|folder| folder.is_dir())
}

#[test]
fn real_recordings_have_the_published_counts_and_bytes() {
    let Some(folder) = recordings() else { return };
    for (name, format, records, bytes) in [
        ("nasa_http_19950801.csv.gz", TraceFormat::Csv, 30_969, 3_268_228),
        ("wikipedia_edits_20150912.csv.gz", TraceFormat::Csv, 39_244, 17_106_256),
        ("apache_combined_201505.log.gz", TraceFormat::CombinedLog, 10_000, 2_334_331),
    ] {
        let trace = read(&folder.join(name), TraceOptions::default()).unwrap();
        assert_eq!((trace.format, trace.records.len(), trace.bytes().get()), (format, records, bytes), "{name}");
        assert_eq!(trace.skipped.total, 0, "{name}");
        assert!(trace.records.is_sorted_by_key(|record| record.at), "{name}");
    }
}

#[test]
fn every_case_of_the_replay_reference_is_matched() {
    let Some(folder) = recordings() else { return };
    let Ok(text) = fs::read_to_string(folder.join("../facts/trace_replay.toml")) else { return };
    let reference: toml::Table = text.parse().unwrap();
    let cases = reference["case"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let name = case["trace"].as_str().unwrap();
        let trace = read(&folder.join(name), TraceOptions::default()).unwrap();
        let expected = |key: &str| case[key].as_integer().and_then(|count| u64::try_from(count).ok());
        assert_eq!(Some(trace.records.len() as u64), expected("records"), "{name}");
        assert_eq!(Some(trace.bytes().get()), expected("bytes"), "{name}");
    }
}

#[test]
fn recorded_counts_are_refused() {
    let Some(folder) = recordings() else { return };
    for name in ["nasa_http_1995_counts_60s.csv.gz", "nasa_http_19950713_counts_1s.csv.gz"] {
        let error = read(&folder.join(name), TraceOptions::default()).unwrap_err();
        assert!(matches!(error, TraceError::CountsNotRecords { .. }), "{error}");
    }
}

/// Bytes that get past the recognition of the format more often than pure noise does.
fn likely_bytes() -> impl Strategy<Value = Vec<u8>> {
    let noise = || prop::collection::vec(any::<u8>(), 0..200);
    let text = prop::collection::vec(
        prop::sample::select(vec![
            "ts_ms",
            "ts_s",
            "record_bytes",
            ",",
            "\n",
            "\r\n",
            "\"",
            "-",
            "1",
            "9999999999999",
            ".",
            "e9",
            "[",
            "]",
            "17/May/2015:10:05:03 +0000",
            " ",
            "\" 200 1",
            LOG_LINE,
            "\u{feff}",
            "é",
            "/",
        ]),
        0..40,
    );
    let after_header = |rest: Vec<u8>| [b"ts_ms,record_bytes\n".as_slice(), &rest].concat();
    prop_oneof![
        noise(),
        text.prop_map(|words| words.concat().into_bytes()),
        noise().prop_map(after_header),
        noise().prop_map(|rest| gzip(&rest)),
        noise().prop_map(|rest| [vec![0x1f, 0x8b], rest].concat()),
    ]
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in likely_bytes(), lenient: bool, factor: f64, copies in 0_u32..5) {
        match read_from(bytes.as_slice(), "noise", TraceOptions { lenient }) {
            Ok(trace) => {
                prop_assert!(trace.records.is_sorted_by_key(|record| record.at));
                let _ = (trace.mean_rate(), trace.bytes(), trace.speed_up(factor));
                let twice = trace.clone().joined_with(std::slice::from_ref(&trace)).unwrap();
                prop_assert_eq!((twice.records.len(), twice.span()), (2 * trace.records.len(), trace.span()));
                if let Ok(many) = trace.overlay(copies) {
                    prop_assert_eq!(many.records.len(), trace.records.len() * copies as usize);
                    prop_assert!(many.span() <= trace.span());
                    prop_assert!(many.records.is_sorted_by_key(|record| record.at));
                }
            }
            Err(error) => prop_assert!(!error.to_string().is_empty() && !error.help().is_empty()),
        }
    }
}
