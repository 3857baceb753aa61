//! Something that the engine finds to be so or not.

use super::bench::{Bench, Setting, Trial, listed};
use super::guess::Guess;
use crate::document::Document;
use crate::policy::{Figure, Judged, read_at};
use crate::report::answer::Reading;
use crate::report::diff::difference;
use crate::rules::{Outcome, RuleKind};
use crate::source::Span;

/// A claim about a scenario; its texts may hold `{answer}`.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) setting: Setting,
    pub(super) what: What,
}

/// What is claimed.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// A policy.
    Holds(String),
    /// A rule is one of the reasons why a service is rejected.
    Removes { rule: String, on: String },
    /// A rule fires or stays silent, about the requirements or about a service.
    Fires { rule: String, on: Option<String>, fires: bool },
    /// A service is rejected.
    Rejected(String),
    /// A service has the largest part of the bill.
    Dearest(String),
    /// A figure is lower than in another setting, or alike.
    Compared { figure: Figure, against: Setting, lower: bool },
}

/// What the engine found about a claim.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    pub(super) holds: bool,
    /// What was found, in a sentence.
    pub(super) found: String,
    /// What that rests on.
    pub(super) reasons: Vec<String>,
}

impl Judgement {
    fn new(holds: bool, found: String) -> Self {
        Self { holds, found, reasons: Vec::new() }
    }

    /// It cannot be tried, which is no success.
    pub(super) fn impossible(why: String) -> Self {
        Self::new(false, why)
    }

    fn because(self, reasons: Vec<String>) -> Self {
        Self { reasons, ..self }
    }
}

/// What claims are judged about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    /// The scenario's name.
    pub(super) name: &'a str,
    pub(super) document: &'a Document,
    /// The student's answer, where there is one.
    pub(super) guess: Option<&'a Guess>,
}

impl Setting {
    /// The setting for an answer.
    pub(super) fn filled(&self, guess: Option<&Guess>) -> Result<Self, String> {
        let set = self.set.iter().map(|text| Guess::fill(guess, text)).collect::<Result<_, _>>()?;
        let primary = self.primary.as_deref().map(|id| Guess::fill(guess, id)).transpose()?;
        Ok(Self { set, primary, through: self.through.clone() })
    }

    /// Both settings together: what this one sets goes before, and the pipeline is the other's where it names one.
    pub(super) fn with(&self, other: &Self) -> Self {
        let set = self.set.iter().chain(&other.set).cloned().collect();
        let pipeline = if other.primary.is_some() { other } else { self };
        Self { set, ..pipeline.clone() }
    }

    /// In words, behind a figure or a sentence; nothing where it changes nothing.
    pub(super) fn told(&self) -> String {
        let set = (!self.set.is_empty()).then(|| format!("with {}", listed(&self.set)));
        let primary = self.primary.as_ref().map(|id| format!("by way of {id}"));
        let through = self.through.as_ref().map(|id| format!("through {id}"));
        let told: Vec<String> = primary.into_iter().chain(through).chain(set).collect();
        if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
    }
}

impl Claim {
    /// Tries the claim.
    pub(super) fn judge(&self, about: About<'_>, bench: &Bench<'_>) -> Judgement {
        self.tried(about, bench).unwrap_or_else(Judgement::impossible)
    }

    fn tried(&self, about: About<'_>, bench: &Bench<'_>) -> Result<Judgement, String> {
        let setting = self.setting.filled(about.guess)?;
        let trial = bench.trial(about.name, about.document, &setting)?;
        let fill = |text: &str| Guess::fill(about.guess, text);
        let judgement = match &self.what {
            What::Holds(policy) => policy_holds(&fill(policy)?, &trial, bench)?,
            What::Removes { rule, on } => removes(&fill(rule)?, &fill(on)?, &trial, bench),
            What::Fires { rule, on, fires } => {
                let on = on.as_deref().map(fill).transpose()?;
                self::fires(&fill(rule)?, on.as_deref(), *fires, &trial, bench)
            }
            What::Rejected(id) => {
                let (told, reasons) = bench.fate(&trial, &fill(id)?);
                let service = trial.decision.service(&fill(id)?);
                let rejected = service.is_some_and(|one| one.verdict == crate::ranking::Verdict::Rejected);
                Judgement::new(rejected, told).because(reasons)
            }
            What::Dearest(id) => dearest(&fill(id)?, &trial, bench)?,
            What::Compared { figure, against, lower } => {
                let against = against.filled(about.guess)?;
                let other = bench.trial(about.name, about.document, &setting.with(&against))?;
                compared(*figure, (&trial, &setting), (&other, &against), *lower, bench)?
            }
        };
        let told = if matches!(self.what, What::Compared { .. }) { String::new() } else { setting.told() };
        Ok(Judgement { found: judgement.found + &told, ..judgement })
    }
}

fn policy_holds(text: &str, trial: &Trial, bench: &Bench<'_>) -> Result<Judgement, String> {
    let services: Vec<&str> = bench.catalog.services.iter().map(|service| service.id.as_str()).collect();
    let policy = read_at(text, Span::default(), Judged::Run, &services).map_err(|problem| problem.message)?;
    if policy.figure() == Figure::Service {
        let judged = policy.judge(&bench.decided(trial)?, None);
        let named = text.rsplit(['=', ' ']).next().unwrap_or_default();
        let (told, reasons) = bench.fate(trial, named);
        return Ok(Judgement::new(judged.hit && !judged.open, told).because(reasons));
    }
    let done = bench.simulated(trial)?;
    let judged = policy.judge(&done.answer, None);
    let holds = judged.hit && !judged.open;
    let verdict = if holds { "holds" } else { "does not hold" };
    Ok(Judgement::new(holds, format!("{verdict}: {}", judged.said)).because(done.grounds(policy.figure())))
}

/// What a rule is about, for whoever named the wrong one.
fn page(rule: &str, bench: &Bench<'_>) -> Vec<String> {
    bench.rules.find(rule).map(|found| format!("{rule}: {}", found.page.checks)).into_iter().collect()
}

fn removes(rule: &str, on: &str, trial: &Trial, bench: &Bench<'_>) -> Judgement {
    let name = bench.name(trial, on);
    let service = trial.decision.service(on).filter(|one| one.verdict == crate::ranking::Verdict::Rejected);
    let Some(service) = service else { return Judgement::impossible(format!("{name} is not rejected here")) };
    if let Some(reason) = service.reasons.iter().find(|reason| reason.rule == rule) {
        return Judgement::new(true, format!("{name} is rejected by {rule}: {}", reason.text));
    }
    let kind = bench.rules.find(rule).map(|found| found.kind);
    let speaks = service.trace.iter().find(|trace| trace.rule == rule);
    let told = match (speaks, kind) {
        (_, Some(RuleKind::Advise | RuleKind::Warn)) => format!("{rule} gives advice; it removes no service"),
        (Some(trace), _) if trace.outcome == Outcome::Unknown => {
            format!("{rule} says nothing about {name}: what it asks for is not stated")
        }
        (Some(_), _) => format!("{rule} looks at {name}, but does not fire here"),
        (None, _) => format!("{rule} does not speak of {name}"),
    };
    Judgement::new(false, told).because(page(rule, bench))
}

fn fires(rule: &str, on: Option<&str>, wanted: bool, trial: &Trial, bench: &Bench<'_>) -> Judgement {
    let fired = match on {
        Some(id) => trial.decision.service(id).and_then(|service| {
            let reason = service.reasons.iter().find(|reason| reason.rule == rule).map(|reason| reason.text.clone());
            let yes = service.trace.iter().any(|trace| trace.rule == rule && trace.outcome == Outcome::Yes);
            reason.or_else(|| yes.then(|| format!("it fires for {}", bench.name(trial, id))))
        }),
        None => bench.contradictions(trial).into_iter().find(|found| found.rule == rule).map(|found| {
            let asked: Vec<String> = found
                .requirements
                .iter()
                .map(|asked| format!("{} = {} ({})", asked.path, asked.value, asked.place))
                .collect();
            format!("{}: {}", found.text, asked.join(", "))
        }),
    };
    match fired {
        Some(text) => Judgement::new(wanted, format!("{rule} fires: {text}")),
        None => Judgement::new(!wanted, format!("{rule} does not fire")).because(page(rule, bench)),
    }
}

fn dearest(id: &str, trial: &Trial, bench: &Bench<'_>) -> Result<Judgement, String> {
    let done = bench.simulated(trial)?;
    let sum = |service: &str| -> Option<f64> {
        let lines = done.played.bill.lines.iter().filter(|line| line.service == service);
        lines.map(|line| line.amount.map(crate::units::Usd::to_f64)).sum()
    };
    let all: Option<Vec<f64>> = done.played.bill.lines.iter().map(|line| sum(&line.service)).collect();
    let all = all.ok_or("a line of the bill has no known price")?;
    let own = sum(id).unwrap_or(0.0);
    let name = bench.name(trial, id);
    let holds = own > 0.0 && all.iter().all(|other| *other <= own);
    let found = match (own > 0.0, holds) {
        (false, _) => format!("{name} is not on the bill"),
        (true, true) => format!("{name} has the largest part of the bill: USD {own:.2}"),
        (true, false) => format!("{name} has USD {own:.2} of the bill, which is not the largest part"),
    };
    // Who named another service has not found it yet; the bill would say which it is.
    Ok(Judgement::new(holds, found).because(if holds { done.grounds(Figure::Cost) } else { Vec::new() }))
}

fn compared(
    figure: Figure,
    (one, setting): (&Trial, &Setting),
    (other, against): (&Trial, &Setting),
    lower: bool,
    bench: &Bench<'_>,
) -> Result<Judgement, String> {
    let (first, second) = (bench.figure(one, figure)?, bench.figure(other, figure)?);
    let paired = match figure {
        Figure::Simulated(figure) => bench
            .simulated(one)?
            .played
            .against(&bench.simulated(other)?.played, figure)
            .ok()
            .map(|pair| pair.difference),
        _ => None,
    };
    let Some(apart) = paired.or_else(|| difference(&second, &first)) else {
        return Err(format!("{} is not known in both settings", figure.name()));
    };
    if first.at_least || second.at_least {
        return Err(format!("a part of {} is unknown in one of the settings", figure.name()));
    }
    let beyond = apart.value.abs() > apart.half_width.unwrap_or(0.0);
    let holds = if lower { beyond && apart.value < 0.0 } else { !beyond };
    let measure = figure.measure();
    let shown = |reading: Reading| reading.show(measure);
    let name = figure.name();
    let found = format!(
        "{name} is {}{} and {}{}; the difference is {}{}",
        shown(first),
        setting.told(),
        shown(second),
        against.told(),
        measure.show(apart.value, apart.half_width),
        if beyond { "" } else { ", which may be chance" },
    );
    Ok(Judgement::new(holds, found).because(bench.simulated(one)?.grounds(figure)))
}
