//! Windows: the Credential Manager. It has no lock and no prompt; entries stay on this machine.

use std::{collections::HashMap, sync::Arc, time::Duration};

use keyring::{Entry, api::CredentialStoreApi};
use uuid::Uuid;
use windows_native_keyring_store::Store;
use zeroize::Zeroizing;

use crate::vault::{EntryId, SERVICE, VaultError, VaultIdentity, VaultState, VaultStatus};

/// The system takes 2,560 bytes; larger values are refused here rather than by an error nobody can read.
const MAX_BYTES: usize = 2400;

/// The start of every target name, so that no other program's name can be equal to one of ours.
const PREFIX: &str = "dev.keystead.desktop:";

/// Nothing to keep: the system holds the connection.
#[derive(Default)]
pub(super) struct Link;

#[expect(clippy::unused_self, reason = "the same calls on every system")]
impl Link {
    /// Asks for an entry that never exists: a session without a credential store refuses even that.
    pub(super) fn probe(&mut self) -> VaultStatus {
        let nobody = EntryId { secret: Uuid::nil(), version: 0 };
        let state = match entry(&nobody).map(|entry| entry.get_attributes()) {
            Ok(Ok(_) | Err(keyring::Error::NoEntry)) => VaultState::Ready,
            _ => VaultState::Denied,
        };
        let name = "Windows Credential Manager".into();
        VaultStatus {
            state,
            identity: Some(VaultIdentity { id: "windows-credentials".into(), name, collection: None }),
        }
    }

    /// The store has no labels: people see the target name, which begins with the product's.
    pub(super) fn put(&mut self, id: &EntryId, _label: &str, bytes: &[u8]) -> Result<(), VaultError> {
        if bytes.len() > MAX_BYTES {
            return Err(VaultError::Failed);
        }
        entry(id)?.set_secret(bytes).map_err(|error| known(&error))
    }

    pub(super) fn get(&mut self, id: &EntryId) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        match entry(id)?.get_secret() {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(known(&error)),
        }
    }

    pub(super) fn delete(&mut self, id: &EntryId) -> Result<(), VaultError> {
        match entry(id)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(known(&error)),
        }
    }

    pub(super) fn list(&mut self) -> Result<Vec<EntryId>, VaultError> {
        let pattern = format!("^{}", PREFIX.replace('.', r"\."));
        let entries =
            store()?.search(&HashMap::from([("pattern", pattern.as_str())])).map_err(|error| known(&error))?;
        Ok(entries.iter().filter_map(Entry::get_specifiers).filter_map(|(_, user)| user.parse().ok()).collect())
    }
}

/// There is no lock.
#[expect(clippy::unnecessary_wraps, reason = "the same calls on every system")]
pub(super) fn unlock(_deadline: Duration) -> Result<(), VaultError> {
    Ok(())
}

/// There is always one.
#[expect(clippy::unnecessary_wraps, reason = "the same calls on every system")]
pub(super) fn create(_deadline: Duration) -> Result<(), VaultError> {
    Ok(())
}

fn store() -> Result<Arc<Store>, VaultError> {
    let names = HashMap::from([("prefix", PREFIX), ("divider", "|"), ("service_no_divider", "true")]);
    Store::new_with_configuration(&names).map_err(|error| known(&error))
}

/// `Local`: the default would send the entry along with a roaming profile.
fn entry(id: &EntryId) -> Result<Entry, VaultError> {
    let modifiers = HashMap::from([("persistence", "Local")]);
    store()?.build(SERVICE, &id.to_string(), Some(&modifiers)).map_err(|error| known(&error))
}

/// A keyring error can hold the secret: it is looked at here and goes no further.
fn known(error: &keyring::Error) -> VaultError {
    match error {
        // A session without a logged-on user (over SSH) has no credential store.
        keyring::Error::NoStorageAccess(_) => VaultError::Denied,
        _ => VaultError::Failed,
    }
}
