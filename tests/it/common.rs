//! Running the program and finding what lies beside the checkout.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

/// The folder of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A scenario of the checkout, by the name of its file without ending.
pub(crate) fn scenario(name: &str) -> String {
    root().join("scenarios").join(format!("{name}.toml")).display().to_string()
}

/// What a run of the program left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Outcome {
    /// The answer as JSON; fails unless the program ended well.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Whether every one of the texts stands on standard error.
    #[track_caller]
    pub(crate) fn explains(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(self.stderr.contains(text), "`{text}` is not said in\n{}", self.stderr);
        }
        self
    }

    /// Whether the program ended with this code, and not by a panic.
    #[track_caller]
    pub(crate) fn ends_with(&self, code: i32) -> &Self {
        assert!(!self.stderr.contains("panicked") && !self.stdout.contains("panicked"), "{}", self.stderr);
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// An empty folder to run the program in.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder and gives its name back.
    pub(crate) fn file<'a>(&self, name: &'a str, bytes: impl AsRef<[u8]>) -> &'a str {
        fs::write(self.path(name), bytes).unwrap();
        name
    }

    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        self.run_with(args, "", &[])
    }

    /// Runs the program in the folder, with a text on standard input and with variables of the environment.
    pub(crate) fn run_with(&self, args: &[&str], input: &str, variables: &[(&str, &str)]) -> Outcome {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forebay"));
        command.args(args).args(["--color", "never"]).current_dir(self.folder.path());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // The program may end without reading, which is no failure of the test.
        let writer = thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Outcome {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Names and contents of the files in a folder below.
    pub(crate) fn files(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(self.path(folder))
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }
}

/// Runs the program in an empty folder.
pub(crate) fn forebay(args: &[&str]) -> Outcome {
    Place::new().run(args)
}

/// `advise` on a scenario of the checkout, with overrides, as JSON.
#[track_caller]
pub(crate) fn advice(scenario_name: &str, overrides: &[&str]) -> Value {
    let path = scenario(scenario_name);
    let mut args = vec!["advise", &path, "--format", "json"];
    args.extend(overrides.iter().flat_map(|text| ["--set", text]));
    forebay(&args).json()
}

/// A file or folder of the shared folder beside the checkout, or where `FOREBAY_SHARED` points. Where it is absent the
/// test says so and passes, unless `FOREBAY_REQUIRE_SHARED` is 1.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("FOREBAY_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var_os("FOREBAY_REQUIRE_SHARED").as_deref() == Some(OsStr::new("1"));
    assert!(!required, "{} is absent, and FOREBAY_REQUIRE_SHARED asks for it", path.display());
    // Past the test harness, which hides what passing tests print.
    let line = format!("skipped: {} is absent; FOREBAY_SHARED names another folder\n", path.display());
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}
