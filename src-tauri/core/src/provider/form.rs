//! What a provider asks of its user besides a key, as the catalogue states it: fields, and ways to authenticate.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Auth;

/// One thing to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// What configurations call it; where it stands in URLs, `{name}`.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it is, or where it is found.
    #[serde(default)]
    pub help: String,
    /// What one looks like. Valid.
    #[serde(default)]
    pub example: String,
    /// What it takes.
    #[serde(default)]
    pub kind: FieldKind,
    /// A regular expression that all of each text must match.
    pub pattern: Option<String>,
    /// Nothing works without it.
    #[serde(default)]
    pub required: bool,
    /// What most people have. May hold other fields: `https://sts.{region}.amazonaws.com`.
    pub default: Option<String>,
    /// Other defaults where another field, or `mode`, is something. The first that fits wins.
    #[serde(default)]
    pub default_when: Vec<DefaultWhen>,
    /// Texts to choose from: all there are of a choice, the usual ones of anything else.
    #[serde(default)]
    pub options: Vec<String>,
    /// Environment variables that tools of the vendor read it from, the usual one first.
    #[serde(default)]
    pub env: Vec<String>,
    /// The ways to authenticate it belongs to; empty: all.
    #[serde(default)]
    pub modes: Vec<String>,
    /// Few people need it.
    #[serde(default)]
    pub advanced: bool,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum FieldKind {
    /// One line.
    #[default]
    Text,
    /// An address: https, or http on this machine.
    Url,
    /// Goes into the vault.
    Secret,
    /// A whole file that goes into the vault.
    File,
    /// One of its options.
    Choice,
    /// On or off.
    Flag,
    /// Several texts.
    List,
    /// Names with texts.
    Map,
    /// S3 buckets with a prefix each, one of them the default.
    Buckets,
}

impl FieldKind {
    /// Whether what is filled in goes into the vault and nowhere else.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::File)
    }
}

/// A default that holds where another field has some text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultWhen {
    /// The other field, or `mode`.
    pub field: String,
    /// Its text.
    pub is: String,
    /// The default then.
    pub default: String,
}

/// A way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// What configurations call it.
    pub name: String,
    /// For people.
    pub label: String,
    /// When to choose it.
    #[serde(default)]
    pub help: String,
    /// How.
    #[serde(default)]
    pub method: Method,
    /// The header a key travels in, where it is not the provider's usual one.
    pub auth: Option<Auth>,
    /// The test's request, where it is another one.
    pub call: Option<String>,
    /// With signed requests: to which service.
    #[serde(default)]
    pub service: String,
}

/// How a way to authenticate works. The names of the fields each needs are in [`crate::keystead`]'s `login`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Method {
    /// The key travels in a header.
    #[default]
    Header,
    /// Requests are signed with an access key that is filled in.
    Sigv4,
    /// Requests are signed with the access key `aws` would use on this machine.
    AwsProfile,
    /// A token is made from a service account's key file.
    GoogleServiceAccount,
    /// A token is made from what `gcloud` left on this machine.
    GoogleAdc,
    /// An application of Entra signs in with its secret.
    EntraClientCredentials,
}

impl Method {
    /// Whether it uses what is on this machine, and nothing is filled in for it.
    pub fn is_ambient(self) -> bool {
        matches!(self, Self::AwsProfile | Self::GoogleAdc)
    }
}

impl FormField {
    /// Whether it belongs to this way to authenticate.
    pub fn is_of(&self, mode: Option<&str>) -> bool {
        self.modes.is_empty() || mode.is_some_and(|mode| self.modes.iter().any(|m| m == mode))
    }

    /// Its default where the others are as in `values`; not yet with their texts put in.
    pub(super) fn default_for<'a>(&'a self, values: &BTreeMap<String, String>) -> Option<&'a str> {
        let holds = |when: &&DefaultWhen| values.get(&when.field).is_some_and(|text| *text == when.is);
        self.default_when.iter().find(holds).map(|when| &when.default).or(self.default.as_ref()).map(String::as_str)
    }
}
