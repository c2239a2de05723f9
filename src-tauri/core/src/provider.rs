//! What a provider is. Built-in ones come from the catalogue, one TOML file each; custom ones are made from its
//! templates, one for each dialect.

mod base_url;
mod blueprint;
mod call;
mod catalog;
mod check;
mod config;
pub mod doctor;
mod entry;
mod form;
pub mod header;
mod models;
mod paid;
mod rules;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};

pub use base_url::{BaseUrl, Origin};
pub(crate) use base_url::{is_forbidden_address, is_local_name, is_loopback, is_private_address};
pub use blueprint::{Blueprint, Filled};
pub use call::Call;
pub use catalog::Catalog;
pub use config::{Bucket, Config, Setting};
pub use entry::{Auth, KeyShape, Provider, Sibling};
pub use form::{DefaultWhen, FieldKind, FormField, Method, Mode};
pub use models::{ModelList, Next, PriceAt};
pub use paid::{Paid, PaidTest};
pub use rules::{BodyRule, Confidence, ErrorRule, Fact, More, Pass, Proves, Scalar, Test};

/// A provider's slug: 1 to 64 of `a-z 0-9 -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", as = "String"))]
pub struct ProviderId(String);

impl ProviderId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slug of a custom provider's name: "My Box (LAN)" → `my-box-lan`. Names without a Latin letter become
    /// `custom`; the caller adds a number when it is taken.
    pub fn from_name(name: &str) -> Self {
        let mut slug = String::new();
        for c in name.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(48);
        let slug = slug.trim_end_matches('-');
        Self(if slug.is_empty() { "custom".into() } else { slug.into() })
    }
}

impl FromStr for ProviderId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text.is_empty() || text.len() > 64 || !text.chars().all(fits) {
            return Err(Error::new(Code::ProviderNotFound, "a provider's id is 1 to 64 of a-z, 0-9 and -"));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for ProviderId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The protocol a provider speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Dialect {
    /// Chat completions.
    #[default]
    Openai,
    /// Responses.
    OpenaiResponses,
    /// Messages.
    Anthropic,
    /// generateContent.
    Gemini,
    /// /api/chat.
    Ollama,
    /// None of these: a service of its own kind.
    Other,
}

impl Dialect {
    /// Those a custom provider can speak.
    pub const SPOKEN: [Self; 5] = [Self::Openai, Self::OpenaiResponses, Self::Anthropic, Self::Gemini, Self::Ollama];

    /// As it is written: `openai_responses`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::OpenaiResponses => "openai_responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::Other => "other",
        }
    }

    /// One that a custom provider can speak, as it is written or with hyphens.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.replace('-', "_");
        Self::SPOKEN.into_iter().find(|dialect| dialect.name() == name)
    }
}

/// Whether a provider wants a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum KeyNeed {
    /// Always.
    Required,
    /// With or without: local servers, custom endpoints.
    Optional,
}
