//! The figures of each replication by itself, from which every interval is made.

use std::fmt;

use serde::Serialize;

use super::result::Estimate;

/// A figure that every replication has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// Mean latency.
    Mean,
    /// Median latency.
    P50,
    /// 95th percentile of the latency.
    P95,
    /// 99th percentile of the latency.
    P99,
    /// Largest latency of the replication.
    Max,
    /// Mean freshness.
    FreshnessMean,
    /// Median freshness.
    FreshnessP50,
    /// 95th percentile of the freshness.
    FreshnessP95,
    /// 99th percentile of the freshness.
    FreshnessP99,
    /// Largest freshness of the replication.
    FreshnessMax,
    /// Objects that become available in an hour.
    ObjectsPerHour,
    /// Mean size of objects.
    ObjectBytes,
}

impl Figure {
    /// All figures, in their order.
    pub const ALL: [Self; 12] = [
        Self::Mean,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::Max,
        Self::FreshnessMean,
        Self::FreshnessP50,
        Self::FreshnessP95,
        Self::FreshnessP99,
        Self::FreshnessMax,
        Self::ObjectsPerHour,
        Self::ObjectBytes,
    ];

    /// Its name in options and results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Max => "max",
            Self::FreshnessMean => "freshness-mean",
            Self::FreshnessP50 => "freshness-p50",
            Self::FreshnessP95 => "freshness-p95",
            Self::FreshnessP99 => "freshness-p99",
            Self::FreshnessMax => "freshness-max",
            Self::ObjectsPerHour => "objects-per-hour",
            Self::ObjectBytes => "object-bytes",
        }
    }

    /// The figure of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.name() == name)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mean => f.write_str("mean latency"),
            Self::P50 | Self::P95 | Self::P99 => write!(f, "{} of the latency", self.name()),
            Self::Max => f.write_str("largest latency"),
            Self::FreshnessMean => f.write_str("mean freshness"),
            Self::FreshnessP50 => f.write_str("p50 of the freshness"),
            Self::FreshnessP95 => f.write_str("p95 of the freshness"),
            Self::FreshnessP99 => f.write_str("p99 of the freshness"),
            Self::FreshnessMax => f.write_str("largest freshness"),
            Self::ObjectsPerHour => f.write_str("objects an hour"),
            Self::ObjectBytes => f.write_str("mean size of objects"),
        }
    }
}

/// What each replication found, in the order of replications; NaN where one lacks the quantity.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Mean, median, 95th and 99th percentile and largest latency, in seconds.
    pub latency: [Vec<f64>; 5],
    /// The same of the freshness.
    pub freshness: [Vec<f64>; 5],
    /// Objects in an hour.
    pub objects_per_hour: Vec<f64>,
    /// Mean size of objects, in bytes.
    pub object_bytes: Vec<f64>,
}

impl Figures {
    /// One figure of all replications.
    #[must_use]
    pub fn of(&self, figure: Figure) -> &[f64] {
        let [mean, p50, p95, p99, max] = &self.latency;
        let [fresh_mean, fresh_p50, fresh_p95, fresh_p99, fresh_max] = &self.freshness;
        match figure {
            Figure::Mean => mean,
            Figure::P50 => p50,
            Figure::P95 => p95,
            Figure::P99 => p99,
            Figure::Max => max,
            Figure::FreshnessMean => fresh_mean,
            Figure::FreshnessP50 => fresh_p50,
            Figure::FreshnessP95 => fresh_p95,
            Figure::FreshnessP99 => fresh_p99,
            Figure::FreshnessMax => fresh_max,
            Figure::ObjectsPerHour => &self.objects_per_hour,
            Figure::ObjectBytes => &self.object_bytes,
        }
    }

    /// The mean of a figure over replications, with its interval.
    #[must_use]
    pub fn estimate(&self, figure: Figure) -> Estimate {
        Estimate::from_replications(self.of(figure))
    }
}
