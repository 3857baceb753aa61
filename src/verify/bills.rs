//! Published bills, computed again from their inputs.
//!
//! An example gives the usage (`inputs`), the unit prices of its day (on its lines) and the amounts that somebody published.
//! [`parts::parts_of`] says which meters the inputs feed, in the words of the examples; how much a meter bills is then the
//! business of [`crate::cost`], exactly as for a usage file. Unit prices are those of the example; where tiers change, the
//! catalog says. Each line is rounded to cents and the rounded lines are added up, as the sources do.
//!
//! A line for which an example gives an amount and nothing to compute it from is taken over as published; the total's name
//! says how many those are.

mod parts;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Amount, CaseResult, Quantity, Verdict};
use crate::catalog::{Catalog, Price, Tier};
use crate::cost::measure::{Conventions, Measure, Unclear, quantity};
use crate::cost::rules::beyond;
use crate::cost::{Gigabyte, HOURS_PER_MONTH};
use crate::units::Usd;
use parts::Part;

/// A file of published bills.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBills {
    /// Version of the format.
    #[schemars(range(min = 1, max = 1))]
    #[serde(rename = "format")]
    _format: Option<u32>,
    /// The bills.
    pub(super) example: Vec<RawExample>,
}

/// One bill.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExample {
    /// Its name.
    id: String,
    /// Service whose usage it is.
    service: String,
    /// Region whose prices hold.
    #[serde(default)]
    region: String,
    /// Hours in its month.
    hours_per_month: Option<String>,
    /// Its month in words: `30 days`.
    month: Option<String>,
    /// What its GB is, in words.
    #[serde(default)]
    gb: String,
    /// The published total, or the right one where the published one has a slip.
    expected_total: Usd,
    /// The greatest difference; a cent if absent.
    tolerance_usd: Option<Usd>,
    /// What is used.
    #[serde(default)]
    inputs: BTreeMap<String, String>,
    /// The lines of the bill.
    #[serde(default)]
    line: Vec<RawLine>,
    /// Services on the bill, where there are several.
    #[serde(default, rename = "services")]
    _services: Vec<String>,
    /// Who published it: the vendor, a calculator, a tool.
    #[serde(rename = "kind")]
    _kind: Option<String>,
    /// How far the source is to be trusted.
    #[serde(rename = "confidence")]
    _confidence: Option<String>,
    /// Where it was read.
    #[serde(rename = "source")]
    _source: Option<String>,
    /// Date of its prices.
    as_of: Option<String>,
    /// The published total, where it has a slip and `expected_total` has not.
    #[serde(rename = "published_total")]
    _published_total: Option<Usd>,
    /// Unit prices in words; the lines have them as numbers.
    #[serde(default, rename = "unit_prices")]
    _unit_prices: BTreeMap<String, String>,
    /// What else to know.
    #[serde(rename = "notes")]
    _notes: Option<String>,
}

/// A line of a published bill.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawLine {
    /// What it is for.
    name: String,
    /// Quantity, in its unit.
    quantity: Option<String>,
    /// Its unit: `GB`, `million requests`.
    #[serde(default)]
    unit: String,
    /// Price of the unit.
    unit_price: Option<Usd>,
    /// The amount.
    expected: Usd,
}

/// Why a bill is not computed.
struct Unsupported(String);

/// What the program makes of one line.
#[derive(Debug, Clone, Default)]
struct Computed {
    /// Quantity in the line's unit; absent where several parts make the line.
    quantity: Option<f64>,
    /// Amount of all parts of the line.
    amount: Usd,
    parts: usize,
}

pub(super) fn verify(examples: &[RawExample], catalog: &Catalog) -> Vec<CaseResult> {
    let case = |example: &RawExample| {
        let judged = match example.compute(catalog) {
            Ok(lines) => CaseResult::judged(example.id.clone(), example.compare(&lines)),
            Err(Unsupported(reason)) => CaseResult::unsupported(example.id.clone(), reason),
        };
        judged.told(&example.service, example.as_of.as_deref())
    };
    examples.iter().map(case).collect()
}

impl RawExample {
    /// What comes out for each line; `None` for an amount that is only published.
    fn compute(&self, catalog: &Catalog) -> Result<Vec<Option<Computed>>, Unsupported> {
        if self.line.is_empty() {
            return Err(Unsupported("the example has no lines".to_owned()));
        }
        let inputs = Inputs::new(&self.inputs);
        let month = self.conventions(&inputs);
        let parts = parts::parts_of(&self.service, &inputs, &month, catalog);
        if let Some(fault) = inputs.fault() {
            return Err(Unsupported(fault));
        }
        let parts = parts.ok_or_else(|| Unsupported(format!("bills of `{}` are not known", self.service)))?;
        let mut lines: Vec<Option<Computed>> = vec![None; self.line.len()];
        for part in &parts {
            self.add(part, &month, catalog, &mut lines)?;
        }
        let stray =
            self.line.iter().zip(&lines).find(|(line, computed)| computed.is_none() && line.unit_price.is_some());
        match stray {
            Some((line, _)) => Err(Unsupported(format!("line `{}` does not follow from the inputs", line.name))),
            None => Ok(lines),
        }
    }

    fn conventions(&self, inputs: &Inputs<'_>) -> Conventions {
        let stated = self.hours_per_month.as_deref().and_then(|hours| hours.parse().ok());
        let days = inputs.number("days").or_else(|| self.month.as_deref()?.strip_suffix(" days")?.parse().ok());
        let gigabyte = if self.gb.starts_with("decimal") { Gigabyte::Decimal } else { Gigabyte::Binary };
        Conventions {
            hours_per_month: stated.or(days.map(|days: f64| days * 24.0)).unwrap_or(HOURS_PER_MONTH),
            bytes_per_gb: gigabyte.bytes(),
        }
    }

    /// Prices a part of the usage and adds it to its lines. A part that the example leaves out has none.
    fn add(
        &self,
        part: &Part,
        month: &Conventions,
        catalog: &Catalog,
        lines: &mut [Option<Computed>],
    ) -> Result<(), Unsupported> {
        let claims = |line: &RawLine| part.lines.iter().any(|start| line.name.starts_with(start));
        let claimed: Vec<usize> = (0..self.line.len()).filter(|index| claims(&self.line[*index])).collect();
        let Some(first) = claimed.first().map(|index| &self.line[*index]) else { return Ok(()) };
        let used = quantity(&part.terms, &part.stated, month).map_err(|unclear| {
            Unsupported(match unclear {
                Unclear::Missing(key) => format!("`{}` needs an input for its {key}", first.name),
                Unclear::Nothing => format!("no input says how much of `{}` is used", first.name),
                Unclear::TooMuch => format!("`{}` is out of range", first.name),
            })
        })?;
        let billed = self.rounded(beyond(used, part.allowance), part.terms.measure);
        let unknown = || Unsupported(format!("the price of `{}` is not known", first.name));
        let (price, skipped) = self.price(part, &claimed, catalog).ok_or_else(unknown)?;
        let (tiers, _) = part.terms.measure.charge(&price, billed).ok_or_else(unknown)?;
        for (place, index) in claimed.iter().enumerate() {
            let tier = tiers.get(place + skipped);
            let computed = lines[*index].get_or_insert_default();
            computed.amount += tier.map_or(Usd::ZERO, |tier| tier.amount);
            computed.quantity = Some(tier.map_or(0.0, |tier| tier.quantity) / price.per as f64);
            computed.parts += 1;
        }
        Ok(())
    }

    /// The part's price: unit prices of the example's lines, with the tier bounds of the catalog; the catalog's own where
    /// the lines have none. With it, the number of leading tiers that have no line because they are free.
    fn price(&self, part: &Part, claimed: &[usize], catalog: &Catalog) -> Option<(Price, usize)> {
        let known = part.price.as_ref().and_then(|(service, meter)| {
            let elsewhere = || Some(*catalog.prices.regions_with(service, meter).first()?);
            let here = catalog.prices.find(service, &self.region, meter);
            here.or_else(|| catalog.prices.find(service, elsewhere()?, meter))
        });
        let own: Vec<Usd> = claimed.iter().filter_map(|index| self.line[*index].unit_price).collect();
        if own.is_empty() {
            let (service, meter) = part.price.as_ref()?;
            return catalog.prices.find(service, &self.region, meter).map(|price| (price.clone(), 0));
        }
        let per = units_in(&self.line[*claimed.first()?].unit);
        let bounds: Vec<Option<u64>> =
            known.map_or_else(|| vec![None], |price| price.tiers.iter().map(|tier| tier.up_to).collect());
        let is_free = known.is_some_and(|price| price.tiers.first().is_some_and(|tier| tier.usd == Usd::ZERO));
        let skipped = usize::from(is_free && own.len() < bounds.len());
        let usd = std::iter::repeat_n(Usd::ZERO, skipped).chain(own);
        let tiers: Vec<Tier> = bounds.into_iter().zip(usd).map(|(up_to, usd)| Tier { up_to, usd }).collect();
        let unit = self.line[*claimed.first()?].unit.clone();
        let confidence = crate::catalog::raw::Confidence::Medium;
        Some((Price { unit, per, tiers, confidence, as_of: String::new(), source: String::new() }, skipped))
    }

    /// Some sources round GB before they price them: `rounded to 14.3 GB` means one decimal.
    fn rounded(&self, quantity: f64, measure: Measure) -> f64 {
        let shown = self.gb.split("rounded to ").nth(1).and_then(|rest| rest.split_whitespace().next());
        let Some(shown) = shown.filter(|_| measure == Measure::Data) else { return quantity };
        let decimals = shown.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let scale = libm::pow(10.0, decimals as f64);
        (quantity * scale).round() / scale
    }

    fn compare(&self, lines: &[Option<Computed>]) -> Vec<Quantity> {
        let mut quantities = Vec::new();
        let (mut total, mut published) = (Usd::ZERO, 0_u64);
        for (line, computed) in self.line.iter().zip(lines) {
            let Some(computed) = computed else {
                total += line.expected;
                published += 1;
                continue;
            };
            total += computed.amount.to_cents();
            let stated =
                line.quantity.as_ref().and_then(|text| text.parse::<f64>().ok()).filter(|_| computed.parts == 1);
            if let Some((stated, got)) = stated.zip(computed.quantity) {
                let name = format!("{}, {}", line.name, line.unit);
                quantities.push(Quantity::within(&name, stated, got, super::TOLERANCE * stated.abs().max(1.0)));
            }
            quantities.push(self.money(&format!("{}, USD", line.name), line.expected, computed.amount.to_cents()));
        }
        let name = match published {
            0 => "total, USD".to_owned(),
            1 => "total with 1 amount as published, USD".to_owned(),
            several => format!("total with {several} amounts as published, USD"),
        };
        quantities.push(self.money(&name, self.expected_total, total));
        quantities
    }

    /// Compares amounts exactly, to ten decimal places.
    fn money(&self, name: &str, expected: Usd, got: Usd) -> Quantity {
        let tolerance = self.tolerance_usd.unwrap_or(Usd::CENT);
        let difference = if got > expected { got - expected } else { expected - got };
        Quantity {
            name: name.to_owned(),
            expected: Amount::Real(expected.to_f64()),
            got: Some(Amount::Real(got.to_f64())),
            tolerance: Some(tolerance.to_f64()),
            standard_error: None,
            verdict: if difference <= tolerance { Verdict::Passed } else { Verdict::Failed },
        }
    }
}

/// Base units in a unit as a bill words it: `million requests`, `1000 objects`.
fn units_in(unit: &str) -> u64 {
    match unit.split_whitespace().next() {
        Some("million") => 1_000_000,
        Some(first) => first.parse().unwrap_or(1),
        None => 1,
    }
}

/// The inputs of an example. What nobody asks for is a fault: it might have changed the bill.
struct Inputs<'a> {
    texts: &'a BTreeMap<String, String>,
    asked: RefCell<BTreeSet<&'a str>>,
    wrong: RefCell<Option<String>>,
}

impl<'a> Inputs<'a> {
    const fn new(texts: &'a BTreeMap<String, String>) -> Self {
        Self { texts, asked: RefCell::new(BTreeSet::new()), wrong: RefCell::new(None) }
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        let (key, text) = self.texts.get_key_value(key)?;
        self.asked.borrow_mut().insert(key);
        Some(text.trim())
    }

    fn number(&self, key: &str) -> Option<f64> {
        let text = self.text(key)?;
        let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
        if number.is_none() {
            self.refuse(key, text);
        }
        number
    }

    /// A number, and this many of something that is not stated.
    fn number_or(&self, key: &str, absent: f64) -> f64 {
        self.number(key).unwrap_or(absent)
    }

    /// Whether an input that is `true` or `false` is true; absent is false.
    fn flag(&self, key: &str) -> bool {
        match self.text(key) {
            Some("true") => true,
            Some("false") | None => false,
            Some(other) => {
                self.refuse(key, other);
                false
            }
        }
    }

    /// Inputs that describe and do not change the bill.
    fn describe(&self, keys: &[&str]) {
        for key in keys {
            self.text(key);
        }
    }

    /// Notes an input that cannot be used.
    fn refuse(&self, key: &str, text: &str) {
        self.wrong.borrow_mut().get_or_insert_with(|| format!("input `{key} = {text}` cannot be used"));
    }

    /// What keeps the bill from being computed.
    fn fault(&self) -> Option<String> {
        if let Some(wrong) = self.wrong.borrow().clone() {
            return Some(wrong);
        }
        let asked = self.asked.borrow();
        let unread = self.texts.keys().find(|key| !asked.contains(key.as_str()))?;
        Some(format!("input `{unread}` is not known"))
    }
}
