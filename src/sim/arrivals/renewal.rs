//! Renewal processes: gaps of one law, drawn in operational time.

use rand_distr::{Distribution, Exp1, Gamma, StandardNormal};

use super::super::exponential::exp;
use super::super::model::GapLaw;
use super::super::stream::Stream;
use super::pace::Pace;
use super::{Block, nanos, unit};

/// A gap law ready to draw from, with mean 1.
#[derive(Debug, Clone)]
enum GapSampler {
    Gamma { law: Gamma<f64>, biased: Gamma<f64> },
    Lognormal { sigma: f64 },
    Lomax { index: f64 },
    Weibull { scale: f64, power: f64 },
}

impl GapSampler {
    /// `None` when a parameter is out of range.
    fn new(law: &GapLaw) -> Option<Self> {
        law.check().ok()?;
        Some(match *law {
            GapLaw::Gamma { shape } => Self::Gamma {
                law: Gamma::new(shape, 1.0 / shape).ok()?,
                biased: Gamma::new(shape + 1.0, 1.0 / shape).ok()?,
            },
            GapLaw::Lognormal { sigma } => Self::Lognormal { sigma },
            GapLaw::Lomax { tail_index } => Self::Lomax { index: tail_index },
            GapLaw::Weibull { shape } => {
                Self::Weibull { scale: 1.0 / libm::tgamma(1.0 + 1.0 / shape), power: 1.0 / shape }
            }
        })
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Gamma { law, .. } => law.sample(stream),
            Self::Lognormal { sigma } => lognormal(*sigma, -sigma * sigma / 2.0, stream),
            Self::Lomax { index } => lomax(*index, index - 1.0, stream),
            Self::Weibull { scale, power } => {
                let exponential: f64 = Exp1.sample(stream);
                scale * libm::pow(exponential, *power)
            }
        }
    }

    /// The rest of the gap in which a process is found that has been running for ever: a random share of a gap that is
    /// drawn with its length as the weight. For Lomax gaps it is Lomax too, with an index lower by one.
    fn draw_rest(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Gamma { biased, .. } => unit(stream) * biased.sample(stream),
            Self::Lognormal { sigma } => unit(stream) * lognormal(*sigma, sigma * sigma / 2.0, stream),
            Self::Lomax { index } => lomax(index - 1.0, index - 1.0, stream),
            Self::Weibull { scale, power } => {
                let biased = Gamma::new(1.0 + power, 1.0).map_or(1.0, |law| law.sample(stream));
                unit(stream) * scale * libm::pow(biased, *power)
            }
        }
    }
}

fn lognormal(sigma: f64, mu: f64, stream: &mut Stream) -> f64 {
    let normal: f64 = StandardNormal.sample(stream);
    exp(mu + sigma * normal)
}

/// The Lomax law with this tail index and scale.
pub(super) fn lomax(index: f64, scale: f64, stream: &mut Stream) -> f64 {
    let exponential: f64 = Exp1.sample(stream);
    scale * libm::expm1(exponential / index)
}

/// A renewal process while it runs.
#[derive(Debug, Clone)]
pub(super) struct Renewal {
    pace: Pace,
    law: GapSampler,
    time: f64,
    has_begun: bool,
    stream: Stream,
}

impl Renewal {
    /// `None` when a parameter is out of range.
    pub(super) fn new(pace: Pace, law: &GapLaw, stream: Stream) -> Option<Self> {
        Some(Self { pace, law: GapSampler::new(law)?, time: 0.0, has_begun: false, stream })
    }

    pub(super) fn fill(&mut self, block: &mut Block<'_>) {
        while block.wants_more() {
            let gap =
                if self.has_begun { self.law.draw(&mut self.stream) } else { self.law.draw_rest(&mut self.stream) };
            self.has_begun = true;
            self.time = self.pace.advance(self.time, gap);
            if !block.push(nanos(self.time)) {
                break;
            }
        }
    }
}
