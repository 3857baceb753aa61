//! Drawing from a table in constant time.

/// A rising table of cumulative probabilities with an index into it.
///
/// # Source
/// Chen and Asau, *On generating random variates from an empirical distribution* (1974): entry `i` of the guide is the first
/// place whose cumulative probability is above `i / n`, so that a search from there takes two steps on average.
#[derive(Debug, Clone)]
pub(super) struct Guide {
    cumulative: Vec<f64>,
    guide: Vec<u32>,
}

impl Guide {
    /// A guide of weights that are not negative.
    pub(super) fn of_weights(weights: impl Iterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let sums = weights.map(|weight| {
            sum += weight;
            sum
        });
        let mut cumulative: Vec<f64> = sums.collect();
        for below in &mut cumulative {
            *below /= sum;
        }
        Self::of_cumulative(cumulative)
    }

    /// A guide of probabilities that rise to 1.
    pub(super) fn of_cumulative(cumulative: Vec<f64>) -> Self {
        let entries = cumulative.len().max(1);
        let mut place = 0;
        let guide = (0..entries).map(|entry| {
            let level = entry as f64 / entries as f64;
            while cumulative.get(place).is_some_and(|below| *below <= level) {
                place += 1;
            }
            place as u32
        });
        let guide = guide.collect();
        Self { cumulative, guide }
    }

    /// The first place whose cumulative probability is above `u`, which lies in [0, 1).
    #[inline]
    pub(super) fn place(&self, u: f64) -> usize {
        let entry = (u * self.guide.len() as f64) as usize;
        let mut place = self.guide.get(entry).map_or(0, |place| *place as usize);
        while self.cumulative.get(place).is_some_and(|below| *below <= u) {
            place += 1;
        }
        place.min(self.cumulative.len().saturating_sub(1))
    }

    /// The cumulative probability before and after a place.
    pub(super) fn around(&self, place: usize) -> (f64, f64) {
        let at = |place: usize| self.cumulative.get(place).copied().unwrap_or(1.0);
        (if place == 0 { 0.0 } else { at(place - 1) }, at(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_weights() {
        let guide = Guide::of_weights([1.0, 0.0, 2.0, 1.0].into_iter());
        let places: Vec<usize> = (0..8).map(|step| guide.place(f64::from(step) / 8.0)).collect();
        assert_eq!(places, [0, 0, 2, 2, 2, 2, 3, 3]);
        assert_eq!((guide.around(0), guide.around(2)), ((0.0, 0.25), (0.25, 0.75)));
    }
}
