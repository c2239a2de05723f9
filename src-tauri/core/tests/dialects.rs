//! Custom providers in every dialect: what they are asked, what that proves, and where their keys go.

mod common;

use std::collections::BTreeMap;

use common::{Bench, text};
use keystead_core::{
    Code, Field,
    keystead::{
        AddKey, AddProvider, CheckBaseUrl, ConfigurationRow, KeyView, ProviderRef, ProviderView, SetConfiguration,
        SetDialect, SetModels, SetUrl, TestDialect, TestKey,
    },
    probe::{Cause, Outcome, TestReport},
    provider::{
        Dialect::{self, *},
        ProviderId,
    },
    value::EnvName,
};
use serde_json::json;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

/// What a server of this dialect is called at: method, path, the header that carries a key, and what stands before it.
fn asked(dialect: Dialect) -> (&'static str, &'static str, &'static str, &'static str) {
    match dialect {
        Openai | Other => ("GET", "/v1/models", "authorization", "Bearer "),
        OpenaiResponses => ("POST", "/v1/responses", "authorization", "Bearer "),
        Anthropic => ("POST", "/v1/messages", "x-api-key", ""),
        Gemini => ("GET", "/v1beta/models", "x-goog-api-key", ""),
        Ollama => ("GET", "/api/tags", "authorization", "Bearer "),
    }
}

/// The base URL of the server in this dialect.
fn base(server: &MockServer, dialect: Dialect) -> String {
    match dialect {
        Openai | OpenaiResponses => format!("{}/v1", server.uri()),
        _ => server.uri(),
    }
}

/// A server of one dialect, which checks path, headers and key. `open`: it takes any key.
async fn server(dialect: Dialect, open: bool) -> MockServer {
    let server = MockServer::start().await;
    let (method, path, header, scheme) = asked(dialect);
    let good = format!("{scheme}{}", text(1));
    let answer = move |request: &Request| {
        if request.method.as_str() != method || request.url.path() != path {
            return ResponseTemplate::new(404).set_body_json(json!({ "error": "no such path" }));
        }
        let version = request.headers.get("anthropic-version").is_some_and(|v| v == "2023-06-01");
        assert_eq!(version, dialect == Anthropic, "its own headers, and no other dialect's");
        let key = request.headers.get(header).and_then(|v| v.to_str().ok());
        if !open && key != Some(good.as_str()) {
            return ResponseTemplate::new(401).set_body_json(json!({ "error": { "message": "no" } }));
        }
        match dialect {
            OpenaiResponses => ResponseTemplate::new(400)
                .set_body_json(json!({ "error": { "message": "Missing required parameter: model.", "param": "model" } })),
            Anthropic => ResponseTemplate::new(400).set_body_json(
                json!({ "type": "error", "error": { "type": "invalid_request_error", "message": "model: Field required" } }),
            ),
            Gemini | Ollama => ResponseTemplate::new(200).set_body_json(json!({ "models": [{ "name": "a" }] })),
            Openai | Other => ResponseTemplate::new(200).set_body_json(json!({ "data": [{ "id": "a" }] })),
        }
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn custom(bench: &Bench, name: &str, dialect: Dialect, base_url: &str, key: u32) -> KeyView {
    let provider = ProviderRef::Custom { name: name.into(), base_url: base_url.into(), dialect: Some(dialect) };
    let draft = Some(bench.draft(&text(key)));
    bench.keystead.add_key(&AddKey { provider, name: "Work".into(), draft, tested: None }).expect("saved")
}

async fn test(bench: &Bench, key: &KeyView) -> TestReport {
    bench
        .keystead
        .test_key(TestKey { id: key.id.clone(), run: "r".into(), ..TestKey::default() })
        .await
        .expect("tested")
}

fn provider(bench: &Bench, id: &ProviderId) -> ProviderView {
    bench.keystead.provider(id).expect("there")
}

#[tokio::test]
async fn a_key_is_proved_in_every_dialect_by_what_a_wrong_one_gets() {
    let bench = Bench::new();
    for dialect in Dialect::SPOKEN {
        let server = server(dialect, false).await;
        let at = base(&server, dialect);
        let good = custom(&bench, &format!("Good {}", dialect.name()), dialect, &at, 1);
        let report = test(&bench, &good).await;
        assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{dialect:?}: {report:?}");
        let bad = custom(&bench, &format!("Bad {}", dialect.name()), dialect, &at, 2);
        assert_eq!(test(&bench, &bad).await.outcome, Outcome::InvalidKey, "{dialect:?}");
        assert_eq!(provider(&bench, &good.provider).dialect, dialect);
    }
}

#[tokio::test]
async fn where_any_key_is_taken_none_is_proved_in_any_dialect() {
    let bench = Bench::new();
    for dialect in Dialect::SPOKEN {
        let server = server(dialect, true).await;
        let key = custom(&bench, &format!("Box {}", dialect.name()), dialect, &base(&server, dialect), 1);
        let report = test(&bench, &key).await;
        let told = (report.outcome, report.cause, report.key_proven);
        assert_eq!(told, (Outcome::ReachableUnverified, Some(Cause::AnyKeyAccepted), false), "{dialect:?}");
    }
}

#[tokio::test]
async fn a_server_of_another_dialect_is_a_wrong_base_url() {
    let bench = Bench::new();
    let server = server(Openai, false).await;
    for dialect in [OpenaiResponses, Anthropic, Gemini, Ollama] {
        let key = custom(&bench, &format!("Box {}", dialect.name()), dialect, &base(&server, dialect), 1);
        assert_eq!(test(&bench, &key).await.outcome, Outcome::WrongBaseUrl, "{dialect:?}");
    }
}

#[tokio::test]
async fn one_provider_has_a_base_url_for_each_dialect_and_its_keys_go_where_they_were_entered_for() {
    let bench = Bench::new();
    let (main, further, late) =
        (server(Openai, false).await, server(Anthropic, false).await, server(Gemini, false).await);
    let mut urls = BTreeMap::new();
    urls.insert(Anthropic, base(&further, Anthropic));
    let made = bench
        .keystead
        .add_provider(&AddProvider {
            name: "Both".into(),
            dialect: Openai,
            base_url: base(&main, Openai),
            urls,
            headers: vec![("X-Team".into(), "research".into())],
            configuration: Vec::new(),
            models: Vec::new(),
        })
        .expect("made");
    let there = ProviderRef::Existing { id: made.id.clone(), base_url: None };
    let draft = Some(bench.draft(&text(1)));
    let add = AddKey { provider: there, name: "Work".into(), draft, tested: None };
    let key = bench.keystead.add_key(&add).expect("saved");
    let set = |dialect, base_url| bench.keystead.set_url(&SetUrl { id: made.id.clone(), dialect, base_url });
    set(Gemini, Some(base(&late, Gemini))).expect("added after the key");

    assert_eq!(test(&bench, &key).await.outcome, Outcome::Connected);
    let in_dialect =
        |dialect| bench.keystead.test_dialect(TestDialect { id: key.id.clone(), dialect, run: "d".into() });
    let report = in_dialect(Anthropic).await.expect("tested");
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    let team = |r: &Request| r.headers.get("x-team").is_some_and(|v| v == "research");
    assert!(further.received_requests().await.expect("recorded").iter().all(team), "its headers go along");
    let report = in_dialect(Gemini).await.expect("tested");
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::Origin)));
    assert_eq!(late.received_requests().await.expect("recorded").len(), 0, "no key was entered for this host");
    assert_eq!(in_dialect(Ollama).await.expect_err("none").code, Code::DialectNotFound);
    let last = bench.keystead.find_key(&key.id).expect("there").last_test.map(|report| report.outcome);
    assert_eq!(last, Some(Outcome::Connected), "what the main one said still holds");

    let view = provider(&bench, &made.id);
    let told: Vec<_> = view.urls.iter().map(|url| (url.dialect, url.test_method.as_str())).collect();
    assert_eq!(told, [(Anthropic, "POST"), (Gemini, "GET")]);
    assert_eq!(set(Gemini, None).expect("taken away").urls.len(), 1);
    let own = set(Openai, Some(main.uri())).expect_err("its main one");
    assert_eq!((own.code, own.field), (Code::DialectTaken, Some(Field::BaseUrl)));
    assert_eq!(set(Ollama, Some("http://x.example".into())).expect_err("plain http").code, Code::UrlPlainHttp);
}

#[tokio::test]
async fn changing_the_dialect_changes_the_request_and_forgets_the_last_test() {
    let bench = Bench::new();
    let server = server(Openai, false).await;
    let key = custom(&bench, "Box", Openai, &base(&server, Openai), 1);
    test(&bench, &key).await;
    let set = |dialect| bench.keystead.set_dialect(&SetDialect { id: key.provider.clone(), dialect }).expect("changed");
    let view = set(Anthropic);
    assert_eq!((view.dialect, view.base_url.as_str()), (Anthropic, server.uri().as_str()), "without /v1");
    assert_eq!(view.test_url, format!("{}/v1/messages", server.uri()));
    assert_eq!(view.keys[0].last_test, None);
    assert_eq!(test(&bench, &key).await.outcome, Outcome::WrongBaseUrl);
    // With a base URL for the other dialect the two change places.
    let url = SetUrl { id: key.provider.clone(), dialect: Openai, base_url: Some(base(&server, Openai)) };
    bench.keystead.set_url(&url).expect("set");
    let view = set(Openai);
    assert_eq!((view.base_url, view.urls[0].dialect), (base(&server, Openai), Anthropic));
    assert_eq!(test(&bench, &key).await.outcome, Outcome::Connected);
    let builtin = SetDialect { id: "openai".parse().expect("a slug"), dialect: Anthropic };
    assert_eq!(bench.keystead.set_dialect(&builtin).expect_err("built in").code, Code::ProviderBuiltin);
}

#[test]
fn a_dialect_survives_the_loss_of_the_database() {
    let bench = Bench::new();
    let key = custom(&bench, "Box", Anthropic, "https://box.example/anthropic", 1);
    let Bench { home, vault, keystead } = bench;
    drop(keystead);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(home.path().join(format!("keystead.db{end}")));
    }
    let bench = Bench { keystead: common::open(home.path(), &vault), home, vault };
    let left = bench.keystead.check_storage().expect("checked").leftovers;
    let entries: Vec<String> = left.into_iter().map(|left| left.entry).collect();
    bench.keystead.adopt(&entries).expect("adopted");
    let view = provider(&bench, &key.provider);
    assert_eq!((view.dialect, view.base_url.as_str()), (Anthropic, "https://box.example/anthropic"));
}

#[test]
fn the_doctor_knows_what_people_paste_in_every_dialect() {
    let bench = Bench::new();
    for (dialect, text, base, removed) in [
        (Openai, "https://x.example/v1/chat/completions", "https://x.example/v1", Some("/chat/completions")),
        (OpenaiResponses, "https://x.example/v1/responses", "https://x.example/v1", Some("/responses")),
        (Anthropic, "https://x.example/anthropic/v1/messages", "https://x.example/anthropic", Some("/v1/messages")),
        (Gemini, "https://x.example/v1beta/models", "https://x.example", Some("/v1beta/models")),
        (Ollama, "localhost:11434/api/chat", "http://localhost:11434", Some("/api/chat")),
    ] {
        let req = CheckBaseUrl { text: text.into(), provider: None, dialect: Some(dialect) };
        let view = bench.keystead.check_base_url(&req).expect("a URL");
        assert_eq!((view.base_url.as_str(), view.removed.as_deref()), (base, removed), "{dialect:?}");
        assert!(view.test_url.starts_with(base) && view.test_url.contains(asked(dialect).1), "{}", view.test_url);
    }
}

#[test]
fn configuration_and_models_are_kept_whole_or_refused_at_their_line() {
    let bench = Bench::new();
    let id = custom(&bench, "Box", Openai, "https://box.example/v1", 1).provider;
    let row = |name: &str, value: &str| ConfigurationRow { name: name.into(), value: value.into() };
    let rows = vec![row("location", "eu"), row("api_version", "env.BOX_API_VERSION")];
    let set = |rows| bench.keystead.set_configuration(&SetConfiguration { id: id.clone(), rows });
    let view = set(rows).expect("kept");
    assert_eq!(view.configuration["api_version"].variable().map(EnvName::as_str), Some("BOX_API_VERSION"));
    let models = |all: &[&str]| {
        let models = all.iter().map(|m| (*m).to_owned()).collect();
        bench.keystead.set_models(&SetModels { id: id.clone(), models })
    };
    assert_eq!(models(&["llama3.2", " qwen3 "]).expect("kept").own_models, ["llama3.2", "qwen3"]);
    assert_eq!(set(vec![row("a", "1"), row("a b", "2")]).expect_err("refused").line, Some(2));
    assert_eq!(models(&["a", "b", "B"]).expect_err("refused").line, Some(3));
    let bench = bench.restart();
    let view = provider(&bench, &id);
    assert_eq!((view.configuration.len(), view.own_models.len()), (2, 2), "what was refused changed nothing");
    let of_builtin = SetModels { id: "openai".parse().expect("a slug"), models: vec!["gpt-5".into()] };
    assert_eq!(bench.keystead.set_models(&of_builtin).expect_err("built in").code, Code::ProviderBuiltin);
}

#[test]
fn what_is_wrong_with_a_new_provider_makes_none() {
    let bench = Bench::new();
    let add = |change: &dyn Fn(&mut AddProvider)| {
        let mut req = AddProvider {
            name: "Box".into(),
            dialect: Openai,
            base_url: "https://box.example/v1".into(),
            urls: BTreeMap::new(),
            headers: Vec::new(),
            configuration: Vec::new(),
            models: Vec::new(),
        };
        change(&mut req);
        bench.keystead.add_provider(&req).map(|view| view.id.to_string())
    };
    let header = |name: &str| (name.to_owned(), "v".to_owned());
    for (change, code) in [
        (&(|r: &mut AddProvider| r.name = " ".into()) as &dyn Fn(&mut AddProvider), Code::NameEmpty),
        (&|r| r.name = "OpenAI".into(), Code::NameTaken),
        (&|r| r.base_url = "http://box.example".into(), Code::UrlPlainHttp),
        (&|r| drop(r.urls.insert(Openai, "https://y.example".into())), Code::DialectTaken),
        (&|r| drop(r.urls.insert(Gemini, "ftp://y.example".into())), Code::UrlScheme),
        (&|r| r.headers = vec![header("x-a"), header("X-A")], Code::HeaderTaken),
        (&|r| r.headers = vec![header("host")], Code::HeaderReserved),
        (&|r| r.models = vec!["a".into(), "a".into()], Code::ModelTwice),
    ] {
        assert_eq!(add(change).expect_err("refused").code, code);
    }
    assert!(bench.keystead.providers().expect("listed").iter().all(|p| !p.custom));
    assert_eq!(add(&|_| ()).expect("made"), "box");
    assert_eq!(add(&|_| ()).expect_err("there").code, Code::NameTaken);
}
