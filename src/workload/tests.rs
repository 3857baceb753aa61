//! Measuring against theory, and descriptions against what they describe.

use std::path::Path;

use super::measure::sorted_sizes;
use super::*;
use crate::sim::{self, CountLaw, Groups, RateProfile, SizeLaw, Source, TraceRecord, drawn_records};
use crate::trace::{Skipped, TraceOptions, read, read_from};
use crate::units::{Bytes, RecordRate, SimDuration, SimTime};

/// A recording of drawn records; at five a second where nothing else is said.
fn drawn(arrivals: impl Fn(RateProfile) -> sim::Arrivals, sizes: SizeLaw, seconds: u64) -> Trace {
    let profile = RateProfile::flat(RecordRate::per_second(5.0).unwrap());
    let source = Source { arrivals: arrivals(profile), sizes, records_per_request: CountLaw::Fixed(1) };
    trace(drawn_records(&source, SimDuration::from_secs(seconds), 7).unwrap())
}

fn trace(records: Vec<TraceRecord>) -> Trace {
    let skipped = Skipped::default();
    Trace { name: "test".into(), format: TraceFormat::Csv, start: 0, records, skipped }
}

/// One record at each of these times, in seconds.
fn at(seconds: impl Iterator<Item = f64>) -> Trace {
    let record = |second| TraceRecord { at: SimTime::ZERO + SimDuration::from_secs_f64(second), size: Bytes::new(10) };
    trace(seconds.map(record).collect())
}

fn groups(mean: f64) -> impl Fn(RateProfile) -> sim::Arrivals {
    let within = Some(SimDuration::from_secs(1));
    move |profile| sim::Arrivals::Groups(profile, Groups { size: CountLaw::Geometric { mean }, within })
}

const SMALL: SizeLaw = SizeLaw::Constant(Bytes::new(100));

fn found(trace: &Trace) -> Characterization {
    characterize(trace, 1).unwrap()
}

fn index(found: &Characterization, length_s: u64) -> f64 {
    found.measured.window(length_s).unwrap().steady_index().unwrap()
}

/// The standard error of an index over n windows is about its value times the root of 2 / n.
#[track_caller]
fn near(value: f64, expected: f64, windows: f64) {
    assert!((value - expected).abs() < 4.0 * expected * (2.0 / windows).sqrt(), "{value}, not {expected}");
}

#[test]
fn independent_requests_have_an_index_of_one_and_are_described_as_such() {
    let found = found(&drawn(sim::Arrivals::Poisson, SMALL, 20_000));
    near(index(&found, 1), 1.0, 20_000.0);
    near(index(&found, 10), 1.0, 2_000.0);
    assert_eq!(found.described.arrivals, Arrivals::Poisson);
    assert!((found.described.rate_per_s / 5.0 - 1.0).abs() < 0.02, "{}", found.described.rate_per_s);
    assert_eq!(found.described.sizes, Sizes::Constant { bytes: 100 });
}

#[test]
fn geometric_groups_of_mean_g_have_an_index_of_two_g_less_one() {
    for mean in [1.5, 3.0] {
        let found = found(&drawn(groups(mean), SMALL, 20_000));
        // The fourth moment of groups is larger than that of a normal law; the interval is widened for it.
        near(index(&found, 1), 2.0 * mean - 1.0, 5_000.0);
        let Arrivals::Groups { mean_size, .. } = found.described.arrivals else { panic!("{:?}", found.described) };
        assert!((mean_size / mean - 1.0).abs() < 0.05, "{mean_size}, not {mean}");
    }
}

#[test]
fn a_clock_has_no_dispersion() {
    let found = found(&at((0..40_000).map(|tick| f64::from(tick) / 20.0)));
    assert_eq!(index(&found, 1), 0.0);
    assert!(matches!(found.described.arrivals, Arrivals::Deterministic { window_s: 1, .. }));
    assert_eq!((found.described.rate_per_s, found.measured.covered_s), (20.0, 2000.0));
    assert_eq!(found.measured.window(60).unwrap().busiest, Some(1200));
}

#[test]
fn gaps_more_regular_than_chance_have_the_shape_that_their_index_says() {
    let erlang = |profile| sim::Arrivals::Renewal(profile, sim::GapLaw::Gamma { shape: 4.0 });
    let found = found(&drawn(erlang, SMALL, 20_000));
    let Arrivals::Gamma { shape, window_s: 10, .. } = found.described.arrivals else { panic!("{:?}", found.described) };
    near(1.0 / shape, 0.25, 2_000.0);
}

#[test]
fn what_changes_from_hour_to_hour_is_no_burst() {
    // One a second for an hour, three a second for the next, and so on for eight hours.
    let hour = |hour: u32| {
        let each = 1 + 2 * (hour % 2);
        (0..3600 * each).map(move |tick| f64::from(hour) * 3600.0 + f64::from(tick) / f64::from(each))
    };
    let found = found(&at((0..8).flat_map(hour)));
    let second = found.measured.window(1).unwrap();
    // Counts of 1 and 3, half and half: a variance of 1 over a mean of 2.
    assert!((second.index.unwrap() - 0.5).abs() < 1e-3, "{second:?}");
    assert!(second.index_within_hour.unwrap() < 1e-3, "{second:?}");
}

#[test]
fn hours_of_the_day_come_back_as_a_profile() {
    // An even hour brings twice what an odd one does; three days, with a part of the fourth that is left out of no hour.
    let day = (0..3 * 24 + 7_u32).flat_map(|hour| {
        let each = if hour % 2 == 0 { 40 } else { 20 };
        (0..each).map(move |tick| f64::from(hour) * 3600.0 + f64::from(tick) * 3600.0 / f64::from(each))
    });
    let found = found(&at(day));
    let factors = found.described.profile.unwrap();
    assert_eq!(factors.len(), 24);
    assert!(factors.chunks(2).all(|pair| pair == [1.333, 0.667]), "{factors:?}");
    assert!((found.described.rate_per_s - 30.0 / 3600.0).abs() < 1e-7, "{}", found.described.rate_per_s);
}

#[test]
fn windows_at_the_ends_count_only_where_they_are_covered() {
    let found = found(&at((0..95).map(|tick| 0.5 + f64::from(tick) * 0.25)));
    // From 0.5 s to 24.25 s: seconds 1 to 23 are whole.
    assert_eq!(found.measured.window(1).unwrap().windows, 23);
    assert_eq!(found.measured.window(10).unwrap().windows, 1);
    assert_eq!(found.measured.window(10).unwrap().index, None);
    assert_eq!(found.measured.window(60).unwrap().busiest, None);
}

#[test]
fn times_in_whole_minutes_say_nothing_of_seconds() {
    let found = found(&at((0..600).map(|tick| f64::from(tick / 3) * 60.0)));
    assert_eq!(found.measured.resolution_s, 60.0);
    assert_eq!(found.measured.window(1).unwrap().index, None);
    assert_eq!(found.measured.window(60).unwrap().index, Some(0.0));
    assert!(found.caveats.iter().any(|caveat| caveat.kind == CaveatKind::IndexUnknown));
}

#[test]
fn sizes_are_described_by_the_plainest_law_that_fits() {
    let sizes = |law: SizeLaw| found(&drawn(sim::Arrivals::Poisson, law, 4_000)).described.sizes;
    let Sizes::Lognormal { mean_bytes, sigma } = sizes(SizeLaw::Lognormal { mean: 500.0, sigma: 0.4 }) else {
        panic!("not lognormal")
    };
    assert!(mean_bytes.abs_diff(500) < 10 && (sigma - 0.4).abs() < 0.01, "{mean_bytes} {sigma}");
    let two = sizes(SizeLaw::Table([(62, 3.0), (900, 1.0)].into()));
    let Sizes::Table { bytes, weights } = two else { panic!("{two:?}") };
    assert_eq!(bytes, [62, 900]);
    assert!((weights[0] as f64 / weights[1] as f64 - 3.0).abs() < 0.2, "{weights:?}");
    let even = sizes(SizeLaw::Uniform { low: Bytes::new(1000), high: Bytes::new(9000) });
    let Sizes::Table { bytes, weights } = even else { panic!("{even:?}") };
    let total: f64 = bytes.iter().zip(&weights).map(|(size, weight)| f64::from(*size) * *weight as f64).sum();
    assert!((total / weights.iter().sum::<u64>() as f64 / 5000.0 - 1.0).abs() < 0.01);
    assert_eq!(bytes.len(), 15);
}

#[test]
fn the_described_workload_is_like_the_recording_it_describes() {
    let found = found(&drawn(groups(2.0), SizeLaw::Lognormal { mean: 300.0, sigma: 0.3 }, 10_000));
    for figure in &found.redrawn.figures {
        let (lowest, highest) = (figure.lowest.unwrap(), figure.highest.unwrap());
        // Twenty draws do not span all that chance gives; as far again on either side does.
        let room = highest - lowest;
        assert!((lowest - room..=highest + room).contains(&figure.recorded), "{figure:?}");
    }
    assert_eq!(found.redrawn.figures.len(), 7);
}

#[test]
fn a_recording_without_time_has_no_workload() {
    let error = characterize(&at([0.0].into_iter()), 1).unwrap_err();
    assert_eq!(error.to_string(), "`test` has no rate: it is a single request");
    let error = characterize(&at([5.0, 5.0].into_iter()), 1).unwrap_err();
    assert_eq!(error.to_string(), "`test` has no rate: all its requests came at the same instant");
    let text = "ts_ms,record_bytes\n1,4000000000000\n2,4000000000000\n";
    let trace = read_from(text.as_bytes(), "big", TraceOptions::default()).unwrap();
    assert!(matches!(characterize(&trace, 1), Err(WorkloadError::TooLarge { .. })));
}

#[test]
fn the_size_that_a_share_does_not_exceed_is_one_of_the_sizes() {
    let sizes: Vec<u64> = (1..=200).collect();
    let quantile = |share| super::measure::quantile(&sizes, share);
    assert_eq!(
        [quantile(0.5), quantile(0.99), quantile(1.0), quantile(0.0)],
        [Some(100), Some(198), Some(200), Some(1)]
    );
    assert_eq!(super::measure::quantile(&[], 0.5), None);
    assert!(sorted_sizes(&[]).is_empty());
}

/// Published beside the recordings: index of dispersion at 1, 10 and 60 s, and sizes.
#[test]
fn real_recordings_have_their_published_figures() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("FOREBAY_SHARED").map_or(beside, std::path::PathBuf::from).join("traces");
    if !folder.is_dir() {
        return;
    }
    for (name, rate, indexes, [mean, p50, p99, max]) in [
        ("nasa_http_19950801.csv.gz", 0.6686, [1.743, 5.119, 17.02], [105.5, 104.0, 135.0, 158.0]),
        ("wikipedia_edits_20150912.csv.gz", 0.4695, [0.541, 0.450, 2.099], [435.9, 419.0, 620.0, 702.0]),
        ("lorawan_campusiot_2023.csv.gz", 0.003_618, [1.051, 1.040, 0.974], [2000.0, 1338.0, 4499.0, 5351.0]),
        ("apache_combined_201505.log.gz", 0.0335, [2.921, 20.47, 118.4], [233.4, 228.0, 442.0, 1361.0]),
    ] {
        let measured = found(&read(&folder.join(name), TraceOptions::default()).unwrap()).measured;
        let close = |found: f64, published: f64| {
            assert!((found / published - 1.0).abs() < 0.01, "{name}: {found}, published {published}");
        };
        close(measured.rate_per_s, rate);
        for (length, published) in [1, 10, 60].into_iter().zip(indexes) {
            close(measured.window(length).unwrap().index.unwrap(), published);
        }
        close(measured.sizes.mean_bytes, mean);
        let sizes = [measured.sizes.p50_bytes, measured.sizes.p99_bytes, measured.sizes.max_bytes];
        assert_eq!(sizes.map(|size| size as f64), [p50, p99, max], "{name}");
    }
}
