//! What people read in their keychain application.

use crate::vault::EntryId;

/// Longer labels are cut: some applications show them on one line.
const MAX_CHARS: usize = 120;

/// A label that is unique and safe: `KWallet` files entries under their label, takes what is before a `/` for a folder
/// and renames the second of two equal ones.
pub(super) fn of_entry(id: &EntryId, label: &str) -> String {
    let text: String = label
        .chars()
        .map(|c| if c == '/' { '-' } else { c })
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_CHARS)
        .collect();
    let short = &id.secret.simple().to_string()[..8];
    format!("{} [{short}.v{}]", text.trim(), id.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> EntryId {
        EntryId { secret: "1a2b3c4d-0000-4000-8000-000000000000".parse().expect("a uuid"), version: 7 }
    }

    #[test]
    fn says_what_it_is_and_which_version() {
        assert_eq!(of_entry(&id(), "Keystead: OpenAI Work"), "Keystead: OpenAI Work [1a2b3c4d.v7]");
    }

    #[test]
    fn has_no_folder_no_control_characters_and_an_end() {
        assert_eq!(of_entry(&id(), "a/b\nc"), "a-b c [1a2b3c4d.v7]");
        assert!(of_entry(&id(), &"é/".repeat(1000)).chars().count() < MAX_CHARS + 20);
    }
}
