//! Where records come from: when requests are sent, how many records each brings, and how large those are.

use std::sync::Arc;

use super::counts::CountLaw;
use super::processes::{Devices, GapLaw, Groups, Modulation, OnPeriods, Sessions};
use super::profile::RateProfile;
use super::sizes::SizeLaw;
use crate::units::{Bytes, SimTime};

/// When records are sent and how large they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// When.
    pub arrivals: Arrivals,
    /// How large; a trace and an overlay bring their own sizes.
    pub sizes: SizeLaw,
    /// How many records share one request and its send time; their sizes are independent. In a trace, neighbours with
    /// the same send time share a request, up to this many; the parts of an overlay each have their own.
    pub records_per_request: CountLaw,
}

/// When requests are sent. A rate profile counts records: it is divided by the mean number of records in a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrivals {
    /// Independent of each other, at the profile's rate.
    Poisson(RateProfile),
    /// Evenly spaced at the profile's rate; the first one at time zero.
    Deterministic(RateProfile),
    /// A renewal process: independent gaps of one law. The profile changes its pace, not its shape: gaps are drawn in
    /// operational time, in which the rate is constant. It starts in equilibrium, in the midst of a gap.
    Renewal(RateProfile, GapLaw),
    /// A Markov-modulated Poisson process.
    Mmpp(RateProfile, Modulation),
    /// Poisson at a rate that is self-similar over long times: the sum of many sources with heavy-tailed on periods.
    SelfSimilar(RateProfile, OnPeriods),
    /// Groups of requests; the groups are Poisson.
    Groups(RateProfile, Groups),
    /// Sessions of requests; the sessions start as a Poisson process.
    Sessions(RateProfile, Sessions),
    /// Many devices, each sending at intervals of its own.
    Devices(Devices),
    /// As recorded, in the order of time.
    Trace(Arc<[TraceRecord]>),
    /// Several sources at once, independent of each other; none of them an overlay itself.
    Overlay(Vec<Source>),
}

impl Arrivals {
    /// The rate profile, of processes that have one.
    #[must_use]
    pub const fn profile(&self) -> Option<&RateProfile> {
        match self {
            Self::Poisson(profile)
            | Self::Deterministic(profile)
            | Self::Renewal(profile, _)
            | Self::Mmpp(profile, _)
            | Self::SelfSimilar(profile, _)
            | Self::Groups(profile, _)
            | Self::Sessions(profile, _) => Some(profile),
            Self::Devices(_) | Self::Trace(_) | Self::Overlay(_) => None,
        }
    }
}

impl Source {
    /// Records a second in the long run, one-off episodes apart; zero for a trace, which has no long run.
    #[must_use]
    pub fn mean_rate(&self) -> f64 {
        match &self.arrivals {
            Arrivals::Devices(devices) => devices.request_rate() * self.records_per_request.mean(),
            Arrivals::Overlay(parts) => parts.iter().map(Self::mean_rate).sum(),
            other => other.profile().map_or(0.0, |profile| profile.mean().get()),
        }
    }

    /// Mean size of a record in bytes, over all parts of an overlay; NaN for a trace.
    #[must_use]
    pub fn mean_size(&self) -> f64 {
        match &self.arrivals {
            Arrivals::Trace(_) => f64::NAN,
            Arrivals::Overlay(parts) => {
                let bytes: f64 = parts.iter().map(|part| part.mean_rate() * part.mean_size()).sum();
                bytes / self.mean_rate()
            }
            _ => self.sizes.mean(),
        }
    }
}

/// One record of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceRecord {
    /// Send time.
    pub at: SimTime,
    /// Size.
    pub size: Bytes,
}
