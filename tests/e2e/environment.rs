//! Keys in the environment, and texts with several keys, as a person meets them.

use fantoccini::key::Key;

use crate::{app::App, keychain, provider::Provider, secret::key, window, window_in};

#[test]
fn a_key_found_in_the_environment_is_adopted_into_the_keychain() {
    let good = key("e9Vr");
    window_in(&[("OPENAI_API_KEY", good.clone())], |app| {
        app.find("link", "OpenAI");
        app.says("Set in the environment, read when used");
        app.go("providers/openai");
        app.says("$OPENAI_API_KEY");
        app.picture("environment");
        assert!(!app.page_knows(&good), "nothing of its value is in the page");
        app.click("button", "Adopt into the keychain: OPENAI_API_KEY");
        app.find("button", "Test Default");
        app.says("sk-proj-…e9Vr");
        app.says("The same key is saved as Default of OpenAI.");
        assert!(keychain::entries().iter().any(|entry| entry.secret.contains(&good)));
        app.restart();
        app.go("providers/openai");
        app.find("button", "Test Default");
        app.says("The same key is saved as Default of OpenAI.");
        app.picture("environment-adopted");
    });
}

#[test]
fn a_key_that_refers_to_a_variable_is_read_when_it_is_used() {
    let good = key("v4Rb");
    window_in(&[("KESTREL_KEY", good.clone())], |app| {
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.click("button", "Add key");
        app.click("button", "Use an environment variable");
        app.fill("Environment variable", "KESTREL_KEY");
        app.press(Key::Enter);
        app.says("$KESTREL_KEY");
        app.click("button", "Test");
        app.wait_until("the verdict", |app| app.has("Connected"));
        app.picture("variable");
        app.click("button", "Save");
        app.find("button", "Test Environment");
        let kept = keychain::entries().iter().any(|entry| entry.secret.contains(&good));
        assert!(!kept, "the keychain holds nothing of it");
        assert!(!app.page_knows(&good));
    });
}

#[test]
fn two_keys_and_an_address_are_each_asked_about() {
    window(|app| {
        let (first, second) = (key("t1Wo"), key("t2Wo"));
        let gateway = Provider::knowing(&[&second]);
        let text = format!("OPENAI_API_KEY={first}\nGATEWAY_API_KEY={second}\nGATEWAY_BASE_URL={}", gateway.url("/v1"));
        app.click("button", "Add key");
        App::copy_elsewhere(&text);
        app.click("button", "Paste from clipboard");
        app.says("2 keys were found.");
        app.picture("two-keys");
        app.click("button", "Go on with 2 keys");
        app.says("Key 1 of 2");
        app.says("sk-proj-…t1Wo");
        app.click("button", "Save, then the next");
        app.says("Key 2 of 2");
        app.says("Found with it: 127.0.0.1");
        assert_eq!(gateway.asked(), 0, "nothing is sent before it is said where");
        app.picture("address");
        app.click("button", "Use");
        app.click("button", "Test");
        app.wait_until("the verdict", |app| app.has("Connected"));
        app.click("button", "Save");
        app.gone("button", "Save");
        let held: Vec<String> = keychain::entries().into_iter().map(|entry| entry.secret).collect();
        assert!([&first, &second].iter().all(|text| held.iter().any(|secret| secret.contains(*text))));
    });
}
