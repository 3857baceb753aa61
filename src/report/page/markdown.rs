//! A report as Markdown, for where pages cannot be kept: all words and tables of it, and of each chart its finding.

use super::document::{Block, Grid, Page, Word, Words};
use crate::report::{Style, Table};

/// The page as Markdown.
pub(super) fn markdown(page: &Page<'_>) -> String {
    let place = format!("# {}\n\n{}", escaped(&page.title), escaped(&page.place));
    let sections = page.sections.iter().map(|section| {
        let blocks: Vec<String> = section.blocks.iter().map(block).collect();
        format!("## {}\n\n{}", escaped(&section.title), blocks.join("\n\n"))
    });
    let parts: Vec<String> = std::iter::once(place).chain(sections).collect();
    format!("<!-- {} -->\n\n{}\n", page.generator, parts.join("\n\n"))
}

fn block(block: &Block<'_>) -> String {
    match block {
        Block::Lead(words) | Block::Paragraph(words) => inline(words),
        Block::Heading(text) => format!("### {}", escaped(text)),
        Block::List { ordered, items } => list(items, *ordered),
        Block::Sources(items) => list(items, true),
        Block::Figures(figures) => key_figures(figures),
        Block::Table(grid) => table(grid),
        Block::Chart { chart, .. } => {
            format!("*{}.* {}", escaped(chart.title().trim_end_matches('.')), escaped(&chart.finding()))
        }
        Block::Command(command) => command.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n"),
        Block::Room(lines) => vec!["…".repeat(60); *lines].join("\n\n"),
        // Markdown hides nothing.
        Block::More { summary, blocks } => {
            let inside: Vec<String> = blocks.iter().map(self::block).collect();
            format!("#### {}\n\n{}", escaped(summary), inside.join("\n\n"))
        }
    }
}

fn list(items: &[Words], ordered: bool) -> String {
    let mark = |place: usize| if ordered { format!("{}.", place + 1) } else { "-".to_owned() };
    let lines: Vec<String> =
        items.iter().enumerate().map(|(place, item)| format!("{} {}", mark(place), inline(item))).collect();
    if lines.is_empty() { "None.".to_owned() } else { lines.join("\n") }
}

fn key_figures(figures: &[(String, String, String)]) -> String {
    let line = |(what, how_much, remark): &(String, String, String)| {
        let remark = if remark.is_empty() { String::new() } else { format!(" ({})", escaped(remark)) };
        format!("- {}: **{}**{remark}", escaped(what), escaped(how_much))
    };
    figures.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn table(grid: &Grid) -> String {
    let heads: Vec<String> = grid.columns.iter().map(|column| escaped(&column.head)).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let right: Vec<usize> = (0..grid.columns.len()).filter(|place| grid.columns[*place].right).collect();
    let mut table = Table::new(&heads).right(&right);
    for row in grid.rows.iter().chain(&grid.total) {
        table.row(row.iter().map(inline).collect());
    }
    format!("{}:\n\n{}", escaped(&grid.caption), table.render(Style::Markdown).trim_end())
}

fn inline(words: &Words) -> String {
    words.0.iter().map(word).collect()
}

fn word(word: &Word) -> String {
    match word {
        Word::Text(text) => escaped(text),
        Word::Strong(text) => strong(text),
        Word::Code(text) => format!("`{}`", text.replace(['`', '\n'], " ")),
        Word::Link { address, .. } => format!("<{address}>"),
        Word::Cite(number) => format!(" \\[{number}\\]"),
    }
}

/// Marks of emphasis stand at words, not at spaces.
fn strong(text: &str) -> String {
    let inside = text.trim_end();
    format!("**{}**{}", escaped(inside), &text[inside.len()..])
}

/// A text that no reader of Markdown takes for a mark; `|` is seen to by tables.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let inside_a_word = before.is_alphanumeric() && letters.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '_' if inside_a_word => safe.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' => {
                safe.push('\\');
                safe.push(c);
            }
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
        before = c;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_texts_are_no_marks() {
        assert_eq!(escaped("<b> a_b _c_ *d* [1]\n#"), "&lt;b&gt; a_b \\_c\\_ \\*d\\* \\[1\\] \\#");
        assert_eq!(inline(&Words::strong("A: ").and(Words::literal("b"))), "**A:** b");
        assert_eq!(inline(&Words::said("see `a|b`").cited(vec![2])), "see `a|b` \\[2\\]");
    }
}
