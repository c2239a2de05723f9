//! Which proxy: none, that of the next wider choice, or one by its address. A user name and a password are never part of
//! the address: it is kept where no secret may be.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    error::{Code, Error, Field, Result},
    provider::{BaseUrl, Origin},
};

/// A choice of proxy, as text: `inherit`, `none`, or an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Proxy {
    /// For a provider: as for all; for all: as the system has it.
    #[default]
    Inherit,
    /// Directly.
    None,
    /// Through this one.
    At(ProxyUrl),
}

/// Where a proxy is: `http`, `https` or `socks5`, a host and a port, and nothing else. `SOCKS5` proxies resolve names
/// themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyUrl {
    scheme: &'static str,
    host: String,
    port: u16,
}

/// What may stand before `://`, what it is written as, and the usual port.
const SCHEMES: [(&str, &str, u16); 4] =
    [("http", "http", 80), ("https", "https", 443), ("socks5", "socks5", 1080), ("socks5h", "socks5", 1080)];

impl ProxyUrl {
    /// `http`, `https` or `socks5`.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// A name, or an address as a URL has it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Always known.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a user name and a password for it are bound to.
    pub fn origin(&self) -> Origin {
        Origin::of_proxy(self)
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

impl FromStr for ProxyUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let refuse = |code, message: &str| Error::at(Field::Proxy, code, message);
        let invalid = || refuse(Code::ProxyInvalid, "a proxy is http://, https:// or socks5://, a host and a port");
        // As everywhere, an address without a scheme is an HTTP proxy's.
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let known = SCHEMES.iter().find(|(name, ..)| scheme.eq_ignore_ascii_case(name));
        let (_, scheme, usual) = *known.ok_or_else(invalid)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        // A host is a host: the rules are those of base URLs, and what they forbid is no proxy either.
        let there: BaseUrl = format!("https://{rest}").parse().map_err(|error: Error| match error.code {
            Code::UrlCredentials => {
                refuse(Code::ProxyCredentials, "the user name and the password are not part of the address")
            }
            _ => invalid(),
        })?;
        let url = there.url();
        if url.path() != "/" {
            return Err(invalid());
        }
        // The port of https is left out of the URL when it is read.
        let port = url.port().or_else(|| rest.ends_with(":443").then_some(443)).unwrap_or(usual);
        Ok(Self { scheme, host: url.host_str().unwrap_or_default().to_owned(), port })
    }
}

impl FromStr for Proxy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "inherit" => Ok(Self::Inherit),
            "none" => Ok(Self::None),
            address => address.parse().map(Self::At),
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inherit => f.write_str("inherit"),
            Self::None => f.write_str("none"),
            Self::At(url) => url.fmt(f),
        }
    }
}

impl From<Proxy> for String {
    fn from(proxy: Proxy) -> Self {
        proxy.to_string()
    }
}

impl TryFrom<String> for Proxy {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_what_it_is() {
        for (typed, taken) in [
            ("http://proxy.example:3128", "http://proxy.example:3128"),
            (" proxy.example:3128 ", "http://proxy.example:3128"),
            ("HTTP://Proxy.Example:3128/", "http://proxy.example:3128"),
            ("http://proxy.example", "http://proxy.example:80"),
            ("http://proxy.example:443", "http://proxy.example:443"),
            ("https://proxy.example", "https://proxy.example:443"),
            ("socks5://127.0.0.1", "socks5://127.0.0.1:1080"),
            ("socks5h://[::1]:9050", "socks5://[::1]:9050"),
            ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
            ("none", "none"),
            ("inherit", "inherit"),
        ] {
            let proxy: Proxy = typed.parse().unwrap_or_else(|e| panic!("{typed}: {e}"));
            assert_eq!(proxy.to_string(), taken);
            assert_eq!(taken.parse::<Proxy>().expect("its own text"), proxy);
        }
    }

    #[test]
    fn what_is_no_proxy_s_address_is_refused_at_the_field() {
        for (typed, code) in [
            ("", Code::ProxyInvalid),
            ("ftp://proxy.example:21", Code::ProxyInvalid),
            ("socks4://proxy.example", Code::ProxyInvalid),
            ("http://", Code::ProxyInvalid),
            ("http://proxy.example:0", Code::ProxyInvalid),
            ("http://proxy.example:99999", Code::ProxyInvalid),
            ("http://proxy.example/path", Code::ProxyInvalid),
            ("http://proxy.example?x", Code::ProxyInvalid),
            ("http://pro xy.example", Code::ProxyInvalid),
            ("http://169.254.169.254:80", Code::ProxyInvalid),
            ("http://0.0.0.0:3128", Code::ProxyInvalid),
            ("http://user@proxy.example", Code::ProxyCredentials),
            ("http://user:secret@proxy.example:3128", Code::ProxyCredentials),
            ("socks5://user:secret@proxy.example", Code::ProxyCredentials),
            ("user:secret@proxy.example:3128", Code::ProxyCredentials),
        ] {
            let error = typed.parse::<Proxy>().expect_err(typed);
            assert_eq!((error.code, error.field), (code, Some(Field::Proxy)), "{typed}");
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }
}
