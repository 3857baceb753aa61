//! Cost against volume: a curve for each candidate, both scales logarithmic.
//!
//! Names stand in a column on the right, each with a line to the end of its curve. Where the cheapest candidate changes is
//! named below and to the right of its dot: bills rise with the volume, so no curve that is dearer comes there.

use super::axis::{Scale, decades, money, number};
use super::curves::{self, Label, Line, MOST, SWATCH_ROOM};
use super::frame::{BODY_WIDTH, Frame, Letters, MARGIN, middle_baseline};
use super::scene::{Anchor, Area, Scene, Type, clean};
use super::theme::Theme;
use super::{Caption, drawable};

const PLOT_HEIGHT: f64 = 340.0;
/// Room for the amounts on the left and for the names on the right.
const AMOUNTS: f64 = 62.0;
const NAMES: f64 = 212.0;
const PLOT_WIDTH: f64 = BODY_WIDTH - AMOUNTS - NAMES;
/// How far the names stand from the plot.
const NAMES_GAP: f64 = 20.0;
const ABOVE: f64 = 50.0;
const BELOW: f64 = 52.0;
/// How far from the plot it says what the ticks are.
const CAPTION: f64 = 46.0;
const BETWEEN: f64 = 6.0;
/// A crossing's name: how far from its dot, its height, and its widest line.
const NAME_GAP: f64 = 9.0;
const NAME_LINE: f64 = 18.0;
const WIDEST: f64 = 380.0;
const DOT: f64 = 4.5;
/// How many crossings are named; all have a dot.
const NAMED: usize = 6;
/// The least rate and the least amount that are told from nothing.
const LEAST: f64 = 1e-6;
/// The widest span of amounts that is shown, as a factor.
const SPAN: f64 = 1e9;

/// What a candidate costs at each volume.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeCurve {
    /// The candidate.
    pub name: String,
    /// Which colour and dashes it has: the same in every chart that shows it.
    pub series: usize,
    /// Records a second and US dollars a month, by rising volume; `None` where a price is not known.
    pub points: Vec<(f64, Option<f64>)>,
}

/// Where the cheapest candidate changes.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeCrossing {
    /// What happens there: "Data Streams is cheaper from 310 records/s on".
    pub label: String,
    /// Records a second.
    pub records_per_s: f64,
    /// What a month costs there, in US dollars.
    pub usd: f64,
}

/// The bills of candidates over the volume.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VolumeChart {
    /// The words around it.
    pub caption: Caption,
    /// The candidates; the first eight are drawn.
    pub curves: Vec<VolumeCurve>,
    /// Where the cheapest of them changes.
    pub crossings: Vec<VolumeCrossing>,
    /// A volume to point out: how it reads ("this scenario: 100 records/s") and its records a second.
    pub own: Option<(String, f64)>,
    /// Seconds in a month, for the second line of volumes.
    pub seconds_a_month: f64,
}

/// Logarithmic scales, with the powers of ten they show.
#[derive(Clone, Copy)]
struct Plane {
    rates: Scale,
    amounts: Scale,
    /// Logarithms of the ends.
    across: (f64, f64),
    up: (f64, f64),
    area: Area,
    /// The height that nothing is drawn below.
    floor: f64,
}

impl Plane {
    fn at(&self, (rate, usd): (f64, f64)) -> (f64, f64) {
        (self.rates.at(logarithm(rate)), self.amounts.at(logarithm(usd)).min(self.floor))
    }
}

/// The name of a crossing, its lines below each other, at its place.
struct Named {
    lines: Vec<String>,
    dot: (f64, f64),
    left: f64,
    top: f64,
}

fn logarithm(value: f64) -> f64 {
    libm::log10(drawable(value).max(LEAST))
}

fn shown(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

impl VolumeChart {
    pub(super) fn finding(&self) -> String {
        let ends = |curve: &VolumeCurve| {
            let known: Vec<(f64, f64)> = curve.points.iter().filter_map(|(rate, usd)| Some((*rate, (*usd)?))).collect();
            let end = |point: Option<&(f64, f64)>| {
                point.map(|(rate, usd)| format!("{} USD at {} records/s", money(*usd), number(*rate)))
            };
            match (end(known.first()), end(known.last())) {
                (Some(low), Some(high)) => format!("{} from {low} to {high}", curve.name),
                _ => format!("{} unknown", curve.name),
            }
        };
        let curves: Vec<String> = self.curves.iter().map(ends).collect();
        let curves = if curves.is_empty() { "none".to_owned() } else { curves.join("; ") };
        let crossing = |crossing: &VolumeCrossing| format!(" {}, at {} USD.", crossing.label, money(crossing.usd));
        let crossings: Vec<String> = self.crossings.iter().map(crossing).collect();
        let own = self.own.as_ref().map_or_else(String::new, |(label, _)| format!(" {label}."));
        format!("A month's bill by volume: {curves}.{}{own}", crossings.concat())
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let row = |kind: &str, label: &str, rate: f64, usd: Option<f64>| {
            let usd = usd.map(|usd| usd.to_string()).unwrap_or_default();
            vec![kind.to_owned(), label.to_owned(), rate.to_string(), usd]
        };
        let mut rows = vec![["kind", "label", "records_per_s", "usd_a_month"].map(str::to_owned).to_vec()];
        for curve in &self.curves {
            rows.extend(curve.points.iter().map(|(rate, usd)| row("point", &curve.name, *rate, *usd)));
        }
        rows.extend(self.crossings.iter().map(|at| row("crossover", &at.label, at.records_per_s, Some(at.usd))));
        rows.extend(self.own.iter().map(|(label, rate)| row("volume", label, *rate, None)));
        rows
    }

    fn drawn(&self) -> &[VolumeCurve] {
        &self.curves[..self.curves.len().min(MOST)]
    }

    /// Crossings that can be drawn, by rising volume.
    fn drawn_crossings(&self) -> Vec<&VolumeCrossing> {
        let mut list: Vec<_> = self.crossings.iter().filter(|at| shown(at.records_per_s) && shown(at.usd)).collect();
        list.sort_by(|a, b| a.records_per_s.total_cmp(&b.records_per_s));
        list
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let letters = Letters::new(theme);
        // Laid out as if the plot began at height 0, to know how much room the names need.
        let names = self.names(&self.plane(0.0, PLOT_HEIGHT, 0.0), letters);
        let column: f64 = names.iter().map(|(label, _)| label.height() + BETWEEN).sum();
        let height = PLOT_HEIGHT.max(column);
        let lowest = self.crossing_names(&self.plane(0.0, height, 0.0), letters.label);
        let lowest = lowest.iter().map(|name| name.top + NAME_LINE * name.lines.len() as f64).fold(0.0, f64::max);
        let extra = (lowest + 6.0 - height).max(0.0);

        let body_height = ABOVE + height + extra + BELOW;
        let mut frame = Frame::new(&self.caption.title, &self.caption, body_height, theme);
        let plane = self.plane(frame.body.y + ABOVE, height, extra);
        draw_axes(&mut frame, &plane, self.seconds_a_month, theme);
        if names.is_empty() && self.drawn_crossings().is_empty() {
            let at = (plane.area.x + plane.area.width / 2.0, plane.area.y + plane.area.height * 0.375);
            frame.scene.text("no amounts", at, Anchor::Middle, frame.letters.quiet);
        }
        self.draw_heading(&mut frame, &names);
        self.draw_own(&mut frame, &plane, theme);
        for (series, line) in self.strokes(&plane) {
            curves::draw(&mut frame.scene, &line, &series, theme);
        }
        draw_names(&mut frame, &self.names(&plane, letters), &plane, theme);
        self.draw_crossings(&mut frame, &plane, theme);
        frame.scene
    }

    /// The scales for a plot of this height, with extra room below all curves.
    fn plane(&self, top: f64, height: f64, extra: f64) -> Plane {
        let points = || {
            let all = self.drawn().iter().flat_map(|curve| curve.points.iter().copied());
            let known = all.filter_map(|(rate, usd)| Some((rate, usd?)));
            known.chain(self.drawn_crossings().into_iter().map(|at| (at.records_per_s, at.usd)))
        };
        let own = self.own.iter().map(|(_, rate)| *rate);
        let across = ends(points().map(|point| point.0).chain(own), f64::INFINITY);
        let (low, high) = ends(points().map(|point| point.1), SPAN);
        let air = (high - low) * 0.03;
        let (low, high) = (low - air, high + air);
        let low = low - extra / height * (high - low);
        let area = Area { x: MARGIN + AMOUNTS, y: top, width: PLOT_WIDTH, height: height + extra };
        Plane {
            rates: Scale::new(across, (area.x, area.right())),
            amounts: Scale::new((low, high), (area.bottom(), area.y)),
            across,
            up: (low, high),
            area,
            floor: top + height,
        }
    }

    /// The pieces of a curve between amounts that are not known or not above zero.
    fn pieces(curve: &VolumeCurve, plane: &Plane) -> Vec<Line> {
        let mut points: Vec<(f64, Option<f64>)> = curve.points.iter().copied().filter(|point| shown(point.0)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let known = |point: &(f64, Option<f64>)| point.1.is_some_and(shown);
        let pieces = points.split(|point| !known(point)).filter(|piece| !piece.is_empty());
        pieces.map(|piece| piece.iter().filter_map(|(rate, usd)| Some(plane.at((*rate, (*usd)?)))).collect()).collect()
    }

    /// Which curves coincide.
    fn groups(&self, plane: &Plane) -> Vec<Vec<usize>> {
        let lines: Vec<Line> = self.drawn().iter().map(|curve| Self::pieces(curve, plane).concat()).collect();
        curves::groups(&lines)
    }

    /// What to draw: lines with the colours of those that share them.
    fn strokes(&self, plane: &Plane) -> Vec<(Vec<usize>, Line)> {
        let mut strokes = Vec::new();
        for group in self.groups(plane) {
            let series: Vec<usize> = group.iter().map(|member| self.curves[*member].series).collect();
            strokes.extend(Self::pieces(&self.curves[group[0]], plane).into_iter().map(|line| (series.clone(), line)));
        }
        strokes
    }

    /// The names of the curves with the ends of these, from the top down.
    fn names(&self, plane: &Plane, letters: Letters) -> Vec<(Label, (f64, f64))> {
        let room = NAMES - NAMES_GAP - SWATCH_ROOM;
        let name = |member: &usize| {
            let curve = &self.curves[*member];
            (curve.series, letters.label.wrap(&bound(&clean(&curve.name), room, letters.label), room, 3), String::new())
        };
        let end = |group: &Vec<usize>| Self::pieces(&self.curves[group[0]], plane).last()?.last().copied();
        let groups = self.groups(plane);
        let mut names: Vec<(Label, (f64, f64))> = groups
            .iter()
            .filter_map(|group| Some((Label { names: group.iter().map(name).collect() }, end(group)?)))
            .collect();
        names.sort_by(|a, b| a.1.1.total_cmp(&b.1.1));
        names
    }

    /// Places the names of the crossings: those of higher volumes first, each below its dot, below all curves where it
    /// stands, and below the names before it.
    fn crossing_names(&self, plane: &Plane, letters: Type) -> Vec<Named> {
        let lines: Vec<Line> = self.drawn().iter().flat_map(|curve| Self::pieces(curve, plane)).collect();
        let crossings = self.drawn_crossings();
        let mut free_from = f64::NEG_INFINITY;
        let mut named = Vec::new();
        for crossing in crossings.into_iter().take(NAMED).rev() {
            let dot = plane.at((crossing.records_per_s, crossing.usd));
            let room = (plane.area.right() - dot.0 - NAME_GAP).clamp(170.0, WIDEST);
            // A volume stays together with its unit.
            let label = clean(&crossing.label).replace(" records/s", "\u{a0}records/s");
            let words = letters.wrap(&label, room, 2);
            let width = words.iter().map(|line| letters.width(line) * 1.06).fold(0.0, f64::max);
            let left = (dot.0 + NAME_GAP).min(plane.area.right() - width);
            let lowest = lines.iter().map(|line| lowest_between(line, (left, left + width))).fold(dot.1, f64::max);
            let top = (lowest + NAME_GAP).max(free_from);
            free_from = top + NAME_LINE * words.len() as f64 + BETWEEN;
            named.push(Named { lines: words, dot, left, top });
        }
        named
    }

    fn draw_crossings(&self, frame: &mut Frame, plane: &Plane, theme: &Theme) {
        let letters = frame.letters.label;
        let names = self.crossing_names(plane, letters);
        for name in &names {
            frame.scene.line(name.dot, (name.dot.0, name.top + NAME_LINE / 2.0), 1.0, theme.axis);
        }
        for crossing in self.drawn_crossings() {
            let dot = plane.at((crossing.records_per_s, crossing.usd));
            frame.scene.dot(dot, DOT + 1.5, theme.background);
            frame.scene.dot(dot, DOT, theme.ink);
        }
        for name in &names {
            let mut middle = name.top + NAME_LINE / 2.0;
            for line in &name.lines {
                let at = (name.left, middle_baseline(middle, letters));
                frame.scene.text_over(line, at, letters, theme.background);
                middle += NAME_LINE;
            }
        }
    }

    /// What the amounts are, and what the picture does not say by itself.
    fn draw_heading(&self, frame: &mut Frame, names: &[(Label, (f64, f64))]) {
        let mut heading = vec!["USD a month (log scale)".to_owned()];
        if names.iter().any(|(label, _)| label.names.len() > 1) {
            heading.push("striped: too close to tell apart".to_owned());
        }
        if self.curves.len() > MOST {
            heading.push(format!("{} more in the data", self.curves.len() - MOST));
        }
        frame.scene.text(&heading.join(" · "), (frame.body.x, frame.body.y + 10.0), Anchor::Start, frame.letters.tick);
    }

    /// The volume to point out, with its label on the side where there is more room.
    fn draw_own(&self, frame: &mut Frame, plane: &Plane, theme: &Theme) {
        let Some((label, rate)) = self.own.as_ref().filter(|(_, rate)| shown(*rate)) else { return };
        let x = plane.rates.at(logarithm(*rate));
        let top = frame.body.y + 22.0;
        frame.scene.dashes(x, (plane.area.bottom(), top), (6.0, 4.0), 1.5, theme.muted);
        let letters = frame.letters.quiet;
        let (left, right) = (x - plane.area.x, frame.body.right() - x);
        let text = letters.cut(&clean(label), left.max(right) - 16.0);
        let baseline = middle_baseline(top + 8.0, letters);
        if left > right {
            frame.scene.text(&text, (x - 8.0, baseline), Anchor::End, letters);
        } else {
            frame.scene.text(&text, (x + 8.0, baseline), Anchor::Start, letters);
        }
    }
}

/// Logarithms of the least and the greatest value above zero, no further apart than a factor; a decade where there is none.
fn ends(values: impl Iterator<Item = f64>, span: f64) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    for value in values.filter(|value| shown(*value)) {
        let value = drawable(value).max(LEAST);
        (low, high) = (low.min(value), high.max(value));
    }
    if high <= 0.0 {
        return (0.0, 1.0);
    }
    let (low, high) = (logarithm(low.max(high / span)), logarithm(high));
    // Half a decade in view at the least.
    let air = ((0.5 - (high - low)) / 2.0).max(0.0);
    (low - air, high + air)
}

/// The lowest place of a line between two places across.
fn lowest_between(line: &[(f64, f64)], (left, right): (f64, f64)) -> f64 {
    let touching = line.windows(2).filter(|ends| ends[1].0 >= left && ends[0].0 <= right);
    let inside = touching.map(|ends| {
        let at = |x: f64| {
            let share = (x - ends[0].0) / (ends[1].0 - ends[0].0).max(1e-9);
            ends[0].1 + share.clamp(0.0, 1.0) * (ends[1].1 - ends[0].1)
        };
        at(left).max(at(right))
    });
    inside.fold(f64::NEG_INFINITY, f64::max)
}

fn draw_axes(frame: &mut Frame, plane: &Plane, seconds_a_month: f64, theme: &Theme) {
    let (tick, area) = (frame.letters.tick, plane.area);
    for power in decades(plane.up, 8.0) {
        let y = plane.amounts.at(power);
        frame.scene.line((area.x, y), (area.right(), y), 1.0, theme.grid);
        let text = number(libm::pow(10.0, power));
        frame.scene.text(&text, (area.x - 10.0, middle_baseline(y, tick)), Anchor::End, tick);
    }
    frame.scene.line((area.x, area.bottom()), (area.right(), area.bottom()), 1.0, theme.axis);
    let month = if shown(seconds_a_month) { seconds_a_month } else { 1.0 };
    for (row, (factor, name)) in [(1.0, "records a second"), (month, "records a month")].into_iter().enumerate() {
        if row == 1 && month <= 1.0 {
            continue;
        }
        let shift = libm::log10(factor);
        let baseline = area.bottom() + 20.0 + 19.0 * row as f64;
        let mut free_from = f64::NEG_INFINITY;
        for power in decades((plane.across.0 + shift, plane.across.1 + shift), 7.0) {
            let x = plane.rates.at(power - shift);
            if row == 0 {
                frame.scene.line((x, area.bottom()), (x, area.bottom() + 5.0), 1.0, theme.axis);
            }
            let text = number(libm::pow(10.0, power));
            let half = tick.width(&text) * 0.53;
            if x - half > free_from && x - half >= MARGIN && x + half < area.right() + CAPTION - 8.0 {
                frame.scene.text(&text, (x, baseline), Anchor::Middle, tick);
                free_from = x + half + 10.0;
            }
        }
        frame.scene.text(name, (area.right() + CAPTION, baseline), Anchor::Start, tick);
    }
}

/// Names in a column, each as near to the end of its curve as those above and below it allow.
fn draw_names(frame: &mut Frame, names: &[(Label, (f64, f64))], plane: &Plane, theme: &Theme) {
    let x = plane.area.right() + NAMES_GAP;
    let heights: Vec<f64> = names.iter().map(|(label, _)| label.height() + BETWEEN).collect();
    let wanted: Vec<f64> = names.iter().zip(&heights).map(|((_, end), height)| end.1 - height / 2.0).collect();
    let tops = spread(&wanted, &heights, (plane.area.y, plane.area.bottom()));
    for (((label, end), height), top) in names.iter().zip(&heights).zip(tops) {
        let middle = top + height / 2.0;
        frame.scene.line((end.0 + 3.0, end.1), (x - 7.0, middle), 1.0, theme.axis);
        if label.names.len() > 1 {
            frame.scene.line((x - 7.0, top + BETWEEN), (x - 7.0, top + height - BETWEEN), 1.0, theme.axis);
        }
        let letters = (frame.letters.label, frame.letters.quiet);
        label.draw(&mut frame.scene, (x, top + BETWEEN / 2.0), letters, theme);
    }
}

/// A name of several parts, to be broken between them only, where each has room enough.
fn bound(name: &str, room: f64, letters: Type) -> String {
    const JOINT: &str = " › ";
    if name.split(JOINT).all(|part| letters.width(part) * 1.1 + letters.width(JOINT) <= room) {
        name.split(JOINT).map(|part| part.replace(' ', "\u{a0}")).collect::<Vec<_>>().join("\u{a0}› ")
    } else {
        name.to_owned()
    }
}

/// Upper edges of things that would like to be somewhere and must not overlap: pushed down, then back up from the bottom.
fn spread(wanted: &[f64], heights: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut free_from = top;
    let mut tops = Vec::new();
    for (wanted, height) in wanted.iter().zip(heights) {
        let at = wanted.max(free_from);
        free_from = at + height;
        tops.push(at);
    }
    let mut free_to = bottom;
    for (at, height) in tops.iter_mut().zip(heights).rev() {
        *at = at.min(free_to - height);
        free_to = *at;
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_that_are_spread_keep_their_order_and_stay_inside() {
        assert_eq!(spread(&[50.0, 52.0, 300.0], &[20.0, 20.0, 20.0], (0.0, 310.0)), [50.0, 70.0, 290.0]);
        assert_eq!(spread(&[90.0, 90.0], &[20.0, 30.0], (0.0, 100.0)), [50.0, 70.0]);
    }
}
