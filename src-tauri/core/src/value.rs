//! A value of a configuration, written out or kept in an environment variable: `westeurope`, `env.AZURE_REGION`.
//! A reference is resolved when it is used, shown as its name, and never as what stands behind it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};

/// What a reference begins with.
const PREFIX: &str = "env.";
/// Longer is no name anybody gave a variable.
const LONGEST: usize = 128;

/// The name of an environment variable: a letter or `_`, then letters, digits and `_`, 128 characters at most
/// (POSIX.1-2024, Base Definitions 3.216).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", as = "String"))]
pub struct EnvName(String);

impl EnvName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The variable that `env.NAME` refers to; `None` for any other text. Fails with [`Code::VariableInvalid`] where what
    /// follows `env.` is no variable's name.
    pub fn referred(text: &str) -> Option<Result<Self>> {
        text.trim().strip_prefix(PREFIX).map(str::parse)
    }

    /// What the variable holds now. Fails with [`Code::VariableUnset`] where it is unset or empty; the message names
    /// the variable and nothing else.
    pub fn resolve(&self, lookup: impl Fn(&str) -> Option<String>) -> Result<String> {
        let unset = || Error::new(Code::VariableUnset, format!("the environment variable {self} is not set"));
        lookup(&self.0).filter(|value| !value.trim().is_empty()).ok_or_else(unset)
    }
}

impl FromStr for EnvName {
    type Err = Error;

    /// Fails with [`Code::VariableInvalid`]. What was typed is not repeated: it may be a key.
    fn from_str(text: &str) -> Result<Self> {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins || text.len() > LONGEST || !text.chars().all(word) {
            let message = "a variable's name has letters, digits and _, and begins with no digit";
            return Err(Error::new(Code::VariableInvalid, message));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for EnvName {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text, or the variable that holds it. Written as one string: whatever begins with `env.` is a reference. No secret is
/// ever a literal of this type: those are in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", as = "String"))]
pub enum Value {
    /// The text itself, as typed.
    Literal(String),
    /// Where the text is.
    Env(EnvName),
}

impl Value {
    /// The variable, if it is in one.
    pub fn variable(&self) -> Option<&EnvName> {
        match self {
            Self::Literal(_) => None,
            Self::Env(name) => Some(name),
        }
    }

    /// The text to use now. Fails as [`EnvName::resolve`] does.
    pub fn resolve(&self, lookup: impl Fn(&str) -> Option<String>) -> Result<String> {
        match self {
            Self::Literal(text) => Ok(text.clone()),
            Self::Env(name) => name.resolve(lookup),
        }
    }
}

impl FromStr for Value {
    type Err = Error;

    /// Fails with [`Code::VariableInvalid`] where what follows `env.` is no variable's name.
    fn from_str(text: &str) -> Result<Self> {
        match EnvName::referred(text) {
            Some(name) => name.map(Self::Env),
            None => Ok(Self::Literal(text.into())),
        }
    }
}

impl TryFrom<String> for Value {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Value> for String {
    fn from(value: Value) -> Self {
        value.to_string()
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Env(name) => write!(f, "{PREFIX}{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(name: &str) -> Option<String> {
        match name {
            "REGION" => Some("westeurope".into()),
            "EMPTY" => Some(" \n".into()),
            _ => None,
        }
    }

    #[test]
    fn what_begins_with_env_is_a_reference_and_the_rest_is_itself() {
        for (text, value) in [
            ("env.REGION", Value::Env(EnvName("REGION".into()))),
            (" env._x9\n", Value::Env(EnvName("_x9".into()))),
            ("westeurope", Value::Literal("westeurope".into())),
            (" a b ", Value::Literal(" a b ".into())),
            ("Env.REGION", Value::Literal("Env.REGION".into())),
            ("environment", Value::Literal("environment".into())),
            ("", Value::Literal(String::new())),
        ] {
            assert_eq!(text.parse(), Ok(value), "{text:?}");
        }
    }

    #[test]
    fn a_reference_to_what_is_no_name_is_refused_without_repeating_it() {
        for text in ["env.", "env.1A", "env.A-B", "env.A.B", "env.sk-proj-0123456789", "env.Ä", "env. A"] {
            let error = text.parse::<Value>().expect_err(text);
            assert_eq!(error.code, Code::VariableInvalid, "{text}");
            assert!(!error.message.contains("0123"), "{}", error.message);
        }
        assert!(format!("env.{}", "A".repeat(128)).parse::<Value>().is_ok());
        assert!(format!("env.{}", "A".repeat(129)).parse::<Value>().is_err());
    }

    #[test]
    fn a_reference_is_resolved_when_used_and_one_that_leads_nowhere_is_named() {
        let resolve = |text: &str| text.parse::<Value>().expect("a value").resolve(set);
        assert_eq!(resolve("env.REGION"), Ok("westeurope".into()));
        assert_eq!(resolve("eastus"), Ok("eastus".into()));
        for name in ["UNSET", "EMPTY"] {
            let error = resolve(&format!("env.{name}")).expect_err(name);
            assert_eq!(error.code, Code::VariableUnset);
            assert!(error.message.contains(name), "{}", error.message);
        }
    }

    #[test]
    fn json_holds_it_as_one_string() {
        let value: Value = serde_json::from_str(r#""env.REGION""#).expect("a reference");
        assert_eq!(value.variable().map(EnvName::as_str), Some("REGION"));
        assert_eq!(serde_json::to_string(&value).expect("JSON"), r#""env.REGION""#);
        assert!(serde_json::from_str::<Value>(r#""env.A-B""#).is_err());
        assert!(serde_json::from_str::<EnvName>(r#""A B""#).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "(env\\.)?[ -~]{0,12}") {
            if let Ok(value) = text.parse::<Value>() {
                prop_assert_eq!(value.to_string().parse::<Value>(), Ok(value));
            }
        }
    }
}
