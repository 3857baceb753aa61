//! What must be right about files that are laid over the catalog, once all of them are read.
//!
//! Files that came with the program are held against this by a test only. What follows from a file that could not be read
//! is not told: it has been reported itself, and mending it mends what follows.

mod facts;
mod options;
mod prices;
mod stages;

use super::raw::{MeterCount, RawMeter};
use super::service::{options_of, place_of};
use super::{Catalog, Service, UNKNOWN_PRICE};
use crate::diag::{Problems, nearest, suggest};
use crate::document::{Document, Fault, Item};
use crate::source::SourceMap;

/// Holds the user's files against all that was read.
pub(super) fn check(catalog: &Catalog, sources: &SourceMap, problems: &mut Problems) {
    let checker = Checker { catalog, sources };
    checker.services(problems);
    prices::check(&checker, problems);
    checker.edges(problems);
    checker.names_elsewhere(problems);
    checker.meters(problems);
}

/// The catalog as read, and the texts it was read from.
struct Checker<'a> {
    catalog: &'a Catalog,
    sources: &'a SourceMap,
}

impl<'a> Checker<'a> {
    fn tell(&self, about: &str, document: &Document, fault: Fault, problems: &mut Problems) {
        let span = document.span_of(fault.place());
        problems.push(fault.told(about, Some(span), self.sources));
    }

    /// The services of the user's files, with what they say.
    fn laid_services(&self) -> impl Iterator<Item = (&'a Service, &'a Document)> {
        let id = |document: &'a Document| document.root.get("id")?.node.to_json().as_str().map(str::to_owned);
        let catalog = self.catalog;
        catalog.laid.of("services").filter_map(move |document| Some((catalog.service(&id(document)?)?, document)))
    }

    fn services(&self, problems: &mut Problems) {
        for (service, document) in self.laid_services() {
            let mut faults = Vec::new();
            if self.catalog.services.iter().filter(|other| other.id == service.id).count() > 1 {
                let fault =
                    Fault::new("repeated", "id", "there is another service of this id").label("the id is taken");
                let help =
                    format!("give it another id, or name its file `services/{}.toml` to replace that one", service.id);
                faults.push(fault.help(help));
            } else {
                facts::check(self.catalog, service, document, &mut faults);
                options::check(service, &mut faults);
                stages::check(self.catalog, service, document, &mut faults);
            }
            for fault in faults {
                self.tell(&format!("service `{}`", service.id), document, fault, problems);
            }
        }
    }

    /// Edges must join services or source nodes that exist: a typing error would make a path vanish in silence.
    fn edges(&self, problems: &mut Problems) {
        let catalog = self.catalog;
        for document in catalog.laid.of("integrations") {
            for (index, edge) in document.list("edge").iter().enumerate() {
                let Some((message, help)) = edge.text("checked").and_then(|text| wrong_date("checked", text)) else {
                    continue;
                };
                let fault = Fault::new("date", format!("edge[{index}].checked"), message).label("expected a day");
                self.tell("integration", document, fault.help(help), problems);
            }
        }
        if catalog.laid.lacks("sources") {
            return;
        }
        let nodes = catalog.nodes();
        let written: Vec<(&Document, usize, &Item)> = catalog
            .laid
            .of("integrations")
            .flat_map(|document| {
                document.list("edge").iter().enumerate().map(move |(index, item)| (document, index, item))
            })
            .collect();
        for edge in &catalog.edges {
            for (key, end) in [("from", &edge.from), ("to", &edge.to)] {
                if nodes.contains(&end.as_str()) || catalog.laid.is_unread("services", end) {
                    continue;
                }
                let fault = |at: String| {
                    let fault =
                        Fault::new("unknown-node", at, format!("`{end}` is no service, no source and no destination"));
                    let help = nearest(end, nodes.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                    help.into_iter()
                        .fold(fault.label("no such node"), Fault::help)
                        .help("`forebay catalog list services` and `forebay catalog list nodes` list them")
                };
                let about = format!("integration {} -> {}", edge.from, edge.to);
                let is_it = |item: &Item| item.text("from") == Some(&edge.from) && item.text("to") == Some(&edge.to);
                match written.iter().find(|(_, _, item)| is_it(item)) {
                    Some((document, index, _)) => {
                        self.tell(&about, document, fault(format!("edge[{index}].{key}")), problems);
                    }
                    // An edge of the program's whose end a file of the user's has taken away.
                    None => problems.push(fault(String::new()).told(&about, None, self.sources)),
                }
            }
        }
    }

    /// Stages and meters may name what another service has, which must be there.
    fn names_elsewhere(&self, problems: &mut Problems) {
        for service in &self.catalog.services {
            let stages = service.stages.iter().enumerate().flat_map(|(index, stage)| {
                let named = stage.named().into_iter().chain(options_of(stage.only_if.as_ref()));
                named.map(move |name| ("stage", index, &stage.id, name))
            });
            let meters = service.meters.iter().enumerate().flat_map(|(index, meter)| {
                let named = meter.of.as_deref().into_iter().chain(options_of(meter.only_if.as_ref()));
                named.map(move |name| ("meter", index, &meter.id, name))
            });
            for (kind, index, owner, name) in stages.chain(meters) {
                let Some(message) = self.missing(name) else { continue };
                let (message, help) = message;
                let document = self.laid_services().find(|(known, _)| known.id == service.id);
                let table = format!("{kind}[{index}]");
                let at = document.map_or_else(|| table.clone(), |(_, document)| place_of(document, &table, name));
                let fault = Fault::new("unknown-name", at, format!("{kind} `{owner}` names `{name}`: {message}"));
                let fault = fault.label("no such name").help(help);
                let about = format!("service `{}`", service.id);
                match document {
                    Some((_, document)) => self.tell(&about, document, fault, problems),
                    None => problems.push(fault.told(&about, None, self.sources)),
                }
            }
        }
    }

    /// Why a name with a dot in it means nothing.
    fn missing(&self, name: &str) -> Option<(String, String)> {
        let (other, id) = name.split_once('.')?;
        if self.catalog.laid.is_unread("services", other) {
            return None;
        }
        let Some(service) = self.catalog.service(other) else {
            let services: Vec<&str> = self.catalog.services.iter().map(|service| service.id.as_str()).collect();
            return Some((format!("there is no service `{other}`"), suggest(other, &services, "the services are")));
        };
        let options = service.options.iter().map(|option| option.id.as_str());
        let known: Vec<&str> = options.chain(service.facts.iter().map(|fact| fact.id.as_str())).collect();
        let help = suggest(id, &known, "its options and facts are");
        (!known.contains(&id)).then(|| (format!("{other} has neither an option nor a fact `{id}`"), help))
    }

    /// A meter must have a price somewhere, and what it needs to count.
    fn meters(&self, problems: &mut Problems) {
        let catalog = self.catalog;
        let services = catalog.services.iter().map(|service| (service.id.as_str(), &service.meters));
        let others = catalog.prices.others().map(|(id, service)| (id, &service.meters));
        for (service, meters) in services.chain(others) {
            for (index, meter) in meters.iter().enumerate() {
                let Some((key, message, help)) = self.meter_fault(service, meter) else { continue };
                let fault = Fault::new("meter", format!("meter[{index}].{key}"), message).label("not right");
                let fault = help.into_iter().fold(fault, Fault::help);
                let about = format!("meter `{}` of {service}", meter.id);
                let mut documents = catalog.laid.of("services").map(|document| ("id", document));
                let mut prices = catalog.laid.of("prices").map(|document| ("service", document));
                let is_its = |(key, document): &(&str, &Document)| {
                    let named = document.find(key).map(|item| item.node.to_json());
                    named.as_ref().and_then(serde_json::Value::as_str) == Some(service)
                        && document.find(&format!("meter[{index}]")).and_then(|item| item.text("id")) == Some(&meter.id)
                };
                match documents.find(is_its).or_else(|| prices.find(is_its)) {
                    Some((_, document)) => self.tell(&about, document, fault, problems),
                    None => problems.push(fault.told(&about, None, self.sources)),
                }
            }
        }
    }

    /// The key that is wrong, why, and what to type.
    fn meter_fault(&self, service: &str, meter: &RawMeter) -> Option<(&'static str, String, Option<String>)> {
        let zero = meter.increment.is_some_and(|size| size.get() == 0);
        let biller = meter.price_of.as_deref().unwrap_or(service);
        let prices = &self.catalog.prices;
        if meter.price != UNKNOWN_PRICE
            && !prices.has(biller, &meter.price)
            && !self.catalog.laid.is_unread("prices", biller)
        {
            let names: Vec<&str> = prices.meters(biller).into_iter().collect();
            let help = if names.is_empty() {
                format!(
                    "no file of prices speaks of {biller}; add one to `prices/` with `service = \"{biller}\"` and \
                     `meter = \"{}\"`, or write `price = \"{UNKNOWN_PRICE}\"`",
                    meter.price
                )
            } else {
                suggest(&meter.price, &names, &format!("the prices of {biller} are for"))
            };
            return Some(("price", format!("no Region has a price `{}`", meter.price), Some(help)));
        }
        if zero || (meter.counts == MeterCount::RoundedBytes && meter.increment.is_none()) {
            let message = "bytes are rounded up to an `increment`, and there is none".to_owned();
            return Some(("counts", message, Some("add for example `increment = \"1 KiB\"`".to_owned())));
        }
        let idle = meter.rule.units.values().any(|units| !units.is_finite() || *units <= 0.0);
        idle.then(|| ("rule.units", "a machine must count as more than nothing".to_owned(), None))
    }
}

/// A day that a fact was read or a price was seen; what is wrong with it, and what to type.
fn wrong_date(key: &str, text: &str) -> Option<(String, String)> {
    let parts = |separator: char| -> Vec<Option<u32>> { text.split(separator).map(|part| part.parse().ok()).collect() };
    let is_day = |year: u32, month: u32, day: u32| year >= 1990 && (1..=12).contains(&month) && (1..=31).contains(&day);
    if let [Some(year), Some(month), Some(day)] = parts('-')[..]
        && is_day(year, month, day)
        && text.len() == 10
    {
        return None;
    }
    let turned = ['.', '/', '-'].into_iter().find_map(|separator| match parts(separator)[..] {
        [Some(day), Some(month), Some(year)] | [Some(year), Some(month), Some(day)] if is_day(year, month, day) => {
            Some((year, month, day))
        }
        _ => None,
    });
    let (year, month, day) = turned.unwrap_or((2026, 11, 24));
    let such_as = if turned.is_some() { "" } else { "for example " };
    let help = format!("write {such_as}`{key} = {year:04}-{month:02}-{day:02}`: year, month, day");
    Some((format!("`{text}` is no date"), help))
}
