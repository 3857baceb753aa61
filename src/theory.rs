//! Closed forms that a simulation must reproduce and an explanation may quote.
//!
//! Everything here follows from renewal and reward over one cycle of a buffer: the time from the record that opens it to
//! the record that opens the next one. A rate is in records a second, times are in seconds, sizes in bytes.
//!
//! The decision a reader would question: records are as if they reached the buffer the moment they are sent, and objects as if
//! they were available the moment the buffer closes. Latencies before and after are added by whoever compares.

use statrs::function::gamma::gamma_lr;

use crate::units::{Bytes, RecordRate, SimDuration};

/// The most terms that a sum over the records of a cycle runs through.
const MOST_TERMS: u64 = 10_000_000;

/// One cycle of a buffer, on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BufferCycle {
    /// Seconds from one opening to the next.
    pub cycle: f64,
    /// Seconds from opening to closing.
    pub open: f64,
    /// Records in an object.
    pub records: f64,
    /// Seconds that a record waits in the buffer, averaged over records.
    pub mean_wait: f64,
}

impl BufferCycle {
    /// Objects an hour.
    #[must_use]
    pub fn objects_per_hour(&self) -> f64 {
        3600.0 / self.cycle
    }

    /// Mean bytes of an object when records have this mean size and only their number closes the buffer.
    #[must_use]
    pub fn object_bytes(&self, record: Bytes) -> f64 {
        self.records * record.get() as f64
    }
}

/// How many records of one size fill a buffer, the one that reaches the size included.
#[must_use]
pub const fn records_to_fill(size: Bytes, record: Bytes) -> u64 {
    let record = if record.get() == 0 { 1 } else { record.get() };
    let records = size.get().div_ceil(record);
    if records == 0 { 1 } else { records }
}

/// A buffer that closes at `full` records or `interval` after its first one, with records exactly `1 / rate` apart.
///
/// # Source
/// Counting: records at 0, 1, 2, ... gaps; those before the interval's end belong to the cycle, and the first at or after
/// it opens the next one.
#[must_use]
pub fn evenly_fed_buffer(rate: RecordRate, full: u64, interval: SimDuration) -> BufferCycle {
    let gap = 1.0 / rate.get();
    let in_time = libm::ceil(interval.as_secs_f64() * rate.get()).max(1.0);
    let records = in_time.min(full as f64).max(1.0);
    let filling = (records - 1.0) * gap;
    let open = if full as f64 <= in_time { filling } else { interval.as_secs_f64() };
    BufferCycle { cycle: records * gap, open, records, mean_wait: open - filling / 2.0 }
}

/// A buffer that closes at `full` records or `interval` after its first one, with Poisson arrivals.
///
/// With x = rate * interval and P(k) = P(Poisson(x) >= k): the buffer is open for the sum of P(k) / rate over k < full on
/// average, and its records wait for the sum of k P(k) / rate together. More than ten million records to fill it are taken
/// as never: only the timer closes it then.
///
/// # Source
/// Renewal and reward over a cycle; the N-policy is Yadin and Naor (1963), the T-policy Heyman (1977), both here with a
/// service time of zero.
#[must_use]
pub fn poisson_fed_buffer(rate: RecordRate, full: u64, interval: SimDuration) -> BufferCycle {
    let per_second = rate.get();
    let expected = per_second * interval.as_secs_f64();
    if full > MOST_TERMS || expected == 0.0 {
        return poisson_fed_timer(rate, interval);
    }
    let (mut open, mut waits) = (0.0, 0.0);
    for k in 1..full {
        let reaches = gamma_lr(k as f64, expected);
        if reaches < 1e-18 {
            break;
        }
        open += reaches / per_second;
        waits += k as f64 * reaches / per_second;
    }
    let records = 1.0 + per_second * open;
    BufferCycle { cycle: open + 1.0 / per_second, open, records, mean_wait: waits / records }
}

/// A buffer that closes only by its timer, with Poisson arrivals: a cycle of interval + 1 / rate.
///
/// The first record waits for the whole interval T, the others for half of it on average: (T + rate T² / 2) / (1 + rate T).
///
/// # Source
/// Heyman, *The T-policy for the M/G/1 queue* (1977), with a service time of zero.
#[must_use]
pub fn poisson_fed_timer(rate: RecordRate, interval: SimDuration) -> BufferCycle {
    let (rate, open) = (rate.get(), interval.as_secs_f64());
    let records = 1.0 + rate * open;
    BufferCycle { cycle: open + 1.0 / rate, open, records, mean_wait: open * (1.0 + rate * open / 2.0) / records }
}

/// Mean bytes of an object closed by size alone, when record sizes are exponential: the buffer's size plus one mean record,
/// because what is left of the record that crosses the size is as long as any.
///
/// # Source
/// Memorylessness of the exponential law; Wald's identity for the number of records, 1 + size / mean.
#[must_use]
pub const fn object_bytes_of_exponential_records(size: Bytes, mean_record: f64) -> f64 {
    size.get() as f64 + mean_record
}

/// An upper bound of the probability that a token bucket, full at the start, turns away any of the requests that arrive as
/// a Poisson process during `horizon`.
///
/// `refill` is in tokens a second, `burst` in tokens, one token a request. With ρ = rate / refill and θ > 0 the root of
/// rate (e^θ - 1) = refill θ the bound is exp(-θ burst) (1 + θ (refill - rate) H + θ ρ / (2 (1 - ρ))), at most 1; it is 1
/// when requests come as fast as tokens or faster.
///
/// # Source
/// Doob's maximal inequality. The tokens missing, X, are the content of a queue with unit jumps and constant release; a
/// request is turned away when its jump would take X above `burst`. By the choice of θ the mean of exp(θ X) grows only while
/// X = 0, at the rate refill θ, and X is 0 for at most (1 - ρ) H + E\[X\] / refill on average, where E\[X\] is below its
/// stationary value ρ / (2 (1 - ρ)), the mean work in an M/D/1 queue. The simpler
/// rate H exp(-θ burst) is not a bound: at a light load with a burst of 2 the truth is rate H ρ² / 2, and it says
/// rate H ρ² / θ².
#[must_use]
pub fn token_bucket_rejects_at_most(rate: RecordRate, horizon: SimDuration, refill: f64, burst: f64) -> f64 {
    let rate = rate.get();
    let Some(theta) = lundberg_root(refill / rate) else { return 1.0 };
    let load = rate / refill;
    let growth = 1.0 + theta * (refill - rate) * horizon.as_secs_f64() + theta * load / (2.0 * (1.0 - load));
    let bound = growth * libm::exp(-theta * burst);
    if bound < 1.0 { bound } else { 1.0 }
}

/// Between which two values the index of dispersion for counts of a Poisson process lies in 95 of 100 recordings of so many
/// windows; `None` below two windows, where there is no variance.
///
/// The index is the variance of the counts over their mean, both over all windows. It is good where the recording has some
/// tens of events or more, however few there are in a window.
///
/// # Source
/// Fisher's dispersion test: windows times the index is nearly chi-squared with one degree of freedom less than windows (Cox
/// and Lewis, *The Statistical Analysis of Series of Events*, 1966). Quantiles by the cube root of Wilson and Hilferty, *The
/// distribution of chi-square*, PNAS 17, 1931, which is good to a hundredth from nine degrees on.
#[must_use]
pub fn poisson_dispersion(windows: u64) -> Option<(f64, f64)> {
    let freedom = windows.checked_sub(1).filter(|freedom| *freedom > 0)? as f64;
    let spread = 2.0 / (9.0 * freedom);
    let quantile = |normal: f64| {
        let root = (1.0 - spread + normal * spread.sqrt()).max(0.0);
        root * root * root * freedom / windows as f64
    };
    Some((quantile(-1.96), quantile(1.96)))
}

/// The probability that all of `servers` are busy, and a request is lost, under an offered load of `load` erlangs.
///
/// # Source
/// Erlang (1917): B(0) = 1, B(k) = a B(k - 1) / (k + a B(k - 1)); it holds for any service law of the same mean.
#[must_use]
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, k| load * blocked / (f64::from(k) + load * blocked))
}

/// The probability that a request has to wait for one of `servers`; 1 where the load is theirs or more.
///
/// # Source
/// Erlang (1917), from Erlang B: C = B / (1 - ρ (1 - B)).
#[must_use]
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let utilization = load / f64::from(servers);
    let blocked = erlang_b(servers, load);
    if utilization >= 1.0 { 1.0 } else { blocked / (1.0 - utilization * (1.0 - blocked)) }
}

/// Mean seconds that a request waits for one of `servers` (M/M/c), each serving in `service` seconds on average.
///
/// # Source
/// Gross and Harris, *Fundamentals of Queueing Theory*, chapter 2: C / (c μ - λ).
#[must_use]
pub fn mmc_wait(rate: f64, service: f64, servers: u32) -> f64 {
    erlang_c(servers, rate * service) / (f64::from(servers) / service - rate)
}

/// Mean seconds that a request waits for a single server (M/G/1) whose service has this mean and squared coefficient of
/// variation.
///
/// # Source
/// Pollaczek (1930) and Khinchine (1932): λ E\[S²\] / (2 (1 - ρ)).
#[must_use]
pub fn mg1_wait(rate: f64, service: f64, squared_variation: f64) -> f64 {
    rate * service * service * (1.0 + squared_variation) / (2.0 * (1.0 - rate * service))
}

/// Mean seconds that a request waits in heavy traffic (G/G/1), an approximation; exact for M/G/1.
///
/// # Source
/// Kingman (1961): ρ / (1 - ρ) (ca² + cs²) / 2 E\[S\].
#[must_use]
pub fn kingman_wait(rate: f64, service: f64, arrivals_variation: f64, service_variation: f64) -> f64 {
    let utilization = rate * service;
    utilization / (1.0 - utilization) * f64::midpoint(arrivals_variation, service_variation) * service
}

/// The share of arrivals that finds a D/M/1 server at work: the root in (0, 1) of σ = exp(-(1 - σ) μ / λ).
///
/// # Source
/// GI/M/1: Kleinrock, *Queueing Systems* 1 (1975), chapter 6.
#[must_use]
pub fn dm1_root(rate: f64, service: f64) -> f64 {
    let ratio = 1.0 / (rate * service);
    // The map contracts towards the root from below.
    (0..10_000).fold(0.0, |sigma: f64, _| libm::exp(-(1.0 - sigma) * ratio))
}

/// What a single server with a fixed service and `places` places, the one in service included, leaves empty behind a
/// departure, and the share that it loses (M/D/1/K). The same holds for a token bucket of that depth whose tokens come one
/// a service time.
///
/// # Source
/// The chain embedded at departures: Takagi, *Queueing Analysis* 2 (1993); loss = 1 - 1 / (π₀ + ρ).
#[must_use]
pub fn md1k(utilization: f64, places: u32) -> (f64, f64) {
    let places = places.max(1) as usize;
    // a(j): j arrivals during a service.
    let mut arrivals = vec![libm::exp(-utilization)];
    for j in 1..=places {
        arrivals.push(arrivals[j - 1] * utilization / j as f64);
    }
    let mut states = vec![1.0];
    for j in 0..places - 1 {
        let carried: f64 = (1..=j).map(|i| states[i] * arrivals[j - i + 1]).sum();
        states.push((states[j] - arrivals[j] * states[0] - carried) / arrivals[0]);
    }
    let empty = 1.0 / states.iter().sum::<f64>();
    (empty, 1.0 - 1.0 / (empty + utilization))
}

/// The root θ > 0 of e^θ - 1 = `headroom` θ; `None` unless `headroom` is finite and above 1.
fn lundberg_root(headroom: f64) -> Option<f64> {
    if !(headroom > 1.0 && headroom.is_finite()) {
        return None;
    }
    let above = |theta: f64| libm::expm1(theta) > headroom * theta;
    let mut high = 1.0;
    while !above(high) {
        high *= 2.0;
    }
    let mut low = 0.0;
    // Each half keeps the root; after 200 the ends have met in any double. The low end errs on the safe side.
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        *(if above(middle) { &mut high } else { &mut low }) = middle;
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: f64) -> RecordRate {
        RecordRate::per_second(per_second).unwrap()
    }

    fn near(found: f64, expected: f64) -> bool {
        (found / expected - 1.0).abs() < 1e-8
    }

    /// Values computed with 80 digits from the same closed forms, checked there by an independent event simulation.
    #[test]
    fn the_index_of_a_poisson_process_lies_between_the_quantiles_of_chi_squared() {
        // Tabulated quantiles at 2.5 % and 97.5 %: 2.700 and 19.023 for 9 degrees of freedom, 73.36 and 128.4 for 99.
        for (windows, low, high) in [(10, 2.700, 19.023), (100, 73.361, 128.422)] {
            let (found_low, found_high) = poisson_dispersion(windows).unwrap();
            let windows = windows as f64;
            assert!((found_low - low / windows).abs() < 0.01, "{found_low}");
            assert!((found_high - high / windows).abs() < 0.01, "{found_high}");
        }
        assert_eq!((poisson_dispersion(0), poisson_dispersion(1)), (None, None));
    }

    #[test]
    fn poisson_fed_buffers_agree_with_high_precision_values() {
        for (arrivals, full, interval, open, records, wait, objects_per_second) in [
            (2.0, 8, 3.0, 2.714_979_19, 6.429_958_37, 1.464_132_1, 0.311_044_004),
            (50.0, 500, 60.0, 9.98, 500.0, 4.99, 0.1),
            (10.0, 500, 60.0, 49.899_994_5, 499.999_945, 24.949_997_3, 0.020_000_002_2),
        ] {
            let cycle = poisson_fed_buffer(rate(arrivals), full, SimDuration::from_secs_f64(interval));
            assert!(near(cycle.open, open) && near(cycle.records, records), "{cycle:?}");
            assert!(near(cycle.mean_wait, wait) && near(cycle.objects_per_hour(), 3600.0 * objects_per_second));
        }
    }

    #[test]
    fn the_timer_alone_is_the_limit_of_a_large_buffer() {
        let interval = SimDuration::from_secs(60);
        let timer = poisson_fed_timer(rate(0.668_573_6), interval);
        assert!(near(timer.records, 41.114_416) && near(timer.mean_wait, 30.729_671_1));
        let large = poisson_fed_buffer(rate(0.668_573_6), 1_000, interval);
        assert!(near(large.mean_wait, timer.mean_wait) && near(large.cycle, timer.cycle));
        assert_eq!(poisson_fed_buffer(rate(0.668_573_6), u64::MAX, interval), timer);
    }

    #[test]
    fn evenly_fed_buffers_are_counted_by_hand() {
        let interval = SimDuration::from_secs_f64(30.05);
        let by_time = evenly_fed_buffer(rate(10.0), 500, interval);
        assert_eq!((by_time.records, by_time.open), (301.0, 30.05));
        assert!(near(by_time.mean_wait, 15.05) && near(by_time.cycle, 30.1));
        let by_size = evenly_fed_buffer(rate(10.0), 100, interval);
        assert!(near(by_size.open, 9.9) && near(by_size.mean_wait, 4.95) && near(by_size.cycle, 10.0));
        // A record at the very end of the interval opens the next buffer.
        let tie = evenly_fed_buffer(rate(1.0), 100, SimDuration::from_secs(5));
        assert_eq!((tie.records, tie.mean_wait), (5.0, 3.0));
    }

    #[test]
    fn filling_counts_the_record_that_reaches_the_size() {
        let fill = |size, record| records_to_fill(Bytes::new(size), Bytes::new(record));
        assert_eq!([fill(100, 10), fill(101, 10), fill(9, 10), fill(0, 10), fill(5, 0)], [10, 11, 1, 1, 5]);
    }

    /// Values computed with 80 digits from the same closed forms.
    #[test]
    fn queues_agree_with_high_precision_values() {
        assert!(near(erlang_b(10, 8.0), 0.121_661_064) && near(erlang_b(1000, 950.0), 0.003_649_293_69));
        assert!(near(erlang_c(20, 18.0), 0.550_769_005) && erlang_c(2, 2.0) == 1.0);
        assert!(near(mmc_wait(180.0, 0.1, 20), 0.027_538_450_2));
        assert!(near(mg1_wait(5.0, 0.12, 2.25), 0.292_5) && near(mg1_wait(900.0, 0.001, 0.0), 0.004_5));
        assert!(near(kingman_wait(0.9, 1.0, 4.0, 0.5), 20.25));
        assert!(near(dm1_root(0.8, 1.0), 0.628_629_796));
        for (load, places, empty, loss) in
            [(0.9, 5, 0.168_789_308, 0.064_361_897_2), (0.95, 5, 0.140_261_138, 0.082_788_549_3)]
        {
            let found = md1k(load, places);
            assert!(near(found.0, empty) && near(found.1, loss), "{found:?}");
        }
    }

    #[test]
    fn the_bound_of_the_token_bucket_follows_its_root() {
        let hour = SimDuration::from_secs(3600);
        // e^θ - 1 = 2 θ at θ = 1.25643120862616968...
        let bound = token_bucket_rejects_at_most(rate(100.0), hour, 200.0, 40.0);
        let theta = 1.256_431_208_626_169_7;
        assert!(near(bound, (1.0 + theta * 360_000.0 + theta / 2.0) * libm::exp(-40.0 * theta)));
        assert_eq!(token_bucket_rejects_at_most(rate(1000.0), hour, 10_000.0, 5_000.0), 0.0);
        for (refill, burst) in [(100.0, 1e9), (99.0, 1e9), (200.0, 0.0), (f64::NAN, 1.0), (200.0, f64::NAN)] {
            assert_eq!(token_bucket_rejects_at_most(rate(100.0), hour, refill, burst), 1.0);
        }
    }
}
