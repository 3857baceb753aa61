//! A chart as an SVG that follows the theme of the page it is in.
//!
//! A chart has the same shapes in every theme and differs in colours only. So it is drawn in the light and in the dark
//! theme, and each pair of colours that stand at the same place becomes one variable of the style sheet. The page has
//! every chart once, and neither script nor reload is needed to change its colours.

use std::fmt::Write as _;

use crate::report::charts::{Chart, ChartError, Theme};

/// Colours that a page uses, each in the light and in the dark theme.
#[derive(Debug)]
pub(super) struct Palette {
    pairs: Vec<(String, String)>,
}

/// Colours of the page itself, by the name of their variable.
fn own(theme: &Theme) -> [(&'static str, String); 6] {
    [
        ("paper", hex(theme.background)),
        ("ink", hex(theme.ink)),
        ("muted", hex(theme.muted)),
        ("grid", hex(theme.grid)),
        ("edge", hex(theme.axis)),
        ("limit", hex(theme.limit)),
    ]
}

fn hex(colour: crate::report::charts::Rgb) -> String {
    format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
}

impl Palette {
    pub(super) const fn new() -> Self {
        Self { pairs: Vec::new() }
    }

    /// The number of a pair of colours.
    fn number(&mut self, light: &str, dark: &str) -> usize {
        let known = self.pairs.iter().position(|pair| pair.0 == light && pair.1 == dark);
        known.unwrap_or_else(|| {
            self.pairs.push((light.to_owned(), dark.to_owned()));
            self.pairs.len() - 1
        })
    }

    /// The variables: light ones for everything, paper too; dark ones for screens whose reader wants them.
    pub(super) fn css(&self) -> String {
        let variables = |theme: &Theme, second: bool| {
            let mut text = String::new();
            for (name, colour) in own(theme) {
                let _ = write!(text, "--{name}:{colour};");
            }
            for (number, (light, dark)) in self.pairs.iter().enumerate() {
                let _ = write!(text, "--c{number}:{};", if second { dark } else { light });
            }
            text
        };
        let (light, dark) = (variables(&Theme::light(), false), variables(&Theme::dark(), true));
        format!(
            ":root{{color-scheme:light;{light}}}\n\
             @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n\
             @media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
        )
    }
}

/// A drawing with its title and its description connected.
#[derive(Debug)]
pub(super) struct Picture {
    svg: String,
}

impl Picture {
    /// Draws a chart. `id` begins the ids of its title and description, and is unique on the page.
    pub(super) fn draw(chart: &Chart, id: &str, palette: &mut Palette) -> Result<Self, ChartError> {
        let (light, dark) = (chart.to_svg(&Theme::light())?, chart.to_svg(&Theme::dark())?);
        let svg = themed(&light, &dark, palette).unwrap_or(light);
        // Only marks of the drawing itself are touched: texts hold no angle bracket that is not escaped, and the title
        // and the description are the first elements of the drawing.
        let svg = svg.replacen("<title>", &format!("<title id=\"{id}-title\">"), 1);
        let svg = svg.replacen("<desc>", &format!("<desc id=\"{id}-desc\">"), 1);
        let labels = format!("<svg aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\" ");
        Ok(Self { svg: svg.replacen("<svg ", &labels, 1) })
    }

    pub(super) fn svg(&self) -> &str {
        &self.svg
    }
}

/// The drawing with variables for colours; `None` where the two differ in more than colours, which would be a bug.
fn themed(light: &str, dark: &str, palette: &mut Palette) -> Option<String> {
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (light.split('<').collect(), dark.split('<').collect());
    if ours.len() != theirs.len() {
        return None;
    }
    let mut text = String::with_capacity(light.len());
    for (place, (ours, theirs)) in ours.into_iter().zip(theirs).enumerate() {
        if place > 0 {
            text.push('<');
        }
        // Up to the `>` it is a tag, behind that a text, which may look like anything.
        let (tag, said) = ours.split_once('>').unwrap_or((ours, ""));
        let (dark_tag, dark_said) = theirs.split_once('>').unwrap_or((theirs, ""));
        if said != dark_said {
            return None;
        }
        text.push_str(&recoloured(tag, dark_tag, palette)?);
        if ours.contains('>') {
            text.push('>');
            text.push_str(said);
        }
    }
    Some(text)
}

/// A tag with variables for the colours in its attributes.
fn recoloured(light: &str, dark: &str, palette: &mut Palette) -> Option<String> {
    const COLOUR: &str = "=\"#";
    const DIGITS: usize = 6;
    let mut text = String::new();
    let (mut ours, mut theirs) = (light, dark);
    while let Some(at) = ours.find(COLOUR) {
        let start = at + COLOUR.len() - 1;
        if ours.get(..start)? != theirs.get(..start)? {
            return None;
        }
        let end = start + 1 + DIGITS;
        let number = palette.number(ours.get(start..end)?, theirs.get(start..end)?);
        text.push_str(ours.get(..start)?);
        let _ = write!(text, "var(--c{number})");
        (ours, theirs) = (ours.get(end..)?, theirs.get(end..)?);
    }
    if ours != theirs {
        return None;
    }
    text.push_str(ours);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::{Caption, ScoreBar, ScoreChart};

    #[test]
    fn colours_at_the_same_place_share_a_variable_and_texts_are_left_alone() {
        let mut palette = Palette::new();
        let light = "<a fill=\"#FFFFFF\">=\"#FFFFFF\"</a><b stroke=\"#000000\" fill=\"#FFFFFF\"/>";
        let dark = "<a fill=\"#111111\">=\"#FFFFFF\"</a><b stroke=\"#EEEEEE\" fill=\"#111111\"/>";
        let svg = themed(light, dark, &mut palette).unwrap();
        assert_eq!(svg, "<a fill=\"var(--c0)\">=\"#FFFFFF\"</a><b stroke=\"var(--c1)\" fill=\"var(--c0)\"/>");
        assert!(palette.css().contains("--c1:#000000;"));
        assert!(palette.css().contains("--c1:#EEEEEE;"));
        assert_eq!(themed("<a x=\"1\"/>", "<a x=\"2\"/>", &mut palette), None);
    }

    #[test]
    fn a_chart_follows_the_theme_and_keeps_a_hostile_title() {
        let chart = Chart::Scores(ScoreChart {
            caption: Caption::titled("<svg fill=\"#123456\"> & co"),
            criteria: vec!["cost".to_owned()],
            services: vec![ScoreBar { name: "A".to_owned(), parts: vec![40.0] }],
            rejected: Vec::new(),
        });
        let mut palette = Palette::new();
        let picture = Picture::draw(&chart, "chart-x", &mut palette).unwrap();
        let svg = picture.svg();
        assert!(svg.starts_with("<svg aria-labelledby=\"chart-x-title\""), "{svg}");
        assert!(svg.contains("<title id=\"chart-x-title\">&lt;svg fill=\"#123456\"&gt; &amp; co</title>"), "{svg}");
        let tags: Vec<&str> = svg.split('<').filter_map(|piece| piece.split('>').next()).collect();
        assert!(tags.iter().all(|tag| !tag.contains("\"#")), "{tags:?}");
    }
}
