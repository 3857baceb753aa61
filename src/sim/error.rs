//! What keeps a model from being run.

use std::fmt::Debug;

use thiserror::Error;

use super::tier::Obstacle;

/// Why a run was refused or ended early.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SimError {
    /// A number that makes no sense where it stands.
    #[error("`{what}`: expected {expected}, found {found}")]
    Invalid {
        /// The name of the stage or setting.
        what: String,
        /// What would have been right.
        expected: &'static str,
        /// What was there.
        found: String,
    },
    /// Two stages share a name, and with it a random stream.
    #[error("two stages are named `{0}`")]
    DuplicateStage(String),
    /// More than one buffer in the chain.
    #[error("a chain holds one buffer at most: `{first}` and `{second}` are both buffers")]
    TwoBuffers {
        /// The name of the first one.
        first: String,
        /// The name of the second one.
        second: String,
    },
    /// A gate that would have to judge objects.
    #[error("gate `{gate}` stands behind buffer `{buffer}`: gates judge records and stand before it")]
    GateBehindBuffer {
        /// The name of the gate.
        gate: String,
        /// The name of the buffer.
        buffer: String,
    },
    /// A trace without records.
    #[error("the trace holds no records")]
    EmptyTrace,
    /// A trace whose times go back.
    #[error("record {0} of the trace (counted from 0) is earlier than the one before it")]
    UnsortedTrace(usize),
    /// The run would take too long.
    #[error("the run would simulate about {expected:.3e} records; at most {limit:.0e} are allowed")]
    TooManyRecords {
        /// Expected records over all replications.
        expected: f64,
        /// The most a run may have.
        limit: f64,
    },
    /// The run would need too much memory.
    #[error("about {expected:.3e} records would be held at once; at most {limit:.0e} are allowed")]
    TooManyHeld {
        /// Expected records in delays, in the buffer or kept as samples, over the replications that run together.
        expected: f64,
        /// The most a run may hold.
        limit: f64,
    },
    /// The flow tier was asked for and cannot run the model.
    #[error("the flow tier cannot run this model: {0}")]
    NotFlow(#[from] Obstacle),
    /// The operating system refused to start threads.
    #[error("worker threads could not be started: {0}")]
    Threads(String),
    /// The watcher asked to stop before one replication was complete.
    #[error("the run was stopped before its first replication was complete")]
    Stopped,
}

impl SimError {
    pub(super) fn invalid(what: impl Into<String>, expected: &'static str, found: impl Debug) -> Self {
        Self::Invalid { what: what.into(), expected, found: format!("{found:?}") }
    }
}
