//! A scene through plotters' backends.
//!
//! Backends take whole coordinates only. The SVG is therefore drawn at twice its nominal size and shrunk by its view
//! box; the bitmap is drawn at four times its size and averaged down to twice, which also smooths its edges.
//!
//! Letters of the bitmap are drawn here from the font's outlines: plotters puts each at a whole pixel and forgets the
//! room on its left, which shows.

use std::fmt::Display;

use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::ChartError;
use super::font::{self, Weight};
use super::scene::{Anchor, Scene, Shape, Type, clean};
use super::theme::Rgb;

const SVG_SCALE: f64 = 2.0;
const BITMAP_SCALE: f64 = 4.0;
/// How many drawn pixels make one of the file, in each direction.
const SHRINK: usize = 2;
const FAMILY: &str = "Roboto, Helvetica, Arial, sans-serif";

fn failed(error: impl Display) -> ChartError {
    ChartError::Drawing { reason: error.to_string() }
}

fn colour(rgb: Rgb) -> RGBColor {
    RGBColor(rgb.0, rgb.1, rgb.2)
}

fn style(rgb: Rgb, width: f64) -> ShapeStyle {
    ShapeStyle { color: colour(rgb).to_rgba(), filled: true, stroke_width: width.round().max(1.0) as u32 }
}

/// A position in the backend's pixels.
fn pixel((x, y): (f64, f64), scale: f64) -> (i32, i32) {
    ((x * scale).round() as i32, (y * scale).round() as i32)
}

fn pixels(points: &[(f64, f64)], scale: f64) -> Vec<(i32, i32)> {
    let mut pixels: Vec<_> = points.iter().map(|point| pixel(*point, scale)).collect();
    pixels.dedup();
    pixels
}

/// The scene as an SVG document.
pub(super) fn svg(scene: &Scene, title: &str, description: &str) -> Result<String, ChartError> {
    let size = ((scene.width * SVG_SCALE) as u32, (scene.height * SVG_SCALE) as u32);
    let mut text = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut text, size);
        for shape in &scene.shapes {
            svg_shape(&mut backend, shape)?;
        }
        backend.present().map_err(failed)?;
    }
    Ok(finish_svg(&text, scene, title, description))
}

type Drawn = Result<(), ChartError>;

fn svg_shape(backend: &mut SVGBackend<'_>, shape: &Shape) -> Drawn {
    let drawn = match shape {
        Shape::Fill { area, colour } => {
            let (from, to) = ((area.x, area.y), (area.right(), area.bottom()));
            backend.draw_rect(pixel(from, SVG_SCALE), pixel(to, SVG_SCALE), &style(*colour, 1.0), true)
        }
        Shape::Polygon { points, colour } => backend.fill_polygon(pixels(points, SVG_SCALE), &style(*colour, 1.0)),
        Shape::Path { points, width, colour } => {
            backend.draw_path(pixels(points, SVG_SCALE), &style(*colour, width * SVG_SCALE))
        }
        Shape::Dot { centre, radius, colour } => {
            let radius = (radius * SVG_SCALE).round() as u32;
            backend.draw_circle(pixel(*centre, SVG_SCALE), radius, &style(*colour, 1.0), true)
        }
        Shape::Text { text, x, baseline, anchor, letters } => {
            backend.draw_text(text, &svg_letters(letters, *anchor), pixel((*x, *baseline), SVG_SCALE))
        }
    };
    drawn.map_err(failed)
}

fn svg_letters(letters: &Type, anchor: Anchor) -> TextStyle<'static> {
    let weight = match letters.weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Medium => FontStyle::Bold,
    };
    let position = match anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let font = FontDesc::new(FontFamily::Name(FAMILY), backend_size(letters.size * SVG_SCALE), weight);
    let color = colour(letters.colour).to_backend_color();
    TextStyle { font, color, pos: Pos::new(position, VPos::Top) }
}

/// The size to ask for so that the SVG says exactly `size`: the backend divides by 1.24.
fn backend_size(size: f64) -> f64 {
    const DIVISOR: f64 = 1.24;
    let near = size * DIVISOR;
    [near, near.next_up(), near.next_down()].into_iter().find(|asked| asked / DIVISOR == size).unwrap_or(near)
}

/// Replaces the root element by one that shrinks to the nominal size and tells what the picture shows.
///
/// The replacements below touch attributes only: texts hold no quotation mark or angle bracket that is not escaped.
fn finish_svg(text: &str, scene: &Scene, title: &str, description: &str) -> String {
    let (width, height) = (scene.width, scene.height);
    let body = text
        .split_once('\n')
        .map_or(text, |(_, body)| body)
        // Positions mean baselines; the offset that the backend adds for the top of the letters is taken out.
        .replace(" dy=\"0.76em\"", "")
        .replace(&format!(" font-family=\"{FAMILY}\""), "")
        // Medium where Roboto has it; at 500, fonts without a medium weight would fall back to the regular one.
        .replace("font-weight=\"bold\"", "font-weight=\"600\"")
        .replace(" opacity=\"1\"", "")
        .replace(" text-anchor=\"start\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" \"/>", "\"/>")
        .replace("\n</text>", "</text>");
    let body = body.replace("\">\n", "\">");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {} {}\" font-family=\"{FAMILY}\">\n<title>{}</title>\n<desc>{}</desc>\n{body}",
        width * SVG_SCALE,
        height * SVG_SCALE,
        escape(title),
        escape(description),
    )
}

fn escape(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The scene as rows of red, green and blue bytes, with their width and height in pixels.
pub(super) fn bitmap(scene: &Scene) -> Result<(Vec<u8>, u32, u32), ChartError> {
    let (width, height) = ((scene.width * BITMAP_SCALE) as u32, (scene.height * BITMAP_SCALE) as u32);
    let mut buffer = vec![255; width as usize * height as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut buffer, (width, height));
        for shape in &scene.shapes {
            bitmap_shape(&mut backend, shape)?;
        }
        backend.present().map_err(failed)?;
    }
    Ok((shrink(&buffer, width as usize), width / SHRINK as u32, height / SHRINK as u32))
}

fn bitmap_shape(backend: &mut BitMapBackend<'_>, shape: &Shape) -> Drawn {
    match shape {
        Shape::Fill { area, colour } => {
            let from = pixel((area.x, area.y), BITMAP_SCALE);
            let to = pixel((area.right(), area.bottom()), BITMAP_SCALE);
            bitmap_rectangle(backend, from, to, *colour)
        }
        Shape::Polygon { points, colour } => {
            backend.fill_polygon(pixels(points, BITMAP_SCALE), &style(*colour, 1.0)).map_err(failed)
        }
        Shape::Path { points, width, colour } => {
            let points = pixels(points, BITMAP_SCALE);
            points.windows(2).try_for_each(|ends| bitmap_line(backend, ends[0], ends[1], width * BITMAP_SCALE, *colour))
        }
        Shape::Dot { centre, radius, colour } => {
            let radius = (radius * BITMAP_SCALE).round() as u32;
            backend.draw_circle(pixel(*centre, BITMAP_SCALE), radius, &style(*colour, 1.0), true).map_err(failed)
        }
        Shape::Text { text, x, baseline, anchor, letters } => {
            bitmap_text(backend, text, (*x, *baseline), *anchor, letters)
        }
    }
}

/// Fills from one corner up to, not including, the other.
fn bitmap_rectangle(backend: &mut BitMapBackend<'_>, from: (i32, i32), to: (i32, i32), colour: Rgb) -> Drawn {
    if to.0 <= from.0 || to.1 <= from.1 {
        return Ok(());
    }
    backend.draw_rect(from, to, &style(colour, 1.0), true).map_err(failed)
}

/// A stroke with flat ends; slanted ones get round ends, which close the corners of a curve.
fn bitmap_line(backend: &mut BitMapBackend<'_>, from: (i32, i32), to: (i32, i32), width: f64, colour: Rgb) -> Drawn {
    let width = width.round().max(1.0);
    let (before, after) = ((width / 2.0).floor() as i32, (width / 2.0).ceil() as i32);
    let low = (from.0.min(to.0), from.1.min(to.1));
    let high = (from.0.max(to.0), from.1.max(to.1));
    if low.1 == high.1 {
        return bitmap_rectangle(backend, (low.0, low.1 - before), (high.0, high.1 + after), colour);
    }
    if low.0 == high.0 {
        return bitmap_rectangle(backend, (low.0 - before, low.1), (high.0 + after, high.1), colour);
    }
    let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let length = libm::hypot(dx, dy);
    let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
    let corner = |point: (i32, i32), side: f64| {
        ((f64::from(point.0) + side * nx).round() as i32, (f64::from(point.1) + side * ny).round() as i32)
    };
    let corners = [corner(from, 1.0), corner(to, 1.0), corner(to, -1.0), corner(from, -1.0)];
    backend.fill_polygon(corners, &style(colour, 1.0)).map_err(failed)?;
    if width >= 8.0 {
        let radius = (width / 2.0) as u32;
        backend.draw_circle(from, radius, &style(colour, 1.0), true).map_err(failed)?;
        backend.draw_circle(to, radius, &style(colour, 1.0), true).map_err(failed)?;
    }
    Ok(())
}

fn bitmap_text(
    backend: &mut BitMapBackend<'_>,
    text: &str,
    (x, baseline): (f64, f64),
    anchor: Anchor,
    letters: &Type,
) -> Drawn {
    let size = letters.size * BITMAP_SCALE;
    let width = font::width(text, size, letters.weight);
    let left = x * BITMAP_SCALE
        - match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
    let (page_width, page_height) = backend.get_size();
    let ink = colour(letters.colour);
    let mut result = Ok(());
    font::rasterize(text, size, letters.weight, (left, (baseline * BITMAP_SCALE).round()), |x, y, coverage| {
        let inside = u32::try_from(x).is_ok_and(|x| x < page_width) && u32::try_from(y).is_ok_and(|y| y < page_height);
        if inside && result.is_ok() {
            result = backend.draw_pixel((x, y), ink.mix(f64::from(coverage)).to_backend_color());
        }
    });
    result.map_err(failed)
}

/// Averages squares of pixels.
fn shrink(buffer: &[u8], width: usize) -> Vec<u8> {
    let row_bytes = width * 3;
    let mut out = Vec::with_capacity(buffer.len() / (SHRINK * SHRINK));
    for rows in buffer.chunks_exact(row_bytes * SHRINK) {
        for x in 0..width / SHRINK {
            for channel in 0..3 {
                let places = (0..SHRINK).flat_map(|dy| (0..SHRINK).map(move |dx| (dx, dy)));
                let sum: usize =
                    places.map(|(dx, dy)| usize::from(rows[dy * row_bytes + (x * SHRINK + dx) * 3 + channel])).sum();
                out.push(((sum + SHRINK * SHRINK / 2) / (SHRINK * SHRINK)) as u8);
            }
        }
    }
    out
}
