//! Two stores without a common transaction. An intent is logged before the vault is touched; the pointer moves, in one
//! transaction, only to an entry that was read back; what nothing points to any more is deleted from the log's word.
//!
//! | a crash | leaves |
//! |---|---|
//! | before the switch | the old key, valid and shown; the new entry goes at the next reconcile |
//! | after the switch | the new key, valid and shown; the old entry goes at the next reconcile |
//!
//! A database that forgot its last switches (an older copy was put back, or its log was damaged) would take entries that
//! were acknowledged for what a crash left. The switches are therefore counted in it and beside it.

use rusqlite::Transaction;
use uuid::Uuid;

use super::{Keystead, WriteLock, vaults::Place};
use crate::{
    error::{Code, Error, Result},
    provider::ProviderId,
    secret::Hint,
    store::{
        op::{self, Kind},
        secret::{self as rows, SecretRow, State, Switch},
        setting,
    },
    vault::{BoundSecret, Contents, EntryId, Envelope, Vault, VaultError, VaultIdentity},
};

/// How many times a pointer was moved to a new entry, ever.
const SWITCHES: &str = "switches";
/// How many operations one reconcile carries out at most.
const BATCH: u32 = 50;
/// A call that timed out may still land: a prompt can stand open for two minutes. Its intent is kept that long.
const LATE_MS: i64 = 180_000;

/// One version of one secret to be written.
pub(super) struct Write<'a> {
    pub(super) id: Uuid,
    pub(super) part: &'a str,
    pub(super) key: Option<Uuid>,
    /// The provider it is of, when it is of no key. Of neither: Keystead's own.
    pub(super) provider: Option<&'a ProviderId>,
    /// What people read in their keychain application, after "Keystead: ".
    pub(super) title: &'a str,
    pub(super) contents: Contents<'a>,
    pub(super) hint: Option<&'a Hint>,
    pub(super) fingerprint: Option<&'a [u8]>,
    /// The entry it takes the place of is deleted later, with others: see `moving`.
    pub(super) hold_old: bool,
}

impl Keystead {
    /// Log, put, read back, switch, delete the old one. `with` runs inside the switching transaction: what must become
    /// true together with the new secret.
    #[tracing::instrument(skip_all, fields(provider = write.contents.provider))]
    pub(super) fn write_secret<T>(
        &self,
        lock: &WriteLock,
        write: &Write<'_>,
        with: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let Place { vault, identity } = self.target()?;
        let switches = self.switches()?.saturating_add(1);
        let taken = self.taken(vault, write.id)?;
        let entry = self.store.write(|t| {
            if let Some(taken) = taken {
                rows::raise(t, taken, write.part)?;
            }
            let entry = rows::reserve(t, write.id, write.part)?;
            op::open(t, entry, Kind::Put, &identity.id, self.now())?;
            Ok(entry)
        })?;
        if let Err(e) = put_and_read_back(vault, &entry, write) {
            self.abandon(vault, entry, &e);
            return Err(e);
        }
        let done = self.store.write(|t| {
            let old = rows::get(t, write.id)?;
            let done = with(t)?;
            rows::switch(
                t,
                &Switch {
                    entry,
                    key: write.key,
                    provider: write.provider,
                    vault: &identity,
                    hint: write.hint,
                    fingerprint: write.fingerprint,
                    bound_to: write.contents.origins.first().map(ToString::to_string),
                },
            )?;
            op::close(t, entry, Kind::Put)?;
            if !write.hold_old {
                op::release_of(t, write.id)?;
            }
            setting::set(t, SWITCHES, &switches)?;
            let old = old.and_then(|row| Some((row.entry()?, row.vault?)));
            let old = old.filter(|(_, old_vault)| !self.vaults.has_ended(old_vault));
            match &old {
                Some((old, old_vault)) if write.hold_old => op::hold(t, *old, old_vault, self.now())?,
                Some((old, old_vault)) => op::open(t, *old, Kind::Delete, old_vault, self.now())?,
                None => {}
            }
            Ok((done, old))
        });
        match done {
            Ok((done, old)) => {
                lock.note_switches(switches);
                if let Some((old, old_vault)) = old.filter(|_| !write.hold_old)
                    && let Some(vault) = self.still_open(&old_vault, vault, &identity)
                {
                    self.carry_out_delete(vault, old);
                }
                Ok(done)
            }
            Err(e) => {
                self.abandon(vault, entry, &e);
                Err(e)
            }
        }
    }

    /// The highest version of a secret in its vault, where the next one is taken there: by what an older copy of the database
    /// knows nothing of, and what must not be written over. Asked before an intent is logged, so that what an intent names is
    /// never another's.
    fn taken(&self, vault: &dyn Vault, secret: Uuid) -> Result<Option<EntryId>> {
        let Some(row) = rows::get(&self.store.read(), secret)? else { return Ok(None) };
        if !vault.has(&EntryId { secret, version: row.next })? {
            return Ok(None);
        }
        Ok(vault.list()?.into_iter().filter(|entry| entry.secret == secret).max_by_key(|entry| entry.version))
    }

    fn switches(&self) -> Result<u64> {
        Ok(setting::get(&self.store.read(), SWITCHES)?.unwrap_or_default())
    }

    /// What a database was writing that has forgotten switches may have been acknowledged since: it is not deleted, and
    /// is found by "Check storage".
    pub(super) fn notice_an_older_database(&self, lock: &WriteLock) -> Result<()> {
        let switches = lock.switches();
        if switches <= self.switches()? {
            return Ok(());
        }
        tracing::warn!("the database is an older one than was written last");
        self.store.write(|t| {
            op::forget_puts(t)?;
            setting::set(t, SWITCHES, &switches)
        })
    }

    /// The vault of what was replaced: the one just written to needs no second look.
    fn still_open<'a>(&'a self, old: &str, vault: &'a dyn Vault, identity: &VaultIdentity) -> Option<&'a dyn Vault> {
        if identity.id == old { Some(vault) } else { self.deletable(old) }
    }

    /// Takes an intent back after a failure. What cannot be undone now stays in the log.
    fn abandon(&self, vault: &dyn Vault, entry: EntryId, because: &Error) {
        let timed_out = because.code == Code::VaultUnresponsive;
        let code = code_of(if timed_out { VaultError::Unresponsive } else { VaultError::Failed });
        // The database first: a commit that failed on a broken disk may turn out to have been made, unless one after it
        // works. Until then the new entry may be the one that counts.
        let noted = self.store.write(|t| op::failed(t, entry, Kind::Put, code));
        let done = noted.and_then(|()| if timed_out { Ok(()) } else { self.take_back(vault, entry) });
        if let Err(e) = done {
            tracing::warn!(%entry, code = ?e.code, "an abandoned write stays in the log");
        }
    }

    /// Deletes an entry the log names. Failure is not the caller's: it is tried again at the next reconcile.
    pub(super) fn carry_out_delete(&self, vault: &dyn Vault, entry: EntryId) {
        let done = match self.counts(entry) {
            Ok(true) => Ok(()),
            Ok(false) => vault.delete(&entry),
            // Who cannot look does not delete.
            Err(e) => return tracing::warn!(%entry, code = ?e.code, "a delete stays in the log"),
        };
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

    /// Nobody wants this secret any more: its row is on its way out, or gone at once where an ended session took the rest
    /// along. What is left to delete then, by [`Keystead::carry_out`].
    pub(super) fn let_go(&self, t: &Transaction<'_>, row: &SecretRow) -> Result<Option<(EntryId, String)>> {
        if row.vault.as_deref().is_some_and(|vault| self.vaults.has_ended(vault)) {
            rows::delete(t, row.id)?;
            return Ok(None);
        }
        rows::set_state(t, row.id, State::Deleting)?;
        op::release_of(t, row.id)?;
        let entry = row.entry().zip(row.vault.clone());
        if let Some((entry, vault)) = &entry {
            op::open(t, *entry, Kind::Delete, vault, self.now())?;
        }
        Ok(entry)
    }

    /// Deletes what was let go, where its vault can be used now; else it waits in the log.
    pub(super) fn carry_out(&self, gone: Option<(EntryId, String)>) {
        if let Some((entry, vault)) = gone
            && let Some(vault) = self.deletable(&vault)
        {
            self.carry_out_delete(vault, entry);
        }
    }

    /// Carries out what a crash, a lock or a timeout left open. Deletes only what our own log names, never prompts,
    /// leaves alone what is in a vault that cannot be used now, and may be repeated at will.
    #[tracing::instrument(skip_all)]
    pub fn reconcile(&self) -> Result<()> {
        if op::count(&self.store.read())? == 0 {
            return Ok(());
        }
        let _lock = self.lock()?;
        self.reconcile_locked()
    }

    /// As [`Keystead::reconcile`], and nothing where another process, or this one, is writing.
    pub(super) fn reconcile_if_free(&self) -> Result<()> {
        if op::count(&self.store.read())? == 0 {
            return Ok(());
        }
        let Some(_lock) = self.lock_now()? else { return Ok(()) };
        self.reconcile_locked()
    }

    /// See [`Keystead::reconcile`]; the caller holds the lock.
    pub(super) fn reconcile_locked(&self) -> Result<()> {
        let vaults = op::vaults(&self.store.read())?;
        for identity in vaults {
            let Some(vault) = self.deletable(&identity) else { continue };
            let waiting = op::waiting(&self.store.read(), &identity, BATCH)?;
            for op in waiting {
                match op.kind {
                    Kind::Delete => self.carry_out_delete(vault, op.entry),
                    Kind::Put if op.last_code.as_deref() == Some("unresponsive") => match self.now() - op.created_at {
                        // The clock was set back: its time begins anew.
                        ..0 => self.store.write(|t| op::restart(t, op.id, self.now()))?,
                        0..LATE_MS => {}
                        _ => self.take_back(vault, op.entry)?,
                    },
                    Kind::Put => self.take_back(vault, op.entry)?,
                }
            }
        }
        Ok(())
    }

    /// Whether a key stands on this entry: then it is not deleted, whatever a log says that was damaged or put back.
    fn counts(&self, entry: EntryId) -> Result<bool> {
        let row = rows::get(&self.store.read(), entry.secret)?;
        Ok(row.is_some_and(|row| row.state != State::Deleting && row.entry() == Some(entry)))
    }

    /// Deletes what a put that was not acknowledged may have left.
    fn take_back(&self, vault: &dyn Vault, entry: EntryId) -> Result<()> {
        if self.counts(entry)? {
            return self.store.write(|t| op::close(t, entry, Kind::Put));
        }
        match vault.delete(&entry) {
            Ok(()) => self.store.write(|t| drop_put(t, entry)),
            Err(e) => self.store.write(|t| op::failed(t, entry, Kind::Put, code_of(e))),
        }
    }

    /// Reads the entry that counts. An entry that is not in its own, ready vault is noted as missing, never deleted.
    #[tracing::instrument(skip_all)]
    pub(super) fn read_secret(&self, row: &SecretRow) -> Result<BoundSecret> {
        let error = match self.read_entry(row) {
            Ok(bound) => return Ok(bound),
            Err(error) => error,
        };
        // Nobody waits for a reader: who replaced or moved the key meanwhile has taken its old entry away.
        let now = rows::get(&self.store.read(), row.id)?;
        match now {
            Some(now) if now.entry() != row.entry() => self.read_secret(&now),
            _ => Err(error),
        }
    }

    fn read_entry(&self, row: &SecretRow) -> Result<BoundSecret> {
        let missing = || Error::new(Code::SecretMissing, "the secret is not in its vault");
        let entry = row.entry().ok_or_else(missing)?;
        let identity = row.vault.as_deref().ok_or_else(missing)?;
        let holder = self.holder(identity, row.vault_name.as_deref())?;
        let Some(bytes) = holder.vault.get(&entry)? else {
            // A vault that was locked, restarted or changed meanwhile proves nothing.
            if self.holder(identity, None).is_ok() && row.state == State::Active {
                self.store.write(|t| rows::note(t, row, State::Missing))?;
            }
            return Err(missing());
        };
        let envelope = Envelope::open(&entry, &bytes)?;
        if row.state == State::Missing {
            self.store.write(|t| rows::note(t, row, State::Active))?;
        }
        Ok(envelope.bound)
    }
}

fn put_and_read_back(vault: &dyn Vault, entry: &EntryId, write: &Write<'_>) -> Result<()> {
    let bytes = Envelope::seal(entry, &write.contents);
    vault.put(entry, &format!("Keystead: {}", write.title), &bytes)?;
    if vault.verify(entry, &bytes)? {
        return Ok(());
    }
    Err(Error::new(Code::VaultMismatch, "the keychain gave back something else than was written: nothing was saved"))
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
