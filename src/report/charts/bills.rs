//! Bills of several candidates: a bar for each, made of what each service takes.
//!
//! A service has the same colour and the same place in all bars. Within it, amounts are plain, hatched or striped by where
//! they come from, as the lines of a single bill are.

use super::axis::{NO_TICKS, Scale, money_interval};
use super::bill::{LineKind, SWATCH, WHISKER_WIDTH, axis_money, draw_whisker};
use super::frame::{BODY_WIDTH, Frame, Letters, MARGIN, bar_label, label_room, middle_baseline, value_axis};
use super::scene::{Anchor, Area, Scene, Type, clean};
use super::theme::{COLOURS, Rgb, Theme};
use super::{Caption, drawable};

const ROW: f64 = 42.0;
const BAR: f64 = 24.0;
const GAP: f64 = 12.0;
const LEGEND_LINE: f64 = 26.0;
const LONGEST_NAME: f64 = 240.0;
/// The narrowest piece of a bar that holds the number of its service.
const NUMBER_WIDTH: f64 = 20.0;

/// What a service takes of a candidate's bill.
#[derive(Debug, Clone, PartialEq)]
pub struct BillPart {
    /// Place of the service in the chart's list.
    pub service: usize,
    /// How much, in US dollars. What is not above zero cannot be stacked and is not drawn.
    pub amount_usd: f64,
    /// Where the quantity comes from.
    pub kind: LineKind,
}

/// A candidate's bill.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateBill {
    /// The candidate.
    pub name: String,
    /// What it is made of.
    pub parts: Vec<BillPart>,
    /// The total as it was computed; `None` where no part of it is known.
    pub total_usd: Option<f64>,
    /// How far the true total may lie from it, if that is known.
    pub half_width: Option<f64>,
    /// Whether every part has a known price; if not, the total is the least that it can be.
    pub complete: bool,
}

impl CandidateBill {
    fn total(&self) -> String {
        match self.total_usd {
            Some(total) if self.complete => money_interval(total, self.half_width),
            Some(total) => format!("at least {}", money_interval(total, self.half_width)),
            None => "unknown".to_owned(),
        }
    }

    /// What a service takes, by kind.
    fn amount(&self, service: usize, kind: LineKind) -> f64 {
        let parts = self.parts.iter().filter(|part| part.service == service && part.kind == kind);
        parts.map(|part| drawable(part.amount_usd).max(0.0)).sum()
    }

    /// The ends of the interval around the total.
    fn ends(&self) -> (f64, f64) {
        let (total, half) =
            (drawable(self.total_usd.unwrap_or(0.0)), drawable(self.half_width.unwrap_or(0.0)).max(0.0));
        ((total - half).max(0.0), total + half)
    }
}

/// The bills of candidates side by side.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BillsChart {
    /// The words around it.
    pub caption: Caption,
    /// The services, in the order in which they are stacked.
    pub services: Vec<String>,
    /// The candidates, in the order in which they are shown.
    pub candidates: Vec<CandidateBill>,
    /// What a bill covers, as it reads after a total: "a month". May be empty.
    pub period: String,
}

impl BillsChart {
    pub(super) fn finding(&self) -> String {
        let bill = |bill: &CandidateBill| {
            let service = |(index, name): (usize, &String)| {
                let amount: f64 = LineKind::ALL.iter().map(|kind| bill.amount(index, *kind)).sum();
                (amount > 0.0).then(|| format!("{name} {}", money_interval(amount, None)))
            };
            let parts: Vec<String> = self.services.iter().enumerate().filter_map(service).collect();
            let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
            format!("{} {}{parts}", bill.name, bill.total())
        };
        let bills: Vec<String> = self.candidates.iter().map(bill).collect();
        match bills.as_slice() {
            [] => "No bills.".to_owned(),
            bills if self.period.is_empty() => format!("Bills: {}.", bills.join("; ")),
            bills => format!("Bills {}: {}.", self.period, bills.join("; ")),
        }
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = vec![
            ["candidate", "service", "kind", "amount_usd", "half_width_usd", "complete"].map(str::to_owned).to_vec(),
        ];
        let service = |part: &BillPart| self.services.get(part.service).cloned().unwrap_or_default();
        for bill in &self.candidates {
            rows.extend(bill.parts.iter().map(|part| {
                let amount = part.amount_usd.to_string();
                vec![
                    bill.name.clone(),
                    service(part),
                    part.kind.name().to_owned(),
                    amount,
                    String::new(),
                    String::new(),
                ]
            }));
            let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            rows.push(vec![
                bill.name.clone(),
                "total".to_owned(),
                String::new(),
                number(bill.total_usd),
                number(bill.half_width),
                bill.complete.to_string(),
            ]);
        }
        rows
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let letters = Letters::new(theme);
        let room = label_room(self.candidates.iter().map(|bill| bill.name.as_str()), 210.0, letters.label);
        let left = MARGIN + room + GAP;
        let totals = self.candidates.iter().map(|bill| letters.value.width(&bill.total()) * 1.06);
        let right = MARGIN + BODY_WIDTH - totals.fold(0.0, f64::max) - 14.0;
        let scale = Scale::new((0.0, self.longest()), (left, right));

        let legend = self.legend(&scale, letters.quiet);
        let legend_height = legend.last().map_or(0.0, |entry| entry.y + LEGEND_LINE + 10.0);
        let bars_height = ROW * self.candidates.len() as f64;
        let axis_height = if self.candidates.is_empty() { 0.0 } else { 22.0 };
        let body_height = legend_height + bars_height + axis_height;
        let mut frame = Frame::new(&self.caption.title, &self.caption, body_height, theme);
        if self.candidates.is_empty() {
            return frame.scene;
        }
        for entry in &legend {
            entry.draw(&mut frame, theme);
        }
        let top = frame.body.y + legend_height;
        let count = if self.longest() > 0.0 { ((right - left) / 90.0).clamp(2.0, 4.0) } else { NO_TICKS };
        value_axis(&mut frame, &scale, count, (top, top + bars_height), theme, axis_money);
        for (index, bill) in self.candidates.iter().enumerate() {
            let middle = top + ROW * (index as f64 + 0.5);
            bar_label(&mut frame.scene, &bill.name, left - GAP, room, middle, letters.label);
            self.draw_bill(&mut frame, bill, &scale, middle, theme);
        }
        frame.scene
    }

    /// The end of the longest bar or interval.
    fn longest(&self) -> f64 {
        let stacked = |bill: &CandidateBill| self.segments(bill).map(|(_, _, amount)| amount).sum::<f64>();
        self.candidates.iter().map(|bill| stacked(bill).max(bill.ends().1)).fold(0.0, f64::max)
    }

    /// The pieces of a bar from left to right: service, kind and amount.
    fn segments(&self, bill: &CandidateBill) -> impl Iterator<Item = (usize, LineKind, f64)> {
        let pieces = (0..self.services.len()).flat_map(|service| LineKind::ALL.map(|kind| (service, kind)));
        pieces.map(|(service, kind)| (service, kind, bill.amount(service, kind))).filter(|(_, _, amount)| *amount > 0.0)
    }

    fn draw_bill(&self, frame: &mut Frame, bill: &CandidateBill, scale: &Scale, middle: f64, theme: &Theme) {
        let mut value = 0.0;
        for (service, kind, amount) in self.segments(bill) {
            let (from, to) = (scale.at(value), scale.at(value + amount));
            value += amount;
            // A thin gap keeps neighbours apart where their colours do not.
            let area = Area { x: from, y: middle - BAR / 2.0, width: (to - from - 1.0).max(0.5), height: BAR };
            frame.scene.fill(area, colour(service, theme));
            kind.texture(&mut frame.scene, area, theme);
            if theme.textured && area.width >= NUMBER_WIDTH {
                draw_number(frame, service, area, theme);
            }
        }
        let whisker = whisker(bill, scale);
        if let Some(ends) = whisker {
            draw_whisker(&mut frame.scene, ends, middle, theme);
        }
        let letters = frame.letters.value;
        let end = whisker.map_or(0.0, |(_, high)| high).max(scale.at(value));
        let at = (end + 9.0, middle_baseline(middle, letters));
        frame.scene.text_over(&bill.total(), at, letters, theme.background);
    }

    /// The services, then the kinds of amounts that occur, then the interval, in as many lines as they take.
    fn legend(&self, scale: &Scale, letters: Type) -> Vec<Entry> {
        let drawn =
            |service: usize, kind: LineKind| self.candidates.iter().any(|bill| bill.amount(service, kind) > 0.0);
        let all = || (0..self.services.len()).flat_map(|service| LineKind::ALL.map(|kind| (service, kind)));
        let mut entries = Vec::new();
        let mut place = Place { x: 0.0, y: 0.0, letters };
        for (index, name) in self.services.iter().enumerate() {
            if LineKind::ALL.iter().any(|kind| drawn(index, *kind)) {
                entries.push(place.entry(Sign::Service(index), letters.cut(&clean(name), LONGEST_NAME)));
            }
        }
        place.new_line();
        for kind in LineKind::ALL {
            if all().any(|(service, other)| other == kind && drawn(service, kind)) {
                entries.push(place.entry(Sign::Kind(kind), kind.name().to_owned()));
            }
        }
        if self.candidates.iter().any(|bill| whisker(bill, scale).is_some()) {
            entries.push(place.entry(Sign::Interval, "interval of the total".to_owned()));
        }
        entries
    }
}

/// The ends of the interval around a total, where it is wide enough to be seen.
fn whisker(bill: &CandidateBill, scale: &Scale) -> Option<(f64, f64)> {
    let (low, high) = bill.ends();
    let (low, high) = (scale.at(low), scale.at(high));
    (high - low >= WHISKER_WIDTH).then_some((low, high))
}

/// The colour of a service; when the colours are used up they come again, darker.
fn colour(service: usize, theme: &Theme) -> Rgb {
    let colour = theme.series[service % COLOURS];
    if service < COLOURS { colour } else { colour.mixed(Rgb::hex(0x0000_0000), 0.45) }
}

/// The number of a service in the middle of an area: textures say where amounts come from, so on paper, where there are
/// greys only, numbers say whose they are.
fn draw_number(frame: &mut Frame, service: usize, area: Area, theme: &Theme) {
    let letters = Type { colour: theme.ink, ..frame.letters.tick };
    let text = (service + 1).to_string();
    let width = letters.width(&text);
    let (x, y) = (area.x + area.width / 2.0, area.y + area.height / 2.0);
    frame.scene.fill(Area { x: x - width / 2.0 - 3.0, y: y - 6.5, width: width + 6.0, height: 13.0 }, theme.background);
    frame.scene.text(&text, (x, middle_baseline(y, letters)), Anchor::Middle, letters);
}

/// What a legend explains.
#[derive(Debug, Clone, Copy)]
enum Sign {
    Service(usize),
    Kind(LineKind),
    Interval,
}

/// A sign and its meaning, at its place below the upper left corner of the body.
struct Entry {
    sign: Sign,
    text: String,
    x: f64,
    y: f64,
}

/// Where the next entry goes.
struct Place {
    x: f64,
    y: f64,
    letters: Type,
}

impl Place {
    fn entry(&mut self, sign: Sign, text: String) -> Entry {
        let width = SWATCH + 8.0 + self.letters.width(&text) * 1.06;
        if self.x > 0.0 && self.x + width > BODY_WIDTH {
            self.new_line();
        }
        let entry = Entry { sign, text, x: self.x, y: self.y };
        self.x += width + 24.0;
        entry
    }

    fn new_line(&mut self) {
        if self.x > 0.0 {
            (self.x, self.y) = (0.0, self.y + LEGEND_LINE);
        }
    }
}

impl Entry {
    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        let (x, middle) = (frame.body.x + self.x, frame.body.y + self.y + LEGEND_LINE / 2.0);
        let area = Area { x, y: middle - 7.0, width: SWATCH, height: 14.0 };
        match self.sign {
            Sign::Service(index) => {
                frame.scene.fill(area, colour(index, theme));
                if theme.textured {
                    draw_number(frame, index, area, theme);
                }
            }
            Sign::Kind(kind) => {
                frame.scene.fill(area, theme.axis);
                kind.texture(&mut frame.scene, area, theme);
            }
            Sign::Interval => draw_whisker(&mut frame.scene, (x, area.right()), middle, theme),
        }
        let letters = frame.letters.quiet;
        frame.scene.text(&self.text, (area.right() + 8.0, middle_baseline(middle, letters)), Anchor::Start, letters);
    }
}
