//! What travels with a request so that its answer is meant for us: a key or a token in a header, or a signature.

use reqwest::header::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::wrong_key;
use crate::{
    auth::{
        Signer,
        aws::{Headers, Request},
    },
    provider::{Auth, Catalog, Provider},
    secret::Secret,
};

/// It is made once for a test, before the request goes out.
pub(super) enum Pass<'a> {
    /// Nothing.
    None,
    /// The key itself.
    Key(&'a Secret),
    /// A key that is certainly wrong.
    Wrong(Secret),
    /// What somebody gave for it, and headers that go with it.
    Token(Secret, Vec<(&'static str, String)>),
    /// A signature over each request.
    Signed(Box<Signer>),
}

impl Pass<'_> {
    /// Of the key, if there is one.
    pub(super) fn of(secret: Option<&Secret>) -> Pass<'_> {
        secret.map_or(Pass::None, Pass::Key)
    }

    /// Secrets that only this holds.
    pub(super) fn secrets(&self) -> Vec<&Secret> {
        match self {
            Pass::None | Pass::Key(_) => Vec::new(),
            Pass::Wrong(secret) | Pass::Token(secret, _) => vec![secret],
            Pass::Signed(signer) => signer.keys.secrets(),
        }
    }

    /// One of the same shape that is certainly wrong.
    pub(super) fn wrong(&self) -> Option<Self> {
        let like = |secret: &Secret| wrong_key::like(secret, Catalog::builtin().public_prefix(secret));
        match self {
            Pass::None => None,
            Pass::Key(secret) => like(secret).map(Pass::Wrong),
            Pass::Wrong(secret) => like(secret).map(Pass::Wrong),
            Pass::Token(token, extra) => like(token).map(|wrong| Pass::Token(wrong, extra.clone())),
            Pass::Signed(signer) => {
                let mut wrong = signer.clone();
                wrong.keys.secret_key = like(&signer.keys.secret_key)?.into();
                Some(Pass::Signed(wrong))
            }
        }
    }

    /// The headers it puts on a request after these secret ones, each marked so that nothing prints it. `None`: they cannot
    /// be written.
    pub(super) fn headers(
        &self,
        provider: &Provider,
        request: &Request<'_>,
        secret_headers: &[(&str, &Secret)],
        now_ms: i64,
    ) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let secret = secret_headers.iter().map(|(name, secret)| (*name, secret.expose()));
        // What is signed covers all of them.
        let all: Vec<_> = request.headers.iter().copied().chain(secret.clone()).collect();
        let request = &Request { headers: &all, ..*request };
        let headers: Headers = match self {
            Pass::None => Vec::new(),
            Pass::Key(secret) => vec![credential(provider.auth_for(secret), secret)],
            Pass::Wrong(secret) => vec![credential(provider.auth_for(secret), secret)],
            Pass::Token(token, extra) => {
                let extra = extra.iter().map(|(name, value)| ((*name).to_owned(), Zeroizing::new(value.clone())));
                [credential(&Auth::default(), token)].into_iter().chain(extra).collect()
            }
            Pass::Signed(signer) => signer.sign(request, now_ms).ok()?,
        };
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        secret.chain(headers).map(|(name, value)| Some((name.parse().ok()?, sensitive(value)?))).collect()
    }
}

fn credential(auth: &Auth, secret: &Secret) -> (String, Zeroizing<String>) {
    let gap = if auth.scheme.is_empty() { "" } else { " " };
    (auth.header.clone(), Zeroizing::new(format!("{}{gap}{}", auth.scheme, secret.expose())))
}

/// A value that nothing prints.
fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
