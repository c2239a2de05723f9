//! The command's words for a test's outcome.

use keystead_core::probe::{Cause, ListFailure, Outcome, TestReport};

/// Two or three words, for a table.
pub(crate) fn badge(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Connected => "connected",
        Outcome::ReachableUnverified => "reachable, unverified",
        Outcome::InvalidKey => "key rejected",
        Outcome::Expired => "key expired",
        Outcome::Disabled => "key disabled",
        Outcome::NoCredit => "out of credit",
        Outcome::RateLimited => "rate limited",
        Outcome::Restricted => "restricted key",
        Outcome::RegionBlocked => "blocked in this region",
        Outcome::ModelUnavailable => "model not available",
        Outcome::WrongBaseUrl => "wrong base URL",
        Outcome::Unreachable => "unreachable",
        Outcome::ProviderDown => "provider is down",
        Outcome::VaultUnavailable => "keychain unavailable",
        Outcome::NotConfigured => "not set up",
    }
}

/// Whether a new key that ends so should not take an old one's place unasked.
pub(crate) fn is_bad(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::InvalidKey | Outcome::Expired | Outcome::Disabled)
}

/// What happened and what to do, in one line.
pub(crate) fn sentence(report: &TestReport) -> String {
    let good = report.key_proven && report.outcome != Outcome::Connected;
    let cause = cause_of(report.cause, report.detail.as_deref());
    joined([what(report.outcome), &cause, if good { "The key itself is good." } else { "" }])
}

/// Why a list of models did not come, in one line.
pub(crate) fn no_list(failure: &ListFailure) -> String {
    match failure.cause {
        Some(Cause::TooLarge) => "The list is larger than 16 MiB or 20,000 models.".into(),
        None | Some(Cause::Undocumented) if failure.outcome == Outcome::ReachableUnverified => {
            "The list was refused, and nothing says why.".into()
        }
        told => joined([what(failure.outcome), &cause_of(told, failure.detail.as_deref()), ""]),
    }
}

fn cause_of(told: Option<Cause>, detail: Option<&str>) -> String {
    let variable = detail.unwrap_or_default();
    match told {
        Some(Cause::VariableUnset) => format!("The environment variable {variable} is not set."),
        Some(Cause::VariableUnusable) => format!("There is no key in the environment variable {variable}."),
        other => other.map(cause).unwrap_or_default().to_owned(),
    }
}

fn joined(parts: [&str; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn what(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Connected => "Connected.",
        Outcome::ReachableUnverified => "Reachable, but only a paid call would prove this key.",
        Outcome::InvalidKey => {
            "The provider does not know this key. Check that it was copied whole, or create a new one."
        }
        Outcome::Expired => "The key has expired. Create a new one.",
        Outcome::Disabled => "The provider has disabled this key or its account.",
        Outcome::NoCredit => "Out of credit.",
        Outcome::RateLimited => "Rate limited.",
        Outcome::Restricted => "The key may not do this.",
        Outcome::RegionBlocked => "The provider refuses this country or address.",
        Outcome::ModelUnavailable => "The model is not available.",
        Outcome::WrongBaseUrl => "The host answers, the path does not. Check the base URL.",
        Outcome::Unreachable => "No answer.",
        Outcome::ProviderDown => "The provider answers with a fault of its own. Try again later.",
        Outcome::VaultUnavailable => "The key could not be read from the keychain.",
        Outcome::NotConfigured => "Something is missing.",
    }
}

pub(crate) fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Dns => "The host's name does not resolve.",
        Cause::Refused => "The connection was refused.",
        Cause::Timeout => "It timed out: check VPN and proxy.",
        Cause::Certificate => "The certificate is not valid for this host.",
        Cause::Proxy => "The proxy refused, failed or could not be reached.",
        Cause::ProxyAuth => "The proxy asks for a user name and a password.",
        Cause::ProxyAuthRefused => "The proxy refused the user name and the password it was sent.",
        Cause::ProxyLogin => "The user name and the password for the proxy could not be read from the keychain.",
        Cause::CaFile => "The file of certificates to trust cannot be used: choose another, or put it back.",
        Cause::Redirect => "It redirects elsewhere; a key is never sent after a redirect.",
        Cause::Html => "A web page came instead of an API's answer.",
        Cause::Shape => "The answer has not the expected shape.",
        Cause::TooLarge => "The answer is larger than 1 MiB.",
        Cause::Endless => "Its list of models has no end.",
        Cause::Broken => "The answer broke off.",
        Cause::PrivateAddress => "A public name leads to a private address.",
        Cause::PublicAddress => "A local name leads out of the network, where the key would travel unencrypted.",
        Cause::NoConsent => "The key would travel unencrypted: see `keystead network allow`. Nothing was sent.",
        Cause::Origin => "The key was entered for another host: enter it again for this one.",
        Cause::AnyKeyAccepted => "A wrong key is accepted here too.",
        Cause::Undocumented => "The request was refused; whether for the key is not documented.",
        Cause::NoKey => "No key was given.",
        Cause::SignIn => "Signing in was refused.",
        Cause::UnknownApp => "Entra knows no application of this client id in this tenant.",
        Cause::UnknownTenant => "Entra knows no such tenant.",
        Cause::Role => "The access key may not take on this role.",
        Cause::Credentials => "The credentials to sign in with cannot be used.",
        Cause::Clock => "This machine's clock is wrong.",
        Cause::ManagementKey => "This is a management key: programs need an ordinary one.",
        Cause::VaultLocked => "The keychain is locked.",
        Cause::VariableUnset => "Its environment variable is not set.",
        Cause::VariableUnusable => "There is no key in its environment variable.",
        Cause::SecretMissing => "The secret is not in the keychain.",
        Cause::SecretDamaged => {
            "What is kept of it is damaged, or is another key's: put the vault back from a backup, or rotate the key."
        }
        Cause::VaultFailed => "The keychain cannot be used.",
        Cause::HeaderMissing => "The value of one of its headers is not in the keychain.",
        Cause::HeaderOrigin => "One of its headers was entered for another host: enter it again for this one.",
    }
}
