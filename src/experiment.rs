//! Experiments: many settings of a scenario, each decided, simulated and priced in the same way.
//!
//! A [`Design`] says which settings: every combination of the levels of its [`Axis`]es (a full factorial design), or so many
//! points drawn at random (a Latin hypercube). [`Setup::try_out()`] plays one of them and returns its [`Outcome`]. All of
//! them see the same arrivals and sizes where these are not what is varied (common random numbers), so that what two
//! outcomes differ in is not chance.
//!
//! The decision a reader would question: a setting is simulated buffer by buffer where the flow tier allows it, even when it
//! is short, because an experiment has many. The two tiers agree, and each outcome names the one that it comes from.

mod axis;
mod design;

pub use axis::{Axis, AxisError, Levels};
pub use design::{Design, DesignError};

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use crate::architecture::Architecture;
use crate::catalog::Catalog;
use crate::comparison::{NotPlayed, Played, play};
use crate::cost::{self, Bill, Extrapolation};
use crate::ranking::Decider;
use crate::scenario::Scenario;
use crate::sim::{Estimate, RunConfig, SimError, Tier, Watch};
use crate::units::Usd;

/// Records over all replications of one setting, where nobody says how many replications to make.
const ENOUGH: f64 = 1e6;

/// What all settings of an experiment share.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// Decides which pipeline a setting gets.
    pub decider: &'a Decider<'a>,
    /// The service whose pipeline to take; the recommended one's if absent.
    pub primary: Option<&'a str>,
}

/// Why a setting has no outcome.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NoOutcome {
    /// No service satisfies the requirements of this setting.
    #[error("nothing satisfies the requirements")]
    NothingFits,
    /// The service that was asked for has no way to carry the data.
    #[error("`{0}` has no way from this source to these destinations")]
    NoWay(String),
    /// The pipeline was not simulated.
    #[error(transparent)]
    NotPlayed(#[from] NotPlayed),
}

/// What one setting leads to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Outcome {
    /// The service that the pipeline is about.
    pub service: String,
    /// The pipeline in words.
    pub path: String,
    /// How finely it was simulated.
    pub tier: String,
    /// Independent runs.
    pub replications: u32,
    /// Mean time from sending a record until it can be read at the destination, in seconds.
    pub mean_s: Estimate,
    /// Its median.
    pub p50_s: Estimate,
    /// Its 95th percentile.
    pub p95_s: Estimate,
    /// Its 99th percentile.
    pub p99_s: Estimate,
    /// Objects that arrive in an hour.
    pub objects_per_hour: Estimate,
    /// Mean size of an object as it is stored, in bytes.
    pub object_bytes: Estimate,
    /// Share of the records sent that were turned away or lost, from 0 to 1.
    pub missing_share: f64,
    /// The month's bill in USD; `null` where a part of it has no known price.
    pub usd: Option<Estimate>,
    /// The known part of the bill in USD, which is all of it where `usd` is there.
    pub usd_known: Option<f64>,
}

impl Setup<'_> {
    /// The pipeline of a setting, with the service that it is about.
    ///
    /// # Errors
    /// [`NoOutcome`] where nothing fits, or the service asked for carries nothing here.
    pub fn pipeline(&self, scenario: &Scenario) -> Result<(String, Architecture), NoOutcome> {
        if let Some(id) = self.primary {
            let decision = self.decider.decide(scenario);
            let path = decision.service(id).and_then(|service| service.architecture.clone());
            return path.map(|path| (id.to_owned(), path)).ok_or_else(|| NoOutcome::NoWay(id.to_owned()));
        }
        let recommended = self.decider.recommend(scenario).ok_or(NoOutcome::NothingFits)?;
        Ok((recommended.primary, recommended.path))
    }

    /// Decides, simulates and prices one setting.
    ///
    /// # Errors
    /// [`NoOutcome`] says what came in the way.
    pub fn try_out(&self, scenario: &Scenario, config: &RunConfig, watch: &dyn Watch) -> Result<Outcome, NoOutcome> {
        let (service, path) = self.pipeline(scenario)?;
        self.try_pipeline(service, &path, scenario, config, watch)
    }

    /// Simulates and prices one setting of a pipeline that is decided on.
    ///
    /// # Errors
    /// [`NoOutcome`] says what came in the way.
    pub fn try_pipeline(
        &self,
        service: String,
        path: &Architecture,
        scenario: &Scenario,
        config: &RunConfig,
        watch: &dyn Watch,
    ) -> Result<Outcome, NoOutcome> {
        let played = self.play(path, scenario, config, watch)?;
        // A setting with fewer replications than the others is none of the experiment.
        if played.run.stopped_before.is_some() {
            return Err(NotPlayed::Refused(SimError::Stopped).into());
        }
        let bill = self.bill(scenario, &played);
        Ok(Outcome::of(service, path, &played, &bill))
    }

    /// The month's bill at the workload's mean rate.
    fn bill(&self, scenario: &Scenario, played: &Played) -> Bill {
        let Some(workload) = &scenario.workload else { return played.bill.clone() };
        let extrapolation = Extrapolation::to_mean_rate(&workload.profile, workload.rate.get(), &played.run);
        let usage = cost::usage(&played.lowered, &played.run, &extrapolation);
        cost::price(&usage, &self.catalog.prices, &scenario.region, false)
    }

    /// Simulates a pipeline, coarsely where that is exact enough.
    fn play(
        &self,
        path: &Architecture,
        scenario: &Scenario,
        config: &RunConfig,
        watch: &dyn Watch,
    ) -> Result<Played, NotPlayed> {
        if config.tier != Tier::Auto {
            return play(self.catalog, path, scenario, config, None, watch);
        }
        let coarse = RunConfig { tier: Tier::Flow, ..config.clone() };
        match play(self.catalog, path, scenario, &coarse, None, watch) {
            Err(NotPlayed::Refused(SimError::NotFlow(_))) => {
                play(self.catalog, path, scenario, &RunConfig { tier: Tier::Record, ..coarse }, None, watch)
            }
            done => done,
        }
    }
}

impl Outcome {
    /// What a pipeline that was played leads to.
    #[must_use]
    pub fn of(service: String, path: &Architecture, played: &Played, bill: &Bill) -> Self {
        let summary = &played.run.summary;
        let ratio = played.lowered.compression_ratio;
        let size = summary.objects.mean_bytes;
        let object_bytes =
            Estimate { value: size.value / ratio, half_width: size.half_width.map(|width| width / ratio) };
        let usd_known = bill.total.map(Usd::to_f64);
        Self {
            service,
            path: path.way(),
            tier: played.run.tier.ran.to_string(),
            replications: played.run.replications,
            mean_s: summary.latency.mean,
            p50_s: summary.latency.p50,
            p95_s: summary.latency.p95,
            p99_s: summary.latency.p99,
            objects_per_hour: summary.objects.per_hour,
            object_bytes,
            missing_share: played.missing_share(),
            usd: usd_known.filter(|_| bill.complete).map(|value| Estimate { value, half_width: bill.total_half_width }),
            usd_known,
        }
    }
}

/// How each setting of an experiment is run, given how the scenario's own answer is: one thread each, since there are many,
/// and so few replications as make about a million records, at least one, unless `replications` says how many.
#[must_use]
pub fn configuration(scenario: &Scenario, asked: &RunConfig, replications: Option<u32>) -> RunConfig {
    let records = scenario.workload.as_ref().map_or(1.0, |load| load.rate.get() * asked.horizon.as_secs_f64());
    let enough = (ENOUGH / records.max(1.0)).floor().clamp(1.0, 1e5) as u32;
    RunConfig {
        replications: replications.unwrap_or_else(|| asked.replications.min(enough)),
        threads: Some(1),
        ..asked.clone()
    }
}
