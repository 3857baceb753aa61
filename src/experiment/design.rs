//! Which settings an experiment tries: a full factorial design, or a Latin hypercube.

use rand::RngExt;
use thiserror::Error;

use super::axis::{Axis, Levels};
use crate::sim::named_stream;

/// Cells of one design, at most.
const MOST_CELLS: usize = 1_000_000;

/// The cells of an experiment, each a value for every axis. Cell `n` is the same whether it is made alone or among others.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    axes: Vec<Axis>,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// Every combination, the last axis changing fastest.
    Factorial,
    /// For each axis, the place from 0 to 1 of each cell.
    LatinHypercube(Vec<Vec<f64>>),
}

/// Why axes make no design.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DesignError {
    /// Nothing is varied.
    #[error("nothing is varied")]
    NoAxis,
    /// The same key twice.
    #[error("`{0}` is varied twice")]
    Twice(String),
    /// A range without a number of levels in a design that takes each of them.
    #[error("the range of `{0}` needs the number of its levels")]
    Endless(String),
    /// Too many cells.
    #[error("that makes {0} cells; a design has 1,000,000 at most")]
    TooMany(String),
}

impl Design {
    /// Every combination of the levels.
    ///
    /// # Errors
    /// [`DesignError`] says which axis is wrong.
    pub fn factorial(axes: Vec<Axis>) -> Result<Self, DesignError> {
        check(&axes)?;
        let mut cells = 1usize;
        for axis in &axes {
            let Levels::Listed(levels) = &axis.levels else { return Err(DesignError::Endless(axis.key.clone())) };
            cells = cells.saturating_mul(levels.len());
        }
        if cells > MOST_CELLS {
            return Err(DesignError::TooMany(crate::units::grouped(cells as u64)));
        }
        Ok(Self { axes, kind: Kind::Factorial })
    }

    /// `count` cells drawn at random: along each axis one cell in each of `count` parts of equal width.
    ///
    /// # Errors
    /// [`DesignError`] says which axis is wrong.
    ///
    /// # Source
    /// Latin hypercube sampling: `McKay`, Beckman and Conover, Technometrics 21 (1979).
    pub fn latin_hypercube(axes: Vec<Axis>, count: usize, seed: u64) -> Result<Self, DesignError> {
        check(&axes)?;
        if count > MOST_CELLS {
            return Err(DesignError::TooMany(crate::units::grouped(count as u64)));
        }
        let places = axes.iter().map(|axis| places(&axis.key, count, seed)).collect();
        Ok(Self { axes, kind: Kind::LatinHypercube(places) })
    }

    /// What is varied.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// How its cells are chosen: `factorial` or `latin-hypercube`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Factorial => "factorial",
            Kind::LatinHypercube(_) => "latin-hypercube",
        }
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.kind {
            Kind::Factorial => self.axes.iter().map(levels).product(),
            Kind::LatinHypercube(places) => places.first().map_or(0, Vec::len),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The levels of a cell, axis by axis.
    #[must_use]
    pub fn cell(&self, index: usize) -> Vec<String> {
        match &self.kind {
            Kind::Factorial => {
                let mut rest = index;
                let mut values: Vec<String> = Vec::new();
                for axis in self.axes.iter().rev() {
                    let Levels::Listed(listed) = &axis.levels else { continue };
                    values.push(listed.get(rest % listed.len().max(1)).cloned().unwrap_or_default());
                    rest /= listed.len().max(1);
                }
                values.reverse();
                values
            }
            Kind::LatinHypercube(places) => {
                let place = |places: &Vec<f64>| places.get(index).copied().unwrap_or(0.0);
                self.axes.iter().zip(places).map(|(axis, places)| axis.at(place(places))).collect()
            }
        }
    }

    /// The same as overrides `KEY=VALUE`.
    #[must_use]
    pub fn overrides(&self, index: usize) -> Vec<String> {
        self.axes.iter().zip(self.cell(index)).map(|(axis, value)| format!("{}={value}", axis.key)).collect()
    }
}

fn levels(axis: &Axis) -> usize {
    if let Levels::Listed(levels) = &axis.levels { levels.len() } else { 0 }
}

fn check(axes: &[Axis]) -> Result<(), DesignError> {
    if axes.is_empty() {
        return Err(DesignError::NoAxis);
    }
    match axes.iter().enumerate().find(|(index, axis)| axes[..*index].iter().any(|other| other.key == axis.key)) {
        Some((_, axis)) => Err(DesignError::Twice(axis.key.clone())),
        None => Ok(()),
    }
}

/// One place in each of `count` parts of the way from 0 to 1, in random order.
fn places(key: &str, count: usize, seed: u64) -> Vec<f64> {
    let mut stream = named_stream(seed, &format!("design/{key}"));
    let mut order: Vec<usize> = (0..count).collect();
    // Fisher and Yates.
    for last in (1..count).rev() {
        order.swap(last, stream.random_range(0..=last));
    }
    // Away from the very ends, which are levels of their own.
    order
        .into_iter()
        .map(|part| (part as f64 + stream.random::<f64>().clamp(1e-9, 1.0 - 1e-9)) / count as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        texts.iter().map(|text| Axis::parse(text).unwrap()).collect()
    }

    #[test]
    fn a_factorial_design_takes_every_combination_once() {
        let design = Design::factorial(axes(&["a=1,2,3", "b=x,y"])).unwrap();
        let cells: Vec<String> = (0..design.len()).map(|cell| design.overrides(cell).join(" ")).collect();
        assert_eq!(cells, ["a=1 b=x", "a=1 b=y", "a=2 b=x", "a=2 b=y", "a=3 b=x", "a=3 b=y"]);
    }

    #[test]
    fn designs_without_sense_are_refused() {
        let refused = |texts: &[&str]| Design::factorial(axes(texts)).unwrap_err().to_string();
        assert_eq!(refused(&[]), "nothing is varied");
        assert_eq!(refused(&["a=1,2", "a=3,4"]), "`a` is varied twice");
        assert_eq!(refused(&["a=1s..2s"]), "the range of `a` needs the number of its levels");
        let wide = "=0..1000000000/1001";
        assert!(refused(&[&format!("a{wide}"), &format!("b{wide}")]).starts_with("that makes 1,002,001 cells"));
    }

    proptest! {
        // Along each axis every part of equal width has exactly one cell, and levels of a list come equally often.
        #[test]
        fn a_latin_hypercube_has_one_cell_in_every_part(count in 1usize..60, seed: u64) {
            let design = Design::latin_hypercube(axes(&["a=0..1000000000", "b=x,y"]), count, seed).unwrap();
            prop_assert_eq!(design.len(), count);
            let mut parts: Vec<usize> =
                (0..count).map(|cell| (design.cell(cell)[0].parse::<f64>().unwrap() / 1e9 * count as f64) as usize).collect();
            parts.sort_unstable();
            prop_assert_eq!(parts, (0..count).collect::<Vec<_>>());
            let xs = (0..count).filter(|cell| design.cell(*cell)[1] == "x").count();
            prop_assert!(xs.abs_diff(count - xs) <= 1);
        }
    }
}
