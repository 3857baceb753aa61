//! Worked examples of decision analysis: inputs, and the scores, ranks and weights that must come out.
//!
//! Every example is computed from its inputs with [`crate::mcda`]. What it calls `exact` may differ by `exact_tol`, what was
//! `published` by `published_tol`, and shares of a Monte Carlo run by `monte_carlo_tol_100k`; ranks and sets must be equal.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{Amount, CaseResult, Quantity, Verdict};
use crate::diag::{Diagnostic, Problems};
use crate::document::{Document, Node};
use crate::mcda::{
    Direction, Matrix, McdaError, Measurement, Normalisation, PairwiseMatrix, Preference, Sense, critic_weights,
    global_priorities, parse_judgement, promethee2, random_index, ranks, smaa2, topsis, vikor, weighted_product,
    weighted_sum,
};

/// Samples of a Monte Carlo run, as the name of its tolerance says.
const SAMPLES: u32 = 100_000;

/// The seed of Monte Carlo runs.
const SEED: u64 = 1;

/// A file of decision examples.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExamples {
    /// Version of the format.
    #[schemars(range(min = 1, max = 1))]
    #[serde(rename = "schema")]
    _schema: u32,
    /// When the file was made.
    pub(super) as_of: Option<String>,
    /// The examples.
    pub(super) example: Vec<RawExample>,
    /// Relations that hold for any data. They are no cases; the tests of the methods check them.
    #[serde(default, rename = "property")]
    _property: Vec<RawProperty>,
}

/// A relation in words.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawProperty {
    /// Its name.
    #[serde(rename = "id")]
    _id: String,
    /// What holds.
    #[serde(rename = "text")]
    _text: String,
}

/// One example. Keys that this version does not know are kept: they may change what the numbers mean.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(super) struct RawExample {
    /// Its name.
    id: String,
    /// The method, such as `topsis`.
    method: String,
    /// What it shows.
    #[serde(rename = "about")]
    _about: Option<String>,
    /// Where it comes from.
    #[serde(rename = "source")]
    _source: Option<String>,
    /// Where its numbers were read.
    #[serde(rename = "read_from")]
    _read_from: Option<String>,
    /// Names of the alternatives.
    #[serde(default)]
    alternatives: Vec<String>,
    /// Names of the criteria.
    #[serde(default)]
    criteria: Vec<String>,
    /// A row of values per alternative.
    #[serde(default)]
    matrix: Vec<Vec<f64>>,
    /// The sense of each criterion.
    #[serde(default)]
    sense: Vec<RawSense>,
    /// The weight of each criterion.
    #[serde(default)]
    weights: Vec<f64>,
    /// Whether weights keep their sum.
    #[serde(default)]
    weights_as_given: bool,
    /// How columns are scaled, in words.
    normalisation: Option<String>,
    /// How weights are drawn, in words.
    weights_distribution: Option<String>,
    /// The preference function of each criterion.
    #[serde(default)]
    preference: Vec<String>,
    /// The weight of the strategy of VIKOR.
    #[schemars(range(min = 0, max = 1))]
    v: Option<f64>,
    /// Judgements of pairs of criteria, the upper triangle row by row.
    #[serde(default)]
    criteria_pairs_upper: Vec<String>,
    /// Judgements of pairs, all of them.
    #[serde(default)]
    pairs: Vec<Vec<String>>,
    /// Judgements of pairs of alternatives under each criterion.
    #[serde(default)]
    local: BTreeMap<String, RawLocal>,
    /// Numbers as a source prints them.
    #[serde(default)]
    published: BTreeMap<String, Json>,
    /// The greatest difference from them.
    #[schemars(range(min = 0))]
    published_tol: Option<f64>,
    /// Numbers in full.
    #[serde(default)]
    exact: BTreeMap<String, Json>,
    /// The greatest difference from them.
    #[schemars(range(min = 0))]
    exact_tol: Option<f64>,
    /// The greatest difference of shares estimated from 100,000 samples.
    #[schemars(range(min = 0))]
    monte_carlo_tol_100k: Option<f64>,
    /// Anything else, such as `pairs_c1`.
    #[serde(flatten)]
    other: BTreeMap<String, Json>,
}

/// Which values are good.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RawSense {
    /// More is better.
    Max,
    /// Less is better.
    Min,
}

/// Judgements under one criterion.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawLocal {
    /// The upper triangle, row by row.
    pairs_upper: Vec<String>,
    /// The priorities that follow.
    #[serde(default)]
    exact: Vec<f64>,
}

/// An example whose inputs are sound, or one that this version cannot compute.
#[derive(Debug, Clone)]
pub(super) struct Example {
    id: String,
    /// The method, as the file calls it.
    method: String,
    /// When the file was made.
    as_of: Option<String>,
    task: Result<Task, Unsupported>,
    expected: Vec<Expectation>,
}

/// A method with its inputs.
#[derive(Debug, Clone)]
enum Task {
    WeightedSum(Matrix, Normalisation),
    WeightedProduct(Matrix),
    Topsis(Matrix, Option<Normalisation>),
    Vikor(Matrix, f64),
    Hierarchy { criteria: PairwiseMatrix, local: Vec<(String, PairwiseMatrix)> },
    Judgements(PairwiseMatrix),
    RankReversal(Vec<PairwiseMatrix>),
    Promethee(Matrix, Vec<Preference>),
    Smaa(Vec<Vec<Measurement>>, Vec<Sense>),
    Critic(Matrix),
}

/// What must come out under one key.
#[derive(Debug, Clone)]
struct Expectation {
    /// `exact.` or `published.`, and the key.
    name: String,
    key: String,
    value: Expected,
    tolerance: f64,
}

/// A number, or lists of them.
#[derive(Debug, Clone)]
enum Expected {
    Number(f64),
    List(Vec<Expected>),
}

/// What was computed under one key.
enum Found {
    Number(f64),
    Count(usize),
    List(Vec<Found>),
}

/// Why an example is not computed.
#[derive(Debug, Clone)]
struct Unsupported(String);

/// A wrong input: the key it stands under, and what is wrong.
struct Wrong {
    key: String,
    message: String,
}

impl Wrong {
    fn new(key: &str, message: impl fmt::Display) -> Self {
        Self { key: key.to_owned(), message: message.to_string() }
    }
}

/// A task, unless inputs are wrong; a method or a word that is not known is no wrong input.
type Prepared = Result<Result<Task, Unsupported>, Wrong>;

/// Checks the inputs of all examples; what is wrong goes to `problems`.
pub(super) fn check(raw: RawExamples, document: &Document, problems: &mut Problems) -> Option<Vec<Example>> {
    let before = problems.error_count();
    let mut examples = Vec::new();
    for (index, example) in raw.example.into_iter().enumerate() {
        let (as_of, raw) = (raw.as_of.clone(), example);
        let task = raw.task();
        let expected = raw.expectations();
        match (task, expected) {
            (Ok(task), Ok(expected)) => {
                examples.push(Example { id: raw.id, method: raw.method, as_of, task, expected });
            }
            (task, expected) => {
                for wrong in [task.err(), expected.err()].into_iter().flatten() {
                    problems.push(diagnostic(&raw.id, index, &wrong, document));
                }
            }
        }
    }
    (problems.error_count() == before).then_some(examples)
}

fn diagnostic(id: &str, index: usize, wrong: &Wrong, document: &Document) -> Diagnostic {
    let list = document.root.get("example").map(|item| &item.node);
    let example = if let Some(Node::List(items)) = list { items.get(index) } else { None };
    // The deepest part of the key that is there: a key that is missing is shown by what should hold it.
    let mut place = example;
    for key in wrong.key.split('.') {
        let inner = place.and_then(|item| if let Node::Table(table) = &item.node { table.get(key) } else { None });
        place = inner.or(place);
    }
    let message = format!("`{}` of example `{id}` cannot be used", wrong.key);
    Diagnostic::error("wrong-input", message).at(place.map_or(document.span, |item| item.span), wrong.message.clone())
}

impl RawExample {
    /// The method with its inputs.
    fn task(&self) -> Prepared {
        if let Some(key) = self.unknown_key() {
            return Ok(Err(Unsupported(format!("key `{key}` is not known"))));
        }
        let task = match self.method.as_str() {
            "weighted_sum" => return self.weighted_sum(),
            "topsis" => return self.topsis(),
            "promethee2" => return self.promethee(),
            "smaa2" => return self.smaa(),
            "critic_weights" => return self.critic(),
            "weighted_product" => Task::WeightedProduct(self.matrix()?),
            "vikor" => Task::Vikor(self.matrix()?, self.v.unwrap_or(0.5)),
            "ahp" => self.hierarchy()?,
            "ahp_weights" => Task::Judgements(full("pairs", &self.pairs)?),
            "ahp_rank_reversal" => Task::RankReversal(self.reversal()?),
            other => return Ok(Err(Unsupported(format!("method `{other}` is not known")))),
        };
        Ok(Ok(task))
    }

    fn unknown_key(&self) -> Option<&String> {
        let is_known = |key: &String| self.method == "ahp_rank_reversal" && key.starts_with("pairs_c");
        self.other.keys().find(|key| !is_known(key))
    }

    /// The words of `normalisation` before any explanation.
    fn normalisation(&self) -> Option<Normalisation> {
        let words = self.normalisation.as_deref().unwrap_or("none").trim_start();
        let starts = |prefix: &str| words.starts_with(prefix);
        let known = [
            ("none", Normalisation::None),
            ("cost columns x -> 1/x, then every column divided by its sum", Normalisation::Sum),
            ("min-max", Normalisation::MinMax),
            ("max", Normalisation::Max),
            ("vector", Normalisation::Vector),
        ];
        known.into_iter().find(|(prefix, _)| starts(prefix)).map(|(_, normalisation)| normalisation)
    }

    fn unknown_normalisation(&self) -> Unsupported {
        Unsupported(format!("normalisation `{}` is not known", self.normalisation.as_deref().unwrap_or_default()))
    }

    fn weighted_sum(&self) -> Prepared {
        let matrix = self.matrix()?;
        let normalisation = self.normalisation().ok_or_else(|| self.unknown_normalisation());
        Ok(normalisation.map(|normalisation| Task::WeightedSum(matrix, normalisation)))
    }

    /// A text that names no normalisation leaves the keys that name one themselves.
    fn topsis(&self) -> Prepared {
        Ok(Ok(Task::Topsis(self.matrix()?, self.normalisation())))
    }

    fn promethee(&self) -> Prepared {
        let matrix = self.matrix()?;
        if self.preference.len() != matrix.criteria() {
            let message = format!("expected {} preference functions", matrix.criteria());
            return Err(Wrong::new("preference", message));
        }
        let unknown = self.preference.iter().find(|name| *name != "usual");
        Ok(match unknown {
            Some(name) => Err(Unsupported(format!("preference function `{name}` is not known"))),
            None => Ok(Task::Promethee(matrix, vec![Preference::Usual; self.preference.len()])),
        })
    }

    fn smaa(&self) -> Prepared {
        let matrix = self.matrix_without_weights()?;
        let drawn = self.weights_distribution.as_deref().unwrap_or_default();
        if drawn != "uniform on the simplex" {
            return Ok(Err(Unsupported(format!("weights distribution `{drawn}` is not known"))));
        }
        let exact = |row: &Vec<f64>| row.iter().map(|value| Measurement::Exact(*value)).collect();
        Ok(Ok(Task::Smaa(matrix.rows().iter().map(exact).collect(), matrix.senses().to_vec())))
    }

    fn critic(&self) -> Prepared {
        let matrix = self.matrix_without_weights()?;
        let is_known = self.normalisation.is_none() || self.normalisation() == Some(Normalisation::MinMax);
        Ok(if is_known { Ok(Task::Critic(matrix)) } else { Err(self.unknown_normalisation()) })
    }

    fn matrix(&self) -> Result<Matrix, Wrong> {
        self.matrix_weighing(&self.weights)
    }

    /// For methods that find or draw the weights.
    fn matrix_without_weights(&self) -> Result<Matrix, Wrong> {
        self.matrix_weighing(&vec![1.0; self.sense.len()])
    }

    fn matrix_weighing(&self, weights: &[f64]) -> Result<Matrix, Wrong> {
        if !self.alternatives.is_empty() && self.alternatives.len() != self.matrix.len() {
            return Err(Wrong::new("alternatives", format!("expected {} names", self.matrix.len())));
        }
        let sense = |sense: &RawSense| if matches!(sense, RawSense::Max) { Sense::Max } else { Sense::Min };
        let (rows, senses) = (self.matrix.clone(), self.sense.iter().map(sense).collect());
        let matrix = if self.weights_as_given {
            Matrix::with_weights_as_given(rows, senses, weights.to_vec())
        } else {
            Matrix::new(rows, senses, weights)
        };
        matrix.map_err(|error| {
            let key = match &error {
                McdaError::BadWeight { .. } | McdaError::ZeroWeights => "weights",
                McdaError::Length { what, .. } if what == "weights" => "weights",
                McdaError::NoCriteria => "sense",
                _ => "matrix",
            };
            Wrong::new(key, error)
        })
    }

    fn hierarchy(&self) -> Result<Task, Wrong> {
        let criteria = upper("criteria_pairs_upper", &self.criteria_pairs_upper)?;
        if self.criteria.len() != criteria.size() {
            return Err(Wrong::new("criteria", format!("expected {} names, as judgements say", criteria.size())));
        }
        if let Some(name) = self.local.keys().find(|name| !self.criteria.contains(name)) {
            return Err(Wrong::new(&format!("local.{name}"), "not one of `criteria`"));
        }
        let mut local = Vec::new();
        for name in &self.criteria {
            let key = format!("local.{name}");
            let Some(judgements) = self.local.get(name) else { return Err(Wrong::new(&key, "missing")) };
            let matrix = upper(&format!("{key}.pairs_upper"), &judgements.pairs_upper)?;
            if !self.alternatives.is_empty() && matrix.size() != self.alternatives.len() {
                let message = format!("expected judgements of {} alternatives", self.alternatives.len());
                return Err(Wrong::new(&format!("{key}.pairs_upper"), message));
            }
            local.push((name.clone(), matrix));
        }
        Ok(Task::Hierarchy { criteria, local })
    }

    /// Judgements under `pairs_c1`, `pairs_c2` and so on, of the same alternatives.
    fn reversal(&self) -> Result<Vec<PairwiseMatrix>, Wrong> {
        let mut matrices: Vec<PairwiseMatrix> = Vec::new();
        for (key, value) in &self.other {
            let rows: Vec<Vec<String>> = serde_json::from_value(value.clone())
                .map_err(|_| Wrong::new(key, "expected rows of judgements, such as [\"1\", \"1/3\"]"))?;
            let matrix = full(key, &rows)?;
            if matrices.first().is_some_and(|first| first.size() != matrix.size()) {
                return Err(Wrong::new(key, "expected as many alternatives as under the first criterion"));
            }
            matrices.push(matrix);
        }
        if matrices.is_empty() { Err(Wrong::new("pairs_c1", "missing")) } else { Ok(matrices) }
    }

    fn expectations(&self) -> Result<Vec<Expectation>, Wrong> {
        let (exact_key, exact) = if self.method == "smaa2" {
            ("monte_carlo_tol_100k", self.monte_carlo_tol_100k)
        } else {
            ("exact_tol", self.exact_tol)
        };
        let parts = [
            ("published", &self.published, "published_tol", self.published_tol),
            ("exact", &self.exact, exact_key, exact),
        ];
        let mut expectations = Vec::new();
        for (part, values, tolerance_key, tolerance) in parts {
            for (key, value) in values {
                let name = format!("{part}.{key}");
                let value = if key == "compromise_set" { self.members(&name, value)? } else { read(&name, value)? };
                let tolerance = tolerance.ok_or_else(|| Wrong::new(tolerance_key, format!("needed for `{part}`")))?;
                expectations.push(Expectation { name, key: key.clone(), value, tolerance });
            }
        }
        for (criterion, local) in &self.local {
            let (key, name) = (format!("local.{criterion}"), format!("local.{criterion}.exact"));
            let value = Expected::List(local.exact.iter().map(|number| Expected::Number(*number)).collect());
            let tolerance = exact.ok_or_else(|| Wrong::new(exact_key, format!("needed for `{name}`")))?;
            if !local.exact.is_empty() {
                expectations.push(Expectation { name, key, value, tolerance });
            }
        }
        Ok(expectations)
    }

    /// A set of alternatives as 0 or 1 for each of them.
    fn members(&self, name: &str, value: &Json) -> Result<Expected, Wrong> {
        let names: Vec<String> = serde_json::from_value(value.clone())
            .map_err(|_| Wrong::new(name, "expected a list of names of alternatives"))?;
        if let Some(unknown) = names.iter().find(|named| !self.alternatives.contains(named)) {
            return Err(Wrong::new(name, format!("`{unknown}` is no alternative")));
        }
        let member = |alternative| Expected::Number(if names.contains(alternative) { 1.0 } else { 0.0 });
        Ok(Expected::List(self.alternatives.iter().map(member).collect()))
    }
}

fn upper(key: &str, judgements: &[String]) -> Result<PairwiseMatrix, Wrong> {
    let values: Result<Vec<f64>, McdaError> = judgements.iter().map(|text| parse_judgement(text)).collect();
    values.and_then(|values| PairwiseMatrix::from_upper(&values)).map_err(|error| Wrong::new(key, error))
}

fn full(key: &str, rows: &[Vec<String>]) -> Result<PairwiseMatrix, Wrong> {
    let row = |row: &Vec<String>| row.iter().map(|text| parse_judgement(text)).collect();
    let rows: Result<Vec<Vec<f64>>, McdaError> = rows.iter().map(row).collect();
    rows.and_then(PairwiseMatrix::from_full).map_err(|error| Wrong::new(key, error))
}

/// Reads a number, a fraction such as `2/5`, or lists of them.
fn read(name: &str, value: &Json) -> Result<Expected, Wrong> {
    let number = match value {
        Json::Array(items) => {
            return items.iter().map(|item| read(name, item)).collect::<Result<_, _>>().map(Expected::List);
        }
        Json::Number(number) => number.as_f64(),
        Json::String(text) => {
            let (above, below) = text.split_once('/').unwrap_or((text, "1"));
            let parsed = [above, below].map(|part| part.trim().parse::<f64>().ok());
            parsed[0].zip(parsed[1]).map(|(above, below)| above / below)
        }
        _ => None,
    };
    let finite = number.filter(|number| number.is_finite());
    finite.map(Expected::Number).ok_or_else(|| Wrong::new(name, "expected numbers, fractions or lists of them"))
}

/// Computes and compares all examples of a file.
pub(super) fn verify(examples: &[Example]) -> Vec<CaseResult> {
    examples.iter().map(|example| example.verify().told(&example.method, example.as_of.as_deref())).collect()
}

impl Example {
    fn verify(&self) -> CaseResult {
        let computed = match &self.task {
            Ok(task) => task.compute().map_err(|error| error.to_string()),
            Err(Unsupported(reason)) => Err(reason.clone()),
        };
        let found = match computed {
            Ok(found) => found,
            Err(reason) => return CaseResult::unsupported(self.id.clone(), reason),
        };
        let (mut quantities, mut unknown) = (Vec::new(), Vec::new());
        for expectation in &self.expected {
            let compared = found.iter().find(|(key, _)| *key == expectation.key).and_then(|(_, found)| {
                let mut compared = Vec::new();
                compare(&expectation.name, &expectation.value, found, expectation.tolerance, &mut compared)
                    .then_some(compared)
            });
            match compared {
                Some(compared) => quantities.extend(compared),
                None => unknown.push(expectation.name.as_str()),
            }
        }
        let mut result = CaseResult::judged(self.id.clone(), quantities);
        if !unknown.is_empty() {
            result.reason = Some(format!("not computed by this version: {}", unknown.join(", ")));
            if result.verdict != Verdict::Failed {
                result.verdict = Verdict::Unsupported;
            }
        }
        result
    }
}

/// Compares number by number, elements counted from 1; false where a number stands against a list.
fn compare(name: &str, expected: &Expected, found: &Found, tolerance: f64, into: &mut Vec<Quantity>) -> bool {
    match (expected, found) {
        (Expected::Number(expected), Found::Number(found)) => {
            into.push(Quantity::within(name, *expected, *found, tolerance));
            true
        }
        (Expected::Number(expected), Found::Count(found)) => {
            into.push(Quantity::compared(name, *expected, Amount::Whole(*found as u64)));
            true
        }
        (Expected::List(expected), Found::List(found)) if expected.is_empty() || expected.len() != found.len() => {
            let length = Amount::Whole(found.len() as u64);
            into.push(Quantity::compared(&format!("{name}.length"), expected.len() as f64, length));
            true
        }
        (Expected::List(expected), Found::List(found)) => {
            let pairs = expected.iter().zip(found).enumerate();
            pairs.fold(true, |agrees, (index, (expected, found))| {
                compare(&format!("{name}[{}]", index + 1), expected, found, tolerance, into) && agrees
            })
        }
        _ => false,
    }
}

fn numbers(values: &[f64]) -> Found {
    Found::List(values.iter().map(|value| Found::Number(*value)).collect())
}

fn counts(values: &[usize]) -> Found {
    Found::List(values.iter().map(|value| Found::Count(*value)).collect())
}

fn table(rows: &[Vec<f64>]) -> Found {
    Found::List(rows.iter().map(|row| numbers(row)).collect())
}

fn descending(scores: &[f64]) -> Found {
    counts(&ranks(scores, Direction::Descending))
}

/// Everything a method found, by key.
type Results = Vec<(String, Found)>;

fn keyed<const N: usize>(results: [(&str, Found); N]) -> Results {
    results.into_iter().map(|(key, found)| (key.to_owned(), found)).collect()
}

impl Task {
    fn compute(&self) -> Result<Results, McdaError> {
        match self {
            Self::WeightedSum(matrix, normalisation) => {
                let scores = weighted_sum(matrix, *normalisation)?;
                Ok(keyed([("scores", numbers(&scores)), ("ranks", descending(&scores))]))
            }
            Self::WeightedProduct(matrix) => products(matrix),
            Self::Topsis(matrix, normalisation) => closeness(matrix, *normalisation),
            Self::Vikor(matrix, v) => {
                let found = vikor(matrix, *v)?;
                let member = |index| usize::from(found.compromise_set.contains(&index));
                let members: Vec<usize> = (0..matrix.alternatives()).map(member).collect();
                Ok(keyed([
                    ("S", numbers(&found.group)),
                    ("R", numbers(&found.regret)),
                    ("Q", numbers(&found.compromise)),
                    ("ranks", counts(&found.ranks)),
                    ("compromise_set", counts(&members)),
                ]))
            }
            Self::Hierarchy { criteria, local } => hierarchy(criteria, local),
            Self::Judgements(matrix) => judgements(matrix),
            Self::RankReversal(matrices) => reversal(matrices),
            Self::Promethee(matrix, preferences) => {
                let flows = promethee2(matrix, preferences)?;
                Ok(keyed([
                    ("pi", table(&flows.pi)),
                    ("phi_plus", numbers(&flows.positive)),
                    ("phi_minus", numbers(&flows.negative)),
                    ("net_flow", numbers(&flows.net)),
                    ("ranks", descending(&flows.net)),
                ]))
            }
            Self::Smaa(measurements, senses) => acceptability(measurements, senses),
            Self::Critic(matrix) => Ok(keyed([("weights", numbers(&critic_weights(matrix)?))])),
        }
    }
}

fn products(matrix: &Matrix) -> Result<Results, McdaError> {
    let found = weighted_product(matrix)?;
    let mut results = keyed([
        ("products", numbers(&found.products)),
        ("log10_after_sum_scaling", numbers(&found.log10_after_sum_scaling)),
        ("ranks", descending(&found.products)),
    ]);
    // A ratio is named by two digits, so there are names for the first nine alternatives.
    let count = matrix.alternatives().min(9);
    let pairs = (0..count).flat_map(|one| (0..count).map(move |other| (one, other)));
    let ratio =
        |(one, other)| Some((format!("ratio_{}{}", one + 1, other + 1), Found::Number(found.ratio(one, other)?)));
    results.extend(pairs.filter_map(ratio));
    Ok(results)
}

fn closeness(matrix: &Matrix, normalisation: Option<Normalisation>) -> Result<Results, McdaError> {
    let mut results = keyed([
        ("minmax_scores", numbers(&topsis(matrix, Normalisation::MinMax)?.closeness)),
        ("vector_scores", numbers(&topsis(matrix, Normalisation::Vector)?.closeness)),
    ]);
    if let Some(normalisation) = normalisation {
        let found = topsis(matrix, normalisation)?;
        results.extend(keyed([
            ("scores", numbers(&found.closeness)),
            ("d_plus", numbers(&found.to_ideal)),
            ("d_minus", numbers(&found.to_worst)),
            ("ranks", descending(&found.closeness)),
        ]));
    }
    Ok(results)
}

fn hierarchy(criteria: &PairwiseMatrix, local: &[(String, PairwiseMatrix)]) -> Result<Results, McdaError> {
    let weights = criteria.priorities()?;
    let mut priorities = Vec::new();
    for (_, matrix) in local {
        priorities.push(matrix.priorities()?.weights);
    }
    let global = global_priorities(&weights.weights, &priorities)?;
    let mut results = keyed([
        ("criteria_weights", numbers(&weights.weights)),
        ("criteria_lambda_max", Found::Number(weights.lambda_max)),
        ("criteria_ci", Found::Number(weights.consistency_index)),
        ("global_priorities", numbers(&global)),
        ("ranks", descending(&global)),
    ]);
    let named = local.iter().zip(&priorities);
    results.extend(named.map(|((name, _), priorities)| (format!("local.{name}"), numbers(priorities))));
    Ok(results)
}

fn judgements(matrix: &PairwiseMatrix) -> Result<Results, McdaError> {
    let found = matrix.priorities()?;
    let mut results = keyed([
        ("weights", numbers(&found.weights)),
        ("geometric_mean_weights", numbers(&matrix.geometric_mean_weights()?)),
        ("lambda_max", Found::Number(found.lambda_max)),
        ("ci", Found::Number(found.consistency_index)),
    ]);
    // The key names the random index it was divided by; another size has another one.
    if let (Some(ratio), Some(index)) = (found.consistency_ratio, random_index(matrix.size())) {
        let index = format!("{index:.2}").replace('.', "_");
        results.push((format!("cr_ri_{index}"), Found::Number(ratio)));
    }
    Ok(results)
}

/// Criteria weigh the same; the alternatives are A, B, C and so on.
fn reversal(matrices: &[PairwiseMatrix]) -> Result<Results, McdaError> {
    let global = |copy: Option<usize>| {
        let judged = matrices.iter().map(|matrix| match copy {
            Some(index) => matrix.with_copy(index).unwrap_or_else(|| matrix.clone()).priorities(),
            None => matrix.priorities(),
        });
        let local: Result<Vec<Vec<f64>>, McdaError> = judged.map(|found| Ok(found?.weights)).collect();
        global_priorities(&vec![1.0 / matrices.len() as f64; matrices.len()], &local?)
    };
    let mut results = keyed([("before", numbers(&global(None)?))]);
    let count = matrices.first().map_or(0, PairwiseMatrix::size);
    for (index, letter) in ('A'..='Z').take(count).enumerate() {
        results.push((format!("after_copy_of_{letter}"), numbers(&global(Some(index))?)));
    }
    Ok(results)
}

fn acceptability(measurements: &[Vec<Measurement>], senses: &[Sense]) -> Result<Results, McdaError> {
    let found = smaa2(measurements, senses, SAMPLES, SEED)?;
    // Weights that do not exist are an empty list.
    let central: Vec<Vec<f64>> = found.central_weights.into_iter().map(Option::unwrap_or_default).collect();
    Ok(keyed([
        ("rank_acceptability", table(&found.rank_acceptability)),
        ("rank_acceptability_decimal", table(&found.rank_acceptability)),
        ("central_weights", table(&central)),
        ("central_weights_decimal", table(&central)),
    ]))
}
