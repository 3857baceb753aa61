//! Scaling a recording to another volume.

use super::{MAX_RECORDS, Skipped, Trace, TraceError, TraceFormat, TraceRecord};
use crate::units::{SimDuration, SimTime};

/// Above this a factor is not treated as a whole number; 2^53 is where floats stop telling neighbours apart.
const MAX_WHOLE_FACTOR: f64 = 9_007_199_254_740_992.0;

impl Trace {
    /// The same records with all gaps divided by `factor`: 10 makes ten times the rate in a tenth of the time.
    ///
    /// Time compression keeps the order of the records and the shape of every burst, and shortens nights and bursts
    /// alike. With a whole-number factor the new times are exact, rounded half up to the nanosecond.
    ///
    /// # Errors
    /// [`TraceError::BadFactor`] unless `factor` is a finite number above zero; [`TraceError::TooSlow`] when a factor
    /// below one would stretch the recording past the end of simulation time.
    pub fn speed_up(&self, factor: f64) -> Result<Self, TraceError> {
        if !factor.is_finite() || factor <= 0.0 {
            return Err(TraceError::BadFactor { factor });
        }
        if factor < 1.0 && self.span().as_nanos() as f64 / factor >= i64::MAX as f64 {
            return Err(TraceError::TooSlow { factor });
        }
        // The first record is at zero, so dividing all times divides all gaps.
        let rescale = |record: &TraceRecord| TraceRecord { at: divide(record.at, factor), size: record.size };
        Ok(Self { records: self.records.iter().map(rescale).collect(), ..self.without_records() })
    }

    /// `copies` of the recording laid over each other: that many times the rate on the same clock.
    ///
    /// Copy *i* of *k* (counted from 0) is moved by *i* · span / *k*, and what would leave at the end comes in again at
    /// the start, so the span stays as it is and every copy is complete. Superposition smooths bursts out, as many
    /// independent sources do. Daily patterns smooth out with them unless the shift is a multiple of a day. Records
    /// of one instant are ordered by copy, then as in the file.
    ///
    /// # Errors
    /// [`TraceError::NoCopies`] for zero copies; [`TraceError::TooManyCopies`] when the result would have more than
    /// 200 million records.
    pub fn overlay(&self, copies: u32) -> Result<Self, TraceError> {
        let records = self.records.len() as u64;
        if copies == 0 {
            return Err(TraceError::NoCopies);
        }
        if records.saturating_mul(u64::from(copies)) > MAX_RECORDS {
            return Err(TraceError::TooManyCopies { copies, records });
        }
        let span = self.span().as_nanos();
        let mut merged = Vec::with_capacity(self.records.len() * copies as usize);
        for copy in 0..copies {
            let shift = (u128::from(span) * u128::from(copy) / u128::from(copies)) as u64;
            merged.extend(self.records.iter().map(|record| {
                let at = record.at.as_nanos() + shift;
                let at = if at > span { at - span } else { at };
                TraceRecord { at: SimTime::from_nanos(at), size: record.size }
            }));
        }
        merged.sort_by_key(|record| record.at);
        Ok(Self { records: merged, ..self.without_records() })
    }

    /// This recording and others as one, each at the time of its own clock: the files of a log that was rotated, or the logs of
    /// servers beside each other. Records of one instant are ordered by recording, then as in the file.
    ///
    /// # Errors
    /// [`TraceError::MixedFormats`] for a log beside a CSV file, whose sizes mean different things;
    /// [`TraceError::TooManyRecords`] when there are more than 200 million records in all.
    pub fn joined_with(self, others: &[Self]) -> Result<Self, TraceError> {
        let is_csv = |trace: &Self| trace.format == TraceFormat::Csv;
        if let Some(other) = others.iter().find(|other| is_csv(other) != is_csv(&self)) {
            let [csv, log] = if is_csv(&self) { [&self, other] } else { [other, &self] };
            return Err(TraceError::MixedFormats { csv: csv.name.clone(), log: log.name.clone() });
        }
        let name = match others.len() {
            0 => return Ok(self),
            more => format!("{} and {more} more", self.name),
        };
        let all = || std::iter::once(&self).chain(others);
        if all().map(|trace| trace.records.len() as u64).sum::<u64>() > MAX_RECORDS {
            return Err(TraceError::TooManyRecords { name });
        }
        let start = all().map(|trace| trace.start).min().unwrap_or(self.start);
        let mut records: Vec<TraceRecord> =
            all().flat_map(|trace| trace.later_by(trace.start.abs_diff(start))).collect();
        records.sort_by_key(|record| record.at);
        let mut skipped = Skipped::default();
        all().for_each(|trace| skipped.join(&trace.skipped));
        Ok(Self { name, format: self.format, start, records, skipped })
    }

    /// The records, moved by so many milliseconds.
    fn later_by(&self, millis: u64) -> impl Iterator<Item = TraceRecord> {
        let shift = SimDuration::from_nanos(millis.saturating_mul(1_000_000));
        self.records.iter().map(move |record| TraceRecord { at: record.at + shift, size: record.size })
    }

    /// Everything about the trace except its records.
    fn without_records(&self) -> Self {
        Self {
            name: self.name.clone(),
            format: self.format,
            start: self.start,
            records: Vec::new(),
            skipped: self.skipped.clone(),
        }
    }
}

fn divide(at: SimTime, factor: f64) -> SimTime {
    let nanos = at.as_nanos();
    let divided = if factor.fract() == 0.0 && factor <= MAX_WHOLE_FACTOR {
        let factor = factor as u64;
        // Half up without overflow: the remainder decides.
        nanos / factor + u64::from(nanos % factor >= factor.div_ceil(2))
    } else {
        (nanos as f64 / factor).round() as u64
    };
    SimTime::from_nanos(divided)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    fn trace(times: &[u64]) -> Trace {
        let record = |&at: &u64| TraceRecord { at: SimTime::from_nanos(at), size: Bytes::new(at % 7 + 1) };
        Trace {
            name: "test".into(),
            format: TraceFormat::Csv,
            start: 0,
            records: times.iter().map(record).collect(),
            skipped: Skipped::default(),
        }
    }

    fn times(trace: &Trace) -> Vec<u64> {
        trace.records.iter().map(|record| record.at.as_nanos()).collect()
    }

    #[test]
    fn whole_factors_round_half_up_exactly() {
        let fast = |nanos: &[u64], factor| times(&trace(nanos).speed_up(factor).unwrap());
        assert_eq!(fast(&[0, 1, 2, 3, 4, 5], 2.0), [0, 1, 1, 2, 2, 3]);
        assert_eq!(fast(&[0, 1, 2, 3, 4, 5], 3.0), [0, 0, 1, 1, 1, 2]);
        assert_eq!(fast(&[0, i64::MAX as u64], 1.0), [0, i64::MAX as u64]);
        assert_eq!(fast(&[0, (1 << 60) + 1], 1.0), [0, (1 << 60) + 1]);
        assert_eq!(fast(&[0, 10], 1e300), [0, 0]);
    }

    #[test]
    fn fractional_factors_slow_down() {
        assert_eq!(times(&trace(&[0, 3, 10]).speed_up(0.5).unwrap()), [0, 6, 20]);
        assert_eq!(times(&trace(&[0, 3, 10]).speed_up(2.5).unwrap()), [0, 1, 4]);
    }

    #[test]
    fn impossible_factors_are_refused() {
        for factor in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = trace(&[0, 1]).speed_up(factor).unwrap_err();
            assert!(matches!(error, TraceError::BadFactor { .. }), "{factor}");
        }
        assert!(matches!(trace(&[0, 1 << 60]).speed_up(1e-9).unwrap_err(), TraceError::TooSlow { .. }));
        assert!(matches!(trace(&[0, 1]).speed_up(f64::MIN_POSITIVE).unwrap_err(), TraceError::TooSlow { .. }));
    }

    #[test]
    fn overlaid_copies_wrap_around_and_keep_the_span() {
        let doubled = trace(&[0, 10, 30, 100]).overlay(2).unwrap();
        assert_eq!(times(&doubled), [0, 10, 30, 50, 50, 60, 80, 100]);
        assert_eq!(doubled.bytes().get(), 2 * trace(&[0, 10, 30, 100]).bytes().get());
        assert_eq!(times(&trace(&[0, 10, 30]).overlay(1).unwrap()), [0, 10, 30]);
        assert_eq!(times(&trace(&[0, 0]).overlay(3).unwrap()), [0; 6]);
    }

    #[test]
    fn impossible_overlays_are_refused() {
        assert!(matches!(trace(&[0, 1]).overlay(0), Err(TraceError::NoCopies)));
        let error = trace(&[0, 1]).overlay(u32::MAX).unwrap_err();
        assert_eq!(
            error.to_string(),
            "4,294,967,295 copies of 2 records are 8,589,934,590 records, more than the 200,000,000 that fit"
        );
    }

    #[test]
    fn recordings_are_joined_by_their_clocks() {
        let later = Trace { start: 1, name: "other".into(), ..trace(&[0, 5]) };
        let joined = later.joined_with(&[trace(&[0, 1_000_003]), trace(&[1_000_000])]).unwrap();
        assert_eq!(times(&joined), [0, 1_000_000, 1_000_000, 1_000_003, 1_000_005]);
        assert_eq!((joined.start, joined.name.as_str()), (0, "other and 2 more"));
        assert_eq!(trace(&[0, 7]).joined_with(&[]).unwrap(), trace(&[0, 7]));
        let log = Trace { format: TraceFormat::CommonLog, name: "log".into(), ..trace(&[0]) };
        let error = log.joined_with(&[trace(&[0])]).unwrap_err();
        assert_eq!(error.to_string(), "`log` is a log and `test` is CSV: their sizes mean different things");
    }
}
