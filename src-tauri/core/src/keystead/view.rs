//! What crosses to the user interface and to `--json`. No view holds a secret, and no field of one is named like one; a
//! test on the generated types keeps it so.

mod activity;
mod custom;
mod form;
mod messages;
mod models;
mod network;
mod regions;
mod routing;
mod settings;
mod storage;
mod testing;
mod variables;

use std::{collections::BTreeMap, sync::Arc};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::{
    error::Code,
    intake::Form,
    policy::Policy,
    probe::TestReport,
    provider::{Dialect, KeyNeed, ProviderId},
    secret::{Cleaned, Hint},
    value::Value,
    vault::{VaultIdentity, VaultKind, VaultState},
};

pub use activity::*;
pub use custom::{DialectUrl, HeaderView};
pub use form::{ConfigView, FieldView, FormView, ModeView};
pub use messages::*;
pub use models::*;
pub use network::*;
pub use regions::RegionView;
pub use routing::*;
pub use settings::*;
pub use storage::{Adoption, BelongingName, Leftover, StorageCheck};
pub use testing::{PaidView, Retested};
pub use variables::{KnownVariable, VariableView};

/// A provider as its card and its page show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ProviderView {
    /// Slug.
    pub id: ProviderId,
    /// For people.
    pub name: String,
    /// Made by the user.
    pub custom: bool,
    /// The protocol it speaks.
    pub dialect: Dialect,
    /// In use.
    pub base_url: String,
    /// The catalogue's; none for a custom provider.
    pub default_base_url: Option<String>,
    /// Host (and port, when it is not the scheme's) of `base_url`.
    pub host: String,
    /// Runs on this machine.
    pub local: bool,
    /// Whether the user consented that keys travel there unencrypted; none: they do not.
    pub consent: Option<bool>,
    /// Whether it wants a key.
    pub key_need: KeyNeed,
    /// Where keys are made.
    pub console_url: Option<String>,
    /// Its documentation.
    pub docs_url: Option<String>,
    /// Environment variables its SDKs read, the usual one first.
    pub env: Vec<String>,
    /// Name of its mark in the icon set; a letter tile without.
    pub mark: Option<String>,
    /// Other names people search for.
    pub aliases: Vec<String>,
    /// Shown in the empty key field: "sk-…".
    pub placeholder: String,
    /// The request that may cost money and proves a key where no other does; none where there is no such request.
    pub paid: Option<PaidView>,
    /// What it asks besides a key; none: nothing.
    pub form: Option<FormView>,
    /// What a test will call.
    pub test_method: String,
    /// The final URL a test will call.
    pub test_url: String,
    /// Further dialects a custom one speaks, each at a base URL of its own.
    pub urls: Vec<DialectUrl>,
    /// Headers the user adds to its requests, by name.
    pub headers: Vec<HeaderView>,
    /// The user's own names and values.
    pub configuration: BTreeMap<String, Value>,
    /// Models written down by hand.
    pub own_models: Vec<String>,
    /// Where else the same vendor is, with keys of its own there.
    pub regions: Vec<RegionView>,
    /// Its keys, by name.
    pub keys: Vec<Arc<KeyView>>,
    /// Keys that are in the environment alone.
    pub ambient: Vec<Arc<KeyView>>,
}

/// One credential as its row shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct KeyView {
    /// UUID.
    pub id: String,
    /// Whose.
    pub provider: ProviderId,
    /// Unique per provider, whatever the case.
    pub name: String,
    /// Where its secret comes from.
    pub source: KeySource,
    /// The variable it is in.
    pub variable: Option<VariableView>,
    /// Found in the environment, and no row of the list: it can be tested and adopted, nothing else.
    pub ambient: bool,
    /// The mask; none for a keyless entry, and for what is in a variable.
    pub hint: Option<Hint>,
    /// What was filled in for it, where its provider has a form.
    pub config: Option<ConfigView>,
    /// How its secret is.
    pub state: KeyState,
    /// Where its secret is; none for a keyless entry.
    pub vault: Option<VaultKind>,
    /// Off means: not tested with the others, not used.
    pub enabled: bool,
    /// The only origin its secret is sent to: `https://api.openai.com`.
    pub bound_to: Option<String>,
    /// The last test, if anything relevant has not changed since.
    pub last_test: Option<Arc<TestReport>>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds of the last replacement.
    pub rotated_at: Option<i64>,
    /// How it is used.
    pub policy: Policy,
    /// As an edit has to name it: one more with every change.
    pub version: i64,
}

impl KeyView {
    /// `keystead://openai/work`: what the command takes in place of an id. Case does not matter in it.
    pub fn reference(&self) -> String {
        let name = utf8_percent_encode(&self.name.to_lowercase(), NON_ALPHANUMERIC_MOSTLY).to_string();
        format!("keystead://{}/{name}", self.provider)
    }
}

/// What has a meaning of its own in a URL's path, or in a shell.
const NON_ALPHANUMERIC_MOSTLY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a key's secret comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum KeySource {
    /// The vault.
    Vault,
    /// An environment variable, read when the key is used.
    Env,
    /// Keyless: a local server.
    None,
}

/// How a key's secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum KeyState {
    /// Saved and read back.
    Active,
    /// Deleted by the user; the vault entry goes when the keychain is unlocked.
    Removing,
    /// Its entry is not in the keychain it was put in.
    Missing,
}

/// A key that was typed or pasted and is not saved: held in this process for ten minutes at most.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct DraftView {
    /// To name it in the next request.
    pub id: String,
    /// The mask; none for a reference.
    pub hint: Option<Hint>,
    /// The variable it refers to, where the text was no key but a variable's name.
    pub reference: Option<VariableView>,
    /// What was removed around it.
    pub cleaned: Vec<Cleaned>,
    /// What it stood in.
    pub form: Form,
    /// The name it had there: `OPENAI_API_KEY`, `x-api-key`.
    pub variable: Option<String>,
    /// The address that stood with it, as written.
    pub base_url: Option<String>,
    /// Whose it may be, best first: by the address, the name, the shape. One: recognised. Several: ask. None: unknown.
    pub fits: Vec<ProviderId>,
    /// The same, should that address be ignored.
    pub otherwise: Vec<ProviderId>,
    /// A saved key with this very value, if the keychain could be asked.
    pub duplicate_of: Option<KeyName>,
    /// Whether the duplicate search could be made (the keychain was ready).
    pub duplicates_checked: bool,
    /// The other keys of the same text.
    pub more: Vec<DraftView>,
}

/// A key by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct KeyName {
    /// UUID.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// The key's name.
    pub name: String,
}

/// The vault as the foot of the sidebar and Settings › Storage show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct VaultView {
    /// The chosen one: new keys go there.
    pub kind: VaultKind,
    /// How it is now.
    pub state: VaultState,
    /// Who answers.
    pub identity: Option<VaultIdentity>,
    /// Set when saved keys live in another keychain than the one that answers: that one's name.
    pub other: Option<String>,
    /// Keys whose secrets are in a vault.
    pub secrets: u32,
    /// The last proof in this process, if one was made.
    pub proof: Option<VaultProof>,
    /// Operations that wait for their vault.
    pub pending: u32,
    /// Every vault that holds keys, the chosen one first.
    pub holdings: Vec<Holding>,
    /// The encrypted file, made or not.
    pub file: FileVaultView,
    /// How the keychain is, while another vault is the chosen one: keys could be moved there.
    pub keychain: Option<VaultState>,
    /// A move that is under way, or was when the process ended.
    pub moving: Option<Moving>,
    /// Keys that were kept for an earlier session only: gone with it.
    pub lost_session: u32,
}

/// A vault that holds keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Holding {
    /// What kind of place.
    pub kind: VaultKind,
    /// Its name when the keys were put there.
    pub name: String,
    /// How many keys.
    pub keys: u32,
    /// How it is now; none when it is not the one that answers: another keychain, an ended session.
    pub state: Option<VaultState>,
    /// Whether it is the chosen one.
    pub here: bool,
}

/// The encrypted file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct FileVaultView {
    /// Whether it was made.
    pub exists: bool,
    /// How it is.
    pub state: VaultState,
    /// Its folder.
    pub path: String,
    /// Seconds until the next try of a passphrase, after too many wrong ones.
    pub wait_s: Option<u32>,
    /// Minutes unused until it locks itself.
    pub auto_lock_min: u32,
}

/// A move of keys to another vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Moving {
    /// Where to.
    pub to: VaultKind,
    /// Entries still elsewhere.
    pub left: u32,
    /// Entries when it began.
    pub total: u32,
}

/// What one step of a move did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct MoveView {
    /// In this step.
    pub moved: u32,
    /// Still to be tried: call again until none is.
    pub left: u32,
    /// When nothing is left: the keys that stay where they were.
    pub failed: Vec<MoveFailure>,
    /// The vault afterwards.
    pub vault: VaultView,
}

/// A key that could not be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct MoveFailure {
    /// Which.
    pub name: KeyName,
    /// Why.
    pub code: Code,
}

/// A random value written, read back, compared and removed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct VaultProof {
    /// Milliseconds.
    pub write_ms: f64,
    /// Milliseconds.
    pub read_ms: f64,
    /// Milliseconds.
    pub remove_ms: f64,
    /// Unix milliseconds.
    pub at: i64,
}

/// What the base-URL doctor makes of typed text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct BaseUrlView {
    /// What will be saved.
    pub base_url: String,
    /// Host and port.
    pub host: String,
    /// GET or POST.
    pub test_method: String,
    /// The final URL a test will call.
    pub test_url: String,
    /// What was taken off what was typed ("/chat/completions"), to be shown with an undo.
    pub removed: Option<String>,
    /// What was put on ("/v1", "https://").
    pub added: Option<String>,
    /// Keys travel there unencrypted, to which the user consented.
    pub unencrypted: bool,
    /// An origin other than the one saved keys are bound to.
    pub changes_origin: bool,
}

/// What the About page tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct AboutView {
    /// Of this program.
    pub version: String,
    /// Where names, hints and settings are. Holds no secret.
    pub database: String,
}
