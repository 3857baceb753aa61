//! Verbs that describe the program and its knowledge: `init`, `explain`, `catalog`, `schema`, `completions`, `man`.

use std::fmt::Write as _;
use std::fs;

use clap::CommandFactory;

use super::Failure;
use super::args::{CatalogArgs, CatalogVerb, Cli, CompletionsArgs, ExplainArgs, InitArgs, Listed, SchemaArgs};
use super::context::Context;
use super::output::unwritable;
use crate::catalog::raw::Grade;
use crate::catalog::{Catalog, Edition, Service};
use crate::diag::{Diagnostic, nearest, suggest};
use crate::report::{self, Style, Table, rule};
use crate::rules::RuleBook;
use crate::scenario::EXAMPLES;
use crate::schemas::KINDS;
use crate::units::significant;

pub(super) fn init(args: &InitArgs, context: &mut Context) -> Result<(), Failure> {
    if args.list {
        return context.print(&example_list(context.width()));
    }
    let names: Vec<&str> = EXAMPLES.iter().map(|(name, _)| name.trim_end_matches(".toml")).collect();
    let Some((_, text)) = EXAMPLES.iter().find(|(name, _)| name.trim_end_matches(".toml") == args.example) else {
        let problem = Diagnostic::error("unknown-example", format!("there is no example `{}`", args.example));
        let problem = problem.help(suggest(&args.example, &names, "the examples are"));
        return context.refuse(problem.help("`forebay init --list` says what each is about"));
    };
    if args.file.as_os_str() == "-" {
        return context.print(text);
    }
    if args.file.exists() && !args.force {
        let problem = Diagnostic::error("exists", format!("{} exists already", args.file.display()));
        return context.refuse(problem.help("name another file, or add --force to replace it"));
    }
    if let Err(error) = fs::write(&args.file, text) {
        return context.refuse(unwritable(&args.file, &error));
    }
    let file = args.file.display();
    context.print(&format!("{file} written. Next: forebay run {file}"))
}

/// The examples with their titles.
fn example_list(width: usize) -> String {
    let mut table = Table::new(&["example", "about"]);
    for (name, text) in EXAMPLES {
        let parsed: Option<toml::Table> = text.parse().ok();
        let title = parsed.and_then(|scenario| Some(scenario.get("title")?.as_str()?.to_owned()));
        table.row(vec![name.trim_end_matches(".toml").to_owned(), title.unwrap_or_default()]);
    }
    table.render(Style::Plain(width))
}

pub(super) fn explain(args: &ExplainArgs, context: &mut Context) -> Result<(), Failure> {
    let (_, rules) = context.knowledge()?;
    let Some(id) = &args.rule else { return context.print(&rule_list(&rules, context.width())) };
    match rules.find(id) {
        Some(found) => context.print(&rule::page(found)),
        None => {
            let names: Vec<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
            let problem = Diagnostic::error("unknown-rule", format!("there is no rule `{id}`"));
            context.refuse(problem.help(suggest(id, &names, "`forebay explain` lists the rules; they are")))
        }
    }
}

fn rule_list(rules: &RuleBook, width: usize) -> String {
    let mut table = Table::new(&["rule", "kind", "checks"]);
    for rule in &rules.rules {
        let kind = rule::kind(rule.kind).split(':').next().unwrap_or_default().to_owned();
        table.row(vec![rule.id.clone(), kind, rule.page.checks.clone()]);
    }
    table.render(Style::Plain(width))
}

pub(super) fn catalog(args: &CatalogArgs, context: &mut Context) -> Result<(), Failure> {
    let (catalog, rules) = context.knowledge()?;
    match &args.what {
        CatalogVerb::List { what: Listed::Workloads, .. } => {
            context.print(&workload_list(&catalog, Style::Plain(context.width())))
        }
        CatalogVerb::List { what: Listed::Meters, service, .. } => meter_list(&catalog, service.as_deref(), context),
        CatalogVerb::List { what: Listed::Prices, service, region, .. } => {
            price_list(&catalog, service.as_deref(), region.as_deref(), context)
        }
        CatalogVerb::List { what: Listed::Nodes, .. } => {
            context.print(&report::reference::nodes(&catalog, Style::Plain(context.width())))
        }
        CatalogVerb::List { what: Listed::Services, edition, .. } => {
            let mut table = Table::new(&["id", "name", "role", "does"]);
            for service in &catalog.services {
                let role = report::role(service.role).to_owned();
                let name = service.full_name(*edition).to_owned();
                table.row(vec![service.id.clone(), name, role, service.summary.clone()]);
            }
            context.print(&table.render(Style::Plain(context.width())))
        }
        CatalogVerb::List { what: Listed::Criteria, .. } => {
            context.print(&report::criterion::list(&catalog).render(Style::Plain(context.width())))
        }
        CatalogVerb::List { what: Listed::Regions, .. } => {
            let mut table = Table::new(&["Region", "name", "prices"]).right(&[2]);
            for (id, name) in &catalog.regions {
                table.row(vec![id.clone(), name.clone(), catalog.prices.count_in(id).to_string()]);
            }
            context.print(&table.render(Style::Plain(context.width())))
        }
        CatalogVerb::List { what: Listed::Examples, .. } => context.print(&example_list(context.width())),
        CatalogVerb::Diff(args) => super::catalog::diff(args, &catalog, &rules, context),
        CatalogVerb::Show { id, edition } => match shown(id, *edition, &catalog, &rules, context.width()) {
            Some(page) => context.print(&page),
            None => context.refuse(nothing_called(id, &catalog, &rules)),
        },
    }
}

/// The meters of one service, or of all, each service with a table of its own.
fn meter_list(catalog: &Catalog, service: Option<&str>, context: &mut Context) -> Result<(), Failure> {
    let billing = report::bill::billing(catalog);
    if let Some(unknown) = service.filter(|service| !billing.contains(service)) {
        return context.refuse(bills_nothing(unknown, &billing));
    }
    let mut text = String::new();
    for id in billing.into_iter().filter(|id| service.is_none_or(|wanted| wanted == *id)) {
        if catalog.meters_of(id).is_empty() {
            continue;
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        let name = catalog.billed_name(id, Edition::Current);
        let table = report::bill::meters(catalog, id).render(Style::Plain(context.width()));
        let _ = write!(text, "{gap}{name} ({id})\n{table}");
    }
    context.print(&text)
}

fn price_list(
    catalog: &Catalog,
    service: Option<&str>,
    region: Option<&str>,
    context: &mut Context,
) -> Result<(), Failure> {
    let billing = catalog.prices.services();
    if let Some(unknown) = service.filter(|service| !billing.contains(service)) {
        return context.refuse(bills_nothing(unknown, &billing));
    }
    if let Some(unknown) = region.filter(|region| !catalog.regions.contains_key(*region)) {
        let names: Vec<&str> = catalog.regions.keys().map(String::as_str).collect();
        let problem = Diagnostic::error("unknown-region", format!("there is no Region `{unknown}`"));
        return context.refuse(problem.help(suggest(unknown, &names, "the Regions are")));
    }
    let mut sections = Vec::new();
    for id in billing.into_iter().filter(|id| service.is_none_or(|wanted| wanted == *id)) {
        let name = catalog.billed_name(id, Edition::Current);
        let known = catalog.prices.regions_of(id);
        if let Some(region) = region.filter(|region| service.is_some() && !known.contains(region)) {
            let known = known.join(", ");
            sections.push(format!("{name} ({id}): no price in {region} is known; there are some in {known}\n"));
        }
        for place in known.into_iter().filter(|place| region.is_none_or(|wanted| wanted == *place)) {
            let table = report::reference::price_list(catalog, id, place).render(Style::Plain(context.width()));
            sections.push(format!("{name} ({id}), {place}\n{table}"));
        }
    }
    context.print(&sections.join("\n"))
}

fn bills_nothing(service: &str, billing: &std::collections::BTreeSet<&str>) -> Diagnostic {
    let names: Vec<&str> = billing.iter().copied().collect();
    let problem = Diagnostic::error("unknown-service", format!("no service `{service}` bills anything"));
    problem.help(suggest(service, &names, "those that do are"))
}

/// The page of a service, a criterion or a rule; no two of them share a name.
fn shown(id: &str, edition: Option<Edition>, catalog: &Catalog, rules: &RuleBook, width: usize) -> Option<String> {
    if let Some(service) = catalog.service(id) {
        return Some(service_page(service, catalog, edition, width));
    }
    if let Some(criterion) = catalog.criteria.iter().find(|criterion| criterion.id == id) {
        return Some(report::criterion::page(criterion, catalog, rules, edition.unwrap_or_default(), width));
    }
    rules.find(id).map(rule::page)
}

fn nothing_called(id: &str, catalog: &Catalog, rules: &RuleBook) -> Diagnostic {
    let services: Vec<&str> = catalog.services.iter().map(|service| service.id.as_str()).collect();
    let criteria = catalog.criteria.iter().map(|criterion| criterion.id.as_str());
    let others = criteria.chain(rules.rules.iter().map(|rule| rule.id.as_str()));
    let problem = Diagnostic::error("unknown-name", format!("there is no service, no criterion and no rule `{id}`"));
    let near = nearest(id, services.iter().copied().chain(others));
    let problem = problem.help(match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => suggest(id, &services, "the services are"),
    });
    problem.help("`forebay catalog list services`, `forebay catalog list criteria` and `forebay explain` list them")
}

/// The workload presets with grade and source: arrivals, sizes, profiles.
fn workload_list(catalog: &Catalog, style: Style) -> String {
    let arrivals = report::reference::arrival_presets(catalog, style);
    let sizes = report::reference::size_presets(catalog, style);
    let mut profiles = Table::new(&["profile", "period", "peak over mean"]).right(&[2]);
    for profile in &catalog.profiles {
        profiles.row(vec![profile.name.clone(), profile.period.to_string(), significant(profile.peak(), 3)]);
    }
    format!("{arrivals}\n{sizes}\n{}", profiles.render(style))
}

fn service_page(service: &Service, catalog: &Catalog, edition: Option<Edition>, width: usize) -> String {
    let shown = edition.unwrap_or_default();
    let mut text = format!("{} ({})\n{}\n{}\n\n", service.full_name(shown), service.id, service.summary, service.docs);
    let mut facts = Table::new(&["fact", "value", "holds for", "known", "checked", "source"]);
    let mut read: Vec<&str> = Vec::new();
    let in_edition =
        |fact: &&crate::catalog::Fact| edition.is_none() || fact.edition().is_none_or(|only| Some(only) == edition);
    for fact in service.facts.iter().filter(in_edition) {
        let known = match fact.grade {
            Grade::Documented => "documented",
            Grade::Measured => "measured",
            Grade::Assumption => "assumed",
        };
        let place = read.iter().position(|source| *source == fact.source).unwrap_or_else(|| {
            read.push(&fact.source);
            read.len() - 1
        });
        let cells = [&fact.id, &fact.shown, &fact.limits(), known, &fact.checked, &format!("[{}]", place + 1)];
        facts.row(cells.map(str::to_owned).to_vec());
    }
    text.push_str(&facts.render(Style::Plain(width)));
    text.push('\n');
    for (index, source) in read.iter().enumerate() {
        let _ = writeln!(text, "  [{}] {source}", index + 1);
    }
    if !service.options.is_empty() {
        let mut options = Table::new(&["option", "does"]);
        for option in &service.options {
            options.row(vec![format!("{}.{}", service.id, option.id), option.doc.clone()]);
        }
        let _ = write!(text, "\n{}", options.render(Style::Plain(width)));
    }
    if !catalog.meters_of(&service.id).is_empty() {
        let meters = report::bill::meters(catalog, &service.id);
        let _ = write!(text, "\n{}", meters.render(Style::Plain(width)));
    }
    let mut edges = Table::new(&["from", "to", "code", "how"]);
    for edge in catalog.edges.iter().filter(|edge| edge.from == service.id || edge.to == service.id) {
        let code = if edge.needs_code { "yes" } else { "no" };
        edges.row(vec![edge.from.clone(), edge.to.clone(), code.to_owned(), edge.how.clone()]);
    }
    let _ = write!(text, "\n{}", edges.render(Style::Plain(width)));
    text
}

pub(super) fn schema(args: &SchemaArgs, context: &mut Context) -> Result<(), Failure> {
    let (catalog, _) = context.knowledge()?;
    let kind = KINDS.iter().find(|kind| kind.name == args.of);
    // Clap lets no other name through.
    let kind = kind.ok_or_else(|| Failure::Internal(format!("there is no schema `{}`", args.of)))?;
    let text = serde_json::to_string_pretty(&kind.schema(&catalog));
    context.print(&text.map_err(|error| Failure::Internal(error.to_string()))?)
}

pub(super) fn completions(args: &CompletionsArgs, context: &Context) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "forebay", &mut script);
    context.print(&String::from_utf8_lossy(&script))
}

pub(super) fn man(context: &Context) -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    context.print(&String::from_utf8_lossy(&page))
}
