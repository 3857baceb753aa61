//! A pipeline as a graph: what stands on the way, in which part, and how data gets from one place to the next.
//!
//! A [`Diagram`] is plain data, made once from an [`Architecture`](crate::architecture::Architecture); the terminal drawing
//! ([`text()`]), the sources for other programs ([`dot()`], [`mermaid()`]), the JSON and the picture ([`chart()`]) are all made
//! from it. What a service buffers and how it is set is known where the pipeline can be lowered to queueing stages; where it
//! cannot, it is left out and not guessed.

mod build;
mod dot;
mod mermaid;
mod picture;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::result::Header;
use crate::architecture::Setting;

pub use dot::dot;
pub use mermaid::mermaid;
pub use picture::chart;
pub use text::text;

/// The part a place plays in a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeRole {
    /// Where data comes from.
    Source,
    /// Stands between clients and the pipeline.
    FrontDoor,
    /// Carries data: a stream, a queue, a replication, a transfer.
    Transport,
    /// Changes data or computes on it.
    Processing,
    /// Takes the data in the end, or keeps it on its way.
    Destination,
    /// Carries no data, but the pipeline needs it.
    Beside,
}

impl NodeRole {
    /// The part in words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::FrontDoor => "front door",
            Self::Transport => "transport",
            Self::Processing => "processing",
            Self::Destination => "destination",
            Self::Beside => "beside it",
        }
    }
}

/// A place in a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Node {
    /// Service id or node of the integration graph; a place that both sends and receives has a second node, `ID.destination`.
    pub id: String,
    /// Name in the edition.
    pub name: String,
    /// The part it plays.
    pub role: NodeRole,
    /// What it is, in words: its role, or what family of services it belongs to.
    pub kind: String,
    /// Whether the decision is about this service.
    pub primary: bool,
    /// What it is there for, if it stands beside the path.
    pub reason: Option<String>,
    /// Its options as they are in force, where these are known and asked for.
    pub settings: Vec<NodeSetting>,
}

/// An option in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NodeSetting {
    /// The option: `shards`.
    pub name: String,
    /// Its value with unit.
    pub value: String,
}

/// Data is collected until it has this size or this age, whichever comes first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Buffering {
    /// Size with unit.
    pub size: String,
    /// Time with unit.
    pub interval: String,
}

impl Buffering {
    /// What `service` buffers before it hands on, if its settings say so.
    #[must_use]
    pub fn of(settings: &[Setting], service: &str) -> Option<Self> {
        let value = |option: &str| {
            let name = format!("{service}.{option}");
            settings.iter().find(|setting| setting.name == name).map(|setting| setting.value.clone())
        };
        Some(Self { size: value("buffer-size")?, interval: value("buffer-interval")? })
    }
}

impl fmt::Display for Buffering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} or {}", self.size, self.interval)
    }
}

/// How data gets from one place to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Edge {
    /// Id of the node it leaves.
    pub from: String,
    /// Id of the node it enters.
    pub to: String,
    /// Protocol, call or kind of integration; `null` if the catalog does not say.
    pub how: Option<String>,
    /// Whether the customer writes code for it.
    pub needs_code: bool,
    /// What must be so before it can be used.
    pub precondition: Option<String>,
    /// What is collected before data takes this way; `null` if nothing is, or if that is not known.
    pub buffering: Option<Buffering>,
}

impl Edge {
    /// What is said about it beside its arrow: how, and whether that is code of the customer's own.
    #[must_use]
    pub fn label(&self) -> Option<String> {
        match (&self.how, self.needs_code) {
            (Some(how), true) => Some(format!("{how} (your code)")),
            (Some(how), false) => Some(how.clone()),
            (None, true) => Some("your code".to_owned()),
            (None, false) => None,
        }
    }

    /// What is collected before data takes this way, in words.
    #[must_use]
    pub fn collected(&self) -> Option<String> {
        self.buffering.as_ref().map(|buffering| format!("buffers {buffering}"))
    }

    /// Both in a line; empty if there is nothing to say.
    fn words(&self) -> String {
        self.label().into_iter().chain(self.collected()).collect::<Vec<_>>().join("; ")
    }
}

/// A pipeline as a graph. Nodes stand in the order in which data meets them, those beside the path at the end; edges in the
/// order of the nodes they leave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Diagram {
    /// The places.
    pub nodes: Vec<Node>,
    /// The ways between them.
    pub edges: Vec<Edge>,
    /// What else to know about the path.
    pub remarks: Vec<String>,
}

impl Diagram {
    /// The node of an id.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// Nodes that data passes.
    pub fn on_the_way(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.role != NodeRole::Beside)
    }

    /// Nodes that stand beside the path.
    pub fn beside(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.role == NodeRole::Beside)
    }

    fn leaving<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Edge> {
        self.edges.iter().filter(move |edge| edge.from == id)
    }

    fn is_end(&self, node: &Node) -> bool {
        node.role != NodeRole::Source && self.leaving(&node.id).next().is_none()
    }

    /// The pipeline in a sentence: where data ends up, and through what.
    #[must_use]
    pub fn message(&self) -> String {
        /// More places than this are counted and not named.
        const MOST_NAMED: usize = 4;
        let (ends, through): (Vec<&Node>, Vec<&Node>) =
            self.on_the_way().filter(|node| node.role != NodeRole::Source).partition(|node| self.is_end(node));
        let ends: Vec<String> = ends.into_iter().map(with_article).collect();
        let through: Vec<&str> = through.into_iter().map(|node| node.name.as_str()).collect();
        let ends = match ends.len() {
            0 if through.is_empty() => return "Nothing is on the way".to_owned(),
            // A circle has no end.
            0 => return format!("Data passes {}", listed(&through)),
            1..=MOST_NAMED => listed(&ends),
            count => format!("{count} destinations"),
        };
        match through.as_slice() {
            [] => format!("Data reaches {ends} directly"),
            names if names.len() <= MOST_NAMED => format!("Data reaches {ends} through {}", listed(names)),
            [first, .., last] => format!("Data reaches {ends} through {} services, {first} to {last}", through.len()),
            [_] => format!("Data reaches {ends}"),
        }
    }
}

/// `application` is a word, `S3` a name.
fn with_article(node: &Node) -> String {
    let is_word = node.name.chars().next().is_some_and(char::is_lowercase);
    if is_word { format!("the {}", node.name) } else { node.name.clone() }
}

/// `A`, `A and B`, `A, B and C`.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// What `graph --as json` answers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DiagramDocument {
    /// Which question.
    #[serde(flatten)]
    pub header: Header,
    /// Id of the service that the decision is about.
    pub primary: Option<String>,
    /// The pipeline in a sentence.
    pub message: String,
    /// The pipeline.
    #[serde(flatten)]
    pub diagram: Diagram,
}

impl DiagramDocument {
    /// The document of a diagram.
    #[must_use]
    pub fn new(header: Header, diagram: Diagram) -> Self {
        let primary = diagram.nodes.iter().find(|node| node.primary).map(|node| node.id.clone());
        Self { header, primary, message: diagram.message(), diagram }
    }
}
