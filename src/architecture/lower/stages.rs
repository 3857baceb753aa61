//! From a stage of the catalog to a stage of the simulator.

use super::{LowerError, Lowering, Place};
use crate::catalog::Service;
use crate::catalog::raw::{RawStage, StageKind, TimerKind};
use crate::sim::network::{Collect, Delivery, KeyLaw, Poller, Station, Step, Timer};
use crate::sim::{Counted, Gate, Jitter, LatencyLaw, Limit, LimitRule, Retry, Transfer};
use crate::units::SimDuration;

/// Bytes in a MiB.
const MIB: f64 = 1_048_576.0;

impl Lowering<'_> {
    pub(super) fn add_stage(
        &mut self,
        service: &Service,
        stage: &RawStage,
        place: Place<'_>,
    ) -> Result<(), LowerError> {
        let step = match stage.kind {
            StageKind::TokenBucket | StageKind::Quota => Step::Gate(self.gate(service, stage)?),
            StageKind::Delay => self.delay(service, stage)?,
            StageKind::Buffer => self.buffer(service, stage)?,
            StageKind::Shards => self.shards(service, stage)?,
            StageKind::Poll => Step::Poller(self.poller(service, stage)?),
            StageKind::Station => self.station(service, stage)?,
            // While all goes well, handing on takes no time and is no stage.
            StageKind::Deliver => match self.delivery(service, stage, place)? {
                Some(delivery) => Step::Delivery(delivery),
                None => return Ok(()),
            },
            StageKind::Unpack => Step::Unpack,
            StageKind::Gather => Step::Gather,
        };
        let name = format!("{}.{}", service.id, stage.id);
        let again = self.nodes.iter().filter(|(known, _)| known.split('#').next() == Some(&name)).count();
        let name = if again == 0 { name } else { format!("{name}#{}", again + 1) };
        self.nodes.push((name, step));
        Ok(())
    }

    fn gate(&mut self, service: &Service, stage: &RawStage) -> Result<Gate, LowerError> {
        let mut limits = Vec::new();
        let times = self.times(service, stage)?;
        if let (Some(rate_id), Some(burst_id)) = (&stage.rate, &stage.burst) {
            let rate = self.settings.number(service, rate_id)? * times;
            let burst = self.settings.number(service, burst_id)? * times;
            let rule = LimitRule::TokenBucket { rate, burst };
            limits.push(Limit { name: format!("{}.{rate_id}", service.id), counts: Counted::Requests, rule });
        }
        let quotas =
            [(&stage.requests, Counted::Requests), (&stage.records, Counted::Records), (&stage.bytes, Counted::Bytes)];
        for (id, counts) in quotas {
            if let Some(id) = id {
                let rule = LimitRule::PerSecond(self.settings.number(service, id)? * times);
                limits.push(Limit { name: format!("{}.{id}", service.id), counts, rule });
            }
        }
        let mut largest = |id: &Option<String>| id.as_deref().map(|id| self.settings.size(service, id)).transpose();
        let (largest_record, largest_request) = (largest(&stage.largest_record)?, largest(&stage.largest_request)?);
        Ok(Gate { limits, largest_record, largest_request, retry: None })
    }

    fn delay(&mut self, service: &Service, stage: &RawStage) -> Result<Step, LowerError> {
        let latency = self.law(service, stage)?;
        let per_mib = stage.per_mib.as_deref().map(|id| self.settings.duration(service, id)).transpose()?;
        Ok(match per_mib.filter(|time| *time > SimDuration::ZERO) {
            Some(per_mib) => Step::Transfer(Transfer { latency, per_mib }),
            None => Step::Delay(latency),
        })
    }

    /// How many units share the load.
    fn times(&mut self, service: &Service, stage: &RawStage) -> Result<f64, LowerError> {
        stage.times.as_deref().map_or(Ok(1.0), |id| self.settings.number(service, id))
    }

    /// How long a stage takes; no time where it names no median.
    fn law(&mut self, service: &Service, stage: &RawStage) -> Result<LatencyLaw, LowerError> {
        let Some(median) = &stage.median else { return Ok(LatencyLaw::Zero) };
        let median = self.settings.duration(service, median)?;
        let sigma = stage.sigma.as_deref().map(|id| self.settings.number(service, id)).transpose()?.unwrap_or(0.0);
        Ok(match (median == SimDuration::ZERO, sigma == 0.0) {
            (true, _) => LatencyLaw::Zero,
            (false, true) => LatencyLaw::Constant(median),
            (false, false) => LatencyLaw::Lognormal { median, sigma },
        })
    }

    fn buffer(&mut self, service: &Service, stage: &RawStage) -> Result<Step, LowerError> {
        let size = stage.size.as_deref().map(|id| self.settings.size(service, id)).transpose()?;
        let count = stage.count.as_deref().map(|id| self.settings.count(service, id)).transpose()?.map(u64::from);
        let floor = stage.interval_floor.as_deref();
        let interval = stage.interval.as_deref().map(|id| self.settings.interval(service, id, floor)).transpose()?;
        let timer = match stage.timer {
            TimerKind::FirstRecord => Timer::FirstRecord,
            TimerKind::Grid => Timer::Grid,
        };
        Ok(Step::Buffer(Collect { size, count, interval, timer }))
    }

    fn shards(&mut self, service: &Service, stage: &RawStage) -> Result<Step, LowerError> {
        let count = match &stage.count {
            Some(id) => self.settings.count(service, id)?,
            None => 1,
        };
        let keys = match (&stage.keys, &stage.skew) {
            (Some(keys), skew) => {
                let exponent = skew.as_deref().map(|id| self.settings.number(service, id)).transpose()?.unwrap_or(0.0);
                match self.settings.number(service, keys)? as u32 {
                    // More keys than can be told apart: no shard is hit more than another.
                    0 => KeyLaw::Even,
                    keys => KeyLaw::Zipf { keys, exponent },
                }
            }
            _ => KeyLaw::Even,
        };
        Ok(Step::Shards { count, keys, gate: self.gate(service, stage)? })
    }

    fn poller(&mut self, service: &Service, stage: &RawStage) -> Result<Poller, LowerError> {
        let together = stage.count.as_deref().map(|id| self.settings.count(service, id)).transpose()?;
        let together = together.map_or(u64::MAX, u64::from);
        let every = stage.every.as_deref().ok_or_else(|| unnamed(service, stage, "every"))?;
        Ok(Poller {
            every: self.settings.duration(service, every)?,
            offset: SimDuration::ZERO,
            answer: self.law(service, stage)?,
            records: stage
                .records
                .as_deref()
                .map(|id| self.settings.number(service, id))
                .transpose()?
                .map(|n| n as u64),
            bytes: stage.bytes.as_deref().map(|id| self.settings.size(service, id)).transpose()?,
            eager: false,
            together: Some(together),
        })
    }

    fn station(&mut self, service: &Service, stage: &RawStage) -> Result<Step, LowerError> {
        let times = self.times(service, stage)?;
        let (servers, together) = match &stage.servers {
            Some(id) => (f64::from(self.settings.count(service, id)?) * times, 1.0),
            None => (1.0, times),
        };
        let law = match &stage.rate {
            Some(id) => every_so_often(self.settings.number(service, id)? * together),
            None => self.law(service, stage)?,
        };
        let throughput = stage.throughput.as_deref().map(|id| self.settings.number(service, id)).transpose()?;
        let share = stage.throughput_share.as_deref().map(|id| self.settings.number(service, id)).transpose()?;
        let throughput = throughput.map(|bytes| bytes * share.unwrap_or(1.0));
        let per_mib = throughput
            .map(|bytes| bytes * together)
            .filter(|bytes| *bytes > 0.0)
            .map_or(SimDuration::ZERO, |bytes| SimDuration::from_secs_f64(MIB / bytes));
        let places = stage.places.as_deref().map(|id| self.settings.count(service, id)).transpose()?;
        let batch = stage.count.as_deref().map(|id| self.settings.count(service, id)).transpose()?.unwrap_or(1);
        Ok(Step::Station(Station { per_mib, places, batch, ..Station::new(servers as u32, law) }))
    }

    /// Handing on to a service that is out of order at times; `None` where it never is.
    fn delivery(
        &mut self,
        service: &Service,
        stage: &RawStage,
        place: Place<'_>,
    ) -> Result<Option<Delivery>, LowerError> {
        let to = place.behind.map(|hop| hop.id.as_str());
        let outages = self.scenario.simulation.outages.iter().filter(|outage| Some(outage.service.as_str()) == to);
        let outages: Vec<_> = outages.map(|outage| (outage.from, outage.to)).collect();
        if outages.is_empty() {
            return Ok(None);
        }
        let mut duration = |id: &Option<String>, key: &str| {
            let id = id.as_deref().ok_or_else(|| unnamed(service, stage, key))?;
            self.settings.duration(service, id)
        };
        let retry = Retry {
            attempts: u32::MAX,
            first: duration(&stage.retry_first, "retry-first")?,
            factor: 2.0,
            longest: duration(&stage.retry_longest, "retry-longest")?,
            jitter: Jitter::Equal,
            window: Some(duration(&stage.retry_for, "retry-for")?),
        };
        Ok(Some(Delivery { latency: LatencyLaw::Zero, failures: 0.0, outages, retry: Some(retry) }))
    }

    /// An outage on the way that nothing notices would be passed over in silence; one elsewhere changes nothing here.
    pub(super) fn check_outages(&self) -> Result<(), LowerError> {
        let on_the_way = |service: &str| self.nodes.iter().any(|(name, _)| name.split('.').next() == Some(service));
        let noticed = |service: &str| {
            let deliveries = self.nodes.iter().zip(self.nodes.iter().skip(1));
            deliveries.into_iter().any(|((_, step), (next, _))| {
                matches!(step, Step::Delivery(_)) && next.split('.').next() == Some(service)
            })
        };
        let missed = self
            .scenario
            .simulation
            .outages
            .iter()
            .find(|outage| on_the_way(&outage.service) && !noticed(&outage.service));
        missed.map_or(Ok(()), |outage| Err(LowerError::OutageUnnoticed(outage.service.clone())))
    }
}

/// As long as makes so many a second.
fn every_so_often(rate: f64) -> LatencyLaw {
    if rate > 0.0 { LatencyLaw::Constant(SimDuration::from_secs_f64(1.0 / rate)) } else { LatencyLaw::Zero }
}

fn unnamed(service: &Service, stage: &RawStage, key: &str) -> LowerError {
    LowerError::Model(format!("{}: stage `{}` needs `{key}`", service.id, stage.id))
}
