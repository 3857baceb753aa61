//! Exercises: each has an answer that passes and several that do not, which its check tells apart; mistakes in exercise
//! files and in what is handed in are told with their place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::thread;

use serde_json::Value;

use crate::common::{Outcome, Place, forebay, root};

/// The shipped exercises as a folder, whose files are then checked to the last setting.
fn shipped() -> String {
    root().join("book/exercises").display().to_string()
}

fn handed_in(exercise: &str, file: &str) -> String {
    root().join("tests/exercises").join(exercise).join(file).display().to_string()
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.to_string_lossy().trim_end_matches(".toml").to_owned()).collect()
}

fn ids() -> BTreeSet<String> {
    names_in(&root().join("book/exercises"))
}

/// The files of an exercise as JSON, by name.
fn checked(exercise: &str) -> BTreeMap<String, Value> {
    let names = names_in(&root().join("tests/exercises").join(exercise));
    let files: Vec<String> = names.iter().map(|name| handed_in(exercise, &format!("{name}.toml"))).collect();
    let mut args = vec!["exercise", "check", exercise, "--format", "json"];
    args.extend(files.iter().map(String::as_str));
    let outcome = forebay(&args);
    outcome.ends_with(5);
    let list: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    names.into_iter().zip(list).collect()
}

/// What a student is told of an answer that does not pass: the parts that fail, what was found and what to think of.
fn told(answer: &Value) -> Vec<(String, Value, Value)> {
    let parts = answer["parts"].as_array().unwrap().iter().filter(|part| part["passed"] == false);
    parts.map(|part| (part["id"].to_string(), part["found"].clone(), part["missing"].clone())).collect()
}

#[test]
fn every_exercise_has_an_answer_that_passes_and_others_that_are_told_apart() {
    let ids: Vec<String> = ids().into_iter().collect();
    assert!(ids.len() >= 14, "{ids:?}");
    assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>(), names_in(&root().join("tests/exercises")));
    let judge = |ids: &[String]| ids.iter().for_each(|id| answers_are_told_apart(id));
    let (one, other) = ids.split_at(ids.len() / 2);
    thread::scope(|scope| {
        for half in [one, other] {
            scope.spawn(move || judge(half));
        }
    });
}

fn answers_are_told_apart(id: &str) {
    let answers = checked(id);
    let failing: Vec<(&String, &Value)> = answers.iter().filter(|(name, _)| *name != "passes").collect();
    assert!(failing.len() >= 2, "{id} has {} failing answers", failing.len());
    let passing = &answers["passes"];
    assert_eq!(passing["passed"], true, "{id}: {:?}", told(passing));
    assert_eq!(passing["points"], passing["points_possible"], "{id}");
    for (place, (name, answer)) in failing.iter().enumerate() {
        assert_eq!(answer["passed"], false, "{id}/{name}");
        assert!(answer["points"].as_u64() < answer["points_possible"].as_u64(), "{id}/{name}");
        let said = told(answer);
        let empty = |value: &Value| value.as_str().is_none_or(str::is_empty);
        assert!(said.iter().all(|(_, _, missing)| !empty(missing)), "{id}/{name}: {said:?}");
        for (other, another) in &failing[..place] {
            assert_ne!(said, told(another), "{id}: {name} and {other} are told the same");
        }
    }
}

/// The parts that do not pass, by file.
fn failing(exercise: &str) -> BTreeMap<String, Vec<String>> {
    let ids = |answer: &Value| told(answer).into_iter().map(|(id, ..)| id.trim_matches('"').to_owned()).collect();
    checked(exercise).iter().map(|(name, answer)| (name.clone(), ids(answer))).collect()
}

#[test]
fn a_goal_that_is_missed_and_a_task_that_was_changed_are_two_things() {
    let parts = failing("sixty-seconds-on-a-budget");
    assert_eq!(parts["passes"], [""; 0]);
    assert_eq!(parts["fails-whole-minute"], ["p99"]);
    assert_eq!(parts["fails-too-dear"], ["budget"]);
    assert_eq!(parts["fails-less-traffic"], ["task"]);
    let file = handed_in("sixty-seconds-on-a-budget", "fails-less-traffic.toml");
    let outcome = forebay(&["exercise", "check", "sixty-seconds-on-a-budget", &file]);
    outcome.ends_with(5);
    let said = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("you changed `workload.rate` from 11.57 records/s to 1.157 records/s"), "{said}");
    assert!(said.contains("it belongs to the task") && said.contains("0 of 6 points"), "{said}");
}

#[test]
fn the_same_value_in_another_unit_is_no_change_of_the_task() {
    let place = Place::new();
    let text = fs::read_to_string(handed_in("few-objects", "passes.toml")).unwrap();
    place.file("mine.toml", text.replace("freshness = \"15 min\"", "freshness = \"900 s\""));
    place.run(&["exercise", "check", "few-objects", "mine.toml"]).ends_with(0);
}

#[test]
fn a_probe_says_on_which_side_an_answer_is_off() {
    for (file, side) in
        [("fails-too-long.toml", "Your value is too long"), ("fails-too-short.toml", "Your value is too short")]
    {
        let file = handed_in("flip-of-freshness", file);
        let outcome = forebay(&["exercise", "check", "flip-of-freshness", &file]);
        outcome.ends_with(5).explains(&["forebay exercise hint flip-of-freshness"]);
        assert!(outcome.stdout.contains(side), "{}", outcome.stdout);
    }
}

#[test]
fn who_names_the_wrong_service_is_told_why_it_is_not_the_answer_and_not_which_is() {
    let file = handed_in("freshness-one-second", "fails-same-as-before.toml");
    let outcome = forebay(&["exercise", "check", "freshness-one-second", &file]);
    let winner = outcome.stdout.split("\n\n").nth(1).unwrap();
    assert!(
        winner.contains("Data Firehose is rejected") && winner.contains("[freshness-below-least-delay]"),
        "{winner}"
    );
    assert!(!winner.contains("Data Streams"), "{winner}");
}

#[test]
fn an_answer_is_judged_by_the_prices_of_the_day() {
    let place = Place::new();
    let prices = fs::read_to_string(root().join("catalog/prices/api_gateway.toml")).unwrap();
    fs::create_dir_all(place.path("house/prices")).unwrap();
    let dearer = prices.replacen("usd = \"3.5\"", "usd = \"7\"", 1);
    assert_ne!(dearer, prices);
    place.file("house/prices/api_gateway.toml", dearer);
    let file = handed_in("gather-ten", "passes.toml");
    place.run(&["exercise", "check", "gather-ten", &file]).ends_with(0);
    let outcome = place.run(&["exercise", "check", "gather-ten", &file, "--catalog", "house"]);
    outcome.ends_with(5);
    assert!(outcome.stdout.contains("too low"), "{}", outcome.stdout);
    place.file("twice.toml", fs::read_to_string(&file).unwrap().replace("95.85", "191.70"));
    place.run(&["exercise", "check", "gather-ten", "twice.toml", "--catalog", "house"]).ends_with(0);
}

#[test]
fn shipped_exercises_hold_as_those_of_a_teacher_do() {
    let outcome = forebay(&["exercise", "list", "--exercises", &shipped(), "--format", "csv"]);
    outcome.ends_with(0);
    let listed: BTreeSet<String> =
        outcome.stdout.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
    assert_eq!(listed, ids());
    let json = forebay(&["exercise", "list", "--format", "json"]).json();
    for exercise in json.as_array().unwrap() {
        let chapter = exercise["chapter"].as_str().unwrap();
        assert!(root().join(format!("book/src/{chapter}.md")).exists(), "{exercise}");
        assert!(exercise["hints"].as_u64() >= Some(2), "{exercise}");
    }
}

#[test]
fn the_file_to_start_from_is_read_back_with_every_question_open() {
    let place = Place::new();
    for id in ids() {
        let file = format!("{id}.toml");
        let written = place.run(&["exercise", "show", &id, "--write", &file]);
        written.ends_with(0);
        assert!(written.stdout.contains(&format!("forebay exercise check {id} {file}")), "{}", written.stdout);
        let outcome = place.run(&["exercise", "check", &id, &file, "--format", "json"]);
        outcome.ends_with(5);
        let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
        for part in list[0]["parts"].as_array().unwrap() {
            let open = part["kind"] != "question" || (part["answer"].is_null() && part["passed"] == false);
            assert!(open && (part["kind"] != "task" || part["passed"] == true), "{id}: {part}");
        }
    }
    let again = place.run(&["exercise", "show", "shards", "--write", "shards.toml"]);
    again.ends_with(3).explains(&["shards.toml exists already", "--force"]);
    place.run(&["exercise", "show", "shards", "--write", "shards.toml", "--force"]).ends_with(0);
}

#[test]
fn the_scenario_of_an_exercise_is_one_for_every_verb() {
    let place = Place::new();
    place.run(&["exercise", "show", "cannot-all-be-meant", "--write", "mine.toml"]).ends_with(0);
    let advice = place.run(&["advise", "mine.toml"]);
    advice.ends_with(0);
    assert!(advice.stdout.contains("rare-schedule-with-quick-data"), "{}", advice.stdout);
    let stray = fs::read_to_string(place.path("mine.toml")).unwrap().replace("exercise = ", "#");
    place.file("stray.toml", stray);
    place.run(&["advise", "stray.toml"]).ends_with(3).explains(&["unknown key `answer`"]);
}

#[test]
fn the_scenario_that_a_question_is_about_can_be_tried() {
    let place = Place::new();
    place.run(&["exercise", "show", "as-taught", "--scenario", "try.toml"]).ends_with(0);
    let advice = place.run(&["advise", "try.toml", "--edition", "2022", "--format", "json"]).json();
    assert_eq!(advice["recommended"]["primary"], "kinesis_data_streams");
    place.run(&["exercise", "check", "as-taught", "mine.toml"]).ends_with(3).explains(&["--write FILE"]);
}

#[test]
fn tasks_and_hints_are_printed_one_after_another() {
    let task = forebay(&["exercise", "show", "sixty-seconds-on-a-budget"]);
    task.ends_with(0);
    for text in ["To achieve", "99 % of the clicks are in S3 within 60 s.", "Yours to change", "--write"] {
        assert!(task.stdout.contains(text), "{text} is not in\n{}", task.stdout);
    }
    let first = forebay(&["exercise", "hint", "shards"]);
    first.ends_with(0).explains(&["forebay exercise hint shards 2"]);
    let third = forebay(&["exercise", "hint", "shards", "3"]);
    assert!(third.stderr.is_empty() && third.stdout.contains("Hint 3 of 3"), "{}{}", third.stdout, third.stderr);
    forebay(&["exercise", "hint", "shards", "4"]).ends_with(3).explains(&["3 hints", "no hint 4"]);
    forebay(&["exercise", "hint", "shards", "0"]).ends_with(3).explains(&["no hint 0"]);
    forebay(&["exercise", "show", "shard"]).ends_with(3).explains(&["no exercise `shard`", "did you mean `shards`?"]);
}

/// Checks a text as an answer to an exercise.
fn hand_in(exercise: &str, text: &str) -> Outcome {
    let place = Place::new();
    place.file("mine.toml", text);
    place.run(&["exercise", "check", exercise, "mine.toml"])
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    let text = "exercise = \"shards\"\n[answer]\nshard = 5\nhot-key = \"maybe\"\n";
    let said = hand_in("shards", text);
    said.ends_with(3).explains(&[
        "no question `shard`",
        "did you mean `shards`?",
        "mine.toml:3:1",
        "no choice `maybe`",
    ]);
    said.explains(&["mine.toml:4:11", "2 problems"]);
    let said = hand_in("flip-of-freshness", "[answer]\nflip = 5\n");
    said.ends_with(3).explains(&["an integer is no answer here", "a time, such as \"90 s\""]);
    hand_in("flip-of-freshness", "[answer]\nflip = \"5 parsec\"\n").ends_with(3).explains(&["mine.toml:2:8"]);
    hand_in("as-taught", "[answer]\nthen = \"firehoze\"\n").ends_with(3).explains(&["did you mean `firehose`?"]);
    hand_in("as-taught", "# nothing\n").ends_with(3).explains(&["no table [answer]", "--write FILE"]);
    hand_in("as-taught", "exercise = \"shards\"\n[answer]\n")
        .ends_with(3)
        .explains(&["not for the exercise `as-taught`"]);
    hand_in("as-taught", "format = 1\n[answer]\n").ends_with(3).explains(&["it asks for answers alone"]);
    hand_in("few-objects", "[answer]\n").ends_with(3).explains(&["asks for a scenario"]);
    hand_in("few-objects", "format = 1\ntitel = \"x\"\n").ends_with(3).explains(&["did you mean `title`?"]);
}

#[test]
fn a_number_without_its_unit_is_told_what_to_write() {
    for (answer, said) in [
        ("share = \"96\"", "write \"96 %\""),
        ("share = 96", "write \"96 %\""),
        ("share = \"0.96\"", "did you mean \"96 %\"?"),
        ("share = 0.96", "did you mean \"96 %\"?"),
    ] {
        hand_in("explain-the-bill", &format!("[answer]\n{answer}\n")).ends_with(3).explains(&[said]);
    }
    hand_in("size-or-interval", "[answer]\np99 = 3.6\n").ends_with(3).explains(&["write \"3.6 s\""]);
    let twice = hand_in("explain-the-bill", "[answer]\nshare = \"96\"\n").stderr;
    assert!(!twice.contains("\"96 %\" or"), "{twice}");
}

#[test]
fn a_service_is_known_by_its_names_with_its_maker_and_without() {
    for name in ["dms", "DMS", "Database Migration Service", "aws database migration service", "AWS DMS"] {
        let file = format!("[answer]\nwinner = \"{name}\"\n");
        let said = hand_in("database-source", &file);
        assert!(said.stdout.contains("winner: right"), "{name}: {}{}", said.stdout, said.stderr);
    }
    let said = hand_in("database-source", "[answer]\nwinner = \"carrier pigeons\"\n");
    said.ends_with(3).explains(&["the services are: ", "DMS (`dms`)"]);
    let near = hand_in("database-source", "[answer]\nwinner = \"Databse Migration Service\"\n");
    near.ends_with(3).explains(&["did you mean `dms`?"]);
}

/// The examples that a file to fill in gives, as answers; what has none keeps its empty place.
#[test]
fn no_example_of_a_file_to_fill_in_is_a_right_answer() {
    let place = Place::new();
    for id in ids() {
        let text = forebay(&["exercise", "show", &id, "--write", "-"]).stdout;
        let (mut filled, mut asked) = (String::new(), Vec::new());
        for line in text.lines() {
            let example = line.split_once(" = \"\"   # ").filter(|(_, says)| says.contains("such as "));
            match example {
                Some((question, says)) => {
                    let example = says.split("such as ").nth(1).unwrap();
                    filled.extend([question, " = ", example, "\n"]);
                    asked.push(question.to_owned());
                }
                None => filled.extend([line, "\n"]),
            }
        }
        if asked.is_empty() {
            continue;
        }
        place.file("mine.toml", filled);
        let outcome = place.run(&["exercise", "check", &id, "mine.toml", "--format", "json"]);
        outcome.ends_with(5);
        let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
        for part in list[0]["parts"].as_array().unwrap() {
            let name = part["id"].as_str().unwrap();
            assert!(!asked.iter().any(|id| id == name) || part["passed"] == false, "{id}: {part}");
        }
    }
}

#[test]
fn who_is_wrong_about_a_figure_is_told_how_far_and_not_what_it_is() {
    let said = hand_in("explain-the-bill", "[answer]\ndearest = \"firehose\"\ningestion = \"USD 0.42\"\n");
    said.ends_with(5);
    let text = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("your answer is too low, by a factor of about 10 (up to 5 % off is accepted)"), "{text}");
    assert!(!text.contains("4.2") || !text.contains("api_gateway"), "{text}");
    assert!(!text.contains("the bill:") && !text.contains("106"), "{text}");
}

#[test]
fn a_setting_that_cannot_be_is_not_passed_and_says_why() {
    let said = hand_in("shards", "[answer]\nshards = -3\nhot-key = \"no\"\n");
    said.ends_with(5);
    assert!(said.stdout.contains("shards"), "{}", said.stdout);
    let said = hand_in("outage", "[answer]\nlongest = \"0 s\"\n");
    assert!(said.stdout.contains("takes no time"), "{}", said.stdout);
    said.ends_with(5);
}

#[test]
fn a_class_is_judged_into_one_table_and_a_file_that_cannot_be_read_does_not_stop_it() {
    let place = Place::new();
    fs::copy(handed_in("shards", "passes.toml"), place.path("seat-1.toml")).unwrap();
    fs::copy(handed_in("shards", "fails-more-shards.toml"), place.path("seat-2.toml")).unwrap();
    place.file("seat-3.toml", "[answer\n");
    let outcome = place.run(&["exercise", "check", "shards", "seat-1.toml", "seat-2.toml", "seat-3.toml"]);
    outcome.ends_with(3).explains(&["seat-3.toml:1", "1 problem; 1 file could not be read; the others were judged."]);
    let row = |name: &str| outcome.stdout.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(row("seat-1.toml").contains("passed") && row("seat-1.toml").contains("2 of 2"), "{}", outcome.stdout);
    assert!(row("seat-2.toml").contains("not passed") && row("seat-2.toml").contains("hot-key"), "{}", outcome.stdout);
    assert!(row("seat-3.toml").contains("not readable"), "{}", outcome.stdout);
    let json = place.run(&["exercise", "check", "shards", "seat-1.toml", "seat-3.toml", "--format", "json"]);
    let list: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&list[0]["readable"], &list[1]["readable"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!((&list[1]["file"], &list[1]["passed"]), (&Value::from("seat-3.toml"), &Value::Bool(false)));
    assert!(list[1]["problems"][0]["place"].as_str().unwrap().starts_with("1:"), "{}", list[1]);
    let alone = place.run(&["exercise", "check", "shards", "seat-3.toml"]);
    alone.ends_with(3).explains(&["1 file could not be read; nothing was judged."]);
    let csv = place.run(&["exercise", "check", "shards", "seat-1.toml", "seat-2.toml", "--format", "csv"]);
    assert!(csv.stdout.starts_with("file,result,points,"), "{}", csv.stdout);
}

#[test]
fn a_sheet_has_every_task_room_and_points_and_needs_no_network() {
    let sheet = forebay(&["exercise", "sheet"]);
    sheet.ends_with(0);
    let markdown = forebay(&["exercise", "sheet", "--format", "md"]);
    let list = forebay(&["exercise", "list", "--format", "json"]).json();
    for exercise in list.as_array().unwrap() {
        let title = exercise["title"].as_str().unwrap();
        assert!(sheet.stdout.contains(&format!(">{title}</h2>")), "{title}");
        assert!(markdown.stdout.contains(&format!("## {title}")), "{title}");
    }
    assert!(sheet.stdout.contains("class=\"room\"") && sheet.stdout.contains("<tfoot>"));
    for outside in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!sheet.stdout.contains(outside), "{outside}");
    }
    let place = Place::new();
    place.run(&["exercise", "sheet", "shards", "outage", "--output", "sheet.html"]).ends_with(0);
    let shards = forebay(&["exercise", "sheet", "shards", "--format", "md"]).stdout;
    assert!(shards.contains("Scenario: hot-key") && shards.contains("workload.rate=4600 records/s"), "{shards}");
    let text = fs::read_to_string(place.path("sheet.html")).unwrap();
    assert_eq!(text.matches("<section").count(), 4);
    place.run(&["exercise", "sheet", "--output", "sheet.html"]).ends_with(3).explains(&["exists already"]);
}

/// A teacher's exercise, right but for what is replaced in it.
const OWN: &str = r#"
title = "Mine"
level = "easy"
chapter = "lecture"
minutes = 5
task = "Think."
scenario = "clickstream"

[[question]]
id = "flip"
text = "When?"
kind = "time"
missing = "Think again."
[[question.probe]]
set = ["needs.freshness={answer}"]
holds = "service == firehose"
"#;

/// Lists exercises with a teacher's file among them.
fn with_own(text: &str) -> Outcome {
    let place = Place::new();
    fs::create_dir(place.path("own")).unwrap();
    place.file("own/mine.toml", text);
    place.run(&["exercise", "list", "--exercises", "own"])
}

#[test]
fn mistakes_of_an_exercise_file_are_told_with_their_place() {
    with_own(OWN).ends_with(0);
    for (right, wrong, said) in [
        ("level =", "levle =", &["unknown key `levle`", "did you mean `level`?"][..]),
        (
            "clickstream\"",
            "clickstraem\"",
            &["no scenario `clickstraem`", "did you mean `clickstream`?", "mine.toml:7:12"],
        ),
        ("service == firehose", "service == firehoze", &["did you mean `firehose`?", "mine.toml:16:21"]),
        ("holds = \"service == firehose\"", "fires = \"no-such-rule\"", &["no rule `no-such-rule`", "mine.toml:16:9"]),
        ("holds = \"service == firehose\"", "removes = \"no-media-in-source\"", &["`on` is missing"]),
        ("holds = \"service == firehose\"", "lower = \"p99\"", &["`against` is missing"]),
        ("holds = \"service == firehose\"", "", &["0 claims are made here"]),
        ("{answer}", "{twice answer}", &["`{twice answer}` is not understood", "{0.9 answer}"]),
        ("needs.freshness={answer}", "needs.freshnes=1s", &["does not fit the scenario", "freshnes"]),
        ("[[question.probe]]\n", "figure = \"p99\"\n[[question.probe]]\n", &["expected one of `figure`"]),
        ("kind = \"time\"", "kind = \"choice\"", &["has choices if and only if"]),
        ("id = \"flip\"", "id = \"The Flip\"", &["no name for a question", "mine.toml:10:6"]),
        ("task = ", "open = [\"firehose\"]\ntask = ", &["`open` is for exercises with goals"]),
    ] {
        let text = OWN.replace(right, wrong);
        assert_ne!(text, OWN, "{right}");
        with_own(&text).ends_with(3).explains(said);
    }
    let figure = "figure = \"p99\"\nwithin = \"5 %\"\n";
    let with_figure = |figure: &str| OWN.split("[[question.probe]]").next().unwrap().to_owned() + figure;
    with_own(&with_figure(figure)).ends_with(0);
    with_own(&with_figure("figure = \"p98\"\nwithin = \"5 %\"\n"))
        .ends_with(3)
        .explains(&["no figure is called `p98`"]);
    with_own(&with_figure("figure = \"cost\"\nwithin = \"5 %\"\n")).ends_with(3).explains(&["measured in USD"]);
    with_own(&with_figure("figure = \"p99\"\n")).ends_with(3).explains(&["`within` is missing"]);
    with_own(&with_figure("figure = \"p99\"\nwithin = \"near\"\n"))
        .ends_with(3)
        .explains(&["`within` is not understood"]);
    let none = OWN.split("[[question]]").next().unwrap();
    with_own(none).ends_with(3).explains(&["no [[question]] and no [[goal]]"]);
}

#[test]
fn all_mistakes_of_an_exercise_file_are_told_at_once() {
    let text = OWN
        .replace("\"easy\"", "\"quite easy\"")
        .replace("\"lecture\"", "\"buffers\"")
        .replace("clickstream\"", "clickstream\"\nset = [\"needs.freshnes=1s\", \"simulation.seed=2\"]")
        .replace("service == firehose", "p99 =< 60 s")
        + "\n[[question]]\nid = \"how-much\"\ntext = \"?\"\nkind = \"time\"\nmissing = \"-\"\n\
           figure = \"p98\"\nwithin = \"near\"\n\
           [[goal]]\nid = \"g\"\ntext = \"-\"\nmissing = \"-\"\nholds = \"p99 < 1 parsec\"\n";
    let text = text.replace("task = ", "open = [\"workload.records-per-requests\", \"firehose\"]\ntask = ");
    let outcome = with_own(&text);
    outcome.ends_with(3).explains(&[
        "mine.toml:3:9",
        "the book has no page `buffers`",
        "did you mean `buffering`?",
        "mine.toml:4:11",
        "a scenario has no key `workload.records-per-requests`",
        "did you mean `workload.records-per-request`?",
        "mine.toml:6:9",
        "unknown key `freshnes`",
        "mine.toml:9:8",
        "write `<=`",
        "no figure is called `p98`",
        "`within` is not understood",
        "parsec",
        "8 problems",
    ]);
    assert!(!outcome.stderr.contains("clickstream.toml:"), "{}", outcome.stderr);
    let short = OWN.replace("clickstream\"", "clickstream\"\nset = [\"freshness=1s\"]");
    with_own(&short).ends_with(3).explains(&["mine.toml:8:8", "write the whole path: `needs.freshness`"]);
    let value = OWN.replace("clickstream\"", "clickstream\"\nset = [\"needs.freshness=1 parsec\"]");
    with_own(&value).ends_with(3).explains(&["mine.toml:8:8", "parsec"]);
}

#[test]
fn what_to_type_next_names_the_folder_of_a_teachers_exercise() {
    let place = Place::new();
    fs::create_dir(place.path("own")).unwrap();
    place.file("own/mine.toml", OWN.replace("task =", "hints = [\"One\", \"Two\"]\ntask ="));
    let run = |args: &[&str]| place.run(&[args, &["--exercises", "own"]].concat());
    let shown = run(&["exercise", "show", "mine"]).stdout;
    assert_eq!(shown.matches("--exercises own").count(), 4, "{shown}");
    let written = run(&["exercise", "show", "mine", "--write", "a.toml"]).stdout;
    assert!(written.contains("forebay exercise check mine a.toml --exercises own"), "{written}");
    let file = fs::read_to_string(place.path("a.toml")).unwrap();
    assert!(file.contains("forebay exercise check mine FILE --exercises own"), "{file}");
    run(&["exercise", "check", "mine", "a.toml"])
        .ends_with(5)
        .explains(&["forebay exercise hint mine --exercises own   helps"]);
    run(&["exercise", "hint", "mine"]).explains(&["forebay exercise hint mine 2 --exercises own   says more"]);
    run(&["exercise", "list"]).explains(&["forebay exercise show EXERCISE --exercises own"]);
    let sheet = run(&["exercise", "sheet", "mine", "--format", "md"]).stdout;
    assert_eq!(sheet.matches("--exercises own").count(), 2, "{sheet}");
    assert!(!run(&["exercise", "show", "shards"]).stdout.contains("--exercises"));
}

#[test]
fn a_file_in_a_folder_that_is_not_there_says_to_make_the_folder() {
    let place = Place::new();
    let said = ["there is no folder scenarios", "mkdir -p scenarios"];
    place.run(&["init", "scenarios/x.toml", "--example", "w1"]).ends_with(3).explains(&said);
    place.run(&["exercise", "show", "shards", "--write", "scenarios/x.toml"]).ends_with(3).explains(&said);
}

#[test]
fn a_teacher_adds_exercises_with_scenarios_of_their_own_and_replaces_shipped_ones() {
    let place = Place::new();
    fs::create_dir_all(place.path("own/scenarios")).unwrap();
    fs::copy(root().join("scenarios/cameras.toml"), place.path("own/scenarios/farm.toml")).unwrap();
    let own = OWN.replace("\"clickstream\"", "\"scenarios/farm.toml\"").replace("firehose", "kinesis_video_streams");
    place.file("own/farm.toml", own);
    place.file("own/shards.toml", OWN);
    place.file("answer.toml", "[answer]\nflip = \"5 s\"\n");
    place.run(&["exercise", "check", "farm", "answer.toml", "--exercises", "own"]).ends_with(0);
    let list = place.run(&["exercise", "list", "--exercises", "own"]).stdout;
    assert!(list.lines().any(|line| line.contains("shards") && line.contains("Mine")), "{list}");
    assert!(!list.contains("How many shards?"), "{list}");
    place.run(&["exercise", "list", "--exercises", "none"]).ends_with(3).explains(&["none cannot be read"]);
    fs::create_dir(place.path("empty")).unwrap();
    place.run(&["exercise", "list", "--exercises", "empty"]).ends_with(3).explains(&["no exercise in empty"]);
}

#[test]
fn what_check_prints_as_json_keeps_to_its_schema() {
    let schema = forebay(&["schema", "checked"]).json();
    let file = handed_in("shards", "passes.toml");
    let list = forebay(&["exercise", "check", "shards", &file, "--format", "json"]).json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    assert_eq!(keys(&schema["properties"]), keys(&list[0]));
    assert_eq!(keys(&schema["$defs"]["Part"]["properties"]), keys(&list[0]["parts"][0]));
    assert!(forebay(&["schema", "exercise"]).json()["properties"]["task"].is_object());
}
