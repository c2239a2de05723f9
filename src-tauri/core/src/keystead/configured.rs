//! Keys with a form of their own: saved, edited and tested with what was filled in.

mod testing;

use std::{collections::BTreeMap, fs::File, io::Read, path::Path, sync::Arc};

use rusqlite::Transaction;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    AddConfigured, DraftView, EditConfigured, EventKind, KeySource, KeyView, Keystead, ReplaceKey, VariableView,
    WriteLock,
    access::{self, Access},
    history::About,
    keys::parse,
    protocol::Write,
};
use crate::{
    error::{Code, Error, Field, Result},
    intake,
    provider::{Blueprint, Catalog, Config, Filled, Origin, Provider, ProviderId, Setting},
    secret::{self, Hint, Parts, Secret, bundle, unbundle},
    store::{
        event::{Table, Watch},
        key::{self, KeyRow},
        secret::{self as rows, SecretRow},
    },
    value::{EnvName, Value},
    vault::Contents,
};

/// A form that was filled in and holds together.
pub(super) struct Ready {
    pub(super) config: Config,
    pub(super) filled: Filled,
    /// What was typed or read for it now, by the fields' names.
    pub(super) typed: Parts,
}

impl Keystead {
    /// Saves a key with its form. As [`Keystead::add_key`]: nothing is lost by a failure.
    #[tracing::instrument(skip_all)]
    pub fn add_configured(&self, req: &AddConfigured) -> Result<KeyView> {
        let lock = self.lock()?;
        let chosen = self.chosen(&req.provider)?;
        let ready = self.ready_form(&chosen.provider, &req.config, &req.parts)?;
        refuse_incomplete(&ready, &[])?;
        let source = if ready.typed.is_empty() { KeySource::None } else { KeySource::Vault };
        let row = KeyRow { config: Some(ready.config.clone()), ..self.new_row(&chosen, &req.name, source, None)? };
        if source == KeySource::None {
            self.store.write(|t| self.insert_new(t, &row))?;
        } else {
            self.refuse_same(&ready, &chosen.provider.id, None)?;
            self.write_parts(&lock, &row, &ready, &ready.typed, Uuid::new_v4(), |t| self.insert_new(t, &row))?;
        }
        self.discard_all(&req.parts);
        self.keep_configured_report(row.id, &ready.config, &req.parts, req.tested.as_deref())?;
        self.key(row.id)
    }

    /// Changes what was filled in: omitted fields stay, null clears one. Secrets need not be typed again unless they would
    /// go to a host they were not entered for.
    #[tracing::instrument(skip_all)]
    pub fn edit_configured(&self, req: &EditConfigured) -> Result<KeyView> {
        let lock = self.lock()?;
        let row = key::get(&self.store.read(), parse(&req.id)?)?;
        let chosen = self.chosen(&row.provider)?;
        let before = before_of(&row);
        let typed: BTreeMap<String, String> =
            req.parts.iter().filter_map(|(name, id)| Some((name.clone(), id.clone()?))).collect();
        let ready = self.ready_form(&chosen.provider, &patched(&before, req), &typed)?;
        let form = form_of(&row.provider)?;
        let dropped = |name: &String| req.parts.get(name).is_some_and(Option::is_none);
        let wanted = secret_names(form, &ready.config)?;
        let kept: Vec<String> = before
            .secrets
            .iter()
            .filter(|name| {
                wanted.contains(name)
                    && !dropped(name)
                    && !ready.typed.contains_key(*name)
                    && !ready.config.values.contains_key(*name)
            })
            .cloned()
            .collect();
        refuse_incomplete(&ready, &kept)?;
        if !kept.is_empty() {
            self.refuse_new_host(form, &chosen.provider, &before, &ready, &kept)?;
        }
        let secret = rows::of_key(&self.store.read(), row.id)?;
        let unchanged = ready.typed.is_empty() && kept == before.secrets;
        let about = About::new(EventKind::KeyEdited, &row.name).of(&row.provider).key(row.id);
        match secret {
            Some(_) if unchanged => {
                let config = Config { secrets: before.secrets.clone(), ..ready.config.clone() };
                self.change(&about, &[Watch::on(Table::Key, "id", &row.id)], |t| {
                    key::configure(t, row.id, row.source, &config, self.now())
                })?;
            }
            Some(secret) if kept.is_empty() && ready.typed.is_empty() => {
                let gone = self.store.write(|t| {
                    key::configure(t, row.id, KeySource::None, &ready.config, self.now())?;
                    self.note(t, &about)?;
                    self.let_go(t, &secret)
                })?;
                self.carry_out(gone);
            }
            None if ready.typed.is_empty() => {
                self.store.write(|t| {
                    key::configure(t, row.id, KeySource::None, &ready.config, self.now())?;
                    self.note(t, &about)
                })?;
            }
            secret => {
                let mut parts = ready.typed.clone();
                if let (Some(secret), false) = (&secret, kept.is_empty()) {
                    let bound = self.read_secret(secret)?;
                    let all = unbundle(bound.for_its_owner(), &before.secrets)?;
                    parts.extend(all.into_iter().filter(|(name, _)| kept.contains(name)));
                    // What the entry itself says counts, not what the database says of it.
                    let needed = access::origins(&ready.filled, &parts)?;
                    let inside = needed.iter().try_for_each(|origin| bound.release_for(origin).map(drop));
                    inside.map_err(|e| e.for_input(&kept[0]))?;
                }
                let id = secret.map_or_else(Uuid::new_v4, |secret| secret.id);
                let names = parts.keys().cloned().collect();
                let config = Config { secrets: names, ..ready.config.clone() };
                self.write_parts(&lock, &row, &ready, &parts, id, |t| {
                    key::configure(t, row.id, KeySource::Vault, &config, self.now())?;
                    key::rotated(t, row.id, self.now())?;
                    self.note(t, &about)
                })?;
            }
        }
        self.discard_all(&typed);
        self.keep_configured_report(row.id, &ready.config, &typed, req.tested.as_deref())?;
        self.key(row.id)
    }

    /// A form with what was typed for it, checked. Fails at the first field that does not fit.
    pub(super) fn ready_form(
        &self,
        provider: &Provider,
        config: &Config,
        drafts: &BTreeMap<String, String>,
    ) -> Result<Ready> {
        let form = form_of(&provider.id)?;
        let config = config.clone().tidied();
        let mut typed = Parts::new();
        for field in form.fields_of(&config)?.filter(|field| field.kind.is_secret()) {
            if let Some(id) = drafts.get(&field.name) {
                let draft = self.drafts.get(id).map_err(|e| e.for_input(&field.name))?;
                access::fits(field, draft.form, &draft.secret)?;
                typed.insert(field.name.clone(), draft.secret.clone());
            }
            let literal = |setting: &Setting| !matches!(setting, Setting::Text(Value::Env(_)));
            if config.values.get(&field.name).is_some_and(literal) {
                let message = "a secret is typed or pasted, or named as a variable";
                return Err(Error::of_input(&field.name, Code::ConfigInvalid, message));
            }
        }
        let filled = form.fill(&config, provider, &|name| self.lookup(name))?;
        let config = Config { secrets: typed.keys().cloned().collect(), ..config };
        Ok(Ready { config, filled, typed })
    }

    /// Secrets that are kept go where they went before, and nowhere else.
    fn refuse_new_host(
        &self,
        form: &Blueprint,
        home: &Provider,
        before: &Config,
        ready: &Ready,
        kept: &[String],
    ) -> Result<()> {
        // What cannot be filled in any more had no host that could be compared.
        let old = form.fill(before, home, &|name| self.lookup(name));
        let old = old.and_then(|filled| access::origins(&filled, &Parts::new())).unwrap_or_default();
        let new = access::origins(&ready.filled, &Parts::new())?;
        if new.iter().all(|origin| old.contains(origin)) {
            return Ok(());
        }
        let message = "this is another host: enter the secret again for it";
        Err(Error::of_input(&kept[0], Code::OriginNotAllowed, message))
    }

    /// The same secrets with the same form twice at one provider are a mistake; in two regions they are not.
    fn refuse_same(&self, ready: &Ready, provider: &ProviderId, except: Option<Uuid>) -> Result<()> {
        let Some((whole, _)) = bundle(&ready.typed) else { return Ok(()) };
        for id in self.duplicates_if_readable(&whole)? {
            let other = key::get(&self.store.read(), id)?;
            if Some(id) != except && other.provider == *provider && other.config.as_ref() == Some(&ready.config) {
                let name = ready.config.secrets.first().map_or("key", String::as_str);
                let message = format!("this is saved already as '{}'", other.name);
                return Err(Error::of_input(name, Code::SecretDuplicate, message));
            }
        }
        Ok(())
    }

    fn write_parts(
        &self,
        lock: &WriteLock,
        row: &KeyRow,
        ready: &Ready,
        parts: &Parts,
        id: Uuid,
        also: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<()> {
        let none = || Error::new(Code::Internal, "there is no secret to write");
        let (whole, names) = bundle(parts).ok_or_else(none)?;
        let hint = hint_of(parts);
        let origins = access::origins(&ready.filled, parts)?;
        let fingerprint = self.fingerprint_of(lock, &whole)?;
        let config = Config { secrets: names, ..ready.config.clone() };
        let write = Write {
            id,
            part: rows::KEY,
            key: Some(row.id),
            provider: None,
            title: &format!("{} {}", ready.filled.provider.name, row.name),
            contents: Contents {
                provider: row.provider.as_str(),
                label: &row.name,
                part: None,
                origins: &origins,
                custom: None,
                config: Some(&config),
                secret: &whole,
            },
            hint: hint.as_ref(),
            fingerprint: fingerprint.as_deref(),
            hold_old: false,
        };
        self.write_secret(lock, &write, also)
    }

    /// The access of a form, with secrets from variables, from what was typed, and from the vault. `saved`: the key whose
    /// secrets are used where none was typed.
    #[tracing::instrument(skip_all)]
    pub(super) fn access_of(&self, ready: &Ready, saved: Option<(&Config, &SecretRow)>) -> Result<Access> {
        let mut parts = ready.typed.clone();
        let wanted = secret_names(form_of(&ready.filled.provider.id)?, &ready.config)?;
        for name in &wanted {
            if let Some(Setting::Text(value @ Value::Env(_))) = ready.config.values.get(name) {
                let text = Zeroizing::new(value.resolve(|name| self.lookup(name)).map_err(|e| e.for_input(name))?);
                parts.insert(name.clone(), Arc::new(of_variable(&text).map_err(|e| e.for_input(name))?));
            }
        }
        if let Some((config, row)) = saved {
            let missing: Vec<&String> =
                config.secrets.iter().filter(|name| wanted.contains(name) && !parts.contains_key(*name)).collect();
            if !missing.is_empty() {
                let bound = self.read_secret(row)?;
                let all = unbundle(bound.for_its_owner(), &config.secrets)?;
                let needed: Vec<Origin> = access::origins(&ready.filled, &all)?;
                needed.iter().try_for_each(|origin| bound.release_for(origin).map(drop))?;
                parts.extend(all.into_iter().filter(|(name, _)| missing.contains(&name)));
            }
        }
        access::access(&ready.filled, &parts, &|name| self.lookup(name))
    }

    /// Replaces the secret people know such a key by.
    pub(super) fn replace_configured(&self, row: &KeyRow, config: &Config, req: &ReplaceKey) -> Result<KeyView> {
        let names = secret_names(form_of(&row.provider)?, config)?;
        let none = || Error::new(Code::SecretMissing, "this entry has no secret");
        let name = config.secrets.first().or(names.first()).cloned().ok_or_else(none)?;
        self.edit_configured(&EditConfigured {
            id: req.id.clone(),
            mode: None,
            values: BTreeMap::new(),
            parts: BTreeMap::from([(name, Some(req.draft.clone()))]),
            tested: req.tested.clone(),
        })
    }

    /// Takes a file the user named as [`Keystead::draft`] takes a text.
    #[tracing::instrument(skip_all)]
    pub fn draft_file(&self, path: &Path) -> Result<DraftView> {
        let failed = |e: std::io::Error| {
            Error::at(Field::Secret, Code::CredentialsBroken, format!("the file cannot be read: {}", e.kind()))
        };
        let mut bytes = Zeroizing::new(Vec::with_capacity(intake::MAX_TEXT + 1));
        let most = intake::MAX_TEXT as u64 + 1;
        File::open(path).map_err(failed)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
        self.draft(&bytes)
    }

    /// Whether a variable is set where this process was started. Fails with [`Code::VariableInvalid`].
    pub fn variable(&self, name: &str) -> Result<VariableView> {
        let name: EnvName = name.parse()?;
        Ok(self.variable_view(&name))
    }

    fn discard_all(&self, drafts: &BTreeMap<String, String>) {
        for id in drafts.values() {
            self.drafts.discard(id);
        }
    }

    /// Where a key with a form is, and how it is asked; `None` where a variable it names is not set.
    pub(super) fn place_of(&self, row: &KeyRow, provider: &Provider) -> Option<Filled> {
        let form = Catalog::builtin().form(&row.provider)?;
        form.fill(row.config.as_ref()?, provider, &|name| self.lookup(name)).ok()
    }
}

/// Fails at the first secret that nothing works without and that is neither typed, nor kept, nor in a variable.
fn refuse_incomplete(ready: &Ready, kept: &[String]) -> Result<()> {
    let form = form_of(&ready.filled.provider.id)?;
    for field in form.fields_of(&ready.config)?.filter(|field| field.kind.is_secret() && field.required) {
        let there = ready.typed.contains_key(&field.name)
            || kept.contains(&field.name)
            || ready.config.values.contains_key(&field.name);
        if !there {
            let message = format!("{} is needed", field.label);
            return Err(Error::of_input(&field.name, Code::KeyRequired, message));
        }
    }
    Ok(())
}

/// What was filled in so far: of a key without a form, its secret alone, or the variable that is in.
fn before_of(row: &KeyRow) -> Config {
    let key = || "key".to_owned();
    let plain = || Config {
        mode: None,
        values: row.reference.iter().map(|r| (key(), Setting::Text(Value::Env(r.variable.clone())))).collect(),
        secrets: if row.source == KeySource::Vault { vec![key()] } else { Vec::new() },
    };
    row.config.clone().unwrap_or_else(plain)
}

/// Of the first secret, which is the one people know it by.
fn hint_of(parts: &Parts) -> Option<Hint> {
    let secret = parts.values().next()?;
    Some(Hint::of(secret, Catalog::builtin().public_prefix(secret)))
}

/// A key file may have lines; a key may not.
fn of_variable(text: &str) -> Result<Secret> {
    if text.trim_start().starts_with('{') {
        return Ok(Secret::new(text.trim().to_owned()));
    }
    secret::clean(&Zeroizing::new(text.as_bytes().to_vec())).map(|(secret, _)| secret)
}

fn form_of(id: &ProviderId) -> Result<&'static Blueprint> {
    let none = || Error::at(Field::Provider, Code::ProviderNotFound, "this provider has no form");
    Catalog::builtin().form(id).ok_or_else(none)
}

/// The secret fields of a configuration's way to authenticate.
fn secret_names(form: &Blueprint, config: &Config) -> Result<Vec<String>> {
    Ok(form.fields_of(config)?.filter(|field| field.kind.is_secret()).map(|field| field.name.clone()).collect())
}

fn patched(before: &Config, req: &EditConfigured) -> Config {
    let mut config = Config { secrets: Vec::new(), ..before.clone() };
    if let Some(mode) = &req.mode {
        config.mode = Some(mode.clone());
    }
    for (name, setting) in &req.values {
        match setting {
            Some(setting) => drop(config.values.insert(name.clone(), setting.clone())),
            None => drop(config.values.remove(name)),
        }
    }
    // A secret that is typed now is in no variable any more.
    for name in req.parts.iter().filter(|(_, id)| id.is_some()).map(|(name, _)| name) {
        config.values.remove(name);
    }
    config
}
