//! This session only: entries in the memory of this process, for who wants nothing written at all.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{EntryId, Vault, VaultError, VaultIdentity, VaultState, VaultStatus};

/// Always ready. Its entries are wiped when they are deleted and when it is dropped; no two of it are the same vault.
pub struct SessionVault {
    id: Uuid,
    entries: Mutex<BTreeMap<EntryId, Zeroizing<Vec<u8>>>>,
}

impl Default for SessionVault {
    fn default() -> Self {
        Self::new()
    }
}

impl SessionVault {
    /// An empty one.
    pub fn new() -> Self {
        Self { id: Uuid::new_v4(), entries: Mutex::default() }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<EntryId, Zeroizing<Vec<u8>>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for SessionVault {
    fn probe(&self) -> VaultStatus {
        let identity =
            VaultIdentity { id: format!("session:{}", self.id), name: "This session only".into(), collection: None };
        VaultStatus { state: VaultState::Ready, identity: Some(identity) }
    }

    #[tracing::instrument(skip_all)]
    fn put(&self, id: &EntryId, _label: &str, bytes: &[u8]) -> Result<(), VaultError> {
        self.entries().insert(*id, Zeroizing::new(bytes.to_vec()));
        Ok(())
    }

    #[tracing::instrument(skip_all)]
    fn get(&self, id: &EntryId) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self.entries().get(id).cloned())
    }

    fn delete(&self, id: &EntryId) -> Result<(), VaultError> {
        self.entries().remove(id);
        Ok(())
    }

    fn list(&self) -> Result<Vec<EntryId>, VaultError> {
        Ok(self.entries().keys().copied().collect())
    }

    fn unlock(&self) -> Result<(), VaultError> {
        Ok(())
    }

    fn create(&self) -> Result<(), VaultError> {
        Ok(())
    }
}
