//! Every process against its theory: the rate, the dispersion of counts, and the moments of gaps.

use std::collections::BTreeMap;

use super::*;
use crate::sim::model::{
    Devices, Episode, GapLaw, Groups, Modulation, OnPeriods, Phase, Quantiles, RateProfile, Sessions, SizeLaw, Source,
    ThinkLaw, ThinkTime, TooLong,
};
use crate::units::{Bytes, RecordRate, SimDuration, SimTime};

const SECOND: u64 = 1_000_000_000;

fn profile(per_second: f64) -> RateProfile {
    RateProfile::flat(RecordRate::per_second(per_second).unwrap())
}

fn seconds(seconds: f64) -> SimDuration {
    SimDuration::from_secs_f64(seconds)
}

fn source(arrivals: Arrivals) -> Source {
    Source { arrivals, sizes: SizeLaw::Constant(Bytes::new(100)), records_per_request: CountLaw::Fixed(1) }
}

/// The records of one replication, by send time.
fn records(source: &Source, seed: u64, length: f64) -> Vec<Record> {
    let mut sender = CheckedSource::new(source).unwrap().sender("source", seed, 0, seconds(length).as_nanos());
    let (mut all, mut block) = (Vec::new(), Vec::new());
    loop {
        sender.fill(&mut block);
        if block.is_empty() {
            break;
        }
        all.extend_from_slice(&block);
    }
    assert!(all.windows(2).all(|pair| pair[0].at <= pair[1].at), "{:?}", source.arrivals);
    assert!(all.iter().all(|record| record.at < seconds(length).as_nanos()));
    all
}

/// Counts in windows of whole seconds.
fn counts(records: &[Record], length: f64, window: f64) -> Vec<f64> {
    let mut counts = vec![0.0; (length / window) as usize];
    for record in records {
        if let Some(count) = counts.get_mut((record.at / seconds(window).as_nanos()) as usize) {
            *count += 1.0;
        }
    }
    counts
}

/// The mean and its standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

/// What a dozen seeds say about a process.
struct Seen {
    rates: Vec<f64>,
    /// For each window the second moments of counts about their expectation, over that expectation.
    dispersions: BTreeMap<u64, Vec<f64>>,
}

fn observe(source: &Source, rate: f64, length: f64, windows: &[u64]) -> Seen {
    let mut seen = Seen { rates: Vec::new(), dispersions: BTreeMap::new() };
    for seed in 1..=12 {
        let records = records(source, seed, length);
        seen.rates.push(records.len() as f64 / length);
        for window in windows {
            let expected = rate * *window as f64;
            let counts = counts(&records, length, *window as f64);
            let square = counts.iter().map(|count| (count - expected).powi(2)).sum::<f64>() / counts.len() as f64;
            seen.dispersions.entry(*window).or_default().push(square / expected);
        }
    }
    seen
}

/// The mean over seeds must lie within four and a half standard errors of what theory says: with the few dozen figures
/// that are compared, one in some thousand runs would be refused by chance, and the seeds are fixed.
fn agrees(what: &str, values: &[f64], expected: f64) {
    let (mean, error) = mean(values);
    assert!((mean - expected).abs() <= 4.5 * error + 1e-9, "{what}: {mean} +- {error}, expected {expected}");
    // A wide error would pass anything.
    assert!(error <= 0.1 * expected + 1e-9, "{what}: {mean} +- {error}");
}

fn check(source: &Source, rate: f64, length: f64, dispersions: &[(u64, f64)]) {
    let windows: Vec<u64> = dispersions.iter().map(|pair| pair.0).collect();
    let seen = observe(source, rate, length, &windows);
    agrees(&format!("rate of {:?}", source.arrivals), &seen.rates, rate);
    for (window, expected) in dispersions {
        agrees(&format!("dispersion at {window} s of {:?}", source.arrivals), &seen.dispersions[window], *expected);
    }
}

#[test]
fn poisson_counts_have_dispersion_one_and_even_counts_none() {
    check(&source(Arrivals::Poisson(profile(5.0))), 5.0, 20_000.0, &[(1, 1.0), (10, 1.0), (60, 1.0)]);
    let even = records(&source(Arrivals::Deterministic(profile(5.0))), 1, 600.0);
    assert!(counts(&even, 600.0, 10.0).iter().all(|count| *count == 50.0));
}

#[test]
fn renewal_gaps_have_the_moments_of_their_law() {
    for law in [
        GapLaw::Gamma { shape: 4.0 },
        GapLaw::Gamma { shape: 0.5 },
        GapLaw::Lognormal { sigma: 0.8 },
        GapLaw::Lomax { tail_index: 6.0 },
        GapLaw::Weibull { shape: 0.7 },
        GapLaw::Weibull { shape: 2.0 },
    ] {
        let source = source(Arrivals::Renewal(profile(20.0), law));
        let (mut means, mut variations, mut rates) = (Vec::new(), Vec::new(), Vec::new());
        for seed in 1..=12 {
            let records = records(&source, seed, 2_000.0);
            let gaps: Vec<f64> = records.windows(2).map(|pair| (pair[1].at - pair[0].at) as f64 / 1e9).collect();
            let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
            means.push(mean);
            variations.push(gaps.iter().map(|gap| (gap / mean - 1.0).powi(2)).sum::<f64>() / gaps.len() as f64);
            rates.push(records.len() as f64 / 2_000.0);
        }
        agrees(&format!("rate of {law:?}"), &rates, 20.0);
        agrees(&format!("gap of {law:?}"), &means, 0.05);
        agrees(&format!("variation of {law:?}"), &variations, law.squared_variation());
    }
}

#[test]
fn gaps_start_in_equilibrium() {
    // Of many short runs the first second must have as many requests as any other.
    for law in [
        GapLaw::Gamma { shape: 20.0 },
        GapLaw::Lognormal { sigma: 1.5 },
        GapLaw::Lomax { tail_index: 2.5 },
        GapLaw::Weibull { shape: 0.5 },
    ] {
        let source = source(Arrivals::Renewal(profile(0.7), law));
        let counts: Vec<f64> = (0..20_000).map(|seed| records(&source, seed, 1.0).len() as f64).collect();
        agrees(&format!("first second of {law:?}"), &counts, 0.7);
    }
}

#[test]
fn a_renewal_process_follows_its_profile() {
    let mean = RecordRate::per_second(20.0).unwrap();
    let profile = RateProfile::new(mean, seconds(100.0), &[0.0, 3.0]).unwrap();
    let records = records(&source(Arrivals::Renewal(profile, GapLaw::Gamma { shape: 4.0 })), 3, 10_000.0);
    assert!(records.iter().all(|record| record.at / SECOND % 100 >= 50));
    assert!((records.len() as f64 / 200_000.0 - 1.0).abs() < 0.01);
}

#[test]
fn mmpp_counts_are_as_dispersed_as_its_formula_says() {
    let (sojourns, rate) = ([seconds(30.0), seconds(6.0)], 10.0);
    let law = Modulation::new(&[1.0, 5.0], &sojourns, None).unwrap();
    let (p, f) = (law.shares().to_vec(), law.factors().to_vec());
    // The rate's autocovariance is p1 p2 (r1 - r2)^2 exp(-c u) with c = 1/s1 + 1/s2, integrated twice over the window.
    let c = 1.0 / 30.0 + 1.0 / 6.0;
    let formula = |t: f64| {
        let variance = p[0] * p[1] * (f[0] - f[1]).powi(2) * rate;
        1.0 + 2.0 * variance / c * (1.0 + libm::expm1(-c * t) / (c * t))
    };
    let mmpp = source(Arrivals::Mmpp(profile(rate), law));
    check(&mmpp, rate, 40_000.0, &[(1, formula(1.0)), (10, formula(10.0)), (60, formula(60.0))]);
}

#[test]
fn a_chain_of_three_states_keeps_its_mean_rate_and_may_fall_silent() {
    let rows = [vec![0.0, 3.0, 1.0], vec![1.0, 0.0, 1.0], vec![1.0, 0.0, 0.0]];
    let law = Modulation::new(&[1.0, 8.0, 0.0], &[seconds(20.0), seconds(5.0), seconds(10.0)], Some(&rows)).unwrap();
    check(&source(Arrivals::Mmpp(profile(4.0), law)), 4.0, 40_000.0, &[]);
}

#[test]
fn polya_aeppli_counts_are_as_dispersed_as_their_formula_says() {
    for mean in [1.0, 1.32, 2.0, 5.0] {
        let groups = Groups { size: CountLaw::Geometric { mean }, within: Some(seconds(1.0)) };
        let together = Groups { within: None, ..groups.clone() };
        for law in [groups, together] {
            let source = source(Arrivals::Groups(profile(3.0), law));
            check(&source, 3.0, 20_000.0, &[(1, 2.0 * mean - 1.0), (10, 2.0 * mean - 1.0), (60, 2.0 * mean - 1.0)]);
        }
    }
    let fixed = Groups { size: CountLaw::Fixed(4), within: None };
    check(&source(Arrivals::Groups(profile(3.0), fixed)), 3.0, 20_000.0, &[(1, 4.0), (60, 4.0)]);
}

#[test]
fn groups_in_cells_have_the_distribution_of_polya_and_aeppli() {
    // P(0) = exp(-a) and P(1) = a (1 - r) exp(-a), with a groups in a cell and sizes 1 - r, r (1 - r), ...
    let groups = Groups { size: CountLaw::Geometric { mean: 2.0 }, within: Some(seconds(1.0)) };
    let source = source(Arrivals::Groups(profile(2.0), groups));
    let share = |wanted: f64| -> Vec<f64> {
        let of = |seed| {
            let counts = counts(&records(&source, seed, 5_000.0), 5_000.0, 1.0);
            counts.iter().filter(|count| **count == wanted).count() as f64 / counts.len() as f64
        };
        (1..=12).map(of).collect()
    };
    agrees("empty cells", &share(0.0), libm::exp(-1.0));
    agrees("cells with one", &share(1.0), 0.5 * libm::exp(-1.0));
}

fn thinking(law: ThinkLaw) -> ThinkTime {
    ThinkTime { law, longest: None, zero_share: 0.0 }
}

#[test]
fn sessions_have_their_rate_from_the_start() {
    let exponential = ThinkLaw::Exponential { mean: seconds(20.0) };
    let table = Quantiles::new(&[(0.0, 1.0), (0.3, 1.0), (0.9, 20.0), (1.0, 60.0)]).unwrap();
    for (requests, think) in [
        (CountLaw::Geometric { mean: 8.0 }, thinking(exponential)),
        (CountLaw::Fixed(5), thinking(ThinkLaw::Weibull { scale: seconds(10.0), shape: 0.6 })),
        (
            CountLaw::Quantiles(table),
            ThinkTime {
                law: ThinkLaw::Lognormal { median: seconds(8.0), sigma: 1.5 },
                longest: Some((seconds(300.0), TooLong::DrawnAnew)),
                zero_share: 0.2,
            },
        ),
    ] {
        let source = source(Arrivals::Sessions(profile(5.0), Sessions { requests, think }));
        check(&source, 5.0, 20_000.0, &[]);
        let first: Vec<f64> = (0..2_000).map(|seed| records(&source, seed, 10.0).len() as f64).collect();
        agrees("the first ten seconds of sessions", &first, 50.0);
    }
}

#[test]
fn sessions_without_pauses_are_groups_and_endless_ones_are_poisson() {
    let sessions = |think| Sessions { requests: CountLaw::Geometric { mean: 3.0 }, think };
    let at_once = ThinkTime { zero_share: 0.999_999, ..thinking(ThinkLaw::Exponential { mean: seconds(1e-9) }) };
    check(&source(Arrivals::Sessions(profile(5.0), sessions(at_once))), 5.0, 20_000.0, &[(1, 5.0), (60, 5.0)]);
    // Requests of one session that are hours apart do not meet in a window of a second.
    let slow = thinking(ThinkLaw::Exponential { mean: seconds(7_200.0) });
    check(&source(Arrivals::Sessions(profile(5.0), sessions(slow))), 5.0, 20_000.0, &[(1, 1.0)]);
}

#[test]
fn on_periods_make_counts_as_dispersed_as_their_formula_says() {
    for (hurst, sources) in [(0.6, 20.0), (0.8, 50.0)] {
        let law = OnPeriods { hurst, sources, mean_on: seconds(2.0) };
        let expected: Vec<(u64, f64)> =
            [1, 10, 60].iter().map(|window| (*window, law.dispersion(20.0, *window as f64))).collect();
        check(&source(Arrivals::SelfSimilar(profile(20.0), law)), 20.0, 40_000.0, &expected);
        // In long windows the variance grows as their length to the power of 2 H.
        let slope = libm::log(law.dispersion(1e9, 1e9) / law.dispersion(1e9, 1e8)) / libm::log(10.0);
        assert!((slope - (2.0 * hurst - 1.0)).abs() < 0.02, "{slope}");
    }
}

#[test]
fn devices_are_as_regular_as_their_formulas_say() {
    let fleet = |loss, jitter, phase| {
        let law = Devices { count: 400, period: seconds(120.0), jitter: seconds(jitter), loss, phase };
        source(Arrivals::Devices(law))
    };
    // Within a period each device is a coin: it sends in the window or it does not. The phases stay what they are, so
    // each seed is one sample of them.
    let rate = 400.0 / 120.0;
    for (loss, jitter) in [(0.0, 0.0), (0.3, 0.0), (0.0, 20.0)] {
        let expected = rate * (1.0 - loss);
        let source = fleet(loss, jitter, Phase::Random);
        check(&source, expected, 12_000.0, &[]);
        let squares = |window: f64| -> Vec<f64> {
            let of = |seed| {
                let counts = counts(&records(&source, seed, 1_200.0), 1_200.0, window);
                counts.iter().map(|count| (count - expected * window).powi(2)).sum::<f64>() / counts.len() as f64
            };
            (1..=200).map(|seed| of(seed) / (expected * window)).collect()
        };
        agrees("devices at 1 s", &squares(1.0), 1.0 - (1.0 - loss) / 120.0);
        agrees("devices at 60 s", &squares(60.0), 1.0 - (1.0 - loss) / 2.0);
        if jitter == 0.0 {
            agrees("devices at 120 s", &squares(120.0), loss);
        }
    }
    let together = records(&fleet(0.0, 0.0, Phase::Together), 1, 600.0);
    assert_eq!(together.len(), 2_000);
    assert!(together.iter().all(|record| record.at % (120 * SECOND) == 0));
    let late = records(&fleet(0.0, 5.0, Phase::Together), 1, 600.0);
    assert!(late.iter().all(|record| record.at % (120 * SECOND) <= 5 * SECOND));
}

#[test]
fn episodes_are_crowds_and_outages() {
    let at = |seconds: u64| SimTime::from_nanos(seconds * SECOND);
    let episodes = vec![
        Episode { from: at(100), to: at(200), factor: 0.0 },
        Episode { from: at(300), to: at(310), factor: 20.0 },
        Episode { from: at(310), to: at(330), factor: 5.0 },
    ];
    let mean = RecordRate::per_second(50.0).unwrap();
    let weights: Vec<f64> = (0..7).map(|part| f64::from(part % 3)).collect();
    let day = RateProfile::new(mean, seconds(70.0), &weights).unwrap();
    for profile in [profile(50.0), day] {
        let profile = profile.with_episodes(episodes.clone()).unwrap();
        for arrivals in [
            Arrivals::Poisson(profile.clone()),
            Arrivals::Deterministic(profile.clone()),
            Arrivals::Renewal(profile.clone(), GapLaw::Gamma { shape: 2.0 }),
            Arrivals::Mmpp(profile.clone(), Modulation::new(&[1.0, 1.0], &[seconds(0.3), seconds(0.7)], None).unwrap()),
        ] {
            let counts = counts(&records(&source(arrivals.clone()), 1, 500.0), 500.0, 1.0);
            let expected = |from: u64, to: u64| -> f64 { (from..to).map(|second| profile.rate_at(at(second))).sum() };
            assert!(counts[101..200].iter().all(|count| *count == 0.0), "{arrivals:?}");
            for (from, to) in [(0, 100), (200, 300), (300, 310), (310, 330), (330, 500)] {
                let (seen, expected) = (counts[from..to].iter().sum::<f64>(), expected(from as u64, to as u64));
                assert!((seen - expected).abs() <= 5.0 * expected.sqrt() + 2.0, "{arrivals:?}: {seen}, {expected}");
            }
        }
    }
}

#[test]
fn batches_bring_several_records_at_once() {
    for law in [CountLaw::Fixed(4), CountLaw::Geometric { mean: 4.0 }] {
        let source = Source { records_per_request: law.clone(), ..source(Arrivals::Poisson(profile(40.0))) };
        check(&source, 40.0, 10_000.0, &[(1, law.dispersion_of_groups()), (60, law.dispersion_of_groups())]);
        let records = records(&source, 1, 10_000.0);
        let requests = records.iter().filter(|record| record.leads()).count() as f64;
        assert!((records.len() as f64 / requests / 4.0 - 1.0).abs() < 0.02, "{law:?}");
        let apart = |pair: &[Record]| pair[0].at == pair[1].at || pair[1].leads();
        assert!(records.windows(2).all(apart), "{law:?}");
    }
}

#[test]
fn an_overlay_is_its_parts_in_the_order_of_time() {
    let small = Source { sizes: SizeLaw::Constant(Bytes::new(1)), ..source(Arrivals::Deterministic(profile(2.0))) };
    let large = Source {
        sizes: SizeLaw::Constant(Bytes::new(1_000)),
        records_per_request: CountLaw::Fixed(3),
        ..source(Arrivals::Poisson(profile(30.0)))
    };
    let both = source(Arrivals::Overlay(vec![small, large.clone()]));
    assert_eq!((both.mean_rate(), both.mean_size()), (32.0, 30_002.0 / 32.0));
    let records = records(&both, 1, 3_000.0);
    let of = |size| records.iter().filter(|record| record.size() == size).count();
    assert_eq!(of(1), 6_000);
    assert!((of(1_000) as f64 / 90_000.0 - 1.0).abs() < 0.03);
    assert!(records.chunk_by(|_, next| !next.leads()).all(|request| [1, 3].contains(&request.len())));
    // Two independent Poisson sources are one.
    let halves = source(Arrivals::Overlay(vec![source(Arrivals::Poisson(profile(2.5))); 2]));
    check(&halves, 5.0, 20_000.0, &[(1, 1.0), (60, 1.0)]);
}

fn one_of_each() -> Vec<Arrivals> {
    let sessions = Sessions {
        requests: CountLaw::Geometric { mean: 4.0 },
        think: thinking(ThinkLaw::Exponential { mean: seconds(3.0) }),
    };
    let devices = Devices { count: 30, period: seconds(3.0), jitter: seconds(0.5), loss: 0.1, phase: Phase::Random };
    let modulation = Modulation::new(&[1.0, 5.0], &[seconds(3.0), seconds(1.0)], None).unwrap();
    let groups = Groups { size: CountLaw::Geometric { mean: 3.0 }, within: Some(seconds(1.0)) };
    vec![
        Arrivals::Poisson(profile(10.0)),
        Arrivals::Renewal(profile(10.0), GapLaw::Weibull { shape: 0.7 }),
        Arrivals::Mmpp(profile(10.0), modulation),
        Arrivals::SelfSimilar(profile(10.0), OnPeriods { hurst: 0.8, sources: 5.0, mean_on: seconds(1.0) }),
        Arrivals::Groups(profile(10.0), groups),
        Arrivals::Sessions(profile(10.0), sessions),
        Arrivals::Devices(devices),
        Arrivals::Overlay(vec![source(Arrivals::Poisson(profile(5.0))); 2]),
    ]
}

#[test]
fn the_same_seed_gives_the_same_draws_and_a_longer_run_begins_alike() {
    for arrivals in one_of_each() {
        let source = source(arrivals);
        let short = records(&source, 5, 100.0);
        assert_eq!(short, records(&source, 5, 100.0));
        assert_ne!(short, records(&source, 6, 100.0));
        let long = records(&source, 5, 200.0);
        assert_eq!(short, long[..short.len()], "{:?}", source.arrivals);
    }
}

#[test]
fn parameters_out_of_range_are_refused_with_their_names() {
    let refused = |arrivals: Arrivals| CheckedSource::new(&source(arrivals)).map(|_| ()).unwrap_err().to_string();
    let renewal = |law| Arrivals::Renewal(profile(1.0), law);
    assert_eq!(
        refused(renewal(GapLaw::Lomax { tail_index: 1.0 })),
        "`gaps`: expected a tail index from 1.05 to 1,000, found Lomax { tail_index: 1.0 }"
    );
    for law in [GapLaw::Gamma { shape: 0.0 }, GapLaw::Lognormal { sigma: f64::NAN }, GapLaw::Weibull { shape: 0.01 }] {
        assert!(refused(renewal(law)).starts_with("`gaps`"));
    }
    let crowd =
        |hurst, sources| Arrivals::SelfSimilar(profile(1.0), OnPeriods { hurst, sources, mean_on: seconds(1.0) });
    assert!(refused(crowd(0.5, 5.0)).starts_with("`hurst`"));
    assert!(refused(crowd(0.8, 0.0)).starts_with("`sources`"));
    let groups = |size, within| Arrivals::Groups(profile(1.0), Groups { size, within });
    assert!(refused(groups(CountLaw::Geometric { mean: 0.5 }, None)).starts_with("`groups`"));
    assert!(refused(groups(CountLaw::Fixed(0), None)).starts_with("`groups`"));
    assert!(refused(groups(CountLaw::Fixed(1), Some(SimDuration::ZERO))).starts_with("`groups`"));
    let law = ThinkLaw::Exponential { mean: seconds(100.0) };
    let sessions = |longest, zero_share| {
        let think = ThinkTime { law, longest: Some((seconds(longest), TooLong::DrawnAnew)), zero_share };
        Arrivals::Sessions(profile(1.0), Sessions { requests: CountLaw::Fixed(2), think })
    };
    assert!(refused(sessions(0.1, 0.0)).starts_with("`longest think time`"));
    assert!(refused(sessions(10.0, 1.0)).starts_with("`zero share`"));
    let law = Devices { count: 1, period: seconds(1.0), jitter: seconds(2.0), loss: 0.0, phase: Phase::Random };
    assert!(refused(Arrivals::Devices(law)).starts_with("`jitter`"));
    assert!(refused(Arrivals::Overlay(Vec::new())).starts_with("`overlay`"));
    assert!(refused(Arrivals::Overlay(vec![source(Arrivals::Overlay(Vec::new()))])).starts_with("`overlay`"));
}

fn catalog() -> crate::catalog::Catalog {
    let (mut sources, mut problems) = (crate::source::SourceMap::default(), crate::diag::Problems::default());
    crate::catalog::Catalog::load(&crate::catalog::Library::embedded(), &mut sources, &mut problems)
}

/// The source of a preset at a rate.
fn preset(catalog: &crate::catalog::Catalog, id: &str, rate: f64) -> Source {
    let preset = catalog.arrivals.iter().find(|preset| preset.id == id).unwrap();
    let profile = preset.rate_profile(&catalog.profiles).unwrap();
    let setting = crate::catalog::traffic::Setting {
        profile: profile.at_rate(RecordRate::per_second(rate).unwrap()).unwrap(),
        sizes: SizeLaw::Constant(Bytes::new(100)),
        records_per_request: CountLaw::Fixed(1),
    };
    preset.law.source(&setting).unwrap()
}

#[test]
fn every_preset_keeps_its_rate() {
    let catalog = catalog();
    assert!(catalog.arrivals.len() >= 15 && catalog.sizes.len() >= 10);
    for known in &catalog.arrivals {
        // Whole periods of every profile, and no episode of the outage.
        let (rate, length) = (20.0, 43_200.0);
        let source = preset(&catalog, &known.id, rate);
        let rates: Vec<f64> = (1..=6).map(|seed| records(&source, seed, length).len() as f64 / length).collect();
        let (mean, error) = mean(&rates);
        // Its robots edit for days, of which twelve hours see the beginning only.
        let slow = known.id == "edit_sessions";
        assert!(slow || (mean - rate).abs() <= 6.0 * error + 0.01 * rate, "{}: {mean} +- {error}", known.id);
    }
}

#[test]
fn web_presets_have_their_measured_dispersion() {
    let catalog = catalog();
    for (id, rate, dispersion) in [
        ("poisson", 0.7, 1.0),
        ("web_polya_aeppli", 0.707, 1.642),
        ("web_polya_aeppli_august", 0.6686, 1.743),
        ("web_polya_aeppli_launch", 1.553, 2.000),
    ] {
        let seen = observe(&preset(&catalog, id, rate), rate, 50_000.0, &[1]);
        let (mean, error) = mean(&seen.dispersions[&1]);
        // The mean group is given to two places, which moves the dispersion by up to 0.01.
        assert!((mean - dispersion).abs() <= 4.5 * error + 0.01, "{id}: {mean} +- {error}");
    }
}

#[test]
fn the_other_presets_have_the_moments_of_their_sources() {
    let catalog = catalog();
    let requests = |id: &str| match preset(&catalog, id, 1.0).arrivals {
        Arrivals::Sessions(_, law) => law,
        other => panic!("{other:?}"),
    };
    for (id, mean, deviation) in
        [("web_sessions_nasa", 10.36, 14.22), ("otto_sessions", 16.80, 33.58), ("otto_sessions_week", 8.29, 13.74)]
    {
        let law = requests(id).requests;
        assert!((law.mean() / mean - 1.0).abs() < 0.005, "{id}: {}", law.mean());
        assert!((law.variance().sqrt() / deviation - 1.0).abs() < 0.05, "{id}: {}", law.variance().sqrt());
    }
    let think = |id: &str| requests(id).think.mean();
    // Published as about 67 s, from rounded parameters.
    assert!((think("otto_sessions") / 67.0 - 1.0).abs() < 0.03, "{}", think("otto_sessions"));
    assert!((think("tpcw_sessions") - 6.9997).abs() < 1e-4);
    let Arrivals::Renewal(_, gaps) = preset(&catalog, "kv_etc", 52_715.0).arrivals else { panic!("a renewal process") };
    assert!((gaps.squared_variation().sqrt() - 1.20).abs() < 0.01);
    let seen = catalog.arrivals.iter().find(|preset| preset.id == "kv_etc").and_then(|preset| preset.seen_rate);
    assert!((1e6 / seen.unwrap().get() - 18.97).abs() < 0.01);
    let Arrivals::Mmpp(_, law) = preset(&catalog, "mmpp2_bursty", 1.0).arrivals else { panic!("an MMPP") };
    assert!((law.factors()[1] / law.factors()[0] - 5.0).abs() < 1e-9);
    // The counts of sessions have the quantiles of their sources.
    let nasa = requests("web_sessions_nasa").requests;
    let CountLaw::Quantiles(table) = nasa else { panic!("quantiles") };
    assert_eq!([0.1, 0.5, 0.99].map(|share| table.value(share).round()), [1.0, 6.0, 59.0]);
    assert!(table.value(0.1109).round() == 1.0 && table.value(0.115).round() == 2.0);
}

#[test]
fn size_presets_have_the_percentiles_of_their_sources() {
    type Known<'a> = (&'a str, f64, &'a [(f64, f64)]);
    let catalog = catalog();
    // Name, mean, and shares with the sizes below which they lie; a twentieth off at most, since the laws are fits.
    let known: [Known<'_>; 9] = [
        ("size_clf_line", 105.5, &[(0.5, 104.0), (0.99, 135.0)]),
        ("size_combined_line", 233.4, &[(0.5, 228.0), (0.99, 442.0)]),
        ("size_json_event", 435.9, &[(0.5, 419.0), (0.9, 508.0)]),
        ("size_click_minimal", 62.0, &[(0.5, 62.0)]),
        ("size_snowplow_enriched", 5_600.0, &[]),
        ("size_kv_etc", 344.0, &[(0.5, 183.0), (0.99, 2_461.0)]),
        ("size_iot_json_minimal", 75.0, &[]),
        ("size_iot_lns_json", 3_190.0, &[]),
        ("size_lorawan_payload", 23.0, &[]),
    ];
    for (id, mean, percentiles) in known {
        let law = &catalog.sizes.iter().find(|preset| preset.id == id).unwrap().law;
        assert!((law.mean() / mean - 1.0).abs() < 0.005, "{id}: {}", law.mean());
        let (mut sizes, mut normals) = (Vec::new(), Vec::new());
        let mut stream = crate::sim::stream::stream(1, 0, id);
        SizeSampler::new(law).unwrap().fill(&mut stream, &mut sizes, &mut normals, 200_000);
        sizes.sort_unstable();
        for (share, size) in percentiles {
            let drawn = sizes[(200_000.0 * share) as usize] as f64;
            assert!((drawn / size - 1.0).abs() < 0.05, "{id}: {drawn} at {share}, {size} in the source");
        }
    }
    // The share of empty responses is exact; the fit of the others is a tenth off at the median.
    let response = &catalog.sizes.iter().find(|preset| preset.id == "size_http_response").unwrap().law;
    let (mut sizes, mut normals) = (Vec::new(), Vec::new());
    let mut stream = crate::sim::stream::stream(1, 0, "responses");
    SizeSampler::new(response).unwrap().fill(&mut stream, &mut sizes, &mut normals, 200_000);
    let empty = sizes.iter().filter(|size| **size == 1).count() as f64 / 200_000.0;
    assert!((empty - 0.093).abs() < 0.003, "{empty}");
    sizes.sort_unstable();
    assert!((sizes[100_000] as f64 / 2_322.0 - 1.0).abs() < 0.15, "{}", sizes[100_000]);
}

/// The real traffic, where it is at hand, has the dispersion that the preset gives back.
#[test]
fn the_measured_trace_is_as_dispersed_as_its_preset() {
    let root = std::env::var_os("FOREBAY_SHARED").map_or_else(|| "../shared".into(), std::path::PathBuf::from);
    let file = root.join("traces/nasa_http_19950801.csv.gz");
    if !file.exists() {
        println!("skipped: {} is not here", file.display());
        return;
    }
    let trace = crate::trace::read(&file, crate::trace::TraceOptions::default()).unwrap();
    let length = trace.span().as_secs_f64().floor();
    let records: Vec<Record> =
        trace.records.iter().map(|record| Record::new(record.at.as_nanos(), record.size.get(), true)).collect();
    let counts = counts(&records, length, 1.0);
    let (average, _) = mean(&counts);
    let variance = counts.iter().map(|count| (count - average).powi(2)).sum::<f64>() / counts.len() as f64;
    assert!((variance / average - 1.743).abs() < 0.01, "{}", variance / average);
}
