//! The step before the request, where a token has to be asked for: what the giver of tokens says to us is the outcome of
//! the test when it is no token.

use reqwest::header::CONTENT_TYPE;
use tokio::time::Instant;
use url::Url;

use super::{
    Cause, Hop, Limits, Outcome, Target,
    answer::{Answer, Said},
    dial::{Dialled, Fault, dial},
    exchange::{Line, Outgoing},
    pass::Pass,
    timeline::Timeline,
};
use crate::{
    auth::{Exchange, Login, Signer, aws::Request, keys_of, token_of},
    error::Error,
    network::Way,
};

/// Why there is no token.
pub(super) struct Refusal {
    pub(super) outcome: Outcome,
    pub(super) cause: Cause,
    /// Where it was asked for; none when that was never done.
    pub(super) url: Option<Url>,
    pub(super) status: Option<u16>,
    pub(super) said: Said,
    /// The credentials themselves were accepted.
    pub(super) proven: bool,
}

impl Refusal {
    /// What is on this machine cannot be used.
    fn unusable(error: Error) -> Self {
        let said = Said { message: Some(error.message), codes: Vec::new() };
        let (outcome, cause) = (Outcome::NotConfigured, Cause::Credentials);
        Self { outcome, cause, url: None, status: None, said, proven: false }
    }

    fn unreached(url: &Url, fault: Fault) -> Self {
        let host = url.host_str().unwrap_or_default();
        let message = fault.detail.unwrap_or_else(|| format!("{host} did not answer"));
        let said = Said { message: Some(message), codes: Vec::new() };
        let (outcome, cause, status) = (Outcome::Unreachable, fault.cause, fault.status);
        Self { outcome, cause, url: Some(url.clone()), status, said, proven: false }
    }
}

/// A sign-in to be: of whom, by which way, and until when.
pub(super) struct SignIn<'a> {
    pub(super) target: Target<'a>,
    pub(super) limits: Limits,
    pub(super) way: &'a Way,
    pub(super) deadline: Instant,
}

impl<'a> SignIn<'a> {
    /// What is to travel with the requests; for a login that makes tokens, the token it was given.
    pub(super) async fn pass(&self) -> Result<Pass<'a>, Box<Refusal>> {
        let Some(login) = self.target.login else { return Ok(Pass::of(self.target.secret)) };
        let Some(exchange) = login.exchange(self.target.now_ms).map_err(|e| Box::new(Refusal::unusable(e)))? else {
            let Login::Aws(signer) = login else { return Ok(Pass::None) };
            return Ok(Pass::Signed(Box::new(signer.clone())));
        };
        let url = exchange.url.url().clone();
        let answer =
            self.ask_for_token(&url, &exchange).await.map_err(|fault| Box::new(Refusal::unreached(&url, fault)))?;
        read(login, &answer).map_err(|mut refusal| {
            refusal.url = Some(url);
            refusal.status = Some(answer.status);
            refusal
        })
    }

    async fn ask_for_token(&self, url: &Url, exchange: &Exchange) -> Result<Answer, Fault> {
        let dialled: Dialled =
            dial(url, Hop::between(url, &self.way.via), self.limits.connect, &mut Timeline::start()).await?;
        let line = Line::new(url, &dialled, &self.way.authorities, self.limits.connect)?;
        let kind = (CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded");
        let headers = [kind];
        let request = Request { method: "POST", url, headers: &headers, body: exchange.form.as_bytes() };
        let pass = exchange.signer.clone().map_or(Pass::None, |signer| Pass::Signed(Box::new(signer)));
        let pass =
            pass.headers(self.target.provider, &request, &[], self.target.now_ms).ok_or_else(Fault::of_header)?;
        line.send(&Outgoing { request: &request, pass }, self.limits.body, self.deadline).await
    }
}

fn read<'a>(login: &Login, answer: &Answer) -> Result<Pass<'a>, Box<Refusal>> {
    if let Login::Aws(signer) = login {
        let text = String::from_utf8_lossy(&answer.body);
        if answer.status == 200
            && let Some(keys) = keys_of(&text)
        {
            return Ok(Pass::Signed(Box::new(Signer { keys, role: None, ..signer.clone() })));
        }
        return Err(Box::new(refused(answer, answer.said(answer.json().as_ref()))));
    }
    let json = answer.json();
    if answer.status == 200
        && let Some(token) = json.as_ref().and_then(token_of)
    {
        return Ok(Pass::Token(token, login.extra()));
    }
    let mut said = answer.said(json.as_ref());
    // The number inside the words says more than the kind of error beside them.
    if let Some(code) = said.message.as_deref().and_then(entra_code) {
        said.codes.insert(0, code);
    }
    Err(Box::new(refused(answer, said)))
}

/// `AADSTS7000215: Invalid client secret provided. …`
fn entra_code(message: &str) -> Option<String> {
    let rest = message.get(message.find("AADSTS")?..)?;
    let digits = rest[6..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| rest[..6 + digits].to_owned())
}

/// What the codes of Entra, Google and AWS mean. Sources: learn.microsoft.com/entra/identity-platform/reference-error-codes;
/// developers.google.com/identity/protocols/oauth2/service-account#error-codes; docs.aws.amazon.com/STS/latest/APIReference.
fn refused(answer: &Answer, said: Said) -> Refusal {
    let words = said.words();
    let is = |codes: &[&str]| codes.iter().any(|code| said.has_code(code));
    let has = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
    let skewed = ["signature expired", "signature not yet current", "short-lived token", "iat and exp values"];
    let (outcome, cause) = match answer.status {
        _ if has(&skewed) => (Outcome::NotConfigured, Cause::Clock),
        _ if is(&["AADSTS7000222", "ExpiredToken", "ExpiredTokenException"])
            || has(&["has been expired or revoked"]) =>
        {
            (Outcome::Expired, Cause::SignIn)
        }
        _ if is(&["AADSTS700016"]) => (Outcome::InvalidKey, Cause::UnknownApp),
        _ if is(&["AADSTS90002", "AADSTS900023"]) => (Outcome::InvalidKey, Cause::UnknownTenant),
        _ if is(&["AADSTS53003"]) => (Outcome::Restricted, Cause::SignIn),
        _ if is(&["AADSTS7000112", "disabled_client", "account_deactivated"])
            || has(&["account disabled", "account is disabled"]) =>
        {
            (Outcome::Disabled, Cause::SignIn)
        }
        _ if is(&["AccessDenied"]) => (Outcome::Restricted, Cause::Role),
        _ if is(&[
            "AADSTS7000215",
            "invalid_client",
            "invalid_grant",
            "InvalidClientTokenId",
            "SignatureDoesNotMatch",
        ]) =>
        {
            (Outcome::InvalidKey, Cause::SignIn)
        }
        429 => (Outcome::RateLimited, Cause::SignIn),
        500.. => (Outcome::ProviderDown, Cause::SignIn),
        400 | 401 | 403 => (Outcome::InvalidKey, Cause::SignIn),
        300..400 => (Outcome::WrongBaseUrl, Cause::Redirect),
        _ => (Outcome::WrongBaseUrl, Cause::SignIn),
    };
    // AWS looks at what a key may do only once it knows the key.
    let proven = matches!(cause, Cause::Role);
    Refusal { outcome, cause, url: None, status: None, said, proven }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(status: u16, body: &str) -> (Outcome, Cause, Option<String>) {
        let answer = Answer { status, headers: reqwest::header::HeaderMap::new(), body: body.into(), cut: false };
        let mut said = answer.said(answer.json().as_ref());
        if let Some(code) = said.message.as_deref().and_then(entra_code) {
            said.codes.insert(0, code);
        }
        let code = said.codes.first().cloned();
        let refusal = refused(&answer, said);
        (refusal.outcome, refusal.cause, code)
    }

    #[test]
    fn every_refusal_of_a_token_is_told_for_what_it_is() {
        let entra = |code: &str| {
            let kind = if code == "700016" { "unauthorized_client" } else { "invalid_client" };
            format!(
                r#"{{"error":"{kind}","error_description":"AADSTS{code}: words. Trace ID: 1","error_codes":[{code}]}}"#
            )
        };
        for (status, body, outcome, cause) in [
            (401, entra("7000215"), Outcome::InvalidKey, Cause::SignIn),
            (401, entra("7000222"), Outcome::Expired, Cause::SignIn),
            (400, entra("700016"), Outcome::InvalidKey, Cause::UnknownApp),
            (400, entra("90002"), Outcome::InvalidKey, Cause::UnknownTenant),
            (400, entra("53003"), Outcome::Restricted, Cause::SignIn),
        ] {
            let (told, why, code) = meaning(status, &body);
            assert_eq!((told, why), (outcome, cause), "{body}");
            assert!(code.expect("a code").starts_with("AADSTS"), "{body}");
        }
        for (body, outcome, cause) in [
            (
                r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#,
                Outcome::InvalidKey,
                Cause::SignIn,
            ),
            (
                r#"{"error":"invalid_grant","error_description":"Invalid grant: account not found"}"#,
                Outcome::InvalidKey,
                Cause::SignIn,
            ),
            (
                r#"{"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."}"#,
                Outcome::NotConfigured,
                Cause::Clock,
            ),
            (
                r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
                Outcome::Expired,
                Cause::SignIn,
            ),
            (
                r#"{"error":"disabled_client","error_description":"The OAuth client was disabled."}"#,
                Outcome::Disabled,
                Cause::SignIn,
            ),
        ] {
            let (told, why, _) = meaning(400, body);
            assert_eq!((told, why), (outcome, cause), "{body}");
        }
        assert_eq!(meaning(503, "").0, Outcome::ProviderDown);
        assert_eq!(meaning(200, "{}").0, Outcome::WrongBaseUrl);
    }
}
