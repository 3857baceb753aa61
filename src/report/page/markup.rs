//! HTML that cannot be broken by what it says: names of elements and attributes are written in the program, texts and
//! values of attributes are escaped, and every element that is opened is closed.

use super::picture::{Palette, Picture};

/// An attribute: its name and its value.
pub(super) type Attribute<'a> = (&'static str, &'a str);

/// A piece of a page.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// The start of a document.
    pub(super) fn document() -> Self {
        Self("<!DOCTYPE html>\n".to_owned())
    }

    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                // Line breaks mean something where a command is shown.
                '\n' => self.0.push('\n'),
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => self.0.push(' '),
                c => self.0.push(c),
            }
        }
    }

    fn tag(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.0.push('<');
        self.0.push_str(name);
        for (attribute, value) in attributes {
            self.0.push(' ');
            self.0.push_str(attribute);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    /// An element with what is inside it.
    pub(super) fn within(&mut self, name: &'static str, attributes: &[Attribute<'_>], inside: impl FnOnce(&mut Self)) {
        self.tag(name, attributes);
        inside(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// The same on a line of its own.
    pub(super) fn block(&mut self, name: &'static str, attributes: &[Attribute<'_>], inside: impl FnOnce(&mut Self)) {
        self.within(name, attributes, inside);
        self.0.push('\n');
    }

    /// An element with a text in it, on a line of its own.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.block(name, attributes, |html| html.text(text));
    }

    /// An element that has no end.
    pub(super) fn void(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.tag(name, attributes);
        self.0.push('\n');
    }

    /// A place within a word where the line may end.
    pub(super) fn may_break(&mut self) {
        self.tag("wbr", &[]);
    }

    /// A drawing, whose texts were escaped when it was drawn.
    pub(super) fn picture(&mut self, picture: &Picture) {
        self.0.push_str(picture.svg());
    }

    /// The style sheet, with the colours of both themes in front.
    pub(super) fn style(&mut self, palette: &Palette, sheet: &'static str) {
        self.0.push_str("<style>\n");
        self.0.push_str(&palette.css());
        self.0.push_str(sheet);
        self.0.push_str("</style>\n");
    }

    pub(super) fn script(&mut self, script: &'static str) {
        self.0.push_str("<script>\n");
        self.0.push_str(script);
        self.0.push_str("</script>\n");
    }

    /// A piece that was made before, inside another.
    pub(super) fn piece(&mut self, piece: &Self) {
        self.0.push_str(&piece.0);
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_values_are_escaped_and_elements_closed() {
        let mut html = Html::default();
        html.within("p", &[("title", "a\"><script>")], |html| html.text("<b>&'\u{7}"));
        assert_eq!(html.finish(), "<p title=\"a&quot;&gt;&lt;script&gt;\">&lt;b&gt;&amp;' </p>");
    }
}
