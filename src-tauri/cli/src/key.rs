//! `keystead key …`

pub(crate) mod edit;

use std::{process::ExitCode, sync::Arc};

use clap::Subcommand;
use comfy_table::{Table, presets};
use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{
        AddKey, AdoptVariable, CheckBaseUrl, KeySource, KeyState, KeyView, ProviderRef, RenameKey, ReplaceKey,
        TestDraft, TestKey,
    },
    probe::TestReport,
    provider::Dialect,
    value::EnvName,
};

use crate::{
    activity,
    configured::{self, Filled},
    input, test, wait, words,
};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Save a key; it is read from a hidden prompt or standard input
    Add {
        /// A provider's id (see `keystead provider list --all`), or a new name together with --base-url
        provider: String,
        /// The key's name; the first free one if omitted
        #[arg(long, default_value = "")]
        name: String,
        /// Where the provider is; with a name that nobody has, a custom provider is made
        #[arg(long)]
        base_url: Option<String>,
        /// What a new custom provider speaks: openai (if omitted), openai-responses, anthropic, gemini, ollama
        #[arg(long, requires = "base_url", value_parser = crate::provider::dialect)]
        dialect: Option<Dialect>,
        #[command(flatten)]
        filled: Filled,
        /// Read the key from standard input; several secrets a line each
        #[arg(long, conflicts_with = "keyless")]
        stdin: bool,
        /// Save no key but the name of the environment variable it is in, read whenever it is used
        #[arg(long, value_name = "VARIABLE", conflicts_with_all = ["stdin", "keyless"])]
        env: Option<String>,
        /// Save an entry without a key, for a local server
        #[arg(long)]
        keyless: bool,
        /// Do not test it
        #[arg(long)]
        no_test: bool,
    },
    /// List keys, and those found in the environment
    List,
    /// Save the key that is in an environment variable
    Adopt {
        /// The variable, or PROVIDER/env.VARIABLE, or a key that refers to one
        key: String,
        /// The key's name; the first free one if omitted
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Let the value of a key's environment variable go to where its provider is now
    Confirm {
        /// PROVIDER/NAME, or an id
        key: String,
    },
    /// Show everything about a key but its secrets
    Show {
        /// PROVIDER/NAME, or an id
        key: String,
    },
    /// Change how keys are used, or what was filled in for one; what is not named stays as it is
    Edit {
        /// PROVIDER/NAME, or ids: several are changed together, or none of them
        #[arg(required = true)]
        keys: Vec<String>,
        #[command(flatten)]
        policy: Box<edit::Uses>,
        #[command(flatten)]
        filled: Filled,
        /// Empty a field
        #[arg(long, value_name = "FIELD")]
        unset: Vec<String>,
        /// Read secrets from standard input, a line each
        #[arg(long)]
        stdin: bool,
        /// Do not test it
        #[arg(long)]
        no_test: bool,
    },
    /// Give a key another name
    Rename {
        /// PROVIDER/NAME, or an id
        key: String,
        /// New
        name: String,
    },
    /// Replace a key's secret: the new one is tested, written and read back before the old one goes
    Rotate {
        /// PROVIDER/NAME, or an id
        key: String,
        /// Read the new key from standard input
        #[arg(long)]
        stdin: bool,
        /// Switch even if the test says the new key is not good
        #[arg(long)]
        force: bool,
    },
    /// Put a provider's keys in order
    Order(edit::Places),
    /// Bring a removed key back, without its secret: its name and how it was used
    Restore {
        /// Its name, as `keystead activity` tells it, or the number of the event
        key: String,
    },
    /// Remove a key: its secret leaves the keychain and cannot come back
    Rm {
        /// PROVIDER/NAME, or an id
        key: String,
    },
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    match command {
        Command::Add { provider, name, filled, stdin, no_test, .. } if is_of_form(keystead, provider, filled) => {
            let key = configured::add(keystead, provider.parse()?, name, filled, *stdin)?;
            let report = if *no_test { None } else { Some(tested(keystead, &key)?) };
            Ok(saved(keystead, &key, report.as_ref(), json))
        }
        Command::Add { provider, name, base_url, dialect, stdin, env, keyless, no_test, .. } => {
            let provider = named_provider(keystead, provider, base_url.as_deref(), *dialect)?;
            let draft = match env {
                Some(variable) => Some(keystead.draft(&format!("env.{variable}").into_bytes().into())?),
                None if *keyless => None,
                None => Some(input::draft(keystead, *stdin, "Key: ", &places(keystead, &provider))?),
            };
            if let Some(draft) = draft.as_ref().filter(|_| !no_test) {
                input::refuse_another_vendor_s(keystead, draft, &provider)?;
            }
            let draft = draft.map(|draft| draft.id);
            tell_of_doctor(keystead, &provider);
            let key = keystead.add_key(&AddKey { provider, name: name.clone(), draft, tested: None })?;
            let report = if *no_test { None } else { Some(tested(keystead, &key)?) };
            if let Some(report) = &report {
                test::hint(keystead, &key.provider, report);
            }
            Ok(saved(keystead, &key, report.as_ref(), json))
        }
        Command::List => list(keystead, json),
        Command::Adopt { key, name } => {
            let id = in_variable(keystead, key)?.id;
            let key = keystead.adopt_variable(&AdoptVariable { id, name: name.clone() })?;
            Ok(saved(keystead, &key, None, json))
        }
        Command::Confirm { key } => {
            let key = keystead.confirm_variable(&keystead.find_key(key)?.id)?;
            Ok(saved(keystead, &key, None, json))
        }
        Command::Show { key } => {
            let key = keystead.find_key(key)?;
            Ok(configured::show(&key, &described(&key, None), json))
        }
        Command::Edit { keys, policy, filled, unset, stdin, no_test } => {
            if !filled.is_given() && unset.is_empty() && !stdin {
                return policy.run(keystead, keys, json);
            }
            let [key] = keys.as_slice() else {
                return Err(Error::new(Code::KeyAmbiguous, "fields are filled in for one key at a time"));
            };
            if policy.is_given() {
                policy.apply(keystead, keys)?;
            }
            let key = configured::edit(keystead, &keystead.find_key(key)?, filled, unset, *stdin)?;
            let report = if *no_test { None } else { Some(tested(keystead, &key)?) };
            Ok(saved(keystead, &key, report.as_ref(), json))
        }
        Command::Rename { key, name } => {
            let id = keystead.find_key(key)?.id;
            let key = keystead.rename_key(&RenameKey { id, name: name.clone() })?;
            Ok(saved(keystead, &key, None, json))
        }
        Command::Order(order) => order.run(keystead, json),
        Command::Restore { key } => activity::restore(keystead, key, json),
        Command::Rotate { key, stdin, force } => rotate(keystead, key, *stdin, *force, json),
        Command::Rm { key } => {
            let key = keystead.find_key(key)?;
            keystead.remove_key(&key.id)?;
            // Its secret goes when its vault can be used.
            let waits = keystead.providers()?.iter().flat_map(|one| &one.keys).any(|one| one.id == key.id);
            if json {
                println!("{}", serde_json::json!({ "removed": key.reference(), "waits": waits }));
            } else if waits {
                println!(
                    "Will remove {} when its secret can be deleted: its vault cannot be used now.",
                    key.reference()
                );
            } else {
                println!("Removed {}.", key.reference());
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A provider that is where its form says is added with its form; so is any whose fields were filled in.
fn is_of_form(keystead: &Keystead, provider: &str, filled: &Filled) -> bool {
    let form = provider.parse().ok().and_then(|id| keystead.provider(&id).ok()?.form);
    filled.is_given() || form.is_some_and(|form| form.placed)
}

/// What becomes of a base URL that was given is told before it is used: what is called may be another than was typed.
pub(crate) fn tell_of_doctor(keystead: &Keystead, provider: &ProviderRef) {
    let (provider, dialect, text) = match provider {
        ProviderRef::Existing { id, base_url: Some(text) } => (Some(id.clone()), None, text.clone()),
        ProviderRef::Custom { base_url, dialect, .. } => (None, *dialect, base_url.clone()),
        ProviderRef::Existing { base_url: None, .. } => return,
    };
    // What is wrong with it is told where it is used.
    let Ok(found) = keystead.check_base_url(&CheckBaseUrl { provider, dialect, text }) else { return };
    let changed = [("added", found.added), ("removed", found.removed)];
    let changed: Vec<_> = changed.iter().filter_map(|(how, what)| Some(format!("{} {how}", what.as_ref()?))).collect();
    if !changed.is_empty() {
        eprintln!("keystead: the base URL is {} ({})", found.base_url, changed.join(", "));
    }
}

fn named_provider(
    keystead: &Keystead,
    name: &str,
    base_url: Option<&str>,
    dialect: Option<Dialect>,
) -> Result<ProviderRef, Error> {
    let known = name.parse().ok().filter(|id| keystead.provider(id).is_ok());
    match (known, base_url) {
        (Some(id), _) if dialect.is_some() => {
            let message = format!("{id} is there already and keeps its dialect; `keystead provider edit` changes that");
            Err(Error::at(Field::Provider, Code::NameTaken, message))
        }
        (Some(id), base_url) => Ok(ProviderRef::Existing { id, base_url: base_url.map(Into::into) }),
        (None, Some(base_url)) => Ok(ProviderRef::Custom { name: name.into(), base_url: base_url.into(), dialect }),
        (None, None) => Ok(ProviderRef::Existing { id: name.parse()?, base_url: None }),
    }
}

/// Where a key of this provider would go.
pub(crate) fn places(keystead: &Keystead, provider: &ProviderRef) -> Vec<String> {
    match provider {
        ProviderRef::Custom { base_url, .. } | ProviderRef::Existing { base_url: Some(base_url), .. } => {
            vec![base_url.clone()]
        }
        ProviderRef::Existing { id, base_url: None } => keystead.provider(id).map_or_else(
            |_| Vec::new(),
            |view| view.urls.into_iter().map(|one| one.base_url).chain([view.base_url]).collect(),
        ),
    }
}

/// A key by the variable it is in, or as any other.
fn in_variable(keystead: &Keystead, named: &str) -> Result<KeyView, Error> {
    let Ok(variable) = named.parse::<EnvName>() else { return keystead.find_key(named) };
    let all = keystead.providers()?.into_iter().flat_map(|p| p.keys.into_iter().chain(p.ambient));
    let mut keys: Vec<_> = all.filter(|key| key.variable.as_ref().is_some_and(|v| v.name == variable)).collect();
    match keys.len() {
        0 => Err(Error::new(Code::KeyNotFound, format!("no key is known to be in {variable}, or it is not set"))),
        1 => Ok(Arc::unwrap_or_clone(keys.remove(0))),
        _ => Err(Error::new(Code::KeyAmbiguous, format!("several keys are in {variable}: name one"))),
    }
}

fn rotate(keystead: &Keystead, key: &str, stdin: bool, force: bool, json: bool) -> Result<ExitCode, Error> {
    let key = keystead.find_key(key)?;
    let there = ProviderRef::Existing { id: key.provider.clone(), base_url: None };
    let prompt = format!("New key for {}: ", key.name);
    let draft = input::draft(keystead, stdin, &prompt, &places(keystead, &there))?.id;
    if let Some(report) = configured::tested_anew(keystead, &key, &draft)? {
        if words::is_bad(report.outcome) && !force {
            return Ok(kept(&key, &report, json));
        }
        let key = keystead.replace_key(&ReplaceKey { id: key.id, draft, tested: None })?;
        return Ok(saved(keystead, &key, Some(&report), json));
    }
    let provider = ProviderRef::Existing { id: key.provider.clone(), base_url: None };
    let run = "rotate".to_owned();
    let report = wait(keystead.test_draft(TestDraft { provider, draft: Some(draft.clone()), run: run.clone() }))?;
    if words::is_bad(report.outcome) && !force {
        return Ok(kept(&key, &report, json));
    }
    let key = keystead.replace_key(&ReplaceKey { id: key.id, draft, tested: Some(run) })?;
    Ok(saved(keystead, &key, Some(&report), json))
}

fn kept(key: &KeyView, report: &TestReport, json: bool) -> ExitCode {
    test::print(Some(key), &key.provider, report, json);
    eprintln!("keystead: the old key is kept; --force replaces it all the same");
    ExitCode::FAILURE
}

fn tested(keystead: &Keystead, key: &KeyView) -> Result<TestReport, Error> {
    wait(keystead.test_key(TestKey { id: key.id.clone(), run: key.id.clone(), ..TestKey::default() }))
}

fn saved(_keystead: &Keystead, key: &KeyView, report: Option<&TestReport>, json: bool) -> ExitCode {
    if json {
        println!("{}", described(key, report));
    } else {
        let result = report.map(|r| format!(" {}", words::sentence(r))).unwrap_or_default();
        println!("Saved {}.{result}", key.reference());
    }
    ExitCode::SUCCESS
}

fn described(key: &KeyView, report: Option<&TestReport>) -> serde_json::Value {
    let mut value = serde_json::json!(key);
    value["ref"] = key.reference().into();
    if let Some(report) = report {
        value["last_test"] = serde_json::json!(report);
    }
    value
}

fn list(keystead: &Keystead, json: bool) -> Result<ExitCode, Error> {
    let keys: Vec<_> = keystead.providers()?.into_iter().flat_map(|p| p.keys.into_iter().chain(p.ambient)).collect();
    let known = if keys.iter().any(|key| key.ambient) { keystead.known_variables()? } else { Vec::new() };
    let saved_as = |key: &KeyView| {
        let known =
            known.iter().find(|k| key.ambient && key.variable.as_ref().is_some_and(|v| v.name == k.variable))?;
        keys.iter().find(|other| other.id == known.saved_as.id).map(|key| key.reference())
    };
    if json {
        let entry = |key: &Arc<KeyView>| {
            let mut value = described(key, None);
            value["saved_as"] = saved_as(key).into();
            value
        };
        println!("{}", serde_json::json!(keys.iter().map(entry).collect::<Vec<_>>()));
        return Ok(ExitCode::SUCCESS);
    }
    if keys.is_empty() {
        println!("No keys yet. Add one with: keystead key add openai");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["KEY", "HINT", "LAST TEST"]);
    for key in &keys {
        let hint = match (&key.hint, &key.variable) {
            (Some(hint), _) => hint.to_string(),
            (None, Some(variable)) if variable.set => format!("${}", variable.name),
            (None, Some(variable)) => format!("${}, not set", variable.name),
            (None, None) if key.source == KeySource::None => {
                let way = key.config.as_ref().and_then(|view| view.way.clone());
                way.unwrap_or_else(|| "no key needed".into())
            }
            (None, None) => "–".into(),
        };
        let last = match (&key.last_test, saved_as(key)) {
            _ if key.state == KeyState::Removing => "removed when its vault can be used".into(),
            (_, Some(same)) => format!("the same key as {same}"),
            (None, None) if key.ambient => "found in the environment".into(),
            (last, None) => last.as_ref().map_or("not tested", |report| words::badge(report.outcome)).into(),
        };
        table.add_row([key.reference(), hint, last]);
    }
    println!("{table}");
    Ok(ExitCode::SUCCESS)
}
