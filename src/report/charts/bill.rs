//! A bill: a bar for each line, the largest first.

use super::axis::{NO_TICKS, Scale, money_interval};
use super::frame::{Frame, bar_label, label_room, middle_baseline, value_axis};
use super::scene::{Anchor, Area, Scene};
use super::theme::{Rgb, Theme};
use super::{Caption, drawable};
use crate::units::significant;

const ROW: f64 = 38.0;
const BAR: f64 = 20.0;
const GAP: f64 = 12.0;
const LEGEND: f64 = 38.0;
pub(super) const SWATCH: f64 = 26.0;
/// The narrowest bar whose texture can be told; shorter ones say their kind in words.
const TEXTURE_WIDTH: f64 = 14.0;
/// The narrowest interval that is drawn; the amount's label has it in any case.
pub(super) const WHISKER_WIDTH: f64 = 8.0;

/// Where the quantity of a bill line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// The same whatever the traffic: hours, shards, instances.
    Fixed,
    /// Follows from numbers in the scenario.
    Scenario,
    /// Measured in the simulation.
    Simulation,
}

impl LineKind {
    pub(super) const ALL: [Self; 3] = [Self::Fixed, Self::Scenario, Self::Simulation];

    /// How the kind is called, in legends and in CSV.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Scenario => "from the scenario",
            Self::Simulation => "from the simulation",
        }
    }

    fn colour(self, theme: &Theme) -> Rgb {
        match self {
            Self::Fixed => theme.series[6],
            Self::Scenario => theme.series[1],
            Self::Simulation => theme.series[0],
        }
    }

    fn draw(self, scene: &mut Scene, area: Area, theme: &Theme) {
        scene.fill(area, self.colour(theme));
        self.texture(scene, area, theme);
    }

    /// Fixed amounts are plain, those of the scenario hatched, those of the simulation striped. Where a texture would
    /// eat up what little there is, it is left out.
    pub(super) fn texture(self, scene: &mut Scene, area: Area, theme: &Theme) {
        if area.width < TEXTURE_WIDTH {
            return;
        }
        match self {
            Self::Fixed => {}
            Self::Scenario => scene.hatch(area, theme.background),
            Self::Simulation => scene.stripes(area, theme.background),
        }
    }
}

/// One line of a bill.
#[derive(Debug, Clone, PartialEq)]
pub struct BillBar {
    /// What is paid for.
    pub label: String,
    /// How much, in US dollars; a credit is below zero.
    pub amount_usd: f64,
    /// How far the true amount may lie from it, if that is known.
    pub half_width: Option<f64>,
    /// Where the quantity comes from.
    pub kind: LineKind,
}

impl BillBar {
    fn amount(&self) -> f64 {
        drawable(self.amount_usd)
    }

    fn amount_text(&self) -> String {
        money_interval(self.amount_usd, self.half_width)
    }

    /// The ends of the interval.
    fn ends(&self) -> (f64, f64) {
        let half = self.half_width.map_or(0.0, |half| drawable(half).max(0.0));
        (self.amount() - half, self.amount() + half)
    }
}

/// The lines of a bill and their total.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BillChart {
    /// The words around it. The total is added to the title.
    pub caption: Caption,
    /// The lines, in any order.
    pub lines: Vec<BillBar>,
    /// The total as it was computed, which is not recomputed here.
    pub total_usd: f64,
    /// How far the true total may lie from it, if that is known.
    pub total_half_width: Option<f64>,
    /// What the bill covers, as it reads after the total: "a month". May be empty.
    pub period: String,
}

impl BillChart {
    /// The lines by amount, the largest first; equal amounts keep their order.
    fn sorted(&self) -> Vec<&BillBar> {
        let mut lines: Vec<&BillBar> = self.lines.iter().collect();
        lines.sort_by(|a, b| b.amount().total_cmp(&a.amount()));
        lines
    }

    /// The total with its interval and period: `123.45 ± 2.10 USD a month`.
    fn total(&self) -> String {
        let total = money_interval(self.total_usd, self.total_half_width);
        if self.period.is_empty() { total } else { format!("{total} {}", self.period) }
    }

    /// The title with the total.
    pub(super) fn headline(&self) -> String {
        self.headline_with(&self.total())
    }

    fn headline_with(&self, total: &str) -> String {
        match self.caption.title.as_str() {
            "" => total.to_owned(),
            title => format!("{title} — {total}"),
        }
    }

    pub(super) fn finding(&self) -> String {
        let line = |bar: &&BillBar| {
            format!("{} {} ({})", bar.label, money_interval(bar.amount_usd, bar.half_width), bar.kind.name())
        };
        let lines = self.sorted().iter().map(line).collect::<Vec<_>>().join(", ");
        let lines = if lines.is_empty() { "none".to_owned() } else { lines };
        format!("Total {}. Lines, largest first: {lines}.", self.total())
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let row = |label: &str, amount: f64, half: Option<f64>, kind: &str| {
            vec![
                label.to_owned(),
                amount.to_string(),
                half.map(|half| half.to_string()).unwrap_or_default(),
                kind.to_owned(),
            ]
        };
        let mut rows = vec![["line", "amount_usd", "half_width_usd", "kind"].map(str::to_owned).to_vec()];
        rows.extend(self.sorted().iter().map(|bar| row(&bar.label, bar.amount_usd, bar.half_width, bar.kind.name())));
        rows.push(row("total", self.total_usd, self.total_half_width, ""));
        rows
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let lines = self.sorted();
        let bars_height = ROW * lines.len() as f64;
        let axis_height = if lines.is_empty() { 0.0 } else { 22.0 };
        let legend_height = if lines.is_empty() { 0.0 } else { LEGEND };
        let body_height = legend_height + bars_height + axis_height;
        // The total stays in one line.
        let headline = self.headline_with(&self.total().replace(' ', "\u{a0}"));
        let mut frame = Frame::new(&headline, &self.caption, body_height, theme);
        if lines.is_empty() {
            return frame.scene;
        }
        let letters = frame.letters;
        let room = label_room(lines.iter().map(|bar| bar.label.as_str()), 230.0, letters.label);
        let amounts = lines.iter().map(|bar| letters.value.width(&bar.amount_text()) * 1.06);
        let amount_room = amounts.fold(0.0, f64::max) + 12.0;
        let left = frame.body.x + room + GAP;
        let low = lines.iter().map(|bar| bar.ends().0.min(bar.amount())).fold(0.0, f64::min);
        let high = lines.iter().map(|bar| bar.ends().1).fold(0.0, f64::max);
        // An interval may reach below zero although nobody is paid; the axis does not follow it there.
        let low = if lines.iter().all(|bar| bar.amount() >= 0.0) { 0.0 } else { low };
        let scale = Scale::new((low, high), (left, frame.body.right() - amount_room));

        let top = frame.body.y + legend_height;
        draw_legend(&mut frame, &lines, theme);
        let count = if lines.iter().all(|bar| bar.amount() == 0.0) { NO_TICKS } else { 4.0 };
        value_axis(&mut frame, &scale, count, (top, top + bars_height), theme, axis_money);
        for (index, bar) in lines.iter().enumerate() {
            let middle = top + ROW * (index as f64 + 0.5);
            bar_label(&mut frame.scene, &bar.label, left - GAP, room, middle, letters.label);
            draw_bar(&mut frame, bar, &scale, middle, theme);
        }
        frame.scene
    }
}

fn draw_bar(frame: &mut Frame, bar: &BillBar, scale: &Scale, middle: f64, theme: &Theme) {
    let (zero, end) = (scale.at(0.0), scale.at(bar.amount()));
    // Something that costs a little is still shown as something.
    let least = if bar.amount() == 0.0 { 0.0 } else { 1.5 };
    let width = (end - zero).abs().max(least);
    let area = Area { x: zero.min(end), y: middle - BAR / 2.0, width, height: BAR };
    if width > 0.0 {
        bar.kind.draw(&mut frame.scene, area, theme);
    }
    let (low, high) = bar.ends();
    let (low, high) = (scale.at(low), scale.at(high));
    if high - low >= WHISKER_WIDTH {
        draw_whisker(&mut frame.scene, (low, high), middle, theme);
    }
    let letters = frame.letters.value;
    let at = (area.right().max(high) + 9.0, middle_baseline(middle, letters));
    let amount = bar.amount_text();
    frame.scene.text_over(&amount, at, letters, theme.background);
    if width < TEXTURE_WIDTH {
        let after = at.0 + letters.width(&amount) * 1.06 + 10.0;
        let quiet = frame.letters.tick;
        if after + quiet.width(bar.kind.name()) * 1.06 <= frame.body.right() {
            frame.scene.text_over(bar.kind.name(), (after, at.1), quiet, theme.background);
        }
    }
}

/// The interval, with a light edge that keeps it visible on its bar.
pub(super) fn draw_whisker(scene: &mut Scene, (low, high): (f64, f64), middle: f64, theme: &Theme) {
    const CAP: f64 = 5.0;
    for (width, colour) in [(4.5, theme.background), (1.5, theme.ink)] {
        scene.line((low, middle), (high, middle), width, colour);
        for end in [low, high] {
            scene.line((end, middle - CAP), (end, middle + CAP), width, colour);
        }
    }
}

/// Round amounts need no cents, and one unit is enough.
pub(super) fn axis_money(value: f64) -> String {
    if value == 0.0 { "0 USD".to_owned() } else { significant(value, 3).replace('-', "−") }
}

/// The kinds that occur, each with its texture.
fn draw_legend(frame: &mut Frame, lines: &[&BillBar], theme: &Theme) {
    let letters = frame.letters.quiet;
    let middle = frame.body.y + 10.0;
    let mut x = frame.body.x;
    for kind in LineKind::ALL.into_iter().filter(|kind| lines.iter().any(|bar| bar.kind == *kind)) {
        let area = Area { x, y: middle - 7.0, width: SWATCH, height: 14.0 };
        kind.draw(&mut frame.scene, area, theme);
        frame.scene.text(kind.name(), (area.right() + 8.0, middle_baseline(middle, letters)), Anchor::Start, letters);
        x = area.right() + 8.0 + letters.width(kind.name()) * 1.06 + 26.0;
    }
    if lines.iter().any(|bar| bar.ends().1 > bar.ends().0) {
        draw_whisker(&mut frame.scene, (x, x + SWATCH), middle, theme);
        let at = (x + SWATCH + 8.0, middle_baseline(middle, letters));
        frame.scene.text("interval", at, Anchor::Start, letters);
    }
}
