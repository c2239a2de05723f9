//! Where secrets are. A vault stores immutable entries under an [`EntryId`]; what an entry means is in its envelope.

mod envelope;
#[cfg(any(test, feature = "fault"))]
pub mod fault;
pub mod file;
pub mod keychain;
pub mod session;
mod set;

use std::{fmt, str::FromStr};

use serde::Serialize;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::{Code, Error};

pub use envelope::{BoundSecret, Contents, Envelope};
pub use file::FileVault;
pub use session::SessionVault;
pub use set::{VaultKind, Vaults};

/// The service name of every entry; people see it in their keychain application.
pub const SERVICE: &str = "dev.keystead.desktop";

/// A place for secrets. Calls block for at most a few seconds and never prompt, except [`Vault::unlock`] and
/// [`Vault::create`], which exist to prompt and are called only for a click.
pub trait Vault: Send + Sync {
    /// Looks without touching any entry and without prompting.
    fn probe(&self) -> VaultStatus;
    /// Writes a new entry. Entries are never overwritten: the caller never reuses an id.
    fn put(&self, id: &EntryId, label: &str, bytes: &[u8]) -> Result<(), VaultError>;
    /// Reads an entry; `None` when there is none. With a locked vault `None` proves nothing.
    fn get(&self, id: &EntryId) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError>;
    /// Deletes an entry; deleting what is not there is done, not an error.
    fn delete(&self, id: &EntryId) -> Result<(), VaultError>;
    /// The entries of this service, in no order.
    fn list(&self) -> Result<Vec<EntryId>, VaultError>;
    /// Asks the user, through the vault's own prompt, to unlock it. Up to two minutes.
    fn unlock(&self) -> Result<(), VaultError>;
    /// Asks the user, through the vault's own prompt, to create its default collection. Up to two minutes.
    fn create(&self) -> Result<(), VaultError>;
    /// Whether a put can work now. Some vaults save while they are locked.
    fn writable(&self) -> bool {
        self.probe().state == VaultState::Ready
    }
    /// Whether there is such an entry, readable or not.
    fn has(&self, id: &EntryId) -> Result<bool, VaultError> {
        Ok(self.get(id)?.is_some())
    }
    /// Whether the entry holds these bytes: what a put is believed by. In constant time.
    fn verify(&self, id: &EntryId, bytes: &[u8]) -> Result<bool, VaultError> {
        Ok(self.get(id)?.is_some_and(|back| back.ct_eq(bytes).into()))
    }
}

/// The name of one version of one secret: `<uuid>.v<N>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId {
    /// The secret.
    pub secret: Uuid,
    /// From 1; never reused.
    pub version: u32,
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.v{}", self.secret, self.version)
    }
}

impl FromStr for EntryId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (secret, version) = text.split_once(".v").ok_or(())?;
        Ok(Self { secret: secret.parse().map_err(|_| ())?, version: version.parse().map_err(|_| ())? })
    }
}

/// How a vault is at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum VaultState {
    /// Reads and writes work.
    Ready,
    /// The default collection is locked.
    Locked,
    /// The service answers, but has no default collection yet.
    NoCollection,
    /// Nothing provides the service.
    NoProvider,
    /// There is no session bus.
    NoBus,
    /// The service did not answer in time.
    Unresponsive,
    /// The service refused.
    Denied,
}

/// Which vault answers: a secret is looked for only where it was put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct VaultIdentity {
    /// Stable: `secret-service:gnome-keyring-daemon:/org/…/login`, `macos-keychain`, `windows-credentials`,
    /// `file:<hash of its public key>`. `session:<random>` lasts as long as the process.
    pub id: String,
    /// For people: "GNOME Keyring", "KWallet", "macOS Keychain".
    pub name: String,
    /// The collection's label, where the vault has collections: "Login".
    pub collection: Option<String>,
}

/// State and identity, as one look found them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct VaultStatus {
    /// How it is.
    pub state: VaultState,
    /// Who it is; unknown when nothing answers.
    pub identity: Option<VaultIdentity>,
}

/// Why a vault call failed. Never built from a keyring error's `Debug`: that can hold the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Locked, or became so.
    #[error("the keychain is locked")]
    Locked,
    /// No default collection to write to.
    #[error("the keychain has no default collection")]
    NoCollection,
    /// Nothing provides the service.
    #[error("no keychain service is running")]
    NoProvider,
    /// No session bus.
    #[error("there is no session bus to reach a keychain on")]
    NoBus,
    /// No answer in time; the call may still land later.
    #[error("the keychain did not answer in time")]
    Unresponsive,
    /// Refused, or the prompt was dismissed.
    #[error("the keychain refused access")]
    Denied,
    /// No room left to write.
    #[error("there is no room left to write")]
    Full,
    /// The vault's own files are garbled, or not those of one vault.
    #[error("the vault's files are damaged, or not those of one vault")]
    Damaged,
    /// Two entries of one name, or anything else without a name.
    #[error("the keychain failed")]
    Failed,
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        let code = match error {
            VaultError::Locked => Code::VaultLocked,
            VaultError::NoCollection => Code::VaultNoCollection,
            VaultError::NoProvider => Code::VaultNoProvider,
            VaultError::NoBus => Code::VaultNoBus,
            VaultError::Unresponsive => Code::VaultUnresponsive,
            VaultError::Denied => Code::VaultDenied,
            VaultError::Full => Code::VaultFull,
            VaultError::Damaged => Code::VaultDamaged,
            VaultError::Failed => Code::VaultFailed,
        };
        Self::new(code, error.to_string())
    }
}
