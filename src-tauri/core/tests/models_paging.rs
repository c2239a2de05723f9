//! Lists of models from servers that mean no good, or have a bad day.

#[path = "probe/support.rs"]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use keystead_core::probe::{Cause, ListFailure, ListLimits, ListProgress, Listing, Outcome, Prober, Target};
use serde_json::{Value, json};
use support::{KEY, NOW_MS, custom, key, says};
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

async fn list_with(prober: &Prober, base: &str) -> Listing {
    let (provider, secret) = (custom(base), key(KEY));
    let target = Target { provider: &provider, secret: Some(&secret), login: None, headers: &[], now_ms: NOW_MS };
    prober.list(target, &|_| {}, &CancellationToken::new()).await.expect("nobody cancelled")
}

async fn list(base: &str) -> Listing {
    list_with(&Prober::new(), base).await
}

fn limits() -> ListLimits {
    ListLimits::default()
}

fn failure(listing: &Listing) -> &ListFailure {
    assert!(listing.models.is_empty(), "half a list is none");
    listing.report.failure.as_ref().unwrap_or_else(|| panic!("it came: {:?}", listing.report))
}

fn why(listing: &Listing) -> (Outcome, Option<Cause>, u32) {
    let failure = failure(listing);
    (failure.outcome, failure.cause, failure.page)
}

fn page(ids: &[String], next: Option<&str>) -> Value {
    let data: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    json!({ "data": data, "has_more": next.is_some(), "last_id": next })
}

/// A page by its number, from 0 on; the mark is the number.
async fn pages(answer: impl Fn(u32) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    let respond = move |sent: &Request| {
        let mark = sent.url.query_pairs().find(|(name, _)| name == "after");
        answer(mark.and_then(|(_, n)| n.parse().ok()).unwrap_or(0))
    };
    Mock::given(any()).respond_with(respond).mount(&server).await;
    server
}

fn numbered(n: u32, last: u32) -> ResponseTemplate {
    let ids: Vec<_> = (0..3).map(|i| format!("model-{n}-{i}")).collect();
    let next = (n < last).then(|| (n + 1).to_string());
    ResponseTemplate::new(200).set_body_json(page(&ids, next.as_deref()))
}

async fn once(respond: impl Respond + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(respond).mount(&server).await;
    server
}

#[tokio::test]
async fn all_pages_are_one_list_and_each_is_told() {
    let server = pages(|n| numbered(n, 4)).await;
    let (provider, secret) = (custom(&server.uri()), key(KEY));
    let target = Target { provider: &provider, secret: Some(&secret), login: None, headers: &[], now_ms: NOW_MS };
    let told = std::sync::Mutex::new(Vec::new());
    let progress = |at: ListProgress| told.lock().expect("whole").push((at.pages, at.models));
    let listing = Prober::new().list(target, &progress, &CancellationToken::new()).await.expect("nobody cancelled");
    assert_eq!(listing.report.failure, None);
    assert_eq!((listing.models.len(), listing.report.models, listing.report.pages), (15, 15, 5));
    assert_eq!(*told.lock().expect("whole"), [(1, 3), (2, 6), (3, 9), (4, 12), (5, 15)]);
    assert_eq!(listing.models[14].id, "model-4-2");
}

#[tokio::test]
async fn every_way_a_list_goes_on_is_followed() {
    let bodies: [(&str, Value); 3] = [
        ("pageToken=n2", json!({ "models": [{ "name": "a" }], "nextPageToken": "n2" })),
        ("page_token=n2", json!({ "data": [{ "id": "a" }], "next_page_token": "n2" })),
        ("page=2", json!({ "data": [{ "id": "a" }], "next": "?page=2" })),
    ];
    for (second, first) in bodies {
        let respond = move |sent: &Request| {
            let last = sent.url.query() == Some(second);
            let body = if last { json!({ "data": [{ "id": "b" }], "next": null }) } else { first.clone() };
            ResponseTemplate::new(200).set_body_json(body)
        };
        let server = once(respond).await;
        let listing = list(&server.uri()).await;
        let ids: Vec<_> = listing.models.iter().map(|m| m.id.as_str()).collect();
        assert_eq!((ids, listing.report.pages), (vec!["a", "b"], 2), "{second}: {:?}", listing.report);
    }
    let linked = |sent: &Request| {
        if sent.url.query() == Some("page=2") {
            return ResponseTemplate::new(200).set_body_json(json!(["x", { "id": "b" }]));
        }
        let link = r#"</models?page=2>; rel="next", </models>; rel="first""#;
        ResponseTemplate::new(200).insert_header("link", link).set_body_json(json!([{ "id": "a" }]))
    };
    let listing = list(&once(linked).await.uri()).await;
    assert_eq!((listing.models.len(), listing.report.pages, listing.report.refused), (2, 2, 1));
}

#[tokio::test]
async fn the_same_model_twice_is_one() {
    let body = json!({ "data": [{ "id": "a" }, { "id": " a ", "context_length": 8 }, { "id": "b" }, { "id": "a" }] });
    let server = once(ResponseTemplate::new(200).set_body_json(body)).await;
    let listing = list(&server.uri()).await;
    assert_eq!((listing.models.len(), listing.models[0].context), (2, Some(8)));
}

#[tokio::test]
async fn a_list_without_models_is_a_list() {
    for body in [json!({ "data": [] }), json!([]), json!({ "models": [] })] {
        let server = once(ResponseTemplate::new(200).set_body_json(&body)).await;
        let listing = list(&server.uri()).await;
        assert_eq!((listing.report.failure, listing.report.pages), (None, 1), "{body}");
    }
}

#[tokio::test]
async fn a_list_has_an_end() {
    let circle = pages(|n| numbered(n % 2, 9)).await;
    assert_eq!(why(&list(&circle.uri()).await), (Outcome::ProviderDown, Some(Cause::Endless), 3), "the same mark");

    let count = Arc::new(AtomicU32::new(0));
    let counted = count.clone();
    let stuck = pages(move |_| {
        let mark = counted.fetch_add(1, Ordering::Relaxed).to_string();
        ResponseTemplate::new(200).set_body_json(page(&["only".into()], Some(&mark)))
    })
    .await;
    assert_eq!(why(&list(&stuck.uri()).await), (Outcome::ProviderDown, Some(Cause::Endless), 2), "new marks");
    assert_eq!(count.load(Ordering::Relaxed), 2);

    let long = pages(|n| numbered(n, 1000)).await;
    assert_eq!(why(&list(&long.uri()).await), (Outcome::ProviderDown, Some(Cause::Endless), 101));

    let empty = pages(|n| ResponseTemplate::new(200).set_body_json(page(&[], Some(&(n + 1).to_string())))).await;
    assert_eq!(why(&list(&empty.uri()).await), (Outcome::ProviderDown, Some(Cause::Endless), 101), "empty pages");
}

#[tokio::test]
async fn a_list_is_no_longer_than_it_may_be() {
    let server = pages(|n| numbered(n, 4)).await;
    let few = Prober::new().listing_within(ListLimits { models: 10, ..limits() });
    assert_eq!(why(&list_with(&few, &server.uri()).await), (Outcome::ProviderDown, Some(Cause::TooLarge), 4));
    let small = Prober::new().listing_within(ListLimits { bytes: 200, ..limits() });
    assert_eq!(why(&list_with(&small, &server.uri()).await).1, Some(Cause::TooLarge), "all pages together");
    let huge = once(ResponseTemplate::new(200).set_body_string("[".repeat(17 * 1024 * 1024))).await;
    assert_eq!(why(&list(&huge.uri()).await), (Outcome::WrongBaseUrl, Some(Cause::TooLarge), 1));
}

#[tokio::test]
async fn when_a_page_fails_the_list_fails() {
    let broken = |status: u16, body: &'static str| {
        pages(move |n| {
            if n == 0 {
                return numbered(n, 2);
            }
            ResponseTemplate::new(status).insert_header("retry-after", "30").set_body_raw(body, "application/json")
        })
    };
    let busy = broken(429, r#"{"error":{"message":"Slow down.","code":"rate_limit_exceeded"}}"#).await;
    let listing = list(&busy.uri()).await;
    assert_eq!(why(&listing), (Outcome::RateLimited, None, 2));
    let failure = failure(&listing);
    assert_eq!((failure.http_status, failure.retry_after_s), (Some(429), Some(30)));
    assert_eq!(
        (failure.detail.as_deref(), failure.provider_code.as_deref()),
        (Some("Slow down."), Some("rate_limit_exceeded"))
    );
    assert_eq!((listing.report.pages, listing.report.models), (1, 3), "how far it came");

    assert_eq!(why(&list(&broken(500, "").await.uri()).await), (Outcome::ProviderDown, None, 2));
    assert_eq!(why(&list(&broken(401, "{}").await.uri()).await), (Outcome::InvalidKey, None, 2));
    assert_eq!(why(&list(&broken(404, "").await.uri()).await), (Outcome::WrongBaseUrl, None, 2));
    assert_eq!(why(&list(&broken(200, "{}").await.uri()).await), (Outcome::WrongBaseUrl, Some(Cause::Shape), 2));
    assert_eq!(why(&list(&broken(302, "").await.uri()).await), (Outcome::WrongBaseUrl, Some(Cause::Redirect), 2));
}

#[tokio::test]
async fn what_is_no_list_is_told_apart() {
    let ok = |kind: &'static str, body: &str| ResponseTemplate::new(200).set_body_raw(body.as_bytes(), kind);
    let cases = [
        (ok("text/html", "<!doctype html><title>Sign in</title>"), Cause::Html),
        (ok("application/json", r#"{"hello":"world"}"#), Cause::Shape),
        (ok("application/json", r#"{"data":"none"}"#), Cause::Shape),
        (ok("application/json", r#"{"data":[{"name":7},null]}"#), Cause::Shape),
        (ok("application/json", r#"{"data":[{"id":"a"}"#), Cause::Shape),
        (ok("application/json", r#"{"data":[{"id":"a"}],"has_more":true}"#), Cause::Shape),
        (ResponseTemplate::new(200).set_body_raw([b'[', 0xff, b']'], "application/json"), Cause::Broken),
        // A thousand times smaller than what is in it: nobody asked for it, so nobody unpacks it.
        (ok("application/json", "\u{1f}\u{8b}").insert_header("content-encoding", "gzip"), Cause::Broken),
    ];
    for (answer, cause) in cases {
        let server = once(answer).await;
        assert_eq!(why(&list(&server.uri()).await), (Outcome::WrongBaseUrl, Some(cause), 1));
    }
    let cut = says("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"data\":[").await;
    assert_eq!(why(&list(&format!("http://{cut}")).await), (Outcome::Unreachable, Some(Cause::Broken), 1));
    assert_eq!(why(&list("http://127.0.0.1:1").await), (Outcome::Unreachable, Some(Cause::Refused), 1));
}

#[tokio::test]
async fn the_next_page_is_at_the_list_s_own_host_or_nowhere() {
    let other = once(ResponseTemplate::new(200).set_body_json(json!({ "data": [] }))).await;
    for address in [format!("{}/models?page=2", other.uri()), "https://evil.example/models".into()] {
        let body = json!({ "data": [{ "id": "a" }], "next": address });
        let server = once(ResponseTemplate::new(200).set_body_json(body)).await;
        let listing = list(&server.uri()).await;
        assert_eq!(why(&listing), (Outcome::WrongBaseUrl, Some(Cause::Redirect), 1));
    }
    assert_eq!(other.received_requests().await.expect("recorded").len(), 0, "the key went nowhere else");
}

#[tokio::test]
async fn a_list_that_repeats_the_key_is_read_without_it() {
    let body = json!({ "data": [{ "id": "good" }, { "id": KEY }, { "id": format!("model-{}", &KEY[10..30]) }] });
    let server = once(ResponseTemplate::new(200).set_body_json(body)).await;
    let listing = list(&server.uri()).await;
    assert_eq!((listing.models.len(), listing.report.refused), (1, 2));
    let wrong = json!({ "error": { "message": format!("Incorrect API key provided: {KEY}") } });
    let server = once(ResponseTemplate::new(401).set_body_json(wrong)).await;
    let shown = serde_json::to_string(&list(&server.uri()).await.report).expect("JSON");
    assert!(!shown.contains(&KEY[4..12]), "{shown}");
}

#[tokio::test]
async fn a_list_can_be_cancelled_between_its_pages_and_in_them() {
    let (secret, cancel) = (key(KEY), CancellationToken::new());
    let server = pages(|n| {
        let answer = numbered(n, 9);
        // Nobody waits for it: the second page is where it is cancelled.
        if n == 1 { answer.set_delay(Duration::from_secs(50)) } else { answer }
    })
    .await;
    let provider = custom(&server.uri());
    let target = Target { provider: &provider, secret: Some(&secret), login: None, headers: &[], now_ms: NOW_MS };
    let progress = |_: ListProgress| cancel.cancel();
    assert_eq!(Prober::new().list(target, &progress, &cancel).await, None);
}

#[tokio::test]
async fn a_list_takes_no_longer_than_it_may() {
    let server = pages(|n| numbered(n, 9).set_delay(Duration::from_millis(if n == 2 { 60_000 } else { 0 }))).await;
    let quick = Prober::new().listing_within(ListLimits { total: Duration::from_millis(800), ..limits() });
    assert_eq!(why(&list_with(&quick, &server.uri()).await), (Outcome::Unreachable, Some(Cause::Timeout), 3));
}
