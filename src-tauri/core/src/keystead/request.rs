//! What the user interface and the command ask for. A secret is never part of it: it comes before, as a draft.

mod configured;
mod messages;
mod models;
mod network;
mod routing;
mod settings;

use serde::Deserialize;

use crate::{
    provider::{Dialect, ProviderId},
    vault::VaultKind,
};

mod custom;

pub use custom::*;

pub use configured::{AddConfigured, EditConfigured, TestConfigured};
pub use messages::EditMessenger;

pub use network::*;

pub use models::*;

pub use routing::*;

pub use settings::*;

/// Which provider a request is about: one there is, or a custom one about to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum ProviderRef {
    /// In the catalogue, or made before.
    Existing {
        /// Slug.
        id: ProviderId,
        /// Where it is, when that is to be changed with the same request (Ollama on another port).
        #[cfg_attr(test, ts(optional))]
        base_url: Option<String>,
    },
    /// A custom endpoint.
    Custom {
        /// For people; the slug is made from it.
        name: String,
        /// Where it is.
        base_url: String,
        /// What it speaks there; `OpenAI`'s chat completions, when nothing is said.
        #[serde(default)]
        #[cfg_attr(test, ts(optional))]
        dialect: Option<Dialect>,
    },
}

/// Save a key. With no draft, a keyless entry, where the provider allows one.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct AddKey {
    /// Whose.
    pub provider: ProviderRef,
    /// Empty: the first free of "Default", "Key 2", ….
    pub name: String,
    /// The draft that holds its text.
    pub draft: Option<String>,
    /// The report of a test of this very draft, to be kept as the key's last test: the run's name.
    pub tested: Option<String>,
}

/// Save the key that is in an environment variable.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct AdoptVariable {
    /// Of the key: one found in the environment, or one that refers to a variable.
    pub id: String,
    /// As in [`AddKey::name`], for one that was found.
    pub name: String,
}

/// Give a key another name.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct RenameKey {
    /// UUID.
    pub id: String,
    /// New.
    pub name: String,
}

/// Replace a key's secret; name, settings and assignments stay.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ReplaceKey {
    /// UUID.
    pub id: String,
    /// The draft that holds its new text.
    pub draft: String,
    /// As in [`AddKey::tested`].
    pub tested: Option<String>,
}

/// Switch a key on or off.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct EnableKey {
    /// UUID.
    pub id: String,
    /// On.
    pub enabled: bool,
}

/// Change a provider: omitted = keep; for a built-in one, a null base URL = the catalogue's.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct EditProvider {
    /// Slug.
    pub id: ProviderId,
    /// New name (custom ones only).
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub name: Option<String>,
    /// New base URL.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub base_url: Option<Option<String>>,
}

/// Ask the base-URL doctor.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct CheckBaseUrl {
    /// As typed.
    pub text: String,
    /// For which provider; none: a custom one.
    pub provider: Option<ProviderId>,
    /// For which dialect of a custom one; none: its main one.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub dialect: Option<Dialect>,
}

/// Test a draft, or a keyless provider, before anything is saved.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct TestDraft {
    /// Where to.
    pub provider: ProviderRef,
    /// The draft; none: without a key.
    pub draft: Option<String>,
    /// The caller's name for this run, to cancel it by and to keep its report with.
    pub run: String,
}

/// Test a saved key.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct TestKey {
    /// UUID.
    pub id: String,
    /// The caller's name for this run.
    pub run: String,
    /// The caller's name for all the runs this one is part of: together they find out once that a vault is locked.
    pub batch: Option<String>,
    /// Ask this model for one token, which may cost money.
    pub paid: Option<String>,
}

/// Test a saved key in another region of its vendor.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct TryRegion {
    /// UUID.
    pub id: String,
    /// The region's, as the provider's view has it.
    pub base_url: String,
    /// The caller's name for this run.
    pub run: String,
}

/// Make a saved key one of another region of its vendor.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct UseRegion {
    /// UUID.
    pub id: String,
    /// As in [`TryRegion::base_url`].
    pub base_url: String,
}

/// Choose where new keys go.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct UseVault {
    /// Which.
    pub kind: VaultKind,
}

/// Move the keys that are elsewhere.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct MoveKeys {
    /// Where to.
    pub to: VaultKind,
}

/// Open one of a provider's pages in the user's browser.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct OpenLink {
    /// Whose.
    pub provider: ProviderId,
    /// Which.
    pub link: Link,
}

/// A provider's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Link {
    /// Where keys are made.
    Console,
    /// Its documentation.
    Docs,
}

/// Tells an explicit null (clear) from an omitted field (keep).
fn present<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}
