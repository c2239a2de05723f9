//! The keychain against a real GNOME Keyring, in every state a session can be in. Each test runs itself again inside a
//! private session (see `session.rs`), so nothing here depends on, or touches, the keyring of the person who runs it.
#![cfg(target_os = "linux")]

#[path = "../common/gate.rs"]
mod gate;

mod entries;
mod faults;
mod flows;
mod keyring;
mod prompts;
mod session;
mod states;

use keystead_core::vault::{EntryId, Vault, VaultError, keychain::Keychain};
use uuid::Uuid;

const LABEL: &str = "Keystead: OpenAI Work";

fn new_id() -> EntryId {
    EntryId { secret: Uuid::new_v4(), version: 1 }
}

/// The text of an entry.
fn read(vault: &Keychain, id: &EntryId) -> Result<Option<String>, VaultError> {
    let text = |bytes: zeroize::Zeroizing<Vec<u8>>| String::from_utf8(bytes.to_vec()).expect("text");
    Ok(vault.get(id)?.map(text))
}

/// An entry that is there.
fn stored(vault: &Keychain, text: &str) -> EntryId {
    let id = new_id();
    vault.put(&id, LABEL, text.as_bytes()).expect("a put");
    id
}
