//! What Forebay knows about services: facts, quotas, options, behaviour, meters, integrations, prices.
//!
//! The catalog is a folder of TOML files, embedded in the binary; a user's folder can be laid over it ([`Library`]).
//! [`Catalog::load`] turns the files into checked types in this order: parse, hold against the schema, read, cross-check.
//!
//! The decision a reader would question: a fact is looked up by its id and the circumstances (edition, Region,
//! destination), and the most specific entry wins. That keeps one file per service true for both editions and all Regions.

mod library;
mod preset;
mod prices;
mod profile;
pub mod raw;
mod service;
pub mod traffic;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

pub use library::Library;
pub(crate) use library::list_of;
pub use preset::{ArrivalPreset, SizePreset};
pub use prices::{Price, PriceBook, PricedService, Tier, price_of_type};
pub use profile::Profile;
pub use raw::{Criterion, Evidence, Grade, MeterCount, Role, StageKind, VocabularyKey};
pub use service::{Circumstances, Fact, OptionRule, Service};

use crate::diag::{Diagnostic, Problems, nearest};
use crate::document::Reader;
use crate::source::SourceMap;
use library::LISTS;
use raw::{
    RawCriteria, RawIntegrations, RawMeter, RawPlace, RawPrices, RawRegions, RawService, RawSources, RawVocabulary,
    RawWorkloads,
};

/// Which state of AWS the catalog speaks for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, serde::Deserialize, JsonSchema,
)]
pub enum Edition {
    /// As the course of 2022 teaches it.
    #[serde(rename = "2022")]
    Course2022,
    /// As it is now.
    #[default]
    #[serde(rename = "current")]
    Current,
}

impl Edition {
    /// The name used in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Course2022 => "2022",
            Self::Current => "current",
        }
    }
}

impl std::str::FromStr for Edition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "2022" => Ok(Self::Course2022),
            "current" => Ok(Self::Current),
            other => Err(format!("`{other}` is not an edition; write `2022` or `current`")),
        }
    }
}

/// A connection that data (or identity) can take.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Node that sends.
    pub from: String,
    /// Node that receives.
    pub to: String,
    /// How, in a few words.
    pub how: String,
    /// Whether the customer writes code for it.
    pub needs_code: bool,
    /// Whether records travel on it; identity does not count.
    pub carries_data: bool,
    /// Delay it adds, where a source gives one.
    pub adds_latency: Option<crate::units::SimDuration>,
    /// The least delay it can be set up for, where that is a limit of the connection itself.
    pub least_latency: Option<crate::units::SimDuration>,
    /// What must be so before it can be used.
    pub precondition: Option<String>,
    /// Whether it writes each record by itself.
    pub one_by_one: bool,
    /// Edition it exists in, or both.
    pub edition: Option<Edition>,
    /// Where this was read.
    pub source: String,
}

/// A system that data comes from, by its word in the vocabulary.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSystem {
    /// Its word.
    pub system: String,
    /// Its nodes in the integration graph, the most usual first.
    pub nodes: Vec<String>,
    /// How to call it in a drawing.
    pub name: String,
    /// Kinds of data that come from such a system.
    pub kinds: Vec<String>,
}

/// Everything the catalog holds, checked.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// Services by id, in the order of their files.
    pub services: Vec<Service>,
    /// Integrations.
    pub edges: Vec<Edge>,
    /// Source systems.
    pub sources: Vec<SourceSystem>,
    /// Words for destinations and their nodes, where they differ.
    pub places: Vec<RawPlace>,
    /// Regions: id and name.
    pub regions: BTreeMap<String, String>,
    /// Criteria of the ranking.
    pub criteria: Vec<Criterion>,
    /// Rate profiles.
    pub profiles: Vec<Profile>,
    /// Arrival presets.
    pub arrivals: Vec<ArrivalPreset>,
    /// Presets of record sizes.
    pub sizes: Vec<SizePreset>,
    /// Rare requirement keys.
    pub vocabulary: Vec<VocabularyKey>,
    /// Unit prices.
    pub prices: PriceBook,
    /// Stable digest of all files, for result headers.
    pub digest: String,
}

/// What a meter says in place of its price where nobody publishes one: its line is on every bill, and unknown.
pub(crate) const UNKNOWN_PRICE: &str = "unknown";

impl Catalog {
    /// Reads and checks a library. Problems are collected; the catalog holds what could be read.
    pub fn load(library: &Library, sources: &mut SourceMap, problems: &mut Problems) -> Self {
        let mut catalog = Self {
            services: Vec::new(),
            edges: Vec::new(),
            sources: Vec::new(),
            places: Vec::new(),
            regions: BTreeMap::new(),
            criteria: Vec::new(),
            vocabulary: Vec::new(),
            profiles: Vec::new(),
            arrivals: Vec::new(),
            sizes: Vec::new(),
            prices: PriceBook::default(),
            digest: library.digest(),
        };
        // A test does for the files that came with the program what is done here for all others.
        let to_be_checked = !library.is_all_embedded();
        if to_be_checked {
            refuse_unknown_lists(library, problems);
        }
        // A price of the user's takes the place of one that came with the program, whatever its file is called.
        let is_last = |name: &str| list_of(name) == "prices" && !library.is_embedded(name);
        let (last, first): (Vec<_>, Vec<_>) = library.files().partition(|(name, _)| is_last(name));
        for (name, text) in first.into_iter().chain(last) {
            let shown = library.display_name(name);
            catalog.load_file(name, Reader { name: &shown, text, proven: library.as_json(name), sources, problems });
        }
        if to_be_checked {
            catalog.check_references(problems);
            catalog.check_names_elsewhere(problems);
            catalog.check_presets(problems);
            catalog.check_meters(problems);
        }
        catalog
    }

    fn load_file(&mut self, name: &str, mut read: Reader<'_>) {
        // A list may be one file or a folder of several, so that a user's file adds to it without replacing the rest.
        match list_of(name) {
            "services" => {
                if let Some((raw, document)) = read.read::<RawService>() {
                    self.services.extend(Service::check(raw, &document, read.problems));
                }
            }
            "prices" => {
                if let Some((raw, document)) = read.read::<RawPrices>() {
                    self.prices.add(raw, &document, read.problems);
                }
            }
            "integrations" => {
                if let Some((raw, _)) = read.read::<RawIntegrations>() {
                    self.edges.extend(raw.edge.into_iter().map(Edge::from));
                }
            }
            "sources" => {
                if let Some((raw, _)) = read.read::<RawSources>() {
                    self.sources.extend(raw.source.into_iter().map(SourceSystem::from));
                    self.places.extend(raw.destination);
                }
            }
            "regions" => {
                if let Some((raw, _)) = read.read::<RawRegions>() {
                    self.regions.extend(raw.region.into_iter().map(|region| (region.id, region.name)));
                }
            }
            "criteria" => {
                if let Some((raw, _)) = read.read::<RawCriteria>() {
                    self.criteria.extend(raw.criterion);
                }
            }
            "vocabulary" => {
                if let Some((raw, _)) = read.read::<RawVocabulary>() {
                    self.vocabulary.extend(raw.key);
                }
            }
            "workloads" => {
                if let Some((raw, document)) = read.read::<RawWorkloads>() {
                    self.profiles.extend(profile::check(raw.profile, &document, read.problems));
                    self.arrivals.extend(
                        raw.arrivals.into_iter().map(|raw| ArrivalPreset::check(raw, &document, read.problems)),
                    );
                    self.sizes.extend(preset::check_sizes(raw.size, &document, read.problems));
                }
            }
            // Rules are read by `rules`, which knows conditions; any other name has been refused.
            _ => {}
        }
    }

    /// Edges must join services or source nodes that exist: a typing error would make a path vanish in silence.
    fn check_references(&self, problems: &mut Problems) {
        let nodes = self.nodes();
        for edge in &self.edges {
            for end in [&edge.from, &edge.to] {
                if !nodes.contains(&end.as_str()) {
                    let help = nearest(end, nodes.iter().copied()).map(|name| format!("did you mean `{name}`?"));
                    let problem = Diagnostic::error(
                        "unknown-node",
                        format!(
                            "integration {} -> {}: `{end}` is no service, no source and no destination",
                            edge.from, edge.to
                        ),
                    );
                    problems.push(help.into_iter().fold(problem, Diagnostic::help));
                }
            }
        }
    }

    /// Stages and meters may name what another service has, which must be there.
    fn check_names_elsewhere(&self, problems: &mut Problems) {
        let has = |service: &Service, id: &str| {
            service.option(id).is_some() || service.facts.iter().any(|fact| fact.id == id)
        };
        let known = |name: &str| {
            name.split_once('.').is_none_or(|(other, id)| self.service(other).is_some_and(|other| has(other, id)))
        };
        for service in &self.services {
            let stages = service.stages.iter().flat_map(|stage| {
                let named = stage.named().into_iter().chain(service::options_of(stage.only_if.as_ref()));
                named.map(|name| ("stage", &stage.id, name))
            });
            let meters = service.meters.iter().flat_map(|meter| {
                let named = meter.of.as_deref().into_iter().chain(service::options_of(meter.only_if.as_ref()));
                named.map(|name| ("meter", &meter.id, name))
            });
            for (kind, owner, name) in stages.chain(meters).filter(|(_, _, name)| !known(name)) {
                let message = format!("{kind} `{owner}` of {} names `{name}`, which no service has", service.id);
                problems.push(Diagnostic::error("unknown-name", message));
            }
        }
    }

    /// A preset must name a profile that exists, and its law must be one that can run.
    fn check_presets(&self, problems: &mut Problems) {
        for preset in &self.arrivals {
            if let Err(fault) = preset.try_out(&self.profiles) {
                let message = format!("arrival preset {}: {fault}", preset.id);
                problems.push(Diagnostic::error("preset", message));
            }
        }
    }

    /// A meter must have a price somewhere, and what it needs to count.
    fn check_meters(&self, problems: &mut Problems) {
        let services = self.services.iter().map(|service| (service.id.as_str(), &service.meters));
        let others = self.prices.others().map(|(id, service)| (id, &service.meters));
        for (service, meters) in services.chain(others) {
            for meter in meters {
                if let Some(fault) = self.meter_fault(service, meter) {
                    let message = format!("meter `{}` of {service}: {fault}", meter.id);
                    problems.push(Diagnostic::error("meter", message));
                }
            }
        }
    }

    fn meter_fault(&self, service: &str, meter: &RawMeter) -> Option<String> {
        let zero = meter.increment.is_some_and(|size| size.get() == 0);
        let biller = meter.price_of.as_deref().unwrap_or(service);
        if meter.price != UNKNOWN_PRICE && !self.prices.has(biller, &meter.price) {
            Some(format!("no Region has a price `{}`", meter.price))
        } else if zero || (meter.counts == MeterCount::RoundedBytes && meter.increment.is_none()) {
            Some("bytes are rounded up to an `increment`, and there is none".to_owned())
        } else if meter.rule.units.values().any(|units| !units.is_finite() || *units <= 0.0) {
            Some("a machine must count as more than nothing".to_owned())
        } else {
            None
        }
    }

    /// What a service bills, whether it has a file of its own or is known by its prices only.
    #[must_use]
    pub fn meters_of(&self, service: &str) -> &[RawMeter] {
        let own = self.service(service).map(|service| service.meters.as_slice());
        let other = self.prices.other(service).map(|other| other.meters.as_slice());
        own.filter(|meters| !meters.is_empty()).or(other).unwrap_or_default()
    }

    /// The name of a service on a bill.
    #[must_use]
    pub fn billed_name<'a>(&'a self, service: &'a str, edition: Edition) -> &'a str {
        let own = self.service(service).map(|service| service.short_name(edition));
        own.or_else(|| self.prices.other(service).map(|other| other.name.as_str())).unwrap_or(service)
    }

    fn nodes(&self) -> Vec<&str> {
        let services = self.services.iter().map(|service| service.id.as_str());
        let sources = self.sources.iter().flat_map(|source| source.nodes.iter().map(String::as_str));
        services.chain(sources).chain(self.places.iter().map(|place| place.node.as_str())).collect()
    }

    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The services that may be the answer, in order.
    pub fn weighed(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.weighed)
    }

    /// The services of a role, in order.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(move |service| service.role == role)
    }

    /// Every word that `needs.destinations` may hold, in order.
    #[must_use]
    pub fn destination_words(&self) -> Vec<&str> {
        let places = self.places.iter().map(|place| place.word.as_str());
        let services = self.with_role(Role::Destination).map(|service| service.id.as_str());
        places.chain(services).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }

    /// The node that a word of `needs.destinations` means, if the graph has one.
    #[must_use]
    pub fn destination_node(&self, word: &str) -> Option<&str> {
        let alias = self.places.iter().find(|place| place.word == word).map(|place| place.node.as_str());
        alias.or_else(|| self.service(word).map(|service| service.id.as_str()))
    }

    /// Whether data rests at this destination to be queried later.
    #[must_use]
    pub fn is_at_rest(&self, word: &str) -> bool {
        self.places.iter().any(|place| place.word == word && place.at_rest)
    }

    /// The source system that a kind of data comes from by its nature.
    #[must_use]
    pub fn source_of_kind(&self, kind: &str) -> Option<&SourceSystem> {
        self.sources.iter().find(|source| source.kinds.iter().any(|known| known == kind))
    }

    /// The source system with this word.
    #[must_use]
    pub fn source(&self, system: &str) -> Option<&SourceSystem> {
        self.sources.iter().find(|source| source.system == system)
    }
}

/// A file outside of every list would be passed over in silence; one problem for each list that does not exist.
fn refuse_unknown_lists(library: &Library, problems: &mut Problems) {
    let mut unknown: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, _) in library.files().filter(|(name, _)| !LISTS.contains(&list_of(name))) {
        unknown.entry(list_of(name)).or_default().push(name);
    }
    for (list, files) in unknown {
        let Some(first) = files.first() else { continue };
        let more = match files.len() {
            1 => String::new(),
            count => format!(", nor are {} more files beside it", count - 1),
        };
        let shown = library.display_name(first);
        let message = format!("{shown} is in no list of the catalog{more}: there is no list `{list}`");
        let near = nearest(list, LISTS).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        let help = format!("{near}each list is a folder of TOML files or one file: {}", LISTS.join(", "));
        problems.push(Diagnostic::error("unknown-list", message).help(help));
    }
}
