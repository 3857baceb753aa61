//! Objects and sizes: how many objects a day arrive at the destination and how large they are, a line for each candidate or
//! setting, in two panels side by side with logarithmic axes.

use super::axis::{LogScale, number, size};
use super::frame::{BODY_WIDTH, Frame, Letters, MARGIN, bar_label, label_room, middle_baseline};
use super::scene::{Anchor, Area, Scene, Type, clean};
use super::theme::Theme;
use super::{Caption, drawable};

const ROW: f64 = 34.0;
const GAP: f64 = 14.0;
/// Between the two panels.
const BETWEEN: f64 = 28.0;
/// Room for the names of the panels, for that of the guide, and for the ticks below.
const ABOVE: f64 = 26.0;
const GUIDE: f64 = 22.0;
const BELOW: f64 = 28.0;
const DOT: f64 = 5.0;
/// The narrowest interval that is drawn; the CSV has it in any case.
const WHISKER_WIDTH: f64 = 8.0;

/// What arrives at the destination by one candidate or setting.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectsItem {
    /// The candidate or setting.
    pub name: String,
    /// Objects a day; not a number where that is not known.
    pub per_day: f64,
    /// Half the width of its 95 % interval, if that is known.
    pub per_day_half_width: Option<f64>,
    /// Mean size of an object in bytes; not a number where that is not known.
    pub mean_bytes: f64,
    /// Half the width of its 95 % interval in bytes, if that is known.
    pub mean_bytes_half_width: Option<f64>,
}

/// Objects a day and their mean size.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectsChart {
    /// The words around it.
    pub caption: Caption,
    /// The candidates or settings, in the order in which they are shown.
    pub items: Vec<ObjectsItem>,
    /// A size to point out: how it reads ("good for queries: 128 MiB") and its bytes.
    pub guide: Option<(String, f64)>,
}

/// A value with half the width of its interval.
type Measured = (f64, Option<f64>);

/// One of the two panels.
struct Panel {
    name: &'static str,
    scale: LogScale,
    left: f64,
    right: f64,
    ticks: Vec<f64>,
    text: fn(f64) -> String,
    value: fn(&ObjectsItem) -> Measured,
}

fn objects_a_day(item: &ObjectsItem) -> Measured {
    (item.per_day, item.per_day_half_width)
}

fn mean_size(item: &ObjectsItem) -> Measured {
    (item.mean_bytes, item.mean_bytes_half_width)
}

/// The text of a value, or that there is none.
fn told(value: f64, text: fn(f64) -> String) -> String {
    if value.is_finite() && value > 0.0 { text(value) } else { "unknown".to_owned() }
}

/// The ends of the interval around a value above zero.
fn ends((value, half): Measured) -> (f64, f64) {
    let half = half.filter(|half| half.is_finite()).unwrap_or(0.0).max(0.0);
    (value - half, value + half)
}

impl ObjectsChart {
    pub(super) fn finding(&self) -> String {
        let item = |item: &ObjectsItem| {
            format!(
                "{} {} objects a day of {} on average",
                item.name,
                told(item.per_day, number),
                told(item.mean_bytes, size)
            )
        };
        let items: Vec<String> = self.items.iter().map(item).collect();
        let items = if items.is_empty() { "none".to_owned() } else { items.join("; ") };
        let guide = self.guide.iter().map(|(label, bytes)| format!(" {label} ({}).", size(*bytes)));
        format!("Objects at the destination: {items}.{}", guide.collect::<String>())
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let header = ["candidate", "objects_per_day", "half_width_per_day", "mean_object_bytes", "half_width_bytes"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        let optional = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let known = |value: f64| if value.is_finite() { value.to_string() } else { String::new() };
        rows.extend(self.items.iter().map(|item| {
            vec![
                item.name.clone(),
                known(item.per_day),
                optional(item.per_day_half_width),
                known(item.mean_bytes),
                optional(item.mean_bytes_half_width),
            ]
        }));
        rows.extend(
            self.guide.iter().map(|(label, bytes)| {
                vec![label.clone(), String::new(), String::new(), bytes.to_string(), String::new()]
            }),
        );
        rows
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let letters = Letters::new(theme);
        let room = label_room(self.items.iter().map(|item| item.name.as_str()), 190.0, letters.label);
        let panels = self.panels(MARGIN + room + GAP);
        let height = ROW * self.items.len().max(1) as f64;
        let above = if self.guide.is_some() { ABOVE + GUIDE } else { ABOVE };
        let mut frame = Frame::new(&self.caption.title, &self.caption, above + height + BELOW, theme);
        let top = frame.body.y + above;
        for panel in &panels {
            panel.draw_axis(&mut frame, (top, top + height), theme);
        }
        let [_, sizes] = &panels;
        self.draw_guide(&mut frame, sizes, (top, top + height), theme);
        if self.items.is_empty() {
            let at = (MARGIN + BODY_WIDTH / 2.0, middle_baseline(top + ROW / 2.0, letters.quiet));
            frame.scene.text("no objects", at, Anchor::Middle, letters.quiet);
        }
        for (index, item) in self.items.iter().enumerate() {
            let middle = top + ROW * (index as f64 + 0.5);
            bar_label(&mut frame.scene, &item.name, MARGIN + room, room, middle, letters.label);
            for panel in &panels {
                panel.draw_item(&mut frame, item, middle, theme);
            }
        }
        frame.scene
    }

    fn panels(&self, left: f64) -> [Panel; 2] {
        const TICKS: f64 = 5.0;
        let width = (MARGIN + BODY_WIDTH - left - BETWEEN) / 2.0;
        let second = left + width + BETWEEN;
        let scale = |value: fn(&ObjectsItem) -> Measured, guide: Option<f64>, left: f64| {
            let around = self.items.iter().flat_map(move |item| {
                let (low, high) = ends(value(item));
                [value(item).0, low.max(value(item).0 / 10.0), high]
            });
            LogScale::around(around.chain(guide), (0.12, 8.0), (left, left + width))
        };
        let counts = scale(objects_a_day, None, left);
        let sizes = scale(mean_size, self.guide.as_ref().map(|guide| guide.1), second);
        [
            Panel {
                name: "objects a day (log scale)",
                scale: counts,
                left,
                right: left + width,
                ticks: counts.ticks(TICKS),
                text: number,
                value: objects_a_day,
            },
            Panel {
                name: "mean size of an object (log scale)",
                scale: sizes,
                left: second,
                right: second + width,
                ticks: sizes.sizes(TICKS),
                text: size,
                value: mean_size,
            },
        ]
    }

    /// The size to point out, named above its line.
    fn draw_guide(&self, frame: &mut Frame, panel: &Panel, (top, bottom): (f64, f64), theme: &Theme) {
        let Some((label, bytes)) = &self.guide else { return };
        let x = panel.scale.at(*bytes);
        frame.scene.dashes(x, (bottom, top - 4.0), (6.0, 4.0), 1.5, theme.muted);
        let letters = frame.letters.tick;
        let text = letters.cut(&clean(label), panel.right - panel.left);
        let half = letters.width(&text) * 0.53;
        let middle = x.clamp(panel.left + half, (panel.right - half).max(panel.left + half));
        frame.scene.text(&text, (middle, middle_baseline(top - 13.0, letters)), Anchor::Middle, letters);
    }
}

impl Panel {
    fn draw_axis(&self, frame: &mut Frame, (top, bottom): (f64, f64), theme: &Theme) {
        let tick = frame.letters.tick;
        let name = tick.cut(self.name, self.right - self.left);
        frame.scene.text(&name, (self.left, frame.body.y + 10.0), Anchor::Start, tick);
        let mut free_from = self.left - BETWEEN / 2.0;
        for value in &self.ticks {
            let x = self.scale.at(*value);
            frame.scene.line((x, top), (x, bottom), 1.0, theme.grid);
            let text = (self.text)(*value);
            let half = tick.width(&text) * 0.53;
            if x - half > free_from && x + half < self.right + BETWEEN / 2.0 {
                frame.scene.text(&text, (x, bottom + 18.0), Anchor::Middle, tick);
                free_from = x + half + 8.0;
            }
        }
        frame.scene.line((self.left, bottom), (self.right, bottom), 1.0, theme.axis);
    }

    fn draw_item(&self, frame: &mut Frame, item: &ObjectsItem, middle: f64, theme: &Theme) {
        let measured = (self.value)(item);
        let letters = frame.letters.value;
        if !(measured.0.is_finite() && measured.0 > 0.0) {
            let quiet = frame.letters.quiet;
            let at = (self.left + 8.0, middle_baseline(middle, quiet));
            frame.scene.text_over("unknown", at, quiet, theme.background);
            return;
        }
        let x = self.scale.at(measured.0);
        frame.scene.line((self.left, middle), (x, middle), 1.0, theme.axis);
        let (low, high) = ends(measured);
        let (low, high) = (self.scale.at(low), self.scale.at(high));
        if high - low >= WHISKER_WIDTH {
            super::bill::draw_whisker(&mut frame.scene, (low, high), middle, theme);
        }
        frame.scene.dot((x, middle), DOT, theme.accent);
        self.draw_value(frame, &(self.text)(drawable(measured.0)), (x, x.max(high)), middle, letters, theme);
    }

    /// The value on the right of its dot and interval, or on the left where the panel ends too early.
    fn draw_value(
        &self,
        frame: &mut Frame,
        text: &str,
        (dot, end): (f64, f64),
        middle: f64,
        letters: Type,
        theme: &Theme,
    ) {
        const AWAY: f64 = 9.0;
        let width = letters.width(text) * 1.06;
        let right = end + AWAY;
        let x = if right + width <= self.right { right } else { (dot - DOT - AWAY - width).max(self.left + 4.0) };
        let area = Area { x: x - 3.0, y: middle - letters.size * 0.7, width: width + 6.0, height: letters.size * 1.4 };
        frame.scene.fill(area, theme.background);
        frame.scene.text(text, (x, middle_baseline(middle, letters)), Anchor::Start, letters);
    }
}
