//! The command line: verbs, each one file in, one answer out.
//!
//! Answers go to standard output; progress, warnings and problems to standard error. [`Exit`] has the exit codes.

mod args;
mod ask;
mod catalog;
mod compare;
mod context;
mod cost;
mod describe;
mod diff;
mod estimate;
mod evaluate;
mod exercise;
mod exit;
mod graph;
mod interrupt;
mod output;
mod policies;
mod progress;
mod report;
mod scenario;
mod sweep;
mod tune;
mod verify;
mod weigh;
mod workload;

use std::process::ExitCode;

use clap::Parser;

use crate::diag::Diagnostic;
use args::{Cli, Verb};
use context::Context;
pub use exit::Exit;

/// Why a verb did not end in an answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input is wrong; the problems are in the context.
    Input,
    /// Nothing satisfies the requirements; the answer that says so has been printed.
    NothingFits,
    /// A verification failed; the table that says so has been printed.
    Verification,
    /// A policy was hit: the answer is not what `--fail-on` or `--budget` allows, or cannot be shown to be; or results
    /// differ with `--exit-code`. The answer has been printed, and what was hit.
    Policy,
    /// What was handed in for an exercise is not all right; what is missing has been printed.
    NotPassed,
    /// Ctrl-C ended it early; what was complete by then has been printed, and this says what that was.
    Interrupted(String),
    /// Something that should work did not.
    Internal(String),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Work on as many threads as are asked for, or as the machine has.
fn on_threads<T: Send>(args: &args::SimulationArgs, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build();
    Ok(pool.map_err(|error| Failure::Internal(error.to_string()))?.install(work))
}

impl From<std::fmt::Error> for Failure {
    fn from(error: std::fmt::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut context = Context::new(&cli);
    let outcome = dispatch(&cli, &mut context);
    context.print_problems();
    let exit = match outcome {
        Ok(()) => Exit::Done,
        Err(Failure::Input) => Exit::Input,
        Err(Failure::NothingFits) => Exit::NothingFits,
        Err(Failure::Verification | Failure::Policy | Failure::NotPassed) => Exit::Refused,
        Err(Failure::Interrupted(message)) => {
            context.tell(&format!("interrupted: {message}"));
            Exit::Interrupted
        }
        Err(Failure::Internal(message)) => {
            context.tell(&format!("error: {message}"));
            Exit::Internal
        }
    };
    ExitCode::from(exit.code())
}

fn dispatch(cli: &Cli, context: &mut Context) -> Result<(), Failure> {
    match &cli.verb {
        Verb::Run(args) => scenario::run(args, context),
        Verb::Advise(args) => scenario::advise(args, context),
        Verb::Ask(args) => ask::ask(args, context),
        Verb::Simulate(args) => scenario::simulate(args, context),
        Verb::Compare(args) => compare::compare(args, context),
        Verb::Sweep(args) => sweep::sweep(args, context),
        Verb::Tune(args) => tune::tune(args, context),
        Verb::Workload(args) => workload::workload(args, context),
        Verb::Cost(args) => cost::cost(args, context),
        Verb::Diff(args) => diff::diff(args, context),
        Verb::Report(args) => report::report(args, context),
        Verb::Weigh(args) => weigh::weigh(args, context),
        Verb::Graph(args) => graph::graph(args, context),
        Verb::Check(args) => scenario::check(args, context),
        Verb::Verify(args) => verify::verify(args, context),
        Verb::Evaluate(args) => evaluate::evaluate(args, context),
        Verb::Exercise(args) => exercise::exercise(args, context),
        Verb::Init(args) => describe::init(args, context),
        Verb::Explain(args) => describe::explain(args, context),
        Verb::Catalog(args) => describe::catalog(args, context),
        Verb::Schema(args) => describe::schema(args, context),
        Verb::Completions(args) => describe::completions(args, context),
        Verb::Man => describe::man(context),
    }
}

impl Context {
    /// Notes a problem of input and fails.
    fn refuse<T>(&mut self, problem: Diagnostic) -> Result<T, Failure> {
        self.problems.push(problem);
        Err(Failure::Input)
    }
}
