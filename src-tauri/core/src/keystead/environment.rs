//! Keys in environment variables: rows that refer to one, and what is found in variables that the catalogue names. A
//! value is read when it is used, goes where a saved key would go, and is kept nowhere.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    AdoptVariable, EventKind, KeySource, KeyState, KeyView, Keystead, KnownVariable, VariableView,
    drafts::Draft,
    history::About,
    keys::parse,
    providers::{Chosen, basis},
};
use crate::{
    error::{Code, Error, Field, Result},
    policy::{Policy, Tier},
    probe::TestReport,
    provider::{Blueprint, Catalog, Provider},
    secret::{self, Secret},
    store::{
        event::{Table, Watch},
        key::{self, KeyRow, Reference},
    },
    value::EnvName,
    vault::BoundSecret,
};

/// How a variable is looked up, by its name.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The last tests of keys that are in the environment and nowhere else: by the key's id, with the base URL.
pub(super) type AmbientTests = Arc<Mutex<HashMap<String, (String, TestReport)>>>;

/// This process's own. What is no text is no key.
pub(super) fn of_this_process() -> Environment {
    Arc::new(|name| std::env::var(name).ok())
}

impl Keystead {
    /// With an environment of the caller's.
    #[must_use]
    pub fn with_environment(self, environment: Environment) -> Self {
        Self { environment, ..self }
    }

    /// What a variable holds now.
    pub(super) fn lookup(&self, name: &str) -> Option<String> {
        (self.environment)(name)
    }

    pub(super) fn variable_view(&self, name: &EnvName) -> VariableView {
        VariableView { name: name.clone(), set: name.resolve(|name| self.lookup(name)).is_ok() }
    }

    /// The key that is in a variable now.
    #[tracing::instrument(skip_all)]
    pub(super) fn secret_in(&self, variable: &EnvName) -> Result<Secret> {
        let text = Zeroizing::new(variable.resolve(|name| self.lookup(name))?.into_bytes());
        let unusable = |e: Error| {
            Error::new(Code::VariableUnusable, format!("there is no key in the environment variable {variable}: {e}"))
        };
        secret::clean(&text).map(|(secret, _)| secret).map_err(unusable)
    }

    /// The same, for the places it may go to.
    pub(super) fn bound_in(&self, reference: &Reference) -> Result<BoundSecret> {
        Ok(BoundSecret::new(self.secret_in(&reference.variable)?, reference.origins.clone()))
    }

    /// Keys found in the variables of which the catalogue is sure, where no key of the provider's refers to them. None
    /// while it is anywhere but at home: nobody said that they may go there.
    pub(super) fn ambient(&self, provider: &Provider, keys: &[Arc<KeyView>]) -> Vec<Arc<KeyView>> {
        // A key whose place its form says has none before that is filled in.
        let placed = Catalog::builtin().form(&provider.id).is_some_and(Blueprint::is_placed_by_user);
        if placed || !provider.is_at_home_host() {
            return Vec::new();
        }
        let names = provider.own_env().filter_map(|name| name.parse().ok());
        let found = names.map(|name| self.variable_view(&name)).filter(|variable| variable.set);
        let referred = |v: &VariableView| keys.iter().any(|k| k.variable.as_ref().is_some_and(|k| k.name == v.name));
        found.filter(|v| !referred(v)).map(|variable| self.ambient_view(provider, variable).into()).collect()
    }

    fn ambient_view(&self, provider: &Provider, variable: VariableView) -> KeyView {
        let name = format!("env.{}", variable.name);
        let id = format!("{}/{name}", provider.id);
        let tested = self.ambient_tests().get(&id).filter(|(at, _)| *at == basis(provider, None)).cloned();
        KeyView {
            id,
            provider: provider.id.clone(),
            name,
            source: KeySource::Env,
            variable: Some(variable),
            ambient: true,
            config: None,
            hint: None,
            state: KeyState::Active,
            vault: None,
            enabled: true,
            bound_to: Some(provider.base_url.origin().to_string()),
            last_test: tested.map(|(_, report)| report.into()),
            created_at: 0,
            rotated_at: None,
            // What nobody has put in order comes after what somebody has.
            policy: Policy { tier: Tier::Fallback, ..Policy::default() },
            version: 0,
        }
    }

    /// Such a key by its id: `openai/env.OPENAI_API_KEY`.
    pub(super) fn find_ambient(&self, id: &str) -> Result<Option<(Chosen, Reference)>> {
        let Some((provider, variable)) = id.split_once("/env.") else { return Ok(None) };
        let Ok(provider) = provider.parse() else { return Ok(None) };
        let chosen = self.chosen(&provider)?;
        let found = self.provider(&provider)?.ambient.into_iter().find(|key| key.id == id);
        let gone = || Error::new(Code::KeyNotFound, "there is no such key in the environment");
        found.ok_or_else(gone)?;
        let origins = chosen.provider.allowed_origins();
        Ok(Some((chosen, Reference { variable: variable.parse()?, origins })))
    }

    pub(super) fn ambient_tests(&self) -> MutexGuard<'_, HashMap<String, (String, TestReport)>> {
        self.ambient_tests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves the key that is in a variable, as if it had been typed: a key of its own for one that was found, the same
    /// key with its text in the vault for one that referred to it. The variable stays as it is.
    #[tracing::instrument(skip_all)]
    pub fn adopt_variable(&self, req: &AdoptVariable) -> Result<KeyView> {
        let lock = self.lock()?;
        let (chosen, reference, row) = if let Some((chosen, reference)) = self.find_ambient(&req.id)? {
            let row = self.new_row(&chosen, &req.name, KeySource::Vault, None)?;
            (chosen, reference, row)
        } else {
            let row = key::get(&self.store.read(), parse(&req.id)?)?;
            let chosen = self.chosen(&row.provider)?;
            let reference = row.reference.clone().ok_or_else(no_variable)?;
            (chosen, reference, row)
        };
        if let Some(other) = chosen.provider.allowed_origins().iter().find(|origin| !reference.origins.contains(origin))
        {
            let message = format!("this key was not entered for {other}: confirm it first");
            return Err(Error::new(Code::OriginNotAllowed, message));
        }
        let draft = Draft::of(self.secret_in(&reference.variable)?);
        let fingerprint = self.refuse_duplicate(&lock, &draft, &chosen, None)?;
        let is_new = row.reference.is_none();
        self.save_secret(&lock, &chosen, &row, Uuid::new_v4(), draft.text(fingerprint.as_deref()), |t| {
            if is_new {
                return self.insert_new(t, &row);
            }
            key::keep(t, row.id)?;
            self.note(t, &About::new(EventKind::KeyReplaced, &row.name).of(&row.provider).key(row.id))
        })?;
        self.key(row.id)
    }

    /// Lets a variable's value go to where its provider is now: it was confirmed for another host.
    pub fn confirm_variable(&self, id: &str) -> Result<KeyView> {
        let id = parse(id)?;
        let row = key::get(&self.store.read(), id)?;
        let origins = self.chosen(&row.provider)?.provider.allowed_origins();
        let reference = row.reference.ok_or_else(no_variable)?;
        let about = About::new(EventKind::KeyEdited, &row.name).of(&row.provider).key(id);
        self.change(&about, &[Watch::on(Table::Key, "id", &id)], |t| {
            key::refer(t, id, &Reference { origins, ..reference.clone() }, self.now())
        })?;
        self.key(id)
    }

    /// Which of the variables that are shown hold a saved key's text. None where the vault cannot be asked now.
    #[tracing::instrument(skip_all)]
    pub fn known_variables(&self) -> Result<Vec<KnownVariable>> {
        let of_catalogue = Catalog::builtin().iter().flat_map(Provider::own_env).filter_map(|name| name.parse().ok());
        let of_rows = key::visible(&self.store.read())?.into_iter().filter_map(|row| Some(row.reference?.variable));
        let names: BTreeSet<EnvName> = of_catalogue.chain(of_rows).collect();
        let found: Vec<_> = names.into_iter().filter_map(|name| Some((self.secret_in(&name).ok()?, name))).collect();
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let (secrets, names): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let saved = match self.saved_as(&secrets) {
            Err(e) if e.code.is_of_the_store() => return Err(e),
            other => other.unwrap_or_default(),
        };
        let both = names.into_iter().zip(saved);
        both.filter_map(|(variable, key)| Some(self.named(key?).map(|saved_as| KnownVariable { variable, saved_as })))
            .collect()
    }

    /// A key that refers to a variable which another of the provider's refers to already is a mistake.
    pub(super) fn refuse_same_variable(&self, variable: &EnvName, row: &KeyRow) -> Result<()> {
        let rows = key::visible(&self.store.read())?;
        let same = |other: &&KeyRow| {
            other.id != row.id
                && other.provider == row.provider
                && other.deleted_at.is_none()
                && other.reference.as_ref().is_some_and(|r| r.variable == *variable)
        };
        rows.iter().find(same).map_or(Ok(()), |other| {
            let message = format!("the key '{}' is in this variable already", other.name);
            Err(Error::at(Field::Secret, Code::SecretDuplicate, message))
        })
    }
}

fn no_variable() -> Error {
    Error::new(Code::KeyNotFound, "this key is in no environment variable")
}
