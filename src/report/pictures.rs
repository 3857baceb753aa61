//! The charts of a run (scores, acceptability of ranks, latency, freshness, bill) and of a comparison (latencies, bills, costs
//! over the volume, cost against delay, objects).

pub mod experiments;

use super::charts::{
    AcceptabilityChart, Age, BillBar, BillChart, BillPart, BillsChart, CandidateBill, Caption, Chart, FreshnessChart,
    FrontChart, FrontPoint, LatenciesChart, LatencyChart, LatencyCurve, LatencyMark, LineKind, ObjectsChart,
    ObjectsItem, RankShares, ScoreBar, ScoreChart, Shade, VolumeChart, VolumeCrossing, VolumeCurve, money,
};
use super::comparison::{Compared, Comparison, Volumes};
use super::result::{Document, Header, Percentiles};
use super::{bill, robustness, seconds};
use crate::catalog::Catalog;
use crate::comparison::{Candidate, NotPlayed, Played};
use crate::cost::{Basis, Bill};
use crate::ranking::robustness::AlternativeRobustness;
use crate::ranking::{Decision, Robustness, ServiceVerdict, Verdict};
use crate::scenario::Scenario;
use crate::sim::RunResult;
use crate::units::{Bytes, Usd, grouped, significant};
use crate::value::Value;

/// Each chart with the name of its files.
#[must_use]
pub fn charts(
    document: &Document,
    decision: &Decision,
    run: Option<&RunResult>,
    catalog: &Catalog,
    scenario: &Scenario,
) -> Vec<(&'static str, Chart)> {
    let scores = scores(document, decision).map(|chart| ("scores", chart));
    let acceptability = acceptability(document).map(|chart| ("acceptability", chart));
    let latency = run.and_then(|run| latency(document, run, catalog, scenario)).map(|chart| ("latency", chart));
    let freshness = freshness(document, catalog, scenario).map(|chart| ("freshness", chart));
    let bill = bill_chart(document, catalog, scenario).map(|chart| ("bill", chart));
    scores.into_iter().chain(acceptability).chain(latency).chain(freshness).chain(bill).collect()
}

fn footer(document: &Document) -> String {
    footer_of(&document.header, document.simulation.as_ref().map(|run| (run.seed, run.replications)))
}

pub(super) fn footer_of(header: &Header, run: Option<(u64, u32)>) -> String {
    let run = run.map_or_else(String::new, |(seed, replications)| {
        format!(" · seed {seed}, {}", super::count(u64::from(replications), "replication"))
    });
    let digest: String = header.catalog_digest.chars().take(8).collect();
    format!(
        "{} · {} · edition {} · catalog {digest}{run} · Forebay\u{a0}{}",
        header.scenario.title,
        header.region,
        header.edition.name(),
        header.forebay_version
    )
}

fn scores(document: &Document, decision: &Decision) -> Option<Chart> {
    let ranked: Vec<&ServiceVerdict> = decision.ranked().collect();
    let first = ranked.first()?;
    let rest = ranked.get(1).map_or_else(String::new, |second| {
        format!(
            ", {:.1} points against {:.1} for {}",
            first.score.unwrap_or(0.0),
            second.score.unwrap_or(0.0),
            second.name
        )
    });
    let criteria: Vec<String> = first.contributions.iter().map(|part| part.name.clone()).collect();
    let bar = |service: &&ServiceVerdict| ScoreBar {
        name: service.name.clone(),
        parts: service.contributions.iter().map(|part| part.points).collect(),
    };
    let rejected = decision.nearest_rejected();
    let mut rejected: Vec<String> = rejected.iter().map(|service| service.name.clone()).collect();
    rejected.sort();
    Some(Chart::Scores(ScoreChart {
        caption: Caption {
            title: format!("{} fits best{rest}", first.name),
            subtitle: "Points by criterion: weight × value, at most 100. Rejected services failed a requirement."
                .to_owned(),
            footer: footer(document),
        },
        criteria,
        services: ranked.iter().map(bar).collect(),
        rejected,
    }))
}

/// How often each service has each rank; nothing where a single service is left, whose rank no weighting can change.
fn acceptability(document: &Document) -> Option<Chart> {
    let found: &Robustness = document.decision.as_ref()?.robustness.as_ref()?;
    let first = found.alternatives.first().filter(|_| found.alternatives.len() > 1)?;
    let often = found.alternatives.iter().max_by(|a, b| first_share(a).total_cmp(&first_share(b))).unwrap_or(first);
    let percent = |share: f64| format!("{}\u{a0}%", robustness::percent(share));
    let (most, own) = (first_share(often), first_share(first));
    let title = if most <= own {
        format!("{} is the first in {} of all weightings of the criteria", first.name, percent(own))
    } else {
        format!(
            "{} is the first in {} of all weightings, {}, the first here, in {}",
            often.name,
            percent(most),
            first.name,
            percent(own)
        )
    };
    let half = found.half_width.map_or_else(String::new, |half| format!(", ±{}\u{a0}%", significant(half * 100.0, 1)));
    Some(Chart::Acceptability(AcceptabilityChart {
        caption: Caption {
            title,
            subtitle: format!(
                "How often each service has each rank, whatever the weights: {} weightings drawn evenly{half} (SMAA-2).",
                grouped(u64::from(found.samples))
            ),
            footer: footer(document),
        },
        services: found
            .alternatives
            .iter()
            .map(|one| RankShares { name: one.name.clone(), shares: one.rank_acceptability.clone() })
            .collect(),
        half_width: found.half_width,
    }))
}

/// In which share of the weightings a service is the first.
fn first_share(one: &AlternativeRobustness) -> f64 {
    one.rank_acceptability.first().copied().unwrap_or(0.0)
}

fn latency(document: &Document, run: &RunResult, catalog: &Catalog, scenario: &Scenario) -> Option<Chart> {
    let figures: &Percentiles = &document.simulation.as_ref()?.latency_s;
    // Where nothing was delivered there is no latency, and no picture of it.
    if !figures.p99.value.is_finite() {
        return None;
    }
    let points: Vec<(f64, f64)> = run.summary.latency.histogram.cumulative().collect();
    let mark = |label: &str, seconds: f64, share: f64| LatencyMark { label: label.to_owned(), seconds, share };
    let limit = asked(scenario);
    let last = end(document, catalog, scenario);
    let of = if run.summary.records.rejected > 0 { "accepted records" } else { "records" };
    Some(Chart::Latency(LatencyChart {
        caption: Caption {
            title: format!("99 % of the {of} are in {last} after {}", seconds(figures.p99.value)),
            subtitle: "Share of records that can be read at the destination within a time after they were sent."
                .to_owned(),
            footer: footer(document),
        },
        points,
        marks: vec![
            mark("p50", figures.p50.value, 0.50),
            mark("p95", figures.p95.value, 0.95),
            mark("p99", figures.p99.value, 0.99),
        ],
        limit,
    }))
}

/// The freshness asked for, in words and in seconds.
fn asked(scenario: &Scenario) -> Option<(String, f64)> {
    match scenario.answers.get("needs.freshness").map(|answer| answer.value.ends().0) {
        Some(Value::Duration(limit)) => Some((format!("asked for: {limit}"), limit.as_secs_f64())),
        _ => None,
    }
}

/// How old the oldest record on its way is, over the time of the run; nothing where no buffer ever held one.
fn freshness(document: &Document, catalog: &Catalog, scenario: &Scenario) -> Option<Chart> {
    let run = document.simulation.as_ref()?;
    let course = &run.freshness_over_time_s;
    let oldest = course.largest.iter().copied().flatten().reduce(f64::max)?;
    let parts = course.mean.iter().zip(&course.largest).enumerate();
    let ages = parts.map(|(part, (mean, largest))| Age {
        at: (part as f64 + 0.5) * course.step_s,
        mean: *mean,
        largest: *largest,
    });
    let mut shades: Vec<Shade> = Vec::new();
    for outage in &run.outages {
        let name =
            catalog.service(&outage.service).map_or(outage.service.as_str(), |it| it.short_name(scenario.edition));
        let shade = Shade { label: format!("{name} takes nothing"), from: outage.from_s, to: outage.to_s };
        if !shades.contains(&shade) {
            shades.push(shade);
        }
    }
    let last = end(document, catalog, scenario);
    Some(Chart::Freshness(FreshnessChart {
        caption: Caption {
            title: format!("The oldest record on its way to {last} is at most {} old", seconds(oldest)),
            subtitle: "Age of the oldest record that is collected or on its way behind that, in each part of the run."
                .to_owned(),
            footer: footer(document),
        },
        span: run.horizon_s,
        ages: ages.collect(),
        limit: asked(scenario),
        shades,
    }))
}

const fn kind(basis: Basis) -> LineKind {
    match basis {
        Basis::Fixed => LineKind::Fixed,
        Basis::Scenario | Basis::Usage => LineKind::Scenario,
        Basis::Simulation => LineKind::Simulation,
    }
}

/// The name of the service where the simulated pipeline ends.
fn end(document: &Document, catalog: &Catalog, scenario: &Scenario) -> String {
    let last = document.simulation.as_ref().and_then(|run| run.pipeline.last());
    let service = last.and_then(|id| catalog.service(id));
    service.map_or_else(|| "the destination".to_owned(), |service| service.short_name(scenario.edition).to_owned())
}

fn bill_chart(document: &Document, catalog: &Catalog, scenario: &Scenario) -> Option<Chart> {
    let sum = document.bill.as_ref()?;
    let known = sum.lines.iter().filter_map(|line| Some((line, line.amount?)));
    let lines: Vec<BillBar> = known
        .map(|(line, amount)| BillBar {
            label: bill::label(line, catalog, scenario.edition),
            amount_usd: amount.to_f64(),
            // Below half a cent an interval says nothing that the amount does not.
            half_width: line.amount_half_width.filter(|width| *width >= 0.005),
            kind: kind(line.basis),
        })
        .collect();
    let total = sum.total?.to_f64();
    let title =
        if sum.complete { dearest(sum, total, catalog, scenario) } else { "The known part of the bill".to_owned() };
    let gaps = if sum.complete { "" } else { " Lines without a known price are left out." };
    Some(Chart::Bill(BillChart {
        caption: Caption {
            title,
            subtitle: format!(
                "USD a month of {} hours, prices of {}; no free tier.{gaps}",
                sum.hours_per_month, sum.region
            ),
            footer: footer(document),
        },
        lines,
        total_usd: total,
        total_half_width: sum.total_half_width,
        period: "a month".to_owned(),
    }))
}

/// Which service takes most of the bill, if one takes half of it.
fn dearest(sum: &Bill, total: f64, catalog: &Catalog, scenario: &Scenario) -> String {
    let mut services: Vec<(&str, f64)> = Vec::new();
    for line in &sum.lines {
        let amount = line.amount.map_or(0.0, Usd::to_f64);
        match services.iter_mut().find(|(id, _)| *id == line.service) {
            Some((_, known)) => *known += amount,
            None => services.push((&line.service, amount)),
        }
    }
    let first = services.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, amount)| *amount >= total / 2.0);
    match first.filter(|_| services.len() > 1 && total > 0.0) {
        Some((id, amount)) => {
            let name = catalog.billed_name(id, scenario.edition);
            format!("{name} is {:.0} % of the bill", 100.0 * amount / total)
        }
        None => "The bill".to_owned(),
    }
}

/// The charts of a comparison, each with the name of its files.
#[must_use]
pub fn comparison(
    comparison: &Comparison,
    header: &Header,
    played: &[(Candidate, Result<Played, NotPlayed>)],
    catalog: &Catalog,
    scenario: &Scenario,
) -> Vec<(&'static str, Chart)> {
    let ways = Ways::of(comparison);
    let side =
        SideBySide { comparison, ways, footer: footer_of(header, Some((comparison.seed, comparison.replications))) };
    let latencies = side.latencies(played, scenario).map(|chart| ("latencies", chart));
    let bills = side.bills(catalog, scenario).map(|chart| ("bills", chart));
    let volume = comparison.volumes.as_ref().and_then(|volumes| side.volume(volumes, scenario));
    let volume = volume.map(|chart| ("volume", chart));
    let front = side.front(scenario).map(|chart| ("front", chart));
    let objects = side.objects(played).map(|chart| ("objects", chart));
    latencies.into_iter().chain(bills).chain(volume).chain(front).chain(objects).collect()
}

/// What tells the compared ways apart.
struct Ways {
    /// A name for each architecture: its services without those that all of them begin or end with.
    names: Vec<String>,
    /// What they have in common, in a sentence; empty if nothing.
    common: String,
}

impl Ways {
    fn of(comparison: &Comparison) -> Self {
        if let Some(names) = settings(comparison) {
            return names;
        }
        let hops = |one: &Compared| one.path.split(" ▶ ").map(str::to_owned).collect::<Vec<_>>();
        let simulated = comparison.architectures.iter().filter(|one| one.not_simulated.is_none());
        // What a rule removed may begin and end elsewhere; its name is then the whole way.
        let (removed, in_play): (Vec<&Compared>, Vec<&Compared>) =
            simulated.partition(|one| one.verdict == Verdict::Rejected);
        let shown: Vec<Vec<String>> = in_play.into_iter().map(hops).collect();
        let (front, back) = common(&shown);
        let first = shown.first().map_or(&[][..], Vec::as_slice);
        let begin = first.get(..front).unwrap_or_default();
        let end = first.get(first.len().saturating_sub(back)..).unwrap_or_default();
        let name = |one: &Compared| {
            let hops = hops(one);
            let own = hops.strip_prefix(begin).unwrap_or(&hops);
            let own = own.strip_suffix(end).filter(|own| !own.is_empty()).unwrap_or(own);
            let ruled_out = if one.verdict == Verdict::Rejected { " (ruled out)" } else { "" };
            format!("{}{ruled_out}", own.join(" › "))
        };
        let all = removed.into_iter().all(|one| hops(one).starts_with(begin) && hops(one).ends_with(end));
        let who = if all { "All" } else { "Those not ruled out all" };
        let (begin, end) = (begin.join(" › "), end.join(" › "));
        let common = match (front, back) {
            (0, 0) => String::new(),
            (0, _) => format!(" {who} end in {end}."),
            (_, 0) => format!(" {who} begin with {begin}."),
            _ => format!(" {who} begin with {begin} and end in {end}."),
        };
        Self { names: comparison.architectures.iter().map(name).collect(), common }
    }

    fn name(&self, place: usize) -> String {
        self.names.get(place).cloned().unwrap_or_default()
    }
}

/// Settings by what is set in them; none where architectures are compared.
fn settings(comparison: &Comparison) -> Option<Ways> {
    let all = &comparison.architectures;
    let names: Vec<String> = all.iter().map(|one| one.setting.clone()).collect::<Option<_>>()?;
    let first = all.first()?;
    let one_path = all.iter().all(|one| one.path == first.path);
    let common =
        if one_path { format!(" All by way of {}.", first.path.replace(" ▶ ", " › ")) } else { String::new() };
    Some(Ways { names, common })
}

/// How many services all ways begin with and end in; each way keeps one at least. A single way keeps all.
fn common(ways: &[Vec<String>]) -> (usize, usize) {
    let Some((first, rest)) = ways.split_first().filter(|(_, rest)| !rest.is_empty()) else { return (0, 0) };
    let most = ways.iter().map(Vec::len).min().unwrap_or(0).saturating_sub(1);
    let front = (0..most).take_while(|index| rest.iter().all(|way| way[*index] == first[*index])).count();
    let from_end = |way: &[String], index: usize| way[way.len() - 1 - index].clone();
    let back =
        (0..most - front).take_while(|index| rest.iter().all(|way| from_end(way, *index) == from_end(first, *index)));
    (front, back.count())
}

/// A comparison with what its charts share.
struct SideBySide<'a> {
    comparison: &'a Comparison,
    ways: Ways,
    footer: String,
}

impl SideBySide<'_> {
    /// The colour of an architecture: those that were simulated are counted, so that none of the first eight share one.
    fn series(&self, place: usize) -> usize {
        self.comparison.architectures.iter().take(place).filter(|one| one.not_simulated.is_none()).count()
    }

    /// The curves of the architectures at these places that no rule removed; all, if it removed all.
    fn in_play<T: Clone>(&self, places: &[usize], curves: &[T]) -> Vec<T> {
        let removed =
            |place: usize| self.comparison.architectures.get(place).is_some_and(|one| one.verdict == Verdict::Rejected);
        let left: Vec<T> =
            places.iter().zip(curves).filter(|(place, _)| !removed(**place)).map(|(_, curve)| curve.clone()).collect();
        if left.is_empty() { curves.to_vec() } else { left }
    }

    fn caption(&self, title: String, subtitle: &str) -> Caption {
        Caption { title, subtitle: format!("{subtitle}{}", self.ways.common), footer: self.footer.clone() }
    }

    fn latencies(&self, played: &[(Candidate, Result<Played, NotPlayed>)], scenario: &Scenario) -> Option<Chart> {
        let done = played.iter().enumerate().filter_map(|(place, (_, played))| Some((place, played.as_ref().ok()?)));
        // Where nothing was delivered there is no latency, and no picture of it.
        let delivered = done.filter(|(_, played)| played.run.summary.latency.p99.value.is_finite());
        let (places, curves): (Vec<usize>, Vec<LatencyCurve>) = delivered
            .map(|(place, played)| {
                (
                    place,
                    LatencyCurve {
                        name: self.ways.name(place),
                        series: self.series(place),
                        points: thinned(played.run.summary.latency.histogram.cumulative()),
                        p50: played.run.summary.latency.p50.value,
                        p99: played.run.summary.latency.p99.value,
                    },
                )
            })
            .unzip();
        let in_play = self.in_play(&places, &curves);
        let title = quickest(&in_play)?;
        let subtitle = "Share of records that can be read at the destination within a time after they were sent, with \
                        dots at 50 % and 99 %."
            .to_owned()
            + left_aside(&in_play, &curves);
        Some(Chart::Latencies(LatenciesChart {
            caption: self.caption(title, &subtitle),
            curves,
            limit: asked(scenario),
        }))
    }

    fn bills(&self, catalog: &Catalog, scenario: &Scenario) -> Option<Chart> {
        let all = self.comparison.architectures.iter().enumerate();
        let mut bills: Vec<(usize, &Bill)> = all.filter_map(|(place, one)| Some((place, one.bill.as_ref()?))).collect();
        // What is known in full comes first, the cheapest in front.
        bills.sort_by(|(_, a), (_, b)| b.complete.cmp(&a.complete).then(a.total.cmp(&b.total)));
        let (_, first) = bills.first()?;
        let services = services(&bills);
        let candidate = |(place, bill): &(usize, &Bill)| CandidateBill {
            name: self.ways.name(*place),
            parts: parts(bill, &services),
            total_usd: bill.total.map(Usd::to_f64),
            half_width: bill.total_half_width.filter(|width| *width >= 0.005),
            complete: bill.complete,
        };
        let gaps = if bills.iter().all(|(_, bill)| bill.complete) {
            ""
        } else {
            " \u{201c}At least\u{201d}: a price is not known."
        };
        let places: Vec<usize> = bills.iter().map(|(place, _)| *place).collect();
        let in_play = self.in_play(&places, &bills);
        let subtitle = format!(
            "USD a month of {} hours by service, prices of {}; no free tier.{gaps}{}",
            first.hours_per_month,
            first.region,
            left_aside(&in_play, &bills)
        );
        let short = |id: &String| catalog.billed_name(id, scenario.edition).to_owned();
        Some(Chart::Bills(BillsChart {
            caption: self.caption(self.cheapest(&in_play), &subtitle),
            candidates: bills.iter().map(candidate).collect(),
            services: services.iter().map(short).collect(),
            period: "a month".to_owned(),
        }))
    }

    /// Who is cheapest, given the bills with the cheapest in front.
    fn cheapest(&self, bills: &[(usize, &Bill)]) -> String {
        let known: Vec<(usize, Usd)> = bills
            .iter()
            .filter(|(_, bill)| bill.complete)
            .filter_map(|(place, bill)| Some((*place, bill.total?)))
            .collect();
        let who = |(place, _): &(usize, Usd)| self.ways.name(*place);
        match known.as_slice() {
            [] => "What is known of each bill".to_owned(),
            [only] => format!("A month of {} costs {} USD", who(only), only.1),
            [first, second, ..] if first.1.to_string() == second.1.to_string() => {
                format!("{} and {} are the cheapest: {} USD a month", who(first), who(second), first.1)
            }
            [first, second, ..] => {
                format!(
                    "{} is the cheapest: {} USD a month, against {} for {}",
                    who(first),
                    first.1,
                    second.1,
                    who(second)
                )
            }
        }
    }

    fn volume(&self, volumes: &Volumes, scenario: &Scenario) -> Option<Chart> {
        let own = scenario.workload.as_ref()?.rate.get();
        let hours = self.comparison.architectures.iter().find_map(|one| one.bill.as_ref())?.hours_per_month;
        let curves = volumes.curves.iter().map(|curve| VolumeCurve {
            name: self.ways.name(curve.architecture),
            series: self.series(curve.architecture),
            points: curve.points.iter().map(|point| (point.records_per_s, point.usd)).collect(),
        });
        let curves: Vec<VolumeCurve> = curves.collect();
        let crossings = volumes.crossovers.iter().map(|found| VolumeCrossing {
            label: format!("{} is cheaper from {} on", self.ways.name(found.above), rate(found.records_per_s)),
            records_per_s: found.records_per_s,
            usd: found.usd,
        });
        let crossings: Vec<VolumeCrossing> = crossings.collect();
        let first = volumes.crossovers.first().map(|found| {
            let (above, below) = (self.ways.name(found.above), self.ways.name(found.below));
            format!("{above} is cheaper than {below} from {} on", rate(found.records_per_s))
        });
        let places: Vec<usize> = volumes.curves.iter().map(|curve| curve.architecture).collect();
        let in_play = self.in_play(&places, &curves);
        let title = first.or_else(|| cheapest_throughout(&in_play))?;
        let subtitle =
            "What a month costs at other volumes: traffic scaled, shards and the like sized anew; no free tier."
                .to_owned()
                + left_aside(&in_play, &curves);
        Some(Chart::Volume(VolumeChart {
            caption: self.caption(title, &subtitle),
            curves,
            crossings,
            own: Some((format!("this scenario: {}", rate(own)), own)),
            seconds_a_month: 3600.0 * hours,
        }))
    }
}

impl SideBySide<'_> {
    /// Cost against delay of those whose bill is known in full and of which records came through.
    fn front(&self, scenario: &Scenario) -> Option<Chart> {
        let all = self.comparison.architectures.iter().enumerate();
        let known: Vec<(&Compared, FrontPoint)> =
            all.filter_map(|(place, one)| Some((one, self.front_point(place, one)?))).collect();
        let simulated = self.comparison.architectures.iter().filter(|one| one.not_simulated.is_none()).count();
        let in_play = |one: &Compared| one.verdict != Verdict::Rejected;
        let places: Vec<Option<(f64, f64)>> =
            known.iter().map(|(one, point)| in_play(one).then_some((point.usd, point.seconds))).collect();
        let on_front = unbeaten(&places);
        let points: Vec<FrontPoint> =
            known.into_iter().zip(on_front).map(|((_, point), on_front)| FrontPoint { on_front, ..point }).collect();
        if points.is_empty() {
            return None;
        }
        let left_out = match simulated - points.len() {
            0 => String::new(),
            1 => " One whose bill or delay is not known is left out.".to_owned(),
            more => format!(" {more} whose bill or delay is not known are left out."),
        };
        let subtitle = format!(
            "What a month costs and after how long 99 % of the records are there, with 95 % intervals; no free tier.{left_out}"
        );
        Some(Chart::Front(FrontChart {
            caption: self.caption(front_title(&points), &subtitle),
            points,
            delay: "time until 99 % of the records are there".to_owned(),
            freshness: asked(scenario),
            budget: None,
        }))
    }

    fn front_point(&self, place: usize, one: &Compared) -> Option<FrontPoint> {
        let bill = one.bill.as_ref().filter(|bill| bill.complete)?;
        let p99 = one.latency_s.as_ref()?.p99;
        p99.value.is_finite().then_some(())?;
        Some(FrontPoint {
            name: self.ways.name(place),
            usd: bill.total?.to_f64(),
            usd_half_width: bill.total_half_width.filter(|width| *width >= 0.005),
            seconds: p99.value,
            seconds_half_width: p99.half_width,
            on_front: false,
            marked: (one.own && one.verdict == Verdict::Ranked(1)).then(|| "recommended".to_owned()),
        })
    }

    /// What arrives at the destination of each; nothing where none writes objects.
    fn objects(&self, played: &[(Candidate, Result<Played, NotPlayed>)]) -> Option<Chart> {
        const HOURS_A_DAY: f64 = 24.0;
        let done = played.iter().enumerate().filter_map(|(place, (_, played))| Some((place, played.as_ref().ok()?)));
        let (places, items): (Vec<usize>, Vec<ObjectsItem>) = done
            .filter(|(_, played)| played.run.summary.objects.count > 0)
            .map(|(place, played)| {
                let (objects, ratio) = (&played.run.summary.objects, played.lowered.compression_ratio);
                let item = ObjectsItem {
                    name: self.ways.name(place),
                    per_day: objects.per_hour.value * HOURS_A_DAY,
                    per_day_half_width: objects.per_hour.half_width.map(|half| half * HOURS_A_DAY),
                    mean_bytes: objects.mean_bytes.value / ratio,
                    mean_bytes_half_width: objects.mean_bytes.half_width.map(|half| half / ratio),
                };
                (place, item)
            })
            .unzip();
        let in_play = self.in_play(&places, &items);
        let title = fewest_objects(&in_play)?;
        let subtitle =
            "What arrives at the destination at the traffic of the run: objects a day, or deliveries where there \
                        are no objects, and their mean size as stored."
                .to_owned()
                + left_aside(&in_play, &items);
        Some(Chart::Objects(ObjectsChart { caption: self.caption(title, &subtitle), items, guide: None }))
    }
}

/// Which of these points, cost and delay, no other one beats: none is as cheap and as quick and better in one of the two. A
/// point that is not there beats none and is not on the front.
fn unbeaten(points: &[Option<(f64, f64)>]) -> Vec<bool> {
    let beats = |one: (f64, f64), other: (f64, f64)| one.0 <= other.0 && one.1 <= other.1 && one != other;
    let known = || points.iter().copied().flatten();
    points.iter().map(|point| point.is_some_and(|point| !known().any(|other| beats(other, point)))).collect()
}

/// What there is to choose between.
fn front_title(points: &[FrontPoint]) -> String {
    let mut front: Vec<&FrontPoint> = points.iter().filter(|point| point.on_front).collect();
    front.sort_by(|a, b| a.usd.total_cmp(&b.usd).then(a.seconds.total_cmp(&b.seconds)));
    let told = |point: &FrontPoint| format!("{} USD a month and {}", money(point.usd), seconds(point.seconds));
    match front.as_slice() {
        [] => "Every candidate is ruled out".to_owned(),
        [only] if points.len() == 1 => format!("{}: {}", only.name, told(only)),
        [only] => format!("{} is both the cheapest and the quickest: {}", only.name, told(only)),
        [cheapest, .., quickest] if cheapest.usd < quickest.usd => format!(
            "From {} to {}, less delay costs more: {} USD a month for {} against {} for {}",
            cheapest.name,
            quickest.name,
            money(cheapest.usd),
            seconds(cheapest.seconds),
            money(quickest.usd),
            seconds(quickest.seconds)
        ),
        [first, ..] => format!("{} candidates are equally cheap and quick: {}", front.len(), told(first)),
    }
}

/// Who writes the fewest objects, or that all write about as many.
fn fewest_objects(items: &[ObjectsItem]) -> Option<String> {
    /// Numbers that differ by less than this share are alike.
    const ALIKE: f64 = 0.05;
    let known: Vec<&ObjectsItem> = items.iter().filter(|item| item.per_day.is_finite() && item.per_day > 0.0).collect();
    let fewest = known.iter().min_by(|a, b| a.per_day.total_cmp(&b.per_day))?;
    let most = known.iter().max_by(|a, b| a.per_day.total_cmp(&b.per_day))?;
    let count = |item: &ObjectsItem| significant(item.per_day, 3);
    let size = |item: &ObjectsItem| Bytes::new(item.mean_bytes.max(0.0).round() as u64);
    Some(if known.len() == 1 {
        format!("{}: {} objects a day of {}", fewest.name, count(fewest), size(fewest))
    } else if most.per_day > fewest.per_day * (1.0 + ALIKE) {
        format!(
            "{} writes the fewest objects: {} a day of {}, against {} of {} for {}",
            fewest.name,
            count(fewest),
            size(fewest),
            count(most),
            size(most),
            most.name
        )
    } else {
        format!("All write about as many objects: {} a day of {}", count(fewest), size(fewest))
    })
}

fn rate(records_per_s: f64) -> String {
    format!("{} records/s", significant(records_per_s, 3))
}

/// A distribution with a point for each thousandth of the records at the most; more cannot be seen.
fn thinned(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let mut last = None;
    for point in points {
        last = Some(point);
        if kept.last().is_none_or(|before| point.1 - before.1 >= 0.001) {
            kept.push(point);
        }
    }
    kept.extend(last.filter(|last| kept.last() != Some(last)));
    kept
}

/// What the title does not speak of, where something that was ruled out is drawn too.
const fn left_aside<T>(in_play: &[T], drawn: &[T]) -> &'static str {
    if in_play.len() < drawn.len() { " The title leaves those ruled out aside." } else { "" }
}

/// Who is there first, or that all are alike.
fn quickest(curves: &[LatencyCurve]) -> Option<String> {
    /// Delays that differ by less than this share are alike.
    const ALIKE: f64 = 0.05;
    let first = curves.iter().min_by(|a, b| a.p99.total_cmp(&b.p99))?;
    let last = curves.iter().max_by(|a, b| a.p99.total_cmp(&b.p99))?;
    let (soon, late) = (seconds(first.p99), seconds(last.p99));
    Some(if curves.len() == 1 {
        format!("{}: 99 % of the records are there after {soon}", first.name)
    } else if last.p99 > first.p99 * (1.0 + ALIKE) {
        format!(
            "{} is the quickest: 99 % of the records are there after {soon}, against {late} for {}",
            first.name, last.name
        )
    } else if soon == late {
        format!("All are alike: 99 % of the records are there after {soon}")
    } else {
        format!("All are alike: 99 % of the records are there after {soon} to {late}")
    })
}

/// Ids of the services that bills have amounts for, the dearest over all of them first.
fn services(bills: &[(usize, &Bill)]) -> Vec<String> {
    let mut sums: Vec<(String, f64)> = Vec::new();
    for line in bills.iter().flat_map(|(_, bill)| &bill.lines) {
        let amount = line.amount.map_or(0.0, Usd::to_f64);
        match sums.iter_mut().find(|(id, _)| *id == line.service) {
            Some((_, sum)) => *sum += amount,
            None => sums.push((line.service.clone(), amount)),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    sums.into_iter().map(|(id, _)| id).collect()
}

fn parts(bill: &Bill, services: &[String]) -> Vec<BillPart> {
    let part = |line: &crate::cost::Line| {
        Some(BillPart {
            service: services.iter().position(|id| *id == line.service)?,
            amount_usd: line.amount?.to_f64(),
            kind: kind(line.basis),
        })
    };
    bill.lines.iter().filter_map(part).collect()
}

/// Which candidates are the cheapest at every volume; those that cost the same are named together.
fn cheapest_throughout(curves: &[VolumeCurve]) -> Option<String> {
    /// Bills that differ by less than this share cost the same, on scales of many powers of ten.
    const SAME: f64 = 0.001;
    let least = |index: usize| {
        let amounts = curves.iter().filter_map(|curve| curve.points.get(index)?.1);
        amounts.reduce(f64::min)
    };
    // Where no bill is known, at volumes that nothing carries, nobody is cheaper.
    let follows = |curve: &&VolumeCurve| {
        let mut points = curve.points.iter().enumerate();
        points.all(|(index, (_, usd))| {
            least(index).is_none_or(|least| usd.is_some_and(|usd| usd <= least * (1.0 + SAME)))
        })
    };
    let names: Vec<&str> = curves.iter().filter(follows).map(|curve| curve.name.as_str()).collect();
    Some(match (curves, names.as_slice()) {
        ([], _) => return None,
        ([only], _) => format!("What {} costs by volume", only.name),
        (_, []) => "No candidate is the cheapest at every volume".to_owned(),
        (_, [only]) => format!("{only} is the cheapest at every volume"),
        (all, names) if all.len() == names.len() => "All cost the same at every volume".to_owned(),
        (_, names) => format!("{} are the cheapest at every volume", names.join(" and ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(paths: &[&str]) -> Vec<Vec<String>> {
        paths.iter().map(|path| path.split(' ').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn ways_share_what_all_of_them_begin_and_end_with_and_keep_one_service_each() {
        for (paths, shared) in [
            (&["gateway firehose s3", "gateway streams firehose s3", "gateway streams s3"][..], (1, 1)),
            (&["gateway firehose s3", "video s3"], (0, 1)),
            (&["gateway s3", "gateway firehose s3"], (1, 0)),
            (&["firehose", "gateway firehose"], (0, 0)),
            (&["gateway firehose s3"], (0, 0)),
            (&[], (0, 0)),
        ] {
            assert_eq!(common(&ways(paths)), shared, "{paths:?}");
        }
    }

    fn latency(name: &str, p99: f64) -> LatencyCurve {
        LatencyCurve { name: name.to_owned(), series: 0, points: Vec::new(), p50: p99 / 2.0, p99 }
    }

    #[test]
    fn the_title_of_latencies_names_the_quickest_only_where_there_is_one() {
        let title = |curves: &[LatencyCurve]| quickest(curves).unwrap_or_default();
        let (a, b, c) = (latency("A", 100.0), latency("B", 104.0), latency("C", 5.0));
        assert_eq!(title(std::slice::from_ref(&a)), "A: 99 % of the records are there after 100 s");
        assert_eq!(title(&[a.clone(), b.clone()]), "All are alike: 99 % of the records are there after 100 s to 104 s");
        assert_eq!(title(&[a.clone(), a.clone()]), "All are alike: 99 % of the records are there after 100 s");
        assert_eq!(
            title(&[a, b, c]),
            "C is the quickest: 99 % of the records are there after 5 s, against 104 s for B"
        );
        assert_eq!(quickest(&[]), None);
    }

    fn point(name: &str, usd: f64, seconds: f64, on_front: bool) -> FrontPoint {
        let name = name.to_owned();
        FrontPoint { name, usd, usd_half_width: None, seconds, seconds_half_width: None, on_front, marked: None }
    }

    #[test]
    fn the_front_is_what_nothing_beats_in_both() {
        let all =
            [Some((10.0, 300.0)), Some((20.0, 5.0)), Some((20.0, 300.0)), None, Some((10.0, 300.0)), Some((30.0, 5.0))];
        assert_eq!(unbeaten(&all), [true, true, false, false, true, false]);
        assert_eq!(unbeaten(&[]), [] as [bool; 0]);
    }

    #[test]
    fn the_title_of_a_front_says_what_there_is_to_choose_between() {
        let title = |points: &[FrontPoint]| front_title(points);
        let (cheap, quick) = (point("A", 10.0, 300.0, true), point("B", 20.0, 5.0, true));
        let beaten = point("C", 30.0, 400.0, false);
        assert_eq!(
            title(&[cheap.clone(), quick.clone(), beaten.clone()]),
            "From A to B, less delay costs more: 10.00 USD a month for 300 s against 20.00 for 5 s"
        );
        assert_eq!(
            title(&[quick.clone(), beaten.clone()]),
            "B is both the cheapest and the quickest: 20.00 USD a month and 5 s"
        );
        assert_eq!(title(&[quick]), "B: 20.00 USD a month and 5 s");
        assert_eq!(
            title(&[cheap.clone(), cheap, beaten.clone()]),
            "2 candidates are equally cheap and quick: 10.00 USD a month and 300 s"
        );
        assert_eq!(title(&[beaten]), "Every candidate is ruled out");
    }

    #[test]
    fn the_title_of_objects_names_who_writes_the_fewest() {
        let item = |name: &str, per_day: f64| ObjectsItem {
            name: name.to_owned(),
            per_day,
            per_day_half_width: None,
            mean_bytes: 1e9 / per_day,
            mean_bytes_half_width: None,
        };
        let title = |items: &[ObjectsItem]| fewest_objects(items).unwrap_or_default();
        let (few, many, none) = (item("A", 1000.0), item("B", 1e5), item("C", f64::NAN));
        assert_eq!(
            title(&[many, few.clone(), none]),
            "A writes the fewest objects: 1,000 a day of 1 MB, against 100,000 of 10 KB for B"
        );
        assert_eq!(title(&[few.clone(), few.clone()]), "All write about as many objects: 1,000 a day of 1 MB");
        assert_eq!(title(&[few]), "A: 1,000 objects a day of 1 MB");
        assert_eq!(fewest_objects(&[]), None);
    }

    fn cost(name: &str, amounts: &[Option<f64>]) -> VolumeCurve {
        let points = amounts.iter().enumerate().map(|(index, usd)| (1.0 + index as f64, *usd)).collect();
        VolumeCurve { name: name.to_owned(), series: 0, points }
    }

    #[test]
    fn those_that_cost_the_same_are_the_cheapest_together() {
        let title = |curves: &[VolumeCurve]| cheapest_throughout(curves).unwrap_or_default();
        let (low, same) = (cost("A", &[Some(1.0), Some(10.0)]), cost("B", &[Some(1.0005), Some(10.0)]));
        let (high, gap) = (cost("C", &[Some(2.0), Some(20.0)]), cost("D", &[Some(0.5), None]));
        assert_eq!(title(&[low.clone(), high.clone()]), "A is the cheapest at every volume");
        assert_eq!(title(&[low.clone(), same.clone(), high]), "A and B are the cheapest at every volume");
        assert_eq!(title(&[low.clone(), same]), "All cost the same at every volume");
        assert_eq!(title(&[low.clone(), gap]), "No candidate is the cheapest at every volume");
        assert_eq!(title(&[low]), "What A costs by volume");
    }

    #[test]
    fn a_thinned_distribution_keeps_its_ends_and_every_visible_step() {
        let steps = (0..=10_000).map(|step| (f64::from(step), f64::from(step) / 10_000.0));
        let kept = thinned(steps);
        assert!(kept.len() <= 1_002, "{}", kept.len());
        assert_eq!((kept.first(), kept.last()), (Some(&(0.0, 0.0)), Some(&(10_000.0, 1.0))));
        assert!(kept.windows(2).all(|pair| pair[1].1 - pair[0].1 < 0.0012));
        assert_eq!(thinned([(5.0, 1.0)].into_iter()), [(5.0, 1.0)]);
    }
}
