//! Providers that are not there: they answer as the real ones do, on loopback.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{body_partial_json, header, method, path},
};

use crate::{RUNTIME, secret};

/// A provider on a port of its own, until it is dropped.
pub(crate) struct Provider {
    server: MockServer,
    /// What a provider that lists answers now.
    list: Arc<Mutex<ResponseTemplate>>,
}

impl Provider {
    /// Speaks `OpenAI`'s dialect and knows these keys only.
    pub(crate) fn knowing(keys: &[&str]) -> Self {
        let known: Vec<String> = keys.iter().map(|key| format!("Bearer {key}")).collect();
        Self::answering("/v1/models", move |request| {
            let shown = request.headers.get("authorization").and_then(|value| value.to_str().ok());
            if shown.is_some_and(|shown| known.iter().any(|known| known == shown)) { models() } else { unknown_key() }
        })
    }

    /// Speaks Anthropic's dialect to who has this key and this value of a header.
    pub(crate) fn guarded(key: &str, header: &'static str, value: &str) -> Self {
        let (key, value) = (key.to_owned(), value.to_owned());
        let server = RUNTIME.block_on(MockServer::start());
        let answer = move |request: &Request| {
            let sent = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
            if sent("x-api-key") != Some(&key) || sent(header) != Some(&value) || sent("anthropic-version").is_none() {
                return unknown_key();
            }
            // Nothing was asked for: it is the request that is refused, not the key.
            let body = json!({ "type": "error", "error": {
                "type": "invalid_request_error", "message": "model: Field required" } });
            ResponseTemplate::new(400).set_body_json(body)
        };
        RUNTIME.block_on(Mock::given(method("POST")).and(path("/v1/messages")).respond_with(answer).mount(&server));
        Self::on(server)
    }

    /// Says that there were too many requests, to everyone.
    pub(crate) fn limiting() -> Self {
        Self::answering("/v1/models", |_| {
            let body = json!({ "error": {
                "message": "Rate limit reached for requests", "type": "requests", "param": null, "code": "rate_limit_exceeded" } });
            ResponseTemplate::new(429).insert_header("retry-after", "38").set_body_json(body)
        })
    }

    /// Lists these models to everyone who has a key.
    pub(crate) fn listing(ids: &[&str]) -> Self {
        let list = Arc::new(Mutex::new(list_of(ids)));
        let told = list.clone();
        let answer = move |request: &Request| {
            if !has_a_key(request) {
                return unknown_key();
            }
            told.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        Self { list, ..Self::answering("/v1/models", answer) }
    }

    /// Lists others from now on.
    pub(crate) fn lists(&self, ids: &[&str]) {
        *self.list.lock().unwrap_or_else(PoisonError::into_inner) = list_of(ids);
    }

    /// Has a fault from now on.
    pub(crate) fn fails(&self) {
        *self.list.lock().unwrap_or_else(PoisonError::into_inner) = ResponseTemplate::new(503);
    }

    /// Takes its time.
    pub(crate) fn slow(delay: Duration) -> Self {
        Self::answering(
            "/v1/models",
            move |request| {
                if has_a_key(request) { models().set_delay(delay) } else { unknown_key() }
            },
        )
    }

    /// Answers at once until it is told to take its time.
    pub(crate) fn tiring(tired: Arc<AtomicBool>) -> Self {
        Self::answering("/v1/models", move |request| {
            if !has_a_key(request) {
                return unknown_key();
            }
            let delay = if tired.load(Ordering::SeqCst) { Duration::from_mins(1) } else { Duration::ZERO };
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
            .respond_with(ResponseTemplate::new(200).set_body_json(said))
            .with_priority(1);
        RUNTIME.block_on(mock.mount(&server.server));
        let refused = Mock::given(method("POST")).respond_with(unknown_key()).with_priority(9);
        RUNTIME.block_on(refused.mount(&server.server));
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
        RUNTIME.block_on(mock.mount(&server.server));
        server
    }

    /// An address on this machine where nothing listens.
    pub(crate) fn nowhere() -> String {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        format!("http://{}", free.local_addr().expect("bound"))
    }

    /// Its address with a path: `http://127.0.0.1:40123/v1`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.uri())
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        RUNTIME.block_on(self.server.received_requests()).unwrap_or_default().len()
    }

    /// Answers GETs of one path.
    pub(crate) fn answering(at: &str, answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> Self {
        Self::answering_to("GET", at, answer)
    }

    /// Answers POSTs of one path.
    pub(crate) fn answering_posts(
        at: &str,
        answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static,
    ) -> Self {
        Self::answering_to("POST", at, answer)
    }

    fn answering_to(
        verb: &str,
        at: &str,
        answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static,
    ) -> Self {
        let server = RUNTIME.block_on(MockServer::start());
        RUNTIME.block_on(Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&server));
        Self::on(server)
    }

    fn on(server: MockServer) -> Self {
        Self { server, list: Arc::new(Mutex::new(ResponseTemplate::new(404))) }
    }
}

fn models() -> ResponseTemplate {
    list_of(&["gpt-5", "gpt-5-mini"])
}

fn list_of(ids: &[&str]) -> ResponseTemplate {
    let model = |id: &&str| json!({ "id": id, "object": "model", "created": 1_754_425_777, "owned_by": "system" });
    let list = json!({ "object": "list", "data": ids.iter().map(model).collect::<Vec<_>>() });
    ResponseTemplate::new(200).insert_header("x-request-id", "req_8f2c41d07b").set_body_json(list)
}

fn unknown_key() -> ResponseTemplate {
    let body = json!({ "error": {
        "message": "Incorrect API key provided. You can find your API key in your account.",
        "type": "invalid_request_error", "param": null, "code": "invalid_api_key" } });
    ResponseTemplate::new(401).insert_header("x-request-id", "req_8f2c41d07c").set_body_json(body)
}

/// Whether it comes with a key of a case's, and not with what Keystead asks with to find out what a yes is worth.
fn has_a_key(request: &Request) -> bool {
    let shown = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    shown.is_some_and(|shown| shown.contains(secret::canary()))
}
