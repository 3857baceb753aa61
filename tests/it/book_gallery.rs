//! The gallery of the book shows what the program draws: one run a theme, and a map of runs of its own.
//!
//! `UPDATE_DOCS=1 cargo test --test it book` draws the pictures again.

use std::fs;

use forebay::report::charts::{Caption, Chart, HeatAxis, HeatChart, HeatSign, HeatUnit, Theme};

use crate::common::{Place, root, scenario};

/// Every chart that `run --out` draws, in the order of the page.
const CHARTS: [&str; 11] = [
    "architecture",
    "scores",
    "acceptability",
    "latencies",
    "bills",
    "front",
    "volume",
    "objects",
    "latency",
    "freshness",
    "bill",
];
/// Those that are shown for a dark page and for paper too.
const DARK: [&str; 2] = ["latencies", "front"];
const PAPER: [&str; 3] = ["scores", "latencies", "bills"];
/// The most that all pictures together may take, in bytes.
const MOST_BYTES: u64 = 1_500_000;

/// Every picture that is drawn here, without its ending.
pub(crate) fn drawn() -> Vec<String> {
    let with = |prefix: &str, names: &[&str]| names.iter().map(|name| format!("{prefix}{name}")).collect::<Vec<_>>();
    let maps = with("", &["heat", "dark-heat", "print-heat"]);
    [with("", &CHARTS), with("dark-", &DARK), with("print-", &PAPER), maps].concat()
}

const INTERVALS: [&str; 6] = ["60 s", "120 s", "240 s", "300 s", "600 s", "900 s"];
const SIZES: [&str; 5] = ["1 MiB", "2 MiB", "5 MiB", "16 MiB", "64 MiB"];

fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1")
}

/// Holds a picture against the one of the book, or puts it there.
fn hold(name: &str, fresh: &str) {
    let path = root().join("book/src/images/gallery").join(format!("{name}.svg"));
    if updating() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, fresh).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == fresh,
        "{name}.svg is not what is drawn; `UPDATE_DOCS=1 cargo test --test it book` draws it again"
    );
}

#[test]
fn the_gallery_shows_what_run_draws() {
    let place = Place::new();
    let path = scenario("clickstream");
    for (theme, prefix, names) in
        [("light", "", &CHARTS[..]), ("dark", "dark-", &DARK[..]), ("print", "print-", &PAPER[..])]
    {
        let args = ["run", &path, "--horizon", "6 h", "--replications", "4", "--out", "gallery", "--theme", theme];
        place.run(&args).ends_with(0);
        for name in names {
            let fresh = fs::read_to_string(place.path("gallery").join(format!("{name}.svg"))).unwrap();
            hold(&format!("{prefix}{name}"), &fresh);
        }
    }
}

/// The 99th percentile of the delay with these buffering hints, in seconds.
fn p99(place: &Place, interval: &str, size: &str) -> Option<f64> {
    let (interval, size) = (format!("firehose.buffer-interval={interval}"), format!("firehose.buffer-size={size}"));
    let path = scenario("clickstream");
    let args = ["simulate", &path, "--horizon", "6 h", "--replications", "2", "--format", "json"];
    let args = [&args[..], &["--set", &interval, "--set", &size]].concat();
    place.run(&args).json()["latency_s"]["p99"]["value"].as_f64()
}

#[test]
fn the_gallery_maps_buffering_hints() {
    let place = Place::new();
    let cells = SIZES.iter().flat_map(|size| INTERVALS.iter().map(move |interval| (interval, size)));
    let values: Vec<Option<f64>> = cells.map(|(interval, size)| p99(&place, interval, size)).collect();
    // From 5 MiB on the size is never reached within an interval, so nothing depends on it.
    let large: Vec<&[Option<f64>]> = values.chunks(INTERVALS.len()).skip(2).collect();
    assert!(large.windows(2).all(|rows| rows[0] == rows[1]), "{values:?}");
    let axis = |name: &str, labels: &[&str]| HeatAxis {
        name: name.to_owned(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
    };
    let caption = Caption {
        title: "From 5 MiB on, the interval alone decides how old the data is".to_owned(),
        subtitle:
            "Time until 99 % of the records of the clickstream are in S3, by the buffering hints of Data Firehose."
                .to_owned(),
        footer:
            "Clickstream for asynchronous business insights · us-east-1 · 2 replications of 6 h for each cell · seed 1"
                .to_owned(),
    };
    let (across, up) = (axis("buffer interval", &INTERVALS), axis("buffer size", &SIZES));
    let map = HeatChart::new(caption, ("p99 of the delay", HeatUnit::Seconds), across, up, values);
    let map = map.with_limit("asked for: 5 min", 300.0).with_mark(3, 2, HeatSign::Default);
    let chart = Chart::Heat(map.with_mark(2, 2, HeatSign::Recommended));
    for (prefix, theme) in [("", Theme::light()), ("dark-", Theme::dark()), ("print-", Theme::print())] {
        hold(&format!("{prefix}heat"), &chart.to_svg(&theme).unwrap());
    }
}

#[test]
fn the_gallery_shows_all_of_its_pictures_and_stays_small() {
    if updating() {
        // The pictures are being written by the other tests.
        return;
    }
    let page = fs::read_to_string(root().join("book/src/gallery.md")).unwrap();
    let mut bytes = 0;
    for entry in fs::read_dir(root().join("book/src/images/gallery")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(page.contains(&format!("](images/gallery/{name})")), "{name} is not on the page");
        bytes += entry.metadata().unwrap().len();
    }
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}
