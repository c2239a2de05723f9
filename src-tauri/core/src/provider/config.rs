//! What a user filled in for one key: everything that is no secret. Texts may be kept in environment variables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{error::Result, value::Value};

/// The configuration of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Config {
    /// The way to authenticate; none where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub mode: Option<String>,
    /// What was filled in, by the fields' names.
    #[serde(default)]
    pub values: BTreeMap<String, Setting>,
    /// The secret fields that are in the vault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<String>>"))]
    pub secrets: Vec<String>,
}

/// What was filled into one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Setting {
    /// On or off.
    Flag(bool),
    /// One text. Of a secret field: the variable it is in, never the secret.
    Text(Value),
    /// Several texts.
    List(Vec<Value>),
    /// S3 buckets.
    Buckets(Vec<Bucket>),
    /// Names with texts.
    Map(BTreeMap<String, Value>),
}

/// An S3 bucket for batches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Bucket {
    /// Its name.
    pub bucket_name: Value,
    /// Where in it; empty: at its top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub prefix: Option<Value>,
    /// The one that is used when none is named.
    #[serde(default)]
    pub is_default: bool,
}

impl Setting {
    /// Whether nothing was filled in.
    pub fn is_empty(&self) -> bool {
        let blank = |value: &Value| matches!(value, Value::Literal(text) if text.trim().is_empty());
        match self {
            Self::Flag(on) => !on,
            Self::Text(text) => blank(text),
            Self::List(texts) => texts.is_empty(),
            Self::Buckets(buckets) => buckets.is_empty(),
            Self::Map(map) => map.is_empty(),
        }
    }

    /// Its texts, in order: of a map and of buckets the values.
    pub fn texts(&self) -> Vec<&Value> {
        match self {
            Self::Flag(_) => Vec::new(),
            Self::Text(text) => vec![text],
            Self::List(texts) => texts.iter().collect(),
            Self::Buckets(buckets) => {
                buckets.iter().flat_map(|b| [Some(&b.bucket_name), b.prefix.as_ref()]).flatten().collect()
            }
            Self::Map(map) => map.values().collect(),
        }
    }

    /// Its one text, or its texts in one line, with variables read.
    pub fn resolve(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String> {
        if let Self::Flag(on) = self {
            return Ok(on.to_string());
        }
        let texts: Result<Vec<String>> = self.texts().into_iter().map(|text| text.resolve(lookup)).collect();
        Ok(texts?.iter().map(|text| text.trim()).collect::<Vec<_>>().join(" "))
    }
}

impl Config {
    /// Without fields that were left empty.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        self.values.retain(|_, setting| !setting.is_empty());
        self
    }

    /// The variables it names.
    pub fn variables(&self) -> Vec<String> {
        let values = self.values.values().flat_map(Setting::texts);
        values.filter_map(Value::variable).map(|name| name.as_str().to_owned()).collect()
    }

    /// Names and texts of a map field, with variables read; none where there is none.
    pub fn map(&self, name: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Vec<(String, String)>> {
        let Some(Setting::Map(map)) = self.values.get(name) else { return Ok(Vec::new()) };
        map.iter().map(|(name, value)| Ok((name.clone(), value.resolve(lookup)?))).collect()
    }
}
