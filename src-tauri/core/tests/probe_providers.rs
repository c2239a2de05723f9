//! What each provider answers, as its documentation and recorded answers have it, and what the probe makes of it.

#[path = "probe/support.rs"]
mod support;

use keystead_core::probe::{
    AccountFact, Cause,
    Outcome::{self, *},
    Stage, StageState,
};
use serde_json::json;
use support::{KEY, builtin, moved, probe, states, timed};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, header, method, path},
};

/// Provider, status, body, outcome, and what the report's code is.
type Case = (&'static str, u16, &'static str, Outcome, Option<&'static str>);

const ANSWERS: &[Case] = &[
    (
        "openai",
        401,
        r#"{"error":{"message":"Incorrect API key provided: sk-q7Zr2***i9Bo. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        InvalidKey,
        Some("invalid_api_key"),
    ),
    (
        "openai",
        403,
        r#"{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read.","type":"invalid_request_error","code":null}}"#,
        Restricted,
        Some("invalid_request_error"),
    ),
    (
        "openai",
        401,
        r#"{"error":{"message":"You have insufficient permissions for this operation. Missing scopes: api.model.read."}}"#,
        Restricted,
        None,
    ),
    (
        "openai",
        403,
        r#"{"error":{"code":"unsupported_country_region_territory","message":"Country, region, or territory not supported","type":"request_forbidden"}}"#,
        RegionBlocked,
        Some("unsupported_country_region_territory"),
    ),
    (
        "openai",
        401,
        r#"{"error":{"message":"IP not authorized","code":"ip_not_authorized"}}"#,
        RegionBlocked,
        Some("ip_not_authorized"),
    ),
    (
        "openai",
        401,
        r#"{"error":{"message":"The account has been deactivated","code":"account_deactivated"}}"#,
        Disabled,
        Some("account_deactivated"),
    ),
    (
        "openai",
        401,
        r#"{"error":{"message":"You must be a member of an organization to use the API"}}"#,
        Disabled,
        None,
    ),
    (
        "openai",
        429,
        r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}"#,
        NoCredit,
        Some("insufficient_quota"),
    ),
    (
        "openai",
        429,
        r#"{"error":{"message":"Limit","type":"insufficient_quota","code":"project_spend_limit_exceeded"}}"#,
        NoCredit,
        Some("project_spend_limit_exceeded"),
    ),
    (
        "openai",
        429,
        r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#,
        RateLimited,
        Some("rate_limit_exceeded"),
    ),
    (
        "openai",
        404,
        r#"{"error":{"message":"Invalid URL (GET /models)","type":"invalid_request_error","code":null}}"#,
        WrongBaseUrl,
        Some("invalid_request_error"),
    ),
    (
        "openai",
        404,
        r#"{"error":{"message":"The model `gpt-9` does not exist","code":"model_not_found"}}"#,
        ModelUnavailable,
        Some("model_not_found"),
    ),
    (
        "openai",
        500,
        r#"{"error":{"message":"The server had an error","type":"server_error"}}"#,
        ProviderDown,
        Some("server_error"),
    ),
    (
        "anthropic",
        401,
        r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"}"#,
        InvalidKey,
        Some("authentication_error"),
    ),
    (
        "anthropic",
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."}}"#,
        NoCredit,
        Some("invalid_request_error"),
    ),
    (
        "anthropic",
        402,
        r#"{"type":"error","error":{"type":"billing_error","message":"Billing"}}"#,
        NoCredit,
        Some("billing_error"),
    ),
    (
        "anthropic",
        403,
        r#"{"type":"error","error":{"type":"permission_error","message":"Your API key does not have permission to use the specified resource."}}"#,
        Restricted,
        Some("permission_error"),
    ),
    (
        "anthropic",
        403,
        r#"{"error":{"type":"forbidden","message":"Request not allowed"}}"#,
        RegionBlocked,
        Some("forbidden"),
    ),
    (
        "anthropic",
        429,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}"#,
        RateLimited,
        Some("rate_limit_error"),
    ),
    (
        "anthropic",
        404,
        r#"{"type":"error","error":{"type":"not_found_error","message":"Not Found"}}"#,
        WrongBaseUrl,
        Some("not_found_error"),
    ),
    (
        "anthropic",
        529,
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        ProviderDown,
        Some("overloaded_error"),
    ),
    (
        "google",
        400,
        r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}"#,
        InvalidKey,
        Some("API_KEY_INVALID"),
    ),
    (
        "google",
        400,
        r#"{"error":{"code":400,"message":"API key expired. Please renew the API key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
        Expired,
        Some("API_KEY_INVALID"),
    ),
    (
        "google",
        403,
        r#"{"error":{"code":403,"message":"Your API key was reported as leaked. Please use another API key.","status":"PERMISSION_DENIED"}}"#,
        Disabled,
        Some("PERMISSION_DENIED"),
    ),
    (
        "google",
        403,
        r#"{"error":{"code":403,"message":"Generative Language API has not been used","status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}"#,
        Restricted,
        Some("SERVICE_DISABLED"),
    ),
    (
        "google",
        403,
        r#"{"error":{"code":403,"message":"Requests from referer <empty> are blocked.","status":"PERMISSION_DENIED","details":[{"reason":"API_KEY_HTTP_REFERRER_BLOCKED"}]}}"#,
        Restricted,
        Some("API_KEY_HTTP_REFERRER_BLOCKED"),
    ),
    (
        "google",
        403,
        r#"{"error":{"code":403,"message":"Lightning dunning decision is deny","status":"PERMISSION_DENIED"}}"#,
        NoCredit,
        Some("PERMISSION_DENIED"),
    ),
    (
        "google",
        400,
        r#"{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}"#,
        RegionBlocked,
        Some("FAILED_PRECONDITION"),
    ),
    (
        "google",
        429,
        r#"{"error":{"code":429,"message":"Resource has been exhausted","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"12s"}]}}"#,
        RateLimited,
        Some("RESOURCE_EXHAUSTED"),
    ),
    (
        "google",
        402,
        r#"{"error":{"code":402,"message":"Payment","status":"FAILED_PRECONDITION"}}"#,
        NoCredit,
        Some("FAILED_PRECONDITION"),
    ),
    ("openrouter", 401, r#"{"error":{"message":"User not found.","code":401}}"#, InvalidKey, Some("401")),
    (
        "openrouter",
        402,
        r#"{"error":{"code":402,"message":"Insufficient credits. Add more using https://openrouter.ai/settings/credits"}}"#,
        NoCredit,
        Some("402"),
    ),
    ("openrouter", 429, r#"{"error":{"code":429,"message":"Rate limit exceeded"}}"#, RateLimited, Some("429")),
    (
        "openrouter",
        403,
        r#"{"error":{"code":403,"message":"Only management keys can perform this operation"}}"#,
        Restricted,
        Some("403"),
    ),
    ("mistral", 401, r#"{"detail":"Unauthorized"}"#, InvalidKey, None),
    ("mistral", 401, r#"{"message":"Unauthorized","request_id":"abc"}"#, InvalidKey, None),
    ("mistral", 402, r#"{"detail":"Payment required"}"#, NoCredit, None),
    ("mistral", 403, r#"{"detail":"Forbidden"}"#, Restricted, None),
    ("mistral", 429, r#"{"message":"Requests rate limit exceeded"}"#, RateLimited, None),
    (
        "groq",
        401,
        r#"{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
        InvalidKey,
        Some("invalid_api_key"),
    ),
    (
        "groq",
        400,
        r#"{"error":{"message":"Spend limit reached","type":"invalid_request_error","code":"blocked_api_access"}}"#,
        NoCredit,
        Some("blocked_api_access"),
    ),
    (
        "groq",
        400,
        r#"{"error":{"message":"Organization has been restricted","code":"organization_restricted"}}"#,
        Disabled,
        Some("organization_restricted"),
    ),
    (
        "groq",
        429,
        r#"{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}"#,
        RateLimited,
        Some("rate_limit_exceeded"),
    ),
    (
        "groq",
        404,
        r#"{"error":{"message":"Unknown request URL: GET /v1/models. Please check the URL for typos.","code":"unknown_url"}}"#,
        WrongBaseUrl,
        Some("unknown_url"),
    ),
    (
        "deepseek",
        401,
        r#"{"error":{"message":"Authentication Fails, Your api key: ****i9Bo is invalid","type":"authentication_error","param":null,"code":"invalid_request_error"}}"#,
        InvalidKey,
        Some("invalid_request_error"),
    ),
    (
        "deepseek",
        402,
        r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#,
        NoCredit,
        Some("invalid_request_error"),
    ),
    ("deepseek", 429, r#"{"error":{"message":"Rate limit"}}"#, RateLimited, None),
    ("deepseek", 503, r#"{"error":{"message":"Server overloaded"}}"#, ProviderDown, None),
    (
        "ollama",
        503,
        r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#,
        ProviderDown,
        None,
    ),
    ("ollama", 401, r#"{"error":"unauthorized"}"#, InvalidKey, None),
    ("ollama", 402, r#"{"error":"payment required"}"#, NoCredit, None),
    ("ollama", 429, r#"{"error":"too many requests"}"#, RateLimited, None),
];

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
    assert!(!report.curl.contains("-H"), "{}", report.curl);

    // A key that it does not read is not a key that it accepts.
    let report = probe(&moved("ollama", &server.uri()), Some(KEY)).await;
    assert_eq!(
        (report.outcome, report.cause, report.key_proven),
        (ReachableUnverified, Some(Cause::AnyKeyAccepted), false)
    );
}

#[tokio::test]
async fn the_order_of_rules_knows_where_the_server_is() {
    // At its own address the path cannot be wrong, so a 404 is about the key; this cannot be asked of a real server here.
    let rule = builtin("anthropic").errors.iter().find(|r| r.at_home).expect("a rule for home");
    assert_eq!((rule.status, rule.outcome), (Some(404), Disabled));
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
