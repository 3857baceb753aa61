//! A heat map: one figure over the values of two settings, a cell for each pair.
//!
//! Colours are steps of one hue that are even to the eye, and a bar beside the map says what they mean; cells hold their
//! value where there is room for all of them. A thick line parts the cells that keep a limit from those that miss it, which
//! are hatched. Cells that are pointed out have a frame and a sign, and a line below the map says what they are.

use super::axis::{LogScale, Scale, TimeScale, duration, money, number};
use super::frame::{BODY_WIDTH, Frame, Letters, MARGIN, label_room, middle_baseline};
use super::scene::{Anchor, Area, Scene, Type, clean};
use super::theme::{Rgb, Theme};
use super::{Caption, drawable};

/// Room for the names of the axes.
const ABOVE: f64 = 28.0;
const GAP: f64 = 10.0;
/// Room for the colour bar with its ticks, and its width.
const BAR_ROOM: f64 = 104.0;
const BAR: f64 = 14.0;
/// The height of all rows together, as near as the least and the greatest height of one allow.
const HEIGHT: f64 = 420.0;
const ROW: (f64, f64) = (17.0, 44.0);
const WIDEST_CELL: f64 = 110.0;
/// Room for the labels of the columns and the name of their setting, and the height of a line of the key.
const BELOW: f64 = 52.0;
const KEY_LINE: f64 = 24.0;
/// From which factor between the largest and the smallest value on the scale is logarithmic.
const LOGARITHMIC: f64 = 50.0;
/// Values are printed into cells that are this much wider, and at least so high.
const VALUE_AIR: f64 = 8.0;
const VALUE_HEIGHT: f64 = 17.0;

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeatUnit {
    /// Seconds: `62 s`, `15 min`.
    #[default]
    Seconds,
    /// US dollars.
    Usd,
    /// Things: objects a day, shards.
    Count,
    /// A share of a whole, in per cent.
    Percent,
}

/// One of the two settings: its name and its values, from left to right or from the bottom up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeatAxis {
    /// The setting: "buffer interval".
    pub name: String,
    /// Its values as they read: "60 s", "300 s".
    pub labels: Vec<String>,
}

/// Why a cell is pointed out, which also says with which sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeatSign {
    /// What holds unless somebody says otherwise: a ring and a dashed frame.
    Default,
    /// What is recommended: a dot and a frame.
    Recommended,
}

/// A cell that is pointed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatMark {
    /// Its column, from 0 on the left.
    pub across: usize,
    /// Its row, from 0 at the bottom.
    pub up: usize,
    /// Which sign it has.
    pub sign: HeatSign,
}

/// One figure over two settings, of up to about 30 values each. [`HeatChart::new`] makes one, [`HeatChart::with_limit`] and
/// [`HeatChart::with_mark`] add to it.
///
/// ```
/// use forebay::report::charts::{Caption, Chart, HeatAxis, HeatChart, HeatSign, HeatUnit, Theme};
///
/// let axis = |name: &str, labels: &[&str]| HeatAxis {
///     name: name.into(),
///     labels: labels.iter().map(|label| (*label).into()).collect(),
/// };
/// let heat = HeatChart::new(
///     Caption::titled("The interval decides, the size does not"),
///     ("p99 of the delay", HeatUnit::Seconds),
///     axis("buffer interval", &["60 s", "300 s"]),
///     axis("buffer size", &["1 MiB", "5 MiB"]),
///     // Row by row, the lowest first: 1 MiB, then 5 MiB.
///     vec![Some(61.0), Some(298.0), Some(61.5), None],
/// );
/// let heat = heat.with_limit("asked for: 2 min", 120.0).with_mark(0, 1, HeatSign::Recommended);
/// assert!(Chart::Heat(heat).to_svg(&Theme::print())?.contains("5 MiB"));
/// # Ok::<(), forebay::report::charts::ChartError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeatChart {
    /// The words around it.
    pub caption: Caption,
    /// What is shown: "p99 of the delay".
    pub figure: String,
    /// What it is counted in.
    pub unit: HeatUnit,
    /// The setting that varies from left to right.
    pub across: HeatAxis,
    /// The setting that varies from the bottom up.
    pub up: HeatAxis,
    /// The figure for each pair, row by row from the bottom up, each row from left to right; `None`, a number that is not
    /// finite and a value too few are unknown.
    pub values: Vec<Option<f64>>,
    /// The most that is allowed: how it reads ("asked for: 15 min") and the figure.
    pub limit: Option<(String, f64)>,
    /// Cells that are pointed out.
    pub marks: Vec<HeatMark>,
}

/// From values to the share of the colour scale, 0 to 1, and to heights of the bar.
struct Shades {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Shades {
    fn new(values: &[f64]) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let logarithmic = low > 0.0 && high / low > LOGARITHMIC;
        // Values that hardly differ must not look as if they did.
        let least = (high.abs() * 0.02).max(1e-9);
        let high = if high - low < least { low + least } else { high };
        Self { low, high, logarithmic }
    }

    /// Where a value lies between two positions.
    fn at(&self, value: f64, ends: (f64, f64)) -> f64 {
        if self.logarithmic {
            self.logarithms(ends).at(value)
        } else {
            Scale::new((self.low, self.high), ends).at(value)
        }
    }

    fn logarithms(&self, ends: (f64, f64)) -> LogScale {
        LogScale::around([self.low, self.high].into_iter(), (0.0, 1.0), ends)
    }

    fn share(&self, value: f64) -> f64 {
        self.at(value, (0.0, 1.0))
    }

    /// Round values with their heights on the bar.
    fn ticks(&self, unit: HeatUnit, ends: (f64, f64), letters: Type) -> Vec<(f64, String)> {
        match (self.logarithmic, unit) {
            (true, HeatUnit::Seconds) => {
                let times = TimeScale::new((self.low, self.high), ends).ticks_upwards(letters);
                times.into_iter().map(|tick| (tick.at, tick.label)).collect()
            }
            (true, _) => {
                let scale = self.logarithms(ends);
                scale.ticks(8.0).into_iter().map(|value| (scale.at(value), unit.tick(value))).collect()
            }
            (false, _) => {
                let scale = Scale::new((self.low, self.high), ends);
                scale.ticks(5.0).into_iter().map(|value| (scale.at(value), unit.tick(value))).collect()
            }
        }
    }
}

impl HeatUnit {
    /// A value in a sentence, with its unit.
    fn told(self, value: f64) -> String {
        match self {
            Self::Seconds => duration(value),
            Self::Usd => format!("{} USD", money(value)),
            Self::Count => number(value),
            Self::Percent => format!("{} %", number(value)),
        }
    }

    /// A value in a cell.
    fn short(self, value: f64) -> String {
        match self {
            Self::Seconds => duration(value),
            Self::Usd => money(value),
            Self::Count | Self::Percent => number(value),
        }
    }

    fn tick(self, value: f64) -> String {
        match self {
            Self::Seconds => duration(value),
            Self::Usd | Self::Count | Self::Percent => number(value).replace('-', "−"),
        }
    }

    /// The unit as it follows the name of the figure.
    const fn name(self) -> &'static str {
        match self {
            Self::Usd => ", USD",
            Self::Percent => ", %",
            Self::Seconds | Self::Count => "",
        }
    }
}

impl HeatSign {
    const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Recommended => "recommended",
        }
    }
}

/// The grid on the page.
struct Grid {
    area: Area,
    columns: usize,
    rows: usize,
    cell: (f64, f64),
}

impl Grid {
    fn cell(&self, across: usize, up: usize) -> Area {
        let (width, height) = self.cell;
        let y = self.area.bottom() - height * (up + 1) as f64;
        Area { x: self.area.x + width * across as f64, y, width, height }
    }

    fn cells(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (columns, rows) = (self.columns, self.rows);
        (0..rows).flat_map(move |up| (0..columns).map(move |across| (across, up)))
    }
}

/// A line of the key below the map.
enum KeyLine {
    Limit(String),
    Mark(HeatSign, String),
    Unknown,
}

impl HeatChart {
    /// A map of a figure with its unit over two settings. `values` are row by row: the first row belongs to the first label of
    /// `up` and is drawn at the bottom, and in it the first value belongs to the first label of `across`. Seconds, US
    /// dollars or counts by the unit; `None` where it is not known.
    #[must_use]
    pub fn new(
        caption: Caption,
        (figure, unit): (&str, HeatUnit),
        across: HeatAxis,
        up: HeatAxis,
        values: Vec<Option<f64>>,
    ) -> Self {
        Self { caption, figure: figure.to_owned(), unit, across, up, values, limit: None, marks: Vec::new() }
    }

    /// With the most that the figure may be, in its unit; `label` says it in words.
    #[must_use]
    pub fn with_limit(self, label: &str, most: f64) -> Self {
        Self { limit: Some((label.to_owned(), most)), ..self }
    }

    /// With a cell pointed out: its column from the left and its row from the bottom, both from 0. Cells that are not on the
    /// map are not drawn.
    #[must_use]
    pub fn with_mark(mut self, across: usize, up: usize, sign: HeatSign) -> Self {
        self.marks.push(HeatMark { across, up, sign });
        self
    }

    /// The value of a cell, if it is known.
    fn value(&self, across: usize, up: usize) -> Option<f64> {
        let value = self.values.get(up * self.across.labels.len() + across).copied().flatten();
        value.filter(|value| value.is_finite()).map(drawable)
    }

    /// Whether a cell misses the limit; `None` where that is not known.
    fn misses(&self, across: usize, up: usize) -> Option<bool> {
        let limit = self.limit.as_ref().map(|(_, limit)| *limit).filter(|limit| limit.is_finite())?;
        Some(self.value(across, up)? > limit)
    }

    /// A cell by its settings: `60 s × 5 MiB`.
    fn settings(&self, across: usize, up: usize) -> String {
        let label = |axis: &HeatAxis, index: usize| axis.labels.get(index).cloned().unwrap_or_default();
        format!("{} × {}", label(&self.across, across), label(&self.up, up))
    }

    fn on_map(&self, mark: &HeatMark) -> bool {
        mark.across < self.across.labels.len() && mark.up < self.up.labels.len()
    }

    /// What a mark points out, in words.
    fn told(&self, mark: &HeatMark) -> String {
        let value =
            self.value(mark.across, mark.up).map_or_else(|| "unknown".to_owned(), |value| self.unit.told(value));
        format!("{}: {}, {value}", mark.sign.name(), self.settings(mark.across, mark.up))
    }

    pub(super) fn finding(&self) -> String {
        let grid = self.grid(0.0, 0.0, 1.0);
        let known = grid.cells().filter_map(|(across, up)| Some((self.value(across, up)?, across, up)));
        let known: Vec<(f64, usize, usize)> = known.collect();
        let told = |cell: Option<&(f64, usize, usize)>| {
            cell.map_or_else(
                || "unknown".to_owned(),
                |(value, across, up)| format!("{} at {}", self.unit.told(*value), self.settings(*across, *up)),
            )
        };
        let least = known.iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let most = known.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        let mut text = format!(
            "{}{} by {} (across) and {} (up): from {} to {}.",
            self.figure,
            self.unit.name(),
            self.across.name,
            self.up.name,
            told(least),
            told(most)
        );
        if let Some((label, limit)) = &self.limit {
            let missing = grid.cells().filter(|(across, up)| self.misses(*across, *up) == Some(true)).count();
            text = format!("{text} {label} ({}): {missing} of {} miss it.", self.unit.told(*limit), known.len());
        }
        for mark in self.marks.iter().filter(|mark| self.on_map(mark)) {
            text = format!("{text} {}.", self.told(mark));
        }
        text
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let unit = match self.unit {
            HeatUnit::Seconds => "value_s",
            HeatUnit::Usd => "value_usd",
            HeatUnit::Count => "value",
            HeatUnit::Percent => "value_percent",
        };
        let named = |axis: &HeatAxis, otherwise: &str| {
            if axis.name.is_empty() { otherwise.to_owned() } else { axis.name.clone() }
        };
        let settings = [named(&self.across, "across"), named(&self.up, "up")].into_iter();
        let others = [unit, "misses_limit", "marked"].map(str::to_owned);
        let mut rows: Vec<Vec<String>> = vec![settings.chain(others).collect()];
        for (up, up_label) in self.up.labels.iter().enumerate() {
            for (across, across_label) in self.across.labels.iter().enumerate() {
                let marks = self.marks.iter().filter(|mark| (mark.across, mark.up) == (across, up));
                let marks: Vec<&str> = marks.map(|mark| mark.sign.name()).collect();
                rows.push(vec![
                    across_label.clone(),
                    up_label.clone(),
                    self.value(across, up).map_or_else(String::new, |value| value.to_string()),
                    self.misses(across, up).map_or_else(String::new, |misses| misses.to_string()),
                    marks.join(" "),
                ]);
            }
        }
        rows.extend(
            self.limit.iter().map(|(label, limit)| {
                vec![label.clone(), String::new(), limit.to_string(), String::new(), String::new()]
            }),
        );
        rows
    }

    fn grid(&self, left: f64, top: f64, width: f64) -> Grid {
        let (columns, rows) = (self.across.labels.len(), self.up.labels.len());
        let cell =
            ((width / columns.max(1) as f64).min(WIDEST_CELL), (HEIGHT / rows.max(1) as f64).clamp(ROW.0, ROW.1));
        let area = Area { x: left, y: top, width: cell.0 * columns as f64, height: cell.1 * rows as f64 };
        Grid { area, columns, rows, cell }
    }

    pub(super) fn scene(&self, theme: &Theme) -> Scene {
        let letters = Letters::new(theme);
        let room = label_room(self.up.labels.iter().map(String::as_str), 150.0, letters.label);
        let left = MARGIN + room + GAP;
        let width = BODY_WIDTH - room - GAP - BAR_ROOM;
        let key = self.key();
        let height = self.grid(left, 0.0, width).area.height.max(KEY_LINE);
        let body_height = ABOVE + height + BELOW + KEY_LINE * key.len() as f64;
        let mut frame = Frame::new(&self.caption.title, &self.caption, body_height, theme);
        let grid = self.grid(left, frame.body.y + ABOVE, width);
        if grid.area.width <= 0.0 || grid.area.height <= 0.0 {
            let at = (left, middle_baseline(frame.body.y + ABOVE + KEY_LINE / 2.0, letters.quiet));
            frame.scene.text("no cells", at, Anchor::Start, letters.quiet);
            return frame.scene;
        }
        self.draw_names(&mut frame, &grid, room);
        let values: Vec<f64> = grid.cells().filter_map(|(across, up)| self.value(across, up)).collect();
        let shades = Shades::new(&values);
        self.draw_cells(&mut frame, &grid, &shades, theme);
        self.draw_contour(&mut frame.scene, &grid, theme);
        for mark in self.marks.iter().filter(|mark| self.on_map(mark)) {
            self.draw_mark(&mut frame, &grid, mark, &shades, theme);
        }
        if !values.is_empty() {
            self.draw_bar(&mut frame, &grid, &shades, theme);
        }
        for (line, entry) in key.iter().enumerate() {
            let middle = grid.area.y + height + BELOW + KEY_LINE * (line as f64 + 0.5);
            draw_key_line(&mut frame, entry, (left, middle), theme);
        }
        frame.scene
    }

    /// The labels of the axes: those of columns that find no room are left out.
    fn draw_names(&self, frame: &mut Frame, grid: &Grid, room: f64) {
        let (label, tick) = (frame.letters.label, frame.letters.tick);
        let up = tick.cut(&clean(&self.up.name), BODY_WIDTH * 0.45);
        frame.scene.text(&up, (frame.body.x, frame.body.y + 12.0), Anchor::Start, tick);
        for (row, text) in self.up.labels.iter().enumerate() {
            let cell = grid.cell(0, row);
            let at = (grid.area.x - GAP, middle_baseline(cell.y + cell.height / 2.0, label));
            frame.scene.text(&label.cut(&clean(text), room), at, Anchor::End, label);
        }
        let widest = 1.5 * grid.cell.0.max(60.0);
        let mut free_from = f64::NEG_INFINITY;
        for (column, text) in self.across.labels.iter().enumerate() {
            let cell = grid.cell(column, 0);
            let text = label.cut(&clean(text), widest);
            let (x, half) = (cell.x + cell.width / 2.0, label.width(&text) * 0.53);
            if x - half >= free_from && x + half <= grid.area.right() + BAR_ROOM * 0.3 {
                frame.scene.text(&text, (x, grid.area.bottom() + 20.0), Anchor::Middle, label);
                free_from = x + half + 8.0;
            }
        }
        let across = tick.cut(&clean(&self.across.name), BODY_WIDTH * 0.8);
        frame.scene.text(&across, (grid.area.x, grid.area.bottom() + 39.0), Anchor::Start, tick);
    }

    /// Whether there is room for the values of all cells.
    fn prints_values(&self, grid: &Grid, letters: Type) -> bool {
        let texts = grid.cells().filter_map(|(across, up)| self.value(across, up)).map(|value| self.unit.short(value));
        let widest = texts.map(|text| letters.width(&text) * 1.06).fold(0.0, f64::max);
        grid.cell.1 >= VALUE_HEIGHT && widest + VALUE_AIR <= grid.cell.0
    }

    fn draw_cells(&self, frame: &mut Frame, grid: &Grid, shades: &Shades, theme: &Theme) {
        let letters = frame.letters.tick;
        let prints = self.prints_values(grid, letters);
        for (across, up) in grid.cells() {
            let cell = grid.cell(across, up);
            // A thin gap keeps neighbours apart.
            let inner = Area { width: (cell.width - 1.0).max(0.5), height: cell.height - 1.0, ..cell };
            let Some(value) = self.value(across, up) else {
                draw_unknown(&mut frame.scene, inner, theme);
                continue;
            };
            let colour = theme.scale(shades.share(value));
            frame.scene.fill(inner, colour);
            if self.misses(across, up) == Some(true) {
                frame.scene.hatch(inner, colour.mixed(colour.ink(), 0.3));
            }
            if prints {
                let letters = Type { colour: colour.ink(), ..letters };
                let text = self.unit.short(value);
                let width = letters.width(&text);
                let (x, y) = (inner.x + (inner.width - width) / 2.0, inner.y + inner.height / 2.0);
                frame.scene.fill(Area { x: x - 2.0, y: y - 7.0, width: width + 4.0, height: 14.0 }, colour);
                frame.scene.text(&text, (x, middle_baseline(y, letters)), Anchor::Start, letters);
            }
        }
    }

    /// The edges between cells that keep the limit and cells that miss it.
    fn draw_contour(&self, scene: &mut Scene, grid: &Grid, theme: &Theme) {
        let mut edges = Vec::new();
        for (across, up) in grid.cells() {
            let cell = grid.cell(across, up);
            let Some(here) = self.misses(across, up) else { continue };
            let differs = |across: usize, up: usize| {
                across < grid.columns && up < grid.rows && self.misses(across, up) == Some(!here)
            };
            if differs(across + 1, up) {
                edges.push(((cell.right() - 0.5, cell.y - 1.5), (cell.right() - 0.5, cell.bottom() + 0.5)));
            }
            if differs(across, up + 1) {
                edges.push(((cell.x - 1.5, cell.y - 0.5), (cell.right() + 0.5, cell.y - 0.5)));
            }
        }
        for (width, colour) in [(5.0, theme.background), (2.5, theme.limit)] {
            for (from, to) in &edges {
                scene.line(*from, *to, width, colour);
            }
        }
    }

    fn draw_mark(&self, frame: &mut Frame, grid: &Grid, mark: &HeatMark, shades: &Shades, theme: &Theme) {
        /// How far the middle of a sign is from the edges of its cell where the cell holds a value too.
        const INSIDE: f64 = 12.0;
        let cell = grid.cell(mark.across, mark.up);
        let inner = Area { width: cell.width - 1.0, height: cell.height - 1.0, ..cell };
        let value = self.value(mark.across, mark.up);
        let colour = value.map_or(theme.background, |value| theme.scale(shades.share(value)));
        let inks = (colour.ink(), colour);
        draw_sign_frame(&mut frame.scene, inner, mark.sign, inks);
        let tick = frame.letters.tick;
        let printed = value.filter(|_| self.prints_values(grid, tick)).map(|value| tick.width(&self.unit.short(value)));
        // Two signs in one cell stand in different corners.
        let x = if mark.sign == HeatSign::Default { inner.right() - INSIDE } else { inner.x + INSIDE };
        let middle = (inner.x + inner.width / 2.0, inner.y + inner.height / 2.0);
        match printed {
            None if inner.width.min(inner.height) >= 12.0 => draw_sign(&mut frame.scene, middle, mark.sign, inks),
            Some(width) if inner.width >= width + 4.0 * INSIDE => {
                draw_sign(&mut frame.scene, (x, middle.1), mark.sign, inks);
            }
            _ => {}
        }
    }

    /// What the colours mean, beside the map.
    fn draw_bar(&self, frame: &mut Frame, grid: &Grid, shades: &Shades, theme: &Theme) {
        const STEPS: u32 = 40;
        let tick = frame.letters.tick;
        let x = grid.area.right() + 26.0;
        let ends = (grid.area.bottom() - 1.0, grid.area.y);
        let height = (ends.0 - ends.1) / f64::from(STEPS);
        for step in 0..STEPS {
            let share = (f64::from(step) + 0.5) / f64::from(STEPS);
            let y = ends.0 - height * f64::from(step + 1);
            frame.scene.fill(Area { x, y, width: BAR, height: height + 0.5 }, theme.scale(share));
        }
        let figure = tick.cut(&clean(&self.heading(shades)), BODY_WIDTH * 0.5);
        let right = (x + BAR_ROOM - 26.0).max(MARGIN + BODY_WIDTH * 0.5);
        frame.scene.text(&figure, (right, frame.body.y + 12.0), Anchor::End, tick);
        let mut taken: Vec<f64> = Vec::new();
        for (y, text) in shades.ticks(self.unit, ends, tick) {
            if taken.iter().any(|other| (other - y).abs() < 15.0) {
                continue;
            }
            taken.push(y);
            frame.scene.line((x + BAR, y), (x + BAR + 4.0, y), 1.0, theme.axis);
            let text = tick.cut(&text, BAR_ROOM - 26.0 - BAR - 8.0);
            frame.scene.text(&text, (x + BAR + 8.0, middle_baseline(y, tick)), Anchor::Start, tick);
        }
        if let Some((_, limit)) = &self.limit
            && (shades.low..=shades.high).contains(limit)
        {
            let y = shades.at(*limit, ends);
            frame.scene.line((x - 5.0, y), (x + BAR, y), 4.5, theme.background);
            frame.scene.line((x - 5.0, y), (x + BAR, y), 2.5, theme.limit);
        }
    }

    /// What the bar says: the figure, its unit and its scale.
    fn heading(&self, shades: &Shades) -> String {
        let scale = if shades.logarithmic { " (log scale)" } else { "" };
        format!("{}{}{scale}", self.figure, self.unit.name())
    }

    /// What lines, signs and crosses mean.
    fn key(&self) -> Vec<KeyLine> {
        let grid = self.grid(0.0, 0.0, 1.0);
        let mut key = Vec::new();
        if let Some((label, _)) = self.limit.as_ref().filter(|(_, limit)| limit.is_finite()) {
            let missing = |wanted: bool| grid.cells().any(|(across, up)| self.misses(across, up) == Some(wanted));
            let which = match (missing(true), missing(false)) {
                (true, true) => "hatched cells miss it",
                (true, false) => "every cell misses it",
                (false, true) => "every cell keeps it",
                (false, false) => "unknown which cells keep it",
            };
            key.push(KeyLine::Limit(format!("{label}: {which}")));
        }
        key.extend(
            self.marks.iter().filter(|mark| self.on_map(mark)).map(|mark| KeyLine::Mark(mark.sign, self.told(mark))),
        );
        if grid.cells().any(|(across, up)| self.value(across, up).is_none()) {
            key.push(KeyLine::Unknown);
        }
        key
    }
}

fn draw_unknown(scene: &mut Scene, area: Area, theme: &Theme) {
    scene.edge(area, 0.75, theme.grid);
    let (left, right, top, bottom) = (area.x + 2.0, area.right() - 2.0, area.y + 2.0, area.bottom() - 2.0);
    scene.line((left, top), (right, bottom), 1.0, theme.axis);
    scene.line((left, bottom), (right, top), 1.0, theme.axis);
}

fn draw_sign_frame(scene: &mut Scene, area: Area, sign: HeatSign, (ink, colour): (Rgb, Rgb)) {
    /// The least width and height of a cell with two frames in it.
    const ROOMY: f64 = 28.0;
    match sign {
        HeatSign::Recommended => scene.edge(area, 2.5, ink),
        HeatSign::Default if area.width.min(area.height) >= ROOMY => {
            // Inside the frame of a cell that is recommended as well.
            let inside = Area { x: area.x + 4.0, y: area.y + 4.0, width: area.width - 8.0, height: area.height - 8.0 };
            scene.edge(inside, 1.5, colour);
            scene.dashed_edge(inside, 1.5, ink);
        }
        HeatSign::Default => {}
    }
}

fn draw_sign(scene: &mut Scene, at: (f64, f64), sign: HeatSign, (ink, colour): (Rgb, Rgb)) {
    const RADIUS: f64 = 4.0;
    match sign {
        HeatSign::Recommended => scene.dot(at, RADIUS, ink),
        HeatSign::Default => scene.ring(at, RADIUS, 1.5, (ink, colour)),
    }
}

fn draw_key_line(frame: &mut Frame, entry: &KeyLine, (x, middle): (f64, f64), theme: &Theme) {
    const SWATCH: f64 = 26.0;
    let area = Area { x, y: middle - 8.0, width: SWATCH, height: 16.0 };
    let colours = (theme.ink, theme.background);
    let text = match entry {
        KeyLine::Limit(text) => {
            frame.scene.line((x, middle), (area.right(), middle), 2.5, theme.limit);
            text.as_str()
        }
        KeyLine::Mark(sign, text) => {
            match sign {
                HeatSign::Recommended => frame.scene.edge(area, 2.0, theme.ink),
                HeatSign::Default => frame.scene.dashed_edge(area, 1.5, theme.ink),
            }
            draw_sign(&mut frame.scene, (x + SWATCH / 2.0, middle), *sign, colours);
            text.as_str()
        }
        KeyLine::Unknown => {
            draw_unknown(&mut frame.scene, area, theme);
            "unknown"
        }
    };
    let letters = frame.letters.quiet;
    let text = letters.cut(&clean(text), MARGIN + BODY_WIDTH - area.right() - 10.0);
    frame.scene.text(&text, (area.right() + 10.0, middle_baseline(middle, letters)), Anchor::Start, letters);
}
