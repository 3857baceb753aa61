//! What the inputs of a published bill are in the words of the catalog: which meters they feed, with what.
//!
//! Here stands how the examples name things, and nothing about how a meter counts.

use super::Inputs;
use crate::catalog::{Catalog, price_of_type};
use crate::cost::measure::{Conventions, Measure, Stated, Terms};
use crate::units::SimDuration;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// A part of the usage: one meter, and the lines of the bill that show it, one for each tier.
pub(super) struct Part {
    /// How the names of its lines start.
    pub(super) lines: &'static [&'static str],
    /// How the meter bills.
    pub(super) terms: Terms,
    /// What is used.
    pub(super) stated: Stated,
    /// Units that are free.
    pub(super) allowance: f64,
    /// Service and meter in the price book, where it has the meter.
    pub(super) price: Option<(String, String)>,
}

/// Collects the parts of one bill.
struct Plan<'p, 'i> {
    inputs: &'p Inputs<'i>,
    month: &'p Conventions,
    catalog: &'p Catalog,
    parts: Vec<Part>,
}

/// The parts of a bill; `None` for a service whose inputs are not known.
pub(super) fn parts_of(
    service: &str,
    inputs: &Inputs<'_>,
    month: &Conventions,
    catalog: &Catalog,
) -> Option<Vec<Part>> {
    let mut plan = Plan { inputs, month, catalog, parts: Vec::new() };
    match service {
        "firehose" => plan.firehose(),
        "kinesis_data_streams" => plan.data_streams(),
        "api_gateway" => plan.api_gateway(),
        "lambda" => plan.lambda(),
        "s3" => plan.s3(),
        "data_transfer" => plan.data_transfer(),
        "emr" => plan.emr(),
        "dms" => plan.dms(),
        "managed_flink" => plan.flink(),
        "kinesis_analytics_sql" => plan.kept("kinesis_analytics_sql", &["KPU"], "kpu-hours", "kpus"),
        "kinesis_video_streams" => plan.video(),
        "sqs" => plan.sqs(),
        "sns" => plan.sns(),
        "eventbridge" => plan.eventbridge(),
        "msk" => plan.msk(),
        "iot_core" => plan.iot(),
        "glue" => plan.glue(),
        "appflow" => plan.appflow(),
        "transfer_family" => plan.transfer(),
        "redshift" => plan.machines("redshift", &["node hours"], "node-hours", "node", "nodes"),
        "opensearch" => plan.opensearch(),
        "cloudwatch" => plan.cloudwatch(),
        "vpc" => plan.vpc(),
        "ebs" => plan.ebs(),
        "pipeline" => plan.pipeline(),
        _ => return None,
    }
    Some(plan.parts)
}

/// A quantity as it stands on the bill.
fn of(quantity: f64) -> Stated {
    Stated { quantity: Some(quantity), ..Stated::default() }
}

/// Records of a month.
fn records(records: f64) -> Stated {
    Stated { records: Some(records), ..Stated::default() }
}

/// Records of a size.
fn sized(records: f64, size: f64) -> Stated {
    Stated { records: Some(records), record_size: Some(size), ..Stated::default() }
}

/// Units kept all month.
fn kept(capacity: f64) -> Stated {
    Stated { capacity: Some(capacity), ..Stated::default() }
}

impl Plan<'_, '_> {
    /// Bytes in a KB: a GB has as many MB as an MB has KB.
    fn kb(&self) -> f64 {
        if self.month.bytes_per_gb > 1e9 { 1024.0 } else { 1000.0 }
    }

    fn mb(&self) -> f64 {
        self.kb() * self.kb()
    }

    /// Adds a part of a meter of the catalog, for a type of machine where the price depends on it.
    fn typed(
        &mut self,
        lines: &'static [&'static str],
        service: &str,
        meter: &str,
        kind: Option<&str>,
        stated: Stated,
    ) {
        let found = self.catalog.meters_of(service).iter().find(|known| known.id == meter);
        let Some(found) = found else {
            self.inputs.refuse("meter", meter);
            return;
        };
        let price = kind.map_or_else(|| found.price.clone(), |kind| price_of_type(&found.price, kind));
        let free = if self.inputs.flag("free_tier") { found.free.unwrap_or(0) as f64 } else { 0.0 };
        let stated = Stated { kind: kind.map(str::to_owned), ..stated };
        let price = Some((service.to_owned(), price));
        self.parts.push(Part { lines, terms: Terms::of(found), stated, allowance: free, price });
    }

    fn part(&mut self, lines: &'static [&'static str], service: &str, meter: &str, stated: Stated) {
        self.typed(lines, service, meter, None, stated);
    }

    /// Adds a part for which the catalog has no meter, because no price of it was found.
    fn other(&mut self, lines: &'static [&'static str], measure: Measure, stated: Stated, allowance: f64) {
        self.parts.push(Part { lines, terms: Terms::plain(measure), stated, allowance, price: None });
    }

    /// A quantity under an input's own name.
    fn stated(&mut self, service: &str, lines: &'static [&'static str], meter: &str, input: &str) {
        if let Some(quantity) = self.inputs.number(input) {
            self.part(lines, service, meter, of(quantity));
        }
    }

    /// Units that an input counts, kept all month.
    fn kept(&mut self, service: &str, lines: &'static [&'static str], meter: &str, input: &str) {
        if let Some(capacity) = self.inputs.number(input) {
            self.part(lines, service, meter, kept(capacity));
        }
    }

    /// Machines of a type, kept all month.
    fn machines(&mut self, service: &str, lines: &'static [&'static str], meter: &str, kind: &str, count: &str) {
        if let Some(kind) = self.inputs.text(kind) {
            let capacity = self.inputs.number_or(count, 1.0);
            self.typed(lines, service, meter, Some(kind), kept(capacity));
        }
    }

    /// Records of the month with the size of each, from a rate and a size in KB.
    fn traffic(&self, rate: &str, size: &str) -> Option<Stated> {
        let (rate, size) = (self.inputs.number(rate)?, self.inputs.number(size)?);
        Some(sized(rate * self.month.month(), size * self.kb()))
    }

    fn firehose(&mut self) {
        let traffic = self.traffic("records_per_second", "record_kb");
        let ingested = self.inputs.number("billed_ingest_gb").map(of).or(traffic);
        if let Some(ingested) = ingested {
            self.part(&["ingest"], "firehose", "ingestion", ingested.clone());
            if self.inputs.number("vpc_azs").is_some() {
                self.part(&["VPC delivery data"], "firehose", "vpc-data", ingested);
            }
        }
        self.kept("firehose", &["VPC delivery AZ-hours"], "vpc-hours", "vpc_azs");
        self.stated("firehose", &["dynamic partitioning data"], "partitioned-data", "processed_gb");
        self.stated("firehose", &["dynamic partitioning objects"], "partitioned-objects", "objects");
        self.stated("firehose", &["jq"], "partitioning-jq", "jq_hours");
        self.stated("s3", &["S3 PUT"], "put", "objects");
        self.inputs.describe(&["symbols"]);
    }

    fn data_streams(&mut self) {
        const SERVICE: &str = "kinesis_data_streams";
        match self.inputs.text("mode") {
            Some("provisioned") => self.shards(),
            Some("on_demand_advantage") => {
                self.inputs.describe(&["retention_days"]);
                let consumers = self.inputs.number_or("consumers", 1.0);
                if let Some(traffic) = self.traffic("records_per_second", "record_kb") {
                    self.part(&["data in"], SERVICE, "advantage-in", traffic.clone());
                    self.part(&["data out"], SERVICE, "advantage-out", Stated { copies: consumers, ..traffic });
                }
            }
            Some("on_demand_standard") => {
                let streams = self.inputs.number_or("streams", 1.0);
                self.part(&["stream hours"], SERVICE, "on-demand-streams", kept(streams));
                self.stated(SERVICE, &["data in"], "on-demand-in", "data_in_gb");
                self.stated(SERVICE, &["data out"], "on-demand-out", "data_out_gb");
                self.stated(SERVICE, &["EFO data out"], "on-demand-fan-out", "efo_out_gb");
                let extended = "on-demand-extended-retention";
                self.stated(SERVICE, &["extended retention"], extended, "extended_retention_gb_month");
                let long = "on-demand-long-term-retention";
                self.stated(SERVICE, &["long-term retention"], long, "long_term_retention_gb_month");
            }
            Some(other) => self.inputs.refuse("mode", other),
            None => {}
        }
        if let Some(rate) = self.inputs.number("put_payload_units_per_second") {
            self.part(&["PUT payload units"], SERVICE, "payload-units", of(rate * self.month.month()));
        }
    }

    /// Provisioned streams; shared consumers count for the number of shards only.
    fn shards(&mut self) {
        const SERVICE: &str = "kinesis_data_streams";
        let Some(traffic) = self.traffic("records_per_second", "record_kb") else { return };
        let load = Stated {
            readers: self.inputs.number_or("standard_consumers", 1.0),
            headroom: self.inputs.number_or("buffer_percent", 0.0) / 100.0,
            ..traffic.clone()
        };
        self.part(&["shard hours"], SERVICE, "shard-hours", load.clone());
        self.part(&["PUT payload units"], SERVICE, "payload-units", traffic.clone());
        if self.inputs.number_or("retention_days", 1.0) > 1.0 {
            self.part(&["extended retention"], SERVICE, "extended-retention", load.clone());
        }
        if let Some(copies) = self.inputs.number("efo_consumers") {
            self.part(&["EFO consumer-shard hours"], SERVICE, "fan-out-hours", Stated { copies, ..load });
            self.part(&["EFO data"], SERVICE, "fan-out-data", Stated { copies, ..traffic });
        }
    }

    fn api_gateway(&mut self) {
        const SERVICE: &str = "api_gateway";
        let calls = self.inputs.number("calls");
        match self.inputs.text("api") {
            Some("REST") => {
                if let Some(calls) = calls {
                    self.part(&["REST calls", "first", "next", "over"], SERVICE, "requests", records(calls));
                }
            }
            Some("HTTP") => {
                let size = self.inputs.number("request_kb").map(|size| size * self.kb());
                let sized = calls.zip(size).map(|(calls, size)| sized(calls, size));
                if let Some(metered) = self.inputs.number("metered_calls").map(of).or(sized) {
                    self.part(&["first", "next", "over"], SERVICE, "http-requests", metered);
                }
            }
            Some("WebSocket") => {
                let size = self.inputs.number("message_kb").map(|size| size * self.kb());
                if let Some((messages, size)) = self.inputs.number("messages").zip(size) {
                    self.part(&["first", "next", "over"], SERVICE, "websocket-messages", sized(messages, size));
                }
                self.stated(SERVICE, &["connection minutes"], "websocket-minutes", "connection_minutes");
            }
            Some(other) => self.inputs.refuse("api", other),
            None => {}
        }
        let response = self.inputs.number("response_kb").map(|size| size * self.kb());
        if let Some((calls, size)) = calls.zip(response) {
            self.part(&["data transfer out"], "data_transfer", "internet-out", sized(calls, size));
        }
        if self.inputs.flag("caching") {
            self.inputs.refuse("caching", "true");
        }
        if let Some(size) = self.inputs.text("cache_gb") {
            self.typed(&["cache hours"], SERVICE, "cache", Some(&format!("{size}gb")), kept(1.0));
        }
    }

    fn lambda(&mut self) {
        const SERVICE: &str = "lambda";
        let requests = self.inputs.number_or("requests", 0.0);
        self.part(&["requests"], SERVICE, "requests", records(requests));
        let run = Stated {
            duration: self.inputs.number("duration_ms").map(|time| time / 1000.0),
            unit_size: self.inputs.number("memory_mb").map(|size| size * self.mb()),
            ..records(requests)
        };
        let compute = match self.inputs.text("arch") {
            Some("arm") => "duration-arm",
            _ => "duration-x86",
        };
        let provisioned = self.inputs.number("provisioned_concurrency");
        if let Some(capacity) = provisioned {
            let hours = self.inputs.number("provisioned_hours");
            let runs = hours.into_iter().map(|hours| hours * HOUR).collect();
            let reserved = Stated { unit_size: run.unit_size, runs, ..kept(capacity) };
            self.part(&["provisioned concurrency"], SERVICE, "provisioned-concurrency", reserved);
            self.part(&["compute while provisioned"], SERVICE, "provisioned-duration", run.clone());
        } else {
            let stated = self.inputs.number("gb_seconds").map_or_else(|| run.clone(), of);
            self.part(&["compute", "first", "next", "over"], SERVICE, compute, stated);
        }
        if let Some(size) = self.inputs.number("ephemeral_mb") {
            let stated = Stated { unit_size: Some(size * self.mb()), ..run };
            self.part(&["ephemeral storage"], SERVICE, "ephemeral-storage", stated);
        }
        self.inputs.flag("free_tier");
    }

    fn s3(&mut self) {
        match self.inputs.text("class") {
            Some("standard") | None => {
                self.stated("s3", &["storage", "first", "next", "over"], "standard-storage", "storage_gb");
                self.stated("s3", &["PUT"], "put", "put");
                self.stated("s3", &["GET"], "get", "get");
            }
            Some("intelligent_tiering") => {
                self.stated("s3", &["frequent"], "intelligent-tiering-frequent", "frequent_gb");
                self.stated("s3", &["infrequent"], "intelligent-tiering-infrequent", "infrequent_gb");
                self.stated("s3", &["archive"], "intelligent-tiering-archive", "archive_gb");
                self.stated("s3", &["deep archive"], "intelligent-tiering-deep-archive", "deep_archive_gb");
                self.stated("s3", &["monitoring"], "intelligent-tiering-monitoring", "monitored_objects");
                self.stated("s3", &["lifecycle"], "intelligent-tiering-lifecycle", "lifecycle_transitions");
                self.stated("s3", &["PUT"], "put", "put");
                self.stated("s3", &["GET"], "get", "get");
            }
            Some(class) => {
                let meter = |kind: &str| format!("{}-{kind}", class.replace('_', "-"));
                self.stated("s3", &["storage"], &meter("storage"), "storage_gb");
                self.stated("s3", &["PUT"], &meter("put"), "put");
                self.stated("s3", &["GET"], &meter("get"), "get");
                self.stated("s3", &["retrieval"], &meter("retrieval"), "retrieval_gb");
                self.stated("s3", &["lifecycle"], &meter("lifecycle"), "lifecycle_transitions");
            }
        }
    }

    fn data_transfer(&mut self) {
        const SERVICE: &str = "data_transfer";
        self.stated(SERVICE, &["first", "next", "over"], "internet-out", "internet_out_gb");
        self.stated(SERVICE, &["inter-AZ"], "inter-az", "inter_az_gb");
        self.stated(SERVICE, &["other regions"], "inter-region-out", "other_region_out_gb");
    }

    fn emr(&mut self) {
        let Some(kind) = self.inputs.text("instance") else { return };
        let runs = self.inputs.number("hours").into_iter().map(|hours| hours * HOUR).collect();
        let stated = Stated { runs, ..kept(self.inputs.number_or("instances", 1.0)) };
        self.typed(&["EC2"], "ec2", "instance-hours", Some(kind), stated.clone());
        self.typed(&["EMR uplift"], "emr", "uplift", Some(kind), stated);
    }

    /// In several zones, all is there twice.
    fn dms(&mut self) {
        let copies = if self.inputs.flag("multi_az") { 2.0 } else { 1.0 };
        if let Some(kind) = self.inputs.text("instance") {
            self.typed(&["instance"], "dms", "instance-hours", Some(kind), Stated { copies, ..kept(1.0) });
        }
        if let Some(capacity) = self.inputs.number("dcu") {
            self.part(&["DCU hours"], "dms", "dcu-hours", Stated { copies, ..kept(capacity) });
        }
        for input in ["storage_gb", "billable_storage_gb"] {
            if let Some(size) = self.inputs.number(input) {
                self.part(&["storage"], "dms", "storage", Stated { copies, ..of(size) });
            }
        }
        self.stated("dms", &["homogeneous migration"], "homogeneous-hours", "homogeneous_hours");
        self.inputs.describe(&["mode"]);
    }

    fn flink(&mut self) {
        const SERVICE: &str = "managed_flink";
        let days = self.inputs.number_or("days", self.month.hours_per_month / 24.0);
        let daily = self.inputs.number("hours_per_day").map(|hours| vec![hours * days * HOUR]);
        let runs = self.inputs.text("run_minutes").map(|list| self.minutes(list));
        let runs = runs.or(daily).unwrap_or_default();
        if let Some(capacity) = self.inputs.number("application_kpus") {
            let stated = Stated { runs, ..kept(capacity) };
            self.part(&["KPU hours"], SERVICE, "kpu-hours", stated.clone());
            self.part(&["running storage"], SERVICE, "running-storage", stated);
        }
        if let Some(minutes) = self.inputs.number("minimum_minutes_per_run") {
            let least = SimDuration::from_secs_f64(minutes * 60.0);
            self.parts.iter_mut().for_each(|part| part.terms.rule.least_time = Some(least));
        }
        self.stated(SERVICE, &["durable backup"], "backups", "backup_gb_month");
        self.inputs.describe(&["running_storage"]);
    }

    /// A list of minutes, in seconds.
    fn minutes(&self, list: &str) -> Vec<f64> {
        let read = |text: &str| text.trim().parse::<f64>().ok().filter(|minutes| *minutes >= 0.0);
        let minutes: Option<Vec<f64>> = list.split(',').map(read).collect();
        if minutes.is_none() {
            self.inputs.refuse("run_minutes", list);
        }
        minutes.unwrap_or_default().into_iter().map(|minutes| minutes * 60.0).collect()
    }

    /// A minute of a user's stream counts as a record.
    fn video(&mut self) {
        const SERVICE: &str = "kinesis_video_streams";
        let days = self.inputs.number_or("days", self.month.hours_per_month / 24.0);
        let minutes = self.inputs.number_or("users", 1.0) * self.inputs.number_or("minutes_per_day", 1440.0) * days;
        let Some(size) = self.inputs.number("mb_per_user_minute") else { return };
        let stream = sized(minutes, size * self.mb());
        self.part(&["ingested"], SERVICE, "ingested", stream.clone());
        if let Some(copies) = self.inputs.number("hls_viewers_per_stream") {
            self.part(&["HLS consumed"], SERVICE, "consumed-hls", Stated { copies, ..stream.clone() });
        }
        if let Some(kept) = self.inputs.number("retention_days").map(|days| days * DAY) {
            self.part(&["stored"], SERVICE, "stored", Stated { kept: Some(kept), ..stream });
        }
    }

    fn sqs(&mut self) {
        let meter = if self.inputs.text("queue") == Some("fifo") { "fifo-requests" } else { "requests" };
        let Some(requests) = self.inputs.number("requests") else { return };
        let size = self.inputs.number_or("request_kb", 1.0) * self.kb();
        self.part(&["requests", "first", "next", "over"], "sqs", meter, sized(requests, size));
    }

    fn sns(&mut self) {
        const SERVICE: &str = "sns";
        let size = self.inputs.number_or("message_kb", 1.0) * self.kb();
        let requests = self.inputs.number_or("requests", 0.0);
        if self.inputs.text("topic") == Some("fifo") {
            let copies = self.inputs.number_or("subscriptions", 1.0);
            let sent = sized(requests, size);
            self.part(&["publish requests"], SERVICE, "fifo-publish", records(requests));
            self.part(&["publish payload"], SERVICE, "fifo-publish-data", sent.clone());
            self.part(&["subscription messages"], SERVICE, "fifo-messages", Stated { copies, ..records(requests) });
            self.part(&["subscription payload"], SERVICE, "fifo-data", Stated { copies, ..sent });
            return;
        }
        self.part(&["publish"], SERVICE, "publish", sized(requests, size));
        self.stated(SERVICE, &["HTTP"], "http-deliveries", "http");
        self.stated(SERVICE, &["Firehose"], "firehose-deliveries", "firehose");
        self.stated(SERVICE, &["SQS"], "sqs-deliveries", "sqs");
        self.stated(SERVICE, &["Lambda"], "lambda-deliveries", "lambda");
        // Free in every month, as the vendor's calculator has it.
        for (input, lines, free) in [("email", &["email"], 1e3), ("mobile_push", &["mobile push"], 1e6)] {
            if let Some(sent) = self.inputs.number(input) {
                self.other(lines, Measure::Count, of(sent), free);
            }
        }
        for (input, lines) in
            [("scanned_gb", &["message scanning"]), ("audited_gb", &["audit"]), ("filtered_gb", &["payload filtering"])]
        {
            if let Some(size) = self.inputs.number(input) {
                self.other(lines, Measure::Data, of(size), 0.0);
            }
        }
    }

    fn eventbridge(&mut self) {
        self.stated("eventbridge", &["custom events"], "custom-events", "custom_events");
        self.stated("eventbridge", &["partner events"], "partner-events", "partner_events");
    }

    fn msk(&mut self) {
        self.machines("msk", &["brokers"], "broker-hours", "broker", "brokers");
        self.stated("msk", &["storage"], "broker-storage", "storage_gb");
    }

    fn iot(&mut self) {
        self.kept("iot_core", &["connection minutes"], "connection-minutes", "devices");
        if !self.inputs.flag("always_connected") {
            self.inputs.refuse("always_connected", "false");
        }
    }

    fn glue(&mut self) {
        let runs = self.inputs.number("hours").into_iter().map(|hours| hours * HOUR).collect();
        let units = self.inputs.number("dpu").or_else(|| self.inputs.number("workers"));
        let stated = Stated { runs, ..kept(units.unwrap_or(1.0)) };
        self.typed(&["DPU hours"], "glue", "dpu-hours", self.inputs.text("worker"), stated);
    }

    fn appflow(&mut self) {
        if let Some(rate) = self.inputs.number("runs_per_hour") {
            self.part(&["flow runs"], "appflow", "flow-runs", records(rate * self.month.hours_per_month));
        }
    }

    fn transfer(&mut self) {
        const SERVICE: &str = "transfer_family";
        if let Some(protocols) = self.inputs.text("protocols") {
            let count = protocols.split(',').filter(|name| !name.trim().is_empty()).count();
            self.part(&["protocol hours"], SERVICE, "protocol-hours", kept(count as f64));
        }
        self.stated(SERVICE, &["downloaded"], "downloaded", "downloaded_gb");
        self.stated(SERVICE, &["uploaded"], "uploaded", "uploaded_gb");
    }

    fn opensearch(&mut self) {
        const SERVICE: &str = "opensearch";
        self.machines(SERVICE, &["data nodes"], "instance-hours", "data_node", "data_nodes");
        self.machines(SERVICE, &["dedicated master"], "instance-hours", "master", "masters");
        self.stated(SERVICE, &["gp2 storage"], "gp2-storage", "storage_gb");
        if let Some(nodes) = self.inputs.number("ultrawarm_nodes") {
            let kind = Some("ultrawarm1.medium");
            self.typed(&["UltraWarm"], SERVICE, "ultrawarm-hours", kind, kept(nodes));
        }
    }

    fn cloudwatch(&mut self) {
        const SERVICE: &str = "cloudwatch";
        self.stated(SERVICE, &["ingested"], "logs-ingested", "ingested_gb");
        self.stated(SERVICE, &["stored"], "logs-stored", "stored_gb");
        self.stated(SERVICE, &["Insights"], "logs-insights", "insights_scanned_gb");
    }

    /// Where no input says what volume is processed, its amount is only published.
    fn vpc(&mut self) {
        let (hours, data) = if self.inputs.text("gateways").is_some() {
            ("nat-hours", "nat-data")
        } else {
            ("endpoint-hours", "endpoint-data")
        };
        for input in ["gateways", "endpoints", "availability_zones"] {
            self.kept("vpc", &["gateway hours", "endpoint hours"], hours, input);
        }
        self.stated("vpc", &["processed"], data, "processed_gb");
        self.inputs.describe(&["requests_per_second", "payload_kb"]);
    }

    fn ebs(&mut self) {
        self.stated("ebs", &["storage"], "gp3-storage", "storage_gb");
        self.stated("ebs", &["IOPS over"], "gp3-iops", "extra_iops");
        self.stated("ebs", &["throughput over"], "gp3-throughput", "extra_throughput_mbps");
    }

    /// Of a pipeline's inputs, a number of shards is the only capacity that is named.
    fn pipeline(&mut self) {
        const SERVICE: &str = "kinesis_data_streams";
        let traffic = self.traffic("requests_per_second", "compressed_payload_kb");
        let buffer = self.inputs.text("buffer").unwrap_or_default();
        let shards =
            buffer.strip_prefix("Kinesis provisioned, ").and_then(|rest| rest.strip_suffix(" shards")?.parse().ok());
        if let Some((shards, traffic)) = shards.zip(traffic) {
            self.part(&["Kinesis provisioned"], SERVICE, "shard-hours", kept(shards));
            self.part(&["Kinesis provisioned"], SERVICE, "payload-units", traffic);
        }
        self.inputs.describe(&["events_per_request", "data_gb_month", "servers"]);
    }
}
