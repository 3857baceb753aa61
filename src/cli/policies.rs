//! `--fail-on`: policies are read before anything is run, and judged when the answer has been printed.

use super::Failure;
use super::args::PolicyArgs;
use super::context::Context;
use crate::policy::{self, Judged, Policy};
use crate::report::answer::Answer;

/// Reads the policies that the arguments state.
pub(super) fn read(args: &PolicyArgs, judged: Judged, context: &mut Context) -> Result<Vec<Policy>, Failure> {
    if args.fail_on.is_empty() {
        return Ok(Vec::new());
    }
    let (catalog, _) = context.knowledge()?;
    let services: Vec<&str> = catalog.services.iter().map(|service| service.id.as_str()).collect();
    let policies = policy::read(&args.fail_on, judged, &services, &mut context.sources, &mut context.problems);
    if context.problems.has_errors() { Err(Failure::Input) } else { Ok(policies) }
}

/// Judges an answer that has been worked out just now.
pub(super) fn judge(policies: &[Policy], document: &impl serde::Serialize, context: &Context) -> Result<(), Failure> {
    if policies.is_empty() {
        return Ok(());
    }
    let answer = Answer::of(document).map_err(|error| Failure::Internal(error.to_string()))?;
    judge_read(policies, &answer, None, context)
}

/// Judges an answer, and how it differs from an old one; every policy that is hit is told.
pub(super) fn judge_read(
    policies: &[Policy],
    new: &Answer,
    old: Option<&Answer>,
    context: &Context,
) -> Result<(), Failure> {
    let mut hit = false;
    for judgement in policies.iter().map(|policy| policy.judge(new, old)) {
        hit |= judgement.hit;
        if judgement.hit {
            context.tell(&format!("policy hit: {}", judgement.said));
        } else if judgement.within_chance {
            context.note(&format!("policy kept, but only just: {}", judgement.said));
        }
    }
    if hit { Err(Failure::Policy) } else { Ok(()) }
}
