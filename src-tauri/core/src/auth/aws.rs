//! Signature Version 4. The secret itself never travels: a signature over the request does.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use url::Url;
use zeroize::Zeroizing;

use super::{Lookup, Role, broken, profile};
use crate::{error::Result, secret::Secret};

/// An access key with its secret.
#[derive(Clone)]
pub struct AwsKeys {
    /// `AKIA…`, `ASIA…`. No secret: AWS writes it into its logs.
    pub access_key: String,
    /// 40 characters.
    pub secret_key: Arc<Secret>,
    /// With temporary keys.
    pub session: Option<Arc<Secret>>,
}

/// Signs requests to one service in one region.
#[derive(Clone)]
pub struct Signer {
    /// With what.
    pub keys: AwsKeys,
    /// `eu-central-1`
    pub region: String,
    /// `bedrock`
    pub service: String,
    /// To be taken on first.
    pub role: Option<Role>,
}

/// What is signed.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a Url,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

/// Headers that carry the signature: names and values.
pub(crate) type Headers = Vec<(String, Zeroizing<String>)>;

impl AwsKeys {
    pub(crate) fn secrets(&self) -> Vec<&Secret> {
        [Some(&self.secret_key), self.session.as_ref()].into_iter().flatten().map(|s| &**s).collect()
    }

    /// What `aws` would use: the environment's keys, else those of a profile in `~/.aws`. Fails with
    /// [`Code::CredentialsBroken`](crate::Code::CredentialsBroken), which says what was looked at.
    #[tracing::instrument(skip_all)]
    pub fn ambient(profile: Option<&str>, lookup: Lookup<'_>) -> Result<Self> {
        profile::keys(profile, lookup)
    }
}

impl Signer {
    /// Signs for the time `now_ms`.
    #[tracing::instrument(skip_all)]
    pub(crate) fn sign(&self, request: &Request<'_>, now_ms: i64) -> Result<Headers> {
        let failed = |_| broken("the request cannot be signed");
        let session = self.keys.session.as_ref().map(|s| s.expose().to_owned());
        let secret = self.keys.secret_key.expose().to_owned();
        let identity = Credentials::new(self.keys.access_key.clone(), secret, session, None, "keystead").into();
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now_ms).unwrap_or_default());
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(time)
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| broken("the request cannot be signed"))?
            .into();
        let body = SignableBody::Bytes(request.body);
        let headers = request.headers.iter().copied();
        let signable = SignableRequest::new(request.method, request.url.as_str(), headers, body).map_err(failed)?;
        let (instructions, _) = sign(signable, &params).map_err(failed)?.into_parts();
        let (headers, _) = instructions.into_parts();
        Ok(headers.into_iter().map(|h| (h.name().to_owned(), Zeroizing::new(h.value().to_owned()))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the test suite AWS publishes for Signature Version 4 (docs.aws.amazon.com, "Signature V4 test suite").
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

    fn signed(
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
        session: Option<&str>,
    ) -> (String, Headers) {
        let keys = AwsKeys {
            access_key: "AKIDEXAMPLE".into(),
            secret_key: Arc::new(Secret::new(SECRET.into())),
            session: session.map(|s| Arc::new(Secret::new(s.into()))),
        };
        let signer = Signer { keys, region: "us-east-1".into(), service: "service".into(), role: None };
        let url = url.parse().expect("a URL");
        let request = Request { method, url: &url, headers, body: body.as_bytes() };
        // 2015-08-30T12:36:00Z
        let headers = signer.sign(&request, 1_440_938_160_000).expect("signed");
        let at = headers.iter().position(|(name, _)| name == "authorization").expect("a signature");
        (headers[at].1.to_string(), headers)
    }

    #[test]
    fn signs_as_the_published_test_suite_does() {
        let form = &[("content-type", "application/x-www-form-urlencoded")][..];
        for (what, method, url, headers, body, signature) in [
            (
                "get-vanilla",
                "GET",
                "https://example.amazonaws.com/",
                &[][..],
                "",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "get-vanilla-empty-query-key",
                "GET",
                "https://example.amazonaws.com/?Param1=value1",
                &[],
                "",
                "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
            ),
            (
                "get-vanilla-query-order-key-case",
                "GET",
                "https://example.amazonaws.com/?Param2=value2&Param1=value1",
                &[],
                "",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "get-vanilla-query-unreserved",
                "GET",
                "https://example.amazonaws.com/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                &[],
                "",
                "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            ),
            (
                "post-vanilla",
                "POST",
                "https://example.amazonaws.com/",
                &[],
                "",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                "post-x-www-form-urlencoded",
                "POST",
                "https://example.amazonaws.com/",
                form,
                "Param1=value1",
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            ),
        ] {
            let (authorization, _) = signed(method, url, headers, body, None);
            let names = if headers.is_empty() { "host;x-amz-date" } else { "content-type;host;x-amz-date" };
            let wanted = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={names}, Signature={signature}"
            );
            assert_eq!(authorization, wanted, "{what}");
        }
    }

    /// post-sts-header-before: the token is part of what is signed.
    #[test]
    fn signs_a_session_s_token_too() {
        let (authorization, headers) = signed("POST", "https://example.amazonaws.com/", &[], "", Some(TOKEN));
        assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"), "{authorization}");
        let wanted = "Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead";
        assert!(authorization.ends_with(wanted), "{authorization}");
        assert!(headers.iter().any(|(name, value)| name == "x-amz-security-token" && **value == TOKEN));
        assert!(headers.iter().all(|(_, value)| !value.contains("wJalr")), "the secret itself never travels");
    }
}
