//! What all charts share: sizes of letters, margins, title, subtitle and footer.

use super::axis::Scale;
use super::font::Weight;
use super::scene::{Anchor, Area, Scene, Type};
use super::theme::{Rgb, Theme};
use super::{Caption, scene};

pub(super) const PAGE_WIDTH: f64 = 840.0;
pub(super) const MARGIN: f64 = 36.0;
/// The width between the margins.
pub(super) const BODY_WIDTH: f64 = PAGE_WIDTH - 2.0 * MARGIN;

/// The letters of a chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters {
    pub(super) title: Type,
    pub(super) subtitle: Type,
    pub(super) label: Type,
    pub(super) value: Type,
    pub(super) quiet: Type,
    pub(super) tick: Type,
    pub(super) footer: Type,
}

impl Letters {
    pub(super) fn new(theme: &Theme) -> Self {
        let letters = |size, weight, colour: Rgb| Type { size, weight, colour };
        Self {
            title: letters(22.0, Weight::Medium, theme.ink),
            subtitle: letters(14.0, Weight::Regular, theme.muted),
            label: letters(14.0, Weight::Regular, theme.ink),
            value: letters(14.0, Weight::Medium, theme.ink),
            quiet: letters(14.0, Weight::Regular, theme.muted),
            tick: letters(12.0, Weight::Regular, theme.muted),
            footer: letters(11.5, Weight::Regular, theme.muted),
        }
    }
}

/// A page with its caption drawn, and the room left for the chart.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) scene: Scene,
    pub(super) letters: Letters,
    pub(super) body: Area,
}

impl Frame {
    /// A page just high enough for its caption and a body of this height.
    pub(super) fn new(title: &str, caption: &Caption, body_height: f64, theme: &Theme) -> Self {
        Self::wide(title, caption, (PAGE_WIDTH, body_height), theme)
    }

    /// The same on a page of any width.
    pub(super) fn wide(title: &str, caption: &Caption, (width, body_height): (f64, f64), theme: &Theme) -> Self {
        let letters = Letters::new(theme);
        let body_width = width - 2.0 * MARGIN;
        let lines = |text: &str, kind: Type, most| kind.wrap(&scene::clean(text), body_width, most);
        let title = lines(title, letters.title, 3);
        let subtitle = lines(&caption.subtitle, letters.subtitle, 3);
        let footer = lines(&caption.footer, letters.footer, 4);

        let mut scene = Scene::new(width, 0.0, theme.background);
        let mut y = MARGIN - 8.0;
        y = paragraph(&mut scene, &title, y, 29.0, letters.title);
        if !subtitle.is_empty() {
            y = paragraph(&mut scene, &subtitle, y + 4.0, 20.0, letters.subtitle);
        }
        let body = Area { x: MARGIN, y: y + 22.0, width: body_width, height: body_height };
        y = body.bottom();
        if !footer.is_empty() {
            scene.line((MARGIN, y + 22.0), (width - MARGIN, y + 22.0), 1.0, theme.grid);
            y = paragraph(&mut scene, &footer, y + 30.0, 16.0, letters.footer);
        }
        let height = (y + MARGIN - 12.0).ceil();
        scene.height = height;
        if let Some(scene::Shape::Fill { area, .. }) = scene.shapes.first_mut() {
            area.height = height;
        }
        Self { scene, letters, body }
    }
}

/// Draws lines below each other from `top` on; returns where they end.
fn paragraph(scene: &mut Scene, lines: &[String], top: f64, line_height: f64, letters: Type) -> f64 {
    let mut y = top;
    for line in lines {
        scene.text(line, (MARGIN, middle_baseline(y + line_height / 2.0, letters)), Anchor::Start, letters);
        y += line_height;
    }
    y
}

/// The baseline that centres a text's capitals on a height.
pub(super) fn middle_baseline(y: f64, letters: Type) -> f64 {
    y + letters.size * 0.355
}

/// The label of a bar, right-aligned before `right` in one line or two.
pub(super) fn bar_label(scene: &mut Scene, text: &str, right: f64, room: f64, middle: f64, letters: Type) {
    const LINE: f64 = 17.0;
    let lines = letters.wrap(&scene::clean(text), room, 2);
    let mut y = middle - LINE * lines.len().saturating_sub(1) as f64 / 2.0;
    for line in &lines {
        scene.text(line, (right, middle_baseline(y, letters)), Anchor::End, letters);
        y += LINE;
    }
}

/// How much room a column of labels takes: as much as the widest needs, up to `most`.
pub(super) fn label_room<'a>(labels: impl Iterator<Item = &'a str>, most: f64, letters: Type) -> f64 {
    // Texts are laid out to leave 6 % for wider fonts.
    labels.map(|label| letters.width(label) / 0.93 + 1.0).fold(40.0, f64::max).min(most)
}

/// Upright lines to read bars by, with their values below; a value that would touch the one before is left out.
pub(super) fn value_axis(
    frame: &mut Frame,
    scale: &Scale,
    count: f64,
    (top, bottom): (f64, f64),
    theme: &Theme,
    label: impl Fn(f64) -> String,
) {
    let tick = frame.letters.tick;
    let mut free_from = f64::NEG_INFINITY;
    for value in scale.ticks(count) {
        let x = scale.at(value);
        let colour = if value == 0.0 { theme.axis } else { theme.grid };
        frame.scene.line((x, top), (x, bottom), 1.0, colour);
        let label = label(value);
        let half = tick.width(&label) * 0.53;
        if x - half > free_from && x + half <= PAGE_WIDTH {
            frame.scene.text(&label, (x, bottom + 17.0), Anchor::Middle, tick);
            free_from = x + half + 10.0;
        }
    }
}
