//! Adding a key: typed or pasted, tested, saved.

use std::time::Duration;

use crate::{app::App, keychain, provider::Provider, secret::key, steps::WORK, window};

#[test]
fn a_key_is_proved_before_anything_is_saved() {
    window(|app| {
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.begin_key(&good);
        app.says("sk-proj-…9xQ2");
        app.click("button", "Test");
        app.says("Connected");
        app.says("Nothing is saved yet");
        assert_eq!(entries_with(&good), 0, "a test saves nothing");
        app.picture("tested-good");

        app.fill("Name", WORK);
        app.click("button", "Save");
        app.find("button", "Test Work");
        app.says("sk-proj-…9xQ2");
        assert_eq!(entries_with(&good), 1);
        app.go("providers");
        app.find("link", "OpenAI");
        app.says("Connected");
        app.picture("one-key");
    });
}

#[test]
fn a_wrong_key_is_rejected_in_words_that_help() {
    window(|app| {
        let openai = Provider::knowing(&[&key("9xQ2")]);
        app.point_openai_at(&openai);
        app.begin_key(&key("nope"));
        app.click("button", "Test");
        app.says("Key rejected");
        app.says("OpenAI does not know this key.");
        app.says("Check that it was copied whole");
        app.find("button", "Save anyway");
        app.picture("tested-bad");
        app.click("button", "Cancel");
        app.gone("dialog", "Add a key to OpenAI");
        assert_eq!(entries_with(&key("nope")), 0);
    });
}

#[test]
fn a_limited_key_is_told_from_a_bad_one() {
    window(|app| {
        let openai = Provider::limiting();
        app.point_openai_at(&openai);
        app.begin_key(&key("busy"));
        app.click("button", "Test");
        app.says("Rate limited");
        app.says("The key itself is good.");
    });
}

#[test]
fn a_test_that_takes_long_can_be_cancelled() {
    window(|app| {
        let openai = Provider::slow(Duration::from_secs(12));
        app.point_openai_at(&openai);
        app.begin_key(&key("slow"));
        app.click("button", "Test");
        app.says("Testing…");
        app.click("button", "Stop");
        app.says("Not tested");
    });
}

#[test]
fn a_provider_has_as_many_keys_as_one_likes() {
    window(|app| {
        let (one, two) = (key("9xQ2"), key("41Ab"));
        let openai = Provider::knowing(&[&one, &two]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &one);
        app.add_key("Personal", &two);
        app.says("sk-proj-…9xQ2");
        app.says("sk-proj-…41Ab");
        app.go("providers");
        app.says("2 keys");
    });
}

#[test]
fn the_same_key_is_not_saved_twice() {
    window(|app| {
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        app.begin_key(&good);
        app.says("The same key is saved as Work of OpenAI.");
    });
}

#[test]
fn a_pasted_key_is_read_outside_the_page() {
    window(|app| {
        let good = key("Cl1p");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.click("button", "Add key");
        App::copy_elsewhere(&format!("  export OPENAI_API_KEY=\"{good}\"\n"));
        app.click("button", "Paste from clipboard");
        app.says("sk-proj-…Cl1p");
        assert!(!app.page_knows(&good));
        app.click("button", "Test");
        app.says("Connected");
        app.click("button", "Save");
        app.gone("dialog", "Add a key to OpenAI");
        assert_eq!(entries_with(&good), 1);
        App::copy_elsewhere("something else");
    });
}

/// Entries in the keychain that hold this key, each of which must say whose it is.
fn entries_with(key: &str) -> usize {
    let entries: Vec<_> = keychain::entries().into_iter().filter(|entry| entry.secret.contains(key)).collect();
    for entry in &entries {
        assert!(entry.label.contains("Keystead") && entry.label.contains("OpenAI"), "whose is “{}”?", entry.label);
    }
    entries.len()
}
