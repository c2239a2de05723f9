//! The page has no network: all it wants it asks of Tauri, over its own channel.

use std::{fs, path::Path};

use super::{dist, files};
use crate::Result;

/// How code of a page reaches a network.
const WAYS: [&str; 10] = [
    "fetch(",
    "XMLHttpRequest",
    "WebSocket",
    "WebTransport",
    "EventSource",
    "sendBeacon",
    "RTCPeerConnection",
    "importScripts",
    "serviceWorker",
    "Worker(",
];

/// Looks through every file of the built page; answers how many there are.
pub(crate) fn none() -> Result<usize> {
    let code = files(&dist())?.into_iter().filter(|path| is_code(path)).collect::<Vec<_>>();
    let mut found = Vec::new();
    for path in &code {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        found.extend(ways(&text).map(|way| format!("{way} in {}", path.display())));
    }
    if code.is_empty() {
        return Err("there is no built page".to_owned());
    }
    if found.is_empty() {
        Ok(code.len())
    } else {
        Err(format!("the page has a network of its own: {}", found.join(", ")))
    }
}

fn is_code(path: &Path) -> bool {
    path.extension().is_some_and(|kind| ["js", "mjs", "html"].iter().any(|code| kind == *code))
}

fn ways(text: &str) -> impl Iterator<Item = &'static str> {
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let whole = move |at: usize| !text[..at].ends_with(of_a_name);
    WAYS.into_iter().filter(move |way| text.match_indices(way).any(|(at, _)| whole(at)))
}

#[cfg(test)]
mod tests {
    use super::ways;

    #[test]
    fn every_way_out_is_seen_and_a_name_like_one_is_none() {
        for code in ["fetch('/x')", "window.fetch(u)", "new WebSocket(u)", "navigator.sendBeacon(u)", "new Worker(u)"] {
            assert_eq!(ways(code).count(), 1, "{code}");
        }
        for code in ["prefetch(1)", "$fetch(1)", "refetch()", "function worker(){}", "const fetched=1"] {
            assert_eq!(ways(code).count(), 0, "{code}");
        }
    }
}
