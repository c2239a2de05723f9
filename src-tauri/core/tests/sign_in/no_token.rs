//! What comes from a giver of tokens that is no token: it is told as what it is, and nobody else is asked.

use keystead_core::probe::{Cause, Outcome, Stage};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::{common::Bench, entra, list};

#[tokio::test]
async fn what_is_no_token_is_no_way_in() {
    use Outcome::{InvalidKey, ProviderDown, RateLimited, WrongBaseUrl};
    let ok = |body: &[u8]| ResponseTemplate::new(200).set_body_bytes(body);
    let long = format!(r#"{{"access_token":"{}"}}"#, "t".repeat(17 * 1024));
    let endless = vec![b' '; 2 * 1024 * 1024];
    let cases = [
        ("a page", ok(b"<!doctype html><title>Sign in</title>"), WrongBaseUrl, Cause::SignIn),
        ("nothing", ok(b""), WrongBaseUrl, Cause::SignIn),
        ("an empty object", ok(b"{}"), WrongBaseUrl, Cause::SignIn),
        ("an empty token", ok(br#"{"access_token":""}"#), WrongBaseUrl, Cause::SignIn),
        ("a token of two words", ok(br#"{"access_token":"a b"}"#), WrongBaseUrl, Cause::SignIn),
        ("a token with a line in it", ok(br#"{"access_token":"a\r\nx-evil: 1"}"#), WrongBaseUrl, Cause::SignIn),
        ("a number", ok(br#"{"access_token":5}"#), WrongBaseUrl, Cause::SignIn),
        ("a token that is too long", ok(long.as_bytes()), WrongBaseUrl, Cause::SignIn),
        ("half an answer", ok(br#"{"access_token":"abc"#), WrongBaseUrl, Cause::SignIn),
        ("no text", ok(b"{\"access_token\":\"\xff\xfe\"}"), WrongBaseUrl, Cause::SignIn),
        ("more than anybody reads", ok(&endless), WrongBaseUrl, Cause::SignIn),
        ("a redirect", ResponseTemplate::new(302).insert_header("location", "/other"), WrongBaseUrl, Cause::Redirect),
        ("a bare refusal", ResponseTemplate::new(401).set_body_string("\"no\""), InvalidKey, Cause::SignIn),
        ("a page of a firewall", ResponseTemplate::new(403).set_body_string("<html>"), InvalidKey, Cause::SignIn),
        ("too often", ResponseTemplate::new(429).insert_header("retry-after", "soon"), RateLimited, Cause::SignIn),
        ("down", ResponseTemplate::new(503), ProviderDown, Cause::SignIn),
    ];
    for (what, answer, outcome, cause) in cases {
        let (tokens, resource, bench) = (MockServer::start().await, MockServer::start().await, Bench::new());
        Mock::given(any()).respond_with(answer).mount(&tokens).await;
        let form = entra::form(&tokens, &resource);
        let report = form.test(&bench).await;
        assert_eq!((report.outcome, report.cause, report.stage), (outcome, Some(cause), Stage::Key), "{what}");
        assert!(!report.key_proven, "{what}");
        let key = form.add(&bench, "App").expect("saved");
        let failure = list(&bench, &key).await.last_try.expect("tried").failure.expect("it failed");
        assert_eq!((failure.outcome, failure.cause), (outcome, Some(cause)), "{what}");
        assert!(resource.received_requests().await.expect("recorded").is_empty(), "{what}");
    }
}
