//! What the service does wrong, and what it is asked meanwhile.

use std::time::Duration;

/// Looks like a key. Must never be seen in what the product says.
pub(crate) const CANARY: &str = "sk-proj-ErrorTextT3BlbkFJ0123456789abcdefQRST";

/// One way to behave badly, from the moment the operation begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Leaves the bus's name to nobody.
    NoName,
    /// Does the operation's own call, so many seconds late.
    Slow(u64),
    /// Answers nothing any more.
    Hang,
    /// Ends in the middle of the call.
    DropConnection,
    /// Has forgotten the sessions.
    NoSession,
    /// Is locked.
    IsLocked,
    /// Is locked between the look and the call.
    LockedMidway,
    /// Asks its user, who says no.
    PromptDismissed,
    /// Asks its user, who is not there.
    PromptNever,
    /// Asks its user, and tells the answer in a form nobody knows.
    PromptWrongType,
    /// Holds every item twice.
    Duplicates,
    /// Is locked between the look and the search, and finds nothing then, as some do.
    EmptySearch,
    /// Gives another secret than it was given.
    WrongSecret,
    /// Gives half of the secret.
    Truncated,
    /// Ends in the middle of the call, and is there again at once.
    Restart,
    /// Fails, with a text that looks like a key.
    ErrorText,
}

/// All, slowness in three degrees.
pub(crate) const TROUBLES: [Trouble; 18] = [
    Trouble::NoName,
    Trouble::Slow(1),
    Trouble::Slow(4),
    Trouble::Slow(30),
    Trouble::Hang,
    Trouble::DropConnection,
    Trouble::NoSession,
    Trouble::IsLocked,
    Trouble::LockedMidway,
    Trouble::PromptDismissed,
    Trouble::PromptNever,
    Trouble::PromptWrongType,
    Trouble::Duplicates,
    Trouble::EmptySearch,
    Trouble::WrongSecret,
    Trouble::Truncated,
    Trouble::Restart,
    Trouble::ErrorText,
];

/// What is asked of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `Vault::probe`
    Probe,
    /// `Vault::put` of a new entry
    Put,
    /// `Vault::get` of an entry that was there before
    Get,
    /// `Vault::delete` of that entry
    Delete,
    /// `Vault::list`
    List,
    /// `Keystead::add_key`: write, read back, switch
    Add,
}

/// All.
pub(crate) const OPERATIONS: [Operation; 6] =
    [Operation::Probe, Operation::Put, Operation::Get, Operation::Delete, Operation::List, Operation::Add];

impl Operation {
    /// The call that does it: a method, or a property that is read.
    pub(crate) fn work(self) -> &'static str {
        match self {
            Self::Probe => "Locked",
            Self::Put | Self::Add => "CreateItem",
            Self::Get => "GetSecret",
            Self::Delete => "Delete",
            Self::List => "Attributes",
        }
    }
}

impl Trouble {
    /// How late it is.
    pub(crate) fn delay(self) -> Option<Duration> {
        if let Self::Slow(seconds) = self { Some(Duration::from_secs(seconds)) } else { None }
    }

    /// Whether it asks its user for leave.
    pub(crate) fn prompts(self) -> bool {
        matches!(self, Self::PromptDismissed | Self::PromptNever | Self::PromptWrongType)
    }
}
