//! The codes the program ends with: one place, which the program, its help and the book read.

use crate::report::wrap;

/// How the program ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The answer has been printed.
    Done,
    /// Something that should work did not.
    Internal,
    /// The command line is wrong.
    CommandLine,
    /// A file, or a value on the command line, is wrong.
    Input,
    /// Nothing satisfies the requirements.
    NothingFits,
    /// A verification failed, a policy was hit or an exercise is not passed.
    Refused,
    /// Ctrl-C ended it.
    Interrupted,
}

impl Exit {
    /// All of them, by code.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Internal,
        Self::CommandLine,
        Self::Input,
        Self::NothingFits,
        Self::Refused,
        Self::Interrupted,
    ];

    /// The code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Internal => 1,
            // Clap's own, which ends the program before anything else runs.
            Self::CommandLine => 2,
            Self::Input => 3,
            Self::NothingFits => 4,
            Self::Refused => 5,
            // What the shell sees of a program that was interrupted: 128 and the number of the signal.
            Self::Interrupted => 130,
        }
    }

    /// In a few words, for the help.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Internal => "internal failure",
            Self::CommandLine => "bad command line",
            Self::Input => "input invalid",
            Self::NothingFits => "nothing satisfies the requirements",
            Self::Refused => {
                "a verification failed, a policy was hit (--fail-on, --budget, --exit-code) or an exercise is not passed"
            }
            Self::Interrupted => "interrupted",
        }
    }

    /// What has been printed by then, and where.
    #[must_use]
    pub const fn printed(self) -> &'static str {
        match self {
            Self::Done => "The answer is on standard output; warnings, if any, on standard error.",
            Self::Internal => "One line on standard error. It is a fault of Forebay, or a disk that is full.",
            Self::CommandLine => "What was not understood and the usage, on standard error. Nothing was read.",
            Self::Input => {
                "Every problem of every file, with its place and what to type instead, on standard error. No answer."
            }
            Self::NothingFits => "The answer, which says what rules out each service, on standard output.",
            Self::Refused => {
                "The whole answer on standard output, then what was hit, or which result differs. What is not known \
                 counts as hit."
            }
            Self::Interrupted => {
                "What was complete by then, if anything was, and on standard error what that is. `sweep --out` goes on \
                 from there."
            }
        }
    }

    /// All codes in a sentence, in lines of at most `width` letters.
    pub(super) fn help(width: usize) -> String {
        let told: Vec<String> = Self::ALL.iter().map(|exit| format!("{} {}", exit.code(), exit.word())).collect();
        wrap(&format!("Exit codes: {}.", told.join("; ")), width).join("\n")
    }
}
