//! How a provider is asked, beside its base URL: headers, and what a custom one is.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::provider::{Dialect, ProviderId};

/// Add a header to a provider's requests, or change one. Exactly one of `value` and `draft` is given.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct SetHeader {
    /// Whose.
    pub id: ProviderId,
    /// What it was called before; none: it is new.
    pub was: Option<String>,
    /// Any case.
    pub name: String,
    /// A value that is no secret.
    pub value: Option<String>,
    /// The draft that holds a secret one.
    pub draft: Option<String>,
}

/// Remove a header.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct RemoveHeader {
    /// Whose.
    pub id: ProviderId,
    /// Any case.
    pub name: String,
}

/// What a custom provider speaks at its base URL. Of two that it has URLs for, the other one stays a further one.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct SetDialect {
    /// Whose.
    pub id: ProviderId,
    /// From now on.
    pub dialect: Dialect,
}

/// Where a custom provider speaks a further dialect.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct SetUrl {
    /// Whose.
    pub id: ProviderId,
    /// Another one than its main one.
    pub dialect: Dialect,
    /// As typed; null: it does not speak it any more.
    pub base_url: Option<String>,
}

/// A name and a value of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ConfigurationRow {
    /// Letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// A text, or `env.NAME`.
    pub value: String,
}

/// All names and values of a custom provider's configuration, in place of those there are.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct SetConfiguration {
    /// Whose.
    pub id: ProviderId,
    /// One row each.
    pub rows: Vec<ConfigurationRow>,
}

/// All models of a custom provider that are written down by hand, in place of those there are.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct SetModels {
    /// Whose.
    pub id: ProviderId,
    /// One line each; empty ones are skipped.
    pub models: Vec<String>,
}

/// Make a custom provider before it has a key. Secret headers come after it.
#[derive(Debug, Clone)]
pub struct AddProvider {
    /// For people; the slug is made from it.
    pub name: String,
    /// What it speaks at its base URL.
    pub dialect: Dialect,
    /// Where it is.
    pub base_url: String,
    /// Further dialects.
    pub urls: BTreeMap<Dialect, String>,
    /// Headers that are no secret, in their order.
    pub headers: Vec<(String, String)>,
    /// Its configuration.
    pub configuration: Vec<ConfigurationRow>,
    /// Models written down by hand.
    pub models: Vec<String>,
}

/// Test a saved key in one of its provider's further dialects.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct TestDialect {
    /// The key's UUID.
    pub id: String,
    /// Which.
    pub dialect: Dialect,
    /// The caller's name for this run.
    pub run: String,
}
