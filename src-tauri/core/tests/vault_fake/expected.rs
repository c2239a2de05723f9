//! What each operation must come to in each trouble, in one table.

use crate::trouble::{Operation, Trouble};

/// The outcome, in the words of `client::outcome`.
pub(crate) fn outcome(trouble: Trouble, operation: Operation) -> &'static str {
    let [probe, put, get, delete, list, add] = row(trouble);
    match operation {
        Operation::Probe => probe,
        Operation::Put => put,
        Operation::Get => get,
        Operation::Delete => delete,
        Operation::List => list,
        Operation::Add => add,
    }
}

#[rustfmt::skip]
#[expect(clippy::match_same_arms, reason = "a table")]
fn row(trouble: Trouble) -> [&'static str; 6] {
    match trouble {
        //                           probe           put             get             delete          list            add_key
        Trouble::NoName          => ["NoProvider",   "NoProvider",   "NoProvider",   "NoProvider",   "NoProvider",   "VaultNoProvider"],
        Trouble::Slow(1)         => ["Ready",        "done",         "kept",         "done",         "1",            "saved"],
        // A look has three seconds, the whole call five.
        Trouble::Slow(4)         => ["Unresponsive", "done",         "kept",         "done",         "Unresponsive", "saved"],
        Trouble::Slow(_)         |
        Trouble::Hang            => ["Unresponsive", "Unresponsive", "Unresponsive", "Unresponsive", "Unresponsive", "VaultUnresponsive"],
        Trouble::DropConnection  => ["NoProvider",   "NoProvider",   "NoProvider",   "NoProvider",   "NoProvider",   "VaultNoProvider"],
        Trouble::NoSession       |
        Trouble::Restart         |
        Trouble::Duplicates      => ["Ready",        "done",         "kept",         "done",         "1",            "saved"],
        Trouble::IsLocked        |
        Trouble::LockedMidway    => ["Locked",       "Locked",       "Locked",       "Locked",       "Locked",       "VaultLocked"],
        // The store itself asks its user to unlock what it finds locked, and here the user says no.
        Trouble::EmptySearch     => ["Ready",        "Denied",       "Locked",       "Locked",       "Locked",       "VaultLocked"],
        Trouble::PromptDismissed => ["Ready",        "Denied",       "Denied",       "Denied",       "1",            "VaultDenied"],
        Trouble::PromptNever     => ["Ready",        "Unresponsive", "Unresponsive", "Unresponsive", "1",            "VaultUnresponsive"],
        Trouble::PromptWrongType => ["Ready",        "Failed",       "Failed",       "Failed",       "1",            "VaultFailed"],
        // A vault stores bytes; that they are not the ones is seen by who knows what was written.
        Trouble::WrongSecret     |
        Trouble::Truncated       => ["Ready",        "done",         "other bytes",  "done",         "1",            "VaultMismatch"],
        Trouble::ErrorText       => ["Unresponsive", "Failed",       "Failed",       "Failed",       "Failed",       "VaultFailed"],
    }
}
