//! TLS that is trusted, and TLS that is not, with an authority of the test's own. Trust is read from the environment once
//! per process, so the tests run again as a child whose environment names that authority.
#![cfg(target_os = "linux")]

#[path = "probe/support.rs"]
mod support;

use std::{env, net::SocketAddr, process::Command, sync::Arc};

use keystead_core::probe::{Cause, Outcome, Stage, StageState};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use support::{KEY, moved, probe, states, timed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

const CHILD: &str = "KEYSTEAD_TLS_CHILD";

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

fn authority() -> Authority {
    let mut params = CertificateParams::new(vec![]).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key pair");
    let pem = params.self_signed(&key).expect("a certificate").pem();
    Authority { issuer: Issuer::new(params, key), pem }
}

/// A server for `name` whose certificate ends in `until`.
async fn server(authority: &Authority, name: &str, until: i32) -> SocketAddr {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().expect("a key pair");
    let leaf = params.signed_by(&key, &authority.issuer).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    support::raw(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut tls) = acceptor.accept(stream).await else { return };
            let mut request = [0; 4096];
            if tls.read(&mut request).await.unwrap_or(0) > 0 {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"data\":[]}";
                let _ = tls.write_all(answer).await;
                let _ = tls.shutdown().await;
            }
        }
    })
    .await
}

#[test]
fn tls_is_timed_when_trusted_and_ends_the_test_when_not() {
    if env::var_os(CHILD).is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let status = Command::new(env::current_exe().expect("this program"))
            .args(["--exact", "tls_is_timed_when_trusted_and_ends_the_test_when_not", "--nocapture"])
            .env(CHILD, folder.path())
            .env("SSL_CERT_FILE", folder.path().join("authority.pem"))
            .env_remove("SSL_CERT_DIR")
            .status()
            .expect("it runs");
        assert!(status.success());
        return;
    }
    let authority = authority();
    let folder = env::var_os(CHILD).expect("set above");
    std::fs::write(std::path::Path::new(&folder).join("authority.pem"), &authority.pem).expect("written");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let trusted = server(&authority, "localhost", 2090).await;
        let report = probe(&moved("openai", &format!("https://localhost:{}", trusted.port())), Some(KEY)).await;
        assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
        assert_eq!(states(&report), [StageState::Ok; 6]);
        assert_eq!(timed(&report), [Stage::Name, Stage::Connection, Stage::Tls, Stage::Account]);
        let begins: Vec<f64> = report.stages.iter().filter_map(|s| s.start_ms).collect();
        assert!(begins.is_sorted(), "{begins:?}");
        assert!(report.stages[Stage::Tls as usize].took_ms > Some(0.0));
        for (name, until) in [("other.example", 2090), ("localhost", 2020)] {
            let wrong = server(&authority, name, until).await;
            let report = probe(&moved("openai", &format!("https://localhost:{}", wrong.port())), Some(KEY)).await;
            let end = (report.outcome, report.cause, report.stage);
            assert_eq!(end, (Outcome::Unreachable, Some(Cause::Certificate), Stage::Tls), "{name} until {until}");
            assert!(report.detail.is_some(), "says what is wrong with it");
        }
    });
}
