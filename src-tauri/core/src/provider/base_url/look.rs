//! A second look at a URL's text, by simpler rules than a browser's. Browsers forgive much: missing slashes, numbers in
//! octal, percent signs and letters of other scripts in a host. Here a host is called only when it is written as itself,
//! so that nobody can be shown one host and given another.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What is between `://` and the first `/`, `?` or `#`.
pub(super) fn authority(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    // `https:evil://x` has its `://` too late.
    let scheme = &text[..text.len() - rest.len() - 3];
    if !scheme.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())
}

/// Whether the text's host is the URL's, apart from capitals, punycode and the shortest form of an IPv6 address.
pub(super) fn is_plain(authority: &str, url: &Url) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            if !port.bytes().all(|b| b.is_ascii_digit()) {
                return false;
            }
            host
        }
        _ => authority,
    };
    match url.host() {
        Some(Host::Ipv4(v4)) => host.parse::<Ipv4Addr>() == Ok(v4),
        Some(Host::Ipv6(v6)) => {
            host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(str::parse::<Ipv6Addr>) == Some(Ok(v6))
        }
        Some(Host::Domain(name)) => {
            let (typed, called): (Vec<_>, Vec<_>) = (host.split('.').collect(), name.split('.').collect());
            name.len() <= 253
                && typed.len() == called.len()
                && typed.into_iter().zip(called).all(|(typed, called)| is_label(called) && is_same(typed, called))
        }
        None => false,
    }
}

/// Of letters, digits, hyphens inside, and underscores: 1 to 63.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A label in other letters becomes punycode, where it is seen to be another one; never plain letters.
fn is_same(typed: &str, called: &str) -> bool {
    if typed.is_ascii() { typed.eq_ignore_ascii_case(called) } else { called.starts_with("xn--") }
}

/// `%00` to `%1f`, and `%7f`.
pub(super) fn has_encoded_control(path: &str) -> bool {
    let (bytes, hex) = (path.as_bytes(), |b: u8| char::from(b).is_ascii_hexdigit());
    bytes.windows(3).any(|w| match w {
        [b'%', b'0' | b'1', low] => hex(*low),
        [b'%', b'7', b'f' | b'F'] => true,
        _ => false,
    })
}
