//! Replays of recordings through one size-or-time buffer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Amount, CaseResult, Part, Quantity, VerifyError};
use crate::sim::{
    self, Arrivals, Buffer, Model, RunConfig, SimError, SizeLaw, Source, Stage, StageKind, Summary, Watch,
};
use crate::trace::{self, Trace, TraceError, TraceOptions};
use crate::units::{Bytes, SimDuration};

/// A file of replays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReplays {
    /// Version of the format.
    #[schemars(range(min = 1, max = 1))]
    #[serde(rename = "schema")]
    _schema: u32,
    /// The cases.
    pub(super) case: Vec<RawReplay>,
}

/// One replay: a recording, a buffer, and what must come out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReplay {
    /// File name of the recording.
    trace: String,
    /// The buffer closes when it holds this much.
    #[schemars(range(min = 1))]
    size_bytes: u64,
    /// The buffer closes this long after its first record, in seconds.
    #[schemars(range(min = 1e-9), extend("examples" = [300.0]))]
    interval_s: f64,
    /// All gaps of the recording are divided by this.
    #[schemars(extend("exclusiveMinimum" = 0.0, "examples" = [1]))]
    speedup: f64,
    /// Records in the recording.
    records: Option<u64>,
    /// Their bytes.
    bytes: Option<u64>,
    /// Quantities and their values.
    expect: BTreeMap<String, f64>,
}

/// A quantity by name, and how to read it off a run.
type Reading = (&'static str, fn(&Summary) -> Amount);

/// The quantities a replay may expect, in the order of reports. Delays are in seconds.
const READINGS: [Reading; 13] = [
    ("records", |run| Amount::Whole(run.records.delivered)),
    ("bytes", |run| Amount::Whole(run.records.accepted_bytes)),
    ("objects", |run| Amount::Whole(run.objects.count)),
    ("size_triggered", |run| Amount::Whole(run.objects.closed_by_size)),
    ("object_bytes_mean", |run| Amount::Real(run.objects.mean_bytes.value)),
    ("object_bytes_max", |run| Amount::Whole(run.objects.max_bytes)),
    ("object_bytes_min", |run| Amount::Whole(run.objects.min_bytes)),
    ("records_per_object_mean", |run| Amount::Real(run.records.delivered as f64 / run.objects.count as f64)),
    ("delay_mean_s", |run| Amount::Real(run.latency.mean.value)),
    ("delay_p50_s", |run| Amount::Real(run.latency.p50.value)),
    ("delay_p95_s", |run| Amount::Real(run.latency.p95.value)),
    ("delay_p99_s", |run| Amount::Real(run.latency.p99.value)),
    ("delay_max_s", |run| Amount::Real(run.latency.max.value)),
];

/// Computes and compares all replays of a file.
pub(super) fn verify(
    replays: &[RawReplay],
    folders: &[PathBuf],
    watch: &dyn Watch,
) -> Result<Vec<CaseResult>, VerifyError> {
    let mut recordings = Recordings { folders, last: None };
    let verify = |(index, replay): (usize, &RawReplay)| {
        replay.verify(&mut recordings, &Part { whole: watch, index, count: replays.len() })
    };
    replays.iter().enumerate().map(verify).collect()
}

impl RawReplay {
    fn id(&self) -> String {
        let Self { trace, size_bytes, interval_s, speedup, .. } = self;
        format!("{trace} size={size_bytes} interval={interval_s} speedup={speedup}")
    }

    fn verify(&self, recordings: &mut Recordings<'_>, watch: &dyn Watch) -> Result<CaseResult, VerifyError> {
        let Some(recording) = recordings.get(&self.trace)? else {
            let reason =
                format!("trace `{}` not found: put it beside the file, or name its folder with --traces", self.trace);
            return Ok(CaseResult::unsupported(self.id(), reason));
        };
        match self.run(recording, watch) {
            Ok(summary) => Ok(CaseResult::judged(self.id(), self.compare(&summary))),
            Err(Refusal::Case(reason)) => Ok(CaseResult::unsupported(self.id(), reason)),
            Err(Refusal::Run(error)) => Err(VerifyError::Simulation(error)),
        }
    }

    /// Lets the engine play the recording through the buffer, to the last delivery.
    fn run(&self, recording: &Trace, watch: &dyn Watch) -> Result<Summary, Refusal> {
        let trace = recording.speed_up(self.speedup)?;
        let config = RunConfig {
            replications: 1,
            drain: true,
            keep_samples: true,
            threads: Some(1),
            ..RunConfig::new(1, trace.span())
        };
        Ok(sim::run(&self.model(trace), &config, watch)?.summary)
    }

    fn model(&self, trace: Trace) -> Model {
        let buffer =
            Buffer { size: Bytes::new(self.size_bytes), interval: SimDuration::from_secs_f64(self.interval_s) };
        Model {
            source: Source {
                arrivals: Arrivals::Trace(Arc::from(trace.records)),
                // A trace brings its own sizes.
                sizes: SizeLaw::Constant(Bytes::new(1)),
                records_per_request: sim::CountLaw::Fixed(1),
            },
            stages: vec![Stage { name: "buffer".to_owned(), kind: StageKind::Buffer(buffer) }],
            increments: Vec::new(),
        }
    }

    /// Everything that the case expects, known quantities first.
    fn compare(&self, summary: &Summary) -> Vec<Quantity> {
        let stated = [("records", self.records), ("bytes", self.bytes)];
        let stated = stated.into_iter().filter_map(|(name, value)| Some((name, value? as f64)));
        let expected: Vec<(&str, f64)> =
            stated.chain(self.expect.iter().map(|(name, value)| (name.as_str(), *value))).collect();
        let known = READINGS.iter().flat_map(|(name, read)| {
            let wanted = expected.iter().filter(move |(wanted, _)| wanted == name);
            wanted.map(move |(_, value)| Quantity::compared(name, *value, read(summary)))
        });
        let is_unknown = |(wanted, _): &&(&str, f64)| READINGS.iter().all(|(name, _)| name != wanted);
        let unknown = expected.iter().filter(is_unknown).map(|(name, value)| Quantity::unknown(name, *value));
        known.chain(unknown).collect()
    }
}

/// Why a replay has no result.
enum Refusal {
    /// The engine cannot express this case.
    Case(String),
    /// It has nothing to do with the case.
    Run(SimError),
}

impl From<TraceError> for Refusal {
    fn from(error: TraceError) -> Self {
        Self::Case(error.to_string())
    }
}

impl From<SimError> for Refusal {
    fn from(error: SimError) -> Self {
        match error {
            SimError::Stopped | SimError::Threads(_) => Self::Run(error),
            refused => Self::Case(refused.to_string()),
        }
    }
}

/// Recordings by name. The one used last is kept: cases of the same recording usually stand together.
struct Recordings<'a> {
    folders: &'a [PathBuf],
    last: Option<(PathBuf, Trace)>,
}

impl Recordings<'_> {
    /// The recording of this name, `None` if it is in none of the folders.
    fn get(&mut self, name: &str) -> Result<Option<&Trace>, TraceError> {
        let Some(path) = self.find(name) else { return Ok(None) };
        if self.last.as_ref().is_none_or(|(held, _)| *held != path) {
            self.last = None;
            let trace = trace::read(&path, TraceOptions::default())?;
            self.last = Some((path, trace));
        }
        Ok(self.last.as_ref().map(|(_, trace)| trace))
    }

    fn find(&self, name: &str) -> Option<PathBuf> {
        let named = |folder: &PathBuf| folder.join(Path::new(name));
        self.folders.iter().map(named).find(|path| path.is_file())
    }
}
