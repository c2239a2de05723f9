//! What the sheets of `probe_contract.rs` do not say: several answers in one test, stages, waiting, kinds of keys.

#[path = "probe/support.rs"]
mod support;

use keystead_core::probe::{AccountFact, Cause, Outcome::*, Stage, StageState};
use serde_json::json;
use support::{KEY, moved, probe, states, timed};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, path},
};

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn a_good_key_passes_stage_by_stage() {
    let good =
        ResponseTemplate::new(200).set_body_json(json!({"data":[{"id":"a"}]})).insert_header("x-request-id", "req_1");
    let report = probe(&moved("openai", &server(good).await.uri()), Some(KEY)).await;
    assert_eq!((report.outcome, report.key_proven, report.stage), (Connected, true, Stage::Account));
    assert_eq!(states(&report)[..3], [StageState::Ok, StageState::Ok, StageState::Skipped]);
    assert_eq!(states(&report)[3..], [StageState::Ok; 3]);
    assert_eq!(report.request_id.as_deref(), Some("req_1"));
    assert_eq!(timed(&report).len(), 3, "name, connection, and one stage for the one answer");
}

#[tokio::test]
async fn a_missing_path_ends_at_the_route() {
    for (status, cause) in [(404, Some(Cause::Html)), (200, Some(Cause::Html)), (405, None)] {
        let answer = ResponseTemplate::new(status);
        let page = "<!doctype html><title>Not here</title>";
        let answer = if cause.is_some() { answer.set_body_raw(page, "text/html") } else { answer };
        let report = probe(&moved("openai", &server(answer).await.uri()), Some(KEY)).await;
        assert_eq!((report.outcome, report.cause, report.stage), (WrongBaseUrl, cause, Stage::Route), "{status}");
        assert_eq!(states(&report)[3..], [StageState::Failed, StageState::NotReached, StageState::NotReached]);
        assert!(!report.key_proven);
    }
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
        let body = if status == 200 { json!({"data": []}) } else { json!({"message": "not with this key"}) };
        let server = server(ResponseTemplate::new(status).set_body_json(body)).await;
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
