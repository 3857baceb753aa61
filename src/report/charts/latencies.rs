//! Latencies of several candidates: which share of the records has arrived after how long, one curve each.
//!
//! The name of a curve stands above the plot, and a line leads from it down to the dot where the curve reaches 99 %. Names
//! end before their lines, and the further to the right a curve is the higher its name, so that no line crosses a name.

use super::axis::{TimeScale, duration};
use super::curves::{self, LINE, Label, MOST, SWATCH_ROOM};
use super::frame::{BODY_WIDTH, Frame, Letters, MARGIN};
use super::latency::{
    BELOW, LIMIT_ROW, PLOT_HEIGHT, RIGHT, SHARES, draw_axes, draw_limit, outline, rising, shares, time_range,
};
use super::scene::{Anchor, Area, Scene, clean};
use super::theme::Theme;
use super::{Caption, drawable};

/// How far a name ends before its line, and names are apart in height.
const NAME_GAP: f64 = 9.0;
const BETWEEN: f64 = 5.0;
const DOT: f64 = 3.5;
/// The widest name, with the piece of its curve and its figure.
const WIDEST: f64 = 420.0;

/// The cumulative distribution of a candidate's latency.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyCurve {
    /// The candidate.
    pub name: String,
    /// Which colour and dashes it has: the same in every chart that shows it.
    pub series: usize,
    /// Latency in seconds and the share of records, from 0 to 1, that took at most so long.
    pub points: Vec<(f64, f64)>,
    /// The latency that half of the records stay below, in seconds.
    pub p50: f64,
    /// The latency that 99 % of the records stay below, in seconds.
    pub p99: f64,
}

/// The latencies of candidates over each other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LatenciesChart {
    /// The words around it.
    pub caption: Caption,
    /// The candidates; the first eight are drawn.
    pub curves: Vec<LatencyCurve>,
    /// A requirement: how it reads ("asked for: 15 min") and its seconds.
    pub limit: Option<(String, f64)>,
}

/// The name of a group of curves and where it stands.
struct Named {
    label: Label,
    /// The dot it belongs to.
    dot: (f64, f64),
    /// The left, the right and the lower edge.
    left: f64,
    right: f64,
    bottom: f64,
}

impl LatenciesChart {
    pub(super) fn finding(&self) -> String {
        let curve = |curve: &LatencyCurve| {
            let finite = curve.p50.is_finite() && curve.p99.is_finite();
            let figures = format!("p50 {}, p99 {}", duration(curve.p50), duration(curve.p99));
            format!("{} {}", curve.name, if finite { figures } else { "unknown".to_owned() })
        };
        let curves: Vec<String> = self.curves.iter().map(curve).collect();
        let curves = if curves.is_empty() { "none".to_owned() } else { curves.join("; ") };
        let limit =
            self.limit.iter().map(|(label, seconds)| format!(" Requirement: {label} ({}).", duration(*seconds)));
        format!("Latency of each candidate: {curves}.{}", limit.collect::<String>())
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let row = |name: &str, kind: &str, seconds: f64, share: String| {
            vec![name.to_owned(), kind.to_owned(), seconds.to_string(), share]
        };
        let mut rows = vec![["candidate", "kind", "seconds", "share"].map(str::to_owned).to_vec()];
        for curve in &self.curves {
            rows.extend(curve.points.iter().map(|(at, share)| row(&curve.name, "point", *at, share.to_string())));
            rows.push(row(&curve.name, "p50", curve.p50, "0.5".to_owned()));
            rows.push(row(&curve.name, "p99", curve.p99, "0.99".to_owned()));
        }
        rows.extend(self.limit.iter().map(|(label, seconds)| row(label, "requirement", *seconds, String::new())));
        rows
    }

    fn drawn(&self) -> &[LatencyCurve] {
        &self.curves[..self.curves.len().min(MOST)]
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let letters = Letters::new(theme);
        let plot_width = BODY_WIDTH - SHARES - RIGHT;
        let rising: Vec<Vec<(f64, f64)>> = self.drawn().iter().map(|curve| rising(&curve.points)).collect();
        let times = self.times(&rising, letters, plot_width);
        // Laid out as if the plot began at height 0, to know how far the names rise above it.
        let plot = Area { x: MARGIN + SHARES, y: 0.0, width: plot_width, height: PLOT_HEIGHT };
        let outlines = |plot: Area| rising.iter().map(|curve| outline(curve, &times, plot)).collect::<Vec<_>>();
        let groups = curves::groups(&outlines(plot));
        let named = self.names(&groups, &times, plot, letters);
        let highest = named.iter().map(|name| name.bottom - name.label.height()).fold(0.0, f64::min);
        let limit_row = if self.limit.is_some() { LIMIT_ROW } else { 0.0 };
        let headroom = 30.0 - highest + limit_row;

        let mut frame = Frame::new(&self.caption.title, &self.caption, headroom + PLOT_HEIGHT + BELOW, theme);
        let plot = Area { y: frame.body.y + headroom, ..plot };
        draw_axes(&mut frame, &times, plot, theme);
        self.draw_notes(&mut frame, &groups, plot);
        if let Some((label, seconds)) = &self.limit {
            draw_limit(&mut frame, label, times.at(drawable(*seconds)), plot, theme);
        }
        let lines = outlines(plot);
        for group in &groups {
            let series: Vec<usize> = group.iter().map(|member| self.curves[*member].series).collect();
            curves::draw(&mut frame.scene, &lines[group[0]], &series, theme);
        }
        for name in self.names(&groups, &times, plot, letters) {
            draw_name(&mut frame, &name, theme);
        }
        for group in &groups {
            self.draw_dots(&mut frame.scene, group, &times, plot, theme);
        }
        frame.scene
    }

    /// The axis: all curves, the requirement, and room for every name.
    fn times(&self, rising: &[Vec<(f64, f64)>], letters: Letters, plot_width: f64) -> TimeScale {
        // The first two in a thousand may be nearly immediate; they must not push everything else to the right.
        let points = rising.iter().flatten().filter(|(_, share)| *share >= 0.002).map(|(seconds, _)| *seconds);
        let figures = self.drawn().iter().flat_map(|curve| [curve.p50, curve.p99]);
        let limit = self.limit.iter().map(|(_, seconds)| *seconds);
        let times: Vec<f64> =
            points.chain(figures).chain(limit).filter(|time| time.is_finite() && *time > 0.0).collect();
        let widths = self.drawn().iter().zip(rising).map(|(curve, points)| {
            let width = label(&[curve], letters).width(letters.value, letters.quiet);
            (top(curve, points).0, width + NAME_GAP - SHARES)
        });
        let ends = time_range(&times, &widths.collect::<Vec<_>>(), plot_width);
        TimeScale::new(ends, (MARGIN + SHARES, MARGIN + SHARES + plot_width))
    }

    /// Places names from the leftmost curve on, each above those that its own line would cross or that it would touch.
    fn names(&self, groups: &[Vec<usize>], times: &TimeScale, plot: Area, letters: Letters) -> Vec<Named> {
        let mut named: Vec<Named> = Vec::new();
        let dot = |group: &&Vec<usize>| {
            let curve = &self.curves[group[0]];
            let (seconds, share) = top(curve, &rising(&curve.points));
            (times.at(seconds), shares(plot.y).at(share))
        };
        let mut sorted: Vec<&Vec<usize>> = groups.iter().collect();
        sorted.sort_by(|a, b| dot(a).0.total_cmp(&dot(b).0));
        for group in sorted {
            let members: Vec<&LatencyCurve> = group.iter().map(|member| &self.curves[*member]).collect();
            let label = label(&members, letters);
            let dot = dot(&group);
            let width = label.width(letters.value, letters.quiet);
            let left = (dot.0 - NAME_GAP - width).max(MARGIN);
            let in_the_way = named.iter().filter(|other| other.right.max(other.dot.0) + NAME_GAP > left);
            let above = in_the_way.map(|other| other.bottom - other.label.height() - BETWEEN);
            let bottom = above.fold(plot.y - 10.0, f64::min);
            named.push(Named { label, dot, left, right: left + width, bottom });
        }
        named
    }

    /// Where half and 99 % of the records are there.
    fn draw_dots(&self, scene: &mut Scene, group: &[usize], times: &TimeScale, plot: Area, theme: &Theme) {
        let Some(curve) = group.first().map(|first| &self.curves[*first]) else { return };
        let colour = if group.len() > 1 { theme.ink } else { theme.series[curve.series % MOST] };
        for (seconds, share) in [(curve.p50, 0.5), (curve.p99, 0.99)] {
            if seconds.is_finite() {
                let at = (times.at(seconds), shares(plot.y).at(share));
                scene.dot(at, DOT + 1.5, theme.background);
                scene.dot(at, DOT, colour);
            }
        }
    }

    /// What the picture does not say by itself, below the axis on the left.
    fn draw_notes(&self, frame: &mut Frame, groups: &[Vec<usize>], plot: Area) {
        let mut notes = Vec::new();
        if groups.iter().any(|group| group.len() > 1) {
            notes.push("striped: too close to tell apart".to_owned());
        }
        if self.curves.len() > MOST {
            notes.push(format!("{} more in the data", self.curves.len() - MOST));
        }
        let tick = frame.letters.tick;
        frame.scene.text(&notes.join(" · "), (plot.x, plot.bottom() + 39.0), Anchor::Start, tick);
        if groups.is_empty() {
            let at = (plot.x + plot.width / 2.0, plot.y + plot.height * 0.375);
            frame.scene.text("no records", at, Anchor::Middle, frame.letters.quiet);
        }
    }
}

fn label(members: &[&LatencyCurve], letters: Letters) -> Label {
    let line = |curve: &&LatencyCurve| {
        let figure =
            if curve.p99.is_finite() { format!("p99 {}", duration(curve.p99)) } else { "p99 unknown".to_owned() };
        let room = WIDEST - SWATCH_ROOM - letters.quiet.width(&figure) * 1.06 - 10.0;
        (curve.series, vec![letters.value.cut_name(&clean(&curve.name), room)], figure)
    };
    Label { names: members.iter().map(line).collect() }
}

/// The point of a curve that its name belongs to: 99 %, or its end where that is not known.
fn top(curve: &LatencyCurve, points: &[(f64, f64)]) -> (f64, f64) {
    if curve.p99.is_finite() { (curve.p99, 0.99) } else { points.last().copied().unwrap_or((1.0, 1.0)) }
}

fn draw_name(frame: &mut Frame, name: &Named, theme: &Theme) {
    let (height, letters) = (name.label.height(), (frame.letters.value, frame.letters.quiet));
    let (top, x) = (name.bottom - height, name.dot.0);
    let width = name.right - name.left;
    frame.scene.line((x, name.dot.1), (x, top + LINE / 2.0), 1.0, theme.axis);
    for line in 0..name.label.names.len() {
        let middle = top + LINE * (line as f64 + 0.5);
        frame.scene.line((x, middle), (x - 5.0, middle), 1.0, theme.axis);
    }
    frame.scene.fill(Area { x: name.left - 4.0, y: top, width: width + 6.0, height }, theme.background);
    name.label.draw(&mut frame.scene, (name.left, top), letters, theme);
}
