//! Providers: the catalogue, what the user changed about it, and their own.

pub(super) mod views;

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rusqlite::Transaction;

use super::{
    BaseUrlView, CheckBaseUrl, EditProvider, EventKind, KeyState, KeyView, Keystead, Link, OpenLink, ProviderRef,
    ProviderView, checked_name, fingerprint::OWN, headers::header_of, history::About, keys,
};
use crate::{
    error::{Code, Error, Field, Result},
    provider::{BaseUrl, Catalog, Dialect, Provider, ProviderId},
    store::{
        event::{Table, Watch},
        key::{self, KeyRow},
        network,
        provider::{self as rows, ProviderRow},
        secret::{self, SecretRow},
    },
};

/// A provider as it is now, and the row to write for it, if a request changes it.
pub(super) struct Chosen {
    pub(super) provider: Provider,
    pub(super) custom: bool,
    /// What is stored of it.
    pub(super) row: Option<ProviderRow>,
    change: Option<ProviderRow>,
}

impl Chosen {
    /// From the catalogue and what is stored; `secrets` are its own.
    fn of(id: &ProviderId, row: Option<ProviderRow>, secrets: &[SecretRow]) -> Option<Self> {
        let own = row.as_ref().and_then(custom_of);
        let custom = own.is_some();
        let mut provider = own.or_else(|| Some(as_stored(Catalog::builtin().get(id)?.clone(), row.as_ref())))?;
        provider.secret_headers = secrets.iter().filter_map(header_of).map(str::to_owned).collect();
        Some(Self { provider, custom, row, change: None })
    }

    /// Where a custom one is, and the dialect it speaks there: what its secrets remember of it.
    pub(super) fn place(&self) -> Option<(&str, &str)> {
        self.custom.then(|| (self.provider.base_url.as_str(), self.provider.dialect.name()))
    }

    pub(super) fn write(&self, t: &Transaction<'_>, now: i64) -> Result<()> {
        self.change.as_ref().map_or(Ok(()), |row| rows::put(t, row, now))
    }
}

fn not_found() -> Error {
    Error::at(Field::Provider, Code::ProviderNotFound, "there is no such provider")
}

impl Keystead {
    /// One provider as it is now.
    pub(super) fn chosen(&self, id: &ProviderId) -> Result<Chosen> {
        let (row, own) = {
            let db = self.store.read();
            (rows::get(&db, id)?, secret::of_providers(&db, Some(id))?)
        };
        Chosen::of(id, row, &own).ok_or_else(not_found)
    }

    /// The same, of one that has a place without a form being filled in.
    fn placed(&self, id: &ProviderId) -> Result<Chosen> {
        let chosen = self.chosen(id)?;
        let form = Catalog::builtin().form(id).filter(|form| form.is_placed_by_user() && !chosen.custom);
        match form.and_then(|form| form.fields().iter().find(|field| !field.kind.is_secret())) {
            None => Ok(chosen),
            Some(field) => {
                let message = format!("{} is needed: this provider is where its form says", field.label);
                Err(Error::of_input(&field.name, Code::ConfigMissing, message))
            }
        }
    }

    /// The provider a request is about, with the change it asks for not yet written.
    pub(super) fn choose(&self, which: &ProviderRef) -> Result<Chosen> {
        match which {
            ProviderRef::Existing { id, base_url: None } => self.placed(id),
            ProviderRef::Existing { id, base_url: Some(text) } => {
                let chosen = self.placed(id)?;
                let base_url = self.examined(text, &chosen.provider)?.base_url;
                Ok(moved(chosen, base_url))
            }
            ProviderRef::Custom { name, base_url, dialect } => {
                let row = self.new_custom(name, dialect.unwrap_or_default(), base_url)?;
                let chosen = Chosen::of(&row.id, Some(row.clone()), &[]).ok_or_else(not_found)?;
                Ok(Chosen { change: Some(row), ..chosen })
            }
        }
    }

    /// The row of a custom provider that is about to be made.
    pub(super) fn new_custom(&self, name: &str, dialect: Dialect, base_url: &str) -> Result<ProviderRow> {
        let name = checked_name(name)?;
        self.refuse_taken_provider(&name, None)?;
        let base_url = Some(self.examined(base_url, Catalog::builtin().template_of(dialect))?.base_url);
        let id = self.free_id(&name)?;
        Ok(ProviderRow { custom: true, name: Some(name), base_url, dialect, ..ProviderRow::of(id) })
    }

    fn free_id(&self, name: &str) -> Result<ProviderId> {
        let slug = ProviderId::from_name(name);
        let db = self.store.read();
        for n in 1_u32.. {
            let id: ProviderId = if n == 1 { slug.clone() } else { format!("{slug}-{n}").parse()? };
            // Entries of Keystead's own go by that name.
            if id.as_str() != OWN && !Catalog::builtin().has(&id) && rows::get(&db, &id)?.is_none() {
                return Ok(id);
            }
        }
        Err(Error::new(Code::Internal, "no free id"))
    }

    fn refuse_taken_provider(&self, name: &str, except: Option<&ProviderId>) -> Result<()> {
        let folded = name.to_lowercase();
        let taken = |other: &str, id: &ProviderId| other.to_lowercase() == folded && Some(id) != except;
        let stored = rows::all(&self.store.read())?;
        if Catalog::builtin().iter().any(|p| taken(&p.name, &p.id))
            || stored.iter().any(|row| row.name.as_deref().is_some_and(|n| taken(n, &row.id)))
        {
            return Err(Error::at(Field::Name, Code::NameTaken, "another provider has this name"));
        }
        Ok(())
    }

    /// Changes a provider. Its keys stay bound to the hosts they were entered for.
    pub fn edit_provider(&self, req: &EditProvider) -> Result<ProviderView> {
        let chosen = self.chosen(&req.id)?;
        let custom = chosen.custom;
        if req.base_url.is_some() {
            self.placed(&req.id)?;
        }
        let mut row = chosen.row.clone().unwrap_or_else(|| ProviderRow::of(req.id.clone()));
        if let Some(name) = &req.name {
            if !custom {
                return Err(Error::at(Field::Name, Code::ProviderBuiltin, "a built-in provider keeps its name"));
            }
            let name = checked_name(name)?;
            self.refuse_taken_provider(&name, Some(&req.id))?;
            row.name = Some(name);
        }
        match &req.base_url {
            None => {}
            Some(None) if custom => {
                return Err(Error::at(Field::BaseUrl, Code::UrlInvalid, "a custom provider needs a base URL"));
            }
            Some(None) => row.base_url = None,
            Some(Some(text)) => row.base_url = Some(self.examined(text, &chosen.provider)?.base_url),
        }
        let home = Catalog::builtin().get(&req.id).filter(|_| !custom);
        let unchanged = home.is_some_and(|p| row.base_url.as_ref() == Some(&p.base_url));
        if unchanged {
            row.base_url = None;
        }
        let about = About::new(EventKind::ProviderEdited, &chosen.provider.name).of(&req.id);
        self.change(&about, &[Watch::on(Table::Provider, "id", &req.id)], |t| rows::put(t, &row, self.now()))?;
        self.provider(&req.id)
    }

    /// Removes a provider with all its keys and secrets; a built-in one is back in the catalogue as it came.
    pub fn remove_provider(&self, id: &ProviderId) -> Result<()> {
        let _lock = self.lock()?;
        let name = self.chosen(id)?.provider.name;
        let keys = key::visible(&self.store.read())?;
        for row in keys.iter().filter(|k| k.provider == *id && k.deleted_at.is_none()) {
            self.bury(row.id)?;
        }
        let watches = [Watch::on(Table::Provider, "id", &id), Watch::on(Table::Network, "scope", &id)];
        let about = About::new(EventKind::ProviderRemoved, name).of(id);
        let gone = self.change(&about, &watches, |t| {
            network::forget(t, id)?;
            rows::delete(t, id)?;
            self.let_go_belongings(t, id)
        })?;
        for entry in gone {
            self.carry_out(entry);
        }
        Ok(())
    }

    /// What the base-URL doctor makes of typed text: what will be saved, what will be called, what was changed.
    pub fn check_base_url(&self, req: &CheckBaseUrl) -> Result<BaseUrlView> {
        let provider = match (&req.provider, req.dialect) {
            (Some(id), None) => self.chosen(id)?.provider,
            (Some(id), Some(dialect)) => {
                let chosen = self.chosen(id)?.provider;
                chosen.speaking(dialect).unwrap_or_else(|| Catalog::builtin().template_of(dialect).clone())
            }
            (None, dialect) => Catalog::builtin().template_of(dialect.unwrap_or_default()).clone(),
        };
        let diagnosis = self.examined(&req.text, &provider)?;
        let there = provider.at(diagnosis.base_url.clone());
        let bound = match &req.provider {
            Some(id) => self.provider(id)?.keys.into_iter().filter_map(|k| k.bound_to.clone()).collect(),
            None => Vec::new(),
        };
        Ok(BaseUrlView {
            base_url: diagnosis.base_url.to_string(),
            host: diagnosis.base_url.host(),
            test_method: there.test_method().to_owned(),
            test_url: there.test_url().to_string(),
            removed: diagnosis.removed,
            added: diagnosis.added,
            unencrypted: diagnosis.base_url.is_unencrypted(),
            changes_origin: bound.iter().any(|origin| *origin != diagnosis.base_url.origin().to_string()),
        })
    }

    /// A page of a provider's, from the catalogue: always https.
    pub fn link(&self, req: &OpenLink) -> Result<String> {
        let provider = self.chosen(&req.provider)?.provider;
        let url = match req.link {
            Link::Console => provider.console_url().map(str::to_owned),
            Link::Docs => provider.docs_url,
        };
        url.filter(|u| u.starts_with("https://")).ok_or_else(not_found)
    }

    /// A saved key by what people type: a UUID, `PROVIDER/NAME`, or `PROVIDER` when it has one key only.
    pub fn find_key(&self, reference: &str) -> Result<KeyView> {
        let reference = reference.strip_prefix("keystead://").unwrap_or(reference);
        if let Ok(id) = keys::parse(reference) {
            return self.key(id);
        }
        let (provider, name) = match reference.split_once('/') {
            Some((provider, name)) => (provider, Some(percent_decode_str(name).decode_utf8_lossy().to_lowercase())),
            None => (reference, None),
        };
        let ProviderView { mut keys, ambient, .. } = self.provider(&provider.parse()?)?;
        if name.as_ref().map_or(keys.is_empty(), |name| name.starts_with("env.")) {
            keys.extend(ambient);
        }
        keys.retain(|k| k.state != KeyState::Removing && name.as_ref().is_none_or(|n| k.name.to_lowercase() == *n));
        match keys.len() {
            1 => Ok(Arc::unwrap_or_clone(keys.remove(0))),
            // What was typed is not repeated: it may be a key.
            0 => Err(Error::new(Code::KeyNotFound, format!("{provider} has no such key"))),
            _ if name.is_none() => {
                Err(Error::new(Code::KeyAmbiguous, format!("{provider} has several keys: name one")))
            }
            _ => {
                let ids: Vec<_> = keys.iter().map(|key| key.id.as_str()).collect();
                let message = format!("{provider} has keys of this name in several workspaces: {}", ids.join(", "));
                Err(Error::new(Code::KeyAmbiguous, message))
            }
        }
    }
}

/// What a key's test result is a result of; with another base URL, version, variable, form or kind of request it is stale.
pub(super) fn basis_of(provider: &Provider, key: &KeyRow, secret: Option<&SecretRow>) -> String {
    basis_at(provider, key, secret.and_then(|secret| secret.current))
}

/// The same, by the version of its secret.
fn basis_at(provider: &Provider, key: &KeyRow, current: Option<u32>) -> String {
    match (&key.reference, &key.config) {
        (Some(reference), _) => format!("{} env.{}{}", provider.base_url, reference.variable, revision(provider)),
        (None, None) => basis(provider, current),
        (None, Some(config)) => {
            let filled_in = serde_json::to_string(config).unwrap_or_default();
            format!("{} {filled_in}", basis(provider, current))
        }
    }
}

/// The same of a key that is in a vault.
pub(super) fn basis(provider: &Provider, current: Option<u32>) -> String {
    let version = current.unwrap_or_default();
    format!("{} v{version}{}", provider.base_url, revision(provider))
}

fn revision(provider: &Provider) -> String {
    if provider.revision > 0 { format!(" r{}", provider.revision) } else { String::new() }
}

fn as_stored(provider: Provider, row: Option<&ProviderRow>) -> Provider {
    let Some(row) = row else { return provider };
    let mut provider = match row.base_url.clone() {
        Some(base_url) => provider.at(base_url),
        None => provider,
    };
    (provider.own_headers, provider.revision) = (row.headers.clone(), row.revision);
    provider
}

fn custom_of(row: &ProviderRow) -> Option<Provider> {
    if !row.custom {
        return None;
    }
    let (id, name, base_url) = (row.id.clone(), row.name.clone()?, row.base_url.clone()?);
    let mut provider = Catalog::builtin().custom_in(row.dialect, id, name, base_url);
    (provider.own_headers, provider.urls, provider.revision) = (row.headers.clone(), row.urls.clone(), row.revision);
    Some(provider)
}

pub(super) fn moved(mut chosen: Chosen, base_url: BaseUrl) -> Chosen {
    if chosen.provider.base_url != base_url {
        let there = chosen.row.clone().unwrap_or_else(|| ProviderRow::of(chosen.provider.id.clone()));
        let row = ProviderRow { base_url: Some(base_url.clone()), ..there };
        chosen.provider = chosen.provider.at(base_url);
        chosen.change = Some(row);
    }
    chosen
}
