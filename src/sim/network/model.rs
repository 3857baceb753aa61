//! What a network consists of: plain data, no behaviour, no knowledge of any vendor.

use crate::sim::model::{Buffer, Gate, LatencyLaw, Model, Retry, Source, Stage, StageKind, Transfer};
use crate::units::{Bytes, SimDuration};

/// Stages that records pass on their way from sources to sinks, in any order that the links between them make.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Where records come from.
    pub feeds: Vec<Feed>,
    /// What they pass.
    pub nodes: Vec<Node>,
    /// Billing grains: for each, the run adds up ceil(size / grain) over the accepted records.
    pub increments: Vec<Bytes>,
}

impl Network {
    /// The same as a chain, where it is no more than one: a single source, gates and delays, one buffer with a size and a
    /// time from its first record. Names stay, so that every stage draws what it draws in the network.
    #[must_use]
    pub fn as_chain(&self) -> Option<Model> {
        let [feed] = self.feeds.as_slice() else { return None };
        let mut stages = Vec::new();
        let mut next = feed.to.as_str();
        while let Some(node) = self.nodes.iter().find(|node| node.name == next) {
            let kind = match &node.step {
                Step::Sink => break,
                Step::Gate(gate) => StageKind::Gate(gate.clone()),
                Step::Delay(law) => StageKind::Delay(*law),
                Step::Transfer(transfer) => StageKind::Transfer(*transfer),
                Step::Buffer(Collect {
                    size: Some(size),
                    count: None,
                    interval: Some(interval),
                    timer: Timer::FirstRecord,
                }) => StageKind::Buffer(Buffer { size: *size, interval: *interval }),
                _ => return None,
            };
            let [only] = node.to.as_slice() else { return None };
            // A way back would never come to an end.
            if stages.len() > self.nodes.len() {
                return None;
            }
            stages.push(Stage { name: node.name.clone(), kind });
            next = only;
        }
        let is_buffer = |stage: &Stage| matches!(stage.kind, StageKind::Buffer(_));
        let is_gate = |stage: &Stage| matches!(stage.kind, StageKind::Gate(_));
        let first_buffer = stages.iter().position(is_buffer).unwrap_or(stages.len());
        let behind = stages.get(first_buffer + 1..).unwrap_or_default();
        let simple = !behind.iter().any(|stage| is_buffer(stage) || is_gate(stage));
        simple.then(|| Model { source: feed.source.clone(), stages, increments: self.increments.clone() })
    }
}

/// A source and the stage that it sends to.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// The name, unique among feeds: it picks the random streams.
    pub name: String,
    /// When it sends, and what.
    pub source: Source,
    /// The stage that its requests reach first.
    pub to: String,
}

/// A named stage with its links.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The name, unique in the network: it picks the random stream and stands in results and errors.
    pub name: String,
    /// What the stage does.
    pub step: Step,
    /// Where what leaves goes next: nowhere from a sink, to each of several as a copy.
    pub to: Vec<String>,
}

/// What a stage does to the units that reach it. A unit is one or more records that travel together: a request, a batch,
/// an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Lets records pass or rejects them.
    Gate(Gate),
    /// Holds each unit for a random time of its own.
    Delay(LatencyLaw),
    /// The same, and longer the more bytes it has.
    Transfer(Transfer),
    /// Holds each unit until the slowest of several independent tasks is done.
    Parallel {
        /// How many tasks.
        tasks: u32,
        /// How long each one takes.
        law: LatencyLaw,
    },
    /// Collects records into one unit.
    Buffer(Collect),
    /// Serves units one after the other.
    Station(Station),
    /// Spreads units over shards by their keys; each shard is a gate of its own. Buffers and pollers behind it keep their
    /// shards apart.
    Shards {
        /// How many.
        count: u32,
        /// How often each shard is hit.
        keys: KeyLaw,
        /// The limits of one shard.
        gate: Gate,
    },
    /// Takes what is there at fixed intervals.
    Poller(Poller),
    /// Hands units over, which may fail for a while.
    Delivery(Delivery),
    /// Takes a unit apart into its records.
    Unpack,
    /// Makes one stream of what comes from several shards.
    Gather,
    /// Records end here, and their time from send to now is counted.
    Sink,
}

/// Collects records into one unit until it is large enough, has enough records, or its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collect {
    /// Closes when it holds this much.
    pub size: Option<Bytes>,
    /// Closes when it holds this many records.
    pub count: Option<u64>,
    /// Closes after this time.
    pub interval: Option<SimDuration>,
    /// When that time begins.
    pub timer: Timer,
}

/// When the time of a buffer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// With its first record.
    FirstRecord,
    /// With the last time it closed, or with the run; an empty buffer closes without a unit.
    LastClose,
    /// At whole multiples of the interval, whatever is in it.
    Grid,
}

/// Servers with a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// Servers, at least one.
    pub servers: u32,
    /// How long it serves a unit.
    pub service: LatencyLaw,
    /// What each MiB of the unit adds to that.
    pub per_mib: SimDuration,
    /// Units that find a place, those in service included; any number if absent.
    pub places: Option<u32>,
    /// What happens to a unit that finds no place.
    pub full: WhenFull,
    /// Which unit is next.
    pub discipline: Discipline,
    /// Units served together as one, at most.
    pub batch: u32,
    /// Whenever a server finds nothing to do it is away for such a time, again and again.
    pub vacation: Option<LatencyLaw>,
}

impl Station {
    /// First come, first served, one by one, with room for any number.
    #[must_use]
    pub const fn new(servers: u32, service: LatencyLaw) -> Self {
        Self {
            servers,
            service,
            per_mib: SimDuration::ZERO,
            places: None,
            full: WhenFull::Lose,
            discipline: Discipline::Fifo,
            batch: 1,
            vacation: None,
        }
    }
}

/// What happens to a unit that finds a station full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// It is lost.
    Lose,
    /// It waits where it is, and a server that it comes from waits with it (back-pressure).
    Block,
}

/// Which of the waiting units is served next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discipline {
    /// The one that waits longest.
    Fifo,
    /// The one that came last.
    Lifo,
}

/// How often each of several shards is hit.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyLaw {
    /// All alike.
    Even,
    /// In proportion to these weights, one for each shard.
    Weights(Vec<f64>),
    /// As keys with Zipf's popularity fall on shards by their hash: key k of `keys` is hit in proportion to 1/k^exponent.
    Zipf {
        /// Different keys.
        keys: u32,
        /// Zipf's exponent.
        exponent: f64,
    },
}

/// Takes what is there at fixed intervals, as far as one call may.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poller {
    /// From one call to the next.
    pub every: SimDuration,
    /// When the first call is made; those of several shards are spread evenly from there.
    pub offset: SimDuration,
    /// From the call to its answer.
    pub answer: LatencyLaw,
    /// Records of one call, at most.
    pub records: Option<u64>,
    /// Bytes of one call, at most; a single larger unit still passes.
    pub bytes: Option<Bytes>,
    /// Whether a call that could not take everything is followed by the next one at once.
    pub eager: bool,
    /// What one call takes travels on in units of so many records at most; each unit by itself if absent.
    pub together: Option<u64>,
}

/// Hands units over to something that may be out of order.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// How long a successful one takes.
    pub latency: LatencyLaw,
    /// Share of tries that fail by chance.
    pub failures: f64,
    /// From when to when every try fails, in the order of time.
    pub outages: Vec<(SimDuration, SimDuration)>,
    /// What is done about a failure; without it the unit is lost.
    pub retry: Option<Retry>,
}

impl From<&Model> for Network {
    /// The chain as a network. Names stay, so that every stage draws what it draws in the chain.
    fn from(chain: &Model) -> Self {
        let names = chain.stages.iter().map(|stage| stage.name.clone()).chain(std::iter::once("sink".to_owned()));
        let names: Vec<String> = names.collect();
        let node = |(stage, next): (&Stage, &String)| Node {
            name: stage.name.clone(),
            step: match &stage.kind {
                StageKind::Gate(gate) => Step::Gate(gate.clone()),
                StageKind::Delay(law) => Step::Delay(*law),
                StageKind::Transfer(transfer) => Step::Transfer(*transfer),
                StageKind::Buffer(buffer) => Step::Buffer(Collect {
                    size: Some(buffer.size),
                    count: None,
                    interval: Some(buffer.interval),
                    timer: Timer::FirstRecord,
                }),
            },
            to: vec![next.clone()],
        };
        let nodes = chain.stages.iter().zip(names.iter().skip(1)).map(node);
        let sink = Node { name: "sink".to_owned(), step: Step::Sink, to: Vec::new() };
        Self {
            feeds: vec![Feed {
                name: "source".to_owned(),
                source: chain.source.clone(),
                to: names.first().cloned().unwrap_or_default(),
            }],
            nodes: nodes.chain(std::iter::once(sink)).collect(),
            increments: chain.increments.clone(),
        }
    }
}
