//! Messages about keys: what is told, by which ways, when not, and how often it is tried. Nothing here uses a network or a
//! vault.

mod cause;
mod hours;
pub(crate) mod telegram;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Field, Result};

pub use cause::{MessageCause, News};
pub use hours::{QuietHours, Zone, pause_ms};
pub(crate) use hours::{day_of, system_zone};

/// How a try to send a message ended. A closed set: each has its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum MessageOutcome {
    /// The server has it, and says under which number.
    Sent,
    /// The server knows no bot of this token.
    TokenRejected,
    /// The bot knows no such chat: nobody has written to it from there yet.
    ChatNotFound,
    /// The bot was blocked or put out, or may not write there.
    Blocked,
    /// Too many messages; it says when the next may come.
    TooMany,
    /// No answer.
    Unreachable,
    /// The server has a fault of its own.
    TelegramDown,
    /// An answer that is none of the Bot API's, or a refusal nobody has a name for.
    Odd,
}

impl MessageOutcome {
    /// What only the user can put right: other messages need not be tried now.
    pub fn stops_all(self) -> bool {
        !matches!(self, Self::Sent | Self::Odd)
    }
}

/// Where a bot writes to: a number (of a group: a negative one), or the name of a public channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ChatId(String);

impl ChatId {
    /// As the Bot API takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<i64> for ChatId {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl FromStr for ChatId {
    type Err = Error;

    /// Fails with [`Code::ChatIdInvalid`] at the field.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let number = text.parse::<i64>().is_ok_and(|n| n != 0) && !text.starts_with('+');
        // Names of Telegram's: 5 to 32 characters, a letter first (core.telegram.org/method/account.checkUsername).
        let name = text.strip_prefix('@').is_some_and(|name| {
            (4..=32).contains(&name.len())
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        if number || name {
            return Ok(Self(text.to_owned()));
        }
        let message = "a chat is a number, such as 123456789 or -1001234567890, or the @name of a public channel";
        Err(Error::at(Field::ChatId, Code::ChatIdInvalid, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_a_number_or_a_channel_s_name() {
        for (text, kept) in
            [("123456789", "123456789"), (" -1001234567890\n", "-1001234567890"), ("@my_news", "@my_news")]
        {
            assert_eq!(text.parse::<ChatId>().expect("a chat").as_str(), kept);
        }
        for text in [
            "",
            "0",
            "+5",
            "12 34",
            "1.5",
            "@",
            "@abc",
            "@1abcd",
            "@a-bcd",
            "my_news",
            "https://t.me/my_news",
            "99999999999999999999",
            "@ümlaut",
        ] {
            let error = text.parse::<ChatId>().expect_err(text);
            assert_eq!((error.code, error.field), (Code::ChatIdInvalid, Some(Field::ChatId)), "{text}");
        }
    }
}
