//! TLS that is trusted is timed. What is not trusted is the gate's: `gate_tls.rs`.
#![cfg(target_os = "linux")]

#[path = "probe/support.rs"]
mod support;
#[path = "probe/tls.rs"]
mod tls;

use keystead_core::probe::{Outcome, Stage, StageState};
use support::{KEY, moved, probe, states, timed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[test]
fn tls_that_is_trusted_has_a_time_of_its_own() {
    tls::with_own_authority("tls_that_is_trusted_has_a_time_of_its_own", |authority| async move {
        let acceptor = authority.leaf("localhost");
        let server = support::raw(move |stream| {
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
        .await;
        let report = probe(&moved("openai", &format!("https://localhost:{}", server.port())), Some(KEY)).await;
        assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
        assert_eq!(states(&report), [StageState::Ok; 6]);
        assert_eq!(timed(&report), [Stage::Name, Stage::Connection, Stage::Tls, Stage::Account]);
        let begins: Vec<f64> = report.stages.iter().filter_map(|s| s.start_ms).collect();
        assert!(begins.is_sorted(), "{begins:?}");
        assert!(report.stages[Stage::Tls as usize].took_ms > Some(0.0));
    });
}
