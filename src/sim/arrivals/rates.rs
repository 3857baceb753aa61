//! The rate of a source over time, one stretch after another on which it is constant.
//!
//! Given what modulates them, the requests of these sources are Poisson at that rate. The modulator draws from the stream
//! that a [`Sender`](super::Sender) would give it, so that whoever asks for rates only sees the same ones.

use super::super::model::Arrivals;
use super::super::stream::Stream;
use super::modulated::{Chain, Crowd, Hold, Modulator};
use super::pace::Pace;

/// The rate while it runs.
#[derive(Debug)]
pub(in crate::sim) struct Rates {
    pace: Pace,
    modulator: Option<Box<dyn Modulator>>,
    hold: Hold,
}

impl Rates {
    /// The rate of requests that bring so many records each; `None` of a source that is not Poisson even then.
    pub(super) fn new(arrivals: &Arrivals, in_one: f64, modulation: Stream) -> Option<Self> {
        let (profile, modulator): (_, Option<Box<dyn Modulator>>) = match arrivals {
            Arrivals::Poisson(profile) => (profile, None),
            Arrivals::Mmpp(profile, law) => (profile, Some(Box::new(Chain::new(law, modulation)))),
            Arrivals::SelfSimilar(profile, law) => (profile, Some(Box::new(Crowd::new(*law, modulation)))),
            _ => return None,
        };
        let mut rates = Self { pace: Pace::new(profile, in_one), modulator, hold: Hold::STEADY };
        rates.hold_on(0.0);
        Some(rates)
    }

    fn hold_on(&mut self, now: f64) {
        if let Some(modulator) = &mut self.modulator {
            self.hold = modulator.next(now);
        }
    }

    /// The rate of the next stretch, in requests a nanosecond, and the nanosecond in which it ends.
    pub(in crate::sim) fn next(&mut self) -> (f64, u64) {
        let rate = self.pace.rate() * self.hold.factor;
        let ends = self.pace.ends().min(self.hold.until);
        if self.pace.ends() <= ends {
            self.pace.turn();
        }
        if self.hold.until <= ends {
            self.hold_on(ends);
        }
        (rate, ends as u64)
    }
}
