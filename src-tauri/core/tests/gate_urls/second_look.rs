//! What has to hold for every base URL that is taken, by rules of its own: none of the parser's code is used here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper_util::client::proxy::matcher::Matcher;
use keystead_core::provider::BaseUrl;
use url::Url;

/// What may stand around a URL without being seen.
const UNSEEN: &str = "\u{ad}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2061}\u{2062}\u{2063}\u{2064}\u{2065}\u{2066}\u{2067}\u{2068}\u{2069}\u{206a}\u{206b}\u{206c}\u{206d}\u{206e}\u{206f}\u{feff}";

/// What is wrong with having taken `typed` as `url`, if anything is.
pub(crate) fn wrong_with(typed: &str, url: &BaseUrl) -> Option<String> {
    let text = url.as_str();
    if text.parse::<BaseUrl>().as_ref() != Ok(url) {
        return Some(format!("{text} is not taken as itself"));
    }
    let Ok(parsed) = Url::parse(text) else { return Some(format!("{text} is no URL")) };
    if url.origin().to_string() != parsed.origin().ascii_serialization() {
        return Some(format!("{text} has the origin {}", url.origin()));
    }
    if text.bytes().any(|b| b"?#@\\ ".contains(&b) && !(b == b'@' && path_of(text).contains('@'))) {
        return Some(format!("{text} holds more than a place"));
    }
    // The client's own reading of it, from another library: without one the request could not be made.
    if Matcher::builder()
        .build()
        .intercept(&match text.parse() {
            Ok(uri) => uri,
            Err(_) => return Some(format!("{text} cannot be asked")),
        })
        .is_some()
    {
        return Some(format!("{text} has a proxy where none is"));
    }
    let (scheme, host, port) = pieces(text)?;
    let origin = match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    };
    if url.origin().to_string() != origin {
        return Some(format!("{text} looks like {origin}, and goes to {}", url.origin()));
    }
    if let Some(why) = forbidden(&scheme, &host) {
        return Some(format!("{text} is taken, though it is {why}"));
    }
    reads_as_other(typed, url)
}

/// Whether somebody who read `typed` would have expected another host than the one it is taken as.
pub(crate) fn reads_as_other(typed: &str, url: &BaseUrl) -> Option<String> {
    let (_, host, _) = pieces(url.as_str())?;
    let (_, typed_host, _) = pieces(typed.trim_matches(|c: char| c.is_whitespace() || UNSEEN.contains(c)))?;
    reads_otherwise(&typed_host, &host).then(|| format!("{typed:?} reads as {typed_host}, and is {host}"))
}

fn path_of(text: &str) -> &str {
    text.splitn(4, '/').nth(3).unwrap_or_default()
}

/// Scheme, host and port of a text, by cutting it at its signs.
fn pieces(text: &str) -> Option<(String, String, Option<u16>)> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split('/').next()?.to_lowercase();
    let (host, port) = match authority.rfind(':') {
        Some(at) if !authority[at..].contains(']') => (authority[..at].to_owned(), authority[at + 1..].parse().ok()),
        _ => (authority, None),
    };
    let usual = if scheme == "https" { 443 } else { 80 };
    Some((scheme, host, port.filter(|port| *port != usual)))
}

/// Whether somebody who read `typed` would not have expected `host`.
fn reads_otherwise(typed: &str, host: &str) -> bool {
    let address = |text: &str| text.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    match (address(typed), address(host)) {
        (Some(typed), Some(host)) => typed != host,
        // Of a plain name nothing changes; one in other letters is shown as punycode.
        (None, None) if typed.is_ascii() => typed != host,
        (None, None) => !host.contains("xn--") || typed.split('.').count() != host.split('.').count(),
        _ => true,
    }
}

/// Where no key may go, again.
fn forbidden(scheme: &str, host: &str) -> Option<&'static str> {
    if host.is_empty() || host.starts_with('.') || host.ends_with('.') || host.contains("..") {
        return Some("no name");
    }
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).and_then(|h| h.parse::<Ipv6Addr>().ok());
    let v4 = host.parse::<Ipv4Addr>().ok().or_else(|| v6.and_then(|v6| v6.to_ipv4_mapped()));
    if let Some(v4) = v4 {
        let [a, b, ..] = v4.octets();
        if a == 0 || a >= 224 || (a, b) == (169, 254) {
            return Some("no host's address");
        }
        return (scheme == "http" && a != 127).then_some("plain http to elsewhere");
    }
    if let Some(v6) = v6 {
        let first = v6.segments()[0];
        if v6.is_unspecified() || first >> 8 == 0xff || first & 0xffc0 == 0xfe80 {
            return Some("no host's address");
        }
        return (scheme == "http" && !v6.is_loopback()).then_some("plain http to elsewhere");
    }
    (scheme == "http" && host != "localhost").then_some("plain http to elsewhere")
}
