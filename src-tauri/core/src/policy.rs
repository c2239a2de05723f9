//! What a key may be used for, and how much of the work it gets.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use wildmatch::WildMatch;

use crate::{
    error::{Code, Error, Field, Result},
    provider::header::looks_like_key,
};

/// The heaviest weight.
pub const MAX_WEIGHT: f64 = 1_000_000.0;
/// The longest name or pattern of a model, in characters.
pub const MAX_MODEL: usize = 200;
/// The most patterns, aliases, callers or users of one key.
pub const MAX_ENTRIES: usize = 100;

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// How a key is used. The default is that of a new key: with all models, prioritized, weight 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Policy {
    /// UUID of the only workspace it is in; none: in all of them.
    pub workspace: Option<String>,
    /// The user's own words.
    pub description: String,
    /// Its share inside its tier, against the other weights there; 0: standby, used when nothing else is left.
    pub weight: f64,
    /// When it is considered.
    pub tier: Tier,
    /// Its place among the keys of its tier, as the user ordered them; standby keys are tried in this order.
    pub position: i64,
    /// Whether it may do batch and file work.
    pub batch: bool,
    /// The models it may be used for.
    pub models: Models,
    /// Patterns of models it may not be used for, whatever `models` says.
    pub blocked: Vec<String>,
    /// Models as they are asked for, with what they are called at the provider (a deployment, an inference profile).
    pub aliases: BTreeMap<String, String>,
    /// The last day it works, `YYYY-MM-DD` (UTC).
    pub expires_on: Option<String>,
    /// `OpenRouter`'s flag "always use for this provider".
    pub required: bool,
    /// `OpenRouter`'s flag "never spend credits instead".
    pub byok_only: bool,
    /// Declared by the user: the account retains no data. None: not said.
    pub zdr: Option<bool>,
    /// SHA-256 of the tokens of the programs that may use it, hex; empty: all programs may.
    pub callers: Vec<String>,
    /// Ids of users, kept as others' exports have them.
    pub users: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            workspace: None,
            description: String::new(),
            weight: 1.0,
            tier: Tier::Prioritized,
            position: 0,
            batch: false,
            models: Models::All,
            blocked: Vec::new(),
            aliases: BTreeMap::new(),
            expires_on: None,
            required: false,
            byok_only: false,
            zdr: None,
            callers: Vec::new(),
            users: Vec::new(),
        }
    }
}

/// When a key is considered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Tier {
    /// First.
    #[default]
    Prioritized,
    /// When no prioritized key can be used.
    Fallback,
}

/// The models a key may be used for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Models {
    /// Every one.
    #[default]
    All,
    /// Not one.
    None,
    /// Those that match one of these patterns, whatever the case: `*` stands for any characters, `?` for one.
    List(Vec<String>),
}

/// Whether a key may be used for a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Allowed,
    /// No pattern of its list matches.
    NotAllowed,
    /// This pattern blocks it.
    Blocked(String),
}

impl Policy {
    /// Whether the key may be used for a model, by the name it is asked for.
    pub fn permits(&self, model: &str) -> Permission {
        if let Some(pattern) = first_match(&self.blocked, model) {
            return Permission::Blocked(pattern.to_owned());
        }
        let allowed = match &self.models {
            Models::All => true,
            Models::None => false,
            Models::List(patterns) => first_match(patterns, model).is_some(),
        };
        if allowed { Permission::Allowed } else { Permission::NotAllowed }
    }

    /// What the provider calls a model: as it is asked for, unless an alias says otherwise.
    pub fn called<'a>(&'a self, model: &'a str) -> &'a str {
        let other_case = || self.aliases.iter().find(|(alias, _)| alias.to_lowercase() == model.to_lowercase());
        self.aliases.get(model).or_else(|| other_case().map(|(_, name)| name)).map_or(model, String::as_str)
    }

    /// Days until its last day is over, at this time (Unix milliseconds): 0 on that day, negative after it.
    pub fn days_left(&self, now: i64) -> Option<i64> {
        let last = day(self.expires_on.as_deref()?)?;
        Some((last - today(now)).whole_days())
    }
}

/// The first of these patterns that a model matches.
pub(crate) fn first_match<'a>(patterns: &'a [String], model: &str) -> Option<&'a str> {
    // A pattern is at most 200 characters, and the matcher needs at most their product of steps.
    let matches = |pattern: &&String| WildMatch::new_case_insensitive(pattern).matches(model);
    patterns.iter().find(matches).map(String::as_str)
}

fn today(now: i64) -> Date {
    OffsetDateTime::from_unix_timestamp(now.div_euclid(1000)).map_or(Date::MIN, OffsetDateTime::date)
}

fn day(text: &str) -> Option<Date> {
    Date::parse(text, DAY).ok()
}

/// A weight: 0 to a million.
pub fn checked_weight(weight: f64) -> Result<f64> {
    if (0.0..=MAX_WEIGHT).contains(&weight) {
        return Ok(weight);
    }
    Err(Error::at(Field::Weight, Code::WeightInvalid, "a weight is a number from 0 to 1,000,000"))
}

/// A description: at most 1,000 characters.
pub fn checked_description(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > 1000 {
        return Err(Error::at(
            Field::Description,
            Code::DescriptionTooLong,
            "a description has at most 1,000 characters",
        ));
    }
    refuse_key(text, Field::Description)?;
    Ok(text.to_owned())
}

/// Refuses a text that is plainly a key where it would be kept in the clear.
pub(crate) fn refuse_key(text: &str, field: Field) -> Result<()> {
    if looks_like_key(text) {
        return Err(Error::at(
            field,
            Code::ConfigurationSecret,
            "this looks like a key, and would be kept in the clear",
        ));
    }
    Ok(())
}

/// A day that is not over yet.
pub fn checked_expiry(text: &str, now: i64) -> Result<String> {
    let text = text.trim();
    let refuse = |code, message: &str| Err(Error::at(Field::Expiry, code, message));
    match day(text) {
        None => refuse(Code::DateInvalid, "a date is written YYYY-MM-DD"),
        Some(day) if day < today(now) => refuse(Code::DatePast, "this day is over"),
        Some(_) => Ok(text.to_owned()),
    }
}

/// Names or patterns of models, each once, whatever the case.
pub fn checked_models(models: &[String], field: Field) -> Result<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut checked = Vec::new();
    for model in models {
        let model = checked_model(model, field)?;
        if !seen.insert(model.to_lowercase()) {
            return Err(Error::at(field, Code::ModelTwice, format!("'{}' is there twice", shown(&model))));
        }
        checked.push(model);
    }
    few(checked.len(), field)?;
    Ok(checked)
}

/// A name or pattern of a model: trimmed, 1 to 200 characters, without control characters.
pub fn checked_model(model: &str, field: Field) -> Result<String> {
    let model = model.trim();
    refuse_key(model, field)?;
    if model.is_empty() || model.chars().count() > MAX_MODEL || model.chars().any(char::is_control) {
        let message = format!("a model's name has 1 to {MAX_MODEL} characters: '{}'", shown(model));
        return Err(Error::at(field, Code::ModelInvalid, message));
    }
    Ok(model.to_owned())
}

/// Aliases: each once, whatever the case, and none leading back to itself by way of others.
pub fn checked_aliases(aliases: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let field = Field::Aliases;
    few(aliases.len(), field)?;
    let mut checked = BTreeMap::new();
    let mut folded = BTreeMap::new();
    for (alias, name) in aliases {
        let (alias, name) = (checked_model(alias, field)?, checked_model(name, field)?);
        if folded.insert(alias.to_lowercase(), name.to_lowercase()).is_some() {
            return Err(Error::at(field, Code::ModelTwice, format!("'{}' is there twice", shown(&alias))));
        }
        checked.insert(alias, name);
    }
    for first in folded.keys() {
        let mut at = first;
        for _ in 0..=folded.len() {
            let Some(next) = folded.get(at).filter(|next| *next != at) else { break };
            if next == first {
                let message = format!("'{}' leads back to itself", shown(first));
                return Err(Error::at(field, Code::AliasCycle, message));
            }
            at = next;
        }
    }
    Ok(checked)
}

/// Hashes of tokens: 64 hexadecimal digits each.
pub fn checked_callers(callers: &[String]) -> Result<Vec<String>> {
    few(callers.len(), Field::Callers)?;
    let hash = |caller: &String| {
        let caller = caller.trim().to_ascii_lowercase();
        if caller.len() == 64 && caller.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(caller);
        }
        let message = "a program is named by the SHA-256 of its token: 64 hexadecimal digits";
        Err(Error::at(Field::Callers, Code::CallerInvalid, message))
    };
    callers.iter().map(hash).collect()
}

/// Ids of users, as they are.
pub fn checked_users(users: &[String]) -> Result<Vec<String>> {
    few(users.len(), Field::Users)?;
    users.iter().map(|user| checked_model(user, Field::Users)).collect()
}

fn few(count: usize, field: Field) -> Result<()> {
    if count <= MAX_ENTRIES {
        return Ok(());
    }
    Err(Error::at(field, Code::TooMany, format!("at most {MAX_ENTRIES}")))
}

/// The beginning of what was typed, for a message.
fn shown(text: &str) -> String {
    let start: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.chars().count() > 40 { format!("{start}…") } else { start }
}
