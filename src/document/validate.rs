//! Holds a document against the JSON schema of its Rust type.
//!
//! The schema is generated from the same types that are read afterwards, so key names, kinds, units, allowed words and
//! documentation live in one place. Everything that is wrong is reported in one run, each with its place, the nearest
//! name and what to type. The values that pass come back by path, typed, for whoever looks answers up by name.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{Document, Item, Node, Table};
use crate::diag::{Diagnostic, Problems, suggest};
use crate::source::Span;
use crate::units::{ByteRate, Quantity, RecordRate, Share, SimDuration, UnitError, UnitProblem, Usd};
use crate::value::Value;

/// A value that a document states, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// The typed value.
    pub value: Value,
    /// Its place.
    pub span: Span,
}

/// Checks `document` against `schema` and returns what it states, by dotted path. Elements of lists of tables are not
/// returned, only checked.
pub fn validate(document: &Document, schema: &Json, problems: &mut Problems) -> BTreeMap<String, Stated> {
    let mut walker = Walker { definitions: schema.get("$defs"), problems, stated: BTreeMap::new() };
    walker.table(&document.root, schema, "", document.span);
    walker.stated
}

/// Checks one value against a part of a schema, whose definitions are those of `schema`; `path` is how to call it.
pub(crate) fn validate_value(item: &Item, part: &Json, schema: &Json, path: &str, problems: &mut Problems) {
    let mut walker = Walker { definitions: schema.get("$defs"), problems, stated: BTreeMap::new() };
    walker.item(item, part, path);
}

/// Marks a quantity in a schema that must not be zero.
const ABOVE_ZERO: &str = "x-above-zero";

/// Whether a text is a quantity of nothing.
fn is_nothing(text: &str, shapes: &[&Json]) -> bool {
    let formats = shapes.iter().filter_map(|shape| shape.get("format").and_then(Json::as_str));
    formats.filter_map(|format| quantity(format, text).ok()).any(|value| match value {
        Value::Duration(duration) => duration == SimDuration::ZERO,
        Value::Size(size) => size.get() == 0,
        _ => false,
    })
}

struct Walker<'a> {
    definitions: Option<&'a Json>,
    problems: &'a mut Problems,
    stated: BTreeMap<String, Stated>,
}

impl<'a> Walker<'a> {
    /// Follows `$ref`.
    fn resolve(&self, schema: &'a Json) -> &'a Json {
        let name = schema.get("$ref").and_then(Json::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
        name.and_then(|name| self.definitions?.get(name)).unwrap_or(schema)
    }

    /// The alternatives a value may follow, without `null` (which only says that a key may be absent).
    fn branches(&self, schema: &'a Json) -> Vec<&'a Json> {
        let schema = self.resolve(schema);
        for key in ["anyOf", "oneOf"] {
            if let Some(list) = schema.get(key).and_then(Json::as_array) {
                let real = list.iter().filter(|branch| branch.get("type").and_then(Json::as_str) != Some("null"));
                return real.flat_map(|branch| self.branches(branch)).collect();
            }
        }
        vec![schema]
    }

    fn item(&mut self, item: &Item, schema: &'a Json, path: &str) {
        let branches = self.branches(schema);
        if branches.iter().any(|branch| branch.as_bool() == Some(true) || is_open(branch)) {
            return self.state(path, free_value(&item.node), item.span);
        }
        let matching: Vec<&Json> = branches.iter().copied().filter(|branch| accepts(branch, &item.node)).collect();
        match (&item.node, matching.as_slice()) {
            (Node::Text(text) | Node::Date(text), [_, ..]) => {
                if let Some(ends) = Value::interval_ends(text).filter(|_| branches.iter().any(|shape| measures(shape)))
                {
                    return self.interval(ends, item.span, &branches, path);
                }
                let matching: Vec<&Json> = matching.into_iter().filter(|shape| interval_of(shape).is_none()).collect();
                if matching.is_empty() {
                    return self.wrong_kind(&item.node, item.span, &branches, path);
                }
                if schema.get(ABOVE_ZERO).is_some() && is_nothing(text, &matching) {
                    return self.zero(text, item.span, path);
                }
                self.text(text, item.span, &matching, path);
            }
            (Node::Table(table), [_, ..]) => self.one_table(table, item.span, &matching, path),
            (Node::List(items), [schema, ..]) => self.list(items, item.span, schema, path),
            (node, [schema, ..]) => self.number_or_flag(node, item.span, schema, path),
            (node, []) => self.wrong_kind(node, item.span, &branches, path),
        }
    }

    fn state(&mut self, path: &str, value: Option<Value>, span: Span) {
        if let Some(value) = value
            && !path.contains('[')
        {
            self.stated.insert(path.to_owned(), Stated { value, span });
        }
    }

    fn table(&mut self, table: &Table, schema: &'a Json, path: &str, span: Span) {
        let properties = schema.get("properties").and_then(Json::as_object);
        for (key, key_span, item) in &table.entries {
            let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let child = properties.and_then(|known| known.get(key)).or_else(|| additional(schema));
            match child {
                Some(child) => self.item(item, child, &inner),
                None => self.unknown_key(key, *key_span, path, properties),
            }
        }
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        for key in required.filter(|key| table.get(key).is_none()) {
            self.missing_key(key, path, span, properties.and_then(|known| known.get(key)));
        }
    }

    fn unknown_key(&mut self, key: &str, span: Span, path: &str, known: Option<&'a Map<String, Json>>) {
        let place = if path.is_empty() { "at the top".to_owned() } else { format!("in [{path}]") };
        let names: Vec<&str> = known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let help = suggest(key, &names, "the keys here are");
        let problem = Diagnostic::error("unknown-key", format!("unknown key `{key}` {place}"));
        self.problems.push(problem.at(span, "not a key of this table").help(help));
    }

    fn missing_key(&mut self, key: &str, path: &str, span: Span, schema: Option<&'a Json>) {
        let place = if path.is_empty() { "at the top".to_owned() } else { format!("in [{path}]") };
        let schema = schema.map(|schema| self.resolve(schema));
        let example = schema.and_then(example).unwrap_or_else(|| "...".to_owned());
        let problem = Diagnostic::error("missing-key", format!("`{key}` is missing {place}"));
        self.problems.push(problem.at(span, "needed here").help(format!("add `{key} = {example}`")));
    }

    /// A table that may follow one of several shapes, told apart by the key that names the shape.
    fn one_table(&mut self, table: &Table, span: Span, shapes: &[&'a Json], path: &str) {
        if let [shape] = shapes {
            return self.table(table, shape, path, span);
        }
        let named = |shape: &&&Json| {
            let required = shape.get("required").and_then(Json::as_array);
            required.is_some_and(|keys| keys.iter().filter_map(Json::as_str).any(|key| table.get(key).is_some()))
        };
        let meant: Vec<&&Json> = shapes.iter().filter(named).collect();
        if let [shape] = meant.as_slice() {
            return self.table(table, shape, path, span);
        }
        let names: Vec<&str> =
            shapes.iter().filter_map(|shape| shape["required"].as_array()?.first()?.as_str()).collect();
        let typed = table.entries.first();
        let message = format!("`{}` must name one of its kinds", last(path));
        let (span, label, help) = match (typed, meant.is_empty()) {
            (_, false) => (span, "more than one is named", suggest("", &names, "keep one of")),
            (None, _) => (span, "none is named", suggest("", &names, "one of")),
            (Some((key, span, _)), _) => (*span, "no kind has this name", suggest(key, &names, "one of")),
        };
        self.problems.push(Diagnostic::error("unknown-kind", message).at(span, label).help(help));
    }

    fn list(&mut self, items: &[Item], span: Span, schema: &'a Json, path: &str) {
        let Some(element) = schema.get("items") else { return };
        let before = self.problems.error_count();
        for (index, item) in items.iter().enumerate() {
            self.item(item, element, &format!("{path}[{index}]"));
        }
        let words: Option<Vec<String>> = items
            .iter()
            .map(|item| match &item.node {
                Node::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect();
        if self.problems.error_count() == before {
            self.state(path, words.map(Value::Words), span);
        }
    }

    fn text(&mut self, text: &str, span: Span, shapes: &[&'a Json], path: &str) {
        let words: Vec<&str> = shapes.iter().flat_map(|shape| words_of(shape)).collect();
        if words.contains(&text) {
            return self.state(path, Some(Value::Text(text.to_owned())), span);
        }
        let formats = shapes.iter().filter_map(|shape| shape.get("format").and_then(Json::as_str));
        let mut first_error = None;
        for format in formats {
            match quantity(format, text) {
                Ok(value) => return self.state(path, Some(value), span),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match first_error {
            Some(error) if !words.is_empty() && error.problem == UnitProblem::NotANumber => {
                self.unknown_word(text, span, &words, path, Some(&error));
            }
            Some(error) => self.unit_error(&error, span, path, ""),
            None if words.is_empty() => self.state(path, Some(Value::Text(text.to_owned())), span),
            None => self.unknown_word(text, span, &words, path, None),
        }
    }

    /// A quantity between two ends, where the schema allows it.
    fn interval(&mut self, (low, high): (&str, &str), span: Span, branches: &[&'a Json], path: &str) {
        let kinds: Vec<&str> = branches.iter().filter_map(|shape| interval_of(shape)).collect();
        let name = last(path);
        if kinds.is_empty() {
            let problem = Diagnostic::error("interval", format!("`{name}` takes one value, not an interval"));
            let problem = problem.at(span, "an interval has no place here");
            return self.problems.push(problem.help("intervals are for requirements, in [source] and [needs]"));
        }
        let mut first_error = None;
        for kind in kinds {
            let end = |text: &str| if kind == "count" { count(text, branches) } else { quantity(kind, text) };
            match end(low).and_then(|low| Ok((low, end(high)?))) {
                Ok((low_end, high_end)) => match Value::between(low_end, high_end) {
                    Some(value) => return self.state(path, Some(value), span),
                    None => {
                        let problem = Diagnostic::error("interval", format!("`{name}` begins above its end"));
                        let problem = problem.at(span, "the lesser end comes first");
                        return self.problems.push(problem.help(format!("write \"{high} .. {low}\"")));
                    }
                },
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        if let Some(error) = first_error {
            self.unit_error(&error, span, path, "at both ends of an interval; ");
        }
    }

    fn zero(&mut self, text: &str, span: Span, path: &str) {
        let problem = Diagnostic::error("zero", format!("`{}` must be above zero", last(path)));
        self.problems.push(problem.at(span, format!("`{text}` is nothing")));
    }

    fn unknown_word(&mut self, text: &str, span: Span, words: &[&str], path: &str, unit: Option<&UnitError>) {
        let message = format!("`{text}` is not a value of `{}`", last(path));
        let problem = Diagnostic::error("unknown-value", message).at(span, "expected another word");
        let problem = problem.help(suggest(text, words, "the values are"));
        self.problems.push(match unit {
            Some(unit) => problem.help(format!("or {}, {}", unit.expected, unit.help)),
            None => problem,
        });
    }

    fn unit_error(&mut self, error: &UnitError, span: Span, path: &str, found: &str) {
        let (code, message) = match &error.problem {
            UnitProblem::MissingUnit => ("unit-missing", format!("`{}` needs a unit", last(path))),
            UnitProblem::UnknownUnit(_) => ("unit-unknown", error.message()),
            UnitProblem::Negative => ("negative", format!("`{}` must not be negative", last(path))),
            UnitProblem::Zero => ("zero", format!("`{}` must be above zero", last(path))),
            UnitProblem::OutOfRange => ("out-of-range", error.message()),
            UnitProblem::NotANumber => ("not-a-quantity", format!("`{}` is not {}", last(path), error.expected)),
        };
        let label = format!("{found}expected {}", error.expected);
        self.problems.push(Diagnostic::error(code, message).at(span, label).help(error.help.clone()));
    }

    fn number_or_flag(&mut self, node: &Node, span: Span, schema: &'a Json, path: &str) {
        let number = match node {
            Node::Integer(integer) => *integer as f64,
            Node::Float(float) => *float,
            Node::Flag(flag) => return self.state(path, Some(Value::Flag(*flag)), span),
            _ => return self.state(path, free_value(node), span),
        };
        let bound = |key: &str| schema.get(key).and_then(Json::as_f64);
        let too_low = bound("minimum").filter(|low| number < *low).map(|low| format!("at least {low}"));
        let not_above = bound("exclusiveMinimum").filter(|low| number <= *low).map(|low| format!("above {low}"));
        let too_high = bound("maximum").filter(|high| number > *high).map(|high| format!("at most {high}"));
        let not_finite = (!number.is_finite()).then(|| "a finite number".to_owned());
        match too_low.or(not_above).or(too_high).or(not_finite) {
            None => self.state(path, Some(Value::Number(number)), span),
            Some(expected) => {
                let message = format!("`{}` must be {expected}", last(path));
                self.problems.push(Diagnostic::error("out-of-range", message).at(span, format!("expected {expected}")));
            }
        }
    }

    fn wrong_kind(&mut self, node: &Node, span: Span, branches: &[&'a Json], path: &str) {
        // A bare number where a quantity is wanted: say which units there are.
        let typed = match node {
            Node::Integer(number) => Some(number.to_string()),
            Node::Float(number) => Some(number.to_string()),
            _ => None,
        };
        let bare = typed.and_then(|typed| branches.iter().find_map(|branch| bare_number(branch, &typed)));
        if let Some(error) = bare {
            return self.unit_error(&error, span, path, "a number; ");
        }
        let expected = branches.first().map_or_else(|| "something else".to_owned(), |branch| describe(branch));
        let message = format!("`{}` must be {expected}", last(path));
        let problem =
            Diagnostic::error("wrong-kind", message).at(span, format!("expected {expected}, found {}", node.kind()));
        let typed = node.to_json().to_string();
        let listed = expected == "a list" && matches!(node, Node::Text(_));
        let instead =
            if listed { Some(format!("[{typed}]")) } else { branches.first().and_then(|branch| example(branch)) };
        self.problems.push(match instead {
            Some(instead) => problem.help(format!("write for example `{} = {instead}`", last(path))),
            None => problem,
        });
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The schema of keys that are not listed, for tables that take any name.
fn additional(schema: &Json) -> Option<&Json> {
    schema.get("additionalProperties").filter(|inner| inner.is_object() || inner.as_bool() == Some(true))
}

/// A schema that says nothing about kinds accepts anything.
fn is_open(schema: &Json) -> bool {
    schema.as_object().is_some_and(|schema| {
        !["type", "enum", "const", "properties", "$ref", "anyOf", "oneOf", "format"]
            .iter()
            .any(|key| schema.contains_key(*key))
    })
}

fn accepts(schema: &Json, node: &Node) -> bool {
    let wanted = |kind: &str| match schema.get("type") {
        Some(Json::String(only)) => only == kind,
        Some(Json::Array(several)) => several.iter().any(|one| one == kind),
        _ => kind == "string" && (schema.get("enum").is_some() || schema.get("const").is_some()),
    };
    match node {
        Node::Text(_) | Node::Date(_) => wanted("string"),
        Node::Integer(_) => wanted("integer") || wanted("number"),
        Node::Float(_) => wanted("number"),
        Node::Flag(_) => wanted("boolean"),
        Node::List(_) => wanted("array"),
        Node::Table(_) => wanted("object"),
    }
}

fn words_of(schema: &Json) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Json::as_array).into_iter().flatten();
    listed.chain(schema.get("const")).filter_map(Json::as_str).collect()
}

/// Reads `text` as the quantity that `format` names.
fn quantity(format: &str, text: &str) -> Result<Value, UnitError> {
    match format {
        "size" => text.parse().map(Value::Size),
        "duration" => text.parse::<SimDuration>().map(Value::Duration),
        "record-rate" => text.parse::<RecordRate>().map(Value::Rate),
        "byte-rate" => text.parse::<ByteRate>().map(Value::ByteRate),
        "share" => text.parse::<Share>().map(Value::Share),
        "quantity" => text.parse::<Quantity>().map(|_| Value::Text(text.to_owned())),
        "usd" => text.parse::<Usd>().map(|_| Value::Text(text.to_owned())),
        _ => Ok(Value::Text(text.to_owned())),
    }
}

/// The kind of quantity that a schema takes an interval of.
fn interval_of(schema: &Json) -> Option<&str> {
    schema.get("format").and_then(Json::as_str)?.strip_suffix("-interval")
}

/// Whether a schema is that of a quantity or of an interval: in other texts, two dots mean nothing.
fn measures(schema: &Json) -> bool {
    const QUANTITIES: [&str; 5] = ["size", "duration", "record-rate", "byte-rate", "share"];
    let format = schema.get("format").and_then(Json::as_str);
    format.is_some_and(|format| QUANTITIES.contains(&format)) || interval_of(schema).is_some()
}

/// Reads an end of an interval of counts, within the bounds of the exact count.
fn count(text: &str, shapes: &[&Json]) -> Result<Value, UnitError> {
    let error = |problem, help: String| UnitError { problem, expected: "a whole number", found: text.to_owned(), help };
    let bound = |key: &str| shapes.iter().find_map(|shape| shape.get(key)?.as_u64());
    let number: u64 =
        text.parse().map_err(|_| error(UnitProblem::NotANumber, "write for example \"2 .. 5\"".to_owned()))?;
    let most = bound("maximum").unwrap_or(u64::MAX);
    if number > most || number < bound("minimum").unwrap_or(0) {
        return Err(error(UnitProblem::OutOfRange, format!("it is at most {most}")));
    }
    Ok(Value::Number(number as f64))
}

/// What is wrong with a number that stands where the schema wants a quantity.
fn bare_number(schema: &Json, typed: &str) -> Option<UnitError> {
    let format = schema.get("format").and_then(Json::as_str)?;
    quantity(format, typed).err()
}

fn describe(schema: &Json) -> String {
    let named = match schema.get("format").and_then(Json::as_str) {
        Some("size") => Some("a size"),
        Some("duration") => Some("a duration"),
        Some("record-rate") => Some("a rate of records"),
        Some("byte-rate") => Some("a rate of bytes"),
        Some("share") => Some("a share"),
        Some("usd") => Some("an amount in USD"),
        _ => None,
    };
    let kind = match schema.get("type") {
        Some(Json::Array(kinds)) => kinds.first().and_then(Json::as_str),
        Some(Json::String(kind)) => Some(kind.as_str()),
        _ => None,
    };
    let by_kind = match kind {
        Some("object") => "a table",
        Some("array") => "a list",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("boolean") => "true or false",
        _ => "a word",
    };
    named.unwrap_or(by_kind).to_owned()
}

fn example(schema: &Json) -> Option<String> {
    let given = schema.get("examples").and_then(Json::as_array).and_then(|examples| examples.first());
    if let Some(given) = given {
        return Some(given.to_string());
    }
    let first_word = words_of(schema).first().map(|word| format!("\"{word}\""));
    let nested = schema.get("oneOf").and_then(Json::as_array).and_then(|branches| example(branches.first()?));
    first_word.or(nested).or_else(|| match describe(schema).as_str() {
        "a table" => Some("{ ... }".to_owned()),
        "a list" => Some("[...]".to_owned()),
        "a whole number" => Some("1".to_owned()),
        "true or false" => Some("true".to_owned()),
        _ => Some("\"...\"".to_owned()),
    })
}

/// A value whose schema says nothing, as rules would read it.
fn free_value(node: &Node) -> Option<Value> {
    match node {
        Node::Text(text) => Some(Value::parse(text)),
        Node::Integer(integer) => Some(Value::Number(*integer as f64)),
        Node::Float(float) => float.is_finite().then_some(Value::Number(*float)),
        Node::Flag(flag) => Some(Value::Flag(*flag)),
        Node::Date(date) => Some(Value::Text(date.clone())),
        Node::List(items) => items
            .iter()
            .map(|item| match &item.node {
                Node::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect::<Option<Vec<String>>>()
            .map(Value::Words),
        Node::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::source::SourceMap;
    use crate::units::Bytes;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Raw {
        size: Bytes,
        peak_rate: Option<RecordRate>,
        #[schemars(extend("x-above-zero" = true))]
        wait: Option<SimDuration>,
        mode: Option<Mode>,
        inner: Option<Inner>,
        #[schemars(range(min = 1, max = 9))]
        count: Option<u32>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Inner {
        words: Vec<String>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Mode {
        /// Fast.
        Fast,
        /// Slow.
        Slow,
    }

    fn check(text: &str) -> (Vec<String>, BTreeMap<String, Stated>, String) {
        let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
        let document = Document::parse("a.toml", text, &mut sources, &mut problems);
        let schema = schemars::schema_for!(Raw).to_value();
        let stated = validate(&document, &schema, &mut problems);
        let codes = problems.list().iter().map(|problem| problem.code.to_owned()).collect();
        (codes, stated, problems.render(&sources, false))
    }

    #[test]
    fn what_is_right_comes_back_typed_and_by_path() {
        let (codes, stated, _) =
            check("size = \"5 MiB\"\nmode = \"slow\"\ncount = 3\n[inner]\nwords = [\"a\", \"b\"]\n");
        assert!(codes.is_empty(), "{codes:?}");
        assert_eq!(stated["size"].value, Value::Size(Bytes::from_mib(5)));
        assert_eq!(stated["inner.words"].value, Value::Words(vec!["a".into(), "b".into()]));
        assert_eq!(stated["count"].value, Value::Number(3.0));
    }

    #[test]
    fn every_problem_of_a_text_is_told_in_one_run() {
        let text = "sise = \"5 MiB\"\npeak-rate = 5000\nwait = \"0 s\"\nmode = \"sloww\"\ncount = 10\n[inner]\nwords = \"a\"\n";
        let (mut codes, _, _) = check(text);
        codes.sort();
        let expected =
            ["missing-key", "out-of-range", "unit-missing", "unknown-key", "unknown-value", "wrong-kind", "zero"];
        assert_eq!(codes, expected);
    }

    #[test]
    fn a_problem_names_place_nearest_name_and_what_to_type() {
        let (_, _, text) = check("size = \"5 MiB\"\npeak-rate = 5000\nmod = \"fast\"\n");
        for part in [
            "error[unit-missing]: `peak-rate` needs a unit",
            "--> a.toml:2:13",
            "a number; expected a rate of records",
            "write \"5000 records/s\"",
            "unknown key `mod` at the top",
            "did you mean `mode`?",
            "2 problems; nothing was run.",
        ] {
            assert!(text.contains(part), "`{part}` is not in:\n{text}");
        }
    }

    #[test]
    fn texts_that_are_no_toml_are_refused_with_their_place() {
        for text in ["size = ", "= 3", "[a", "size = 1\nsize = 2", "\u{0}", "{\"a\": 1}"] {
            let (codes, _, shown) = check(text);
            assert!(codes.contains(&"syntax".to_owned()), "{text:?}: {shown}");
        }
    }
}
