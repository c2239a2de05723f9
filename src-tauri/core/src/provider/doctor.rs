//! The base-URL doctor: from what people paste to the base URL they meant. Every change is told, so that it can be
//! shown and undone; what it does not know for certain it leaves alone.

use super::{BaseUrl, Provider, header::looks_like_key};
use crate::error::Result;

/// What became of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Usable.
    pub base_url: BaseUrl,
    /// What was taken off: `/chat/completions`.
    pub removed: Option<String>,
    /// What was put on: `https://`, `/v1`.
    pub added: Option<String>,
}

/// Examines what was typed as `provider`'s base URL.
pub fn examine(text: &str, provider: &Provider) -> Result<Diagnosis> {
    examine_as(text, provider, str::parse)
}

/// As [`examine`], and takes plain http to a private network, too: see [`BaseUrl::even_plain`].
pub fn examine_even_plain(text: &str, provider: &Provider) -> Result<Diagnosis> {
    examine_as(text, provider, BaseUrl::even_plain)
}

fn examine_as(text: &str, provider: &Provider, read: fn(&str) -> Result<BaseUrl>) -> Result<Diagnosis> {
    let (text, query) = without_query(text.trim());
    let scheme = missing_scheme(text);
    let parsed = read(&format!("{}{}", scheme.unwrap_or_default(), without_unspecified(text, provider)))?;

    let given = parsed.url().path().trim_end_matches('/');
    let mut path = given.to_owned();
    while let Some(kept) = provider.pasted.iter().filter_map(|end| without_end(&path, end)).min() {
        path.truncate(kept);
    }
    let mut removed = given[path.len()..].to_owned();
    if let Some(doubled) = doubled_version(&path) {
        path.truncate(path.len() - doubled.len());
        removed = format!("{doubled}{removed}");
    }
    let added = missing_path(&path, &parsed, provider);
    if let Some(rest) = &added {
        // What was pasted ended in the base's own path: nothing was missing, and less was too much.
        path.push_str(rest);
    }
    let (mut removed, added) = settle(&removed, added);
    removed.push_str(query);
    Ok(Diagnosis {
        base_url: read(parsed.root().join(&path).as_str())?,
        removed: (!removed.is_empty()).then_some(removed),
        added: [scheme.map(str::to_owned), added].into_iter().flatten().reduce(|a, b| format!("{a} … {b}")),
    })
}

/// `/v1/chat/completions` is cut to nothing and `/v1` put back: that is one cut of `/chat/completions`.
fn settle(removed: &str, added: Option<String>) -> (String, Option<String>) {
    match added {
        Some(put) if removed.starts_with(&put) => (removed[put.len()..].to_owned(), None),
        put => (removed.to_owned(), put),
    }
}

/// The query of a whole request's URL, unless it may hold something secret: then it is refused, and not shown.
fn without_query(text: &str) -> (&str, &str) {
    let (before, query) = text.split_at(text.find('?').unwrap_or(text.len()));
    let plain = query.split(['?', '&']).all(|one| {
        let (name, value) = one.split_once('=').unwrap_or((one, ""));
        let secret = ["key", "token", "secret", "sig", "auth", "pass", "code", "credential"];
        let named = secret.iter().any(|word| name.to_ascii_lowercase().contains(word));
        // What is cut off is shown: nothing that may be a key under another name, or under none, either.
        !named && [name, value].iter().all(|text| text.len() <= 24 && !looks_like_key(text))
    });
    if plain && !query.contains('#') && query.len() <= 200 { (before, query) } else { (text, "") }
}

/// https, except for this machine.
fn missing_scheme(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    if text.is_empty() || lower.contains("://") || lower.starts_with('/') {
        return None;
    }
    let authority = lower.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') || authority.ends_with(':') {
        return None;
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    let here = host == "localhost" || host == "0.0.0.0" || host == "[::1]" || host.starts_with("127.");
    Some(if here { "http://" } else { "https://" })
}

/// `0.0.0.0` is where a server listens, not where one calls it.
fn without_unspecified(text: &str, provider: &Provider) -> String {
    let host = text.find("://").map_or(0, |at| at + 3);
    match text[host..].strip_prefix("0.0.0.0") {
        Some(rest) if (provider.local || provider.custom) && (rest.is_empty() || rest.starts_with([':', '/'])) => {
            format!("{}127.0.0.1{rest}", &text[..host])
        }
        _ => text.to_owned(),
    }
}

/// How much is left of a path without its end, if it has that. Whole segments only: `/my-models` does not end with `/models`;
/// `/*` is any one segment.
fn without_end(path: &str, end: &str) -> Option<usize> {
    let (path, end) = match end.strip_suffix("/*") {
        Some(before) => (path.rsplit_once('/').filter(|(_, last)| !last.is_empty())?.0, before),
        None => (path, end),
    };
    (end.starts_with('/') && path.ends_with(end)).then(|| path.len() - end.len())
}

/// The second `/v1` of `/v1/v1`.
fn doubled_version(path: &str) -> Option<String> {
    let (before, last) = path.rsplit_once('/')?;
    let version = last.starts_with('v') && last.len() > 1 && last[1..].starts_with(|c: char| c.is_ascii_digit());
    (version && before.rsplit('/').next() == Some(last)).then(|| format!("/{last}"))
}

/// What the provider's own base path has and this lacks. Only at the provider's own hosts: elsewhere nobody knows. A server
/// that people run themselves is at its usual path on any host.
fn missing_path(path: &str, parsed: &BaseUrl, provider: &Provider) -> Option<String> {
    if provider.custom || provider.template {
        return None;
    }
    let siblings = provider.sibling.iter().map(|sibling| &sibling.base_url);
    let own = |home: &&BaseUrl| home.origin() == parsed.origin() || (provider.local && path.is_empty());
    let home = [provider.home()].into_iter().chain(siblings).find(own)?;
    let rest = home.url().path().trim_end_matches('/').strip_prefix(path)?;
    (rest.starts_with('/')).then(|| rest.to_owned())
}
