//! Signed requests, verified by a second implementation of Signature Version 4; roles that are taken on first.

use std::{collections::BTreeMap, fmt::Write};

use hmac::{Hmac, KeyInit, Mac};
use keystead_core::{
    keystead::EditConfigured,
    probe::{Cause, Outcome, Stage},
};
use sha2::{Digest, Sha256};
use wiremock::{
    Mock, MockServer, Request, Respond, ResponseTemplate,
    matchers::{method, path},
};

use crate::{Form, common::Bench, fields, test_saved};

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const LENT: (&str, &str, &str) =
    ("ASIAIOSFODNN7EXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", "FwoGZXIvYXdzEXAMPLESESSIONxyz0");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes it");
        text
    })
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The signature this request should have (docs.aws.amazon.com/IAM: Create a signed AWS API request).
fn signature(request: &Request, secret: &str, service: &str) -> Option<(String, bool)> {
    let header = |name: &str| Some(request.headers.get(name)?.to_str().ok()?.trim().to_owned());
    let told = header("authorization")?;
    let part = |name: &str| told.split([' ', ',']).find_map(|p| p.strip_prefix(name)).map(str::to_owned);
    let (names, given, scope) = (part("SignedHeaders=")?, part("Signature=")?, part("Credential=")?);
    let mut scope = scope.split('/').skip(1);
    let (day, region, to) = (scope.next()?, scope.next()?, scope.next()?);
    let signed: String =
        names.split(';').map(|name| header(name).map(|v| format!("{name}:{v}\n"))).collect::<Option<_>>()?;
    let canonical = format!(
        "{}\n{}\n{}\n{signed}\n{names}\n{}",
        request.method,
        request.url.path(),
        request.url.query().unwrap_or_default(),
        hex(&Sha256::digest(&request.body))
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{day}/{region}/{to}/aws4_request\n{}",
        header("x-amz-date")?,
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mut key = format!("AWS4{secret}").into_bytes();
    for step in [day, region, to, "aws4_request"] {
        key = mac(&key, step);
    }
    Some((told, given == hex(&mac(&key, &to_sign)) && to == service && region == "eu-central-1"))
}

/// The control plane of Bedrock: it takes what was signed with one of these.
pub(crate) struct Bedrock(pub(crate) &'static str);

impl Respond for Bedrock {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let refuse = |kind: &str, why: &str| {
            ResponseTemplate::new(403).set_body_json(serde_json::json!({ "__type": kind, "message": why }))
        };
        let known = BTreeMap::from([(ID, (SECRET, None)), (LENT.0, (LENT.1, Some(LENT.2)))]);
        let told = request.headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let Some((_, (secret, session))) = known.into_iter().find(|(id, _)| told.contains(*id)) else {
            return refuse("UnrecognizedClientException", "The security token included in the request is invalid.");
        };
        let carried = request.headers.get("x-amz-security-token").and_then(|v| v.to_str().ok());
        match signature(request, secret, "bedrock") {
            Some((_, true)) if carried == session => ResponseTemplate::new(200).set_body_string(self.0),
            _ => refuse(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided.",
            ),
        }
    }
}

/// The token service: it lends keys for one role.
struct Sts;

impl Respond for Sts {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let refuse = |code: &str, why: &str| {
            let body = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{why}</Message></Error></ErrorResponse>"
            );
            ResponseTemplate::new(403).set_body_raw(body, "text/xml")
        };
        let told = request.headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !told.contains(ID) {
            return refuse("InvalidClientTokenId", "The security token included in the request is invalid.");
        }
        if !signature(request, SECRET, "sts").is_some_and(|(_, right)| right) {
            return refuse("SignatureDoesNotMatch", "The request signature we calculated does not match.");
        }
        let sent = fields(&request.body);
        if sent["Action"] != "AssumeRole" || sent["RoleArn"] != "arn:aws:iam::123456789012:role/bedrock" {
            return refuse("AccessDenied", "User is not authorized to perform: sts:AssumeRole");
        }
        let (id, secret, session) = LENT;
        let body = format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}\
             </SecretAccessKey><SessionToken>{session}</SessionToken></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        );
        ResponseTemplate::new(200).set_body_raw(body, "text/xml")
    }
}

const MODELS: &str = r#"{"modelSummaries":[{"modelId":"anthropic.claude","modelName":"Claude"}]}"#;

pub(crate) async fn world() -> (MockServer, MockServer) {
    let (bedrock, sts) = (MockServer::start().await, MockServer::start().await);
    Mock::given(path("/foundation-models")).respond_with(Bedrock(MODELS)).mount(&bedrock).await;
    Mock::given(method("POST")).respond_with(Sts).mount(&sts).await;
    (bedrock, sts)
}

pub(crate) fn form(bedrock: &MockServer, sts: &MockServer) -> Form {
    Form {
        provider: "amazon-bedrock",
        mode: "access_key",
        values: vec![
            ("access_key", ID.into()),
            ("region", "eu-central-1".into()),
            ("control_endpoint", bedrock.uri()),
            ("endpoint", bedrock.uri()),
            ("sts_endpoint", sts.uri()),
        ],
        secrets: vec![("secret_key", SECRET.into())],
    }
}

#[tokio::test]
async fn an_access_key_signs_what_it_asks() {
    let ((bedrock, sts), bench) = (world().await, Bench::new());
    let report = form(&bedrock, &sts).test(&bench).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    assert!(report.curl.contains("--aws-sigv4 aws:amz:eu-central-1:bedrock") && !report.curl.contains("wJalr"));
    let wrong = form(&bedrock, &sts).with_secret("secret_key", "xJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let report = wrong.test(&bench).await;
    assert_eq!(report.outcome, Outcome::InvalidKey, "{report:?}");
    let report = form(&bedrock, &sts).with("access_key", "AKIAZZZZZZZZZZZZZZZZ").test(&bench).await;
    assert_eq!(report.outcome, Outcome::InvalidKey, "{report:?}");
}

#[tokio::test]
async fn two_secrets_of_one_key_are_saved_edited_and_used_together() {
    let ((bedrock, sts), bench) = (world().await, Bench::new());
    let both = || {
        form(&bedrock, &sts)
            .with("access_key", LENT.0)
            .with_secret("secret_key", LENT.1)
            .with_secret("session_token", LENT.2)
    };
    let key = both().add(&bench, "Temporary").expect("saved");
    assert_eq!(bench.entries(), 1, "one credential, one entry: all of it is there, or nothing is");
    assert_eq!(test_saved(&bench, &key).await.outcome, Outcome::Connected);
    assert_eq!(bench.secret_of(&key).expect("there"), LENT.1, "what is copied is the secret key");
    let edit = |values: serde_json::Value, parts: serde_json::Value| {
        let req = serde_json::json!({ "id": key.id, "values": values, "parts": parts, "tested": null });
        bench
            .keystead
            .edit_configured(&serde_json::from_value::<EditConfigured>(req).expect("a request"))
            .expect("edited")
    };
    // The session token alone is cleared; the secret key is that of a lasting access key then.
    let again = bench.draft(SECRET);
    edit(serde_json::json!({ "access_key": ID }), serde_json::json!({ "session_token": null, "secret_key": again }));
    assert_eq!(test_saved(&bench, &key).await.outcome, Outcome::Connected);
    let token = bench.draft(LENT.2);
    edit(serde_json::json!({}), serde_json::json!({ "session_token": token }));
    assert_eq!(bench.secret_of(&key).expect("there"), SECRET, "kept, though only the other was typed");
    assert_eq!(test_saved(&bench, &key).await.outcome, Outcome::InvalidKey, "a token too many");
    let bench = bench.restart();
    assert_eq!(bench.entries(), 1);
    assert_eq!(bench.secret_of(&key).expect("there"), SECRET);
}

#[tokio::test]
async fn a_role_is_taken_on_first() {
    let ((bedrock, sts), bench) = (world().await, Bench::new());
    let with = |role: &str| form(&bedrock, &sts).with("role_arn", role);
    let report = with("arn:aws:iam::123456789012:role/bedrock").test(&bench).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    let report = with("arn:aws:iam::123456789012:role/other").test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::Restricted, Some(Cause::Role)), "{report:?}");
    assert!(report.key_proven, "AWS knew the key");
    for (form, code) in [
        (
            with("arn:aws:iam::123456789012:role/bedrock").with("access_key", "AKIAZZZZZZZZZZZZZZZZ"),
            "InvalidClientTokenId",
        ),
        (
            with("arn:aws:iam::123456789012:role/bedrock")
                .with_secret("secret_key", "xJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            "SignatureDoesNotMatch",
        ),
    ] {
        let report = form.test(&bench).await;
        assert_eq!((report.outcome, report.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{report:?}");
        assert_eq!((report.stage, report.provider_code.as_deref()), (Stage::Key, Some(code)));
    }
}

#[tokio::test]
async fn what_is_on_this_machine_is_used_and_nothing_is_saved() {
    let ((bedrock, sts), bench) = (world().await, Bench::new());
    let ambient = || Form { mode: "ambient", secrets: Vec::new(), ..form(&bedrock, &sts) };
    let ambient = || Form {
        values: ambient().values.into_iter().filter(|(name, _)| *name != "access_key").collect(),
        ..ambient()
    };
    let set = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some(ID.to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some(SECRET.to_owned()),
        _ => None,
    };
    let with = Bench { keystead: bench.keystead.clone().with_environment(std::sync::Arc::new(set)), ..Bench::new() };
    let key = ambient().add(&with, "Here").expect("saved");
    assert_eq!(test_saved(&with, &key).await.outcome, Outcome::Connected);
    let nothing = Bench {
        keystead: bench.keystead.clone().with_environment(std::sync::Arc::new(|_: &str| None)),
        ..Bench::new()
    };
    let report = test_saved(&nothing, &key).await;
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::Credentials)), "{report:?}");
    assert!(report.detail.expect("words").contains("AWS_ACCESS_KEY_ID"));
    assert_eq!(bench.entries(), 0);
}

#[tokio::test]
async fn a_lost_database_gets_the_form_back_from_the_vault() {
    let ((bedrock, sts), bench) = (world().await, Bench::new());
    form(&bedrock, &sts).add(&bench, "Work").expect("saved");
    let Bench { home, vault, keystead } = bench;
    drop(keystead);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(home.path().join(format!("keystead.db{end}")));
    }
    let keystead = crate::common::open(home.path(), &vault);
    let bench = Bench { home, vault, keystead };
    let left: Vec<_> = bench.keystead.check_storage().expect("looked").leftovers.into_iter().map(|l| l.entry).collect();
    let adopted = bench.keystead.adopt(&left).expect("adopted").adopted;
    assert_eq!(adopted.len(), 1);
    let key = bench.keystead.find_key("amazon-bedrock/work").expect("there");
    assert_eq!(key.config.as_ref().and_then(|view| view.way.as_deref()), Some("Access key"));
    assert_eq!(test_saved(&bench, &key).await.outcome, Outcome::Connected);
}
