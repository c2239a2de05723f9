//! S5: wherever a server wants to send us with a key, nobody else hears of it. Every redirect code, every kind of target,
//! every header a key travels in, over http and over https.
//!
//! Trust in an authority of the test's own is read from the environment once per process, so the test runs again as a
//! child whose environment names it.
#![cfg(target_os = "linux")]

#[path = "../common/gate.rs"]
mod gate;
mod servers;
#[path = "../probe/support.rs"]
mod support;
#[path = "../probe/tls.rs"]
mod tls;

use gate::{Gate, size};
use keystead_core::{
    probe::{Cause, Outcome, Stage, StageState},
    provider::{Auth, Provider},
};
use servers::{First, Second};
use support::{KEY, moved, probe, states};

const CODES: [u16; 5] = [301, 302, 303, 307, 308];
/// Header and scheme, as the catalogue writes them.
const STYLES: [(&str, &str); 5] = [
    ("authorization", "Bearer"),
    ("x-api-key", ""),
    ("x-goog-api-key", ""),
    ("api-key", ""),
    ("x-gateway-credential", "Token"),
];
const CLIENTS: [&str; 2] = ["http", "https"];

/// Where the first server points.
#[derive(Debug, Clone, Copy)]
enum To {
    OtherPort,
    OtherName,
    OtherAddress,
    /// From https to http, and from http to https.
    OtherSecurity,
    OtherScheme,
    WithoutScheme,
    /// With the key as the password.
    WithUser,
    /// With the key in the query, as only the server that got it can write it.
    WithKey,
}

const TARGETS: [To; 8] = [
    To::OtherPort,
    To::OtherName,
    To::OtherAddress,
    To::OtherSecurity,
    To::OtherScheme,
    To::WithoutScheme,
    To::WithUser,
    To::WithKey,
];

impl To {
    /// The `Location`, and the host in it.
    fn location(self, client: &str, port: u16) -> (String, String) {
        let here = format!("127.0.0.1:{port}");
        let other = if client == "http" { "https" } else { "http" };
        let to = |url: String| (url, here.clone());
        match self {
            Self::OtherPort => to(format!("{client}://{here}/v1/models")),
            Self::OtherName => (format!("{client}://localhost:{port}/v1/models"), format!("localhost:{port}")),
            Self::OtherAddress => (format!("{client}://127.0.0.2:{port}/v1/models"), format!("127.0.0.2:{port}")),
            Self::OtherSecurity => to(format!("{other}://{here}/v1/models")),
            Self::OtherScheme => to(format!("ftp://{here}/v1/models")),
            Self::WithoutScheme => to(format!("//{here}/v1/models")),
            Self::WithUser => to(format!("{client}://user:{KEY}@{here}/v1/models")),
            Self::WithKey => to(format!("{client}://{here}/v1/models?key={KEY}#{KEY}")),
        }
    }
}

/// What one case was found to do wrong.
async fn case(first: &First, second: &Second, client: &str, code: u16, style: (&str, &str), to: To) -> Option<String> {
    let (location, host) = to.location(client, second.port);
    first.answer(format!("HTTP/1.1 {code} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"));
    let mut provider: Provider = moved("openai", &first.origin());
    provider.auth = Auth { header: style.0.to_owned(), scheme: style.1.to_owned() };
    let report = probe(&provider, Some(KEY)).await;
    let wrong = |what: String| Some(format!("{client} {code} {} {to:?}: {what}", style.0));

    let sent = format!("{}: {} {KEY}", style.0, style.1).replace("  ", " ");
    let requests = first.requests();
    if requests.len() != 1 || !requests[0].contains(&sent) {
        return wrong(format!("{} requests came where the key belongs, one with the key was due", requests.len()));
    }
    let (connections, bytes) = second.seen();
    if connections > 0 || !bytes.is_empty() {
        return wrong(format!("{connections} connections and {} bytes came elsewhere", bytes.len()));
    }
    if (report.outcome, report.cause) != (Outcome::WrongBaseUrl, Some(Cause::Redirect)) || report.key_proven {
        return wrong(format!("it ended as {:?}, {:?}", report.outcome, report.cause));
    }
    if report.detail.as_deref() != Some(host.as_str()) {
        return wrong(format!("it names {:?}, not {host}", report.detail));
    }
    if report.stage != Stage::Route || states(&report)[Stage::Route as usize] != StageState::Failed {
        return wrong(format!("it ended in {:?}", report.stage));
    }
    let told = serde_json::to_string(&report).expect("JSON").to_lowercase();
    KEY.to_lowercase()
        .as_bytes()
        .windows(6)
        .any(|piece| told.contains(std::str::from_utf8(piece).expect("ASCII")))
        .then(|| wrong("the report holds a piece of the key".to_owned()))
        .flatten()
}

#[test]
fn no_redirect_takes_a_key_anywhere() {
    tls::with_own_authority("no_redirect_takes_a_key_anywhere", |authority| async move {
        let gate = Gate::new("S5", "redirects of a request with a key");
        let second = Second::start().await;
        let servers = [First::start(None).await, First::start(Some(&authority.leaf("127.0.0.1"))).await];
        let (mut runs, mut failures) = (0, Vec::new());
        for (t, to) in TARGETS.into_iter().enumerate() {
            for (s, style) in STYLES.into_iter().enumerate() {
                for (c, code) in CODES.into_iter().enumerate() {
                    for (n, client) in CLIENTS.into_iter().enumerate() {
                        // The reduced set: every target with every style, each code and each client as often.
                        let chosen = c == (s + t) % CODES.len() && n == (s + t / 2) % 2;
                        if chosen || size(0, 1) == 1 {
                            runs += 1;
                            failures.extend(case(&servers[n], &second, client, code, style, to).await);
                        }
                    }
                }
            }
        }
        assert_eq!(runs, size(40, 400));
        gate.done(runs, &failures, "redirects");
    });
}

/// The second server does see what a client does that follows redirects: without this the gate could not fail.
#[test]
fn a_client_that_follows_would_be_seen() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (first, second) = (First::start(None).await, Second::start().await);
        first.answer(format!(
            "HTTP/1.1 307 Elsewhere\r\nlocation: http://localhost:{}/\r\ncontent-length: 0\r\n\r\n",
            second.port
        ));
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let _ = client.get(first.origin()).header("x-api-key", KEY).send().await;
        let (connections, bytes) = second.seen();
        assert_eq!(connections, 1);
        assert!(String::from_utf8_lossy(&bytes).contains(KEY), "reqwest alone sends this header on");
    });
}
