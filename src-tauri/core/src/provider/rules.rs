//! The test of a provider and how its answers are read: the part of a catalogue entry that says what is true when.

use serde::Deserialize;

use super::Call;
use crate::probe::{Cause, Outcome};

/// The test request, and how to read a good answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What is called.
    pub call: Call,
    /// The JSON body of a POST.
    pub body: Option<String>,
    /// What a good answer says about the key.
    pub proves: Proves,
    /// JSON pointers of which one must exist in a good answer (`[]`: the answer itself is a list). Without any, all JSON
    /// will do.
    #[serde(default)]
    pub expect: Vec<String>,
    /// Bad news inside a good answer. The first that fits wins.
    #[serde(default)]
    pub rules: Vec<BodyRule>,
    /// Seconds this provider may take in all, when that is more than usual.
    pub timeout_s: Option<u64>,
    /// How sure these facts are.
    pub confidence: Confidence,
    /// Where they are from.
    pub source: String,
}

/// What a good answer says about the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proves {
    /// Only a good key gets it.
    Key,
    /// Any key gets it: there is no unbilled call that would tell.
    Nothing,
    /// There is no key to prove.
    Keyless,
    /// Nobody knows yet: the same request with a wrong key tells.
    Unknown,
}

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A specification, an SDK's source, or a recorded answer.
    High,
    /// Third-party code or documentation.
    Medium,
    /// Memory or inference.
    Low,
}

/// A condition on a good answer's body, and what it means. Exactly one of `is`, `is_not`, `at_most` and `past` is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRule {
    /// JSON pointer. A rule whose pointer leads nowhere does not fit.
    pub at: String,
    /// Equal to.
    pub is: Option<Scalar>,
    /// There, and not equal to.
    pub is_not: Option<Scalar>,
    /// A number, or a number in text, not above.
    pub at_most: Option<f64>,
    /// A time (RFC 3339, or Unix seconds) that has passed.
    #[serde(default)]
    pub past: bool,
    /// The verdict.
    pub outcome: Outcome,
    /// What is behind it.
    pub cause: Option<Cause>,
}

/// A JSON value without structure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// true, false.
    Bool(bool),
    /// Whole.
    Int(i64),
    /// Text.
    Text(String),
}

/// What an error answer means: all that is given must fit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorRule {
    /// HTTP status.
    pub status: Option<u16>,
    /// One of the answer's codes, types or reasons; whatever the case.
    pub code: Option<String>,
    /// A piece of its message; whatever the case.
    pub text: Option<String>,
    /// Only at the catalogue's own base URL, where a path cannot be wrong.
    #[serde(default)]
    pub at_home: bool,
    /// The verdict.
    pub outcome: Outcome,
    /// What is behind it.
    pub cause: Option<Cause>,
}

/// Where an answer tells something about the account. Pointers that lead nowhere, or to null, tell nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// Credit, as numbers or numbers in text.
    Credit {
        /// A list whose items the other pointers start from; without it they start from the answer.
        each: Option<String>,
        /// Left.
        remaining: String,
        /// Out of.
        limit: Option<String>,
        /// ISO 4217.
        currency: Option<String>,
        /// Where the currency is told, instead.
        currency_at: Option<String>,
        /// What one counted unit is worth.
        unit: Option<f64>,
    },
    /// How often a limit starts anew.
    Resets {
        /// Text.
        at: String,
    },
    /// The key's expiry.
    Expires {
        /// Text.
        at: String,
    },
    /// Models the key can see.
    Models {
        /// A list.
        at: String,
    },
    /// The server's version.
    Version {
        /// Text.
        at: String,
    },
    /// A free-tier account.
    FreeTier {
        /// A boolean.
        at: String,
    },
}

/// One more request about the account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct More {
    /// What is called. Never another host.
    pub call: Call,
    /// What its answer tells.
    pub account: Vec<Fact>,
}
