//! The codes.

use serde::Serialize;

/// The closed set of failures. A new one does not compile in the user interface until it has words there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Code {
    /// Nothing was typed, or only white space.
    SecretEmpty,
    /// White space or a line break inside the key.
    SecretWhitespace,
    /// Control characters inside the key.
    SecretControl,
    /// Characters outside visible ASCII: no HTTP header can carry them.
    SecretNotAscii,
    /// More than 16 KiB.
    SecretTooLong,
    /// What was pasted is a mask or a placeholder ("sk-…9xQ2", "sk-xxxx"), not a key.
    SecretMask,
    /// The text names a variable that holds the key, not the key.
    SecretReference,
    /// A Google service account's key file, where an API key belongs.
    SecretServiceAccount,
    /// An input of the provider's form that nothing works without is empty.
    ConfigMissing,
    /// An input of the provider's form has a text it cannot have.
    ConfigInvalid,
    /// What a token is to be made from is damaged, missing or of an unsupported kind; the message says which.
    CredentialsBroken,
    /// A key file that names a token service other than its vendor's.
    CredentialsElsewhere,
    /// A web address: not a key.
    SecretUrl,
    /// The same key is saved already; the message says under which name.
    SecretDuplicate,
    /// The draft was discarded or has expired (ten minutes): the key has to be entered again.
    DraftGone,
    /// The name is empty.
    NameEmpty,
    /// The name is longer than 80 characters.
    NameTooLong,
    /// The name has control characters.
    NameInvalid,
    /// Another key of this provider, or another provider, has this name.
    NameTaken,
    /// Not a URL.
    UrlInvalid,
    /// Neither https nor http.
    UrlScheme,
    /// A user name or password inside the URL.
    UrlCredentials,
    /// A query or a fragment in the URL.
    UrlQuery,
    /// http to a public host: the key would travel unencrypted.
    UrlPlainHttp,
    /// http to a private network: not until the user has consented to it.
    UrlLanHttp,
    /// What was typed to consent to plain http is not the host it is about.
    ConsentMismatch,
    /// A host no key may be sent to: link-local, multicast, unspecified, cloud metadata.
    UrlForbiddenHost,
    /// Neither a proxy's address nor a choice without one.
    ProxyInvalid,
    /// A user name or password in a proxy's address, where they would not be kept as secrets.
    ProxyCredentials,
    /// No user name a proxy can be sent, or no password.
    ProxyLoginInvalid,
    /// The file of authorities is not there, cannot be read, or is no file.
    CaFileUnreadable,
    /// The file of authorities is no PEM file, or a certificate in it is not whole.
    CaFileNotPem,
    /// The file of authorities holds no certificate.
    CaFileEmpty,
    /// Not 1 to 300 seconds.
    TimeoutInvalid,
    /// No such provider.
    ProviderNotFound,
    /// A built-in provider cannot be removed or renamed, and speaks what it speaks.
    ProviderBuiltin,
    /// This is the dialect of the base URL itself.
    DialectTaken,
    /// The provider has no base URL for this dialect.
    DialectNotFound,
    /// No name of a header: letters, digits and hyphens.
    HeaderNameInvalid,
    /// A header of the connection's own, or that of the key.
    HeaderReserved,
    /// This header is there already, whatever the case.
    HeaderTaken,
    /// No such header.
    HeaderNotFound,
    /// No value was given.
    HeaderValueEmpty,
    /// A value of several lines, or with characters no header can carry.
    HeaderValueInvalid,
    /// A name of more than 64 characters, or a value of more than 4,096.
    HeaderTooLong,
    /// It carries a credential, and would be kept in the clear.
    HeaderSecret,
    /// A name in a configuration is empty, too long, or has other characters than letters, digits, `.`, `_` and `-`.
    ConfigurationInvalid,
    /// The same name twice.
    ConfigurationTwice,
    /// This value is plainly a key, and would be kept in the clear.
    ConfigurationSecret,
    /// A model's name is longer than 200 characters, or has control characters.
    ModelInvalid,
    /// The same model twice, whatever the case.
    ModelTwice,
    /// More of something than there can be.
    TooMany,
    /// This provider cannot be used without a key.
    KeyRequired,
    /// There is no paid test for this provider.
    PaidTestNone,
    /// No such key.
    KeyNotFound,
    /// Several keys fit what was named (command line).
    KeyAmbiguous,
    /// The provider lists no models, or nobody knows where.
    ModelsNotListed,
    /// The key's list has no such model.
    ModelNotFound,
    /// The key exists, its secret is not in the keychain.
    SecretMissing,
    /// The key was entered for another host and goes nowhere else.
    OriginNotAllowed,
    /// The keychain is locked.
    VaultLocked,
    /// The keychain service has no default collection yet.
    VaultNoCollection,
    /// Nothing on the session bus provides a keychain.
    VaultNoProvider,
    /// There is no session bus.
    VaultNoBus,
    /// The keychain did not answer in time.
    VaultUnresponsive,
    /// The keychain refused access, or the user dismissed its prompt.
    VaultDenied,
    /// The secret was saved in another keychain than the one that answers now.
    VaultOther,
    /// What was read back is not what was written; nothing was saved.
    VaultMismatch,
    /// The keychain failed in a way it has no name for.
    VaultFailed,
    /// In the memory of another process: the app's, for its session only.
    SessionOnly,
    /// Keys are being moved to another vault: go on, or stop that, first.
    MoveUnfinished,
    /// There is no room left where the vault writes.
    VaultFull,
    /// The encrypted file's own files are garbled, or not those of one vault. The message says which.
    VaultDamaged,
    /// An encrypted file is there already: it is not made anew.
    VaultExists,
    /// Fewer than 12 characters.
    PassphraseShort,
    /// Not text, with control characters, or longer than 1,024 bytes.
    PassphraseInvalid,
    /// Not the passphrase of this encrypted file.
    PassphraseWrong,
    /// Too many wrong ones: the next try has to wait up to a minute.
    PassphraseWait,
    /// The database could not be read or written.
    StoreFailed,
    /// The database is no database any more, or broken inside: see [`crate::store::set_aside`].
    StoreDamaged,
    /// The disk is full.
    StoreFull,
    /// The database, or its folder, may not be written to.
    StoreReadOnly,
    /// The database was written by a newer Keystead.
    StoreNewer,
    /// Another process held the write lock for too long.
    StoreBusy,
    /// The clipboard holds no text.
    ClipboardEmpty,
    /// The clipboard could not be used.
    ClipboardFailed,
    /// Not a number from 0 to 1,000,000.
    WeightInvalid,
    /// Longer than such a text may be.
    DescriptionTooLong,
    /// No date, `YYYY-MM-DD`.
    DateInvalid,
    /// The day is over.
    DatePast,
    /// Aliases lead back to themselves.
    AliasCycle,
    /// Not the SHA-256 of a token, in hexadecimal digits.
    CallerInvalid,
    /// No such workspace.
    WorkspaceNotFound,
    /// The default workspace cannot be removed.
    WorkspaceDefault,
    /// No such task.
    TaskNotFound,
    /// Another task uses what this one uses.
    TaskInUse,
    /// Tasks would use what they use themselves.
    TaskCycle,
    /// No name for programs: lower-case letters, digits and hyphens.
    SlugInvalid,
    /// Another task has this name for programs.
    SlugTaken,
    /// No target, `PROVIDER/MODEL`.
    TargetInvalid,
    /// The same target twice.
    TargetTwice,
    /// No JSON object, or a parameter out of its range. The message tells the place.
    ParametersInvalid,
    /// A part of a limit is missing or out of its range. The message tells which it may have.
    LimitInvalid,
    /// No such limit.
    LimitNotFound,
    /// It was changed elsewhere since it was read.
    ChangedElsewhere,
    /// No such event.
    EventNotFound,
    /// This cannot be taken back, or was already.
    UndoNothing,
    /// It was changed again since: taking it back would take that with it.
    UndoConflict,
    /// Programs are refused while the user has it so.
    Maintenance,
    /// A rule of the database itself: two things would have one name, or something would refer to nothing.
    StoreConstraint,
    /// No token of a bot: a number, a colon, and 35 letters and digits.
    TokenInvalid,
    /// There is no token, or it is not in the vault any more.
    TokenMissing,
    /// Neither a chat's number nor a channel's `@name`; or none was given.
    ChatIdInvalid,
    /// Not two different hours of a day.
    QuietInvalid,
    /// This desktop shows no notifications.
    NotificationFailed,
    /// A setting was given a value it cannot have.
    SettingInvalid,
    /// The provider is where its keys' forms say, and it has no key.
    PlaceMissing,
    /// The desktop shows no icons in a tray.
    TrayMissing,
    /// Not the name of an environment variable.
    VariableInvalid,
    /// The environment variable a value refers to is unset or empty. The message names it.
    VariableUnset,
    /// What is in the environment variable is no key. The message names it.
    VariableUnusable,
    /// The key is in an environment variable, and no copy of it is kept that could be shown or copied.
    InVariable,
    /// The user cancelled.
    Cancelled,
    /// A fault of Keystead's own.
    Internal,
}

impl Code {
    /// Whether the database failed.
    pub fn is_of_the_store(self) -> bool {
        matches!(
            self,
            Self::StoreFailed
                | Self::StoreBusy
                | Self::StoreDamaged
                | Self::StoreFull
                | Self::StoreReadOnly
                | Self::StoreNewer
                | Self::StoreConstraint
        )
    }

    /// Whether it says how a vault is, rather than what was asked of it.
    pub fn is_of_a_vault(self) -> bool {
        matches!(
            self,
            Self::VaultLocked
                | Self::VaultNoCollection
                | Self::VaultNoProvider
                | Self::VaultNoBus
                | Self::VaultUnresponsive
                | Self::VaultDenied
                | Self::VaultOther
                | Self::VaultFailed
                | Self::VaultFull
                | Self::VaultDamaged
                | Self::SessionOnly
        )
    }
}
