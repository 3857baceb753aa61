//! The described workload, drawn and measured like the recording.

use schemars::JsonSchema;
use serde::Serialize;

use super::describe::Described;
use super::measure::{Measured, sorted_sizes};
use crate::sim::{SimError, drawn_records};
use crate::units::SimDuration;

/// How often the workload is drawn.
const DRAWS: u64 = 20;
/// About the most records of one draw.
const MOST_RECORDS: f64 = 200_000.0;
/// No draw is longer, whatever the recording: ten years.
const LONGEST_S: f64 = 3.2e8;

/// What a described workload is like when it is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Redrawn {
    /// The first seed; each further draw has the next one.
    pub seed: u64,
    /// How often it was drawn.
    pub draws: u64,
    /// Length of each draw in seconds: that of the recording, or as long as 200,000 records take.
    pub length_s: f64,
    /// Figures of the recording beside those of the draws, which are made at the mean rate all the time.
    pub figures: Vec<RedrawnFigure>,
}

/// A figure of a recording and of draws of the workload that describes it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RedrawnFigure {
    /// Its name, with its unit.
    pub figure: String,
    /// Its value in the recording.
    pub recorded: f64,
    /// Mean over the draws; `null` where draws have no such figure.
    pub mean: Option<f64>,
    /// The lowest of the draws.
    pub lowest: Option<f64>,
    /// The highest of the draws.
    pub highest: Option<f64>,
}

/// A figure that both have, by its name.
type Figure = (&'static str, fn(&Measured) -> Option<f64>);

const FIGURES: [Figure; 6] = [
    ("requests a second", |measured| Some(measured.rate_per_s)),
    ("index of dispersion at 1 s", |measured| measured.window(1)?.steady_index()),
    ("index of dispersion at 10 s", |measured| measured.window(10)?.steady_index()),
    ("index of dispersion at 1 min", |measured| measured.window(60)?.steady_index()),
    ("mean size in bytes", |measured| Some(measured.sizes.mean_bytes)),
    ("p99 size in bytes", |measured| Some(measured.sizes.p99_bytes as f64)),
];

/// It grows with the length of a recording, so it is compared only with draws that are as long.
const BUSIEST: Figure =
    ("requests in the busiest second", |measured| measured.window(1)?.busiest.map(|count| count as f64));

impl Redrawn {
    pub(super) fn of(described: &Described, measured: &Measured, seed: u64) -> Result<Self, SimError> {
        let source = described.source()?;
        let length_s = measured.covered_s.min(MOST_RECORDS / described.rate_per_s).min(LONGEST_S);
        let length = SimDuration::from_secs_f64(length_s);
        let draw = |number: u64| {
            let records = drawn_records(&source, length, seed.wrapping_add(number))?;
            Ok(Measured::during(&records, length.as_nanos(), &sorted_sizes(&records)))
        };
        let draws = (0..DRAWS).map(draw).collect::<Result<Vec<Option<Measured>>, SimError>>()?;
        let as_long = length_s >= measured.covered_s;
        let figures = FIGURES.into_iter().chain(as_long.then_some(BUSIEST));
        let figures = figures.filter_map(|figure| RedrawnFigure::of(figure, measured, &draws)).collect();
        Ok(Self { seed, draws: DRAWS, length_s, figures })
    }
}

impl RedrawnFigure {
    fn of((name, pick): Figure, measured: &Measured, draws: &[Option<Measured>]) -> Option<Self> {
        let recorded = pick(measured)?;
        let values: Vec<f64> = draws.iter().filter_map(|draw| pick(draw.as_ref()?)).collect();
        Some(Self {
            figure: name.to_owned(),
            recorded,
            mean: (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64),
            lowest: values.iter().copied().reduce(f64::min),
            highest: values.iter().copied().reduce(f64::max),
        })
    }
}
