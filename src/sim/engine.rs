//! Which engine plays a model: the ring of time slots, the queue of events, or whole buffers.

use super::SimError;
use super::config::RunConfig;
use super::flow::FlowPlan;
use super::model::Model;
use super::network::replicate_chain;
use super::plan::Plan;
use super::replication::{Progress, Tally, replicate};
use super::tier::{Obstacle, Tier, TierReport};

/// What replicates a model.
pub(super) enum Engine {
    /// The record tier, with the reason.
    Record(String),
    /// The record tier with a queue of events, because something comes back: with the reason.
    Events(String),
    /// The flow tier, with the reason.
    Flow(Box<FlowPlan>, String),
}

impl Engine {
    pub(super) fn choose(plan: &Plan<'_>, model: &Model, config: &RunConfig) -> Result<Self, SimError> {
        let expected = plan.expected(config.replications);
        let in_buffer = plan.records_in_buffer();
        if plan.has_feedback() {
            if config.tier == Tier::Flow {
                return Err(Obstacle::Feedback.into());
            }
            plan.check_load(config)?;
            return Ok(Self::Events(Obstacle::Feedback.to_string()));
        }
        let why = match config.tier {
            Tier::Flow => {
                plan.check_cycles(config)?;
                let flow = FlowPlan::new(plan, model, config)?;
                if flow.is_throttled() || !flow.is_mostly_steady(plan) {
                    plan.check_load(config)?;
                }
                return Ok(Self::Flow(Box::new(flow), "asked for".to_owned()));
            }
            Tier::Record => "asked for".to_owned(),
            Tier::Auto if expected < Tier::LONG_RUN => {
                format!("a short run: less than {:.0e} records in all", Tier::LONG_RUN)
            }
            Tier::Auto if plan.expected_records() < Tier::LONG_REPLICATION => {
                format!("short replications: less than {:.0e} records in each", Tier::LONG_REPLICATION)
            }
            Tier::Auto if in_buffer < Tier::FULL_BUFFER => {
                format!("small buffers: about {in_buffer:.0} records in each, below {}", Tier::FULL_BUFFER)
            }
            Tier::Auto => match plan.check_cycles(config).map(|()| FlowPlan::new(plan, model, config)) {
                Ok(Ok(flow)) if !flow.is_throttled() && !flow.is_mostly_steady(plan) => {
                    "the rate changes as fast as buffers fill".to_owned()
                }
                Ok(Ok(flow)) => {
                    if flow.is_throttled() {
                        plan.check_load(config)?;
                    }
                    let why = format!("a long run: about {expected:.1e} records in all, {in_buffer:.0} in each buffer");
                    return Ok(Self::Flow(Box::new(flow), why));
                }
                Ok(Err(obstacle)) => obstacle.to_string(),
                Err(error) => error.to_string(),
            },
        };
        plan.check_load(config)?;
        Ok(Self::Record(why))
    }

    /// One replication.
    pub(super) fn replicate(
        &self,
        plan: &Plan<'_>,
        config: &RunConfig,
        replication: u32,
        progress: &Progress<'_>,
    ) -> Result<Tally, SimError> {
        match self {
            Self::Record(_) => replicate(plan, replication, progress),
            Self::Events(_) => replicate_chain(plan, config, replication, progress),
            Self::Flow(flow, _) => flow.replicate(plan, replication, progress),
        }
    }

    /// What draws single records of a chain.
    pub(super) fn of_single_records(plan: &Plan<'_>) -> Self {
        if plan.has_feedback() { Self::Events(String::new()) } else { Self::Record(String::new()) }
    }

    /// What to say about it.
    pub(super) fn report(&self) -> TierReport {
        match self {
            Self::Record(why) | Self::Events(why) => TierReport::record(why),
            Self::Flow(flow, why) => {
                TierReport { ran: Tier::Flow, why: why.clone(), certificates: flow.certificates.clone() }
            }
        }
    }
}
