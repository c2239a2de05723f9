//! The models of keys with a form: listed by signing in as a test does; what is refused leaves the old list.

use keystead_core::{
    keystead::{EditConfigured, KeyView, ModelsView, SetHeader},
    probe::{Cause, ListFailure, Outcome},
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, header, path, query_param, query_param_is_missing},
};

use crate::{
    Form,
    aws::{self, Bedrock},
    common::Bench,
    entra, google, list,
};

fn ids(view: &ModelsView) -> Vec<&str> {
    view.models.iter().map(|model| model.id.as_str()).collect()
}

fn failed(view: ModelsView) -> ListFailure {
    view.last_try.expect("tried").failure.expect("it failed")
}

/// The same key with another secret.
fn with_secret(bench: &Bench, key: &KeyView, name: &str, text: &str) {
    let parts = serde_json::json!({ name: bench.draft(text) });
    let req = serde_json::json!({ "id": key.id, "values": {}, "parts": parts, "tested": null });
    bench.keystead.edit_configured(&serde_json::from_value::<EditConfigured>(req).expect("a request")).expect("edited");
}

/// Profiles in two pages, each asked for with a signature that is verified.
async fn profiles(bedrock: &MockServer) {
    let first = r#"{"inferenceProfileSummaries":[{"inferenceProfileId":"eu.anthropic.claude","inferenceProfileName":"EU Claude"}],"nextToken":"a/b+c="}"#;
    let second =
        r#"{"inferenceProfileSummaries":[{"inferenceProfileId":"eu.amazon.nova","inferenceProfileName":"EU Nova"}]}"#;
    let at = || Mock::given(path("/inference-profiles")).and(query_param("maxResults", "1000"));
    at().and(query_param_is_missing("nextToken")).respond_with(Bedrock(first)).mount(bedrock).await;
    at().and(query_param("nextToken", "a/b+c=")).respond_with(Bedrock(second)).mount(bedrock).await;
}

#[tokio::test]
async fn bedrock_s_models_and_profiles_are_asked_for_with_signatures() {
    let ((bedrock, sts), bench) = (aws::world().await, Bench::new());
    profiles(&bedrock).await;
    let role = "arn:aws:iam::123456789012:role/bedrock";
    for (name, form) in [("Key", aws::form(&bedrock, &sts)), ("Role", aws::form(&bedrock, &sts).with("role_arn", role))]
    {
        let key = form.add(&bench, name).expect("saved");
        let before = bench.keystead.models(&key.id).expect("read");
        assert_eq!((before.listable, before.from_host), (true, None));
        let view = list(&bench, &key).await;
        assert_eq!(ids(&view), ["anthropic.claude", "eu.amazon.nova", "eu.anthropic.claude"], "{name}: {view:?}");
        let report = view.last_try.clone().expect("tried");
        assert_eq!((report.pages, report.url), (3, format!("{}/foundation-models", bedrock.uri())));
        assert_eq!(view.from_host, None, "it is where its form says");
        assert_eq!(bench.keystead.models(&key.id).expect("read"), view, "kept");
    }
}

#[tokio::test]
async fn wrong_credentials_of_aws_leave_the_old_list() {
    let ((bedrock, sts), bench) = (aws::world().await, Bench::new());
    profiles(&bedrock).await;
    let key = aws::form(&bedrock, &sts).add(&bench, "Key").expect("saved");
    let good = list(&bench, &key).await;
    with_secret(&bench, &key, "secret_key", "xJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let bad = list(&bench, &key).await;
    assert_eq!((bad.listed_at, ids(&bad)), (good.listed_at, ids(&good)));
    let failure = failed(bad);
    assert_eq!((failure.outcome, failure.http_status, failure.page), (Outcome::InvalidKey, Some(403), 1));

    let other = aws::form(&bedrock, &sts).with("role_arn", "arn:aws:iam::123456789012:role/other");
    let key = other.add(&bench, "Role").expect("saved");
    let failure = failed(list(&bench, &key).await);
    assert_eq!((failure.outcome, failure.cause), (Outcome::Restricted, Some(Cause::Role)), "{failure:?}");
    assert_eq!(failure.provider_code.as_deref(), Some("AccessDenied"));
}

#[tokio::test]
async fn a_list_of_which_a_part_is_refused_is_none() {
    let ((bedrock, sts), bench) = (aws::world().await, Bench::new());
    let denied =
        r#"{"__type":"AccessDeniedException","message":"not authorized to perform: bedrock:ListInferenceProfiles"}"#;
    let denied = ResponseTemplate::new(403).set_body_string(denied);
    Mock::given(path("/inference-profiles")).respond_with(denied).mount(&bedrock).await;
    let key = aws::form(&bedrock, &sts).add(&bench, "Key").expect("saved");
    let view = list(&bench, &key).await;
    assert!(view.models.is_empty() && view.listed_at.is_none());
    let failure = failed(view);
    assert_eq!((failure.outcome, failure.page), (Outcome::Restricted, 2), "{failure:?}");
    assert!(failure.detail.expect("words").contains("ListInferenceProfiles"));
}

#[tokio::test]
async fn azure_s_models_are_asked_for_with_entra_s_token_or_the_key() {
    let ((tokens, resource), bench) = (entra::world().await, Bench::new());
    let key = entra::form(&tokens, &resource).with("api_version", "2024-06-01").add(&bench, "App").expect("saved");
    let good = list(&bench, &key).await;
    assert_eq!(ids(&good), ["gpt-5"], "{good:?}");
    let url = good.last_try.as_ref().expect("tried").url.clone();
    assert!(url.ends_with("/openai/models?api-version=2024-06-01"), "the version that was filled in: {url}");
    with_secret(&bench, &key, "client_secret", "z9Y8Q~x7W5v3U1t9S7r5Q3p1O9n7M5l3K1j9H7g5");
    let bad = list(&bench, &key).await;
    assert_eq!((bad.listed_at, ids(&bad)), (good.listed_at, ids(&good)), "the old list, with its own time");
    assert!(!format!("{bad:?}").contains("z9Y8Q~"), "{bad:?}");
    let failure = failed(bad);
    assert_eq!((failure.outcome, failure.cause), (Outcome::InvalidKey, Some(Cause::SignIn)));
    assert_eq!((failure.provider_code.as_deref(), failure.http_status), (Some("AADSTS7000215"), Some(401)));

    let server = MockServer::start().await;
    let found = ResponseTemplate::new(200).set_body_string(r#"{"data":[{"id":"gpt-4o"}]}"#);
    let asked = Mock::given(path("/openai/models")).and(header("api-key", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"));
    asked.and(header("x-team", "blue")).respond_with(found).mount(&server).await;
    let form = Form {
        provider: "azure",
        mode: "key",
        values: vec![("endpoint", server.uri())],
        secrets: vec![("key", "0f1e2d3c4b5a69788796a5b4c3d2e1f0".into())],
    };
    let team = serde_json::json!({ "id": "azure", "name": "x-team", "value": "blue", "draft": null, "was": null });
    bench.keystead.set_header(&serde_json::from_value::<SetHeader>(team).expect("a request")).expect("set");
    let key = form.add(&bench, "Key").expect("saved");
    assert_eq!(ids(&list(&bench, &key).await), ["gpt-4o"], "with the provider's own headers");
}

#[tokio::test]
async fn vertex_s_models_are_asked_for_with_google_s_token() {
    let (world, bench) = (google::World::new().await, Bench::new());
    let page = r#"{"publisherModels":[{"name":"publishers/google/models/gemini-2.5-pro"}]}"#;
    Mock::given(path("/v1beta1/publishers/google/models"))
        .and(header("authorization", format!("Bearer {}", google::TOKEN).as_str()))
        .respond_with(ResponseTemplate::new(200).set_body_string(page))
        .mount(&world.server)
        .await;
    let key = world.form(world.file()).add(&bench, "Robot").expect("saved");
    let good = list(&bench, &key).await;
    assert_eq!(ids(&good), ["gemini-2.5-pro"], "{good:?}");
    assert!(!format!("{good:?}").contains(google::TOKEN));
    let stranger = world.file().replace("robot@", "x@");
    with_secret(&bench, &key, "auth_credentials", &stranger);
    let bad = list(&bench, &key).await;
    assert_eq!((bad.listed_at, ids(&bad)), (good.listed_at, ids(&good)));
    let failure = failed(bad);
    assert_eq!((failure.outcome, failure.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{failure:?}");
    assert_eq!(failure.provider_code.as_deref(), Some("invalid_grant"));
}

#[tokio::test]
async fn what_is_not_there_to_sign_in_with_is_said_and_nobody_is_asked() {
    let ((tokens, resource), bench) = (entra::world().await, Bench::new());
    let key = entra::form(&tokens, &resource).add(&bench, "App").expect("saved");
    let good = list(&bench, &key).await;
    let asked = resource.received_requests().await.expect("recorded").len();
    bench.vault.set_state(keystead_core::vault::VaultState::Locked);
    let view = list(&bench, &key).await;
    assert_eq!(ids(&view), ids(&good));
    let failure = failed(view);
    assert_eq!((failure.outcome, failure.cause), (Outcome::VaultUnavailable, Some(Cause::VaultLocked)));
    bench.vault.set_state(keystead_core::vault::VaultState::Ready);
    // Edited in the database behind our back, the form leads to another host: the secret does not go there.
    let other = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&other).await;
    let db = rusqlite::Connection::open(bench.home.path().join("keystead.db")).expect("opens");
    let sql = format!("UPDATE key SET config = replace(config, '{}', '{}')", resource.uri(), other.uri());
    db.execute(&sql, []).expect("written");
    let failure = failed(list(&bench, &key).await);
    assert_eq!((failure.outcome, failure.cause), (Outcome::NotConfigured, Some(Cause::Origin)), "{failure:?}");
    assert!(other.received_requests().await.expect("recorded").is_empty());
    assert_eq!(resource.received_requests().await.expect("recorded").len(), asked);
}
