//! Charts of usual and of extreme data: they are drawn, no label touches another, and nothing leaves the page.
//!
//! To look at the pictures, name a folder: `FOREBAY_PICTURES=/some/folder cargo test charts`.

use proptest::prelude::*;

use super::*;

const LONG: &str = "Amazon Managed Streaming for Apache Kafka with provisioned brokers, tiered storage and a name that \
                    nobody would ever put into a catalog";

fn caption(title: &str) -> Caption {
    Caption {
        title: title.to_owned(),
        subtitle: "Clickstream of a web shop: 1,200 records/s of 850 B, batched by size or time".to_owned(),
        footer: "Scenario clickstream.toml · edition 2026-11 · region eu-central-1 · seed 42 · 20 replications, 95 % \
                 intervals · prices and quotas: AWS documentation, checked 2026-11-20"
            .to_owned(),
    }
}

fn scores(count: usize, criteria: usize, rejected: usize, name: &str) -> Chart {
    let names = ["Amazon Data Firehose", "Amazon Kinesis Data Streams", "Amazon SQS", "Amazon MSK", "AWS IoT Core"];
    let weight = |part: usize, index: usize| 0.6 + 0.2 * ((part * 7 + index * 3) % 5) as f64;
    let bar = |index: usize| ScoreBar {
        name: if name.is_empty() { names[index % names.len()].to_owned() } else { format!("{name} {index}") },
        parts: (0..criteria)
            .map(|part| {
                let all: f64 = (0..criteria).map(|other| weight(other, index)).sum();
                (0.85 - 0.05 * index as f64) * weight(part, index) / all
            })
            .collect(),
    };
    let criterion = ["cost", "operating effort", "freshness", "replay", "ordering", "scaling"];
    let criteria = (0..criteria).map(|index| criterion[index % criterion.len()].to_owned()).collect();
    let rejected =
        (0..rejected).map(|index| ["Amazon EMR", "AWS DMS", "AWS Data Exchange"][index % 3].to_owned()).collect();
    let services = (0..count).map(bar).collect();
    Chart::Scores(ScoreChart {
        caption: caption("Data Firehose fits best, 0.05 ahead of Data Streams"),
        criteria,
        services,
        rejected,
    })
}

fn mark(label: &str, seconds: f64, share: f64) -> LatencyMark {
    LatencyMark { label: label.to_owned(), seconds, share }
}

fn latency(points: Vec<(f64, f64)>, marks: Vec<LatencyMark>, limit: Option<(String, f64)>) -> Chart {
    Chart::Latency(LatencyChart { caption: caption("Half of the records are in S3 after 154 s"), points, marks, limit })
}

/// Delays of a buffer that is flushed every 300 s.
fn buffered() -> Chart {
    let points = (0..=200).map(|step| (3.0 + 1.5 * f64::from(step), f64::from(step) / 200.0)).collect();
    let marks = vec![mark("p50", 153.0, 0.5), mark("p95", 288.0, 0.95), mark("p99", 300.0, 0.99)];
    latency(points, marks, Some(("freshness ≤ 15 min".to_owned(), 900.0)))
}

fn wide() -> Chart {
    let points =
        (0..=100).map(|step| (0.001 * libm::pow(8.64e7, f64::from(step) / 100.0), f64::from(step) / 100.0)).collect();
    let marks = vec![
        mark("p50", 9.3, 0.5),
        mark("p95", 34_000.0, 0.95),
        mark("p99", 72_000.0, 0.99),
        mark("max", 86_400.0, 1.0),
    ];
    latency(points, marks, Some(("freshness ≤ 1 s".to_owned(), 1.0)))
}

fn single() -> Chart {
    let marks =
        vec![mark("p50", 154.0, 0.5), mark("p95", 154.0, 0.95), mark("p99", 154.0, 0.99), mark("p99.9", 154.0, 0.999)];
    latency(vec![(154.0, 1.0)], marks, Some((LONG.to_owned(), 0.2)))
}

fn bill(lines: Vec<BillBar>, total: f64) -> Chart {
    Chart::Bill(BillChart {
        caption: caption("Requests to API Gateway make up most of the bill"),
        lines,
        total_usd: total,
        total_half_width: Some(total * 0.02),
        period: "a month".to_owned(),
    })
}

fn usual_bill() -> Chart {
    let line =
        |label: &str, amount_usd, half_width, kind| BillBar { label: label.to_owned(), amount_usd, half_width, kind };
    let lines = vec![
        line("Data Firehose: ingested data", 94.2, Some(6.1), LineKind::Simulation),
        line("API Gateway: requests", 3311.28, None, LineKind::Scenario),
        line("S3: PUT requests", 0.46, Some(0.02), LineKind::Simulation),
        line("Managed Service for Apache Flink: two processing units, always on", 160.6, None, LineKind::Fixed),
        line("Kinesis Data Streams: shard hours", 876.0, None, LineKind::Fixed),
        line("S3: storage of the first month", 61.7, Some(3.0), LineKind::Simulation),
    ];
    bill(lines, 4504.24)
}

fn extreme_bill(count: usize) -> Chart {
    let kinds = [LineKind::Fixed, LineKind::Scenario, LineKind::Simulation];
    let line = |index: usize| BillBar {
        label: if index % 4 == 3 { LONG.to_owned() } else { format!("line {index}") },
        amount_usd: 1e7 / libm::pow(10.0, index as f64 * 11.0 / 20.0),
        half_width: index.is_multiple_of(2).then_some(3e5),
        kind: kinds[index % 3],
    };
    bill((0..count).map(line).collect(), 1.4e7)
}

fn freshness(ages: Vec<Age>, limit: Option<(String, f64)>, shades: Vec<Shade>) -> Chart {
    let caption = caption("The oldest record on its way to S3 is at most 6 h old");
    Chart::Freshness(FreshnessChart { caption, span: 32_400.0, ages, limit, shades })
}

/// Nine hours, six of them without the destination.
fn outage() -> Chart {
    let age = |part: u32| {
        let at = (f64::from(part) + 0.5) * 270.0;
        let held = if (3600.0..25_200.0).contains(&at) { at - 3600.0 } else { 0.0 };
        let missing = part == 3;
        Age { at, mean: (!missing).then_some(2.7 + held), largest: (!missing).then_some(5.6 + held + 135.0) }
    };
    let shade = Shade { label: "S3 takes nothing".to_owned(), from: 3600.0, to: 25_200.0 };
    freshness((0..120).map(age).collect(), Some(("asked for: 10 min".to_owned(), 600.0)), vec![shade])
}

fn steady() -> Chart {
    let age = |part: u32| Age { at: (f64::from(part) + 0.5) * 270.0, mean: Some(2.7), largest: Some(5.6) };
    freshness((0..120).map(age).collect(), None, Vec::new())
}

fn candidate(index: usize, name: &str) -> String {
    let names =
        ["Data Firehose", "Data Streams › Data Firehose", "Data Streams", "MSK › Data Firehose", "SQS › Lambda"];
    if name.is_empty() { names[index % names.len()].to_owned() } else { format!("{index} {name}") }
}

/// Delays of buffers that are flushed every `seconds`, one curve each.
fn latencies(seconds: &[f64], name: &str, limit: Option<(String, f64)>) -> Chart {
    let curve = |(index, seconds): (usize, &f64)| LatencyCurve {
        name: candidate(index, name),
        series: index,
        points: (0..=100).map(|step| (0.1 + seconds * f64::from(step) / 100.0, f64::from(step) / 100.0)).collect(),
        p50: 0.1 + seconds * 0.5,
        p99: 0.1 + seconds * 0.99,
    };
    let curves = seconds.iter().enumerate().map(curve).collect();
    Chart::Latencies(LatenciesChart { caption: caption("Data Firehose is the quickest"), curves, limit })
}

fn asked_for(seconds: f64) -> (String, f64) {
    (format!("asked for: {seconds} s"), seconds)
}

fn bills(count: usize, services: usize, name: &str) -> Chart {
    let kinds = [LineKind::Fixed, LineKind::Scenario, LineKind::Simulation];
    let bill = |index: usize| {
        let amount = |service: usize| 900.0 / (1.0 + service as f64) + 40.0 * ((index + service) % 4) as f64;
        let parts: Vec<BillPart> = (0..services)
            .map(|service| BillPart { service, amount_usd: amount(service), kind: kinds[(index + service) % 3] })
            .collect();
        CandidateBill {
            name: candidate(index, name),
            total_usd: (index != 5).then(|| parts.iter().map(|part| part.amount_usd).sum()),
            parts: if index == 5 { Vec::new() } else { parts },
            half_width: index.is_multiple_of(2).then_some(60.0),
            complete: index % 3 != 2,
        }
    };
    let known = ["API Gateway", "Data Firehose", "Data Streams", "S3", "Lambda", "MSK"];
    Chart::Bills(BillsChart {
        caption: caption("Data Firehose is the cheapest"),
        services: (0..services).map(|index| known[index % known.len()].to_owned()).collect(),
        candidates: (0..count).map(bill).collect(),
        period: "a month".to_owned(),
    })
}

/// Bills of a fixed amount and one that grows with the records, in US dollars.
fn volume(rates: &[(f64, f64)], name: &str, crossings: &[(f64, f64)]) -> Chart {
    let curve = |(index, (fixed, each)): (usize, &(f64, f64))| VolumeCurve {
        name: candidate(index, name),
        series: index,
        points: (0..49)
            .map(|step| libm::pow(10.0, -1.0 + 0.125 * f64::from(step)))
            .map(|rate| (rate, Some(fixed + each * rate)))
            .collect(),
    };
    let crossing = |(rate, usd): &(f64, f64)| VolumeCrossing {
        label: format!("{} is cheaper from {rate} records/s on", candidate(2, name)),
        records_per_s: *rate,
        usd: *usd,
    };
    Chart::Volume(VolumeChart {
        caption: caption("Data Streams is cheaper from 310 records/s on"),
        curves: rates.iter().enumerate().map(curve).collect(),
        crossings: crossings.iter().map(crossing).collect(),
        own: Some(("this scenario: 10 records/s".to_owned(), 10.0)),
        seconds_a_month: 2_628_000.0,
    })
}

fn three_volumes() -> Chart {
    volume(&[(0.001, 9.0), (11.0, 9.0), (40.0, 2.0)], "", &[(5.714, 51.43)])
}

fn ten_volumes() -> Chart {
    let rates: Vec<(f64, f64)> =
        (0..10).map(|index| (libm::pow(3.0, f64::from(index)), 9.0 / f64::from(index + 1))).collect();
    let crossings: Vec<(f64, f64)> =
        [0.5, 3.0, 4.0, 5.0, 300.0, 90_000.0, 95_000.0].into_iter().map(|rate| (rate, 1.0 + rate)).collect();
    volume(&rates, LONG, &crossings)
}

/// Pictures of comparisons.
fn comparisons() -> Vec<(&'static str, Chart)> {
    let ten: Vec<f64> = (0..10).map(|index| libm::pow(2.5, f64::from(index))).collect();
    let nothing = |name: &str| LatencyCurve {
        name: name.to_owned(),
        series: 3,
        points: vec![(f64::NAN, 0.5), (1.0, f64::NAN)],
        p50: f64::NAN,
        p99: f64::NAN,
    };
    let no_amounts =
        VolumeCurve { name: "x".into(), series: 0, points: vec![(1.0, None), (f64::NAN, Some(1.0)), (2.0, Some(0.0))] };
    vec![
        ("latencies-usual", latencies(&[5.2, 6.0, 297.0], "", Some(asked_for(900.0)))),
        ("latencies-same", latencies(&[297.0, 298.0, 297.5], "", Some(asked_for(900.0)))),
        ("latencies-one", latencies(&[297.0], "", None)),
        ("latencies-ten", latencies(&ten, "", Some(asked_for(60.0)))),
        (
            "latencies-long",
            latencies(&[1.0, 1.3, 290.0, 300.0, 300.0, 310.0, 330.0, 400.0], LONG, Some(asked_for(0.2))),
        ),
        ("latencies-nan", Chart::Latencies(LatenciesChart { curves: vec![nothing("x")], ..LatenciesChart::default() })),
        ("latencies-empty", Chart::Latencies(LatenciesChart::default())),
        ("bills-usual", bills(3, 4, "")),
        ("bills-one", bills(1, 1, "")),
        ("bills-ten", bills(10, 11, LONG)),
        ("bills-empty", Chart::Bills(BillsChart::default())),
        ("volume-usual", three_volumes()),
        ("volume-one", volume(&[(1.0, 9.0)], "", &[])),
        ("volume-same", volume(&[(1.0, 9.0), (1.001, 9.0), (1.0, 9.01), (50.0, 9.0)], "", &[])),
        ("volume-ten", ten_volumes()),
        ("volume-nan", Chart::Volume(VolumeChart { curves: vec![no_amounts], ..VolumeChart::default() })),
        ("volume-empty", Chart::Volume(VolumeChart::default())),
    ]
}

/// Candidates from dear and quick to cheap and slow, every third one beaten.
fn front(count: usize, name: &str, spread: f64) -> Chart {
    let point = |index: usize| {
        let share = index as f64 / count.max(2) as f64;
        let beaten = index % 3 == 2;
        FrontPoint {
            name: candidate(index, name),
            usd: 40.0 * libm::pow(spread, share) * if beaten { 1.2 } else { 1.0 },
            usd_half_width: index.is_multiple_of(2).then_some(6.0),
            seconds: 900.0 * libm::pow(0.002, share) * if beaten { 1.7 } else { 1.0 },
            seconds_half_width: index.is_multiple_of(2).then_some(20.0),
            on_front: !beaten,
            marked: (index == 1).then(|| "recommended".to_owned()),
        }
    };
    Chart::Front(FrontChart {
        caption: caption("Data Firehose is the cheapest, Data Streams the quickest"),
        points: (0..count).map(point).collect(),
        delay: "p99 of the delay".to_owned(),
        freshness: Some(("asked for: 15 min".to_owned(), 900.0)),
        budget: Some(("budget: 100 USD".to_owned(), 100.0)),
    })
}

/// All candidates at one place.
fn crowd(count: usize, usd: f64, seconds: f64) -> Chart {
    let point = |index: usize| FrontPoint {
        name: candidate(index, "candidate"),
        usd,
        usd_half_width: None,
        seconds,
        seconds_half_width: None,
        on_front: true,
        marked: None,
    };
    Chart::Front(FrontChart { points: (0..count).map(point).collect(), ..FrontChart::default() })
}

fn heat_axis(name: &str, count: usize, unit: &str) -> HeatAxis {
    HeatAxis { name: name.to_owned(), labels: (1..=count).map(|step| format!("{} {unit}", step * step)).collect() }
}

/// Delays that grow with the interval and with the size, up to where something else binds.
fn heat(columns: usize, rows: usize, unit: HeatUnit, base: f64) -> HeatChart {
    let value = |(across, up): (usize, usize)| {
        let value = libm::pow(base, across as f64).min(4.0 * libm::pow(base, 1.4 * up as f64)) + across as f64 / 10.0;
        ((across, up) != (2, 1)).then_some(value)
    };
    let cells = (0..rows).flat_map(|up| (0..columns).map(move |across| (across, up)));
    HeatChart::new(
        caption("Above 5 MiB the interval alone decides"),
        ("p99 of the delay", unit),
        heat_axis("buffer interval", columns, "s"),
        heat_axis("buffer size", rows, "MiB"),
        cells.map(value).collect(),
    )
}

fn objects(items: &[(f64, f64)], name: &str, guide: bool) -> Chart {
    let item = |(index, (per_day, mean_bytes)): (usize, &(f64, f64))| ObjectsItem {
        name: candidate(index, name),
        per_day: *per_day,
        per_day_half_width: index.is_multiple_of(2).then_some(per_day * 0.3),
        mean_bytes: *mean_bytes,
        mean_bytes_half_width: index.is_multiple_of(2).then_some(mean_bytes * 0.1),
    };
    Chart::Objects(ObjectsChart {
        caption: caption("Data Firehose writes the fewest objects"),
        items: items.iter().enumerate().map(item).collect(),
        guide: guide.then(|| ("good for queries: 128 MiB".to_owned(), 128.0 * 1024.0 * 1024.0)),
    })
}

fn acceptability(count: usize, ranks: usize, name: &str) -> Chart {
    let service = |index: usize| {
        let weight = |rank: usize| libm::pow(0.35, (rank as f64 - index as f64).abs());
        let all: f64 = (0..ranks).map(weight).sum();
        RankShares { name: candidate(index, name), shares: (0..ranks).map(|rank| weight(rank) / all).collect() }
    };
    Chart::Acceptability(AcceptabilityChart {
        caption: caption("Data Firehose is the first in 62 % of all weightings"),
        services: (0..count).map(service).collect(),
        half_width: Some(0.01),
    })
}

/// Pictures of choices: fronts, maps, objects, ranks.
fn choices() -> Vec<(&'static str, Chart)> {
    let unknown = HeatChart { values: vec![None; 6], ..heat(3, 2, HeatUnit::Count, 2.0) };
    let marked = |heat: HeatChart, across, up| {
        heat.with_mark(across, up, HeatSign::Recommended).with_mark(0, 0, HeatSign::Default)
    };
    let usual = marked(heat(6, 5, HeatUnit::Seconds, 3.0).with_limit("asked for: 30 s", 30.0), 2, 3);
    let both = heat(4, 4, HeatUnit::Usd, 1.1).with_limit("budget: 9 USD", 9.0);
    vec![
        ("front-usual", front(5, "", 8.0)),
        ("front-twelve", front(12, "", 100.0)),
        ("front-sixty", front(60, "with other settings", 60.0)),
        ("front-long", front(9, LONG, 3.0)),
        ("front-one", front(1, "", 8.0)),
        ("front-crowd", crowd(12, 10.0, 5.0)),
        ("front-free", crowd(3, 0.0, 1e-9)),
        ("front-empty", Chart::Front(FrontChart::default())),
        ("heat-usual", Chart::Heat(usual)),
        ("heat-usd", Chart::Heat(marked(both, 0, 0))),
        ("heat-count", Chart::Heat(marked(heat(8, 3, HeatUnit::Count, 9.0), 7, 2))),
        ("heat-large", Chart::Heat(marked(heat(30, 30, HeatUnit::Seconds, 1.3).with_limit(LONG, 60.0), 20, 15))),
        ("heat-one", Chart::Heat(heat(1, 1, HeatUnit::Seconds, 3.0).with_limit("asked for: 1 s", 1.0))),
        ("heat-unknown", Chart::Heat(unknown.with_limit("asked for: 1", 1.0))),
        ("heat-empty", Chart::Heat(HeatChart::default())),
        ("objects-usual", objects(&[(288.0, 5.2e6), (86_400.0, 12_000.0), (2e6, 850.0)], "", true)),
        ("objects-same", objects(&[(288.0, 5e6), (288.0, 5e6)], "", false)),
        ("objects-one", objects(&[(1.0, 3e12)], LONG, true)),
        ("objects-unknown", objects(&[(f64::NAN, 0.0), (10.0, f64::INFINITY)], LONG, true)),
        ("objects-empty", Chart::Objects(ObjectsChart::default())),
        ("acceptability-usual", acceptability(4, 4, "")),
        ("acceptability-two", acceptability(2, 2, "")),
        ("acceptability-many", acceptability(15, 15, LONG)),
        ("acceptability-empty", Chart::Acceptability(AcceptabilityChart::default())),
    ]
}

/// Every picture that is worth a look, with its name.
fn pictures() -> Vec<(&'static str, Chart)> {
    let zero_bill = vec![BillBar { label: "free".into(), amount_usd: 0.0, half_width: None, kind: LineKind::Fixed }; 2];
    let credit = vec![
        BillBar {
            label: "Data Firehose: ingested data".into(),
            amount_usd: 40.0,
            half_width: Some(4.0),
            kind: LineKind::Simulation,
        },
        BillBar { label: "credit".into(), amount_usd: -25.0, half_width: None, kind: LineKind::Fixed },
    ];
    let mut pictures = vec![
        ("scores-usual", scores(4, 4, 3, "")),
        ("scores-one", scores(1, 3, 0, "")),
        ("scores-many", scores(15, 12, 6, LONG)),
        ("scores-none", scores(0, 3, 2, "")),
        ("scores-empty", Chart::Scores(ScoreChart::default())),
        ("latency-usual", buffered()),
        ("latency-wide", wide()),
        ("latency-single", single()),
        ("latency-empty", latency(vec![], vec![], None)),
        ("freshness-outage", outage()),
        ("freshness-steady", steady()),
        ("freshness-empty", freshness(vec![], Some(("asked for: 1 s".to_owned(), 1.0)), vec![])),
        ("bill-usual", usual_bill()),
        ("bill-extreme", extreme_bill(20)),
        ("bill-one", extreme_bill(1)),
        ("bill-zero", bill(zero_bill, 0.0)),
        ("bill-credit", bill(credit, 15.0)),
        ("bill-empty", Chart::Bill(BillChart::default())),
    ];
    pictures.extend(comparisons());
    pictures.extend(architecture::tests::pictures());
    pictures.extend(choices());
    pictures
}

fn themes() -> [Theme; 3] {
    [Theme::light(), Theme::dark(), Theme::print()]
}

/// No text touches another, and all stay on the page, in every theme.
fn check_texts(chart: &Chart) -> Result<(), String> {
    themes().iter().try_for_each(|theme| check_texts_of(&chart.scene(theme)))
}

fn check_texts_of(scene: &Scene) -> Result<(), String> {
    let texts = scene.texts();
    for (index, (text, area)) in texts.iter().enumerate() {
        if area.x < 0.0 || area.y < 0.0 || area.right() > scene.width || area.bottom() > scene.height {
            return Err(format!("`{text}` leaves the page: {area:?}"));
        }
        if let Some((other, _)) = texts[..index].iter().find(|(_, other)| other.overlaps(area)) {
            return Err(format!("`{text}` touches `{other}`"));
        }
    }
    Ok(())
}

/// Opening and closing tags match, attributes are quoted, and what is left has no stray angle bracket or ampersand.
fn check_well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "stray > before {}", &rest[start..]);
        let end = rest[start..].find('>').expect("a tag ends") + start;
        let tag = &rest[start + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        assert!(!tag.contains('<'), "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty());
    for entity in svg.split('&').skip(1) {
        let name = entity.split(';').next().unwrap();
        assert!(["lt", "gt", "amp", "quot", "apos"].contains(&name), "&{name}");
    }
    assert!(svg.chars().all(|c| c == '\n' || !c.is_control()));
}

const PNG_SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];

#[test]
fn every_picture_is_drawn_without_collisions() {
    for (name, chart) in pictures() {
        check_texts(&chart).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        for theme in themes() {
            let svg = chart.to_svg(&theme).unwrap();
            check_well_formed(&svg);
            let title = format!("<title>{}</title>", chart.title());
            assert!(svg.contains(&title) && svg.contains("<desc>") && svg.contains("role=\"img\""), "{name}");
            assert!(!svg.contains("font-weight=\"bold\"") && !svg.contains("NaN") && !svg.contains("inf\""), "{name}");
        }
    }
}

#[test]
fn pictures_can_be_looked_at() {
    let Some(folder) = std::env::var_os("FOREBAY_PICTURES").map(std::path::PathBuf::from) else { return };
    for (name, chart) in pictures() {
        for (suffix, theme) in [("", Theme::light()), ("-dark", Theme::dark()), ("-print", Theme::print())] {
            std::fs::write(folder.join(format!("{name}{suffix}.svg")), chart.to_svg(&theme).unwrap()).unwrap();
            std::fs::write(folder.join(format!("{name}{suffix}.png")), chart.to_png(&theme).unwrap()).unwrap();
        }
    }
}

#[test]
fn a_png_has_its_header_and_twice_the_nominal_size() {
    let chart = scores(2, 3, 1, "");
    let file = chart.to_png(&Theme::light()).unwrap();
    let scene = chart.scene(&Theme::light());
    assert_eq!(file[..8], PNG_SIGNATURE);
    assert_eq!(file[12..16], *b"IHDR");
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (2 * scene.width as u32, 2 * scene.height as u32));
}

#[test]
fn the_background_reaches_every_corner() {
    let theme = Theme::dark();
    let (pixels, width, height) = paint::bitmap(&usual_bill().scene(&theme)).unwrap();
    let Rgb(red, green, blue) = theme.background;
    let row = width as usize * 3;
    for corner in [0, row - 3, row * (height as usize - 1), row * height as usize - 3] {
        assert_eq!(pixels[corner..corner + 3], [red, green, blue]);
    }
}

#[test]
fn equal_data_gives_equal_bytes() {
    let chart = scores(3, 3, 1, "");
    assert_eq!(chart.to_svg(&Theme::dark()), chart.to_svg(&Theme::dark()));
    assert_eq!(chart.to_png(&Theme::dark()), chart.to_png(&Theme::dark()));
    assert_ne!(chart.to_svg(&Theme::dark()), chart.to_svg(&Theme::light()));
}

#[test]
fn texts_from_outside_are_escaped() {
    let nasty = "<b>\"x\" & 'y'</b>\u{0}\u{7}\n dy=\"0.76em\"";
    let chart = Chart::Scores(ScoreChart {
        caption: caption(nasty),
        criteria: vec![nasty.to_owned()],
        services: vec![ScoreBar { name: nasty.to_owned(), parts: vec![1.0] }],
        rejected: vec![nasty.to_owned()],
    });
    let svg = chart.to_svg(&Theme::light()).unwrap();
    check_well_formed(&svg);
    assert!(svg.contains("&lt;b&gt;"));
    assert!(chart.to_csv().lines().count() > 2);
}

#[test]
fn the_finding_says_what_the_picture_shows() {
    assert_eq!(
        buffered().finding(),
        "Latency: p50 153 s, p95 288 s, p99 300 s. Requirement: freshness ≤ 15 min (15 min)."
    );
    assert_eq!(steady().finding(), "Age of the oldest record on its way, over time: at most 5.6 s.");
    assert!(outage().finding().ends_with("Requirement: asked for: 10 min (10 min). S3 takes nothing from 1 h to 7 h."));
    assert!(
        usual_bill().finding().starts_with("Total 4,504.24 ± 90.08 USD a month. Lines, largest first: API Gateway")
    );
    assert_eq!(usual_bill().title(), "Requests to API Gateway make up most of the bill — 4,504.24 ± 90.08 USD a month");
    assert!(scores(2, 2, 1, "").finding().contains("Rejected: Amazon EMR."));
    assert_eq!(
        latencies(&[5.2, 297.0], "", Some(asked_for(900.0))).finding(),
        "Latency of each candidate: Data Firehose p50 2.7 s, p99 5.25 s; Data Streams › Data Firehose p50 149 s, \
         p99 294 s. Requirement: asked for: 900 s (15 min)."
    );
    assert_eq!(
        bills(3, 2, "").finding(),
        "Bills a month: Data Firehose 1,390.00 ± 60.00 USD (API Gateway 900.00 USD, Data Firehose 490.00 USD); \
         Data Streams › Data Firehose 1,470.00 USD (API Gateway 940.00 USD, Data Firehose 530.00 USD); \
         Data Streams at least 1,550.00 ± 60.00 USD (API Gateway 980.00 USD, Data Firehose 570.00 USD)."
    );
    let volume = three_volumes().finding();
    assert!(
        volume.contains("Data Streams from 40.20 USD at 0.1 records/s to 200,040 USD at 100,000 records/s."),
        "{volume}"
    );
    assert!(
        volume.ends_with("Data Streams is cheaper from 5.714 records/s on, at 51.43 USD. this scenario: 10 records/s."),
        "{volume}"
    );
}

#[test]
fn the_finding_of_a_choice_says_what_there_is_to_choose() {
    let front = front(3, "", 8.0).finding();
    assert!(
        front.starts_with("On the front of cost a month and delay: Data Firehose 40.00 ± 6.00 USD, 15 min;"),
        "{front}"
    );
    assert!(front.contains("(recommended)") && front.contains("Not on it: Data Streams "), "{front}");
    assert!(front.ends_with(" asked for: 15 min (15 min). budget: 100 USD (100.00 USD)."), "{front}");
    let heat = heat(3, 2, HeatUnit::Seconds, 3.0).with_limit("asked for: 4 s", 4.0);
    let heat = heat.with_mark(1, 0, HeatSign::Recommended).with_mark(9, 9, HeatSign::Default);
    assert_eq!(
        Chart::Heat(heat).finding(),
        "p99 of the delay by buffer interval (across) and buffer size (up): from 1 s at 1 s × 1 MiB to 4.2 s at \
         9 s × 1 MiB. asked for: 4 s (4 s): 1 of 5 miss it. recommended: 4 s × 1 MiB, 3.1 s."
    );
    assert_eq!(
        objects(&[(288.0, 5_242_880.0), (f64::NAN, 0.0)], "", false).finding(),
        "Objects at the destination: Data Firehose 288 objects a day of 5 MiB on average; Data Streams › Data Firehose \
         unknown objects a day of unknown on average."
    );
    assert_eq!(
        acceptability(2, 2, "").finding(),
        "Share of weightings in which each service has each rank. Data Firehose: 1st 74\u{a0}%, 2nd 26\u{a0}%; Data \
         Streams › Data Firehose: 1st 26\u{a0}%, 2nd 74\u{a0}%."
    );
}

#[test]
fn csv_of_a_choice_holds_its_numbers() {
    let front = front(2, "", 8.0).to_csv();
    assert!(front.contains("\ncandidate,Data Firehose,40,6,900,20,true,\n"), "{front}");
    assert!(front.ends_with("\nlimit,asked for: 15 min,,,900,,,\nlimit,budget: 100 USD,100,,,,,\n"), "{front}");
    let heat = heat(3, 2, HeatUnit::Seconds, 3.0).with_limit("asked for: 4 s", 4.0);
    let heat = Chart::Heat(heat.with_mark(0, 0, HeatSign::Default)).to_csv();
    assert!(heat.starts_with("buffer interval,buffer size,value_s,misses_limit,marked\n1 s,1 MiB,1,false,default\n"));
    assert!(heat.contains("\n9 s,4 MiB,,,\n") && heat.ends_with("\nasked for: 4 s,,4,,\n"), "{heat}");
    let objects = objects(&[(288.0, 5e6)], "", true).to_csv();
    assert!(
        objects.ends_with(
            "\nData Firehose,288,86.39999999999999,5000000,500000\ngood for queries: 128 MiB,,,134217728,\n"
        )
    );
    assert!(acceptability(2, 1, "").to_csv().ends_with("\nData Streams › Data Firehose,1,1,0.01\n"));
}

/// How often a shape of a scene is one of these.
fn shapes(chart: &Chart, wanted: impl Fn(&scene::Shape) -> bool) -> usize {
    chart.scene(&Theme::light()).shapes.iter().filter(|shape| wanted(shape)).count()
}

#[test]
fn fronts_name_all_of_few_candidates_and_the_best_of_many() {
    let named = |chart: &Chart| {
        let texts = chart.scene(&Theme::light()).texts();
        texts.iter().filter(|(text, _)| text.contains("Firehose") || text.contains("with other settings")).count()
    };
    assert_eq!(named(&front(2, "with other settings", 8.0)), 2 + 1, "two names and the title");
    let many = named(&front(60, "with other settings", 60.0));
    assert!((8..=41).contains(&many), "{many}");
}

#[test]
fn maps_part_what_keeps_the_limit_from_what_misses_it() {
    let theme = Theme::light();
    let edge = |shape: &scene::Shape| matches!(shape, scene::Shape::Path { width, colour, .. } if *width == 2.5 && *colour == theme.limit);
    let map = |limit: f64| {
        let axis = |name: &str| heat_axis(name, 2, "s");
        let values = vec![Some(1.0), Some(2.0), Some(3.0), Some(4.0)];
        let map = HeatChart::new(caption("x"), ("x", HeatUnit::Count), axis("x"), axis("y"), values);
        shapes(&Chart::Heat(map.with_limit("limit", limit)), edge)
    };
    // The line of the key, the mark on the bar where the limit lies on it, and the edges.
    assert_eq!([map(0.5), map(1.5), map(2.5), map(9.0)], [1, 2 + 2, 2 + 2, 1]);
}

#[test]
fn csv_holds_the_numbers_behind_the_picture() {
    let bill = usual_bill().to_csv();
    assert!(
        bill.starts_with("line,amount_usd,half_width_usd,kind\nAPI Gateway: requests,3311.28,,from the scenario\n"),
        "{bill}"
    );
    assert!(bill.ends_with("total,4504.24,90.0848,\n"), "{bill}");
    assert!(buffered().to_csv().contains("\nmark,p95,288,0.95\n"));
    let outage = outage().to_csv();
    assert!(outage.starts_with("kind,label,from_s,to_s,mean_s,largest_s\nage,,135,,2.7,140.6\n"), "{outage}");
    assert!(outage.contains("\nage,,945,,,\n"), "{outage}");
    assert!(
        outage.ends_with("\nrequirement,asked for: 10 min,,,,600\noutage,S3 takes nothing,3600,25200,,\n"),
        "{outage}"
    );
    assert!(scores(1, 2, 1, "").to_csv().ends_with("\nAmazon EMR,rejected,,\n"));
    let latencies = latencies(&[100.0], "", Some(asked_for(900.0))).to_csv();
    assert!(
        latencies.contains("\nData Firehose,point,0.1,0\n") && latencies.contains("\nData Firehose,p50,50.1,0.5\n")
    );
    assert!(
        bills(3, 1, "")
            .to_csv()
            .ends_with("\nData Streams,API Gateway,from the simulation,980,,\nData Streams,total,,980,60,false\n")
    );
    assert!(three_volumes().to_csv().ends_with("\nvolume,this scenario: 10 records/s,10,\n"));
}

/// Any number at all, with those that occur in practice more often.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), 0.0..1.0_f64, 1e-3..1e5_f64, Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(1e-300)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn percentile_labels_never_touch(
        marks in prop::collection::vec(("[a-z0-9. ]{0,40}", number(), number()), 0..9),
        points in prop::collection::vec((number(), number()), 0..20),
        limit in prop::option::of(("[a-z≤ ]{0,60}", number())),
    ) {
        let marks = marks.into_iter().map(|(label, seconds, share)| mark(&label, seconds, share)).collect();
        let chart = latency(points, marks, limit);
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::light()).unwrap());
        prop_assert!(!chart.to_csv().is_empty());
    }

    #[test]
    fn courses_of_any_numbers_are_drawn(
        ages in prop::collection::vec((prop::option::of(number()), prop::option::of(number())), 0..20),
        span in number(),
        limit in prop::option::of(("[a-z≤ ]{0,60}", number())),
        shades in prop::collection::vec((".{0,60}", number(), number()), 0..4),
    ) {
        let ages = ages.into_iter().enumerate().map(|(part, (mean, largest))| Age { at: part as f64, mean, largest });
        let shades = shades.into_iter().map(|(label, from, to)| Shade { label, from, to }).collect();
        let chart = Chart::Freshness(FreshnessChart { caption: caption("x"), span, ages: ages.collect(), limit, shades });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::light()).unwrap());
    }

    #[test]
    fn bills_of_any_numbers_are_drawn(lines in prop::collection::vec((".{0,60}", number(), prop::option::of(number())), 0..20)) {
        let kinds = [LineKind::Fixed, LineKind::Scenario, LineKind::Simulation];
        let lines = lines.into_iter().enumerate().map(|(index, (label, amount_usd, half_width))| {
            BillBar { label, amount_usd, half_width, kind: kinds[index % 3] }
        });
        let chart = bill(lines.collect(), 1.0);
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::light()).unwrap());
    }

    #[test]
    fn latencies_of_any_numbers_are_drawn(
        curves in prop::collection::vec((".{0,60}", prop::collection::vec((number(), number()), 0..12), number(), number()), 0..11),
        limit in prop::option::of(("[a-z≤ ]{0,60}", number())),
    ) {
        let curves = curves.into_iter().enumerate().map(|(series, (name, points, p50, p99))| {
            LatencyCurve { name, series, points, p50, p99 }
        });
        let chart = Chart::Latencies(LatenciesChart { caption: caption("x"), curves: curves.collect(), limit });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::light()).unwrap());
    }

    #[test]
    fn bills_of_candidates_of_any_numbers_are_drawn(
        bills in prop::collection::vec((".{0,60}", prop::collection::vec((0..9_usize, number()), 0..10), prop::option::of(number()), any::<bool>()), 0..11),
    ) {
        let kinds = [LineKind::Fixed, LineKind::Scenario, LineKind::Simulation];
        let candidates = bills.into_iter().map(|(name, parts, total_usd, complete)| CandidateBill {
            name,
            parts: parts.into_iter().map(|(service, amount_usd)| BillPart { service, amount_usd, kind: kinds[service % 3] }).collect(),
            total_usd,
            half_width: total_usd,
            complete,
        });
        let services = (0..7).map(|index| format!("service {index}")).collect();
        let chart = Chart::Bills(BillsChart { caption: caption("x"), services, candidates: candidates.collect(), period: String::new() });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::light()).unwrap());
    }

    #[test]
    fn volumes_of_any_numbers_are_drawn(
        curves in prop::collection::vec((".{0,60}", prop::collection::vec((number(), prop::option::of(number())), 0..12)), 0..11),
        crossings in prop::collection::vec((".{0,80}", number(), number()), 0..9),
        own in prop::option::of(("[a-z ]{0,60}", number())),
        seconds_a_month in number(),
    ) {
        let curves = curves.into_iter().enumerate().map(|(series, (name, points))| VolumeCurve { name, series, points });
        let crossings = crossings.into_iter().map(|(label, records_per_s, usd)| VolumeCrossing { label, records_per_s, usd });
        let chart = Chart::Volume(VolumeChart {
            caption: caption("x"),
            curves: curves.collect(),
            crossings: crossings.collect(),
            own,
            seconds_a_month,
        });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::light()).unwrap());
    }

    #[test]
    fn pipelines_of_any_shape_are_drawn(
        names in prop::collection::vec(".{0,60}", 0..26),
        ends in prop::collection::vec((0..27_usize, 0..27_usize), 0..30),
        remark in prop::option::of(".{0,200}"),
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut diagram = architecture::tests::graph(&names, &ends);
        diagram.remarks.extend(remark);
        let chart = Chart::Architecture(ArchitectureChart { caption: caption("x"), diagram });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::light()).unwrap());
        prop_assert!(!chart.to_csv().is_empty());
    }

    #[test]
    fn fronts_of_any_numbers_are_drawn(
        points in prop::collection::vec((".{0,60}", number(), number(), prop::option::of(number()), any::<bool>(), prop::option::of("[a-z]{0,12}")), 0..60),
        freshness in prop::option::of((".{0,60}", number())),
        budget in prop::option::of((".{0,60}", number())),
        delay in ".{0,60}",
    ) {
        let points = points.into_iter().map(|(name, usd, seconds, half, on_front, marked)| FrontPoint {
            name, usd, usd_half_width: half, seconds, seconds_half_width: half, on_front, marked,
        });
        let chart = Chart::Front(FrontChart { caption: caption("x"), points: points.collect(), delay, freshness, budget });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::print()).unwrap());
        prop_assert!(!chart.finding().is_empty() && !chart.to_csv().is_empty());
    }

    #[test]
    fn maps_of_any_numbers_are_drawn(
        (columns, rows) in (0..31_usize, 0..31_usize),
        values in prop::collection::vec(prop::option::of(number()), 0..80),
        names in prop::collection::vec(".{0,30}", 4),
        limit in prop::option::of((".{0,60}", number())),
        marks in prop::collection::vec((0..32_usize, 0..32_usize, any::<bool>()), 0..4),
        unit in prop_oneof![Just(HeatUnit::Seconds), Just(HeatUnit::Usd), Just(HeatUnit::Count)],
    ) {
        let axis = |name: &str, label: &str, count: usize| HeatAxis {
            name: name.to_owned(),
            labels: (0..count).map(|index| format!("{index} {label}")).collect(),
        };
        let (across, up) = (axis(&names[0], &names[1], columns), axis(&names[2], &names[3], rows));
        let values = values.iter().copied().cycle().take(if values.is_empty() { 0 } else { columns * rows }).collect();
        let mut heat = HeatChart::new(caption("x"), (&names[0], unit), across, up, values);
        if let Some((label, most)) = limit {
            heat = heat.with_limit(&label, most);
        }
        for (across, up, first) in marks {
            heat = heat.with_mark(across, up, if first { HeatSign::Default } else { HeatSign::Recommended });
        }
        let chart = Chart::Heat(heat);
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::dark()).unwrap());
        prop_assert!(!chart.finding().is_empty() && !chart.to_csv().is_empty());
    }

    #[test]
    fn objects_of_any_numbers_are_drawn(
        items in prop::collection::vec((".{0,60}", number(), prop::option::of(number()), number()), 0..30),
        guide in prop::option::of((".{0,60}", number())),
    ) {
        let items = items.into_iter().map(|(name, per_day, half, mean_bytes)| ObjectsItem {
            name, per_day, per_day_half_width: half, mean_bytes, mean_bytes_half_width: half,
        });
        let chart = Chart::Objects(ObjectsChart { caption: caption("x"), items: items.collect(), guide });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::print()).unwrap());
    }

    #[test]
    fn ranks_of_any_shares_are_drawn(
        services in prop::collection::vec((".{0,60}", prop::collection::vec(number(), 0..20)), 0..20),
        half_width in prop::option::of(number()),
    ) {
        let services = services.into_iter().map(|(name, shares)| RankShares { name, shares }).collect();
        let chart = Chart::Acceptability(AcceptabilityChart { caption: caption("x"), services, half_width });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::print()).unwrap());
    }

    #[test]
    fn scores_of_any_numbers_are_drawn(bars in prop::collection::vec((".{0,60}", prop::collection::vec(number(), 0..10)), 0..15)) {
        let services = bars.into_iter().map(|(name, parts)| ScoreBar { name, parts }).collect();
        let criteria = (0..10).map(|index| format!("criterion {index}")).collect();
        let chart = Chart::Scores(ScoreChart { caption: caption("x"), criteria, services, rejected: vec!["y".into()] });
        prop_assert_eq!(check_texts(&chart), Ok(()));
        check_well_formed(&chart.to_svg(&Theme::light()).unwrap());
    }
}

#[test]
fn extreme_pictures_become_bitmaps_too() {
    for chart in [scores(15, 12, 3, LONG), wide(), single(), extreme_bill(20), Chart::Bill(BillChart::default())] {
        assert!(chart.to_png(&Theme::print()).unwrap().len() > 100);
    }
}
