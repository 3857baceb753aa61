use proptest::prelude::*;

use super::*;

fn node(id: &str, name: &str, role: NodeRole) -> Node {
    Node {
        id: id.to_owned(),
        name: name.to_owned(),
        role,
        kind: role.word().to_owned(),
        primary: role == NodeRole::Transport,
        reason: (role == NodeRole::Beside).then(|| "lends visitors credentials".to_owned()),
        settings: Vec::new(),
    }
}

fn edge(from: &str, to: &str, how: Option<&str>, needs_code: bool) -> Edge {
    let how = how.map(str::to_owned);
    Edge { from: from.to_owned(), to: to.to_owned(), how, needs_code, precondition: None, buffering: None }
}

/// A browser, a front door, a stream, two destinations, and something beside.
fn forked() -> Diagram {
    let buffering = Some(Buffering { size: "5 MiB".to_owned(), interval: "300 s".to_owned() });
    Diagram {
        nodes: vec![
            node("browser", "web browser", NodeRole::Source),
            node("api", "API Gateway", NodeRole::FrontDoor),
            node("firehose", "Data Firehose", NodeRole::Transport),
            node("s3", "S3", NodeRole::Destination),
            node("application", "application", NodeRole::Destination),
            node("cognito", "Cognito", NodeRole::Beside),
        ],
        edges: vec![
            edge("browser", "api", Some("HTTPS POST"), true),
            edge("api", "firehose", None, false),
            Edge { buffering, ..edge("firehose", "s3", Some("destination"), false) },
            edge("firehose", "application", None, true),
        ],
        remarks: vec!["HTTPS POST needs a certificate".to_owned()],
    }
}

#[test]
fn the_message_names_where_data_ends_up_and_through_what() {
    let mut diagram = forked();
    assert_eq!(diagram.message(), "Data reaches S3 and the application through API Gateway and Data Firehose");
    assert_eq!(Diagram::default().message(), "Nothing is on the way");
    diagram.edges.retain(|edge| edge.from == "browser");
    diagram.nodes.truncate(2);
    assert_eq!(diagram.message(), "Data reaches API Gateway directly");
    let many: Vec<Node> =
        (0..7).map(|place| node(&place.to_string(), &format!("S{place}"), NodeRole::Transport)).collect();
    let edges = (0..6).map(|place: usize| edge(&place.to_string(), &(place + 1).to_string(), None, false)).collect();
    let long = Diagram { nodes: many, edges, remarks: Vec::new() };
    assert_eq!(long.message(), "Data reaches S6 through 6 services, S0 to S5");
    let mut circle = forked();
    circle.edges.extend([edge("s3", "api", None, false), edge("application", "api", None, false)]);
    assert_eq!(circle.message(), "Data passes API Gateway, Data Firehose, S3 and application");
}

#[test]
fn a_terminal_shows_the_trunk_downwards_and_branches_indented() {
    assert_eq!(
        text(&forked(), 80),
        "  web browser (source)
  │ HTTPS POST (your code)
  ▼
  API Gateway (front door)
  │
  ▼
  Data Firehose (transport)
  ├─ destination; buffers 5 MiB or 300 s
  │  ▼
  │  S3 (destination)
  └─ your code
     ▼
     application (destination)

  beside it: Cognito: lends visitors credentials

  (HTTPS POST needs a certificate)
"
    );
}

#[test]
fn a_circle_in_a_terminal_ends_where_it_was_before() {
    let mut diagram = forked();
    diagram.edges.push(edge("s3", "api", None, false));
    assert!(text(&diagram, 80).contains("  │  S3 (destination)\n  │  │\n  │  ▼\n  │  API Gateway, as above\n"));
    diagram.edges.push(edge("application", "browser", None, false));
    assert!(text(&diagram, 80).starts_with("  web browser (source)\n"), "a circle without a start is drawn too");
}

#[test]
fn dot_has_a_line_for_each_node_and_edge() {
    assert_eq!(
        dot(&forked()),
        r#"digraph pipeline {
  graph [rankdir=LR, labelloc=t, fontname="Helvetica", label="Data reaches S3 and the application through API Gateway and Data Firehose\n(HTTPS POST needs a certificate)"];
  node [shape=box, margin="0.2,0.12", fontname="Helvetica"];
  edge [fontname="Helvetica", fontsize=11];

  "browser" [label="web browser\nsource", style=rounded];
  "api" [label="API Gateway\nfront door", shape=invhouse];
  "firehose" [label="Data Firehose\ntransport", penwidth=2.5];
  "s3" [label="S3\ndestination", peripheries=2];
  "application" [label="application\ndestination", peripheries=2];
  "cognito" [label="Cognito\nbeside it", style=dashed, tooltip="lends visitors credentials"];

  "browser" -> "api" [label="HTTPS POST (your code)", style=dashed];
  "api" -> "firehose";
  "firehose" -> "s3" [label="destination\nbuffers 5 MiB or 300 s"];
  "firehose" -> "application" [label="your code", style=dashed];
}
"#
    );
}

#[test]
fn mermaid_has_a_line_for_each_node_and_edge() {
    assert_eq!(
        mermaid(&forked()),
        r#"flowchart LR
  accTitle: Data reaches S3 and the application through API Gateway and Data Firehose
  n1(["web browser<br/>source"])
  n2[/"API Gateway<br/>front door"\]
  n3["Data Firehose<br/>transport"]
  n4[["S3<br/>destination"]]
  n5[["application<br/>destination"]]
  n6["Cognito<br/>beside it<br/>lends visitors credentials"]
  n1 -.->|"HTTPS POST (your code)"| n2
  n2 --> n3
  n3 -->|"destination<br/>buffers 5 MiB or 300 s"| n4
  n3 -.->|"your code"| n5
  classDef chosen stroke-width:3px
  class n3 chosen
  classDef beside stroke-dasharray:5 4
  class n6 beside
"#
    );
}

const NASTY: &str = "a \"b\" \\ c\\N <d> ]} | #35; &lt; `e` *f* _g_\n\u{7}end; %% --> h";

fn nasty() -> Diagram {
    let mut diagram = forked();
    for node in &mut diagram.nodes {
        node.name = NASTY.to_owned();
        node.reason = node.reason.as_ref().map(|_| NASTY.to_owned());
    }
    for edge in &mut diagram.edges {
        edge.how = Some(NASTY.to_owned());
    }
    diagram
}

/// The quoted strings of a text in which a backslash escapes within quotes, and what is left without them.
fn strings(text: &str, escape: Option<char>) -> (Vec<String>, String) {
    let (mut strings, mut rest, mut open) = (Vec::new(), String::new(), None::<String>);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (&mut open, letter) {
            (Some(_), '"') => strings.extend(open.take()),
            (Some(string), letter) if Some(letter) == escape => {
                string.push(letter);
                string.extend(letters.next());
            }
            (Some(string), letter) => string.push(letter),
            (None, '"') => open = Some(String::new()),
            (None, letter) => rest.push(letter),
        }
    }
    assert!(open.is_none(), "a string does not end in\n{text}");
    (strings, rest)
}

#[test]
fn texts_are_escaped_for_graphviz() {
    let (found, rest) = strings(&dot(&nasty()), Some('\\'));
    let (_, usual) = strings(&dot(&forked()), Some('\\'));
    assert_eq!(rest.matches("->").count(), usual.matches("->").count(), "{rest}");
    assert!(!rest.contains("%%") && !rest.contains('\\'), "{rest}");
    let escaped = "a \\\"b\\\" \\\\ c\\\\N <d> ]} | #35; &amp;lt; `e` *f* _g_\\n end; %% --> h\\n";
    assert!(found.iter().any(|string| string.contains(escaped)), "{found:?}");
    assert!(found.iter().all(|string| !string.contains(char::is_control)), "{found:?}");
}

#[test]
fn texts_are_escaped_for_mermaid() {
    let (found, rest) = strings(&mermaid(&nasty()), None);
    assert!(!rest.contains('#'), "{rest}");
    let line =
        "a #quot;b#quot; #92; c#92;N #lt;d#gt; ]} | #35;35; #amp;lt; #96;e#96; #42;f#42; #95;g#95;  end; %% --#gt; h";
    assert!(found.iter().any(|string| string.contains(line)), "{found:?}");
    // One line a statement, whatever the texts hold.
    assert_eq!(mermaid(&nasty()).lines().count(), mermaid(&forked()).lines().count());
}

#[test]
fn a_document_names_its_service_and_repeats_the_message() {
    let diagram = forked();
    let json = serde_json::to_value(&diagram).unwrap();
    assert_eq!(json["nodes"][2]["role"], "transport");
    assert_eq!(json["edges"][2]["buffering"]["size"], "5 MiB");
    assert!(json["edges"][1]["how"].is_null() && json["edges"][1]["buffering"].is_null());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_texts_keep_their_quotes(names in prop::collection::vec(".{0,40}", 1..8)) {
        let mut diagram = forked();
        for (node, name) in diagram.nodes.iter_mut().zip(&names) {
            node.name.clone_from(name);
        }
        for (edge, name) in diagram.edges.iter_mut().zip(&names) {
            edge.how = Some(name.clone());
        }
        let (_, rest) = strings(&dot(&diagram), Some('\\'));
        let (_, usual) = strings(&dot(&forked()), Some('\\'));
        // Only where a label is new does anything outside of the quotes change.
        prop_assert_eq!(rest.lines().count(), usual.lines().count());
        prop_assert_eq!(rest.matches("->").count(), 4);
        strings(&mermaid(&diagram), None);
        prop_assert!(text(&diagram, 80).lines().count() >= 14);
    }
}
