//! What stands in each section.

mod answer;
mod cost;
mod decision;
mod grounds;
mod reproduce;
mod requirements;
mod robustness;
mod simulation;
mod why;

use super::document::{Block, Page, Section, Words};
use super::{GENERATOR, Report};
use crate::ranking::Reason;
use crate::report::record::Citations;

/// Where a chart stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Decision,
    Robustness,
    Architecture,
    Simulation,
    Comparison,
    Cost,
}

/// Where charts stand, by the names of their files. One that is not here stands at the end of the simulation.
const PLACES: [(&str, Place); 11] = [
    ("scores", Place::Decision),
    ("acceptability", Place::Robustness),
    ("architecture", Place::Architecture),
    ("latency", Place::Simulation),
    ("freshness", Place::Simulation),
    ("latencies", Place::Comparison),
    ("front", Place::Comparison),
    ("objects", Place::Comparison),
    ("bill", Place::Cost),
    ("bills", Place::Cost),
    ("volume", Place::Cost),
];

fn place_of(name: &str) -> Option<Place> {
    PLACES.iter().find(|(known, _)| *known == name).map(|(_, place)| *place)
}

/// The charts of a place, or those without one.
fn charts<'a>(report: &Report<'a>, place: Option<Place>) -> impl Iterator<Item = Block<'a>> {
    let here = report.charts.iter().filter(move |(name, _)| place_of(name) == place);
    here.map(|(name, chart)| Block::Chart { name, chart })
}

/// Sources, numbered as they are first cited.
#[derive(Debug, Default)]
struct Sources(Citations);

impl Sources {
    fn cite<'s>(&mut self, sources: impl IntoIterator<Item = &'s str>) -> Vec<usize> {
        let mut numbers: Vec<usize> = sources.into_iter().filter_map(|source| self.0.number(source)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// A reason in words, with what it rests on.
    fn reason(&mut self, reason: &Reason) -> Words {
        let facts = reason.facts.iter().map(|fact| fact.source.as_str());
        let numbers = self.cite(std::iter::once(reason.source.as_str()).chain(facts));
        Words::said(&reason.text).cited(numbers)
    }
}

/// The whole page.
pub(super) fn page<'a>(report: &Report<'a>) -> Page<'a> {
    let mut sources = Sources::default();
    let header = &report.document.header;
    let mut sections = Vec::new();
    let mut add = |id: &'static str, title: &'static str, blocks| {
        sections.push(Section { id: id.into(), title: title.into(), blocks });
    };
    add("answer", "Answer", answer::blocks(report));
    add("requirements", "Requirements as read", requirements::blocks(report));
    add("decision", "Decision", decision::blocks(report, &mut sources));
    add("why", "Why, and what would change it", why::blocks(report, &mut sources));
    add("robustness", "Robustness", robustness::blocks(report));
    add("simulation", "Simulation", simulation::blocks(report, &mut sources));
    add("cost", "Cost", cost::blocks(report, &mut sources));
    add("grounds", "Assumptions and limits", grounds::blocks(report, &mut sources));
    add("sources", "Sources", grounds::sources(report, &sources));
    add("reproduce", "Reproduce", reproduce::blocks(report));
    Page {
        title: header.scenario.title.clone(),
        kind: GENERATOR,
        place: format!("Forebay report · {} · edition {} of the catalog", header.region, header.edition.name()),
        generator: format!("{GENERATOR} {}", header.forebay_version),
        sections,
    }
}

/// The pipeline that the numbers of the page are about.
fn pipeline<'a>(report: &Report<'a>) -> Option<&'a crate::architecture::Architecture> {
    report.instead.or_else(|| Some(&report.record.decision.recommended.as_ref()?.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_nobody_knows_has_no_place_and_so_stands_at_the_end() {
        assert_eq!(place_of("bill"), Some(Place::Cost));
        assert_eq!(place_of("something-new"), None);
    }

    #[test]
    fn sources_are_numbered_once_and_in_order() {
        let mut sources = Sources::default();
        assert_eq!(sources.cite(["b", "a", "b"]), [1, 2]);
        assert_eq!(sources.cite(["a", ""]), [2]);
    }
}
