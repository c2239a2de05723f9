//! A place a key may be sent to: https, or http on this machine. Parsed once; nothing downstream checks again.

mod host;
mod look;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    error::{Code, Error, Field, Result},
    network::ProxyUrl,
    secret::is_invisible,
};

pub(crate) use host::{is_forbidden_address, is_local_name, is_loopback, is_private_address};

/// Bytes, as typed and as written.
const LONGEST: usize = 2048;

/// An API's base URL, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl(Url);

/// Scheme, host and port: what a key is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(String);

impl BaseUrl {
    /// The URL as text, without a trailing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// What a key entered for this URL is bound to.
    pub fn origin(&self) -> Origin {
        Origin(self.0.origin().ascii_serialization())
    }

    /// For people: the host, with the port when it is not the scheme's own.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Whether it names this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// As [`str::parse`], and takes plain http to a private network, too. Whoever sends a key there asks for consent before.
    pub fn even_plain(text: &str) -> Result<Self> {
        read(text, Lan::Taken)
    }

    /// Whether a key sent there could be read on the way: plain http to elsewhere than this machine.
    pub fn is_unencrypted(&self) -> bool {
        self.0.scheme() == "http" && !self.is_loopback()
    }

    pub(crate) fn unencrypted_refused() -> Error {
        let message = "http to a private network would send the key unencrypted: use https, or allow it with \
                       `keystead network allow`";
        Error::at(Field::BaseUrl, Code::UrlLanHttp, message)
    }

    /// The same host without a path.
    #[must_use]
    pub fn root(&self) -> Self {
        let mut url = self.0.clone();
        url.set_path("");
        Self(url)
    }

    /// The parsed URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The final URL for a path (`/models`) and a query, by plain appending: a base's own path stays.
    pub fn join(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.as_str())).expect("a base URL plus a path of the catalogue is a URL")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for BaseUrl {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for BaseUrl {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Origin {
    /// A proxy's is its whole address.
    pub(crate) fn of_proxy(url: &ProxyUrl) -> Self {
        Self(url.to_string())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        read(text, Lan::Refused)
    }
}

/// Plain http to a private network.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lan {
    Refused,
    Taken,
}

fn read(text: &str, lan: Lan) -> Result<BaseUrl> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    let refuse = |code, message: &str| Err(Error::at(Field::BaseUrl, code, message));
    if text.len() > LONGEST || text.chars().any(|c| c.is_control() || c.is_whitespace() || is_invisible(c) || c == '\\')
    {
        return refuse(Code::UrlInvalid, "a base URL has no white space, invisible characters or backslashes");
    }
    let Ok(mut url) = Url::parse(text) else {
        return refuse(Code::UrlInvalid, "this is not a URL: it starts with https:// and names a host");
    };
    if !matches!(url.scheme(), "https" | "http") {
        return refuse(Code::UrlScheme, "a base URL starts with https://");
    }
    let Some(authority) = look::authority(text) else {
        return refuse(Code::UrlInvalid, "a base URL starts with https:// and names a host");
    };
    if authority.contains('@') {
        return refuse(Code::UrlCredentials, "a base URL holds no user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse(Code::UrlQuery, "a base URL ends before ? and #");
    }
    if url.path().contains("//") || look::has_encoded_control(url.path()) {
        return refuse(Code::UrlInvalid, "a base URL is one address: there are two, or a doubled slash");
    }
    if url.port() == Some(0) || !look::is_plain(authority, &url) {
        return refuse(Code::UrlInvalid, "the host is not written the way it would be called");
    }
    if host::is_forbidden(&url) {
        return refuse(
            Code::UrlForbiddenHost,
            "no key is sent to link-local, multicast, unspecified or metadata addresses",
        );
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        if !host::is_private(&url) {
            return refuse(Code::UrlPlainHttp, "http would send the key unencrypted: use https");
        }
        if lan == Lan::Refused {
            return Err(BaseUrl::unencrypted_refused());
        }
    }
    // One text for one place: what is saved is read again, and compared.
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    if url.as_str().len() > LONGEST {
        return refuse(Code::UrlInvalid, "this is longer than any base URL");
    }
    Ok(BaseUrl(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        text.parse::<BaseUrl>().err().unwrap_or_else(|| panic!("{text} was taken")).code
    }

    #[test]
    fn takes_https_anywhere_and_http_on_this_machine() {
        for (text, host) in [
            ("https://api.openai.com/v1/", "api.openai.com"),
            ("https://API.OpenAI.com:443/v1", "api.openai.com"),
            (" http://localhost:11434 ", "localhost:11434"),
            ("http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
            ("http://127.9.9.9", "127.9.9.9"),
            ("http://[::1]:8080", "[::1]:8080"),
            ("http://[::ffff:127.0.0.1]:1", "[::ffff:7f00:1]:1"),
            ("https://192.168.1.5/v1", "192.168.1.5"),
            ("https://bücher.example", "xn--bcher-kva.example"),
        ] {
            let url: BaseUrl = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(url.host(), host);
            assert!(!url.as_str().ends_with('/'));
        }
    }

    #[test]
    fn refuses_everything_else_with_its_reason() {
        for text in [
            "",
            "api.openai.com",
            "https://",
            "https://a b",
            "https://a\\b",
            "https:// ",
            "https://a\u{7}b",
            "//x",
            "https://a.example/v1https://a.example/v1",
            "https://a.example//v1",
        ] {
            assert_eq!(code(text), Code::UrlInvalid, "{text:?}");
        }
        for text in ["ftp://x.example", "file:///etc/passwd", "javascript:alert(1)", "ws://x.example"] {
            assert_eq!(code(text), Code::UrlScheme, "{text}");
        }
        assert_eq!(code("https://user@x.example"), Code::UrlCredentials);
        assert_eq!(code("https://u:p@x.example"), Code::UrlCredentials);
        assert_eq!(code("https://x.example?a=1"), Code::UrlQuery);
        assert_eq!(code("https://x.example#a"), Code::UrlQuery);
        for text in
            ["http://api.openai.com", "http://8.8.8.8", "http://localhost.evil.example", "http://127.0.0.1.nip.io"]
        {
            assert_eq!(code(text), Code::UrlPlainHttp, "{text}");
        }
        for text in [
            "http://192.168.1.5",
            "http://10.0.0.1:8080",
            "http://172.16.0.1",
            "http://[fd12::1]",
            "http://box.local",
            "http://nas:8080",
        ] {
            assert_eq!(code(text), Code::UrlLanHttp, "{text}");
        }
        for text in [
            "https://169.254.169.254",
            "http://0.0.0.0:11434",
            "https://[fe80::1]",
            "https://224.0.0.1",
            "https://metadata.google.internal",
            "https://[::ffff:169.254.169.254]",
            "https://[fd00:ec2::254]",
            "https://[::]",
        ] {
            assert_eq!(code(text), Code::UrlForbiddenHost, "{text}");
        }
    }

    #[test]
    fn plain_http_to_a_private_network_is_taken_where_it_is_asked_for_and_nowhere_else() {
        for (text, host) in [
            ("http://192.168.1.5:8080/v1/", "192.168.1.5:8080"),
            ("http://box.local", "box.local"),
            ("http://[fd12::1]:8080", "[fd12::1]:8080"),
        ] {
            let url = BaseUrl::even_plain(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((url.host().as_str(), url.is_unencrypted()), (host, true));
        }
        for (text, refused) in [
            ("http://8.8.8.8", Code::UrlPlainHttp),
            ("http://169.254.1.1", Code::UrlForbiddenHost),
            ("http://0.0.0.0:8080", Code::UrlForbiddenHost),
            ("http://me@192.168.1.5", Code::UrlCredentials),
        ] {
            assert_eq!(BaseUrl::even_plain(text).expect_err(text).code, refused);
        }
        for text in ["http://localhost:1", "http://[::1]", "https://192.168.1.5"] {
            assert!(!BaseUrl::even_plain(text).expect("a URL").is_unencrypted(), "{text}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let origin = |t: &str| t.parse::<BaseUrl>().expect("a URL").origin();
        assert_eq!(origin("https://api.openai.com/v1"), origin("https://API.openai.com:443"));
        assert_ne!(origin("https://api.openai.com"), origin("https://api.openai.com:444"));
        assert_ne!(origin("http://localhost:1"), origin("https://localhost:1"));
    }
}
