//! A keychain that is not ready: said in words, with a way out, and never a prompt nobody asked for.

use crate::{
    keychain::{self, BareBus},
    provider::Provider,
    secret::key,
    steps::WORK,
    window, window_in,
};

#[test]
fn a_locked_keychain_is_shown_and_unlocked_by_the_desktop() {
    window(|app| {
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        keychain::lock();
        app.restart();
        app.sees("is locked");
        app.sees("sk-proj-…9xQ2");
        app.sees("1 key waits inside.");
        assert!(!keychain::prompt_is_open(), "starting asks for nothing");
        app.picture("locked");
        let asked = openai.asked();
        app.click("button", "Test OpenAI");
        app.says("Keychain");
        assert!(!keychain::prompt_is_open(), "testing asks for nothing");
        assert_eq!(openai.asked(), asked, "nothing was sent without the key");

        app.click("button", "Unlock…");
        keychain::answer_prompt();
        app.gone("button", "Unlock…");
        app.sees("Unlocked");
        app.click("button", "Test OpenAI");
        app.wait_until("a test with the key", |_| (openai.asked() > asked).then_some(()));
        app.says("Connected");
    });
}

#[test]
fn without_a_keychain_nothing_is_saved_and_testing_still_works() {
    let bus = BareBus::start(&std::env::temp_dir().join("keystead-bare-bus"));
    window_in(&[("DBUS_SESSION_BUS_ADDRESS", bus.address.clone())], |app| {
        app.sees("Nothing can be saved");
        app.click("link", "Keychain");
        app.sees("No keychain found");
        app.sees("Install gnome-keyring or KeePassXC");
        app.find("button", "Try again");
        app.picture("no-keychain");
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.begin_key(&good);
        app.says("A key can be tested now, and saved when the keychain is ready.");
        app.click("button", "Test");
        app.says("Connected");
        app.click("button", "Save");
        app.find("dialog", "Add a key to OpenAI");
        assert!(!keychain::entries().iter().any(|entry| entry.secret.contains(&good)));
    });
}
