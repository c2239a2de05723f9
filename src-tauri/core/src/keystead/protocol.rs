//! Two stores without a common transaction. An intent is logged before the vault is touched; the pointer moves, in one
//! transaction, only to an entry that was read back; what nothing points to any more is deleted from the log's word.
//!
//! | a crash | leaves |
//! |---|---|
//! | before the switch | the old key, valid and shown; the new entry goes at the next reconcile |
//! | after the switch | the new key, valid and shown; the old entry goes at the next reconcile |

use rusqlite::Transaction;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{Keystead, WriteLock};
use crate::{
    error::{Code, Error, Result},
    secret::Hint,
    store::{
        op::{self, Kind},
        secret::{self as rows, SecretRow, State, Switch},
    },
    vault::{BoundSecret, Contents, EntryId, Envelope, VaultError, VaultIdentity, VaultState},
};

/// How many operations one reconcile carries out at most.
const BATCH: u32 = 50;
/// A call that timed out may still land: a prompt can stand open for two minutes. Its intent is kept that long.
const LATE_MS: i64 = 180_000;

/// One version of one secret to be written.
pub(super) struct Write<'a> {
    pub(super) id: Uuid,
    pub(super) part: &'a str,
    pub(super) key: Option<Uuid>,
    /// What people read in their keychain application, after "Keystead: ".
    pub(super) title: &'a str,
    pub(super) contents: Contents<'a>,
    pub(super) hint: Option<&'a Hint>,
    pub(super) fingerprint: Option<&'a [u8]>,
}

impl Keystead {
    /// The vault, if it can be used now.
    pub(super) fn ready(&self) -> Result<VaultIdentity> {
        let status = self.vault.probe();
        match (status.state, status.identity) {
            (VaultState::Ready, Some(identity)) => Ok(identity),
            (VaultState::Ready, None) => Err(VaultError::Failed.into()),
            (VaultState::Locked, _) => Err(VaultError::Locked.into()),
            (VaultState::NoCollection, _) => Err(VaultError::NoCollection.into()),
            (VaultState::NoProvider, _) => Err(VaultError::NoProvider.into()),
            (VaultState::NoBus, _) => Err(VaultError::NoBus.into()),
            (VaultState::Unresponsive, _) => Err(VaultError::Unresponsive.into()),
            (VaultState::Denied, _) => Err(VaultError::Denied.into()),
        }
    }

    /// Log, put, read back, switch, delete the old one. `with` runs inside the switching transaction: what must become
    /// true together with the new secret.
    #[tracing::instrument(skip_all, fields(provider = write.contents.provider))]
    pub(super) fn write_secret<T>(
        &self,
        _lock: &WriteLock,
        write: &Write<'_>,
        with: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let vault = self.ready()?;
        let entry = self.store.write(|t| {
            let entry = rows::reserve(t, write.id, write.part)?;
            op::open(t, entry, Kind::Put, &vault.id, self.now())?;
            Ok(entry)
        })?;
        if let Err(e) = self.put_and_read_back(&entry, write) {
            self.abandon(entry, &e);
            return Err(e);
        }
        let switched = self.store.write(|t| {
            let old = rows::get(t, write.id)?;
            let done = with(t)?;
            rows::switch(
                t,
                &Switch {
                    entry,
                    key: write.key,
                    vault: &vault,
                    hint: write.hint,
                    fingerprint: write.fingerprint,
                    bound_to: write.contents.origins.first().map(ToString::to_string),
                },
            )?;
            op::close(t, entry, Kind::Put)?;
            let old = old.and_then(|row| Some((row.entry()?, row.vault?)));
            if let Some((old, old_vault)) = &old {
                op::open(t, *old, Kind::Delete, old_vault, self.now())?;
            }
            Ok((done, old))
        });
        match switched {
            Ok((done, old)) => {
                if let Some((old, _)) = old.filter(|(_, old_vault)| *old_vault == vault.id) {
                    self.carry_out_delete(old);
                }
                Ok(done)
            }
            Err(e) => {
                self.abandon(entry, &e);
                Err(e)
            }
        }
    }

    fn put_and_read_back(&self, entry: &EntryId, write: &Write<'_>) -> Result<()> {
        let bytes = Envelope::seal(entry, &write.contents);
        self.vault.put(entry, &format!("Keystead: {}", write.title), &bytes)?;
        let back = self.vault.get(entry)?;
        if back.is_some_and(|back| back.ct_eq(bytes.as_slice()).into()) {
            return Ok(());
        }
        Err(Error::new(
            Code::VaultMismatch,
            "the keychain gave back something else than was written: nothing was saved",
        ))
    }

    /// Takes an intent back after a failure. What cannot be undone now stays in the log.
    fn abandon(&self, entry: EntryId, because: &Error) {
        let timed_out = because.code == Code::VaultUnresponsive;
        let removed = if timed_out { Err(VaultError::Unresponsive) } else { self.vault.delete(&entry) };
        let noted = self.store.write(|t| match removed {
            Ok(()) => drop_put(t, entry),
            Err(e) => op::failed(t, entry, Kind::Put, code_of(e)),
        });
        if let Err(e) = noted {
            tracing::warn!(%entry, code = ?e.code, "an abandoned write stays in the log");
        }
    }

    /// Deletes an entry the log names. Failure is not the caller's: it is tried again at the next reconcile.
    pub(super) fn carry_out_delete(&self, entry: EntryId) {
        let done = self.vault.delete(&entry);
        let noted = self.store.write(|t| match done {
            Ok(()) => {
                op::close(t, entry, Kind::Delete)?;
                let row = rows::get(t, entry.secret)?;
                if row.is_some_and(|row| row.state == State::Deleting) && !op::any_for(t, entry.secret)? {
                    rows::delete(t, entry.secret)?;
                }
                Ok(())
            }
            Err(e) => op::failed(t, entry, Kind::Delete, code_of(e)),
        });
        if let Err(e) = noted {
            tracing::warn!(%entry, code = ?e.code, "a delete stays in the log");
        }
    }

    /// Carries out what a crash, a lock or a timeout left open. Deletes only what our own log names, never prompts, does
    /// nothing unless the vault is ready, and may be repeated at will.
    #[tracing::instrument(skip_all)]
    pub fn reconcile(&self) -> Result<()> {
        if op::count(&self.store.read())? == 0 {
            return Ok(());
        }
        let Ok(vault) = self.ready() else { return Ok(()) };
        let _lock = self.lock()?;
        let waiting = op::waiting(&self.store.read(), &vault.id, BATCH)?;
        for op in waiting {
            match op.kind {
                Kind::Delete => self.carry_out_delete(op.entry),
                Kind::Put
                    if op.last_code.as_deref() == Some("unresponsive") && self.now() - op.created_at < LATE_MS => {}
                Kind::Put => match self.vault.delete(&op.entry) {
                    Ok(()) => self.store.write(|t| drop_put(t, op.entry))?,
                    Err(e) => self.store.write(|t| op::failed(t, op.entry, Kind::Put, code_of(e)))?,
                },
            }
        }
        Ok(())
    }

    /// Reads the entry that counts. An entry that is not in its own, ready vault is noted as missing, never deleted.
    #[tracing::instrument(skip_all)]
    pub(super) fn read_secret(&self, row: &SecretRow) -> Result<BoundSecret> {
        let missing = || Error::new(Code::SecretMissing, "the secret is not in the keychain");
        let entry = row.entry().ok_or_else(missing)?;
        let before = self.ready()?;
        if row.vault.as_deref() != Some(before.id.as_str()) {
            let name = row.vault_name.as_deref().unwrap_or("another keychain");
            return Err(Error::new(Code::VaultOther, format!("the secret is in {name}, and {} answers", before.name)));
        }
        let Some(bytes) = self.vault.get(&entry)? else {
            // A vault that was locked, restarted or changed meanwhile proves nothing.
            if self.ready()? == before && row.state == State::Active {
                self.store.write(|t| rows::set_state(t, row.id, State::Missing))?;
            }
            return Err(missing());
        };
        let envelope = Envelope::open(&entry, &bytes)?;
        if row.state == State::Missing {
            self.store.write(|t| rows::set_state(t, row.id, State::Active))?;
        }
        Ok(envelope.bound)
    }
}

/// The entry is not there: the intent goes, and with it a row that never had a version.
fn drop_put(t: &Transaction<'_>, entry: EntryId) -> Result<()> {
    op::close(t, entry, Kind::Put)?;
    if rows::get(t, entry.secret)?.is_some_and(|row| row.state == State::Empty) && !op::any_for(t, entry.secret)? {
        rows::delete(t, entry.secret)?;
    }
    Ok(())
}

fn code_of(error: VaultError) -> &'static str {
    match error {
        VaultError::Locked => "locked",
        VaultError::NoCollection => "no_collection",
        VaultError::NoProvider => "no_provider",
        VaultError::NoBus => "no_bus",
        VaultError::Unresponsive => "unresponsive",
        VaultError::Denied => "denied",
        VaultError::Full => "full",
        VaultError::Damaged => "damaged",
        VaultError::Failed => "failed",
    }
}
