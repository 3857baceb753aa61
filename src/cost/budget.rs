//! A bill held against a limit.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::Bill;
use crate::units::Usd;

/// What a budget leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Budget {
    /// The most that the bill may be.
    #[serde(serialize_with = "super::exact")]
    #[schemars(with = "String")]
    pub limit: Usd,
    /// What came of it.
    pub verdict: BudgetVerdict,
    /// By how much the known lines are above or below the limit; absent where none is known.
    #[serde(serialize_with = "difference")]
    #[schemars(with = "Option<String>")]
    pub difference: Option<Usd>,
}

/// How a bill compares with a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BudgetVerdict {
    /// It is not above it.
    Kept,
    /// It is above it; so it is if the known lines alone are.
    Exceeded,
    /// The known lines are not above it, and others have no known price.
    Unknown,
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn difference<S: Serializer>(usd: &Option<Usd>, serializer: S) -> Result<S::Ok, S::Error> {
    usd.map(Usd::exact).serialize(serializer)
}

impl Budget {
    /// Holds a bill against a limit.
    #[must_use]
    pub fn of(bill: &Bill, limit: Usd) -> Self {
        let known = bill.total.unwrap_or(Usd::ZERO);
        let verdict = match () {
            () if known > limit => BudgetVerdict::Exceeded,
            () if bill.complete => BudgetVerdict::Kept,
            () => BudgetVerdict::Unknown,
        };
        let difference = bill.total.map(|total| if total > limit { total - limit } else { limit - total });
        Self { limit, verdict, difference }
    }
}
