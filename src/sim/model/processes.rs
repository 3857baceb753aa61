//! Shapes of arrival processes: what they are beside their rate.

use std::sync::Arc;

use statrs::function::gamma::checked_gamma_lr;

use super::super::SimError;
use super::counts::CountLaw;
use crate::units::SimDuration;

/// The law of the gaps of a renewal process, as multiples of the mean gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GapLaw {
    /// Gamma: more regular than Poisson with a shape above 1 (Erlang, for whole numbers), burstier below.
    Gamma {
        /// Shape, from 0.01 to 1,000,000.
        shape: f64,
    },
    /// Lognormal.
    Lognormal {
        /// Standard deviation of the natural logarithm, up to 3.
        sigma: f64,
    },
    /// Pareto of type II (Lomax), which begins at zero.
    Lomax {
        /// The tail index alpha, from 1.05 to 1,000; below 2 the variance is infinite.
        tail_index: f64,
    },
    /// Weibull.
    Weibull {
        /// Shape, from 0.2 to 100; below 1 gaps are burstier than exponential ones.
        shape: f64,
    },
}

impl GapLaw {
    /// The squared coefficient of variation; infinite for a Lomax law with a tail index up to 2. In the long run it is
    /// the index of dispersion for counts.
    #[must_use]
    pub fn squared_variation(&self) -> f64 {
        match self {
            Self::Gamma { shape } => 1.0 / shape,
            Self::Lognormal { sigma } => libm::expm1(sigma * sigma),
            Self::Lomax { tail_index } if *tail_index > 2.0 => tail_index / (tail_index - 2.0),
            Self::Lomax { .. } => f64::INFINITY,
            Self::Weibull { shape } => libm::tgamma(1.0 + 2.0 / shape) / libm::tgamma(1.0 + 1.0 / shape).powi(2) - 1.0,
        }
    }

    pub(in crate::sim) fn check(&self) -> Result<(), SimError> {
        let (valid, expected) = match self {
            Self::Gamma { shape } => ((0.01..=1e6).contains(shape), "a gamma shape from 0.01 to 1,000,000"),
            Self::Lognormal { sigma } => ((0.0..=3.0).contains(sigma), "a lognormal sigma from 0 to 3"),
            Self::Lomax { tail_index } => ((1.05..=1e3).contains(tail_index), "a tail index from 1.05 to 1,000"),
            Self::Weibull { shape } => ((0.2..=100.0).contains(shape), "a Weibull shape from 0.2 to 100"),
        };
        if valid { Ok(()) } else { Err(SimError::invalid("gaps", expected, self)) }
    }
}

/// The states of a Markov-modulated Poisson process. In each state the rate is a multiple of the profile's; each lasts for
/// an exponential time.
#[derive(Debug, Clone, PartialEq)]
pub struct Modulation {
    factors: Vec<f64>,
    sojourns: Vec<SimDuration>,
    transitions: Vec<Vec<f64>>,
    shares: Vec<f64>,
}

impl Modulation {
    /// The shortest mean sojourn.
    const SHORTEST: SimDuration = SimDuration::from_nanos(1_000_000);
    /// The longest mean sojourn: ten years.
    const LONGEST: SimDuration = SimDuration::from_secs(315_360_000);
    /// The most states.
    const MOST_STATES: usize = 64;

    /// A process from relative rates of the states and their mean sojourns. `transitions` are the chances to go from each
    /// state to each other one when a sojourn ends, as relative weights; without them the states follow each other in
    /// turn. The rates are scaled so that their mean over time is that of the profile.
    ///
    /// # Errors
    /// [`SimError::Invalid`] unless there are 2 to 64 states with as many sojourns of 1 ms to 10 years, rates that are
    /// not negative, one of them above zero, and transitions by which every state can be reached from every other one.
    pub fn new(rates: &[f64], sojourns: &[SimDuration], transitions: Option<&[Vec<f64>]>) -> Result<Self, SimError> {
        let states = rates.len();
        if !(2..=Self::MOST_STATES).contains(&states) || sojourns.len() != states {
            return Err(SimError::invalid("states", "2 to 64 states, each with a rate and a sojourn", states));
        }
        if let Some(sojourn) = sojourns.iter().find(|one| !(Self::SHORTEST..=Self::LONGEST).contains(one)) {
            return Err(SimError::invalid("sojourns", "times from 1 ms to 10 years", sojourn));
        }
        let in_turn = |from| (0..states).map(|to| if to == (from + 1) % states { 1.0 } else { 0.0 }).collect();
        let transitions = match transitions {
            None => (0..states).map(in_turn).collect(),
            Some(weights) => normalised(weights, states)?,
        };
        let shares = shares_of_time(&transitions, sojourns).ok_or_else(|| {
            SimError::invalid("transitions", "a way from every state to every other one", &transitions)
        })?;
        let mean: f64 = rates.iter().zip(&shares).map(|(rate, share)| rate * share).sum();
        if !(rates.iter().all(|rate| *rate >= 0.0) && mean.is_finite() && mean >= f64::MIN_POSITIVE) {
            return Err(SimError::invalid("rates", "rates that are not negative, one of them above zero", rates));
        }
        let factors = rates.iter().map(|rate| rate / mean).collect();
        Ok(Self { factors, sojourns: sojourns.to_vec(), transitions, shares })
    }

    /// The rate in each state as a multiple of the mean.
    #[must_use]
    pub fn factors(&self) -> &[f64] {
        &self.factors
    }

    /// How long each state lasts on average.
    #[must_use]
    pub fn sojourns(&self) -> &[SimDuration] {
        &self.sojourns
    }

    /// The share of time spent in each state.
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// The chances to go from each state to each other one.
    #[must_use]
    pub fn transitions(&self) -> &[Vec<f64>] {
        &self.transitions
    }

    /// Changes of state a second.
    pub(in crate::sim) fn changes_per_second(&self) -> f64 {
        self.shares.iter().zip(&self.sojourns).map(|(share, sojourn)| share / sojourn.as_secs_f64()).sum()
    }
}

/// Rows of chances from rows of weights; what a state has for itself is left out.
fn normalised(weights: &[Vec<f64>], states: usize) -> Result<Vec<Vec<f64>>, SimError> {
    let expected = "a row for each state, with a weight for each state, not negative, one to another state above zero";
    let invalid = || SimError::invalid("transitions", expected, weights);
    if weights.len() != states || weights.iter().any(|row| row.len() != states) {
        return Err(invalid());
    }
    let row = |(from, row): (usize, &Vec<f64>)| {
        let others = || row.iter().enumerate().map(|(to, weight)| if to == from { 0.0 } else { *weight });
        let total: f64 = others().sum();
        let valid = row.iter().all(|weight| *weight >= 0.0) && total.is_finite() && total >= f64::MIN_POSITIVE;
        valid.then(|| others().map(|weight| weight / total).collect()).ok_or_else(invalid)
    };
    weights.iter().enumerate().map(row).collect()
}

/// The stationary distribution over time, by the algorithm of Grassmann, Taksar and Heyman (1985), which subtracts
/// nothing. `None` when the chain falls apart.
fn shares_of_time(transitions: &[Vec<f64>], sojourns: &[SimDuration]) -> Option<Vec<f64>> {
    let states = transitions.len();
    let rate = |from: usize, to: usize| Some(transitions.get(from)?.get(to)? / sojourns.get(from)?.as_secs_f64());
    let mut rates = Vec::with_capacity(states * states);
    for from in 0..states {
        for to in 0..states {
            rates.push(rate(from, to)?);
        }
    }
    let at = |rates: &[f64], from: usize, to: usize| rates.get(from * states + to).copied().unwrap_or(0.0);
    // Take states out from the last on, sending what goes to them on to where they would send it.
    let mut leaving = vec![0.0; states];
    for last in (1..states).rev() {
        let out: f64 = (0..last).map(|to| at(&rates, last, to)).sum();
        if !(out.is_finite() && out >= f64::MIN_POSITIVE) {
            return None;
        }
        *leaving.get_mut(last)? = out;
        for from in 0..last {
            for to in 0..last {
                let through = at(&rates, from, last) * at(&rates, last, to) / out;
                *rates.get_mut(from * states + to)? += through;
            }
        }
    }
    // Put them back in.
    let mut shares = vec![1.0];
    for state in 1..states {
        let into: f64 = shares.iter().enumerate().map(|(from, share)| share * at(&rates, from, state)).sum();
        shares.push(into / leaving.get(state)?);
    }
    let total: f64 = shares.iter().sum();
    let all = shares.iter().all(|share| *share > 0.0) && total.is_finite();
    all.then(|| shares.iter().map(|share| share / total).collect())
}

/// A sum of many sources that send evenly while they are on. On periods begin as a Poisson process and last for a Lomax
/// time with tail index 3 - 2 H: the limit of many independent on/off sources (the infinite source Poisson model, or
/// M/G/infinity input; Cox, 1984; Willinger, Taqqu, Sherman and Wilson, 1997). The rate at an instant is that of the
/// profile, times the number of sources that are on over its mean; over long times it is as correlated as fractional
/// Gaussian noise with the Hurst exponent H.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnPeriods {
    /// The Hurst exponent H, from 0.51 to 0.98.
    pub hurst: f64,
    /// How many sources are on, on average: from 0.1 to 10,000. The rate's coefficient of variation is one over its root.
    pub sources: f64,
    /// How long one is on, on average: 1 ms to a year.
    pub mean_on: SimDuration,
}

impl OnPeriods {
    /// The tail index of the on periods.
    #[must_use]
    pub fn tail_index(&self) -> f64 {
        3.0 - 2.0 * self.hurst
    }

    /// The index of dispersion for counts in windows of this many seconds, at a constant mean rate a second.
    ///
    /// The number of sources on has the autocovariance `sources` P(R > u), where R is the rest of an on period, Lomax
    /// with an index lower by one; the variance of a window's count follows by integrating it twice.
    #[must_use]
    pub fn dispersion(&self, rate: f64, window: f64) -> f64 {
        let index = self.tail_index();
        let scale = self.mean_on.as_secs_f64() * (index - 1.0);
        let rest = index - 1.0;
        // The integral of (w - u) (1 + u/b)^-r from 0 to w.
        let end = 1.0 + window / scale;
        let power = |p: f64| (libm::pow(end, p) - 1.0) / p;
        let integral = scale * scale * (end * power(1.0 - rest) - power(2.0 - rest));
        1.0 + 2.0 * rate / (self.sources * window) * integral
    }

    pub(in crate::sim) fn check(&self) -> Result<(), SimError> {
        if !(0.51..=0.98).contains(&self.hurst) {
            return Err(SimError::invalid("hurst", "a Hurst exponent from 0.51 to 0.98", self.hurst));
        }
        if !(0.1..=1e4).contains(&self.sources) {
            return Err(SimError::invalid("sources", "0.1 to 10,000 sources on average", self.sources));
        }
        let range = SimDuration::from_nanos(1_000_000)..=SimDuration::from_secs(31_536_000);
        if !range.contains(&self.mean_on) {
            return Err(SimError::invalid("mean on period", "a time from 1 ms to a year", self.mean_on));
        }
        Ok(())
    }
}

/// Groups of requests. With geometric sizes and a cell of time, counts in cells have the Pólya-Aeppli law.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// Requests in a group.
    pub size: CountLaw,
    /// The members of a group are spread evenly over the cell of time of this length, counted from time zero, in which the
    /// group falls; without it they share one instant.
    pub within: Option<SimDuration>,
}

/// Sessions: a number of requests, with times to think between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Sessions {
    /// Requests in a session.
    pub requests: CountLaw,
    /// The time between two requests of a session.
    pub think: ThinkTime,
}

/// The time between two requests of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct ThinkTime {
    /// The law before anything is cut.
    pub law: ThinkLaw,
    /// The longest time, and what becomes of longer ones; at most 30 days.
    pub longest: Option<(SimDuration, TooLong)>,
    /// The share of requests that follow at once, without drawing a time: objects embedded in a page.
    pub zero_share: f64,
}

/// A law of times to think. Means and medians go up to 30 days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ThinkLaw {
    /// Exponential.
    Exponential {
        /// Mean.
        mean: SimDuration,
    },
    /// Lognormal.
    Lognormal {
        /// Median.
        median: SimDuration,
        /// Standard deviation of the natural logarithm, up to 5.
        sigma: f64,
    },
    /// Weibull.
    Weibull {
        /// Scale: 63 % of the times are shorter.
        scale: SimDuration,
        /// Shape, from 0.2 to 100.
        shape: f64,
    },
}

/// What becomes of a draw that is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooLong {
    /// It is drawn anew: the law is truncated.
    DrawnAnew,
    /// It is cut to the longest time.
    Cut,
}

impl ThinkLaw {
    /// The probability of a time up to `x` seconds.
    fn up_to(&self, x: f64) -> f64 {
        match self {
            Self::Exponential { mean } => -libm::expm1(-x / mean.as_secs_f64()),
            Self::Lognormal { median, sigma } => normal(libm::log(x / median.as_secs_f64()) / sigma),
            Self::Weibull { scale, shape } => -libm::expm1(-libm::pow(x / scale.as_secs_f64(), *shape)),
        }
    }

    /// The expectation over times up to `x` seconds, the others counting as zero.
    fn mean_up_to(&self, x: f64) -> f64 {
        match self {
            Self::Exponential { mean } => {
                let mean = mean.as_secs_f64();
                let end = x / mean;
                if end.is_finite() { mean * (-libm::expm1(-end) - end * libm::exp(-end)) } else { mean }
            }
            Self::Lognormal { median, sigma } => {
                let median = median.as_secs_f64();
                let edge = libm::log(x / median) / sigma - sigma;
                median * libm::exp(sigma * sigma / 2.0) * normal(edge)
            }
            Self::Weibull { scale, shape } => {
                let scale = scale.as_secs_f64();
                let whole = scale * libm::tgamma(1.0 + 1.0 / shape);
                let end = libm::pow(x / scale, *shape);
                if end.is_finite() { whole * checked_gamma_lr(1.0 + 1.0 / shape, end).unwrap_or(1.0) } else { whole }
            }
        }
    }

    /// Whether the parameters are in range.
    fn is_valid(&self) -> bool {
        let time = |time: &SimDuration| (SimDuration::from_nanos(1)..=LONGEST_THINK).contains(time);
        match self {
            Self::Exponential { mean } => time(mean),
            Self::Lognormal { median, sigma } => time(median) && *sigma > 0.0 && *sigma <= 5.0,
            Self::Weibull { scale, shape } => time(scale) && (0.2..=100.0).contains(shape),
        }
    }
}

/// The longest time to think: 30 days.
const LONGEST_THINK: SimDuration = SimDuration::from_secs(30 * 86_400);

/// The least chance that a draw is short enough, so that drawing anew comes to an end.
const LEAST_KEPT: f64 = 0.01;

fn normal(x: f64) -> f64 {
    libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0
}

impl ThinkTime {
    /// The mean in seconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let drawn = match self.longest {
            None => self.law.mean_up_to(f64::INFINITY),
            Some((longest, TooLong::DrawnAnew)) => {
                let longest = longest.as_secs_f64();
                self.law.mean_up_to(longest) / self.law.up_to(longest)
            }
            Some((longest, TooLong::Cut)) => {
                let longest = longest.as_secs_f64();
                self.law.mean_up_to(longest) + longest * (1.0 - self.law.up_to(longest))
            }
        };
        (1.0 - self.zero_share) * drawn
    }

    pub(in crate::sim) fn check(&self) -> Result<(), SimError> {
        if !self.law.is_valid() {
            let expected = "times up to 30 days, a sigma above 0 and up to 5, a Weibull shape from 0.2 to 100";
            return Err(SimError::invalid("think time", expected, self.law));
        }
        if !(0.0..1.0).contains(&self.zero_share) {
            return Err(SimError::invalid("zero share", "a share from 0 to below 1", self.zero_share));
        }
        let too_short = |longest: SimDuration, rule| {
            rule == TooLong::DrawnAnew && self.law.up_to(longest.as_secs_f64()) < LEAST_KEPT
        };
        match self.longest {
            Some((longest, rule)) if longest > LONGEST_THINK || too_short(longest, rule) => {
                let expected = "at most 30 days, and long enough for one draw in a hundred";
                Err(SimError::invalid("longest think time", expected, longest))
            }
            _ => Ok(()),
        }
    }
}

/// Devices that each send a request every period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Devices {
    /// How many there are, up to 1,000,000.
    pub count: u32,
    /// The time from one request of a device to the next: 1 ms to a year.
    pub period: SimDuration,
    /// Each request is late by a time between zero and this, evenly; at most a period.
    pub jitter: SimDuration,
    /// The share of requests that are never sent, below 1; each is lost by itself.
    pub loss: f64,
    /// When in the period each device sends.
    pub phase: Phase,
}

/// When in the period devices send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Each at a time of its own, drawn evenly over the period.
    Random,
    /// All together, as when they follow the clock.
    Together,
}

impl Devices {
    /// Requests a second of all devices together.
    #[must_use]
    pub fn request_rate(&self) -> f64 {
        f64::from(self.count) * (1.0 - self.loss) / self.period.as_secs_f64()
    }

    pub(in crate::sim) fn check(&self) -> Result<(), SimError> {
        if !(1..=1_000_000).contains(&self.count) {
            return Err(SimError::invalid("devices", "1 to 1,000,000 of them", self.count));
        }
        let range = SimDuration::from_nanos(1_000_000)..=SimDuration::from_secs(31_536_000);
        if !range.contains(&self.period) {
            return Err(SimError::invalid("period", "a time from 1 ms to a year", self.period));
        }
        if self.jitter > self.period {
            return Err(SimError::invalid("jitter", "a period at most", self.jitter));
        }
        if !(0.0..=0.99).contains(&self.loss) {
            return Err(SimError::invalid("loss", "a share from 0 to 0.99", self.loss));
        }
        Ok(())
    }
}

/// The cumulative sums of weights, as shares of their total.
pub(in crate::sim) fn cumulative(weights: impl Iterator<Item = f64> + Clone) -> Arc<[f64]> {
    let total: f64 = weights.clone().sum();
    weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum / total)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: &[u64]) -> Vec<SimDuration> {
        seconds.iter().map(|seconds| SimDuration::from_secs(*seconds)).collect()
    }

    #[test]
    fn states_in_turn_have_shares_by_their_sojourns() {
        let burst = Modulation::new(&[1.0, 5.0], &seconds(&[300, 60]), None).unwrap();
        assert!((burst.shares()[1] - 1.0 / 6.0).abs() < 1e-12);
        assert!((burst.factors()[0] - 0.6).abs() < 1e-12 && (burst.factors()[1] - 3.0).abs() < 1e-12);
        assert!((burst.changes_per_second() - 2.0 / 360.0).abs() < 1e-12);
    }

    #[test]
    fn transitions_decide_how_often_a_state_is_seen() {
        // From the first state to the others with 3 : 1, from both of these back to it.
        let rows = [vec![9.0, 3.0, 1.0], vec![1.0, 0.0, 0.0], vec![2.0, 0.0, 0.0]];
        let chain = Modulation::new(&[1.0, 1.0, 1.0], &seconds(&[10, 10, 40]), Some(&rows)).unwrap();
        // Visits 4 : 3 : 1, so times 40 : 30 : 40.
        for (share, expected) in chain.shares().iter().zip([4.0 / 11.0, 3.0 / 11.0, 4.0 / 11.0]) {
            assert!((share - expected).abs() < 1e-12, "{share} against {expected}");
        }
    }

    #[test]
    fn chains_without_sense_are_refused() {
        let two = seconds(&[1, 1]);
        let apart = [vec![0.0, 1.0, 0.0], vec![1.0, 0.0, 0.0], vec![1.0, 0.0, 0.0]];
        assert!(Modulation::new(&[1.0; 3], &seconds(&[1, 1, 1]), Some(&apart)).is_err());
        assert!(Modulation::new(&[1.0], &seconds(&[1]), None).is_err());
        assert!(Modulation::new(&[1.0, 2.0], &seconds(&[1]), None).is_err());
        assert!(Modulation::new(&[1.0, 2.0], &seconds(&[1, 0]), None).is_err());
        assert!(Modulation::new(&[0.0, 0.0], &two, None).is_err());
        assert!(Modulation::new(&[1.0, -1.0], &two, None).is_err());
        assert!(Modulation::new(&[1.0, f64::INFINITY], &two, None).is_err());
        assert!(Modulation::new(&[1.0, 1.0], &two, Some(&[vec![1.0, 0.0], vec![1.0, 0.0]])).is_err());
        assert!(Modulation::new(&[1.0, 1.0], &two, Some(&[vec![0.0, f64::NAN], vec![1.0, 0.0]])).is_err());
    }

    #[test]
    fn variations_follow_the_textbook() {
        assert_eq!(GapLaw::Gamma { shape: 4.0 }.squared_variation(), 0.25);
        assert!((GapLaw::Weibull { shape: 1.0 }.squared_variation() - 1.0).abs() < 1e-12);
        assert!((GapLaw::Weibull { shape: 0.5 }.squared_variation() - 5.0).abs() < 1e-9);
        assert_eq!(GapLaw::Lomax { tail_index: 4.0 }.squared_variation(), 2.0);
        assert!(GapLaw::Lomax { tail_index: 2.0 }.squared_variation().is_infinite());
        // Gaps of the key-value load: generalized Pareto of shape 0.154971, coefficient of variation 1.20.
        let gaps = GapLaw::Lomax { tail_index: 1.0 / 0.154_971 };
        assert!((gaps.squared_variation().sqrt() - 1.20).abs() < 0.005);
    }

    #[test]
    fn think_times_have_the_mean_of_what_is_kept() {
        let mean = SimDuration::from_secs(7);
        let longest = Some((SimDuration::from_secs(70), TooLong::Cut));
        let customer = ThinkTime { law: ThinkLaw::Exponential { mean }, longest, zero_share: 0.0 };
        assert!((customer.mean() - 6.9997).abs() < 5e-5);
        // Sums over a million quantiles.
        let truncated = |law: ThinkLaw, quantile: &dyn Fn(f64) -> f64| {
            let longest = Some((SimDuration::from_secs(1_800), TooLong::DrawnAnew));
            let count = 1_000_000;
            let times = (0..count).map(|k| quantile((f64::from(k) + 0.5) / f64::from(count)));
            let (sum, kept) =
                times.filter(|time| *time <= 1_800.0).fold((0.0, 0.0), |(sum, kept), time| (sum + time, kept + 1.0));
            let mean = ThinkTime { law, longest, zero_share: 0.0 }.mean();
            assert!((mean / (sum / kept) - 1.0).abs() < 1e-3, "{law:?}: {mean} against {}", sum / kept);
        };
        let scale = SimDuration::from_secs(200);
        truncated(ThinkLaw::Weibull { scale, shape: 0.5 }, &|p| 200.0 * libm::log1p(-p).powi(2));
        truncated(ThinkLaw::Exponential { mean: SimDuration::from_secs(1_000) }, &|p| -1_000.0 * libm::log1p(-p));
    }
}
