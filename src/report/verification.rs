//! What came of verifying, as text.

use std::fmt::Write as _;

use super::{Style, Table};
use crate::units::{grouped, significant};
use crate::verify::{Amount, CaseResult, Quantity, Report, Verdict};

/// The whole answer: a row per case, every difference in full, why anything was not compared, and the count.
#[must_use]
pub fn text(report: &Report, width: usize) -> String {
    let mut text = cases(report).render(Style::Plain(width));
    for case in report.results.iter().filter(|case| case.verdict == Verdict::Failed) {
        let _ = write!(text, "\n  {} failed\n{}", case.id, differences(case).render(Style::Plain(width)));
    }
    let reasons = reasons(report);
    if !reasons.is_empty() {
        let mut table = Table::new(&["not compared", "because"]);
        for (reason, count) in reasons {
            table.row(vec![super::count(count, "case"), reason.to_owned()]);
        }
        let _ = write!(text, "\n{}", table.render(Style::Plain(width)));
    }
    let _ = writeln!(text, "\n{}", closing(report));
    if report.unsupported > 0 {
        text.push_str("An unsupported case was not, or not completely, compared: it has neither passed nor failed.\n");
    }
    text
}

/// Reasons in the order in which they first occur, and how many cases each holds for.
fn reasons(report: &Report) -> Vec<(&str, u64)> {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for reason in report.results.iter().filter_map(|case| case.reason.as_deref()) {
        match counts.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => counts.push((reason, 1)),
        }
    }
    counts
}

/// `10 cases: 10 ok, 0 failed, 0 unsupported`.
#[must_use]
pub fn closing(report: &Report) -> String {
    let Report { passed, failed, unsupported, .. } = report;
    format!("{}: {passed} ok, {failed} failed, {unsupported} unsupported", super::count(report.cases, "case"))
}

/// A row for every case, for documents: of its quantities the one that uses most of what it may differ by, the last of equals.
/// What no case has, a subject or a date, has no column.
#[must_use]
pub fn summary(report: &Report) -> Table {
    let is_told = report.results.iter().any(|case| case.about.is_some());
    let is_dated = report.results.iter().any(|case| case.as_of.is_some());
    let numbers = ["compared", "nearest to its limit", "expected", "got", "off by"];
    let header = with(["case", "about"], is_told, numbers, ["answer of", "verdict"], is_dated);
    let first = if is_told { 2 } else { 1 };
    let mut table = Table::new(&header).right(&[first, first + 2, first + 3]);
    for case in &report.results {
        let share = |quantity: &&Quantity| quantity.share_of_tolerance().unwrap_or_default();
        let nearest = case.quantities.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
        let told = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        let numbers = [
            case.quantities.iter().filter(|quantity| quantity.got.is_some()).count().to_string(),
            told(nearest.map(|quantity| quantity.name.clone())),
            told(nearest.map(|quantity| readable(quantity, quantity.expected))),
            told(nearest.and_then(|quantity| Some(readable(quantity, quantity.got?)))),
            told(nearest.map(off_by)),
        ];
        let named = [format!("`{}`", case.id), told(case.about.clone())];
        let judged = [told(case.as_of.clone()), word(case.verdict).to_owned()];
        table.row(with(named, is_told, numbers, judged, is_dated));
    }
    table
}

/// As many digits as say something: an estimate has few, an amount of money all.
fn readable(quantity: &Quantity, amount: Amount) -> String {
    if quantity.standard_error.is_some() { significant(amount.as_f64(), 6) } else { digits(amount) }
}

/// The cells of a row, without the second and without the last but one where these are not wanted.
fn with<T>([case, about]: [T; 2], is_told: bool, numbers: [T; 5], [as_of, verdict]: [T; 2], is_dated: bool) -> Vec<T> {
    let about = Some(about).filter(|_| is_told);
    let as_of = Some(as_of).filter(|_| is_dated);
    std::iter::once(case).chain(about).chain(numbers).chain(as_of).chain([verdict]).collect()
}

/// How far a quantity is off: in standard errors where these set the limit, else as a share of what is allowed.
fn off_by(quantity: &Quantity) -> String {
    let by_errors = |error: f64| quantity.tolerance.is_some_and(|tolerance| tolerance < 3.0001 * error);
    match (quantity.standard_error, quantity.share_of_tolerance()) {
        (Some(error), Some(_)) if by_errors(error) => {
            let errors = quantity.errors_off().unwrap_or_default();
            format!("{errors:+.1} standard errors").replace('-', "\u{2212}")
        }
        (_, Some(share)) if share >= 0.001 => format!("{} % of its limit", significant(share * 100.0, 2)),
        (_, Some(share)) if share > 0.0 => "less than 0.1 % of its limit".to_owned(),
        _ => "nothing".to_owned(),
    }
}

/// A row for every quantity, with all digits, for programs.
#[must_use]
pub fn quantities(report: &Report) -> Table {
    let header = ["case", "quantity", "expected", "got", "tolerance", "verdict", "reason"];
    let mut table = Table::new(&header).right(&[2, 3, 4]);
    for case in &report.results {
        let reason = case.reason.clone().unwrap_or_default();
        if case.quantities.is_empty() {
            let blank = String::new;
            table.row(vec![case.id.clone(), blank(), blank(), blank(), blank(), word(case.verdict).to_owned(), reason]);
            continue;
        }
        for quantity in &case.quantities {
            let shown = |number: Option<String>| number.unwrap_or_default();
            let is_unknown = quantity.verdict == Verdict::Unsupported;
            table.row(vec![
                case.id.clone(),
                quantity.name.clone(),
                quantity.expected.to_string(),
                shown(quantity.got.map(|got| got.to_string())),
                shown(quantity.tolerance.map(|tolerance| tolerance.to_string())),
                word(quantity.verdict).to_owned(),
                if is_unknown { reason.clone() } else { String::new() },
            ]);
        }
    }
    table
}

fn cases(report: &Report) -> Table {
    let mut table = Table::new(&["case", "compared", "verdict", "largest difference"]).right(&[1]);
    for case in &report.results {
        let compared = case.quantities.iter().filter(|quantity| quantity.got.is_some()).count();
        table.row(vec![case.id.clone(), compared.to_string(), word(case.verdict).to_owned(), remark(case)]);
    }
    table
}

/// What to say of a case in a few words; differences and reasons stand in full below the table.
fn remark(case: &CaseResult) -> String {
    let with = |verdict| case.quantities.iter().filter(|quantity| quantity.verdict == verdict).count();
    match case.verdict {
        Verdict::Failed => format!("{} differ, see below", with(Verdict::Failed)),
        Verdict::Unsupported if case.quantities.is_empty() => "not compared".to_owned(),
        Verdict::Unsupported => format!("{} not compared", with(Verdict::Unsupported)),
        Verdict::Passed => largest_share(case),
    }
}

/// How near the case came to failing.
fn largest_share(case: &CaseResult) -> String {
    let share = case.quantities.iter().filter_map(Quantity::share_of_tolerance).fold(0.0, f64::max);
    if share > 0.0 { format!("{} % of tolerance", significant(share * 100.0, 1)) } else { "none".to_owned() }
}

fn differences(case: &CaseResult) -> Table {
    let mut table = Table::new(&["quantity", "expected", "got", "allowed", "verdict"]).right(&[1, 2, 3]);
    for quantity in case.quantities.iter().filter(|quantity| quantity.verdict != Verdict::Passed) {
        table.row(difference(quantity));
    }
    table
}

fn difference(quantity: &Quantity) -> Vec<String> {
    vec![
        quantity.name.clone(),
        digits(quantity.expected),
        quantity.got.map_or_else(|| "-".to_owned(), digits),
        quantity.tolerance.map_or_else(|| "-".to_owned(), allowance),
        word(quantity.verdict).to_owned(),
    ]
}

fn allowance(tolerance: f64) -> String {
    if tolerance > 0.0 { format!("± {}", significant(tolerance, 2)) } else { "exact".to_owned() }
}

/// Enough digits to see a difference that fails.
fn digits(amount: Amount) -> String {
    match amount {
        Amount::Whole(value) => grouped(value),
        Amount::Real(value) => significant(value, 10),
    }
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "ok",
        Verdict::Failed => "failed",
        Verdict::Unsupported => "unsupported",
    }
}
