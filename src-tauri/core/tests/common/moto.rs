//! moto with a user, a key of theirs, and two roles, verifying every signature: botocore makes it anew and compares.

use super::servers;

/// A role that may do anything.
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/bedrock";
/// A role that may do nothing.
#[allow(dead_code, reason = "each test crate uses its part")]
pub(crate) const IDLE_ROLE: &str = "arn:aws:iam::123456789012:role/idle";

const ALLOWED: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// What moto does unsigned before it begins to look at signatures: what is made below.
const UNSIGNED: &str = "6";

pub(crate) struct Moto {
    pub(crate) server: servers::Server,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
}

impl Moto {
    /// None where it is not installed.
    pub(crate) async fn start() -> Option<Self> {
        let server = servers::moto(&[("INITIAL_NO_AUTH_ACTION_COUNT", UNSIGNED)])?;
        let origin = &server.origin;
        let iam = async |action: &str, fields: &[(&str, &str)]| {
            let mut body = url::form_urlencoded::Serializer::new(String::new());
            body.extend_pairs([("Action", action), ("Version", "2010-05-08")]).extend_pairs(fields);
            let asked = reqwest::Client::builder().no_proxy().build().expect("a client").post(origin);
            let asked = asked.header("content-type", "application/x-www-form-urlencoded");
            // Which service is meant, it reads from here.
            let scope =
                "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x";
            let answer = asked.header("authorization", scope).body(body.finish()).send().await.expect("made");
            assert!(answer.status().is_success(), "{action}");
            answer.text().await.expect("a text")
        };
        let user = ("UserName", "keystead");
        let policy = [("PolicyName", "all"), ("PolicyDocument", ALLOWED)];
        iam("CreateUser", &[user]).await;
        let made = iam("CreateAccessKey", &[user]).await;
        iam("PutUserPolicy", &[&[user][..], &policy].concat()).await;
        for role in ["bedrock", "idle"] {
            iam("CreateRole", &[("RoleName", role), ("AssumeRolePolicyDocument", ALLOWED)]).await;
        }
        iam("PutRolePolicy", &[&[("RoleName", "bedrock")][..], &policy].concat()).await;
        let element = |name: &str| {
            let (_, rest) = made.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {made}"));
            rest.split_once('<').expect("an end").0.to_owned()
        };
        let (access_key, secret_key) = (element("AccessKeyId"), element("SecretAccessKey"));
        Some(Self { server, access_key, secret_key })
    }
}
