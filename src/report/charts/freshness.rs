//! Freshness: how old the oldest record on its way is while a run goes on.
//!
//! Ages stand on a logarithmic axis, since an outage raises them from seconds to hours. A time in which a service takes
//! nothing is shaded over the whole height and named above it; the requirement is a dashed line with its name on it.

use super::axis::{Scale, TimeScale, duration, time_ticks};
use super::frame::{BODY_WIDTH, Frame, middle_baseline};
use super::scene::{Anchor, Area, Type, clean};
use super::theme::Theme;
use super::{Caption, Scene, drawable};

const PLOT_HEIGHT: f64 = 300.0;
/// Room for the labels of the age axis.
const AGES: f64 = 60.0;
const RIGHT: f64 = 14.0;
/// Room for the key, above the plot, and for the names of outages.
const ABOVE: f64 = 30.0;
const SHADE_ROW: f64 = 20.0;
const BELOW: f64 = 44.0;
const MEAN_WIDTH: f64 = 2.5;
const LARGEST_WIDTH: f64 = 1.25;

/// The age of the oldest record in one part of a run, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Age {
    /// The middle of the part.
    pub at: f64,
    /// Mean over the part; `None` where nothing was on its way.
    pub mean: Option<f64>,
    /// Largest value in the part, of all replications.
    pub largest: Option<f64>,
}

/// A time in which a service takes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Shade {
    /// What it is: "S3 takes nothing".
    pub label: String,
    /// From when, in seconds.
    pub from: f64,
    /// To when.
    pub to: f64,
}

/// The course of the freshness.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FreshnessChart {
    /// The words around it.
    pub caption: Caption,
    /// Length of the run in seconds.
    pub span: f64,
    /// The ages, in the order of time.
    pub ages: Vec<Age>,
    /// A requirement: how it reads and its seconds.
    pub limit: Option<(String, f64)>,
    /// Outages.
    pub shades: Vec<Shade>,
}

impl FreshnessChart {
    fn largest(&self) -> f64 {
        self.ages.iter().filter_map(|age| age.largest).map(drawable).fold(0.0, f64::max)
    }

    pub(super) fn finding(&self) -> String {
        let mut text = format!("Age of the oldest record on its way, over time: at most {}.", duration(self.largest()));
        if let Some((label, seconds)) = &self.limit {
            text = format!("{text} Requirement: {label} ({}).", duration(*seconds));
        }
        for shade in &self.shades {
            text = format!("{text} {} from {} to {}.", shade.label, duration(shade.from), duration(shade.to));
        }
        text
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = vec![["kind", "label", "from_s", "to_s", "mean_s", "largest_s"].map(str::to_owned).to_vec()];
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let row = |kind: &str, label: &str, rest: [Option<f64>; 4]| {
            [kind, label].into_iter().map(str::to_owned).chain(rest.map(number)).collect()
        };
        rows.extend(self.ages.iter().map(|age| row("age", "", [Some(age.at), None, age.mean, age.largest])));
        rows.extend(
            self.limit.iter().map(|(label, limit)| row("requirement", label, [None, None, None, Some(*limit)])),
        );
        rows.extend(
            self.shades.iter().map(|shade| row("outage", &shade.label, [Some(shade.from), Some(shade.to), None, None])),
        );
        rows
    }

    /// The ages at the ends of the axis: all that is shown with some air, and at least a factor of six.
    fn range(&self) -> (f64, f64) {
        let shown = self.ages.iter().flat_map(|age| [age.mean, age.largest]).flatten();
        let shown = shown.chain(self.limit.iter().map(|(_, seconds)| *seconds));
        let shown: Vec<f64> = shown.map(drawable).filter(|age| *age > 0.0).map(|age| age.clamp(1e-6, 1e9)).collect();
        let high = shown.iter().copied().fold(f64::NAN, f64::max);
        let low = shown.iter().copied().fold(f64::NAN, f64::min);
        let (low, high) = if high.is_nan() { (0.1, 10.0) } else { (low, high) };
        let (low, high) = (libm::log10(low.max(high * 1e-6)), libm::log10(high));
        let air = ((0.8 - (high - low)) / 2.0).max((high - low) * 0.08).max(0.08);
        (libm::pow(10.0, low - air), libm::pow(10.0, high + air))
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let above = if self.shades.is_empty() { ABOVE } else { ABOVE + SHADE_ROW };
        let mut frame = Frame::new(&self.caption.title, &self.caption, above + PLOT_HEIGHT + BELOW, theme);
        let plot = Area {
            x: frame.body.x + AGES,
            y: frame.body.y + above,
            width: BODY_WIDTH - AGES - RIGHT,
            height: PLOT_HEIGHT,
        };
        let ages = TimeScale::new(self.range(), (plot.bottom(), plot.y));
        let times = Scale::new((0.0, drawable(self.span).max(1e-6)), (plot.x, plot.right()));
        draw_shades(&mut frame, &self.shades, &times, plot, theme);
        draw_axes(&mut frame, &ages, &times, plot, theme);
        let line = |pick: fn(&Age) -> Option<f64>| lines(&self.ages, pick, &times, &ages);
        let (largest, mean) = (line(|age| age.largest), line(|age| age.mean));
        if let Some((label, seconds)) = &self.limit {
            let drawn: Vec<(f64, f64)> = largest.iter().chain(&mean).flatten().copied().collect();
            draw_limit(&mut frame, label, ages.at(drawable(*seconds)), &drawn, plot, theme);
        }
        for points in largest {
            frame.scene.path(points, LARGEST_WIDTH, theme.axis);
        }
        for points in mean {
            frame.scene.path(points, MEAN_WIDTH, theme.accent);
        }
        if self.ages.iter().all(|age| age.mean.is_none()) {
            // At the bottom, where the name of the requirement never is.
            let at = (plot.right() - 8.0, plot.bottom() - 12.0);
            frame.scene.text("nothing was collected", at, Anchor::End, frame.letters.quiet);
        }
        draw_key(&mut frame, theme);
        frame.scene
    }
}

/// Connected points; where there is no value the line is broken, and a single point becomes a short line.
fn lines(ages: &[Age], pick: fn(&Age) -> Option<f64>, times: &Scale, scale: &TimeScale) -> Vec<Vec<(f64, f64)>> {
    let mut lines = vec![Vec::new()];
    for age in ages {
        match pick(age).filter(|value| value.is_finite() && *value > 0.0) {
            Some(value) => {
                if let Some(line) = lines.last_mut() {
                    line.push((times.at(age.at), scale.at(value)));
                }
            }
            None if lines.last().is_some_and(|line| !line.is_empty()) => lines.push(Vec::new()),
            None => {}
        }
    }
    for line in &mut lines {
        if let [(x, y)] = line.as_slice() {
            *line = vec![(x - 1.0, *y), (x + 1.0, *y)];
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Shaded spans, each with its name above it where that has room beside the others.
fn draw_shades(frame: &mut Frame, shades: &[Shade], times: &Scale, plot: Area, theme: &Theme) {
    let letters = frame.letters.tick;
    // Names stay right of the labels of ages.
    let mut free_from = plot.x;
    for shade in shades {
        let (left, right) = (times.at(drawable(shade.from)), times.at(drawable(shade.to)));
        let area = Area { x: left, y: plot.y, width: (right - left).max(1.0), height: plot.height };
        frame.scene.fill(area, theme.background.mixed(theme.limit, 0.12));
        for x in [area.x, area.right()] {
            frame.scene.line((x, plot.y), (x, plot.bottom()), 1.0, theme.background.mixed(theme.limit, 0.45));
        }
        let text = letters.cut(&clean(&shade.label), (plot.width - 8.0) / 1.06);
        let half = letters.width(&text) * 0.53 + 4.0;
        let middle = (left + area.width / 2.0).clamp(plot.x + half, (plot.right() - half).max(plot.x + half));
        if middle - half >= free_from {
            let baseline = middle_baseline(plot.y - 11.0, letters);
            frame.scene.text(&text, (middle, baseline), Anchor::Middle, letters);
            free_from = middle + half;
        }
    }
}

fn draw_axes(frame: &mut Frame, ages: &TimeScale, times: &Scale, plot: Area, theme: &Theme) {
    let tick = frame.letters.tick;
    for age in ages.ticks_upwards(tick) {
        frame.scene.line((plot.x, age.at), (plot.right(), age.at), 1.0, theme.grid);
        frame.scene.text(&age.label, (plot.x - 10.0, middle_baseline(age.at, tick)), Anchor::End, tick);
    }
    for time in time_ticks(times, tick) {
        frame.scene.line((time.at, plot.bottom()), (time.at, plot.bottom() + 5.0), 1.0, theme.axis);
        frame.scene.text(&time.label, (time.at, plot.bottom() + 20.0), Anchor::Middle, tick);
    }
    frame.scene.line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), 1.0, theme.axis);
    frame.scene.text("time since the start", (plot.right(), plot.bottom() + 39.0), Anchor::End, tick);
}

/// The requirement, named above its line at the first place from the left that no curve runs through.
fn draw_limit(frame: &mut Frame, label: &str, y: f64, drawn: &[(f64, f64)], plot: Area, theme: &Theme) {
    const PLACES: u32 = 9;
    // Curves are drawn from point to point, so a point just beside a label tells where the curve passes it.
    const BESIDE: f64 = 12.0;
    frame.scene.dashes_across(y, (plot.x, plot.right()), (6.0, 4.0), 1.5, theme.limit);
    let letters = Type { colour: theme.limit, ..frame.letters.value };
    let text = letters.cut(&clean(label), plot.width * 0.7);
    let width = letters.width(&text) * 1.06;
    let place = |step: u32| plot.x + 8.0 + (plot.width - width - 16.0) * f64::from(step) / f64::from(PLACES);
    let free = |x: &f64| {
        let beside = |at: f64| (x - BESIDE..x + width + BESIDE).contains(&at);
        let near = drawn.iter().filter(|(at, _)| beside(*at));
        near.clone().all(|(_, height)| *height > y) || near.clone().all(|(_, height)| *height < y - letters.size - 8.0)
    };
    let x = (0..=PLACES).map(place).find(free).unwrap_or_else(|| place(0));
    // At the very top, the names of what is shaded stand above the line.
    let baseline = if y - letters.size - 6.0 < plot.y { y + letters.size + 4.0 } else { y - 6.0 };
    frame.scene.text(&text, (x, baseline), Anchor::Start, letters);
}

/// What the lines are, above the plot.
fn draw_key(frame: &mut Frame, theme: &Theme) {
    let letters = frame.letters.tick;
    let y = frame.body.y + 8.0;
    let mut x = frame.body.x;
    let entries = [("mean", MEAN_WIDTH, theme.accent), ("largest of all replications", LARGEST_WIDTH, theme.axis)];
    for (label, width, colour) in entries {
        frame.scene.line((x, y), (x + 22.0, y), width, colour);
        frame.scene.text(label, (x + 30.0, middle_baseline(y, letters)), Anchor::Start, letters);
        x += 30.0 + letters.width(label) * 1.06 + 26.0;
    }
    let scale = "age of the oldest record on its way (log scale)";
    let right = frame.body.right() - RIGHT;
    frame.scene.text(scale, (right, middle_baseline(y, letters)), Anchor::End, letters);
}
