//! Through proxies of our own to a TLS server of our own, which only a certificate of our own vouches for.

#[path = "probe/proxy.rs"]
mod proxy;
#[path = "probe/support.rs"]
mod support;
#[path = "probe/tls.rs"]
mod tls;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use keystead_core::{
    network::{Via, Way},
    probe::{Cause, Limits, Outcome, Prober, Stage, TestReport},
};
use proxy::{Manner, Proxy};
use rcgen::{CertificateParams, date_time_ymd};
use support::{KEY, builtin, moved, probe_with};
use tls::Authority;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// What the server heard inside its TLS.
type Heard = Arc<Mutex<String>>;

const HOST: &str = "api.openai.com";

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, heard: Heard) {
    let Ok(mut tls) = acceptor.accept(stream).await else { return };
    let mut request = vec![0; 8192];
    let read = tls.read(&mut request).await.unwrap_or(0);
    if read > 0 {
        heard.lock().expect("no panic").push_str(&String::from_utf8_lossy(&request[..read]));
        let body = format!("{{\"data\":[{}]}}", vec!["{\"id\":\"m\"}"; 2000].join(","));
        let about = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        // In two records: what has come of the first one can be read.
        let _ = tls.write_all(about.as_bytes()).await;
        let _ = tls.flush().await;
        let _ = tls.write_all(body.as_bytes()).await;
        let _ = tls.shutdown().await;
    }
}

async fn server(acceptor: TlsAcceptor) -> (SocketAddr, Heard) {
    let heard = Heard::default();
    let told = heard.clone();
    let address = support::raw(move |stream| serve(stream, acceptor.clone(), told.clone())).await;
    (address, heard)
}

fn way(proxy: &str, trusted: Option<&Authority>) -> Way {
    Way {
        via: Via::Proxy(proxy.parse().expect("a proxy"), None),
        authorities: trusted.map(Authority::der).into_iter().collect(),
        total: None,
    }
}

async fn ask(proxy: &str, trusted: Option<&Authority>) -> TestReport {
    probe_with(&Prober::new().by(way(proxy, trusted)), builtin("openai"), Some(KEY)).await
}

fn ended(report: &TestReport) -> (Outcome, Option<Cause>, Stage) {
    (report.outcome, report.cause, report.stage)
}

fn unreachable(cause: Cause, stage: Stage) -> (Outcome, Option<Cause>, Stage) {
    (Outcome::Unreachable, Some(cause), stage)
}

#[tokio::test]
async fn every_kind_of_proxy_leads_there_and_sees_no_key() {
    let authority = Authority::new("A company's own", |_| {});
    let (server, heard) = server(authority.leaf(HOST)).await;
    let http = Proxy::http(Manner::Open, server).await;
    let https = Proxy::https(Manner::Open, server, authority.leaf("localhost")).await;
    let socks = Proxy::socks5(Manner::Open, server).await;
    for (proxy, address, says) in [
        (&http, format!("http://{}", http.address), "CONNECT api.openai.com:443 HTTP/1.1\r\n"),
        (&https, format!("https://localhost:{}", https.address.port()), "CONNECT api.openai.com:443 HTTP/1.1\r\n"),
        (&socks, format!("socks5://{}", socks.address), "api.openai.com:443"),
    ] {
        heard.lock().expect("no panic").clear();
        let report = ask(&address, Some(&authority)).await;
        assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{address}: {report:?}");
        assert_eq!(report.proxy.as_deref(), address.split_once("://").map(|(_, host)| host));
        assert!(heard.lock().expect("no panic").contains(KEY), "{address}: the server gets the key");
        let seen = proxy.seen();
        assert!(seen.iter().all(|said| said.starts_with(says) && !said.contains(KEY)), "{address}: {seen:?}");
        assert_eq!(seen.len(), 1, "{address}: {seen:?}");
    }
}

#[tokio::test]
async fn without_its_authority_the_server_is_not_believed_and_hears_nothing() {
    let authority = Authority::new("A company's own", |_| {});
    let stranger = Authority::new("Another one", |_| {});
    let (server, heard) = server(authority.leaf(HOST)).await;
    let proxy = Proxy::http(Manner::Open, server).await;
    for trusted in [None, Some(&stranger)] {
        let report = ask(&format!("http://{}", proxy.address), trusted).await;
        assert_eq!(ended(&report), unreachable(Cause::Certificate, Stage::Tls), "{report:?}");
    }
    assert_eq!(*heard.lock().expect("no panic"), "");
}

#[tokio::test]
async fn an_authority_vouches_for_nothing_that_is_wrong() {
    let authority = Authority::new("A company's own", |_| {});
    let until = |year| move |params: &mut CertificateParams| params.not_after = date_time_ymd(year, 1, 1);
    for (what, acceptor) in [
        ("expired", authority.leaf_with(HOST, &[], until(2020))),
        ("not valid yet", authority.leaf_with(HOST, &[], |p| p.not_before = date_time_ymd(2080, 1, 1))),
        ("of another host", authority.leaf("other.example")),
    ] {
        let (server, heard) = server(acceptor).await;
        let proxy = Proxy::http(Manner::Open, server).await;
        let report = ask(&format!("http://{}", proxy.address), Some(&authority)).await;
        assert_eq!(ended(&report), unreachable(Cause::Certificate, Stage::Tls), "{what}: {report:?}");
        assert_eq!(*heard.lock().expect("no panic"), "", "{what}");
    }
    // The same without a proxy between.
    for (host, outcome) in [("localhost", Outcome::Connected), ("other.example", Outcome::Unreachable)] {
        let (server, heard) = server(authority.leaf(host)).await;
        let direct = Way { authorities: vec![authority.der()], ..Way::default() };
        let there = moved("openai", &format!("https://localhost:{}", server.port()));
        let report = probe_with(&Prober::new().by(direct), &there, Some(KEY)).await;
        assert_eq!(report.outcome, outcome, "{host}: {report:?}");
        assert_eq!(heard.lock().expect("no panic").contains(KEY), outcome == Outcome::Connected, "{host}");
    }
}

#[tokio::test]
async fn a_bad_proxy_is_told_for_what_it_is() {
    let authority = Authority::new("A company's own", |_| {});
    let (server, heard) = server(authority.leaf(HOST)).await;
    for (manner, cause, stage) in [
        (Manner::Wants("user:secret"), Cause::ProxyAuth, Stage::Tls),
        (Manner::Says("HTTP/1.1 403 Forbidden\r\n"), Cause::Proxy, Stage::Tls),
        (Manner::Says("HTTP/1.1 502 Bad Gateway\r\n"), Cause::Proxy, Stage::Tls),
        (Manner::Says("SSH-2.0-OpenSSH_9.9\r\n"), Cause::Proxy, Stage::Tls),
        (Manner::HangsUp, Cause::Proxy, Stage::Tls),
        (Manner::Dies, Cause::Proxy, Stage::Tls),
    ] {
        let what = format!("{manner:?}");
        let proxy = Proxy::http(manner, server).await;
        let report = ask(&format!("http://{}", proxy.address), Some(&authority)).await;
        assert_eq!(ended(&report), unreachable(cause, stage), "{what}: {report:?}");
        assert_eq!(report.proxy, Some(proxy.address.to_string()), "{what}");
        assert_eq!(report.latency_ms, None, "{what}: nothing was sent");
        assert!(proxy.seen().iter().all(|said| !said.contains(KEY)), "{what}");
    }
    for (manner, cause) in [
        (Manner::Wants("user:secret"), Cause::ProxyAuth),
        (Manner::Says("no"), Cause::Proxy),
        (Manner::HangsUp, Cause::Proxy),
        (Manner::Dies, Cause::Proxy),
    ] {
        let what = format!("{manner:?}");
        let proxy = Proxy::socks5(manner, server).await;
        let report = ask(&format!("socks5://{}", proxy.address), Some(&authority)).await;
        assert_eq!(ended(&report), unreachable(cause, Stage::Tls), "socks5, {what}: {report:?}");
    }
    assert_eq!(*heard.lock().expect("no panic"), "");
}

#[tokio::test]
async fn a_proxy_that_dies_in_the_middle_of_an_answer_breaks_it_off() {
    let authority = Authority::new("A company's own", |_| {});
    let (server, _) = server(authority.leaf(HOST)).await;
    // Past the handshake, and before the end of what is said.
    let proxy = Proxy::http(Manner::DiesAfter(8_000), server).await;
    let report = ask(&format!("http://{}", proxy.address), Some(&authority)).await;
    assert_eq!(ended(&report), unreachable(Cause::Broken, Stage::Route), "{report:?}");
    assert_eq!(report.http_status, Some(200));
}

#[tokio::test]
async fn a_proxy_nobody_trusts_is_not_told_where_to_go() {
    let (authority, stranger) = (Authority::new("Ours", |_| {}), Authority::new("Not ours", |_| {}));
    let (server, _) = server(authority.leaf(HOST)).await;
    let proxy = Proxy::https(Manner::Open, server, stranger.leaf("localhost")).await;
    let report = ask(&format!("https://localhost:{}", proxy.address.port()), Some(&authority)).await;
    assert_eq!(ended(&report), unreachable(Cause::Proxy, Stage::Tls), "{report:?}");
    assert_eq!(proxy.seen(), [""; 0]);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_known_before_anything_is_sent() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = closed.local_addr().expect("an address");
    drop(closed);
    let report = ask(&format!("http://{at}"), None).await;
    assert_eq!(ended(&report), unreachable(Cause::Proxy, Stage::Connection));
    let report = ask("http://proxy.keystead.invalid:3128", None).await;
    assert_eq!(ended(&report), unreachable(Cause::Proxy, Stage::Name));
    assert_eq!(report.detail.as_deref(), Some("proxy.keystead.invalid does not resolve"));

    let silent = Proxy::http(Manner::Silent, at).await;
    let limits = Limits { connect: Duration::from_millis(300), total: Duration::from_millis(600), ..Limits::default() };
    let prober = Prober::with_limits(limits).by(way(&format!("http://{}", silent.address), None));
    let report = probe_with(&prober, builtin("openai"), Some(KEY)).await;
    assert_eq!(ended(&report), unreachable(Cause::Timeout, Stage::Tls), "{report:?}");
    assert_eq!(report.proxy, Some(silent.address.to_string()));
}

#[tokio::test]
async fn this_machine_is_reached_directly_whatever_is_chosen() {
    let authority = Authority::new("Ours", |_| {});
    let (server, _) = server(authority.leaf("localhost")).await;
    let proxy = Proxy::http(Manner::Open, server).await;
    let through = way(&format!("http://{}", proxy.address), Some(&authority));
    let plain = support::says(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    for (origin, outcome) in [
        (format!("https://localhost:{}", server.port()), Outcome::Connected),
        (format!("http://{plain}"), Outcome::InvalidKey),
        (format!("http://localhost:{}", plain.port()), Outcome::InvalidKey),
    ] {
        let report = probe_with(&Prober::new().by(through.clone()), &moved("openai", &origin), Some(KEY)).await;
        assert_eq!((report.outcome, report.proxy), (outcome, None), "{origin}");
    }
    assert_eq!(proxy.seen(), [""; 0]);
}

#[tokio::test]
async fn a_chosen_time_is_the_whole_time() {
    let silent = support::raw(|mut stream| async move {
        support::head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let hurry = Way { total: Some(Duration::from_millis(400)), ..Way::default() };
    let began = std::time::Instant::now();
    // Of a provider that may take a minute otherwise.
    let report = probe_with(&Prober::new().by(hurry), &moved("openai", &format!("http://{silent}")), Some(KEY)).await;
    assert_eq!(ended(&report), unreachable(Cause::Timeout, Stage::Route));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
