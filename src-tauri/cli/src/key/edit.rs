//! `keystead key edit`, `key show` and `key order`: how a key is used.

use std::{
    collections::{BTreeMap, HashSet},
    process::ExitCode,
    sync::Arc,
};

use clap::{Args, ValueEnum};
use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{EditKeys, KeyView, OrderKeys},
    policy::{Models, Tier},
};

use super::described;

/// How keys are used.
// `clap` has a group for the subcommand called `Edit` already, and no two of one name.
#[derive(Args, Default, PartialEq)]
#[group(id = "policy")]
pub(crate) struct Uses {
    /// Another name, for one key
    #[arg(long)]
    name: Option<String>,
    /// In this workspace only; empty: in all
    #[arg(long, value_name = "WORKSPACE")]
    workspace: Option<String>,
    /// Your own words; empty: none
    #[arg(long)]
    description: Option<String>,
    /// Its share beside the other weights of its tier; 0: standby
    #[arg(long, allow_negative_numbers = true)]
    weight: Option<f64>,
    /// When it is considered
    #[arg(long)]
    tier: Option<TierName>,
    /// Switched on or off
    #[arg(long, value_name = "BOOL")]
    enabled: Option<bool>,
    /// Whether it may do batch and file work
    #[arg(long, value_name = "BOOL")]
    batch: Option<bool>,
    /// The models it may be used for: a pattern with * and ?, `all` or `none`; can be repeated
    #[arg(long = "model", value_name = "PATTERN")]
    models: Vec<String>,
    /// The models it may not be used for; empty: none are blocked; can be repeated
    #[arg(long = "block", value_name = "PATTERN")]
    blocked: Vec<String>,
    /// What a model is called at the provider, NAME=DEPLOYMENT; empty: no aliases; can be repeated
    #[arg(long = "alias", value_name = "NAME=MODEL")]
    aliases: Vec<String>,
    /// Its last day, YYYY-MM-DD; empty: none
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    /// `OpenRouter`'s flag "always use for this provider"
    #[arg(long, value_name = "BOOL")]
    required: Option<bool>,
    /// `OpenRouter`'s flag "never spend credits instead"
    #[arg(long, value_name = "BOOL")]
    byok_only: Option<bool>,
    /// Whether the account retains no data; empty: not said
    #[arg(long, value_name = "BOOL")]
    zdr: Option<String>,
    /// SHA-256 of the token of a program that may use it; empty: all may; can be repeated
    #[arg(long = "caller", value_name = "HASH")]
    callers: Vec<String>,
    /// The version it has to have still, as `key show --json` told it; one key only
    #[arg(long)]
    version: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum TierName {
    Prioritized,
    Fallback,
}

impl From<TierName> for Tier {
    fn from(name: TierName) -> Self {
        match name {
            TierName::Prioritized => Self::Prioritized,
            TierName::Fallback => Self::Fallback,
        }
    }
}

/// Put a provider's keys in order: standby keys are tried in it
#[derive(Args)]
pub(crate) struct Places {
    /// A provider's id
    provider: String,
    /// The prioritized ones, in order
    #[arg(required = true)]
    keys: Vec<String>,
    /// A fallback key, in order; can be repeated
    #[arg(long, value_name = "KEY")]
    fallback: Vec<String>,
}

/// Nothing, where the list is one empty text.
fn list(texts: &[String]) -> Option<Vec<String>> {
    match texts {
        [] => None,
        [only] if only.is_empty() => Some(Vec::new()),
        all => Some(all.to_vec()),
    }
}

fn models(patterns: &[String]) -> Option<Models> {
    Some(match patterns {
        [] => return None,
        [only] if only == "all" => Models::All,
        [only] if only == "none" => Models::None,
        all => Models::List(all.to_vec()),
    })
}

fn aliases(pairs: &[String]) -> Result<Option<BTreeMap<String, String>>, Error> {
    let Some(pairs) = list(pairs) else { return Ok(None) };
    let pair = |pair: &String| {
        let parts = pair.split_once('=').map(|(name, model)| (name.to_owned(), model.to_owned()));
        parts.ok_or_else(|| Error::at(Field::Aliases, Code::ModelInvalid, "an alias is written NAME=MODEL"))
    };
    let mut all = BTreeMap::new();
    for (name, model) in pairs.iter().map(pair).collect::<Result<Vec<_>, _>>()? {
        if all.insert(name, model).is_some() {
            return Err(Error::at(Field::Aliases, Code::ModelTwice, "an alias is there twice"));
        }
    }
    Ok(Some(all))
}

impl Uses {
    pub(super) fn run(&self, keystead: &Keystead, keys: &[String], json: bool) -> Result<ExitCode, Error> {
        show(&self.apply(keystead, keys)?, json);
        Ok(ExitCode::SUCCESS)
    }

    /// Whether anything is to be changed.
    pub(super) fn is_given(&self) -> bool {
        *self != Self::default()
    }

    pub(super) fn apply(&self, keystead: &Keystead, keys: &[String]) -> Result<Vec<KeyView>, Error> {
        let ids = ids(keystead, keys)?;
        if self.version.is_some() && ids.len() != 1 {
            return Err(Error::at(Field::Name, Code::KeyAmbiguous, "--version is for one key"));
        }
        let workspace = match self.workspace.as_deref() {
            None => None,
            Some("") => Some(None),
            Some(named) => Some(Some(keystead.find_workspace(named)?)),
        };
        let zdr =
            match self.zdr.as_deref() {
                None => None,
                Some("") => Some(None),
                Some(text) => Some(Some(text.parse().map_err(|_| {
                    Error::at(Field::Description, Code::SettingInvalid, "--zdr is true, false or empty")
                })?)),
            };
        let emptied = |text: &Option<String>| text.as_ref().map(|text| Some(text.clone()).filter(|t| !t.is_empty()));
        keystead.edit_keys(&EditKeys {
            ids,
            versions: self.version.into_iter().collect(),
            name: self.name.clone(),
            enabled: self.enabled,
            workspace,
            description: self.description.clone(),
            weight: self.weight,
            tier: self.tier.map(Into::into),
            batch: self.batch,
            models: models(&self.models),
            blocked: list(&self.blocked),
            aliases: aliases(&self.aliases)?,
            expires_on: emptied(&self.expires),
            required: self.required,
            byok_only: self.byok_only,
            zdr,
            callers: list(&self.callers),
            users: None,
        })
    }
}

impl Places {
    pub(super) fn run(&self, keystead: &Keystead, json: bool) -> Result<ExitCode, Error> {
        let provider = self.provider.parse()?;
        let (prioritized, fallback) = (ids(keystead, &self.keys)?, ids(keystead, &self.fallback)?);
        if prioritized.iter().chain(&fallback).collect::<HashSet<_>>().len() < prioritized.len() + fallback.len() {
            return Err(Error::at(Field::Name, Code::KeyAmbiguous, "each key has one place: name it once"));
        }
        keystead.order_keys(&OrderKeys { provider, prioritized, fallback })?;
        let keys = keystead.provider(&self.provider.parse()?)?.keys;
        show(&keys.into_iter().map(Arc::unwrap_or_clone).collect::<Vec<_>>(), json);
        Ok(ExitCode::SUCCESS)
    }
}

fn ids(keystead: &Keystead, named: &[String]) -> Result<Vec<String>, Error> {
    named.iter().map(|key| Ok(keystead.find_key(key)?.id)).collect()
}

/// Keys with all that is known of how they are used.
pub(super) fn show(keys: &[KeyView], json: bool) {
    if json {
        let all: Vec<_> = keys.iter().map(|key| described(key, None)).collect();
        println!("{}", serde_json::json!(all));
        return;
    }
    for key in keys {
        println!("{}", key.reference());
        for (name, text) in lines(key) {
            println!("  {name:<12} {text}");
        }
    }
}

pub(crate) fn lines(key: &KeyView) -> Vec<(&'static str, String)> {
    let policy = &key.policy;
    let tier = if policy.tier == Tier::Fallback { "fallback" } else { "prioritized" };
    let use_of = match policy.weight {
        weight if weight <= 0.0 => format!("{tier}, standby"),
        weight => format!("{tier}, weight {weight}"),
    };
    let mut lines = vec![("use", if key.enabled { use_of } else { format!("off ({use_of})") })];
    let models = match &policy.models {
        Models::All => "all".into(),
        Models::None => "none".into(),
        Models::List(list) => list.join(", "),
    };
    lines.push(("models", models));
    let mut more = |name, text: String| {
        if !text.is_empty() {
            lines.push((name, text));
        }
    };
    more("blocked", policy.blocked.join(", "));
    let aliases: Vec<_> = policy.aliases.iter().map(|(name, model)| format!("{name}={model}")).collect();
    more("aliases", aliases.join(", "));
    more("expires", policy.expires_on.clone().unwrap_or_default());
    more("batch", if policy.batch { "yes".into() } else { String::new() });
    more("callers", policy.callers.join(", "));
    more("description", policy.description.clone());
    lines
}
