//! The words around the picture.

use super::{Diagram, NodeRole};
use crate::report::charts::{ArchitectureChart, Caption, Chart};
use crate::report::pictures;
use crate::report::result::Header;

/// The graph as a chart. `recommended` is whether the decision chose this pipeline, or somebody asked for it.
#[must_use]
pub fn chart(diagram: Diagram, header: &Header, recommended: bool) -> Chart {
    let caption = Caption {
        title: diagram.message(),
        subtitle: subtitle(&diagram, recommended),
        footer: pictures::footer_of(header, None),
    };
    Chart::Architecture(ArchitectureChart { caption, diagram })
}

/// Whose pipeline it is, and how to read what occurs in the picture.
fn subtitle(diagram: &Diagram, recommended: bool) -> String {
    let primary = diagram.nodes.iter().find(|node| node.primary);
    let whose = match (primary, recommended) {
        (Some(_), true) => "The recommended pipeline; its thick frame marks the service that was chosen.".to_owned(),
        (Some(node), false) => format!("The pipeline of {}, which has the thick frame, as asked for.", node.name),
        (None, _) => "The pipeline.".to_owned(),
    };
    let code = diagram.edges.iter().any(|edge| edge.needs_code);
    let code = if code { " A dashed arrow needs code of your own." } else { "" };
    let beside = diagram.nodes.iter().any(|node| node.role == NodeRole::Beside);
    let beside = if beside { " What stands below, in a dashed frame, carries no data but is needed." } else { "" };
    format!("{whose}{code}{beside}")
}
