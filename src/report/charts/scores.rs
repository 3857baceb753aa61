//! Scores: a bar for each service, made of what each criterion contributes.

use super::axis::{NO_TICKS, Scale};
use super::frame::{
    BODY_WIDTH, Frame, Letters, MARGIN, PAGE_WIDTH, bar_label, label_room, middle_baseline, value_axis,
};
use super::scene::{Anchor, Area, Scene, Type, clean};
use super::theme::{COLOURS, Theme};
use super::{Caption, drawable};
use crate::units::significant;

const ROW: f64 = 38.0;
const BAR: f64 = 22.0;
const REJECTED_LINE: f64 = 20.0;
const MOST_REJECTED_LINES: usize = 8;
const GAP: f64 = 12.0;
const REJECTED: &str = "rejected";

/// One service that passed screening.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreBar {
    /// The service.
    pub name: String,
    /// What each criterion contributes, weight times value, in the order of the criteria.
    pub parts: Vec<f64>,
}

impl ScoreBar {
    /// The score: the sum of its parts. Parts below zero cannot be stacked and count as nothing.
    #[must_use]
    pub fn score(&self) -> f64 {
        self.drawable_parts().sum()
    }

    fn drawable_parts(&self) -> impl Iterator<Item = f64> {
        self.parts.iter().map(|part| drawable(*part).max(0.0))
    }

    /// The parts in hundredths, rounded so that they add up to the rounded score: those with the largest remainders
    /// are rounded up.
    fn hundredths(&self) -> Vec<f64> {
        let exact: Vec<f64> = self.drawable_parts().map(|part| part * 100.0).collect();
        let mut rounded: Vec<f64> = exact.iter().map(|part| part.floor()).collect();
        let missing = ((self.score() * 100.0).round() - rounded.iter().sum::<f64>()).max(0.0) as usize;
        let mut order: Vec<usize> = (0..exact.len()).collect();
        order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
        for index in order.into_iter().take(missing) {
            rounded[index] += 1.0;
        }
        rounded
    }
}

/// What each service's score is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScoreChart {
    /// The words around it.
    pub caption: Caption,
    /// The criteria, in the order of the parts.
    pub criteria: Vec<String>,
    /// The services, best first.
    pub services: Vec<ScoreBar>,
    /// The services that failed screening.
    pub rejected: Vec<String>,
}

impl ScoreChart {
    pub(super) fn finding(&self) -> String {
        let score = |bar: &ScoreBar| format!("{} {}", bar.name, score_text(bar.score()));
        let scores = self.services.iter().map(score).collect::<Vec<_>>().join(", ");
        let mut text = match scores.as_str() {
            "" => "No service passed.".to_owned(),
            scores => format!("Scores, best first: {scores}."),
        };
        if !self.rejected.is_empty() {
            text = format!("{text} Rejected: {}.", self.rejected.join(", "));
        }
        text
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let mut header = vec!["service".to_owned(), "score".to_owned()];
        header.extend(self.criteria.iter().cloned());
        let mut rows = vec![header];
        for bar in &self.services {
            let mut row = vec![bar.name.clone(), bar.score().to_string()];
            row.extend((0..self.criteria.len()).map(|index| bar.parts.get(index).copied().unwrap_or(0.0).to_string()));
            rows.push(row);
        }
        let blanks = vec![String::new(); self.criteria.len()];
        rows.extend(
            self.rejected.iter().map(|name| [vec![name.clone(), "rejected".to_owned()], blanks.clone()].concat()),
        );
        rows
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let letters = Letters::new(theme);
        let names = self.services.iter().map(|bar| bar.name.as_str()).chain([REJECTED]);
        let room = label_room(names, 210.0, letters.label);
        let scale = self.scale(MARGIN + room + GAP, letters);
        let left = scale.at(0.0);
        let key = Key::new(self, &scale, letters.label);

        let bars_height = ROW * self.services.len() as f64;
        let axis_height = if self.services.is_empty() { 0.0 } else { 40.0 };
        let rejected = self.rejected_lines(PAGE_WIDTH - MARGIN - left, letters.quiet);
        let rejected_height = if rejected.is_empty() { 0.0 } else { 16.0 + REJECTED_LINE * rejected.len() as f64 };
        let body_height = key.height + bars_height + axis_height + rejected_height;
        let mut frame = Frame::new(&self.caption.title, &self.caption, body_height, theme);
        key.draw(&mut frame, theme);
        let top = frame.body.y + key.height;
        if !self.services.is_empty() {
            let empty = self.services.iter().all(|bar| bar.score() <= 0.0);
            draw_axis(&mut frame, &scale, empty, (top, top + bars_height), theme);
        }
        for (index, bar) in self.services.iter().enumerate() {
            let middle = top + ROW * (index as f64 + 0.5);
            bar_label(&mut frame.scene, &bar.name, left - GAP, room, middle, letters.label);
            draw_bar(&mut frame, bar, &scale, middle, theme);
        }
        let first = top + bars_height + axis_height + 8.0;
        for (index, line) in rejected.iter().enumerate() {
            let baseline = middle_baseline(first + REJECTED_LINE * (index as f64 + 0.5), letters.quiet);
            if index == 0 {
                frame.scene.text(REJECTED, (left - GAP, baseline), Anchor::End, letters.quiet);
            }
            frame.scene.text(line, (left, baseline), Anchor::Start, letters.quiet);
        }
        frame.scene
    }

    /// The services that failed, in as many lines as they need; a name is not broken.
    fn rejected_lines(&self, room: f64, letters: Type) -> Vec<String> {
        let names: Vec<String> = self.rejected.iter().map(|name| clean(name).replace(' ', "\u{a0}")).collect();
        letters.wrap(&names.join(", "), room, MOST_REJECTED_LINES)
    }

    /// From zero to the best score, with room for the score behind the longest bar.
    fn scale(&self, left: f64, letters: Letters) -> Scale {
        let scores = || self.services.iter().map(ScoreBar::score);
        let widest = scores().map(|score| letters.value.width(&score_text(score))).fold(34.0, f64::max);
        let right = PAGE_WIDTH - MARGIN - widest * 1.06 - 10.0;
        let best = scores().fold(0.0, f64::max);
        Scale::new((0.0, if best > 0.0 { best } else { 1.0 }), (left, right))
    }
}

/// Two decimals; scores far above the usual 1 or 100 do without.
fn score_text(score: f64) -> String {
    if score < 1000.0 { format!("{score:.2}") } else { significant(score, 4) }
}

fn draw_axis(frame: &mut Frame, scale: &Scale, empty: bool, (top, bottom): (f64, f64), theme: &Theme) {
    value_axis(frame, scale, if empty { NO_TICKS } else { 6.0 }, (top, bottom), theme, |value| significant(value, 3));
    let title = "score = sum of weight × value";
    frame.scene.text(title, (scale.at(0.0), bottom + 34.0), Anchor::Start, frame.letters.tick);
}

fn draw_bar(frame: &mut Frame, bar: &ScoreBar, scale: &Scale, middle: f64, theme: &Theme) {
    let mut value = 0.0;
    let hundredths = bar.hundredths();
    for (index, part) in bar.drawable_parts().enumerate() {
        let (from, to) = (scale.at(value), scale.at(value + part));
        value += part;
        // A thin gap keeps neighbours apart where their colours do not.
        let area = Area { x: from, y: middle - BAR / 2.0, width: (to - from - 1.0).max(0.5), height: BAR };
        if part <= 0.0 {
            continue;
        }
        draw_segment(&mut frame.scene, area, index, theme);
        let label = score_text(hundredths.get(index).copied().unwrap_or(0.0) / 100.0);
        let colour = theme.series[index % COLOURS];
        let letters = Type { colour: colour.ink(), ..frame.letters.tick };
        let width = letters.width(&label);
        if index < COLOURS && width + 10.0 <= area.width {
            let at = (area.x + (area.width - width) / 2.0, middle_baseline(middle, letters));
            frame.scene.text_over(&label, at, letters, colour);
        }
    }
    let letters = frame.letters.value;
    let at = (scale.at(value) + 8.0, middle_baseline(middle, letters));
    frame.scene.text_over(&score_text(bar.score()), at, letters, theme.background);
}

/// A piece of a bar. When the colours are used up they come again with a hatch; greys have textures from the start.
fn draw_segment(scene: &mut Scene, area: Area, index: usize, theme: &Theme) {
    scene.fill(area, theme.series[index % COLOURS]);
    let texture = if theme.textured { (index + index / COLOURS) % 4 } else { index / COLOURS };
    match texture {
        0 => {}
        2 => scene.stripes(area, theme.background),
        3 => scene.cross_hatch(area, theme.background),
        _ => scene.hatch(area, theme.background),
    }
}

/// Which segment belongs to which criterion.
///
/// The names stand above their segments of the first bar if there is room for all of them, else they form a legend, in
/// the order of the segments and in as many lines as they need.
struct Key {
    entries: Vec<KeyEntry>,
    direct: bool,
    height: f64,
}

/// A name and where it stands: the middle of a direct label, or the left edge of a legend's swatch.
struct KeyEntry {
    text: String,
    index: usize,
    x: f64,
    y: f64,
}

impl Key {
    const SWATCH: f64 = 12.0;
    const LINE: f64 = 24.0;
    const LONGEST: f64 = 240.0;

    fn new(chart: &ScoreChart, scale: &Scale, letters: Type) -> Self {
        let used = |index: usize| chart.services.iter().any(|bar| bar.parts.get(index).is_some_and(|part| *part > 0.0));
        let names: Vec<(usize, String)> = chart
            .criteria
            .iter()
            .enumerate()
            .filter(|(index, _)| used(*index))
            .map(|(index, name)| (index, letters.cut(&clean(name), Self::LONGEST)))
            .collect();
        Self::direct(chart, &names, scale, letters).unwrap_or_else(|| Self::legend(names, letters))
    }

    /// Names above the segments of the first bar; `None` if one would touch the next.
    fn direct(chart: &ScoreChart, names: &[(usize, String)], scale: &Scale, letters: Type) -> Option<Self> {
        let parts: Vec<f64> = chart.services.first()?.drawable_parts().collect();
        let mut entries = Vec::new();
        let mut free_from = scale.at(0.0) - GAP;
        for (index, text) in names {
            let before: f64 = parts.iter().take(*index).sum();
            let part = parts.get(*index).copied().filter(|part| *part > 0.0)?;
            let x = scale.at(before + part / 2.0);
            let half = letters.width(text) * 0.53;
            if x - half < free_from || x + half > PAGE_WIDTH - MARGIN || *index >= COLOURS {
                return None;
            }
            free_from = x + half + GAP;
            entries.push(KeyEntry { text: text.clone(), index: *index, x, y: 0.0 });
        }
        Some(Self { entries, direct: true, height: if names.is_empty() { 0.0 } else { Self::LINE - 4.0 } })
    }

    fn legend(names: Vec<(usize, String)>, letters: Type) -> Self {
        let (mut x, mut y) = (0.0, 0.0);
        let mut entries = Vec::new();
        for (index, text) in names {
            let width = Self::SWATCH + 7.0 + letters.width(&text) * 1.06;
            if x > 0.0 && x + width > BODY_WIDTH {
                (x, y) = (0.0, y + Self::LINE);
            }
            entries.push(KeyEntry { text, index, x: MARGIN + x, y });
            x += width + 22.0;
        }
        let height = if entries.is_empty() { 0.0 } else { y + Self::LINE + 14.0 };
        Self { entries, direct: false, height }
    }

    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        for entry in &self.entries {
            let middle = frame.body.y + entry.y + Self::LINE / 2.0;
            if self.direct {
                let letters = frame.letters.quiet;
                let at = (entry.x, middle_baseline(middle, letters));
                frame.scene.text(&entry.text, at, Anchor::Middle, letters);
                continue;
            }
            let letters = frame.letters.label;
            let area = Area { x: entry.x, y: middle - Self::SWATCH / 2.0, width: Self::SWATCH, height: Self::SWATCH };
            draw_segment(&mut frame.scene, area, entry.index, theme);
            let at = (area.right() + 7.0, middle_baseline(middle, letters));
            frame.scene.text(&entry.text, at, Anchor::Start, letters);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_parts_add_up_to_the_printed_score() {
        for parts in
            [vec![0.333, 0.333, 0.333], vec![0.125, 0.125, 0.005], vec![0.0, 1.0], vec![], vec![f64::NAN, -1.0, 0.5]]
        {
            let bar = ScoreBar { name: "x".into(), parts };
            assert_eq!(bar.hundredths().iter().sum::<f64>(), (bar.score() * 100.0).round(), "{bar:?}");
        }
    }
}
