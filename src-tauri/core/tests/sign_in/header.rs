//! Forms whose key travels in a header: Azure's own, and what else is filled in.

use keystead_core::{
    Code, Field,
    keystead::{EditConfigured, KeySource, KeyState, SetHeader},
    probe::{Cause, Outcome},
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, header, path, query_param},
};

use crate::{Form, common::Bench, test_saved};

const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

async fn azure() -> MockServer {
    let server = MockServer::start().await;
    let good = ResponseTemplate::new(200).set_body_string(r#"{"data":[]}"#);
    let ask = Mock::given(path("/openai/models")).and(header("api-key", KEY));
    ask.and(query_param("api-version", "2024-06-01"))
        .and(query_param("team", "blue"))
        .respond_with(good)
        .mount(&server)
        .await;
    let refused =
        r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}"#;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(401).set_body_string(refused))
        .with_priority(9)
        .mount(&server)
        .await;
    server
}

fn form(endpoint: &str) -> Form {
    Form {
        provider: "azure",
        mode: "key",
        values: vec![("endpoint", endpoint.into()), ("api_version", "2024-06-01".into())],
        secrets: vec![("key", KEY.into())],
    }
}

#[tokio::test]
async fn azure_s_key_travels_in_its_own_header_with_version_and_parameters() {
    let (server, bench) = (azure().await, Bench::new());
    // What people copy from the portal ends in a path.
    let key = form(&format!("{}/openai/deployments", server.uri())).add(&bench, "Work").expect("saved");
    let query =
        serde_json::json!({ "id": key.id, "values": { "query": { "team": "blue" } }, "parts": {}, "tested": null });
    bench.keystead.edit_configured(&serde_json::from_value(query).expect("a request")).expect("edited");
    let report = test_saved(&bench, &key).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    assert!(report.curl.contains("api-key: $"), "{}", report.curl);
    assert_eq!(bench.secret_of(&key).expect("there"), KEY);
}

#[tokio::test]
async fn a_secret_header_goes_where_the_keys_are_and_to_no_other_resource() {
    const VALUE: &str = "Zq8-secret-of-a-header-0123456789";
    let (server, bench) = (azure().await, Bench::new());
    let set = || {
        let draft = bench.keystead.draft_header(&zeroize::Zeroizing::new(VALUE.as_bytes().to_vec())).expect("taken").id;
        let id = "azure".parse().expect("a slug");
        bench.keystead.set_header(&SetHeader { id, was: None, name: "x-org".into(), value: None, draft: Some(draft) })
    };
    let error = set().expect_err("there is no place yet");
    assert_eq!((error.code, error.field), (Code::PlaceMissing, Some(Field::HeaderValue)));
    assert_eq!(bench.entries(), 0, "nothing was written");

    let key = form(&server.uri()).add(&bench, "Work").expect("saved");
    let view = set().expect("set");
    assert_eq!((view.headers[0].name.as_str(), view.headers[0].bound_to.as_deref()), ("x-org", None));
    test_saved(&bench, &key).await;
    let asked = server.received_requests().await.expect("recorded");
    let header = asked.last().expect("asked").headers.get("x-org").and_then(|value| value.to_str().ok());
    assert_eq!(header, Some(VALUE));

    // Another resource is another host, and nobody said that it may have the value.
    let other = azure().await;
    let elsewhere = form(&other.uri()).add(&bench, "Elsewhere").expect("saved");
    let report = test_saved(&bench, &elsewhere).await;
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::HeaderOrigin)), "{report:?}");
    assert!(other.received_requests().await.expect("recorded").is_empty());
    assert!(!serde_json::to_string(&report).expect("JSON").contains(VALUE));
}

#[test]
fn what_is_missing_or_does_not_fit_is_said_at_its_field() {
    let bench = Bench::new();
    let at = |form: Form| {
        let error = form.add(&bench, "x").expect_err("refused");
        (error.code, error.input.unwrap_or_default())
    };
    let bedrock = |region: &str| Form {
        provider: "amazon-bedrock",
        mode: "api_key",
        values: vec![("region", region.into())],
        secrets: vec![("key", "ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl".into())],
    };
    assert_eq!(at(form("")), (Code::ConfigMissing, "endpoint".into()));
    assert_eq!(at(form("http://my-resource.openai.azure.com")), (Code::UrlPlainHttp, "endpoint".into()));
    assert_eq!(
        at(form("https://x.openai.azure.com").with("api_version", "latest")),
        (Code::ConfigInvalid, "api_version".into())
    );
    assert_eq!(at(form("https://x.openai.azure.com").with("nope", "1")), (Code::ConfigInvalid, "nope".into()));
    assert_eq!(at(form("env.KEYSTEAD_TEST_NOWHERE")), (Code::VariableUnset, "endpoint".into()));
    assert_eq!(at(bedrock("mars")), (Code::ConfigInvalid, "region".into()));
    assert_eq!(at(bedrock("eu-central-1/x")), (Code::ConfigInvalid, "region".into()));
    let keyless = Form { secrets: Vec::new(), ..form("https://x.openai.azure.com") };
    assert_eq!(at(keyless), (Code::KeyRequired, "key".into()));
    assert_eq!(at(form("https://x.openai.azure.com").with("key", KEY)), (Code::ConfigInvalid, "key".into()));
    assert_eq!(bench.entries(), 0, "nothing was written");
    assert_eq!(bench.try_add("azure", "x", KEY).expect_err("it has no place").code, Code::ConfigMissing);
}

#[tokio::test]
async fn a_region_that_does_not_exist_is_a_host_that_does_not_resolve() {
    let bench = Bench::new();
    let form = Form {
        provider: "amazon-bedrock",
        mode: "api_key",
        values: vec![("region", "xx-nowhere-9".into())],
        secrets: vec![("key", "ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl".into())],
    };
    let report = form.test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::Unreachable, Some(Cause::Dns)), "{report:?}");
}

#[test]
fn one_server_s_key_may_be_elsewhere_than_the_others() {
    let bench = Bench::new();
    let form = Form {
        provider: "vllm",
        mode: "",
        values: vec![
            ("url", "http://localhost:8001/v1".into()),
            ("model_name", "meta-llama/Llama-3.1-8B-Instruct".into()),
        ],
        secrets: Vec::new(),
    };
    let key = form.add(&bench, "Second").expect("saved");
    let view = key.config.expect("a form");
    assert_eq!(view.base_url.as_deref(), Some("http://localhost:8001/v1"));
    let provider = bench.keystead.provider(&"vllm".parse().expect("a slug")).expect("there");
    assert_eq!(provider.base_url, "http://localhost:8000/v1", "the others stay where they are");
}

#[tokio::test]
async fn a_model_that_is_not_served_is_said_to_be_missing() {
    let (server, bench) = (MockServer::start().await, Bench::new());
    let list = ResponseTemplate::new(200)
        .set_body_string(r#"{"object":"list","data":[{"id":"meta-llama/Llama-3.1-8B-Instruct"}]}"#);
    Mock::given(path("/v1/models")).respond_with(list).mount(&server).await;
    let form = |model: &str| Form {
        provider: "vllm",
        mode: "",
        values: vec![("url", format!("{}/v1", server.uri())), ("model_name", model.into())],
        secrets: Vec::new(),
    };
    assert_eq!(form("meta-llama/Llama-3.1-8B-Instruct").test(&bench).await.outcome, Outcome::Connected);
    let report = form("meta-llama/llama-3.1-8b-instruct").test(&bench).await;
    assert_eq!(report.outcome, Outcome::ModelUnavailable, "upper and lower case count: {report:?}");
}

#[test]
fn a_plain_key_gets_settings_and_keeps_its_secret() {
    let bench = Bench::new();
    let key = bench.add("replicate", "Work", "r8_0123456789abcdefghijklmnopqrstuvwxyzAB");
    let req = serde_json::json!({
        "id": key.id, "values": { "use_deployments_endpoint": true }, "parts": {}, "tested": null,
    });
    let req: EditConfigured = serde_json::from_value(req).expect("a request");
    let edited = bench.keystead.edit_configured(&req).expect("edited");
    assert_eq!((edited.source, edited.state), (KeySource::Vault, KeyState::Active));
    assert_eq!(bench.secret_of(&key).expect("there"), "r8_0123456789abcdefghijklmnopqrstuvwxyzAB");
    assert_eq!(bench.entries(), 1);
}
