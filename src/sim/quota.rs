//! A quota of each whole second under a Poisson load, second by second.
//!
//! How many requests come in one second is Poisson, independent of every other second, and a quota that starts anew with
//! each second looks at nothing else. So one draw stands for a second, however many requests come in it, and the result has
//! exactly the law of the record tier.

use rand_distr::{Distribution, Poisson};

use super::SimError;
use super::stream::stream;

/// What a quota turned away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QuotaTally {
    /// Seconds.
    pub seconds: u64,
    /// Requests that came.
    pub offered: u64,
    /// Requests that were turned away.
    pub rejected: u64,
    /// Seconds in which any was.
    pub throttled: u64,
}

/// Plays `seconds` of a Poisson load of `rate` requests a second against `quota` requests a second.
///
/// # Errors
/// [`SimError::Invalid`] for a rate that is not above zero or too great to be drawn.
pub fn play_quota(rate: f64, quota: u64, seconds: u64, seed: u64, replication: u32) -> Result<QuotaTally, SimError> {
    let law = Poisson::new(rate).map_err(|_| SimError::invalid("rate", "a finite rate above zero", rate))?;
    let mut draws = stream(seed, replication, "quota");
    let mut tally = QuotaTally { seconds, ..QuotaTally::default() };
    for _ in 0..seconds {
        let came = law.sample(&mut draws) as u64;
        let over = came.saturating_sub(quota);
        tally.offered += came;
        tally.rejected += over;
        tally.throttled += u64::from(over > 0);
    }
    Ok(tally)
}
