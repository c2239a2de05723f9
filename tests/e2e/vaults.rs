//! Keys in an encrypted file, in memory for one session, and on their way from one vault to another.

use fantoccini::key::Key;

use crate::{
    app::App,
    keychain::{self, BareBus},
    provider::Provider,
    secret::key,
    steps::WORK,
    window, window_in,
};

const WORDS: &str = "correct horse battery staple";

impl App {
    /// From the storage page, with the passphrase typed twice.
    fn make_file(&mut self) {
        self.click("button", "Use an encrypted file…");
        self.fill("Passphrase", WORDS);
        self.fill("The same again", WORDS);
        self.click("button", "Create and use it");
        self.sees("New keys go to the encrypted file now.");
    }

    fn unlock_file(&mut self) {
        self.click("button", "Unlock…");
        self.fill("Passphrase", WORDS);
        self.press(Key::Enter);
        self.gone("button", "Unlock…");
    }
}

#[test]
fn without_a_keychain_an_encrypted_file_keeps_the_keys() {
    let bus = BareBus::start(&std::env::temp_dir().join("keystead-bare-bus-file"));
    window_in(&[("DBUS_SESSION_BUS_ADDRESS", bus.address.clone())], |app| {
        app.go("settings/storage");
        app.sees("Install gnome-keyring or KeePassXC");
        app.click("button", "Use an encrypted file…");
        app.is_accessible("Use an encrypted file");
        app.picture("file-create");
        app.fill("Passphrase", "too short");
        app.fill("The same again", "too short");
        app.click("button", "Create and use it");
        app.says("A passphrase has 12 characters or more.");
        app.fill("Passphrase", WORDS);
        app.fill("The same again", "correct horse battery stable");
        app.click("button", "Create and use it");
        app.says("The two are not the same");
        app.fill("The same again", WORDS);
        app.click("button", "Create and use it");
        app.sees("New keys go to the encrypted file now.");
        assert!(!app.page_knows(WORDS), "the passphrase stayed in the page");
        app.sees("Encrypted file");
        app.picture("file-unlocked");

        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        app.restart();
        app.sees("The encrypted file is locked");
        app.sees("sk-proj-…9xQ2");
        app.picture("file-locked");
        app.click("button", "Unlock…");
        app.fill("Passphrase", "not the right words");
        app.press(Key::Enter);
        app.says("This is not the passphrase.");
        app.is_accessible("a wrong passphrase");
        app.picture("file-wrong");
        app.fill("Passphrase", WORDS);
        app.press(Key::Enter);
        app.gone("button", "Unlock…");
        let asked = openai.asked();
        app.click("button", "Test OpenAI");
        app.wait_until("a test with the key", |_| (openai.asked() > asked).then_some(()));
        app.says("Connected");
    });
}

#[test]
fn a_key_for_this_session_only_is_gone_after_it_and_said_to_be() {
    let bus = BareBus::start(&std::env::temp_dir().join("keystead-bare-bus-session"));
    window_in(&[("DBUS_SESSION_BUS_ADDRESS", bus.address.clone())], |app| {
        app.go("settings/storage");
        app.sees("Install gnome-keyring or KeePassXC");
        app.click("button", "This session only…");
        app.is_accessible("This session only");
        app.picture("session-ask");
        app.click("button", "This session only");
        app.sees("Gone when Keystead closes");
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        app.restart();
        app.sees("Kept for one session only. Enter it again.");
        app.picture("session-lost");
        app.go("settings/storage");
        app.sees("1 key was kept for an earlier session only");
        app.picture("session-lost-storage");
        app.go("providers/openai");
        app.sees("sk-proj-…9xQ2");
        app.picture("session-lost-key");
    });
}

#[test]
fn keys_move_into_the_encrypted_file_and_back() {
    window(|app| {
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        assert!(keychain::entries().iter().any(|entry| entry.secret.contains(&good)));
        app.go("settings/storage");
        app.make_file();
        app.sees("1 key is in");
        app.is_accessible("keys in two places");
        app.picture("move-offered");
        app.click("button", "Move 1 key to the encrypted file…");
        app.is_accessible("Move keys");
        app.picture("move-ask");
        app.click("button", "Move 1 key");
        app.says("Keys moved");
        app.click("button", "Done");
        assert!(!keychain::entries().iter().any(|entry| entry.secret.contains(&good)), "the old place is wiped");
        app.restart();
        app.unlock_file();
        app.click("button", "Test OpenAI");
        app.says("Connected");
        app.go("settings/storage");
        app.click("button", "Use the keychain");
        app.sees("1 key is in");
        app.click("button", "Move 1 key to GNOME Keyring…");
        app.click("button", "Move 1 key");
        app.says("Keys moved");
        app.click("button", "Done");
        assert!(keychain::entries().iter().any(|entry| entry.secret.contains(&good)), "and it is back");
    });
}

#[test]
fn check_now_finds_what_is_left_and_takes_it_back() {
    window(|app| {
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        app.stop();
        app.lose_the_list();
        app.start();
        app.go("settings/storage");
        app.click("button", "Check now");
        app.sees("Work");
        app.is_accessible("leftovers");
        app.picture("leftovers");
        app.click("button", "Add all back");
        app.go("providers/openai");
        app.sees("sk-proj-…9xQ2");
        app.find("button", &format!("Test {WORK}"));
    });
}
