//! The same against moto, a server of Amazon's services that nobody here wrote: it verifies signatures by botocore.

#[path = "../common/moto.rs"]
mod server;

use keystead_core::probe::{Cause, Outcome, Stage};

use crate::{Form, common::Bench, servers};
use server::{Moto, ROLE};

fn form(moto: &Moto) -> Form {
    let origin = &moto.server.origin;
    Form {
        provider: "amazon-bedrock",
        mode: "access_key",
        values: vec![
            ("access_key", moto.access_key.clone()),
            ("region", "us-east-1".into()),
            ("control_endpoint", origin.clone()),
            ("endpoint", origin.clone()),
            ("sts_endpoint", origin.clone()),
        ],
        secrets: vec![("secret_key", moto.secret_key.clone())],
    }
}

#[tokio::test]
async fn a_role_is_taken_on_with_a_signature_that_moto_verifies() {
    let Some(moto) = Moto::start().await else { return };
    let bench = Bench::new();
    let form = || form(&moto).with("role_arn", ROLE);
    let report = form().test(&bench).await;
    // It has no list of Bedrock's models: how far the test came is what counts.
    assert_ne!(report.cause, Some(Cause::SignIn), "{report:?}");
    assert!(report.url.ends_with("/foundation-models"), "{report:?}");

    let wrong = form().with_secret("secret_key", &"A".repeat(moto.secret_key.len()));
    let report = wrong.test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{report:?}");
    assert_eq!((report.stage, report.provider_code.as_deref()), (Stage::Key, Some("SignatureDoesNotMatch")));

    let report = form().with("access_key", "AKIAZZZZZZZZZZZZZZZZ").test(&bench).await;
    assert_eq!((report.outcome, report.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{report:?}");
    assert_eq!(report.provider_code.as_deref(), Some("InvalidClientTokenId"));
}

#[tokio::test]
async fn a_list_of_models_begins_with_the_role_too() {
    let Some(moto) = Moto::start().await else { return };
    let bench = Bench::new();
    let form = || form(&moto).with("role_arn", ROLE);
    let key = form().add(&bench, "Right").expect("saved");
    let failure = crate::list(&bench, &key).await.last_try.expect("tried").failure.expect("it has none");
    assert_ne!(failure.cause, Some(Cause::SignIn), "{failure:?}");
    let wrong = form().with_secret("secret_key", &"A".repeat(moto.secret_key.len()));
    let key = wrong.add(&bench, "Wrong").expect("saved");
    let failure = crate::list(&bench, &key).await.last_try.expect("tried").failure.expect("refused");
    assert_eq!((failure.outcome, failure.cause), (Outcome::InvalidKey, Some(Cause::SignIn)), "{failure:?}");
    assert_eq!((failure.http_status, failure.provider_code.as_deref()), (Some(403), Some("SignatureDoesNotMatch")));
}
