//! Pipelines as paths of the integration graph, and their translation into queueing stages.
//!
//! [`Assembler::assemble`] finds the cheapest path from the scenario's source, through the services that requirements
//! put on the way (a front door, a stream to read from) and through the primary service, to every destination.
//! [`Assembler::variants`] lists the other ways, and why some of them are dominated. [`lower()`] is the single bridge from
//! AWS words to the words of [`crate::sim`].
//!
//! The decision a reader would question: edges that need the customer's code cost three times the others, so that a
//! configured delivery beats a program; every service on the way costs too, so that short paths win; and an edge that
//! works under a precondition only costs more than one that always works, but less than a program; so does one that writes
//! each record by itself, so that a service that gathers them is put before it. Of two paths that
//! cost the same effort, the one with the lesser usual delay is taken.

mod cost;
mod lower;
mod variants;

pub use lower::{LowerError, Lowered, OpenMeter, Setting, Sizing, Transfer, lower, transfer};
pub use variants::Variant;

use std::collections::BTreeSet;

use cost::Cost;
use petgraph::algo::astar;
use petgraph::graphmap::DiGraphMap;
use petgraph::visit::NodeFiltered;
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::{Catalog, Circumstances, Edge, Edition, Role, SourceSystem};
use crate::units::SimDuration;

/// One place on a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hop {
    /// Service id, or node of the source.
    pub id: String,
    /// Name for drawings.
    pub name: String,
    /// Whether it is a service of the catalog.
    pub service: bool,
    /// How data gets here from the hop before.
    pub how: Option<String>,
    /// Whether the customer writes code for that.
    pub needs_code: bool,
    /// What must be so before that can be used.
    pub precondition: Option<String>,
}

/// A service that is no hop of the path, but without which it does not do what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Piece {
    /// Service id.
    pub id: String,
    /// Name for drawings.
    pub name: String,
    /// The part it plays.
    pub role: Role,
    /// What it is there for.
    pub reason: String,
    /// The rule that asks for it.
    pub rule: String,
    /// Where that rule was read.
    pub source: String,
}

/// A pipeline: one trunk from the source to the primary service, one branch to each destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Architecture {
    /// From the source to the primary service.
    pub trunk: Vec<Hop>,
    /// From behind the primary service to each destination.
    pub branches: Vec<Vec<Hop>>,
    /// Services beside the path.
    pub beside: Vec<Piece>,
    /// What else to know about the path.
    pub remarks: Vec<String>,
}

impl Architecture {
    /// Ids of the services in the order data meets them, each once, after those that stand beside.
    #[must_use]
    pub fn services(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let beside = self.beside.iter().map(|piece| &piece.id);
        let hops = self.hops().filter(|hop| hop.service).map(|hop| &hop.id);
        beside.chain(hops).filter(|id| seen.insert(id.as_str())).cloned().collect()
    }

    /// Every hop, trunk first.
    pub fn hops(&self) -> impl Iterator<Item = &Hop> {
        self.trunk.iter().chain(self.branches.iter().flatten())
    }

    /// The hops towards the first destination, in order.
    #[must_use]
    pub fn main_path(&self) -> Vec<&Hop> {
        self.trunk.iter().chain(self.branches.first().into_iter().flatten()).collect()
    }

    /// `API Gateway ▶ Data Streams ▶ S3`: the names of the services towards the first destination.
    #[must_use]
    pub fn way(&self) -> String {
        let names: Vec<&str> = self.main_path().iter().skip(1).map(|hop| hop.name.as_str()).collect();
        names.join(" ▶ ")
    }

    /// The path as a line of text, one line a branch.
    #[must_use]
    pub fn drawn(&self) -> String {
        self.drawn_with(|_| None)
    }

    /// The same with a word on the arrow behind a hop, where `label` has one for its id.
    #[must_use]
    pub fn drawn_with(&self, label: impl Fn(&str) -> Option<String>) -> String {
        let arrow = |hop: &Hop| label(&hop.id).map_or_else(|| " ──▶ ".to_owned(), |label| format!(" ──{label}──▶ "));
        let line = |hops: &[&Hop]| {
            let ends = hops.iter().skip(1).map(|hop| hop.name.clone());
            let steps = hops.iter().zip(ends).map(|(hop, end)| arrow(hop) + &end);
            hops.first().map(|hop| hop.name.clone()).into_iter().chain(steps).collect::<String>()
        };
        let main = line(&self.main_path());
        let Some(fork) = self.trunk.last() else { return main };
        let others = self.branches.iter().skip(1).map(|branch| {
            let hops: Vec<&Hop> = std::iter::once(fork).chain(branch).collect();
            line(&hops)
        });
        std::iter::once(main).chain(others).collect::<Vec<_>>().join("\n")
    }
}

/// What a path must honour.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// Word for the source system.
    pub system: Option<String>,
    /// Services to go through before the primary one, in this order.
    pub waypoints: Vec<String>,
    /// Words for the destinations.
    pub destinations: Vec<String>,
    /// Services that cannot be on the way.
    pub excluded: BTreeSet<String>,
    /// Services that cannot be on the way only because they are too slow.
    pub too_slow: BTreeSet<String>,
    /// How old data may be.
    pub freshness: Option<SimDuration>,
    /// Whether data at rest is an archive here: somebody else reads it fresh, so a leg to a store may be slower.
    pub archive: bool,
}

/// No path joins two nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPath {
    /// Where it should start.
    pub from: String,
    /// Where it should end.
    pub to: String,
}

/// A part of a path between two nodes, and what it costs.
#[derive(Debug, Clone)]
struct Leg<'a> {
    nodes: Vec<&'a str>,
    cost: Cost,
}

type Graph<'a> = DiGraphMap<&'a str, &'a Edge>;

/// The integration graph of one edition; of several edges between two nodes the cheapest counts.
#[derive(Debug)]
pub struct Integrations<'a>(Graph<'a>);

impl<'a> Integrations<'a> {
    /// The graph for records, or also for identities where those are what travels.
    #[must_use]
    pub fn new(catalog: &'a Catalog, edition: Edition, identity: bool) -> Self {
        let mut graph = Graph::new();
        let usable = |edge: &&Edge| (edge.carries_data || identity) && edge.edition.is_none_or(|only| only == edition);
        for edge in catalog.edges.iter().filter(usable) {
            let known = graph.edge_weight(edge.from.as_str(), edge.to.as_str());
            if known.is_none_or(|known: &&Edge| Cost::of(edge).effort < Cost::of(known).effort) {
                graph.add_edge(edge.from.as_str(), edge.to.as_str(), edge);
            }
        }
        Self(graph)
    }
}

/// Finds paths in the integration graph.
#[derive(Debug)]
pub struct Assembler<'g, 'a> {
    catalog: &'a Catalog,
    at: &'g Circumstances,
    demands: &'g Demands,
    graph: &'g Graph<'a>,
}

impl<'g, 'a> Assembler<'g, 'a> {
    /// Looks for paths that honour the demands.
    #[must_use]
    pub fn new(
        catalog: &'a Catalog,
        at: &'g Circumstances,
        demands: &'g Demands,
        integrations: &'g Integrations<'a>,
    ) -> Self {
        Self { catalog, at, demands, graph: &integrations.0 }
    }

    /// The pipeline of `primary`.
    ///
    /// # Errors
    /// The two nodes that no path joins.
    pub fn assemble(&self, primary: &'a str) -> Result<Architecture, NoPath> {
        let trunk = self.trunk(primary)?;
        let mut branches = Vec::new();
        let mut remarks = Vec::new();
        for word in &self.demands.destinations {
            let Some(node) = self.catalog.destination_node(word) else {
                remarks.push(format!("`{word}` is not in the catalog: its last step is your own"));
                continue;
            };
            if node == primary {
                continue;
            }
            let relaxed = self.is_archive_leg(word);
            let nodes = self.branch(primary, node, relaxed)?.nodes;
            let is_quick = || self.shortest(primary, node, false).is_ok_and(|quick| quick.nodes == nodes);
            if relaxed && self.demands.freshness.is_some() && !is_quick() {
                remarks.push(format!("the leg to {word} is an archive: it is not held to the freshness asked for"));
            }
            branches.push(nodes);
        }
        Ok(self.architecture(&trunk.nodes, &branches, remarks))
    }

    fn architecture(&self, trunk: &[&'a str], branches: &[Vec<&'a str>], mut remarks: Vec<String>) -> Architecture {
        let trunk = self.hops(trunk, None);
        let primary = trunk.last().map(|hop| hop.id.clone());
        let branch = |nodes: &Vec<&'a str>| {
            let primary = nodes.first().copied();
            self.hops(nodes.get(1..).unwrap_or_default(), primary)
        };
        let branches: Vec<Vec<Hop>> = branches.iter().map(branch).collect();
        let mut before = primary.unwrap_or_default();
        for hop in trunk.iter().skip(1).chain(branches.iter().flatten()) {
            if let Some(condition) = &hop.precondition {
                remarks.push(format!("{} needs {condition}", hop.how.as_deref().unwrap_or(&before)));
            }
            before.clone_from(&hop.name);
        }
        Architecture { trunk, branches, beside: Vec::new(), remarks }
    }

    /// Whether the leg to this destination may be slower than the freshness asked for.
    fn is_archive_leg(&self, word: &str) -> bool {
        let at_rest = |word: &str| self.catalog.is_at_rest(word);
        let others = self.demands.destinations.iter().any(|other| !at_rest(other));
        at_rest(word) && (self.demands.archive || others)
    }

    /// The source's nodes, or none if nothing is stated.
    fn starts(&self) -> Vec<&'a str> {
        let system = self.demands.system.as_deref().and_then(|system| self.catalog.source(system));
        system.map_or_else(Vec::new, |source| source.nodes.iter().map(String::as_str).collect())
    }

    /// The services to go through, primary last.
    fn stops(&self, primary: &'a str) -> Vec<&'a str> {
        let waypoints = self.demands.waypoints.iter().filter(|id| *id != primary);
        let known = waypoints.filter_map(|id| self.catalog.service(id)).map(|service| service.id.as_str());
        known.chain(std::iter::once(primary)).collect()
    }

    /// From the source through the waypoints to the primary service. Of several nodes of a source the cheapest counts.
    fn trunk(&self, primary: &'a str) -> Result<Leg<'a>, NoPath> {
        let stops = self.stops(primary);
        let starts = self.starts();
        if starts.is_empty() {
            return self.through(&stops);
        }
        let legs = starts.iter().map(|start| {
            // A source that is itself the first stop is there already.
            let stops = if stops.contains(start) { stops.clone() } else { [&[*start], stops.as_slice()].concat() };
            self.through(&stops)
        });
        let mut best: Option<Leg<'a>> = None;
        let mut missing = None;
        for leg in legs {
            match leg {
                Ok(leg) if best.as_ref().is_none_or(|best| leg.cost < best.cost) => best = Some(leg),
                Ok(_) => {}
                Err(none) => missing = missing.or(Some(none)),
            }
        }
        let nothing = || missing.unwrap_or_else(|| NoPath { from: String::new(), to: primary.to_owned() });
        best.ok_or_else(nothing)
    }

    fn through(&self, stops: &[&'a str]) -> Result<Leg<'a>, NoPath> {
        let mut whole = Leg { nodes: stops.first().copied().into_iter().collect(), cost: Cost::default() };
        for pair in stops.windows(2) {
            let leg = self.shortest(pair[0], pair[1], false)?;
            whole.nodes.extend(leg.nodes.into_iter().skip(1));
            whole.cost = whole.cost + leg.cost;
        }
        Ok(whole)
    }

    /// The cheapest path between two nodes. Only services that carry or process may lie between them.
    fn shortest(&self, from: &'a str, to: &'a str, relaxed: bool) -> Result<Leg<'a>, NoPath> {
        let known = self.graph.contains_node(from) && self.graph.contains_node(to);
        let allowed = |node: &'a str| node == from || node == to || self.may_be_between(node, relaxed);
        let nodes = NodeFiltered::from_fn(self.graph, allowed);
        let graph = petgraph::visit::EdgeFiltered::from_fn(&nodes, |(_, _, edge): (&str, &str, &&Edge)| {
            relaxed || self.is_fast_enough(edge)
        });
        let path = known
            .then(|| {
                astar(
                    &graph,
                    from,
                    |node| node == to,
                    |(_, _, edge): (&str, &str, &&Edge)| Cost::of(edge),
                    |_| Cost::default(),
                )
            })
            .flatten();
        path.map(|(cost, nodes)| Leg { nodes, cost }).ok_or_else(|| NoPath { from: from.to_owned(), to: to.to_owned() })
    }

    /// A branch behind the primary service: as [`Self::shortest`], or through a store that is asked for anyway, as files go
    /// on from there into a database by a bulk load.
    fn branch(&self, primary: &'a str, to: &'a str, relaxed: bool) -> Result<Leg<'a>, NoPath> {
        self.shortest(primary, to, relaxed).or_else(|none| {
            let stores = self.demands.destinations.iter().filter(|word| self.catalog.is_at_rest(word));
            let nodes = stores.filter_map(|word| self.catalog.destination_node(word)).filter(|node| *node != to);
            let through = nodes.filter_map(|store| self.through(&[primary, store, to]).ok());
            through.min_by_key(|leg| leg.cost).ok_or(none)
        })
    }

    fn is_fast_enough(&self, edge: &Edge) -> bool {
        self.demands.freshness.is_none_or(|limit| edge.least_latency.is_none_or(|least| least <= limit))
    }

    fn may_be_between(&self, node: &str, relaxed: bool) -> bool {
        let carries =
            self.catalog.service(node).is_some_and(|service| matches!(service.role, Role::Ingest | Role::Processing));
        let slow = !relaxed && self.demands.too_slow.contains(node);
        carries && !slow && !self.demands.excluded.contains(node)
    }

    fn source(&self) -> Option<&'a SourceSystem> {
        self.catalog.source(self.demands.system.as_deref()?)
    }

    fn hops(&self, nodes: &[&'a str], before: Option<&'a str>) -> Vec<Hop> {
        let previous = std::iter::once(before).chain(nodes.iter().copied().map(Some));
        nodes.iter().zip(previous).map(|(node, before)| self.hop(node, before)).collect()
    }

    fn hop(&self, node: &str, before: Option<&str>) -> Hop {
        let edge = before.and_then(|before| self.graph.edge_weight(before, node));
        let service = self.catalog.service(node);
        let place = self.catalog.places.iter().find(|place| place.node == node).and_then(|place| place.name.clone());
        let source = self.source().filter(|source| source.nodes.iter().any(|known| known == node));
        let name = match (service, source, place) {
            (Some(service), _, _) => service.short_name(self.at.edition).to_owned(),
            // The same node may send at the start and receive at the end: a device.
            (None, Some(source), _) => source.name.clone(),
            (None, None, place) => place.unwrap_or_else(|| node.to_owned()),
        };
        Hop {
            id: node.to_owned(),
            name,
            service: service.is_some(),
            how: edge.map(|edge| edge.how.clone()),
            needs_code: edge.is_some_and(|edge| edge.needs_code),
            precondition: edge.and_then(|edge| edge.precondition.clone()),
        }
    }
}
