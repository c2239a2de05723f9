//! Settings.

use serde::Deserialize;

use super::present;
use crate::keystead::{Density, Language, Scheme};

/// Change settings: omitted = keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", optional_fields))]
pub struct EditSettings {
    /// As in [`crate::keystead::Settings`], as all below.
    pub scheme: Option<Scheme>,
    /// See there.
    pub density: Option<Density>,
    /// See there.
    pub language: Option<Language>,
    /// See there.
    pub clipboard_s: Option<u16>,
    /// See there.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "number | null"))]
    pub retest_h: Option<Option<u16>>,
    /// See there.
    pub tests_at_once: Option<u16>,
    /// See there.
    pub start_at_login: Option<bool>,
    /// See there.
    pub tray: Option<bool>,
    /// See there.
    pub maintenance: Option<bool>,
    /// See there.
    pub discover_models: Option<bool>,
    /// See there.
    pub expiry_reminders: Option<bool>,
    /// See there.
    pub reminder_days: Option<u16>,
    /// See there.
    pub notifications: Option<bool>,
}
