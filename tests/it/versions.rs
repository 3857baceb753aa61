//! An answer that is kept says which program gave it.

use crate::common::{forebay, scenario};

#[test]
fn the_version_stands_once_in_the_line_that_says_how_the_answer_was_made() {
    let clickstream = scenario("clickstream");
    let short = ["--horizon", "10 min", "--replications", "2"];
    let sweep = ["--vary", "firehose.buffer-interval=60s,300s"];
    let answers: [(&str, &[&str], &[&str], &str); 6] = [
        ("run", &short, &[], "· catalog "),
        ("simulate", &short, &[], "  seed 1 · "),
        ("cost", &short, &[], "  seed 1 · "),
        ("compare", &short, &[], "  seed 1 · "),
        ("sweep", &short, &sweep, "seed 1 · "),
        ("advise", &["--format", "adr"], &[], "- Decided for us-east-1, edition current of the catalog, digest "),
    ];
    let version = concat!("Forebay ", env!("CARGO_PKG_VERSION"));
    for (verb, args, more, line) in answers {
        let outcome = forebay(&[&[verb, clickstream.as_str()], args, more].concat());
        outcome.ends_with(0);
        // A paragraph may break anywhere between two words.
        let text = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(text.matches(version).count(), 1, "{verb}\n{}", outcome.stdout);
        assert!(text.contains(line.trim()), "{verb}\n{}", outcome.stdout);
    }
}
