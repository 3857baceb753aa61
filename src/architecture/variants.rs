//! The other ways of a primary service, and why some of them are not worth a look.

use std::collections::BTreeSet;

use petgraph::algo::all_simple_paths;
use petgraph::graphmap::DiGraphMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::cost::Cost;
use super::{Architecture, Assembler, Leg};

/// Services between two stops of a path, at most. Longer detours exist on paper only.
const MOST_BETWEEN: usize = 2;
/// Ways from one stop to the next that are kept, cheapest first.
const MOST_LEGS: usize = 16;
/// Ways of one service that are listed, cheapest first; those that another one dominates only where there is room.
const MOST_VARIANTS: usize = 8;

/// Another way for the same primary service.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Variant {
    /// The pipeline.
    pub path: Architecture,
    /// Its services in the order data meets them.
    pub services: Vec<String>,
    /// Why it was dropped, if another way dominates it.
    pub dropped: Option<String>,
}

impl<'a> Assembler<'_, 'a> {
    /// All ways of `primary`, each set of services once, the cheapest first; a way that needs everything another one
    /// needs and more is marked as dropped.
    #[must_use]
    pub fn variants(&self, primary: &'a str) -> Vec<Variant> {
        let stops = self.stops(primary);
        let starts = self.starts();
        let begin: Vec<Option<&str>> =
            if starts.is_empty() { vec![None] } else { starts.into_iter().map(Some).collect() };
        let trunks = begin.into_iter().flat_map(|start| {
            let start = start.filter(|start| !stops.contains(start));
            let stops: Vec<&str> = start.into_iter().chain(stops.iter().copied()).collect();
            self.all_through(&stops)
        });
        let mut found: Vec<(Cost, Vec<Leg<'a>>)> = trunks.map(|leg| (leg.cost, vec![leg])).collect();
        for word in &self.demands.destinations {
            let Some(node) = self.catalog.destination_node(word).filter(|node| *node != primary) else { continue };
            let legs = self.legs(primary, node, self.is_archive_leg(word));
            let with = |(cost, parts): &(Cost, Vec<Leg<'a>>)| {
                let (cost, parts) = (*cost, parts.clone());
                let longer = move |leg: &Leg<'a>| (cost + leg.cost, [parts.clone(), vec![leg.clone()]].concat());
                legs.iter().map(longer).collect::<Vec<_>>()
            };
            found = found.iter().flat_map(with).collect();
            found.sort_by_key(|(cost, _)| *cost);
            found.truncate(MOST_VARIANTS * MOST_LEGS);
        }
        found.sort_by_key(|(cost, _)| *cost);
        self.listed(&found)
    }

    fn listed(&self, found: &[(Cost, Vec<Leg<'a>>)]) -> Vec<Variant> {
        let mut list: Vec<Variant> = Vec::new();
        let mut seen = BTreeSet::new();
        for (_, parts) in found {
            let Some((trunk, branches)) = parts.split_first() else { continue };
            let branches: Vec<Vec<&str>> = branches.iter().map(|leg| leg.nodes.clone()).collect();
            let path = self.architecture(&trunk.nodes, &branches, Vec::new());
            let services = path.services();
            let set: BTreeSet<String> = services.iter().cloned().collect();
            if seen.insert(set) {
                let dropped = list.iter().find_map(|better| dominated(&path, &better.path));
                list.push(Variant { path, services, dropped });
            }
        }
        let worth_a_look = list.iter().filter(|way| way.dropped.is_none()).count();
        let mut room = MOST_VARIANTS.saturating_sub(worth_a_look);
        list.retain(|way| {
            let kept = way.dropped.is_none() || room > 0;
            room = room.saturating_sub(usize::from(way.dropped.is_some()));
            kept
        });
        list.truncate(MOST_VARIANTS);
        list
    }

    fn all_through(&self, stops: &[&'a str]) -> Vec<Leg<'a>> {
        let mut whole = vec![Leg { nodes: stops.first().copied().into_iter().collect(), cost: Cost::default() }];
        for pair in stops.windows(2) {
            let legs = self.legs(pair[0], pair[1], false);
            let with = |before: &Leg<'a>| {
                let before = before.clone();
                let join = move |leg: &Leg<'a>| Leg {
                    nodes: before.nodes.iter().copied().chain(leg.nodes.iter().copied().skip(1)).collect(),
                    cost: before.cost + leg.cost,
                };
                legs.iter().map(join).collect::<Vec<_>>()
            };
            whole = whole.iter().flat_map(with).collect();
        }
        whole
    }

    /// The ways between two nodes, cheapest first.
    fn legs(&self, from: &'a str, to: &'a str, relaxed: bool) -> Vec<Leg<'a>> {
        if !self.graph.contains_node(from) || !self.graph.contains_node(to) {
            return Vec::new();
        }
        let allowed = |node: &'a str| node == from || node == to || self.may_be_between(node, relaxed);
        let edges = self.graph.all_edges().filter(|(a, b, _)| allowed(a) && allowed(b));
        let graph: DiGraphMap<&'a str, ()> = edges.map(|(a, b, _)| (a, b, ())).collect();
        let paths =
            all_simple_paths::<Vec<&'a str>, _, std::hash::RandomState>(&graph, from, to, 0, Some(MOST_BETWEEN));
        let mut legs: Vec<Leg<'a>> = paths.filter_map(|nodes| self.leg(nodes, relaxed)).collect();
        legs.sort_by(|a, b| a.cost.cmp(&b.cost).then_with(|| a.nodes.cmp(&b.nodes)));
        legs.truncate(MOST_LEGS);
        legs
    }

    /// What a path costs; `None` if a step on it is too slow.
    fn leg(&self, nodes: Vec<&'a str>, relaxed: bool) -> Option<Leg<'a>> {
        let mut edges = nodes.windows(2).map(|pair| self.graph.edge_weight(pair[0], pair[1]));
        let cost = edges.try_fold(Cost::default(), |sum, edge| {
            edge.filter(|edge| relaxed || self.is_fast_enough(edge)).map(|edge| sum + Cost::of(edge))
        })?;
        Some(Leg { nodes, cost })
    }
}

/// Why `worse` is not worth a look beside `better`: it needs all of its services and more, no less code, and stands
/// under no fewer preconditions.
fn dominated(worse: &Architecture, better: &Architecture) -> Option<String> {
    let ids = |path: &Architecture| path.services().into_iter().collect::<BTreeSet<_>>();
    let code = |path: &Architecture| path.hops().filter(|hop| hop.needs_code).count();
    let conditions = |path: &Architecture| path.hops().filter(|hop| hop.precondition.is_some()).count();
    let (more, less) = (ids(worse), ids(better));
    let dominated = less.is_subset(&more) && code(better) <= code(worse) && conditions(better) <= conditions(worse);
    dominated.then(|| {
        let mut seen = BTreeSet::new();
        let added = worse.hops().filter(|hop| more.contains(&hop.id) && !less.contains(&hop.id));
        let names: Vec<&str> = added.filter(|hop| seen.insert(&hop.id)).map(|hop| hop.name.as_str()).collect();
        format!("needs {} besides, for nothing that is asked", listed(&names))
    })
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
