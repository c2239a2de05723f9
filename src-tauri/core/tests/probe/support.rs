//! What the probe's tests share.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::{net::SocketAddr, time::Duration};

use keystead_core::{
    Secret,
    probe::{Limits, Prober, Stage, StageState, Target, TestReport},
    provider::{Catalog, Provider},
    secret,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

/// A key that no table holds: 48 characters whose pieces are easy to look for.
pub(crate) const KEY: &str = "sk-q7Zr2mVx9Tb4Lw8KcYd3Jf6Hs1Ng5Pv0Xe2Ru7Qa4Wi9Bo";
pub(crate) const NOW_MS: i64 = 1_790_000_000_000;

pub(crate) fn key(text: &str) -> Secret {
    secret::clean(&text.as_bytes().to_vec().into()).expect("a key").0
}

pub(crate) fn builtin(id: &str) -> &'static Provider {
    Catalog::builtin().get(&id.parse().expect("an id")).unwrap_or_else(|| panic!("no provider {id}"))
}

/// A built-in provider whose base path is kept and whose host is the test's, in its place.
pub(crate) fn moved(id: &str, origin: &str) -> Provider {
    let home = builtin(id);
    home.at(format!("{origin}{}", home.base_url.url().path()).parse().expect("a URL")).standing_in()
}

pub(crate) fn custom(base: &str) -> Provider {
    Catalog::builtin().custom("box".parse().expect("an id"), "Box".into(), base.parse().expect("a URL"))
}

pub(crate) async fn probe(provider: &Provider, secret: Option<&str>) -> TestReport {
    probe_with(&Prober::new(), provider, secret).await
}

pub(crate) async fn probe_with(prober: &Prober, provider: &Provider, secret: Option<&str>) -> TestReport {
    let secret = secret.map(key);
    let target = Target { provider, secret: secret.as_ref(), headers: &[], login: None, now_ms: NOW_MS };
    prober.run(target, &CancellationToken::new()).await.expect("nobody cancelled")
}

/// Limits a test can wait for.
pub(crate) fn short() -> Prober {
    let limits = Limits { connect: Duration::from_millis(300), total: Duration::from_millis(600), ..Limits::default() };
    Prober::with_limits(limits)
}

/// The states of all six stages.
pub(crate) fn states(report: &TestReport) -> [StageState; 6] {
    let all: Vec<_> = report.stages.iter().map(|s| s.state).collect();
    all.try_into().expect("six stages")
}

/// The stages that have a time of their own.
pub(crate) fn timed(report: &TestReport) -> Vec<Stage> {
    report.stages.iter().filter(|s| s.took_ms.is_some()).map(|s| s.stage).collect()
}

/// A server that reads a request's head and hands the connection to `answer`.
pub(crate) async fn raw<F, Fut>(answer: F) -> SocketAddr
where
    F: Fn(TcpStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    address
}

/// Reads until the blank line that ends a request's head; empty when the client only looked.
pub(crate) async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A server that answers every request with these very bytes and hangs up.
pub(crate) async fn says(bytes: impl Into<Vec<u8>>) -> SocketAddr {
    let bytes = std::sync::Arc::new(bytes.into());
    raw(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            if !head(&mut stream).await.is_empty() {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
        }
    })
    .await
}
