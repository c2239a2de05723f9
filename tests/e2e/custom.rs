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
