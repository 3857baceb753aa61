//! A progress bar on standard error for runs that take long.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Interruptible;
use crate::sim::Watch;

/// Steps of the bar.
const STEPS: u64 = 1000;

/// Shows how far a run has come and how long it will go on, if it is long and somebody watches; Ctrl-C ends it gently.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    interruptible: Interruptible,
}

impl Progress {
    pub(super) fn start(quiet: bool) -> Self {
        // indicatif draws nothing where standard error is not a terminal.
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(5) };
        let bar = ProgressBar::with_draw_target(Some(STEPS), target);
        let style = ProgressStyle::with_template("  simulating {bar:30} {percent:>3} %  {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar, interruptible: Interruptible::start() }
    }

    /// Takes the bar away; from here on Ctrl-C ends the program.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn progress(&self, fraction: f64) {
        // A short run is over before anybody could read a bar.
        if self.bar.elapsed() > Duration::from_millis(700) {
            self.bar.set_position((fraction * STEPS as f64) as u64);
        }
    }

    fn should_stop(&self) -> bool {
        self.interruptible.asked()
    }
}

/// One run of many under one bar: it can be interrupted, and the bar is not its own.
#[derive(Debug)]
pub(super) struct OneOfMany<'a>(pub(super) &'a Progress);

impl Watch for OneOfMany<'_> {
    fn should_stop(&self) -> bool {
        self.0.should_stop()
    }
}
