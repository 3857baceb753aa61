//! The embedded font: how wide a text is, where to break it, and the shapes of its letters.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, point};

const REGULAR: &[u8] = include_bytes!("../fonts/Roboto-Regular.ttf");
const MEDIUM: &[u8] = include_bytes!("../fonts/Roboto-Medium.ttf");

static REGULAR_FACE: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(REGULAR).ok());
static MEDIUM_FACE: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(MEDIUM).ok());

/// A viewer without Roboto shows an SVG in Helvetica or Arial, which run wider. Texts that must fit get this much of
/// the room there is.
const FIT: f64 = 0.94;

/// How heavy the letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Medium,
}

impl Weight {
    fn face(self) -> Option<&'static FontRef<'static>> {
        match self {
            Self::Regular => REGULAR_FACE.as_ref(),
            Self::Medium => MEDIUM_FACE.as_ref(),
        }
    }
}

/// A letter and how far to the right of the text's start it stands, in multiples of the font size.
struct Placed {
    id: GlyphId,
    x: f64,
}

/// Sets `text` in a row; returns the letters and the width, both for a font size of 1.
fn set(text: &str, face: &FontRef<'static>) -> (Vec<Placed>, f64) {
    let em = f64::from(face.units_per_em().unwrap_or(1000.0));
    let mut x = 0.0;
    let mut before = None;
    let mut letters = Vec::new();
    for letter in text.chars() {
        let id = face.glyph_id(letter);
        if let Some(before) = before {
            x += f64::from(face.kern_unscaled(before, id)) / em;
        }
        letters.push(Placed { id, x });
        x += f64::from(face.h_advance_unscaled(id)) / em;
        before = Some(id);
    }
    (letters, x)
}

/// How wide `text` is at this size.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    weight.face().map_or(0.6 * size * text.chars().count() as f64, |face| set(text, face).1 * size)
}

/// Calls `dot(x, y, coverage)` for each pixel the text covers, with its baseline starting at the origin.
pub(super) fn rasterize(text: &str, size: f64, weight: Weight, origin: (f64, f64), mut dot: impl FnMut(i32, i32, f32)) {
    let Some(face) = weight.face() else { return };
    let height = f64::from(face.height_unscaled()) / f64::from(face.units_per_em().unwrap_or(1000.0));
    let scale = PxScale::from((size * height) as f32);
    for letter in set(text, face).0 {
        let position = point((origin.0 + letter.x * size) as f32, origin.1 as f32);
        let Some(outline) = face.outline_glyph(Glyph { id: letter.id, scale, position }) else { continue };
        let bounds = outline.px_bounds();
        let (left, top) = (bounds.min.x as i32, bounds.min.y as i32);
        outline.draw(|x, y, coverage| {
            dot(left.saturating_add_unsigned(x), top.saturating_add_unsigned(y), coverage.min(1.0));
        });
    }
}

/// A name with what is said of it in brackets at its end, which stays whole where the name is cut: `Data Str… (ruled out)`.
pub(super) fn cut_name(text: &str, size: f64, weight: Weight, room: f64) -> String {
    match text.rfind(" (").filter(|_| text.ends_with(')')) {
        Some(at) => {
            let (name, said) = text.split_at(at);
            let left = room - width(said, size, weight);
            if left < room / 3.0 { cut(text, size, weight, room) } else { cut(name, size, weight, left) + said }
        }
        None => cut(text, size, weight, room),
    }
}

/// The text, or as much of its beginning as fits before an ellipsis.
pub(super) fn cut(text: &str, size: f64, weight: Weight, room: f64) -> String {
    let room = room * FIT;
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut shown: Vec<char> = text.chars().collect();
    // Halving first keeps absurdly long labels cheap.
    while shown.len() > 400 {
        shown.truncate(shown.len() / 2);
    }
    loop {
        let candidate = format!("{}…", shown.iter().collect::<String>().trim_end());
        if shown.is_empty() || width(&candidate, size, weight) <= room {
            return candidate;
        }
        shown.pop();
    }
}

/// The text broken between words into at most `most` lines; what does not fit in the last is cut.
pub(super) fn wrap(text: &str, size: f64, weight: Weight, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // Not at no-break spaces, which hold an amount and its unit together.
    let mut words = unbroken(text).into_iter().peekable();
    while words.peek().is_some() {
        if lines.len() + 1 >= most {
            let rest = words.by_ref().take(400).collect::<Vec<_>>().join(" ");
            lines.push(cut(&rest, size, weight, room));
            break;
        }
        let mut line = words.next().unwrap_or_default();
        while let Some(word) = words.peek() {
            let longer = format!("{line} {word}");
            if width(&longer, size, weight) > room * FIT {
                break;
            }
            line = longer;
            words.next();
        }
        lines.push(cut(&line, size, weight, room));
    }
    lines
}

/// The words of a text; a number stays with what follows it, which is its unit or what it counts, or a sign, and a few words
/// in brackets stay together.
fn unbroken(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let number = |word: &str| word.ends_with(|last: char| last.is_ascii_digit() || "±×·".contains(last));
    let open = |word: &str| word.starts_with('(') && !word.contains(')');
    for word in text.split([' ', '\t']).filter(|word| !word.is_empty()) {
        match words.last_mut().filter(|last| (number(last) || open(last)) && last.len() < 24) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_every_sign_that_charts_use() {
        for weight in [Weight::Regular, Weight::Medium] {
            let face = weight.face().unwrap();
            for letter in "≥≤·–—±×−…µ%€".chars() {
                assert_ne!(face.glyph_id(letter).0, 0, "{letter}");
            }
        }
    }

    #[test]
    fn numbers_stay_with_their_units_and_brackets_together() {
        let words = unbroken("110.77 USD a month (ruled out) for 297 s, 1 ± 2 of all");
        assert_eq!(words, ["110.77 USD", "a", "month", "(ruled out)", "for", "297 s,", "1 ± 2 of", "all"]);
    }

    #[test]
    fn what_is_said_of_a_name_outlasts_the_name() {
        let cut = |text: &str, room| cut_name(text, 14.0, Weight::Regular, room);
        assert_eq!(cut("A (ruled out)", 200.0), "A (ruled out)");
        let long = cut("Data Streams and whatever comes behind it (ruled out)", 200.0);
        assert!(long.ends_with("… (ruled out)") && long.starts_with("Data Streams"), "{long}");
        assert!(width(&long, 14.0, Weight::Regular) <= 200.0);
    }

    #[test]
    fn texts_are_cut_to_the_room_there_is() {
        assert_eq!(cut("short", 14.0, Weight::Regular, 100.0), "short");
        for room in [0.0, 5.0, 50.0, 120.0] {
            let text = cut(&"long text ".repeat(2000), 14.0, Weight::Regular, room);
            assert!(text.ends_with('…'));
            assert!(text == "…" || width(&text, 14.0, Weight::Regular) <= room);
        }
    }

    #[test]
    fn lines_break_between_words() {
        let lines = wrap("one two three four five six seven", 14.0, Weight::Medium, 80.0, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines[2].ends_with('…'), "{lines:?}");
        assert!(lines.iter().all(|line| width(line, 14.0, Weight::Medium) <= 80.0), "{lines:?}");
        assert!(wrap("  ", 14.0, Weight::Medium, 80.0, 3).is_empty());
    }
}
