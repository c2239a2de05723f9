//! What was changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::provider::ProviderId;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct EventView {
    /// Counts up.
    pub id: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// By which door it came.
    pub actor: Actor,
    /// What happened; none: a newer version's.
    pub kind: Option<EventKind>,
    /// Whose.
    pub provider: Option<ProviderId>,
    /// The provider's name now, or its slug.
    pub provider_name: Option<String>,
    /// UUID of the key it is about.
    pub key_id: Option<String>,
    /// The name of what it happened to, at that time.
    pub subject: String,
    /// What the words need.
    pub detail: BTreeMap<String, String>,
    /// What was changed of it.
    pub changes: Vec<FieldChange>,
    /// It can be taken back.
    pub undoable: bool,
    /// It was taken back.
    pub undone: bool,
    /// The event it took back.
    pub undoes: Option<i64>,
}

/// A part of something, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct FieldChange {
    /// The part, as the database calls it.
    pub part: String,
    /// As text; none: nothing.
    pub from: Option<String>,
    /// As text; none: nothing.
    pub to: Option<String>,
}

/// By which door a change came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Actor {
    /// The window.
    #[default]
    App,
    /// The `keystead` command.
    Command,
    /// The schedule the user turned on.
    Schedule,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum EventKind {
    /// A key was saved.
    KeyAdded,
    /// A key's name or use was changed.
    KeyEdited,
    /// Several keys were changed at once.
    KeysEdited,
    /// Keys were put into another order.
    KeysOrdered,
    /// A key has a new text.
    KeyReplaced,
    /// A key was removed.
    KeyRemoved,
    /// A key was copied to the clipboard.
    KeyCopied,
    /// A key was shown.
    KeyShown,
    /// A test ended otherwise than the one before.
    KeyTested,
    /// The models that are used were chosen anew.
    ModelsApplied,
    /// A provider was changed, or made.
    ProviderEdited,
    /// A provider was removed.
    ProviderRemoved,
    /// How providers are reached was changed.
    NetworkEdited,
    /// A host may be reached without encryption.
    ConsentGiven,
    /// It may not any more.
    ConsentRevoked,
    /// A workspace was made.
    WorkspaceAdded,
    /// A workspace was changed.
    WorkspaceEdited,
    /// A workspace was removed.
    WorkspaceRemoved,
    /// A task was made.
    TaskAdded,
    /// A task was changed.
    TaskEdited,
    /// Tasks were put into another order.
    TasksOrdered,
    /// A task was removed.
    TaskRemoved,
    /// What a task uses was changed.
    TaskAssigned,
    /// A limit was made.
    LimitAdded,
    /// A limit was changed.
    LimitEdited,
    /// A limit was removed.
    LimitRemoved,
    /// A setting was changed.
    SettingChanged,
    /// Programs are refused for now.
    MaintenanceBegun,
    /// They are served again.
    MaintenanceEnded,
    /// The bot for messages was set up, or forgotten.
    MessengerEdited,
}
