//! Axes: where values go, which ticks to show, and how numbers read.

use super::drawable;
use super::scene::Type;
use crate::units::{SimDuration, significant};

/// How many ticks to ask for on an axis where everything is zero: that one.
pub(super) const NO_TICKS: f64 = 0.5;

/// A straight scale from values to positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// The values at the ends.
    low: f64,
    high: f64,
    /// The positions of the ends.
    start: f64,
    end: f64,
}

impl Scale {
    /// A scale from `low` to `high`; equal ends are pulled apart.
    pub(super) fn new((low, high): (f64, f64), (start, end): (f64, f64)) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, start, end }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.start + share * (self.end - self.start)
    }

    /// Round values across the scale, about `count` of them.
    pub(super) fn ticks(&self, count: f64) -> Vec<f64> {
        let step = round_step((self.high - self.low) / count);
        let first = libm::ceil(self.low / step - 1e-9);
        let last = libm::floor(self.high / step + 1e-9);
        let mut ticks = Vec::new();
        let mut index = first;
        while index <= last && ticks.len() < 50 {
            // Avoids a negative zero.
            ticks.push(index * step + 0.0);
            index += 1.0;
        }
        ticks
    }
}

/// The next 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(step.max(1e-12))));
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|round| *round >= step * 0.999).unwrap_or(step)
}

/// Seconds for a person: `154 s`, `15 min`, `1 h`.
pub(super) fn duration(seconds: f64) -> String {
    SimDuration::from_secs_f64(drawable(seconds)).to_string()
}

/// An amount in dollars: cents, more digits below a cent, none of them from 100,000 on.
pub(in crate::report) fn money(amount: f64) -> String {
    let amount = drawable(amount);
    let magnitude = amount.abs();
    let text = if magnitude == 0.0 {
        "0.00".to_owned()
    } else if magnitude < 0.01 {
        significant(magnitude, 2)
    } else if magnitude < 99_999.5 {
        let cents = (magnitude * 100.0).round() as u64;
        format!("{}.{:02}", crate::units::grouped(cents / 100), cents % 100)
    } else {
        crate::units::grouped(magnitude.round() as u64)
    };
    if amount < 0.0 { format!("−{text}") } else { text }
}

/// An amount with its half-width, if there is one: `123.45 ± 2.10 USD`.
pub(super) fn money_interval(amount: f64, half_width: Option<f64>) -> String {
    match half_width.map(drawable).filter(|half| *half > 0.0) {
        Some(half) => format!("{} ± {} USD", money(amount), money(half)),
        None => format!("{} USD", money(amount)),
    }
}

/// A logarithmic scale of any quantity above zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LogScale(Scale);

impl LogScale {
    /// The least value that is told from nothing, and how many powers of ten are shown at the most.
    const LEAST: f64 = 1e-9;
    const SPAN: f64 = 12.0;

    /// A scale that shows all of these values with this share of it free at either end, and `factor` at the least from end to
    /// end. Values that are not above zero are left out.
    pub(super) fn around(values: impl Iterator<Item = f64>, (air, factor): (f64, f64), ends: (f64, f64)) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite() && *value > 0.0) {
            let at = libm::log10(drawable(value).max(Self::LEAST));
            (low, high) = (low.min(at), high.max(at));
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        low = low.max(high - Self::SPAN);
        let air = ((high - low) * air).max((libm::log10(factor) - (high - low)) / 2.0);
        Self(Scale::new((low - air, high + air), ends))
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let value = if value > 0.0 { drawable(value) } else { 0.0 };
        self.0.at(libm::log10(value.max(Self::LEAST)))
    }

    /// Powers of ten, about `most` of them at the most; 2 and 5 times these as well where there are few.
    pub(super) fn ticks(&self, most: f64) -> Vec<f64> {
        let (low, high) = (self.0.low, self.0.high);
        if high - low > most / 3.0 {
            return decades((low, high), most).into_iter().map(|power| libm::pow(10.0, power)).collect();
        }
        let powers = decades((low.floor(), high.ceil()), 50.0);
        let round = powers.into_iter().flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * libm::pow(10.0, power)));
        let shown = |value: &f64| (low - 1e-9..=high + 1e-9).contains(&libm::log10(*value));
        round.filter(shown).collect()
    }

    /// Round sizes in bytes: powers of 1,024, and 2 to 512 times these where there are few.
    pub(super) fn sizes(&self, most: f64) -> Vec<f64> {
        let (low, high) = (self.0.low / BINARY_DIGIT, self.0.high / BINARY_DIGIT);
        let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0];
        let step = steps.into_iter().find(|step| (high - low) / step <= most).unwrap_or(40.0);
        let mut power = (libm::ceil(low / step - 1e-9) * step).max(0.0);
        let mut sizes = Vec::new();
        while power <= high + 1e-9 {
            sizes.push(libm::pow(2.0, power));
            power += step;
        }
        sizes
    }
}

/// The decimal logarithm of 2.
const BINARY_DIGIT: f64 = std::f64::consts::LOG10_2;

/// A size in bytes, in binary units: `5 MiB`, `1.4 KiB`.
pub(super) fn size(bytes: f64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let (mut value, mut unit) = (drawable(bytes).max(0.0), 0);
    // What would round to 1,024 is one of the next unit.
    while value >= 1023.5 && unit + 1 < UNITS.len() {
        (value, unit) = (value / 1024.0, unit + 1);
    }
    let value = if unit == 0 { value.round() } else { value };
    format!("{} {}", significant(value, if value < 1000.0 { 3 } else { 4 }), UNITS[unit])
}

/// `310`, `2.6 million`.
pub(super) fn number(value: f64) -> String {
    let value = drawable(value);
    match [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")].into_iter().find(|(unit, _)| value >= 0.9995 * unit)
    {
        Some((unit, name)) => format!("{} {name}", significant(value / unit, 3)),
        None => significant(value, 3),
    }
}

/// Powers of ten between two logarithms; every second or third one where they are many.
pub(super) fn decades((low, high): (f64, f64), most: f64) -> Vec<f64> {
    let step = libm::ceil((high - low) / most).max(1.0);
    let mut power = libm::ceil(low / step - 1e-9) * step;
    let mut powers = Vec::new();
    while power <= high + 1e-9 {
        powers.push(power);
        power += step;
    }
    powers
}

/// Times people count in, in seconds. Those of the first list are shown first; the others fill gaps.
const USUAL_TIMES: [f64; 20] = [
    1e-6,
    1e-5,
    1e-4,
    1e-3,
    1e-2,
    0.1,
    1.0,
    10.0,
    60.0,
    300.0,
    900.0,
    3600.0,
    21_600.0,
    86_400.0,
    604_800.0,
    2_592_000.0,
    31_536_000.0,
    315_360_000.0,
    3_153_600_000.0,
    1e-7,
];
const FINER_TIMES: [f64; 21] = [
    2e-3, 5e-3, 0.02, 0.05, 0.2, 0.5, 2.0, 5.0, 20.0, 30.0, 120.0, 180.0, 600.0, 1800.0, 7200.0, 10_800.0, 43_200.0,
    172_800.0, 2e-4, 5e-4, 15.0,
];

/// A tick of a time axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TimeTick {
    pub(super) at: f64,
    pub(super) label: String,
}

/// A logarithmic axis of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeScale(Scale);

impl TimeScale {
    /// A scale between two times above zero, at least a factor of four apart.
    pub(super) fn new((low, high): (f64, f64), ends: (f64, f64)) -> Self {
        Self(Scale::new((libm::log10(low), libm::log10(high)), ends))
    }

    pub(super) fn at(&self, seconds: f64) -> f64 {
        self.0.at(libm::log10(seconds.max(1e-12)))
    }

    /// The usual times on this axis, and finer ones while there are few; labels keep clear of each other.
    pub(super) fn ticks(&self, letters: Type) -> Vec<TimeTick> {
        const GAP: f64 = 16.0;
        const ENOUGH: usize = 7;
        let half = |tick: &TimeTick| letters.width(&tick.label) / 2.0;
        let mut ticks = self.fitting(ENOUGH, |one, other| half(one) + half(other) + GAP);
        ticks.sort_by(|a, b| a.at.total_cmp(&b.at));
        ticks
    }

    /// The same for an upright axis, where it is the height of the letters that must find room.
    pub(super) fn ticks_upwards(&self, letters: Type) -> Vec<TimeTick> {
        const ENOUGH: usize = 4;
        self.fitting(ENOUGH, |_, _| 2.0 * letters.size)
    }

    /// The times of this axis that stand at least `distance` apart, the usual ones first and the finer ones up to `enough`.
    fn fitting(&self, enough: usize, distance: impl Fn(&TimeTick, &TimeTick) -> f64) -> Vec<TimeTick> {
        let mut ticks: Vec<TimeTick> = Vec::new();
        let usual = USUAL_TIMES.iter().map(|time| (time, false));
        for (time, finer) in usual.chain(FINER_TIMES.iter().map(|time| (time, true))) {
            let position = libm::log10(*time);
            if position < self.0.low || position > self.0.high || (finer && ticks.len() >= enough) {
                continue;
            }
            let tick = TimeTick { at: self.at(*time), label: tick_label(*time) };
            if ticks.iter().all(|other| (other.at - tick.at).abs() >= distance(other, &tick)) {
                ticks.push(tick);
            }
        }
        ticks
    }
}

/// Steps in which people count time, in seconds.
const TIME_STEPS: [f64; 22] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    604_800.0,
    2_592_000.0,
    31_536_000.0,
];

/// Round times on a straight axis from 0, in the unit of their step; as many as have room.
pub(super) fn time_ticks(scale: &Scale, letters: Type) -> Vec<TimeTick> {
    const MOST: f64 = 10.0;
    let fits = |step: &f64| (scale.high - scale.low) / *step <= MOST;
    let step = TIME_STEPS.into_iter().find(fits).unwrap_or_else(|| (scale.high - scale.low) / MOST);
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min")];
    let (unit, name) = units.into_iter().find(|(unit, _)| step >= *unit).unwrap_or((1.0, "s"));
    let mut ticks: Vec<TimeTick> = Vec::new();
    let mut time = 0.0;
    while time <= scale.high * (1.0 + 1e-9) {
        let label = if time == 0.0 { "0".to_owned() } else { format!("{} {name}", significant(time / unit, 6)) };
        let tick = TimeTick { at: scale.at(time), label };
        let half = |tick: &TimeTick| letters.width(&tick.label) * 0.53;
        if ticks.last().is_none_or(|last| tick.at - last.at >= half(last) + half(&tick) + 10.0) {
            ticks.push(tick);
        }
        time += step;
    }
    ticks
}

/// Ticks speak of minutes from one minute on, unlike durations in sentences.
fn tick_label(seconds: f64) -> String {
    if (60.0..3600.0).contains(&seconds) {
        format!("{} min", significant(seconds / 60.0, 3))
    } else {
        duration(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_the_digits_that_matter() {
        for (amount, text) in [
            (0.0, "0.00"),
            (0.0001, "0.0001"),
            (0.004_56, "0.0046"),
            (0.01, "0.01"),
            (12.345, "12.35"),
            (1234.5, "1,234.50"),
            (1e7, "10,000,000"),
            (-3.2, "−3.20"),
            (f64::NAN, "0.00"),
        ] {
            assert_eq!(money(amount), text);
        }
        assert_eq!(money_interval(10.0, Some(0.5)), "10.00 ± 0.50 USD");
        assert_eq!(money_interval(10.0, Some(0.0)), "10.00 USD");
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::new((0.0, 1.0), (0.0, 1.0)).ticks(4.0), [0.0, 0.5, 1.0]);
        assert_eq!(Scale::new((0.0, 73.0), (0.0, 1.0)).ticks(4.0), [0.0, 20.0, 40.0, 60.0]);
    }

    #[test]
    fn logarithmic_scales_have_round_ticks_and_hold_any_value() {
        let scale = LogScale::around([3.0, 70.0].into_iter(), (0.05, 2.0), (0.0, 100.0));
        assert_eq!(scale.ticks(6.0), [5.0, 10.0, 20.0, 50.0]);
        let wide = LogScale::around([1.0, 1e9].into_iter(), (0.0, 2.0), (0.0, 100.0));
        assert_eq!(wide.ticks(5.0), [1.0, 1e2, 1e4, 1e6, 1e8]);
        let sizes = LogScale::around([900.0, 3e8].into_iter(), (0.05, 2.0), (0.0, 100.0));
        assert_eq!(sizes.sizes(5.0).into_iter().map(size).collect::<Vec<_>>(), ["1 KiB", "32 KiB", "1 MiB", "32 MiB"]);
        let nothing = LogScale::around([f64::NAN, -1.0, 0.0].into_iter(), (0.05, 2.0), (0.0, 100.0));
        for value in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300] {
            assert!((0.0..=100.0).contains(&nothing.at(value)), "{value}");
        }
    }

    #[test]
    fn sizes_are_told_in_binary_units() {
        for (bytes, text) in [
            (0.0, "0 B"),
            (850.4, "850 B"),
            (1023.6, "1 KiB"),
            (12_345_000.0, "11.8 MiB"),
            (1_048_500.0, "1 MiB"),
            (1.06e9, "1,011 MiB"),
            (f64::NAN, "0 B"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn large_numbers_are_told_in_words() {
        for (value, text) in
            [(0.01, "0.01"), (310.0, "310"), (99_999.0, "99,999"), (2.628e6, "2.63 million"), (1e9, "1 billion")]
        {
            assert_eq!(number(value), text);
        }
        assert_eq!(decades((-2.1, 4.0), 8.0), [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(decades((-2.0, 15.0), 7.0), [0.0, 3.0, 6.0, 9.0, 12.0, 15.0]);
    }
}
