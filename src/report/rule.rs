//! The page of a rule, as the terminal and the book print it.

use crate::rules::{Rule, RuleKind};

/// What a kind of rule does, in words.
#[must_use]
pub const fn kind(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Screen => "screen: removes the service",
        RuleKind::Advise => "piece of advice: adds to a criterion or takes from it",
        RuleKind::Warn => "warning: says something without changing the answer",
        RuleKind::Path => "path: removes the service where no integration leads through it",
        RuleKind::Beside => "need: puts a service beside the pipeline",
        RuleKind::Require => "requirement: asks for a front door",
        RuleKind::Contradiction => "contradiction: names requirements that cannot all be meant",
    }
}

/// The page in Markdown.
#[must_use]
pub fn page(rule: &Rule) -> String {
    let about = if rule.kind == RuleKind::Contradiction {
        "the requirements themselves".to_owned()
    } else if rule.services.is_empty() && rule.roles.is_empty() {
        "every service that may be the answer".to_owned()
    } else if rule.services.is_empty() {
        let roles: Vec<&str> = rule.roles.iter().map(|role| super::role(*role)).collect();
        format!("every service of the role {}", roles.join(", "))
    } else {
        rule.services.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
    };
    let points = rule.points.as_ref().map_or_else(String::new, |(criterion, points)| {
        format!("\n\nIt changes the criterion `{criterion}` by {points:+} of its range.")
    });
    format!(
        "# {}\n\nA {}. It speaks of {about}.{points}\n\n## Checks\n\n{}\n\n## Looks at\n\n{}\n\n## Why it matters\n\n{}\n\n## Example\n\n{}\n\n\
         ## Says\n\n{}\n\n## Source\n\n{}\n",
        rule.id,
        kind(rule.kind),
        rule.page.checks,
        looks_at(rule),
        rule.page.why,
        rule.page.example,
        rule.reason,
        rule.page.source,
    )
}

/// The answers and the facts that a rule needs.
fn looks_at(rule: &Rule) -> String {
    let (answers, facts) = rule.looked_at();
    let coded = |names: std::collections::BTreeSet<String>| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    match (answers.is_empty(), facts.is_empty()) {
        (true, true) => "Nothing: it always holds.".to_owned(),
        (false, true) => format!("Answers of the scenario: {}.", coded(answers)),
        (true, false) => format!("Facts of the service: {}.", coded(facts)),
        (false, false) => {
            format!("Answers of the scenario: {}. Facts of the service: {}.", coded(answers), coded(facts))
        }
    }
}
