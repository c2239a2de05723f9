//! The words a test scripts faults with.

use crate::vault::{EntryId, VaultError};

/// One of the vault's operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// `probe`; faults planned for it are ignored, set a state instead.
    Probe,
    /// `put`
    Put,
    /// `get`
    Get,
    /// `delete`
    Delete,
    /// `list`
    List,
    /// `unlock`
    Unlock,
    /// `create`
    Create,
}

/// One call that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The operation.
    pub step: Step,
    /// The entry it named, if it names one.
    pub id: Option<EntryId>,
}

impl Call {
    pub(super) fn of(step: Step) -> Self {
        Self { step, id: None }
    }

    pub(super) fn on(step: Step, id: &EntryId) -> Self {
        Self { step, id: Some(*id) }
    }
}

/// When the hook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The vault has not been touched yet.
    Before,
    /// The vault has done it, the caller does not know yet.
    After,
}

/// What one planned call does instead of simply working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing happens, and this error comes back.
    Fail(VaultError),
    /// It happens, but the answer is a timeout (put, delete).
    LandsUnanswered,
    /// The answer is a timeout, and it happens at [`super::Memory::land_late_puts`] (put).
    LandsLate,
    /// The answer is `None` although there is an entry (get).
    Missing,
    /// The answer is these bytes (get).
    OtherBytes(&'static [u8]),
}

impl Fault {
    /// What the caller hears after the step was done.
    pub(super) fn answer(self) -> Result<(), VaultError> {
        match self {
            Self::Fail(error) => Err(error),
            Self::LandsUnanswered | Self::LandsLate => Err(VaultError::Unresponsive),
            Self::Missing | Self::OtherBytes(_) => Ok(()),
        }
    }
}
