//! A service account's statement is verified by signature and claims before a token is given.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use keystead_core::{
    Code,
    probe::{Cause, Outcome, Stage, StageState},
};
use serde::Deserialize;
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{header, method, path},
};

use crate::{Form, common::Bench, fields, states, test_saved};

pub(crate) const TOKEN: &str = "ya29.token-of-an-hour-0123456789";
const EMAIL: &str = "robot@my-project-123456.iam.gserviceaccount.com";

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    scope: String,
    iat: u64,
    exp: u64,
}

/// Google's token service, as far as it is documented.
struct TokenServer {
    public: String,
    audience: String,
}

impl Respond for TokenServer {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let refuse = |why: &str| {
            let body = serde_json::json!({ "error": "invalid_grant", "error_description": why });
            ResponseTemplate::new(400).set_body_json(body)
        };
        let sent = fields(&request.body);
        if sent.get("grant_type").map(String::as_str) != Some("urn:ietf:params:oauth:grant-type:jwt-bearer") {
            return refuse("unsupported");
        }
        let mut wanted = Validation::new(Algorithm::RS256);
        wanted.set_audience(&[&self.audience]);
        let key = DecodingKey::from_rsa_pem(self.public.as_bytes()).expect("a public key");
        let Ok(told) = jsonwebtoken::decode::<Claims>(sent["assertion"].as_bytes(), &key, &wanted) else {
            return refuse("Invalid JWT Signature.");
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let Claims { iss, scope, iat, exp } = told.claims;
        if iss != EMAIL || scope != "https://www.googleapis.com/auth/cloud-platform" {
            return refuse("Invalid grant: account not found");
        }
        if exp - iat > 3600 || iat.abs_diff(now) > 300 || told.header.kid.as_deref() != Some("0123456789abcdef") {
            return refuse(
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
            );
        }
        ResponseTemplate::new(200)
            .set_body_json(serde_json::json!({ "access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer" }))
    }
}

fn key_file(private: &str, token_uri: &str) -> String {
    serde_json::json!({
        "type": "service_account", "project_id": "my-project-123456", "private_key_id": "0123456789abcdef",
        "private_key": private, "client_email": EMAIL, "token_uri": token_uri,
    })
    .to_string()
}

pub(crate) struct World {
    pub(crate) server: MockServer,
    private: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key");
        let server = MockServer::start().await;
        let audience = format!("{}/token", server.uri());
        let tokens = TokenServer { public: key.public_key_pem(), audience };
        Mock::given(method("POST")).and(path("/token")).respond_with(tokens).mount(&server).await;
        let counted = "/v1/projects/my-project-123456/locations/europe-west4/publishers/google/models/gemini-2.5-flash:countTokens";
        Mock::given(path(counted))
            .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
            .respond_with(ResponseTemplate::new(200).set_body_string(r#"{"totalTokens":1}"#))
            .mount(&server)
            .await;
        let refused = r#"{"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"UNAUTHENTICATED"}}"#;
        Mock::given(path(counted))
            .respond_with(ResponseTemplate::new(401).set_body_string(refused))
            .with_priority(9)
            .mount(&server)
            .await;
        Self { server, private: key.serialize_pem() }
    }

    pub(crate) fn form(&self, file: String) -> Form {
        Form {
            provider: "google-vertex",
            mode: "service_account",
            values: vec![
                ("project_id", "my-project-123456".into()),
                ("region", "europe-west4".into()),
                ("endpoint", self.server.uri()),
            ],
            secrets: vec![("auth_credentials", file)],
        }
    }

    pub(crate) fn file(&self) -> String {
        key_file(&self.private, &format!("{}/token", self.server.uri()))
    }
}

#[tokio::test]
async fn a_service_account_signs_in_and_asks() {
    let (world, bench) = (World::new().await, Bench::new());
    let form = world.form(world.file());
    let report = form.test(&bench).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    assert!(!report.curl.contains(TOKEN) && report.curl.contains("print-access-token"), "{}", report.curl);
    let key = form.add(&bench, "Robot").expect("saved");
    assert_eq!(key.hint.as_ref().map(ToString::to_string).as_deref(), Some("key file …cdef"));
    let report = test_saved(&bench, &key).await;
    assert_eq!(report.outcome, Outcome::Connected, "{report:?}");
    let last = bench.keystead.find_key("google-vertex/robot").expect("there").last_test;
    assert_eq!(last.map(|report| report.outcome), Some(Outcome::Connected));
}

#[tokio::test]
async fn a_key_that_is_not_the_account_s_is_refused_where_the_token_is_asked_for() {
    let (world, bench) = (World::new().await, Bench::new());
    let other = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key").serialize_pem();
    let report = world.form(key_file(&other, &format!("{}/token", world.server.uri()))).test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{report:?}");
    assert_eq!((report.stage, states(&report)[4]), (Stage::Key, StageState::Failed));
    assert_eq!(report.provider_code.as_deref(), Some("invalid_grant"));
    assert!(report.url.ends_with("/token") && report.method == "POST", "{}", report.url);
    let stranger = world.file().replace(EMAIL, "x@my-project-123456.iam.gserviceaccount.com");
    let report = world.form(stranger).test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{report:?}");
}

#[tokio::test]
async fn a_token_service_that_is_away_or_down_is_told_as_that() {
    let (world, bench) = (World::new().await, Bench::new());
    let report = world.form(key_file(&world.private, "http://127.0.0.1:1/token")).test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::Unreachable, Some(Cause::Refused)), "{report:?}");
    assert_eq!(report.stage, Stage::Key);
    let down = MockServer::start().await;
    Mock::given(path("/token")).respond_with(ResponseTemplate::new(503)).mount(&down).await;
    let report = world.form(key_file(&world.private, &format!("{}/token", down.uri()))).test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::ProviderDown, Some(Cause::SignIn)), "{report:?}");
}

#[test]
fn a_broken_key_file_and_a_foreign_token_service_are_refused_at_their_field() {
    let bench = Bench::new();
    let form = |file: String| Form {
        provider: "google-vertex",
        mode: "service_account",
        values: vec![("project_id", "my-project-123456".into())],
        secrets: vec![("auth_credentials", file)],
    };
    let broken = key_file(
        "-----BEGIN PRIVATE KEY-----\nTWFya2VkIQ==\n-----END PRIVATE KEY-----\n",
        "https://oauth2.googleapis.com/token",
    );
    let private = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key").serialize_pem();
    let elsewhere = key_file(&private, "https://evil.example/token");
    for (file, code) in [(broken, Code::CredentialsBroken), (elsewhere, Code::CredentialsElsewhere)] {
        let error = form(file).add(&bench, "x").expect_err("refused");
        assert_eq!((error.code, error.input.as_deref()), (code, Some("auth_credentials")), "{error}");
        assert!(!error.message.contains("TWFya2"), "{error}");
    }
    assert_eq!(bench.entries(), 0);
}

#[test]
fn a_pasted_key_file_is_vertex_s_and_nobody_else_takes_it() {
    let bench = Bench::new();
    let private = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key").serialize_pem();
    let file = key_file(&private, "https://oauth2.googleapis.com/token");
    let view = bench.keystead.draft(&file.clone().into_bytes().into()).expect("taken");
    let fits: Vec<_> = view.fits.iter().map(ToString::to_string).collect();
    assert_eq!(fits, ["google-vertex"]);
    let error = bench.try_add("openai", "x", &file).expect_err("refused");
    assert_eq!(error.code, Code::SecretServiceAccount);
}
