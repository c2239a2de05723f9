//! Forms of providers, and what was filled into them.

use serde::Serialize;

use crate::provider::{Blueprint, Config, FieldKind, Filled, Method};

/// What a provider asks besides a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct FormView {
    /// It has no place before its form is filled in.
    pub placed: bool,
    /// Ways to authenticate; none: its key in a header.
    pub modes: Vec<ModeView>,
    /// In this order.
    pub fields: Vec<FieldView>,
}

/// A way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ModeView {
    /// What configurations call it.
    pub name: String,
    /// For people.
    pub label: String,
    /// When to choose it.
    pub help: String,
    /// How it works.
    pub method: Method,
}

/// One thing to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct FieldView {
    /// What configurations call it.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it is, or where it is found.
    pub help: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Shown in the empty field: its default, else what one looks like.
    pub placeholder: String,
    /// Nothing works without it.
    pub required: bool,
    /// Texts to choose from.
    pub options: Vec<String>,
    /// Variables that tools of the vendor read it from.
    pub env: Vec<String>,
    /// The ways to authenticate it belongs to; empty: all.
    pub modes: Vec<String>,
    /// Few people need it.
    pub advanced: bool,
}

/// What was filled in for a key, and what that comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ConfigView {
    /// As filled in; no secret.
    pub config: Config,
    /// Its way to authenticate, for people; none where there is only one.
    pub way: Option<String>,
    /// How that works.
    pub method: Method,
    /// Where it is; none where a variable it names is not set.
    pub base_url: Option<String>,
    /// Host and port of that.
    pub host: Option<String>,
    /// The final URL a test will call.
    pub test_url: Option<String>,
}

impl From<&Blueprint> for FormView {
    fn from(form: &Blueprint) -> Self {
        let mode = |mode: &crate::provider::Mode| ModeView {
            name: mode.name.clone(),
            label: mode.label.clone(),
            help: mode.help.clone(),
            method: mode.method,
        };
        let field = |field: &crate::provider::FormField| FieldView {
            name: field.name.clone(),
            label: field.label.clone(),
            help: field.help.clone(),
            kind: field.kind,
            placeholder: field.default.clone().unwrap_or_else(|| field.example.clone()),
            required: field.required && field.default.is_none(),
            options: field.options.clone(),
            env: field.env.clone(),
            modes: field.modes.clone(),
            advanced: field.advanced,
        };
        Self {
            placed: form.is_placed_by_user(),
            modes: form.modes().iter().map(mode).collect(),
            fields: form.fields().iter().map(field).collect(),
        }
    }
}

impl ConfigView {
    /// `filled`: none where a variable it names is not set.
    pub(crate) fn new(form: &Blueprint, config: &Config, filled: Option<&Filled>) -> Self {
        let mode = form.mode(config).ok().flatten();
        Self {
            config: config.clone(),
            way: mode.map(|mode| mode.label.clone()),
            method: mode.map(|mode| mode.method).unwrap_or_default(),
            base_url: filled.map(|filled| filled.provider.base_url.to_string()),
            host: filled.map(|filled| filled.provider.base_url.host()),
            test_url: filled.map(|filled| filled.provider.test_url().to_string()),
        }
    }
}
