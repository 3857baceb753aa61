//! Presets: arrivals and record sizes with a name, a source and a grade.

use super::profile::Profile;
use super::raw::{Evidence, RawArrivalPreset, RawEpisode, RawPresetLaw, RawPresetSizes, RawSizePreset};
use super::traffic::{ArrivalLaw, RecordSizes, Setting, SizeLaw as Written};
use crate::diag::{Diagnostic, Problems};
use crate::document::Document;
use crate::sim::{CountLaw, SizeLaw};
use crate::source::Span;
use crate::units::{Bytes, RecordRate};

/// A named way of arriving.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrivalPreset {
    /// Its name.
    pub id: String,
    /// How requests arrive.
    pub law: ArrivalLaw,
    /// Name of the rate profile.
    pub profile: String,
    /// One-off episodes.
    pub episodes: Vec<RawEpisode>,
    /// The rate that was seen.
    pub seen_rate: Option<RecordRate>,
    /// What it shows.
    pub doc: String,
    /// How well the figures are known.
    pub grade: Evidence,
    /// Where they come from.
    pub source: String,
    /// When the source was read or the trace measured.
    pub checked: String,
}

impl ArrivalPreset {
    pub(super) fn check(raw: RawArrivalPreset, document: &Document, problems: &mut Problems) -> Self {
        check_source(&raw.id, &raw.source, &raw.checked, document.entry("arrivals", &raw.id), problems);
        Self {
            id: raw.id,
            law: raw.law,
            profile: raw.profile.unwrap_or_else(|| "flat".to_owned()),
            episodes: raw.episodes,
            seen_rate: raw.seen_rate,
            doc: raw.doc,
            grade: raw.grade,
            source: raw.source,
            checked: raw.checked,
        }
    }

    /// The rate profile with its episodes.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn rate_profile(&self, profiles: &[Profile]) -> Result<Profile, String> {
        let named = match self.profile.as_str() {
            "flat" => Some(Profile::flat()),
            name => profiles.iter().find(|profile| profile.name == name).cloned(),
        };
        let named = named.ok_or_else(|| format!("there is no rate profile `{}`", self.profile))?;
        named.with_episodes(self.episodes.clone())
    }

    /// Whether the simulator would take it.
    pub(super) fn try_out(&self, profiles: &[Profile]) -> Result<(), String> {
        let profile = self.rate_profile(profiles)?;
        let rate = self.seen_rate.or_else(|| RecordRate::per_second(1.0)).ok_or("no rate")?;
        let setting = Setting {
            profile: profile.at_rate(rate).map_err(|error| error.to_string())?,
            sizes: SizeLaw::Constant(Bytes::new(1)),
            records_per_request: CountLaw::Fixed(1),
        };
        let source = self.law.source(&setting).map_err(|error| error.to_string())?;
        source.check().map_err(|error| error.to_string())
    }
}

/// A named law of record sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct SizePreset {
    /// Its name.
    pub id: String,
    /// The law.
    pub law: SizeLaw,
    /// What it shows.
    pub doc: String,
    /// How well the figures are known.
    pub grade: Evidence,
    /// Where they come from.
    pub source: String,
    /// When the source was read or the trace measured.
    pub checked: String,
}

/// Checks the size presets of a file.
pub(super) fn check_sizes(raw: Vec<RawSizePreset>, document: &Document, problems: &mut Problems) -> Vec<SizePreset> {
    let mut presets = Vec::new();
    for raw in raw {
        check_source(&raw.id, &raw.source, &raw.checked, document.entry("size", &raw.id), problems);
        match law(&raw.law) {
            Ok(law) => presets.push(SizePreset {
                id: raw.id,
                law,
                doc: raw.doc,
                grade: raw.grade,
                source: raw.source,
                checked: raw.checked,
            }),
            Err(fault) => {
                let message = format!("size preset {}: {fault}", raw.id);
                let place = document.entry("size", &raw.id);
                problems.push(Diagnostic::error("preset", message).at(place, "this preset"));
            }
        }
    }
    presets
}

fn check_source(id: &str, source: &str, checked: &str, place: Span, problems: &mut Problems) {
    if source.trim().is_empty() || checked.trim().is_empty() {
        let message = format!("preset {id} needs a source and the date it was checked");
        problems.push(Diagnostic::error("preset", message).at(place, "this preset"));
    }
}

fn law(raw: &RawPresetSizes) -> Result<SizeLaw, String> {
    let written = |law| RecordSizes::Law(law).law().map_err(|error| error.to_string());
    let law = match raw {
        RawPresetSizes::Constant(size) => SizeLaw::Constant(*size),
        RawPresetSizes::Law(RawPresetLaw::Lognormal(law)) => {
            SizeLaw::Lognormal { mean: libm::exp(law.mu + law.sigma * law.sigma / 2.0), sigma: law.sigma }
        }
        RawPresetSizes::Law(RawPresetLaw::Gamma(law)) => SizeLaw::Gamma { shape: law.shape, scale: law.scale },
        RawPresetSizes::Law(RawPresetLaw::GeneralizedPareto(law)) => written(Written::GeneralizedPareto(*law))?,
        RawPresetSizes::Law(RawPresetLaw::LognormalPareto(law)) => written(Written::LognormalPareto(*law))?,
        RawPresetSizes::Law(RawPresetLaw::ZeroInflatedLognormal(law)) => written(Written::ZeroInflatedLognormal(*law))?,
        RawPresetSizes::Law(RawPresetLaw::Table(table)) => written(Written::Table(table.clone()))?,
    };
    law.check().map_err(|error| error.to_string())?;
    Ok(law)
}
