//! What changed between two editions of the catalog, and which scenarios are answered otherwise because of it.
//!
//! [`EditionDiff::of`] reads names, facts, integrations and services off the catalog; the answers to scenarios come from
//! whoever decides them. A fact that is stated for one edition only is not known in the other, which is no change: those
//! are listed apart.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Style, Table, count, paragraph};
use crate::catalog::{Catalog, Circumstances, Edge, Edition, Fact, Service};
use crate::ranking::Decision;
use crate::value::Value;

/// Version of the JSON form of an [`EditionDiff`].
pub const SCHEMA_VERSION: &str = "1.0";

/// What changed between two editions.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EditionDiff {
    /// Version of this form.
    pub schema_version: &'static str,
    /// The edition compared from.
    pub from: Edition,
    /// The edition compared to.
    pub to: Edition,
    /// Region that the facts hold in.
    pub region: String,
    /// Services that came, went, or take new customers no longer or again.
    pub services: Vec<ServiceChange>,
    /// Services with another name.
    pub names: Vec<NameChange>,
    /// Facts that are known in both editions, with different values.
    pub facts: Vec<FactChange>,
    /// Facts that are stated for one of the two editions: in the other, they are not known.
    pub one_sided: Vec<FactChange>,
    /// Integrations that are there in one edition and not in the other.
    pub integrations: Vec<IntegrationChange>,
    /// Number of scenarios decided under both editions.
    pub scenarios_decided: usize,
    /// Those of them whose answer differs.
    pub scenarios: Vec<ScenarioChange>,
}

/// What became of a service or an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is there now.
    Came,
    /// It is no longer there.
    Went,
    /// It takes no new customers any more.
    Closed,
    /// It takes new customers again.
    Opened,
}

impl Change {
    const fn word(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Went => "went",
            Self::Closed => "closed to new customers",
            Self::Opened => "open to new customers",
        }
    }
}

/// A service that came, went, closed or opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServiceChange {
    /// Its id.
    pub service: String,
    /// What became of it.
    pub change: Change,
    /// What else to know.
    pub note: Option<String>,
    /// Where it was read.
    pub source: String,
}

/// A service with another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NameChange {
    /// Its id.
    pub service: String,
    /// Its full name in the edition compared from.
    pub old: String,
    /// Its full name in the edition compared to.
    pub new: String,
    /// Its short name in the edition compared from.
    pub old_short: String,
    /// Its short name in the edition compared to.
    pub new_short: String,
}

/// A fact with its values in both editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FactChange {
    /// Service and fact: `firehose.buffer-interval-min`.
    pub fact: String,
    /// Destination that it holds for, where it differs by destination.
    pub destination: Option<String>,
    /// Its value in the edition compared from.
    pub old: Option<String>,
    /// Its value in the edition compared to.
    pub new: Option<String>,
    /// Where the old value was read.
    pub old_source: Option<String>,
    /// Where the new value was read.
    pub new_source: Option<String>,
}

/// An integration that came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IntegrationChange {
    /// Node that sends.
    pub from: String,
    /// Node that receives.
    pub to: String,
    /// How.
    pub how: String,
    /// Whether it came or went.
    pub change: Change,
    /// Whether the two nodes are joined in some way in both editions.
    pub joined_in_both: bool,
    /// Where it was read.
    pub source: String,
}

/// A scenario that is answered otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScenarioChange {
    /// Its name, as `forebay init --example` takes it.
    pub scenario: String,
    /// The answer in the edition compared from.
    pub old: ScenarioAnswer,
    /// The answer in the edition compared to.
    pub new: ScenarioAnswer,
}

/// What is recommended for a scenario in an edition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScenarioAnswer {
    /// The service the pipeline is about; absent if nothing satisfies the requirements.
    pub primary: Option<String>,
    /// The services of the pipeline, in the order data meets them.
    pub architecture: Vec<String>,
    /// Why there is no answer at all: what the scenario states that cannot be stated in this edition.
    pub problem: Option<String>,
}

impl ScenarioAnswer {
    /// The answer that a decision gives.
    #[must_use]
    pub fn of(decision: &Decision) -> Self {
        decision.recommended.as_ref().map_or_else(Self::default, |answer| Self {
            primary: Some(answer.primary.clone()),
            architecture: answer.architecture.clone(),
            problem: None,
        })
    }

    fn text(&self) -> String {
        match (&self.problem, &self.primary) {
            (Some(problem), _) => format!("cannot be asked: {problem}"),
            (None, None) => "nothing fits".to_owned(),
            (None, Some(primary)) => format!("{primary} ({})", self.architecture.join(" > ")),
        }
    }
}

impl EditionDiff {
    /// What the catalog says. No scenario is decided yet.
    #[must_use]
    pub fn of(catalog: &Catalog, from: Edition, to: Edition, region: &str) -> Self {
        let sides = Sides { from, to, region };
        let (mut facts, mut one_sided) = (Vec::new(), Vec::new());
        for change in catalog.services.iter().flat_map(|service| sides.facts(service)) {
            let known_in_both = change.old.is_some() && change.new.is_some();
            if known_in_both { &mut facts } else { &mut one_sided }.push(change);
        }
        Self {
            schema_version: SCHEMA_VERSION,
            from,
            to,
            region: region.to_owned(),
            services: catalog.services.iter().flat_map(|service| sides.service(service)).collect(),
            names: catalog.services.iter().filter_map(|service| sides.name(service)).collect(),
            facts,
            one_sided,
            integrations: sides.integrations(&catalog.edges),
            scenarios_decided: 0,
            scenarios: Vec::new(),
        }
    }

    /// Adds a scenario that was decided under both editions; it is listed where the answers differ.
    pub fn decided(&mut self, scenario: &str, old: ScenarioAnswer, new: ScenarioAnswer) {
        self.scenarios_decided += 1;
        if old != new {
            self.scenarios.push(ScenarioChange { scenario: scenario.to_owned(), old, new });
        }
    }

    /// Whether the editions are the same in every respect.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.services.is_empty()
            && self.names.is_empty()
            && self.facts.is_empty()
            && self.one_sided.is_empty()
            && self.integrations.is_empty()
            && self.scenarios.is_empty()
    }
}

/// The two editions held against each other in a Region.
struct Sides<'a> {
    from: Edition,
    to: Edition,
    region: &'a str,
}

impl Sides<'_> {
    fn lookup<'s>(
        &self,
        service: &'s Service,
        id: &str,
        destination: Option<&str>,
    ) -> (Option<&'s Fact>, Option<&'s Fact>) {
        let at = |edition| Circumstances {
            edition,
            region: self.region.to_owned(),
            destination: destination.map(str::to_owned),
        };
        (service.fact(id, &at(self.from)), service.fact(id, &at(self.to)))
    }

    /// The facts that differ: where no destination is stated, and towards each destination that has its own value.
    fn facts(&self, service: &Service) -> Vec<FactChange> {
        let mut seen = BTreeSet::new();
        let ids = service.facts.iter().map(|fact| fact.id.as_str()).filter(|id| seen.insert(*id));
        let mut changes = Vec::new();
        for id in ids {
            let anywhere = self.lookup(service, id, None);
            changes.extend(change(service, id, None, anywhere));
            let of_id = service.facts.iter().filter(|fact| fact.id == id);
            let destinations: BTreeSet<&str> = of_id.filter_map(Fact::destination).collect();
            for destination in destinations {
                let there = self.lookup(service, id, Some(destination));
                if there != anywhere {
                    changes.extend(change(service, id, Some(destination), there));
                }
            }
        }
        changes
    }

    fn service(&self, service: &Service) -> Vec<ServiceChange> {
        let flag = |fact: Option<&Fact>| fact.is_none_or(|fact| fact.value != Value::Flag(false));
        let kinds =
            [("available", Change::Came, Change::Went), ("open-to-new-customers", Change::Opened, Change::Closed)];
        let changed = |(id, yes, no)| {
            let (old, new) = self.lookup(service, id, None);
            let change = match (flag(old), flag(new)) {
                (false, true) => yes,
                (true, false) => no,
                _ => return None,
            };
            // The side that says no has the date and the reason.
            let told = [new, old].into_iter().flatten().find(|fact| !flag(Some(*fact)))?;
            let (note, source) = (told.note.clone(), told.source.clone());
            Some(ServiceChange { service: service.id.clone(), change, note, source })
        };
        kinds.into_iter().filter_map(changed).collect()
    }

    fn name(&self, service: &Service) -> Option<NameChange> {
        let change = NameChange {
            service: service.id.clone(),
            old: service.full_name(self.from).to_owned(),
            new: service.full_name(self.to).to_owned(),
            old_short: service.short_name(self.from).to_owned(),
            new_short: service.short_name(self.to).to_owned(),
        };
        (change.old != change.new || change.old_short != change.new_short).then_some(change)
    }

    /// Edges of one edition that the other has not: of the same ends and the same way.
    fn integrations(&self, edges: &[Edge]) -> Vec<IntegrationChange> {
        let is_in = |edge: &Edge, edition| edge.edition.is_none_or(|only| only == edition);
        let same = |a: &Edge, b: &Edge| a.from == b.from && a.to == b.to && a.how == b.how;
        let joined = |edge: &Edge, edition| {
            edges.iter().any(|other| is_in(other, edition) && other.from == edge.from && other.to == edge.to)
        };
        let missing_in = |edge: &Edge, edition| !edges.iter().any(|other| is_in(other, edition) && same(other, edge));
        let change = |edge: &Edge| {
            let change = match (is_in(edge, self.from), is_in(edge, self.to)) {
                (false, true) if missing_in(edge, self.from) => Change::Came,
                (true, false) if missing_in(edge, self.to) => Change::Went,
                _ => return None,
            };
            Some(IntegrationChange {
                from: edge.from.clone(),
                to: edge.to.clone(),
                how: edge.how.clone(),
                change,
                joined_in_both: joined(edge, self.from) && joined(edge, self.to),
                source: edge.source.clone(),
            })
        };
        edges.iter().filter_map(change).collect()
    }
}

fn change(
    service: &Service,
    id: &str,
    destination: Option<&str>,
    (old, new): (Option<&Fact>, Option<&Fact>),
) -> Option<FactChange> {
    (old.map(|fact| &fact.value) != new.map(|fact| &fact.value)).then(|| FactChange {
        fact: format!("{}.{id}", service.id),
        destination: destination.map(str::to_owned),
        old: old.map(|fact| fact.shown.clone()),
        new: new.map(|fact| fact.shown.clone()),
        old_source: old.map(|fact| fact.source.clone()),
        new_source: new.map(|fact| fact.source.clone()),
    })
}

/// Everything on one page: a table per subject, sources numbered below.
#[must_use]
pub fn text(diff: &EditionDiff, width: usize) -> String {
    let (from, to) = (diff.from.name(), diff.to.name());
    if diff.is_empty() {
        return format!("Nothing changed from edition {from} to edition {to} in {}.\n", diff.region);
    }
    let mut page =
        Page { text: format!("From edition {from} to edition {to}, in {}\n", diff.region), width, sources: Vec::new() };
    page.services(&diff.services);
    page.names(&diff.names, from, to);
    page.facts(&diff.facts, from, to);
    page.integrations(&diff.integrations);
    page.scenarios(diff);
    page.closing(diff)
}

struct Page<'a> {
    text: String,
    width: usize,
    sources: Vec<&'a str>,
}

impl<'a> Page<'a> {
    /// The number of a source in the list below.
    fn cite(&mut self, source: &'a str) -> String {
        let place = self.sources.iter().position(|known| *known == source).unwrap_or_else(|| {
            self.sources.push(source);
            self.sources.len() - 1
        });
        format!("[{}]", place + 1)
    }

    fn section(&mut self, head: &str, rows: usize, table: &Table) {
        if rows > 0 {
            let body = table.render(Style::Plain(self.width));
            let _ = write!(self.text, "\n{head}\n\n{body}");
        }
    }

    fn services(&mut self, list: &'a [ServiceChange]) {
        let mut table = Table::new(&["service", "change", "source", "note"]);
        for service in list {
            let note = service.note.clone().unwrap_or_default();
            table.row(vec![
                service.service.clone(),
                service.change.word().to_owned(),
                self.cite(&service.source),
                note,
            ]);
        }
        self.section("Services", list.len(), &table);
    }

    fn names(&mut self, list: &[NameChange], from: &str, to: &str) {
        let mut table = Table::new(&["service", from, to]);
        for name in list {
            // Where only the name for drawings differs, the full names would show nothing.
            let (old, new) =
                if name.old == name.new { (&name.old_short, &name.new_short) } else { (&name.old, &name.new) };
            table.row(vec![name.service.clone(), old.clone(), new.clone()]);
        }
        self.section("Names", list.len(), &table);
    }

    fn facts(&mut self, list: &'a [FactChange], from: &str, to: &str) {
        let mut table = Table::new(&["fact", from, to, "source"]);
        for fact in list {
            let sources: Vec<String> = sources(fact).map(|source| self.cite(source)).collect();
            let shown = |value: &Option<String>| value.clone().unwrap_or_default();
            table.row(vec![named(fact), shown(&fact.old), shown(&fact.new), sources.join(" ")]);
        }
        self.section("Facts", list.len(), &table);
    }

    fn integrations(&mut self, list: &'a [IntegrationChange]) {
        let mut table = Table::new(&["from", "to", "change", "source", "how"]);
        for edge in list {
            let word = if edge.joined_in_both {
                format!("{}, one way of several", edge.change.word())
            } else {
                edge.change.word().to_owned()
            };
            table.row(vec![edge.from.clone(), edge.to.clone(), word, self.cite(&edge.source), edge.how.clone()]);
        }
        self.section("Integrations", list.len(), &table);
    }

    fn scenarios(&mut self, diff: &EditionDiff) {
        let decided = count(diff.scenarios_decided as u64, "scenario");
        let _ =
            writeln!(self.text, "\nAnswers: {decided} decided under both editions, {} changed", diff.scenarios.len());
        for scenario in &diff.scenarios {
            let _ = writeln!(self.text, "\n  {}", scenario.scenario);
            for (edition, answer) in [(diff.from, &scenario.old), (diff.to, &scenario.new)] {
                let head = format!("    {:<7}  ", edition.name());
                self.text.push_str(&paragraph(&head, &answer.text(), self.width));
            }
        }
    }

    fn closing(mut self, diff: &EditionDiff) -> String {
        if !diff.one_sided.is_empty() {
            let facts = count(diff.one_sided.len() as u64, "fact");
            let line =
                format!("Stated for one edition only, and not known in the other: {facts}; --format csv lists them.");
            let _ = write!(self.text, "\n{}", paragraph("", &line, self.width));
        }
        self.text.push('\n');
        for (index, source) in self.sources.iter().enumerate() {
            let _ = writeln!(self.text, "  [{}] {source}", index + 1);
        }
        self.text
    }
}

fn named(fact: &FactChange) -> String {
    fact.destination.as_ref().map_or_else(|| fact.fact.clone(), |place| format!("{} to {place}", fact.fact))
}

/// Where the values were read: once, if it is the same place.
fn sources(fact: &FactChange) -> impl Iterator<Item = &str> {
    let new = fact.new_source.as_deref().filter(|new| fact.old_source.as_deref() != Some(new));
    fact.old_source.as_deref().into_iter().chain(new)
}

/// A row for every change, for programs and documents.
#[must_use]
pub fn changes(diff: &EditionDiff) -> Table {
    let mut table = Table::new(&["what", "id", "old", "new", "source"]);
    let mut row = |what: &str, id: String, old: String, new: String, source: String| {
        table.row(vec![what.to_owned(), id, old, new, source]);
    };
    for service in &diff.services {
        let word = service.change.word().to_owned();
        row("service", service.service.clone(), String::new(), word, service.source.clone());
    }
    for name in &diff.names {
        row("name", name.service.clone(), name.old.clone(), name.new.clone(), String::new());
    }
    for (what, list) in [("fact", &diff.facts), ("one-sided fact", &diff.one_sided)] {
        for fact in list {
            let sources = sources(fact).collect::<Vec<_>>().join(" ; ");
            let shown = |value: &Option<String>| value.clone().unwrap_or_default();
            row(what, named(fact), shown(&fact.old), shown(&fact.new), sources);
        }
    }
    for edge in &diff.integrations {
        let id = format!("{} > {}", edge.from, edge.to);
        let how = edge.how.clone();
        let (old, new) = if edge.change == Change::Went { (how, String::new()) } else { (String::new(), how) };
        row("integration", id, old, new, edge.source.clone());
    }
    for scenario in &diff.scenarios {
        row("scenario", scenario.scenario.clone(), scenario.old.text(), scenario.new.text(), String::new());
    }
    table
}
