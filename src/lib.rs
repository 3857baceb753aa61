//! Which AWS services should carry your data, at what delay and what price.
//!
//! A question passes through these phases, each a module, and data flows one way through them:
//!
//! 1. *Read.* [`document`] parses TOML with the place of every value and holds it against the schema of its type;
//!    [`catalog`] (services, facts, prices, integrations) and [`scenario`] (requirements, workload) check what they read.
//!    All problems of a file come back together, as [`diag`].
//! 2. *Judge.* [`rules`] holds every rule against every service and keeps the whole trace.
//! 3. *Rank.* [`ranking`] screens, finds each candidate's path through the integration graph ([`architecture`]) and scores
//!    what is left; [`mcda`] has the methods of decision analysis.
//! 4. *Simulate.* [`architecture::lower`] turns the path into queueing stages, [`sim`] runs them; [`trace`] brings recorded
//!    traffic and [`workload`] describes it, [`theory`] has the closed forms that tests hold the simulation against.
//! 5. *Price.* [`cost`] turns what the run counted into the lines of a bill.
//! 6. *Report.* [`report`] makes tables, JSON and charts from the same results and compares them; [`policy`] says what
//!    they must not be; [`exercise`] sets tasks and judges hand-ins by all of the above; [`cli`] is the command line around
//!    it all.
//!
//! ```
//! use forebay::catalog::{Catalog, Library};
//! use forebay::diag::Problems;
//! use forebay::ranking::decide;
//! use forebay::rules::RuleBook;
//! use forebay::scenario::Loader;
//! use forebay::source::SourceMap;
//!
//! let (mut sources, mut problems) = (SourceMap::default(), Problems::default());
//! let library = Library::embedded();
//! let catalog = Catalog::load(&library, &mut sources, &mut problems);
//! let rules = RuleBook::load(&library, &catalog, &mut sources, &mut problems);
//! let text = r#"
//!     format = 1
//!     title = "Clicks of a website"
//!     source = { kind = "clickstream", system = "browser", protocol = "https_api", client-sdk = "none" }
//!     needs = { destinations = ["s3"], freshness = "15 min", transform = "none", cost = "pay_per_use" }
//! "#;
//! let loader = Loader { catalog: &catalog, edition: None, region: None };
//! let scenario = loader.load("clicks.toml", text, &[], &mut sources, &mut problems).expect("a valid scenario");
//! let decision = decide(&catalog, &rules, &scenario);
//! assert_eq!(decision.recommended.expect("a recommendation").architecture, ["api_gateway", "firehose", "s3"]);
//! ```

pub mod architecture;
pub mod catalog;
pub mod cli;
pub mod comparison;
pub mod cost;
pub mod diag;
pub mod document;
pub mod evaluate;
pub mod exercise;
pub mod experiment;
pub mod mcda;
pub mod policy;
pub mod ranking;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod schemas;
pub mod sensitivity;
pub mod sim;
pub mod source;
pub mod theory;
pub mod trace;
pub mod tuning;
pub mod units;
pub mod value;
pub mod verify;
pub mod workload;
