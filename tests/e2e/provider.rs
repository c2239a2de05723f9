//! Providers that are not there: they answer as the real ones do, on loopback.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{body_partial_json, header, method, path},
};

use crate::RUNTIME;

/// A provider on a port of its own, until it is dropped.
pub(crate) struct Provider(MockServer);

impl Provider {
    /// Speaks `OpenAI`'s dialect and knows these keys only.
    pub(crate) fn knowing(keys: &[&str]) -> Self {
        let known: Vec<String> = keys.iter().map(|key| format!("Bearer {key}")).collect();
        Self::answering("/v1/models", move |request| {
            let shown = request.headers.get("authorization").and_then(|value| value.to_str().ok());
            if shown.is_some_and(|shown| known.iter().any(|known| known == shown)) { models() } else { unknown_key() }
        })
    }

    /// Says that there were too many requests, to everyone.
    pub(crate) fn limiting() -> Self {
        Self::answering("/v1/models", |_| {
            let body = json!({ "error": {
                "message": "Rate limit reached for requests", "type": "requests", "param": null, "code": "rate_limit_exceeded" } });
            ResponseTemplate::new(429).insert_header("retry-after", "38").set_body_json(body)
        })
    }

    /// Takes its time.
    pub(crate) fn slow(delay: Duration) -> Self {
        Self::answering("/v1/models", move |_| models().set_delay(delay))
    }

    /// Answers at once until it is told to take its time.
    pub(crate) fn tiring(tired: Arc<AtomicBool>) -> Self {
        Self::answering("/v1/models", move |_| {
            let delay = if tired.load(Ordering::SeqCst) { Duration::from_secs(60) } else { Duration::ZERO };
            models().set_delay(delay)
        })
    }

    /// As [`Provider::knowing`], and completes a text with one token.
    pub(crate) fn charging(key: &str) -> Self {
        let server = Self::knowing(&[key]);
        let said = json!({ "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Hello" } }] });
        let mock = Mock::given(method("POST"))
            .and(path("/v1/chat/completions"))
            .and(header("authorization", format!("Bearer {key}")))
            .and(body_partial_json(json!({ "max_tokens": 1 })))
            .respond_with(ResponseTemplate::new(200).set_body_json(said));
        RUNTIME.block_on(mock.mount(&server.0));
        server
    }

    /// An Ollama with one model.
    pub(crate) fn ollama() -> Self {
        let server = Self::answering("/api/version", |_| {
            ResponseTemplate::new(200).set_body_json(json!({ "version": "0.12.6" }))
        });
        let tags =
            json!({ "models": [{ "name": "llama3.2:latest", "model": "llama3.2:latest", "size": 2_019_393_189_u64 }] });
        let mock = Mock::given(method("GET"))
            .and(path("/api/tags"))
            .respond_with(ResponseTemplate::new(200).set_body_json(tags));
        RUNTIME.block_on(mock.mount(&server.0));
        server
    }

    /// An address on this machine where nothing listens.
    pub(crate) fn nowhere() -> String {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        format!("http://{}", free.local_addr().expect("bound"))
    }

    /// Its address with a path: `http://127.0.0.1:40123/v1`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.uri())
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        RUNTIME.block_on(self.0.received_requests()).unwrap_or_default().len()
    }

    fn answering(at: &str, answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> Self {
        let server = RUNTIME.block_on(MockServer::start());
        RUNTIME.block_on(Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(&server));
        Self(server)
    }
}

fn models() -> ResponseTemplate {
    let model = |id| json!({ "id": id, "object": "model", "created": 1_754_425_777, "owned_by": "system" });
    let list = json!({ "object": "list", "data": [model("gpt-5"), model("gpt-5-mini")] });
    ResponseTemplate::new(200).insert_header("x-request-id", "req_8f2c41d07b").set_body_json(list)
}

fn unknown_key() -> ResponseTemplate {
    let body = json!({ "error": {
        "message": "Incorrect API key provided. You can find your API key in your account.",
        "type": "invalid_request_error", "param": null, "code": "invalid_api_key" } });
    ResponseTemplate::new(401).insert_header("x-request-id", "req_8f2c41d07c").set_body_json(body)
}
