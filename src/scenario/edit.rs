//! Sets a key in the text of a scenario, and leaves the rest of the text, comments included, as it is.

use crate::diag::Problems;
use crate::document::{Document, Node};
use crate::source::SourceMap;

/// The text with `path = literal` in it. The value of a key that is there is replaced; a new key goes to the end of its
/// table, and a new table to the end of the text.
#[must_use]
pub fn set_in_text(text: &str, path: &str, literal: &str) -> String {
    let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
    let document = Document::parse("scenario", text, &mut sources, &mut problems);
    if let Some(item) = document.find(path) {
        return spliced(text, item.span.start - document.span.start..item.span.end - document.span.start, literal);
    }
    let Some((table, key)) = path.rsplit_once('.') else { return format!("{path} = {literal}\n{text}") };
    if let Some(end) = end_of_table(text, table) {
        return spliced(text, end..end, &format!("{key} = {literal}\n"));
    }
    let inline = document.find(table).filter(|item| matches!(item.node, Node::Table(_)));
    if let Some(item) = inline {
        let range = item.span.start - document.span.start..item.span.end - document.span.start;
        let written = text.get(range.clone()).unwrap_or_default();
        if let Some(body) = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let comma = if body.trim().is_empty() { "" } else { ", " };
            return spliced(
                text,
                range,
                &format!("{{ {}{comma}{key} = {literal} }}", body.trim().trim_end_matches(',')),
            );
        }
        // A table made of dotted keys: one more of them, above every header.
        let first = text.lines().scan(0, |at, line| {
            let start = *at;
            *at += line.len() + 1;
            Some((start, line))
        });
        let header = first.into_iter().find(|(_, line)| line.starts_with('[')).map_or(text.len(), |(start, _)| start);
        return spliced(text, header..header, &format!("{path} = {literal}\n"));
    }
    // A table within a table that has a header is written as a dotted key of that.
    if let Some((outer, inner)) = table.rsplit_once('.')
        && let Some(end) = end_of_table(text, outer)
    {
        return spliced(text, end..end, &format!("{inner}.{key} = {literal}\n"));
    }
    let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let outer = table.split_once('.');
    match outer {
        Some((outer, inner)) => format!("{text}{newline}{gap}[{outer}]\n{inner}.{key} = {literal}\n"),
        None => format!("{text}{newline}{gap}[{table}]\n{key} = {literal}\n"),
    }
}

fn spliced(text: &str, range: std::ops::Range<usize>, with: &str) -> String {
    let (before, after) = (text.get(..range.start).unwrap_or(text), text.get(range.end..).unwrap_or_default());
    let newline = if range.is_empty() && !before.is_empty() && !before.ends_with('\n') { "\n" } else { "" };
    format!("{before}{newline}{with}{after}")
}

/// The offset behind the last key of the table whose header is `[table]`, on a line of its own.
fn end_of_table(text: &str, table: &str) -> Option<usize> {
    let mut end = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let header = content.starts_with('[').then(|| content.split('#').next().unwrap_or_default().trim());
        offset += line.len();
        match header {
            Some(header) if header.trim_matches(['[', ']']).trim() == table => end = Some(offset),
            // Elements of a list over several lines begin with a bracket too, but are indented.
            Some(_) if end.is_some() && line.starts_with('[') => break,
            _ if end.is_some() && !content.is_empty() && !content.starts_with('#') => end = Some(offset),
            _ => {}
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_to_the_end_of_its_table_and_comments_stay() {
        let text = "format = 1 # one\n\n[needs] # what\nfreshness = \"1 s\" # soon\n\n# team\n[team]\n";
        let expected =
            "format = 1 # one\n\n[needs] # what\nfreshness = \"1 s\" # soon\nreplay = true\n\n# team\n[team]\n";
        assert_eq!(set_in_text(text, "needs.replay", "true"), expected);
        let expected = text.replace("\"1 s\"", "\"2 s\"");
        assert_eq!(set_in_text(text, "needs.freshness", "\"2 s\""), expected);
    }

    #[test]
    fn every_way_to_write_a_table_takes_another_key() {
        for (text, path, expected) in [
            ("a = 1", "needs.replay", "a = 1\n\n[needs]\nreplay = true\n"),
            ("needs = { x = 1 }\n", "needs.replay", "needs = { x = 1, replay = true }\n"),
            ("needs = {}\n", "needs.replay", "needs = { replay = true }\n"),
            ("needs.x = 1\n\n[team]\n", "needs.replay", "needs.x = 1\n\nneeds.replay = true\n[team]\n"),
            ("[needs]\nx = 1", "needs.further.push", "[needs]\nx = 1\nfurther.push = true\n"),
            ("", "needs.further.push", "[needs]\nfurther.push = true\n"),
            ("[needs.further]\nx = 1\n", "needs.further.push", "[needs.further]\nx = 1\npush = true\n"),
        ] {
            let set = set_in_text(text, path, "true");
            assert_eq!(set, expected, "{text}");
            assert!(set.parse::<toml::Table>().is_ok(), "{set}");
        }
    }
}
