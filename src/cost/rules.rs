//! The billing rules, as functions of plain numbers: how a service counts what somebody uses.
//!
//! Every rule is applied to bills of usage files and to published bills alike ([`super::measure`] calls them, with the
//! parameters that the catalog's meters hold). Sizes are in bytes, times in seconds unless a name says otherwise.

/// Increments begun by a record: 26 KB are two payload units of 25 KB. A record without content still is one.
#[must_use]
pub fn increments(size: f64, increment: f64) -> f64 {
    (size / increment).ceil().max(1.0)
}

/// A size rounded up to whole increments: Firehose bills 3 KB as 5.
#[must_use]
pub fn rounded_up(size: f64, increment: f64) -> f64 {
    increments(size, increment) * increment
}

/// What a unit of capacity, such as a shard, can take and give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitCapacity {
    /// Bytes a second in.
    pub takes: Option<f64>,
    /// Records a second in.
    pub takes_records: Option<f64>,
    /// Bytes a second out.
    pub gives: Option<f64>,
}

/// Traffic that capacity is sized for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Records a second.
    pub records: f64,
    /// Bytes of a record.
    pub record_size: f64,
    /// Consumers that read everything.
    pub readers: f64,
    /// Room for peaks, a share of the load.
    pub headroom: f64,
}

/// Units, such as shards, that a load needs: the most that any limit asks for, then room for peaks, each rounded up as the
/// vendor's calculator does.
#[must_use]
pub fn units_for(load: &Load, unit: &UnitCapacity) -> f64 {
    let bytes = load.records * load.record_size;
    let needs = [(unit.takes, bytes), (unit.takes_records, load.records), (unit.gives, bytes * load.readers)];
    let most = needs.into_iter().filter_map(|(limit, load)| Some((load / limit?).ceil())).fold(1.0, f64::max);
    (most * (1.0 + load.headroom)).ceil()
}

/// Time billed for runs: each in whole steps, and at least the shortest time billed.
#[must_use]
pub fn billed_time(runs: &[f64], least: f64, step: Option<f64>) -> f64 {
    runs.iter().map(|run| stepped(*run, step).max(least)).sum()
}

/// Time in whole steps. A hair above a step is what binary fractions make of a whole one.
#[must_use]
pub fn stepped(time: f64, step: Option<f64>) -> f64 {
    match step {
        Some(step) if step > 0.0 => (time / step - 1e-9).ceil().max(0.0) * step,
        _ => time,
    }
}

/// Units times time, with those billed on top: an application of 20 KPUs bills 21.
#[must_use]
pub fn capacity_time(units: f64, extra: f64, time: f64) -> f64 {
    (units + extra) * time
}

/// Data that is held for a part of the month, as if it were held all month: GB-months.
#[must_use]
pub fn prorated(data: f64, held: f64, month: f64) -> f64 {
    data * (held / month)
}

/// Data times time, without what is included for each unit: the memory of a function while it runs.
#[must_use]
pub fn data_time(size: f64, included: f64, time: f64) -> f64 {
    (size - included).max(0.0) * time
}

/// Data of a month, and at least what a steady rate would be.
#[must_use]
pub fn at_least(data: f64, floor_rate: Option<f64>, month: f64) -> f64 {
    floor_rate.map_or(data, |rate| data.max(rate * month))
}

/// What is left above a free allowance.
#[must_use]
pub fn beyond(quantity: f64, allowance: f64) -> f64 {
    (quantity - allowance).max(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHARD: UnitCapacity =
        UnitCapacity { takes: Some(1_048_576.0), takes_records: Some(1000.0), gives: Some(2_097_152.0) };

    #[test]
    fn records_are_rounded_up_one_by_one() {
        let kb = |size: f64, increment: f64| increments(size * 1024.0, increment * 1024.0);
        // The vendor's own examples: 5 KB, 45 KB and 1 MB in payload units of 25 KB.
        assert_eq!([kb(5.0, 25.0), kb(45.0, 25.0), kb(1000.0, 25.0)], [1.0, 2.0, 40.0]);
        assert_eq!([kb(24.0, 25.0), kb(25.0, 25.0), kb(26.0, 25.0), kb(0.0, 25.0)], [1.0, 1.0, 2.0, 1.0]);
        // Firehose: 3 KB bills 5, 12 KB bills 15, 42 KB bills 45.
        let firehose = |size: f64| rounded_up(size * 1024.0, 5120.0) / 1024.0;
        assert_eq!([firehose(3.0), firehose(12.0), firehose(42.0)], [5.0, 15.0, 45.0]);
    }

    #[test]
    fn shards_follow_the_tightest_limit() {
        let load = |records, record_size, readers, headroom| Load { records, record_size, readers, headroom };
        // Ten consumers read 1,000 KB/s: one shard, two with a fifth of room.
        assert_eq!(units_for(&load(10.0, 10_240.0, 10.0, 0.2), &SHARD), 2.0);
        // 1,000 records/s of 26 KiB are 25.4 MiB/s in.
        assert_eq!(units_for(&load(1000.0, 26_624.0, 1.0, 0.0), &SHARD), 26.0);
        // Small records: 1,000 records a second and shard.
        assert_eq!(units_for(&load(2500.0, 100.0, 1.0, 0.0), &SHARD), 3.0);
        // Three readers take more than comes in.
        assert_eq!(units_for(&load(100.0, 10_486.0, 3.0, 0.0), &SHARD), 2.0);
    }

    #[test]
    fn short_runs_are_billed_longer() {
        // Runs of 30, 5 and 2 minutes with a minimum of 10 are 50 minutes.
        assert_eq!(billed_time(&[1800.0, 300.0, 120.0], 600.0, None), 3000.0);
        assert_eq!(billed_time(&[90.5], 60.0, Some(1.0)), 91.0);
        assert_eq!(stepped(0.12, Some(0.001)), 120.0 * 0.001);
        assert_eq!(stepped(3601.0, Some(3600.0)), 7200.0);
    }

    #[test]
    fn allowances_and_floors_bound_a_quantity() {
        assert_eq!([beyond(5.0, 3.0), beyond(2.0, 3.0)], [2.0, 0.0]);
        assert_eq!(
            [at_least(10.0, Some(2.0), 6.0), at_least(20.0, Some(2.0), 6.0), at_least(1.0, None, 6.0)],
            [12.0, 20.0, 1.0]
        );
        assert_eq!([data_time(2048.0, 512.0, 2.0), data_time(256.0, 512.0, 2.0)], [3072.0, 0.0]);
        assert_eq!(prorated(6000.0, 86_400.0, 30.0 * 86_400.0), 200.0);
        assert_eq!(capacity_time(20.0, 1.0, 720.0), 15_120.0);
    }

    proptest! {
        #[test]
        fn an_increment_rounds_up_and_by_less_than_one(size in 1.0..1e9_f64, increment in 1.0..1e6_f64) {
            let billed = rounded_up(size, increment);
            prop_assert!(billed >= size * (1.0 - 1e-12) && billed < size + increment * (1.0 + 1e-9));
        }

        #[test]
        fn more_load_never_needs_fewer_units(
            records in 0.1..1e5_f64, size in 1.0..1e6_f64, readers in 0.0..20.0_f64, more in 1.0..3.0_f64,
        ) {
            let load = Load { records, record_size: size, readers, headroom: 0.0 };
            let units = units_for(&load, &SHARD);
            for grown in [
                Load { records: records * more, ..load },
                Load { record_size: size * more, ..load },
                Load { readers: readers * more, ..load },
                Load { headroom: more - 1.0, ..load },
            ] {
                prop_assert!(units_for(&grown, &SHARD) >= units);
            }
        }

        #[test]
        fn steps_and_minimums_never_shorten_a_run(run in 0.0..1e6_f64, least in 0.0..1e4_f64, step in 0.001..1e4_f64) {
            let billed = billed_time(&[run], least, Some(step));
            prop_assert!(billed >= (run * (1.0 - 1e-8)).max(least) - step * 1e-8);
        }
    }
}
