//! Providers whose address is partly the user's: a resource, a region, an account. The catalogue writes `{resource}` where
//! the user's part goes; with all parts filled in it is a provider like any other.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Provider;
use crate::error::{Code, Error, Field, Result};

/// A part of a provider's URLs that only the user knows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// As written in the URLs, without braces.
    pub name: String,
    /// For people.
    pub label: String,
    /// What one looks like. Valid.
    pub example: String,
    /// A regular expression that all of it must match.
    pub pattern: String,
    /// What most people have.
    pub default: Option<String>,
    /// Environment variables that tools of the vendor read it from, the usual one first.
    #[serde(default)]
    pub env: Vec<String>,
}

/// An entry with parts to fill in.
pub struct Blueprint {
    example: Provider,
    text: String,
}

/// Only the parts of an entry.
#[derive(Deserialize)]
struct Parts {
    #[serde(default)]
    part: Vec<Part>,
}

impl Blueprint {
    /// Reads an entry. `None`: it has no parts, so it is a provider already.
    pub(super) fn read(id: &str, text: &str) -> Result<Option<Self>, String> {
        let Parts { part } = toml::from_str(text).map_err(|e| format!("{id}: {e}"))?;
        if part.is_empty() {
            return Ok(None);
        }
        for one in &part {
            if !text.contains(&format!("{{{}}}", one.name)) {
                return Err(format!("{id}: {{{}}} is written nowhere", one.name));
            }
            for value in [Some(&one.example), one.default.as_ref()].into_iter().flatten() {
                one.check(value).map_err(|e| format!("{id}: {e}"))?;
            }
        }
        let values = part.iter().map(|one| (one.name.as_str(), one.example.as_str()));
        Ok(Some(Self { example: Provider::read(id, &filled(text, values))?, text: text.to_owned() }))
    }

    /// What it is like with its examples filled in: name, mark, links, key shapes. Its URLs are nobody's.
    pub fn example(&self) -> &Provider {
        &self.example
    }

    /// What is to be filled in.
    pub fn parts(&self) -> &[Part] {
        &self.example.part
    }

    /// The provider with these values; a part without one has its default. `InvalidUrl` at the first that does not fit.
    pub fn with(&self, values: &BTreeMap<String, String>) -> Result<Provider> {
        let value = |part: &Part| {
            let value = values.get(&part.name).map(|v| v.trim()).filter(|v| !v.is_empty());
            let value = value.or(part.default.as_deref()).unwrap_or_default().to_owned();
            part.check(&value).map(|()| (part.name.clone(), value))
        };
        let filled_in = self.parts().iter().map(value).collect::<Result<Vec<_>>>()?;
        let text = filled(&self.text, filled_in.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let id = self.example.id.as_str();
        Provider::read(id, &text).map_err(|e| Error::at(Field::BaseUrl, Code::UrlInvalid, e))
    }
}

impl Part {
    /// Whatever the pattern says, a part is a word of a host or a path: it cannot end one, start another, or climb.
    fn check(&self, value: &str) -> Result<()> {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let plain = !value.is_empty() && value.len() <= 253 && value.chars().all(word) && !value.contains("..");
        let whole = format!("^(?:{})$", self.pattern);
        if plain && regex_lite::Regex::new(&whole).is_ok_and(|pattern| pattern.is_match(value)) {
            return Ok(());
        }
        let message = format!("the {} looks like {}", self.label.to_lowercase(), self.example);
        Err(Error::at(Field::BaseUrl, Code::UrlInvalid, message))
    }
}

fn filled<'a>(text: &str, values: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    values.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
