//! moto, which makes each signature anew with botocore before it answers: what our signatures are worth.

#[path = "../common/moto.rs"]
mod server;

use std::sync::Arc;

use keystead_core::{
    auth::{AwsKeys, Login, Role, Signer},
    probe::{Outcome, Prober, Stage, Target, TestReport},
    provider::{Catalog, Provider},
};
use tokio_util::sync::CancellationToken;

use crate::{servers, support::key};
use server::{IDLE_ROLE, Moto, ROLE};

/// Made by nobody who has a key.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/sts/aws4_request, \
                         SignedHeaders=host, Signature=00";

/// With the check of signatures on, a key that does not exist is refused.
#[tokio::test]
async fn amazon_s_services_answer_and_refuse_an_unknown_key() {
    for (settings, status) in [(&[][..], 200), (&[("INITIAL_NO_AUTH_ACTION_COUNT", "0")][..], 403)] {
        let Some(server) = servers::moto(settings) else { return };
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let asked = client.post(&server.origin).header("content-type", "application/x-www-form-urlencoded");
        let asked = asked.header("authorization", SIGNATURE).header("x-amz-date", "20260101T000000Z");
        let asked = asked.body("Action=GetCallerIdentity&Version=2011-06-15").send().await.expect("an answer");
        assert_eq!(asked.status().as_u16(), status, "{:?}", asked.text().await);
    }
}

/// Our Bedrock, at moto. It has no `ListFoundationModels`, and what is asked with GET it refuses whoever signs it; Bedrock's
/// `ListAgents` is a POST, with the same name of the service in its signature.
fn bedrock(moto: &Moto) -> Provider {
    let form = Catalog::builtin().form(&"amazon-bedrock".parse().expect("an id")).expect("a form");
    let mut text = form.example_text();
    for origin in form.example().allowed_origins() {
        text = text.replace(&origin.to_string(), &moto.server.origin);
    }
    let origin = &moto.server.origin;
    let asked = format!("call = \"GET {origin}/foundation-models\"\nproves = \"key\"\nexpect = [\"/modelSummaries\"]");
    assert!(text.contains(&asked), "the test asks for the list");
    let agents =
        format!("call = \"POST {origin}/agents/\"\nbody = \"{{}}\"\nproves = \"key\"\nexpect = [\"/agentSummaries\"]");
    Provider::read("amazon-bedrock", &text.replace(&asked, &agents)).expect("an entry")
}

fn signer(moto: &Moto, service: &str) -> Signer {
    let secret_key = Arc::new(key(&moto.secret_key));
    let keys = AwsKeys { access_key: moto.access_key.clone(), secret_key, session: None };
    Signer { keys, region: "us-east-1".into(), service: service.into(), role: None }
}

async fn asked(provider: &Provider, signer: Signer) -> TestReport {
    let login = Login::Aws(signer);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis();
    let now_ms = i64::try_from(now).expect("it fits");
    let target = Target { provider, secret: None, login: Some(&login), headers: &[], now_ms };
    Prober::new().run(target, &CancellationToken::new()).await.expect("nobody cancelled")
}

#[tokio::test]
async fn bedrock_knows_the_key_by_its_signature() {
    let Some(moto) = Moto::start().await else { return };
    let provider = bedrock(&moto);
    let report = asked(&provider, signer(&moto, "bedrock")).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");

    let mut wrong = signer(&moto, "bedrock");
    wrong.keys.secret_key = Arc::new(key(&"A".repeat(moto.secret_key.len())));
    let report = asked(&provider, wrong).await;
    assert_eq!((report.outcome, report.stage), (Outcome::InvalidKey, Stage::Key), "{report:?}");
    assert_eq!((report.http_status, report.key_proven), (Some(403), false), "{report:?}");
    assert_eq!(report.provider_code.as_deref(), Some("SignatureDoesNotMatch"));

    let mut unknown = signer(&moto, "bedrock");
    unknown.keys.access_key = "AKIAZZZZZZZZZZZZZZZZ".into();
    let report = asked(&provider, unknown).await;
    assert_eq!((report.outcome, report.http_status), (Outcome::InvalidKey, Some(403)), "{report:?}");
}

#[tokio::test]
async fn a_role_s_lent_keys_sign_what_comes_after_it() {
    let Some(moto) = Moto::start().await else { return };
    let provider = bedrock(&moto);
    let taking_on = |arn: &str| {
        let sts = moto.server.origin.parse().expect("a URL");
        let role = Role { arn: arn.into(), external_id: None, session_name: "keystead".into(), sts };
        Signer { role: Some(role), ..signer(&moto, "bedrock") }
    };
    let report = asked(&provider, taking_on(ROLE)).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    let report = asked(&provider, taking_on(IDLE_ROLE)).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Restricted, true), "it may not list: {report:?}");
}
