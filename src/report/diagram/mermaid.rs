//! The graph as source for Mermaid, which Markdown viewers draw.

use std::fmt::Write as _;

use super::{Diagram, Edge, Node, NodeRole};

/// The graph as a flowchart in the language of Mermaid, from the left to the right.
///
/// Nodes are numbered, since words such as `end` cannot be ids there. A dotted arrow is code of the customer's own, a thick
/// frame the service that the decision is about.
#[must_use]
pub fn mermaid(diagram: &Diagram) -> String {
    let mut text = String::from("flowchart LR\n");
    let _ = writeln!(text, "  accTitle: {}", plain(&diagram.message()));
    for (place, node) in diagram.nodes.iter().enumerate() {
        let _ = writeln!(text, "  {}{}", id(place), shape(node));
    }
    let place = |id: &str| diagram.nodes.iter().position(|node| node.id == id);
    for edge in &diagram.edges {
        if let (Some(from), Some(to)) = (place(&edge.from), place(&edge.to)) {
            let _ = writeln!(text, "  {} {}{} {}", id(from), arrow(edge), label(edge), id(to));
        }
    }
    let places = |of: fn(&Node) -> bool| {
        let found = diagram.nodes.iter().enumerate().filter(|(_, node)| of(node));
        found.map(|(place, _)| id(place)).collect::<Vec<_>>().join(",")
    };
    for (name, style, nodes) in [
        ("chosen", "stroke-width:3px", places(|node| node.primary)),
        ("beside", "stroke-dasharray:5 4", places(|node| node.role == NodeRole::Beside)),
    ] {
        if !nodes.is_empty() {
            let _ = writeln!(text, "  classDef {name} {style}\n  class {nodes} {name}");
        }
    }
    text
}

fn id(place: usize) -> String {
    format!("n{}", place + 1)
}

fn shape(node: &Node) -> String {
    let (open, close) = match node.role {
        NodeRole::Source => ("([", "])"),
        NodeRole::FrontDoor => ("[/", "\\]"),
        NodeRole::Transport | NodeRole::Beside => ("[", "]"),
        NodeRole::Processing => ("{{", "}}"),
        NodeRole::Destination => ("[[", "]]"),
    };
    let settings = node.settings.iter().map(|setting| format!("{} {}", setting.name, setting.value));
    let lines = [node.name.clone(), node.kind.clone()].into_iter().chain(settings).chain(node.reason.clone());
    format!("{open}{}{close}", quoted(lines))
}

const fn arrow(edge: &Edge) -> &'static str {
    if edge.needs_code { "-.->" } else { "-->" }
}

fn label(edge: &Edge) -> String {
    let lines: Vec<String> = edge.label().into_iter().chain(edge.collected()).collect();
    if lines.is_empty() { String::new() } else { format!("|{}|", quoted(lines.into_iter())) }
}

/// A quoted text of lines.
fn quoted(lines: impl Iterator<Item = String>) -> String {
    format!("\"{}\"", lines.map(|line| escaped(&line)).collect::<Vec<_>>().join("<br/>"))
}

/// Within quotes, Mermaid reads `#NAME;` as a character; everything that it or HTML could read as a sign is written so.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '&' => escaped.push_str("#amp;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            // Signs of Markdown, in which newer versions set labels.
            '`' | '*' | '_' | '\\' => {
                let _ = write!(escaped, "#{};", u32::from(letter));
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A title ends with its line, a semicolon or a number sign, and knows no escapes.
fn plain(text: &str) -> String {
    let plain = |letter: char| match letter {
        '"' => '\'',
        ';' | '#' => ' ',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    text.chars().map(plain).collect()
}
