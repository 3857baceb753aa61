//! What Forebay knows about services: facts, quotas, options, behaviour, meters, integrations, prices.
//!
//! The catalog is a folder of TOML files, embedded in the binary; a user's folder can be laid over it ([`Library`]).
//! [`Catalog::load`] turns the files into checked types in this order: parse, hold against the schema, read, cross-check.
//!
//! The decision a reader would question: a fact is looked up by its id and the circumstances (edition, Region,
//! destination), and the most specific entry wins. That keeps one file per service true for both editions and all Regions.

mod check;
mod laid;
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

pub(crate) use laid::Laid;
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
    /// The user's files, with the places of what stands in them.
    pub(crate) laid: Laid,
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
            laid: Laid::default(),
        };
        let before = problems.list().len();
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
            check::check(&catalog, sources, problems);
            catalog.check_presets(problems);
            problems.sort_from(before);
        }
        catalog
    }

    fn load_file(&mut self, name: &str, mut read: Reader<'_>) {
        let before = read.problems.error_count();
        let list = list_of(name);
        // A list may be one file or a folder of several, so that a user's file adds to it without replacing the rest.
        let document = match list {
            "services" => {
                let (raw, document) = read.read::<RawService>().unzip();
                let checked = raw
                    .zip(document.as_ref())
                    .and_then(|(raw, document)| Service::check(raw, document, read.sources, read.problems));
                self.services.extend(checked);
                document
            }
            "prices" => {
                let (raw, document) = read.read::<RawPrices>().unzip();
                if let Some((raw, document)) = raw.zip(document.as_ref()) {
                    self.prices.add(raw, document, read.sources, read.problems);
                }
                document
            }
            "integrations" => {
                let (raw, document) = read.read::<RawIntegrations>().unzip();
                if let Some(raw) = raw {
                    self.edges.extend(raw.edge.into_iter().map(Edge::from));
                }
                document
            }
            "sources" => {
                let (raw, document) = read.read::<RawSources>().unzip();
                if let Some(raw) = raw {
                    self.sources.extend(raw.source.into_iter().map(SourceSystem::from));
                    self.places.extend(raw.destination);
                }
                document
            }
            "regions" => {
                let (raw, document) = read.read::<RawRegions>().unzip();
                if let Some(raw) = raw {
                    self.regions.extend(raw.region.into_iter().map(|region| (region.id, region.name)));
                }
                document
            }
            "criteria" => {
                let (raw, document) = read.read::<RawCriteria>().unzip();
                if let Some(raw) = raw {
                    self.criteria.extend(raw.criterion);
                }
                document
            }
            "vocabulary" => {
                let (raw, document) = read.read::<RawVocabulary>().unzip();
                if let Some(raw) = raw {
                    self.vocabulary.extend(raw.key);
                }
                document
            }
            "workloads" => {
                let (raw, document) = read.read::<RawWorkloads>().unzip();
                if let Some((raw, document)) = raw.zip(document.as_ref()) {
                    self.profiles.extend(profile::check(raw.profile, document, read.problems));
                    self.arrivals
                        .extend(raw.arrivals.into_iter().map(|raw| ArrivalPreset::check(raw, document, read.problems)));
                    self.sizes.extend(preset::check_sizes(raw.size, document, read.problems));
                }
                document
            }
            // Rules are read by `rules`, which knows conditions; any other name has been refused.
            _ => None,
        };
        if read.problems.error_count() > before {
            self.laid.could_not_read(name, read.text);
        } else if let Some(document) = document.filter(|_| read.proven.is_none()) {
            self.laid.keep(name, document);
        }
    }

    /// A preset must name a profile that exists, and its law must be one that can run.
    fn check_presets(&self, problems: &mut Problems) {
        for preset in &self.arrivals {
            if let Err(fault) = preset.try_out(&self.profiles)
                && !self.laid.lacks("workloads")
            {
                let message = format!("arrival preset {}: {fault}", preset.id);
                let problem = Diagnostic::error("preset", message);
                let written = self.laid.of("workloads").flat_map(|document| document.list("arrivals"));
                let place = written.into_iter().find(|item| item.text("id") == Some(&preset.id));
                problems.push(place.into_iter().fold(problem, |problem, item| problem.at(item.span, "this preset")));
            }
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
