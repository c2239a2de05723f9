//! What the page is told about tests that are not made by a simple click.

use serde::Serialize;

use crate::probe::TestReport;

/// A request for one token, before it is agreed to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct PaidView {
    /// The cheapest model known; none: the user names one.
    pub model: Option<String>,
    /// No more than this many US dollars with that model, by the price last known. None: nobody here knows.
    pub most_usd: Option<f64>,
}

/// A key that the schedule has tested.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Retested {
    /// UUID of the key.
    pub id: String,
    /// What came of it.
    pub report: TestReport,
}
