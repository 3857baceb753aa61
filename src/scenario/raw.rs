//! Scenario format 1 as written. Doc comments here are its documentation: they reach `forebay schema scenario`, messages
//! about missing keys, and the book.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::catalog::Edition;
use crate::catalog::raw::{FreeValue, RawEpisode};
use crate::catalog::traffic::{ArrivalLaw, CountTable, SizeLaw};
use crate::units::{ByteRate, Bytes, RecordRate, SimDuration};

/// A word of a closed list. Rules compare words, so the list is all there is to know about the type.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $($word:literal)+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        pub struct $name(pub String);

        impl $name {
            /// The words it may be.
            pub const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "enum": Self::WORDS })
            }
        }
    )+};
}

/// A word of a list that the catalog holds; [`super::schema`] fills it in.
macro_rules! catalog_words {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        pub struct $name(pub String);

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string" })
            }
        }
    )+};
}

catalog_words! {
    /// What sends the data: a system of `sources.toml`.
    SourceSystem;
    /// Where it must end up: a destination of `sources.toml` or a destination service.
    Destination;
    /// An arrival preset of the catalog.
    ArrivalPresetName;
    /// A preset of record sizes of the catalog.
    SizePresetName;
}

words! {
    /// What the data is.
    DataKind: "application_logs" "audit_events" "backups" "clickstream" "database_change" "database_full"
        "device_command" "files" "hadoop_workload" "identity" "iot_telemetry" "messages" "metrics" "saas"
        "security_events" "service_events" "third_party_api" "third_party_dataset" "time_encoded_media" "video";
    /// Protocol the sender speaks.
    Protocol: "https_api" "https_rest" "iscsi" "mqtt" "nfs" "nfs_smb" "rtsp" "sftp" "webrtc";
    /// What the sender's code can call.
    ClientSdk: "aws_sdk" "none";
    /// How the sender's users are known.
    ClientAuth: "anonymous" "anonymous_and_sign_in" "api_key_quota" "none" "social_login" "user_sign_in";
    /// Whose data it is.
    Ownership: "first_party" "third_party";
    /// How old data may be, in words.
    FreshnessWord: "real_time" "seconds" "near_real_time" "minutes" "batch" "query_time" "live";
    /// What is to be computed on the way.
    Transform: "custom_code" "decrypt_tag" "format_conversion" "heavy_etl" "light" "none" "sql_analytics"
        "stateful_stream_analytics";
    /// How the work of running it is to be split.
    Operations: "full_control" "fully_managed" "least_development_effort" "least_operational_overhead"
        "no_broker_management" "no_code" "no_connector_code" "no_pipeline" "open_source_compat" "reuse_platform"
        "serverless" "simple_no_streaming_skills" "simplest_serverless";
    /// When data comes.
    Schedule: "continuous" "daily" "event" "hourly" "occasional" "one_time" "quarterly" "recurring" "regular"
        "scheduled" "weekly";
    /// How much there is, in words.
    VolumeWord: "low" "moderate" "high" "very_high";
    /// What it must work with.
    Compatibility: "existing_kafka" "existing_kafka_and_spark" "hbase_hive" "hive_hadoop" "kafka_api" "kafka_feature"
        "kafka_topics" "kinesis_analytics_sql" "kubernetes_eks" "none" "pinned_framework_versions" "pyspark" "spark"
        "spark_hive_custom_libs" "spark_open_source" "spark_skills";
    /// What kind of bill is wanted.
    CostPreference: "lowest_cost" "pay_per_use" "spot";
    /// How traffic behaves.
    TrafficPattern: "moderate" "spiky" "unpredictable" "varying";
    /// The line the data comes over.
    NetworkTrait: "bandwidth_cap" "fixed_ip_allowlist" "limited" "offline" "shared" "unreliable";
    /// What each record looks like.
    RecordFormat: "csv" "gzip" "json";
    /// What order consumers rely on.
    Ordering: "global" "none" "out_of_order" "per_key" "per_row_commit";
    /// What loss is allowed.
    Durability: "high" "no_loss";
    /// How many people look after it.
    Staff: "reduced" "normal" "large";
    /// What the people know.
    Skill: "big_data" "database" "flink" "hadoop" "java" "kafka" "python" "spark" "sql";
}

/// A quantity of which only the ends of an interval are known. The check against the schema reads the ends.
macro_rules! intervals {
    ($($(#[doc = $doc:literal])* $name:ident: $format:literal $example:literal;)+) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Deserialize)]
        pub struct $name(pub String);

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let doc = concat!($($doc),*).trim();
                json_schema!({ "type": "string", "format": $format, "description": doc, "examples": [$example] })
            }
        }
    )+};
}

intervals! {
    /// A duration of which only the least and the greatest are known.
    DurationInterval: "duration-interval" "10 s .. 60 s";
    /// A size of which only the least and the greatest are known.
    SizeInterval: "size-interval" "1 TB .. 5 TB";
    /// A rate of bytes of which only the least and the greatest are known.
    ByteRateInterval: "byte-rate-interval" "10 MB/s .. 100 MB/s";
    /// A whole number of which only the least and the greatest are known.
    CountInterval: "count-interval" "2 .. 5";
}

/// A scenario, format 1.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawScenario {
    /// Version of the format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub format: u32,
    /// One line that says what it is about.
    pub title: String,
    /// More words about it.
    pub description: Option<String>,
    /// Region of the pipeline; `us-east-1` if absent.
    pub region: Option<String>,
    /// Edition of the catalog to answer with; `current` if absent.
    pub edition: Option<Edition>,
    /// Services to choose among, by id; all if absent.
    pub alternatives: Option<Vec<String>>,
    /// Where the data comes from.
    #[serde(default)]
    pub source: RawSource,
    /// What is needed.
    #[serde(default)]
    pub needs: RawNeeds,
    /// Who will run it.
    #[serde(default)]
    pub team: RawTeam,
    /// Weights of criteria, by criterion id, where they should differ from the catalog's.
    #[serde(default)]
    pub priorities: BTreeMap<String, f64>,
    /// The traffic. Without it advice is given, but nothing can be simulated or priced.
    pub workload: Option<RawWorkload>,
    /// How to simulate.
    #[serde(default)]
    pub simulation: RawSimulation,
}

/// Where the data comes from.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawSource {
    /// What the data is.
    pub kind: Option<DataKind>,
    /// What sends it.
    pub system: Option<SourceSystem>,
    /// Protocol the sender speaks.
    pub protocol: Option<Protocol>,
    /// What the sender's code can call: the AWS SDK, or nothing but plain HTTPS.
    pub client_sdk: Option<ClientSdk>,
    /// How the sender's users are known.
    pub client_auth: Option<ClientAuth>,
    /// Whose data it is.
    pub ownership: Option<Ownership>,
    /// Database engine, for databases: `mysql`.
    pub engine: Option<String>,
    /// Traits of the line the data comes over.
    pub network: Option<Vec<NetworkTrait>>,
    /// Rate of that line.
    pub line_rate: Option<LineRate>,
    /// Users a month, where identities are billed.
    pub monthly_users: Option<Users>,
}

/// Rate of a line.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LineRate {
    /// A rate.
    Rate(ByteRate),
    /// Between two rates.
    Between(ByteRateInterval),
}

/// Users a month.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Users {
    /// So many.
    Exactly(u64),
    /// Between two numbers.
    Between(CountInterval),
}

/// What is needed. An absent key means "not stated", and no rule fires on it. A quantity may be an interval: a rule that
/// holds for a part of it only stays silent.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawNeeds {
    /// Where data must end up.
    pub destinations: Option<Vec<Destination>>,
    /// How old data may be when it can be used: a duration or a word.
    pub freshness: Option<Freshness>,
    /// What is to be computed on the way.
    pub transform: Option<Transform>,
    /// Window of that computation: `tumbling_1min`, `sliding_10min`, `session_30min`.
    pub window: Option<String>,
    /// Whether several programs read the same records before or beside the destinations.
    pub multiple_consumers: Option<bool>,
    /// How many programs read the same records before or beside the destinations; who reads from a destination afterwards
    /// does not count.
    pub consumers: Option<Consumers>,
    /// Whether records must be readable again.
    pub replay: Option<bool>,
    /// How long records must be kept where they can be read again.
    pub retention: Option<Retention>,
    /// What order consumers rely on.
    pub ordering: Option<Ordering>,
    /// Whether each record must count exactly once.
    pub exactly_once: Option<bool>,
    /// What loss is allowed.
    pub durability: Option<Durability>,
    /// When data comes.
    pub schedule: Option<Schedule>,
    /// How the work of running it is to be split.
    pub operations: Option<Operations>,
    /// What it must work with.
    pub compatibility: Option<Compatibility>,
    /// What kind of bill is wanted.
    pub cost: Option<CostPreference>,
    /// How traffic behaves.
    pub traffic: Option<TrafficPattern>,
    /// How much data there is: a size, a rate or a word.
    pub volume: Option<Volume>,
    /// When a transfer must be done.
    pub deadline: Option<Deadline>,
    /// How long the source may stand still.
    pub downtime: Option<Downtime>,
    /// What each record looks like.
    pub record_format: Option<RecordFormat>,
    /// Rare requirements, by the keys of the catalog's vocabulary.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, FreeValue>")]
    pub further: BTreeMap<String, serde_json::Value>,
}

/// How old data may be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Freshness {
    /// A word.
    Word(FreshnessWord),
    /// A duration.
    Limit(SimDuration),
    /// Between two durations.
    Between(DurationInterval),
}

/// How many programs read the same records.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Consumers {
    /// So many.
    Exactly(#[schemars(range(min = 0, max = 10000))] u32),
    /// Between two numbers.
    Between(CountInterval),
}

/// When a transfer must be done.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Deadline {
    /// A duration.
    Limit(SimDuration),
    /// Between two durations.
    Between(DurationInterval),
}

/// How long records are kept.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Retention {
    /// A duration.
    Limit(SimDuration),
    /// Between two durations.
    Between(DurationInterval),
    /// `archive`, `indexed` or `latest_per_key_forever`.
    Word(RetentionWord),
}

/// How long the source may stand still.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Downtime {
    /// A duration.
    Limit(SimDuration),
    /// Between two durations.
    Between(DurationInterval),
    /// `near_zero` or `minimal`.
    Word(DowntimeWord),
}

/// How much data there is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Volume {
    /// In all.
    Size(Bytes),
    /// Per time.
    Rate(ByteRate),
    /// Between two sizes.
    SizeBetween(SizeInterval),
    /// Between two rates.
    RateBetween(ByteRateInterval),
    /// In words.
    Word(VolumeWord),
}

words! {
    /// How long records are kept, in words.
    RetentionWord: "archive" "indexed" "latest_per_key_forever";
    /// How long the source may stand still, in words.
    DowntimeWord: "near_zero" "minimal";
}

/// Who will run it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawTeam {
    /// How many people look after it.
    pub staff: Option<Staff>,
    /// What they know; an empty list says that they know none of these.
    pub skills: Option<Vec<Skill>>,
}

/// The traffic.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawWorkload {
    /// Mean rate of records.
    pub rate: RecordRate,
    /// Arrivals, with their rate profile, by the name of a preset: `forebay catalog list workloads`.
    pub preset: Option<ArrivalPresetName>,
    /// How requests arrive, a word or a process with parameters; `poisson` if absent.
    pub arrivals: Option<ArrivalLaw>,
    /// How the rate changes over the day: the name of a profile of the catalog, or factors of one's own.
    pub profile: Option<RawProfile>,
    /// Times at which the rate is a multiple of the profile's, such as outages and crowds: a list of tables with `from`,
    /// `to` and `factor`. They leave the mean as it is.
    pub episodes: Option<Vec<RawEpisode>>,
    /// Size of a record: a size, the name of a preset, or a law.
    pub record_size: RawSizes,
    /// Records that a client sends in one request, a number or a law; 1 if absent.
    pub records_per_request: Option<RawBatch>,
    /// How many times smaller an object gets by compression; the catalog's figure if absent.
    #[schemars(range(min = 1.0, max = 1000.0))]
    pub compression_ratio: Option<f64>,
    /// What a client does when the entry of the pipeline throttles it; without this it gives up at once.
    pub retry: Option<RawRetry>,
}

/// How a client tries again after it was throttled.
///
/// The defaults are those of the AWS SDKs' standard mode.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawRetry {
    /// Tries of one request, the first one included; 3 if absent.
    #[schemars(range(min = 1, max = 1000))]
    pub max_attempts: Option<u32>,
    /// Wait before the second try, doubled before each further one; `1 s` if absent.
    pub initial_backoff: Option<SimDuration>,
    /// No wait is longer; `20 s` if absent.
    pub max_backoff: Option<SimDuration>,
    /// Whether each wait is drawn evenly from zero to its length, so that clients do not come back all together; true if
    /// absent.
    pub jitter: Option<bool>,
}

/// A rate profile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawProfile {
    /// Name of a profile in the catalog.
    Named(String),
    /// Factors of the mean rate, each holding for an equal part of the period.
    Own(RawFactors),
}

/// Factors of a rate profile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawFactors {
    /// Factors of the mean rate; they are scaled to a mean of 1.
    #[schemars(length(min = 1, max = 10000))]
    pub factors: Vec<f64>,
    /// Time after which the profile repeats; `24 h` if absent.
    pub period: Option<SimDuration>,
}

/// Records in a request.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawBatch {
    /// Always so many.
    Fixed(#[schemars(range(min = 1, max = 500))] u32),
    /// A law.
    Law(CountTable),
}

/// Sizes of records.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawSizes {
    /// All records have this size.
    Constant(Bytes),
    /// Sizes follow a preset.
    Preset(SizePresetName),
    /// Sizes follow a law.
    Law(SizeLaw),
}

/// How to simulate.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawSimulation {
    /// Length of a run; `24 h` if absent.
    #[schemars(extend("x-above-zero" = true))]
    pub horizon: Option<SimDuration>,
    /// Number of independent runs; 10 if absent.
    #[schemars(range(min = 1, max = 100_000))]
    pub replications: Option<u32>,
    /// Time from the start whose records are not counted; none if absent.
    pub warm_up: Option<SimDuration>,
    /// Seed of the random numbers; 1 if absent.
    pub seed: Option<u64>,
    /// Times in which a service of the pipeline takes nothing.
    pub outages: Option<Vec<RawOutage>>,
}

/// A time in which a service takes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawOutage {
    /// The service that is out of order: `s3`.
    pub service: String,
    /// When it begins, counted from the start of a run.
    pub from: SimDuration,
    /// When it is over.
    pub to: SimDuration,
}
