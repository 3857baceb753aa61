//! Charts as SVG and PNG: scores of services and how often each has each rank, delay of records, freshness over time, lines
//! of a bill; delays, bills, costs over the volume, cost against delay and objects written of several candidates; one figure
//! over two settings; the pipeline itself.
//!
//! A chart is plain data ([`ScoreChart`], [`LatencyChart`], [`BillsChart`], ...) with a [`Caption`]. Drawing it takes three
//! steps:
//!
//! 1. *Lay out.* Each kind of chart turns its data into a list of rectangles, lines, dots and texts at fixed places.
//!    Texts are measured with the metrics of the embedded font, and wrapped or cut before they can touch anything.
//! 2. *Draw.* The list goes to plotters' SVG or bitmap backend. Both draw the same list, so both look the same.
//! 3. *Finish.* The SVG gets a title and a description for screen readers, the bitmap becomes a PNG file.
//!
//! The rules the layouts follow: one message a chart, said in its title; a label beside the thing it names rather than
//! a legend, where it fits; no difference shown by colour alone; units on every axis. Colours are those of Okabe and
//! Ito, which stay apart for colour-blind readers, with the light ones darkened until they stand out from the page by
//! 3 : 1.
//!
//! What a reader would question: coordinates are computed here and not by the chart builder of plotters. Its labels
//! take no notice of each other, and percentiles like to be close together.
//!
//! Equal data gives equal bytes, in SVG and in PNG.
//!
//! ```
//! use forebay::report::charts::{Caption, Chart, ScoreBar, ScoreChart, Theme};
//!
//! let chart = Chart::Scores(ScoreChart {
//!     caption: Caption::titled("Firehose fits best"),
//!     criteria: vec!["cost".into(), "effort".into()],
//!     services: vec![ScoreBar { name: "Amazon Data Firehose".into(), parts: vec![0.4, 0.45] }],
//!     rejected: vec!["Amazon EMR".into()],
//! });
//! let svg = chart.to_svg(&Theme::light())?;
//! assert!(svg.contains("<title>Firehose fits best</title>"));
//! # Ok::<(), forebay::report::charts::ChartError>(())
//! ```

mod acceptability;
mod architecture;
mod axis;
mod bill;
mod bills;
mod curves;
mod font;
mod frame;
mod freshness;
mod front;
mod heat;
mod latencies;
mod latency;
mod layered;
mod objects;
mod paint;
mod png;
mod scene;
mod scores;
#[cfg(test)]
mod tests;
mod theme;
mod volume;

pub use acceptability::{AcceptabilityChart, RankShares};
pub use architecture::ArchitectureChart;
pub(in crate::report) use axis::money;
pub use bill::{BillBar, BillChart, LineKind};
pub use bills::{BillPart, BillsChart, CandidateBill};
pub use freshness::{Age, FreshnessChart, Shade};
pub use front::{FrontChart, FrontPoint};
pub use heat::{HeatAxis, HeatChart, HeatMark, HeatSign, HeatUnit};
pub use latencies::{LatenciesChart, LatencyCurve};
pub use latency::{LatencyChart, LatencyMark};
pub use objects::{ObjectsChart, ObjectsItem};
pub use scores::{ScoreBar, ScoreChart};
pub use theme::{Rgb, Theme};
pub use volume::{VolumeChart, VolumeCrossing, VolumeCurve};

use scene::Scene;

/// The words around a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caption {
    /// The one message: "Half of the records are in S3 after 154 s".
    pub title: String,
    /// What is shown, in a line or two.
    pub subtitle: String,
    /// Where it comes from: scenario, edition, region, seed, sources.
    pub footer: String,
}

impl Caption {
    /// A caption with a title only.
    #[must_use]
    pub fn titled(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }
}

/// Why a chart could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// The drawing backend failed.
    #[error("the chart cannot be drawn: {reason}")]
    Drawing {
        /// What it said.
        reason: String,
    },
    /// The picture could not be compressed.
    #[error("the chart cannot be written as PNG: {reason}")]
    Encoding {
        /// What the encoder said.
        reason: String,
    },
}

/// A chart of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Services and what their scores are made of.
    Scores(ScoreChart),
    /// The share of records that arrived within a time.
    Latency(LatencyChart),
    /// The age of the oldest record while a run goes on.
    Freshness(FreshnessChart),
    /// The lines of a bill.
    Bill(BillChart),
    /// The latencies of several candidates.
    Latencies(LatenciesChart),
    /// The bills of several candidates.
    Bills(BillsChart),
    /// What several candidates cost at other volumes.
    Volume(VolumeChart),
    /// The pipeline itself.
    Architecture(ArchitectureChart),
    /// Cost against delay of several candidates.
    Front(FrontChart),
    /// One figure over two settings.
    Heat(HeatChart),
    /// Objects a day and their size, of several candidates or settings.
    Objects(ObjectsChart),
    /// How often each service has each rank over all weightings.
    Acceptability(AcceptabilityChart),
}

impl Chart {
    /// The chart as an SVG document with a title and a description.
    ///
    /// # Errors
    /// [`ChartError::Drawing`], which would be a bug.
    pub fn to_svg(&self, theme: &Theme) -> Result<String, ChartError> {
        paint::svg(&self.scene(theme), &self.title(), &self.finding())
    }

    /// The chart as a PNG file, twice as many pixels wide and high as the SVG's nominal size.
    ///
    /// # Errors
    /// [`ChartError`], which would be a bug.
    pub fn to_png(&self, theme: &Theme) -> Result<Vec<u8>, ChartError> {
        let (pixels, width, height) = paint::bitmap(&self.scene(theme))?;
        png::encode(&pixels, width, height).map_err(|error| ChartError::Encoding { reason: error.to_string() })
    }

    /// The data behind the chart as CSV with a header line.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let rows = match self {
            Self::Scores(chart) => chart.rows(),
            Self::Latency(chart) => chart.rows(),
            Self::Freshness(chart) => chart.rows(),
            Self::Bill(chart) => chart.rows(),
            Self::Latencies(chart) => chart.rows(),
            Self::Bills(chart) => chart.rows(),
            Self::Volume(chart) => chart.rows(),
            Self::Architecture(chart) => chart.rows(),
            Self::Front(chart) => chart.rows(),
            Self::Heat(chart) => chart.rows(),
            Self::Objects(chart) => chart.rows(),
            Self::Acceptability(chart) => chart.rows(),
        };
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in rows {
            // Writing to memory does not fail.
            let _ = writer.write_record(row);
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The message as it is drawn.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Scores(chart) => chart.caption.title.clone(),
            Self::Latency(chart) => chart.caption.title.clone(),
            Self::Freshness(chart) => chart.caption.title.clone(),
            Self::Bill(chart) => chart.headline(),
            Self::Latencies(chart) => chart.caption.title.clone(),
            Self::Bills(chart) => chart.caption.title.clone(),
            Self::Volume(chart) => chart.caption.title.clone(),
            Self::Architecture(chart) => chart.caption.title.clone(),
            Self::Front(chart) => chart.caption.title.clone(),
            Self::Heat(chart) => chart.caption.title.clone(),
            Self::Objects(chart) => chart.caption.title.clone(),
            Self::Acceptability(chart) => chart.caption.title.clone(),
        }
    }

    /// What there is to see, in sentences, for those who do not see it.
    #[must_use]
    pub fn finding(&self) -> String {
        match self {
            Self::Scores(chart) => chart.finding(),
            Self::Latency(chart) => chart.finding(),
            Self::Freshness(chart) => chart.finding(),
            Self::Bill(chart) => chart.finding(),
            Self::Latencies(chart) => chart.finding(),
            Self::Bills(chart) => chart.finding(),
            Self::Volume(chart) => chart.finding(),
            Self::Architecture(chart) => chart.finding(),
            Self::Front(chart) => chart.finding(),
            Self::Heat(chart) => chart.finding(),
            Self::Objects(chart) => chart.finding(),
            Self::Acceptability(chart) => chart.finding(),
        }
    }

    fn scene(&self, theme: &Theme) -> Scene {
        match self {
            Self::Scores(chart) => chart.scene(theme),
            Self::Latency(chart) => chart.scene(theme),
            Self::Freshness(chart) => chart.scene(theme),
            Self::Bill(chart) => chart.scene(theme),
            Self::Latencies(chart) => chart.scene(theme),
            Self::Bills(chart) => chart.scene(theme),
            Self::Volume(chart) => chart.scene(theme),
            Self::Architecture(chart) => chart.scene(theme),
            Self::Front(chart) => chart.scene(theme),
            Self::Heat(chart) => chart.scene(theme),
            Self::Objects(chart) => chart.scene(theme),
            Self::Acceptability(chart) => chart.scene(theme),
        }
    }
}

/// A number that can be drawn: NaN and infinities count as nothing.
fn drawable(value: f64) -> f64 {
    // Above this, coordinates would lose their meaning.
    const LARGEST: f64 = 1e15;
    if value.is_finite() { value.clamp(-LARGEST, LARGEST) } else { 0.0 }
}
