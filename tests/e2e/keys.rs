//! What happens to a key after it was saved.

use fantoccini::key::Key;

use crate::{app::App, keychain, provider::Provider, secret::key, steps::WORK, window};

#[test]
fn a_key_gets_another_name() {
    window(|app| {
        let _openai = with_one_key(app, &key("9xQ2"));
        app.choose_for(WORK, "Rename…");
        app.fill("Name", "Kestrel CI");
        app.click("button", "Rename");
        app.find("button", "Test Kestrel CI");
        app.restart();
        app.go("providers/openai");
        app.find("button", "Test Kestrel CI");
    });
}

#[test]
fn a_replaced_secret_is_gone_and_the_name_stays() {
    window(|app| {
        let (old, new) = (key("9xQ2"), key("n3w1"));
        let openai = Provider::knowing(&[&old, &new]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &old);
        app.choose_for(WORK, "Replace key…");
        assert_eq!(app.value("Key"), "", "a secret is never put into a field");
        app.fill("Key", &new);
        app.press(Key::Enter);
        app.says("sk-proj-…n3w1");
        app.click("button", "Test");
        app.says("Connected");
        app.click("button", "Save");
        app.gone("button", "Save");
        app.says("sk-proj-…n3w1");
        app.find("button", "Test Work");
        let held: Vec<String> = keychain::entries().into_iter().map(|entry| entry.secret).collect();
        assert!(held.iter().any(|secret| secret.contains(&new)));
        assert!(!held.iter().any(|secret| secret.contains(&old)), "the old secret has left the keychain");
    });
}

#[test]
fn a_removed_key_leaves_list_and_keychain() {
    window(|app| {
        let good = key("9xQ2");
        let _openai = with_one_key(app, &good);
        app.choose_for(WORK, "Remove key…");
        app.says("Remove the key “Work”?");
        assert_eq!(app.focused(), "Cancel", "Enter never destroys");
        app.picture("remove-key");
        app.click("button", "Remove key");
        app.gone("button", "Test Work");
        assert!(!keychain::entries().iter().any(|entry| entry.secret.contains(&good)));
        app.restart();
        app.sees("No providers yet.");
    });
}

#[test]
fn a_disabled_key_stays_and_is_not_tested() {
    window(|app| {
        let openai = with_one_key(app, &key("9xQ2"));
        app.choose_for(WORK, "Disable");
        app.says("Off");
        let asked = openai.asked();
        app.click("button", "Test Work");
        assert_eq!(openai.asked(), asked);
        app.choose_for(WORK, "Enable");
        app.says("sk-proj-…9xQ2");
    });
}

#[test]
fn a_restart_keeps_keys_results_and_settings() {
    window(|app| {
        let good = key("9xQ2");
        let openai = with_one_key(app, &good);
        app.go("settings/appearance");
        app.click("radio", "Dark");
        app.restart();
        app.find("link", "OpenAI");
        app.says("Connected");
        app.says("sk-proj-…9xQ2");
        app.go("settings/appearance");
        let dark = app.find("radio", "Dark");
        assert!(crate::app::wait(dark.is_selected()).expect("a radio"));
        app.go("providers");
        let asked = openai.asked();
        app.click("button", "Test OpenAI");
        app.wait_until("a test of the saved key", |_| (openai.asked() > asked).then_some(()));
        app.says("Connected");
    });
}

fn with_one_key(app: &mut App, good: &str) -> Provider {
    let openai = Provider::knowing(&[good]);
    app.point_openai_at(&openai);
    app.add_key(WORK, good);
    openai
}
