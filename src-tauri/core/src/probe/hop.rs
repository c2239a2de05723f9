//! The proxy between this machine and a provider, if one stands there.

use std::sync::Arc;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::{Proxy, header::HeaderValue};
use url::Url;

use crate::{
    network::{ProxyUrl, Via, apart},
    provider::is_loopback,
    vault::BoundSecret,
};

/// A proxy to go through.
#[derive(Clone)]
pub(crate) struct Hop {
    scheme: String,
    host: String,
    port: u16,
    auth: Option<Auth>,
}

/// Never printed.
#[derive(Clone)]
enum Auth {
    Header(HeaderValue),
    Words(String, String),
    /// Out of the vault, for this proxy alone.
    Bound(ProxyUrl, Arc<BoundSecret>),
}

impl Hop {
    /// Which proxy stands between this machine and `url`. Loopback never has one, nor has plain http, which a proxy would
    /// read.
    pub(crate) fn between(url: &Url, via: &Via) -> Option<Self> {
        if url.scheme() != "https" || is_loopback(url) {
            return None;
        }
        match via {
            Via::Direct => None,
            Via::System => {
                Matcher::from_system().intercept(&url.as_str().parse().ok()?).as_ref().map(Self::of_the_system)
            }
            Via::Proxy(at, login) => {
                // The name is the proxy's to resolve: this machine may not know it.
                let scheme = if at.scheme() == "socks5" { "socks5h" } else { at.scheme() };
                let auth = login.as_ref().map(|login| Auth::Bound(at.clone(), login.clone()));
                Some(Self { scheme: scheme.into(), host: at.host().into(), port: at.port(), auth })
            }
        }
    }

    fn of_the_system(found: &Intercept) -> Self {
        let uri = found.uri();
        let scheme = uri.scheme_str().unwrap_or("http").to_owned();
        let usual = if scheme.starts_with("socks") { 1080 } else { 80 };
        let usual = if scheme == "https" { 443 } else { usual };
        let words = || found.raw_auth().map(|(user, password)| Auth::Words(user.to_owned(), password.to_owned()));
        Self {
            host: uri.host().unwrap_or_default().to_owned(),
            port: uri.port_u16().unwrap_or(usual),
            scheme,
            auth: found.basic_auth().cloned().map(Auth::Header).or_else(words),
        }
    }

    /// A name or an address, as it is resolved.
    pub(super) fn host(&self) -> &str {
        self.host.trim_matches(['[', ']'])
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// For people: host and port.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether it is sent a user name and a password.
    pub(super) fn has_auth(&self) -> bool {
        self.auth.is_some()
    }

    /// The same for the client.
    pub(super) fn proxy(&self) -> reqwest::Result<Proxy> {
        let proxy = Proxy::https(format!("{}://{}:{}", self.scheme, self.host, self.port))?;
        Ok(match &self.auth {
            None => proxy,
            Some(Auth::Header(header)) => proxy.custom_http_auth(header.clone()),
            Some(Auth::Words(user, password)) => proxy.basic_auth(user, password),
            Some(Auth::Bound(at, login)) => match login.release_for(&at.origin()).ok().and_then(apart) {
                Some([user, password]) => proxy.basic_auth(&user, &password),
                None => proxy,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_to_elsewhere_goes_through_a_proxy() {
        let via = Via::Proxy("http://proxy.example:3128".parse().expect("a proxy"), None);
        let through = |to: &str| Hop::between(&to.parse().expect("a URL"), &via);
        assert_eq!(through("https://api.openai.com/v1/models?limit=1").expect("a proxy").name(), "proxy.example:3128");
        for to in [
            "http://localhost:11434/api",
            "https://localhost:8443",
            "https://127.0.0.1/v1",
            "https://[::1]",
            "http://192.168.1.5:8080/v1",
        ] {
            assert!(through(to).is_none(), "{to}");
        }
        let direct = Hop::between(&"https://api.openai.com".parse().expect("a URL"), &Via::Direct);
        assert!(direct.is_none());
    }
}
