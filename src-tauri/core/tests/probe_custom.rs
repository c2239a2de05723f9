//! Endpoints nobody knows: what a wrong key gets tells what a right one proves.

#[path = "probe/support.rs"]
mod support;

use keystead_core::{
    probe::{
        AccountFact, Cause,
        Outcome::{self, *},
        Stage, StageState, TestReport,
    },
    provider::Provider,
};
use serde_json::json;
use support::{KEY, custom, moved, probe, states, timed};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{any, header, path},
};

fn list() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"object":"list","data":[{"id":"llama"}]}))
}

/// A server that lists its models for the right key and answers everything else with `refusal`.
async fn guarded(refusal: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let right = format!("Bearer {KEY}");
    Mock::given(path("/v1/models"))
        .and(header("authorization", right.as_str()))
        .respond_with(list())
        .mount(&server)
        .await;
    Mock::given(any()).respond_with(refusal).with_priority(9).mount(&server).await;
    server
}

fn at(server: &MockServer) -> Provider {
    custom(&format!("{}/v1", server.uri()))
}

fn end(report: &TestReport) -> (Outcome, Option<Cause>, bool) {
    (report.outcome, report.cause, report.key_proven)
}

#[tokio::test]
async fn a_server_that_refuses_a_wrong_key_proves_the_right_one() {
    for status in [401, 403] {
        let server = guarded(ResponseTemplate::new(status)).await;
        let report = probe(&at(&server), Some(KEY)).await;
        assert_eq!(end(&report), (Connected, None, true), "{status}");
        assert_eq!(report.account, [AccountFact::Models { count: 1 }]);
        assert_eq!(timed(&report), [Stage::Name, Stage::Connection, Stage::Route, Stage::Key]);
        assert_eq!(states(&report)[3..], [StageState::Ok; 3]);
        let sent = server.received_requests().await.expect("recorded");
        assert_eq!(sent.len(), 2);
        let key = |r: &Request| r.headers["authorization"].to_str().expect("text").to_owned();
        assert_eq!(key(&sent[0]), format!("Bearer {KEY}"));
        assert_eq!(key(&sent[1]).len(), key(&sent[0]).len(), "of the same shape");
        assert_ne!(key(&sent[1]), key(&sent[0]));
    }
}

#[tokio::test]
async fn a_server_that_takes_any_key_proves_none() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(list()).mount(&server).await;
    let report = probe(&at(&server), Some(KEY)).await;
    assert_eq!(end(&report), (ReachableUnverified, Some(Cause::AnyKeyAccepted), false));
    assert_eq!(states(&report)[4], StageState::Unproven);
}

#[tokio::test]
async fn a_control_request_that_settles_nothing_settles_nothing() {
    for status in [429, 500, 503, 404, 302] {
        let report = probe(&at(&guarded(ResponseTemplate::new(status)).await), Some(KEY)).await;
        assert_eq!(end(&report), (ReachableUnverified, None, false), "{status}");
    }
}

#[tokio::test]
async fn a_server_that_wants_no_key_is_connected_without_one() {
    for body in [json!({"data":[]}), json!({"models":[]}), json!([])] {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(&server).await;
        let report = probe(&at(&server), None).await;
        assert_eq!(end(&report), (Connected, None, false));
        assert_eq!(states(&report)[4], StageState::Skipped);
        assert_eq!(server.received_requests().await.expect("recorded").len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_wants_a_key_says_so() {
    let report = probe(&at(&guarded(ResponseTemplate::new(401)).await), None).await;
    assert_eq!(end(&report), (InvalidKey, Some(Cause::NoKey), false));
    assert_eq!((report.stage, states(&report)[4]), (Stage::Key, StageState::Failed));
}

#[tokio::test]
async fn a_refusal_of_an_unknown_server_proves_no_key() {
    for (status, outcome) in
        [(401, InvalidKey), (403, InvalidKey), (429, RateLimited), (402, NoCredit), (500, ProviderDown)]
    {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status).set_body_json(json!({"error":"no"})))
            .mount(&server)
            .await;
        let report = probe(&at(&server), Some(KEY)).await;
        assert_eq!(end(&report), (outcome, None, false), "{status}");
        assert_eq!(server.received_requests().await.expect("recorded").len(), 1, "one refusal is enough");
    }
}

#[tokio::test]
async fn the_curl_line_has_a_variable_where_the_key_was() {
    let server = guarded(ResponseTemplate::new(401)).await;
    let report = probe(&at(&server), Some(KEY)).await;
    let url = format!("{}/v1/models", server.uri());
    assert_eq!(report.curl, format!(r#"curl -sS -i {url} -H "authorization: Bearer $API_KEY""#));
    assert_eq!((report.method.as_str(), report.url), ("GET", url));
    let report = probe(&moved("anthropic", &server.uri()), Some(KEY)).await;
    assert_eq!(
        report.curl,
        format!(
            r#"curl -sS -i '{}/v1/models?limit=1' -H "x-api-key: $API_KEY" -H 'anthropic-version: 2023-06-01'"#,
            server.uri()
        )
    );
}
