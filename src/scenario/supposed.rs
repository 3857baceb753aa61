//! A scenario with one answer replaced: what if?

use super::load::derive;
use super::{Answer, Origin, Scenario, Sizes};
use crate::sim::CountLaw;
use crate::units::RecordRate;
use crate::value::Value;

impl Scenario {
    /// The same scenario with one answer replaced, and with what follows from it worked out again. `None` where the
    /// path is one of the traffic and there is no traffic, or the value is not of its kind.
    #[must_use]
    pub fn with_answer(&self, path: &str, value: Value) -> Option<Self> {
        let mut scenario = self.clone();
        if path.starts_with("workload.") {
            let workload = scenario.workload.as_mut()?;
            match (path, &value) {
                ("workload.rate", Value::Rate(rate)) => workload.rate = *rate,
                ("workload.records-per-request", Value::Number(count)) if *count >= 1.0 => {
                    workload.records_per_request = CountLaw::Fixed(*count as u32);
                }
                (_, Value::Size(size)) => match &mut workload.sizes {
                    Sizes::Constant(mean) | Sizes::Lognormal { mean, .. } | Sizes::Gamma { mean, .. } => *mean = *size,
                    Sizes::Uniform { .. } | Sizes::Other { .. } => return None,
                },
                _ => return None,
            }
        }
        if path == "needs.freshness" {
            scenario.answers.by_path.remove("needs.freshness-word");
        }
        scenario.answers.by_path.insert(path.to_owned(), Answer { value, origin: Origin::Supposed });
        derive(&mut scenario.answers, scenario.workload.as_ref());
        Some(scenario)
    }

    /// The key that sets the mean size of a record, where one key does.
    #[must_use]
    pub fn record_size_key(&self) -> Option<&'static str> {
        match self.workload.as_ref()?.sizes {
            Sizes::Constant(_) => Some("workload.record-size"),
            Sizes::Lognormal { .. } => Some("workload.record-size.lognormal.mean"),
            Sizes::Gamma { .. } => Some("workload.record-size.gamma.mean"),
            Sizes::Uniform { .. } | Sizes::Other { .. } => None,
        }
    }

    /// Requests a second at the busiest time for one record a second on average.
    #[must_use]
    pub fn peak_factor(&self) -> Option<f64> {
        let workload = self.workload.as_ref()?;
        workload.peak_rate().map(|peak: RecordRate| peak.get() / workload.rate.get())
    }
}
