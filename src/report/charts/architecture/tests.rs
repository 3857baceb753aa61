use super::super::Chart;
use super::super::scene::Shape;
use super::*;
use crate::report::diagram::{Buffering, NodeSetting};

const LONG: &str = "Amazon Managed Streaming for Apache Kafka with provisioned brokers, tiered storage and a name that \
                    nobody would ever put into a catalog";
const ROLES: [NodeRole; 5] =
    [NodeRole::Source, NodeRole::FrontDoor, NodeRole::Transport, NodeRole::Processing, NodeRole::Destination];

/// A graph with a node for each name and these ways between them.
pub(in super::super) fn graph(names: &[&str], ends: &[(usize, usize)]) -> Diagram {
    let node = |(place, name): (usize, &&str)| Node {
        id: place.to_string(),
        name: (*name).to_owned(),
        role: ROLES[place % ROLES.len()],
        kind: "delivery stream".to_owned(),
        primary: place == 2,
        reason: None,
        settings: Vec::new(),
    };
    let edge = |(place, (from, to)): (usize, &(usize, usize))| Edge {
        from: from.to_string(),
        to: to.to_string(),
        how: (place % 4 != 3).then(|| "REST API with an AWS integration, PutRecord or PutRecordBatch".to_owned()),
        needs_code: place.is_multiple_of(2),
        precondition: None,
        buffering: (place % 3 == 2).then(|| Buffering { size: "5 MiB".to_owned(), interval: "300 s".to_owned() }),
    };
    Diagram {
        nodes: names.iter().enumerate().map(node).collect(),
        edges: ends.iter().enumerate().map(edge).collect(),
        remarks: Vec::new(),
    }
}

fn line(names: &[&str]) -> Diagram {
    let ends: Vec<(usize, usize)> = (1..names.len()).map(|to| (to - 1, to)).collect();
    graph(names, &ends)
}

/// Two sources, eight layers, eleven ends and a way past some of the layers.
fn large() -> Diagram {
    let names = [
        "web browser",
        "device",
        "API Gateway",
        "IoT Core",
        "Kinesis Data Streams",
        "Lambda",
        "Managed Flink",
        "Data Firehose",
        "S3",
        "OpenSearch",
        "Redshift",
        "Splunk",
        "EventBridge",
        "SQS",
        "SNS",
        "dashboard",
        "application",
        "ML model",
        "Glue",
        "EMR",
        "Timestream",
        "DynamoDB",
        "Snowflake",
        "MongoDB Atlas",
        "Iceberg tables",
    ];
    let ends = [
        (0, 2),
        (1, 3),
        (2, 4),
        (3, 4),
        (4, 5),
        (4, 6),
        (4, 7),
        (5, 12),
        (5, 21),
        (6, 13),
        (6, 20),
        (7, 8),
        (7, 9),
        (7, 10),
        (7, 11),
        (12, 14),
        (12, 16),
        (13, 17),
        (8, 18),
        (18, 19),
        (19, 22),
        (19, 24),
        (14, 15),
        (8, 23),
        (4, 24),
    ];
    graph(&names, &ends)
}

fn chart(diagram: Diagram) -> Chart {
    let caption = Caption {
        title: diagram.message(),
        subtitle: "The recommended pipeline. A dashed arrow needs code of your own.".to_owned(),
        footer: "Scenario clickstream.toml \u{b7} edition 2026-11 \u{b7} region eu-central-1".to_owned(),
    };
    Chart::Architecture(ArchitectureChart { caption, diagram })
}

/// What stands beside, settings in boxes, and a remark.
fn furnished() -> Diagram {
    let mut diagram = line(&["web browser", "API Gateway", "Data Firehose", "S3"]);
    let setting = |name: &str, value: &str| NodeSetting { name: name.to_owned(), value: value.to_owned() };
    diagram.nodes[2].settings = vec![setting("shards", "12"), setting("stream-read-interval", "200 ms")];
    let reason = Some("gives visitors identities and short-lived credentials; it moves no data itself".to_owned());
    let beside = Node { id: "x".to_owned(), role: NodeRole::Beside, reason, ..diagram.nodes[1].clone() };
    diagram
        .nodes
        .extend([Node { name: "Cognito".to_owned(), ..beside.clone() }, Node { name: LONG.to_owned(), ..beside }]);
    diagram.remarks = vec!["HTTPS POST needs a certificate".to_owned(), LONG.to_owned()];
    diagram
}

/// Pictures to look at and to hold against the rules of all charts.
pub(in super::super) fn pictures() -> Vec<(&'static str, Chart)> {
    let nine = ["server", "API Gateway", "SQS", "Lambda", "Data Firehose", "S3", "Glue", "Redshift", "dashboard"];
    let fork = graph(
        &["web browser", "API Gateway", "Data Firehose", "S3", "OpenSearch", "Splunk"],
        &[(0, 1), (1, 2), (2, 3), (2, 4), (2, 5)],
    );
    let circle = graph(&["device", "IoT Core", "Lambda", "device"], &[(0, 1), (1, 2), (2, 1), (2, 3), (1, 1), (3, 99)]);
    vec![
        ("architecture-line", chart(line(&["HDFS", "EMR", "S3"]))),
        ("architecture-fork", chart(fork)),
        ("architecture-furnished", chart(furnished())),
        ("architecture-long", chart(line(&nine))),
        ("architecture-large", chart(large())),
        ("architecture-names", chart(line(&[LONG; 5]))),
        ("architecture-circle", chart(circle)),
        ("architecture-one", chart(line(&["S3"]))),
        ("architecture-empty", chart(Diagram::default())),
    ]
}

#[test]
fn what_there_is_to_see_is_told_and_listed() {
    let chart = chart(furnished());
    let finding = chart.finding();
    assert!(
        finding.starts_with(
            "web browser (delivery stream) to API Gateway (delivery stream): REST API with an AWS integration, PutRecord or \
             PutRecordBatch (your code)."
        ),
        "{finding}"
    );
    assert!(finding.contains("Beside it Cognito: gives visitors") && finding.ends_with("into a catalog."), "{finding}");
    let csv = chart.to_csv();
    assert!(csv.starts_with("kind,id,name,role,to,how,needs_code,buffer_size,buffer_interval,note\n"), "{csv}");
    assert!(csv.contains("\nnode,2,Data Firehose,transport,,,,,,shards 12; stream-read-interval 200 ms\n"), "{csv}");
    assert!(csv.contains(
        "\nedge,2,,,3,\"REST API with an AWS integration, PutRecord or PutRecordBatch\",true,5 MiB,300 s,\n"
    ));
}

#[test]
fn short_pipelines_run_across_and_long_ones_down() {
    let letters = Letters::new(&Theme::light());
    let direction = |diagram: &Diagram| Plan::new(diagram, letters).direction;
    assert_eq!(direction(&line(&["a", "b", "c"])), Direction::Across);
    assert_eq!(direction(&line(&["a"; 9])), Direction::Down);
    for (name, picture) in pictures() {
        let width = picture.scene(&Theme::light()).width;
        // Eight boxes in a row need more.
        assert!(width <= WIDEST + 2.0 * MARGIN || name == "architecture-large", "{name} is {width} wide");
    }
}

#[test]
fn every_part_has_an_outline_of_its_own_within_its_box() {
    let area = Area { x: 10.0, y: 20.0, width: 120.0, height: 50.0 };
    let roles = [NodeRole::Source, NodeRole::FrontDoor, NodeRole::Transport, NodeRole::Processing];
    for role in roles {
        for (x, y) in corners(role, area, 0.0) {
            let inside = (9.999..=130.001).contains(&x) && (19.999..=70.001).contains(&y);
            assert!(inside, "{role:?}");
        }
    }
    assert_eq!(corners(NodeRole::Transport, area, 0.0).len(), 5);
    assert_eq!(corners(NodeRole::Processing, area, 0.0).len(), 6);
}

#[test]
fn dashes_go_on_round_a_corner_and_end_where_the_line_ends() {
    let mut scene = Scene::new(100.0, 100.0, Rgb(255, 255, 255));
    dashed(&mut scene, &[(0.0, 0.0), (7.0, 0.0), (7.0, 6.0)], Rgb(0, 0, 0));
    let lines: Vec<_> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Path { points, .. } => Some(points.clone()),
            _ => None,
        })
        .collect();
    // Five on, four off: the gap goes round the corner.
    assert_eq!(lines, [vec![(0.0, 0.0), (5.0, 0.0)], vec![(7.0, 2.0), (7.0, 6.0)]]);
}
