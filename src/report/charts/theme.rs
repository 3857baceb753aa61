//! Colours.

/// How many things are told apart by colour alone.
pub(super) const COLOURS: usize = 8;

/// A colour of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    pub(super) const fn hex(code: u32) -> Self {
        Self((code >> 16) as u8, (code >> 8) as u8, code as u8)
    }

    /// This colour with `share` (0 to 1) of another mixed in.
    #[must_use]
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// How much two colours differ in lightness, from 1 (not at all) to 21 (black and white).
    ///
    /// # Source
    /// Contrast ratio of the Web Content Accessibility Guidelines 2.1.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Black or white, whichever is easier to read on this colour.
    pub(super) fn ink(self) -> Self {
        let (dark, light) = (Self::hex(0x000b_0d10), Self::hex(0x00ff_ffff));
        if dark.contrast(self) > light.contrast(self) { dark } else { light }
    }

    /// Lightness as the eye sees it, from 0 (black) to 100 (white).
    ///
    /// # Source
    /// L* of CIE 1976.
    fn lightness(self) -> f64 {
        let luminance = self.luminance();
        if luminance > 0.008_856 { 116.0 * libm::cbrt(luminance) - 16.0 } else { 903.3 * luminance }
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// The colours of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// The page itself.
    pub background: Rgb,
    /// Titles and labels.
    pub ink: Rgb,
    /// Everything that is said quietly.
    pub muted: Rgb,
    /// Lines to read values by.
    pub grid: Rgb,
    /// The base line of an axis, guides and whiskers.
    pub axis: Rgb,
    /// The line of a single curve.
    pub accent: Rgb,
    /// A requirement.
    pub limit: Rgb,
    /// Things told apart by colour, in a fixed order.
    pub series: [Rgb; COLOURS],
    /// Whether these are greys, so that areas need textures or numbers besides.
    pub textured: bool,
}

impl Theme {
    /// Dark on white.
    #[must_use]
    pub fn light() -> Self {
        Self {
            background: Rgb::hex(0x00ff_ffff),
            ink: Rgb::hex(0x001b_1f24),
            muted: Rgb::hex(0x005b_6470),
            grid: Rgb::hex(0x00e4_e7eb),
            axis: Rgb::hex(0x0080_8995),
            accent: Rgb::hex(0x0000_72b2),
            limit: Rgb::hex(0x00b5_4a00),
            series: [
                0x0000_72b2,
                0x00c7_8500,
                0x0000_9e73,
                0x00c6_6d9f,
                0x00d5_5e00,
                0x0035_98d4,
                0x007a_828c,
                0x009a_8f00,
            ]
            .map(Rgb::hex),
            textured: false,
        }
    }

    /// Light on nearly black.
    #[must_use]
    pub fn dark() -> Self {
        Self {
            background: Rgb::hex(0x0014_171c),
            ink: Rgb::hex(0x00ed_f0f3),
            muted: Rgb::hex(0x00a7_b0bc),
            grid: Rgb::hex(0x002a_3038),
            axis: Rgb::hex(0x007a_8491),
            accent: Rgb::hex(0x0056_b4e9),
            limit: Rgb::hex(0x00f2_8c45),
            series: [
                0x0033_8fc8,
                0x00e6_9f00,
                0x0012_b388,
                0x00cc_79a7,
                0x00e8_7530,
                0x0084_caf1,
                0x009a_a3ae,
                0x00f0_e442,
            ]
            .map(Rgb::hex),
            textured: false,
        }
    }

    /// Black on white, for paper: greys alone, dark and light by turns, with textures where greys meet.
    #[must_use]
    pub fn print() -> Self {
        let grey = |level: u8| Rgb(level, level, level);
        Self {
            background: grey(0xff),
            ink: grey(0),
            muted: grey(0x40),
            grid: grey(0xd5),
            axis: grey(0x60),
            accent: grey(0x28),
            limit: grey(0),
            series: [0x1c, 0x90, 0x50, 0x82, 0x36, 0x6c, 0x28, 0x5e].map(grey),
            textured: true,
        }
    }

    /// The colour of a value between the least (0) and the greatest (1) on a scale of one hue that is even to the eye: equal
    /// steps of the value are equal steps of lightness. More of the value is further from the page.
    #[must_use]
    pub fn scale(&self, share: f64) -> Rgb {
        // The ends stay apart from the page and from its letters.
        const ENDS: (f64, f64) = (0.07, 0.80);
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        let (page, ink) = (self.background.lightness(), self.ink.lightness());
        let wanted = page + (ENDS.0 + share * (ENDS.1 - ENDS.0)) * (ink - page);
        // Lightness changes one way only from the page through the accent to the ink, so halving finds the place.
        let (mut near, mut far) = (0.0, 1.0);
        for _ in 0..20 {
            let middle = f64::midpoint(near, far);
            let reached = (self.towards_ink(middle).lightness() - wanted) * (ink - page) >= 0.0;
            if reached { far = middle } else { near = middle }
        }
        self.towards_ink(far)
    }

    /// A colour on the way from the page (0) through the accent (1/2) to the ink (1).
    fn towards_ink(&self, share: f64) -> Rgb {
        if share < 0.5 {
            self.background.mixed(self.accent, 2.0 * share)
        } else {
            self.accent.mixed(self.ink, 2.0 * share - 1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_stands_out_from_its_background() {
        for theme in [Theme::light(), Theme::dark(), Theme::print()] {
            let contrast = |colour: Rgb| colour.contrast(theme.background);
            for text in [theme.ink, theme.muted, theme.limit] {
                assert!(contrast(text) >= 4.5, "{text:?} {}", contrast(text));
            }
            for colour in theme.series.into_iter().chain([theme.axis, theme.accent]) {
                assert!(contrast(colour) >= 3.0, "{colour:?} {}", contrast(colour));
                assert!(colour.ink().contrast(colour) >= 4.5, "{colour:?}");
            }
        }
    }

    #[test]
    fn the_scale_is_even_to_the_eye_in_every_theme() {
        for theme in [Theme::light(), Theme::dark(), Theme::print()] {
            let steps: Vec<f64> = (0..=10).map(|step| theme.scale(f64::from(step) / 10.0).lightness()).collect();
            let whole = steps[10] - steps[0];
            assert!(whole.abs() > 50.0, "{steps:?}");
            for pair in steps.windows(2) {
                assert!(((pair[1] - pair[0]) * 10.0 / whole - 1.0).abs() < 0.25, "{steps:?}");
            }
            assert_eq!(theme.scale(f64::NAN), theme.scale(0.0));
        }
    }

    #[test]
    fn paper_has_no_colours() {
        let theme = Theme::print();
        for Rgb(red, green, blue) in theme.series.into_iter().chain([theme.accent, theme.limit, theme.scale(0.4)]) {
            assert!(red == green && green == blue);
        }
    }

    #[test]
    fn contrast_agrees_with_its_definition_at_the_ends() {
        assert!((Rgb(0, 0, 0).contrast(Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
        assert!((Rgb(9, 9, 9).contrast(Rgb(9, 9, 9)) - 1.0).abs() < 1e-12);
    }
}
