//! The general event path: against the chain, against theory, and conservation over random networks.

use proptest::prelude::*;

use super::*;
use crate::sim::{
    Arrivals, Buffer, Counted, Estimate, Gate, Jitter, LatencyLaw, Limit, LimitRule, Model, NoWatch, RateProfile,
    Retry, RunConfig, SizeLaw, Source, Stage, StageKind, Transfer, run,
};
use crate::units::{Bytes, RecordRate, SimDuration};

fn seconds(seconds: f64) -> SimDuration {
    SimDuration::from_secs_f64(seconds)
}

fn poisson(rate: f64) -> Source {
    Source {
        arrivals: Arrivals::Poisson(RateProfile::flat(RecordRate::per_second(rate).unwrap())),
        sizes: SizeLaw::Constant(Bytes::new(100)),
        records_per_request: 1.into(),
    }
}

fn node(name: &str, step: Step, to: &[&str]) -> Node {
    Node { name: name.to_owned(), step, to: to.iter().map(|name| (*name).to_owned()).collect() }
}

/// A source of its own and these stages one behind the other.
fn line(source: Source, steps: Vec<Step>) -> Network {
    let last = steps.len();
    let nodes = steps.into_iter().chain([Step::Sink]).enumerate().map(|(index, step)| {
        let next = (index + 1).to_string();
        node(
            &index.to_string(),
            step,
            if index == last { &[] } else { std::slice::from_ref(&next) }
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .as_slice(),
        )
    });
    Network {
        feeds: vec![Feed { name: "source".to_owned(), source, to: "0".to_owned() }],
        nodes: nodes.collect(),
        increments: Vec::new(),
    }
}

fn config(seed: u64, horizon: f64) -> RunConfig {
    RunConfig { replications: 4, ..RunConfig::new(seed, seconds(horizon)) }
}

fn played(network: &Network, config: &RunConfig) -> Vec<NetworkTally> {
    let tallies = run_network(network, config, &NoWatch).unwrap();
    assert!(tallies.iter().all(|tally| tally.balance.holds()));
    tallies
}

/// The mean over replications, which must be within four standard errors of what is expected, and within one percent.
#[track_caller]
fn near(tallies: &[NetworkTally], expected: f64, read: impl Fn(&NetworkTally) -> f64) {
    let figures: Vec<f64> = tallies.iter().map(read).collect();
    let found = Estimate::from_replications(&figures);
    let error = (found.value - expected).abs();
    let standard = found.half_width.unwrap() / 2.0;
    assert!(error <= 4.0 * standard + 1e-9 && error <= 0.03 * expected, "{found:?} against {expected}");
}

fn chain(rate: f64, bucket: f64, per_request: u32, size: u64, interval: f64) -> Model {
    let limit = Limit {
        name: "rate".to_owned(),
        counts: Counted::Records,
        rule: LimitRule::TokenBucket { rate: bucket, burst: bucket / 2.0 },
    };
    let stage = |name: &str, kind| Stage { name: name.to_owned(), kind };
    let lognormal = |median, sigma| StageKind::Delay(LatencyLaw::Lognormal { median: seconds(median), sigma });
    Model {
        source: Source {
            sizes: SizeLaw::Lognormal { mean: 1024.0, sigma: 1.0 },
            records_per_request: per_request.into(),
            ..poisson(rate)
        },
        stages: vec![
            stage("gate", StageKind::Gate(Gate { limits: vec![limit], ..Gate::default() })),
            stage("service", lognormal(0.02, 0.4)),
            stage("buffer", StageKind::Buffer(Buffer { size: Bytes::new(size), interval: seconds(interval) })),
            stage("put", lognormal(0.15, 0.3)),
        ],
        increments: Vec::new(),
    }
}

/// The chain with delays that depend on size.
fn sized(mut chain: Model) -> Model {
    for (index, per_mib) in [(1, 30.0), (3, 0.02)] {
        let StageKind::Delay(latency) = chain.stages[index].kind else { panic!("a delay") };
        chain.stages[index].kind = StageKind::Transfer(Transfer { latency, per_mib: seconds(per_mib) });
    }
    chain
}

#[test]
fn a_chain_gives_the_same_latencies_record_by_record() {
    for chain in [
        chain(1000.0, 10_000.0, 1, 5 << 20, 300.0),
        sized(chain(900.0, 800.0, 3, 1 << 20, 0.7)),
        chain(1000.0, 700.0, 1, 1 << 18, 10.0),
        chain(900.0, 800.0, 20, 1 << 20, 0.7),
    ] {
        let config = RunConfig { warm_up: seconds(30.0), ..config(5, 400.0) };
        let ring = run(&chain, &config, &NoWatch).unwrap().summary;
        let tallies = played(&Network::from(&chain), &config);
        let sum = |read: fn(&NetworkTally) -> u64| tallies.iter().map(read).sum::<u64>();
        assert_eq!(sum(NetworkTally::offered_records), ring.records.offered);
        assert_eq!(sum(|tally| tally.node("gate").unwrap().rejected), ring.records.rejected);
        assert_eq!(sum(|tally| tally.sinks[0].units()), ring.objects.count);
        let mut latency = tallies[0].sinks[0].latency.clone();
        tallies.iter().skip(1).for_each(|tally| latency.merge(&tally.sinks[0].latency));
        let mut freshness = tallies[0].freshness.clone();
        tallies.iter().skip(1).for_each(|tally| freshness.merge(&tally.freshness));
        assert!(freshness == ring.freshness.histogram, "{:?} {:?}", freshness.mean(), ring.freshness.mean);
        assert!(latency == ring.latency.histogram, "{:?} {:?}", latency.mean(), ring.latency.mean);
    }
}

#[test]
fn retries_that_are_never_needed_change_nothing() {
    let mut chain = chain(1000.0, 10_000.0, 1, 5 << 20, 300.0);
    chain.increments = vec![Bytes::new(512), Bytes::new(5 << 10)];
    let config = RunConfig { warm_up: seconds(30.0), ..config(5, 200.0) };
    let without = run(&chain, &config, &NoWatch).unwrap();
    let StageKind::Gate(gate) = &mut chain.stages[0].kind else { panic!("the chain begins with its gate") };
    gate.retry = Some(Retry {
        attempts: 3,
        first: seconds(0.1),
        factor: 2.0,
        longest: seconds(20.0),
        jitter: Jitter::Full,
        window: None,
    });
    let mut with = run(&chain, &config, &NoWatch).unwrap();
    // A queue of events tells of each stage, which a chain without one does not.
    assert_eq!(with.summary.nodes.len(), 5);
    with.summary.nodes.clear();
    assert_eq!(format!("{:?}", without.summary), format!("{:?}", with.summary));
    // With too little room the tries are what is offered to the gate, and rejections are what is given up.
    let StageKind::Gate(gate) = &mut chain.stages[0].kind else { panic!("the chain begins with its gate") };
    gate.limits[0].rule = LimitRule::TokenBucket { rate: 900.0, burst: 100.0 };
    let summary = run(&chain, &config, &NoWatch).unwrap().summary;
    let records = summary.records;
    assert_eq!(records.offered, records.accepted + records.rejected);
    assert_eq!(records.accepted, records.delivered + records.in_flight);
    assert!(summary.stages[0].limits[0].rejected_records > records.rejected && records.rejected > 0, "{records:?}");
}

#[test]
fn queues_with_several_servers_follow_erlang() {
    let station = Station::new(10, LatencyLaw::Exponential(seconds(1.0)));
    let tallies = played(&line(poisson(8.0), vec![Step::Station(station)]), &config(1, 60_000.0));
    // Erlang C: 0.40918 wait, 2 left over servers.
    near(&tallies, 0.204_590_075, |tally| tally.nodes[0].wait.mean().unwrap());
    near(&tallies, 9.636_720_6, |tally| tally.nodes[0].inside.mean(tally.measured));
    near(&tallies, 8.0, |tally| tally.nodes[0].busy.mean(tally.measured));
    // Little's law: what is inside is the rate times the stay, in every single run but for its two ends.
    for tally in &tallies {
        let node = &tally.nodes[0];
        let by_little = node.left as f64 / tally.measured * node.stay.mean().unwrap();
        assert!((node.inside.mean(tally.measured) / by_little - 1.0).abs() < 1e-3, "{by_little}");
    }
}

#[test]
fn a_blocked_server_waits_with_its_unit() {
    // Two stations without room between them, both exponential with rate 1, and always somebody waiting before the
    // first one: the pair lets through 2/3 a second (Hunt, 1956).
    let second =
        Station { places: Some(1), full: WhenFull::Block, ..Station::new(1, LatencyLaw::Exponential(seconds(1.0))) };
    let first = Station::new(1, LatencyLaw::Exponential(seconds(1.0)));
    let stages = vec![Step::Station(first), Step::Station(second)];
    let tallies = played(&line(poisson(3.0), stages), &config(2, 20_000.0));
    near(&tallies, 2.0 / 3.0, |tally| tally.nodes[1].left as f64 / tally.measured);
}

#[test]
fn retries_come_back_until_they_pass() {
    let limit = Limit {
        name: "rate".to_owned(),
        counts: Counted::Requests,
        rule: LimitRule::TokenBucket { rate: 100.0, burst: 1.0 },
    };
    let gate = Gate { limits: vec![limit], ..Gate::default() };
    let retry = |attempts| Retry {
        attempts,
        first: seconds(0.05),
        factor: 2.0,
        longest: seconds(5.0),
        jitter: Jitter::Full,
        window: None,
    };
    let rejected = |retry: Option<Retry>| {
        let steps = vec![Step::Gate(Gate { retry, ..gate.clone() })];
        let tallies = played(&line(poisson(60.0), steps), &config(3, 500.0));
        tallies.iter().map(|tally| tally.balance.rejected).sum::<u64>() as f64
            / tallies.iter().map(|tally| tally.balance.offered).sum::<u64>() as f64
    };
    let (none, one, ten) = (rejected(None), rejected(Some(retry(1))), rejected(Some(retry(10))));
    // A bucket of depth 1 is the loss system M/D/1/1: 0.6 / 1.6 are turned away.
    assert!((none - 0.375).abs() < 0.005, "{none}");
    assert!(one < 0.8 * none && ten < 0.005, "{one} {ten}");
}

#[test]
fn an_outage_delays_and_loses_nothing_inside_the_window() {
    let retry = Retry {
        attempts: 1_000,
        first: seconds(1.0),
        factor: 2.0,
        longest: seconds(60.0),
        jitter: Jitter::None,
        window: Some(seconds(600.0)),
    };
    let delivery = |hours: f64| Delivery {
        latency: LatencyLaw::Constant(seconds(0.1)),
        failures: 0.0,
        outages: vec![(seconds(100.0), seconds(100.0 + hours))],
        retry: Some(retry),
    };
    let lost = |length: f64| {
        let config = RunConfig { drain: true, replications: 1, ..RunConfig::new(1, seconds(2_000.0)) };
        let tallies = played(&line(poisson(10.0), vec![Step::Delivery(delivery(length))]), &config);
        (tallies[0].balance.lost, tallies[0].sinks[0].latency.largest())
    };
    let (lost_in_short, longest) = lost(500.0);
    assert_eq!(lost_in_short, 0);
    assert!((500.0..561.0).contains(&longest), "{longest}");
    let (lost_in_long, _) = lost(900.0);
    // Who comes in the first 300 s of the outage, less what the last try before the window's end may still miss.
    assert!((2_000..4_200).contains(&lost_in_long), "{lost_in_long}");
}

#[test]
fn a_hot_shard_throttles_what_an_even_one_lets_through() {
    let limit = Limit { name: "records".to_owned(), counts: Counted::Records, rule: LimitRule::PerSecond(1_000.0) };
    let shards = |keys| Step::Shards { count: 4, keys, gate: Gate { limits: vec![limit.clone()], ..Gate::default() } };
    let rejected = |keys| {
        let tallies = played(&line(poisson(2_000.0), vec![shards(keys)]), &config(4, 60.0));
        tallies.iter().map(|tally| tally.nodes[0].rejected).sum::<u64>()
    };
    assert_eq!(rejected(KeyLaw::Even), 0);
    // Half of 2,400 a second is more than a shard takes.
    let hot = rejected(KeyLaw::Weights(vec![0.7, 0.1, 0.1, 0.1])) as f64 / (4.0 * 60.0);
    assert!((hot - 400.0).abs() < 10.0, "{hot}");
}

#[test]
fn a_buffer_that_closes_in_turns_does_so_for_every_shard() {
    let gate = Gate::default();
    let shards = Step::Shards { count: 4, keys: KeyLaw::Weights(vec![0.0, 0.0, 0.0, 1.0]), gate };
    let turns = Collect { size: None, count: None, interval: Some(seconds(5.0)), timer: Timer::LastClose };
    let network = line(poisson(20.0), vec![shards, Step::Buffer(turns)]);
    // The run ends once it is empty, which is when the last turn of the busy shard is over.
    for tally in played(&network, &RunConfig { drain: true, ..config(1, 100.0) }) {
        assert_eq!(tally.balance.in_flight, 0);
        let closings = &tally.nodes[1].closings;
        assert_eq!((closings.by_time, closings.by_size), (20, 0));
        assert_eq!(closings.empty, 3 * 20, "the turns of the other three");
        assert!((tally.sinks[0].latency.mean().unwrap() - 2.5).abs() < 0.1);
    }
}

#[test]
fn a_batch_never_holds_more_records_than_its_count() {
    let by_count = |count, interval| {
        let interval = Some(seconds(interval));
        Step::Buffer(Collect { size: None, count: Some(count), interval, timer: Timer::FirstRecord })
    };
    // 250 records every 2.5 s or so: two batches are full, and the rest waits for its second to be over.
    let network = line(poisson(100.0), vec![by_count(250, 60.0), by_count(100, 1.0)]);
    for tally in played(&network, &config(4, 1_000.0)) {
        let (whole, parts) = (&tally.nodes[0].closings, &tally.nodes[1].closings);
        assert!(whole.by_size > 300 && whole.by_time == 0);
        // Where two came within a second, the rest of the first met the second.
        assert!(parts.by_size >= 2 * whole.by_size - 1 && parts.by_time > whole.by_size * 9 / 10, "{parts:?}");
        assert!(parts.records <= 100 * parts.by_size + 50 * (parts.by_time + 1), "{parts:?}");
    }
}

#[test]
fn copies_go_every_way() {
    let network = Network {
        feeds: vec![Feed { name: "source".to_owned(), source: poisson(10.0), to: "fork".to_owned() }],
        nodes: vec![
            node("fork", Step::Delay(LatencyLaw::Constant(seconds(1.0))), &["one", "other"]),
            node("one", Step::Sink, &[]),
            node("other", Step::Sink, &[]),
        ],
        increments: Vec::new(),
    };
    let config = RunConfig { drain: true, ..config(1, 100.0) };
    for tally in played(&network, &config) {
        assert_eq!(tally.sinks[0].latency, tally.sinks[1].latency);
        assert_eq!(tally.balance.delivered, 2 * tally.balance.offered);
    }
}

#[test]
fn networks_without_sense_are_refused_with_the_stage() {
    let refused = |network: &Network| run_network(network, &config(1, 10.0), &NoWatch).unwrap_err().to_string();
    let mut lost_link = line(poisson(1.0), vec![Step::Unpack]);
    lost_link.nodes[0].to = vec!["elsewhere".to_owned()];
    assert_eq!(refused(&lost_link), "`0`: expected names of stages, found \"elsewhere\"");
    let mut ring = line(poisson(1.0), vec![Step::Unpack, Step::Unpack]);
    ring.nodes[1].to = vec!["0".to_owned()];
    assert!(refused(&ring).contains("no way back to itself in no time"), "{}", refused(&ring));
    // Twice as many every second: 2^30 records after half a minute. A check that came late would never end here.
    let second = || Step::Delay(LatencyLaw::Constant(seconds(1.0)));
    let mut doubling = line(poisson(1.0), vec![second(), second(), second()]);
    doubling.nodes[0].to.push("2".to_owned());
    doubling.nodes[2].to = vec!["0".to_owned()];
    assert!(
        refused(&doubling).contains("`0`: expected one way that leads back to itself at most"),
        "{}",
        refused(&doubling)
    );
    let mut open = line(poisson(1.0), vec![Step::Unpack]);
    open.nodes[0].to.clear();
    assert!(refused(&open).contains("a stage behind every stage that is no sink"));
}

fn some_step() -> impl Strategy<Value = Step> {
    let law = prop_oneof![
        (0.0..2.0).prop_map(|mean| LatencyLaw::Exponential(seconds(mean))),
        (0.0..2.0).prop_map(|time| LatencyLaw::Constant(seconds(time))),
    ];
    let retry = || {
        prop::option::of((0u32..5, 0.01..2.0, any::<bool>()).prop_map(|(attempts, first, full)| Retry {
            attempts,
            first: seconds(first),
            factor: 2.0,
            longest: seconds(10.0),
            jitter: if full { Jitter::Full } else { Jitter::Equal },
            window: None,
        }))
    };
    let limit = |rate| Limit { name: "l".to_owned(), counts: Counted::Records, rule: LimitRule::PerSecond(rate) };
    let gate = (1.0..30.0).prop_map(move |rate| Gate { limits: vec![limit(rate)], ..Gate::default() });
    let timers = prop_oneof![Just(Timer::FirstRecord), Just(Timer::LastClose), Just(Timer::Grid)];
    prop_oneof![
        law.clone().prop_map(Step::Delay),
        (gate.clone(), retry()).prop_map(|(gate, retry)| Step::Gate(Gate { retry, ..gate })),
        (gate, retry(), 1u32..5).prop_map(|(gate, retry, count)| Step::Shards {
            count,
            keys: KeyLaw::Even,
            gate: Gate { retry, ..gate }
        }),
        (1u64..2_000, prop::option::of(1u64..20), 0.1..9.0, timers).prop_map(|(size, count, interval, timer)| {
            Step::Buffer(Collect { size: Some(Bytes::new(size)), count, interval: Some(seconds(interval)), timer })
        }),
        (law.clone(), 1u32..4, prop::option::of(0u32..5), any::<[bool; 3]>(), 1u32..4).prop_map(
            |(service, servers, room, [block, lifo, away], batch)| {
                Step::Station(Station {
                    places: room.map(|room| servers + room),
                    full: if block { WhenFull::Block } else { WhenFull::Lose },
                    discipline: if lifo { Discipline::Lifo } else { Discipline::Fifo },
                    batch,
                    vacation: away.then_some(LatencyLaw::Constant(seconds(0.5))),
                    ..Station::new(servers, service)
                })
            }
        ),
        (0.05..3.0, 0.0..0.3, prop::option::of(1u64..10), any::<[bool; 2]>()).prop_map(
            |(every, answer, records, [eager, together])| {
                let answer = LatencyLaw::Constant(seconds(answer));
                let together = together.then_some(7);
                let (every, offset) = (seconds(every), SimDuration::ZERO);
                Step::Poller(Poller { every, offset, answer, records, bytes: None, eager, together })
            }
        ),
        (law, 0.0..0.5, retry()).prop_map(|(latency, failures, retry)| {
            Step::Delivery(Delivery { latency, failures, outages: vec![(seconds(5.0), seconds(9.0))], retry })
        }),
        Just(Step::Unpack),
        Just(Step::Gather),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn every_record_is_accounted_for(
        steps in prop::collection::vec(some_step(), 1..7),
        per_request in 1u32..8,
        // Every stage may send copies to one further on too.
        skips in prop::collection::vec(prop::option::of(1usize..4), 7),
        back in prop::option::of((0usize..6, 0usize..6)),
        drain: bool,
        seed: u64,
    ) {
        let mut network = line(Source { records_per_request: per_request.into(), ..poisson(20.0) }, steps);
        let last = network.nodes.len() - 1;
        for (index, skip) in skips.into_iter().enumerate().take(last) {
            if let Some(to) = skip.map(|skip| (index + skip).min(last)).filter(|to| *to != index + 1) {
                network.nodes[index].to.push(to.to_string());
            }
        }
        // And one may send back, instead of on: only where that is refused or ends with the horizon.
        if let Some((from, to)) = back.filter(|(from, to)| from > to && *from < last && !drain) {
            network.nodes[from].to = vec![to.to_string()];
        }
        let config = RunConfig { replications: 2, drain, ..RunConfig::new(seed, seconds(30.0)) };
        if let Ok(tallies) = run_network(&network, &config, &NoWatch) {
            for tally in tallies {
                prop_assert!(tally.balance.holds(), "{:?}", tally.balance);
                if drain {
                    prop_assert_eq!(tally.balance.in_flight, 0);
                }
            }
        }
    }

    // Little's law, which holds exactly where a run begins and ends empty: what all units of a stage waited adds up to the
    // area under their number over time.
    #[test]
    fn littles_law_holds_in_every_stage(
        steps in prop::collection::vec(some_step(), 1..7), per_request in 1u32..4, seed: u64,
    ) {
        let source = Source { records_per_request: per_request.into(), ..poisson(20.0) };
        let network = line(source, steps);
        let config = RunConfig { replications: 1, drain: true, ..RunConfig::new(seed, seconds(30.0)) };
        if let Ok(tallies) = run_network(&network, &config, &NoWatch) {
            let [tally] = tallies.as_slice() else { panic!("one replication") };
            for (stage, node) in tally.nodes.iter().zip(&network.nodes) {
                // A unit that several become, or that waits in front of a full stage, is not one unit of this stage.
                let whole = match &node.step {
                    Step::Station(station) => station.batch == 1 && station.places.is_none(),
                    Step::Poller(poller) => poller.together.is_none(),
                    _ => false,
                };
                let stays = stage.stay.mean().unwrap_or(0.0) * stage.stay.total() as f64;
                let area = stage.inside.mean(tally.measured) * tally.measured;
                prop_assert!(!whole || (area - stays).abs() <= 1e-6 * stays.max(1.0), "{} {area} {stays}", stage.name);
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing(
        steps in prop::collection::vec(some_step(), 1..4), seed: u64,
    ) {
        let network = line(poisson(20.0), steps);
        let result = |threads| {
            let config = RunConfig { replications: 3, threads, ..RunConfig::new(seed, seconds(20.0)) };
            format!("{:?}", run_network(&network, &config, &NoWatch).unwrap())
        };
        prop_assert_eq!(result(Some(1)), result(Some(2)));
    }
}
