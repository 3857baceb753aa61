//! A report as one HTML file: no network, complete without scripts, better with them.

use std::collections::BTreeSet;

use super::data;
use super::document::{Block, Grid, Page, Section, Word, Words};
use super::markup::{Attribute, Html};
use super::picture::{Palette, Picture};
use crate::report::charts::{Chart, ChartError};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// What a browser may do with the page: show it, and fetch nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// Letters that still read as a caption; a longer finding stands with the data.
const LONGEST_CAPTION: usize = 280;

/// The page as HTML.
///
/// # Errors
/// A chart that cannot be drawn, which would be a bug.
pub(super) fn html(page: &Page<'_>) -> Result<String, ChartError> {
    let mut writer = Writer { palette: Palette::new(), taken: BTreeSet::new(), failed: None };
    let mut body = Html::default();
    writer.body(page, &mut body);
    if let Some(error) = writer.failed {
        return Err(error);
    }
    let mut whole = Html::document();
    whole.block("html", &[("lang", "en")], |html| {
        html.block("head", &[], |html| head(page, &writer.palette, html));
        html.piece(&body);
    });
    Ok(whole.finish())
}

fn head(page: &Page<'_>, palette: &Palette, html: &mut Html) {
    html.void("meta", &[("charset", "utf-8")]);
    html.void("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
    html.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
    html.void("meta", &[("name", "generator"), ("content", &page.generator)]);
    html.void("meta", &[("name", "color-scheme"), ("content", "light dark")]);
    html.leaf("title", &[], &format!("{} · {}", page.title, page.kind));
    html.style(palette, STYLE);
}

/// What a page is written with: its colours so far, and the names that are taken on it.
struct Writer {
    palette: Palette,
    taken: BTreeSet<String>,
    failed: Option<ChartError>,
}

impl Writer {
    /// A name that nothing else on the page has.
    fn unique(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut count = 1;
        while !self.taken.insert(name.clone()) {
            count += 1;
            name = format!("{wanted} ({count})");
        }
        name
    }

    /// The same where a name may hold no space.
    fn unique_id(&mut self, wanted: &str) -> String {
        let mut id = format!("chart-{wanted}");
        while self.taken.contains(&id) {
            id.push_str("-more");
        }
        self.taken.insert(id.clone());
        id
    }

    fn body(&mut self, page: &Page<'_>, html: &mut Html) {
        html.block("body", &[], |html| {
            html.leaf("a", &[("class", "skip"), ("href", "#content")], "Skip to the content");
            html.block("header", &[("class", "top")], |html| {
                html.leaf("p", &[("class", "kicker")], &page.place);
                html.leaf("h1", &[], &page.title);
            });
            html.block("nav", &[("aria-label", "Contents")], |html| contents(&page.sections, html));
            html.block("main", &[("id", "content"), ("tabindex", "-1")], |html| {
                for section in &page.sections {
                    self.section(section, html);
                }
            });
            html.block("footer", &[], |html| {
                let end = "This file needs no network. The same input and seed give the same bytes.";
                html.leaf("p", &[], &format!("{}. {end}", page.generator));
            });
            html.script(SCRIPT);
        });
    }

    fn section(&mut self, section: &Section<'_>, html: &mut Html) {
        let heading = format!("{}-heading", section.id);
        html.block("section", &[("id", &*section.id), ("aria-labelledby", &heading)], |html| {
            html.leaf("h2", &[("id", &heading)], &section.title);
            for block in &section.blocks {
                self.block(block, html);
            }
        });
    }

    fn block(&mut self, block: &Block<'_>, html: &mut Html) {
        match block {
            Block::Lead(words) => html.block("p", &[("class", "lead")], |html| inline(words, html)),
            Block::Heading(text) => html.leaf("h3", &[], text),
            Block::Paragraph(words) => html.block("p", &[], |html| inline(words, html)),
            Block::List { ordered, items } => list(if *ordered { "ol" } else { "ul" }, items, html),
            Block::Figures(figures) => key_figures(figures, html),
            Block::Table(grid) => self.table(grid, html),
            Block::Chart { name, chart } => self.chart(name, chart, html),
            Block::Command(command) => self.scrolling("Command", "command", html, |html| {
                html.block("pre", &[], |html| html.within("code", &[], |html| html.text(command)));
            }),
            Block::More { summary, blocks } => html.block("details", &[], |html| {
                html.leaf("summary", &[], summary);
                for block in blocks {
                    self.block(block, html);
                }
            }),
            Block::Room(lines) => html.block("div", &[("class", "room")], |html| {
                for _ in 0..*lines {
                    html.leaf("div", &[], "");
                }
            }),
            Block::Sources(items) => sources(items, html),
        }
    }

    /// Something wide that scrolls on its own, by keyboard too.
    fn scrolling(&mut self, label: &str, class: &'static str, html: &mut Html, inside: impl FnOnce(&mut Html)) {
        let label = self.unique(label);
        let classes = format!("scroll {class}");
        let attributes = [("class", &*classes), ("role", "region"), ("tabindex", "0"), ("aria-label", &label)];
        html.block("div", &attributes, inside);
    }

    fn table(&mut self, grid: &Grid, html: &mut Html) {
        self.scrolling(&format!("Table: {}", grid.caption), "wide", html, |html| {
            html.block("table", &[], |html| rows(grid, html));
        });
    }

    fn chart(&mut self, name: &str, chart: &Chart, html: &mut Html) {
        let id = self.unique_id(name);
        let picture = match Picture::draw(chart, &id, &mut self.palette) {
            Ok(picture) => picture,
            Err(error) => {
                self.failed.get_or_insert(error);
                return;
            }
        };
        let (title, csv) = (chart.title(), chart.to_csv());
        html.block("figure", &[], |html| {
            self.scrolling(&format!("Chart: {title}"), "drawing", html, |html| html.picture(&picture));
            let finding = chart.finding();
            let is_brief = finding.chars().count() <= LONGEST_CAPTION;
            if is_brief {
                html.leaf("figcaption", &[], &finding);
            }
            html.block("details", &[("class", "data")], |html| {
                html.leaf("summary", &[], &format!("Data of “{title}”"));
                if !is_brief {
                    html.leaf("p", &[], &finding);
                }
                let file = format!("{name}.csv");
                html.block("p", &[], |html| {
                    let link = [("href", &*data::uri(&csv)), ("download", &*file)];
                    html.within("a", &link, |html| html.text(&format!("Download {file}")));
                });
                self.table(&data::grid(&csv, &title), html);
            });
        });
    }
}

fn contents(sections: &[Section<'_>], html: &mut Html) {
    html.block("ol", &[], |html| {
        for section in sections {
            let address = format!("#{}", section.id);
            html.block("li", &[], |html| html.within("a", &[("href", &address)], |html| html.text(&section.title)));
        }
    });
}

fn inline(words: &Words, html: &mut Html) {
    for word in &words.0 {
        match word {
            Word::Text(text) => html.text(text),
            Word::Strong(text) => html.within("strong", &[], |html| html.text(text)),
            Word::Code(text) => html.within("code", &[], |html| dotted(text, html)),
            Word::Link { text, address } => {
                html.within("a", &[("href", address), ("rel", "noreferrer")], |html| html.text(text));
            }
            Word::Cite(number) => {
                html.text(" ");
                let (address, label) = (format!("#source-{number}"), format!("Source {number}"));
                let link = [("class", "cite"), ("href", &*address), ("aria-label", &*label)];
                html.within("a", &link, |html| html.text(&format!("[{number}]")));
            }
        }
    }
}

/// A name that may go on in the next line behind its dots and underscores, where a column is narrow.
fn dotted(text: &str, html: &mut Html) {
    for (index, part) in text.split_inclusive(['.', '_']).enumerate() {
        if index > 0 {
            html.may_break();
        }
        html.text(part);
    }
}

fn list(tag: &'static str, items: &[Words], html: &mut Html) {
    html.block(tag, &[], |html| {
        for item in items {
            html.block("li", &[], |html| inline(item, html));
        }
    });
}

fn sources(items: &[Words], html: &mut Html) {
    html.block("ol", &[("class", "sources")], |html| {
        for (place, item) in items.iter().enumerate() {
            let id = format!("source-{}", place + 1);
            html.block("li", &[("id", &id)], |html| inline(item, html));
        }
    });
}

fn key_figures(figures: &[(String, String, String)], html: &mut Html) {
    html.block("dl", &[("class", "figures")], |html| {
        for (what, how_much, remark) in figures {
            html.block("div", &[], |html| {
                html.leaf("dt", &[], what);
                html.leaf("dd", &[("class", "value")], how_much);
                html.leaf("dd", &[("class", "remark")], remark);
            });
        }
    });
}

fn rows(grid: &Grid, html: &mut Html) {
    // Where a table is wider than the window, its caption stays in sight.
    html.block("caption", &[], |html| html.within("span", &[], |html| html.text(&grid.caption)));
    html.block("thead", &[], |html| {
        html.block("tr", &[], |html| {
            for column in &grid.columns {
                html.within("th", cell_attributes(column.right, Some("col")), |html| html.text(&column.head));
            }
        });
    });
    html.block("tbody", &[], |html| {
        for row in &grid.rows {
            cells(grid, row, html);
        }
    });
    if let Some(total) = &grid.total {
        html.block("tfoot", &[], |html| cells(grid, total, html));
    }
}

fn cells(grid: &Grid, row: &[Words], html: &mut Html) {
    html.block("tr", &[], |html| {
        for (place, (cell, column)) in row.iter().zip(&grid.columns).enumerate() {
            let (tag, scope) = if place == 0 { ("th", Some("row")) } else { ("td", None) };
            html.within(tag, cell_attributes(column.right, scope), |html| inline(cell, html));
        }
    });
}

fn cell_attributes(right: bool, scope: Option<&'static str>) -> &'static [Attribute<'static>] {
    match (right, scope) {
        (true, Some("col")) => &[("scope", "col"), ("class", "number")],
        (true, Some(_)) => &[("scope", "row"), ("class", "number")],
        (true, None) => &[("class", "number")],
        (false, Some("col")) => &[("scope", "col")],
        (false, Some(_)) => &[("scope", "row")],
        (false, None) => &[],
    }
}
