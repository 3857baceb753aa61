//! What is wrong with an input is said: what, where, what was expected, what to type. Nothing panics, nothing is left
//! half-written.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::common::{Outcome, Place, forebay, scenario};

/// The clickstream scenario with lines of it replaced.
fn changed(from: &str, to: &str) -> String {
    let text = fs::read_to_string(scenario("clickstream")).unwrap();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// `advise` on a text.
fn advise(text: impl AsRef<[u8]>) -> Outcome {
    let place = Place::new();
    place.file("case.toml", text);
    place.run(&["advise", "case.toml"])
}

/// `advise` on the clickstream with overrides.
fn advise_with(overrides: &[&str]) -> Outcome {
    let path = scenario("clickstream");
    let mut args = vec!["advise", &path];
    args.extend(overrides.iter().flat_map(|text| ["--set", text]));
    forebay(&args)
}

fn simulate(extra: &[&str]) -> Outcome {
    let path = scenario("clickstream");
    let mut args = vec!["simulate", &path, "--replications", "1"];
    args.extend(extra);
    forebay(&args)
}

/// `simulate --trace` on a file.
fn replay(bytes: impl AsRef<[u8]>, extra: &[&str]) -> Outcome {
    let place = Place::new();
    place.file("recording", bytes);
    let path = scenario("clickstream");
    let mut args = vec!["simulate", &path, "--replications", "1", "--trace", "recording"];
    args.extend(extra);
    place.run(&args)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn log(lines: usize) -> Vec<String> {
    let line = |second: usize| {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("10.0.0.1 - - [10/Oct/2000:{hour:02}:{minute:02}:{second:02} +0000] \"GET / HTTP/1.0\" 200 2326")
    };
    (0..lines).map(line).collect()
}

#[test]
fn a_misspelt_key_is_answered_with_the_nearest_one() {
    let cases = [
        ("freshness =", "frehsness =", "needs", "freshness"),
        ("kind =", "knid =", "source", "kind"),
        ("record-size =", "record_size =", "workload", "record-size"),
        ("horizon =", "horizn =", "simulation", "horizon"),
    ];
    for (from, to, table, meant) in cases {
        let typed = to.trim_end_matches(" =");
        let (unknown, help) = (format!("unknown key `{typed}` in [{table}]"), format!("did you mean `{meant}`?"));
        advise(changed(from, to)).ends_with(3).explains(&[&unknown, &help]);
    }
    advise(changed("compression =", "compresion ="))
        .ends_with(3)
        .explains(&["unknown option `compresion` in [firehose]", "did you mean `compression`?"]);
    advise(changed("[needs]", "[neds]")).ends_with(3).explains(&["unknown key `neds`", "did you mean `needs`?"]);
}

#[test]
fn a_misspelt_word_is_answered_with_the_nearest_one() {
    advise(changed("\"clickstream\"", "\"clikstream\""))
        .ends_with(3)
        .explains(&["`clikstream` is not a value of `kind`", "did you mean `clickstream`?"]);
    advise(changed("diurnal_web_1995", "diurnal_web_1996"))
        .ends_with(3)
        .explains(&["there is no rate profile `diurnal_web_1996`", "did you mean `diurnal_web_1995`?"]);
    advise_with(&["alternatives=firehoze"]).ends_with(3).explains(&["did you mean `firehose`?"]);
    advise_with(&["priorities.operatoins=1"]).ends_with(3).explains(&["did you mean `operations`?"]);
}

#[test]
fn a_quantity_says_which_unit_it_wants() {
    let cases: &[(&str, &[&str])] = &[
        ("needs.freshness=15", &["`freshness` needs a unit", "expected a duration", "\"15 s\" or \"15 min\""]),
        ("needs.freshness=15 parsecs", &["`parsecs` is not a unit of a duration"]),
        ("needs.freshness=-1s", &["`freshness` must not be negative"]),
        ("needs.freshness=-1", &["`freshness` must not be negative"]),
        ("needs.freshness=nan", &["`freshness` is not a duration"]),
        ("needs.freshness=inf", &["`freshness` is not a duration"]),
        ("needs.freshness=1e300 h", &["out of range for a duration"]),
        ("needs.freshness=true", &["`freshness` must be"]),
        ("needs.freshness=07:32:00", &["expected a duration"]),
        ("workload.rate=5", &["`rate` needs a unit", "\"5 records/s\""]),
        ("workload.rate=0 events/s", &["`rate` must be above zero"]),
        ("workload.rate=-5 events/s", &["`rate` must not be negative"]),
        ("workload.rate=1e400 events/s", &["out of range for a rate of records"]),
        ("workload.rate=5 cows/s", &["`cows/s` is not a unit of a rate of records"]),
        ("workload.record-size=5", &["`record-size` needs a unit", "\"5 MiB\""]),
        ("workload.record-size=5 s", &["`s` is not a unit of a size"]),
        ("workload.record-size=0 B", &["at least one byte"]),
        ("workload.record-size=1e300 MiB", &["out of range for a size"]),
        ("needs.consumers=-1", &["`consumers` must be at least 0"]),
        ("needs.consumers=1.5", &["`consumers` must be a whole number"]),
        ("needs.consumers=99999999999999999999", &["this number is too large"]),
        ("workload.compression-ratio=0", &["at least 1"]),
        ("workload.compression-ratio=nan", &["a finite number"]),
        ("workload.records-per-request=501", &["at most 500"]),
        ("workload.records-per-request=0", &["at least 1"]),
        ("simulation.horizon=0 s", &["`horizon` must be above zero"]),
        ("simulation.warm-up=25 h", &["`warm-up` must be shorter than the horizon"]),
        ("simulation.seed=-1", &["`seed` must be at least 0"]),
        ("simulation.seed=18446744073709551615", &["at most 9223372036854775807"]),
        ("simulation.replications=0", &["`replications` must be at least 1"]),
        ("priorities.billing=-1", &["the weight of `billing` must be from 0"]),
        ("priorities.billing=inf", &["`billing` must be a finite number"]),
        ("priorities.billing=1e308", &["the weight of `billing` must be from 0 to 1,000,000"]),
    ];
    for (wish, texts) in cases {
        advise_with(&[wish]).ends_with(3).explains(texts).explains(&["1 problem;"]);
    }
}

#[test]
fn a_bare_number_in_the_file_is_answered_as_one_in_an_override() {
    advise(changed("\"15 min\"", "15")).ends_with(3).explains(&["case.toml:16:13", "expected a duration"]);
}

#[test]
fn laws_and_profiles_that_make_no_sense_are_refused() {
    let cases: &[(&str, &str)] = &[
        ("workload.record-size={lognormal={mean=\"1 KiB\",sigma=-1}}", "`sigma` must be at least 0"),
        ("workload.record-size={lognormal={mean=\"1 KiB\",sigma=nan}}", "`sigma` must be a finite number"),
        ("workload.record-size={lognormal={mean=\"1 KiB\"}}", "`sigma` is missing"),
        ("workload.record-size={pareto={mean=\"1 KiB\"}}", "must name one of its kinds"),
        ("workload.record-size={}", "must name one of its kinds"),
        (
            "workload.record-size={lognormal={mean=\"1 KiB\",sigma=1},gamma={mean=\"1 KiB\",shape=2}}",
            "more than one is named",
        ),
        ("workload.record-size={uniform={low=\"2 KiB\",high=\"1 KiB\"}}", "`low` is above `high`"),
        ("workload.record-size={table={sizes=[\"1 KiB\"],weights=[1,2]}}", "as many weights as sizes"),
        ("workload.record-size={generalized-pareto={location=\"1 B\",scale=1,shape=9}}", "`shape` must be at most 5"),
        ("workload.record-size=size_json_evnt", "did you mean `size_json_event`?"),
        ("workload.preset=web_session_nasa", "did you mean `web_sessions_nasa`?"),
        ("workload.arrivals=posson", "did you mean `poisson`?"),
        ("workload.arrivals={mpp={}}", "did you mean `mmpp`?"),
        ("workload.arrivals={mmpp={states=[{rate=1,sojourn=\"1 s\"}]}}", "2 to 64 states"),
        ("workload.arrivals={mmpp={states=[{rate=1}]}}", "`sojourn` is missing"),
        ("workload.arrivals={renewal={pareto={tail-index=1}}}", "`tail-index` must be at least 1.05"),
        (
            "workload.arrivals={sessions={requests=0,think-time={exponential={mean=\"1 s\"}}}}",
            "`requests` must be at least 1",
        ),
        ("workload.arrivals={groups={size={quantiles=[[0,1],[0.5,9]]}}}", "rise from 0 to 1"),
        ("workload.arrivals={devices={period=\"1 s\",loss=\"100 %\"}}", "a share from 0 to 99 %"),
        ("workload.arrivals={overlay=[{share=\"50 %\"},{share=\"20 %\"}]}", "add up to 70 %"),
        ("workload.episodes=[{from=\"2 h\",to=\"1 h\",factor=2}]", "takes no time"),
        ("workload.records-per-request={geometric={mean=900}}", "500 at most"),
        ("workload.profile={factors=[]}", "at least one factor must be above zero"),
        ("workload.profile={factors=[0,0]}", "at least one factor must be above zero"),
        ("workload.profile={factors=[-1,2]}", "the factors must be finite and not negative"),
        ("workload.profile={factors=[nan]}", "must be a finite number"),
        ("workload.profile={factors=[1e308,1e308]}", "too large to be added up"),
        ("workload.profile={factors=[1],period=\"0 s\"}", "the period is too short"),
        ("workload.profile={factors=[1,2],period=\"1 ms\"}", "each of its 2 parts must last 1 ms or more"),
    ];
    for (wish, text) in cases {
        advise_with(&[wish]).ends_with(3).explains(&[text]);
    }
}

#[test]
fn a_file_that_is_no_scenario_is_called_what_it_is() {
    let template = "`forebay init`";
    advise("").ends_with(3).explains(&["it is empty", template]);
    advise("  \n# nothing yet\n").ends_with(3).explains(&["it is empty or has comments only", template]);
    advise("{\"format\": 1}").ends_with(3).explains(&["case.toml is JSON; a scenario is TOML"]);
    advise("[{\"format\": 1}]").ends_with(3).explains(&["case.toml is JSON"]);
    advise("ts_ms,record_bytes\n1,2\n").ends_with(3).explains(&["comma-separated values", "--trace case.toml"]);
    advise(gzip(b"format = 1")).ends_with(3).explains(&["not UTF-8", "gzip"]);
    advise([0u8, 1, 2, 3]).ends_with(3).explains(&["is not a text"]);
    advise([0x89, b'P', b'N', b'G']).ends_with(3).explains(&["not UTF-8 text"]);
    let place = Place::new();
    fs::create_dir(place.path("folder")).unwrap();
    place.run(&["advise", "folder"]).ends_with(3).explains(&["folder is a folder"]);
    place.run(&["advise", "missing.toml"]).ends_with(3).explains(&["missing.toml does not exist"]);
    place.file("clickstream.toml", "");
    place.run(&["advise", "clikstream.toml"]).ends_with(3).explains(&["did you mean `./clickstream.toml`?"]);
}

#[test]
fn a_large_table_given_as_a_scenario_is_refused_at_once() {
    let mut text = String::from("ts_ms,record_bytes\n");
    for row in 0..100_000 {
        writeln!(text, "{row},100").unwrap();
    }
    let outcome = advise(&text);
    outcome.ends_with(3).explains(&["1 problem;"]);
    assert!(outcome.stderr.len() < 1000);
}

#[test]
fn bytes_that_are_no_text_are_named_by_line() {
    let mut bytes = changed("Clickstream for", "Clickstream f\u{fc}r").into_bytes();
    let place = bytes.windows(2).position(|pair| pair == [0xc3, 0xbc]).unwrap();
    bytes.splice(place..place + 2, [0xfc]);
    advise(bytes).ends_with(3).explains(&["case.toml is not UTF-8 text", "in line 4"]);
}

#[test]
fn syntax_errors_are_shown_with_their_place() {
    advise("format = 1\ntitle = \"open\n").ends_with(3).explains(&["case.toml:2:"]);
    advise("format = 1\ntitle = \"a\"\ntitle = \"b\"\n").ends_with(3).explains(&["duplicate key", "case.toml:3:1"]);
    let twice = changed("[team]", "[needs]\nreplay = true\n[team]");
    advise(twice).ends_with(3).explains(&["duplicate key"]);
    advise(changed("[needs]", "[[needs]]")).ends_with(3).explains(&["`needs` must be a table"]);
    advise("format = 1\ntitle = \"x\"\nsource = 1\nfirehose = 3\n")
        .ends_with(3)
        .explains(&["`source` must be a table", "`firehose` must be a table of options"]);
}

#[test]
fn one_run_tells_everything_that_is_wrong() {
    let text = "\
formt = 1
title = \"several\"
region = \"us-east-11\"
[source]
kind = \"clickstraem\"
sytem = \"browser\"
[needs]
freshness = 15
consumers = -1
[workload]
rate = \"0 events/s\"
record-size = \"1 kilobyte\"
[firehose]
buffer-interval = \"1000 s\"
bufer-size = \"1 MiB\"
[simulation]
horizon = \"-1 h\"
replications = 0
[priorities]
operatons = 1
[wat]
x = 1
";
    advise(text).ends_with(3).explains(&[
        "case.toml:1:1",
        "`format` is missing",
        "case.toml:3:10",
        "case.toml:5:8",
        "case.toml:6:1",
        "case.toml:8:13",
        "case.toml:9:13",
        "case.toml:11:8",
        "case.toml:12:15",
        "case.toml:14:19",
        "case.toml:15:1",
        "case.toml:17:11",
        "case.toml:18:16",
        "case.toml:20:1",
        "case.toml:21:2",
        "15 problems; nothing was run.",
    ]);
}

#[test]
fn all_files_of_a_check_are_checked() {
    let place = Place::new();
    place.file("one.toml", "format = 1\n");
    place.file("two.toml", "title = \"two\"\n");
    place.run(&["check", "one.toml", "two.toml", &scenario("w1")]).ends_with(3).explains(&[
        "one.toml:1:1",
        "two.toml:1:1",
        "2 problems;",
    ]);
}

#[test]
fn an_override_that_means_nothing_is_refused() {
    advise_with(&["frehsness=1s"]).ends_with(3).explains(&["there is nothing called `frehsness`", "`needs.freshness`"]);
    advise_with(&["needs.freshness"]).ends_with(3).explains(&["KEY=VALUE", "there is no `=`"]);
    advise_with(&[""]).ends_with(3).explains(&["KEY=VALUE"]);
    advise_with(&["=1"]).ends_with(3).explains(&["there is no key"]);
    advise_with(&["a.b.c=1"]).ends_with(3).explains(&["there is nothing called `a.b.c`"]);
    advise_with(&["needs=1"]).ends_with(3).explains(&["`needs` must be a table"]);
    advise_with(&["needs.freshness.x=1"]).ends_with(3).explains(&["is not a table"]);
    advise_with(&["firehose.buffer-siz=1 MiB"]).ends_with(3).explains(&["did you mean `firehose.buffer-size`?"]);
    advise_with(&["format=2"]).ends_with(3).explains(&["`format` must be at most 1"]);
    advise_with(&["needs.destinations=s3,s3"]).ends_with(3).explains(&["`s3` is given twice in `needs.destinations`"]);
    advise_with(&["needs.further.accounts=-1"]).ends_with(3).explains(&["a whole number, not negative"]);
    // All of them are told, not only the first.
    advise_with(&["frehsness=1s", "needs.consumers=-1"]).ends_with(3).explains(&["2 problems;"]);
}

#[test]
fn an_option_is_held_against_the_range_of_the_edition() {
    let fits = |interval: &str, edition: &str| {
        let wish = format!("firehose.buffer-interval={interval}");
        simulate(&["--set", &wish, "--edition", edition, "--horizon", "10 min"])
    };
    fits("5s", "current").ends_with(0);
    fits("0s", "current").ends_with(0);
    fits("60s", "2022").ends_with(0);
    fits("5s", "2022").ends_with(3).explains(&["= 5s is below the least value, 60 s", "edition 2022"]);
    fits("901s", "current").ends_with(3).explains(&["= 901s is above the greatest value, 15 min"]);
    fits("901s", "2022").ends_with(3).explains(&["above the greatest value"]);
    advise_with(&["firehose.compression=ZSTD"]).ends_with(3).explains(&["`ZSTD` is not one of its values", "`GZIP`"]);
}

#[test]
fn names_outside_the_catalog_are_refused() {
    let path = scenario("clickstream");
    forebay(&["advise", &path, "--region", "us-esat-1"]).ends_with(3).explains(&["did you mean `us-east-1`?"]);
    advise_with(&["region=mars"])
        .ends_with(3)
        .explains(&["there is no Region `mars`", "the Regions are: `af-south-1`"]);
    forebay(&["advise", &path, "--edition", "2023"]).ends_with(2).explains(&["write `2022` or `current`"]);
    advise_with(&["edition=2023"]).ends_with(3).explains(&["`2023` is not a value of `edition`"]);
    advise_with(&["edition=2022"]).ends_with(0);
    advise_with(&["alternatives=s3"]).ends_with(3).explains(&["`s3` is no alternative", "`firehose`"]);
    simulate(&["--primary", "firehoze"]).ends_with(3).explains(&["did you mean `firehose`?"]);
    simulate(&["--primary", "dms"]).ends_with(3).explains(&["no integration leads through `dms`"]);
    forebay(&["explain", "no-databse-in-source"]).ends_with(3).explains(&["did you mean `no-database-in-source`?"]);
    forebay(&["catalog", "show", "firehoze"]).ends_with(3).explains(&["did you mean `firehose`?"]);
}

#[test]
fn a_wrong_command_line_ends_with_two() {
    let path = scenario("clickstream");
    for args in [
        &["advise"][..],
        &["frobnicate"],
        &["advise", &path, "--frob"],
        &["simulate", &path, "--replications", "0"],
        &["simulate", &path, "--replications", "x"],
        &["simulate", &path, "--threads", "0"],
        &["simulate", &path, "--horizon", "5"],
        &["simulate", &path, "--seed", "1.5"],
        &["simulate", &path, "--speedup", "2"],
        &["simulate", &path, "--lenient"],
        &["run", &path, "--format", "yaml"],
    ] {
        forebay(args).ends_with(2);
    }
}

#[test]
fn what_nothing_satisfies_ends_with_four_and_names_the_requirement() {
    let path = scenario("clickstream");
    for verb in ["advise", "run"] {
        let outcome = forebay(&[verb, &path, "--set", "freshness=10ms"]);
        outcome.ends_with(4);
        for text in [
            "Nothing in the catalog satisfies these requirements.",
            "Nearest  Data Firehose, excluded by needs.freshness = 10 ms",
            "Nearest  Data Streams, excluded by needs.freshness = 10 ms",
            "[freshness-below-least-delay]",
        ] {
            assert!(outcome.stdout.contains(text), "{verb}: {text}\n{}", outcome.stdout);
        }
    }
    for verb in ["simulate", "cost"] {
        forebay(&[verb, &path, "--set", "freshness=10ms"])
            .ends_with(4)
            .explains(&["nothing satisfies the requirements"]);
    }
    let json = forebay(&["advise", &path, "--set", "freshness=10ms", "--format", "json"]);
    json.ends_with(4);
    assert!(serde_json::from_str::<serde_json::Value>(&json.stdout).unwrap()["recommended"].is_null());
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_the_run() {
    let place = Place::new();
    place.file("regular", "as it was");
    let path = scenario("clickstream");
    for out in ["regular", "regular/below"] {
        let outcome = place.run(&["run", &path, "--out", out]);
        outcome.ends_with(3).explains(&["regular", "--out takes a folder"]);
        assert!(outcome.stdout.is_empty());
    }
    assert_eq!(fs::read_to_string(place.path("regular")).unwrap(), "as it was");
    assert_eq!(place.files(".").len(), 1);
}

#[test]
fn a_wrong_scenario_leaves_no_files_behind() {
    let place = Place::new();
    let path = scenario("clickstream");
    place.run(&["run", &path, "--out", "out", "--set", "freshness=1"]).ends_with(3);
    assert!(!place.path("out").exists());
    place.run(&["init", "--example", "clikstream"]).ends_with(3).explains(&["did you mean `clickstream`?"]);
    assert!(place.files(".").is_empty());
}

#[test]
fn init_does_not_replace_a_file_unasked() {
    let place = Place::new();
    place.file("scenario.toml", "mine");
    place.run(&["init"]).ends_with(3).explains(&["exists already", "--force"]);
    assert_eq!(fs::read_to_string(place.path("scenario.toml")).unwrap(), "mine");
    place.run(&["init", "--force"]).ends_with(0);
    place.run(&["check", "scenario.toml"]).ends_with(0);
}

#[test]
fn bad_lines_of_a_log_are_counted_and_the_first_three_shown() {
    let mut lines = log(1000);
    for bad in [10, 20, 30, 40] {
        lines[bad] = format!("rubbish number {bad}");
    }
    replay(lines.join("\n"), &[]).ends_with(0).explains(&[
        "4 lines of recording could not be read",
        "line 11: ",
        "rubbish number 10",
        "line 21: ",
        "line 31: ",
    ]);
    let outcome = replay(lines.join("\n"), &[]);
    assert!(!outcome.stderr.contains("rubbish number 40"));
}

#[test]
fn too_many_bad_lines_of_a_log_are_an_error_unless_lenient() {
    let mut lines = log(300);
    for bad in [1, 2, 3, 4] {
        lines[bad] = "rubbish".to_owned();
    }
    replay(lines.join("\n"), &[]).ends_with(3).explains(&["4 of 300 lines", "line 2", "line 3", "line 4", "--lenient"]);
    replay(lines.join("\n"), &["--lenient"]).ends_with(0).explains(&["4 lines of recording could not be read"]);
}

#[test]
fn recordings_that_cannot_be_replayed_say_why() {
    let head = "ts_ms,record_bytes\n";
    let cases: &[(Vec<u8>, &[&str])] = &[
        (format!("{head}1000,5\n500,5\n").into(), &["time goes backwards in line 3", "500 comes after 1000"]),
        (head.into(), &["has no usable records"]),
        ("".into(), &["is empty"]),
        ("time,size\n1,2\n".into(), &["has no column `ts_ms` or `ts_s`"]),
        ("1000,5\n1500,5\n".into(), &["without a header"]),
        (format!("{head}-5,5\n").into(), &["below zero"]),
        (format!("{head}nan,5\n").into(), &["not a number"]),
        (format!("{head}0,99999999999999999999999\n").into(), &["more than 5 TiB"]),
        (format!("{head}0,5\n99999999999999999,5\n").into(), &["after the year 2262"]),
        ("{\"a\":1}".into(), &["it looks like JSON"]),
        (vec![0xff, 0xfe, 0x00], &["not valid UTF-8"]),
    ];
    for (bytes, texts) in cases {
        replay(bytes, &[]).ends_with(3).explains(texts);
    }
    let path = scenario("clickstream");
    forebay(&["simulate", &path, "--trace", "nowhere.csv"]).ends_with(3).explains(&["there is no file `nowhere.csv`"]);
    forebay(&["simulate", &path, "--trace", "."]).ends_with(3).explains(&["is a folder"]);
}

#[test]
fn a_gzip_file_that_ends_early_or_is_damaged_is_refused() {
    let mut text = String::from("ts_ms,record_bytes\n");
    for row in 0..5000 {
        writeln!(text, "{},{}", row * 7, 100 + row * row % 97).unwrap();
    }
    let mut packed = gzip(text.as_bytes());
    replay(&packed, &[]).ends_with(0);
    replay(&packed[..packed.len() / 2], &[]).ends_with(3).explains(&["ends too early"]);
    replay(&packed[..packed.len() - 4], &[]).ends_with(3).explains(&["ends too early"]);
    let middle = packed.len() / 2;
    packed[middle..middle + 8].fill(0xff);
    replay(&packed, &[]).ends_with(3).explains(&["gzip data"]);
}

#[test]
fn factors_that_make_no_sense_are_refused() {
    let one = "ts_ms,record_bytes\n0,10\n1000,10\n";
    for (option, factor, text) in [
        ("--speedup", "0", "cannot be sped up 0 times"),
        ("--speedup", "-1", "cannot be sped up -1 times"),
        ("--speedup", "nan", "cannot be sped up NaN times"),
        ("--speedup", "1e-300", "sped up 1e-300 times"),
        ("--overlay", "0", "at least one copy"),
        ("--overlay", "4000000000", "more than the 200,000,000"),
    ] {
        replay(one, &[option, factor]).ends_with(3).explains(&[text]);
    }
}

#[test]
fn a_run_that_would_never_end_is_refused() {
    simulate(&["--set", "workload.rate=1e12/s"]).ends_with(3).explains(&["records; at most", "a shorter --horizon"]);
    simulate(&["--horizon", "100000 days"]).ends_with(3).explains(&["`horizon`"]);
    let late = simulate(&["--warm-up", "48 h"]);
    late.ends_with(3).explains(&["`warm-up`: expected less than the horizon"]);
    assert!(!late.stderr.contains("is quicker"), "advice that does not help:\n{}", late.stderr);
}

#[test]
fn odd_runs_end_well() {
    for extra in [
        &["--horizon", "1 ns"][..],
        &["--horizon", "1 s"],
        &["--set", "workload.rate=1e-9 records/s"],
        &["--set", "workload.records-per-request=500"],
        &["--set", "workload.profile={factors=[0,1,0]}"],
        &["--set", "workload.profile={factors=[1,2],period=\"2 ms\"}", "--horizon", "1 min"],
        &["--set", "workload.record-size={lognormal={mean=\"1 B\",sigma=5}}"],
        &["--set", "workload.record-size={gamma={mean=\"1 KiB\",shape=0.01}}"],
        &["--set", "workload.record-size={uniform={low=\"0 B\",high=\"999 KiB\"}}", "--horizon", "1 h"],
        &["--set", "workload.arrivals=deterministic"],
        &["--seed", "0"],
        &["--seed", "18446744073709551615"],
    ] {
        let outcome = simulate(extra);
        outcome.ends_with(0);
        assert!(!outcome.stdout.contains("NaN") && !outcome.stdout.contains("inf "), "{extra:?}\n{}", outcome.stdout);
    }
}

#[test]
fn a_delay_that_no_record_had_is_unknown_and_not_zero() {
    let path = scenario("clickstream");
    let outcome = forebay(&["run", &path, "--horizon", "10 s", "--replications", "2"]);
    outcome.ends_with(0);
    assert!(outcome.stdout.contains("none was delivered within 10 s, so the delay is unknown"), "{}", outcome.stdout);
    let json = simulate(&["--horizon", "1 ns", "--format", "json"]).json();
    assert!(json["latency_s"]["mean"]["value"].is_null());
}

#[test]
fn line_ends_and_marks_of_other_systems_are_read() {
    let text = fs::read_to_string(scenario("clickstream")).unwrap();
    advise(text.replace('\n', "\r\n")).ends_with(0);
    advise(format!("\u{feff}{text}")).ends_with(0);
    advise(text.replace('\n', "\r")).ends_with(3);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    advise([vec![0xff, 0xfe], wide].concat()).ends_with(3).explains(&["not UTF-8"]);
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let head = "format = 1\ntitle = \"deep\"\n";
    for text in [
        format!("{head}x = {}{}\n", "[".repeat(20_000), "]".repeat(20_000)),
        format!("{head}x = {}1{}\n", "{a=".repeat(20_000), "}".repeat(20_000)),
        format!("{head}{}x = 1\n", "a.".repeat(20_000)),
        format!("{head}[{}x]\n", "a.".repeat(20_000)),
    ] {
        advise(text).ends_with(3);
    }
}

#[test]
fn messages_stay_short_whatever_is_in_the_file() {
    let long = advise(format!("format = 1\ntitle = \"x\"\n{} = 1\n", "k".repeat(1_000_000)));
    long.ends_with(3).explains(&["unknown key `kkkk"]);
    assert!(long.stderr.len() < 5000, "{} characters", long.stderr.len());
    let keys: String = (0..3000).fold(String::new(), |text, key| text + &format!("k{key} = 1\n"));
    let many = advise(format!("format = 1\ntitle = \"x\"\n{keys}"));
    many.ends_with(3).explains(&["... and 2900 more.", "3000 problems;"]);
    advise(changed("# The lecture", &format!("# {}\n# The lecture", "x".repeat(1_000_000)))).ends_with(0);
}

#[test]
fn titles_of_all_scripts_are_kept_and_control_characters_refused() {
    let titled = |title: &str| changed("Clickstream for asynchronous business insights", title);
    for title in
        ["Klickstrom f\u{fc}r \u{dc}bersicht", "\u{70b9}\u{51fb}\u{6d41}", "\u{1f30a} \u{202e}x", "a \\\"b\\\" <c> & d"]
    {
        let outcome = advise(titled(title));
        outcome.ends_with(0);
        assert!(outcome.stdout.contains(title.split(' ').next().unwrap()), "{}", outcome.stdout);
    }
    let place = Place::new();
    place.file("case.toml", titled("a \\\"b\\\" <c> & \u{70b9}\u{1f30a}"));
    place.run(&["run", "case.toml", "--replications", "1", "--out", "out"]).ends_with(0);
    for title in ["", "   ", "two\\nlines", "\\u001b[31mred", "bell\\u0007"] {
        advise(titled(title)).ends_with(3).explains(&["`title` must be"]);
    }
}

#[test]
fn standard_input_is_read_and_named() {
    let text = fs::read_to_string(scenario("clickstream")).unwrap();
    Place::new().run_with(&["advise", "-"], &text, &[]).ends_with(0);
    let wrong = text.replacen("freshness", "frehsness", 1);
    Place::new().run_with(&["advise", "-"], &wrong, &[]).ends_with(3).explains(&["standard input:16:1"]);
}

#[test]
fn wishes_for_intervals_that_make_no_sense_are_refused() {
    for (extra, said) in [
        (["--precision", "p98=1%"], "did you mean `p95`?"),
        (["--precision", "0%"], "expected a share between 0 % and 100 %"),
        (["--precision", "p99=fast"], "a share"),
        (["--batches", "1"], "2..=200"),
        (["--batches", "20"], "cannot be used with"),
        (["--warm-up", "car"], "a duration"),
    ] {
        simulate(&extra).ends_with(2).explains(&[said]);
    }
}
