//! Secrets that belong to a provider, or to Keystead itself, rather than to a key: a header's value, a proxy's password.
//! They are written, moved, checked, adopted and removed as keys' are; a *part* tells them apart: `header:x-org-token`.

use rusqlite::Transaction;
use uuid::Uuid;

use super::{
    BelongingName, KeyName, Keystead, WriteLock,
    drafts::Draft,
    fingerprint::OWN,
    protocol::Write,
    providers::Chosen,
    storage::{found, hint_of},
};
use crate::{
    error::{Code, Error, Result},
    provider::{Origin, ProviderId},
    store::secret::{self as rows, SecretRow, State, Switch},
    vault::{BoundSecret, Contents, EntryId, Envelope, VaultIdentity},
};

impl Keystead {
    /// Writes such a secret, new or in place of the one there is, which counts until then. `provider`: whose; none:
    /// Keystead's own. It goes to `origins` only. `with` becomes true together with it.
    #[tracing::instrument(skip_all)]
    pub(super) fn keep_belonging<T>(
        &self,
        lock: &WriteLock,
        provider: Option<&Chosen>,
        part: &str,
        origins: &[Origin],
        draft: &Draft,
        with: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let id = provider.map(|chosen| &chosen.provider.id);
        let owner = provider.map_or("Keystead", |chosen| &chosen.provider.name);
        let there = rows::belonging(&self.store.read(), id, part)?;
        let write = Write {
            id: there.map_or_else(Uuid::new_v4, |row| row.id),
            part,
            key: None,
            provider: id,
            title: &format!("{owner} {}", name_of(part)),
            contents: Contents {
                provider: id.map_or(OWN, ProviderId::as_str),
                label: name_of(part),
                part: Some(part),
                origins,
                custom: provider.and_then(Chosen::place),
                config: None,
                secret: &draft.secret,
            },
            hint: Some(&draft.hint),
            // Nothing is wrong with one value in two places.
            fingerprint: None,
            hold_old: false,
        };
        self.write_secret(lock, &write, with)
    }

    /// Reads one; none when there is none. Where it may go, it says itself.
    #[tracing::instrument(skip_all)]
    pub(super) fn read_belonging(&self, provider: Option<&ProviderId>, part: &str) -> Result<Option<BoundSecret>> {
        let row = rows::belonging(&self.store.read(), provider, part)?;
        row.map(|row| self.read_secret(&row)).transpose()
    }

    /// Removes one, at once or when its vault can be used again; false when there was none. `with` becomes true together
    /// with it. The caller holds the lock.
    pub(super) fn drop_belonging(
        &self,
        provider: Option<&ProviderId>,
        part: &str,
        with: impl FnOnce(&Transaction<'_>) -> Result<()>,
    ) -> Result<bool> {
        let gone = self.store.write(|t| {
            with(t)?;
            rows::belonging(t, provider, part)?.map(|row| self.let_go(t, &row)).transpose()
        })?;
        let there = gone.is_some();
        self.carry_out(gone.flatten());
        Ok(there)
    }
}

impl Keystead {
    /// All of a provider's go. What is left to delete then, by [`Keystead::carry_out`].
    pub(super) fn let_go_belongings(
        &self,
        t: &Transaction<'_>,
        provider: &ProviderId,
    ) -> Result<Vec<Option<(EntryId, String)>>> {
        rows::of_providers(t, Some(provider))?.iter().map(|row| self.let_go(t, row)).collect()
    }

    pub(super) fn belonging_name(&self, row: &SecretRow) -> BelongingName {
        let owner = match &row.provider {
            None => "Keystead".into(),
            Some(id) => self.chosen(id).map_or_else(|_| id.to_string(), |chosen| chosen.provider.name),
        };
        let name = name_of(&row.part).to_owned();
        BelongingName { id: row.id.to_string(), provider: row.provider.clone(), owner, part: row.part.clone(), name }
    }

    /// Any secret of the user's by names as a key has them; none for Keystead's fingerprint key.
    pub(super) fn name_of_secret(&self, row: &SecretRow) -> Result<Option<KeyName>> {
        match row.key {
            Some(key) => self.named(key).map(Some),
            None if row.part == rows::FINGERPRINT => Ok(None),
            None => {
                let BelongingName { id, owner, name, .. } = self.belonging_name(row);
                Ok(Some(KeyName { id, provider: owner, name }))
            }
        }
    }

    /// Takes back an entry with a part. One that is in its place keeps it, unless its own entry is missing.
    pub(super) fn adopt_belonging(
        &self,
        entry: EntryId,
        envelope: &Envelope,
        vault: &VaultIdentity,
    ) -> Result<BelongingName> {
        let part = envelope.part.as_deref().unwrap_or_default();
        let hint = hint_of(envelope);
        let row = self.store.write(|t| {
            let provider = match envelope.provider.as_str() {
                OWN => None,
                _ => Some(self.rebuilt_provider(t, envelope)?),
            };
            let there = rows::belonging(t, provider.as_ref(), part)?.filter(|row| row.id != entry.secret);
            match there {
                Some(row) if row.state == State::Missing => rows::delete(t, row.id)?,
                Some(_) => return Err(Error::new(Code::SecretDuplicate, "another secret has its place")),
                None => {}
            }
            let switch = Switch { provider: provider.as_ref(), ..found(entry, envelope, vault, &hint) };
            self.point(t, part, &switch)?;
            if let Some(provider) = &provider {
                self.change_requests(t, provider, |_| {})?;
            }
            rows::get(t, entry.secret)
        })?;
        row.map(|row| self.belonging_name(&row)).ok_or_else(|| Error::new(Code::Internal, "the secret is gone again"))
    }
}

/// What people read of a part: `x-org-token` of `header:x-org-token`.
fn name_of(part: &str) -> &str {
    part.split_once(':').map_or(part, |(_, name)| name)
}

#[cfg(test)]
mod tests;
