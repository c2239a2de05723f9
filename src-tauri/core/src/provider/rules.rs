//! The test of a provider and how its answers are read: the part of a catalogue entry that says what is true when.

use serde::Deserialize;

use super::Call;
use crate::probe::{Cause, Counted, Outcome};

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
    /// Refusals that come after the key was accepted: as good as a good answer. A test that asks for nothing that could
    /// be billed ends in one of them.
    #[serde(default)]
    pub passes: Vec<Pass>,
    /// Seconds this provider may take in all, when that is more than usual.
    pub timeout_s: Option<u64>,
    /// How sure these facts are, and all rules that do not say otherwise.
    pub confidence: Confidence,
    /// Where they are from.
    pub source: String,
}

/// A refusal that is good news.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pass {
    /// HTTP status.
    pub status: u16,
    /// A piece of its message; whatever the case.
    pub text: Option<String>,
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
///
/// A verdict may rest on what is at least of medium confidence. What is from memory proves no key and refuses none: such a
/// test cannot have `proves = "key"`, a bare refusal of its request is told as what it is, and a rule can only lead to
/// `reachable_unverified`.
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
    /// How sure this is, when it is not as sure as the test.
    pub confidence: Option<Confidence>,
    /// Where it is from, when it is not from where the test is from.
    pub source: Option<String>,
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
    /// How sure this is, when it is not as sure as the test.
    pub confidence: Option<Confidence>,
    /// Where it is from, when it is not from where the test is from.
    pub source: Option<String>,
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
        remaining: Option<String>,
        /// Used; with `limit`, instead of what is left.
        used: Option<String>,
        /// Used and not yet taken off what is left, in whole units. Where it is more than that, it is a debt and no credit.
        unbilled: Option<String>,
        /// Out of.
        limit: Option<String>,
        /// ISO 4217.
        currency: Option<String>,
        /// Where the currency is told, instead. Without either it is the provider's, or the region's.
        currency_at: Option<String>,
        /// What one counted unit is worth.
        unit: Option<f64>,
    },
    /// What was spent with the key so far.
    Spent {
        /// A number, or one in text.
        at: String,
        /// ISO 4217; without it the provider's, or the region's.
        currency: Option<String>,
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
    /// A quota of something that is not money: what is left of it, or how much is used of how much.
    Quota {
        /// Left.
        remaining: Option<String>,
        /// Used; with `limit`, instead of what is left.
        used: Option<String>,
        /// Out of.
        limit: Option<String>,
        /// What is counted.
        of: Counted,
    },
    /// The plan the account is on.
    Plan {
        /// Text.
        at: String,
    },
}

/// One more request about the account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct More {
    /// What is called. Never another host than the test's.
    pub call: Call,
    /// What its answer tells.
    pub account: Vec<Fact>,
}
