//! What is to be drawn, at which place: the step between the data and the backends.
//!
//! Lengths are in points of the nominal size; backends draw finer than that. Shapes are drawn in order, later ones on
//! top.

use super::font::{self, Weight};
use super::theme::Rgb;

/// Which point of a text its position means; the height is always that of the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Letters of one size, weight and colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) weight: Weight,
    pub(super) colour: Rgb,
}

impl Type {
    pub(super) fn width(&self, text: &str) -> f64 {
        font::width(text, self.size, self.weight)
    }

    pub(super) fn cut(&self, text: &str, room: f64) -> String {
        font::cut(text, self.size, self.weight, room)
    }

    /// As [`Self::cut`], but what stands in brackets at the end stays.
    pub(super) fn cut_name(&self, text: &str, room: f64) -> String {
        font::cut_name(text, self.size, self.weight, room)
    }

    pub(super) fn wrap(&self, text: &str, room: f64, most: usize) -> Vec<String> {
        font::wrap(text, self.size, self.weight, room, most)
    }
}

/// A rectangle by its corner and size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) const fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) const fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Whether the two share more than an edge.
    #[cfg(test)]
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Fill {
        area: Area,
        colour: Rgb,
    },
    /// A filled area without dents.
    Polygon {
        points: Vec<(f64, f64)>,
        colour: Rgb,
    },
    Path {
        points: Vec<(f64, f64)>,
        width: f64,
        colour: Rgb,
    },
    Dot {
        centre: (f64, f64),
        radius: f64,
        colour: Rgb,
    },
    Text {
        text: String,
        x: f64,
        baseline: f64,
        anchor: Anchor,
        letters: Type,
    },
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) shapes: Vec<Shape>,
}

impl Scene {
    pub(super) fn new(width: f64, height: f64, background: Rgb) -> Self {
        let area = Area { x: 0.0, y: 0.0, width, height };
        Self { width, height, shapes: vec![Shape::Fill { area, colour: background }] }
    }

    pub(super) fn fill(&mut self, area: Area, colour: Rgb) {
        self.shapes.push(Shape::Fill { area, colour });
    }

    pub(super) fn polygon(&mut self, points: Vec<(f64, f64)>, colour: Rgb) {
        self.shapes.push(Shape::Polygon { points, colour });
    }

    pub(super) fn path(&mut self, points: Vec<(f64, f64)>, width: f64, colour: Rgb) {
        self.shapes.push(Shape::Path { points, width, colour });
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64, colour: Rgb) {
        self.path(vec![from, to], width, colour);
    }

    /// A vertical line of dashes, from the bottom up.
    pub(super) fn dashes(
        &mut self,
        x: f64,
        (bottom, top): (f64, f64),
        (dash, gap): (f64, f64),
        width: f64,
        colour: Rgb,
    ) {
        let mut y = bottom;
        while y > top {
            self.line((x, y), (x, (y - dash).max(top)), width, colour);
            y -= dash + gap;
        }
    }

    /// A level line of dashes, from the left.
    pub(super) fn dashes_across(
        &mut self,
        y: f64,
        (left, right): (f64, f64),
        (dash, gap): (f64, f64),
        width: f64,
        colour: Rgb,
    ) {
        let mut x = left;
        while x < right {
            self.line((x, y), ((x + dash).min(right), y), width, colour);
            x += dash + gap;
        }
    }

    pub(super) fn dot(&mut self, centre: (f64, f64), radius: f64, colour: Rgb) {
        self.shapes.push(Shape::Dot { centre, radius, colour });
    }

    /// A ring; what is inside is filled.
    pub(super) fn ring(&mut self, centre: (f64, f64), radius: f64, width: f64, (colour, inside): (Rgb, Rgb)) {
        self.dot(centre, radius, colour);
        self.dot(centre, radius - width, inside);
    }

    /// The edge of an area, inside it.
    pub(super) fn edge(&mut self, area: Area, width: f64, colour: Rgb) {
        let half = width / 2.0;
        for y in [area.y + half, area.bottom() - half] {
            self.line((area.x, y), (area.right(), y), width, colour);
        }
        for x in [area.x + half, area.right() - half] {
            self.line((x, area.y), (x, area.bottom()), width, colour);
        }
    }

    /// The same in dashes.
    pub(super) fn dashed_edge(&mut self, area: Area, width: f64, colour: Rgb) {
        const DASH: (f64, f64) = (4.0, 3.0);
        let half = width / 2.0;
        for y in [area.y + half, area.bottom() - half] {
            self.dashes_across(y, (area.x, area.right()), DASH, width, colour);
        }
        for x in [area.x + half, area.right() - half] {
            self.dashes(x, (area.bottom(), area.y), DASH, width, colour);
        }
    }

    /// A text. Characters that XML or a line of text cannot hold become spaces.
    pub(super) fn text(&mut self, text: &str, (x, baseline): (f64, f64), anchor: Anchor, letters: Type) {
        let text = clean(text);
        if !text.trim().is_empty() {
            self.shapes.push(Shape::Text { text, x, baseline, anchor, letters });
        }
    }

    /// A text from `x` to the right that hides the grid lines behind it.
    pub(super) fn text_over(&mut self, text: &str, (x, baseline): (f64, f64), letters: Type, background: Rgb) {
        let (y, height) = (baseline - letters.size, letters.size * 1.4);
        self.fill(Area { x: x - 4.0, y, width: letters.width(&clean(text)) + 8.0, height }, background);
        self.text(text, (x, baseline), Anchor::Start, letters);
    }

    /// Diagonal lines over an area.
    pub(super) fn hatch(&mut self, area: Area, colour: Rgb) {
        const STEP: f64 = 6.0;
        let mut offset = STEP;
        while offset < area.width + area.height {
            // The line from the left or lower edge to the upper or right one.
            let from = (area.x + (offset - area.height).max(0.0), area.y + offset.min(area.height));
            let to = (area.x + offset.min(area.width), area.y + (offset - area.width).max(0.0));
            self.line(from, to, 1.5, colour);
            offset += STEP;
        }
    }

    /// Diagonal lines both ways over an area.
    pub(super) fn cross_hatch(&mut self, area: Area, colour: Rgb) {
        const STEP: f64 = 8.0;
        self.hatch(area, colour);
        let mut offset = STEP;
        while offset < area.width + area.height {
            // The line from the upper or left edge to the right or lower one.
            let from = (area.x + (offset - area.height).max(0.0), area.bottom() - offset.min(area.height));
            let to = (area.x + offset.min(area.width), area.bottom() - (offset - area.width).max(0.0));
            self.line(from, to, 1.5, colour);
            offset += STEP;
        }
    }

    /// Two level lines through an area.
    pub(super) fn stripes(&mut self, area: Area, colour: Rgb) {
        for third in [1.0, 2.0] {
            let y = area.y + area.height * third / 3.0;
            self.line((area.x, y), (area.right(), y), 1.5, colour);
        }
    }

    /// Where the texts are.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<(String, Area)> {
        let area = |shape: &Shape| match shape {
            Shape::Text { text, x, baseline, anchor, letters } => {
                let width = letters.width(text);
                let x = match anchor {
                    Anchor::Start => *x,
                    Anchor::Middle => x - width / 2.0,
                    Anchor::End => x - width,
                };
                let (y, height) = (baseline - 0.75 * letters.size, 0.97 * letters.size);
                Some((text.clone(), Area { x, y, width, height }))
            }
            _ => None,
        };
        self.shapes.iter().filter_map(area).collect()
    }
}

/// Replaces what may not stand in an XML document, and line breaks, by spaces.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c }).collect()
}
