//! The catalog's TOML files as written. Doc comments here are the documentation of the format: they reach
//! `forebay schema` and every message about a missing or misspelt key.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Edition;
use super::traffic::ArrivalLaw;
use crate::units::{ByteRate, Bytes, RecordRate, SimDuration, Usd};

/// The part a service plays in a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Carries or processes the data; weighed against the others.
    Ingest,
    /// Stands between clients and the pipeline.
    FrontDoor,
    /// Runs the customer's code between two services.
    Processing,
    /// Takes the data in the end.
    Destination,
    /// Carries no records itself; makes another service's work possible or complete.
    Assistant,
}

/// A service: `services/<id>.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawService {
    /// Identifier, as in selection cases: `firehose`.
    pub id: String,
    /// The part it plays.
    pub role: Role,
    /// Whether it may itself be the answer; so it is for every service of the role `ingest` if absent.
    pub weighed: Option<bool>,
    /// Whether its rejection gets a row of its own in tables for eyes; the others share a paragraph.
    #[serde(default)]
    pub headline: bool,
    /// What it does, in a few lower-case words.
    pub summary: String,
    /// Address of its documentation.
    pub docs: String,
    /// Names by edition; `current` must be there.
    pub name: BTreeMap<String, RawName>,
    /// What is known of it.
    #[serde(default)]
    pub fact: Vec<RawFact>,
    /// What a scenario may set in the table named after the service.
    #[serde(default)]
    pub option: Vec<RawOption>,
    /// How it behaves, as a chain of queueing stages.
    #[serde(default)]
    pub stage: Vec<RawStage>,
    /// Nodes that feed it in a way that its stages and meters do not describe.
    #[serde(default)]
    pub not_simulated_from: Vec<String>,
    /// What it bills.
    #[serde(default)]
    pub meter: Vec<RawMeter>,
    /// Other settings that are worth a run of their own.
    #[serde(default)]
    pub what_if: Vec<RawWhatIf>,
}

/// Another setting of a service, which `run` tries out and tells of where it changes the bill or the delay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWhatIf {
    /// What it is, in words: `objects are compressed with GZIP`.
    pub text: String,
    /// Options with the values tried.
    pub set: BTreeMap<String, String>,
}

/// A service's names in one edition.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawName {
    /// The full name.
    pub full: String,
    /// The name for tables and drawings.
    pub short: String,
}

/// How a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Stated by the vendor's documentation.
    #[default]
    Documented,
    /// Measured by somebody, as the source says.
    Measured,
    /// Assumed; the note says on what grounds.
    Assumption,
}

/// One fact. Entries of the same id may differ by edition, Region or destination; the most specific one wins.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawFact {
    /// Name within the service: `buffer-interval-min`.
    pub id: String,
    /// A quantity with its unit, a word, a number, true or false, or a list of words.
    #[schemars(with = "FreeValue")]
    pub value: serde_json::Value,
    /// Only in this edition.
    pub edition: Option<Edition>,
    /// Only in these Regions.
    pub regions: Option<Vec<String>>,
    /// Only towards this destination.
    pub destination: Option<String>,
    /// Whether the vendor raises it on request.
    pub adjustable: Option<bool>,
    /// How it is known.
    #[serde(default)]
    pub grade: Grade,
    /// What else to know.
    pub note: Option<String>,
    /// Where it was read.
    pub source: String,
    /// When it was read, or the date the source shows: a TOML date.
    pub checked: String,
    /// Where the vendor's API model states the figure, for a test that holds the two together: service, shape or place
    /// in the text of the model, and bound. `firehose SizeInMBs max` is a bound of a shape, `kinesis PutRecords
    /// max_request` a figure of the text, `dms DataFormatValue enum` the words of a shape.
    pub model: Option<String>,
    /// Why the value is not the one of the model, where it is not.
    pub model_differs: Option<String>,
}

/// Stands for "any value" in schemas.
#[derive(Debug, Deserialize)]
pub struct FreeValue;

impl JsonSchema for FreeValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FreeValue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({})
    }
}

/// Kind of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OptionKind {
    /// A size such as `5 MiB`.
    Size,
    /// A duration such as `300 s`.
    Duration,
    /// A plain number.
    Number,
    /// One of `values`.
    Word,
}

/// Something a scenario may set for a service.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawOption {
    /// Key in the scenario's table of the service.
    pub id: String,
    /// Kind of its value.
    pub kind: OptionKind,
    /// What it does.
    pub doc: String,
    /// Fact that holds the default.
    pub default_fact: Option<String>,
    /// The default itself, for words.
    pub default: Option<String>,
    /// Other defaults, where data goes on to one of these nodes.
    #[serde(default)]
    pub default_towards: BTreeMap<String, String>,
    /// Fact that holds the least value.
    pub min_fact: Option<String>,
    /// Fact that holds the greatest value.
    pub max_fact: Option<String>,
    /// The greatest number it may be, for numbers.
    pub max: Option<f64>,
    /// The words it may be.
    pub values: Option<Vec<String>>,
    /// Whether it is chosen to trade delay for money, so that `tune` looks for its best value. A quantity is looked for between
    /// its least and its greatest value, and up to eight times its default where it has no greatest one.
    #[serde(default)]
    pub tune: bool,
    /// Takes the number that the load needs, where the scenario sets none.
    pub sized: Option<RawSizing>,
    /// Takes what the scenario states as this requirement, where it sets nothing for the service itself: `source.line-rate`.
    pub from_need: Option<String>,
}

/// How a number of like units follows from the load: as many as carry the busiest time of the profile, each within its part.
/// Each key names an option or a fact.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawSizing {
    /// Records a second that one unit carries.
    pub records: Option<String>,
    /// Requests a second that one unit carries.
    pub requests: Option<String>,
    /// Bytes a second that one unit carries.
    pub bytes: Option<String>,
    /// By which the load is multiplied first.
    pub headroom: Option<String>,
    /// The least number.
    pub least: Option<String>,
    /// Whether it is one for each device that sends, where the scenario tells how many these are.
    pub devices: Option<bool>,
}

impl RawSizing {
    /// The options and facts that it names.
    #[must_use]
    pub fn named(&self) -> Vec<&str> {
        let names = [&self.records, &self.requests, &self.bytes, &self.headroom, &self.least];
        names.into_iter().flatten().map(String::as_str).collect()
    }
}

/// Kind of a behaviour stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StageKind {
    /// Token bucket on requests: `rate`, `burst`.
    TokenBucket,
    /// Quotas counted in each whole second: `requests`, `records`, `bytes`.
    Quota,
    /// A lognormal delay: `median`, `sigma`, and `per-mib` for each MiB.
    Delay,
    /// Collects until `size`, `count` or `interval`, whichever is first.
    Buffer,
    /// Spreads records over `count` shards by their keys, each with its quotas `requests`, `records`, `bytes`.
    Shards,
    /// Takes what is there `every` so often, up to `records` and `bytes`, and hands it on after `median`, `sigma`: together, or
    /// in batches of `count` records at most.
    Poll,
    /// `servers` that serve what waits one by one, or up to `count` units as one: each takes `median`, `sigma`, or serves
    /// `rate` a second, and takes its bytes at `throughput`. Who finds all `places` taken is lost.
    Station,
    /// Hands on to the next service, again and again for `retry-for` while that is out of order.
    Deliver,
    /// Takes what was collected apart into its records.
    Unpack,
    /// Makes one stream of what comes from several shards.
    Gather,
}

/// When the interval of a buffer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimerKind {
    /// With the first record.
    #[default]
    FirstRecord,
    /// At whole multiples of the interval.
    Grid,
}

/// When something holds: every part that is there must be met.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawOnlyIf {
    /// Fed by one of these nodes.
    #[serde(default)]
    pub from: Vec<String>,
    /// Fed by none of these.
    #[serde(default)]
    pub not_from: Vec<String>,
    /// Handing on to one of these.
    #[serde(default)]
    pub to: Vec<String>,
    /// Handing on to none of these.
    #[serde(default)]
    pub not_to: Vec<String>,
    /// Options that have these words: of the service, or with its id and a dot before them of another one on the path.
    #[serde(default)]
    pub option: BTreeMap<String, String>,
}

/// One stage of a service's behaviour. What is a number there is named here: an option of the service, or else a fact. A
/// number of another service on the path has that service's id and a dot before its name: `kinesis_data_streams.shards`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawStage {
    /// Name within the service.
    pub id: String,
    /// What it does to a record.
    pub kind: StageKind,
    /// What it stands for.
    pub doc: String,
    /// When the stage is there; always if absent.
    pub only_if: Option<RawOnlyIf>,
    /// Token bucket: the refill rate. Station: units a second of one server, where it names no `median`.
    pub rate: Option<String>,
    /// Token bucket: its size.
    pub burst: Option<String>,
    /// Quota: records a second. Poll: records of one call.
    pub records: Option<String>,
    /// Quota: requests a second.
    pub requests: Option<String>,
    /// Quota: bytes a second. Poll: bytes of one call.
    pub bytes: Option<String>,
    /// Gate: the largest record let through.
    pub largest_record: Option<String>,
    /// Gate: the largest request let through.
    pub largest_request: Option<String>,
    /// Time it takes: the median.
    pub median: Option<String>,
    /// Time it takes: the standard deviation of the logarithm; none if absent.
    pub sigma: Option<String>,
    /// Delay: what each MiB adds.
    pub per_mib: Option<String>,
    /// Buffer: the size that closes it.
    pub size: Option<String>,
    /// Buffer: the number of records that closes it. Shards: how many there are. Poll: records handed on together at most.
    /// Station: units served as one at most.
    pub count: Option<String>,
    /// Buffer: the interval.
    pub interval: Option<String>,
    /// Buffer: the shortest interval that really happens, however short it is set.
    pub interval_floor: Option<String>,
    /// Buffer: when the interval begins.
    #[serde(default)]
    pub timer: TimerKind,
    /// Shards: different keys; records are spread evenly if absent.
    pub keys: Option<String>,
    /// Shards: Zipf's exponent of the keys' popularity.
    pub skew: Option<String>,
    /// Poll: from one call to the next.
    pub every: Option<String>,
    /// Station: units served at the same time.
    pub servers: Option<String>,
    /// Station: bytes a second of one server.
    pub throughput: Option<String>,
    /// Station: units that find a place, those in service included.
    pub places: Option<String>,
    /// Units that share the load. Quotas: by which each is multiplied. Station: by which its servers are multiplied, or, where
    /// it names none, the rate and throughput of the only one.
    pub times: Option<String>,
    /// Station: the share of that throughput that it really gets; all of it if absent.
    pub throughput_share: Option<String>,
    /// Deliver: how long it is tried before the data is given up.
    pub retry_for: Option<String>,
    /// Deliver: the first wait; it doubles from there.
    pub retry_first: Option<String>,
    /// Deliver: the longest wait.
    pub retry_longest: Option<String>,
}

impl RawStage {
    /// The options and facts that it names.
    #[must_use]
    pub fn named(&self) -> Vec<&str> {
        let names = [
            &self.rate,
            &self.burst,
            &self.records,
            &self.requests,
            &self.bytes,
            &self.largest_record,
            &self.largest_request,
            &self.median,
            &self.sigma,
            &self.per_mib,
            &self.size,
            &self.count,
            &self.interval,
            &self.interval_floor,
            &self.keys,
            &self.skew,
            &self.every,
            &self.servers,
            &self.throughput,
            &self.places,
            &self.times,
            &self.throughput_share,
            &self.retry_for,
            &self.retry_first,
            &self.retry_longest,
        ];
        names.into_iter().flatten().map(String::as_str).collect()
    }
}

/// What a meter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MeterCount {
    /// Requests let through.
    Requests,
    /// Bytes, each record rounded up to `increment`.
    RoundedBytes,
    /// Objects written.
    Objects,
    /// Bytes stored, averaged over the month.
    StoredBytes,
    /// Bytes let through, as they are.
    Bytes,
    /// Records, each counted once for every begun `increment`.
    Increments,
    /// Hours of the month.
    Hours,
    /// The month itself, once.
    Months,
    /// Units that leave the stage `stage`.
    Passes,
    /// Seconds that servers of the stage `stage` are at work.
    BusySeconds,
    /// The same in hours.
    BusyHours,
    /// What somebody states, in a usage file; no run counts it.
    Usage,
}

/// How stated usage of a meter becomes a quantity. The rules themselves are functions of `cost::rules`; these are their
/// parameters.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawBillingRule {
    /// Units billed on top of those stated, such as the one that orchestrates an application.
    #[serde(default)]
    pub extra: u32,
    /// How often each unit is billed: 2 where both directions of a transfer are; once if absent.
    pub times: Option<u32>,
    /// Shortest time billed for a run.
    pub least_time: Option<SimDuration>,
    /// Time is billed in whole steps of this.
    pub time_step: Option<SimDuration>,
    /// Data that each unit holds, where data is billed by units.
    pub each: Option<Bytes>,
    /// Data of each unit that is not billed.
    pub included: Option<Bytes>,
    /// Data rate that is billed at least.
    pub floor: Option<ByteRate>,
    /// Data that a unit takes in.
    pub takes: Option<ByteRate>,
    /// Records that a unit takes in.
    pub takes_records: Option<RecordRate>,
    /// Data that a unit gives out.
    pub gives: Option<ByteRate>,
    /// Units that a machine of each type counts as.
    #[serde(default)]
    pub units: BTreeMap<String, f64>,
}

/// Something a service bills.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawMeter {
    /// Name within the service.
    pub id: String,
    /// Name on the bill.
    pub name: String,
    /// Meter in the price file; `unknown` where nobody publishes a price; `{type}` in it stands for the type of an instance: `broker_{type}_hour`.
    pub price: String,
    /// What is counted.
    pub counts: MeterCount,
    /// Size that each record is rounded up to; where records and no bytes are billed, each such part counts as one.
    pub increment: Option<crate::units::Bytes>,
    /// When it is billed; always if absent.
    pub only_if: Option<RawOnlyIf>,
    /// Option or fact by which the count is multiplied: shards of shard-hours, memory of GB-seconds. `extra`, `times` and
    /// `each` of the rule hold here too.
    pub of: Option<String>,
    /// Units that a simulated pipeline has besides those of `of`, such as the primary node of a cluster.
    #[serde(default)]
    pub of_extra: u32,
    /// How often a simulated pipeline counts each: 3 for a message that is sent, received and deleted; once if absent.
    pub of_times: Option<u32>,
    /// Service that bills it, where that is another one.
    pub price_of: Option<String>,
    /// Option that names the type of the instance, for a price that leaves it open.
    #[serde(rename = "type")]
    pub type_option: Option<String>,
    /// Stage that counts, for `passes` and `busy-seconds`.
    pub stage: Option<String>,
    /// How stated usage becomes a quantity, where that is more than counting.
    #[serde(default)]
    pub rule: RawBillingRule,
    /// Unit on the bill. It says what is measured: `GB`, `GB-month`, `GB-seconds`, `shard-hours`, `minutes`; any other
    /// word is a count.
    pub unit: String,
    /// Base units a month that a new account gets free, taken off only when asked.
    pub free: Option<u64>,
    /// Who gets them and how long.
    pub free_note: Option<String>,
    /// What else to know.
    pub note: Option<String>,
    /// Where it was read.
    pub source: String,
}

/// `integrations.toml`, or any file of `integrations/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawIntegrations {
    /// The connections.
    pub edge: Vec<RawEdge>,
}

/// One connection.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawEdge {
    /// Node that sends.
    pub from: String,
    /// Node that receives.
    pub to: String,
    /// How.
    pub how: String,
    /// Whether the customer writes code for it.
    pub needs_code: bool,
    /// Whether records travel on it.
    pub carries_data: Option<bool>,
    /// Delay it adds, where a source gives one.
    pub adds_latency: Option<SimDuration>,
    /// The least delay it can be set up for, where that is a limit of the connection itself.
    pub least_latency: Option<SimDuration>,
    /// What must be so before it can be used, in words, where that is more than switching it on: a path without such a
    /// condition is preferred.
    pub precondition: Option<String>,
    /// Whether it writes each record by itself, so that a service that gathers them first is preferred.
    pub one_by_one: Option<bool>,
    /// Edition it exists in; both if absent.
    pub edition: Option<Edition>,
    /// What else to know.
    pub note: Option<String>,
    /// Where it was read.
    pub source: String,
    /// When.
    pub checked: String,
}

impl From<RawEdge> for super::Edge {
    fn from(raw: RawEdge) -> Self {
        Self {
            from: raw.from,
            to: raw.to,
            how: raw.how,
            needs_code: raw.needs_code,
            carries_data: raw.carries_data.unwrap_or(true),
            adds_latency: raw.adds_latency,
            least_latency: raw.least_latency,
            precondition: raw.precondition,
            one_by_one: raw.one_by_one.unwrap_or(false),
            edition: raw.edition,
            source: raw.source,
        }
    }
}

/// `sources.toml`, or any file of `sources/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSources {
    /// The systems data comes from.
    #[serde(default)]
    pub source: Vec<RawSource>,
    /// The places data ends up in.
    #[serde(default)]
    pub destination: Vec<RawPlace>,
}

/// A word of `needs.destinations` and its node of the integration graph.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawPlace {
    /// Word of the vocabulary.
    pub word: String,
    /// Node of the integration graph: a service, or a place of its own that edges may end at.
    pub node: String,
    /// Name in drawings, where the node is no service.
    pub name: Option<String>,
    /// Whether data rests there to be queried later, rather than being acted upon as it comes.
    #[serde(default)]
    pub at_rest: bool,
}

/// One source system.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSource {
    /// Word of the vocabulary.
    pub system: String,
    /// Nodes of the integration graph, the most usual first.
    #[serde(default)]
    pub nodes: Vec<String>,
    /// Name in drawings.
    pub name: String,
    /// Kinds of data that come from such a system where the scenario names none that could send them.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// What it is.
    pub doc: Option<String>,
}

impl From<RawSource> for super::SourceSystem {
    fn from(raw: RawSource) -> Self {
        Self { system: raw.system, nodes: raw.nodes, name: raw.name, kinds: raw.kinds }
    }
}

/// `regions.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRegions {
    /// The Regions.
    pub region: Vec<RawRegion>,
}

/// One Region.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRegion {
    /// `us-east-1`.
    pub id: String,
    /// `US East (N. Virginia)`.
    pub name: String,
}

/// `criteria.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCriteria {
    /// The criteria.
    pub criterion: Vec<Criterion>,
}

/// How a criterion turns a fact into a value between 0 and 1.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Criterion {
    /// Key in the scenario's `[priorities]`.
    pub id: String,
    /// Name in tables and charts.
    pub name: String,
    /// What it measures.
    pub doc: String,
    /// Default weight; the weights of all criteria are scaled to 100.
    #[schemars(range(min = 0.0))]
    pub weight: f64,
    /// Facts that hold its value; several are averaged.
    pub facts: Vec<String>,
    /// Value of each word the facts may be.
    #[serde(default)]
    pub words: BTreeMap<String, f64>,
    /// For a number: the fact's value that is worth 1.
    pub best: Option<f64>,
    /// For a number: the fact's value that is worth 0.
    pub worst: Option<f64>,
    /// For a duration: the requirement it is held against; nothing left of it is worth 0, all of it 1.
    pub against: Option<String>,
    /// Value where rules alone decide: they add to it and take from it.
    pub base: Option<f64>,
    /// What it measures of a simulated and priced pipeline, between `best` and `worst`; without a simulation it does not
    /// count.
    pub measures: Option<Measure>,
}

/// A figure that a simulation and its bill give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// USD a month; each factor of ten counts alike, so `best` and `worst` are above zero.
    UsdAMonth,
}

/// `vocabulary.toml`, or any file of `vocabulary/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawVocabulary {
    /// The keys.
    pub key: Vec<VocabularyKey>,
}

/// Kind of a rare requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VocabularyKind {
    /// One of `values`.
    Word,
    /// Several of `values`.
    Words,
    /// True or false.
    Flag,
    /// A whole number.
    Count,
    /// A duration.
    Duration,
    /// Any text.
    Text,
}

/// A rare requirement, written in `[needs.further]`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VocabularyKey {
    /// Its key.
    pub id: String,
    /// Its kind.
    pub kind: VocabularyKind,
    /// The words it may be.
    #[serde(default)]
    pub values: Vec<String>,
    /// What it means.
    pub doc: String,
}

/// `prices/<service>.toml`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPrices {
    /// The service the prices belong to.
    pub service: String,
    /// Its name on a bill, for a service without a file of its own in `services/`.
    pub name: Option<String>,
    /// What such a service bills.
    #[serde(default)]
    pub meter: Vec<RawMeter>,
    /// The prices.
    pub price: Vec<RawPrice>,
}

/// A unit price in one Region.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawPrice {
    /// Region it holds in.
    pub region: String,
    /// Meter it belongs to.
    pub meter: String,
    /// Unit that `usd` is for, as the vendor words it.
    pub unit: String,
    /// Base units (requests, GB, hours) in one such unit.
    #[schemars(range(min = 1))]
    pub per: u64,
    /// Prices by volume, lowest tier first.
    pub tiers: Vec<RawTier>,
    /// How far the source is to be trusted.
    pub confidence: Confidence,
    /// Date of the price.
    pub as_of: String,
    /// Where it was read.
    pub source: String,
    /// What else to know.
    pub note: Option<String>,
}

/// How far a price is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The vendor's price feed, documentation or calculator.
    High,
    /// Several public copies that agree.
    Medium,
    /// One weak source.
    Low,
}

/// One tier of a price.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawTier {
    /// Upper bound of the month's volume in base units, `"inf"` for the last tier.
    pub up_to: String,
    /// Price of one unit in this tier.
    pub usd: Usd,
}

/// `workloads.toml` and the files of `workloads/`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWorkloads {
    /// Rate profiles.
    #[serde(default)]
    pub profile: Vec<RawRateProfile>,
    /// Arrival presets.
    #[serde(default)]
    pub arrivals: Vec<RawArrivalPreset>,
    /// Presets of record sizes.
    #[serde(default)]
    pub size: Vec<RawSizePreset>,
}

/// How well the figures of a preset are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// A matter of mathematics.
    Textbook,
    /// Measured from a trace, which the source names.
    Measured,
    /// Read in the publication that the source names.
    Published,
    /// Read in a source that quotes another one.
    Secondary,
    /// Quoted from a well-known publication without reading it again: check before relying on it.
    Unverified,
    /// An example; the shape is real, the figures are chosen.
    Example,
}

impl Evidence {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Textbook => "textbook",
            Self::Measured => "measured",
            Self::Published => "published",
            Self::Secondary => "secondary",
            Self::Unverified => "unverified",
            Self::Example => "example",
        }
    }
}

/// A named way of arriving, with its source.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawArrivalPreset {
    /// Name that a scenario gives.
    pub id: String,
    /// How requests arrive; `poisson` if absent.
    #[serde(default)]
    pub law: ArrivalLaw,
    /// Name of the rate profile; `flat` if absent.
    pub profile: Option<String>,
    /// One-off episodes.
    #[serde(default)]
    pub episodes: Vec<RawEpisode>,
    /// The rate that was seen, for those who have none of their own.
    pub seen_rate: Option<RecordRate>,
    /// What it shows.
    pub doc: String,
    /// How well the figures are known.
    pub grade: Evidence,
    /// Where they come from.
    pub source: String,
    /// When the source was read or the trace measured.
    pub checked: String,
}

/// A time in which the rate is a multiple of what it would have been.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawEpisode {
    /// When it begins, counted from the start of a run.
    pub from: SimDuration,
    /// When it is over.
    pub to: SimDuration,
    /// By how much the rate is multiplied: 0 for an outage, 8 for a crowd.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub factor: f64,
}

/// A named law of record sizes, with its source.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawSizePreset {
    /// Name that a scenario gives.
    pub id: String,
    /// The law, with the parameters of the source.
    pub law: RawPresetSizes,
    /// What it shows.
    pub doc: String,
    /// How well the figures are known.
    pub grade: Evidence,
    /// Where they come from.
    pub source: String,
    /// When the source was read or the trace measured.
    pub checked: String,
}

/// A law of record sizes in the parameters that publications give.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawPresetSizes {
    /// All records have this size.
    Constant(Bytes),
    /// A law with parameters, named by its key.
    Law(RawPresetLaw),
}

/// A law in the parameters that publications give.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawPresetLaw {
    /// Lognormal, by mean and standard deviation of the logarithm of the bytes.
    Lognormal(RawLogParameters),
    /// Gamma, by shape and scale in bytes.
    Gamma(RawShapeScale),
    /// Generalized Pareto.
    GeneralizedPareto(super::traffic::GeneralizedPareto),
    /// A lognormal body with a Pareto tail.
    LognormalPareto(super::traffic::LognormalPareto),
    /// A share of records without content, the others lognormal.
    ZeroInflatedLognormal(super::traffic::ZeroInflated),
    /// Sizes with weights.
    Table(super::traffic::SizeTable),
}

/// Parameters of a lognormal law.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLogParameters {
    /// Mean of the logarithm.
    #[schemars(range(min = 0.0, max = 27.0))]
    pub mu: f64,
    /// Standard deviation of the logarithm.
    #[schemars(range(min = 0.0, max = 5.0))]
    pub sigma: f64,
}

/// Parameters of a gamma law.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawShapeScale {
    /// Shape.
    #[schemars(range(min = 0.01, max = 1_000_000.0))]
    pub shape: f64,
    /// Scale in bytes.
    #[schemars(range(min = 0.001, max = 1e12))]
    pub scale: f64,
}

/// A rate profile with its source.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRateProfile {
    /// Name that a scenario gives.
    pub id: String,
    /// Time after which it repeats.
    pub period: SimDuration,
    /// Factors of the mean rate, each holding for an equal part of the period.
    #[schemars(length(min = 1))]
    pub factors: Vec<f64>,
    /// What it shows.
    pub doc: String,
    /// Where it was measured or read.
    pub source: String,
}
