//! Texts and places in them: which file (or command-line override), which bytes.
//!
//! Every text that can be wrong is kept in one [`SourceMap`]. Its texts lie one behind the other in one line of offsets,
//! so that a [`Span`] is two numbers and still says which text it belongs to. That is what lets `--set` graft a value
//! into a scenario: the value keeps the place where it was typed.

mod fnv;

/// A range of bytes in one of the texts of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte, counted over all texts.
    pub start: usize,
    /// One behind the last byte.
    pub end: usize,
}

/// One text and the name to call it by in messages.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// A path, or what stands for one: `--set needs.freshness=1s`.
    pub name: String,
    /// The whole text.
    pub text: String,
    base: usize,
}

/// A place for people: file, line and column, both from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name of the text.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.file.starts_with("--set") {
            return write!(f, "{}", self.file);
        }
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// All texts of one invocation.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a text and returns the offset of its first byte.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> usize {
        let base = self.files.last().map_or(0, |file| file.base + file.text.len() + 1);
        self.files.push(SourceFile { name: name.into(), text: text.into(), base });
        base
    }

    /// The text that holds `span`, and the span's bytes within it.
    #[must_use]
    pub fn resolve(&self, span: Span) -> Option<(&SourceFile, std::ops::Range<usize>)> {
        let index = self.files.partition_point(|file| file.base <= span.start).checked_sub(1)?;
        let file = &self.files[index];
        let clamp = |offset: usize| offset.saturating_sub(file.base).min(file.text.len());
        Some((file, clamp(span.start)..clamp(span.end)))
    }

    /// Line and column of the start of `span`.
    #[must_use]
    pub fn place(&self, span: Span) -> Option<Place> {
        let (file, range) = self.resolve(span)?;
        let before = file.text.get(..range.start)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        Some(Place { file: file.name.clone(), line, column: before[line_start..].chars().count() + 1 })
    }
}

/// A digest of texts that changes with any byte of any of them (64-bit FNV-1a, in hexadecimal).
#[must_use]
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    fnv::fnv1a(texts)
}
