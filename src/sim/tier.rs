//! How finely a model is simulated: record by record, or buffer by buffer.

use serde::Serialize;
use thiserror::Error;

/// Which engine a run uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Flow for a long run that it may simulate, record otherwise.
    ///
    /// Long is [`Tier::LONG_RUN`] records or more in all replications together and [`Tier::LONG_REPLICATION`] in each, and
    /// then only where a buffer holds at least [`Tier::FULL_BUFFER`] records on average: below, drawing whole buffers
    /// saves nothing.
    #[default]
    Auto,
    /// Every record is drawn.
    Record,
    /// Every buffer is drawn; its records follow from it.
    Flow,
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Record => "record",
            Self::Flow => "flow",
        })
    }
}

impl Tier {
    /// Records in all replications from which on [`Tier::Auto`] takes the flow tier: a few seconds of the record tier.
    pub const LONG_RUN: f64 = 1e8;
    /// Records in each replication from which on [`Tier::Auto`] takes the flow tier; its tables are not worth less.
    pub const LONG_REPLICATION: f64 = 1e6;
    /// Records in a buffer from which on [`Tier::Auto`] takes the flow tier.
    pub const FULL_BUFFER: f64 = 64.0;
}

/// Why the flow tier cannot simulate a model.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Obstacle {
    /// The times of a trace are given, not drawn.
    #[error("a trace is replayed record by record")]
    Trace,
    /// Arrivals that are not Poisson, even given their rate, are too regular or too irregular for buffers to be independent
    /// of each other.
    #[error("arrivals are not Poisson, not even given their rate")]
    NotPoisson,
    /// Clients that try again come back into the flow.
    #[error("clients that are turned away come back")]
    Feedback,
    /// Requests differ in their number of records.
    #[error("requests do not all hold the same number of records")]
    VaryingRequests,
    /// There are stages of which a buffer does not tell everything.
    #[error("queues, shards, pollers or deliveries that may fail are on the way")]
    Stages,
    /// The law of a delay has no closed form here.
    #[error("the law of a delay is not tabulated")]
    LatencyLaw,
    /// How long a record was on its way and what it adds to the buffer hang together.
    #[error("a delay before the buffer depends on the size of a request")]
    SizedWay,
    /// Nothing collects the records.
    #[error("no buffer collects the records")]
    NoBuffer,
    /// Exact percentiles need every latency.
    #[error("exact percentiles need every record")]
    ExactPercentiles,
    /// Rejections hang together with clusters of records.
    #[error("gate `{gate}` may reject something (the bound of its probability is {bound:.1e}), and {why}")]
    GateRejects {
        /// The name of the stage.
        gate: String,
        /// An upper bound of the probability of any rejection in all replications.
        bound: f64,
        /// Why it cannot be played request by request.
        why: &'static str,
    },
    /// The law of sizes has no table.
    #[error("the law of sizes cannot be tabulated")]
    SizeLaw,
}

/// Which tier ran, and what vouches for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierReport {
    /// [`Tier::Record`] or [`Tier::Flow`].
    pub ran: Tier,
    /// Why this one.
    pub why: String,
    /// What the flow tier leaves out, each with a bound; the record tier leaves out nothing.
    pub certificates: Vec<Certificate>,
}

impl TierReport {
    /// A report of the record tier.
    pub(super) fn record(why: impl Into<String>) -> Self {
        Self { ran: Tier::Record, why: why.into(), certificates: Vec::new() }
    }
}

/// A statement about what the flow tier leaves out, with its bound.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Certificate {
    /// What it is about.
    pub name: String,
    /// What the bound bounds.
    pub statement: String,
    /// The bound.
    pub bound: f64,
}
