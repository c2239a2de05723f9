//! Servers that say the key back, in every place an answer has, and answers that are none.

use keystead_core::keystead::{ProviderRef, TestDraft};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{CANARY, Path, common::Bench, inputs::told};

const STATUSES: [u16; 9] = [200, 302, 400, 401, 402, 403, 404, 429, 500];
/// Head and body; `{}` is the key.
const FORMS: [(&str, &str); 8] = [
    ("content-type: application/json", r#"{"error":{"message":"You sent {}.","code":"{}","type":"{}"}}"#),
    ("content-type: application/json", r#"{"data":["{}"],"models":["{}"],"{}":"{}"}"#),
    ("content-type: text/html", "<html><title>{}</title>{}</html>"),
    ("content-type: text/plain", "Bearer {}"),
    ("content-type: application/json\r\nx-request-id: {}\r\nrequest-id: {}", "{}"),
    ("location: https://{}.evil.example/{}?{}#{}", ""),
    ("retry-after: {}\r\nset-cookie: key={}\r\nserver: {}\r\nwww-authenticate: Bearer realm=\"{}\"", "{"),
    ("content-encoding: gzip\r\nx-{}: {}", "{}"),
];
const PROVIDERS: [&str; 2] = ["openai", "anthropic"];

pub(crate) fn paths() -> impl Iterator<Item = Path> {
    let forms = STATUSES.into_iter().flat_map(|status| {
        FORMS.into_iter().enumerate().map(move |(at, (head, body))| {
            let (head, body) = (head.replace("{}", CANARY), body.replace("{}", CANARY));
            let length = body.len();
            let answer = format!("HTTP/1.1 {status} {CANARY}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}");
            (format!("{status}, form {at}"), answer.into_bytes())
        })
    });
    let broken = [
        ("not HTTP", format!("SSH-2.0-{CANARY}\r\n").into_bytes()),
        ("half a head", format!("HTTP/1.1 200 OK\r\n{CANARY}").into_bytes()),
        ("a bad header", format!("HTTP/1.1 200 OK\r\n{CANARY}\r\n\r\n").into_bytes()),
        ("half a body", format!("HTTP/1.1 401 No\r\ncontent-length: 999\r\n\r\n{CANARY}").into_bytes()),
        ("bad chunks", format!("HTTP/1.1 401 No\r\ntransfer-encoding: chunked\r\n\r\n{CANARY}\r\n").into_bytes()),
        ("not UTF-8", [b"HTTP/1.1 401 No\r\ncontent-length: 38\r\n\r\n\xff\xfe", CANARY.as_bytes()].concat()),
    ];
    let broken = broken.into_iter().map(|(what, bytes)| (what.to_owned(), bytes));
    forms.chain(broken).enumerate().map(|(at, (name, answer))| {
        let provider = PROVIDERS[at % PROVIDERS.len()];
        (format!("{provider} answers {name}"), Box::new(move || ask(provider, answer)) as Box<dyn FnOnce() -> String>)
    })
}

/// Tests a draft against a server that answers this.
fn ask(provider: &str, answer: Vec<u8>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let bench = Bench::new();
    let draft = bench.draft(CANARY);
    runtime.block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(serve(listener, answer));
        let id = provider.parse().expect("a slug");
        let provider = ProviderRef::Existing { id, base_url: Some(base_url) };
        match bench.keystead.test_draft(TestDraft { provider, draft: Some(draft), run: "1".into() }).await {
            Ok(report) => format!("{report:?} {}", serde_json::to_string(&report).expect("JSON")),
            error => told(error),
        }
    })
}

async fn serve(listener: TcpListener, answer: Vec<u8>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer).await {
                Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
                _ => break,
            }
        }
        if !head.is_empty() {
            assert!(String::from_utf8_lossy(&head).contains(CANARY), "the key was sent");
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    }
}
