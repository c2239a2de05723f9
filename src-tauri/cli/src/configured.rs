//! Keys with a form of their own: `key add … --set`, `key edit`, `key show`.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use keystead_core::{
    Code, Error, Keystead,
    keystead::{AddConfigured, EditConfigured, FieldView, FormView, KeyView, TestConfigured},
    probe::TestReport,
    provider::{Bucket, Config, FieldKind, ProviderId, Setting},
    value::Value,
};

use crate::{input, key::edit, wait};

/// What is filled in on a command line.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct Filled {
    #[arg(
        long = "set",
        value_name = "FIELD=VALUE",
        help = "Fill in a field: endpoint=https://…, deployments.gpt-5=mine, region=env.AWS_REGION"
    )]
    set: Vec<String>,
    #[arg(long, help = "How to authenticate: key, api_key, access_key, service_account, entra, ambient")]
    mode: Option<String>,
    /// Read this secret field from a hidden prompt, or a line of standard input each
    #[arg(long = "secret", value_name = "FIELD")]
    secret: Vec<String>,
    /// Read the key file of a service account from here
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Filled {
    /// Whether anything of it was given.
    pub(crate) fn is_given(&self) -> bool {
        !self.set.is_empty() || self.mode.is_some() || !self.secret.is_empty() || self.key_file.is_some()
    }
}

/// Saves a key with its form.
pub(crate) fn add(
    keystead: &Keystead,
    id: ProviderId,
    name: &str,
    filled: &Filled,
    stdin: bool,
) -> Result<KeyView, Error> {
    let form = form_of(keystead, &id)?;
    let mode = filled.mode.clone().or_else(|| form.modes.first().map(|mode| mode.name.clone()));
    let config = Config { mode, values: values(&form, &filled.set)?, ..Config::default() };
    let asked = asked(&form, &config, filled);
    let parts = secrets(keystead, &form, &asked, filled, stdin)?;
    keystead.add_configured(&AddConfigured { provider: id, name: name.into(), config, parts, tested: None })
}

/// Changes what was filled in; secrets that are not named stay.
pub(crate) fn edit(
    keystead: &Keystead,
    key: &KeyView,
    filled: &Filled,
    unset: &[String],
    stdin: bool,
) -> Result<KeyView, Error> {
    let form = form_of(keystead, &key.provider)?;
    let mut patch: BTreeMap<String, Option<Setting>> =
        merged(key, values(&form, &filled.set)?).into_iter().map(|(name, setting)| (name, Some(setting))).collect();
    let mut parts: BTreeMap<String, Option<String>> = BTreeMap::new();
    for name in unset {
        if field_of(&form, name)?.kind.is_secret() {
            parts.insert(name.clone(), None);
        } else {
            patch.insert(name.clone(), None);
        }
    }
    for (name, draft) in secrets(keystead, &form, &filled.secret, filled, stdin)? {
        parts.insert(name, Some(draft));
    }
    let (id, mode) = (key.id.clone(), filled.mode.clone());
    keystead.edit_configured(&EditConfigured { id, mode, values: patch, parts, tested: None })
}

/// The test of a key's form with another secret, before that takes the old one's place; `None`: it has no form.
pub(crate) fn tested_anew(keystead: &Keystead, key: &KeyView, draft: &str) -> Result<Option<TestReport>, Error> {
    let Some(view) = &key.config else { return Ok(None) };
    let form = form_of(keystead, &key.provider)?;
    let named = asked(&form, &view.config, &Filled::default());
    let name = view.config.secrets.first().or(named.first()).cloned().unwrap_or_else(|| "key".into());
    let req = TestConfigured {
        provider: key.provider.clone(),
        config: view.config.clone(),
        parts: BTreeMap::from([(name, draft.to_owned())]),
        saved: Some(key.id.clone()),
        run: "rotate".into(),
    };
    wait(keystead.test_configured(req)).map(Some)
}

/// Everything about one key but its secrets.
pub(crate) fn show(key: &KeyView, described: &serde_json::Value, json: bool) -> ExitCode {
    if json {
        println!("{described}");
        return ExitCode::SUCCESS;
    }
    println!("{}", key.reference());
    if let Some(hint) = &key.hint {
        println!("  secret     {hint}");
    }
    if let Some(view) = &key.config {
        for (label, text) in [("signs in", &view.way), ("address", &view.base_url)] {
            println!("  {label:<10} {}", text.as_deref().unwrap_or("–"));
        }
        for (name, setting) in &view.config.values {
            println!("  {name:<10} {}", serde_json::json!(setting).to_string().trim_matches('"'));
        }
    }
    for (name, text) in edit::lines(key) {
        println!("  {name:<10} {text}");
    }
    ExitCode::SUCCESS
}

fn form_of(keystead: &Keystead, id: &ProviderId) -> Result<FormView, Error> {
    let none = || Error::new(Code::ConfigInvalid, format!("{id} has no fields to fill in"));
    keystead.provider(id)?.form.ok_or_else(none)
}

fn field_of<'a>(form: &'a FormView, name: &str) -> Result<&'a FieldView, Error> {
    let names = || form.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
    let unknown = || Error::of_input(name, Code::ConfigInvalid, format!("there is no field {name}: {}", names()));
    form.fields.iter().find(|field| field.name == name).ok_or_else(unknown)
}

/// The secrets to ask for: those named, else those nothing works without.
fn asked(form: &FormView, config: &Config, filled: &Filled) -> Vec<String> {
    if !filled.secret.is_empty() {
        return filled.secret.clone();
    }
    let of_mode = |field: &&FieldView| {
        field.modes.is_empty() || config.mode.as_ref().is_some_and(|mode| field.modes.contains(mode))
    };
    let wanted = form.fields.iter().filter(of_mode).filter(|field| field.kind.is_secret() && field.required);
    wanted.map(|field| field.name.clone()).filter(|name| !config.values.contains_key(name)).collect()
}

fn secrets(
    keystead: &Keystead,
    form: &FormView,
    names: &[String],
    filled: &Filled,
    stdin: bool,
) -> Result<BTreeMap<String, String>, Error> {
    let mut parts = BTreeMap::new();
    let mut lines = input::Lines::new(stdin, names.len());
    for name in names {
        let field = field_of(form, name)?;
        let draft = match (&filled.key_file, field.kind) {
            (Some(path), FieldKind::File) => keystead.draft_file(path)?,
            _ => keystead.draft(&lines.next(&format!("{}: ", field.label))?)?,
        };
        parts.insert(name.clone(), draft.id);
    }
    if let (Some(path), true) = (&filled.key_file, parts.is_empty())
        && let Some(field) = form.fields.iter().find(|field| field.kind == FieldKind::File)
    {
        parts.insert(field.name.clone(), keystead.draft_file(path)?.id);
    }
    Ok(parts)
}

fn values(form: &FormView, set: &[String]) -> Result<BTreeMap<String, Setting>, Error> {
    let mut values: BTreeMap<String, Setting> = BTreeMap::new();
    for one in set {
        let bad = || Error::new(Code::ConfigInvalid, format!("--set {one}: it is FIELD=VALUE"));
        let (name, text) = one.split_once('=').ok_or_else(bad)?;
        let (name, row) = name.split_once('.').map_or((name, None), |(name, row)| (name, Some(row)));
        let field = field_of(form, name)?;
        let value: Value = text.parse().map_err(|e: Error| e.for_input(name))?;
        match (field.kind, row) {
            (FieldKind::Flag, None) => drop(values.insert(name.into(), Setting::Flag(text == "true"))),
            (FieldKind::List, None) => {
                let texts =
                    text.split([' ', ',']).filter(|text| !text.is_empty()).map(str::parse).collect::<Result<_, _>>()?;
                values.insert(name.into(), Setting::List(texts));
            }
            (FieldKind::Map, Some(row)) => match values.entry(name.into()).or_insert(Setting::Map(BTreeMap::new())) {
                Setting::Map(map) => drop(map.insert(row.into(), value)),
                _ => return Err(bad()),
            },
            (FieldKind::Buckets, Some(row)) => {
                match values.entry(name.into()).or_insert(Setting::Buckets(Vec::new())) {
                    Setting::Buckets(all) => {
                        let prefix = (!text.is_empty()).then_some(value);
                        all.push(Bucket { bucket_name: row.parse()?, prefix, is_default: all.is_empty() });
                    }
                    _ => return Err(bad()),
                }
            }
            (FieldKind::Map | FieldKind::Buckets, None) => {
                let message = format!("--set {name}.NAME=VALUE fills in a row of {name}");
                return Err(Error::of_input(name, Code::ConfigInvalid, message));
            }
            (kind, None) if kind.is_secret() && value.variable().is_none() => {
                let message = format!("{name} is a secret: --secret {name} asks for it");
                return Err(Error::of_input(name, Code::ConfigInvalid, message));
            }
            (_, None) => drop(values.insert(name.into(), Setting::Text(value))),
            (_, Some(_)) => return Err(bad()),
        }
    }
    Ok(values)
}

/// Rows are added to those there are.
fn merged(key: &KeyView, mut values: BTreeMap<String, Setting>) -> BTreeMap<String, Setting> {
    for (name, setting) in &mut values {
        let before = key.config.as_ref().and_then(|view| view.config.values.get(name));
        if let (Setting::Map(map), Some(Setting::Map(old))) = (setting, before) {
            for (row, value) in old {
                map.entry(row.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    values
}
