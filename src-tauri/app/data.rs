//! Opens the data, and says so in a window of its own when that fails.

use std::{sync::Arc, thread::JoinHandle};

use keystead_core::{Code, Error, Keystead, Result, home, vault::keychain::Keychain};

use crate::dialog;

/// The data while it is being opened on another thread.
pub(crate) type Opening = JoinHandle<Result<Keystead>>;

/// Opens or makes the database. Touches no keychain.
pub(crate) fn open() -> Result<Keystead> {
    Keystead::open(&home::data_dir(), Arc::new(Keychain::new()))
}

/// The opened data; `None` when it cannot be opened and the user chose to quit.
pub(crate) fn wait(opening: Opening) -> Option<Keystead> {
    let mut opened = opening.join().unwrap_or_else(|_| Err(Error::new(Code::Internal, "opening ended early")));
    loop {
        match opened {
            Ok(keystead) => return Some(keystead),
            Err(error) => {
                eprintln!("keystead: {error}");
                if !dialog::try_again("Keystead cannot open its data", &explain(&error)) {
                    return None;
                }
                opened = open();
            }
        }
    }
}

fn explain(error: &Error) -> String {
    let what = match error.code {
        Code::StoreNewer => "It was written by a newer version of Keystead. Start that version, or a later one.",
        Code::StoreBusy => "Another program is writing to it. Try again in a moment.",
        _ => "Check that the disk is not full and that this folder can be written to.",
    };
    let home = home::data_dir();
    format!("{what} Nothing was changed, and your keys are still in the keychain.\n\n{}\n{error}", home.display())
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
