//! Results as JSON: the contract. Numbers are numbers, the unit is in the key or beside it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::comparison::Comparison;
use super::stages::{Outage, StageUse, outages, stages};
use super::tuning::Tuned;
use crate::architecture::{Lowered, Setting, Transfer, Variant};
use crate::catalog::{Catalog, Edition};
use crate::comparison::WhatIf;
use crate::cost::{Bill, Budget, Packing, UsageFile};
use crate::ranking::{Decision, Reason, Recommendation, Robustness, ServiceVerdict};
use crate::rules::Contradiction;
use crate::scenario::Scenario;
use crate::sensitivity::{Flip, OpenQuestion, WhyNot};
use crate::sim::{
    BatchMeans, Certificate, Distribution, Estimate, GateSummary, Histogram, OverTime, Overload, PrecisionReached,
    RunResult, SampledRecord, Tier, WarmUpFound,
};

/// Version of the JSON form: the second number rises with additions, the first with anything else.
pub const SCHEMA_VERSION: &str = "1.6";

/// The program and its version, as answers for people name them.
pub const FOREBAY: &str = concat!("Forebay ", env!("CARGO_PKG_VERSION"));

/// What every answer begins with.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Header {
    /// Version of this form.
    pub schema_version: &'static str,
    /// Version of the program.
    pub forebay_version: &'static str,
    /// Edition of the catalog.
    pub edition: Edition,
    /// Region.
    pub region: String,
    /// Digest of the catalog's files.
    pub catalog_digest: String,
    /// The scenario.
    pub scenario: ScenarioHeader,
}

/// Which scenario was answered.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ScenarioHeader {
    /// Its title.
    pub title: String,
    /// Its file.
    pub file: String,
    /// Digest of its text and the overrides.
    pub digest: String,
    /// All that its text and the overrides state, by path (`needs.freshness`), as written; lists and numbers as in JSON.
    pub stated: BTreeMap<String, String>,
}

impl Header {
    /// The header of an answer to `scenario`.
    #[must_use]
    pub fn new(catalog: &Catalog, scenario: &Scenario) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            forebay_version: env!("CARGO_PKG_VERSION"),
            edition: scenario.edition,
            region: scenario.region.clone(),
            catalog_digest: catalog.digest.clone(),
            scenario: ScenarioHeader {
                title: scenario.title.clone(),
                file: scenario.file.clone(),
                digest: scenario.digest.clone(),
                stated: scenario.stated.clone(),
            },
        }
    }
}

impl Header {
    /// The header of a bill of stated usage; the usage file stands where the scenario would.
    #[must_use]
    pub fn of_usage(catalog: &Catalog, usage: &UsageFile, edition: Edition) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            forebay_version: env!("CARGO_PKG_VERSION"),
            edition,
            region: usage.region.clone(),
            catalog_digest: catalog.digest.clone(),
            scenario: ScenarioHeader {
                title: usage.title.clone(),
                file: usage.name.clone(),
                digest: usage.digest.clone(),
                stated: BTreeMap::new(),
            },
        }
    }
}

/// What `run` answers; `advise`, `simulate` and `cost` leave out what they do not compute.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Document {
    /// Which question.
    #[serde(flatten)]
    pub header: Header,
    /// The decision.
    #[serde(flatten)]
    pub decision: Option<DecisionPart>,
    /// Requirements that cannot all be meant.
    pub contradictions: Vec<Contradiction>,
    /// Requirements left open that could change the winner, the one to ask first in front; `advise` only.
    pub open_questions: Option<Vec<OpenQuestion>>,
    /// The settings that meet the limits at the least cost; `tune` only.
    pub tuning: Option<Tuned>,
    /// Changes of one requirement that turn the answer; with `--flip`.
    pub flips: Option<Vec<Flip>>,
    /// Requirements that no change was found for that turns the answer; with `--flip`.
    pub flips_nothing: Option<Vec<String>>,
    /// Why services are not the answer, for each `--why-not`.
    pub why_not: Vec<WhyNot>,
    /// The simulated pipeline.
    pub simulation: Option<Simulation>,
    /// Why there is no simulation.
    pub not_simulated: Option<String>,
    /// What moving the stated volume once takes, by arithmetic; `null` where none is stated or nothing on the way moves it.
    pub transfer: Option<Transfer>,
    /// Its bill.
    pub bill: Option<Bill>,
    /// What packing events into records would save.
    pub packing: Option<Packing>,
    /// The candidate architectures side by side; `run` and `compare`.
    pub comparison: Option<Comparison>,
    /// Other settings of the pipeline that change its bill or its delay, each from a run of its own; `run`.
    pub what_if: Vec<WhatIf>,
    /// How the bill compares with the budget; `null` where none was given.
    pub budget: Option<Budget>,
}

impl Document {
    /// An answer with nothing in it yet.
    #[must_use]
    pub fn new(header: Header) -> Self {
        Self {
            header,
            decision: None,
            contradictions: Vec::new(),
            open_questions: None,
            tuning: None,
            flips: None,
            flips_nothing: None,
            why_not: Vec::new(),
            simulation: None,
            not_simulated: None,
            transfer: None,
            bill: None,
            packing: None,
            comparison: None,
            what_if: Vec::new(),
            budget: None,
        }
    }
}

/// The decision's part of a document.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DecisionPart {
    /// What is recommended, `null` if nothing satisfies the requirements.
    pub recommended: Option<Recommendation>,
    /// Every service considered.
    pub services: Vec<ServiceVerdict>,
    /// Criteria that could not be compared.
    pub criteria_not_compared: Vec<String>,
    /// Requirements that are stated and that no rule, criterion or path looks at.
    pub stated_but_unused: Vec<String>,
    /// What rules say about the recommended service without changing the answer.
    pub warnings: Vec<Reason>,
    /// How far the ranking can be trusted; absent where it was not asked.
    pub robustness: Option<Robustness>,
    /// The other ways of the recommended service, cheapest first, with why some were dropped; `advise` only.
    pub other_ways: Option<Vec<Variant>>,
}

impl From<&Decision> for DecisionPart {
    fn from(decision: &Decision) -> Self {
        Self {
            recommended: decision.recommended.clone(),
            services: decision.services.clone(),
            criteria_not_compared: decision.criteria_not_compared.clone(),
            stated_but_unused: decision.stated_but_unused.clone(),
            warnings: decision.warnings.clone(),
            robustness: None,
            other_ways: None,
        }
    }
}

/// What `simulate` answers: the simulation's keys at the top.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SimulationDocument {
    /// Which question.
    #[serde(flatten)]
    pub header: Header,
    /// The simulation.
    #[serde(flatten)]
    pub simulation: Simulation,
    /// What moving the stated volume once takes, by arithmetic; `null` where none is stated or nothing on the way moves it.
    pub transfer: Option<Transfer>,
}

/// What `simulate --sample` answers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SampleDocument {
    /// Which question.
    #[serde(flatten)]
    pub header: Header,
    /// The records drawn, in the order in which they were sent.
    pub sample: Vec<SampledRecord>,
}

/// A simulated pipeline.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Simulation {
    /// Level of detail: `record` or `flow`.
    pub tier: Tier,
    /// Why this level.
    pub tier_reason: String,
    /// What the flow tier leaves out, each with its bound.
    pub certificates: Vec<Certificate>,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Number of independent runs that were made.
    pub replications: u32,
    /// Number of runs that it should have been, where the simulation was interrupted; `null` if it was not.
    pub stopped_before: Option<u32>,
    /// What came of the precision asked for; `null` if none was.
    pub precision: Option<PrecisionReached>,
    /// Length of a run in seconds.
    pub horizon_s: f64,
    /// Time from the start that was not counted, in seconds.
    pub warm_up_s: f64,
    /// The warm-up that `--warm-up auto` found; `null` if none was looked for.
    pub warm_up_found: Option<WarmUpFound>,
    /// How one run gave the intervals of its latency; `null` where several runs did, or nothing does.
    pub batch_means: Option<BatchMeans>,
    /// Services of the pipeline.
    pub pipeline: Vec<String>,
    /// Recorded traffic that was replayed.
    pub trace: Option<TraceHeader>,
    /// Records, over all replications.
    pub records: Records,
    /// Time from sending a record until it can be read at the destination, in seconds.
    pub latency_s: Percentiles,
    /// Age of the oldest record on its way, over time, in seconds.
    pub freshness_s: Percentiles,
    /// The freshness in each part of the run, in seconds, over all replications.
    pub freshness_over_time_s: OverTime,
    /// Records accepted and not yet delivered at the end of each of the same parts, a mean over replications.
    pub backlog_over_time: Vec<f64>,
    /// Share of the delivered records that came later than the freshness asked for; `null` if none is asked for.
    pub late_share: Option<f64>,
    /// Objects written.
    pub objects: Objects,
    /// Limits, and which one binds.
    pub limits: Vec<LimitUse>,
    /// Stages that turned away what was larger than they take.
    pub oversize: Vec<Oversize>,
    /// Limits that are offered more than they sustain, for good; the worst first.
    pub overloads: Vec<Overload>,
    /// What else is on the way: servers, buffers, pollers, shards and deliveries; empty for a chain of gates, delays and a
    /// buffer, which needs none.
    pub stages: Vec<StageUse>,
    /// What services that were out of order have caused.
    pub outages: Vec<Outage>,
    /// Name of the limit that turned away most, or else was used most at the peak.
    pub binding_limit: Option<String>,
    /// What the simulation rests on.
    pub settings: Vec<Setting>,
}

/// Which trace was replayed, and how.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TraceHeader {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: String,
    /// Records in it, after overlaying.
    pub records: u64,
    /// Factor by which its gaps were divided.
    pub speedup: f64,
    /// Copies superposed.
    pub overlay: u32,
    /// Lines that could not be read.
    pub skipped_lines: u64,
}

/// Records, over all replications.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Records {
    /// Sent.
    pub offered: u64,
    /// Let through by every gate.
    pub accepted: u64,
    /// Turned away by a gate.
    pub rejected: u64,
    /// Readable at the destination by the end.
    pub delivered: u64,
    /// Still on their way at the end.
    pub in_flight: u64,
    /// Let through and never to be delivered: given up after the last try, or without a place to wait.
    pub lost: u64,
    /// Bytes of the records sent.
    pub offered_bytes: u64,
    /// Bytes of those that every gate let through.
    pub accepted_bytes: u64,
    /// Bytes of those that were lost.
    pub lost_bytes: u64,
    /// Requests they were sent in.
    pub offered_requests: u64,
}

impl From<&crate::sim::Records> for Records {
    fn from(records: &crate::sim::Records) -> Self {
        Self {
            offered: records.offered,
            accepted: records.accepted,
            rejected: records.rejected,
            delivered: records.delivered,
            in_flight: records.in_flight,
            lost: records.lost,
            offered_bytes: records.offered_bytes,
            accepted_bytes: records.accepted_bytes,
            lost_bytes: records.lost_bytes,
            offered_requests: records.offered_requests,
        }
    }
}

/// A distribution in figures.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Percentiles {
    /// Mean.
    pub mean: Estimate,
    /// Median.
    pub p50: Estimate,
    /// 95th percentile.
    pub p95: Estimate,
    /// 99th percentile.
    pub p99: Estimate,
    /// The largest of a run, averaged over runs.
    pub max: Estimate,
    /// The largest of all runs.
    pub largest: f64,
}

impl From<&Distribution> for Percentiles {
    fn from(distribution: &Distribution) -> Self {
        Self {
            mean: distribution.mean,
            p50: distribution.p50,
            p95: distribution.p95,
            p99: distribution.p99,
            max: distribution.max,
            largest: distribution.largest,
        }
    }
}

/// Objects written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Objects {
    /// Over all replications.
    pub count: u64,
    /// In an hour.
    pub per_hour: f64,
    /// Half-width of its 95 % interval.
    pub per_hour_half_width: Option<f64>,
    /// Mean size in bytes, before compression.
    pub mean_bytes: f64,
    /// Half-width of its 95 % interval.
    pub mean_bytes_half_width: Option<f64>,
    /// Smallest, in bytes.
    pub min_bytes: u64,
    /// Largest, in bytes.
    pub max_bytes: u64,
    /// Mean size as stored, in bytes.
    pub mean_stored_bytes: f64,
    /// Share closed because the size was reached.
    pub closed_by_size: f64,
    /// Share closed because the interval was over.
    pub closed_by_time: f64,
}

/// How far a limit was used.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LimitUse {
    /// Its name.
    pub name: String,
    /// What it counts.
    pub counts: String,
    /// Units a second it lets through.
    pub limit_per_s: f64,
    /// Units offered a second, on average.
    pub offered_per_s: f64,
    /// Units offered in the busiest second.
    pub peak_per_s: f64,
    /// Busiest second over the limit.
    pub peak_share: f64,
    /// Requests it turned away.
    pub rejected_requests: u64,
    /// Records it turned away.
    pub rejected_records: u64,
}

/// What a stage turned away because of its size.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Oversize {
    /// The stage.
    pub stage: String,
    /// Requests larger than it takes.
    pub requests: u64,
    /// Records larger than it takes.
    pub records: u64,
}

impl Simulation {
    /// The result of a run of a lowered pipeline.
    #[must_use]
    pub fn new(run: &RunResult, lowered: &Lowered, pipeline: Vec<String>, trace: Option<TraceHeader>) -> Self {
        let summary = &run.summary;
        let delivered = summary.records.delivered > 0;
        let limit = lowered.freshness.filter(|_| delivered);
        let limits: Vec<LimitUse> = summary.stages.iter().flat_map(limits).collect();
        let objects = &summary.objects;
        let closed = (objects.closed_by_size + objects.closed_by_time + objects.passed_at_once).max(1) as f64;
        // A fact may be named by several stages; it is listed once.
        let settings: BTreeMap<&str, &Setting> =
            lowered.settings.iter().map(|setting| (setting.name.as_str(), setting)).collect();
        Self {
            tier: run.tier.ran,
            tier_reason: run.tier.why.clone(),
            certificates: run.tier.certificates.clone(),
            seed: run.seed,
            replications: run.replications,
            stopped_before: run.stopped_before,
            precision: run.precision,
            horizon_s: run.horizon,
            warm_up_s: run.warm_up,
            warm_up_found: run.warm_up_found,
            batch_means: run.batch_means,
            pipeline,
            trace,
            records: (&summary.records).into(),
            latency_s: (&summary.latency).into(),
            freshness_s: (&summary.freshness).into(),
            freshness_over_time_s: summary.freshness_over_time.clone(),
            backlog_over_time: summary.backlog_over_time.clone(),
            late_share: limit.map(|limit| 1.0 - share_up_to(&summary.latency.histogram, limit.as_secs_f64())),
            objects: Objects {
                count: objects.count,
                per_hour: objects.per_hour.value,
                per_hour_half_width: objects.per_hour.half_width,
                mean_bytes: objects.mean_bytes.value,
                mean_bytes_half_width: objects.mean_bytes.half_width,
                min_bytes: objects.min_bytes,
                max_bytes: objects.max_bytes,
                mean_stored_bytes: objects.mean_bytes.value / lowered.compression_ratio,
                closed_by_size: objects.closed_by_size as f64 / closed,
                closed_by_time: objects.closed_by_time as f64 / closed,
            },
            oversize: summary.stages.iter().filter_map(oversize).collect(),
            binding_limit: by_use(&limits).first().map(|limit| limit.name.clone()),
            limits,
            overloads: summary.overloads(),
            stages: stages(summary, lowered),
            outages: outages(summary, lowered),
            settings: settings.into_values().cloned().collect(),
        }
    }
}

impl Simulation {
    /// Who turned most records away, as ` by name`; nothing if no one did.
    #[must_use]
    pub fn turned_away_by(&self) -> String {
        let limit = by_use(&self.limits).first().map(|limit| (limit.rejected_records, limit.name.clone()));
        let size = self.oversize.iter().map(|stage| (stage.records, format!("{} as too large", stage.stage)));
        let most = limit.into_iter().chain(size).max_by_key(|(records, _)| *records);
        most.filter(|(records, _)| *records > 0).map_or_else(String::new, |(_, name)| format!(" by {name}"))
    }
}

/// Share of values up to a limit, to the width of a bin.
fn share_up_to(histogram: &Histogram, limit: f64) -> f64 {
    if histogram.largest() <= limit {
        return 1.0;
    }
    histogram.cumulative().take_while(|(seconds, _)| *seconds <= limit).last().map_or(0.0, |(_, share)| share)
}

/// Limits in the order in which they bind: those that turned away most first, then those used most at the peak.
#[must_use]
pub fn by_use(limits: &[LimitUse]) -> Vec<&LimitUse> {
    let mut order: Vec<&LimitUse> = limits.iter().collect();
    order.sort_by(|a, b| b.rejected_records.cmp(&a.rejected_records).then(b.peak_share.total_cmp(&a.peak_share)));
    order
}

fn oversize(gate: &GateSummary) -> Option<Oversize> {
    let (requests, records) = (gate.oversize_requests, gate.oversize_records);
    (requests + records > 0).then(|| Oversize { stage: gate.name.clone(), requests, records })
}

fn limits(gate: &GateSummary) -> impl Iterator<Item = LimitUse> + '_ {
    gate.limits.iter().map(|limit| LimitUse {
        name: limit.name.clone(),
        counts: format!("{:?}", limit.counts).to_lowercase(),
        limit_per_s: limit.limit_per_second,
        offered_per_s: limit.offered_per_second,
        peak_per_s: limit.peak_per_second,
        peak_share: limit.peak_share,
        rejected_requests: limit.rejected_requests,
        rejected_records: limit.rejected_records,
    })
}

/// Any result as indented JSON with a newline at the end.
///
/// # Errors
/// A number that JSON cannot hold, which would be a bug.
pub fn to_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(value).map(|text| text + "\n")
}
