//! S7: a server whose TLS is wrong in any way never gets a request, so never a header with a key.
#![cfg(target_os = "linux")]

#[path = "common/gate.rs"]
mod gate;
#[path = "probe/support.rs"]
mod support;
#[path = "probe/tls.rs"]
mod tls;

use std::sync::{Arc, Mutex};

use gate::Gate;
use keystead_core::probe::{Cause, Outcome, Stage};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd};
use support::{KEY, moved, probe};
use tls::Authority;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

/// What a server got out of its TLS, request by request.
type Got = Arc<Mutex<Vec<u8>>>;

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, got: Got) {
    let Ok(mut tls) = acceptor.accept(stream).await else { return };
    let mut request = [0; 4096];
    if let Ok(read) = tls.read(&mut request).await
        && read > 0
    {
        got.lock().expect("no panic").extend_from_slice(&request[..read]);
        let _ = tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"data\":[]}").await;
        let _ = tls.shutdown().await;
    }
}

async fn ask(acceptor: TlsAcceptor) -> (Outcome, Option<Cause>, Stage, Vec<u8>) {
    let got = Got::default();
    let told = got.clone();
    let server = support::raw(move |stream| serve(stream, acceptor.clone(), told.clone())).await;
    let report = probe(&moved("openai", &format!("https://localhost:{}", server.port())), Some(KEY)).await;
    let bytes = got.lock().expect("no panic").clone();
    (report.outcome, report.cause, report.stage, bytes)
}

/// Everything a certificate can be wrong in.
fn wrong(trusted: &Authority) -> Vec<(&'static str, TlsAcceptor)> {
    let until = |year| move |params: &mut CertificateParams| params.not_after = date_time_ymd(year, 1, 1);
    let stranger = Authority::new("Trusted by nobody", |_| {});
    // A key pair that has a certificate, and no right to sign others.
    let no_authority = trusted.below("no-authority.example", |params| params.is_ca = IsCa::ExplicitNoCa);
    let expired_authority = trusted.below("expired-authority.example", until(2020));
    let for_clients = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    };
    let key = KeyPair::generate().expect("a key pair");
    let alone = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name").self_signed(&key);
    vec![
        ("expired", trusted.leaf_with("localhost", &[], until(2020))),
        ("not valid yet", trusted.leaf_with("localhost", &[], |params| params.not_before = date_time_ymd(2080, 1, 1))),
        ("signed by itself", tls::acceptor(vec![alone.expect("a certificate").der().clone()], &key)),
        ("of another host", trusted.leaf("other.example")),
        ("of a host below", trusted.leaf("api.localhost")),
        ("of an unknown authority", stranger.leaf_with("localhost", &[stranger.der()], |_| {})),
        ("signed by who may not sign", no_authority.leaf_with("localhost", &[no_authority.der()], |_| {})),
        ("signed by who no longer may", expired_authority.leaf_with("localhost", &[expired_authority.der()], |_| {})),
        ("for clients only", trusted.leaf_with("localhost", &[], for_clients)),
    ]
}

/// A server that speaks nothing newer than TLS 1.1: a `ServerHello` of it, as RFC 4346 has it.
async fn old_server(got: Got) -> std::net::SocketAddr {
    support::raw(move |mut stream| {
        let got = got.clone();
        async move {
            let mut hello = [0; 4096];
            if stream.read(&mut hello).await.unwrap_or(0) == 0 {
                return;
            }
            let mut body = vec![0x03, 0x02];
            body.extend([7; 32]);
            // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
            body.extend([0, 0x00, 0x2f, 0]);
            let handshake = [&[2, 0, 0, u8::try_from(body.len()).expect("short")], body.as_slice()].concat();
            let record = [&[22, 3, 2, 0, u8::try_from(handshake.len()).expect("short")], handshake.as_slice()].concat();
            let _ = stream.write_all(&record).await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            // An alert is all that may still come: seven bytes of a record of type 21.
            if rest.first() != Some(&21) || rest.len() > 7 {
                got.lock().expect("no panic").extend(rest);
            }
        }
    })
    .await
}

#[test]
fn no_server_with_wrong_tls_hears_a_header() {
    tls::with_own_authority("no_server_with_wrong_tls_hears_a_header", |trusted| async move {
        let gate = Gate::new("S7", "servers with wrong TLS");
        // What the gate could not fail without: the right one does hear the key.
        let (outcome, _, _, heard) = ask(trusted.leaf("localhost")).await;
        assert_eq!(outcome, Outcome::Connected);
        assert!(String::from_utf8_lossy(&heard).contains(KEY), "the trusted server gets the key");

        let mut failures = Vec::new();
        let servers = wrong(&trusted);
        let mut runs = servers.len();
        for (what, acceptor) in servers {
            let (outcome, cause, stage, heard) = ask(acceptor).await;
            let wanted = (Outcome::Unreachable, Some(Cause::Certificate), Stage::Tls);
            if (outcome, cause, stage) != wanted || !heard.is_empty() {
                failures.push(format!("{what}: {outcome:?}, {cause:?}, {stage:?}, {} bytes heard", heard.len()));
            }
        }

        runs += 1;
        let got = Got::default();
        let old = old_server(got.clone()).await;
        let report = probe(&moved("openai", &format!("https://localhost:{}", old.port())), Some(KEY)).await;
        let heard = got.lock().expect("no panic").len();
        if (report.outcome, report.stage) != (Outcome::Unreachable, Stage::Tls) || heard > 0 {
            failures.push(format!("TLS 1.1: {:?} at {:?}, {heard} bytes heard", report.outcome, report.stage));
        }
        gate.done(runs, &failures, "servers");
    });
}
