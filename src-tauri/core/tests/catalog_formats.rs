//! The catalogue's format carries the odd ones too: entries that are not shipped, read and judged as they would be.

#[path = "probe/support.rs"]
mod support;

use keystead_core::{
    probe::{
        Cause,
        Outcome::{self, *},
    },
    provider::{Proves, Provider},
};
use serde_json::json;
use support::{KEY, probe};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, header, method, path},
};

const XAI: &str = r#"
name = "xAI"
dialect = "openai"
base_url = "https://api.x.ai/v1"
[test]
call = "GET {base}/api-key"
proves = "key"
expect = ["/redacted_api_key"]
confidence = "high"
source = "docs.x.ai"
[[test.rules]]
at = "/api_key_blocked"
is = true
outcome = "disabled"
[[test.rules]]
at = "/api_key_disabled"
is = true
outcome = "disabled"
[[test.rules]]
at = "/team_blocked"
is = true
outcome = "disabled"
[[errors]]
status = 403
text = "doesn't have any credits"
outcome = "no_credit"
"#;

const COHERE: &str = r#"
name = "Cohere"
dialect = "other"
base_url = "https://api.cohere.com"
[test]
call = "POST {base}/v1/check-api-key"
body = "{}"
proves = "key"
expect = ["/valid"]
confidence = "high"
source = "cohere-openapi.yaml"
[[test.rules]]
at = "/valid"
is = false
outcome = "invalid_key"
"#;

const NVIDIA: &str = r#"
name = "NVIDIA NIM"
dialect = "openai"
base_url = "https://integrate.api.nvidia.com/v1"
[test]
call = "GET {base}/models"
proves = "nothing"
timeout_s = 20
expect = ["/data"]
confidence = "high"
source = "recorded"
[[errors]]
status = 403
text = "Authorization failed"
outcome = "invalid_key"
"#;

const DEEPGRAM: &str = r#"
name = "Deepgram"
dialect = "other"
base_url = "https://api.deepgram.com/v1"
auth = { header = "authorization", scheme = "Token" }
[test]
call = "GET {base}/auth/token"
proves = "key"
confidence = "medium"
source = "documentation"
"#;

const MINIMAX: &str = r#"
name = "MiniMax"
dialect = "openai"
base_url = "https://api.minimax.io/v1"
[test]
call = "GET {base}/models"
proves = "unknown"
confidence = "medium"
source = "documentation"
[[test.rules]]
at = "/base_resp/status_code"
is = 1008
outcome = "no_credit"
[[test.rules]]
at = "/base_resp/status_code"
is_not = 0
outcome = "invalid_key"
"#;

const HUGGING_FACE: &str = r#"
name = "Hugging Face"
dialect = "openai"
base_url = "https://router.huggingface.co/v1"
[test]
call = "GET https://huggingface.co/api/whoami-v2"
proves = "key"
expect = ["/name"]
confidence = "high"
source = "huggingface_hub hf_api.py"
"#;

const PERPLEXITY: &str = r#"
name = "Perplexity"
dialect = "openai"
base_url = "https://api.perplexity.ai"
[test]
call = "POST {base}/chat/completions"
body = '{"model":"__probe__","messages":[{"role":"user","content":"."}]}'
proves = "key"
confidence = "medium"
source = "documentation"
[[errors]]
status = 400
text = "Invalid model"
outcome = "connected"
"#;

fn entry(id: &str, text: &str) -> Provider {
    Provider::read(id, text).unwrap_or_else(|e| panic!("{e}"))
}

#[tokio::test]
async fn each_odd_provider_is_judged_by_its_own_rules() {
    for (id, text, status, body, outcome, proven) in [
        (
            "xai",
            XAI,
            400,
            json!({"code":"Client specified an invalid argument","error":"Incorrect API key provided: sk***Bo."}),
            InvalidKey,
            false,
        ),
        (
            "xai",
            XAI,
            403,
            json!({"code":"x","error":"Your newly created team doesn't have any credits yet"}),
            NoCredit,
            true,
        ),
        (
            "xai",
            XAI,
            200,
            json!({"redacted_api_key":"x","api_key_blocked":false,"team_blocked":false}),
            Connected,
            true,
        ),
        ("xai", XAI, 200, json!({"redacted_api_key":"x","team_blocked":true}), Disabled, false),
        ("cohere", COHERE, 200, json!({"valid":true}), Connected, true),
        ("cohere", COHERE, 200, json!({"valid":false}), InvalidKey, false),
        (
            "cohere",
            COHERE,
            401,
            json!({"message":"Your API key has expired. Please create a production key"}),
            Expired,
            false,
        ),
        ("cohere", COHERE, 401, json!({"id":"1","message":"invalid api token"}), InvalidKey, false),
        ("nvidia", NVIDIA, 200, json!({"data":[]}), ReachableUnverified, false),
        (
            "nvidia",
            NVIDIA,
            403,
            json!({"status":403,"title":"Forbidden","detail":"Authorization failed"}),
            InvalidKey,
            false,
        ),
        (
            "nvidia",
            NVIDIA,
            404,
            json!({"status":404,"title":"Not Found","detail":"Function 'a': Not found for account 'b'"}),
            ModelUnavailable,
            false,
        ),
        ("deepgram", DEEPGRAM, 200, json!({"scopes":[]}), Connected, true),
        (
            "minimax",
            MINIMAX,
            200,
            json!({"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}),
            NoCredit,
            false,
        ),
        (
            "minimax",
            MINIMAX,
            200,
            json!({"base_resp":{"status_code":1004,"status_msg":"login fail"}}),
            InvalidKey,
            false,
        ),
        ("minimax", MINIMAX, 500, json!({"base_resp":{"status_code":1008}}), NoCredit, false),
        ("perplexity", PERPLEXITY, 400, json!({"error":{"message":"Invalid model '__probe__'"}}), Connected, true),
        ("perplexity", PERPLEXITY, 401, json!("Unauthorized"), InvalidKey, false),
    ] as [(&str, &str, u16, serde_json::Value, Outcome, bool); 17]
    {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(status).set_body_json(&body)).mount(&server).await;
        let provider = entry(id, text).at(format!("{}/v1", server.uri()).parse().expect("a URL"));
        let report = probe(&provider, Some(KEY)).await;
        assert_eq!((report.outcome, report.key_proven), (outcome, proven), "{id}: {status} {body}");
    }
}

#[tokio::test]
async fn schemes_bodies_and_methods_are_sent_as_written() {
    let server = MockServer::start().await;
    let scheme = format!("Token {KEY}");
    let call = Mock::given(method("GET")).and(path("/v1/auth/token")).and(header("authorization", scheme.as_str()));
    call.respond_with(ResponseTemplate::new(200).set_body_json(json!({}))).expect(1).mount(&server).await;
    let post =
        Mock::given(method("POST")).and(path("/v1/v1/check-api-key")).and(header("content-type", "application/json"));
    post.respond_with(ResponseTemplate::new(200).set_body_json(json!({"valid":true}))).expect(1).mount(&server).await;
    for (id, text) in [("deepgram", DEEPGRAM), ("cohere", COHERE)] {
        let provider = entry(id, text).at(format!("{}/v1", server.uri()).parse().expect("a URL"));
        assert_eq!(probe(&provider, Some(KEY)).await.outcome, Connected, "{id}");
    }
}

#[test]
fn a_test_on_another_host_binds_the_key_to_both_and_stays_away_from_a_moved_base() {
    let home = entry("huggingface", HUGGING_FACE);
    assert_eq!(home.test_url().as_str(), "https://huggingface.co/api/whoami-v2");
    assert_eq!(home.test_origin().to_string(), "https://huggingface.co");
    let origins: Vec<_> = home.allowed_origins().iter().map(ToString::to_string).collect();
    assert_eq!(origins, ["https://router.huggingface.co", "https://huggingface.co"]);

    let moved = home.at("https://gateway.example/v1".parse().expect("a URL"));
    assert_eq!(moved.test_url().as_str(), "https://gateway.example/v1/models");
    assert_eq!(moved.allowed_origins(), [moved.base_url.origin()]);
    assert_eq!(moved.proves(), Proves::Unknown);
}

#[test]
fn what_an_entry_may_not_say_is_refused() {
    for (what, text) in [
        ("an unknown field", COHERE.replace("dialect", "colour = 1\ndialect")),
        ("an unknown field in a rule", COHERE.replace("is = false", "is = false\nis_nt = 1")),
        ("two conditions", COHERE.replace("is = false", "is = false\nat_most = 1")),
        ("no condition", COHERE.replace("is = false\n", "")),
        ("an error rule for every error", format!("{COHERE}\n[[errors]]\noutcome = \"disabled\"\n")),
        ("a call without a method", COHERE.replace("POST {base}", "{base}")),
        ("a call that deletes", COHERE.replace("POST", "DELETE")),
        ("a relative path", COHERE.replace("{base}/v1", "{base}v1")),
        ("a plain http host", HUGGING_FACE.replace("GET https", "GET http")),
        ("a body that is no JSON", COHERE.replace("\"{}\"", "\"{\"")),
        ("a bad pattern", format!("{COHERE}\n[[key]]\npattern = '('\n")),
        ("an outcome nobody knows", COHERE.replace("invalid_key", "bad_key")),
        ("a base URL no key may go to", COHERE.replace("https://api.cohere.com", "http://api.cohere.com")),
    ] {
        assert!(Provider::read("x", &text).is_err(), "{what} was taken");
    }
    assert!(Provider::read("Bad Id", COHERE).is_err());
    let _ = Cause::Html;
}
