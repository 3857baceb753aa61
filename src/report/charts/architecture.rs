//! The pipeline itself: boxes for what stands on the way, arrows for how data gets from one to the next.
//!
//! Data flows from the left to the right while that fits a page at a readable size, and from the top down otherwise. Each box
//! says in words which part it plays, and its outline says it too: round ends for a source, a bar at the side for a front
//! door, a pointed end for what carries, a hexagon for what computes, a double line for a destination, dashes for what stands
//! beside.

#[cfg(test)]
pub(super) mod tests;

use super::Caption;
use super::frame::{BODY_WIDTH, Frame, Letters, MARGIN, PAGE_WIDTH, middle_baseline};
use super::layered::{Extent, Layout, Link, Route, Spacing, Spot};
use super::scene::{Anchor, Area, Scene, Type, clean};
use super::theme::{Rgb, Theme};
use crate::report::diagram::{Diagram, Edge, Node, NodeRole};

/// A pipeline as a graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArchitectureChart {
    /// The words around it.
    pub caption: Caption,
    /// The pipeline.
    pub diagram: Diagram,
}

/// The room for a name; longer ones are broken.
const NAME_ROOM: f64 = 118.0;
/// What a box keeps between its letters and its outline, which may be pointed.
const SIDE: f64 = 16.0;
const ABOVE: f64 = 10.0;
const NAME_LINE: f64 = 18.0;
const SMALL_LINE: f64 = 15.0;
/// Lines that a name, a label, a setting may take.
const MOST_NAME_LINES: usize = 3;
const MOST_LABEL_LINES: usize = 6;
const MOST_SETTING_LINES: usize = 2;
/// Between a line and the letters beside it.
const LABEL_GAP: f64 = 6.0;
const ARROW: (f64, f64) = (9.0, 4.5);
const STROKE: f64 = 1.5;
const DASH: (f64, f64) = (5.0, 4.0);
/// Room for labels, the widest first; the first with which everything fits is taken.
const ROOMS_ACROSS: [f64; 3] = [150.0, 128.0, 108.0];
const ROOMS_DOWN: [f64; 4] = [300.0, 220.0, 150.0, 108.0];
/// The widest body that is still readable where a page is shown at half its size.
const WIDEST: f64 = 1010.0;
const BESIDE_GAP: f64 = 16.0;
/// Letters are laid out to leave room for wider fonts.
const FIT: f64 = 0.94;

impl ArchitectureChart {
    pub(super) fn finding(&self) -> String {
        let name = |id: &str| self.diagram.node(id).map_or_else(|| id.to_owned(), described);
        let edges = self.diagram.edges.iter().map(|edge| {
            let words: Vec<String> = edge.label().into_iter().chain(edge.collected()).collect();
            let words = if words.is_empty() { String::new() } else { format!(": {}", words.join("; ")) };
            format!("{} to {}{words}.", name(&edge.from), name(&edge.to))
        });
        let beside = self.diagram.beside().map(|node| {
            format!("Beside it {}: {}.", node.name, node.reason.as_deref().unwrap_or("needed by the pipeline"))
        });
        let remarks = self.diagram.remarks.iter().map(|remark| format!("Note: {remark}."));
        let all: Vec<String> = edges.chain(beside).chain(remarks).collect();
        if all.is_empty() { "Nothing is on the way.".to_owned() } else { all.join(" ") }
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let head = ["kind", "id", "name", "role", "to", "how", "needs_code", "buffer_size", "buffer_interval", "note"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        let empty = String::new;
        for node in &self.diagram.nodes {
            let role = node.role.word().to_owned();
            let settings = node.settings.iter().map(|setting| format!("{} {}", setting.name, setting.value));
            let note = node.reason.clone().into_iter().chain(settings).collect::<Vec<_>>().join("; ");
            let cells = ["node".to_owned(), node.id.clone(), node.name.clone(), role];
            rows.push([cells.to_vec(), vec![empty(); 5], vec![note]].concat());
        }
        for edge in &self.diagram.edges {
            let buffering = edge.buffering.clone();
            let (size, interval) = buffering.map_or((empty(), empty()), |known| (known.size, known.interval));
            let how = edge.how.clone().unwrap_or_default();
            let note = edge.precondition.clone().unwrap_or_default();
            let ends = ["edge".to_owned(), edge.from.clone(), empty(), empty(), edge.to.clone()];
            rows.push([ends.to_vec(), vec![how, edge.needs_code.to_string(), size, interval, note]].concat());
        }
        rows
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let plan = Plan::new(&self.diagram, Letters::new(theme));
        let height = plan.layout_height() + plan.notes_height();
        let width = (plan.layout_width() + 2.0 * MARGIN).max(PAGE_WIDTH).ceil();
        let mut frame = Frame::wide(&self.caption.title, &self.caption, (width, height), theme);
        plan.draw(&mut frame, theme);
        frame.scene
    }
}

fn described(node: &Node) -> String {
    if node.name == node.kind { node.name.clone() } else { format!("{} ({})", node.name, node.kind) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Across,
    Down,
}

/// A box with its lines of text.
#[derive(Debug)]
struct Card<'a> {
    node: &'a Node,
    name: Vec<String>,
    small: Vec<String>,
    height: f64,
}

impl<'a> Card<'a> {
    fn new(node: &'a Node, letters: Letters) -> Self {
        let name = letters.value.wrap(&clean(&node.name), NAME_ROOM, MOST_NAME_LINES);
        let mut small = letters.tick.wrap(&clean(&node.kind), NAME_ROOM, MOST_SETTING_LINES);
        for setting in &node.settings {
            let line = clean(&format!("{} {}", setting.name, setting.value));
            small.extend(letters.tick.wrap(&line, NAME_ROOM, MOST_SETTING_LINES));
        }
        let height = 2.0 * ABOVE + NAME_LINE * name.len() as f64 + SMALL_LINE * small.len() as f64;
        Self { node, name, small, height }
    }

    /// The room that its widest line takes.
    fn text_width(&self, letters: Letters) -> f64 {
        let names = self.name.iter().map(|line| letters.value.width(line));
        let small = self.small.iter().map(|line| letters.tick.width(line));
        names.chain(small).fold(0.0, f64::max) / FIT
    }
}

/// The words beside an arrow: how, above or first; what is collected, below or behind.
#[derive(Debug, Default)]
struct Words {
    how: Vec<String>,
    collected: Vec<String>,
    width: f64,
}

impl Words {
    fn new(edge: &Edge, room: f64, letters: Letters) -> Self {
        let wrapped = |text: Option<String>, letters: Type| {
            text.map_or_else(Vec::new, |text| letters.wrap(&clean(&text), room, MOST_LABEL_LINES))
        };
        // What would read badly on two lines is held together.
        let code = edge.label().map(|label| label.replace("(your code)", "(your\u{a0}code)"));
        let held = edge.buffering.as_ref().map(|known| known.to_string().replace(' ', "\u{a0}"));
        let how = wrapped(code, letters.tick);
        let collected = wrapped(held.map(|held| format!("buffers {held}")), strong(letters));
        let widths = how.iter().map(|line| letters.tick.width(line));
        let width = widths.chain(collected.iter().map(|line| strong(letters).width(line))).fold(0.0, f64::max) / FIT;
        Self { how, collected, width }
    }

    fn extent(&self, direction: Direction) -> Extent {
        let height = |lines: &Vec<String>| {
            if lines.is_empty() { 0.0 } else { SMALL_LINE * lines.len() as f64 + LABEL_GAP }
        };
        match direction {
            Direction::Across => {
                Extent { along: self.width, before: height(&self.how), after: height(&self.collected) }
            }
            Direction::Down => {
                let after = if self.width > 0.0 { self.width + 2.0 * LABEL_GAP } else { 0.0 };
                Extent { along: SMALL_LINE * (self.how.len() + self.collected.len()) as f64, before: 2.0, after }
            }
        }
    }
}

/// Small letters that stand out.
const fn strong(letters: Letters) -> Type {
    Type { size: letters.tick.size, ..letters.value }
}

/// The whole picture, measured.
struct Plan<'a> {
    letters: Letters,
    diagram: &'a Diagram,
    cards: Vec<Card<'a>>,
    beside: Vec<Card<'a>>,
    words: Vec<Words>,
    card_width: f64,
    direction: Direction,
    layout: Layout,
}

impl<'a> Plan<'a> {
    fn new(diagram: &'a Diagram, letters: Letters) -> Self {
        let cards: Vec<Card<'a>> = diagram.on_the_way().map(|node| Card::new(node, letters)).collect();
        let beside: Vec<Card<'a>> = diagram.beside().map(|node| Card::new(node, letters)).collect();
        let widest = cards.iter().chain(&beside).map(|card| card.text_width(letters)).fold(60.0, f64::max);
        let mut plan = Self {
            letters,
            diagram,
            cards,
            beside,
            words: Vec::new(),
            card_width: (widest + 2.0 * SIDE).ceil(),
            direction: Direction::Across,
            layout: Layout::default(),
        };
        plan.lay_out();
        plan
    }

    /// Takes the first way of laying out that fits a page, else the narrowest.
    fn lay_out(&mut self) {
        let across = ROOMS_ACROSS.map(|room| (Direction::Across, room));
        let down = ROOMS_DOWN.map(|room| (Direction::Down, room));
        let limits = [BODY_WIDTH, WIDEST];
        let tries = limits.iter().flat_map(|limit| across.map(|way| (way, *limit)));
        let tries = tries.chain(down.map(|way| (way, BODY_WIDTH)));
        let mut best: Option<(f64, Direction, Vec<Words>, Layout)> = None;
        for ((direction, room), limit) in tries {
            let (words, layout) = self.laid_out(direction, room);
            let width = if direction == Direction::Across { layout.length } else { layout.breadth };
            let fits = width <= limit;
            if fits || best.as_ref().is_none_or(|best| width < best.0) {
                best = Some((width, direction, words, layout));
            }
            if fits {
                break;
            }
        }
        if let Some((_, direction, words, layout)) = best {
            (self.direction, self.words, self.layout) = (direction, words, layout);
        }
    }

    fn laid_out(&self, direction: Direction, room: f64) -> (Vec<Words>, Layout) {
        let nodes: Vec<Extent> = self
            .cards
            .iter()
            .map(|card| match direction {
                Direction::Across => {
                    Extent { along: self.card_width, before: card.height / 2.0, after: card.height / 2.0 }
                }
                Direction::Down => {
                    Extent { along: card.height, before: self.card_width / 2.0, after: self.card_width / 2.0 }
                }
            })
            .collect();
        let words: Vec<Words> = self.diagram.edges.iter().map(|edge| Words::new(edge, room, self.letters)).collect();
        let place = |id: &str| self.cards.iter().position(|card| card.node.id == id).unwrap_or(usize::MAX);
        let edges = self.diagram.edges.iter().zip(&words);
        let links: Vec<Link> = edges
            .map(|(edge, words)| Link { from: place(&edge.from), to: place(&edge.to), label: words.extent(direction) })
            .collect();
        let gap = if direction == Direction::Across { 18.0 } else { 24.0 };
        let layout = Layout::new(&nodes, &links, Spacing { gap, channel: 20.0, track: 8.0 });
        (words, layout)
    }

    fn layout_width(&self) -> f64 {
        if self.direction == Direction::Across { self.layout.length } else { self.layout.breadth }
    }

    fn layout_height(&self) -> f64 {
        if self.direction == Direction::Across { self.layout.breadth } else { self.layout.length }
    }

    /// The room for the reason of what stands beside, and its lines.
    fn reason(&self, card: &Card<'_>) -> Vec<String> {
        let reason = card.node.reason.as_deref().unwrap_or_default();
        self.letters.label.wrap(&clean(reason), BODY_WIDTH - self.card_width - BESIDE_GAP, 3)
    }

    fn remarks(&self) -> Vec<Vec<String>> {
        let wrapped = |remark: &String| self.letters.tick.wrap(&clean(&format!("Note: {remark}")), BODY_WIDTH, 3);
        self.diagram.remarks.iter().map(wrapped).collect()
    }

    fn notes_height(&self) -> f64 {
        let beside: f64 = self.beside.iter().map(|card| BESIDE_GAP + card.height).sum();
        let lines: usize = self.remarks().iter().map(Vec::len).sum();
        let remarks = if lines == 0 { 0.0 } else { BESIDE_GAP + SMALL_LINE * lines as f64 };
        let apart = if self.beside.is_empty() { 0.0 } else { BESIDE_GAP };
        apart + beside + remarks
    }

    /// A point of the page for a length and a breadth of the layout.
    fn at(&self, origin: (f64, f64), (along, across): (f64, f64)) -> (f64, f64) {
        match self.direction {
            Direction::Across => (origin.0 + along, origin.1 + across),
            Direction::Down => (origin.0 + across, origin.1 + along),
        }
    }

    fn draw(&self, frame: &mut Frame, theme: &Theme) {
        let body = frame.body;
        let origin = (body.x + ((body.width - self.layout_width()) / 2.0).max(0.0), body.y);
        for (edge, route) in self.diagram.edges.iter().zip(&self.layout.routes) {
            self.draw_route(&mut frame.scene, edge, route, origin, theme);
        }
        for (words, route) in self.words.iter().zip(&self.layout.routes).filter(|(_, route)| !route.points.is_empty()) {
            self.draw_words(&mut frame.scene, words, &route.label, origin);
        }
        for (card, spot) in self.cards.iter().zip(&self.layout.nodes) {
            let (along, across) = match self.direction {
                Direction::Across => (spot.start, spot.line - card.height / 2.0),
                Direction::Down => (spot.start, spot.line - self.card_width / 2.0),
            };
            let corner = self.at(origin, (along, across));
            self.draw_card(&mut frame.scene, card, corner, theme);
        }
        self.draw_notes(frame, body.y + self.layout_height(), theme);
    }

    fn draw_route(&self, scene: &mut Scene, edge: &Edge, route: &Route, origin: (f64, f64), theme: &Theme) {
        let mut points: Vec<(f64, f64)> = route.points.iter().map(|point| self.at(origin, *point)).collect();
        let [.., before, tip] = points.as_slice() else { return };
        let (before, tip) = (*before, *tip);
        let length = libm::hypot(tip.0 - before.0, tip.1 - before.1).max(1e-9);
        let unit = ((tip.0 - before.0) / length, (tip.1 - before.1) / length);
        let base = (tip.0 - ARROW.0 * unit.0, tip.1 - ARROW.0 * unit.1);
        let side = |sign: f64| (base.0 - sign * ARROW.1 * unit.1, base.1 + sign * ARROW.1 * unit.0);
        if let Some(last) = points.last_mut() {
            *last = base;
        }
        if edge.needs_code {
            dashed(scene, &points, theme.muted);
        } else {
            solid(scene, &points, theme.muted);
        }
        scene.polygon(vec![tip, side(1.0), side(-1.0)], theme.muted);
    }

    fn draw_words(&self, scene: &mut Scene, words: &Words, spot: &Spot, origin: (f64, f64)) {
        let line = |scene: &mut Scene, text: &str, (x, middle): (f64, f64), anchor: Anchor, letters: Type| {
            scene.text(text, (x, middle_baseline(middle, letters)), anchor, letters);
        };
        let (small, bold) = (self.letters.tick, strong(self.letters));
        match self.direction {
            Direction::Across => {
                let (x, y) = self.at(origin, (spot.start + words.width / 2.0, spot.line));
                let top = y - LABEL_GAP + 1.0 - SMALL_LINE * words.how.len() as f64;
                for (place, text) in words.how.iter().enumerate() {
                    line(scene, text, (x, top + SMALL_LINE * (place as f64 + 0.5)), Anchor::Middle, small);
                }
                for (place, text) in words.collected.iter().enumerate() {
                    let middle = y + LABEL_GAP - 1.0 + SMALL_LINE * (place as f64 + 0.5);
                    line(scene, text, (x, middle), Anchor::Middle, bold);
                }
            }
            Direction::Down => {
                let (x, y) = self.at(origin, (spot.start, spot.line));
                let how = words.how.iter().map(|text| (text, small));
                let all = how.chain(words.collected.iter().map(|text| (text, bold)));
                for (place, (text, letters)) in all.enumerate() {
                    let middle = y + SMALL_LINE * (place as f64 + 0.5);
                    line(scene, text, (x + 2.0 * LABEL_GAP, middle), Anchor::Start, letters);
                }
            }
        }
    }

    fn draw_card(&self, scene: &mut Scene, card: &Card<'_>, (x, y): (f64, f64), theme: &Theme) {
        let area = Area { x, y, width: self.card_width, height: card.height };
        draw_outline(scene, card.node, area, theme);
        let middle = x + self.card_width / 2.0;
        let mut top = y + ABOVE;
        for text in &card.name {
            let letters = self.letters.value;
            scene.text(text, (middle, middle_baseline(top + NAME_LINE / 2.0, letters)), Anchor::Middle, letters);
            top += NAME_LINE;
        }
        for text in &card.small {
            let letters = self.letters.tick;
            scene.text(text, (middle, middle_baseline(top + SMALL_LINE / 2.0, letters)), Anchor::Middle, letters);
            top += SMALL_LINE;
        }
    }

    fn draw_notes(&self, frame: &mut Frame, bottom: f64, theme: &Theme) {
        let x = frame.body.x;
        let mut y = if self.beside.is_empty() { bottom } else { bottom + BESIDE_GAP };
        for card in &self.beside {
            y += BESIDE_GAP;
            self.draw_card(&mut frame.scene, card, (x, y), theme);
            let lines = self.reason(card);
            let top = y + (card.height - NAME_LINE * lines.len() as f64) / 2.0;
            for (place, text) in lines.iter().enumerate() {
                let letters = self.letters.label;
                let middle = top + NAME_LINE * (place as f64 + 0.5);
                let at = (x + self.card_width + BESIDE_GAP, middle_baseline(middle, letters));
                frame.scene.text(text, at, Anchor::Start, letters);
            }
            y += card.height;
        }
        y += BESIDE_GAP;
        for text in self.remarks().iter().flatten() {
            let letters = self.letters.tick;
            frame.scene.text(text, (x, middle_baseline(y + SMALL_LINE / 2.0, letters)), Anchor::Start, letters);
            y += SMALL_LINE;
        }
    }
}

/// The colour of a part.
const fn colour(role: NodeRole, theme: &Theme) -> Rgb {
    match role {
        NodeRole::Source | NodeRole::Beside => theme.series[6],
        NodeRole::FrontDoor => theme.series[1],
        NodeRole::Transport => theme.series[0],
        NodeRole::Processing => theme.series[3],
        NodeRole::Destination => theme.series[2],
    }
}

/// The outline of a box, which tells its part, filled with a breath of its colour.
fn draw_outline(scene: &mut Scene, node: &Node, area: Area, theme: &Theme) {
    let colour = colour(node.role, theme);
    let tint = theme.background.mixed(colour, 0.10);
    let stroke = if node.primary { 2.0 * STROKE } else { STROKE };
    let mut nested = |insets: &[(f64, Rgb)]| {
        for (inset, colour) in insets {
            scene.polygon(corners(node.role, area, *inset), *colour);
        }
    };
    match node.role {
        NodeRole::Destination => {
            let gap = stroke + 2.5;
            nested(&[(0.0, colour), (stroke, theme.background), (gap, colour), (gap + STROKE, tint)]);
        }
        NodeRole::Beside => {
            nested(&[(0.0, tint)]);
            let (left, right, top, bottom) = (area.x, area.right(), area.y, area.bottom());
            dashed(scene, &[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], colour);
        }
        _ => nested(&[(0.0, colour), (stroke, tint)]),
    }
    if node.role == NodeRole::FrontDoor {
        scene.fill(Area { width: 6.0, ..area }, colour);
    }
}

/// The corners of a part's outline, moved inwards by `inset`.
fn corners(role: NodeRole, area: Area, inset: f64) -> Vec<(f64, f64)> {
    let (left, right) = (area.x + inset, area.right() - inset);
    let (top, bottom) = (area.y + inset, area.bottom() - inset);
    let middle = f64::midpoint(top, bottom);
    // How far a pointed side stands out.
    let point = 12.0;
    match role {
        NodeRole::Source => rounded(left, right, (top, bottom), (16.0 - inset).max(1.0)),
        NodeRole::Transport => {
            vec![(left, top), (right - point, top), (right, middle), (right - point, bottom), (left, bottom)]
        }
        NodeRole::Processing => vec![
            (left + point, top),
            (right - point, top),
            (right, middle),
            (right - point, bottom),
            (left + point, bottom),
            (left, middle),
        ],
        NodeRole::FrontDoor | NodeRole::Destination | NodeRole::Beside => {
            vec![(left, top), (right, top), (right, bottom), (left, bottom)]
        }
    }
}

/// A rectangle with round corners.
fn rounded(left: f64, right: f64, (top, bottom): (f64, f64), radius: f64) -> Vec<(f64, f64)> {
    const STEPS: u32 = 8;
    let radius = radius.min((right - left) / 2.0).min((bottom - top) / 2.0);
    let centres = [
        (right - radius, top + radius, 3.0),
        (right - radius, bottom - radius, 0.0),
        (left + radius, bottom - radius, 1.0),
        (left + radius, top + radius, 2.0),
    ];
    let arc = |(x, y, quarter): (f64, f64, f64)| {
        (0..=STEPS).map(move |step| {
            let angle = std::f64::consts::FRAC_PI_2 * (quarter + f64::from(step) / f64::from(STEPS));
            (x + radius * libm::cos(angle), y + radius * libm::sin(angle))
        })
    };
    centres.into_iter().flat_map(arc).collect()
}

/// A line of upright and level parts whose corners are closed.
fn solid(scene: &mut Scene, points: &[(f64, f64)], colour: Rgb) {
    for (place, pair) in points.windows(2).enumerate() {
        let (mut from, to) = (pair[0], pair[1]);
        if place > 0 {
            let length = libm::hypot(to.0 - from.0, to.1 - from.1).max(1e-9);
            from.0 -= STROKE / 2.0 * (to.0 - from.0) / length;
            from.1 -= STROKE / 2.0 * (to.1 - from.1) / length;
        }
        scene.line(from, to, STROKE, colour);
    }
}

/// Dashes along a line, going on round its corners.
fn dashed(scene: &mut Scene, points: &[(f64, f64)], colour: Rgb) {
    let (dash, gap) = DASH;
    // How far along the whole line a part of it begins.
    let mut begin = 0.0;
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let end = begin + length;
        let on = |at: f64| {
            let share = (at - begin) / length;
            (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
        };
        let (first, last) = ((begin / (dash + gap)).floor() as u32, (end / (dash + gap)).floor() as u32);
        for number in first..=last {
            let at = f64::from(number) * (dash + gap);
            let (start, stop) = (at.max(begin), (at + dash).min(end));
            if start < stop {
                scene.line(on(start), on(stop), STROKE, colour);
            }
        }
        begin = end;
    }
}
