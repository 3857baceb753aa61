//! Stages other than gates and delays: how busy they are, what they hold, what they lose; and what an outage does to them.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Table, count, seconds};
use crate::architecture::Lowered;
use crate::sim::network::{ShardLoad, Step};
use crate::sim::{Estimate, NodeSummary, Summary};
use crate::units::{Bytes, grouped, significant};

/// A stage on the way that can make records wait, or lose them.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StageUse {
    /// Its name.
    pub name: String,
    /// `buffer`, `station`, `shards`, `poll` or `delivery`; `gate` where clients try again.
    pub kind: &'static str,
    /// How many units it serves at once; `null` where nothing limits that.
    pub servers: Option<u32>,
    /// Share of its servers at work; `null` without servers.
    pub busy_share: Option<Estimate>,
    /// Units that left it in an hour.
    pub units_per_hour: Estimate,
    /// The 99th percentile of the time that units waited here, in seconds; `null` where nothing waits.
    pub wait_p99_s: Estimate,
    /// The most units inside at any time: records in a buffer, and those that a delivery tries again.
    pub most_inside: u64,
    /// Seconds from its fullest moment until it was empty, the longest of all replications; `null` where one did not get
    /// that far.
    pub drained_in_s: Option<f64>,
    /// Records that were tried again, over all replications.
    pub retried: u64,
    /// Records that were lost here, over all replications.
    pub lost: u64,
    /// What came to each of several shards, over all replications.
    pub shards: Vec<ShardLoad>,
}

/// A time in which a service took nothing, and what became of what was meant for it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Outage {
    /// The service that took nothing.
    pub service: String,
    /// When it began, in seconds.
    pub from_s: f64,
    /// When it was over, in seconds.
    pub to_s: f64,
    /// The stage that held what was meant for it.
    pub held_by: String,
    /// The most records that it held, of all replications.
    pub most_held: u64,
    /// Seconds from the end of the last outage until nothing was held any more, the longest of all replications; `null`
    /// where the run ended before.
    pub gone_after_s: Option<f64>,
    /// Records that were given up, over all replications and outages.
    pub lost: u64,
}

const fn kind(step: &Step) -> Option<&'static str> {
    match step {
        Step::Gate(gate) if gate.retry.is_some() => Some("gate"),
        Step::Buffer(_) => Some("buffer"),
        Step::Station(_) => Some("station"),
        Step::Shards { .. } => Some("shards"),
        Step::Poller(_) => Some("poll"),
        Step::Delivery(_) => Some("delivery"),
        _ => None,
    }
}

/// The stages of a run that can make records wait, in their order.
pub(super) fn stages(summary: &Summary, lowered: &Lowered) -> Vec<StageUse> {
    let nodes = lowered.network.nodes.iter();
    let known = nodes.filter_map(|node| Some((kind(&node.step)?, found(summary, &node.name)?)));
    known
        .map(|(kind, stage)| StageUse {
            name: stage.name.clone(),
            kind,
            servers: stage.servers,
            busy_share: stage.utilization(),
            units_per_hour: stage.units_per_hour,
            wait_p99_s: stage.wait_p99,
            most_inside: stage.most_inside,
            drained_in_s: stage.drained_in,
            retried: stage.retried,
            lost: stage.lost,
            shards: stage.shards.clone(),
        })
        .collect()
}

fn found<'a>(summary: &'a Summary, name: &str) -> Option<&'a NodeSummary> {
    summary.nodes.iter().find(|stage| stage.name == name)
}

/// What the outages of a run have caused, in the order of the stages that noticed them.
pub(super) fn outages(summary: &Summary, lowered: &Lowered) -> Vec<Outage> {
    let mut list = Vec::new();
    for node in &lowered.network.nodes {
        let Step::Delivery(delivery) = &node.step else { continue };
        let Some(stage) = found(summary, &node.name) else { continue };
        let last = delivery.outages.iter().map(|(_, to)| to.as_secs_f64()).fold(0.0, f64::max);
        let next = node.to.first().and_then(|next| next.split('.').next()).unwrap_or_default();
        list.extend(delivery.outages.iter().map(|(from, to)| Outage {
            service: next.to_owned(),
            from_s: from.as_secs_f64(),
            to_s: to.as_secs_f64(),
            held_by: stage.name.clone(),
            most_held: stage.most_inside,
            gone_after_s: stage.empty_again_at.map(|at| (at - last).max(0.0)),
            lost: stage.lost,
        }));
    }
    list
}

/// An outage in a sentence or two.
#[must_use]
pub fn outage(outage: &Outage) -> String {
    let Outage { service, held_by, .. } = outage;
    let (from, to) = (seconds(outage.from_s), seconds(outage.to_s));
    let held = count(outage.most_held, "record");
    let gone = match outage.gone_after_s {
        Some(after) => format!("the last of them is gone {} after the outage", seconds(after)),
        None => "some of it is still held at the end of the run".to_owned(),
    };
    let lost = match outage.lost {
        0 => "None is lost.".to_owned(),
        1 => "1 record is given up for good.".to_owned(),
        lost => format!("{} are given up for good.", count(lost, "record")),
    };
    format!("{service} takes nothing from {from} to {to}. {held_by} holds up to {held}; {gone}. {lost}")
}

/// Lost records with their bytes, as `, 12 lost (5 KiB)`; nothing where none is.
#[must_use]
pub fn lost(records: u64, bytes: u64) -> String {
    if records == 0 {
        return String::new();
    }
    format!(", {} lost ({})", grouped(records), Bytes::new(bytes))
}

/// The stages as a table.
#[must_use]
pub fn table(stages: &[StageUse]) -> Table {
    let mut table = Table::new(&["stage", "", "servers", "busy", "waiting p99", "most inside", "drained in", "lost"])
        .right(&[2, 3, 4, 5, 6, 7]);
    for stage in stages {
        let percent = |share: Estimate| format!("{} %", significant(share.value * 100.0, 3));
        let wait = stage.wait_p99_s.value;
        table.row(vec![
            stage.name.clone(),
            stage.kind.to_owned(),
            stage.servers.map_or_else(String::new, |servers| grouped(u64::from(servers))),
            stage.busy_share.map_or_else(String::new, percent),
            if wait.is_finite() { seconds(wait) } else { String::new() },
            grouped(stage.most_inside),
            stage.drained_in_s.map_or_else(String::new, seconds),
            grouped(stage.lost),
        ]);
    }
    table
}

/// How the busiest of several shards compares with the others, where that matters; nothing where no shard turns away more
/// than its part.
#[must_use]
pub fn hot_shard(stage: &StageUse) -> Option<String> {
    let rejected: u64 = stage.shards.iter().map(|shard| shard.rejected).sum();
    let offered: u64 = stage.shards.iter().map(|shard| shard.offered).sum();
    let busiest = stage.shards.iter().max_by_key(|shard| (shard.rejected, shard.offered))?;
    let throttling = stage.shards.iter().filter(|shard| shard.rejected > 0).count();
    if rejected == 0 || throttling == stage.shards.len() {
        return None;
    }
    let share = |part: u64| significant(100.0 * part as f64 / offered.max(1) as f64, 3);
    let idlest = stage.shards.iter().map(|shard| shard.offered).min().unwrap_or(0);
    Some(format!(
        "{}: {throttling} of {} shards turned records away, the busiest {} % of what came to it; it was offered {} % of all \
         records, the idlest {} %.",
        stage.name,
        stage.shards.len(),
        significant(100.0 * busiest.rejected as f64 / busiest.offered.max(1) as f64, 3),
        share(busiest.offered),
        share(idlest),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_says_what_is_held_how_long_and_what_is_lost() {
        let kept = Outage {
            service: "s3".to_owned(),
            from_s: 3600.0,
            to_s: 25_200.0,
            held_by: "firehose.delivery".to_owned(),
            most_held: 21_600_000,
            gone_after_s: Some(118.0),
            lost: 0,
        };
        assert_eq!(
            outage(&kept),
            "s3 takes nothing from 1 h to 7 h. firehose.delivery holds up to 21,600,000 records; the last of them is gone \
             118 s after the outage. None is lost."
        );
        let given_up = Outage { gone_after_s: None, lost: 1, ..kept };
        assert!(
            outage(&given_up)
                .ends_with("some of it is still held at the end of the run. 1 record is given up for good.")
        );
    }

    #[test]
    fn a_hot_shard_is_named_only_where_others_have_room() {
        let estimate = Estimate { value: 0.0, half_width: None };
        let stage = |loads: &[(u64, u64)]| StageUse {
            name: "stream.shards".to_owned(),
            kind: "shards",
            servers: None,
            busy_share: None,
            units_per_hour: estimate,
            wait_p99_s: estimate,
            most_inside: 0,
            drained_in_s: None,
            retried: 0,
            lost: 0,
            shards: loads
                .iter()
                .map(|(offered, rejected)| ShardLoad { offered: *offered, rejected: *rejected })
                .collect(),
        };
        let said = hot_shard(&stage(&[(60, 15), (30, 0), (10, 0)])).unwrap();
        assert_eq!(
            said,
            "stream.shards: 1 of 3 shards turned records away, the busiest 25 % of what came to it; it was offered 60 % of \
             all records, the idlest 10 %."
        );
        assert_eq!(hot_shard(&stage(&[(60, 15), (60, 14)])), None);
        assert_eq!(hot_shard(&stage(&[(60, 0), (30, 0)])), None);
    }
}
