//! Results read back: a small typed view of the documents that [`super::result`] writes.
//!
//! An [`Answer`] holds what two results are compared by and what a policy is held against, and nothing else. It is read
//! from JSON in both cases, so that a policy judges what the result says, whether that was worked out just now or lies in a
//! file. Numbers that are `null` are unknown.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;

use super::bill::cents;
use super::result::SCHEMA_VERSION;
use super::{UNKNOWN, seconds, with_interval};
use crate::sim::{Estimate, Figure};
use crate::units::significant;

/// A part of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The scenario, the catalog, the program.
    Header,
    /// What the scenario states.
    Stated,
    /// Requirements that reasons of the decision rest on.
    Requirements,
    /// How the simulation was run, and what it rests on.
    Settings,
    /// The recommendation and the verdicts.
    Decision,
    /// The pipeline that was simulated, its delay and freshness.
    Delay,
    /// Records that did not arrive.
    Records,
    /// Objects written.
    Objects,
    /// How far limits are used.
    Limits,
    /// The month's bill, with its lines.
    Bill,
    /// The candidate architectures side by side.
    Candidates,
    /// What moving the stated volume once takes.
    Transfer,
}

impl Part {
    /// Its name in sentences and as a heading.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Stated => "stated values",
            Self::Requirements => "requirements",
            Self::Settings => "settings",
            Self::Decision => "decision",
            Self::Delay => "delay",
            Self::Records => "records",
            Self::Objects => "objects",
            Self::Limits => "limits",
            Self::Bill => "bill",
            Self::Candidates => "candidates",
            Self::Transfer => "transfer",
        }
    }

    /// Whether it says what was asked, and not what came out.
    #[must_use]
    pub const fn is_question(self) -> bool {
        matches!(self, Self::Header | Self::Stated | Self::Requirements | Self::Settings)
    }
}

/// What a figure measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Time, in seconds.
    Seconds,
    /// Money in a month, in USD.
    Usd,
    /// Data, in bytes.
    Bytes,
    /// Objects in an hour.
    PerHour,
    /// Objects in a day.
    PerDay,
    /// Records, over all replications.
    Records,
    /// A share of a whole, from 0 to 1.
    Share,
    /// Points out of 100.
    Points,
}

impl Measure {
    /// The unit of its numbers.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Usd => "USD/month",
            Self::Bytes => "B",
            Self::PerHour => "1/h",
            Self::PerDay => "1/day",
            Self::Records => "records",
            Self::Share => "share",
            Self::Points => "points",
        }
    }

    /// The size of a difference, for people, to three digits. Shares differ by percentage points.
    #[must_use]
    pub fn show_size(self, size: f64) -> String {
        let number = significant(size, 3);
        match self {
            Self::Seconds | Self::Usd => self.show(size, None),
            Self::Bytes => format!("{number} B"),
            Self::PerHour => format!("{number} an hour"),
            Self::PerDay => format!("{number} a day"),
            Self::Records => format!("{number} records"),
            Self::Share => format!("{} pp", significant(100.0 * size, 3)),
            Self::Points => format!("{number} points"),
        }
    }

    /// A value with its interval, for people.
    #[must_use]
    pub fn show(self, value: f64, half_width: Option<f64>) -> String {
        let estimate = Estimate { value, half_width };
        let spread = half_width.is_some_and(|width| width > 0.0);
        match self {
            Self::Seconds if spread => with_interval(estimate, "s"),
            Self::Seconds if value < 0.0 => format!("-{}", seconds(-value)),
            Self::Seconds => seconds(value),
            Self::Usd => {
                let width = half_width.filter(|width| *width >= 0.005);
                // Lines of less than half a cent are there, and are not nothing.
                let amount = if value.abs() < 0.005 { significant(value, 2) } else { cents(value) };
                format!("USD {amount}{}", width.map_or_else(String::new, |width| format!(" ± {width:.2}")))
            }
            Self::Bytes => with_interval(estimate, "B"),
            Self::PerHour => with_interval(estimate, "an hour"),
            Self::PerDay => with_interval(estimate, "a day"),
            Self::Records => with_interval(estimate, "records"),
            Self::Share => {
                let scaled = Estimate { value: 100.0 * value, half_width: half_width.map(|width| 100.0 * width) };
                if spread { with_interval(scaled, "%") } else { format!("{} %", significant(100.0 * value, 3)) }
            }
            Self::Points => with_interval(estimate, "points"),
        }
    }
}

/// What is known of a figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
pub struct Reading {
    /// The value; `null` where it is unknown.
    pub value: Option<f64>,
    /// Half the width of its 95 % interval; `null` where it is exact, or where one run gave it.
    pub half_width: Option<f64>,
    /// Whether the true value is this or more, because a part of it is unknown.
    pub at_least: bool,
}

impl Reading {
    /// A value without chance, or one whose chance is unknown.
    #[must_use]
    pub const fn of(value: Option<f64>) -> Self {
        Self { value, half_width: None, at_least: false }
    }

    /// The figure for people.
    #[must_use]
    pub fn show(&self, measure: Measure) -> String {
        let Some(value) = self.value else { return UNKNOWN.to_owned() };
        let at_least = if self.at_least { "≥ " } else { "" };
        format!("{at_least}{}", measure.show(value, self.half_width))
    }

    /// The figure times a factor.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let scaled = |value: Option<f64>| value.map(|value| value * factor);
        Self { value: scaled(self.value), half_width: scaled(self.half_width), ..self }
    }
}

/// What chance has to do with a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    /// Exact, or with an interval.
    Judged,
    /// Drawn, without an interval: of one run only, or a count over all runs.
    Unjudged,
    /// Follows from other figures that are judged, so that no weight lies on it.
    Told,
}

/// A figure of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Where it stands.
    pub part: Part,
    /// What it is a figure of: a service, a line of the bill, an architecture; empty if there is only one.
    pub of: String,
    /// Its name.
    pub name: &'static str,
    /// What it measures.
    pub measure: Measure,
    /// What is known of it.
    pub reading: Reading,
    /// How chance is judged.
    pub chance: Chance,
}

/// A word of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands.
    pub part: Part,
    /// What it is about; empty if there is only one.
    pub of: String,
    /// Its name.
    pub name: &'static str,
    /// The word.
    pub value: String,
}

/// Why a text is no result that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// Not JSON; line and column from 1.
    #[error("this is not JSON: {message}")]
    NotJson {
        /// What the parser says.
        message: String,
        /// Line.
        line: usize,
        /// Column, in bytes.
        column: usize,
    },
    /// JSON of something else.
    #[error("this is JSON, but no result of `run`, `advise`, `simulate`, `cost` or `compare`: {0}")]
    NoResult(String),
    /// A form whose first number differs from ours.
    #[error("this result has schema version {0}, which this forebay does not read")]
    OtherVersion(String),
    /// A result with a key of another kind.
    #[error("this result is damaged: {0}")]
    Damaged(String),
}

impl Unreadable {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NotJson { .. } | Self::NoResult(_) => {
                "give `result.json` of `forebay run --out DIR`, or what a verb prints with `--format json`".to_owned()
            }
            Self::OtherVersion(_) => {
                format!("it reads {}.x; make the result again with this forebay", major(SCHEMA_VERSION))
            }
            Self::Damaged(_) => "make the result again; it is not meant to be edited".to_owned(),
        }
    }
}

/// The first number of a version.
fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// A result, as far as it is compared and judged.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    schema_version: String,
    forebay_version: String,
    edition: String,
    region: String,
    catalog_digest: String,
    scenario: Asked,
    recommended: Option<Recommended>,
    services: Option<Vec<Service>>,
    robustness: Option<Robustness>,
    simulation: Option<Run>,
    transfer: Option<Transfer>,
    bill: Option<Bill>,
    comparison: Option<Comparison>,
}

#[derive(Debug, Clone, Deserialize)]
struct Asked {
    title: String,
    digest: String,
    /// Results before 1.6 do not have it.
    #[serde(default)]
    stated: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Recommended {
    primary: String,
    architecture: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Service {
    id: String,
    verdict: String,
    score: Option<f64>,
    reasons: Vec<Reason>,
}

#[derive(Debug, Clone, Deserialize)]
struct Reason {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, Deserialize)]
struct Requirement {
    path: String,
    value: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Robustness {
    half_width: Option<f64>,
    winner_first_share: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Run {
    seed: u64,
    replications: u32,
    horizon_s: f64,
    warm_up_s: f64,
    pipeline: Vec<String>,
    trace: Option<Trace>,
    records: Records,
    latency_s: Percentiles,
    freshness_s: Percentiles,
    late_share: Option<f64>,
    objects: Objects,
    limits: Vec<Limit>,
    settings: Vec<Setting>,
}

#[derive(Debug, Clone, Deserialize)]
struct Trace {
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Records {
    offered: u64,
    rejected: u64,
    lost: u64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Measured {
    value: Option<f64>,
    half_width: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Percentiles {
    mean: Measured,
    p50: Measured,
    p95: Measured,
    p99: Measured,
    max: Measured,
}

#[derive(Debug, Clone, Deserialize)]
struct Objects {
    per_hour: Option<f64>,
    per_hour_half_width: Option<f64>,
    mean_bytes: Option<f64>,
    mean_bytes_half_width: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Limit {
    name: String,
    peak_share: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Setting {
    name: String,
    value: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Bill {
    lines: Vec<Line>,
    total: Option<f64>,
    total_half_width: Option<f64>,
    complete: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Line {
    service: String,
    meter: String,
    basis: String,
    amount: Option<f64>,
    amount_half_width: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
struct Comparison {
    replications: u32,
    architectures: Vec<Candidate>,
}

#[derive(Debug, Clone, Deserialize)]
struct Candidate {
    service: String,
    path: String,
    verdict: String,
    records: Option<Records>,
    latency_s: Option<Percentiles>,
    bill: Option<Bill>,
}

#[derive(Debug, Clone, Deserialize)]
struct Transfer {
    service: String,
    time_s: Option<f64>,
    in_time: Option<bool>,
}

impl From<Measured> for Reading {
    fn from(measured: Measured) -> Self {
        Self { value: measured.value, half_width: measured.half_width, at_least: false }
    }
}

impl Percentiles {
    /// The figure of these five that stands in this place of [`Figure::ALL`], by fives.
    fn at(&self, place: usize) -> Reading {
        [self.mean, self.p50, self.p95, self.p99, self.max][place % 5].into()
    }
}

impl Records {
    fn share(&self, records: u64) -> Reading {
        Reading::of((self.offered > 0).then(|| records as f64 / self.offered as f64))
    }
}

impl Objects {
    fn per_hour(&self) -> Reading {
        Reading { value: self.per_hour, half_width: self.per_hour_half_width, at_least: false }
    }

    fn bytes(&self) -> Reading {
        Reading { value: self.mean_bytes, half_width: self.mean_bytes_half_width, at_least: false }
    }
}

impl Bill {
    fn total(&self) -> Reading {
        Reading { value: self.total, half_width: self.total_half_width, at_least: !self.complete }
    }

    /// A line that a single run gave makes the sum as little judged as itself.
    fn chance(&self) -> Chance {
        let unjudged = self.lines.iter().any(|line| line.chance() == Chance::Unjudged);
        if unjudged { Chance::Unjudged } else { Chance::Judged }
    }
}

impl Line {
    fn chance(&self) -> Chance {
        let drawn = self.basis == "simulation" && self.amount.is_some() && self.amount_half_width.is_none();
        if drawn { Chance::Unjudged } else { Chance::Judged }
    }
}

/// How a figure that has an interval from two runs on is judged.
const fn of_runs(replications: u32, half_width: Option<f64>) -> Chance {
    if half_width.is_none() && replications < 2 { Chance::Unjudged } else { Chance::Judged }
}

impl Answer {
    /// Reads the text of a result.
    ///
    /// # Errors
    /// [`Unreadable`] where the text is no result of ours, or one of another form.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let json: Json = serde_json::from_str(text).map_err(|error| {
            let said = error.to_string();
            let message = said.split(" at line ").next().unwrap_or(&said).to_owned();
            Unreadable::NotJson { message, line: error.line(), column: error.column() }
        })?;
        let no_result = |why: &str| Err(Unreadable::NoResult(why.to_owned()));
        let Some(version) = json.get("schema_version").and_then(Json::as_str) else {
            return no_result("it has no `schema_version`");
        };
        if json.get("sample").is_some() {
            return no_result("it holds single records, as `simulate --sample` prints them");
        }
        if json.get("catalog_digest").is_none() || json.get("scenario").is_none_or(|scenario| !scenario.is_object()) {
            return no_result("it has no `catalog_digest` and no `scenario`, so it answers another question");
        }
        if major(version) != major(SCHEMA_VERSION) {
            return Err(Unreadable::OtherVersion(version.to_owned()));
        }
        Self::from_json(json).map_err(|error| Unreadable::Damaged(error.to_string()))
    }

    /// The view of a result that was worked out just now.
    ///
    /// # Errors
    /// A document that JSON cannot hold or that this view does not fit, which would be a bug.
    pub fn of(document: &impl Serialize) -> Result<Self, serde_json::Error> {
        Self::from_json(serde_json::to_value(document)?)
    }

    fn from_json(json: Json) -> Result<Self, serde_json::Error> {
        // `simulate` has the keys of the simulation at the top.
        let alone = if json.get("latency_s").is_some() { Some(Run::deserialize(&json)?) } else { None };
        let answer: Self = serde_json::from_value(json)?;
        Ok(Self { simulation: alone.or(answer.simulation), ..answer })
    }

    /// Title of the scenario.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.scenario.title
    }

    /// Digest of the scenario's text and the overrides.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.scenario.digest
    }

    /// Version of its form.
    #[must_use]
    pub fn schema_version(&self) -> &str {
        &self.schema_version
    }

    /// Whether it says what its scenario states.
    #[must_use]
    pub fn tells_what_is_stated(&self) -> bool {
        !self.scenario.stated.is_empty()
    }

    /// The parts that it holds, apart from the header and what is stated.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let simulated = self.simulation.is_some();
        let held = [
            (Part::Requirements, self.services.is_some()),
            (Part::Settings, simulated),
            (Part::Decision, self.services.is_some()),
            (Part::Delay, simulated),
            (Part::Records, simulated),
            (Part::Objects, simulated),
            (Part::Limits, simulated),
            (Part::Bill, self.bill.is_some()),
            (Part::Candidates, self.comparison.is_some()),
            (Part::Transfer, self.transfer.is_some()),
        ];
        held.into_iter().filter_map(|(part, held)| held.then_some(part)).collect()
    }

    /// The candidate that the answer of `compare` is about: the first one, unless a rule removed it.
    fn first(&self) -> Option<&Candidate> {
        let comparison = self.comparison.as_ref()?;
        comparison.architectures.first().filter(|first| first.verdict != "rejected")
    }

    /// The service that the pipeline is about.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        match &self.services {
            Some(_) => self.recommended.as_ref().map(|answer| answer.primary.as_str()),
            None => self.first().map(|first| first.service.as_str()),
        }
    }

    /// The score of the recommended service, in points.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        let primary = &self.recommended.as_ref()?.primary;
        self.services.as_ref()?.iter().find(|service| service.id == *primary)?.score
    }

    /// The share of all weightings in which the recommended service is the first.
    #[must_use]
    pub fn first_in(&self) -> Reading {
        let robustness = self.robustness.as_ref();
        Reading {
            value: robustness.and_then(|robustness| robustness.winner_first_share),
            half_width: robustness.and_then(|robustness| robustness.half_width),
            at_least: false,
        }
    }

    /// A figure of the simulated pipeline; of the first candidate, where `compare` gave the answer.
    #[must_use]
    pub fn simulated(&self, figure: Figure) -> Reading {
        let place = Figure::ALL.iter().position(|known| *known == figure).unwrap_or(0);
        let Some(run) = &self.simulation else {
            let latency = self.first().and_then(|first| first.latency_s.as_ref());
            return latency.filter(|_| place < 5).map_or_else(Reading::default, |latency| latency.at(place));
        };
        match figure {
            Figure::ObjectsPerHour => run.objects.per_hour(),
            Figure::ObjectBytes => run.objects.bytes(),
            _ if place < 5 => run.latency_s.at(place),
            _ => run.freshness_s.at(place),
        }
    }

    fn records(&self) -> Option<&Records> {
        let run = self.simulation.as_ref().map(|run| &run.records);
        run.or_else(|| self.first()?.records.as_ref())
    }

    /// Records that a gate turned away, over all replications, and their share of those sent.
    #[must_use]
    pub fn rejected(&self) -> (Option<u64>, Option<f64>) {
        let records = self.records();
        (records.map(|all| all.rejected), records.and_then(|all| all.share(all.rejected).value))
    }

    /// Records that were let through and never delivered, and their share of those sent.
    #[must_use]
    pub fn lost(&self) -> (Option<u64>, Option<f64>) {
        let records = self.records();
        (records.map(|all| all.lost), records.and_then(|all| all.share(all.lost).value))
    }

    /// The share of delivered records that came later than the freshness asked for.
    #[must_use]
    pub fn late(&self) -> Option<f64> {
        self.simulation.as_ref()?.late_share
    }

    /// What the busiest second leaves of the limit that it uses most, as a share of that limit; below 0 if it is over it.
    #[must_use]
    pub fn headroom(&self) -> Option<f64> {
        let limits = self.simulation.as_ref()?.limits.iter();
        let shares: Option<Vec<f64>> = limits.map(|limit| limit.peak_share).collect();
        shares?.into_iter().reduce(f64::max).map(|most| 1.0 - most)
    }

    /// The month's bill in USD; of the first candidate, where `compare` gave the answer.
    #[must_use]
    pub fn cost(&self) -> Reading {
        let bill = self.bill.as_ref().or_else(|| self.first()?.bill.as_ref());
        bill.map_or_else(Reading::default, Bill::total)
    }

    /// All words.
    #[must_use]
    pub fn words(&self) -> Vec<Word> {
        let mut list = Words::default();
        list.header(self);
        list.stated(&self.scenario.stated);
        if let Some(run) = &self.simulation {
            list.run(run);
        }
        if let Some(services) = &self.services {
            list.decision(self.recommended.as_ref(), services);
        }
        for one in self.comparison.iter().flat_map(|comparison| &comparison.architectures) {
            list.add(Part::Candidates, &one.path, "verdict", &one.verdict);
        }
        if let Some(moved) = &self.transfer {
            list.add(Part::Transfer, "", "service", &moved.service);
            let in_time = moved.in_time.map_or("no deadline", |in_time| if in_time { "yes" } else { "no" });
            list.add(Part::Transfer, "", "in time", in_time);
        }
        list.0
    }

    /// All figures.
    #[must_use]
    pub fn figures(&self) -> Vec<Named> {
        let mut list = Figures::default();
        for service in self.services.iter().flatten() {
            let score = Reading::of(service.score);
            if service.score.is_some() {
                list.add(Part::Decision, &service.id, "score", Measure::Points, score, Chance::Told);
            }
        }
        if self.robustness.is_some() {
            list.add(Part::Decision, "", "first in weightings", Measure::Share, self.first_in(), Chance::Told);
        }
        if let Some(run) = &self.simulation {
            list.run(self, run);
        }
        if let Some(bill) = &self.bill {
            list.bill(bill);
        }
        for one in self.comparison.iter().flat_map(|comparison| {
            let replications = comparison.replications;
            comparison.architectures.iter().map(move |one| (one, replications))
        }) {
            list.candidate(one.0, one.1);
        }
        if let Some(moved) = &self.transfer {
            let time = Reading::of(moved.time_s);
            list.add(Part::Transfer, "", "time", Measure::Seconds, time, Chance::Judged);
        }
        list.0
    }
}

/// Words that are being collected.
#[derive(Default)]
struct Words(Vec<Word>);

impl Words {
    fn add(&mut self, part: Part, of: &str, name: &'static str, value: &str) {
        self.0.push(Word { part, of: of.to_owned(), name, value: value.to_owned() });
    }

    fn header(&mut self, answer: &Answer) {
        for (name, value) in [
            ("title", &answer.scenario.title),
            ("scenario digest", &answer.scenario.digest),
            ("edition", &answer.edition),
            ("region", &answer.region),
            ("catalog digest", &answer.catalog_digest),
            ("forebay version", &answer.forebay_version),
            ("schema version", &answer.schema_version),
        ] {
            self.add(Part::Header, "", name, value);
        }
    }

    /// What stands in the header, or in the settings of a simulation, is not told again.
    fn stated(&mut self, stated: &BTreeMap<String, String>) {
        let elsewhere = |path: &str| {
            matches!(path, "format" | "title" | "edition" | "region")
                || path.strip_prefix("simulation.").is_some_and(|key| key != "outages")
        };
        for (path, value) in stated.iter().filter(|(path, _)| !elsewhere(path)) {
            self.add(Part::Stated, path, "", value);
        }
    }

    fn run(&mut self, run: &Run) {
        self.add(Part::Settings, "", "seed", &run.seed.to_string());
        self.add(Part::Settings, "", "replications", &run.replications.to_string());
        self.add(Part::Settings, "", "horizon", &seconds(run.horizon_s));
        self.add(Part::Settings, "", "warm-up", &seconds(run.warm_up_s));
        if let Some(trace) = &run.trace {
            self.add(Part::Settings, "", "recording", &trace.name);
        }
        for setting in &run.settings {
            self.add(Part::Settings, &setting.name, "", &setting.value);
        }
        self.add(Part::Delay, "", "pipeline", &run.pipeline.join(" > "));
    }

    fn decision(&mut self, recommended: Option<&Recommended>, services: &[Service]) {
        let primary = recommended.map_or("nothing fits", |answer| answer.primary.as_str());
        self.add(Part::Decision, "", "recommended", primary);
        if let Some(answer) = recommended {
            self.add(Part::Decision, "", "by way of", &answer.architecture.join(" > "));
        }
        for service in services {
            self.add(Part::Decision, &service.id, "verdict", &service.verdict);
        }
        let reasons = services.iter().flat_map(|service| &service.reasons);
        for requirement in reasons.flat_map(|reason| &reason.requirements) {
            let known = |word: &Word| word.part == Part::Requirements && word.of == requirement.path;
            // What the pipeline is about is no requirement, though rules ask for it alike.
            if !requirement.path.starts_with("pipeline.") && !self.0.iter().any(known) {
                self.add(Part::Requirements, &requirement.path, "", &requirement.value);
            }
        }
    }
}

/// Figures that are being collected.
#[derive(Default)]
struct Figures(Vec<Named>);

impl Figures {
    fn add(&mut self, part: Part, of: &str, name: &'static str, measure: Measure, reading: Reading, chance: Chance) {
        self.0.push(Named { part, of: of.to_owned(), name, measure, reading, chance });
    }

    fn run(&mut self, answer: &Answer, run: &Run) {
        for figure in Figure::ALL {
            let (part, measure) = match figure {
                Figure::ObjectsPerHour => (Part::Objects, Measure::PerHour),
                Figure::ObjectBytes => (Part::Objects, Measure::Bytes),
                _ => (Part::Delay, Measure::Seconds),
            };
            let reading = answer.simulated(figure);
            self.add(part, "", figure.name(), measure, reading, of_runs(run.replications, reading.half_width));
        }
        if let Some(late) = run.late_share {
            self.add(Part::Delay, "", "late", Measure::Share, Reading::of(Some(late)), Chance::Told);
        }
        self.records(Part::Records, "", &run.records);
        for limit in &run.limits {
            let used = Reading::of(limit.peak_share);
            self.add(Part::Limits, &limit.name, "", Measure::Share, used, Chance::Told);
        }
    }

    fn records(&mut self, part: Part, of: &str, records: &Records) {
        self.add(part, of, "rejected", Measure::Share, records.share(records.rejected), Chance::Unjudged);
        self.add(part, of, "lost", Measure::Share, records.share(records.lost), Chance::Unjudged);
    }

    fn bill(&mut self, bill: &Bill) {
        self.add(Part::Bill, "", "total", Measure::Usd, bill.total(), bill.chance());
        for line in &bill.lines {
            let reading = Reading { value: line.amount, half_width: line.amount_half_width, at_least: false };
            let of = format!("{}.{}", line.service, line.meter);
            self.add(Part::Bill, &of, "", Measure::Usd, reading, line.chance());
        }
    }

    fn candidate(&mut self, one: &Candidate, replications: u32) {
        let of = one.path.as_str();
        let latency = one.latency_s.as_ref();
        for (name, delay) in [("p50", latency.map(|all| all.p50)), ("p99", latency.map(|all| all.p99))] {
            let reading = delay.map_or_else(Reading::default, Reading::from);
            let chance = of_runs(replications, reading.half_width);
            self.add(Part::Candidates, of, name, Measure::Seconds, reading, chance);
        }
        if let Some(records) = &one.records {
            self.records(Part::Candidates, of, records);
        }
        let total = one.bill.as_ref().map_or_else(Reading::default, Bill::total);
        let chance = one.bill.as_ref().map_or(Chance::Judged, Bill::chance);
        self.add(Part::Candidates, of, "cost", Measure::Usd, total, chance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: &str) -> String {
        format!(
            r#""schema_version": "{version}", "forebay_version": "0", "edition": "2022", "region": "us-east-1",
               "catalog_digest": "c", "scenario": {{"title": "T", "file": "t.toml", "digest": "d"}}"#
        )
    }

    #[test]
    fn what_is_no_result_says_what_it_is() {
        let error = |text: &str| Answer::read(text).unwrap_err();
        assert!(matches!(error("{\n  1"), Unreadable::NotJson { line: 2, .. }));
        assert!(matches!(error("[]"), Unreadable::NoResult(_)));
        assert!(matches!(error(r#"{"schema_version": "1.0", "checks": []}"#), Unreadable::NoResult(_)));
        assert_eq!(error(&format!("{{{}}}", header("2.0"))), Unreadable::OtherVersion("2.0".to_owned()));
        let sample = format!(r#"{{{}, "sample": []}}"#, header("1.4"));
        assert!(error(&sample).to_string().contains("single records"));
        let damaged = format!(r#"{{{}, "bill": {{"total": "many"}}}}"#, header("1.4"));
        assert!(matches!(error(&damaged), Unreadable::Damaged(_)));
    }

    #[test]
    fn a_later_form_with_additions_is_read_and_nothing_is_known_of_what_is_not_there() {
        let answer = Answer::read(&format!(r#"{{{}, "more": 1}}"#, header("1.99"))).unwrap();
        assert!(answer.parts().is_empty());
        assert_eq!((answer.service(), answer.score(), answer.late(), answer.headroom()), (None, None, None, None));
        assert_eq!(answer.cost(), Reading::default());
        assert_eq!(answer.simulated(Figure::P99).show(Measure::Seconds), "unknown");
    }

    #[test]
    fn a_bill_with_an_unknown_price_is_a_lower_bound() {
        let bill = r#"{"lines": [{"service": "s3", "meter": "put", "basis": "simulation", "amount": null,
            "amount_half_width": null}], "total": 41.2, "total_half_width": null, "complete": false}"#;
        let answer = Answer::read(&format!(r#"{{{}, "bill": {bill}}}"#, header("1.4"))).unwrap();
        assert_eq!(answer.cost().show(Measure::Usd), "≥ USD 41.20");
        let figures = answer.figures();
        assert_eq!(figures[1].reading.show(Measure::Usd), "unknown");
        assert_eq!(figures[1].chance, Chance::Judged);
    }

    #[test]
    fn values_are_shown_in_their_units() {
        for (measure, value, width, text) in [
            (Measure::Seconds, 299.1, Some(0.25), "299.10 ± 0.25 s"),
            (Measure::Seconds, -2.5, None, "-2.5 s"),
            (Measure::Usd, 1234.5, Some(0.25), "USD 1,234.50 ± 0.25"),
            (Measure::Usd, -3.0, Some(0.0), "USD -3.00"),
            (Measure::Share, 0.0125, None, "1.25 %"),
            (Measure::Points, 88.23, None, "88.23 points"),
        ] {
            assert_eq!(measure.show(value, width), text);
        }
    }
}
