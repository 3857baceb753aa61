//! Random streams: one for each (seed, replication, component), so that components never share draws.
//!
//! Adding a stage to a model, or taking one away, leaves the draws of every other component alone, and two models with the
//! same source see the same arrivals and sizes (common random numbers). The mapping is part of the crate's promise of
//! reproducible runs: FNV-1a over the component's name, then three rounds of the `SplitMix64` finaliser over seed,
//! replication and name, then Xoshiro256++ seeded from that word.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator behind every draw.
pub(crate) type Stream = Xoshiro256PlusPlus;

/// The stream of one component in one replication.
pub(super) fn stream(seed: u64, replication: u32, component: &str) -> Stream {
    let mut word = scramble(seed);
    word = scramble(word ^ u64::from(replication));
    word = scramble(word ^ fnv1a(component.as_bytes()));
    Stream::seed_from_u64(word)
}

/// A stream of its own for what is drawn beside all replications.
pub(crate) fn named_stream(seed: u64, purpose: &str) -> Stream {
    stream(seed, u32::MAX, purpose)
}

/// The output function of `SplitMix64` (Steele, Lea and Flood, 2014), applied to one step from `word`.
const fn scramble(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Bytes as an evenly spread number.
pub(super) fn hashed(bytes: &[u8]) -> u64 {
    scramble(fnv1a(bytes))
}

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn the_hashes_give_their_published_values() {
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(scramble(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn every_part_of_the_key_changes_the_stream() {
        let first = |seed, replication, name| stream(seed, replication, name).next_u64();
        let base = first(1, 0, "source/sizes");
        assert_eq!(base, first(1, 0, "source/sizes"));
        for other in [first(2, 0, "source/sizes"), first(1, 1, "source/sizes"), first(1, 0, "source/arrivals")] {
            assert_ne!(base, other);
        }
    }
}
