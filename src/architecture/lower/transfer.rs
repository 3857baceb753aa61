//! Moving a volume once: how long that takes, by division. Nothing queues, so nothing has to be simulated.
//!
//! Over a line it is the volume by the part of the line that it gets, within the hours of the day in which it may run. By
//! post it is the number of devices, and the days of each round. Every step is kept in words, so that it can be redone by
//! hand.

use schemars::JsonSchema;
use serde::Serialize;

use super::settings::{Setting, Settings};
use super::sizing::Demand;
use super::{Architecture, LowerError};
use crate::catalog::{Catalog, Circumstances, Service};
use crate::scenario::Scenario;
use crate::units::{SimDuration, grouped, significant};
use crate::value::Value;

const DAY: f64 = 86_400.0;
/// The share of a line that a transfer gets: an option of each service that moves files over one.
const LINE_SHARE: &str = "line-share";
/// The most that a service carries, whatever the line: an option of those that have such a bound.
const THROUGHPUT: &str = "transfer-rate-max";
/// What one device holds: a fact of each service that sends devices.
const CAPACITY: &str = "capacity";

/// What moving a volume once takes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Transfer {
    /// The service that moves it.
    pub service: String,
    /// The volume in bytes; the upper end of an interval.
    pub volume_bytes: u64,
    /// Devices that travel, where the data goes by post.
    pub devices: Option<u64>,
    /// Time from the start until the last byte is there, in seconds.
    pub time_s: f64,
    /// When it must be there, in seconds; `null` if that is not stated.
    pub deadline_s: Option<f64>,
    /// Whether it is; `null` without a deadline.
    pub in_time: Option<bool>,
    /// The arithmetic, step by step.
    pub steps: Vec<String>,
    /// What it rests on.
    pub settings: Vec<Setting>,
}

/// The arithmetic of the first service on the main path that moves volumes; `None` where the scenario states no volume, or
/// no such service is there, or neither a line nor a speed is known.
///
/// # Errors
/// [`LowerError`] where the catalog does not hold what the arithmetic needs.
pub fn transfer(
    catalog: &Catalog,
    architecture: &Architecture,
    scenario: &Scenario,
    at: &Circumstances,
) -> Result<Option<Transfer>, LowerError> {
    let Some(Value::Size(volume)) = scenario.answers.get("needs.volume").map(|answer| answer.value.ends().1) else {
        return Ok(None);
    };
    let path = architecture.main_path();
    let services = path.iter().filter_map(|hop| catalog.service(&hop.id));
    let moves = |service: &&Service| service.option(LINE_SHARE).is_some() || by_post(service, at);
    let Some(service) = services.into_iter().find(moves) else { return Ok(None) };
    let mut settings = Settings::new(catalog, scenario, at, Demand::none());
    let volume = volume.get();
    let found = if by_post(service, at) {
        Some(by_devices(&mut settings, service, volume)?)
    } else {
        over_a_line(&mut settings, service, scenario, volume)?
    };
    let deadline = match scenario.answers.get("needs.deadline").map(|answer| answer.value.ends().0) {
        Some(Value::Duration(deadline)) => Some(deadline.as_secs_f64()),
        _ => None,
    };
    Ok(found.map(|(time, devices, steps)| Transfer {
        service: service.id.clone(),
        volume_bytes: volume,
        devices,
        time_s: time,
        deadline_s: deadline,
        in_time: deadline.map(|deadline| time <= deadline),
        steps,
        settings: settings.finish().0,
    }))
}

fn by_post(service: &Service, at: &Circumstances) -> bool {
    service.fact(CAPACITY, at).is_some() && service.option("shipping").is_some()
}

type Found = (f64, Option<u64>, Vec<String>);

fn over_a_line(
    settings: &mut Settings<'_>,
    service: &Service,
    scenario: &Scenario,
    volume: u64,
) -> Result<Option<Found>, LowerError> {
    let share = settings.number(service, LINE_SHARE)?;
    let window = settings.duration(service, "transfer-window")?;
    // The default of the option stands for a line in simulations; by arithmetic only a stated line counts.
    let stated = scenario.answers.get("source.line-rate").is_some()
        || scenario.options.contains_key(&(service.id.clone(), "line-rate".to_owned()));
    let line = if stated { Some(settings.number(service, "line-rate")?) } else { None };
    let most = match service.option(THROUGHPUT) {
        Some(_) => Some(settings.number(service, THROUGHPUT)?),
        None => None,
    };
    let of_line = line.map(|line| line * share);
    let rate = match (of_line, most) {
        (Some(line), Some(most)) => line.min(most),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Ok(None),
    };
    if rate <= 0.0 {
        return Ok(None);
    }
    let mut steps = Vec::new();
    if let Some(line) = line {
        steps.push(format!("{}/s of line × {} = {}/s", bytes(line), significant(share, 4), bytes(line * share)));
    }
    if let Some(most) = most.filter(|most| of_line.is_none_or(|line| line > *most)) {
        steps.push(format!("{} takes {}/s at most", service.id, bytes(most)));
    }
    let running = volume as f64 / rate;
    let seconds = grouped(running.round() as u64);
    steps.push(format!("{} ÷ {}/s = {seconds} s, {}", bytes(volume as f64), bytes(rate), days(running)));
    let time = within_window(running, window.as_secs_f64().min(DAY));
    if time > running {
        steps.push(format!("in {window} of each day that takes {}", days(time)));
    }
    Ok(Some((time, None, steps)))
}

/// Devices go out in rounds of as many as may be out at the same time.
fn by_devices(settings: &mut Settings<'_>, service: &Service, volume: u64) -> Result<Found, LowerError> {
    let capacity = settings.size(service, CAPACITY)?.get().max(1);
    let at_once = u64::from(settings.count(service, "devices-at-once")?);
    let loading = settings.number(service, "device-load-rate")?;
    let shipping = match settings.value(service, "shipping")? {
        Value::Text(word) => settings.duration(service, &format!("shipping-{word}"))?,
        _ => SimDuration::ZERO,
    }
    .as_secs_f64();
    let preparation = settings.duration(service, "preparation")?.as_secs_f64();
    let import = settings.duration(service, "import-time")?.as_secs_f64();
    let devices = volume.div_ceil(capacity).max(1);
    let rounds = devices.div_ceil(at_once);
    let full = volume.min(capacity) as f64 / loading;
    let round = preparation + shipping + full + shipping + import;
    let time = rounds as f64 * round;
    let share = significant(volume as f64 / capacity as f64, 4);
    let mut steps = vec![
        format!(
            "{} ÷ {} a device = {share}, so {}, {at_once} at the same time: {}",
            bytes(volume as f64),
            bytes(capacity as f64),
            counted(devices, "device"),
            counted(rounds, "round")
        ),
        format!("{} ÷ {}/s = {} to fill one", bytes(volume.min(capacity) as f64), bytes(loading), days(full)),
        format!(
            "{} to be sent + {} there + {} filling + {} back + {} import = {}",
            days(preparation),
            days(shipping),
            days(full),
            days(shipping),
            days(import),
            days(round)
        ),
    ];
    if rounds > 1 {
        steps.push(format!("{rounds} × {} = {}", days(round), days(time)));
    }
    Ok((time, Some(devices), steps))
}

/// The time until work of so many seconds is done that runs for `window` seconds of each day, from a window's start on.
fn within_window(running: f64, window: f64) -> f64 {
    if window >= DAY || window <= 0.0 || running <= window {
        return running;
    }
    // A billionth more than whole windows is rounding.
    let whole = libm::ceil(running / window - 1e-9) - 1.0;
    whole * DAY + (running - whole * window)
}

/// Bytes in powers of a thousand throughout, so that a step can be redone without minding 1,024: `12.5 MB`.
fn bytes(number: f64) -> String {
    let units = [(1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")];
    let (unit, name) = units.into_iter().find(|(unit, _)| number >= *unit).unwrap_or((1.0, "B"));
    format!("{} {name}", significant(number / unit, 6))
}

fn days(seconds: f64) -> String {
    if seconds >= DAY {
        format!("{} d", significant(seconds / DAY, 3))
    } else {
        format!("{} h", significant(seconds / 3600.0, 3))
    }
}

fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_within_a_window_takes_whole_days_and_a_rest() {
        let hours = |hours: f64| hours * 3600.0;
        assert_eq!(within_window(hours(30.0), DAY), hours(30.0));
        assert_eq!(within_window(hours(7.0), hours(8.0)), hours(7.0));
        assert_eq!(within_window(hours(8.0), hours(8.0)), hours(8.0));
        // Two nights of eight hours: the second one ends 32 h after the first began.
        assert_eq!(within_window(hours(16.0), hours(8.0)), hours(32.0));
        assert_eq!(within_window(hours(20.0), hours(8.0)), hours(52.0));
    }

    #[test]
    fn figures_are_said_in_days_from_one_day_on() {
        assert_eq!((bytes(8e13), bytes(1.25e7), bytes(12.0)), ("80 TB".into(), "12.5 MB".into(), "12 B".into()));
        assert_eq!(days(6_400_000.0), "74.1 d");
        assert_eq!(days(5_400.0), "1.5 h");
        assert_eq!((counted(1, "device"), counted(12, "round")), ("1 device".to_owned(), "12 rounds".to_owned()));
    }
}
