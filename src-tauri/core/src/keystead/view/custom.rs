//! How a provider is asked, beside its base URL.

use serde::Serialize;

use super::KeyState;
use crate::{provider::Dialect, secret::Hint};

/// A header the user adds to a provider's requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct HeaderView {
    /// In lower case.
    pub name: String,
    /// Its value, when that is no secret.
    pub plain: Option<String>,
    /// The mask of a secret value.
    pub hint: Option<Hint>,
    /// How its secret is; one that is no secret is there.
    pub state: KeyState,
    /// The host a secret value was entered for, when that is another one than the provider's: it is not sent there.
    pub bound_to: Option<String>,
}

/// Where a custom provider speaks a further dialect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct DialectUrl {
    /// Which.
    pub dialect: Dialect,
    /// Where.
    pub base_url: String,
    /// Host and port of it.
    pub host: String,
    /// What a test in this dialect calls.
    pub test_method: String,
    /// The final URL of that.
    pub test_url: String,
}
