//! Usage files: what somebody uses of any service in a month, priced without a simulation.
//!
//! [`UsageFile::read`] checks a file against the catalog and says everything that is wrong with it; [`UsageFile::bill`]
//! prices it. Entries of one meter are added up before tiers are applied, because the vendor's tiers count the month of an
//! account.

mod raw;

pub use raw::{Gigabyte, RawUsage};

use raw::RawUse;

use super::measure::{Conventions, Measure, Stated, Terms, Unclear, quantity};
use super::rules::beyond;
use super::{Basis, Bill, Line, TierUse, bill_of, unknown_note};
use crate::catalog::raw::RawMeter;
use crate::catalog::{Catalog, price_of_type};
use crate::diag::{Diagnostic, Problems, suggest};
use crate::document::{Document, Item, Node, check_document};
use crate::source::{SourceMap, Span, digest};
use crate::units::{Quantity, SimDuration, is_record_noun};

/// A usage file, read and checked.
#[derive(Debug, Clone)]
pub struct UsageFile {
    /// Its title.
    pub title: String,
    /// Its name.
    pub name: String,
    /// Digest of its text.
    pub digest: String,
    /// Region whose prices hold.
    pub region: String,
    month: Conventions,
    uses: Vec<Use>,
    amounts: Vec<raw::RawAmount>,
}

/// What is used of one meter.
#[derive(Debug, Clone)]
struct Use {
    service: String,
    meter: Metered,
    quantity: f64,
}

/// A meter as a line of the bill needs it.
#[derive(Debug, Clone)]
struct Metered {
    id: String,
    name: String,
    unit: String,
    /// Meter in the price book.
    price: String,
    measure: Measure,
    free: u64,
    free_note: Option<String>,
    note: Option<String>,
}

impl UsageFile {
    /// Reads the text of a usage file, called `name` in messages; `region` replaces the one of the file. Problems are
    /// collected; `None` if there are any.
    pub fn read(
        name: &str,
        text: &str,
        region: Option<&str>,
        catalog: &Catalog,
        sources: &mut SourceMap,
        problems: &mut Problems,
    ) -> Option<Self> {
        let before = problems.error_count();
        let document = Document::parse(name, text, sources, problems);
        if problems.error_count() > before {
            return None;
        }
        let raw: RawUsage = check_document(&document, problems)?;
        let mut reader = Reader { catalog, document: &document, month: conventions(&raw), problems };
        reader.region(region.unwrap_or(&raw.region));
        reader.month(raw.month);
        let uses: Vec<Use> = raw.usage.iter().enumerate().filter_map(|(index, raw)| reader.usage(index, raw)).collect();
        if raw.usage.is_empty() && raw.amount.is_empty() {
            let problem = Diagnostic::error("no-usage", "the file states no usage, so there is nothing to price");
            problems.push(
                problem
                    .at(document.span, "no [[usage]] in here")
                    .help("`forebay schema usage` says what may stand here"),
            );
        }
        (problems.error_count() == before).then(|| Self {
            title: raw.title.clone().unwrap_or_else(|| "Usage of a month".to_owned()),
            name: name.to_owned(),
            digest: digest([text]),
            region: region.unwrap_or(&raw.region).to_owned(),
            month: conventions(&raw),
            uses,
            amounts: raw.amount,
        })
    }

    /// The month's bill. `free_tier` takes the free allowances off.
    #[must_use]
    pub fn bill(&self, catalog: &Catalog, free_tier: bool) -> Bill {
        let mut joined: Vec<Use> = Vec::new();
        for used in &self.uses {
            let same = |known: &&mut Use| known.service == used.service && known.meter.price == used.meter.price;
            match joined.iter_mut().find(same) {
                Some(known) => known.quantity += used.quantity,
                None => joined.push(used.clone()),
            }
        }
        let metered = joined.iter().map(|used| self.line(used, catalog, free_tier));
        let lines: Vec<Line> = metered.chain(self.amounts.iter().map(|amount| self.stated(amount))).collect();
        Bill {
            hours_per_month: self.month.hours_per_month,
            bytes_per_gb: self.month.bytes_per_gb as u64,
            ..bill_of(lines, &self.region)
        }
    }

    fn line(&self, used: &Use, catalog: &Catalog, free_tier: bool) -> Line {
        let Use { service, meter, quantity } = used;
        let price = catalog.prices.find(service, &self.region, &meter.price);
        let allowance = if free_tier { meter.free as f64 } else { 0.0 };
        let billed = beyond(*quantity, allowance);
        let charged = price.and_then(|price| meter.measure.charge(price, billed));
        let taken_off = meter.free_note.as_ref().filter(|_| allowance > 0.0);
        let note = match (&charged, price) {
            (Some(_), _) => {
                taken_off.map(|note| format!("free allowance taken off ({note})")).or_else(|| meter.note.clone())
            }
            (None, Some(_)) => {
                Some("the price of so much is not known: above the last known tier, it is by quote".to_owned())
            }
            (None, None) => Some(self.unknown(used, catalog)),
        };
        let (tiers, amount) = charged.map_or_else(|| (Vec::new(), None), |(tiers, amount)| (tiers, Some(amount)));
        Line {
            service: service.clone(),
            meter: meter.id.clone(),
            name: meter.name.clone(),
            quantity: billed,
            quantity_half_width: None,
            unit: meter.unit.clone(),
            basis: Basis::Usage,
            tiers,
            amount,
            amount_half_width: amount.map(|_| 0.0),
            price_source: price.map(|price| format!("{}, {}", price.source, price.as_of)),
            price_confidence: price.map(|price| price.confidence),
            note,
        }
    }

    /// Why a line has no price, with the nearest one that is known.
    fn unknown(&self, used: &Use, catalog: &Catalog) -> String {
        let Use { service, meter, .. } = used;
        let template = catalog.meters_of(service).iter().find(|known| known.id == meter.id).map(|known| &known.price);
        let types = template.map_or_else(Vec::new, |price| catalog.prices.types(service, price));
        if types.is_empty() || !catalog.prices.regions_with(service, &meter.price).is_empty() {
            return unknown_note(service, &meter.price, &catalog.prices, &self.region);
        }
        let shown: Vec<String> = types.iter().take(6).map(|name| name.replace('_', ".")).collect();
        let more = if types.len() > shown.len() { ", ..." } else { "" };
        format!("no sourced price for this type anywhere; there are prices for {}{more}", shown.join(", "))
    }

    /// A line whose amount the file states.
    fn stated(&self, amount: &raw::RawAmount) -> Line {
        Line {
            service: amount.service.clone(),
            meter: "stated".to_owned(),
            name: amount.name.clone(),
            quantity: 1.0,
            quantity_half_width: None,
            unit: "month".to_owned(),
            basis: Basis::Usage,
            tiers: vec![TierUse { quantity: 1.0, usd: amount.usd, unit: "month".to_owned(), amount: amount.usd }],
            amount: Some(amount.usd),
            amount_half_width: Some(0.0),
            price_source: Some(format!("stated in {}", self.name)),
            price_confidence: None,
            note: amount.note.clone(),
        }
    }
}

fn conventions(raw: &RawUsage) -> Conventions {
    let hours = raw.month.map_or(super::HOURS_PER_MONTH, |month| month.as_secs_f64() / 3600.0);
    Conventions { hours_per_month: hours, bytes_per_gb: raw.gigabyte.bytes() }
}

/// Reads entries against the catalog; what is wrong with them goes to the problems.
struct Reader<'a> {
    catalog: &'a Catalog,
    document: &'a Document,
    month: Conventions,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn region(&mut self, region: &str) {
        if self.catalog.regions.contains_key(region) {
            return;
        }
        let names: Vec<&str> = self.catalog.regions.keys().map(String::as_str).collect();
        let problem = Diagnostic::error("unknown-region", format!("there is no Region `{region}`"));
        let problem = problem.at(self.document.span_of("region"), "not a Region that is known");
        self.problems.push(problem.help(suggest(region, &names, "the Regions are")));
    }

    /// A month that is longer than any would be a typing error.
    fn month(&mut self, month: Option<SimDuration>) {
        const LONGEST: SimDuration = SimDuration::from_secs(31 * 86_400);
        let Some(month) = month.filter(|month| *month == SimDuration::ZERO || *month > LONGEST) else { return };
        let problem = Diagnostic::error("out-of-range", format!("a month of {month} is none"));
        let problem = problem.at(self.document.span_of("month"), "expected more than nothing and at most 31 days");
        self.problems.push(problem.help("write for example \"730 h\", \"30 days\" or \"744 h\""));
    }

    fn usage(&mut self, index: usize, raw: &RawUse) -> Option<Use> {
        let entry = Entry { document: self.document, index };
        let found = self.meter(&entry, raw);
        let (meter, terms) = self.keep(found)?;
        let quantity = self.unfit_keys(&entry, raw, &meter, &terms).then(|| self.quantity(&entry, raw, &meter, &terms));
        let quantity = self.keep(quantity?)?;
        Some(Use { service: raw.service.clone(), meter, quantity })
    }

    fn keep<T>(&mut self, outcome: Result<T, Diagnostic>) -> Option<T> {
        outcome.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// The meter that an entry names, by its id or by that of its price.
    fn meter(&self, entry: &Entry<'_>, raw: &RawUse) -> Result<(Metered, Terms), Diagnostic> {
        let prices = &self.catalog.prices;
        let (service, wanted) = (raw.service.as_str(), raw.meter.as_str());
        let meters = self.catalog.meters_of(service);
        if let Some(meter) = meters.iter().find(|meter| meter.id == wanted) {
            let price = price_of(meter, raw, entry)?;
            let by_type = raw.kind.as_ref().filter(|_| price != meter.price);
            let name = by_type.map_or_else(|| meter.name.clone(), |kind| format!("{}, {kind}", meter.name));
            return Ok((Metered { name, ..metered(meter, price) }, Terms::of(meter)));
        }
        if prices.meters(service).contains(wanted) {
            let prices_it = |meter: &&RawMeter| {
                let types = prices.types(service, &meter.price);
                meter.price == wanted || types.iter().any(|kind| price_of_type(&meter.price, kind) == wanted)
            };
            if let Some(meter) = meters.iter().find(prices_it) {
                return Ok((metered(meter, wanted.to_owned()), Terms::of(meter)));
            }
        }
        if meters.is_empty() && self.catalog.service(service).is_some() {
            return Ok(Self::unpriced(raw));
        }
        if meters.is_empty() {
            let known =
                prices.services().into_iter().chain(self.catalog.services.iter().map(|known| known.id.as_str()));
            let names: Vec<&str> = known.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
            let problem = Diagnostic::error("unknown-service", format!("there is no service `{service}`"));
            let problem = problem.at(entry.span("service"), "not a service that is known");
            return Err(problem.help(suggest(service, &names, "the services are")));
        }
        let names: Vec<&str> = meters.iter().map(|meter| meter.id.as_str()).collect();
        let problem = Diagnostic::error("unknown-meter", format!("`{service}` has no meter `{wanted}`"));
        let problem = problem.at(entry.span("meter"), "not a meter of this service");
        Err(problem.help(suggest(wanted, &names, "its meters are")))
    }

    /// A service of the catalog without any price: its line is unknown, in the unit of the file.
    fn unpriced(raw: &RawUse) -> (Metered, Terms) {
        let unit = raw.quantity.as_ref().map_or("", Quantity::unit).to_owned();
        let measure = Measure::of_unit(&unit);
        let meter = Metered {
            id: raw.meter.clone(),
            name: raw.meter.replace(['-', '_'], " "),
            unit,
            price: raw.meter.clone(),
            measure,
            free: 0,
            free_note: None,
            note: None,
        };
        (meter, Terms::plain(measure))
    }

    /// Whether every key of the entry means something for its meter; each that does not is a problem.
    fn unfit_keys(&mut self, entry: &Entry<'_>, raw: &RawUse, meter: &Metered, terms: &Terms) -> bool {
        let before = self.problems.error_count();
        let fit = raw::keys_of(terms, raw.kind_matters(self.catalog, terms));
        for key in raw.stated_keys().into_iter().filter(|key| !fit.contains(key)) {
            let message = format!("`{key}` means nothing for the meter `{}`, which counts {}", meter.id, meter.unit);
            let problem = Diagnostic::error("unfit-key", message).at(entry.span(key), "no part of this meter's rule");
            let shown: Vec<String> = fit.iter().map(|key| format!("`{key}`")).collect();
            self.problems.push(problem.help(format!("this meter takes {}", shown.join(", "))));
        }
        let unfit = self.problems.error_count() > before;
        if let Some((first, second)) = raw.clash().filter(|_| !unfit) {
            let problem = Diagnostic::error("two-ways", format!("`{first}` and `{second}` state the same in two ways"));
            self.problems
                .push(problem.at(entry.span(second), format!("there is `{first}` already")).help("keep one of them"));
        }
        self.problems.error_count() == before
    }

    fn quantity(&self, entry: &Entry<'_>, raw: &RawUse, meter: &Metered, terms: &Terms) -> Result<f64, Diagnostic> {
        let stated = self.stated(entry, raw, meter, terms)?;
        quantity(terms, &stated, &self.month).map_err(|unclear| {
            let ways = raw::ways(terms);
            match unclear {
                Unclear::Missing(key) => {
                    let problem =
                        Diagnostic::error("missing-key", format!("`{key}` is missing for the meter `{}`", meter.id));
                    problem.at(entry.whole(), "needed here").help(format!("this meter takes {ways}"))
                }
                Unclear::Nothing => {
                    let problem =
                        Diagnostic::error("no-quantity", format!("how much of `{}` is used is not stated", meter.id));
                    problem.at(entry.whole(), format!("no quantity in {}", meter.unit)).help(format!("state {ways}"))
                }
                Unclear::TooMuch => {
                    let problem = Diagnostic::error("out-of-range", format!("so much of `{}` is on no bill", meter.id));
                    problem.at(entry.whole(), "more than 10^15 in a month").help("check the number and its unit")
                }
            }
        })
    }

    /// The entry in plain numbers.
    fn stated(&self, entry: &Entry<'_>, raw: &RawUse, meter: &Metered, terms: &Terms) -> Result<Stated, Diagnostic> {
        let quantity = raw.quantity.as_ref().map(|stated| {
            in_unit(stated, terms.measure, &meter.unit, &self.month).ok_or_else(|| {
                let message = format!("`{}` is not a unit of the meter `{}`", stated.unit(), meter.id);
                let problem = Diagnostic::error("unknown-unit", message)
                    .at(entry.span("quantity"), format!("expected {}", meter.unit));
                problem.help(format!("write for example \"{} {}\"", stated.number(), meter.unit))
            })
        });
        let records = raw.records.as_ref().map(|stated| {
            if is_counted(stated.unit(), &meter.unit) {
                return Ok(stated.in_month(self.month.month()));
            }
            let problem = Diagnostic::error("unknown-unit", format!("`{}` is no word for records", stated.unit()));
            let problem = problem.at(entry.span("records"), "expected records, requests, events or messages");
            Err(problem.help("write for example \"300 million records\" or \"500 records/s\""))
        });
        if let Some(kind) =
            raw.kind.as_ref().filter(|kind| !terms.rule.units.is_empty() && !terms.rule.units.contains_key(*kind))
        {
            let names: Vec<&str> = terms.rule.units.keys().map(String::as_str).collect();
            let problem = Diagnostic::error("unknown-type", format!("there is no type `{kind}`"));
            return Err(problem.at(entry.span("type"), "not a type that is known").help(suggest(
                kind,
                &names,
                "the types are",
            )));
        }
        let seconds = |time: &SimDuration| time.as_secs_f64();
        Ok(Stated {
            quantity: quantity.transpose()?,
            records: records.transpose()?,
            record_size: raw.record_size.map(|size| size.get() as f64),
            duration: raw.duration.as_ref().map(seconds),
            copies: raw.copies.unwrap_or(1.0),
            readers: raw.readers.unwrap_or(1.0),
            headroom: raw.headroom.map_or(0.0, crate::units::Share::get),
            capacity: raw.capacity,
            runs: raw.runs.iter().chain(&raw.time).map(seconds).collect(),
            unit_size: raw.unit_size.map(|size| size.get() as f64),
            kept: raw.kept.as_ref().map(seconds),
            kind: raw.kind.clone(),
        })
    }
}

/// An entry's place in the file.
struct Entry<'a> {
    document: &'a Document,
    index: usize,
}

impl Entry<'_> {
    fn item(&self) -> Option<&Item> {
        match self.document.root.get("usage").map(|item| &item.node) {
            Some(Node::List(items)) => items.get(self.index),
            _ => None,
        }
    }

    fn whole(&self) -> Span {
        self.item().map_or(self.document.span, |item| item.span)
    }

    fn span(&self, key: &str) -> Span {
        let inner =
            self.item().and_then(|item| if let Node::Table(table) = &item.node { table.get(key) } else { None });
        inner.map_or_else(|| self.whole(), |item| item.span)
    }
}

fn metered(meter: &RawMeter, price: String) -> Metered {
    // What a simulated meter says about storage holds for a simulation only.
    let is_simulated = meter.counts == crate::catalog::MeterCount::StoredBytes;
    Metered {
        id: meter.id.clone(),
        name: meter.name.clone(),
        unit: meter.unit.clone(),
        price,
        measure: Measure::of_unit(&meter.unit),
        free: meter.free.unwrap_or(0),
        free_note: meter.free_note.clone(),
        note: meter.note.clone().filter(|_| !is_simulated),
    }
}

/// The meter of the price book, which may depend on the type of the machine.
fn price_of(meter: &RawMeter, raw: &RawUse, entry: &Entry<'_>) -> Result<String, Diagnostic> {
    if !meter.price.contains("{type}") {
        return Ok(meter.price.clone());
    }
    let Some(kind) = &raw.kind else {
        let problem = Diagnostic::error("missing-key", format!("the price of `{}` depends on the `type`", meter.id));
        let hint = meter.note.as_deref().unwrap_or("such as `type = \"m5.large\"`");
        return Err(problem.at(entry.whole(), "`type` is missing here").help(hint));
    };
    Ok(price_of_type(&meter.price, kind))
}

/// A stated quantity in the unit of a meter, if its word is a unit of what the meter measures.
fn in_unit(stated: &Quantity, measure: Measure, unit: &str, month: &Conventions) -> Option<f64> {
    let amount = stated.in_month(month.month());
    let word = stated.unit();
    if same_word(word, unit) {
        return Some(amount);
    }
    match measure {
        Measure::Count => is_counted(word, unit).then_some(amount),
        Measure::Data => Some(amount * gigabytes(word, month)?),
        Measure::DataMonths => {
            let data = word.strip_suffix("-months").or_else(|| word.strip_suffix("-month")).unwrap_or(word);
            Some(amount * gigabytes(data, month)?)
        }
        Measure::Hours | Measure::Minutes => {
            let time: SimDuration = format!("1 {word}").parse().ok()?;
            let unit = if measure == Measure::Hours { 3600.0 } else { 60.0 };
            Some(amount * time.as_secs_f64() / unit)
        }
        Measure::DataHours | Measure::DataSeconds => None,
    }
}

/// GB in a unit of data, in GB of the bill: there, a TB has as many GB as a GB has MB.
fn gigabytes(word: &str, month: &Conventions) -> Option<f64> {
    let step = if month.bytes_per_gb > 1e9 { 1024.0 } else { 1000.0 };
    let billed = [("GB", 1.0), ("TB", step), ("PB", step * step), ("MB", 1.0 / step), ("KB", 1.0 / step / step)];
    let bytes = [("GiB", 30), ("TiB", 40), ("PiB", 50), ("MiB", 20), ("KiB", 10)];
    let of_bill = billed.iter().find(|(name, _)| *name == word).map(|(_, gb)| *gb);
    of_bill.or_else(|| {
        let (_, power) = bytes.iter().find(|(name, _)| *name == word)?;
        Some((1_u64 << power) as f64 / month.bytes_per_gb)
    })
}

/// Whether a word counts what a meter counts: its own unit, or any word for a record.
fn is_counted(word: &str, unit: &str) -> bool {
    let last = |text: &str| text.rsplit([' ', '-']).next().unwrap_or_default().to_owned();
    word.is_empty() || is_record_noun(word) || same_word(word, unit) || same_word(&last(word), &last(unit))
}

/// Whether two words are the same, whatever their number and case.
fn same_word(one: &str, other: &str) -> bool {
    let fold = |word: &str| word.trim().trim_end_matches('s').to_lowercase();
    !one.is_empty() && fold(one) == fold(other)
}
