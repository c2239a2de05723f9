//! What each provider answers, as its documentation and recorded answers have it, and what the probe makes of it.

#[path = "probe/answers.rs"]
mod answers;
#[path = "probe/support.rs"]
mod support;

use answers::ANSWERS;
use keystead_core::probe::{AccountFact, Cause, Outcome::*, Stage, StageState};
use serde_json::json;
use support::{KEY, moved, probe, states, timed};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, header, method, path},
};

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn reads_every_provider_s_errors_for_what_they_mean() {
    for (id, status, body, outcome, code) in ANSWERS {
        let server = server(ResponseTemplate::new(*status).set_body_raw(*body, "application/json")).await;
        let report = probe(&moved(id, &server.uri()), Some(KEY)).await;
        assert_eq!((report.outcome, report.provider_code.as_deref()), (*outcome, *code), "{id}: {status} {body}");
        assert_eq!(report.http_status, Some(*status));
        let proves = outcome.proves_key() && *id != "ollama";
        assert_eq!(report.key_proven, proves, "{id}: {status} {body}");
        let shown = serde_json::to_string(&report).expect("JSON");
        assert!(!shown.contains("i9Bo") && !shown.contains("q7Zr2"), "{id} shows a piece of the key: {shown}");
    }
}

#[tokio::test]
async fn every_provider_accepts_its_good_key_and_proves_it() {
    for (id, at, name, value, body) in [
        (
            "openai",
            "/v1/models",
            "authorization",
            format!("Bearer {KEY}"),
            json!({"object":"list","data":[{"id":"gpt-5"}]}),
        ),
        ("anthropic", "/v1/models", "x-api-key", KEY.into(), json!({"data":[],"has_more":false})),
        ("google", "/v1beta/models", "x-goog-api-key", KEY.into(), json!({"models":[{"name":"models/gemini-3"}]})),
        (
            "openrouter",
            "/api/v1/key",
            "authorization",
            format!("Bearer {KEY}"),
            json!({"data":{"label":"x","limit":null,"limit_remaining":null}}),
        ),
        ("mistral", "/v1/models", "authorization", format!("Bearer {KEY}"), json!({"object":"list","data":[]})),
        ("groq", "/openai/v1/models", "authorization", format!("Bearer {KEY}"), json!({"object":"list","data":[]})),
        (
            "deepseek",
            "/user/balance",
            "authorization",
            format!("Bearer {KEY}"),
            json!({"is_available":true,"balance_infos":[]}),
        ),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path(at))
            .and(header(name, value.as_str()))
            .respond_with(ResponseTemplate::new(200).set_body_json(body).insert_header("x-request-id", "req_1"))
            .expect(1)
            .mount(&server)
            .await;
        let report = probe(&moved(id, &server.uri()), Some(KEY)).await;
        assert_eq!((report.outcome, report.cause, report.key_proven), (Connected, None, true), "{id}: {report:?}");
        assert_eq!(states(&report)[..3], [StageState::Ok, StageState::Ok, StageState::Skipped]);
        assert_eq!(states(&report)[3..5], [StageState::Ok, StageState::Ok], "{id}");
        assert_eq!(report.request_id.as_deref(), Some("req_1"));
        assert_eq!(timed(&report).len(), 3, "name, connection, and one stage for the one answer");
        let sent = &server.received_requests().await.expect("recorded")[0];
        assert!(sent.headers.get("user-agent").is_some_and(|v| v.to_str().is_ok_and(|v| v.starts_with("Keystead/"))));
        assert!(!sent.url.as_str().contains(&KEY[..8]) && sent.headers.get("referer").is_none());
        if id == "anthropic" {
            assert_eq!(sent.headers["anthropic-version"], "2023-06-01");
        }
    }
}

#[tokio::test]
async fn a_missing_path_and_a_web_page_are_a_wrong_base_url() {
    for id in ["openai", "anthropic", "google", "openrouter", "mistral", "groq", "deepseek", "ollama"] {
        for (status, cause) in [(404, Some(Cause::Html)), (200, Some(Cause::Html)), (405, None)] {
            let answer = ResponseTemplate::new(status);
            let page = "<!doctype html><title>Not here</title>";
            let answer = if cause.is_some() { answer.set_body_raw(page, "text/html") } else { answer };
            let report = probe(&moved(id, &server(answer).await.uri()), Some(KEY)).await;
            assert_eq!(
                (report.outcome, report.cause, report.stage),
                (WrongBaseUrl, cause, Stage::Route),
                "{id} {status}"
            );
            assert_eq!(states(&report)[3..], [StageState::Failed, StageState::NotReached, StageState::NotReached]);
            assert!(!report.key_proven);
        }
        let other = server(ResponseTemplate::new(200).set_body_json(json!({"hello":"world"}))).await;
        let report = probe(&moved(id, &other.uri()), Some(KEY)).await;
        assert_eq!((report.outcome, report.cause), (WrongBaseUrl, Some(Cause::Shape)), "{id}");
    }
}

#[tokio::test]
async fn bad_news_inside_a_good_answer_is_bad_news() {
    for (id, body, outcome, cause) in [
        (
            "deepseek",
            json!({"is_available":false,"balance_infos":[{"currency":"USD","total_balance":"0.00"}]}),
            NoCredit,
            None,
        ),
        ("openrouter", json!({"data":{"limit":10,"limit_remaining":0}}), NoCredit, None),
        ("openrouter", json!({"data":{"limit":10,"limit_remaining":-0.2}}), NoCredit, None),
        ("openrouter", json!({"data":{"limit_remaining":5,"expires_at":"2020-01-01T00:00:00Z"}}), Expired, None),
        ("openrouter", json!({"data":{"limit_remaining":5,"expires_at":"2099-01-01T00:00:00Z"}}), Connected, None),
        ("openrouter", json!({"data":{"is_management_key":true}}), Restricted, Some(Cause::ManagementKey)),
    ] {
        let server = server(ResponseTemplate::new(200).set_body_json(&body)).await;
        let report = probe(&moved(id, &server.uri()), Some(KEY)).await;
        assert_eq!((report.outcome, report.cause), (outcome, cause), "{id}: {body}");
        assert_eq!(report.key_proven, outcome.proves_key());
    }
}

#[tokio::test]
async fn tells_what_the_provider_tells_about_the_account() {
    let key = json!({"data":{"limit":20,"limit_remaining":7.5,"limit_reset":"monthly","expires_at":"2099-01-01T00:00:00Z","is_free_tier":true}});
    let report =
        probe(&moved("openrouter", &server(ResponseTemplate::new(200).set_body_json(key)).await.uri()), Some(KEY))
            .await;
    assert_eq!(
        report.account,
        [
            AccountFact::Credit { remaining: 7.5, limit: Some(20.0), currency: "USD".into() },
            AccountFact::Resets { every: "monthly".into() },
            AccountFact::Expires { at: "2099-01-01T00:00:00Z".into() },
            AccountFact::FreeTier,
        ]
    );
    assert_eq!(states(&report)[5], StageState::Ok);

    let balance = json!({"is_available":true,"balance_infos":[{"currency":"CNY","total_balance":"110.00"},{"currency":"USD","total_balance":"NaN"},{"currency":"USD","total_balance":"3"}]});
    let report =
        probe(&moved("deepseek", &server(ResponseTemplate::new(200).set_body_json(balance)).await.uri()), Some(KEY))
            .await;
    assert_eq!(
        report.account,
        [
            AccountFact::Credit { remaining: 110.0, limit: None, currency: "CNY".into() },
            AccountFact::Credit { remaining: 3.0, limit: None, currency: "USD".into() },
        ]
    );

    let models = json!({"data":[{"id":"a"},{"id":"b"}]});
    let report =
        probe(&moved("openai", &server(ResponseTemplate::new(200).set_body_json(models)).await.uri()), Some(KEY)).await;
    assert_eq!(report.account, [AccountFact::Models { count: 2 }]);
    assert_eq!(report.stage, Stage::Account);
}

#[tokio::test]
async fn ollama_needs_no_key_and_proves_none() {
    let server = MockServer::start().await;
    Mock::given(path("/api/version"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"version":"0.12.0"})))
        .mount(&server)
        .await;
    Mock::given(path("/api/tags"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"models":[{"name":"a"}]})))
        .mount(&server)
        .await;
    let report = probe(&moved("ollama", &server.uri()), None).await;
    assert_eq!((report.outcome, report.key_proven), (Connected, false));
    assert_eq!(report.account, [AccountFact::Version { version: "0.12.0".into() }, AccountFact::Models { count: 1 }]);
    assert_eq!(
        states(&report),
        [StageState::Ok, StageState::Ok, StageState::Skipped, StageState::Ok, StageState::Skipped, StageState::Ok]
    );
    assert_eq!(timed(&report), [Stage::Name, Stage::Connection, Stage::Route, Stage::Account]);
    assert!(!report.curl.contains("-H"), "{}", report.curl);

    // A key that it does not read is not a key that it accepts.
    let report = probe(&moved("ollama", &server.uri()), Some(KEY)).await;
    assert_eq!(
        (report.outcome, report.cause, report.key_proven),
        (ReachableUnverified, Some(Cause::AnyKeyAccepted), false)
    );
}

#[tokio::test]
async fn says_when_to_come_back_and_nothing_when_told_nonsense() {
    for (told, seconds) in
        [("17", Some(17)), ("0", Some(0)), ("soon", None), ("-5", None), ("1e3", None), ("99999999999999", None)]
    {
        let server = server(ResponseTemplate::new(429).insert_header("retry-after", told)).await;
        let report = probe(&moved("openai", &server.uri()), Some(KEY)).await;
        assert_eq!((report.outcome, report.retry_after_s), (RateLimited, seconds), "{told}");
    }
}

#[tokio::test]
async fn an_admin_key_is_named_as_one_whatever_becomes_of_it() {
    let admin = "sk-admin-q7Zr2mVx9Tb4Lw8KcYd3Jf6Hs1Ng5Pv0XeT3BlbkFJRu7Qa4Wi9Bo";
    for status in [200, 401, 403] {
        let server = server(ResponseTemplate::new(status).set_body_json(json!({"data":[]}))).await;
        let report = probe(&moved("openai", &server.uri()), Some(admin)).await;
        assert_eq!(report.cause, Some(Cause::ManagementKey), "{status}");
    }
}

#[tokio::test]
async fn sends_nothing_without_the_key_a_provider_needs() {
    let server = server(ResponseTemplate::new(200)).await;
    let report = probe(&moved("openai", &server.uri()), None).await;
    assert_eq!((report.outcome, report.cause, report.stage), (NotConfigured, Some(Cause::NoKey), Stage::Key));
    assert!(server.received_requests().await.expect("recorded").is_empty());
}
