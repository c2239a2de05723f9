//! What stood in the way of a test, in a test's words.

use super::super::{Keystead, headers::Unsent};
use crate::{
    error::{Code, Error, Field, Result},
    probe::{Cause, Outcome, Stage, TestReport},
    provider::Provider,
    secret::Secret,
    value::EnvName,
    vault::BoundSecret,
};

impl Keystead {
    /// Why a key could not be used is a test's outcome; a broken database is not.
    pub(in crate::keystead) fn unread(
        &self,
        provider: &Provider,
        variable: Option<&EnvName>,
        error: &Error,
    ) -> Result<TestReport> {
        let (outcome, cause) = why_unread(error)?;
        let of_variable = matches!(cause, Cause::VariableUnset | Cause::VariableUnusable);
        let detail = variable.filter(|_| of_variable).map(ToString::to_string);
        Ok(TestReport { detail, ..TestReport::without_request(provider, outcome, Stage::Key, Some(cause), self.now()) })
    }

    /// Why there is no way to a provider is a test's outcome, too.
    pub(super) fn no_way(&self, provider: &Provider, error: &Error) -> Result<TestReport> {
        let (outcome, cause, detail) = why_no_way(error)?;
        let report = TestReport::without_request(provider, outcome, Stage::Tls, Some(cause), self.now());
        Ok(TestReport { detail, ..report })
    }

    /// A secret header that cannot be sent ends a test as a key does that cannot be read.
    pub(in crate::keystead) fn unsent(&self, provider: &Provider, unsent: Unsent) -> Result<TestReport> {
        let (outcome, cause) = why_unsent(&unsent.error)?;
        let report = TestReport::without_request(provider, outcome, Stage::Key, Some(cause), self.now());
        Ok(TestReport { detail: Some(unsent.name), ..report })
    }
}

/// The outcome and the cause of a key that could not be read.
pub(in crate::keystead) fn why_unread(error: &Error) -> Result<(Outcome, Cause)> {
    Ok(match error.code {
        Code::VariableUnset => (Outcome::NotConfigured, Cause::VariableUnset),
        Code::VariableUnusable => (Outcome::NotConfigured, Cause::VariableUnusable),
        Code::OriginNotAllowed => (Outcome::NotConfigured, Cause::Origin),
        Code::VaultLocked | Code::VaultNoCollection => (Outcome::VaultUnavailable, Cause::VaultLocked),
        Code::SecretMissing | Code::SessionOnly => (Outcome::VaultUnavailable, Cause::SecretMissing),
        Code::VaultDamaged | Code::VaultMismatch => (Outcome::VaultUnavailable, Cause::SecretDamaged),
        code if code.is_of_the_store() => return Err(error.clone()),
        _ => (Outcome::VaultUnavailable, Cause::VaultFailed),
    })
}

/// The same of a secret header.
pub(in crate::keystead) fn why_unsent(error: &Error) -> Result<(Outcome, Cause)> {
    Ok(match why_unread(error)? {
        (outcome, Cause::Origin) => (outcome, Cause::HeaderOrigin),
        (outcome, Cause::SecretMissing) => (outcome, Cause::HeaderMissing),
        other => other,
    })
}

/// The outcome, the cause and more of what stands in the way to a provider.
pub(in crate::keystead) fn why_no_way(error: &Error) -> Result<(Outcome, Cause, Option<String>)> {
    if error.code.is_of_the_store() {
        return Err(error.clone());
    }
    Ok(match (error.code, error.field) {
        (Code::UrlLanHttp, _) => (Outcome::NotConfigured, Cause::NoConsent, None),
        (_, Some(Field::CaFile)) => (Outcome::NotConfigured, Cause::CaFile, Some(error.message.clone())),
        // What is left is the vault's.
        _ => (Outcome::VaultUnavailable, Cause::ProxyLogin, Some(error.message.clone())),
    })
}

/// The secret, if it may go to every host this provider's test talks to.
pub(super) fn release<'a>(bound: &'a BoundSecret, provider: &Provider) -> Result<&'a Secret> {
    bound.release_for(&provider.test_origin())?;
    bound.release_for(&provider.base_url.origin())
}
