//! Published descriptions of APIs, served by Prism: it refuses a request that the description does not allow, and tells
//! what else it finds against it. It looks whether there is a key, not whether it is the right one.

use keystead_core::{
    probe::{AccountFact, Cause, Outcome::*, TestReport},
    provider::Provider,
};

use crate::{
    at, custom, end, in_place, servers,
    support::{KEY, probe},
};

/// The header in which Prism tells what is against the description, read where a request's id is read.
const VIOLATIONS: &str = "sl-violations";

async fn asked(mut provider: Provider, key: Option<&str>, prefer: Option<&str>) -> TestReport {
    provider.request_id = vec![VIOLATIONS.into()];
    provider.headers.extend(prefer.map(|prefer| ("prefer".to_owned(), prefer.to_owned())));
    let report = probe(&provider, key).await;
    // It finds fault with some examples of the descriptions themselves, too.
    let violations = report.request_id.as_deref().unwrap_or_default();
    assert!(!violations.contains("[\"request\""), "the description allows something else: {violations}");
    report
}

#[tokio::test]
async fn openai_s_description_allows_our_test_and_answers_it() {
    let Some(server) = servers::prism("openai.slice.json") else { return };
    let base = &server.origin;
    let report = asked(in_place("openai", base), Some(KEY), None).await;
    assert_eq!(end(&report), (Connected, None, true), "{report:?}");
    assert_eq!(report.account, [AccountFact::Models { count: 1 }]);
    let report = asked(custom(base), None, None).await;
    assert_eq!((end(&report), report.http_status), ((InvalidKey, Some(Cause::NoKey), false), Some(401)));
    let report = asked(custom(base), Some(KEY), None).await;
    assert_eq!(end(&report), (ReachableUnverified, Some(Cause::AnyKeyAccepted), false), "it takes any key");
    let report = asked(in_place("openai", &format!("{base}/v1")), Some(KEY), None).await;
    assert_eq!((end(&report), report.http_status), ((WrongBaseUrl, None, false), Some(404)));
}

#[tokio::test]
async fn openai_s_description_allows_our_request_for_one_token() {
    let Some(server) = servers::prism("openai.slice.json") else { return };
    let paid = || in_place("openai", &server.origin).paid("gpt-4o-mini").expect("a paid test").provider;
    let report = asked(paid(), Some(KEY), None).await;
    assert_eq!(end(&report), (Connected, None, true), "{report:?}");
    let report = asked(paid(), Some(KEY), Some("code=429")).await;
    assert_eq!(end(&report), (RateLimited, None, true), "{report:?}");
    let report = asked(paid(), None, None).await;
    assert_eq!(end(&report), (NotConfigured, Some(Cause::NoKey), false));
}

#[tokio::test]
async fn mistral_s_description_has_two_shapes_and_both_are_read() {
    let Some(server) = servers::prism("mistral.slice.json") else { return };
    let base = format!("{}/v1", server.origin);
    // The example is a bare list, what the schema makes an object.
    for prefer in [None, Some("dynamic=true")] {
        let report = asked(in_place("mistral", &base), Some(KEY), prefer).await;
        assert_eq!(end(&report), (Connected, None, true), "{prefer:?}: {report:?}");
    }
    let report = asked(in_place("mistral", &base), Some(KEY), Some("code=422")).await;
    assert_eq!((end(&report), report.http_status), ((ReachableUnverified, None, false), Some(422)));
    let report = asked(custom(&base), None, None).await;
    assert_eq!(end(&report), (InvalidKey, Some(Cause::NoKey), false));
}

#[tokio::test]
async fn ollama_s_description_needs_no_key() {
    let Some(server) = servers::prism("ollama.slice.json") else { return };
    let report = asked(at("ollama", &server.origin), None, None).await;
    assert_eq!(end(&report), (Connected, None, false), "{report:?}");
    assert_eq!(report.account.len(), 2, "a version and a number of models: {:?}", report.account);
    let report = asked(at("ollama", &server.origin), Some(KEY), None).await;
    assert_eq!(end(&report), (ReachableUnverified, Some(Cause::AnyKeyAccepted), false));
}
