//! Keys with a form of their own. A secret is never part of a request: `parts` names the drafts that hold them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::provider::{Config, ProviderId, Setting};

/// Save a key with what was filled in.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct AddConfigured {
    /// Whose; one with a form.
    pub provider: ProviderId,
    /// As in [`AddKey::name`](super::AddKey::name).
    pub name: String,
    /// What was filled in.
    pub config: Config,
    /// The drafts of secret fields, by the fields' names.
    #[serde(default)]
    pub parts: BTreeMap<String, String>,
    /// The report of a test of this very form, to be kept as the key's last test: the run's name.
    pub tested: Option<String>,
}

/// Change what was filled in: omitted = keep, null = clear.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct EditConfigured {
    /// UUID.
    pub id: String,
    /// Another way to authenticate.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub mode: Option<String>,
    /// By the fields' names.
    #[serde(default)]
    #[cfg_attr(test, ts(type = "{ [key in string]?: Setting | null }"))]
    pub values: BTreeMap<String, Option<Setting>>,
    /// The drafts of secret fields that were typed anew.
    #[serde(default)]
    #[cfg_attr(test, ts(type = "{ [key in string]?: string | null }"))]
    pub parts: BTreeMap<String, Option<String>>,
    /// As in [`AddConfigured::tested`].
    pub tested: Option<String>,
}

/// Test a form before it is saved.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct TestConfigured {
    /// Whose; one with a form.
    pub provider: ProviderId,
    /// What is filled in.
    pub config: Config,
    /// The drafts of secret fields.
    #[serde(default)]
    pub parts: BTreeMap<String, String>,
    /// The saved key that is being edited: its secrets are used where none was typed.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub saved: Option<String>,
    /// The caller's name for this run.
    pub run: String,
}
