//! Settings.

use serde::{Deserialize, Serialize};

/// All settings.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Settings {
    /// Light, dark, or as the system.
    pub scheme: Scheme,
    /// How much is on a page.
    pub density: Density,
    /// Of the window.
    pub language: Language,
    /// Seconds until a copied key leaves the clipboard: 10 to 120.
    pub clipboard_s: u16,
    /// Hours after which a key is tested again while the app is open: 6, 24 or 168. None: only when asked.
    pub retest_h: Option<u16>,
    /// Keys that are tested at a time: 1 to 16.
    pub tests_at_once: u16,
    /// The window opens when the user logs in.
    pub start_at_login: bool,
    /// Closing the window leaves an icon in the tray, and Keystead at work.
    pub tray: bool,
    /// Programs get no keys for now.
    pub maintenance: bool,
    /// A key's models are listed right after it was saved.
    pub discover_models: bool,
    /// A key whose last day comes near is told.
    pub expiry_reminders: bool,
    /// Days before that day: 1 to 60.
    pub reminder_days: u16,
    /// What happens to keys is told by the desktop.
    pub notifications: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scheme: Scheme::System,
            density: Density::Comfortable,
            language: Language::En,
            clipboard_s: 30,
            retest_h: None,
            tests_at_once: 16,
            start_at_login: false,
            tray: false,
            maintenance: false,
            discover_models: false,
            expiry_reminders: true,
            reminder_days: 7,
            notifications: false,
        }
    }
}

/// Light, dark, or as the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Scheme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How much is on a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Density {
    /// With room between.
    #[default]
    Comfortable,
    /// Close together.
    Compact,
}

/// Of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Language {
    /// English.
    #[default]
    En,
}
