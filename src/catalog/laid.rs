//! The files of the user's with the places of what stands in them, and what could not be read.

use std::collections::BTreeSet;

use super::library::list_of;
use crate::diag::Problems;
use crate::document::Document;
use crate::source::SourceMap;

/// Files that were laid over those of the program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Laid {
    /// The list of each, and what it says.
    documents: Vec<(String, Document)>,
    /// Lists, and what one of their files speaks of, where something in that is wrong: whether what it would have held is
    /// missing elsewhere cannot be told.
    unread: BTreeSet<(String, String)>,
}

impl Laid {
    pub(super) fn keep(&mut self, name: &str, document: Document) {
        self.documents.push((list_of(name).to_owned(), document));
    }

    /// Something is wrong with a file and has been reported.
    pub(super) fn could_not_read(&mut self, name: &str, text: &str) {
        let list = list_of(name);
        let key = if list == "prices" { "service" } else { "id" };
        let scratch = Document::parse(name, text, &mut SourceMap::default(), &mut Problems::default());
        let named = scratch.root.get(key).map(|item| item.node.to_json());
        let stem = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".toml");
        let names = named.as_ref().and_then(serde_json::Value::as_str).into_iter().chain([stem]);
        self.unread.extend(names.map(|name| (list.to_owned(), name.to_owned())));
    }

    /// The files of a list.
    pub(crate) fn of(&self, list: &str) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(move |(of, _)| of == list).map(|(_, document)| document)
    }

    /// Whether a file of a list speaks of this and could not be read.
    pub(crate) fn is_unread(&self, list: &str, name: &str) -> bool {
        self.unread.contains(&(list.to_owned(), name.to_owned()))
    }

    /// Whether a file of a list could not be read.
    pub(crate) fn lacks(&self, list: &str) -> bool {
        self.unread.iter().any(|(of, _)| of == list)
    }
}
