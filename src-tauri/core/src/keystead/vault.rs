//! The vault as the user sees it: its state, its identity, a proof that it keeps what it is given.

use std::{collections::HashMap, sync::PoisonError, time::Instant};

use uuid::Uuid;

use super::{
    Holding, Keystead, VaultProof, VaultView,
    fingerprint::{OWN, random_secret},
    vaults::Place,
};
use crate::{
    error::{Code, Error, Result},
    store::{
        op::{self, Kind},
        secret::{self as rows, SecretRow, State},
    },
    vault::{Contents, EntryId, Envelope, Vault, VaultError, VaultKind, VaultState, VaultStatus},
};

impl Keystead {
    /// Looks, without prompting; where a vault can be used, carries out what waited for it.
    pub fn vault_status(&self) -> Result<VaultView> {
        let kind = self.chosen_kind()?;
        let chosen = self.status_of(kind);
        if chosen.state == VaultState::Ready || kind == VaultKind::File {
            // Another process may be writing: then it is done at the next look.
            if let Err(e) = self.reconcile_if_free() {
                tracing::warn!(code = ?e.code, "waiting vault operations were not carried out");
            }
        }
        let keychain = (kind != VaultKind::Keychain).then(|| self.status_of(VaultKind::Keychain).state);
        let db = self.store.read();
        let secrets = rows::kept(&db)?;
        let pending = op::count(&db)?;
        drop(db);
        let holdings = self.holdings(kind, &chosen, &secrets);
        let elsewhere = |h: &&Holding| h.kind == VaultKind::Keychain && h.state.is_none();
        let answers = kind == VaultKind::Keychain && chosen.state == VaultState::Ready;
        let other = holdings.iter().find(elsewhere).filter(|_| answers).map(|h| h.name.clone());
        let lost = |row: &&SecretRow| {
            row.state == State::Missing && row.vault.as_deref().is_some_and(|v| self.vaults.is_other_session(v))
        };
        Ok(VaultView {
            kind,
            state: chosen.state,
            identity: chosen.identity,
            other,
            secrets: count(secrets.len()),
            proof: self.proof.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            pending,
            holdings,
            file: self.file_vault(),
            keychain,
            moving: self.moving()?,
            lost_session: count(secrets.iter().filter(lost).count()),
        })
    }

    pub(super) fn status_of(&self, kind: VaultKind) -> VaultStatus {
        // Only a session that this process does not have cannot be asked.
        let none = VaultStatus { state: VaultState::Denied, identity: None };
        self.vaults.of(kind).map_or(none, Vault::probe)
    }

    /// The vaults that hold keys. Each kind is looked at once.
    fn holdings(&self, kind: VaultKind, chosen: &VaultStatus, secrets: &[SecretRow]) -> Vec<Holding> {
        let mut looked = HashMap::from([(kind, chosen.clone())]);
        let mut found: Vec<(String, Holding)> = Vec::new();
        for row in secrets.iter().filter(|row| row.state != State::Deleting) {
            let Some(identity) = &row.vault else { continue };
            if let Some((_, there)) = found.iter_mut().find(|(id, _)| id == identity) {
                there.keys += 1;
                continue;
            }
            let kind_of = VaultKind::of(identity);
            let status = looked.entry(kind_of).or_insert_with(|| self.status_of(kind_of));
            // A vault that does not answer may well be the one.
            let same = status.identity.as_ref().is_none_or(|now| now.id == *identity);
            let state = (same && !self.vaults.is_other_session(identity)).then_some(status.state);
            let here = kind_of == kind && state.is_some();
            let name = row.vault_name.clone().unwrap_or_default();
            found.push((identity.clone(), Holding { kind: kind_of, name, keys: 1, state, here }));
        }
        found.sort_by_key(|(_, holding)| !holding.here);
        found.into_iter().map(|(_, holding)| holding).collect()
    }

    /// Lets the keychain ask its user to unlock it: only for a click.
    pub fn unlock_vault(&self) -> Result<VaultView> {
        self.vaults.of(VaultKind::Keychain)?.unlock()?;
        self.vault_status()
    }

    /// Lets the keychain ask its user to make a default collection: only for a click.
    pub fn create_keyring(&self) -> Result<VaultView> {
        self.vaults.of(VaultKind::Keychain)?.create()?;
        self.vault_status()
    }

    /// Writes a random value, reads it back, compares, removes it. Logged like every write, so that a crash leaves
    /// nothing behind.
    #[tracing::instrument(skip_all)]
    pub fn prove_vault(&self) -> Result<VaultView> {
        let lock = self.lock()?;
        let Place { vault, identity } = self.ready(self.chosen_kind()?)?;
        let entry = EntryId { secret: Uuid::new_v4(), version: 1 };
        self.store.write(|t| op::open(t, entry, Kind::Put, &identity.id, self.now()))?;
        let proof = self.write_read_remove(vault, entry);
        match &proof {
            Ok(_) => self.store.write(|t| op::close(t, entry, Kind::Put))?,
            Err(e) => {
                let code = if e.code == Code::VaultUnresponsive { "unresponsive" } else { "failed" };
                self.store.write(|t| op::failed(t, entry, Kind::Put, code))?;
            }
        }
        *self.proof.lock().unwrap_or_else(PoisonError::into_inner) = Some(proof?);
        drop(lock);
        self.vault_status()
    }

    fn write_read_remove(&self, vault: &dyn Vault, entry: EntryId) -> Result<VaultProof> {
        let secret = random_secret()?;
        let contents = Contents {
            provider: OWN,
            label: "storage proof",
            part: None,
            origins: &[],
            custom: None,
            config: None,
            secret: &secret,
        };
        let bytes = Envelope::seal(&entry, &contents);
        let start = Instant::now();
        vault.put(&entry, "Keystead: storage proof", &bytes)?;
        let written = start.elapsed();
        let back = vault.get(&entry)?;
        let read = start.elapsed();
        let same = match &back {
            Some(back) => Envelope::open(&entry, back)?.bound.for_its_owner().same_as(&secret),
            None => false,
        };
        vault.delete(&entry)?;
        let removed = start.elapsed();
        if vault.get(&entry)?.is_some() {
            return Err(VaultError::Failed.into());
        }
        if !same {
            return Err(Error::new(Code::VaultMismatch, "the keychain gave back something else than was written"));
        }
        let ms = |d: std::time::Duration| d.as_secs_f64() * 1000.0;
        Ok(VaultProof {
            write_ms: ms(written),
            read_ms: ms(read.saturating_sub(written)),
            remove_ms: ms(removed.saturating_sub(read)),
            at: self.now(),
        })
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
