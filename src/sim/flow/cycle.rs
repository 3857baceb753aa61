//! One replication, a buffer at a time.
//!
//! Two ways of filling a buffer follow each other. Where everything on its way to the buffer was sent at one rate, and the
//! buffer is sure to close while that lasts, its cycle is drawn whole: how many records fill it, how long they take to come,
//! what they weigh, when the object is available. Elsewhere (at the start and the end of the run and of the warm-up, where
//! the rate changes, and where a buffer holds too few records) records are drawn one by one. Which way is taken depends only
//! on what has already happened, so the two fit together without a seam.

use rand_distr::{Distribution, Exp1, Poisson};

use super::super::SimError;
use super::super::collect::{Closed, Delivered, ObjectTally};
use super::super::freshness::Freshness;
use super::super::gate::{GateTally, Load, Rejected};
use super::super::histogram::Histogram;
use super::super::plan::Plan;
use super::super::replication::{Progress, Tally, units_of};
use super::super::stream::{Stream, stream};
use super::super::tier::Obstacle;
use super::FlowPlan;
use super::draws::{Delays, Sizes, gamma, uniform};
use super::gates::{Spell, busiest, busiest_bytes};
use super::impulses::Impulses;
use super::inflow::{Inflow, Steady};
use super::sample::{Sample, SampledRecord, Seen};

/// Buffers with fewer records between the first and the last have their records drawn.
const FEW: u64 = 8;
/// Records drawn one by one between two looks at the watcher; a buffer drawn whole counts as [`WHOLE`] of them.
const UNWATCHED: u64 = 1 << 18;
const WHOLE: u64 = 64;
/// Draws until a condition holds whose probability is never this small.
const MOST_DRAWS: u32 = 10_000;

/// Records that open a buffer.
#[derive(Debug, Clone, Copy)]
struct Opening {
    at: u64,
    records: u64,
    /// When they were sent, where that is known already.
    sent: Option<u64>,
    /// Whether their request has not been counted yet: not the rest of one that closed the buffer before.
    fresh: bool,
}

/// A buffer as it was drawn whole.
#[derive(Debug, Clone, Copy)]
struct Filled {
    /// Nanoseconds from opening to closing.
    open: u64,
    /// Records that open it, requests between, and records that close it.
    first: u64,
    requests: u64,
    last: u64,
    bytes: u64,
    closed: Closed,
    /// Records of the closing request that are left for the next buffer.
    left: u64,
}

/// A replication in motion.
struct Engine<'a> {
    flow: &'a FlowPlan,
    inflow: Inflow,
    stream: Stream,
    upstream: Delays,
    behind: Delays,
    sizes: Sizes,
    /// Requests in an interval at this rate.
    timer: Option<(f64, Poisson<f64>)>,
    impulses: Impulses,
    latency: Histogram,
    /// Sum of the latencies of buffers drawn whole, in nanoseconds.
    sum: f64,
    largest: u64,
    freshness: Freshness,
    objects: ObjectTally,
    offered: Load,
    units: Vec<u64>,
    /// Counted records of buffers drawn whole, and their bytes.
    whole: Load,
    in_flight: u64,
    last_delivery: u64,
    /// Work since the last look at the watcher.
    unwatched: u64,
    /// The records in a buffer drawn one by one.
    held: Vec<Held>,
    sample: Option<Sample>,
}

/// A record in a buffer drawn one by one.
#[derive(Debug, Clone, Copy)]
struct Held {
    sent: u64,
    arrived: u64,
    size: u64,
}

/// Runs one replication.
pub(super) fn replicate(
    flow: &FlowPlan,
    plan: &Plan<'_>,
    replication: u32,
    progress: &Progress<'_>,
) -> Result<Tally, SimError> {
    let mut engine = Engine::new(flow, plan, replication).ok_or(Obstacle::NotPoisson)?;
    engine.run(plan, progress)?;
    Ok(engine.finish(plan, replication))
}

/// Draws `count` of the delivered records of the first replication.
pub(super) fn sample(
    flow: &FlowPlan,
    plan: &Plan<'_>,
    count: usize,
    progress: &Progress<'_>,
) -> Result<Vec<SampledRecord>, SimError> {
    let mut engine = Engine::new(flow, plan, 0).ok_or(Obstacle::NotPoisson)?;
    engine.sample = Some(Sample::new(plan, count));
    engine.run(plan, progress)?;
    Ok(engine.sample.map(Sample::into_records).unwrap_or_default())
}

impl<'a> Engine<'a> {
    fn new(flow: &'a FlowPlan, plan: &Plan<'_>, replication: u32) -> Option<Self> {
        Some(Self {
            flow,
            inflow: flow.inflow(plan, replication)?,
            stream: stream(plan.seed, replication, "flow/buffers"),
            upstream: Delays::new(plan.upstream(replication)),
            behind: Delays::new(plan.behind(replication)),
            sizes: Sizes::new(plan.source.sizes(), stream(plan.seed, replication, "source/sizes")),
            timer: None,
            impulses: Impulses::new(flow.reach),
            latency: Histogram::new(),
            sum: 0.0,
            largest: 0,
            freshness: Freshness::new(plan.span.warm_up, plan.span.end, plan.span.sending_ends),
            objects: ObjectTally::default(),
            offered: Load::default(),
            units: vec![0; plan.increments.len()],
            whole: Load::default(),
            in_flight: 0,
            last_delivery: 0,
            unwatched: 0,
            held: Vec::new(),
            sample: None,
        })
    }

    /// Fills buffers until the run is over.
    fn run(&mut self, plan: &Plan<'_>, progress: &Progress<'_>) -> Result<(), SimError> {
        let (mut now, mut left, mut reported) = (0, None, 0);
        while let Some(opening) = left.take().or_else(|| self.first_arrival(now)) {
            (now, left) = self.cycle(opening);
            if self.unwatched >= UNWATCHED {
                let done = now.min(plan.sending_span());
                progress.advance(done.saturating_sub(reported))?;
                reported = done.max(reported);
                self.unwatched = 0;
            }
        }
        if !plan.drain {
            self.count_on_the_way();
        }
        progress.advance(plan.sending_span().saturating_sub(reported))
    }

    /// The first request that reaches the empty buffer after `now`.
    fn first_arrival(&mut self, mut now: u64) -> Option<Opening> {
        let flow = self.flow;
        let records = flow.per_request;
        while now < self.inflow.over {
            if let Some(steady) = self.inflow.steady(now) {
                let gap: f64 = Exp1.sample(&mut self.stream);
                let at = now.saturating_add((gap / steady.rate + 0.5) as u64);
                if at < steady.end {
                    return Some(Opening { at, records, sent: None, fresh: true });
                }
                now = steady.end;
                continue;
            }
            match self.inflow.thinned(now, self.inflow.over, &mut self.stream, || self.upstream.draw()) {
                Ok((at, sent)) => return Some(Opening { at, records, sent: Some(sent), fresh: true }),
                Err(at) => now = at,
            }
        }
        None
    }

    /// Fills a buffer and follows its object; returns when it closed and what opens the next one at once.
    fn cycle(&mut self, opening: Opening) -> (u64, Option<Opening>) {
        if let Some(steady) = self.inflow.steady(opening.at)
            && steady.rate > 0.0
            && opening.at.saturating_add(self.flow.longest_cycle(steady.rate)) <= steady.end
            && let Some(filled) = self.fill(opening.records, steady)
        {
            return self.follow(opening, filled);
        }
        self.one_by_one(opening)
    }

    /// Draws a buffer whole; `None` where sizes have to be summed.
    #[inline]
    fn fill(&mut self, first: u64, steady: Steady) -> Option<Filled> {
        let flow = self.flow;
        let count = flow.count.at(uniform(&mut self.stream))?;
        if count <= first {
            let bytes = flow.full(&mut self.stream);
            return Some(Filled {
                open: 0,
                first: count,
                requests: 0,
                last: 0,
                bytes,
                closed: Closed::Size,
                left: first - count,
            });
        }
        let rest = count - first;
        let requests = if flow.per_request == 1 { rest } else { rest.div_ceil(flow.per_request) };
        let open = gamma(requests as f64, &mut self.stream) / steady.rate;
        if open < flow.interval as f64 {
            let inside = (requests - 1) * flow.per_request;
            let last = rest - inside;
            let (bytes, left) = (flow.full(&mut self.stream), flow.per_request - last);
            return Some(Filled {
                open: open as u64,
                first,
                requests: requests - 1,
                last,
                bytes,
                closed: Closed::Size,
                left,
            });
        }
        Some(self.fill_until_the_timer(first, requests - 1, steady.rate))
    }

    /// What arrives in an interval in which at most `most` requests come and the buffer is not filled.
    fn fill_until_the_timer(&mut self, first: u64, most: u64, rate: f64) -> Filled {
        let flow = self.flow;
        let requests = (0..MOST_DRAWS).map(|_| self.in_an_interval(rate)).find(|requests| *requests <= most);
        let requests = requests.unwrap_or(most);
        let records = first + requests * flow.per_request;
        let bytes = (0..MOST_DRAWS).map(|_| self.sizes.sum(records)).find(|bytes| *bytes < flow.size);
        let bytes = bytes.unwrap_or(flow.size - 1);
        Filled { open: flow.interval, first, requests, last: 0, bytes, closed: Closed::Time, left: 0 }
    }

    fn in_an_interval(&mut self, rate: f64) -> u64 {
        let law = match &self.timer {
            Some((known, law)) if *known == rate => Some(*law),
            _ => Poisson::new(rate * self.flow.interval as f64).ok(),
        };
        self.timer = law.map(|law| (rate, law));
        law.map_or(0, |law| law.sample(&mut self.stream) as u64)
    }

    /// Follows the object of a buffer drawn whole to the sink.
    fn follow(&mut self, opening: Opening, filled: Filled) -> (u64, Option<Opening>) {
        let closed_at = opening.at + filled.open;
        self.unwatched += WHOLE;
        let delay = self.behind.draw() + self.flow.transfer(filled.bytes);
        let available = closed_at.saturating_add(delay);
        let flow = self.flow;
        let counted = opening.at >= flow.warm_up;
        let records = filled.first + filled.requests * flow.per_request + filled.last;
        if counted {
            let requests = u64::from(opening.fresh) + filled.requests + u64::from(filled.last > 0);
            self.offered.add(Load { requests, records, bytes: filled.bytes });
            self.whole.add(Load { requests, records, bytes: filled.bytes });
        }
        self.freshness.object(opening.at, available);
        if available <= flow.end {
            self.last_delivery = self.last_delivery.max(available);
            if available >= flow.warm_up {
                self.objects.count_one(filled.bytes, filled.closed);
            }
            if counted {
                self.book(&filled, delay);
                self.sample_from(opening.at, &filled, available);
            }
        } else if counted {
            self.in_flight += records;
        }
        let left =
            (filled.left > 0).then_some(Opening { at: closed_at, records: filled.left, sent: None, fresh: false });
        (closed_at, left)
    }

    /// Lets the sample, if there is one, draw from a delivered buffer.
    #[inline]
    fn sample_from(&mut self, opened: u64, filled: &Filled, available: u64) {
        let Some(sample) = &mut self.sample else { return };
        let inside = filled.requests * self.flow.per_request;
        sample.pass(filled.first + inside + filled.last, |number, stream| {
            let into = match number {
                number if number < filled.first => 0,
                number if number < filled.first + inside => (uniform(stream) * filled.open as f64) as u64,
                _ => filled.open,
            };
            let closed = opened + filled.open;
            Seen { sent: None, arrived: Some(opened + into), bytes: None, closed, available }
        });
    }

    /// Books the latencies of a delivered buffer.
    #[inline]
    fn book(&mut self, filled: &Filled, delay: u64) {
        let flow = self.flow;
        let (low, high) = (delay as f64, (delay + filled.open) as f64);
        if filled.requests < FEW || high > self.impulses.reach() {
            self.scatter(filled, delay);
            return;
        }
        let inside = filled.requests * flow.per_request;
        self.impulses.book(low, high, inside, filled.last, filled.first);
        let way = flow.wait.mean();
        self.sum += filled.last as f64 * (low + way)
            + filled.first as f64 * (high + way)
            + inside as f64 * (f64::midpoint(low, high) + way);
        if high + flow.wait.longest() > self.largest as f64 {
            self.raise_largest(filled, low, high);
        }
    }

    /// Draws the latency of each request in a buffer.
    fn scatter(&mut self, filled: &Filled, delay: u64) {
        let per_request = self.flow.per_request;
        let count = |engine: &mut Self, before_closing: u64, records: u64| {
            let latency = delay + before_closing + engine.upstream.draw();
            for _ in 0..records {
                engine.latency.add(latency);
            }
        };
        count(self, filled.open, filled.first);
        for _ in 0..filled.requests {
            let before_closing = (uniform(&mut self.stream) * filled.open as f64) as u64;
            count(self, before_closing, per_request);
        }
        if filled.last > 0 {
            count(self, 0, filled.last);
        }
    }

    /// Draws the largest latency of a buffer if it is the largest of all so far.
    ///
    /// It is at most x with the probability F(x - high), times F(x - low) if a request closed the buffer, times the mean of F
    /// over the buffer's life for each request between.
    #[cold]
    fn raise_largest(&mut self, filled: &Filled, low: f64, high: f64) {
        let wait = &self.flow.wait;
        let at_most = |x: f64| {
            let ((share_low, to_low), (share_high, to_high)) = (wait.up_to(x - low), wait.up_to(x - high));
            let inside = libm::pow(((to_low - to_high) / (high - low)).clamp(0.0, 1.0), filled.requests as f64);
            inside * share_high * if filled.last > 0 { share_low } else { 1.0 }
        };
        let level = uniform(&mut self.stream);
        let (mut from, mut to) = (self.largest as f64, high + wait.longest());
        if at_most(from) >= level {
            return;
        }
        while to - from > 1.0 && to - from > 1e-12 * to {
            let middle = f64::midpoint(from, to);
            if at_most(middle) < level { from = middle } else { to = middle }
        }
        self.largest = self.largest.max(to as u64);
    }

    /// Fills a buffer record by record.
    fn one_by_one(&mut self, opening: Opening) -> (u64, Option<Opening>) {
        let flow = self.flow;
        let (opened, closes_at) = (opening.at, opening.at.saturating_add(flow.interval));
        let mut bytes: u64 = 0;
        let mut request = opening;
        self.held.clear();
        loop {
            let sent = request.sent.unwrap_or_else(|| request.at.saturating_sub(self.upstream.draw()));
            if request.fresh && sent >= flow.warm_up {
                self.offered.requests += 1;
            }
            for taken in 1..=request.records {
                bytes = bytes.saturating_add(self.take(sent, request.at));
                if bytes >= flow.size {
                    self.close(opened, request.at, bytes, Closed::Size);
                    let rest = Opening { records: request.records - taken, sent: Some(sent), fresh: false, ..request };
                    return (request.at, (rest.records > 0).then_some(rest));
                }
            }
            let limit = closes_at.min(self.inflow.over);
            let mut now = request.at;
            request = loop {
                if now >= limit {
                    return self.close_unfilled(opened, closes_at, bytes);
                }
                match self.inflow.thinned(now, limit, &mut self.stream, || self.upstream.draw()) {
                    Ok((at, sent)) => break Opening { at, records: flow.per_request, sent: Some(sent), fresh: true },
                    Err(at) => now = at,
                }
            };
        }
    }

    /// Takes in a record and returns its size.
    fn take(&mut self, sent: u64, arrived: u64) -> u64 {
        let size = self.sizes.draw();
        self.unwatched += 1;
        self.held.push(Held { sent, arrived, size });
        self.offer(sent, size);
        size
    }

    /// Counts a record that was sent.
    fn offer(&mut self, sent: u64, size: u64) {
        if sent < self.flow.warm_up {
            return;
        }
        self.offered.add(Load { requests: 0, records: 1, bytes: size });
        for (units, grain) in self.units.iter_mut().zip(&self.flow.grains) {
            *units += units_of(size, *grain);
        }
    }

    /// Closes a buffer by its timer, or leaves it open at the end of the run.
    fn close_unfilled(&mut self, opened: u64, closes_at: u64, bytes: u64) -> (u64, Option<Opening>) {
        if closes_at <= self.flow.end {
            self.close(opened, closes_at, bytes, Closed::Time);
        } else {
            self.freshness.object(opened, u64::MAX);
            self.lose_sight();
        }
        (closes_at, None)
    }

    /// Makes an object of the records held and follows it to the sink.
    fn close(&mut self, opened: u64, now: u64, bytes: u64, closed: Closed) {
        let available = now.saturating_add(self.behind.draw() + self.flow.transfer(bytes));
        self.freshness.object(opened, available);
        if available > self.flow.end {
            self.lose_sight();
            return;
        }
        self.last_delivery = self.last_delivery.max(available);
        if available >= self.flow.warm_up {
            self.objects.count_one(bytes, closed);
        }
        self.held.retain(|held| held.sent >= self.flow.warm_up);
        for held in &self.held {
            self.latency.add(available - held.sent);
        }
        if let Some(sample) = &mut self.sample {
            sample.pass(self.held.len() as u64, |number, _| {
                let held = self.held.get(number as usize);
                Seen {
                    sent: held.map(|held| held.sent),
                    arrived: held.map(|held| held.arrived),
                    bytes: held.map(|held| held.size),
                    closed: now,
                    available,
                }
            });
        }
    }

    fn lose_sight(&mut self) {
        self.in_flight += self.held.iter().filter(|held| held.sent >= self.flow.warm_up).count() as u64;
    }

    /// Counts requests that were sent and have not reached the buffer when the run ends.
    fn count_on_the_way(&mut self) {
        let flow = self.flow;
        let end = self.inflow.silent;
        let (mut sent, highest) = self.inflow.last_on_the_way();
        loop {
            let gap: f64 = Exp1.sample(&mut self.stream);
            sent = sent.saturating_add((gap / highest + 0.5) as u64);
            if sent >= end {
                break;
            }
            let kept = uniform(&mut self.stream) * highest < self.inflow.sent_at(sent);
            if kept && sent + self.upstream.draw() > end && sent >= flow.warm_up {
                self.offered.requests += 1;
                for _ in 0..flow.per_request {
                    let size = self.sizes.draw();
                    self.offer(sent, size);
                }
                self.in_flight += flow.per_request;
            }
        }
    }

    fn finish(mut self, plan: &Plan<'_>, replication: u32) -> Tally {
        let whole = self.flow.units_of(self.whole, &mut self.stream);
        self.units.iter_mut().zip(whole).for_each(|(units, more)| *units += more);
        let literal = self.latency.largest_nanos();
        let largest = self.largest.max(literal);
        let spells = self.inflow.spells();
        let seconds = || stream(plan.seed, replication, "flow/seconds");
        let gates = plan.gates().map(|(_, gate)| self.gate_tally(&spells, gate.limits.len(), &mut seconds())).collect();
        self.impulses.pour(&self.flow.wait, &mut self.latency, largest);
        self.latency.add_moments(self.sum as u128, largest);
        self.latency.trim();
        // A drained run ends with its last delivery.
        let end = if plan.drain { self.last_delivery } else { plan.span.end };
        let (freshness, course) = self.freshness.finish();
        let delivered = Delivered {
            latency: self.latency,
            samples: None,
            // Latencies by batch and over time would need every record.
            batches: None,
            series: None,
            backlog: None,
            freshness,
            course,
            objects: self.objects,
            in_flight: self.in_flight,
            last_delivery: self.last_delivery,
        };
        Tally {
            offered: self.offered,
            units: self.units,
            gates,
            in_flight: self.in_flight,
            lost: 0,
            lost_bytes: 0,
            delivered,
            nodes: Vec::new(),
            end,
        }
    }

    /// What a gate that turns nothing away has seen.
    fn gate_tally(&self, spells: &[Spell], limits: usize, seconds: &mut Stream) -> GateTally {
        let flow = self.flow;
        let (of_requests, of_bytes) = (uniform(seconds), uniform(seconds));
        let requests = busiest(spells, of_requests) as u64;
        let busy = spells.iter().copied().reduce(|most, spell| if spell.rate > most.rate { spell } else { most });
        let bytes = busy.map_or(0.0, |spell| busiest_bytes(spell, flow.per_request as u32, &flow.sizes, of_bytes));
        GateTally {
            offered: self.offered,
            peak: Load { requests, records: requests * flow.per_request, bytes: bytes as u64 },
            oversize: Rejected::default(),
            limits: vec![Rejected::default(); limits],
            rejected: Load::default(),
            rejected_units: vec![0; self.units.len()],
            first_rejection: None,
            throttled_seconds: 0,
        }
    }
}
