//! How many shards, workers and the like a load needs: as many as carry its busiest time, each within its part.

use crate::scenario::Workload;
use crate::sim::{Arrivals, Source};
use crate::units::{grouped, significant};

/// A load by the second, in the busiest time of its profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Demand {
    records: f64,
    requests: f64,
    bytes: f64,
    /// Devices that send, where it is stated how many.
    devices: Option<u32>,
}

impl Demand {
    /// Of what is no stream.
    pub(super) const fn none() -> Self {
        Self { records: 0.0, requests: 0.0, bytes: 0.0, devices: None }
    }

    /// The busiest part of the usual profile; one-off episodes are what a pipeline is not sized for. Of a recording, its
    /// busiest second.
    pub(super) fn of(workload: Option<&Workload>, source: &Source) -> Self {
        let per_request = source.records_per_request.mean().max(1.0);
        let (records, bytes) = match (&source.arrivals, workload) {
            (Arrivals::Trace(records), _) => busiest_second(records),
            (_, Some(workload)) => {
                let usual = workload.profile.factors.iter().copied().fold(0.0, f64::max);
                let records = workload.rate.get() * usual;
                (records, records * workload.mean_size())
            }
            (_, None) => (0.0, 0.0),
        };
        let devices = match &source.arrivals {
            Arrivals::Devices(devices) => Some(devices.count),
            _ => None,
        };
        Self { records, requests: records / per_request, bytes, devices }
    }

    /// One for each device, if it is known how many there are.
    pub(super) fn of_devices(self) -> Option<(f64, String)> {
        let count = self.devices?;
        Some((f64::from(count), format!("{} devices, as many as send so much at their period", grouped(count.into()))))
    }
}

/// Records and bytes of the second with most of each.
fn busiest_second(records: &[crate::sim::TraceRecord]) -> (f64, f64) {
    let (mut most, mut largest) = (0u64, 0u64);
    for second in records.chunk_by(|one, next| one.at.as_nanos() / 1_000_000_000 == next.at.as_nanos() / 1_000_000_000)
    {
        most = most.max(second.len() as u64);
        largest = largest.max(second.iter().map(|record| record.size.get()).sum());
    }
    (most as f64, largest as f64)
}

/// What one unit carries by the second; what is absent does not bind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub(super) records: Option<f64>,
    pub(super) requests: Option<f64>,
    pub(super) bytes: Option<f64>,
    /// By which the load is multiplied first.
    pub(super) headroom: f64,
    pub(super) least: f64,
}

/// The number of units, and the arithmetic in words.
pub(super) fn needed(demand: Demand, parts: &Parts) -> (f64, String) {
    let terms = [
        (demand.records, parts.records, "records/s"),
        (demand.requests, parts.requests, "requests/s"),
        (demand.bytes, parts.bytes, "B/s"),
    ];
    let short = |number: f64| significant(number, 4);
    let mut most: f64 = 0.0;
    let mut words = Vec::new();
    for (load, part, unit) in terms {
        let Some(part) = part.filter(|part| *part > 0.0) else { continue };
        let needs = load * parts.headroom / part;
        most = most.max(needs);
        let headroom =
            if (parts.headroom - 1.0).abs() < 1e-12 { String::new() } else { format!(" × {}", short(parts.headroom)) };
        words.push(format!("{} {unit} at the peak{headroom} ÷ {} = {}", short(load), short(part), short(needs)));
    }
    // A billionth more than a whole number is rounding.
    let count = (most - 1e-9).ceil().max(parts.least).max(1.0);
    (count, format!("{} → {}", words.join("; "), short(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scarcest_part_decides_and_its_arithmetic_is_told() {
        let demand = Demand { records: 2_500.0, requests: 2_500.0, bytes: 500_000.0, devices: None };
        let parts =
            Parts { records: Some(1_000.0), requests: None, bytes: Some(1_048_576.0), headroom: 1.2, least: 1.0 };
        let (count, told) = needed(demand, &parts);
        assert_eq!(count, 3.0);
        assert_eq!(
            told,
            "2,500 records/s at the peak × 1.2 ÷ 1,000 = 3; 500,000 B/s at the peak × 1.2 ÷ 1,048,576 = 0.5722 → 3"
        );
        assert_eq!(needed(demand, &Parts { records: Some(1e6), headroom: 1.0, least: 2.0, ..parts }).0, 2.0);
    }
}
