//! Curves of several candidates in one plot: each has a colour and dashes of its own, and those that lie on each other are
//! drawn as one curve in stripes of their colours.

use super::frame::middle_baseline;
use super::scene::{Anchor, Scene, Type};
use super::theme::{COLOURS, Theme};

/// How many curves a plot holds; more could not be told apart.
pub(super) const MOST: usize = COLOURS;
/// Width of a curve.
pub(super) const STROKE: f64 = 2.5;
/// Length of the piece of a curve that stands before its name, and the room it takes.
pub(super) const SWATCH: f64 = 30.0;
pub(super) const SWATCH_ROOM: f64 = SWATCH + 8.0;
/// Height of a line of a label.
pub(super) const LINE: f64 = 19.0;
/// Curves that stay this close, in points, cannot be told apart.
const CLOSE: f64 = 2.0;
/// Length of a stripe.
const STRIPE: f64 = 9.0;

/// Lengths of dashes and gaps by colour, the first a line without gaps.
const DASHES: [&[f64]; COLOURS] = [
    &[],
    &[10.0, 4.0],
    &[3.0, 3.0],
    &[12.0, 3.0, 2.5, 3.0],
    &[6.0, 6.0],
    &[16.0, 6.0],
    &[8.0, 3.0, 2.5, 3.0, 2.5, 3.0],
    &[2.0, 5.0],
];

/// Points of a curve on the page.
pub(super) type Line = Vec<(f64, f64)>;

/// Which curves coincide: each group has its first one in front. A curve without points is in none.
pub(super) fn groups(curves: &[Line]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, curve) in curves.iter().enumerate().filter(|(_, curve)| !curve.is_empty()) {
        let same = |group: &&mut Vec<usize>| group.first().is_some_and(|first| coincide(&curves[*first], curve));
        match groups.iter_mut().find(same) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

fn coincide(one: &[(f64, f64)], other: &[(f64, f64)]) -> bool {
    let covered = |points: &[(f64, f64)], line: &[(f64, f64)]| points.iter().all(|point| touches(*point, line));
    covered(one, other) && covered(other, one)
}

/// Whether a point lies on a line, as far as anybody can see.
fn touches(point: (f64, f64), line: &[(f64, f64)]) -> bool {
    match line {
        [only] => apart(point, (*only, *only)) <= CLOSE,
        line => line.windows(2).any(|ends| apart(point, (ends[0], ends[1])) <= CLOSE),
    }
}

/// Distance of a point from a stretch of a line.
fn apart(point: (f64, f64), (from, to): ((f64, f64), (f64, f64))) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let along = ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length;
    let along = if length > 0.0 { along.clamp(0.0, 1.0) } else { 0.0 };
    libm::hypot(point.0 - from.0 - along * dx, point.1 - from.1 - along * dy)
}

/// Draws curves that coincide, along the first of them, given the colour that each of them has.
pub(super) fn draw(scene: &mut Scene, line: &[(f64, f64)], series: &[usize], theme: &Theme) {
    if let [only] = series {
        dashed(scene, line, (DASHES[only % COLOURS], 0.0), only % COLOURS, theme);
        return;
    }
    let gap = STRIPE * series.len().saturating_sub(1) as f64;
    for (place, series) in series.iter().enumerate() {
        dashed(scene, line, (&[STRIPE, gap], STRIPE * place as f64), series % COLOURS, theme);
    }
}

/// A piece of a curve from `x` to the right, as it stands before its name.
pub(super) fn swatch(scene: &mut Scene, (x, y): (f64, f64), series: usize, theme: &Theme) {
    draw(scene, &[(x, y), (x + SWATCH, y)], &[series], theme);
}

/// A line in dashes and gaps by turns, after a first gap of this length.
fn dashed(scene: &mut Scene, line: &[(f64, f64)], (pattern, first): (&[f64], f64), series: usize, theme: &Theme) {
    let colour = theme.series[series];
    if pattern.is_empty() {
        scene.path(line.to_vec(), STROKE, colour);
        return;
    }
    let mut lengths = pattern.iter().copied().cycle();
    let (mut on, mut left) = if first > 0.0 { (false, first) } else { (true, lengths.next().unwrap_or(STRIPE)) };
    let mut dash: Line = line.first().copied().into_iter().collect();
    for ends in line.windows(2) {
        let (mut from, to) = (ends[0], ends[1]);
        loop {
            let length = libm::hypot(to.0 - from.0, to.1 - from.1);
            if length < left {
                left -= length;
                dash.push(to);
                break;
            }
            let share = if length > 0.0 { left / length } else { 1.0 };
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            dash.push(from);
            let done = std::mem::replace(&mut dash, vec![from]);
            if on {
                scene.path(done, STROKE, colour);
            }
            on = !on;
            left = lengths.next().unwrap_or(STRIPE);
        }
    }
    if on && dash.len() > 1 {
        scene.path(dash, STROKE, colour);
    }
}

/// Names of the curves of a group below each other, each with a piece of its curve before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    /// The colour of each curve with its name, in as many lines as that takes, and what is said quietly behind it.
    pub(super) names: Vec<(usize, Vec<String>, String)>,
}

impl Label {
    const GAP: f64 = 10.0;

    pub(super) fn height(&self) -> f64 {
        LINE * self.names.iter().map(|(_, lines, _)| lines.len()).sum::<usize>() as f64
    }

    /// How wide the label is, with what wider fonts take.
    pub(super) fn width(&self, name: Type, quiet: Type) -> f64 {
        let wide = |(_, lines, figure): &(usize, Vec<String>, String)| {
            let longest = lines.iter().map(|line| name.width(line)).fold(0.0, f64::max);
            let figure = if figure.is_empty() { 0.0 } else { Self::GAP + quiet.width(figure) };
            (longest + figure) * 1.06
        };
        SWATCH_ROOM + self.names.iter().map(wide).fold(0.0, f64::max)
    }

    /// Draws the label with its upper left corner at a place; what is said quietly ends at its right edge.
    pub(super) fn draw(&self, scene: &mut Scene, (x, top): (f64, f64), (name, quiet): (Type, Type), theme: &Theme) {
        let right = x + self.width(name, quiet);
        let mut middle = top + LINE / 2.0;
        for (series, lines, figure) in &self.names {
            swatch(scene, (x, middle), *series, theme);
            let at = x + SWATCH_ROOM;
            scene.text(figure, (right, middle_baseline(middle, quiet)), Anchor::End, quiet);
            for line in lines {
                scene.text(line, (at, middle_baseline(middle, name)), Anchor::Start, name);
                middle += LINE;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_that_lie_on_each_other_form_a_group() {
        let straight = vec![(0.0, 0.0), (100.0, 100.0)];
        let same_with_more_points = vec![(0.0, 1.0), (30.0, 31.0), (100.0, 100.5)];
        let bent = vec![(0.0, 0.0), (50.0, 80.0), (100.0, 100.0)];
        let shorter = vec![(0.0, 0.0), (50.0, 50.0)];
        let curves = [straight, bent, vec![], same_with_more_points, shorter];
        assert_eq!(groups(&curves), [vec![0, 3], vec![1], vec![4]]);
    }

    #[test]
    fn dashes_and_gaps_cover_a_line_once() {
        let line = [(0.0, 0.0), (25.0, 0.0), (25.0, 70.0)];
        let drawn = |series: &[usize]| {
            let theme = Theme::light();
            let mut scene = Scene::new(100.0, 100.0, theme.background);
            draw(&mut scene, &line, series, &theme);
            let length = |points: &[(f64, f64)]| -> f64 {
                points.windows(2).map(|ends| libm::hypot(ends[1].0 - ends[0].0, ends[1].1 - ends[0].1)).sum()
            };
            let path = |shape: &super::super::scene::Shape| match shape {
                super::super::scene::Shape::Path { points, .. } => length(points),
                _ => 0.0,
            };
            scene.shapes.iter().map(path).sum::<f64>()
        };
        // Six periods of 14 points, and a seventh whose dash is whole: 70 of 95.
        assert!((drawn(&[1]) - 70.0).abs() < 1e-9, "{}", drawn(&[1]));
        assert!((drawn(&[0]) - 95.0).abs() < 1e-9);
        for together in [vec![0, 1], vec![2, 5, 7], vec![0, 1, 2, 3, 4, 5, 6, 7]] {
            assert!((drawn(&together) - 95.0).abs() < 1e-9, "{together:?} {}", drawn(&together));
        }
    }
}
