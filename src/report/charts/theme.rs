//! Colours.

/// How many things are told apart by colour alone.
pub(super) const COLOURS: usize = 8;

/// A colour of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    const fn hex(code: u32) -> Self {
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
        }
    }

    /// Black on white, for paper.
    #[must_use]
    pub fn print() -> Self {
        Self {
            ink: Rgb::hex(0),
            muted: Rgb::hex(0x0040_4040),
            grid: Rgb::hex(0x00d5_d5d5),
            axis: Rgb::hex(0x0060_6060),
            ..Self::light()
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
    fn contrast_agrees_with_its_definition_at_the_ends() {
        assert!((Rgb(0, 0, 0).contrast(Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
        assert!((Rgb(9, 9, 9).contrast(Rgb(9, 9, 9)) - 1.0).abs() < 1e-12);
    }
}
