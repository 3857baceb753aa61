//! The bill as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::table::Style;
use super::{Table, paragraph, plain, with_interval};
use crate::catalog::raw::RawMeter;
use crate::catalog::{Catalog, Edition, UNKNOWN_PRICE};
use crate::cost::{Basis, Bill, Budget, BudgetVerdict, Line, Packing};
use crate::sim::Estimate;
use crate::units::{Usd, group_digits, significant};

/// The whole answer of `cost`, without the headline.
#[must_use]
pub fn text(
    bill: &Bill,
    packing: Option<&Packing>,
    budget: Option<&Budget>,
    catalog: &Catalog,
    edition: Edition,
    width: usize,
) -> String {
    let mut text = table(bill, catalog, edition).render(Style::Plain(width));
    let _ = writeln!(text, "\n  {}", total(bill));
    if let Some(budget) = budget {
        text.push_str(&paragraph("  ", &budget_line(budget), width));
    }
    if let Some(packing) = packing {
        let _ = write!(text, "\n{}", paragraph("  ", &packing_line(packing), width));
    }
    text.push_str(&notes(bill, width));
    text
}

/// One row a line, with quantity, amount and where the quantity comes from.
#[must_use]
pub fn table(bill: &Bill, catalog: &Catalog, edition: Edition) -> Table {
    let mut table = Table::new(&["line", "quantity a month", "USD", "from"]).right(&[2]);
    for line in &bill.lines {
        table.row(vec![
            label(line, catalog, edition),
            quantity(line),
            line.amount.map_or_else(|| "unknown".to_owned(), |amount| amount.to_string()),
            basis(line.basis).to_owned(),
        ]);
    }
    table
}

/// The same as plain numbers, for programs.
#[must_use]
pub fn numbers(bill: &Bill) -> Table {
    let mut table =
        Table::new(&["service", "meter", "quantity", "half_width", "unit", "usd", "usd_half_width", "basis"]);
    for line in &bill.lines {
        table.row(vec![
            line.service.clone(),
            line.meter.clone(),
            plain(Some(line.quantity)),
            plain(line.quantity_half_width),
            line.unit.clone(),
            line.amount.map_or_else(String::new, Usd::exact),
            plain(line.amount_half_width),
            basis(line.basis).to_owned(),
        ]);
    }
    table
}

/// `Data Firehose: data ingested`.
#[must_use]
pub fn label(line: &Line, catalog: &Catalog, edition: Edition) -> String {
    format!("{}: {}", catalog.billed_name(&line.service, edition), line.name)
}

pub(super) fn quantity(line: &Line) -> String {
    with_interval(Estimate { value: line.quantity, half_width: line.quantity_half_width }, &line.unit)
}

pub(super) fn tiers(line: &Line) -> String {
    let tier = |tier: &crate::cost::TierUse| format!("{} per {}", tier.usd.exact(), tier.unit);
    match line.tiers.as_slice() {
        [] => "no sourced price".to_owned(),
        [only] => tier(only),
        [first, ..] => {
            let parts = line.tiers.iter().map(|part| (part.usd.exact(), significant(part.quantity, 4)));
            let told: Vec<String> = parts
                .enumerate()
                .map(|(index, (usd, quantity))| match index {
                    0 => format!("{usd} per {} for {quantity}", first.unit),
                    _ => format!("then {usd} for {quantity}"),
                })
                .collect();
            told.join(", ")
        }
    }
}

/// Where a quantity comes from, in words.
#[must_use]
pub const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Fixed => "fixed",
        Basis::Scenario => "scenario",
        Basis::Simulation => "simulation",
        Basis::Usage => "usage",
    }
}

/// The total with its interval, or what keeps it from being one.
#[must_use]
pub fn total(bill: &Bill) -> String {
    let Some(total) = bill.total else { return "The bill is unknown: no line of it has a known amount".to_owned() };
    let interval = bill.total_half_width.filter(|width| *width >= 0.005).map_or_else(String::new, |width| {
        let middle = total.to_f64();
        format!(" [{}, {}]", cents((middle - width).max(0.0)), cents(middle + width))
    });
    let known = if bill.complete { "" } else { " for the lines with a known price; the others are unknown" };
    format!("USD {total}{interval} a month{known}")
}

/// Dollars with cents and grouped thousands.
#[must_use]
pub fn cents(dollars: f64) -> String {
    let text = format!("{dollars:.2}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    format!("{}.{fraction}", group_digits(whole))
}

/// How the bill compares with a budget.
#[must_use]
pub fn budget_line(budget: &Budget) -> String {
    let limit = format!("the budget of USD {} a month", budget.limit);
    let by = budget.difference.map_or_else(String::new, |by| format!("USD {by} "));
    match (budget.verdict, budget.difference) {
        (BudgetVerdict::Exceeded, _) => format!("{by}over {limit}"),
        (BudgetVerdict::Kept, _) => format!("{by}under {limit}"),
        (BudgetVerdict::Unknown, Some(_)) => {
            format!("The known lines are {by}under {limit}; whether the others fit in is unknown")
        }
        (BudgetVerdict::Unknown, None) => format!("Whether it is under {limit} is unknown"),
    }
}

/// The hint about packing, in a sentence.
#[must_use]
pub fn packing_line(packing: &Packing) -> String {
    format!(
        "Each record is billed as {} and yours have {} B: {} times the bytes you send. Packing {} events into a record \
         in the client would save USD {} a month (USD {} left), at the price of the time it takes to gather them.",
        packing.increment,
        significant(packing.mean_record_bytes, 3),
        significant(packing.billed_over_real, 3),
        packing.events_per_record,
        packing.saves,
        packing.total,
    )
}

/// Unit prices and what to know about each line; sources stand below the table, by number.
fn notes(bill: &Bill, width: usize) -> String {
    let gigabyte = if bill.bytes_per_gb == 1 << 30 { "2^30" } else { "10^9" };
    let mut text = format!(
        "\n  A month has {} hours, a GB has {gigabyte} bytes; no free tier unless --free-tier. Prices of {}:\n\n",
        significant(bill.hours_per_month, 6),
        bill.region
    );
    let mut sources: Vec<&str> = Vec::new();
    let mut table = Table::new(&["line", "unit price", "read from", "note"]);
    for line in &bill.lines {
        let number = line.price_source.as_deref().map(|source| {
            let known = sources.iter().position(|listed| *listed == source);
            let index = known.unwrap_or_else(|| {
                sources.push(source);
                sources.len() - 1
            });
            format!("[{}]", index + 1)
        });
        let note = line.note.clone().unwrap_or_default();
        table.row(vec![line.name.clone(), tiers(line), number.unwrap_or_else(|| "unknown".to_owned()), note]);
    }
    text.push_str(&table.render(Style::Plain(width)));
    text.push('\n');
    if let Some(note) = &bill.note {
        text.push_str(&paragraph("  ", &format!("Month: {note}."), width));
        text.push('\n');
    }
    for (index, source) in sources.iter().enumerate() {
        text.push_str(&paragraph(&format!("  [{}] ", index + 1), source, width));
    }
    let is_stated = bill.lines.iter().all(|line| line.basis == Basis::Usage);
    text.push_str(if is_stated {
        "\n  In it is what the usage file states, and nothing else.\n"
    } else {
        "\n  Not in it: data transfer out, later queries, logs and metrics of your own.\n"
    });
    text
}

/// Amounts of the lines in one row, by service id: `api_gateway.requests 106.46 · s3.put 0.01`.
#[must_use]
pub fn by_line(bill: &Bill) -> String {
    let show = |line: &Line| {
        let amount = line.amount.map_or_else(|| "unknown".to_owned(), |amount| amount.to_string());
        format!("{}.{} {amount}", line.service, line.meter)
    };
    bill.lines.iter().map(show).collect::<Vec<_>>().join(" · ")
}

/// What may be billed: the meters of one service, each with the name that its price has in a price file and the number of
/// Regions that have one.
#[must_use]
pub fn meters(catalog: &Catalog, service: &str) -> Table {
    let mut table = Table::new(&["meter", "counts", "price (Regions that have it): what is billed"]);
    for meter in catalog.meters_of(service) {
        let biller = meter.price_of.as_deref().unwrap_or(service);
        let regions = match catalog.prices.priced_regions(biller, &meter.price).len() {
            1 => "1 Region".to_owned(),
            several => format!("{several} Regions"),
        };
        let note = meter.note.as_ref().map_or_else(String::new, |note| format!("; {note}"));
        let billed = format!("{} ({regions}): {}{note}", priced_as(meter), meter.name);
        table.row(vec![meter.id.clone(), meter.unit.clone(), billed]);
    }
    table
}

/// The services that bill something, with or without a file of their own.
#[must_use]
pub fn billing(catalog: &Catalog) -> BTreeSet<&str> {
    // A service may bill by nothing but the prices of others.
    let metered = catalog.services.iter().filter(|service| !service.meters.is_empty());
    metered.map(|service| service.id.as_str()).chain(catalog.prices.services()).collect()
}

/// The name of a meter's price; where another service bills it, with the service whose price file that is.
fn priced_as(meter: &RawMeter) -> String {
    match &meter.price_of {
        _ if meter.price == UNKNOWN_PRICE => "no price is known".to_owned(),
        Some(other) => format!("{} of {other}", meter.price),
        None => meter.price.clone(),
    }
}

/// Amounts of the lines in one row: `API Gateway 106.46 · Data Firehose 3.68 · S3 0.15`.
#[must_use]
pub fn by_service(bill: &Bill, catalog: &Catalog, edition: Edition) -> String {
    let mut sums: Vec<(String, Option<Usd>)> = Vec::new();
    for line in &bill.lines {
        let name = catalog.billed_name(&line.service, edition);
        match sums.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum = sum.zip(line.amount).map(|(sum, amount)| sum + amount),
            None => sums.push((name.to_owned(), line.amount)),
        }
    }
    let show = |(name, sum): (String, Option<Usd>)| match sum {
        Some(sum) => format!("{name} {sum}"),
        None => format!("{name} unknown"),
    };
    sums.into_iter().map(show).collect::<Vec<_>>().join(" · ")
}
