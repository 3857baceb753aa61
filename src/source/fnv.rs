//! The digest of texts, in a file of its own: the build script works out that of the embedded catalog with it.

/// 64-bit FNV-1a over texts, each closed by a zero byte, in hexadecimal.
pub(crate) fn fnv1a<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{hash:016x}")
}
