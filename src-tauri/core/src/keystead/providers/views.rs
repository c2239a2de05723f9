//! Providers and their keys as they are shown.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

use super::{Chosen, basis_at, not_found};
use crate::{
    error::Result,
    keystead::{
        ConfigView, DialectUrl, FormView, KeySource, KeyState, KeyView, Keystead, PaidView, ProviderView, headers,
        regions::regions,
    },
    provider::{Catalog, Provider, ProviderId},
    store::{
        Stamp,
        key::{self, KeyRow},
        policy::{self, PolicyRow},
        provider::{self as rows, ProviderRow},
        secret::{self, SecretRow, Shown, State},
        test_result::{self, Kept},
    },
};

/// A provider with its keys, as of one state of the database.
struct Listed {
    chosen: Chosen,
    own: Vec<SecretRow>,
    keys: Vec<Entry>,
}

/// A key of the list.
enum Entry {
    /// What the database says of it is all there is to say.
    Whole(Arc<KeyView>),
    /// The environment has a say in it, which changes without us.
    Asking(Box<Read>),
}

/// What is read of a key.
#[derive(Clone)]
struct Read {
    row: KeyRow,
    policy: PolicyRow,
    secret: Option<Shown>,
    tested: Option<Arc<Kept>>,
}

/// The list as it was read last: programs ask for a key far more often than somebody changes one.
#[derive(Default)]
pub(in crate::keystead) struct Listing(Mutex<Option<(Stamp, Arc<Vec<Listed>>)>>);

impl Listing {
    fn lock(&self) -> MutexGuard<'_, Option<(Stamp, Arc<Vec<Listed>>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keystead {
    /// The whole catalogue and the user's own providers, by name, each with its keys.
    pub fn providers(&self) -> Result<Vec<ProviderView>> {
        self.listed()?.iter().map(|one| self.provider_view(one)).collect()
    }

    /// One provider's view.
    pub fn provider(&self, id: &ProviderId) -> Result<ProviderView> {
        let all = self.listed()?;
        let found = all.iter().find(|one| one.chosen.provider.id == *id);
        self.provider_view(found.ok_or_else(not_found)?)
    }

    /// All of them, read again only when something has changed.
    fn listed(&self) -> Result<Arc<Vec<Listed>>> {
        let db = self.store.read();
        let stamp = Stamp::of(&db)?;
        let mut listing = self.listing.lock();
        if let Some((_, all)) = listing.as_ref().filter(|(of, _)| *of == stamp) {
            return Ok(all.clone());
        }
        // What is old goes before the new is made: its memory is used again.
        drop(listing.take());
        drop(listing);
        let mut stored: HashMap<_, _> = rows::all(&db)?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut secrets = secret::shown(&db)?;
        let mut belongings: HashMap<ProviderId, Vec<SecretRow>> = HashMap::new();
        for row in secret::of_providers(&db, None)? {
            if let Some(id) = row.provider.clone() {
                belongings.entry(id).or_default().push(row);
            }
        }
        let tested = self.store.tests().all(&db)?;
        let mut keys: HashMap<ProviderId, Vec<(KeyRow, PolicyRow)>> = HashMap::new();
        for listed in key::listed(&db)? {
            match keys.get_mut(&listed.0.provider) {
                Some(known) => known.push(listed),
                None => drop(keys.insert(listed.0.provider.clone(), vec![listed])),
            }
        }
        drop(db);
        // A provider of the user's own that an older catalogue had no entry for stays what it is.
        let mut ids: HashSet<ProviderId> = Catalog::builtin().iter().map(|p| p.id.clone()).collect();
        ids.extend(stored.keys().cloned());
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            let own = belongings.remove(&id).unwrap_or_default();
            let Some(chosen) = Chosen::of(&id, stored.remove(&id), &own) else { continue };
            let mut rows = keys.remove(&id).unwrap_or_default();
            rows.sort_by_cached_key(|(row, _)| (row.name.to_lowercase(), row.created_at));
            let keys = rows.into_iter().map(|(row, policy)| {
                let (secret, tested) = (secrets.remove(&row.id), tested.get(&row.id).cloned());
                self.entry(&chosen.provider, Read { row, policy, secret, tested })
            });
            let keys = keys.collect();
            all.push(Listed { chosen, own, keys });
        }
        all.sort_by_cached_key(|one| one.chosen.provider.name.to_lowercase());
        let all = Arc::new(all);
        *self.listing.lock() = Some((stamp, all.clone()));
        Ok(all)
    }

    fn entry(&self, provider: &Provider, read: Read) -> Entry {
        if read.row.reference.is_some() || read.row.config.is_some() {
            return Entry::Asking(Box::new(read));
        }
        Entry::Whole(Arc::new(self.key_view(provider, read)))
    }

    fn provider_view(&self, Listed { chosen, own, keys }: &Listed) -> Result<ProviderView> {
        let keys = keys.iter().map(|entry| match entry {
            Entry::Whole(view) => view.clone(),
            Entry::Asking(read) => Arc::new(self.key_view(&chosen.provider, Read::clone(read))),
        });
        let keys: Vec<_> = keys.collect();
        let ambient = self.ambient(&chosen.provider, &keys);
        let consent = self.consent_to(&chosen.provider.base_url)?;
        Ok(ProviderView { consent, ambient, ..view(chosen, own, keys) })
    }

    /// One key's view.
    pub fn key(&self, id: Uuid) -> Result<KeyView> {
        let (row, secret, policy, tested) = {
            let db = self.store.read();
            (key::get(&db, id)?, secret::of_key(&db, id)?, policy::get(&db, id)?, test_result::one(&db, id)?)
        };
        let provider = self.chosen(&row.provider)?.provider;
        Ok(self.key_view(&provider, Read { row, policy, secret: secret.map(Shown::from), tested }))
    }

    fn key_view(&self, provider: &Provider, read: Read) -> KeyView {
        let Read { row, policy, secret, tested } = read;
        let form = Catalog::builtin().form(&row.provider).zip(row.config.as_ref());
        let filled = self.place_of(&row, provider);
        // A key that signs in otherwise now may have an old secret that still waits to be deleted.
        let secret = secret.filter(|secret| secret.state != State::Deleting || row.deleted_at.is_some());
        let state = match secret.as_ref().map(|secret| secret.state) {
            Some(State::Missing) => KeyState::Missing,
            Some(State::Deleting) => KeyState::Removing,
            // Removed with its secret, and brought back without.
            None if row.source == KeySource::Vault && row.config.is_none() => KeyState::Missing,
            _ => KeyState::Active,
        };
        let basis = || basis_at(provider, &row, secret.as_ref().and_then(|secret| secret.current));
        let last_test = tested.and_then(|kept| kept.of(&basis()));
        let (vault, hint, bound_to) =
            secret.map_or_else(Default::default, |secret| (secret.vault, secret.hint, secret.bound_to));
        KeyView {
            config: form.map(|(form, config)| ConfigView::new(form, config, filled.as_ref())),
            id: row.id.to_string(),
            provider: row.provider,
            name: row.name,
            source: row.source,
            variable: row.reference.as_ref().map(|r| self.variable_view(&r.variable)),
            ambient: false,
            hint,
            state,
            vault,
            enabled: row.enabled,
            bound_to: match &row.reference {
                Some(reference) => reference.origins.first().map(ToString::to_string),
                None => bound_to,
            },
            last_test,
            created_at: row.created_at,
            rotated_at: row.rotated_at,
            policy: policy.policy,
            version: policy.version,
        }
    }
}

fn view(chosen: &Chosen, secrets: &[SecretRow], keys: Vec<Arc<KeyView>>) -> ProviderView {
    let Chosen { provider, custom, row, .. } = chosen;
    let custom = *custom;
    let of_row = row.clone().unwrap_or_else(|| ProviderRow::of(provider.id.clone()));
    let default = Catalog::builtin().get(&provider.id).filter(|_| !custom).map(|p| p.base_url.to_string());
    let hosts: Vec<&str> = keys.iter().filter_map(|key| key.config.as_ref()?.host.as_deref()).collect();
    // Where the first key is, for a provider that is nowhere without its keys' forms.
    let there = hosts.first().map(|host| (*host).to_owned());
    let host = provider.host.clone().filter(|_| !custom).map(|shown| there.unwrap_or(shown));
    ProviderView {
        id: provider.id.clone(),
        name: provider.name.clone(),
        custom,
        dialect: provider.dialect,
        base_url: provider.base_url.to_string(),
        default_base_url: default,
        host: host.unwrap_or_else(|| provider.base_url.host()),
        local: provider.local,
        consent: None,
        key_need: provider.key_need,
        console_url: provider.console_url().map(str::to_owned),
        docs_url: provider.docs_url.clone(),
        env: provider.env.clone(),
        mark: provider.mark.clone(),
        aliases: provider.aliases.clone(),
        placeholder: provider.placeholder.clone(),
        paid: provider
            .paid_terms()
            .map(|terms| PaidView { model: terms.model().map(str::to_owned), most_usd: terms.most_usd() }),
        form: Catalog::builtin().form(&provider.id).filter(|_| !custom).map(FormView::from),
        test_method: provider.test_method().to_owned(),
        test_url: provider.test_url().to_string(),
        regions: regions(provider),
        urls: provider.urls.keys().filter_map(|dialect| provider.speaking(*dialect)).map(|p| url_view(&p)).collect(),
        headers: headers::views(chosen, secrets, &hosts),
        configuration: of_row.configuration,
        own_models: of_row.models,
        keys,
        ambient: Vec::new(),
    }
}

fn url_view(provider: &Provider) -> DialectUrl {
    DialectUrl {
        dialect: provider.dialect,
        base_url: provider.base_url.to_string(),
        host: provider.base_url.host(),
        test_method: provider.test_method().to_owned(),
        test_url: provider.test_url().to_string(),
    }
}
