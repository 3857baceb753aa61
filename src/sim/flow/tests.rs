//! The two tiers agree: on every workload they differ no more than the record tier differs from itself under another seed.

use std::time::Instant;

use crate::sim::*;
use crate::units::{Bytes, RecordRate, SimDuration};

/// A workload and how it is run.
struct Workload {
    name: &'static str,
    model: Model,
    /// Of one replication.
    seconds: f64,
    warm_up: f64,
    drain: bool,
}

fn seconds(seconds: f64) -> SimDuration {
    SimDuration::from_secs_f64(seconds)
}

fn stage(name: &str, kind: StageKind) -> Stage {
    Stage { name: name.to_owned(), kind }
}

fn lognormal(median: f64, sigma: f64) -> LatencyLaw {
    LatencyLaw::Lognormal { median: seconds(median), sigma }
}

fn flat(rate: f64) -> Arrivals {
    Arrivals::Poisson(RateProfile::flat(RecordRate::per_second(rate).unwrap()))
}

/// A sine of this period and depth, in steps.
fn wave(rate: f64, period: f64, depth: f64, steps: u32) -> Arrivals {
    let weight = |step: u32| 1.0 + depth * libm::sin(f64::from(step) / f64::from(steps) * std::f64::consts::TAU);
    let weights: Vec<f64> = (0..steps).map(weight).collect();
    let mean = RecordRate::per_second(rate).unwrap();
    Arrivals::Poisson(RateProfile::new(mean, seconds(period), &weights).unwrap())
}

/// Poisson with states of these relative rates and mean sojourns, in turn.
fn mmpp(rate: f64, rates: &[f64], sojourns: &[f64]) -> Arrivals {
    let sojourns: Vec<SimDuration> = sojourns.iter().map(|sojourn| seconds(*sojourn)).collect();
    let mean = RecordRate::per_second(rate).unwrap();
    Arrivals::Mmpp(RateProfile::flat(mean), Modulation::new(rates, &sojourns, None).unwrap())
}

/// Sources that are on for heavy-tailed times.
fn self_similar(rate: f64, sources: f64, mean_on: f64) -> Arrivals {
    let law = OnPeriods { hurst: 0.8, sources, mean_on: seconds(mean_on) };
    Arrivals::SelfSimilar(RateProfile::flat(RecordRate::per_second(rate).unwrap()), law)
}

/// Eight times as much for a minute, then nothing for two.
fn crowd_and_outage(rate: f64) -> Arrivals {
    let at = |time: f64| crate::units::SimTime::ZERO + seconds(time);
    let episodes = vec![
        Episode { from: at(300.0), to: at(360.0), factor: 8.0 },
        Episode { from: at(400.5), to: at(520.0), factor: 0.0 },
    ];
    let profile = RateProfile::flat(RecordRate::per_second(rate).unwrap());
    Arrivals::Poisson(profile.with_episodes(episodes).unwrap())
}

/// W1 with another source and buffer.
fn like_w1(arrivals: Arrivals, sizes: SizeLaw, per_request: u32, buffer_bytes: u64, interval: f64) -> Model {
    let limit = Limit {
        name: "requests".to_owned(),
        counts: Counted::Requests,
        rule: LimitRule::TokenBucket { rate: 1e7, burst: 5e6 },
    };
    Model {
        source: Source { arrivals, sizes, records_per_request: per_request.into() },
        stages: vec![
            stage("gate", StageKind::Gate(Gate { limits: vec![limit], ..Gate::default() })),
            stage("service", StageKind::Delay(lognormal(0.02, 0.4))),
            stage("buffer", StageKind::Buffer(Buffer { size: Bytes::new(buffer_bytes), interval: seconds(interval) })),
            stage("put", StageKind::Delay(lognormal(0.15, 0.3))),
        ],
        increments: vec![Bytes::new(1024), Bytes::new(5 * 1024)],
    }
}

fn web() -> SizeLaw {
    SizeLaw::Lognormal { mean: 1024.0, sigma: 1.0 }
}

/// Pareto sizes with this index, as quantiles of equal probability.
fn pareto(least: f64, index: f64) -> SizeLaw {
    let quantile = |place: u32| (least * libm::pow((f64::from(place) + 0.5) / 4000.0, -1.0 / index)) as u32;
    SizeLaw::Empirical((0..4000).map(quantile).collect())
}

/// The same model behind a gate with one limit.
fn limited(mut model: Model, counts: Counted, rule: LimitRule) -> Model {
    let limits = vec![Limit { name: "limit".to_owned(), counts, rule }];
    model.stages[0].kind = StageKind::Gate(Gate { limits, ..Gate::default() });
    model
}

/// The same model with objects that take the longer the larger they are: 60 ms and 20 ms for each MiB.
///
/// # Source
/// The model of S3 in `UNCONDITIONAL.md` of github.com/cdouglas/endive, after Durner, Leis and Neumann, *Exploiting cloud
/// object storage for high-performance analytics* (2023).
fn with_sized_put(mut model: Model) -> Model {
    let transfer = Transfer { latency: lognormal(0.06, 0.29), per_mib: seconds(0.02) };
    model.stages[3].kind = StageKind::Transfer(transfer);
    model
}

fn workloads() -> Vec<Workload> {
    const MIB: u64 = 1 << 20;
    let workload = |name, seconds, model| Workload { name, model, seconds, warm_up: 0.0, drain: false };
    // Half an hour and more in all replications, of 1,000 records a second unless the name says otherwise.
    let of = |name, sizes, size, interval| workload(name, 360.0, like_w1(flat(1000.0), sizes, 1, size, interval));
    let arriving = |name, arrivals, size, interval| workload(name, 540.0, like_w1(arrivals, web(), 1, size, interval));
    let gamma = |shape: f64| SizeLaw::Gamma { shape, scale: 1024.0 / shape };
    let uniform = SizeLaw::Uniform { low: Bytes::new(200), high: Bytes::new(3000) };
    let lognormal = |mean, sigma| SizeLaw::Lognormal { mean, sigma };
    let bucket = |rate, burst| LimitRule::TokenBucket { rate, burst };
    let throttled = |name, arrivals, size, counts, rule| {
        workload(name, 360.0, limited(like_w1(arrivals, web(), 1, size, 300.0), counts, rule))
    };
    vec![
        of("W1: 5 MiB or 300 s, lognormal 1 KiB", web(), 5 * MIB, 300.0),
        workload("17/s, closed by time", 15_000.0, like_w1(flat(17.0), web(), 1, 128 * MIB, 60.0)),
        workload("17/s, closed by time or size", 15_000.0, like_w1(flat(17.0), web(), 1, 1_050_000, 60.0)),
        workload("1,000,000/s", 1.0, like_w1(flat(1e6), web(), 1, 5 * MIB, 300.0)),
        throttled("throttled at 2x, token bucket", flat(1000.0), 5 * MIB, Counted::Requests, bucket(500.0, 1000.0)),
        // Records of one size: with others a buffer drifts slowly against the seconds, and runs this short differ a lot.
        workload(
            "throttled at 2x, quota a second, records of 1,000 B",
            360.0,
            limited(
                like_w1(flat(1000.0), SizeLaw::Constant(Bytes::new(1000)), 1, 5 * MIB, 300.0),
                Counted::Records,
                LimitRule::PerSecond(500.0),
            ),
        ),
        throttled("at its limit, token bucket", flat(1000.0), MIB, Counted::Requests, bucket(1000.0, 100.0)),
        throttled(
            "10-minute wave over its limit",
            wave(500.0, 600.0, 0.8, 10),
            MIB,
            Counted::Requests,
            bucket(700.0, 700.0),
        ),
        workload("daily wave, 10/s", 86_400.0, like_w1(wave(10.0, 86_400.0, 0.8, 24), web(), 1, MIB, 300.0)),
        arriving("10-minute wave", wave(500.0, 600.0, 0.8, 10), MIB, 300.0),
        arriving("MMPP of two states", mmpp(1000.0, &[1.0, 8.0], &[60.0, 20.0]), MIB, 300.0),
        arriving("on and off", mmpp(500.0, &[1.0, 0.0], &[5.0, 15.0]), MIB, 4.0),
        arriving("self-similar", self_similar(1000.0, 5.0, 30.0), MIB, 60.0),
        arriving("flash crowd, then an outage", crowd_and_outage(500.0), MIB, 300.0),
        workload("batches of 100", 360.0, like_w1(flat(1000.0), web(), 100, 5 * MIB, 300.0)),
        workload("batches of 7, 90 KiB or 3 s", 360.0, like_w1(flat(1000.0), web(), 7, 90 << 10, 3.0)),
        of("gamma sizes, shape 1/2", gamma(0.5), 5 * MIB, 300.0),
        of("gamma sizes, shape 20", gamma(20.0), MIB, 300.0),
        of("constant sizes", SizeLaw::Constant(Bytes::new(1000)), 5 * MIB, 300.0),
        of("uniform sizes, 5 MiB or 2.9 s", uniform, 5 * MIB, 2.9),
        of("Pareto sizes, index 1.5", pareto(400.0, 1.5), 5 * MIB, 300.0),
        of("lognormal sizes, sigma 2", lognormal(2048.0, 2.0), 5 * MIB, 300.0),
        of("128 MiB, records of 64 KiB", lognormal(65_536.0, 1.0), 128 * MIB, 300.0),
        of("1 MiB", web(), MIB, 300.0),
        workload(
            "PUT of 60 ms and 20 ms a MiB",
            360.0,
            with_sized_put(like_w1(flat(1000.0), heavy(), 1, 8 * MIB, 4.0)),
        ),
        Workload { warm_up: 160.0, ..of("warm-up of 160 s", web(), MIB, 300.0) },
        Workload { drain: true, ..of("drained", web(), 5 * MIB, 300.0) },
        of("20 records in a buffer", web(), 20_000, 300.0),
    ]
}

/// Sizes with which a buffer of 8 MiB closes by time and by size.
fn heavy() -> SizeLaw {
    SizeLaw::Lognormal { mean: 2048.0, sigma: 2.0 }
}

/// The largest difference of two distribution functions at the edges of their bins.
fn distance(left: &Histogram, right: &Histogram) -> f64 {
    let mut right = right.cumulative().peekable();
    let (mut largest, mut last, mut before) = (0.0f64, 0.0, 0.0);
    for (edge, share) in left.cumulative() {
        while let Some((_, below)) = right.next_if(|(other, _)| *other < edge) {
            largest = largest.max((below - before).abs());
            last = below;
        }
        if let Some((_, below)) = right.next_if(|(other, _)| *other == edge) {
            last = below;
        }
        largest = largest.max((share - last).abs());
        before = share;
    }
    right.fold(largest, |largest, (_, below)| largest.max((below - before).abs()))
}

/// Sets of seeds, seeds in each, and replications of each seed.
const SETS: u64 = 4;
const SEEDS: u64 = 4;
const REPLICATIONS: u32 = 2;
/// Standard errors between the tiers in what the page shows. Two sides of sixteen seeds each have 30 degrees of freedom: by
/// chance, one comparison in [`ONE_IN`] is beyond this.
const MOST_ERRORS: f64 = 3.0;
const ONE_IN: f64 = 185.0;
/// The same in some 280 figures beside the page, of which 3 would find one or two at fault by chance.
const MOST_FURTHER: f64 = 3.5;

/// What the seeds of one tier found.
struct Found {
    runs: Vec<RunResult>,
}

impl Found {
    fn new(workload: &Workload, tier: Tier, seeds: u64) -> Self {
        let (warm_up, drain) = (seconds(workload.warm_up), workload.drain);
        let config = |seed| {
            let config = RunConfig::new(seed, seconds(workload.seconds));
            RunConfig { replications: REPLICATIONS, tier, warm_up, drain, ..config }
        };
        let run = |seed| {
            let result = run(&workload.model, &config(seed), &NoWatch).unwrap();
            assert_eq!(result.tier.ran, tier);
            result
        };
        Self { runs: (1..=seeds).map(run).collect() }
    }

    /// The histogram of each set of seeds.
    fn histograms(&self, of: fn(&Summary) -> &Histogram) -> Vec<Histogram> {
        let together = |set: &[RunResult]| {
            let mut all = Histogram::new();
            for run in set {
                all.merge(of(&run.summary));
            }
            all
        };
        self.runs.chunks(SEEDS as usize).map(together).collect()
    }

    /// Mean and squared standard error of a figure over seeds.
    fn mean(&self, of: &dyn Fn(&Summary) -> f64) -> (f64, f64) {
        let values: Vec<f64> = self.runs.iter().map(|run| of(&run.summary)).collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        (mean, squares / (count - 1.0) / count)
    }
}

/// The mean distance of the tiers on the same seeds, and the largest of the record tier from itself.
fn distances(record: &Found, flow: &Found, of: fn(&Summary) -> &Histogram) -> (f64, f64) {
    let (records, flows) = (record.histograms(of), flow.histograms(of));
    let between =
        records.iter().zip(&flows).map(|(record, flow)| distance(record, flow)).sum::<f64>() / flows.len() as f64;
    let pairs = (0..records.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
    let noise = pairs.map(|(one, other)| distance(&records[one], &records[other])).fold(0.0, f64::max);
    (between, noise)
}

/// A line of the table.
struct Row {
    name: &'static str,
    records: u64,
    between: f64,
    noise: f64,
    /// Standard errors between the tiers: objects, mean bytes, rejected records.
    apart: [f64; 3],
}

/// Compares the tiers on a workload, and adds what is wrong.
fn compare(workload: &Workload, problems: &mut Vec<String>) -> Row {
    let name = workload.name;
    let seeds = SETS * SEEDS;
    let (record, flow) = (Found::new(workload, Tier::Record, seeds), Found::new(workload, Tier::Flow, seeds));
    let (between, noise) = distances(&record, &flow, |summary| &summary.latency.histogram);
    if between > noise.max(1e-3) {
        problems.push(format!("{name}: latencies {between} apart, noise {noise}"));
    }
    let (fresh, fresh_noise) = distances(&record, &flow, |summary| &summary.freshness.histogram);
    if fresh > fresh_noise.max(1e-3) {
        problems.push(format!("{name}: freshness {fresh} apart, noise {fresh_noise}"));
    }
    let mut within = |most: f64, what: &str, of: &dyn Fn(&Summary) -> f64| {
        let (left, right) = (record.mean(of), flow.mean(of));
        let difference = (left.0 - right.0).abs();
        let errors = if difference <= 1e-9 * left.0.abs() { 0.0 } else { difference / (left.1 + right.1).sqrt() };
        if errors > most {
            problems.push(format!("{name}: {what} {left:?} against {right:?}, {errors:.2} errors"));
        }
        errors
    };
    let mut apart = |what: &str, of: &dyn Fn(&Summary) -> f64| within(MOST_ERRORS, what, of);
    let on_page = [
        apart("objects", &|summary| summary.objects.count as f64),
        apart("mean bytes", &|summary| summary.objects.mean_bytes.value),
        apart("rejected", &|summary| summary.records.rejected as f64),
    ];
    let mut apart = |what: &str, of: &dyn Fn(&Summary) -> f64| within(MOST_FURTHER, what, of);
    let limit = |summary: &Summary| summary.stages[0].limits[0].clone();
    let further = [
        apart("offered", &|summary| summary.records.offered as f64),
        apart("records", &|summary| summary.per_hour.records.value),
        apart("bytes", &|summary| summary.per_hour.bytes.value),
        apart("requests", &|summary| summary.per_hour.requests.value),
        apart("units", &|summary| summary.per_hour.increments[0].value),
        apart("units of 5", &|summary| summary.per_hour.increments[1].value),
        apart("mean", &|summary| summary.latency.mean.value),
        apart("max", &|summary| summary.latency.max.value),
        apart("rejected by the limit", &|summary| limit(summary).rejected_records as f64),
        apart("busiest second", &|summary| limit(summary).peak_per_second),
    ];
    println!(
        "{name:36} KS {between:.1e} {noise:.1e}  fresh {fresh:.1e} {fresh_noise:.1e}  {on_page:.1?} {further:.1?}"
    );
    for result in &flow.runs {
        let records = result.summary.records;
        let passed = records.offered == records.accepted + records.rejected;
        if !passed || records.accepted != records.delivered + records.in_flight {
            problems.push(format!("{name}: records are lost: {records:?}"));
        }
    }
    let records = record.runs.iter().map(|run| run.summary.records.offered).sum();
    Row { name, records, between, noise, apart: on_page }
}

/// The page of the book that shows how well the tiers agree.
fn page(rows: &[Row]) -> String {
    let compared = rows.iter().map(|row| if row.apart[2] > 0.0 { 3 } else { 2 }).sum::<u32>();
    let largest = rows.iter().flat_map(|row| row.apart).fold(0.0, f64::max);
    let mut page = format!(
        "# Do the two tiers agree?\n\n\
         The flow tier draws buffers, the record tier draws records. Both have played these workloads, and this page is what a\n\
         test has written: it plays them again and fails when anything differs from what stands here, or is out of bounds.\n\n\
         - Each row is {} seeds with {REPLICATIONS} replications each, on either tier. The wait before the buffer is lognormal with a\n  \
         median of 20 ms, the PUT behind it lognormal with a median of 150 ms, and 1,000 records a second come, unless the\n  \
         name of the row says otherwise.\n\
         - *KS* is the largest difference of two distribution functions of the latency. *Between tiers* is its mean over {SETS} sets\n  \
         of {SEEDS} seeds, each set played on both tiers; *record tier* is the largest that two of these sets differ by on the\n  \
         record tier alone. The first has to be no larger than the second, or than 1e-3.\n\
         - The last columns are differences between the tiers in standard errors of that difference, over seeds. None may be\n  \
         beyond {MOST_ERRORS:.0}. By chance one in {ONE_IN:.0} is; these are {compared}, so with other seeds {:.1} would be, on average.\n  \
         The largest here is {largest:.1}.\n\n\
         | workload | records | KS between tiers | KS record tier | objects | mean bytes | rejected |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
        SETS * SEEDS,
        f64::from(compared) / ONE_IN,
    );
    for row in rows {
        let [objects, bytes, rejected] = row.apart;
        let rejected = if rejected > 0.0 { format!("{rejected:.1}") } else { "none".to_owned() };
        let millions = row.records as f64 / 1e6;
        let (name, between, noise) = (row.name, row.between, row.noise);
        let line = format!(
            "| {name} | {millions:.1} million | {between:.1e} | {noise:.1e} | {objects:.1} | {bytes:.1} | {rejected} |\n"
        );
        page.push_str(&line);
    }
    page.push_str(
        "\nWhat modulates the rate of *MMPP*, *on and off* and *self-similar* comes from one random stream, so that a set of seeds\n\
         meets the same crowds on both tiers.\n",
    );
    page
}

#[test]
fn the_tiers_agree() {
    let mut problems = Vec::new();
    let rows: Vec<Row> = workloads().iter().map(|workload| compare(workload, &mut problems)).collect();
    let fresh = page(&rows);
    println!("{fresh}");
    assert!(problems.is_empty(), "{problems:#?}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/book/src/agreement.md");
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        kept == fresh,
        "{path} is not what this test finds; `UPDATE_DOCS=1 cargo test --lib tiers_agree` rewrites it"
    );
}

/// Both tiers draw what modulates the rate from one stream, so that replication by replication they send as many records but
/// for the noise of a Poisson count.
#[test]
fn the_tiers_see_the_same_modulation() {
    for arrivals in [mmpp(1000.0, &[1.0, 0.0], &[10.0, 40.0]), self_similar(1000.0, 2.0, 30.0)] {
        let model = like_w1(arrivals, web(), 1, 1 << 20, 60.0);
        let offered = |seed, tier| {
            let config = RunConfig { replications: 1, drain: true, tier, ..RunConfig::new(seed, seconds(200.0)) };
            run(&model, &config, &NoWatch).unwrap().summary.records.offered as f64
        };
        let mut seen = Vec::new();
        for seed in 1..=10 {
            let (record, flow) = (offered(seed, Tier::Record), offered(seed, Tier::Flow));
            assert!((record - flow).abs() < 4.0 * (2.0 * record.max(1.0)).sqrt(), "{seed}: {record} {flow}");
            seen.push(record);
        }
        let (least, most) = (seen.iter().copied().fold(f64::MAX, f64::min), seen.iter().copied().fold(0.0, f64::max));
        assert!(most > least + 20.0 * most.sqrt(), "{seen:?}");
    }
}

#[test]
fn a_throttled_run_is_reproducible_has_its_certificate_and_can_be_sampled() {
    let rule = LimitRule::TokenBucket { rate: 500.0, burst: 1000.0 };
    let model = limited(w1(), Counted::Requests, rule);
    let config =
        |threads| RunConfig { replications: 3, threads, tier: Tier::Flow, ..RunConfig::new(1, seconds(600.0)) };
    let result = run(&model, &config(Some(1)), &NoWatch).unwrap();
    assert_eq!(format!("{result:?}"), format!("{:?}", run(&model, &config(Some(2)), &NoWatch).unwrap()));
    let throttle = &result.tier.certificates[0];
    assert_eq!((throttle.name.as_str(), throttle.bound), ("throttle", 0.0));
    let limit = &result.summary.stages[0].limits[0];
    assert_eq!(limit.rejected_records, result.summary.records.rejected);
    assert!((limit.offered_per_second / 1000.0 - 1.0).abs() < 0.01 && limit.peak_per_second > 1080.0, "{limit:?}");
    let records = sample(&model, &config(None), 500, &NoWatch).unwrap();
    assert_eq!(records.len(), 500);
    assert!(records.iter().all(|record| record.sent_s <= record.arrived_s && record.arrived_s <= record.available_s));
    // 10,240 records fill a buffer in 10.24 s on average, and the PUT takes 0.157 s.
    let mean = records.iter().map(|record| record.available_s - record.sent_s).sum::<f64>() / 500.0;
    assert!((mean - 5.3).abs() < 0.6, "{mean}");
}

fn w1() -> Model {
    like_w1(flat(1000.0), web(), 1, 5 << 20, 300.0)
}

fn refusal(model: &Model, config: &RunConfig) -> Obstacle {
    let config = RunConfig { tier: Tier::Flow, ..config.clone() };
    match run(model, &config, &NoWatch) {
        Err(SimError::NotFlow(obstacle)) => obstacle,
        other => panic!("no refusal: {other:?}"),
    }
}

#[test]
fn what_the_flow_tier_cannot_do_it_refuses_with_the_reason() {
    let config = RunConfig::new(1, seconds(60.0));
    let profile = RateProfile::flat(RecordRate::per_second(10.0).unwrap());
    let mut model = w1();
    model.source.arrivals = Arrivals::Deterministic(profile);
    assert_eq!(refusal(&model, &config), Obstacle::NotPoisson);
    let record = TraceRecord { at: crate::units::SimTime::ZERO, size: Bytes::new(1) };
    model.source.arrivals = Arrivals::Trace([record].into());
    assert_eq!(refusal(&model, &config), Obstacle::Trace);
    assert_eq!(refusal(&w1(), &RunConfig { keep_samples: true, ..config.clone() }), Obstacle::ExactPercentiles);
    let mut without = w1();
    without.stages.retain(|stage| !matches!(stage.kind, StageKind::Buffer(_)));
    assert_eq!(refusal(&without, &config), Obstacle::NoBuffer);
    // Twice as much as a limit on bytes lets pass.
    let refused = |model: &Model| match refusal(model, &config) {
        Obstacle::GateRejects { gate, bound, why } => {
            assert!(gate == "gate" && bound > 0.01, "{bound}");
            why
        }
        other => panic!("{other}"),
    };
    for rule in [LimitRule::PerSecond(512.0 * 1024.0), LimitRule::TokenBucket { rate: 512.0 * 1024.0, burst: 1e6 }] {
        let throttled = limited(w1(), Counted::Bytes, rule);
        assert_eq!(refused(&throttled), "not by a limit on requests or records alone");
        let short = run(&throttled, &RunConfig { replications: 1, ..config.clone() }, &NoWatch).unwrap();
        assert!(short.tier.ran == Tier::Record && short.summary.records.rejected > 0);
    }
    let mut oversize = w1();
    let gate = Gate { largest_record: Some(Bytes::new(20_000)), ..Gate::default() };
    oversize.stages[0].kind = StageKind::Gate(gate);
    assert_eq!(refused(&oversize), "not by a limit on requests or records alone");
    let half = LimitRule::PerSecond(500.0);
    let mut batches = limited(w1(), Counted::Records, half);
    batches.source.records_per_request = 10.into();
    assert_eq!(refused(&batches), "its requests hold several records");
    let mut behind = limited(w1(), Counted::Requests, half);
    behind.stages.swap(0, 1);
    assert_eq!(refused(&behind), "it stands behind a delay");
    let mut twice = limited(w1(), Counted::Requests, half);
    twice.stages.insert(0, Stage { name: "first".to_owned(), ..twice.stages[0].clone() });
    assert_eq!(refused(&twice), "it is not the only one");
    let mut sized = w1();
    sized.stages[1].kind = StageKind::Transfer(Transfer { latency: lognormal(0.02, 0.4), per_mib: seconds(0.1) });
    assert_eq!(refusal(&sized, &config), Obstacle::SizedWay);
}

#[test]
fn long_runs_take_the_flow_tier_by_themselves() {
    let config = RunConfig { replications: 2, ..RunConfig::new(1, seconds(86_400.0)) };
    let result = run(&w1(), &config, &NoWatch).unwrap();
    assert_eq!(result.tier.ran, Tier::Flow, "{:?}", result.tier);
    assert_eq!(result.tier.certificates[0].name, "gates");
    assert!(result.tier.certificates[0].bound < 1e-9);
    let latency = &result.summary.latency;
    for (estimate, expected) in
        [(latency.mean, 2.740), (latency.p50, 2.738), (latency.p95, 5.044), (latency.p99, 5.299)]
    {
        assert!((estimate.value / expected - 1.0).abs() < 0.002, "{estimate:?} against {expected}");
    }
    let short = run(&w1(), &RunConfig { horizon: seconds(10.0), ..config }, &NoWatch).unwrap();
    assert_eq!((short.tier.ran, short.tier.certificates.len()), (Tier::Record, 0));
}

#[test]
fn threads_change_nothing_and_seeds_change_everything() {
    let config = |seed, threads| RunConfig {
        replications: 3,
        threads,
        tier: Tier::Flow,
        ..RunConfig::new(seed, seconds(3600.0))
    };
    let print = |seed, threads| format!("{:?}", run(&w1(), &config(seed, threads), &NoWatch).unwrap());
    let once = print(1, Some(1));
    assert_eq!(once, print(1, Some(2)));
    assert_eq!(once, print(1, None));
    assert_ne!(once, print(2, None));
}

#[test]
fn sampled_records_have_the_laws_of_the_run() {
    let config = RunConfig { tier: Tier::Flow, ..RunConfig::new(3, seconds(7200.0)) };
    let records = sample(&w1(), &config, 4000, &NoWatch).unwrap();
    assert_eq!(records.len(), 4000);
    assert!(records.iter().all(|record| record.sent_s <= record.arrived_s && record.arrived_s <= record.available_s));
    let mean = |value: &dyn Fn(&SampledRecord) -> f64| records.iter().map(value).sum::<f64>() / 4000.0;
    // Standard deviations: 1.5 s, 2078 s, 1,342 bytes.
    assert!((mean(&|record| record.available_s - record.sent_s) - 2.740).abs() < 0.1);
    assert!((mean(&|record| record.sent_s) - 3600.0).abs() < 140.0);
    assert!((mean(&|record| record.bytes as f64) - 1024.0).abs() < 90.0);
}

#[test]
#[ignore = "a measurement: run it with --nocapture"]
fn a_day_at_a_million_records_a_second() {
    let model = like_w1(flat(1e6), web(), 1, 5 << 20, 300.0);
    for length in [1.0, 3600.0, 86_400.0] {
        let config =
            RunConfig { replications: 1, tier: Tier::Flow, threads: Some(1), ..RunConfig::new(1, seconds(length)) };
        let start = Instant::now();
        let result = run(&model, &config, &NoWatch).unwrap();
        println!("{length} s in {:.3} s, {} records", start.elapsed().as_secs_f64(), result.summary.records.offered);
    }
}

/// What a long run of a model is simulated with, and why.
fn chosen(model: &Model) -> TierReport {
    let config = RunConfig::new(1, seconds(1e6));
    let plan = crate::sim::plan::Plan::new(model, &config).unwrap();
    crate::sim::engine::Engine::choose(&plan, model, &config).unwrap().report()
}

#[test]
fn long_runs_choose_by_what_their_rate_and_gates_do() {
    let half = LimitRule::TokenBucket { rate: 500.0, burst: 1000.0 };
    let modulated = |on: f64, off: f64| like_w1(mmpp(1000.0, &[1.0, 3.0], &[on, off]), web(), 1, 1 << 20, 300.0);
    for (model, first) in [
        (w1(), "gates"),
        (limited(w1(), Counted::Requests, half), "throttle"),
        (modulated(60.0, 60.0), "gates"),
        (with_sized_put(w1()), "gates"),
    ] {
        let report = chosen(&model);
        assert_eq!((report.ran, report.certificates[0].name.as_str()), (Tier::Flow, first), "{}", report.why);
    }
    let fast = chosen(&modulated(0.5, 0.5));
    assert_eq!((fast.ran, fast.why.as_str()), (Tier::Record, "the rate changes as fast as buffers fill"));
    let bytes = chosen(&limited(w1(), Counted::Bytes, LimitRule::PerSecond(512.0 * 1024.0)));
    assert!(bytes.ran == Tier::Record && bytes.why.ends_with("not by a limit on requests or records alone"));
}
