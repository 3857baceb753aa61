//! From an architecture to its graph.

use std::collections::{BTreeMap, BTreeSet};

use super::{Buffering, Diagram, Edge, Node, NodeRole, NodeSetting};
use crate::architecture::{Architecture, Hop, Piece, Setting, lower};
use crate::catalog::{Catalog, Circumstances, Role, Service};
use crate::ranking::circumstances;
use crate::scenario::Scenario;

/// Families of services that change or compute, as the catalog calls them; the others of their role carry.
const PROCESSING: [&str; 4] = ["batch_processing", "function", "stream_processor", "warehouse_ingestion"];

impl Diagram {
    /// The graph of a pipeline, with what is known of its buffers and options under this scenario.
    #[must_use]
    pub fn new(architecture: &Architecture, catalog: &Catalog, scenario: &Scenario) -> Self {
        let at = circumstances(scenario);
        let known = settings(architecture, catalog, scenario);
        let mut building = Building { catalog, at, architecture, diagram: Self::default() };
        let trunk = building.walk(None, &architecture.trunk, known.first());
        for (place, branch) in architecture.branches.iter().enumerate() {
            building.walk(trunk.clone(), branch, known.get(place));
        }
        for piece in &architecture.beside {
            building.stand_beside(piece);
        }
        let mut diagram = building.diagram;
        diagram.remarks.clone_from(&architecture.remarks);
        for node in &mut diagram.nodes {
            node.settings = in_force(&node.id, catalog, &known);
        }
        diagram
    }

    /// The same without the options in its nodes.
    #[must_use]
    pub fn without_settings(mut self) -> Self {
        for node in &mut self.nodes {
            node.settings.clear();
        }
        self
    }
}

/// What the pipeline towards each destination rests on; empty where it cannot be lowered. Each branch is looked at by
/// itself, as several destinations take several streams.
fn settings(architecture: &Architecture, catalog: &Catalog, scenario: &Scenario) -> Vec<Vec<Setting>> {
    let alone = |branch: Option<&Vec<Hop>>| {
        let branches: Vec<Vec<Hop>> = branch.into_iter().cloned().collect();
        let end = branch.and_then(|branch| branch.last()).map(|hop| hop.id.clone());
        let usual = circumstances(scenario);
        let at = Circumstances { destination: end.or(usual.destination), ..usual };
        let path = Architecture { branches, ..architecture.clone() };
        lower(catalog, &path, scenario, &at, None).map_or_else(|_| Vec::new(), |lowered| lowered.settings)
    };
    match architecture.branches.as_slice() {
        [] => vec![alone(None)],
        branches => branches.iter().map(|branch| alone(Some(branch))).collect(),
    }
}

/// The options of a service as they are in force: those that somebody chooses or that are sized, not what is assumed about
/// the service, and only where all branches agree.
fn in_force(id: &str, catalog: &Catalog, known: &[Vec<Setting>]) -> Vec<NodeSetting> {
    let Some(service) = catalog.service(id) else { return Vec::new() };
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for setting in known.iter().flatten().filter(|setting| !setting.assumed) {
        let option = setting.name.strip_prefix(id).and_then(|rest| rest.strip_prefix('.'));
        if let Some(option) = option.filter(|option| service.option(option).is_some()) {
            values.entry(option).or_default().insert(&setting.value);
        }
    }
    let agreed = values.into_iter().filter(|(_, values)| values.len() == 1);
    agreed
        .filter_map(|(name, values)| {
            let value = values.first()?;
            Some(NodeSetting { name: name.to_owned(), value: (*value).to_owned() })
        })
        .collect()
}

struct Building<'a> {
    catalog: &'a Catalog,
    at: Circumstances,
    architecture: &'a Architecture,
    diagram: Diagram,
}

impl Building<'_> {
    /// Adds hops one behind the other, after the node `from`; returns the id of the last.
    fn walk(&mut self, from: Option<String>, hops: &[Hop], known: Option<&Vec<Setting>>) -> Option<String> {
        let mut before = from;
        for hop in hops {
            let id = self.node(hop, before.is_none());
            if let Some(from) = before {
                self.edge(&from, &id, hop, known.map_or(&[], Vec::as_slice));
            }
            before = Some(id);
        }
        before
    }

    /// The node of a hop, which is there already where two branches pass it.
    fn node(&mut self, hop: &Hop, first: bool) -> String {
        let role = self.role(hop, first);
        let is_source = |node: &Node| node.role == NodeRole::Source;
        match self.diagram.node(&hop.id) {
            None => {}
            Some(known) if is_source(known) && role != NodeRole::Source => {
                // What sends at the start may receive at the end: a device.
                return self.add(format!("{}.destination", hop.id), hop, role);
            }
            Some(_) => return hop.id.clone(),
        }
        self.add(hop.id.clone(), hop, role)
    }

    fn add(&mut self, id: String, hop: &Hop, role: NodeRole) -> String {
        if self.diagram.node(&id).is_none() {
            let primary = hop.service && self.architecture.trunk.last().is_some_and(|last| last.id == hop.id);
            let kind = self.kind(&hop.id, role);
            self.diagram.nodes.push(Node {
                id: id.clone(),
                name: hop.name.clone(),
                role,
                kind,
                primary,
                reason: None,
                settings: Vec::new(),
            });
        }
        id
    }

    fn edge(&mut self, from: &str, to: &str, hop: &Hop, known: &[Setting]) {
        if self.diagram.edges.iter().any(|edge| edge.from == from && edge.to == to) {
            return;
        }
        self.diagram.edges.push(Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            how: hop.how.clone(),
            needs_code: hop.needs_code,
            precondition: hop.precondition.clone(),
            buffering: Buffering::of(known, from),
        });
    }

    fn stand_beside(&mut self, piece: &Piece) {
        let taken = self.diagram.node(&piece.id).is_some();
        let id = if taken { format!("{}.beside", piece.id) } else { piece.id.clone() };
        self.diagram.nodes.push(Node {
            id,
            name: piece.name.clone(),
            role: NodeRole::Beside,
            kind: NodeRole::Beside.word().to_owned(),
            primary: false,
            reason: Some(piece.reason.clone()),
            settings: Vec::new(),
        });
    }

    fn role(&self, hop: &Hop, first: bool) -> NodeRole {
        let ends = self.architecture.branches.iter().filter_map(|branch| branch.last());
        match self.catalog.service(&hop.id).filter(|_| hop.service) {
            None if first => NodeRole::Source,
            None => NodeRole::Destination,
            Some(_) if ends.into_iter().any(|end| end.id == hop.id) => NodeRole::Destination,
            Some(service) => match service.role {
                Role::FrontDoor => NodeRole::FrontDoor,
                Role::Destination => NodeRole::Destination,
                Role::Processing => NodeRole::Processing,
                Role::Ingest | Role::Assistant => {
                    let processes = self.family(service).is_some_and(|family| PROCESSING.contains(&family.as_str()));
                    if processes { NodeRole::Processing } else { NodeRole::Transport }
                }
            },
        }
    }

    fn kind(&self, id: &str, role: NodeRole) -> String {
        let family = self.catalog.service(id).and_then(|service| self.family(service));
        let family = family.filter(|_| matches!(role, NodeRole::Transport | NodeRole::Processing));
        family.map_or_else(|| role.word().to_owned(), |family| family.replace('_', " "))
    }

    fn family(&self, service: &Service) -> Option<String> {
        service.fact("family", &self.at).map(|fact| fact.shown.clone())
    }
}
