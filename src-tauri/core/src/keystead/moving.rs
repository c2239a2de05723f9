//! Moving keys to another vault. Each one is written there, read back and switched to, as in any replace; what it leaves
//! behind is deleted only when all have arrived. A move that was interrupted goes on where it was.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{MutexGuard, PoisonError},
};

use rusqlite::Transaction;
use uuid::Uuid;

use super::{
    Keystead, MoveFailure, MoveView, Moving, VaultView, WriteLock, protocol::Write, providers::basis_of, vaults::CHOSEN,
};
use crate::{
    error::{Code, Error, Result},
    provider::Provider,
    store::{
        key::{self, KeyRow},
        op::{self, Kind},
        secret::{self as rows, SecretRow, State, Switch},
        setting, test_result,
    },
    vault::{Contents, EntryId, Envelope, VaultIdentity, VaultKind},
};

/// The [`VaultKind`] keys are being moved to; null or absent: none are.
const MOVING: &str = "moving";
/// How many keys one call moves: between calls the user can see how far it is, and stop.
const STEP: usize = 5;

/// Keys that could not be moved in this run, with the reason: they are not tried again until the user asks anew.
pub(super) type MoveFailures = BTreeMap<Uuid, Code>;

impl Keystead {
    fn moving_to(&self) -> Result<Option<VaultKind>> {
        Ok(setting::get::<Option<VaultKind>>(&self.store.read(), MOVING)?.flatten())
    }

    pub(super) fn refuse_while_moving(&self) -> Result<()> {
        match self.moving_to()? {
            None => Ok(()),
            Some(_) => Err(Error::new(Code::MoveUnfinished, "keys are being moved: go on, or stop that, first")),
        }
    }

    /// Chooses the vault `to` and moves some of the keys that are elsewhere into it. To be called again until nothing
    /// is left; the call after one that only had failures tries those again. The vault must be ready.
    #[tracing::instrument(skip_all)]
    pub fn move_keys(&self, to: VaultKind) -> Result<MoveView> {
        let lock = self.lock()?;
        let target = self.ready(to)?;
        if self.moving_to()?.is_some_and(|under_way| under_way != to) {
            self.refuse_while_moving()?;
        }
        self.store.write(|t| {
            setting::set(t, CHOSEN, &to)?;
            setting::set(t, MOVING, &Some(to))
        })?;
        self.bring_back()?;
        let elsewhere = self.elsewhere(&target.identity.id)?;
        let failed: HashSet<Uuid> = self.failures().keys().copied().collect();
        let mut moved = 0;
        for row in elsewhere.iter().filter(|row| !failed.contains(&row.id)).take(STEP) {
            match self.move_one(&lock, row) {
                Ok(()) => moved += 1,
                Err(e) if e.code.is_of_the_store() => return Err(e),
                Err(e) => {
                    self.failures().insert(row.id, e.code);
                }
            }
        }
        let rest = self.elsewhere(&target.identity.id)?;
        let failures = self.failures().clone();
        let mut left = rest.iter().filter(|row| !failures.contains_key(&row.id)).count();
        let mut failed = Vec::new();
        if left == 0 {
            for row in &rest {
                let Some(code) = failures.get(&row.id) else { continue };
                if let Some(name) = self.name_of_secret(row)? {
                    failed.push(MoveFailure { name, code: *code });
                }
            }
            self.failures().clear();
            // What is missing where it should be cannot be moved, now or later: nothing waits for it.
            let lost = |row: &SecretRow| matches!(failures.get(&row.id), Some(Code::SecretMissing | Code::SessionOnly));
            if rest.iter().all(lost) {
                left = self.finish()?;
            }
        }
        drop(lock);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(MoveView { moved: count(moved), left: count(left), failed, vault: self.vault_status()? })
    }

    /// Ends a move where it is: what has arrived stays where it is now, the rest where it was.
    pub fn stop_moving(&self) -> Result<VaultView> {
        let _lock = self.lock()?;
        self.failures().clear();
        if self.moving_to()?.is_some() {
            self.bring_back()?;
            self.finish()?;
        }
        self.vault_status()
    }

    /// Ends the move and wipes the old places, unless something that had arrived is gone again: how much of it.
    fn finish(&self) -> Result<usize> {
        let gone = self.bring_back()?;
        if gone == 0 {
            self.store.write(|t| {
                op::release(t)?;
                setting::set(t, MOVING, &None::<VaultKind>)
            })?;
            self.reconcile_locked()?;
        }
        Ok(gone)
    }

    /// What was moved and is not in its new place any more counts in its old one again, which is not wiped before the
    /// end. How many these are.
    fn bring_back(&self) -> Result<usize> {
        let mut listed: HashMap<String, HashSet<EntryId>> = HashMap::new();
        let mut brought = 0;
        let held = op::held(&self.store.read())?;
        for (old, old_vault) in held {
            let row = rows::get(&self.store.read(), old.secret)?;
            let Some(row) = row else { continue };
            let (Some(entry), Some(vault)) = (row.entry(), &row.vault) else { continue };
            if row.state == State::Deleting || self.arrived(entry, vault, &mut listed)? {
                continue;
            }
            let source = self.holder(&old_vault, None)?;
            let there = source.vault.get(&old)?.is_some_and(|bytes| Envelope::open(&old, &bytes).is_ok());
            self.store.write(|t| {
                if there { self.point_back(t, &row, old, &source.identity) } else { op::close(t, old, Kind::Delete) }
            })?;
            brought += usize::from(there);
        }
        Ok(brought)
    }

    /// The old entry counts again and is not to be deleted any more; the new one is, should it be seen again.
    pub(super) fn point_back(
        &self,
        t: &Transaction<'_>,
        row: &SecretRow,
        old: EntryId,
        vault: &VaultIdentity,
    ) -> Result<()> {
        op::close(t, old, Kind::Delete)?;
        let new = row.entry().zip(row.vault.as_deref()).filter(|(_, vault)| !self.vaults.has_ended(vault));
        if let Some((new, new_vault)) = new {
            op::open(t, new, Kind::Delete, new_vault, self.now())?;
        }
        let (hint, fingerprint, bound_to) = (row.hint.as_ref(), row.fingerprint.as_deref(), row.bound_to.clone());
        let (key, provider) = (row.key, row.provider.as_ref());
        rows::switch(t, &Switch { entry: old, key, provider, vault, hint, fingerprint, bound_to })
    }

    /// Whether an entry is where it was moved to. Another vault in that place, or the memory of another session, says no.
    fn arrived(&self, entry: EntryId, vault: &str, listed: &mut HashMap<String, HashSet<EntryId>>) -> Result<bool> {
        if !listed.contains_key(vault) {
            let entries = match self.holder(vault, None) {
                Ok(place) => place.vault.list()?.into_iter().collect(),
                Err(e) if matches!(e.code, Code::VaultOther | Code::SessionOnly) => HashSet::new(),
                Err(e) => return Err(e),
            };
            listed.insert(vault.to_owned(), entries);
        }
        Ok(listed[vault].contains(&entry))
    }

    fn move_one(&self, lock: &WriteLock, row: &SecretRow) -> Result<()> {
        let missing = || Error::new(Code::SecretMissing, "the secret is not in its vault");
        let entry = row.entry().ok_or_else(missing)?;
        let holder = self.holder(row.vault.as_deref().unwrap_or_default(), row.vault_name.as_deref())?;
        let bytes = holder.vault.get(&entry)?.ok_or_else(missing)?;
        let envelope = Envelope::open(&entry, &bytes)?;
        let title = match row.key {
            Some(key) => {
                let name = self.named(key)?;
                format!("{} {}", name.provider, name.name)
            }
            None if row.part == rows::FINGERPRINT => envelope.label.clone(),
            None => {
                let name = self.belonging_name(row);
                format!("{} {}", name.owner, name.name)
            }
        };
        let write = Write {
            id: row.id,
            part: &row.part,
            key: row.key,
            provider: row.provider.as_ref(),
            title: &title,
            contents: Contents {
                provider: &envelope.provider,
                label: &envelope.label,
                part: envelope.part.as_deref(),
                origins: envelope.bound.origins(),
                custom: envelope.base_url.as_deref().map(|url| (url, envelope.dialect.as_deref().unwrap_or("openai"))),
                config: envelope.config.as_ref(),
                secret: envelope.bound.for_its_owner(),
            },
            hint: row.hint.as_ref(),
            fingerprint: row.fingerprint.as_deref(),
            hold_old: true,
        };
        let owner = row.key.map(|key| self.owner_of(key)).transpose()?;
        self.write_secret(lock, &write, |t| owner.map_or(Ok(()), |(key, of)| carry_test_result(t, row, &key, &of)))
    }

    fn owner_of(&self, key: Uuid) -> Result<(KeyRow, Provider)> {
        let key = key::get(&self.store.read(), key)?;
        let provider = self.chosen(&key.provider)?.provider;
        Ok((key, provider))
    }

    /// What something stands for and is not in the vault of this identity.
    fn elsewhere(&self, identity: &str) -> Result<Vec<SecretRow>> {
        let mut rows = rows::all(&self.store.read())?;
        rows.retain(|row| {
            matches!(row.state, State::Active | State::Missing) && row.vault.as_deref() != Some(identity)
        });
        Ok(rows)
    }

    /// How far a move is that is under way, or was when the process ended.
    pub(super) fn moving(&self) -> Result<Option<Moving>> {
        let Some(to) = self.moving_to()? else { return Ok(None) };
        let arrived = op::held(&self.store.read())?.len();
        let identity = self.vaults.of(to).ok().and_then(|vault| vault.probe().identity);
        let left = match identity {
            Some(identity) => self.elsewhere(&identity.id)?.len(),
            None => rows::all(&self.store.read())?.len() - arrived,
        };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Some(Moving { to, left: count(left), total: count(left + arrived) }))
    }

    fn failures(&self) -> MutexGuard<'_, MoveFailures> {
        self.move_failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same secret in another place: its last test still holds.
fn carry_test_result(t: &Transaction<'_>, row: &SecretRow, key: &KeyRow, provider: &Provider) -> Result<()> {
    let Some(now) = rows::get(t, row.id)? else { return Ok(()) };
    // The version reserved last is the one about to be switched to.
    let then = SecretRow { current: now.next.checked_sub(1), ..now };
    test_result::rebase(t, key.id, &basis_of(provider, key, Some(row)), &basis_of(provider, key, Some(&then)))
}
