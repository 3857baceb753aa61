//! The Pareto front of cost and delay: what a month costs across, the delay upwards, a dot for each candidate.
//!
//! Candidates that no other one beats in both are filled and joined by a stepped line: below and to the left of it there is
//! nothing that could be chosen. Names are placed one after the other, the marked ones first, each at the nearest place to its dot where it touches
//! no name and no dot; a name that finds none is left out and counted.

use super::axis::{LogScale, Scale, TimeScale, duration, money_interval, number};
use super::frame::{BODY_WIDTH, Frame, MARGIN, middle_baseline};
use super::scene::{Anchor, Area, Scene, Type, clean};
use super::theme::Theme;
use super::{Caption, drawable};
use crate::units::significant;

const PLOT_HEIGHT: f64 = 360.0;
/// Room for the labels of the delay axis.
const DELAYS: f64 = 62.0;
const RIGHT: f64 = 14.0;
const ABOVE: f64 = 26.0;
const BELOW: f64 = 62.0;
const DOT: f64 = 5.5;
const MARK: f64 = 9.0;
/// How many candidates are all named; of more, those on the front and the marked ones are.
const ALL_NAMED: usize = 12;
/// The widest name.
const WIDEST: f64 = 330.0;
/// Height of a name, and how far it is kept from others.
const NAME: f64 = 17.0;
const CLEAR: f64 = 3.0;
/// The narrowest interval that is drawn.
const WHISKER: f64 = 6.0;

/// A candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontPoint {
    /// Its name.
    pub name: String,
    /// What a month costs, in US dollars.
    pub usd: f64,
    /// Half the width of its 95 % interval, if that is known.
    pub usd_half_width: Option<f64>,
    /// Its delay in seconds.
    pub seconds: f64,
    /// Half the width of its 95 % interval, if that is known.
    pub seconds_half_width: Option<f64>,
    /// Whether no other candidate is as cheap and as quick and better in one of them.
    pub on_front: bool,
    /// Why it is pointed out, as it reads after its name: "recommended".
    pub marked: Option<String>,
}

/// Cost against delay.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrontChart {
    /// The words around it.
    pub caption: Caption,
    /// The candidates, in any order.
    pub points: Vec<FrontPoint>,
    /// Which delay it is: "p99 of the delay".
    pub delay: String,
    /// The delay asked for: how it reads ("asked for: 15 min") and its seconds.
    pub freshness: Option<(String, f64)>,
    /// The most a month may cost: how it reads ("budget: 100 USD") and its US dollars.
    pub budget: Option<(String, f64)>,
}

/// The axis of amounts: logarithmic where they differ by a large factor.
#[derive(Clone, Copy)]
enum Amounts {
    Straight(Scale),
    Logarithmic(LogScale),
}

impl Amounts {
    fn new(amounts: &[f64], ends: (f64, f64)) -> Self {
        const FACTOR: f64 = 20.0;
        let low = amounts.iter().copied().fold(f64::INFINITY, f64::min);
        let high = amounts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if low > 0.0 && low < high && high / low > FACTOR {
            return Self::Logarithmic(LogScale::around(amounts.iter().copied(), (0.08, FACTOR), ends));
        }
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let air = ((high - low) * 0.1).max(high.abs() * 0.01).max(0.01);
        let floor = if low >= 0.0 { (low - air).max(0.0) } else { low - air };
        Self::Straight(Scale::new((floor, high + air), ends))
    }

    fn at(&self, usd: f64) -> f64 {
        match self {
            Self::Straight(scale) => scale.at(drawable(usd)),
            Self::Logarithmic(scale) => scale.at(usd),
        }
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Self::Straight(scale) => {
                scale.ticks(6.0).into_iter().map(|usd| (usd, significant(usd, 6).replace('-', "−"))).collect()
            }
            Self::Logarithmic(scale) => scale.ticks(8.0).into_iter().map(|usd| (usd, number(usd))).collect(),
        }
    }
}

/// The plot with its scales.
struct Plane {
    area: Area,
    amounts: Amounts,
    delays: TimeScale,
}

impl Plane {
    fn at(&self, point: &FrontPoint) -> (f64, f64) {
        (self.amounts.at(point.usd), self.delays.at(drawable(point.seconds)))
    }
}

/// What names must keep clear of.
#[derive(Default)]
struct Taken {
    /// Dots and names.
    areas: Vec<Area>,
    /// Stretches of lines, which names avoid where they can.
    lines: Vec<Area>,
}

/// A name at its place.
struct Named {
    text: String,
    area: Area,
    dot: (f64, f64),
    quiet: bool,
}

impl Named {
    /// From its dot to the nearest point of its place.
    fn leader(&self) -> [(f64, f64); 2] {
        let (area, dot) = (self.area, self.dot);
        [dot, (dot.0.clamp(area.x, area.right()), dot.1.clamp(area.y, area.bottom()))]
    }

    /// Its place where another name is now, on the same side of the dots.
    fn moved_to(&self, other: &Self) -> Area {
        let there = other.area;
        let x = if there.right() < other.dot.0 { there.right() - self.area.width } else { there.x };
        Area { x, width: self.area.width, ..there }
    }
}

impl FrontPoint {
    fn drawn(&self) -> bool {
        self.usd.is_finite() && self.seconds.is_finite() && self.seconds > 0.0
    }

    fn label(&self) -> String {
        match &self.marked {
            Some(why) => format!("{} ({why})", self.name),
            None => self.name.clone(),
        }
    }
}

impl FrontChart {
    fn drawn(&self) -> Vec<&FrontPoint> {
        self.points.iter().filter(|point| point.drawn()).collect()
    }

    /// Those on the front from the cheapest to the quickest.
    fn front(&self) -> Vec<&FrontPoint> {
        let mut front: Vec<&FrontPoint> = self.drawn().into_iter().filter(|point| point.on_front).collect();
        front.sort_by(|a, b| a.usd.total_cmp(&b.usd).then(b.seconds.total_cmp(&a.seconds)));
        front
    }

    pub(super) fn finding(&self) -> String {
        let told = |point: &FrontPoint| {
            let (usd, seconds) = (money_interval(point.usd, point.usd_half_width), duration(point.seconds));
            if point.drawn() {
                format!("{} {usd}, {seconds}", point.label())
            } else {
                format!("{} unknown", point.label())
            }
        };
        let list = |on_front: bool| {
            let points: Vec<String> = self.points.iter().filter(|point| point.on_front == on_front).map(told).collect();
            if points.is_empty() { "none".to_owned() } else { points.join("; ") }
        };
        let freshness = self.freshness.iter().map(|(label, seconds)| format!(" {label} ({}).", duration(*seconds)));
        let budget = self.budget.iter().map(|(label, usd)| format!(" {label} ({}).", money_interval(*usd, None)));
        let limits = freshness.chain(budget).collect::<String>();
        format!("On the front of cost a month and delay: {}. Not on it: {}.{limits}", list(true), list(false))
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let header = ["kind", "name", "usd_a_month", "half_width_usd", "delay_s", "half_width_s", "on_front", "marked"];
        let optional = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let known = |value: f64| optional(Some(value).filter(|value| value.is_finite()));
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(self.points.iter().map(|point| {
            vec![
                "candidate".to_owned(),
                point.name.clone(),
                known(point.usd),
                optional(point.usd_half_width),
                known(point.seconds),
                optional(point.seconds_half_width),
                point.on_front.to_string(),
                point.marked.clone().unwrap_or_default(),
            ]
        }));
        let limit = |label: &str, usd: Option<f64>, seconds: Option<f64>| {
            let cells = ["limit", label].map(str::to_owned).into_iter();
            let numbers = [optional(usd), String::new(), optional(seconds)];
            cells.chain(numbers).chain(std::iter::repeat_n(String::new(), 3)).collect()
        };
        rows.extend(self.freshness.iter().map(|(label, seconds)| limit(label, None, Some(*seconds))));
        rows.extend(self.budget.iter().map(|(label, usd)| limit(label, Some(*usd), None)));
        rows
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let mut frame = Frame::new(&self.caption.title, &self.caption, ABOVE + PLOT_HEIGHT + BELOW, theme);
        let area = Area {
            x: MARGIN + DELAYS,
            y: frame.body.y + ABOVE,
            width: BODY_WIDTH - DELAYS - RIGHT,
            height: PLOT_HEIGHT,
        };
        let plane = self.plane(area);
        self.draw_axes(&mut frame, &plane, theme);
        let mut taken = self.taken(&plane);
        self.draw_limits(&mut frame, &plane, &mut taken, theme);
        self.draw_steps(&mut frame.scene, &plane, theme);
        let drawn = self.drawn();
        for point in &drawn {
            for [from, to] in whiskers(point, &plane) {
                frame.scene.line(from, to, 1.5, theme.axis);
            }
        }
        let (named, without) = self.place(&plane, &mut taken, frame.letters.value);
        // Leaders lie below all names.
        for name in &named {
            draw_leader(&mut frame.scene, name, theme);
        }
        for name in &named {
            draw_name(&mut frame, name, theme);
        }
        // Those on the front lie on top.
        for on_front in [false, true] {
            for point in drawn.iter().filter(|point| point.on_front == on_front) {
                draw_dot(&mut frame.scene, point, plane.at(point), theme);
            }
        }
        if drawn.is_empty() {
            let at = (area.x + area.width / 2.0, area.y + area.height * 0.4);
            frame.scene.text("no candidates", at, Anchor::Middle, frame.letters.quiet);
        }
        self.draw_key(&mut frame, area, without, theme);
        frame.scene
    }

    fn plane(&self, area: Area) -> Plane {
        let drawn = self.drawn();
        let end = |value: f64, half: Option<f64>, side: f64| {
            value + side * half.filter(|half| half.is_finite()).unwrap_or(0.0).max(0.0)
        };
        let mut amounts: Vec<f64> = Vec::new();
        let mut delays: Vec<f64> = Vec::new();
        for point in drawn {
            let whole = |side| end(point.usd, point.usd_half_width, side);
            let dearest = if point.usd >= 0.0 { whole(-1.0).max(point.usd / 10.0) } else { whole(-1.0) };
            amounts.extend([dearest, point.usd, whole(1.0)]);
            delays.extend([point.seconds, end(point.seconds, point.seconds_half_width, 1.0)]);
        }
        amounts.extend(self.budget.iter().map(|(_, usd)| *usd).filter(|usd| usd.is_finite()));
        delays.extend(self.freshness.iter().map(|(_, seconds)| *seconds));
        let amounts: Vec<f64> = amounts.into_iter().map(drawable).collect();
        Plane {
            area,
            amounts: Amounts::new(&amounts, (area.x, area.right())),
            delays: TimeScale::new(delay_range(&delays), (area.bottom(), area.y)),
        }
    }

    /// The corners of the front: from the top down to the cheapest, by steps to the quickest, and on to the right.
    fn steps(&self, plane: &Plane) -> Vec<(f64, f64)> {
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for point in self.front() {
            let (x, y) = plane.at(point);
            let height = steps.last().map_or(plane.area.y, |before| before.1);
            steps.extend([(x, height), (x, y)]);
        }
        let last = steps.last().map(|last| (plane.area.right(), last.1));
        steps.extend(last);
        steps
    }

    fn draw_steps(&self, scene: &mut Scene, plane: &Plane, theme: &Theme) {
        let steps = self.steps(plane);
        if !steps.is_empty() {
            scene.path(steps, 2.0, theme.background.mixed(theme.accent, 0.7));
        }
    }

    fn taken(&self, plane: &Plane) -> Taken {
        let dot = |point: &&FrontPoint| {
            let (x, y) = plane.at(point);
            let radius = if point.marked.is_some() { MARK } else { DOT } + 1.0;
            Area { x: x - radius, y: y - radius, width: 2.0 * radius, height: 2.0 * radius }
        };
        let stretch = |ends: &[(f64, f64)]| {
            let (x, y) = (ends[0].0.min(ends[1].0), ends[0].1.min(ends[1].1));
            Area {
                x: x - 1.0,
                y: y - 1.0,
                width: (ends[0].0 - ends[1].0).abs() + 2.0,
                height: (ends[0].1 - ends[1].1).abs() + 2.0,
            }
        };
        let mut lines: Vec<Area> = self.steps(plane).windows(2).map(stretch).collect();
        lines.extend(self.drawn().iter().flat_map(|point| whiskers(point, plane)).map(|ends| stretch(&ends)));
        let Plane { area, .. } = plane;
        lines.extend(self.freshness.iter().map(|(_, seconds)| {
            let y = plane.delays.at(drawable(*seconds));
            stretch(&[(area.x, y), (area.right(), y)])
        }));
        lines.extend(self.budget.iter().map(|(_, usd)| {
            let x = plane.amounts.at(*usd);
            stretch(&[(x, area.y), (x, area.bottom())])
        }));
        Taken { areas: self.drawn().iter().map(dot).collect(), lines }
    }

    /// The lines of what is asked for, each with its name where nothing is in its way.
    fn draw_limits(&self, frame: &mut Frame, plane: &Plane, taken: &mut Taken, theme: &Theme) {
        let letters = Type { colour: theme.limit, ..frame.letters.value };
        let area = plane.area;
        if let Some((label, seconds)) = &self.freshness {
            let y = plane.delays.at(drawable(*seconds));
            frame.scene.dashes_across(y, (area.x, area.right()), (6.0, 4.0), 1.5, theme.limit);
            let text = letters.cut(&clean(label), area.width * 0.45);
            let width = letters.width(&text) * 1.06;
            let sides = [y - NAME - 2.0, y + 3.0];
            let places: Vec<(f64, f64)> = [1.0, 0.0, 0.75, 0.25, 0.5]
                .into_iter()
                .flat_map(|share| sides.map(|top| (area.x + 6.0 + share * (area.width - width - 12.0), top)))
                .collect();
            draw_limit_name(frame, &text, &places, taken, (area, letters));
        }
        if let Some((label, usd)) = &self.budget {
            let x = plane.amounts.at(*usd);
            frame.scene.dashes(x, (area.bottom(), area.y), (6.0, 4.0), 1.5, theme.limit);
            let text = letters.cut(&clean(label), area.width * 0.45);
            let width = letters.width(&text) * 1.06;
            let (top, bottom) = (area.y + 3.0, area.bottom() - NAME - 4.0);
            let places = [(x + 8.0, bottom), (x - width - 8.0, bottom), (x + 8.0, top), (x - width - 8.0, top)];
            draw_limit_name(frame, &text, &places, taken, (area, letters));
        }
    }

    /// Names with their places, and how many found none.
    fn place(&self, plane: &Plane, taken: &mut Taken, letters: Type) -> (Vec<Named>, usize) {
        let drawn = self.drawn();
        let all = drawn.len() <= ALL_NAMED;
        let mut points: Vec<&FrontPoint> =
            drawn.into_iter().filter(|point| all || point.on_front || point.marked.is_some()).collect();
        points.sort_by_key(|point| (point.marked.is_none(), !point.on_front));
        let before = taken.areas.len();
        let mut named = Vec::new();
        let mut without = 0;
        for point in points {
            let why = point.marked.as_ref().map_or_else(String::new, |why| format!(" ({})", clean(why)));
            let text = letters.cut_name(&clean(&point.name), (WIDEST * 0.93 - letters.width(&why)).max(WIDEST / 2.0));
            let text = letters.cut(&format!("{text}{why}"), WIDEST);
            let dot = plane.at(point);
            let width = letters.width(&text) * 1.06;
            match spot(dot, (width, point.on_front), plane.area, taken) {
                Some(area) => {
                    taken.areas.push(area);
                    named.push(Named { text, area, dot, quiet: !point.on_front });
                }
                None => without += 1,
            }
        }
        uncross(&mut named, taken.areas.get(..before).unwrap_or_default(), &plane.area);
        (named, without)
    }

    fn draw_axes(&self, frame: &mut Frame, plane: &Plane, theme: &Theme) {
        let (tick, area) = (frame.letters.tick, plane.area);
        for delay in plane.delays.ticks_upwards(tick) {
            frame.scene.line((area.x, delay.at), (area.right(), delay.at), 1.0, theme.grid);
            frame.scene.text(&delay.label, (area.x - 10.0, middle_baseline(delay.at, tick)), Anchor::End, tick);
        }
        let mut free_from = f64::NEG_INFINITY;
        for (usd, text) in plane.amounts.ticks() {
            let x = plane.amounts.at(usd);
            let half = tick.width(&text) * 0.53;
            if x - half <= free_from || x + half > MARGIN + BODY_WIDTH {
                continue;
            }
            free_from = x + half + 10.0;
            frame.scene.line((x, area.y), (x, area.bottom() + 5.0), 1.0, theme.grid);
            frame.scene.text(&text, (x, area.bottom() + 20.0), Anchor::Middle, tick);
        }
        frame.scene.line((area.x, area.bottom()), (area.right(), area.bottom()), 1.0, theme.axis);
        frame.scene.line((area.x, area.y), (area.x, area.bottom()), 1.0, theme.axis);
        let delay = if self.delay.is_empty() { "delay" } else { &self.delay };
        let delay = tick.cut(&format!("{} (log scale)", clean(delay)), BODY_WIDTH * 0.8);
        frame.scene.text(&delay, (frame.body.x, frame.body.y + 10.0), Anchor::Start, tick);
        let scale = match plane.amounts {
            Amounts::Straight(_) => "USD a month",
            Amounts::Logarithmic(_) => "USD a month (log scale)",
        };
        frame.scene.text(scale, (area.right(), area.bottom() + 39.0), Anchor::End, tick);
    }

    /// What filled and hollow dots mean, and what the picture leaves out.
    fn draw_key(&self, frame: &mut Frame, area: Area, without: usize, theme: &Theme) {
        let tick = frame.letters.tick;
        let middle = area.bottom() + 35.0;
        let mut x = area.x + DOT;
        let entries = [(true, "none is as cheap and as quick"), (false, "another is, or a rule removes it")];
        for (on_front, text) in entries {
            if self.drawn().iter().all(|point| point.on_front != on_front) {
                continue;
            }
            draw_plain_dot(&mut frame.scene, (x, middle), on_front, theme);
            frame.scene.text(text, (x + 12.0, middle_baseline(middle, tick)), Anchor::Start, tick);
            x += 12.0 + tick.width(text) * 1.06 + 26.0;
        }
        let all = self.drawn().len();
        let mut notes = Vec::new();
        if all > ALL_NAMED {
            notes.push("named: those on the front and those pointed out".to_owned());
        }
        if without > 0 {
            notes.push(format!("{without} without room for a name"));
        }
        if all < self.points.len() {
            notes.push(format!("{} of unknown cost or delay left out", self.points.len() - all));
        }
        frame.scene.text(&notes.join(" · "), (area.x, area.bottom() + 57.0), Anchor::Start, tick);
    }
}

/// The delays at the ends of the axis: all that is shown with some air, and at least a factor of six.
fn delay_range(delays: &[f64]) -> (f64, f64) {
    let shown = || delays.iter().copied().filter(|delay| delay.is_finite() && *delay > 0.0);
    let high = shown().fold(f64::NAN, f64::max).clamp(1e-6, 1e9);
    let low = shown().fold(f64::NAN, f64::min).clamp(1e-6, 1e9);
    let (low, high) = if high.is_nan() { (0.1, 10.0) } else { (low.max(high * 1e-9), high) };
    let (low, high) = (libm::log10(low), libm::log10(high));
    let air = ((0.8 - (high - low)) / 2.0).max((high - low) * 0.1).max(0.1);
    (libm::pow(10.0, low - air), libm::pow(10.0, high + air))
}

impl Taken {
    fn allows(&self, area: &Area, within: &Area, lines: bool) -> bool {
        let around = Area {
            x: area.x - CLEAR,
            y: area.y - CLEAR / 2.0,
            width: area.width + 2.0 * CLEAR,
            height: area.height + CLEAR,
        };
        inside(area, within)
            && self.areas.iter().all(|other| !crosses(&around, other))
            && (!lines || self.lines.iter().all(|other| !crosses(&around, other)))
    }
}

/// Whether a name lies in the plot with some air.
fn inside(area: &Area, within: &Area) -> bool {
    area.x >= within.x + 2.0
        && area.right() <= within.right() - 2.0
        && area.y >= within.y + 1.0
        && area.bottom() <= within.bottom() - 1.0
}

fn crosses(one: &Area, other: &Area) -> bool {
    one.x < other.right() && other.x < one.right() && one.y < other.bottom() && other.y < one.bottom()
}

/// Lets names whose leaders cross change places where both are then still in the plot and clear of everything else.
fn uncross(named: &mut [Named], taken: &[Area], within: &Area) {
    for one in 0..named.len() {
        for other in one + 1..named.len() {
            let (Some(a), Some(b)) = (named.get(one), named.get(other)) else { continue };
            if !cross(a.leader(), b.leader()) {
                continue;
            }
            let (at_b, at_a) = (a.moved_to(b), b.moved_to(a));
            let others = named.iter().enumerate().filter(|(index, _)| ![one, other].contains(index));
            let in_the_way: Vec<Area> = others.map(|(_, name)| name.area).chain(taken.iter().copied()).collect();
            let clear = |area: &Area| inside(area, within) && in_the_way.iter().all(|other| !crosses(area, other));
            if clear(&at_b) && clear(&at_a) && !crosses(&at_a, &at_b) {
                named[one].area = at_b;
                named[other].area = at_a;
            }
        }
    }
}

/// Whether two stretches share a point that is no end of theirs.
fn cross([a, b]: [(f64, f64); 2], [c, d]: [(f64, f64); 2]) -> bool {
    let side = |from: (f64, f64), to: (f64, f64), at: (f64, f64)| {
        (to.0 - from.0) * (at.1 - from.1) - (to.1 - from.1) * (at.0 - from.0)
    };
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// The nearest free place for a name around its dot: clear of lines if there is one, over them if not. Below and to the left
/// of the front there is nothing, so names of those on it look for a place there first.
fn spot((x, y): (f64, f64), (width, on_front): (f64, bool), within: Area, taken: &Taken) -> Option<Area> {
    const AWAY: [f64; 5] = [0.0, 16.0, 34.0, 56.0, 84.0];
    const NEAR: f64 = MARK + 4.0;
    let around = |away: f64| {
        let (beside, upright) = (NEAR + away, NEAR + 2.0 + away);
        let (above, below) = (y - upright - NAME / 2.0, y + upright - NAME / 2.0);
        let (right, left) = (x + beside, x - beside - width);
        let level = y - NAME / 2.0;
        let slanted = (right - NEAR * 0.6, left + NEAR * 0.6);
        let mut places = [
            (right, level),
            (slanted.0, above),
            (x - width / 2.0, above),
            (slanted.1, above),
            (slanted.0, below),
            (x - width / 2.0, below),
            (slanted.1, below),
            (left, level),
        ];
        if on_front {
            places.reverse();
        }
        places
    };
    let places = |lines: bool| {
        let spots = AWAY.into_iter().flat_map(around).map(|(x, y)| Area { x, y, width, height: NAME });
        spots.into_iter().find(|area| taken.allows(area, &within, lines))
    };
    places(true).or_else(|| places(false))
}

fn draw_limit_name(
    frame: &mut Frame,
    text: &str,
    places: &[(f64, f64)],
    taken: &mut Taken,
    (within, letters): (Area, Type),
) {
    let width = letters.width(text) * 1.06;
    let areas = places.iter().map(|(x, y)| Area { x: *x, y: *y, width, height: NAME });
    let free = |lines: bool| areas.clone().find(|area| taken.allows(area, &within, lines));
    let Some(area) = free(true).or_else(|| free(false)) else { return };
    taken.areas.push(area);
    frame.scene.text(text, (area.x, middle_baseline(area.y + NAME / 2.0, letters)), Anchor::Start, letters);
}

fn draw_leader(scene: &mut Scene, name: &Named, theme: &Theme) {
    let [dot, nearest] = name.leader();
    if libm::hypot(nearest.0 - dot.0, nearest.1 - dot.1) > MARK + 10.0 {
        scene.line(dot, nearest, 1.0, theme.axis);
    }
}

fn draw_name(frame: &mut Frame, name: &Named, theme: &Theme) {
    let letters = if name.quiet { frame.letters.quiet } else { frame.letters.value };
    let area = name.area;
    frame.scene.fill(Area { x: area.x - 2.0, width: area.width + 4.0, ..area }, theme.background);
    frame.scene.text(&name.text, (area.x, middle_baseline(area.y + NAME / 2.0, letters)), Anchor::Start, letters);
}

/// The intervals of a point that are wide enough to be seen, each by its ends.
fn whiskers(point: &FrontPoint, plane: &Plane) -> Vec<[(f64, f64); 2]> {
    let (x, y) = plane.at(point);
    let half = |half: Option<f64>| half.filter(|half| half.is_finite() && *half > 0.0);
    let across = half(point.usd_half_width).map(|half| {
        let (low, high) = (plane.amounts.at(point.usd - half), plane.amounts.at(point.usd + half));
        (high - low, [(low, y), (high, y)])
    });
    let upright = half(point.seconds_half_width).map(|half| {
        let (low, high) = (plane.delays.at(point.seconds - half), plane.delays.at(point.seconds + half));
        (low - high, [(x, low), (x, high)])
    });
    across.into_iter().chain(upright).filter(|(length, _)| *length >= WHISKER).map(|(_, ends)| ends).collect()
}

fn draw_dot(scene: &mut Scene, point: &FrontPoint, at: (f64, f64), theme: &Theme) {
    if point.marked.is_some() {
        scene.ring(at, MARK, 1.5, (theme.ink, theme.background));
    }
    draw_plain_dot(scene, at, point.on_front, theme);
}

fn draw_plain_dot(scene: &mut Scene, at: (f64, f64), on_front: bool, theme: &Theme) {
    if on_front {
        scene.dot(at, DOT, theme.accent);
    } else {
        scene.ring(at, DOT, 1.75, (theme.axis, theme.background));
    }
}
