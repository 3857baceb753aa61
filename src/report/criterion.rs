//! The criteria of the ranking: what each measures, which way it counts, what it is read from.

use std::fmt::Write as _;

use super::table::Style;
use super::{Table, paragraph};
use crate::catalog::raw::Measure;
use crate::catalog::{Catalog, Circumstances, Criterion, Edition, Service};
use crate::rules::RuleBook;
use crate::units::significant;

/// All criteria.
#[must_use]
pub fn list(catalog: &Catalog) -> Table {
    let mut table = Table::new(&["criterion", "name", "weight", "measures", "counts", "read from"]).right(&[2]);
    for criterion in &catalog.criteria {
        let weight = significant(criterion.weight, 3);
        let cells = [&criterion.id, &criterion.name, &weight, &criterion.doc, &direction(criterion), &basis(criterion)];
        table.row(cells.map(String::clone).to_vec());
    }
    table
}

/// One criterion: the same, what the services that may be the answer have for it, and the rules that change it.
#[must_use]
pub fn page(criterion: &Criterion, catalog: &Catalog, rules: &RuleBook, edition: Edition, width: usize) -> String {
    let mut text = format!("{} ({}), a criterion of the ranking\n", criterion.name, criterion.id);
    text.push_str(&paragraph("", &format!("{}.", criterion.doc), width));
    let weight = significant(criterion.weight, 3);
    let _ = writeln!(
        text,
        "\n  weight     {weight} unless [priorities] of the scenario says another; weights are scaled to 100"
    );
    let _ = writeln!(text, "  counts     {}", direction(criterion));
    let _ = writeln!(text, "  read from  {}", basis(criterion));
    if !criterion.facts.is_empty() {
        let _ = write!(text, "\n{}", values(criterion, catalog, edition).render(Style::Plain(width)));
        text.push_str("\n  `forebay catalog show SERVICE` has the sources of these facts.\n");
    }
    let changing = changed_by(criterion, rules);
    if let Some(table) = changing {
        let _ = write!(text, "\n{}", table.render(Style::Plain(width)));
    }
    text
}

/// Which way a criterion counts.
fn direction(criterion: &Criterion) -> String {
    let (best, worst) =
        (criterion.best.map(|best| significant(best, 6)), criterion.worst.map(|worst| significant(worst, 6)));
    if !criterion.words.is_empty() {
        let mut words: Vec<(&String, f64)> = criterion.words.iter().map(|(word, value)| (word, *value)).collect();
        words.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let words: Vec<String> =
            words.iter().map(|(word, value)| format!("{word} {}", significant(*value, 3))).collect();
        return format!("by word, 1 is best: {}", words.join(", "));
    }
    match (&criterion.against, best.zip(worst)) {
        (Some(limit), _) => format!("more is better: all that is left of `{limit}` is worth 1, nothing left 0"),
        (None, Some((best, worst))) => {
            let more = if criterion.best > criterion.worst { "more" } else { "less" };
            let unit = if criterion.measures.is_some() { "USD " } else { "" };
            format!("{more} is better: {unit}{best} is worth 1, {unit}{worst} is worth 0")
        }
        (None, None) => {
            let base = criterion.base.map_or_else(|| "nothing".to_owned(), |base| significant(base, 3));
            format!("more is better: begins at {base} of 1, and rules add to it and take from it")
        }
    }
}

/// What a criterion is read from.
fn basis(criterion: &Criterion) -> String {
    let facts: Vec<String> = criterion.facts.iter().map(|fact| format!("`{fact}`")).collect();
    match (criterion.measures, facts.as_slice()) {
        (Some(Measure::UsdAMonth), _) => "the simulated bill".to_owned(),
        (None, []) => "rules that advise".to_owned(),
        (None, [one]) => format!("fact {one}"),
        (None, _) => format!("facts {}", facts.join(", ")),
    }
}

fn values(criterion: &Criterion, catalog: &Catalog, edition: Edition) -> Table {
    let header: Vec<&str> = std::iter::once("service").chain(criterion.facts.iter().map(String::as_str)).collect();
    let mut table = Table::new(&header);
    let at = Circumstances { edition, region: "us-east-1".to_owned(), destination: None };
    let shown = |service: &Service, fact: &String| {
        service.fact(fact, &at).map_or_else(|| "unknown".to_owned(), |fact| fact.shown.clone())
    };
    for service in catalog.weighed() {
        let facts = criterion.facts.iter().map(|fact| shown(service, fact));
        table.row(std::iter::once(service.id.clone()).chain(facts).collect());
    }
    table
}

/// The rules that add to a criterion or take from it, if there are any.
fn changed_by(criterion: &Criterion, rules: &RuleBook) -> Option<Table> {
    let mut rows = rules
        .rules
        .iter()
        .filter_map(|rule| {
            let (_, points) = rule.points.as_ref().filter(|(id, _)| *id == criterion.id)?;
            Some(vec![rule.id.clone(), format!("{points:+}").replace('-', "−"), rule.page.checks.clone()])
        })
        .peekable();
    rows.peek()?;
    let mut table = Table::new(&["rule", "points", "checks"]).right(&[1]);
    rows.for_each(|row| table.row(row));
    Some(table)
}
