//! A gate in front of everything else that does turn requests away: when it lets the next one through, and how many it has
//! not.
//!
//! Only limits that count requests, or records where a request has one of them, are played here, so nothing has to be known
//! of a request but its time. Room only ever comes back until the next request passes; so the gate is shut up to a certain
//! instant, and, since Poisson arrivals know no past, the first request behind it comes after an exponential time. What
//! arrives at the shut gate is Poisson and is counted second by second. No request that is turned away is ever drawn.

use rand_distr::{Distribution, Exp1, Poisson};

use super::super::arrivals::Rates;
use super::super::gate::Rejected;
use super::super::model::{Counted, Gate, LimitRule};
use super::super::stream::Stream;

const SECOND: u64 = 1_000_000_000;
/// A request needs this much room: see [`LimitRule`].
const NEED: f64 = 1.0 - 1e-9;

/// A limit with its room.
#[derive(Debug, Clone)]
struct Room {
    /// Its place among the limits of the gate.
    limit: usize,
    capacity: f64,
    /// Units a nanosecond; zero for a quota, all of which is back when a second begins.
    refill: f64,
    left: f64,
    updated: u64,
}

impl Room {
    fn new(limit: usize, rule: LimitRule) -> Self {
        let (capacity, refill) = match rule {
            LimitRule::TokenBucket { rate, burst } => (burst, rate / SECOND as f64),
            LimitRule::PerSecond(quota) => (quota, 0.0),
        };
        Self { limit, capacity, refill, left: capacity, updated: 0 }
    }

    fn is_quota(&self) -> bool {
        self.refill == 0.0
    }

    /// The first nanosecond from which on a request finds room.
    #[inline]
    fn opens(&self) -> u64 {
        if self.left >= NEED {
            return self.updated;
        }
        if self.capacity < NEED {
            return u64::MAX;
        }
        if self.is_quota() {
            return (self.updated / SECOND + 1) * SECOND;
        }
        self.updated.saturating_add(((NEED - self.left) / self.refill).ceil() as u64)
    }

    #[inline]
    fn charge(&mut self, now: u64) {
        let filled = if self.is_quota() {
            if now / SECOND == self.updated / SECOND { self.left } else { self.capacity }
        } else {
            (self.left + (now - self.updated) as f64 * self.refill).min(self.capacity)
        };
        self.left = filled - 1.0;
        self.updated = now;
    }
}

/// Requests a nanosecond, and until when.
#[derive(Debug)]
struct Walk {
    rates: Rates,
    rate: f64,
    ends: u64,
}

impl Walk {
    fn turn(&mut self) {
        (self.rate, self.ends) = self.rates.next();
    }

    /// When so many more requests are due after `time`, or `silent`.
    #[inline]
    fn advance(&mut self, mut time: f64, mut expected: f64, silent: u64) -> f64 {
        loop {
            let due = time + expected / self.rate;
            if due < self.ends as f64 {
                return due;
            }
            if self.ends >= silent {
                return silent as f64;
            }
            expected = (expected - (self.ends as f64 - time).max(0.0) * self.rate).max(0.0);
            time = time.max(self.ends as f64);
            self.turn();
        }
    }
}

/// What a second has seen so far, behind the warm-up.
#[derive(Debug)]
struct Second {
    ends: u64,
    passed: u64,
    /// By room: requests expected at the shut gate.
    expected: Vec<f64>,
}

/// The gate while it runs.
#[derive(Debug)]
pub(super) struct Throttle {
    walk: Walk,
    rooms: Vec<Room>,
    stream: Stream,
    /// Of the last request that passed.
    time: f64,
    second: Second,
    warm_up: u64,
    silent: u64,
    pub(super) seen: Seen,
}

/// What the gate has seen behind the warm-up.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) passed: u64,
    pub(super) rejected: u64,
    /// By limit of the gate.
    pub(super) limits: Vec<Rejected>,
    /// The most requests in a whole second, and the most that passed.
    pub(super) busiest: u64,
    pub(super) busiest_passed: u64,
    pub(super) throttled_seconds: u64,
}

impl Throttle {
    pub(super) fn new(gate: &Gate, rates: Rates, stream: Stream, warm_up: u64, silent: u64) -> Self {
        // A rejection is booked to the first limit without room, those on requests first.
        let counting = |counts: Counted| {
            let limits = gate.limits.iter().enumerate().filter(move |(_, limit)| limit.counts == counts);
            limits.map(|(index, limit)| Room::new(index, limit.rule))
        };
        let rooms: Vec<Room> = counting(Counted::Requests).chain(counting(Counted::Records)).collect();
        let mut walk = Walk { rates, rate: 0.0, ends: 0 };
        walk.turn();
        Self {
            walk,
            second: Second { ends: SECOND, passed: 0, expected: vec![0.0; rooms.len()] },
            rooms,
            stream,
            time: 0.0,
            warm_up,
            silent,
            seen: Seen { limits: vec![Rejected::default(); gate.limits.len()], ..Seen::default() },
        }
    }

    /// When the next request passes.
    #[inline]
    pub(super) fn next(&mut self) -> Option<u64> {
        let mut open = self.time as u64;
        for index in 0..self.rooms.len() {
            let opens = self.rooms.get(index).map_or(0, Room::opens).min(self.silent);
            if opens > open {
                self.shut(index, opens);
                open = opens;
            }
        }
        let gap: f64 = Exp1.sample(&mut self.stream);
        self.time = self.walk.advance(self.time, gap, self.silent);
        let now = self.time as u64;
        if now >= self.silent {
            return None;
        }
        for room in &mut self.rooms {
            room.charge(now);
        }
        if now >= self.second.ends {
            self.end_second(now);
        }
        self.second.passed += u64::from(now >= self.warm_up);
        Some(now)
    }

    /// Passes the time up to `until`, in which a limit turns everything away.
    #[inline]
    fn shut(&mut self, room: usize, until: u64) {
        // Whole nanoseconds say when it is over: beyond 2^53 of them, a float may never get there.
        let mut now = self.time as u64;
        while now < until {
            if now >= self.second.ends {
                self.end_second(now);
            }
            if now >= self.walk.ends {
                self.walk.turn();
                continue;
            }
            let counts = now >= self.warm_up;
            let warm_up = if counts { u64::MAX } else { self.warm_up };
            now = until.min(self.walk.ends).min(self.second.ends).min(warm_up);
            if counts && let Some(expected) = self.second.expected.get_mut(room) {
                *expected += (now as f64 - self.time) * self.walk.rate;
            }
            self.time = now as f64;
        }
    }

    /// Counts what a second has seen, at a time behind it.
    #[cold]
    fn end_second(&mut self, now: u64) {
        let mut rejected = 0;
        for (room, expected) in self.rooms.iter().zip(&mut self.second.expected) {
            let mean = std::mem::take(expected);
            if mean > 0.0 {
                let count = Poisson::new(mean).map_or(0.0, |law| law.sample(&mut self.stream)) as u64;
                rejected += count;
                if let Some(limit) = self.seen.limits.get_mut(room.limit) {
                    limit.requests += count;
                    limit.records += count;
                }
            }
        }
        let passed = std::mem::take(&mut self.second.passed);
        self.seen.passed += passed;
        self.seen.rejected += rejected;
        self.seen.busiest = self.seen.busiest.max(passed + rejected);
        self.seen.busiest_passed = self.seen.busiest_passed.max(passed);
        self.seen.throttled_seconds += u64::from(rejected > 0);
        self.second.ends = (now / SECOND + 1) * SECOND;
    }

    /// Counts the last second.
    pub(super) fn finish(mut self) -> Seen {
        self.end_second(self.silent);
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::arrivals::CheckedSource;
    use crate::sim::model::Limit;
    use crate::sim::stream::stream;
    use crate::sim::{Arrivals, RateProfile, SizeLaw, Source};
    use crate::units::{Bytes, RecordRate};

    /// A gate in front of Poisson requests of this rate, for so many seconds.
    fn played(rate: f64, rules: &[(Counted, LimitRule)], seconds: u64) -> (Vec<u64>, Seen) {
        let profile = RateProfile::flat(RecordRate::per_second(rate).unwrap());
        let source = Source {
            arrivals: Arrivals::Poisson(profile),
            sizes: SizeLaw::Constant(Bytes::new(1)),
            records_per_request: 1.into(),
        };
        let rates = CheckedSource::new(&source).unwrap().rates("source", 1, 0).unwrap();
        let limit = |(counts, rule): &(Counted, LimitRule)| Limit { name: String::new(), counts: *counts, rule: *rule };
        let gate = Gate { limits: rules.iter().map(limit).collect(), ..Gate::default() };
        let mut throttle = Throttle::new(&gate, rates, stream(1, 0, "check"), 0, seconds * SECOND);
        let passed = std::iter::from_fn(|| throttle.next()).collect();
        (passed, throttle.finish())
    }

    #[test]
    fn a_bucket_under_overload_passes_its_rate() {
        let rule = LimitRule::TokenBucket { rate: 500.0, burst: 1000.0 };
        let (passed, seen) = played(1000.0, &[(Counted::Requests, rule)], 1000);
        // What the bucket held and what flowed in; it is never full again.
        assert!(passed.len().abs_diff(501_000) < 3, "{}", passed.len());
        let all = passed.len() as f64 + seen.rejected as f64;
        assert!((all - 1e6).abs() < 4.0 * 1000.0, "{all}");
        assert_eq!((seen.passed, seen.limits[0].records), (passed.len() as u64, seen.rejected));
        assert!(seen.busiest_passed <= 1500 && seen.busiest > 1080 && seen.throttled_seconds > 990);
        // No window ever holds more than the burst and what flows into it.
        let over =
            |window: &[u64]| window.len() as f64 > 1000.0 + (window[window.len() - 1] - window[0]) as f64 * 5e-7 + 1.1;
        assert!(!passed.windows(1001).any(over) && !passed.windows(2000).any(over));
    }

    #[test]
    fn a_quota_passes_the_first_of_each_second() {
        let (passed, seen) = played(200.0, &[(Counted::Records, LimitRule::PerSecond(100.0))], 100);
        assert!(passed.chunk_by(|a, b| a / SECOND == b / SECOND).all(|second| second.len() == 100));
        assert_eq!((passed.len(), seen.busiest_passed, seen.throttled_seconds), (10_000, 100, 100));
        // A bucket too small for a single request never opens.
        let tiny = LimitRule::TokenBucket { rate: 10.0, burst: 0.5 };
        let (passed, seen) = played(200.0, &[(Counted::Requests, tiny)], 100);
        assert!(passed.is_empty() && (seen.rejected as f64 - 20_000.0).abs() < 600.0, "{seen:?}");
    }

    #[test]
    fn rejections_are_booked_to_the_first_limit_without_room() {
        let tight = (Counted::Records, LimitRule::PerSecond(50.0));
        let wide = (Counted::Requests, LimitRule::PerSecond(80.0));
        let (_, seen) = played(200.0, &[tight, wide], 100);
        // The limit on requests comes first but always has room.
        assert_eq!((seen.limits[1].records, seen.limits[0].records), (0, seen.rejected));
        let both = [(Counted::Records, LimitRule::PerSecond(50.0)), (Counted::Requests, LimitRule::PerSecond(50.0))];
        let (_, seen) = played(200.0, &both, 100);
        assert_eq!((seen.limits[0].records, seen.limits[1].records), (0, seen.rejected));
    }
}
