//! The vaults of this machine. The keychain is where keys go unless the user chose otherwise; a secret is always read
//! where its identity says it was put.

use std::{path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{FileVault, SessionVault, Vault, VaultIdentity};
use crate::error::{Code, Error, Result};

/// What kind of place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum VaultKind {
    /// The operating system's keychain.
    #[default]
    Keychain,
    /// The encrypted file.
    File,
    /// The memory of the app, until it closes.
    Session,
}

impl VaultKind {
    /// Of the vault that a stored identity names.
    pub fn of(identity: &str) -> Self {
        match identity.split_once(':') {
            Some(("file", _)) => Self::File,
            Some(("session", _)) => Self::Session,
            _ => Self::Keychain,
        }
    }
}

/// All there are. A clone is the same vaults.
#[derive(Clone)]
pub struct Vaults {
    keychain: Arc<dyn Vault>,
    file: Arc<FileVault>,
    session: Option<Arc<SessionVault>>,
}

impl Vaults {
    /// The keychain given, an encrypted file in `home`, and this process's memory. Touches none of them.
    pub fn new(keychain: Arc<dyn Vault>, home: &Path) -> Self {
        let file = Arc::new(FileVault::at(home.join("vault")));
        Self { keychain, file, session: Some(Arc::default()) }
    }

    /// The same without memory of its own: a command that ends at once keeps nothing for a session.
    #[must_use]
    pub fn without_session(self) -> Self {
        Self { session: None, ..self }
    }

    /// The same with another encrypted file.
    #[must_use]
    pub fn with_file(self, file: FileVault) -> Self {
        Self { file: Arc::new(file), ..self }
    }

    /// One of them. Fails with [`Code::SessionOnly`] where this process keeps no session.
    pub fn of(&self, kind: VaultKind) -> Result<&dyn Vault> {
        match (kind, &self.session) {
            (VaultKind::Keychain, _) => Ok(&*self.keychain),
            (VaultKind::File, _) => Ok(&*self.file),
            (VaultKind::Session, Some(session)) => Ok(&**session),
            (VaultKind::Session, None) => {
                Err(Error::new(Code::SessionOnly, "keys of this session are in the app's memory only"))
            }
        }
    }

    /// The encrypted file, for what only it can do.
    pub fn file(&self) -> &FileVault {
        &self.file
    }

    /// Whether an identity is that of a session that is not this process's own.
    pub fn is_other_session(&self, identity: &str) -> bool {
        let own = self.session.as_ref().and_then(|session| session.probe().identity);
        VaultKind::of(identity) == VaultKind::Session && own.is_none_or(|own: VaultIdentity| own.id != identity)
    }

    /// Whether an identity is that of a session that is over. Only who keeps a session knows: the app, which is alone.
    pub fn has_ended(&self, identity: &str) -> bool {
        self.session.is_some() && self.is_other_session(identity)
    }
}
