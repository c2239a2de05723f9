//! Environment variables, as far as anybody gets to see them: by name.

use serde::Serialize;

use super::KeyName;
use crate::value::EnvName;

/// A variable a key is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct VariableView {
    /// Its name.
    pub name: EnvName,
    /// Whether this process sees it, with something in it.
    pub set: bool,
}

/// A variable whose value is a saved key's text too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct KnownVariable {
    /// The variable.
    pub variable: EnvName,
    /// The saved key.
    pub saved_as: KeyName,
}
