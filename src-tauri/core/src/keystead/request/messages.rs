//! What is told of keys, and to whom.

use serde::Deserialize;

use super::present;
use crate::message::{MessageCause, QuietHours};

/// Choose what is told, and to whom: omitted = keep, null = clear. The bot's token is no part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts", optional_fields))]
pub struct EditMessenger {
    /// The bot writes.
    pub enabled: Option<bool>,
    /// A number, or the `@name` of a public channel.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub chat_id: Option<Option<String>>,
    /// A server of the Bot API of the user's own: https, or http on this machine. Null: Telegram's.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub server: Option<Option<String>>,
    /// About what: all of them.
    pub events: Option<Vec<MessageCause>>,
    /// When not.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "QuietHours | null"))]
    pub quiet: Option<Option<QuietHours>>,
}
