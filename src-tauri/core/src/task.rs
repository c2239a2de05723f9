//! Tasks: what models are needed for, and which ones do it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    error::{Code, Error, Field, Result},
    policy::{checked_model, refuse_key},
    provider::ProviderId,
};

/// The most targets of one task.
pub const MAX_TARGETS: usize = 20;
/// The longest parameters, in bytes of JSON.
const MAX_PARAMETERS: usize = 16 * 1024;

/// A task's name for programs: 1 to 64 lower-case letters, digits and hyphens, with a letter or digit at both ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", as = "String"))]
pub struct TaskSlug(String);

impl TaskSlug {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest slug to a name for people; `task` where nothing of it can be kept.
    pub fn from_name(name: &str) -> Self {
        let mut slug = String::new();
        for c in name.to_lowercase().chars().take(64) {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_end_matches('-');
        Self(if slug.is_empty() { "task".into() } else { slug.into() })
    }
}

impl FromStr for TaskSlug {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let whole = (1..=64).contains(&text.len()) && text.bytes().all(inside);
        if !whole || text.starts_with('-') || text.ends_with('-') {
            let message = "a task's short name has 1 to 64 lower-case letters, digits and hyphens";
            return Err(Error::at(Field::Slug, Code::SlugInvalid, message));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for TaskSlug {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl fmt::Display for TaskSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A model at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct TaskTarget {
    /// Slug.
    pub provider: ProviderId,
    /// As it is asked for.
    pub model: String,
}

impl FromStr for TaskTarget {
    type Err = Error;

    /// `PROVIDER/MODEL`. A model's name may have slashes of its own.
    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_once('/').filter(|(provider, model)| !provider.is_empty() && !model.is_empty());
        let message = "a target is written PROVIDER/MODEL";
        let (provider, model) = parts.ok_or_else(|| Error::at(Field::Targets, Code::TargetInvalid, message))?;
        let provider = provider.parse().map_err(|e: Error| e.in_field(Field::Targets))?;
        Ok(Self { provider, model: checked_model(model, Field::Targets)? })
    }
}

/// Targets, each once.
pub fn checked_targets(targets: &[TaskTarget]) -> Result<Vec<TaskTarget>> {
    if targets.len() > MAX_TARGETS {
        return Err(Error::at(Field::Targets, Code::TooMany, format!("a task has at most {MAX_TARGETS} targets")));
    }
    let mut checked: Vec<TaskTarget> = Vec::new();
    for target in targets {
        let model = checked_model(&target.model, Field::Targets)?;
        let target = TaskTarget { provider: target.provider.clone(), model };
        if checked.contains(&target) {
            let message = format!("{}/{} is there twice", target.provider, target.model);
            return Err(Error::at(Field::Targets, Code::TargetTwice, message));
        }
        checked.push(target);
    }
    Ok(checked)
}

/// Parameters of requests: a JSON object. `temperature` is a number from 0 to 2, `max_tokens` a whole number from 1 on;
/// everything else is the provider's own.
///
/// Fails at [`Field::Parameters`] with [`Code::ParametersInvalid`] and the place where the text stops being JSON.
pub fn checked_parameters(text: &str) -> Result<serde_json::Map<String, serde_json::Value>> {
    let refuse = |message: String| Err(Error::at(Field::Parameters, Code::ParametersInvalid, message));
    if text.trim().is_empty() {
        return Ok(serde_json::Map::new());
    }
    if text.len() > MAX_PARAMETERS {
        return refuse("parameters have at most 16 KiB".into());
    }
    if let Ok(Members(Some(twice))) = serde_json::from_str(text) {
        refuse_key(&twice, Field::Parameters)?;
        return refuse(format!("'{twice}' is there twice"));
    }
    let map = match serde_json::from_str(text) {
        Ok(serde_json::Value::Object(map)) => map,
        Ok(_) => return refuse("parameters are an object: {\"temperature\": 0.2}".into()),
        Err(e) => return refuse(format!("line {}, column {}: this is no JSON", e.line(), e.column())),
    };
    if map.get("temperature").is_some_and(|t| !t.as_f64().is_some_and(|t| (0.0..=2.0).contains(&t))) {
        return refuse("temperature is a number from 0 to 2".into());
    }
    if map.get("max_tokens").is_some_and(|n| n.as_u64().is_none_or(|n| n < 1)) {
        return refuse("max_tokens is a whole number from 1 on".into());
    }
    map.iter().try_for_each(|(name, value)| refuse_keys_in(name, value))?;
    Ok(map)
}

/// Above it whole numbers are not all there as fractions: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The first name an object has twice, of which a map would keep the last silently.
struct Members(Option<String>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        struct Names;
        impl<'de> serde::de::Visitor<'de> for Names {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> std::result::Result<Members, A::Error> {
                let (mut seen, mut twice) = (std::collections::HashSet::new(), None);
                while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    if !seen.insert(name.clone()) {
                        twice.get_or_insert(name);
                    }
                }
                Ok(Members(twice))
            }
        }
        from.deserialize_map(Names)
    }
}

/// Refuses a key anywhere in a parameter: they are kept, and shown, in the clear. The parser has bounded the depth.
fn refuse_keys_in(name: &str, value: &serde_json::Value) -> Result<()> {
    use serde_json::Value;
    refuse_key(name, Field::Parameters)?;
    match value {
        Value::String(text) => refuse_key(text, Field::Parameters),
        Value::Array(all) => all.iter().try_for_each(|one| refuse_keys_in("", one)),
        Value::Object(map) => map.iter().try_for_each(|(name, one)| refuse_keys_in(name, one)),
        // What is read as a fraction, and is none, has lost its last digits.
        Value::Number(n)
            if n.as_i64().is_none()
                && n.as_u64().is_none()
                && n.as_f64().is_some_and(|n| n.fract() == 0.0 && n.abs() >= EXACT) =>
        {
            let message = "a whole number as long as this cannot be kept exactly: write it as a text";
            Err(Error::at(Field::Parameters, Code::ParametersInvalid, message))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_come_from_names_and_are_checked() {
        for (name, slug) in
            [("Chat", "chat"), ("  Long text, short! ", "long-text-short"), ("Übung", "bung"), ("…", "task")]
        {
            assert_eq!(TaskSlug::from_name(name).as_str(), slug);
        }
        for bad in ["", "Chat", "a b", "-a", "a-", "ü", &"a".repeat(65)] {
            assert_eq!(bad.parse::<TaskSlug>().expect_err(bad).field, Some(Field::Slug));
        }
    }

    #[test]
    fn a_target_may_have_slashes_in_its_model() {
        let target: TaskTarget = "openrouter/anthropic/claude-sonnet-4.5".parse().expect("whole");
        assert_eq!((target.provider.as_str(), target.model.as_str()), ("openrouter", "anthropic/claude-sonnet-4.5"));
        for bad in ["openai", "openai/", "/gpt-5", "Open AI/gpt-5", &format!("openai/{}", "x".repeat(1000))] {
            assert_eq!(bad.parse::<TaskTarget>().expect_err(bad).field, Some(Field::Targets));
        }
        let twice = checked_targets(&[target.clone(), target]).expect_err("twice");
        assert_eq!(twice.code, Code::TargetTwice);
    }

    #[test]
    fn parameters_are_json_and_the_fault_is_told_with_its_place() {
        assert!(checked_parameters("  ").expect("none").is_empty());
        assert_eq!(checked_parameters(r#"{"temperature": 0.2, "stop": ["x"]}"#).expect("whole").len(), 2);
        for (bad, place) in [("{\"a\": }", "line 1, column 7"), ("[1]", "object"), ("{\"temperature\": 3}", "0 to 2")] {
            let error = checked_parameters(bad).expect_err(bad);
            assert!(error.message.contains(place), "{}", error.message);
        }
        assert!(
            checked_parameters(r#"{"max_tokens": 0}"#).is_err()
                && checked_parameters(r#"{"max_tokens": 1.5}"#).is_err()
        );
        let key = "sk-proj-0123456789abcdef";
        for bad in [
            format!(r#"{{"a": "{key}"}}"#),
            format!(r#"{{"a": [{{"b": "Bearer {key}"}}]}}"#),
            format!(r#"{{"{key}": 1}}"#),
        ] {
            let error = checked_parameters(&bad).expect_err("a key");
            assert_eq!((error.code, error.field), (Code::ConfigurationSecret, Some(Field::Parameters)));
            assert!(!error.message.contains(key));
        }
        for (bad, why) in [
            (r#"{"a": 1, "b": 2, "a": 3}"#, "'a' is there twice"),
            (r#"{"seed": 12345678901234567890123}"#, "cannot be kept exactly"),
        ] {
            assert!(checked_parameters(bad).expect_err(bad).message.contains(why), "{bad}");
        }
        assert!(checked_parameters(r#"{"seed": 18446744073709551615, "t": 1e3, "x": 0.1}"#).is_ok());
        let deep = "[".repeat(10_000);
        assert!(checked_parameters(&format!("{{\"a\": {deep}")).is_err(), "deep nesting is refused, not followed");
    }
}
