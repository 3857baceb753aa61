//! The graph for a terminal: from the top down, branches indented.

use std::collections::BTreeSet;

use super::{Diagram, Edge, Node};
use crate::report::{paragraph, wrap};

/// The least room that a label gets, however deep the branch.
const LEAST_ROOM: usize = 24;

/// The graph in lines of about `width` characters.
#[must_use]
pub fn text(diagram: &Diagram, width: usize) -> String {
    let mut drawing = Drawing { diagram, width, seen: BTreeSet::new(), text: String::new() };
    let entered: BTreeSet<&str> = diagram.edges.iter().map(|edge| edge.to.as_str()).collect();
    for start in diagram.on_the_way().filter(|node| !entered.contains(node.id.as_str())) {
        drawing.node(start, "  ");
    }
    // Whatever only a circle leads to.
    for node in diagram.on_the_way() {
        if !drawing.seen.contains(node.id.as_str()) {
            drawing.node(node, "  ");
        }
    }
    let mut text = drawing.text;
    for node in diagram.beside() {
        let reason = node.reason.as_deref().unwrap_or_default();
        text.push('\n');
        text.push_str(&paragraph("  ", &format!("beside it: {}: {reason}", node.name), width));
    }
    for remark in &diagram.remarks {
        text.push('\n');
        text.push_str(&paragraph("  ", &format!("({remark})"), width));
    }
    text
}

struct Drawing<'a> {
    diagram: &'a Diagram,
    width: usize,
    seen: BTreeSet<&'a str>,
    text: String,
}

impl<'a> Drawing<'a> {
    fn node(&mut self, node: &'a Node, indent: &str) {
        if !self.seen.insert(&node.id) {
            self.line(indent, &format!("{}, as above", node.name));
            return;
        }
        self.line(indent, &format!("{} ({})", node.name, node.kind));
        let edges: Vec<&'a Edge> = self.diagram.edges.iter().filter(|edge| edge.from == node.id).collect();
        let settings: Vec<String> =
            node.settings.iter().map(|setting| format!("{} {}", setting.name, setting.value)).collect();
        let bar = if edges.is_empty() { "  " } else { "│ " };
        if !settings.is_empty() {
            self.wrapped(indent, (bar, bar), &settings.join(", "));
        }
        let Some((last, others)) = edges.split_last() else { return };
        if others.is_empty() {
            self.edge(last, indent, ("│ ", "│ ", ""));
            return;
        }
        for edge in others {
            self.edge(edge, indent, ("├─ ", "│  ", "│  "));
        }
        self.edge(last, indent, ("└─ ", "   ", "   "));
    }

    /// An edge with its label and what it leads to. `first` and `next` begin the lines of the label, `below` the rest.
    fn edge(&mut self, edge: &'a Edge, indent: &str, (first, next, below): (&str, &str, &str)) {
        self.wrapped(indent, (first, next), &edge.words());
        let inner = format!("{indent}{below}");
        self.line(&inner, "▼");
        match self.diagram.node(&edge.to) {
            Some(node) => self.node(node, &inner),
            None => self.line(&inner, &edge.to),
        }
    }

    fn wrapped(&mut self, indent: &str, (first, next): (&str, &str), label: &str) {
        let used = indent.chars().count() + first.chars().count();
        let lines = wrap(label, self.width.saturating_sub(used).max(LEAST_ROOM));
        for (place, line) in lines.iter().enumerate() {
            self.line(indent, &format!("{}{line}", if place == 0 { first } else { next }));
        }
    }

    fn line(&mut self, indent: &str, text: &str) {
        self.text.push_str(format!("{indent}{text}").trim_end());
        self.text.push('\n');
    }
}
