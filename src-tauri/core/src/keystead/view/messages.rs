//! What is told of keys, to whom, and how that goes.

use serde::{Deserialize, Serialize};

use crate::{
    message::{MessageCause, MessageOutcome, QuietHours},
    probe::Cause,
    secret::Hint,
};

/// What is chosen, and how it goes. No token is in it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct MessengerView {
    /// The desktop shows messages.
    pub desktop: bool,
    /// The bot writes, as soon as it is configured.
    pub enabled: bool,
    /// There is a token for this server, and a chat.
    pub configured: bool,
    /// How it is with the token.
    pub bot: BotState,
    /// Its mask.
    pub hint: Option<Hint>,
    /// A number, or the `@name` of a public channel.
    pub chat_id: Option<String>,
    /// The server of the Bot API.
    pub server: String,
    /// It is one of the user's own.
    pub own_server: bool,
    /// What is told.
    pub events: Vec<MessageCause>,
    /// When nothing is told, in local hours.
    pub quiet: Option<QuietHours>,
    /// Messages of the bot that wait.
    pub waiting: u32,
    /// What they wait for, besides their turn.
    pub waits_for: Option<WaitsFor>,
    /// Messages of the bot that were given up in the last seven days.
    pub failed: u32,
    /// The last try.
    pub last: Option<MessageTry>,
}

/// How it is with a bot's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum BotState {
    /// There is none.
    None,
    /// In the vault.
    Saved,
    /// In the vault, entered for another server: this one is not sent it.
    Elsewhere,
    /// Looked for in its vault, and not there.
    Missing,
}

/// Why messages of the bot do not go out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum WaitsFor {
    /// It is switched off.
    Off,
    /// A token, or a chat.
    Setup,
    /// The vault cannot be read; nothing is unlocked for a message.
    Vault,
    /// The end of quiet hours, Unix milliseconds.
    Quiet {
        /// When.
        until: i64,
    },
    /// Its next try, Unix milliseconds.
    Retry {
        /// When.
        at: i64,
    },
}

/// How a try to send something ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct MessageTry {
    /// How.
    pub outcome: MessageOutcome,
    /// Why nobody answered.
    pub cause: Option<Cause>,
    /// What was said, without the token.
    pub detail: Option<String>,
    /// Seconds the server asks to wait.
    pub retry_after_s: Option<u32>,
    /// Unix milliseconds.
    pub at: i64,
    /// It was a test message.
    pub test: bool,
}

/// Something for the desktop to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Notice {
    /// Counts up.
    pub id: i64,
    /// Provider and key, by name.
    pub title: String,
    /// What happened.
    pub text: String,
}
