//! Pipelines as paths of the integration graph, and their translation into queueing stages.
//!
//! [`Assembler::assemble`] finds the cheapest path from the scenario's source, through the front door if one is asked
//! for and through the primary service, to every destination. [`lower()`] is the single bridge from AWS words to the words
//! of [`crate::sim`].
//!
//! The decision a reader would question: edges that need the customer's code cost three times the others, so that a
//! configured delivery beats a program, and every service on the way costs too, so that short paths win.

mod lower;

pub use lower::{LowerError, Lowered, OpenMeter, Setting, lower};

use std::collections::BTreeSet;

use petgraph::algo::astar;
use petgraph::graphmap::DiGraphMap;
use petgraph::visit::NodeFiltered;
use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::{Catalog, Circumstances, Edge, Role};
use crate::units::SimDuration;

const EDGE_COST: u32 = 10;
const CODE_COST: u32 = 20;

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
}

/// A pipeline: one trunk from the source to the primary service, one branch to each destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Architecture {
    /// From the source to the primary service.
    pub trunk: Vec<Hop>,
    /// From behind the primary service to each destination.
    pub branches: Vec<Vec<Hop>>,
    /// Destinations asked for that are no service of the catalog.
    pub unreached: Vec<String>,
    /// What else to know about the path.
    pub remark: Option<String>,
}

impl Architecture {
    /// Ids of the services in the order data meets them, each once.
    #[must_use]
    pub fn services(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let hops = self.trunk.iter().chain(self.branches.iter().flatten()).filter(|hop| hop.service);
        hops.filter(|hop| seen.insert(hop.id.clone())).map(|hop| hop.id.clone()).collect()
    }

    /// The hops towards the first destination, in order.
    #[must_use]
    pub fn main_path(&self) -> Vec<&Hop> {
        self.trunk.iter().chain(self.branches.first().into_iter().flatten()).collect()
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
    /// Front door to go through, by id.
    pub front_door: Option<String>,
    /// Words for the destinations.
    pub destinations: Vec<String>,
    /// Services that cannot be on the way.
    pub excluded: BTreeSet<String>,
    /// How old data may be.
    pub freshness: Option<SimDuration>,
}

/// No path joins two nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPath {
    /// Where it should start.
    pub from: String,
    /// Where it should end.
    pub to: String,
}

/// Finds paths in the integration graph of one edition.
#[derive(Debug)]
pub struct Assembler<'a> {
    catalog: &'a Catalog,
    at: &'a Circumstances,
    demands: &'a Demands,
    graph: DiGraphMap<&'a str, &'a Edge>,
}

impl<'a> Assembler<'a> {
    /// The graph of the edition, without edges that are too slow for the demands.
    #[must_use]
    pub fn new(catalog: &'a Catalog, at: &'a Circumstances, demands: &'a Demands) -> Self {
        let mut graph = DiGraphMap::new();
        let fast_enough =
            |edge: &Edge| demands.freshness.is_none_or(|limit| edge.least_latency.is_none_or(|least| least <= limit));
        let usable = |edge: &&Edge| {
            edge.carries_data && edge.edition.is_none_or(|edition| edition == at.edition) && fast_enough(edge)
        };
        for edge in catalog.edges.iter().filter(usable) {
            let better = graph
                .edge_weight(edge.from.as_str(), edge.to.as_str())
                .is_none_or(|known: &&Edge| known.needs_code && !edge.needs_code);
            if better {
                graph.add_edge(edge.from.as_str(), edge.to.as_str(), edge);
            }
        }
        Self { catalog, at, demands, graph }
    }

    /// The pipeline of `primary`.
    ///
    /// # Errors
    /// The two nodes that no path joins.
    pub fn assemble(&self, primary: &'a str) -> Result<Architecture, NoPath> {
        let trunk = self.trunk(primary)?;
        let mut branches = Vec::new();
        let mut unreached = Vec::new();
        for word in &self.demands.destinations {
            match self.catalog.destination_node(word) {
                None => unreached.push(word.clone()),
                Some(node) if node == primary => {}
                Some(node) => branches.push(self.shortest(primary, node)?.into_iter().skip(1).collect()),
            }
        }
        let hops = |nodes: Vec<&'a str>, before: Option<&'a str>| self.hops(&nodes, before);
        let branches = branches.into_iter().map(|nodes| hops(nodes, Some(primary))).collect();
        Ok(Architecture { trunk: hops(trunk, None), branches, unreached, remark: None })
    }

    fn trunk(&self, primary: &'a str) -> Result<Vec<&'a str>, NoPath> {
        let system = self.demands.system.as_deref();
        let Some(node) =
            system.and_then(|system| self.catalog.source(system)).and_then(|source| source.nodes.first()).map(String::as_str)
        else {
            return Ok(vec![primary]);
        };
        let Some(front) = self.demands.front_door.as_deref() else { return self.shortest(node, primary) };
        let Some(front) = self.catalog.service(front).map(|service| service.id.as_str()) else {
            return self.shortest(node, primary);
        };
        let mut first = self.shortest(node, front)?;
        first.extend(self.shortest(front, primary)?.into_iter().skip(1));
        Ok(first)
    }

    /// The cheapest path between two nodes. Only services that carry or process may lie between them.
    fn shortest(&self, from: &'a str, to: &'a str) -> Result<Vec<&'a str>, NoPath> {
        let allowed = |node: &'a str| node == from || node == to || self.may_be_between(node);
        let graph = NodeFiltered::from_fn(&self.graph, allowed);
        let cost = |(_, _, edge): (&str, &str, &&Edge)| EDGE_COST + if edge.needs_code { CODE_COST } else { 0 };
        let known = self.graph.contains_node(from) && self.graph.contains_node(to);
        let path = known.then(|| astar(&graph, from, |node| node == to, cost, |_| 0)).flatten();
        path.map(|(_, nodes)| nodes).ok_or_else(|| NoPath { from: from.to_owned(), to: to.to_owned() })
    }

    fn may_be_between(&self, node: &str) -> bool {
        let carries =
            self.catalog.service(node).is_some_and(|service| matches!(service.role, Role::Ingest | Role::Processing));
        carries && !self.demands.excluded.contains(node)
    }

    fn hops(&self, nodes: &[&'a str], before: Option<&'a str>) -> Vec<Hop> {
        let previous = std::iter::once(before).chain(nodes.iter().copied().map(Some));
        let steps = nodes.iter().zip(previous);
        steps
            .map(|(node, before)| {
                let edge = before.and_then(|before| self.graph.edge_weight(before, node));
                let service = self.catalog.service(node);
                let system = self.demands.system.as_deref().and_then(|system| self.catalog.source(system));
                let source_name = || system.map_or((*node).to_owned(), |source| source.name.clone());
                Hop {
                    id: (*node).to_owned(),
                    name: service.map_or_else(source_name, |service| service.short_name(self.at.edition).to_owned()),
                    service: service.is_some(),
                    how: edge.map(|edge| edge.how.clone()),
                    needs_code: edge.is_some_and(|edge| edge.needs_code),
                }
            })
            .collect()
    }
}
