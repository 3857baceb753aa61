//! Where the boxes and lines of a graph go: a layered layout in the manner of Sugiyama, Tagawa and Toda (1981).
//!
//! 1. Links that would close a circle are turned round for the layout.
//! 2. A node's layer is the length of the longest way to it. Between each two layers of nodes lies one for labels, so that a
//!    label has a place of its own like a box; a link that skips layers has a bare point in each of them.
//! 3. Within each row the order follows the middle of the neighbours, from the front and from the back in turn; the order
//!    with the fewest crossings is kept.
//! 4. Places across are a least-squares fit to the neighbours' places that keeps the order and the distances.
//! 5. Lines run along the main axis, and across it only in the channels between two rows, each in a track of its own.
//!
//! Lengths run along the main axis, in which data flows, and breadths across it; whether that is to the right or downwards is
//! for those who draw. Equal input gives equal output.

use std::collections::BTreeMap;

/// Room that something takes: along the main axis, and on both sides of the line through it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Extent {
    pub(super) along: f64,
    pub(super) before: f64,
    pub(super) after: f64,
}

/// A link between two nodes, with the room of its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Extent,
}

/// Distances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spacing {
    /// Between neighbours of a row.
    pub(super) gap: f64,
    /// Of a channel without tracks: room for an arrow.
    pub(super) channel: f64,
    /// That each track adds to its channel.
    pub(super) track: f64,
}

/// Where something begins along the main axis, and the breadth of the line through it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Spot {
    pub(super) layer: usize,
    pub(super) start: f64,
    pub(super) line: f64,
}

/// A link in its place: its corners as length and breadth, in the direction of the link.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Route {
    pub(super) points: Vec<(f64, f64)>,
    pub(super) label: Spot,
    /// Whether it leads back to an earlier layer.
    pub(super) back: bool,
}

/// A graph in its place. Everything lies between nought and `length`, and nought and `breadth`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Layout {
    pub(super) nodes: Vec<Spot>,
    /// One for each link; a link from a node to itself has no points.
    pub(super) routes: Vec<Route>,
    pub(super) length: f64,
    pub(super) breadth: f64,
}

/// Breadths that differ by no more are drawn as one straight line; less than half of any gap.
const STRAIGHT: f64 = 3.0;
/// How often the rows are gone through, there and back.
const SWEEPS: usize = 12;

impl Layout {
    /// Lays a graph out. Links to nodes that do not exist are left out like those from a node to itself.
    pub(super) fn new(nodes: &[Extent], links: &[Link], spacing: Spacing) -> Self {
        let mut grid = Grid::new(nodes, links);
        grid.order();
        grid.place(spacing.gap);
        grid.finish(nodes, links, spacing)
    }
}

/// A box, a label, or a bare point of a link that passes.
#[derive(Debug, Clone, Default)]
struct Item {
    row: usize,
    extent: Extent,
    is_node: bool,
    line: f64,
    up: Vec<usize>,
    down: Vec<usize>,
}

/// Rows of items on their way to places.
struct Grid {
    items: Vec<Item>,
    rows: Vec<Vec<usize>>,
    /// The items that each link passes, first and last node with them; and whether it was turned round.
    chains: Vec<(Vec<usize>, bool)>,
}

impl Grid {
    /// Nodes in even rows, labels in odd ones.
    fn new(nodes: &[Extent], links: &[Link]) -> Self {
        let ends: Vec<(usize, usize)> = links.iter().map(|link| (link.from, link.to)).collect();
        let turned = turned(nodes.len(), &ends);
        let drawn = |place: usize| {
            let (from, to) = ends[place];
            let exists = from != to && from < nodes.len() && to < nodes.len();
            exists.then_some(if turned[place] { (to, from) } else { (from, to) })
        };
        let forward: Vec<(usize, usize)> = (0..links.len()).filter_map(drawn).collect();
        let layers = layers(nodes.len(), &forward);
        let mut items: Vec<Item> = nodes
            .iter()
            .zip(&layers)
            .map(|(extent, layer)| Item { row: 2 * layer, extent: *extent, is_node: true, ..Item::default() })
            .collect();
        let mut chains = Vec::new();
        for (place, link) in links.iter().enumerate() {
            let Some((from, to)) = drawn(place) else {
                chains.push((Vec::new(), false));
                continue;
            };
            let mut chain = vec![from];
            for row in 2 * layers[from] + 1..2 * layers[to] {
                let extent = if chain.len() == 1 { link.label } else { Extent::default() };
                items.push(Item { row, extent, ..Item::default() });
                chain.push(items.len() - 1);
            }
            chain.push(to);
            for pair in chain.windows(2) {
                items[pair[0]].down.push(pair[1]);
                items[pair[1]].up.push(pair[0]);
            }
            chains.push((chain, turned[place]));
        }
        let count = layers.iter().max().map_or(0, |last| 2 * last + 1);
        let mut rows = vec![Vec::new(); count];
        for (place, item) in items.iter().enumerate() {
            rows[item.row].push(place);
        }
        Self { items, rows, chains }
    }

    /// Orders each row by the middle of its neighbours, and keeps the order with the fewest crossings.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.rows.clone());
        for sweep in 0..SWEEPS {
            let backwards = sweep % 2 == 1;
            for step in 1..self.rows.len() {
                let row = if backwards { self.rows.len() - 1 - step } else { step };
                self.order_row(row, backwards);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
        }
        self.rows = best.1;
    }

    fn order_row(&mut self, row: usize, backwards: bool) {
        let neighbour = if backwards { row + 1 } else { row - 1 };
        let places: BTreeMap<usize, usize> =
            self.rows[neighbour].iter().enumerate().map(|(place, item)| (*item, place)).collect();
        let mut keyed: Vec<(f64, usize)> = Vec::new();
        for (place, item) in self.rows[row].iter().enumerate() {
            let of = if backwards { &self.items[*item].down } else { &self.items[*item].up };
            let found: Vec<f64> = of.iter().filter_map(|other| places.get(other)).map(|place| *place as f64).collect();
            let mean = found.iter().sum::<f64>() / found.len() as f64;
            // Without neighbours it stays about where it is.
            keyed.push((if found.is_empty() { place as f64 } else { mean }, *item));
        }
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.rows[row] = keyed.into_iter().map(|(_, item)| item).collect();
    }

    /// How many pairs of lines cross.
    fn crossings(&self) -> usize {
        let pairs = self.rows.windows(2).map(|pair| {
            let place = |row: &[usize], item: usize| row.iter().position(|other| *other == item).unwrap_or(0);
            let lines: Vec<(usize, usize)> = pair[0]
                .iter()
                .enumerate()
                .flat_map(|(from, item)| self.items[*item].down.iter().map(move |to| (from, *to)))
                .map(|(from, to)| (from, place(&pair[1], to)))
                .collect();
            let crosses = |a: &(usize, usize), b: &(usize, usize)| a.0 < b.0 && a.1 > b.1;
            lines.iter().map(|a| lines.iter().filter(|b| crosses(a, b)).count()).sum::<usize>()
        });
        pairs.sum()
    }

    /// Breadths: each row in turn as near to its neighbours as order and distances allow.
    fn place(&mut self, gap: f64) {
        for row in 0..self.rows.len() {
            let wanted: Vec<f64> = vec![0.0; self.rows[row].len()];
            self.set(row, &wanted, gap);
        }
        for _ in 0..SWEEPS {
            for row in 1..self.rows.len() {
                let wanted = self.wanted(row, |item| &item.up);
                self.set(row, &wanted, gap);
            }
            for row in (0..self.rows.len().saturating_sub(1)).rev() {
                let wanted = self.wanted(row, |item| &item.down);
                self.set(row, &wanted, gap);
            }
        }
        // A line that alone leaves its box leaves it straight, and one that alone enters its box enters it straight.
        for row in (1..self.rows.len()).step_by(2) {
            let wanted = self.wanted(row, |item| {
                let alone = item.up.first().is_some_and(|before| self.items[*before].down.len() == 1);
                if alone { &item.up } else { &item.down }
            });
            self.set(row, &wanted, gap);
        }
        self.straighten(gap);
        let low = self.items.iter().map(|item| item.line - item.extent.before).fold(f64::INFINITY, f64::min);
        for item in &mut self.items {
            item.line -= low;
        }
    }

    /// Lets lines that pass several rows go straight on from their labels, as far as their neighbours leave room.
    fn straighten(&mut self, gap: f64) {
        for place in 0..self.chains.len() {
            let chain = self.chains[place].0.clone();
            let bare = chain.get(1..chain.len().saturating_sub(1)).unwrap_or_default();
            for pair in bare.windows(2) {
                let (low, high) = self.room(pair[1], gap);
                let before = self.items[pair[0]].line;
                // A small step looks worse than a small gap.
                let straight = before >= low - STRAIGHT && before <= high + STRAIGHT;
                self.items[pair[1]].line = if straight { before } else { before.max(low).min(high) };
            }
        }
    }

    /// Between which breadths an item can move while its neighbours stay.
    fn room(&self, place: usize, gap: f64) -> (f64, f64) {
        let item = &self.items[place];
        let row = &self.rows[item.row];
        let own = row.iter().position(|other| *other == place).unwrap_or(0);
        let before = own.checked_sub(1).and_then(|before| row.get(before)).map(|before| &self.items[*before]);
        let behind = row.get(own + 1).map(|behind| &self.items[*behind]);
        let low = before.map(|before| before.line + before.extent.after + gap + item.extent.before);
        let high = behind.map(|behind| behind.line - behind.extent.before - gap - item.extent.after);
        // Neighbours that have taken some of the gap already leave it where it is.
        (low.unwrap_or(f64::NEG_INFINITY).min(item.line), high.unwrap_or(f64::INFINITY).max(item.line))
    }

    /// The mean of the neighbours for each item of a row; its own place where it has none.
    fn wanted<'a>(&'a self, row: usize, neighbours: impl Fn(&'a Item) -> &'a Vec<usize>) -> Vec<f64> {
        let wanted = |place: &usize| {
            let item = &self.items[*place];
            let others = neighbours(item);
            let sum: f64 = others.iter().map(|other| self.items[*other].line).sum();
            if others.is_empty() { item.line } else { sum / others.len() as f64 }
        };
        self.rows[row].iter().map(wanted).collect()
    }

    fn set(&mut self, row: usize, wanted: &[f64], gap: f64) {
        let row = &self.rows[row];
        let extents: Vec<Extent> = row.iter().map(|item| self.items[*item].extent).collect();
        let lines = nearest(wanted, &extents, gap);
        for (item, line) in row.iter().zip(lines) {
            self.items[*item].line = line;
        }
    }

    /// Lengths, and the lines.
    fn finish(&self, nodes: &[Extent], links: &[Link], spacing: Spacing) -> Layout {
        let tracks: Vec<BTreeMap<usize, usize>> = (1..self.rows.len()).map(|row| self.tracks(row - 1)).collect();
        let thickness = |row: &Vec<usize>| row.iter().map(|item| self.items[*item].extent.along).fold(0.0, f64::max);
        // Where each row begins and ends.
        let mut spans: Vec<(f64, f64)> = Vec::new();
        let mut at = 0.0;
        for (row, items) in self.rows.iter().enumerate() {
            let end = at + thickness(items);
            spans.push((at, end));
            let count = tracks.get(row).map_or(0, |tracks| tracks.values().max().map_or(0, |last| last + 1));
            at = end + spacing.channel + spacing.track * count as f64;
        }
        let spot = |place: usize| {
            let item = &self.items[place];
            let (start, end) = spans[item.row];
            let slack = end - start - item.extent.along;
            Spot { layer: item.row / 2, start: start + slack / 2.0, line: item.line }
        };
        let routes = self.chains.iter().map(|(chain, back)| {
            let Some(label) = chain.get(1).copied() else { return Route::default() };
            let mut points = self.points(chain, &spans, &tracks, spacing);
            if *back {
                points.reverse();
            }
            Route { points, label: spot(label), back: *back }
        });
        let breadth = self.items.iter().map(|item| item.line + item.extent.after).fold(0.0, f64::max);
        debug_assert_eq!(links.len(), self.chains.len());
        Layout {
            nodes: (0..nodes.len()).map(spot).collect(),
            routes: routes.collect(),
            length: spans.last().map_or(0.0, |(_, end)| *end),
            breadth,
        }
    }

    /// The corners of a line.
    fn points(
        &self,
        chain: &[usize],
        spans: &[(f64, f64)],
        tracks: &[BTreeMap<usize, usize>],
        spacing: Spacing,
    ) -> Vec<(f64, f64)> {
        let edge = |place: usize, side: f64| {
            let item = &self.items[place];
            let (start, end) = spans[item.row];
            // A box may be thinner than its row; a line passes the room of its label from end to end.
            let half = if item.is_node { item.extent.along / 2.0 } else { (end - start) / 2.0 };
            f64::midpoint(start, end) + side * half
        };
        let mut points: Vec<(f64, f64)> = Vec::new();
        for pair in chain.windows(2) {
            let (a, b) = (&self.items[pair[0]], &self.items[pair[1]]);
            let (from, to) = Self::levels(a, b);
            points.push((edge(pair[0], 1.0), from));
            if from != to {
                let track = tracks[a.row].get(&self.group(pair[0], pair[1])).copied().unwrap_or(0);
                // Half a channel is kept for the arrow.
                let at = spans[a.row].1 + spacing.channel / 4.0 + spacing.track * (track as f64 + 0.5);
                points.push((at, from));
                points.push((at, to));
            }
            points.push((edge(pair[1], -1.0), to));
        }
        straightened(&points)
    }

    /// The breadths at which a line leaves one item and reaches the next. A box takes a line anywhere near its middle.
    fn levels(a: &Item, b: &Item) -> (f64, f64) {
        let near = (a.line - b.line).abs() <= STRAIGHT;
        match (near, a.is_node, b.is_node) {
            (true, true, _) => (b.line, b.line),
            (true, _, true) => (a.line, a.line),
            _ => (a.line, b.line),
        }
    }

    /// Lines that share a track: those that leave one item, or else those that reach one.
    fn group(&self, a: usize, b: usize) -> usize {
        if self.items[a].down.len() > 1 { a } else { b }
    }

    /// The track of each group behind a row. Lines that go to a higher breadth take them from the far end, so that they
    /// do not cross.
    fn tracks(&self, row: usize) -> BTreeMap<usize, usize> {
        let mut groups: BTreeMap<usize, f64> = BTreeMap::new();
        for a in &self.rows[row] {
            for b in &self.items[*a].down {
                let (from, to) = Self::levels(&self.items[*a], &self.items[*b]);
                if from != to {
                    groups.entry(self.group(*a, *b)).or_insert(if to > from { -from } else { from });
                }
            }
        }
        let mut order: Vec<(f64, usize)> = groups.into_iter().map(|(group, key)| (key, group)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        order.into_iter().enumerate().map(|(track, (_, group))| (group, track)).collect()
    }
}

/// Which links close a circle, as a walk from each node in turn finds them.
fn turned(count: usize, links: &[(usize, usize)]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; count];
    let mut turned = vec![false; links.len()];
    for start in 0..count {
        // Nodes under way, each with the next link to look at.
        let mut stack: Vec<(usize, usize)> = Vec::new();
        if marks[start] == Mark::New {
            marks[start] = Mark::Open;
            stack.push((start, 0));
        }
        while let Some((node, next)) = stack.last_mut() {
            let Some(offset) = links.get(*next..).and_then(|rest| rest.iter().position(|(from, _)| from == node))
            else {
                marks[*node] = Mark::Done;
                stack.pop();
                continue;
            };
            let link = *next + offset;
            *next = link + 1;
            let to = links[link].1;
            match marks.get(to) {
                Some(Mark::Open) => turned[link] = true,
                Some(Mark::New) => {
                    marks[to] = Mark::Open;
                    stack.push((to, 0));
                }
                _ => {}
            }
        }
    }
    turned
}

/// The length of the longest way to each node of a graph without circles.
fn layers(count: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let mut layers = vec![0; count];
    // No way is longer than there are nodes.
    for _ in 0..count {
        for (from, to) in links {
            layers[*to] = layers[*to].max(layers[*from] + 1);
        }
    }
    layers
}

/// The breadths nearest to those wanted, in the sense of least squares, that keep order and distances: isotonic regression
/// by pooling adjacent violators.
fn nearest(wanted: &[f64], extents: &[Extent], gap: f64) -> Vec<f64> {
    // How far each lies behind the first at the least; without these distances, breadths must only not fall.
    let mut offsets = Vec::with_capacity(extents.len());
    let mut offset = 0.0;
    for (place, extent) in extents.iter().enumerate() {
        if let Some(before) = place.checked_sub(1) {
            offset += extents[before].after + gap + extent.before;
        }
        offsets.push(offset);
    }
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (want, offset) in wanted.iter().zip(&offsets) {
        let mut pool = (want - offset, 1);
        while let Some(last) = pools.last().filter(|last| last.0 > pool.0) {
            let count = last.1 + pool.1;
            pool = ((last.0 * last.1 as f64 + pool.0 * pool.1 as f64) / count as f64, count);
            pools.pop();
        }
        pools.push(pool);
    }
    let levels = pools.into_iter().flat_map(|(level, count)| std::iter::repeat_n(level, count));
    levels.zip(offsets).map(|(level, offset)| level + offset).collect()
}

/// A line without the points that lie on a straight part of it.
fn straightened(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in points {
        if kept.last() == Some(point) {
            continue;
        }
        if let [.., before, last] = kept.as_slice() {
            let level = before.1 == last.1 && last.1 == point.1;
            let upright = before.0 == last.0 && last.0 == point.0;
            if level || upright {
                kept.pop();
            }
        }
        kept.push(*point);
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPACING: Spacing = Spacing { gap: 10.0, channel: 20.0, track: 8.0 };
    const BOX: Extent = Extent { along: 100.0, before: 25.0, after: 25.0 };
    const LABEL: Extent = Extent { along: 80.0, before: 30.0, after: 4.0 };

    fn links(ends: &[(usize, usize)]) -> Vec<Link> {
        ends.iter().map(|(from, to)| Link { from: *from, to: *to, label: LABEL }).collect()
    }

    fn laid_out(count: usize, ends: &[(usize, usize)]) -> Layout {
        Layout::new(&vec![BOX; count], &links(ends), SPACING)
    }

    /// A rectangle as its sides: start and end along, low and high across.
    type Room = (f64, f64, f64, f64);

    fn room(spot: &Spot, extent: Extent) -> Room {
        (spot.start, spot.start + extent.along, spot.line - extent.before, spot.line + extent.after)
    }

    fn overlap(a: &Room, b: &Room) -> bool {
        const DUST: f64 = 1e-6;
        a.0 < b.1 - DUST && b.0 < a.1 - DUST && a.2 < b.3 - DUST && b.2 < a.3 - DUST
    }

    /// Nothing lies on anything else, no line cuts a box or the label of another line, and all is inside.
    fn check(layout: &Layout, nodes: &[Extent], links: &[Link]) -> Result<(), String> {
        let boxes: Vec<Room> = layout.nodes.iter().zip(nodes).map(|(spot, extent)| room(spot, *extent)).collect();
        let drawn = |(_, (route, _)): &(usize, (&Route, &Link))| !route.points.is_empty();
        let labels: Vec<(usize, Room)> = layout
            .routes
            .iter()
            .zip(links)
            .enumerate()
            .filter(drawn)
            .map(|(place, (route, link))| (place, room(&route.label, link.label)))
            .collect();
        let all: Vec<&Room> = boxes.iter().chain(labels.iter().map(|(_, room)| room)).collect();
        for (place, a) in all.iter().enumerate() {
            if a.0 < -1e-6 || a.2 < -1e-6 || a.1 > layout.length + 1e-6 || a.3 > layout.breadth + 1e-6 {
                return Err(format!("{a:?} is outside of {} by {}", layout.length, layout.breadth));
            }
            if let Some(b) = all[..place].iter().find(|b| overlap(a, b)) {
                return Err(format!("{a:?} lies on {b:?}"));
            }
        }
        for (place, route) in layout.routes.iter().enumerate() {
            for ends in route.points.windows(2) {
                let (a, b) = (ends[0], ends[1]);
                if a.0 != b.0 && a.1 != b.1 {
                    return Err(format!("{a:?} to {b:?} is slanted"));
                }
                let line = (a.0.min(b.0), a.0.max(b.0), a.1.min(b.1), a.1.max(b.1));
                let others = labels.iter().filter(|(other, _)| *other != place).map(|(_, room)| room);
                if let Some(cut) = boxes.iter().chain(others).find(|room| overlap(&line, room)) {
                    return Err(format!("{line:?} cuts {cut:?}"));
                }
            }
        }
        Ok(())
    }

    #[test]
    fn a_line_of_nodes_is_straight() {
        let layout = laid_out(4, &[(0, 1), (1, 2), (2, 3)]);
        assert!(layout.nodes.iter().all(|spot| spot.line == layout.nodes[0].line), "{layout:?}");
        assert_eq!(layout.nodes.iter().map(|spot| spot.layer).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(layout.routes.iter().all(|route| route.points.len() == 2));
        // Four boxes, three labels, and a channel on each side of a label.
        assert_eq!(layout.length, 4.0 * 100.0 + 3.0 * 80.0 + 6.0 * 20.0);
        assert_eq!(layout.breadth, 55.0, "a label reaches further before the line than a box");
    }

    #[test]
    fn a_fork_is_even_and_its_branches_are_straight_behind_the_fork() {
        let layout = laid_out(5, &[(0, 1), (1, 2), (1, 3), (1, 4)]);
        let line = |node: usize| layout.nodes[node].line;
        assert!((line(1) - line(3)).abs() < 1e-6 && (line(0) - line(1)).abs() < 1e-6, "{layout:?}");
        assert!((line(3) - line(2) - (line(4) - line(3))).abs() < 1e-6);
        assert!(layout.routes[0].points.len() == 2 && layout.routes[2].points.len() == 2);
        assert_eq!(layout.routes[1].points.len(), 4, "out, across, on");
    }

    #[test]
    fn a_circle_is_drawn_with_one_link_back() {
        let layout = laid_out(3, &[(0, 1), (1, 2), (2, 0), (1, 1), (0, 9)]);
        assert_eq!(
            layout.routes.iter().map(|route| route.back).collect::<Vec<_>>(),
            [false, false, true, false, false]
        );
        let back = &layout.routes[2].points;
        assert!(back.first().unwrap().0 > back.last().unwrap().0, "{back:?}");
        assert!(layout.routes[3].points.is_empty() && layout.routes[4].points.is_empty());
    }

    #[test]
    fn a_link_that_skips_layers_passes_the_boxes_between() {
        let ends = [(0, 1), (1, 2), (2, 3), (0, 3)];
        let layout = laid_out(4, &ends);
        assert_eq!(check(&layout, &[BOX; 4], &links(&ends)), Ok(()));
    }

    #[test]
    fn lines_are_untangled_where_they_can_be() {
        // Two lines that cross in the order given.
        let layout = laid_out(4, &[(0, 3), (1, 2)]);
        let line = |node: usize| layout.nodes[node].line;
        assert_eq!(line(0) < line(1), line(3) < line(2));
    }

    #[test]
    fn nothing_has_no_size() {
        let layout = laid_out(0, &[]);
        assert_eq!((layout.length, layout.breadth), (0.0, 0.0));
    }

    #[test]
    fn distances_and_order_are_kept_as_near_as_can_be() {
        let one = Extent { along: 0.0, before: 1.0, after: 1.0 };
        assert_eq!(nearest(&[0.0, 0.0], &[one, one], 2.0), [-2.0, 2.0]);
        assert_eq!(nearest(&[0.0, 10.0], &[one, one], 2.0), [0.0, 10.0]);
        assert_eq!(nearest(&[10.0, 0.0, 50.0], &[one, one, one], 2.0), [3.0, 7.0, 50.0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn graphs_of_any_shape_are_laid_out(
            sizes in prop::collection::vec((10.0..150.0_f64, 5.0..60.0_f64), 1..26),
            ends in prop::collection::vec((0..27_usize, 0..26_usize), 0..40),
            label in (0.0..120.0_f64, 0.0..70.0_f64, 0.0..20.0_f64),
        ) {
            let nodes: Vec<Extent> =
                sizes.iter().map(|(along, half)| Extent { along: *along, before: *half, after: *half }).collect();
            let label = Extent { along: label.0, before: label.1, after: label.2 };
            let mut seen = std::collections::BTreeSet::new();
            let links: Vec<Link> = ends
                .iter()
                .filter(|ends| seen.insert(**ends))
                .map(|(from, to)| Link { from: *from, to: *to, label })
                .collect();
            let layout = Layout::new(&nodes, &links, SPACING);
            prop_assert_eq!(check(&layout, &nodes, &links), Ok(()));
            prop_assert_eq!(&layout, &Layout::new(&nodes, &links, SPACING));
            for (route, link) in layout.routes.iter().zip(&links).filter(|(route, _)| !route.points.is_empty()) {
                let (from, to) = (layout.nodes[link.from].layer, layout.nodes[link.to].layer);
                prop_assert!(if route.back { from > to } else { from < to }, "{:?} from {} to {}", link, from, to);
            }
        }
    }
}
