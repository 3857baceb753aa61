//! The engine as a whole: edges of the buffer and of gates, conservation, reproducibility, and known answers.

use super::*;
use crate::units::{Bytes, RecordRate, SimDuration};

fn seconds(seconds: f64) -> SimDuration {
    SimDuration::from_secs_f64(seconds)
}

fn stage(name: &str, kind: StageKind) -> Stage {
    Stage { name: name.to_owned(), kind }
}

/// The model that the crate's speed is measured on.
fn w1() -> Model {
    let limit = Limit {
        name: "requests".to_owned(),
        counts: Counted::Requests,
        rule: LimitRule::TokenBucket { rate: 1e4, burst: 5e3 },
    };
    Model {
        source: Source {
            arrivals: Arrivals::Poisson(RateProfile::flat(RecordRate::per_second(1000.0).unwrap())),
            sizes: SizeLaw::Lognormal { mean: 1024.0, sigma: 1.0 },
            records_per_request: 1,
        },
        stages: vec![
            stage("front", StageKind::Gate(Gate { limits: vec![limit], ..Gate::default() })),
            stage("service", StageKind::Delay(LatencyLaw::Lognormal { median: seconds(0.02), sigma: 0.4 })),
            stage("buffer", StageKind::Buffer(Buffer { size: Bytes::from_mib(5), interval: seconds(300.0) })),
            stage("put", StageKind::Delay(LatencyLaw::Lognormal { median: seconds(0.15), sigma: 0.3 })),
        ],
        increments: vec![Bytes::new(5 * 1024)],
    }
}

#[test]
fn w1_has_its_known_answer() {
    let result = run(&w1(), &RunConfig::new(1, seconds(3600.0)), &NoWatch).unwrap();
    let summary = &result.summary;
    let latency = &summary.latency;
    println!("{:?}", (latency.mean, latency.p50, latency.p95, latency.p99, latency.max, summary.per_hour.clone()));
    println!("{:?} {:?} {:?}", summary.records, summary.objects, summary.stages);
    let f = &summary.freshness;
    println!("{:?}", (f.mean, f.p50, f.p95, f.p99, f.max));
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
}
