//! An application of Entra signs in with its secret; what comes back is a bearer for the resource.

use keystead_core::{
    Code,
    keystead::EditConfigured,
    probe::{Cause, Outcome, Stage, StageState},
};
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{header, method, path},
};

use crate::{Form, common::Bench, fields, states, test_saved};

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const CLIENT: &str = "66666666-7777-8888-9999-000000000000";
const SECRET: &str = "q1W8Q~e3R5t7Y9u1I3o5P7a9S1d3F5g7H9j1K3l5";
const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJjb2duaXRpdmUifQ.c2lnbmF0dXJl";

struct TokenServer;

impl Respond for TokenServer {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let refuse = |status: u16, kind: &str, code: u32, why: &str| {
            let told = format!("AADSTS{code}: {why} Trace ID: 0d0d");
            let body = serde_json::json!({ "error": kind, "error_description": told, "error_codes": [code] });
            ResponseTemplate::new(status).set_body_json(body)
        };
        let sent = fields(&request.body);
        let told = |name: &str| sent.get(name).map(String::as_str).unwrap_or_default();
        if request.url.path() != format!("/{TENANT}/oauth2/v2.0/token") {
            return refuse(400, "invalid_request", 90002, "Tenant not found.");
        }
        if told("client_id") != CLIENT {
            return refuse(400, "unauthorized_client", 700_016, "Application not found in the directory.");
        }
        if told("client_secret") != SECRET || told("grant_type") != "client_credentials" {
            return refuse(
                401,
                "invalid_client",
                7_000_215,
                &format!("Invalid client secret provided: {}.", told("client_secret")),
            );
        }
        if told("scope") != "https://cognitiveservices.azure.com/.default" {
            return refuse(400, "invalid_scope", 70011, "The scope is not valid.");
        }
        let body = serde_json::json!({ "access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer" });
        ResponseTemplate::new(200).set_body_json(body)
    }
}

pub(crate) async fn world() -> (MockServer, MockServer) {
    let (tokens, resource) = (MockServer::start().await, MockServer::start().await);
    Mock::given(method("POST")).respond_with(TokenServer).mount(&tokens).await;
    Mock::given(path("/openai/models"))
        .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
        .respond_with(ResponseTemplate::new(200).set_body_string(r#"{"data":[{"id":"gpt-5"}]}"#))
        .mount(&resource)
        .await;
    let refused =
        r#"{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}"#;
    Mock::given(path("/openai/models"))
        .respond_with(ResponseTemplate::new(401).set_body_string(refused))
        .with_priority(9)
        .mount(&resource)
        .await;
    (tokens, resource)
}

pub(crate) fn form(tokens: &MockServer, resource: &MockServer) -> Form {
    Form {
        provider: "azure",
        mode: "entra",
        values: vec![
            ("endpoint", resource.uri()),
            ("tenant_id", TENANT.into()),
            ("client_id", CLIENT.into()),
            ("authority", tokens.uri()),
        ],
        secrets: vec![("client_secret", SECRET.into())],
    }
}

#[tokio::test]
async fn an_application_signs_in_and_asks() {
    let ((tokens, resource), bench) = (world().await, Bench::new());
    let form = form(&tokens, &resource);
    let report = form.test(&bench).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    assert!(!report.curl.contains(TOKEN), "{}", report.curl);
    let key = form.add(&bench, "App").expect("saved");
    assert_eq!(test_saved(&bench, &key).await.outcome, Outcome::Connected);
    // The secret went to the token server alone, the token to the resource alone.
    for (server, what) in [(&resource, SECRET), (&tokens, TOKEN)] {
        for request in server.received_requests().await.expect("recorded") {
            let all = format!("{:?} {}", request.headers, String::from_utf8_lossy(&request.body));
            assert!(!all.contains(what) && !request.url.as_str().contains(what));
        }
    }
}

#[tokio::test]
async fn every_refusal_of_entra_s_has_its_words() {
    let ((tokens, resource), bench) = (world().await, Bench::new());
    let form = || form(&tokens, &resource);
    for (form, cause, code) in [
        (
            form().with_secret("client_secret", "z9Y8Q~x7W5v3U1t9S7r5Q3p1O9n7M5l3K1j9H7g5"),
            Cause::SignIn,
            "AADSTS7000215",
        ),
        (form().with("client_id", "00000000-7777-8888-9999-000000000000"), Cause::UnknownApp, "AADSTS700016"),
        (form().with("tenant_id", "nobody.onmicrosoft.com"), Cause::UnknownTenant, "AADSTS90002"),
    ] {
        let report = form.test(&bench).await;
        assert_eq!((report.outcome, report.cause), (Outcome::InvalidKey, Some(cause)), "{report:?}");
        assert_eq!(report.provider_code.as_deref(), Some(code));
        assert_eq!((report.stage, report.key_proven), (Stage::Key, false));
        assert_eq!(states(&report)[4..], [StageState::Failed, StageState::NotReached]);
    }
}

#[tokio::test]
async fn a_saved_form_is_edited_without_its_secret_until_the_host_is_another() {
    let ((tokens, resource), bench) = (world().await, Bench::new());
    let key = form(&tokens, &resource).with("api_version", "2024-06-01").add(&bench, "App").expect("saved");
    let edit = |values: serde_json::Value, parts: serde_json::Value| {
        let req = serde_json::json!({ "id": key.id, "values": values, "parts": parts, "tested": null });
        bench.keystead.edit_configured(&serde_json::from_value::<EditConfigured>(req).expect("a request"))
    };
    let edited =
        edit(serde_json::json!({ "api_version": null, "deployments": { "gpt-5": "mine" } }), serde_json::json!({}));
    let view = edited.expect("edited").config.expect("a form");
    assert!(view.test_url.expect("one").ends_with("api-version=2024-10-21"));
    assert!(view.config.values.contains_key("deployments") && view.config.values.contains_key("tenant_id"));
    assert_eq!(test_saved(&bench, &key).await.outcome, Outcome::Connected);

    let other = MockServer::start().await;
    let refused =
        edit(serde_json::json!({ "endpoint": other.uri() }), serde_json::json!({})).expect_err("another host");
    assert_eq!((refused.code, refused.input.as_deref()), (Code::OriginNotAllowed, Some("client_secret")));
    // Edited in the database behind our back, the form leads nowhere.
    let db = rusqlite::Connection::open(bench.home.path().join("keystead.db")).expect("opens");
    let sql = format!("UPDATE key SET config = replace(config, '{}', '{}')", resource.uri(), other.uri());
    db.execute(&sql, []).expect("written");
    let report = test_saved(&bench, &key).await;
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::Origin)), "{report:?}");
    assert!(other.received_requests().await.expect("recorded").is_empty());
    // With the secret typed again it may.
    let again = bench.draft(SECRET);
    edit(serde_json::json!({ "endpoint": other.uri() }), serde_json::json!({ "client_secret": again }))
        .expect("edited");
    assert_eq!(test_saved(&bench, &key).await.outcome, Outcome::WrongBaseUrl, "nothing is at that host");
}
