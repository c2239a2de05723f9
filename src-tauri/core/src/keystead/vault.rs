//! The vault as the user sees it: its state, its identity, a proof that it keeps what it is given.

use std::{sync::PoisonError, time::Instant};

use uuid::Uuid;

use super::{
    Keystead, VaultProof, VaultView,
    fingerprint::{OWN, random_secret},
};
use crate::{
    error::{Code, Error, Result},
    store::{
        op::{self, Kind},
        secret as rows,
    },
    vault::{Contents, EntryId, Envelope, VaultError, VaultState},
};

impl Keystead {
    /// Looks, without prompting; where the vault is ready, carries out what waited for it.
    pub fn vault_status(&self) -> Result<VaultView> {
        let status = self.vault.probe();
        if status.state == VaultState::Ready
            && let Err(e) = self.reconcile()
        {
            tracing::warn!(code = ?e.code, "waiting vault operations were not carried out");
        }
        let db = self.store.read();
        let secrets = rows::of_keys(&db)?;
        let pending = op::count(&db)?;
        drop(db);
        let other = match (&status.identity, status.state) {
            (Some(now), VaultState::Ready) => {
                secrets.iter().find(|s| s.vault.as_deref() != Some(now.id.as_str())).and_then(|s| s.vault_name.clone())
            }
            _ => None,
        };
        let proof = self.proof.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(VaultView {
            state: status.state,
            identity: status.identity,
            other,
            secrets: u32::try_from(secrets.len()).unwrap_or(u32::MAX),
            proof,
            pending,
        })
    }

    /// Lets the vault ask its user to unlock it: only for a click.
    pub fn unlock_vault(&self) -> Result<VaultView> {
        self.vault.unlock()?;
        self.vault_status()
    }

    /// Lets the vault ask its user to make a default collection: only for a click.
    pub fn create_keyring(&self) -> Result<VaultView> {
        self.vault.create()?;
        self.vault_status()
    }

    /// Writes a random value, reads it back, compares, removes it. Logged like every write, so that a crash leaves
    /// nothing behind.
    #[tracing::instrument(skip_all)]
    pub fn prove_vault(&self) -> Result<VaultView> {
        let lock = self.lock()?;
        let identity = self.ready()?;
        let entry = EntryId { secret: Uuid::new_v4(), version: 1 };
        self.store.write(|t| op::open(t, entry, Kind::Put, &identity.id, self.now()))?;
        let proof = self.write_read_remove(entry);
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

    fn write_read_remove(&self, entry: EntryId) -> Result<VaultProof> {
        let secret = random_secret()?;
        let contents =
            Contents { provider: OWN, label: "storage proof", origins: &[], base_url: None, secret: &secret };
        let bytes = Envelope::seal(&entry, &contents);
        let start = Instant::now();
        self.vault.put(&entry, "Keystead: storage proof", &bytes)?;
        let written = start.elapsed();
        let back = self.vault.get(&entry)?;
        let read = start.elapsed();
        let same = match &back {
            Some(back) => Envelope::open(&entry, back)?.bound.for_its_owner().same_as(&secret),
            None => false,
        };
        self.vault.delete(&entry)?;
        let removed = start.elapsed();
        if self.vault.get(&entry)?.is_some() {
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
