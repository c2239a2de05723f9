//! Prompts on a screen: nobody answers, somebody does, and everything else goes on meanwhile.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use keystead_core::vault::{Vault, VaultError, VaultState, keychain::Keychain};
use zbus::blocking::Connection;

use crate::{LABEL, keyring, new_id, read, session::within_display, stored};

/// The windows on the screen that are prompts.
pub(crate) fn prompts() -> Vec<String> {
    let found = Command::new("xdotool").args(["search", "--onlyvisible", "--class", "gcr-prompter"]).output();
    String::from_utf8_lossy(&found.expect("xdotool runs").stdout).lines().map(str::to_owned).collect()
}

/// Whether the desktop's prompter has been started in this session.
pub(crate) fn is_prompter_running() -> bool {
    let Ok(bus) = Connection::session() else { return false };
    let target = Some("org.freedesktop.DBus");
    let reply = bus.call_method(target, "/", target, "NameHasOwner", &"org.gnome.keyring.SystemPrompter");
    reply.expect("the bus answers").body().deserialize().expect("yes or no")
}

fn xdotool(words: &[&str]) {
    assert!(Command::new("xdotool").args(words).status().expect("xdotool runs").success());
}

/// There is no window manager that would give the prompt the focus.
pub(crate) fn press(window: &str, key: &str) {
    xdotool(&["windowfocus", "--sync", window, "key", key]);
}

fn type_into(window: &str, text: &str) {
    xdotool(&["windowfocus", "--sync", window, "type", text]);
    press(window, "Return");
}

#[test]
fn an_unanswered_prompt_is_taken_away_at_its_deadline_and_blocks_nobody() {
    within_display("locked", || {
        let vault = Keychain::new().with_prompt_deadline(Duration::from_secs(6));
        thread::scope(|scope| {
            let start = Instant::now();
            let unlock = scope.spawn(|| vault.unlock());
            keyring::wait_until(|| !prompts().is_empty());
            let asked = Instant::now();
            assert_eq!(vault.probe().state, VaultState::Locked);
            assert_eq!(vault.put(&new_id(), LABEL, b"x"), Err(VaultError::Locked));
            assert!(asked.elapsed() < Duration::from_secs(3), "a call waited for the prompt");
            assert!(!unlock.is_finished(), "the prompt was still open");
            assert_eq!(unlock.join().expect("no panic"), Err(VaultError::Denied));
            assert!(start.elapsed() >= Duration::from_secs(6));
        });
        keyring::wait_until(|| prompts().is_empty());
        assert_eq!(vault.probe().state, VaultState::Locked);
    });
}

#[test]
fn a_prompt_that_is_answered_opens_the_keyring() {
    within_display("locked", || {
        let vault = Keychain::new();
        thread::scope(|scope| {
            let unlock = scope.spawn(|| vault.unlock());
            keyring::wait_until(|| !prompts().is_empty());
            type_into(&prompts()[0], &keyring::password());
            assert_eq!(unlock.join().expect("no panic"), Ok(()));
        });
        assert_eq!(vault.probe().state, VaultState::Ready);
        let id = stored(&vault, "after");
        assert_eq!(read(&vault, &id), Ok(Some("after".into())));
    });
}

#[test]
fn a_prompt_that_is_cancelled_is_a_refusal() {
    within_display("locked", || {
        let vault = Keychain::new();
        thread::scope(|scope| {
            let unlock = scope.spawn(|| vault.unlock());
            keyring::wait_until(|| !prompts().is_empty());
            press(&prompts()[0], "Escape");
            assert_eq!(unlock.join().expect("no panic"), Err(VaultError::Denied));
        });
        assert_eq!(vault.probe().state, VaultState::Locked);
    });
}

#[test]
fn a_new_keyring_is_made_with_the_password_that_the_person_chooses() {
    within_display("fresh", || {
        let vault = Keychain::new();
        let create = || {
            thread::scope(|scope| {
                let create = scope.spawn(|| vault.create());
                keyring::wait_until(|| !prompts().is_empty());
                let prompt = &prompts()[0];
                xdotool(&["windowfocus", "--sync", prompt, "type", &keyring::password()]);
                press(prompt, "Tab");
                type_into(prompt, &keyring::password());
                create.join().expect("no panic")
            })
        };
        // GNOME Keyring and its prompt agree on a key that begins with a zero byte once in 256 times, and it refuses that
        // ("Cannot import an invalid key"): a person would try again.
        let made = create().or_else(|_| create());
        assert_eq!(made, Ok(()));
        let status = vault.probe();
        assert_eq!(status.state, VaultState::Ready);
        assert_eq!(status.identity.expect("somebody answers").collection.as_deref(), Some("Default keyring"));
        let id = stored(&vault, "first");
        assert_eq!(read(&vault, &id), Ok(Some("first".into())));
    });
}
