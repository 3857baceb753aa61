//! Rank acceptability: in which share of all weightings each service has each rank, as stacked bars.
//!
//! Ranks have an order, so their colours are steps of one hue: the better the rank, the further from the page. Pieces name
//! their rank and their share where there is room; the key above the bars names all ranks.

use super::Caption;
use super::axis::Scale;
use super::frame::{
    BODY_WIDTH, Frame, Letters, MARGIN, PAGE_WIDTH, bar_label, label_room, middle_baseline, value_axis,
};
use super::scene::{Anchor, Area, Scene, Type};
use super::theme::{Rgb, Theme};

const ROW: f64 = 38.0;
const BAR: f64 = 24.0;
const GAP: f64 = 12.0;
const KEY_LINE: f64 = 24.0;
const SWATCH: f64 = 14.0;
/// Room above the bars for what they show, and below them for the axis.
const AXIS: f64 = 40.0;
/// Shares that add up to less than this are none.
const NONE: f64 = 1e-9;

/// How often a service has each rank.
#[derive(Debug, Clone, PartialEq)]
pub struct RankShares {
    /// The service.
    pub name: String,
    /// Share of the weightings, from 0 to 1, in which it has each rank, from the first on.
    pub shares: Vec<f64>,
}

impl RankShares {
    /// A share between 0 and 1; what is no number counts as nothing.
    fn share(&self, rank: usize) -> f64 {
        self.shares.get(rank).copied().filter(|share| share.is_finite()).map_or(0.0, |share| share.clamp(0.0, 1.0))
    }
}

/// How often each service has each rank over all weightings of the criteria (SMAA-2).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcceptabilityChart {
    /// The words around it.
    pub caption: Caption,
    /// The services, in the order in which they are shown.
    pub services: Vec<RankShares>,
    /// Half the width of the widest 95 % interval of a share, from 0 to 1, if that is known.
    pub half_width: Option<f64>,
}

impl AcceptabilityChart {
    fn ranks(&self) -> usize {
        self.services.iter().map(|service| service.shares.len()).max().unwrap_or(0)
    }

    pub(super) fn finding(&self) -> String {
        let service = |service: &RankShares| {
            let shares = (0..service.shares.len()).filter(|rank| service.share(*rank) > 0.0);
            let shares: Vec<String> =
                shares.map(|rank| format!("{} {}", ordinal(rank), percent(service.share(rank)))).collect();
            let shares = if shares.is_empty() { "none".to_owned() } else { shares.join(", ") };
            format!("{}: {shares}", service.name)
        };
        let services: Vec<String> = self.services.iter().map(service).collect();
        let services = if services.is_empty() { "none".to_owned() } else { services.join("; ") };
        format!("Share of weightings in which each service has each rank. {services}.")
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = vec![["service", "rank", "share", "half_width"].map(str::to_owned).to_vec()];
        let half = self.half_width.map_or_else(String::new, |half| half.to_string());
        for service in &self.services {
            rows.extend(service.shares.iter().enumerate().map(|(rank, share)| {
                vec![service.name.clone(), (rank + 1).to_string(), share.to_string(), half.clone()]
            }));
        }
        rows
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let letters = Letters::new(theme);
        let room = label_room(self.services.iter().map(|service| service.name.as_str()), 210.0, letters.label);
        let left = MARGIN + room + GAP;
        let scale = Scale::new((0.0, 1.0), (left, PAGE_WIDTH - MARGIN - 16.0));
        let key = key(self.ranks(), letters.quiet);
        let key_height = key.last().map_or(0.0, |entry| entry.y + KEY_LINE + 10.0);
        let bars_height = ROW * self.services.len() as f64;
        let body_height = key_height + bars_height + AXIS;
        let mut frame = Frame::new(&self.caption.title, &self.caption, body_height, theme);
        for entry in &key {
            self.draw_key(&mut frame, entry, theme);
        }
        let top = frame.body.y + key_height;
        let percents = |share: f64| format!("{:.0} %", share * 100.0);
        value_axis(&mut frame, &scale, 5.0, (top, top + bars_height), theme, percents);
        let title = "share of all weightings of the criteria";
        let tick = frame.letters.tick;
        frame.scene.text(title, (left, top + bars_height + 34.0), Anchor::Start, tick);
        for (index, service) in self.services.iter().enumerate() {
            let middle = top + ROW * (index as f64 + 0.5);
            bar_label(&mut frame.scene, &service.name, left - GAP, room, middle, letters.label);
            self.draw_bar(&mut frame, service, &scale, middle, theme);
        }
        frame.scene
    }

    /// The colour of a rank: the first is furthest from the page.
    fn colour(&self, rank: usize, theme: &Theme) -> Rgb {
        let last = self.ranks().saturating_sub(1).max(1);
        theme.scale(0.9 * (1.0 - rank as f64 / last as f64))
    }

    fn draw_key(&self, frame: &mut Frame, entry: &KeyEntry, theme: &Theme) {
        let (x, middle) = (frame.body.x + entry.x, frame.body.y + entry.y + KEY_LINE / 2.0);
        let area = Area { x, y: middle - SWATCH / 2.0, width: SWATCH, height: SWATCH };
        self.draw_piece(&mut frame.scene, area, entry.rank, theme);
        let letters = frame.letters.quiet;
        frame.scene.text(&entry.text, (area.right() + 7.0, middle_baseline(middle, letters)), Anchor::Start, letters);
    }

    fn draw_piece(&self, scene: &mut Scene, area: Area, rank: usize, theme: &Theme) {
        scene.fill(area, self.colour(rank, theme));
        if area.width >= 3.0 {
            // The colours of the last ranks are near that of the page.
            scene.edge(area, 0.75, theme.axis);
        }
    }

    fn draw_bar(&self, frame: &mut Frame, service: &RankShares, scale: &Scale, middle: f64, theme: &Theme) {
        let mut share = 0.0;
        for rank in 0..service.shares.len() {
            // Shares that add up to more than one would leave the bar.
            let part = service.share(rank).min(1.0 - share);
            if part <= NONE {
                continue;
            }
            let (from, to) = (scale.at(share), scale.at(share + part));
            share += part;
            let area = Area { x: from, y: middle - BAR / 2.0, width: (to - from - 1.0).max(0.5), height: BAR };
            self.draw_piece(&mut frame.scene, area, rank, theme);
            let letters = Type { colour: self.colour(rank, theme).ink(), ..frame.letters.tick };
            let share = percent(service.share(rank));
            let texts = [format!("{} · {share}", ordinal(rank)), share];
            let fits = |text: &&String| letters.width(text) * 1.06 + 10.0 <= area.width;
            if let Some(text) = texts.iter().find(fits) {
                let at = (area.x + area.width / 2.0, middle_baseline(middle, letters));
                frame.scene.text(text, at, Anchor::Middle, letters);
            }
        }
        if share <= NONE {
            let letters = frame.letters.quiet;
            let at = (scale.at(0.0) + 6.0, middle_baseline(middle, letters));
            frame.scene.text_over("unknown", at, letters, theme.background);
        }
    }
}

/// A rank in the key, with its place below the upper left corner of the body.
struct KeyEntry {
    rank: usize,
    text: String,
    x: f64,
    y: f64,
}

/// All ranks, in as many lines as they take.
fn key(ranks: usize, letters: Type) -> Vec<KeyEntry> {
    let (mut x, mut y) = (0.0, 0.0);
    let mut entries = Vec::new();
    for rank in 0..ranks {
        let text = ordinal(rank);
        let width = SWATCH + 7.0 + letters.width(&text) * 1.06;
        if x > 0.0 && x + width > BODY_WIDTH {
            (x, y) = (0.0, y + KEY_LINE);
        }
        entries.push(KeyEntry { rank, text, x, y });
        x += width + 20.0;
    }
    entries
}

/// `1st` for the place 0.
fn ordinal(place: usize) -> String {
    let rank = place + 1;
    let ending = match (rank % 10, rank % 100) {
        (1, hundredth) if hundredth != 11 => "st",
        (2, hundredth) if hundredth != 12 => "nd",
        (3, hundredth) if hundredth != 13 => "rd",
        _ => "th",
    };
    format!("{rank}{ending}")
}

fn percent(share: f64) -> String {
    format!("{}\u{a0}%", crate::report::robustness::percent(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_told_as_people_do() {
        for (place, text) in [(0, "1st"), (1, "2nd"), (2, "3rd"), (3, "4th"), (10, "11th"), (11, "12th"), (20, "21st")]
        {
            assert_eq!(ordinal(place), text);
        }
    }
}
