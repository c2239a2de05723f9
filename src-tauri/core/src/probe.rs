//! Test a connection: one careful request, read in stages, ending in one honest [`Outcome`].

mod account;
mod answer;
mod curl;
mod dial;
mod exchange;
mod hop;
mod listing;
mod mask;
mod model;
mod pass;
mod post;
mod prober;
mod refusing;
mod report;
mod run;
mod sign_in;
mod signs;
mod timeline;
mod verdict;
mod wrong_key;

use serde::{Deserialize, Serialize};

pub(crate) use hop::Hop;
pub use listing::{ListFailure, ListLimits, ListProgress, ListReport, Listing};
pub(crate) use mask::PREFIXES;
pub use model::{Model, Price};
pub(crate) use post::{Post, Posted};
pub use prober::{Limits, Prober, Target};

/// How a test ended. A closed set: each has its words and its badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Outcome {
    /// The provider accepted the key.
    Connected,
    /// It answers, but no unbilled call proves the key.
    ReachableUnverified,
    /// The provider does not know the key.
    InvalidKey,
    /// The key has expired.
    Expired,
    /// The provider has disabled the key or its account.
    Disabled,
    /// The key is good; the account has no credit.
    NoCredit,
    /// The key is good; too many requests just now.
    RateLimited,
    /// The key is good; it may not do this.
    Restricted,
    /// Refused because of the country or the address.
    RegionBlocked,
    /// The key is good; the model is not there.
    ModelUnavailable,
    /// The host answers, the path does not.
    WrongBaseUrl,
    /// No answer; the stage says where it ended.
    Unreachable,
    /// The provider answers with a fault of its own.
    ProviderDown,
    /// The key could not be read from the keychain.
    VaultUnavailable,
    /// Something a test needs is missing.
    NotConfigured,
}

impl Outcome {
    /// Whether this outcome proves that the provider accepted the key.
    pub fn proves_key(self) -> bool {
        matches!(self, Self::Connected | Self::NoCredit | Self::RateLimited | Self::Restricted | Self::ModelUnavailable)
    }
}

/// One step of a test, in the order they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Stage {
    /// The host's name resolves.
    Name,
    /// Something accepts a connection there.
    Connection,
    /// The certificate is right (or a proxy lets us through).
    Tls,
    /// The path exists.
    Route,
    /// The key is accepted.
    Key,
    /// Credit, limits and expiry, where the provider tells.
    Account,
}

/// How a stage went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum StageState {
    /// Passed.
    Ok,
    /// The test ended here.
    Failed,
    /// Passed as far as can be told: a key that only a paid call would prove.
    Unproven,
    /// Never got here.
    NotReached,
    /// Does not apply: TLS on loopback http, a key where none is needed, an account nobody tells about.
    Skipped,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct StageReport {
    /// Which.
    pub stage: Stage,
    /// How it went.
    pub state: StageState,
    /// Milliseconds from the start of the test, and how long it took. `None` when the same answer that proved another
    /// stage proved this one too, or when it was not reached.
    pub start_ms: Option<f64>,
    /// See `start_ms`.
    pub took_ms: Option<f64>,
}

/// What exactly is behind an outcome, where the outcome alone leaves it open: it chooses the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Cause {
    /// The name does not resolve.
    Dns,
    /// The connection was refused or reset.
    Refused,
    /// No answer in time.
    Timeout,
    /// The certificate is not valid for this host, expired, or from nobody this machine trusts.
    Certificate,
    /// The proxy refused, failed or could not be reached.
    Proxy,
    /// The proxy wants a user name and a password (407).
    ProxyAuth,
    /// The proxy refused the user name and the password it was sent.
    ProxyAuthRefused,
    /// The user name and the password for the proxy could not be read from where they are kept; nothing was sent.
    ProxyLogin,
    /// The file of authorities to trust could not be read; nothing was sent.
    CaFile,
    /// The server wants to send us elsewhere; a key is never sent after a redirect. `detail` holds the host.
    Redirect,
    /// A web page came where an API should answer.
    Html,
    /// The answer is JSON, but not of the expected shape.
    Shape,
    /// The answer was larger than 1 MiB; a list of models than it may be.
    TooLarge,
    /// A list of models that has no end: its pages repeat, or there are too many of them.
    Endless,
    /// The answer broke off or was not HTTP.
    Broken,
    /// A public name that resolves to a private or loopback address.
    PrivateAddress,
    /// A name of a private network that leads out of it, where plain http would carry the key unencrypted.
    PublicAddress,
    /// Plain http, which would carry the key unencrypted, and no consent to it; nothing was sent.
    NoConsent,
    /// The key was entered for another host.
    Origin,
    /// The same request with a wrong key succeeded too.
    AnyKeyAccepted,
    /// The request was refused, and nothing reliable says that this is what happens to wrong keys.
    Undocumented,
    /// No key is stored or given where one is needed.
    NoKey,
    /// Refused where a token is asked for, before the request itself.
    SignIn,
    /// Entra knows no application of this id in this tenant.
    UnknownApp,
    /// Entra knows no such tenant.
    UnknownTenant,
    /// The keys are good, and may not take on the role.
    Role,
    /// What a token is made from is missing, damaged or of an unsupported kind; `detail` says which.
    Credentials,
    /// This machine's clock is wrong: what it signs is not valid yet, or not any more.
    Clock,
    /// An admin or management key where an inference key is needed.
    ManagementKey,
    /// The keychain is locked.
    VaultLocked,
    /// The environment variable the key should be in is unset or empty. `detail` holds its name.
    VariableUnset,
    /// What is in that variable is no key. `detail` holds its name.
    VariableUnusable,
    /// The secret is not in the keychain.
    SecretMissing,
    /// What is kept of the secret is damaged, or is another key's.
    SecretDamaged,
    /// The keychain cannot be used.
    VaultFailed,
    /// A secret header's value is not in the keychain. `detail` names the header.
    HeaderMissing,
    /// A secret header's value was entered for another host. `detail` names the header.
    HeaderOrigin,
}

/// A number the provider told about the account, in the unit it told it in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum AccountFact {
    /// Credit left, of a limit if there is one. `currency` is an ISO code.
    Credit {
        /// Left.
        remaining: f64,
        /// Out of.
        limit: Option<f64>,
        /// ISO 4217.
        currency: String,
    },
    /// What was spent with the key so far. `currency` is an ISO code.
    Spent {
        /// How much.
        amount: f64,
        /// ISO 4217.
        currency: String,
    },
    /// When the limit starts anew, as the provider names it ("monthly").
    Resets {
        /// As told.
        every: String,
    },
    /// The key's expiry, RFC 3339 as told.
    Expires {
        /// As told.
        at: String,
    },
    /// How many models the key can see.
    Models {
        /// Count.
        count: u32,
    },
    /// A version the server tells (local servers).
    Version {
        /// As told.
        version: String,
    },
    /// A free-tier account.
    FreeTier,
    /// What is left of a quota of something that is not money, of a limit if there is one.
    Quota {
        /// Left.
        remaining: f64,
        /// Out of.
        limit: Option<f64>,
        /// What is counted.
        of: Counted,
    },
    /// The plan the account is on.
    Plan {
        /// As the provider names it.
        name: String,
    },
}

/// What a quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Counted {
    /// Of text spoken or written.
    Characters,
    /// A unit of the provider's own.
    Points,
    /// Calls.
    Requests,
    /// Pieces of text.
    Tokens,
}

/// What a test was made for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Occasion {
    /// Somebody wanted to know.
    #[default]
    Click,
    /// The schedule the user has turned on.
    Schedule,
    /// Somebody wanted to know, and agreed to pay for one token.
    Paid,
}

/// All that a test found. Holds no secret: texts from the provider are masked and cut to 300 characters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct TestReport {
    /// How it ended.
    pub outcome: Outcome,
    /// Whether the provider has accepted this key, whatever else went wrong.
    pub key_proven: bool,
    /// The stage the verdict was reached in.
    pub stage: Stage,
    /// What is behind it, where the outcome leaves it open.
    pub cause: Option<Cause>,
    /// All six stages, in order.
    pub stages: Vec<StageReport>,
    /// HTTP status, when one was received.
    pub http_status: Option<u16>,
    /// The provider's own error code or type.
    pub provider_code: Option<String>,
    /// The provider's words, masked, at most 300 characters; or the redirect's host.
    pub detail: Option<String>,
    /// The provider's request id.
    pub request_id: Option<String>,
    /// Seconds until the provider wants to be asked again.
    pub retry_after_s: Option<u32>,
    /// From the first byte sent to the verdict, milliseconds.
    pub latency_ms: Option<u32>,
    /// GET or POST.
    pub method: String,
    /// The final URL that was called. Never holds a key.
    pub url: String,
    /// The host of a proxy the request went through.
    pub proxy: Option<String>,
    /// The same request as a `curl` line, with `$VAR` for the key.
    pub curl: String,
    /// What the provider told about the account.
    pub account: Vec<AccountFact>,
    /// When, Unix milliseconds.
    pub at: i64,
    /// What it was made for.
    #[serde(default)]
    pub occasion: Occasion,
    /// The model that was asked, by a test that may have cost money.
    #[serde(default)]
    pub model: Option<String>,
}
