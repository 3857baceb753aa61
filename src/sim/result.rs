//! What a run found: totals over all replications, and estimates with their intervals.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::batch_means::{BatchMeans, Batches};
use super::collect::ObjectTally;
use super::config::RunConfig;
use super::figures::{Figure, Figures};
use super::gate::{GateTally, Load, Rejected};
use super::histogram::{Histogram, rank};
use super::model::{Counted, Gate};
use super::network::{NodeTally, ShardLoad};
use super::over_time::{Backlog, Course, OverTime};
use super::plan::Plan;
use super::precision::PrecisionReached;
use super::replication::Tally;
use super::tier::TierReport;
use super::warm_up::WarmUpFound;
use crate::units::SimTime;

/// The outcome of [`run()`](super::run()).
#[derive(Debug, Clone, Serialize)]
pub struct RunResult {
    /// The seed of the run.
    pub seed: u64,
    /// Independent replications that were made and are joined here.
    pub replications: u32,
    /// How many it should have been, if the run was stopped before it had made them. What is here is then exactly what a
    /// run of as many replications in the same tier would have found; where that is one, without its intervals by batches.
    pub stopped_before: Option<u32>,
    /// What came of the precision asked for.
    pub precision: Option<PrecisionReached>,
    /// The warm-up that was found, if one was looked for.
    pub warm_up_found: Option<WarmUpFound>,
    /// How a single replication gave the intervals of its latency; `None` where several did, or nothing does.
    pub batch_means: Option<BatchMeans>,
    /// The end of the measured span in seconds; of a drained run, the latest last delivery.
    pub horizon: f64,
    /// The start of the measured span in seconds.
    pub warm_up: f64,
    /// Which tier ran, and what vouches for it.
    pub tier: TierReport,
    /// The statistics.
    pub summary: Summary,
}

/// All statistics of a run, over records sent after the warm-up.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Records and their fate.
    pub records: Records,
    /// What is accepted and written in an hour, for the bill.
    pub per_hour: PerHour,
    /// Seconds from the client's send to the moment the record's object is available at the sink, of delivered records.
    pub latency: Distribution,
    /// Seconds since the oldest record that the buffer holds or that is on its way behind it entered the buffer, weighted
    /// by time. Times without any such record do not count.
    pub freshness: Distribution,
    /// The freshness over the time of a run: its mean and its largest value in each part of it, over all replications.
    pub freshness_over_time: OverTime,
    /// Records accepted and not yet delivered at the end of each of the same parts, a mean over replications;
    /// empty in the flow tier, which does not see them one by one.
    pub backlog_over_time: Vec<f64>,
    /// What becomes available at the sink.
    pub objects: Objects,
    /// The gates, in the order of the chain.
    pub stages: Vec<GateSummary>,
    /// What else is on the way: every stage of a network, in its order; empty for a chain of gates, delays and a buffer that
    /// took no events to run.
    pub nodes: Vec<NodeSummary>,
    /// What each replication found by itself.
    #[serde(skip)]
    pub by_replication: Figures,
}

/// Totals over all replications: `offered = accepted + rejected` and `accepted = delivered + in_flight + lost`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Records {
    /// Records sent.
    pub offered: u64,
    /// Records that no gate rejected.
    pub accepted: u64,
    /// Records that a gate rejected.
    pub rejected: u64,
    /// Accepted records that were available at the sink by the end.
    pub delivered: u64,
    /// Accepted records that were not, but still may be.
    pub in_flight: u64,
    /// Accepted records that will never be: they found no place, or were given up after the last try.
    pub lost: u64,
    /// Their bytes.
    pub lost_bytes: u64,
    /// Bytes sent.
    pub offered_bytes: u64,
    /// Bytes of accepted records.
    pub accepted_bytes: u64,
    /// Requests sent.
    pub offered_requests: u64,
    /// Requests of which at least one record was accepted.
    pub accepted_requests: u64,
}

/// Quantities in an hour of the measured span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PerHour {
    /// Requests of which at least one record was accepted.
    pub requests: Estimate,
    /// Accepted records.
    pub records: Estimate,
    /// Bytes of accepted records.
    pub bytes: Estimate,
    /// Objects that became available.
    pub objects: Estimate,
    /// For each increment of the model, in its order, the units of accepted records.
    pub increments: Vec<Estimate>,
}

/// A mean over replications.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Estimate {
    /// The mean over replications; not a number (`null` in JSON) when none has the quantity, such as the latency of no
    /// record.
    pub value: f64,
    /// Half the width of the 95 % Student-t interval; absent (`null`) when fewer than two replications have the quantity.
    pub half_width: Option<f64>,
}

/// A distribution of times, in seconds.
#[derive(Debug, Clone, Serialize)]
pub struct Distribution {
    /// Mean.
    pub mean: Estimate,
    /// Median.
    pub p50: Estimate,
    /// 95th percentile.
    pub p95: Estimate,
    /// 99th percentile.
    pub p99: Estimate,
    /// Largest value of a replication.
    pub max: Estimate,
    /// Largest value of all replications.
    pub largest: f64,
    /// All replications together.
    #[serde(skip)]
    pub histogram: Histogram,
}

/// Objects at the sink. Without a buffer, or with an interval of zero, each request is an object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Objects {
    /// Objects that became available in the measured spans of all replications.
    pub count: u64,
    /// The same in an hour.
    pub per_hour: Estimate,
    /// Mean size.
    pub mean_bytes: Estimate,
    /// Smallest size, 0 without objects.
    pub min_bytes: u64,
    /// Largest size.
    pub max_bytes: u64,
    /// Objects closed because the buffer was full.
    pub closed_by_size: u64,
    /// Objects closed because the buffer's interval was over.
    pub closed_by_time: u64,
    /// Objects that are a request passed on at once.
    pub passed_at_once: u64,
}

/// What a stage of a network saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeSummary {
    /// The name of the stage.
    pub name: String,
    /// How many units it can serve at once; `null` where nothing limits that.
    pub servers: Option<u32>,
    /// Units that left it in an hour.
    pub units_per_hour: Estimate,
    /// Servers at work, on average over time.
    pub busy: Estimate,
    /// Units inside, on average over time: records in a buffer, and records that a delivery tries again.
    pub inside: Estimate,
    /// The most units inside at any time of all replications.
    pub most_inside: u64,
    /// The 99th percentile of the time that units waited before they were taken up, in seconds; not a number where
    /// nothing waits.
    pub wait_p99: Estimate,
    /// Records that were tried again, over all replications.
    pub retried: u64,
    /// Records that were lost here, over all replications.
    pub lost: u64,
    /// Seconds from the fullest moment until nothing was inside any more, the longest of all replications; `null` where one
    /// did not get that far.
    pub drained_in: Option<f64>,
    /// Seconds from the start of a run until nothing was inside any more after its fullest moment, the latest of all
    /// replications; `null` where one did not get that far.
    pub empty_again_at: Option<f64>,
    /// What came to each of several shards, over all replications; empty where there are none.
    pub shards: Vec<ShardLoad>,
}

impl NodeSummary {
    /// The share of the servers at work.
    #[must_use]
    pub fn utilization(&self) -> Option<Estimate> {
        let servers = f64::from(self.servers?);
        Some(Estimate {
            value: self.busy.value / servers,
            half_width: self.busy.half_width.map(|width| width / servers),
        })
    }
}

/// What a gate saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateSummary {
    /// The name of the stage.
    pub name: String,
    /// Its limits in their order.
    pub limits: Vec<LimitSummary>,
    /// Requests of which nothing passed, whatever the cause.
    pub rejected_requests: u64,
    /// Rejected records, whatever the cause.
    pub rejected_records: u64,
    /// Requests of which at least a part was too large.
    pub oversize_requests: u64,
    /// Records rejected because they or their request were too large.
    pub oversize_records: u64,
}

/// What a limit saw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LimitSummary {
    /// The name of the limit.
    pub name: String,
    /// What it counts.
    pub counts: Counted,
    /// What was offered in a second, on average.
    pub offered_per_second: f64,
    /// The most offered in any whole second of simulation time, over all replications.
    pub peak_per_second: f64,
    /// The sustained limit.
    pub limit_per_second: f64,
    /// The peak as a share of the limit.
    pub peak_share: f64,
    /// Requests of which this limit rejected at least a record.
    pub rejected_requests: u64,
    /// Records that this limit rejected.
    pub rejected_records: u64,
}

impl Estimate {
    /// The mean of what replications found, and its 95 % interval; values that are NaN are left out.
    #[must_use]
    pub fn from_replications(values: &[f64]) -> Self {
        let values: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let half_width = (values.len() > 1).then(|| {
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            student_t(values.len() - 1) * (squares / (count - 1.0) / count).sqrt()
        });
        Self { value: mean, half_width }
    }
}

/// The 97.5 % quantile of Student's t distribution.
#[must_use]
pub fn student_t(degrees_of_freedom: usize) -> f64 {
    StudentsT::new(0.0, 1.0, degrees_of_freedom as f64).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
}

/// One distribution while replications join.
#[derive(Debug)]
struct Joined {
    /// Mean, p50, p95, p99 and the largest value, by replication.
    figures: [Vec<f64>; 5],
    histogram: Histogram,
}

impl Joined {
    fn new() -> Self {
        let mut histogram = Histogram::new();
        histogram.trim();
        Self { figures: Default::default(), histogram }
    }

    fn join(&mut self, histogram: &Histogram, sorted_samples: Option<&[u64]>) {
        let quantile = |q: f64| match sorted_samples {
            Some(samples) => exact_quantile(samples, q),
            None => histogram.quantile(q),
        };
        let mean = histogram.mean();
        let max = mean.map(|_| histogram.largest());
        let found = [mean, quantile(0.5), quantile(0.95), quantile(0.99), max];
        for (figures, figure) in self.figures.iter_mut().zip(found) {
            figures.push(figure.unwrap_or(f64::NAN));
        }
        self.histogram.merge(histogram);
    }

    /// The distribution, and the figures by replication it was made from.
    fn finish(self) -> (Distribution, [Vec<f64>; 5]) {
        let [mean, p50, p95, p99, max] = self.figures.each_ref().map(|figures| Estimate::from_replications(figures));
        let largest = self.histogram.largest();
        (Distribution { mean, p50, p95, p99, max, largest, histogram: self.histogram }, self.figures)
    }
}

/// The smallest sample, in seconds, with at least the share `q` of all samples at or below it.
fn exact_quantile(sorted: &[u64], q: f64) -> Option<f64> {
    let rank = rank(sorted.len() as u64, q)?;
    sorted.get(rank as usize - 1).map(|nanos| *nanos as f64 / 1e9)
}

/// The place of written objects among the hourly quantities.
const OBJECTS: usize = 3;

/// The parts of what is run that its statistics are about.
#[derive(Debug)]
pub(super) struct Outline<'a> {
    /// Gates with the names of their stages, in their order.
    pub(super) gates: Vec<(&'a str, Gate)>,
    /// How many billing grains are counted.
    pub(super) increments: usize,
    /// In nanoseconds.
    pub(super) warm_up: u64,
    /// Of each stage of a network, how many units it serves at once.
    pub(super) servers: Vec<Option<u32>>,
}

impl<'a> Outline<'a> {
    pub(super) fn of_chain(plan: &Plan<'a>) -> Self {
        Self {
            gates: plan.gates().map(|(name, gate)| (name, gate.clone())).collect(),
            increments: plan.increments.len(),
            warm_up: plan.span.warm_up,
            servers: Vec::new(),
        }
    }
}

/// A stage of a network while replications join.
#[derive(Debug)]
struct JoinedNode {
    name: String,
    servers: Option<u32>,
    /// Units an hour, servers at work, units inside and the wait, by replication.
    figures: [Vec<f64>; 4],
    most_inside: u64,
    retried: u64,
    lost: u64,
    drained_in: Option<f64>,
    empty_again_at: Option<f64>,
    shards: Vec<ShardLoad>,
}

impl JoinedNode {
    fn new(tally: &NodeTally, servers: Option<u32>) -> Self {
        let name = tally.name.clone();
        let figures = Default::default();
        let (drained_in, empty_again_at) = (Some(0.0), Some(0.0));
        let shards = vec![ShardLoad::default(); tally.shards.len()];
        Self { name, servers, figures, most_inside: 0, retried: 0, lost: 0, drained_in, empty_again_at, shards }
    }

    fn join(&mut self, tally: &NodeTally, seconds: f64) {
        let found = [
            tally.left as f64 / (seconds / 3600.0),
            tally.busy.mean(seconds),
            tally.inside.mean(seconds),
            tally.wait.quantile(0.99).unwrap_or(f64::NAN),
        ];
        self.figures.iter_mut().zip(found).for_each(|(figures, figure)| figures.push(figure));
        self.most_inside = self.most_inside.max(tally.inside.peak());
        self.retried += tally.retried;
        self.lost += tally.lost;
        let later = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| one.max(other));
        // What never held anything was never anything but empty.
        if tally.inside.peak() > 0 {
            self.drained_in = later(self.drained_in, tally.inside.drained_in());
            self.empty_again_at = later(self.empty_again_at, tally.inside.emptied_at());
        }
        for (shard, more) in self.shards.iter_mut().zip(&tally.shards) {
            shard.offered += more.offered;
            shard.rejected += more.rejected;
        }
    }

    fn finish(self) -> NodeSummary {
        let [units_per_hour, busy, inside, wait_p99] =
            self.figures.map(|figures| Estimate::from_replications(&figures));
        let Self { name, servers, most_inside, retried, lost, drained_in, empty_again_at, shards, .. } = self;
        NodeSummary {
            name,
            servers,
            units_per_hour,
            busy,
            inside,
            most_inside,
            wait_p99,
            retried,
            lost,
            drained_in,
            empty_again_at,
            shards,
        }
    }
}

/// Joins replications in their order.
#[derive(Debug)]
pub(super) struct Summariser {
    warm_up: u64,
    /// Replications joined.
    joined: u32,
    /// Of the longest replication, in nanoseconds.
    end: u64,
    /// Seconds measured in all replications.
    measured: f64,
    records: Records,
    latency: Joined,
    freshness: Joined,
    course: Option<Course>,
    backlog: Option<Backlog>,
    /// Of the first replication, which may stay the only one.
    batches: Option<Batches>,
    objects: ObjectTally,
    mean_bytes: Vec<f64>,
    /// Accepted requests, records and bytes and written objects an hour, by replication; then each increment.
    hourly: Vec<Vec<f64>>,
    gates: Vec<GateSummary>,
    servers: Vec<Option<u32>>,
    nodes: Vec<JoinedNode>,
}

impl Summariser {
    pub(super) fn new(outline: &Outline<'_>) -> Self {
        let gates = outline.gates.iter().map(|(name, gate)| GateSummary {
            name: (*name).to_owned(),
            limits: gate.limits.iter().map(empty_limit).collect(),
            rejected_requests: 0,
            rejected_records: 0,
            oversize_requests: 0,
            oversize_records: 0,
        });
        Self {
            warm_up: outline.warm_up,
            joined: 0,
            end: 0,
            measured: 0.0,
            records: Records::default(),
            latency: Joined::new(),
            freshness: Joined::new(),
            course: None,
            backlog: None,
            batches: None,
            objects: ObjectTally::default(),
            mean_bytes: Vec::new(),
            hourly: vec![Vec::new(); 4 + outline.increments],
            gates: gates.collect(),
            servers: outline.servers.clone(),
            nodes: Vec::new(),
        }
    }

    pub(super) fn join(&mut self, mut tally: Tally) {
        let seconds = tally.end.saturating_sub(self.warm_up) as f64 / 1e9;
        self.joined += 1;
        self.end = self.end.max(tally.end);
        self.measured += seconds;
        self.join_hourly(&tally, seconds / 3600.0);
        self.join_records(&tally);
        for (summary, gate) in self.gates.iter_mut().zip(&tally.gates) {
            summary.join(gate);
        }
        self.join_objects(tally.delivered.objects);
        self.join_nodes(&tally.nodes, seconds);
        self.batches = self.batches.take().or(tally.delivered.batches.take());
        match &mut self.course {
            Some(course) => course.merge(&tally.delivered.course),
            none => *none = Some(tally.delivered.course.clone()),
        }
        match (&mut self.backlog, tally.delivered.backlog.take()) {
            (Some(backlog), Some(more)) => backlog.merge(&more),
            (none, more) => *none = none.take().or(more),
        }
        if let Some(samples) = &mut tally.delivered.samples {
            samples.sort_unstable();
        }
        self.latency.join(&tally.delivered.latency, tally.delivered.samples.as_deref());
        self.freshness.join(&tally.delivered.freshness, None);
    }

    fn join_hourly(&mut self, tally: &Tally, hours: f64) {
        let accepted = accepted(tally);
        let rejected_units =
            |index: usize| tally.gates.iter().filter_map(|gate| gate.rejected_units.get(index)).sum::<u64>();
        let units = tally.units.iter().enumerate().map(|(index, units)| units.saturating_sub(rejected_units(index)));
        let counts = [accepted.requests, accepted.records, accepted.bytes, tally.delivered.objects.count];
        for (hourly, count) in self.hourly.iter_mut().zip(counts.into_iter().chain(units)) {
            hourly.push(if hours > 0.0 { count as f64 / hours } else { f64::NAN });
        }
    }

    fn join_records(&mut self, tally: &Tally) {
        let (offered, accepted) = (tally.offered, accepted(tally));
        debug_assert_eq!(
            accepted.records,
            tally.delivered.latency.total() + tally.in_flight + tally.lost,
            "records are unaccounted for"
        );
        let records = &mut self.records;
        records.offered += offered.records;
        records.accepted += accepted.records;
        records.rejected += tally.gates.iter().map(|gate| gate.rejected.records).sum::<u64>();
        records.delivered += tally.delivered.latency.total();
        records.in_flight += tally.in_flight;
        records.lost += tally.lost;
        records.lost_bytes = records.lost_bytes.saturating_add(tally.lost_bytes);
        records.offered_bytes = records.offered_bytes.saturating_add(offered.bytes);
        records.accepted_bytes = records.accepted_bytes.saturating_add(accepted.bytes);
        records.offered_requests += offered.requests;
        records.accepted_requests += accepted.requests;
    }

    fn join_nodes(&mut self, tallies: &[NodeTally], seconds: f64) {
        if self.nodes.is_empty() {
            let servers = self.servers.iter().copied().chain(std::iter::repeat(None));
            self.nodes = tallies.iter().zip(servers).map(|(tally, servers)| JoinedNode::new(tally, servers)).collect();
        }
        self.nodes.iter_mut().zip(tallies).for_each(|(node, tally)| node.join(tally, seconds));
    }

    fn join_objects(&mut self, objects: ObjectTally) {
        if objects.count > 0 {
            let none_yet = self.objects.count == 0;
            self.objects.smallest =
                if none_yet { objects.smallest } else { self.objects.smallest.min(objects.smallest) };
            self.objects.largest = self.objects.largest.max(objects.largest);
        }
        self.objects.count += objects.count;
        self.objects.by_size += objects.by_size;
        self.objects.by_time += objects.by_time;
        self.objects.by_request += objects.by_request;
        self.mean_bytes.push(objects.bytes as f64 / objects.count as f64);
    }

    /// How many replications have joined.
    pub(super) const fn joined(&self) -> u32 {
        self.joined
    }

    /// One figure of the replications that have joined, with its interval.
    pub(super) fn estimate(&self, figure: Figure) -> Estimate {
        let nothing = Vec::new();
        let figures = Figures {
            latency: self.latency.figures.clone(),
            freshness: self.freshness.figures.clone(),
            objects_per_hour: self.hourly.get(OBJECTS).unwrap_or(&nothing).clone(),
            object_bytes: self.mean_bytes.clone(),
        };
        figures.estimate(figure)
    }

    /// Turns sums into results; `horizon` is the end of a run that is not drained.
    pub(super) fn finish(self, config: &RunConfig, horizon: Option<SimTime>, tier: TierReport) -> RunResult {
        let mut hourly = self.hourly.iter().map(|figures| Estimate::from_replications(figures));
        let mut next = || hourly.next().unwrap_or(Estimate { value: f64::NAN, half_width: None });
        let (requests, records, bytes, objects) = (next(), next(), next(), next());
        let per_hour = PerHour { requests, records, bytes, objects, increments: hourly.collect() };
        let objects_per_hour = self.hourly.into_iter().nth(OBJECTS).unwrap_or_default();
        let mut stages = self.gates;
        for gate in &mut stages {
            gate.finish(self.measured);
        }
        let (mut latency, by_latency) = self.latency.finish();
        let batch_means = self.batches.filter(|_| self.joined == 1).map(|batches| {
            let batches = if config.batches.is_none() { batches.grouped() } else { batches };
            batches.give_intervals(&mut latency);
            batches.judge()
        });
        let (freshness, by_freshness) = self.freshness.finish();
        let summary = Summary {
            records: self.records,
            latency,
            freshness,
            backlog_over_time: self.backlog.map(|backlog| backlog.finish(self.joined)).unwrap_or_default(),
            freshness_over_time: self.course.map(|course| course.finish()).unwrap_or_default(),
            objects: Objects {
                count: self.objects.count,
                per_hour: per_hour.objects,
                mean_bytes: Estimate::from_replications(&self.mean_bytes),
                min_bytes: self.objects.smallest,
                max_bytes: self.objects.largest,
                closed_by_size: self.objects.by_size,
                closed_by_time: self.objects.by_time,
                passed_at_once: self.objects.by_request,
            },
            per_hour,
            stages,
            nodes: self.nodes.into_iter().map(JoinedNode::finish).collect(),
            by_replication: Figures {
                latency: by_latency,
                freshness: by_freshness,
                objects_per_hour,
                object_bytes: self.mean_bytes,
            },
        };
        RunResult {
            seed: config.seed,
            replications: self.joined,
            stopped_before: None,
            precision: None,
            warm_up_found: None,
            batch_means,
            horizon: horizon.map_or(self.end as f64 / 1e9, SimTime::as_secs_f64),
            warm_up: config.warm_up.as_secs_f64(),
            tier,
            summary,
        }
    }
}

/// What all gates together let pass.
fn accepted(tally: &Tally) -> Load {
    tally.gates.iter().fold(tally.offered, |left, gate| Load {
        requests: left.requests.saturating_sub(gate.rejected.requests),
        records: left.records.saturating_sub(gate.rejected.records),
        bytes: left.bytes.saturating_sub(gate.rejected.bytes),
    })
}

fn empty_limit(limit: &super::model::Limit) -> LimitSummary {
    LimitSummary {
        name: limit.name.clone(),
        counts: limit.counts,
        offered_per_second: 0.0,
        peak_per_second: 0.0,
        limit_per_second: limit.rule.per_second(),
        peak_share: 0.0,
        rejected_requests: 0,
        rejected_records: 0,
    }
}

impl GateSummary {
    /// Adds a replication; what was offered stays a sum until [`GateSummary::finish`].
    fn join(&mut self, gate: &GateTally) {
        self.rejected_requests += gate.rejected.requests;
        self.rejected_records += gate.rejected.records;
        self.oversize_requests += gate.oversize.requests;
        self.oversize_records += gate.oversize.records;
        for (limit, Rejected { requests, records }) in self.limits.iter_mut().zip(&gate.limits) {
            limit.offered_per_second += gate.offered.of(limit.counts) as f64;
            limit.peak_per_second = limit.peak_per_second.max(gate.peak.of(limit.counts) as f64);
            limit.rejected_requests += requests;
            limit.rejected_records += records;
        }
    }

    fn finish(&mut self, seconds: f64) {
        for limit in &mut self.limits {
            limit.offered_per_second /= seconds;
            limit.peak_share = limit.peak_per_second / limit.limit_per_second;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_students() {
        let estimate = Estimate::from_replications(&[1.0, 2.0, 3.0, f64::NAN]);
        assert_eq!(estimate.value, 2.0);
        // t(0.975, 2) = 4.30265 (any table), standard error 1 / sqrt(3).
        assert!((estimate.half_width.unwrap() - 4.302_653 / 3f64.sqrt()).abs() < 1e-5);
        assert_eq!(Estimate::from_replications(&[5.0]), Estimate { value: 5.0, half_width: None });
        assert!(Estimate::from_replications(&[]).value.is_nan());
    }
}
