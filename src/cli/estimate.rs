//! How long a run will take, said before it starts.

use std::num::NonZero;
use std::thread;
use std::time::Instant;

use super::context::Context;
use crate::report::count;
use crate::sim::network::Network;
use crate::sim::{self, Arrivals, NoWatch, RunConfig};
use crate::units::{SimDuration, significant};

/// Records of a run that is over before anybody wonders, which is not worth a calibration.
const SOON_OVER: f64 = 1e8;
/// Records of the calibration: a few hundredths of a second.
const CALIBRATION: f64 = 300_000.0;
/// Seconds from which on a run is announced.
const LONG: f64 = 60.0;

/// Says on standard error how long a run will take, if that is long, and what would be quicker.
pub(super) fn announce(network: &Network, config: &RunConfig, context: &Context) {
    if context.quiet {
        return;
    }
    let Ok(expected) = sim::expected_records(network, config) else { return };
    if expected < SOON_OVER {
        return;
    }
    let Some(speed) = records_per_second(network, config, expected) else { return };
    let threads = threads(config);
    let took = expected / (speed * f64::from(threads));
    if took < LONG {
        return;
    }
    let at_least = if config.precision.is_some() { "at least " } else { "" };
    let each = if threads == 1 { "one thread".to_owned() } else { format!("each of {threads} threads") };
    context.note(&format!(
        "  This will take {at_least}{}: {} million records, {} million a second on {each}.\n  A shorter --horizon, fewer \
         --replications or --tier flow is quicker. Ctrl-C keeps the replications that are complete.",
        roughly(took),
        significant(expected / 1e6, 2),
        significant(speed / 1e6, 2),
    ));
}

/// Records simulated in a second of real time, on one thread, from the first moments of the run.
fn records_per_second(network: &Network, config: &RunConfig, expected: f64) -> Option<f64> {
    let share = CALIBRATION / (expected / f64::from(config.replications.max(1)));
    let span = match network.feeds.first().map(|feed| &feed.source.arrivals) {
        Some(Arrivals::Trace(records)) => records.last()?.at.as_secs_f64(),
        _ => config.horizon.as_secs_f64(),
    };
    let part = RunConfig {
        replications: 1,
        threads: Some(1),
        ..RunConfig::new(config.seed, SimDuration::from_secs_f64(span * share.min(1.0)))
    };
    let started = Instant::now();
    let sent = sim::run_any(network, &part, &NoWatch).ok()?.summary.records.offered;
    let speed = sent as f64 / started.elapsed().as_secs_f64();
    (sent > 0 && speed.is_finite()).then_some(speed)
}

/// Threads that replications can use.
fn threads(config: &RunConfig) -> u32 {
    let machine = || thread::available_parallelism().map_or(1, NonZero::get);
    let threads = config.threads.unwrap_or_else(machine);
    u32::try_from(threads).unwrap_or(u32::MAX).min(config.replications).max(1)
}

/// A time to make plans with.
fn roughly(seconds: f64) -> String {
    let (value, unit) = match seconds {
        _ if seconds < 5400.0 => (seconds / 60.0, "minute"),
        _ if seconds < 172_800.0 => (seconds / 3600.0, "hour"),
        _ => (seconds / 86_400.0, "day"),
    };
    format!("about {}", count((value.round() as u64).max(1), unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_unit_one_would_plan_with() {
        for (seconds, told) in [(61.0, "1 minute"), (1800.0, "30 minutes"), (7200.0, "2 hours"), (200_000.0, "2 days")]
        {
            assert_eq!(roughly(seconds), format!("about {told}"));
        }
    }
}
