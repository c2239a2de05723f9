//! LiteLLM's proxy with a master key and a model that answers by itself.

use keystead_core::probe::{AccountFact, Cause, Outcome::*, Stage};

use crate::{at, custom, end, servers, support::probe};

const MASTER: &str = "sk-q7Zr2mVx9Tb4Lw8KcYd3Jf6Hs1Ng5Pv0";
const WRONG: &str = "sk-Zz7Zr2mVx9Tb4Lw8KcYd3Jf6Hs1Ng5P0";

#[tokio::test]
async fn a_proxy_without_a_database_knows_its_master_key_and_no_other() {
    let config = format!(
        "model_list:\n  - model_name: echo\n    litellm_params: {{ model: openai/echo, api_key: none, mock_response: pong }}\n\
         general_settings: {{ master_key: {MASTER} }}\n"
    );
    let Some(server) = servers::litellm(&config) else { return };
    let base = format!("{}/v1", server.origin);
    for provider in [at("litellm", &base), custom(&base)] {
        let report = probe(&provider, Some(MASTER)).await;
        assert_eq!(end(&report), (Connected, None, true), "{report:?}");
        assert_eq!(report.account, [AccountFact::Models { count: 1 }]);
        let report = probe(&provider, Some(WRONG)).await;
        assert_eq!(end(&report), (InvalidKey, None, false), "{report:?}");
        assert_eq!((report.stage, report.http_status), (Stage::Key, Some(400)));
        let report = probe(&provider, None).await;
        assert_eq!(end(&report), (InvalidKey, Some(Cause::NoKey), false), "{report:?}");
        assert_eq!(report.http_status, Some(401));
    }
    // What would be paid for elsewhere: the model answers by itself here.
    // Elsewhere than at its own host only a yes is held against a wrong key.
    for (model, outcome, proven) in [("echo", Connected, true), ("nobody", ModelUnavailable, false)] {
        let paid = at("openai", &base).paid(model).expect("a paid test").provider;
        let report = probe(&paid, Some(MASTER)).await;
        assert_eq!(end(&report), (outcome, None, proven), "{model}: {report:?}");
    }
    let report = probe(&custom(&format!("{}/v2", server.origin)), Some(MASTER)).await;
    assert_eq!(end(&report), (WrongBaseUrl, None, false), "{report:?}");
}
