//! Where exercises are judged: settings of a scenario, each decided at once and simulated and priced when a figure is asked.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::architecture::Architecture;
use crate::catalog::Catalog;
use crate::comparison::{Played, play};
use crate::diag::Problems;
use crate::document::Document;
use crate::policy::Figure;
use crate::ranking::{Decider, Decision, Verdict, circumstances, robustness_of};
use crate::report::answer::{Answer, Reading};
use crate::report::bill::by_line;
use crate::report::result::{Document as ResultDocument, Header, Simulation};
use crate::rules::{Contradiction, RuleBook, Situation};
use crate::scenario::{Loader, Override, Scenario};
use crate::sim::{RunConfig, Watch};
use crate::source::SourceMap;

/// What judging needs, and what has been tried so far.
pub struct Bench<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) rules: &'a RuleBook,
    decider: Decider<'a>,
    watch: &'a dyn Watch,
    /// The texts that places are looked up in.
    sources: RefCell<SourceMap>,
    tried: RefCell<BTreeMap<(usize, Setting), Tried>>,
}

type Tried = Result<Rc<Trial>, String>;

/// A setting of a scenario, with nothing left to fill in.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Setting {
    pub(super) set: Vec<String>,
    pub(super) primary: Option<String>,
    /// A service that the pipeline goes through, where the usual way does not.
    pub(super) through: Option<String>,
}

/// A setting that was decided.
pub(super) struct Trial {
    pub(super) scenario: Scenario,
    pub(super) decision: Decision,
    setting: Setting,
    simulated: OnceCell<Result<Simulated, String>>,
}

/// A setting that was simulated and priced.
pub(super) struct Simulated {
    pub(super) played: Played,
    pub(super) answer: Answer,
    /// The pipeline in words.
    pub(super) way: String,
}

impl std::fmt::Debug for Bench<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench").field("tried", &self.tried.borrow().len()).finish_non_exhaustive()
    }
}

impl<'a> Bench<'a> {
    /// A bench that judges by this catalog and these rules; `sources` holds the texts that were read.
    #[must_use]
    pub fn new(catalog: &'a Catalog, rules: &'a RuleBook, sources: &SourceMap, watch: &'a dyn Watch) -> Self {
        Self {
            catalog,
            rules,
            decider: Decider::new(catalog, rules),
            watch,
            sources: RefCell::new(sources.clone()),
            tried: RefCell::default(),
        }
    }

    pub(super) fn loader(&self) -> Loader<'a> {
        Loader { catalog: self.catalog, edition: None, region: None }
    }

    /// Decides a setting of a parsed scenario; the same one is decided once. The error says why there is no such setting.
    pub(super) fn trial(&self, name: &str, document: &Document, setting: &Setting) -> Tried {
        let key = (document.span.start, setting.clone());
        if let Some(known) = self.tried.borrow().get(&key) {
            return known.clone();
        }
        let done = self.scenario(name, document, &setting.set).map(|scenario| {
            let decision = self.decider.decide(&scenario);
            Rc::new(Trial { scenario, decision, setting: setting.clone(), simulated: OnceCell::new() })
        });
        self.tried.borrow_mut().insert(key, done.clone());
        done
    }

    fn scenario(&self, name: &str, document: &Document, set: &[String]) -> Result<Scenario, String> {
        let (mut problems, mut document) = (Problems::default(), document.clone());
        let sources = &mut *self.sources.borrow_mut();
        let overrides: Vec<Override> = set.iter().map(|text| Override { text: text.clone() }).collect();
        self.loader().set(&mut document, &overrides, sources, &mut problems);
        let scenario = self.loader().check(name, "", document, sources, &mut problems);
        let told = || {
            let first = problems.list().first().map_or("it is no scenario", |problem| problem.message.as_str());
            if set.is_empty() { first.to_owned() } else { format!("with {}, {first}", listed(set)) }
        };
        scenario.filter(|_| !problems.has_errors()).ok_or_else(told)
    }

    /// Requirements of the setting that cannot all be meant.
    pub(super) fn contradictions(&self, trial: &Trial) -> Vec<Contradiction> {
        let at = circumstances(&trial.scenario);
        self.rules.contradictions(&Situation::new(&trial.scenario.answers, &at))
    }

    /// What the decision alone answers.
    pub(super) fn decided(&self, trial: &Trial) -> Result<Answer, String> {
        let document = ResultDocument::new(Header::new(self.catalog, &trial.scenario));
        let document = ResultDocument { decision: Some((&trial.decision).into()), ..document };
        Answer::of(&document).map_err(|error| error.to_string())
    }

    /// What simulating and pricing the setting answers; done once.
    pub(super) fn simulated<'t>(&self, trial: &'t Trial) -> Result<&'t Simulated, String> {
        trial.simulated.get_or_init(|| self.simulate(trial)).as_ref().map_err(Clone::clone)
    }

    fn simulate(&self, trial: &Trial) -> Result<Simulated, String> {
        let Trial { scenario, decision, .. } = trial;
        let path = &self.path(trial)?;
        let settings = &scenario.simulation;
        let config = RunConfig {
            replications: settings.replications,
            warm_up: settings.warm_up,
            ..RunConfig::new(settings.seed, settings.horizon)
        };
        let played = play(self.catalog, path, scenario, &config, None, self.watch);
        let played = played.map_err(|error| format!("it cannot be simulated: {error}"))?;
        if played.run.stopped_before.is_some() {
            return Err("the simulation was interrupted".to_owned());
        }
        let mut document = ResultDocument::new(Header::new(self.catalog, scenario));
        let mut part: crate::report::result::DecisionPart = decision.into();
        part.robustness = Some(robustness_of(decision, None));
        document.decision = Some(part);
        document.simulation = Some(Simulation::new(&played.run, &played.lowered, path.services(), None));
        document.bill = Some(played.bill.clone());
        let answer = Answer::of(&document).map_err(|error| error.to_string())?;
        Ok(Simulated { played, answer, way: path.way() })
    }

    /// The pipeline of the service asked for, or the recommended one; another way of it, where one is asked for.
    fn path(&self, trial: &Trial) -> Result<Architecture, String> {
        let Trial { scenario, decision, setting, .. } = trial;
        let recommended = decision.recommended.as_ref();
        let Some(id) = setting.primary.as_ref().or(recommended.map(|answer| &answer.primary)) else {
            let nearest = decision.nearest_rejected();
            let nearest = nearest.first().map(|near| {
                let rules: Vec<&str> = near.reasons.iter().map(|reason| reason.rule.as_str()).collect();
                format!("; nearest is {}, kept out by {}", near.name, rules.join(" and "))
            });
            return Err(format!("nothing satisfies the requirements{}", nearest.unwrap_or_default()));
        };
        if let Some(through) = &setting.through {
            let ways = self.decider.variants(scenario, id);
            let way = ways.into_iter().find(|way| way.services.contains(through));
            return way.map(|way| way.path).ok_or_else(|| format!("`{id}` has no way through `{through}` here"));
        }
        let path = decision.service(id).and_then(|service| service.architecture.clone());
        path.ok_or_else(|| format!("`{id}` has no way from this source to these destinations"))
    }

    /// A figure of the setting.
    pub(super) fn figure(&self, trial: &Trial, figure: Figure) -> Result<Reading, String> {
        Ok(figure.of(&self.simulated(trial)?.answer, false))
    }

    /// How a service is called in the trial's edition.
    pub(super) fn name(&self, trial: &Trial, id: &str) -> String {
        self.catalog.service(id).map_or(id, |service| service.short_name(trial.scenario.edition)).to_owned()
    }

    /// What became of a service and why, in sentences.
    pub(super) fn fate(&self, trial: &Trial, id: &str) -> (String, Vec<String>) {
        let name = self.name(trial, id);
        let Some(service) = trial.decision.service(id) else {
            return (format!("{name} is not weighed here: it is no service that could be the answer"), Vec::new());
        };
        let reason = |reason: &crate::ranking::Reason| format!("{name}: {} [{}]", reason.text, reason.rule);
        let reasons: Vec<String> = service.reasons.iter().take(MOST_REASONS).map(reason).collect();
        let best = trial.decision.ranked().next().and_then(|first| first.score);
        let told = match (service.verdict, service.score, best) {
            (Verdict::Ranked(place), Some(score), Some(best)) if place > 1 => {
                format!(
                    "{name} would do, but comes {}: {score:.1} points against {best:.1} of the first",
                    service.verdict
                )
            }
            (Verdict::Ranked(_), ..) => format!("{name} is the answer of the engine"),
            (verdict, ..) => format!("{name} is {verdict}"),
        };
        (told, reasons)
    }
}

/// Reasons that are told of one service.
const MOST_REASONS: usize = 3;

impl Simulated {
    /// What stands behind a figure: the pipeline, and what the figure is made of.
    pub(super) fn grounds(&self, figure: Figure) -> Vec<String> {
        let mut grounds = vec![format!("simulated: {}", self.way)];
        let objects = &self.played.run.summary.objects;
        match figure {
            Figure::Cost => grounds.push(format!("the bill: {}", by_line(&self.played.bill))),
            Figure::ObjectsPerDay
            | Figure::Simulated(crate::sim::Figure::ObjectBytes | crate::sim::Figure::ObjectsPerHour) => {
                let closed = objects.closed_by_size + objects.closed_by_time;
                if closed > 0 {
                    let share = 100.0 * objects.closed_by_size as f64 / closed as f64;
                    grounds.push(format!("{share:.0} % of the objects were closed by size, the others by time"));
                }
            }
            _ => {}
        }
        grounds
    }
}

/// Settings as they would be typed.
pub(super) fn listed(set: &[String]) -> String {
    set.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" and ")
}
