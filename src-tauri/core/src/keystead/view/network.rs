//! How providers are reached, as Settings › Network and a provider's page show it.

use serde::Serialize;

use crate::{error::Code, network::Proxy, provider::ProviderId};

/// What is chosen for a provider, or for all of them, and what that comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct NetworkView {
    /// Whose; none: all providers.
    pub provider: Option<ProviderId>,
    /// `inherit`, `none`, or the proxy's address.
    #[cfg_attr(test, ts(as = "String"))]
    pub proxy: Proxy,
    /// How it is with the user name and the password for that address.
    pub proxy_login: ProxyLogin,
    /// A PEM file with authorities that are trusted besides the system's.
    pub ca_file: Option<String>,
    /// Seconds a whole test may take.
    pub timeout_s: Option<u16>,
    /// What holds.
    pub effective: EffectiveNetwork,
}

/// How it is with a proxy's user name and password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum ProxyLogin {
    /// There are none.
    None,
    /// In the vault.
    Saved,
    /// In the vault, entered for another proxy's address: this one is not sent them.
    Elsewhere,
}

/// What holds, and by whose choice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct EffectiveNetwork {
    /// Host and port of the proxy; none: directly.
    pub proxy: Option<String>,
    /// Who chose that.
    pub proxy_by: ChosenBy,
    /// The file of authorities.
    pub ca_file: Option<String>,
    /// Who chose it.
    pub ca_by: ChosenBy,
    /// How many authorities are in it.
    pub authorities: Option<u32>,
    /// Why it cannot be used now.
    pub ca_fault: Option<Code>,
    /// Seconds.
    pub timeout_s: u16,
    /// Who chose them.
    pub timeout_by: ChosenBy,
}

/// By whose choice something is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum ChosenBy {
    /// Chosen for this provider.
    Provider,
    /// Chosen for all providers.
    All,
    /// Nobody chose: the system's proxy, its authorities, the usual time.
    System,
    /// It runs on this machine, which is reached directly.
    ThisMachine,
    /// Plain http, which goes through no proxy.
    PlainHttp,
}

/// An origin that keys may travel to unencrypted, by the user's consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ConsentView {
    /// `http://192.168.1.5:8080`.
    pub origin: String,
    /// Host, and port when it is not 80.
    pub host: String,
    /// Unix milliseconds.
    pub given_at: i64,
    /// Names of the providers that are there.
    pub providers: Vec<String>,
}
