//! Windows: the Credential Manager. It has no lock and no prompt; entries stay on this machine.

use std::{collections::HashMap, sync::Arc, time::Duration};

use keyring::{Entry, api::CredentialStoreApi};
use uuid::Uuid;
use windows_native_keyring_store::Store;
use zeroize::Zeroizing;

use super::parts::{Items, LARGEST};
use crate::vault::{EntryId, SERVICE, VaultError, VaultIdentity, VaultState, VaultStatus};

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
        let state = match entry(&nobody.to_string()).map(|entry| entry.get_attributes()) {
            Ok(Ok(_) | Err(keyring::Error::NoEntry)) => VaultState::Ready,
            _ => VaultState::Denied,
        };
        let name = "Windows Credential Manager".into();
        VaultStatus {
            state,
            identity: Some(VaultIdentity { id: "windows-credentials".into(), name, collection: None }),
        }
    }
}

impl Items for Link {
    /// The store has no labels: people see the target name, which begins with the product's.
    fn put(&mut self, user: &str, _label: &str, bytes: &[u8]) -> Result<(), VaultError> {
        if bytes.len() > LARGEST {
            return Err(VaultError::Failed);
        }
        entry(user)?.set_secret(bytes).map_err(|error| known(&error))
    }

    fn get(&mut self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        match entry(user)?.get_secret() {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(known(&error)),
        }
    }

    fn delete(&mut self, user: &str) -> Result<(), VaultError> {
        match entry(user)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(known(&error)),
        }
    }

    fn users(&mut self) -> Result<Vec<String>, VaultError> {
        let pattern = format!("^{}", PREFIX.replace('.', r"\."));
        let entries =
            store()?.search(&HashMap::from([("pattern", pattern.as_str())])).map_err(|error| known(&error))?;
        Ok(entries.iter().filter_map(Entry::get_specifiers).map(|(_, user)| user).collect())
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
fn entry(user: &str) -> Result<Entry, VaultError> {
    let modifiers = HashMap::from([("persistence", "Local")]);
    store()?.build(SERVICE, user, Some(&modifiers)).map_err(|error| known(&error))
}

/// A keyring error can hold the secret: it is looked at here and goes no further.
fn known(error: &keyring::Error) -> VaultError {
    match error {
        // A session without a logged-on user (over SSH) has no credential store.
        keyring::Error::NoStorageAccess(_) => VaultError::Denied,
        _ => VaultError::Failed,
    }
}
