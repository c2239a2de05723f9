//! What can go wrong, as a closed set of codes: the user interface owns the words, this crate owns the meaning.

mod code;

use serde::Serialize;

pub use code::Code;

/// The result of every use-case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure with its meaning, and the form field that caused it, if one did.
///
/// `message` is English for logs and the command line. It never holds a secret, nor a piece of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
#[error("{message}")]
pub struct Error {
    /// What went wrong.
    pub code: Code,
    /// English, for logs and the command line.
    pub message: String,
    /// The form field at which the user can put it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub field: Option<Field>,
    /// In a field of several lines, or rows: which, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub line: Option<u32>,
    /// Which input of a provider's own form, where `field` is [`Field::Config`].
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub input: Option<String>,
}

impl Error {
    /// An error that belongs to no field.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, line: None, input: None }
    }

    /// An error the user can put right at `field`.
    pub fn at(field: Field, code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: Some(field), line: None, input: None }
    }

    /// The same error in one of the field's lines, counted from 0 here.
    #[must_use]
    pub fn in_line(self, at: usize) -> Self {
        Self { line: u32::try_from(at + 1).ok(), ..self }
    }

    /// An error the user can put right at an input of a provider's own form.
    pub fn of_input(name: &str, code: Code, message: impl Into<String>) -> Self {
        Self::new(code, message).for_input(name)
    }

    /// The same error at an input of a provider's own form.
    #[must_use]
    pub fn for_input(self, name: &str) -> Self {
        Self { field: Some(Field::Config), input: Some(name.into()), ..self }
    }

    /// The same error, at the field it was typed in.
    #[must_use]
    pub fn in_field(self, field: Field) -> Self {
        Self { field: Some(field), ..self }
    }
}

/// A field of a form, as the user sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Field {
    /// The key's text.
    Secret,
    /// A name of a key or of a provider.
    Name,
    /// A provider's base URL.
    BaseUrl,
    /// The provider chosen for a key.
    Provider,
    /// An input of the provider's own form.
    Config,
    /// The passphrase of the encrypted file.
    Passphrase,
    /// The choice of a proxy.
    Proxy,
    /// The user name a proxy asks for.
    ProxyUser,
    /// The password a proxy asks for.
    ProxyPassword,
    /// The file of authorities to trust besides the system's.
    CaFile,
    /// Seconds a test may take.
    Timeout,
    /// The host typed to consent to plain http.
    Consent,
    /// A header's name.
    HeaderName,
    /// A header's value.
    HeaderValue,
    /// A provider's further names and values.
    Configuration,
    /// Models written down by hand, or those a key may be used for.
    Models,
    /// A model's name.
    Model,
    /// A key's share.
    Weight,
    /// The user's own words about something.
    Description,
    /// A key's last day.
    Expiry,
    /// Models a key may not be used for.
    Blocked,
    /// Models as they are asked for, with what they are called.
    Aliases,
    /// Programs that may use a key.
    Callers,
    /// Ids of users.
    Users,
    /// A workspace that was named.
    Workspace,
    /// A task that was named.
    Task,
    /// A task's name for programs.
    Slug,
    /// What a task uses.
    Targets,
    /// Parameters of requests.
    Parameters,
    /// Days, or money.
    Amount,
    /// Of money.
    Currency,
    /// Models or providers a limit is about.
    Patterns,
    /// A bot's token.
    Token,
    /// The chat a bot writes to.
    ChatId,
    /// The server of the Bot API.
    Server,
    /// Hours in which nothing is told.
    Quiet,
}
