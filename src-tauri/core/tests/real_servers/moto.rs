//! moto, as tests of Amazon's signatures start it.

use crate::servers;

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
