//! Pixels to a PNG file.
//!
//! # Source
//! Portable Network Graphics specification, third edition: file signature, chunk layout, filter type 0.

use std::io::{self, Write};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

pub(super) const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
/// 144 pixels an inch, in pixels a metre: twice the density that a nominal size assumes.
const PIXELS_PER_METRE: u32 = 5669;

/// Encodes rows of red, green and blue bytes.
pub(super) fn encode(pixels: &[u8], width: u32, height: u32) -> io::Result<Vec<u8>> {
    let mut file = SIGNATURE.to_vec();
    // Eight bits a channel, colours without transparency, the only compression and filter methods, not interlaced.
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    chunk(&mut file, *b"IHDR", &header)?;
    let density = PIXELS_PER_METRE.to_be_bytes();
    chunk(&mut file, *b"pHYs", &[&density[..], &density, &[1]].concat())?;
    chunk(&mut file, *b"IDAT", &compress(pixels, width as usize * 3)?)?;
    chunk(&mut file, *b"IEND", &[])?;
    Ok(file)
}

/// Compresses the rows as they are: the filters of the format help photographs, and make charts larger.
fn compress(pixels: &[u8], row_bytes: usize) -> io::Result<Vec<u8>> {
    const NO_FILTER: u8 = 0;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in pixels.chunks_exact(row_bytes.max(1)) {
        encoder.write_all(&[NO_FILTER])?;
        encoder.write_all(row)?;
    }
    encoder.finish()
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> io::Result<()> {
    let length = u32::try_from(data.len()).map_err(io::Error::other)?;
    let mut checksum = Crc::new();
    checksum.update(&kind);
    checksum.update(data);
    file.extend(length.to_be_bytes());
    file.extend(kind);
    file.extend(data);
    file.extend(checksum.sum().to_be_bytes());
    Ok(())
}
