//! Simulating a chain from one source to one sink, record by record or buffer by buffer.
//!
//! A [`Model`] goes in: a source of requests, then stages. A gate lets requests pass or rejects them, a delay holds each for
//! a random time of its own, a buffer collects records into objects. [`run()`] plays it through in independent replications
//! and returns a [`RunResult`]: what became of the records, how long they took, how fresh the sink was, which objects were
//! written, and which limit turned away what. The engine knows no vendor and no service; whoever builds the model
//! translates.
//!
//! The order of work in one replication: draw a block of requests and their sizes; pass it through the gates; draw each
//! request's delay and put it into a slot of time; hand every slot that is complete to the next leg of the chain, at last to
//! the buffer; when that closes, follow its object to the sink and count.
//!
//! The decision a reader would question: there is no queue of events. In a chain without feedback nothing that happens
//! later in the chain can change what happens earlier, so each step may run ahead of the next as long as records reach each
//! stage in the order of time. Slots of time restore that order at a constant cost a record, with the same outcome as a heap
//! of events, and several times faster. Feedback (retries, back-pressure) will need such a heap for the part of the chain
//! that it spans.
//!
//! Intervals come from replications (as many as a wanted precision takes), or from batches of a single one; a warm-up can be
//! found, and two runs with the same seed be compared in pairs. A run that is stopped is one of fewer replications.
//! Long runs are drawn buffer by buffer where that changes nothing that anybody could measure: the flow tier, `flow.rs`.
//! [`Tier`] says which one runs, and [`TierReport`] why.
//!
//! Runs are reproducible: the same model, configuration and version give the same result on any number of threads, since
//! each component of each replication has a random stream of its own and replications are joined in order.

mod arrivals;
mod batch_means;
mod collect;
mod config;
mod dispersion;
mod engine;
mod error;
mod exponential;
mod figures;
mod flow;
mod freshness;
mod gate;
mod histogram;
mod law;
mod model;
pub mod network;
mod over_time;
mod overload;
mod paired;
mod plan;
mod precision;
mod quota;
mod record;
mod replication;
mod result;
mod ring;
mod run;
mod stream;
#[cfg(test)]
mod tests;
mod tier;
mod warm_up;

pub use batch_means::BatchMeans;
pub use config::{NoWatch, RunConfig, Watch};
pub use dispersion::{drawn_dispersion, drawn_records};
pub use error::SimError;
pub use figures::{Figure, Figures};
pub use flow::SampledRecord;
pub use histogram::Histogram;
pub use model::{
    Arrivals, Buffer, CountLaw, Counted, Devices, Episode, GapLaw, Gate, Groups, Jitter, LatencyLaw, Limit, LimitRule,
    Model, Modulation, OnPeriods, Phase, Quantiles, RateProfile, Retry, Sessions, SizeLaw, Source, Stage, StageKind,
    ThinkLaw, ThinkTime, TooLong, TraceRecord, Transfer,
};
pub use over_time::OverTime;
pub use overload::Overload;
pub use paired::{NotPaired, Paired, paired, paired_figures};
pub use precision::{Precision, PrecisionReached};
pub use quota::{QuotaTally, play_quota};
pub use result::{
    Distribution, Estimate, GateSummary, LimitSummary, NodeSummary, Objects, PerHour, Records, RunResult, Summary,
    student_t,
};
pub use run::{expected_records, run, run_any, sample};
pub(crate) use stream::named_stream;
pub use tier::{Certificate, Obstacle, Tier, TierReport};
pub use warm_up::WarmUpFound;
