//! A TOML text as a tree in which every key and value knows its place.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::diag::{Diagnostic, Problems};
use crate::source::{SourceMap, Span};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Item {
    /// The value.
    pub node: Node,
    /// Its place.
    pub span: Span,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub enum Node {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A floating-point number, possibly NaN or infinite.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A date or time, as written.
    Date(String),
    /// An array.
    List(Vec<Item>),
    /// A table.
    Table(Table),
}

/// A table, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Key, place of the key, value.
    pub entries: Vec<(String, Span, Item)>,
}

/// A parsed text.
#[derive(Debug, Clone)]
pub struct Document {
    /// The outermost table.
    pub root: Table,
    /// The whole text.
    pub span: Span,
}

impl Node {
    /// What a reader would call this value.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The same value without places, for reading into Rust types.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) | Self::Date(text) => text.clone().into(),
            Self::Integer(integer) => (*integer).into(),
            Self::Float(float) => (*float).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::List(items) => items.iter().map(|item| item.node.to_json()).collect(),
            Self::Table(table) => table.to_json(),
        }
    }
}

impl Item {
    /// The item at a path in this one, such as `when.all[1].field`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Self> {
        match &self.node {
            Node::Table(table) => table.find(path),
            _ => None,
        }
    }

    /// The text at a path in this one, if it is one.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        match &self.find(path)?.node {
            Node::Text(text) | Node::Date(text) => Some(text),
            _ => None,
        }
    }

    /// The place of the item at a path, or of the nearest one around it that is there.
    #[must_use]
    pub fn span_of(&self, path: &str) -> Span {
        match &self.node {
            Node::Table(table) => table.nearest(path).map_or(self.span, |item| item.span),
            _ => self.span,
        }
    }

    /// The value without places and without whatever stands at one of these places, as a key or as a value.
    pub(crate) fn to_json_without(&self, left_out: &[Span]) -> serde_json::Value {
        let kept = |item: &&Self| !left_out.contains(&item.span);
        match &self.node {
            Node::List(items) => items.iter().filter(kept).map(|item| item.to_json_without(left_out)).collect(),
            Node::Table(table) => {
                let entries = table.entries.iter().filter(|(_, key, item)| !left_out.contains(key) && kept(&item));
                entries.map(|(key, _, item)| (key.clone(), item.to_json_without(left_out))).collect()
            }
            plain => plain.to_json(),
        }
    }
}

impl Table {
    /// The item at a path such as `rule[2].when.field`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Item> {
        let (step, rest) = path.split_once('.').map_or((path, None), |(step, rest)| (step, Some(rest)));
        let mut parts = step.split('[');
        let mut item = self.get(parts.next()?)?;
        for index in parts {
            let Node::List(items) = &item.node else { return None };
            item = items.get(index.strip_suffix(']')?.parse::<usize>().ok()?)?;
        }
        rest.map_or(Some(item), |rest| item.find(rest))
    }

    /// The item at a path, or the nearest one around it that is there.
    fn nearest(&self, path: &str) -> Option<&Item> {
        let ends = path.char_indices().filter(|(_, letter)| matches!(letter, '.' | '[')).map(|(end, _)| end);
        let ends: Vec<usize> = ends.chain([path.len()]).collect();
        ends.into_iter().rev().find_map(|end| self.find(&path[..end]))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Item> {
        self.entries.iter().find(|(name, _, _)| name == key).map(|(_, _, item)| item)
    }

    /// Takes a key out of the table.
    pub fn remove(&mut self, key: &str) -> Option<(Span, Item)> {
        let index = self.entries.iter().position(|(name, _, _)| name == key)?;
        let (_, span, item) = self.entries.remove(index);
        Some((span, item))
    }

    /// The table without places.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.entries.iter().map(|(key, _, item)| (key.clone(), item.node.to_json())).collect()
    }

    /// Every value that is no table, by its path of keys: `needs.freshness` and `15 min`.
    #[must_use]
    pub fn values(&self) -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        self.add_values("", &mut values);
        values
    }

    fn add_values(&self, prefix: &str, values: &mut BTreeMap<String, String>) {
        for (key, _, item) in &self.entries {
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match &item.node {
                Node::Table(table) => table.add_values(&path, values),
                Node::Text(text) => {
                    values.insert(path, text.clone());
                }
                other => {
                    values.insert(path, other.to_json().to_string());
                }
            }
        }
    }

    /// Sets the value at a path of keys, creating tables on the way and replacing what stands there.
    ///
    /// # Errors
    /// The span of a value on the way that is not a table.
    pub fn set(&mut self, path: &[&str], key_span: Span, item: Item) -> Result<(), Span> {
        let Some((first, rest)) = path.split_first() else { return Ok(()) };
        let index = self.entries.iter().position(|(name, _, _)| name == first).unwrap_or_else(|| {
            let empty = Item { node: Node::Table(Self::default()), span: key_span };
            self.entries.push(((*first).to_owned(), key_span, empty));
            self.entries.len() - 1
        });
        let (_, span, slot) = &mut self.entries[index];
        if rest.is_empty() {
            *span = key_span;
            *slot = item;
            return Ok(());
        }
        match &mut slot.node {
            Node::Table(table) => table.set(rest, key_span, item),
            _ => Err(slot.span),
        }
    }
}

impl Document {
    /// An empty document without a place, for what was read from elsewhere.
    pub(crate) fn nowhere() -> Self {
        Self { root: Table::default(), span: Span { start: 0, end: 0 } }
    }

    /// Parses `text` under `name`. Every syntax error goes to `problems`; the tree holds what could be read.
    pub fn parse(name: &str, text: &str, sources: &mut SourceMap, problems: &mut Problems) -> Self {
        let base = sources.add(name, text);
        let (table, errors) = DeTable::parse_recoverable(text);
        // One mistake can upset all that follows it; the first few tell what is wrong.
        for error in errors.iter().take(10) {
            let range = error.span().unwrap_or(0..text.len());
            let span = Span { start: base + range.start, end: base + range.end };
            problems.push(Diagnostic::error("syntax", error.message().to_owned()).at(span, "not valid TOML here"));
        }
        let span = Span { start: base, end: base + text.len() };
        Self { root: convert_table(table.get_ref(), base, problems), span }
    }

    /// Parses one value, as typed behind `--set key=`; a text that is no TOML value is taken as a string.
    pub fn parse_value(text: &str, base: usize, problems: &mut Problems) -> Item {
        let span = Span { start: base, end: base + text.len() };
        let (value, errors) = DeValue::parse_recoverable(text);
        if errors.is_empty() && !text.trim().is_empty() {
            return Item { node: convert(value.get_ref(), base, span, problems), span };
        }
        Item { node: Node::Text(text.trim().to_owned()), span }
    }

    /// The item at a path such as `needs.freshness` or `rule[2].when`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Item> {
        self.root.find(path)
    }

    /// The place of the item at a dotted path, or of the nearest one around it that is there, or of the whole text.
    #[must_use]
    pub fn span_of(&self, path: &str) -> Span {
        self.root.nearest(path).map_or(self.span, |item| item.span)
    }

    /// The place of the table of a list that has this id, or of the whole text.
    pub(crate) fn entry(&self, list: &str, id: &str) -> Span {
        self.list(list).iter().find(|item| item.text("id") == Some(id)).map_or(self.span, |item| item.span)
    }

    /// The items of a list of tables, none where there is no such list.
    pub(crate) fn list(&self, key: &str) -> &[Item] {
        match self.root.get(key).map(|item| &item.node) {
            Some(Node::List(items)) => items,
            _ => &[],
        }
    }
}

fn convert_table(table: &DeTable<'_>, base: usize, problems: &mut Problems) -> Table {
    let shift = |range: std::ops::Range<usize>| Span { start: base + range.start, end: base + range.end };
    let entries = table
        .iter()
        .map(|(key, value)| {
            let span = shift(value.span());
            let node = convert(value.get_ref(), base, span, problems);
            (key.get_ref().to_string(), shift(key.span()), Item { node, span })
        })
        .collect();
    Table { entries }
}

fn convert(value: &DeValue<'_>, base: usize, span: Span, problems: &mut Problems) -> Node {
    match value {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or_else(|_| too_large(span, problems), Node::Integer),
        DeValue::Float(float) => float.as_str().parse().map_or_else(|_| too_large(span, problems), Node::Float),
        DeValue::Boolean(flag) => Node::Flag(*flag),
        DeValue::Datetime(date) => Node::Date(date.to_string()),
        DeValue::Array(items) => Node::List(
            items
                .iter()
                .map(|item| {
                    let range = item.span();
                    let span = Span { start: base + range.start, end: base + range.end };
                    Item { node: convert(item.get_ref(), base, span, problems), span }
                })
                .collect(),
        ),
        DeValue::Table(table) => Node::Table(convert_table(table, base, problems)),
    }
}

fn too_large(span: Span, problems: &mut Problems) -> Node {
    let problem = Diagnostic::error("out-of-range", "this number is too large");
    problems.push(problem.at(span, "a whole number in TOML is at most 9223372036854775807"));
    Node::Integer(0)
}
