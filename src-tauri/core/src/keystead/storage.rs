//! "Check storage": does the vault hold what the list says, and nothing else? Only when a user asks; finds, never mends
//! by itself. What it finds can be adopted — that is also how a lost or restored database is rebuilt — or deleted.

use std::collections::{HashMap, HashSet};

use rusqlite::Transaction;
use uuid::Uuid;

use super::{
    Adoption, BelongingName, KeyName, KeySource, Keystead, Leftover, StorageCheck, fingerprint::OWN, vaults::Place,
};
use super::{messages::PART as BOT, proxy_login::PART as PROXY};
use crate::{
    error::{Code, Error, Result},
    message::telegram,
    provider::{BaseUrl, Catalog, Dialect, ProviderId},
    secret::Hint,
    store::{
        key::{self, KeyRow},
        op::{self, Kind},
        provider::{self, ProviderRow},
        secret::{self as rows, SecretRow, State, Switch},
    },
    vault::{EntryId, Envelope, VaultIdentity, VaultKind},
};

/// What an entry was that is in the list now.
enum Adopted {
    Key(KeyName),
    Belonging(BelongingName),
    Own,
}

impl Keystead {
    /// Compares the vaults' entries with the list: the chosen vault's, which must be ready, and those of every other
    /// that is. Changes nothing but the note that a secret is missing or found again.
    #[tracing::instrument(skip_all)]
    pub fn check_storage(&self) -> Result<StorageCheck> {
        let _lock = self.lock()?;
        let known = self.known()?;
        let rows = rows::kept(&self.store.read())?;
        let (mut present, mut missing, mut damaged, mut leftovers) = (0, Vec::new(), Vec::new(), Vec::new());
        let mut missing_belongings = Vec::new();
        for place in self.places()? {
            let listed: HashSet<EntryId> = place.vault.list()?.into_iter().collect();
            for row in &rows {
                let here = row.vault.as_deref() == Some(&place.identity.id);
                let Some(entry) = row.entry().filter(|_| here) else { continue };
                let there = listed.contains(&entry);
                match (there, row.state) {
                    (true, State::Missing) => self.store.write(|t| rows::note(t, row, State::Active))?,
                    (false, State::Active) => self.store.write(|t| rows::note(t, row, State::Missing))?,
                    _ => {}
                }
                if there {
                    match (open_entry(&place, &entry), row.key) {
                        (Ok(_), _) => present += 1,
                        (Err(e), _) if !matches!(e.code, Code::VaultDamaged | Code::VaultMismatch) => return Err(e),
                        (Err(_), Some(key)) => damaged.push(self.named(key)?),
                        (Err(_), None) => missing_belongings.push(self.belonging_name(row)),
                    }
                } else if row.state != State::Deleting {
                    match row.key {
                        Some(key) => missing.push(self.named(key)?),
                        None => missing_belongings.push(self.belonging_name(row)),
                    }
                }
            }
            leftovers.extend(listed.difference(&known).map(|entry| leftover(&place, *entry)));
        }
        leftovers
            .sort_by(|a, b| (a.own, &a.provider, &a.label, &a.entry).cmp(&(b.own, &b.provider, &b.label, &b.entry)));
        let (intact, exposed) = self.database_state()?;
        Ok(StorageCheck { present, missing, damaged, missing_belongings, leftovers, intact, exposed, at: self.now() })
    }

    /// The chosen vault, and what else can be read now. Leftovers of any can be found and dealt with.
    fn places(&self) -> Result<Vec<Place<'_>>> {
        let chosen = self.chosen_kind()?;
        let others = [VaultKind::Keychain, VaultKind::File].into_iter().filter(|kind| *kind != chosen);
        let mut places = vec![self.ready(chosen)?];
        places.extend(others.filter_map(|kind| self.ready(kind).ok()));
        Ok(places)
    }

    /// Every entry that something in the database stands for.
    fn known(&self) -> Result<HashSet<EntryId>> {
        let db = self.store.read();
        Ok(rows::all_current(&db)?.into_iter().chain(op::entries(&db)?).collect())
    }

    /// The named entries that no key stands for, each with the place it is in.
    fn strays(&self, entries: &[String]) -> Result<Vec<(Place<'_>, EntryId)>> {
        let known = self.known()?;
        let mut wanted: HashSet<EntryId> = entries.iter().map(|text| parse(text)).collect::<Result<_>>()?;
        wanted.retain(|entry| !known.contains(entry));
        let mut found = Vec::new();
        for place in self.places()? {
            for entry in place.vault.list()? {
                if wanted.remove(&entry) {
                    found.push((Place { vault: place.vault, identity: place.identity.clone() }, entry));
                }
            }
        }
        Ok(found)
    }

    /// Takes leftovers back into the list, from what their envelopes say. A key that is there under an older version
    /// gets the newer one; a name that is taken gets a number.
    #[tracing::instrument(skip_all)]
    pub fn adopt(&self, entries: &[String]) -> Result<Adoption> {
        let _lock = self.lock()?;
        let mut chosen = self.strays(entries)?;
        // Keystead's own fingerprint key first, so that adopted keys get their fingerprints. Of several versions of one
        // secret the newest is the key.
        chosen.sort_by_cached_key(|(place, entry)| (open_entry(place, entry).is_ok_and(|e| e.provider != OWN), *entry));
        let newest: HashMap<Uuid, u32> = chosen.iter().map(|(_, e)| (e.secret, e.version)).collect();
        let mut adoption = Adoption { adopted: Vec::new(), belongings: Vec::new(), failed: Vec::new() };
        for (place, entry) in chosen.into_iter().filter(|(_, e)| newest.get(&e.secret) == Some(&e.version)) {
            match self.adopt_one(entry, &place) {
                Ok(Adopted::Key(name)) => adoption.adopted.push(name),
                Ok(Adopted::Belonging(name)) => adoption.belongings.push(name),
                Ok(Adopted::Own) => {}
                Err(e) => {
                    tracing::warn!(%entry, code = ?e.code, "an entry was not adopted");
                    adoption.failed.push(entry.to_string());
                }
            }
        }
        Ok(adoption)
    }

    fn adopt_one(&self, entry: EntryId, place: &Place<'_>) -> Result<Adopted> {
        let envelope = open_entry(place, &entry)?;
        // What an older database did not know of may be older than what was saved since.
        let newer = |row: &SecretRow| row.state == State::Active && row.current > Some(entry.version);
        if rows::get(&self.store.read(), entry.secret)?.as_ref().is_some_and(newer) {
            return Err(Error::new(Code::ChangedElsewhere, "a newer version of this key counts"));
        }
        let vault = &place.identity;
        if envelope.part.is_some() {
            return self.adopt_belonging(entry, &envelope, vault).map(Adopted::Belonging);
        }
        if envelope.provider == OWN {
            return self.adopt_own(entry, &envelope, vault);
        }
        let hint = hint_of(&envelope);
        let mac = self.fingerprint_if_any(envelope.bound.for_its_owner())?;
        let id = self.store.write(|t| {
            let there = rows::get(t, entry.secret)?.and_then(|row| row.key);
            let key = match there {
                Some(key) if key::get(t, key).is_ok() => key,
                _ => self.rebuilt(t, &envelope)?,
            };
            let switch =
                Switch { key: Some(key), fingerprint: mac.as_deref(), ..found(entry, &envelope, vault, &hint) };
            if let Some(config) = &envelope.config {
                key::configure(t, key, KeySource::Vault, config, self.now())?;
            }
            self.point(t, rows::KEY, &switch)?;
            Ok(key)
        })?;
        self.named(id).map(Adopted::Key)
    }

    /// Keystead's own fingerprint key, if the list has none; any other entry of its own is of no use any more.
    fn adopt_own(&self, entry: EntryId, envelope: &Envelope, vault: &VaultIdentity) -> Result<Adopted> {
        if rows::fingerprint_key(&self.store.read())?.is_none() && envelope.label == "fingerprints" {
            let hint = hint_of(envelope);
            let switch = Switch { hint: None, ..found(entry, envelope, vault, &hint) };
            self.store.write(|t| self.point(t, rows::FINGERPRINT, &switch))?;
        }
        Ok(Adopted::Own)
    }

    /// An entry that was found counts from now on; an older one of the same secret goes.
    pub(super) fn point(&self, t: &Transaction<'_>, part: &str, to: &Switch<'_>) -> Result<()> {
        let entry = to.entry;
        let old = rows::get(t, entry.secret)?.and_then(|row| Some((row.entry()?, row.vault?)));
        rows::raise(t, entry, part)?;
        op::release_of(t, entry.secret)?;
        rows::switch(t, to)?;
        if let Some((old, old_vault)) = old.filter(|(old, _)| *old != entry) {
            op::open(t, old, Kind::Delete, &old_vault, self.now())?;
        }
        Ok(())
    }

    /// The provider an envelope names; a custom one that is not in the list comes back from what it says.
    pub(super) fn rebuilt_provider(&self, t: &Transaction<'_>, envelope: &Envelope) -> Result<ProviderId> {
        let provider: ProviderId = envelope.provider.parse()?;
        if Catalog::builtin().get(&provider).is_none() && provider::get(t, &provider)?.is_none() {
            let base_url: Option<BaseUrl> = envelope.base_url.as_ref().and_then(|url| BaseUrl::even_plain(url).ok());
            let base_url =
                base_url.or_else(|| BaseUrl::even_plain(&envelope.bound.origins().first()?.to_string()).ok());
            let name = Some(provider.to_string());
            let dialect = envelope.dialect.as_deref().and_then(Dialect::named).unwrap_or_default();
            let row = ProviderRow { custom: true, name, base_url, dialect, ..ProviderRow::of(provider.clone()) };
            provider::put(t, &row, self.now())?;
        }
        Ok(provider)
    }

    /// A key's row, and its custom provider's, from what the envelope says.
    fn rebuilt(&self, t: &Transaction<'_>, envelope: &Envelope) -> Result<Uuid> {
        let provider = self.rebuilt_provider(t, envelope)?;
        let names = std::iter::once(envelope.label.clone()).chain((2..).map(|n| format!("{} {n}", envelope.label)));
        let mut free = names.filter(|name| key::refuse_taken(t, &provider, name, None).is_ok());
        let name = free.next().ok_or_else(|| Error::new(Code::Internal, "no free name"))?;
        let row = KeyRow {
            id: Uuid::new_v4(),
            provider,
            name,
            source: KeySource::Vault,
            reference: None,
            config: envelope.config.clone(),
            enabled: true,
            created_at: self.now(),
            rotated_at: None,
            deleted_at: None,
        };
        key::insert(t, &row)?;
        Ok(row.id)
    }

    /// Deletes leftovers: only entries the list does not stand for. How many went.
    #[tracing::instrument(skip_all)]
    pub fn delete_leftovers(&self, entries: &[String]) -> Result<u32> {
        let _lock = self.lock()?;
        let mut deleted = 0;
        for (place, entry) in self.strays(entries)? {
            place.vault.delete(&entry)?;
            deleted += 1;
        }
        Ok(deleted)
    }
}

fn leftover(place: &Place<'_>, entry: EntryId) -> Leftover {
    let opened = open_entry(place, &entry).ok();
    Leftover {
        entry: entry.to_string(),
        vault: VaultKind::of(&place.identity.id),
        own: opened.as_ref().is_some_and(|e| e.provider == OWN && e.part.is_none()),
        provider: opened.as_ref().map(|e| e.provider.clone()),
        label: opened.as_ref().map(|e| e.label.clone()),
        part: opened.as_ref().and_then(|e| e.part.clone()),
        hint: opened.as_ref().map(hint_of),
        hosts: opened.map(|e| e.bound.origins().iter().map(ToString::to_string).collect()).unwrap_or_default(),
    }
}

fn open_entry(place: &Place<'_>, entry: &EntryId) -> Result<Envelope> {
    let gone = || Error::new(Code::SecretMissing, "the entry is not in its vault");
    Envelope::open(entry, &place.vault.get(entry)?.ok_or_else(gone)?)
}

/// What a switch to a found entry writes, as far as its envelope tells.
pub(super) fn found<'a>(entry: EntryId, envelope: &Envelope, vault: &'a VaultIdentity, hint: &'a Hint) -> Switch<'a> {
    let bound_to = envelope.bound.origins().first().map(ToString::to_string);
    Switch { entry, key: None, provider: None, vault, hint: Some(hint), fingerprint: None, bound_to }
}

pub(super) fn hint_of(envelope: &Envelope) -> Hint {
    if envelope.part.as_deref() == Some(PROXY) {
        // People's own words: no end of them is shown.
        return Hint { prefix: String::new(), tail: None };
    }
    let secret = envelope.bound.for_its_owner();
    if envelope.part.as_deref() == Some(BOT) {
        return telegram::hint(secret);
    }
    Hint::of(secret, Catalog::builtin().public_prefix(secret))
}

fn parse(text: &str) -> Result<EntryId> {
    text.parse().map_err(|()| Error::new(Code::KeyNotFound, "this is no entry of Keystead's"))
}
