//! How sure the answer is, as text: contradictions, open questions, flips, why not.

use std::fmt::Write as _;

use super::table::Style;
use super::{Table, count, paragraph};
use crate::architecture::Variant;
use crate::ranking::{Decision, Verdict};
use crate::rules::Contradiction;
use crate::sensitivity::{Flip, Lead, OpenQuestion, WhyNot};
use crate::units::significant;

/// Values that a question lists for a winner where it does not list all.
const FEW: usize = 4;

/// Requirements that clash, each with its place.
#[must_use]
pub fn contradictions(list: &[Contradiction], width: usize) -> String {
    let mut text = String::new();
    for clash in list {
        text.push_str(&paragraph("  Contradiction: ", &format!("{} [{}]", clash.text, clash.rule), width));
        for requirement in &clash.requirements {
            let _ = writeln!(text, "    {} = {} ({})", requirement.path, requirement.value, requirement.place);
        }
        text.push('\n');
    }
    text
}

/// What to ask first: `most` questions, each with where its answers lead.
#[must_use]
pub fn questions(list: &[OpenQuestion], most: Option<usize>, decision: &Decision, width: usize) -> String {
    if list.is_empty() {
        return "\n  No requirement that is left open would change the winner.\n".to_owned();
    }
    let shown = most.unwrap_or(list.len());
    let mut text = String::from("\n  Ask this first: what nobody has stated and what could change the winner\n");
    for question in list.iter().take(shown) {
        let stated = question.stated.as_ref().map_or_else(String::new, |stated| format!(" = {stated}"));
        let verb = if question.changing == 1 { "changes" } else { "change" };
        let share = format!("{} of {} {verb} the winner", question.changing, count(question.answers as u64, "answer"));
        let _ = writeln!(text, "\n    {}{stated}: {} ({share})", question.path, question.doc.trim_end_matches('.'));
        for lead in &question.leads_to {
            let winner = name(lead.winner.as_ref(), decision);
            text.push_str(&paragraph("      ", &format!("{winner}: {}", values(lead, most.is_some())), width));
        }
    }
    if list.len() > shown {
        let more = list.len() - shown;
        let _ = writeln!(text, "\n    {more} more with `--explain`; `forebay ask` asks them all");
    }
    text
}

fn values(lead: &Lead, brief: bool) -> String {
    let most = if brief { FEW } else { usize::MAX };
    let listed = lead.values.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    let rest = lead.values.len().saturating_sub(most);
    if rest == 0 { listed } else { format!("{listed} and {rest} more") }
}

/// The name of a winner.
#[must_use]
pub fn name(winner: Option<&String>, decision: &Decision) -> String {
    let named = |id: &String| decision.service(id).map_or_else(|| id.clone(), |service| service.name.clone());
    winner.map_or_else(|| "nothing fits".to_owned(), named)
}

/// Each change of one requirement that turns the answer, and the requirements that cannot turn it.
#[must_use]
pub fn flips(list: &[Flip], steady: &[String], decision: &Decision, width: usize) -> String {
    let winner = decision.recommended.as_ref().map(|answer| &answer.primary);
    let mut text =
        format!("\n  What would turn the answer, {}; one change at a time, decided again\n\n", name(winner, decision));
    if list.is_empty() {
        text.push_str("    nothing that was tried\n");
    } else {
        text.push_str(&flip_table(list, decision).render(Style::Plain(width)));
    }
    if !steady.is_empty() {
        text.push('\n');
        text.push_str(&paragraph("  Turns nothing  ", &steady.join(", "), width));
    }
    text
}

/// The flips, a row each.
#[must_use]
pub fn flip_table(list: &[Flip], decision: &Decision) -> Table {
    let mut table = Table::new(&["requirement", "now", "wins then", "if it is"]);
    for flip in list {
        let stated = flip.stated.clone().unwrap_or_else(|| "not stated".to_owned());
        table.row(vec![flip.path.clone(), stated, name(flip.winner.as_ref(), decision), flip.when.clone()]);
    }
    table
}

/// Why a service is not the answer.
#[must_use]
pub fn why_not(answer: &WhyNot, decision: &Decision, width: usize) -> String {
    let points = |value: f64| format!("{value:.1}");
    let winner = name(answer.winner.as_ref(), decision);
    let mut text = match (answer.verdict, answer.score, answer.score_of_winner) {
        (Verdict::Ranked(1), ..) => return format!("\n  Why not {}: it is the answer.\n", answer.name),
        (verdict, Some(score), Some(best)) => {
            format!(
                "\n  Why not {}: {verdict}, {} points against {} of {winner}.\n\n",
                answer.name,
                points(score),
                points(best)
            )
        }
        _ => format!("\n  Why not {}: rejected.\n\n", answer.name),
    };
    if answer.difference.is_some() {
        let header = ["criterion", "weight", "points", "winner's", "difference", "made of; the winner's of"];
        let mut table = Table::new(&header).right(&[1, 2, 3, 4]);
        for part in &answer.criteria {
            table.row(vec![
                part.name.clone(),
                significant(part.weight, 3),
                points(part.points),
                points(part.points_of_winner),
                format!("{:+.1}", part.difference),
                format!("{}; {}", part.basis, part.basis_of_winner),
            ]);
        }
        let cell = |value: Option<f64>| value.map(points).unwrap_or_default();
        let total = answer.difference.map(|difference| format!("{difference:+.1}")).unwrap_or_default();
        let sums = [cell(answer.score), cell(answer.score_of_winner), total];
        let [own, best, total] = sums;
        table.row(vec!["together".to_owned(), String::new(), own, best, total, String::new()]);
        text.push_str(&table.render(Style::Plain(width)));
        text.push('\n');
    }
    for reason in &answer.reasons {
        text.push_str(&paragraph("    ", &format!("{} [{}]", reason.text, reason.rule), width));
        if let Some(fact) = &reason.fact {
            let _ = writeln!(text, "      fact         {fact}");
        }
        if let Some(requirement) = &reason.requirement {
            let _ = writeln!(text, "      requirement  {requirement}");
        }
    }
    if answer.wins_when.is_empty() {
        text.push_str("\n    No single change of a requirement makes it win.\n");
        return text;
    }
    text.push_str("\n    It wins with any one of these changes, each decided again:\n");
    for flip in &answer.wins_when {
        let stated = flip.stated.as_ref().map_or_else(|| "not stated now".to_owned(), |stated| format!("now {stated}"));
        text.push_str(&paragraph("      ", &format!("{} {} ({stated})", flip.path, flip.when), width));
    }
    text
}

/// The other ways of the recommended service.
#[must_use]
pub fn other_ways(list: &[Variant], width: usize) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["path", "dropped because"]);
    for way in list {
        let path = way.path.drawn().replace('\n', "; ");
        table.row(vec![path, way.dropped.clone().unwrap_or_else(|| "kept: possible, but costlier".to_owned())]);
    }
    format!("\n  Other ways of the same service\n\n{}", table.render(Style::Plain(width)))
}
