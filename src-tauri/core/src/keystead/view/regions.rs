//! The same vendor elsewhere.

use serde::Serialize;

/// A place of the same vendor's. A key of one is unknown to the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct RegionView {
    /// What sets it apart: "China"; none for the catalogue's first.
    pub name: Option<String>,
    /// Where it is.
    pub base_url: String,
    /// Host of it.
    pub host: String,
}
