//! The graph as source for Graphviz.

use std::fmt::Write as _;

use super::{Diagram, Edge, Node, NodeRole};
use crate::report::wrap;

/// Characters on a line of an edge's label; Graphviz breaks none itself.
const LABEL_WIDTH: usize = 28;

/// The graph in the DOT language, from the left to the right.
///
/// Shapes tell the parts apart; a dashed arrow is code of the customer's own, a thick frame the service that the decision is
/// about.
#[must_use]
pub fn dot(diagram: &Diagram) -> String {
    let mut text = String::from("digraph pipeline {\n");
    let _ =
        writeln!(text, "  graph [rankdir=LR, labelloc=t, fontname=\"Helvetica\", label={}];", quoted(&title(diagram)));
    text.push_str("  node [shape=box, margin=\"0.2,0.12\", fontname=\"Helvetica\"];\n");
    text.push_str("  edge [fontname=\"Helvetica\", fontsize=11];\n\n");
    for node in &diagram.nodes {
        let _ = writeln!(text, "  {} [{}];", quoted(&node.id), attributes(node));
    }
    if !diagram.edges.is_empty() {
        text.push('\n');
    }
    for edge in &diagram.edges {
        let _ = write!(text, "  {} -> {}", quoted(&edge.from), quoted(&edge.to));
        let attributes = edge_attributes(edge);
        let _ = if attributes.is_empty() { writeln!(text, ";") } else { writeln!(text, " [{attributes}];") };
    }
    text.push_str("}\n");
    text
}

/// The message, with what else there is to know in lines of their own.
fn title(diagram: &Diagram) -> String {
    let remarks = diagram.remarks.iter().map(|remark| format!("({remark})"));
    std::iter::once(diagram.message()).chain(remarks).collect::<Vec<_>>().join("\n")
}

fn attributes(node: &Node) -> String {
    let shape = match node.role {
        NodeRole::Source => Some("style=rounded"),
        NodeRole::FrontDoor => Some("shape=invhouse"),
        NodeRole::Transport => None,
        NodeRole::Processing => Some("shape=hexagon"),
        NodeRole::Destination => Some("peripheries=2"),
        NodeRole::Beside => Some("style=dashed"),
    };
    let settings = node.settings.iter().map(|setting| format!("{} {}", setting.name, setting.value));
    let lines = [node.name.clone(), node.kind.clone()].into_iter().chain(settings).collect::<Vec<_>>();
    let label = format!("label={}", quoted(&lines.join("\n")));
    let thick = node.primary.then(|| "penwidth=2.5".to_owned());
    let tip = node.reason.as_ref().map(|reason| format!("tooltip={}", quoted(reason)));
    [Some(label), shape.map(str::to_owned), thick, tip].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn edge_attributes(edge: &Edge) -> String {
    let texts = edge.label().into_iter().chain(edge.collected());
    let lines: Vec<String> = texts.flat_map(|text| wrap(&text, LABEL_WIDTH)).collect();
    let label = (!lines.is_empty()).then(|| format!("label={}", quoted(&lines.join("\n"))));
    let dashed = edge.needs_code.then(|| "style=dashed".to_owned());
    label.into_iter().chain(dashed).collect::<Vec<_>>().join(", ")
}

/// A string of the DOT language. A backslash begins an escape in labels, so each one is doubled; ends of lines become `\n`.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            // Graphviz reads entities in every string.
            '&' => quoted.push_str("&amp;"),
            letter if letter.is_control() => quoted.push(' '),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
