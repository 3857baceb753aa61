//! Replications side by side, joined in order.

use std::ops::Range;
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;

use super::SimError;
use super::config::{RunConfig, TOGETHER, Watch};
use super::engine::Engine;
use super::flow::{FlowPlan, SampledRecord};
use super::model::Model;
use super::network::{self, Network, NetworkPlan};
use super::plan::{Detail, Plan};
use super::precision::{self, Precision};
use super::replication::{Progress, Tally};
use super::result::{Outline, RunResult, Summariser};
use super::tier::{Tier, TierReport};
use super::warm_up;
use crate::units::{SimDuration, SimTime};

/// Runs a model.
///
/// # Errors
/// [`SimError`] when the model or the configuration makes no sense or asks for too much, when threads cannot be started,
/// or when `watch` asks to stop before one replication is complete.
pub fn run(model: &Model, config: &RunConfig, watch: &dyn Watch) -> Result<RunResult, SimError> {
    on_threads(config, || with_warm_up(model, config, watch))
}

/// Runs a network with one sink: as a chain where it is no more than one, which is quicker and gives the same.
///
/// # Errors
/// As [`run()`].
pub fn run_any(network: &Network, config: &RunConfig, watch: &dyn Watch) -> Result<RunResult, SimError> {
    match network.as_chain() {
        Some(chain) => run(&chain, config, watch),
        None => on_threads(config, || network_with_warm_up(network, config, watch)),
    }
}

/// On as many threads as are asked for.
fn on_threads<T: Send>(config: &RunConfig, work: impl FnOnce() -> Result<T, SimError> + Send) -> Result<T, SimError> {
    match config.threads {
        None | Some(1) => work(),
        Some(threads) => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.min(256)).build();
            let pool = pool.map_err(|error| SimError::Threads(error.to_string()))?;
            pool.install(work)
        }
    }
}

/// Finds the warm-up first, if it is to be found.
fn with_warm_up(model: &Model, config: &RunConfig, watch: &dyn Watch) -> Result<RunResult, SimError> {
    // Everything about the run is checked before a pilot is made.
    let plan = Plan::new(model, config)?;
    let engine = Engine::choose(&plan, model, config)?;
    if !config.find_warm_up {
        return whole(&Chain { plan: &plan, engine, config }, config, watch);
    }
    let pilot = warm_up::pilot(config);
    let mut pilot_plan = Plan::new(model, &pilot)?;
    pilot_plan.detail = Detail::Series;
    // The flow tier sees no single latencies; what comes back needs the queue of events here too.
    let engine = Engine::of_single_records(&pilot_plan);
    let found = warm_up::find(&Chain { plan: &pilot_plan, engine, config: &pilot }, &pilot, watch)?;
    let config = RunConfig { warm_up: SimDuration::from_secs_f64(found.cut_s), ..config.clone() };
    let plan = Plan::new(model, &config)?;
    let engine = Engine::choose(&plan, model, &config)?;
    let result = whole(&Chain { plan: &plan, engine, config: &config }, &config, watch)?;
    Ok(RunResult { warm_up_found: Some(found), ..result })
}

/// The same for a network.
fn network_with_warm_up(network: &Network, config: &RunConfig, watch: &dyn Watch) -> Result<RunResult, SimError> {
    let sources = network::sources(network);
    let plan = NetworkPlan::ready(network, &sources, None, config)?;
    if !config.find_warm_up {
        return whole(&plan, config, watch);
    }
    let pilot = warm_up::pilot(config);
    let found = warm_up::find(&NetworkPlan::ready(network, &sources, Some(Detail::Series), &pilot)?, &pilot, watch)?;
    let config = RunConfig { warm_up: SimDuration::from_secs_f64(found.cut_s), ..config.clone() };
    let result = whole(&NetworkPlan::ready(network, &sources, None, &config)?, &config, watch)?;
    Ok(RunResult { warm_up_found: Some(found), ..result })
}

/// About how many records a run would draw one by one in all its replications, without running it; none in the flow tier.
///
/// # Errors
/// [`SimError`] when the network or the configuration makes no sense or asks for too much.
pub fn expected_records(network: &Network, config: &RunConfig) -> Result<f64, SimError> {
    let Some(chain) = network.as_chain() else {
        let sources = network::sources(network);
        return Ok(NetworkPlan::ready(network, &sources, None, config)?.expected(config.replications));
    };
    let plan = Plan::new(&chain, config)?;
    // To prepare the flow tier takes longer than to look this up; whoever runs it will hear why it cannot.
    if config.tier == Tier::Flow {
        return Ok(0.0);
    }
    match Engine::choose(&plan, &chain, config)? {
        // A gate that rejects is played request by request there too.
        Engine::Flow(flow, _) if !flow.is_throttled() => Ok(0.0),
        _ => Ok(plan.expected(config.replications)),
    }
}

/// Draws `count` of the delivered records of the first replication as the flow tier sees it, each of them independent of the
/// others and as likely as any; in the order in which they were sent.
///
/// # Errors
/// As [`run()`] of the flow tier.
pub fn sample(
    model: &Model,
    config: &RunConfig,
    count: usize,
    watch: &dyn Watch,
) -> Result<Vec<SampledRecord>, SimError> {
    let plan = Plan::new(model, config)?;
    plan.check_cycles(config)?;
    let flow = FlowPlan::new(&plan, model, config)?;
    flow.sample(&plan, count, &Progress { watch, done: AtomicU64::new(0), total: plan.sending_span() })
}

/// What replications are made of: a chain, or a network.
pub(super) trait Replicates: Sync {
    /// The parts that the statistics are about.
    fn outline(&self) -> Outline<'_>;

    /// How long the sources send, in nanoseconds.
    fn sending_span(&self) -> u64;

    /// Whether a replication goes on until all is delivered.
    fn drains(&self) -> bool;

    /// How many replications the bounds on a run leave room for.
    fn most_replications(&self) -> u32;

    /// One replication.
    fn replicate(&self, number: u32, progress: &Progress<'_>) -> Result<Tally, SimError>;

    /// What to say about the tier.
    fn report(&self) -> TierReport;
}

/// A chain with the engine that plays it.
struct Chain<'a> {
    plan: &'a Plan<'a>,
    engine: Engine,
    config: &'a RunConfig,
}

impl Replicates for Chain<'_> {
    fn outline(&self) -> Outline<'_> {
        Outline::of_chain(self.plan)
    }

    fn sending_span(&self) -> u64 {
        self.plan.sending_span()
    }

    fn drains(&self) -> bool {
        self.plan.drain
    }

    fn most_replications(&self) -> u32 {
        self.plan.most_replications()
    }

    fn replicate(&self, number: u32, progress: &Progress<'_>) -> Result<Tally, SimError> {
        self.engine.replicate(self.plan, self.config, number, progress)
    }

    fn report(&self) -> TierReport {
        self.engine.report()
    }
}

/// How a round of replications ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    Complete,
    /// Asked to stop, with at least one replication complete.
    Stopped,
}

/// As many replications as are asked for, or as the precision takes.
fn whole(work: &dyn Replicates, config: &RunConfig, watch: &dyn Watch) -> Result<RunResult, SimError> {
    let mut summary = Summariser::new(&work.outline());
    let most = work.most_replications().clamp(config.replications, precision::MOST.max(config.replications));
    let mut goal = match config.precision {
        Some(_) => Precision::first_round(config.replications, most),
        None => config.replications,
    };
    let mut ended = round(work, config, watch, &mut summary, goal)?;
    while ended == Round::Complete
        && let Some(precision) = config.precision
        && let Some(next) = precision.next_round(summary.estimate(precision.figure), summary.joined(), most)
    {
        goal = next;
        ended = round(work, config, watch, &mut summary, goal)?;
    }
    let reached = config.precision.map(|precision| precision.reached(summary.estimate(precision.figure), most));
    let horizon = (!work.drains()).then(|| SimTime::ZERO + config.horizon);
    let mut result = summary.finish(config, horizon, work.report());
    result.precision = reached;
    result.stopped_before = (ended == Round::Stopped).then_some(goal);
    Ok(result)
}

/// Makes replications until there are `goal`.
fn round(
    work: &dyn Replicates,
    config: &RunConfig,
    watch: &dyn Watch,
    summary: &mut Summariser,
    goal: u32,
) -> Result<Round, SimError> {
    let span = work.sending_span();
    let done = AtomicU64::new(span.saturating_mul(u64::from(summary.joined())));
    let progress = Progress { watch, done, total: span.saturating_mul(u64::from(goal)) };
    while summary.joined() < goal {
        let start = summary.joined();
        let end = start.saturating_add(TOGETHER).min(goal);
        // In order, however they were made.
        for tally in side_by_side(start..end, config.threads, |number| work.replicate(number, &progress)) {
            match tally {
                Ok(tally) => summary.join(tally),
                Err(SimError::Stopped) if summary.joined() > 0 => return Ok(Round::Stopped),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Round::Complete)
}

/// Does something for each number, on several threads where there may be; what came of it is in the order of the numbers.
pub(super) fn side_by_side<T: Send>(
    numbers: Range<u32>,
    threads: Option<usize>,
    work: impl Fn(u32) -> T + Sync + Send,
) -> Vec<T> {
    if threads == Some(1) || numbers.len() <= 1 {
        return numbers.map(work).collect();
    }
    // Threads take the next number each, so that a run that is stopped has few gaps among those it has finished.
    let mut made: Vec<(u32, T)> = numbers.par_bridge().map(|number| (number, work(number))).collect();
    made.sort_unstable_by_key(|(number, _)| *number);
    made.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::sim::tests::{seconds, w1};
    use crate::sim::{Estimate, Figure, NoWatch};

    fn of(replications: u32) -> RunConfig {
        RunConfig { replications, ..RunConfig::new(11, seconds(120.0)) }
    }

    fn shown(result: &RunResult) -> String {
        format!("{result:?}")
    }

    /// What `count` replications give that were prepared with the configuration `each` and joined as those of `config`.
    fn merged(count: u32, each: &RunConfig, config: &RunConfig) -> RunResult {
        let model = w1();
        let plan = Plan::new(&model, each).unwrap();
        let engine = Engine::choose(&plan, &model, config).unwrap();
        let mut summary = Summariser::new(&Outline::of_chain(&plan));
        for number in 0..count {
            let progress = Progress { watch: &NoWatch, done: AtomicU64::new(0), total: 1 };
            summary.join(engine.replicate(&plan, each, number, &progress).unwrap());
        }
        summary.finish(config, Some(SimTime::ZERO + config.horizon), engine.report())
    }

    #[test]
    fn eight_replications_are_eight_single_ones_merged() {
        let config = of(8);
        let merged = merged(8, &of(1), &config);
        for threads in [Some(1), Some(2), Some(3), None] {
            let together = run(&w1(), &RunConfig { threads, ..config.clone() }, &NoWatch).unwrap();
            assert!(shown(&together) == shown(&merged), "{threads:?}");
            assert_eq!(serde_json::to_string(&together).unwrap(), serde_json::to_string(&merged).unwrap());
        }
    }

    #[test]
    fn a_wanted_precision_is_reached_and_not_by_much() {
        let model = w1();
        let precision = Precision { figure: Figure::P99, share: 0.002 };
        let config = RunConfig { precision: Some(precision), ..of(5) };
        let result = run(&model, &config, &NoWatch).unwrap();
        let p99 = result.summary.latency.p99;
        assert!(p99.half_width.unwrap() <= 0.002 * p99.value, "{p99:?}");
        assert!(result.precision.unwrap().reached && result.replications > 5, "{:?}", result.precision);
        // Replications that were added are those that would have been made anyway.
        let plain = run(&model, &of(result.replications), &NoWatch).unwrap();
        assert_eq!(shown(&RunResult { precision: None, ..result.clone() }), shown(&plain));
        for threads in [Some(1), Some(3)] {
            assert_eq!(
                shown(&result),
                shown(&run(&model, &RunConfig { threads, ..config.clone() }, &NoWatch).unwrap())
            );
        }
    }

    #[test]
    fn a_precision_out_of_reach_is_said_to_be() {
        let mut model = w1();
        model.source.arrivals = crate::sim::tests::every_second();
        model.stages.truncate(2);
        let precision = Precision { figure: Figure::Mean, share: 1e-9 };
        let result = run(&model, &RunConfig { precision: Some(precision), ..of(10) }, &NoWatch).unwrap();
        let reached = result.precision.unwrap();
        assert_eq!((result.replications, reached.reached, reached.most_replications), (4_096, false, 4_096));
        assert!(reached.share.unwrap() > 1e-9);
        let refused =
            run(&model, &RunConfig { precision: Some(Precision { share: 0.0, ..precision }), ..of(1) }, &NoWatch);
        assert!(refused.unwrap_err().to_string().starts_with("`precision`: expected a share above 0 and below 1"));
    }

    /// Stops a run after some looks.
    struct After(AtomicU32);

    impl Watch for After {
        fn should_stop(&self) -> bool {
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
        }
    }

    #[test]
    fn a_run_that_is_stopped_is_one_of_fewer_replications() {
        let mut lengths = BTreeSet::new();
        // Two threads stop where they happen to be.
        for (looks, threads) in (1..=60).map(|looks| (looks, Some(1))).chain([1, 30, 61, 100].map(|n| (n, Some(2)))) {
            let config = RunConfig { threads, ..of(20) };
            let result = match run(&w1(), &config, &After(AtomicU32::new(looks))) {
                Ok(result) => result,
                Err(error) => {
                    assert_eq!(error, SimError::Stopped);
                    continue;
                }
            };
            let complete = result.replications;
            lengths.insert(complete);
            assert!((1..20).contains(&complete), "{complete}");
            assert_eq!(result.stopped_before, Some(20));
            let result = shown(&RunResult { stopped_before: None, ..result });
            assert_eq!(result, shown(&merged(complete, &config, &config)));
            // A run that was meant to be of one replication takes its intervals from batches, which this one did not look for.
            if complete > 1 {
                assert_eq!(result, shown(&run(&w1(), &of(complete), &NoWatch).unwrap()));
            }
        }
        assert!(lengths.contains(&1) && lengths.len() >= 4, "{lengths:?}");
    }

    #[test]
    fn pairs_of_runs_share_their_random_numbers() {
        let mut slower = w1();
        slower.stages.retain(|stage| stage.name != "put");
        let (first, second) = (run(&slower, &of(12), &NoWatch).unwrap(), run(&w1(), &of(12), &NoWatch).unwrap());
        let found = crate::sim::paired(&first, &second, Figure::Mean).unwrap();
        // The PUT of an object takes 0.15 s in the median and exp(0.3^2 / 2) times that on average.
        let expected = 0.15 * libm::exp(0.045);
        let Estimate { value, half_width } = found.difference;
        assert!((value - expected).abs() < 2.0 * half_width.unwrap() + 0.002, "{found:?}");
        assert!(found.variance_reduction.unwrap() > 0.5, "{found:?}");
        let other = run(&w1(), &RunConfig { seed: 12, ..of(2) }, &NoWatch).unwrap();
        assert!(crate::sim::paired(&first, &other, Figure::Mean).is_err());
    }

    #[test]
    fn a_limit_below_the_mean_is_an_overload() {
        let mut model = w1();
        let limit = |rate| crate::sim::tests::request_gate(rate, 50.0);
        model.stages[0] = limit(800.0);
        let summary = run(&model, &of(3), &NoWatch).unwrap().summary;
        let [overload] = &summary.overloads()[..] else { panic!("{:?}", summary.overloads()) };
        assert!((overload.load - 1.25).abs() < 0.02 && (overload.surplus_share - 0.2).abs() < 0.01, "{overload:?}");
        assert!((overload.rejected_share - 0.2).abs() < 0.01, "{overload:?}");
        // At the mean itself it is not: what looks like more is chance.
        model.stages[0] = limit(1000.0);
        assert!(run(&model, &of(1), &NoWatch).unwrap().summary.overloads().is_empty());
    }

    #[test]
    fn a_warm_up_that_was_found_is_one_given_by_hand() {
        let config = RunConfig { find_warm_up: true, ..of(6) };
        let result = run(&w1(), &config, &NoWatch).unwrap();
        let found = result.warm_up_found.unwrap();
        assert_eq!((found.method, found.pilots, found.cut_s), ("MSER-5", 5, result.warm_up));
        let by_hand = RunConfig { warm_up: SimDuration::from_secs_f64(found.cut_s), ..of(6) };
        let by_hand = run(&w1(), &by_hand, &NoWatch).unwrap();
        assert_eq!(shown(&RunResult { warm_up_found: None, ..result.clone() }), shown(&by_hand));
        for threads in [Some(1), Some(3)] {
            assert_eq!(shown(&result), shown(&run(&w1(), &RunConfig { threads, ..config.clone() }, &NoWatch).unwrap()));
        }
    }

    #[test]
    fn one_long_run_has_intervals_by_batches() {
        let config = RunConfig { horizon: seconds(7200.0), ..of(1) };
        let result = run(&w1(), &config, &NoWatch).unwrap();
        let judged = result.batch_means.unwrap();
        assert!(judged.independent && judged.batches >= 8, "{judged:?}");
        let latency = &result.summary.latency;
        let half_width = latency.mean.half_width.unwrap();
        // The mean of W1 is 2.740 s.
        assert!((latency.mean.value - 2.740).abs() < 2.0 * half_width, "{latency:?}");
        assert!(half_width < 0.02 && latency.p99.half_width.is_some() && latency.max.half_width.is_none());
        let asked = run(&w1(), &RunConfig { batches: Some(20), ..config.clone() }, &NoWatch).unwrap();
        assert_eq!(asked.batch_means.unwrap().batches, 20);
        assert_eq!(asked.summary.latency.histogram, latency.histogram);
        let refused = run(&w1(), &RunConfig { batches: Some(1), ..config }, &NoWatch).unwrap_err();
        assert_eq!(refused.to_string(), "`batches`: expected 2 to 200, found Some(1)");
    }

    #[test]
    fn intervals_by_batches_hold_the_mean_about_as_often_as_they_say() {
        let config = |seed| RunConfig { seed, threads: Some(1), horizon: seconds(500.0), ..of(1) };
        let holds = |seed: &u64| {
            let mean = run(&w1(), &config(*seed), &NoWatch).unwrap().summary.latency.mean;
            (mean.value - 2.740).abs() <= mean.half_width.unwrap()
        };
        // 95 % of 40, less three standard deviations of the count and what a test for correlation costs.
        let held = (0..40).filter(holds).count();
        assert!(held >= 33, "{held} of 40");
    }

    #[test]
    fn freshness_over_time_adds_up_to_freshness() {
        let summary = run(&w1(), &of(3), &NoWatch).unwrap().summary;
        let course = &summary.freshness_over_time;
        assert_eq!((course.step_s, course.mean.len()), (1.0, 120));
        let largest = course.largest.iter().flatten().fold(0.0, |a: f64, b| a.max(*b));
        assert_eq!(largest, summary.freshness.largest);
        let mean = course.mean.iter().flatten().sum::<f64>() / 120.0;
        assert!((mean / summary.freshness.mean.value - 1.0).abs() < 0.01, "{mean} {:?}", summary.freshness.mean);
    }

    #[test]
    fn the_backlog_ends_with_what_is_on_its_way_and_obeys_littles_law() {
        let config = RunConfig { horizon: seconds(3600.0), ..of(3) };
        let summary = run(&w1(), &config, &NoWatch).unwrap().summary;
        let backlog = &summary.backlog_over_time;
        assert_eq!(backlog[119], summary.records.in_flight as f64 / 3.0);
        // 1,000 records a second that take 2.74 s each.
        let mean = backlog.iter().sum::<f64>() / 120.0;
        assert!((mean / 2_740.0 - 1.0).abs() < 0.15, "{mean}");
    }
}
