//! Limits that are offered more than they let through for good.
//!
//! A limit whose mean offered load is above its sustained rate never catches up, however long the run: what is above the
//! rate is turned away, so the delays of a run say only what the lucky rest saw. That is a statement about the model and not
//! about a busy hour; a limit that is exceeded at times only is not overloaded.

use serde::Serialize;

use super::model::Counted;
use super::result::{LimitSummary, Records, Summary};

/// A limit with more offered than it sustains.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Overload {
    /// The limit.
    pub limit: String,
    /// What it counts: `requests`, `records` or `bytes`.
    pub counts: String,
    /// Units offered a second, on average.
    pub offered_per_s: f64,
    /// Units a second that it sustains.
    pub limit_per_s: f64,
    /// What is offered over what is sustained, above 1.
    pub load: f64,
    /// The share of the units that it must turn away in the long run: `1 - 1 / load`. A burst allowance only delays this.
    pub surplus_share: f64,
    /// The share of all records sent that it turned away in this run.
    pub rejected_share: f64,
}

/// Standard deviations of a Poisson count by which a load must be above 1 before it is called an overload.
const DEVIATIONS: f64 = 3.0;

impl Summary {
    /// The limits that are overloaded for good, the worst first.
    ///
    /// The mean load of a run differs from that of the model by chance; a load is above 1 only if it is so by more than
    /// three standard deviations of a Poisson count of the requests sent.
    #[must_use]
    pub fn overloads(&self) -> Vec<Overload> {
        let limits = self.stages.iter().flat_map(|gate| &gate.limits);
        let mut found: Vec<Overload> = limits.filter_map(|limit| overload(limit, self.records)).collect();
        found.sort_by(|a, b| b.load.total_cmp(&a.load));
        found
    }
}

fn overload(limit: &LimitSummary, records: Records) -> Option<Overload> {
    let load = limit.offered_per_second / limit.limit_per_second;
    let chance = DEVIATIONS / (records.offered_requests.max(1) as f64).sqrt();
    (load > 1.0 + chance && load.is_finite()).then(|| Overload {
        limit: limit.name.clone(),
        counts: counted(limit.counts).to_owned(),
        offered_per_s: limit.offered_per_second,
        limit_per_s: limit.limit_per_second,
        load,
        surplus_share: 1.0 - 1.0 / load,
        rejected_share: limit.rejected_records as f64 / records.offered.max(1) as f64,
    })
}

const fn counted(counts: Counted) -> &'static str {
    match counts {
        Counted::Requests => "requests",
        Counted::Records => "records",
        Counted::Bytes => "bytes",
    }
}
