//! `forebay ask`.
use super::Failure;
use super::args::AskArgs;
use super::context::Context;

pub(super) fn ask(_args: &AskArgs, _context: &mut Context) -> Result<(), Failure> {
    Ok(())
}
