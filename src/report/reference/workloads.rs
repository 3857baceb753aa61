//! The presets of workloads, with what a reader chooses by: rate, burstiness, size, evidence.

use crate::catalog::traffic::Setting;
use crate::catalog::{ArrivalPreset, Catalog};
use crate::report::{Style, Table};
use crate::sim::{CountLaw, SizeLaw, drawn_dispersion};
use crate::units::{Bytes, RecordRate, SimDuration, significant};

/// What the burstiness of a preset is drawn from: a week at this mean rate, with this seed.
const RATE: f64 = 1.0;
const WEEK: SimDuration = SimDuration::from_secs(7 * 86_400);
const SEED: u64 = 1;
/// Windows in which requests are counted.
const WINDOWS: [SimDuration; 2] = [SimDuration::from_secs(1), SimDuration::from_secs(60)];

/// The arrival presets with the rate that was seen and how bursty they are. Sources stand in a list below.
#[must_use]
pub fn arrivals_in_full(catalog: &Catalog) -> String {
    let header = ["preset", "seen, a second", "burstiness, 1 s", "1 min", "profile", "known", "shows"];
    let mut table = Table::new(&header).right(&[1, 2, 3]);
    for preset in &catalog.arrivals {
        let seen = preset.seen_rate.map_or_else(|| "–".to_owned(), |rate| significant(rate.get(), 4));
        let profile = if preset.profile == "flat" { "–".to_owned() } else { format!("`{}`", preset.profile) };
        let bursts = burstiness(catalog, preset);
        let told = |index: usize| bursts.get(index).map_or_else(|| "unknown".to_owned(), |of| significant(*of, 3));
        table.row(vec![
            format!("`{}`", preset.id),
            seen,
            told(0),
            told(1),
            profile,
            preset.grade.word().to_owned(),
            preset.doc.clone(),
        ]);
    }
    let sources = catalog.arrivals.iter().map(|preset| [&preset.id, &preset.source, &preset.checked]);
    format!("{}\n{}", table.render(Style::Markdown), listed(sources))
}

/// The variance of counts over their mean, in each of the windows; nothing where the preset cannot be drawn.
fn burstiness(catalog: &Catalog, preset: &ArrivalPreset) -> Vec<f64> {
    let drawn = || {
        let profile = preset.rate_profile(&catalog.profiles).ok()?.at_rate(RecordRate::per_second(RATE)?).ok()?;
        let setting =
            Setting { profile, sizes: SizeLaw::Constant(Bytes::new(1)), records_per_request: CountLaw::Fixed(1) };
        drawn_dispersion(&preset.law.source(&setting).ok()?, WEEK, &WINDOWS, SEED).ok()
    };
    drawn().unwrap_or_default()
}

/// The presets of record sizes with mean and coefficient of variation. Sources stand in a list below.
#[must_use]
pub fn sizes_in_full(catalog: &Catalog) -> String {
    let header = ["preset", "mean, B", "deviation over mean", "known", "shows"];
    let mut table = Table::new(&header).right(&[1, 2]);
    for preset in &catalog.sizes {
        let (mean, variance) = (preset.law.mean(), preset.law.variance());
        table.row(vec![
            format!("`{}`", preset.id),
            significant(mean, 4),
            significant(variance.sqrt() / mean, 3),
            preset.grade.word().to_owned(),
            preset.doc.clone(),
        ]);
    }
    let sources = catalog.sizes.iter().map(|preset| [&preset.id, &preset.source, &preset.checked]);
    format!("{}\n{}", table.render(Style::Markdown), listed(sources))
}

/// A list of ids with source and date.
fn listed<'a>(sources: impl Iterator<Item = [&'a String; 3]>) -> String {
    let line = |[id, source, checked]: [&String; 3]| format!("- `{id}`: {} ({checked})\n", super::plain(source));
    sources.map(line).collect::<Vec<_>>().concat()
}
