//! Endpoints nobody has a catalogue entry for.

use crate::{provider::Provider, secret::key, window};

#[test]
fn a_custom_endpoint_on_this_machine_proves_its_key() {
    window(|app| {
        let good = key("gate");
        let gateway = Provider::knowing(&[&good]);
        app.click("button", "Custom provider");
        app.fill("Name of the provider", "My gateway");
        // As people paste it: the whole path of a call.
        app.fill("Base URL", &gateway.url("/v1/chat/completions"));
        app.says("/chat/completions");
        app.fill("Key (optional)", &good);
        app.click("button", "Test");
        app.says("Connected");
        app.click("button", "Save");
        app.find("link", "My gateway");
        app.says("127.0.0.1");
    });
}

#[test]
fn a_custom_endpoint_has_its_dialect_and_a_secret_header() {
    window(|app| {
        let (good, token) = (key("msgs"), key("head"));
        let gateway = Provider::guarded(&good, "x-org-token", &token);
        app.click("button", "Custom provider");
        app.fill("Name of the provider", "My gateway");
        app.choose("Speaks", "anthropic");
        app.fill("Base URL", &gateway.url("/v1/messages"));
        app.says("POST");
        app.fill("Key (optional)", &good);
        app.click("button", "Save");
        app.click("link", "My gateway");
        app.says("Key rejected");

        app.click("button", "Add header");
        app.fill("Header name", "X-Org-Token");
        app.fill("Header value", &token);
        app.picture("custom-header");
        app.click("button", "Save");
        app.find("button", "Edit x-org-token");
        app.says(&format!("…{}", &token[token.len() - 4..]));
        assert!(!app.page_knows(&token), "the page has forgotten it");
        app.click("button", "Test Default");
        app.says("Connected");
        app.picture("custom-provider");

        app.restart();
        app.click("link", "My gateway");
        app.click("button", "Test Default");
        app.says("Connected");
        app.click("button", "Remove x-org-token");
        app.click("button", "Remove header");
        app.gone("button", "Edit x-org-token");
        app.click("button", "Test Default");
        app.says("Key rejected");
    });
}

#[test]
fn a_base_url_in_plain_http_is_refused_elsewhere() {
    window(|app| {
        app.click("button", "Custom provider");
        app.fill("Base URL", "http://api.example.com/v1");
        app.says("Over http the key would travel unencrypted. Use https.");
    });
}

#[test]
fn a_key_does_not_follow_its_provider_to_another_host() {
    window(|app| {
        let good = key("home");
        let (home, away) = (Provider::knowing(&[&good]), Provider::knowing(&[&good]));
        app.point_openai_at(&home);
        app.add_key("Work", &good);
        app.point_openai_at(&away);
        app.says("It is not sent anywhere else.");
        app.click("button", "Test Work");
        app.says("was not sent");
        assert_eq!(away.asked(), 0, "nothing at all was sent there");
    });
}

#[test]
fn plain_http_to_ones_own_network_takes_consent_that_can_be_taken_back() {
    window(|app| {
        app.go("providers/openai");
        app.fill("Base URL", "http://192.168.77.5:8080/v1");
        app.says("anyone on this network could read the key");
        let ask = "The key would travel unencrypted to 192.168.77.5:8080. To allow that, type the host.";
        app.fill(ask, "192.168.77.6:8080");
        app.click("button", "Allow");
        app.find("textbox", ask);
        app.fill(ask, "192.168.77.5:8080");
        app.click("button", "Allow");
        app.says("Keys travel unencrypted to 192.168.77.5:8080, as you allowed.");
        app.says("Plain http goes directly");

        app.go("settings/network");
        app.says("Used by OpenAI");
        app.click("button", "Revoke: 192.168.77.5:8080");
        app.says("Keys travel unencrypted to nobody");
        app.go("providers/openai");
        app.find("textbox", ask);
    });
}
