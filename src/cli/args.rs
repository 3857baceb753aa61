//! What the user typed. Doc comments here are the help texts.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{ArgPredicate, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::Exit;
use crate::catalog::Edition;
use crate::diag::suggest;
use crate::report::charts::Theme;
use crate::schemas::KINDS;
use crate::sim::{Figure, Precision, Tier};
use crate::tuning::Aim;
use crate::units::{Bytes, Share, SimDuration, UnitError, Usd};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  forebay run scenarios/clickstream.toml
  forebay advise scenarios/clickstream.toml --set needs.freshness=1s
  forebay simulate scenarios/clickstream.toml --set firehose.buffer-interval=900s
  forebay simulate scenarios/clickstream.toml --trace access.log.gz
  forebay workload access.log access.log.1.gz --format toml
  forebay graph scenarios/clickstream.toml --output pipeline.svg
  forebay compare scenarios/clickstream.toml --vary firehose.buffer-interval=60s,300s
  forebay tune scenarios/clickstream.toml --object-size '1 MiB'
  forebay cost scenarios/clickstream.toml --budget 'USD 200'
  forebay report scenarios/clickstream.toml --output clickstream.html
  forebay cost --usage month.toml --format json
  forebay run scenarios/clickstream.toml --fail-on 'p99 > 10 min or cost > USD 200'
  forebay diff accepted/result.json result.json --exit-code
  forebay explain freshness-below-least-delay";

/// Where hand-made lines of the help end.
const HELP_WIDTH: usize = 84;

fn after_help() -> String {
    format!("{EXAMPLES}\n\n{}", Exit::help(HELP_WIDTH))
}

/// Which AWS services should carry your data, at what delay and what price.
///
/// Forebay reads a scenario (a TOML file of requirements and workload), screens and ranks services by rules, simulates
/// the recommended pipeline record by record, and prices it. Every reason cites a rule, a fact and a requirement.
#[derive(Debug, Parser)]
#[command(name = "forebay", version, styles = STYLES, after_help = after_help(), max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,

    /// Lay the TOML files of this folder over the embedded catalog: the same name replaces, any other adds.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Catalog")]
    pub(crate) catalog: Option<PathBuf>,

    /// Colour: auto follows the terminal, `NO_COLOR` and `CLICOLOR_FORCE`.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = "Output")]
    pub(crate) color: Color,

    /// No progress, no hints.
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For eyes; may change from version to version.
    Table,
    /// The contract: versioned, numbers as numbers.
    Json,
    /// The main table as comma-separated values.
    Csv,
    /// The main table as Markdown.
    Md,
    /// An architecture decision record in Markdown; `advise` only.
    Adr,
    /// One page for browsers; `report` only, which lists its forms itself.
    #[value(skip)]
    Html,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Everything on one screen: the decision, the simulated pipeline, its bill; charts with --out.
    Run(RunArgs),
    /// Which services should carry the data, and why not the others.
    Advise(AdviseArgs),
    /// Ask what nobody has stated, the question that matters most first, and write the scenario.
    Ask(AskArgs),
    /// Simulate the pipeline: delay, freshness, objects, quotas.
    Simulate(SimulateArgs),
    /// Describe recorded traffic as the workload of a scenario: rate, arrivals, sizes and profile, measured from logs or CSV.
    Workload(WorkloadArgs),
    /// Compare the candidate architectures: delay and bill of each, simulated alike, and what differs beyond chance.
    Compare(CompareArgs),
    /// Simulate and price many settings: a grid over any keys, or points drawn at random; CSV and JSON lines.
    Sweep(SweepArgs),
    /// Find the settings of the pipeline that meet the limits at the least cost, and prove them by simulation.
    Tune(TuneArgs),
    /// The month's bill, line by line: of the simulated pipeline, or of usage that a file states.
    Cost(CostArgs),
    /// Compare two results: what was asked, decided, simulated and priced otherwise, and what is more than chance.
    Diff(ResultDiffArgs),
    /// Write the whole answer as one page: decision, reasons, simulation, bill, sources; HTML that needs no network.
    Report(ReportArgs),
    /// Work out weights of the criteria from judgements of pairs (AHP), and how consistent these are.
    Weigh(WeighArgs),
    /// Draw the pipeline: on the terminal, as a picture, or as source for Graphviz and Mermaid.
    Graph(GraphArgs),
    /// Check a scenario and a catalog, and say everything that is wrong.
    Check(CheckArgs),
    /// Compute reference results again and compare: every difference is shown, exit code 5 if there is one.
    Verify(VerifyArgs),
    /// Answer documented selection cases and count how often the advice agrees with them.
    Evaluate(EvaluateArgs),
    /// Exercises: set, hinted at, and judged by the engine.
    Exercise(ExerciseArgs),
    /// Write a commented scenario to start from.
    Init(InitArgs),
    /// Print the page of a rule.
    Explain(ExplainArgs),
    /// Look into the catalog: list, show, diff.
    Catalog(CatalogArgs),
    /// Print a JSON schema: of a scenario, of catalog files, of results.
    Schema(SchemaArgs),
    /// Print a completion script for a shell.
    Completions(CompletionsArgs),
    /// Print the manual page.
    Man,
}

/// What every verb that reads a scenario takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ScenarioArgs {
    /// The scenario, a TOML file; `-` reads standard input.
    pub(crate) scenario: PathBuf,

    /// Set a key of the scenario or an option of a service; may be repeated. The end of a path will do where it is
    /// unambiguous: `freshness=1s`.
    #[arg(long = "set", value_name = "KEY=VALUE", help_heading = "Scenario")]
    pub(crate) overrides: Vec<String>,

    /// Edition of the catalog to answer with: `2022` as the course teaches it, `current` as it is now.
    #[arg(long, value_name = "EDITION", help_heading = "Scenario")]
    pub(crate) edition: Option<Edition>,

    /// Region of the pipeline.
    #[arg(long, value_name = "REGION", help_heading = "Scenario")]
    pub(crate) region: Option<String>,

    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TierArg {
    /// Flow for long runs that allow it, record otherwise.
    Auto,
    /// Record by record.
    Record,
    /// Buffer by buffer; an error where that is not possible.
    Flow,
}

impl From<TierArg> for Tier {
    fn from(tier: TierArg) -> Self {
        match tier {
            TierArg::Auto => Self::Auto,
            TierArg::Record => Self::Record,
            TierArg::Flow => Self::Flow,
        }
    }
}

/// Colours of charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeArg {
    /// Dark on white.
    Light,
    /// Light on nearly black.
    Dark,
    /// Black, greys and textures on white, for paper.
    Print,
}

impl From<ThemeArg> for Theme {
    fn from(theme: ThemeArg) -> Self {
        match theme {
            ThemeArg::Light => Self::light(),
            ThemeArg::Dark => Self::dark(),
            ThemeArg::Print => Self::print(),
        }
    }
}

/// What every verb that simulates takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct SimulationArgs {
    /// Seed of the random numbers.
    #[arg(long, value_name = "N", help_heading = "Simulation")]
    pub(crate) seed: Option<u64>,

    /// Number of independent runs.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Simulation")]
    pub(crate) replications: Option<u32>,

    /// Add runs until the 95 % interval of the mean latency is within this share of it on either side, such as `1%`; of
    /// another figure: `p99=1%`, `freshness-mean=2%`.
    #[arg(long, value_name = "[FIGURE=]SHARE", value_parser = precision, help_heading = "Simulation")]
    pub(crate) precision: Option<Precision>,

    /// Length of a run: `24 h`; a trace has its own.
    #[arg(long, value_name = "TIME", conflicts_with = "trace", help_heading = "Simulation")]
    pub(crate) horizon: Option<SimDuration>,

    /// Time from the start whose records are not counted; `auto` finds it (MSER-5 on a few runs made first).
    #[arg(long, value_name = "TIME|auto", value_parser = warm_up, conflicts_with = "trace", help_heading = "Simulation")]
    pub(crate) warm_up: Option<WarmUp>,

    /// Make one run and take its intervals from this many batches of it; 8 to 32, as they allow, if there is one run anyway.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=200), conflicts_with_all = ["replications", "precision"], help_heading = "Simulation")]
    pub(crate) batches: Option<u32>,

    /// Threads to use; the answer does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Simulation")]
    pub(crate) threads: Option<u16>,

    /// How finely to simulate: `record` draws every record, `flow` whole buffers, which long runs allow.
    #[arg(long, value_enum, default_value_t = TierArg::Auto, value_name = "TIER", help_heading = "Simulation")]
    pub(crate) tier: TierArg,

    /// Replay recorded traffic: CSV with `ts_ms` or `ts_s` and `record_bytes`, or a Common or Combined log; gzip or
    /// plain; `-` reads standard input.
    #[arg(long, value_name = "FILE", help_heading = "Trace")]
    pub(crate) trace: Option<PathBuf>,

    /// Divide the gaps of the trace by this factor.
    #[arg(long, value_name = "FACTOR", requires = "trace", allow_negative_numbers = true, help_heading = "Trace")]
    pub(crate) speedup: Option<f64>,

    /// Superpose this many shifted copies of the trace.
    #[arg(long, value_name = "COPIES", requires = "trace", help_heading = "Trace")]
    pub(crate) overlay: Option<u32>,

    /// Go on where more than 1 % of the lines of a trace cannot be read.
    #[arg(long, requires = "trace", help_heading = "Trace")]
    pub(crate) lenient: bool,

    /// Simulate the pipeline of this service instead of the recommended one.
    #[arg(long, value_name = "SERVICE", help_heading = "Simulation")]
    pub(crate) primary: Option<String>,
}

/// What every verb takes whose answer policies may be held against.
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyArgs {
    /// End with exit code 5 if this holds of the answer, or cannot be shown not to: `p99 > 60 s`, `cost > USD 200`,
    /// `rejected > 0.1 %`, `headroom < 20 %`, `service != firehose`; in `diff` also of the change: `p99 rises by more than
    /// 10 %`, `service changes`. Commas or the word `or` join several; may be repeated.
    #[arg(long, value_name = "POLICY", help_heading = "Policies")]
    pub(crate) fail_on: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) simulation: SimulationArgs,
    /// Write result.json and the charts (SVG, PNG and their data as CSV) into this folder; charts that an earlier
    /// run wrote there and this one does not are removed.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policies: PolicyArgs,
    /// Colours of the charts: for a light page, for a dark one, or greys and textures for paper.
    #[arg(long, value_enum, default_value_t = ThemeArg::Light, value_name = "THEME", requires = "out", help_heading = "Output")]
    pub(crate) theme: ThemeArg,
}

#[derive(Debug, Args)]
pub(crate) struct AdviseArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    /// Print the whole trace: every rule, every comparison, every score, every open question.
    #[arg(long, help_heading = "Output")]
    pub(crate) explain: bool,
    /// Print what change of each requirement would turn the answer.
    #[arg(long, help_heading = "Sensitivity")]
    pub(crate) flip: bool,
    /// Print why this service is not the answer, and what would make it so; may be repeated.
    #[arg(long, value_name = "SERVICE", help_heading = "Sensitivity")]
    pub(crate) why_not: Vec<String>,
    /// Date of the decision record, printed as given; without it, the record has none.
    #[arg(long, value_name = "DATE", help_heading = "Output")]
    pub(crate) date: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AskArgs {
    /// A scenario to start from; without one, from nothing.
    pub(crate) scenario: Option<PathBuf>,
    /// File to write, `-` prints it; the scenario's own file, or `scenario.toml`, if absent.
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Title of a scenario that starts from nothing.
    #[arg(long, value_name = "TEXT", default_value = "Answers to forebay ask")]
    pub(crate) title: String,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) simulation: SimulationArgs,
    /// Print this many single records of the first run instead, drawn by the flow tier: when each was sent, entered the
    /// buffer and became available, and its size.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=10_000), conflicts_with_all = ["trace", "fail_on"], help_heading = "Output")]
    pub(crate) sample: Option<u32>,
    #[command(flatten)]
    pub(crate) policies: PolicyArgs,
}

/// Form of a description of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WorkloadFormat {
    /// For eyes: what was measured, what to mind, and the workload.
    Table,
    /// The workload alone, to paste into a scenario.
    Toml,
    /// The contract: versioned, numbers as numbers.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct WorkloadArgs {
    /// Recordings: Common or Combined logs, or CSV with `ts_ms` or `ts_s` and `record_bytes`; gzip or plain; `-` reads
    /// standard input. Several are joined by their clocks.
    #[arg(required = true, value_name = "LOG")]
    pub(crate) logs: Vec<PathBuf>,

    /// Go on where more than 1 % of the lines cannot be read.
    #[arg(long, help_heading = "Trace")]
    pub(crate) lenient: bool,

    /// Seed of the draws of the workload that are held against the recording.
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Simulation")]
    pub(crate) seed: u64,

    /// Form of the answer; `toml` if absent and --output is given.
    #[arg(long, value_enum, default_value_t = WorkloadFormat::Table, default_value_if("output", ArgPredicate::IsPresent, "toml"), value_name = "FORM", help_heading = "Output")]
    pub(crate) format: WorkloadFormat,

    /// File to write; without it, or with `-`, standard output. An existing file is not replaced without --force.
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// Replace the file if it exists.
    #[arg(long, requires = "output", help_heading = "Output")]
    pub(crate) force: bool,
}

/// What simulates; it has no meaning for usage that a file states.
const SIMULATING: [&str; 14] = [
    "overrides",
    "seed",
    "replications",
    "precision",
    "horizon",
    "warm_up",
    "batches",
    "threads",
    "tier",
    "trace",
    "speedup",
    "overlay",
    "lenient",
    "primary",
];

#[derive(Debug, Args)]
#[command(mut_arg("scenario", without_usage))]
pub(crate) struct CostArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) simulation: SimulationArgs,
    /// Price what this file states instead of a simulated pipeline: usage of any service in a month, in TOML; `forebay schema
    /// usage` documents its keys, `forebay catalog list meters` lists meters. `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = SIMULATING, help_heading = "Money")]
    pub(crate) usage: Option<PathBuf>,
    /// The most that the month may cost, `USD 100`: says how far the bill is below or above, and ends with exit code 5
    /// where it is above, or where a line without a known price leaves that open.
    #[arg(long, value_name = "AMOUNT", value_parser = crate::policy::amount, help_heading = "Money")]
    pub(crate) budget: Option<Usd>,
    /// Take the always-free and first-year allowances off, as a new account would get them.
    #[arg(long, help_heading = "Money")]
    pub(crate) free_tier: bool,
    #[command(flatten)]
    pub(crate) policies: PolicyArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    /// Other scenarios: the recommended pipeline of each is compared with that of the first one.
    #[arg(value_name = "OTHERS")]
    pub(crate) others: Vec<PathBuf>,
    /// Compare settings of the recommended pipeline instead of architectures: a key of the scenario or an option of a
    /// service with its levels, `firehose.buffer-interval=60s,300s`, `region=us-east-1,eu-west-1`,
    /// `edition=2022,current`. May be repeated: every combination is compared with the first.
    #[arg(long, value_name = "KEY=LEVELS", help_heading = "Settings")]
    pub(crate) vary: Vec<String>,
    #[command(flatten)]
    pub(crate) simulation: SimulationArgs,
    /// Write result.json and the charts of the comparison (SVG, PNG and their data as CSV) into this folder; charts that an earlier
    /// run wrote there and this one does not are removed.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Colours of the charts: for a light page, for a dark one, or greys and textures for paper.
    #[arg(long, value_enum, default_value_t = ThemeArg::Light, value_name = "THEME", requires = "out", help_heading = "Output")]
    pub(crate) theme: ThemeArg,
    #[command(flatten)]
    pub(crate) policies: PolicyArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ResultDiffArgs {
    /// The result compared from: `result.json` of `--out`, or what a verb prints with `--format json`; `-` reads standard
    /// input.
    pub(crate) old: PathBuf,

    /// The result compared to, likewise.
    pub(crate) new: PathBuf,

    /// End with exit code 5 if anything that came out differs beyond chance.
    #[arg(long, help_heading = "Policies")]
    pub(crate) exit_code: bool,

    #[command(flatten)]
    pub(crate) policies: PolicyArgs,

    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) simulation: SimulationArgs,
    /// A key of the scenario or an option of a service with its levels, `firehose.buffer-interval=0s,60s,900s`; a range
    /// `30s..900s/30` is 30 levels in even steps, `1MiB..128MiB/8log` 8 levels in even ratios. May be repeated: every
    /// combination is a cell.
    #[arg(long, value_name = "KEY=LEVELS", required = true, help_heading = "Design")]
    pub(crate) vary: Vec<String>,
    /// Draw this many cells at random instead (a Latin hypercube): levels are drawn evenly, `LOW..HIGH` anywhere between.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "Design")]
    pub(crate) random: Option<u32>,
    /// Work out these cells alone, `17` or `0..100`; each is the same as in the whole sweep.
    #[arg(long, value_name = "CELLS", value_parser = cells, conflicts_with = "out", help_heading = "Design")]
    pub(crate) cells: Option<std::ops::Range<usize>>,
    /// Write cells.csv, cells.jsonl and sweep.json into this folder as cells are done, and charts at the end; after an interruption the same
    /// command goes on where it stopped.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Write cells.parquet too; needs a build with `--features parquet`.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub(crate) parquet: bool,
    /// Drop an unfinished sweep of something else that the folder holds.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub(crate) force: bool,
    /// Colours of the charts: for a light page, for a dark one, or greys and textures for paper.
    #[arg(long, value_enum, default_value_t = ThemeArg::Light, value_name = "THEME", requires = "out", help_heading = "Output")]
    pub(crate) theme: ThemeArg,
}

#[derive(Debug, Args)]
pub(crate) struct TuneArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) simulation: SimulationArgs,
    /// The most that the month may cost, `USD 100`. The delay is limited by the scenario's `needs.freshness`.
    #[arg(long, value_name = "AMOUNT", value_parser = crate::policy::amount, help_heading = "Limits")]
    pub(crate) budget: Option<Usd>,
    /// The least mean size of objects as stored, for later queries: `128 MiB`.
    #[arg(long, value_name = "SIZE", help_heading = "Limits")]
    pub(crate) object_size: Option<Bytes>,
    /// What is best among settings that meet the limits.
    #[arg(long, value_enum, default_value_t = AimArg::Cheapest, value_name = "AIM", help_heading = "Limits")]
    pub(crate) aim: AimArg,
    /// Turn this option alone, may be repeated; with levels, `firehose.buffer-interval=60s,300s`, only among these. All
    /// options that trade delay for money are turned if absent.
    #[arg(long, value_name = "KEY[=LEVELS]", help_heading = "Search")]
    pub(crate) over: Vec<String>,
    /// Let the client put up to this many records into one. The time that it gathers them for comes on top of the delay,
    /// which nobody knows here.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000), help_heading = "Search")]
    pub(crate) pack: Option<u32>,
    /// Write result.json and the charts (SVG, PNG and their data as CSV) into this folder; charts that an earlier
    /// run wrote there and this one does not are removed.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Colours of the charts: for a light page, for a dark one, or greys and textures for paper.
    #[arg(long, value_enum, default_value_t = ThemeArg::Light, value_name = "THEME", requires = "out", help_heading = "Output")]
    pub(crate) theme: ThemeArg,
}

/// What `tune` looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AimArg {
    /// The least bill.
    Cheapest,
    /// The least delay, by its 99th percentile.
    Quickest,
}

impl From<AimArg> for Aim {
    fn from(aim: AimArg) -> Self {
        match aim {
            AimArg::Cheapest => Self::Cheapest,
            AimArg::Quickest => Self::Quickest,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// The scenario, a TOML file; `-` reads standard input.
    pub(crate) scenario: PathBuf,

    /// Set a key of the scenario or an option of a service; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", help_heading = "Scenario")]
    pub(crate) overrides: Vec<String>,

    /// Edition of the catalog to answer with: `2022` as the course teaches it, `current` as it is now.
    #[arg(long, value_name = "EDITION", help_heading = "Scenario")]
    pub(crate) edition: Option<Edition>,

    /// Region of the pipeline.
    #[arg(long, value_name = "REGION", help_heading = "Scenario")]
    pub(crate) region: Option<String>,

    /// Draw the pipeline of this service instead of the recommended one.
    #[arg(long, value_name = "SERVICE", help_heading = "Scenario")]
    pub(crate) primary: Option<String>,

    /// Form of the drawing; without it, the one that the ending of --output names, or else text.
    #[arg(long = "as", value_enum, value_name = "FORM", help_heading = "Output")]
    pub(crate) form: Option<GraphForm>,

    /// File to write; without it or with `-`, standard output. An existing file is replaced.
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// Write into each box how its service is set: the options that are chosen or sized for the load. They are known where
    /// the pipeline can be simulated.
    #[arg(long, help_heading = "Output")]
    pub(crate) settings: bool,

    /// Colours of a picture; other forms have none.
    #[arg(long, value_enum, default_value_t = ThemeArg::Light, value_name = "THEME", help_heading = "Output")]
    pub(crate) theme: ThemeArg,
}

/// The forms of `graph`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphForm {
    /// A drawing of letters, from the top down.
    Text,
    /// Source for Graphviz.
    Dot,
    /// Source for Mermaid, which Markdown viewers draw.
    Mermaid,
    /// Nodes and edges, versioned.
    Json,
    /// A picture that scales.
    Svg,
    /// A picture in pixels, twice as many as its nominal size.
    Png,
}

#[derive(Debug, Args)]
#[command(mut_arg("format", report_forms))]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) simulation: SimulationArgs,
    /// File to write, `-` prints it; `report.html`, or `report.md`, if absent. A report that stands there is replaced.
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file even if it is no report.
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
}

/// The forms of a report in place of those of the other verbs.
fn report_forms(format: clap::Arg) -> clap::Arg {
    let html = PossibleValue::new("html").help("One page that needs no network, for browsers and for paper");
    let md = PossibleValue::new("md").help("The words and tables of the page as Markdown");
    let forms = PossibleValuesParser::new([html, md]);
    format.default_value("html").value_parser(forms.map(|name| if name == "md" { Format::Md } else { Format::Html }))
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Scenarios to check; none checks the catalog alone.
    pub(crate) scenarios: Vec<PathBuf>,
    /// Set a key of the scenarios or an option of a service; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    /// File of selection cases, in TOML; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Answer every case with this edition instead of its own.
    #[arg(long, value_name = "EDITION", help_heading = "Scenario")]
    pub(crate) edition: Option<Edition>,

    /// Print why each missed case was answered as it was.
    #[arg(long, help_heading = "Output")]
    pub(crate) explain: bool,

    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct WeighArgs {
    /// Judgements `A/B=N`: criterion A is N times as important as B, on Saaty's scale from 1/9 to 9; one for each pair. On
    /// a terminal those that are missing are asked for.
    #[arg(value_name = "A/B=N")]
    pub(crate) judgements: Vec<String>,

    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Files of reference results, in TOML: replays of recordings through a buffer, decision examples, results of queueing
    /// theory, published bills. `-` reads standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Folder with the recordings that the files name; may be repeated, and comes before the usual places: beside the
    /// file, `traces` beside it or one level up, `traces` in the folder that `FOREBAY_SHARED` names.
    #[arg(long, value_name = "DIR", help_heading = "Trace")]
    pub(crate) traces: Vec<PathBuf>,

    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ExerciseArgs {
    #[command(subcommand)]
    pub(crate) what: ExerciseVerb,

    /// Add the exercises of this folder; one with the name of a shipped one replaces it.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Exercises")]
    pub(crate) exercises: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExerciseVerb {
    /// The exercises, the easiest first.
    List {
        /// Form of the list.
        #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
        format: Format,
    },
    /// The task of an exercise, and what to hand in.
    Show {
        /// Name of the exercise.
        exercise: String,
        /// Write the file to start from: a scenario, or a sheet for answers; `-` prints it.
        #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
        write: Option<PathBuf>,
        /// Write the scenario that it is about, to try things with; `-` prints it.
        #[arg(long, value_name = "FILE")]
        scenario: Option<PathBuf>,
        /// Replace the file if it exists.
        #[arg(long)]
        force: bool,
    },
    /// A hint; each says more than the one before.
    Hint {
        /// Name of the exercise.
        exercise: String,
        /// Which hint.
        #[arg(default_value_t = 1, value_name = "N")]
        number: usize,
    },
    /// Judge what was handed in and say what is missing; exit code 5 if it is not passed.
    Check {
        /// Name of the exercise.
        exercise: String,
        /// Files that were handed in; `-` reads standard input. Several are judged into one table.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Form of the answer.
        #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
        format: Format,
    },
    /// A sheet to print: tasks with room for answers, and a rubric of points.
    Sheet(SheetArgs),
}

#[derive(Debug, Args)]
#[command(mut_arg("format", report_forms))]
pub(crate) struct SheetArgs {
    /// Names of exercises; all if absent.
    #[arg(value_name = "EXERCISE")]
    pub(crate) on_it: Vec<String>,

    /// Form of the sheet.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
    pub(crate) format: Format,

    /// File to write; without it, or with `-`, standard output.
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,

    /// Replace the file if it exists.
    #[arg(long, requires = "output", help_heading = "Output")]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// File to write; `-` prints it.
    #[arg(default_value = "scenario.toml")]
    pub(crate) file: PathBuf,
    /// Example to start from; `--list` has their names.
    #[arg(long, default_value = "clickstream", value_name = "NAME")]
    pub(crate) example: String,
    /// Replace the file if it exists.
    #[arg(long)]
    pub(crate) force: bool,
    /// List the examples one can begin from, and write nothing.
    #[arg(long, conflicts_with_all = ["example", "force"])]
    pub(crate) list: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Name of a rule; without one, all rules are listed.
    pub(crate) rule: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    pub(crate) what: CatalogVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogVerb {
    /// The services, or what else the catalog holds: nodes, workload presets, meters, prices, criteria, Regions, examples.
    List {
        /// What to list.
        #[arg(default_value = "services")]
        what: Listed,
        /// Only those of this service: for meters and prices.
        #[arg(value_name = "SERVICE")]
        service: Option<String>,
        /// Only those of this Region: for prices.
        #[arg(long, value_name = "REGION")]
        region: Option<String>,
        /// Edition whose names to show.
        #[arg(long, default_value = "current")]
        edition: Edition,
    },
    /// One service: facts with sources, options, stages, meters, integrations; or one criterion, or one rule.
    Show {
        /// Id of a service, a criterion or a rule.
        #[arg(value_name = "ID")]
        id: String,
        /// Edition to show; all facts if absent.
        #[arg(long)]
        edition: Option<Edition>,
    },
    /// What changed between two editions, and which of the shipped scenarios are answered otherwise.
    Diff(DiffArgs),
}

/// What `catalog list` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Listed {
    /// Services, with their roles.
    Services,
    /// Arrivals, record sizes and rate profiles that a scenario may name.
    Workloads,
    /// What services bill: the meters that a usage file may name and the names of their prices, also of services that are
    /// known by their prices only.
    Meters,
    /// Unit prices, of one Region with `--region`, with date and trust.
    Prices,
    /// Where data comes from and where it goes: nodes that an integration may name beside services, with the words of
    /// `source.system` and `needs.destinations` that mean them.
    Nodes,
    /// Criteria of the ranking, with their weights and the way they count.
    Criteria,
    /// Regions, with the number of their prices.
    Regions,
    /// Scenarios to begin from: `forebay init --example NAME` writes one.
    Examples,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Edition to compare from: `2022` or `current`.
    pub(crate) from: Edition,

    /// Edition to compare to.
    pub(crate) to: Edition,

    /// Region whose facts are compared, `us-east-1` if absent, and in which the scenarios are decided, their own if absent.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM", help_heading = "Output")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// What to print the schema of.
    #[arg(value_parser = schema_names(), default_value = "scenario")]
    pub(crate) of: String,
}

/// The kinds of files and answers that have a schema.
fn schema_names() -> PossibleValuesParser {
    PossibleValuesParser::new(KINDS.iter().map(|kind| PossibleValue::new(kind.name).help(kind.doc)))
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

/// The start of a run that is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WarmUp {
    /// Given.
    Given(SimDuration),
    /// To be found.
    Auto,
}

/// The scenario of `cost`, which a usage file replaces.
fn without_usage(scenario: clap::Arg) -> clap::Arg {
    let absent = scenario.required(false).required_unless_present("usage").conflicts_with("usage");
    absent.default_value_if("usage", ArgPredicate::IsPresent, "-")
}

/// `17` or `0..100`; the second end is not included.
fn cells(text: &str) -> Result<std::ops::Range<usize>, String> {
    let wrong = |_| "expected the number of a cell, `17`, or several, `0..100`".to_owned();
    match text.split_once("..") {
        Some((from, to)) => Ok(from.trim().parse().map_err(wrong)?..to.trim().parse().map_err(wrong)?),
        None => text.trim().parse::<usize>().map(|cell| cell..cell.saturating_add(1)).map_err(wrong),
    }
}

fn warm_up(text: &str) -> Result<WarmUp, UnitError> {
    if text.trim() == "auto" { Ok(WarmUp::Auto) } else { text.parse().map(WarmUp::Given) }
}

/// A share, with the figure it is of in front of it.
fn precision(text: &str) -> Result<Precision, String> {
    let (name, share) = text.split_once('=').unwrap_or((Figure::Mean.name(), text));
    let Some(figure) = Figure::named(name.trim()) else {
        let names = Figure::ALL.map(Figure::name);
        return Err(format!("no figure is called `{}`; {}", name.trim(), suggest(name.trim(), &names, "there are")));
    };
    let share: Share = share.trim().parse().map_err(|error: UnitError| error.to_string())?;
    let share = share.get();
    if share > 0.0 && share < 1.0 {
        Ok(Precision { figure, share })
    } else {
        Err("expected a share between 0 % and 100 %, such as `1%`".to_owned())
    }
}
