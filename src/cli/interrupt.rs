//! Ctrl-C while a simulation runs: what is complete is kept.
//!
//! The first interrupt asks the run to end at its next safe point; the answer then rests on the replications that are
//! complete. A second one, or one while nothing is simulated, ends the program at once, as without a handler.

use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;

static INSTALLED: Once = Once::new();
static RUNNING: AtomicBool = AtomicBool::new(false);
static ASKED: AtomicBool = AtomicBool::new(false);

/// A simulation that Ctrl-C ends gently, for as long as this lives.
#[derive(Debug)]
pub(super) struct Interruptible;

impl Interruptible {
    pub(super) fn start() -> Self {
        // Where no handler can be set, Ctrl-C ends the program as it always did.
        INSTALLED.call_once(|| drop(ctrlc::set_handler(on_interrupt)));
        RUNNING.store(true, Ordering::SeqCst);
        Self
    }

    /// Whether Ctrl-C was pressed.
    #[expect(clippy::unused_self, reason = "nobody is asked while nothing is simulated")]
    pub(super) fn asked(&self) -> bool {
        ASKED.load(Ordering::Relaxed)
    }
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        RUNNING.store(false, Ordering::SeqCst);
    }
}

fn on_interrupt() {
    if ASKED.swap(true, Ordering::SeqCst) || !RUNNING.load(Ordering::SeqCst) {
        process::exit(i32::from(Exit::Interrupted.code()));
    }
}
