//! Everything that can go wrong between here and an answer, and answers no honest server gives.

#[path = "probe/support.rs"]
mod support;

use std::{sync::Arc, time::Duration};

use keystead_core::{
    Secret,
    probe::{Cause::*, Limits, Outcome, Prober, Stage::*, StageState, Target},
};
use support::{KEY, NOW_MS, head, key, moved, probe, probe_with, raw, says, short, states, timed};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
};
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

#[tokio::test]
async fn an_answer_that_is_none_is_called_what_it_is() {
    let huge = [b"{\"data\":[\"".as_slice(), &vec![b'a'; 1_200_000], b"\"]}"].concat();
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0];
    for (what, bytes, outcome, cause) in [
        ("not HTTP", b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), Outcome::Unreachable, Broken),
        ("nothing", vec![], Outcome::Unreachable, Broken),
        ("half a body", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"da".to_vec(), Outcome::Unreachable, Broken),
        ("half a head", b"HTTP/1.1 200 OK\r\ncontent-".to_vec(), Outcome::Unreachable, Broken),
        ("not UTF-8", answer("200 OK", b"{\"data\":[\"\xff\xfe\"]}"), Outcome::WrongBaseUrl, Broken),
        ("gzip nobody asked for", answer("200 OK\r\ncontent-encoding: gzip", &gzip), Outcome::WrongBaseUrl, Broken),
        ("more than 1 MiB", answer("200 OK", &huge), Outcome::WrongBaseUrl, TooLarge),
        ("plain text", answer("200 OK", b"It works!"), Outcome::WrongBaseUrl, Shape),
        ("an empty 200", answer("200 OK", b""), Outcome::WrongBaseUrl, Shape),
        (
            "a page called JSON",
            answer("200 OK\r\ncontent-type: application/json", b"<html>"),
            Outcome::WrongBaseUrl,
            Html,
        ),
        ("deep nesting", answer("200 OK", "[".repeat(100_000).as_bytes()), Outcome::WrongBaseUrl, Shape),
    ] {
        let server = says(bytes).await;
        let report = probe(&moved("openai", &format!("http://{server}")), Some(KEY)).await;
        assert_eq!((report.outcome, report.cause, report.stage), (outcome, Some(cause), Route), "{what}: {report:?}");
        assert!(!report.key_proven);
        assert_eq!(
            states(&report)[3..],
            [StageState::Failed, StageState::NotReached, StageState::NotReached],
            "{what}"
        );
    }
}

#[tokio::test]
async fn an_error_with_an_endless_body_is_still_read_for_its_status() {
    let server = raw(|mut stream| async move {
        if head(&mut stream).await.is_empty() {
            return;
        }
        let _ = stream.write_all(b"HTTP/1.1 401 Unauthorized\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let report = probe(&moved("openai", &format!("http://{server}")), Some(KEY)).await;
    assert_eq!((report.outcome, report.http_status), (Outcome::InvalidKey, Some(401)));
    assert!(report.detail.is_none_or(|d| d.chars().count() <= 300));
}

#[tokio::test]
async fn silence_and_drips_end_in_a_timeout() {
    let silent = raw(|mut stream| async move {
        head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let report = probe_with(&short(), &moved("openai", &format!("http://{silent}")), Some(KEY)).await;
    assert_eq!((report.outcome, report.cause, report.stage), (Outcome::Unreachable, Some(Timeout), Route));
    assert_eq!(report.http_status, None);

    let drips = raw(|mut stream| async move {
        head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(b"[").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let report = probe_with(&short(), &moved("openai", &format!("http://{drips}")), Some(KEY)).await;
    assert_eq!((report.outcome, report.cause), (Outcome::Unreachable, Some(Timeout)));
    assert_eq!(report.http_status, Some(200));
    let route = &report.stages[Route as usize];
    assert!(route.took_ms.is_some_and(|ms| ms >= 400.0), "{route:?}");
}

#[tokio::test]
async fn every_provider_times_out_without_a_verdict_on_the_key() {
    let silent = raw(|mut stream| async move {
        head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let limits = Limits { total: Duration::from_millis(80), ..Limits::default() };
    for id in ["openai", "anthropic", "google", "openrouter", "mistral", "groq", "deepseek", "ollama"] {
        let report = probe_with(&Prober::with_limits(limits), &moved(id, &format!("http://{silent}")), Some(KEY)).await;
        assert_eq!(
            (report.outcome, report.cause, report.key_proven),
            (Outcome::Unreachable, Some(Timeout), false),
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_a_result_and_the_key_goes_nowhere_else() {
    let other = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&other).await;
    for id in ["openai", "anthropic", "google", "openrouter", "mistral", "groq", "deepseek", "ollama"] {
        for status in [301, 302, 303, 307, 308] {
            let first = MockServer::start().await;
            let to = format!("http://localhost:{}/v1/models?x=1", other.address().port());
            Mock::given(any())
                .respond_with(ResponseTemplate::new(status).insert_header("location", to))
                .mount(&first)
                .await;
            let report = probe(&moved(id, &first.uri()), Some(KEY)).await;
            assert_eq!((report.outcome, report.cause), (Outcome::WrongBaseUrl, Some(Redirect)), "{id} {status}");
            assert_eq!(report.detail, Some(format!("localhost:{}", other.address().port())));
        }
    }
    assert!(other.received_requests().await.expect("recorded").is_empty());
}

#[tokio::test]
async fn a_closed_port_refuses_and_an_unknown_name_does_not_resolve() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = closed.local_addr().expect("an address");
    drop(closed);
    for origin in [format!("http://{at}"), format!("http://localhost:{}", at.port())] {
        let report = probe(&moved("ollama", &origin), None).await;
        assert_eq!(
            (report.outcome, report.cause, report.stage),
            (Outcome::Unreachable, Some(Refused), Connection),
            "{origin}"
        );
        assert_eq!(timed(&report), [Name, Connection]);
        assert_eq!(report.latency_ms, None);
    }
    let direct = Prober::with_limits(Limits { connect: Duration::from_secs(5), ..Limits::default() });
    let report = probe_with(&direct, &moved("openai", "https://keystead.invalid"), Some(KEY)).await;
    assert_eq!((report.outcome, report.stage), (Outcome::Unreachable, Name));
    assert!(matches!(report.cause, Some(Dns | Timeout)), "{:?}", report.cause);
    assert_eq!(states(&report)[1..], [StageState::NotReached; 5]);
}

async fn tls_server() -> std::net::SocketAddr {
    let made =
        rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], made.signing_key.into())
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    raw(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut tls) = acceptor.accept(stream).await {
                let mut request = [0; 4096];
                let read = tls.read(&mut request).await.unwrap_or(0);
                assert_eq!(read, 0, "a request came through a connection that nobody trusts");
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_ends_the_test_before_the_key() {
    let server = tls_server().await;
    for host in ["localhost", "127.0.0.1"] {
        let report = probe(&moved("openai", &format!("https://{host}:{}", server.port())), Some(KEY)).await;
        assert_eq!(
            (report.outcome, report.cause, report.stage),
            (Outcome::Unreachable, Some(Certificate), Tls),
            "{report:?}"
        );
        assert_eq!(timed(&report), [Name, Connection, Tls]);
        assert_eq!(report.latency_ms, None, "nothing was sent");
    }
}

#[tokio::test]
async fn tls_to_a_port_that_speaks_none_is_broken_not_distrusted() {
    let plain = raw(|mut stream| async move {
        let mut hello = [0; 1024];
        if stream.read(&mut hello).await.unwrap_or(0) > 0 {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    })
    .await;
    let report = probe(&moved("openai", &format!("https://{plain}")), Some(KEY)).await;
    assert_eq!((report.outcome, report.cause, report.stage), (Outcome::Unreachable, Some(Broken), Tls));
}

#[tokio::test]
async fn cancelling_ends_a_test_at_once_without_a_report() {
    let silent = raw(|mut stream| async move {
        head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let provider = moved("openai", &format!("http://{silent}"));
    let cancel = CancellationToken::new();
    let secret: Secret = key(KEY);
    let target = Target { provider: &provider, secret: Some(&secret), headers: &[], login: None, now_ms: NOW_MS };
    let prober = Prober::new();
    let began = std::time::Instant::now();
    let (report, ()) = tokio::join!(prober.run(target, &cancel), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel.cancel();
    });
    assert!(report.is_none());
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(prober.run(target, &cancel).await.is_none(), "a test cancelled before it begins never begins");
}
