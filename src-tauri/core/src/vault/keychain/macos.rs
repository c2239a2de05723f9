//! macOS: the login keychain. Access follows the app's signature, and the system itself prompts when a build is not the
//! one that wrote an entry: that prompt outlives our deadline, and the call after its answer works.

use std::{collections::HashMap, sync::Arc, time::Duration};

use apple_native_keyring_store::keychain::Store;
use keyring::{Entry, api::CredentialStoreApi};
use security_framework::{
    base::Error as OsError,
    os::macos::keychain::{SecKeychain, SecPreferencesDomain},
};
use zeroize::Zeroizing;

use super::parts::Items;
use crate::vault::{SERVICE, VaultError, VaultIdentity, VaultState, VaultStatus};

/// Nothing to keep: the system holds the connection.
#[derive(Default)]
pub(super) struct Link;

#[expect(clippy::unused_self, reason = "the same calls on every system")]
impl Link {
    /// The lock cannot be seen without trying; what a locked keychain refuses says so.
    pub(super) fn probe(&mut self) -> VaultStatus {
        let identity = VaultIdentity { id: "macos-keychain".into(), name: "macOS Keychain".into(), collection: None };
        let state = match login_keychain() {
            Ok(_) => VaultState::Ready,
            Err(VaultError::Locked) => VaultState::Locked,
            Err(VaultError::NoCollection) => VaultState::NoCollection,
            Err(VaultError::NoProvider) => VaultState::NoProvider,
            Err(_) => VaultState::Denied,
        };
        VaultStatus { state, identity: Some(identity) }
    }
}

impl Items for Link {
    /// The store has no labels: people see the service's name.
    fn put(&mut self, user: &str, _label: &str, bytes: &[u8]) -> Result<(), VaultError> {
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

    /// Reads attributes only, which never prompts.
    fn users(&mut self) -> Result<Vec<String>, VaultError> {
        let entries = store()?.search(&HashMap::from([("service", SERVICE)])).map_err(|error| known(&error))?;
        Ok(entries.iter().filter_map(Entry::get_specifiers).map(|(_, user)| user).collect())
    }
}

/// The system asks for the password; its prompt has no time limit that we could set.
pub(super) fn unlock(_deadline: Duration) -> Result<(), VaultError> {
    login_keychain()?.unlock(None).map_err(|error| of_code(error.code()))
}

/// The system makes the login keychain together with the account: there is nothing to create here.
pub(super) fn create(_deadline: Duration) -> Result<(), VaultError> {
    login_keychain().map(|_| ())
}

fn login_keychain() -> Result<SecKeychain, VaultError> {
    SecKeychain::default_for_domain(SecPreferencesDomain::User).map_err(|error| of_code(error.code()))
}

fn store() -> Result<Arc<Store>, VaultError> {
    Store::new().map_err(|error| known(&error))
}

fn entry(user: &str) -> Result<Entry, VaultError> {
    store()?.build(SERVICE, user, None).map_err(|error| known(&error))
}

/// A keyring error can hold the secret: it is looked at here and goes no further.
fn known(error: &keyring::Error) -> VaultError {
    match error {
        keyring::Error::PlatformFailure(cause) | keyring::Error::NoStorageAccess(cause) => {
            cause.downcast_ref::<OsError>().map_or(VaultError::Failed, |error| of_code(error.code()))
        }
        _ => VaultError::Failed,
    }
}

/// By the system's status codes (Security framework, `SecBase.h`).
fn of_code(code: i32) -> VaultError {
    match code {
        // errSecInteractionNotAllowed, errSecAuthFailed
        -25308 | -25293 => VaultError::Locked,
        // errSecNoSuchKeychain, errSecNoDefaultKeychain
        -25294 | -25307 => VaultError::NoCollection,
        // errSecNotAvailable
        -25291 => VaultError::NoProvider,
        // userCanceledErr, errSecMissingEntitlement, wrPermErr, errSecInvalidOwnerEdit, errSecReadOnly
        -128 | -34018 | -61 | -25244 | -25292 => VaultError::Denied,
        _ => VaultError::Failed,
    }
}
