//! The engine as a whole: edges of the buffer and of gates, conservation, reproducibility, and known answers.

use proptest::prelude::*;

use super::*;
use crate::theory;
use crate::units::{Bytes, RecordRate, SimDuration, SimTime};

pub(super) fn seconds(seconds: f64) -> SimDuration {
    SimDuration::from_secs_f64(seconds)
}

fn per_second(rate: f64) -> RateProfile {
    RateProfile::flat(RecordRate::per_second(rate).unwrap())
}

fn stage(name: &str, kind: StageKind) -> Stage {
    Stage { name: name.to_owned(), kind }
}

fn buffer(bytes: u64, interval: f64) -> Stage {
    stage("buffer", StageKind::Buffer(Buffer { size: Bytes::new(bytes), interval: seconds(interval) }))
}

fn delay(name: &str, median: f64, sigma: f64) -> Stage {
    stage(name, StageKind::Delay(LatencyLaw::Lognormal { median: seconds(median), sigma }))
}

fn limit(counts: Counted, rule: LimitRule) -> Limit {
    Limit { name: format!("{counts:?}"), counts, rule }
}

fn gate(limits: Vec<Limit>) -> Stage {
    stage("gate", StageKind::Gate(Gate { limits, ..Gate::default() }))
}

fn model(arrivals: Arrivals, size: u64, stages: Vec<Stage>) -> Model {
    let source =
        Source { arrivals, sizes: SizeLaw::Constant(Bytes::new(size)), records_per_request: CountLaw::Fixed(1) };
    Model { source, stages, increments: vec![Bytes::new(1024)] }
}

/// A record every second.
pub(super) fn every_second() -> Arrivals {
    Arrivals::Deterministic(per_second(1.0))
}

/// A gate that lets this many requests a second through.
pub(super) fn request_gate(rate: f64, burst: f64) -> Stage {
    gate(vec![limit(Counted::Requests, LimitRule::TokenBucket { rate, burst })])
}

/// Records at these seconds, with these bytes.
fn trace(records: &[(f64, u64)]) -> Arrivals {
    let record = |(at, size): &(f64, u64)| TraceRecord { at: SimTime::ZERO + seconds(*at), size: Bytes::new(*size) };
    Arrivals::Trace(records.iter().map(record).collect())
}

/// One replication of a trace to its end, with exact percentiles.
fn replay(arrivals: Arrivals, stages: Vec<Stage>) -> Summary {
    let config = RunConfig { replications: 1, drain: true, keep_samples: true, ..RunConfig::new(1, SimDuration::ZERO) };
    run(&model(arrivals, 1, stages), &config, &NoWatch).unwrap().summary
}

/// The model that the crate's speed is measured on.
pub(super) fn w1() -> Model {
    let mut model = model(
        Arrivals::Poisson(per_second(1000.0)),
        1,
        vec![
            gate(vec![limit(Counted::Requests, LimitRule::TokenBucket { rate: 1e4, burst: 5e3 })]),
            delay("service", 0.02, 0.4),
            buffer(5 << 20, 300.0),
            delay("put", 0.15, 0.3),
        ],
    );
    model.source.sizes = SizeLaw::Lognormal { mean: 1024.0, sigma: 1.0 };
    model
}

fn fingerprint(result: &RunResult) -> String {
    format!("{result:?}")
}

#[test]
fn a_full_buffer_closes_with_the_record_that_fills_it() {
    let summary = replay(trace(&[(0.0, 60), (1.0, 40), (2.0, 99), (3.0, 500), (4.0, 100)]), vec![buffer(100, 60.0)]);
    let objects = &summary.objects;
    assert_eq!((objects.count, objects.closed_by_size, objects.closed_by_time), (3, 3, 0));
    assert_eq!((objects.min_bytes, objects.max_bytes), (100, 599));
    assert_eq!(summary.latency.max.value, 1.0);
    assert_eq!(summary.latency.mean.value, 2.0 / 5.0);
}

#[test]
fn the_timer_fires_before_an_arrival_at_the_same_instant() {
    let summary = replay(trace(&[(0.0, 1), (4.0, 1), (5.0, 1), (9.999, 1), (10.0, 1)]), vec![buffer(100, 5.0)]);
    let objects = &summary.objects;
    assert_eq!((objects.count, objects.closed_by_time), (3, 3));
    assert_eq!((objects.min_bytes, objects.max_bytes), (1, 2));
    assert_eq!(summary.latency.max.value, 5.0);
    assert_eq!(summary.latency.p50.value, 5.0);
    assert_eq!(summary.latency.largest, 5.0);
}

#[test]
fn a_record_larger_than_the_buffer_is_an_object_of_its_own() {
    let summary = replay(trace(&[(0.0, 1_000), (1.0, 1_000)]), vec![buffer(100, 5.0)]);
    assert_eq!((summary.objects.count, summary.objects.max_bytes, summary.latency.max.value), (2, 1_000, 0.0));
}

#[test]
fn an_interval_of_zero_passes_each_request_at_once() {
    let mut model = model(trace(&[(0.0, 1), (0.0, 2), (0.0, 3), (1.0, 4)]), 1, vec![buffer(100, 0.0)]);
    model.source.records_per_request = CountLaw::Fixed(2);
    let config = RunConfig { replications: 1, drain: true, ..RunConfig::new(1, SimDuration::ZERO) };
    let summary = run(&model, &config, &NoWatch).unwrap().summary;
    assert_eq!((summary.objects.count, summary.objects.passed_at_once), (3, 3));
    assert_eq!((summary.objects.min_bytes, summary.objects.max_bytes), (3, 4));
    assert_eq!(summary.latency.largest, 0.0);
}

#[test]
fn without_a_buffer_every_request_is_delivered_by_itself() {
    let summary = replay(
        trace(&[(0.0, 1), (1.0, 2)]),
        vec![gate(Vec::new()), stage("link", StageKind::Delay(LatencyLaw::Constant(seconds(0.25))))],
    );
    assert_eq!((summary.objects.count, summary.latency.mean.value), (2, 0.25));
    assert_eq!(summary.freshness.largest, 0.25);
}

#[test]
fn transfers_take_longer_for_more_bytes() {
    const MIB: u64 = 1 << 20;
    let transfer = |name: &str, fixed: f64, per_mib: f64| {
        let latency = LatencyLaw::Constant(seconds(fixed));
        stage(name, StageKind::Transfer(Transfer { latency, per_mib: seconds(per_mib) }))
    };
    let stages = vec![transfer("upload", 0.5, 2.0), buffer(4 * MIB, 60.0), transfer("put", 0.1, 1.0)];
    // Both reach the buffer at 6.5 s and fill it; the object takes 4.1 s.
    let mut model = model(trace(&[(0.0, 3 * MIB), (4.0, MIB)]), 1, stages);
    let config = RunConfig { replications: 1, drain: true, keep_samples: true, ..RunConfig::new(1, SimDuration::ZERO) };
    let latency = |model: &Model| {
        let latency = run(model, &config, &NoWatch).unwrap().summary.latency;
        (latency.p50.value, latency.max.value)
    };
    assert_eq!(latency(&model), (6.6, 10.6));
    // A request travels as a whole: 8.5 s for 4 MiB, then 4.1 s.
    model.source.arrivals = trace(&[(0.0, 3 * MIB), (0.0, MIB)]);
    model.source.records_per_request = CountLaw::Fixed(2);
    assert_eq!(latency(&model), (12.6, 12.6));
    model.stages[0] = transfer("upload", 0.5, 1e9);
    let refused = run(&model, &config, &NoWatch).unwrap_err().to_string();
    assert!(refused.starts_with("`upload`: expected 26 days a MiB at most"), "{refused}");
}

#[test]
fn freshness_is_the_age_of_the_oldest_record() {
    let summary = replay(trace(&[(0.0, 1), (3.0, 1), (10.0, 1)]), vec![buffer(100, 4.0)]);
    // Two buffers, each open for four seconds; nothing counts in between.
    assert_eq!(summary.freshness.mean.value, 2.0);
    assert_eq!(summary.freshness.largest, 4.0);
    assert!((summary.freshness.p50.value - 2.0).abs() < 0.02);
}

#[test]
fn a_token_bucket_refills_evenly_up_to_its_burst() {
    let times = [0.0, 0.0, 0.0, 0.5, 0.75, 1.0, 5.0, 5.0, 5.0];
    let records: Vec<_> = times.iter().map(|at| (*at, 1)).collect();
    let rule = LimitRule::TokenBucket { rate: 2.0, burst: 2.0 };
    let summary = replay(trace(&records), vec![gate(vec![limit(Counted::Requests, rule)])]);
    let seen = &summary.stages[0].limits[0];
    // Two of three at the start, the one at 0.5 s on the token that came back, none at 0.75 s, and so on.
    assert_eq!((seen.rejected_records, seen.rejected_requests), (3, 3));
    assert_eq!((summary.records.accepted, summary.records.rejected), (6, 3));
    assert_eq!((seen.peak_per_second, seen.peak_share), (5.0, 2.5));
}

#[test]
fn a_quota_starts_anew_with_each_second() {
    let records = [(0.1, 10), (0.9, 10), (0.95, 10), (1.0, 10), (1.5, 11), (1.9, 10)];
    let quota = vec![limit(Counted::Bytes, LimitRule::PerSecond(20.0))];
    let summary = replay(trace(&records), vec![gate(quota)]);
    assert_eq!(summary.records.rejected, 2);
    assert_eq!(summary.records.accepted_bytes, 40);
    assert_eq!(summary.stages[0].limits[0].peak_per_second, 31.0);
}

#[test]
fn batches_fail_in_part_and_each_rejection_has_one_cause() {
    let mut model = model(
        trace(&[(0.0, 5), (0.0, 900), (0.0, 6), (0.0, 7), (0.1, 1), (0.2, 1), (0.3, 5_000)]),
        1,
        vec![stage(
            "gate",
            StageKind::Gate(Gate {
                limits: vec![
                    limit(Counted::Records, LimitRule::PerSecond(3.0)),
                    limit(Counted::Requests, LimitRule::PerSecond(2.0)),
                ],
                largest_record: Some(Bytes::new(800)),
                largest_request: Some(Bytes::new(1_000)),
                retry: None,
            }),
        )],
    );
    model.source.records_per_request = CountLaw::Fixed(10);
    let config = RunConfig { replications: 1, drain: true, ..RunConfig::new(1, SimDuration::ZERO) };
    let summary = run(&model, &config, &NoWatch).unwrap().summary;
    let gate = &summary.stages[0];
    // The first request loses its record of 900 bytes; the second finds no record left; the third and the last too, or is
    // too large.
    assert_eq!((summary.records.accepted, summary.records.accepted_requests), (3, 1));
    assert_eq!((gate.oversize_records, gate.oversize_requests, gate.rejected_requests), (2, 2, 3));
    assert_eq!((gate.limits[0].rejected_records, gate.limits[1].rejected_records), (2, 0));
}

/// Latencies and object sizes of a delay, a buffer and a delay, from one sorted list of all arrivals at the buffer.
fn by_sorting(records: &[TraceRecord], size: u64, interval: u64, seed: u64) -> (Vec<u64>, Vec<u64>) {
    let draws = |name: &str, law: &LatencyLaw, count| {
        let mut delays = vec![0; count];
        let mut stream = stream::stream(seed, 0, name);
        law::LatencySampler::new(law).unwrap().add_to(&mut stream, &mut delays, &mut Vec::new());
        delays
    };
    let (service, put) = (w1().stages[1].kind.clone(), w1().stages[3].kind.clone());
    let (StageKind::Delay(service), StageKind::Delay(put)) = (service, put) else { panic!("two delays") };
    let delays = draws("stage/service", &service, records.len());
    let mut arrivals: Vec<_> =
        records.iter().zip(delays).map(|(r, delay)| (r.at.as_nanos() + delay, r.at.as_nanos(), r.size.get())).collect();
    arrivals.sort_by_key(|(at, ..)| *at);
    let mut puts = draws("stage/put", &put, records.len()).into_iter();
    let (mut latencies, mut objects) = (Vec::new(), Vec::new());
    let mut rest = &arrivals[..];
    while let Some((opened, ..)) = rest.first() {
        let in_time = rest.partition_point(|(at, ..)| *at < opened + interval);
        let sums = rest[..in_time].iter().scan(0, |sum, (_, _, size)| {
            *sum += size;
            Some(*sum)
        });
        let full = sums.clone().position(|sum| sum >= size);
        let count = full.map_or(in_time, |index| index + 1);
        let closed = full.map_or(opened + interval, |index| rest[index].0);
        let available = closed + puts.next().unwrap();
        latencies.extend(rest[..count].iter().map(|(_, sent, _)| available - sent));
        objects.push(sums.take(count).last().unwrap());
        rest = &rest[count..];
    }
    latencies.sort_unstable();
    (latencies, objects)
}

proptest! {
    #[test]
    fn slots_of_time_give_exactly_what_sorting_all_arrivals_gives(
        gaps in prop::collection::vec((0u64..40, 1u64..2_000), 1..800),
        unit in prop_oneof![Just(0u64), Just(1), Just(1_000), Just(1_000_000), Just(100_000_000)],
        size in 1u64..20_000, interval in 1u64..2_000_000_000, seed: u64,
    ) {
        let mut now = 0;
        let record = |(gap, size): &(u64, u64)| {
            now += gap * unit;
            TraceRecord { at: SimTime::from_nanos(now), size: Bytes::new(*size) }
        };
        let records: Vec<TraceRecord> = gaps.iter().map(record).collect();
        let (latencies, objects) = by_sorting(&records, size, interval, seed);
        let mut stages = w1().stages.split_off(1);
        let collects = Buffer { size: Bytes::new(size), interval: SimDuration::from_nanos(interval) };
        stages[1].kind = StageKind::Buffer(collects);
        let config = RunConfig {
            replications: 1, drain: true, keep_samples: true, threads: Some(1), ..RunConfig::new(seed, SimDuration::ZERO)
        };
        let arrivals = Arrivals::Trace(records.into());
        let summary = run(&model(arrivals, 1, stages), &config, &NoWatch).unwrap().summary;
        prop_assert_eq!(summary.objects.count, objects.len() as u64);
        prop_assert_eq!(Some(&summary.objects.max_bytes), objects.iter().max());
        prop_assert_eq!(Some(&summary.objects.min_bytes), objects.iter().min());
        let latency = &summary.latency;
        for (q, found) in [(0.5, latency.p50), (0.95, latency.p95), (0.99, latency.p99), (1.0, latency.max)] {
            let rank = histogram::rank(latencies.len() as u64, q).unwrap() as usize;
            prop_assert_eq!(found.value, latencies[rank - 1] as f64 / 1e9);
        }
        let sum: u128 = latencies.iter().map(|latency| u128::from(*latency)).sum();
        prop_assert_eq!(latency.mean.value, sum as f64 / latencies.len() as f64 / 1e9);
    }
}

#[test]
fn w1_has_its_known_answer() {
    let result = run(&w1(), &RunConfig::new(1, seconds(3600.0)), &NoWatch).unwrap();
    let summary = &result.summary;
    let latency = &summary.latency;
    // Ten replications of an hour: the half-widths are about 0.1 %, so 0.5 % leaves no room for a bias worth the name.
    for (estimate, expected) in [
        (latency.mean, 2.740),
        (latency.p50, 2.738),
        (latency.p95, 5.044),
        (latency.p99, 5.299),
        (summary.objects.per_hour, 702.3),
    ] {
        assert!((estimate.value / expected - 1.0).abs() < 0.005, "{estimate:?} against {expected}");
    }
    assert_eq!(summary.records.rejected, 0);
    assert_eq!(summary.records.accepted, summary.records.delivered + summary.records.in_flight);
}

/// Twenty replications must put the theory's value inside three half-widths of 95 %, and within half a percent.
fn agrees(estimate: Estimate, expected: f64) {
    let distance = (estimate.value - expected).abs();
    let half_width = estimate.half_width.unwrap();
    assert!(distance <= 3.0 * half_width + 1e-6 * expected, "{estimate:?} against {expected}");
    assert!(distance <= 0.005 * expected, "{estimate:?} against {expected}");
}

fn twenty(hours: f64) -> RunConfig {
    RunConfig { replications: 20, warm_up: seconds(360.0 * hours), ..RunConfig::new(5, seconds(3600.0 * hours)) }
}

#[test]
fn poisson_fed_buffers_agree_with_theory() {
    for (rate, full, interval, hours) in
        [(2.0, 8, 3.0, 4.0), (10.0, 500, 60.0, 12.0), (0.668_573_6, 1 << 20, 60.0, 60.0)]
    {
        let model = model(Arrivals::Poisson(per_second(rate)), 100, vec![buffer(100 * full, interval)]);
        let summary = run(&model, &twenty(hours), &NoWatch).unwrap().summary;
        let cycle = theory::poisson_fed_buffer(RecordRate::per_second(rate).unwrap(), full, seconds(interval));
        agrees(summary.latency.mean, cycle.mean_wait);
        agrees(summary.objects.per_hour, cycle.objects_per_hour());
        agrees(summary.objects.mean_bytes, cycle.object_bytes(Bytes::new(100)));
    }
}

#[test]
fn exponential_records_overshoot_by_one_mean() {
    let mut model = model(Arrivals::Poisson(per_second(1000.0)), 1, vec![buffer(1 << 18, 300.0)]);
    model.source.sizes = SizeLaw::Gamma { shape: 1.0, scale: 2048.0 };
    let summary = run(&model, &twenty(0.3), &NoWatch).unwrap().summary;
    agrees(summary.objects.mean_bytes, theory::object_bytes_of_exponential_records(Bytes::new(1 << 18), 2048.0));
}

#[test]
fn evenly_fed_buffers_are_exact() {
    for (full, interval) in [(500, 30.05), (100, 30.05), (1_000, 5.0)] {
        let model = model(Arrivals::Deterministic(per_second(10.0)), 100, vec![buffer(100 * full, interval)]);
        let config = RunConfig { replications: 1, ..RunConfig::new(1, seconds(36_000.0)) };
        let summary = run(&model, &config, &NoWatch).unwrap().summary;
        let cycle = theory::evenly_fed_buffer(RecordRate::per_second(10.0).unwrap(), full, seconds(interval));
        assert!((summary.latency.mean.value / cycle.mean_wait - 1.0).abs() < 1e-9, "{:?}", summary.latency.mean);
        assert_eq!(summary.objects.mean_bytes.value, cycle.object_bytes(Bytes::new(100)));
        assert_eq!(summary.objects.count, (36_000.0 / cycle.cycle) as u64);
    }
}

#[test]
fn a_token_bucket_runs_dry_no_more_often_than_its_bound() {
    let rule = LimitRule::TokenBucket { rate: 200.0, burst: 8.0 };
    let model = model(Arrivals::Poisson(per_second(100.0)), 1, vec![gate(vec![limit(Counted::Requests, rule)])]);
    let runs_dry = |seed: &u64| {
        let config = RunConfig { replications: 1, threads: Some(1), ..RunConfig::new(*seed, seconds(10.0)) };
        run(&model, &config, &NoWatch).unwrap().summary.records.rejected > 0
    };
    let share = (0..2_000).filter(runs_dry).count() as f64 / 2_000.0;
    let bound = theory::token_bucket_rejects_at_most(RecordRate::per_second(100.0).unwrap(), seconds(10.0), 200.0, 8.0);
    // A share of 5 % of 2,000 runs has a standard error of 0.5 %.
    assert!(share <= bound + 0.01 && share >= bound / 3.0, "{share} against {bound}");
}

#[test]
fn profiles_keep_their_mean_and_their_shape() {
    let mean = RecordRate::per_second(50.0).unwrap();
    let profile = RateProfile::new(mean, seconds(200.0), &[0.0, 1.0, 3.0, 0.0]).unwrap();
    for arrivals in [Arrivals::Poisson(profile.clone()), Arrivals::Deterministic(profile)] {
        let seen = vec![gate(vec![limit(Counted::Records, LimitRule::PerSecond(1e9))])];
        let result = run(&model(arrivals.clone(), 1, seen), &RunConfig::new(1, seconds(2_000.0)), &NoWatch).unwrap();
        let offered = result.summary.stages[0].limits[0].offered_per_second;
        // A million records: five standard deviations are 0.5 %.
        assert!((offered / 50.0 - 1.0).abs() < 0.005, "{offered}");
        let peak = result.summary.stages[0].limits[0].peak_per_second;
        assert!((150.0..220.0).contains(&peak), "{arrivals:?}: {peak}");
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let config = |threads| RunConfig { replications: 5, threads, ..RunConfig::new(9, seconds(120.0)) };
    let base = fingerprint(&run(&w1(), &config(Some(1)), &NoWatch).unwrap());
    for threads in [Some(1), Some(2), None] {
        assert!(base == fingerprint(&run(&w1(), &config(threads), &NoWatch).unwrap()), "{threads:?}");
    }
    let other = RunConfig { seed: 10, ..config(Some(1)) };
    assert!(base != fingerprint(&run(&w1(), &other, &NoWatch).unwrap()));
}

#[test]
fn adding_a_stage_leaves_other_streams_alone() {
    let config = RunConfig { replications: 1, threads: Some(1), ..RunConfig::new(2, seconds(300.0)) };
    let base = run(&w1(), &config, &NoWatch).unwrap().summary;
    let mut longer = w1();
    // After the buffer: the same objects, each a second later.
    longer.stages.push(stage("copy", StageKind::Delay(LatencyLaw::Constant(seconds(1.0)))));
    let later = run(&longer, &config, &NoWatch).unwrap().summary;
    assert_eq!(
        (later.records.offered, later.records.offered_bytes),
        (base.records.offered, base.records.offered_bytes)
    );
    assert_eq!(later.objects.min_bytes, base.objects.min_bytes);
    assert!((later.latency.largest - base.latency.largest - 1.0).abs() < 1e-6);
    // A delay of its own in front draws from its own stream and shifts nothing else.
    let mut jittered = w1();
    jittered.stages.insert(1, delay("jitter", 1e-9, 0.0));
    let jittered = run(&jittered, &config, &NoWatch).unwrap().summary;
    assert_eq!(jittered.objects.max_bytes, base.objects.max_bytes);
    assert!((jittered.latency.mean.value - base.latency.mean.value).abs() < 1e-6);
}

#[test]
fn a_ten_minute_delay_works_over_a_long_horizon() {
    let stages = vec![delay("slow", 600.0, 1.0), buffer(1 << 20, 60.0)];
    let config = RunConfig { replications: 2, ..RunConfig::new(3, seconds(3.0 * 86_400.0)) };
    let summary = run(&model(Arrivals::Poisson(per_second(5.0)), 1_000, stages), &config, &NoWatch).unwrap().summary;
    // Little's law: records in flight are the rate times the mean stay (about 989 s and 31 s in the buffer).
    let in_flight = summary.records.in_flight as f64 / 2.0;
    assert!((in_flight / (5.0 * (600.0 * libm::exp(0.5) + 31.0)) - 1.0).abs() < 0.1, "{in_flight}");
}

#[test]
fn numbers_without_sense_are_refused_with_their_names() {
    let good = || model(Arrivals::Poisson(per_second(10.0)), 100, vec![buffer(1_000, 5.0)]);
    let config = RunConfig::new(1, seconds(60.0));
    let message = |model: &Model, config: &RunConfig| run(model, config, &NoWatch).unwrap_err().to_string();
    assert_eq!(
        message(&good(), &RunConfig { replications: 0, ..config.clone() }),
        "`replications`: expected 1 to 1,000,000, found 0"
    );
    let none = RunConfig { horizon: SimDuration::ZERO, ..config.clone() };
    assert!(message(&good(), &none).starts_with("`horizon`: expected a time above zero"));
    assert!(message(&good(), &RunConfig { warm_up: seconds(60.0), ..config.clone() }).starts_with("`warm-up`"));
    let mut two = good();
    two.stages.push(stage("second", buffer(1, 1.0).kind));
    assert_eq!(message(&two, &config), "a chain holds one buffer at most: `buffer` and `second` are both buffers");
    let mut behind = good();
    behind.stages.push(gate(Vec::new()));
    assert!(message(&behind, &config).contains("`gate` stands behind buffer `buffer`"));
    let mut twice = good();
    twice.stages.push(buffer(1, 1.0));
    assert_eq!(message(&twice, &config), "two stages are named `buffer`");
    let fast = model(Arrivals::Poisson(per_second(1e12)), 100, Vec::new());
    assert_eq!(message(&fast, &config), "the run would simulate about 6.000e14 records; at most 5e10 are allowed");
    assert_eq!(message(&model(trace(&[]), 1, Vec::new()), &config), "the trace holds no records");
    let unsorted = model(trace(&[(1.0, 1), (0.0, 1)]), 1, Vec::new());
    assert!(message(&unsorted, &config).starts_with("record 1 of the trace"));
}

#[test]
fn the_slowest_rates_run_and_find_nothing() {
    let slow = model(Arrivals::Poisson(per_second(1e-9)), 100, vec![delay("d", 1.0, 1.0), buffer(1_000, 5.0)]);
    let result = run(&slow, &RunConfig::new(1, seconds(60.0)), &NoWatch).unwrap();
    assert_eq!(result.summary.records, Records::default());
    assert!(result.summary.latency.mean.value.is_nan());
    assert_eq!(result.summary.objects.per_hour.value, 0.0);
}

#[test]
fn a_watcher_sees_progress_and_can_stop_the_run() {
    struct Impatient;
    impl Watch for Impatient {
        fn progress(&self, share: f64) {
            assert!((0.0..=1.0).contains(&share));
        }

        fn should_stop(&self) -> bool {
            true
        }
    }
    assert_eq!(run(&w1(), &RunConfig::new(1, seconds(60.0)), &Impatient).unwrap_err(), SimError::Stopped);
}

fn arrivals() -> impl Strategy<Value = Arrivals> {
    let rate = prop_oneof![Just(1e-9), 0.1..200.0];
    let times = prop::collection::vec((0u64..3_000_000_000, 0u64..5_000), 1..200);
    prop_oneof![
        rate.clone().prop_map(|rate| Arrivals::Poisson(per_second(rate))),
        rate.prop_map(|rate| Arrivals::Deterministic(per_second(rate))),
        times.prop_map(|gaps| {
            let mut now = 0;
            let record = |(gap, size): &(u64, u64)| {
                now += gap / 1_000_000 * 500_000;
                TraceRecord { at: SimTime::from_nanos(now), size: Bytes::new(*size) }
            };
            Arrivals::Trace(gaps.iter().map(record).collect())
        }),
    ]
}

fn some_limit() -> impl Strategy<Value = Limit> {
    let counts = prop_oneof![Just(Counted::Requests), Just(Counted::Records), Just(Counted::Bytes)];
    let rule = prop_oneof![
        (1.0..1e5, 1.0..1e4).prop_map(|(rate, burst)| LimitRule::TokenBucket { rate, burst }),
        (1.0..1e5).prop_map(LimitRule::PerSecond),
    ];
    (counts, rule).prop_map(|(counts, rule)| limit(counts, rule))
}

fn some_stage() -> impl Strategy<Value = StageKind> {
    let limits = prop::collection::vec(some_limit(), 0..3);
    let sizes = || prop::option::of(100u64..5_000);
    prop_oneof![
        (limits, sizes(), sizes()).prop_map(|(limits, record, request)| StageKind::Gate(Gate {
            limits,
            largest_record: record.map(Bytes::new),
            largest_request: request.map(Bytes::new),
            retry: None,
        })),
        (0.0..5.0, 0.0..2.0)
            .prop_map(|(median, sigma)| { StageKind::Delay(LatencyLaw::Lognormal { median: seconds(median), sigma }) }),
        (0.0..3.0).prop_map(|length| StageKind::Delay(LatencyLaw::Constant(seconds(length)))),
    ]
}

prop_compose! {
    fn some_model()(
        arrivals in arrivals(),
        low in 1u64..1_000,
        per_request in 1u32..20,
        kinds in prop::collection::vec(some_stage(), 0..5),
        buffered in prop::option::of((1u64..100_000, prop_oneof![Just(0.0), 0.1..20.0])),
    ) -> Model {
        let stages = kinds.into_iter().enumerate().map(|(index, kind)| stage(&index.to_string(), kind));
        let mut stages: Vec<Stage> = stages.collect();
        if let Some((size, interval)) = buffered {
            stages.push(buffer(size, interval));
            stages.push(delay("put", 0.5, 1.0));
        }
        let sizes = SizeLaw::Uniform { low: Bytes::new(low), high: Bytes::new(2 * low) };
        let source = Source { arrivals, sizes, records_per_request: CountLaw::Fixed(per_request) };
        Model { source, stages, increments: vec![Bytes::new(700)] }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn every_record_is_rejected_delivered_or_in_flight(
        model in some_model(), drain: bool, warm_up in 0.0..20.0, seed: u64, replications in 1u32..3,
    ) {
        let warm_up = if drain { SimDuration::ZERO } else { seconds(warm_up) };
        let config = RunConfig { replications, drain, warm_up, keep_samples: true, ..RunConfig::new(seed, seconds(30.0)) };
        let summary = run(&model, &config, &NoWatch).unwrap().summary;
        let records = summary.records;
        prop_assert_eq!(records.offered, records.accepted + records.rejected);
        prop_assert_eq!(records.accepted, records.delivered + records.in_flight);
        let by_gate: u64 = summary.stages.iter().map(|gate| gate.rejected_records).sum();
        prop_assert_eq!(by_gate, records.rejected);
        for gate in &summary.stages {
            let by_limit: u64 = gate.limits.iter().map(|limit| limit.rejected_records).sum();
            prop_assert_eq!(by_limit + gate.oversize_records, gate.rejected_records);
        }
        if drain {
            prop_assert_eq!(records.in_flight, 0);
        }
        let objects = summary.objects;
        prop_assert_eq!(objects.count, objects.closed_by_size + objects.closed_by_time + objects.passed_at_once);
    }
}

/// Stops a run soon.
struct Hasty(std::sync::atomic::AtomicU32);

impl Watch for Hasty {
    fn should_stop(&self) -> bool {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 8
    }
}

fn wild_nanos() -> impl Strategy<Value = SimDuration> {
    let nanos = prop_oneof![
        Just(0),
        Just(1),
        Just(1_000_000_000),
        Just(1 << 51),
        Just(1 << 60),
        Just(1 << 62),
        Just(u64::MAX),
        any::<u64>()
    ];
    nanos.prop_map(SimDuration::from_nanos)
}

fn wild_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(-1.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(1e-300),
        Just(1e-9),
        Just(1.0),
        Just(1e12),
        Just(1e300),
        0.0..10.0
    ]
}

fn wild_bytes() -> impl Strategy<Value = Bytes> {
    prop_oneof![Just(0), Just(1), Just(1 << 20), Just(1 << 40), Just(u64::MAX)].prop_map(Bytes::new)
}

fn wild_count() -> impl Strategy<Value = CountLaw> {
    let table = prop::collection::vec((wild_number(), wild_number()), 0..4);
    prop_oneof![
        prop_oneof![Just(0), Just(1), Just(7), Just(u32::MAX)].prop_map(CountLaw::Fixed),
        wild_number().prop_map(|mean| CountLaw::Geometric { mean }),
        table.prop_map(|knots| Quantiles::new(&knots).map_or(CountLaw::Fixed(2), CountLaw::Quantiles)),
    ]
}

fn wild_gaps() -> impl Strategy<Value = GapLaw> {
    (wild_number(), 0..4).prop_map(|(number, kind)| match kind {
        0 => GapLaw::Gamma { shape: number },
        1 => GapLaw::Lognormal { sigma: number },
        2 => GapLaw::Lomax { tail_index: number },
        _ => GapLaw::Weibull { shape: number },
    })
}

prop_compose! {
    fn wild_sessions()(
        requests in wild_count(), time in wild_nanos(), number in wild_number(), kind in 0..3,
        longest in prop::option::of((wild_nanos(), any::<bool>())), zero_share in wild_number(),
    ) -> Sessions {
        let law = match kind {
            0 => ThinkLaw::Exponential { mean: time },
            1 => ThinkLaw::Lognormal { median: time, sigma: number },
            _ => ThinkLaw::Weibull { scale: time, shape: number },
        };
        let rule = |anew| if anew { TooLong::DrawnAnew } else { TooLong::Cut };
        Sessions { requests, think: ThinkTime { law, longest: longest.map(|(at, anew)| (at, rule(anew))), zero_share } }
    }
}

prop_compose! {
    fn wild_devices()(
        count in prop_oneof![Just(0), Just(1), Just(50), Just(u32::MAX)], period in wild_nanos(), jitter in wild_nanos(),
        loss in wild_number(), together: bool,
    ) -> Devices {
        Devices { count, period, jitter, loss, phase: if together { Phase::Together } else { Phase::Random } }
    }
}

/// The processes with parameters of their own, on any profile.
fn wild_process(profile: RateProfile) -> BoxedStrategy<Arrivals> {
    let states = prop::collection::vec((wild_number(), wild_nanos()), 0..4);
    let rows = prop::option::of(prop::collection::vec(prop::collection::vec(wild_number(), 0..4), 0..4));
    let profiles = [(); 5].map(|()| profile.clone());
    let [renewal, mmpp, crowd, groups, sessions] = profiles;
    prop_oneof![
        wild_gaps().prop_map(move |law| Arrivals::Renewal(renewal.clone(), law)),
        (states, rows).prop_map(move |(states, rows)| {
            let (rates, sojourns): (Vec<f64>, Vec<SimDuration>) = states.into_iter().unzip();
            let law = Modulation::new(&rates, &sojourns, rows.as_deref());
            law.map_or(Arrivals::Poisson(mmpp.clone()), |law| Arrivals::Mmpp(mmpp.clone(), law))
        }),
        (wild_number(), wild_number(), wild_nanos()).prop_map(move |(hurst, sources, mean_on)| {
            Arrivals::SelfSimilar(crowd.clone(), OnPeriods { hurst, sources, mean_on })
        }),
        (0.51..0.98, 0.1..100.0, 1e-3..1e6).prop_map(move |(hurst, sources, mean_on)| {
            Arrivals::SelfSimilar(profile.clone(), OnPeriods { hurst, sources, mean_on: seconds(mean_on) })
        }),
        (wild_count(), prop::option::of(wild_nanos()))
            .prop_map(move |(size, within)| Arrivals::Groups(groups.clone(), Groups { size, within })),
        wild_sessions().boxed().prop_map(move |law| Arrivals::Sessions(sessions.clone(), law)),
        wild_devices().prop_map(Arrivals::Devices),
    ]
    .boxed()
}

prop_compose! {
    fn wild_profile()(
        rate in wild_number(), weights in prop::collection::vec(wild_number(), 0..4), period in wild_nanos(),
        episodes in prop::collection::vec((wild_nanos(), wild_nanos(), wild_number()), 0..3),
    ) -> RateProfile {
        let mean = RecordRate::per_second(rate).unwrap_or(RecordRate::per_second(1.0).unwrap());
        let profile = RateProfile::new(mean, period, &weights).unwrap_or(RateProfile::flat(mean));
        let episode = |(from, to, factor): &(SimDuration, SimDuration, f64)| Episode {
            from: SimTime::ZERO + *from, to: SimTime::ZERO + *to, factor: *factor,
        };
        profile.clone().with_episodes(episodes.iter().map(episode).collect()).unwrap_or(profile)
    }
}

fn wild_overlay() -> impl Strategy<Value = Arrivals> {
    let part = (wild_profile().prop_flat_map(wild_process), wild_sizes(), wild_count());
    let source =
        part.prop_map(|(arrivals, sizes, records_per_request)| Source { arrivals, sizes, records_per_request });
    prop::collection::vec(source, 0..3).prop_map(Arrivals::Overlay)
}

prop_compose! {
    fn wild_arrivals()(
        rate in wild_number(), weights in prop::collection::vec(wild_number(), 0..4), period in wild_nanos(),
        times in prop::collection::vec((wild_nanos(), wild_bytes()), 0..4), kind in 0..4,
    ) -> Arrivals {
        let mean = RecordRate::per_second(rate).unwrap_or(RecordRate::per_second(1.0).unwrap());
        let profile = RateProfile::new(mean, period, &weights).unwrap_or(RateProfile::flat(mean));
        let record = |(at, size): &(SimDuration, Bytes)| TraceRecord { at: SimTime::ZERO + *at, size: *size };
        let mut records: Vec<_> = times.iter().map(record).collect();
        records.sort_by_key(|record| record.at);
        match kind {
            0 => Arrivals::Poisson(profile),
            1 => Arrivals::Deterministic(profile),
            _ => Arrivals::Trace(records.into()),
        }
    }
}

fn wild_stage() -> impl Strategy<Value = StageKind> {
    let rule = (wild_number(), wild_number(), any::<bool>()).prop_map(|(rate, burst, bucket)| {
        if bucket { LimitRule::TokenBucket { rate, burst } } else { LimitRule::PerSecond(rate) }
    });
    prop_oneof![
        rule.prop_map(|rule| gate(vec![limit(Counted::Bytes, rule)]).kind),
        (wild_nanos(), wild_number())
            .prop_map(|(median, sigma)| StageKind::Delay(LatencyLaw::Lognormal { median, sigma })),
        (wild_nanos(), wild_nanos()).prop_map(|(low, high)| StageKind::Delay(LatencyLaw::Uniform { low, high })),
        (wild_bytes(), wild_nanos()).prop_map(|(size, interval)| StageKind::Buffer(Buffer { size, interval })),
    ]
}

fn wild_sizes() -> impl Strategy<Value = SizeLaw> {
    prop_oneof![
        wild_bytes().prop_map(SizeLaw::Constant),
        (wild_number(), wild_number()).prop_map(|(mean, sigma)| SizeLaw::Lognormal { mean, sigma }),
        (wild_number(), wild_number()).prop_map(|(shape, scale)| SizeLaw::Gamma { shape, scale }),
        (wild_bytes(), wild_bytes()).prop_map(|(low, high)| SizeLaw::Uniform { low, high }),
        prop::collection::vec(any::<u32>(), 0..3).prop_map(|sizes| SizeLaw::Empirical(sizes.into())),
        prop::collection::vec((any::<u32>(), wild_number()), 0..3).prop_map(|rows| SizeLaw::Table(rows.into())),
        (wild_number(), wild_number(), wild_number(), wild_bytes()).prop_map(|(location, scale, shape, largest)| {
            SizeLaw::GeneralizedPareto { location, scale, shape, largest }
        }),
        (wild_number(), wild_number(), wild_number(), wild_number(), wild_bytes()).prop_map(
            |(median, sigma, tail_from, tail_index, largest)| SizeLaw::LognormalPareto {
                median,
                sigma,
                tail_from,
                tail_index,
                largest,
            }
        ),
        (wild_number(), wild_number(), wild_number())
            .prop_map(|(zero_share, mean, sigma)| { SizeLaw::ZeroInflatedLognormal { zero_share, mean, sigma } }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_numbers_make_a_run_panic_or_hang(
        arrivals in prop_oneof![
            wild_arrivals().boxed(), wild_profile().prop_flat_map(wild_process).boxed(), wild_overlay().boxed(),
        ],
        sizes in wild_sizes().boxed(),
        kinds in prop::collection::vec(wild_stage(), 0..4),
        increment in wild_bytes(),
        (horizon, warm_up) in (wild_nanos(), wild_nanos()),
        (replications, per_request) in (0u32..4, wild_count()),
        (drain, keep_samples, find_warm_up) in any::<(bool, bool, bool)>(),
        (batches, share) in (prop::option::of(0u32..300), prop::option::of(wild_number())),
    ) {
        let stages = kinds.into_iter().enumerate().map(|(index, kind)| stage(&index.to_string(), kind)).collect();
        let source = Source { arrivals, sizes, records_per_request: per_request };
        let model = Model { source, stages, increments: vec![increment] };
        let precision = share.map(|share| Precision { figure: Figure::P99, share });
        let wishes = RunConfig { precision, find_warm_up, batches, ..RunConfig::new(1, horizon) };
        let config = RunConfig { replications, warm_up, drain, keep_samples, threads: Some(1), ..wishes };
        // Refused, stopped, or run to its end; anything but a panic.
        let _ = run(&model, &config, &Hasty(0.into()));
    }
}
