//! What is asked about how providers are reached.

use serde::Deserialize;

use super::present;
use crate::provider::ProviderId;

/// Choose how a provider is reached, or all of them: omitted = keep, null = as the wider choice has it.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct EditNetwork {
    /// Whose; none: all providers.
    pub provider: Option<ProviderId>,
    /// `inherit`, `none`, or the proxy's address: `http://proxy.example:3128`, `https://…`, `socks5://…`.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub proxy: Option<String>,
    /// The path of a PEM file.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "string | null"))]
    pub ca_file: Option<Option<String>>,
    /// Seconds: 1 to 300.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(test, ts(optional, type = "number | null"))]
    pub timeout_s: Option<Option<u32>>,
}

/// Consent that keys travel unencrypted to a host in a private network.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct GiveConsent {
    /// The base URL this is about, as typed.
    pub base_url: String,
    /// The host, typed by the user: host, and port when it is not 80.
    pub host: String,
}
