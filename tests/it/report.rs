//! `report`: one page that is whole, needs no network, and cannot be broken by what it says.

use std::collections::BTreeSet;
use std::fs;

use crate::common::{Outcome, Place, forebay, scenario};

const HOSTILE: &str = "<script>alert(1)</script>&\"' </title> `x` | *y*";

/// Elements without an end.
const VOID: [&str; 2] = ["meta", "wbr"];

/// A mark of the page: the name of its element, its attributes, whether it ends one.
struct Tag<'p> {
    name: &'p str,
    attributes: Vec<(&'p str, &'p str)>,
    ends: bool,
    alone: bool,
}

impl<'p> Tag<'p> {
    /// Reads what stands between `<` and `>`.
    fn new(text: &'p str) -> Self {
        let alone = text.ends_with('/');
        let ends = text.starts_with('/');
        let text = text.trim_matches('/');
        let (name, mut rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut attributes = Vec::new();
        while let Some((key, value)) = rest.split_once("=\"") {
            let (value, after) = value.split_once('"').expect("a quoted value");
            attributes.push((key.trim(), value));
            rest = after;
        }
        Self { name, attributes, ends, alone }
    }

    fn get(&self, key: &str) -> Option<&'p str> {
        self.attributes.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }
}

/// Every tag of a page, without what stands in its script and its style sheet.
fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").expect("a document type");
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').expect("a tag that ends") + start;
        tags.push(Tag::new(&rest[start + 1..end]));
        rest = &rest[end + 1..];
        for raw in ["script", "style"] {
            if tags.last().is_some_and(|tag| tag.name == raw && !tag.ends) {
                rest = &rest[rest.find(&format!("</{raw}>")).expect("an end")..];
            }
        }
    }
    tags
}

/// Holds a page against everything that must be so whatever it says.
#[track_caller]
fn is_sound(page: &str) {
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    let tags = tags(page);
    let mut open: Vec<&str> = Vec::new();
    for tag in &tags {
        if tag.ends {
            assert_eq!(open.pop(), Some(tag.name), "ends what is not open");
        } else if !tag.alone && !VOID.contains(&tag.name) {
            open.push(tag.name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|tag| tag.get("id")) {
        assert!(ids.insert(id), "{id} is there twice");
    }
    let named = tags.iter().flat_map(|tag| [tag.get("aria-labelledby"), tag.get("aria-describedby")]).flatten();
    let linked = tags.iter().filter_map(|tag| tag.get("href")?.strip_prefix('#'));
    for id in named.flat_map(|ids| ids.split(' ')).chain(linked) {
        assert!(ids.contains(id), "nothing has the id {id}");
    }
    let labels: Vec<&str> =
        tags.iter().filter(|tag| tag.get("role") == Some("region")).filter_map(|tag| tag.get("aria-label")).collect();
    assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), labels.len(), "two regions have one name");
    for tag in &tags {
        for (key, value) in &tag.attributes {
            let is_link = (tag.name, *key) == ("a", "href") || (tag.name, *key) == ("svg", "xmlns");
            let outside = value.contains("http://") || value.contains("https://");
            assert!(is_link || !outside || *key == "aria-label", "{} {key}={value}", tag.name);
            assert!(!["src", "srcset", "onclick", "onerror", "onload"].contains(key), "{} {key}", tag.name);
        }
        assert!(!["link", "img", "iframe", "object", "base", "form"].contains(&tag.name), "{}", tag.name);
    }
    assert_eq!(tags.iter().filter(|tag| tag.name == "script" && !tag.ends).count(), 1);
    assert_eq!(tags.iter().filter(|tag| tag.name == "h1" && !tag.ends).count(), 1);
    headings_go_down_one_by_one(&tags);
    assert!(page.contains("default-src 'none'"), "no policy");
    assert!(!page.contains("url("), "a style sheet that fetches");
}

#[track_caller]
fn headings_go_down_one_by_one(tags: &[Tag<'_>]) {
    let mut last = 0;
    for tag in tags.iter().filter(|tag| !tag.ends) {
        let Some(level) = tag.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) else { continue };
        assert!(level <= last + 1, "h{level} after h{last}");
        last = level;
    }
}

/// A report of a scenario, printed; short runs, since nothing here depends on their length.
fn page_of(args: &[&str]) -> Outcome {
    let short = ["--output", "-", "--quiet", "--replications", "2", "--horizon", "10 min"];
    forebay(&[&["report"], args, &short].concat())
}

#[test]
fn a_page_has_every_section_and_the_numbers_of_run() {
    let path = scenario("clickstream");
    let page = page_of(&[&path]);
    page.ends_with(0);
    is_sound(&page.stdout);
    for id in [
        "answer",
        "requirements",
        "decision",
        "why",
        "robustness",
        "simulation",
        "cost",
        "grounds",
        "sources",
        "reproduce",
    ] {
        assert!(page.stdout.contains(&format!("<section id=\"{id}\"")), "no section {id}");
    }
    let run = forebay(&["run", &path, "--format", "json", "--replications", "2", "--horizon", "10 min"]).json();
    let total = run["bill"]["total"].as_f64().unwrap();
    assert!(page.stdout.contains(&format!(">USD {total:.2}<")), "{total}");
    let digest = run["catalog_digest"].as_str().unwrap();
    assert!(page.stdout.contains(&format!("<code>{digest}</code>")));
    // The words that only a page without scripts must have too: what scripts add is made by them.
    let body = page.stdout.split("<body>").nth(1).unwrap();
    assert!(!body.split("<script>").next().unwrap().contains("<button"));
}

#[test]
fn a_page_says_so_where_nothing_fits() {
    let page = page_of(&[&scenario("clickstream"), "--set", "needs.destinations=[\"device\"]"]);
    page.ends_with(4);
    is_sound(&page.stdout);
    assert!(page.stdout.contains("Nothing in the catalog satisfies these requirements"));
    assert!(page.stdout.contains("The bill is unknown"));
}

#[test]
fn the_words_of_a_scenario_are_words_and_no_markup() {
    let place = Place::new();
    let text = format!(
        "format = 1\ntitle = {HOSTILE:?}\n[source]\nkind = \"clickstream\"\nsystem = \"browser\"\n\
         [needs]\ndestinations = [\"s3\"]\nfreshness = \"15 min\"\n"
    );
    place.file("h.toml", text);
    let page = place.run(&["report", "h.toml", "--output", "-", "--quiet"]);
    page.ends_with(0);
    is_sound(&page.stdout);
    let said = "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;' &lt;/title&gt; `x` | *y*";
    assert!(page.stdout.contains(&format!("<h1>{said}</h1>")), "{}", page.stdout.len());
    assert!(page.stdout.contains("Not simulated"), "there is no traffic to simulate");
    let markdown = place.run(&["report", "h.toml", "--output", "-", "--quiet", "--format", "md"]);
    assert!(!markdown.stdout.contains("<script>"));
    assert!(markdown.stdout.contains("\n# &lt;script&gt;alert(1)&lt;/script&gt;"), "{}", markdown.stdout);
}

#[test]
fn a_volume_that_is_moved_once_is_told_by_its_arithmetic() {
    let place = Place::new();
    place.file(
        "move.toml",
        "format = 1\ntitle = \"An archive\"\n[source]\nkind = \"files\"\nsystem = \"on_prem_nas\"\nprotocol = \"nfs\"\n\
         line-rate = \"125 MB/s\"\n[needs]\ndestinations = [\"s3\"]\nvolume = \"10 TB\"\ndeadline = \"2 days\"\n\
         schedule = \"one_time\"\n",
    );
    let page = place.run(&["report", "move.toml", "--output", "-", "--quiet"]);
    page.ends_with(0);
    is_sound(&page.stdout);
    assert!(page.stdout.contains("By arithmetic: "), "no arithmetic");
}

#[test]
fn a_page_of_every_kind_of_traffic_is_sound() {
    for name in ["database-cdc", "kinesis-to-lambda", "cameras"] {
        let page = page_of(&[&scenario(name)]);
        page.ends_with(0);
        is_sound(&page.stdout);
    }
}

#[test]
fn the_bytes_do_not_depend_on_threads_and_the_command_makes_them_again() {
    let place = Place::new();
    place.file("a.toml", fs::read(scenario("clickstream")).unwrap());
    let given = [
        "report",
        "a.toml",
        "--replications",
        "3",
        "--horizon",
        "1 h",
        "--set",
        "freshness=10 min",
        "--seed",
        "7",
        "--precision",
        "p99=50.1%",
    ];
    let one = place.run(&[&given[..], &["-o", "-", "--threads", "1"]].concat());
    let two = place.run(&[&given[..], &["-o", "-", "--threads", "2"]].concat());
    one.ends_with(0);
    assert!(one.stdout == two.stdout, "another number of threads, other bytes");
    let command = "forebay report a.toml --set 'freshness=10 min' --seed 7 --replications 3 --precision p99=50.1% \
                   --horizon '3600 s'";
    assert!(one.stdout.contains(&format!("<code>{command}</code>")), "not the command");
    let words = ["--set", "freshness=10 min", "--seed", "7", "--replications", "3", "--precision", "p99=50.1%"];
    let again = [&["report", "a.toml"], &words[..], &["--horizon", "3600 s"]].concat();
    place.run(&again).ends_with(0).explains(&["report.html written"]);
    assert!(fs::read_to_string(place.path("report.html")).unwrap() == one.stdout, "the command makes another page");
}

#[test]
fn a_report_replaces_a_report_and_nothing_else() {
    let place = Place::new();
    place.file(
        "a.toml",
        "format = 1\ntitle = \"A\"\n[source]\nkind = \"clickstream\"\n[needs]\ndestinations = [\"s3\"]\n",
    );
    place.run(&["report", "a.toml"]).ends_with(0).explains(&["report.html written"]);
    place.run(&["report", "a.toml", "--quiet"]).ends_with(0);
    place.run(&["report", "a.toml", "--format", "md"]).ends_with(0).explains(&["report.md written"]);
    place.run(&["report", "a.toml", "--format", "md"]).ends_with(0);
    place.file("mine.html", "<p>mine</p>");
    let refused = place.run(&["report", "a.toml", "--output", "mine.html"]);
    refused.ends_with(3).explains(&["mine.html exists already", "--force"]);
    assert_eq!(fs::read_to_string(place.path("mine.html")).unwrap(), "<p>mine</p>");
    place.run(&["report", "a.toml", "-o", "mine.html", "--force"]).ends_with(0);
    place.run(&["report", "a.toml", "-o", "no/such.html"]).ends_with(3).explains(&["there is no such folder"]);
    place.run(&["report", "a.toml", "-o", "."]).ends_with(3).explains(&["is a folder"]);
    place.run(&["report", "a.toml", "--format", "json"]).ends_with(2).explains(&["html", "md"]);
    let left: Vec<String> = place.files(".").into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, ["a.toml", "mine.html", "report.html", "report.md"]);
}
