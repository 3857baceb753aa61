//! Numbered sources.

use crate::ranking::Reason;

/// Sources in the order in which they are first cited, each once.
#[derive(Debug, Default)]
pub(in crate::report) struct Citations {
    sources: Vec<String>,
}

impl Citations {
    /// The mark behind a statement that rests on these sources: ` [1]`, ` [1, 3]`, nothing where there are none.
    pub(super) fn mark<'s>(&mut self, sources: impl IntoIterator<Item = &'s str>) -> String {
        let mut numbers: Vec<usize> = sources.into_iter().filter_map(|source| self.number(source)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        if numbers.is_empty() { String::new() } else { format!(" [{}]", numbers.join(", ")) }
    }

    /// A reason with its mark.
    pub(super) fn reason(&mut self, reason: &Reason) -> String {
        let facts = reason.facts.iter().map(|fact| fact.source.as_str());
        format!("{}{}", reason.text, self.mark(std::iter::once(reason.source.as_str()).chain(facts)))
    }

    /// The list that the numbers point into.
    pub(super) fn list(&self) -> String {
        let lines = self.sources.iter().enumerate().map(|(index, source)| format!("{}. {source}\n", index + 1));
        let list: String = lines.collect();
        if list.is_empty() { "None was needed.\n".to_owned() } else { list }
    }

    /// The sources so far.
    pub(in crate::report) fn sources(&self) -> &[String] {
        &self.sources
    }

    /// The number of a source; an empty one has none.
    pub(in crate::report) fn number(&mut self, source: &str) -> Option<usize> {
        if source.is_empty() {
            return None;
        }
        let known = self.sources.iter().position(|known| known == source);
        let place = known.unwrap_or(self.sources.len());
        if known.is_none() {
            self.sources.push(source.to_owned());
        }
        Some(place + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_one_number() {
        let mut citations = Citations::default();
        assert_eq!(citations.mark(["b"]), " [1]");
        assert_eq!(citations.mark(["a", "b", "a", ""]), " [1, 2]");
        assert_eq!(citations.mark([""]), "");
        assert_eq!(citations.list(), "1. b\n2. a\n");
    }
}
