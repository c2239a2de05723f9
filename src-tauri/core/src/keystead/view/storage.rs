//! What "Check storage" tells.

use serde::Serialize;

use super::KeyName;
use crate::{provider::ProviderId, secret::Hint, vault::VaultKind};

/// A secret of a provider, or of Keystead's own, by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct BelongingName {
    /// UUID of the secret.
    pub id: String,
    /// Whose; none: Keystead's own.
    pub provider: Option<ProviderId>,
    /// Its name, for people.
    pub owner: String,
    /// Which: `header:x-org-token`.
    pub part: String,
    /// The same for people: `x-org-token`.
    pub name: String,
}

/// What a look at all entries of the vault found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct StorageCheck {
    /// Secrets whose entries are there: of keys and of providers.
    pub present: u32,
    /// Keys whose entries are not: to be entered again, or looked for later.
    pub missing: Vec<KeyName>,
    /// Keys whose entries are there and cannot be read, or are other keys': to be put back from a backup, or entered again.
    pub damaged: Vec<KeyName>,
    /// Providers' secrets whose entries are not: to be entered again where they are used.
    pub missing_belongings: Vec<BelongingName>,
    /// Entries nothing in the list stands for.
    pub leftovers: Vec<Leftover>,
    /// The database is whole.
    pub intact: bool,
    /// Other users of this machine may read the database, or look into the encrypted file's folder.
    pub exposed: bool,
    /// Unix milliseconds.
    pub at: i64,
}

/// A vault entry of Keystead's that no key stands for: after a crash elsewhere, a restored backup, a lost database.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Leftover {
    /// Its name in the vault: `<uuid>.v<N>`.
    pub entry: String,
    /// Which vault.
    pub vault: VaultKind,
    /// Keystead's own, no key of the user's.
    pub own: bool,
    /// The provider's slug; none when the entry cannot be read.
    pub provider: Option<String>,
    /// The key's name when it was saved; of a provider's own secret, what it is for: `x-org-token`.
    pub label: Option<String>,
    /// Which of its provider's own secrets it is: `header:x-org-token`. None: a key.
    pub part: Option<String>,
    /// The mask.
    pub hint: Option<Hint>,
    /// The origins it may go to.
    pub hosts: Vec<String>,
}

/// What became of leftovers that were to be adopted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Adoption {
    /// Keys that are in the list now.
    pub adopted: Vec<KeyName>,
    /// Providers' secrets that are in use again.
    pub belongings: Vec<BelongingName>,
    /// Entries that could not be read, or whose place another one has.
    pub failed: Vec<String>,
}
