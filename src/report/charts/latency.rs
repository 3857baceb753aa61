//! Latency: which share of the records has arrived after how long.
//!
//! Percentile labels stand above and to the left of their dots, where a curve that only rises never comes. Labels that
//! would touch are stacked upwards, each with a line to its dot, and the page gets as much room above the curve as the
//! stack needs.

use super::axis::{Scale, TimeScale, duration};
use super::frame::{BODY_WIDTH, Frame, Letters, MARGIN, middle_baseline};
use super::scene::{Anchor, Area, Scene, Type, clean};
use super::theme::Theme;
use super::{Caption, drawable};

pub(super) const PLOT_HEIGHT: f64 = 300.0;
/// Room for the labels of the share axis.
pub(super) const SHARES: f64 = 48.0;
pub(super) const RIGHT: f64 = 14.0;
pub(super) const BELOW: f64 = 44.0;
/// Height of a percentile's label, and how far it ends from its dot.
const LABEL: f64 = 19.0;
const LABEL_GAP: f64 = 12.0;
const DOT: f64 = 4.5;
/// How far a label that must stand over its dot is kept from it.
const OVER_DOT: f64 = 8.0;
/// Room for the requirement's label, at the very top.
pub(super) const LIMIT_ROW: f64 = 24.0;
/// The longest label of a percentile, in points.
const LONGEST_LABEL: f64 = 230.0;

/// A percentile that is read off the curve.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyMark {
    /// Its name: "p95".
    pub label: String,
    /// The latency at it.
    pub seconds: f64,
    /// The share of records up to it, from 0 to 1.
    pub share: f64,
}

/// The cumulative distribution of a latency.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LatencyChart {
    /// The words around it.
    pub caption: Caption,
    /// Latency in seconds and the share of records, from 0 to 1, that took at most so long.
    pub points: Vec<(f64, f64)>,
    /// The percentiles to point out.
    pub marks: Vec<LatencyMark>,
    /// A requirement: how it reads ("freshness ≤ 15 min") and its seconds.
    pub limit: Option<(String, f64)>,
}

/// A mark with the place of its label.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    text: String,
    dot: (f64, f64),
    /// The right and the lower edge of the label.
    right: f64,
    bottom: f64,
    /// How far above its dot the label would end if nothing were in its way.
    gap: f64,
}

impl LatencyChart {
    fn drawn_marks(&self, letters: Type) -> Vec<(String, f64, f64)> {
        let mut marks: Vec<(String, f64, f64)> = self
            .marks
            .iter()
            .filter(|mark| mark.seconds.is_finite() && mark.share.is_finite())
            .map(|mark| (mark_text(mark, letters), mark.seconds, mark.share.clamp(0.0, 1.0)))
            .collect();
        marks.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.1.total_cmp(&b.1)));
        marks
    }

    /// The times at the ends of the axis: all that is shown, with some air, and room for labels on the left.
    fn range(&self, curve: &[(f64, f64)], marks: &[(String, f64, f64)], letters: Type, plot_width: f64) -> (f64, f64) {
        // The first two in a thousand may be nearly immediate; they must not push everything else to the right.
        let visible = curve.iter().filter(|(_, share)| *share >= 0.002).map(|(seconds, _)| *seconds);
        let others = marks.iter().map(|(_, seconds, _)| *seconds);
        let limit = self.limit.iter().map(|(_, seconds)| *seconds);
        let times: Vec<f64> =
            visible.chain(others).chain(limit).filter(|time| time.is_finite() && *time > 0.0).collect();
        let labels = marks.iter().map(|(text, seconds, _)| (*seconds, letters.width(text) * 1.06 + LABEL_GAP + 6.0));
        time_range(&times, &labels.collect::<Vec<_>>(), plot_width)
    }

    pub(super) fn finding(&self) -> String {
        let marks = self.marks.iter().map(|mark| format!("{} {}", mark.label, duration(mark.seconds)));
        let marks = marks.collect::<Vec<_>>().join(", ");
        let mut text = if marks.is_empty() {
            "Cumulative share of records by latency.".to_owned()
        } else {
            format!("Latency: {marks}.")
        };
        if let Some((label, seconds)) = &self.limit {
            text = format!("{text} Requirement: {label} ({}).", duration(*seconds));
        }
        text
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = vec![["kind", "label", "seconds", "share"].map(str::to_owned).to_vec()];
        let row = |kind: &str, label: &str, seconds: f64, share: String| {
            vec![kind.to_owned(), label.to_owned(), seconds.to_string(), share]
        };
        rows.extend(self.points.iter().map(|(seconds, share)| row("point", "", *seconds, share.to_string())));
        rows.extend(self.marks.iter().map(|mark| row("mark", &mark.label, mark.seconds, mark.share.to_string())));
        rows.extend(self.limit.iter().map(|(label, seconds)| row("requirement", label, *seconds, String::new())));
        rows
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let letters = Letters::new(theme).value;
        let curve = rising(&self.points);
        let marks = self.drawn_marks(letters);
        let plot_width = BODY_WIDTH - SHARES - RIGHT;
        let range = self.range(&curve, &marks, letters, plot_width);
        // Laid out as if the plot began at height 0, to know how far the labels rise above it.
        let times = TimeScale::new(range, (MARGIN + SHARES, MARGIN + SHARES + plot_width));
        let left = MARGIN + SHARES;
        let placed = place(&marks, &times, (left, 0.0), letters);
        let highest = placed.iter().map(|mark| mark.bottom - LABEL).fold(0.0, f64::min);
        let limit_row = if self.limit.is_some() { LIMIT_ROW } else { 0.0 };
        let headroom = 8.0 - highest + limit_row + 22.0;

        let body_height = headroom + PLOT_HEIGHT + BELOW;
        let mut frame = Frame::new(&self.caption.title, &self.caption, body_height, theme);
        let plot =
            Area { x: frame.body.x + SHARES, y: frame.body.y + headroom, width: plot_width, height: PLOT_HEIGHT };
        let placed = place(&marks, &times, (plot.x, plot.y), letters);
        draw_axes(&mut frame, &times, plot, theme);
        if curve.is_empty() && marks.is_empty() {
            let at = (plot.x + plot.width / 2.0, plot.y + plot.height * 0.375);
            frame.scene.text("no records", at, Anchor::Middle, frame.letters.quiet);
        }
        if let Some((label, seconds)) = &self.limit {
            draw_limit(&mut frame, label, times.at(drawable(*seconds)), plot, theme);
        }
        for mark in &placed {
            let guide = (plot.bottom(), mark.dot.1);
            frame.scene.dashes(mark.dot.0, guide, (1.5, 3.5), 1.0, theme.axis);
        }
        draw_curve(&mut frame.scene, &curve, &times, plot, theme);
        for mark in &placed {
            draw_mark(&mut frame, mark, theme);
        }
        frame.scene
    }
}

/// The points that can be drawn, in order. Shares are kept between 0 and 1 and never fall.
pub(super) fn rising(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let finite = |(seconds, share): &(f64, f64)| seconds.is_finite() && share.is_finite();
    let mut curve: Vec<(f64, f64)> = points.iter().copied().filter(finite).collect();
    curve.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut highest: f64 = 0.0;
    for (_, share) in &mut curve {
        highest = highest.max(share.clamp(0.0, 1.0));
        *share = highest;
    }
    curve
}

/// The ends of an axis that shows all of these times, with some air, and leaves room for labels on the left of where they
/// belong, given in seconds with their widths.
pub(super) fn time_range(times: &[f64], labels: &[(f64, f64)], plot_width: f64) -> (f64, f64) {
    let high = times.iter().copied().fold(f64::NAN, f64::max);
    let low = times.iter().copied().fold(f64::NAN, f64::min);
    let (low, high) = if high.is_nan() { (0.1, 10.0) } else { (low, high) };
    let (low, high) = (low.clamp(1e-6, 1e9), high.clamp(1e-6, 1e9));
    let (low, high) = (libm::log10(low.max(high * 1e-10)), libm::log10(high));
    // At least a factor of about six in view, and a twentieth of the width free on either side.
    let air = ((0.8 - (high - low)) / 2.0).max((high - low) * 0.05).max(0.05);
    let (mut low, high) = (low - air, high + air);
    for (seconds, width) in labels {
        let share = (width / plot_width).clamp(0.0, 0.6);
        let at = libm::log10(seconds.max(1e-6)).min(high);
        low = low.min((at - share * high) / (1.0 - share));
    }
    (libm::pow(10.0, low), libm::pow(10.0, high))
}

/// `p95 · 291 s`.
fn mark_text(mark: &LatencyMark, letters: Type) -> String {
    let time = format!(" · {}", duration(mark.seconds));
    let label = letters.cut(&clean(&mark.label), LONGEST_LABEL - letters.width(&time));
    format!("{label}{time}")
}

pub(super) fn shares(plot_top: f64) -> Scale {
    Scale::new((0.0, 1.0), (plot_top + PLOT_HEIGHT, plot_top))
}

/// Places labels from the lowest up, each at its dot or just above the label before. A label without room on the left
/// of its dot stands over it.
fn place(
    marks: &[(String, f64, f64)],
    times: &TimeScale,
    (plot_left, plot_top): (f64, f64),
    letters: Type,
) -> Vec<Placed> {
    let mut free_below = f64::INFINITY;
    let mut placed = Vec::new();
    for (text, seconds, share) in marks {
        let dot = (times.at(*seconds), shares(plot_top).at(*share));
        let leftmost = plot_left + 6.0 + letters.width(text);
        let beside = dot.0 - LABEL_GAP;
        let (right, gap) = if beside >= leftmost { (beside, 1.0) } else { (leftmost, OVER_DOT) };
        let bottom = (dot.1 - gap).min(free_below);
        free_below = bottom - LABEL;
        placed.push(Placed { text: text.clone(), dot, right, bottom, gap });
    }
    placed
}

pub(super) fn draw_axes(frame: &mut Frame, times: &TimeScale, plot: Area, theme: &Theme) {
    let tick = frame.letters.tick;
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let y = shares(plot.y).at(share);
        if share > 0.0 {
            frame.scene.line((plot.x, y), (plot.right(), y), 1.0, theme.grid);
        }
        let label = format!("{:.0} %", share * 100.0);
        frame.scene.text(&label, (plot.x - 10.0, middle_baseline(y, tick)), Anchor::End, tick);
    }
    frame.scene.text("share of records", (frame.body.x, frame.body.y + 10.0), Anchor::Start, tick);
    for time in times.ticks(tick) {
        frame.scene.line((time.at, plot.bottom()), (time.at, plot.bottom() + 5.0), 1.0, theme.axis);
        frame.scene.text(&time.label, (time.at, plot.bottom() + 20.0), Anchor::Middle, tick);
    }
    frame.scene.line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), 1.0, theme.axis);
    frame.scene.text("latency (log scale)", (plot.right(), plot.bottom() + 39.0), Anchor::End, tick);
}

/// The requirement, with its label at the top of its line on the side where there is more room.
pub(super) fn draw_limit(frame: &mut Frame, label: &str, x: f64, plot: Area, theme: &Theme) {
    let top = frame.body.y + 22.0;
    frame.scene.dashes(x, (plot.bottom(), top), (6.0, 4.0), 1.5, theme.limit);
    let letters = Type { colour: theme.limit, ..frame.letters.value };
    let text = letters.cut(&clean(label), (x - plot.x).max(plot.right() - x) - 16.0);
    let baseline = middle_baseline(top + 8.0, letters);
    if x > plot.x + plot.width / 2.0 {
        frame.scene.text(&text, (x - 8.0, baseline), Anchor::End, letters);
    } else {
        frame.scene.text(&text, (x + 8.0, baseline), Anchor::Start, letters);
    }
}

fn draw_curve(scene: &mut Scene, curve: &[(f64, f64)], times: &TimeScale, plot: Area, theme: &Theme) {
    let line = outline(curve, times, plot);
    if !line.is_empty() {
        scene.path(line, 2.5, theme.accent);
    }
}

/// The curve on the page: it rises from zero at its first point and stays where it is after its last.
pub(super) fn outline(curve: &[(f64, f64)], times: &TimeScale, plot: Area) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (curve.first(), curve.last()) else { return Vec::new() };
    let shares = shares(plot.y);
    let start = times.at(first.0);
    let mut points = vec![(plot.x, plot.bottom()), (start, plot.bottom())];
    points.extend(curve.iter().map(|(seconds, share)| (times.at(*seconds), shares.at(*share))));
    points.push((plot.right(), shares.at(last.1)));
    thin(&points)
}

/// Leaves out points closer than half a point to the one before; they cannot be seen.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let far = kept.last().is_none_or(|before| (before.0 - point.0).abs() + (before.1 - point.1).abs() >= 0.5);
        if far || index + 1 == points.len() {
            kept.push(*point);
        }
    }
    kept
}

fn draw_mark(frame: &mut Frame, mark: &Placed, theme: &Theme) {
    let (x, y) = mark.dot;
    let letters = frame.letters.value;
    let middle = mark.bottom - LABEL / 2.0;
    if y - mark.bottom > mark.gap + 3.0 {
        frame.scene.line((x, y), (x.min(mark.right + 4.0), middle), 1.0, theme.axis);
    }
    frame.scene.dot(mark.dot, DOT + 1.5, theme.background);
    frame.scene.dot(mark.dot, DOT, theme.ink);
    let width = letters.width(&mark.text);
    let right = mark.right;
    let area = Area { x: right - width - 5.0, y: mark.bottom - LABEL + 1.0, width: width + 10.0, height: LABEL - 2.0 };
    frame.scene.fill(area, theme.background);
    frame.scene.text(&mark.text, (right, middle_baseline(middle, letters)), Anchor::End, letters);
}
