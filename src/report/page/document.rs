//! What a page says, before it is HTML or Markdown: sections of blocks, blocks of words.

use std::borrow::Cow;

use crate::report::Table;
use crate::report::charts::Chart;

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// As it is.
    Text(String),
    /// What a reader should not miss.
    Strong(String),
    /// What is typed, or the name of a key.
    Code(String),
    /// A web address, with the words that stand for it.
    Link { text: String, address: String },
    /// The number of a source.
    Cite(usize),
}

/// A sentence or a cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) Vec<Word>);

impl Words {
    /// Words taken literally, such as those of the scenario's title.
    pub(crate) fn literal(text: impl Into<String>) -> Self {
        Self(vec![Word::Text(text.into())])
    }

    /// A sentence of Forebay's own: what stands between backticks is code, a web address is a link.
    pub(crate) fn said(text: &str) -> Self {
        // An odd backtick belongs to no pair and is a character like any other.
        let pairs = text.matches('`').count() / 2;
        let mut words = Self::default();
        for (place, part) in text.splitn(2 * pairs + 1, '`').enumerate() {
            match place % 2 {
                _ if part.is_empty() => {}
                1 => words.0.push(Word::Code(part.to_owned())),
                _ => words.with_links(part),
            }
        }
        words
    }

    fn with_links(&mut self, text: &str) {
        let mut rest = text;
        while let Some(start) = rest.find("https://").or_else(|| rest.find("http://")) {
            let (before, from) = rest.split_at(start);
            let ends = |c: char| c.is_whitespace() || matches!(c, ')' | ']' | '"' | '<' | '>' | ';' | ',');
            let (address, after) = from.split_at(from.find(ends).unwrap_or(from.len()));
            let address = address.trim_end_matches('.');
            let after = from.get(address.len()..).unwrap_or(after);
            if !before.is_empty() {
                self.0.push(Word::Text(before.to_owned()));
            }
            self.0.push(Word::Link { text: address.to_owned(), address: address.to_owned() });
            rest = after;
        }
        if !rest.is_empty() {
            self.0.push(Word::Text(rest.to_owned()));
        }
    }

    pub(crate) fn code(text: impl Into<String>) -> Self {
        Self(vec![Word::Code(text.into())])
    }

    pub(crate) fn strong(text: impl Into<String>) -> Self {
        Self(vec![Word::Strong(text.into())])
    }

    /// The same followed by other words.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The same with the numbers of sources behind it.
    pub(crate) fn cited(mut self, numbers: Vec<usize>) -> Self {
        self.0.extend(numbers.into_iter().map(Word::Cite));
        self
    }

    /// Several, with the same words between each two.
    pub(crate) fn joined(parts: Vec<Self>, between: &str) -> Self {
        let mut all = Self::default();
        for (place, part) in parts.into_iter().enumerate() {
            if place > 0 {
                all.0.push(Word::Text(between.to_owned()));
            }
            all.0.extend(part.0);
        }
        all
    }
}

/// A column of a grid.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) head: String,
    /// Whether it holds numbers, which stand at its right edge.
    pub(crate) right: bool,
}

/// A table of words; the first cell of a row is its head.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    /// What it shows.
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Words>>,
    /// A last row that sums the others up.
    pub(crate) total: Option<Vec<Words>>,
}

impl Grid {
    /// A grid with these heads, those of numbers after a `>`.
    pub(crate) fn new(caption: impl Into<String>, heads: &[&str]) -> Self {
        let column =
            |head: &&str| Column { head: head.trim_start_matches('>').to_owned(), right: head.starts_with('>') };
        Self { caption: caption.into(), columns: heads.iter().map(column).collect(), rows: Vec::new(), total: None }
    }

    /// A table as it is printed elsewhere. A column without a head gets `unnamed`.
    pub(crate) fn of(table: &Table, caption: impl Into<String>, unnamed: &str) -> Self {
        let head = |(place, name): (usize, &String)| Column {
            head: if name.is_empty() { unnamed.to_owned() } else { name.clone() },
            right: table.aligned_right().contains(&place),
        };
        Self {
            caption: caption.into(),
            columns: table.header().iter().enumerate().map(head).collect(),
            rows: table.rows().iter().map(|row| row.iter().map(|cell| filled(cell)).collect()).collect(),
            total: None,
        }
    }

    pub(crate) fn row(&mut self, cells: Vec<Words>) {
        self.rows.push(cells);
    }
}

/// A cell; one with nothing in it is marked as such, for ears too.
fn filled(cell: &str) -> Words {
    if cell.is_empty() { Words::literal("–") } else { Words::said(cell) }
}

/// A part of a section.
#[derive(Debug, Clone)]
pub(crate) enum Block<'a> {
    /// The one sentence that a reader came for.
    Lead(Words),
    /// A heading inside a section.
    Heading(String),
    Paragraph(Words),
    List {
        ordered: bool,
        items: Vec<Words>,
    },
    /// The few numbers that a reader came for: what, how much, and a remark.
    Figures(Vec<(String, String, String)>),
    Table(Grid),
    /// A picture, its finding and its data.
    Chart {
        name: &'static str,
        chart: &'a Chart,
    },
    /// A command to copy.
    Command(String),
    /// What only some readers want, behind a summary.
    More {
        summary: String,
        blocks: Vec<Block<'a>>,
    },
    /// Room to write an answer by hand, in lines.
    Room(usize),
    /// The list that citations point into.
    Sources(Vec<Words>),
}

impl Block<'_> {
    pub(crate) fn heading(text: &str) -> Self {
        Self::Heading(text.to_owned())
    }

    pub(crate) fn said(text: &str) -> Self {
        Self::Paragraph(Words::said(text))
    }

    pub(crate) fn items(items: Vec<Words>) -> Self {
        Self::List { ordered: false, items }
    }
}

/// A section with a heading of its own.
#[derive(Debug, Clone)]
pub(crate) struct Section<'a> {
    /// Its name in addresses.
    pub(crate) id: Cow<'a, str>,
    pub(crate) title: Cow<'a, str>,
    pub(crate) blocks: Vec<Block<'a>>,
}

/// The whole page.
#[derive(Debug, Clone)]
pub(crate) struct Page<'a> {
    /// Its title: that of the scenario.
    pub(crate) title: String,
    /// What kind of page it is, behind the title: `Forebay report`.
    pub(crate) kind: &'static str,
    /// Where and by what the answer holds.
    pub(crate) place: String,
    /// What wrote the page: `Forebay 0.1.0 report`.
    pub(crate) generator: String,
    pub(crate) sections: Vec<Section<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_make_code_and_addresses_make_links() {
        let words = Words::said("set `a.b` as https://docs.aws.amazon.com/x.html, 2026 says");
        let text = |text: &str| Word::Text(text.to_owned());
        let address = "https://docs.aws.amazon.com/x.html".to_owned();
        let link = Word::Link { text: address.clone(), address };
        assert_eq!(words.0, [text("set "), Word::Code("a.b".to_owned()), text(" as "), link, text(", 2026 says")]);
        assert_eq!(Words::said("5 ` 6").0, [text("5 ` 6")]);
        assert_eq!(Words::said("see http://a.b.").0.len(), 3);
        assert_eq!(Words::said("javascript:alert(1)").0, [text("javascript:alert(1)")]);
    }
}
