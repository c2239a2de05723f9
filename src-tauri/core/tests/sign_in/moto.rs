//! The same against moto, a server of Amazon's services that nobody here wrote: it verifies signatures by botocore.

use keystead_core::probe::{Cause, Outcome, Stage};

use crate::{Form, common::Bench, servers};

const ROLE: &str = "arn:aws:iam::123456789012:role/bedrock";
const ALLOWED: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// What moto does unsigned before it begins to look at signatures: a user, its key, its rights, a role.
const UNSIGNED: &str = "4";

struct Moto {
    server: servers::Server,
    access_key: String,
    secret_key: String,
}

impl Moto {
    /// None where it is not installed.
    async fn start() -> Option<Self> {
        let server = servers::moto(&[("INITIAL_NO_AUTH_ACTION_COUNT", UNSIGNED)])?;
        let iam = |fields: &[(&str, &str)]| {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            reqwest::Client::new()
                .post(&server.origin)
                .header("content-type", "application/x-www-form-urlencoded")
                // Which service is meant, it reads from here.
                .header("authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x")
                .body(body)
                .send()
        };
        let version = ("Version", "2010-05-08");
        let text = |answer: reqwest::Response| async move { answer.text().await.expect("a text") };
        iam(&[("Action", "CreateUser"), version, ("UserName", "keystead")]).await.expect("made");
        let made = iam(&[("Action", "CreateAccessKey"), version, ("UserName", "keystead")]).await.expect("made");
        let made = text(made).await;
        let policy = [("UserName", "keystead"), ("PolicyName", "all"), ("PolicyDocument", ALLOWED)];
        iam(&[&[("Action", "PutUserPolicy"), version][..], &policy].concat()).await.expect("made");
        let role = [("RoleName", "bedrock"), ("AssumeRolePolicyDocument", ALLOWED)];
        iam(&[&[("Action", "CreateRole"), version][..], &role].concat()).await.expect("made");
        let element = |name: &str| {
            let (_, rest) = made.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {made}"));
            rest.split_once('<').expect("an end").0.to_owned()
        };
        let (access_key, secret_key) = (element("AccessKeyId"), element("SecretAccessKey"));
        Some(Self { server, access_key, secret_key })
    }

    fn form(&self) -> Form {
        let origin = &self.server.origin;
        Form {
            provider: "amazon-bedrock",
            mode: "access_key",
            values: vec![
                ("access_key", self.access_key.clone()),
                ("region", "us-east-1".into()),
                ("role_arn", ROLE.into()),
                ("control_endpoint", origin.clone()),
                ("endpoint", origin.clone()),
                ("sts_endpoint", origin.clone()),
            ],
            secrets: vec![("secret_key", self.secret_key.clone())],
        }
    }
}

#[tokio::test]
async fn a_role_is_taken_on_with_a_signature_that_moto_verifies() {
    let Some(moto) = Moto::start().await else { return };
    let bench = Bench::new();
    let report = moto.form().test(&bench).await;
    // It has no list of Bedrock's models: how far the test came is what counts.
    assert_ne!(report.cause, Some(Cause::SignIn), "{report:?}");
    assert!(report.url.ends_with("/foundation-models"), "{report:?}");

    let wrong = moto.form().with_secret("secret_key", &"A".repeat(moto.secret_key.len()));
    let report = wrong.test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{report:?}");
    assert_eq!((report.stage, report.provider_code.as_deref()), (Stage::Key, Some("SignatureDoesNotMatch")));

    let report = moto.form().with("access_key", "AKIAZZZZZZZZZZZZZZZZ").test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{report:?}");
    assert_eq!(report.provider_code.as_deref(), Some("InvalidClientTokenId"));
}
