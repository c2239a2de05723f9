//! Opens the data, and says so in a window of its own when that fails.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use keystead_core::{Code, Error, Keystead, Result, home, keystead::VaultView, store, vault::keychain::Keychain};

use crate::dialog;

/// The data while it is being opened on another thread.
pub(crate) type Opening = JoinHandle<Result<Keystead>>;

/// Opens or makes the database. Touches no keychain.
pub(crate) fn open() -> Result<Keystead> {
    Keystead::open(&home::data_dir(), Arc::new(Keychain::new().with_glance()))
}

/// The opened data; `None` when it cannot be opened and the user chose to quit.
pub(crate) fn wait(opening: Opening) -> Option<Keystead> {
    let mut opened = opening.join().unwrap_or_else(|_| Err(Error::new(Code::Internal, "opening ended early")));
    loop {
        match opened {
            Ok(keystead) => return Some(keystead),
            Err(error) => {
                eprintln!("keystead: {error}");
                let way_out =
                    if error.code == Code::StoreDamaged { "Set it aside and start anew" } else { "Try again" };
                if !dialog::offer("Keystead cannot open its data", &explain(&error), way_out) {
                    return None;
                }
                let aside = if error.code == Code::StoreDamaged { set_aside() } else { Ok(()) };
                opened = aside.and_then(|()| open());
            }
        }
    }
}

/// A look at the vault, begun while the window still opens: the page is told what it found when it first asks.
pub(crate) struct FirstLook(Mutex<Option<JoinHandle<Result<VaultView>>>>);

impl FirstLook {
    /// Begins it. It prompts for nothing.
    pub(crate) fn begin(keystead: &Keystead) -> Self {
        let keystead = keystead.clone();
        let look = thread::Builder::new().name("first-look".into()).spawn(move || keystead.vault_status());
        // Without a thread the page looks itself.
        Self(Mutex::new(look.ok()))
    }

    /// What it found, once: whoever asks later looks again.
    pub(crate) fn found(&self) -> Option<Result<VaultView>> {
        let look = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        look?.join().ok()
    }
}

fn set_aside() -> Result<()> {
    store::set_aside(&home::data_dir()).map(|_| ())
}

fn explain(error: &Error) -> String {
    let what = match error.code {
        Code::StoreNewer => "It was written by a newer version of Keystead. Start that version, or a later one.",
        Code::StoreDamaged => {
            "It is damaged. Set aside, it stays beside the new one under another name. Then Settings, Storage, Check now \
             adds your keys back from where their secrets are; tests and settings begin anew."
        }
        Code::StoreReadOnly => {
            "It may not be written to. See who owns this folder and its permissions, then try again."
        }
        Code::StoreFull => "The disk is full. Make room, then try again.",
        Code::StoreBusy => "Another program is writing to it. Try again in a moment.",
        _ => "Check that the disk is not full and that this folder can be written to.",
    };
    let home = home::data_dir();
    format!("{what} Nothing was changed, and your keys are still where they were.\n\n{}\n{error}", home.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_a_newer_version_is_named_as_such() {
        let text = explain(&Error::new(Code::StoreNewer, "schema 9"));
        assert!(text.contains("newer version") && text.contains("schema 9"), "{text}");
    }
}
