//! The catalog's files: embedded, with a user's folder laid over them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Files listed by the build script: name relative to `catalog/`, text, the same as JSON.
const EMBEDDED: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalog_files.rs"));

/// The digest of these files, worked out by the build script.
const EMBEDDED_DIGEST: &str = include_str!(concat!(env!("OUT_DIR"), "/catalog_digest.txt"));

/// What a catalog is made of: each is a folder, or one file of this name.
pub(crate) const LISTS: [&str; 9] =
    ["criteria", "integrations", "prices", "regions", "rules", "services", "sources", "vocabulary", "workloads"];

/// The list that a file belongs to, known or not: `rules` for `rules/house.toml` as for `rules.toml`.
pub(crate) fn list_of(name: &str) -> &str {
    name.split_once('/').map_or(name.trim_end_matches(".toml"), |(folder, _)| folder)
}

/// Catalog files by name (`services/firehose.toml`).
#[derive(Debug, Clone)]
pub struct Library {
    files: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
    overlay: Option<PathBuf>,
    overlaid: Vec<String>,
}

impl Library {
    /// The files that came with the program.
    #[must_use]
    pub fn embedded() -> Self {
        let files = EMBEDDED.iter().map(|(name, text, _)| (Cow::Borrowed(*name), Cow::Borrowed(*text))).collect();
        Self { files, overlay: None, overlaid: Vec::new() }
    }

    /// Lays the `.toml` files of `folder` over the library: a file of the same name replaces, any other adds.
    ///
    /// # Errors
    /// The folder, or a file in it, could not be read as text.
    pub fn overlay(mut self, folder: &Path) -> io::Result<Self> {
        let mut found = Vec::new();
        collect(folder, &mut found)?;
        found.sort();
        for path in found {
            let relative = path.strip_prefix(folder).unwrap_or(&path);
            let name = relative.to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
            self.overlaid.push(name.clone());
            self.files.insert(name.into(), text.into());
        }
        self.overlay = Some(folder.to_owned());
        Ok(self)
    }

    /// Names and texts in order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_ref(), text.as_ref()))
    }

    /// How to call a file in messages: the user's path for an overlaid one.
    #[must_use]
    pub fn display_name(&self, name: &str) -> String {
        match &self.overlay {
            Some(folder) if !self.is_embedded(name) => folder.join(name).to_string_lossy().into_owned(),
            _ => format!("catalog/{name}"),
        }
    }

    /// Whether a file came with the program, and was not replaced.
    #[must_use]
    pub fn is_embedded(&self, name: &str) -> bool {
        !self.overlaid.iter().any(|overlaid| overlaid == name)
    }

    /// Whether these are the files that came with the program, and no others.
    #[must_use]
    pub fn is_all_embedded(&self) -> bool {
        self.overlaid.is_empty()
    }

    /// An embedded file as JSON, if it was not replaced and is TOML at all.
    #[must_use]
    pub fn as_json(&self, name: &str) -> Option<&'static str> {
        let (_, _, json) = EMBEDDED.iter().find(|(known, _, _)| *known == name)?;
        (self.is_embedded(name) && !json.is_empty()).then_some(*json)
    }

    /// A digest that changes with any byte of any file.
    #[must_use]
    pub fn digest(&self) -> String {
        if self.is_all_embedded() { EMBEDDED_DIGEST.to_owned() } else { self.computed_digest() }
    }

    fn computed_digest(&self) -> String {
        crate::source::digest(self.files().flat_map(|(name, text)| [name, text]))
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(named)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_digest_is_that_of_the_embedded_files() {
        let library = Library::embedded();
        assert_eq!(library.digest(), library.computed_digest());
    }
}
