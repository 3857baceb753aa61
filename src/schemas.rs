//! Every kind of file and of answer that has a schema: one list, for `forebay schema`, its help and the book.

mod keys;

pub use keys::{file_keys, kinds_of};

use schemars::{Schema, schema_for};

use crate::catalog::Catalog;
use crate::catalog::raw::{
    RawCriteria, RawIntegrations, RawPrices, RawRegions, RawService, RawSources, RawVocabulary, RawWorkloads,
};
use crate::cost::RawUsage;
use crate::evaluate::{self, Evaluation};
use crate::exercise::Checked;
use crate::exercise::raw::RawExercise;
use crate::report::cells;
use crate::report::diagram::DiagramDocument;
use crate::report::diff::ResultDiff;
use crate::report::editions::EditionDiff;
use crate::report::result::{Document, SimulationDocument};
use crate::report::workload::WorkloadDocument;
use crate::rules::raw::RawRules;
use crate::scenario::raw::RawScenario;
use crate::verify::{self, Report};

/// A kind of file or answer.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What `forebay schema` calls it.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Who writes it.
    pub part: Part,
    /// How a file of this kind is called.
    pub file: &'static str,
    of: fn(&Catalog) -> Schema,
}

/// Who writes a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its user, for one question.
    Question,
    /// Whoever adds to the catalog; `--catalog` lays a folder of such files over the embedded one.
    Catalog,
    /// Whoever knows a right answer, for `verify` and `evaluate`.
    Reference,
    /// Forebay.
    Answer,
}

impl Kind {
    /// Its JSON schema; that of a scenario has the words that the catalog knows.
    #[must_use]
    pub fn schema(&self, catalog: &Catalog) -> Schema {
        (self.of)(catalog)
    }
}

const fn kind(
    part: Part,
    name: &'static str,
    file: &'static str,
    doc: &'static str,
    of: fn(&Catalog) -> Schema,
) -> Kind {
    Kind { name, doc, part, file, of }
}

/// All kinds.
pub const KINDS: [Kind; 28] = [
    kind(Part::Question, "scenario", "any name", "A scenario file", scenario),
    kind(Part::Question, "usage", "any name", "A usage file, for `cost --usage`", |_| schema_for!(RawUsage)),
    kind(Part::Question, "exercise", "any name", "An exercise, for `exercise --exercises`", |_| {
        schema_for!(RawExercise)
    }),
    kind(Part::Catalog, "service", "`services/ID.toml`", "A service file of the catalog", |_| schema_for!(RawService)),
    kind(Part::Catalog, "rules", "`rules/NAME.toml`", "A rule file of the catalog", |_| schema_for!(RawRules)),
    kind(Part::Catalog, "prices", "`prices/NAME.toml`", "A price file of the catalog", |_| schema_for!(RawPrices)),
    kind(
        Part::Catalog,
        "integrations",
        "`integrations.toml`, or `integrations/NAME.toml`",
        "The integrations file of the catalog",
        |_| schema_for!(RawIntegrations),
    ),
    kind(
        Part::Catalog,
        "sources",
        "`sources.toml`, or `sources/NAME.toml`",
        "The systems that data comes from, and the places it ends up in",
        |_| schema_for!(RawSources),
    ),
    kind(
        Part::Catalog,
        "vocabulary",
        "`vocabulary.toml`, or `vocabulary/NAME.toml`",
        "Rare requirements, the keys of `needs.further`",
        |_| schema_for!(RawVocabulary),
    ),
    kind(
        Part::Catalog,
        "workloads",
        "`workloads.toml`, or `workloads/NAME.toml`",
        "Rate profiles and presets of arrivals and record sizes",
        |_| schema_for!(RawWorkloads),
    ),
    kind(Part::Catalog, "criteria", "`criteria.toml`, or `criteria/NAME.toml`", "The criteria of the score", |_| {
        schema_for!(RawCriteria)
    }),
    kind(Part::Catalog, "regions", "`regions.toml`, or `regions/NAME.toml`", "The Regions", |_| {
        schema_for!(RawRegions)
    }),
    kind(Part::Reference, "cases", "any name", "A file of selection cases, for `evaluate`", |_| evaluate::schema()),
    kind(Part::Reference, "queues", "any name", "Results of queueing theory, for `verify`", |_| {
        let [_, _, queues, _] = verify::schemas();
        queues
    }),
    kind(Part::Reference, "replays", "any name", "Replays of recordings, for `verify`", |_| {
        let [replays, ..] = verify::schemas();
        replays
    }),
    kind(Part::Reference, "bills", "any name", "Published bills, for `verify`", |_| {
        let [.., bills] = verify::schemas();
        bills
    }),
    kind(Part::Reference, "decisions", "any name", "Worked examples of decision methods, for `verify`", |_| {
        let [_, decisions, ..] = verify::schemas();
        decisions
    }),
    kind(
        Part::Answer,
        "result",
        "`result.json` of `run --out`",
        "What `run --format json` prints; `advise` and `cost` print parts of it",
        |_| schema_for!(Document),
    ),
    kind(Part::Answer, "simulation", "–", "What `simulate --format json` prints", |_| {
        schema_for!(SimulationDocument)
    }),
    kind(
        Part::Answer,
        "cell",
        "a line of `cells.jsonl`",
        "A line of what `sweep --format json` prints and of its cells.jsonl",
        |_| schema_for!(cells::Cell),
    ),
    kind(Part::Answer, "sweep", "`sweep.json`", "The file sweep.json of `sweep --out`", |_| schema_for!(cells::Plan)),
    kind(Part::Answer, "workload", "–", "What `workload --format json` prints", |_| schema_for!(WorkloadDocument)),
    kind(Part::Answer, "verify", "–", "What `verify --format json` prints", |_| schema_for!(Report)),
    kind(Part::Answer, "evaluation", "–", "What `evaluate --format json` prints", |_| schema_for!(Evaluation)),
    kind(Part::Answer, "checked", "–", "What `exercise check --format json` prints, one for each file", |_| {
        schema_for!(Checked)
    }),
    kind(Part::Answer, "catalog-diff", "–", "What `catalog diff --format json` prints", |_| schema_for!(EditionDiff)),
    kind(Part::Answer, "diff", "–", "What `diff --format json` prints", |_| schema_for!(ResultDiff)),
    kind(Part::Answer, "graph", "–", "What `graph --as json` prints", |_| schema_for!(DiagramDocument)),
];

fn scenario(catalog: &Catalog) -> Schema {
    // A schema is an object or a truth value, which is all that can be wrong with this.
    crate::scenario::schema(catalog).try_into().unwrap_or_else(|_| schema_for!(RawScenario))
}
